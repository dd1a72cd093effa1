"""Rivals that the computer runs: for one who plays alone, and for markets that lack teams."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
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
    folder: Path,
    teams: Sequence[str],
    form: str,
    key: bytes,
    practice: bool,
    least: int,
    trainer: Path | None = None,
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
    trainer : Path, optional
        As of `advance.new`.

    Returns
    -------
    Game
        Teams of people first.

    References
    ----------
    The course's own.
    """
    taken = set(map(files.alike, teams))
    free = [name for name in NAMES if files.alike(name) not in taken]
    rivals = free[: max(0, least - len(teams))]
    if rivals:
        advance.refuse_taken(folder, trainer)
        advance.write((trainer or folder / advance.SEALED) / RIVALS, canonical(rivals))
    return advance.new(folder, [*teams, *rivals], form, key, practice, trainer)


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
    path = advance.sealed(folder) / RIVALS
    try:
        found = json.loads(path.read_bytes())
        if not (isinstance(found, list) and all(isinstance(name, str) for name in found)):
            raise ValueError("no list of names")
        if not set(found) <= set(advance.load(folder).teams):
            raise ValueError("rivals of another game")
        return tuple(found)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, RecursionError) as error:
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
            expected = files.forecast_page(
                number, {"orders": str(forecast.orders), "profit": profit}
            )
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
    expected = {name: given.pop(name) for name in files.EXPECTED if name in given}
    pages = {}
    if given:
        lines = _with(_now(place, files.DECISIONS, number), given)
        _refuse(files.taken(lines, number, company, rules())[1], given, files.DECISIONS)
        pages[files.DECISIONS] = files.page(number, company, rules(), lines.values)
    if expected:
        lines = _with(_now(place, files.FORECAST, number), expected)
        _known, reason, wrong = files.foreseen(lines)
        said = [one for one in wrong if set(one.fields) & set(expected)]
        _refuse(said, expected, files.FORECAST)
        base = advance.base_of(folder, game, number)[game.teams.index(team)]
        values = {**lines.values, files.REASON: reason}
        pages[files.FORECAST] = files.forecast_page(number, values, base, game.format.weeks)
    for name, content in pages.items():
        advance.write(place / name, content)


def _with(lines: files.Lines, given: Mapping[str, str]) -> files.Lines:
    """Return what stands in a file with what was said here in its place."""
    wrong = {name: sentence for name, sentence in lines.wrong.items() if name not in given}
    return files.Lines({**lines.values, **given}, wrong)


def _refuse(wrong: Iterable[files.Wrong], given: Mapping[str, str], file: str) -> None:
    """Say what is wrong; a file is named where it stands there and was not said here."""
    said = [
        one.sentence if set(one.fields) & set(given) else f"{file}: {one.sentence}" for one in wrong
    ]
    if said:
        raise CourseError(" ".join(said))


def _split(word: str) -> tuple[str, str]:
    """Return the name and the value of a word, or say what it should look like."""
    name, equals, value = word.partition("=")
    known = [*rules().fields, *files.EXPECTED]
    if not equals or name not in known:
        message = _(
            '"{word}" is no decision. Write a name and a value, as in search=9000. Names: {names}.'
        )
        raise CourseError(message.format(word=word, names=", ".join(known)))
    return name, value


def _now(place: Path, file: str, number: int) -> files.Lines:
    """Return what stands in a file for this round; nothing where it cannot be used."""
    try:
        return files.for_round(place / file, number)
    except CourseError:
        return files.Lines({})
