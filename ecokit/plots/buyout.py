"""Figures of buy-outs: quantity, contracts, the distribution of profit, the zone of agreement.

Each function takes what a function of :mod:`ecokit.buyout` returned and draws into `ax` or into a
new figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from ecokit.inputs.renamed import attach
from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

    from ecokit.buyout.negotiation import Deal, Zone

__getattr__ = attach(__name__)[0]


def _kind_names() -> dict[str, str]:
    """Return the kinds of an offer in words.

    Examples
    --------
    >>> _kind_names()["oem"]
    'OEM'
    """
    return {
        "buy_out": _("buy-out"),
        "exclusive": _("exclusive supply"),
        "oem": _("OEM"),
        "custom": _("custom model"),
    }


@theme.drawn(height=3.8, table="quantity profit")
def profit_curve(table: pd.DataFrame, expected: float | None = None, ax: Axes = theme.NEW) -> None:
    """Draw the profit against the quantity, with the best one and the demand that is expected.

    Parameters
    ----------
    table : DataFrame
        What ``buyout.profit_curve`` returned.
    expected : float, optional
        The demand that is expected.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says which quantity earns most.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"quantity": [400.0, 450.0, 500.0],
    ...     "profit": [148_000.0, 150_000.0, 146_000.0]})
    >>> profit_curve(table, expected=500).axes[0].get_title(loc="left")
    '450 units earn most: ¥150k'
    """
    ax.plot(table["quantity"], table["profit"], color=theme.BLUE, lw=2.5)
    ax.axhline(0, color="#888888", lw=1)
    if expected is not None:
        ax.axvline(expected, color=theme.GREY, ls="--", lw=1.5, label=_("demand that is expected"))
    if len(table):
        best = table.iloc[int(table["profit"].to_numpy(float).argmax())]
        ax.scatter([best["quantity"]], [best["profit"]], color=theme.ORANGE, s=80, zorder=3)
        finding = _("{n:,.0f} units earn most: {yuan}")
        ax.set_title(finding.format(n=best["quantity"], yuan=theme.yuan(best["profit"])))
    theme.yuan_axis(ax)
    ax.set_xlabel(_("units ordered"))
    ax.set_ylabel(_("profit, on average"))
    if expected is not None:
        ax.legend(loc="lower left")


@theme.drawn(height=1.5, row=0.5, table="contract quantity mean low high chance_of_loss")
def contracts(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw what contracts bring on average, and where most seasons lie.

    Parameters
    ----------
    table : DataFrame
        What ``buyout.contracts`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the one that loses least often.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"contract": ["buy-out", "buy-back"], "quantity": [458.0, 486.0],
    ...     "mean": [152e3, 158e3], "low": [20e3, 60e3], "high": [183e3, 194e3],
    ...     "chance_of_loss": [0.04, 0.01]})
    >>> contracts(table).axes[0].get_title(loc="left")
    'Buy-back loses least often: in 1 % of the seasons'
    """
    places = range(len(table))
    ax.hlines(places, table["low"], table["high"], color=theme.SKY, lw=6)
    ax.scatter(table["mean"], places, color=theme.BLUE, s=70, zorder=3)
    ax.axvline(0, color="#888888", lw=1)
    labels = [
        _("{name}: {n:,.0f} units").format(name=name, n=n)
        for name, n in zip(table["contract"], table["quantity"], strict=True)
    ]
    ax.set_yticks(places, labels)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    theme.yuan_axis(ax, "x")
    ax.set_xlabel(_("profit: the mean, and where most seasons lie"))
    if len(table):
        best = table.iloc[int(table["chance_of_loss"].to_numpy(float).argmin())]
        finding = _("{name} loses least often: in {share:.0f} % of the seasons")
        told = {"name": best["contract"], "share": 100 * best["chance_of_loss"]}
        ax.set_title(theme.capital(finding.format(**told)))


