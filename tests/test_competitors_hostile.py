"""The collector against sites, names and folders that mean harm; the small form of
`benchmarks/attacks/sites.py`."""

from __future__ import annotations

import datetime as dt
import gzip
import logging
import os
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3.exceptions import HTTPError

from ecokit import competitors
from ecokit.competitors import markup, snapshots
from ecokit.competitors.addresses import absolute, is_address, is_same_site, origin, shown
from ecokit.competitors.collect import Collector, Page, PageError, _retry_after, decoded
from ecokit.competitors.fetching import SECONDS_LEFT, Fetch, Reply
from ecokit.competitors.network import Limit, Limited, Network
from ecokit.competitors.robots import Robots
from ecokit.competitors.site import CountingClock
from ecokit.competitors.snapshots import collect_site, untracked
from ecokit.competitors.store import Held, Store, _unpacked
from ecokit.errors import CourseError
from tests import hostile
from tests.hostile import READER, RIGHT, SENTENCE, Hasty, Site, collector, page, product, shop

URL = "http://shop.example/"
MONDAY = "2025-03-03"


@pytest.mark.parametrize("kind", [kind for kind in hostile.KINDS if kind != "slow"])
def test_whatever_a_site_does_the_walk_goes_on_and_tells(kind: str) -> None:
    those = hostile.attacks(kind, seed=5, size=3)[::3]
    ends = {attack.label: attack.run(20, most_seconds=5) for attack in those}
    assert {label: end for label, end in ends.items() if end not in (RIGHT, SENTENCE)} == {}
    assert len(ends) > 3


def test_a_slow_site_ends_in_a_sentence_in_time() -> None:
    those = hostile.attacks("slow", seed=5, every=0.05)
    started = time.monotonic()
    ends = hostile.run_together(those, 20, most_seconds=0.8)
    assert set(ends.values()) == {SENTENCE}, ends
    assert time.monotonic() - started < 20
    assert len(ends) > 20


# The deadline


def test_one_deadline_holds_for_all_redirects_and_repeats_of_a_page() -> None:
    clock, seen = CountingClock(), []

    def fetch(url: str, headers: Mapping[str, str]) -> Reply:
        seen.append(SECONDS_LEFT.get())
        clock.sleep(8)
        return Reply(302, {"location": f"{URL}{len(seen)}"}, [])

    with pytest.raises(PageError, match=r"reached \(http://shop.example/4: it comes too"):
        Collector(fetch, clock=clock, delay=5).get(URL)
    assert seen == [30, 22, 14, 6]


def test_the_collectors_own_waits_do_not_count() -> None:
    clock = CountingClock()

    def fetch(url: str, headers: Mapping[str, str]) -> Reply:
        if "robots" in url:
            return Reply(200, {"content-type": "text/plain"}, [b"User-agent: *\nCrawl-delay: 60"])
        here = int(url.removeprefix(URL) or 0)
        if here == 5:
            return Reply(200, {}, [b"a"])
        return Reply(302, {"location": f"{URL}{here + 1}"}, [])

    assert Collector(fetch, clock=clock).get(URL).text == "a"
    assert clock.now() == 360


def test_a_name_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def slowly(*args: Any, **kwargs: Any) -> Any:
        asked.set()
        time.sleep(2)
        raise socket.gaierror(8, "no such name")

    monkeypatch.setattr("socket.getaddrinfo", slowly)
    started = time.monotonic()
    with pytest.raises(PageError, match="could not be reached"):
        collector(most_seconds=0.3).get(URL)
    assert asked.is_set()
    assert time.monotonic() - started < 1.5


