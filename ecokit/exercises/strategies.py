"""Exercises on the nine price strategies."""

from __future__ import annotations

import itertools
import math

from ecokit import strategies as topic
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop
from ecokit.strategies.demand import Demand
from ecokit.strategies.outcome import Outcome
from ecokit.strategies.product import Product

CLOSE = 0.01  # two answers nearer than this share are not told apart by an exercise
CUT = 0.06  # the price cut of the exercise on break-even
PULLED = 0.3  # of the extra units, as in the table of the page and the notebook
BIDDERS = 5
WEEKS = 26
GOOD = 0.96  # share of the best possible profit that a launch plan must reach

# How a new phone becomes known and loses value, week by week.
LIFE = {"innovation": 0.05, "imitation": 0.25, "ageing": 0.012, "cost_fall": 0.006}


CELL_ELASTICITY = 3  # what the notebook's cells hold until they are changed
CELL_FIRST_COST, CELL_LOTS, CELL_RATE = 100, 4, 0.8
CELL_VALUE, CELL_HIGHEST, CELL_BIDDERS, CELL_BROKER, CELL_LOWEST = 60, 100, 3, 20, 40
BESIDE = "wearables"  # of which a product is put side by side; the page works out a phone


def product(shop: Shop, category: str = "phones") -> Product:
    """Return the product of the questions, with its price, cost and demand in this shop."""
    return topic.best_seller(
        shop,
        elasticity=shop.truth[f"elasticity_{category}"],
        category=category,
        room=1.5 * CUT,  # or the arithmetic of a cut has nothing to show
    )


def high(base: Product) -> float:
    """Return the highest value of a returned unit, in round yuan."""
    return float(round(base.price, -2))


def _four_ways(demand: Demand, cost: float, price: float, segments: int = 2) -> dict[str, Outcome]:
    """Return what four strategies bring: the price now, the best one, segments, haggling."""
    return {
        "base": topic.one_price(demand, cost, price),
        "best": topic.one_price(demand, cost),
        "segments": topic.personalised(demand, cost, segments=segments),
        "haggling": topic.haggling(demand, cost),
    }


@sheet.table(
    id="pricing-side-by-side",
    objective="strategies-compare",
    minutes=6,
    title=_("Four ways to sell one product"),
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
    mistakes={
        "revenue": _(
            "These are revenues. Take off what the units cost: a strategy is judged by profit."
        ),
        "customers_share": _(
            "That is what is left to the customers. The question asks for the shop's profit."
        ),
        "the_phone": _(
            "These are the profits of the phone. Put price, cost, units and elasticity of the "
            "product of this card into the cell above."
        ),
        "three_segments": _(
            "You took three segments, as in the table of the page. Two are asked for: segments=2."
        ),
        "other_elasticity": _(
            "You kept the elasticity of the phone. Put that of this product in, too."
        ),
        "elasticity_and_segments": _(
            "You kept elasticity and segments of the cell above. Put the elasticity of this "
            "product in, and two segments."
        ),
        "cell_as_it_stands": _(
            "That is the cell as it stands: the phone, and three segments. Put the numbers of this "
            "card in, and two segments."
        ),
        "units": _("These are units. Asked is the profit, in yuan."),
    },
)
def side_by_side(shop: Shop) -> sheet.TableSheet:
    base, phone = product(shop, BESIDE), product(shop)
    outcomes = _four_ways(base.demand, base.cost, base.price)
    kept = topic.calibrated(base.price, phone.elasticity, base.units)
    three = outcomes | {"segments": topic.personalised(base.demand, base.cost, segments=3)}
    cell = topic.calibrated(phone.price, CELL_ELASTICITY, phone.units)
    half = topic.calibrated(base.price, CELL_ELASTICITY, base.units)
    ways = {
        "the_phone": _four_ways(phone.demand, phone.cost, phone.price),
        "three_segments": three,
        "other_elasticity": _four_ways(kept, base.cost, base.price),
        "elasticity_and_segments": _four_ways(half, base.cost, base.price, segments=3),
        "cell_as_it_stands": _four_ways(cell, phone.cost, phone.price, segments=3),
    }
    return sheet.TableSheet(
        prompt=_(
            "{name} costs ¥{cost:,.0f}. At ¥{price:,.0f} the shop sells {units:,.0f} a year, with "
            "an elasticity of -{elasticity:g} there. Take a straight line of demand through this "
            "point. What is the yearly **profit** of the price now, of the best single price, of "
            "two segments, and of haggling with equal power?"
        ).format(**vars(base)),
        right={name: one.profit for name, one in outcomes.items()},
        wrong={
            "revenue": {name: one.revenue for name, one in outcomes.items()},
            "customers_share": {name: one.consumer_surplus for name, one in outcomes.items()},
            "units": {name: one.units for name, one in outcomes.items()},
            **{way: {name: one.profit for name, one in of.items()} for way, of in ways.items()},
        },
        printed=1,
        case=(base.name,),
        code=f"""
            from ecokit import strategies
            demand = strategies.calibrated({base.price}, {base.elasticity:g}, {base.units})
            cost = {base.cost}
            ways = {{
                "base": strategies.one_price(demand, cost, {base.price}),
                "best": strategies.one_price(demand, cost),
                "segments": strategies.personalised(demand, cost, segments=2),
                "haggling": strategies.haggling(demand, cost),
            }}
            {{name: way.profit for name, way in ways.items()}}
        """,
        hints=(
            _(
                "In the last cell above write the numbers of the card: `asked` is the price, "
                "`paid` what a unit costs, `sold` the units. And two segments."
            ),
            _("Its table has the four, in the order of the question."),
        ),
        solution=_(
            "Make the demand once, give it with the unit cost to the three functions, and read "
            "`.profit`. The segments take from the customers what they add to the profit."
        ),
    )


