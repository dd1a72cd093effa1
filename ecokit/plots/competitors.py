"""Figures of competitors: who competes, who leads, what matches, how prices stand.

Each function takes what a function of :mod:`ecokit.competitors` returned, as a pandas
DataFrame, and draws into `ax` or into a new figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

SHOPS = {
    "own": (theme.BLUE, "-", "o"),
    "K1": (theme.ORANGE, "--", "s"),
    "K2": (theme.GREEN, ":", "^"),
    "K3": (theme.PURPLE, "-.", "D"),
}
"""Colour, line and marker of each shop of the course, the same in every figure."""

_OTHERS = (
    (theme.BROWN, "--", "v"),
    (theme.SKY, ":", "P"),
    (theme.PINK, "-.", "X"),
    (theme.RED, "--", "<"),
    (theme.YELLOW, ":", ">"),
)


def _styles(names: Iterable[object]) -> dict[str, tuple[str, str, str]]:
    """Return the look of each shop; shops that the course does not know take turns."""
    shops = dict.fromkeys(str(name) for name in names)
    others = cycle(_OTHERS)
    return {name: SHOPS[name] if name in SHOPS else next(others) for name in shops}


@theme.drawn(height=3.8, table="name kind score")
def directory(table: pd.DataFrame, shown: int = 10, *, ax: Axes = theme.NEW) -> None:
    """Draw the shops of a directory with the highest scores.

    Parameters
    ----------
    table : DataFrame
        What ``competitors.rank_directory`` returned.
    shown : int
        Number of bars.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The first three are blue; the title names the first.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"name": ["North", "East", "West"], "kind": "shop",
    ...                       "score": [0.7, 0.6, 0.5]})
    >>> directory(table).axes[0].get_title(loc="left")
    'North competes most with us'
    """
    top = table.head(shown)
    colors = [theme.BLUE if place < 3 else theme.GREY for place in range(len(top))]
    labels = top["name"] + " (" + top["kind"].str.replace("_", " ") + ")"
    bars = ax.barh(range(len(top)), top["score"], color=colors)
    ax.bar_label(bars, [f"{score:.2f}" for score in top["score"]], padding=3, size=9.5)
    ax.set_yticks(range(len(top)), labels)
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.set_xlabel(_("covers × focus × prices × reach"))
    ax.grid(visible=False, axis="y")
    ax.set_title(_("{name} competes most with us").format(name=table["name"].iloc[0]))


@theme.drawn(height=3.0, table="lag correlation noise")
def lead(table: pd.DataFrame, leader: str, follower: str, *, ax: Axes = theme.NEW) -> None:
    """Draw how the moves of two competitors correlate, lag by lag.

    Parameters
    ----------
    table : DataFrame
        What ``competitors.lead_lag`` returned.
    leader, follower : str
        The two competitors.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells who moves first.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"lag": [-1, 0, 1], "correlation": [0.0, 0.1, 0.9], "noise": 0.2})
    >>> lead(table, "K1", "K2").axes[0].get_title(loc="left")
    'K2 follows K1 after 1 week'
    """
    best = table.iloc[int(table["correlation"].argmax())]
    weeks = int(best["lag"])
    colors = [theme.ORANGE if lag == weeks else theme.GREY for lag in table["lag"]]
    ax.bar(table["lag"], table["correlation"], color=colors)
    noise = float(table["noise"].max())
    ax.axhspan(-noise, noise, color="#e9e9e9", zorder=0, label=_("what chance gives"))
    ax.axhline(0, color="black", linewidth=1)
    ax.set_xticks(table["lag"])
    ax.set_xlabel(
        _("weeks from a move of {leader} to {follower}'s").format(leader=leader, follower=follower)
    )
    ax.set_ylabel(_("correlation"))
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper left")
    first, second = (leader, follower) if weeks > 0 else (follower, leader)
    told = (
        _("{second} follows {first} after {n} week")
        if abs(weeks) == 1
        else _("{second} follows {first} after {n} weeks")
    )
    if not weeks or best["correlation"] <= noise:
        told = _("Neither follows the other")
    ax.set_title(told.format(first=first, second=second, n=abs(weeks)))


@theme.drawn(height=3.4, table="threshold precision recall f1")
def thresholds(table: pd.DataFrame, chosen: float | None = None, *, ax: Axes = theme.NEW) -> None:
    """Draw precision, recall and F1 by threshold.

    Parameters
    ----------
    table : DataFrame
        What ``competitors.quality_by_threshold`` returned.
    chosen : float, optional
        A threshold to mark.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the threshold with the best F1.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"threshold": [0.2, 0.4], "precision": [0.7, 0.9],
    ...                       "recall": [0.9, 0.5], "f1": [0.79, 0.64]})
    >>> thresholds(table).axes[0].get_title(loc="left")
    'Best balance at 0.2: F1 0.79'
    """
    lines = (
        ("precision", _("precision: of the pairs found, right"), theme.BLUE, "-", "o"),
        ("recall", _("recall: of the true pairs, found"), theme.ORANGE, "--", "s"),
        ("f1", _("F1: balance of both"), theme.GREEN, ":", "^"),
    )
    for column, label, color, line, marker in lines:
        ax.plot(table["threshold"], table[column], line, marker=marker, color=color, label=label)
    if chosen is not None:
        ax.axvline(chosen, color="black", linewidth=1)
        ax.text(chosen, 1.03, _(" chosen: {t:g}").format(t=chosen), va="bottom", size=9.5)
    ax.set_ylim(0, 1.1)
    theme.percent_axis(ax)
    ax.set_xlabel(_("threshold: least likeness of a pair"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.18), ncols=3, fontsize=9)
    best = table.iloc[int(table["f1"].argmax())]
    ax.set_title(
        _("Best balance at {threshold:g}: F1 {f1:.2f}").format(
            threshold=round(best["threshold"], 4), f1=best["f1"]
        )
    )


@theme.drawn(height=2.8, table="competitor_id right found true")
def matches(table: pd.DataFrame, threshold: float, *, ax: Axes = theme.NEW) -> None:
    """Draw what a threshold finds at each competitor: right pairs, wrong ones, missed ones.

    Parameters
    ----------
    table : DataFrame
        ``competitor_id``, ``right``, ``found``, ``true`` (counts), as
        ``competitors.match_quality`` gives them.
    threshold : float
        For the title.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title adds the counts up.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"competitor_id": ["K1"], "right": 8, "found": 10, "true": 9})
    >>> matches(table, 0.2).axes[0].get_title(loc="left")
    'Threshold 0.2: 8 right, 2 wrong, 1 missed'
    """
    wrong, missed = table["found"] - table["right"], table["true"] - table["right"]
    parts = (
        (table["right"], theme.BLUE, "white", _("right")),
        (wrong, theme.ORANGE, "black", _("wrong: another product")),
        (missed, "#cccccc", "black", _("missed")),
    )
    left = table["right"] * 0
    for count, color, ink, label in parts:
        bars = ax.barh(table["competitor_id"], count, left=left, color=color, label=label)
        texts = [f"{n:.0f}" if n else "" for n in count]
        ax.bar_label(bars, texts, label_type="center", size=9.5, color=ink)
        left = left + count
    ax.invert_yaxis()
    ax.set_xlabel(_("pairs of products"))
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.25), ncols=3)
    ax.set_title(
        _(
            "Threshold {threshold:g}: {right:.0f} right, {wrong:.0f} wrong, {missed:.0f} missed"
        ).format(
            threshold=threshold, right=table["right"].sum(), wrong=wrong.sum(), missed=missed.sum()
        )
    )


@theme.drawn(height=3.6, table="week competitor_id level")
def gaps(table: pd.DataFrame, *, ax: Axes = theme.NEW) -> None:
    """Draw our price level against each competitor, week by week.

    Parameters
    ----------
    table : DataFrame
        ``week``, ``competitor_id``, ``level``, as ``competitors.spatial_index`` returned it by
        week and competitor.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        Above the line we are dearer. The title names the cheapest competitor of the last week.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"week": pd.to_datetime(["2025-03-03", "2025-03-03"]),
    ...                       "competitor_id": ["K1", "K2"], "level": [1.04, 0.98]})
    >>> gaps(table).axes[0].get_title(loc="left")
    'Last week K1 was cheapest: we ask 4% more'
    """
    styles = _styles(sorted(table["competitor_id"].unique()))
    for competitor, group in table.groupby("competitor_id"):
        color, line, marker = styles[str(competitor)]
        ax.plot(
            group["week"],
            group["level"] - 1,
            line,
            color=color,
            marker=marker,
            markersize=4,
            label=competitor,
        )
    ax.axhline(0, color="black", linewidth=1)
    theme.percent_axis(ax)
    ax.yaxis.set_major_locator(MultipleLocator(0.05))
    ax.set_ylabel(_("our price over theirs"))
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper left", ncols=4)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + (high - low) * 0.15)
    theme.day_axis(ax)
    last = table[table["week"] == table["week"].max()]
    top = last.iloc[int(last["level"].argmax())]
    words = _("Last week {name} was cheapest: we ask {gap:.0%} {more}")
    ax.set_title(
        words.format(
            name=top["competitor_id"],
            gap=abs(top["level"] - 1),
            more=_("more") if top["level"] >= 1 else _("less"),
        )
    )


@theme.drawn(height=3.4, matched="period level", average="period level")
def levels(
    matched: pd.DataFrame, average: pd.DataFrame, name: str, *, ax: Axes = theme.NEW
) -> None:
    """Draw a price index of matched products beside the average price, which misleads.

    Parameters
    ----------
    matched : DataFrame
        What ``competitors.price_index`` returned.
    average : DataFrame
        What ``competitors.average_price`` returned for the same table.
    name : str
        Whose prices.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells how far each strays from the first week.

    Examples
    --------
    >>> import pandas as pd
    >>> weeks = pd.to_datetime(["2025-03-03", "2025-03-10"])
    >>> same = pd.DataFrame({"period": weeks, "level": [1.0, 1.0]})
    >>> levels(same, same.assign(level=[1.0, 1.2]), "K1").axes[0].get_title(loc="left")
    'K1: the average price strays by 20%, the same products by 0%'
    """
    ax.plot(average["period"], average["level"], "--", color=theme.GREY, label=_("average price"))
    ax.plot(
        matched["period"],
        matched["level"],
        color=theme.BLUE,
        label=_("index of the same products, chained"),
    )
    ax.axhline(1, color="black", linewidth=1)
    ax.set_ylabel(_("first week = 1"))
    ax.grid(visible=False, axis="x")
    theme.day_axis(ax)
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.12), ncols=2)
    ax.set_title(
        _(
            "{name}: the average price strays by {average:.0%}, the same products by {matched:.0%}"
        ).format(
            name=name,
            average=average["level"].sub(1).abs().max(),
            matched=matched["level"].sub(1).abs().max(),
        )
    )


@theme.drawn(height=3.6, table="category seller sales share")
def concentration(table: pd.DataFrame, *, ax: Axes = theme.NEW) -> None:
    """Draw the shares of the sellers by category, ours and the leader's named.

    Parameters
    ----------
    table : DataFrame
        What ``competitors.market_shares(market, "category")`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the largest named seller over all categories.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"category": "audio", "seller": ["K1", "own", "others"],
    ...                       "sales": [30.0, 20.0, 50.0], "share": [0.3, 0.2, 0.5]})
    >>> concentration(table).axes[0].get_title(loc="left")
    'K1 leads the market with 30% of the sales'
    """
    wide = table.pivot_table(index="category", columns="seller", values="share", fill_value=0)
    order = ["own", *sorted(set(wide.columns) - {"own", "others"}), "others"]
    left = wide.iloc[:, 0] * 0
    styles = _styles(order[:-1])
    for seller in [seller for seller in order if seller in wide.columns]:
        color = "#cccccc" if seller == "others" else styles[seller][0]
        ax.barh(
            wide.index.str.replace("_", " "), wide[seller], left=left, color=color, label=seller
        )
        for place, share in enumerate(wide[seller]):
            middle = float(left.iloc[place]) + share / 2
            ax.text(middle, place, f"{share:.0%}", ha="center", va="center", size=8.5)
        left = left + wide[seller]
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    theme.percent_axis(ax, "x")
    ax.grid(visible=False)
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.1), ncols=5)
    sums = table.groupby("seller")["sales"].sum()
    named = sums.drop("others", errors="ignore")
    ax.set_title(
        _("{name} leads the market with {share:.0%} of the sales").format(
            name=named.idxmax(), share=named.max() / sums.sum()
        )
    )


@theme.drawn(height=5.2, table="shop touchpoint name name_zh in_time_rate low high")
def mystery(table: pd.DataFrame, *, ax: Axes = theme.NEW) -> None:
    """Draw what mystery shoppers found beside our own in-time rates, with intervals.

    Parameters
    ----------
    table : DataFrame
        What ``competitors.mystery_beside`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names our weakest touchpoint.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"shop": ["own", "K1"], "touchpoint": 8, "name": "Three days",
    ...     "name_zh": "三天未到", "in_time_rate": [0.6, 1.0], "low": [0.5, 0.4],
    ...     "high": [0.7, 1.0]})
    >>> mystery(table).axes[0].get_title(loc="left")
    'Our weakest touchpoint: Three days, 60% in time'

    Any shop is drawn, not only those of the course:

    >>> figure = mystery(table.assign(shop=["own", "Corner shop"]))
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['own', 'Corner shop']
    """
    styles = _styles(["own", *sorted(set(table["shop"]) - {"own"})])
    names = table.drop_duplicates("touchpoint").sort_values("touchpoint")
    place = {number: at for at, number in enumerate(names["touchpoint"])}
    for number, (shop, (color, _line, marker)) in enumerate(styles.items()):
        rows = table[table["shop"] == shop]
        y = rows["touchpoint"].map(place)
        y += (number - (len(styles) - 1) / 2) * min(0.19, 0.76 / len(styles))
        ax.hlines(y, rows["low"], rows["high"], color=color, linewidth=1.5)
        ax.plot(rows["in_time_rate"], y, marker, color=color, label=shop, markersize=6)
    labels = names["touchpoint"].astype(str) + "  " + names["name"] + " " + names["name_zh"]
    ax.set_yticks(range(len(names)), labels)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlim(-0.02, 1.02)
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("done within our window, with 95% intervals"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.3, -0.12), ncols=4)
    own = table[table["shop"] == "own"]
    weak = own.iloc[int(own["in_time_rate"].argmin())]
    ax.set_title(
        _("Our weakest touchpoint: {name}, {share:.0%} in time").format(
            name=weak["name"], share=weak["in_time_rate"]
        ),
        x=-0.62,
    )


@theme.drawn(height=3.4, table="own_change units margin")
def reactions(table: pd.DataFrame, *, ax: Axes = theme.NEW) -> None:
    """Draw what a cut of our own gives in units and takes in margin, against a rival's cut.

    Parameters
    ----------
    table : DataFrame
        ``own_change`` (0 and below), ``units`` and ``margin`` as ratios to before the rival's cut.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title tells what following costs.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"own_change": [0.0, -0.12], "units": [0.93, 1.3],
    ...                       "margin": [0.93, 0.1]})
    >>> reactions(table).axes[0].get_title(loc="left")
    'Waiting keeps 93% of the margin, a cut by 12% keeps 10%'
    """
    ax.plot(-table["own_change"], table["units"], "--", color=theme.ORANGE, label=_("units"))
    ax.plot(-table["own_change"], table["margin"], color=theme.BLUE, label=_("margin"))
    ax.axhline(1, color="black", linewidth=1)
    theme.percent_axis(ax)
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("our own cut"))
    ax.set_ylabel(_("against before the rival's cut"))
    ax.legend(loc="center left")
    first, last = table.iloc[0], table.iloc[-1]
    ax.set_title(
        _("Waiting keeps {wait:.0%} of the margin, a cut by {cut:.0%} keeps {left:.0%}").format(
            wait=first["margin"], cut=-last["own_change"], left=last["margin"]
        )
    )