def test_a_connection_that_stands_too_late_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    made, real = [], socket.create_connection

    def slowly(at: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        time.sleep(0.5)
        made.append(real(at))
        return made[-1]

    monkeypatch.setattr("urllib3.util.connection.create_connection", slowly)
    with Site(shop(b"")) as site:
        with pytest.raises(PageError):
            collector(most_seconds=0.2).get(site.url)
        until = time.monotonic() + 10
        while not (made and made[-1].fileno() == -1) and time.monotonic() < until:
            time.sleep(0.05)
        assert [one.fileno() for one in made] == [-1]


def test_a_site_that_gives_nothing_is_left_alone() -> None:
    asked = []

    def fetch(url: str, headers: Mapping[str, str]) -> Reply:
        asked.append(url)
        if "robots" in url:
            return Reply(404, {}, [])
        if url == URL:
            links = "".join(f"<a href='/p/{n}.html'>x</a>" for n in range(40))
            return Reply(200, {"content-type": "text/html"}, [links.encode()])
        return Reply(503, {"retry-after": "120"}, [])

    clock = CountingClock()
    found = collect_site(Collector(fetch, clock=clock), "K1", URL, [READER])
    assert len(asked) == 2 + 5 * 4
    assert list(found.problems["found"])[-1] == "cut short, with 35 pages left unread"
    assert "the site has to answer" in found.problems["sentence"].iloc[-1]
    clock.date += dt.timedelta(weeks=1)
    collect_site(Collector(fetch, clock=clock), "K1", URL, [READER])
    assert len(asked) == 2 * 22


def test_a_good_page_between_bad_ones_counts() -> None:
    def fetch(url: str, headers: Mapping[str, str]) -> Reply:
        sku = url.removeprefix(f"{URL}p/").removesuffix(".html")
        if url == URL:
            links = "".join(f"<a href='/p/{n}.html'>x</a>" for n in range(20))
            return Reply(200, {"content-type": "text/html"}, [links.encode()])
        if sku.isdecimal() and int(sku) % 5 == 4:
            return Reply(200, {"content-type": "text/html"}, [product(sku).encode()])
        return Reply(404 if "robots" in url else 503, {}, [])

    found = collect_site(Collector(fetch, clock=CountingClock()), "K1", URL, [READER])
    assert sorted(found.offers["sku"]) == ["14", "19", "4", "9"]
    assert len(found.problems) == 16


def test_a_walk_counts_links_beyond_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "MOST_LINKS", 10)
    links = "".join(f"<a href='/p/{n}.html'>x</a>" for n in range(40))
    with Site({"/": page(links)}) as site:
        found = collect_site(collector(), "K1", site.url, [READER])
    assert list(found.problems["found"]) == ["cut short, with 31 pages left unread"]


# Replies


def unusable(error: BaseException) -> Fetch:
    def fetch(url: str, headers: Mapping[str, str]) -> Reply:
        if "robots" in url:
            return Reply(404, {}, [])
        raise error

    return fetch


def broken(error: BaseException) -> Fetch:
    def body() -> Iterator[bytes]:
        yield b"<main>"
        raise error

    def fetch(url: str, headers: Mapping[str, str]) -> Reply:
        return Reply(404, {}, []) if "robots" in url else Reply(200, {}, body())

    return fetch


@pytest.mark.parametrize("make", [unusable, broken])
@pytest.mark.parametrize("error", [ValueError("a"), UnicodeError(), KeyError(1), RecursionError()])
def test_whatever_a_fetch_raises_is_a_problem_of_the_page(
    make: Callable[[BaseException], Fetch], error: BaseException
) -> None:
    asking = Collector(make(error), clock=CountingClock())
    with pytest.raises(PageError, match=f"its answer cannot be used .{type(error).__name__}"):
        asking.get(URL)
    found = collect_site(Collector(make(error), clock=CountingClock()), "K1", URL, [READER])
    assert list(found.problems["url"]) == [URL]


@pytest.mark.parametrize("make", [unusable, broken])
@pytest.mark.parametrize("error", [HTTPError("a"), HTTPException(), ConnectionResetError()])
def test_a_fetch_of_another_library_is_asked_again(
    make: Callable[[BaseException], Fetch], error: BaseException
) -> None:
    with pytest.raises(PageError, match=r"the site does not answer|it broke off"):
        Collector(make(error), clock=CountingClock()).get(URL)


