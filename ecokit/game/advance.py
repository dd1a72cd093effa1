"""A round forward, from files to files: it may be killed at any moment and started again.

What counts is in ``sealed``: a folder of a round appears there in one step, with the decisions as
they were read, the state after and all results. Everything else is written from it, and written
again when it is unsure whether it was; the mark ``published`` says that all of it stands.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import filelock

from ecokit.errors import CourseError
from ecokit.game import files, outlook
from ecokit.game.account import LINES
from ecokit.game.draws import Luck
from ecokit.game.ending import Forecast, accuracy, run_on, score
from ecokit.game.market import week
from ecokit.game.plan import Result
from ecokit.game.play import FORMATS, Format
from ecokit.game.rulebook import FEN, Rules, rules
from ecokit.game.state import Market, canonical, from_bytes, new_market, to_bytes
from ecokit.messages import _

GAME, KEY, STATE, RECORD, END, PUBLISHED = (
    "game.json",
    "key.txt",
    "state.json",
    "round.json",
    "end.json",
    "published",
)
LOCK = ".lock"  # in the trainer's part, while a round is played
POINTER = "trainer.txt"  # says where the trainer's part lies
SEALED, ROUNDS, TEAMS, RESULTS = "sealed", "rounds", "teams", "results"
PRACTICE = 0  # the number of the week that does not count
MOST_TEAMS = 6
_NEAR = 2  # folders up at most to a trainer's folder that lies beside the game
_PATIENCE = 60  # seconds to wait for another who advances

Also = Callable[[Path, int], None]
"""What is written of a round besides: it is given the folder and the round."""


@dataclass(frozen=True)
class Game:
    """What ``game.json`` says."""

    format: Format
    teams: tuple[str, ...]
    key_hash: str
    practice: bool = False


def new(
    folder: Path,
    teams: Sequence[str],
    form: str,
    key: bytes,
    practice: bool = False,
    trainer: Path | None = None,
) -> Game:
    """Lay the folder of a new game.

    Parameters
    ----------
    folder : Path
        Where to; it must not hold a game.
    teams : sequence of str
        Their names, 1 to 6.
    form : str
        ``room`` or ``weeks``.
    key : bytes
        The luck of the game, 16 to 64 bytes; it goes into ``sealed``, its hash into the open.
    practice : bool
        Whether a week that does not count comes first, with luck of its own.
    trainer : Path, optional
        Where ``sealed`` lies; in the folder itself unless told otherwise. A folder that teams
        can read must not hold it.

    Returns
    -------
    Game
        The game.

    Raises
    ------
    CourseError
        There is a game already, or a name, the format or the key cannot be.

    References
    ----------
    A key is bound to by its hash, and shown later: Blum (1983), Coin flipping by telephone.
    """
    refuse_taken(folder, trainer)
    names = [files.team_name(name) for name in teams]
    if not 1 <= len(names) <= MOST_TEAMS or len(set(map(files.alike, names))) < len(names):
        message = _("A market has 1 to {most} teams, each with a name of its own.")
        raise CourseError(message.format(most=MOST_TEAMS))
    if form not in FORMATS:
        message = _('"{form}" is no format. Take one of {formats}.')
        raise CourseError(message.format(form=form, formats=", ".join(FORMATS)))
    if not 16 <= len(key) <= 64:
        raise CourseError(_("The key of a game has 16 to 64 bytes."))
    hashed = hashlib.sha256(key).hexdigest()
    told = {"format": form, "teams": names, "key_hash": hashed, "practice": practice}
    place = folder / SEALED if trainer is None else trainer
    if trainer is not None:
        write(folder / POINTER, f"{_way(folder, trainer)}\n".encode())
    write(place / "00" / STATE, to_bytes(new_market(names, rules())))
    game = Game(FORMATS[form], tuple(names), hashed, practice)
    _lay_pages(folder, game, following(game, None))
    write(place / KEY, key.hex().encode() + b"\n")
    write(folder / GAME, canonical(told))  # last: the game is there when this is
    return load(folder)


def refuse_taken(folder: Path, trainer: Path | None) -> None:
    """Refuse folders that hold a game, or the key of one.

    Parameters
    ----------
    folder : Path
        Of the game.
    trainer : Path or None
        Of its key, where that lies elsewhere.

    Raises
    ------
    CourseError
        One of them does.

    References
    ----------
    The course's own.
    """
    if (folder / GAME).exists():
        message = _("{folder} holds a game already. Take another folder, or remove that one.")
        raise CourseError(message.format(folder=folder))
    if trainer is not None and (trainer / KEY).exists():
        message = _(
            "{folder} holds the key of a game already. Take another folder for the key "
            "(--trainer FOLDER), or remove that one."
        )
        raise CourseError(message.format(folder=trainer))


def sealed(folder: Path) -> Path:
    """Return where the trainer's part of a game lies: the key, all decisions, all states.

    Parameters
    ----------
    folder : Path
        Of the game.

    Returns
    -------
    Path
        What ``trainer.txt`` names, seen from the folder; without it ``sealed`` in the folder.

    References
    ----------
    The course's own.
    """
    try:
        told = (folder / POINTER).read_text("utf-8").strip()
    except (OSError, ValueError):
        return folder / SEALED
    return folder / told


def _way(folder: Path, trainer: Path) -> str:
    """Return the way to the trainer's folder: beside the game it stays right if both are moved."""
    try:
        way = Path(os.path.relpath(trainer, folder))
    except ValueError:  # on Windows the two may be on different drives
        return str(trainer.resolve())
    return way.as_posix() if way.parts.count("..") <= _NEAR else str(trainer.resolve())


