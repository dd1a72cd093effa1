"""The commands of the board: a learner hands in, a trainer shows the room.

The package that makes a board lies outside the wheel, so what a trainer calls needs a checkout.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ecokit.errors import CourseError
from ecokit.messages import _, _n


def add_collect(commands: Any, folder: str) -> None:
    """Add ``ecokit collect``; `folder` are the words for its option."""
    collect = commands.add_parser(
        "collect",
        help=_("write a file for the trainer's board: what was opened, tried and solved"),
        description=_(
            "Write a file that you may hand in for the board of a room. It holds no answer. Look "
            "at it first: it is text. A second call replaces it."
        ),
    )
    collect.add_argument("--folder", type=Path, default=Path("my-course"), help=folder)
    collect.add_argument(
        "--name", default="", help=_("what the board shows, no name of yours (Learner and a mark)")
    )
    collect.set_defaults(run=_collect)


def add(commands: Any) -> None:
    """Add ``ecokit board``."""
    board = commands.add_parser(
        "board",
        help=_("who is where in a room, for the trainer"),
        description=_(
            "Show a room in the browser, live, from the files in FOLDER that learners made with "
            "ecokit collect, and with --listen from what their laptops send over the network. What "
            "came is kept beside it, "
            "in FOLDER-board.db, until you forget it: ecokit board forget FOLDER [NAME] deletes a "
            "learner, or what is older than 14 days. ecokit board code FOLDER --again NAME "
            "replaces a code. Learners have two verbs: ecokit board mine says what was sent to a "
            "board, ecokit board leave has it deleted there."
        ),
    )
    board.add_argument(
        "words", nargs="*", metavar=_("FOLDER"), help=_("where the files are handed in (room)")
    )
    board.add_argument(
        "--folder", type=Path, default=Path("my-course"), help=_("of a learner, for mine and leave")
    )
    _add_network(board)
    board.add_argument(
        "--plan", default="", help=_("half-day, day, two-days, or a YAML file: shows the time left")
    )
    board.add_argument("--start", default="", metavar=_("HH:MM"), help=_("the day begins then"))
    board.add_argument("--day", type=int, default=1, help=_("which day of the plan it is (1)"))
    board.add_argument(
        "--game",
        type=Path,
        metavar=_("FOLDER"),
        help=_("the folder of a game: shows who has filed"),
    )
    board.add_argument(
        "--minutes", type=float, help=_("of each round of the game (12 in round 1, then 8)")
    )
    board.add_argument("--port", type=int, help=_("port on 127.0.0.1 (8765 or the next free one)"))
    board.add_argument(
        "--open",
        action=argparse.BooleanOptionalAction,
        default=True,
        help=_("open the browser, or only print the address"),
    )
    board.set_defaults(run=_board)


def _add_network(board: argparse.ArgumentParser) -> None:
    """Add the options of a board that listens."""
    network = board.add_argument_group(_("over the network of the room"))
    network.add_argument(
        "--listen", action="store_true", help=_("let learners' laptops send what they do")
    )
    network.add_argument(
        "--check", action="store_true", help=_("try whether a second laptop can reach this one")
    )
    network.add_argument("--learners", type=int, default=20, help=_("how many get a code (20)"))
    network.add_argument(
        "--days", type=int, default=1, help=_("after how many midnights the codes end (1)")
    )
    network.add_argument(
        "--address", nargs="+", default=[], help=_("where learners find it (all of this laptop's)")
    )
    network.add_argument("--listen-port", type=int, default=8443, help=_("its port (8443)"))
    network.add_argument(
        "--paper", choices=["a4", "letter"], default="a4", help=_("of the slips with codes (a4)")
    )
    network.add_argument("--again", metavar=_("NAME"), help=_("whose code is replaced"))


def need_learner(folder: Path) -> None:
    """Raise `CourseError` where a folder is none of a learner."""
    if not (folder / ".ecokit").is_dir():
        message = _(
            "{folder} is no folder of the course: nothing was answered there. Name the folder "
            "that ecokit start made, with --folder."
        )
        raise CourseError(message.format(folder=folder))


def ledger_of(folder: Path) -> Path:
    """Return where a board keeps what came of a folder: beside it, where no learner writes.

    Examples
    --------
    >>> ledger_of(Path("/rooms/monday")).name
    'monday-board.db'
    """
    place = folder.absolute()
    return place.with_name(f"{place.name}-board.db")


def _collect(options: argparse.Namespace) -> None:
    from ecokit.exercises import collect

    need_learner(options.folder)
    made = collect.write(options.folder, options.name)
    print(collect.NOTICE)
    print(_n("It holds one event.", "It holds {n} events.", made.events).format(n=made.events))
    if made.left_out:
        words = _n("The oldest one found no room.", "The oldest {n} found no room.", made.left_out)
        print(words.format(n=made.left_out))
    print(_("The file to hand in: {place}").format(place=made.place))


def _board(options: argparse.Namespace) -> None:
    verb, *more = options.words or ["room"]
    if verb in ("mine", "leave") and not more:
        from ecokit.cli import joining

        need_learner(options.folder)
        (joining.mine if verb == "mine" else joining.leave)(options.folder)
        return
    from ecokit.cli.course import Course

    Course.found().need_checkout("ecokit board")
    if verb == "forget" and 1 <= len(more) <= 2:
        _forget(Path(more[0]), *more[1:])
    elif verb == "code" and options.again and len(more) <= 1:
        _again(Path(*more or ["room"]), options.again)
    elif more:
        message = _("ecokit board takes one folder; {words} is none of its commands.")
        raise CourseError(message.format(words=" ".join(options.words)))
    elif options.check:
        import_module("ecokit.board.check").check(Path(verb), _where(options))
    else:
        _show(Path(verb), options)


def _where(options: argparse.Namespace) -> Any:
    return _network().Where(options.listen_port, tuple(options.address))


def _network() -> Any:
    """Return the module of a board that listens; what it needs is an extra of the course."""
    lacking = [name for name in ("cryptography", "segno", "wakepy") if find_spec(name) is None]
    if lacking:
        message = _("A board that listens needs {packages}. Install them with: make board")
        raise CourseError(message.format(packages=", ".join(lacking)))
    return import_module("ecokit.board.network")


def _again(folder: Path, name: str) -> None:
    """Replace the code of a learner."""
    with import_module("ecokit.board.ledger").Ledger(ledger_of(folder)) as ledger:
        _network().again(folder, name, ledger)


@contextmanager
def _listening(folder: Path, options: argparse.Namespace, game: Any) -> Iterator[None]:
    """Let learners send, where that is asked for."""
    if not options.listen:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)  # for the files of whom no network reaches
    asked = {"learners": options.learners, "days": options.days, "size": options.paper}
    asked["game"] = game
    with (
        import_module("ecokit.board.ledger").Ledger(ledger_of(folder)) as ledger,
        _network().listening(folder, ledger, _where(options), **asked),
    ):
        yield


def _show(folder: Path, options: argparse.Namespace) -> None:
    """Show what lies in a folder, and what comes by the network, until it is stopped."""
    game = None
    if options.game is not None:
        game = import_module("ecokit.board.filed").Game(options.game, options.minutes)
        folder.mkdir(parents=True, exist_ok=True)  # a room may only play
    with _listening(folder, options, game):
        import_module("ecokit.board.serve").show(
            folder,
            ledger_of(folder),
            plan=options.plan,
            start=options.start,
            day=options.day,
            port=options.port,
            open_browser=options.open,
            game=game,
        )


def _forget(folder: Path, name: str = "") -> None:
    """Delete a learner, or what is old, from the board of a folder."""
    place = ledger_of(folder)
    if not place.is_file():
        raise CourseError(_("There is no board of {folder}.").format(folder=folder))
    with import_module("ecokit.board.ledger").Ledger(place) as ledger:
        if not name:
            n = ledger.forget_older()
            print(_n("One event was deleted.", "{n} events were deleted.", n).format(n=n))
            return
        named = [one.key for one in ledger.learners() if name in (one.name, one.key)]
        if len(named) != 1:
            message = _("The board has {n} learners called {name}: {known}.")
            known = ", ".join(f"{one.name} ({one.key})" for one in ledger.learners())
            raise CourseError(message.format(n=len(named), name=name, known=known or _("none")))
        n = ledger.forget(named[0])
    told = _n("One event was deleted.", "{n} events were deleted.", n).format(n=n)
    print(told, _("Delete the file that was handed in, too, or the board reads it again."))
