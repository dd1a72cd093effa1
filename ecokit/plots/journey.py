"""Figures of the customer journey: touchpoints, one order, effects, repeat purchase.

Each function takes what a function of :mod:`ecokit.journey` returned, as a pandas
DataFrame, and draws into `ax` or into a new figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

COLORS = {
    "on_time": theme.BLUE,
    "late": theme.SKY,
    "missing": theme.ORANGE,
    "open": "#bbbbbb",
    "not_needed": "#dddddd",
}
LABELS_LEFT = -0.62  # where the long names of the touchpoints begin, in widths of the axes
MARKERS = {"on_time": "o", "late": "^", "missing": "X", "open": "o", "not_needed": "."}


def state_names() -> dict[str, str]:
    """Return the states of a touchpoint in words, in the order of a legend.

    Examples
    --------
    >>> state_names()["on_time"]
    'on time'
    """
    return {
        "on_time": _("on time"),
        "late": _("late"),
        "missing": _("missing"),
        "open": _("not due yet"),
        "not_needed": _("not needed"),
    }


def outcome_names() -> dict[str, str]:
    """Return what may come of an order, in words.

    Examples
    --------
    >>> outcome_names()["bought_again"]
    'bought again'
    """
    return {
        "complained": _("complained"),
        "returned": _("sent back"),
        "contacted": _("contacted us"),
        "bought_again": _("bought again"),
        "paid": _("paid"),
    }


def _labels(journey: pd.DataFrame) -> pd.Series[str]:
    table = journey.set_index("touchpoint")
    return table.index.astype(str) + "  " + table["name"] + " " + table["name_zh"]


@theme.drawn(
    height=4.6,
    rates="touchpoint on_time_rate late_rate missing_rate",
    journey="touchpoint name name_zh",
)
def touchpoints(rates: pd.DataFrame, journey: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the ten touchpoints as bars: on time, late, missing.

    Parameters
    ----------
    rates : DataFrame
        What ``journey.rates`` returned without `by` (or one group of it).
    journey : DataFrame
        The ten touchpoints, with ``name`` and ``name_zh``.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the weakest touchpoint.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"touchpoint": [4, 8], "on_time_rate": [0.9, 0.6],
    ...                       "late_rate": [0.1, 0.1], "missing_rate": [0.0, 0.3]})
    >>> ten = pd.DataFrame({"touchpoint": [4, 8], "name": ["Payment", "Three days"],
    ...                     "name_zh": ["付款短信", "三天未到"]})
    >>> touchpoints(rates, ten).axes[0].get_title(loc="left")
    'Three days: on time for 60% only'
    """
    table = rates.set_index("touchpoint").reindex(journey["touchpoint"])
    places = range(len(table))
    left = table["on_time_rate"] * 0
    for state in ("on_time", "late", "missing"):
        width = table[f"{state}_rate"].fillna(0)
        ax.barh(places, width, left=left, color=COLORS[state], label=state_names()[state])
        left = left + width
    for place, share in enumerate(table["on_time_rate"]):
        if share == share:  # an empty share has no label
            ax.text(0.01, place, f"{share:.0%}", va="center", color="white", fontsize=9)
    ax.set_yticks(places, _labels(journey))
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    theme.percent_axis(ax, "x")
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.08), ncols=3)
    if table["on_time_rate"].notna().any():
        place = int(table["on_time_rate"].argmin())
        name, share = journey["name"].iloc[place], table["on_time_rate"].iloc[place]
        finding = _("{name}: on time for {share:.0%} only").format(name=name, share=share)
        ax.set_title(finding, x=LABELS_LEFT, y=1)


