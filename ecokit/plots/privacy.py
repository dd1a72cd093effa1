"""Figures of privacy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


# Write here: the figures of this topic, each with its finding as the title.
@theme.drawn(height=1.1, row=0.42, table="{label} share")
def payment(table: pd.DataFrame, label: str = "region", ax: Axes = theme.NEW) -> None:
    """Return the share of orders that were paid, a bar for each group.

    Parameters
    ----------
    table : DataFrame
        From `ecokit.privacy.payment`.
    label : str
        Column with the names of the groups.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"region": ["north", "west"], "share": [0.9, 0.8]})
    >>> payment(table).axes[0].get_title(loc="left")
    'Fewest are paid in the west: 80.0%'
    """
    rows = table.sort_values("share")
    ax.barh([theme.words(name) for name in rows[label]], rows["share"], color=theme.BLUE)
    theme.percent_axis(ax, "x")
    least = rows.iloc[0]
    ax.set(
        xlim=(0, 1),
        xlabel=_("share of orders that were paid"),
        title=_("Fewest are paid in the {name}: {share:.1%}").format(
            name=theme.words(least[label]), share=least["share"]
        ),
    )
