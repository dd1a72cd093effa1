"""Those who play against a learner, and whom the rules are tried with: ten ways to run a shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ecokit.game.advice import Advice, cover, forecast, prices, seats
from ecokit.game.draws import Luck
from ecokit.game.ending import Forecast
from ecokit.game.fixed import PPM
from ecokit.game.plan import Result
from ecokit.game.play import Player, View
from ecokit.game.rulebook import CHOICES, FEN, Rules

Changes = dict[str, int | str]
BOLD = (
    ("weights", "service"),
    ("delivery", "split"),
    ("partner", "group"),
    ("it", "own"),
    ("structure", "forces"),
)


def blind(view: View) -> View:
    """Return what a player knows who reads no report: rules, calendar, its own decisions.

    Parameters
    ----------
    view : View
        What it could know.

    Returns
    -------
    View
        Without weeks, stock and orders.

    References
    ----------
    The course's own.
    """
    none = (0,) * len(view.team.stock)
    team = replace(view.team, coming=(), stock=none, value=none)
    return replace(view, team=team, own=(), public=())


@dataclass(frozen=True)
class Nothing:
    """Leaves everything as it came, and files nothing."""

    name: str = "nothing"

    def decide(self, view: View) -> tuple[Changes, Forecast | None]:
        """Return no change."""
        return {}, None


@dataclass(frozen=True)
class Constant:
    """Decides once and never reads a report; its forecast follows the calendar alone."""

    name: str
    changes: Mapping[str, int | str]

    def decide(self, view: View) -> tuple[Changes, Forecast | None]:
        """Return the same every round."""
        return dict(self.changes), forecast(blind(view), {})


@dataclass(frozen=True)
class Planned:
    """Knows rules and calendar, plans everything beforehand, and never reads a report."""

    name: str = "never reads"

    def decide(self, view: View) -> tuple[Changes, Forecast | None]:
        """Return what the advice is in a usual game."""
        return Advice().decide(blind(view))


@dataclass(frozen=True)
class CopyLeader:
    """Does what is seen of last week's leader, and the rest as the advice does."""

    name: str = "copies"

    def decide(self, view: View) -> tuple[Changes, Forecast | None]:
        """Return the leader's prices and budgets."""
        changes: Changes = {"cover": cover(view, PPM // 2), "seats": seats(view, 800_000)}
        if view.public:
            last = view.public[-1]
            leader = max(range(len(last.profits)), key=last.profits.__getitem__)
            names = [f"price_{one.name}" for one in view.rules.categories]
            changes |= dict(zip(names, last.prices[leader], strict=True))
            names = [one.name for one in view.rules.channels]
            changes |= dict(zip(names, last.budgets[leader], strict=True))
        return changes, forecast(view, changes)


@dataclass(frozen=True)
class Cutter:
    """Undercuts the cheapest rival, down to its cost."""

    name: str = "cuts prices"

    def decide(self, view: View) -> tuple[Changes, Forecast | None]:
        """Return prices below all others'."""
        changes: Changes = {"cover": cover(view, PPM // 2), "seats": seats(view, 800_000)}
        for number, one in enumerate(view.rules.categories):
            if view.public:
                last = view.public[-1].prices
                others = [own[number] for seat, own in enumerate(last) if seat != view.seat]
                cheapest = min(others, default=PPM)
                changes[f"price_{one.name}"] = max(one.floor * 102 // 100, cheapest * 98 // 100)
        return changes, forecast(view, changes)


@dataclass(frozen=True)
class Adjusts:
    """Reads its report by rule of thumb: a little more of what paid, a little less of what not."""

    name: str = "adjusts"

    def decide(self, view: View) -> tuple[Changes, Forecast | None]:
        """Return prices by cost and elasticity, and last week's amounts moved a step each."""
        changes: Changes = dict(Advice().choices)
        if not view.own:
            return changes, forecast(view, {})
        last, before = view.own[-1], view.team.decisions
        changes["seats"] = self._seats(last.answered, before["seats"])
        short = sum(last.wanted) > sum(last.sold)
        changes["cover"] = before["cover"] + (PPM // 2 if short else -PPM // 10)
        visits = sum(last.visits.values())
        for channel in view.rules.channels:
            gain = _leaves(last) * last.visits[channel.name] // max(visits, 1) * 2 // 5
            more = 120 if gain > before[channel.name] else 85
            changes[channel.name] = max(before[channel.name], 1_000 * FEN) * more // 100
        return changes | prices(view, PPM), forecast(view, changes)

    def _seats(self, answered: int, before: int) -> int:
        """Return a seat more when too few are answered in time, one less when nearly all are."""
        return before + (answered < 750_000) - (answered > 950_000)


def _leaves(last: Result) -> int:
    """Return what sales left over goods, fen."""
    lines = ("sales", "giveaways", "refunds", "goods", "returned")
    return sum(last.account[line] for line in lines)


@dataclass(frozen=True)
class Anyhow:
    """Decides at random once: prices and amounts within usual bounds, any choice."""

    number: int
    name: str = "random"

    def decide(self, view: View) -> tuple[Changes, Forecast | None]:
        """Return the same random decisions every round."""
        return anything(self.number, view.rules), forecast(blind(view), {})


def anything(number: int, rules: Rules) -> Changes:
    """Return random decisions.

    Parameters
    ----------
    number : int
        Which ones.
    rules : Rules
        Of the game.

    Returns
    -------
    dict
        A value for each field: prices from cost to 25 % above the channel's, budgets up to
        20,000 yuan, 1 to 6 weeks of stock, 2 to 12 seats.

    References
    ----------
    RFC 7693, by which the numbers are drawn.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> anything(1, rules()) == anything(1, rules()), len(anything(1, rules()))
    (True, 12)
    """
    luck = Luck.of_seed(number)
    found: Changes = {}
    bounds = {"cover": (PPM, 6 * PPM), "seats": (2, 12)}
    for name, field in rules.fields.items():
        if name in CHOICES:
            options = list(rules.choices[name])
            found[name] = options[luck.between(0, len(options) - 1, "choice", 0, name)]
        elif field.kind == "price":
            floor = next(one.floor for one in rules.categories if name.endswith(one.name))
            found[name] = luck.between(floor, 1_250_000, "price", 0, name)
        else:
            low, high = bounds.get(name, (0, 20_000 * FEN))
            found[name] = luck.between(low, high, "amount", 0, name)
    return found


def ten(number: int = 0) -> list[Player]:
    """Return the ten players that the rules are tried with.

    Parameters
    ----------
    number : int
        Which random one.

    Returns
    -------
    list of Player
        By name, each another way.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> [player.name for player in ten()][:3]
    ['advice', 'bold', 'adjusts']
    """
    return [
        Advice(),
        Advice("bold", budget=1_100_000, choices=BOLD),
        Adjusts(),
        Nothing(),
        CopyLeader(),
        Cutter(),
        Constant("spends all", {"search": 30_000 * FEN, "social": 30_000 * FEN, "seats": 10}),
        Constant("hoards", {"cover": 8 * PPM, "seats": 6}),
        Planned(),
        Anyhow(number),
    ]


def sensible(number: int = 0) -> list[Player]:
    """Return six players who follow the course's advice, each with leanings of its own.

    Parameters
    ----------
    number : int
        Which leanings.

    Returns
    -------
    list of Player
        Six.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> len(sensible())
    6
    """
    return [leaning(6 * number + seat, f"advice {seat + 1}") for seat in range(6)]


def leaning(number: int, name: str = "advice") -> Advice:
    """Return the advice with leanings drawn by a number: the first has none.

    Parameters
    ----------
    number : int
        Which leanings.
    name : str
        Of the player.

    Returns
    -------
    Advice
        Prices within 1.5 %, budgets within 20 %, another partner or carrier now and then.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> leaning(0) == Advice()
    True
    """
    if number == 0:
        return Advice(name)
    luck = Luck.of_seed(number)
    options = {
        "weights": ("sales", "deck", "service", "profit"),
        "delivery": ("express", "split"),
        "partner": ("distributor", "group", "exclusive"),
        "it": ("hosted", "own"),
        "structure": ("forces", "centers"),
    }
    choices = tuple(
        (field, names[luck.between(0, len(names) - 1, "choice", 0, field)])
        for field, names in options.items()
    )
    return Advice(
        name,
        price=luck.between(1_000_000, 1_030_000, "price", 0),
        budget=luck.between(800_000, 1_200_000, "budget", 0),
        safety=luck.between(100_000, 700_000, "safety", 0),
        answered=luck.between(700_000, 900_000, "answered", 0),
        choices=choices,
    )
