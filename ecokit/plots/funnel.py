"""Figures of the funnel: steps, leaks, mix and rate, who comes back, who gets the credit.

Each function takes what a function of :mod:`ecokit.funnel` returned, as a table of any engine, and
draws into `ax` or into a new figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

COLORS = (theme.BLUE, theme.ORANGE, theme.GREEN, theme.PURPLE, theme.BROWN, theme.SKY)
STYLES = ("o-", "s--", "^-.", "D:", "v-", "P--")


def rule_names() -> dict[str, str]:
    """Return the rules of attribution in words, in the order of a legend.

    Examples
    --------
    >>> rule_names()["time_decay"]
    'by time'
    """
    return {
        "first": _("first touch"),
        "last": _("last touch"),
        "linear": _("linear"),
        "position": _("by position"),
        "time_decay": _("by time"),
        "markov": _("Markov chain"),
        "markov_converted": _("Markov chain, orders only"),
        "shapley": _("Shapley value"),
    }


@theme.drawn(height=3.2, table="step came rate of_all")
def steps(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw how many visits come to each step, and what share goes on.

    Parameters
    ----------
    table : DataFrame
        What ``funnel.steps`` returned without `by` (or one group of it).
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the step at which the largest share leaves.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"step": ["visit", "cart", "order"], "came": [100, 20, 10],
    ...                       "rate": [None, 0.2, 0.5], "of_all": [1.0, 0.2, 0.1]})
    >>> steps(table).axes[0].get_title(loc="left")
    'Of all visits, 10.0% end in an order; most are lost before: cart'
    """
    places = range(len(table))
    ax.barh(places, table["came"], color=theme.BLUE)
    for place, row in zip(places, table.to_dict("records"), strict=True):
        text = _("{n:,.0f}, {share:.1%} of all").format(n=row["came"], share=row["of_all"])
        ax.text(row["came"], place, f"  {text}", va="center", fontsize=9.5)
        if place:
            on = _("{share:.0%} go on").format(share=row["rate"])
            ax.text(-0.01, place - 0.5, on, va="center", ha="right", fontsize=9, **_beside(ax))
    ax.set_yticks(places, [theme.words(step) for step in table["step"]])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlim(0, float(table["came"].max()) * 1.3)
    ax.set_xlabel(_("visits"))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.grid(visible=False, axis="y")
    worst = table.iloc[1:].sort_values("rate").iloc[0]
    ax.set_title(
        _("Of all visits, {share:.1%} end in an order; most are lost before: {step}").format(
            share=table["of_all"].iloc[-1], step=theme.words(worst["step"])
        )
    )


def _beside(ax: Axes) -> dict[str, Any]:
    """Return what puts a text left of the axes, at the height of a bar."""
    return {"transform": ax.get_yaxis_transform(), "color": "#555555"}


@theme.drawn(height=3.6, table="{by} step rate low high")
def rates(table: pd.DataFrame, by: str, ax: Axes = theme.NEW) -> None:
    """Draw what share goes on at each step, for each group, with intervals.

    Parameters
    ----------
    table : DataFrame
        What ``funnel.steps(..., by=by)`` returned.
    by : str
        The column of groups: six at most.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        A group a colour and a marker; the first step has no rate. The title names the step at
        which the groups lie furthest apart.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"device": ["phone"] * 2 + ["desktop"] * 2,
    ...     "step": ["visit", "order"] * 2, "rate": [None, 0.2, None, 0.3],
    ...     "low": [None, 0.1, None, 0.2], "high": [None, 0.3, None, 0.4]})
    >>> rates(table, by="device").axes[0].get_title(loc="left")
    'The groups differ most before: order'
    """
    names = list(dict.fromkeys(table["step"]))[1:]
    groups = list(dict.fromkeys(table[by].dropna()))[: len(COLORS)]
    for number, (group, label) in enumerate(zip(groups, theme.names(groups), strict=True)):
        mine = table[table[by] == group].set_index("step").reindex(names)
        shift = (number - (len(groups) - 1) / 2) * 0.13
        places = [place + shift for place in range(len(names))]
        middle = mine["rate"].astype(float)
        error = [middle - mine["low"].astype(float), mine["high"].astype(float) - middle]
        ax.errorbar(
            places,
            middle,
            yerr=error,
            fmt=STYLES[number][0],
            color=COLORS[number],
            capsize=3,
            label=label,
        )
    ax.set_xticks(range(len(names)), [theme.words(name) for name in names])
    ax.set_ylim(0, 1.05)
    theme.percent_axis(ax)
    ax.set_ylabel(_("share that goes on to the step"))
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=3)
    drawn = table[table[by].isin(groups) & table["step"].isin(names)]
    apart = drawn.groupby("step")["rate"].agg(np.ptp)
    told = _("The groups differ most before: {step}")
    ax.set_title(told.format(step=theme.words(apart.idxmax())))


