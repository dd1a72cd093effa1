"""Figures of media: who hears of us, in which tone, what that does, and the crisis clock.

Each function takes what a function of :mod:`ecokit.media` returned and draws into `ax` or into a
new figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from ecokit.inputs.renamed import attach
from ecokit.messages import _
from ecokit.plots import theme

if TYPE_CHECKING:
    import pandas as pd

__getattr__ = attach(__name__)[0]


@theme.drawn(height=3.4, table="times share at_least")
def exposures(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw how many people meet a plan how often.

    Parameters
    ----------
    table : DataFrame
        What ``media.exposures`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says how many meet it at least once, and three times.

    Examples
    --------
    >>> from ecokit import media
    >>> exposures(media.exposures(180)).axes[0].get_title(loc="left")
    'The plan reaches 83 %, and 27 % three times or more'
    """
    ax.bar(table["times"], table["share"], color=theme.BLUE, width=0.75)
    ax.set_xticks(table["times"])
    ax.grid(visible=False, axis="x")
    theme.percent_axis(ax)
    ax.set_xlabel(_("contacts of a person"))
    ax.set_ylabel(_("people"))
    known = dict(zip(table["times"], table["at_least"], strict=True))
    if 1 in known and 3 in known:
        finding = _("The plan reaches {once:.0f} %, and {thrice:.0f} % three times or more")
        ax.set_title(finding.format(once=100 * known[1], thrice=100 * known[3]))


@theme.drawn(height=1.6, row=0.5, table="kind added_up reached_low reached_high")
def story_reach(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the readers of stories added up, and the people whom they can have reached.

    Parameters
    ----------
    table : DataFrame
        What ``media.story_reach`` returned, by kind.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says how much the sum claims more than there can be.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"kind": ["earned"], "added_up": [110.0], "reached_low": [58.0],
    ...     "reached_high": [75.0]})
    >>> story_reach(table).axes[0].get_title(loc="left")
    'The sum claims 1.5 times as many people, or more'
    """
    places = range(len(table))
    million = 1e6 if table["added_up"].max() >= 1e6 else 1.0
    low, high = table["reached_low"] / million, table["reached_high"] / million
    ax.barh(places, high - low, left=low, color=theme.BLUE, height=0.4, label=_("people reached"))
    ax.scatter(
        table["added_up"] / million, places, color=theme.ORANGE, s=60, zorder=3, label=_("added up")
    )
    ax.set_yticks(places, [theme.words(kind) for kind in table["kind"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(left=0)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_("million people") if million > 1 else _("people"))
    ax.legend(loc="upper right", bbox_to_anchor=(1, -0.5 / (1 + 0.4 * len(table))), ncols=2)
    ratio = table["added_up"].sum() / table["reached_high"].sum()
    finding = _("The sum claims {n:.1f} times as many people, or more")
    ax.set_title(finding.format(n=ratio))


@theme.drawn(height=4.2, table="seller share_of_voice market_share")
def voice_and_market(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw the share of voice of each seller beside its share of the market.

    Parameters
    ----------
    table : DataFrame
        What ``media.voice_and_market`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says whether our voice is louder than our share.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"seller": ["K1", "own"], "share_of_voice": [0.6, 0.4],
    ...     "market_share": [0.7, 0.3]})
    >>> voice_and_market(table).axes[0].get_title(loc="left")
    'Our voice is larger than our share of the market'
    """
    own = table["seller"] == "own"
    colors = [theme.BLUE if one else theme.GREY for one in own]
    top = 1.15 * float(table[["share_of_voice", "market_share"]].max().max())
    ax.axline((0, 0), slope=1, color="#888888", lw=1, ls="--")
    ax.scatter(table["market_share"], table["share_of_voice"], color=colors, s=60, zorder=3)
    if table["seller"].is_unique:
        for row in table.to_dict("records"):
            place = (row["market_share"], row["share_of_voice"])
            name = _("we") if row["seller"] == "own" else str(row["seller"])
            ax.annotate(name, place, textcoords="offset points", xytext=(8, -4))
    ax.set_xlim(0, top)
    ax.set_ylim(0, top)
    theme.percent_axis(ax)
    theme.percent_axis(ax, "x")
    ax.set_xlabel(_("share of the market"))
    ax.set_ylabel(_("share of voice"))
    if own.any():
        ours = table[own][["share_of_voice", "market_share"]].mean()
        louder = ours["share_of_voice"] > ours["market_share"]
        larger = _("Our voice is larger than our share of the market")
        smaller = _("Our voice is smaller than our share of the market")
        ax.set_title(larger if louder else smaller)


