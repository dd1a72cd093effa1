"""Figures of systems: the map of systems and what flows between them, and releases that failed.

Each function takes what a function of :mod:`ecokit.systems` returned and draws into `ax` or a new
figure.
"""

from __future__ import annotations

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


def flow_names() -> dict[str, str]:
    """Return what flows between systems in words.

    Examples
    --------
    >>> flow_names()["orders"]
    'orders'
    """
    return {"orders": _("orders"), "goods": _("goods"), "money": _("money"), "data": _("data")}


@theme.drawn(height=5.4)
def system_map(found: SystemMap, ax: Axes = theme.NEW) -> None:
    """Draw the systems and what flows between them.

    Parameters
    ----------
    found : SystemMap
        What ``systems.system_map`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        A dashed box is outsourced; a strong arrow is a link without which the caller fails. The
        title counts both.

    Examples
    --------
    >>> from ecokit import systems
    >>> from ecokit.shop.made_systems import example
    >>> system_map(systems.system_map(example())).axes[0].get_title(loc="left")
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
