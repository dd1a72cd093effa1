"""The commands, their options and their words."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ecokit.cli import board
from ecokit.errors import CourseError
from ecokit.messages import _


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of the command line.

    Parameters
    ----------
    arguments
        The words after ``ecokit``; those of the shell when left out.

    Returns
    -------
    int
        0 when all is well, 1 when it is not; what is wrong is printed in a sentence.

    Examples
    --------
    >>> main(["doctor", "--read", "AAAA-AAAA"])
    1
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a Windows console may not know every sign
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:  # a full disk, a folder without the right to write
        message = _("{file} cannot be read or written: {why}.")
        told = {"file": error.filename or _("A file"), "why": error.strerror or error}
        print(message.format(**told), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ecokit", description=_("The course, on this machine."))
    commands = parser.add_subparsers(required=True, metavar=_("COMMAND"))

    start = commands.add_parser("start", help=_("start the course: notebooks and book"))
    start.add_argument("--folder", type=Path, default=Path("my-course"), help=_FOLDER)
    start.add_argument("--port", type=int, help=_("port on 127.0.0.1 (8888 or the next free one)"))
    start.add_argument(
        "--open",
        action=argparse.BooleanOptionalAction,
        default=True,
        help=_("open the browser, or only print the addresses"),
    )
    start.add_argument(
        "--room", metavar=_("LINE"), help=_("join a room: its join line, or a file room.ecokit")
    )
    start.add_argument("--name", default="", help=_("what its board shows, no name of yours"))
    start.set_defaults(run=_start)

    doctor = commands.add_parser("doctor", help=_("is this machine ready?"))
    doctor.add_argument("--folder", type=Path, default=Path("my-course"), help=_FOLDER)
    doctor.add_argument("--read", metavar=_("CODE"), help=_("explain a code, or all in a FILE"))
    doctor.add_argument(
        "--board", metavar=_("LINE"), help=_("try whether the board of a join line can be reached")
    )
    doctor.set_defaults(run=_doctor)

    progress = commands.add_parser("progress", help=_("make a page of what you did in the course"))
    progress.add_argument("--folder", type=Path, default=Path("my-course"), help=_FOLDER)
    progress.add_argument("--out", type=Path, help=_("the page (my-progress.html in the folder)"))
    progress.set_defaults(run=_progress)

    hand_in = commands.add_parser(
        "hand-in", help=_("write what you may hand in of the short tests, without name and answers")
    )
    hand_in.add_argument("--folder", type=Path, default=Path("my-course"), help=_FOLDER)
    hand_in.set_defaults(run=_hand_in)

    board.add_collect(commands, _FOLDER)
    board.add(commands)

    own = commands.add_parser("own", help=_("look at your own company's tables"))
    own.add_argument("source", type=Path, metavar=_("FOLDER"), help=_("your exports; unchanged"))
    own.add_argument("--mapping", type=Path, help=_("a mapping that you have corrected"))
    own.add_argument("--preset", default="", help=_("which export the files are (guessed)"))
    own.add_argument("--out", type=Path, help=_("where the results go (FOLDER-ecokit)"))
    own.set_defaults(run=_own)

    _game_parser(commands)

    book = commands.add_parser("book", help=_("build the book"))
    book.set_defaults(run=_book)

    datasets = commands.add_parser("datasets", help=_("write the datasets anew"))
    datasets.set_defaults(run=_datasets)

    notebooks = commands.add_parser("notebooks", help=_("run the masters and store them"))
    notebooks.add_argument(
        "names", nargs="*", metavar=_("NAME"), help=_("such as architecture/kpi.ipynb (all)")
    )
    notebooks.set_defaults(run=_notebooks)

    topics = commands.add_parser("topics", help=_("write what files hold of the list of topics"))
    topics.set_defaults(run=_topics)

    new = commands.add_parser("new", help=_("make a topic with all its rooms"))
    new.add_argument(
        "chapter", metavar=_("CHAPTER"), help=_("such as marketing; a new one is made")
    )
    new.add_argument("topic", metavar=_("TOPIC"), help=_("its name in every folder, such as media"))
    new.add_argument("--title", default="", help=_("the title of its page"))
    new.add_argument("--title-zh", default="", help=_("its Chinese title"))
    new.add_argument("--chapter-title", default="", help=_("the title of a new chapter"))
    new.add_argument("--chapter-title-zh", default="", help=_("the Chinese title of a new chapter"))
    new.set_defaults(run=_new)

    trainer = commands.add_parser("trainer", help=_("make the trainer's edition, with answers"))
    trainer.add_argument("--folder", type=Path, default=Path("trainer"), help=_("where to"))
    trainer.set_defaults(run=_trainer)
    verbs = trainer.add_subparsers(metavar=_("VERB"))
    _pack_parser(verbs)
    _gain_parser(verbs)

    wheel = commands.add_parser("wheel", help=_("build the wheel that carries the course"))
    wheel.add_argument("--folder", type=Path, default=Path("dist"), help=_("where to"))
    wheel.set_defaults(run=_wheel)
    return parser


_FOLDER = _("the learner's folder (my-course)")


def _pack_parser(verbs: Any) -> None:
    """Add ``ecokit trainer pack`` and ``sticks``."""
    pack = verbs.add_parser(
        "pack",
        help=_("make all that a workshop needs: run sheet, slides, answer key, hand-outs"),
        description=_(
            "Make a trainer's pack for a workshop: pages to print and to show, from what the "
            "course knows. A second call makes only what changed, and keeps what you changed."
        ),
    )
    pack.add_argument(
        "--plan", default="day", help=_("half-day, day, two-days, or a YAML file (day)")
    )
    pack.add_argument("--out", type=Path, required=True, metavar=_("FOLDER"), help=_("where to"))
    pack.add_argument("--lang", default="en", help=_("the language (en)"))
    pack.add_argument("--seed", type=int, help=_("the company of the answer key (the bundled one)"))
    pack.add_argument(
        "--whole-key", action="store_true", help=_("answers to every exercise of the course")
    )
    pack.add_argument("--teams", type=int, default=5, help=_("teams with a company each (5)"))
    pack.add_argument("--start", default="", metavar=_("HH:MM"), help=_("each day begins then"))
    pack.add_argument("--date", default="", help=_("the first day, such as 2026-12-01"))
    pack.add_argument("--paper", choices=["a4", "letter"], default="a4", help=_("its size (a4)"))
    pack.set_defaults(run=_pack)

    sticks = verbs.add_parser(
        "sticks",
        help=_("fill a stick from which learners install without a network"),
        description=_(
            "Fill a stick: the wheel of the course, and the packages of the lock for each system "
            "and Python, fetched by pip with their hashes. A second call fetches what is new."
        ),
    )
    sticks.add_argument("--out", type=Path, required=True, metavar=_("FOLDER"), help=_("the stick"))
    sticks.add_argument(
        "--systems", nargs="+", choices=["windows", "macos", "linux"], default=[], help=_("(all)")
    )
    sticks.add_argument(
        "--python",
        nargs="+",
        choices=["3.11", "3.12", "3.13", "3.14"],
        default=["3.13"],
        help=_("which Pythons the learners have (3.13)"),
    )
    sticks.set_defaults(run=_sticks)


def _gain_parser(verbs: Any) -> None:
    """Add ``ecokit trainer gain``."""
    gain = verbs.add_parser(
        "gain",
        help=_("what a room has gained, from the tests that five and more people handed in"),
        description=_(
            "Write a page that compares the tests before and after each chapter, by objective and "
            "with intervals, from the files that learners made with ecokit hand-in. Five and more "
            "people are told together, fewer not at all."
        ),
    )
    gain.add_argument(
        "source", type=Path, metavar=_("FOLDER"), help=_("what was handed in; unchanged")
    )
    gain.add_argument("--out", type=Path, default=Path("gain.html"), help=_("the page (gain.html)"))
    gain.add_argument("--paper", choices=["a4", "letter"], default="a4", help=_("its size (a4)"))
    gain.set_defaults(run=_gain)


def _game_parser(commands: Any) -> None:
    """Add the commands of the game."""
    game = commands.add_parser(
        "game",
        help=_("run the company for a quarter, against others"),
        description=_(
            "Teams run the same company for a quarter, twelve weeks, in one market. A team writes "
            "two files a round: decisions.csv (what is left as it is stays so) and forecast.csv; "
            "look tries them. advance plays the round from all files and writes a report for each "
            "team. A field that is wrong gets a sentence and stays what it was; of a file that "
            "cannot be used last round's decisions stand. All is in readable files; no server is "
            "needed."
        ),
    )
    verbs = game.add_subparsers(required=True, metavar=_("VERB"))
    folder = {"type": Path, "metavar": _("FOLDER"), "help": _("the folder of the game")}
    seed = {
        "type": int,
        "help": _("luck by a number, to try things out: who knows it knows the luck (drawn)"),
    }

    new = verbs.add_parser(
        "new",
        help=_("lay the folder of a new game"),
        description=_(
            "Lay a new game. More than six teams become several markets with the same luck; a "
            "market of fewer than four gets rivals that the computer runs. Teams may have what is "
            "in game.json, rounds and their own folder. The key to all luck, and what the teams "
            "have decided, goes into a folder of the trainer's beside that of the game."
        ),
    )
    new.add_argument("folder", **folder)
    new.add_argument("--teams", nargs="+", required=True, metavar=_("NAME"), help=_("their names"))
    new.add_argument(
        "--format",
        choices=["room", "weeks"],
        default="room",
        help=_("six rounds of two weeks, in a room (room), or twelve of one week (weeks)"),
    )
    new.add_argument("--seed", **seed)
    new.add_argument(
        "--practice",
        action=argparse.BooleanOptionalAction,
        help=_("a week first that does not count (in the format room)"),
    )
    new.add_argument(
        "--trainer",
        type=Path,
        metavar=_("FOLDER"),
        help=_("the trainer's folder, which no team may read (that of the game with -trainer)"),
    )
    new.set_defaults(run=_game_new)

    play = verbs.add_parser(
        "play",
        help=_("play alone against five rivals, a week a call"),
        description=_(
            "Play alone. The first call lays the game; each further call plays a week from your "
            "files in teams/You, or from what you say here, such as: ecokit game play my-game "
            'search=6000 price_home=99.5 orders=450 profit=20000 reason="a usual week".'
        ),
    )
    play.add_argument("folder", **folder)
    play.add_argument("words", nargs="*", metavar=_("NAME=VALUE"), help=_("what you decide"))
    play.add_argument("--format", choices=["room", "weeks"], default="weeks", help=_("(weeks)"))
    play.add_argument("--seed", **seed)
    play.set_defaults(run=_game_play)

    look = verbs.add_parser(
        "look",
        help=_("try a team's files: what is wrong in them, and what they change"),
        description=_(
            "Say what is wrong in a team's files, with the limit, what they change and what that "
            "costs for certain. Nothing is played, and nothing of luck or rivals is known. With "
            "the folder of the game instead of a team's: the files of all teams."
        ),
    )
    look.add_argument("folder", type=Path, metavar=_("FOLDER"), help=_("the folder of the team"))
    look.set_defaults(run=_game_look)

    advance = verbs.add_parser(
        "advance",
        help=_("play the next round from what the teams have filed"),
        description=_(
            "Play the next round in all markets. It may be stopped at any moment and started "
            "again. A field that cannot be used stays what it was; a team without usable files "
            "goes on as in the last round. After the last round the debrief is written, too."
        ),
    )
    advance.add_argument("folder", **folder)
    advance.add_argument(
        "--round", type=int, help=_("only this one; nothing happens if it was played already")
    )
    advance.add_argument(
        "--look", action="store_true", help=_("only say what is wrong in the files; play nothing")
    )
    advance.add_argument(
        "--reports",
        action=argparse.BooleanOptionalAction,
        default=True,
        help=_("write a report for each team"),
    )
    advance.set_defaults(run=_game_advance)

    told = {"type": Path, "metavar": _("FOLDER"), "help": _("the folder of the team")}
    for name, short, run in (
        ("send", _("file a team's two files with the board of the room"), _game_send),
        ("fetch", _("bring the report, and the pages of the next round"), _game_fetch),
    ):
        wire = verbs.add_parser(
            name,
            help=short,
            description=_(
                "For a room whose board listens and that this laptop has joined (ecokit start "
                "--room). send files decisions.csv and forecast.csv; nobody else in the room can "
                "read them. fetch brings the report of the last round and the pages of the next."
            ),
        )
        wire.add_argument("folder", **told)
        wire.add_argument(
            "--folder", dest="course", type=Path, default=Path("my-course"), help=_FOLDER
        )
        wire.set_defaults(run=run)

    report = verbs.add_parser(
        "report",
        help=_("write reports again, and the debrief after the end"),
        description=_(
            "Write the report of a round for one team or for all. Without a team, and once the "
            "game has ended, write the debrief for the room: team beside team, what drove the "
            "result, turning points, belief against truth, and the key with its hash."
        ),
    )
    report.add_argument("folder", **folder)
    report.add_argument("team", nargs="?", metavar=_("TEAM"), help=_("whose (all)"))
    report.add_argument("--round", type=int, help=_("which (the last; 0 is the practice week)"))
    report.set_defaults(run=_game_report)


def _game_new(options: argparse.Namespace) -> None:
    from ecokit.cli import game

    practice = options.format == "room" if options.practice is None else options.practice
    given = (options.folder, options.teams, options.format, options.seed, practice)
    game.new(*given, options.trainer)


def _game_play(options: argparse.Namespace) -> None:
    from ecokit.cli import game

    game.play(options.folder, options.words, options.format, options.seed)


def _game_look(options: argparse.Namespace) -> None:
    from ecokit.cli import game

    game.look(options.folder)


def _game_send(options: argparse.Namespace) -> None:
    from ecokit.cli import filing

    filing.send(options.folder, options.course)


def _game_fetch(options: argparse.Namespace) -> None:
    from ecokit.cli import filing

    filing.fetch(options.folder, options.course)


def _game_advance(options: argparse.Namespace) -> None:
    from ecokit.cli import game

    if options.look:
        game.look(options.folder)
    else:
        game.go_on(options.folder, options.round, reports=options.reports)


def _game_report(options: argparse.Namespace) -> None:
    from ecokit.cli import game

    game.tell(options.folder, options.team, options.round)


def _start(options: argparse.Namespace) -> None:
    from ecokit.cli import start

    asked = {"room": options.room, "name": options.name}
    start.start(options.folder, options.port, open_browser=options.open, **asked)


def _doctor(options: argparse.Namespace) -> int:
    from ecokit.cli import doctor, reaching, readiness

    if options.read is not None:
        return readiness.read(options.read)
    if options.board is not None:
        return reaching.examine(options.board)
    return doctor.examine(options.folder)


def _progress(options: argparse.Namespace) -> None:
    from ecokit import exercises
    from ecokit.exercises import account, spacing, store

    board.need_learner(options.folder)
    history = store.Learner(options.folder / ".ecokit").history()
    text = account.page(history, exercises.all(), spacing.today())
    place = account.write(options.out or options.folder / account.FILE, text)
    print(_("The page of what you did: {page}").format(page=place))


def _hand_in(options: argparse.Namespace) -> None:
    from ecokit import exercises
    from ecokit.exercises import hand_in

    board.need_learner(options.folder)
    place = hand_in.write(options.folder, exercises.all())
    print(hand_in.NOTICE)
    print(_("The file to hand in: {place}").format(place=place))


def _own(options: argparse.Namespace) -> None:
    from ecokit.own import command

    command.run(options.source, options.out, options.mapping, options.preset)


def _book(options: argparse.Namespace) -> None:
    from ecokit.cli.course import Course

    print(_("The book: {page}").format(page=Course.found().build_book() / "index.html"))


def _datasets(options: argparse.Namespace) -> None:
    from ecokit.cli.course import Course
    from ecokit.shop import write_datasets

    course = Course.found()
    course.need_checkout("ecokit datasets")
    write_datasets(course.root / "datasets")


def _notebooks(options: argparse.Namespace) -> None:
    from ecokit.cli import masters
    from ecokit.cli.course import Course

    course = Course.found()
    course.need_checkout("ecokit notebooks")
    changed = masters.store(course.notebooks, options.names)
    for name in changed:
        print(_("stored {name}").format(name=name))
    if not changed:
        print(_("All notebooks are stored as they run."))


def _topics(options: argparse.Namespace) -> int:
    from ecokit.cli import rooms
    from ecokit.cli.course import Course

    course = Course.found()
    course.need_checkout("ecokit topics")
    for name in rooms.write(course.root):
        print(_("wrote {name}").format(name=name))
    lacking = list(rooms.missing(course.root))
    print("\n".join(lacking) or _("Every topic has all its rooms."))
    return bool(lacking)


def _new(options: argparse.Namespace) -> None:
    from ecokit.cli import new
    from ecokit.cli.course import Course

    course = Course.found()
    course.need_checkout("ecokit new")
    names = {key: value for key, value in vars(options).items() if key != "run"}
    made = new.make(course.root, new.Names(**names))
    for name in made.lines:
        print(_("added to {name}").format(name=name))
    for name in made.files:
        print(_("wrote {name}").format(name=name))
    print(_("Go on where these files say '{mark}'.").format(mark=new.MARK))


def _trainer(options: argparse.Namespace) -> None:
    from ecokit.cli import trainer

    trainer.make(options.folder)


def _pack(options: argparse.Namespace) -> None:
    from ecokit.cli import trainer

    trainer.pack(
        options.plan,
        options.out,
        language=options.lang,
        seed=options.seed,
        teams=options.teams,
        size=options.paper,
        start=options.start,
        day=options.date,
        whole_key=options.whole_key,
    )


def _gain(options: argparse.Namespace) -> None:
    from ecokit.cli import trainer

    trainer.gain(options.source, options.out, options.paper)


def _sticks(options: argparse.Namespace) -> None:
    from ecokit.cli import trainer

    trainer.sticks(options.out, options.systems, options.python)


def _wheel(options: argparse.Namespace) -> None:
    from ecokit.cli import wheel

    print(wheel.make(options.folder.absolute()))
