"""Figures of scorecards: what they add up to, how they move, and what the targets imply."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from ecokit import kpi as topic
from ecokit.inputs.renamed import attach
from ecokit.messages import _
from ecokit.plots import theme

__getattr__ = attach(__name__)[0]  # says what draws a scorecard now

SCORECARD_SIZE = (7.2, 3.8)
"""Width and height of the scorecard, in inches."""


def _name(kpi: object) -> str:
    return fill(topic.KPIS[str(kpi)].name, 22)


def _periods(starts: pd.Index, by: str) -> list[str]:
    """Return the names of periods, with their year where there are several.

    >>> _periods(pd.to_datetime(["2024-12-01", "2025-01-01"]), "month")
    ['Dec 24', 'Jan 25']
    """
    several = by != "year" and len({start.year for start in starts}) > 1
    names = {"quarter": "Q{0.quarter}", "year": "{0.year}"}
    form = names.get(by, "{0:%b}") + (" {0:%y}" if several else "")
    return [form.format(start) for start in starts]


def _title(ax: Axes, text: str) -> None:
    # Over the whole figure: the names of KPIs on the left leave little room over the axes.
    ax.figure.suptitle(text, x=0.01, ha="left", fontsize=12, fontweight="bold")


@theme.drawn(*SCORECARD_SIZE, card="kpi weight points")
def scorecard(card: pd.DataFrame, who: str, ax: Axes = theme.NEW) -> None:
    """Draw the scorecard as bars of points won against points on offer.

    A grey bar is what a KPI is worth on target (its weight in points), the narrow bar is
    what it brought: orange where it fell short, blue where it did not.

    Parameters
    ----------
    card : DataFrame
        From `ecokit.kpi.scorecard`.
    who : str
        Whose it is and of when, for the title.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> card = pd.DataFrame({"kpi": ["sales_attainment", "profit_margin"], "weight": [0.6, 0.4],
    ...                      "points": [50.0, 40.0]})
    >>> print(scorecard(card, "Operations, June").get_suptitle())
    Operations, June: 90.0 points
    10.0 points lost on Sales target attainment
    """
    shown = card.dropna(subset="points")
    names = [_name(kpi) for kpi in shown["kpi"]]
    worth = 100 * shown["weight"] / shown["weight"].sum()
    lost = worth - shown["points"]
    colors = np.where(lost > 0.05, theme.ORANGE, theme.BLUE)
    rows = np.arange(len(shown))  # plain positions: the scorecard lab draws this at every move
    ax.barh(rows, worth, height=0.72, color="#dddddd")
    ax.barh(rows, shown["points"], height=0.36, color=colors)
    ax.set_yticks(rows.tolist(), names)
    ax.locator_params(axis="x", nbins=5)
    for row, points, part in zip(rows.tolist(), shown["points"], worth, strict=True):
        text = f"{points:.1f} / {part:.0f}"
        ax.text(max(points, part) + 0.5, row, text, va="center", fontsize=9.5)
    finding = _("{who}: {total:.1f} points").format(who=who, total=shown["points"].sum())
    worst = int(lost.to_numpy().argmax())
    if lost.iloc[worst] > 0.05:
        kpi = topic.KPIS[shown["kpi"].iloc[worst]].name
        finding += _("\n{points:.1f} points lost on {kpi}").format(points=lost.iloc[worst], kpi=kpi)
    _title(ax, finding)
    ax.set_xlabel(_("points won, and points on offer (grey)"))
    ax.set_xlim(0, 1.22 * max(worth.max(), shown["points"].max()))
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")


@theme.drawn(height=0.9, row=0.52, table="")
def trend(table: pd.DataFrame, *, ax: Axes = theme.NEW) -> None:
    """Draw the attainment of each KPI of a post, by month or quarter, as a heat map.

    Parameters
    ----------
    table : DataFrame
        From `ecokit.kpi.trend`.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[1.1, 0.9]], index=["sales_attainment"],
    ...                      columns=pd.to_datetime(["2025-01-01", "2025-02-01"]))
    >>> trend(table).get_suptitle()
    'Sales target attainment: target met in 1 of 2 months'
    """
    met = table.ge(1).sum(axis=1)
    weakest = met.idxmin()
    names = pd.Index([_name(kpi) for kpi in table.index])
    periods = _periods(table.columns, str(table.columns.name))
    met_in = _("{name}: target met in {n} of {all} months")
    if table.columns.name == "quarter":
        met_in = _("{name}: target met in {n} of {all} quarters")
    elif table.columns.name == "year":
        met_in = _("{name}: target met in {n} of {all} years")
    table = table.set_axis(names).set_axis(pd.Index(periods), axis=1)
    sns.heatmap(
        table,
        ax=ax,
        cmap="PuOr",
        center=1.0,
        vmin=0.7,
        vmax=1.3,
        annot=100 * table,
        fmt=".0f",
        annot_kws={"fontsize": 9},
        linewidths=1,
        cbar_kws={"label": _("attainment"), "format": lambda value, _place: f"{value:.0%}"},
    )
    _title(
        ax,
        met_in.format(name=topic.KPIS[str(weakest)].name, n=met.min(), all=table.shape[1]),
    )
    ax.tick_params(axis="y", rotation=0)


@theme.drawn(height=3.8, ranked="month points post_id spread")
def spread(ranked: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Return the points of every post over the months, with the spread between them.

    Parameters
    ----------
    ranked : DataFrame
        From `ecokit.kpi.ranking`, by month.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> ranked = pd.DataFrame({"month": pd.Timestamp("2025-06-01"), "spread": 20.0,
    ...     "post_id": ["traffic_manager", "design_manager"], "points": [105.0, 85.0]})
    >>> spread(ranked).axes[0].get_title(loc="left")
    'The spread was widest in June: 20 points'
    """
    limits = ranked.groupby("month")["points"].agg(["min", "max"])
    ax.fill_between(limits.index, limits["min"], limits["max"], color=theme.GREY, alpha=0.2, lw=0)
    posts = [post for post in topic.POSTS if post in set(ranked["post_id"])]
    sns.lineplot(
        ranked,
        x="month",
        y="points",
        hue="post_id",
        style="post_id",
        hue_order=posts,
        style_order=posts,
        markers=True,
        dashes=False,
        ax=ax,
    )
    ax.axhline(100, color="black", lw=1)
    widest = ranked.sort_values("spread").iloc[-1]
    ax.set(
        xlabel="",
        ylabel=_("points; 100 is on target"),
        title=_("The spread was widest in {month:%B}: {spread:.0f} points").format(
            month=widest["month"], spread=widest["spread"]
        ),
    )
    ax.set_xticks(limits.index, [f"{month:%b}" for month in limits.index])
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(
        handles,
        [topic.POSTS[label][0] for label in labels],
        ncols=2,
        title=None,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.1),
    )


