"""Wrong answers to the exercises on KPIs."""

from __future__ import annotations

from math import ceil
from typing import Any

import pandas as pd

from ecokit import kpi
from ecokit.shop import Shop
from tests.answers.road import Answer

POST = "traffic_manager"
ROWS = (
    "uv_completion",
    "campaign_uv_share",
    "campaign_order_share",
    "campaign_conversion",
    "new_resource_uv_increment",
)
NOVEMBER = pd.Timestamp("2025-11-01")
SHARE, CONVERSION, ORDERS = 0.501, 0.10, 0.55  # the prompt says so


def in_november(moments: Any) -> Any:
    return moments.dt.to_period("M").dt.to_timestamp() == NOVEMBER


def by_month(shop: Shop, name: str) -> Any:
    return kpi.measure(name, shop, by="month").set_index("month")[name]


def august(shop: Shop) -> Any:
    return kpi.scorecard(shop, POST, "2025-08").set_index("kpi")


def total(card: Any) -> str:
    return f"{card['points'].sum():.1f}"


def one_decimal(values: Any) -> dict[str, str]:
    return {row: f"{values[row]:.1f}" for row in ROWS}


def orders_by_visits(shop: Shop) -> str:
    orders = shop.orders[in_november(shop.orders["placed_at"])]
    visits = shop.visits[in_november(shop.visits["started_at"])]
    paid = orders.dropna(subset=["campaign_id", "paid_at"])
    return f"{100 * len(paid) / visits['campaign_id'].notna().sum():.2f}"


def unpaid_orders_too(shop: Shop) -> str:
    orders = shop.orders[in_november(shop.orders["placed_at"])].dropna(subset="campaign_id")
    visits = shop.visits[in_november(shop.visits["started_at"])].dropna(subset="campaign_id")
    return f"{100 * len(orders) / visits['visitor_id'].nunique():.2f}"


def whole_shop(shop: Shop) -> str:
    return f"{100 * by_month(shop, 'conversion')[NOVEMBER]:.2f} %"


def one_decimal_of_the_table(shop: Shop) -> str:
    return f"{by_month(shop, 'campaign_conversion')[NOVEMBER]:.1%}"


def without_a_cap(shop: Shop) -> str:
    return total(kpi.scorecard(shop, POST, "2025-10", rules="linear"))


def only_the_month_changed(shop: Shop) -> str:
    return total(kpi.scorecard(shop, "product_manager", "2025-10"))


def nothing_above_the_target(shop: Shop) -> str:
    card = kpi.scorecard(shop, POST, "2025-10")
    return f"{(100 * card['weight'] * card['attainment'].clip(upper=1)).sum():.1f}"


def the_quarter(shop: Shop) -> str:
    return total(kpi.scorecard(shop, POST, "2025Q4"))


def ten_per_cent_more(shop: Shop) -> dict[str, str]:
    card = kpi.scorecard(shop, POST, "2025-08")
    return one_decimal(kpi.what_if(card).set_index("kpi")["gain"])


def met_targets_below_zero(shop: Shop) -> dict[str, str]:
    card = august(shop)
    return one_decimal(100 * card["weight"] - card["points"])


def gaps_without_weights(shop: Shop) -> dict[str, str]:
    gaps = 100 * (1 - august(shop)["attainment"])
    return one_decimal(gaps.clip(lower=0))


def points_of_the_month(shop: Shop) -> dict[str, str]:
    return one_decimal(august(shop)["points"])


def most_points(shop: Shop) -> str:
    return str(august(shop)["points"].idxmax())


def nearest_to_its_target(shop: Shop) -> str:
    attained = august(shop)["attainment"]
    return str(attained[attained < 1].idxmax())


def second_gap(shop: Shop) -> str:
    """Leave conversion to the designers and take the largest gap of what is left."""
    card = august(shop).drop("campaign_conversion")
    return str((100 * card["weight"] - card["points"]).idxmax())


def shop_instead_of_the_rest(shop: Shop) -> str:
    return f"{100 * kpi.implied_conversion(SHARE, ORDERS, CONVERSION).shop:.2f}"


def share_of_the_cell(shop: Shop) -> str:
    return f"{100 * kpi.implied_conversion(0.45, ORDERS, CONVERSION).rest:.2f} %"


def orders_of_the_rest_by_everybody(shop: Shop) -> str:
    return f"{100 * SHARE * CONVERSION * (1 - ORDERS) / ORDERS:.2f}"


def half_of_the_visitors(shop: Shop) -> str:
    return f"{100 * kpi.implied_conversion(0.5, ORDERS, CONVERSION).rest:.2f}"


