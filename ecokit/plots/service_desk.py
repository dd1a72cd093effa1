"""Figures of the service desk: arrivals, waits, staffing, shifts, complaints, customers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.ticker import MaxNLocator

from ecokit.messages import _
from ecokit.plots import theme
from ecokit.service_desk import WEEKDAYS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from ecokit.service_desk.erlang import Desk


MOST_TICKS = 12
"""Names of groups under an axis; more would run into each other."""


def _group_name(by: str, group: Any) -> str:
    """Return what a group of ``service_desk.answers`` is called: Nov, 3 Nov, Fri, 21:00."""
    if by == "month":
        return f"{group:%b}"
    if by in ("day", "week", "quarter"):
        return f"{group.day} {group:%b}"
    if by == "year":
        return f"{group:%Y}"
    if by == "weekday":
        return WEEKDAYS[int(group) - 1]
    if by in ("hour", "slot"):
        return _clock(int(group) * (60 if by == "hour" else 1))
    return theme.words(group)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _clock_axis(ax: Axes) -> None:
    """Print an axis of minutes after midnight as hours of the day."""
    ax.set_xlim(0, 1440)
    ax.set_xticks(range(0, 1441, 180), [f"{hour}:00" for hour in range(0, 25, 3)])


@theme.drawn(height=3.4, hours="")
def week(hours: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the arrivals of each hour and weekday as a heat map.

    Parameters
    ----------
    hours : DataFrame
        What ``service_desk.hours(..., minutes=60)`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the busiest hour.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> hours = pd.DataFrame(np.ones((24, 7)), index=range(0, 1440, 60), columns=list("MTWUFSN"))
    >>> hours.loc[1260, "F"] = 50
    >>> week(hours).axes[0].get_title(loc="left")
    'Busiest: F 21:00, 50 contacts an hour'
    """
    sns.heatmap(
        hours.T,
        ax=ax,
        cmap="Blues",
        vmin=0,
        cbar_kws={"label": _("contacts an hour")},
        xticklabels=[f"{slot // 60}" for slot in hours.index],
    )
    ax.set_xlabel(_("hour of the day"))
    ax.set_ylabel("")
    ax.tick_params(axis="both", rotation=0, length=0)
    values = hours.to_numpy()
    row, column = divmod(int(values.argmax()), len(hours.columns))
    slot, day = int(hours.index[row]), hours.columns[column]
    ax.set_title(
        _("Busiest: {day} {hour}:00, {n:.0f} contacts an hour").format(
            day=day, hour=slot // 60, n=values[row, column]
        )
    )


@theme.drawn(height=3.4, answers="{by} service_level service_level_answered abandoned_share")
def service(answers: pd.DataFrame, by: str = "month", ax: Axes = theme.NEW) -> None:
    """Draw the service level and the share that gave up, group by group.

    Parameters
    ----------
    answers : DataFrame
        What ``service_desk.answers(..., by=by)`` returned.
    by : str
        The column of groups.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the worst group.

    Examples
    --------
    >>> import pandas as pd
    >>> told = pd.DataFrame({"hour": [9, 21], "contacts": [10, 20], "service_level": [0.9, 0.6],
    ...                      "service_level_answered": [0.95, 0.9], "abandoned_share": [0.05, 0.3]})
    >>> service(told, "hour").axes[0].get_title(loc="left")
    'Worst: 21:00, 60% answered in time, 30% gave up'
    """
    names = [_group_name(by, group) for group in answers[by]]
    places = np.arange(len(names))
    ax.plot(
        places,
        answers["service_level_answered"],
        "s--",
        color=theme.GREY,
        label=_("in time, of the answered"),
    )
    ax.plot(places, answers["service_level"], "o-", color=theme.BLUE, label=_("in time, of all"))
    ax.bar(places, answers["abandoned_share"], color=theme.ORANGE, label=_("gave up"))
    step = math.ceil(len(names) / MOST_TICKS)
    ax.set_xticks(places[::step], names[::step])
    ax.set_ylim(0, 1.02)
    theme.percent_axis(ax)
    ax.grid(visible=False, axis="x")
    ax.set_xlabel(theme.words(by))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3)
    worst = int(answers["service_level"].argmin())
    ax.set_title(
        _("Worst: {name}, {share:.0%} answered in time, {gone:.0%} gave up").format(
            name=names[worst],
            share=answers["service_level"].iloc[worst],
            gone=answers["abandoned_share"].iloc[worst],
        )
    )