@sheet.choice(
    id="pricing-personal-price",
    objective="strategies-compare",
    minutes=3,
    title=_("A price for each customer"),
    options=("allowed", "disclose", "open_segments", "one_price"),
)
def personal_price(_shop: Shop) -> sheet.ChoiceSheet:
    return sheet.ChoiceSheet(
        prompt=_(
            "The app knows which customers rarely compare prices. A manager wants to show them, "
            "and only them, a price that is 8 % higher for the same phone. What do you answer?"
        ),
        right="open_segments",
        options={
            "allowed": _("Do it: a price is the seller's own affair, and each sees only one."),
            "disclose": _("Do it, and write into the terms that prices may be personal."),
            "open_segments": _(
                "Do not. Offer lower prices by rules that everybody can see and meet."
            ),
            "one_price": _(
                "Do not: different prices for different customers are always forbidden."
            ),
        },
        reasons={
            "allowed": _(
                "Automated decisions must not treat people unreasonably differently in price "
                "(PIPL, Article 24). Hidden prices come out: two customers compare their screens."
            ),
            "disclose": _(
                "In the European Union a personal price must be disclosed; but being open does not "
                "make an unreasonable difference reasonable under Chinese law."
            ),
            "open_segments": _(
                "Segments that customers can see and choose earn as well, and stand up to light."
            ),
            "one_price": _(
                "Too strict. A student price, a quantity discount or an offer to new customers has "
                "a reason that all can see."
            ),
        },
        hints=(
            _("Chinese law names one thing that automated decisions must not do with prices."),
            _("Would the customer who pays more call the reason fair, if it were told?"),
        ),
        solution=_(
            "Article 24 of China's Personal Information Protection Law (PIPL) forbids unreasonable "
            "differences in price by automated decisions. Offer open segments instead: students, "
            "bulk, trade-in, delivery time."
        ),
    )


