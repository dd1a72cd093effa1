"""Figures of privacy: who may see what, a night in the log, who stands alone, who is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FuncFormatter

from ecokit.messages import _, _n
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LEVELS = ("none", "masked", "full")
_SHADES = {"masked": theme.SKY, "full": theme.BLUE}


@theme.drawn(height=4.6, table="post table column may needs")
def matrix(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw who may see which column, with what is more or less than the job needs.

    Parameters
    ----------
    table : DataFrame
        The table ``access``, or some of its rows: a right a row.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        A row for each column, a column for each post: dark is all, light is masked. A cross marks
        what is more than the job needs, a ring what is less. The title counts them.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"post": ["guide", "designer"], "table": "customers",
    ...     "column": "telephone", "may": ["full", "masked"], "needs": ["full", "none"]})
    >>> matrix(table).axes[0].get_title(loc="left")
    '1 of 2 rights is more than the job needs'
    """
    rights = table.fillna({"may": "none", "needs": "none"})
    names = rights["table"].astype("str") + "." + rights["column"].astype("str")
    rows, posts = list(dict.fromkeys(names)), list(dict.fromkeys(rights["post"]))
    x, y = rights["post"].map(posts.index), names.map(rows.index)
    for level, color in _SHADES.items():
        mine = rights["may"] == level
        ax.bar(x[mine], 0.92, 0.92, y[mine] - 0.46, color=color, label=_WORDS[level]())
    gap = rights["may"].map(_LEVELS.index) - rights["needs"].map(_LEVELS.index)
    marks: list[tuple[Any, dict[str, Any]]] = [
        (gap > 0, {"marker": "X", "ms": 9, "color": theme.ORANGE, "mec": "white"}),
        (gap < 0, {"marker": "o", "ms": 8, "mfc": "none", "mec": theme.RED, "mew": 2}),
    ]
    for (mine, look), label in zip(marks, (_("more than is needed"), _("less")), strict=True):
        if mine.any():
            ax.plot(x[mine], y[mine], ls="none", label=label, **look)
    ax.set_xticks(range(len(posts)), [theme.words(one) for one in posts], rotation=60, ha="right")
    ax.set_yticks(range(len(rows)), rows)
    ax.set(xlim=(-0.6, len(posts) - 0.4), ylim=(len(rows) - 0.4, -0.6))
    ax.grid(visible=False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0, fontsize=9)
    over = int((gap > 0).sum())
    told = _n(
        "{n} of {all} rights is more than the job needs",
        "{n} of {all} rights are more than the job needs",
        over,
    )
    ax.set_title(told.format(n=over, all=len(rights)), pad=28)


_WORDS = {"masked": lambda: _("masked"), "full": lambda: _("all of it")}


@theme.drawn(height=3.6, table="at rows")
def clock(table: pd.DataFrame, found: pd.DataFrame | None = None, ax: Axes = theme.NEW) -> None:
    """Draw the looks of a log by the hour of the day and the rows that were taken.

    Parameters
    ----------
    table : DataFrame
        The table ``access_log``, or some of its rows.
    found : DataFrame, optional
        Looks to mark, with the same columns.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells when most rows were taken at one look.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"at": pd.to_datetime(["2025-03-01 10:00", "2025-03-02 02:40"]),
    ...                       "rows": [3, 4800]})
    >>> clock(table).axes[0].get_title(loc="left")
    'Most rows at one look: 4,800 at 02:40'
    """
    for rows, color, size in ((table, theme.BLUE, 3.5), (found, theme.ORANGE, 10)):
        if rows is None:
            continue
        hour = rows["at"].dt.hour + rows["at"].dt.minute / 60
        taken = rows["rows"].clip(lower=1)
        shape = "o" if color == theme.BLUE else "X"
        ax.plot(hour, taken, shape, color=color, ms=size, mec="none", alpha=0.5 if size < 5 else 1)
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda n, _at: f"{n:,.0f}"))
    ax.set_xticks(range(0, 25, 3), [f"{hour:02d}:00" for hour in range(0, 25, 3)])
    ax.set(xlim=(0, 24), xlabel=_("time of day"), ylabel=_("rows at one look"))
    if len(table):
        most = table.iloc[int(table["rows"].to_numpy(float).argmax())]
        told = _("Most rows at one look: {n:,.0f} at {at:%H:%M}")
        ax.set_title(told.format(n=most["rows"], at=most["at"]))


