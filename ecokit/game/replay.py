"""Rounds that were played, played again: what made a profit differ, and what is still to come.

A round is a set of choices that belong to six: the team's price, traffic, stock and service, its
rivals, and luck with the calendar. A replay takes some of them from this round and the others from
the last one. Shapley's values over all such replays do not depend on an order, and add up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import Any

from ecokit.game import advance
from ecokit.game.draws import Luck
from ecokit.game.fixed import divide
from ecokit.game.market import week
from ecokit.game.plan import Result
from ecokit.game.rulebook import Rules, rules
from ecokit.game.state import CLEARANCE, Decisions, Market, Team

OWN = ("price", "traffic", "stock", "service")
RIVALS, LUCK = "rivals", "luck"
BARS = (*OWN, RIVALS, LUCK)
_ROLES = {"price": "price", "traffic": "traffic", "goods": "stock", "service": "service"}
_CARRIED = {  # what a week leaves to the next, by whose it is
    "price": ("used_to",),
    "traffic": ("adstock", "known", "contract", "due"),
    "stock": ("stock", "value", "coming", "trend", "cash", "debt", "served"),
    "service": ("rating", "asks"),
}

Game = Callable[[frozenset[str]], int]
"""What comes out, fen, when some take part."""


@dataclass(frozen=True)
class Week:
    """A week that was played.

    Parameters
    ----------
    number : int
        From 1.
    before, after : Market
        The states around it.
    results : tuple of Result
        By seat.
    """

    number: int
    before: Market
    after: Market
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Round:
    """A round that was played, with all that it takes to play it again.

    Parameters
    ----------
    number : int
        From 1; 0 is the practice week.
    start : Market
        Before it.
    decisions : tuple of dict
        By seat.
    luck : Luck
        Of its weeks.
    weeks : tuple of Week
        What happened.
    filed : tuple of dict
        What each team filed: decisions, forecast, reason, notes.
    forecasts : tuple of dict or None
        Those that count.
    """

    number: int
    start: Market
    decisions: tuple[Decisions, ...]
    luck: Luck
    weeks: tuple[Week, ...]
    filed: tuple[dict[str, Any], ...]
    forecasts: tuple[dict[str, int] | None, ...]

    @property
    def end(self) -> Market:
        """The market after it."""
        return self.weeks[-1].after

    def total(self, seat: int, what: str) -> int:
        """Return ``orders`` or ``profit`` (fen) of a team."""
        return sum(getattr(one.results[seat], what) for one in self.weeks)

    def lines(self, seat: int) -> dict[str, int]:
        """Return the profit account of a team, fen."""
        accounts = [one.results[seat].account for one in self.weeks]
        return {line: sum(one[line] for one in accounts) for line in accounts[0]}


def played_round(folder: Path, number: int) -> Round:
    """Return a round of a game, played again from what was sealed.

    Parameters
    ----------
    folder : Path
        Of the game, with ``sealed``.
    number : int
        The round.

    Returns
    -------
    Round
        The same as was sealed: `same` says so.

    References
    ----------
    The course's own.
    """
    game = advance.load(folder)
    luck = advance.luck_of(folder, game)
    if number == advance.PRACTICE:
        luck = advance.practice_luck(luck)
    record = advance.record_of(folder, number)
    start = advance.state_before(folder, number)
    decisions = tuple(one["decisions"] for one in record["filed"])
    weeks = played_weeks(start, decisions, luck, len(record["weeks"]), rules())
    filed = tuple(record["filed"])
    return Round(number, start, decisions, luck, weeks, filed, tuple(record["forecasts"]))


def played_weeks(
    market: Market, decisions: Sequence[Decisions], luck: Luck, weeks: int, book: Rules
) -> tuple[Week, ...]:
    """Play some weeks with the same decisions.

    Parameters
    ----------
    market : Market
        Before them.
    decisions : sequence of dict
        By seat.
    luck : Luck
        Of the game.
    weeks : int
        How many.
    book : Rules
        Of the game.

    Returns
    -------
    tuple of Week
        Each of them.

    References
    ----------
    The course's own.
    """
    found = []
    for _week in range(weeks):
        after, results = week(market, list(decisions), luck, book)
        found.append(Week(market.week, market, after, results))
        market = after
    return tuple(found)


def same(one: Round, folder: Path) -> bool:
    """Return whether a replay gave the state that was sealed after the round.

    Parameters
    ----------
    one : Round
        Played again.
    folder : Path
        Of the game.

    Returns
    -------
    bool
        It is so unless the key, a decision or a state was changed.

    References
    ----------
    Blum (1983), Coin flipping by telephone.
    """
    return one.end == advance.state_before(folder, one.number + 1)


# --- Shapley's values ------------------------------------------------------------------------


def shapley(names: Sequence[str], game: Game) -> dict[str, int]:
    """Return what each adds, on average over all orders in which they may come.

    Parameters
    ----------
    names : sequence of str
        Who takes part.
    game : callable
        What comes out for a set of them, a whole number.

    Returns
    -------
    dict
        By name; they add up exactly to the whole less nothing.

    References
    ----------
    Shapley (1953), A value for n-person games. Rounding by largest remainders: Balinski and Young
    (1982), Fair Representation.

    Examples
    --------
    >>> shapley(["a", "b"], lambda who: {0: 0, 1: 10, 2: 25}[len(who)])
    {'a': 13, 'b': 12}
    """
    known: dict[frozenset[str], int] = {}
    for size in range(len(names) + 1):
        for chosen in combinations(names, size):
            known[frozenset(chosen)] = game(frozenset(chosen))
    orders = factorial(len(names))
    shares = dict.fromkeys(names, 0)
    for some, worth in known.items():
        for name in names:
            if name in some:
                before = len(some) - 1
                weight = factorial(before) * factorial(len(names) - len(some))
                shares[name] += weight * (worth - known[some - {name}])
    found = {name: share // orders for name, share in shares.items()}
    left = known[frozenset(names)] - known[frozenset()] - sum(found.values())
    for name in sorted(names, key=lambda one: -(shares[one] % orders))[:left]:
        found[name] += 1
    return found


# --- the bridge from one round to the next ---------------------------------------------------


@dataclass(frozen=True)
class Bridge:
    """From the profit of last round to that of this one, fen.

    Parameters
    ----------
    before, after : int
        Profit.
    bars : dict
        What each of six adds; they add up to `after` less `before`.
    chance : int
        The part of the bar of luck that is luck; the rest is the calendar.
    to_come : dict
        What this round leaves to the next weeks, by bar: not part of the sum.
    from_round : int or None
        Which round `before` is of; None: the company as it came, in the same weeks and the same
        market without luck.
    """

    before: int
    after: int
    bars: dict[str, int]
    chance: int
    to_come: dict[str, int]
    from_round: int | None


def bridge(now: Round, last: Round | None, seat: int, book: Rules) -> Bridge:
    """Return what made a team's profit differ from last round's.

    Parameters
    ----------
    now : Round
        This round.
    last : Round or None
        The one before; without it, the company as it came, in the same weeks without luck.
    seat : int
        The team's place.
    book : Rules
        Of the game.

    Returns
    -------
    Bridge
        Six bars that add up to the fen.

    References
    ----------
    Shapley (1953); that a cause of a group shares what the group adds: Owen (1977), Values of
    games with a priori unions.
    """
    base = last or as_it_came(now)

    @cache
    def worth(some: frozenset[str], drawn: bool) -> int:
        return _replayed(base, now, seat, some, drawn, book)

    bars = shapley(BARS, lambda some: worth(some, LUCK in some))
    before, after = worth(frozenset(), False), worth(frozenset(BARS), True)
    origin = last.number if last else None
    later = to_come(now, seat, book)
    return Bridge(before, after, bars, _chance(worth), later, origin)


def _chance(worth: Callable[[frozenset[str], bool], int]) -> int:
    """Return what the draws add, in all orders and before or after the calendar."""
    others, found = (*OWN, RIVALS), 0
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            old = frozenset(chosen)
            new = old | {LUCK}
            added = worth(old, True) - worth(old, False) + worth(new, True) - worth(new, False)
            found += factorial(size) * factorial(len(others) - size) * added
    return divide(found, 2 * factorial(len(BARS)))


def as_it_came(now: Round) -> Round:
    """Return the weeks of a round with the companies as they came, and without luck."""
    decisions = tuple(team.decisions for team in now.start.teams)
    return replace(now, decisions=decisions, luck=replace(now.luck, even=True))


def _replayed(
    last: Round,
    now: Round,
    seat: int,
    some: Collection[str],
    drawn: bool,
    book: Rules,
) -> int:
    """Return a team's profit when `some` are as they are now, the others as in the last round.

    If luck is one of them, the calendar is this round's; the draws are so if `drawn` is true.
    """
    number = (now if LUCK in some else last).start.week
    teams, decisions = [], []
    for place in range(len(now.decisions)):
        whose = OWN if place == seat else (RIVALS,) * len(OWN)
        fresh = [name for name, who in zip(OWN, whose, strict=True) if who in some]
        team, chosen = _mixed(last, now, place, fresh, number)
        teams.append(team)
        decisions.append(chosen)
    whose_luck = now if drawn else last
    lot = replace(whose_luck.luck, ahead=whose_luck.start.week - number)
    weeks = played_weeks(Market(number, tuple(teams)), decisions, lot, len(now.weeks), book)
    return sum(one.results[seat].profit for one in weeks)


def _mixed(
    last: Round, now: Round, seat: int, fresh: Sequence[str], number: int
) -> tuple[Team, Decisions]:
    """Return a company and its decisions, in part this round's, before the week `number`."""
    old, new = (_moved(one.start.teams[seat], number - one.start.week) for one in (last, now))
    team = carried(old, new, fresh)
    earlier = chosen_by(old.decisions, new.decisions, fresh)
    chosen = chosen_by(last.decisions[seat], now.decisions[seat], fresh)
    return replace(team, decisions=earlier), chosen


