"""Exercises on competitors: who they are, who leads, what matches, prices, a reaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ecokit import competitors as topic
from ecokit.exercises.model import (
    Choice,
    Exercise,
    Field,
    Misconception,
    Number,
    Option,
    Plan,
    PlanAnswer,
    Score,
    Table,
    once,
)
from ecokit.messages import _

if TYPE_CHECKING:
    from ecokit.shop import Shop

NEAR = 0.003
"""Two price levels nearer than this are not told apart by an exercise."""

LEADER, FIRST, SECOND = "K1", "K2", "K3"
"""The competitor with the largest share, and the two others."""

STRICT = 0.3
"""The threshold of the exercise on matching."""

FLOOR = 0.97
"""Share of the usual units that a reaction must keep."""

SPARE = 1.3
"""Margin that a plan may give up, as a ratio to the cheapest plan that keeps the units."""

HORIZON = 12
"""Weeks over which a plan is judged."""

BASKET = "accessories"
"""The category of the exercise on an index over time."""

CUTS = np.arange(0, 20.5, 0.5)


@once
def _panel(shop: Shop) -> pd.DataFrame:
    return topic.published(shop)


def _same(shop: Shop) -> pd.DataFrame:
    """Return the pairs that are truly the same product."""
    known = shop.competitor_products.dropna(subset=["product_id"])
    return known[["competitor_id", "sku", "product_id"]]


@once
def _gaps(shop: Shop) -> pd.DataFrame:
    return topic.price_gaps(_panel(shop), _same(shop), topic.own_prices(shop.stock))


# --- find: who competes --------------------------------------------------------------


class _Candidates(NamedTuple):
    """Three shops of the directory: the largest, a twin without visitors, and a competitor."""

    largest: pd.Series
    twin: pd.Series
    rival: pd.Series


@once
def _candidates(shop: Shop) -> _Candidates:
    days = shop.visits["started_at"].agg(["min", "max"])
    months = max((days["max"] - days["min"]).days / 30.4, 1)
    visits = len(shop.visits) / months / shop.truth["drawn_scale"]
    regions = shop.orders["region"].value_counts(normalize=True)
    table = topic.rank_directory(shop.directory, shop.products, visits, regions)
    table = table.merge(shop.directory[["shop_id", "monthly_visits"]], on="shop_id")
    alike = (table["covers"] * table["focus"] * table["prices"]).where(table["reach"] < 0.1, -1.0)
    return _Candidates(
        table.iloc[int(table["monthly_visits"].argmax())],
        table.iloc[int(alike.argmax())],
        table.iloc[2],
    )


def _who_reason(which: str, words: str) -> Callable[[Shop], str]:
    def reason(shop: Shop) -> str:
        row = getattr(_candidates(shop), which)
        return words.format(
            name=row["name"], visits=row["monthly_visits"], covers=row["covers"],
            focus=row["focus"], prices=row["prices"], reach=row["reach"],
        )  # fmt: skip

    return reason


WHO = Choice(
    id="competitors-who-competes",
    objective="competitors-find",
    minutes=4,
    title=_("Whom do you watch?"),
    prompt=_(
        "A directory lists forty shops, and you have time to watch one more. "
        "Look at the ranking of the directory. Which of these three?"
    ),
    options=(
        Option(
            "a",
            lambda shop: _("{name}: nobody has more visitors").format(
                name=_candidates(shop).largest["name"]
            ),
            _who_reason(
                "largest",
                _(
                    "{name} has {visits:,} visits a month, and {focus:.0%} of its list is in our "
                    "categories. Size alone makes no competitor: watch who sells the same to the "
                    "same "
                    "people."
                ),
            ),
        ),
        Option(
            "b",
            lambda shop: _("{name}: its range and its prices are almost ours").format(
                name=_candidates(shop).twin["name"]
            ),
            _who_reason(
                "twin",
                _(
                    "{name} covers {covers:.0%} of our range at prices like ours, with {visits:,} "
                    "visits a month. A twin that our customers never see takes none of them away."
                ),
            ),
        ),
        Option(
            "c",
            lambda shop: _("{name}: a shop of middling size with much of our range").format(
                name=_candidates(shop).rival["name"]
            ),
            _who_reason(
                "rival",
                _(
                    "{name} covers {covers:.0%} of our range, {focus:.0%} of its list is in our "
                    "categories, its price band overlaps with ours by {prices:.0%}, and our "
                    "customers "
                    "see it. No part is weak."
                ),
            ),
        ),
    ),
    reference=lambda shop: "c",
    hints=(
        _("A competitor sells what we sell, at our prices, to our customers."),
        _("`competitors.rank_directory(...)` shows covers, focus, prices and reach of each shop."),
    ),
    solution=_(
        "The score multiplies the four parts: one that is near zero is enough to rule a shop out."
    ),
)

# --- collect: what is allowed --------------------------------------------------------

MEMBERS = Choice(
    id="competitors-members-prices",
    objective="competitors-collect",
    minutes=3,
    title=_("The prices behind the sign"),
    prompt=_(
        "A competitor's robots.txt forbids the folder `/members/`. Some offers stand only there, "
        "with prices for members. What do you do?"
    ),
    options=(
        Option(
            "a",
            _("Collect them slowly at night, so that the server has no trouble"),
            _(
                "Being slow is polite, but the folder stays forbidden at night. Load is one reason "
                "for a rule, not the only one."
            ),
        ),
        Option(
            "b",
            _("Register as a member under an invented name and read the prices by hand"),
            _(
                "A false account is deception, and members accept terms that bind them. This is "
                "how "
                "hiQ lost against LinkedIn in the end."
            ),
        ),
        Option(
            "c",
            _("Leave them out, and say in the report which offers are not covered"),
            _(
                "What is public and allowed is most of it, and a gap that is named misleads "
                "nobody. If the prices matter, ask the legal department first."
            ),
        ),
        Option(
            "d",
            _("Let the collector call itself a browser, since robots.txt is not a law"),
            _(
                "robots.txt grants and refuses nothing by itself. But evading a site's measures by "
                "deception is what laws on unfair competition forbid."
            ),
        ),
    ),
    reference=lambda shop: "c",
    hints=(
        _("Ask what you would say if the competitor read your log."),
        _("The box on what is allowed names four rules: public, unhurried, honest, no people."),
    ),
    solution=_(
        "Collect what is public and not forbidden, under your own name, and report what is missing."
    ),
)

# --- lead: concentration -------------------------------------------------------------


@once
def _shares(shop: Shop) -> pd.Series[float]:
    market = shop.market[shop.market["category"] == _category(shop)]
    return topic.market_shares(market).set_index("seller")["share"]


def _category(shop: Shop) -> str:
    return str(shop.market.groupby("category")["sales"].sum().idxmax())


def _hhi(shop: Shop) -> float:
    return topic.hhi(_shares(shop))


def _hhi_without_us(shop: Shop) -> float:
    rest = _shares(shop).drop("own")
    return topic.hhi(rest / rest.sum())


HHI = Number(
    id="competitors-concentration",
    objective="competitors-lead",
    minutes=5,
    title=_("How concentrated is the market?"),
    prompt=lambda shop: _(
        "Take the sales of the year in the category {category} from the table market. How large is "
        "the Herfindahl-Hirschman index, in points up to 10,000? We are a seller too. `others` "
        "stands for many small sellers, so it adds nothing."
    ).format(category=_category(shop).replace("_", " ")),
    unit="points",
    rel_tolerance=0.005,
    reference=_hhi,
    hints=(
        _("Shares in per cent, squared, added up."),
        _("`competitors.market_shares(...)` gives the shares, `competitors.hhi` the index."),
    ),
    solution=_(
        "Add up the year, divide by the whole market, square the shares of the named sellers in "
        "per cent, and add."
    ),
    misconceptions=(
        Misconception(
            "shares_as_fractions",
            lambda shop: _hhi(shop) / 10_000,
            _("You squared fractions. The index uses per cent: 30 squared is 900, not 0.09."),
        ),
        Misconception(
            "others_as_one",
            lambda shop: topic.hhi(_shares(shop), others=None),
            _(
                "You counted `others` as one seller. They are many, and squares of small "
                "shares vanish."
            ),
        ),
        Misconception(
            "left_us_out",
            _hhi_without_us,
            _("You left our own shop out. It is a seller in this market, too."),
        ),
    ),
)

# --- lead: who follows whom ----------------------------------------------------------


@once
def _lags(shop: Shop) -> dict[tuple[str, str], float]:
    moves = topic.price_moves(_panel(shop))
    pairs = ((LEADER, FIRST), (LEADER, SECOND), (FIRST, SECOND))
    found = {}
    for leader, follower in pairs:
        table = topic.lead_lag(moves, leader, follower)
        found[leader, follower] = float(table["lag"].iloc[int(table["correlation"].argmax())])
    return found


FOLLOWS = Number(
    id="competitors-follower",
    objective="competitors-lead",
    minutes=5,
    title=_("How long does the follower wait?"),
    prompt=_(
        "{leader} moves its prices, category by category. After how many weeks does {follower} "
        "follow "
        "{leader}? Use list prices, which leave promotions out."
    ).format(leader=LEADER, follower=SECOND),
    unit="weeks",
    tolerance=0,
    reference=lambda shop: _lags(shop)[LEADER, SECOND],
    hints=(
        _("`competitors.price_moves(panel)` measures the moves."),
        _("`competitors.lead_lag(moves, leader, follower)`: take the lag with the largest bar."),
    ),
    solution=_(
        "Correlate the weekly moves at each lag. At one lag the correlation stands far above the "
        "noise; that is the time the follower takes."
    ),
    misconceptions=(
        Misconception(
            "after_the_other_follower",
            lambda shop: _lags(shop)[FIRST, SECOND],
            _(
                "This is the time after {first}, which follows {leader} itself. Two that follow "
                "the "
                "same leader seem to follow each other."
            ).format(first=FIRST, leader=LEADER),
        ),
        Misconception(
            "the_other_follower",
            lambda shop: _lags(shop)[LEADER, FIRST],
            _("This is the time that {first} takes. Asked is {second}.").format(
                first=FIRST, second=SECOND
            ),
        ),
    ),
)

# --- lead: what three test purchases say ---------------------------------------------


class _Test(NamedTuple):
    """A touchpoint at which every test purchase at a competitor was in time."""

    shop: str
    name: str
    checks: int
    lower: float
    own: float
    own_checks: int


@once
def _test(shop: Shop) -> _Test:
    table = topic.mystery_beside(shop.mystery_visits, shop.touchpoints, shop.journey)
    own = table[table["shop"] == topic.mystery.OWN].set_index("touchpoint")
    theirs = table[table["shop"] != topic.mystery.OWN]
    better = theirs["in_time_rate"] - theirs["touchpoint"].map(own["in_time_rate"])
    row = theirs.iloc[int(better.argmax())]
    mine = own.loc[row["touchpoint"]]
    return _Test(
        row["shop"], row["name"], int(row["checks"]), float(row["lower"]),
        float(mine["in_time_rate"]), int(mine["checks"]),
    )  # fmt: skip


MYSTERY = Choice(
    id="competitors-test-purchases",
    objective="competitors-lead",
    minutes=3,
    title=_("What do three purchases say?"),
    prompt=lambda shop: _(
        "At {shop} all {n} test purchases had the touchpoint *{name}* in time. Our own records say "
        "{own:.0%} of {many:,}. What may you report?"
    ).format(
        shop=_test(shop).shop,
        n=_test(shop).checks,
        name=_test(shop).name,
        own=_test(shop).own,
        many=_test(shop).own_checks,
    ),
    options=(
        Option(
            "a",
            lambda shop: _("{shop} is perfect there, and better than we are").format(
                shop=_test(shop).shop
            ),
            lambda shop: _(
                "With {n} purchases the interval of {shop} begins at {lower:.0%}. All of them in "
                "time "
                "is what a shop with many failures shows now and then, too."
            ).format(n=_test(shop).checks, shop=_test(shop).shop, lower=_test(shop).lower),
        ),
        Option(
            "b",
            lambda shop: _(
                "Nothing about the rate yet: the interval begins at {lower:.0%}. What the notes "
                "say "
                "can be used at once"
            ).format(lower=_test(shop).lower),
            _(
                "A few purchases find out how something is done, not how often. Buy again, "
                "or compare the notes."
            ),
        ),
        Option(
            "c",
            _("We are better, because our number rests on far more orders"),
            _(
                "More records make our own rate more certain. They say nothing about theirs, which "
                "may be higher or lower."
            ),
        ),
    ),
    reference=lambda shop: "b",
    hints=(
        _("How wide is an interval from so few purchases?"),
        _("`competitors.mystery_findings(shop.mystery_visits)` shows lower and upper ends."),
    ),
    solution=_("Read the interval before the rate. Three of three leaves almost everything open."),
)

# --- match: what a threshold misses --------------------------------------------------


@once
def _quality(shop: Shop) -> dict[str, float]:
    theirs = _panel(shop)
    theirs = theirs[theirs["competitor_id"] == LEADER].drop_duplicates("sku", keep="last")
    theirs = theirs.set_index("sku")[["name", "category"]]
    ours = shop.products.set_index("product_id")[["name", "category"]]
    same = _same(shop)
    same = same[(same["competitor_id"] == LEADER) & same["sku"].isin(theirs.index)]
    pairs = topic.match_products(ours, theirs, ["name"], STRICT, "category")
    truth = zip(same["product_id"], same["sku"], strict=True)
    return {**topic.match_quality(pairs, truth), "offers": len(theirs)}


def _recall(shop: Shop) -> float:
    return _quality(shop)["recall"]


def _precision(shop: Shop) -> float:
    return float(np.nan_to_num(_quality(shop)["precision"]))


def _of_offers(shop: Shop) -> float:
    return _quality(shop)["right"] / _quality(shop)["offers"]


RECALL = Number(
    id="competitors-recall",
    objective="competitors-match",
    minutes=6,
    title=_("What a strict threshold misses"),
    prompt=_(
        "Match the offers of {leader} with our products by name, inside each category, at the "
        "threshold "
        "{threshold:g}. The true pairs stand in `shop.competitor_products` (`product_id`). Which "
        "share "
        "of the true pairs is found?"
    ).format(leader=LEADER, threshold=STRICT),
    unit="share",
    tolerance=0.005,
    reference=_recall,
    hints=(
        _("Found and right, over all that are true: this is recall."),
        _("`competitors.match_products` finds the pairs, `competitors.match_quality` judges them."),
    ),
    solution=_(
        "Count the pairs that are both found and true, and divide by the true ones, not by the "
        "found ones."
    ),
    misconceptions=(
        Misconception(
            "precision",
            _precision,
            _(
                "This is precision: which share of the found pairs is right. Recall asks which "
                "share of the true pairs was found."
            ),
        ),
        Misconception(
            "over_all_offers",
            _of_offers,
            _(
                "You divided by all offers of the competitor. Many of them have no partner with us "
                "and cannot be found."
            ),
        ),
    ),
)

# --- index: price levels -------------------------------------------------------------


def _sale_week(shop: Shop) -> pd.Timestamp:
    """Return the week in which the largest share of offers is promoted."""
    promoted = _gaps(shop).groupby("week")["promotion"].agg(lambda kind: kind.notna().mean())
    return pd.Timestamp(promoted.index[int(promoted.argmax())])


def _levels(shop: Shop, price: str = "price", formula: str = "jevons") -> pd.DataFrame:
    gaps = _gaps(shop)
    gaps = gaps[gaps["week"] == _sale_week(shop)]
    return topic.spatial_index(gaps.assign(price=gaps[price]), formula, by="competitor_id")


LEVELS = Table(
    id="competitors-price-level",
    objective="competitors-index",
    minutes=6,
    title=_("Our price level in the sale"),
    prompt=lambda shop: _(
        "In the week of {week.day} {week:%B %Y} most offers carry a promotion. How high is our "
        "price level "
        "against each competitor: the geometric mean of our price over theirs, as a customer pays, "
        "over the products that both sell? 1.03 means that we are dearer by 3 %. Take the true "
        "pairs "
        "of `shop.competitor_products`."
    ).format(week=_sale_week(shop)),
    unit="ratio",
    tolerance=NEAR,
    key="competitor_id",
    value="index",
    reference=_levels,
    hints=(
        _("`competitors.price_gaps(panel, pairs, own)` puts the prices side by side."),
        _("`competitors.spatial_index(gaps, 'jevons', by='competitor_id')` takes the mean."),
    ),
    solution=_(
        "Divide our price by theirs for each product, take logs, average, and go back. Use the "
        "column `price`, not `list_price`."
    ),
    misconceptions=(
        Misconception(
            "list_price",
            lambda shop: _levels(shop, "list_price"),
            _(
                "You used their list prices. In a sale hardly anybody pays them: take the price "
                "that a customer pays."
            ),
        ),
        Misconception(
            "ratio_of_means",
            lambda shop: _levels(shop, formula="dutot"),
            _(
                "You divided mean prices. The dear products decide that ratio alone; a mean of "
                "the ratios lets every product count."
            ),
        ),
        Misconception(
            "theirs_over_ours",
            lambda shop: _levels(shop).assign(index=lambda table: 1 / table["index"]),
            _("You divided their price by ours. Asked is our level: ours over theirs."),
        ),
    ),
)


def _early_week(shop: Shop) -> pd.Timestamp:
    weeks = np.sort(_gaps(shop)["week"].unique())
    return pd.Timestamp(weeks[min(8, len(weeks) - 1)])


def _early(shop: Shop, survivors: bool = False, formula: str = "jevons") -> float:
    """Return our price level of an early week against all competitors together."""
    gaps = _gaps(shop)
    then = gaps[gaps["week"] == _early_week(shop)]
    if survivors:
        last = gaps[gaps["week"] == gaps["week"].max()]
        then = then[then["sku"].isin(last["sku"])]
    return float(topic.spatial_index(then, formula)["index"].iloc[0])


def _survivors(shop: Shop) -> float:
    return _early(shop, survivors=True)


def _early_means(shop: Shop) -> float:
    return _early(shop, formula="dutot")


SURVIVORS = Number(
    id="competitors-survivors",
    objective="competitors-index",
    minutes=6,
    title=_("Those who are gone"),
    prompt=lambda shop: _(
        "Look back at the week of {week.day} {week:%B %Y}. How high was our price level against "
        "all "
        "competitors together: the geometric mean of our price over theirs (paid), over every "
        "matched "
        "offer of that week? Take the true pairs."
    ).format(week=_early_week(shop)),
    unit="ratio",
    tolerance=NEAR,
    reference=_early,
    hints=(
        _("Some offers of that week have left the sites since. They count."),
        _("Keep the rows of that week in `price_gaps(...)`, then `spatial_index(rows, 'jevons')`."),
    ),
    solution=_(
        "Take all matched offers of that week. A panel of the offers that are still there today "
        "leaves out what was delisted, and cheap offers leave first."
    ),
    misconceptions=(
        Misconception(
            "survivors_only",
            _survivors,
            _(
                "You kept only offers that are still listed at the end. Offers do not leave by "
                "chance; take all of that week."
            ),
        ),
        Misconception(
            "ratio_of_means",
            _early_means,
            _("You divided mean prices, so the dear products decide. Average the ratios."),
        ),
        Misconception(
            "theirs_over_ours",
            lambda shop: 1 / _early(shop),
            _("You divided their price by ours. Asked is ours over theirs."),
        ),
    ),
)


@once
def _basket(shop: Shop) -> tuple[pd.Timestamp, pd.DataFrame]:
    """Return the month in which most is sold, and our prices and units in it and the one before."""
    goods = shop.products[shop.products["category"] == BASKET]
    stock = shop.stock[shop.stock["product_id"].isin(goods["product_id"])]
    stock = stock.assign(period=stock["date"].dt.to_period("M").dt.to_timestamp())
    months = shop.stock.groupby(shop.stock["date"].dt.to_period("M"))["sold"].sum()
    late = months.iloc[1:].idxmax().to_timestamp()
    stock = stock[stock["period"].isin([late, late - pd.offsets.MonthBegin()])]
    table = stock.groupby(["period", "product_id"], as_index=False).agg(
        price=("price", "mean"), quantity=("sold", "sum")
    )
    both = table.groupby("product_id")["period"].transform("nunique") == 2
    return late, table[both].rename(columns={"product_id": "item"})


def _own_index(shop: Shop, formula: str) -> float:
    return float(topic.price_index(_basket(shop)[1], formula)["index"].iloc[-1])


def _fisher(shop: Shop) -> float:
    return _own_index(shop, "fisher")


def _unit_value(shop: Shop) -> float:
    table = _basket(shop)[1]
    sums = table.assign(sales=table["price"] * table["quantity"]).groupby("period")
    value = sums["sales"].sum() / sums["quantity"].sum()
    return float(value.iloc[-1] / value.iloc[0])


INDEX_NEAR = 0.0005


def _laspeyres(shop: Shop) -> float:
    return _own_index(shop, "laspeyres")


def _paasche(shop: Shop) -> float:
    return _own_index(shop, "paasche")


FISHER = Number(
    id="competitors-own-index",
    objective="competitors-index",
    minutes=6,
    title=_("Did we become dearer?"),
    prompt=lambda shop: _(
        "Compare our own offer prices (mean of the days) in the category {category} in {late:%B} "
        "with "
        "those of the month before, over the products that were on offer in both months. How high "
        "is "
        "the Fisher index, with the units sold in each month?"
    ).format(category=BASKET.replace("_", " "), late=_basket(shop)[0]),
    unit="ratio",
    tolerance=INDEX_NEAR,
    reference=_fisher,
    hints=(
        _("Fisher is the geometric mean of Laspeyres and Paasche."),
        _("`competitors.price_index(table, 'fisher')` wants period, item, price, quantity."),
    ),
    solution=_(
        "Laspeyres weighs with the units of the earlier month, Paasche with those of the later "
        "one. "
        "Fisher is the root of their product."
    ),
    misconceptions=(
        Misconception(
            "laspeyres",
            _laspeyres,
            _(
                "This is Laspeyres: the units of the earlier month alone. Customers move between "
                "products; weigh with both months."
            ),
        ),
        Misconception(
            "paasche",
            _paasche,
            _("This is Paasche: the units of the later month alone."),
        ),
        Misconception(
            "unit_value",
            _unit_value,
            _(
                "You divided sales by units. That mean moves when customers buy dearer products, "
                "even if no price changes."
            ),
        ),
    ),
)

# --- react: a competitor's cut -------------------------------------------------------


class _Cut(NamedTuple):
    """A competitor's cut without a promotion, and what we sell in its category."""

    rival: str
    category: str
    start: pd.Timestamp
    weeks: int
    depth: float
    goods: pd.DataFrame
    elasticity: dict[str, float]
    cross: float


