"""Exercises on operations: stock-outs, assortment, weak categories, reordering, money, buying."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from ecokit import kpi
from ecokit import operations as topic
from ecokit.exercises import sheet
from ecokit.messages import _, _n
from ecokit.shop import Shop

FILL = 0.97  # fill rate that the reorder policy must reach in years that it was not tuned on
SHORT = 0.10  # so far below it no point is left for service
OVER = 0.3  # so far above the budget, as a share of it, no point is left for the cost
SURE = 0.99  # the cycle service level that the hints lead to
SPARE = 1.25  # what a policy may cost there, as a ratio to the cheapest point that serves enough
YEARS, AROUND = 10, 7  # so many years of other luck: each day drawn from the days around it
POINTS, QUANTITIES = 60, 200  # highest reorder point and order quantity on offer
LEVEL = 0.80  # cycle service level for which a reorder point is set
SWAYED = 0.40  # of the visits of a place that buy by what stands there
HELD = 7  # days for which a payment service keeps the money of a sale
ORDER_DAYS, LEAD = 14, 5  # days of demand in an order, and days until it arrives
CELL_LEVEL = 0.95  # what the notebook's cells hold until they are changed
CELL_TARGET, CELL_DAY, CELL_OFFER = 250_000, "11-20", "O037"

CATEGORIES = ("phones", "tablets", "audio", "wearables", "smart_home", "accessories")


@lru_cache(maxsize=1)  # a third of a second, for four exercises
def _of_categories(shop: Shop) -> pd.DataFrame:
    return topic.performance(shop, by="category")


@lru_cache(maxsize=2)  # a third of a second each, for two exercises
def _rates(shop: Shop, by: str) -> pd.DataFrame:
    return topic.stockouts(shop, by=by)


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
    tolerance=0.00005,
    mistakes={
        "stockout_skus": _(
            "You counted SKUs that ran out on some day. Over a quarter many products do; that says "
            "little of the customers. Count units."
        ),
        "stockout_days": _(
            "You counted product-days with a stock-out. Products run out on the days on which many "
            "want them, so days understate it. Count units."
        ),
        "average_of_ratios": _(
            "You averaged the rates of the months. A quiet month then weighs as much as a "
            "festival. Add up units over the quarter, and divide once."
        ),
        "over_sold": _(
            "You divided by the units sold. The customers who left are missing below the line: "
            "divide by the units asked for."
        ),
        "empty_days": _(
            "You counted days that end with an empty shelf. Nobody may have asked for more on such "
            "a day. Count the units that were asked for and not served."
        ),
        "whole_year": _("This is the rate of the whole year. Take the row of the one quarter."),
        "busiest_month": _(
            "This is the rate of the busiest month of that quarter. Take all three months: group "
            "by quarter."
        ),
    },
)
def stockout_rate(shop: Shop) -> sheet.Sheet:
    rates = topic.stockouts(shop, by="quarter")
    busy = rates.iloc[rates["asked"].argmax()]
    months = _rates(shop, "month")
    months = months[months["month"].dt.quarter == busy["quarter"].quarter]
    named = _quarters(rates).set_index("quarter")
    categories = _rates(shop, "category").set_index("category")["unit_rate"]
    words = _("the rate of {category} over the whole year")
    return sheet.Sheet(
        prompt=_(
            "The KPI stock-out rate 缺货率 of slide 15 counts units: how many of those asked for "
            "could not be served? Give it for the whole shop in the {quarter}, the busiest one."
        ).format(quarter=_quarter(busy["quarter"])),
        right=busy["unit_rate"],
        wrong={
            "stockout_skus": busy["sku_rate"],
            "stockout_days": busy["day_rate"],
            "average_of_ratios": months["unit_rate"].mean(),
            "over_sold": busy["lost"] / busy["sold"],
            "empty_days": busy["empty_day_rate"],
            "whole_year": rates["lost"].sum() / rates["asked"].sum(),
            "busiest_month": months["unit_rate"].iloc[months["asked"].argmax()],
        },
        table=named[["unit_rate", "day_rate", "sku_rate", "empty_day_rate"]],
        cell=(_quarter(busy["quarter"]), "unit_rate"),
        above={words.format(category=sheet.plain(key)): rate for key, rate in categories.items()},
        case=(_quarter(busy["quarter"]),),
        hints=(
            _(
                "The table `stock` has the columns `demand` and `sold`. What is missing between "
                "them?"
            ),
            _("In the cell above write `by = 'quarter'`: take `unit_rate` of that quarter."),
        ),
        solution=_(
            "Add up demand less sold over all products and days of the quarter, and divide once by "
            "the sum of demand."
        ),
        code=f"""
            from ecokit import operations
            rates = operations.stockouts(shop, by="quarter").set_index("quarter")
            rates.loc["{busy["quarter"]:%Y-%m-%d}", "unit_rate"]
        """,
    )


def _quarter(first: Any) -> str:
    """Return which quarter begins on a day, in words."""
    names = (_("first quarter"), _("second quarter"), _("third quarter"), _("fourth quarter"))
    return names[first.quarter - 1]


def _quarters(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its quarters in words."""
    return table.assign(quarter=table["quarter"].map(_quarter))


