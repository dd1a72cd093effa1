"""Figures of pricing: base price, elasticity and price tests.

Each function takes what a function of :mod:`ecokit.pricing` returned and draws into `ax` or into
a new figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from ecokit.inputs.renamed import attach
from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

    from ecokit.pricing.base import BasePrice

__getattr__ = attach(__name__)[0]  # says where the figures of the strategies have gone


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


@theme.drawn(
    height=1.4,
    row=0.28,
    table="name list_price floor ceiling price store_price competitor_price binds",
)
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


@theme.drawn(height=3.6, curve="price profit")
def profit_curve(curve: pd.DataFrame, told: BasePrice, ax: Axes = theme.NEW) -> None:
    """Draw the profit by the price, the floor, the ceiling, and the price recommended.

    Parameters
    ----------
    curve : DataFrame
        What ``pricing.profit_curve`` returned.
    told : BasePrice
        What ``pricing.base_price`` returned for the same product.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells the price and what settles it.

    Examples
    --------
    >>> from ecokit import pricing
    >>> curve = pricing.profit_curve([110, 125, 140], 100, -4, at=125, units=90)
    >>> told = pricing.base_price(100, store_price=139, elasticity=-4)
    >>> profit_curve(curve, told).axes[0].get_title(loc="left")
    'Recommended: ¥139, settled by: store price'
    """
    low, high = float(curve["price"].iloc[0]), float(curve["price"].iloc[-1])
    ax.axvspan(low, told.floor, color="#dddddd", lw=0, label=_("below the floor"))
    if told.ceiling < high:
        above = ax.axvspan(told.ceiling, high, label=_("above the ceiling"))
        above.set(facecolor="none", edgecolor="#cccccc", hatch="//", linewidth=0)
    ax.plot(curve["price"], curve["profit"], color=theme.BLUE, label=_("profit of a year"))
    ax.axhline(0, color="black", linewidth=1)
    ax.axvline(told.price, color=theme.ORANGE, linestyle="--", label=_("recommended"))
    ax.set_xlim(low, high)
    theme.yuan_axis(ax, "x")
    theme.yuan_axis(ax)
    ax.set_xlabel(_("price"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.18), ncols=4, fontsize=9)
    finding = _("Recommended: ¥{price:,.0f}, settled by: {what}")
    ax.set_title(finding.format(price=told.price, what=bind_names()[told.binds]), x=0, y=1)


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


@theme.drawn(height=3.4, table="step elasticity low high")
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


@theme.drawn(height=3.2, table="category elasticity low high")
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
    if {"truth", "covered"} <= set(table):
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


@theme.drawn(height=3.2, table="difference low high p_value")
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
    theme.points_axis(ax, decimals=1)
    ax.set_xlabel(_("days of the test"))
    ax.set_ylabel(_("conversion, B less A (percentage points)"))
    if found.any():
        ax.legend(loc="upper right")
    finding = _('"Significant" on {n} of {all} evenings')
    ax.set_title(finding.format(n=int(found.sum()), all=len(table)))
