"""Figures of pricing: base price, elasticity and price tests first, the nine strategies below.

Each function takes what a function of :mod:`ecokit.pricing` returned and draws into `ax` or into
a new figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

    from ecokit.pricing import Demand, Outcome


# --- base price, elasticity, price tests -----------------------------------------------


def bind_names() -> dict[str, str]:
    """Return what may settle a base price, in words.

    Examples
    --------
    >>> bind_names()["cost"]
    'cost floor'
    """
    return {
        "cost": _("cost floor"),
        "store": _("store price"),
        "competitor": _("competitor"),
        "demand": _("demand"),
        "tried": _("what was tried"),
        "margin": _("usual margin"),
    }


@theme.drawn(height=1.4, row=0.28)
def base_prices(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw floor, ceiling and recommended price of each product, over its list price.

    Parameters
    ----------
    table : DataFrame
        What ``pricing.base_prices`` returned, best of one category.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        A row a product; the title tells what settles most prices.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"name": ["Phone A1"], "list_price": [100.0], "floor": [90.0],
    ...     "ceiling": [98.0], "price": [97.0], "store_price": [98.0], "competitor_price": [99.0],
    ...     "binds": ["store"]})
    >>> base_prices(table).axes[0].get_title(loc="left")
    'Store price settles 1 of 1 prices'
    """
    share = table[["floor", "ceiling", "price", "store_price", "competitor_price"]].div(
        table["list_price"], axis=0
    )
    places = range(len(table))
    top = share["ceiling"].where(table["ceiling"] != float("inf"), share["price"])
    ax.hlines(places, share["floor"], top.clip(lower=share["floor"]), color="#bbbbbb", lw=6)
    ax.plot(share["floor"], places, "|", color="black", ms=13, mew=2, label=_("floor"))
    ax.plot(share["store_price"], places, "s", color=theme.SKY, ms=11, label=_("store"))
    ax.plot(
        share["competitor_price"],
        places,
        "^",
        color=theme.GREEN,
        ms=9,
        label=_("cheapest competitor"),
    )
    ax.plot(share["price"], places, "o", color=theme.ORANGE, ms=7, label=_("recommended"))
    ax.set_yticks(places, table["name"])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("share of the list price"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.75 / (1 + 0.28 * len(table))), ncols=4)
    counts = table["binds"].value_counts()
    finding = _("{what} settles {n} of {all} prices").format(
        what=bind_names()[str(counts.index[0])].capitalize(), n=counts.iloc[0], all=len(table)
    )
    ax.set_title(finding)


def step_names() -> dict[str, str]:
    """Return the steps of ``pricing.ladder`` in words.

    Examples
    --------
    >>> step_names()["cost"]
    '4  moves that the cost explains'
    """
    return {
        "all_products": _("1  dear against cheap products"),
        "same_product": _("2  a product against itself"),
        "same_week": _("3  inside category and week"),
        "cost": _("4  moves that the cost explains"),
        "visits": _("5  per visit"),
        "visits_and_cost": _("6  per visit, by the cost"),
    }


@theme.drawn(height=3.4)
def ladder(table: pd.DataFrame, truth: float | None = None, ax: Axes = theme.NEW) -> None:
    """Draw one elasticity estimated in six ways, with its intervals.

    Parameters
    ----------
    table : DataFrame
        What ``pricing.ladder`` returned.
    truth : float, optional
        What the simulator was told.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells how far the plain and the instrumented estimate lie apart.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"step": ["same_week", "cost"], "elasticity": [1.0, -2.4],
    ...                       "low": [0.5, -3.4], "high": [1.5, -1.4]})
    >>> ladder(table).axes[0].get_title(loc="left")
    'The same weeks say +1.0; moves that the cost explains say -2.4'
    """
    labels = [step_names()[step] for step in table["step"]]
    _intervals(ax, table, labels, theme.BLUE)
    if truth is not None:
        ax.axvline(truth, color=theme.ORANGE, ls="--", label=_("truth"))
        ax.legend(loc="upper right", bbox_to_anchor=(1, -0.12))
    ax.set_xlabel(_("price elasticity, with 95 % interval"))
    told = table.set_index("step")["elasticity"]
    if {"same_week", "cost"} <= set(told.index):
        ax.set_title(
            _("The same weeks say {plain:+.1f}; moves that the cost explains say {iv:+.1f}").format(
                plain=told["same_week"], iv=told["cost"]
            ),
            x=-0.32,
            y=1,
        )


