"""Figures of IT: the map of systems, error budgets, how fast they burn, load, waits, releases.

Each function takes what a function of :mod:`ecokit.it` returned and draws into `ax` or into a new
figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib import dates
from matplotlib.axes import Axes

from ecokit.inputs.renamed import attach
from ecokit.messages import _, _n
from ecokit.plots import theme

if TYPE_CHECKING:
    from ecokit.it.systems import SystemMap

__getattr__ = attach(__name__)[0]

_FLOW_COLORS = {
    "orders": theme.BLUE,
    "goods": theme.ORANGE,
    "money": theme.GREEN,
    "data": theme.GREY,
}


def flow_names() -> dict[str, str]:
    """Return what flows between systems in words.

    Examples
    --------
    >>> flow_names()["orders"]
    'orders'
    """
    return {"orders": _("orders"), "goods": _("goods"), "money": _("money"), "data": _("data")}


def source_names() -> dict[str, str]:
    """Return who calls the shop's servers in words.

    Examples
    --------
    >>> source_names()["platform_stock"]
    'stock calls'
    """
    return {
        "visitors": _("visitors"),
        "crawlers": _("crawlers"),
        "platform_stock": _("stock calls"),
        "platform_orders": _("order calls"),
        "own_apps": _("our app"),
    }


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


def _clock(ax: Axes, minutes: pd.Series[Any] | pd.Index[Any]) -> None:
    """Print an axis of minutes: the time where all lie within a day, else days."""
    if len(minutes) and minutes.max() - minutes.min() > pd.Timedelta(days=1):
        theme.day_axis(ax)
        return
    known: Any = dates  # of which Matplotlib tells no types
    ax.xaxis.set_major_locator(known.AutoDateLocator(maxticks=8))
    ax.xaxis.set_major_formatter(known.DateFormatter("%H:%M"))


@theme.drawn(height=5.4)
def system_map(found: SystemMap, ax: Axes = theme.NEW) -> None:
    """Draw the systems and what flows between them.

    Parameters
    ----------
    found : SystemMap
        What ``it.system_map`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        A dashed box is outsourced; a strong arrow is a link without which the caller fails. The
        title counts both.

    Examples
    --------
    >>> from ecokit import it
    >>> from ecokit.it.made import example
    >>> system_map(it.system_map(example())).axes[0].get_title(loc="left")
    '3 of 5 systems are outsourced; 3 links cannot be missed'
    """
    systems, flows = found.systems, found.flows
    boxes, places = {}, {}
    for row in systems.to_dict("records"):
        dashed = (0, (3, 2)) if row["outsourced"] else "-"
        box = {"boxstyle": "round,pad=0.5", "fc": "white", "ec": "#333333", "ls": dashed}
        name = f"{str(row['name']).replace(' ', chr(10), 1)}\n{row['name_zh']}"
        place = places[row["system_id"]] = (row["x"], row["y"])
        text = ax.text(*place, name, ha="center", va="center", fontsize=8, bbox=box)
        boxes[row["system_id"]] = text.get_bbox_patch()
    for row in flows.to_dict("records"):
        style: dict[str, Any] = {"arrowstyle": "-|>", "color": _FLOW_COLORS.get(row["flow"])}
        style |= {"lw": 2.4} if row["needed"] else {"lw": 1.1, "ls": (0, (4, 2))}
        style |= {"patchA": boxes[row["from_system"]], "patchB": boxes[row["to_system"]]}
        style |= {"shrinkA": 2, "shrinkB": 2, "connectionstyle": "arc3,rad=0.1"}
        start, end = places[row["from_system"]], places[row["to_system"]]
        ax.annotate("", xy=end, xytext=start, arrowprops=style)
    names = flow_names()
    shown = [flow for flow in _FLOW_COLORS if flow in set(flows["flow"])]
    for flow in shown:
        ax.plot([], [], color=_FLOW_COLORS[flow], lw=2.4, label=names[flow])
    if shown:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=len(shown))
    ax.set_xlim(systems["x"].min() - 0.6, systems["x"].max() + 0.6)
    ax.set_ylim(systems["y"].min() - 0.5, systems["y"].max() + 0.5)
    ax.set_axis_off()
    needed = int(flows["needed"].astype(bool).sum())
    finding = _n(
        "{out} of {all} systems are outsourced; {n} link cannot be missed",
        "{out} of {all} systems are outsourced; {n} links cannot be missed",
        needed,
    )
    outside = int(systems["outsourced"].astype(bool).sum())
    ax.set_title(finding.format(out=outside, all=len(systems), n=needed))


@theme.drawn(height=1.5, row=0.32, table="availability budget down kept")
def error_budgets(table: pd.DataFrame, by: str = "system_id", ax: Axes = theme.NEW) -> None:
    """Draw which share of its error budget each group used.

    Parameters
    ----------
    table : DataFrame
        What ``it.availability`` returned.
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
    ax.set_title(_("{n} of {all} overdrew the error budget").format(n=n, all=len(table)))


@theme.drawn(height=3.4, table="minute long short alert")
def burn_rates(table: pd.DataFrame, threshold: float = 14.4, ax: Axes = theme.NEW) -> None:
    """Draw how fast the error budget burns in the long and in the short window.

    Parameters
    ----------
    table : DataFrame
        What ``it.burn_alert`` returned, of one group.
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
    _clock(ax, minutes)
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


@theme.drawn(height=3.8, table="minute source load")
def load_by_source(table: pd.DataFrame, servers: float | None = None, ax: Axes = theme.NEW) -> None:
    """Draw the servers that calls keep busy minute by minute, by who calls.

    Parameters
    ----------
    table : DataFrame
        What ``it.offered_load(by=["minute", "source"])`` returned.
    servers : float, optional
        How many there are.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says how many servers the busiest minute asks for, and who asks most.

    Examples
    --------
    >>> minutes = pd.to_datetime(["2025-11-11 20:00", "2025-11-11 20:01"])
    >>> table = pd.DataFrame({"minute": [*minutes, *minutes], "load": [6.0, 4.0, 2.0, 2.0],
    ...     "source": ["own_apps", "own_apps", "visitors", "visitors"]})
    >>> load_by_source(table, servers=7).axes[0].get_title(loc="left")
    'At 20:00 calls keep 8.0 servers busy, 6.0 of them our app'
    """
    table = table.assign(minute=pd.to_datetime(table["minute"]))
    wide = table.pivot_table("load", "minute", "source", aggfunc="sum", observed=True).fillna(0.0)
    wide = wide[wide.sum().sort_values(ascending=False).index]
    names = source_names()
    labels = [names.get(str(one), theme.words(one)) for one in wide.columns]
    colors = (theme.BLUE, theme.ORANGE, theme.GREEN, theme.SKY, theme.GREY)
    ax.stackplot(wide.index, wide.to_numpy().T, labels=labels, colors=colors, lw=0)
    if servers is not None:
        ax.axhline(servers, color="#333333", ls="--", lw=1.5, label=_("servers"))
    ax.set_ylim(bottom=0)
    _clock(ax, wide.index)
    ax.grid(visible=False, axis="x")
    ax.set_ylabel(_("servers kept busy"))
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.12), ncols=2)
    if len(wide):
        loads = wide.to_numpy()
        peak = int(loads.sum(axis=1).argmax())
        most = int(loads[peak].argmax())
        finding = _("At {time} calls keep {all:.1f} servers busy, {most:.1f} of them {name}")
        told = {"all": loads[peak].sum(), "most": loads[peak, most], "name": labels[most]}
        ax.set_title(finding.format(time=f"{wide.index[peak]:%H:%M}", **told))


@theme.drawn(height=3.4, table="servers response quantile")
def waits(
    table: pd.DataFrame,
    within: float | None = None,
    unit: str = "ms",
    ax: Axes = theme.NEW,
) -> None:
    """Draw how long calls take against the number of servers: the mean and the percentile.

    Parameters
    ----------
    table : DataFrame
        What ``it.by_servers`` returned.
    within : float, optional
        The time in which they are to be done.
    unit : str
        Of the times.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says from how many servers on the percentile is in time, or what one more brings.

    Examples
    --------
    >>> table = pd.DataFrame({"servers": [10, 11, 12], "response": [200.0, 150.0, 131.0],
    ...     "quantile": [540.0, 410.0, 373.0]})
    >>> waits(table, within=500).axes[0].get_title(loc="left")
    'From 11 servers on the percentile is within 500 ms'
    """
    known = table[table["quantile"].notna()].sort_values("servers")
    percentile, mean = _("percentile"), _("mean")
    ax.plot(known["servers"], known["quantile"], "o-", color=theme.BLUE, label=percentile)
    ax.plot(known["servers"], known["response"], "o-", color=theme.GREY, label=mean)
    if within is not None:
        ax.axhline(within, color=theme.ORANGE, ls="--", lw=1.8, label=_("in time"))
    ax.set_ylim(bottom=0)
    ax.set_xticks(known["servers"].to_numpy(int))
    ax.set_xlabel(_("servers"))
    ax.set_ylabel(_("wait and service ({unit})").format(unit=unit))
    ax.legend(loc="upper right")
    if within is not None:
        good = known[known["quantile"] <= within]
        enough = _("From {n} servers on the percentile is within {limit:g} {unit}")
        never = _("With none of these numbers of servers the percentile is within {limit:g} {unit}")
        told = {"limit": within, "unit": unit}
        n = int(good["servers"].iloc[0]) if len(good) else 0
        ax.set_title((enough if len(good) else never).format(n=n, **told))
    elif len(known) > 1:
        first, second = known.iloc[0], known.iloc[1]
        finding = _(
            "With {n} servers instead of {few} the percentile falls from {a:,.0f} to {b:,.0f}"
        )
        told = {"a": first["quantile"], "b": second["quantile"]}
        ax.set_title(finding.format(n=int(second["servers"]), few=int(first["servers"]), **told))


@theme.drawn(height=3.4, table="servers bought lost total best")
def server_costs(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw what servers cost beside what is lost where they are too few.

    Parameters
    ----------
    table : DataFrame
        What ``it.cost_of_servers`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the number of servers that costs least.

    Examples
    --------
    >>> table = pd.DataFrame({"servers": [4, 5, 6], "bought": [40.0, 50.0, 60.0],
    ...     "lost": [50.0, 10.0, 5.0], "total": [90.0, 60.0, 65.0], "best": [False, True, False]})
    >>> server_costs(table).axes[0].get_title(loc="left")
    '5 servers cost least: ¥60 with what is lost'
    """
    for name, color, label in (
        ("bought", theme.GREY, _("servers")),
        ("lost", theme.ORANGE, _("lost, because they are too few")),
        ("total", theme.BLUE, _("both")),
    ):
        ax.plot(table["servers"], table[name], "o-", color=color, label=label, ms=4)
    theme.yuan_axis(ax)
    ax.set_ylim(bottom=0)
    ax.set_xlabel(_("servers"))
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.16), ncols=3)
    best = table[table["best"].astype(bool)]
    if len(best):
        finding = _("{n} servers cost least: {yuan} with what is lost")
        total = theme.yuan(float(best["total"].iloc[0]))
        ax.set_title(finding.format(n=int(best["servers"].iloc[0]), yuan=total))


@theme.drawn(height=1.5, row=0.36, table="step incidents median q25 q75")
def times(table: pd.DataFrame, by: str | None = None, ax: Axes = theme.NEW) -> None:
    """Draw how long incidents take: median, quartiles, and the interval where there are enough.

    Parameters
    ----------
    table : DataFrame
        What ``it.times_to`` returned.
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
    >>> table = pd.DataFrame({"step": ["see", "mend"], "incidents": [9, 4], "q25": [3.0, 20.0],
    ...     "median": [5.0, 40.0], "q75": [9.0, 90.0], "low": [3.0, None], "high": [12.0, None]})
    >>> times(table).axes[0].get_title(loc="left")
    'In 1 of 2 rows too few for an interval'
    """
    places = range(len(table))
    if {"low", "high"} <= set(table.columns):
        ax.hlines(places, table["low"], table["high"], color=theme.SKY, lw=7, alpha=0.6)
    ax.hlines(places, table["q25"], table["q75"], color=theme.BLUE, lw=3)
    ax.scatter(table["median"], places, color=theme.BLUE, s=45, zorder=3)
    steps = step_names()
    labels = [steps.get(str(one), theme.words(one)) for one in table["step"]]
    if by is not None and by in table.columns:
        labels = [
            f"{name}: {label}" for name, label in zip(theme.names(table[by]), labels, strict=True)
        ]
    counted = zip(labels, table["incidents"], strict=True)
    ax.set_yticks(places, [_("{name} ({n})").format(name=name, n=int(n)) for name, n in counted])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(lambda value, _place: f"{value:g}")
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("minutes; thick: quartiles; pale: how far the median may lie"))
    few = int(table["low"].isna().sum()) if "low" in table else len(table)
    finding = _("In {n} of {all} rows too few for an interval")
    every = _("In each row enough for an interval")
    ax.set_title(finding.format(n=few, all=len(table)) if few else every)


@theme.drawn(height=1.6, row=0.42, table="changes releases rate low high")
def fail_rates(table: pd.DataFrame, by: str | None = None, ax: Axes = theme.NEW) -> None:
    """Draw the share of small and of large releases that failed, with its interval.

    Parameters
    ----------
    table : DataFrame
        What ``it.by_size`` returned.
    by : str, optional
        The column that the rows are called by, beside the size.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title sets the largest size beside the smallest.

    Examples
    --------
    >>> table = pd.DataFrame({"changes": ["1-5", "16+"], "releases": [93, 35], "rate": [0.04, 0.31],
    ...     "low": [0.02, 0.19], "high": [0.1, 0.48]})
    >>> fail_rates(table).axes[0].get_title(loc="left")
    'Of releases of 16+ changes 31% failed, of 1-5 changes 4%'
    """
    places = range(len(table))
    ax.hlines(places, table["low"], table["high"], color=theme.SKY, lw=4)
    ax.scatter(table["rate"], places, color=theme.BLUE, s=55, zorder=3)
    labels = [
        _("{size} changes ({n})").format(size=size, n=int(n))
        for size, n in zip(table["changes"], table["releases"], strict=True)
    ]
    if by is not None and by in table.columns:
        labels = [
            f"{name}: {label}" for name, label in zip(theme.names(table[by]), labels, strict=True)
        ]
    ax.set_yticks(places, labels)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(left=0)
    ax.grid(visible=False, axis="y")
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("releases that failed, with interval"))
    if len(table) > 1 and by is None:
        small, large = table.iloc[0], table.iloc[-1]
        finding = _("Of releases of {a} changes {b:.0%} failed, of {c} changes {d:.0%}")
        told = {
            "a": large["changes"],
            "b": large["rate"],
            "c": small["changes"],
            "d": small["rate"],
        }
        ax.set_title(finding.format(**told))
