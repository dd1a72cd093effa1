"""Exercises on the whole operation: how long an order takes, what is stuck, where to mend."""

from __future__ import annotations

import pandas as pd

from ecokit import overview as topic
from ecokit.errors import CourseError
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

LIMIT = 24  # hours from payment, after which an order is stuck
LEAST_DAYS = 14  # with paid orders
LOOK = pd.Timedelta(hours=9)  # of the day on which somebody looks


def _paid(shop: Shop) -> pd.DataFrame:
    """Return the paid orders with their hours to the carrier and to the door."""
    paid = shop.orders[shop.orders["paid_at"].notna()]
    if not paid["dispatched_at"].notna().any():
        raise CourseError(_("No paid order of this shop has been handed over."))
    spans = {
        "hours": paid["dispatched_at"] - paid["paid_at"],
        "door": paid["delivered_at"] - paid["paid_at"],
    }
    return paid.assign(**{name: span.dt.total_seconds() / 3600 for name, span in spans.items()})


def _days(paid: pd.DataFrame) -> pd.Series[int]:
    """Return how many orders were paid on each day, without the last four."""
    days = paid["paid_at"].dt.normalize().value_counts().sort_index()
    if len(days) < LEAST_DAYS:
        raise CourseError(_("This shop has too few days with paid orders: give it a month."))
    return days.iloc[1:-4]


@sheet.number(
    id="overview-hours",
    objective="overview-flows",
    minutes=5,
    title=_("Nine orders in ten"),
    unit="hours",
    tolerance=0.05,
    mistakes={
        "median": _("This is the median: half of the orders take longer. Take the column p90."),
        "mean": _("This is a mean. Nine in ten is a percentile: the slow ones are what you miss."),
        "whole_year": _("This is the year's. Keep the orders of the month that is asked for."),
        "to_the_door": _(
            "You counted until the customer had the parcel. The question ends at the carrier."
        ),
    },
)
def hours(shop: Shop) -> sheet.Sheet:
    """Ask for the 90th percentile of the hours to the carrier in the busiest month."""
    paid = _paid(shop)
    there = paid[paid["dispatched_at"].notna()]
    months = there["placed_at"].dt.to_period("M")
    month = months.value_counts().idxmax()
    mine, told = there[months == month], topic.order_stages(shop).iloc[0]
    spans = pd.DataFrame(
        {
            _("payment to the carrier, {month}").format(month=f"{month:%B}"): mine["hours"],
            _("payment to the door, {month}").format(month=f"{month:%B}"): mine["door"],
            _("payment to the carrier, the whole year"): there["hours"],
        }
    )
    return sheet.Sheet(
        prompt=_(
            "Take the orders of **{month}**, the month with the most of them. Within how many "
            "hours from payment were nine in ten handed over to the carrier?"
        ).format(month=f"{month:%B %Y}"),
        case=(f"{month:%B %Y}",),
        right=float(mine["hours"].quantile(0.9)),
        wrong={
            "median": float(mine["hours"].median()),
            "mean": float(mine["hours"].mean()),
            "whole_year": float(told["p90"]),
            "to_the_door": float(mine["door"].quantile(0.9)),
        },
        table=pd.DataFrame(
            {
                _("median hours"): spans.median(),
                _("mean hours"): spans.mean(),
                _("p90 hours"): spans.quantile(0.9),
            }
        ),
        hints=(
            _("The cell above groups by region. What do you write for months?"),
            _("The column p90 holds the hours within which nine orders in ten were handed over."),
        ),
        solution=_("The row of the month, column p90, of order_stages(shop, by='month')."),
        code=f"""
            from ecokit import overview
            months = overview.order_stages(shop, by="month").set_index("month")
            float(months.loc["{month:%Y-%m}-01", "p90"])
        """,
    )


