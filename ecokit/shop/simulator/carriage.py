"""Who carries each parcel, and to which city: drawn from parcels whose way is known already.

The order of causes is: a parcel gets a carrier by the carriers' shares in its city, and the
carrier makes it late or not. Whether it is late was drawn before, with the share of its region and
day, which must stay. So the carrier is drawn given what became of the parcel, by Bayes' rule:
P(carrier | city, late) is in proportion to share(carrier, city) x P(late | carrier, city). Late
shares of carriers stand in a fixed ratio to one another (`late_ratio_E1` ...), the same in each
city, and are scaled in each city so that the share of the region comes out. Both orders give the
same joint law, which is exact on each day.

What that makes of a year of the usual size (20,000 parcels): E2 has about 72 % of the parcels of
the five far cities, where one in seven is late, and 6 % of the others, where one in eleven is. Its
late share is 0.72 of that of E1 in each city and the least of all: 4.8 points below the others
within like cities, at a standard error of 1 point. Over all cities together it looks worst, by 1.2
points at a standard error of 0.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ecokit.shop.inputs import read, truth
from ecokit.shop.simulator.arrays import (
    DAY,
    NOTHING,
    Bools,
    Coded,
    Columns,
    Floats,
    Ints,
    draw_in_rows,
    running_within,
)
from ecokit.shop.simulator.coming import State
from ecokit.shop.simulator.fulfilment import REGION_NEAR, Parcels, is_peak, late_share
from ecokit.shop.simulator.luck import Keys, Luck
from ecokit.shop.simulator.people import REGIONS
from ecokit.shop.simulator.world import World

OURS = "H1"  # the warehouse that all parcels leave from


@dataclass(frozen=True)
class Carried:
    """City and carrier of each parcel, as numbers of rows of `cities` and `carriers`."""

    city: Ints
    carrier: Ints


@dataclass(frozen=True)
class Network:
    """Carriers by cities: what share of a city's parcels each has, which pairs are remote.

    `quota` is the parcels a day that a carrier takes in the peaks (0: as many as come); `fast`
    marks carriers within one city.
    """

    shares: Floats
    remote: Bools
    late: Floats
    quota: Ints
    fast: Bools

    def without(self, gone: Bools) -> Network:
        """Return the network without some carriers; the others take their parcels."""
        left = self.shares * ~gone
        return Network(
            left / left.sum(axis=1, keepdims=True), self.remote, self.late, self.quota, self.fast
        )


def names(table: str, column: str) -> tuple[str, ...]:
    """Return the keys of an input table."""
    return tuple(row[column] for row in read(table))


@cache
def network(size: float) -> Network:
    """Return the network of a company of `size` times the usual visits."""
    cities, carriers = names("cities", "city_id"), names("carriers", "carrier_id")
    shares = np.zeros((len(cities), len(carriers)))
    remote = np.zeros(shares.shape, dtype=bool)
    for row in read("carrier_cities"):
        place = cities.index(row["city_id"]), carriers.index(row["carrier_id"])
        shares[place] = float(row["share"])
        remote[place] = row["remote"] == "true"
    late = np.array([truth()[f"late_ratio_{name}"] for name in carriers])
    quota = [float(row["peak_quota"] or 0) * size for row in read("carriers")]
    fast = [row["same_city"] == "true" for row in read("carriers")]
    return Network(shares, remote, late, np.ceil(quota).astype(np.int64), np.array(fast))


def carriers(size: float) -> Columns:
    """Rows of the table of carriers; their quotas are agreed with the size of the shop."""
    rows = read("carriers")
    quota = network(size).quota

    def numbers(name: str) -> Floats:
        return np.array([float(row[name]) for row in rows])

    def text(name: str) -> Coded:
        return Coded(np.arange(len(rows)), names("carriers", name))

    return {
        **{name: text(name) for name in ("carrier_id", "name", "name_zh")},
        **{name: numbers(name) for name in ("first_kg", "further_kg")},
        "divisor": numbers("divisor").astype(np.int64),
        "remote_surcharge": numbers("remote_surcharge"),
        "peak_quota": np.where(quota > 0, quota, NOTHING),
        "promise_hours": numbers("promise_hours").astype(np.int64),
        "claim_limit": numbers("claim_limit"),
        "cash_fee": numbers("cash_fee"),
        "same_city": network(size).fast,
    }


def warehouses(world: World) -> Columns:
    """Rows of the table of warehouses; the rent goes with the size of the shop."""
    rows = read("warehouses")
    number = np.arange(len(rows))
    before = [row["opened_before"] for row in rows]  # days before the first one
    return {
        "warehouse_id": Coded(number, names("warehouses", "warehouse_id")),
        "name": Coded(number, names("warehouses", "name")),
        "city_id": Coded(number, names("warehouses", "city_id")),
        "ours": np.array([row["ours"] == "true" for row in rows]),
        "rent": np.ceil(np.array([float(row["rent"]) for row in rows]) * world.size),
        "handling": np.array([float(row["handling"]) for row in rows]),
        "opened_on": np.array([-int(days) if days else NOTHING for days in before]),
    }


def city_of(luck: Luck, person: Keys, region: Ints) -> Ints:
    """Draw the city of each person: one of the region's, by its share of the region's orders."""
    weights = np.zeros((len(REGIONS), len(read("cities"))))
    for number, row in enumerate(read("cities")):
        weights[REGIONS.index(row["region"]), number] = float(row["share"])
    return draw_in_rows(luck.uniform("person.city", person), weights, region)


def carried(
    world: World, state: State, who: Keys, person: Keys, region: Ints, way: Parcels
) -> Carried:
    """Draw city and carrier of the paid orders of a block, given their way."""
    every = network(world.size)
    city = city_of(world.luck, person, region)
    rows = np.arange(len(who))
    carrier = _drawn(world, every, "parcel.taken", who, city, region, way, rows)
    over = _over_quota(world, state, every, carrier, way.dispatched)
    others = every.without(every.quota > 0)
    carrier[over] = _drawn(world, others, "parcel.other_carrier", who, city, region, way, over)
    return Carried(city, carrier)


def _drawn(
    world: World,
    network: Network,
    purpose: str,
    who: Keys,
    city: Ints,
    region: Ints,
    way: Parcels,
    rows: Ints,
) -> Ints:
    """Draw the carrier of some parcels given whether each is late, or there the next day."""
    day = way.dispatched[rows] // DAY
    next_day = way.delivered[rows] // DAY == day + 1
    weights = _weights(
        network,
        city[rows],
        late_share(world, day, region[rows]),
        REGION_NEAR[region[rows]],
        way.late[rows],
        next_day,
    )
    chance = world.luck.uniform(purpose, who[rows])
    return draw_in_rows(chance, weights, np.arange(len(rows)))


def _weights(
    network: Network, city: Ints, late: Floats, near: Floats, is_late: Bools, next_day: Bools
) -> Floats:
    """Share of each carrier times the probability of what became of the parcel with it.

    `late` and `near` are what the region has on that day: the share that is late, and the part of
    the others that arrives the next day. Carriers within the city have a part of their own that
    does; the parts of the other carriers are alike and make up the rest.
    """
    share = network.shares[city]
    ratio = network.late / (share @ network.late)[:, None]
    in_time = share * (1 - late[:, None] * ratio)
    own = truth()["same_city_next_day"]
    rest = near * (1 - late) - own * (in_time * network.fast).sum(axis=1)
    usual = np.clip(rest / (in_time * ~network.fast).sum(axis=1), 0, 1)
    soon = np.where(network.fast, own, usual[:, None])
    not_late = in_time * np.where(next_day[:, None], soon, 1 - soon)
    return np.asarray(np.where(is_late[:, None], share * ratio, not_late))


def _over_quota(
    world: World, state: State, network: Network, carrier: Ints, dispatched: Ints
) -> Ints:
    """Return the parcels that their carrier does not take: in the peaks, beyond its quota."""
    day = dispatched // DAY
    limit = network.quota[carrier]
    bound = np.flatnonzero((limit > 0) & is_peak(world, day))
    bound = bound[np.argsort(dispatched[bound], kind="stable")]
    cell = day[bound] * len(network.quota) + carrier[bound]
    before = np.array([state.carried.get(one, 0) for one in cell.tolist()], dtype=np.int64)
    number = before + running_within(cell, np.ones(len(cell), dtype=np.int64))
    state.carried.update(zip(cell.tolist(), np.minimum(number, limit[bound]).tolist(), strict=True))
    return bound[number > limit[bound]]
