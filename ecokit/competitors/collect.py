"""A polite collector: it asks rarely, keeps to robots.txt, and says what it did not get and why."""

from __future__ import annotations

import codecs
import contextlib
import datetime as dt
import re
import sys
import time
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urlsplit

import pandas as pd

from ecokit import __version__
from ecokit.competitors.addresses import (
    absolute,
    is_address,
    is_made_safe,
    is_same_site,
    plain,
    shown,
)
from ecokit.competitors.fetching import (
    SECONDS_LEFT,
    SLOWEST,
    Fetch,
    NoAddressError,
    Reply,
    SlowError,
)
from ecokit.competitors.markup import MarkupError, parsed
from ecokit.competitors.robots import Robots
from ecokit.competitors.store import Held, Store
from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.messages import _

if TYPE_CHECKING:
    import bs4

AGENT = f"ecokit/{__version__} (a training exercise on prices)"
READABLE = ("text/html", "application/xhtml+xml", "text/plain", "text/xml", "application/xml")
TRIES = 4
LONGEST_WAIT = 120.0  # seconds; a site that asks for more is left alone
MOST_FAILED = 5  # pages in a row that come too late or not at all; then the site is left alone
BUSY = (429, 502, 503, 504)
WEB_ENCODINGS = re.compile("utf-(8|16)|ascii|iso8859|cp125|gb|big5|euc|shift_jis|koi8")
ROBOTS_BYTES = 500 * 1024  # what RFC 9309 wants to be read at least


