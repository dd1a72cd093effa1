"""Figures of the nine price strategies.

Each function takes what a function of :mod:`ecokit.strategies` returned and draws into `ax` or
into a new figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

    from ecokit.strategies.demand import Demand
    from ecokit.strategies.outcome import Outcome


@theme.drawn(height=5.0, table="strategy name name_zh profit consumer_surplus")
def compare(table: pd.DataFrame, chosen: str = "", ax: Axes = theme.NEW) -> None:
    """Draw what each strategy leaves to the shop and to the customers.

    Parameters
    ----------
    table : DataFrame
        What ``strategies.compare`` returned; its base is the best single price where that is a
        row, else the first row.
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
    >>> from ecokit import strategies
    >>> customers = strategies.uniform(0, 100, 100)
    >>> table = strategies.compare([strategies.one_price(customers, 20),
    ...                          strategies.personalised(customers, 20, segments=2)])
    >>> compare(table).axes[0].get_title(loc="left")
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
    best_price = table["strategy"] == "best_price"
    base = table[best_price].iloc[0] if best_price.any() else table.iloc[0]
    ax.axvline(base["profit"], color=theme.GREY, linewidth=1, linestyle="--", zorder=0)
    labels = [f"{name} {zh}" for name, zh in zip(table["name"], table["name_zh"], strict=True)]
    ax.set_yticks(places, labels)
    ax.set_ylim(len(table) - 0.5, -0.5)
    theme.yuan_axis(ax, "x")
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.35, -0.06), ncols=2)
    others = table[table["strategy"] != base["strategy"]]
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
    >>> from ecokit import strategies
    >>> customers = strategies.uniform(0, 100, 100)
    >>> outcome = strategies.personalised(customers, 20, segments=2)
    >>> who_pays(outcome, customers).axes[0].get_title(loc="left")
    'Personalised: 53 units at ¥47 to ¥73'
    """
    table = outcome.buyers[outcome.buyers["units"] > 0].sort_values("price", ascending=False)
    ends = table["units"].cumsum()
    starts = ends - table["units"]
    cost = table["unit_cost"]
    over = (table["price"] - cost).clip(lower=0)
    edge: dict[str, Any] = {
        "align": "edge",
        "width": table["units"],
        "edgecolor": "white",
        "linewidth": 0.6,
    }
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


@theme.drawn(height=3.4, course="round mine theirs")
def spiral(course: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw how the prices of two repricers answer each other.

    Parameters
    ----------
    course : DataFrame
        What ``strategies.spiral`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        On a logarithmic scale, so that equal ratios are equal steps.

    Examples
    --------
    >>> from ecokit.strategies import Rule, spiral as repricers
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


@theme.drawn(height=3.6, courses="period cumulative_profit")
def over_time(courses: Mapping[str, pd.DataFrame], ax: Axes = theme.NEW) -> None:
    """Draw what several price paths have earned by each period.

    Parameters
    ----------
    courses : mapping of str to DataFrame
        By name, what ``strategies.over_time`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Cumulative profit; the title names the path that ends highest.

    Examples
    --------
    >>> from ecokit import strategies
    >>> market = strategies.uniform(0, 100, 1000)
    >>> outcomes = {name: strategies.penetration(market, 20, first, network=1.0)
    ...             for name, first in (("low first", 20), ("high first", 60))}
    >>> courses = {name: strategies.over_time(outcome) for name, outcome in outcomes.items()}
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
