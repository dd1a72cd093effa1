"""Figures of outages: error budgets, how fast they burn, and how long incidents take.

Each function takes what a function of :mod:`ecokit.outages` returned and draws into `ax` or a new
figure.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from ecokit.inputs.renamed import attach
from ecokit.messages import _, _n
from ecokit.plots import theme

__getattr__ = attach(__name__)[0]


def step_names() -> dict[str, str]:
    """Return the steps of an incident in words.

    Examples
    --------
    >>> step_names()["see"]
    'until it is seen'
    """
    return {
        "see": _("until it is seen"),
        "answer": _("from there until it is answered"),
        "mend": _("until it is mended"),
    }


@theme.drawn(height=1.5, row=0.32, table="availability budget down kept")
def error_budgets(table: pd.DataFrame, by: str = "system_id", ax: Axes = theme.NEW) -> None:
    """Draw which share of its error budget each group used.

    Parameters
    ----------
    table : DataFrame
        What ``outages.availability`` returned.
    by : str
        The column that the rows are called by.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title counts those that overdrew theirs.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"system_id": ["S01", "S02"], "availability": [0.998, 1.0],
    ...     "budget": [43.2, 43.2], "down": [86.4, 0.0], "kept": [False, True]})
    >>> error_budgets(table).axes[0].get_title(loc="left")
    '1 of 2 overdrew the error budget'
    """
    used = (table["down"] / table["budget"].where(table["budget"] > 0)).astype(float)
    places = range(len(table))
    kept = table["kept"].astype(bool)
    colors = [theme.BLUE if one else theme.ORANGE for one in kept]
    ax.barh(places, used.fillna(0.0), color=colors, height=0.6)
    for place, end, share in zip(places, used.fillna(0.0), table["availability"], strict=True):
        ax.annotate(f"{share:.3%}", (end, place), textcoords="offset points", xytext=(4, -4))
    ax.axvline(1, color="#555555", ls="--", lw=1.5)
    names = table[by] if by in table.columns else table.index
    ax.set_yticks(places, theme.names(names))
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.margins(x=0.15)
    ax.grid(visible=False, axis="y")
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("share of the error budget that is used; beside it the availability"))
    n = int((~kept).sum())
    finding = _("{n} of {all} overdrew the error budget") if n else _("All {all} kept the budget")
    ax.set_title(finding.format(n=n, all=len(table)))


@theme.drawn(height=3.4, table="minute long short alert")
def burn_rates(table: pd.DataFrame, threshold: float = 14.4, ax: Axes = theme.NEW) -> None:
    """Draw how fast the error budget burns in the long and in the short window.

    Parameters
    ----------
    table : DataFrame
        What ``outages.burn_alert`` returned, of one group.
    threshold : float
        How fast it burns when somebody is called.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says when somebody is called first, and for how many minutes.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"minute": pd.date_range("2025-11-11 20:00", periods=3, freq="min"),
    ...     "long": [1.0, 15.0, 16.0], "short": [5.0, 40.0, 9.0], "alert": [False, True, False]})
    >>> burn_rates(table).axes[0].get_title(loc="left")
    'Somebody is called at 20:01, and for 1 minute'
    """
    minutes = pd.to_datetime(table["minute"])
    ax.plot(minutes, table["short"], color=theme.SKY, lw=1.6, label=_("short window"))
    ax.plot(minutes, table["long"], color=theme.BLUE, lw=2.4, label=_("long window"))
    ax.axhline(threshold, color=theme.ORANGE, ls="--", lw=1.8, label=_("threshold"))
    alert = table["alert"].astype(bool)
    top = ax.get_ylim()[1]
    ax.fill_between(minutes, 0, top, where=alert, color=theme.ORANGE, alpha=0.15, lw=0)
    ax.set_ylim(0, top)
    theme.clock_axis(ax, minutes)
    ax.set_ylabel(_("burn rate (1: as planned)"))
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.14), ncols=3)
    n = int(alert.sum())
    if n:
        finding = _n(
            "Somebody is called at {time}, and for {n} minute",
            "Somebody is called at {time}, and for {n} minutes",
            n,
        )
        ax.set_title(finding.format(time=f"{minutes[alert].iloc[0]:%H:%M}", n=n))
    else:
        ax.set_title(_("Nobody is called"))


@theme.drawn(height=1.5, row=0.36, table="step incidents median q25 q75")
def times(table: pd.DataFrame, by: str | None = None, ax: Axes = theme.NEW) -> None:
    """Draw how long incidents take: median, quartiles, and the interval where there are enough.

    Parameters
    ----------
    table : DataFrame
        What ``outages.times_to`` returned.
    by : str, optional
        The column that the rows are called by, beside the step.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title counts the rows in which too few incidents allow an interval.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"step": ["see", "mend"], "incidents": [9, 4], "q25": [3.0, 20.0],
    ...     "median": [5.0, 40.0], "q75": [9.0, 90.0], "low": [3.0, None], "high": [12.0, None]})
    >>> times(table).axes[0].get_title(loc="left")
    'In 1 of 2 rows too few cases for an interval'
    """
    places = range(len(table))
    if {"low", "high"} <= set(table.columns):
        ax.hlines(places, table["low"], table["high"], color=theme.SKY, lw=7, alpha=0.6)
    ax.hlines(places, table["q25"], table["q75"], color=theme.BLUE, lw=3)
    ax.scatter(table["median"], places, color=theme.BLUE, s=45, zorder=3)
    steps = step_names()
    labels = [steps.get(str(one), theme.words(one)) for one in table["step"]]
    one = labels[0] if len(set(labels)) == 1 else ""
    if by is not None and by in table.columns:
        names = theme.names(table[by])
        both = [f"{name}: {label}" for name, label in zip(names, labels, strict=True)]
        labels = names if one else both
    counted = zip(labels, table["incidents"], strict=True)
    ax.set_yticks(places, [_("{name} ({n})").format(name=name, n=int(n)) for name, n in counted])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(lambda value, _place: f"{value:g}")
    ax.grid(visible=False, axis="y")
    what = _("minutes {step}").format(step=one).strip()
    ax.set_xlabel(what + "\n" + _("thick: quartiles; pale: how far the median may lie"))
    few = int(table["low"].isna().sum()) if "low" in table else len(table)
    finding = _("In {n} of {all} rows too few cases for an interval")
    every = _("In each row enough for an interval")
    ax.set_title(finding.format(n=few, all=len(table)) if few else every)


@theme.drawn(height=3.6, table="hour cost")
def hourly_costs(table: pd.DataFrame, hour: int | None = None, ax: Axes = theme.NEW) -> None:
    """Draw what an outage costs by the hour at which it begins.

    Parameters
    ----------
    table : DataFrame
        What ``outages.costs_by_hour`` returned. With a column ``day`` one line for each; without
        it, bars.
    hour : int, optional
        The hour to point out.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says how many times the dearest hour costs what the cheapest one does.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"hour": [3, 9, 21], "cost": [50.0, 200.0, 400.0]})
    >>> hourly_costs(table).axes[0].get_title(loc="left")
    'At 21:00 it costs 8 times what it costs at 3:00'
    """
    marks = (theme.BLUE, theme.ORANGE, theme.GREEN)
    if "day" in table.columns:
        for n, (name, part) in enumerate(table.groupby("day", sort=False)):
            style = {"color": marks[n % len(marks)], "marker": "os^"[n % len(marks)], "ms": 4}
            ax.plot(part["hour"], part["cost"], label=theme.words(name), **style)
        ax.legend(loc="upper left")
    else:
        colors = [theme.ORANGE if one == hour else theme.BLUE for one in table["hour"]]
        ax.bar(table["hour"], table["cost"], color=colors, width=0.8)
    ax.set_ylim(0, max(1.0, 1.08 * float(table["cost"].max()) if len(table) else 1.0))
    ax.set_xticks(range(0, 24, 3), [f"{one}:00" for one in range(0, 24, 3)])
    theme.yuan_axis(ax)
    ax.set_xlabel(_("hour at which it begins"))
    ax.set_ylabel(_("gross profit that is lost"))
    ax.set_title(_hourly_title(table))


def _hourly_title(table: pd.DataFrame) -> str:
    """Say how far the hours of a day lie apart, or the last day from the first one."""
    days = (
        [part.set_index("hour")["cost"] for _day, part in table.groupby("day", sort=False)]
        if "day" in table.columns
        else [table.set_index("hour")["cost"]]
    )
    first, last = (days[0], days[-1]) if days else (pd.Series(dtype=float),) * 2
    if not len(last) or first.min() <= 0:
        return _("What an outage costs by the hour")
    dear, cheap = last.idxmax(), last.idxmin()
    if len(days) == 1:
        title = _("At {dear}:00 it costs {n:.0f} times what it costs at {cheap}:00")
        return title.format(dear=dear, cheap=cheap, n=last.max() / last.min())
    title = _("{day} at {dear}:00: {n:.1f} times {usual}")
    names = {"day": table["day"].iloc[-1], "usual": table["day"].iloc[0]}
    told = {name: theme.words(day) for name, day in names.items()}
    return title.format(dear=dear, n=last.max() / first.get(dear, first.max()), **told)
