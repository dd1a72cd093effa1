"""Rivals that the computer runs: for one who plays alone, and for markets that lack teams."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from ecokit.errors import CourseError
from ecokit.game import advance, files
from ecokit.game.bots import Adjusts, CopyLeader, Cutter, Planned, leaning
from ecokit.game.draws import Luck
from ecokit.game.play import Player, View, allowed, seen
from ecokit.game.replay import Round, played_round
from ecokit.game.rulebook import FEN, rules
from ecokit.game.state import canonical
from ecokit.messages import _

RIVALS = "rivals.json"
LEAST_TEAMS = 4  # of a market: rivals fill it up
NAMES = ("Apricot", "Bilberry", "Cherry", "Damson", "Elder", "Fig", "Gooseberry")


def new(
    folder: Path, teams: Sequence[str], form: str, key: bytes, practice: bool, least: int
) -> advance.Game:
    """Lay the folder of a new game, filled up with rivals.

    Parameters
    ----------
    folder : Path
        Where to.
    teams : sequence of str
        Of people.
    form, key, practice
        As of `advance.new`.
    least : int
        How many teams the market has at least.

    Returns
    -------
    Game
        Teams of people first.

    References
    ----------
    The course's own.
    """
    taken = {name.casefold() for name in teams}
    free = [name for name in NAMES if name.casefold() not in taken]
    rivals = free[: max(0, least - len(teams))]
    if rivals:
        if (folder / advance.GAME).exists():
            message = _("{folder} holds a game already. Take another folder, or remove that one.")
            raise CourseError(message.format(folder=folder))
        advance.write(folder / advance.SEALED / RIVALS, canonical(rivals))
    return advance.new(folder, [*teams, *rivals], form, key, practice)


def rivals_of(folder: Path) -> tuple[str, ...]:
    """Return the teams that the computer runs.

    Parameters
    ----------
    folder : Path
        Of the game, with ``sealed``.

    Returns
    -------
    tuple of str
        Names; none in a game of people.

    References
    ----------
    The course's own.
    """
    path = folder / advance.SEALED / RIVALS
    try:
        found = json.loads(path.read_bytes())
        if not (isinstance(found, list) and all(isinstance(name, str) for name in found)):
            raise ValueError("no list of names")
        return tuple(files.team_name(name) for name in found)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        message = _("{file} cannot be used. Take it from the trainer's copy.")
        raise CourseError(message.format(file=path)) from error


def players(luck: Luck) -> list[Player]:
    """Return seven ways to run a company, in an order that the key gives.

    Parameters
    ----------
    luck : Luck
        Of the game.

    Returns
    -------
    list of Player
        Three follow the course's advice, the others do not.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> len(players(Luck.of_seed(1)))
    7
    """
    advised = [leaning(luck.between(1, 999, "rival", 0, place)) for place in range(3)]
    left: list[Player] = [*advised, Adjusts(), CopyLeader(), Cutter(), Planned()]
    found: list[Player] = []
    while left:
        found.append(left.pop(luck.between(0, len(left) - 1, "rivals", 0, len(left))))
    return found


def file_rivals(folder: Path) -> None:
    """File what the rivals decide for the next round, as a team of people would.

    Parameters
    ----------
    folder : Path
        Of the game, with ``sealed``.

    References
    ----------
    The course's own.
    """
    names, game = rivals_of(folder), advance.load(folder)
    done = advance.last(folder)
    number = advance.following(game, done)
    if not names or number == advance.PRACTICE or number > game.format.rounds:
        return
    if done is not None and not advance.is_published(folder, done):
        return  # that round is finished first
    rounds = [played_round(folder, one) for one in range(1, number)]
    drawn = players(advance.luck_of(folder, game))
    for name, player in zip(names, drawn, strict=False):
        view = view_of(folder, game, rounds, game.teams.index(name))
        changes, forecast = player.decide(view)
        chosen = allowed(changes, view)
        told = {
            field.name: files.shown(chosen[field.name], field) for field in rules().fields.values()
        }
        place = folder / advance.TEAMS / name
        page = files.page(number, view.team, rules(), told)
        advance.write(place / files.DECISIONS, page)
        if forecast:
            profit = advance.fraction(forecast.profit, FEN)
            expected = files.forecast_page(number, str(forecast.orders), profit)
            advance.write(place / files.FORECAST, expected)


def view_of(folder: Path, game: advance.Game, rounds: Sequence[Round], seat: int) -> View:
    """Return what a team may know when it decides on the next round.

    Parameters
    ----------
    folder : Path
        Of the game.
    game : Game
        What ``game.json`` says.
    rounds : sequence of Round
        All that were played.
    seat : int
        The team's place.

    Returns
    -------
    View
        Its own weeks and what is public.

    References
    ----------
    The course's own.
    """
    weeks = [week for one in rounds for week in one.weeks]
    results = [week.results for week in weeks]
    public = [
        seen(week.after, results[:number], rules()) for number, week in enumerate(weeks, start=1)
    ]
    market = advance.state_before(folder, len(rounds) + 1)
    own = tuple(found[seat] for found in results)
    return View(rules(), game.format, len(rounds) + 1, seat, market.teams[seat], own, tuple(public))


# --- to decide in words ------------------------------------------------------------------------


def decide(folder: Path, team: str, words: Iterable[str]) -> None:
    """Write decisions and a forecast into a team's files, from words such as ``search=9000``.

    Parameters
    ----------
    folder : Path
        Of the game, with ``sealed``.
    team : str
        Whose.
    words : iterable of str
        Fields of the page of decisions, and ``orders``, ``profit`` and ``reason``, with a value.

    Raises
    ------
    CourseError
        A word cannot be used, or the page that it makes; nothing is written then.

    References
    ----------
    The course's own.
    """
    given = dict(map(_split, words))
    game = advance.load(folder)
    number = advance.following(game, advance.last(folder))
    company = advance.state_before(folder, number).teams[game.teams.index(team)]
    place = folder / advance.TEAMS / team
    expected = {name: given.pop(name) for name in ("orders", "profit", "reason") if name in given}
    if given:
        now = dict(_now(place, files.DECISIONS, number))
        page = files.page(number, company, rules(), now | given)
        _lay(
            place, files.DECISIONS, page, lambda path: files.decided(path, number, company, rules())
        )
    if expected:
        known = dict(_now(place, files.FORECAST, number)) | expected
        cells = [known.get(name, "") for name in ("orders", "profit", "reason")]
        page = files.forecast_page(number, *cells)
        _lay(place, files.FORECAST, page, lambda path: files.expected(path, number))


def _lay(place: Path, name: str, content: bytes, read: Callable[[Path], object]) -> None:
    """Write a file if it can be read as what it is to be."""
    check = place / ".check" / name
    advance.write(check, content)
    try:
        read(check)
    finally:
        shutil.rmtree(check.parent, ignore_errors=True)
    advance.write(place / name, content)


def _split(word: str) -> tuple[str, str]:
    """Return the name and the value of a word, or say what it should look like."""
    name, equals, value = word.partition("=")
    known = [*rules().fields, "orders", "profit", "reason"]
    if not equals or name not in known:
        message = _(
            '"{word}" is no decision. Write a name and a value, as in search=9000. Names: {names}.'
        )
        raise CourseError(message.format(word=word, names=", ".join(known)))
    return name, value


def _now(place: Path, file: str, number: int) -> Mapping[str, str]:
    """Return what stands in a file for this round; nothing where it cannot be used."""
    try:
        return files.for_round(place / file, number)
    except CourseError:
        return {}
