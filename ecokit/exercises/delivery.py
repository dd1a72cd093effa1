"""Exercises on delivery: a bill, carriers compared, a promise and its price, warehouses, cash."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pandas as pd

from ecokit import delivery as topic
from ecokit.errors import CourseError
from ecokit.exercises import sheet
from ecokit.inputs import intervals
from ecokit.messages import _
from ecokit.shop import Shop

HOURS = 72  # one promise for all carriers
WEEKS = 52  # of a year

BILLED = "E4"  # whose bill is asked for
CELL_CARRIER = "E1"  # whose bill the cell above works out
FAR = "C12"  # to this city
WEIGHT, LITRES, CASH = 3.4, 38.0, 1_260.0  # kilograms, litres, and yuan to collect
OTHER_DIVISOR = 8_000
PAIR = ("E4", "E3")  # who are compared; the page compares two others
SMALL_WEIGHT = 50  # cases of the usual rate laid beside few own ones
STEP, MORE = 0.015, 0.005  # how far a promise lies below the best one; half a point
CLEAR = 0.1  # of the price of half a point: what the lower promise costs at least
LOWER = 0.01  # how far below the best that can be kept the promise lies without a carrier
PER_100_KM = 0.05  # yuan a parcel
MARKETS, SPREAD, FACTOR = 4, 30, 1.64
GAINED, MOVED = 260, 540  # orders with cash: new ones, and such as would have been paid before
PRICE, MARGIN, THERE, BACK, FEE = 420, 0.14, 9.5, 14.0, 0.012
CALL, HEEDED = 0.6, 0.5  # yuan a call before dispatch; of those who would refuse, who cancel then
CELL_CASH = {
    **{"gained": 100, "moved": 300, "price": 600, "margin": 0.2, "refused": 0.1},
    **{"shipping": 9, "back": 12, "cash_fee": 0.015},
}
"""What the cell above the question of cash works out."""

FINE = 6_000  # yuan for a week below the platform's promise
BELOW = 0.03  # how far that promise lies below what the best carriers keep
LUCK, PLAYED = 7_204, 520  # ten years of weeks, of another luck than the shop's
NEAR_CARRIERS, NEAR_HOUSES = 1.065, 1.05  # what a plan that passes may cost over the best one


@lru_cache(maxsize=2)
def _week(shop: Shop) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the parcels of a week by city, and what each carrier costs and keeps there."""
    return topic.demand(shop, days=7), topic.lanes(shop, hours=HOURS)


def _city(shop: Shop, city: str) -> str:
    return str(shop.cities.set_index("city_id").loc[city, "name"])


def _terms(shop: Shop, carrier: str) -> pd.Series[Any]:
    return shop.carriers.set_index("carrier_id").loc[carrier]


# A bill ------------------------------------------------------------------------------------------


@sheet.number(
    id="delivery-bill",
    objective="delivery-bill",
    minutes=5,
    title=_("What does this parcel cost?"),
    unit="yuan",
    tolerance=0.05,
    mistakes={
        "weight_on_the_scale": _(
            "You billed the weight on the scale. The box is large: the carrier bills its volume, "
            "in kilograms, because that is more."
        ),
        "another_divisor": _(
            "You divided the volume by 8000, as other carriers do. This one divides by 6000."
        ),
        "rounded": _(
            "You rounded the kilograms. A started kilogram counts as a whole one: round up."
        ),
        "no_surcharge": _("The city is remote for this carrier: add its surcharge."),
        "no_cash_fee": _("The parcel is paid at the door, and the carrier keeps a share of that."),
        "first_for_each": _(
            "You paid the price of the first kilogram for each. Only one kilogram is the first."
        ),
        "scale_and_volume": _(
            "You added the weight and the volume. The larger of the two counts, not their sum."
        ),
    },
)
def bill(shop: Shop) -> sheet.Sheet:
    terms, shown = _terms(shop, BILLED), _terms(shop, CELL_CARRIER)
    divisor = float(terms["divisor"])

    def cost(kilograms: float, *, surcharge: float = 1.0, cash: float = CASH) -> float:
        told = topic.shipping_cost(
            kilograms,
            first_kg=terms["first_kg"],
            further_kg=terms["further_kg"],
            remote_surcharge=surcharge * terms["remote_surcharge"],
            remote=True,
            cash=cash,
            cash_fee=terms["cash_fee"],
        )
        return float(told)

    billed = float(topic.billed_weight(WEIGHT, LITRES, divisor=divisor))
    more = (billed - 1) * float(terms["first_kg"] - terms["further_kg"])
    return sheet.Sheet(
        prompt=_(
            "A parcel goes to **{city}** with {name} (**{id}**). It weighs {weight} kg, its box "
            "has {litres:g} litres, and the courier has to collect {cash} at the door. The carrier "
            "asks ¥{first:g} for the first kilogram, ¥{further:g} for each further one, ¥{far:g} "
            "more for this remote city, and {fee:g} % of the cash; it counts {divisor:,.0f} cm³ "
            "as a kilogram. What does it charge, in yuan?"
        ).format(
            city=_city(shop, FAR),
            name=terms["name"],
            id=BILLED,
            weight=WEIGHT,
            litres=LITRES,
            cash=sheet.yuan(CASH),
            first=terms["first_kg"],
            further=terms["further_kg"],
            far=terms["remote_surcharge"],
            fee=100 * terms["cash_fee"],
            divisor=divisor,
        ),
        case=(_city(shop, FAR), BILLED),
        right=cost(billed),
        wrong={
            "weight_on_the_scale": cost(WEIGHT),
            "another_divisor": cost(
                float(topic.billed_weight(WEIGHT, LITRES, divisor=OTHER_DIVISOR))
            ),
            "rounded": cost(round(LITRES * 1000 / divisor)),
            "no_surcharge": cost(billed, surcharge=0),
            "no_cash_fee": cost(billed, cash=0),
            "first_for_each": cost(billed) + more,
            "scale_and_volume": cost(
                float(topic.billed_weight(WEIGHT + LITRES * 1000 / divisor, divisor=divisor))
            ),
        },
        above={
            _("what the cell prints"): topic.shipping_cost(
                float(topic.billed_weight(0.8, 21, divisor=shown["divisor"])),
                cash=300,
                remote=True,
                first_kg=shown["first_kg"],
                further_kg=shown["further_kg"],
                remote_surcharge=shown["remote_surcharge"],
                cash_fee=shown["cash_fee"],
            ).item()
        },
        hints=(
            _("How many kilograms is the volume? Is that more than the scale says?"),
            _("Round the kilograms up. One is the first, the others are further ones."),
            _("Then add the surcharge and the share of the cash."),
        ),
        solution=_(
            "The larger of weight and volume, rounded up: one first kilogram, the rest further "
            "ones, the surcharge, and the share of the cash."
        ),
        code=f"""
            from ecokit import delivery
            terms = shop.carriers.set_index("carrier_id").loc["{BILLED}"]
            billed = delivery.billed_weight({WEIGHT}, {LITRES}, divisor=terms["divisor"])
            asked = terms[["first_kg", "further_kg", "remote_surcharge", "cash_fee"]].to_dict()
            float(delivery.shipping_cost(billed, remote=True, cash={CASH}, **asked))
        """,
    )