def _lost_by_row(shop: Shop, months: pd.DataFrame, share: float) -> pd.DataFrame:
    """Return what stock-outs cost by month and category, and if nobody had stayed."""
    lost = months.set_index(months["month"].map("{:%B}".format))[["lost_sales", "lost_profit"]]
    lost.loc[_("the whole year")] = lost.sum()
    categories = _rates(shop, "category").set_index("category")[lost.columns]
    lost = pd.concat([lost, categories])
    words = {"lost_sales": _("lost sales if nobody stays"), "lost_profit": _("lost profit if so")}
    return (lost * share).join(lost.rename(columns=words))


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
        "at_cost": _(
            "You valued the units at what they had cost. Lost sales are what customers would have "
            "paid: units times price."
        ),
        "margin_no_substitutes": _(
            "This is the margin, and of every unit. Take the sales, and leave out those who bought "
            "another product."
        ),
    },
)
def lost_sales(shop: Shop) -> sheet.Sheet:
    months = _rates(shop, "month")
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
            "at_cost": (worst["lost_sales"] - worst["lost_profit"]) * (1 - stayed),
            "margin_no_substitutes": worst["lost_profit"],
        },
        table=_lost_by_row(shop, months, 1 - stayed),
        cell=(f"{worst['month']:%B}", "lost_sales"),
        case=(f"{worst['month']:%B}", _("lost most to stock-outs")),
        hints=(
            _(
                "Units lost times the price of the day; then leave out those who bought something "
                "else."
            ),
            _(
                "In the cell on what an empty shelf costs write `by = 'month'` and "
                "`substitution = {stayed:g}`: take `lost_sales`."
            ).format(stayed=stayed),
        ),
        solution=_(
            "Multiply demand less sold by the price of each day, add up the month, and keep the "
            "share of customers who bought nothing."
        ),
        code=f"""
            from ecokit import operations
            stayed = {stayed:g}
            months = operations.stockouts(shop, by="month", substitution=stayed)
            months.set_index("month").loc["{worst["month"]:%Y-%m-%d}", "lost_sales"]
        """,
    )


def _largest(shop: Shop) -> str:
    """Return the category that sells most in the year."""
    told = _of_categories(shop)
    return str(told["category"].iloc[told["sales"].argmax()])


