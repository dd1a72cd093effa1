"""Wrong answers to the exercises on pricing."""

from __future__ import annotations

import pandas as pd

from ecokit import Shop, pricing
from tests.answers.road import Answer


def cost(shop: Shop) -> float:
    """Return what a unit of Accessory G1 in stock has cost."""
    mine = shop.stock[shop.stock["product_id"] == "P043"].sort_values("date")
    return round(float(mine["unit_cost"].iloc[-1]), 2)


def two(value: float) -> str:
    return f"{value:.2f}"


def three(value: float) -> str:
    return f"{value:.3f}"


def side_by_side(shop: Shop) -> pd.DataFrame:
    offers = pricing.cheapest_offers(shop)
    today = shop.stock[shop.stock["date"] == offers["week"].max()]
    return offers.merge(today, on="product_id", suffixes=("", "_own"))


def list_prices(shop: Shop) -> str:
    both = side_by_side(shop)
    return f"{(both['list_price'] / both['price_own'] - 1).mean():.4f}"


def of_their_price(shop: Shop) -> str:
    both = side_by_side(shop)
    return f"{(1 - both['price_own'] / both['price']).mean():.4f}"


def sums(shop: Shop) -> str:
    both = side_by_side(shop)
    return f"{both['price'].sum() / both['price_own'].sum() - 1:.4f}"


def elasticity(shop: Shop, category: str, exposure: str, instrument: str | None) -> str:
    weeks = pricing.panel(shop)
    chosen = weeks[weeks["category"] == category]
    return two(pricing.estimate(chosen, exposure=exposure, instrument=instrument).elasticity)


def second_test(shop: Shop, metric: str, unit_cost: float | None = None) -> float:
    test = shop.price_tests[shop.price_tests["test_id"] == "T2"]
    if unit_cost is None:
        of_day = shop.stock[shop.stock["date"] == test["date"].min()].set_index("product_id")
        unit_cost = float(of_day.loc[test["product_id"].iloc[0], "unit_cost"])
    shown = pricing.effects(shop, "T2", unit_cost).set_index("metric")
    return float(shown.loc[metric, "difference"])


def left_a_unit(shop: Shop) -> str:
    test = shop.price_tests[shop.price_tests["test_id"] == "T2"]
    price = test.groupby("arm")["price"].first()
    return two(price["B"] - price["A"])