# Carriers compared -------------------------------------------------------------------------------


@sheet.number(
    id="delivery-alike",
    objective="delivery-compare",
    minutes=8,
    title=_("Who is better in the same cities?"),
    unit="points",
    tolerance=0.02,
    mistakes={
        "all_cities": _(
            "You compared all parcels of both. They do not go to the same cities: compare within "
            "each city, and weigh the cities alike."
        ),
        "cities_not_weighed": _(
            "You took the mean of the cities. A city with few parcels then counts as much as a "
            "large one: weigh each by the parcels of both."
        ),
        "only_what_came": _(
            "You left out the parcels that never came. A lost parcel is late, and the worst of all."
        ),
        "turned_round": _("The sign is turned: take the second carrier from the first."),
    },
)
def alike(shop: Shop) -> sheet.Sheet:
    first, second = PAIR
    found = topic.like_with_like(shop, among=[second, first], against=second, hours=HOURS)
    rows = found.set_index("carrier_id")
    counts = topic.punctuality(shop, by=["city_id", "carrier_id"], hours=HOURS)
    counts = counts[counts["carrier_id"].isin(PAIR)]
    wide = counts.pivot_table(index="city_id", columns="carrier_id", values=["parcels", "on_time"])
    both = wide.dropna()
    rates = both["on_time"] / both["parcels"]
    right = 100 * float(rows.loc[first, "difference"])
    return sheet.Sheet(
        prompt=_(
            "Compare the carriers **{first}** and **{second}** like with like: city by city, each "
            "city weighed by the parcels of both, {hours} hours as the promise for both, lost "
            "parcels counted as late. By how many percentage points is the share on time of "
            "{first} above that of {second}? Write a minus where it is below."
        ).format(first=first, second=second, hours=HOURS),
        case=(first, second, _("like with like")),
        right=right,
        wrong={
            "all_cities": 100 * float(rows.loc[first, "naive"] - rows.loc[second, "naive"]),
            "cities_not_weighed": 100 * float((rates[first] - rates[second]).mean()),
            "only_what_came": _only_what_came(shop),
            "turned_round": -right,
        },
        hints=(
            _("Which cities do both serve? Only there can they be compared."),
            _(
                'The cell above weighs both with the same parcels: write `strata = ["city_id"]`,'
                " and both carriers."
            ),
            _("`among` names the two carriers, `against` the one that the other is set against."),
        ),
        solution=_(
            "In each city that both serve: the difference of their rates. Then the mean of these, "
            "each weighed by the parcels of both."
        ),
        code=f"""
            from ecokit import delivery
            told = delivery.like_with_like(
                shop, among=["{second}", "{first}"], against="{second}", hours={HOURS}
            )
            100 * told.set_index("carrier_id").loc["{first}", "difference"]
        """,
    )


def _only_what_came(shop: Shop) -> float:
    first, second = PAIR
    came = {"deliveries": shop.deliveries[shop.deliveries["delivered_at"].notna()]}
    told = topic.like_with_like(came, among=[second, first], against=second, hours=HOURS)
    return 100 * float(told.set_index("carrier_id").loc[first, "difference"])