def test_what_a_user_has_to_mend_is_no_problem_of_a_page() -> None:
    with pytest.raises(CourseError, match="The small web is closed"):
        Collector(unusable(CourseError("The small web is closed."))).get(URL)
    none: Any = lambda url, headers: None  # noqa: E731
    with pytest.raises(CourseError, match="It has to return a Reply"):
        Collector(none).get(URL)


@given(st.text() | st.integers().map(str) | st.dates().map(str))
@example("Wed, 21 Oct 99999999999999999999 07:28:00 GMT")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
@example("9" * 5_000)
def test_a_retry_after_is_a_number_of_seconds(text: str) -> None:
    assert 0 <= _retry_after(text) <= float("inf")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("120", 120, 120), ("-5", 0, 0), ("-100000", 0, 0), ("soon", 0, 0), (None, 0, 0),
        ("", 0, 0),
        ("99999999999999999999", 1e20, 1e20), ("Wed, 21 Oct 2099 07:28:00 GMT", 1e9, 1e10),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Wed, 21 Oct 100000 07:28:00 GMT", 1e99, float("inf")),
    ],
)  # fmt: skip
def test_retry_after(text: str | None, low: float, high: float) -> None:
    assert low <= _retry_after(text) <= high


def test_a_date_is_read_with_its_zone() -> None:
    soon = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))) + dt.timedelta(seconds=60)
    assert 50 < _retry_after(soon.strftime("%a, %d %b %Y %H:%M:%S +0800")) <= 60


def test_a_packed_bomb_stays_small() -> None:
    bomb = hostile.bomb(200, 31)
    with Site(shop(page(bomb, "Content-Encoding: gzip\r\n"))) as site:
        asking = collector()
        asking.get(site.url)
        tracemalloc.start()
        with pytest.raises(PageError, match="it is larger than 1,000,000 bytes"):
            asking.get(f"{site.url}p/BAD.html")
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 5_000_000


def test_a_page_that_is_packed_unasked_is_read_whole_or_told() -> None:
    packed = gzip.compress(product("BAD").encode())
    with Site(shop(page(packed, "Content-Encoding: gzip\r\n"))) as site:
        assert "手机" in collector().get(f"{site.url}p/BAD.html").text
        site.answers["/p/BAD.html"] = page(packed[:-12], "Content-Encoding: gzip\r\n")
        with pytest.raises(PageError, match="it broke off"):
            collector().get(f"{site.url}p/BAD.html")


@pytest.mark.parametrize("said", ["iso-8859-1", "windows-1252", "koi8-r", "gbk", "big5"])
def test_a_page_in_another_charset_than_it_says_is_told(said: str) -> None:
    with pytest.raises(PageError, match="as it says"):
        decoded(URL, product("A").encode(), f"text/html; charset={said}")
    assert "¥" in decoded(URL, "¥99".encode("latin-1"), "text/html; charset=iso-8859-1")
    assert decoded(URL, "价格".encode("gbk"), 'text/html; charset="gbk"; x=1') == "价格"


@pytest.mark.parametrize("delay", ["nan", "inf", "-5", "1e400", "abc"])
def test_a_crawl_delay_is_a_number_of_seconds(delay: str) -> None:
    assert Robots(f"User-agent: *\nCrawl-delay: {delay}").crawl_delay == 0


def test_an_address_that_is_none_is_not_allowed() -> None:
    assert not Robots("User-agent: *\nDisallow: /a").allows("http://[::1")


# Names


@given(st.text(), st.text())
def test_any_text_is_an_address_or_is_none(base: str, link: str) -> None:
    assert is_address(base) in (True, False)
    there = absolute(f"http://{base}", link)
    assert there.isprintable()
    assert is_same_site(there, URL) in (True, False)
    assert origin(untracked(there)) == origin(there)
    assert len(shown(base)) <= 10 * 200