@sheet.number(
    id="pricing-cut-volume",
    objective="strategies-launch",
    minutes=4,
    title=_("How much more must a discount sell?"),
    unit="share",
    rel_tolerance=CLOSE,
    mistakes={
        "cut_over_margin": _(
            "You divided the cut by the old margin. Each unit now leaves less: divide by what is "
            "left, the margin less the cut."
        ),
        "the_cut_itself": _(
            "That keeps the revenue. The cost of each unit stays, so the profit needs far more "
            "units."
        ),
        "markup_for_margin": _(
            "You took the markup on the cost for the margin. Margin and cut are shares of price."
        ),
        "all_units": _(
            "That is how many units are needed for each one before. Take off the 1 of before."
        ),
        "what_demand_brings": _(
            "That is how many more units the cut brings. Asked is how many more it needs."
        ),
        "five_per_cent": _(
            "That is for a cut of 5 %, as on the page and in the cell above. Here it is larger."
        ),
        "pulled": _(
            "That holds if some of the extra units are pulled from later weeks. Here nobody buys "
            "earlier: in the cell above write `pulled = 0`."
        ),
        "two_per_cent": _("That is for a cut of 2 %, as in the cell above. Here it is larger."),
        "eight_per_cent": _("That is for a cut of 8 %, as in the cell above. Here it is smaller."),
        "what_is_left": _(
            "That is the margin that is left, over the old one. Turn it round, and take off 1."
        ),
    },
)
def cut_volume(shop: Shop) -> sheet.Sheet:
    base = product(shop)
    margin = 1 - base.cost / base.price
    before, after = base.price - base.cost, base.price * (1 - CUT) - base.cost
    needed = topic.break_even_uplift(margin, CUT)
    promotion = topic.discount(base.demand, base.cost, CUT, price=base.price, pulled=PULLED)
    return sheet.Sheet(
        prompt=_(
            "{name} sells at ¥{price:,.0f} and costs ¥{cost:,.0f}. A promotion takes {cut:.0%} off "
            "the price. By which share must the units grow for the profit to stay as it is? No "
            "customer buys earlier because of it."
        ).format(**vars(base), cut=CUT),
        right=needed,
        wrong={
            "cut_over_margin": CUT / margin,
            "the_cut_itself": 1 / (1 - CUT) - 1,
            "markup_for_margin": CUT / (base.price / base.cost - 1 - CUT),
            "all_units": 1 + needed,
            "what_demand_brings": base.elasticity * CUT,
            "five_per_cent": topic.break_even_uplift(margin, 0.05),
            "pulled": promotion.details["needed"],
            "two_per_cent": topic.break_even_uplift(margin, 0.02),
            "eight_per_cent": topic.break_even_uplift(margin, 0.08),
            "what_is_left": after / before,
        },
        printed=0.01,
        case=(f"{CUT:.0%} off",),
        code=f"""
            from ecokit import strategies
            strategies.break_even_uplift(1 - {base.cost} / {base.price}, {CUT:g})
        """,
        hints=(
            _("Write down the yuan that one unit leaves before the cut, and after it."),
            _("Old units times old margin = new units times new margin."),
            _("In the cell above try this cut, with `pulled = 0`: nobody buys earlier."),
        ),
        solution=_(
            "One unit left ¥{before:,.0f} and leaves ¥{after:,.0f} now. The units must grow by "
            "{before:,.0f} / {after:,.0f} less 1 = {share:.0%}: the cut over the margin that is "
            "left."
        ).format(before=before, after=after, share=needed),
    )


@sheet.number(
    id="pricing-group-threshold",
    objective="strategies-launch",
    minutes=3,
    title=_("How many must join?"),
    unit="buyers",
    tolerance=0,
    mistakes={
        "rounded_down": _("You rounded down: with one buyer less, the deal still loses a little."),
        "not_rounded": _(
            "You left the number as it divides. Buyers are whole people: round in the direction "
            "that loses no money."
        ),
        "over_the_price": _(
            "You divided by the price. Only what is left after the unit cost pays fixed costs."
        ),
        "old_price": _("You counted with the old price. The buyers of the group pay less."),
        "over_the_saving": _(
            "You divided by what a buyer saves. The shop pays its fixed costs from what it keeps "
            "of a unit: the price of the group less the unit cost."
        ),
        "over_the_cost": _(
            "You divided by the unit cost. What is left of the price after it pays fixed costs."
        ),
        "one_more": _(
            "That is one more than is needed: with one buyer less, the deal pays already."
        ),
        "cell_as_it_stands": _(
            "That is the cell as it stands. Put the three amounts of this card in."
        ),
    },
)
def group_threshold(shop: Shop) -> sheet.Sheet:
    base = product(shop)
    group = float(round(base.price * 0.95))
    left = group - base.cost
    fixed = float(round(40.4 * left))  # about forty buyers pay for it, never a whole number
    fewest = topic.least_group(fixed, group, base.cost)
    return sheet.Sheet(
        prompt=_(
            "A group deal offers {name} at ¥{group:,.0f} instead of ¥{price:,.0f}. A unit costs "
            "¥{cost:,.0f}. If the deal comes on, the banner and the handling cost ¥{fixed:,.0f}. "
            "What is the smallest number of buyers at which the deal does not lose money?"
        ).format(**vars(base), group=group, fixed=fixed),
        right=fewest,
        wrong={
            "rounded_down": fewest - 1,
            "not_rounded": fixed / left,
            "over_the_price": math.ceil(fixed / group),
            "old_price": math.ceil(fixed / (base.price - base.cost)),
            "over_the_saving": math.ceil(fixed / (base.price - group)),
            "over_the_cost": math.ceil(fixed / base.cost),
            "one_more": fewest + 1,
            "cell_as_it_stands": topic.least_group(1000, 50, 20),
        },
        case=("banner",),
        code=f"""
            from ecokit import strategies
            strategies.least_group({fixed:.0f}, {group:.0f}, {base.cost})
        """,
        hints=(
            _("What does one buyer leave at the price of the group?"),
            _("Buyers are whole people: round in the direction that loses no money."),
        ),
        solution=_(
            "One buyer leaves ¥{left:,.0f}. {fixed:,.0f} / {left:,.0f} is {exact:.1f}: {n} buyers."
        ).format(left=left, fixed=fixed, exact=fixed / left, n=fewest),
    )