class Clock:
    """The time; the small web has one that does not wait."""

    def now(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def today(self) -> dt.date:
        """Return the date."""
        return dt.date.today()


class Budget:
    """Seconds that a site may take for one page, with all its redirects and repeats.

    The collector's own waits do not count.

    >>> clock = Clock()
    >>> budget = Budget(clock, 30)
    >>> with budget.running():
    ...     round(SECONDS_LEFT.get())
    30
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._left = clock, seconds
        self._since: float | None = None

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self._left - (0.0 if self._since is None else self._clock.now() - self._since)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Count the time until the end of the block."""
        if self.left <= 0:
            raise SlowError
        token = SECONDS_LEFT.set(self.left)
        self._since = self._clock.now()
        try:
            yield
        finally:
            SECONDS_LEFT.reset(token)
            self._left, self._since = self.left, None


class PageError(CourseError):
    """A page that could not be had, or not be used."""


class RefusedError(PageError):
    """A page that the collector does not ask for, because it must not."""


class AddressError(RefusedError):
    """A page that cannot be asked for, because its address is none."""


class SpentError(RefusedError):
    """A page that is left unread, because the site was asked often enough this week."""


class GivenUpError(SpentError):
    """A page that is left unread, because those before it did not come."""


class Page:
    """A page as text. Nothing in it is ever run.

    Attributes
    ----------
    url : str
    week : str
        The Monday of the week it was read in.
    text : str
    """

    def __init__(self, url: str, text: str, week: str = "") -> None:
        self.url, self.text, self.week = url, text, week

    @cached_property
    def soup(self) -> bs4.BeautifulSoup:
        """The page as a tree of elements.

        Raises
        ------
        PageError
            When `parsed` refuses the page.
        """
        try:
            return parsed(self.text)
        except MarkupError as error:
            raise PageError(f"{shown(self.url)}: {error}.") from error

    def links(self, selector: str) -> list[str]:
        """Return the addresses that the elements of a CSS selector lead to, each once."""
        found = (tag.get("href") or tag.get_text(strip=True) for tag in self.soup.select(selector))
        return list(dict.fromkeys(absolute(self.url, str(link)) for link in found))

    def __repr__(self) -> str:
        return f"Page({self.url}, {len(self.text):,} characters)"


class Collector:
    """Ask sites for pages, politely.

    Parameters
    ----------
    fetch : callable, optional
        ``fetch(url, headers)`` gives a `Reply`. Without it, the network; on the small web,
        ``web.fetch``.
    clock : Clock, optional
        The real time; on the small web, ``web.clock``, which counts the waits and skips them.
    delay : float
        Seconds between two requests to one host. A longer Crawl-delay of the site wins; a site that
        asks for more than two minutes is left alone.
    agent : str
        Who asks. Begin with a name, and say how to reach you.
    folder : str or Path, optional
        Where to keep pages. Without it they are kept in memory.
    most_bytes : int
        Larger pages are not read.
    most_pages : int
        Requests to one host in a week, after which it is left alone.
    most_seconds : float
        Seconds that a site may take for one page, from the connection to the last byte, with all
        redirects and repeats. The collector's own waits do not count.
    proxies : mapping of scheme to address, or bool
        Proxies to ask through, such as ``{"https": "http://proxy.example:3128"}``; True takes those
        of the environment. Without ``fetch`` only.

    Raises
    ------
    CourseError
        One of these is of another kind.

    Notes
    -----
    A page that is held since this week is not asked for again; one that is held since an earlier
    week is asked for only if it changed (``If-None-Match``, ``If-Modified-Since``). A busy site
    (429, 500, 502, 503, 504) or a network error is tried again after 1, 2 and 4 seconds, or when
    ``Retry-After`` says so (RFC 9110, section 10.2.3). A robots.txt answered with a 4xx forbids
    nothing; one that cannot be reached forbids all (RFC 9309, section 2.3.1). Redirects lead to the
    same host only, and no other scheme than http and https is asked. After five pages in a row that
    did not come, a site is left alone for the week. Whatever else a reply is, it becomes a
    `PageError`. No cookie is sent back, no password of ``~/.netrc``, no referrer, and no proxy of
    the environment is asked, unless you say so.

    A page that cannot be kept in the folder is kept in memory; the log and ``unkept`` tell it. A
    file in the folder that is damaged, or holds another page, counts as none.

    References
    ----------
    HTTP: RFC 9110; robots.txt: RFC 9309. The delays and limits are the course's own.

    Examples
    --------
    >>> from ecokit import competitors, load_shop
    >>> with competitors.serve(load_shop(), "2025-03-03") as web:
    ...     collector = competitors.Collector(web.fetch, clock=web.clock)
    ...     page = collector.get("http://lanternstreet.example/index.html")
    ...     collector.get("http://lanternstreet.example/cart/index.html")
    Traceback (most recent call last):
    ...
    ecokit.competitors.collect.RefusedError: http://lanternstreet.example/cart/index.html:
        robots.txt forbids it.
    >>> list(collector.log["reason"])
    ['ok', 'ok', 'robots.txt forbids it']
    """

    def __init__(
        self,
        fetch: Fetch | None = None,
        *,
        clock: Clock | None = None,
        delay: float = 1.0,
        agent: str = AGENT,
        folder: str | Path | None = None,
        most_bytes: int = 1_000_000,
        most_pages: int = 500,
        most_seconds: float = SLOWEST,
        proxies: Mapping[str, str] | bool = False,
    ) -> None:
        if fetch is not None and not callable(fetch):
            raise numbers.refused("fetch", fetch, _("Give a function, such as web.fetch."))
        if clock is not None and not isinstance(clock, Clock):
            raise numbers.refused("clock", clock, _("Give a clock, such as web.clock."))
        if folder is not None and not isinstance(folder, (str, Path)):
            raise numbers.refused("folder", folder, _("Give a folder, such as 'pages'."))
        self._most_bytes = numbers.count("most_bytes", most_bytes)
        self._most_pages = numbers.count("most_pages", most_pages)
        self._most_seconds = numbers.positive("most_seconds", most_seconds)
        self._fetch = fetch or _over_network(proxies, self._most_bytes)
        self._clock = clock or Clock()
        self._delay = numbers.number("delay", delay, low=0)
        self._agent = _agent(agent)
        self._store = Store(folder)
        self._start = self._clock.now()
        self._rows: list[dict[str, Any]] = []
        self._robots: dict[tuple[str, dt.date], Robots] = {}
        self._failed: dict[tuple[str, str], int] = {}
        self._unkept: dict[str, str] = {}
        self._asked_at: dict[str, float] = {}
        self._asked: dict[tuple[str, str], int] = {}

    @property
    def week(self) -> str:
        """The Monday of this week."""
        today = self._clock.today()
        return (today - dt.timedelta(days=today.weekday())).isoformat()

    @property
    def unkept(self) -> dict[str, str]:
        """The addresses of pages that the folder could not take, and why."""
        return dict(self._unkept)

    @property
    def log(self) -> pd.DataFrame:
        """What was asked for, and what came of it.

        Columns: ``at`` (seconds since the collector was made), ``url``, ``status`` (Int64, missing
        when no request was made), ``reason``, ``bytes``, ``from_cache``.
        """
        columns = ["at", "url", "status", "reason", "bytes", "from_cache"]
        kinds = {"at": "float64", "status": "Int64", "bytes": "int64", "from_cache": "bool"}
        return pd.DataFrame(self._rows, columns=columns).astype(kinds)

    def get(self, url: str) -> Page:
        """Return the page of an address.

        Parameters
        ----------
        url : str
            Beginning with ``http://`` or ``https://``.

        Returns
        -------
        Page
            Its text.

        Raises
        ------
        PageError
            A sentence that says why there is no page: forbidden, not found, too large, no text.
        """
        url = self._checked(url)
        held = self._store.get(url, self.week)
        if held is not None:
            self._note(url, None, _("held since this week"), len(held.body), cached=True)
            return self._page(held)
        robots = self.robots(url)
        if not robots.allows(url):
            raise self._refuse(url, robots.refusal)
        if robots.crawl_delay > LONGEST_WAIT:
            sentence = _("robots.txt asks for {delay:,.0f} seconds between two pages")
            raise self._refuse(url, sentence.format(delay=robots.crawl_delay))
        held = self._ask(url, max(self._delay, robots.crawl_delay))
        self._keep(held)
        return self._page(held)

    def robots(self, url: str) -> Robots:
        """Return what the robots.txt of an address's site asks of this collector."""
        parts = urlsplit(self._checked(url))
        key = (f"{parts.scheme}://{parts.netloc.lower()}", self._clock.today())
        if key not in self._robots:
            self._robots[key] = self._read_robots(f"{key[0]}/robots.txt")
        return self._robots[key]

    def _read_robots(self, url: str) -> Robots:
        try:
            held = self._ask(url, self._delay, for_robots=True)
        except StatusError as error:
            missing = 400 <= error.status < 500 and error.status != 429
            return Robots() if missing else Robots.forbid_all(_meaning(error.status))
        except PageError as error:
            why = str(error).removeprefix(f"{url}: ").removesuffix(".")
            return Robots.forbid_all(why)
        return Robots(held.body.decode("utf-8", "replace"), self._agent)

    def refuse(self, url: str, reason: str) -> PageError:
        """Note in the log that an address is not asked for, and return the error that says so."""
        return self._fail(url, None, reason)

    def _keep(self, held: Held) -> None:
        """Keep a page; where the folder cannot take it, say so and go on."""
        try:
            self._store.put(held)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            reason = _("not kept in the folder: {why}").format(why=why[:80])
            self._unkept[held.url] = reason
            self._note(held.url, None, reason, len(held.body))

    def _ask(self, url: str, delay: float, *, for_robots: bool = False) -> Held:
        """Ask until there is a page, or an answer that settles it."""
        asked, last = url, self._store.latest(url)
        budget = Budget(self._clock, self._most_seconds)
        for _redirect in range(6):  # RFC 9309 wants five to be followed
            reply = self._patiently(asked, delay, last, budget)
            location = reply.headers.get("location")
            if not (300 <= reply.status < 400 and location):
                break
            self._close(reply)
            target = self._redirected(asked, location, for_robots=for_robots)
            self._note(asked, reply.status, _("leads to {url}").format(url=shown(target)))
            asked = target
        else:
            raise self._fail(url, None, _("it leads from one address to the next"))
        try:
            return self._answer(url, asked, reply, last, budget, for_robots=for_robots)
        finally:
            self._close(reply)

    def _answer(
        self,
        url: str,
        asked: str,
        reply: Reply,
        last: Held | None,
        budget: Budget,
        *,
        for_robots: bool,
    ) -> Held:
        """Return the page of a reply, or say why there is none."""
        if reply.status == 304 and last is not None:
            self._note(
                asked,
                304,
                _("not changed since {week}").format(week=last.week),
                len(last.body),
                cached=True,
            )
            return Held(url, self.week, last.body, last.content_type, last.etag, last.last_modified)
        if reply.status != 200:
            self._count(url, failed=reply.status in BUSY)
            self._note(asked, reply.status, _meaning(reply.status))
            raise StatusError(url, reply.status)
        kind = reply.headers.get("content-type", "")
        if kind and not kind.lower().startswith("text/" if for_robots else READABLE):
            raise self._fail(
                url, reply.status, _("it is no text but {kind}").format(kind=plain(kind[:60]))
            )
        body = self._body(url, reply, ROBOTS_BYTES if for_robots else self._most_bytes, budget)
        self._count(url, failed=False)
        self._note(asked, 200, "ok", len(body))
        headers = reply.headers
        return Held(
            url, self.week, body, kind, headers.get("etag", ""), headers.get("last-modified", "")
        )

    def _patiently(self, url: str, delay: float, last: Held | None, budget: Budget) -> Reply:
        """Ask once, and again as long as the site is busy or out of reach."""
        headers = {
            "User-Agent": self._agent,
            "Accept": ", ".join(READABLE),
            "Accept-Encoding": "identity",
        }
        if last is not None and _can_be_sent(last.etag):
            headers["If-None-Match"] = last.etag
        if last is not None and _can_be_sent(last.last_modified):
            headers["If-Modified-Since"] = last.last_modified
        for tried in range(1, TRIES + 1):
            self._wait_turn(url, delay)
            pause = 2.0 ** (tried - 1)
            try:
                with self._usable(url), budget.running():
                    reply = _reply(self._fetch(url, headers))
            except OSError as error:
                if tried == TRIES or budget.left <= 0:
                    self._count(url, failed=True)
                    raise self._fail(url, None, _("the site does not answer")) from error
                self._note(url, None, _("no answer, tried again"))
            else:
                if reply.status not in (429, 500, 502, 503, 504) or tried == TRIES:
                    return reply
                pause = max(pause, _retry_after(reply.headers.get("retry-after")))
                if pause > LONGEST_WAIT:
                    return reply
                self._close(reply)
                again = _("busy, tried again after {pause:g} s").format(pause=pause)
                self._note(url, reply.status, again)
            self._clock.sleep(pause)
        raise AssertionError  # the last try has returned or raised

    def _wait_turn(self, url: str, delay: float) -> None:
        """Wait until the host may be asked again, and count the request."""
        host = urlsplit(url).hostname or ""
        if self._failed.get((host, self.week), 0) >= MOST_FAILED:
            sentence = _("the {count} pages asked for before it did not come")
            raise self._refuse(url, sentence.format(count=MOST_FAILED), GivenUpError)
        count = self._asked[host, self.week] = self._asked.get((host, self.week), 0) + 1
        if count > self._most_pages:
            sentence = _("{count} requests to this site are enough for a week")
            raise self._refuse(url, sentence.format(count=self._most_pages), SpentError)
        wait = self._asked_at.get(host, float("-inf")) + delay - self._clock.now()
        if wait > 0:
            self._clock.sleep(wait)
        self._asked_at[host] = self._clock.now()

    def _count(self, url: str, *, failed: bool) -> None:
        """Count the pages in a row that a host did not give."""
        key = (urlsplit(url).hostname or "", self.week)
        self._failed[key] = self._failed.get(key, 0) + 1 if failed else 0

    def _redirected(self, asked: str, location: str, *, for_robots: bool) -> str:
        """Return where a redirect leads, if the collector may go there."""
        target = absolute(asked, location)
        if not (is_same_site(asked, target) or is_made_safe(asked, target)):
            raise self._fail(asked, None, _("it leads to another site"))
        if not is_address(target):
            raise self._fail(asked, None, _("it leads to an address that is none"))
        if not for_robots and not (robots := self.robots(target)).allows(target):
            if robots.unreached:
                raise self._refuse(asked, robots.refusal)
            raise self._refuse(asked, _("it leads to a page that robots.txt forbids"))
        return target

    def _body(self, url: str, reply: Reply, most_bytes: int, budget: Budget) -> bytes:
        """Read a body, but not a huge or an endless one."""
        body = bytearray()
        try:
            with self._usable(url), budget.running():
                for piece in reply.body:
                    body += piece
                    if len(body) > most_bytes:
                        sentence = _("it is larger than {size:,} bytes")
                        raise self._fail(url, 200, sentence.format(size=most_bytes))
                    if budget.left <= 0:
                        raise SlowError
        except OSError as error:
            self._count(url, failed=True)
            raise self._fail(url, 200, _("it broke off")) from error
        return bytes(body)

    @contextlib.contextmanager
    def _usable(self, url: str) -> Iterator[None]:
        """Make a problem of a page of all that its reply does, but of what can be tried again."""
        try:
            yield
        except SlowError as error:
            self._count(url, failed=True)
            raise self._fail(url, None, _("it comes too slowly")) from error
        except (CourseError, OSError):
            raise
        except NoAddressError as error:
            raise self._fail(url, None, _("no site can have this address")) from error
        except _http_errors() as error:
            raise ConnectionError(str(error)) from error
        except (ValueError, ArithmeticError, LookupError, RuntimeError) as error:
            sentence = _("its answer cannot be used ({kind})")
            raise self._fail(url, None, sentence.format(kind=type(error).__name__)) from error

    def _close(self, reply: Reply) -> None:
        """Hang up, whatever the other side does."""
        with contextlib.suppress(OSError, ValueError):
            reply.close()

    def _checked(self, url: str) -> str:
        """Return an address without the part after #, or say why it is none."""
        if not is_address(url):
            self._note(shown(str(url)), None, _("no web address"))
            sentence = _("url is {url!r}. Write a web address like http://shop.example/index.html.")
            raise AddressError(sentence.format(url=shown(str(url)[:80])))
        return urldefrag(url)[0]

    def _page(self, held: Held) -> Page:
        return Page(held.url, decoded(held.url, held.body, held.content_type), held.week)

    def _note(
        self, url: str, status: int | None, reason: str, size: int = 0, *, cached: bool = False
    ) -> None:
        at = round(self._clock.now() - self._start, 2)
        self._rows.append(
            {
                "at": at,
                "url": url,
                "status": status,
                "reason": reason,
                "bytes": size,
                "from_cache": cached,
            }
        )

    def _fail(self, url: str, status: int | None, reason: str) -> PageError:
        self._note(url, status, reason)
        return PageError(f"{shown(url)}: {reason}.")

    def _refuse(
        self, url: str, reason: str, kind: type[RefusedError] = RefusedError
    ) -> RefusedError:
        self._note(url, None, reason)
        return kind(f"{shown(url)}: {reason}.")


def collector_of(given: object) -> Collector:
    """Return a collector, or say how to make one.

    Examples
    --------
    >>> collector_of(None)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: collector is None. Make one: competitors.Collector(web.fetch, ...
    """
    if not isinstance(given, Collector):
        wanted = _("Make one: competitors.Collector(web.fetch, clock=web.clock).")
        raise numbers.refused("collector", given, wanted)
    return given


class StatusError(PageError):
    """A page that the site answers with another status than 200."""

    def __init__(self, url: str, status: int) -> None:
        super().__init__(f"{shown(url)}: {_meaning(status)}.")
        self.status = status


def decoded(url: str, body: bytes, content_type: str = "") -> str:
    r"""Return the text of a body, in the encoding that it states.

    Parameters
    ----------
    url : str
        For the error.
    body : bytes
        As it came.
    content_type : str
        The header; without a charset there, the one in the page counts, and then UTF-8.

    Returns
    -------
    str
        Its text.

    Raises
    ------
    PageError
        When the bytes are not in that encoding, or are no text.

    Examples
    --------
    >>> decoded("http://shop.example/", "<meta charset='gbk'>价格".encode("gbk"))
    "<meta charset='gbk'>价格"
    >>> decoded("http://shop.example/", b"\xff\xd8\xff")
    Traceback (most recent call last):
    ...
    ecokit.competitors.collect.PageError: http://shop.example/ is not in utf-8, as it says.
    """
    from bs4.dammit import EncodingDetector

    stated = re.search(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", content_type.lower())
    name = stated[1] if stated else EncodingDetector.find_declared_encoding(body, is_html=True)
    name = {"gb2312": "gb18030", "gbk": "gb18030"}.get(name or "", name) or "utf-8"
    try:
        if not WEB_ENCODINGS.match(codecs.lookup(name).name):
            raise LookupError(name)
        if _is_rather_utf8(body, codecs.lookup(name).name):
            raise LookupError(name)
        text = body.decode(name)
    except (LookupError, UnicodeError, ValueError) as error:
        sentence = _("{url} is not in {name}, as it says.")
        raise PageError(sentence.format(url=shown(url), name=plain(name[:40]))) from error
    if "\0" in text:
        raise PageError(_("{url} is no text.").format(url=shown(url)))
    return text


def _is_rather_utf8(body: bytes, name: str) -> bool:
    """Return whether bytes that are said to be in another encoding are UTF-8.

    By chance a text is UTF-8 next to never: a letter with an accent that is followed by just the
    right sign in encodings of one byte, five such signs in a row in those of two.

    >>> _is_rather_utf8("¥99".encode(), "cp1252"), _is_rather_utf8("价格".encode("gbk"), "gb18030")
    (True, False)
    """
    if name.startswith("utf") or name == "ascii" or body.isascii():
        return False
    try:
        signs = sum(not one.isascii() for one in body.decode())
    except UnicodeDecodeError:
        return False
    return signs >= (1 if name.startswith(("iso8859", "cp125", "koi8")) else 5)


def _over_network(proxies: Mapping[str, str] | bool, most_bytes: int) -> Fetch:
    """Return a fetch over the network, which loads what it needs only now."""
    if not isinstance(proxies, bool):
        wanted = _("Give addresses by scheme, such as {'https': 'http://proxy.example:3128'}.")
        for name, value in numbers.mapping("proxies", proxies, wanted).items():
            if not (name in ("http", "https", "all") and isinstance(value, str)):
                raise numbers.refused("proxies", proxies, wanted)
    if sys.platform == "emscripten":
        raise CourseError(_("In a browser a collector has no network. Give a fetch: web.fetch."))
    from ecokit.competitors.network import Network

    return Network(proxies, most_bytes)


def _reply(given: object) -> Reply:
    """Return what a fetch gave, or say what it should give."""
    if not isinstance(given, Reply):
        raise numbers.refused("fetch", given, _("It has to return a Reply for each address."))
    return given


def _agent(agent: object) -> str:
    """Return who asks, as a header can say it."""
    found = numbers.text("agent", agent)
    if not _can_be_sent(found):
        raise numbers.refused("agent", agent, _("Use letters of ASCII only."))
    return found


def _can_be_sent(text: str) -> bool:
    r"""Return whether a header can hold a text.

    >>> [_can_be_sent(text) for text in ('W/"1"', "", "a\r\nCookie: 1", "价")]
    [True, False, False, False]
    """
    return bool(text) and text.isascii() and text.isprintable() and len(text) <= 1_000


def _http_errors() -> tuple[type[Exception], ...]:
    """Return what a fetch of yours may raise besides OSError, such as one by urllib3."""
    import http.client

    from urllib3.exceptions import HTTPError

    return HTTPError, http.client.HTTPException


def _meaning(status: int) -> str:
    """Return a status in words."""
    import http

    words = {404: _("not found"), 410: _("gone"), 429: _("asked too often"), 503: _("too busy")}
    if status in words:
        return words[status]
    name = http.HTTPStatus(status).phrase if status in set(http.HTTPStatus) else _("unknown")
    return _("status {status} ({name})").format(status=status, name=name)


def _retry_after(text: str | None) -> float:
    """Return how many seconds a busy site asks for; 0 when it does not say."""
    from email.utils import parsedate_to_datetime

    said = (text or "").strip()
    try:
        if said.isdecimal():
            return float(said)
        until = parsedate_to_datetime(said)
        now = dt.datetime.now(dt.UTC)
        return max(0.0, (until.replace(tzinfo=until.tzinfo or dt.UTC) - now).total_seconds())
    except (ValueError, OverflowError, IndexError):
        return _far_away(said)


def _far_away(date: str) -> float:
    """Return how long to wait until a date that no calendar holds: for ever when its year is late.

    >>> _far_away("Wed, 21 Oct 99999999999 07:28:00 GMT"), _far_away("soon")
    (inf, 0.0)
    """
    return float("inf") if re.search(r"(?<![-\d])[1-9]\d{4,}", date) else 0.0
