"""The pricing lab: one product, one strategy, its parameters, and all strategies beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import ipywidgets as widgets
from matplotlib.figure import Figure

from ecokit import strategies as topic
from ecokit.explore.base import Frame, Frames, Picture, app
from ecokit.messages import _
from ecokit.plots import strategies as plots
from ecokit.plots import theme
from ecokit.strategies.demand import Demand
from ecokit.strategies.outcome import NAMES, Outcome

if TYPE_CHECKING:
    from ecokit.shop import Shop

TITLE = _("Pricing lab")
SIZE = (7.2, 3.8)
TWIN_SIZE = (7.2, 7.4)
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

_Values = Mapping[str, float]


class Product(NamedTuple):
    """A product of the lab: name, base price and unit cost in yuan, its customers of a year."""

    name: str
    price: float
    cost: float
    demand: Demand


class Knob(NamedTuple):
    """A parameter of a strategy: its label, range, step and value at the start."""

    label: str
    low: float
    high: float
    step: float
    start: float


class Strategy(NamedTuple):
    """A strategy of the lab: its knobs, and what it does with a product and their values."""

    knobs: dict[str, Knob]
    run: Callable[[Product, _Values], Outcome]


def _percent(label: str, low: int, high: int, start: int, step: int = 1) -> Knob:
    return Knob(label, low, high, step, start)


STRATEGIES: dict[str, Strategy] = {
    "one_price": Strategy(
        {"price": _percent(_("Price, % of the base price"), 80, 140, 100)},
        lambda x, v: topic.one_price(x.demand, x.cost, x.price * v["price"] / 100),
    ),
    "personalised": Strategy(
        {
            "segments": Knob(_("Segments"), 1, 10, 1, 3),
            "error": _percent(_("Error of the shop's guess, %"), 0, 30, 0),
        },
        lambda x, v: topic.personalised(
            x.demand, x.cost, int(v["segments"]), error=v["error"] / 100
        ),
    ),
    "prestige": Strategy(
        {
            "price": _percent(_("Price, % of the base price"), 90, 180, 125),
            "premium": _percent(_("Premium of the reputation, %"), 0, 30, 8),
            "pull": _percent(_("WTP per yuan of price, %"), 0, 120, 30, 5),
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
            "mine": Knob(_("We ask: % of their price"), 90, 130, 0.5, 99),
            "theirs": Knob(_("They ask: % of our price"), 90, 110, 0.5, 100),
            "rounds": Knob(_("Rounds"), 2, 100, 1, 30),
        },
        lambda x, v: topic.automatic(
            x.demand,
            x.cost,
            topic.Rule(v["mine"] / 100, floor=x.cost),
            topic.Rule(v["theirs"] / 100, floor=x.cost),
            start=x.price,
            rounds=int(v["rounds"]),
        ),
    ),
    "haggling": Strategy(
        {"power": _percent(_("Bargaining power of the shop, %"), 0, 100, 50, 5)},
        lambda x, v: topic.haggling(x.demand, x.cost, v["power"] / 100),
    ),
    "free_trial": Strategy(
        {
            "liking": _percent(_("Customers who will like it, %"), 30, 100, 70, 5),
            "trial": Knob(_("Cost of a trial, % of the unit cost"), 0, 20, 0.5, 2),
        },
        lambda x, v: topic.free_trial(
            x.demand, x.cost, v["liking"] / 100, trial_cost=x.cost * v["trial"] / 100
        ),
    ),
    "discount": Strategy(
        {
            "cut": _percent(_("Discount, %"), 0, 25, 6),
            "length": _percent(_("Length, % of the year"), 5, 50, 25, 5),
            "pulled": _percent(_("Units pulled from later, %"), 0, 80, 30, 5),
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
            "launch": _percent(_("Launch price, % of the base price"), 90, 140, 115),
            "months": Knob(_("Months until the cut"), 1, 11, 1, 5),
            "later": _percent(_("Later price, % of the base price"), 80, 120, 100),
        },
        lambda x, v: topic.life_cycle(
            x.demand,
            x.cost,
            topic.path(
                x.price * v["launch"] / 100, x.price * v["later"] / 100, int(v["months"]), 12
            ),
            innovation=0.2,
            imitation=0.5,
            ageing=0.01,
        ),
    ),
    "auction": Strategy(
        {
            "bidders": Knob(_("Bidders in an auction"), 2, 20, 1, 5),
            "units": Knob(_("Units in an auction"), 1, 10, 1, 1),
            "reserve": _percent(_("Reserve, % of the base price"), 0, 125, 100, 5),
        },
        lambda x, v: topic.auction(
            x.demand,
            x.cost,
            int(v["bidders"]),
            units=int(min(v["units"], v["bidders"] - 1)),
            reserve=x.price * v["reserve"] / 100,
            auctions=8000,
        ),
    ),
    "name_your_price": Strategy(
        {
            "threshold": _percent(_("Hidden threshold, % of the base price"), 85, 120, 100),
            "bids": Knob(_("Bids allowed"), 1, 5, 1, 2),
            "rebid": Knob(_("Trouble of another bid, % of the base price"), 0, 2, 0.1, 0.2),
        },
        lambda x, v: topic.name_your_price(
            x.demand,
            x.cost,
            x.price * v["threshold"] / 100,
            believed=(0.85 * x.price, 1.2 * x.price),
            bids=int(v["bids"]),
            rebid_cost=x.price * v["rebid"] / 100,
        ),
    ),
    "penetration": Strategy(
        {
            "launch": _percent(_("Launch price, % of the base price"), 70, 120, 90),
            "network": _percent(_("Worth more if all use it, %"), 0, 100, 50, 5),
            "rate": _percent(_("Cost after a doubling, %"), 70, 100, 90),
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
            "price": _percent(_("Price of the group, % of the base price"), 80, 110, 95),
            "needed": Knob(_("Buyers needed of 60"), 1, 60, 1, 15),
        },
        lambda x, v: topic.collaborative(
            x.demand, x.cost, [(int(v["needed"]), x.price * v["price"] / 100)], deals=4000
        ),
    ),
}


def explorer(shop: Shop) -> widgets.Widget:
    """Return the lab.

    Parameters
    ----------
    shop : Shop
        With the tables products and stock.
    """
    chosen = products(shop)
    product = widgets.Dropdown(
        options=[(one.name, key) for key, one in chosen.items()], description=_("Product")
    )
    strategy = widgets.Dropdown(
        options=[(f"{NAMES[key][0]} {NAMES[key][1]}", key) for key in STRATEGIES],
        value="personalised",
        description=_("Strategy"),
    )
    knobs = {
        key: {name: _slider(k) for name, k in one.knobs.items()} for key, one in STRATEGIES.items()
    }

    @lru_cache(maxsize=PRODUCTS)
    def others(key: str) -> tuple[Outcome, dict[str, tuple[str, ...]]]:
        found = outcomes(chosen[key])
        base = found["one_price"]
        return base, {name: _line(one, base.profit) for name, one in found.items()}

    def draw(figure: Figure) -> str:
        values = {name: slider.value for name, slider in knobs[strategy.value].items()}
        one = chosen[product.value]
        outcome = STRATEGIES[strategy.value].run(one, values)
        base, lines = others(product.value)
        lines = lines | {outcome.strategy: _line(outcome, base.profit)}
        table.value = _table(outcome.strategy, lines)
        return _draw(figure, one, outcome, base)

    table = widgets.HTML()
    picture = Picture(draw, SIZE)

    def show(_change: object = None) -> None:
        for key, sliders in knobs.items():
            for slider in sliders.values():
                slider.layout.display = None if key == strategy.value else "none"
        picture.redraw()

    sliders = [slider for some in knobs.values() for slider in some.values()]
    lab = app([product, strategy, *sliders], [picture, table], TITLE)
    strategy.observe(show, "value")
    for control in (product, *sliders):
        control.observe(picture.redraw, "value")
    show()
    return lab


def frames(shop: Shop) -> Frames:
    """Return the static twin: the nine strategies on the product that sells best."""
    product = next(iter(products(shop).values()))
    others = outcomes(product)
    base = others["one_price"]

    def change(key: str) -> float:
        return others[key].profit / base.profit - 1

    def frame(key: str) -> Frame:
        name = NAMES[key][0]

        def draw() -> Figure:
            theme.use()
            figure = Figure(figsize=TWIN_SIZE)
            figure.subplots_adjust(left=0.41, right=0.97, top=0.95, bottom=0.09, hspace=0.36)
            upper, lower = figure.subplots(2, gridspec_kw={"height_ratios": [1, 1.25]})
            plots.who_pays(others[key], product.demand, upper)
            upper.set_title(upper.get_title(loc="left"), x=-0.63, y=1)
            table = topic.compare(others.values())
            plots.compare(table, key, lower)
            words = _("Profit {change:+.0%} against the base price, {name}")
            lower.set_title(words.format(change=change(key), name=product.name), x=-0.63, y=1)
            return figure

        return Frame(name, draw, _alt(product, others[key], base))

    return Frames(TITLE, _("Strategy"), [frame(key) for key in TWIN])


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


def _slider(knob: Knob) -> widgets.Widget:
    whole = all(float(x).is_integer() for x in (knob.low, knob.high, knob.step, knob.start))
    if whole:
        return widgets.IntSlider(
            int(knob.start), int(knob.low), int(knob.high), int(knob.step), description=knob.label
        )
    return widgets.FloatSlider(
        value=knob.start,
        min=knob.low,
        max=knob.high,
        step=knob.step,
        readout_format=".1f",
        description=knob.label,
    )


def _draw(figure: Figure, product: Product, outcome: Outcome, base: Outcome) -> str:
    theme.use()
    figure.subplots_adjust(left=0.11, right=0.97, top=0.9, bottom=0.15)
    plots.who_pays(outcome, product.demand, figure.add_subplot())
    return _alt(product, outcome, base)


def _line(outcome: Outcome, base: float) -> tuple[str, ...]:
    """Return a row of the table: strategy, mean price, units, profit, and against the base."""
    mean, profit = outcome.prices[1], outcome.profit
    return (
        f"{outcome.name} {NAMES[outcome.strategy][1]}",
        f"¥{mean:,.0f}" if mean == mean else "–",
        f"{outcome.units:,.0f}",
        f"¥{profit:,.0f}",
        f"{profit / base - 1:+.0%}",
    )


def _table(chosen: str, lines: Mapping[str, tuple[str, ...]]) -> str:
    """Return all strategies as an HTML table, the chosen one bold."""
    heads = (_("Strategy"), _("Mean price"), _("Units"), _("Profit"), _("Against base"))
    body = []
    for key, (name, *numbers) in lines.items():
        weight = ' style="font-weight:bold"' if key == chosen else ""
        cells = "".join(f'<td style="text-align:right">{number}</td>' for number in numbers)
        body.append(f'<tr{weight}><th scope="row" style="text-align:left">{name}</th>{cells}</tr>')
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return f'<table class="ecokit-table"><tr>{head}</tr>{"".join(body)}</table>'


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
