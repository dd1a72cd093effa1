"""The strategies lab: one product, one strategy, its parameters, and all strategies beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.figure import Figure

from ecokit import strategies as topic
from ecokit.explore.lab import Choice, Control, Lab, Slider, Told, steps, table
from ecokit.messages import _, yuan
from ecokit.plots import strategies as plots
from ecokit.strategies.demand import Demand
from ecokit.strategies.outcome import NAMES, Outcome
from ecokit.strategies.table import PLAYS, START

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


class Product(NamedTuple):
    """A product of the lab: name, base price and unit cost in yuan, its customers of a year."""

    name: str
    price: float
    cost: float
    demand: Demand


def _knob(label: str, low: float, high: float, step: float = 1) -> tuple[str, float, float, float]:
    return label, low, high, step


KNOBS: dict[str, dict[str, tuple[str, float, float, float]]] = {
    "one_price": {"price": _knob(_("Price, % of the base price"), 80, 140)},
    "best_price": {},
    "personalised": {
        "segments": _knob(_("Segments"), 1, 10),
        "error": _knob(_("Error of the shop's guess, %"), 0, 30),
    },
    "prestige": {
        "price": _knob(_("Price, % of the base price"), 90, 180),
        "premium": _knob(_("Premium of the reputation, %"), 0, 30),
        "pull": _knob(_("WTP per yuan of price, %"), 0, 120, 5),
    },
    "automatic": {
        "mine": _knob(_("We ask: % of their price"), 90, 130, 0.5),
        "theirs": _knob(_("They ask: % of our price"), 90, 110, 0.5),
        "rounds": _knob(_("Rounds"), 2, 100),
    },
    "haggling": {"power": _knob(_("Bargaining power of the shop, %"), 0, 100, 5)},
    "free_trial": {
        "liking": _knob(_("Customers who will like it, %"), 30, 100, 5),
        "trial": _knob(_("Cost of a trial, % of the unit cost"), 0, 20, 0.5),
    },
    "discount": {
        "cut": _knob(_("Discount, %"), 0, 25),
        "length": _knob(_("Length, % of the year"), 5, 50, 5),
        "pulled": _knob(_("Units pulled from later, %"), 0, 80, 5),
    },
    "life_cycle": {
        "launch": _knob(_("Launch price, % of the base price"), 90, 140),
        "months": _knob(_("Months until the cut"), 1, 11),
        "later": _knob(_("Later price, % of the base price"), 80, 120),
    },
    "auction": {
        "bidders": _knob(_("Bidders in an auction"), 2, 20),
        "units": _knob(_("Units in an auction"), 1, 10),
        "reserve": _knob(_("Reserve, % of the base price"), 0, 125, 5),
    },
    "name_your_price": {
        "threshold": _knob(_("Hidden threshold, % of the base price"), 85, 120),
        "bids": _knob(_("Bids allowed"), 1, 5),
        "rebid": _knob(_("Trouble of another bid, % of the base price"), 0, 2, 0.1),
    },
    "penetration": {
        "launch": _knob(_("Launch price, % of the base price"), 70, 120),
        "network": _knob(_("Worth more if all use it, %"), 0, 100, 5),
        "rate": _knob(_("Cost after a doubling, %"), 70, 100),
    },
    "collaborative": {
        "price": _knob(_("Price of the group, % of the base price"), 80, 110),
        "needed": _knob(_("Buyers needed of 60"), 1, 60),
    },
}
"""The knobs of each strategy: words, from, to, step. Where they start, the topic says."""

STRATEGIES: dict[str, dict[str, Slider]] = {
    key: {
        name: Slider(label, steps(low, high, step), START[key][name])
        for name, (label, low, high, step) in knobs.items()
    }
    for key, knobs in KNOBS.items()
}
"""The knobs of each strategy as they stand in the lab."""


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
            **STRATEGIES[values.get("strategy", "personalised")],
        }

    @lru_cache(maxsize=PRODUCTS)
    def others(key: str) -> dict[str, Outcome]:
        one = chosen[key]
        made = topic.side_by_side(one.demand, one.cost, one.price)
        return {outcome.strategy: outcome for outcome in made}

    def draw(figure: Figure, product: str, strategy: str, **values: float) -> Told:
        figure.subplots_adjust(left=0.11, right=0.97, top=0.84, bottom=0.15)
        one = chosen[product]
        outcome = PLAYS[strategy](one.demand, one.cost, one.price, values, 0)
        beside = others(product)
        base = beside["best_price"]
        ax = figure.add_subplot()
        plots.who_pays(outcome, one.demand, ax)
        second = _("profit {profit}, {change:+.0%} against the best single price").format(
            profit=yuan(outcome.profit), change=outcome.profit / base.profit - 1
        )
        if outcome.below_cost > 0:
            second += _("; sells below cost")
        ax.set_title(f"{ax.get_title(loc='left')}\n{second}", x=0, y=1)
        return Told(
            _alt(one, outcome, base), _beside(beside | {strategy: outcome}, strategy, values)
        )

    return Lab(TITLE, controls, draw, along="strategy", stops=TWIN, size=(7.2, 4.0))


def products(shop: Shop) -> dict[str, Product]:
    """Return the products of the lab: those that most is asked for in yuan, whose cost is earned.

    The cost is what a unit had cost on the last day; the elasticity is the truth of the
    simulator, or -2.6 where there is none.
    """
    table = shop.products.set_index("product_id")
    stock = (
        shop.stock.sort_values("date")
        .groupby("product_id")
        .agg(
            asked=("demand", "sum"),
            price=("price", "median"),
            days=("demand", "size"),
            cost=("unit_cost", "last"),
        )
    )
    stock = stock.join(table[["name", "category"]])
    able = stock[(stock["price"] > 1.02 * stock["cost"]) & (stock["asked"] > 0)]
    able = able.assign(sales=able["asked"] * able["price"]).sort_values("sales", ascending=False)
    truth = shop.truth if "effects" in shop.tables else {}
    found = {}
    for key, row in able.head(PRODUCTS).iterrows():
        elasticity = truth.get(f"elasticity_{row['category']}", -2.6)
        units = round(365 * row["asked"] / row["days"])
        price, cost = (_even(float(row[name])) for name in ("price", "cost"))
        demand = topic.calibrated(price, elasticity, units)
        found[str(key)] = Product(str(row["name"]), price, cost, demand)
    return found


def _even(yuan: float) -> float:
    """Return an amount in the yuan that are printed; below a hundred, in fen."""
    return round(yuan, 0 if yuan >= 100 else 2)


def _beside(found: Mapping[str, Outcome], chosen: str, knobs: Mapping[str, Any]) -> str:
    """Return all strategies as a table with what each takes for true, the chosen one in bold."""
    heads = [_("Strategy"), _("Units"), _("Profit"), _("Against best price"), _("If")]
    best = found["best_price"].profit
    lines = []
    for key, outcome in found.items():
        taken = topic.assumption(key, knobs if key == chosen else None)
        if outcome.below_cost > 0:
            taken += _("; sells below cost")
        profit = outcome.profit
        change = f"{profit / best - 1:+.0%}"
        units, earned = f"{outcome.units:,.0f}", yuan(profit)
        lines.append((" ".join(NAMES[key]), units, earned, change, taken))
    return table(heads, lines, bold=[list(found).index(chosen)])


def _alt(product: Product, outcome: Outcome, base: Outcome) -> str:
    low, mean, high = outcome.prices
    if mean != mean:  # nobody buys
        return _("{product}, {name}: nobody buys.").format(product=product.name, name=outcome.name)
    return _(
        "{product}, {name}: {units:,.0f} units a year at ¥{low:,.0f} to ¥{high:,.0f}, on average "
        "¥{mean:,.0f}. Profit {profit} against {base} at the best single price; "
        "¥{left:,.0f} are left to the customers."
    ).format(
        product=product.name,
        name=outcome.name,
        units=outcome.units,
        low=low,
        high=high,
        mean=mean,
        profit=yuan(outcome.profit),
        base=yuan(base.profit),
        left=outcome.consumer_surplus,
    )
