"""Wrong answers to the exercises of operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from ecokit import Shop, operations
from tests.answers.road import Answer

LEAD_DAYS = 5  # what the prompts of the reorder policy ask for
FIELDS = ("phones", "tablets", "audio", "wearables", "smart_home", "accessories")  # as on the card


def _by_category(table: Any, category: str, column: str) -> float:
    return float(table.set_index("category")[column][category])


def _stockouts(shop: Shop, column: str) -> float:
    return _by_category(operations.stockouts(shop, by="category"), "phones", column)


def _june(shop: Shop, column: str, substitution: float = 0.0) -> float:
    months = operations.stockouts(shop, by="month", substitution=substitution)
    return float(months.set_index("month")[column]["2025-06-01"])


def _earned(shop: Shop) -> pd.DataFrame:
    table: pd.DataFrame = operations.performance(shop, by="category")
    return table


def _gmroi(value: Callable[[pd.DataFrame], Any]) -> Callable[[Shop], object]:
    def road(shop: Shop) -> object:
        earned = _earned(shop).set_index("category")
        return {name: round(float(number), 1) for name, number in value(earned).items()}

    return road


def _gmroi_in_the_order_of_the_table(shop: Shop) -> object:
    column = _earned(shop)["gmroi_year"]
    return {field: round(float(value), 1) for field, value in zip(FIELDS, column, strict=True)}


def _with_new(shop: Shop) -> pd.DataFrame:
    stock = shop.stock.merge(shop.products[["product_id", "launched_on"]], on="product_id")
    return stock.assign(
        new=stock["date"] < stock["launched_on"] + pd.Timedelta(days=90),
        value=stock["sold"] * stock["price"],
    )


def _new_sales(shop: Shop) -> str:
    stock = _with_new(shop)
    march = stock[stock["date"].dt.month == 3]
    return f"{march.loc[march['new'], 'value'].sum() / march['value'].sum():.1%}"


def _new_at_all(shop: Shop) -> str:
    stock = _with_new(shop)
    march = stock[stock["date"].dt.month == 3]
    return f"{march.groupby('product_id')['new'].any().mean():.0%}"


def _first_sold(shop: Shop) -> str:
    months = operations.new_skus(shop, by="month").set_index("month")
    return f"{months['new_sku_share']['2025-03-01']:.3f}"


def _weak(shop: Shop, column: str, *, most: bool = False) -> str:
    table = operations.weak_categories(shop, month="2025-09").set_index("category")
    return str(table[column].idxmax() if most else table[column].idxmin())


def _target(shop: Shop) -> tuple[float, pd.DataFrame]:
    """Return the October target as the prompt prints it, and the lines of audio in October."""
    weak = operations.weak_categories(shop, month="2025-09")["category"].iloc[0]
    goal = operations.category_targets(shop, category=weak, month="2025-09")["target"].iloc[0]
    lines = shop.order_lines.merge(shop.orders, on="order_id").merge(
        shop.products[["product_id", "category"]], on="product_id"
    )
    lines = lines[lines["category"] == weak]
    lines = lines[lines["placed_at"].dt.to_period("M") == pd.Period("2025-10", "M")]
    return float(round(goal, -2)), lines.assign(value=lines["quantity"] * lines["unit_price"])


def _a_day(
    shop: Shop, *, known: int = 12, left: int = 19, of_target: bool = False, unpaid: bool = False
) -> str:
    target, lines = _target(shop)
    if not unpaid:
        lines = lines[lines["paid_at"].notna()]
    so_far = 0.0 if of_target else lines.loc[lines["placed_at"].dt.day <= known, "value"].sum()
    return f"{(target - so_far) / left:,.0f}"


def _sold_a_day(shop: Shop) -> str:
    _goal, lines = _target(shop)
    lines = lines[lines["paid_at"].notna() & (lines["placed_at"].dt.day <= 12)]
    return f"{lines['value'].sum() / 12:,.0f}"


def _best_seller(shop: Shop) -> operations.ProductInputs:
    id_ = shop.stock.groupby("product_id")["demand"].sum().idxmax()
    return operations.product_inputs(shop, product_id=id_)


def _law(found: operations.ProductInputs) -> Any:
    return operations.lead_time_demand(
        float(found.demand.mean()), float(found.demand.std()), LEAD_DAYS
    )


def _given(shop: Shop) -> tuple[int, int]:
    """Return the policy that the prompt names: 80 % of the cycles, two weeks of demand."""
    found = _best_seller(shop)
    point = operations.reorder_point(_law(found), 0.80)
    return int(point), round(14 * float(found.demand.mean()))


def _economic(found: operations.ProductInputs) -> int:
    best = operations.eoq(found.order_cost, float(found.demand.mean()), found.holding_cost)
    return round(best.quantity)


def _replayed(shop: Shop, column: str, lead_days: int = LEAD_DAYS) -> float:
    found, (point, quantity) = _best_seller(shop), _given(shop)
    log = operations.replay(found.demand, point, order_quantity=quantity, lead_days=lead_days)
    return float(log.table(found.margin, found.holding_cost, found.order_cost)[column].iloc[0])


def _formula_fill_rate(shop: Shop) -> str:
    point, quantity = _given(shop)
    return f"{100 * operations.fill_rate(_law(_best_seller(shop)), point, quantity):.1f} %"


def _cell_as_it_stands(shop: Shop) -> str:
    found = _best_seller(shop)
    point = operations.reorder_point(_law(found), 0.95)
    log = operations.replay(
        found.demand, point, order_quantity=_economic(found), lead_days=LEAD_DAYS
    )
    row = log.table(found.margin, found.holding_cost, found.order_cost).iloc[0]
    return f"{row['fill_rate']:.1%}"


def _even(quantity: float) -> int:
    return 2 * round(quantity / 2)  # the slider goes in steps of two


def _policy_by_formula(shop: Shop) -> object:
    found = _best_seller(shop)
    point = int(operations.reorder_point(_law(found), 0.95))
    return {"point": point, "quantity": _even(_economic(found))}


def _policy_of_the_mean(shop: Shop) -> object:
    found = _best_seller(shop)
    return {
        "point": round(LEAD_DAYS * float(found.demand.mean())),
        "quantity": _even(_economic(found)),
    }


def _policy_full_shelf(shop: Shop) -> object:
    return {"point": 60, "quantity": _even(_economic(_best_seller(shop)))}


def _policy_small_orders(shop: Shop) -> object:
    found = _best_seller(shop)
    return {"point": int(operations.reorder_point(_law(found), 0.99)), "quantity": 10}


def _december(shop: Shop) -> Any:
    return operations.capital(shop).set_index("month").loc["2025-12-01"]


def _cash_cycle_over_sales(shop: Shop) -> str:
    december = _december(shop)
    return f"{31 * (december['stock'] - december['payables']) / december['sales']:.1f}"


def _turns_of_sales(shop: Shop) -> str:
    earned = _earned(shop)
    return f"{earned['sales'].sum() / earned['mean_stock'].sum():.1f}"


def _offer(shop: Shop, moved: float = 0.25) -> Any:
    offers = operations.offer_values(shop)
    best = offers.loc[offers["gain"].idxmax(), "offer_id"]
    return operations.offer_values(shop, visits_moved=moved).set_index("offer_id").loc[best]


def _offer_at_the_price_of_sale(shop: Shop) -> str:
    offer = _offer(shop)
    stock = shop.stock[shop.stock["product_id"] == offer["product_id"]]
    stock = stock[stock["date"].dt.to_period("M") == pd.Period(offer["month"], "M")]
    sales = float((stock["sold"] * stock["price"]).sum())
    return f"{offer['price_cut'] * sales - offer['place']:,.0f}"


def _backtest(shop: Shop) -> pd.DataFrame:
    stock = shop.stock.merge(shop.products[["product_id", "category"]], on="product_id")
    daily = stock[stock["category"] == "phones"].groupby("date")["demand"].sum()
    return operations.backtest(daily)


ANSWERS: list[Answer] = [
    Answer(
        "operations-stockout-rate",
        "Read the column day_rate in the row of phones.",
        "Days on which a unit was lost, not units.",
        lambda shop: f"{_stockouts(shop, 'day_rate'):.2%}",
        "0.58%",
    ),
    Answer(
        "operations-stockout-rate",
        "Read the column sku_rate in the row of phones.",
        "Products that lost a unit on some day, not units.",
        lambda shop: f"{_stockouts(shop, 'sku_rate'):.0%}",
        "36%",
    ),
    Answer(
        "operations-stockout-rate",
        "Took the stock-out rate of the page, which is that of the whole shop.",
        "All categories instead of phones.",
        lambda shop: f"{operations.stockouts(shop)['unit_rate'].iloc[0]:.1%}",
        "1.0%",
    ),
    Answer(
        "operations-stockout-rate",
        "Counted the rows of phones in the table stock with an empty shelf in the evening.",
        "An empty shelf in the evening counts, whether somebody asked or not.",
        lambda shop: f"{_stockouts(shop, 'empty_day_rate'):.1%}",
        "1.1%",
    ),
    Answer(
        "operations-lost-sales",
        "Read lost_sales of June without a substitution.",
        "Left out that many customers took another product.",
        lambda shop: f"{_june(shop, 'lost_sales'):,.0f}",
        "76,499",
    ),
    Answer(
        "operations-lost-sales",
        "Multiplied the lost sales of June by 45 %.",
        "Took the part that was not lost for the part that was.",
        lambda shop: f"¥{shop.truth['stockout_substitution'] * _june(shop, 'lost_sales'):,.0f}",
        "¥34,425",
    ),
    Answer(
        "operations-lost-sales",
        "Read lost_profit of June, with the substitution.",
        "Margin instead of sales.",
        lambda shop: f"{_june(shop, 'lost_profit', shop.truth['stockout_substitution']):,.0f} yuan",
        "3,278 yuan",
    ),
    Answer(
        "operations-lost-sales",
        "Called stockouts with the substitution and without by='month'.",
        "The whole year instead of June.",
        lambda shop: "{:,.0f}".format(
            operations.stockouts(shop, substitution=shop.truth["stockout_substitution"])[
                "lost_sales"
            ].iloc[0]
        ),
        "77,799",
    ),
    Answer(
        "operations-margin",
        "Divided the profit of phones by what they cost.",
        "A markup on cost instead of a share of sales.",
        lambda shop: "{:.1%}".format(
            _by_category(_earned(shop), "phones", "profit")
            / (
                _by_category(_earned(shop), "phones", "sales")
                - _by_category(_earned(shop), "phones", "profit")
            )
        ),
        "16.6%",
    ),
    Answer(
        "operations-margin",
        "Took the margins of the single phones and averaged them.",
        "A mean of ratios: a phone that hardly sells weighs as much as the best seller.",
        lambda shop: "{:.1%}".format(
            operations.performance(shop, by=["product_id", "category"])
            .query("category == 'phones'")["margin"]
            .mean()
        ),
        "13.5%",
    ),
    Answer(
        "operations-margin",
        "Took cost and list price of the phones from the table products, without any sales.",
        "The margin of the price list, not the one that was earned.",
        lambda shop: "{:.1%}".format(
            (1 - shop.products["cost"] / shop.products["list_price"])[
                shop.products["category"] == "phones"
            ].mean()
        ),
        "13.6%",
    ),
    Answer(
        "operations-margin",
        "Added up profit and sales of all rows of the table.",
        "The whole shop instead of phones.",
        lambda shop: f"{_earned(shop)['profit'].sum() / _earned(shop)['sales'].sum():.3f}",
        "0.174",
    ),
    Answer(
        "operations-gmroi",
        "Copied the column turns_year.",
        "How often the stock turns, without what it earns.",
        _gmroi(lambda earned: earned["turns_year"]),
        {
            "accessories": 62.0,
            "audio": 38.5,
            "phones": 43.5,
            "smart_home": 42.4,
            "tablets": 39.4,
            "wearables": 43.8,
        },
    ),
    Answer(
        "operations-gmroi",
        "Multiplied margin and turns of each row, as the text says that GMROI multiplies both.",
        "The margin is a share of sales and these turns are at cost, so they do not fit together.",
        _gmroi(lambda earned: earned["margin"] * earned["turns_year"]),
        {
            "accessories": 20.9,
            "audio": 9.1,
            "phones": 6.2,
            "smart_home": 10.0,
            "tablets": 5.7,
            "wearables": 9.1,
        },
    ),
    Answer(
        "operations-gmroi",
        "Divided sales by the mean stock.",
        "Sales instead of gross profit.",
        _gmroi(lambda earned: earned["sales"] / earned["mean_stock"]),
        {
            "accessories": 93.5,
            "audio": 50.5,
            "phones": 50.7,
            "smart_home": 55.5,
            "tablets": 46.1,
            "wearables": 55.2,
        },
    ),
    Answer(
        "operations-gmroi",
        "Copied the column gmroi_year from top to bottom into the fields of the card.",
        "The table is in another order than the card, so the rows are mixed up.",
        _gmroi_in_the_order_of_the_table,
        {
            "phones": 31.5,
            "tablets": 12.0,
            "audio": 7.2,
            "wearables": 13.1,
            "smart_home": 6.7,
            "accessories": 11.4,
        },
    ),
    Answer(
        "operations-new-skus",
        "Called new_skus by month and read new_sku_share of March.",
        "Products sold for the first time in March, of those sold in it.",
        _first_sold,
        "0.074",
    ),
    Answer(
        "operations-new-skus",
        "Divided the sales of products in their first 90 days by all sales of March.",
        "A share of sales instead of SKUs.",
        _new_sales,
        "18.5%",
    ),
    Answer(
        "operations-new-skus",
        "Counted the products that were new on some day of March, of all that were on sale in it.",
        "Any day instead of the mean day: who was new on the first of March counts all month.",
        _new_at_all,
        "28%",
    ),
    Answer(
        "operations-new-skus",
        "Took the number of the page: the share of product-days of the year in the first 90 days.",
        "The whole year instead of March.",
        lambda shop: f"{_with_new(shop)['new'].mean():.0%}",
        "20%",
    ),
    Answer(
        "operations-weak-category",
        "Took the category with the most signs of the table.",
        "Left out that a category which sells much is not weak, whatever its other signs.",
        lambda shop: _weak(shop, "signs", most=True),
        "phones",
    ),
    Answer(
        "operations-weak-category",
        "Took the category with the lowest GMROI.",
        "Looked at one sign only, and not at sales.",
        lambda shop: _weak(shop, "gmroi_year"),
        "tablets",
    ),
    Answer(
        "operations-weak-category",
        "Took the category that sells least.",
        "The tie of two weak ones was settled by sales instead of by what their stock earns.",
        lambda shop: _weak(shop, "sales"),
        "accessories",
    ),
    Answer(
        "operations-weak-category",
        "Ran weak_categories with month='2025-06' and took the first row.",
        "Read the month as the one before the window, so looked at April to June.",
        lambda shop: str(operations.weak_categories(shop, month="2025-06")["category"].iloc[0]),
        "smart_home",
    ),
    Answer(
        "operations-follow-target",
        "Divided the target by the 31 days of October.",
        "What was sold so far is left out.",
        lambda shop: _a_day(shop, left=31, of_target=True),
        "2,713",
    ),
    Answer(
        "operations-follow-target",
        "Divided what is missing by 20 days, from the 12th to the 31st.",
        "The 12th counts as a day that is left, though it is over.",
        lambda shop: _a_day(shop, left=20),
        "3,064",
    ),
    Answer(
        "operations-follow-target",
        "Added up all orders of audio up to the 12th, then divided what is missing by 19.",
        "Orders that were never paid count as sales.",
        lambda shop: _a_day(shop, unpaid=True),
        "3,043",
    ),
    Answer(
        "operations-follow-target",
        "Divided the sales so far by 12 days.",
        "What is sold a day, not what must be sold on each day left.",
        _sold_a_day,
        "1,902",
    ),
    Answer(
        "operations-fill-rate",
        "Read cycle_service_level from the replay.",
        "Order cycles without a lost unit instead of units.",
        lambda shop: f"{_replayed(shop, 'cycle_service_level'):.1%}",
        "85.7%",
    ),
    Answer(
        "operations-fill-rate",
        "Called fill_rate with the demand of the lead time.",
        "The formula's promise instead of a replay against the year.",
        _formula_fill_rate,
        "98.1 %",
    ),
    Answer(
        "operations-fill-rate",
        "Ran the cell of the notebook and read the fill rate of the replay.",
        "Its own reorder point and order quantity instead of those of the exercise.",
        _cell_as_it_stands,
        "96.4%",
    ),
    Answer(
        "operations-fill-rate",
        "Replayed with the lead time that product_inputs gives.",
        "The promised lead time instead of five days.",
        lambda shop: "{:.1%}".format(
            _replayed(shop, "fill_rate", int(_best_seller(shop).lead_days))
        ),
        "96.2%",
    ),
    Answer(
        "operations-reorder-policy",
        "Took the economic order quantity and the reorder point of the formula for 95 %.",
        "A formula for the mean does not know the rushes of the year, and fills too few.",
        _policy_by_formula,
        {"point": 23, "quantity": 50},
    ),
    Answer(
        "operations-reorder-policy",
        "Ordered when the mean demand of the lead time is left, and the economic quantity.",
        "No safety stock.",
        _policy_of_the_mean,
        {"point": 13, "quantity": 50},
    ),
    Answer(
        "operations-reorder-policy",
        "Pushed the reorder point to the right end, so that nothing is ever lost.",
        "The shelf is full, and costs more than is allowed.",
        _policy_full_shelf,
        {"point": 60, "quantity": 50},
    ),
    Answer(
        "operations-reorder-policy",
        "Took a high reorder point and left the order quantity at its start, to hold little.",
        "So many small orders cost more than what they save on the shelf.",
        _policy_small_orders,
        {"point": 28, "quantity": 10},
    ),
    Answer(
        "operations-cash-cycle",
        "Typed the days without the minus sign.",
        "The sign says that the money is there before the bill is due.",
        lambda shop: f"{-_december(shop)['cash_cycle']:.1f}",
        "32.6",
    ),
    Answer(
        "operations-cash-cycle",
        "Added stock days and payable days.",
        "Suppliers' days shorten the cycle and must be taken off.",
        lambda shop: f"{_december(shop)['stock_days'] + _december(shop)['payable_days']:.1f}",
        "46.9",
    ),
    Answer(
        "operations-cash-cycle",
        "Took the mean of the column cash_cycle over the complete months.",
        "The year instead of December.",
        lambda shop: (
            f"{operations.capital(shop).query('complete')['cash_cycle'].astype(float).mean():.0f}"
        ),
        "-29",
    ),
    Answer(
        "operations-cash-cycle",
        "Divided stock less payables by the sales of a day.",
        "Goods at cost over sales at price; cost of goods belongs below the line.",
        _cash_cycle_over_sales,
        "-26.8",
    ),
    Answer(
        "operations-turns",
        "Divided the sales of the year by the mean stock.",
        "Sales at price over stock at cost.",
        _turns_of_sales,
        "51.7",
    ),
    Answer(
        "operations-turns",
        "Took the mean of the column turns_year of the six categories.",
        "A mean of ratios: a small category weighs as much as phones.",
        lambda shop: f"{_earned(shop)['turns_year'].mean():.1f}",
        "45.0",
    ),
    Answer(
        "operations-turns",
        "Took the mean of the column capital_turns.",
        "Turns of a month, and of sales instead of cost of goods.",
        lambda shop: f"{operations.capital(shop)['capital_turns'].mean():.1f}",
        "4.3",
    ),
    Answer(
        "operations-turns",
        "Divided the units sold by the mean units in stock.",
        "Units instead of yuan: a cable counts as much as a phone.",
        lambda shop: "{:.1f}".format(
            shop.stock["sold"].sum() / shop.stock.groupby("date")["closing"].sum().mean()
        ),
        "48.2",
    ),
    Answer(
        "operations-offer",
        "Read the column saving.",
        "Forgot that the place would have earned something.",
        lambda shop: f"{_offer(shop)['saving']:,.0f}",
        "6,931",
    ),
    Answer(
        "operations-offer",
        "Took off the profit of all visits of the place.",
        "Only a quarter of the visits depend on what stands there.",
        lambda shop: f"{_offer(shop, 1.0)['gain']:,.0f}",
        "-4,737",
    ),
    Answer(
        "operations-offer",
        "Took 12 % of October's sales of the product as the saving, less the place.",
        "The cut is on the purchase price, not on the selling price.",
        _offer_at_the_price_of_sale,
        "3,514",
    ),
    Answer(
        "operations-forecast",
        "Took the most elaborate method, which knows a trend and a week.",
        "More elaborate is not more exact; the error was not looked at.",
        lambda _shop: "holt_winters",
        "holt_winters",
    ),
    Answer(
        "operations-forecast",
        "Read the column total_error and took the smallest.",
        "The error of the sum of 28 days instead of the error of a day.",
        lambda shop: str(
            _backtest(shop).sort_values("total_error", kind="stable")["method"].iloc[0]
        ),
        "seasonal_naive",
    ),
    Answer(
        "operations-forecast",
        "Took the method with the largest number in the column mae.",
        "Read an error as a score.",
        lambda shop: str(_backtest(shop).sort_values("mae")["method"].iloc[-1]),
        "exponential_smoothing",
    ),
]