@sheet.number(
    id="delivery-few",
    objective="delivery-compare",
    minutes=5,
    title=_("What few parcels tell"),
    unit="share",
    tolerance=0.001,
    mistakes={
        "taken_at_its_word": _(
            "You took the rate of these few parcels at its word. Lay the usual parcels beside them."
        ),
        "lower_end": _(
            "This is the lower end of the interval. It says how bad it may be, not what to expect."
        ),
        "half_and_half": _(
            "You took the middle of the two rates. They do not weigh alike: weigh each by its "
            "parcels."
        ),
        "usual_ones_never_on_time": _(
            "You divided by all parcels, but counted the own ones on time alone. The usual ones "
            "are mostly on time, too."
        ),
        "the_usual_rate": _(
            "This is the usual rate. The own parcels say something, too, if not much."
        ),
    },
)
def few(shop: Shop) -> sheet.Sheet:
    counts = topic.punctuality(shop, by=["carrier_id", "city_id"], hours=HOURS)
    usual = round(float(counts["on_time"].sum() / counts["parcels"].sum()), 2)
    mine = counts[(counts["carrier_id"] == BILLED) & (counts["city_id"] == FAR)]
    if mine.empty:
        message = _("{carrier} has carried no parcel to {city} yet.")
        raise CourseError(message.format(carrier=BILLED, city=_city(shop, FAR)))
    k, n = int(mine["on_time"].iloc[0]), int(mine["parcels"].iloc[0])
    return sheet.Sheet(
        prompt=_(
            "**{carrier}** has carried {n} parcels to **{city}**, and {k} of them were there "
            "within {hours} hours. Over all pairs of a carrier and a city {usual:.0%} are usual. "
            "Let the usual rate weigh as much as {weight} parcels. Which share on time do you "
            "expect of this pair?"
        ).format(
            carrier=BILLED,
            n=n,
            city=_city(shop, FAR),
            k=k,
            hours=HOURS,
            usual=usual,
            weight=SMALL_WEIGHT,
        ),
        case=(BILLED, _city(shop, FAR)),
        right=(k + SMALL_WEIGHT * usual) / (n + SMALL_WEIGHT),
        wrong={
            "taken_at_its_word": k / n,
            "lower_end": float(intervals.wilson(k, n).low),
            "half_and_half": (k / n + usual) / 2,
            "usual_ones_never_on_time": k / (n + SMALL_WEIGHT),
            "the_usual_rate": usual,
        },
        hints=(
            _("Think of {n} more parcels, of which the usual share is on time.").format(
                n=SMALL_WEIGHT
            ),
            _("On time of both together, over parcels of both together."),
        ),
        solution=_(
            "Own parcels on time plus the usual rate times its weight, over own parcels plus the "
            "weight: (k + {weight} × usual) / (n + {weight})."
        ).format(weight=SMALL_WEIGHT),
        code=f"""
            from ecokit import delivery
            seen = delivery.punctuality(shop, by=["carrier_id", "city_id"], hours={HOURS})
            usual = round(seen["on_time"].sum() / seen["parcels"].sum(), 2)
            mine = seen.query("carrier_id == '{BILLED}' and city_id == '{FAR}'").iloc[0]
            (mine["on_time"] + {SMALL_WEIGHT} * usual) / (mine["parcels"] + {SMALL_WEIGHT})
        """,
    )


# A promise ---------------------------------------------------------------------------------------


def _best_share(shop: Shop, **limits: Any) -> float:
    """Return the highest share on time that can be promised, in half points."""
    needed, lanes = _week(shop)
    found = topic.choose_carriers(
        needed, lanes.assign(cost=100 * (1 - lanes["on_time"])), 0, **limits
    )
    return math.floor(200 * found.share) / 200


@sheet.number(
    id="delivery-point",
    objective="delivery-choose",
    minutes=8,
    title=_("What does half a point cost?"),
    unit="yuan a week",
    rel_tolerance=0.01,
    mistakes={
        "a_whole_point": _(
            "This is the price of a whole point. The two promises lie half a point apart: take the "
            "difference of the two costs."
        ),
        "without_the_quota": _(
            "You let the carrier take all that you would give it. It takes no more than its quota."
        ),
        "from_the_cheapest_plan": _(
            "You compared with the cheapest plan of all. Asked is one step, from the first promise "
            "to the second."
        ),
        "whole_cost": _("This is what the second plan costs. Take off what the first one costs."),
        "whole_cities": _(
            "You gave each city to one carrier. Here the parcels of a city may go to several."
        ),
    },
)
def point(shop: Shop) -> sheet.Sheet:
    needed, lanes = _week(shop)
    high = round(_best_share(shop, split=True) - STEP, 4)
    carrier, quota = _busiest(topic.choose_carriers(needed, lanes, high, split=True))
    quotas = {carrier: quota}
    limits: dict[str, Any] = {"quotas": quotas, "split": True}

    def cost(promise: float, **given: Any) -> float:
        return topic.choose_carriers(needed, lanes, promise, **given).cost

    high = _above_the_cheapest(lambda share: cost(share, **limits), high)
    low = round(high - MORE, 4)
    right = cost(high, **limits) - cost(low, **limits)
    free = cost(high, split=True) - cost(low, split=True)
    return sheet.Sheet(
        prompt=_(
            "**{carrier}** takes no more than **{quota:.0f} parcels a week**; the parcels of a "
            "city may go to several carriers. What does it cost more in a week to promise "
            "{high:.1%} within {hours} hours, and not {low:.1%}?"
        ).format(carrier=carrier, quota=quota, high=high, low=low, hours=HOURS),
        case=(carrier, _("{quota:.0f} parcels a week").format(quota=quota)),
        right=right,
        wrong={
            "a_whole_point": 2 * right,
            "without_the_quota": free,
            "from_the_cheapest_plan": cost(high, **limits) - cost(0, **limits),
            "whole_cost": cost(high, **limits),
            "whole_cities": _whole_cities(shop, low, high, quotas),
        },
        hints=(
            _("Two plans, one for each promise. What does each cost?"),
            _(
                "In the first cell of this section write `split=True` and the quota behind "
                "`promise`, as the text above it shows. Then write one promise after the other: it "
                "prints what the plan costs."
            ),
        ),
        solution=_("The cost of the plan with the higher promise, less that of the lower one."),
        code=f"""
            from ecokit import delivery
            needed, lanes = delivery.demand(shop, days=7), delivery.lanes(shop, hours={HOURS})
            limits = dict(quotas={{"{carrier}": {quota:.0f}}}, split=True)
            high = delivery.choose_carriers(needed, lanes, {high:.4g}, **limits).cost
            high - delivery.choose_carriers(needed, lanes, {low:.4g}, **limits).cost
        """,
    )