def this_year(shop: Shop) -> tuple[float, float, float]:
    """Return the share of UV, the share of orders and the conversion of campaigns."""
    names = ("campaign_uv_share", "campaign_order_share", "campaign_conversion")
    uv, orders, conversion = (float(kpi.measure(name, shop)[name].item()) for name in names)
    return uv, orders, conversion


def half_points(value: float) -> float:
    return round(2 * value) / 2


def rounded_up(conversion: float) -> float:
    """Return 5 % more, in per cent, on the next step of the slider."""
    return ceil(1050 * conversion) / 10


def order_share(shop: Shop, uv: float, conversion: float) -> float:
    """Return the share of orders, in per cent, that keeps the rest of the traffic as it was."""
    rest = kpi.implied_conversion(*this_year(shop)).rest
    campaigns = uv / 100 * conversion / 100
    return half_points(100 * campaigns / (campaigns + (1 - uv / 100) * rest))


def five_per_cent_rounded(shop: Shop) -> dict[str, float]:
    uv, _, conversion = this_year(shop)
    share, ask = float(int(100 * uv) + 1), round(105 * conversion, 1)
    return {"uv_share": share, "order_share": order_share(shop, share, ask), "conversion": ask}


def orders_as_this_year(shop: Shop) -> dict[str, float]:
    uv, orders, conversion = this_year(shop)
    ask = rounded_up(conversion)
    return {
        "uv_share": float(int(100 * uv) + 1),
        "order_share": half_points(100 * orders),
        "conversion": ask,
    }


def everything_five_per_cent_up(shop: Shop) -> dict[str, float]:
    uv, orders, conversion = this_year(shop)
    return {
        "uv_share": float(round(105 * uv)),
        "order_share": half_points(105 * orders),
        "conversion": rounded_up(conversion),
    }


def share_rounded_down(shop: Shop) -> dict[str, float]:
    uv, _, conversion = this_year(shop)
    share, ask = float(round(100 * uv)), rounded_up(conversion)
    return {"uv_share": share, "order_share": order_share(shop, share, ask), "conversion": ask}


