"""Exercises on operations: stock-outs, assortment, weak categories, reordering, money, buying."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from ecokit import kpi
from ecokit import operations as topic
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

FILL = 0.97  # fill rate that the reorder policy must reach in years that it was not tuned on
SHORT = 0.10  # so far below it no point is left for service; at twice the cost none for cost
SPARE = 1.25  # what a policy may cost there, as a ratio to that of the way that the hints lead
YEARS, AROUND = 10, 7  # so many years of other luck: each day drawn from the days around it
POINTS = 60  # highest reorder point on offer
LEVEL = 0.80  # cycle service level for which a reorder point is set
ORDER_DAYS, LEAD = 14, 5  # days of demand in an order, and days until it arrives

CATEGORIES = ("phones", "tablets", "audio", "wearables", "smart_home", "accessories")

METHODS = {
    "seasonal_naive": _("the same weekday of last week"),
    "mean_4_weeks": _("the mean of the last four weeks"),
    "exponential_smoothing": _("simple exponential smoothing"),
    "holt_winters": _("Holt-Winters with trend and weekly season"),
}

SIGNS = {
    "weak_sales": _("sells less than half of the mean category"),
    "weak_growth": _("grows less than the shop"),
    "weak_margin": _("has a lower margin than the middle category"),
    "weak_gmroi": _("earns less on its stock than the middle category"),
}


@sheet.number(
    id="operations-stockout-rate",
    objective="operations-measure",
    minutes=4,
    title=_("One word, three rates"),
    unit="share",
    tolerance=0.0005,
    mistakes={
        "stockout_skus": _(
            "You counted SKUs that ran out on some day. Over a year nearly every product does; "
            "that says little of the customers. Count units."
        ),
        "stockout_days": _(
            "You counted product-days with a stock-out. Products run out on the days on which many "
            "want them, so days understate it. Count units."
        ),
        "average_of_ratios": _(
            "You averaged the rates of the months. A quiet month then weighs as much as a "
            "festival. Add up units over the year, and divide once."
        ),
    },
)
def stockout_rate(shop: Shop) -> sheet.Sheet:
    rates = topic.stockouts(shop, by="category")
    worst = rates.iloc[rates["lost_sales"].argmax()]
    whole = topic.stockouts(shop).assign(category=_("the whole shop"))
    table = pd.concat([rates, whole]).set_index("category")
    months = topic.stockouts(shop, by=["month", "category"])
    months = months[months["category"] == worst["category"]]
    return sheet.Sheet(
        prompt=_(
            "The KPI stock-out rate 缺货率 of slide 15 counts units: how many of those asked for "
            "could not be served? Give it for {category} over the whole year."
        ).format(category=sheet.plain(worst["category"])),
        right=worst["unit_rate"],
        wrong={
            "stockout_skus": worst["sku_rate"],
            "stockout_days": worst["day_rate"],
            "average_of_ratios": months["unit_rate"].mean(),
        },
        table=table[["unit_rate", "day_rate", "sku_rate", "empty_day_rate"]],
        cell=(worst["category"], "unit_rate"),
        hints=(
            _(
                "The table `stock` has the columns `demand` and `sold`. What is missing between "
                "them?"
            ),
            _("`operations.stockouts(shop, by='category')`: take `unit_rate`."),
        ),
        solution=_(
            "Add up demand less sold over all products and days of the category, and divide once "
            "by the sum of demand."
        ),
    )


def _lost_by_month(months: pd.DataFrame, share: float) -> pd.DataFrame:
    """Return what stock-outs cost in each month and in the year."""
    lost = months.set_index(months["month"].map("{:%B}".format))[["lost_sales", "lost_profit"]]
    lost.loc[_("the whole year")] = lost.sum()
    return lost * share


@sheet.number(
    id="operations-lost-sales",
    objective="operations-measure",
    minutes=5,
    title=_("What did the stock-outs cost?"),
    unit="yuan",
    rel_tolerance=0.01,
    mistakes={
        "no_substitutes": _(
            "You counted every unit as lost. Part of these customers bought another product, so "
            "the shop kept their money."
        ),
        "kept_share": _("You took the customers who stayed. The loss is in those who left."),
        "margin_for_sales": _(
            "This is the margin that was lost. The question asks for sales: units times price."
        ),
    },
)
def lost_sales(shop: Shop) -> sheet.Sheet:
    months = topic.stockouts(shop, by="month")
    worst = months.iloc[months["lost_sales"].argmax()]
    stayed = shop.truth["stockout_substitution"]
    return sheet.Sheet(
        prompt=_(
            "In {month:%B} the shop lost most to stock-outs. {share:.0%} of those customers took "
            "another product of the category instead, at about the same price. How many yuan of "
            "sales did the shop really lose in that month?"
        ).format(month=worst["month"], share=stayed),
        right=worst["lost_sales"] * (1 - stayed),
        wrong={
            "no_substitutes": worst["lost_sales"],
            "kept_share": worst["lost_sales"] * stayed,
            "margin_for_sales": worst["lost_profit"] * (1 - stayed),
        },
        table=_lost_by_month(months, 1 - stayed),
        cell=(f"{worst['month']:%B}", "lost_sales"),
        hints=(
            _(
                "Units lost times the price of the day; then leave out those who bought something "
                "else."
            ),
            _("`operations.stockouts(..., by='month', substitution=...)` has `lost_sales`."),
        ),
        solution=_(
            "Multiply demand less sold by the price of each day, add up the month, and keep the "
            "share of customers who bought nothing."
        ),
    )


@lru_cache(maxsize=1)  # a third of a second, for three exercises
def _categories(shop: Shop) -> pd.DataFrame:
    return topic.performance(shop, by="category")


def _largest(shop: Shop) -> pd.Series[Any]:
    """Return how the category that sells most did in the year."""
    return _categories(shop).iloc[_categories(shop)["sales"].argmax()]


@lru_cache(maxsize=1)
def _average_of_ratios(shop: Shop) -> pd.DataFrame:
    """Return the means of the products' ratios by category: not what is asked."""
    products = topic.performance(shop).merge(shop.products, on="product_id")
    return products.groupby("category")[["margin", "gmroi_year"]].mean()


