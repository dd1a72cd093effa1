"""The debrief: team beside team, what drove the result, turning points, belief against truth.

It can be written once the game has ended. It shows the key of the game, whose hash was in
``game.json`` from the start, and plays the whole game again from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ecokit.game import advance, files, replay
from ecokit.game.climate import nature
from ecokit.game.draws import Luck
from ecokit.game.ending import left_over
from ecokit.game.fixed import PPM
from ecokit.game.replay import OWN, Round, Week
from ecokit.game.report import (
    Finish,
    bar_names,
    heading,
    picture,
    rounds_of,
    signed,
    table,
    whole,
    words,
)
from ecokit.game.rulebook import FEN, Rules, rules
from ecokit.game.state import CLEARANCE, Decisions
from ecokit.messages import _, yuan

DEBRIEF = "debrief.html"
POINTS = 3  # turning points that are told

Draw = Callable[["Debrief"], Mapping[str, bytes]]
"""Pictures of a debrief by name, as PNG."""


@dataclass(frozen=True)
class Turn:
    """A decision that was changed, and what it was worth as long as it stood.

    Parameters
    ----------
    team : str
        Whose.
    round : int
        When.
    until : int
        The last round in which it stood.
    change : str
        What was changed, from what to what.
    worth : int
        Profit of the whole game with the change less that without it, all else as it was, fen.
    place, without : int
        The team's place by profit, with the change and without it.
    """

    team: str
    round: int
    until: int
    change: str
    worth: int
    place: int
    without: int


@dataclass(frozen=True)
class Debrief:
    """What a room talks about after a game.

    Parameters
    ----------
    game : Game
        What ``game.json`` says.
    rounds : tuple of Round
        All of them.
    scores : tuple of dict
        By seat, as the game has counted them.
    drivers : tuple of dict
        By seat: what the decisions of each kind earned over leaving them as they came, fen.
    turns : tuple of Turn
        The largest, whether they gained or lost.
    luck : Luck
        Of the game: its key is open now.
    replayed : bool
        Whether a replay from the key gave every state again.
    """

    game: advance.Game
    rounds: tuple[Round, ...]
    scores: tuple[dict[str, Any], ...]
    drivers: tuple[dict[str, int], ...]
    turns: tuple[Turn, ...]
    luck: Luck
    replayed: bool

    def drivers_table(self) -> pd.DataFrame:
        """Return the drivers as a table: ``team``, ``kind``, ``yuan``."""
        rows = [
            (team, kind, fen / FEN)
            for team, own in zip(self.game.teams, self.drivers, strict=True)
            for kind, fen in own.items()
        ]
        return pd.DataFrame(rows, columns=["team", "kind", "yuan"])

    def standings(self) -> pd.DataFrame:
        """Return profits to date over the mean of all teams: ``round``, ``team``, ``yuan``."""
        reached = [0] * len(self.game.teams)
        rows = []
        for one in self.rounds:
            for seat in range(len(reached)):
                reached[seat] += one.total(seat, "profit")
            mean = sum(reached) / len(reached)
            rows += [
                (one.number, team, (fen - mean) / FEN)
                for team, fen in zip(self.game.teams, reached, strict=True)
            ]
        return pd.DataFrame(rows, columns=["round", "team", "yuan"])


def debrief(folder: Path) -> Debrief:
    """Return the debrief of a game that has ended.

    Parameters
    ----------
    folder : Path
        Of the game, with ``sealed``.

    Returns
    -------
    Debrief
        Of the game.

    Raises
    ------
    CourseError
        The game has not ended, or its key is not that whose hash was published.

    References
    ----------
    Shapley (1953); Blum (1983), Coin flipping by telephone.
    """
    game, book = advance.load(folder), rules()
    end = advance.ending_of(folder, game)
    luck = advance.luck_of(folder, game)  # refuses a key of another hash
    rounds = tuple(rounds_of(folder, game.format.rounds))
    seats = range(len(game.teams))
    totals = [totalled(replay.played_game(rounds, book), seat, book) for seat in seats]
    counted = [score["profit"] + score["left"] for score in end["scores"]]
    again = totals == counted and all(replay.same(one, folder) for one in rounds)
    return Debrief(
        game=game,
        rounds=rounds,
        scores=tuple(end["scores"]),
        drivers=tuple(drivers(rounds, seat, book) for seat in seats),
        turns=turning_points(rounds, game.teams, book),
        luck=luck,
        replayed=again,
    )


def totalled(weeks: Sequence[Week], seat: int, book: Rules) -> int:
    """Return a team's profit of all weeks with what is left over, fen.

    Parameters
    ----------
    weeks : sequence of Week
        All, the last ones after the game too.
    seat : int
        The team's place.
    book : Rules
        Of the game.

    Returns
    -------
    int
        Fen.

    References
    ----------
    The course's own.
    """
    profit = sum(one.results[seat].profit for one in weeks)
    return profit + left_over(weeks[-1].after.teams[seat], book)


def drivers(rounds: Sequence[Round], seat: int, book: Rules) -> dict[str, int]:
    """Return what a team's decisions earned over leaving everything as it came.

    The whole game is played again with some kinds of its decisions, the others as they came;
    rivals and luck stay as they were.

    Parameters
    ----------
    rounds : sequence of Round
        All of them.
    seat : int
        The team's place.
    book : Rules
        Of the game.

    Returns
    -------
    dict
        Fen by kind; they add up to the team's profit less that of a company left alone.

    References
    ----------
    Shapley (1953).
    """
    came = rounds[0].start.teams[seat].decisions

    def worth(some: frozenset[str]) -> int:
        changed = {
            (place, seat): replay.chosen_by(came, one.decisions[seat], some)
            for place, one in enumerate(rounds)
        }
        return totalled(replay.played_game(rounds, book, changed), seat, book)

    return replay.shapley(OWN, worth)


def turning_points(
    rounds: Sequence[Round], teams: Sequence[str], book: Rules, most: int = POINTS
) -> tuple[Turn, ...]:
    """Return the decisions that moved a team's result most, one of a round.

    For each field that a team has changed the game is played again with the field as it was
    before, until the team changes it once more; all other decisions are as they were filed. Who
    goes back, in part or wholly, ends a turn and takes none.

    Parameters
    ----------
    rounds : sequence of Round
        All of them.
    teams : sequence of str
        Names by seat.
    book : Rules
        Of the game.
    most : int
        How many to return.

    Returns
    -------
    tuple of Turn
        The largest first.

    References
    ----------
    The course's own.
    """
    real = [totalled(replay.played_game(rounds, book), seat, book) for seat in range(len(teams))]
    found = []
    for seat, team in enumerate(teams):
        for place, name in _changed(rounds, seat, book):
            before = rounds[place - 1] if place else None
            old = before.decisions[seat] if before else rounds[0].start.teams[seat].decisions
            end = _kept(rounds, seat, place, name, book)
            other = {
                (each, seat): _put_back(rounds[each].decisions[seat], old, name)
                for each in range(place, end)
            }
            weeks = replay.played_game(rounds, book, other, first=place)
            totals = [totalled(weeks, each, book) for each in range(len(teams))]
            change = changes(old, rounds[place].decisions[seat], book)[name]
            worth = real[seat] - totals[seat]
            places = _place(real, seat), _place(totals, seat)
            numbers = rounds[place].number, rounds[end - 1].number
            found.append(Turn(team, *numbers, change, worth, *places))
    found.sort(key=lambda one: (-abs(one.worth), one.team))
    of_rounds: dict[int, Turn] = {}
    for turn in found:
        of_rounds.setdefault(turn.round, turn)
    return tuple([*of_rounds.values()][:most])


def _changed(rounds: Sequence[Round], seat: int, book: Rules) -> Iterator[tuple[int, str]]:
    """Yield the place of a round and the field for all that a team has changed, and not back."""
    before = rounds[0].start.teams[seat].decisions
    earlier: dict[str, Any] = {}  # what a field was before it was changed last
    for place, one in enumerate(rounds):
        chosen = one.decisions[seat]
        for name in changes(before, chosen, book):
            if not _is_back(earlier.get(name), before[name], chosen[name]):
                yield place, name
            earlier[name] = before[name]
        before = chosen


def _is_back(earlier: Any, before: Any, now: Any) -> bool:
    """Return whether a value goes back to what it was earlier, or a part of the way.

    Examples
    --------
    >>> [_is_back(105, 60, now) for now in (104, 105, 106, 50)]
    [True, True, False, False]
    >>> _is_back(None, 105, 60), _is_back("none", "group", "none")
    (False, True)
    """
    if earlier is None or now == earlier or isinstance(now, str):
        return bool(now == earlier)
    low, high = sorted((earlier, before))
    return bool(low < now < high)


def _kept(rounds: Sequence[Round], seat: int, place: int, name: str, book: Rules) -> int:
    """Return the place of the round in which a team changes a field once more, or the end."""
    for later in range(place + 1, len(rounds)):
        now, then = rounds[place].decisions[seat], rounds[later].decisions[seat]
        if name in changes(now, then, book):
            return later
    return len(rounds)


def _put_back(chosen: Decisions, old: Decisions, name: str) -> Decisions:
    """Return decisions with one field as it was, and a price with its mark of clearance."""
    category = name.removeprefix("price_")
    marked = [one for one in chosen[CLEARANCE] if one != category]
    marked += [one for one in old[CLEARANCE] if one == category]
    return {**chosen, name: old[name], CLEARANCE: sorted(marked)}


def _place(totals: Sequence[int], seat: int) -> int:
    return 1 + sum(one > totals[seat] for one in totals)


def changes(before: Decisions, after: Decisions, book: Rules) -> dict[str, str]:
    """Return in words what was decided anew.

    Parameters
    ----------
    before, after : dict
        A value for each field.
    book : Rules
        Of the game.

    Returns
    -------
    dict
        By field, its title with the old and the new value.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> old = rules().defaults() | {"clearance": []}
    >>> changes(old, old | {"seats": 7}, rules())
    {'seats': 'Seats at the service desk 5 to 7'}
    """
    told = _("{field} {old} to {new}")
    pairs = {
        name: [files.entry(each, field) for each in (before, after)]
        for name, field in book.fields.items()
    }
    return {
        name: told.format(field=book.fields[name].title, old=old, new=new)
        for name, (old, new) in pairs.items()
        if old != new
    }


# --- the page --------------------------------------------------------------------------------


def page(one: Debrief, pictures: Mapping[str, bytes], more: Sequence[str] = ()) -> str:
    """Return the debrief as a page of its own.

    Parameters
    ----------
    one : Debrief
        The debrief.
    pictures : mapping of str to bytes
        PNG by name: ``standings``, ``drivers``.
    more : sequence of str
        HTML of further parts, such as a comparison of markets.

    Returns
    -------
    str
        HTML without anything from elsewhere.

    References
    ----------
    The course's own.
    """
    parts = [
        *_scores(one),
        picture(pictures.get("standings"), _("Profits to date over the mean of all teams")),
        *more,
        *_drivers(one, pictures),
        *_turns(one),
        *_beliefs(one),
        *_truth(one),
        *_key(one),
        *_law(),
    ]
    return whole(_("Debrief"), parts)


def ranked(one: Debrief) -> list[int]:
    """Return seats in the order of points.

    Parameters
    ----------
    one : Debrief
        The debrief.

    Returns
    -------
    list of int
        The best first.

    References
    ----------
    The course's own.
    """
    return sorted(range(len(one.scores)), key=lambda seat: -one.scores[seat]["points"])


def _scores(one: Debrief) -> list[str]:
    parts = ("points_profit", "points_customers", "points_stock", "points_forecast")
    rows = []
    for place, seat in enumerate(ranked(one), start=1):
        score = one.scores[seat]
        points = [f"{score[name] / PPM:.1f}" for name in ("points", *parts)]
        rows.append([f"{place}.\u00a0{score['name']}", *points, yuan(score["profit"] / FEN)])
        rows[-1].append(signed(score["left"]))
    titles = (_("for profit"), _("for customers"), _("for stock"), _("for forecasts"))
    header = [_("Team"), _("points")]
    for title, part in zip(titles, parts, strict=True):
        header.append(_("{what} (of {n})").format(what=title, n=rules()[part]))
    header += [_("profit"), _("left over")]
    note = _(
        "Profit is that of all rounds and of {weeks} weeks more with the last decisions; left over "
        "is what selling stock, open orders and contracts then adds. Good profit and customers "
        "can earn more than the points in brackets."
    ).format(weeks=rules()["after_weeks"])
    return [heading(_("Team beside team")), table(header, rows, range(1, 8)), words(note, "quiet")]


def _drivers(one: Debrief, pictures: Mapping[str, bytes]) -> list[str]:
    names = bar_names()
    rows = [
        [team, *(signed(own[kind]) for kind in OWN), signed(sum(own.values()))]
        for team, own in zip(one.game.teams, one.drivers, strict=True)
    ]
    header = [_("Team"), *(names[kind] for kind in OWN), _("together")]
    note = _(
        "What each kind of decision earned over leaving it as it came, rivals and luck as they "
        "were: the game was played again {n} times for each team (Shapley)."
    ).format(n=2 ** len(OWN))
    return [
        heading(_("What drove the result")),
        picture(pictures.get("drivers"), _("The table below as bars")),
        table(header, rows, range(1, 6)),
        words(note, "quiet"),
    ]


def _turns(one: Debrief) -> list[str]:
    parts = [heading(_("Turning points"))]
    if not one.turns:
        return [*parts, words(_("No team has changed a decision."))]
    for turn in one.turns:
        parts.append(words(_turn(turn, len(one.rounds)), "said" if turn.worth >= 0 else "wrong"))
    note = _(
        "For every field that a team has changed the game was played again as if it had not been, "
        "until the team changed that field once more; all other decisions, rivals and luck were as "
        "they were. These are the decisions that moved a team's profit most, one of a round. Going "
        "back to an earlier value is none."
    )
    return [*parts, words(note, "quiet")]


def _turn(turn: Turn, rounds: int) -> str:
    """Say what a decision was worth to its team."""
    told = _(
        "Round {round}, {team}: {change}, {kept}. It {did} {team} {yuan} over the whole game, and "
        "{places}."
    )
    kept = _("kept to the end")
    if turn.until == turn.round < rounds:
        kept = _("for this round")
    elif turn.until < rounds:
        kept = _("kept to round {n}").format(n=turn.until)
    did = _("brought") if turn.worth >= 0 else _("cost")
    places = _("left it at place {place} by profit").format(place=turn.place)
    if turn.place != turn.without:
        places = _("moved it to place {place} by profit; without it: place {without}").format(
            place=turn.place, without=turn.without
        )
    named = {"round": turn.round, "team": turn.team, "change": turn.change, "kept": kept}
    return told.format(did=did, yuan=yuan(abs(turn.worth) / FEN), places=places, **named)


def _beliefs(one: Debrief) -> list[str]:
    """Set what each team believed beside what came."""
    rows = []
    for seat, team in enumerate(one.game.teams):
        for each in one.rounds:
            expected, filed = each.forecasts[seat], each.filed[seat]
            orders, profit = (each.total(seat, what) for what in ("orders", "profit"))
            believed = ["–", "–"]
            if expected:
                believed = [f"{expected['orders']:,}", yuan(expected["profit"] / FEN)]
            result = [f"{orders:,}", yuan(profit / FEN)]
            pairs = [cell for pair in zip(believed, result, strict=True) for cell in pair]
            rows.append([team, each.number, *pairs, filed["reason"]])
    header = [_("Team"), _("round"), _("orders believed"), _("orders"), _("profit believed")]
    header += [_("profit"), _("reason")]
    return [heading(_("What each believed")), table(header, rows, range(1, 6))]


def _truth(one: Debrief) -> list[str]:
    """Tell what nobody was told: how this market differs from a usual one."""
    book = rules()
    titles = {each.name: each.title for each in book.categories}
    titles |= {each.name: each.title for each in book.channels}
    told = {
        "market": _("People who look around"),
        "asks": _("Visitors who ask"),
        "size": _("Demand: {name}"),
        "elasticity": _("Elasticity: {name}"),
        "purchase": _("Purchase prices: {name}"),
        "channel": _("What it brings: {name}"),
    }
    rows = []
    for key, ppm in nature(one.luck, book).items():
        what, _blank, name = key.partition(" ")
        rows.append([told[what].format(name=titles.get(name, "")), _against(ppm)])
    news: dict[str, list[int]] = {}
    for week in (week for each in one.rounds for week in each.weeks):
        for name in week.results[0].news:
            news.setdefault(name, []).append(week.number)
    known = {each.name: each.title for each in book.surprises}
    happened = [[known[name], _span(weeks)] for name, weeks in news.items()]
    parts = [
        heading(_("What was true")),
        words(_("How this market differed from a usual one, which no report said:")),
        table([_("What"), _("against usual")], rows, [1]),
    ]
    if happened:
        parts.append(table([_("Surprise"), _("weeks")], happened, [1]))
    return parts


def _against(ppm: int) -> str:
    """Return a share of the usual as what it is more or less.

    Examples
    --------
    >>> _against(1_123_000), _against(999_000)
    ('+12 %', '0 %')
    """
    percent = round((ppm / PPM - 1) * 100)
    return f"{percent:+} %" if percent else "0 %"


def _span(weeks: Sequence[int]) -> str:
    return f"{weeks[0]}–{weeks[-1]}" if len(weeks) > 1 else str(weeks[0])


def _key(one: Debrief) -> list[str]:
    code = "import hashlib; print(hashlib.sha256(bytes.fromhex('{key}')).hexdigest())"
    check = f'python -c "{code.format(key=one.luck.key.hex())}"'
    parts = [
        heading(_("The key")),
        words(_("Key: {key}").format(key=one.luck.key.hex())),
        words(_("Its hash, in game.json since the start: {hash}").format(hash=one.game.key_hash)),
        words(_("Check it: {command}").format(command=check), "quiet"),
    ]
    good = _(
        "The whole game was played again from the key and the filed decisions: all is the same."
    )
    bad = _("A replay from the key does not give what was sealed: a file in sealed was changed.")
    return [*parts, words(good) if one.replayed else words(bad, "wrong")]


def _law() -> list[str]:
    text = _(
        "Did teams talk about prices outside the room? No file can hold such a deal, and outside a "
        "game it would be a price cartel: Article 17 of China's Anti-Monopoly Law (2022) forbids "
        "competitors to fix prices, limit output or share markets, with fines of up to a tenth of "
        "the last year's sales (Article 56)."
    )
    return [heading(_("Secret talk")), words(text)]


def write(
    folder: Path,
    draw: Draw | None = None,
    more: Callable[[Debrief], Sequence[str]] | None = None,
    finish: Finish = str,
) -> Path:
    """Write the debrief of a game that has ended, and open its key.

    Parameters
    ----------
    folder : Path
        Of the game, with ``sealed``.
    draw : callable, optional
        Gives the pictures.
    more : callable, optional
        Gives HTML of further parts.
    finish : callable
        Gives a page its last touch, such as a font.

    Returns
    -------
    Path
        The page.

    References
    ----------
    The course's own.
    """
    found = debrief(folder)
    text = finish(page(found, draw(found) if draw else {}, more(found) if more else ()))
    advance.write(folder / advance.KEY, found.luck.key.hex().encode() + b"\n")
    advance.write(folder / DEBRIEF, text.encode())
    return folder / DEBRIEF
