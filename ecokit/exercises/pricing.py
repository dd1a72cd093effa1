"""Exercises on pricing: base price, elasticity and price tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ecokit import pricing as topic
from ecokit.exercises.model import Choice, Misconception, Number, Option, once
from ecokit.messages import _

if TYPE_CHECKING:
    from ecokit.shop import Shop

_Compute = Callable[["Shop"], float]

# --- base price: margin, competitors, the best price -----------------------------------

ASKED_MARGIN = 0.25
"""Margin asked for in the exercise on margin and markup."""


class _Product(NamedTuple):
    name: str
    category: str
    cost: float


@once
def _favourite(shop: Shop) -> _Product:
    """Return the product bought most often."""
    counts = shop.order_lines.groupby("product_id")["quantity"].sum().sort_index()
    row = shop.products.set_index("product_id").loc[str(counts.idxmax())]
    return _Product(str(row["name"]), str(row["category"]), float(row["cost"]))


MARGIN = Number(
    id="pricing-margin-markup",
    objective="pricing-base",
    minutes=3,
    title=_("A margin of a quarter"),
    prompt=lambda shop: _(
        "{name} is bought for ¥{cost:,.2f}. At which price is a **margin** of {margin:.0f} % left? "
        "Leave fees and handling out."
    ).format(name=_favourite(shop).name, cost=_favourite(shop).cost, margin=100 * ASKED_MARGIN),
    unit="yuan",
    rel_tolerance=0.002,
    reference=lambda shop: topic.price_for_margin(_favourite(shop).cost, ASKED_MARGIN),
    hints=(
        _("A margin is a share of the price, not of the cost."),
        _("If a quarter of the price is margin, the cost is the other three quarters."),
    ),
    solution=_(
        "Price = cost / (1 - margin). `pricing.price_for_margin(cost, 0.25)` does it; "
        "`pricing.margin(price, cost)` proves it."
    ),
    misconceptions=(
        Misconception(
            "markup",
            lambda shop: topic.price_for_markup(_favourite(shop).cost, ASKED_MARGIN),
            _(
                "You put 25 % on the cost. That is a markup; it leaves a margin of 20 %. Divide "
                "the cost by what is left of the price, 1 - 0.25."
            ),
        ),
        Misconception(
            "margin_of_cost_left",
            lambda shop: _favourite(shop).cost / ASKED_MARGIN,
            _(
                "You divided the cost by the margin. The cost is what is left of the price after "
                "the margin: divide by 1 - 0.25."
            ),
        ),
    ),
)


@once
def _offers(shop: Shop) -> pd.DataFrame:
    """Return our price and the cheapest competitor's on the last Monday, product by product."""
    rivals = topic.cheapest_offers(shop.competitor_products, shop.competitor_prices)
    today = shop.stock[shop.stock["date"] == rivals["week"].max()]
    ours = today[["product_id", "price"]].rename(columns={"price": "own_price"})
    listed = shop.products[["product_id", "list_price"]]
    listed = listed.rename(columns={"list_price": "own_list_price"})
    return rivals.merge(ours, on="product_id").merge(listed, on="product_id")


def _gap(theirs: str, own: str) -> _Compute:
    return lambda shop: float((_offers(shop)[theirs] / _offers(shop)[own] - 1).mean())


_paid_gap = _gap("price", "own_price")

LIST_OR_PAID = Number(
    id="pricing-list-or-paid",
    objective="pricing-base",
    minutes=6,
    title=_("How far are they from us?"),
    prompt=lambda shop: _(
        "Take the products that we and a competitor have on Monday {day.day} {day:%B}. On "
        "average, how "
        "far is the cheapest competitor's price in stock from ours, as a share of our price? "
        "Count what customers pay. Negative: they are cheaper."
    ).format(day=_offers(shop)["week"].iloc[0]),
    unit="share",
    tolerance=0.001,
    reference=_paid_gap,
    hints=(
        _(
            "`pricing.cheapest_offers(shop.competitor_products, shop.competitor_prices)` has their "
            "price by product."
        ),
        _("Our price of that day stands in `shop.stock`; then take price / own price - 1."),
    ),
    solution=_(
        "Join the cheapest offers with the rows of `shop.stock` of that Monday, divide `price` "
        "there by our price, take off 1, and average."
    ),
    misconceptions=(
        Misconception(
            "their_list_price",
            _gap("list_price", "own_price"),
            _(
                "You took their list price. It is printed to be crossed out; customers pay the "
                "column `price`."
            ),
        ),
        Misconception(
            "own_list_price",
            _gap("price", "own_list_price"),
            _("You took our list price. What our customers pay that day is `price` in the stock."),
        ),
        Misconception(
            "shares_of_theirs",
            lambda shop: -_paid_gap(shop),
            _("The sign is turned: negative means that they are cheaper than we are."),
        ),
    ),
)