@sheet.number(
    id="operations-margin",
    objective="operations-assort",
    minutes=4,
    title=_("Margin of the largest category"),
    unit="share",
    tolerance=0.001,
    mistakes={
        "markup": _(
            "This is the markup: profit over cost. The margin divides the same profit by sales."
        ),
        "average_of_ratios": _(
            "You averaged the margins of the products. One that sold twice weighs as much as one "
            "that sold a thousand times. Add up profit and sales, then divide."
        ),
    },
)
def margin(shop: Shop) -> sheet.Sheet:
    largest = _largest(shop)
    whole = topic.performance(shop, by=None).assign(category=_("the whole shop"))
    table = pd.concat([_categories(shop), whole]).set_index("category")
    return sheet.Sheet(
        prompt=_("What margin did {category} earn over the year, as a share of sales?").format(
            category=sheet.plain(largest["category"])
        ),
        right=largest["margin"],
        wrong={
            "markup": largest["profit"] / (largest["sales"] - largest["profit"]),
            "average_of_ratios": _average_of_ratios(shop)["margin"][largest["category"]],
        },
        table=table[["margin", "turns_year", "gmroi_year", "sell_through"]],
        cell=(largest["category"], "margin"),
        hints=(
            _("Margin divides by sales, markup by cost."),
            _("`operations.performance(shop, by='category')` has `profit`, `sales` and `margin`."),
        ),
        solution=_("Gross profit of the category over its sales, each added up first."),
    )


