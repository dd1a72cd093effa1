"""Requests over the network: one deadline for each, and nothing sent that was not asked for.

The time limits of HTTP libraries hold from one byte to the next: a site that sends a byte a second
keeps a request for hours. Here each read from the socket waits for what is left of one deadline. No
cookie, password, proxy or referrer is sent, because nothing here keeps one.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, LocationValueError

from ecokit.competitors.fetching import SECONDS_LEFT, NoAddressError, Reply, SlowError
from ecokit.messages import _

CONNECT = 10.0  # seconds until a connection stands, the name server's answer included
READ = 10.0  # seconds from one byte to the next
GZIP = b"\x1f\x8b"  # how a further part begins
HEADERS = 1_000_000  # bytes that a reply may have beside its body


@dataclass(frozen=True)
class Limit:
    """When a reply has to be there, by the monotonic clock, and how many bytes it may have."""

    until: float
    most_bytes: int

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.until - time.monotonic()


LIMIT: ContextVar[Limit] = ContextVar("LIMIT")


class Limited(io.RawIOBase):
    """What comes from a socket, as long as a limit allows."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, limit: Limit) -> None:
        self._raw, self._sock, self._limit, self._read = raw, sock, limit, 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, or wait no longer than the limit."""
        left = self._limit.left
        if left <= 0:
            raise TimeoutError
        if self._read > self._limit.most_bytes:
            raise OSError(_("more bytes than a page has"))
        self._sock.settimeout(min(READ, left))
        found = self._raw.readinto(buffer)
        self._read += found or 0
        return found

    def close(self) -> None:
        """Close what is below."""
        self._raw.close()
        super().close()


class LimitedResponse(http.client.HTTPResponse):
    """A reply of which status, headers, body and trailers come within one limit."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw: Any = self.fp.detach()
        self.fp = io.BufferedReader(Limited(raw, sock, LIMIT.get()))


class Connection(HTTPConnection):
    """A connection that stands in time, and whose replies come in time."""

    response_class = LimitedResponse

    def _new_conn(self) -> socket.socket:
        return connected(super()._new_conn, self)


class SafeConnection(HTTPSConnection):
    """The same with TLS."""

    response_class = LimitedResponse

    def _new_conn(self) -> socket.socket:
        return connected(super()._new_conn, self)


class OnceOnly:
    """A pool that uses each connection once: what comes after a reply is no reply to the next."""

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.close()
        super()._put_conn(conn)  # type: ignore[misc]


class Pool(OnceOnly, urllib3.HTTPConnectionPool):
    """Connections to one host."""

    ConnectionCls = Connection


class SafePool(OnceOnly, urllib3.HTTPSConnectionPool):
    """The same with TLS."""

    ConnectionCls = SafeConnection


def connected(connect: Callable[[], socket.socket], of: HTTPConnection) -> socket.socket:
    """Return a connection; a name server or a host that does not answer is not waited for."""
    found: Future[socket.socket] = Future()

    def work() -> None:
        try:
            found.set_result(connect())
        except (HTTPError, OSError, ValueError) as error:
            found.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        return found.result(max(0.0, min(CONNECT, LIMIT.get().left)))
    except TimeoutError as error:
        found.add_done_callback(_close_late)
        raise ConnectTimeoutError(of, "no connection in time") from error


def _close_late(found: Future[socket.socket]) -> None:
    if found.exception() is None:
        found.result().close()


