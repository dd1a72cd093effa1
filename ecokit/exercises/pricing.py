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
WISH = 0.1  # change of conversion that the planned test must not miss, as a share of it


class Product(NamedTuple):
    """The product bought most often: its cost in yuan, and the elasticity of its category."""

    name: str
    cost: float
    elasticity: float


def favourite(shop: Shop) -> Product:
    """Return the product bought most often, at the cost of its last purchase order."""
    counts = shop.order_lines.groupby("product_id")["quantity"].sum().sort_index()
    best_seller = str(counts.idxmax())
    row: Any = shop.products.set_index("product_id").loc[best_seller]
    paid = topic.last_costs(shop).set_index("product_id")["unit_cost"]
    elasticity = float(shop.truth[f"elasticity_{row['category']}"])
    return Product(str(row["name"]), float(paid[best_seller]), elasticity)


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
    },
)
def margin_markup(shop: Shop) -> sheet.Sheet:
    name, cost, _elasticity = favourite(shop)
    asked = 0.25
    return sheet.Sheet(
        prompt=_(
            "{name} is now bought for ¥{cost:,.2f}. At which price is a **margin** of "
            "{margin:.0f} % left? Leave fees and handling out."
        ).format(name=name, cost=cost, margin=100 * asked),
        right=topic.price_for_margin(cost, asked),
        wrong={"markup": topic.price_for_markup(cost, asked), "margin_of_cost_left": cost / asked},
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
            "average, how far is the cheapest competitor's price in stock from ours, as a share of "
            "our price? Count what customers pay. Negative: they are cheaper."
        ).format(day=offers["week"].iloc[0]),
        right=gap("price", "own_price"),
        wrong={
            "their_list_price": gap("list_price", "own_price"),
            "own_list_price": gap("price", "own_list_price"),
            "shares_of_theirs": -gap("price", "own_price"),
        },
        hints=(
            _("`pricing.cheapest_offers(shop)` has their price by product."),
            _("Our price of that day stands in `shop.stock`; then take price / own price - 1."),
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
        },
        hints=(
            _("At the best price the margin is 1 over the size of the elasticity."),
            _("`pricing.best_price(cost, elasticity)`, with the sign that the elasticity has."),
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
        },
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
            "This compares a phone with itself over promotions and seasons. Keep the effects of "
            "the market (category and week), and add the instrument."
        ),
        "dear_against_cheap": _(
            "This compares dear phones with cheap ones, which are other goods. Keep the effects of "
            "product and market, and add the instrument."
        ),
    },
)
def elasticity_instrument(shop: Shop) -> sheet.Sheet:
    weeks = topic.panel(shop)
    steps = ("all_products", "same_product", "same_week", "cost")
    told = topic.ladder(weeks[weeks["category"] == "phones"], steps=steps)
    found = told.set_index("step")["elasticity"].round(4)
    return sheet.Sheet(
        prompt=_(
            "The manager asks more for phones in weeks of high demand. Estimate the elasticity of "
            "phones (`pricing.panel`, then `pricing.estimate`) from units by day on sale, with the "
            "purchase cost as the instrument."
        ),
        right=found["cost"],
        wrong={
            "no_instrument": found["same_week"],
            "promotions_mixed_in": found["same_product"],
            "dear_against_cheap": found["all_products"],
        },
        hints=(
            _("Take the rows of the panel with the category phones."),
            _('`pricing.estimate(phones, exposure="days", instrument="cost")`'),
        ),
        solution=_(
            'Lay out the panel, keep the phones, and call `estimate` with `exposure="days"` and '
            '`instrument="cost"`. Compare the interval with that of the estimate without the '
            "instrument."
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
            "You asked for ten percentage points, which is several times the conversion. A tenth "
            "of it is meant: from p to 1.1 p."
        ),
        "both_arms": _("That is both arms together. Asked is the number of each arm."),
        "half_power": _(
            "This test would miss the effect every second time: you left the power out. Take power "
            "80 %."
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
            "this conversion by a tenth of it (5 % two-sided, power 80 %). How many visitors does "
            "**each arm** need?"
        ).format(share=100 * share),
        right=needed,
        wrong={
            "ten_points": topic.sample_size(share, share + WISH),
            "both_arms": 2 * needed,
            "half_power": topic.sample_size(share, (1 + WISH) * share, power=0.5),
        },
        hints=(
            _("A tenth of the conversion: from p to 1.1 p."),
            _("`pricing.sample_size(p, 1.1 * p)`"),
        ),
        solution=_(
            "`pricing.sample_size(p, 1.1 * p)`. Halve the effect, and the test needs four times as "
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
    worst = topic.ratio_check(shop, test)
    return sheet.ChoiceSheet(
        prompt=_(
            "A price test was to send half of the visitors to B. At the end {share:.1f} % of "
            "{visitors:,} are in B. What do you do with its result?"
        ).format(share=100 * worst.share, visitors=topic.arms(shop, test)["visitors"].sum()),
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
            _("How likely is such a split if a fair lot decided?"),
            _("`pricing.ratio_check(shop, test_id)`, and `pricing.doubts(...)`"),
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
            "That is profit an order. The lower price brings more orders; divide by visitors, who "
            "were split by lot."
        ),
    },
)
def profit_a_visitor(shop: Shop) -> sheet.Sheet:
    test, conversion = _sound(shop)
    tested = shop.price_tests.loc[shop.price_tests["test_id"] == test, "product_id"].iloc[0]
    unit_cost = cost_at_start(shop, test, str(tested))
    earned = topic.effects(shop, test, unit_cost).set_index("metric")
    a, b = (float(earned[arm]["profit"] / conversion[arm.upper()]) for arm in "ab")
    return sheet.Sheet(
        prompt=_(
            "On the first day of test {id} a unit had cost ¥{cost:,.2f}. How does the price of B "
            "change the profit **a visitor**, in yuan (B less A)? Leave fees and handling out."
        ).format(id=test, cost=unit_cost),
        right=earned["difference"]["profit"],
        wrong={"revenue": earned["difference"]["revenue"], "an_order": b - a},
        hints=(
            _("Profit of an arm: (price - cost) times units, day by day, added up."),
            _("`pricing.effects(shop, test_id, unit_cost)` has a row for it."),
        ),
        solution=_(
            "Add (price - cost) × units over the days of each arm, divide by its visitors, and "
            "take the difference. `effects` does this, with an interval."
        ),
    )