@sheet.table(
    id="operations-gmroi",
    objective="operations-assort",
    minutes=6,
    title=_("What a yuan of stock earns"),
    unit="yuan",
    rel_tolerance=0.01,
    key="category",
    value="gmroi_year",
    labels={name: sheet.plain(name) for name in CATEGORIES},
    mistakes={
        "sales_over_stock": _(
            "You divided sales by stock. That is nearer to turns; GMROI asks for profit."
        ),
        "average_of_ratios": _(
            "You averaged the GMROI of the products. Add up profit and stock over the category "
            "first, then divide once."
        ),
    },
)
def gmroi(shop: Shop) -> sheet.TableSheet:
    told = _categories(shop).set_index("category")
    return sheet.TableSheet(
        prompt=_(
            "For each category: how many yuan of gross profit does one yuan of stock, at cost, "
            "earn in a year? This is the GMROI."
        ),
        right=told["gmroi_year"],
        wrong={
            "sales_over_stock": told["sales"] / told["mean_stock"] * topic.YEAR / told["days"],
            "average_of_ratios": _average_of_ratios(shop)["gmroi_year"],
        },
        table=told[["turns_year", "gmroi_year", "margin", "days_of_cover", "sell_through"]],
        column="gmroi_year",
        hints=(
            _("Gross profit of the year over the mean value of the stock, each day counted."),
            _("`operations.performance(shop, by='category')`: `profit` over `mean_stock`."),
        ),
        solution=_(
            "Divide the year's gross profit by the mean daily stock at cost. Margin and turns both "
            "raise it: accessories beat phones on both."
        ),
        code="""
            from ecokit import operations
            earned = operations.performance(shop, by="category")
            earned[["category", "gmroi_year"]]
        """,
    )


@sheet.number(
    id="operations-new-skus",
    objective="operations-assort",
    minutes=4,
    title=_("How new is the assortment?"),
    unit="share",
    tolerance=0.002,
    mistakes={
        "share_of_sales": _(
            "This is the share of new products in sales. The KPI counts SKUs, so it can be met "
            "with products that nobody buys: look at both."
        ),
        "new_on_some_day": _(
            "You counted every SKU that was new on some day of the month. The longer the period, "
            "the more there are. Count days: those of new SKUs over those of all."
        ),
        "of_all_ever": _(
            "You divided by every product in the table, delisted ones too. Divide by those on sale "
            "in the month."
        ),
    },
)
def new_skus(shop: Shop) -> sheet.Sheet:
    stock = shop.stock.merge(shop.products[["product_id", "launched_on"]], on="product_id")
    stock["month"] = stock["date"].dt.to_period("M").dt.to_timestamp()
    stock["value"] = stock["sold"] * stock["price"]
    young = stock[stock["date"] < stock["launched_on"] + pd.Timedelta(days=90)]
    month: Any = young.groupby("month")["product_id"].nunique().idxmax()
    young, every = (rows[rows["month"] == month] for rows in (young, stock))
    shares = kpi.measure("new_sku_share", shop, "month").set_index("month")["new_sku_share"]
    return sheet.Sheet(
        prompt=_(
            "On a mean day of {month:%B}, which share of the SKUs on sale was new, that is in its "
            "first 90 days? Slide 9 asks the product manager for 20 %."
        ).format(month=month),
        right=shares[month],
        wrong={
            "share_of_sales": young["value"].sum() / every["value"].sum(),
            "new_on_some_day": young["product_id"].nunique() / every["product_id"].nunique(),
            "of_all_ever": len(young) / month.days_in_month / len(shop.products),
        },
        hints=(
            _("SKUs over SKUs: each product counts once a day, however much it sells."),
            _("`kpi.measure('new_sku_share', shop, 'month')` has every month."),
        ),
        solution=_(
            "Count the rows of `stock` in the month, one a product and day, whose launch lies less "
            "than 90 days before, and divide by all rows of that month."
        ),
    )


