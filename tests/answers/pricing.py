"""Wrong answers to the exercises of pricing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ecokit import Shop, pricing
from tests.answers.road import Answer


def _best_seller(shop: Shop) -> Any:
    id_ = shop.stock.groupby("product_id")["demand"].sum().idxmax()
    return shop.products.set_index("product_id").loc[id_]


def _mind(shop: Shop) -> float:
    """Return the size of the elasticity that the prompts give for an accessory."""
    return -float(shop.truth["elasticity_accessories"])


def _beside(shop: Shop) -> pd.DataFrame:
    """Put the cheapest offers of the last week beside our offer of its Monday."""
    offers: pd.DataFrame = pricing.cheapest_offers(shop)
    own = shop.stock[shop.stock["date"] == offers["week"].max()]
    own = own[["product_id", "price"]].rename(columns={"price": "own"})
    return offers.merge(own, on="product_id").merge(
        shop.products[["product_id", "list_price"]], on="product_id", suffixes=("", "_own")
    )


def _phones(shop: Shop) -> pd.DataFrame:
    weeks: pd.DataFrame = pricing.panel(shop)
    return weeks[weeks["category"] == "phones"]


def _conversion(shop: Shop) -> float:
    return round(float(pricing.arms(shop, "T2").set_index("arm")["conversion"]["A"]), 3)


def _visitors(shop: Shop) -> int:
    return pricing.sample_size(_conversion(shop), 1.1 * _conversion(shop))


def _cost(shop: Shop) -> float:
    """Return the unit cost that the prompt gives for the product of test T2."""
    tested = shop.price_tests.loc[shop.price_tests["test_id"] == "T2", "product_id"].iloc[0]
    return float(shop.products.set_index("product_id")["cost"][tested])


def _effect(shop: Shop, metric: str) -> float:
    told = pricing.effects(shop, "T2", _cost(shop)).set_index("metric")
    return float(told["difference"][metric])


def _profit_of_arms(shop: Shop) -> str:
    arms = pricing.arms(shop, "T2").set_index("arm")
    profit = arms["units"] * (arms["price"] - _cost(shop))
    return f"{profit['B'] - profit['A']:,.0f}"


def _profit_a_unit(shop: Shop) -> str:
    price = pricing.arms(shop, "T2").set_index("arm")["price"]
    return f"{price['B'] - price['A']:.2f}"


ANSWERS: list[Answer] = [
    Answer(
        "pricing-margin-markup",
        "Put 25 % on top of the cost.",
        "A markup instead of a margin.",
        lambda shop: f"¥{1.25 * _best_seller(shop)['cost']:.2f}",
        "¥148.75",
    ),
    Answer(
        "pricing-margin-markup",
        "Called floor_price with a margin of 25 %.",
        "Fees and handling are in it, though the exercise leaves them out.",
        lambda shop: f"{pricing.floor_price(_best_seller(shop)['cost'], 0.25):.2f}",
        "166.67",
    ),
    Answer(
        "pricing-margin-markup",
        "Added a quarter of the list price to the cost.",
        "A quarter of another price than the one that is asked for.",
        lambda shop: "{:.2f}".format(
            _best_seller(shop)["cost"] + 0.25 * _best_seller(shop)["list_price"]
        ),
        "163.75",
    ),
    Answer(
        "pricing-list-or-paid",
        "Compared their list prices with our price.",
        "List prices instead of what customers pay.",
        lambda shop: f"{(_beside(shop)['list_price'] / _beside(shop)['own'] - 1).mean():.1%}",
        "8.0%",
    ),
    Answer(
        "pricing-list-or-paid",
        "Divided our price by theirs, less 1.",
        "A share of their price, so the sign and the size are those of the other side.",
        lambda shop: f"{(_beside(shop)['own'] / _beside(shop)['price'] - 1).mean():.1%}",
        "-1.4%",
    ),
    Answer(
        "pricing-list-or-paid",
        "Compared with our list prices of the table products.",
        "Our list price instead of our price on that Monday.",
        lambda shop: f"{(_beside(shop)['price'] / _beside(shop)['list_price_own'] - 1).mean():.1%}",
        "-1.2%",
    ),
    Answer(
        "pricing-list-or-paid",
        "Added up all their prices and all ours, and divided the sums.",
        "A ratio of sums: the dear phones settle it.",
        lambda shop: f"{_beside(shop)['price'].sum() / _beside(shop)['own'].sum() - 1:.1%}",
        "4.4%",
    ),
    Answer(
        "pricing-best-price",
        "Multiplied the cost by the size of the elasticity.",
        "A rule of thumb that is no formula.",
        lambda shop: f"{_best_seller(shop)['cost'] * _mind(shop):.2f}",
        "214.20",
    ),
    Answer(
        "pricing-best-price",
        "Knew that 1 over e is left, and put it on top of the cost.",
        "1/e is the margin, a share of the price, not a markup.",
        lambda shop: f"{_best_seller(shop)['cost'] * (1 + 1 / _mind(shop)):.2f}",
        "185.11",
    ),
    Answer(
        "pricing-best-price",
        "Put the elasticity with its minus sign into e / (e - 1).",
        "The formula wants the size; with the sign the price falls below the cost.",
        lambda shop: "{:.2f}".format(_best_seller(shop)["cost"] * _mind(shop) / (_mind(shop) + 1)),
        "76.50",
    ),
    Answer(
        "pricing-elasticity-sign",
        "Multiplied 6 % by 1.8.",
        "A rule for small changes; this elasticity is the same at every price.",
        lambda shop: f"{0.06 * _mind(shop):.1%}",
        "10.8%",
    ),
    Answer(
        "pricing-elasticity-sign",
        "Multiplied 6 % by -1.8.",
        "The price falls, so the sign turns: units rise.",
        lambda shop: f"{-0.06 * _mind(shop):.1%}",
        "-10.8%",
    ),
    Answer(
        "pricing-elasticity-sign",
        "Raised 1.06 to the power of 1.8.",
        "A cut of 6 % is 0.94, and 1 / 0.94 is more than 1.06.",
        lambda shop: f"{1.06 ** _mind(shop) - 1:.3f}",
        "0.111",
    ),
    Answer(
        "pricing-elasticity-sign",
        "Raised 0.94 to the power of 1.8.",
        "The minus sign of the elasticity is lost, so units fall with the price.",
        lambda shop: f"{0.94 ** _mind(shop) - 1:.1%}",
        "-10.5%",
    ),
    Answer(
        "pricing-elasticity-instrument",
        "Called estimate with days on sale and left the instrument out.",
        "The manager's own number: demand moves the price.",
        lambda shop: f"{pricing.estimate(_phones(shop), exposure='days').elasticity:.2f}",
        "-1.58",
    ),
    Answer(
        "pricing-elasticity-instrument",
        "Called estimate with nothing but the table.",
        "Units by visit and no instrument, which the function takes without being told.",
        lambda shop: f"{pricing.estimate(_phones(shop)).elasticity:.2f}",
        "-3.31",
    ),
    Answer(
        "pricing-elasticity-instrument",
        "Called estimate with the whole panel.",
        "All categories together instead of phones.",
        lambda shop: "{:.2f}".format(
            pricing.estimate(pricing.panel(shop), exposure="days", instrument="cost").elasticity
        ),
        "-2.39",
    ),
    Answer(
        "pricing-elasticity-instrument",
        "Read the dashed line of the figure.",
        "What the simulator was told, not what the estimate says.",
        lambda shop: f"{shop.truth['elasticity_phones']:.1f}",
        "-3.0",
    ),
    Answer(
        "pricing-sample-size",
        "Doubled the number for the two arms.",
        "Both arms together instead of each.",
        lambda shop: f"{2 * _visitors(shop):,}",
        "88,108",
    ),
    Answer(
        "pricing-sample-size",
        "Called sample_size with the conversion and 0.1 more.",
        "Ten percentage points instead of a tenth.",
        lambda shop: f"{pricing.sample_size(_conversion(shop), _conversion(shop) + 0.1):,}",
        "123",
    ),
    Answer(
        "pricing-sample-size",
        "Took half of what the function returns, for two arms.",
        "The function gives the visitors of each arm already.",
        lambda shop: f"{_visitors(shop) / 2:,.0f}",
        "22,027",
    ),
    Answer(
        "pricing-broken-split",
        "Thought that a mean a visitor does not care how many visitors there were.",
        "Who was lost is not like who stayed.",
        lambda _shop: "a",
        "a",
    ),
    Answer(
        "pricing-broken-split",
        "Weighted the smaller arm up, as one does in a survey.",
        "Weights mend the number of visitors, not who they are.",
        lambda _shop: "c",
        "c",
    ),
    Answer(
        "pricing-broken-split",
        "Hoped that chance evens out with more visitors.",
        "It is not chance; the loss goes on.",
        lambda _shop: "d",
        "d",
    ),
    Answer(
        "pricing-test-profit",
        "Read the row revenue.",
        "Revenue instead of profit.",
        lambda shop: f"¥{_effect(shop, 'revenue'):.2f}",
        "¥12.69",
    ),
    Answer(
        "pricing-test-profit",
        "Took the profit of A less that of B.",
        "The sign: B less A was asked for.",
        lambda shop: f"{-_effect(shop, 'profit'):.2f}",
        "4.17",
    ),
    Answer(
        "pricing-test-profit",
        "Took the profit that a unit leaves in B less that in A.",
        "A unit instead of a visitor: that B sells to more of them is left out.",
        _profit_a_unit,
        "-124.67",
    ),
    Answer(
        "pricing-test-profit",
        "Multiplied the units of each arm by what a unit leaves, and subtracted.",
        "Yuan of the whole test instead of yuan a visitor.",
        _profit_of_arms,
        "-28,374",
    ),
]
