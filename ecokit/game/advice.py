"""What the course teaches, as a player: it reads its reports and the calendar, week by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

from ecokit.game.ending import Forecast
from ecokit.game.fixed import PPM, divide, in_time, times
from ecokit.game.play import View
from ecokit.game.rulebook import Channel

VARIABLE = (  # lines of the account that grow with orders
    *("sales", "giveaways", "refunds", "goods", "returned"),
    *("parcels", "picking", "payment", "partner"),
)


@dataclass(frozen=True)
class Advice:
    """The advice of the chapters, with its own leanings.

    Parameters
    ----------
    name : str
        Of the player.
    price, budget : int
        What it puts on the advised price and budget, ppm.
    safety : int
        Weeks of stock beyond what the calendar asks for, ppm.
    answered : int
        Contacts that it wants answered in time, ppm.
    kinds : tuple of str
        The kinds of decision that it takes; what it leaves stays as it came.
    choices : tuple of (field, choice)
        What it chooses once it may.

    References
    ----------
    Pages Pricing (cost and elasticity), Campaigns (equal marginal return, carry-over), Operations
    (lead time and safety), Service desk (Erlang C), Delivery, Partners.
    """

    name: str = "advice"
    price: int = 1_015_000
    budget: int = PPM
    safety: int = 350_000
    answered: int = 800_000
    kinds: tuple[str, ...] = (
        *("price", "campaign", "orders", "structure"),
        *("weights", "carrier", "partner", "it"),
    )
    choices: tuple[tuple[str, str], ...] = (
        ("weights", "deck"),
        ("delivery", "express"),
        ("partner", "distributor"),
        ("it", "hosted"),
        ("structure", "forces"),
    )

    def decide(self, view: View) -> tuple[dict[str, int | str], Forecast | None]:
        """Return what is to change, and a forecast."""
        wanted: dict[str, int | str] = {
            **prices(view, self.price),
            **budgets(view, self.budget),
            "cover": cover(view, self.safety),
            "seats": seats(view, self.answered),
            **dict(self.choices),
        }
        fields = view.rules.fields
        kept = {name: value for name, value in wanted.items() if fields[name].kind in self.kinds}
        return kept, forecast(view, kept)


def season(view: View, weeks: int) -> int:
    """Return the demand of the next weeks over a usual week's, on average, ppm."""
    return _mean([view.rules.season(view.week + number).demand for number in range(weeks)])


def _mean(found: Sequence[int]) -> int:
    return divide(sum(found), len(found))