def _look(shop: Shop) -> str:
    """Return the month at whose end the shop looks at its categories."""
    return f"{shop.orders['placed_at'].min().year}-09"


@lru_cache(maxsize=1)  # a third of a second, for two exercises
def _weak(shop: Shop) -> pd.DataFrame:
    return topic.weak_categories(shop, month=_look(shop)).set_index("category")


@sheet.choice(
    id="operations-weak-category",
    objective="operations-weak",
    minutes=5,
    title=_("Which category needs a target?"),
    options=CATEGORIES,
)
def weak_category(shop: Shop) -> sheet.ChoiceSheet:
    weak = _weak(shop)

    def reason(category: str) -> str:
        row: Any = weak.loc[category]
        signs = ", ".join(words for sign, words in SIGNS.items() if row[sign])
        signs = signs or _("shows none of the four signs")
        words = _("{category}: it {signs}. GMROI {row[gmroi_year]:.1f} a year.")
        return words.format(category=sheet.plain(category).capitalize(), signs=signs, row=row)

    return sheet.ChoiceSheet(
        prompt=_(
            "It is the end of September. Look at July to September against April to June, and at "
            "the four signs: sales, growth, margin, GMROI. A category is weak 垃圾品类 if it sells "
            "less than half of the mean category and its GMROI lies below the middle of the "
            "categories. Which one needs a target most? Among weak ones take the one with most "
            "signs, then the one that earns least on its stock."
        ),
        right=str(weak.index[0]),
        options={name: sheet.plain(name) for name in CATEGORIES},
        reasons={name: reason(name) for name in CATEGORIES},
        hints=(
            _("Growth is a sign only below the shop's own growth: June lifts everybody."),
            _("`operations.weak_categories(shop, month='{month}')` has a column a sign.").format(
                month=_look(shop)
            ),
        ),
        solution=_(
            "Low sales come first: a category that sells much at a low margin brings visitors for "
            "the others. Then GMROI: what earns much on a small stock is small, not weak. Then "
            "count the signs."
        ),
    )


@sheet.number(
    id="operations-follow-target",
    objective="operations-weak",
    minutes=5,
    title=_("On the way to the target"),
    unit="yuan",
    rel_tolerance=0.01,
    mistakes={
        "split_evenly": _(
            "You divided the target by the days of the month. What is behind you cannot be "
            "changed: take what is missing."
        ),
        "run_rate": _("This is what was sold a day so far. The question is what the rest needs."),
        "whole_target": _(
            "You spread the whole target over the days left. Take off what is sold already."
        ),
    },
)
def follow_target(shop: Shop) -> sheet.Sheet:
    category = str(_weak(shop).index[0])
    first = topic.category_targets(shop, category=category, month=_look(shop), months=1).iloc[0]
    target = round(first["target"], -2)
    day = first["month"] + pd.Timedelta(days=11)
    sales = kpi.measure("sales", shop, ["day", "category"])
    mine = sales[sales["category"] == category].set_index("day")["sales"]
    told = topic.follow(mine.asfreq("D", fill_value=0.0), target, day)
    return sheet.Sheet(
        prompt=_(
            "{category} has a sales target of {target:,.0f} yuan for {day:%B}. It is the evening "
            "of {day.day} {day:%B}. How many yuan must it sell on each day that is left?"
        ).format(category=sheet.plain(category).capitalize(), target=target, day=day),
        right=told.needed_a_day,
        wrong={
            "split_evenly": target / day.days_in_month,
            "run_rate": told.so_far / day.day,
            "whole_target": target / (day.days_in_month - day.day),
        },
        hints=(
            _("What is missing, over the days that are left."),
            _("`operations.follow(sales, target, day)` takes the sales of the category by day."),
        ),
        solution=_(
            "Subtract what is sold so far from the target, and divide by the days after today. "
            "Compare with the mean of the days so far: that tells whether it can be done."
        ),
    )