@sheet.number(
    id="pricing-bid-shading",
    objective="strategies-bid",
    minutes=4,
    title=_("What to bid when you pay your bid"),
    unit="yuan",
    rel_tolerance=CLOSE,
    mistakes={
        "bid_the_value": _(
            "Then winning gains you nothing. Bidding your value is right where the winner pays the "
            "second highest bid; here you pay your own."
        ),
        "half": _("Half is right against one rival. The more rivals, the nearer to your value."),
        "counted_rivals": _(
            "You took the number of rivals for the number of bidders: you bid too."
        ),
        "any_second": _(
            "That is the second highest value of all bidders on average. You know your own: take "
            "the average of the highest one below it."
        ),
        "one_share": _(
            "You divided your value by the number of bidders. Only one step of so many is taken "
            "off it: bid the other steps."
        ),
        "bidders_not_changed": _(
            "You changed the two values and left the bidders of the cell. Set how many bid here."
        ),
        "mean_value": _(
            "That is what a bidder values it at on average. Your bid hangs on your own value, and "
            "on how many bid."
        ),
    },
)
def bid_shading(shop: Shop) -> sheet.Sheet:
    base = product(shop)
    value = 0.8 * high(base)
    bid = float(topic.equilibrium_bid(topic.uniform(0, high(base)), value, BIDDERS))
    return sheet.Sheet(
        prompt=_(
            "The shop auctions a returned {name}: sealed bids, the highest wins and pays what it "
            "bid. You and {rivals} others bid. What it is worth to each lies evenly between ¥0 and "
            "¥{high:,.0f}, and everybody bids with care. To you it is worth ¥{value:,.0f}. What do "
            "you bid?"
        ).format(name=base.name, rivals=BIDDERS - 1, high=high(base), value=value),
        right=bid,
        wrong={
            "bid_the_value": value,
            "half": value / 2,
            "counted_rivals": value * (BIDDERS - 2) / (BIDDERS - 1),
            "any_second": high(base) * (BIDDERS - 1) / (BIDDERS + 1),
            "one_share": value / BIDDERS,
            "bidders_not_changed": value * (CELL_BIDDERS - 1) / CELL_BIDDERS,
            "mean_value": high(base) / 2,
        },
        case=("sealed bids", f"{value:,.0f}"),
        code=f"""
            from ecokit import strategies
            values = strategies.uniform(0, {high(base):.0f})
            strategies.equilibrium_bid(values, {value:.0f}, bidders={BIDDERS})
        """,
        hints=(
            _("If you bid what it is worth to you, what do you gain when you win?"),
            _(
                "You win only if your value is the highest. Which value has the next one on "
                "average?"
            ),
        ),
        solution=_(
            "Bid what the second highest value is on average, given that yours is the highest: "
            "({n} - 1) / {n} of your value, ¥{bid:,.0f}. `strategies.equilibrium_bid` computes it."
        ).format(n=BIDDERS, bid=bid),
    )


