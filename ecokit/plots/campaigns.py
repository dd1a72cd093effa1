"""Figures of campaigns: what they brought, the day, the return, and the next budget.

Each function takes what a function of :mod:`ecokit.campaigns` returned and draws into `ax` or into
a new figure.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from ecokit.inputs.renamed import attach
from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

    from ecokit.campaigns.returns import Return

__getattr__ = attach(__name__)[0]


def way_names() -> dict[str, str]:
    """Return the ways to measure a campaign in words.

    Examples
    --------
    >>> way_names()["held_out"]
    'held-out group'
    """
    return {
        "tagged": _("tagged (as platforms count)"),
        "season": _("before, with season"),
        "regions": _("regions without it"),
        "held_out": _("held-out group"),
    }


@theme.drawn(height=1.6, row=0.45, table="way effect low high verdict")
def ways(table: pd.DataFrame, truth: float | None = None, ax: Axes = theme.NEW) -> None:
    """Draw what a campaign brought, in each way with its interval, and the truth.

    Parameters
    ----------
    table : DataFrame
        What ``campaigns.ways`` or ``campaigns.dip`` returned.
    truth : float, optional
        What the simulator says it brought.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title counts the ways that hold the truth, or else those that can tell.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"way": ["tagged", "held_out"], "effect": [90.0, 30.0],
    ...     "low": [72.0, 17.0], "high": [111.0, 43.0], "verdict": ["brought", "brought"]})
    >>> ways(table, 35).axes[0].get_title(loc="left")
    '1 of 2 ways hold the truth'
    """
    places = range(len(table))
    naive = table["way"] == "tagged"
    colors = [theme.GREY if one else theme.BLUE for one in naive]
    ax.hlines(places, table["low"], table["high"], color=colors, lw=3)
    ax.scatter(table["effect"], places, color=colors, s=55, zorder=3)
    ax.axvline(0, color="#888888", lw=1)
    names = way_names()
    ax.set_yticks(places, [names.get(str(way), theme.words(way)) for way in table["way"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("what it brought, with 95 % interval"))
    if truth is None:
        told = int((table["verdict"] != _("too small to know")).sum())
        finding = _("{n} of {all} ways tell it from nothing").format(n=told, all=len(table))
    else:
        ax.axvline(truth, color=theme.ORANGE, ls="--", lw=2, label=_("truth"))
        ax.legend(loc="upper right", bbox_to_anchor=(1, -0.5 / (1 + 0.4 * len(table))))
        held = int(((table["low"] <= truth) & (truth <= table["high"])).sum())
        finding = _("{n} of {all} ways hold the truth").format(n=held, all=len(table))
    ax.set_title(finding)


@theme.drawn(height=3.6, table="hour expected low high came projected")
def pace(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the orders of a day beside its plan, and where chance leaves them if the plan holds.

    Parameters
    ----------
    table : DataFrame
        What ``campaigns.pace`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells where the day ends at this pace.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"hour": [0, 1], "expected": [5.0, 10.0], "low": [1.0, 4.0],
    ...     "high": [9.0, 16.0], "came": [3.0, None], "projected": [6.0, None]})
    >>> pace(table).axes[0].get_title(loc="left")
    'At 1:00 the day runs at 60 % of its plan'
    """
    ends = table["hour"] + 1
    ax.fill_between(
        ends, table["low"], table["high"], color=theme.SKY, alpha=0.3, lw=0, label=_("by chance")
    )
    ax.plot(ends, table["expected"], color=theme.GREY, ls="--", label=_("plan"))
    known = table[table["came"].notna()]
    ax.plot(known["hour"] + 1, known["came"], color=theme.ORANGE, lw=2.5, label=_("came"))
    ax.set_xlim(0, int(ends.max()))
    ax.set_ylim(bottom=0)
    ax.set_xlabel(_("hour of the day"))
    ax.set_ylabel(_("by the end of the hour"))
    ax.legend(loc="upper left")
    if len(known):
        last = known.iloc[-1]
        share = last["projected"] / table["expected"].iloc[-1]
        finding = _("At {hour}:00 the day runs at {share:.0f} % of its plan")
        ax.set_title(finding.format(hour=int(last["hour"]) + 1, share=100 * share))


