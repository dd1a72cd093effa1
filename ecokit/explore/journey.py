"""The journey inspector: the ten touchpoints, one order, and the parcels to call about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecokit import journey as topic
from ecokit.explore.lab import Choice, Control, Lab, Number, Slider, Tabs, Told, steps, table
from ecokit.journey.promises import AFTER_HOURS
from ecokit.journey.touchpoints import STATES
from ecokit.messages import _
from ecokit.plots import journey as plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

SIZE, FLAT = (7.2, 4.6), (7.2, 3.0)
LISTED = 12
OFFERED = 40
PAGE = 8
ALL = ""  # None as the value of a menu would show as nothing chosen
MARGINS = {"left": 0.42, "right": 0.97, "top": 0.9, "bottom": 0.16}


def lab(shop: Shop) -> Tabs:
    """Return the inspector: all touchpoints, one by month, one order, and today's calls.

    Parameters
    ----------
    shop : Shop
        With the tables orders, touchpoints, journey and posts.
    """
    rates = topic.rates(shop, by=["month", "region"])
    labs = [_touchpoints(shop, rates), _by_month(shop, rates), _one_order(shop), _calls(shop)]
    return Tabs(_("Journey inspector"), labs)


# --- all touchpoints, and one of them by month -----------------------------------------


def _touchpoints(shop: Shop, rates: pd.DataFrame) -> Lab:
    months = [pd.Timestamp(month) for month in sorted(rates["month"].unique())]
    everything = (_("all"), ALL)
    controls = {
        "month": Choice(
            _("Month of the order"), [everything, *((f"{m:%B %Y}", m) for m in months)]
        ),
        "region": _regions(rates),
    }

    def draw(figure: Figure, month: pd.Timestamp | str, region: str) -> str:
        figure.subplots_adjust(**MARGINS)
        ax = figure.add_subplot()
        chosen = rates if month == ALL else rates[rates["month"] == month]
        together = _together(_of_region(chosen, region), "touchpoint")
        plots.touchpoints(together, shop.journey, ax=ax)
        if month == ALL:
            return _alt(together, shop.journey)
        ax.set_title(f"{month:%B}. {_finding(figure)}", x=plots.LABELS_LEFT, y=1)
        return f"{month:%B}: {_alt(together, shop.journey)}"

    return Lab(_("Ten touchpoints"), controls, draw, along="month", stops=months[-PAGE:], size=SIZE)


def _by_month(shop: Shop, rates: pd.DataFrame) -> Lab:
    names = shop.journey.set_index("touchpoint")["name"]
    numbers = [(f"{number}  {name}", number) for number, name in names.items()]
    controls = {
        "touchpoint": Choice(_("Touchpoint"), numbers, topic.CALL),
        "region": _regions(rates),
    }

    def draw(figure: Figure, touchpoint: int, region: str) -> str:
        figure.subplots_adjust(left=0.1, right=0.97, top=0.86, bottom=0.14)
        chosen = _of_region(rates[rates["touchpoint"] == touchpoint], region)
        rates_by_month = _together(chosen, "month")
        plots.months(rates_by_month, names[touchpoint], ax=figure.add_subplot())
        return _finding(figure)

    return Lab(_("Month by month"), controls, draw, size=FLAT)


def _regions(rates: pd.DataFrame) -> Choice:
    found = sorted(rates["region"].dropna().unique())
    return Choice(_("Region"), [(_("all"), ALL), *((region, region) for region in found)])


def _of_region(rates: pd.DataFrame, region: str) -> pd.DataFrame:
    return rates if region == ALL else rates[rates["region"] == region]


def _together(rates: pd.DataFrame, key: str) -> pd.DataFrame:
    """Add up the counts of several groups and divide once."""
    sums = rates.groupby(key, as_index=False)[list(STATES)].sum()
    closed = sums["on_time"] + sums["late"] + sums["missing"]
    for state in ("on_time", "late", "missing"):
        sums[f"{state}_rate"] = sums[state] / closed.where(closed > 0)
    return sums


# --- one order -------------------------------------------------------------------------


def _one_order(shop: Shop) -> Lab:
    states = topic.states(shop)
    missing = states[states["state"] == "missing"]
    names = shop.journey.set_index("touchpoint")["name"]
    missed = [number for number in names.index if (missing["touchpoint"] == number).any()]
    touchpoints = Choice(
        _("Orders that missed touchpoint"), [(f"{n}  {names[n]}", n) for n in missed], topic.CALL
    )
    orders, end = shop.orders["order_id"], shop.touchpoints["done_at"].max()
    whole = pd.api.types.is_integer_dtype(orders)

    def controls(values: Mapping[str, Any]) -> dict[str, Control]:
        touchpoint = values.get("touchpoint", touchpoints.start)
        found = missing.loc[missing["touchpoint"] == touchpoint, "order_id"].tail(OFFERED).tolist()
        order = Choice(_("Order"), [(str(number), number) for number in found])
        given: dict[str, Control] = {"touchpoint": touchpoints, "order": order}
        if not whole:  # ids that are text are not typed in
            return given
        low, high = int(orders.min()), int(orders.max())
        chosen = values.get("order", order.start)
        start = chosen if chosen in found else order.start
        return given | {
            "number": Number(_("or any order number"), low, high, low if start is None else start)
        }

    def draw(figure: Figure, touchpoint: int, order: Any, number: int | None = None) -> str:
        figure.subplots_adjust(**{**MARGINS, "bottom": 0.03})
        shown = order if number is None else number
        tables = {
            "orders": shop.orders[orders == shown],
            "touchpoints": states[states["order_id"] == shown],
            "journey": shop.journey,
        }
        told = topic.timeline(tables, order_id=shown, as_of=end)
        plots.timeline(told, _("Order {id}").format(id=shown), ax=figure.add_subplot())
        return _finding(figure)

    return Lab(_("One order"), controls, draw, size=SIZE)


# --- parcels to call about -------------------------------------------------------------


def _calls(shop: Shop) -> Lab:
    due = shop.touchpoints[shop.touchpoints["touchpoint"] == topic.CALL]
    tables = {"orders": shop.orders, "touchpoints": due, "journey": shop.journey}
    dispatched = shop.orders["dispatched_at"].dropna().dt.normalize()
    days = pd.date_range(dispatched.min() + pd.Timedelta(days=4), dispatched.max())
    passed = due["due_at"].dt.normalize().value_counts()
    most = passed[passed.index.isin(days)].head(1).index
    controls = {
        "day": Slider(
            _("Morning of"), [(f"{d.day} {d:%b}", d) for d in days], next(iter(most), days[-1])
        ),
        "hours": Slider(_("Hours since dispatch"), steps(48, 120, 12), AFTER_HOURS),
    }
    titles = dict(zip(shop.posts["post_id"], shop.posts["title"], strict=True))

    def draw(figure: Figure, day: pd.Timestamp, hours: int) -> Told:
        figure.subplots_adjust(left=0.2, right=0.97, top=0.88, bottom=0.17)
        morning = day + pd.Timedelta(hours=9)
        parcels = topic.overdue_parcels(tables, as_of=morning, after_hours=hours)
        plots.waiting(topic.causes(parcels), hours=hours, ax=figure.add_subplot())
        return Told(_finding(figure), _list(parcels, titles))

    return Lab(_("Parcels to call"), controls, draw, size=FLAT)


def _list(parcels: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Return the longest waits as an HTML table."""
    if parcels.empty:
        return _("<p>No parcel is out for so long. Nobody needs a call.</p>")
    heads = (_("Order"), _("Region"), _("Days"), _("Cause"), _("Who calls"), _("Called"))
    rows = [
        (
            parcel["order_id"],
            parcel["region"],
            f"{parcel['waiting_hours'] / 24:.1f}",
            parcel["cause"].replace("_", " "),
            titles.get(parcel["post_id"], parcel["post_id"]),
            _called(parcel["called_at"]),
        )
        for parcel in parcels.head(LISTED).to_dict("records")
    ]
    more = len(parcels) - len(rows)
    rest = _("<p>and {n} more</p>").format(n=more) if more > 0 else ""
    return table(heads, rows) + rest


def _called(moment: pd.Timestamp) -> str:
    return _("not yet") if pd.isna(moment) else f"{moment.day} {moment:%b %H:%M}"


# --- words -----------------------------------------------------------------------------


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
