"""What a company takes from a week into the next."""

from __future__ import annotations

from ecokit.game.account import NOT_CASH
from ecokit.game.climate import Climate
from ecokit.game.fixed import PPM, divide, times
from ecokit.game.plan import Plan
from ecokit.game.rulebook import Rules
from ecokit.game.state import Team


def after(plan: Plan, account: dict[str, int], week: int, now: Climate, rules: Rules) -> Team:
    """Return the company after a week.

    Parameters
    ----------
    plan : Plan
        Of the team, delivered and counted.
    account : dict
        Its profit account.
    week : int
        The week.
    now : Climate
        Of the week.
    rules : Rules
        Of the game.

    Returns
    -------
    Team
        Before the next week.

    References
    ----------
    The tables of the game.
    """
    due = list(plan.team.due)
    if plan.receivable:
        due.append((week + plan.effect("settlement"), plan.receivable))
    paid = sum(fen for when, fen in due if when <= week)
    moved = sum(fen for name, fen in account.items() if name not in NOT_CASH)
    cash = plan.team.cash - plan.team.debt + plan.cash + moved - plan.receivable + paid
    return Team(
        name=plan.team.name,
        cash=max(cash, 0),
        debt=max(-cash, 0),
        stock=tuple(plan.stock),
        value=tuple(plan.value),
        coming=tuple(plan.coming),
        due=tuple(one for one in due if one[0] > week),
        adstock=tuple(plan.adstock),
        rating=_rating(plan, rules),
        known=_known(plan, rules),
        served=plan.team.served + sum(plan.sold),
        used_to=_used_to(plan, rules),
        trend=_trend(plan, now, rules),
        asks=_asks(plan, rules),
        contract=_contract(plan),
        decisions=plan.chosen,
    )


def _rating(plan: Plan, rules: Rules) -> int:
    """Move the rating towards what this week's service earns."""
    orders, wanted = sum(plan.sold), sum(plan.wanted)
    late = divide(plan.late * PPM, orders) if orders else 0
    empty = divide(max(0, wanted - orders) * PPM, wanted) if wanted else 0
    earned = rules["rating_best"] - times(rules["rating_wait"], PPM - plan.answered)
    earned -= times(rules["rating_late"], late) + times(rules["rating_empty"], empty)
    found = times(plan.team.rating, rules["rating_carry"])
    found += times(earned, PPM - rules["rating_carry"])
    return max(rules["rating_low"], min(found, rules["rating_high"]))


def _known(plan: Plan, rules: Rules) -> int:
    stay = plan.team.known - times(plan.team.known, rules["known_loss"])
    return stay + times(sum(plan.sold), rules["known_gain"])


def _used_to(plan: Plan, rules: Rules) -> tuple[int, ...]:
    carry = rules["memory_carry"]
    return tuple(
        times(before, carry) + times(price, PPM - carry)
        for before, price in zip(plan.team.used_to, plan.prices, strict=True)
    )


def _trend(plan: Plan, now: Climate, rules: Rules) -> tuple[int, ...]:
    """Move the estimate of a usual week's sales towards this week's, without its season."""
    carry = rules["trend_carry"]
    return tuple(
        times(before, carry) + times(divide(wanted * PPM * PPM, now.season), PPM - carry)
        for before, wanted in zip(plan.team.trend, plan.wanted, strict=True)
    )


def _asks(plan: Plan, rules: Rules) -> int:
    late = times(plan.late, rules["late_asks"])
    return late + times(sum(plan.returned), rules["return_asks"])


def _contract(plan: Plan) -> int:
    """Count a partner's contract down; it begins with the deal."""
    if plan.chosen["partner"] != plan.team.decisions["partner"]:
        return max(0, plan.effect("contract") - 1)
    return max(0, plan.team.contract - 1)