@theme.drawn(height=3.6)
def staffing(
    patient: Sequence[Desk],
    impatient: Sequence[Desk],
    goal: float = 0.8,
    *,
    chosen: Desk | None = None,
    ax: Axes = theme.NEW,
) -> None:
    """Draw the service level that each number of agents gives, by Erlang C and by Erlang A.

    Parameters
    ----------
    patient, impatient : sequence of Desk
        What ``service_desk.desk`` gave for rising numbers of agents, without and with patience.
    goal : float
        The service level that is asked for.
    chosen : Desk, optional
        One of `impatient`, to point out.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says how many agents each formula asks for, or what the chosen desk gives.

    Examples
    --------
    >>> from ecokit.service_desk import desk
    >>> patient = [desk(200, 3, n, target_seconds=20) for n in range(11, 17)]
    >>> impatient = [desk(200, 3, n, 5, 20) for n in range(8, 17)]
    >>> staffing(patient, impatient).axes[0].get_title(loc="left")
    '80% in time: 14 agents if nobody leaves, 13 if some do'
    """
    rows = (
        (impatient, "o-", theme.BLUE, _("Erlang A: customers give up"), "service_level"),
        (patient, "s--", theme.GREY, _("Erlang C: nobody gives up"), "service_level"),
        (impatient, "X:", theme.ORANGE, _("gave up (Erlang A)"), "abandoned"),
    )
    for desks, style, color, label, name in rows:
        ax.plot(
            [d.agents for d in desks],
            [getattr(d, name) for d in desks],
            style,
            color=color,
            label=label,
        )
    ax.axhline(goal, color="black", linewidth=1)
    if patient:
        ax.axvline(patient[0].load, color="black", linewidth=1, linestyle=":")
    ax.set_ylim(0, 1.02)
    theme.percent_axis(ax)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(_("agents"))
    ax.set_ylabel(_("share of contacts"))
    ax.legend(loc="center right", frameon=True, framealpha=0.9, edgecolor="none")
    if chosen is None:
        ax.set_title(_agents_asked_for(patient, impatient, goal))
        return
    ring = {"markersize": 16, "mfc": "none", "mec": theme.BLUE, "mew": 2.5}
    ax.plot(chosen.agents, chosen.service_level, "o", **ring)
    message = _("{n} agents: {share:.0%} in time, {gone:.0%} give up, {busy:.0%} busy")
    told = {"share": chosen.service_level, "gone": chosen.abandoned, "busy": chosen.occupancy}
    # A fixed place: searching for one costs as much as drawing.
    ax.set_title(message.format(n=chosen.agents, **told), y=1)


def _agents_asked_for(patient: Sequence[Desk], impatient: Sequence[Desk], goal: float) -> str:
    """Say how many agents each formula asks for; nothing where one of them has too few."""
    c, a = (
        next((d.agents for d in desks if d.service_level >= goal), None)
        for desks in (patient, impatient)
    )
    if c is None or a is None:
        return ""
    message = _("{goal:.0%} in time: {c} agents if nobody leaves, {a} if some do")
    return message.format(goal=goal, c=c, a=a)


