"""Figures of the diagnosis: a change as a bridge of its parts, and the parts group by group.

Each function takes what a function of :mod:`ecokit.diagnosis` returned and draws into `ax` or a new
figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit.inputs.renamed import attach
from ecokit.messages import _, yuan
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__getattr__ = attach(__name__)[0]

PARTS = ("from_visits", "from_conversion", "from_value")
_COLORS = dict(zip(PARTS, (theme.BLUE, theme.ORANGE, theme.GREEN), strict=True))


def part_names() -> dict[str, str]:
    """Return the parts of a change in words.

    Examples
    --------
    >>> part_names()["from_value"]
    'value of an order'
    """
    return {
        "from_visits": _("visits"),
        "from_conversion": _("conversion"),
        "from_value": _("value of an order"),
    }


@theme.drawn(height=3.6, table="sales_before sales_last from_visits from_conversion from_value")
def bridge(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the way from the sales before to the last ones, part by part.

    Parameters
    ----------
    table : DataFrame
        What ``diagnosis.factors`` returned without groups: one row.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells the change and its largest part.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"sales_before": 500.0, "sales_last": 400.0, "from_visits": -120.0,
    ...        "from_conversion": 40.0, "from_value": -20.0}
    >>> bridge(pd.DataFrame([row])).axes[0].get_title(loc="left")
    'Sales changed by -20.0%: most of it by visits'
    """
    row, names = table.iloc[0], part_names()
    before, last = float(row["sales_before"]), float(row["sales_last"])
    ax.bar(0, before, color=theme.GREY)
    at = before
    for place, part in enumerate(PARTS, start=1):
        change = float(row[part])
        ax.bar(place, change, bottom=at, color=theme.GREEN if change > 0 else theme.ORANGE)
        ax.text(place, max(at, at + change), yuan(change), ha="center", va="bottom", fontsize=9)
        at += change
    ax.bar(4, last, color=theme.GREY)
    labels = [_("before"), *names.values(), _("last")]
    ax.set_xticks(range(5), labels)
    ax.set_ylim(0, 1.12 * max(before, last, 1.0))
    theme.yuan_axis(ax, "y")
    ax.set_ylabel(_("Paid sales of the window"))
    largest = max(PARTS, key=lambda part: abs(float(row[part])))
    title = _("Sales changed by {change:+.1%}: most of it by {part}")
    ax.set_title(title.format(change=last / before - 1, part=names[largest]))


@theme.drawn(height=1.6, row=0.4, table="{label} change from_visits from_conversion from_value")
def parts(table: pd.DataFrame, label: str = "channel_id", ax: Axes = theme.NEW) -> None:
    """Draw what each factor brought to the change, for each group.

    Parameters
    ----------
    table : DataFrame
        What ``diagnosis.factors`` returned, with groups.
    label : str
        The column that the groups are called by.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells which group changed most.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"device": ["phone", "desktop"], "change": [10.0, -90.0],
    ...     "from_visits": [5.0, -80.0], "from_conversion": [5.0, -10.0], "from_value": 0.0})
    >>> parts(table, "device").axes[0].get_title(loc="left")
    'The largest change is that of desktop: -¥90'
    """
    rows, names = table.sort_values("change"), part_names()
    ends = {sign: [0.0] * len(rows) for sign in (1, -1)}
    for part in PARTS:
        for place, value in enumerate(rows[part]):
            sign = 1 if value > 0 else -1
            said = names[part] if place == 0 else None
            ax.barh(place, value, left=ends[sign][place], color=_COLORS[part], label=said)
            ends[sign][place] += value
    ax.plot(rows["change"], range(len(rows)), "D", color="#333333", ms=5, label=_("together"))
    ax.axvline(0, color="#333333", lw=0.8)
    ax.set_yticks(range(len(rows)), [theme.words(name) for name in rows[label]])
    ax.invert_yaxis()
    theme.yuan_axis(ax, "x")
    ax.set_xlabel(_("Change of paid sales"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=4)
    most = rows.loc[rows["change"].abs().sort_values().index[-1]]
    title = _("The largest change is that of {name}: {change}")
    ax.set_title(title.format(name=theme.words(most[label]), change=yuan(most["change"])))