def _elasticity(shop: Shop) -> float:
    return float(shop.truth[f"elasticity_{_favourite(shop).category}"])


BEST_PRICE = Number(
    id="pricing-best-price",
    objective="pricing-base",
    minutes=4,
    title=_("The price of most profit"),
    prompt=lambda shop: _(
        "{name} costs ¥{cost:,.2f} a unit, and its elasticity is {elasticity:.1f} at every price. "
        "Nobody else sells it. At which price is the profit highest?"
    ).format(name=_favourite(shop).name, cost=_favourite(shop).cost, elasticity=_elasticity(shop)),
    unit="yuan",
    rel_tolerance=0.003,
    reference=lambda shop: topic.best_price(_favourite(shop).cost, _elasticity(shop)),
    hints=(
        _("At the best price the margin is 1 over the size of the elasticity."),
        _("`pricing.best_price(cost, elasticity)`, with the sign that the elasticity has."),
    ),
    solution=_(
        "Price = cost * e / (e - 1), with e the elasticity without its sign. The margin there is "
        "1 / e: the less customers mind, the more a shop may ask."
    ),
    misconceptions=(
        Misconception(
            "wrong_sign",
            lambda shop: _favourite(shop).cost * _elasticity(shop) / (_elasticity(shop) - 1),
            _(
                "That price lies below the cost. The formula takes the size of the elasticity: "
                "e / (e - 1), and you put the negative number in."
            ),
        ),
        Misconception(
            "lerner_as_markup",
            lambda shop: _favourite(shop).cost * (1 - 1 / _elasticity(shop)),
            _(
                "1 / e is the margin, a share of the price. You put it on the cost, as if it were "
                "the markup."
            ),
        ),
    ),
)


# --- elasticity: sign and size, plain and instrumented ---------------------------------

CUT = 0.06
"""Price cut asked about."""


def _uplift(shop: Shop) -> float:
    return (1 - CUT) ** _elasticity(shop) - 1


SIGN = Number(
    id="pricing-elasticity-sign",
    objective="pricing-elasticity",
    minutes=3,
    title=_("What a cut does to units"),
    prompt=lambda shop: _(
        "The elasticity of {name} is {elasticity:.1f}, the same at every price. The price is cut "
        "by 6 %. By which share do units change? Positive: more units."
    ).format(name=_favourite(shop).name, elasticity=_elasticity(shop)),
    unit="share",
    tolerance=0.002,
    reference=_uplift,
    hints=(
        _("The new price is 0.94 of the old one."),
        _("With the same elasticity everywhere, units go with the price to that power."),
    ),
    solution=_(
        "Units change by 0.94 ** elasticity - 1. The rule of thumb, 6 % times the elasticity, is "
        "a little too small for cuts and too large for rises."
    ),
    misconceptions=(
        Misconception(
            "fewer_units",
            lambda shop: -_uplift(shop),
            _("A lower price sells more units: negative times negative. Your sign is turned."),
        ),
        Misconception(
            "divided",
            lambda shop: -CUT / _elasticity(shop),
            _(
                "You divided the cut by the elasticity. An elasticity says how many per cent of "
                "the units one per cent of the price moves: multiply."
            ),
        ),
        Misconception(
            "straight_line",
            lambda shop: -CUT * _elasticity(shop),
            _(
                "You multiplied 6 % by the elasticity. That holds for very small changes; for this "
                "one take 0.94 to the power of the elasticity."
            ),
        ),
    ),
)


@once
def _phones(shop: Shop) -> pd.DataFrame:
    weeks = topic.panel(shop.stock, shop.products, shop.visits, shop.orders, shop.order_lines)
    return weeks[weeks["category"] == "phones"]