@sheet.table(
    id="overview-stages",
    objective="overview-flows",
    minutes=5,
    title=_("Where the hours go"),
    unit="hours",
    tolerance=0.05,
    key="stage",
    value="hours",
    labels={
        "pass_on": _("until the warehouse has it"),
        "pack": _("until it is packed"),
        "hand_over": _("until the carrier has it"),
    },
    mistakes={
        "whole_year": _("These are the year's. Keep the orders of the month that is asked for."),
        "shares": _("These are shares of the time. The question is about hours."),
        "summed": _("You added up from payment on. Give each stage its own hours."),
    },
)
def stages(shop: Shop) -> sheet.TableSheet:
    """Ask for the mean hours of each stage in the busiest month."""
    paid = _paid(shop)
    month = paid["placed_at"].dt.to_period("M").value_counts().idxmax()
    kept = paid[paid["placed_at"].dt.to_period("M") == month]
    names = list(topic.STAGES)
    told = topic.order_stages({"orders": kept, "touchpoints": shop.touchpoints}).iloc[0]
    year = topic.order_stages(shop).iloc[0]
    mine = told[names].astype(float)
    if mine.isna().any():
        raise CourseError(_("No order of this shop has a time for each of its stages."))
    return sheet.TableSheet(
        prompt=_(
            "Take the orders of **{month}**, the month with the most of them. How many hours did "
            "**each stage** take on average?"
        ).format(month=f"{month:%B %Y}"),
        case=(f"{month:%B %Y}", _("each stage")),
        right=mine,
        wrong={
            "whole_year": year[names].astype(float),
            "shares": mine / mine.sum(),
            "summed": mine.cumsum(),
        },
        hints=(
            _("The cell above groups by region. Write the word for months there."),
            _(
                "Read `pass_on`, `pack` and `hand_over` in the row of the month: the three stages,"
                " in this order."
            ),
        ),
        solution=_("The three columns of order_stages(shop, by='month') in the row of the month."),
        code=f"""
            from ecokit import overview
            months = overview.order_stages(shop, by="month").set_index("month")
            months.loc["{month:%Y-%m}-01", list(overview.STAGES)]
        """,
    )


