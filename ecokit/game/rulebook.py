"""The rules of the game, read from the tables in ``rules/``: no number of the model is code."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from ecokit.game.fixed import PPM

FOLDER = Path(__file__).parent / "rules"
FEN = 100
SCALES = {  # of a unit: what 1 is in the state
    "yuan": FEN,
    "count": 1,
    "seats": 1,
    "percent": PPM // 100,
    **dict.fromkeys(("share", "ratio", "log", "stars", "weeks"), PPM),
}
CHOICES = {  # the field of a choice, and the table of what can be chosen
    "weights": "weights.csv",
    "delivery": "carriers.csv",
    "partner": "partners.csv",
    "it": "it.csv",
    "structure": "structures.csv",
}
_EFFECTS = {  # of a choice, with the scale of each
    **dict.fromkeys(("weekly", "order", "setup"), FEN),
    **dict.fromkeys(("settlement", "contract"), 1),
    **dict.fromkeys(("attraction", "campaign", "work", "purchase", "giveaway"), PPM),
    **dict.fromkeys(("late", "outage", "handsets", "audio", "home", "commission"), PPM),
}


@dataclass(frozen=True)
class Field:
    """A decision: its bounds are in the units of the state (fen, ppm, seats)."""

    name: str
    title: str
    title_zh: str
    role: str
    kind: str
    unit: str
    low: int
    high: int
    step: int
    unlocks: int
    default: int | str
    meaning: str

    @property
    def scale(self) -> int:
        """What 1 in a file is in the state; 0 for a choice."""
        return SCALES.get(self.unit, 0)


@dataclass(frozen=True)
class Category:
    """A group of products: price and cost in fen, the rest in ppm."""

    name: str
    title: str
    title_zh: str
    price: int
    cost: int
    units: int
    elasticity: int
    returns: int
    ageing: int

    @property
    def floor(self) -> int:
        """The purchase cost over the traditional channel's price, ppm."""
        return -(-self.cost * PPM // self.price)


@dataclass(frozen=True)
class Channel:
    """A channel of campaigns: reach and carry-over in ppm, money in fen."""

    name: str
    title: str
    title_zh: str
    reach: int
    half: int
    carry: int
    usual: int


@dataclass(frozen=True)
class Supplier:
    """Where goods come from: lead in weeks, what it asks above the usual cost in ppm."""

    name: str
    title: str
    title_zh: str
    lead: int
    extra: int


@dataclass(frozen=True)
class Choice:
    """Something that can be chosen, and what it does; effects of several choices add up."""

    name: str
    title: str
    title_zh: str
    meaning: str
    effects: Mapping[str, int]


@dataclass(frozen=True)
class Season:
    """A week of the calendar: demand, keenness on price, and the outside shop's cut, in ppm.

    Its days, from `monday` on, are those of a year in which Double 11 and Double 12 fall into
    weeks 6 and 11.
    """

    week: int
    monday: str
    demand: int
    keen: int
    outside: int
    title: str
    title_zh: str


@dataclass(frozen=True)
class Surprise:
    """Something that may happen to all teams alike; its strength is drawn from low to high."""

    name: str
    title: str
    title_zh: str
    chance: int
    first: int
    last: int
    weeks: int
    target: str
    part: str
    low: int
    high: int


@dataclass(frozen=True)
class Rules:
    """All rules; constants are asked for by name: ``rules["seat"]``."""

    fields: Mapping[str, Field]
    categories: tuple[Category, ...]
    channels: tuple[Channel, ...]
    suppliers: Mapping[str, Supplier]
    choices: Mapping[str, Mapping[str, Choice]]
    seasons: tuple[Season, ...]
    surprises: tuple[Surprise, ...]
    constants: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.constants[name]

    def changed(self, **constants: int) -> Rules:
        """Return the rules with other constants, for trying them out.

        Parameters
        ----------
        **constants : int
            In the units of the state.

        Returns
        -------
        Rules
            New rules.

        References
        ----------
        The tables of the game.

        Examples
        --------
        >>> rules().changed(seat=0)["seat"]
        0
        """
        return replace(self, constants={**self.constants, **constants})

    def defaults(self) -> dict[str, int | str]:
        """Return the decisions with which every company starts.

        Returns
        -------
        dict
            A value for each field.

        References
        ----------
        The tables of the game.

        Examples
        --------
        >>> rules().defaults()["seats"], rules().defaults()["partner"]
        (5, 'none')
        """
        return {name: field.default for name, field in self.fields.items()}

    def season(self, week: int) -> Season:
        """Return a week of the calendar; after its end, the last one.

        Parameters
        ----------
        week : int
            From 0.

        Returns
        -------
        Season
            What is known about the week before the game.

        References
        ----------
        The tables of the game.

        Examples
        --------
        >>> rules().season(6).title
        'Double 11'
        """
        return self.seasons[min(week, len(self.seasons) - 1)]


def scaled(value: str, scale: int) -> int:
    """Return what a number in a table is in the state.

    Parameters
    ----------
    value : str
        The number; nothing is 0.
    scale : int
        What 1 is.

    Returns
    -------
    int
        The number in the units of the state.

    References
    ----------
    Exact decimal sums: IEEE 754-2019.

    Examples
    --------
    >>> scaled("0.035", PPM), scaled("", FEN)
    (35000, 0)
    """
    found = Decimal(value or "0") * scale
    if found != int(found):
        raise ValueError(f"{value} is finer than the state")
    return int(found)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _read(row: dict[str, str], name: str, scales: Mapping[str, int]) -> dict[str, Any]:
    """Return a row with numbers where a scale is given; its first column is the name."""
    found: dict[str, Any] = {
        column: scaled(value, scales[column]) if column in scales else value
        for column, value in row.items()
        if column != "source"
    }
    return {"name": found.pop(name), **found}


def _field(row: dict[str, str]) -> Field:
    scale = SCALES.get(row["unit"], 0)
    bounds = {"low": scale, "high": scale, "step": scale, "unlocks": 1}
    return Field(**_read(row, "field", bounds | ({"default": scale} if scale else {})))


def _choice(row: dict[str, str]) -> Choice:
    found = _read(row, "choice", _EFFECTS)
    effects = {name: found.pop(name) for name in _EFFECTS if name in found}
    return Choice(**found, effects=effects)


def _surprise(row: dict[str, str]) -> Surprise:
    scale = 1 if row["target"] == "delay" else PPM
    scales = {"chance": PPM, "first": 1, "last": 1, "weeks": 1, "low": scale, "high": scale}
    return Surprise(**_read(row, "surprise", scales))


def _season(row: dict[str, str]) -> Season:
    scales = {"week": 1, "demand": PPM, "keen": PPM, "outside": PPM}
    found = _read(row, "week", scales)
    return Season(week=found.pop("name"), **found)


def _categories() -> Iterator[Category]:
    scales = {"price": FEN, "cost": FEN, "units": 1}
    scales |= dict.fromkeys(("elasticity", "returns", "ageing"), PPM)
    for row in _rows("categories.csv"):
        yield Category(**_read(row, "category", scales))


def _channels() -> Iterator[Channel]:
    scales = {"reach": PPM, "half": FEN, "carry": PPM, "usual": FEN}
    for row in _rows("channels.csv"):
        yield Channel(**_read(row, "channel", scales))


def _suppliers() -> Iterator[Supplier]:
    for row in _rows("suppliers.csv"):
        yield Supplier(**_read(row, "supplier", {"lead": 1, "extra": PPM}))


@cache
def rules() -> Rules:
    """Return the rules of the game.

    Returns
    -------
    Rules
        Read once.

    References
    ----------
    The tables of the game; each constant names its source.

    Examples
    --------
    >>> len(rules().fields), rules()["seat"], rules().categories[0].floor
    (12, 180000, 810000)
    """
    fields = [_field(row) for row in _rows("fields.csv")]
    return Rules(
        fields={field.name: field for field in fields},
        categories=tuple(_categories()),
        channels=tuple(_channels()),
        suppliers={one.name: one for one in _suppliers()},
        choices={
            name: {one.name: one for one in map(_choice, _rows(file))}
            for name, file in CHOICES.items()
        },
        seasons=tuple(map(_season, _rows("seasons.csv"))),
        surprises=tuple(map(_surprise, _rows("surprises.csv"))),
        constants={
            row["name"]: scaled(row["value"], SCALES[row["unit"]]) for row in _rows("constants.csv")
        },
    )