@theme.drawn(height=1.5, row=0.6, table="check needed there enough most_orders")
def serving_checks(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw what a campaign needs of stock, desk and parcels, as a share of what is there.

    Parameters
    ----------
    table : DataFrame
        What ``campaigns.serving_checks`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names what is short, and how many orders it can serve.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"check": ["stock", "desk"], "needed": [900.0, 80.0],
    ...     "there": [1000.0, 60.0], "enough": [True, False], "most_orders": [700.0, 300.0]})
    >>> serving_checks(table).axes[0].get_title(loc="left")
    'Short of desk: 300 orders more is all it serves'
    """
    share = table["needed"] / table["there"].where(table["there"] > 0)
    places = range(len(table))
    colors = [theme.BLUE if one else theme.ORANGE for one in table["enough"]]
    ax.barh(places, share.fillna(0), color=colors, height=0.6)
    ax.axvline(1, color="black", lw=1.5)
    for place, needed, there in zip(places, table["needed"], table["there"], strict=True):
        words = _("{needed:,.0f} of {there:,.0f}").format(needed=needed, there=there)
        _label(ax, words, (max(float(needed / there), 1.0) if there else 1.0, place))
    ax.set_xlim(0, 1.35 * max(float(share.max()), 1.0))
    ax.set_yticks(places, [theme.capital(theme.words(one)) for one in table["check"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("needed, as a share of what is there"))
    short = table[~table["enough"].astype(bool)]
    if short.empty:
        ax.set_title(_("Stock, desk and parcels can serve it"))
        return
    worst = short.sort_values("most_orders").iloc[0]
    finding = _("Short of {what}: {n:,.0f} orders more is all it serves")
    ax.set_title(finding.format(what=theme.words(worst["check"]), n=worst["most_orders"]))


@theme.drawn(height=2.6)
def returned(told: Return, ax: Axes = theme.NEW) -> None:
    """Draw the ROAS that a platform prints, the one on what the campaign brought, and the least.

    Parameters
    ----------
    told : Return
        What ``campaigns.campaign_return`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells whether it pays.

    Examples
    --------
    >>> from ecokit import campaigns
    >>> from ecokit.campaigns.brought import Brought
    >>> brought = Brought("held_out", "orders", 30.0, 17.0, 43.0, 40.0, 10.0)
    >>> told = campaigns.campaign_return(4_000, 90, brought, order_value=900, margin=0.15)
    >>> returned(told).axes[0].get_title(loc="left")
    'ROAS 20.2 as platforms print it; left: ¥50'
    """
    bars = {
        _("as platforms print it"): (told.tagged_roas, theme.GREY),
        _("on what it brought"): (told.incremental_roas, theme.BLUE),
    }
    for place, (roas, color) in enumerate(bars.values()):
        ax.barh(place, roas, color=color, height=0.55)
    if told.rate_high > told.rate_low and told.break_even < float("inf"):
        ends = [(1 + rate) * told.break_even for rate in (told.rate_low, told.rate_high)]
        ax.plot(ends, [1, 1], color="black", lw=2, label=_("95 % interval"))
    if told.break_even < float("inf"):
        ax.axvline(told.break_even, color=theme.ORANGE, ls="--", lw=2, label=_("would pay"))
    ax.set_yticks(range(len(bars)), list(bars))
    ax.set_ylim(len(bars) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("yuan of sales a yuan of spend (ROAS 投产比)"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.32), ncols=2)
    finding = _("ROAS {roas:.1f} as platforms print it; left: {profit}")
    ax.set_title(finding.format(roas=told.tagged_roas, profit=theme.yuan(told.profit)))


@theme.drawn(height=3.8, table="spend response average marginal")
def response_curve(table: pd.DataFrame, today: float, ax: Axes = theme.NEW) -> None:
    """Draw a response to spend, with its average and its marginal return at today's spend.

    Parameters
    ----------
    table : DataFrame
        ``spend`` in order, and ``response``, ``average`` and ``marginal`` return at each, of
        ``campaigns.saturating``, ``average_return`` and ``marginal_return``.
    today : float
        The spend of today; the nearest one of the table is drawn.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title sets the next yuan beside the average one.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"spend": [0.0, 50.0, 100.0], "response": [0.0, 63.2, 86.5],
    ...     "average": [2.0, 1.264, 0.865], "marginal": [2.0, 0.736, 0.271]})
    >>> response_curve(table, 50).axes[0].get_title(loc="left")
    'The average yuan brings 1.26, the next one 0.74'
    """
    here = table.iloc[int((table["spend"] - today).abs().argmin())]
    x, y = float(here["spend"]), float(here["response"])
    average, marginal = float(here["average"]), float(here["marginal"])
    reach = float(table["spend"].max()) / 4
    ax.plot(table["spend"], table["response"], color=theme.BLUE, lw=2.5)
    ax.plot([0, x], [0, y], color=theme.GREY, ls="--", label=_("average return"))
    ends = [max(x - reach, 0), x + reach]
    slope = [y + marginal * (end - x) for end in ends]
    ax.plot(ends, slope, color=theme.ORANGE, lw=2, label=_("marginal return"))
    ax.plot(x, y, "o", color="black", ms=8, zorder=3)
    ax.annotate(_("today"), (x, y), textcoords="offset points", xytext=(8, -14))
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    theme.yuan_axis(ax, "x")
    ax.set_xlabel(_("spend"))
    ax.set_ylabel(_("response"))
    ax.legend(loc="lower right")
    finding = _("The average yuan brings {average:.2f}, the next one {marginal:.2f}")
    ax.set_title(finding.format(average=average, marginal=marginal))


@theme.drawn(
    height=2.0,
    row=0.5,
    table="channel_id total total_low total_high identifiable",
    naive="channel_id total",
)
def responses(
    table: pd.DataFrame,
    naive: pd.DataFrame,
    truth: pd.Series[float] | None = None,
    ax: Axes = theme.NEW,
) -> None:
    """Draw the visits that each channel's spend brings, beside what a plain regression says.

    Parameters
    ----------
    table, naive : DataFrame
        What ``campaigns.responses`` and ``campaigns.naive_responses`` returned.
    truth : Series, optional
        What the simulator says, by channel.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title counts the channels that cannot be told.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"channel_id": ["social", "affiliate"], "total": [900.0, None],
    ...     "total_low": [500.0, None], "total_high": [1300.0, None],
    ...     "identifiable": [True, False]})
    >>> naive = pd.DataFrame({"channel_id": ["social", "affiliate"], "total": [3000.0, 2500.0]})
    >>> responses(table, naive).axes[0].get_title(loc="left")
    'Of 1 of 2 channels these data cannot tell'
    """
    places = list(range(len(table)))
    ax.hlines(places, table["total_low"], table["total_high"], color=theme.BLUE, lw=3)
    ax.plot(table["total"], places, "o", color=theme.BLUE, ms=8, label=_("spend varied by lot"))
    by_channel = naive.set_index("channel_id")["total"].reindex(table["channel_id"])
    ax.plot(by_channel, places, "X", color=theme.GREY, ms=9, label=_("plain regression"))
    if truth is not None:
        known = truth.reindex(table["channel_id"])
        ax.plot(known, places, "D", color=theme.ORANGE, ms=7, label=_("truth"))
    for place, can in zip(places, table["identifiable"], strict=True):
        if not can:
            words = _("not identifiable from these data")
            ax.annotate(words, (0.1, place), xycoords=("axes fraction", "data"), va="center")
    ax.set_yticks(places, [theme.words(one) for one in table["channel_id"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(left=min(0.0, ax.get_xlim()[0]))
    ax.grid(visible=False, axis="y")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlabel(_("visits that would not have come, with 95 % interval"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.6 / (1 + 0.5 * len(table))), ncols=3)
    lost = int((~table["identifiable"].astype(bool)).sum())
    finding = _("Of {n} of {all} channels these data cannot tell")
    ax.set_title(finding.format(n=lost, all=len(table)))


@theme.drawn(height=1.4, row=0.5, table="channel_id spend average marginal bound")
def split(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw a budget by channel, with what one more yuan would bring in each.

    Parameters
    ----------
    table : DataFrame
        ``table`` of what ``campaigns.best_split`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the channel with the most.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"channel_id": ["paid_search", "social"], "spend": [60.0, 40.0],
    ...     "average": [1.2, 1.0], "marginal": [0.58, 0.58], "bound": ["", ""]})
    >>> split(table).axes[0].get_title(loc="left")
    'Paid search gets 60 % of the budget'
    """
    places = range(len(table))
    colors = [theme.ORANGE if one else theme.BLUE for one in table["bound"]]
    ax.barh(places, table["spend"], color=colors, height=0.6)
    whole = float(table["spend"].sum())
    for place, spend, marginal, bound in zip(
        places, table["spend"], table["marginal"], table["bound"], strict=True
    ):
        words = _("next yuan: {marginal:.3g}").format(marginal=marginal)
        held = {"low": _(", at its least"), "high": _(", at its most")}.get(str(bound), "")
        _label(ax, words + held, (spend, place))
    ax.set_yticks(places, [theme.words(one) for one in table["channel_id"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, float(table["spend"].max()) * 1.45 or 1)
    ax.grid(visible=False, axis="y")
    theme.yuan_axis(ax, "x")
    ax.set_xlabel(_("spend"))
    most = table.iloc[int(table["spend"].argmax())]
    finding = _("{channel} gets {share:.0f} % of the budget")
    share = 100 * float(most["spend"]) / whole if whole else 0.0
    ax.set_title(
        theme.capital(finding.format(channel=theme.words(most["channel_id"]), share=share))
    )


@theme.drawn(height=3.4, table="claimed paid")
def platform_claims(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the orders that platforms claim beside those that exist, by month or by platform.

    Parameters
    ----------
    table : DataFrame
        What ``campaigns.platform_claims`` returned; its first column names the bars.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title adds them up.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"month": pd.to_datetime(["2025-01-01", "2025-02-01"]),
    ...                       "claimed": [900.0, 700.0], "paid": [600.0, 500.0]})
    >>> platform_claims(table).axes[0].get_title(loc="left")
    'Platforms claim 1,600 orders; 1,100 were paid'
    """
    places = range(len(table))
    ax.bar(places, table["claimed"], width=0.8, color=theme.SKY, label=_("claimed"))
    if "platform" in table:
        paid = _("paid, through it last")
        finding = _("Platforms claim {claimed:,.0f} orders; {paid:,.0f} came through them last")
    else:
        paid = _("paid, from everywhere")
        finding = _("Platforms claim {claimed:,.0f} orders; {paid:,.0f} were paid")
    ax.bar(places, table["paid"], width=0.5, color=theme.BLUE, label=paid)
    names = [
        f"{one:%Y-%m}" if isinstance(one, date) else theme.words(one) for one in table.iloc[:, 0]
    ]
    ax.set_xticks(places, names, rotation=45)
    ax.grid(visible=False, axis="x")
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.set_ylabel(_("orders"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.28), ncols=2)
    ax.set_title(finding.format(claimed=table["claimed"].sum(), paid=table["paid"].sum()))


@theme.drawn(height=1.6, row=0.45, table="name planned target met")
def planned_kpis(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the traffic manager's KPIs of a plan, each over its target.

    Parameters
    ----------
    table : DataFrame
        What ``campaigns.planned_kpis`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title counts the targets that are met.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"name": ["UV completion"], "planned": [1.03], "target": [1.0],
    ...                       "met": [True]})
    >>> planned_kpis(table).axes[0].get_title(loc="left")
    'The plan meets 1 of 1 targets'
    """
    places = range(len(table))
    share = table["planned"] / table["target"]
    colors = [theme.BLUE if one else theme.ORANGE for one in table["met"]]
    ax.barh(places, share, color=colors, height=0.6)
    ax.axvline(1, color="black", lw=1.5)
    pairs = zip(places, table["planned"], table["target"], strict=True)
    for place, planned, target in pairs:
        words = _("{planned:.1%} of {target:.0%}").format(planned=planned, target=target)
        _label(ax, words, (max(float(planned / target), 1.0), place))
    ax.set_xlim(0, 1.45 * max(float(share.max()), 1.0))
    ax.set_yticks(places, list(table["name"]))
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("of the target"))
    finding = _("The plan meets {n} of {all} targets")
    ax.set_title(finding.format(n=int(table["met"].sum()), all=len(table)))


def _label(ax: Axes, words: str, place: tuple[float, float]) -> None:
    """Write words to the right of a place."""
    ax.annotate(words, place, textcoords="offset points", xytext=(6, 0), va="center", fontsize=9.5)
