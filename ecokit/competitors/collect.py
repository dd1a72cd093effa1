"""A polite collector: it asks rarely, keeps to robots.txt, and says what it did not get and why."""

from __future__ import annotations

import codecs
import datetime as dt
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pandas as pd

from ecokit import __version__
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
SLOWEST = 30.0  # seconds for one page
WEB_ENCODINGS = re.compile("utf-(8|16)|ascii|iso8859|cp125|gb|big5|euc|shift_jis|koi8")
ROBOTS_BYTES = 500 * 1024  # what RFC 9309 wants to be read at least


@dataclass(frozen=True)
class Reply:
    """What a fetch gives: the status, the headers in lower case, and the body in pieces."""

    status: int
    headers: Mapping[str, str]
    body: Iterable[bytes]
    close: Callable[[], None] = lambda: None


Fetch = Callable[[str, Mapping[str, str]], Reply]


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


class PageError(CourseError):
    """A page that could not be had, or not be used."""


class RefusedError(PageError):
    """A page that the collector does not ask for, because it must not."""


class SpentError(RefusedError):
    """A page that is left unread, because the site was asked often enough this week."""


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
            raise PageError(f"{self.url}: {error}.") from error

    def links(self, selector: str) -> list[str]:
        """Return the addresses that the elements of a CSS selector lead to, each once."""
        found = (tag.get("href") or tag.get_text(strip=True) for tag in self.soup.select(selector))
        return list(dict.fromkeys(_absolute(self.url, str(link)) for link in found))

    def __repr__(self) -> str:
        return f"Page({self.url}, {len(self.text):,} characters)"


def http_fetch(session: Any = None) -> Fetch:
    """Return a fetch that asks the network by `requests`."""
    import requests

    session = session or requests.Session()

    def fetch(url: str, asked: Mapping[str, str]) -> Reply:
        reply = session.get(
            url, headers=dict(asked), stream=True, allow_redirects=False, timeout=(5, 10)
        )

        body = iter(lambda: reply.raw.read1(65_536, decode_content=True), b"")
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Reply(reply.status_code, headers, body, reply.close)

    return fetch