def _above_the_cheapest(cost: Callable[[float], float], high: float) -> float:
    """Return the first promise from `high` on below which half a point less costs something, too.

    Where the cheapest plan keeps the lower promise anyway, one step is the whole way.
    """
    cheapest = cost(0.0)
    for share in (round(high + step * MORE, 4) for step in range(round(STEP / MORE))):
        try:
            low, top = cost(share - MORE), cost(share)
        except CourseError:  # cannot be kept with the quota
            break
        if low - cheapest > CLEAR * (top - low):
            return share
    return high


def _busiest(plan: topic.CarrierPlan) -> tuple[str, float]:
    """Return the carrier with most parcels of a plan, and half of them as its quota."""
    carried = plan.table.groupby("carrier_id")["parcels"].sum()
    return str(carried.idxmax()), max(round(carried.max() / 2, -1), 1.0)


def _whole_cities(shop: Shop, low: float, high: float, quotas: dict[str, float]) -> float | None:
    needed, lanes = _week(shop)
    try:
        plans = [topic.choose_carriers(needed, lanes, p, quotas=quotas) for p in (low, high)]
    except CourseError:  # whole cities cannot keep it
        return None
    return plans[1].cost - plans[0].cost


@sheet.number(
    id="delivery-without",
    objective="delivery-choose",
    minutes=8,
    title=_("A carrier falls out"),
    unit="yuan a year",
    rel_tolerance=0.005,
    mistakes={
        "its_freight": _(
            "This is what the carrier is paid in a year. Its parcels have to be carried by others: "
            "only what these ask more is lost."
        ),
        "a_week": _("This is a week. Asked is a year of 52 weeks."),
        "cheapest_other": _(
            "You gave each of its cities to the cheapest other carrier. Then the promise is not "
            "kept any more: choose anew, for all cities."
        ),
        "no_promise": _(
            "You compared the cheapest plans, without a promise. The promise has to be kept with "
            "the carrier and without it."
        ),
    },
)
def without(shop: Shop) -> sheet.Sheet:
    needed, lanes = _week(shop)
    promise = round(_best_share(shop) - LOWER - 0.005, 3)
    plan = topic.choose_carriers(needed, lanes, promise)
    told = topic.without_each(needed, lanes, promise)
    missed = told[told["possible"].astype(bool) & (told["extra"] > 1)]
    if missed.empty:
        raise CourseError(_("No carrier of this shop is dear to miss: all plans cost the same."))
    row = missed.iloc[-1]
    carrier = str(row["carrier_id"])
    mine = plan.table[plan.table["carrier_id"] == carrier]
    others = lanes[lanes["carrier_id"] != carrier].groupby("city_id")["cost"].min()
    moved = (mine["parcels"] * (mine["city_id"].map(others) - mine["cost"])).sum()
    cheap = topic.without_each(needed, lanes, 0).set_index("carrier_id")["extra"]
    return sheet.Sheet(
        prompt=_(
            "You promise that **{promise:.1%}** of the parcels come within {hours} hours, and each "
            "city goes to one carrier. **{carrier}** tells you that it will not carry for you any "
            "more. What does it cost you more in a year of {weeks} weeks to keep the promise "
            "without it?"
        ).format(promise=promise, hours=HOURS, carrier=carrier, weeks=WEEKS),
        case=(carrier, f"{promise:.1%}"),
        right=WEEKS * row["extra"],
        wrong={
            "its_freight": WEEKS * (mine["parcels"] * mine["cost"]).sum(),
            "a_week": row["extra"],
            "cheapest_other": WEEKS * moved,
            "no_promise": WEEKS * cheap[carrier],
        },
        hints=(
            _("Two plans that keep the same promise: with the carrier, and without it."),
            _(
                "Write this promise into the first cell of this section, and run the cells down to"
                " the one above: `extra` is for a week."
            ),
        ),
        solution=_(
            "The cost of the best plan without the carrier, less that of the best plan with it, "
            "times the weeks of a year."
        ),
        code=f"""
            from ecokit import delivery
            needed, lanes = delivery.demand(shop, days=7), delivery.lanes(shop, hours={HOURS})
            told = delivery.without_each(needed, lanes, {promise:.4g}).set_index("carrier_id")
            {WEEKS} * told.loc["{carrier}", "extra"]
        """,
    )