@theme.drawn(height=3.2)
def elasticities(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the elasticity of each category with its interval, and the truth as a diamond.

    Parameters
    ----------
    table : DataFrame
        What ``pricing.by_category`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title counts the intervals that hold the truth, where it is known.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"category": ["audio"], "elasticity": [-2.4], "low": [-3.4],
    ...                       "high": [-1.4], "truth": [-2.6], "covered": [True]})
    >>> elasticities(table).axes[0].get_title(loc="left")
    '1 of 1 intervals hold the truth'
    """
    labels = [name.replace("_", " ") for name in table["category"]]
    _intervals(ax, table, labels, theme.BLUE)
    if "truth" in table:
        ax.plot(
            table["truth"],
            range(len(table)),
            "D",
            color=theme.ORANGE,
            ms=7,
            label=_("truth"),
            zorder=3,
        )
        ax.legend(loc="upper right", bbox_to_anchor=(1, -0.12))
        finding = _("{n} of {all} intervals hold the truth")
        ax.set_title(finding.format(n=int(table["covered"].sum()), all=len(table)))
    ax.set_xlabel(_("price elasticity, with 95 % interval"))


def _intervals(ax: Axes, table: pd.DataFrame, labels: list[str], color: str) -> None:
    """Draw a row a line of `table`: a point and its interval, and a line at 0."""
    places = range(len(table))
    ax.hlines(places, table["low"], table["high"], color=color, lw=2)
    ax.plot(table["elasticity"], places, "o", color=color, ms=7)
    ax.axvline(0, color="#888888", lw=1)
    ax.set_yticks(places, labels)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")


@theme.drawn(height=3.2)
def day_by_day(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw a price test as it looks evening by evening, and where an eager eye would have stopped.

    Parameters
    ----------
    table : DataFrame
        What ``pricing.day_by_day`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells on how many evenings the difference was "significant".

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"date": pd.to_datetime(["2025-03-01", "2025-03-02"]),
    ...     "difference": [0.02, 0.0], "low": [0.01, -0.01], "high": [0.03, 0.01],
    ...     "p_value": [0.01, 1.0]})
    >>> day_by_day(table).axes[0].get_title(loc="left")
    '"Significant" on 1 of 2 evenings'
    """
    days = range(1, len(table) + 1)
    ax.fill_between(days, table["low"], table["high"], color=theme.SKY, alpha=0.35, lw=0)
    ax.plot(days, table["difference"], color=theme.BLUE)
    found = table["p_value"] < 0.05
    ax.plot(
        [day for day, hit in zip(days, found, strict=True) if hit],
        table.loc[found, "difference"],
        "X",
        color=theme.ORANGE,
        ms=8,
        label=_("p below 0.05 that evening"),
    )
    ax.axhline(0, color="#888888", lw=1)
    theme.percent_axis(ax, decimals=1)
    ax.set_xlabel(_("days of the test"))
    ax.set_ylabel(_("conversion, B less A"))
    if found.any():
        ax.legend(loc="upper right")
    finding = _('"Significant" on {n} of {all} evenings')
    ax.set_title(finding.format(n=int(found.sum()), all=len(table)))


# --- the nine strategies ---------------------------------------------------------------


@theme.drawn(height=5.0)
def strategies(table: pd.DataFrame, chosen: str = "", ax: Axes = theme.NEW) -> None:
    """Draw what each strategy leaves to the shop and to the customers.

    Parameters
    ----------
    table : DataFrame
        What ``pricing.compare`` returned; its first row is the base.
    chosen : str
        A strategy to point out.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        One bar of profit and one of consumer surplus a strategy; the line is the base's profit.

    Examples
    --------
    >>> from ecokit import pricing
    >>> customers = pricing.uniform(0, 100, 100)
    >>> table = pricing.compare([pricing.one_price(customers, 20),
    ...                          pricing.personalised(customers, 20, segments=2)])
    >>> strategies(table).axes[0].get_title(loc="left")
    'Personalised earns 33% more than one price'
    """
    places = range(len(table))
    colors = [theme.ORANGE if one == chosen else theme.BLUE for one in table["strategy"]]
    ax.barh([p - 0.2 for p in places], table["profit"], 0.38, color=colors, label=_("profit"))
    ax.barh(
        [p + 0.2 for p in places],
        table["consumer_surplus"],
        0.38,
        color=theme.SKY,
        label=_("left to customers"),
    )
    base = table.iloc[0]
    ax.axvline(base["profit"], color=theme.GREY, linewidth=1, linestyle="--", zorder=0)
    labels = [f"{name} {zh}" for name, zh in zip(table["name"], table["name_zh"], strict=True)]
    ax.set_yticks(places, labels)
    ax.set_ylim(len(table) - 0.5, -0.5)
    theme.yuan_axis(ax, "x")
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.35, -0.06), ncols=2)
    others = table.iloc[1:]
    if len(others) and base["profit"] > 0:
        best = others.sort_values("profit").iloc[-1]
        finding = _("{name} earns {more:.0%} more than {base}")
        if best["profit"] < base["profit"]:
            finding = _("No strategy earns more than {base}")
        more = best["profit"] / base["profit"] - 1
        title = finding.format(name=best["name"], more=more, base=base["name"])
        ax.set_title(theme.capital(title), x=-0.5, y=1)


@theme.drawn(height=3.8)
def who_pays(outcome: Outcome, demand: Demand | None = None, ax: Axes = theme.NEW) -> None:
    """Draw who pays what: a block a group of buyers, as wide as its units, as high as its price.

    Parameters
    ----------
    outcome : Outcome
        What a strategy returned.
    demand : Demand, optional
        The customers: their demand curve is drawn behind the blocks.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Blocks from the highest price to the lowest; the part over the unit cost is profit.

    Examples
    --------
    >>> from ecokit import pricing
    >>> customers = pricing.uniform(0, 100, 100)
    >>> outcome = pricing.personalised(customers, 20, segments=2)
    >>> who_pays(outcome, customers).axes[0].get_title(loc="left")
    'Personalised: 53 units at ¥47 to ¥73'
    """
    table = outcome.buyers[outcome.buyers["units"] > 0].sort_values("price", ascending=False)
    ends = table["units"].cumsum()
    starts = ends - table["units"]
    cost = table["unit_cost"]
    over = (table["price"] - cost).clip(lower=0)
    edge = {"align": "edge", "width": table["units"], "edgecolor": "white", "linewidth": 0.6}
    ax.bar(starts, table["price"].clip(upper=cost), color="#d9d9d9", label=_("unit cost"), **edge)
    ax.bar(starts, over, bottom=cost, color=theme.BLUE, label=_("profit"), **edge)
    loss = (cost - table["price"]).clip(lower=0)
    if (loss > 0).any():
        ax.bar(starts, loss, bottom=table["price"], color=theme.ORANGE, label=_("loss"), **edge)
    if demand is not None:
        wtp = demand.wtp([n / 100 for n in range(101)])
        ax.plot(
            demand.units(wtp), wtp, color="black", linewidth=1.2, label=_("willing to pay at first")
        )
    right = max(float(ends.max()) if len(ends) else 0.0, 1e-9)
    ax.set_xlim(0, 1.25 * right)
    top = float(table["price"].max()) if len(table) else 1.0
    ax.set_ylim(0, 1.45 * top)
    ax.set_xlabel(_("units"))
    theme.yuan_axis(ax)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper right", ncols=2, fontsize=9, frameon=True, framealpha=1, edgecolor="none")
    low, _mean, high = outcome.prices
    if not len(table):
        title = _("{name}: nobody buys").format(name=outcome.name)
        ax.set_title(theme.capital(title), x=0, y=1)
        return
    told = theme.yuan(low) if theme.yuan(low) == theme.yuan(high) else ""
    told = told or _("{low} to {high}").format(low=theme.yuan(low), high=theme.yuan(high))
    finding = _("{name}: {units:,.0f} units at {prices}")
    # a place given by hand spares Matplotlib a search that costs as much as the drawing
    title = finding.format(name=outcome.name, units=outcome.units, prices=told)
    ax.set_title(theme.capital(title), x=0, y=1)


@theme.drawn(height=3.4)
def spiral(course: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw how the prices of two repricers answer each other.

    Parameters
    ----------
    course : DataFrame
        What ``pricing.spiral`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        On a logarithmic scale, so that equal ratios are equal steps.

    Examples
    --------
    >>> from ecokit.pricing import Rule, spiral as repricers
    >>> spiral(repricers(100, Rule(1.5), Rule(1), 4)).axes[0].get_title(loc="left")
    'After 4 rounds: ¥100 has become ¥506'
    """
    ax.plot(course["round"], course["mine"], "o-", color=theme.BLUE, label=_("ours"), markersize=4)
    ax.plot(
        course["round"],
        course["theirs"],
        "s--",
        color=theme.ORANGE,
        label=_("theirs"),
        markersize=4,
    )
    ax.set_yscale("log")
    theme.yuan_axis(ax)
    ax.yaxis.set_minor_formatter("")
    ax.set_xlabel(_("round"))
    ax.legend(loc="best")
    first, last = course["mine"].iloc[0], course["mine"].iloc[-1]
    finding = _("After {n} rounds: {first} has become {last}")
    ax.set_title(
        finding.format(n=course["round"].iloc[-1], first=theme.yuan(first), last=theme.yuan(last))
    )