def _most_asked(shop: Shop, stock: pd.DataFrame | None = None) -> tuple[str, topic.ProductInputs]:
    """Return the name and the inputs of the product that is asked for most."""
    asked = (shop.stock if stock is None else stock).groupby("product_id")["demand"].sum()
    found = topic.product_inputs(shop, product_id=str(asked.idxmax()))
    names = shop.products.set_index("product_id")["name"]
    return names[found.product_id], found


def _costs(found: topic.ProductInputs, points: Any, quantities: Any) -> pd.DataFrame:
    """Replay policies against the demand of the year, and return what came of each."""
    log = topic.replay(found.demand, points, order_quantity=quantities, lead_days=LEAD)
    return log.table(found.margin, found.holding_cost, found.order_cost)


@sheet.number(
    id="operations-fill-rate",
    objective="operations-reorder",
    minutes=6,
    title=_("Service level or fill rate?"),
    unit="share",
    tolerance=0.002,
    mistakes={
        "cycle_service_level": _(
            "This is the share of order cycles without a lost unit, the cycle service level. A "
            "cycle that loses one unit counts like one that loses fifty. Count units."
        ),
        "planned_level": _(
            "You took the service level for which the reorder point was set. It is a chance for a "
            "cycle, not the share of units."
        ),
        "days_in_stock": _(
            "You counted days with stock. Many ask on some days and few on others: count units."
        ),
    },
)
def fill_rate(shop: Shop) -> sheet.Sheet:
    name, found = _most_asked(shop)
    mean, deviation = found.demand.mean(), found.demand.std()
    point = topic.reorder_point(topic.lead_time_demand(mean, deviation, LEAD), LEVEL)
    quantity = float(round(mean * ORDER_DAYS))
    played = _costs(found, point, quantity).iloc[0]
    return sheet.Sheet(
        prompt=_(
            "{name} ({id}) is reordered at {point:.0f} units, {quantity:.0f} at a time, with a "
            "lead time of {lead} days. Replay this policy against the demand of the year. Which "
            "share of the units asked for is served? This is the fill rate."
        ).format(name=name, id=found.product_id, point=point, quantity=quantity, lead=LEAD),
        right=played["fill_rate"],
        wrong={
            "cycle_service_level": played["cycle_service_level"],
            "planned_level": LEVEL,
            "days_in_stock": 1 - played["empty_days"],
        },
        hints=(
            _("`found = operations.product_inputs(shop, product_id=id)` has the demand by day."),
            _(
                "`operations.replay(found.demand, point, order_quantity=..., lead_days=...)`, and "
                "then `.table()`."
            ),
        ),
        solution=_(
            "Units sold over units asked for in the replay. The reorder point was set for a cycle "
            "service level of 80 %; most units are sold while stock is far from empty, so more are "
            "served."
        ),
    )


def _most_asked_audio(shop: Shop) -> tuple[str, topic.ProductInputs]:
    """Return the same for audio: another product than the one that the lesson works out."""
    audio = shop.products.loc[shop.products["category"] == "audio", "product_id"]
    return _most_asked(shop, shop.stock[shop.stock["product_id"].isin(audio)])


def _other_years(found: topic.ProductInputs) -> np.ndarray[Any, Any]:
    """Return years like the one on record with other luck: days by years, the season kept."""
    days = len(found.demand)
    moves = np.random.default_rng(0).integers(-AROUND, AROUND + 1, (days, YEARS))
    near = np.clip(np.arange(days)[:, None] + moves, 0, days - 1)
    return found.demand.to_numpy()[near]


def _judged(found: topic.ProductInputs, points: Any, quantity: float) -> pd.DataFrame:
    """Return what policies do on average in years of other luck, a row a reorder point."""
    points = np.atleast_1d(points)
    years = np.tile(_other_years(found), (1, len(points)))
    each = np.repeat(points, YEARS)
    log = topic.replay(years, each, order_quantity=quantity, lead_days=LEAD)
    return log.table(found.margin, found.holding_cost, found.order_cost).groupby(each).mean()


