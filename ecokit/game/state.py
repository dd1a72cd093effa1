"""What a week leaves to the next: the state of a company and of its market, in whole numbers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from ecokit.errors import CourseError
from ecokit.game import rulebook
from ecokit.game.fixed import PPM, times
from ecokit.game.rulebook import Rules
from ecokit.messages import _

Decisions = dict[str, Any]  # a value for each field, and the categories marked "clearance"
CLEARANCE = "clearance"


@dataclass(frozen=True)
class Team:
    """A company: money in fen, goods in units, shares and the rest in parts per million.

    Parameters
    ----------
    name : str
        Of the team.
    cash, debt : int
        One of them is 0.
    stock, value : tuple of int
        Units by category, and what they have cost less ageing.
    coming : tuple of (week, category, units, fen)
        Orders on the way, paid.
    due : tuple of (week, fen)
        What a partner still pays.
    adstock : tuple of int
        What campaigns leave, by channel, in fen.
    rating : int
        Stars in ppm.
    known : int
        Customers who know the shop.
    served : int
        Orders so far, which is experience.
    used_to : tuple of int
        The price that customers are used to, by category.
    trend : tuple of int
        Demand of a usual week by category, units in ppm.
    asks : int
        Contacts that last week's late parcels and returns bring.
    contract : int
        Weeks that the partner's contract still runs.
    decisions : dict
        The last ones.
    """

    name: str
    cash: int
    debt: int
    stock: tuple[int, ...]
    value: tuple[int, ...]
    coming: tuple[tuple[int, int, int, int], ...]
    due: tuple[tuple[int, int], ...]
    adstock: tuple[int, ...]
    rating: int
    known: int
    served: int
    used_to: tuple[int, ...]
    trend: tuple[int, ...]
    asks: int
    contract: int
    decisions: Decisions

    @property
    def equity(self) -> int:
        """What the company owns less what it owes, fen: profit is what it grows by."""
        owns = self.cash + sum(self.value) + sum(one[3] for one in self.coming)
        return owns + sum(fen for _week, fen in self.due) - self.debt


@dataclass(frozen=True)
class Market:
    """All companies before a week; the place of a team in it is its seat."""

    week: int
    teams: tuple[Team, ...]


def new_team(name: str, rules: Rules) -> Team:
    """Return a company as every team receives it: half a year old, run by the defaults.

    Parameters
    ----------
    name : str
        Of the team.
    rules : Rules
        Of the game.

    Returns
    -------
    Team
        The company before the first week.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> new_team("Plum", rules()).known
    4000
    """
    decisions: Decisions = {**rules.defaults(), CLEARANCE: []}
    stock = tuple(times(one.units, rules["start_stock"]) for one in rules.categories)
    value = tuple(n * one.cost for n, one in zip(stock, rules.categories, strict=True))
    prices = tuple(decisions[f"price_{one.name}"] for one in rules.categories)
    spent = ((one, decisions[one.name]) for one in rules.channels)
    return Team(
        name=name,
        cash=rules["cash"],
        debt=0,
        stock=stock,
        value=value,
        coming=(),
        due=(),
        adstock=tuple(fen * PPM // (PPM - one.carry) for one, fen in spent),
        rating=rules["rating_start"],
        known=rules["known_half"],
        served=0,
        used_to=prices,
        trend=tuple(one.units * PPM for one in rules.categories),
        asks=0,
        contract=0,
        decisions=decisions,
    )


def new_market(names: list[str], rules: Rules, week: int = 1) -> Market:
    """Return a market of equal companies.

    Parameters
    ----------
    names : list of str
        Of the teams.
    rules : Rules
        Of the game.
    week : int
        The first week.

    Returns
    -------
    Market
        Before that week.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> len(new_market(["Plum", "Pear"], rules()).teams)
    2
    """
    return Market(week, tuple(new_team(name, rules) for name in names))


def canonical(content: object) -> bytes:
    """Return the bytes of a file of the game: readable, and the same on every computer.

    Parameters
    ----------
    content : object
        Whole numbers, texts, lists and tables of them.

    Returns
    -------
    bytes
        JSON, sorted, with line feeds.

    References
    ----------
    JSON: RFC 8259.

    Examples
    --------
    >>> canonical({"b": 1, "a": 2}).decode().split()
    ['{', '"a":', '2,', '"b":', '1', '}']
    """
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def to_bytes(market: Market) -> bytes:
    """Return the file of a state.

    Parameters
    ----------
    market : Market
        The state.

    Returns
    -------
    bytes
        JSON.

    References
    ----------
    RFC 8259.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> market = new_market(["Plum", "Pear"], rules())
    >>> from_bytes(to_bytes(market)) == market
    True
    """
    return canonical(asdict(market))


def from_bytes(content: bytes) -> Market:
    """Read the file of a state.

    Parameters
    ----------
    content : bytes
        What `to_bytes` has written.

    Returns
    -------
    Market
        The state.

    Raises
    ------
    CourseError
        It is no state.

    References
    ----------
    RFC 8259.

    Examples
    --------
    >>> from_bytes(b"{}")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This is no state of a game, or a part of one. Take the file ...
    """
    try:
        found = json.loads(content)
        if not isinstance(found, dict) or not isinstance(found.get("teams"), list):
            raise ValueError("no state")
        if not found["teams"] or type(found.get("week")) is not int:
            raise ValueError("no team or no week")
        return Market(found["week"], tuple(_team(one) for one in found["teams"]))
    except (ValueError, RecursionError) as error:
        message = _(
            "This is no state of a game, or a part of one. Take the file as the game has written "
            "it, from the trainer's copy."
        )
        raise CourseError(message) from error


def _team(found: object) -> Team:
    known = {one.name for one in fields(Team)}
    if not isinstance(found, dict) or set(found) != known:
        raise ValueError("no team of a state")
    usual = asdict(new_team("Plum", rulebook.rules()))
    if not all(_is_like(found[name], usual[name]) for name in known):
        raise ValueError("a value of another kind")
    return Team(**{name: _frozen(value) for name, value in found.items()})


def _is_like(value: Any, usual: Any) -> bool:
    """Say whether a value of a file is of the kind that it is in each game."""
    if isinstance(usual, dict):
        return isinstance(value, dict) and set(value) == set(usual)
    if isinstance(usual, tuple):
        return isinstance(value, list) and _is_whole(value)
    return type(value) is type(usual)


def _is_whole(value: Any) -> bool:
    """Say whether a list, and lists in it, hold whole numbers only."""
    return all(_is_whole(one) if isinstance(one, list) else type(one) is int for one in value)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