def carried(old: Team, new: Team, fresh: Collection[str]) -> Team:
    """Return a company that carries what is `fresh` from the new one, the rest from the old.

    Parameters
    ----------
    old, new : Team
        The company at two times.
    fresh : collection of str
        Of `OWN`.

    Returns
    -------
    Team
        With the decisions of the old one.

    References
    ----------
    The course's own.
    """
    names = [name for whose in fresh for name in _CARRIED[whose]]
    return replace(old, **{name: getattr(new, name) for name in names})


def chosen_by(old: Decisions, new: Decisions, fresh: Collection[str]) -> Decisions:
    """Return decisions of which those of some roles are new.

    Parameters
    ----------
    old, new : dict
        A value for each field.
    fresh : collection of str
        Of `OWN`.

    Returns
    -------
    dict
        A value for each field.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> old, new = rules().defaults() | {"clearance": []}, rules().defaults() | {"clearance": []}
    >>> mixed = chosen_by(old, new | {"seats": 9, "search": 0}, ["service"])
    >>> mixed["seats"], mixed["search"] == old["search"]
    (9, True)
    """
    found = dict(old)
    for name, field in rules().fields.items():
        if _ROLES[field.role] in fresh:
            found[name] = new[name]
    if "price" in fresh:
        found[CLEARANCE] = new[CLEARANCE]
    return found