def _economic(found: topic.ProductInputs) -> float:
    """Return the order quantity of the first hint, as the field takes it."""
    mean = float(found.demand.mean())
    return float(max(round(topic.eoq(found.order_cost, mean, found.holding_cost).quantity), 1))


def _score(row: pd.Series[Any], budget: float) -> sheet.Score:
    served = np.clip(1 - (FILL - row["fill_rate"]) / SHORT, 0, 1)
    paid = np.clip(2 - row["cost"] / budget, 0, 1)
    lines = (
        _("{fill_rate:.1%} of the units are served; {goal:.0%} is asked."),
        _("A year costs {cost:,.0f} yuan; {budget:,.0f} is the most you may pay."),
        _(
            "Of that, {lost_margin:,.0f} is margin lost, {holding:,.0f} holding, {ordering:,.0f} "
            "for {orders:.0f} orders."
        ),
    )
    told = tuple(line.format(**row, goal=FILL, budget=budget) for line in lines)
    met = bool(row["fill_rate"] >= FILL and row["cost"] <= budget)
    points = 100 if met else min(round(50 * served + 50 * paid), 99)
    return sheet.Score(points, met, told)


@sheet.plan(
    id="operations-reorder-policy",
    objective="operations-reorder",
    minutes=10,
    title=_("A reorder policy for the year"),
    fields=(
        sheet.Field("point", _("Reorder point (units)"), 0, POINTS, start=5, unit="units"),
        sheet.Field("quantity", _("Order quantity (units)"), 1, 200, start=30, unit="units"),
    ),
    mistakes={
        "no_safety_stock": _(
            "Your reorder point covers the mean demand of the lead time and no more. Half of the "
            "time more is asked for. Add a reserve."
        ),
        "orders_too_often": _(
            "You order nearly every day, and the orders cost more than all the rest. Order more at "
            "a time."
        ),
        "holds_too_much": _(
            "You serve everybody, and the shelves cost more than all the rest. Lower the reorder "
            "point or the quantity."
        ),
    },
)
def reorder_policy(shop: Shop) -> sheet.PlanSheet:
    name, found = _most_asked_audio(shop)
    mean, sd = found.demand.mean(), found.demand.std()
    quantity = _economic(found)
    tried = _judged(found, np.arange(POINTS + 1), quantity)
    served = tried["fill_rate"].to_numpy() >= FILL
    point = float(np.where(served, tried["cost"].to_numpy(), np.inf).argmin())
    budget = SPARE * tried["cost"].loc[point]

    def year(plan: sheet.PlanAnswer) -> pd.Series[Any]:
        return _judged(found, plan["point"], plan["quantity"]).iloc[0]

    def largest(part: str, plan: sheet.PlanAnswer) -> bool:
        parts = year(plan)[["lost_margin", "holding", "ordering"]]
        return bool(parts[part] > parts.drop(part).sum())

    return sheet.PlanSheet(
        prompt=_(
            "{name} ({found.product_id}): {mean:.2f} units a day are asked for, with a standard "
            "deviation of {sd:.2f}. The supplier now needs {lead} days. A unit lost costs "
            "{found.margin:,.0f} yuan of margin, a unit on the shelf {found.holding_cost:.2f} yuan "
            "a day, an order {found.order_cost:,.0f} yuan. Set a reorder point and an order "
            "quantity. The policy is tried on {years} years with the season of the one on record "
            "and other luck. On average at least {goal:.0%} of the units must be served, for at "
            "most {budget:,.0f} yuan a year."
        ).format(
            name=name,
            found=found,
            mean=mean,
            sd=sd,
            lead=LEAD,
            years=YEARS,
            goal=FILL,
            budget=budget,
        ),
        right={"point": point, "quantity": quantity},
        score=lambda plan: _score(year(plan), budget),
        wrong={
            "no_safety_stock": {"point": float(np.floor(mean * LEAD)), "quantity": quantity},
            "orders_too_often": {"point": point, "quantity": 1.0},
            "holds_too_much": {"point": float(POINTS), "quantity": 120.0},
        },
        detects={
            "no_safety_stock": lambda plan: plan["point"] <= mean * LEAD,
            "orders_too_often": lambda plan: largest("ordering", plan),
            "holds_too_much": lambda plan: largest("holding", plan),
        },
        hints=(
            _(
                "Begin with the economic order quantity: `operations.eoq(order, mean a day, "
                "holding)`."
            ),
            _(
                "Then the reorder point: `operations.lead_time_demand(mean, sd, 5)` and "
                "`operations.reorder_point(law, 0.95)` give the region. The rush asks for more: "
                "replay the year on record, and raise the point until it costs least."
            ),
        ),
        solution=_(
            "The order quantity balances ordering against holding; the reorder point pays for the "
            "demand of the lead time and a reserve. A formula gives the region, a replay the "
            "numbers, because the year has festivals that a standard deviation does not know. The "
            "point that was best in one year is good in others, not best."
        ),
    )


