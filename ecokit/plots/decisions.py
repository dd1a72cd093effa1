"""Figures of decisions: how long they took, where they waited, what a layer and a delay cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ecokit.decisions import DecisionTime

LAB_SIZE = (7.2, 4.6)
"""Width and height of the lab, in inches."""


@theme.drawn(height=4.2, minutes="layers minutes")
def times(
    minutes: pd.DataFrame,
    paths: Mapping[int, DecisionTime],
    window: float = 120,
    *,
    ax: Axes = theme.NEW,
) -> None:
    """Draw the curve of decision times by number of layers, with the closed form beside it.

    Steps are the data, thin lines the Erlang distribution with the same mean; the shaded
    band is the window.

    Parameters
    ----------
    minutes : DataFrame
        What `ecokit.decisions.add_minutes` returned for decisions of one kind.
    paths : mapping of int to DecisionTime
        What `ecokit.decisions.closed_forms` returned for them.
    window : float
        Minutes in which a decision should be made.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> from ecokit import decisions
    >>> minutes = pd.DataFrame({"layers": 2, "minutes": [60.0, 100.0, 200.0]})
    >>> paths = {2: decisions.DecisionTime.of(2, 60)}
    >>> times(minutes, paths).axes[0].get_title(loc="left")
    '67% decided within 120 minutes; median 100'
    """
    rows = minutes.dropna(subset="minutes")
    ax.axvspan(0, window, color=theme.SKY, alpha=0.15, lw=0)
    limit = float(rows["minutes"].quantile(0.98))
    grid = np.linspace(0, limit, 200)
    colors = sns.color_palette("viridis", len(paths) + 1)
    for color, (layers, path) in zip(colors, paths.items(), strict=False):
        label = _("1 layer") if layers == 1 else _("{k} layers").format(k=layers)
        chosen = rows[rows["layers"] == layers]
        sns.ecdfplot(x=chosen["minutes"], ax=ax, color=color, lw=2, label=label)
        ax.plot(grid, path.cdf(grid), color=color, lw=1, ls="--")
    ax.plot([], [], color=theme.GREY, lw=1, ls="--", label=_("closed form"))
    theme.percent_axis(ax)
    ax.set(
        xlim=(0, limit),
        ylim=(0, 1.02),
        xlabel=_("minutes since the decision was raised"),
        ylabel=_("share decided"),
        title=_("{share:.0%} decided within {window:.0f} minutes; median {median:.0f}").format(
            share=(rows["minutes"] <= window).mean(),
            window=window,
            median=rows["minutes"].median(),
        ),
    )
    ax.legend(loc="lower right")


@theme.drawn(height=1.1, row=0.42, waiting="{label} hours mean approvals share")
def waits(waiting: pd.DataFrame, label: str = "post_id", ax: Axes = theme.NEW) -> None:
    """Return where the waiting is: hours a post, with the mean wait written beside the bar.

    Parameters
    ----------
    waiting : DataFrame
        From `ecokit.decisions.waiting`.
    label : str
        Column with the names to print.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> waiting = pd.DataFrame({"post_id": ["boss", "lead"], "hours": [9, 3], "mean": [54, 18],
    ...                         "approvals": 10, "share": [0.75, 0.25]})
    >>> waits(waiting).get_suptitle()
    '75% of all waiting is at one post: boss'
    """
    table = waiting.sort_values("hours", ascending=False)
    bars = ax.barh(table[label], table["hours"], color=theme.GREY)
    bars[0].set_color(theme.ORANGE)
    ax.bar_label(
        bars,
        labels=[
            _("mean {mean:.0f} min × {n}").format(mean=row.mean, n=row.approvals)
            for row in table[["mean", "approvals"]].rename_axis(None).itertuples()
        ],
        padding=4,
        fontsize=9,
    )
    _lay_flat(ax)
    ax.margins(x=0.25)
    first = table.iloc[0]
    ax.set(xlabel=_("hours that decisions waited"))
    _headline(
        ax,
        _("{share:.0%} of all waiting is at one post: {post}").format(
            share=first["share"], post=first[label]
        ),
    )


@theme.drawn(height=3.8, kept="minutes kept potential effect")
def kept_value(kept: pd.DataFrame, half_life: float, *, ax: Axes = theme.NEW) -> None:
    """Draw the share of its value that each approved decision kept, against its time.

    Parameters
    ----------
    kept : DataFrame
        What `ecokit.decisions.kept_shares` returned for decisions of one kind.
    half_life : float
        Minutes in which the value of a decision halves, from `ecokit.decisions.fading`.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> kept = pd.DataFrame({"minutes": [60, 240], "kept": [0.8, 0.4], "potential": 1000,
    ...                      "effect": [800, 400]})
    >>> kept_value(kept, half_life=180).axes[0].get_title(loc="left")
    'Half is gone after 3.0 hours; the year lost ¥800'
    """
    hours = kept["minutes"] / 60
    label = _("one decision")
    ax.scatter(hours, kept["kept"], s=18, color=theme.BLUE, alpha=0.4, lw=0, label=label)
    grid = np.linspace(0, hours.max() * 1.05, 200)
    ax.plot(grid, 0.5 ** (grid * 60 / half_life), color=theme.ORANGE, lw=2, label=_("fitted"))
    lost = (kept["potential"] - kept["effect"]).sum()
    theme.percent_axis(ax)
    ax.set(
        xlim=(0, grid[-1]),
        ylim=(0, 1.12),
        yticks=np.linspace(0, 1, 6),
        xlabel=_("hours until decided"),
        ylabel=_("share of the value kept"),
        title=_("Half is gone after {hours:.1f} hours; the year lost {lost}").format(
            hours=half_life / 60, lost=theme.yuan(lost)
        ),
    )
    ax.legend(loc="upper right")


@theme.drawn(height=1.2, row=0.5, table="change in_window margin")
def changes(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Return what each change of the path would have brought: share in the window, margin.

    Parameters
    ----------
    table : DataFrame
        From `ecokit.decisions.what_if`; its first row is the comparison.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"change": ["today", "at once"], "in_window": [0.4, 0.9],
    ...                       "margin": [1000, 1500]})
    >>> changes(table).get_suptitle()
    '90% inside the window: at once'
    """
    best = int(table["in_window"].to_numpy().argmax())
    colors = [theme.ORANGE if i == best else theme.GREY for i in range(len(table))]
    bars = ax.barh(table["change"], table["in_window"], color=colors)
    gain = table["margin"] - table["margin"].iloc[0]
    ax.bar_label(
        bars,
        labels=[
            f"{share:.0%}" + (f", {'+' if g > 0 else ''}{theme.yuan(g)}" if round(g) else "")
            for share, g in zip(table["in_window"], gain, strict=True)
        ],
        padding=4,
        fontsize=9,
    )
    _lay_flat(ax)
    theme.percent_axis(ax, "x")
    ax.set(
        xlim=(0, 1.25),
        xticks=np.linspace(0, 1, 6),
        xlabel=_("share inside the window; margin against the first row"),
    )
    _headline(
        ax,
        _("{share:.0%} inside the window: {change}").format(
            change=table["change"].iloc[best], share=table["in_window"].iloc[best]
        ),
    )


