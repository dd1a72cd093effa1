"""Valid calls of competitors."""

from collections.abc import Mapping
from functools import cache

import pandas as pd

from ecokit import competitors
from ecokit.competitors.fetching import Reply
from ecokit.competitors.snapshots import Snapshot
from tests.sweep.shop import Call, Calls, small, table, tables, whole

WEEK = "2025-03-17"
PAGE = competitors.Page(
    "http://shop.example/p/A1.html",
    "<main><h1>Phone 手机</h1><b>¥99</b><i>A1</i><u>in stock</u></main>",
)
READER = competitors.Reader(
    start="/",
    links="a",
    product=r"/p/(?P<sku>\w+)",
    block="main",
    fields={"sku": "i", "name": "h1", "category": "h1", "price": "b", "in_stock": "u"},
    optional=("delivery_days", "rating", "reviews"),
)
PRICES = pd.DataFrame(
    {
        "period": [1, 1, 2, 2],
        "item": ["a", "b"] * 2,
        "kind": "x",
        "price": [2.0, 4.0, 3.0, 4.0],
        "quantity": [10, 5, 6, 7],
    }
)
PAIRS = pd.DataFrame({"left": [1, 1, 2], "right": ["a", "b", "a"], "score": [0.9, 0.8, 0.8]})
TRUTH = [(1, "b"), (2, "a"), (3, "c")]
OURS = pd.DataFrame({"name": ["Phone C1 128 GB", "Watch G1"], "category": ["phones", "watches"]})
THEIRS = pd.DataFrame({"name": ["PHONE C1 (128GB)", "Watch G2"], "category": "phones"})
SHARES = {"K1": 0.4, "K2": 0.2, "others": 0.4}


@cache
def panel() -> pd.DataFrame:
    """Return the prices of the offers that match the small shop's products."""
    found: pd.DataFrame = competitors.published(small())
    return found[found["sku"].isin(matches()["sku"])].reset_index(drop=True)


@cache
def matches() -> pd.DataFrame:
    """Return the true pairs of the small shop."""
    known = table("competitor_products").dropna(subset=["product_id"])
    return known[["competitor_id", "sku", "product_id"]].reset_index(drop=True)


@cache
def own() -> pd.DataFrame:
    """Return our prices by week, without the unfinished last one."""
    found: pd.DataFrame = competitors.own_prices(tables("stock"))
    return found


@cache
def gaps() -> pd.DataFrame:
    """Return our prices beside theirs."""
    found: pd.DataFrame = competitors.price_gaps(panel(), matches(), own())
    return found


@cache
def moves() -> pd.DataFrame:
    """Return the moves of the competitors' prices."""
    found: pd.DataFrame = competitors.price_moves(panel())
    return found


@cache
def snapshot() -> Snapshot:
    """Return what one site showed in a week."""
    return competitors.collect_weeks(whole(), [WEEK])[-1]


def collector() -> competitors.Collector:
    """Return a collector on the small web, which holds it open."""
    web = competitors.serve(whole(), WEEK)

    def fetch(url: str, asked: Mapping[str, str]) -> Reply:
        return web.fetch(url, asked)

    return competitors.Collector(fetch, clock=web.clock)


CALLS: Calls = {
    "competitors.alerts": lambda: Call(
        gaps(), table("products")[["product_id", "name", "core", "cost"]], WEEK, least_change=0.01
    ),
    "competitors.assign": lambda: Call(PAIRS),
    "competitors.assortment": lambda: Call(tables("products")).but("*"),
    "competitors.assortment_overlap": lambda: Call(panel(), matches(), table("products"), WEEK).but(
        "*"
    ),
    "competitors.average_price": lambda: Call(PRICES[["period", "item", "price"]]),
    "competitors.bilateral_index": lambda: Call([2, 4], [3, 4], [10, 5], [6, 7], "fisher"),
    "competitors.collect_directory": lambda: Call(collector()),
    "competitors.collect_site": lambda: Call(
        collector(), "K3", "http://papayagadgets.example/"
    ).but(of=lambda found: found.offers),
    "competitors.collect_weeks": lambda: Call(whole(), [WEEK]).but(
        of=lambda found: [one.offers for one in found]
    ),
    "competitors.concentration": lambda: Call(tables("market"), by="category").but("month"),
    "competitors.effective_firms": lambda: Call(SHARES),
    "competitors.hhi": lambda: Call(SHARES),
    "competitors.lead_lag": lambda: Call(moves(), "K1", "K3", 3),
    "competitors.logs": lambda: Call([snapshot()]),
    "competitors.market_shares": lambda: Call(tables("market"), by="category").but("month"),
    "competitors.match_panel": lambda: Call(panel(), table("products"), 0.3).but("*"),
    "competitors.match_products": lambda: Call(OURS, THEIRS, ["name"], 0.2, "category"),
    "competitors.match_quality": lambda: Call(PAIRS[["left", "right"]], TRUTH),
    "competitors.merger_delta": lambda: Call(SHARES, "K1", "K2"),
    "competitors.mystery_beside": lambda: Call(tables("mystery_visits touchpoints journey")).but(
        "*"
    ),
    "competitors.mystery_checklist": lambda: Call(tables("journey")).but("*"),
    "competitors.mystery_findings": lambda: Call(tables("mystery_visits"), by="touchpoint").but(
        "visit visited_on note"
    ),
    "competitors.own_prices": lambda: Call(tables("stock")).but("*"),
    "competitors.panel": lambda: Call([snapshot()]),
    "competitors.price_gaps": lambda: Call(panel(), matches(), own()).but("*"),
    "competitors.price_index": lambda: Call(
        PRICES, "lloyd_moulton", chained=True, by="kind", sigma=2
    ),
    "competitors.price_leaders": lambda: Call(moves()),
    "competitors.price_moves": lambda: Call(panel()).but("*"),
    "competitors.problems": lambda: Call([snapshot()]),
    "competitors.published": lambda: Call(
        tables("competitor_products competitor_prices"), weeks=[WEEK]
    ).but("*"),
    "competitors.quality_by_threshold": lambda: Call(PAIRS, TRUTH, [0.2, 0.85]),
    "competitors.rank_directory": lambda: Call(
        tables("directory products"), monthly_visits=1e5, regions={"East": 0.4}
    ).but("*"),
    "competitors.reaction": lambda: Call(100, 87, 100, -0.12, -0.05, -2.6, 0.6),
    "competitors.read_offers": lambda: Call(PAGE, [READER]).but(skip="readers"),  # None: the known
    "competitors.read_price": lambda: Call("now 1.199,00 CNY"),
    "competitors.save_report": lambda: Call("<p>First</p>", "report.html", overwrite=True).but(
        of=lambda found: found.name
    ),
    "competitors.serve": lambda: Call(whole(), WEEK),
    "competitors.show_report": lambda: Call("<p>Quiet week</p>").but(of=lambda found: found.data),
    "competitors.similarities": lambda: Call(OURS, THEIRS, ["name"], 0.2, "category"),
    "competitors.spatial_index": lambda: Call(gaps(), "tornqvist", ["competitor_id"]).but("*"),
    "competitors.weekly_report": lambda: Call(
        gaps(),
        pd.DataFrame({"sentence": ["Sale."], "at_stake": [10.0]}),
        table("competitors"),
        WEEK,
    ).but("*"),
}