@theme.drawn(height=1.5, row=0.48, table="known people alone share")
def alone(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw how many people stand alone as one column after the other is known.

    Parameters
    ----------
    table : DataFrame
        What ``privacy.exposure`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells how many stand alone by all columns together.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"known": ["region", "region, day"], "people": [200, 200],
    ...                       "alone": [0, 150], "share": [0.0, 0.75]})
    >>> alone(table).axes[0].get_title(loc="left")
    'With 2 columns 75 % of 200 people stand alone'
    """
    places = np.arange(len(table))
    ax.barh(places, table["share"], color=theme.ORANGE, height=0.6)
    for place, row in zip(places, table.to_dict("records"), strict=True):
        words = _("{n:,.0f} people").format(n=row["alone"])
        inside = row["share"] > 0.8
        ax.annotate(
            words,
            (row["share"], place),
            xytext=(-5 if inside else 5, 0),
            textcoords="offset points",
            ha="right" if inside else "left",
            va="center",
            fontsize=9.5,
        )
    names = [str(one).split(", ") for one in table["known"]]
    shown = [theme.words(one[-1].removesuffix("_id")) for one in names]
    ax.set_yticks(places, [one if not at else f"+ {one}" for at, one in enumerate(shown)])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, 1)
    ax.grid(visible=False, axis="y")
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("people who stand alone in the copy"))
    if len(table):
        last, count = table.iloc[-1], len(table)
        told = _n(
            "With {n} column {share} % of {people:,.0f} people stand alone",
            "With {n} columns {share} % of {people:,.0f} people stand alone",
            count,
        )
        per_cent = 100 * last["share"]
        share = (
            f"{per_cent:.0f}" if per_cent in (0, 100) or 1 <= per_cent <= 99 else f"{per_cent:.1f}"
        )
        ax.set_title(told.format(n=count, share=share, people=last["people"]))


@theme.drawn(height=3.8, table="grain points rate low high")
def found_again(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the share of people who are found again, by how much is known of them.

    Parameters
    ----------
    table : DataFrame
        A row for each ``grain`` of the copy and number of ``points`` that are known, with
        ``rate``, ``low`` and ``high`` of ``privacy.reidentified``.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells the most that is known, and whom it finds in the coarsest copy.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"grain": ["day", "day", "month", "month"], "points": [1, 2, 1, 2],
    ...     "rate": [0.7, 0.9, 0.0, 0.4], "low": [0.6, 0.8, 0.0, 0.3], "high": [0.8, 1, 0.1, 0.5]})
    >>> found_again(table).axes[0].get_title(loc="left")
    'With 2 purchases known, even month finds 40 %'
    """
    groups = list(table.groupby("grain", sort=False))
    palette = (theme.ORANGE, theme.BLUE, theme.GREEN, theme.PURPLE, theme.BROWN, theme.PINK)
    markers = "osD^vP"
    for at, (grain, rows) in enumerate(groups):
        rows = rows.sort_values("points")
        color = palette[at % len(palette)]
        ax.fill_between(rows["points"], rows["low"], rows["high"], color=color, alpha=0.2, lw=0)
        mark = markers[at % len(markers)]
        ax.plot(rows["points"], rows["rate"], f"{mark}-", color=color, ms=8, label=str(grain))
    theme.percent_axis(ax)
    ax.set_ylim(0, 1)
    ax.set_xticks(sorted(table["points"].unique()))
    ax.grid(visible=False, axis="x")
    ax.set_xlabel(_("purchases of a person that are known"))
    ax.set_ylabel(_("found again"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3)
    if len(table):
        most = table[table["points"] == table["points"].max()]
        least = most.iloc[int(most["rate"].to_numpy(float).argmin())]
        told = _n(
            "With {n} purchase known, even {grain} finds {rate:.0f} %",
            "With {n} purchases known, even {grain} finds {rate:.0f} %",
            int(least["points"]),
        )
        ax.set_title(
            told.format(n=int(least["points"]), grain=least["grain"], rate=100 * least["rate"])
        )
