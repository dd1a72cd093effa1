"""Exercises on operations: stock-outs, assortment, weak categories, reordering, money, buying."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecokit import kpi
from ecokit import operations as topic
from ecokit.exercises.model import (
    Choice,
    Field,
    Misconception,
    Number,
    Option,
    Plan,
    PlanAnswer,
    Score,
    Table,
    once,
)
from ecokit.messages import _

if TYPE_CHECKING:
    from ecokit.shop import Shop

NEAR = 0.0005
"""Two rates nearer than this are not told apart by an exercise."""

CLOSE = 0.01
"""Two amounts nearer than this share are not told apart."""

FILL = 0.98
"""Fill rate that the reorder policy must reach."""

SPARE = 1.12
"""What a policy may cost, as a ratio to the cheapest one that reaches the fill rate."""

CATEGORIES = ("phones", "tablets", "audio", "wearables", "smart_home", "accessories")


def _at(table: pd.DataFrame, row: object, column: str) -> float:
    cells: Any = table.at
    return float(cells[row, column])


def _when(moment: Any) -> pd.Timestamp:
    return pd.Timestamp(moment)


def _plain(name: object) -> str:
    return str(name).replace("_", " ")


# --- measure: three stock-out rates ----------------------------------------------------


@once
def _by_category(shop: Shop) -> pd.DataFrame:
    return topic.stockouts(shop, by="category").set_index("category")


def _worst(shop: Shop) -> str:
    return str(_by_category(shop)["lost_sales"].idxmax())


def _unit_rate(shop: Shop) -> float:
    return _at(_by_category(shop), _worst(shop), "unit_rate")


def _sku_rate(shop: Shop) -> float:
    return _at(_by_category(shop), _worst(shop), "sku_rate")


def _day_rate(shop: Shop) -> float:
    return _at(_by_category(shop), _worst(shop), "day_rate")


def _mean_rate(shop: Shop) -> float:
    table = topic.stockouts(shop, by=["month", "category"])
    return float(table.loc[table["category"] == _worst(shop), "unit_rate"].mean())


STOCKOUT_RATE = Number(
    id="operations-stockout-rate",
    objective="operations-measure",
    minutes=4,
    title=_("One word, three rates"),
    prompt=lambda shop: _(
        "The KPI stock-out rate 缺货率 of slide 15 counts units: how many of those asked for could "
        "not be served? Give it for {category} over the whole year."
    ).format(category=_plain(_worst(shop))),
    unit="share",
    tolerance=NEAR,
    reference=_unit_rate,
    hints=(
        _("The table `stock` has the columns `demand` and `sold`. What is missing between them?"),
        _("`operations.stockouts(shop, by='category')`: take `unit_rate`."),
    ),
    solution=_(
        "Add up demand less sold over all products and days of the category, and divide once by "
        "the sum of demand."
    ),
    misconceptions=(
        Misconception(
            "stockout_skus",
            _sku_rate,
            _(
                "You counted SKUs that ran out on some day. Over a year nearly every product does; "
                "that says little of the customers. Count units."
            ),
        ),
        Misconception(
            "stockout_days",
            _day_rate,
            _(
                "You counted product-days with a stock-out. Products run out on the days on which "
                "many want them, so days understate it. Count units."
            ),
        ),
        Misconception(
            "average_of_ratios",
            _mean_rate,
            _(
                "You averaged the rates of the months. A quiet month then weighs as much as a "
                "festival. Add up units over the year, and divide once."
            ),
        ),
    ),
)


# --- measure: what it cost -------------------------------------------------------------


@once
def _by_month(shop: Shop) -> pd.DataFrame:
    return topic.stockouts(shop, by="month").set_index("month")


def _dearest(shop: Shop) -> pd.Timestamp:
    return _when(_by_month(shop)["lost_sales"].idxmax())


def _substitution(shop: Shop) -> float:
    return float(shop.truth["stockout_substitution"])


def _gross_lost(shop: Shop) -> float:
    return _at(_by_month(shop), _dearest(shop), "lost_sales")


def _net_lost(shop: Shop) -> float:
    return _gross_lost(shop) * (1 - _substitution(shop))


def _net_profit_lost(shop: Shop) -> float:
    gross = _at(_by_month(shop), _dearest(shop), "lost_profit")
    return gross * (1 - _substitution(shop))


LOST_SALES = Number(
    id="operations-lost-sales",
    objective="operations-measure",
    minutes=5,
    title=_("What did the stock-outs cost?"),
    prompt=lambda shop: _(
        "In {month:%B} the shop lost most to stock-outs. {share:.0%} of those customers took "
        "another product of the category instead, at about the same price. How many yuan of sales "
        "did the shop really lose in that month?"
    ).format(month=_dearest(shop), share=_substitution(shop)),
    unit="yuan",
    rel_tolerance=CLOSE,
    reference=_net_lost,
    hints=(
        _("Units lost times the price of the day; then leave out those who bought something else."),
        _("`operations.stockouts(..., by='month', substitution=...)` has `lost_sales`."),
    ),
    solution=_(
        "Multiply demand less sold by the price of each day, add up the month, and keep the share "
        "of customers who bought nothing."
    ),
    misconceptions=(
        Misconception(
            "no_substitutes",
            _gross_lost,
            _(
                "You counted every unit as lost. Part of these customers bought another product, "
                "so the shop kept their money."
            ),
        ),
        Misconception(
            "kept_share",
            lambda shop: _gross_lost(shop) * _substitution(shop),
            _("You took the customers who stayed. The loss is in those who left."),
        ),
        Misconception(
            "margin_for_sales",
            _net_profit_lost,
            _("This is the margin that was lost. The question asks for sales: units times price."),
        ),
    ),
)  # fmt: skip


# --- assort: margin, markup, average of ratios -----------------------------------------


@once
def _categories(shop: Shop) -> pd.DataFrame:
    return topic.performance(shop, "category").set_index("category")


@once
def _products(shop: Shop) -> pd.DataFrame:
    table = topic.performance(shop)
    return table.merge(shop.products[["product_id", "category"]], on="product_id")


def _largest(shop: Shop) -> str:
    return str(_categories(shop)["sales"].idxmax())


def _margin(shop: Shop) -> float:
    return _at(_categories(shop), _largest(shop), "margin")


def _markup(shop: Shop) -> float:
    table, name = _categories(shop), _largest(shop)
    profit = _at(table, name, "profit")
    return profit / (_at(table, name, "sales") - profit)


def _mean_margin(shop: Shop) -> float:
    table = _products(shop)
    return float(table.loc[table["category"] == _largest(shop), "margin"].mean())


MARGIN = Number(
    id="operations-margin",
    objective="operations-assort",
    minutes=4,
    title=_("Margin of the largest category"),
    prompt=lambda shop: _(
        "What margin did {category} earn over the year, as a share of sales?"
    ).format(category=_plain(_largest(shop))),
    unit="share",
    tolerance=0.001,
    reference=_margin,
    hints=(
        _("Margin divides by sales, markup by cost."),
        _("`operations.performance(shop, 'category')` has `profit`, `sales` and `margin`."),
    ),
    solution=_("Gross profit of the category over its sales, each added up first."),
    misconceptions=(
        Misconception(
            "markup",
            _markup,
            _("This is the markup: profit over cost. The margin divides the same profit by sales."),
        ),
        Misconception(
            "average_of_ratios",
            _mean_margin,
            _(
                "You averaged the margins of the products. One that sold twice weighs as much as "
                "one that sold a thousand times. Add up profit and sales, then divide."
            ),
        ),
    ),
)


# --- assort: GMROI by category ---------------------------------------------------------


def _table(shop: Shop, values: pd.Series[float]) -> pd.DataFrame:
    return values.reindex(_categories(shop).index).rename("gmroi_year").reset_index()


def _gmroi(shop: Shop) -> pd.DataFrame:
    return _table(shop, _categories(shop)["gmroi_year"])


def _sales_over_stock(shop: Shop) -> pd.DataFrame:
    table = _categories(shop)
    return _table(shop, table["sales"] / table["mean_stock"] * topic.YEAR / table["days"])


def _mean_gmroi(shop: Shop) -> pd.DataFrame:
    return _table(shop, _products(shop).groupby("category")["gmroi_year"].mean())


GMROI = Table(
    id="operations-gmroi",
    objective="operations-assort",
    minutes=6,
    title=_("What a yuan of stock earns"),
    prompt=_(
        "For each category: how many yuan of gross profit does one yuan of stock, at cost, earn "
        "in a year? This is the GMROI."
    ),
    unit="yuan",
    rel_tolerance=CLOSE,
    key="category",
    value="gmroi_year",
    labels={name: _plain(name) for name in CATEGORIES},
    reference=_gmroi,
    hints=(
        _("Gross profit of the year over the mean value of the stock, each day counted."),
        _("`operations.performance(shop, 'category')`: `profit` over `mean_stock`."),
    ),
    solution=_(
        "Divide the year's gross profit by the mean daily stock at cost. Margin and turns both "
        "raise it: accessories beat phones on both."
    ),
    misconceptions=(
        Misconception(
            "sales_over_stock",
            _sales_over_stock,
            _("You divided sales by stock. That is nearer to turns; GMROI asks for profit."),
        ),
        Misconception(
            "average_of_ratios",
            _mean_gmroi,
            _(
                "You averaged the GMROI of the products. Add up profit and stock over the category "
                "first, then divide once."
            ),
        ),
    ),
)


# --- assort: new SKUs ------------------------------------------------------------------


@once
def _new(shop: Shop) -> pd.DataFrame:
    """Count SKUs, new ones (first 90 days) and their sales by month: each day, and ever in it."""
    stock = shop.stock[["date", "product_id", "sold", "price"]].merge(
        shop.products[["product_id", "launched_on"]], on="product_id"
    )
    stock = stock.assign(
        month=stock["date"].dt.to_period("M").dt.to_timestamp(),
        value=stock["sold"] * stock["price"],
        young=stock["date"] < stock["launched_on"] + pd.Timedelta(days=90),
    )
    counts = {
        "days": ("product_id", "size"),
        "skus": ("product_id", "nunique"),
        "value": ("value", "sum"),
    }
    every = stock.groupby("month").agg(**counts)
    young = stock[stock["young"]].groupby("month").agg(**counts)
    return every.join(young.add_prefix("new_")).fillna(0)


def _new_month(shop: Shop) -> pd.Timestamp:
    return _when(_new(shop)["new_skus"].idxmax())


def _new_share(shop: Shop) -> float:
    table = kpi.measure("new_sku_share", shop, "month").set_index("month")
    return _at(table, _new_month(shop), "new_sku_share")


def _new_sales(shop: Shop) -> float:
    table, month = _new(shop), _new_month(shop)
    return _at(table, month, "new_value") / _at(table, month, "value")


def _new_of_ever(shop: Shop) -> float:
    table, month = _new(shop), _new_month(shop)
    return _at(table, month, "new_days") / month.days_in_month / len(shop.products)


def _new_ever(shop: Shop) -> float:
    table, month = _new(shop), _new_month(shop)
    return _at(table, month, "new_skus") / _at(table, month, "skus")


NEW_SKUS = Number(
    id="operations-new-skus",
    objective="operations-assort",
    minutes=4,
    title=_("How new is the assortment?"),
    prompt=lambda shop: _(
        "On a mean day of {month:%B}, which share of the SKUs on sale was new, that is in its "
        "first 90 days? Slide 9 asks the product manager for 20 %."
    ).format(month=_new_month(shop)),
    unit="share",
    tolerance=0.002,
    reference=_new_share,
    hints=(
        _("SKUs over SKUs: each product counts once a day, however much it sells."),
        _("`kpi.measure('new_sku_share', shop, 'month')` has every month."),
    ),
    solution=_(
        "Count the rows of `stock` in the month, one a product and day, whose launch lies less "
        "than 90 days before, and divide by all rows of that month."
    ),
    misconceptions=(
        Misconception(
            "share_of_sales",
            _new_sales,
            _(
                "This is the share of new products in sales. The KPI counts SKUs, so it can be met "
                "with products that nobody buys: look at both."
            ),
        ),
        Misconception(
            "new_on_some_day",
            _new_ever,
            _(
                "You counted every SKU that was new on some day of the month. The longer the "
                "period, the more there are. Count days: those of new SKUs over those of all."
            ),
        ),
        Misconception(
            "of_all_ever",
            _new_of_ever,
            _(
                "You divided by every product in the table, delisted ones too. Divide by those on "
                "sale in the month."
            ),
        ),
    ),
)


# --- weak categories -------------------------------------------------------------------

_LOOK = "09"


@once
def _weak(shop: Shop) -> pd.DataFrame:
    return topic.weak_categories(shop, _year_month(shop))


def _year_month(shop: Shop) -> str:
    return f"{shop.orders['placed_at'].min().year}-{_LOOK}"


def _signs(shop: Shop, category: str) -> str:
    row = _weak(shop).set_index("category").loc[category]
    words = {
        "weak_sales": _("sells less than half of the mean category"),
        "weak_growth": _("grows less than the shop"),
        "weak_margin": _("has a lower margin than the shop"),
        "weak_gmroi": _("earns less on its stock than the shop"),
    }
    told = [text for sign, text in words.items() if row[sign]]
    return ", ".join(told) or _("shows none of the four signs")


def _reason(category: str) -> Callable[[Shop], str]:
    return lambda shop: _("{category}: it {signs}. GMROI {gmroi:.1f} a year.").format(
        category=_plain(category).capitalize(),
        signs=_signs(shop, category),
        gmroi=_weak(shop).set_index("category").loc[category, "gmroi_year"],
    )


WEAK = Choice(
    id="operations-weak-category",
    objective="operations-weak",
    minutes=5,
    title=_("Which category needs a target?"),
    prompt=_(
        "It is the end of September. Look at July to September against April to June, and at the "
        "four signs: sales, growth, margin, GMROI. A category is weak 垃圾品类 if it sells less "
        "than half of the mean category and shows another sign. Which one needs a target most? "
        "Among weak ones take the one with most signs, then the one that earns least on its stock."
    ),
    options=tuple(Option(name, _plain(name), _reason(name)) for name in CATEGORIES),
    reference=lambda shop: str(_weak(shop)["category"].iloc[0]),
    hints=(
        _("Growth is a sign only below the shop's own growth: June lifts everybody."),
        lambda shop: _("`operations.weak_categories(shop, '{month}')` has a column a sign.").format(
            month=_year_month(shop)
        ),
    ),
    solution=_(
        "Low sales come first: a category that sells much at a low margin brings visitors for the "
        "others. Then count the signs; among equals GMROI decides."
    ),
)


# --- weak: follow a target -------------------------------------------------------------


@once
def _followed(shop: Shop) -> tuple[str, float, pd.Timestamp, dict[str, float]]:
    """Return the weak category, its target, a morning in the next month, and how it stands."""
    category = str(_weak(shop)["category"].iloc[0])
    first = topic.category_targets(shop, category, _year_month(shop), months=1).iloc[0]
    target = float(round(first["target"], -2))
    day = first["month"].to_timestamp() + pd.Timedelta(days=11)
    return category, target, day, topic.follow(_daily_sales(shop, category), target, day)


def _daily_sales(shop: Shop, category: str) -> pd.Series[float]:
    sales = kpi.measure("sales", shop, ["day", "category"])
    mine = sales[sales["category"] == category].set_index("day")["sales"]
    return mine.asfreq("D", fill_value=0.0)


def _target_prompt(shop: Shop) -> str:
    category, target, day, _told = _followed(shop)
    return _(
        "{category} has a sales target of {target:,.0f} yuan for {day:%B}. It is the evening of "
        "{day.day} {day:%B}. How many yuan must it sell on each day that is left?"
    ).format(category=_plain(category).capitalize(), target=target, day=day)


def _plain_split(shop: Shop) -> float:
    _category, target, day, _told = _followed(shop)
    return target / day.days_in_month


def _so_far_a_day(shop: Shop) -> float:
    _category, _target, day, told = _followed(shop)
    return told["so_far"] / day.day


FOLLOW = Number(
    id="operations-follow-target",
    objective="operations-weak",
    minutes=5,
    title=_("On the way to the target"),
    prompt=_target_prompt,
    unit="yuan",
    rel_tolerance=CLOSE,
    reference=lambda shop: _followed(shop)[3]["needed_a_day"],
    hints=(
        _("What is missing, over the days that are left."),
        _("`operations.follow(sales, target, day)` takes the sales of the category by day."),
    ),
    solution=_(
        "Subtract what is sold so far from the target, and divide by the days after today. Compare "
        "with the mean of the days so far: that tells whether it can be done."
    ),
    misconceptions=(
        Misconception(
            "split_evenly",
            _plain_split,
            _(
                "You divided the target by the days of the month. What is behind you cannot be "
                "changed: take what is missing."
            ),
        ),
        Misconception(
            "run_rate",
            _so_far_a_day,
            _("This is what was sold a day so far. The question is what the rest needs."),
        ),
        Misconception(
            "whole_target",
            lambda shop: (
                _followed(shop)[1] / (_followed(shop)[2].days_in_month - _followed(shop)[2].day)
            ),
            _("You spread the whole target over the days left. Take off what is sold already."),
        ),
    ),
)


# --- reorder: service level and fill rate ----------------------------------------------

_LEVEL = 0.80
_ORDER_DAYS = 14
_LEAD = 5


@once
def _inputs(shop: Shop) -> topic.ProductInputs:
    """Return the inputs of the product that is asked for most."""
    asked = shop.stock.groupby("product_id")["demand"].sum()
    return topic.product_inputs(shop, str(asked.idxmax()))


def _name(shop: Shop) -> str:
    names = shop.products.set_index("product_id")["name"]
    return str(names[_inputs(shop).product_id])


def _asked_policy(shop: Shop) -> tuple[float, float]:
    found = _inputs(shop)
    mean, sd = float(found.demand.mean()), float(found.demand.std())
    point = topic.reorder_point(topic.lead_time_demand(mean, sd, _LEAD), _LEVEL)
    return point, float(round(mean * _ORDER_DAYS))


@once
def _played(shop: Shop) -> pd.Series[float]:
    point, quantity = _asked_policy(shop)
    log = topic.replay(_inputs(shop).demand, point, order_quantity=quantity, lead_days=_LEAD)
    return log.table().iloc[0]


def _fill(shop: Shop) -> float:
    return float(_played(shop)["fill_rate"])


def _cycles(shop: Shop) -> float:
    return float(_played(shop)["cycle_service_level"])


def _in_stock(shop: Shop) -> float:
    return 1 - float(_played(shop)["empty_days"])


def _fill_prompt(shop: Shop) -> str:
    point, quantity = _asked_policy(shop)
    return _(
        "{name} ({id}) is reordered at {point:.0f} units, {quantity:.0f} at a time, with a lead "
        "time of {lead} days. Replay this policy against the demand of the year. Which share of "
        "the units asked for is served? This is the fill rate."
    ).format(
        name=_name(shop), id=_inputs(shop).product_id, point=point, quantity=quantity, lead=_LEAD
    )


FILL_RATE = Number(
    id="operations-fill-rate",
    objective="operations-reorder",
    minutes=6,
    title=_("Service level or fill rate?"),
    prompt=_fill_prompt,
    unit="share",
    tolerance=0.002,
    reference=_fill,
    hints=(
        _("`found = operations.product_inputs(shop, id)` has the demand by day."),
        _(
            "`operations.replay(found.demand, point, order_quantity=..., lead_days=...)`, and then "
            "`.table()`."
        ),
    ),
    solution=_(
        "Units sold over units asked for in the replay. The reorder point was set for a cycle "
        "service level of 80 %; most units are sold while stock is far from empty, so more are "
        "served."
    ),
    misconceptions=(
        Misconception(
            "cycle_service_level",
            _cycles,
            _(
                "This is the share of order cycles without a lost unit, the cycle service level. "
                "A cycle that loses one unit counts like one that loses fifty. Count units."
            ),
        ),
        Misconception(
            "planned_level",
            lambda _shop: _LEVEL,
            _(
                "You took the service level for which the reorder point was set. It is a chance "
                "for a cycle, not the share of units."
            ),
        ),
        Misconception(
            "days_in_stock",
            _in_stock,
            _("You counted days with stock. Many ask on some days and few on others: count units."),
        ),
    ),
)


# --- reorder: a policy -----------------------------------------------------------------


@once
def _cheapest(shop: Shop) -> tuple[PlanAnswer, float]:
    """Find the cheapest policy that reaches the fill rate, on the grid of the fields."""
    points, quantities = (grid.ravel() for grid in np.meshgrid(np.arange(61), np.arange(2, 121, 2)))
    table = _costs(shop, points, quantities)
    cost = table["cost"].where(table["fill_rate"] >= FILL, np.inf)
    best = int(cost.to_numpy().argmin())
    plan = {"point": float(points[best]), "quantity": float(quantities[best])}
    return plan, float(cost.iloc[best])


def _costs(shop: Shop, points: Any, quantities: Any) -> pd.DataFrame:
    found = _inputs(shop)
    log = topic.replay(found.demand, points, order_quantity=quantities, lead_days=_LEAD)
    return log.table(found.margin, found.holding_cost, found.order_cost)


def _row(shop: Shop, plan: PlanAnswer) -> pd.Series[float]:
    return _costs(shop, plan["point"], plan["quantity"]).iloc[0]


def _score(shop: Shop, plan: PlanAnswer) -> Score:
    row, budget = _row(shop, plan), SPARE * _cheapest(shop)[1]
    points = 50 * min(1, float(row["fill_rate"]) / FILL) ** 4 + 50 * min(1, budget / row["cost"])
    return Score(
        round(points),
        bool(row["fill_rate"] >= FILL and row["cost"] <= budget),
        (
            _("{fill:.1%} of the units are served; {goal:.0%} is asked.").format(
                fill=row["fill_rate"], goal=FILL
            ),
            _("The year costs {cost:,.0f} yuan; {budget:,.0f} is the most you may pay.").format(
                cost=row["cost"], budget=budget
            ),
            _(
                "Of that, {lost:,.0f} is margin lost, {holding:,.0f} holding, {ordering:,.0f} for "
                "{n:.0f} orders."
            ).format(
                lost=row["lost_margin"],
                holding=row["holding"],
                ordering=row["ordering"],
                n=row["orders"],
            ),
        ),
    )


def _economic(shop: Shop) -> float:
    found = _inputs(shop)
    best = topic.eoq(found.order_cost, float(found.demand.mean()), found.holding_cost)
    return float(np.clip(2 * round(best.quantity / 2), 2, 120))


def _mean_only(shop: Shop) -> PlanAnswer:
    point = float(np.floor(_inputs(shop).demand.mean() * _LEAD))
    return {"point": point, "quantity": _economic(shop)}


def _daily_orders(_shop: Shop) -> PlanAnswer:
    return {"point": 60.0, "quantity": 2.0}


def _full_house(_shop: Shop) -> PlanAnswer:
    return {"point": 60.0, "quantity": 120.0}


def _made(
    plan: Callable[[Shop], PlanAnswer], *detectors: Callable[[Shop, PlanAnswer], bool]
) -> Callable[[Shop], PlanAnswer | None]:
    """Return `plan`, made None for a shop in which it is not the last of the mistakes alone.

    With a cheap product, for example, full shelves cost less than the orders that fill them.
    """

    def made(shop: Shop) -> PlanAnswer | None:
        found = [detects(shop, plan(shop)) for detects in detectors]
        return plan(shop) if found[-1] and not any(found[:-1]) else None

    return made


def _no_safety(shop: Shop, plan: PlanAnswer) -> bool:
    return plan["point"] <= _inputs(shop).demand.mean() * _LEAD and not _passes(shop, plan)


def _orders_too_often(shop: Shop, plan: PlanAnswer) -> bool:
    row = _row(shop, plan)
    return not _passes(shop, plan) and bool(row["ordering"] > row["holding"] + row["lost_margin"])


def _holds_too_much(shop: Shop, plan: PlanAnswer) -> bool:
    row = _row(shop, plan)
    return not _passes(shop, plan) and bool(row["holding"] > row["ordering"] + row["lost_margin"])


def _passes(shop: Shop, plan: PlanAnswer) -> bool:
    return _score(shop, plan).passed


def _policy_prompt(shop: Shop) -> str:
    found = _inputs(shop)
    return _(
        "{name} ({id}): {mean:.2f} units a day are asked for, with a standard deviation of "
        "{sd:.2f}. The supplier now needs {lead} days. A unit lost costs {margin:,.0f} yuan of "
        "margin, a unit on the shelf {holding:.2f} yuan a day, an order {order:,.0f} yuan. Set a "
        "reorder point and an order quantity. The policy is replayed against the demand of the "
        "year: at least {goal:.0%} of the units must be served, for at most {budget:,.0f} yuan."
    ).format(
        name=_name(shop),
        id=found.product_id,
        mean=found.demand.mean(),
        sd=found.demand.std(),
        lead=_LEAD,
        margin=found.margin,
        holding=found.holding_cost,
        order=found.order_cost,
        goal=FILL,
        budget=SPARE * _cheapest(shop)[1],
    )


POLICY = Plan(
    id="operations-reorder-policy",
    objective="operations-reorder",
    minutes=10,
    title=_("A reorder policy for the year"),
    prompt=_policy_prompt,
    fields=(
        Field("point", _("Reorder point (units)"), 0, 60, start=5),
        Field("quantity", _("Order quantity (units)"), 2, 120, step=2, start=10),
    ),
    score=_score,
    reference=lambda shop: _cheapest(shop)[0],
    hints=(
        _("Begin with the economic order quantity: `operations.eoq(order, mean a day, holding)`."),
        _(
            "Then the reorder point: `operations.lead_time_demand(mean, sd, 5)` and "
            "`operations.reorder_point(law, 0.95)`. The rush asks for more than the formula."
        ),
    ),
    solution=_(
        "The order quantity balances ordering against holding; the reorder point pays for the "
        "demand of the lead time and a reserve. A formula gives the region, a replay the numbers, "
        "because the year has festivals that a standard deviation does not know."
    ),
    misconceptions=(
        Misconception(
            "no_safety_stock",
            _made(_mean_only, _no_safety),
            _(
                "Your reorder point covers the mean demand of the lead time and no more. Half of "
                "the time more is asked for. Add a reserve."
            ),
            detects=_no_safety,
        ),
        Misconception(
            "orders_too_often",
            _made(_daily_orders, _no_safety, _orders_too_often),
            _(
                "You order nearly every day, and the orders cost more than all the rest. Order "
                "more at a time."
            ),
            detects=_orders_too_often,
        ),
        Misconception(
            "holds_too_much",
            _made(_full_house, _no_safety, _orders_too_often, _holds_too_much),
            _(
                "You serve everybody, and the shelves cost more than all the rest. Lower the "
                "reorder point or the quantity."
            ),
            detects=_holds_too_much,
        ),
    ),
)


# --- capital: the cash cycle -----------------------------------------------------------


@once
def _cash(shop: Shop) -> pd.Series[float]:
    table = topic.capital(shop)
    return table[table["complete"]].iloc[-1]


def _cycle_days(shop: Shop) -> float:
    return float(_cash(shop)["cash_cycle"])


CASH_CYCLE = Number(
    id="operations-cash-cycle",
    objective="operations-capital",
    minutes=5,
    title=_("When is the money back?"),
    prompt=lambda shop: _(
        "Customers pay at once; suppliers wait for their money. How long was the cash cycle in "
        "{month:%B}, in days: from paying the supplier to having the customer's money? A number "
        "below zero says that the money is there before the bill is due."
    ).format(month=_cash(shop)["month"]),
    unit="days",
    tolerance=0.3,
    reference=_cycle_days,
    hints=(
        _("Days in stock, plus days until customers pay, less days until the shop pays."),
        _("`operations.capital(shop)` has `stock_days`, `payable_days` and `cash_cycle`."),
    ),
    solution=_(
        "Stock over cost of goods a day, less payables over cost of goods a day. Below zero, "
        "suppliers pay for more than the stock."
    ),
    misconceptions=(
        Misconception(
            "added_payables",
            lambda shop: float(_cash(shop)["stock_days"] + _cash(shop)["payable_days"]),
            _("You added the days until the shop pays. A supplier's credit shortens the cycle."),
        ),
        Misconception(
            "stock_days_only",
            lambda shop: float(_cash(shop)["stock_days"]),
            _("These are the days in stock alone. The supplier is not paid on delivery."),
        ),
        Misconception(
            "turned_round",
            lambda shop: -_cycle_days(shop),
            _("The right size, the other way round: subtract payable days from stock days."),
        ),
    ),
)


# --- capital: turns --------------------------------------------------------------------


@once
def _shop_year(shop: Shop) -> pd.Series[float]:
    return topic.performance(shop, None).iloc[0]


def _turns(shop: Shop) -> float:
    row = _shop_year(shop)
    return float((row["sales"] - row["profit"]) / row["mean_stock"])


def _turns_of_sales(shop: Shop) -> float:
    row = _shop_year(shop)
    return float(row["sales"] / row["mean_stock"])


def _turns_of_last_day(shop: Shop) -> float:
    row, stock = _shop_year(shop), shop.stock
    last = stock[stock["date"] == stock["date"].max()]
    costs = shop.products.set_index("product_id")["cost"]
    return float(
        (row["sales"] - row["profit"]) / (last["closing"] * last["product_id"].map(costs)).sum()
    )


TURNS = Number(
    id="operations-turns",
    objective="operations-capital",
    minutes=4,
    title=_("How often does the stock turn?"),
    prompt=_(
        "How often did the stock turn in the year: cost of goods sold over the mean daily stock, "
        "valued at cost?"
    ),
    unit="turns",
    rel_tolerance=CLOSE,
    reference=_turns,
    hints=(
        _("Both sides at cost: what was sold, and what stood there."),
        _("`operations.performance(shop, None)` has `sales`, `profit` and `mean_stock`."),
    ),
    solution=_("Sales less profit is the cost of goods sold. Divide it by the mean stock at cost."),
    misconceptions=(
        Misconception(
            "sales_over_stock_at_cost",
            _turns_of_sales,
            _(
                "You divided sales, at selling prices, by stock at cost. A dearer price would turn "
                "the stock faster. Take the cost of goods on both sides."
            ),
        ),
        Misconception(
            "last_day",
            _turns_of_last_day,
            _(
                "You divided by the stock of the last day. It may be a low one; take the mean of "
                "all days."
            ),
        ),
    ),
)


# --- buy: an offer ---------------------------------------------------------------------


@once
def _offers(shop: Shop) -> pd.DataFrame:
    return topic.offer_values(shop)


@once
def _offer(shop: Shop) -> pd.Series[Any]:
    """Return the offer with the largest saving among those that say something clear."""
    values = _offers(shop)
    clear = values[(values["gain"].abs() > 0.1 * values["saving"]) & (values["saving"] > 0)]
    return (clear if len(clear) else values).sort_values("saving").iloc[-1]


def _gain(shop: Shop) -> float:
    return float(_offer(shop)["gain"])


def _saving(shop: Shop) -> float:
    return float(_offer(shop)["saving"])


def _all_visits_lost(shop: Shop) -> float:
    return _saving(shop) - float(_offer(shop)["place"]) / topic.MOVED


def _year_saving(shop: Shop) -> float:
    offer, bought = _offer(shop), shop.purchases
    mine = bought[bought["product_id"] == offer["product_id"]]
    spent = float((mine["asked_units"] * mine["unit_cost"]).sum())
    return float(offer["price_cut"]) * spent - float(offer["place"])


def _offer_prompt(shop: Shop) -> str:
    row = _offer(shop)
    return _(
        "Offer {id}: for {month:%B} the supplier takes {cut:.1%} off the purchase price of "
        "{product}. In return it wants the place {resource} for {days} days, with {visits:,} "
        "visits. In {moved:.0%} of such visits, what is bought depends on what stands there; "
        "their profit is lost. How many yuan does the offer gain? A loss is below zero."
    ).format(
        id=row["offer_id"],
        month=row["month"],
        cut=row["price_cut"],
        product=row["product_id"],
        resource=_plain(row["resource"]),
        days=row["days"],
        visits=row["visits"],
        moved=topic.MOVED,
    )


OFFER = Number(
    id="operations-offer",
    objective="operations-buy",
    minutes=6,
    title=_("A price cut for a banner"),
    prompt=_offer_prompt,
    unit="yuan",
    rel_tolerance=CLOSE,
    reference=_gain,
    hints=(
        _("Saving: the cut on what is purchased in the month. Place: visits times profit a visit."),
        _("`operations.offer_values(shop)` has `saving`, `place` and `gain` for each offer."),
    ),
    solution=_(
        "The cut times the purchases of the product in the month, less a quarter of the visits "
        "times the shop's gross profit per visit in that month."
    ),
    misconceptions=(
        Misconception(
            "place_is_free",
            _saving,
            _("This is the saving. The place is not free: it would have sold something else."),
        ),
        Misconception(
            "all_visits_lost",
            _all_visits_lost,
            _(
                "You counted all visits of the place as lost. Most customers buy what they came "
                "for, whatever stands there."
            ),
        ),
        Misconception(
            "cut_on_the_year",
            _year_saving,
            _("You took the purchases of the whole year. The cut holds for one month."),
        ),
    ),
)


# --- buy: a forecast -------------------------------------------------------------------


@once
def _tried(shop: Shop) -> pd.DataFrame:
    stock = shop.stock.merge(shop.products[["product_id", "category"]], on="product_id")
    mine = stock[stock["category"] == _largest(shop)].groupby("date")["demand"].sum()
    return topic.backtest(mine).set_index("method")


_METHOD_NAMES = {
    "seasonal_naive": _("the same weekday of last week"),
    "mean_4_weeks": _("the mean of the last four weeks"),
    "exponential_smoothing": _("simple exponential smoothing"),
    "holt_winters": _("Holt-Winters with trend and weekly season"),
}


def _method_reason(method: str) -> Callable[[Shop], str]:
    return lambda shop: _(
        "{name}: {mae:.2f} units a day wrong on average, MASE {mase:.2f}."
    ).format(
        name=_METHOD_NAMES[method].capitalize(),
        mae=_tried(shop).loc[method, "mae"],
        mase=_tried(shop).loc[method, "mase"],
    )


FORECAST = Choice(
    id="operations-forecast",
    objective="operations-buy",
    minutes=5,
    title=_("Which forecast would you buy by?"),
    prompt=lambda shop: _(
        "Forecast the daily demand for {category}, 28 days ahead, four times in a row up to the "
        "end of the year. Which method has the smallest mean absolute error?"
    ).format(category=_plain(_largest(shop))),
    options=tuple(
        Option(method, name, _method_reason(method)) for method, name in _METHOD_NAMES.items()
    ),
    reference=lambda shop: str(_tried(shop)["mae"].idxmin()),
    hints=(
        _("Do not guess: stand at an earlier day, forecast, and compare."),
        _("`operations.backtest(demand)` takes the demand of the category by day."),
    ),
    solution=_(
        "The backtest decides, not the name of the method. Over a festival season a method that "
        "follows the last days too closely runs after every peak."
    ),
)

EXERCISES = [
    STOCKOUT_RATE, LOST_SALES, MARGIN, GMROI, NEW_SKUS, WEAK, FOLLOW, FILL_RATE, POLICY,
    CASH_CYCLE, TURNS, OFFER, FORECAST,
]  # fmt: skip
