"""Exercises on pricing: base price, elasticity and price tests."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd

from ecokit import pricing as topic
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

CUT = 0.06  # price cut asked about
WISH = 0.2  # change of conversion that the planned test must not miss, as a share of it
TENTH = 0.1  # the change that the page works out
BOUGHT = 0.8  # at which share of its cost the exercise on profit supposes a product to be bought
PLANNED, LOST = 0.25, 1 / 3  # share of the visitors planned for B, and what B loses of them
CELL_COST, CELL_ELASTICITY, CELL_CHANGE = 100, -3.0, -0.02  # of the notebook's cells
CELL_SHARE = 0.03
MEASURED = "tablets"  # the category whose elasticity is asked for; the page works out the phones


class Product(NamedTuple):
    """The product bought most often: its cost in yuan, and the elasticity of its category."""

    name: str
    cost: float
    elasticity: float


def favourite(shop: Shop) -> Product:
    """Return the product bought most often, at what a unit in stock has cost on the last day."""
    counts = shop.order_lines.groupby("product_id")["quantity"].sum().sort_index()
    best_seller = str(counts.idxmax())
    row: Any = shop.products.set_index("product_id").loc[best_seller]
    stock = shop.stock[shop.stock["product_id"] == best_seller].sort_values("date")
    elasticity = float(shop.truth[f"elasticity_{row['category']}"])
    return Product(str(row["name"]), float(stock["unit_cost"].iloc[-1]), elasticity)


@sheet.number(
    id="pricing-margin-markup",
    objective="pricing-base",
    minutes=3,
    title=_("A margin of a quarter"),
    unit="yuan",
    rel_tolerance=0.002,
    mistakes={
        "markup": _(
            "You put 25 % on the cost. That is a markup; it leaves a margin of 20 %. Divide the "
            "cost by what is left of the price, 1 - 0.25."
        ),
        "margin_of_cost_left": _(
            "You divided the cost by the margin. The cost is what is left of the price after the "
            "margin: divide by 1 - 0.25."
        ),
        "the_profit": _(
            "That is what is left of the price, in yuan. The price itself is asked: the cost and "
            "what is left, together."
        ),
        "off_the_cost": _(
            "You took 25 % off the cost, and would sell below it. Divide the cost by 1 - 0.25."
        ),
        "fees_too": _(
            "You counted fees and handling, too. The question leaves them out: the cost alone."
        ),
        "rounded_third": _(
            "You put 33 % on the cost. It is a third, 33.33 %: rounded so early, too little is "
            "left. Divide the cost by 1 - 0.25."
        ),
        "over_one_and_more": _(
            "You divided by 1 + 0.25, and would sell below the cost. Divide by 1 - 0.25."
        ),
    },
)
def margin_markup(shop: Shop) -> sheet.Sheet:
    name, cost, _elasticity = favourite(shop)
    asked = 0.25
    return sheet.Sheet(
        prompt=_(
            "A unit of {name} in stock has cost ¥{cost:,.2f}. At which price is a **margin** of "
            "{margin:.0f} % left? Leave fees and handling out."
        ).format(name=name, cost=cost, margin=100 * asked),
        right=topic.price_for_margin(cost, asked),
        wrong={
            "markup": topic.price_for_markup(cost, asked),
            "margin_of_cost_left": cost / asked,
            "the_profit": topic.price_for_margin(cost, asked) - cost,
            "off_the_cost": cost * (1 - asked),
            "fees_too": topic.floor_price(cost, asked),
            "rounded_third": 1.33 * cost,
            "over_one_and_more": cost / (1 + asked),
        },
        case=(name,),
        code=f"""
            from ecokit import pricing
            pricing.price_for_margin({cost:.2f}, 0.25)
        """,
        hints=(
            _("A margin is a share of the price, not of the cost."),
            _("If a quarter of the price is margin, the cost is the other three quarters."),
        ),
        solution=_(
            "Price = cost / (1 - margin). `pricing.price_for_margin(cost, 0.25)` does it; "
            "`pricing.margin(price, cost)` proves it."
        ),
    )


@sheet.number(
    id="pricing-list-or-paid",
    objective="pricing-base",
    minutes=6,
    title=_("How far are they from us?"),
    unit="share",
    tolerance=0.001,
    mistakes={
        "their_list_price": _(
            "You took their list price. It is printed to be crossed out; customers pay the column "
            "`price`."
        ),
        "own_list_price": _(
            "You took our list price. What our customers pay that day is `price` in the stock."
        ),
        "shares_of_theirs": _(
            "The sign is turned: negative means that they are cheaper than we are."
        ),
        "over_their_price": _(
            "You divided by their price. Asked is a share of **our** price: divide by that."
        ),
        "ratio_of_sums": _(
            "You divided all their prices together by all of ours, so the dear products decide. "
            "Take the share product by product, then the mean."
        ),
        "in_yuan": _("That is a difference in yuan. Divide it by our price, product by product."),
        "difference_over_theirs": _(
            "You divided the difference by their price. Asked is a share of **our** price: divide "
            "by that."
        ),
        "both_list_prices": _(
            "You compared list prices. Count what customers pay, here as there: the column `price`."
        ),
        "ratio_kept": _("That is their price over ours. Take off 1: how far are they from us?"),
        "list_over_theirs": _(
            "You took their list price, and divided by it. Take the column `price`, over ours."
        ),
    },
)
def list_or_paid(shop: Shop) -> sheet.Sheet:
    rivals = topic.cheapest_offers(shop)
    today = shop.stock[shop.stock["date"] == rivals["week"].max()]
    ours = today.set_index("product_id")["price"].rename("own_price").to_frame()
    ours["own_list_price"] = shop.products.set_index("product_id")["list_price"]
    offers = rivals.join(ours, on="product_id", how="inner")

    def gap(theirs: str, own: str) -> float:
        return float((offers[theirs] / offers[own] - 1).mean())

    return sheet.Sheet(
        prompt=_(
            "Take the products that we and a competitor have on Monday {day.day} {day:%B}. On "
            "average, how far is the cheapest price at which a competitor has the product in stock "
            "from ours, as a share of our price? Count what customers pay. Negative: they are "
            "cheaper."
        ).format(day=offers["week"].iloc[0]),
        right=gap("price", "own_price"),
        wrong={
            "their_list_price": gap("list_price", "own_price"),
            "own_list_price": gap("price", "own_list_price"),
            "shares_of_theirs": -gap("price", "own_price"),
            "over_their_price": float((offers["own_price"] / offers["price"] - 1).mean()),
            "ratio_of_sums": float(offers["price"].sum() / offers["own_price"].sum() - 1),
            "in_yuan": float((offers["price"] - offers["own_price"]).mean()),
            "difference_over_theirs": float((1 - offers["own_price"] / offers["price"]).mean()),
            "both_list_prices": gap("list_price", "own_list_price"),
            "ratio_kept": 1 + gap("price", "own_price"),
            "list_over_theirs": float((1 - offers["own_price"] / offers["list_price"]).mean()),
        },
        code="""
            from ecokit import pricing
            theirs = pricing.cheapest_offers(shop)
            ours = shop.stock[shop.stock["date"] == theirs["week"].max()]
            both = theirs.merge(ours, on="product_id", suffixes=("", "_own"))
            (both["price"] / both["price_own"] - 1).mean()
        """,
        hints=(
            _("The cell above lays the cheapest price of each product beside ours of that day."),
            _("Does a customer pay the list price? Write the other column there."),
        ),
        solution=_(
            "Join the cheapest offers with the rows of `shop.stock` of that Monday, divide `price` "
            "there by our price, take off 1, and average."
        ),
    )


@sheet.number(
    id="pricing-best-price",
    objective="pricing-base",
    minutes=4,
    title=_("The price of most profit"),
    unit="yuan",
    rel_tolerance=0.003,
    mistakes={
        "wrong_sign": _(
            "That price lies below the cost. The formula takes the size of the elasticity: e / (e "
            "- 1), and you put the negative number in."
        ),
        "lerner_as_markup": _(
            "1 / e is the margin, a share of the price. You put it on the cost, as if it were the "
            "markup."
        ),
        "the_profit": _(
            "That is what a unit leaves at the best price. The price itself is asked: add the cost."
        ),
        "times_elasticity": _(
            "You multiplied the cost by the elasticity. Divide by its size less 1 as well: e / (e "
            "- 1)."
        ),
        "elasticity_not_changed": _(
            "You changed the cost and left the elasticity of the cell. Set the one of this card."
        ),
        "cost_not_changed": _(
            "You changed the elasticity and left the cost of the cell. Set the one of this card."
        ),
        "a_quarter": _(
            "You took a margin of a quarter. That is best at an elasticity of -4: the margin is 1 "
            "over the size of the elasticity."
        ),
    },
)
def best_price(shop: Shop) -> sheet.Sheet:
    name, cost, elasticity = favourite(shop)
    return sheet.Sheet(
        prompt=_(
            "{name} costs ¥{cost:,.2f} a unit, and its elasticity is {elasticity:.1f} at every "
            "price. Nobody else sells it. At which price is the profit highest?"
        ).format(name=name, cost=cost, elasticity=elasticity),
        right=topic.best_price(cost, elasticity),
        wrong={
            "wrong_sign": cost * elasticity / (elasticity - 1),
            "lerner_as_markup": cost * (1 - 1 / elasticity),
            "the_profit": topic.best_price(cost, elasticity) - cost,
            "times_elasticity": -cost * elasticity,
            "elasticity_not_changed": topic.best_price(cost, CELL_ELASTICITY),
            "cost_not_changed": topic.best_price(CELL_COST, elasticity),
            "a_quarter": topic.price_for_margin(cost, 0.25),
        },
        above={_("what the cell prints"): topic.best_price(CELL_COST, CELL_ELASTICITY)},
        case=(name,),
        code=f"""
            from ecokit import pricing
            pricing.best_price({cost:.2f}, {elasticity:g})
        """,
        hints=(
            _("At the best price the margin is 1 over the size of the elasticity."),
            _("In the cell above write cost and elasticity, with the sign that it has."),
        ),
        solution=_(
            "Price = cost × e / (e - 1), with e the elasticity without its sign. The margin there "
            "is 1 / e: the less customers mind, the more a shop may ask."
        ),
    )


@sheet.number(
    id="pricing-elasticity-sign",
    objective="pricing-elasticity",
    minutes=3,
    title=_("What a cut does to units"),
    unit="share",
    tolerance=0.002,
    mistakes={
        "fewer_units": _(
            "A lower price sells more units: negative times negative. Your sign is turned."
        ),
        "divided": _(
            "You divided the cut by the elasticity. An elasticity says how many per cent of the "
            "units one per cent of the price moves: multiply."
        ),
        "straight_line": _(
            "You multiplied 6 % by the elasticity. That holds for very small changes; for this one "
            "take 0.94 to the power of the elasticity."
        ),
        "all_units": _(
            "That is how many units are sold for each one before. Take off the 1 of before."
        ),
        "a_rise": _(
            "You raised the price by 6 %. It is cut: the new price is 0.94 of the old one."
        ),
        "of_the_old_price": _(
            "You took the sign off the elasticity. Units go with the price to the power of a "
            "negative number."
        ),
        "line_below_zero": _(
            "You multiplied 6 % by the elasticity and kept its sign. The price falls, so units "
            "rise; and for so large a cut take 0.94 to the power of the elasticity."
        ),
        "elasticity_not_changed": _(
            "You changed the cut and left the elasticity of the cell. Set the one of this card."
        ),
        "cut_not_changed": _(
            "You changed the elasticity and left the cut of the cell. Set the one of this card."
        ),
    },
)
def elasticity_sign(shop: Shop) -> sheet.Sheet:
    name, _cost, elasticity = favourite(shop)
    uplift = (1 - CUT) ** elasticity - 1
    return sheet.Sheet(
        prompt=_(
            "The elasticity of {name} is {elasticity:.1f}, the same at every price. The price is "
            "cut by 6 %. By which share do units change? Positive: more units."
        ).format(name=name, elasticity=elasticity),
        right=uplift,
        wrong={
            "fewer_units": -uplift,
            "divided": -CUT / elasticity,
            "straight_line": -CUT * elasticity,
            "all_units": uplift + 1,
            "a_rise": (1 + CUT) ** elasticity - 1,
            "of_the_old_price": (1 - CUT) ** -elasticity - 1,
            "line_below_zero": CUT * elasticity,
            "elasticity_not_changed": (1 - CUT) ** CELL_ELASTICITY - 1,
            "cut_not_changed": (1 + CELL_CHANGE) ** elasticity - 1,
        },
        above={_("what the cell prints"): (1 + CELL_CHANGE) ** CELL_ELASTICITY - 1},
        case=(name,),
        code=f"""
            0.94**{elasticity:g} - 1
        """,
        hints=(
            _("The new price is 0.94 of the old one."),
            _("With the same elasticity everywhere, units go with the price to that power."),
        ),
        solution=_(
            "Units change by 0.94 to the power of the elasticity, less 1. The rule of thumb, 6 % "
            "times the elasticity, is a little too small for cuts and too large for rises."
        ),
    )


@sheet.number(
    id="pricing-elasticity-instrument",
    objective="pricing-elasticity",
    minutes=8,
    title=_("Only what the cost moves"),
    unit="elasticity",
    tolerance=0.02,
    mistakes={
        "no_instrument": _(
            "This takes every move of the price, also those that follow demand, so it lies far too "
            'near to zero or above. Add instrument="cost".'
        ),
        "promotions_mixed_in": _(
            "This compares a product with itself over promotions and seasons. Keep the effects of "
            "the market (category and week), and add the instrument."
        ),
        "dear_against_cheap": _(
            "This compares dear products with cheap ones, which are other goods. Keep the effects "
            "of product and market, and add the instrument."
        ),
        "per_visit": _(
            'You divided by visits. Asked is units by day on sale: exposure="days", with the '
            "instrument."
        ),
        "both_cures": _(
            'You took both cures at once. Asked is the instrument alone: exposure="days".'
        ),
        "sign_dropped": _(
            "The size is right, but an elasticity has a sign: units fall when the price rises, so "
            "it lies below zero."
        ),
    },
)
def elasticity_instrument(shop: Shop) -> sheet.Sheet:
    weeks = topic.panel(shop)
    told = topic.ladder(weeks[weeks["category"] == MEASURED]).set_index("step")
    found = told["elasticity"].round(4)
    table = told[["elasticity", "low", "high"]].copy()
    table.loc[table.index != "cost", "elasticity"] = float("nan")  # each a known mistake
    phones = weeks[weeks["category"] == "phones"]
    same_way = topic.estimate(phones, exposure="days", instrument="cost")
    words = {
        "elasticity": _("the estimate"),
        "low": _("the lower end of the interval"),
        "high": _("the upper end of the interval"),
    }
    ways = {
        "all_products": _("dear against cheap products"),
        "same_product": _("a product against itself"),
        "same_week": _("inside category and week"),
        "cost": _("moves that the cost explains"),
        "visits": _("per visit"),
        "visits_and_cost": _("per visit, by the cost"),
    }
    return sheet.Sheet(
        prompt=_(
            "The manager asks more in weeks of high demand. Estimate the elasticity of the "
            "category **{category}** from units by day on sale, with the purchase cost as the "
            "instrument."
        ).format(category=MEASURED),
        right=found["cost"],
        wrong={
            "no_instrument": found["same_week"],
            "promotions_mixed_in": found["same_product"],
            "dear_against_cheap": found["all_products"],
            "per_visit": found["visits"],
            "both_cures": found["visits_and_cost"],
            "sign_dropped": -found["cost"],
        },
        printed=0.01,
        table=table.rename(index=ways, columns=words).round(4),
        cell=(ways["cost"], words["elasticity"]),
        above={
            _("the estimate for the phones"): same_way.elasticity,
            _("the lower end for the phones"): same_way.low,
            _("the upper end for the phones"): same_way.high,
        },
        case=(MEASURED, "instrument"),
        code=f"""
            from ecokit import pricing
            weeks = pricing.panel(shop)
            chosen = weeks[weeks["category"] == "{MEASURED}"]
            pricing.estimate(chosen, exposure="days", instrument="cost").elasticity
        """,
        hints=(
            _("Take the rows of the panel with the category {category}.").format(category=MEASURED),
            _(
                "In the cell above write this category: units by day and the purchase cost are set"
                " there."
            ),
        ),
        solution=_(
            "Lay out the panel, keep the rows of the category, and call `estimate` with "
            '`exposure="days"` and `instrument="cost"`. Compare the interval with that of the '
            "estimate without the instrument."
        ),
    )


def _tests(shop: Shop) -> tuple[str, str]:
    """Return the ids of the sound test and of the one whose split looks worst."""
    kinds = shop.price_tests.drop_duplicates("test_id").set_index("test_id")["kind"]
    share = {test: topic.ratio_check(shop, test).p_value for test in kinds[kinds == "ab"].index}
    return max(share, key=lambda test: share[test]), min(share, key=lambda test: share[test])


@lru_cache(maxsize=1)  # a tenth of a second, for two exercises
def _sound(shop: Shop) -> tuple[str, pd.Series[float]]:
    """Return the id of the sound test, and the conversion of its arms."""
    test = _tests(shop)[0]
    return test, topic.arms(shop, test).set_index("arm")["conversion"]


@sheet.number(
    id="pricing-sample-size",
    objective="pricing-test",
    minutes=5,
    title=_("How many visitors?"),
    unit="visitors",
    rel_tolerance=0.01,
    mistakes={
        "ten_points": _(
            "You asked for twenty percentage points, which is several times the conversion. 20 % "
            "of it is meant: from p to 1.2 p."
        ),
        "both_arms": _("That is both arms together. Asked is the number of each arm."),
        "half_power": _(
            "This test would miss the effect every second time: you left the power out. Take power "
            "80 %."
        ),
        "a_tenth": _(
            "That is for a change by a tenth of the conversion, as on the page. Here it is 20 % of "
            "it: from p to 1.2 p."
        ),
        "one_point": _(
            "You asked for one percentage point. 20 % of the conversion is meant: from p to 1.2 p."
        ),
        "share_not_changed": _(
            "You changed the change and left the share of the cell. Set the share of the visitors "
            "who buy here."
        ),
        "halved": _("You halved the number. It is that of each arm already."),
        "both_of_a_tenth": _(
            "That is for a change by a tenth, and both arms together. Take 20 %, and each arm."
        ),
    },
)
def sample_size(shop: Shop) -> sheet.Sheet:
    _test, conversion = _sound(shop)
    share = round(float(conversion["A"]), 3)
    needed = topic.sample_size(share, (1 + WISH) * share)
    return sheet.Sheet(
        prompt=_(
            "{share:.1f} % of the visitors of a page buy. A price test must not miss a change of "
            "this conversion by 20 % of it (with the usual settings of the cell above: 5 % "
            "two-sided, power 80 %). How many visitors does "
            "**each arm** need?"
        ).format(share=100 * share),
        right=needed,
        wrong={
            "ten_points": topic.sample_size(share, share + WISH),
            "both_arms": 2 * needed,
            "half_power": topic.sample_size(share, (1 + WISH) * share, power=0.5),
            "a_tenth": topic.sample_size(share, (1 + TENTH) * share),
            "one_point": topic.sample_size(share, share + 0.01),
            "share_not_changed": topic.sample_size(CELL_SHARE, (1 + WISH) * CELL_SHARE),
            "halved": needed / 2,
            "both_of_a_tenth": 2 * topic.sample_size(share, (1 + TENTH) * share),
        },
        above={
            _("what the cell prints"): topic.sample_size(CELL_SHARE, (1 + TENTH) * CELL_SHARE),
        },
        case=("20 % of it",),
        code=f"""
            from ecokit import pricing
            pricing.sample_size({share:g}, 1.2 * {share:g})
        """,
        hints=(
            _("20 % of the conversion more: from p to 1.2 p."),
            _("In the cell above write the conversion as `share`, and 0.2 as `change`."),
        ),
        solution=_(
            "`pricing.sample_size(p, 1.2 * p)`. Halve the effect, and the test needs four times as "
            "many visitors."
        ),
    )


@sheet.choice(
    id="pricing-broken-split",
    objective="pricing-test",
    minutes=4,
    title=_("Where are the others?"),
    options=("a", "b", "c", "d"),
)
def broken_split(shop: Shop) -> sheet.ChoiceSheet:
    test = _tests(shop)[1]
    everybody = int(topic.arms(shop, test)["visitors"].sum())
    in_b = round(everybody * PLANNED * (1 - LOST))
    counted = shop.price_tests[shop.price_tests["test_id"] == test].head(1)
    made = pd.concat([counted, counted]).assign(
        arm=["A", "B"], visitors=[round(everybody * (1 - PLANNED)), in_b], orders=1, units=1
    )
    worst = topic.ratio_check({"price_tests": made}, test, share=PLANNED)
    return sheet.ChoiceSheet(
        prompt=_(
            "Another price test was to show the lower price B to {planned:.0%} of the visitors. At "
            "the end {share:.1f} % of {visitors:,} are in B. What do you do with its result?"
        ).format(planned=PLANNED, share=100 * worst.share, visitors=made["visitors"].sum()),
        case=(f"{PLANNED:.0%} of the visitors",),
        right="b",
        options={
            "a": _("Use it: profit a visitor does not depend on how many there were"),
            "b": _("Find out where visitors were lost, mend it, and run the test again"),
            "c": _("Weight B up to half of the visitors, then read the result"),
            "d": _("Let it run on until the split evens out"),
        },
        reasons={
            "a": _(
                "It depends on who they were. Somebody is missing in one arm, and those who stay "
                "are not like those who left."
            ),
            "b": _(
                "A split like this has a chance of {p:.1g} under a fair lot, so something broke, "
                "and it may have chosen who stayed."
            ).format(p=max(worst.p_value, 1e-300)),
            "c": _("Weights mend the number of visitors, not who is missing. The bias stays."),
            "d": _(
                "The split is broken, not unlucky: more days give the same split, with more proof."
            ),
        },
        hints=(
            _("How many were to be in B? How likely is it that a fair lot sends so few?"),
            _(
                "By chance a side differs by about the root of visitors × share × (1 - share), and"
                " hardly ever by four times that. A test whose split chance does not explain is "
                "broken."
            ),
        ),
        solution=_(
            "The check of the split comes before any result. With a p value below 0.001 no number "
            "of the test can be used; the lost visitors must be found."
        ),
    )


def cost_at_start(shop: Shop, test: str, tested: str) -> float:
    """Return what a unit of the tested product had cost on the first day of a test."""
    started = shop.price_tests.loc[shop.price_tests["test_id"] == test, "date"].min()
    stock = shop.stock[(shop.stock["product_id"] == tested) & (shop.stock["date"] >= started)]
    return float(stock.sort_values("date")["unit_cost"].iloc[0])


@sheet.number(
    id="pricing-test-profit",
    objective="pricing-test",
    minutes=6,
    title=_("More orders, more profit?"),
    unit="yuan",
    rel_tolerance=0.02,
    mistakes={
        "revenue": _("That is revenue. A unit costs money: take the cost off the price first."),
        "an_order": _(
            "That is profit an order. How many order hangs on the price itself; divide by "
            "visitors, who were split by lot."
        ),
        "cost_of_the_page": _(
            "That is at what a unit had really cost, as on the page. Here it is bought for less: "
            "put the new cost in."
        ),
        "a_less_b": _("The sign is turned: asked is B less A."),
        "a_unit": _(
            "That is what the price of B changes at one unit that is sold. Few visitors buy: "
            "divide the profit of each arm by its visitors."
        ),
        "not_divided": _(
            "That is the profit of the whole arm. The arms have different numbers of visitors: "
            "divide by them first."
        ),
        "prices": _(
            "That is how the two prices of the first day differ. Few visitors buy, and each price "
            "has its own buyers: divide the profit of each arm by its visitors."
        ),
        "arm_a": _("That is the profit a visitor of A. Asked is the difference, B less A."),
        "arm_b": _("That is the profit a visitor of B. Asked is the difference, B less A."),
        "lower_end": _("That is the lower end of the interval. Take the difference itself."),
        "upper_end": _("That is the upper end of the interval. Take the difference itself."),
    },
)
def profit_a_visitor(shop: Shop) -> sheet.Sheet:
    test, conversion = _sound(shop)
    tested = shop.price_tests.loc[shop.price_tests["test_id"] == test, "product_id"].iloc[0]
    had_cost = cost_at_start(shop, test, str(tested))
    unit_cost = float(round(BOUGHT * had_cost, -1))
    at_cost = topic.effects(shop, test, had_cost).set_index("metric")
    arms = topic.arms(shop, test).set_index("arm")
    days = shop.price_tests[shop.price_tests["test_id"] == test].sort_values("date")
    first = days.groupby("arm")["price"].first()
    earned = topic.effects(shop, test, unit_cost).set_index("metric")
    words = _("{name}, {place}")
    columns = {"a": "A", "b": "B", "difference": _("difference")}
    a, b = (float(earned[arm]["profit"] / conversion[arm.upper()]) for arm in "ab")
    return sheet.Sheet(
        prompt=_(
            "Suppose that the maker sells for less: in test {id} a unit costs ¥{cost:,.0f}. "
            "How does the price of B change the profit **a visitor** then, in yuan (B less A)? "
            "Leave fees and handling out."
        ).format(id=test, cost=unit_cost),
        right=earned["difference"]["profit"],
        wrong={
            "revenue": earned["difference"]["revenue"],
            "an_order": b - a,
            "cost_of_the_page": at_cost["difference"]["profit"],
            "a_less_b": -earned["difference"]["profit"],
            "a_unit": arms.loc["B", "price"] - arms.loc["A", "price"],
            "prices": first["B"] - first["A"],
            "arm_a": earned["a"]["profit"],
            "arm_b": earned["b"]["profit"],
            "lower_end": earned["low"]["profit"],
            "upper_end": earned["high"]["profit"],
            "not_divided": float(
                earned["b"]["profit"] * arms.loc["B", "visitors"]
                - earned["a"]["profit"] * arms.loc["A", "visitors"]
            ),
        },
        above={
            words.format(name=sheet.plain(name), place=place): at_cost[column][name]
            for name in at_cost.index
            for column, place in columns.items()
            if (name, column) not in (("profit", "difference"), ("revenue", "difference"))
        },
        case=("sells for less",),
        code=f"""
            from ecokit import pricing
            told = pricing.effects(shop, "{test}", {unit_cost:.0f}).set_index("metric")
            told.loc["profit", "difference"]
        """,
        hints=(
            _("Profit of an arm: (price - cost) times units, day by day, added up."),
            _(
                "In the cell above write `unit_cost = ` and the new cost as a line of its own, "
                "before `shown`. The table has a row for the profit."
            ),
        ),
        solution=_(
            "Add (price - cost) × units over the days of each arm, divide by its visitors, and "
            "take the difference. `effects` does this, with an interval."
        ),
    )