@once
def _cut(shop: Shop) -> _Cut:
    """Find the cut that hits most of our sales, and our goods before it."""
    gaps = _gaps(shop)
    plain = gaps[gaps["promotion"].isna()]
    usual = plain.groupby(["competitor_id", "sku"])["price"].median().rename("usual")
    rows = plain.merge(usual, on=["competitor_id", "sku"])
    rows["change"] = rows["price"] / rows["usual"] - 1
    value = gaps.assign(sales=gaps["units"] * gaps["own_price"]).groupby("product_id")["sales"]
    rows["sales"] = rows["product_id"].map(value.mean())
    weeks = np.sort(gaps["week"].unique())
    hit = rows[(rows["change"] <= -0.07) & (rows["week"] > weeks[4]) & (rows["week"] < weeks[-5])]
    keys = ["competitor_id", "category"]
    best = hit.groupby([*keys, "week"])["sales"].sum().idxmax()
    rival, category, week = best
    mine = hit[(hit["competitor_id"] == rival) & (hit["category"] == category)]
    inside = set(mine["week"])
    start = end = pd.Timestamp(week)
    step = pd.Timedelta(weeks=1)
    while start - step in inside:
        start -= step
    while end + step in inside and (end - start) / step < 7:
        end += step
    run = mine[(mine["week"] >= start) & (mine["week"] <= end)]
    return _Cut(
        rival, category, start, int((end - start) / step) + 1, -float(run["change"].mean()),
        _goods(shop, start, set(run["product_id"])),
        {name[11:]: float(v) for name, v in shop.truth.items() if name.startswith("elasticity_")},
        float(shop.truth["cross_elasticity"]),
    )  # fmt: skip