@theme.drawn(height=3.6, table="profit")
def profits(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw how often a deal brings how much.

    Parameters
    ----------
    table : DataFrame
        What ``buyout.profit_draws`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says how often it loses; these seasons are orange.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"profit": [-50.0, 20.0, 60.0, 60.0]})
    >>> profits(table).axes[0].get_title(loc="left")
    'The deal loses in 25 % of the seasons, and brings ¥22 on average'
    """
    bad = table["profit"] < 0
    parts = [table["profit"][bad].to_numpy(float), table["profit"][~bad].to_numpy(float)]
    ax.hist(parts, bins=40, stacked=True, color=[theme.ORANGE, theme.BLUE])
    ax.axvline(0, color="#888888", lw=1)
    mean = float(table["profit"].mean()) if len(table) else 0.0
    ax.axvline(mean, color="#222222", lw=1.5, ls="--", label=_("on average"))
    theme.yuan_axis(ax, "x")
    ax.grid(visible=False, axis="x")
    ax.set_xlabel(_("profit of a season"))
    ax.set_ylabel(_("seasons"))
    ax.legend(loc="upper left")
    if len(table):
        finding = _("The deal loses in {share:.0f} % of the seasons, and brings {yuan} on average")
        ax.set_title(finding.format(share=100 * bad.mean(), yuan=theme.yuan(mean)))


@theme.drawn(height=2.2)
def zone(found: Zone, deal: Deal | None = None, ax: Axes = theme.NEW) -> None:
    """Draw where both sides can agree on a wholesale price, and the price of a deal.

    Parameters
    ----------
    found : Zone
        What ``buyout.zone`` returned.
    deal : Deal, optional
        What ``buyout.nash_split`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says how wide the zone is.

    Examples
    --------
    >>> from ecokit import buyout
    >>> found = buyout.zone([3, 5, 4, 9], 4, price=20, cost=10)
    >>> zone(found, buyout.nash_split(found)).axes[0].get_title(loc="left")
    'Both can agree on ¥10.00 to ¥18.75 a unit'
    """
    ax.barh([0], [found.high - found.low], left=[found.low], color=theme.SKY, height=0.5)
    ends = [
        (found.low, _("the supplier walks away below"), "right"),
        (found.high, _("we walk away above"), "left"),
    ]
    for place, told, side in ends:
        ax.axvline(place, color=theme.BLUE, lw=2)
        ax.annotate(
            told,
            (place, 0.42),
            textcoords="offset points",
            xytext=(6 if side == "right" else -6, 0),
            ha="left" if side == "right" else "right",
        )
    if deal is not None:
        ax.scatter([deal.wholesale], [0], color=theme.ORANGE, s=90, zorder=3)
        ax.annotate(
            _("¥{price:,.2f}").format(price=deal.wholesale),
            (deal.wholesale, 0),
            textcoords="offset points",
            xytext=(0, 10),
            ha="center",
        )
    ax.set_ylim(-0.6, 0.6)
    ax.set_yticks([])
    room = 0.08 * max(found.high - found.low, 1e-9)
    ax.set_xlim(found.low - room, found.high + room)
    ax.grid(visible=False, axis="y")
    theme.yuan_axis(ax, "x")
    ax.set_xlabel(_("wholesale price of a unit"))
    finding = _("Both can agree on ¥{low:,.2f} to ¥{high:,.2f} a unit")
    ax.set_title(finding.format(low=found.low, high=found.high))


@theme.drawn(height=3.4, table="week so_far low high")
def week_shares(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw which share of a season has been sold by the end of each week.

    Parameters
    ----------
    table : DataFrame
        What ``buyout.week_shares`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says after how many weeks half has been sold.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"week": [1, 2, 3], "so_far": [0.4, 0.7, 1.0],
    ...     "low": [0.3, 0.6, 1.0], "high": [0.5, 0.8, 1.0]})
    >>> week_shares(table).axes[0].get_title(loc="left")
    'By the end of week 2 half of a season has been sold'
    """
    ax.fill_between(
        table["week"],
        table["low"],
        table["high"],
        color=theme.SKY,
        alpha=0.35,
        lw=0,
        label=_("past offers"),
    )
    ax.plot(table["week"], table["so_far"], color=theme.BLUE, lw=2.5, marker="o", label=_("mean"))
    ax.set_ylim(0, 1.02)
    theme.percent_axis(ax)
    ax.set_xticks(table["week"])
    ax.set_xlabel(_("week"))
    ax.set_ylabel(_("sold so far"))
    ax.legend(loc="lower right")
    half = table[table["so_far"] >= 0.5]
    if len(half):
        finding = _("By the end of week {n} half of a season has been sold")
        ax.set_title(finding.format(n=int(half["week"].iloc[0])))


@theme.drawn(height=1.5, row=0.4, table="offer_id kind wholesale walk_away answer")
def offers(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw what is asked for each offer beside the price at which we walk away.

    Parameters
    ----------
    table : DataFrame
        What ``buyout.weigh`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title counts the offers to take.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"offer_id": ["B1", "B2"], "kind": ["buy_out", "oem"],
    ...     "wholesale": [1600.0, 1500.0], "walk_away": [1880.0, 1420.0],
    ...     "answer": ["take", "negotiate"]})
    >>> offers(table).axes[0].get_title(loc="left")
    '1 of 2 offers can be taken as they stand'
    """
    places = range(len(table))
    good = table["answer"] == _("take")
    colors = [theme.BLUE if one else theme.ORANGE for one in good]
    ax.hlines(places, table["wholesale"], table["walk_away"], color=colors, lw=3, alpha=0.6)
    ax.scatter(table["wholesale"], places, color=colors, s=60, zorder=3, label=_("asked"))
    ax.scatter(
        table["walk_away"],
        places,
        color="#222222",
        marker="|",
        s=220,
        zorder=3,
        label=_("we walk away above"),
    )
    labels = [
        f"{one} {_kind_names().get(str(kind), theme.words(kind))}"
        for one, kind in zip(table["offer_id"], table["kind"], strict=True)
    ]
    ax.set_yticks(places, labels)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    theme.yuan_axis(ax, "x")
    ax.set_xlabel(_("wholesale price of a unit"))
    ax.legend(loc="upper right", bbox_to_anchor=(1, -0.6 / (1 + 0.4 * len(table))), ncols=2)
    finding = _("{n} of {all} offers can be taken as they stand")
    ax.set_title(finding.format(n=int(good.sum()), all=len(table)))