@sheet.number(
    id="pricing-reserve",
    objective="strategies-bid",
    minutes=4,
    title=_("The lowest price of an auction"),
    unit="yuan",
    rel_tolerance=CLOSE,
    mistakes={
        "reserve_at_cost": _(
            "Then you sell whenever you can, but often for little. Going without a sale now and "
            "then is paid back by a higher price."
        ),
        "grows_with_bidders": _(
            "You raised it with the number of bidders. More bidders push the price up by "
            "themselves; the best reserve stays."
        ),
        "forgot_the_broker": _(
            "You forgot what an unsold unit brings. It is your cost of selling: add half of it."
        ),
        "added_in_full": _(
            "You added all that the broker pays to the middle of the values. Go half of the way "
            "from what the broker pays to the highest value."
        ),
        "the_gain": _(
            "That is what the reserve leaves above the broker's price. The reserve itself is asked."
        ),
        "broker_not_changed": _(
            "You changed the highest value and left what the broker pays in the cell. Set it, too."
        ),
        "second_of_all": _(
            "That is the second highest value of all bidders on average, which they pay anyway. "
            "The reserve does not hang on their number."
        ),
        "highest_of_all": _(
            "That is the highest value of all bidders on average. The reserve does not hang on "
            "their number."
        ),
        "highest_not_changed": _(
            "You changed what the broker pays and left the highest value of the cell. Set it, too."
        ),
    },
)
def reserve(shop: Shop) -> sheet.Sheet:
    base = product(shop)
    scrap = float(round(0.3 * high(base), -1))  # what it costs the shop to sell the unit
    best = topic.uniform(0, high(base)).best_price(scrap)
    return sheet.Sheet(
        prompt=_(
            "A returned {name} goes to auction; the winner pays the second highest bid. Values lie "
            "evenly between ¥0 and ¥{high:,.0f}. What is not sold goes to a broker for "
            "¥{scrap:,.0f}. {n} bidders have registered. Which reserve price earns most?"
        ).format(name=base.name, high=high(base), scrap=scrap, n=BIDDERS),
        right=best,
        wrong={
            "reserve_at_cost": scrap,
            "grows_with_bidders": scrap + (high(base) - scrap) * (BIDDERS - 1) / (BIDDERS + 1),
            "forgot_the_broker": high(base) / 2,
            "added_in_full": high(base) / 2 + scrap,
            "the_gain": best - scrap,
            "broker_not_changed": (high(base) + CELL_BROKER) / 2,
            "second_of_all": high(base) * (BIDDERS - 1) / (BIDDERS + 1),
            "highest_of_all": high(base) * BIDDERS / (BIDDERS + 1),
            "highest_not_changed": (CELL_HIGHEST + scrap) / 2,
        },
        case=("broker", f"{scrap:,.0f}"),
        code=f"""
            from ecokit import strategies
            strategies.uniform(0, {high(base):.0f}).best_price({scrap:.0f})
        """,
        hints=(
            _("Which price would you ask of one single customer?"),
            _("Does the answer change with a second bidder? When does a reserve matter at all?"),
        ),
        solution=_(
            "The reserve matters only when one bidder alone passes it. Towards that one it is a "
            "plain price: ({high:,.0f} + {scrap:,.0f}) / 2 = ¥{price:,.0f}, whatever the number of "
            "bidders."
        ).format(high=high(base), scrap=scrap, price=best),
    )


