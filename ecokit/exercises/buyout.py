"""Exercises on buy-outs: quantity, what is left, terms, tooling, the deal and its risk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ecokit import buyout as topic
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

QUANTITY = "B02"  # the offers that are asked for, each by its number
BUY_BACK = MINIMUM = "B04"
MARKDOWN = "B07"
TOOLING = OEM = "B06"
SPLIT = "B08"
CONTRACT = "B03"
PAST, LIKE = "B15", ("B13", "B14")  # a past offer, and others of as many weeks
WEEKS = 3  # that have been sold of it
LEFT, STILL = 0.35, 0.3  # of the demand believed: what is left, and what is asked for without a cut
SALE, ELASTICITY = 4, 2.0  # weeks and elasticity of the clearance sale
DEARER, GONE = 1.3, 0.6  # tooling as a multiple of what the model earns, and the share paid
CELL_LAW, CELL_TERMS = stats.norm(500, 120), topic.Terms(2000, 1600, 900, minimum=700)
CELL_OFFER = (2000, 1600, 1500, 900)  # price, wholesale, cost and salvage of its buy-back
CELL_BELIEF, CELL_SOLD, CELL_SHARE, CELL_SPREAD = (500, 120), 180, 0.25, 0.03
CELL_LEFT, CELL_SALE = (202, 2000, 15), {"elasticity": 2.5, "weeks": 4, "salvage": 0}
"""What the cells above the questions work out."""

SEASONS, SEED = 20_000, 2611  # on which a contract is judged
NEED = 0.4  # of what both could gain, for us


def _offer(shop: Shop, offer_id: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.offers.set_index("offer_id").loc[offer_id].to_dict()
    return found


def _law(offer: dict[str, Any]) -> Any:
    return topic.belief(offer["demand_mean"], offer["demand_sd"]).demand()


def _terms(offer: dict[str, Any]) -> topic.Terms:
    """Return price, wholesale and what is left brings, without the other terms."""
    return topic.Terms(offer["price"], offer["wholesale"], offer["salvage"])


def _left(offer: dict[str, Any], quantity: float) -> int:
    """Return the units that are left of an order on average, whole."""
    found = topic.profit_curve(_law(offer), _terms(offer), [quantity])
    return int(found["left"].round().iloc[0])


# Quantity ----------------------------------------------------------------------------------------


@sheet.number(
    id="buyout-quantity",
    objective="buyout-quantity",
    minutes=5,
    title=_("How many tablets?"),
    unit="units",
    rel_tolerance=0.006,
    mistakes={
        "expected_demand": _(
            "That is the demand that is expected. It would be right if a unit too many cost as "
            "much as a unit too few. Here a unit too many costs more: order less."
        ),
        "ratio_of_price": _(
            "You divided the margin by the price, as if a unit that is left were worth nothing. "
            "Divide by price less what it brings."
        ),
        "cost_of_the_supplier": _(
            "You took the supplier's cost for your own. That is what both together would order. "
            "You pay the wholesale price."
        ),
        "turned_round": _(
            "You took the chance to run out for the chance to serve all. The order lies below "
            "the mean where the loss of a unit that is left is above the margin."
        ),
        "the_minimum": _("That is the least that the supplier asks for. Asked is what you want."),
        "margin_over_loss": _(
            "You divided the margin by the loss of a unit that is left. The ratio has both below: "
            "margin over margin plus loss."
        ),
    },
)
def quantity(shop: Shop) -> sheet.Sheet:
    offer = _offer(shop, QUANTITY)
    mean, sd = offer["demand_mean"], offer["demand_sd"]
    price, paid, rest = offer["price"], offer["wholesale"], offer["salvage"]
    law = stats.norm(mean, sd)

    def at(ratio: float) -> float:
        return float(law.ppf(ratio))

    ratio = (price - paid) / (price - rest)
    over = (price - paid) / (paid - rest)
    return sheet.Sheet(
        prompt=_(
            "**{name}** sells at ¥{price:,.0f}, costs us ¥{paid:,.0f}, and cannot be returned; "
            "what is left brings ¥{rest:,.0f}. Take demand as normal with mean {mean:,.0f} and "
            "spread {sd:,.1f} units. Which order earns most on average, if there were no minimum?"
        ).format(name=offer["name"], price=price, paid=paid, rest=rest, mean=mean, sd=sd),
        case=(offer["name"],),
        right=at(ratio),
        wrong={
            "expected_demand": mean,
            "ratio_of_price": at((price - paid) / price),
            "cost_of_the_supplier": at((price - offer["supplier_cost"]) / (price - rest)),
            "turned_round": at(1 - ratio),
            "the_minimum": offer["minimum"],
            "margin_over_loss": at(over) if over < 1 else None,
        },
        hints=(
            _("What does a unit too few cost you? What a unit too many?"),
            _("The chance to serve everybody: margin over (price less what is left brings)."),
            _(
                "In a spreadsheet `NORM.INV(ratio, mean, spread)`; or write mean, spread, price, "
                "wholesale and salvage into the cell above."
            ),
        ),
        solution=_(
            "The ratio is {margin:,.0f} over {lost:,.0f}, which is {ratio:.3f}. So order where "
            "demand is met with that chance: below the mean."
        ).format(margin=price - paid, lost=price - rest, ratio=ratio),
        code=f"""
            from scipy import stats
            from ecokit import buyout
            offer = shop.offers.set_index("offer_id").loc["{QUANTITY}"]
            terms = buyout.Terms(*offer[["price", "wholesale", "salvage"]])
            law = stats.norm(offer["demand_mean"], offer["demand_sd"])
            buyout.shop_quantity(law, terms).quantity
        """,
    )


# Terms -------------------------------------------------------------------------------------------


@sheet.number(
    id="buyout-buy-back",
    objective="buyout-terms",
    minutes=5,
    title=_("The buy-back to ask for"),
    unit="yuan a unit",
    rel_tolerance=0.002,
    mistakes={
        "salvage_as_buy_back": _(
            "That is what a unit brings anyway. A buy-back at that price changes nothing."
        ),
        "whole_price_back": _(
            "That is all that you paid. Who gets as much back as was paid orders without end."
        ),
        "cost_for_back": _("That is what a unit costs the supplier, and no buy-back."),
        "salvage_forgotten": _(
            "You left out what a unit brings that is left. Multiply by price less salvage."
        ),
        "wholesale_less_salvage": _(
            "That is what you lose on a unit that is left. Asked is what the supplier pays for it."
        ),
        "loss_shared": _(
            "You put the loss of a unit that is left on both in equal parts. Ask which buy-back "
            "makes your ratio that of both together."
        ),
    },
)
def buy_back(shop: Shop) -> sheet.Sheet:
    offer = _offer(shop, BUY_BACK)
    price, paid, made, rest = (
        float(offer[one]) for one in ("price", "wholesale", "supplier_cost", "salvage")
    )
    return sheet.Sheet(
        prompt=_(
            "**{name}** sells at ¥{price:,.0f}; we pay ¥{paid:,.0f}, the maker's cost is "
            "¥{made:,.0f}, and what is left brings ¥{rest:,.0f}, to you or to the maker. At which "
            "**buy-back** do you order, for your own sake, what serves both best?"
        ).format(name=offer["name"], price=price, paid=paid, made=made, rest=rest),
        case=(offer["name"], _("buy-back")),
        right=topic.buy_back_price(price, paid, made, rest),
        wrong={
            "salvage_as_buy_back": rest,
            "whole_price_back": paid,
            "cost_for_back": made,
            "salvage_forgotten": price - (price - paid) * price / (price - made),
            "wholesale_less_salvage": paid - rest,
            "loss_shared": (paid + rest) / 2,
        },
        above={_("what the cell prints"): topic.buy_back_price(*CELL_OFFER)},
        hints=(
            _("Write down your ratio with a buy-back, and the ratio of both together."),
            _("(price - wholesale) / (price - buy-back) = (price - cost) / (price - salvage)."),
            _("Or write these prices into the cell above: it prints the buy-back."),
        ),
        solution=_(
            "Price less (price - wholesale) times (price - salvage) over (price - cost). The "
            "higher the wholesale price, the more has to come back."
        ),
        code=f"""
            from ecokit import buyout
            offer = shop.offers.set_index("offer_id").loc["{BUY_BACK}"]
            names = ["price", "wholesale", "supplier_cost", "salvage"]
            buyout.buy_back_price(*offer[names])
        """,
    )


@sheet.number(
    id="buyout-minimum",
    objective="buyout-terms",
    minutes=6,
    title=_("What the minimum costs"),
    unit="yuan",
    rel_tolerance=0.006,
    mistakes={
        "units_times_wholesale": _(
            "You multiplied the units by what they cost. Most of them are sold, or bring something."
        ),
        "all_extra_left": _(
            "You counted all the units above your own order as left. Some of them are sold, and "
            "earn their margin."
        ),
        "margin_forgotten": _(
            "You counted the loss of the units that are left, and forgot that of the additional "
            "units some are sold."
        ),
        "salvage_forgotten": _("You counted units that are left as worth nothing."),
        "profit_at_minimum": _("That is what the deal earns with the minimum. Asked is the gap."),
    },
)
def minimum(shop: Shop) -> sheet.Sheet:
    offer = _offer(shop, MINIMUM)
    price, paid, rest = offer["price"], offer["wholesale"], offer["salvage"]
    free = round(topic.shop_quantity(_law(offer), _terms(offer)).quantity)
    taken = int(max(offer["minimum"], free + 1))
    few, many = _left(offer, free), _left(offer, taken)

    def profit(units: int, left: int) -> float:
        return float((price - paid) * units - (price - rest) * left)

    more = taken - free
    sold = more - (many - few)
    return sheet.Sheet(
        prompt=_(
            "Of **{name}** you would order {free:,} units, of which {few:,} are left on average. "
            "The supplier wants {taken:,} units **at least**; then {many:,} are left. A unit sells "
            "at ¥{price:,.0f}, costs ¥{paid:,.0f}, and brings ¥{rest:,.0f} if it is left. What "
            "does the minimum cost you, on average?"
        ).format(
            name=offer["name"],
            free=free,
            few=few,
            taken=taken,
            many=many,
            price=price,
            paid=paid,
            rest=rest,
        ),
        case=(offer["name"], _("**at least**")),
        right=profit(free, few) - profit(taken, many),
        wrong={
            "units_times_wholesale": more * paid,
            "all_extra_left": more * (paid - rest),
            "margin_forgotten": (many - few) * (paid - rest),
            "salvage_forgotten": (many - few) * paid - sold * (price - paid),
            "profit_at_minimum": profit(taken, many),
        },
        above={_("what the cell prints"): topic.minimum_volume(CELL_LAW, CELL_TERMS).cost},
        hints=(
            _("Of the additional units, how many are sold, and how many are left?"),
            _("Margin times units, less (price less what is left brings) times units left: twice."),
            _("Take one profit from the other."),
        ),
        solution=_(
            "{more:,} units more: {left:,} are left and lose ¥{loss:,.0f} each, {sold:,} are sold "
            "and earn ¥{margin:,.0f} each."
        ).format(more=more, left=many - few, loss=paid - rest, sold=sold, margin=price - paid),
        code=f"""
            offer = shop.offers.set_index("offer_id").loc["{MINIMUM}"]
            margin = offer["price"] - offer["wholesale"]
            lost = offer["price"] - offer["salvage"]
            free = margin * {free} - lost * {few}
            free - (margin * {taken} - lost * {many})
        """,
    )


@sheet.number(
    id="buyout-learn",
    objective="buyout-terms",
    minutes=7,
    title=_("What the first weeks tell"),
    unit="units",
    rel_tolerance=0.015,
    mistakes={
        "straight_line": _(
            "You took the first weeks times the weeks that follow. A season is not even: the "
            "first weeks sell more."
        ),
        "prior_only": _("That is what was believed before. The first weeks have told something."),
        "weeks_only": _(
            "That is what these weeks say alone. They are few; what was believed counts, too."
        ),
        "whole_season": _("That is the whole season. Asked is what is still to come."),
        "belief_less_sold": _(
            "You took the units sold off the old belief. Then good weeks foretell bad ones."
        ),
    },
)
def learnt(shop: Shop) -> sheet.Sheet:
    offer = _offer(shop, PAST)
    mean, sd = offer["demand_mean"], offer["demand_sd"]
    weeks, sold, share, spread, rest = _first_weeks(shop)
    before = topic.belief(mean, sd)
    after = topic.learn(before, sold, share)
    law = after.demand()
    low, high = topic.learn(before, sold, share, spread=spread).demand().ppf([0.05, 0.95])
    return sheet.Sheet(
        prompt=_(
            "Before the season {mean:,.0f} units of **{name}** were expected, with a spread of "
            "{sd:,.1f}. In the first {first} of {weeks} weeks {sold:,} were sold, and nobody was "
            "turned away. Other offers of {weeks} weeks had sold {share:.1%} of their units by "
            "then; take that for sure. How many units do you expect in **the rest of the season**?"
        ).format(
            mean=mean,
            name=offer["name"],
            sd=sd,
            first=WEEKS,
            weeks=weeks,
            sold=sold,
            share=share,
        ),
        case=(offer["name"], _("the rest of the season")),
        right=law.mean(),
        wrong={
            "straight_line": sold / WEEKS * (weeks - WEEKS),
            "prior_only": mean * (1 - share),
            "weeks_only": sold / share * (1 - share),
            "whole_season": after.mean,
            "belief_less_sold": mean - sold,
        },
        above={
            _("the season that the cell prints"): topic.learn(
                topic.belief(*CELL_BELIEF), CELL_SOLD, CELL_SHARE, spread=CELL_SPREAD
            ).mean
        },
        hints=(
            _(
                "What was believed weighs as much as a part of a season that had been seen: mean / "
                "(spread² - mean) of one."
            ),
            _(
                "That part times the mean are units, too. Add up both units, divide by both parts: "
                "the season. Multiply by the share that is still to come."
            ),
            _(
                "Or write the numbers into the cell above, with `spread=0`: it prints the season, "
                "of which you take the share that is still to come."
            ),
        ),
        solution=_(
            "Between {low:,.0f} and {high:,.0f} units come in 90 % of such seasons: {n} others do "
            "not tell the share for sure, it has a spread of {spread:.1%}. In truth {rest:,} "
            "came."
        ).format(low=low, high=high, rest=rest, n=len(LIKE), spread=spread),
        code=f"""
            from ecokit import buyout
            offer = shop.offers.set_index("offer_id").loc["{PAST}"]
            before = buyout.belief(offer["demand_mean"], offer["demand_sd"])
            buyout.learn(before, {sold}, {share}).demand().mean()
        """,
    )


def _first_weeks(shop: Shop) -> tuple[int, int, float, float, int]:
    """Return weeks of the season; units, share and its spread of the first; units of the rest."""
    weeks = shop.offer_weeks
    ours = weeks[weeks["offer_id"] == PAST].set_index("week")["sold"]
    others = topic.week_shares(weeks[weeks["offer_id"].isin(LIKE)]).set_index("week")
    sold, rest = int(ours.loc[:WEEKS].sum()), int(ours.loc[WEEKS + 1 :].sum())
    share, spread = others.loc[WEEKS, ["so_far", "spread"]].astype(float)
    return len(ours), sold, round(share, 3), spread, rest


# What is left ------------------------------------------------------------------------------------


@sheet.number(
    id="buyout-markdown",
    objective="buyout-left",
    minutes=5,
    title=_("The clearance price"),
    unit="yuan",
    rel_tolerance=0.01,
    mistakes={
        "cost_floor": _(
            "You stopped at what a unit has cost. That money is gone, whatever you do now. Ask "
            "only what the sale brings."
        ),
        "half_price": _("You halved the price because sales halve prices. Ask what clears all."),
        "no_lower_than_salvage_pays": _(
            "That is the price below which units are better not sold in the sale. The price that "
            "clears all lies above it, so take that."
        ),
        "one_week": _("You counted the demand of one week. The sale has several."),
        "in_proportion": _(
            "You cut the price in proportion to the units. Demand grows faster than the price "
            "falls: take the root of the elasticity."
        ),
        "thrown_away": _("You gave the rest away. At a higher price all of it still goes."),
    },
)
def markdown(shop: Shop) -> sheet.Sheet:
    offer = _offer(shop, MARKDOWN)
    price, rest = float(offer["price"]), float(offer["salvage"])
    units = max(round(LEFT * offer["demand_mean"]), 2)
    weekly = max(round(STILL * offer["demand_mean"] / offer["weeks"]), 1)
    found = topic.markdown(units, price, weekly, elasticity=ELASTICITY, weeks=SALE, salvage=rest)
    asked = weekly * SALE
    return sheet.Sheet(
        prompt=_(
            "Of **{name}** {units:,} units are left. They cost ¥{paid:,.0f} each; at the price of "
            "¥{price:,.0f} still {weekly:,} a week are asked for. The sale has {weeks} weeks, the "
            "elasticity is {elasticity:g}, and what is left after it brings ¥{rest:,.0f}. Which "
            "**clearance price** brings most?"
        ).format(
            name=offer["name"],
            units=units,
            paid=offer["wholesale"],
            price=price,
            weekly=weekly,
            weeks=SALE,
            elasticity=ELASTICITY,
            rest=rest,
        ),
        case=(offer["name"], _("clearance price")),
        right=found.price,
        wrong={
            "cost_floor": offer["wholesale"],
            "half_price": price / 2,
            "no_lower_than_salvage_pays": rest * ELASTICITY / (ELASTICITY - 1),
            "one_week": price * (weekly / units) ** (1 / ELASTICITY),
            "in_proportion": price * asked / units,
            "thrown_away": rest,
        },
        above={_("what the cell prints"): topic.markdown(*CELL_LEFT, **CELL_SALE).price},
        hints=(
            _("Which of these numbers has still to be paid, and which is gone?"),
            _("Demand is units asked for × (new price / old price) to the minus elasticity."),
            _(
                "Set it equal to the units: the cell above does so, and looks at the salvage. "
                "Write these numbers into it."
            ),
        ),
        solution=_(
            "In {weeks} weeks {asked:,} units are asked for at the old price, and {units:,} are "
            "there: multiply the price by the ratio to the power of 1 / {elasticity:g}. What a "
            "unit has cost stands nowhere in it."
        ).format(weeks=SALE, asked=asked, units=units, elasticity=ELASTICITY),
        code=f"""
            from ecokit import buyout
            offer = shop.offers.set_index("offer_id").loc["{MARKDOWN}"]
            sale = {{"elasticity": {ELASTICITY}, "weeks": {SALE}, "salvage": offer["salvage"]}}
            buyout.markdown({units}, offer["price"], {weekly}, **sale).price
        """,
    )


# Tooling -----------------------------------------------------------------------------------------


@sheet.choice(
    id="buyout-tooling",
    objective="buyout-tooling",
    minutes=4,
    title=_("The moulds are half paid"),
    options=("stop", "go_on", "more", "break_even"),
)
def tooling(shop: Shop) -> sheet.ChoiceSheet:
    offer = _offer(shop, TOOLING)
    made = topic.custom(_law(offer), _terms(offer), 0.0)
    whole = round(DEARER * made.margin, -3)
    gone = round(GONE * whole, -3)
    units = topic.break_even(whole, offer["price"], offer["wholesale"])
    return sheet.ChoiceSheet(
        prompt=_(
            "**{name}** is to be made for you. An order of {n:,.0f} units, the best one, earns "
            "{margin} on average before tooling. Now the moulds turn out to cost {whole} in all, "
            "of which {gone} **are paid** and do not come back. What do you do?"
        ).format(
            name=offer["name"],
            n=made.quantity,
            margin=sheet.yuan(made.margin),
            whole=sheet.yuan(whole),
            gone=sheet.yuan(gone),
        ),
        case=(offer["name"], _("**are paid**")),
        right="go_on",
        options={
            "stop": _("Stop: the moulds cost more than the model earns"),
            "go_on": _("Go on with this order: what is still to be paid is less than it earns"),
            "more": _("Go on, and order more, so that each unit bears less of the moulds"),
            "break_even": _("Go on, and order the {n:,} units that pay for the moulds").format(
                n=units
            ),
        },
        reasons={
            "stop": _(
                "You counted money that is gone. In all the model loses {all}; who stops now "
                "loses {gone}, which is more."
            ).format(all=sheet.yuan(whole - made.margin), gone=sheet.yuan(gone)),
            "go_on": _(
                "Still to be paid: {ahead}. The order earns {margin}. Write down why it came to "
                "this, for the next one."
            ).format(ahead=sheet.yuan(whole - gone), margin=sheet.yuan(made.margin)),
            "more": _(
                "The moulds cost the same for each quantity. A unit more has to earn its own "
                "money, and above the best order it does not."
            ),
            "break_even": _(
                "These units have to be **sold**, not ordered. What is best to order does not hang "
                "on the moulds at all."
            ),
        },
        hints=(
            _("Which payments can you still avoid?"),
            _("Compare what is still to be paid with what the order earns from today on."),
        ),
        solution=_("Look ahead only: `buyout.custom(law, terms, tooling, gone=...)`."),
        code='"go_on"',
    )


# The deal ----------------------------------------------------------------------------------------


@sheet.number(
    id="buyout-walk-away",
    objective="buyout-deal",
    minutes=6,
    title=_("Where you walk away"),
    unit="yuan a unit",
    rel_tolerance=0.004,
    mistakes={
        "tooling_forgotten": _("You left the tooling out. Nobody pays it if there is no deal."),
        "all_sold": _(
            "You counted all units as sold at the full price. Some are left, and bring less."
        ),
        "left_worthless": _("You counted the units that are left as worth nothing."),
        "over_sold": _("You divided by the units sold. You pay for all that you order."),
        "break_even_margin": _(
            "You only took the tooling off the price, unit by unit sold. What is left has been "
            "forgotten."
        ),
    },
)
def walk_away(shop: Shop) -> sheet.Sheet:
    offer = _offer(shop, OEM)
    size = int(offer["demand_mean"])
    left = _left(offer, size)
    sold = size - left
    price, rest, fixed = offer["price"], offer["salvage"], offer["tooling"]
    income = price * sold + rest * left
    return sheet.Sheet(
        prompt=_(
            "The maker of **{name}** talks about {size:,} units. Of these {sold:,} are sold on "
            "average, at ¥{price:,.0f}; {left:,} are left and bring ¥{rest:,.0f} each. You would "
            "pay the tooling, {fixed}. From which wholesale price on is **no deal** better?"
        ).format(
            name=offer["name"],
            size=size,
            sold=sold,
            price=price,
            left=left,
            rest=rest,
            fixed=sheet.yuan(fixed),
        ),
        case=(offer["name"], _("**no deal**")),
        right=(income - fixed) / size,
        wrong={
            "tooling_forgotten": income / size,
            "all_sold": price - fixed / size,
            "left_worthless": (price * sold - fixed) / size,
            "over_sold": (income - fixed) / sold,
            "break_even_margin": price - fixed / sold,
        },
        hints=(
            _("What do you have without the deal? Nothing earned, nothing paid."),
            _("All that comes in, less the tooling, divided by the units that you pay for."),
        ),
        solution=_("({income} - {fixed}) over {size:,} units.").format(
            income=sheet.yuan(income), fixed=sheet.yuan(fixed), size=size
        ),
        code=f"""
            offer = shop.offers.set_index("offer_id").loc["{OEM}"]
            income = offer["price"] * {sold} + offer["salvage"] * {left}
            (income - offer["tooling"]) / {size}
        """,
    )


@sheet.number(
    id="buyout-split",
    objective="buyout-deal",
    minutes=6,
    title=_("A price that shares the gain"),
    unit="yuan a unit",
    rel_tolerance=0.002,
    mistakes={
        "alternative_forgotten": _(
            "You forgot what the maker earns elsewhere. Below that he walks away, so it comes "
            "first."
        ),
        "price_for_limit": _(
            "You took the price of the shop for your limit. Your limit is what you can pay "
            "without a loss: the task names it."
        ),
        "asked_for_limit": _(
            "You took what he asks for his limit. What he asks is an opening; his limit is his "
            "cost and what he gives up."
        ),
        "cost_and_price": _(
            "You took the middle between his cost and the price of the shop. Split the gain, not "
            "the price."
        ),
        "his_limit": _("That is the least he takes: he would gain nothing."),
        "our_limit": _("That is the most you can pay: you would gain nothing."),
    },
)
def split(shop: Shop) -> sheet.Sheet:
    offer = _offer(shop, SPLIT)
    size = int(offer["minimum"])
    left = _left(offer, size)
    price, made = float(offer["price"]), float(offer["supplier_cost"])
    income = price * (size - left) + offer["salvage"] * left
    high = round(float((income - offer["tooling"]) / size))
    theirs = max(round(0.3 * (high - made) * size, -2), 0.0)
    low = made + theirs / size
    return sheet.Sheet(
        prompt=_(
            "You talk about {size:,} units of **{name}**. With all costs counted you can pay "
            "¥{high:,.0f} a unit, at most. A unit costs the maker ¥{made:,.0f}, and with the same "
            "machines he would earn {theirs} **elsewhere**. He asks ¥{asked:,.0f}; in the shop a "
            "unit sells at ¥{price:,.0f}. At which wholesale price do you both gain the same?"
        ).format(
            size=size,
            name=offer["name"],
            high=high,
            made=made,
            theirs=sheet.yuan(theirs),
            asked=offer["wholesale"],
            price=price,
        ),
        case=(offer["name"], _("**elsewhere**")),
        right=(low + high) / 2,
        wrong={
            "alternative_forgotten": (made + high) / 2,
            "price_for_limit": (low + price) / 2,
            "asked_for_limit": (offer["wholesale"] + high) / 2,
            "cost_and_price": (made + price) / 2,
            "his_limit": low,
            "our_limit": high,
        },
        hints=(
            _("What is the least that he can accept, a unit?"),
            _("His cost, and what he earns elsewhere spread over the units."),
            _("The middle between both limits."),
        ),
        solution=_(
            "He needs ¥{low:,.2f} a unit, you can pay ¥{high:,.2f}: the middle shares the gain."
        ).format(low=low, high=high),
        code=f"""
            offer = shop.offers.set_index("offer_id").loc["{SPLIT}"]
            low = offer["supplier_cost"] + {theirs} / {size}
            (low + {high}) / 2
        """,
    )


# Risk --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Result:
    """What a contract brought over the seasons on which it is judged, yuan."""

    ours: float
    theirs: float
    bad: float  # what we earn in the worst tenth of the seasons, at most


@dataclass(frozen=True)
class _Table:
    """The negotiation: what is offered, and the seasons that come true."""

    offer: dict[str, Any]
    asked: NDArray[np.float64]

    @classmethod
    def of(cls, shop: Shop) -> _Table:
        offer = _offer(shop, CONTRACT)
        drawn = topic.profit_draws(_law(offer), 0, _terms(offer), seed=SEED, draws=SEASONS)
        return cls(offer, drawn["demand"].to_numpy(float))

    def result(self, plan: sheet.PlanAnswer) -> _Result:
        one = self.offer
        size, paid = plan["quantity"], plan["wholesale"]
        back = max(plan["buy_back"], one["salvage"])
        left = np.maximum(size - self.asked, 0.0)
        ours = one["price"] * (size - left) + back * left - paid * size
        theirs = (paid - one["supplier_cost"]) * size - (back - one["salvage"]) * left
        return _Result(float(ours.mean()), float(theirs.mean()), float(np.quantile(ours, 0.1)))

    @property
    def offered(self) -> sheet.PlanAnswer:
        """The plan of who takes the offer as it stands, with the best quantity."""
        terms = topic.Terms(
            *(self.offer[one] for one in ("price", "wholesale", "salvage", "buy_back"))
        )
        best = topic.shop_quantity(_law(self.offer), terms).quantity
        size = max(best, float(self.offer["minimum"]))
        return _stepped(size, terms.wholesale, terms.buy_back or 0.0)

    def countered(self, power: float) -> sheet.PlanAnswer:
        """Return the plan of who makes the counter-offer with this share of the gain."""
        one = self.offer
        terms = topic.Terms(
            *(one[name] for name in ("price", "wholesale", "salvage", "buy_back", "minimum"))
        )
        found = topic.counter_offer(_law(one), terms, one["supplier_cost"], power)
        return _stepped(found.quantity, found.terms.wholesale, found.terms.buy_back or 0.0)


def _stepped(quantity: float, wholesale: float, back: float) -> sheet.PlanAnswer:
    """Return a plan in the steps of the card."""
    return {
        "quantity": float(round(quantity)),
        "wholesale": round(10 * wholesale) / 10,
        "buy_back": round(10 * back) / 10,
    }


@sheet.plan(
    id="buyout-contract",
    objective="buyout-risk",
    minutes=12,
    title=_("A counter-offer"),
    fields=(
        sheet.Field("quantity", _("Units that you order"), 0, 5_000, 1, 500, "units"),
        sheet.Field("wholesale", _("Wholesale price"), 0, 1_500, 0.1, 300, "yuan"),
        sheet.Field("buy_back", _("Buy-back of a unit that is left"), 0, 1_500, 0.1, 150, "yuan"),
    ),
    mistakes={
        "all_comes_back": _(
            "The supplier would take everything back at the full price. He would bear all of the "
            "risk, and you would order without end. He refuses."
        ),
        "he_refuses": _(
            "The supplier earns less than under his own offer, and refuses. A better buy-back for "
            "you has to be paid for by the wholesale price."
        ),
        "expected_demand": _(
            "You order the demand that is expected, at the old terms. Nothing is gained by that: "
            "the terms have to change, and the quantity with them."
        ),
        "worse_end": _(
            "In bad seasons you earn less than under the offer. Let the buy-back carry a part of "
            "what is left."
        ),
        "gave_it_away": _(
            "The supplier agrees gladly, but most of the gain is his, or there is none. Lower the "
            "wholesale price until he is only a little better off."
        ),
    },
)
def contract(shop: Shop) -> sheet.PlanSheet:
    table = _Table.of(shop)
    offer, offered = table.offer, table.offered
    before = table.result(offered)
    whole = topic.channel_quantity(
        _law(offer), offer["price"], offer["supplier_cost"], offer["salvage"]
    )
    best = table.result(_stepped(whole.quantity, offer["wholesale"], offer["salvage"]))
    gain = best.ours + best.theirs - before.ours - before.theirs
    need = before.ours + NEED * gain

    def refused(plan: sheet.PlanAnswer) -> bool:
        return table.result(plan).theirs < before.theirs

    def score(plan: sheet.PlanAnswer) -> sheet.Score:
        found = table.result(plan)
        agreed, safe = not refused(plan), found.bad >= before.bad
        passed = bool(agreed and safe and found.ours >= need)
        part = (found.ours - before.ours) / max(need - before.ours, 1.0)
        points = 100 * min(max(part, 0.0), 1.0) - (0 if safe else 30)
        points = points if agreed else min(points, 100.0) * 0.3
        lines = (
            _("You earn {ours} on average; {need} are asked for."),
            _("In the worst tenth of the seasons you earn {bad} or less; under the offer {was}."),
            _("The supplier earns {theirs}; under his own offer {his}."),
        )
        told = {
            "ours": sheet.yuan(found.ours),
            "need": sheet.yuan(need),
            "bad": sheet.yuan(found.bad),
            "was": sheet.yuan(before.bad),
            "theirs": sheet.yuan(found.theirs),
            "his": sheet.yuan(before.theirs),
        }
        return sheet.Score(
            100 if passed else min(99, max(0, round(points))),
            passed,
            tuple(line.format(**told) for line in lines),
        )

    right = table.countered(0.7)
    return sheet.PlanSheet(
        prompt=_contract_prompt(offer, before, need),
        case=(offer["name"], _("counter-offer")),
        right=right,
        score=score,
        wrong=_bad_plans(table, right),
        detects=_detects(table, before, need, refused),
        hints=(
            _("How many units would both order if they were one firm?"),
            _("At which buy-back do you order so many for your own sake?"),
            _(
                "In the cell under “A buy-out that serves both” write the law and the terms of "
                "this offer, and `power=0.7`: it leaves him 30 % of the gain."
            ),
        ),
        solution=_(
            "Order what both together would, and let the buy-back carry a part of the risk. Judged "
            "are {n:,} seasons that nobody has seen; the supplier agrees to what leaves him no "
            "worse."
        ).format(n=SEASONS),
        code=f"""
            from ecokit import buyout
            offer = shop.offers.set_index("offer_id").loc["{CONTRACT}"]
            names = ["price", "wholesale", "salvage", "buy_back", "minimum"]
            law = buyout.belief(offer["demand_mean"], offer["demand_sd"]).demand()
            terms = buyout.Terms(*offer[names])
            found = buyout.counter_offer(law, terms, offer["supplier_cost"], power=0.7)
            plan = {{"quantity": round(found.quantity)}}
            plan["wholesale"] = round(found.terms.wholesale, 1)
            plan | {{"buy_back": round(found.terms.buy_back, 1)}}
        """,
    )


def _contract_prompt(offer: dict[str, Any], before: _Result, need: float) -> str:
    message = _(
        "**{name}**: price ¥{price:,.0f}, what is left brings ¥{rest:,.0f}, demand {mean:,.0f} "
        "units with a spread of {sd:,.1f}. Offered: wholesale ¥{paid:,.0f}, buy-back "
        "¥{back:,.0f}. A unit costs the supplier ¥{made:,.0f}.\n\nMake a **counter-offer**: "
        "quantity, wholesale price, buy-back. The supplier agrees to what leaves him no worse on "
        "average than his offer. You are to earn {need} on average (under the offer it is "
        "{was}), and no less than under the offer in the worst tenth of the seasons."
    )
    return message.format(
        name=offer["name"],
        price=offer["price"],
        rest=offer["salvage"],
        mean=offer["demand_mean"],
        sd=offer["demand_sd"],
        paid=offer["wholesale"],
        back=offer["buy_back"],
        made=offer["supplier_cost"],
        need=sheet.yuan(need),
        was=sheet.yuan(before.ours),
    )


def _bad_plans(table: _Table, right: sheet.PlanAnswer) -> dict[str, sheet.PlanAnswer | None]:
    offered = table.offered
    mean = float(table.offer["demand_mean"])
    return {
        "all_comes_back": right | {"buy_back": right["wholesale"]},
        "he_refuses": right | {"wholesale": round(right["wholesale"] - 10, 1)},
        "expected_demand": offered | {"quantity": mean},
        "worse_end": offered | {"quantity": float(round(1.15 * offered["quantity"]))},
        "gave_it_away": table.countered(0.1),
    }


def _detects(
    table: _Table,
    before: _Result,
    need: float,
    refused: Callable[[sheet.PlanAnswer], bool],
) -> dict[str, Callable[[sheet.PlanAnswer], bool]]:
    offer = table.offer
    mean, paid = float(offer["demand_mean"]), float(offer["wholesale"])

    def as_expected(plan: sheet.PlanAnswer) -> bool:
        return abs(plan["quantity"] - mean) <= 1 and plan["wholesale"] == paid

    return {
        "all_comes_back": lambda plan: 0 < plan["wholesale"] <= plan["buy_back"],
        "expected_demand": as_expected,
        "he_refuses": refused,
        "worse_end": lambda plan: table.result(plan).bad < before.bad,
        "gave_it_away": lambda plan: table.result(plan).ours < need,
    }
