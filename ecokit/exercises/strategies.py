"""Exercises on the nine price strategies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from ecokit import strategies as topic
from ecokit.exercises.model import (
    Choice,
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
    from ecokit.strategies.demand import Demand

CLOSE = 0.01
"""Two answers nearer than this share are not told apart by an exercise."""

CUT = 0.06
"""The price cut of the exercise on break-even."""

BIDDERS = 5
DOUBLINGS = 3
RATE = 0.9
GROUP_CUT = 0.05
WEEKS = 26
GOOD = 0.96
"""Share of the best possible profit that a launch plan must reach."""


class Product(NamedTuple):
    """The product of the questions: the phone that sells best among those sold all year."""

    product_id: str
    name: str
    price: float
    cost: float
    units: float  # asked for in a year
    elasticity: float  # its size

    @property
    def demand(self) -> Demand:
        """The customers of one year, with a straight line of demand."""
        return topic.calibrated(self.price, self.elasticity, self.units)


@once
def product(shop: Shop) -> Product:
    """Return the product of the questions, with its price, cost and demand in this shop."""
    phones = shop.products[shop.products["category"] == "phones"].set_index("product_id")
    stock = shop.stock[shop.stock["product_id"].isin(phones.index)]
    totals = stock.groupby("product_id").agg(
        asked=("demand", "sum"), days=("demand", "size"), price=("price", "median")
    )
    # the cost stands clear of the price, or the arithmetic of a cut has nothing to show
    wide = totals["price"] * (1 - 1.5 * CUT) > phones["cost"].reindex(totals.index)
    often = totals[wide & (totals["asked"] >= 20)]
    chosen = (often if len(often) else totals[wide]).sort_values("asked").index[-1]
    row = totals.loc[chosen]
    return Product(
        str(chosen),
        str(phones.loc[chosen, "name"]),
        round(float(row["price"])),
        round(float(phones.loc[chosen, "cost"])),
        round(365 * float(row["asked"] / row["days"])),
        abs(shop.truth["elasticity_phones"]),
    )


# --- promotions: the volume that a cut needs ----------------------------------------------


def _margin(shop: Shop) -> float:
    return 1 - product(shop).cost / product(shop).price


def _needed(shop: Shop) -> float:
    return topic.break_even_uplift(_margin(shop), CUT)


BREAK_EVEN = Number(
    id="pricing-cut-volume",
    objective="strategies-launch",
    minutes=4,
    title=_("How much more must a discount sell?"),
    prompt=lambda shop: _(
        "{name} sells at ¥{price:,.0f} and costs ¥{cost:,.0f}. A promotion takes {cut:.0%} off the "
        "price. By which share must the units grow for the profit to stay as it is?"
    ).format(**product(shop)._asdict(), cut=CUT),
    unit="share",
    rel_tolerance=CLOSE,
    reference=_needed,
    hints=(
        _("Write down the yuan that one unit leaves before the cut, and after it."),
        _("Old units times old margin = new units times new margin."),
    ),
    solution=lambda shop: _(
        "One unit left ¥{before:,.0f} and leaves ¥{after:,.0f} now. The units must grow by "
        "{before:,.0f} / "
        "{after:,.0f} less 1 = {share:.0%}: the cut over the margin that is left."
    ).format(
        before=product(shop).price - product(shop).cost,
        after=product(shop).price * (1 - CUT) - product(shop).cost,
        share=_needed(shop),
    ),
    misconceptions=(
        Misconception(
            "cut_over_margin",
            lambda shop: CUT / _margin(shop),
            _(
                "You divided the cut by the old margin. Each unit now leaves less: divide by "
                "what is left, the margin less the cut."
            ),
        ),
        Misconception(
            "the_cut_itself",
            lambda shop: 1 / (1 - CUT) - 1,
            _(
                "That keeps the revenue. The cost of each unit stays, so the profit needs far "
                "more units."
            ),
        ),
        Misconception(
            "markup_for_margin",
            lambda shop: CUT / (product(shop).price / product(shop).cost - 1 - CUT),
            _(
                "You took the markup on the cost for the margin. Margin and cut are shares of "
                "price."
            ),
        ),
    ),
)


# --- auctions: the bid, the reserve ---------------------------------------------------------


def _high(shop: Shop) -> float:
    return float(round(product(shop).price, -2))


def _value(shop: Shop) -> float:
    return 0.8 * _high(shop)


def _bid(shop: Shop) -> float:
    values = topic.uniform(0, _high(shop))
    return float(topic.equilibrium_bid(values, _value(shop), BIDDERS))


BID = Number(
    id="pricing-bid-shading",
    objective="strategies-bid",
    minutes=4,
    title=_("What to bid when you pay your bid"),
    prompt=lambda shop: _(
        "The shop auctions a returned {name}: sealed bids, the highest wins and pays what it bid. "
        "You and {rivals} others bid. What it is worth to each lies evenly between ¥0 and "
        "¥{high:,.0f}, and everybody bids with care. To you it is worth ¥{value:,.0f}. What do you "
        "bid?"
    ).format(name=product(shop).name, rivals=BIDDERS - 1, high=_high(shop), value=_value(shop)),
    unit="yuan",
    rel_tolerance=CLOSE,
    reference=_bid,
    hints=(
        _("If you bid what it is worth to you, what do you gain when you win?"),
        _("You win only if your value is the highest. Which value has the next one on average?"),
    ),
    solution=lambda shop: _(
        "Bid what the second highest value is on average, given that yours is the highest: "
        "({n} - 1) / {n} of your value, ¥{bid:,.0f}. `strategies.equilibrium_bid` computes it."
    ).format(n=BIDDERS, bid=_bid(shop)),
    misconceptions=(
        Misconception(
            "bid_the_value",
            _value,
            _(
                "Then winning gains you nothing. Bidding your value is right where the winner pays "
                "the second highest bid; here you pay your own."
            ),
        ),
        Misconception(
            "half",
            lambda shop: _value(shop) / 2,
            _("Half is right against one rival. The more rivals, the nearer to your value."),
        ),
        Misconception(
            "counted_rivals",
            lambda shop: _value(shop) * (BIDDERS - 2) / (BIDDERS - 1),
            _("You took the number of rivals for the number of bidders: you bid too."),
        ),
    ),
)


def _scrap(shop: Shop) -> float:
    """Return what a broker pays for the returned unit: what it costs the shop to sell it."""
    return float(round(0.3 * _high(shop), -1))


def _reserve(shop: Shop) -> float:
    return topic.uniform(0, _high(shop)).best_price(_scrap(shop))


RESERVE = Number(
    id="pricing-reserve",
    objective="strategies-bid",
    minutes=4,
    title=_("The lowest price of an auction"),
    prompt=lambda shop: _(
        "A returned {name} goes to auction; the winner pays the second highest bid. Values lie "
        "evenly between ¥0 and ¥{high:,.0f}. What is not sold goes to a broker for ¥{scrap:,.0f}. "
        "{n} bidders have registered. Which reserve price earns most?"
    ).format(name=product(shop).name, high=_high(shop), scrap=_scrap(shop), n=BIDDERS),
    unit="yuan",
    rel_tolerance=CLOSE,
    reference=_reserve,
    hints=(
        _("Which price would you ask of one single customer?"),
        _("Does the answer change with a second bidder? When does a reserve matter at all?"),
    ),
    solution=lambda shop: _(
        "The reserve matters only when one bidder alone passes it. Towards that one it is a plain "
        "price: ({high:,.0f} + {scrap:,.0f}) / 2 = ¥{price:,.0f}, whatever the number of bidders."
    ).format(high=_high(shop), scrap=_scrap(shop), price=_reserve(shop)),
    misconceptions=(
        Misconception(
            "reserve_at_cost",
            _scrap,
            _(
                "Then you sell whenever you can, but often for little. Going without a sale now "
                "and then is paid back by a higher price."
            ),
        ),
        Misconception(
            "grows_with_bidders",
            lambda shop: (
                _scrap(shop) + (_high(shop) - _scrap(shop)) * (BIDDERS - 1) / (BIDDERS + 1)
            ),
            _(
                "You raised it with the number of bidders. More bidders push the price up by "
                "themselves; the best reserve stays."
            ),
        ),
        Misconception(
            "forgot_the_broker",
            lambda shop: _high(shop) / 2,
            _("You forgot what an unsold unit brings. It is your cost of selling: add half of it."),
        ),
    ),
)


def _limits(shop: Shop) -> tuple[float, float]:
    return float(round(product(shop).cost, -1)), float(round(1.3 * product(shop).price, -1))


def _worth(shop: Shop) -> float:
    low, high = _limits(shop)
    return round(low + 0.7 * (high - low), -1)


def _first_bid(shop: Shop) -> float:
    low, high = _limits(shop)
    return float(topic.best_bids(_worth(shop), low, high, bids=2).bids[0, 0])


NYOP = Number(
    id="pricing-name-your-price",
    objective="strategies-bid",
    minutes=5,
    title=_("Two bids against a hidden price"),
    prompt=lambda shop: _(
        "You name your own price for {name}. You believe that the hidden lowest price lies evenly "
        "between ¥{low:,.0f} and ¥{high:,.0f}. To you the phone is worth ¥{worth:,.0f}. You may "
        "bid "
        "twice, free of charge. What is the best first bid?"
    ).format(
        name=product(shop).name, low=_limits(shop)[0], high=_limits(shop)[1], worth=_worth(shop)
    ),
    unit="yuan",
    rel_tolerance=0.004,
    reference=_first_bid,
    hints=(
        _("With one bid you would go half of the way from the lowest price to your value."),
        _("With two bids there are three equal steps."),
    ),
    solution=lambda shop: _(
        "Two bids cut the way from ¥{low:,.0f} to ¥{worth:,.0f} into three equal steps: the first "
        "bid is ¥{bid:,.0f}. `strategies.best_bids` also knows bids that cost trouble."
    ).format(low=_limits(shop)[0], worth=_worth(shop), bid=_first_bid(shop)),
    misconceptions=(
        Misconception(
            "one_bid",
            lambda shop: (_worth(shop) + _limits(shop)[0]) / 2,
            _("That is the best single bid. The second chance lets you try a lower one first."),
        ),
        Misconception(
            "middle_of_the_range",
            lambda shop: sum(_limits(shop)) / 2,
            _(
                "You bid the middle of the hidden range. Weigh the chance of a yes against what "
                "you keep: that depends on your own value."
            ),
        ),
        Misconception(
            "from_zero",
            lambda shop: _worth(shop) / 3,
            _("You started at zero. Bids below the lowest possible price are never taken."),
        ),
    ),
)


# --- volume: experience and groups --------------------------------------------------------------


def _after(shop: Shop) -> float:
    return float(topic.experience_cost(product(shop).cost, 2**DOUBLINGS, RATE))


EXPERIENCE = Number(
    id="pricing-experience",
    objective="strategies-launch",
    minutes=3,
    title=_("A 90 % experience curve"),
    prompt=lambda shop: _(
        "The shop has the {name} made under its own brand. The first lot of 100 units costs "
        "¥{cost:,.0f} a unit at its end. The maker follows a 90 % experience curve. What does a "
        "unit "
        "cost when {all} units have been made?"
    ).format(name=product(shop).name, cost=product(shop).cost, all=100 * 2**DOUBLINGS),
    unit="yuan",
    rel_tolerance=CLOSE,
    reference=_after,
    hints=(
        _("How often has the number of all units doubled?"),
        _("Each doubling leaves 90 % of the cost."),
    ),
    solution=lambda shop: _(
        "From 100 to {all} units are {k} doublings: ¥{cost:,.0f} × 0.9 × 0.9 × 0.9 = ¥{after:,.0f}."
    ).format(all=100 * 2**DOUBLINGS, k=DOUBLINGS, cost=product(shop).cost, after=_after(shop)),
    misconceptions=(
        Misconception(
            "per_lot",
            lambda shop: product(shop).cost * RATE ** (2**DOUBLINGS - 1),
            _("You took 10 % off for each further 100 units. The curve counts doublings."),
        ),
        Misconception(
            "added_up",
            lambda shop: product(shop).cost * (1 - DOUBLINGS * (1 - RATE)),
            _("You took 10 % of the first cost off three times. Each 10 % is of what is left."),
        ),
        Misconception(
            "once",
            lambda shop: product(shop).cost * RATE,
            _("You took 10 % off once. The units have doubled three times."),
        ),
    ),
)


def _group_price(shop: Shop) -> float:
    return float(round(product(shop).price * (1 - GROUP_CUT)))


def _fixed(shop: Shop) -> float:
    """Return a fixed cost that about forty buyers pay for, and never a whole number of them."""
    return float(round(40.4 * (_group_price(shop) - product(shop).cost)))


def _fewest(shop: Shop) -> float:
    return topic.least_group(_fixed(shop), _group_price(shop), product(shop).cost)


GROUP = Number(
    id="pricing-group-threshold",
    objective="strategies-launch",
    minutes=3,
    title=_("How many must join?"),
    prompt=lambda shop: _(
        "A group deal offers {name} at ¥{group:,.0f} instead of ¥{price:,.0f}. A unit costs "
        "¥{cost:,.0f}. If the deal comes on, the banner and the handling cost ¥{fixed:,.0f}. What "
        "is "
        "the smallest number of buyers at which the deal does not lose money?"
    ).format(
        name=product(shop).name,
        group=_group_price(shop),
        price=product(shop).price,
        cost=product(shop).cost,
        fixed=_fixed(shop),
    ),
    unit="buyers",
    tolerance=0,
    reference=_fewest,
    hints=(
        _("What does one buyer leave at the price of the group?"),
        _("Buyers are whole people: round in the direction that loses no money."),
    ),
    solution=lambda shop: _(
        "One buyer leaves ¥{left:,.0f}. {fixed:,.0f} / {left:,.0f} is {exact:.1f}: {n} buyers."
    ).format(
        left=_group_price(shop) - product(shop).cost,
        fixed=_fixed(shop),
        exact=_fixed(shop) / (_group_price(shop) - product(shop).cost),
        n=_fewest(shop),
    ),
    misconceptions=(
        Misconception(
            "rounded_down",
            lambda shop: _fewest(shop) - 1,
            _("You rounded down: with one buyer less, the deal still loses a little."),
        ),
        Misconception(
            "over_the_price",
            lambda shop: math.ceil(_fixed(shop) / _group_price(shop)),
            _("You divided by the price. Only what is left after the unit cost pays fixed costs."),
        ),
        Misconception(
            "old_price",
            lambda shop: math.ceil(_fixed(shop) / (product(shop).price - product(shop).cost)),
            _("You counted with the old price. The buyers of the group pay less."),
        ),
    ),
)


# --- side by side -----------------------------------------------------------------------------


def _rows(shop: Shop, column: str) -> pd.DataFrame:
    demand, cost = product(shop).demand, product(shop).cost
    outcomes = {
        "base": topic.one_price(demand, cost, product(shop).price),
        "best": topic.one_price(demand, cost),
        "segments": topic.personalised(demand, cost, segments=2),
        "haggling": topic.haggling(demand, cost),
    }
    return pd.DataFrame(
        {
            "strategy": list(outcomes),
            "profit": [getattr(outcome, column) for outcome in outcomes.values()],
        }
    )


TABLE = Table(
    id="pricing-side-by-side",
    objective="strategies-compare",
    minutes=6,
    title=_("Four ways to sell one phone"),
    prompt=lambda shop: _(
        "{name} costs ¥{cost:,.0f}. At ¥{price:,.0f} the shop sells {units:,.0f} a year, with an "
        "elasticity of -{elasticity:g} there. Take a straight line of demand: "
        "`strategies.calibrated({price:.0f}, {elasticity:g}, {units:.0f})`. What is the yearly "
        "**profit** of the price now, of the best single price, of two segments, and of haggling "
        "with equal power?"
    ).format(**product(shop)._asdict()),
    unit="yuan",
    rel_tolerance=CLOSE,
    key="strategy",
    value="profit",
    labels={
        "base": _("price now"),
        "best": _("best single price"),
        "segments": _("two segments"),
        "haggling": _("haggling, equal power"),
    },
    reference=lambda shop: _rows(shop, "profit"),
    hints=(
        _(
            "`strategies.one_price`, `strategies.personalised(..., segments=2)`, "
            "`strategies.haggling`."
        ),
        _("Each outcome has a `.profit`. `strategies.compare([...])` shows all in one table."),
    ),
    solution=_(
        "Make the demand once, give it with the unit cost to the three functions, and read "
        "`.profit`. The segments take from the customers what they add to the profit."
    ),
    misconceptions=(
        Misconception(
            "revenue",
            lambda shop: _rows(shop, "revenue"),
            _("These are revenues. Take off what the units cost: a strategy is judged by profit."),
        ),
        Misconception(
            "customers_share",
            lambda shop: _rows(shop, "consumer_surplus"),
            _("That is what is left to the customers. The question asks for the shop's profit."),
        ),
    ),
)

PERSONAL = Choice(
    id="pricing-personal-price",
    objective="strategies-compare",
    minutes=3,
    title=_("A price for each customer"),
    prompt=_(
        "The app knows which customers rarely compare prices. A manager wants to show them, and "
        "only them, a price that is 8 % higher for the same phone. What do you answer?"
    ),
    hints=(
        _("Chinese law names one thing that automated decisions must not do with prices."),
        _("Would the customer who pays more call the reason fair, if it were told?"),
    ),
    solution=_(
        "Article 24 of China's Personal Information Protection Law (PIPL) forbids unreasonable "
        "differences in price by automated decisions. Offer open segments instead: students, bulk, "
        "trade-in, delivery time."
    ),
    options=(
        Option(
            "allowed",
            _("Do it: a price is the seller's own affair, and each sees only one."),
            _(
                "Automated decisions must not treat people unreasonably differently in price "
                "(PIPL, Article 24). Hidden prices come out: two customers compare their screens."
            ),
        ),
        Option(
            "disclose",
            _("Do it, and write into the terms that prices may be personal."),
            _(
                "In the European Union a personal price must be disclosed; but being open does not "
                "make an unreasonable difference reasonable under Chinese law."
            ),
        ),
        Option(
            "open_segments",
            _("Do not. Offer lower prices by rules that everybody can see and meet."),
            _("Segments that customers can see and choose earn as well, and stand up to light."),
        ),
        Option(
            "one_price",
            _("Do not: different prices for different customers are always forbidden."),
            _(
                "Too strict. A student price, a quantity discount or an offer to new customers has "
                "a reason that all can see."
            ),
        ),
    ),
    reference=lambda _shop: "open_segments",
)


# --- the launch: a plan ---------------------------------------------------------------------------

INNOVATION, IMITATION, AGEING, COST_FALL = 0.05, 0.25, 0.012, 0.006


def launch_profit(shop: Shop, plan: PlanAnswer) -> float:
    """Return what a launch plan earns in its weeks, yuan."""
    base = product(shop)
    prices = topic.path(
        base.price * plan["launch"] / 100,
        base.price * plan["later"] / 100,
        round(plan["weeks"]),
        WEEKS,
        plan["sale"] / 100,
    )
    return topic.life_cycle(
        base.demand,
        base.cost,
        prices,
        innovation=INNOVATION,
        imitation=IMITATION,
        ageing=AGEING,
        cost_fall=COST_FALL,
    ).profit


FIELDS = (
    Field("launch", _("Launch price, % of the base price"), 90, 140, step=1, start=100),
    Field("weeks", _("Weeks until the first cut"), 1, 22, step=1, start=8),
    Field("later", _("Later price, % of the base price"), 70, 130, step=1, start=90),
    Field("sale", _("Promotion in the last five weeks, % off"), 0, 40, step=1, start=20),
)


@once
def best_launch(shop: Shop) -> PlanAnswer:
    """Return a plan that no single change of a field improves, from a coarse grid."""
    plans: list[PlanAnswer] = [
        {"launch": launch, "weeks": weeks, "later": later, "sale": sale}
        for launch in (115, 125, 135)
        for weeks in (6, 12, 18)
        for later in (90, 105)
        for sale in (0, 10)
    ]
    best = max(plans, key=lambda plan: launch_profit(shop, plan))
    for step in (6, 3, 1):
        improved = True
        while improved:
            near = [
                best | {field.name: best[field.name] + move}
                for field in FIELDS
                for move in (-step, step)
                if field.low <= best[field.name] + move <= field.high
            ]
            found = max(near, key=lambda plan: launch_profit(shop, plan))
            improved = launch_profit(shop, found) > launch_profit(shop, best) + 1e-6
            best = found if improved else best
    return best


def _launch_score(shop: Shop, plan: PlanAnswer) -> Score:
    profit, most = launch_profit(shop, plan), launch_profit(shop, best_launch(shop))
    share = max(profit / most, 0.0)
    lines = (
        _("The plan earns ¥{profit:,.0f} in {weeks} weeks.").format(profit=profit, weeks=WEEKS),
        _("That is {share:.0%} of what the best plan earns; {good:.0%} are needed.").format(
            share=share, good=GOOD
        ),
    )
    return Score(min(100 * share, 100), share >= GOOD, lines)


def _below_cost(shop: Shop, plan: PlanAnswer) -> bool:
    base = product(shop)
    cost = base.cost * (1 - COST_FALL) ** WEEKS
    return base.price * plan["later"] / 100 * (1 - plan["sale"] / 100) < cost


def _steep(plan: PlanAnswer) -> bool:
    return plan["weeks"] <= 3 and plan["later"] < plan["launch"]


LAUNCH = Plan(
    id="pricing-launch-plan",
    objective="strategies-launch",
    minutes=12,
    title=_("A price plan for a launch"),
    prompt=lambda shop: _(
        "A successor of {name} comes out. Customers would value it like the old one at its launch "
        "(base price ¥{price:,.0f}, elasticity -{elasticity:g}, {units:,.0f} units a year), hear "
        "of it "
        "week by week (Bass: p = {p}, q = {q}), and find it worth {ageing:.1%} less each week. It "
        "costs "
        "¥{cost:,.0f}, falling by {fall:.1%} a week.\n\nPlan the prices of {weeks} weeks: the "
        "launch "
        "price, the weeks until the first cut, the later price, and a promotion in the last five "
        "weeks. Earn at least {good:.0%} of what the best plan earns."
    ).format(
        **product(shop)._asdict(),
        p=INNOVATION,
        q=IMITATION,
        ageing=AGEING,
        fall=COST_FALL,
        weeks=WEEKS,
        good=GOOD,
    ),
    hints=(
        _("Who buys in the first weeks, and what would they have paid?"),
        _(
            "`strategies.life_cycle(demand, cost, strategies.path(...))` tries a plan. Change one "
            "number at a time."
        ),
        _("The sale at the end must still cost more than the unit: look at what it costs by then."),
    ),
    solution=lambda shop: _(
        "For your shop: launch at {launch:.0f} % of the base price, cut after {weeks:.0f} weeks to "
        "{later:.0f} %, and take {sale:.0f} % off in the last five weeks. The keen pay first; then "
        "the price follows the falling value down."
    ).format(**best_launch(shop)),
    fields=FIELDS,
    score=_launch_score,
    reference=best_launch,
    misconceptions=(
        Misconception(
            "below_cost",
            lambda _shop: {"launch": 100, "weeks": 8, "later": 75, "sale": 35},
            _(
                "Your promotion sells below the unit cost. It moves many units, and each of them "
                "loses money."
            ),
            detects=_below_cost,
        ),
        Misconception(
            "cut_at_once",
            lambda _shop: {"launch": 120, "weeks": 1, "later": 95, "sale": 0},
            _(
                "You cut the price after {n} weeks or less. Few customers have heard of the phone "
                "by "
                "then: those who would pay most never see the high price."
            ).format(n=3),
            detects=lambda _shop, plan: _steep(plan),
        ),
        Misconception(
            "one_price_for_ever",
            lambda _shop: {"launch": 95, "weeks": 12, "later": 95, "sale": 0},
            _(
                "You keep one price for the whole life. The keen would pay more at first, and the "
                "phone ages: skim, then follow its value down."
            ),
            detects=lambda _shop, plan: (
                abs(plan["launch"] - plan["later"]) <= 2 and plan["sale"] <= 2
            ),
        ),
    ),
)

EXERCISES = [
    TABLE,
    PERSONAL,
    BREAK_EVEN,
    GROUP,
    BID,
    RESERVE,
    NYOP,
    EXPERIENCE,
    LAUNCH,
]
