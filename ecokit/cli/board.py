"""The commands of the board: a learner hands in, a trainer shows the room.

The package that makes a board lies outside the wheel, so what a trainer calls needs a checkout.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

from ecokit.cli.course import Course
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
            "Show a room from the files in FOLDER that learners made with ecokit collect. What "
            "came is kept beside it, in FOLDER-board.db, until you forget it: "
            "ecokit board forget FOLDER [NAME] deletes a learner, or what is older than 14 days."
        ),
    )
    board.add_argument(
        "words", nargs="+", metavar=_("FOLDER"), help=_("where the files are handed in")
    )
    board.set_defaults(run=_board)


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
    Course.found().need_checkout("ecokit board")
    verb, *more = options.words
    if verb == "forget" and 1 <= len(more) <= 2:
        _forget(Path(more[0]), *more[1:])
    elif more:
        message = _("ecokit board takes one folder; {words} is none of its commands.")
        raise CourseError(message.format(words=" ".join(options.words)))
    else:
        _show(Path(verb))


def _show(folder: Path) -> None:
    """Read a folder, and say who has done how much."""
    reading = import_module("ecokit.board.reading")
    with import_module("ecokit.board.ledger").Ledger(ledger_of(folder)) as ledger:
        ledger.forget_older()
        for sentence in reading.read_folder(folder, ledger):
            print(sentence)
        events = ledger.events()
        for one in ledger.learners():
            n = sum(placed.learner == one.key for placed in events)
            print(_n("{name}: one event", "{name}: {n} events", n).format(name=one.name, n=n))


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
