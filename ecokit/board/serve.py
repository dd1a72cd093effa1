"""The board in the trainer's browser: a small server that answers this machine alone.

Whoever opens the address with its token gets a cookie; without it nothing is told. A page of the
internet that makes the browser ask here has another Host, or no cookie, and no script of its own
runs on the board's page.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import html
import json
import os
import secrets
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

from tornado import httpserver, web

from ecokit.board import room, shown
from ecokit.board.filed import Game
from ecokit.board.ledger import Learner, Ledger, Placed
from ecokit.board.reading import Folder
from ecokit.board.words import Words
from ecokit.errors import CourseError
from ecokit.exercises import store
from ecokit.messages import _
from ecokit.pack import plan as plans
from ecokit.pack.plan import Plan

PORT = 8765
HERE = "127.0.0.1"
HOSTS = {HERE, "localhost"}
PAGE = Path(__file__).with_name("page")
KINDS = {"index.html": "text/html", "board.js": "text/javascript", "board.css": "text/css"}
KINDS |= {"game.html": "text/html", "game.js": "text/javascript"}
PAUSE = 1.5  # seconds in which nothing is read again
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class View:
    """What a board shows of a ledger.

    Parameters
    ----------
    ledger : Ledger
        What has happened in the room.
    plan : Plan or None
        What is taught.
    day : int
        Which day of the plan it is, from 1.
    refresh : callable, optional
        Brings the ledger up to date, and returns sentences about what could not be read.
    how : str
        Says how learners come onto the board, while it is empty.
    game : Game, optional
        Which is played in the room.
    """

    def __init__(
        self,
        ledger: Ledger,
        plan: Plan | None = None,
        *,
        day: int = 1,
        refresh: Callable[[], Sequence[str]] = tuple,
        how: str = "",
        game: Game | None = None,
    ) -> None:
        if plan is not None and not 1 <= day <= len(plan.days):
            message = _("The plan {name} has {n} days; there is no day {day}.")
            raise CourseError(message.format(name=plan.name, n=len(plan.days), day=day))
        self.ledger, self.plan, self.day, self.how = ledger, plan, day, how
        self.words, self.game = Words(), game
        self._refresh, self._notes = refresh, list[str]()
        self._read = -PAUSE
        self._one = threading.Lock()
        self._kept: tuple[list[Placed], list[Learner], object, room.Room] | None = None

    def room(self) -> room.Room:
        """Return the room as it is now; it is made anew where something came, or a minute went."""
        with self._one:
            if monotonic() - self._read >= PAUSE:
                self._notes = self._refreshed()
                self._read = monotonic()
            now = store.now().astimezone()
            minute = now.replace(second=0, microsecond=0)
            placed, learners = self.ledger.events(), self.ledger.learners()
            if self._kept is None or self._kept[:3] != (placed, learners, minute):
                planned = self.plan.exercises if self.plan else ()
                at = room.clock(self.plan.days[self.day - 1], now) if self.plan else None
                made = room.of(placed, learners, now, planned, at)
                self._kept = placed, learners, minute, made
            return self._kept[3]

    def _refreshed(self) -> list[str]:
        """Bring the ledger up to date; a folder that is gone is a note, the room stays."""
        try:
            return list(self._refresh())
        except CourseError as error:
            return [str(error)]

    def page(self, *, names: bool) -> bytes:
        """Return what the page shows, as JSON."""
        title = self.plan.title if self.plan else ""
        told = shown.page(self.room(), self.words, title=title, names=names)
        more = {"how": self.how, "notes": self._notes, "game": self.game is not None}
        return json.dumps(told | more, ensure_ascii=False).encode()

    def table(self) -> bytes:
        """Return who stands where as CSV that a spreadsheet opens, with names."""
        return _for_spreadsheets(shown.table(self.room(), self.words))

    def sums(self) -> bytes:
        """Return sums of five people and more as CSV."""
        return _for_spreadsheets(shown.sums(self.room()))


def _for_spreadsheets(text: str) -> bytes:
    return text.encode("utf-8-sig")


class _Handler(web.RequestHandler):
    """What all answers have in common: the headers, whom they are for, and how a fault is told."""

    view: View
    token: str

    def initialize(self, view: View, token: str) -> None:
        self.view, self.token = view, token

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        if self.request.host_name not in HOSTS:
            raise web.HTTPError(403, reason=_("This board answers 127.0.0.1 alone."))
        if not self.knows(self.get_cookie(self.cookie) or ""):
            self.without_cookie()

    def without_cookie(self) -> None:
        raise web.HTTPError(403, reason=_("Open the address that ecokit board has printed."))

    @property
    def cookie(self) -> str:
        """The name of the cookie: of this board, for another one may run beside it."""
        return f"ecokit-board-{hashlib.sha256(self.token.encode()).hexdigest()[:8]}"

    def knows(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self.token.encode())

    def write_error(self, status_code: int, **_more: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}: {self._reason}\n")

    async def made(self, make: Callable[[], bytes]) -> bytes:
        """Return what is made in a thread, so that others are answered meanwhile."""
        side: ThreadPoolExecutor = self.settings["side"]
        return await asyncio.get_running_loop().run_in_executor(side, make)


class _File(_Handler):
    """A file of the page; the address with the token leads to it."""

    def without_cookie(self) -> None:
        if not self.knows(self.get_query_argument("token", "")):
            super().without_cookie()
        self.set_cookie(self.cookie, self.token, httponly=True, samesite="Lax", path="/")
        self.redirect("/")

    def get(self, name: str) -> None:
        name = name or "index.html"
        if name not in KINDS:
            raise web.HTTPError(404)
        self.set_header("Content-Type", f"{KINDS[name]}; charset=utf-8")
        self.finish((PAGE / name).read_bytes())


class _Room(_Handler):
    """The room as JSON."""

    async def get(self) -> None:
        names = bool(self.get_query_argument("names", ""))
        told = await self.made(lambda: self.view.page(names=names))
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(told)


class _Game(_Handler):
    """Who has filed in the game, as JSON; the trainer's button starts the clock of the round."""

    async def get(self) -> None:
        await self._told(self._game())

    async def post(self) -> None:
        if self.request.headers.get("Origin") != f"http://{self.request.host}":
            raise web.HTTPError(403)
        game = self._game()
        await asyncio.get_running_loop().run_in_executor(self.settings["side"], game.begin)
        await self._told(game)

    def _game(self) -> Game:
        if self.view.game is None:
            raise web.HTTPError(404)
        return self.view.game

    async def _told(self, game: Game) -> None:
        told = await self.made(lambda: json.dumps(game.page(), ensure_ascii=False).encode())
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(told)