@theme.drawn(height=3.6)
def reserves(
    prices: Sequence[float],
    revenue: Mapping[int, Sequence[float]],
    best: float,
    ax: Axes = theme.NEW,
) -> None:
    """Draw an auction's mean revenue by its reserve price, for several numbers of bidders.

    Parameters
    ----------
    prices : sequence of float
        Reserve prices, yuan.
    revenue : mapping of int to sequence of float
        For each number of bidders, the mean revenue of an auction at each reserve (yuan).
    best : float
        The best reserve, yuan.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        One line a number of bidders, and the best reserve.

    Examples
    --------
    >>> reserves([0, 50], {2: [33, 42], 5: [67, 67]}, 50).axes[0].get_title(loc="left")
    'The best reserve is ¥50, for any number of bidders'
    """
    colors = (theme.BLUE, theme.GREEN, theme.PURPLE, theme.BROWN)
    for (bidders, line), color, style in zip(
        revenue.items(), colors, ("o-", "s-", "^-", "D-"), strict=False
    ):
        label = _("{n} bidders").format(n=bidders)
        ax.plot(prices, line, style, color=color, label=label, markersize=4)
    ax.axvline(best, color=theme.ORANGE, linestyle="--", label=_("best reserve"))
    theme.yuan_axis(ax, "x")
    theme.yuan_axis(ax)
    ax.set_ylim(bottom=0)
    ax.set_xlabel(_("reserve price"))
    ax.set_ylabel(_("profit of an auction"))
    ax.legend(loc="lower left", ncols=2)
    finding = _("The best reserve is {price}, for any number of bidders")
    ax.set_title(finding.format(price=theme.yuan(best)))