def _lay_flat(ax: Axes) -> None:
    ax.invert_yaxis()
    ax.set_axisbelow(True)
    ax.grid(visible=False, axis="y")


def _headline(ax: Axes, words: str) -> None:
    # over the labels too, where long labels leave the axes little width
    theme.figure_of(ax).suptitle(words, x=0.01, ha="left", fontsize=12, fontweight="bold")


@theme.drawn(*LAB_SIZE, by_layers="layers in_window")
def lab(
    path: DecisionTime,
    by_layers: pd.DataFrame,
    window: float,
    lost: float,
    *,
    figure: Figure = theme.NEW,
) -> None:
    """Draw the decision-time lab: fifty equally likely decisions, and shares by layers.

    Each dot of the upper part stands for 2 % of the decisions (a quantile dot plot);
    counting dots inside the shaded window gives the share.

    Parameters
    ----------
    path : DecisionTime
        Approvals with equal means, at least one.
    by_layers : DataFrame
        What `ecokit.decisions.shares_by_layers` returned for these approvals.
    window : float
        Minutes in which a decision should be made.
    lost : float
        Share of the value that is lost by waiting.
    figure : Figure, optional
        An empty figure to draw into.

    References
    ----------
    Kay et al. (2016), When (ish) is my bus?, CHI '16; Fernandes et al. (2018), CHI '18.

    Examples
    --------
    >>> from ecokit import decisions
    >>> path = decisions.DecisionTime.of(2, 60)
    >>> figure = lab(path, decisions.shares_by_layers(60, 120), window=120, lost=0.3)
    >>> figure.axes[0].get_title(loc="left")
    '59% inside 120 minutes; 30% of the value lost'
    """
    dots, bars = figure.subplots(2, 1, height_ratios=(1.25, 1))
    _dots(dots, path, window)
    _layer_bars(bars, by_layers, len(path.means))
    dots.set_title(
        _("{share:.0%} inside {window:.0f} minutes; {lost:.0%} of the value lost").format(
            share=path.cdf(window), window=window, lost=lost
        )
    )


def _dots(ax: Axes, path: DecisionTime, window: float) -> None:
    minutes = np.array([path.ppf(q) for q in (np.arange(50) + 0.5) / 50])
    limit = max(2.0 * window, 480.0)
    width = limit / 32
    column = (np.minimum(minutes, limit - 1) // width).astype(int)
    height = np.array([np.sum(column[:i] == c) for i, c in enumerate(column)])
    inside = minutes <= window
    ax.axvspan(0, window, color=theme.SKY, alpha=0.15, lw=0)
    for chosen, color in ((inside, theme.BLUE), (~inside, theme.ORANGE)):
        ax.scatter((column[chosen] + 0.5) * width, height[chosen] + 0.5, s=46, color=color, lw=0)
    ax.set(
        xlim=(0, limit),
        ylim=(0, max(9, height.max() + 1.5)),
        yticks=[],
        xlabel=_("minutes until decided; each dot is 2 % of the decisions, the last column later"),
    )
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)


def _layer_bars(ax: Axes, table: pd.DataFrame, chosen: int) -> None:
    layers, shares = table["layers"], table["in_window"]
    colors = [theme.BLUE if k == chosen else theme.GREY for k in layers]
    bars = ax.bar(layers, shares, color=colors)
    ax.bar_label(bars, labels=[f"{share:.0%}" for share in shares], fontsize=9, padding=2)
    theme.percent_axis(ax)
    ax.set_axisbelow(True)
    ax.grid(visible=False, axis="x")
    ax.set(
        ylim=(0, 1.2),
        yticks=[0, 0.5, 1],
        xticks=layers,
        xlabel=_("layers of approval"),
        ylabel=_("in the window"),
    )


__all__ = ["LAB_SIZE", "changes", "kept_value", "lab", "times", "waits"]
