"""The funnel lab: where which group leaks, and how rules share out the orders of paths."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecokit import funnel as topic
from ecokit.explore.controls import Choice, Control, Slider, Toggle, steps
from ecokit.explore.lab import Lab, Tabs, Told
from ecokit.explore.tables import table
from ecokit.messages import _
from ecokit.plots import funnel as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

WINDOWS = (1, 3, 7, 14, 30, 60, 90)
"""Days that a path may look back."""


def group_names() -> dict[str, str]:
    """Return the groups of visits in words.

    Examples
    --------
    >>> group_names()["speed"]
    'Seconds until the page is there'
    """
    return {
        "device": _("Device"),
        "visitor": _("New or returning visitor"),
        "speed": _("Seconds until the page is there"),
        "landing": _("Page on which the visit begins"),
        "kind": _("Kind of channel"),
    }


def lab(shop: Shop) -> Tabs:
    """Return the two labs: the steps by groups of visits, and the credit of each rule.

    Parameters
    ----------
    shop : Shop
        With the tables visits, orders and channels.
    """
    return Tabs(_("Funnel lab"), [_steps(shop), _credit(shop)])


# --- steps -----------------------------------------------------------------------------


def _steps(shop: Shop) -> Lab:
    @lru_cache(maxsize=2)
    def kinds(bots: bool) -> Any:
        return topic.with_kinds(shop if bots else topic.cleaned(shop))

    @lru_cache(maxsize=20)
    def counted(group: str, bots: bool, monthly: bool) -> pd.DataFrame:
        given = {"channels": shop.channels, "visits": kinds(bots)["visits"]}
        found: pd.DataFrame = topic.steps(given, by=["month", group] if monthly else group)
        return found

    def draw(figure: Figure, group: str, month: int, *, bots: bool) -> Told:
        told = counted(group, bots, month > 0)
        told = told[told["month"].dt.month == month] if month else told
        figure.subplots_adjust(left=0.1, right=0.97, top=0.9, bottom=0.24)
        ax = figure.add_subplot()
        plots.rates(told, by=group, ax=ax)
        ends = told[told["step"] == topic.STEPS[-1]].set_index(group)["of_all"]
        message = _("Shares that go on, by {group}: {ends} of the visits end in an order. {title}.")
        words = ", ".join(f"{theme.words(name)} {share:.1%}" for name, share in ends.items())
        alt = message.format(
            group=group_names()[group].lower(), ends=words, title=ax.get_title(loc="left")
        )
        return Told(alt, _table(told, group))

    months = [(_("the whole year"), 0)]
    months += [(f"{pd.Timestamp(2025, month, 1):%B}", month) for month in range(1, 13)]
    controls: dict[str, Control] = {
        "group": Choice(_("Compare by"), [(text, name) for name, text in group_names().items()]),
        "month": Slider(_("Month"), months, 0),
        "bots": Toggle(_("Leave bots and brushed orders in")),
    }
    return Lab(_("Steps"), controls, draw, along="group", size=(7.2, 4.2))


def _table(told: pd.DataFrame, group: str) -> str:
    """Return the visits of each group at each step, as an HTML table."""
    wide = told.pivot_table("came", group, "step")[list(topic.STEPS)]
    head = ["", *(theme.words(step) for step in topic.STEPS)]
    rows = [(theme.words(name), *(f"{n:,.0f}" for n in row)) for name, *row in wide.itertuples()]
    return table(head, rows)


# --- credit ----------------------------------------------------------------------------


def _credit(shop: Shop) -> Lab:
    @lru_cache(maxsize=len(WINDOWS))
    def paths(window: int) -> pd.DataFrame:
        found: pd.DataFrame = topic.paths(topic.cleaned(shop), lookback_days=window)
        return found

    @lru_cache(maxsize=1)
    def truth() -> pd.Series[float]:
        return shop.incremental.set_index("source")["orders"]

    def draw(figure: Figure, window: int, half_life: float, rule: str, *, known: bool) -> Told:
        rules = list(topic.RULES) if rule == "all" else [rule]
        told = topic.attribution(paths(window), rules=rules, half_life=half_life)
        if known:
            told = told.assign(truth=told["channel_id"].map(truth()))
        figure.subplots_adjust(left=0.16, right=0.66, top=0.9, bottom=0.13)
        ax = figure.add_subplot()
        plots.credit(told, ax=ax)
        shown = told.set_index("channel_id")[rules].mean(axis=1)
        words = ", ".join(f"{theme.words(name)} {n:,.0f}" for name, n in shown.items())
        message = _("Paths of {window} days. Orders that {rule} gives, on average: {words}.")
        names = plots.rule_names() | {"all": _("eight rules")}
        return Told(message.format(window=window, rule=names[rule], words=words))

    names = [
        (_("all of them"), "all"),
        *((text, name) for name, text in plots.rule_names().items()),
    ]
    controls: dict[str, Control] = {
        "window": Slider(
            _("Days that a path looks back"), [(f"{n}", n) for n in WINDOWS], WINDOWS[4]
        ),
        "half_life": Slider(_("Half-life of a touch, days (by time)"), steps(1, 21), 7),
        "rule": Choice(_("Rule"), names),
        "known": Toggle(_("Show what each channel brought (simulated shops)")),
    }
    return Lab(_("Credit"), controls, draw, size=(7.6, 4.2))