@sheet.number(
    id="operations-cash-cycle",
    objective="operations-capital",
    minutes=5,
    title=_("When is the money back?"),
    unit="days",
    tolerance=0.3,
    mistakes={
        "added_payables": _(
            "You added the days until the shop pays. A supplier's credit shortens the cycle."
        ),
        "stock_days_only": _(
            "These are the days in stock alone. The supplier is not paid on delivery."
        ),
        "turned_round": _(
            "The right size, the other way round: subtract payable days from stock days."
        ),
    },
)
def cash_cycle(shop: Shop) -> sheet.Sheet:
    months = topic.capital(shop)
    last = months[months["complete"]].iloc[-1]
    return sheet.Sheet(
        prompt=_(
            "Customers pay at once; suppliers wait for their money. How long was the cash cycle in "
            "{month:%B}, in days: from paying the supplier to having the customer's money? A "
            "number below zero says that the money is there before the bill is due."
        ).format(month=last["month"]),
        right=last["cash_cycle"],
        wrong={
            "added_payables": last["stock_days"] + last["payable_days"],
            "stock_days_only": last["stock_days"],
            "turned_round": -last["cash_cycle"],
        },
        hints=(
            _("Days in stock, plus days until customers pay, less days until the shop pays."),
            _("`operations.capital(shop)` has `stock_days`, `payable_days` and `cash_cycle`."),
        ),
        solution=_(
            "Stock over cost of goods a day, less payables over cost of goods a day. Below zero, "
            "suppliers pay for more than the stock."
        ),
    )


@sheet.number(
    id="operations-turns",
    objective="operations-capital",
    minutes=4,
    title=_("How often does the stock turn?"),
    unit="turns",
    rel_tolerance=0.01,
    mistakes={
        "sales_over_stock_at_cost": _(
            "You divided sales, at selling prices, by stock at cost. A dearer price would turn the "
            "stock faster. Take the cost of goods on both sides."
        ),
        "last_day": _(
            "You divided by the stock of the last day. It may be a low one; take the mean of all "
            "days."
        ),
    },
)
def turns(shop: Shop) -> sheet.Sheet:
    year = topic.performance(shop, by=None).iloc[0]
    goods = year["sales"] - year["profit"]
    last = shop.stock[shop.stock["date"] == shop.stock["date"].max()]
    return sheet.Sheet(
        prompt=_(
            "How often did the stock turn in the year: cost of goods sold over the mean daily "
            "stock, valued at what it had cost?"
        ),
        right=goods / year["mean_stock"],
        wrong={
            "sales_over_stock_at_cost": year["sales"] / year["mean_stock"],
            "last_day": goods / (last["closing"] * last["unit_cost"]).sum(),
        },
        hints=(
            _("Both sides at cost: what was sold, and what stood there."),
            _("`operations.performance(shop, by=None)` has `sales`, `profit` and `mean_stock`."),
        ),
        solution=_(
            "Sales less profit is the cost of goods sold. Divide it by the mean stock at cost."
        ),
    )


