"""The profit account of a week: every fen in one line, and the lines add up to the profit."""

from __future__ import annotations

from collections.abc import Iterator

from ecokit.game.fixed import PPM, divide, times
from ecokit.game.plan import Plan
from ecokit.game.rulebook import Rules

LINES = {  # of the account: what a reader is told
    "sales": "Sales",
    "giveaways": "Given away by the front line",
    "refunds": "Refunds",
    "goods": "Cost of goods sold",
    "returned": "Goods that came back",
    "ageing": "Ageing of stock",
    "storage": "Storage",
    "campaigns": "Campaigns",
    "parcels": "Carriers and warehouses",
    "picking": "Picking and packing",
    "payment": "Payment fees",
    "desk": "Service desk",
    "front": "Front line",
    "structure": "Structure",
    "partner": "Partner",
    "it": "IT systems",
    "changes": "Changes and broken contracts",
    "credit": "Interest",
}
NOT_CASH = ("goods", "returned", "ageing")  # they change the value of stock, not the cash


def account(plan: Plan, rules: Rules) -> dict[str, int]:
    """Return the profit account of a week, and give the stock its value after it.

    Parameters
    ----------
    plan : Plan
        Of the team, delivered.
    rules : Rules
        Of the game.

    Returns
    -------
    dict
        Fen by line, costs below 0.

    References
    ----------
    Stock at moving average cost: IAS 2, Inventories.
    """
    asked = [times(one.price, by) for one, by in zip(rules.categories, plan.prices, strict=True)]
    sales = sum(n * fen for n, fen in zip(plan.sold, asked, strict=True))
    refunds = sum(n * fen for n, fen in zip(plan.returned, asked, strict=True))
    given = plan.effect("giveaway")
    partner = sum(n * fen for n, fen in zip(partner_orders(plan), asked, strict=True))
    commission = times(partner, plan.effect("commission"))
    plan.receivable = partner - commission if plan.effect("settlement") else 0
    found = {
        "sales": sales,
        "giveaways": -times(sales, given),
        "refunds": -times(refunds, PPM - given),
        **_stock(plan, rules),
        "campaigns": -sum(plan.chosen[one.name] for one in rules.channels),
        "parcels": -_weekly(plan, "delivery", rules) - sum(plan.sold) * plan.effect("order"),
        "picking": -_picking(plan, rules),
        "payment": -times(sales, rules["payment_fee"]),
        "desk": -plan.chosen["seats"] * rules["seat"],
        "front": -_weekly(plan, "weights", rules),
        "structure": -_weekly(plan, "structure", rules),
        "partner": -_weekly(plan, "partner", rules) - commission,
        "it": -_weekly(plan, "it", rules),
        "changes": -sum(_changes(plan, rules)),
        "credit": -times(plan.team.debt, rules["credit"]),
    }
    return {name: found[name] for name in LINES}


def partner_orders(plan: Plan) -> list[int]:
    """Return the orders that came by the partner, by category.

    Parameters
    ----------
    plan : Plan
        Of the team.

    Returns
    -------
    list of int
        Units.

    References
    ----------
    The tables of the game.
    """
    return [
        divide(sold * crowd, plan.total_reach + crowd)
        for sold, crowd in zip(plan.sold, plan.crowd, strict=True)
    ]


def _stock(plan: Plan, rules: Rules) -> dict[str, int]:
    """Take what was sold out of the stock's value, put back what returned, let it age."""
    goods = back = aged = 0
    for number, category in enumerate(rules.categories):
        sold, stock, value = plan.sold[number], plan.stock[number], plan.value[number]
        cost = divide(value * sold, stock) if stock else 0
        again = divide(cost * plan.returned[number], sold) if sold else 0
        again = times(again, rules["returned_value"])
        older = times(value - cost + again, category.ageing)
        plan.value[number] = value - cost + again - older
        plan.stock[number] = stock - sold + plan.returned[number]
        goods, back, aged = goods - cost, back + again, aged - older
    stored = -times(sum(plan.value), rules["storage"])
    return {"goods": goods, "returned": back, "ageing": aged, "storage": stored}


def _weekly(plan: Plan, name: str, rules: Rules) -> int:
    return rules.choices[name][plan.chosen[name]].effects.get("weekly", 0)


def _picking(plan: Plan, rules: Rules) -> int:
    """Return what picking costs: less with each order that was ever served."""
    served = plan.team.served
    learned = divide(rules["learning"] * served, served + rules["learning_half"])
    return sum(plan.sold) * times(rules["pick"], PPM - learned)


def _changes(plan: Plan, rules: Rules) -> Iterator[int]:
    """Yield what it costs to choose anew, and to leave a partner before the contract ends."""
    before = plan.team.decisions
    for name, choices in rules.choices.items():
        if plan.chosen[name] != before[name]:
            yield choices[plan.chosen[name]].effects.get("setup", 0)
    if plan.chosen["partner"] != before["partner"]:
        left = rules.choices["partner"][before["partner"]]
        yield plan.team.contract * left.effects["weekly"]