def method_names() -> dict[str, str]:
    """Return the methods to judge a headline in words.

    Examples
    --------
    >>> method_names()["words"]
    'list of words'
    """
    return {
        "words": _("list of words"),
        "words_negated": _("list, negations turned"),
        "classifier": _("classifier"),
    }


@theme.drawn(
    height=1.8,
    row=0.55,
    table="method precision precision_low precision_high recall recall_low recall_high",
)
def tone_methods(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw how many of the bad stories each method finds, and how many alarms are right.

    Parameters
    ----------
    table : DataFrame
        What ``media.tone_methods`` returned.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title names the method that misses the fewest.

    Examples
    --------
    >>> from ecokit import media
    >>> from ecokit.media.made import headlines
    >>> table = media.tone_methods({"stories": headlines()})
    >>> tone_methods(table).axes[0].get_title(loc="left")
    'Fewest are missed by: classifier (0 %)'
    """
    kinds = (("recall", theme.BLUE, -0.12), ("precision", theme.ORANGE, 0.12))
    told = {"recall": _("found, of those that are there"), "precision": _("right, of its alarms")}
    for name, color, shift in kinds:
        places = [place + shift for place in range(len(table))]
        ax.hlines(places, table[f"{name}_low"], table[f"{name}_high"], color=color, lw=3)
        ax.scatter(table[name], places, color=color, s=50, zorder=3, label=told[name])
    names = method_names()
    ax.set_yticks(range(len(table)), [names.get(str(one), str(one)) for one in table["method"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, 1.02)
    ax.grid(visible=False, axis="y")
    theme.percent_axis(ax, "x")
    ax.legend(loc="upper right", bbox_to_anchor=(1, -0.5 / (1 + 0.4 * len(table))), ncols=2)
    if table["recall"].notna().any():
        best = table.sort_values("recall", ascending=False, kind="stable").iloc[0]
        finding = _("Fewest are missed by: {name} ({share:.0f} %)")
        name = names.get(str(best["method"]), str(best["method"]))
        ax.set_title(finding.format(name=name, share=100 * (1 - best["recall"])))


@theme.drawn(height=4.2, table="start effect low high told placebo")
def placebo_days(table: pd.DataFrame, truth: float | None = None, ax: Axes = theme.NEW) -> None:
    """Draw the effect of a story beside those that the same study finds where there was none.

    Parameters
    ----------
    table : DataFrame
        What ``media.placebo_days`` returned.
    truth : float, optional
        What the simulator says the story did.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title counts the placebo windows in which an effect is seen.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"start": pd.to_datetime(["2025-06-01", "2025-07-01"]),
    ...     "effect": [90.0, 3.0], "low": [60.0, -20.0], "high": [120.0, 26.0],
    ...     "told": [True, False], "placebo": [False, True]})
    >>> placebo_days(table).axes[0].get_title(loc="left")
    'Without a story, 0 of 1 windows show an effect'
    """
    ax.axhline(0, color="#888888", lw=1)
    for placebo, color, name in (
        (True, theme.GREY, _("no story")),
        (False, theme.BLUE, _("the story")),
    ):
        part = table[table["placebo"] == placebo]
        ax.vlines(part["start"], part["low"], part["high"], color=color, lw=2.5)
        ax.scatter(part["start"], part["effect"], color=color, s=40, zorder=3, label=name)
    if truth is not None:
        real = table.loc[~table["placebo"], "start"]
        place = [truth] * len(real)
        ax.scatter(real, place, color=theme.ORANGE, marker="D", s=60, zorder=4, label=_("truth"))
    theme.day_axis(ax)
    ax.set_ylabel(_("first visits, with 95 % interval"))
    ax.legend(loc="best")
    placebos = table[table["placebo"]]
    finding = _("Without a story, {n} of {all} windows show an effect")
    ax.set_title(finding.format(n=int(placebos["told"].sum()), all=len(placebos)))


@theme.drawn(height=3.8, table="answer visits_lost orders_lost")
def answer_costs(table: pd.DataFrame, answered: float | None = None, ax: Axes = theme.NEW) -> None:
    """Draw what a first answer after so many hours costs: the crisis clock.

    Parameters
    ----------
    table : DataFrame
        What ``media.answer_costs`` returned.
    answered : float, optional
        Hours after which the company answered.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title sets the last answer beside the first.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"answer": [2.0, 24.0], "visits_lost": [64.0, 384.0],
    ...     "orders_lost": [3.0, 19.0]})
    >>> answer_costs(table).axes[0].get_title(loc="left")
    'An answer after 24 hours costs 6.0 times one after 2'
    """
    table = table.sort_values("answer")
    ax.plot(table["answer"], table["visits_lost"], color=theme.BLUE, lw=2.5, marker="o", ms=4)
    if answered is not None:
        ax.axvline(answered, color=theme.ORANGE, ls="--", lw=2, label=_("our first answer"))
        ax.legend(loc="lower right")
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    ax.set_xlabel(_("hours until the first answer"))
    ax.set_ylabel(_("visits lost"))
    first, last = table.iloc[0], table.iloc[-1]
    if first["visits_lost"] > 0 and len(table) > 1:
        finding = _("An answer after {late:g} hours costs {n:.1f} times one after {soon:g}")
        ratio = last["visits_lost"] / first["visits_lost"]
        ax.set_title(finding.format(late=last["answer"], soon=first["answer"], n=ratio))


@theme.drawn(height=3.8, table="hour answer height")
def crisis_height(table: pd.DataFrame, chosen: float, ax: Axes = theme.NEW) -> None:
    """Draw how high a crisis stands, hour by hour, for several hours of the first answer.

    Parameters
    ----------
    table : DataFrame
        A row an hour and an answer: ``hour``, ``answer`` (hours until it) and ``height``, what
        ``media.crisis_height`` returned.
    chosen : float
        The answer that is set apart.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says how high the crisis rises until the chosen answer.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"hour": [0, 2, 9] * 2, "answer": [2.0] * 3 + [24.0] * 3,
    ...     "height": [0, 0.2, 0.1, 0, 0.2, 0.6]})
    >>> crisis_height(table, 2).axes[0].get_title(loc="left")
    'Answered after 2 hours, it rises to 20 % of its height'
    """
    styles = iter(("--", ":", "-."))
    for answer, part in table.groupby("answer"):
        mine = answer == chosen
        color, style = (theme.BLUE, "-") if mine else (theme.GREY, next(styles, "-"))
        name = _("after {n:g} hours").format(n=answer)
        ax.plot(part["hour"], part["height"], color=color, ls=style, lw=2.5, label=name)
        if mine:
            ax.fill_between(part["hour"], part["height"], color=color, alpha=0.15, lw=0)
            most = float(part["height"].max())
            finding = _("Answered after {n:g} hours, it rises to {share:.0f} % of its height")
            ax.set_title(finding.format(n=answer, share=100 * most))
    ax.set_xlim(left=0)
    ax.set_ylim(0, 1.02)
    theme.percent_axis(ax)
    ax.set_xlabel(_("hours since the crisis began"))
    ax.set_ylabel(_("height of the crisis"))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=4)


@theme.drawn(height=3.8, table="hour posts share_negative answered")
def crisis(table: pd.DataFrame, ax: Axes = theme.NEW) -> None:
    """Draw a crisis hour by hour: posts, the negative ones among them, and the first answer.

    Parameters
    ----------
    table : DataFrame
        The table ``crisis`` of a shop.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Figure
        The title says after how many hours the first answer came.

    Examples
    --------
    >>> import pandas as pd
    >>> hours = pd.date_range("2025-04-03", periods=3, freq="h")
    >>> table = pd.DataFrame({"hour": hours, "posts": [5, 80, 40],
    ...     "share_negative": [0.2, 0.8, 0.7], "answered": [False, False, True]})
    >>> crisis(table).axes[0].get_title(loc="left")
    'The first answer came after 2 hours'
    """
    table = table.sort_values("hour")
    negative = table["posts"] * table["share_negative"]
    ax.fill_between(table["hour"], table["posts"], color=theme.GREY, alpha=0.35, lw=0)
    ax.plot(table["hour"], table["posts"], color=theme.GREY, label=_("posts"))
    ax.plot(table["hour"], negative, color=theme.RED, lw=1.8, label=_("negative ones"))
    ax.set_ylim(bottom=0)
    theme.day_axis(ax)
    ax.set_ylabel(_("posts an hour"))
    told = table.loc[table["answered"].astype(bool), "hour"]
    if len(told):
        hours = (told.iloc[0] - table["hour"].iloc[0]).total_seconds() / 3_600
        ax.axvline(told.iloc[0], color=theme.BLUE, ls="--", lw=2, label=_("our first answer"))
        ax.set_title(_("The first answer came after {n:.0f} hours").format(n=hours))
    ax.legend(loc="upper right")