ANSWERS: list[Answer] = [
    Answer(
        exercise="kpi-campaign-conversion",
        road="Divides the paid campaign orders of November by the campaign visits.",
        mistake="Visits were taken for visitors.",
        answer=orders_by_visits,
        typed="10.03",
    ),
    Answer(
        exercise="kpi-campaign-conversion",
        road="Divides all campaign orders of November by the campaign visitors.",
        mistake="Orders that were never paid were counted.",
        answer=unpaid_orders_too,
        typed="12.02",
    ),
    Answer(
        exercise="kpi-campaign-conversion",
        road="Measures `conversion` by month and takes November.",
        mistake="This is the whole shop, not the traffic of campaigns.",
        answer=whole_shop,
        typed="9.52 %",
    ),
    Answer(
        exercise="kpi-campaign-conversion",
        road="Types November as the table prints it.",
        mistake="The table has one decimal, and two were asked for.",
        answer=one_decimal_of_the_table,
        typed="11.0%",
    ),
    Answer(
        exercise="kpi-click-index",
        road="Reads a rate as what it says: clicks per hundred people.",
        mistake="No picture is clicked more often than it is shown.",
        answer=lambda shop: "raw_rate",
        typed="raw_rate",
    ),
    Answer(
        exercise="kpi-click-index",
        road="Knows 130 % from reports, where it means 30 % more than the month before.",
        mistake="The base is the usual rate of the channels, not last month.",
        answer=lambda shop: "more_clicks",
        typed="more_clicks",
    ),
    Answer(
        exercise="kpi-click-index",
        road="Knows that a good click rate is some per cent, so a point must be missing.",
        mistake="It is an index and no rate.",
        answer=lambda shop: "misprint",
        typed="misprint",
    ),
    Answer(
        exercise="kpi-points",
        road="Multiplies weight and attainment of each KPI and adds up.",
        mistake="Attainment above 120 % was not cut.",
        answer=without_a_cap,
        typed="115.5",
    ),
    Answer(
        exercise="kpi-points",
        road="Changes the month in the cell and reads the caption.",
        mistake="The post was left at the product manager.",
        answer=only_the_month_changed,
        typed="114.1",
    ),
    Answer(
        exercise="kpi-points",
        road="Gives a KPI that met its target just its weight.",
        mistake="Cut at 100 % and not at 120 %.",
        answer=nothing_above_the_target,
        typed="99.1",
    ),
    Answer(
        exercise="kpi-points",
        road="Writes the quarter of October, as the text offers.",
        mistake="The quarter was scored, not the month.",
        answer=the_quarter,
        typed="109.5",
    ),
    Answer(
        exercise="kpi-missing-points",
        road="Reads the bars of the chart for ten per cent more.",
        mistake="Ten per cent better is another question than meeting the target.",
        answer=ten_per_cent_more,
        typed={
            "uv_completion": "0.0",
            "campaign_uv_share": "0.8",
            "campaign_order_share": "0.9",
            "campaign_conversion": "1.6",
            "new_resource_uv_increment": "1.4",
        },
    ),
    Answer(
        exercise="kpi-missing-points",
        road="Subtracts the points of each KPI from its weight times 100.",
        mistake="A KPI above its target brings 0, not less than nothing.",
        answer=met_targets_below_zero,
        typed={
            "uv_completion": "-5.0",
            "campaign_uv_share": "-2.2",
            "campaign_order_share": "1.2",
            "campaign_conversion": "13.7",
            "new_resource_uv_increment": "6.2",
        },
    ),
    Answer(
        exercise="kpi-missing-points",
        road="Takes for each KPI how many per cent are missing to its target.",
        mistake="The weights were forgotten.",
        answer=gaps_without_weights,
        typed={
            "uv_completion": "0.0",
            "campaign_uv_share": "0.0",
            "campaign_order_share": "12.0",
            "campaign_conversion": "45.7",
            "new_resource_uv_increment": "31.0",
        },
    ),
    Answer(
        exercise="kpi-missing-points",
        road="Reads the column of points of the scorecard.",
        mistake="These are the points that were made, not those that are missing.",
        answer=points_of_the_month,
        typed={
            "uv_completion": "30.0",
            "campaign_uv_share": "17.2",
            "campaign_order_share": "8.8",
            "campaign_conversion": "16.3",
            "new_resource_uv_increment": "13.8",
        },
    ),
    Answer(
        exercise="kpi-lever",
        road="Takes the KPI that brought the most points in August.",
        mistake="It is above its target; where most points are, none are missing.",
        answer=most_points,
        typed="uv_completion",
    ),
    Answer(
        exercise="kpi-lever",
        road="Takes the KPI that is nearest to its target, since it is met soonest.",
        mistake="What is easiest brings the fewest points here.",
        answer=nearest_to_its_target,
        typed="campaign_order_share",
    ),
    Answer(
        exercise="kpi-lever",
        road="Leaves conversion to the design manager and takes the largest gap of the others.",
        mistake="Points were not compared over all KPIs.",
        answer=second_gap,
        typed="new_resource_uv_increment",
    ),
    Answer(
        exercise="kpi-rest-conversion",
        road="Changes the share in the cell and types the first number it prints.",
        mistake="This is the whole shop, not the rest of the traffic.",
        answer=shop_instead_of_the_rest,
        typed="9.11",
    ),
    Answer(
        exercise="kpi-rest-conversion",
        road="Runs the cell and types the conversion of the rest.",
        mistake="The share of visitors was left at 45 %.",
        answer=share_of_the_cell,
        typed="6.69 %",
    ),
    Answer(
        exercise="kpi-rest-conversion",
        road="Takes 45 of 55 parts of the campaign orders for each 100 visitors.",
        mistake="The orders of the rest were divided by all visitors, not by those of the rest.",
        answer=orders_of_the_rest_by_everybody,
        typed="4.10",
    ),
    Answer(
        exercise="kpi-rest-conversion",
        road="Reckons with half of the visitors, which is nearly the same.",
        mistake="Rounded before the last step.",
        answer=half_of_the_visitors,
        typed="8.18",
    ),
    Answer(
        exercise="kpi-next-year",
        road="Takes 5 % more conversion, rounded to the slider, and works out the share of orders.",
        mistake="Rounded down, the conversion is a little less than 5 % up.",
        answer=five_per_cent_rounded,
        typed={"uv_share": 51.0, "order_share": 58.0, "conversion": 10.6},
    ),
    Answer(
        exercise="kpi-next-year",
        road="Raises the conversion by 5 % and leaves the share of orders as it is this year.",
        mistake="The rest of the traffic would then have to convert more than it did.",
        answer=orders_as_this_year,
        typed={"uv_share": 51.0, "order_share": 56.0, "conversion": 10.7},
    ),
    Answer(
        exercise="kpi-next-year",
        road="Raises all three by 5 %.",
        mistake="Raised alike they do not agree with one another.",
        answer=everything_five_per_cent_up,
        typed={"uv_share": 53.0, "order_share": 58.5, "conversion": 10.7},
    ),
    Answer(
        exercise="kpi-next-year",
        road="Keeps half of the visitors, raises the conversion and works out the share of orders.",
        mistake="A share of 50 % is lower than that of this year.",
        answer=share_rounded_down,
        typed={"uv_share": 50.0, "order_share": 57.5, "conversion": 10.7},
    ),
]