@theme.drawn(height=3.8, table="kpi gain gain_at_target")
def what_if(table: pd.DataFrame, who: str, change: float = 0.10, ax: Axes = theme.NEW) -> None:
    """Return the points that each KPI would bring if it were better.

    Parameters
    ----------
    table : DataFrame
        From `ecokit.kpi.what_if`.
    who : str
        Whose scorecard it is and of when, for the title.
    change : float
        The improvement, as given to `what_if`.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"kpi": ["sales_attainment"], "gain": [4.0], "gain_at_target": [6.0]})
    >>> print(what_if(table, "Operations, June").get_suptitle())
    Operations, June:
    6.0 points are missing on Sales target attainment
    """
    rows = np.arange(len(table))
    first = _("{change:.0%} better").format(change=change)
    ax.barh(rows - 0.2, table["gain"], height=0.38, color=theme.BLUE, label=first)
    second = _("just on target")
    ax.barh(rows + 0.2, table["gain_at_target"], height=0.38, color=theme.ORANGE, label=second)
    ax.set_yticks(rows, [_name(kpi) for kpi in table["kpi"]])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("points won if this KPI alone were better"))
    ax.legend(loc="lower right")
    far = table.sort_values("gain_at_target").iloc[-1]
    if far["gain_at_target"] > 0:
        finding = _("{who}:\n{points:.1f} points are missing on {kpi}").format(
            who=who, points=far["gain_at_target"], kpi=topic.KPIS[far["kpi"]].name
        )
    else:
        finding = _("{who}:\n{change:.0%} better counts most on {kpi}").format(
            who=who, change=change, kpi=topic.KPIS[table["kpi"].iloc[0]].name
        )
    _title(ax, finding)


