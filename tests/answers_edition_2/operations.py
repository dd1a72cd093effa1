"""Wrong answers to the exercises on operations."""

from __future__ import annotations

import pandas as pd

from ecokit import Shop, kpi, operations
from tests.answers.road import Answer

PRODUCT, POINT, QUANTITY, LEAD = "P043", 21, 45, 5
OFFER = "O037"
TARGET = 160_200


def three(value: float) -> str:
    return f"{value:.3f}"


def four(value: float) -> str:
    return f"{value:.4f}"


def second_quarter(shop: Shop, column: str) -> str:
    table = operations.stockouts(shop, by="quarter")
    return four(table.loc[table["quarter"].dt.month == 4, column].item())


def may(shop: Shop, column: str, substitution: float) -> str:
    table = operations.stockouts(shop, by="month", substitution=substitution)
    return f"{table.loc[table['month'].dt.month == 5, column].item():.0f}"


def line(shop: Shop, name: str = "standard") -> pd.Series:
    return operations.performance(shop, by="line").set_index("line").loc[name]


def mean_of_products(shop: Shop) -> str:
    table = operations.performance(shop)
    table = table.merge(shop.products[["product_id", "line"]], on="product_id")
    return three(table.loc[table["line"] == "standard", "margin"].mean())


def fourth_quarter(shop: Shop) -> pd.DataFrame:
    table = operations.performance(shop, by=["quarter", "category"])
    return table[table["quarter"].dt.month == 10].set_index("category")


def typed(values: pd.Series) -> dict[str, str]:
    return {str(name): f"{value:.1f}" for name, value in values.items()}


def gmroi_of_the_year(shop: Shop) -> dict[str, str]:
    return typed(operations.performance(shop, by="category").set_index("category")["gmroi_year"])


def gmroi_of_the_quarter(shop: Shop) -> dict[str, str]:
    table = fourth_quarter(shop)
    return typed(table["profit"] / table["mean_stock"])


def whole_shop(shop: Shop) -> pd.Series:
    return operations.performance(shop, by=None).iloc[0]


def new_in_july(shop: Shop) -> str:
    table = operations.new_skus(shop)
    return three(table.loc[table["month"].dt.month == 7, "new_sku_share"].item())


def wearables(shop: Shop) -> pd.Series:
    sales = kpi.measure("sales", shop, ["day", "category"])
    mine = sales[sales["category"] == "wearables"].set_index("day")["sales"]
    return mine["2025-10-01":"2025-10-12"]


def replayed(shop: Shop, column: str, point: float, quantity: float, lead: int = LEAD) -> str:
    found = operations.product_inputs(shop, product_id=PRODUCT)
    log = operations.replay(found.demand, point, order_quantity=quantity, lead_days=lead)
    return three(log.table(found.margin, found.holding_cost, found.order_cost).iloc[0][column])


def law(shop: Shop, product_id: str = PRODUCT) -> tuple[object, float, int]:
    found = operations.product_inputs(shop, product_id=product_id)
    mean, sd = found.demand.mean(), found.demand.std()
    lot = round(operations.eoq(found.order_cost, mean, found.holding_cost).quantity)
    return operations.lead_time_demand(mean, sd, LEAD), mean, lot


def by_the_formula(shop: Shop) -> str:
    return three(operations.fill_rate(law(shop)[0], POINT, QUANTITY))


def cell_as_it_stands(shop: Shop) -> str:
    found, _, lot = law(shop)
    return replayed(shop, "fill_rate", operations.reorder_point(found, 0.95), lot)


def without_reserve(shop: Shop) -> dict[str, int]:
    _, mean, lot = law(shop, "P055")
    return {"point": round(LEAD * mean), "quantity": lot}


def december(shop: Shop, days: float = 0) -> pd.Series:
    return operations.capital(shop, receivable_days=days).set_index("month").iloc[-1]


def offer(shop: Shop, column: str, moved: float = 0.4) -> str:
    table = operations.offer_values(shop, visits_moved=moved).set_index("offer_id")
    return f"{table.loc[OFFER, column]:.0f}"


def fourth_quarter_rate(shop: Shop, column: str) -> str:
    table = operations.stockouts(shop, by="quarter")
    return four(table.loc[table["quarter"].dt.month == 10, column].item())