class _Csv(_Handler):
    """What goes out of the room: the whole table for the trainer, sums for others."""

    async def get(self, name: str) -> None:
        told = await self.made(self.view.table if name == "board" else self.view.sums)
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="{name}.csv"')
        self.finish(told)


def app(view: View, token: str) -> web.Application:
    """Return the board as a tornado application, to be served on 127.0.0.1 by `listen`.

    Parameters
    ----------
    view : View
        What it shows.
    token : str
        What the trainer's browser must know.
    """
    own = {"view": view, "token": token}
    routes = [
        (r"/room\.json", _Room, own),
        (r"/game\.json", _Game, own),
        (r"/(board|summary)\.csv", _Csv, own),
        (r"/([a-z.]*)", _File, own),
    ]
    return web.Application(
        routes,
        default_handler_class=_Missing,
        default_handler_args=own,
        log_function=lambda _handler: None,  # addresses hold the token
        side=ThreadPoolExecutor(1, "board"),
    )


class _Missing(_Handler):
    """All other addresses."""

    def get(self) -> None:
        raise web.HTTPError(404)


def listen(
    application: web.Application, port: int | None = None
) -> tuple[httpserver.HTTPServer, int]:
    """Serve an application on 127.0.0.1, in the loop that runs.

    Parameters
    ----------
    application : tornado.web.Application
        From `app`.
    port : int, optional
        Where; 8765 or the next free one when left out.

    Returns
    -------
    tuple
        The server and its port.

    Raises
    ------
    CourseError
        The port is taken.
    """
    wanted = [port] if port is not None else [*range(PORT, PORT + 20), 0]
    for one in wanted:
        with contextlib.suppress(OSError):
            bound = _bound(one)
            server = httpserver.HTTPServer(application, max_body_size=0)
            server.add_socket(bound)
            return server, bound.getsockname()[1]
    message = _("Port {port} of 127.0.0.1 cannot be had. Name another one with --port.")
    raise CourseError(message.format(port=port))