def load(folder: Path) -> Game:
    """Read ``game.json``.

    Parameters
    ----------
    folder : Path
        Of the game.

    Returns
    -------
    Game
        What it says.

    Raises
    ------
    CourseError
        There is no game, or the file was changed.

    References
    ----------
    RFC 8259.
    """
    try:
        return _game(json.loads((folder / GAME).read_bytes()))
    except FileNotFoundError as error:
        message = _("{folder} holds no game. Make one with ecokit game new.")
        raise CourseError(message.format(folder=folder)) from error
    except (OSError, ValueError, RecursionError) as error:
        message = _("{file} cannot be used. Take it from the trainer's copy.")
        raise CourseError(message.format(file=folder / GAME)) from error


def _game(found: object) -> Game:
    """Return what ``game.json`` says, or raise a ValueError."""
    if not isinstance(found, dict):
        raise ValueError("game.json is no table of names and values")
    names, form, hashed = (found.get(name) for name in ("teams", "format", "key_hash"))
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("teams is no list of names")
    if not (isinstance(form, str) and form in FORMATS and isinstance(hashed, str)):
        raise ValueError("game.json lacks format or key_hash")
    teams = tuple(files.team_name(name) for name in names)
    return Game(FORMATS[form], teams, hashed, bool(found.get("practice", False)))


def luck_of(folder: Path, game: Game) -> Luck:
    """Return the luck of a game from the trainer's key.

    Parameters
    ----------
    folder : Path
        Of the game, with ``sealed``.
    game : Game
        Whose hash the key must have.

    Returns
    -------
    Luck
        Of the game.

    Raises
    ------
    CourseError
        The key is not there, or not that of this game.

    References
    ----------
    Blum (1983).
    """
    try:
        key = bytes.fromhex((sealed(folder) / KEY).read_text("ascii").strip())
    except (OSError, ValueError) as error:
        message = _(
            "{file} cannot be read. Only the trainer's copy of the game can advance. Was the "
            "trainer's folder moved? Then write its new place into trainer.txt."
        )
        raise CourseError(message.format(file=sealed(folder) / KEY)) from error
    if hashlib.sha256(key).hexdigest() != game.key_hash:
        message = _("{file} is not the key whose hash was published with this game.")
        raise CourseError(message.format(file=sealed(folder) / KEY))
    return Luck(key)


def practice_luck(luck: Luck) -> Luck:
    """Return the luck of the practice week, which tells nothing of the game's.

    Parameters
    ----------
    luck : Luck
        Of the game.

    Returns
    -------
    Luck
        Its key is a keyed hash.

    References
    ----------
    RFC 7693.

    Examples
    --------
    >>> practice_luck(Luck.of_seed(1)) == Luck.of_seed(1)
    False
    """
    return Luck(hashlib.blake2b(b"practice", key=luck.key, digest_size=32).digest())


def called(number: int) -> str:
    """Return what the folders of a round are called.

    Parameters
    ----------
    number : int
        The round, 0 for the practice week.

    Returns
    -------
    str
        The name.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> called(3), called(0)
    ('03', 'practice')
    """
    return f"{number:02}" if number != PRACTICE else "practice"


