"""The small web, served on this computer alone."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import sys
import threading
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import pandas as pd

from ecokit.competitors.collect import Clock
from ecokit.competitors.fetching import Fetch, Reply
from ecokit.competitors.robots import Robots
from ecokit.competitors.sandbox import sandboxed, site
from ecokit.competitors.tables import shop_of
from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.shop import web as small_web

if TYPE_CHECKING:
    from ecokit.shop import Shop

Answer = tuple[int, dict[str, str], bytes]
KINDS = {"html": "text/html", "htm": "text/html", "xml": "application/xml"}


class CountingClock(Clock):
    """The time of the small web: waiting is counted, and takes none.

    >>> clock = CountingClock()
    >>> clock.sleep(3600)
    >>> clock.now()
    3600.0
    """

    def __init__(self, today: dt.date = dt.date(2025, 1, 1)) -> None:
        self._now, self.date = 0.0, today

    def now(self) -> float:
        """Return the seconds that were waited."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Count seconds as waited."""
        self._now += seconds

    def today(self) -> dt.date:
        """Return the date on the small web."""
        return self.date


class SmallWeb:
    """The competitors' sites of one week; made by `serve`.

    Attributes
    ----------
    week : Timestamp
        The Monday of the week that is shown.
    sites : DataFrame
        ``competitor_id`` (missing for the directory), ``name``, ``url`` of the first page.
    clock : Clock
        The time on the small web.
    fetch : callable
        What a `Collector` asks with.
    """

    def __init__(self, shop: Shop, week: str | pd.Timestamp) -> None:
        self._shop = shop
        self._hosts = small_web.hosts(shop)
        self.clock = CountingClock()
        self.sites = _sites(shop, self._hosts)
        self._lock = threading.Lock()
        self.show(week)
        self._close = contextlib.ExitStack()
        fetch: Fetch = self._fetch_here
        if sys.platform != "emscripten":  # a browser has no sockets
            fetch = _serve(self, self._close)
            weakref.finalize(self, self._close.close)
        closed = threading.Event()
        self._close.callback(closed.set)
        self.fetch: Fetch = _while_open(fetch, closed)

    def show(self, week: str | pd.Timestamp) -> Self:
        """Move to another week.

        Parameters
        ----------
        week : str or Timestamp
            Any day of it.

        Returns
        -------
        SmallWeb
            Itself.

        Raises
        ------
        CourseError
            When there are no prices of that week.
        """
        self.week = small_web.week_of(self._shop, week)
        self.clock.date = self.week.date()
        self._pages = small_web.pages(self._shop, self.week)
        self._delays = {host: self._crawl_delay(site) for host, site in self._hosts.items()}
        self._asked_at: dict[str, float] = {}
        self._stumbled: set[str] = set()
        return self

    def answer(self, host: str, path: str, headers: Mapping[str, str]) -> Answer:
        """Return status, headers and body for one request.

        A site that states a Crawl-delay and is asked faster answers 429; the last site is too busy
        to answer the first request for a product.
        """
        site = self._hosts.get(host)
        name = f"{site}{path}index.html" if path.endswith("/") else f"{site}{path}"
        body = self._pages.get(name)
        with self._lock:
            busy = site is not None and self._busy(host, name)
        if busy:
            return busy, {"retry-after": "3"}, b""
        if body is None:
            return 404, {"content-type": "text/plain; charset=utf-8"}, b"not found"
        kind = KINDS.get(name.rpartition(".")[2], "text/plain")
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if headers.get("if-none-match") == tag:
            return 304, {"etag": tag}, b""
        return 200, {"content-type": kind, "etag": tag}, body

    def preview(self, url: str, height: int = 420) -> Any:
        """Show a page of the small web in the notebook, in a frame where nothing runs.

        Links lead to the other pages of the site, inside the frame.

        Parameters
        ----------
        url : str
            Of the page.
        height : int
            Of the frame, in pixels.

        Returns
        -------
        IPython.display.HTML
            The frame.

        Raises
        ------
        CourseError
            When the small web has no such page.
        """
        from ecokit.competitors.collect import decoded

        parts = urlsplit(url)
        name = f"{self._hosts.get(parts.hostname or '')}{parts.path or '/'}"
        name = f"{name}index.html" if name.endswith("/") else name
        if name not in self._pages:
            raise CourseError(_("The small web has no page {url}.").format(url=url))
        own = f"{name.partition('/')[0]}/"
        pages = {
            f"http://{parts.hostname}/{one.removeprefix(own)}": decoded(url, body)
            for one, body in self._pages.items()
            if one.startswith(own) and one.endswith(".html")
        }
        first = f"http://{parts.hostname}/{name.removeprefix(own)}"
        page = site(pages, first) if first in pages else decoded(url, self._pages[name])
        return sandboxed(page, url, height)

    def close(self) -> None:
        """Stop serving."""
        self._close.close()

    def _fetch_here(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Answer without a socket."""
        parts = urlsplit(url)
        asked = {name.lower(): value for name, value in headers.items()}
        status, head, body = self.answer(parts.hostname or "", parts.path or "/", asked)
        return Reply(status, head, [body])

    def _crawl_delay(self, site: str) -> float:
        text = self._pages.get(f"{site}/robots.txt", b"").decode()
        return Robots(text, "*").crawl_delay

    def _busy(self, host: str, name: str) -> int:
        """Return the status of a site that does not want to answer now, else 0."""
        before = self._asked_at.get(host)
        self._asked_at[host] = now = self.clock.now()
        if before is not None and now - before < self._delays[host]:
            return 429
        folder = name.partition("/")[0]
        if "/goods/" in name and folder not in self._stumbled:
            self._stumbled.add(folder)
            return 503
        return 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"SmallWeb(week {self.week:%Y-%m-%d}, {len(self.sites)} sites)"


@public
def serve(shop: Shop, week: str | pd.Timestamp) -> SmallWeb:
    """Serve the competitors' sites as they are in one week, to this computer alone.

    Parameters
    ----------
    shop : Shop
        With the tables ``competitors``, ``competitor_products``, ``competitor_prices`` and
        ``directory``.
    week : str or Timestamp
        Any day of the week.

    Returns
    -------
    SmallWeb
        Use it in a ``with``, or close it by ``close()``.

    Raises
    ------
    CourseError
        When the shop lacks a table, or the week.

    Notes
    -----
    The hosts end in ``.example``, a name that is nobody's. One server on 127.0.0.1
    answers for all of them, as a proxy would; it passes nothing on.

    References
    ----------
    Slide 18 (visit competitors and their sites); reserved names: RFC 2606.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> with serve(load_shop(), "2025-03-05") as web:
    ...     web
    SmallWeb(week 2025-03-03, 4 sites)
    """
    return SmallWeb(shop_of(shop), numbers.day("week", week))


def _sites(shop: Shop, hosts: Mapping[str, str]) -> pd.DataFrame:
    """Return the sites of the small web with their first pages."""
    names = shop["competitors"].set_index("site")
    rows = [
        (names["competitor_id"].get(site), names["name"].get(site, "Directory"), f"http://{host}/")
        for host, site in hosts.items()
    ]
    return pd.DataFrame(rows, columns=["competitor_id", "name", "url"])


def _while_open(fetch: Fetch, closed: threading.Event) -> Fetch:
    """Return a fetch that says when the web is closed, which a collector would take for silence."""

    def asked(url: str, headers: Mapping[str, str]) -> Reply:
        if closed.is_set():
            raise CourseError(
                _(
                    "The small web is closed. Collect inside its with, "
                    "`with competitors.serve(shop, week) as web:`, or keep it in a variable."
                )
            )
        return fetch(url, headers)

    return asked


def _serve(web: SmallWeb, stack: contextlib.ExitStack) -> Fetch:
    """Start a server on a free port of 127.0.0.1; return a fetch that asks it for every host."""
    import http.server

    from ecokit.competitors.network import Network

    answering = weakref.ref(web)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "small-web", ""
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            small = answering()
            parts = urlsplit(self.path)
            host = parts.hostname or self.headers.get("Host", "").partition(":")[0]
            asked = {name.lower(): value for name, value in self.headers.items()}
            status, headers, body = (
                small.answer(host, parts.path, asked) if small else (503, {}, b"")
            )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing of clients that hang up."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    network = Network({"http": address, "https": address})
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    stack.callback(network.close)
    return network