@sheet.number(
    id="pricing-name-your-price",
    objective="strategies-bid",
    minutes=5,
    title=_("Two bids against a hidden price"),
    unit="yuan",
    rel_tolerance=0.004,
    mistakes={
        "one_bid": _(
            "That is the best single bid. The second chance lets you try a lower one first."
        ),
        "middle_of_the_range": _(
            "You bid the middle of the hidden range. Weigh the chance of a yes against what you "
            "keep: that depends on your own value."
        ),
        "from_zero": _(
            "You started at zero. Bids below the lowest possible price are never taken."
        ),
        "second_bid": _("That is the second bid. The first one is asked, which is lower."),
        "thirds_of_the_range": _(
            "You cut the whole range into three steps. A bid above your own value would cost you: "
            "cut the way from the lowest price to your value."
        ),
        "three_bids": _("That is the first of three bids. You may bid twice: three equal steps."),
        "lowest_not_changed": _(
            "You changed your value and left the lowest price of the cell. Set it, too."
        ),
        "half_the_value": _(
            "You bid half of your value. Bids below the lowest possible price are never taken, and "
            "a second one follows: start from the lowest price."
        ),
        "a_third_of_the_way": _("That is the step, not the bid. Add it to the lowest price."),
    },
)
def name_your_price(shop: Shop) -> sheet.Sheet:
    base = product(shop)
    low, high = float(round(base.cost, -1)), float(round(1.3 * base.price, -1))
    worth = round(low + 0.7 * (high - low), -1)
    first = float(topic.best_bids(worth, low, high, bids=2).bids[0, 0])
    return sheet.Sheet(
        prompt=_(
            "You name your own price for {name}. You believe that the hidden lowest price lies "
            "evenly between ¥{low:,.0f} and ¥{high:,.0f}. To you the phone is worth ¥{worth:,.0f}. "
            "You may bid twice, free of charge. What is the best first bid?"
        ).format(name=base.name, low=low, high=high, worth=worth),
        right=first,
        wrong={
            "one_bid": (worth + low) / 2,
            "middle_of_the_range": (low + high) / 2,
            "from_zero": worth / 3,
            "second_bid": low + 2 * (worth - low) / 3,
            "thirds_of_the_range": low + (high - low) / 3,
            "three_bids": low + (worth - low) / 4,
            "lowest_not_changed": CELL_LOWEST + (worth - CELL_LOWEST) / 3,
            "half_the_value": worth / 2,
            "a_third_of_the_way": (worth - low) / 3,
        },
        case=("hidden lowest price", f"{worth:,.0f}"),
        code=f"""
            from ecokit import strategies
            strategies.best_bids({worth:.0f}, {low:.0f}, {high:.0f}, bids=2).bids[0, 0]
        """,
        hints=(
            _("With one bid you would go half of the way from the lowest price to your value."),
            _("With two bids there are three equal steps."),
        ),
        solution=_(
            "Two bids cut the way from ¥{low:,.0f} to ¥{worth:,.0f} into three equal steps: the "
            "first bid is ¥{bid:,.0f}. `strategies.best_bids` also knows bids that cost trouble."
        ).format(low=low, worth=worth, bid=first),
    )


@sheet.number(
    id="pricing-experience",
    objective="strategies-launch",
    minutes=3,
    title=_("A 90 % experience curve"),
    unit="yuan",
    rel_tolerance=CLOSE,
    mistakes={
        "per_lot": _("You took 10 % off for each further 100 units. The curve counts doublings."),
        "added_up": _(
            "You took 10 % of the first cost off three times. Each 10 % is of what is left."
        ),
        "once": _("You took 10 % off once. The units have doubled three times."),
        "twice": _("You took 10 % off twice. Count again: 100, 200, 400, 800."),
        "lots_as_doublings": _(
            "You took 10 % off for each lot. The curve counts doublings of all units, not lots."
        ),
        "an_80_per_cent_curve": _(
            "You took the curve of 80 %, as on the page. Here each doubling leaves 90 % of the "
            "cost."
        ),
        "only_the_cost_changed": _(
            "You changed the cost and left lots and curve of the cell. Set eight lots, and 90 %."
        ),
        "cost_not_changed": _(
            "You changed lots and curve and left the cost of the cell. Set that of this card."
        ),
        "units_for_lots": _(
            "You gave the number of units. The cost is that of the first lot: give how many lots "
            "of that size have been made."
        ),
    },
)
def experience(shop: Shop) -> sheet.Sheet:
    base, rate, doublings = product(shop), 0.9, 3
    lots = 2**doublings
    after = float(topic.experience_cost(base.cost, lots, rate))
    return sheet.Sheet(
        prompt=_(
            "The shop has the {name} made under its own brand. The first lot of 100 units costs "
            "¥{cost:,.0f} a unit at its end. The maker follows a 90 % experience curve. What does "
            "a unit cost when {all} units have been made?"
        ).format(**vars(base), all=100 * lots),
        right=after,
        wrong={
            "per_lot": base.cost * rate ** (lots - 1),
            "added_up": base.cost * (1 - doublings * (1 - rate)),
            "once": base.cost * rate,
            "twice": base.cost * rate**2,
            "lots_as_doublings": base.cost * rate**lots,
            "an_80_per_cent_curve": base.cost * 0.8**doublings,
            "only_the_cost_changed": float(topic.experience_cost(base.cost, CELL_LOTS, CELL_RATE)),
            "cost_not_changed": float(topic.experience_cost(CELL_FIRST_COST, lots, rate)),
            "units_for_lots": float(topic.experience_cost(base.cost, 100 * lots, rate)),
        },
        above={
            _("what the cell prints"): float(
                topic.experience_cost(CELL_FIRST_COST, CELL_LOTS, CELL_RATE)
            ),
        },
        case=("own brand",),
        code=f"""
            from ecokit import strategies
            strategies.experience_cost({base.cost}, {lots}, rate={rate})
        """,
        hints=(
            _("How often has the number of all units doubled?"),
            _("Each doubling leaves 90 % of the cost."),
        ),
        solution=_(
            "From 100 to {all} units are {k} doublings: ¥{cost:,.0f} × 0.9 × 0.9 × 0.9 = "
            "¥{after:,.0f}."
        ).format(all=100 * lots, k=doublings, cost=base.cost, after=after),
    )