@once
def _ladder(shop: Shop) -> dict[str, float]:
    """Return the steps of the ladder that the exercise asks about, without those per visit."""
    asked = ("all_products", "same_product", "same_week", "cost")
    phones = _phones(shop)
    told = {step: topic.estimate(phones, **topic.LADDER[step]) for step in asked}
    return {step: round(one.elasticity, 4) for step, one in told.items()}


def _step(name: str) -> _Compute:
    return lambda shop: _ladder(shop)[name]


INSTRUMENT = Number(
    id="pricing-elasticity-instrument",
    objective="pricing-elasticity",
    minutes=8,
    title=_("Only what the cost moves"),
    prompt=_(
        "The manager asks more for phones in weeks of high demand. Estimate the elasticity of "
        "phones (`pricing.panel`, then `pricing.estimate`) from units by day on sale, with the "
        "purchase cost as the instrument."
    ),
    unit="elasticity",
    tolerance=0.02,
    reference=_step("cost"),
    hints=(
        _("Take the rows of the panel with the category phones."),
        _('`pricing.estimate(phones, exposure="days", instrument="cost")`'),
    ),
    solution=_(
        'Lay out the panel, keep the phones, and call `estimate` with `exposure="days"` and '
        '`instrument="cost"`. Compare the interval with that of the estimate without the '
        "instrument."
    ),
    misconceptions=(
        Misconception(
            "no_instrument",
            _step("same_week"),
            _(
                "This takes every move of the price, also those that follow demand, so it lies "
                'far too near to zero or above. Add instrument="cost".'
            ),
        ),
        Misconception(
            "promotions_mixed_in",
            _step("same_product"),
            _(
                "This compares a phone with itself over promotions and seasons. Keep the effects "
                "of the market (category and week), and add the instrument."
            ),
        ),
        Misconception(
            "dear_against_cheap",
            _step("all_products"),
            _(
                "This compares dear phones with cheap ones, which are other goods. Keep the "
                "effects of product and market, and add the instrument."
            ),
        ),
    ),
)


# --- price tests: size, split, profit --------------------------------------------------

WISH = 0.1
"""Change of conversion that the planned test must not miss, as a share of it."""


@once
def _tests(shop: Shop) -> tuple[str, str]:
    """Return the ids of the sound test and of the one whose split looks worst."""
    kinds = shop.price_tests.drop_duplicates("test_id").set_index("test_id")["kind"]
    share = {
        test: topic.ratio_check(shop.price_tests, test).p_value
        for test in kinds[kinds == "ab"].index
    }
    return max(share, key=lambda test: share[test]), min(share, key=lambda test: share[test])


@once
def _sound(shop: Shop) -> pd.DataFrame:
    return topic.arms(shop.price_tests, _tests(shop)[0]).set_index("arm")


def _planned(shop: Shop) -> float:
    return round(float(_sound(shop)["conversion"]["A"]), 3)


def _needed(shop: Shop) -> float:
    return topic.sample_size(_planned(shop), (1 + WISH) * _planned(shop))


SIZE = Number(
    id="pricing-sample-size",
    objective="pricing-test",
    minutes=5,
    title=_("How many visitors?"),
    prompt=lambda shop: _(
        "{share:.1f} % of the visitors of a page buy. A price test must not miss a change of this "
        "conversion by a tenth of it (5 % two-sided, power 80 %). How many visitors does **each "
        "arm** need?"
    ).format(share=100 * _planned(shop)),
    unit="visitors",
    rel_tolerance=0.01,
    reference=_needed,
    hints=(
        _("A tenth of the conversion: from p to 1.1 p."),
        _("`pricing.sample_size(p, 1.1 * p)`"),
    ),
    solution=_(
        "`pricing.sample_size(p, 1.1 * p)`. Halve the effect, and the test needs four times as "
        "many visitors."
    ),
    misconceptions=(
        Misconception(
            "ten_points",
            lambda shop: topic.sample_size(_planned(shop), _planned(shop) + WISH),
            _(
                "You asked for ten percentage points, which is several times the conversion. A "
                "tenth of it is meant: from p to 1.1 p."
            ),
        ),
        Misconception(
            "both_arms",
            lambda shop: 2 * _needed(shop),
            _("That is both arms together. Asked is the number of each arm."),
        ),
        Misconception(
            "half_power",
            lambda shop: topic.sample_size(_planned(shop), (1 + WISH) * _planned(shop), power=0.5),
            _(
                "This test would miss the effect every second time: you left the power out. Take "
                "power 80 %."
            ),
        ),
    ),
)