def last(folder: Path) -> int | None:
    """Return the round that was sealed last: 0 is the practice week, None is no round yet.

    Parameters
    ----------
    folder : Path
        Of the game.

    Returns
    -------
    int or None
        The round.

    References
    ----------
    The course's own.
    """
    practised = (sealed(folder) / called(PRACTICE) / RECORD).is_file()
    return played(folder) or (PRACTICE if practised else None)


def is_published(folder: Path, number: int) -> bool:
    """Return whether all that is written of a round stands.

    Parameters
    ----------
    folder : Path
        Of the game.
    number : int
        The round.

    Returns
    -------
    bool
        If not, `advance` finishes it first.

    References
    ----------
    The course's own.
    """
    return (sealed(folder) / called(number) / PUBLISHED).is_file()


def played(folder: Path) -> int:
    """Return how many rounds were played.

    Parameters
    ----------
    folder : Path
        Of the game.

    Returns
    -------
    int
        Rounds whose state is sealed.

    References
    ----------
    The course's own.
    """
    number = 0
    while (sealed(folder) / f"{number + 1:02}" / STATE).is_file():
        number += 1
    return number


def advance(folder: Path, also: Also | None = None, only: int | None = None) -> int:
    """Play the next round from what the teams have filed, or finish what was interrupted.

    Parameters
    ----------
    folder : Path
        Of the game.
    also : callable, optional
        Writes more of a round, before the round is marked as done.
    only : int, optional
        The round that is to be complete; where it is complete already, nothing is done.

    Returns
    -------
    int
        The round that is now complete, 0 for the practice week. After the last round the
        companies have run on, too.

    Raises
    ------
    CourseError
        There is no game, its key is not there, it has ended, or another round is next.

    References
    ----------
    A file or folder appears whole by renaming it: POSIX.1-2017, rename.
    """
    game = load(folder)
    luck_of(folder, game)
    seen = last(folder)
    whole = seen is None or is_published(folder, seen)
    lock = filelock.FileLock(sealed(folder) / LOCK, timeout=_PATIENCE)
    try:
        with lock:
            if only is None and not (whole and last(folder) == seen):
                only = last(folder)  # somebody else was at it while this waited: no further round
            return _advance(folder, game, also, only)
    except filelock.Timeout as error:
        message = _("Somebody else plays this round just now. Wait until it is done.")
        raise CourseError(message) from error


def _advance(folder: Path, game: Game, also: Also | None, only: int | None) -> int:
    """Play or finish a round, alone."""
    done = last(folder)
    if done is not None and not is_published(folder, done):
        _publish(folder, game, done, also)
        return done
    if only is not None and done is not None and only <= done:
        return done
    if done == game.format.rounds:
        raise CourseError(_("The game has ended: all {n} rounds were played.").format(n=done))
    number = following(game, done)
    if only not in (None, number):
        message = _("Round {number} is next, not round {only}.")
        raise CourseError(message.format(number=number, only=only))
    if (folder / ROUNDS / called(number)).exists():
        message = _(
            "{folder} holds results of a round that the trainer's part of the game does not know: "
            "one of the two was copied while a round was played. Copy both again."
        )
        raise CourseError(message.format(folder=folder / ROUNDS / called(number)))
    _seal(folder, game, number)
    _publish(folder, game, number, also)
    return number


def following(game: Game, done: int | None) -> int:
    """Return the round that comes next.

    Parameters
    ----------
    game : Game
        The game.
    done : int or None
        The last round, None before the first.

    Returns
    -------
    int
        From 1; 0 for the practice week.

    References
    ----------
    The course's own.
    """
    if done is None:
        return PRACTICE if game.practice else 1
    return done + 1