@sheet.number(
    id="overview-stuck",
    objective="overview-flows",
    minutes=7,
    title=_("What is stuck this morning?"),
    unit="orders",
    tolerance=0.5,
    mistakes={
        "all_that_wait": _(
            "These are all orders that wait, the fresh ones too. Stuck are those paid too long ago."
        ),
        "with_hindsight": _(
            "You counted the orders that took too long in the end. At nine in the morning some of "
            "them were gone already, and others had not waited long enough yet: look as of then."
        ),
        "never_left": _(
            "You counted orders without a time of dispatch. In the table nearly all have one by "
            "now; at that moment they had none."
        ),
    },
)
def stuck(shop: Shop) -> sheet.Sheet:
    """Ask how many orders were stuck on the morning after the busiest day of the first half."""
    paid = _paid(shop)
    days = _days(paid)
    day = pd.Timestamp(str(days.iloc[: max(1, len(days) // 2)].idxmax()))
    now = day + pd.Timedelta(days=2) + LOOK
    told = topic.stuck(shop, as_of=now, hours=LIMIT).iloc[0]
    before = paid[paid["paid_at"] <= now]
    late = before[(before["hours"] > LIMIT) & (before["paid_at"] > now - pd.Timedelta(days=3))]
    if not told["stuck"]:
        raise CourseError(_("No order of this shop was stuck after its busiest day."))
    return sheet.Sheet(
        prompt=_(
            "It is **{now}**, two days after the busiest day of the first half of the year. How "
            "many paid orders were not handed over, and had been paid more than {limit} hours ago?"
        ).format(now=_moment(now), limit=LIMIT),
        case=(_moment(now),),
        right=float(told["stuck"]),
        wrong={
            "all_that_wait": float(told["open"]),
            "with_hindsight": float(len(late)),
            "never_left": float(paid["dispatched_at"].isna().sum()),
        },
        table=_waiting(before, now),
        hints=(
            _(
                "In the cell above write this moment as `as_of`: what was handed over later still "
                "waits then."
            ),
            _("Its column `stuck` counts those paid too long ago."),
        ),
        solution=_(
            "The column stuck of stuck(shop, as_of=...): {open:,} wait, {stuck:,} too long."
        ).format(open=int(told["open"]), stuck=int(told["stuck"])),
        code=f"""
            from ecokit import overview
            now = overview.stuck(shop, as_of="{now:%Y-%m-%d %H:%M}", hours={LIMIT})
            int(now["stuck"].iloc[0])
        """,
    )


def _waiting(before: pd.DataFrame, now: pd.Timestamp) -> pd.DataFrame:
    """Return how many of the orders paid until a moment wait, by the hours since their payment.

    Beside them stands what hindsight counts, for the days that are in question.
    """
    age = (now - before["paid_at"]).dt.total_seconds() / 3600
    waits = before["dispatched_at"].isna() | (before["dispatched_at"] > now)
    words = [
        _("paid up to {high} hours ago").format(high=LIMIT // 2),
        *[
            _("paid {low} to {high} hours ago").format(low=low, high=low + LIMIT // 2)
            for low in range(LIMIT // 2, 3 * LIMIT, LIMIT // 2)
        ],
    ]
    edges = [-1, *range(LIMIT // 2, 3 * LIMIT + 1, LIMIT // 2)]
    older = _("paid longer ago")
    rows = pd.cut(age, edges, labels=words).astype(object).fillna(older)
    slow = _("took more than {limit} hours in the end").format(limit=LIMIT)
    flags = {_("not handed over by now"): waits, slow: before["hours"] > LIMIT}
    table = pd.DataFrame(flags).groupby(rows).sum().reindex([*words, older], fill_value=0)
    table[slow] = table[slow].where(table.index != older)
    return table


def _moment(when: pd.Timestamp) -> str:
    return f"{when.day} {when:%B %Y}, {when:%H:%M}"


@sheet.choice(
    id="overview-mend",
    objective="overview-map",
    minutes=4,
    title=_("Where would you mend first?"),
    options=("pass_on", "pack", "hand_over", "pay"),
)
def mend(shop: Shop) -> sheet.ChoiceSheet:
    """Ask which stage holds most of the hours, and which page helps with it."""
    paid = _paid(shop)
    (told,) = topic.order_stages(shop).to_dict("records")
    means = {stage: told[stage] for stage in topic.STAGES}
    if any(value is None or value != value for value in means.values()):
        raise CourseError(_("No order of this shop has a time for each of its stages."))
    right = max(means, key=means.__getitem__)
    wrong = _("{hours:.1f} hours pass there on average, {most:.1f} in the longest stage.")
    return sheet.ChoiceSheet(
        prompt=_(
            "Customers ask why a paid order leaves so late. You have one project for the quarter "
            "that can halve the time of **one stage**. Look at the mean hours of each stage over "
            "the whole year. Which project do you choose?"
        ),
        case=(_("one stage"),),
        right=right,
        options={
            "pass_on": _("Order flow: the warehouse learns of each order at once (page Systems)"),
            "pack": _("Warehouse: orders are picked and packed sooner (page Operations)"),
            "hand_over": _("Carrier: the van comes sooner after packing (page Delivery)"),
            "pay": _("Payment: fewer tries until a payment goes through (page Partners)"),
        },
        reasons={
            **{
                stage: _(
                    "{hours:.1f} hours pass in this stage on average, the most of the three."
                ).format(hours=value)
                if stage == right
                else wrong.format(hours=value, most=means[right])
                for stage, value in means.items()
            },
            "pay": _(
                "The clock of the question starts when the order is paid. Before that it has not "
                "begun."
            ),
        },
        table=pd.DataFrame(
            {
                _("mean hours"): [
                    (paid["paid_at"] - paid["placed_at"]).dt.total_seconds().mean() / 3600,
                    *means.values(),
                ]
            },
            index=[
                _("from order to payment"),
                _("from payment until the warehouse has it"),
                _("then until it is packed"),
                _("then until the carrier has it"),
            ],
        ),
        hints=(_("The figure shows the stages by month. Which colour takes most of the bar?"),),
        solution=_("The stage with the most mean hours in order_stages(shop)."),
        code="""
            from ecokit import overview
            overview.order_stages(shop)[list(overview.STAGES)].iloc[0].idxmax()
        """,
    )