ANSWERS = [
    Answer(
        exercise="pricing-margin-markup",
        road="Put 25 % on top of the cost.",
        mistake="That is a markup; a margin is a share of the price.",
        answer=lambda shop: two(1.25 * cost(shop)),
        typed="207.41",
    ),
    Answer(
        exercise="pricing-margin-markup",
        road="Turned the margin of a quarter into a markup of 33 % and put that on the cost.",
        mistake="Rounded too early: it is a third.",
        answer=lambda shop: two(1.33 * cost(shop)),
        typed="220.69",
    ),
    Answer(
        exercise="pricing-margin-markup",
        road="Divided the cost by 0.25.",
        mistake="The cost is the other three quarters of the price.",
        answer=lambda shop: two(cost(shop) / 0.25),
        typed="663.72",
    ),
    Answer(
        exercise="pricing-list-or-paid",
        road="Ran the cell as it stands.",
        mistake="List prices are set to be crossed out; customers pay another price.",
        answer=list_prices,
        typed="0.0736",
    ),
    Answer(
        exercise="pricing-list-or-paid",
        road="Changed the column and divided by their price instead of ours.",
        mistake="The share is one of our price.",
        answer=of_their_price,
        typed="0.0193",
    ),
    Answer(
        exercise="pricing-list-or-paid",
        road="Added up both price lists and compared the sums.",
        mistake="Dear phones decide the sum; the mean over the products was asked.",
        answer=sums,
        typed="-0.0531",
    ),
    Answer(
        exercise="pricing-best-price",
        road="Changed the cost in the cell and left the elasticity.",
        mistake="The cell stands at -3.",
        answer=lambda shop: two(pricing.best_price(cost(shop), -3.0)),
        typed="248.90",
    ),
    Answer(
        exercise="pricing-best-price",
        road="Multiplied the cost by the elasticity.",
        mistake="The factor is e over e less 1.",
        answer=lambda shop: two(1.8 * cost(shop)),
        typed="298.67",
    ),
    Answer(
        exercise="pricing-best-price",
        road="Put -1.8 for e into the formula of the page.",
        mistake="The page writes the elasticity as -e; the price comes out below cost.",
        answer=lambda shop: two(cost(shop) * -1.8 / (-1.8 - 1)),
        typed="106.67",
    ),
    Answer(
        exercise="pricing-best-price",
        road="Remembered that a quarter of the best price is margin.",
        mistake="That holds at an elasticity of -4.",
        answer=lambda shop: two(cost(shop) / 0.75),
        typed="221.24",
    ),
    Answer(
        exercise="pricing-elasticity-sign",
        road="Multiplied six per cent by the elasticity.",
        mistake="True for one per cent; a cut by 6 % changes units by more.",
        answer=lambda shop: three(-0.06 * -1.8),
        typed="0.108",
    ),
    Answer(
        exercise="pricing-elasticity-sign",
        road="Multiplied the 6 % by -1.8 and kept the minus.",
        mistake="The price falls, so units rise.",
        answer=lambda shop: three(0.06 * -1.8),
        typed="-0.108",
    ),
    Answer(
        exercise="pricing-elasticity-sign",
        road="Put the change into the cell and left the elasticity.",
        mistake="The cell stands at -3.",
        answer=lambda shop: three(0.94**-3 - 1),
        typed="0.204",
    ),
    Answer(
        exercise="pricing-elasticity-sign",
        road="Put 0.06 into the cell as the change.",
        mistake="A cut is below zero.",
        answer=lambda shop: three(1.06**-1.8 - 1),
        typed="-0.100",
    ),
    Answer(
        exercise="pricing-elasticity-instrument",
        road="Ran the cell without changing the category.",
        mistake="That is phones.",
        answer=lambda shop: elasticity(shop, "phones", "days", "cost"),
        typed="-7.98",
    ),
    Answer(
        exercise="pricing-elasticity-instrument",
        road="Changed the category and then the exposure to visits, as the text invites.",
        mistake="Units by day on sale were asked.",
        answer=lambda shop: elasticity(shop, "audio", "visits", "cost"),
        typed="-2.86",
    ),
    Answer(
        exercise="pricing-elasticity-instrument",
        road="Called estimate for audio with exposure days and no instrument.",
        mistake="In weeks of high demand the manager asks more, so demand moves the price.",
        answer=lambda shop: elasticity(shop, "audio", "days", None),
        typed="-1.26",
    ),
    Answer(
        exercise="pricing-elasticity-instrument",
        road="Took the right estimate and dropped its sign, as people say an elasticity of 2.6.",
        mistake="The elasticity has a sign: units fall when the price rises.",
        answer=lambda shop: elasticity(shop, "audio", "days", "cost").lstrip("-"),
        typed="2.58",
    ),
    Answer(
        exercise="pricing-sample-size",
        road="Changed the share and left the change at a tenth.",
        mistake="A change by 20 % was asked.",
        answer=lambda shop: f"{pricing.sample_size(0.044, 1.1 * 0.044)}",
        typed="35729",
    ),
    Answer(
        exercise="pricing-sample-size",
        road="Doubled the number, as there are two arms.",
        mistake="Each arm was asked, and that is what the cell prints.",
        answer=lambda shop: f"{2 * pricing.sample_size(0.044, 1.2 * 0.044)}",
        typed="18672",
    ),
    Answer(
        exercise="pricing-sample-size",
        road="Read 20 % as points: from 4.4 % to 24.4 %.",
        mistake="It is 20 % of the conversion.",
        answer=lambda shop: f"{pricing.sample_size(0.044, 0.244)}",
        typed="48",
    ),
    Answer(
        exercise="pricing-sample-size",
        road="Changed the change and left the share at 3 %.",
        mistake="Here 4.4 % of the visitors buy.",
        answer=lambda shop: f"{pricing.sample_size(0.03, 1.2 * 0.03)}",
        typed="13914",
    ),
    Answer(
        exercise="pricing-broken-split",
        road="Thought that numbers a visitor are fair whatever the split.",
        mistake="Those who were lost are not like those who stayed.",
        answer=lambda shop: "a",
        typed="a",
    ),
    Answer(
        exercise="pricing-broken-split",
        road="Corrected the sizes with weights, as in a survey.",
        mistake="Weights mend the size of an arm, not who is missing in it.",
        answer=lambda shop: "c",
        typed="c",
    ),
    Answer(
        exercise="pricing-broken-split",
        road="Took it for chance that more days will heal.",
        mistake="Chance does not do that; the same visitors go on getting lost.",
        answer=lambda shop: "d",
        typed="d",
    ),
    Answer(
        exercise="pricing-test-profit",
        road="Read the row profit of the cell as it stands.",
        mistake="The unit cost was not changed to 3,520.",
        answer=lambda shop: two(second_test(shop, "profit")),
        typed="-23.91",
    ),
    Answer(
        exercise="pricing-test-profit",
        road="Changed the cost and took the row revenue.",
        mistake="Revenue does not know what a unit costs.",
        answer=lambda shop: two(second_test(shop, "revenue", 3520)),
        typed="-13.69",
    ),
    Answer(
        exercise="pricing-test-profit",
        road="Took the difference of the prices, which is lost on each unit.",
        mistake="That is a unit sold, not a visitor, and leaves out what more orders bring.",
        answer=left_a_unit,
        typed="-574.41",
    ),
    Answer(
        exercise="pricing-test-profit",
        road="Took A less B.",
        mistake="B less A was asked: the profit falls.",
        answer=lambda shop: two(-second_test(shop, "profit", 3520)),
        typed="21.86",
    ),
]