def _seal(folder: Path, game: Game, number: int) -> None:
    """Read, play, and let the sealed folder of the round appear in one step."""
    book, luck = rules(), luck_of(folder, game)
    if number == PRACTICE:
        luck = practice_luck(luck)
    market = state_before(folder, number)
    teams = folder / TEAMS
    before = forecasts_before(folder, game, number)
    filed = [
        files.filed(teams / team.name, number, team, book, expected)
        for team, expected in zip(market.teams, before, strict=True)
    ]
    decisions = [one.decisions for one in filed]
    weeks = []
    for _week in range(game.format.weeks if number != PRACTICE else 1):
        market, results = week(market, decisions, luck, book)
        weeks.append(results)
    record = {
        "round": number,
        "weeks": [[asdict(result) for result in results] for results in weeks],
        "filed": [asdict(one) for one in filed],
        "forecasts": [asdict(one.forecast) if one.forecast else None for one in filed],
    }
    made = sealed(folder) / f".{called(number)}"
    shutil.rmtree(made, ignore_errors=True)
    write(made / RECORD, canonical(record))
    if number != PRACTICE:
        write(made / STATE, to_bytes(market))
    if number == game.format.rounds:
        write(made / END, canonical(_ending(folder, game, market, record, luck, book)))
    move(made, sealed(folder) / called(number))


def state_before(folder: Path, number: int) -> Market:
    """Return the market before a round.

    Parameters
    ----------
    folder : Path
        Of the game.
    number : int
        The round; the practice week starts as round 1 does.

    Returns
    -------
    Market
        As it was sealed.

    Raises
    ------
    CourseError
        It is not there, was changed, or is of another game.

    References
    ----------
    The course's own.
    """
    path = sealed(folder) / f"{max(number - 1, 0):02}" / STATE
    told = {"file": path, "game": GAME}
    try:
        market = from_bytes(path.read_bytes())
    except OSError as error:
        message = _("{file} cannot be read. Take it from the trainer's copy.")
        raise CourseError(message.format(**told)) from error
    named = tuple(team.name for team in market.teams)
    if (folder / GAME).exists() and load(folder).teams != named:
        message = _("{game} and {file} name other teams. Take both from the trainer's copy.")
        raise CourseError(message.format(**told))
    return market


def forecasts_before(folder: Path, game: Game, number: int) -> list[Forecast | None]:
    """Return the forecasts of the round before, which count where a team files none.

    Parameters
    ----------
    folder : Path
        Of the game.
    game : Game
        What ``game.json`` says.
    number : int
        The round.

    Returns
    -------
    list of Forecast or None
        By seat; before the first round, and in the practice week, nobody has one.

    References
    ----------
    The course's own.
    """
    if number <= 1:
        return [None] * len(game.teams)
    found = record_of(folder, number - 1)["forecasts"]
    return [Forecast(**one) if one else None for one in found]