@given(st.text(alphabet=list("ab01-._:/@[]%\\☃ß\u3002\ud800\0"), max_size=80))
def test_what_counts_as_an_address_can_be_asked_for(host: str) -> None:
    url = f"http://{host}/"
    if is_address(url):
        with hostile.no_names(), pytest.raises(OSError):  # noqa: PT011
            Network()(url, {})


@pytest.mark.parametrize(
    "host", [host for host in hostile.HOSTS if host.startswith(("a..", "xn--", "[", "a:6", "a:-"))]
)
def test_names_that_are_no_names_are_told(host: str) -> None:
    with hostile.no_names(), pytest.raises(PageError, match=r"Write a web address|not be reached"):
        collector().get(f"http://{host}/")


def test_a_long_address_makes_no_long_sentence() -> None:
    with Site(shop(page("", f"Location: /{'a' * 1_500}\r\n", "302 F"))) as site:
        found = collect_site(collector(), "K1", site.url, [READER])
    assert all(len(one) < 1_000 for one in [*found.problems["sentence"], *found.log["reason"]])
    assert found.log["reason"].str.contains("leads to").any()
    with pytest.raises(PageError, match="Write a web address") as caught:
        collector().get(URL + "a" * 10**6)
    assert len(str(caught.value)) < 300


def test_signs_that_move_the_cursor_do_not_reach_a_sentence() -> None:
    with Site(shop(page("", "Content-Type: \x1b[31mred\x07\r\n"))) as site:
        found = collect_site(collector(), "K1", site.url, [READER])
    assert found.problems["sentence"].iloc[0].endswith("it is no text but ?[31mred?..")
    assert all(one.isprintable() for one in found.problems["sentence"])


def test_a_reply_may_have_as_many_bytes_as_a_page() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(bytes(11))
        limited = Limited(ours.makefile("rb", buffering=0), ours, Limit(time.monotonic() + 9, 10))
        assert [limited.readinto(bytearray(5)) for _ in range(2)] == [5, 5]
        assert limited.readinto(bytearray(5)) == 1
        with pytest.raises(OSError, match="more bytes than a page has"):
            limited.readinto(bytearray(5))


def test_a_body_may_come_in_twice_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecokit.competitors.network.HEADERS", 20_000)  # a buffer, and the headers
    with Site({"/": page("x" * 780_000), "/more": page("x" * 999_000)}) as site:
        network = Network(most_bytes=400_000)
        assert len(b"".join(network(site.url, {}).body)) >= 780_000
        with pytest.raises((OSError, HTTPError)):
            b"".join(network(f"{site.url}more", {}).body)
        network.close()


def test_a_page_may_be_as_large_as_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_TAGS", 150)
    monkeypatch.setattr(markup, "DEEPEST", 20)
    monkeypatch.setattr(markup, "MOST_UNFINISHED", 30)
    for one, most, told in (
        ("<br>", 150, "more than 150 tags"),
        ("<b>", 20, "more than 20 deep"),
        ("<a ", 30, "do not end"),
        ("<!--", 30, "do not end"),
    ):
        markup.parsed(one * most)
        with pytest.raises(markup.MarkupError, match=told):
            markup.parsed(one * (most + 1))
    with pytest.raises(markup.MarkupError, match="no readable page"):
        markup.parsed("<![" * 30)
    markup.parsed(f"<a{'b' * (markup.LONGEST_TAG - 2)}")
    with pytest.raises(markup.MarkupError, match="do not end"):
        markup.parsed(f"<a{'b' * (markup.LONGEST_TAG - 1)}")


def test_an_address_in_the_words_of_a_page_may_stand_between_blanks() -> None:
    page = Page("http://a.example/x", "<p class=l> \n/y.html </p><p class=l><a>/z</a></p>")
    assert page.links(".l") == ["http://a.example/y.html", "http://a.example/z"]


