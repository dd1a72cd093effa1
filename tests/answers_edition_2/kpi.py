"""Wrong answers to the exercises on KPIs."""

from __future__ import annotations

import pandas as pd

from ecokit import Shop, kpi
from tests.answers.road import Answer

JULY = {"uv_share": 0.377, "order_share": 0.55, "campaign_conversion": 0.10}


def of_month(shop: Shop, name: str, month: str = "2025-11-01") -> float:
    table = kpi.measure(name, shop, by="month").set_index("month")
    return float(table.loc[pd.Timestamp(month), name])


def two(value: float) -> str:
    return f"{value:.2f}"


def by_visits(shop: Shop) -> str:
    visits, orders = shop.visits, shop.orders
    visits = visits[visits["started_at"].dt.strftime("%Y-%m") == "2025-11"]
    orders = orders[orders["placed_at"].dt.strftime("%Y-%m") == "2025-11"]
    paid = orders.loc[orders["campaign_id"].notna(), "paid_at"].notna().sum()
    return two(100 * paid / visits["campaign_id"].notna().sum())


def last_quarter(shop: Shop) -> str:
    table = kpi.measure("campaign_conversion", shop, by="quarter")
    return two(100 * table["campaign_conversion"].iloc[-1])


def points(shop: Shop, post: str, period: str, rules: str | None = None) -> str:
    return f"{kpi.scorecard(shop, post, period, rules=rules)['points'].sum():.1f}"


def mean_attainment(shop: Shop) -> str:
    card = kpi.scorecard(shop, "traffic_manager", "2025-11")
    return f"{100 * card['attainment'].mean():.1f}"


def august(shop: Shop) -> pd.DataFrame:
    return kpi.scorecard(shop, "traffic_manager", "2025-08").set_index("kpi")


def typed(values: pd.Series) -> dict[str, str]:
    return {str(name): f"{value:.1f}" for name, value in values.items()}


def ten_per_cent_bars(shop: Shop) -> dict[str, str]:
    return typed(kpi.what_if(august(shop).reset_index()).set_index("kpi")["gain"])


def points_of_the_card(shop: Shop) -> dict[str, str]:
    return typed(august(shop)["points"])


def below_zero_too(shop: Shop) -> dict[str, str]:
    card = august(shop)
    return typed(100 * card["weight"] - card["points"])


def without_weight(shop: Shop) -> dict[str, str]:
    return typed((100 * (1 - august(shop)["attainment"])).clip(lower=0))


def march(shop: Shop) -> tuple[float, float, float]:
    names = ("campaign_uv_share", "campaign_order_share", "campaign_conversion")
    uv, orders, converted = (100 * of_month(shop, name, "2025-03-01") for name in names)
    return uv, orders, converted


def only_the_conversion(shop: Shop) -> dict[str, float]:
    uv, orders, converted = march(shop)
    return {
        "uv_share": round(uv),
        "order_share": round(2 * orders) / 2,
        "conversion": round(1.05 * converted + 0.05, 1),
    }


def best_month_of_each(shop: Shop) -> dict[str, float]:
    return {
        "uv_share": int(100 * of_month(shop, "campaign_uv_share")),
        "order_share": round(200 * of_month(shop, "campaign_order_share")) / 2,
        "conversion": round(100 * of_month(shop, "campaign_conversion"), 1),
    }


def july(shop: Shop) -> pd.DataFrame:
    return kpi.scorecard(shop, "traffic_manager", "2025-07")


def july_moves(shop: Shop, column: str) -> dict[str, str]:
    return typed(kpi.what_if(july(shop)).set_index("kpi")[column])


def august_moves(shop: Shop) -> dict[str, str]:
    return typed(kpi.what_if(august(shop).reset_index()).set_index("kpi")["gain_at_target"])


def july_without_weight(shop: Shop) -> dict[str, str]:
    card = july(shop).set_index("kpi")
    return typed((100 * (1 - card["attainment"])).clip(lower=0))


def most_by_ten_per_cent(shop: Shop) -> str:
    moves = kpi.what_if(kpi.scorecard(shop, "traffic_manager", "2025-02"))
    return str(moves.loc[moves["gain"].idxmax(), "kpi"])


def tenth_more(shop: Shop) -> dict[str, float]:
    uv, orders, converted = march(shop)
    return {
        "uv_share": round(uv),
        "order_share": round(2 * orders) / 2,
        "conversion": round(1.1 * converted + 0.05, 1),
    }