def record_of(folder: Path, number: int) -> dict[str, Any]:
    """Return what was sealed of a round.

    Parameters
    ----------
    folder : Path
        Of the game.
    number : int
        The round.

    Returns
    -------
    dict
        ``weeks``, ``filed``, ``forecasts``.

    Raises
    ------
    CourseError
        It is not there, or was changed.

    References
    ----------
    RFC 8259.
    """
    path = sealed(folder) / called(number) / RECORD
    try:
        return _object(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        message = _("{file} cannot be read. Take it from the trainer's copy.")
        raise CourseError(message.format(file=path)) from error


def _object(content: bytes) -> dict[str, Any]:
    """Return the object that a text in JSON is; ValueError where it is another thing."""
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def ending_of(folder: Path, game: Game) -> dict[str, Any]:
    """Return what was sealed of the end of a game.

    Parameters
    ----------
    folder : Path
        Of the game.
    game : Game
        What ``game.json`` says.

    Returns
    -------
    dict
        ``scores`` and ``weeks``.

    Raises
    ------
    CourseError
        The game has not ended.

    References
    ----------
    The course's own.
    """
    path = sealed(folder) / called(game.format.rounds) / END
    try:
        return _object(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        message = _(
            "The game goes on: {played} of {n} rounds were played. The debrief comes after."
        )
        told = {"played": played(folder), "n": game.format.rounds}
        raise CourseError(message.format(**told)) from error


def _ending(
    folder: Path, game: Game, market: Market, last: dict[str, Any], luck: Luck, book: Rules
) -> dict[str, Any]:
    """Let the companies run on, and count what they are worth."""
    market, more = run_on(market, luck, book)
    rounds = [record_of(folder, number) for number in range(1, game.format.rounds)] + [last]
    scores = []
    for seat, team in enumerate(market.teams):
        weeks = [[Result(**found[seat]) for found in one["weeks"]] for one in rounds]
        near = [
            _near(one["forecasts"][seat], own, book) for one, own in zip(rounds, weeks, strict=True)
        ]
        total = sum(result.profit for own in weeks for result in own)
        total += sum(results[seat].profit for results in more)
        found = score(team, total, market.week - 1, near, book)
        scores.append({**asdict(found), "points": found.points})
    after = [[asdict(result) for result in results] for results in more]
    return {"scores": scores, "weeks": after}


def _near(forecast: dict[str, int] | None, own: list[Result], book: Rules) -> int:
    """Return how near a forecast was."""
    orders, profit = sum(one.orders for one in own), sum(one.profit for one in own)
    expected = Forecast(**forecast) if forecast else None
    return accuracy(expected, orders, profit, len(own), book)


def _publish(folder: Path, game: Game, number: int, also: Also | None) -> None:
    """Write what teams may see of a round, lay the next page, and mark it as done."""
    record = record_of(folder, number)
    for name, rows in _public_tables(record, game).items():
        write(folder / ROUNDS / called(number) / name, files.table(rows))
    for seat, name in enumerate(game.teams):
        place = own_folder(folder, name, RESULTS, called(number))
        for file, rows in _own_tables(record, seat).items():
            write(place / file, files.table(rows))
        notes = record["filed"][seat]["notes"]
        write(place / "notes.txt", "".join(f"{note}\n" for note in notes).encode())
    if number < game.format.rounds:
        _lay_pages(folder, game, number + 1)
    if also:
        also(folder, number)
    write(sealed(folder) / called(number) / PUBLISHED, b"")


def _public_tables(record: dict[str, Any], game: Game) -> dict[str, list[list[object]]]:
    """Return what all may see: prices, budgets, units sold by all, profits, surprises."""
    book = rules()
    categories, channels = book.categories, [one.name for one in book.channels]
    prices = [f"price_{one.name}" for one in categories]
    seen: list[list[object]] = [["week", "team", *prices, *channels, "profit"]]
    sold: list[list[object]] = [["week", "category", "units"]]
    news: list[list[object]] = [["week", "news", "news_zh"]]
    told = {one.name: one for one in book.surprises}
    for results in record["weeks"]:
        for name, one, filed in zip(game.teams, results, record["filed"], strict=True):
            asked = [fraction(price, 10_000) for price in one["prices"]]
            spent = [fraction(filed["decisions"][channel], FEN) for channel in channels]
            profit = fraction(sum(one["account"].values()), FEN)
            seen.append([one["week"], name, *asked, *spent, profit])
        number = results[0]["week"]
        for place, category in enumerate(categories):
            sold.append([number, category.name, sum(one["sold"][place] for one in results)])
        for one in results[0]["news"]:
            news.append([number, told[one].title, told[one].title_zh])
    return {"teams.csv": seen, "market.csv": sold, "news.csv": news}


def _own_tables(record: dict[str, Any], seat: int) -> dict[str, list[list[object]]]:
    """Return a team's own weeks: by category, visits by source, the account, the desk."""
    goods: list[list[object]] = [
        ["week", "category", "price", "wanted", "sold", "returned", "stock"]
    ]
    visits: list[list[object]] = [["week", "source", "visits"]]
    account: list[list[object]] = [["week", "line", "yuan", "title"]]
    service: list[list[object]] = [["week", "measure", "value"]]
    for results in record["weeks"]:
        one = results[seat]
        number = one["week"]
        for place, category in enumerate(rules().categories):
            columns = ("wanted", "sold", "returned", "stock")
            asked = fraction(one["prices"][place], 10_000)
            goods.append([number, category.name, asked, *(one[c][place] for c in columns)])
        visits += [[number, source, count] for source, count in one["visits"].items()]
        lines = one["account"]
        account += [[number, line, fraction(lines[line], FEN), LINES[line]] for line in LINES]
        service += [[number, name, one[name]] for name in ("contacts", "late", "known")]
        service.append([number, "answered_in_time", fraction(one["answered"], 1_000_000)])
        service.append([number, "rating", fraction(one["rating"], 1_000_000)])
        service.append([number, "outage", int(one["down"])])
        service.append([number, "partner_orders", one["partner_orders"]])
        service.append([number, "from_rivals", one["from_rivals"]])
    return {"goods.csv": goods, "visits.csv": visits, "account.csv": account, "desk.csv": service}


def fraction(number: int, scale: int) -> str:
    """Return a whole number of small units as a decimal number of large ones, exactly.

    Parameters
    ----------
    number : int
        Fen, or ppm.
    scale : int
        How many make one: a power of ten.

    Returns
    -------
    str
        The decimal number.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> fraction(-5, 100), fraction(1_045_000, 10_000), fraction(300, 100)
    ('-0.05', '104.5', '3')
    """
    whole, rest = divmod(abs(number), scale)
    digits = f"{rest:0{len(str(scale)) - 1}}".rstrip("0")
    return f"{'-' if number < 0 else ''}{whole}{'.' if digits else ''}{digits}"


def _lay_pages(folder: Path, game: Game, number: int) -> None:
    """Lay the pages of a round into each team's folder, where they are not there yet."""
    before, bases = forecasts_before(folder, game, number), base_of(folder, game, number)
    weeks = len(outlook.weeks_of(number, game.format))
    for seat, team in enumerate(state_before(folder, number).teams):
        place = folder / TEAMS / team.name
        pages = {files.DECISIONS: files.page(number, team, rules())}
        pages[files.FORECAST] = files.forecast_page(number, {}, bases[seat], weeks)
        for name, content in pages.items():
            if not files.is_for(place / name, number):
                write(place / name, content)
        own = files.company_file(number, team, before[seat], bases[seat])
        write(place / files.COMPANY, own)


def last_weeks(folder: Path, number: int, seat: int) -> list[Result] | None:
    """Return a team's weeks of the round before one; None before the first.

    Parameters
    ----------
    folder : Path
        Of the game.
    number : int
        The round.
    seat : int
        The team's place.

    Returns
    -------
    list of Result or None
        In order.

    References
    ----------
    The course's own.
    """
    if number <= 1:
        return None
    return [Result(**week[seat]) for week in record_of(folder, number - 1)["weeks"]]


def base_of(folder: Path, game: Game, number: int) -> list[Forecast]:
    """Return what the forecast of a round can start from.

    Parameters
    ----------
    folder : Path
        Of the game.
    game : Game
        What ``game.json`` says.
    number : int
        The round.

    Returns
    -------
    list of Forecast
        By seat.

    References
    ----------
    The course's own.
    """
    return [
        outlook.base(number, game.format, last_weeks(folder, number, seat))
        for seat in range(len(game.teams))
    ]


def write(path: Path, content: bytes) -> None:
    """Write a file in one step: a reader sees the old content or the new, never a half.

    Parameters
    ----------
    path : Path
        The file; its folder is made.
    content : bytes
        What it is to hold.

    Raises
    ------
    CourseError
        It cannot be written: the disk is full, or the folder is not to be written to.

    References
    ----------
    POSIX.1-2017, rename.
    """
    made = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made.unlink(missing_ok=True)  # of a writer that was killed; a link would lead elsewhere
        with made.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            made.unlink()  # half a file only takes room
        raise _unwritten(path, error) from error
    move(made, path)


def _unwritten(path: Path, error: OSError) -> CourseError:
    """Say that a file could not be written, and why."""
    message = _(
        "{file} cannot be written ({why}). Make room or give leave to write there, then start this "
        "again: nothing that was played is lost."
    )
    return CourseError(message.format(file=path, why=error.strerror or error))


def move(made: Path, path: Path) -> None:
    """Put a finished file or folder in its place, in one step.

    Parameters
    ----------
    made : Path
        What was written.
    path : Path
        Where it belongs.

    References
    ----------
    POSIX.1-2017, rename.
    """
    try:
        made.replace(path)
    except PermissionError as error:
        message = _(
            "{file} is open in another program, or may not be written. Close it there, then start "
            "this again: nothing that was played is lost."
        )
        raise CourseError(message.format(file=path)) from error
    except OSError as error:  # a folder stands there
        raise _unwritten(path, error) from error


def own_folder(folder: Path, team: str, *parts: str) -> Path:
    """Return a folder in that of a team, which may not be led elsewhere.

    Parameters
    ----------
    folder : Path
        Of the game.
    team : str
        Whose.
    *parts : str
        The folders below it.

    Returns
    -------
    Path
        The place.

    Raises
    ------
    CourseError
        A link stands in the way: the trainer's computer would write where the team wants it to.

    References
    ----------
    CWE-59, improper link resolution before file access.
    """
    place = folder / TEAMS / team
    for part in parts:
        place /= part
        if place.is_symlink():
            message = _("{place} is a link, and may lead anywhere. Remove it, then start again.")
            raise CourseError(message.format(place=place))
    return place
