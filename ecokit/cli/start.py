"""``ecokit start``: the learner's folder laid, JupyterLab on this machine, the book beside it."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import filelock

from ecokit.cli import brackets, building, copies, joining, sending
from ecokit.cli.course import FIRST, Course
from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.company import BUNDLED, chosen_seed, company_name

HOST = "127.0.0.1"
PORT = 8888
WAIT = 30  # seconds that another start on the same folder has to get ready
PATIENCE = 10  # seconds that a browser has to show the first page
LOCK = Path(".ecokit", "start.lock")


def start(
    folder: Path, port: int | None, *, open_browser: bool, room: str | None = None, name: str = ""
) -> None:
    """Make everything ready and serve it until Ctrl-C.

    Parameters
    ----------
    folder
        The learner's folder; made if needed, brought up to date without touching changed files.
    port
        The port on 127.0.0.1, 0 for any; without one, 8888 or the next free one.
    open_browser
        Whether to open the first notebook.
    room
        A join line, or the file that holds one; without it, ``room.ecokit`` in the folder.
    name
        What the learner wants to be called in the room.

    Raises
    ------
    CourseError
        The folder cannot be written, the port cannot be had, or the join line was mistyped.
    """
    course = Course.found()
    prepare(course, folder)
    joining.decide(folder, room, name)
    folder = folder.resolve()
    _need_places(folder)
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        with _first(folder) as first:
            running = _running(folder)
            if first and not running:
                _serve(course, folder, port, open_browser=open_browser)
                return
        if running:
            _say(_("The course runs already. To start it anew, stop it with Ctrl-C where it runs."))
            _show(running, open_browser=open_browser)
            return
        time.sleep(0.5)  # another start has only just begun, or ends
    raise CourseError(_("Another start on this folder does not get ready. Stop it with Ctrl-C."))


def prepare(course: Course, folder: Path) -> None:
    """Lay the notebooks into the learner's folder, and say what was done."""
    laid = copies.lay(course.learner_files(), folder)
    if laid.new:
        place = _place(folder)
        _say(_("{n} notebooks laid into {place}.").format(n=len(laid.new), place=place))
    if not laid.record_read:
        sentence = _(
            "The record of what was laid, {record}, cannot be read whole. Every notebook stays as "
            "it is; where it may be yours, the newest version lies beside it."
        )
        _say(sentence.format(record=copies.RECORD))
    if laid.updated:
        _say(_("{n} notebooks brought up to date.").format(n=len(laid.updated)))
    for name in laid.beside:
        _say(
            _("You changed a notebook; its new version lies beside yours: {name}").format(name=name)
        )
    for name, fresh in laid.torn.items():
        sentence = _(
            "{name} is empty or was cut off while it was saved, so it does not open. It stays as "
            "it is. A fresh one lies beside it: {fresh}"
        )
        _say(sentence.format(name=name, fresh=fresh))
    _tell_company(folder)


def _tell_company(folder: Path) -> None:
    """Say which company the notebooks load, where it is not the one of the course."""
    try:
        seed = chosen_seed(folder / ".ecokit")
    except CourseError as error:  # the notebooks say so, too; the lessons can be read
        _say(str(error))
        return
    if seed != BUNDLED:
        sentence = _("The company of this folder is {name}, number {seed}.")
        _say(sentence.format(name=company_name(seed), seed=seed))


def _place(folder: Path) -> str:
    """Return a folder as seen from here, or whole where no way leads from here to it.

    >>> _place(Path("my-course"))
    'my-course'
    """
    try:
        return os.path.relpath(folder)
    except ValueError:  # on Windows, another drive or a share
        return str(folder)


@contextmanager
def _first(folder: Path) -> Iterator[bool]:
    """Say whether no other start serves this folder; where locks do not work, none is known to."""
    lock = filelock.FileLock(folder / LOCK, blocking=False)
    try:
        lock.acquire()
    except filelock.Timeout:
        yield False
        return
    except (OSError, NotImplementedError):
        yield True
        return
    with lock:
        yield True


def _running(folder: Path) -> dict[str, Any] | None:
    """Return what Jupyter knows of a server that already serves this folder."""
    from jupyter_server.serverapp import list_running_servers

    with suppress(OSError, ValueError):  # one that just ends takes its file away
        for server in list_running_servers():
            if Path(server["root_dir"]) == folder and server["hostname"] == HOST:
                return dict(server)
    return None


