"""One week of the market: decisions in, what every company has then and how it came to it.

A week goes on in five steps. Goods arrive and are ordered (`supply`); people hear of each shop
and come (`_reach`); they choose one of them or the outside shop, as the attraction of each is to
that of all (`_demand`); who finds nothing looks elsewhere (`_spill`); each company serves, counts
and remembers (`_settle`). What all meet alike is the `climate`.

References
----------
Shares as own attraction over that of all: Cooper and Nakanishi (1988), Market-Share Analysis.
"""

from __future__ import annotations

from ecokit.game import service, supply
from ecokit.game.account import account, partner_orders
from ecokit.game.climate import Climate, climate
from ecokit.game.draws import Luck
from ecokit.game.fixed import PPM, divide, exp, power, times
from ecokit.game.memory import after
from ecokit.game.plan import Plan, Result
from ecokit.game.rulebook import Category, Rules
from ecokit.game.state import Decisions, Market, Team


def week(
    market: Market, decisions: list[Decisions], luck: Luck, rules: Rules
) -> tuple[Market, tuple[Result, ...]]:
    """Let a week go by.

    Parameters
    ----------
    market : Market
        Before the week.
    decisions : list of dict
        One of each team, in the order of the teams: a value for each field.
    luck : Luck
        Of the game.
    rules : Rules
        Of the game.

    Returns
    -------
    (Market, tuple of Result)
        After the week, and what it was.

    References
    ----------
    Cooper and Nakanishi (1988).

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> from ecokit.game.state import new_market
    >>> market = new_market(["Plum", "Pear"], rules())
    >>> after, (plum, pear) = week(
    ...     market, [team.decisions for team in market.teams], Luck.of_seed(1), rules()
    ... )
    >>> after.week, sum(plum.account.values()) == after.teams[0].equity - market.teams[0].equity
    (2, True)
    """
    now = climate(market.week, luck, rules)
    plans = [
        Plan.of(team, seat, chosen, rules)
        for seat, (team, chosen) in enumerate(zip(market.teams, decisions, strict=True))
    ]
    for plan in plans:
        supply.receive_and_order(plan, market.week, now, rules)
    _reach(plans, market.week, now, luck, rules)
    for number, category in enumerate(rules.categories):
        _demand(plans, number, category, market.week, now, luck, rules)
    done = [_settle(plan, market.week, now, luck, rules) for plan in plans]
    return Market(market.week + 1, tuple(t for t, _r in done)), tuple(r for _t, r in done)


def _reach(plans: list[Plan], week: int, now: Climate, luck: Luck, rules: Rules) -> None:
    """Find who hears of each shop, who comes, who asks, and who is answered in time."""
    spent = [
        divide(sum(plan.chosen[one.name] for plan in plans), len(plans)) for one in rules.channels
    ]
    for plan in plans:
        plan.reach = {
            "organic": rules["organic_reach"],
            "known": _saturated(rules["known_reach"], plan.team.known, rules["known_half"]),
        }
        for number, channel in enumerate(rules.channels):
            dear = PPM + times(
                divide(spent[number] * PPM, channel.usual) - PPM, rules["click_price"]
            )
            had = divide(plan.chosen[channel.name] * PPM, dear)
            plan.adstock.append(times(plan.team.adstock[number], channel.carry) + had)
            effect = times(now.channels[number], PPM + plan.effect("campaign"))
            reach = _saturated(
                channel.reach, plan.adstock[-1], divide(channel.half * PPM, PPM - channel.carry)
            )
            plan.reach[channel.name] = times(reach, effect)
        _partner(plan, plans, rules)
        usual = times(times(rules["visits"] * PPM, now.season), now.crowd)
        plan.visits = {
            source: luck.count(times(usual, reach), f"visits {source}", week, plan.seat)
            for source, reach in plan.reach.items()
        }
        plan.visits["partner"] = luck.count(
            times(usual, divide(sum(plan.crowd), len(plan.crowd))),
            "visits partner",
            week,
            plan.seat,
        )
        service.answer(plan, week, now, luck, rules)


