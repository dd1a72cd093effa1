"""Figures of capacity: load by source, counts in heaps, waits, what servers cost, slow pages.

Each function takes what a function of :mod:`ecokit.capacity` returned and draws into `ax` or a new
figure.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from ecokit.inputs.renamed import attach
from ecokit.messages import _
from ecokit.plots import theme

__getattr__ = attach(__name__)[0]


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


@theme.drawn(height=3.8, table="minute source load")
def load_by_source(table: pd.DataFrame, servers: float | None = None, ax: Axes = theme.NEW) -> None:
    """Draw the servers that calls keep busy minute by minute, by who calls.

    Parameters
    ----------
    table : DataFrame
        What ``capacity.offered_load(by=["minute", "source"])`` returned.
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
    >>> import pandas as pd
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
    theme.clock_axis(ax, wide.index)
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
    servers: int | None = None,
    ax: Axes = theme.NEW,
) -> None:
    """Draw how long calls take against the number of servers: the mean and the percentile.

    Parameters
    ----------
    table : DataFrame
        What ``capacity.by_servers`` returned.
    within : float, optional
        The time in which they are to be done.
    unit : str
        Of the times.
    servers : int, optional
        How many there are; the title then says what they give.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says what these servers give, from how many on the percentile is in time, or what
        one more brings.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"servers": [10, 11, 12], "response": [200.0, 150.0, 131.0],
    ...     "quantile": [540.0, 410.0, 373.0]})
    >>> waits(table, within=500).axes[0].get_title(loc="left")
    'From 11 servers on the percentile is within 500 ms'
    >>> waits(table, servers=9).axes[0].get_title(loc="left")
    'With 9 servers the line never stops growing'
    """
    known = table[table["quantile"].notna()].sort_values("servers")
    percentile, mean = _("percentile"), _("mean")
    ax.plot(known["servers"], known["quantile"], "o-", color=theme.BLUE, label=percentile)
    ax.plot(known["servers"], known["response"], "o-", color=theme.GREY, label=mean)
    if within is not None:
        ax.axhline(within, color=theme.ORANGE, ls="--", lw=1.8, label=_("in time"))
    if servers is not None:
        ax.axvline(servers, color="#333333", ls="--", lw=1.5, label=_("servers"))
    ax.set_ylim(bottom=0)
    ax.set_xticks(sorted({*known["servers"].astype(int), *([] if servers is None else [servers])}))
    ax.set_xlabel(_("servers"))
    ax.set_ylabel(_("wait and service ({unit})").format(unit=unit))
    ax.legend(loc="upper right")
    if servers is not None:
        here = known.loc[known["servers"] == servers, "quantile"]
        waiting = _("With {n} servers the percentile is {time:,.0f} {unit}")
        endless = _("With {n} servers the line never stops growing")
        told = {"n": servers, "unit": unit, "time": here.iloc[0] if len(here) else 0}
        ax.set_title((waiting if len(here) else endless).format(**told))
    elif within is not None:
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
        What ``capacity.cost_of_servers`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the number of servers that costs least.

    Examples
    --------
    >>> import pandas as pd
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


@theme.drawn(height=3.2, table="minute requests")
def minute_counts(table: pd.DataFrame, chance: float, ax: Axes = theme.NEW) -> None:
    """Draw the calls of each minute beside the number that chance alone hardly ever exceeds.

    Parameters
    ----------
    table : DataFrame
        Rows of ``requests`` of one source.
    chance : float
        What ``capacity.peak_quantile`` returned for independent calls.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says how many minutes exceed it.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"minute": pd.to_datetime(["2025-08-12 20:00", "2025-08-12 20:01"]),
    ...     "requests": [300, 520]})
    >>> minute_counts(table, chance=494).axes[0].get_title(loc="left")
    '1 of 2 minutes bring more than chance alone would'
    """
    minutes, calls = pd.to_datetime(table["minute"]), table["requests"]
    above = calls > chance
    for part, color, label in (
        (~above, theme.GREY, _("a minute")),
        (above, theme.ORANGE, _("a minute above the line")),
    ):
        ax.plot(minutes[part], calls[part], "o", color=color, ms=5, label=label)
    ax.axhline(chance, color=theme.BLUE, ls="--", lw=1.8, label=_("chance alone"))
    ax.set_ylim(bottom=0)
    theme.clock_axis(ax, minutes)
    ax.set_ylabel(_("calls a minute"))
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.12), ncols=3)
    finding = _("{n} of {all} minutes bring more than chance alone would")
    ax.set_title(finding.format(n=int(above.sum()), all=len(table)))


@theme.drawn(height=3.4, table="seconds rate low high")
def conversion(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the share of visits that end in an order by the seconds until the page was there.

    Parameters
    ----------
    table : DataFrame
        What ``capacity.by_speed`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the shares of the fastest and of the slowest pages.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"seconds": [0.8, 7.0], "rate": [0.082, 0.056],
    ...     "low": [0.076, 0.05], "high": [0.088, 0.063]})
    >>> conversion(table).axes[0].get_title(loc="left")
    'Of the fastest pages 8.2% end in an order, of the slowest 5.6%'
    """
    told = table.sort_values("seconds")
    x, rate = told["seconds"].to_numpy(float), told["rate"].to_numpy(float)
    ends = [rate - told["low"].to_numpy(float), told["high"].to_numpy(float) - rate]
    ax.errorbar(x, rate, yerr=ends, fmt="o", color=theme.BLUE, capsize=3, ms=5)
    ax.set_ylim(bottom=0)
    ax.set_xlim(left=0)
    theme.percent_axis(ax)
    ax.set_xlabel(_("seconds until the first page is there"))
    ax.set_ylabel(_("visits with an order"))
    if len(told):
        finding = _("Of the fastest pages {a:.1%} end in an order, of the slowest {b:.1%}")
        ax.set_title(finding.format(a=rate[0], b=rate[-1]))