def _serve(course: Course, folder: Path, port: int | None, *, open_browser: bool) -> None:
    _check(port)
    # Settings of another Jupyter on this machine stay out of the course, and untouched by it.
    os.environ["JUPYTER_CONFIG_DIR"] = str(folder / ".ecokit" / "jupyter")
    # Threads of linear algebra only wait for one another on tables of this size.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from jupyterlab.labapp import LabApp

    brackets.let_jupyter_find()
    token = secrets.token_hex(16)
    server = LabApp.initialize_server(argv=_arguments(folder, port, token))
    if not course.book_is_current():
        building.current = building.Building(course)
    server.io_loop.add_callback(_ready, server, open_browser=open_browser)
    sender = sending.Sender(folder, _say)
    sender.start()
    try:
        server.start()
    finally:
        sender.stop()
        if building.current:
            building.current.stop()
    _say(_("The course has stopped. Your work is in {folder}.").format(folder=folder))


def _check(port: int | None) -> None:
    """Refuse a port that is none, or that another programme has."""
    if port is not None and not 0 <= port <= 65535:
        sentence = _("{port} is no port. Choose one from 1024 to 65535, or none.")
        raise CourseError(sentence.format(port=port))
    if port and not _is_free(port):
        sentence = _(
            "Port {port} cannot be had. Choose another, or none: then a free one is found."
        )
        raise CourseError(sentence.format(port=port))


def _need_places(folder: Path) -> None:
    """Keep Jupyter's and IPython's files in the learner's folder, where the home is no place."""
    from jupyter_core.paths import jupyter_runtime_dir

    try:
        Path(jupyter_runtime_dir()).mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        place = folder / ".ecokit" / "home"
        for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
            path = place / name.lower()
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.environ.setdefault(name, str(path))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":  # there a port that was just closed counts as free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _arguments(folder: Path, port: int | None, token: str) -> list[str]:
    import zmq

    return [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={PORT if port is None else port}",
        "--ServerApp.port_retries=50",
        "--ServerApp.open_browser=False",
        "--ServerApp.allow_root=True",  # a container or a hub image may be run by root
        "--ServerApp.answer_yes=True",  # one Ctrl-C is enough
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
        "--ServerApp.jpserver_extensions={'ecokit.cli.server': True}",
        f"--IdentityProvider.token={token}",
        f"--LabApp.default_url=/lab/tree/{quote(FIRST)}",
        f"--KernelManager.transport_encryption={'auto' if zmq.has('curve') else 'disabled'}",
        "--LabApp.extension_manager=readonly",  # asks no package index
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def _ready(server: Any, *, open_browser: bool) -> None:
    """Show the first notebook, then build the book beside it."""
    if os.name == "posix":
        Path(server.browser_open_file).chmod(0o600)
    found = {"url": f"http://{HOST}:{server.port}{server.base_url}", "pid": os.getpid()}
    found["token"] = server.identity_provider.token
    _show(found, open_browser=open_browser)
    _say(_("Stop with Ctrl-C."))
    if building.current:
        _say(_("The book is being built beside the lessons; the first time takes minutes."))
        building.current.start()


def _show(running: dict[str, Any], *, open_browser: bool) -> None:
    """Open the first notebook in the browser, or tell where it is.

    The browser is given Jupyter's own file that leads there, which nobody else may read: other
    users of the machine can see the words that a programme is started with.
    """
    if not open_browser:
        _tell(running)
        return
    from jupyter_core.paths import jupyter_runtime_dir

    file = Path(jupyter_runtime_dir(), f"jpserver-{running['pid']}-open.html")
    threading.Thread(
        target=_open, args=(file, running), daemon=running["pid"] == os.getpid()
    ).start()


def _open(file: Path, running: dict[str, Any]) -> None:
    """Open the browser; tell the addresses where no page has come from it after a while."""
    webbrowser.open(file.as_uri())
    patience = PATIENCE if running["pid"] == os.getpid() else 0
    if not building.shown.wait(patience):
        _say(_("If no page has opened, open it yourself:"))
        _tell(running)


def _tell(running: dict[str, Any]) -> None:
    """Print the addresses, in this terminal alone."""
    for name, page in ((_("Notebooks:"), f"lab/tree/{quote(FIRST)}"), (_("Book:"), "book/")):
        _say(f"{name:<10} {running['url']}{page}?token={running['token']}")


def _say(sentence: str) -> None:
    print(sentence, flush=True)