@theme.drawn(height=3.8, table="step difference low high leaks lost_orders")
def leaks(table: pd.DataFrame, rows: int = 10, ax: Axes = theme.NEW) -> None:
    """Draw where groups fall behind the others, with the intervals that hold together.

    Parameters
    ----------
    table : DataFrame
        What ``funnel.leaks`` returned: the groups are left of ``step``.
    rows : int
        How many rows from the top.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        What leaks for sure is orange; the title counts it, in the whole table.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"device": ["phone", "desktop"], "step": ["order", "order"],
    ...     "difference": [-0.3, 0.3], "low": [-0.4, 0.2], "high": [-0.2, 0.4],
    ...     "leaks": [True, False], "lost_orders": [60.0, -60.0]})
    >>> leaks(table).axes[0].get_title(loc="left")
    'Leaks for sure: 1; the worst lost 60 orders'
    """
    shown = table[table["difference"].notna()].head(rows)
    for sure, color, marker, label in (
        (True, theme.ORANGE, "o", _("leaks for sure")),
        (False, theme.GREY, "s", _("may be chance")),
    ):
        mine = np.flatnonzero(shown["leaks"].astype(bool) == sure)
        one = shown.iloc[mine]
        error = [one["difference"] - one["low"], one["high"] - one["difference"]]
        style = {"fmt": marker, "color": color, "capsize": 3, "label": label}
        if len(one):
            ax.errorbar(one["difference"], mine, xerr=error, **style)
    groups = [*table.columns[: list(table).index("step")], "step"]
    columns = [theme.names(shown[name]) for name in groups]
    ax.set_yticks(range(len(shown)), [", ".join(row) for row in zip(*columns, strict=True)])
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.axvline(0, color="black", linewidth=1)
    theme.points_axis(ax, "x")
    ax.set_xlabel(_("share that goes on, less that of the others (percentage points)"))
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
    sure_ = table[table["leaks"].astype(bool)]
    title = _("No leak that is more than chance")
    if len(sure_):
        told = {"k": len(sure_), "n": sure_["lost_orders"].iloc[0]}
        title = _("Leaks for sure: {k}; the worst lost {n:,.0f} orders").format(**told)
    ax.set_title(title)


