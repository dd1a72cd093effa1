"""The strategies lab: one product, one strategy, its parameters, and all strategies beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.figure import Figure

from ecokit import strategies as topic
from ecokit.explore.lab import Choice, Control, Lab, Slider, Told, steps, table
from ecokit.messages import _
from ecokit.plots import strategies as plots
from ecokit.strategies.demand import Demand
from ecokit.strategies.outcome import NAMES, Outcome

if TYPE_CHECKING:
    from ecokit.shop import Shop

TITLE = _("Price strategies lab")
PRODUCTS = 8
TWIN = (
    "personalised",
    "prestige",
    "automatic",
    "discount",
    "life_cycle",
    "auction",
    "name_your_price",
    "penetration",
    "collaborative",
)
"""The nine frames of the static twin, one a strategy of slide 20."""

_Values = Mapping[str, Any]


class Product(NamedTuple):
    """A product of the lab: name, base price and unit cost in yuan, its customers of a year."""

    name: str
    price: float
    cost: float
    demand: Demand


class Strategy(NamedTuple):
    """A strategy of the lab: its knobs, and what it does with a product and their values."""

    knobs: dict[str, Slider]
    run: Callable[[Product, _Values], Outcome]


def _knob(label: str, low: float, high: float, start: float, step: float = 1) -> Slider:
    return Slider(label, steps(low, high, step), start)


STRATEGIES: dict[str, Strategy] = {
    "one_price": Strategy(
        {"price": _knob(_("Price, % of the base price"), 80, 140, 100)},
        lambda x, v: topic.one_price(x.demand, x.cost, x.price * v["price"] / 100),
    ),
    "personalised": Strategy(
        {
            "segments": _knob(_("Segments"), 1, 10, 3),
            "error": _knob(_("Error of the shop's guess, %"), 0, 30, 0),
        },
        lambda x, v: topic.personalised(x.demand, x.cost, v["segments"], error=v["error"] / 100),
    ),
    "prestige": Strategy(
        {
            "price": _knob(_("Price, % of the base price"), 90, 180, 125),
            "premium": _knob(_("Premium of the reputation, %"), 0, 30, 8),
            "pull": _knob(_("WTP per yuan of price, %"), 0, 120, 30, 5),
        },
        lambda x, v: topic.prestige(
            x.demand,
            x.cost,
            x.price * v["price"] / 100,
            reference=x.price,
            premium=v["premium"] / 100,
            pull=v["pull"] / 100,
        ),
    ),
    "automatic": Strategy(
        {
            "mine": _knob(_("We ask: % of their price"), 90, 130, 99, 0.5),
            "theirs": _knob(_("They ask: % of our price"), 90, 110, 100, 0.5),
            "rounds": _knob(_("Rounds"), 2, 100, 30),
        },
        lambda x, v: topic.automatic(
            x.demand,
            x.cost,
            topic.Rule(v["mine"] / 100, floor=x.cost),
            topic.Rule(v["theirs"] / 100, floor=x.cost),
            start=x.price,
            rounds=v["rounds"],
        ),
    ),
    "haggling": Strategy(
        {"power": _knob(_("Bargaining power of the shop, %"), 0, 100, 50, 5)},
        lambda x, v: topic.haggling(x.demand, x.cost, v["power"] / 100),
    ),
    "free_trial": Strategy(
        {
            "liking": _knob(_("Customers who will like it, %"), 30, 100, 70, 5),
            "trial": _knob(_("Cost of a trial, % of the unit cost"), 0, 20, 2, 0.5),
        },
        lambda x, v: topic.free_trial(
            x.demand, x.cost, v["liking"] / 100, trial_cost=x.cost * v["trial"] / 100
        ),
    ),
    "discount": Strategy(
        {
            "cut": _knob(_("Discount, %"), 0, 25, 6),
            "length": _knob(_("Length, % of the year"), 5, 50, 25, 5),
            "pulled": _knob(_("Units pulled from later, %"), 0, 80, 30, 5),
        },
        lambda x, v: topic.discount(
            x.demand,
            x.cost,
            v["cut"] / 100,
            price=x.price,
            length=v["length"] / 100,
            pulled=v["pulled"] / 100,
        ),
    ),
    "life_cycle": Strategy(
        {
            "launch": _knob(_("Launch price, % of the base price"), 90, 140, 115),
            "months": _knob(_("Months until the cut"), 1, 11, 5),
            "later": _knob(_("Later price, % of the base price"), 80, 120, 100),
        },
        lambda x, v: topic.life_cycle(
            x.demand,
            x.cost,
            topic.path(x.price * v["launch"] / 100, x.price * v["later"] / 100, v["months"], 12),
            innovation=0.2,
            imitation=0.5,
            ageing=0.01,
        ),
    ),
    "auction": Strategy(
        {
            "bidders": _knob(_("Bidders in an auction"), 2, 20, 5),
            "units": _knob(_("Units in an auction"), 1, 10, 1),
            "reserve": _knob(_("Reserve, % of the base price"), 0, 125, 100, 5),
        },
        lambda x, v: topic.auction(
            x.demand,
            x.cost,
            v["bidders"],
            units=min(v["units"], v["bidders"] - 1),
            reserve=x.price * v["reserve"] / 100,
            auctions=8000,
        ),
    ),
    "name_your_price": Strategy(
        {
            "threshold": _knob(_("Hidden threshold, % of the base price"), 85, 120, 100),
            "bids": _knob(_("Bids allowed"), 1, 5, 2),
            "rebid": _knob(_("Trouble of another bid, % of the base price"), 0, 2, 0.2, 0.1),
        },
        lambda x, v: topic.name_your_price(
            x.demand,
            x.cost,
            x.price * v["threshold"] / 100,
            believed=(0.85 * x.price, 1.2 * x.price),
            bids=v["bids"],
            rebid_cost=x.price * v["rebid"] / 100,
        ),
    ),
    "penetration": Strategy(
        {
            "launch": _knob(_("Launch price, % of the base price"), 70, 120, 90),
            "network": _knob(_("Worth more if all use it, %"), 0, 100, 50, 5),
            "rate": _knob(_("Cost after a doubling, %"), 70, 100, 90),
        },
        lambda x, v: topic.penetration(
            x.demand.part(1 / 12),
            x.cost,
            x.price * v["launch"] / 100,
            network=v["network"] / 100,
            rate=v["rate"] / 100,
        ),
    ),
    "collaborative": Strategy(
        {
            "price": _knob(_("Price of the group, % of the base price"), 80, 110, 95),
            "needed": _knob(_("Buyers needed of 60"), 1, 60, 15),
        },
        lambda x, v: topic.collaborative(
            x.demand, x.cost, [(v["needed"], x.price * v["price"] / 100)], deals=4000
        ),
    ),
}


def lab(shop: Shop) -> Lab:
    """Return the lab; it starts with the product that sells best.

    Parameters
    ----------
    shop : Shop
        With the tables products and stock.
    """
    chosen = products(shop)
    names = [(one.name, key) for key, one in chosen.items()]
    choices = [(NAMES[key][0], key) for key in STRATEGIES]  # a slider marks no Chinese as such

    def controls(values: Mapping[str, Any]) -> dict[str, Control]:
        return {
            "product": Choice(_("Product"), names),
            "strategy": Choice(_("Strategy"), choices, "personalised"),
            **STRATEGIES[values.get("strategy", "personalised")].knobs,
        }

    @lru_cache(maxsize=PRODUCTS)
    def others(key: str) -> dict[str, Outcome]:
        return outcomes(chosen[key])

    def draw(figure: Figure, product: str, strategy: str, **values: float) -> Told:
        figure.subplots_adjust(left=0.11, right=0.97, top=0.84, bottom=0.15)
        one = chosen[product]
        outcome = STRATEGIES[strategy].run(one, values)
        beside = others(product)
        base = beside["one_price"]
        ax = figure.add_subplot()
        plots.who_pays(outcome, one.demand, ax)
        second = _("profit ¥{profit:,.0f}, {change:+.0%} against the base price").format(
            profit=outcome.profit, change=outcome.profit / base.profit - 1
        )
        ax.set_title(f"{ax.get_title(loc='left')}\n{second}", x=0, y=1)
        return Told(_alt(one, outcome, base), _beside(beside | {strategy: outcome}, strategy, base))

    return Lab(TITLE, controls, draw, along="strategy", stops=TWIN, size=(7.2, 4.0))


def products(shop: Shop) -> dict[str, Product]:
    """Return the products of the lab: those that most is asked for in yuan, whose cost is earned.

    The elasticity is the truth of the simulator, or -2.6 where there is none.
    """
    table = shop.products.set_index("product_id")
    stock = shop.stock.groupby("product_id").agg(
        asked=("demand", "sum"), price=("price", "median"), days=("demand", "size")
    )
    stock = stock.join(table[["name", "category", "cost"]])
    able = stock[(stock["price"] > 1.02 * stock["cost"]) & (stock["asked"] > 0)]
    able = able.assign(sales=able["asked"] * able["price"]).sort_values("sales", ascending=False)
    truth = shop.truth if "effects" in shop.tables else {}
    found = {}
    for key, row in able.head(PRODUCTS).iterrows():
        elasticity = truth.get(f"elasticity_{row['category']}", -2.6)
        units = 365 * row["asked"] / row["days"]
        demand = topic.calibrated(row["price"], elasticity, units)
        found[str(key)] = Product(str(row["name"]), float(row["price"]), float(row["cost"]), demand)
    return found


def outcomes(product: Product) -> dict[str, Outcome]:
    """Return what every strategy brings for a product, with the knobs as they are at the start."""
    return {
        key: one.run(product, {name: knob.start for name, knob in one.knobs.items()})
        for key, one in STRATEGIES.items()
    }


def _beside(found: Mapping[str, Outcome], chosen: str, base: Outcome) -> str:
    """Return all strategies as a table, the chosen one in bold."""
    heads = [_("Strategy"), _("Mean price"), _("Units"), _("Profit"), _("Against base")]
    lines = []
    for key, outcome in found.items():
        mean, profit = outcome.prices[1], outcome.profit
        lines.append(
            (
                " ".join(NAMES[key]),
                f"¥{mean:,.0f}" if mean == mean else "–",
                f"{outcome.units:,.0f}",
                f"¥{profit:,.0f}",
                f"{profit / base.profit - 1:+.0%}",
            )
        )
    return table(heads, lines, bold=[list(found).index(chosen)])


def _alt(product: Product, outcome: Outcome, base: Outcome) -> str:
    low, mean, high = outcome.prices
    if mean != mean:  # nobody buys
        return _("{product}, {name}: nobody buys.").format(product=product.name, name=outcome.name)
    return _(
        "{product}, {name}: {units:,.0f} units a year at ¥{low:,.0f} to ¥{high:,.0f}, on average "
        "¥{mean:,.0f}. Profit ¥{profit:,.0f} against ¥{base:,.0f} at the base price; ¥{left:,.0f} "
        "are left to the customers."
    ).format(
        product=product.name,
        name=outcome.name,
        units=outcome.units,
        low=low,
        high=high,
        mean=mean,
        profit=outcome.profit,
        base=base.profit,
        left=outcome.consumer_surplus,
    )