ANSWERS = [
    Answer(
        exercise="kpi-campaign-conversion",
        road="Put the measure conversion into the cell, which sounds the same.",
        mistake="That is the whole shop, not those who came through campaigns.",
        answer=lambda shop: two(100 * of_month(shop, "conversion")),
        typed="10.24",
    ),
    Answer(
        exercise="kpi-campaign-conversion",
        road="Divided the paid orders through campaigns by the visits of campaigns.",
        mistake="Below the line stand visitors, and who comes twice is one of them.",
        answer=by_visits,
        typed="10.79",
    ),
    Answer(
        exercise="kpi-campaign-conversion",
        road="Set by to quarter and took the last row, in which November lies.",
        mistake="A quarter has other visitors below the line than a month.",
        answer=last_quarter,
        typed="10.88",
    ),
    Answer(
        exercise="kpi-campaign-conversion",
        road="Took the number of the page, whose month was full of visitors too.",
        mistake="The page works out August.",
        answer=lambda shop: two(100 * of_month(shop, "campaign_conversion", "2025-08-01")),
        typed="6.42",
    ),
    Answer(
        exercise="kpi-click-index",
        road="Read 130 % as what the name says, a click rate.",
        mistake="Nobody clicks more often than a picture is shown; it is an index.",
        answer=lambda shop: "raw_rate",
        typed="raw_rate",
    ),
    Answer(
        exercise="kpi-click-index",
        road="Read 130 % as 30 % more, and more than last month.",
        mistake="The baseline is the usual rate of the channels, not the month before.",
        answer=lambda shop: "more_clicks",
        typed="more_clicks",
    ),
    Answer(
        exercise="kpi-click-index",
        road="Knew that click rates are small and thought of a slipped decimal.",
        mistake="The target is meant so: an index, of which 100 % is the baseline.",
        answer=lambda shop: "misprint",
        typed="misprint",
    ),
    Answer(
        exercise="kpi-points",
        road="Changed the month in the cell and left the post.",
        mistake="The cell scores the product manager.",
        answer=lambda shop: points(shop, "product_manager", "2025-11"),
        typed="102.7",
    ),
    Answer(
        exercise="kpi-points",
        road="Multiplied each weight with actual over target and added up.",
        mistake="No cap: single KPIs count for more than 120 %.",
        answer=lambda shop: points(shop, "traffic_manager", "2025-11", "linear"),
        typed="118.6",
    ),
    Answer(
        exercise="kpi-points",
        road="Set the post and kept the month of the notebook.",
        mistake="That is June, not November.",
        answer=lambda shop: points(shop, "traffic_manager", "2025-06"),
        typed="102.9",
    ),
    Answer(
        exercise="kpi-points",
        road="Took the mean of the five attainments in the table.",
        mistake="A KPI of weight 10 % speaks as loudly as one of 30 %.",
        answer=mean_attainment,
        typed="114.2",
    ),
    Answer(
        exercise="kpi-missing-points",
        road="Read off the bars for ten per cent more.",
        mistake="Ten per cent better is another question than on target.",
        answer=ten_per_cent_bars,
        typed={
            "campaign_conversion": "1.9",
            "campaign_uv_share": "1.6",
            "new_resource_uv_increment": "1.6",
            "uv_completion": "1.0",
            "campaign_order_share": "0.9",
        },
    ),
    Answer(
        exercise="kpi-missing-points",
        road="Copied the points of the scorecard of August.",
        mistake="These are the points it had, not those it lacked.",
        answer=points_of_the_card,
        typed={
            "uv_completion": "29.0",
            "campaign_uv_share": "16.3",
            "campaign_order_share": "8.7",
            "campaign_conversion": "19.3",
            "new_resource_uv_increment": "16.0",
        },
    ),
    Answer(
        exercise="kpi-missing-points",
        road="Took the weight in points less the points of each KPI.",
        mistake="A KPI above its target would lose points; it brings 0 more.",
        answer=below_zero_too,
        typed={
            "uv_completion": "-4.0",
            "campaign_uv_share": "-1.3",
            "campaign_order_share": "1.3",
            "campaign_conversion": "10.7",
            "new_resource_uv_increment": "4.0",
        },
    ),
    Answer(
        exercise="kpi-missing-points",
        road="Took 100 % less the attainment, in points.",
        mistake="Forgets the weight of each KPI.",
        answer=without_weight,
        typed={
            "uv_completion": "0.0",
            "campaign_uv_share": "0.0",
            "campaign_order_share": "12.6",
            "campaign_conversion": "35.8",
            "new_resource_uv_increment": "19.8",
        },
    ),
    Answer(
        exercise="kpi-lever",
        road="Took the KPI that makes most points in the scorecard.",
        mistake="It is above its target already and brings nothing more.",
        answer=lambda shop: str(august(shop)["points"].idxmax()),
        typed="uv_completion",
    ),
    Answer(
        exercise="kpi-lever",
        road="Thought that new resources are what a traffic manager can buy next month.",
        mistake="What is easy to do is not what is missing most.",
        answer=lambda shop: "new_resource_uv_increment",
        typed="new_resource_uv_increment",
    ),
    Answer(
        exercise="kpi-lever",
        road="Looked for the KPI with the fewest points.",
        mistake="Few points may come from a small weight; it is near its target.",
        answer=lambda shop: str(august(shop)["points"].idxmin()),
        typed="campaign_order_share",
    ),
    Answer(
        exercise="kpi-rest-conversion",
        road="Ran the cell without changing the share of visitors.",
        mistake="That is the page's case with 45 %.",
        answer=lambda shop: two(100 * kpi.implied_conversion(**{**JULY, "uv_share": 0.45}).rest),
        typed="6.69",
    ),
    Answer(
        exercise="kpi-rest-conversion",
        road="Changed the cell and took the first of the two numbers that it prints.",
        mistake="The first is the conversion of the whole shop.",
        answer=lambda shop: two(100 * kpi.implied_conversion(**JULY).shop),
        typed="6.85",
    ),
    Answer(
        exercise="kpi-rest-conversion",
        road="Gave the rest 45 % of the 10 %, as it makes 45 % of the orders.",
        mistake="Shares of orders are no shares of a conversion.",
        answer=lambda shop: two(100 * JULY["campaign_conversion"] * (1 - JULY["order_share"])),
        typed="4.50",
    ),
    Answer(
        exercise="kpi-rest-conversion",
        road="Swapped the two shares in the cell.",
        mistake="55 % is the share of orders, 37.7 % that of visitors.",
        answer=lambda shop: two(
            100
            * kpi.implied_conversion(
                uv_share=JULY["order_share"], order_share=JULY["uv_share"], campaign_conversion=0.10
            ).rest
        ),
        typed="20.20",
    ),
    Answer(
        exercise="kpi-next-year",
        road="Left the sliders where they stand, on the targets of slide 9.",
        mistake="Campaigns convert less than this year, so nothing more is asked.",
        answer=lambda shop: {"uv_share": 45, "order_share": 55, "conversion": 10},
        typed={"uv_share": 45, "order_share": 55, "conversion": 10},
    ),
    Answer(
        exercise="kpi-next-year",
        road="Raised the conversion by 5 % and kept both shares of this year.",
        mistake="Then the rest of the traffic has to convert more, too.",
        answer=only_the_conversion,
        typed={"uv_share": 42, "order_share": 54.0, "conversion": 11.6},
    ),
    Answer(
        exercise="kpi-next-year",
        road="Asked for what the best month of the year had reached in each.",
        mistake="With these three the rest of the traffic has to convert far more.",
        answer=best_month_of_each,
        typed={"uv_share": 58, "order_share": 65.5, "conversion": 11.6},
    ),
    Answer(
        exercise="kpi-missing-points",
        road="Ran the cell as it stands and took the last column.",
        mistake="That is August.",
        answer=august_moves,
        typed={
            "campaign_conversion": "10.7",
            "campaign_uv_share": "0.0",
            "new_resource_uv_increment": "4.0",
            "uv_completion": "0.0",
            "campaign_order_share": "1.3",
        },
    ),
    Answer(
        exercise="kpi-missing-points",
        road="Changed the month and took the column gain.",
        mistake="That is ten per cent better, not on target.",
        answer=lambda shop: july_moves(shop, "gain"),
        typed={
            "campaign_conversion": "2.7",
            "uv_completion": "2.6",
            "new_resource_uv_increment": "1.9",
            "campaign_uv_share": "1.3",
            "campaign_order_share": "0.8",
        },
    ),
    Answer(
        exercise="kpi-missing-points",
        road="Took 100 % less the attainment of July, in points.",
        mistake="Forgets the weight of each KPI.",
        answer=july_without_weight,
        typed={
            "uv_completion": "0.0",
            "campaign_uv_share": "16.3",
            "campaign_order_share": "22.1",
            "campaign_conversion": "9.3",
            "new_resource_uv_increment": "6.5",
        },
    ),
    Answer(
        exercise="kpi-lever",
        road="Took what the page works on first.",
        mistake="The page has August; in February this KPI was above its target.",
        answer=lambda shop: "campaign_conversion",
        typed="campaign_conversion",
    ),
    Answer(
        exercise="kpi-next-year",
        road="Raised the conversion by a tenth and kept both shares of this year.",
        mistake="Then the rest of the traffic has to convert more, too.",
        answer=tenth_more,
        typed={"uv_share": 42, "order_share": 54.0, "conversion": 12.2},
    ),
]