@theme.drawn(height=2.4, row=0.3, groups="group mix rate")
def mix(groups: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw what each group adds to a change of conversion: by its share, and by its rate.

    Parameters
    ----------
    groups : DataFrame
        The ``groups`` of what ``funnel.mix_and_rate`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Percentage points; the title adds them up.

    Examples
    --------
    >>> import pandas as pd
    >>> groups = pd.DataFrame({"group": ["desktop", "phone"], "mix": [-0.03, -0.02],
    ...                        "rate": [0.005, 0.0025]})
    >>> mix(groups).axes[0].get_title(loc="left")
    'Change -4.25 points: -5.00 by mix, +0.75 by rate'
    """
    places = np.arange(len(groups))
    ax.barh(places - 0.18, groups["mix"], 0.36, color=theme.SKY, label=_("mix: who comes"))
    ax.barh(places + 0.18, groups["rate"], 0.36, color=theme.BLUE, label=_("rate: how they order"))
    ax.set_yticks(places, theme.names(groups["group"]))
    ax.set_ylim(len(groups) - 0.5, -0.5)
    ax.axvline(0, color="black", linewidth=1)
    theme.points_axis(ax, "x", decimals=2)
    ax.set_xlabel(_("change of conversion (percentage points)"))
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.25), ncols=2)
    moved, paid = 100 * groups["mix"].sum(), 100 * groups["rate"].sum()
    ax.set_title(
        _("Change {all:+.2f} points: {mix:+.2f} by mix, {rate:+.2f} by rate").format(
            all=moved + paid, mix=moved, rate=paid
        )
    )


@theme.drawn(height=2.4, row=0.3, table="{by} mean middle low high tail_from")
def values(table: pd.DataFrame, by: str, ax: Axes = theme.NEW) -> None:
    """Draw mean, median and tail of what orders are worth, by group.

    Parameters
    ----------
    table : DataFrame
        What ``funnel.order_values(..., by=by)`` returned.
    by : str
        The column of groups.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Yuan, on a logarithmic axis: the median with its interval, the mean, and where the tail
        begins.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"region": ["east"], "mean": [140.0], "middle": [50.0],
    ...                       "low": [20.0], "high": [80.0], "tail_from": [900.0]})
    >>> values(table, by="region").axes[0].get_title(loc="left")
    'The mean is up to 2.8 times the median'
    """
    places = range(len(table))
    error = [table["middle"] - table["low"], table["high"] - table["middle"]]
    style: dict[str, Any] = {"fmt": "o", "color": theme.BLUE, "capsize": 3}
    ax.errorbar(table["middle"], places, xerr=error, label=_("median"), **style)
    ax.plot(table["mean"], places, "D", color=theme.ORANGE, label=_("mean"))
    ax.plot(table["tail_from"], places, "|", color=theme.GREY, ms=14, label=_("the tail begins"))
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_yticks(places, theme.names(table[by]))
    ax.set_ylim(len(table) - 0.5, -0.5)
    theme.yuan_axis(ax, "x")
    ax.set_xlabel(_("worth of an order (logarithmic)"))
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.25), ncols=3)
    ratio = (table["mean"] / table["middle"]).max()
    ax.set_title(_("The mean is up to {ratio:.1f} times the median").format(ratio=ratio))


@theme.drawn(height=3.6, table="day share low high")
def second_order(table: pd.DataFrame, by: str | None = None, ax: Axes = theme.NEW) -> None:
    """Draw which share of customers has ordered again, by days since their first order.

    Parameters
    ----------
    table : DataFrame
        What ``funnel.second_order`` returned without `days`.
    by : str, optional
        The column of groups: six at most. Without it the table is one curve.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The bands are the intervals; the title tells where the curves end.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"day": [5, 30], "share": [0.1, 0.25], "low": [0.05, 0.2],
    ...                       "high": [0.15, 0.3]})
    >>> second_order(table).axes[0].get_title(loc="left")
    'After 30 days, 25% have ordered again'
    """
    groups = [None] if by is None else list(dict.fromkeys(table[by].dropna()))[: len(COLORS)]
    named = [_("ordered again")] if by is None else theme.names(groups)
    for number, group in enumerate(groups):
        one = table if group is None else table[table[by] == group]
        color, line = COLORS[number], ("-", "--", "-.", ":", "-", "--")[number]
        day, share = np.append(0, one["day"]), np.append(0.0, one["share"].astype(float))
        ax.step(day, share, line, where="post", color=color, label=named[number])
        band = one[["low", "high"]].astype(float)
        ax.fill_between(
            one["day"], band["low"], band["high"], step="post", alpha=0.2, color=color, lw=0
        )
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    theme.percent_axis(ax)
    ax.set_xlabel(_("days since the first order"))
    ax.set_ylabel(_("share that has ordered again"))
    day = table["day"].max()
    if by is None:
        told = _("After {day:.0f} days, {share:.0%} have ordered again")
        ax.set_title(told.format(day=day, share=table["share"].iloc[-1]))
        return
    ends = table[table[by].isin(groups)].groupby(by)["share"].max().sort_values()
    told = _("Fewest come back: {one}, {low:.0%}; most: {two}, {high:.0%}")
    one, two = theme.names([ends.index[0], ends.index[-1]])
    ax.set_title(told.format(one=one, two=two, low=ends.iloc[0], high=ends.iloc[-1]))
    ax.legend(loc="lower right")


@theme.drawn(width=8.0, height=4.6, table="cohort later share")
def cohorts(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw cohorts as a triangle: which share orders in each later period.

    Parameters
    ----------
    table : DataFrame
        What ``funnel.cohorts`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        A row a cohort. The first period is 100 % for all and left out.

    Examples
    --------
    >>> import pandas as pd
    >>> month = pd.to_datetime(["2025-01-01", "2025-01-01", "2025-02-01"])
    >>> table = pd.DataFrame({"cohort": month, "later": [0, 1, 0], "share": [1.0, 0.2, 1.0]})
    >>> [text.get_text() for text in cohorts(table).axes[0].texts]
    ['20']
    """
    later = table[table["later"] > 0]
    wide = later.pivot_table(index="cohort", columns="later", values="share")
    names = theme.names(wide.index)
    sns.heatmap(
        100 * wide,
        ax=ax,
        annot=True,
        fmt=".0f",
        annot_kws={"size": 8.5},
        cmap="Blues",
        cbar=False,
        linewidths=1,
        vmin=0,
    )
    ax.set_yticks(np.arange(len(names)) + 0.5, names, rotation=0)
    ax.set_xlabel(_("periods after the first order"))
    ax.set_ylabel(_("first order in the period from"))
    ax.grid(visible=False)
    ax.set_title(_("Customers of a cohort who order in a later period (%)"))


@theme.drawn(height=3.6, table="period survival low high", seen="period members left staying")
def staying(table: pd.DataFrame, seen: pd.DataFrame | None = None, ax: Axes = theme.NEW) -> None:
    """Draw how many members stay how long, by the fitted law and as it was seen.

    Parameters
    ----------
    table : DataFrame
        What ``table(periods)`` of ``funnel.staying(...)`` returned.
    seen : DataFrame, optional
        What ``funnel.member_periods`` returned: the share that was seen to stay.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The band is the interval; the title tells the end of the curve.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"period": [1, 2], "survival": [0.7, 0.5], "low": [0.6, 0.4],
    ...                       "high": [0.8, 0.6]})
    >>> seen = pd.DataFrame({"period": [0, 1], "members": [10, 10], "left": [0, 3],
    ...                      "staying": [0, 7]})
    >>> staying(table, seen).axes[0].get_title(loc="left")
    'After 2 months, 50% are still members'
    """
    period = np.append(0, table["period"])
    ends = {name: np.append(1.0, table[name]) for name in ("survival", "low", "high")}
    ax.fill_between(period, ends["low"], ends["high"], color=theme.BLUE, alpha=0.2, lw=0)
    ax.plot(period, ends["survival"], "-", color=theme.BLUE, label=_("fitted (sBG)"))
    if seen is not None:
        later = seen[(seen["period"] > 0) & (seen["members"] > 0)]
        stay = np.cumprod(1 - later["left"] / later["members"])
        ax.plot(later["period"], stay, "o", color=theme.ORANGE, label=_("seen (Kaplan-Meier)"))
    ax.set_ylim(0, 1.02)
    ax.set_xlim(left=0)
    theme.percent_axis(ax)
    ax.set_xlabel(_("months as a member"))
    ax.set_ylabel(_("share still there"))
    ax.legend(loc="upper right")
    end = table.iloc[-1]
    told = _("After {n:.0f} months, {share:.0%} are still members")
    ax.set_title(told.format(n=end["period"], share=end["survival"]))


@theme.drawn(height=1.8, row=0.4, table="channel_id")
def credit(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the orders that each rule gives to each channel, beside the truth where it is known.

    Parameters
    ----------
    table : DataFrame
        What ``funnel.attribution`` returned. With a column ``truth`` (the orders that the channel
        brought) that is marked.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        A row a channel, a marker a rule; the title tells how far the rules lie apart.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"channel_id": ["search", "email"], "first": [10.0, 2.0],
    ...                       "last": [4.0, 8.0], "truth": [3.0, 1.0]})
    >>> credit(table).axes[0].get_title(loc="left")
    'The rules differ by up to 6 orders for one channel'
    """
    rules = [name for name in rule_names() if name in table]
    markers = "<>Pos^vD"
    places = range(len(table))
    if rules:
        low, high = table[rules].min(axis=1), table[rules].max(axis=1)
        ax.hlines(places, low, high, color="#cccccc", linewidth=3, zorder=0)
    palette = (*COLORS, theme.PINK, theme.RED)
    for rule, marker, color in zip(rule_names(), markers, palette, strict=True):
        if rule in rules:
            ax.plot(table[rule], places, marker, color=color, label=rule_names()[rule])
    if "truth" in table:
        ax.plot(
            table["truth"], places, "X", color="black", ms=10, label=_("truth of the simulator")
        )
    ax.set_yticks(places, [theme.words(channel) for channel in table["channel_id"]])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlim(left=0)
    ax.set_xlabel(_("orders"))
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.grid(visible=False, axis="y")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    apart = float((high - low).max()) if rules else 0.0
    ax.set_title(_("The rules differ by up to {n:,.0f} orders for one channel").format(n=apart))


