"""Service of a week: who is answered in time, which parcels are late, and what comes back."""

from __future__ import annotations

from ecokit.game.climate import Climate
from ecokit.game.draws import Luck
from ecokit.game.fixed import PPM, divide, in_time, times
from ecokit.game.plan import Plan
from ecokit.game.rulebook import Rules


def answer(plan: Plan, week: int, now: Climate, luck: Luck, rules: Rules) -> None:
    """Find how many contacts come, and how many are answered in time.

    Parameters
    ----------
    plan : Plan
        Of the team; it is filled in.
    week : int
        The week.
    now : Climate
        Of the week.
    luck : Luck
        Of the game.
    rules : Rules
        Of the game.

    References
    ----------
    Erlang (1917).
    """
    visitors = sum(plan.visits.values())
    share = times(rules["ask_share"], now.asks)
    asked = luck.part(visitors, share, "asks", week, plan.seat)
    plan.contacts = asked + plan.team.asks
    hours = times(rules["handling_hours"], PPM + plan.effect("work"))
    load = plan.contacts * times(rules["busy_share"], hours)
    plan.answered = in_time(load, plan.chosen["seats"], rules["patience"])
    gain = times(rules["ask_in_time"], plan.answered)
    gain += times(rules["ask_late"], PPM - plan.answered)
    plan.talk = PPM + times(gain - PPM, rules["ask_share"])


def late_share(plan: Plan, now: Climate, rules: Rules) -> int:
    """Return the share of parcels that are late: the carrier's own, the season's, a surprise's.

    Parameters
    ----------
    plan : Plan
        Of the team.
    now : Climate
        Of the week.
    rules : Rules
        Of the game.

    Returns
    -------
    int
        Ppm.

    References
    ----------
    The tables of the game.
    """
    busy = times(max(0, now.season - PPM), rules["season_late"])
    return times(plan.effect("late"), PPM + busy) + now.late


def deliver(plan: Plan, week: int, now: Climate, luck: Luck, rules: Rules) -> None:
    """Deliver what was sold, late or not, and take back what customers return.

    Parameters
    ----------
    plan : Plan
        Of the team; it is filled in.
    week : int
        The week.
    now : Climate
        Of the week.
    luck : Luck
        Of the game.
    rules : Rules
        Of the game.

    References
    ----------
    The tables of the game.
    """
    orders = sum(plan.sold)
    plan.late = luck.part(orders, late_share(plan, now, rules), "late", week, plan.seat)
    late = divide(plan.late * PPM, orders) if orders else 0
    for category, sold in zip(rules.categories, plan.sold, strict=True):
        share = category.returns + times(late, rules["late_returns"])
        plan.returned.append(luck.part(sold, share, f"returns {category.name}", week, plan.seat))
