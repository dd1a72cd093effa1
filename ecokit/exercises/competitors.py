"""Exercises on competitors: who they are, who leads, what matches, prices, a reaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit import competitors as topic
from ecokit.competitors.match import MatchQuality
from ecokit.competitors.mystery import OWN
from ecokit.competitors.watch import ELASTICITY, USUAL_WEEKS
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

NEAR = 0.003  # two price levels nearer than this are not told apart by an exercise
LEADER, FIRST, SECOND = "K1", "K2", "K3"  # the one with the largest share, and the two others
STRICT = 0.3  # the threshold of the exercise on matching
WORKED = 6  # the week, counted from 0, that the cell above the exercise works out
LEVELS = "2025-02-24"  # the week of the cell on the price level against each
CELL_CATEGORY, CELL_MONTHS = "phones", ("2025-02", "2025-03")  # of the cell on our own prices
THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4)  # that the cell on matching tries
CALL = 8  # the touchpoint of which the page tells what three purchases say
WATCHED = 3  # competitors that are watched already
FLOOR = 0.97  # share of the usual units that a reaction must keep
SPARE = 1.3  # margin that a plan may give up, as a ratio to the cheapest plan that keeps the units
HORIZON = 12  # weeks over which a plan is judged
MOST_CUT = 20.0  # per cent that a plan may cut
WEEK = pd.Timedelta(weeks=1)


@lru_cache(maxsize=1)  # a third of a second, for six exercises
def _panel(shop: Shop) -> pd.DataFrame:
    return topic.published(shop)


def _same(shop: Shop) -> pd.DataFrame:
    """Return the pairs that are truly the same product."""
    known = shop.competitor_products.dropna(subset=["product_id"])
    return known[["competitor_id", "sku", "product_id"]]


@lru_cache(maxsize=1)  # a third of a second, for three exercises
def _gaps(shop: Shop) -> pd.DataFrame:
    return topic.price_gaps(_panel(shop), _same(shop), topic.own_prices(shop))


def _all_gaps(shop: Shop) -> pd.DataFrame:
    """Return the gaps of all offers, those of the closed folder too."""
    named = shop.competitor_products[["competitor_id", "sku", "name", "category"]]
    panel = shop.competitor_prices.merge(named, on=["competitor_id", "sku"])
    return topic.price_gaps(panel, _same(shop), topic.own_prices(shop))


@sheet.choice(
    id="competitors-who-competes",
    objective="competitors-find",
    minutes=4,
    title=_("Whom do you watch?"),
    options=("a", "b", "c"),
)
def who_competes(shop: Shop) -> sheet.ChoiceSheet:
    visits = len(shop.visits) / 12
    regions = shop.orders["region"].value_counts(normalize=True)
    ranked = topic.rank_directory(shop, monthly_visits=visits, regions=regions)
    ranked["visits"] = ranked["shop_id"].map(shop.directory.set_index("shop_id")["monthly_visits"])
    ranked["alike"] = ranked["covers"] * ranked["focus"] * ranked["prices"]
    rival, rest = ranked.iloc[WATCHED], ranked.iloc[WATCHED + 1 :]
    # the page tells of the largest, and of the most alike that nobody sees
    largest = rest.nlargest(2, "visits").iloc[1]
    twin = rest[rest["reach"] < 0.1].nlargest(2, "alike").iloc[1]
    shops = {one["shop_id"]: key for key, one in zip("abc", (largest, twin, rival), strict=True)}
    return sheet.ChoiceSheet(
        prompt=_(
            "Three of the forty shops of the directory are watched already, and you have time to "
            "watch one more. Look at the ranking of the directory. Which of these?"
        ),
        right="c",
        options={
            "a": _("{name}: it has {visits:,} visits a month").format(**largest),
            "b": _("{name}: its range and its prices are almost ours").format(**twin),
            "c": _("{name}: it sells {covers:.0%} of our range").format(**rival),
        },
        code=f"""
            from ecokit import competitors
            visits = len(shop.visits) / 12
            regions = shop.orders["region"].value_counts(normalize=True)
            ranked = competitors.rank_directory(shop, monthly_visits=visits, regions=regions)
            shops = {shops}
            shops[ranked.set_index("shop_id")["score"][list(shops)].idxmax()]
        """,
        reasons={
            "a": _(
                "{name} has {visits:,} visits a month, and {focus:.0%} of its list is in our "
                "categories. Size alone makes no competitor: watch who sells the same to the same "
                "people."
            ).format(**largest),
            "b": _(
                "{name} covers {covers:.0%} of our range at prices like ours, with {visits:,} "
                "visits a month. A twin that our customers never see takes none of them away."
            ).format(**twin),
            "c": _(
                "{name} covers {covers:.0%} of our range, {focus:.0%} of its list is in our "
                "categories, its price band overlaps with ours by {prices:.0%}, and our customers "
                "see it. No part is near zero."
            ).format(**rival),
        },
        hints=(
            _("A competitor sells what we sell, at our prices, to our customers."),
            _("The ranking above shows covers, focus, prices and reach of each shop."),
        ),
        solution=_(
            "The score multiplies the four parts: one that is near zero is enough to rule a shop "
            "out."
        ),
    )


@sheet.choice(
    id="competitors-members-prices",
    objective="competitors-collect",
    minutes=3,
    title=_("The prices behind the sign"),
    options=("a", "b", "c", "d"),
)
def members_prices(_shop: Shop) -> sheet.ChoiceSheet:
    return sheet.ChoiceSheet(
        prompt=_(
            "A competitor shows some prices only to members who have logged in, and its terms "
            "forbid to read them by machine. What do you do?"
        ),
        right="c",
        options={
            "a": _("Collect them slowly at night, so that the server has no trouble"),
            "b": _("Register as a member under an invented name and read the prices by hand"),
            "c": _("Leave them out, and say in the report which offers are not covered"),
            "d": _("Let the collector log in with the private account of a colleague"),
        },
        reasons={
            "a": _(
                "Being slow is polite, but the terms hold at night, too. Load is one reason for a "
                "rule, not the only one."
            ),
            "b": _(
                "A false account is deception, and members accept terms that bind them. This is "
                "how hiQ lost against LinkedIn in the end."
            ),
            "c": _(
                "What is public and allowed is most of it, and a gap that is named misleads "
                "nobody. If the prices matter, ask the legal department first."
            ),
            "d": _(
                "The colleague has accepted the terms, and now breaks them for the firm. A login "
                "is a lock: getting round it is what laws on unfair competition forbid."
            ),
        },
        hints=(
            _("Ask what you would say if the competitor read your log."),
            _("The box on what is allowed has a line on locks and one on terms. Read both."),
        ),
        solution=_(
            "Collect what is public and not forbidden, under your own name, and report what is "
            "missing."
        ),
    )


def _index(market: pd.DataFrame) -> float:
    """Return the Herfindahl-Hirschman index of a part of the market."""
    return topic.hhi(topic.market_shares({"market": market}).set_index("seller")["share"])


@sheet.number(
    id="competitors-concentration",
    objective="competitors-lead",
    minutes=5,
    title=_("How concentrated is the market?"),
    unit="points",
    rel_tolerance=0.005,
    mistakes={
        "shares_as_fractions": _(
            "You squared fractions. The index uses per cent: 30 squared is 900, not 0.09."
        ),
        "others_as_one": _(
            "You counted `others` as one seller. They are many, and squares of small shares vanish."
        ),
        "left_us_out": _("You left our own shop out. It is a seller in this market, too."),
        "named_only": _(
            "You divided by the sales of the named sellers. `others` sell, too: they belong to the "
            "whole, although their squares vanish."
        ),
        "us_not_squared": _(
            "You squared only the shares of the competitors. We are a seller too: add our square."
        ),
        "largest_only": _("You squared only the largest share. Add the squares of all sellers."),
        "shares_added": _("You added the shares of the named sellers. Square each of them first."),
    },
)
def concentration(shop: Shop) -> sheet.Sheet:
    category = shop.market.groupby("category")["sales"].sum().idxmax()
    market = shop.market[shop.market["category"] == category]
    shares = topic.market_shares({"market": market}).set_index("seller")["share"]
    index, rest, named = topic.hhi(shares), shares.drop("own"), shares.drop("others")
    parts = {str(name): rows for name, rows in shop.market.groupby("category")}
    parts[_("the whole market")] = shop.market
    return sheet.Sheet(
        prompt=_(
            "Take the sales of the year in the category {category} from the table market. How "
            "large is the Herfindahl-Hirschman index, in points up to 10,000? We are a seller too. "
            "`others` stands for many small sellers, so it adds nothing."
        ).format(category=sheet.plain(category)),
        right=index,
        wrong={
            "shares_as_fractions": index / 10_000,
            "others_as_one": topic.hhi(shares, others=None),
            "left_us_out": topic.hhi(rest / rest.sum()),
            "named_only": topic.hhi(named / named.sum()),
            "us_not_squared": 10_000 * (rest.drop("others") ** 2).sum(),
            "largest_only": 10_000 * named.max() ** 2,
            "shares_added": 100 * named.sum(),
        },
        case=(sheet.plain(category), "index"),
        code=f"""
            from ecokit import competitors
            market = shop.market[shop.market["category"] == "{category}"]
            shares = competitors.market_shares({{"market": market}}).set_index("seller")["share"]
            competitors.hhi(shares)
        """,
        table=pd.DataFrame({"index": {name: _index(rows) for name, rows in parts.items()}}),
        cell=(category, "index"),
        hints=(
            _("Shares in per cent, squared, added up."),
            _("In the cell above write this category: it prints the index."),
        ),
        solution=_(
            "Add up the year, divide by the whole market, square the shares of the named sellers "
            "in per cent, and add."
        ),
    )


@sheet.number(
    id="competitors-follower",
    objective="competitors-lead",
    minutes=5,
    title=_("How long does the follower wait?"),
    unit="weeks",
    tolerance=0,
    mistakes={
        "after_the_other_follower": _(
            "This is the time after {first}, which follows {leader} itself. Two that follow the "
            "same leader seem to follow each other."
        ).format(first=FIRST, leader=LEADER),
        "the_other_follower": _("This is the time that {first} takes. Asked is {second}.").format(
            first=FIRST, second=SECOND
        ),
        "turned_round": _(
            "The sign is turned: you put {second} first. Whoever leads comes first."
        ).format(second=SECOND),
        "at_once": _("At that lag both would move in the same week. Look for the highest bar."),
        "the_other_turned_round": _(
            "That is {first} put before {leader}. Whoever leads comes first, and asked is {second}."
        ).format(first=FIRST, leader=LEADER, second=SECOND),
        "leader_left": _(
            "You put {second} before {first}. The leader is {leader}, and the leader comes first."
        ).format(second=SECOND, first=FIRST, leader=LEADER),
    },
)
def follower(shop: Shop) -> sheet.Sheet:
    moves = topic.price_moves(_panel(shop))

    def lag(leader: str, follower: str) -> float:
        found = topic.lead_lag(moves, leader, follower)
        return float(found["lag"].iloc[int(found["correlation"].argmax())])

    return sheet.Sheet(
        prompt=_(
            "{leader} moves its prices, category by category. After how many weeks does {follower} "
            "follow {leader}? Use list prices, which leave promotions out."
        ).format(leader=LEADER, follower=SECOND),
        right=lag(LEADER, SECOND),
        wrong={
            "after_the_other_follower": lag(FIRST, SECOND),
            "the_other_follower": lag(LEADER, FIRST),
            "turned_round": lag(SECOND, LEADER),
            "at_once": 0,
            "the_other_turned_round": lag(FIRST, LEADER),
            "leader_left": lag(SECOND, FIRST),
        },
        case=(f"{SECOND} follow {LEADER}",),
        code=f"""
            from ecokit import competitors
            moves = competitors.price_moves(competitors.published(shop))
            found = competitors.lead_lag(moves, "{LEADER}", "{SECOND}")
            int(found.loc[found["correlation"].idxmax(), "lag"])
        """,
        hints=(
            _("In the cell above write this follower, and look at the bars."),
            _("Each bar is a lag in weeks. Take the one with the largest correlation."),
        ),
        solution=_(
            "Correlate the weekly moves at each lag. At one lag the correlation stands far above "
            "the noise; that is the time the follower takes."
        ),
    )


@sheet.choice(
    id="competitors-test-purchases",
    objective="competitors-lead",
    minutes=3,
    title=_("What do three purchases say?"),
    options=("a", "b", "c"),
)
def test_purchases(shop: Shop) -> sheet.ChoiceSheet:
    beside = topic.mystery_beside(shop)
    ours = beside[beside["shop"] == OWN].set_index("touchpoint")
    theirs = beside[(beside["shop"] != OWN) & (beside["touchpoint"] != CALL)]
    better = theirs["in_time_rate"] - theirs["touchpoint"].map(ours["in_time_rate"])
    row = theirs.iloc[int(better.argmax())]
    own: Any = ours.loc[row["touchpoint"]]
    return sheet.ChoiceSheet(
        prompt=_(
            "At {row[shop]} all {row[checks]} test purchases had the touchpoint **{row[name]}** in "
            "time. Our own records say {own:.0%} of {many:,}. What may you report?"
        ).format(own=own["in_time_rate"], many=own["checks"], row=row),
        right="b",
        case=(str(row["name"]), "test purchases"),
        options={
            "a": _("{row[shop]} is perfect there, and better than we are").format(row=row),
            "b": _(
                "Nothing about the rate yet: the interval begins at {row[low]:.0%}. What the notes "
                "say can be used at once"
            ).format(row=row),
            "c": _("We are better, because our number rests on far more orders"),
        },
        reasons={
            "a": _(
                "With {row[checks]} purchases the interval of {row[shop]} begins at "
                "{row[low]:.0%}. All of them in time is what a shop with many failures shows now "
                "and then, too."
            ).format(row=row),
            "b": _(
                "A few purchases find out how something is done, not how often. Buy again, or "
                "compare the notes."
            ),
            "c": _(
                "More records make our own rate more certain. They say nothing about theirs, which "
                "may be higher or lower."
            ),
        },
        hints=(
            _("How wide is an interval from so few purchases?"),
            _(
                'In the cell with the findings write `by="touchpoint"` behind `shop`: `low` and '
                "`high` say what so few purchases leave open."
            ),
        ),
        solution=_(
            "Read the interval before the rate. Three of three leaves almost everything open."
        ),
    )


def _matched(shop: Shop, rival: str, threshold: float) -> tuple[MatchQuality, int]:
    """Return how good the pairs with a competitor are, and how many offers it has."""
    panel, same = _panel(shop), _same(shop)
    theirs = panel[panel["competitor_id"] == rival].drop_duplicates("sku", keep="last")
    theirs = theirs.set_index("sku")
    same = same[(same["competitor_id"] == rival) & same["sku"].isin(theirs.index)]
    ours = shop.products.set_index("product_id")
    pairs = topic.match_products(ours, theirs, ["name"], threshold, "category")
    return topic.match_quality(pairs, same[["product_id", "sku"]]), len(theirs)


def _by_threshold(shop: Shop, rival: str) -> pd.DataFrame:
    """Return how good the pairs with a competitor are at the thresholds of the cell, in words."""
    panel, same = _panel(shop), _same(shop)
    theirs = panel[panel["competitor_id"] == rival].drop_duplicates("sku", keep="last")
    theirs = theirs.set_index("sku")
    same = same[(same["competitor_id"] == rival) & same["sku"].isin(theirs.index)]
    ours = shop.products.set_index("product_id")
    pairs = topic.similarities(ours, theirs, ["name"], min(THRESHOLDS), "category")
    told = topic.quality_by_threshold(pairs, same[["product_id", "sku"]], THRESHOLDS)
    words = _("the threshold {level:g}")
    told.index = [words.format(level=level) for level in told["threshold"]]
    return told[["precision", "recall", "f1"]]


@sheet.number(
    id="competitors-recall",
    objective="competitors-match",
    minutes=6,
    title=_("What a strict threshold misses"),
    unit="share",
    tolerance=0.005,
    mistakes={
        "precision": _(
            "This is precision: which share of the found pairs is right. Recall asks which share "
            "of the true pairs was found."
        ),
        "over_all_offers": _(
            "You divided by all offers of the competitor. Many of them have no partner with us and "
            "cannot be found."
        ),
        "other_shop": _(
            "That is the recall for {leader}, as in the cell above. Take the offers and the pairs "
            "of {second}."
        ).format(leader=LEADER, second=SECOND),
        "other_threshold": _(
            "That is the recall at the threshold 0.2. Stricter pairs are asked for: change the "
            "threshold."
        ),
        "balance": _("This is F1, the balance of precision and recall. Recall alone is asked."),
        "missed": _(
            "This is the share of the true pairs that is missed. Asked is the share that is found."
        ),
        "neither_changed": _(
            "That is the recall for {leader} at the threshold 0.2. Take {second}, and a stricter "
            "threshold."
        ).format(leader=LEADER, second=SECOND),
        "precision_of_the_other": _(
            "This is the precision for {leader}. Asked is recall, for {second}."
        ).format(leader=LEADER, second=SECOND),
    },
)
def recall(shop: Shop) -> sheet.Sheet:
    quality, offers = _matched(shop, SECOND, STRICT)
    found = {
        (rival, level): _matched(shop, rival, level)[0]
        for rival in (LEADER, SECOND)
        for level in (0.2, STRICT)
    }
    asked = _("the threshold {level:g}").format(level=STRICT)
    table = _by_threshold(shop, SECOND)
    table.loc[_("the threshold {level:g}").format(level=0.2), "recall"] = np.nan  # a mistake
    return sheet.Sheet(
        prompt=_(
            "Match the offers of {leader} with our products by name, inside each category, at the "
            "threshold {threshold:g}. The true pairs stand in `shop.competitor_products` "
            "(`product_id`). Which share of the true pairs is found?"
        ).format(leader=SECOND, threshold=STRICT),
        right=quality.recall,
        wrong={
            "precision": np.nan_to_num(quality.precision),
            "over_all_offers": quality.right / offers,
            "other_shop": found[LEADER, STRICT].recall,
            "other_threshold": found[SECOND, 0.2].recall,
            "balance": quality.f1,
            "missed": 1 - quality.recall,
            "neither_changed": found[LEADER, 0.2].recall,
            "precision_of_the_other": np.nan_to_num(found[LEADER, STRICT].precision),
        },
        printed=0.01,
        table=table,
        cell=(asked, "recall"),
        case=(f"offers of {SECOND}", "threshold"),
        code=f"""
            from ecokit import competitors
            panel, ours = competitors.published(shop), shop.products.set_index("product_id")
            theirs = panel[panel["competitor_id"] == "{SECOND}"].drop_duplicates("sku", keep="last")
            theirs = theirs.set_index("sku")
            same = shop.competitor_products.dropna(subset=["product_id"])
            same = same[(same["competitor_id"] == "{SECOND}") & same["sku"].isin(theirs.index)]
            pairs = competitors.match_products(ours, theirs, ["name"], {STRICT}, "category")
            competitors.match_quality(pairs, same[["product_id", "sku"]]).recall
        """,
        hints=(
            _("Found and right, over all that are true: this is recall."),
            _(
                "In the cell above write this competitor as `rival`, and read `recall` in the row "
                "of this threshold."
            ),
        ),
        solution=_(
            "Count the pairs that are both found and true, and divide by the true ones, not by the "
            "found ones."
        ),
    )


@sheet.table(
    id="competitors-price-level",
    objective="competitors-index",
    minutes=6,
    title=_("Our price level in the sale"),
    unit="ratio",
    tolerance=NEAR,
    key="competitor_id",
    value="level",
    mistakes={
        "list_price": _(
            "You used their list prices. In a sale hardly anybody pays them: take the price that a "
            "customer pays."
        ),
        "ratio_of_means": _(
            "You divided mean prices. The dear products decide that ratio alone; a mean of the "
            "ratios lets every product count."
        ),
        "theirs_over_ours": _(
            "You divided their price by ours. Asked is our level: ours over theirs."
        ),
        "plain_mean": _(
            "You took the plain mean of the ratios. It lies too high: take the geometric mean, "
            "the formula 'jevons'."
        ),
        "the_year": _("That is the level of the whole year. Keep the rows of the one week first."),
        "other_week": _(
            "That is the week of the cell above, without a sale. Change it to the week of this "
            "card."
        ),
        "listed_on_both_sides": _(
            "You took list prices on both sides. Take what a customer pays, here as there."
        ),
        "gap": _("You took off 1. Asked is the level itself: our price over theirs."),
        "closed_folder": _(
            "You took the offers of the closed folder, too. A polite collector does not read "
            "them: they are not in the `panel` of the notebook."
        ),
    },
)
def price_level(shop: Shop) -> sheet.TableSheet:
    gaps = _gaps(shop)
    promoted = gaps["promotion"].notna().groupby(gaps["week"]).mean()
    week = pd.Timestamp(promoted.index[int(promoted.argmax())])
    sale = gaps[gaps["week"] == week]

    def levels(rows: pd.DataFrame, formula: str = "jevons") -> pd.Series[Any]:
        found = topic.spatial_index(rows, formula, by="competitor_id")
        return found.set_index("competitor_id")["level"]

    listed = sale["product_id"].map(shop.products.set_index("product_id")["list_price"])
    right, worked = levels(sale), levels(gaps[gaps["week"] == LEVELS]) if week != LEVELS else None
    weeks = topic.spatial_index(gaps, "jevons", by=["competitor_id", "week"])
    table = weeks[weeks["week"] != LEVELS].pivot_table("level", "competitor_id", "week")
    asked = _("the sale")
    table.columns = [
        asked if day == week else _("the week of {day.day} {day:%B}").format(day=day)
        for day in table.columns
    ]
    return sheet.TableSheet(
        prompt=_(
            "On Monday, {week.day} {week:%B %Y}, most offers carry a promotion. How high is our "
            "price level against each competitor on that day: the geometric mean of our price over "
            "theirs, as a customer pays, over the products that both sell? 1.03 means that we are "
            "dearer by 3 %. Take the offers that a polite collector reads, without the closed "
            "folder, and the true pairs."
        ).format(week=week),
        right=right,
        wrong={
            "list_price": levels(sale.assign(price=sale["list_price"])),
            "ratio_of_means": levels(sale, "dutot"),
            "theirs_over_ours": 1 / levels(sale),
            "plain_mean": levels(sale, "carli"),
            "the_year": levels(gaps),
            "other_week": worked,
            "listed_on_both_sides": levels(sale.assign(price=sale["list_price"], own_price=listed)),
            "gap": right - 1,
            "closed_folder": levels(_all_gaps(shop).query("week == @week")),
        },
        table=table,
        column=asked,
        case=(f"{week.day} {week:%B %Y}", "each competitor"),
        code=f"""
            from ecokit import competitors
            panel, own = competitors.published(shop), competitors.own_prices(shop)
            pairs = shop.competitor_products.dropna(subset=["product_id"])
            pairs = pairs[["competitor_id", "sku", "product_id"]]
            gaps = competitors.price_gaps(panel, pairs, own)
            sale = gaps[gaps["week"] == "{week.date()}"]
            competitors.spatial_index(sale, "jevons", by="competitor_id")
        """,
        hints=(
            _(
                "The table with the true pairs has a row a competitor, for one week, at the prices"
                " that customers pay."
            ),
            _("Write this Monday as `week` there, as year-month-day."),
        ),
        solution=_(
            "Divide our price by theirs for each product, take logs, average, and go back. Use the "
            "column `price`, not `list_price`."
        ),
    )


@sheet.number(
    id="competitors-survivors",
    objective="competitors-index",
    minutes=6,
    title=_("Those who are gone"),
    unit="ratio",
    tolerance=NEAR,
    mistakes={
        "survivors_only": _(
            "You kept only offers that are still listed at the end. Offers do not leave by chance: "
            "take all of that week."
        ),
        "ratio_of_means": _(
            "You divided mean prices, so the dear products decide. Average the ratios."
        ),
        "theirs_over_ours": _("You divided their price by ours. Asked is ours over theirs."),
        "list_price": _("You took their list prices. Take the price that a customer pays."),
        "other_week": _("That is the week of the cell above. Change it to the one of this card."),
        "plain_mean": _(
            "You took the plain mean of the ratios. Take the geometric mean, the formula 'jevons'."
        ),
        "mean_of_competitors": _(
            "You averaged the levels of the competitors. One with few offers then counts as much "
            "as one with many: take all offers together."
        ),
        "week_of_the_levels": _(
            "That is the week of the cell on the level against each competitor. Change it to the "
            "one of this card."
        ),
        "the_year": _("That is the level of the whole year. Keep the rows of the one week first."),
        "week_after": _("That is the week after. Keep the rows of the week of this card."),
        "gap": _("You took off 1. Asked is the level itself: our price over theirs."),
    },
)
def survivors(shop: Shop) -> sheet.Sheet:
    gaps = _gaps(shop)
    by_week = {pd.Timestamp(str(week)): rows for week, rows in gaps.groupby("week")}
    weeks = sorted(by_week)
    listed = set(by_week[weeks[-1]]["sku"])

    def level(rows: pd.DataFrame, formula: str = "jevons") -> float:
        return float(topic.spatial_index(rows, formula)["level"].iloc[0])

    def apart(week: pd.Timestamp) -> float:
        """Return how clearly the nearest of the other ways differs in a week.

        As `spatial_index` reckons, in plain numbers: a hundred calls take seconds.
        """
        then = by_week[week]
        ratio, stay = then["own_price"] / then["price"], then["sku"].isin(listed)
        jevons = np.exp(np.log(ratio).mean())
        dutot = then["own_price"].mean() / then["price"].mean()
        ways = [np.exp(np.log(ratio[stay]).mean()), dutot, 1 / jevons, ratio.mean()]
        return float(min(abs(way - jevons) for way in ways))

    early = [week for at, week in enumerate(weeks[:26]) if at != WORKED]
    week = max(early, key=apart)
    then, right = by_week[week], level(by_week[week])
    each = topic.spatial_index(then, "jevons", by="competitor_id")["level"]

    def level_of(day: pd.Timestamp) -> float | None:
        """Return the level of another week."""
        return None if day not in by_week or day == week else level(by_week[day])

    return sheet.Sheet(
        prompt=_(
            "Look back at Monday, {week.day} {week:%B %Y}. How high was our price level on that "
            "day against all competitors together: the geometric mean of our price over theirs "
            "(paid), over every matched offer that a collector could read then? Take the true "
            "pairs."
        ).format(week=week),
        right=right,
        wrong={
            "survivors_only": level(then[then["sku"].isin(listed)]),
            "ratio_of_means": level(then, "dutot"),
            "theirs_over_ours": 1 / right,
            "list_price": level(then.assign(price=then["list_price"])),
            "other_week": level(by_week[weeks[WORKED]]),
            "plain_mean": level(then, "carli"),
            "mean_of_competitors": each.mean(),
            "week_of_the_levels": level_of(pd.Timestamp(LEVELS)),
            "the_year": level(gaps),
            "week_after": level_of(week + WEEK),
            "gap": right - 1,
        },
        printed=0.001,
        case=(f"{week.day} {week:%B}", "level"),
        code=f"""
            from ecokit import competitors
            panel, own = competitors.published(shop), competitors.own_prices(shop)
            pairs = shop.competitor_products.dropna(subset=["product_id"])
            pairs = pairs[["competitor_id", "sku", "product_id"]]
            gaps = competitors.price_gaps(panel, pairs, own)
            then = gaps[gaps["week"] == "{week.date()}"]
            competitors.spatial_index(then, "jevons")["level"].iloc[0]
        """,
        hints=(
            _("Some offers of that week have left the sites since. They count."),
            _(
                "In the cell above write this Monday as `week`, as year-month-day: it has all of "
                "them."
            ),
        ),
        solution=_(
            "Take all matched offers of that week. A panel of the offers that are still there "
            "today leaves out what was delisted, and offers are not delisted by chance."
        ),
    )


@sheet.number(
    id="competitors-own-index",
    objective="competitors-index",
    minutes=6,
    title=_("Did we become dearer?"),
    unit="ratio",
    tolerance=0.00005,
    mistakes={
        "laspeyres": _(
            "This is Laspeyres: the units of the earlier month alone. Customers move between "
            "products; weigh with both months."
        ),
        "paasche": _("This is Paasche: the units of the later month alone."),
        "unit_value": _(
            "You divided sales by units. That mean moves when customers buy dearer products, even "
            "if no price changes."
        ),
        "tornqvist": _(
            "This is Törnqvist: it weighs with the shares of both months. It comes near to Fisher, "
            "which is the root of Laspeyres times Paasche."
        ),
        "no_weights": _(
            "This is Jevons: every product counts alike. Weigh with the units of both months."
        ),
        "backwards": _(
            "You divided the earlier month by the later one. Asked is later over earlier."
        ),
        "category_not_changed": _(
            "You changed the months and left the category of the cell above. Set the one that is "
            "asked for."
        ),
        "months_not_changed": _(
            "You changed the category and left the months of the cell above. Set those that are "
            "asked for."
        ),
        "month_after": _(
            "You compared with the month after. Asked is the month over the one before it."
        ),
        "month_too_early": _(
            "You compared the month before with the one before that. Begin a month later."
        ),
        "mean_prices": _(
            "You divided the mean prices of the two months. Products come and go, and units do not "
            "weigh: compare product by product."
        ),
        "change": _("You took off 1. Asked is the index itself: 1.02 where prices rise by 2 %."),
    },
)
def own_index(shop: Shop) -> sheet.Sheet:
    months = _months(shop)
    category, late = max(_cases(months), key=lambda one: _spread(_pair(months, *one)))
    step = pd.offsets.MonthBegin()
    early = late - step
    basket = _pair(months, category, late)
    means: Any = months[category]["price"].mean()
    p0, p1, q0, q1 = basket
    february, march = map(pd.Timestamp, CELL_MONTHS)

    def index(formula: str) -> float:
        return topic.bilateral_index(*basket, formula)

    def fisher(goods: str, late: pd.Timestamp, early: pd.Timestamp | None = None) -> float | None:
        """Return the index of another category or other months."""
        pair = _pair(months, goods, late, early)
        return topic.bilateral_index(*pair, "fisher") if len(pair[0]) else None

    return sheet.Sheet(
        prompt=_(
            "Compare our own prices (of each product the mean of the month's days) in {category} "
            "in {late:%B} with those of the month before, over the products that were on offer in "
            "both months. How high is the Fisher index, with the units sold in each month?"
        ).format(category=sheet.plain(category), late=late),
        right=index("fisher"),
        wrong={
            "laspeyres": index("laspeyres"),
            "paasche": index("paasche"),
            "unit_value": (p1 @ q1 / q1.sum()) / (p0 @ q0 / q0.sum()),
            "tornqvist": index("tornqvist"),
            "no_weights": index("jevons"),
            "backwards": 1 / index("fisher"),
            "category_not_changed": fisher(CELL_CATEGORY, late),
            "months_not_changed": fisher(category, march, february),
            "month_after": fisher(category, late + step),
            "month_too_early": fisher(category, early),
            "mean_prices": means[late] / means[early],
            "change": index("fisher") - 1,
        },
        above={_("the index of the cell above"): fisher(CELL_CATEGORY, march, february) or np.nan},
        case=(sheet.plain(category), f"{late:%B}"),
        code=f"""
            from ecokit import competitors
            stock = shop.stock.merge(shop.products[["product_id", "category"]], on="product_id")
            stock["period"] = stock["date"].dt.strftime("%Y-%m")
            chosen = stock["period"].isin(["{early:%Y-%m}", "{late:%Y-%m}"])
            stock = stock[chosen & (stock["category"] == "{category}")]
            goods = stock.rename(columns={{"product_id": "item"}}).groupby(["period", "item"])
            table = goods.agg(price=("price", "mean"), quantity=("sold", "sum")).reset_index()
            both = table.groupby("item")["period"].transform("nunique") == 2
            competitors.price_index(table[both], "fisher")["level"].iloc[-1]
        """,
        hints=(
            _("Fisher is the geometric mean of Laspeyres and Paasche."),
            _("In the cell above write this category and both months, the earlier one first."),
        ),
        solution=_(
            "Laspeyres weighs with the units of the earlier month, Paasche with those of the later "
            "one. Fisher is the root of their product."
        ),
    )


_Pair: TypeAlias = tuple[NDArray[np.float64], ...]
"""Prices of an early and a late month, and the units of both, product by product."""


def _spread(pair: _Pair) -> float:
    """Return how far the nearest other index lies from Fisher's.

    By hand, because it is asked for each category and month.
    """
    p0, p1, q0, q1 = pair
    laspeyres, paasche = (p1 @ q0) / (p0 @ q0), (p1 @ q1) / (p0 @ q1)
    shares = (p0 * q0 / (p0 @ q0) + p1 * q1 / (p1 @ q1)) / 2
    rises = np.log(p1 / p0)
    others = [laspeyres, paasche, np.exp(shares @ rises), np.exp(rises.mean())]
    return float(np.abs(np.array(others) - np.sqrt(laspeyres * paasche)).min())


def _months(shop: Shop) -> dict[str, pd.DataFrame]:
    """Return by category the mean price and the units of each product in each month."""
    stock = shop.stock.merge(shop.products[["product_id", "category"]], on="product_id")
    stock["period"] = stock["date"].dt.to_period("M").dt.to_timestamp()
    keys = ["category", "period", "product_id"]
    items = stock.groupby(keys, as_index=False).agg(
        price=("price", "mean"), quantity=("sold", "sum")
    )
    return {
        str(category): goods.pivot_table(["price", "quantity"], "product_id", "period")
        for category, goods in items.groupby("category")
    }


def _pair(
    months: dict[str, pd.DataFrame],
    category: str,
    late: pd.Timestamp,
    early: pd.Timestamp | None = None,
) -> _Pair:
    """Return prices and units of two months, in a row unless told, of what both had on offer."""
    early = late - pd.offsets.MonthBegin() if early is None else early
    columns = [(name, month) for name in ("price", "quantity") for month in (early, late)]
    both = months[category].reindex(columns=pd.MultiIndex.from_tuples(columns)).dropna()
    return tuple(both.to_numpy(float).T)


def _cases(months: dict[str, pd.DataFrame]) -> Iterator[tuple[str, pd.Timestamp]]:
    """Yield each category with each of its months but the first."""
    for category, goods in months.items():
        for late in goods["price"].columns[1:]:
            yield category, late


@dataclass(frozen=True)
class _Cut:
    """A competitor's cut without a promotion, and what we sell in its category."""

    rival: str
    category: str
    start: pd.Timestamp
    weeks: int
    depth: float
    goods: pd.DataFrame
    elasticity: dict[str, float]
    cross: float

    def outcome(self, plan: sheet.PlanAnswer) -> tuple[float, float]:
        """Return the share of units kept at the hit products, and the margin that a plan costs."""
        goods, cut = self.goods, plan["cut"] / 100
        scopes = {1: goods["hit"], 2: goods["category"] == self.category}
        wide = scopes.get(int(plan["scope"]), goods["units"] >= 0)
        lift = (1 - cut) ** goods["category"].map(self.elasticity).fillna(ELASTICITY)
        pull = np.where(goods["hit"], (1 - self.depth) ** self.cross, 1.0)
        kept, cost = 0.0, 0.0
        for week in range(HORIZON):
            waiting = goods["units"] * (pull if week < self.weeks else 1.0)
            ours = wide & (week < plan["weeks"])
            units = waiting * np.where(ours, lift, 1.0)
            price = goods["price"] * np.where(ours, 1 - cut, 1.0)
            before = waiting * (goods["price"] - goods["cost"])
            cost += float((before - units * (price - goods["cost"])).sum())
            if week < self.weeks:
                kept += float(units[goods["hit"]].sum())
        usual = float(goods.loc[goods["hit"], "units"].sum()) * self.weeks
        return kept / usual, cost

    def best(self) -> sheet.PlanAnswer:
        """Find the cheapest plan that keeps the units; only the hit goods, only while it lasts."""
        plans = [{"cut": cut / 2, "weeks": float(self.weeks), "scope": 1.0} for cut in range(41)]
        return next((plan for plan in plans if self.outcome(plan)[0] >= FLOOR), plans[-1])

    def score(self, plan: sheet.PlanAnswer, budget: float, *lines: str) -> sheet.Score:
        """Return the score of a plan: units won back, and margin given for them."""
        kept, cost = self.outcome(plan)
        waiting = self.outcome({"cut": 0.0, "weeks": 0.0, "scope": 1.0})[0]
        won_back = min(1.0, max(0.0, (kept - waiting) / (FLOOR - waiting)))
        passed = bool(kept >= FLOOR and cost <= budget)
        points = 100 if passed else min(99, int(100 * won_back * min(1, budget / max(cost, 1e-9))))
        told = {"reached": kept, "goal": FLOOR, "cost": sheet.yuan(cost), "budget": budget}
        return sheet.Score(points, passed, tuple(line.format(**told) for line in lines))