class _World:
    """What carriers really are, as the simulator knows, and what a year of a plan costs there."""

    def __init__(self, shop: Shop) -> None:
        self.needed, self.lanes = _week(shop)
        self.true = true_lanes(shop, self.lanes)
        self.top = _best_share(shop, split=True)
        self.promise = round(self.top - BELOW, 2)
        sites, serving = _places(shop, PER_100_KM)
        houses = topic.by_number(sites, serving, keep=_ours(shop)).set_index("count")
        self.houses: pd.Series[float] = houses["cost"]
        self.cheapest = float(houses.sort_values("cost").index[0])  # so many warehouses
        self._years: dict[float, tuple[float, float] | None] = {}

    def year(self, planned: float) -> tuple[float, float] | None:
        """Return yuan of a year with its fines, and the share of weeks kept; None: no plan."""
        if planned not in self._years:
            self._years[planned] = self._played(planned)
        return self._years[planned]

    def _played(self, planned: float) -> tuple[float, float] | None:
        try:
            plan = topic.choose_carriers(self.needed, self.lanes, planned / 100, split=True)
        except CourseError:
            return None
        weeks = topic.play_weeks(plan, self.true, weeks=PLAYED, seed=LUCK)
        kept = float((weeks["share"] >= self.promise - 1e-9).mean())
        return WEEKS * (plan.cost + FINE * (1 - kept)), kept

    def house(self, plan: sheet.PlanAnswer) -> float:
        """Return yuan of a year for so many warehouses, or for all that there are."""
        return float(self.houses[min(round(plan["warehouses"]), max(self.houses.index))])

    def best(self) -> dict[str, float]:
        """Return the plan that costs least in this world, fines counted."""
        halves = range(round(200 * self.promise), round(200 * self.top) + 1)
        known = {half / 2: told[0] for half in halves if (told := self.year(half / 2)) is not None}
        return {
            "planned": min(known, key=lambda p: known[p]),
            "warehouses": self.cheapest,
        }


def true_lanes(shop: Shop, lanes: pd.DataFrame) -> pd.DataFrame:
    """Return the lanes with the rates on time that carriers really have.

    Late shares of carriers stand in a fixed ratio in each city, which the simulator knows; how many
    are late in a city is counted.
    """
    ratio = {name: float(shop.truth[f"late_ratio_{name}"]) for name in lanes["carrier_id"].unique()}
    seen = topic.punctuality(shop, by=["city_id", "carrier_id"], hours=HOURS)
    weighed = seen["parcels"] * seen["carrier_id"].map(ratio)
    scale = seen.groupby("city_id")["late"].sum() / weighed.groupby(seen["city_id"]).sum()
    late = lanes["city_id"].map(scale) * lanes["carrier_id"].map(ratio)
    return lanes.assign(on_time=1 - late.clip(upper=1.0))


@lru_cache(maxsize=1)
def _world(shop: Shop) -> _World:
    return _World(shop)


@sheet.plan(
    id="delivery-promise",
    objective="delivery-choose",
    minutes=12,
    title=_("Carriers and warehouses for a promise"),
    fields=(
        sheet.Field("planned", _("Plan for this share on time, per cent"), 80, 98, 0.5, 85, "%"),
        sheet.Field("warehouses", _("Warehouses open"), 1, 7, 1, 1),
    ),
    mistakes={
        "cannot_be_kept": _(
            "No choice of carriers is that good. Plan for less, or the plan does not exist."
        ),
        "on_average": _(
            "You planned for the promise, and no more. Then luck breaks it in about every second "
            "week. Plan with a margin."
        ),
        "cheapest": _(
            "You planned for far less than was promised. The fines cost more than the carriers "
            "save."
        ),
        "a_warehouse_everywhere": _(
            "You opened too many warehouses. Each city is near to one, and the rents eat what the "
            "short ways save."
        ),
        "too_few_warehouses": _(
            "You opened too few warehouses. One more costs less in rent than it saves in ways."
        ),
    },
)
def promise(shop: Shop) -> sheet.PlanSheet:
    world = _world(shop)
    best = world.best()
    least = world.house(best)
    most = float(world.houses.max())
    carriers = _yuan_of(world.year(best["planned"]))
    cheapest = _yuan_of(world.year(80.0))

    def score(plan: sheet.PlanAnswer) -> sheet.Score:
        year = world.year(plan["planned"])
        if year is None:
            line = _("No choice of carriers keeps {share:.1f} %.").format(share=plan["planned"])
            return sheet.Score(0, False, (line,))
        house = world.house(plan)
        passed = year[0] <= NEAR_CARRIERS * carriers and house <= NEAR_HOUSES * least
        points = _part(year[0], carriers, cheapest) + _part(house, least, most)
        told = {"kept": year[1], "cost": sheet.yuan(year[0]), "best": sheet.yuan(carriers)}
        told |= {"house": sheet.yuan(house), "least": sheet.yuan(least)}
        lines = (
            _("In ten years of other luck the promise is kept in {kept:.0%} of the weeks."),
            _("Carriers and fines cost {cost} a year; with the best plan {best}."),
            _("Warehouses and ways cost {house} a year; with the best plan {least}."),
        )
        shown = 100 if passed else min(79, round(points))
        return sheet.Score(shown, passed, tuple(line.format(**told) for line in lines))

    def plan(planned: float, houses: float = best["warehouses"]) -> sheet.PlanAnswer:
        return {"planned": planned, "warehouses": houses}

    asked = round(100 * world.promise, 1)
    return sheet.PlanSheet(
        prompt=_promise_prompt(world),
        case=(f"{world.promise:.0%}", sheet.yuan(FINE)),
        right=best,
        score=score,
        wrong={
            "cannot_be_kept": plan(98),
            "on_average": plan(asked),
            "cheapest": plan(80),
            "a_warehouse_everywhere": plan(best["planned"], float(world.houses.index.max())),
            "too_few_warehouses": plan(best["planned"], 1) if best["warehouses"] > 1 else None,
        },
        detects={
            "cannot_be_kept": lambda p: world.year(p["planned"]) is None,
            "cheapest": lambda p: p["planned"] < asked - 0.25,
            "on_average": lambda p: p["planned"] < asked + 0.75,
            "a_warehouse_everywhere": lambda p: p["warehouses"] > best["warehouses"],
            "too_few_warehouses": lambda p: p["warehouses"] < best["warehouses"],
        },
        hints=(
            _(
                "By how much does a week's share swing by luck? The cell on bad weeks tells, under"
                " “A promise”."
            ),
            _("Lay the price of one more point beside the fine for a week that is broken."),
            _(
                "Under “Where the goods stand” a figure has the cost of each number of warehouses:"
                " write this cost of a way there."
            ),
        ),
        solution=_(
            "Plan more than one standard deviation of a week above the promise: rates that were "
            "measured are a little too good, too, since the plan picks the best of them. And open "
            "as many warehouses as cost least, ours among them. Judged is how carriers really "
            "are, in weeks of other luck; a plan passes that comes near the best one."
        ),
        code=f"""
            {best}
        """,
    )


