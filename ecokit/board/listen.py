"""The board's door to the room's network: events come in, and nothing of the room goes out.

It speaks TLS with the board's own certificate, on addresses of this machine alone, to whoever has a
code. A page in somebody's browser gets nothing: whatever names an origin, or another host than the
address it came in on, is refused before it is read. What is acknowledged is on the disk.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tornado import httpserver, web

from ecokit import __version__, exercises
from ecokit.board.certificate import Certificate
from ecokit.board.codes import Codes, RefusedError, Seat
from ecokit.board.filing import MOST as MOST_FILED
from ecokit.board.filing import Desk
from ecokit.board.ledger import Ledger
from ecokit.errors import CourseError
from ecokit.exercises import wire
from ecokit.messages import _

PORT = 8443
MOST = 1_000_000  # bytes of one delivery
FAILURES = 20  # of an address in a minute, before it waits
MINUTE = 60.0
WAIT = 2.0  # seconds that a wrong code then waits for its answer; a right one never does
WAITING = 400  # codes that may be looked up at once, and wrong ones that may wait for their answer
ADDRESSES = 5000  # whose failures are remembered
IDLE = 30.0  # seconds for a handshake, for the head of a request, between two of them
BODY = 20.0  # seconds for a delivery to come
STATUS = {"typed": 400, "content": 400, "unknown": 401, "revoked": 401, "ended": 410, "size": 413}
STATUS |= {"game": 404, "foreign": 403, "closed": 409, "playing": 503, "file": 400}
STATUS |= {"host": 403, "origin": 403, "busy": 503, "ledger": 503}


Take = Callable[[Seat, bytes], Awaitable[dict[str, Any]]]


class Guesses:
    """Wrong codes by address in the last minute: who fails often waits a little.

    Nobody is shut out. A whole room may share one address, so a right code never waits.

    Parameters
    ----------
    clock
        Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: dict[str, deque[float]] = {}

    def failed(self, address: str) -> float:
        """Note a wrong code, and return how many seconds its answer waits."""
        now = self._clock()
        times = self._failed.pop(address, deque(maxlen=FAILURES + 1))
        times.append(now)
        self._failed[address] = times  # the latest stands last
        if len(self._failed) > ADDRESSES:
            del self._failed[next(iter(self._failed))]
        return WAIT if sum(now - one < MINUTE for one in times) > FAILURES else 0.0


