"""A web server that means harm, and what it does: by seed, so that each attack can be repeated.

`attacks(kind, seed)` yields attacks of one kind; `Attack.run` makes one and says how it ended. The
server listens on this computer alone. Names of hosts are looked up nowhere while `no_names` holds.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import itertools
import json
import os
import random
import shutil
import socket
import socketserver
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

from ecokit.competitors.collect import Clock, Collector
from ecokit.competitors.listing import DIRECTORY_WORDS, collect_directory
from ecokit.competitors.read import Reader
from ecokit.competitors.snapshots import Snapshot, collect_site
from ecokit.errors import CourseError

KINDS = ("slow", "replies", "bodies", "numbers", "names", "cache", "directory", "secrets")
RIGHT, SENTENCE, TRACEBACK, HANG, NONSENSE, LOST = (
    "right", "sentence", "traceback", "hang", "silent nonsense", "lost",
)  # fmt: skip
NAME = "手机 最好"
Script = Callable[[socket.socket, "Site"], None]
Answer = bytes | Script


class Site:
    """A server for one attack: an answer for each path, in bytes or as a script."""

    def __init__(self, answers: Mapping[str, Answer], raw: Script | None = None) -> None:
        site = self
        self.answers, self.asked = dict(answers), list[tuple[str, dict[str, str]]]()
        self.closed = threading.Event()

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    if raw is not None:
                        raw(self.connection, site)
                        return
                    line, *lines = iter(lambda: self.rfile.readline(70_000).strip(), b"")
                    path = (
                        "/"
                        + line.decode("latin-1").split(" ")[1].partition("//")[2].partition("/")[2]
                        if b"://" in line
                        else line.decode("latin-1").split(" ")[1]
                    )
                    pairs = (one.decode("latin-1").partition(":") for one in lines)
                    said = {name.lower(): value.strip() for name, _colon, value in pairs}
                    site.asked.append((path, said))
                    answer = site.answers.get(path.partition("?")[0], page("", status="404 No"))
                    if callable(answer):
                        answer(self.connection, site)
                    else:
                        self.connection.sendall(answer)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, block_on_close, request_queue_size = True, False, 50

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Say nothing of clients that hang up."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *error: object) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()


def page(body: str | bytes, head: str = "", status: str = "200 OK") -> bytes:
    """Return a whole reply; `head` holds further lines, each with its end."""
    content = body if isinstance(body, bytes) else body.encode()
    kind = "" if "content-type" in head.lower() else "Content-Type: text/html; charset=utf-8\r\n"
    size = "" if "content-length" in head.lower() else f"Content-Length: {len(content)}\r\n"
    first = f"HTTP/1.1 {status}\r\n{kind}{size}Connection: close\r\n{head}\r\n"
    return first.encode("utf-8", "surrogateescape") + content


def product(sku: str, name: str = NAME, price: str = "9元", reviews: str = "12 reviews") -> str:
    """Return the page of a product."""
    return (
        f"<main><i>{sku}</i><u>in stock</u><h1>{name}</h1><b>{price}</b><s>{reviews}</s>"
        "<q>4.5</q><em>2 days</em></main>"
    )


READER = Reader(
    start="/",
    links="a",
    product=r"/p/(?P<sku>\w+)\.html$",
    block="main",
    fields={
        "sku": "i", "name": "h1", "category": "h1", "price": "b", "in_stock": "u",
        "reviews": "s", "rating": "q", "delivery_days": "em",
    },
    optional=("delivery_days", "rating", "reviews"),
)  # fmt: skip
LINKS = "".join(f"<a href='/p/{sku}.html'>x</a>" for sku in ("A", "BAD", "B"))


def shop(bad: Answer, **more: Answer) -> dict[str, Answer]:
    """Return a shop of three products, one of them bad."""
    good: dict[str, Answer] = {f"/p/{sku}.html": page(product(sku)) for sku in "AB"}
    return {"/": page(LINKS), "/p/BAD.html": bad, **good, **more}


class Hasty(Clock):
    """The real time; the collector's own waits are skipped."""

    def sleep(self, seconds: float) -> None:
        """Wait not at all."""