def _saturated(most: int, amount: int, half: int) -> int:
    """Return what an amount brings where each further one brings less."""
    return divide(most * amount, amount + half)


def _partner(plan: Plan, plans: list[Plan], rules: Rules) -> None:
    """Share a partner's crowd among the teams that it works for."""
    others = sum(other.chosen["partner"] == plan.chosen["partner"] for other in plans) - 1
    share = divide(PPM * PPM, PPM + others * rules["partner_crowd"])
    plan.crowd = [times(plan.effect(one.name), share) for one in rules.categories]


def _attraction(plan: Plan, number: int, now: Climate, rules: Rules) -> int:
    """Return how strongly a shop draws buyers of a category."""
    elasticity = now.elasticities[number]
    price = plan.prices[number]
    used_to = divide(price * PPM, plan.team.used_to[number])
    reach = plan.total_reach + plan.crowd[number]
    found = times(reach, power(price, -elasticity))
    found = times(found, power(used_to, -rules["memory_weight"]))
    stars = plan.team.rating - rules["rating_start"]
    found = times(found, exp(times(stars, rules["rating_pull"])))
    found = times(found, PPM + plan.effect("attraction"))
    return times(found, plan.talk)


def _demand(
    plans: list[Plan],
    number: int,
    category: Category,
    week: int,
    now: Climate,
    luck: Luck,
    rules: Rules,
) -> None:
    """Let the buyers of a category choose a shop, and look elsewhere where nothing is left."""
    pulls = [_attraction(plan, number, now, rules) for plan in plans]
    weight = len(plans) * rules["outside_weight"]
    outside = times(weight, power(now.outside[number], -now.elasticities[number]))
    everyone = category.units * (len(plans) * PPM + weight)  # units in ppm
    everyone = times(times(everyone, now.season), now.sizes[number])
    for plan, pull in zip(plans, pulls, strict=True):
        mean = divide(everyone * pull, sum(pulls) + outside)
        named = f"buyers {category.name}"
        own = luck.factor(rules["team_spread"], named, week, f"spread {plan.seat}")
        plan.wanted.append(luck.count(times(mean, own), named, week, plan.seat))
        lost = times(plan.wanted[-1], rules["outage_loss"]) if plan.is_down(now, rules) else 0
        plan.sold.append(min(plan.wanted[-1] - lost, plan.stock[number]))
    _spill(plans, pulls, outside, number, rules)


def _spill(plans: list[Plan], pulls: list[int], outside: int, number: int, rules: Rules) -> None:
    """Let those who found nothing look at the other shops, the outside shop among them."""
    more = [0] * len(plans)
    for seat, plan in enumerate(plans):
        left = times(plan.wanted[number] - plan.sold[number], rules["substitution"])
        others = sum(pulls) - pulls[seat] + outside
        for other, pull in enumerate(pulls):
            if left and other != seat:
                more[other] += divide(left * pull, others)
    for plan, come in zip(plans, more, strict=True):
        taken = min(come, plan.stock[number] - plan.sold[number])
        plan.sold[number] += taken
        plan.from_rivals += taken


def _settle(plan: Plan, week: int, now: Climate, luck: Luck, rules: Rules) -> tuple[Team, Result]:
    """Deliver, count the money, and remember."""
    service.deliver(plan, week, now, luck, rules)
    lines = account(plan, rules)
    team = after(plan, lines, week, now, rules)
    result = Result(
        week=week,
        visits=plan.visits,
        contacts=plan.contacts,
        answered=plan.answered,
        late=plan.late,
        from_rivals=plan.from_rivals,
        down=plan.is_down(now, rules),
        prices=tuple(plan.prices),
        wanted=tuple(plan.wanted),
        sold=tuple(plan.sold),
        returned=tuple(plan.returned),
        stock=team.stock,
        partner_orders=sum(partner_orders(plan)),
        rating=team.rating,
        known=team.known,
        account=lines,
        news=now.news,
    )
    return team, result