@theme.drawn(height=3.2, rates="month on_time_rate missing_rate")
def months(rates: pd.DataFrame, name: str, ax: Axes = theme.NEW) -> None:
    """Draw how one touchpoint is kept from month to month.

    Parameters
    ----------
    rates : DataFrame
        ``month``, ``on_time_rate``, ``missing_rate``: rows of one touchpoint of what
        ``journey.rates(..., by="month")`` returned.
    name : str
        The touchpoint, for the title.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the worst month.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"month": pd.to_datetime(["2025-08-01", "2025-09-01"]),
    ...                       "on_time_rate": [0.9, 0.8], "missing_rate": [0.0, 0.1]})
    >>> months(rates, "Packing").axes[0].get_title(loc="left")
    'Packing: worst in Sep, 80% on time'
    """
    names = state_names()
    for state, style in (("on_time", "o-"), ("missing", "X--")):
        share = rates[f"{state}_rate"]
        ax.plot(rates["month"], share, style, color=COLORS[state], label=names[state])
    ax.set_xticks(rates["month"], [f"{month:%b}" for month in rates["month"]])
    ax.set_ylim(0, 1.02)
    theme.percent_axis(ax)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="center left", bbox_to_anchor=(0, 0.42))
    if rates["on_time_rate"].notna().any():
        worst = rates.iloc[int(rates["on_time_rate"].argmin())]
        ax.set_title(
            _("{name}: worst in {month}, {share:.0%} on time").format(
                name=name, month=f"{worst['month']:%b}", share=worst["on_time_rate"]
            )
        )


@theme.drawn(height=4.6, steps="touchpoint name name_zh state done_at minutes_late")
def timeline(steps: pd.DataFrame, title: str = "", ax: Axes = theme.NEW) -> None:
    """Draw one order's journey: ten touchpoints, what became of each, and when.

    Parameters
    ----------
    steps : DataFrame
        What ``journey.timeline`` returned.
    title : str
        Such as the number of the order; the finding is added.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        One row a touchpoint. The marker and the words tell its state.

    Examples
    --------
    >>> import pandas as pd
    >>> t = pd.Timestamp("2025-03-01 10:00")
    >>> steps = pd.DataFrame({"touchpoint": [3, 4], "name": ["Placed", "Payment"],
    ...     "name_zh": ["拍下", "付款短信"], "state": ["not_needed", "late"], "due_at": [pd.NaT, t],
    ...     "done_at": [pd.NaT, t], "minutes_late": [None, 75.0]})
    >>> timeline(steps, "Order 7").axes[0].get_title(loc="left")
    'Order 7: 0 on time, 1 late, 0 missing'
    """
    labels = _labels(steps)
    for place, step in enumerate(steps.to_dict("records")):
        state = step["state"]
        ax.plot(0, place, MARKERS[state], color=COLORS[state], markersize=13, clip_on=False)
        ax.text(0.06, place, state_names()[state], va="center", fontsize=10)
        if state in ("on_time", "late"):
            ax.text(
                0.32,
                place,
                f"{step['done_at'].day} {step['done_at']:%b %H:%M}",
                va="center",
                fontsize=10,
            )
        elif state != "not_needed":
            due = _("due {t.day} {t:%b %H:%M}").format(t=step["due_at"])
            ax.text(0.32, place, due, va="center", fontsize=10)
        if state == "late":
            ax.text(0.66, place, _late(step["minutes_late"]), va="center", fontsize=10)
    ax.plot([0, 0], [0, len(steps) - 1], color="#cccccc", zorder=0, linewidth=2)
    ax.set_yticks(range(len(steps)), labels)
    ax.set_xlim(-0.04, 1)
    ax.set_ylim(len(steps) - 0.5, -0.5)
    ax.set_xticks([])
    ax.grid(visible=False)
    for side in ax.spines.values():
        side.set_visible(False)
    counts = steps["state"].value_counts()
    finding = _("{on_time} on time, {late} late, {missing} missing").format(
        **{state: counts.get(state, 0) for state in ("on_time", "late", "missing")}
    )
    ax.set_title(f"{title}: {finding}" if title else finding, x=LABELS_LEFT, y=1)


def _late(minutes: float) -> str:
    if minutes < 120:
        return _("{n:.0f} min late").format(n=minutes)
    if minutes < 2880:
        return _("{n:.0f} h late").format(n=minutes / 60)
    return _("{n:.0f} days late").format(n=minutes / 1440)