@theme.drawn(width=7.6, height=4.6, table="origin target probability")
def transitions(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw where paths go next: the chain of channels as a table of chances.

    Parameters
    ----------
    table : DataFrame
        What ``funnel.transitions`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Per cent; each row adds up to 100.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"origin": ["(start)", "email"], "target": ["email", "(order)"],
    ...                       "probability": [1.0, 1.0]})
    >>> transitions(table).axes[0].get_title(loc="left")
    'From where to where (per cent of each row)'
    """
    wide = table.pivot_table(index="origin", columns="target", values="probability")
    ends = [name for name in ("(order)", "(none)") if name in wide]
    wide = wide[[*(name for name in wide if name not in ends), *ends]]
    sns.heatmap(
        100 * wide,
        ax=ax,
        annot=True,
        fmt=".0f",
        annot_kws={"size": 9},
        cmap="Blues",
        cbar=False,
        linewidths=1,
        vmin=0,
        vmax=100,
    )
    ax.set_xticklabels([theme.words(name) for name in wide], rotation=35, ha="right")
    ax.set_yticklabels([theme.words(name) for name in wide.index], rotation=0)
    ax.set_xlabel(_("to"))
    ax.set_ylabel(_("from"))
    ax.grid(visible=False)
    ax.set_title(_("From where to where (per cent of each row)"))


@theme.drawn(height=3.4, table="date difference low high p_value")
def looks(table: pd.DataFrame, level: float = 0.05, ax: Axes = theme.NEW) -> None:
    """Draw an experiment as it looks from look to look, and where an eager eye would have stopped.

    Parameters
    ----------
    table : DataFrame
        What ``experiments.look_by_look`` returned.
    level : float
        The p value below which somebody would stop.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says at how many looks the difference seemed decided, and what is left of it.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"date": pd.to_datetime(["2025-03-09", "2025-03-16"]),
    ...     "difference": [0.02, 0.001], "low": [0.01, -0.01], "high": [0.03, 0.012],
    ...     "p_value": [0.01, 0.9]})
    >>> looks(table).axes[0].get_title(loc="left")
    'p below 0.05 at 1 of 2 looks; at the end it is 0.900'
    """
    places = np.arange(1, len(table) + 1)
    ax.fill_between(places, table["low"], table["high"], color=theme.SKY, alpha=0.35, lw=0)
    ax.plot(places, table["difference"], "o-", color=theme.BLUE, label=_("difference so far"))
    hit = (table["p_value"] < level).to_numpy(bool)
    if hit.any():
        told = _("p below {level:g} at this look").format(level=level)
        ax.plot(places[hit], table["difference"][hit], "X", color=theme.ORANGE, ms=11, label=told)
    ax.axhline(0, color="black", linewidth=1)
    theme.points_axis(ax, decimals=1)
    ax.set_xticks(places, [f"{day.day} {day:%b}" for day in table["date"]])
    ax.set_xlabel(_("the look sees the visitors up to this day"))
    ax.set_ylabel(_("share who order, B less A (points)"))
    ax.legend(loc="upper right")
    finding = _("p below {level:g} at {n} of {all} looks; at the end it is {end}")
    end = theme.p_value(float(table["p_value"].iloc[-1]))
    ax.set_title(finding.format(level=level, n=int(hit.sum()), all=len(table), end=end))