class Door:
    """What the handlers share.

    Parameters
    ----------
    codes, ledger
        Of the board; without them it only says that it is there (``ecokit board --check``).
    names
        Other names and addresses that lead here, as a trainer has said.
    now
        The board's clock.
    heard
        Is called with the address of whoever asks whether a board is here.
    desk
        Of the game that is played in the room.
    """

    def __init__(
        self,
        codes: Codes | None,
        ledger: Ledger | None,
        names: Sequence[str] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        heard: Callable[[str], object] = lambda _address: None,
        desk: Desk | None = None,
    ) -> None:
        self.desk = desk
        self.codes, self.ledger, self.now, self.heard = codes, ledger, now, heard
        self.names = frozenset(name.lower() for name in names)
        self.guesses = Guesses()
        self.asking = self.waiting = 0
        self.hashing = ThreadPoolExecutor(2, "codes")  # guesses keep no delivery waiting
        self.writing = ThreadPoolExecutor(1, "ledger")
        self.filing = ThreadPoolExecutor(1, "game")

    async def seat(self, code: str, address: str) -> Seat:
        """Return whose code it is.

        Raises
        ------
        RefusedError
            It is nobody's, or too many are asked for at once.
        """
        if self.codes is None:
            raise RefusedError("unknown")
        if self.codes.is_known(code):
            return self.codes.find(code, self.now())
        if self.asking >= WAITING:
            raise RefusedError("busy")
        self.asking += 1
        try:
            find = partial(self.codes.find, code, self.now())
            return await asyncio.get_running_loop().run_in_executor(self.hashing, find)
        except RefusedError as refused:
            why = refused.why
        finally:
            self.asking -= 1
        if why == "unknown":
            await self._wait(self.guesses.failed(address))
        raise RefusedError(why)

    async def _wait(self, seconds: float) -> None:
        """Let a wrong code wait; where too many do, there is no place to."""
        if self.waiting < WAITING:
            self.waiting += 1
            try:
                await asyncio.sleep(seconds)
            finally:
                self.waiting -= 1

    async def take(self, seat: Seat, content: bytes) -> dict[str, Any]:
        """Return what a delivery is answered with, once it is on the disk.

        Raises
        ------
        CourseError
            It is no delivery, or the ledger cannot take it.
        """
        loop, arrived = asyncio.get_running_loop(), self.now()
        return await loop.run_in_executor(self.writing, self._taken, seat, content, arrived)

    def _taken(self, seat: Seat, content: bytes, arrived: datetime) -> dict[str, Any]:
        assert self.ledger is not None
        try:
            told = wire.decoded(content, MOST)
            if not isinstance(told, dict):
                raise CourseError(_("It is no delivery."))
            clock = wire.moment(told.get("clock"))
            mark = wire.mark(told["mark"]) if told.get("mark") else ""
            name = wire.pseudonym(told["name"]) if told.get("name") else seat.name
            events, left_out = wire.read_all(told.get("events"), exercises.all())
        except CourseError as error:
            raise RefusedError("content") from error
        name = self._own_name(seat, name)
        kept = self.ledger.add(seat.key, name, clock, events, arrived, mark)
        return {"kept": kept, "left_out": left_out, "name": name}

    def _own_name(self, seat: Seat, name: str) -> str:
        """Return the name, with the number behind it where another learner has it already."""
        assert self.ledger is not None
        others = {one.name.casefold() for one in self.ledger.learners() if one.key != seat.key}
        if name.casefold() not in others:
            return name
        mark = f" ({seat.number})"
        return name[: wire.LONGEST - len(mark)] + mark

    async def at_desk(self, verb: str, seat: Seat, content: bytes) -> dict[str, Any]:
        """Return what a team is answered that files (``file``) or asks for its own (``fetch``).

        Raises
        ------
        RefusedError
            No game is played here, or it is refused.
        """
        if self.desk is None:
            raise RefusedError("game")
        work = partial(getattr(self.desk, verb), seat.key, content)
        return await asyncio.get_running_loop().run_in_executor(self.filing, work)

    async def forget(self, seat: Seat) -> None:
        """Delete what the board has of a learner who leaves."""
        await asyncio.get_running_loop().run_in_executor(self.writing, self._forgotten, seat)

    def _forgotten(self, seat: Seat) -> None:
        assert self.ledger is not None
        if any(one.key == seat.key for one in self.ledger.learners()):
            self.ledger.forget(seat.key)

    def close(self) -> None:
        """Finish what was begun."""
        self.hashing.shutdown()
        self.writing.shutdown()
        self.filing.shutdown()


class _Handler(web.RequestHandler):
    """Refuses what no sender of the course asks, in JSON of one word."""

    door: Door

    def initialize(self, door: Door) -> None:
        self.door = door

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")

    async def prepare(self) -> None:
        if "Origin" in self.request.headers or "Sec-Fetch-Site" in self.request.headers:
            raise RefusedError("origin")  # a page in a browser asks
        if not self._is_here(self.request.host):
            raise RefusedError("host")

    def _is_here(self, host: str) -> bool:
        """Say whether a host is the address that the request came in on, or a name of this board.

        A name that somebody else has let lead here is neither.
        """
        name = host.lower().rpartition(":")[0] or host.lower()
        connection: Any = self.request.connection
        way = connection.stream.socket  # none where the caller has hung up
        return name in self.door.names or bool(way and name == way.getsockname()[0])

    async def seat(self) -> Seat:
        """Return who asks."""
        kind, _space, code = self.request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer":
            raise RefusedError("typed")
        return await self.door.seat(code, str(self.request.remote_ip))

    def write_error(self, status_code: int, **about: Any) -> None:
        error = about.get("exc_info", (None, None))[1]
        self.set_header("Content-Type", "application/json")
        self.set_header("Connection", "close")  # a body may be left that nobody has read
        why = "content"
        if isinstance(error, RefusedError):
            why = error.why
        elif isinstance(
            error, CourseError
        ):  # the disk is full, or another programme holds the file
            why = "ledger"
        self.set_status(STATUS[why] if isinstance(error, CourseError) else status_code)
        self.finish(json.dumps({"why": why}))

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        """Log a fault of the board, and nothing of what strangers send."""
        if not isinstance(error, CourseError | web.HTTPError):
            super().log_exception(kind, error, trace)


class HelloHandler(_Handler):
    """Whether a board is here, and for whom a code is."""

    async def get(self) -> None:
        """Answer with what the course is called; who has a code hears until when it holds."""
        told: dict[str, Any] = {"board": "ecokit", "course": __version__}
        if self.door.codes and "Authorization" in self.request.headers:
            seat = await self.seat()
            told |= {"number": seat.number, "until": self.door.codes.room().ends.isoformat()}
        self.door.heard(str(self.request.remote_ip))
        self.finish(told)