ANSWERS = [
    Answer(
        exercise="operations-stockout-rate",
        road="Took the column of days in the row of the second quarter.",
        mistake="Days weigh the same however many customers came; the KPI counts units.",
        answer=lambda shop: second_quarter(shop, "day_rate"),
        typed="0.0132",
    ),
    Answer(
        exercise="operations-stockout-rate",
        road="Took the column of SKUs, as a stock-out is one of a product.",
        mistake="That is the share of products that ran out at all.",
        answer=lambda shop: three(float(second_quarter(shop, "sku_rate"))),
        typed="0.468",
    ),
    Answer(
        exercise="operations-stockout-rate",
        road="Typed the rate of the year.",
        mistake="The second quarter was asked.",
        answer=lambda shop: four(operations.stockouts(shop)["unit_rate"].item()),
        typed="0.0146",
    ),
    Answer(
        exercise="operations-lost-sales",
        road="Set by to month and left the substitution at 0.",
        mistake="45 % of the customers took another product.",
        answer=lambda shop: may(shop, "lost_sales", 0),
        typed="127106",
    ),
    Answer(
        exercise="operations-lost-sales",
        road="Took 45 % of what was asked for in vain.",
        mistake="45 % is what was saved; the rest is lost.",
        answer=lambda shop: f"{0.45 * float(may(shop, 'lost_sales', 0)):.0f}",
        typed="57198",
    ),
    Answer(
        exercise="operations-lost-sales",
        road="Took the last column of the row of May.",
        mistake="That is the margin lost; sales were asked.",
        answer=lambda shop: may(shop, "lost_profit", 0.45),
        typed="14116",
    ),
    Answer(
        exercise="operations-margin",
        road="Divided the profit by what the goods had cost.",
        mistake="That is the markup; a margin is a share of the sales.",
        answer=lambda shop: three(
            line(shop)["profit"] / (line(shop)["sales"] - line(shop)["profit"])
        ),
        typed="0.185",
    ),
    Answer(
        exercise="operations-margin",
        road="Averaged the margins of the products of the line.",
        mistake="A mean of ratios: products that hardly sell count as much as those that do.",
        answer=mean_of_products,
        typed="0.214",
    ),
    Answer(
        exercise="operations-margin",
        road="Took the margin of the whole shop, with by set to None.",
        mistake="That holds the other three lines, too.",
        answer=lambda shop: three(whole_shop(shop)["margin"]),
        typed="0.173",
    ),
    Answer(
        exercise="operations-gmroi",
        road="Copied the GMROI from the cell as it stands.",
        mistake="That is the year; the fourth quarter was asked.",
        answer=gmroi_of_the_year,
        typed={
            "accessories": "32.4",
            "audio": "12.4",
            "phones": "7.9",
            "smart_home": "13.3",
            "tablets": "7.3",
            "wearables": "9.8",
        },
    ),
    Answer(
        exercise="operations-gmroi",
        road="Divided the profit of the quarter by its mean stock.",
        mistake="A quarter is not brought to a year.",
        answer=gmroi_of_the_quarter,
        typed={
            "accessories": "8.9",
            "audio": "3.0",
            "phones": "1.6",
            "smart_home": "3.5",
            "tablets": "2.0",
            "wearables": "2.6",
        },
    ),
    Answer(
        exercise="operations-gmroi",
        road="Set by to quarter and category and took the column of turns.",
        mistake="Turns say how often stock turns, not what it earns.",
        answer=lambda shop: typed(fourth_quarter(shop)["turns_year"]),
        typed={
            "accessories": "66.5",
            "audio": "41.7",
            "phones": "49.1",
            "smart_home": "44.8",
            "tablets": "49.7",
            "wearables": "49.5",
        },
    ),
    Answer(
        exercise="operations-new-skus",
        road="Ran the cell as it stands and typed what it says.",
        mistake="That is the whole year, not July.",
        answer=lambda shop: three(kpi.measure("new_sku_share", shop, None)["new_sku_share"].item()),
        typed="0.201",
    ),
    Answer(
        exercise="operations-new-skus",
        road="Counted the products that sold for the first time in July.",
        mistake="A SKU is new for 90 days, not only in the month of its first sale.",
        answer=new_in_july,
        typed="0.074",
    ),
    Answer(
        exercise="operations-weak-category",
        road="Looked for the category with most signs.",
        mistake="It is weak by the rule; one that is not weak was asked.",
        answer=lambda shop: "wearables",
        typed="wearables",
    ),
    Answer(
        exercise="operations-weak-category",
        road="Remembered from the page that phones show as many signs and are not weak.",
        mistake="That was the end of September.",
        answer=lambda shop: "phones",
        typed="phones",
    ),
    Answer(
        exercise="operations-weak-category",
        road="Took accessories, small and not weak on the page.",
        mistake="It shows fewer signs, and earns most on its stock.",
        answer=lambda shop: "accessories",
        typed="accessories",
    ),
    Answer(
        exercise="operations-follow-target",
        road="Divided the target by the 31 days of October.",
        mistake="Forgets what is sold and the days that have gone.",
        answer=lambda shop: f"{TARGET / 31:.0f}",
        typed="5168",
    ),
    Answer(
        exercise="operations-follow-target",
        road="Divided the target by the 19 days that are left.",
        mistake="What has been sold by the 12th is not taken off.",
        answer=lambda shop: f"{TARGET / 19:.0f}",
        typed="8432",
    ),
    Answer(
        exercise="operations-follow-target",
        road="Counted the 12th among the days left.",
        mistake="It is evening; that day is over.",
        answer=lambda shop: f"{(TARGET - wearables(shop).sum()) / 20:.0f}",
        typed="3934",
    ),
    Answer(
        exercise="operations-follow-target",
        road="Changed the day and forgot the target.",
        mistake="The cell still has the target of 250,000 yuan.",
        answer=lambda shop: f"{(250_000 - wearables(shop).sum()) / 19:.0f}",
        typed="8867",
    ),
    Answer(
        exercise="operations-fill-rate",
        road="Typed the service level of the prompt.",
        mistake="That counts order cycles, not units.",
        answer=lambda shop: "0.80",
        typed="0.80",
    ),
    Answer(
        exercise="operations-fill-rate",
        road="Put the numbers in and took the column of the formula.",
        mistake="The formula does not know June and November; replay was asked.",
        answer=by_the_formula,
        typed="0.983",
    ),
    Answer(
        exercise="operations-fill-rate",
        road="Put the numbers in and took the second row of the replay.",
        mistake="The second row counts order cycles without a lost unit.",
        answer=lambda shop: replayed(shop, "cycle_service_level", POINT, QUANTITY),
        typed="0.750",
    ),
    Answer(
        exercise="operations-fill-rate",
        road="Ran the cell without changing anything, as it is the same product.",
        mistake="That is the page's policy for a service level of 95 %.",
        answer=cell_as_it_stands,
        typed="0.980",
    ),
    Answer(
        exercise="operations-reorder-policy",
        road="Ordered at the mean demand of the five days, the economic quantity.",
        mistake="No reserve: every second order comes after the shelf is empty.",
        answer=without_reserve,
        typed={"point": 8, "quantity": 22},
    ),
    Answer(
        exercise="operations-reorder-policy",
        road="Left both sliders where they stand.",
        mistake="Three days of demand do not last for five days.",
        answer=lambda shop: {"point": 5, "quantity": 30},
        typed={"point": 5, "quantity": 30},
    ),
    Answer(
        exercise="operations-reorder-policy",
        road="Set both sliders to the end, so that nobody ever goes away.",
        mistake="The goods that lie there cost more than is allowed.",
        answer=lambda shop: {"point": 60, "quantity": 200},
        typed={"point": 60, "quantity": 200},
    ),
    Answer(
        exercise="operations-cash-cycle",
        road="Read the last row of the cell as it stands.",
        mistake="The customers' money is there at once in it, not after 7 days.",
        answer=lambda shop: f"{december(shop)['cash_cycle']:.1f}",
        typed="-34.5",
    ),
    Answer(
        exercise="operations-cash-cycle",
        road="Took the seven days off the cash cycle.",
        mistake="Waiting for money makes the cycle longer, so they are added.",
        answer=lambda shop: f"{december(shop)['cash_cycle'] - 7:.1f}",
        typed="-41.5",
    ),
    Answer(
        exercise="operations-cash-cycle",
        road="Added the days that goods lie and the seven days.",
        mistake="Leaves out that suppliers wait for their money.",
        answer=lambda shop: f"{december(shop)['stock_days'] + 7:.1f}",
        typed="14.8",
    ),
    Answer(
        exercise="operations-cash-cycle",
        road="Changed the days and typed the number without its sign.",
        mistake="Below zero: the money is there before the bill is due.",
        answer=lambda shop: f"{-december(shop, 7)['cash_cycle']:.1f}",
        typed="27.5",
    ),
    Answer(
        exercise="operations-turns",
        road="Divided the sales by the mean stock, the two columns at hand.",
        mistake="Sales at selling prices over stock at cost; cost belongs on both sides.",
        answer=lambda shop: f"{whole_shop(shop)['sales'] / whole_shop(shop)['mean_stock']:.1f}",
        typed="54.3",
    ),
    Answer(
        exercise="operations-turns",
        road="Averaged the turns of the six categories.",
        mistake="A mean of ratios; add up cost and stock first.",
        answer=lambda shop: (
            f"{operations.performance(shop, by='category')['turns_year'].mean():.1f}"
        ),
        typed="45.4",
    ),
    Answer(
        exercise="operations-turns",
        road="Took the GMROI beside it.",
        mistake="GMROI is the gross profit over the stock.",
        answer=lambda shop: f"{whole_shop(shop)['gmroi_year']:.1f}",
        typed="9.4",
    ),
    Answer(
        exercise="operations-turns",
        road="Brought the turns to a month, as slide 9 does.",
        mistake="How often in the year was asked.",
        answer=lambda shop: f"{whole_shop(shop)['turns_year'] / 12:.1f}",
        typed="3.7",
    ),
    Answer(
        exercise="operations-offer",
        road="Changed the offer and not the share of visits that is moved.",
        mistake="A quarter instead of 40 %.",
        answer=lambda shop: offer(shop, "gain", 0.25),
        typed="1399",
    ),
    Answer(
        exercise="operations-offer",
        road="Took the saving, which the supplier pays.",
        mistake="The place is not free; what it would have earned is left out.",
        answer=lambda shop: offer(shop, "saving"),
        typed="9470",
    ),
    Answer(
        exercise="operations-offer",
        road="Took the loss and typed it as a plain number.",
        mistake="A loss is below zero.",
        answer=lambda shop: offer(shop, "gain").lstrip("-"),
        typed="3444",
    ),
    Answer(
        exercise="operations-offer",
        road="Took the profit of all visits to the place off the saving.",
        mistake="Only 40 % of the visits depend on what stands there.",
        answer=lambda shop: offer(shop, "gain", 1),
        typed="-22816",
    ),
    Answer(
        exercise="operations-forecast",
        road="Chose the method that knows a trend and a weekly season.",
        mistake="The one that looks cleverer errs more on the past.",
        answer=lambda shop: "holt_winters",
        typed="holt_winters",
    ),
    Answer(
        exercise="operations-forecast",
        road="Took the last row of the table for the best.",
        mistake="The table is sorted with the smallest error first.",
        answer=lambda shop: "seasonal_naive",
        typed="seasonal_naive",
    ),
    Answer(
        exercise="operations-forecast",
        road="Chose smoothing, as it weighs the latest days most.",
        mistake="Plausible, but it was not tried: its error is larger.",
        answer=lambda shop: "exponential_smoothing",
        typed="exponential_smoothing",
    ),
    Answer(
        exercise="operations-stockout-rate",
        road="Took the quarter that lost most sales instead of the busiest.",
        mistake="That is the second; the fourth was asked.",
        answer=lambda shop: second_quarter(shop, "unit_rate"),
        typed="0.0170",
    ),
    Answer(
        exercise="operations-stockout-rate",
        road="Took the fourth quarter and the column of days.",
        mistake="Days weigh the same however many customers came.",
        answer=lambda shop: fourth_quarter_rate(shop, "day_rate"),
        typed="0.0143",
    ),
]
