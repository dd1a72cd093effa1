"""Figures of the game: what made a profit differ, how the teams stand, what decisions earned.

Each function takes a table that :mod:`ecokit.game` has made and draws into `ax` or into a new
figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes

from ecokit import messages
from ecokit.inputs.renamed import attach
from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

__getattr__ = attach(__name__)[0]

_COLORS = (theme.BLUE, theme.ORANGE, theme.GREEN, theme.PURPLE, theme.BROWN, theme.GREY)


def bar_names() -> dict[str, str]:
    """Return the steps of a bridge in words.

    Examples
    --------
    >>> bar_names()["luck"]
    'calendar and luck'
    """
    return {
        "before": _("before"),
        "price": _("price"),
        "traffic": _("traffic"),
        "stock": _("stock"),
        "service": _("service"),
        "rivals": _("rivals"),
        "luck": _("calendar and luck"),
        "after": _("this round"),
    }


def _names(values: Any) -> list[str]:
    return [bar_names().get(str(one), theme.words(one)) for one in values]


@theme.drawn(height=1.1, row=0.34, table="step yuan")
def bridge(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the profit of last round, what each of six added, and the profit of this round.

    Parameters
    ----------
    table : DataFrame
        ``step`` (``before``, then the bars, then ``after``) and ``yuan``.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the bar that moved most.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"step": ["before", "price", "traffic", "after"],
    ...     "yuan": [100.0, -20.0, 50.0, 130.0]})
    >>> bridge(table).axes[0].get_title(loc="left")
    'Most came from traffic: +¥50'
    """
    ends = table["step"].isin(["before", "after"])
    places = range(len(table))
    reached = table["yuan"].where(table["step"] != "after", 0).cumsum()
    left = (reached - table["yuan"]).where(~ends, 0.0)
    colors = [
        theme.GREY if end else theme.BLUE if yuan >= 0 else theme.ORANGE
        for end, yuan in zip(ends, table["yuan"], strict=True)
    ]
    ax.barh(places, table["yuan"], left=left, color=colors, height=0.65)
    tops = (left + table["yuan"]).where(table["yuan"] >= 0, left)
    for place, top, end, yuan in zip(places, tops, ends, table["yuan"], strict=True):
        text = messages.yuan(yuan) if end else f"{'+' if yuan >= 0 else ''}{messages.yuan(yuan)}"
        ax.annotate(text, (top, place), textcoords="offset points", xytext=(4, -4), fontsize=9)
    ax.axvline(0, color="#444444", linewidth=0.8)
    ax.set_yticks(places, _names(table["step"]))
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.margins(x=0.18)
    ax.grid(visible=False, axis="y")
    theme.yuan_axis(ax, "x")
    moved = table[~ends]
    if len(moved) and moved["yuan"].abs().max() > 0:
        step, yuan = max(
            zip(moved["step"], moved["yuan"], strict=True), key=lambda one: abs(one[1])
        )
        title = _("Most came from {step}: {yuan}")
        told = f"{'+' if yuan >= 0 else ''}{messages.yuan(yuan)}"
        ax.set_title(title.format(step=_names([step])[0], yuan=told))


@theme.drawn(height=3.4, table="round team yuan")
def standings(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw each team's profit to date, less the mean of all teams.

    Parameters
    ----------
    table : DataFrame
        ``round``, ``team`` and ``yuan``: the profit to date above the mean of all teams.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names who was ahead at the end.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"round": [1, 1, 2, 2], "team": ["Plum", "Pear"] * 2,
    ...     "yuan": [-10.0, 10.0, 30.0, -30.0]})
    >>> standings(table).axes[0].get_title(loc="left")
    'After round 2 Plum was ahead'
    """
    for number, (team, own) in enumerate(table.groupby("team", sort=False)):
        color = _COLORS[number % len(_COLORS)]
        ax.plot(own["round"], own["yuan"], marker="o", color=color, label=str(team))
    ax.axhline(0, color="#444444", linewidth=0.8)
    rounds = sorted(set(table["round"]))
    ax.set_xticks(rounds)
    ax.set_xlabel(_("round"))
    ax.set_ylabel(_("profit above the mean"))
    theme.yuan_axis(ax)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    if len(table):
        last = table[table["round"] == rounds[-1]]
        ahead = last.loc[last["yuan"].idxmax(), "team"]
        title = _("After round {round} {team} was ahead")
        ax.set_title(title.format(round=rounds[-1], team=ahead))


@theme.drawn(height=1.3, row=0.13, table="team kind yuan")
def drivers(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw what each kind of decision earned over leaving it as it came, team beside team.

    Parameters
    ----------
    table : DataFrame
        ``team``, ``kind`` (price, traffic, stock, service) and ``yuan``.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the kind that set the teams most apart.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"team": ["Plum", "Plum", "Pear", "Pear"],
    ...     "kind": ["price", "stock"] * 2, "yuan": [10.0, 50.0, 12.0, -20.0]})
    >>> drivers(table).axes[0].get_title(loc="left")
    'Decisions on stock set the teams most apart'
    """
    kinds, teams = list(dict.fromkeys(table["kind"])), list(dict.fromkeys(table["team"]))
    height = 0.8 / max(len(kinds), 1)
    for number, kind in enumerate(kinds):
        own = table[table["kind"] == kind]
        places = [
            teams.index(team) + (number - (len(kinds) - 1) / 2) * height for team in own["team"]
        ]
        color = _COLORS[number % len(_COLORS)]
        ax.barh(places, own["yuan"], height=height * 0.9, color=color, label=_names([kind])[0])
    ax.axvline(0, color="#444444", linewidth=0.8)
    ax.set_yticks(range(len(teams)), theme.names(teams))
    ax.set_ylim(len(teams) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    theme.yuan_axis(ax, "x")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    if len(table):
        apart = table.groupby("kind")["yuan"].agg(lambda one: one.max() - one.min())
        title = _("Decisions on {kind} set the teams most apart")
        ax.set_title(title.format(kind=_names([apart.idxmax()])[0]))
