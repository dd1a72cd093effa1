"""A whole game in memory: players decide from what a team may see, round by round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ecokit.game.draws import Luck
from ecokit.game.ending import Forecast, Score, accuracy, run_on, score
from ecokit.game.market import week
from ecokit.game.plan import Result
from ecokit.game.rulebook import Rules
from ecokit.game.state import Decisions, Market, Team, new_market


@dataclass(frozen=True)
class Format:
    """How a game goes: rounds, and the weeks of each."""

    name: str
    rounds: int
    weeks: int

    @property
    def total(self) -> int:
        """Weeks of all rounds."""
        return self.rounds * self.weeks


ROOM, WEEKS = Format("room", 6, 2), Format("weeks", 12, 1)
FORMATS = {one.name: one for one in (ROOM, WEEKS)}


@dataclass(frozen=True)
class Public:
    """What everyone sees of a past week.

    Parameters
    ----------
    week : int
        The week.
    prices : tuple of tuple of int
        By team, by category, ppm of the traditional channel's.
    budgets : tuple of tuple of int
        By team, by channel, fen.
    sold : tuple of int
        Units of all teams, by category.
    profits : tuple of int
        Profit of each team to date, fen.
    news : tuple of str
        Surprises.
    """

    week: int
    prices: tuple[tuple[int, ...], ...]
    budgets: tuple[tuple[int, ...], ...]
    sold: tuple[int, ...]
    profits: tuple[int, ...]
    news: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """What a team knows when it decides: the calendar and the rules, its own company, the public.

    Parameters
    ----------
    rules : Rules
        Of the game.
    form : Format
        Of the game.
    round : int
        From 1.
    seat : int
        The team's place in the public tables.
    team : Team
        Its company.
    own : tuple of Result
        Its weeks so far.
    public : tuple of Public
        Everybody's weeks so far.
    """

    rules: Rules
    form: Format
    round: int
    seat: int
    team: Team
    own: tuple[Result, ...]
    public: tuple[Public, ...]

    @property
    def week(self) -> int:
        """The first week of the round."""
        return 1 + (self.round - 1) * self.form.weeks


class Player(Protocol):
    """Whoever decides for a team."""

    @property
    def name(self) -> str:
        """What the player is called."""
        ...

    def decide(self, view: View) -> tuple[dict[str, int | str], Forecast | None]:
        """Return what is to change, and a forecast of the round; None is last round's."""
        ...


@dataclass(frozen=True)
class Played:
    """A game that was played: results by week and team, those of the weeks after it too.

    Parameters
    ----------
    market : Market
        After the last week of all.
    weeks : tuple of tuple of Result
        Every week.
    scores : tuple of Score
        By team.
    leaders : tuple of int
        The seat of whoever had earned most after each week.
    """

    market: Market
    weeks: tuple[tuple[Result, ...], ...]
    scores: tuple[Score, ...]
    leaders: tuple[int, ...]


def allowed(changes: dict[str, int | str], view: View) -> Decisions:
    """Return a team's decisions of a round: the last ones, with what it may change changed.

    Parameters
    ----------
    changes : dict
        Values of fields, in the units of the state.
    view : View
        Of the team.

    Returns
    -------
    dict
        Numbers are brought within their bounds and to their steps, prices to the cost; what is
        still locked stays.

    References
    ----------
    The tables of the game.
    """
    found = dict(view.team.decisions)
    for name, value in changes.items():
        field = view.rules.fields[name]
        if field.unlocks <= view.round:
            if field.scale:
                value = max(field.low, min(int(value) // field.step * field.step, field.high))
            found[name] = value
    for one in view.rules.categories:
        step = view.rules.fields[f"price_{one.name}"].step
        found[f"price_{one.name}"] = max(found[f"price_{one.name}"], -(-one.floor // step) * step)
    return found


def play(players: Sequence[Player], luck: Luck, rules: Rules, form: Format = WEEKS) -> Played:
    """Play a game to its end.

    Parameters
    ----------
    players : sequence of Player
        One for each seat.
    luck : Luck
        Of the game.
    rules : Rules
        Of the game.
    form : Format
        How it goes.

    Returns
    -------
    Played
        Everything that happened.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.bots import Nothing
    >>> from ecokit.game.rulebook import rules
    >>> game = play([Nothing(), Nothing()], Luck.of_seed(1), rules())
    >>> len(game.weeks), [score.name for score in game.scores]
    (16, ['nothing', 'nothing'])
    """
    market = new_market([player.name for player in players], rules)
    weeks: list[tuple[Result, ...]] = []
    public: list[Public] = []
    near: list[list[int]] = [[] for _player in players]
    expected: list[Forecast | None] = [None] * len(players)
    for number in range(1, form.rounds + 1):
        decisions = []
        for seat, (player, team) in enumerate(zip(players, market.teams, strict=True)):
            own = tuple(found[seat] for found in weeks)
            view = View(rules, form, number, seat, team, own, tuple(public))
            changes, forecast = player.decide(view)
            decisions.append(allowed(changes, view))
            expected[seat] = forecast or expected[seat]
        for _week in range(form.weeks):
            market, results = week(market, decisions, luck, rules)
            weeks.append(results)
            public.append(seen(market, weeks, rules))
        for seat, forecast in enumerate(expected):
            done = [found[seat] for found in weeks[-form.weeks :]]
            orders, profit = sum(one.orders for one in done), sum(one.profit for one in done)
            near[seat].append(accuracy(forecast, orders, profit, form.weeks, rules))
    market, more = run_on(market, luck, rules)
    weeks += more
    totals = [sum(found[seat].profit for found in weeks) for seat in range(len(players))]
    scores = tuple(
        score(team, total, len(weeks), accuracies, rules)
        for team, total, accuracies in zip(market.teams, totals, near, strict=True)
    )
    leaders = tuple(max(range(len(players)), key=one.profits.__getitem__) for one in public)
    return Played(market, tuple(weeks), scores, leaders)


def seen(market: Market, weeks: Sequence[Sequence[Result]], rules: Rules) -> Public:
    """Return what everyone sees of the last week.

    Parameters
    ----------
    market : Market
        After it.
    weeks : sequence of sequence of Result
        All weeks so far.
    rules : Rules
        Of the game.

    Returns
    -------
    Public
        Prices, budgets, units in all, profits.

    References
    ----------
    The tables of the game.
    """
    last = weeks[-1]
    budgets = [one.name for one in rules.channels]
    return Public(
        week=last[0].week,
        prices=tuple(one.prices for one in last),
        budgets=tuple(tuple(team.decisions[n] for n in budgets) for team in market.teams),
        sold=tuple(map(sum, zip(*(one.sold for one in last), strict=True))),
        profits=tuple(sum(one.profit for one in own) for own in zip(*weeks, strict=True)),
        news=last[0].news,
    )
