"""Wrong answers to the exercises of price strategies."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from ecokit import Shop, strategies
from tests.answers.road import Answer

CUT = 0.06  # what the prompts say of the promotion, the group deal and the hidden price
GROUP_PRICE, GROUP_COST = 0.95, 4080
LOW, HIGH, WORTH = 1880, 2710, 2460
RIVALS = 4


@dataclass(frozen=True)
class Phone:
    """The phone that the exercises ask about."""

    price: int
    cost: int
    units: int
    demand: Any


def _phone(shop: Shop) -> Phone:
    """Choose the phone as the notebook does."""
    phones = shop.products[shop.products["category"] == "phones"].set_index("product_id")
    year = shop.stock[shop.stock["product_id"].isin(phones.index)].groupby("product_id")
    found = year.agg(asked=("demand", "sum"), days=("demand", "size"), price=("price", "median"))
    found["cost"] = phones["cost"].reindex(found.index)
    found = found[(0.91 * found["price"] > found["cost"]) & (found["asked"] >= 20)]
    row = found.loc[found["asked"].idxmax()]
    price, units = round(row["price"]), round(365 * row["asked"] / row["days"])
    demand = strategies.calibrated(price, shop.truth["elasticity_phones"], units)
    return Phone(price, round(row["cost"]), units, demand)


def _four(phone: Phone) -> dict[str, Any]:
    return {
        "base": strategies.one_price(phone.demand, phone.cost, phone.price),
        "best": strategies.one_price(phone.demand, phone.cost),
        "segments": strategies.personalised(phone.demand, phone.cost, segments=2),
        "haggling": strategies.haggling(phone.demand, phone.cost),
    }


def _side_by_side(shop: Shop, column: str) -> object:
    found = _four(_phone(shop))
    return {name: round(float(getattr(outcome, column))) for name, outcome in found.items()}


def _rows_of_the_table(shop: Shop) -> object:
    """Copy the rows of the notebook's table, where three segments stand."""
    phone = _phone(shop)
    table = strategies.compare(strategies.side_by_side(phone.demand, phone.cost, phone.price))
    profit = table.set_index("strategy")["profit"]
    return {
        "base": round(float(profit["one_price"])),
        "best": round(float(_four(phone)["best"].profit)),
        "segments": round(float(profit["personalised"])),
        "haggling": round(float(profit["haggling"])),
    }


def _haggling_below_the_list(shop: Shop) -> object:
    phone = _phone(shop)
    capped = strategies.haggling(phone.demand, phone.cost, list_price=phone.price)
    return {name: round(float(outcome.profit)) for name, outcome in _four(phone).items()} | {
        "haggling": round(float(capped.profit))
    }


def _margin(shop: Shop) -> float:
    return 1 - _phone(shop).cost / _phone(shop).price


def _markup(shop: Shop) -> float:
    return _phone(shop).price / _phone(shop).cost - 1


def _group_price(shop: Shop) -> int:
    return round(GROUP_PRICE * _phone(shop).price)


def _top(shop: Shop) -> float:
    return float(round(_phone(shop).price, -2))


def _bid(shop: Shop, share: float) -> str:
    return f"¥{share * 0.8 * _top(shop):,.0f}"  # the prompt: worth four fifths of the top


