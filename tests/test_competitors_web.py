"""The small web, the polite collector, and offers read under a contract."""

from __future__ import annotations

import base64
import gc
import inspect
import io
import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from ecokit import competitors, load_shop
from ecokit.competitors import collect as collecting
from ecokit.competitors import markup
from ecokit.competitors.collect import Collector, Page, PageError, RefusedError, decoded
from ecokit.competitors.convert import CONVERT
from ecokit.competitors.fetching import Reply
from ecokit.competitors.network import Network
from ecokit.competitors.read import READERS, ContractError, Reader, read_offers
from ecokit.competitors.robots import Robots
from ecokit.competitors.site import CountingClock, SmallWeb
from ecokit.competitors.snapshots import TYPES, Snapshot, collect_site
from ecokit.errors import CourseError
from ecokit.shop import Shop
from ecokit.shop.web import hosts, pages, redesign_week, write_web
from tests.sweep.competitors import READER

WEEK = "2025-03-03"
HOST = "http://shop.example"


@pytest.fixture(scope="module")
def shop() -> Shop:
    return load_shop()


@pytest.fixture(scope="module")
def weeks(shop: Shop) -> list[pd.Timestamp]:
    """The last week of the old template, and the first two of the new one."""
    new = redesign_week(shop)
    return [new - pd.Timedelta(weeks=1), new, new + pd.Timedelta(weeks=1)]


@pytest.fixture(scope="module")
def snapshots(shop: Shop, weeks: list[pd.Timestamp]) -> list[Snapshot]:
    return competitors.collect_weeks(shop, weeks)


@pytest.fixture(scope="module")
def web(shop: Shop) -> Iterator[SmallWeb]:
    with competitors.serve(shop, WEEK) as served:
        yield served


@pytest.fixture(scope="module")
def product_pages(web: SmallWeb) -> dict[str, Page]:
    """One product page of each competitor."""
    collector = Collector(web.fetch, clock=web.clock)
    starts = {
        "K1": ("http://northlight.example/c/phones/index.html", "a.card"),
        "K2": ("http://lanternstreet.example/shop/phones-1.html", ".item a"),
        "K3": ("http://papayagadgets.example/catalog/phones_1.htm", "td a"),
    }
    return {k: collector.get(collector.get(url).links(at)[0]) for k, (url, at) in starts.items()}


class Answers:
    """A web made of answers: each address gives its replies in turn, the last one for ever."""

    def __init__(self, **paths: Any) -> None:
        self.paths = {"/robots.txt": [404], **{f"/{k}": v for k, v in paths.items()}}
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def __call__(self, url: str, headers: Mapping[str, str]) -> Reply:
        self.asked.append((url, headers))
        replies = self.paths[urlsplit(url).path]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, int):
            return Reply(reply, {}, [])
        if isinstance(reply, bytes):
            return Reply(200, {"content-type": "text/html; charset=utf-8"}, [reply])
        assert isinstance(reply, Reply)
        return reply

    @property
    def addresses(self) -> list[str]:
        return [urlsplit(url).path for url, _headers in self.asked]


def polite(answers: Answers, **options: Any) -> tuple[Collector, CountingClock]:
    clock = options.pop("clock", None) or CountingClock()
    return Collector(answers, clock=clock, **options), clock


# The pages