def _yuan_of(year: tuple[float, float] | None) -> float:
    """Return the yuan of a year whose plan exists."""
    return math.inf if year is None else year[0]


def _part(told: float, best: float, worst: float) -> float:
    """Return up to 50 points: all for the best, none for the worst."""
    return 50 * min(1.0, max(0.0, (worst - told) / (worst - best))) if worst > best else 50.0


def _promise_prompt(world: _World) -> str:
    return _(
        "A platform asks that **{promise:.0%}** of the parcels of each week come within {hours} "
        "hours; a week below that costs **{fine}**. For which share do you plan, with the cheapest "
        "carriers that are expected to keep it? The parcels of a city may go to several. And how "
        "many warehouses are open, ours in Shanghai among them, the others where they save most? "
        "A way costs ¥{km:g} a parcel for each 100 km; rents and handling stand in "
        "`shop.warehouses`. "
        "It is judged with carriers as they really are, in weeks of another luck."
    ).format(promise=world.promise, hours=HOURS, fine=sheet.yuan(FINE), km=PER_100_KM)


# Warehouses --------------------------------------------------------------------------------------


def _ours(shop: Shop) -> list[str]:
    sites = shop.warehouses
    return [str(one) for one in sites.loc[sites["ours"].astype(bool), "warehouse_id"]]