def _cut(shop: Shop) -> _Cut:
    """Find the cut that hits most of our sales, and our goods before it."""
    gaps = _gaps(shop)
    plain_weeks = gaps[gaps["promotion"].isna()]
    usual = plain_weeks.groupby(["competitor_id", "sku"])["price"].median().rename("usual")
    rows = plain_weeks.merge(usual, on=["competitor_id", "sku"])
    rows["change"] = rows["price"] / rows["usual"] - 1
    value = gaps.assign(sales=gaps["units"] * gaps["own_price"]).groupby("product_id")["sales"]
    rows["sales"] = rows["product_id"].map(value.mean())
    weeks = np.sort(gaps["week"].unique())
    hit = rows[(rows["change"] <= -0.07) & (rows["week"] > weeks[4]) & (rows["week"] < weeks[-5])]
    best: Any = hit.groupby(["competitor_id", "category", "week"])["sales"].sum().idxmax()
    rival, category, week = best
    mine = hit[(hit["competitor_id"] == rival) & (hit["category"] == category)]
    start, lasted = _run(set(mine["week"]), pd.Timestamp(week))
    now = mine[mine["week"] == start].set_index("sku")["price"]
    past = plain_weeks[plain_weeks["week"].between(start - USUAL_WEEKS * WEEK, start - WEEK)]
    before = past[past["competitor_id"] == rival].groupby("sku")["price"].median()
    if now.index.intersection(
        before.index
    ).empty:  # all of them were on promotion in the weeks before
        before = usual[rival]
    told = shop.truth.items()
    return _Cut(
        rival=rival,
        category=category,
        start=start,
        weeks=lasted,
        depth=1 - float((now / before).mean()),
        goods=_goods(shop, start, set(mine.loc[mine["week"] == start, "product_id"])),
        elasticity={name[11:]: float(v) for name, v in told if name.startswith("elasticity_")},
        cross=float(shop.truth["cross_elasticity"]),
    )


