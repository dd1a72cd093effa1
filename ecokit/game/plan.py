"""A company's week while it goes on, and what it was."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecokit.game.climate import Climate
from ecokit.game.fixed import PPM, times
from ecokit.game.rulebook import CHOICES, Rules
from ecokit.game.state import CLEARANCE, Decisions, Team


@dataclass
class Plan:
    """A company's week while it goes on."""

    team: Team
    seat: int
    chosen: Decisions
    effects: dict[str, int]
    prices: list[int]
    stock: list[int]
    value: list[int]
    cash: int = 0  # what the week adds
    coming: list[tuple[int, int, int, int]] = field(default_factory=list)
    adstock: list[int] = field(default_factory=list)
    reach: dict[str, int] = field(default_factory=dict)
    crowd: list[int] = field(default_factory=list)
    visits: dict[str, int] = field(default_factory=dict)
    contacts: int = 0
    answered: int = PPM
    talk: int = PPM
    wanted: list[int] = field(default_factory=list)
    sold: list[int] = field(default_factory=list)
    from_rivals: int = 0
    late: int = 0
    returned: list[int] = field(default_factory=list)
    receivable: int = 0

    @classmethod
    def of(cls, team: Team, seat: int, chosen: Decisions, rules: Rules) -> Plan:
        """Return the week of a team that has decided."""
        effects: dict[str, int] = {}
        for name in CHOICES:
            for effect, by in rules.choices[name][chosen[name]].effects.items():
                effects[effect] = effects.get(effect, 0) + by
        prices = []
        for one in rules.categories:
            price = chosen[f"price_{one.name}"]
            if one.name in chosen[CLEARANCE] and price < one.floor:
                price = one.floor - times(one.floor - price, rules["clearance"])
            prices.append(price)
        return cls(team, seat, chosen, effects, prices, list(team.stock), list(team.value))

    @property
    def total_reach(self) -> int:
        """Visitors by all ways but the partner, of a usual week's, ppm."""
        return sum(self.reach.values())

    def effect(self, name: str) -> int:
        """Return what all choices together do to something."""
        return self.effects.get(name, 0)

    def is_down(self, now: Climate, rules: Rules) -> bool:
        """Return whether the shop has an outage, likelier when it is busy."""
        busy = times(max(0, now.season - PPM), rules["outage_season"])
        return now.outage < times(self.effect("outage"), PPM + busy)


@dataclass(frozen=True)
class Result:
    """What a week was for a team: counts by source or category, ppm, and fen.

    Parameters
    ----------
    week : int
        The week.
    visits : dict
        By source.
    contacts, answered, late, from_rivals : int
        Contacts; answered in time, ppm; late parcels; buyers that rivals had nothing for.
    down : bool
        Whether there was an outage.
    prices, wanted, sold, returned, stock : tuple of int
        By category: price in ppm of the traditional channel's, then units.
    partner_orders : int
        Orders that came by the partner.
    rating, known : int
        After the week.
    account : dict
        Lines of the profit account, fen; they add up to the profit.
    news : tuple of str
        Surprises of the week.
    """

    week: int
    visits: dict[str, int]
    contacts: int
    answered: int
    late: int
    from_rivals: int
    down: bool
    prices: tuple[int, ...]
    wanted: tuple[int, ...]
    sold: tuple[int, ...]
    returned: tuple[int, ...]
    stock: tuple[int, ...]
    partner_orders: int
    rating: int
    known: int
    account: dict[str, int]
    news: tuple[str, ...]

    @property
    def profit(self) -> int:
        """Profit of the week, fen."""
        return sum(self.account.values())

    @property
    def orders(self) -> int:
        """Orders of the week."""
        return sum(self.sold)