@theme.drawn(height=3.6)
def over_time(courses: Mapping[str, pd.DataFrame], ax: Axes = theme.NEW) -> None:
    """Draw what several price paths have earned by each period.

    Parameters
    ----------
    courses : mapping of str to DataFrame
        By name, what ``pricing.over_time`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Cumulative profit; the title names the path that ends highest.

    Examples
    --------
    >>> from ecokit import pricing
    >>> market = pricing.uniform(0, 100, 1000)
    >>> courses = {name: pricing.over_time(pricing.penetration(market, 20, first, network=1.0))
    ...            for name, first in (("low first", 20), ("high first", 60))}
    >>> over_time(courses).axes[0].get_title(loc="left")
    'Most profit after 12 periods: high first'
    """
    colors = (theme.BLUE, theme.ORANGE, theme.GREEN, theme.PURPLE)
    for (name, course), color, style in zip(
        courses.items(), colors, ("o-", "s--", "^-.", "D:"), strict=False
    ):
        line = course["cumulative_profit"]
        ax.plot(course["period"], line, style, color=color, label=name, markersize=4)
    ax.axhline(0, color="black", linewidth=1)
    theme.yuan_axis(ax)
    ax.set_xlabel(_("period"))
    ax.set_ylabel(_("profit so far"))
    ax.legend(loc="upper left")
    ends = {name: course["cumulative_profit"].iloc[-1] for name, course in courses.items()}
    best = max(ends, key=lambda name: ends[name])
    finding = _("Most profit after {n} periods: {name}")
    ax.set_title(finding.format(n=len(courses[best]), name=best))
