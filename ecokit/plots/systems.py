"""Figures of systems: the map and what stops on it, what to keep, and releases that failed.

Each function takes what a function of :mod:`ecokit.systems` returned and draws into `ax` or a new
figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.axes import Axes

from ecokit.inputs.renamed import attach
from ecokit.messages import _, _n
from ecokit.plots import theme

if TYPE_CHECKING:
    from ecokit.systems.systems import SystemMap

__getattr__ = attach(__name__)[0]

_FLOW_COLORS = {
    "orders": theme.BLUE,
    "goods": theme.ORANGE,
    "money": theme.GREEN,
    "data": theme.GREY,
}
_FALLEN, _GONE = "#f6d9b0", "#e8a38d"  # what stops with others, and what stopped first


def flow_names() -> dict[str, str]:
    """Return what flows between systems in words.

    Examples
    --------
    >>> flow_names()["orders"]
    'orders'
    """
    return {"orders": _("orders"), "goods": _("goods"), "money": _("money"), "data": _("data")}


@theme.drawn(height=5.4, stops="system_id")
def system_map(
    found: SystemMap,
    stops: pd.DataFrame | None = None,
    without: Sequence[str] | None = None,
    ax: Axes = theme.NEW,
) -> None:
    """Draw the systems and what flows between them.

    Parameters
    ----------
    found : SystemMap
        What ``systems.system_map`` returned.
    stops : DataFrame, optional
        What ``systems.what_stops`` returned: these systems are filled.
    without : sequence of str, optional
        The systems that stopped first: filled more strongly.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        A dashed box is outsourced; a strong arrow is a link without which the caller fails. The
        title counts both, or what stops.

    Examples
    --------
    >>> from ecokit import systems
    >>> from ecokit.shop.made_systems import example
    >>> found = systems.system_map(example())
    >>> system_map(found).axes[0].get_title(loc="left")
    '3 of 5 systems are outsourced; 3 links are strong'
    >>> stops = systems.what_stops(example(), "S07")
    >>> system_map(found, stops, without=["S07"]).axes[0].get_title(loc="left")
    'Without Payment 3 other systems stop'
    """
    systems, flows = found.systems, found.flows
    filled = {} if stops is None else dict.fromkeys(stops["system_id"], _FALLEN)
    filled |= dict.fromkeys(without or (), _GONE)
    boxes, places = {}, {}
    for row in systems.to_dict("records"):
        places[row["system_id"]] = (row["x"], row["y"])
        boxes[row["system_id"]] = _box(ax, row, filled.get(row["system_id"], "white"))
    for row in flows.to_dict("records"):
        start, end = places[row["from_system"]], places[row["to_system"]]
        style: dict[str, Any] = {"arrowstyle": "-|>", "color": _FLOW_COLORS.get(row["flow"])}
        style |= {"lw": 2.4} if row["needed"] else {"lw": 1.1, "ls": (0, (4, 2))}
        style |= {"patchA": boxes[row["from_system"]], "patchB": boxes[row["to_system"]]}
        style |= {"shrinkA": 2, "shrinkB": 2, "connectionstyle": f"arc3,rad={_bend(start, end)}"}
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
    ax.set_title(_map_title(found) if stops is None else _stops_title(found, stops, without))


def _box(ax: Axes, row: dict[Any, Any], fill: str) -> Any:
    """Draw the box of a system; return it, for the arrows that end there."""
    dashed = (0, (3, 2)) if row["outsourced"] else "-"
    box = {"boxstyle": "round,pad=0.5", "fc": fill, "ec": "#333333", "ls": dashed}
    name = f"{str(row['name']).replace(' ', chr(10), 1)}\n{row['name_zh']}"
    text = ax.text(row["x"], row["y"], name, ha="center", va="center", fontsize=8, bbox=box)
    return text.get_bbox_patch()


def _bend(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return how an arrow bends: over the box that stands between two of one row.

    Examples
    --------
    >>> _bend((0, 2), (2, 2)), _bend((0, 2), (1, 2))
    (-0.4, 0.1)
    """
    return -0.4 if start[1] == end[1] and abs(start[0] - end[0]) > 1 else 0.1


def _map_title(found: SystemMap) -> str:
    needed = int(found.flows["needed"].astype(bool).sum())
    finding = _n(
        "{out} of {all} systems are outsourced; {n} link is strong",
        "{out} of {all} systems are outsourced; {n} links are strong",
        needed,
    )
    outside = int(found.systems["outsourced"].astype(bool).sum())
    return finding.format(out=outside, all=len(found.systems), n=needed)