def test_a_price_may_move_by_a_factor_of_three() -> None:
    prices = {"a": 30.0, "b": 91.0, "c": 10.0, "d": 9.8, "e": 29.9}
    before = pd.DataFrame({"sku": list(prices), "price": [10.0, 30.0, 30.0, 30.0, 30.0]})
    table = pd.DataFrame({"sku": list(prices), "price": list(prices.values())})
    kept, found = snapshots._compared(table, before, {sku: sku for sku in prices}, "site")
    assert kept["sku"].tolist() == ["a", "c", "e"]
    assert [one.url for one in found] == ["b", "d"]


def test_the_network_itself_follows_nothing() -> None:
    moved = page("", "Location: /new\r\n", "302 Found")
    with Site({"/": moved, "/new": page("new")}) as site:
        network = Network()
        reply = network(site.url, {})
        assert (reply.status, reply.headers["location"]) == (302, "/new")
        assert [path for path, _said in site.asked] == ["/"]
        network.close()


def test_a_browser_has_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "emscripten")
    with pytest.raises(CourseError, match="In a browser a collector has no network"):
        Collector()


# The cache


@given(st.binary(max_size=300))
def test_any_file_is_a_page_or_none(content: bytes) -> None:
    assert _unpacked(content) is None


@pytest.mark.parametrize("head", [None, 7, [], {"url": 7}])
def test_a_file_with_a_wrong_head_is_none(tmp_path: Path, head: Any) -> None:
    store = Store(tmp_path)
    store.put(Held(URL, MONDAY, b"hello"))
    (path,) = tmp_path.rglob("*.page")
    assert Store(tmp_path).get(URL, MONDAY) == Held(URL, MONDAY, b"hello")
    hostile._with_head(path, head)
    assert Store(tmp_path).get(URL, MONDAY) is None
    assert Store(tmp_path).latest(URL) is None


def test_a_file_that_holds_another_page_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for name in ("a", "b"):
        store.put(Held(URL + name, MONDAY, name.encode()))
    one, other = sorted(tmp_path.rglob("*.page"))
    one.write_bytes(other.read_bytes())
    found = [Store(tmp_path).get(URL + name, MONDAY) for name in ("a", "b")]
    assert [held.body for held in found if held] in ([b"a"], [b"b"])


def test_a_folder_that_takes_nothing_keeps_pages_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with Site(shop(page(product("BAD")))) as site:
        asking = Collector(clock=Hasty(), delay=0, folder=tmp_path)
        found = collect_site(asking, "K1", site.url, [READER])
        assert len(found.offers) == 3
        (sentence,) = found.problems["sentence"]
        assert "in memory only (4 pages): not kept in the folder: No space left" in sentence
        assert len(asking.unkept) == 4
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]
        again = collect_site(asking, "K1", site.url, [READER])
        assert len(again.offers) == 3
        assert again.problems.empty
        assert len(site.asked) == 5


@pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
def test_a_link_in_the_folder_is_not_written_through(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    store = Store(tmp_path / "pages")
    store.put(Held(URL, MONDAY, b"one"))
    (path,) = tmp_path.rglob("*.page")
    for place in (path, path.with_suffix(".part")):
        place.unlink(missing_ok=True)
        place.symlink_to(mine)
    store.put(Held(URL, MONDAY, b"two"))
    assert mine.read_text() == "mine"
    found = Store(tmp_path / "pages").get(URL, MONDAY)
    assert found is not None
    assert found.body == b"two"


# The directory


def test_a_directory_is_followed_on_its_own_site_only(caplog: pytest.LogCaptureFixture) -> None:
    with Site({"/": page(hostile.listed(3))}) as other, Site({}) as site:
        site.answers |= {
            "/": page(hostile.listed(0, "/2")),
            "/2": page(hostile.listed(3, other.url)),
        }
        asking = collector()
        with caplog.at_level(logging.WARNING, "ecokit"):
            found = competitors.collect_directory(asking, site.url)
        assert other.asked == []
    assert list(found["shop_id"]) == [f"D{n}" for n in range(6)]
    (sentence,) = found.attrs["problems"]
    assert sentence.startswith("The directory is not whole, it ends after 2 pages.")
    assert sentence.endswith("it is on another site than the directory.")
    assert caplog.messages == [sentence]
    assert asking.log["reason"].iloc[-1] == "it is on another site than the directory"


def test_a_directory_without_a_first_page_is_an_error() -> None:
    with Site({}) as site, pytest.raises(PageError, match="not found"):
        competitors.collect_directory(collector(), site.url)


def test_a_whole_directory_tells_nothing() -> None:
    with Site({"/": page(hostile.listed(0, "/2")), "/2": page(hostile.listed(3))}) as site:
        found = competitors.collect_directory(collector(), site.url)
    assert len(found) == 6
    assert not found.attrs


# What is sent


def test_a_request_says_who_asks_and_nothing_more() -> None:
    with Site(shop(page(product("BAD")))) as site:
        collect_site(collector(), "K1", site.url, [READER])
        names = {name for _path, said in site.asked for name in said}
    assert names == {"host", "user-agent", "accept", "accept-encoding"}


def test_a_proxy_is_asked_only_when_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    answers = {"/": page("<p>by proxy"), "/robots.txt": page("", status="404 No")}
    with Site(answers) as proxy, hostile.no_names():
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//me:s%3At@"))
        with pytest.raises(PageError, match="could not be reached"):
            collector().get(URL)
        assert proxy.asked == []
        assert collector(proxies=True).get(URL).text == "<p>by proxy"
        assert proxy.asked[-1][1]["proxy-authorization"] == "Basic bWU6czp0"
        named = {"http": f"127.0.0.1:{proxy.port}"}
        assert collector(proxies=named).get(URL).text == "<p>by proxy"
        assert "proxy-authorization" not in proxy.asked[-1][1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"proxies": "http://proxy.example"}, {"proxies": {"ftp": "x"}}, {"proxies": {"http": 7}},
        {"most_seconds": 0}, {"most_seconds": "long"}, {"agent": "课程"},
        {"agent": "a\r\nCookie: b"},
    ],
    ids=str,
)  # fmt: skip
def test_a_collector_says_what_it_cannot_use(wrong: dict[str, Any]) -> None:
    with pytest.raises(CourseError, match=rf"^{next(iter(wrong))} is "):
        Collector(**wrong)


def test_a_site_without_products_is_told() -> None:
    with hostile.Site({"/": hostile.page("<a href='/about'>about</a>")}) as site:
        found = collect_site(collector(), "K1", site.url, [hostile.READER])
    assert found.offers.empty
    assert "without a page of a product" in found.problems["sentence"].iloc[0]


def test_what_comes_after_a_reply_is_no_reply_to_the_next_request() -> None:
    """A connection that is kept would hand the late bytes over as the page that is asked next."""

    def late(sock: socket.socket, site: hostile.Site) -> None:
        body = hostile.product("BAD").encode()
        sock.sendall(hostile.page(body).replace(b"Connection: close\r\n", b""))
        site.closed.wait(0.1)
        sock.sendall(hostile.page(hostile.product("B", price="1元")))
        site.closed.wait(0.2)

    assert hostile.walk(late)() == hostile.RIGHT


def test_the_next_page_of_a_directory_may_be_said_with_other_words() -> None:
    first = hostile.listed(0, "/2").replace('"next"', '"nofollow Next"')
    with hostile.Site({"/": hostile.page(first), "/2": hostile.page(hostile.listed(3))}) as site:
        assert len(competitors.collect_directory(collector(), site.url)) == 6
