"""Figures of overview: where the hours from payment to the carrier go, and how many orders wait.

Each function takes what a function of :mod:`ecokit.overview` returned and draws into `ax` or a new
figure.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from ecokit.inputs.renamed import attach
from ecokit.messages import _
from ecokit.plots import theme

__getattr__ = attach(__name__)[0]

_COLORS = {"pass_on": theme.ORANGE, "pack": theme.BLUE, "hand_over": theme.GREEN}


def stage_names() -> dict[str, str]:
    """Return what an order waits for, in words.

    Examples
    --------
    >>> stage_names()["pack"]
    'until it is packed'
    """
    return {
        "pass_on": _("until the warehouse has it"),
        "pack": _("until it is packed"),
        "hand_over": _("until the carrier has it"),
    }


@theme.drawn(height=1.6, row=0.3, table="{label} pass_on pack hand_over")
def stages(table: pd.DataFrame, label: str = "month", ax: Axes = theme.NEW) -> None:
    """Draw the hours from payment to the carrier, stage by stage.

    Parameters
    ----------
    table : DataFrame
        What ``overview.order_stages`` returned, a row a bar.
    label : str
        The column that the bars are called by.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells which stage takes most of the time.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"region": ["North", "South"], "pass_on": [1, 1], "pack": [14, 18.0],
    ...     "hand_over": [2, 2.0]})
    >>> stages(table, "region").axes[0].get_title(loc="left")
    'Of the hours from payment to the carrier, 84% pass until it is packed'
    """
    names, left = stage_names(), pd.Series(0.0, index=table.index)
    for stage, color in _COLORS.items():
        ax.barh(range(len(table)), table[stage], left=left, color=color, label=names[stage])
        left = left + table[stage]
    ax.set_yticks(range(len(table)), [_called(value) for value in table[label]])
    ax.invert_yaxis()
    ax.set_xlabel(_("Mean hours from payment"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=3)
    hours = table[list(_COLORS)].mean()
    largest = str(hours.idxmax())
    title = _("Of the hours from payment to the carrier, {share:.0%} pass {stage}")
    ax.set_title(title.format(share=hours[largest] / hours.sum(), stage=names[largest]))


def _called(value: object) -> str:
    """Return how a bar is called: a month by its name."""
    return f"{value:%b}" if isinstance(value, pd.Timestamp) else str(value)


@theme.drawn(height=3.6, table="as_of open stuck")
def waiting(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw how many paid orders wait, and how many wait too long, day by day.

    Parameters
    ----------
    table : DataFrame
        ``as_of`` (moments), and ``open`` and ``stuck`` as ``overview.stuck`` counts them then.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells the worst moment.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2025-11-10", periods=3)
    >>> table = pd.DataFrame({"as_of": days, "open": [60, 210, 80], "stuck": [2, 35, 11]})
    >>> waiting(table).axes[0].get_title(loc="left")
    '35 orders are stuck at the worst moment, on 11 Nov'
    """
    ax.plot(table["as_of"], table["open"], color=theme.SKY, lw=1.8, label=_("wait for the carrier"))
    ax.plot(table["as_of"], table["stuck"], color=theme.ORANGE, lw=2.2, label=_("wait too long"))
    theme.day_axis(ax)
    ax.set(ylabel=_("Paid orders"), ylim=(0, None))
    ax.legend(loc="upper left")
    worst = table.sort_values("stuck").iloc[-1]
    title = _("{n:,} orders are stuck at the worst moment, on {day}")
    day = f"{worst['as_of'].day} {worst['as_of']:%b}"
    ax.set_title(title.format(n=int(worst["stuck"]), day=day))