def _run(weeks: set[Any], inside: pd.Timestamp) -> tuple[pd.Timestamp, int]:
    """Return the first of the weeks in a row around one of them, and their number, 8 at most."""
    start = end = inside
    while start - WEEK in weeks:
        start -= WEEK
    while end + WEEK in weeks and (end - start) / WEEK < 7:
        end += WEEK
    return start, int((end - start) / WEEK) + 1


def _goods(shop: Shop, start: pd.Timestamp, hit: set[str]) -> pd.DataFrame:
    """Return price and unit cost of all our goods on a Monday, and units a week before it."""
    own = topic.own_prices(shop)  # the units of a row are those of the seven days before
    before = own[(own["week"] <= start) & (own["week"] > start - USUAL_WEEKS * WEEK)]
    goods = before[before["week"] == start].drop(columns="units")
    goods = goods.merge(before.groupby("product_id")["units"].mean(), on="product_id")
    goods = goods.rename(columns={"own_price": "price", "unit_cost": "cost"})
    goods = goods.merge(shop.products[["product_id", "category"]], on="product_id")
    return goods.assign(hit=goods["product_id"].isin(hit))


@sheet.plan(
    id="competitors-reaction",
    objective="competitors-react",
    minutes=10,
    title=_("A reaction to a cut"),
    fields=(
        sheet.Field("cut", _("Our own cut, in per cent"), 0, MOST_CUT, step=0.5, start=8, unit="%"),
        sheet.Field("weeks", _("For how many weeks"), 0, HORIZON, start=6, unit="weeks"),
        sheet.Field(
            "scope", _("Which: 1 those products, 2 the category, 3 the shop"), 1, 3, start=2
        ),
    ),
    mistakes={
        "whole_shop": _("You cut products that nobody attacked. Leave their margin alone."),
        "no_reaction": _(
            "You do not react. That is the cheapest way to lose units; but the contract asks for "
            "them. A small cut is enough."
        ),
        "matched_the_cut": _(
            "You cut by about as many per cent as they did. It brings far more units than you "
            "lost, each with hardly any margin left. Cut only as much as brings them back."
        ),
        "too_long": _("You go on after the competitor has stopped. Go back when they do."),
        "stopped_early": _("You stop while the competitor's cut goes on, and lose the units then."),
    },
)
def reaction(shop: Shop) -> sheet.PlanSheet:
    move = _cut(shop)
    best, hit = move.best(), move.goods["hit"].sum()
    budget = SPARE * move.outcome(best)[1]
    kept = _("The attacked products keep {reached:.1%} of their usual units; {goal:.0%} is asked.")
    given = _("The plan gives up {cost} of margin against waiting; ¥{budget:,.0f} may go.")
    own = move.elasticity.get(move.category, ELASTICITY)
    far = move.weeks * SPARE < HORIZON - 1  # going on to the end is more than a little too long
    return sheet.PlanSheet(
        prompt=_(
            "On {move.start.day} {move.start:%B} {move.rival} cuts {n} of the products that we "
            "sell too ({category}) by {move.depth:.0%}, and announces it for {move.weeks} weeks. "
            "It becomes the cheapest seller. Our contract with the supplier asks that these "
            "products keep at least {floor:.0%} of their usual units in these weeks, and the plan "
            "may give up ¥{budget:,.0f} of margin against waiting. By how much do you cut your own "
            "prices, for how many weeks, and which?\n\n"
            "Take these elasticities as constant: {own:.1f} to our own price, {move.cross:.1f} to "
            "the cheapest competitor's. Goods cost what those in stock have cost."
        ).format(
            move=move,
            n=hit,
            category=sheet.plain(move.category),
            floor=FLOOR,
            own=own,
            budget=budget,
        ),
        code=f"""
            lost = (1 - {move.depth:.4f}) ** {move.cross:g}  # what waiting leaves of 1 unit
            cut = 0.0  # in per cent, half a per cent more at a time
            while lost * (1 - cut / 100) ** {own:g} < {FLOOR}:
                cut += 0.5
            {{"cut": cut, "weeks": {move.weeks}, "scope": 1}}
        """,
        right=best,
        score=lambda plan: move.score(plan, budget, kept, given),
        wrong={
            "whole_shop": best | {"scope": 3.0},
            "no_reaction": best | {"cut": 0.0},
            "matched_the_cut": best | {"cut": min(round(move.depth * 200) / 2, MOST_CUT)},
            "too_long": best | {"weeks": float(HORIZON)} if far else None,
            "stopped_early": best | {"weeks": 1.0} if move.weeks > 1 else None,
        },
        detects={
            "whole_shop": lambda plan: plan["scope"] >= 2,
            "no_reaction": lambda plan: plan["cut"] == 0 or plan["weeks"] == 0,
            "matched_the_cut": lambda plan: plan["cut"] >= min(75 * move.depth, MOST_CUT),
            "too_long": lambda plan: plan["weeks"] > move.weeks,
            "stopped_early": lambda plan: 0 < plan["weeks"] < move.weeks,
        },
        hints=(
            _(
                "A cut of theirs by 12 % takes 1 - 0.88^{cross:g} of the units, where {cross:g} is "
                "the cross elasticity. How small a cut of ours brings enough of them back?"
            ).format(cross=move.cross),
            _("Touch only what was touched, and only as long as their cut lasts."),
        ),
        solution=_(
            "Our customers look at our price far more than at theirs, so a small cut brings back "
            "what their large one took. Everything beyond that, other products and further weeks "
            "included, gives margin away. Without the contract, waiting would cost the least."
        ),
    )