@web.stream_request_body
class DeliveryHandler(_Handler):
    """Takes a delivery; its body is read only of who has a code."""

    def initialize(  # type: ignore[override]  # Tornado gives what the route names
        self, door: Door, most: int, take: Take
    ) -> None:
        """Note how many bytes may come, and who takes them and says what they are answered with."""
        super().initialize(door)
        self._most, self._take = most, take

    async def prepare(self) -> None:
        """Refuse by the head of the request."""
        await super().prepare()
        self._parts: list[bytes] = []
        self._seat = await self.seat()
        length = self.request.headers.get("Content-Length", "0")
        if not re.fullmatch("[0-9]{1,7}", length) or int(length) > self._most:
            raise RefusedError("size")  # what comes without a length the server cuts off there

    def data_received(self, chunk: bytes) -> None:
        """Keep a part of the body."""
        self._parts.append(chunk)

    async def post(self) -> None:
        """Answer once it is on the disk."""
        self.finish(await self._take(self._seat, b"".join(self._parts)))


class LeaveHandler(_Handler):
    """Lets a learner leave: what the board has of this learner is deleted."""

    async def post(self) -> None:
        """Answer once it is gone."""
        await self.door.forget(await self.seat())
        self.finish({"left": True})


class Listener:
    """A server on the addresses of this machine.

    Parameters
    ----------
    door
        What it leads to.
    certificate
        Its own.
    listening
        From `bound`.

    Attributes
    ----------
    port
        Where it listens.
    """

    def __init__(self, door: Door, certificate: Certificate, listening: socket.socket) -> None:
        self.door = door
        self._context, self._listening = certificate.context(), listening
        self.port = port_of(listening)

    def start(self) -> httpserver.HTTPServer:
        """Begin to listen on the loop of this thread."""
        door = self.door
        deliveries: dict[str, tuple[int, Take]] = {
            "/events": (MOST, door.take),
            "/game/file": (MOST_FILED, partial(door.at_desk, "file")),
            "/game/fetch": (MOST_FILED, partial(door.at_desk, "fetch")),
        }
        handlers: list[Any] = [
            ("/hello", HelloHandler, {"door": door}),
            ("/leave", LeaveHandler, {"door": door}),
        ]
        for path, (most, take) in deliveries.items():
            handlers.append((path, DeliveryHandler, {"door": door, "most": most, "take": take}))
        application = web.Application(handlers, log_function=lambda _handler: None)
        server = httpserver.HTTPServer(
            application,
            ssl_options=self._context,
            max_body_size=MOST,
            max_header_size=8192,
            body_timeout=BODY,
            idle_connection_timeout=IDLE,
        )
        server.add_socket(self._listening)
        return server

    @contextmanager
    def running(self) -> Iterator[Listener]:
        """Listen in a thread of its own, until the end of the block."""
        loop = asyncio.SelectorEventLoop()  # Tornado's, on Windows too
        stop, ready = asyncio.Event(), threading.Event()

        async def serve() -> None:
            server = self.start()
            ready.set()
            await stop.wait()
            server.stop()
            await server.close_all_connections()

        def run() -> None:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(serve())

        thread = threading.Thread(target=run, name="listen", daemon=True)
        thread.start()
        ready.wait()
        try:
            yield self
        finally:
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(stop.set)
            thread.join(10)
            self.door.close()


def bound(port: int, address: str = "") -> socket.socket:
    """Return what listens on a port of one address, or of all that this machine has.

    Raises
    ------
    CourseError
        It cannot be had.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # there a port that was just closed counts as free
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(512)
        listening.setblocking(False)
    except (OSError, OverflowError) as error:
        listening.close()
        sentence = _(
            "Port {port} of {address} cannot be had ({why}). Stop what has it, perhaps another "
            "board, or choose another with --listen-port."
        )
        why = getattr(error, "strerror", None) or error
        told = {"port": port, "address": address or _("this machine"), "why": why}
        raise CourseError(sentence.format(**told)) from error
    return listening


def port_of(listening: socket.socket) -> int:
    """Return the port that was got."""
    return int(listening.getsockname()[1])


def allow_many_connections(wanted: int = 4096) -> None:
    """Ask for as many open connections as a room needs: a Mac gives a process 256."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