@theme.drawn(height=3.2, causes="cause parcels called silent")
def waiting(causes: pd.DataFrame, ax: Axes = theme.NEW, hours: float = 72) -> None:
    """Draw the parcels that wait, by cause: customers who were called, and who were not.

    Parameters
    ----------
    causes : DataFrame
        What ``journey.causes`` returned.
    hours : float
        The hours that the list was made with.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells how many customers still wait for a call.

    Examples
    --------
    >>> import pandas as pd
    >>> causes = pd.DataFrame({"cause": ["weather", "address"], "parcels": [2, 1],
    ...                        "called": [1, 0], "silent": [1, 1]})
    >>> waiting(causes).axes[0].get_title(loc="left")
    '2 of 3 customers have not been called'
    """
    names = [cause.replace("_", " ") for cause in causes["cause"]]
    silent = causes["silent"]
    ax.barh(names, silent, color=theme.ORANGE, label=_("not called yet"))
    ax.barh(names, causes["called"], left=silent, color=theme.BLUE, label=_("called"))
    ax.invert_yaxis()
    days = _("three days") if hours == 72 else _("{n:g} hours").format(n=hours)
    ax.set_xlabel(_("parcels out for more than {time}").format(time=days))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(visible=False, axis="y")
    if len(causes):
        ax.legend(loc="lower right")
    ax.set_title(
        _("{n} of {all} customers have not been called").format(
            n=silent.sum(), all=causes["parcels"].sum()
        )
    )


@theme.drawn(height=3.4, table="outcome difference low high adjusted adjusted_low adjusted_high")
def effects(table: pd.DataFrame, title: str = "", ax: Axes = theme.NEW) -> None:
    """Draw what a missed touchpoint does: plain and adjusted differences with intervals.

    Parameters
    ----------
    table : DataFrame
        What ``journey.effect`` returned. With a column ``truth`` the true difference is
        marked.
    title : str
        The finding.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Percentage points; right of zero: happens more often when missed.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"outcome": ["complained"], "difference": [0.06], "low": [0.02],
    ...     "high": [0.1], "adjusted": [0.05], "adjusted_low": [0.01], "adjusted_high": [0.09]})
    >>> [label.get_text() for label in effects(table).axes[0].get_yticklabels()]
    ['complained']
    """
    kinds = (
        (_("plain difference"), -0.14, theme.GREY, ("difference", "low", "high"), "s"),
        (
            _("adjusted, like with like"),
            0.14,
            theme.BLUE,
            ("adjusted", "adjusted_low", "adjusted_high"),
            "o",
        ),
    )
    for label, shift, color, (middle, low, high), marker in kinds:
        places = [place + shift for place in range(len(table))]
        error = [table[middle] - table[low], table[high] - table[middle]]
        ax.errorbar(
            table[middle], places, xerr=error, fmt=marker, color=color, label=label, capsize=3
        )
    if "truth" in table:
        ax.plot(
            table["truth"],
            range(len(table)),
            "D",
            color=theme.ORANGE,
            label=_("truth of the simulator"),
        )
    names = outcome_names()
    ax.set_yticks(range(len(table)), [names.get(name, name) for name in table["outcome"]])
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.axvline(0, color="black", linewidth=1)
    theme.points_axis(ax, "x")
    ax.set_xlabel(_("share when missed minus share when kept (percentage points)"))
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.2), ncols=3)
    ax.set_title(title)


