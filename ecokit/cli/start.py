"""``ecokit start``: the book built, the learner's folder laid, JupyterLab on this machine."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import webbrowser
from pathlib import Path
from urllib.parse import quote

from ecokit.cli import brackets, copies
from ecokit.cli.course import FIRST, Course
from ecokit.errors import CourseError
from ecokit.messages import _

HOST = "127.0.0.1"
PORT = 8888


def start(folder: Path, port: int | None, *, open_browser: bool) -> None:
    """Make everything ready and serve it until Ctrl-C.

    Parameters
    ----------
    folder
        The learner's folder; made if needed, brought up to date without touching changed files.
    port
        The port on 127.0.0.1; without one, 8888 or the next free one.
    open_browser
        Whether to open the first notebook and the book.

    Raises
    ------
    CourseError
        The book cannot be built, the folder cannot be written, or the port is taken.
    """
    course = Course.found()
    prepare(course, folder)
    folder = folder.resolve()
    running = _running(folder)
    if running:
        _say(_("The course runs already. To start it anew, stop it with Ctrl-C where it runs."))
        _tell(*running, open_browser=open_browser)
    else:
        _serve(folder, port, open_browser=open_browser)


def prepare(course: Course, folder: Path) -> None:
    """Build the book if it is not current, and lay the notebooks into the learner's folder."""
    if not course.book_is_current():
        _say(_("Building the book. The first time takes a minute or two ..."))
        course.build_book()
    laid = copies.lay(course.learner_files(), folder)
    if laid.new:
        place = _place(folder)
        _say(_("{n} notebooks laid into {place}.").format(n=len(laid.new), place=place))
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


def _place(folder: Path) -> str:
    """Return a folder as seen from here, or whole where no way leads from here to it.

    >>> _place(Path("my-course"))
    'my-course'
    """
    try:
        return os.path.relpath(folder)
    except ValueError:  # on Windows, another drive or a share
        return str(folder)


def _running(folder: Path) -> tuple[str, str] | None:
    """Return base address and token of a server that already serves this folder."""
    from jupyter_server.serverapp import list_running_servers

    for server in list_running_servers():
        if Path(server["root_dir"]) == folder and server["hostname"] == HOST:
            return server["url"], server["token"]
    return None


def _serve(folder: Path, port: int | None, *, open_browser: bool) -> None:
    if port is not None and not _is_free(port):
        raise CourseError(
            _("Port {port} is in use. Choose another, or none: then a free one is found.").format(
                port=port
            )
        )
    # Settings of another Jupyter on this machine stay out of the course, and untouched by it.
    os.environ["JUPYTER_CONFIG_DIR"] = str(folder / ".ecokit" / "jupyter")
    # Threads of linear algebra only wait for one another on tables of this size.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from jupyterlab.labapp import LabApp

    brackets.let_jupyter_find()
    token = secrets.token_hex(16)
    server = LabApp.initialize_server(argv=_arguments(folder, port, token))
    address = f"http://{HOST}:{server.port}{server.base_url}"
    server.io_loop.add_callback(_tell, address, token, open_browser=open_browser)
    server.io_loop.add_callback(_say, _("Stop with Ctrl-C."))
    server.start()
    _say(_("The course has stopped. Your work is in {folder}.").format(folder=folder))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":  # there a port that was just closed counts as free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def _arguments(folder: Path, port: int | None, token: str) -> list[str]:
    import zmq

    return [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.port={port or PORT}",
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


def _tell(address: str, token: str, *, open_browser: bool) -> None:
    lab = f"{address}lab/tree/{quote(FIRST)}?token={token}"
    book = f"{address}book/?token={token}"
    _say(_("Notebooks: {address}").format(address=lab))
    _say(_("Book:      {address}").format(address=book))
    if open_browser:  # the book first, so that the notebook ends up in front
        threading.Thread(
            target=lambda: [webbrowser.open(page) for page in (book, lab)], daemon=True
        ).start()


def _say(sentence: str) -> None:
    print(sentence, flush=True)