def _goods(shop: Shop, start: pd.Timestamp, hit: set[str]) -> pd.DataFrame:
    """Return price, cost and units a week of all our goods in the weeks before."""
    own = topic.own_prices(shop.stock)
    before = own[(own["week"] < start) & (own["week"] >= start - pd.Timedelta(weeks=8))]
    table = before.groupby("product_id", as_index=False).agg(
        price=("own_price", "mean"), units=("units", "mean")
    )
    table = table.merge(shop.products[["product_id", "category", "cost"]], on="product_id")
    return table.assign(hit=table["product_id"].isin(hit))


def _outcome(shop: Shop, cut: float, weeks: float, scope: float) -> tuple[float, float]:
    """Return the share of units kept at the hit products, and the margin that the plan costs."""
    move, goods = _cut(shop), _cut(shop).goods
    wide = {1: goods["hit"], 2: goods["category"] == move.category}.get(
        int(scope), goods["units"] >= 0
    )
    elasticity = goods["category"].map(move.elasticity).fillna(topic.watch.ELASTICITY)
    lift = (1 - cut / 100) ** elasticity
    pull = np.where(goods["hit"], (1 - move.depth) ** move.cross, 1.0)
    kept, cost = 0.0, 0.0
    for week in range(HORIZON):
        rival = pull if week < move.weeks else 1.0
        ours = wide & (week < weeks)
        units = goods["units"] * rival * np.where(ours, lift, 1.0)
        price = goods["price"] * np.where(ours, 1 - cut / 100, 1.0)
        waiting = goods["units"] * rival * (goods["price"] - goods["cost"])
        cost += float((waiting - units * (price - goods["cost"])).sum())
        if week < move.weeks:
            kept += float(units[goods["hit"]].sum())
    usual = float(goods.loc[goods["hit"], "units"].sum()) * move.weeks
    return kept / usual, cost