def _places(shop: Shop, per_100_km: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return warehouses with their rent of a year, and what serving each city costs in a year."""
    sites = shop.warehouses[["warehouse_id"]].assign(fixed=12.0 * shop.warehouses["rent"])
    serving = topic.serving_costs(shop, topic.demand(shop, days=365), per_100_km=per_100_km)
    return sites, serving


@sheet.number(
    id="delivery-warehouses",
    objective="delivery-place",
    minutes=8,
    title=_("Which warehouses to open"),
    unit="yuan a year",
    rel_tolerance=0.005,
    mistakes={
        "nearest_for_each": _(
            "You opened the nearest warehouse for every city. Add the rents: some of them do not "
            "earn it."
        ),
        "ours_closed": _(
            "You closed our own warehouse. Its lease runs on: it has to be among the open ones."
        ),
        "rent_of_a_month": _("You took the rent of a month, and the parcels of a year."),
        "rent_left_out": _("You left the rents out. This is only what serving the cities costs."),
        "only_ours": _(
            "This is our own warehouse alone. Does another one save more than it costs?"
        ),
    },
)
def warehouses(shop: Shop) -> sheet.Sheet:
    sites, serving = _places(shop, PER_100_KM)
    ours = _ours(shop)
    plan = topic.choose_warehouses(sites, serving, keep=ours)
    near = serving.loc[serving.groupby("city_id")["km"].idxmin()]
    open_there = sites["warehouse_id"].isin([*near["warehouse_id"], *ours])
    month = topic.choose_warehouses(sites.assign(fixed=sites["fixed"] / 12), serving, keep=ours)
    return sheet.Sheet(
        prompt=_(
            "All parcels of a year of 365 days leave from warehouses that you choose. Ours in "
            "Shanghai stays, its lease runs. Rents and handling stand in "
            "`shop.warehouses`, and a way costs **¥{km:g} a parcel for each 100 km**. "
            "What do the warehouses of the cheapest "
            "choice cost in a year: rents, handling and ways?"
        ).format(km=PER_100_KM),
        case=(_("¥{km:g} a parcel for each 100 km").format(km=PER_100_KM),),
        right=plan.cost,
        wrong={
            "nearest_for_each": sites.loc[open_there, "fixed"].sum() + near["cost"].sum(),
            "ours_closed": topic.choose_warehouses(sites, serving).cost,
            "rent_of_a_month": month.cost,
            "rent_left_out": plan.serving,
            "only_ours": topic.choose_warehouses(sites, serving, count=len(ours), keep=ours).cost,
        },
        hints=(
            _("A warehouse more costs its rent, and saves ways to the cities near it."),
            _(
                "In the cell above write this cost of a way: the figure tries one, two, three, "
                "..., and the next cell says what the best choice costs."
            ),
        ),
        solution=_(
            "Of all choices with ours among the open ones, the one with the least sum of rents and "
            "of serving each city from the open warehouse that serves it cheapest."
        ),
        code=f"""
            from ecokit import delivery
            sites = shop.warehouses[["warehouse_id"]].assign(fixed=12.0 * shop.warehouses["rent"])
            needed = delivery.demand(shop, days=365)
            serving = delivery.serving_costs(shop, needed, per_100_km={PER_100_KM})
            delivery.choose_warehouses(sites, serving, keep={ours}).cost
        """,
    )


@sheet.number(
    id="delivery-stock",
    objective="delivery-place",
    minutes=5,
    title=_("One stock or four"),
    unit="units",
    rel_tolerance=0.005,
    mistakes={
        "peaks_apart": _(
            "You took the peaks as independent, and halved the stock. These markets rise and fall "
            "together: their peaks do not cancel."
        ),
        "no_pooling": _(
            "This is the stock of four warehouses. One for all needs a little less, as long as not "
            "every peak is common."
        ),
        "one_market": _("This is the stock of one market. Asked is one stock for all four."),
        "no_factor": _("You forgot the factor: so many standard deviations are kept."),
        "mean_of_both": _(
            "You took the correlation as the share of the stock that stays. It stands below a root."
        ),
    },
)
def stock(shop: Shop) -> sheet.Sheet:
    told = topic.demand_correlation(shop)["with_each"].dropna()
    together = round(float(told.mean()), 2)
    given = {"markets": MARKETS, "factor": FACTOR}
    found = topic.pooled_safety_stock(SPREAD, correlation=together, **given)
    return sheet.Sheet(
        prompt=_(
            "Four markets, each with a standard deviation of **{spread} units** over its lead "
            "time. Any two of them correlate by {r:.2f}, as any two of your cities do on average. "
            "Safety stock is {factor:g} standard deviations. How many units does **one "
            "warehouse for all four** keep as safety stock?"
        ).format(spread=SPREAD, r=together, factor=FACTOR),
        case=(_("{spread} units").format(spread=SPREAD), _("one warehouse for all four")),
        right=found.pooled,
        wrong={
            "peaks_apart": topic.pooled_safety_stock(SPREAD, **given).pooled,
            "no_pooling": found.split,
            "one_market": FACTOR * SPREAD,
            "no_factor": found.pooled / FACTOR,
            "mean_of_both": found.split * together,
        },
        hints=(
            _("The variance of a sum: the variances, and twice each covariance."),
            _("Pooled over split is sqrt(n (1 + (n - 1) r)) / n."),
        ),
        solution=_(
            "Split, the four keep 4 × factor × spread. Pooled, that is multiplied by "
            "sqrt(4 (1 + 3 r)) / 4."
        ),
        code=f"""
            from ecokit import delivery
            r = round(delivery.demand_correlation(shop)["with_each"].mean(), 2)
            delivery.pooled_safety_stock(
                {SPREAD}, correlation=r, markets={MARKETS}, factor={FACTOR}
            ).pooled
        """,
    )


# At the door -------------------------------------------------------------------------------------


@sheet.number(
    id="delivery-cash",
    objective="delivery-door",
    minutes=8,
    title=_("Cash at the door"),
    unit="yuan",
    rel_tolerance=0.01,
    mistakes={
        "no_refusals": _(
            "You let nobody refuse. Some do, and their parcels travel twice and earn nothing."
        ),
        "only_new_refuse": _(
            "You let only the new orders be refused. Whoever pays at the door can refuse, and an "
            "order that moved to it loses a margin that was sure."
        ),
        "moved_as_gained": _(
            "You counted all orders with cash as new. Most would have been paid in advance, and "
            "bring no new sale."
        ),
        "no_way_back": _("You left out the way back: a refused parcel travels twice."),
        "rate_of_all_parcels": _(
            "You took the share of refusals among all parcels. Among those with cash it is far "
            "higher."
        ),
        "no_fee": _("You left out the share of the cash that the carrier keeps."),
    },
)
def cash(shop: Shop) -> sheet.Sheet:
    told = topic.outcomes(shop, by="cash_on_delivery").set_index("cash_on_delivery")
    if True not in told.index:
        raise CourseError(_("No parcel of this shop was paid at the door."))
    refused = float(told.loc[True, "rate"])
    every = float(told["refused"].sum() / told["parcels"].sum())
    given = {
        "price": PRICE,
        "margin": MARGIN,
        "refused": refused,
        "shipping": THERE,
        "back": BACK,
        "cash_fee": FEE,
    }

    def profit(gained: float = GAINED, moved: float = MOVED, **other: float) -> float:
        return topic.cash_on_delivery(gained, moved, **(given | other)).profit

    naive = topic.cash_on_delivery(GAINED, MOVED, **given).naive
    return sheet.Sheet(
        prompt=_(
            "Cash at the door would bring **{gained} new orders**, and {moved} orders that would "
            "have been paid in advance move to it. An order of {price} leaves {margin:.0%} after "
            "the goods; the way there costs ¥{there}, the way back of a refused parcel ¥{back}, "
            "and the carrier keeps {fee:.1%} of the cash. Take the share of refusals that your "
            "shop has among parcels with cash. What does it bring, compared with having no cash at "
            "the door?"
        ).format(
            gained=GAINED,
            moved=MOVED,
            price=sheet.yuan(PRICE),
            margin=MARGIN,
            there=THERE,
            back=BACK,
            fee=FEE,
        ),
        case=(_("{gained} new orders").format(gained=GAINED),),
        right=profit(),
        wrong={
            "no_refusals": naive,
            "only_new_refuse": profit(moved=0) + profit(gained=0, refused=0.0),
            "moved_as_gained": profit(GAINED + MOVED, 0),
            "no_way_back": profit(back=0),
            "rate_of_all_parcels": profit(refused=every),
            "no_fee": profit(cash_fee=0),
        },
        above={_("what the cell prints"): topic.cash_on_delivery(**CELL_CASH).profit},
        hints=(
            _("Which of these orders are new? The others only cost more."),
            _("A refused order earns no margin and pays no fee; its parcel goes back."),
            _(
                "The first table under “At the door” has the share that is refused, with cash and "
                "without."
            ),
        ),
        solution=_(
            "New orders leave margin less fee and the way; moved ones only cost the fee. Of all of "
            "them the refused share loses the margin, pays the way back, and saves the fee."
        ),
        code=f"""
            from ecokit import delivery
            told = delivery.outcomes(shop, by="cash_on_delivery").set_index("cash_on_delivery")
            delivery.cash_on_delivery(
                {GAINED}, {MOVED}, price={PRICE}, margin={MARGIN}, refused=told.loc[True, "rate"],
                shipping={THERE}, back={BACK}, cash_fee={FEE},
            ).profit
        """,
    )


@sheet.choice(
    id="delivery-law",
    objective="delivery-law",
    minutes=6,
    title=_("Fewer refusals, within the law"),
    options=("label", "rule", "call", "leave"),
)
def law(shop: Shop) -> sheet.ChoiceSheet:
    told = topic.outcomes(shop, by="cash_on_delivery").set_index("cash_on_delivery")
    if True not in told.index:
        raise CourseError(_("No parcel of this shop was paid at the door."))
    n = int(told.loc[True, "parcels"])
    saved = float(told.loc[True, "rate"]) * HEEDED * (THERE + BACK)
    numbers = {"saved": f"¥{saved:.2f}", "call": f"¥{CALL:.2f}"}
    worth = _(
        "A call spares {saved} of ways on average and costs {call}. Label and seven days stay as "
        "the law has them."
    ).format(**numbers)
    dear = _(
        "A call spares {saved} of ways on average and costs {call}: compare these two for each "
        "parcel with cash."
    ).format(**numbers)
    return sheet.ChoiceSheet(
        prompt=_(
            "In the year {n:,} parcels **with cash at the door** came to their end; look up the "
            "share that was refused. A refused one costs ¥{there:.2f} for the way there and "
            "¥{back:.2f} "
            "for the way back. Three proposals: the carrier prints on each label what is in the "
            "box and how often its receiver has refused; the shop writes that who has looked into "
            "the box and paid at the door has **no seven days** to send it back; or you call each "
            "of them before the parcel leaves, at {call} a call, and {heeded:.0%} of those who "
            "would refuse cancel then. Read what the law says on the page. What do you do?"
        ).format(n=n, there=THERE, back=BACK, call=numbers["call"], heeded=HEEDED),
        case=(_("with cash at the door"), _("no seven days")),
        right="call" if saved > CALL else "leave",
        options={
            "label": _("Let the carrier print it, with an agreement on the data"),
            "rule": _("Write the rule: they could look before they paid"),
            "call": _("Call them: that saves more than it costs"),
            "leave": _("Leave it: the first two are not allowed, and calls cost too much"),
        },
        reasons={
            "label": _(
                "On the label stands no more than name, address and telephone number. An agreement "
                "is needed for what you hand over for the work; it does not widen the label."
            ),
            "rule": _(
                "Who buys online has seven days from receiving the goods. The exceptions are kinds "
                "of goods; how they were paid, and a look at the door, are not among them."
            ),
            "call": worth if saved > CALL else dear,
            "leave": dear
            if saved > CALL
            else _(
                "A call spares {saved} of ways on average and costs {call}. What the law forbids "
                "is no way out, either."
            ).format(**numbers),
        },
        hints=(
            _(
                "First strike out what the law forbids: what may a label show, and who has no "
                "seven days?"
            ),
            _(
                "The first table under “At the door” has the share that is refused, with cash and "
                "without."
            ),
            _(
                "What does a call save on average: the share refused, of whom so many cancel, "
                "times both ways?"
            ),
        ),
        solution=_(
            "Two of the proposals fall by the law, whatever they save. The third one is a sum: "
            "share refused × share that cancels × both ways, against the cost of a call."
        ),
        code=f"""
            from ecokit import delivery
            told = delivery.outcomes(shop, by="cash_on_delivery").set_index("cash_on_delivery")
            saved = told.loc[True, "rate"] * {HEEDED} * ({THERE} + {BACK})
            "call" if saved > {CALL} else "leave"
        """,
    )