class Balance(HTMLParser):
    """Whether every element that opens is closed in its turn, and what it loads."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.loaded += [str(values["src"])] if "src" in values else []
        if tag == "link" and "itemprop" not in values:
            self.loaded.append(str(values.get("href")))
        if tag == "script" and values.get("type") != "application/ld+json":
            self.loaded.append("script")
        self.loaded += [name for name in values if name.startswith("on")]
        if tag not in ("meta", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_same_week_gives_the_same_bytes(shop: Shop, tmp_path: Path) -> None:
    first = pages(shop, WEEK)
    assert first == pages(shop, "2025-03-09")
    folder = write_web(shop, tmp_path / "web", WEEK)
    written = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}
    assert written == first
    assert pages(shop, "2025-03-10") != first


def test_pages_are_whole_small_and_load_nothing(shop: Shop) -> None:
    files = pages(shop, WEEK)
    for name, content in files.items():
        assert len(content) < 8_000, name
        if not name.endswith((".html", ".htm")):
            continue
        text = content.decode("gb18030" if name.startswith("papaya") else "utf-8")
        page = Balance()
        page.feed(text)
        assert page.open == [], name
        assert page.loaded == [], name
        assert text.startswith("<!DOCTYPE html>\n<html lang="), name
        inside = Path(name).parent
        for link in re.findall(r'href="([^"]+)"', text):
            if not link.startswith("https://schema.org"):
                target = (Path("/") / inside / link).resolve().relative_to("/").as_posix()
                assert target in files, (name, link)


def test_three_shops_print_prices_in_many_ways(shop: Shop) -> None:
    files = pages(shop, redesign_week(shop) - pd.Timedelta(weeks=1))
    text = "".join(
        content.decode("gb18030" if name.startswith("papaya") else "utf-8")
        for name, content in files.items()
        if name.endswith((".html", ".htm"))
    )
    ways = (
        r"Was ¥[\d,.]+ now ¥",
        r"原价 [\d,]+元 现价 [\d,]+元",
        r">\d+元<",
        r">RMB \d",
        r"RMB \d+ \d",
        r"now \d[\d.]*,\d\d CNY",
        r"￥\d",
        r"from ¥",
        r"元起",
        "会员价 ¥",
        "application/ld\\+json",
        'itemprop="price"',
        "缺货",
        "本周",
    )
    assert [way for way in ways if not re.search(way, text)] == []


def test_what_a_table_holds_is_escaped_on_the_page(shop: Shop) -> None:
    evil = '</script><script>alert("1")</script>'
    products = shop["competitor_products"].assign(name=evil)
    tables = {name: shop[name] for name in ("competitors", "competitor_prices", "directory")}
    files = pages(Shop({**tables, "competitor_products": products}), WEEK)
    found = [name for name, content in files.items() if b"<script>" in content]
    assert found == []


def test_the_wheel_takes_the_templates_along() -> None:
    import ecokit.shop.web

    folder = Path(ecokit.shop.web.__path__[0]) / "templates"
    assert len(list(folder.rglob("*.html"))) == 14


@pytest.mark.parametrize(
    ("week", "sentence"),
    [
        ("no day", "'no day' is no date"),
        ("2019-01-01", "The web has no week of 2019-01-01. It has the weeks from 2025-01-06"),
        (None, "is no date"),
    ],
)
def test_a_wrong_week_ends_in_a_sentence(shop: Shop, week: Any, sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        pages(shop, week)


# The server


def test_the_server_listens_on_this_computer_alone_and_stops(shop: Shop) -> None:
    web = competitors.serve(shop, WEEK)
    found = inspect.getclosurevars(web.fetch).nonlocals.values()
    network = next(one for one in found if isinstance(one, Network))
    assert isinstance(network._proxies, dict)
    address = urlsplit(network._proxies["http"])
    assert address.hostname == "127.0.0.1"
    assert str(address.port) not in repr(web)
    with socket.create_connection((address.hostname, address.port or 0)) as other:
        other.sendall(b"GET /../../etc/passwd HTTP/1.1\r\nHost: northlight.example\r\n\r\n")
        assert b" 404 " in other.recv(100)
    web.close()
    with pytest.raises(OSError, match=r"refused|reset"):
        socket.create_connection(("127.0.0.1", address.port or 0), timeout=2)
    web.close()


@pytest.mark.parametrize("platform", ["linux", "emscripten"])
def test_a_closed_web_says_so(shop: Shop, monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    """It does not say that robots.txt, which nobody could ask for, forbids the page."""
    monkeypatch.setattr("sys.platform", platform)
    with competitors.serve(shop, WEEK) as web:
        collector = Collector(web.fetch, clock=web.clock)
    with pytest.raises(CourseError, match="The small web is closed"):
        collector.get("http://lanternstreet.example/")
    with pytest.raises(CourseError, match="The small web is closed"):
        collect_site(collector, "K2", "http://lanternstreet.example/")
    with pytest.raises(CourseError, match="The small web is closed"):
        competitors.collect_directory(collector)


def test_a_web_that_nobody_keeps_is_closed(shop: Shop) -> None:
    fetch = competitors.serve(shop, WEEK).fetch
    gc.collect()
    with pytest.raises(CourseError, match="keep it in a variable"):
        fetch("http://lanternstreet.example/", {})


def test_unknown_hosts_are_not_passed_on(web: SmallWeb) -> None:
    assert web.fetch("http://elsewhere.example/", {}).status == 404
    assert web.fetch("http://127.0.0.1:1/", {}).status == 404


def test_without_sockets_the_same_pages_come(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "emscripten")
    with competitors.serve(shop, WEEK) as web:
        snapshot = collect_site(
            Collector(web.fetch, clock=web.clock), "K2", "http://lanternstreet.example/"
        )
    assert len(snapshot.offers) > 15
    assert snapshot.problems.empty


def framed(web: SmallWeb, url: str) -> BeautifulSoup:
    frame = BeautifulSoup(web.preview(url).data, "html.parser").find("iframe")
    assert isinstance(frame, Tag)
    return BeautifulSoup(str(frame["srcdoc"]), "html.parser")


def test_links_of_a_preview_lead_to_the_sites_pages_inside_the_frame(web: SmallWeb) -> None:
    page = framed(web, "http://northlight.example/")
    places = {str(one["id"]): one for one in page.select(".preview-page")}
    links = page.select(".preview-page a[href]")
    assert len(links) > 100
    assert {str(link["href"]).removeprefix("#") for link in links} <= places.keys()
    first = page.select_one("#page-0 nav a")
    assert first
    assert first.get_text() in places[str(first["href"])[1:]].get_text()
    assert page.select("base[href='about:srcdoc']"), "else a link is an address of the notebook's"


def test_a_preview_carries_the_chinese_characters_that_it_shows(web: SmallWeb) -> None:
    page = framed(web, "http://northlight.example/")
    data = re.search(r"data:font/otf;base64,([^)]+)", str(page))
    assert data
    with TTFont(io.BytesIO(base64.b64decode(data[1]))) as font:
        assert {ord(one) for one in page.get_text() if one >= "\u4e00"} <= set(font.getBestCmap())


def test_a_preview_runs_nothing_and_names_no_port(web: SmallWeb) -> None:
    frame = web.preview("http://northlight.example/").data
    assert 'sandbox=""' in frame
    assert "127.0.0.1" not in frame
    assert "<script" not in frame
    assert "Northlight" in frame
    with pytest.raises(CourseError, match=r"has no page http://northlight\.example/no"):
        web.preview("http://northlight.example/no")


def test_a_hasty_collector_is_asked_to_slow_down(web: SmallWeb) -> None:
    web.show(WEEK)
    asked = [web.fetch("http://lanternstreet.example/", {}).status for _time in range(3)]
    assert asked == [200, 429, 429]


# robots.txt


EXAMPLE = """
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/
Sitemap: http://shop.example/sitemap.xml

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html  # and nothing else
Crawl-delay: 2.5
"""


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("ecokit/1", "/", True),
        ("ecokit/1", "/example/page.html", False),
        ("ecokit/1", "/publications/a.gif", True),
        ("ecokit/1", "/a.gif", False),
        ("ecokit/1", "/a.gif?x=1", True),
        ("FooBot/2.0 (x)", "/", False),
        ("foobot", "/example/page.html", True),
        ("bazbot", "/example/page.html", False),
        ("barbot", "/a.gif", True),
    ],
)
def test_robots_as_in_the_example_of_rfc_9309(agent: str, path: str, allowed: bool) -> None:
    robots = Robots(EXAMPLE, agent)
    assert robots.allows(HOST + path) is allowed
    assert robots.sitemaps == ("http://shop.example/sitemap.xml",)
    assert robots.crawl_delay == (2.5 if agent in ("barbot", "bazbot") else 0)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        (
            "Allow: /example/page/\nDisallow: /example/page/disallowed.gif",
            "/example/page/disallowed.gif",
            False,
        ),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow: /*?sort=", "/phones?sort=price", False),
        ("Disallow: /fish*.php", "/fishheads/cat.php?x", False),
        ("Disallow: /fish*.php$", "/fish.php?x", True),
        ("Disallow: /caf%C3%A9", "/café", False),
        ("Disallow: /a%3Cd", "/a<d", False),
        ("Disallow: /%7Ejoe/", "/~joe/", False),
        ("Disallow: /price%24", "/price$list", False),
        ("Disallow: /price%2A", "/price-list", True),
        ("Disallow: /a$b", "/a$b", False),
        ("Disallow: /*a*a*a*a*a*a*a*a*a*a*a*a*b", "/" + "a" * 5_000, True),
        ("Disallow:", "/", True),
    ],
)
def test_the_longest_rule_decides(rules: str, path: str, allowed: bool) -> None:
    assert Robots(f"\ufeffUser-agent: *\n{rules}", "ecokit").allows(HOST + path) is allowed


@given(st.text(), st.text())
def test_any_robots_txt_can_be_read(text: str, path: str) -> None:
    robots = Robots(f"user-agent: *\n{text}", "ecokit")
    assert robots.allows(f"{HOST}/{path}".replace("[", "").replace("]", "")) in (True, False)
    assert 0 <= robots.crawl_delay < float("inf")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ([404], ""),
        ([403], ""),
        ([500], "could not be reached (status 500 (Internal Server Error))"),
        ([503], "could not be reached (too busy)"),
        ([429], "could not be reached (asked too often)"),
        ([OSError("no route")], "could not be reached (the site does not answer)"),
        (
            [Reply(301, {"location": "http://other.example/robots.txt"}, [])],
            "could not be reached (it leads to another site)",
        ),
        (
            [Reply(301, {"location": "/robots.txt"}, [])],
            "could not be reached (it leads from one address to the next)",
        ),
        ([b"User-agent: *\nDisallow: /private/"], ""),
        ([b"User-agent: *\nDisallow: /"], "robots.txt forbids it"),
        (
            [Reply(200, {}, [b"#" * 600_000])],
            "could not be reached (it is larger than 512,000 bytes)",
        ),
    ],
)
def test_a_robots_txt_that_cannot_be_read(answer: list[Any], told: str) -> None:
    """It is told from one that forbids: a site that is down has asked for nothing."""
    answers = Answers(a=[b"hello"])
    answers.paths["/robots.txt"] = answer
    collector, _clock = polite(answers)
    if not told:
        assert collector.get(f"{HOST}/a").text == "hello"
    else:
        with pytest.raises(RefusedError, match=re.escape(told)):
            collector.get(f"{HOST}/a")
        assert "/a" not in answers.addresses


# Politeness


def test_requests_keep_their_distance() -> None:
    answers = Answers(a=[b"a"], b=[b"b"], c=[b"c"])
    collector, clock = polite(answers, delay=3)
    for path in "abc":
        collector.get(f"{HOST}/{path}")
    assert list(collector.log["at"]) == [0, 3, 6, 9]
    answers.paths["/robots.txt"] = [b"User-agent: *\nCrawl-delay: 10"]
    collector, clock = polite(answers, delay=3)
    for path in "abc":
        collector.get(f"{HOST}/{path}")
    assert clock.now() == 30


def test_the_collector_says_who_it_is() -> None:
    answers = Answers(a=[b"a"])
    polite(answers)[0].get(f"{HOST}/a")
    assert {headers["User-Agent"] for _url, headers in answers.asked} == {collecting.AGENT}
    assert collecting.AGENT.startswith("ecokit/")


@pytest.mark.parametrize(
    ("replies", "waited", "reasons"),
    [
        ([503, b"ok"], 1, ["busy, tried again after 1 s", "ok"]),
        (
            [503, 502, 500, b"ok"],
            7,
            [
                "busy, tried again after 1 s",
                "busy, tried again after 2 s",
                "busy, tried again after 4 s",
                "ok",
            ],
        ),
        (
            [Reply(429, {"retry-after": "20"}, []), b"ok"],
            20,
            ["busy, tried again after 20 s", "ok"],
        ),
        (
            [Reply(429, {"retry-after": "soon"}, []), b"ok"],
            1,
            ["busy, tried again after 1 s", "ok"],
        ),
        (
            [Reply(503, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, []), b"ok"],
            1,
            ["busy, tried again after 1 s", "ok"],
        ),
        ([TimeoutError(), b"ok"], 1, ["no answer, tried again", "ok"]),
    ],
)
def test_a_busy_site_is_asked_again_later(
    replies: list[Any], waited: float, reasons: list[str]
) -> None:
    collector, clock = polite(Answers(a=replies), delay=0)
    assert collector.get(f"{HOST}/a").text == "ok"
    assert clock.now() == waited
    assert list(collector.log["reason"])[1:] == reasons


def test_a_site_is_left_alone_when_five_pages_in_a_row_did_not_come() -> None:
    bad = {f"bad{n}": [TimeoutError()] for n in range(10)}
    collector, _clock = polite(Answers(**bad, good=[b"here"]), delay=0)
    for n in range(4):
        with pytest.raises(PageError, match="does not answer"):
            collector.get(f"{HOST}/bad{n}")
    assert collector.get(f"{HOST}/good").text == "here"  # and the count begins anew
    for n in range(4, 9):
        with pytest.raises(PageError, match="does not answer"):
            collector.get(f"{HOST}/bad{n}")
    with pytest.raises(PageError, match="the 5 pages asked for before it did not come"):
        collector.get(f"{HOST}/bad9")


@pytest.mark.parametrize(
    ("kind", "counts"),
    [("silent", True), ("busy", True), ("broken", True), ("slow", True), ("gone", False)],
)
def test_whatever_keeps_a_page_away_counts_but_that_there_is_none(kind: str, counts: bool) -> None:
    clock = CountingClock()

    def body() -> Iterator[bytes]:
        clock.sleep(1_000 if kind == "slow" else 0)
        yield b"."
        raise ConnectionResetError

    replies: dict[str, Any] = {"silent": TimeoutError(), "busy": 503, "gone": 410}
    five = {f"bad{n}": [replies.get(kind) or Reply(200, {}, body())] for n in range(5)}
    collector, _clock = polite(Answers(**five, good=[b"here"]), delay=0, clock=clock)
    for name in five:
        with pytest.raises(PageError):
            collector.get(f"{HOST}/{name}")
    if counts:
        with pytest.raises(PageError, match="the 5 pages asked for before it did not come"):
            collector.get(f"{HOST}/good")
    else:
        assert collector.get(f"{HOST}/good").text == "here"


@pytest.mark.parametrize(
    ("replies", "requests", "sentence"),
    [
        ([503], 4, "too busy"),
        ([429], 4, "asked too often"),
        ([Reply(503, {"retry-after": "3600"}, [])], 1, "too busy"),
        ([Reply(503, {"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}, [])], 1, "too busy"),
        ([ConnectionResetError()], 4, "the site does not answer"),
        ([404], 1, "not found"),
        ([410], 1, "gone"),
        ([403], 1, r"status 403 \(Forbidden\)"),
        ([799], 1, r"status 799 \(unknown\)"),
        ([Reply(302, {"location": "http://other.example/"}, [])], 1, "leads to another site"),
        ([Reply(302, {"location": "http://shop.example:8888/"}, [])], 1, "leads to another site"),
        ([Reply(302, {"location": "file:///etc/passwd"}, [])], 1, "leads to another site"),
        ([Reply(302, {"location": "http://[broken"}, [])], 1, "leads to another site"),
        ([Reply(302, {"location": "/a"}, [])], 6, "leads from one address to the next"),
        ([Reply(302, {}, [])], 1, r"status 302 \(Found\)"),
        ([Reply(299, {"location": "/"}, [])], 1, r"status 299 \(unknown\)"),
        ([Reply(400, {"location": "/"}, [])], 1, r"status 400 \(Bad Request\)"),
        ([Reply(200, {"content-type": "image/png"}, [b"x"])], 1, "it is no text but image/png"),
        ([Reply(200, {}, [b"x" * 70_000] * 20)], 1, "larger than 1,000,000 bytes"),
        ([Reply(200, {}, [b"\xff\xfe\xff"])], 1, "is not in utf-8, as it says"),
        ([Reply(200, {"content-type": "text/html; charset=no-such"}, [b"x"])], 1, "not in no-such"),
        ([Reply(200, {"content-type": "text/html; charset=idna"}, [b"x"])], 1, "not in idna"),
        ([b"a\0b"], 1, "is no text"),
    ],
)
def test_what_cannot_be_had_ends_in_a_sentence(
    replies: list[Any], requests: int, sentence: str
) -> None:
    answers = Answers(a=replies)
    collector, _clock = polite(answers)
    with pytest.raises(PageError, match=sentence):
        collector.get(f"{HOST}/a")
    assert answers.addresses.count("/a") == requests


def test_redirects_on_the_same_site_are_followed_if_allowed() -> None:
    moved = Reply(301, {"location": "/new#top"}, [])
    choice, last = (Reply(status, moved.headers, []) for status in (300, 399))
    answers = Answers(
        old=[moved],
        choice=[choice],
        last=[last],
        new=[b"here"],
        secret=[Reply(302, {"location": "/private/x"}, [])],
    )
    answers.paths["/robots.txt"] = [b"User-agent: *\nDisallow: /private/"]
    collector, _clock = polite(answers)
    for name in ("old", "choice", "last"):
        assert collector.get(f"{HOST}/{name}").text == "here"
    with pytest.raises(RefusedError, match=r"leads to a page that robots\.txt forbids"):
        collector.get(f"{HOST}/secret")


def test_a_slow_page_and_a_broken_one_end_in_a_sentence() -> None:
    clock = CountingClock()

    def drip() -> Iterator[bytes]:
        while True:
            clock.sleep(5)
            yield b"."

    def broken() -> Iterator[bytes]:
        yield b"<html>"
        raise ConnectionResetError

    answers = Answers(slow=[Reply(200, {}, drip())], broken=[Reply(200, {}, broken())])
    collector, _clock = polite(answers, clock=clock)
    with pytest.raises(PageError, match="it comes too slowly"):
        collector.get(f"{HOST}/slow")
    with pytest.raises(PageError, match="it broke off"):
        collector.get(f"{HOST}/broken")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example/",
        "file:///etc/passwd",
        "shop.example",
        "http://",
        "http://[",
        "",
        "javascript:alert(1)",
        "http://me:secret@shop.example/",
        "http://shop.example/a b",
        "http://shop.example:99999/",
        "http://shop.example/\n",
    ],
)
def test_what_is_no_web_address_is_not_asked(url: str) -> None:
    answers = Answers()
    with pytest.raises(RefusedError, match="Write a web address"):
        polite(answers)[0].get(url)
    assert answers.asked == []


def test_a_site_that_wants_a_visit_a_day_is_left_alone() -> None:
    rules = Reply(200, {"content-type": "text/plain"}, [b"User-agent: *\nCrawl-delay: 86400"])
    answers = Answers(**{"robots.txt": [rules], "a": [b"a"]})
    with pytest.raises(RefusedError, match="asks for 86,400 seconds between two pages"):
        polite(answers)[0].get(f"{HOST}/a")
    assert answers.addresses == ["/robots.txt"]


def test_enough_is_enough() -> None:
    collector, _clock = polite(Answers(a=[b"a"], b=[b"b"]), most_pages=2)
    collector.get(f"{HOST}/a")
    with pytest.raises(RefusedError, match="2 requests to this site are enough for a week"):
        collector.get(f"{HOST}/b")


@pytest.mark.parametrize("on_disk", [False, True])
def test_a_page_is_asked_for_once_a_week_and_then_only_if_it_changed(
    on_disk: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    headers = {"etag": '"1"', "last-modified": "Mon, 03 Mar 2025 00:00:00 GMT"}
    answers = Answers(a=[Reply(200, headers, [b"one"]), 304, Reply(200, {}, [b"two"])])
    clock = CountingClock(pd.Timestamp(WEEK).date())
    collector, _clock = polite(answers, clock=clock, folder=folder if on_disk else None)
    assert collector.get(f"{HOST}/a").text == collector.get(f"{HOST}/a#part").text == "one"
    if on_disk:
        collector, _clock = polite(answers, clock=clock, folder=folder)
        assert collector.get(f"{HOST}/a").text == "one"
        damaged = next(path for path in folder.rglob("*.page") if b"one" in path.read_bytes())
        assert damaged.parent.name == WEEK
    assert answers.addresses.count("/a") == 1
    clock.date = pd.Timestamp("2025-03-12").date()
    page = collector.get(f"{HOST}/a")
    assert (page.text, page.week) == ("one", "2025-03-10")
    assert answers.asked[-1][1]["If-None-Match"] == '"1"'
    assert answers.asked[-1][1]["If-Modified-Since"] == headers["last-modified"]
    assert list(collector.log["reason"])[-1] == f"not changed since {WEEK}"
    clock.date = pd.Timestamp("2025-03-19").date()
    assert collector.get(f"{HOST}/a").text == "two"


def test_a_damaged_file_is_asked_for_again(tmp_path: Path) -> None:
    answers = Answers(a=[b"one"])
    polite(answers, folder=tmp_path)[0].get(f"{HOST}/a")
    for path in tmp_path.rglob("*.page"):
        path.write_bytes(b"{not json")
    assert polite(answers, folder=tmp_path)[0].get(f"{HOST}/a").text == "one"
    assert answers.addresses.count("/a") == 2


def test_the_log_has_its_types() -> None:
    log = polite(Answers())[0].log
    assert [str(kind) for kind in log.dtypes[["at", "status", "bytes", "from_cache"]]] == [
        "float64",
        "Int64",
        "int64",
        "bool",
    ]


def test_the_network_collector_reads_as_the_small_web_does(web: SmallWeb) -> None:
    """The fetch that `Collector()` makes is the one that the small web hands out."""
    web.show(WEEK)
    reply = web.fetch("http://northlight.example/", {})
    assert reply.headers["content-type"] == "text/html"
    assert b"".join(reply.body).startswith(b"<!DOCTYPE html>")
    assert isinstance(Collector()._fetch, Network)


# Price texts


@pytest.fixture(scope="module")
def price_texts(real_data: Callable[[str], Path]) -> pd.DataFrame:
    table = pd.read_csv(real_data("price_strings.csv.gz"), dtype=str, keep_default_na=False)
    return table[~table["group"].str.contains("XFAIL|DECIMAL_SEPARATOR")]


def share_right(table: pd.DataFrame, read: Callable[[Any], Decimal | None]) -> float:
    right = 0
    for row in table.itertuples():
        wanted = Decimal(str(row.amount)) if row.amount else None
        try:
            right += read(row) == wanted
        except CourseError:
            right += wanted is None
    return right / len(table)


def test_real_price_texts_are_read(price_texts: pd.DataFrame) -> None:
    def ours(row: Any) -> Decimal:
        return competitors.read_price(
            row.raw,
            row.currency_hint or None,
            row.decimal_separator or None,
            row.digit_group_separator or None,
        ).amount

    assert len(price_texts) == 1_042
    assert share_right(price_texts, ours) == 1


def test_a_naive_expression_reads_two_in_three(price_texts: pd.DataFrame) -> None:
    def naive(row: Any) -> Decimal | None:
        found = re.search(r"\d+(?:\.\d+)?", row.raw)
        return Decimal(found[0]) if found else None

    assert 0.6 < share_right(price_texts, naive) < 0.7


@pytest.mark.parametrize(
    ("text", "amount", "currency", "was"),
    [
        ("¥1,299.00", "1299.00", "CNY", None),
        ("1299元", "1299", "CNY", None),
        ("RMB 1 299", "1299", "CNY", None),
        ("RMB\xa01\u202f299", "1299", "CNY", None),
        ("now 1.199,00 CNY", "1199.00", "CNY", None),
        ("原价 ¥1,299 现价 ¥999", "999", "CNY", "1299"),
        ("Was ¥1,299.00 now ¥999.00", "999.00", "CNY", "1299.00"),
        ("市场价1299元,券后价 949.5元", "949.5", "CNY", "1299"),
        ("¥999 (RRP ¥1,299)", "999", "CNY", "1299"),
        ("会员价 ¥949 ¥999", None, None, None),
        ("¥999 会员价 ¥949", "999", "CNY", None),
        ("¥999, or ¥83 per month", "999", "CNY", None),
        ("￥１，２９９．００", "1299.00", "CNY", None),
        ("1.2万元", "12000", "CNY", None),
        ("US$ 12", "12", "US$", None),
        ("Was £12.99, now £9.99", "9.99", "£", "12.99"),
        ("statt 1.599 € jetzt 1.299 €", "1299", "€", "1599"),
        ("CHF 1’299.–", "1299", "CHF", None),
        ("JP¥1,200", "1200", "JPY", None),
        ("1,200円", "1200", "JPY", None),
        ("Only 3 left! $12.99", "12.99", "$", None),
        ("2 x HK$12.50", "12.50", "HK$", None),
        ("¥1,299, or ¥108/month", "1299", "CNY", None),
        ("¥120 (list price), ¥99", "99", "CNY", "120"),
        ("¥120（原价），¥99", "99", "CNY", "120"),
        ("99元（现价）120元（原价）", "99", "CNY", "120"),
        ("¥99 (member price), ¥120", "120", "CNY", None),
        ("¥99 (down from ¥120)", "99", "CNY", "120"),
        ("¥1,299 (incl. VAT)", "1299", "CNY", None),
        ("¥120 (list price)", None, None, None),
        ("-$5.00", None, None, None),
        ("Members' price ¥949", None, None, None),
        ("原价 ¥1,299", None, None, None),
        ("out of stock", None, None, None),
        ("", None, None, None),
        ("9" * 301, None, None, None),
        (None, None, None, None),
        (1299, None, None, None),
    ],
)
def test_price_texts(text: Any, amount: str | None, currency: str, was: str | None) -> None:
    if amount is None:
        with pytest.raises(CourseError):
            competitors.read_price(text)
        return
    price = competitors.read_price(text)
    assert (price.amount, price.currency) == (Decimal(amount), currency)
    assert price.was == (Decimal(was) if was else None)
    assert not price.at_least


@pytest.mark.parametrize(
    "text",
    [
        "from ¥999",
        "999元起",
        "¥999 起",
        "¥999-1,299",
        "¥999~¥1299",
        "$999+",
        "ab 999 €",
        "$999 to $1,299",
        "as low as £999",
    ],
)
def test_a_lowest_price_is_marked(text: str) -> None:
    price = competitors.read_price(text)
    assert (price.amount, price.at_least) == (999, True)


@given(st.text(max_size=400))
def test_any_text_is_a_price_or_a_sentence(text: str) -> None:
    try:
        amount = competitors.read_price(text).amount
    except CourseError:
        return
    assert amount >= 0


# What is collected


def test_what_is_collected_is_what_is_published_without_what_robots_forbids(
    shop: Shop, weeks: list[pd.Timestamp], snapshots: list[Snapshot]
) -> None:
    collected = competitors.panel(snapshots)
    truth = competitors.published(shop, weeks=weeks)
    log = competitors.logs(snapshots)
    forbidden = log[log["reason"] == "robots.txt forbids it"]
    assert set(forbidden["competitor_id"]) == {"K2"}
    assert forbidden["url"].str.startswith("http://lanternstreet.example/members/item/").all()
    keys = list(
        zip(forbidden["week"], forbidden["url"].str.extract(r"/([^/]+)\.html$")[0], strict=True)
    )
    assert keys
    assert not set(keys) & set(zip(truth["week"], truth["sku"], strict=True))
    there = shop.competitor_prices[["week", "sku"]].itertuples(index=False, name=None)
    assert set(keys) <= set(there)
    pd.testing.assert_frame_equal(collected, truth)
    assert competitors.problems(snapshots).empty


def test_the_seed_of_another_company_works_too() -> None:
    other = load_shop(seed=7)
    week = other["competitor_prices"]["week"].max()
    found = competitors.panel(competitors.collect_weeks(other, [week]))
    truth = competitors.published(other, weeks=[week])
    pd.testing.assert_frame_equal(found, truth)


def test_the_collector_asks_politely_and_only_once(
    weeks: list[pd.Timestamp], snapshots: list[Snapshot]
) -> None:
    log = competitors.logs(snapshots)
    assert set(log["reason"].str.replace(r" since .*| after .*", "", regex=True)) == {
        "ok",
        "not found",
        "robots.txt forbids it",
        "busy, tried again",
        "not changed",
    }
    assert not (log["status"] == 429).any()
    asked = log[log["status"].notna()].assign(host=log["url"].map(lambda u: urlsplit(u).netloc))
    gaps = asked.groupby("host")["at"].diff().groupby(asked["host"]).min()
    assert gaps["northlight.example"] >= 1
    assert gaps["lanternstreet.example"] >= 2
    done = asked[asked["status"].isin([200, 304])]
    assert not done.duplicated(["week", "url"]).any()
    assert (log["from_cache"] == (log["status"] == 304).fillna(False)).all()


def test_the_panel_has_its_types_and_fills_nothing_in(
    shop: Shop, snapshots: list[Snapshot]
) -> None:
    table = competitors.panel(snapshots)
    assert {name: str(kind) for name, kind in table.dtypes.items()} == TYPES
    without_middle = [s for s in snapshots if s.week != snapshots[3].week]
    assert competitors.panel(without_middle)["week"].nunique() == 2
    assert len(competitors.panel(without_middle)) < len(table)
    empty = competitors.panel([])
    assert list(empty.columns) == list(table.columns)
    assert (empty.dtypes == table.dtypes).all()
    assert competitors.collect_weeks(shop, []) == []
    alone = competitors.published(shop, weeks="2025-03-05")
    assert set(alone["week"]) == {pd.Timestamp(WEEK)}
    with pytest.raises(CourseError, match="K1 is there twice in the week of 2025-06-30"):
        competitors.panel([*snapshots, snapshots[0]])


def test_the_directory_is_collected_whole(shop: Shop, web: SmallWeb) -> None:
    found = competitors.collect_directory(Collector(web.fetch, clock=web.clock))
    truth = shop["directory"].sort_values("shop_id", ignore_index=True)
    pd.testing.assert_frame_equal(found, truth, check_dtype=False)
    assert set(hosts(shop)) - set(truth["domain"]) == {"shopguide.example"}


# The contract


def test_a_naive_reader_misreads_the_new_template_in_silence(
    shop: Shop, weeks: list[pd.Timestamp]
) -> None:
    def naive(week: pd.Timestamp) -> pd.Series[float]:
        prices = {}
        for name, content in pages(shop, week).items():
            row = re.search(
                r"<th>Price [^<]*</th><td>([^<]+)", content.decode("gb18030", "replace")
            )
            if name.startswith("papaya/goods/") and row:
                prices[Path(name).stem] = float(competitors.read_price(row[1]).amount)
        return pd.Series(prices)

    truth = competitors.published(shop, weeks=weeks).query("competitor_id == 'K3'")
    wrong = {
        week: (naive(week)[table["sku"]].to_numpy() != table["price"].to_numpy()).mean()
        for week, table in truth.groupby("week")
    }
    assert wrong[weeks[0]] == 0
    assert wrong[weeks[1]] > 0.3


def test_the_old_reader_tells_of_the_new_template(shop: Shop, weeks: list[pd.Timestamp]) -> None:
    old = {"K1": READERS["K1"], "K2": READERS["K2"], "K3": READERS["K3"][-1:]}
    before, after = competitors.collect_weeks(shop, weeks[:2], old)[2::3]
    assert before.problems.empty
    assert after.offers.empty
    assert set(after.problems["field"]) == {"list_price", "price", "offers"}
    assert re.fullmatch(
        r"http://papayagadgets.example/goods/\w+.htm: list_price should be on the page, "
        r"but is missing.",
        after.problems["sentence"].iloc[0],
    )


def changed(page: Page, old: str, new: str) -> Page:
    assert re.search(old, page.text)
    return Page(page.url, re.sub(old, new, page.text), page.week)


@pytest.mark.parametrize(
    ("site", "old", "new", "sentence"),
    [
        ("K1", '"price": "', '"price": "9', "price should be the same for people and in the str"),
        ("K1", "https://schema.org/InStock", "https://schema.org/OutOfStock", "in_stock should be"),
        ("K1", '"@type": "Product"', '"@type": "Thing"', "structured data should be on the page"),
        ("K1", '{"@context"', '{"@context" oops', "structured data should be on the page"),
        ("K1", 'class="price">.*?<', 'class="price">call us<', "price should be a price in yuan"),
        ("K1", 'class="price">', 'class="price">from ', "a price in yuan that everybody can pay"),
        ("K1", 'class="price">¥', 'class="price">$', "a price in yuan that everybody can pay"),
        ("K1", 'class="price"', 'class="cost"', "all that looks like a price, but is ¥"),
        ("K1", "<main>", "<main></main><main>", "one part 'main', but is 2"),
        ("K1", 'class="stock">.*?<', 'class="stock">perhaps<', "in stock or out of stock"),
        ("K2", 'itemprop="price" content="', 'itemprop="price" content="1', "price should be the"),
        ("K2", "class=.price.>", 'class="price">今日 ¥1 </p><p class="x">', "price should be"),
        ("K2", "ratingValue..[^<]*<", 'ratingValue">49<', "rating should be between 0 and 5"),
        ("K2", "(itemprop=.sku.>)", r"\1X", "as in the address"),
        ("K2", "itemprop=.category.>", 'itemprop="category">New: 新品</span><span>', "category"),
        ("K3", "原价", "参考价", "list_price should be on the page, but is missing"),
        (
            "K3",
            "List price 原价</th><td>RMB [0-9 ]+",
            "原价</th><td>RMB 0.1",
            "at most the list price",
        ),
        ("K3", "day.s. 天", "months", "delivery_days should be a number of days"),
        ("K3", "day.s. 天", "days", "nothing"),
        ("K3", "<th>Delivery.*?</td>", "", "delivery_days should be on the page, but is missing"),
    ],
)
def test_a_page_that_breaks_the_contract_says_where(
    product_pages: dict[str, Page], site: str, old: str, new: str, sentence: str
) -> None:
    page = product_pages[site]
    assert len(read_offers(page, READERS[site])) == 1
    broken = changed(page, old, new)
    if sentence == "nothing":
        assert len(read_offers(broken, READERS[site])) == 1
        return
    with pytest.raises(ContractError) as caught:
        read_offers(broken, READERS[site][-1:])
    said = " ".join(problem.sentence for problem in caught.value.problems)
    assert page.url in said
    assert sentence in said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"block": "main["}, r"'main\[' is no CSS selector"),
        ({"product": "("}, r"'\(' is no regular expression"),
        ({"fields": {"cost": "b"}}, "A reader has no field 'cost'. Fields are sku, name"),
        ({"data": "rdfa"}, "data is json-ld, microdata or nothing, not 'rdfa'"),
    ],
)
def test_a_slip_in_a_reader_is_told_at_once(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CourseError, match=sentence):
        replace(READERS["K1"][0], **change)


def test_only_pages_are_read() -> None:
    with pytest.raises(CourseError, match="Give a page that a Collector got"):
        read_offers("http://shop.example/")
    with pytest.raises(ContractError, match="readers should be at least one"):
        read_offers(Page(f"{HOST}/p/A.html", ""), [])


@pytest.mark.parametrize(
    "product",
    [
        '{"@type": "Product", "sku": "A", "name": "B 手机", "category": "手机", "offers": OFFER}',
        '{"@graph": [{"@type": "WebPage"}, {"@type": ["Product"], "sku": "A", "name": "B",'
        ' "category": "手机", "offers": [OFFER]}]}',
        '[{"@type": "http://schema.org/Product", "sku": "A", "name": "B\n", "category": "手机",'
        ' "offers": OFFER}]',
    ],
)
def test_json_ld_as_shops_write_it(product: str) -> None:
    offer = '{"price": 1299, "priceCurrency": "CNY", "availability": "InStock"}'
    text = f'<script type="application/ld+json">{product.replace("OFFER", offer)}</script><p></p>'
    reader = Reader(
        start="/",
        links="a",
        product="/p/",
        block="p",
        fields={},
        data="json-ld",
        optional=("delivery_days", "rating", "reviews"),
    )
    (found,) = read_offers(Page(f"{HOST}/p/A.html", text), [reader])
    assert (found.price, found.list_price, found.category) == (1299.0, 1299.0, "phones")


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        ("1299.00", 1299),
        ("1,299.00", 1299),
        ("¥1299", 1299),
        (["1299"], None),
        (True, None),
        ("1299-1599", "a price in yuan"),
        (float("nan"), "a price in yuan"),
        (10**400, "a price in yuan"),
    ],
)
def test_structured_prices_are_read_or_told(price: Any, shown: Any) -> None:
    """What is no single price says nothing, or breaks the contract; the price shown stands."""
    product = {"@type": "Product", "sku": "A", "offers": {"price": price, "priceCurrency": "CNY"}}
    page = json.dumps([{"@graph": [{"@type": "WebPage", "mainEntity": product}]}])
    text = f'<script type="application/ld+json">{page}</script><p><b>PRICE</b></p>'
    optional = ("name", "category", "in_stock", "delivery_days", "rating", "reviews")
    reader = Reader(
        start="/",
        links="a",
        product="/p/",
        block="p",
        fields={"price": "b"},
        data="json-ld",
        optional=optional,
    )

    def read(printed: str) -> float:
        shop_page = Page(f"{HOST}/p/A.html", text.replace("PRICE", printed))
        return read_offers(shop_page, [reader])[0].price

    if isinstance(shown, str):
        with pytest.raises(ContractError, match=shown):
            read("¥1,299")
        return
    assert read("¥1,299") == 1299
    if shown:
        with pytest.raises(ContractError, match="the same for people and in the structured data"):
            read("¥999")
    with pytest.raises(ContractError, match="a price in yuan that everybody can pay"):
        read("¥108/month")


def test_half_a_character_from_a_page_reaches_the_panel_and_the_report(tmp_path: Path) -> None:
    product = {"@type": "Product", "sku": "A\ud800", "name": "B", "offers": {"price": 5}}
    text = f'<script type="application/ld+json">{json.dumps(product)}</script><p></p>'
    optional = ("category", "in_stock", "delivery_days", "rating", "reviews")
    reader = Reader(
        start="/", links="a", product="/p/", block="p", fields={}, data="json-ld", optional=optional
    )
    with pytest.raises(ContractError, match="a price in yuan"):
        read_offers(Page(f"{HOST}/p/A.html", text), [reader])
    priced = text.replace('"price": 5', '"price": 5, "priceCurrency": "CNY"')
    (offer,) = read_offers(Page(f"{HOST}/p/A.html", priced), [reader])
    assert pd.DataFrame([offer])["sku"][0] == offer.sku == "A?"
    file = competitors.save_report("<p>\ud800</p>", tmp_path / "report.html")
    assert file.read_text(encoding="utf-8") == "<p>&#55296;</p>"


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("https://schema.org/InStock", True),
        ("http://schema.org/LimitedAvailability", True),
        ("OnlineOnly", True),
        ("InStoreOnly", True),
        ("in_stock", True),
        ("3 in stock", True),
        ("现货", True),
        ("In stock, no waiting", True),
        ("https://schema.org/OutOfStock", False),
        ("SoldOut", False),
        ("Discontinued", False),
        ("PreOrder", False),
        ("BackOrder", False),
        ("OUT-OF-STOCK", False),
        ("no", False),
        ("no longer in stock", False),
        ("0 in stock", False),
        ("Currently unavailable", False),
        ("暂时没有货", False),
        ("perhaps", None),
        ("", None),
    ],
)
def test_words_for_stock(text: str, there: bool | None) -> None:
    if there is None:
        with pytest.raises(CourseError):
            CONVERT["in_stock"](text)
        return
    assert CONVERT["in_stock"](text) is there


def test_prices_far_from_last_week_are_left_out_and_told(
    shop: Shop, web: SmallWeb, snapshots: list[Snapshot]
) -> None:
    web.show(snapshots[2].week)
    before = snapshots[2].offers.copy()
    before["price"] *= [10] + [1] * (len(before) - 1)
    collector = Collector(web.fetch, clock=web.clock)
    found = collect_site(collector, "K3", "http://papayagadgets.example/", before=before)
    assert len(found.offers) == len(before) - 1
    assert list(found.problems["field"]) == ["price"]
    assert "near last week's" in found.problems["sentence"].iloc[0]
    doubled = pd.concat([before.iloc[1:], before.iloc[1:].assign(sku="x" + before["sku"])])
    found = collect_site(collector, "K3", "http://papayagadgets.example/", before=doubled)
    assert list(found.problems["field"]) == ["offers"]
    web.show(WEEK)


def test_a_competitor_without_a_reader_is_told(web: SmallWeb) -> None:
    with pytest.raises(CourseError, match=r"competitor_id is 'K9'\. Choose one of: K1, K2, K3"):
        collect_site(Collector(web.fetch, clock=web.clock), "K9", "http://k9.example/")


def test_a_walk_stays_on_its_site_and_tells_of_bad_pages() -> None:
    answers = Answers(
        start=[
            b"<a href='http://other.example/p/1.html'>x</a><a href='/p/1.html'>y</a>"
            b"<a href='/p/2.html'>z</a><a href='javascript:alert(1)'>j</a><a href='/img'>i</a>"
        ],
        img=[Reply(200, {"content-type": "image/png"}, [])],
    )
    answers.paths["/p/1.html"] = [b"<main>" + b"<b>" * 1_000 + b"</main>"]
    good = "<main><i>2</i><u>in stock</u><h1>A phone 手机</h1><b>9元</b></main>"
    answers.paths["/p/2.html"] = [good.encode()]
    reader = replace(READER, start="/start")
    collector, _clock = polite(answers)
    found = collect_site(collector, "K1", f"{HOST}/", [reader])
    assert list(found.offers["price"]) == [9.0]
    assert list(found.problems["field"]) == ["page", "page"]
    assert {urlsplit(url).netloc for url, _headers in answers.asked} == {"shop.example"}


# Strangers' pages


def survives(url: str, body: bytes) -> None:
    """Read a body as the collector does; whatever it is ends in offers or in a sentence."""
    sentence = url
    try:
        read_offers(Page(url, decoded(url, body), WEEK))
    except CourseError as error:
        sentence = str(error)
    assert url in sentence


@given(st.binary(max_size=2_000))
def test_any_bytes_end_in_a_sentence(body: bytes) -> None:
    survives(f"{HOST}/p/A.html", body)


@given(data=st.data())
def test_torn_pages_end_in_offers_or_in_a_sentence(
    product_pages: dict[str, Page], data: st.DataObject
) -> None:
    page = product_pages[data.draw(st.sampled_from(["K1", "K2", "K3"]))]
    body = page.text.encode()
    a, z = sorted(data.draw(st.tuples(*[st.integers(0, len(body))] * 2)))
    patch = data.draw(
        st.binary(max_size=30) | st.sampled_from([b"", b"<", b"<!--", b"<script>", b"{"])
    )
    survives(page.url, body[:a] + patch + body[z:])


@pytest.mark.parametrize(
    "text",
    [
        "<a " * 20_000 + " x" * 200_000,
        "<!--" * 20_000 + " x" * 200_000,
        "<b>" * 20_000,
        "<![CDATA[" * 20_000,
        "<?a" * 20_000,
        "<" * 400_000,
        "<a b='" * 20_000,
        "<td>" * 19_999,
        '<script type="application/ld+json">' + "[" * 200_000 + "</script>",
        "<script>" * 20_000,
        "<a " + "b=c " * 200_000,
        "<main>" + "1" * 500_000 + "元</main>",
        '<script type="application/ld+json">{"@type": "Product", "name": NaN, "offers": [[]]}'
        "</script>",
        '<script type="application/ld+json">"Product"</script>',
        '<script type="application/ld+json">[{"@type": "Product", "offers": {"price": 1e999}}]'
        "</script>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
    ],
    ids=range(16),
)
def test_traps_end_in_a_sentence_soon(text: str) -> None:
    survives(f"{HOST}/p/A.html", text.encode())


def test_nothing_in_a_page_is_run_or_loaded() -> None:
    soup = markup.parsed("<p>a</p><SCRIPT>alert(1)</SCRIPT ><style>b{}</style><p>c</p><script>d")
    assert soup.get_text() == "ac"
    sitemap = (
        '<?xml version="1.0"?><!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><loc>&x;</loc>'
    )
    assert [tag.get_text() for tag in markup.parsed(sitemap).select("loc")] == ["&x"]


NO_READERS = [7, "K1", [7], [READER, None], {"K1": [READER]}, Reader]


@pytest.mark.parametrize("readers", NO_READERS)
def test_what_is_no_reader_is_told(shop: Shop, web: SmallWeb, readers: Any) -> None:
    collector = Collector(web.fetch, clock=web.clock)
    page = Page(f"{HOST}/p/A1.html", "<main></main>")
    for call in (
        lambda: read_offers(page, readers),
        lambda: collect_site(collector, "K2", "http://lanternstreet.example/", readers),
        lambda: competitors.collect_weeks(shop, [WEEK], {"K2": readers}),
        lambda: competitors.collect_weeks(shop, [WEEK], [readers]),
    ):
        with pytest.raises(CourseError, match=r"readers is .*\. Give readers"):
            call()
    with pytest.raises(CourseError, match="Give one reader at least"):
        collect_site(collector, "K2", "http://lanternstreet.example/", [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"fetch": 7}, {"clock": 7}, {"delay": "slow"}, {"delay": -1}, {"agent": None},
        {"folder": 7}, {"most_bytes": "many"}, {"most_pages": 0},
    ],
    ids=str,
)  # fmt: skip
def test_a_collector_says_what_it_cannot_use(wrong: dict[str, Any]) -> None:
    with pytest.raises(CourseError, match=rf"^{next(iter(wrong))} is "):
        Collector(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": 7}, {"links": None}, {"product": 7}, {"block": ["main"]}, {"fields": ["sku"]},
        {"fields": {"sku": 7}}, {"ignored": 7}, {"optional": 7}, {"optional": "rating"},
    ],
    ids=str,
)  # fmt: skip
def test_a_reader_says_what_it_cannot_use(wrong: dict[str, Any]) -> None:
    with pytest.raises(CourseError, match=rf"^{next(iter(wrong))}(\['sku'\])? is "):
        replace(READER, **wrong)
