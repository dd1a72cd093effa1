"""The journey inspector: the ten touchpoints, one order, and the parcels to call about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets
import pandas as pd

from ecokit import journey as topic
from ecokit.explore.base import Frame, Frames, Picture, app
from ecokit.journey.promises import AFTER_HOURS
from ecokit.journey.touchpoints import STATES
from ecokit.messages import _
from ecokit.plots import journey as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

TITLE = _("Journey inspector")
SIZE = (7.2, 4.6)
LISTED = 12
ALL = ""  # None as the value of a drop-down would show as nothing chosen
MARGINS = {"left": 0.42, "right": 0.97, "top": 0.9, "bottom": 0.16}


def explorer(shop: Shop) -> widgets.Widget:
    """Return the inspector: three tabs, for all orders, for one order, and for today's calls.

    Parameters
    ----------
    shop : Shop
        With the tables orders, touchpoints and journey.
    """
    tabs = widgets.Tab([_all_orders(shop), _one_order(shop), _calls(shop)])
    for number, title in enumerate((_("Ten touchpoints"), _("One order"), _("Parcels to call"))):
        tabs.set_title(number, title)
    return widgets.VBox([widgets.HTML(f"<h3>{TITLE}</h3>"), tabs])


def frames(shop: Shop) -> Frames:
    """Return the static twin: the ten touchpoints in each of the last eight months."""
    rates = topic.rates(shop.touchpoints, shop.orders, by="month")
    months = sorted(rates["month"].unique())[-8:]

    def frame(month: pd.Timestamp) -> Frame:
        chosen = rates[rates["month"] == month]

        def draw() -> Figure:
            figure, ax = theme.figure(*SIZE)
            plots.touchpoints(chosen, shop.journey, ax)
            ax.set_title(f"{month:%B}. {ax.get_title(loc='left')}", x=plots.LABELS_LEFT, y=1)
            return figure

        return Frame(f"{month:%B}", draw, f"{month:%B}: {_alt(chosen, shop.journey)}")

    return Frames(TITLE, _("Month of the order"), [frame(pd.Timestamp(m)) for m in months])


def _all_orders(shop: Shop) -> widgets.Widget:
    rates = topic.rates(shop.touchpoints, shop.orders, by=["month", "region"])
    months = [pd.Timestamp(month) for month in sorted(rates["month"].unique())]
    everything = _("all")
    month = widgets.Dropdown(
        options=[(everything, ALL), *((f"{m:%B %Y}", m) for m in months)],
        description=_("Month of the order"),
    )
    region = widgets.Dropdown(
        options=[(everything, ALL), *((r, r) for r in sorted(rates["region"].dropna().unique()))],
        description=_("Region"),
    )
    names = shop.journey.set_index("touchpoint")["name"]
    touchpoint = widgets.Dropdown(
        options=[(f"{n}  {name}", n) for n, name in names.items()],
        value=names.index[-3] if len(names) >= 3 else names.index[0],
        description=_("Touchpoint, month by month"),
    )

    def chosen() -> pd.DataFrame:
        rows = rates if month.value == ALL else rates[rates["month"] == month.value]
        return rows if region.value == ALL else rows[rows["region"] == region.value]

    def draw(figure: Figure) -> str:
        theme.use()
        figure.subplots_adjust(**MARGINS)
        together = _together(chosen(), "touchpoint")
        plots.touchpoints(together, shop.journey, figure.add_subplot())
        return _alt(together, shop.journey)

    def draw_months(figure: Figure) -> str:
        theme.use()
        figure.subplots_adjust(left=0.1, right=0.97, top=0.86, bottom=0.14)
        rows = rates if region.value == ALL else rates[rates["region"] == region.value]
        by_month = _together(rows[rows["touchpoint"] == touchpoint.value], "month")
        name = names[touchpoint.value]
        return _finding(plots.months(by_month, name, figure.add_subplot()))

    bars, lines = Picture(draw, SIZE), Picture(draw_months, (7.2, 3.0))
    month.observe(bars.redraw, "value")
    touchpoint.observe(lines.redraw, "value")
    for picture in (bars, lines):
        region.observe(picture.redraw, "value")
    return app([month, region, touchpoint], [bars, lines])


def _one_order(shop: Shop) -> widgets.Widget:
    names = shop.journey.set_index("touchpoint")["name"]
    states = topic.states(shop.touchpoints)
    missing = states[states["state"] == "missing"]
    found = sorted(n for n in missing["touchpoint"].unique() if n in names.index)
    touchpoint = widgets.Dropdown(
        options=[(f"{n}  {names[n]}", n) for n in found],
        value=topic.CALL if topic.CALL in found else next(iter(found), None),
        description=_("Orders that missed touchpoint"),
    )
    order = widgets.Dropdown(description=_("Order"))
    number = widgets.BoundedIntText(
        min=int(shop.orders["order_id"].min()),
        max=int(shop.orders["order_id"].max()),
        description=_("or any order number"),
    )

    def offer(_change: object = None) -> None:
        rows = missing[missing["touchpoint"] == touchpoint.value]
        order.options = [int(n) for n in rows["order_id"].tail(40)]
        order.value = next(iter(order.options), None)

    def draw(figure: Figure) -> str:
        theme.use()
        figure.subplots_adjust(**{**MARGINS, "bottom": 0.03})
        mine = states[states["order_id"] == number.value].drop(columns="state")
        end = shop.touchpoints["done_at"].max()
        steps = topic.timeline(number.value, shop.orders, mine, shop.journey, end)
        title = _("Order {id}").format(id=number.value)
        return _finding(plots.timeline(steps, title, figure.add_subplot()))

    def take(change: dict[str, int]) -> None:
        if change["new"] is not None:
            number.value = change["new"]

    order.observe(take, "value")
    touchpoint.observe(offer, "value")
    offer()
    picture = Picture(draw, SIZE)
    number.observe(picture.redraw, "value")
    return app([touchpoint, order, number], [picture])


def _calls(shop: Shop) -> widgets.Widget:
    dispatched = shop.orders["dispatched_at"].dropna()
    first, last = dispatched.min().normalize(), dispatched.max().normalize()
    days = pd.date_range(first + pd.Timedelta(days=4), last)
    worst = _worst_day(shop, days)
    day = widgets.SelectionSlider(
        options=[(f"{d.day} {d:%b}", d) for d in days], value=worst, description=_("Morning of")
    )
    hours = widgets.IntSlider(AFTER_HOURS, 48, 120, step=12, description=_("Hours since dispatch"))
    titles = dict(zip(shop.posts["post_id"], shop.posts["title"], strict=True))
    words = widgets.HTML()

    def parcels() -> pd.DataFrame:
        moment = day.value + pd.Timedelta(hours=9)
        return topic.overdue_parcels(
            shop.orders, shop.touchpoints, shop.journey, moment, hours.value
        )

    def draw(figure: Figure) -> str:
        theme.use()
        figure.subplots_adjust(left=0.2, right=0.97, top=0.88, bottom=0.17)
        waiting = parcels()
        words.value = _list(waiting, titles)
        return _finding(plots.waiting(waiting, figure.add_subplot(), hours.value))

    picture = Picture(draw, (7.2, 3.0))
    for control in (day, hours):
        control.observe(picture.redraw, "value")
    return app([day, hours], [picture, words])


def _worst_day(shop: Shop, days: pd.DatetimeIndex) -> pd.Timestamp:
    """Return the day on which most parcels pass the three days."""
    late = shop.touchpoints.loc[shop.touchpoints["touchpoint"] == topic.CALL, "due_at"]
    counts = late.dt.normalize().value_counts()
    counts = counts[counts.index.isin(days)]
    return days[-1] if counts.empty else counts.index[0]


def _together(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    """Add up the counts of several groups and divide once."""
    sums = rows.groupby(key, as_index=False)[list(STATES)].sum()
    closed = sums["on_time"] + sums["late"] + sums["missing"]
    for state in ("on_time", "late", "missing"):
        sums[f"{state}_rate"] = sums[state] / closed.where(closed > 0)
    return sums


def _finding(figure: Figure) -> str:
    return str(figure.axes[0].get_title(loc="left"))


def _alt(rates: pd.DataFrame, journey: pd.DataFrame) -> str:
    names = journey.set_index("touchpoint")["name"]
    told = rates.dropna(subset="on_time_rate").set_index("touchpoint")
    said = [
        _("{name} {on:.0%} on time, {missing:.0%} missing").format(
            name=names[n], on=told["on_time_rate"][n], missing=told["missing_rate"][n]
        )
        for n in told.index
    ]
    return "; ".join(said) + "."


def _list(parcels: pd.DataFrame, titles: dict[str, str]) -> str:
    """Return the longest waits as an HTML table."""
    if parcels.empty:
        return _("<p>No parcel is out for so long. Nobody needs a call.</p>")
    shown = parcels.head(LISTED).assign(
        days=lambda t: (t["waiting_hours"] / 24).map("{:.1f}".format),
        who=lambda t: t["post_id"].map(titles).fillna(t["post_id"]),
        cause=lambda t: t["cause"].str.replace("_", " "),
        called=lambda t: [
            _("not yet") if pd.isna(at) else f"{at.day} {at:%b %H:%M}" for at in t["called_at"]
        ],
    )
    table = shown[["order_id", "region", "days", "cause", "who", "called"]].set_axis(
        [_("Order"), _("Region"), _("Days"), _("Cause"), _("Who calls"), _("Called")], axis=1
    )
    more = len(parcels) - len(shown)
    rest = _("<p>and {n} more</p>").format(n=more) if more > 0 else ""
    return table.to_html(index=False, border=0, classes="ecokit-table") + rest