async def close(server: httpserver.HTTPServer) -> None:
    """Serve no longer, and let go of the browsers that are still connected."""
    server.stop()
    await server.close_all_connections()


def _bound(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name != "nt":  # there it would share the port with another programme
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setblocking(False)
        made.bind((HERE, port))
        made.listen(128)
    except OSError:
        made.close()
        raise
    return made


def address(port: int, token: str = "") -> str:
    """Return where the trainer's browser finds the board.

    Examples
    --------
    >>> address(8765, "abc")
    'http://127.0.0.1:8765/?token=abc'
    """
    return f"http://{HERE}:{port}/" + (f"?token={token}" if token else "")


@contextlib.contextmanager
def door(port: int, token: str) -> Iterator[Path]:
    """Give a page that leads to the board: what a browser is started with is seen by all users.

    The token stands in the page, which only its owner may read; it is gone afterwards.
    """
    handle, name = tempfile.mkstemp(prefix="ecokit-board-", suffix=".html")
    place = Path(name)
    try:
        target = html.escape(address(port, token))
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(
                f'<!DOCTYPE html>\n<meta charset="utf-8">\n<title>{_("The board")}</title>\n'
                f'<meta http-equiv="refresh" content="0; url={target}">\n'
                f'<p><a href="{target}">{_("To the board")}</a></p>\n'
            )
        yield place
    finally:
        place.unlink(missing_ok=True)


async def run(
    view: View, token: str, port: int | None = None, *, open_browser: bool = True
) -> None:
    """Serve a board until it is stopped, and say where it is."""
    application = app(view, token)
    server, port = listen(application, port)
    print(_("The board: {address}").format(address=address(port, token)))
    print(_("Stop it with Ctrl-C."), flush=True)
    try:
        with door(port, token) as page:
            if open_browser:
                webbrowser.open(page.as_uri())
            await asyncio.Event().wait()
    finally:
        await close(server)
        view.words.close()


def show(
    folder: Path,
    place: Path,
    *,
    plan: str = "",
    start: str = "",
    day: int = 1,
    port: int | None = None,
    open_browser: bool = True,
    game: Game | None = None,
) -> None:
    """Show the room of a folder in which files are handed in, until it is stopped.

    Parameters
    ----------
    folder : Path
        It is read again when a file in it changes.
    place : Path
        Where the ledger of the room lies.
    plan, start : str
        As `ecokit.pack.plan.read` takes them; no plan when left out.
    day : int
        Which day of the plan it is.
    port : int, optional
        Where on 127.0.0.1.
    open_browser : bool
        Whether a browser is opened.
    game : Game, optional
        Which is played in the room.

    Raises
    ------
    CourseError
        The folder, the plan or the port is none, or the ledger cannot be had.
    """
    chosen = plans.read(plan, start) if plan else None
    files = Folder(folder)
    with Ledger(place) as ledger:
        ledger.forget_older()
        files.read(ledger)
        how = _("Nobody is here yet. Put files that ecokit collect makes into {folder}.")
        view = View(
            ledger,
            chosen,
            day=day,
            refresh=lambda: files.read(ledger),
            how=how.format(folder=folder),
            game=game,
        )
        asyncio.run(run(view, secrets.token_urlsafe(24), port, open_browser=open_browser))