class Network:
    """A fetch that asks the network by `urllib3`.

    Parameters
    ----------
    proxies : mapping of scheme to address, or bool
        Proxies to ask through; True takes those of the environment, False none.
    most_bytes : int
        Of a body. A reply of more than twice as many, headers and packing included, breaks off.
    """

    def __init__(
        self, proxies: Mapping[str, str] | bool = False, most_bytes: int = 1_000_000
    ) -> None:
        self._proxies, self._most_bytes = proxies, 2 * most_bytes + HEADERS
        self._managers: dict[str, urllib3.PoolManager] = {}

    def __call__(self, url: str, asked: Mapping[str, str]) -> Reply:
        """Ask for an address; give up after ``SECONDS_LEFT``."""
        left = SECONDS_LEFT.get()
        limit = Limit(time.monotonic() + left, self._most_bytes)
        token = LIMIT.set(limit)
        try:
            with _told(limit):
                reply = self._manager(_proxy_of(url, self._proxies)).request(
                    "GET",
                    url,
                    headers=dict(asked),
                    redirect=False,
                    retries=False,
                    preload_content=False,
                    decode_content=False,
                    timeout=urllib3.Timeout(connect=min(CONNECT, left), read=min(READ, left)),
                )
        finally:
            LIMIT.reset(token)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        body = _unpacked(_pieces(reply, limit), headers.get("content-encoding", ""))
        return Reply(reply.status, headers, body, reply.close)

    def close(self) -> None:
        """Close the connections that are kept."""
        for manager in self._managers.values():
            manager.clear()

    def _manager(self, proxy: str) -> urllib3.PoolManager:
        """Return what keeps the connections, through a proxy or without one."""
        if proxy not in self._managers:
            self._managers[proxy] = _new_manager(proxy)
        return self._managers[proxy]


def _new_manager(proxy: str) -> urllib3.PoolManager:
    if proxy:
        named = urlsplit(proxy).netloc.rpartition("@")[0]
        headers = urllib3.make_headers(proxy_basic_auth=unquote(named)) if named else None
        found: urllib3.PoolManager = urllib3.ProxyManager(
            proxy, proxy_headers=headers, ssl_context=_trusted()
        )
    else:
        found = urllib3.PoolManager(ssl_context=_trusted())
    found.pool_classes_by_scheme = {"http": Pool, "https": SafePool}
    return found


@cache
def _trusted() -> ssl.SSLContext:
    """Return whose certificates count: those of this computer, a company's own, and the usual."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())  # where the computer has no list
    return context


def _proxy_of(url: str, proxies: Mapping[str, str] | bool) -> str:
    """Return the proxy to ask for an address; empty without one.

    >>> _proxy_of("http://shop.example/", {"http": "proxy.example:3128"})
    'http://proxy.example:3128'
    >>> _proxy_of("https://shop.example/", {"http": "a.example", "all": "socks5://b.example"})
    'socks5://b.example'
    """
    parts = urlsplit(url)
    if isinstance(proxies, bool):
        if not proxies or urllib.request.proxy_bypass(parts.netloc):
            return ""
        proxies = urllib.request.getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all") or ""
    return found if "://" in found or not found else f"http://{found}"


@contextlib.contextmanager
def _told(limit: Limit) -> Iterator[None]:
    """Turn the errors of the libraries into the three that a collector knows."""
    try:
        yield
    except LocationValueError as error:
        raise NoAddressError(str(error)) from error
    except (HTTPError, http.client.HTTPException, OSError) as error:
        if limit.left <= 0.05:  # the clocks of systems tick in steps
            raise SlowError from error
        raise ConnectionError(str(error)) from error


def _pieces(reply: urllib3.BaseHTTPResponse, limit: Limit) -> Iterator[bytes]:
    """Yield a body as it comes."""
    with _told(limit):
        while piece := reply.read1(65_536):
            yield piece


def _unpacked(pieces: Iterable[bytes], packing: str, size: int = 65_536) -> Iterator[bytes]:
    """Yield a body that may be packed, in pieces of bounded size.

    >>> packed = zlib.compress(b"a" * 10**6)
    >>> [len(piece) for piece in _unpacked([packed], "deflate", 400_000)]
    [400000, 400000, 200000]
    >>> list(_unpacked([packed[:-9]], "deflate"))[:0]
    Traceback (most recent call last):
    ...
    ConnectionError: the end is missing
    """
    if packing.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        yield from pieces  # not packed, whatever it says, or no text: that is told later
        return
    unpacking = zlib.decompressobj(wbits=47)  # either of the two
    for piece in pieces:
        rest = piece
        while rest and not unpacking.eof:
            try:
                found = unpacking.decompress(rest, size)
            except zlib.error as error:
                raise ConnectionError(str(error)) from error
            rest = unpacking.unconsumed_tail
            if found:
                yield found
    if not unpacking.eof or unpacking.unused_data.startswith(GZIP):
        raise ConnectionError(_("the end is missing"))