def _worst_split(shop: Shop) -> topic.Ratio:
    return topic.ratio_check(shop.price_tests, _tests(shop)[1])


SPLIT = Choice(
    id="pricing-broken-split",
    objective="pricing-test",
    minutes=4,
    title=_("Where are the others?"),
    prompt=lambda shop: _(
        "A price test was to send half of the visitors to B. At the end {share:.1f} % of "
        "{visitors:,} are in B. What do you do with its result?"
    ).format(
        share=100 * _worst_split(shop).share,
        visitors=topic.arms(shop.price_tests, _tests(shop)[1])["visitors"].sum(),
    ),
    options=(
        Option(
            "a",
            _("Use it: profit a visitor does not depend on how many there were"),
            _(
                "It depends on who they were. Somebody is missing in one arm, and those who stay "
                "are not like those who left."
            ),
        ),
        Option(
            "b",
            _("Find out where visitors were lost, mend it, and run the test again"),
            lambda shop: _(
                "A split like this has a chance of {p:.1g} under a fair lot, so something "
                "broke, and it may have chosen who stayed."
            ).format(p=max(_worst_split(shop).p_value, 1e-300)),
        ),
        Option(
            "c",
            _("Weight B up to half of the visitors, then read the result"),
            _("Weights mend the number of visitors, not who is missing. The bias stays."),
        ),
        Option(
            "d",
            _("Let it run on until the split evens out"),
            _("The split is broken, not unlucky: more days give the same split, with more proof."),
        ),
    ),
    reference=lambda shop: "b",
    hints=(
        _("How likely is such a split if a fair lot decided?"),
        _("`pricing.ratio_check(shop.price_tests, test_id)`, and `pricing.doubts(...)`"),
    ),
    solution=_(
        "The check of the split comes before any result. With a p value below 0.001 no number of "
        "the test can be used; the lost visitors must be found."
    ),
)


@once
def _unit_cost(shop: Shop) -> float:
    days = shop.price_tests[shop.price_tests["test_id"] == _tests(shop)[0]]
    costs = shop.products.set_index("product_id")["cost"]
    return float(costs[days["product_id"].iloc[0]])


@once
def _earned(shop: Shop) -> pd.DataFrame:
    told = topic.effects(shop.price_tests, _tests(shop)[0], _unit_cost(shop))
    return told.set_index("metric")


def _metric(name: str) -> _Compute:
    return lambda shop: float(_earned(shop)["difference"][name])


_profit, _revenue = _metric("profit"), _metric("revenue")


def _profit_an_order(shop: Shop) -> float:
    conversion = _sound(shop)["conversion"]
    earned = _earned(shop)
    a, b = (float(earned[arm]["profit"] / conversion[arm.upper()]) for arm in "ab")
    return b - a


PROFIT = Number(
    id="pricing-test-profit",
    objective="pricing-test",
    minutes=6,
    title=_("More orders, more profit?"),
    prompt=lambda shop: _(
        "In test {id} a unit costs ¥{cost:,.2f}. How does the price of B change the profit **a "
        "visitor**, in yuan (B less A)? Leave fees and handling out."
    ).format(id=_tests(shop)[0], cost=_unit_cost(shop)),
    unit="yuan",
    rel_tolerance=0.02,
    reference=_profit,
    hints=(
        _("Profit of an arm: (price - cost) times units, day by day, added up."),
        _("`pricing.effects(shop.price_tests, test_id, unit_cost)` has a row for it."),
    ),
    solution=_(
        "Add (price - cost) * units over the days of each arm, divide by its visitors, and take "
        "the difference. `effects` does this, with an interval."
    ),
    misconceptions=(
        Misconception(
            "revenue",
            _revenue,
            _("That is revenue. A unit costs money: take the cost off the price first."),
        ),
        Misconception(
            "an_order",
            _profit_an_order,
            _(
                "That is profit an order. The lower price brings more orders; divide by visitors, "
                "who were split by lot."
            ),
        ),
    ),
)

EXERCISES = [MARGIN, LIST_OR_PAID, BEST_PRICE, SIGN, INSTRUMENT, SIZE, SPLIT, PROFIT]