ANSWERS: list[Answer] = [
    Answer(
        "pricing-side-by-side",
        "Copied price now, personalised and haggling from the table of the notebook.",
        "That table sorts into three segments; two are asked for.",
        _rows_of_the_table,
        {"base": 115415, "best": 163868, "segments": 245802, "haggling": 163868},
    ),
    Answer(
        "pricing-side-by-side",
        "Took the revenue of the four outcomes.",
        "Revenue instead of profit.",
        lambda shop: _side_by_side(shop, "revenue"),
        {"base": 1171603, "best": 848030, "segments": 1130707, "haggling": 1532688},
    ),
    Answer(
        "pricing-side-by-side",
        "Took the column consumer_surplus.",
        "What is left to the customers instead of the shop's profit.",
        lambda shop: _side_by_side(shop, "consumer_surplus"),
        {"base": 195267, "best": 81934, "segments": 72830, "haggling": 163868},
    ),
    Answer(
        "pricing-side-by-side",
        "Called haggling with the price now as list price.",
        "A ceiling that the exercise does not set: customers who value it more pay less.",
        _haggling_below_the_list,
        {"base": 115415, "best": 163868, "segments": 218491, "haggling": 115415},
    ),
    Answer(
        "pricing-personal-price",
        "Prices are free, and nobody sees the price of somebody else.",
        "The law limits different prices by automated decisions.",
        lambda _shop: "allowed",
        "allowed",
    ),
    Answer(
        "pricing-personal-price",
        "The page says that Europe asks to tell customers; so told, it is fair.",
        "A line in the terms does not make an unreasonable difference reasonable.",
        lambda _shop: "disclose",
        "disclose",
    ),
    Answer(
        "pricing-personal-price",
        "Stayed on the safe side.",
        "A student price or a trade-in is allowed; not every difference is forbidden.",
        lambda _shop: "one_price",
        "one_price",
    ),
    Answer(
        "pricing-cut-volume",
        "Divided the cut by the margin.",
        "What is left of the margin stands below the line, not the margin before.",
        lambda shop: f"{CUT / _margin(shop):.0%}",
        "61%",
    ),
    Answer(
        "pricing-cut-volume",
        "Looked for the units that keep the revenue: 1 over 0.94, less 1.",
        "Revenue instead of profit.",
        lambda _shop: f"{1 / (1 - CUT) - 1:.1%}",
        "6.4%",
    ),
    Answer(
        "pricing-cut-volume",
        "Multiplied the cut by the elasticity.",
        "By how much units do grow, not by how much they must.",
        lambda shop: f"{-CUT * shop.truth['elasticity_phones']:.0%}",
        "18%",
    ),
    Answer(
        "pricing-cut-volume",
        "Put the markup on cost into cut over margin less cut.",
        "A markup instead of a margin.",
        lambda shop: f"{strategies.break_even_uplift(_markup(shop), CUT):.0%}",
        "122%",
    ),
    Answer(
        "pricing-group-threshold",
        "Divided the cost of the deal by what a unit leaves, and rounded as usual.",
        "Rounded down: this many do not cover it yet.",
        lambda shop: str(floor(GROUP_COST / (_group_price(shop) - _phone(shop).cost))),
        "40",
    ),
    Answer(
        "pricing-group-threshold",
        "Divided the cost of the deal by the usual margin of a unit.",
        "The old price instead of the price of the deal.",
        lambda shop: str(ceil(GROUP_COST / (_phone(shop).price - _phone(shop).cost))),
        "20",
    ),
    Answer(
        "pricing-group-threshold",
        "Divided the cost of the deal by its price.",
        "Revenue instead of what a unit leaves over its cost.",
        lambda shop: str(ceil(GROUP_COST / _group_price(shop))),
        "3",
    ),
    Answer(
        "pricing-bid-shading",
        "Bid what it is worth.",
        "Right only where the second bid is paid.",
        lambda shop: _bid(shop, 1),
        "¥1,680",
    ),
    Answer(
        "pricing-bid-shading",
        "Took (n - 1) / n with n = 4.",
        "Counted the others and forgot oneself.",
        lambda shop: _bid(shop, (RIVALS - 1) / RIVALS),
        "¥1,260",
    ),
    Answer(
        "pricing-bid-shading",
        "Bid half of what it is worth.",
        "The rule for two bidders.",
        lambda shop: _bid(shop, 1 / 2),
        "¥840",
    ),
    Answer(
        "pricing-bid-shading",
        "Took n / (n + 1) with five bidders.",
        "The expected largest value of five, not the bid.",
        lambda shop: _bid(shop, (RIVALS + 1) / (RIVALS + 2)),
        "¥1,400",
    ),
    Answer(
        "pricing-reserve",
        "Took what the broker pays, since below it the broker is better.",
        "The lowest price that does no harm, not the one that earns most.",
        lambda shop: f"{0.3 * _top(shop):,.0f}",
        "630",
    ),
    Answer(
        "pricing-reserve",
        "Took half of the highest value.",
        "The broker is left out.",
        lambda shop: f"{_top(shop) / 2:,.0f}",
        "1,050",
    ),
    Answer(
        "pricing-reserve",
        "Took the second highest bid that five bidders make on average.",
        "The best reserve does not hang on the number of bidders.",
        lambda shop: f"{_top(shop) * RIVALS / (RIVALS + 2):,.0f}",
        "1,400",
    ),
    Answer(
        "pricing-name-your-price",
        "Called best_bids without bids=2.",
        "The best single bid.",
        lambda _shop: f"{strategies.best_bids(WORTH, LOW, HIGH).bids[0, 0]:,.0f}",
        "2,170",
    ),
    Answer(
        "pricing-name-your-price",
        "Took the second of the two bids.",
        "The wrong column.",
        lambda _shop: f"{strategies.best_bids(WORTH, LOW, HIGH, bids=2).bids[0, 1]:,.0f}",
        "2,267",
    ),
    Answer(
        "pricing-name-your-price",
        "Took the middle of the range, where the hidden price lies on average.",
        "What it is worth to the bidder is left out.",
        lambda _shop: f"{(LOW + HIGH) / 2:,.0f}",
        "2,295",
    ),
    Answer(
        "pricing-name-your-price",
        "Divided the whole range into three steps and took the first.",
        "No bid above the worth is ever made, so the steps end there.",
        lambda _shop: f"{LOW + (HIGH - LOW) / 3:,.0f}",
        "2,157",
    ),
    Answer(
        "pricing-experience",
        "Took 0.9 to the power of 8, for eight lots.",
        "10 % less a lot instead of a doubling.",
        lambda shop: f"{_phone(shop).cost * 0.9**8:,.0f}",
        "808",
    ),
    Answer(
        "pricing-experience",
        "Took 10 % off for each of three doublings: 30 %.",
        "Each doubling takes 10 % off what is left, not off the first cost.",
        lambda shop: f"{_phone(shop).cost * 0.7:,.0f}",
        "1,313",
    ),
    Answer(
        "pricing-experience",
        "Called experience_cost with 8 lots and no rate.",
        "The 80 % curve, which the function takes without being told.",
        lambda shop: f"{strategies.experience_cost(_phone(shop).cost, 8).item():,.0f}",
        "961",
    ),
    Answer(
        "pricing-experience",
        "Called experience_cost with 800 units.",
        "The known cost is that of the hundredth unit, not of the first.",
        lambda shop: f"{strategies.experience_cost(_phone(shop).cost, 800, 0.9).item():,.0f}",
        "679",
    ),
    Answer(
        "pricing-launch-plan",
        "Pressed Check with the numbers at their start.",
        "Sold below cost in the end.",
        lambda _shop: {"launch": 100, "weeks": 8, "later": 90, "sale": 20},
        {"launch": 100, "weeks": 8, "later": 90, "sale": 20},
    ),
    Answer(
        "pricing-launch-plan",
        "Copied the plan of the cell of the notebook.",
        "A good plan, and not within 4 % of the best one.",
        lambda _shop: {"launch": 110, "weeks": 8, "later": 95, "sale": 10},
        {"launch": 110, "weeks": 8, "later": 95, "sale": 10},
    ),
    Answer(
        "pricing-launch-plan",
        "Skimmed hard: the highest launch price, for long, then a cut.",
        "The keen are few, and the others wait while the phone ages.",
        lambda _shop: {"launch": 140, "weeks": 16, "later": 110, "sale": 20},
        {"launch": 140, "weeks": 16, "later": 110, "sale": 20},
    ),
    Answer(
        "pricing-launch-plan",
        "Started low to have everybody at once.",
        "Nothing here makes users bring users, and each unit leaves next to nothing.",
        lambda _shop: {"launch": 92, "weeks": 12, "later": 90, "sale": 0},
        {"launch": 92, "weeks": 12, "later": 90, "sale": 0},
    ),
]
