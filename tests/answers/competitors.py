"""Wrong answers to the exercises of competitors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ecokit import Shop, competitors
from tests.answers.road import Answer

SALE, EARLY = pd.Timestamp("2025-06-09"), pd.Timestamp("2025-03-03")


def _shares(shop: Shop) -> Any:
    shares = competitors.market_shares(shop, by="category")
    return shares[shares["category"] == "phones"].set_index("seller")["share"]


def _fractions(shop: Shop) -> str:
    return f"{(_shares(shop).drop('others') ** 2).sum():.3f}"


def _named_only(shop: Shop) -> str:
    named = _shares(shop).drop("others")
    return f"{competitors.hhi(named / named.sum()):,.0f}"


def _whole_market(shop: Shop) -> str:
    shares = competitors.market_shares(shop).set_index("seller")["share"]
    return f"{competitors.hhi(shares):,.0f}"


def _follows(shop: Shop, leader: str, follower: str) -> str:
    moves = competitors.price_moves(competitors.published(shop))
    table = competitors.price_leaders(moves).set_index(["leader", "follower"])
    return str(int(table.loc[(leader, follower), "weeks"]))


def _lag_of_prices_paid(shop: Shop) -> str:
    moves = competitors.price_moves(competitors.published(shop), price="price")
    lags = competitors.lead_lag(moves, "K1", "K3")
    return str(int(lags.loc[lags["correlation"].idxmax(), "lag"]))


def _quality(shop: Shop, competitor: str, threshold: float) -> Any:
    panel = competitors.published(shop)
    offers = panel[panel["competitor_id"] == competitor].drop_duplicates("sku", keep="last")
    known = shop.competitor_products.dropna(subset="product_id")
    known = known[(known["competitor_id"] == competitor) & known["sku"].isin(offers["sku"])]
    pairs = competitors.similarities(
        shop.products.set_index("product_id"),
        offers.set_index("sku"),
        ["name"],
        threshold=0.1,
        block="category",
    )
    truth = list(zip(known["product_id"], known["sku"], strict=True))
    return competitors.quality_by_threshold(pairs, truth, [threshold]).iloc[0].to_dict() | {
        "true": len(truth)
    }


def _recall_of_all(shop: Shop) -> str:
    found = [_quality(shop, competitor, 0.3) for competitor in ("K1", "K2", "K3")]
    return f"{sum(one['right'] for one in found) / sum(one['true'] for one in found):.1%}"


def _gaps(shop: Shop, week: pd.Timestamp | None = None, *, by_name: bool = False) -> pd.DataFrame:
    panel = competitors.published(shop)
    pairs = shop.competitor_products.dropna(subset="product_id")
    pairs = pairs[pairs["sku"].isin(panel["sku"])]
    if by_name:
        pairs = competitors.match_panel(panel, shop.products, threshold=0.2)
    gaps: pd.DataFrame = competitors.price_gaps(panel, pairs, competitors.own_prices(shop))
    if by_name:
        gaps = gaps[gaps["gap"].abs() < 0.4]
    return gaps if week is None else gaps[gaps["week"] == week]


def _levels(gaps: pd.DataFrame, price: str = "price") -> pd.Series[float]:
    table = competitors.spatial_index(gaps, "jevons", by="competitor_id", price=price)
    return table.set_index("competitor_id")["index"]


def _level(gaps: pd.DataFrame, price: str = "price") -> float:
    return float(competitors.spatial_index(gaps, "jevons", price=price)["index"].iloc[0])


def _typed(levels: pd.Series[float]) -> object:
    return {str(competitor): round(float(level), 3) for competitor, level in levels.items()}


def _plain_means(shop: Shop) -> object:
    gaps = _gaps(shop, SALE)
    return _typed((gaps["own_price"] / gaps["price"]).groupby(gaps["competitor_id"]).mean())


def _survivors(shop: Shop) -> str:
    gaps = _gaps(shop)
    last = gaps.loc[gaps["week"] == gaps["week"].max(), "sku"]
    return f"{_level(gaps[(gaps['week'] == EARLY) & gaps['sku'].isin(last)]):.3f}"


def _last_week(shop: Shop) -> str:
    gaps = _gaps(shop)
    return f"{_level(gaps[gaps['week'] == gaps['week'].max()]):.3f}"


def _own(shop: Shop) -> pd.DataFrame:
    """Return price (mean of the days) and units of each accessory and month."""
    stock = shop.stock.merge(shop.products[["product_id", "category"]], on="product_id")
    stock = stock[stock["category"] == "accessories"]
    stock = stock.assign(period=stock["date"].dt.strftime("%Y-%m"))
    table = stock.groupby(["period", "product_id"]).agg(
        price=("price", "mean"), quantity=("sold", "sum")
    )
    return table.reset_index().rename(columns={"product_id": "item"})


def _autumn(shop: Shop) -> pd.DataFrame:
    own = _own(shop)
    return own[own["period"].isin(["2025-10", "2025-11"])]


def _index(table: pd.DataFrame, formula: str, *, chained: bool = False) -> str:
    told = competitors.price_index(table, formula, chained=chained).set_index("period")
    return f"{told['index']['2025-11']:.3f}"


def _average(shop: Shop) -> str:
    told = competitors.average_price(_autumn(shop)).set_index("period")
    return f"{told['index']['2025-11']:.3f}"


def _enough(shop: Shop) -> float:
    """Return the smallest cut in half per cents that keeps 97 % of the units."""
    mind, cross = shop.truth["elasticity_audio"], shop.truth["cross_elasticity"]
    cuts = np.arange(0, 0.205, 0.005)
    units = (1 - cuts) ** mind * (1 - 0.09) ** cross
    return round(100 * float(cuts[int(np.argmax(units >= 0.97))]), 1)


ANSWERS: list[Answer] = [
    Answer(
        "competitors-who-competes",
        "Took the largest: what it does, everybody sees.",
        "Size alone; hardly any of its list is in our categories.",
        lambda _shop: "a",
        "a",
    ),
    Answer(
        "competitors-who-competes",
        "Took the one whose columns covers, focus and prices are all high.",
        "Left out reach: none of our customers ever sees it.",
        lambda _shop: "b",
        "b",
    ),
    Answer(
        "competitors-members-prices",
        "A slow collector at night does no harm, and politeness is what counts.",
        "The folder is forbidden, at whatever speed.",
        lambda _shop: "a",
        "a",
    ),
    Answer(
        "competitors-members-prices",
        "A person is no robot, so robots.txt does not concern a member who reads.",
        "A false account is fraud against the shop.",
        lambda _shop: "b",
        "b",
    ),
    Answer(
        "competitors-members-prices",
        "RFC 9309 says that robots.txt is no access authorization.",
        "What the file asks for is kept all the same, under the own name.",
        lambda _shop: "d",
        "d",
    ),
    Answer(
        "competitors-concentration",
        "Squared the shares of all five rows.",
        "Many small sellers count as one large.",
        lambda shop: f"{competitors.hhi(_shares(shop), others=None):,.0f}",
        "2,406",
    ),
    Answer(
        "competitors-concentration",
        "Took the index of the page, or market_shares without by='category'.",
        "The whole market instead of phones.",
        _whole_market,
        "1,937",
    ),
    Answer(
        "competitors-concentration",
        "Squared the shares as fractions and added them up.",
        "Fractions instead of per cent.",
        _fractions,
        "0.199",
    ),
    Answer(
        "competitors-concentration",
        "Deleted the row others first and computed the shares again.",
        "The others still sell: their sales belong to the market.",
        _named_only,
        "3,140",
    ),
    Answer(
        "competitors-follower",
        "Read weeks in the first row of the table.",
        "K3 after K2; the row of K1 and K3 stands further down.",
        lambda shop: _follows(shop, "K2", "K3"),
        "2",
    ),
    Answer(
        "competitors-follower",
        "Read the row of K1 and K2.",
        "The other follower.",
        lambda shop: _follows(shop, "K1", "K2"),
        "1",
    ),
    Answer(
        "competitors-follower",
        "Took price='price' and the lag with the highest correlation.",
        "Prices paid: all hold their sales in the same weeks.",
        _lag_of_prices_paid,
        "0",
    ),
    Answer(
        "competitors-test-purchases",
        "Three of three are 100 %, and we have 61 %.",
        "Three purchases cannot tell 100 % from a half.",
        lambda _shop: "a",
        "a",
    ),
    Answer(
        "competitors-test-purchases",
        "A thousand orders weigh more than three purchases.",
        "A sure number is not a better one.",
        lambda _shop: "c",
        "c",
    ),
    Answer(
        "competitors-recall",
        "Read precision in the row 0.3.",
        "The share of the found pairs that are right.",
        lambda shop: f"{_quality(shop, 'K1', 0.3)['precision']:.1%}",
        "81.8%",
    ),
    Answer(
        "competitors-recall",
        "Read recall in the row 0.2, the threshold of the page.",
        "The wrong row.",
        lambda shop: f"{_quality(shop, 'K1', 0.2)['recall']:.1%}",
        "96.3%",
    ),
    Answer(
        "competitors-recall",
        "Added up right and true pairs of all three competitors.",
        "All competitors instead of K1.",
        _recall_of_all,
        "71.0%",
    ),
    Answer(
        "competitors-recall",
        "Divided the pairs found at 0.3 by the number of true pairs.",
        "Wrong pairs count as found.",
        lambda shop: "{:.0%}".format(
            _quality(shop, "K1", 0.3)["found"] / _quality(shop, "K1", 0.3)["true"]
        ),
        "81%",
    ),
    Answer(
        "competitors-price-level",
        "Called spatial_index with price='list_price'.",
        "Their list prices instead of what customers pay in the sale.",
        lambda shop: _typed(_levels(_gaps(shop, SALE), "list_price")),
        {"K1": 0.921, "K2": 0.948, "K3": 0.842},
    ),
    Answer(
        "competitors-price-level",
        "Divided their price by ours.",
        "The other way round.",
        lambda shop: _typed(1 / _levels(_gaps(shop, SALE))),
        {"K1": 0.985, "K2": 0.944, "K3": 0.955},
    ),
    Answer(
        "competitors-price-level",
        "Took the gaps of the cell above, of pairs matched by name, in the week of the sale.",
        "Pairs found by name, some of them wrong, instead of the true ones.",
        lambda shop: _typed(_levels(_gaps(shop, SALE, by_name=True))),
        {"K1": 1.019, "K2": 1.051, "K3": 1.047},
    ),
    Answer(
        "competitors-price-level",
        "Averaged our price over theirs with mean().",
        "The plain mean of the ratios instead of the geometric one.",
        _plain_means,
        {"K1": 1.02, "K2": 1.061, "K3": 1.054},
    ),
    Answer(
        "competitors-survivors",
        "Kept only the offers that still stand in the panel in December.",
        "Those who are gone are left out, and they were not like the others.",
        _survivors,
        "0.964",
    ),
    Answer(
        "competitors-survivors",
        "Called spatial_index with price='list_price' for that week.",
        "Their list prices instead of prices paid.",
        lambda shop: f"{_level(_gaps(shop, EARLY), 'list_price'):.3f}",
        "0.963",
    ),
    Answer(
        "competitors-survivors",
        "Averaged the three price levels of that week.",
        "A competitor with few matched offers weighs as much as one with many.",
        lambda shop: f"{_levels(_gaps(shop, EARLY)).mean():.3f}",
        "1.003",
    ),
    Answer(
        "competitors-survivors",
        "Took the last week of the panel.",
        "December instead of March.",
        _last_week,
        "0.940",
    ),
    Answer(
        "competitors-own-index",
        "Called price_index as in the cell above, with jevons.",
        "Units sold do not weigh.",
        lambda shop: _index(_autumn(shop), "jevons"),
        "0.975",
    ),
    Answer(
        "competitors-own-index",
        "Called price_index with laspeyres.",
        "Units of October alone.",
        lambda shop: _index(_autumn(shop), "laspeyres"),
        "0.942",
    ),
    Answer(
        "competitors-own-index",
        "Divided the mean price of November by that of October.",
        "The average price moves when products come and go.",
        _average,
        "0.991",
    ),
    Answer(
        "competitors-own-index",
        "Called price_index with fisher for all months, chained, and read November.",
        "November against January instead of October.",
        lambda shop: _index(_own(shop), "fisher", chained=True),
        "0.956",
    ),
    Answer(
        "competitors-reaction",
        "Pressed Check with the numbers at their start.",
        "Larger than needed, too short, and on products that nobody attacked.",
        lambda _shop: {"cut": 8, "weeks": 6, "scope": 2},
        {"cut": 8, "weeks": 6, "scope": 2},
    ),
    Answer(
        "competitors-reaction",
        "Matched the cut: 9 %, for its 7 weeks, on the same products.",
        "A smaller cut keeps the units and costs far less.",
        lambda _shop: {"cut": 9, "weeks": 7, "scope": 1},
        {"cut": 9, "weeks": 7, "scope": 1},
    ),
    Answer(
        "competitors-reaction",
        "Waited: most moves need no reaction.",
        "The contract asks for units that waiting loses.",
        lambda _shop: {"cut": 0, "weeks": 0, "scope": 1},
        {"cut": 0, "weeks": 0, "scope": 1},
    ),
    Answer(
        "competitors-reaction",
        "Cut all of audio by just enough, so that prices keep their order.",
        "The rest of the category was not attacked and gives its margin away.",
        lambda shop: {"cut": _enough(shop), "weeks": 7, "scope": 2},
        {"cut": 3.5, "weeks": 7, "scope": 2},
    ),
]