class Collector:
    """Ask sites for pages, politely.

    Parameters
    ----------
    fetch : callable, optional
        ``fetch(url, headers)`` gives a `Reply`. Without it, the network by `requests`; on the small
        web, ``web.fetch``.
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
    same host only, and no other scheme than http and https is asked.

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
    ) -> None:
        if fetch is not None and not callable(fetch):
            raise numbers.refused("fetch", fetch, _("Give a function, such as web.fetch."))
        if clock is not None and not isinstance(clock, Clock):
            raise numbers.refused("clock", clock, _("Give a clock, such as web.clock."))
        if folder is not None and not isinstance(folder, (str, Path)):
            raise numbers.refused("folder", folder, _("Give a folder, such as 'pages'."))
        self._fetch = fetch or http_fetch()
        self._clock = clock or Clock()
        self._delay = numbers.number("delay", delay, low=0)
        self._agent = numbers.text("agent", agent)
        self._most_bytes = numbers.count("most_bytes", most_bytes)
        self._most_pages = numbers.count("most_pages", most_pages)
        self._store = Store(folder)
        self._start = self._clock.now()
        self._rows: list[dict[str, Any]] = []
        self._robots: dict[tuple[str, dt.date], Robots] = {}
        self._asked_at: dict[str, float] = {}
        self._asked: dict[tuple[str, str], int] = {}

    @property
    def week(self) -> str:
        """The Monday of this week."""
        today = self._clock.today()
        return (today - dt.timedelta(days=today.weekday())).isoformat()

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
        url = _checked(url)
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
        self._store.put(held)
        return self._page(held)

    def robots(self, url: str) -> Robots:
        """Return what the robots.txt of an address's site asks of this collector."""
        parts = urlsplit(_checked(url))
        key = (f"{parts.scheme}://{parts.netloc}", self._clock.today())
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

    def _ask(self, url: str, delay: float, *, for_robots: bool = False) -> Held:
        """Ask until there is a page, or an answer that settles it."""
        asked, last = url, self._store.latest(url)
        for _redirect in range(6):  # RFC 9309 wants five to be followed
            reply = self._patiently(asked, delay, last)
            location = reply.headers.get("location")
            if not (300 <= reply.status < 400 and location):
                break
            reply.close()
            asked = self._redirected(asked, location, for_robots=for_robots)
        else:
            raise self._refuse(url, _("it leads from one address to the next"))
        try:
            return self._answer(url, asked, reply, last, for_robots=for_robots)
        finally:
            reply.close()

    def _answer(
        self, url: str, asked: str, reply: Reply, last: Held | None, *, for_robots: bool
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
            self._note(asked, reply.status, _meaning(reply.status))
            raise StatusError(url, reply.status)
        kind = reply.headers.get("content-type", "")
        if kind and not kind.lower().startswith("text/" if for_robots else READABLE):
            raise self._fail(
                url, reply.status, _("it is no text but {kind}").format(kind=kind[:60])
            )
        body = self._body(url, reply, ROBOTS_BYTES if for_robots else self._most_bytes)
        self._note(asked, 200, "ok", len(body))
        headers = reply.headers
        return Held(
            url, self.week, body, kind, headers.get("etag", ""), headers.get("last-modified", "")
        )

    def _patiently(self, url: str, delay: float, last: Held | None) -> Reply:
        """Ask once, and again as long as the site is busy or out of reach."""
        headers = {
            "User-Agent": self._agent,
            "Accept": ", ".join(READABLE),
            "Accept-Encoding": "identity",
        }
        if last is not None and last.etag:
            headers["If-None-Match"] = last.etag
        if last is not None and last.last_modified:
            headers["If-Modified-Since"] = last.last_modified
        for tried in range(1, TRIES + 1):
            self._wait_turn(url, delay)
            pause = 2.0 ** (tried - 1)
            try:
                reply = self._fetch(url, headers)
            except OSError as error:  # also whatever `requests` raises
                if tried == TRIES:
                    raise self._fail(url, None, _("the site does not answer")) from error
                self._note(url, None, _("no answer, tried again"))
            else:
                if reply.status not in (429, 500, 502, 503, 504) or tried == TRIES:
                    return reply
                pause = max(pause, _retry_after(reply.headers.get("retry-after")))
                if pause > LONGEST_WAIT:
                    return reply
                reply.close()
                again = _("busy, tried again after {pause:g} s").format(pause=pause)
                self._note(url, reply.status, again)
            self._clock.sleep(pause)
        raise AssertionError  # the last try has returned or raised

    def _wait_turn(self, url: str, delay: float) -> None:
        """Wait until the host may be asked again, and count the request."""
        host = urlsplit(url).netloc
        count = self._asked[host, self.week] = self._asked.get((host, self.week), 0) + 1
        if count > self._most_pages:
            sentence = _("{count} requests to this site are enough for a week")
            raise self._refuse(url, sentence.format(count=self._most_pages), SpentError)
        wait = self._asked_at.get(host, float("-inf")) + delay - self._clock.now()
        if wait > 0:
            self._clock.sleep(wait)
        self._asked_at[host] = self._clock.now()

    def _redirected(self, asked: str, location: str, *, for_robots: bool) -> str:
        """Return where a redirect leads, if the collector may go there."""
        target = _absolute(asked, location)
        here, there = urlsplit(asked), urlsplit(target)
        same = there[:2] == here[:2] or (here[0], there[0], there[1]) == ("http", "https", here[1])
        if not same:
            raise self._refuse(asked, _("it leads to another site"))
        if not for_robots and not (robots := self.robots(target)).allows(target):
            if robots.unreached:
                raise self._refuse(asked, robots.refusal)
            raise self._refuse(asked, _("it leads to a page that robots.txt forbids"))
        return target

    def _body(self, url: str, reply: Reply, most_bytes: int) -> bytes:
        """Read a body, but not a huge or an endless one."""
        start, body = self._clock.now(), bytearray()
        try:
            for piece in reply.body:
                body += piece
                if len(body) > most_bytes:
                    sentence = _("it is larger than {size:,} bytes")
                    raise self._fail(url, 200, sentence.format(size=most_bytes))
                if self._clock.now() - start > SLOWEST:
                    raise self._fail(url, 200, _("it comes too slowly"))
        except OSError as error:
            raise self._fail(url, 200, _("it broke off")) from error
        except _http_errors() as error:
            raise self._fail(url, 200, _("it broke off")) from error
        return bytes(body)

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
        return PageError(f"{url}: {reason}.")

    def _refuse(
        self, url: str, reason: str, kind: type[RefusedError] = RefusedError
    ) -> RefusedError:
        self._note(url, None, reason)
        return kind(f"{url}: {reason}.")


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
        super().__init__(f"{url}: {_meaning(status)}.")
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

    _start, _mark, charset = content_type.lower().partition("charset=")
    name = charset.strip("\"' ;") or EncodingDetector.find_declared_encoding(body, is_html=True)
    name = {"gb2312": "gb18030", "gbk": "gb18030"}.get(name or "", name) or "utf-8"
    try:
        if not WEB_ENCODINGS.match(codecs.lookup(name).name):
            raise LookupError(name)
        text = body.decode(name)
    except (LookupError, UnicodeError, ValueError) as error:
        sentence = _("{url} is not in {name}, as it says.")
        raise PageError(sentence.format(url=url, name=name[:40])) from error
    if "\0" in text:
        raise PageError(_("{url} is no text.").format(url=url))
    return text


def _http_errors() -> tuple[type[Exception], ...]:
    """Return what a broken body raises besides OSError."""
    import http.client

    from urllib3.exceptions import HTTPError

    return HTTPError, http.client.HTTPException


def _absolute(base: str, link: str) -> str:
    """Return a link as a full address without the part after #; a broken one leads nowhere."""
    try:
        return urldefrag(urljoin(base, link.strip()))[0]
    except ValueError:
        return ""


def _checked(url: str) -> str:
    """Return an address without the part after #, or say why it is none."""
    if not (isinstance(url, str) and _is_address(url)):
        sentence = _("url is {url!r}. Write a web address like http://shop.example/index.html.")
        raise RefusedError(sentence.format(url=str(url)[:80]))
    return urldefrag(url)[0]


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return False
    return bool(usable and not parts.username and url.isprintable() and " " not in url)


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

    if not text:
        return 0.0
    if text.strip().isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (until.replace(tzinfo=dt.UTC) - dt.datetime.now(dt.UTC)).total_seconds())