@sheet.number(
    id="operations-offer",
    objective="operations-buy",
    minutes=6,
    title=_("A price cut for a banner"),
    unit="yuan",
    rel_tolerance=0.01,
    mistakes={
        "place_is_free": _(
            "This is the saving. The place is not free: it would have sold something else."
        ),
        "all_visits_lost": _(
            "You counted all visits of the place as lost. Most customers buy what they came for, "
            "whatever stands there."
        ),
        "cut_on_the_year": _(
            "You took the purchases of the whole year. The cut holds for one month."
        ),
    },
)
def offer(shop: Shop) -> sheet.Sheet:
    values = topic.offer_values(shop)
    clear = values[(values["gain"].abs() > 0.1 * values["saving"]) & (values["saving"] > 0)]
    row = (clear if len(clear) else values).sort_values("saving").iloc[-1]
    mine = shop.purchases[shop.purchases["product_id"] == row["product_id"]]
    spent = (mine["asked_units"] * mine["unit_cost"]).sum()
    return sheet.Sheet(
        prompt=_(
            "Offer {row[offer_id]}: for {row[month]:%B} the supplier takes {row[price_cut]:.1%} "
            "off the purchase price of {row[product_id]}. In return it wants the place {resource} "
            "for {row[days]} days, with {row[visits]:,} visits. In {moved:.0%} of such visits, "
            "what is bought depends on what stands there; their profit is lost. How many yuan does "
            "the offer gain? A loss is below zero."
        ).format(row=row, resource=sheet.plain(row["resource"]), moved=topic.MOVED),
        right=row["gain"],
        wrong={
            "place_is_free": row["saving"],
            "all_visits_lost": row["saving"] - row["place"] / topic.MOVED,
            "cut_on_the_year": row["price_cut"] * spent - row["place"],
        },
        hints=(
            _(
                "Saving: the cut on what is purchased in the month. Place: visits times profit a "
                "visit."
            ),
            _("`operations.offer_values(shop)` has `saving`, `place` and `gain` for each offer."),
        ),
        solution=_(
            "The cut times the purchases of the product in the month, less a quarter of the visits "
            "times the shop's gross profit per visit in that month."
        ),
    )


@sheet.choice(
    id="operations-forecast",
    objective="operations-buy",
    minutes=5,
    title=_("Which forecast would you buy by?"),
    options=tuple(METHODS),
)
def forecast(shop: Shop) -> sheet.ChoiceSheet:
    category = _largest(shop)["category"]
    stock = shop.stock.merge(shop.products[["product_id", "category"]], on="product_id")
    mine = stock[stock["category"] == category].groupby("date")["demand"].sum()
    tried = topic.backtest(mine).set_index("method")

    words = _("{name}: {row.mae:.2f} units a day wrong on average, MASE {row.mase:.2f}.")
    names = {key: name[:1].upper() + name[1:] for key, name in METHODS.items()}
    return sheet.ChoiceSheet(
        prompt=_(
            "Forecast the daily demand for {category}, 28 days ahead, four times in a row up to "
            "the end of the year. Which method has the smallest mean absolute error?"
        ).format(category=sheet.plain(category)),
        right=str(tried["mae"].idxmin()),
        options=METHODS,
        reasons={key: words.format(name=names[key], row=tried.loc[key]) for key in METHODS},
        hints=(
            _("Do not guess: stand at an earlier day, forecast, and compare."),
            _("`operations.backtest(demand)` takes the demand of the category by day."),
        ),
        solution=_(
            "The backtest decides, not the name of the method. Over a festival season a method "
            "that follows the last days too closely runs after every peak."
        ),
    )
