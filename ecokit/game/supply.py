"""Goods of a week: what arrives, and what is ordered from the near and the far supplier."""

from __future__ import annotations

from ecokit.game.climate import Climate
from ecokit.game.fixed import PPM, divide, times
from ecokit.game.plan import Plan
from ecokit.game.rulebook import Rules


def receive_and_order(plan: Plan, week: int, now: Climate, rules: Rules) -> None:
    """Take in what arrives, then order up to the cover that the team wants.

    The near supplier fills up what would be short at the start of next week; the far supplier
    the rest of the cover. Orders are paid at once.

    Parameters
    ----------
    plan : Plan
        Of the team; it is filled in.
    week : int
        The week.
    now : Climate
        Of the week.
    rules : Rules
        Of the game.

    References
    ----------
    An order-up-to rule with two suppliers: Whittemore and Saunders (1977), Optimal inventory
    under stochastic demand with two supply options, SIAM Journal on Applied Mathematics 32(2).
    """
    coming = []
    for due, number, units, fen in plan.team.coming:
        if due <= week:
            plan.stock[number] += units
            plan.value[number] += fen
        else:
            coming.append((due, number, units, fen))
    for number, usual in enumerate(plan.team.trend):
        on_way = [one for one in coming if one[1] == number]
        near = _near(plan.stock[number], on_way, usual, week, now, rules)
        there = plan.stock[number] + sum(one[2] for one in on_way) + near
        far = max(0, divide(times(plan.chosen["cover"], usual), PPM) - there)
        for name, units in (("near", near), ("far", far)):
            if units:
                supplier = rules.suppliers[name]
                arrives = week + supplier.lead + (now.delay if name == "far" else 0)
                fen = units * unit_cost(plan, number, supplier.extra, now, rules)
                coming.append((arrives, number, units, fen))
                plan.cash -= fen
    plan.coming = coming


def _near(
    stock: int,
    on_way: list[tuple[int, int, int, int]],
    usual: int,
    week: int,
    now: Climate,
    rules: Rules,
) -> int:
    """Return the units that next week would be short of."""
    left = max(0, stock - divide(times(usual, now.season), PPM))
    next_week = left + sum(units for due, _n, units, _fen in on_way if due == week + 1)
    ahead = times(usual, rules.season(week + 1).demand)
    return max(0, divide(times(ahead, rules["near_part"]), PPM) - next_week)


def unit_cost(plan: Plan, number: int, extra: int, now: Climate, rules: Rules) -> int:
    """Return what a unit costs to buy this week, fen.

    Parameters
    ----------
    plan : Plan
        Of the team, whose front line may buy well.
    number : int
        The category.
    extra : int
        What the supplier asks above the usual, ppm.
    now : Climate
        Of the week.
    rules : Rules
        Of the game.

    Returns
    -------
    int
        Fen.

    References
    ----------
    The tables of the game.
    """
    usual = times(rules.categories[number].cost, now.purchase[number])
    return times(usual, PPM + extra + plan.effect("purchase"))