@sheet.number(
    id="operations-margin",
    edition=4,
    objective="operations-assort",
    minutes=4,
    title=_("Margin of a product line"),
    unit="share",
    tolerance=0.0005,
    mistakes={
        "markup": _(
            "This is the markup: profit over cost. The margin divides the same profit by sales."
        ),
        "average_of_ratios": _(
            "You averaged the margins of the products. One that sold twice weighs as much as one "
            "that sold a thousand times. Add up profit and sales, then divide."
        ),
        "share_of_sales": _(
            "This is the line's share of the shop's sales. Divide its profit by its own sales."
        ),
        "share_of_profit": _(
            "This is the line's share of the shop's profit. Divide its profit by its own sales."
        ),
        "launch_cost": _(
            "You took the cost at launch, from the table of products. Since then the shop has "
            "bought for less: take what was paid, `unit_cost` of `order_lines`."
        ),
        "whole_shop": _(
            "This is the margin of the whole shop. Group by line, and take the row of the one line."
        ),
        "mean_of_lines": _(
            "You averaged the margins of the four lines. Take the row of the one line."
        ),
        "share_of_shop_sales": _(
            "You divided the line's profit by the sales of the whole shop. Divide it by the sales "
            "of the line."
        ),
    },
)
def margin(shop: Shop) -> sheet.Sheet:
    lines = topic.performance(shop, by="line").set_index("line")
    products = topic.performance(shop).merge(shop.products, on="product_id")
    means = products.groupby("line")["margin"].mean()
    margins = lines["margin"]
    alone = [one for one in margins.index if (margins.drop(one) - margins[one]).abs().min() > 0.005]
    differ = (means - margins).abs()  # ask where the two differ most, and no other row is as right
    line = str(differ[alone or margins.index].idxmax())
    mine, products = lines.loc[line], products[products["line"] == line]
    categories = _of_categories(shop).set_index("category")["margin"]
    words = _("the margin of {category}")
    sales, profit = lines["sales"].sum(), lines["profit"].sum()
    launch = (products["units"] * products["cost"]).sum()
    return sheet.Sheet(
        prompt=_(
            "The shop has four lines of products: standard, exclusive 包销机, custom 定制机 "
            "and OEM. What margin did the line {line} earn over the year, as a share of its sales?"
        ).format(line=line.replace("oem", "OEM")),
        right=mine["margin"],
        wrong={
            "markup": mine["profit"] / (mine["sales"] - mine["profit"]),
            "average_of_ratios": means[line],
            "share_of_sales": mine["sales"] / sales,
            "share_of_profit": mine["profit"] / profit,
            "launch_cost": 1 - launch / mine["sales"],
            "whole_shop": profit / sales,
            "mean_of_lines": lines["margin"].mean(),
            "share_of_shop_sales": mine["profit"] / sales,
        },
        table=lines[["margin", "sell_through"]],
        cell=(line, "margin"),
        above={words.format(category=sheet.plain(key)): one for key, one in categories.items()},
        case=(_("the line {line}").format(line=line),),
        hints=(
            _("Margin divides by sales, markup by cost."),
            _("In the cell above write `by = 'line'`: it has `profit`, `sales` and `margin`."),
        ),
        solution=_("Gross profit of the line over its sales, each added up first."),
        code=f"""
            from ecokit import operations
            lines = operations.performance(shop, by="line").set_index("line")
            lines.loc["{line}", "profit"] / lines.loc["{line}", "sales"]
        """,
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
        "whole_year": _(
            "These are the numbers of the whole year. The question asks for one quarter: group by "
            "quarter and category."
        ),
        "not_a_year": _(
            "You divided the profit of three months by the stock. Bring it to a year, so that it "
            "can be compared: times 365, over the days of the quarter."
        ),
        "over_the_sales": _(
            "You divided profit by sales. That is the margin; GMROI divides by the stock."
        ),
    },
)
def gmroi(shop: Shop) -> sheet.TableSheet:
    quarters = topic.performance(shop, by=["quarter", "category"])
    best: Any = quarters.groupby("quarter")["sales"].sum().idxmax()
    told = quarters[quarters["quarter"] == best].set_index("category")
    year = _of_categories(shop).set_index("category")
    products = topic.performance(shop, by=["quarter", "product_id"])
    products = products[products["quarter"] == best].merge(shop.products, on="product_id")
    days = told["days"] / topic.YEAR
    others = quarters[quarters["quarter"] != best].pivot_table("gmroi_year", "category", "quarter")
    others.columns = [
        _("GMROI of the {quarter}").format(quarter=_quarter(one)) for one in others.columns
    ]
    return sheet.TableSheet(
        prompt=_(
            "Take the {quarter}, in which the shop sold most. For each category: how many yuan of "
            "gross profit does one yuan of stock, at cost, earn, brought to a year? This is the "
            "GMROI."
        ).format(quarter=_quarter(best)),
        right=told["gmroi_year"],
        wrong={
            "sales_over_stock": told["sales"] / told["mean_stock"] / days,
            "average_of_ratios": products.groupby("category")["gmroi_year"].mean(),
            "whole_year": year["gmroi_year"].reindex(told.index),
            "not_a_year": told["gmroi_year"] * days,
            "over_the_sales": told["margin"],
        },
        table=told[["turns_year", "gmroi_year", "days_of_cover", "sell_through"]].join(others),
        column="gmroi_year",
        case=(_quarter(best), "GMROI"),
        hints=(
            _("Gross profit over the mean value of the stock, each day counted; then to a year."),
            _(
                "In the cell above write `by = ['quarter', 'category']`, and read `gmroi_year` in "
                "the rows of that quarter."
            ),
        ),
        solution=_(
            "Divide the quarter's gross profit by the mean daily stock at cost, times 365 over the "
            "days of the quarter. Margin and turns both raise it."
        ),
        code=f"""
            from ecokit import operations
            earned = operations.performance(shop, by=["quarter", "category"])
            earned = earned[earned["quarter"] == "{best:%Y-%m-%d}"]
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
        "whole_year": _(
            "This is the share over the whole year. Group by month, and take the month that is "
            "asked for."
        ),
        "first_sold": _(
            "You counted the products that sold for the first time in the month. A SKU is new for "
            "90 days, so those of the two months before count, too."
        ),
        "sales_of_first_sold": _(
            "This is what the products that sold for the first time in the month have of the "
            "sales. The KPI counts SKUs in their first 90 days."
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
    first = topic.new_skus(shop).set_index("month").loc[month]
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
            "whole_year": kpi.measure("new_sku_share", shop)["new_sku_share"].iloc[0],
            "first_sold": first["new_sku_share"],
            "sales_of_first_sold": first["new_sales_share"],
        },
        table=shares.rename(index="{:%B}".format).to_frame(),
        cell=(f"{month:%B}", "new_sku_share"),
        case=(f"{month:%B}", _("SKUs on sale")),
        hints=(
            _("SKUs over SKUs: each product counts once a day, however much it sells."),
            _('In the cell above write `by = "month"`, and read the row of the month.'),
        ),
        solution=_(
            "Count the rows of `stock` in the month, one a product and day, whose launch lies less "
            "than 90 days before, and divide by all rows of that month."
        ),
        code=f"""
            from ecokit import kpi
            shares = kpi.measure("new_sku_share", shop, "month").set_index("month")
            shares.loc["{month:%Y-%m-%d}", "new_sku_share"]
        """,
    )


def _look(shop: Shop, month: int = 9) -> str:
    """Return a month at whose end the shop looks at its categories."""
    return f"{shop.orders['placed_at'].min().year}-{month:02d}"


@sheet.choice(
    id="operations-weak-category",
    objective="operations-weak",
    minutes=5,
    title=_("Many signs, and not weak"),
    options=CATEGORIES,
)
def weak_category(shop: Shop) -> sheet.ChoiceSheet:
    weak = topic.weak_categories(shop, month=_look(shop, 12)).set_index("category")
    fine = weak[~weak["weak"]].sort_values(["signs", "gmroi_year"], ascending=[False, True])

    def reason(category: str) -> str:
        row: Any = weak.loc[category]
        signs = ", ".join(words for sign, words in SIGNS.items() if row[sign])
        signs = signs or _("shows none of the four signs")
        verdict = _("It is weak.") if row["weak"] else _("By the rule it is not weak.")
        words = _("{category}: it {signs}. GMROI {row[gmroi_year]:.1f} a year. {verdict}")
        name = sheet.plain(category).capitalize()
        return words.format(category=name, signs=signs, row=row, verdict=verdict)

    return sheet.ChoiceSheet(
        prompt=_(
            "It is the end of December. Look at October to December against July to September, and "
            "at the four signs: sales, growth, margin, GMROI. A category is weak 垃圾品类 if it "
            "sells less than half of the mean category and its GMROI lies below the middle of the "
            "categories. Which category shows most signs and is **not** weak by this rule? Of two "
            "with as many signs take the one that earns less on its stock."
        ),
        right=str(fine.index[0]),
        options={name: sheet.plain(name) for name in CATEGORIES},
        reasons={name: reason(name) for name in CATEGORIES},
        case=(_("end of December"),),
        hints=(
            _("Growth is a sign only below the shop's own growth: a festival lifts everybody."),
            _(
                "In the cell above write `month = '{month}'`. Leave out the weak ones, and look "
                "for the largest number in `signs`."
            ).format(month=_look(shop, 12)),
        ),
        solution=_(
            "Low sales and a low GMROI together make a category weak. One that sells much at a low "
            "margin has signs too, but it may bring the visitors of all the others."
        ),
        code=f"""
            from ecokit import operations
            weak = operations.weak_categories(shop, month="{_look(shop, 12)}")
            fine = weak[~weak["weak"]]
            fine = fine.sort_values(["signs", "gmroi_year"], ascending=[False, True])
            fine["category"].iloc[0]
        """,
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
        "today_again": _(
            "You divided by one day too many. It is evening: today is over and counts no more."
        ),
        "whole_shop": _(
            "You took off the sales of the whole shop. The target is the category's: follow its "
            "own sales."
        ),
        "target_not_changed": _(
            "You changed the day and left the target of the cell above. Set the target of this "
            "card, too."
        ),
        "missing_in_all": _("This is all that is missing. Divide it by the days that are left."),
        "missing_over_the_month": _(
            "You divided what is missing by all days of the month. Some of them have gone: divide "
            "by the days that are left."
        ),
    },
)
def follow_target(shop: Shop) -> sheet.Sheet:
    weak = topic.weak_categories(shop, month=_look(shop))
    category = str(weak["category"].iloc[0])
    first = topic.category_targets(shop, category=category, month=_look(shop), months=1).iloc[0]
    target = round(first["target"], -2)
    day = first["month"] + pd.Timedelta(days=11)
    sales = kpi.measure("sales", shop, ["day", "category"])
    mine = sales[sales["category"] == category].set_index("day")["sales"]
    told = topic.follow(mine.asfreq("D", fill_value=0.0), target, day)
    left = day.days_in_month - day.day
    until = (sales["day"] >= first["month"]) & (sales["day"] <= day)
    kept = topic.follow(mine, CELL_TARGET, f"{day.year}-{CELL_DAY}").needed_a_day
    return sheet.Sheet(
        prompt=_(
            "{category} has a sales target of {target:,.0f} yuan for {day:%B}. It is the evening "
            "of {day.day} {day:%B}. How many yuan must it sell on each day that is left?"
        ).format(category=sheet.plain(category).capitalize(), target=target, day=day),
        right=told.needed_a_day,
        wrong={
            "split_evenly": target / day.days_in_month,
            "run_rate": told.so_far / day.day,
            "whole_target": target / left,
            "today_again": told.needed_a_day * left / (left + 1),
            "whole_shop": max(target - sales.loc[until, "sales"].sum(), 0) / left,
            "target_not_changed": topic.follow(mine, CELL_TARGET, day).needed_a_day,
            "missing_in_all": told.needed_a_day * left,
            "missing_over_the_month": told.needed_a_day * left / day.days_in_month,
        },
        above={_("what the cell above needs a day"): kept},
        case=(f"{day.day} {day:%B}",),
        hints=(
            _("What is missing, over the days that are left."),
            _("In the cell above change `target` and `day`, and read what is needed a day."),
        ),
        solution=_(
            "Subtract what is sold so far from the target, and divide by the days after today. "
            "Compare with the mean of the days so far: that tells whether it can be done."
        ),
        code=f"""
            from ecokit import kpi, operations
            sales = kpi.measure("sales", shop, ["day", "category"])
            mine = sales[sales["category"] == "{category}"].set_index("day")["sales"]
            operations.follow(mine, {target:.0f}, "{day:%Y-%m-%d}").needed_a_day
        """,
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
        "by_formula": _(
            "This is the fill rate by the formula. It knows a mean and a spread and no festivals: "
            "read what the replay of the year says."
        ),
        "economic_quantity": _(
            "You changed the level and left the order quantity as it was. Set it to the one that "
            "is asked for: a smaller order runs low more often."
        ),
        "level_not_changed": _(
            "You changed the order quantity and left the reorder point as it was. Set the one that "
            "is asked for."
        ),
    },
)
def fill_rate(shop: Shop) -> sheet.Sheet:
    name, found = _most_asked(shop)
    mean, deviation = found.demand.mean(), found.demand.std()
    law = topic.lead_time_demand(mean, deviation, LEAD)
    point, quantity = topic.reorder_point(law, LEVEL), float(round(mean * ORDER_DAYS))
    played = _costs(found, point, quantity).iloc[0]
    first, economic = topic.reorder_point(law, CELL_LEVEL), _economic(found)
    kept = _costs(found, first, economic).iloc[0]
    return sheet.Sheet(
        prompt=_(
            "Try another policy for {name} ({id}): as soon as what is left, on the shelf and on "
            "order, is down to {point:.0f}, the shop orders {quantity:.0f} more, which come {lead} "
            "days later. (That is a cycle service level of {level:.0%}.) Replay this policy on the "
            "demand of the year. Which share of the units asked for is served? This is the fill "
            "rate."
        ).format(
            name=name,
            id=found.product_id,
            point=point,
            quantity=quantity,
            lead=LEAD,
            level=LEVEL,
        ),
        right=played["fill_rate"],
        wrong={
            "cycle_service_level": played["cycle_service_level"],
            "planned_level": LEVEL,
            "days_in_stock": 1 - played["empty_days"],
            "by_formula": topic.fill_rate(law, point, quantity),
            "economic_quantity": _costs(found, point, economic)["fill_rate"].iloc[0],
            "level_not_changed": _costs(found, first, quantity)["fill_rate"].iloc[0],
        },
        above={
            _("the policy of the cell above"): kept["fill_rate"],
            _("the order cycles of the cell above"): kept["cycle_service_level"],
            _("the formula of the cell above"): topic.fill_rate(law, first, economic),
        },
        case=(_("the shop orders {quantity:.0f} more").format(quantity=quantity),),
        hints=(
            _("In the cell above change `level` and `quantity`, and run it again."),
            _(
                "Two lines speak of a replay: one counts units, the other order cycles. Count "
                "units."
            ),
        ),
        solution=_(
            "Units sold over units asked for in the replay. The reorder point was set for a cycle "
            "service level of {level:.0%}; most units are sold while stock is far from empty, so "
            "more are served."
        ).format(level=LEVEL),
        code=f"""
            from ecokit import operations
            found = operations.product_inputs(shop, product_id="{found.product_id}")
            law = operations.lead_time_demand(found.demand.mean(), found.demand.std(), {LEAD})
            point = operations.reorder_point(law, {LEVEL:g})
            log = operations.replay(
                found.demand, point, order_quantity={quantity:.0f}, lead_days={LEAD}
            )
            log.table()["fill_rate"].iloc[0]
        """,
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
    paid = np.clip(1 - (row["cost"] / budget - 1) / OVER, 0, 1)
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
        sheet.Field("quantity", _("Order quantity (units)"), 1, QUANTITIES, start=30, unit="units"),
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
    budget = SPARE * float(np.where(served, tried["cost"].to_numpy(), np.inf).min())
    point = min(topic.reorder_point(topic.lead_time_demand(mean, sd, LEAD), SURE), POINTS)
    worked = _most_asked(shop)[1]
    law = topic.lead_time_demand(worked.demand.mean(), worked.demand.std(), LEAD)
    kept = {
        "point": float(min(topic.reorder_point(law, CELL_LEVEL), POINTS)),
        "quantity": min(_economic(worked), QUANTITIES),
    }

    def year(plan: sheet.PlanAnswer) -> pd.Series[Any]:
        return _judged(found, plan["point"], plan["quantity"]).iloc[0]

    def largest(part: str, plan: sheet.PlanAnswer) -> bool:
        parts = year(plan)[["lost_margin", "holding", "ordering"]]
        return bool(parts[part] > parts.drop(part).sum())

    return sheet.PlanSheet(
        prompt=_(
            "{name} ({found.product_id}): {mean:.2f} units a day are asked for, with a standard "
            "deviation of {sd:.2f}. Say that it is ordered on its own, as soon as it runs low; the "
            "supplier needs {lead} days. A unit lost costs {found.margin:,.0f} yuan of margin, a "
            "unit on the shelf {found.holding_cost:.2f} yuan a day, an order "
            "{found.order_cost:,.0f} yuan. Set a reorder point and an order quantity. The policy "
            "is tried on {years} years with the season of the one on record and other luck. On "
            "average at least {goal:.0%} of the units must be served, for at most {budget:,.0f} "
            "yuan a year."
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
        above={_("the policy of the cell above, for another product"): kept},
        hints=(
            _(
                "In the cells above write `product_id = '{id}'`: the first one gives the economic "
                "order quantity."
            ).format(id=found.product_id),
            _(
                "Then the reorder point: one for `level = 0.95` is too low where a rush comes. "
                "Write {level:g}, and look at the picture below it: being a little too high costs "
                "little."
            ).format(level=SURE),
        ),
        solution=_(
            "The order quantity balances ordering against holding; the reorder point pays for the "
            "demand of the lead time and a reserve. A formula gives the region, a replay the "
            "numbers, because the year has festivals that a standard deviation does not know. The "
            "point that was best in one year is good in others, not best."
        ),
        code=f"""
            from ecokit import operations
            found = operations.product_inputs(shop, product_id="{found.product_id}")
            mean, sd = found.demand.mean(), found.demand.std()
            law = operations.lead_time_demand(mean, sd, {LEAD})
            size = operations.eoq(found.order_cost, mean, found.holding_cost).quantity
            {{"point": operations.reorder_point(law, {SURE:g}), "quantity": round(size)}}
        """,
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
        "money_at_once": _(
            "You let the customers' money come at once. Here the payment service keeps it: add "
            "those days."
        ),
        "held_days_taken_off": _(
            "You took the days of the payment service off. While it keeps the money the shop "
            "waits, so the cycle gets longer: add them."
        ),
        "payables_left_out": _(
            "You left out how long the supplier waits for the money. Take those days off."
        ),
        "payables_alone": _(
            "These are the days until the shop pays, with a minus. Add the days in stock and those "
            "of the payment service."
        ),
        "mean_of_the_months": _(
            "This is the mean of the months. Take the row of the one that is asked for."
        ),
    },
)
def cash_cycle(shop: Shop) -> sheet.Sheet:
    months = topic.capital(shop, receivable_days=HELD)
    last = months[months["complete"]].iloc[-1]
    today = last["stock_days"] - last["payable_days"]
    complete = months[months["complete"]].set_index("month")
    parts = ["stock_days", "payable_days", "cash_cycle", "capital_turns"]
    table = complete[parts].rename("{:%B}".format)
    kept = table["cash_cycle"].iloc[:-1] - HELD
    words = _("the cash cycle of {month} in the cell above")
    return sheet.Sheet(
        prompt=_(
            "Say the payment service keeps the customers' money for {held} days, until the parcel "
            "is signed for. Suppliers wait for theirs as before. How long would the cash cycle "
            "have been in {month:%B}, in days: from paying the supplier to having the customer's "
            "money? A number below zero says that the money is there before the bill is due."
        ).format(held=HELD, month=last["month"]),
        right=last["cash_cycle"],
        wrong={
            "added_payables": last["stock_days"] + HELD + last["payable_days"],
            "stock_days_only": last["stock_days"],
            "turned_round": -last["cash_cycle"],
            "money_at_once": today,
            "held_days_taken_off": today - HELD,
            "payables_left_out": last["stock_days"] + HELD,
            "payables_alone": -last["payable_days"],
            "mean_of_the_months": complete["cash_cycle"].mean(),
        },
        above={words.format(month=name): days for name, days in kept.items()},
        table=table,
        cell=(f"{last['month']:%B}", "cash_cycle"),
        case=(_("keeps the customers' money"),),
        hints=(
            _("Days in stock, plus days until customers pay, less days until the shop pays."),
            _("In the cell above write `receivable_days = {held}`: take `cash_cycle`.").format(
                held=HELD
            ),
        ),
        solution=_(
            "Stock over cost of goods a day, plus the days until the customers' money is there, "
            "less payables over cost of goods a day. Below zero, suppliers pay for more than the "
            "stock."
        ),
        code=f"""
            from ecokit import operations
            months = operations.capital(shop, receivable_days={HELD}).set_index("month")
            months.loc["{last["month"]:%Y-%m-%d}", "cash_cycle"]
        """,
    )


@sheet.number(
    id="operations-turns",
    objective="operations-capital",
    minutes=4,
    title=_("How often does the stock turn?"),
    unit="turns",
    rel_tolerance=0.001,
    mistakes={
        "sales_over_stock_at_cost": _(
            "You divided sales, at selling prices, by stock at cost. A dearer price would turn the "
            "stock faster. Take the cost of goods on both sides."
        ),
        "last_day": _(
            "You divided by the stock of the last day. It may be a low one; take the mean of all "
            "days."
        ),
        "a_month": _(
            "These are the turns of a mean month. The question asks for the year: slide 9 counts "
            "by month, so say which one you mean."
        ),
        "mean_of_categories": _(
            "You averaged the turns of the categories. A small one then weighs as much as phones. "
            "Add up cost of goods and stock over the shop, and divide once."
        ),
        "launch_cost": _(
            "You valued the stock at the cost at launch. Since then the shop has bought for less: "
            "take what was paid, `unit_cost` of `stock`."
        ),
        "gmroi": _(
            "This is the GMROI: gross profit over the stock. Turns have the cost of goods above "
            "the line."
        ),
        "days_in_stock": _(
            "These are the days that goods lie. Turns are the other way round: the days of the "
            "year over the days in stock."
        ),
    },
)
def turns(shop: Shop) -> sheet.Sheet:
    year = topic.performance(shop, by=None).iloc[0]
    goods = year["sales"] - year["profit"]
    last = shop.stock[shop.stock["date"] == shop.stock["date"].max()]
    both = shop.stock.merge(shop.products[["product_id", "cost"]], on="product_id")
    worth = both["closing"] * both["cost"]
    whole = _("the whole shop")
    rows = _of_categories(shop).set_index("category")["turns_year"]
    rows.loc[whole] = goods / year["mean_stock"]
    return sheet.Sheet(
        prompt=_(
            "How often did the stock turn in the year, in the whole shop: cost of goods sold over "
            "the mean daily stock, valued at what it had cost?"
        ),
        right=goods / year["mean_stock"],
        wrong={
            "sales_over_stock_at_cost": year["sales"] / year["mean_stock"],
            "last_day": goods / (last["closing"] * last["unit_cost"]).sum(),
            "a_month": goods / year["mean_stock"] / 12,
            "mean_of_categories": _of_categories(shop)["turns_year"].mean(),
            "launch_cost": goods / (worth.sum() / year["days"]),
            "gmroi": year["gmroi_year"],
            "days_in_stock": year["days"] * year["mean_stock"] / goods,
        },
        table=rows.rename(_("turns")).to_frame(),
        cell=(whole, _("turns")),
        case=(_("How often did the stock turn in the year"),),
        hints=(
            _("Both sides at cost: what was sold, and what stood there."),
            _(
                "In the cell on what the assortment earns write `by = None`: it has `sales`, "
                "`profit`, `mean_stock` and `turns_year`."
            ),
        ),
        solution=_(
            "Sales less profit is the cost of goods sold. Divide it by the mean stock at cost."
        ),
        code="""
            from ecokit import operations
            year = operations.performance(shop, by=None).iloc[0]
            (year["sales"] - year["profit"]) / year["mean_stock"]
        """,
    )


@sheet.number(
    id="operations-offer",
    objective="operations-buy",
    minutes=6,
    title=_("A price cut for a place"),
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
        "share_not_changed": _(
            "This is the gain if a quarter of the visits buy by what stands there. Here it is "
            "another share: change it."
        ),
        "turned_round": _(
            "The right size, the other way round: take the place from the saving. What is below "
            "zero is a loss."
        ),
        "offer_not_changed": _(
            "You changed the share of the visits and left the offer of the cell. Set the offer "
            "that is asked for, too."
        ),
        "neither_changed": _(
            "That is the cell as it stands. Change the share of the visits and the offer."
        ),
        "the_place": _("That is what the place would have earned. Take it off what the cut saves."),
        "delivered_then": _(
            "You took what was delivered in the month. The cut holds for what is ordered in it: "
            "look at `asked_on` and `asked_units`."
        ),
    },
)
def offer(shop: Shop) -> sheet.Sheet:
    values = topic.offer_values(shop, visits_moved=SWAYED)
    first = topic.offer_values(shop).set_index("offer_id")
    clear = values[(values["gain"].abs() > 0.2 * values["saving"]) & (values["saving"] > 0)]
    row = (clear if len(clear) else values).sort_values("saving").iloc[-1]
    gains = values.set_index("offer_id")["gain"]
    others = values.set_index("offer_id")[["saving", "place", "gain"]]
    mine = shop.purchases[shop.purchases["product_id"] == row["product_id"]]
    spent = (mine["asked_units"] * mine["unit_cost"]).sum()
    came = mine[mine["delivered_on"].dt.to_period("M") == row["month"].to_period("M")]
    came = (came["delivered_units"] * came["unit_cost"]).sum()
    days = _n("{n} day", "{n} days", int(row["days"])).format(n=row["days"])
    return sheet.Sheet(
        prompt=_(
            "Offer {row[offer_id]}: the supplier takes {row[price_cut]:.2%} off the price of all "
            "that the shop orders of {row[product_id]} in {row[month]:%B}. In return it wants the "
            "place {resource} for {days}, with {row[visits]:,} visits. An experiment has "
            "shown that in {moved:.0%} of such visits, not in a quarter, what is bought depends on "
            "what stands there; their profit is lost. How many yuan does the "
            "offer gain? A loss is below zero."
        ).format(row=row, resource=sheet.plain(row["resource"]), days=days, moved=SWAYED),
        right=row["gain"],
        wrong={
            "place_is_free": row["saving"],
            "all_visits_lost": row["saving"] - row["place"] / SWAYED,
            "cut_on_the_year": row["price_cut"] * spent - row["place"],
            "share_not_changed": first.loc[row["offer_id"], "gain"],
            "turned_round": -row["gain"],
            "offer_not_changed": gains.get(CELL_OFFER),
            "neither_changed": first["gain"].get(CELL_OFFER),
            "the_place": row["place"],
            "delivered_then": row["price_cut"] * came - row["place"],
        },
        table=others[(others.index != CELL_OFFER) | (others.index == row["offer_id"])],
        cell=(str(row["offer_id"]), "gain"),
        case=(str(row["offer_id"]), f"{SWAYED:.0%}"),
        hints=(
            _(
                "Saving: the cut on what is ordered in the month. Place: visits times profit a "
                "visit, times the share of the visits that are lost."
            ),
            _("In the cells above change `moved`, then `offer_id`, and read `gain`."),
        ),
        solution=_(
            "The cut times what is ordered of the product in the month, less {moved:.0%} of the "
            "visits times the shop's gross profit per visit in that month."
        ).format(moved=SWAYED),
        code=f"""
            from ecokit import operations
            values = operations.offer_values(shop, visits_moved={SWAYED:g})
            values.set_index("offer_id").loc["{row["offer_id"]}", "gain"]
        """,
    )


@sheet.choice(
    id="operations-forecast",
    objective="operations-buy",
    minutes=5,
    title=_("Which forecast would you buy by?"),
    options=tuple(METHODS),
)
def forecast(shop: Shop) -> sheet.ChoiceSheet:
    category = _largest(shop)
    stock = shop.stock.merge(shop.products[["product_id", "category"]], on="product_id")
    mine = stock[stock["category"] == category].groupby("date")["demand"].sum()
    tried = topic.backtest(mine).set_index("method")
    best, second = tried["mae"].nsmallest(2)

    words = _("{name}: {row.mae:.2f} units a day wrong on average, MASE {row.mase:.2f}.")
    names = {key: name[:1].upper() + name[1:] for key, name in METHODS.items()}
    return sheet.ChoiceSheet(
        prompt=_(
            "Forecast the daily demand for {category}, four weeks ahead, four times in a row up "
            "to the end of the year. Which method has the smallest mean absolute error?"
        ).format(category=sheet.plain(category)),
        right=str(tried["mae"].idxmin()),
        options=METHODS,
        reasons={key: words.format(name=names[key], row=tried.loc[key]) for key in METHODS},
        case=(_("demand for {category}").format(category=sheet.plain(category)),),
        hints=(
            _("Do not guess: stand at an earlier day, forecast, and compare."),
            _("In the cell above write the name of the category; the smallest `mae` stands first."),
        ),
        solution=_(
            "The backtest decides, not the name of the method. Here the best two lie {gap:.2f} "
            "units a day apart. Where that is next to nothing, buy by the simpler one."
        ).format(gap=second - best),
        code=f"""
            from ecokit import operations
            stock = shop.stock.merge(shop.products[["product_id", "category"]], on="product_id")
            mine = stock[stock["category"] == "{category}"]
            tried = operations.backtest(mine.groupby("date")["demand"].sum())
            tried["method"].iloc[0]
        """,
    )