FIELDS = (
    sheet.Field(
        "launch", _("Launch price, % of the base price"), 90, 140, step=1, start=100, unit="%"
    ),
    sheet.Field("weeks", _("Weeks until the first cut"), 1, 22, step=1, start=8, unit="weeks"),
    sheet.Field(
        "later", _("Later price, % of the base price"), 70, 130, step=1, start=90, unit="%"
    ),
    sheet.Field(
        "sale", _("Promotion in the last five weeks, % off"), 0, 40, step=1, start=20, unit="%"
    ),
)


def launch_profit(base: Product, plan: sheet.PlanAnswer) -> float:
    """Return what a launch plan earns in its weeks, yuan."""
    launch, later = (base.price * plan[name] / 100 for name in ("launch", "later"))
    prices = topic.path(launch, later, round(plan["weeks"]), WEEKS, plan["sale"] / 100)
    return topic.life_cycle(base.demand, base.cost, prices, **LIFE).profit


def best_launch(base: Product) -> sheet.PlanAnswer:
    """Return a plan that no single change of a field improves, from a coarse grid."""
    grid = itertools.product((115, 125, 135), (6, 12, 18), (90, 105), (0, 10))
    names = [field.name for field in FIELDS]
    plans: list[sheet.PlanAnswer] = [dict(zip(names, row, strict=True)) for row in grid]
    best = max(plans, key=lambda plan: launch_profit(base, plan))
    for step in (6, 3, 1):
        while True:
            near = [
                best | {field.name: best[field.name] + move}
                for field in FIELDS
                for move in (-step, step)
                if field.low <= best[field.name] + move <= field.high
            ]
            found = max(near, key=lambda plan: launch_profit(base, plan))
            if launch_profit(base, found) <= launch_profit(base, best) + 1e-6:
                break
            best = found
    return best


def _launch_score(profit: float, most: float) -> sheet.Score:
    told = {"profit": sheet.yuan(profit), "share": (share := max(profit / most, 0.0))}
    earned = _("The plan earns {profit} in {weeks} weeks.").format(**told, weeks=WEEKS)
    of_best = _("That is {share:.0%} of what the best plan earns; {good:.0%} are needed.")
    passed = share >= GOOD
    points = 100 if passed else math.floor(100 * share / GOOD)
    return sheet.Score(points, passed, (earned, of_best.format(**told, good=GOOD)))