@theme.drawn(height=3.6, table="asked campaigns order_share shop rest")
def tied_targets(table: pd.DataFrame, *, ax: Axes = theme.NEW) -> None:
    """Draw what the rest of the traffic must convert, over the campaign share of orders.

    Parameters
    ----------
    table : DataFrame
        From `ecokit.kpi.tied_targets`.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> from ecokit import kpi
    >>> tied_targets(kpi.tied_targets(0.5, 0.6, 0.03)).axes[0].get_title(loc="left")
    'Three targets leave no choice: the rest converts 2.00%'
    """
    tied, asked = table[~table["asked"]], table[table["asked"]].iloc[0]
    campaigns, order_share = float(asked["campaigns"]), float(asked["order_share"])
    ax.plot(tied["order_share"], tied["shop"], color=theme.BLUE, label=_("whole shop"))
    rest = _("rest of the traffic")
    ax.plot(tied["order_share"], tied["rest"], color=theme.ORANGE, label=rest)
    ax.axhline(campaigns, color=theme.GREY, ls="--", lw=1, label=_("campaigns"))
    now = (float(asked["shop"]), float(asked["rest"]))
    ax.plot([order_share] * 2, now, "o", color="black")
    for value, above in zip(now, (5, -16), strict=True):
        ax.annotate(
            f"{value:.2%}",
            (order_share, value),
            (6, above),
            textcoords="offset points",
            fontsize=9.5,
        )
    theme.percent_axis(ax, "x")
    theme.percent_axis(ax, "y", 1)
    ax.set(
        ylim=(0, 2.1 * campaigns),
        xlabel=_("campaign share of orders"),
        ylabel=_("conversion"),
        title=_("Three targets leave no choice: the rest converts {rest:.2%}").format(
            rest=asked["rest"]
        ),
    )
    ax.legend()


@theme.drawn(height=2.6, row=0.2, table="name uv campaign_conversion")
def campaigns(table: pd.DataFrame, target: float = 0.1, ax: Axes = theme.NEW) -> None:
    """Draw what the campaigns of a month converted, beside how many visitors each brought.

    Parameters
    ----------
    table : DataFrame
        A row a campaign: ``name``, ``uv`` (visitors), ``campaign_conversion`` (a share).
    target : float
        The conversion that is asked for.
    ax : Axes, optional
        Where to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"name": ["Coupons", "School"], "uv": [600, 200],
    ...                       "campaign_conversion": [0.03, 0.12]})
    >>> campaigns(table).axes[0].get_title(loc="left")
    'Coupons: 75% of the visitors, 3.0% ordered'
    """
    shown = table.sort_values("uv", ignore_index=True)
    rows = np.arange(len(shown))
    missed = shown["campaign_conversion"] < target
    colors = np.where(missed, theme.ORANGE, theme.BLUE)
    ax.barh(rows, shown["campaign_conversion"], height=0.6, color=colors)
    ax.axvline(target, color="black", linewidth=1, linestyle=":")
    ax.set_yticks(rows.tolist(), [fill(str(name), 22) for name in shown["name"]])
    for row, share, uv in zip(
        rows.tolist(), shown["campaign_conversion"], shown["uv"], strict=True
    ):
        text = _("{share:.1%} of {uv:,} visitors").format(share=share, uv=int(uv))
        ax.text(share + 0.001, row, text, va="center", fontsize=9.5)
    ax.set_xlim(0, 1.5 * max(float(shown["campaign_conversion"].max()), target))
    theme.percent_axis(ax, "x")
    ax.set_xlabel(theme.words("campaign_conversion"))
    ax.grid(visible=False, axis="y")
    most = shown.iloc[-1]
    ax.set_title(
        _("{name}: {part:.0%} of the visitors, {share:.1%} ordered").format(
            name=most["name"],
            part=most["uv"] / shown["uv"].sum(),
            share=most["campaign_conversion"],
        )
    )