def prices(view: View, lean: int) -> dict[str, int | str]:
    """Return prices from cost and elasticity: the markup of a shop that shares its market."""
    rules, found = view.rules, {}
    keen = _mean([rules.season(view.week + n).keen for n in range(view.form.weeks)])
    own = PPM - _share(view)
    for number, one in enumerate(rules.categories):
        elasticity = times(times(one.elasticity, PPM + keen), own)
        cost = _cost(view, number) + _handling(view)
        cost = times(cost, PPM + rules["payment_fee"] + one.returns // 4)
        price = divide(cost * elasticity, elasticity - PPM)
        found[f"price_{one.name}"] = times(divide(price * PPM, one.price), lean)
    return dict(found)


def _share(view: View) -> int:
    """Return a team's part of the market, the outside shop in it, were all alike, ppm."""
    teams = len(view.public[-1].prices) if view.public else 6
    return divide(PPM * PPM, teams * (PPM + view.rules["outside_weight"]))


def _cost(view: View, number: int) -> int:
    """Return what a unit costs to buy now: by the newest order, else by the stock's value."""
    bought = [one for one in view.team.coming if one[1] == number]
    if bought:
        return divide(bought[-1][3], bought[-1][2])
    stock = view.team.stock[number]
    return divide(view.team.value[number], stock) if stock else view.rules.categories[number].cost


def _handling(view: View) -> int:
    """Return what a further order costs to deliver, fen."""
    carrier = view.rules.choices["delivery"][view.team.decisions["delivery"]]
    return carrier.effects["order"] + view.rules["pick"]


def budgets(view: View, lean: int) -> dict[str, int | str]:
    """Return budgets whose last yuan brings a yuan: equal marginal return, with carry-over."""
    rules, found = view.rules, {}
    worth = times(_worth(view), PPM - 2 * _share(view))
    for number, channel in enumerate(rules.channels):
        effect = _brings(view, number, channel)
        ahead = season(view, max(view.form.weeks, 1 if channel.carry < PPM // 2 else 3))
        top = times(times(worth, times(channel.reach, effect)), ahead)
        dear = PPM
        if view.public:
            spent = [one[number] for one in view.public[-1].budgets]
            mean = _mean(spent)
            dear += times(divide(mean * PPM, channel.usual) - PPM, rules["click_price"])
        best = isqrt(max(0, divide(top * PPM, dear)) * channel.half) - channel.half
        found[channel.name] = times(times(max(0, best), dear), lean)
    return dict(found)


def _worth(view: View) -> int:
    """Return the contribution that a usual week's visitors bring, fen: recent weeks, no season."""
    if not view.own:
        return 90_000 * 100
    recent = view.own[-3:]
    margin = sum(sum(one.account[line] for line in VARIABLE) for one in recent)
    usual = view.rules["visits"] * PPM
    return divide(margin * usual, max(1, sum(sum(one.visits.values()) for one in recent)) * PPM)


def _brings(view: View, number: int, channel: Channel) -> int:
    """Return what a channel brings over what it usually does, by the visits of recent weeks."""
    seen, usual, had = 0, 0, _at_first(view, channel)
    half = divide(channel.half * PPM, PPM - channel.carry)
    for own, public in zip(view.own, view.public, strict=True):
        spent = [one[number] for one in public.budgets]
        mean = _mean(spent)
        dear = PPM + times(divide(mean * PPM, channel.usual) - PPM, view.rules["click_price"])
        had = times(had, channel.carry) + divide(spent[view.seat] * PPM, dear)
        reach = divide(channel.reach * had, had + half)
        visits = times(times(view.rules["visits"], view.rules.season(own.week).demand), reach)
        seen, usual = seen * 3 // 5 + own.visits[channel.name], usual * 3 // 5 + visits
    return divide((seen + 300) * PPM, usual + 300)


def _at_first(view: View, channel: Channel) -> int:
    """Return the adstock that every company starts with, fen."""
    usual = int(view.rules.fields[channel.name].default)
    return divide(usual * PPM, PPM - channel.carry)


def cover(view: View, safety: int) -> int:
    """Return weeks of stock: what the calendar asks for until the next order is there."""
    late = 1 if view.public and "port" in view.public[-1].news else 0
    weeks = view.rules.suppliers["far"].lead + 1 + late  # till the order after this is there
    needs = [
        sum(view.rules.season(view.week + first + n).demand for n in range(weeks))
        for first in range(view.form.weeks)
    ]
    return _mean(needs) + safety


def seats(view: View, answered: int) -> int:
    """Return the seats that answer in time, by Erlang's formula for the busy hour."""
    rules = view.rules
    usual = divide(rules["visits"] * rules["ask_share"], PPM) + 100
    if view.own:
        last = view.own[-1]
        usual = divide(last.contacts * PPM, rules.season(last.week).demand)
    expected = times(usual, season(view, view.form.weeks))
    chosen = view.team.decisions
    work = sum(rules.choices[n][chosen[n]].effects.get("work", 0) for n in rules.choices)
    hours = times(rules["handling_hours"], PPM + work)
    load = expected * times(rules["busy_share"], hours)
    most = rules.fields["seats"].high
    for number in range(1, most):
        if in_time(load, number, rules["patience"]) >= answered:
            return number
    return most


def forecast(view: View, changes: dict[str, int | str]) -> Forecast:
    """Return what is expected of a round: the last week's orders by season, what they leave."""
    rules, weeks = view.rules, view.form.weeks
    ahead = season(view, weeks) * weeks
    if not view.own:
        orders = times(sum(one.units for one in rules.categories), ahead)
        return Forecast(orders, rules["par_profit"] * weeks)
    last = view.own[-1]
    usual = rules.season(last.week).demand
    orders = divide(last.orders * ahead, usual)
    leaves = sum(last.account[line] for line in VARIABLE)
    fixed = sum(fen for line, fen in last.account.items() if line not in (*VARIABLE, "changes"))
    before = view.team.decisions
    each_costs = {**{one.name: 1 for one in rules.channels}, "seats": rules["seat"]}
    for name, each in each_costs.items():
        if name in changes:
            fixed -= (int(changes[name]) - int(before[name])) * each
    return Forecast(orders, divide(leaves * ahead, usual) + fixed * weeks)