def collector(**options: Any) -> Collector:
    """Return a collector over the network that does not wait between pages."""
    return Collector(clock=Hasty(), delay=0, **options)


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes
    ----------
    kind, label : str
        What is done.
    act : callable
        Does it with options for the collector, and judges: one of the words above.
    """

    kind: str
    label: str
    act: Callable[..., str]
    found: list[str] = field(default_factory=list)

    def run(self, limit: float = 75.0, **options: Any) -> str:
        """Do it in a thread of its own, and say how it ended within `limit` seconds."""

        def work() -> None:
            try:
                self.found.append(self.act(**options))
            except CourseError as error:
                self.found.append(SENTENCE if len(str(error)) < 2_000 else NONSENSE)
            except BaseException as error:
                self.found.append(f"{TRACEBACK}: {type(error).__name__}: {str(error)[:80]}")

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(limit)
        return self.found[0] if self.found else HANG


def judged(found: Snapshot, lack: str = "/p/BAD.html") -> str:
    """Say whether a walk gave what was good, and told of what was not."""
    offers = found.offers.set_index("sku")
    good = offers.reindex(["A", "B"])
    if good["price"].isna().any():
        told = found.problems["sentence"].str.len().sum()
        return f"{LOST}: a good page" if told else NONSENSE
    if (good["price"] != 9).any() or (good["name"] != NAME).any():
        return f"{NONSENSE}: a good page"
    if found.problems["sentence"].str.len().max() > 2_000:
        return f"{NONSENSE}: a sentence longer than a screen"
    told = bool(found.problems["url"].str.contains(lack, regex=False).any())
    rows = found.log[found.log["url"].str.contains(lack, regex=False)]
    if "BAD" not in offers.index:
        noted = len(rows) and rows["reason"].iloc[-1] not in ("ok", "held since this week")
        return SENTENCE if told or noted else f"{NONSENSE}: nobody says that a page lacks"
    bad = offers.loc["BAD"]
    whole = (bad["price"], bad["name"], str(bad["reviews"])) == (9, NAME, "12")
    return RIGHT if whole else f"{NONSENSE}: {dict(bad)}"


def walk(bad: Answer, more: Mapping[str, Answer] | None = None) -> Callable[..., str]:
    """Return an act: a walk through a shop with one bad page."""

    def act(**options: Any) -> str:
        with Site({**shop(bad), **(more or {})}) as site:
            return judged(collect_site(collector(**options), "K1", site.url, [READER]))

    return act


# Slow


def drip(
    head: bytes, pieces: bytes | tuple[bytes, ...], every: float, times: int = 10**9
) -> Script:
    """Return a script that sends a head at once, and then a piece at a time without an end."""
    several = (
        tuple(pieces[i : i + 1] for i in range(len(pieces)))
        if isinstance(pieces, bytes)
        else pieces
    )

    def script(sock: socket.socket, site: Site) -> None:
        sock.sendall(head)
        for piece in itertools.islice(itertools.cycle(several), times):
            if site.closed.wait(every):
                return
            sock.sendall(piece)

    return script


def _slow(rng: random.Random, every: float) -> Iterator[tuple[str, Callable[..., str]]]:
    every *= rng.uniform(0.5, 1)
    ok = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    chunked = ok + b"Transfer-Encoding: chunked\r\n\r\n"
    moved = b"HTTP/1.1 302 Found\r\nLocation: /p/BAD.html?%d\r\nContent-Length: 0\r\n\r\n"
    sized = ok + b"Content-Length: 900000\r\n\r\n"
    packed = ok + b"Content-Encoding: gzip\r\nContent-Length: 900000\r\n\r\n"
    packer = zlib.compressobj(wbits=31)
    start = packer.compress(b"<main>") + packer.flush(zlib.Z_SYNC_FLUSH)
    whole = product("BAD").encode()
    last = b"%x\r\n%s\r\n0\r\n" % (len(whole), whole)

    def chain(sock: socket.socket, site: Site) -> None:
        drip(b"", moved % len(site.asked), every / 2, len(moved))(sock, site)

    def silent(sock: socket.socket, site: Site) -> None:
        site.closed.wait(100)

    scripts: dict[str, Script] = {
        "status line": drip(b"HTTP/1.1 200 ", b"O", every),
        "before the status line": drip(b"", b"H", every),
        "one header": drip(ok + b"X-A: ", b"a", every),
        "a header a time": drip(ok, (b"X-A: b\r\n",), every),
        "100 Continue": drip(b"", (b"HTTP/1.1 100 Continue\r\n\r\n",), every),
        "100 Continue with headers": drip(b"HTTP/1.1 100 Continue\r\nX-A: ", b"a", every),
        "chunks": drip(chunked, (b"1\r\na\r\n",), every),
        "size of a chunk": drip(chunked, b"0", every),
        "extension of a chunk": drip(chunked + b"5;a=", b"a", every),
        "one trailer": drip(chunked + last + b"X-A: ", b"a", every),
        "a trailer a time": drip(chunked + last, (b"X-A: b\r\n",), every),
        "body with a length": drip(sized, b"<", every),
        "body without a length": drip(ok + b"\r\n", b"<", every),
        "empty packed blocks": drip(packed + start, b"\0\0\0\xff\xff", every),
        "redirect with an endless body": drip(
            b"HTTP/1.1 302 Found\r\nLocation: /p/A.html\r\nContent-Length: 900000\r\n\r\n",
            b"<", every,
        ),
        "busy with an endless body": drip(
            b"HTTP/1.1 404 No\r\nContent-Length: 900000\r\n\r\n", b"<", every
        ),
        "redirects": chain,
        "silence": silent,
        "silence after the headers": drip(sized, (b"",), every),
        "tar": drip(b"HTTP/1.1 200 OK\r\n", b"\r", every),
    }  # fmt: skip
    for label, script in scripts.items():
        yield label, walk(script)
    robots = rng.choice(list(scripts.values()))
    yield "robots.txt", _closed({"/robots.txt": robots})
    yield "first page", _closed({"/": rng.choice(list(scripts.values())[:14])})
    yield "TLS", _no_tls(drip(b"\x16\x03\x03\x40\0", b"\x02", every))


def _closed(answers: Mapping[str, Answer]) -> Callable[..., str]:
    """Return an act: a site of which nothing can be had."""

    def act(**options: Any) -> str:
        with Site({**shop(page(product("BAD"))), **answers}) as site:
            found = collect_site(collector(**options), "K1", site.url, [READER])
            return SENTENCE if len(found.problems) and found.offers.empty else NONSENSE

    return act


def _no_tls(script: Script) -> Callable[..., str]:
    def act(**options: Any) -> str:
        with Site({}, raw=script) as site:
            url = site.url.replace("http:", "https:")
            found = collect_site(collector(**options), "K1", url, [READER])
            return SENTENCE if len(found.problems) else NONSENSE

    return act


# Replies

LOCATIONS = (
    "http://[::1", "http://[", "//", "http://", "http:///", "http://a..b/", "\0", "\x7f\x01",
    f"http://{'a' * 64}.example/", "http://☃.example/", "/p/BAD.html", "file:///etc/passwd",
    "http://127.0.0.1:1/", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "ftp://x/",
    "javascript:alert(1)", "http://me:you@127.0.0.1/", "/" * 5_000, "/p/" + "a" * 60_000,
    "http://127.0.0.1:٣/", "https://[::ffff:1.2.3.4%25x]/", "/p/A B.html", "/p/\udcff.html",
    "http://127.0.0.1\\@evil.example/", "http://evil.example\\@127.0.0.1/", "http:/p/A.html",
    "http://[v1.a]/", "http://1.2.3.4.5/", "http://xn--a/", "http://ｅvil。example/", "?" * 3_000,
    "//[::1", "///", "http://%00/", "data:text/html,hello", "\t", "http://127.0.0.1:80:80/",
)  # fmt: skip
LATER = (
    "99999999999999999999", "1" + "0" * 400, "-5", "-1e9", "soon", "nan", "inf", "1e20", "٣", "²",
    "Wed, 21 Oct 100000000000000000000 07:28:00 GMT", "Wed, 21 Oct 2099 07:28:00 GMT",
    "Wed, 21 Oct 10000 07:28:00 GMT", "Wed, 21 Oct 0 07:28:00 GMT", "Fri, 31 Feb 2025 99:99:99",
    "Wed, 21 Oct 2015 07:28:00 +9999", "Wed, 21 Oct 2015 07:28:00 +99999999999999999999",
    "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 1 Jan 1 00:00:00 +2359", ",,,,", "0x10", "1 2",
    "Wed, 99999999999999999999 Oct 2015 07:28:00 GMT", "\0", "120", "121", "0",
)  # fmt: skip
STATUSES = (
    "200", "200 OK OK", "201 Created", "204 No", "206 Part", "100 Go", "101 Go", "199 X",
    "300 Many", "304 Same", "399 X", "400 X", "401 X", "402 X", "407 X", "418 Tea", "451 X",
    "500 X", "505 X",
    "599 X", "600 X", "999 X", "0 X", "-1 X", "99 X", "1000 X", "99999999999 X", "abc X", "² X", "",
)  # fmt: skip
TYPES = (
    "image/png", "text/html; charset", "text/html; charset=", "text/html; charset=;;;",
    'text/html; charset="utf-8"; x=y', "text/html;charset=utf-8;charset=gbk", "TEXT/HTML", "/", ";",
    "text/html; charset=\0", "text/html; charset=" + "a" * 5_000, "text/html, image/png", "",
    "text/html; charset=../../etc/passwd", "text/html; charset=hex", "text/html; charset=zlib",
    "text/html; charset=unicode_escape", "text/html; charset=punycode", "multipart/mixed", "\udcff",
)  # fmt: skip
RAW = (
    b"", b"\r\n" * 200, b"HTTP/1.1", b"HTTP/9.9 200 OK\r\n\r\n", b"ICY 200 OK\r\n\r\n<main>",
    b"220 mail.example ESMTP\r\n", b"\x16\x03\x01\x02", b"HTTP/1.1 200 OK", b"200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 5_000 + b"\r\n", b"HTTP/1.1 200 " + b"O" * 10**6,
    b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 10**6 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000, b"HTTP/1.1 200 OK\nX: y\n\n<main>", b"<main>hi",
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<m", b"\0" * 10**6,
    b"HTTP/1.1 200 OK\r\n: x\r\n\r\n",
)  # fmt: skip
LENGTHS = ("-5", "abc", "1e3", "+5", "9" * 30, "9" * 5_000, "5, 6", "0", "", " ", "٣", "0x10")
CHUNKS = (
    b"-5\r\n", b"zz\r\n", b"F" * 30 + b"\r\n", b"F" * 10**6, b"\r\n", b"5\r\nab",
    b"5\r\nabcdefgh\r\n",
    b"0x5\r\nhello\r\n0\r\n\r\n", b"5 \r\nhello\r\n0\r\n\r\n",
    b"5;" + b"a" * 10**6 + b"\r\nhello\r\n",
    b"1_0\r\nhello\r\n", b"0\r\n" + b"X: y\r\n" * 10**5, b"5\r\nhello\r\n0\r\n" + b"X" * 10**6, b"",
)  # fmt: skip


def _replies(rng: random.Random) -> Iterator[tuple[str, Callable[..., str]]]:
    whole = product("BAD")
    for location in LOCATIONS:
        status = rng.choice(["301 M", "302 F", "303 S", "307 T", "308 P", "300 C", "399 X"])
        yield f"location {location[:30]!r}", walk(page("", f"Location: {location}\r\n", status))
    yield "location twice", walk(page("", "Location: /a\r\nLocation: http://[\r\n", "302 F"))
    for later in LATER:
        status = rng.choice(["429 Too", "503 Busy", "500 X", "502 X", "504 X"])
        busy = page("", f"Retry-After: {later}\r\n", status)
        yield f"retry-after {later[:30]!r}", walk(busy)
        yield f"once retry-after {later[:30]!r}", walk(_once(busy, page(whole)))
    for status in STATUSES:
        yield f"status {status!r}", walk(page(whole, status=status))
    for kind in TYPES:
        yield f"type {kind[:40]!r}", walk(page(whole, f"Content-Type: {kind}\r\n"))
    for raw in RAW:
        yield f"raw {raw[:30]!r}", walk(raw)
    for length in LENGTHS:
        yield f"length {length[:20]!r}", walk(page(whole, f"Content-Length: {length}\r\n"))
    for chunk in CHUNKS:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
        yield f"chunk {chunk[:20]!r}", walk(head + chunk)
    for name in ("ETag", "Last-Modified", "Transfer-Encoding", "Connection", "Set-Cookie", "Link"):
        value = "".join(
            rng.choice("aZ9;,=\"'\\\t éß价\udc80\x01") for _n in range(rng.randrange(60))
        )
        yield f"{name}: {value!r}", walk(page(whole, f"{name}: {value}\r\n"))
    for _n in range(20):
        at, noise = rng.randrange(150), rng.randbytes(rng.randrange(1, 40))
        torn = page(whole)
        yield f"noise {noise[:10]!r} at {at}", walk(torn[:at] + noise + torn[at:], None)
        yield f"cut at {at}", walk(torn[:at])
    for label, robots in _robots(rng):
        yield f"robots {label}", _robots_act(robots)


def _once(first: bytes, then: bytes) -> Script:
    replies = iter([first])

    def script(sock: socket.socket, site: Site) -> None:
        sock.sendall(next(replies, then))

    return script


def _robots(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    start = "User-agent: *\n"
    for delay in ("nan", "inf", "-5", "1e400", "1e-400", "٣", "abc", "9" * 400):
        yield (
            f"delay {delay[:9]}",
            page(f"{start}Crawl-delay: {delay}", "Content-Type: text/plain\r\n"),
        )
    for rules in (
        "Disallow: " + "*a" * 2_000 + "$", "Allow: http://[", "Disallow: /%zz%\0", "Sitemap: http://[",
        "Disallow: " + "/" * 400_000, "Allow: /\n" * 40_000, "Request-rate: 1/0s", "Visit-time: x",
        "Disallow: /*p*a*a*a*a*a*a*a*a*a*a*a*x\n" * 500, "\0" * 1_000, "Crawl-delay: 1\n" * 10_000,
    ):  # fmt: skip
        yield rules[:20], page(start + rules, "Content-Type: text/plain\r\n")
    yield "noise", page(rng.randbytes(5_000), "Content-Type: text/plain\r\n")
    yield "location", page("", "Location: http://[::1\r\n", "301 M")


def _robots_act(robots: bytes) -> Callable[..., str]:
    def act(**options: Any) -> str:
        with Site(shop(page(product("BAD")), **{"/robots.txt": robots})) as site:
            found = collect_site(collector(**options), "K1", site.url, [READER])
            if found.offers.empty and len(found.problems):
                return SENTENCE
            return judged(found)

    return act


# Bodies

CHARSETS = (
    "utf-8", "gbk", "gb18030", "big5", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252",
    "koi8-r", "shift_jis", "euc-kr", "euc-jp", "windows-1251", "utf-7", "ascii", "utf-32", "hz",
)  # fmt: skip


def bomb(size: int, wbits: int) -> bytes:
    """Return many blanks, packed."""
    packer = zlib.compressobj(9, wbits=wbits)
    return b"".join([*(packer.compress(b" " * 10**6) for _n in range(size)), packer.flush()])


def _bodies(rng: random.Random, size: int) -> Iterator[tuple[str, Callable[..., str]]]:
    whole = product("BAD").encode()
    packed = gzip.compress(whole, mtime=0)
    bombs = {"gzip": bomb(size, 31), "deflate": bomb(size, 15)}
    for name, content in bombs.items():
        yield f"bomb {name}", walk(page(content, f"Content-Encoding: {name}\r\n"))
        twice = gzip.compress(content)
        yield f"bomb {name} twice", walk(page(twice, f"Content-Encoding: {name}, gzip\r\n"))
        late = page(content, f"Content-Encoding: {name}\r\n", "302 F\r\nLocation: /p/A.html")
        yield f"bomb {name} redirect", walk(late)
    for name in (
        "gzip",
        "deflate",
        "br",
        "zstd",
        "compress",
        "gzip, gzip",
        "x" * 500,
        "identity",
        "\0",
    ):
        yield f"{name[:9]} that is none", walk(page(whole, f"Content-Encoding: {name}\r\n"))
        yield f"{name[:9]} of gzip", walk(page(packed, f"Content-Encoding: {name}\r\n"))
    yield "many packings", walk(page(packed, "Content-Encoding: " + "gzip, " * 2_000 + "gzip\r\n"))
    for _n in range(12):
        at = rng.randrange(10, len(packed))
        yield f"gzip cut at {at}", walk(page(packed[:at], "Content-Encoding: gzip\r\n"))
        torn = bytearray(packed)
        torn[at - 1] ^= 1 << rng.randrange(8)
        yield f"gzip torn at {at}", walk(page(bytes(torn), "Content-Encoding: gzip\r\n"))
    yield "gzip and more", walk(page(packed + b"x" * 99, "Content-Encoding: gzip\r\n"))
    for real in CHARSETS:
        for said in rng.sample(CHARSETS, 5):
            text = (
                f"<meta charset='{said}'>{product('BAD')}" if rng.random() < 0.5 else product("BAD")
            )
            head = (
                f"Content-Type: text/html; charset={said}\r\n"
                if "meta" not in text
                else ("Content-Type: text/html\r\n")
            )
            try:
                content = text.encode(real)
            except UnicodeEncodeError:
                continue
            yield f"{real} said to be {said}", walk(page(content, head))
    n = size * 200
    for label, text in {
        "deep": "<b>" * n, "open": "<a " * n, "comments": "<!--" * n, "cdata": "<![CDATA[" * n,
        "marks": "<" * n, "attributes": "<a " + "b=c " * n, "entities": "&" * n, "null": "\0" * n,
        "declared": "<!DOCTYPE x [<!ENTITY a '" + "&b;" * 9 + "'>]>&a;", "bom": "\ufeff" * 99,
        "endless": "x" * 2_000_000, "json": "<script type='application/ld+json'>" + "[" * n,
    }.items():  # fmt: skip
        yield f"markup {label}", walk(page(text + product("BAD")))
    for _n in range(20):
        yield "noise", walk(page(rng.randbytes(rng.randrange(3_000))))


def _numbers(rng: random.Random) -> Iterator[tuple[str, Callable[..., str]]]:
    digits = (
        "9" * 13,
        "9999999999999亿",
        "9" * 400,
        "-5",
        "1e999",
        "nan",
        "٣",
        "½",
        "0",
        "",
        "∞",
        "9万亿",
    )
    for text in (*digits, str(rng.getrandbits(80)), f"{rng.random():.30f}"):
        for label, bad in {
            "price": product("BAD", price=f"{text}元"),
            "reviews": product("BAD", reviews=text),
            "rating": product("BAD").replace("4.5", text),
            "days": product("BAD").replace("2 days", f"{text} days"),
            "sku": product(text),
            "name": product("BAD", name=text * 50),
        }.items():
            yield f"{label} {text[:20]!r}", _numbers_act(page(bad))


def _numbers_act(bad: bytes) -> Callable[..., str]:
    """Return an act that only asks that the good pages are there and the bad one ends somehow."""

    def act(**options: Any) -> str:
        with Site(shop(bad)) as site:
            found = collect_site(collector(**options), "K1", site.url, [READER])
        end = judged(found)
        there = found.offers[found.offers["sku"] == "BAD"]
        sane = there[["price", "list_price"]].to_numpy(float).max(initial=0) < 10**6
        return RIGHT if end.startswith(f"{NONSENSE}: {{") and sane else end

    return act


# Names

HOSTS: tuple[Any, ...] = (
    "a" * 63 + ".example", "a" * 64 + ".example", ".".join(["a" * 60] * 5), "a..b", ".", "-", "a.",
    "xn--", "xn--a", "xn--a-\x80", "☃.example", "ａ.example", "ß.example", "\u202e.example", "a\tb",
    "a b", "[::1", "[::1]x", "[]", "[fe80::1%25eth0]", "[v1.x]", "0x7f.1", "1.2.3.4.5", "127.1.x",
    "999.999.999.999", "a:0", "a:65536", "a:-1", "a:٣", "a:b", "a:", ":80", "me:you@a", "@a",
    "a\\b", "%00.example", "a%2eb", "a" * 10**5, "\ud800.example", "a\0b", "a\nb", "*.example",
    "a_b.example", "-a.example", "a-.example", "\u3002", "a\u200db", "𝔞.example", "1" * 400,
    "[::ffff:999.1.1.1]",
)  # fmt: skip
WHOLE: tuple[Any, ...] = (
    None, 7, b"http://a.example/", [], "", " ", "http", "http:", "http:/", "//a.example",
    "a.example", "http://", "HTTP://", "file:///etc/passwd", "ftp://a/", "javascript:1", "data:,x",
    "http:a",
    "http://a.example/" + "p" * 10**5, "http://a.example/ x", "http://a.example/\x85", "\ud800",
)  # fmt: skip


def _names(rng: random.Random) -> Iterator[tuple[str, Callable[..., str]]]:
    letters = "aZ09-._~:/?#[]@!$&'()*+,;=%\\ é☃。\u200d\x00\ud800"
    noise = ["".join(rng.choices(letters, k=rng.randrange(1, 30))) for _n in range(25)]
    urls = [*(f"{rng.choice(['http', 'https'])}://{host}/" for host in (*HOSTS, *noise)), *WHOLE]
    for url in urls:
        yield f"get {str(url)[:40]!a}", _name(lambda url, **o: collector(**o).get(url), url)
        yield (
            f"walk {str(url)[:40]!a}",
            _name(lambda url, **o: collect_site(collector(**o), "K1", url, [READER]), url),
        )
        if isinstance(url, str) and url.isprintable():
            link = url.replace("'", "")
            more = f"<a href='{link}'>x</a>".encode("utf-8", "replace").decode() + LINKS
            yield f"link {url[:40]!a}", walk(page(product("BAD")), {"/": page(more)})


def _name(do: Callable[..., Any], url: Any) -> Callable[..., str]:
    def act(**options: Any) -> str:
        with no_names():
            found = do(url, **options)
        told = isinstance(found, Snapshot) and len(found.problems) and found.offers.empty
        return SENTENCE if told else f"{NONSENSE}: {found!r}"[:200]

    return act


@contextlib.contextmanager
def no_names() -> Iterator[None]:
    """Look up no name, only numbers of this computer."""
    real = socket.getaddrinfo

    def lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        if str(host) not in ("127.0.0.1", "::1"):
            host.encode("idna") if isinstance(host, str) else host.decode("idna")
            raise socket.gaierror(8, "no such name")
        return real(host, *args, **kwargs)

    with mock.patch("socket.getaddrinfo", lookup):
        yield


# The cache


def _cache(rng: random.Random) -> Iterator[tuple[str, Callable[..., str]]]:
    for label in (
        "a file",
        "in a file",
        "read-only",
        "a name with a zero",
        "too long",
        "a week's file",
    ):
        yield label, _folder(label)
    if os.name == "posix":
        yield "full", _full(rng.choice([0, 10, 150]))
        yield "almost full", _full(rng.choice([250, 400]))
    heads: tuple[Any, ...] = (
        None, 5, [], {}, {"url": 5}, {"week": []}, {"etag": 7}, {"etag": "a\r\nCookie: b"},
        {"etag": "价"}, {"last_modified": None}, {"content_type": 7}, {"content_type": "\0"},
        {"x": 1}, {"content_type": "text/html; charset=gbk"}, {"week": "2999-01-07"}, {"url": "http://a/"},
    )  # fmt: skip
    for head in heads:
        yield f"head {head!r}", _tampered(partial(_with_head, head=head))
        yield f"old head {head!r}", _tampered(partial(_with_head, head=head), 1)
    for _n in range(25):
        seed = rng.random()
        yield f"torn {seed}", _tampered(partial(_torn, seed=seed), rng.randrange(2))
    here = (
        dict(TAMPER) if os.name == "posix" else {k: v for k, v in TAMPER.items() if k not in POSIX}
    )
    for label, change in here.items():
        yield label, _tampered(change)
        yield f"old {label}", _tampered(change, 1)


def _with_head(path: Path, head: Any) -> None:
    first, _newline, body = path.read_bytes().partition(b"\n")
    said = {**json.loads(first), **head} if isinstance(head, dict) else head
    path.write_bytes(json.dumps(said).encode() + b"\n" + body)


def _torn(path: Path, seed: float) -> None:
    rng, content = random.Random(seed), bytearray(path.read_bytes())
    for _n in range(rng.randrange(1, 4)):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content[: rng.choice([rng.randrange(len(content)), len(content)])])


def _other(path: Path) -> None:
    others = [one for one in path.parent.iterdir() if one != path]
    shutil.copy(random.Random(path.name).choice(sorted(others)), path)


def _instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        path.unlink()
        make(path)

    return change


TAMPER: dict[str, Callable[[Path], Any]] = {
    "another page": _other,
    "empty": lambda path: path.write_bytes(b""),
    "deep": lambda path: path.write_bytes(b"[" * 10**5 + b"\n<main>"),
    "deep in a dict": lambda path: path.write_bytes(b'{"a":' * 10**5 + b"\n<main>"),
    "large numbers": lambda path: path.write_bytes(b"9" * 10**5 + b"\n<main>"),
    "price": lambda path: path.write_bytes(path.read_bytes().replace(b">9", b">8")),
    "a folder": _instead(lambda path: path.mkdir()),
    "a link to itself": _instead(lambda path: path.symlink_to(path)),
    "a pipe": _instead(lambda path: os.mkfifo(path)),
    "a huge file": lambda path: os.truncate(path, 25 * 10**7),
}


POSIX = ("a link to itself", "a pipe")


def _folder(label: str) -> Callable[..., str]:
    def act(**options: Any) -> str:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "pages"
            if label == "a file":
                folder.write_text("mine")
            elif label == "in a file":
                folder.write_text("mine")
                folder = folder / "in" / "it"
            elif label == "read-only":
                folder = Path("/proc/pages") if os.name == "posix" else Path("Q:/pages")
            elif label == "a name with a zero":
                folder = Path(f"{folder}\0a")
            elif label == "too long":
                folder = folder / ("a" * 5_000)
            else:
                folder.mkdir()
                (folder / collector().week).write_text("mine")
            return _kept(folder, **options)

    return act


def _kept(folder: Path, **options: Any) -> str:
    """Walk with a folder that cannot take pages; that it could not has to be told."""
    with Site(shop(page(product("BAD")))) as site:
        found = collect_site(collector(folder=folder, **options), "K1", site.url, [READER])
    end = judged(found)
    told = "folder" in " ".join(found.problems["sentence"])
    return (
        SENTENCE
        if end == RIGHT and told
        else f"{NONSENSE}: nobody says so"
        if end == RIGHT
        else end
    )


def _full(size: int) -> Callable[..., str]:
    def act(**options: Any) -> str:
        import resource

        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        with tempfile.TemporaryDirectory() as place:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
            try:
                return _kept(Path(place), **options)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return act


class LastWeek(Hasty):
    """The time a week ago."""

    def today(self) -> Any:
        """Return the day a week ago."""
        return super().today() - pd.Timedelta(weeks=1).to_pytimedelta()


def _tampered(change: Callable[[Path], Any], weeks: int = 0) -> Callable[..., str]:
    """Return an act: pages are kept, tampered with, and asked for again, or a week later."""

    def act(**options: Any) -> str:
        with tempfile.TemporaryDirectory() as place, Site(shop(page(product("BAD")))) as site:
            folder = Path(place)
            clock = LastWeek() if weeks else Hasty()
            first = Collector(clock=clock, delay=0, folder=folder, **options)
            if judged(collect_site(first, "K1", site.url, [READER])) != RIGHT:
                return f"{TRACEBACK}: the attack itself"
            for path in sorted(folder.rglob("*.page")):
                change(path)
            return judged(
                collect_site(collector(folder=folder, **options), "K1", site.url, [READER])
            )

    return act


# The directory

HEADS = "".join(f"<th>{word}</th>" for word in DIRECTORY_WORDS)


def listed(start: int, next_page: str = "") -> str:
    """Return a page of a directory with three shops, and a link to the next."""
    rows = "".join(
        f"<tr id='D{n}'><td>s{n}</td><td>s{n}.example</td><td>shop</td>"
        + "<td>5</td>" * 7
        + "<td>¥10 to ¥99</td><td>500</td><td>East</td></tr>"
        for n in range(start, start + 3)
    )
    link = f'<a rel="next" href="{next_page}">next</a>' if next_page else ""
    return (
        f"<table class='shops'><thead><tr>{HEADS}</tr></thead><tbody>{rows}</tbody></table>{link}"
    )


def _directory(rng: random.Random) -> Iterator[tuple[str, Callable[..., str]]]:
    for where in ("port", "localhost", "https", "user", "//"):
        yield f"next on another site: {where}", _elsewhere(where)
    for location in LOCATIONS:
        if location.isprintable():
            yield f"next {location[:30]!r}", _later(listed(0, location.replace('"', "")), b"")
    bads: dict[str, Answer] = {
        "not found": page("", status="404 No"), "noise": page(rng.randbytes(500)), "none": b"",
        "an endless loop": page(listed(3, "/")), "itself": page(listed(3, "/next")),
        "no table": page("<p>hi"), "a torn row": page(listed(3).replace("500", "many", 1)),
        "a forbidden redirect": page("", "Location: http://[::1\r\n", "302 F"),
        "too late": page("", f"Retry-After: {LATER[10]}\r\n", "503 B"),
        "large": page(listed(3) + "x" * 2_000_000),
        "other columns": page(listed(3).replace("网址", "?")),
    }  # fmt: skip
    for label, bad in bads.items():
        yield label, _later(listed(0, "/next"), bad)
    for label in ("robots", "most_pages"):
        yield label, _cut_short(label)


def _ended(found: pd.DataFrame, whole: tuple[int, ...] = ()) -> str:
    if list(found["shop_id"][:3]) != ["D0", "D1", "D2"]:
        return NONSENSE
    if len(found) in whole:
        return RIGHT
    return SENTENCE if found.attrs.get("problems") else f"{NONSENSE}: cut short, and nobody says so"


def _kept_shops(do: Callable[[], pd.DataFrame], whole: tuple[int, ...] = ()) -> str:
    """Say whether the shops of the first page are there; a sentence alone has lost them."""
    try:
        return _ended(do(), whole)
    except CourseError:
        return f"{LOST}: the shops that were read"


def _elsewhere(where: str) -> Callable[..., str]:
    def act(**options: Any) -> str:
        with Site({"/": page(listed(3))}) as other, Site({}) as site:
            url = {
                "port": other.url,
                "localhost": other.url.replace("127.0.0.1", "localhost"),
                "https": other.url.replace("http:", "https:"),
                "user": other.url.replace("//", "//me:you@"),
                "//": other.url.removeprefix("http:"),
            }[where]
            site.answers["/"] = page(listed(0, url))
            end = _kept_shops(lambda: collect_directory(collector(**options), site.url))
            return f"{NONSENSE}: another server was asked" if other.asked else end

    return act


def _later(first: str, bad: Answer) -> Callable[..., str]:
    def act(**options: Any) -> str:
        with no_names(), Site({"/": page(first), "/next": bad}) as site:
            return _kept_shops(lambda: collect_directory(collector(**options), site.url), (6,))

    return act


def _cut_short(label: str) -> Callable[..., str]:
    def act(**options: Any) -> str:
        with Site({f"/{n}": page(listed(3 * n, f"/{n + 1}")) for n in range(20)}) as site:
            if label == "robots":
                rules = "User-agent: *\nDisallow: /7"
                site.answers["/robots.txt"] = page(rules, "Content-Type: text/plain\r\n")
            most = {"most_pages": 5} if label == "most_pages" else {}
            return _kept_shops(
                lambda: collect_directory(collector(**most, **options), f"{site.url}0")
            )

    return act


# What nobody should learn


def _secrets(rng: random.Random) -> Iterator[tuple[str, Callable[..., str]]]:
    secret = f"secret{rng.getrandbits(32):x}"
    cookie = f"Set-Cookie: a={secret}; Path=/\r\n"
    asked = 'WWW-Authenticate: Basic realm="a"\r\n'
    whole = product("BAD")
    yield "cookie", _told_nothing(secret, {"/": page(LINKS, cookie)})
    moved = _once(page("", f"Location: /p/BAD.html?1\r\n{cookie}", "302 F"), page(whole))
    yield "cookie of a redirect", _told_nothing(secret, {"/p/BAD.html": moved})
    busy = _once(page("", cookie, "503 B"), page(whole))
    yield "cookie of a busy site", _told_nothing(secret, {"/p/BAD.html": busy})
    yield "cookie2", _told_nothing(secret, {"/": page(LINKS, cookie.replace("Cookie", "Cookie2"))})
    netrc = f"machine 127.0.0.1 login me password {secret}\ndefault login me password {secret}\n"
    yield "netrc", _told_nothing(secret, {}, netrc)
    denied = _once(page("", asked, "401 Who"), page(whole))
    yield "netrc when asked", _told_nothing(secret, {"/p/BAD.html": denied}, netrc)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        yield name, _told_nothing(secret, {}, proxy=name)
    yield "referrer", _told_nothing("127.0.0.1:", {}, only="referer")
    yield "origin", _told_nothing("127.0.0.1:", {}, only="origin")
    yield "the last cookie", _told_nothing(secret, {"/robots.txt": page("", cookie, "404 No")})


def _told_nothing(
    secret: str,
    answers: Mapping[str, Answer],
    netrc: str = "",
    proxy: str = "",
    only: str = "",
) -> Callable[..., str]:
    """Return an act: a walk, after which the server must not know a secret."""

    def act(**options: Any) -> str:
        with (
            tempfile.TemporaryDirectory() as home,
            Site({}) as other,
            Site({**shop(page(product("BAD"))), **answers}) as site,
        ):
            (Path(home) / ".netrc").write_text(netrc)
            (Path(home) / ".netrc").chmod(0o600)
            clean = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
            more = {"HOME": home, "NETRC": f"{home}/.netrc", "USERPROFILE": home}
            more |= {proxy: other.url.replace("//", f"//me:{secret}@")} if proxy else {}
            with mock.patch.dict(os.environ, {**clean, **more}, clear=True):
                found = collect_site(collector(**options), "K1", site.url, [READER])
            known = (secret, base64.b64encode(f"me:{secret}".encode()).decode())
            for _path, said in [*site.asked, *other.asked]:
                for name, value in said.items():
                    if any(one in value for one in known) and only in ("", name):
                        return f"{NONSENSE}: {name} was sent"
            if other.asked:
                return f"{NONSENSE}: the proxy was asked"
            return RIGHT if judged(found) == RIGHT else judged(found)

    return act


def attacks(kind: str, seed: int = 1, every: float = 1.0, size: int = 100) -> list[Attack]:
    """Return the attacks of a kind.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    seed : int
        Of what is drawn.
    every : float
        Seconds from one byte to the next, of slow sites.
    size : int
        Of bombs, in MB.
    """
    rng = random.Random(f"{kind} {seed}")
    found: dict[str, Iterator[tuple[str, Callable[..., str]]]] = {
        "slow": _slow(rng, every),
        "replies": _replies(rng),
        "bodies": _bodies(rng, size),
        "numbers": _numbers(rng),
        "names": _names(rng),
        "cache": _cache(rng),
        "directory": _directory(rng),
        "secrets": _secrets(rng),
    }
    return [Attack(kind, label, act) for label, act in found[kind]]


def run_together(those: list[Attack], limit: float, **options: Any) -> dict[str, str]:
    """Run attacks at the same time, because all that they do is wait; return how each ended."""
    ends: dict[str, str] = {}

    def work(attack: Attack) -> None:
        ends[attack.label] = attack.run(limit, **options)

    threads = [threading.Thread(target=work, args=(attack,), daemon=True) for attack in those]
    for thread in threads:
        thread.start()
    until = time.monotonic() + limit + 5
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return {attack.label: ends.get(attack.label, HANG) for attack in those}
