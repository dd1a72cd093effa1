"""Wrong answers to the exercises on competitors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ecokit import Shop, competitors
from tests.answers.road import Answer

SALE, MAY, MARCH = "2025-06-16", "2025-05-19", "2025-03-03"
RIVALS = ("K1", "K2", "K3")


def three(value: float) -> str:
    return f"{value:.3f}"


def concentration(shop: Shop, column: str) -> float:
    table = competitors.concentration(shop).set_index("category")
    return float(table.loc["phones", column])


def whole_market(shop: Shop) -> str:
    table = competitors.market_shares(shop)
    return f"{competitors.hhi(table.set_index('seller')['share']):.0f}"


def without_us(shop: Shop) -> str:
    table = competitors.market_shares(shop, by="category")
    phones = table[table["category"] == "phones"].set_index("seller")["share"]
    return f"{10_000 * (phones.drop(['own', 'others']) ** 2).sum():.0f}"


def best_lag(shop: Shop, leader: str, follower: str) -> str:
    moves = competitors.price_moves(competitors.published(shop))
    told = competitors.lead_lag(moves, leader, follower)
    return str(int(told.loc[told["correlation"].idxmax(), "lag"]))


def quality(shop: Shop, rival: str, threshold: float, column: str) -> str:
    panel = competitors.published(shop)
    known = shop.competitor_products.dropna(subset="product_id")
    known = known[known["competitor_id"] == rival]
    offers = panel[panel["competitor_id"] == rival].drop_duplicates("sku", keep="last")
    offers = offers.set_index("sku")
    products = shop.products.set_index("product_id")
    pairs = competitors.similarities(products, offers, ["name"], threshold=0.1, block="category")
    truth = [
        (product, sku)
        for product, sku in zip(known["product_id"], known["sku"], strict=True)
        if sku in offers.index
    ]
    table = competitors.quality_by_threshold(pairs, truth, [0.2, 0.3]).set_index("threshold")
    return three(table.loc[threshold, column])


def true_gaps(shop: Shop, week: str) -> pd.DataFrame:
    panel = competitors.published(shop)
    known = shop.competitor_products.dropna(subset="product_id")
    same = known[["competitor_id", "sku", "product_id"]]
    gaps = competitors.price_gaps(panel, same, competitors.own_prices(shop))
    return gaps[gaps["week"] == week]


def levels(shop: Shop, week: str) -> dict[str, float]:
    rows = true_gaps(shop, week)
    told = competitors.spatial_index(rows, "jevons", by="competitor_id")
    return told.set_index("competitor_id")["index"].to_dict()


def typed(values: dict[str, float]) -> dict[str, str]:
    return {rival: three(values[rival]) for rival in RIVALS}


def theirs_over_ours(shop: Shop) -> dict[str, str]:
    return typed({rival: 1 / level for rival, level in levels(shop, SALE).items()})


def list_prices(shop: Shop) -> dict[str, str]:
    rows = true_gaps(shop, SALE)
    panel = competitors.published(shop)
    listed = panel.loc[panel["week"] == SALE, ["competitor_id", "sku", "list_price"]]
    rows = rows.drop(columns="list_price", errors="ignore").merge(listed)
    ratios: Any = np.log(rows["own_price"] / rows["list_price"])
    return typed(np.exp(ratios.groupby(rows["competitor_id"]).mean()).to_dict())


def all_together(shop: Shop, week: str) -> str:
    return three(competitors.spatial_index(true_gaps(shop, week), "jevons")["index"].iloc[0])


def mean_of_three(shop: Shop) -> str:
    return three(float(np.mean(list(levels(shop, MAY).values()))))


def still_there(shop: Shop) -> str:
    panel = competitors.published(shop)
    last = panel.loc[panel["week"] == panel["week"].max(), ["competitor_id", "sku"]]
    rows = true_gaps(shop, MAY).merge(last)
    return three(competitors.spatial_index(rows, "jevons")["index"].iloc[0])


def own_items(shop: Shop, category: str, months: list[str]) -> pd.DataFrame:
    stock = shop.stock.merge(shop.products[["product_id", "category"]], on="product_id")
    stock = stock.rename(columns={"product_id": "item"})
    stock["period"] = stock["date"].dt.strftime("%Y-%m")
    stock = stock[(stock["category"] == category) & stock["period"].isin(months)]
    items = stock.groupby(["period", "item"])
    return items.agg(price=("price", "mean"), quantity=("sold", "sum")).reset_index()


def fisher(shop: Shop, category: str, months: list[str]) -> str:
    items = own_items(shop, category, months)
    in_both = items.groupby("item")["period"].transform("nunique") == 2
    told = competitors.price_index(items[in_both], "fisher")
    return f"{told['index'].iloc[-1]:.4f}"


def average_prices(shop: Shop) -> str:
    items = own_items(shop, "tablets", ["2025-06", "2025-07"])
    means = items.groupby("period")["price"].mean()
    return f"{means.iloc[-1] / means.iloc[0]:.4f}"


ANSWERS = [
    Answer(
        exercise="competitors-who-competes",
        road="Took the largest shop.",
        mistake="Most of its list lies outside our categories.",
        answer=lambda shop: "a",
        typed="a",
    ),
    Answer(
        exercise="competitors-who-competes",
        road="Took the one that is most like us.",
        mistake="Hardly any of our customers ever sees it.",
        answer=lambda shop: "b",
        typed="b",
    ),
    Answer(
        exercise="competitors-members-prices",
        road="Thought that the trouble with collecting is the load on the server.",
        mistake="The terms forbid it, by night as by day.",
        answer=lambda shop: "a",
        typed="a",
    ),
    Answer(
        exercise="competitors-members-prices",
        road="Read by hand, as only machines are forbidden.",
        mistake="An invented name is a false account.",
        answer=lambda shop: "b",
        typed="b",
    ),
    Answer(
        exercise="competitors-members-prices",
        road="Used an account that is real.",
        mistake="The terms forbid to read by machine, whoever has logged in.",
        answer=lambda shop: "d",
        typed="d",
    ),
    Answer(
        exercise="competitors-concentration",
        road="Squared the share of others, too.",
        mistake="These are many small sellers and add nothing.",
        answer=lambda shop: f"""{concentration(shop, "hhi_others_as_one"):.0f}""",
        typed="2387",
    ),
    Answer(
        exercise="competitors-concentration",
        road="Squared the shares as fractions.",
        mistake="Points square per cent: 30 squared is 900.",
        answer=lambda shop: f"""{concentration(shop, "hhi") / 10_000:.3f}""",
        typed="0.196",
    ),
    Answer(
        exercise="competitors-concentration",
        road="Took the number that the page has for the market.",
        mistake="That is all categories together.",
        answer=whole_market,
        typed="1933",
    ),
    Answer(
        exercise="competitors-concentration",
        road="Squared the shares of the three competitors.",
        mistake="We are a seller too.",
        answer=without_us,
        typed="1573",
    ),
    Answer(
        exercise="competitors-follower",
        road="Read the figure as it stands.",
        mistake="It shows K2.",
        answer=lambda shop: best_lag(shop, "K1", "K2"),
        typed="1",
    ),
    Answer(
        exercise="competitors-follower",
        road="Took the row of the table in which K3 follows with the highest correlation.",
        mistake="There K2 leads; both follow K1.",
        answer=lambda shop: best_lag(shop, "K2", "K3"),
        typed="2",
    ),
    Answer(
        exercise="competitors-follower",
        road="Set K3 for the leader and K1 for the follower and read the highest bar.",
        mistake="The other way round; the lag comes out below zero.",
        answer=lambda shop: best_lag(shop, "K3", "K1"),
        typed="-3",
    ),
    Answer(
        exercise="competitors-test-purchases",
        road="Took three of three for 100 %.",
        mistake="Three purchases leave a wide interval.",
        answer=lambda shop: "a",
        typed="a",
    ),
    Answer(
        exercise="competitors-test-purchases",
        road="Trusted the number that rests on many orders.",
        mistake="Our number is sure; theirs is not known, so nobody is better.",
        answer=lambda shop: "c",
        typed="c",
    ),
    Answer(
        exercise="competitors-recall",
        road="Read recall at 0.3 from the cell as it stands.",
        mistake="It matches the offers of K1.",
        answer=lambda shop: quality(shop, "K1", 0.3, "recall"),
        typed="0.667",
    ),
    Answer(
        exercise="competitors-recall",
        road="Changed the competitor and took precision.",
        mistake="Precision is the share of the found pairs that are right.",
        answer=lambda shop: quality(shop, "K3", 0.3, "precision"),
        typed="0.875",
    ),
    Answer(
        exercise="competitors-recall",
        road="Changed the competitor and took the row of 0.2, which the page recommends.",
        mistake="The threshold is 0.3.",
        answer=lambda shop: quality(shop, "K3", 0.2, "recall"),
        typed="1.000",
    ),
    Answer(
        exercise="competitors-price-level",
        road="Ran the cell as it stands.",
        mistake="That is the week of 3 March, without a sale.",
        answer=lambda shop: typed(levels(shop, MARCH)),
        typed={"K1": "0.966", "K2": "1.062", "K3": "1.016"},
    ),
    Answer(
        exercise="competitors-price-level",
        road="Divided their price by ours.",
        mistake="Ours over theirs was asked.",
        answer=theirs_over_ours,
        typed={"K1": "1.003", "K2": "0.936", "K3": "0.902"},
    ),
    Answer(
        exercise="competitors-price-level",
        road="Compared with their list prices.",
        mistake="A customer pays less in the sale.",
        answer=list_prices,
        typed={"K1": "0.902", "K2": "0.966", "K3": "0.913"},
    ),
    Answer(
        exercise="competitors-survivors",
        road="Ran the cell as it stands.",
        mistake="That is the week of 3 March.",
        answer=lambda shop: all_together(shop, MARCH),
        typed="1.011",
    ),
    Answer(
        exercise="competitors-survivors",
        road="Averaged the three levels that the cell above gives for the week.",
        mistake="A competitor with few offers counts as much as one with many.",
        answer=mean_of_three,
        typed="1.026",
    ),
    Answer(
        exercise="competitors-survivors",
        road="Looked at the offers that are still there in December.",
        mistake="Those who left did not leave by chance.",
        answer=still_there,
        typed="0.974",
    ),
    Answer(
        exercise="competitors-own-index",
        road="Changed the months and left the category.",
        mistake="That is phones.",
        answer=lambda shop: fisher(shop, "phones", ["2025-06", "2025-07"]),
        typed="1.0533",
    ),
    Answer(
        exercise="competitors-own-index",
        road="Changed the category and left the months.",
        mistake="That is March over February.",
        answer=lambda shop: fisher(shop, "tablets", ["2025-02", "2025-03"]),
        typed="0.9860",
    ),
    Answer(
        exercise="competitors-own-index",
        road="Compared July with the month after.",
        mistake="The month before was asked.",
        answer=lambda shop: fisher(shop, "tablets", ["2025-07", "2025-08"]),
        typed="1.0110",
    ),
    Answer(
        exercise="competitors-own-index",
        road="Divided the average price of July by that of June.",
        mistake="Products come and go, and units do not weigh.",
        answer=average_prices,
        typed="0.9773",
    ),
    Answer(
        exercise="competitors-reaction",
        road="Followed the cut by as many per cent, for as long.",
        mistake="Gives up far more margin than the units need.",
        answer=lambda shop: {"cut": 12, "weeks": 4, "scope": 1},
        typed={"cut": 12, "weeks": 4, "scope": 1},
    ),
    Answer(
        exercise="competitors-reaction",
        road="Left the sliders where they stand.",
        mistake="Cuts the whole category, and longer than the competitor does.",
        answer=lambda shop: {"cut": 8, "weeks": 6, "scope": 2},
        typed={"cut": 8, "weeks": 6, "scope": 2},
    ),
    Answer(
        exercise="competitors-reaction",
        road="Held the price, as the page says of every cut.",
        mistake="The contract asks for units, and waiting loses too many.",
        answer=lambda shop: {"cut": 0, "weeks": 0, "scope": 1},
        typed={"cut": 0, "weeks": 0, "scope": 1},
    ),
]