@sheet.plan(
    id="pricing-launch-plan",
    objective="strategies-launch",
    minutes=12,
    title=_("A price plan for a launch"),
    fields=FIELDS,
    mistakes={
        "below_cost": _(
            "Your promotion sells below the unit cost. It moves many units, and each of them loses "
            "money."
        ),
        "cut_at_once": _(
            "You cut the price after {n} weeks or less. Few customers have heard of the phone by "
            "then: those who would pay most never see the high price."
        ).format(n=3),
        "one_price_for_ever": _(
            "You keep one price for the whole life. The keen would pay more at first, and the "
            "phone ages: skim, then follow its value down."
        ),
        "too_dear": _(
            "You ask so much, and for so long, that hardly anybody is willing to pay it. The keen "
            "are few, and the phone ages: come down, and earlier."
        ),
        "too_cheap": _(
            "You sell cheaply from the first week on. The keen would pay more, and a unit hardly "
            "leaves anything: begin higher, and cut less."
        ),
    },
)
def launch_plan(shop: Shop) -> sheet.PlanSheet:
    base = product(shop)
    best = best_launch(base)
    most = launch_profit(base, best)
    last_cost = base.cost * (1 - LIFE["cost_fall"]) ** WEEKS

    names = tuple(field.name for field in FIELDS)

    def last_price(plan: sheet.PlanAnswer) -> float:
        return base.price * plan["later"] / 100 * (1 - plan["sale"] / 100)

    return sheet.PlanSheet(
        prompt=_(
            "A successor of {name} comes out. Customers would value it like the old one at its "
            "launch (base price ¥{price:,.0f}, elasticity -{elasticity:g}, {units:,.0f} units a "
            "year), hear of it week by week (Bass: p = {innovation}, q = {imitation}), and find it "
            "worth {ageing:.1%} less each week. It costs ¥{cost:,.0f}, falling by {cost_fall:.1%} "
            "a week.\n\n"
            "Plan the prices of {weeks} weeks: the launch price, the weeks until the first cut, "
            "the later price, and a promotion in the last five weeks. Earn at least "
            "¥{needed:,.0f}, which is {good:.0%} of what the best plan earns."
        ).format(**vars(base), **LIFE, weeks=WEEKS, good=GOOD, needed=GOOD * most),
        right=best,
        score=lambda plan: _launch_score(launch_profit(base, plan), most),
        wrong={
            "below_cost": {"launch": 100, "weeks": 8, "later": 75, "sale": 35},
            "cut_at_once": {"launch": 120, "weeks": 1, "later": 95, "sale": 0},
            "one_price_for_ever": {"launch": 95, "weeks": 12, "later": 95, "sale": 0},
            "too_dear": {"launch": 140, "weeks": 22, "later": 130, "sale": 0},
            "too_cheap": {"launch": 92, "weeks": 8, "later": 80, "sale": 0},
        },
        detects={
            "below_cost": lambda plan: last_price(plan) < last_cost,
            "cut_at_once": lambda plan: plan["weeks"] <= 3 and plan["later"] < plan["launch"],
            "one_price_for_ever": lambda plan: (
                abs(plan["launch"] - plan["later"]) <= 2 and plan["sale"] <= 2
            ),
            "too_dear": lambda plan: plan["launch"] >= 130 and plan["later"] >= 115,
            "too_cheap": lambda plan: plan["launch"] <= 95 and plan["later"] <= 85,
        },
        code=f"""
            import itertools
            from ecokit import strategies
            demand = strategies.calibrated({base.price}, {base.elasticity:g}, {base.units})
            life = dict({", ".join(f"{name}={value}" for name, value in LIFE.items())})
            def earns(launch, weeks, later, sale):
                shares = ({base.price} * launch / 100, {base.price} * later / 100)
                prices = strategies.path(*shares, weeks, {WEEKS}, sale / 100)
                return strategies.life_cycle(demand, {base.cost}, prices, **life).profit
            plans = itertools.product((106, 110, 114), (8, 11), (90, 95, 100), (10, 14, 18))
            dict(zip({names}, max(plans, key=lambda plan: earns(*plan))))
        """,
        above={
            _("the plan of the cell"): {"launch": 110, "weeks": 8, "later": 95, "sale": 10},
        },
        hints=(
            _("Who buys in the first weeks, and what would they have paid?"),
            _("The cell above tries a plan. Change one number at a time."),
            _(
                "The sale at the end must still cost more than the unit: look at what it costs by "
                "then."
            ),
        ),
        solution=_(
            "For your shop: launch at {launch:.0f} % of the base price, cut after {weeks:.0f} "
            "weeks to {later:.0f} %, and take {sale:.0f} % off in the last five weeks. The keen "
            "pay first; then the price follows the falling value down."
        ).format(**best),
    )