@once
def _best(shop: Shop) -> tuple[PlanAnswer, float]:
    """Find the cheapest plan that keeps the units; only the hit goods, only while it lasts."""
    weeks = _cut(shop).weeks
    for cut in CUTS:
        kept, cost = _outcome(shop, cut, weeks, 1)
        if kept >= FLOOR:
            return {"cut": float(cut), "weeks": float(weeks), "scope": 1.0}, cost
    return {"cut": float(CUTS[-1]), "weeks": float(weeks), "scope": 1.0}, cost


def _score(shop: Shop, plan: PlanAnswer) -> Score:
    kept, cost = _outcome(shop, plan["cut"], plan["weeks"], plan["scope"])
    budget = SPARE * _best(shop)[1]
    points = 50 * min(1, kept / FLOOR) + 50 * min(1, budget / max(cost, 1e-9))
    return Score(
        round(points),
        kept >= FLOOR and cost <= budget,
        (
            _("The attacked products keep {kept:.1%} of their usual units; {floor:.0%} is asked.")
            .format(kept=kept, floor=FLOOR),
            _("The plan gives up ¥{cost:,.0f} of margin against waiting; ¥{budget:,.0f} may go.")
            .format(cost=cost, budget=budget),
        ),
    )  # fmt: skip


def _plan(shop: Shop, **change: float) -> PlanAnswer:
    return {**_best(shop)[0], **change}