def _stops_title(found: SystemMap, stops: pd.DataFrame, without: Sequence[str] | None) -> str:
    names = found.systems.set_index("system_id")["name"]
    gone = _(" and ").join(str(names.get(one, one)) for one in without or ())
    n = stops["system_id"].nunique()
    if not gone:
        return _n("{n} system stops", "{n} systems stop", n).format(n=n)
    finding = _n(
        "Without {gone} {n} other system stops", "Without {gone} {n} other systems stop", n
    )
    return finding.format(gone=gone, n=n)


@theme.drawn(
    height=1.4,
    row=0.36,
    table="name outsourced monthly_cost other_cost alternatives exit_days export signs",
)
def keep_or_buy(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw what each system costs a month as it is run and the other way, and what ties us to it.

    Parameters
    ----------
    table : DataFrame
        What ``systems.keep_or_buy`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        A full mark is today's cost, a hollow one that of the other way. Words in bold: there are
        signs of dependence.

    Examples
    --------
    >>> from ecokit import systems
    >>> from ecokit.shop.made_systems import example
    >>> keep_or_buy(systems.keep_or_buy(example())).axes[0].get_title(loc="left")
    '2 of 5 would cost less the other way'
    """
    places = range(len(table))
    now, other = table["monthly_cost"], table["other_cost"]
    ax.hlines(places, now, other, color=theme.GREY, lw=1.2)
    ax.scatter(now, places, color=theme.BLUE, s=55, zorder=3, label=_("as it is"))
    hollow = {"facecolors": "white", "edgecolors": theme.BLUE}
    ax.scatter(other, places, s=55, zorder=3, label=_("the other way"), **hollow)
    for place, row in zip(places, table.to_dict("records"), strict=True):
        look = {"weight": "bold"} if row["signs"] else {"color": "#555555"}
        style: dict[str, Any] = look | {
            "xytext": (9, 0),
            "textcoords": "offset points",
            "va": "center",
            "fontsize": 8,
        }
        right = max(row["monthly_cost"], row["other_cost"])
        ax.annotate(_ties(row), (right, place), **style)
    kinds = [_("bought") if out else _("our own") for out in table["outsourced"]]
    labels = [f"{name} ({kind})" for name, kind in zip(table["name"], kinds, strict=True)]
    ax.set_yticks(places, labels)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, 1.55 * max(now.max(), other.max(), 1.0))
    ax.grid(visible=False, axis="y")
    theme.yuan_axis(ax, "x")
    ax.set_xlabel(_("yuan a month"))
    ax.legend(loc="lower right")
    n = int((other < now).sum())
    some, none = (
        _("{n} of {all} would cost less the other way"),
        _("None of {all} would cost less the other way"),
    )
    ax.set_title((some if n else none).format(n=n, all=len(table)))


def _ties(row: dict[Any, Any]) -> str:
    """Return in words what ties us to a system."""
    others = _n("{n} other", "{n} others", int(row["alternatives"])).format(n=row["alternatives"])
    days = _("{days} days to leave").format(days=row["exit_days"])
    return ", ".join([others, days, *([] if row["export"] else [_("no export")])])


@theme.drawn(height=1.6, row=0.42, table="changes releases rate low high")
def fail_rates(table: pd.DataFrame, by: str | None = None, ax: Axes = theme.NEW) -> None:
    """Draw the share of small and of large releases that failed, with its interval.

    Parameters
    ----------
    table : DataFrame
        What ``systems.by_size`` returned.
    by : str, optional
        The column that the rows are called by, beside the size.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title sets the largest size beside the smallest; with `by`, it says for how many rows
        of it the intervals of these two overlap.

    Examples
    --------
    >>> import pandas as pd
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
    if len(table) > 1:
        ax.set_title(_sizes_title(table) if by is None else _overlap_title(table, by))


def _sizes_title(table: pd.DataFrame) -> str:
    small, large = table.iloc[0], table.iloc[-1]
    finding = _("Of releases of {a} changes {b:.0%} failed, of {c} changes {d:.0%}")
    return finding.format(a=large["changes"], b=large["rate"], c=small["changes"], d=small["rate"])


def _overlap_title(table: pd.DataFrame, by: str) -> str:
    """Return for how many groups the intervals of the first and the last size overlap."""
    sizes = [part for _name, part in table.groupby(by, sort=False) if len(part) > 1]
    n = sum(float(part["high"].iloc[0]) >= float(part["low"].iloc[-1]) for part in sizes)
    return _("In {n} of {all} the two intervals overlap").format(n=n, all=len(sizes))