@theme.drawn(height=3.4, table="slot required planned")
def coverage(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the agents that one day needs and those that the shifts give.

    Parameters
    ----------
    table : DataFrame
        Rows of one day of ``ShiftPlan.coverage``: ``slot``, ``required``, ``planned``.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells the idle share, which whole shifts cost.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"slot": [0, 720], "required": [1, 3], "planned": [2, 3]})
    >>> coverage(table).axes[0].get_title(loc="left")
    'Shifts give 5 agent slots where 4 are needed: 25% more'
    """
    edges = np.r_[table["slot"], 1440]
    for name, color, label in (
        ("planned", theme.SKY, _("planned by shifts")),
        ("required", theme.BLUE, _("needed")),
    ):
        fill = name == "planned"
        ax.stairs(
            table[name], edges, color=color, fill=fill, label=label, linewidth=0 if fill else 2
        )
    _clock_axis(ax)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_ylim(bottom=0)
    ax.set_ylabel(_("agents"))
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper left")
    given, needed = int(table["planned"].sum()), int(table["required"].sum())
    ax.set_title(
        _("Shifts give {given} agent slots where {needed} are needed: {more:.0%} more").format(
            given=given, needed=needed, more=given / max(needed, 1) - 1
        )
    )


@theme.drawn(height=2.6, simulated="value error")
def agreement(simulated: pd.DataFrame, theory: Mapping[str, float], ax: Axes = theme.NEW) -> None:
    """Draw shares that a simulation measured, with their error, beside what a formula says.

    Parameters
    ----------
    simulated : DataFrame
        What ``service_desk.measured`` returned; the mean wait is left out.
    theory : mapping
        The same measures by the formula.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells the largest distance in standard errors.

    Examples
    --------
    >>> import pandas as pd
    >>> simulated = pd.DataFrame({"value": [0.5], "error": [0.01]}, index=["waits"])
    >>> agreement(simulated, {"waits": 0.515}).axes[0].get_title(loc="left")
    'Simulation and formula: at most 1.5 standard errors apart'
    """
    rows = simulated.drop(index="mean_wait", errors="ignore")
    said = np.array([theory[name] for name in rows.index])
    places = np.arange(len(rows))
    ax.errorbar(
        rows["value"],
        places,
        xerr=1.96 * rows["error"],
        fmt="o",
        color=theme.BLUE,
        capsize=4,
        label=_("simulated, 95 % interval"),
    )
    ax.plot(said, places, "D", color=theme.ORANGE, mfc="none", mew=2, label=_("formula"))
    ax.set_yticks(places, [theme.words(name) for name in rows.index])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    theme.percent_axis(ax, "x")
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.25), ncols=2)
    error = rows["error"].where(rows["error"] > 0)
    apart = float(((rows["value"] - said).abs() / error).max())
    ax.set_title(_("Simulation and formula: at most {n:.1f} standard errors apart").format(n=apart))


@theme.drawn(height=3.2, table="number share running_share")
def pareto(table: pd.DataFrame, title: str = "", ax: Axes = theme.NEW) -> None:
    """Draw causes, the most frequent first, and the share that all so far make.

    Parameters
    ----------
    table : DataFrame
        What ``service_desk.pareto`` returned.
    title : str
        The finding. Default: what the first two make together.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"reason": ["late", "quality", "service"], "number": [5, 3, 2],
    ...                       "share": [0.5, 0.3, 0.2], "running_share": [0.5, 0.8, 1.0]})
    >>> pareto(table).axes[0].get_title(loc="left")
    'Late and quality make 80% of all'
    """
    names = [theme.words(name) for name in table.iloc[:, 0]]
    places = range(len(table))
    ax.bar(places, table["share"], color=theme.BLUE)
    ax.plot(places, table["running_share"], "o-", color=theme.ORANGE, label=_("all so far"))
    counted = [f"{name}\n{number}" for name, number in zip(names, table["number"], strict=True)]
    ax.set_xticks(places, counted)
    ax.set_ylim(0, 1.08)
    theme.percent_axis(ax)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="center right")
    if not title and len(table) > 1:
        title = _("{first} and {second} make {share:.0%} of all").format(
            first=theme.capital(names[0]), second=names[1], share=table["running_share"].iloc[1]
        )
    elif not title:
        title = _("{first} is the only cause").format(first=theme.capital(names[0]))
    ax.set_title(title)


@theme.drawn(height=1.5, row=0.4, table="ratio low high")
def effects(
    table: pd.DataFrame,
    truth: Mapping[str, float] | None = None,
    title: str = "",
    ax: Axes = theme.NEW,
) -> None:
    """Draw ratios of conversion with their intervals, and the truth where it is known.

    Parameters
    ----------
    table : DataFrame
        Index: names of comparisons. Columns ``ratio``, ``low``, ``high``.
    truth : mapping, optional
        The true ratio of a comparison, by its name.
    title : str
        The finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Right of 1: buys more often.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"ratio": [1.4], "low": [1.1], "high": [1.8]}, index=["adjusted"])
    >>> [label.get_text() for label in effects(table).axes[0].get_yticklabels()]
    ['adjusted']
    """
    places = np.arange(len(table))
    error = [table["ratio"] - table["low"], table["high"] - table["ratio"]]
    ax.errorbar(
        table["ratio"],
        places,
        xerr=error,
        fmt="o",
        color=theme.BLUE,
        capsize=4,
        label=_("estimate, 95 % interval"),
    )
    if truth:
        known = [(truth[name], at) for at, name in enumerate(table.index) if name in truth]
        ax.plot(*zip(*known, strict=True), "D", color=theme.ORANGE, label=_("truth"))
    ax.axvline(1, color="black", linewidth=1)
    ax.set_yticks(places, [theme.words(name) for name in table.index])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlabel(_("ratio of conversions"))
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.75 / len(table) - 0.12), ncols=2)
    ax.set_title(title)


@theme.drawn(height=3.4, curve="day share low high")
def repeat(curve: pd.DataFrame, days: int = 90, ax: Axes = theme.NEW) -> None:
    """Draw which share of customers has bought again, by the days since the first order.

    Parameters
    ----------
    curve : DataFrame
        What ``service_desk.repeat_curve`` returned.
    days : int
        The day that the title reads.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure

    Examples
    --------
    >>> import pandas as pd
    >>> curve = pd.DataFrame({"day": [10, 80], "share": [0.05, 0.12], "low": [0.04, 0.1],
    ...                       "high": [0.06, 0.14]})
    >>> repeat(curve).axes[0].get_title(loc="left")
    '12% have bought again after 90 days'
    """
    ax.fill_between(
        curve["day"],
        curve["low"],
        curve["high"],
        step="post",
        color=theme.BLUE,
        alpha=0.2,
        label=_("95 % interval"),
    )
    ax.step(curve["day"], curve["share"], where="post", color=theme.BLUE, label=_("bought again"))
    ax.set_xlabel(_("days since the first order"))
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    theme.percent_axis(ax)
    ax.legend(loc="lower right")
    reached = curve.loc[curve["day"] <= days, "share"]
    ax.set_title(
        _("{share:.0%} have bought again after {days} days").format(
            share=reached.max() if len(reached) else 0, days=days
        )
    )


@theme.drawn(height=3.4, table="segment customer_share sales_share")
def segments(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the share of customers and of sales of each segment.

    Parameters
    ----------
    table : DataFrame
        What ``service_desk.segments`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title compares those who bought twice or more.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"segment": ["loyal", "new"], "customers": [10, 90],
    ...                       "customer_share": [0.1, 0.9], "sales_share": [0.25, 0.75]})
    >>> segments(table).axes[0].get_title(loc="left")
    'Two orders or more: 10% of customers, 25% of sales'
    """
    places = np.arange(len(table))
    for shift, name, color, label in (
        (-0.2, "customer_share", theme.GREY, _("of customers")),
        (0.2, "sales_share", theme.BLUE, _("of sales")),
    ):
        bars = ax.barh(places + shift, table[name], height=0.38, color=color, label=label)
        ax.bar_label(bars, [f"{share:.0%}" for share in table[name]], padding=3, size=9)
    ax.set_yticks(places, [theme.words(name) for name in table["segment"]])
    ax.invert_yaxis()
    ax.set_xlim(right=1.12 * float(table[["customer_share", "sales_share"]].max().max()))
    theme.percent_axis(ax, "x")
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper right")
    often = table[table["segment"].isin(["champion", "loyal", "at_risk"])]
    ax.set_title(
        _("Two orders or more: {people:.0%} of customers, {sales:.0%} of sales").format(
            people=often["customer_share"].sum(), sales=often["sales_share"].sum()
        )
    )
