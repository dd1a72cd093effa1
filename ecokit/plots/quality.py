"""Figures of data quality: where a table stops, which faults were found, what two readers say.

Each function takes a small table and draws into `ax` or into a new figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecokit.inputs.renamed import attach
from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__getattr__ = attach(__name__)[0]


@theme.drawn(height=3.6, table="at table rows")
def stopped(table: pd.DataFrame, figure: Figure = theme.NEW) -> None:
    """Draw the rows of some tables over time, one above the other, and where each one stops.

    Parameters
    ----------
    table : DataFrame
        ``at`` (the beginning of a span of time), ``table``, ``rows`` in it.
    figure : Figure, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the table that stops first.

    Examples
    --------
    >>> import pandas as pd
    >>> at = pd.date_range("2025-09-29", periods=4, freq="6h")
    >>> table = pd.DataFrame({"at": [*at, *at], "table": ["orders"] * 4 + ["visits"] * 4,
    ...     "rows": [2, 3, 2, 4, 30, 40, 0, 0]})
    >>> stopped(table).axes[0].get_title(loc="left")
    'No visits since 29 Sep 12:00, and orders go on'
    """
    names = list(dict.fromkeys(table["table"]))
    axes = np.atleast_1d(figure.subplots(max(len(names), 1), sharex=True))
    last = {}
    for ax, name in zip(axes, names, strict=False):
        rows = table[table["table"] == name].sort_values("at")
        there = rows[rows["rows"] > 0]["at"]
        last[name] = there.max() if len(there) else rows["at"].min()
        ax.step(rows["at"], rows["rows"], where="post", color=theme.BLUE, lw=2)
        ax.fill_between(rows["at"], rows["rows"], step="post", color=theme.BLUE, alpha=0.25)
        ax.set_ylim(0, None)
        ax.set_ylabel(theme.words(name))
    if not last:
        return
    for ax, name in zip(axes, names, strict=True):
        later = table.loc[table["at"] > last[name], "at"]
        if last[name] < max(last.values()):
            ax.axvspan(later.min(), later.max(), color=theme.ORANGE, alpha=0.15, lw=0)
    theme.day_axis(axes[-1])
    first, on = min(last, key=lambda name: last[name]), max(last, key=lambda name: last[name])
    if last[first] < last[on]:
        at = table.loc[table["at"] > last[first], "at"].min()
        finding = _("No {first} since {day} {at:%b %H:%M}, and {on} go on")
        told = {"first": theme.words(first), "at": at, "on": theme.words(on)}
        axes[0].set_title(finding.format(day=at.day, **told))


@theme.drawn(height=1.5, row=0.38, table="{by} found missed")
def found(table: pd.DataFrame, by: str = "kind", ax: Axes = theme.NEW) -> None:
    """Draw how many faults were found and missed, a bar for each group.

    Parameters
    ----------
    table : DataFrame
        `by`, ``found``, ``missed``.
    by : str
        Column with the names of the groups.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says how many of all were found.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"kind": ["validity", "consistency"], "found": [5, 3],
    ...     "missed": [0, 4]})
    >>> found(table).axes[0].get_title(loc="left")
    '8 of 12 faults were found'
    """
    places = range(len(table))
    ax.barh(places, table["found"], color=theme.BLUE, height=0.62, label=_("found"))
    ax.barh(
        places,
        table["missed"],
        left=table["found"],
        color=theme.ORANGE,
        height=0.62,
        label=_("missed"),
    )
    ends = table["found"] + table["missed"]
    for place, end, hit in zip(places, ends, table["found"], strict=True):
        words = _("{found} of {all}").format(found=f"{hit:,.0f}", all=f"{end:,.0f}")
        ax.annotate(words, (end, place), textcoords="offset points", xytext=(5, -4))
    ax.set_yticks(places, [theme.words(one) for one in table[by]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.margins(x=0.16)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("faults that were planted"))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    finding = _("{found} of {all} faults were found")
    ax.set_title(finding.format(found=f"{table['found'].sum():,.0f}", all=f"{ends.sum():,.0f}"))


@theme.drawn(height=2.2, row=0.8, table="readers first both second total low high")
def readers(table: pd.DataFrame, truth: float | None = None, ax: Axes = theme.NEW) -> None:
    """Draw what two readers found, alone and both, and how many faults the formula makes of it.

    Parameters
    ----------
    table : DataFrame
        A row for each pair of readers: ``readers`` (who they are); the faults that only the
        ``first``, ``both``, and only the ``second`` found; ``total`` (the estimate of all) with
        ``low`` and ``high``, which may be infinite.
    truth : float, optional
        How many faults there are, if somebody knows.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title holds the first estimate against the truth.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"readers": ["each alone"], "first": [28], "both": [12],
    ...     "second": [18], "total": [96.8], "low": [75.0], "high": [144.0]})
    >>> readers(table, 110).axes[0].get_title(loc="left")
    '58 found, each alone: of about 97; there are 110'
    """
    looks = (
        ("first", theme.BLUE, _("only the first")),
        ("both", theme.GREEN, _("both")),
        ("second", theme.SKY, _("only the second")),
    )
    places = np.arange(len(table))
    start = np.zeros(len(table))
    for name, color, label in looks:
        width = table[name].to_numpy(dtype=float)
        ax.barh(places, width, left=start, color=color, height=0.42, label=label)
        start = start + width
    edge = _edge(table, start, truth)
    points = table["total"].to_numpy(dtype=float)
    low, high = (np.minimum(table[name].to_numpy(dtype=float), edge) for name in ("low", "high"))
    ax.hlines(places + 0.34, low, high, color="#333333", lw=2)
    kept = points <= edge  # without a fault in common there is no estimate
    ax.scatter(
        points[kept], places[kept] + 0.34, color="#333333", s=45, zorder=3, label=_("estimate")
    )
    ax.set_yticks(places, [str(one) for one in table["readers"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, edge)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("faults"))
    if truth is not None:
        ax.axvline(truth, color=theme.ORANGE, lw=2, label=_("in truth"))
    below = -0.3 if len(table) < 2 else -0.2  # of the axes: the name of the axis stands between
    close = {"ncols": 5, "columnspacing": 1.1, "handlelength": 1.2}
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, below), **close)
    if len(table):
        ax.set_title(_title(table.iloc[0], float(start[0]), truth))


def _edge(table: pd.DataFrame, found: np.ndarray, truth: float | None) -> float:
    """Return where the axis ends: beyond the truth and what is finite, but not far beyond."""
    most = max([1.0, *found, truth or 0.0])
    reached = table[["total", "high"]].to_numpy(dtype=float)
    finite = reached[np.isfinite(reached) & (reached < 2.5 * most)]
    return 1.08 * max([most, *finite])


def _title(row: pd.Series, found: float, truth: float | None) -> str:
    words = {"found": f"{found:,.0f}", "who": row["readers"], "total": f"{row['total']:,.0f}"}
    if truth is None:
        return _("{found} found, {who}: of about {total}").format(**words)
    finding = _("{found} found, {who}: of about {total}; there are {truth}")
    return finding.format(**words, truth=f"{truth:,.0f}")