@theme.drawn(height=3.6, table="month too_recent repeat_rate naive_rate")
def repeat(table: pd.DataFrame, days: int = 90, ax: Axes = theme.NEW) -> None:
    """Draw the repeat rate by month: counted naively, and where the time was there.

    Parameters
    ----------
    table : DataFrame
        What ``journey.repeat_purchase(..., by="month")`` returned.
    days : int
        The days that the table was made with.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Months in which not every order had the time are grey.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"month": pd.to_datetime(["2025-08-01", "2025-12-01"]),
    ...     "orders": [10, 0], "too_recent": [0, 9], "repeat_rate": [0.2, None],
    ...     "naive_rate": [0.2, 0.01]})
    >>> repeat(table).axes[0].get_title(loc="left")
    'The naive rate falls to 1%: those orders had no 90 days'
    """
    months = table["month"]
    full = table["too_recent"] == 0
    ax.plot(months, table["naive_rate"], "s--", color=theme.GREY, label=_("naive: over all orders"))
    ax.plot(
        months[full],
        table["repeat_rate"][full],
        "o-",
        color=theme.BLUE,
        label=_("orders that had {days} days").format(days=days),
    )
    young = months[~full]
    if len(young):
        ax.axvspan(young.min(), months.max(), color="#eeeeee", zorder=0)
    ax.set_xticks(months, [f"{month:%b}" for month in months])
    ax.set_ylim(bottom=0)
    theme.percent_axis(ax)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="lower left")
    ax.set_title(
        _("The naive rate falls to {rate:.0%}: those orders had no {days} days").format(
            rate=table["naive_rate"].iloc[-1], days=days
        )
    )


@theme.drawn(height=3.6, table="month joint product floor ceiling")
def perfect(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the share of perfect journeys by month, beside the product of the rates.

    Parameters
    ----------
    table : DataFrame
        What ``journey.perfect_journey(..., by="month")`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The band is what the ten rates alone allow.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"month": pd.to_datetime(["2025-08-01", "2025-09-01"]),
    ...     "orders": [10, 10], "joint": [0.6, 0.7], "product": [0.5, 0.6],
    ...     "floor": [0.3, 0.4], "ceiling": [0.8, 0.9]})
    >>> perfect(table).axes[0].get_title(loc="left")
    'Worst month: Aug, 60% of journeys were perfect'
    """
    months = table["month"]
    ax.fill_between(
        months,
        table["floor"],
        table["ceiling"],
        color="#e3eef6",
        label=_("what the ten rates alone allow"),
    )
    ax.plot(months, table["product"], "s--", color=theme.GREY, label=_("product of the ten rates"))
    ax.plot(months, table["joint"], "o-", color=theme.BLUE, label=_("orders counted one by one"))
    ax.set_xticks(months, [f"{month:%b}" for month in months])
    ax.set_ylim(0, 1)
    theme.percent_axis(ax)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="lower left")
    worst = table.iloc[int(table["joint"].argmin())]
    ax.set_title(
        _("Worst month: {month}, {share:.0%} of journeys were perfect").format(
            month=f"{worst['month']:%b}", share=worst["joint"]
        )
    )


@theme.drawn(height=3.2, table="{by} kept_rate")
def promise(table: pd.DataFrame, by: str = "region", ax: Axes = theme.NEW) -> None:
    """Draw how many orders were there when promised, by region or another group.

    Parameters
    ----------
    table : DataFrame
        What ``journey.delivery(..., by=by)`` returned.
    by : str
        The column of groups.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the group that is served worst.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"region": ["east", "north"], "kept_rate": [0.9, 0.7]})
    >>> promise(table).axes[0].get_title(loc="left")
    'Served worst: north, 70% of orders as promised'
    """
    sorted_ = table.sort_values("kept_rate", ascending=False).reset_index(drop=True)
    last = len(sorted_) - 1
    colors = [theme.ORANGE if place == last else theme.BLUE for place in range(last + 1)]
    bars = ax.barh(sorted_[by].astype(str), sorted_["kept_rate"], color=colors)
    ax.bar_label(bars, [f"{share:.0%}" for share in sorted_["kept_rate"]], padding=3, size=9.5)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.08)
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("orders delivered by the promised time"))
    ax.grid(visible=False, axis="y")
    worst = sorted_.loc[last]
    ax.set_title(
        _("Served worst: {group}, {share:.0%} of orders as promised").format(
            group=worst[by], share=worst["kept_rate"]
        )
    )