def _moved(team: Team, by: int) -> Team:
    """Return a company whose dates are some weeks later."""
    coming = tuple((due + by, what, units, fen) for due, what, units, fen in team.coming)
    due = tuple((when + by, fen) for when, fen in team.due)
    return replace(team, coming=coming, due=due)


def to_come(now: Round, seat: int, book: Rules) -> dict[str, int]:
    """Return what a round leaves to the weeks after it, by what carries over.

    The company runs on for the weeks that the rules name, in the market of the game, with the
    decisions of the round and without luck: once with what it has now, once with what it had
    before the round.

    Parameters
    ----------
    now : Round
        The round.
    seat : int
        The team's place.
    book : Rules
        Of the game.

    Returns
    -------
    dict
        Fen by bar, below 0 where the round has used up what it found.

    References
    ----------
    Carry-over: the page Campaigns; Shapley (1953).
    """
    end = now.end
    new = end.teams[seat]
    old = replace(_moved(now.start.teams[seat], end.week - now.start.week), decisions=new.decisions)
    even = replace(now.luck, even=True)

    def worth(some: frozenset[str]) -> int:
        teams = list(end.teams)
        teams[seat] = carried(old, new, some)
        chosen = [team.decisions for team in teams]
        market = Market(end.week, tuple(teams))
        weeks = played_weeks(market, chosen, even, book["after_weeks"], book)
        return sum(one.results[seat].profit for one in weeks)

    return shapley(OWN, worth)


# --- the whole game --------------------------------------------------------------------------


def with_end(weeks: Sequence[Week], luck: Luck, book: Rules) -> tuple[Week, ...]:
    """Return weeks and those in which the companies run on with their last decisions.

    Parameters
    ----------
    weeks : sequence of Week
        Of all rounds.
    luck : Luck
        Of the game.
    book : Rules
        Of the game.

    Returns
    -------
    tuple of Week
        As `ending.run_on` plays them.

    References
    ----------
    The course's own.
    """
    market = weeks[-1].after
    chosen = [team.decisions for team in market.teams]
    return (*weeks, *played_weeks(market, chosen, luck, book["after_weeks"], book))


def played_game(
    rounds: Sequence[Round],
    book: Rules,
    changed: Mapping[tuple[int, int], Decisions] | None = None,
    first: int = 0,
) -> tuple[Week, ...]:
    """Play a game again to its end, some decisions replaced.

    Parameters
    ----------
    rounds : sequence of Round
        All rounds, in order.
    book : Rules
        Of the game.
    changed : mapping of (place in `rounds`, seat) to decisions, optional
        What is other than it was.
    first : int
        The place of the first round that is played again; those before are as they were.

    Returns
    -------
    tuple of Week
        All weeks, and those that the companies run on.

    References
    ----------
    The course's own.
    """
    weeks = [one for before in rounds[:first] for one in before.weeks]
    market = rounds[first].start
    for place, one in enumerate(rounds[first:], start=first):
        chosen = list(one.decisions)
        for (where, seat), other in (changed or {}).items():
            if where == place:
                chosen[seat] = other
        weeks += played_weeks(market, chosen, one.luck, len(one.weeks), book)
        market = weeks[-1].after
    return with_end(weeks, rounds[0].luck, book)