def _matched(shop: Shop) -> PlanAnswer:
    return _plan(shop, cut=float(round(_cut(shop).depth * 200) / 2))


def _too_long(shop: Shop) -> PlanAnswer | None:
    return _plan(shop, weeks=float(HORIZON)) if _cut(shop).weeks * SPARE < HORIZON - 1 else None


def _reaction_prompt(shop: Shop) -> str:
    move = _cut(shop)
    return _(
        "On {start.day} {start:%B} {rival} cuts {n} of the products that we sell too "
        "({category}) by {depth:.0%}, and announces it for {weeks} weeks. It becomes the cheapest "
        "seller. Our contract with the supplier asks that these products keep at least "
        "{floor:.0%} of their usual units in these weeks. By how much do "
        "you cut your own prices, for how many weeks, and which?\n\n"
        "The shop's elasticities: {own:.1f} to our own price, {cross:.1f} to the cheapest "
        "competitor's."
    ).format(
        start=move.start, rival=move.rival, n=int(move.goods["hit"].sum()),
        category=move.category.replace("_", " "), depth=move.depth, weeks=move.weeks, floor=FLOOR,
        own=move.elasticity.get(move.category, topic.watch.ELASTICITY), cross=move.cross,
    )  # fmt: skip


REACTION = Plan(
    id="competitors-reaction",
    objective="competitors-react",
    minutes=10,
    title=_("A reaction to a cut"),
    prompt=_reaction_prompt,
    fields=(
        Field("cut", _("Our own cut, in per cent"), 0, 20, step=0.5, start=8),
        Field("weeks", _("For how many weeks"), 0, HORIZON, start=6),
        Field("scope", _("Which: 1 those products, 2 the category, 3 the shop"), 1, 3, start=2),
    ),
    score=_score,
    reference=lambda shop: _best(shop)[0],
    hints=(
        lambda shop: _(
            "A cut of theirs by 12 % takes 1 - 0.88^{cross:g} of the units, where {cross:g} is the "
            "cross elasticity. How small a cut of ours brings enough of them back?"
        ).format(cross=_cut(shop).cross),
        _("Touch only what was touched, and only as long as their cut lasts."),
    ),
    solution=_(
        "Our customers look at our price far more than at theirs, so a small cut brings back "
        "what their large one took. Everything beyond that, other products and further weeks "
        "included, gives margin away. Without the contract, waiting would cost the least."
    ),
    misconceptions=(
        Misconception(
            "whole_shop",
            lambda shop: _plan(shop, scope=3.0),
            _("You cut products that nobody attacked. Leave their margin alone."),
            detects=lambda shop, plan: plan["scope"] >= 2,
        ),
        Misconception(
            "no_reaction",
            lambda shop: _plan(shop, cut=0.0),
            _(
                "You do not react. That is the cheapest way to lose units; but the contract asks "
                "for "
                "them. A small cut is enough."
            ),
            detects=lambda shop, plan: plan["cut"] == 0 or plan["weeks"] == 0,
        ),
        Misconception(
            "matched_the_cut",
            _matched,
            _(
                "You matched the cut. It brings far more units than you lost, each with hardly "
                "any margin left. Cut only as much as brings them back."
            ),
            detects=lambda shop, plan: plan["cut"] >= 0.75 * 100 * _cut(shop).depth,
        ),
        Misconception(
            "too_long",
            _too_long,
            _("You go on after the competitor has stopped. Go back when they do."),
            detects=lambda shop, plan: plan["weeks"] > _cut(shop).weeks,
        ),
        Misconception(
            "stopped_early",
            lambda shop: _plan(shop, weeks=1.0) if _cut(shop).weeks > 1 else None,
            _("You stop while the competitor's cut goes on, and lose the units then."),
            detects=lambda shop, plan: 0 < plan["weeks"] < _cut(shop).weeks,
        ),
    ),
)

EXERCISES: list[Exercise] = [
    WHO, MEMBERS, HHI, FOLLOWS, MYSTERY, RECALL, LEVELS, SURVIVORS, FISHER, REACTION,
]  # fmt: skip
