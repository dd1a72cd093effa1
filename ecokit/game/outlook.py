"""A base for a forecast: what a round would be by the calendar alone.

It knows no luck and no rival's plan: before the first round it is a company left as it came in a
usual market, later the team's own last round, moved to the weeks that come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from ecokit.game.advice import VARIABLE
from ecokit.game.draws import Luck
from ecokit.game.ending import Forecast
from ecokit.game.fixed import divide
from ecokit.game.market import week
from ecokit.game.plan import Result
from ecokit.game.play import Format
from ecokit.game.rulebook import FEN, Rules, rules
from ecokit.game.state import new_market
from ecokit.messages import _, _n, yuan

ONCE = "changes"  # the line of the account that does not come again


def weeks_of(number: int, form: Format) -> range:
    """Return the weeks of a round; the practice week is as week 1.

    Parameters
    ----------
    number : int
        The round, 0 for the practice week.
    form : Format
        Of the game.

    Returns
    -------
    range
        Their numbers.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> from ecokit.game.play import ROOM
    >>> list(weeks_of(3, ROOM)), list(weeks_of(0, ROOM))
    ([5, 6], [1])
    """
    first = 1 + max(number - 1, 0) * form.weeks
    return range(first, first + (form.weeks if number else 1))


@cache
def as_it_came(weeks: int) -> Forecast:
    """Return what a company left as it came takes and earns in its first weeks.

    Parameters
    ----------
    weeks : int
        How many.

    Returns
    -------
    Forecast
        In a usual market, among companies like it, without luck.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> as_it_came(2).orders > 1.8 * as_it_came(1).orders
    True
    """
    market = new_market(["A", "B", "C", "D"], rules())
    orders = profit = 0
    for _week in range(weeks):
        chosen = [team.decisions for team in market.teams]
        market, found = week(market, chosen, Luck.of_seed(0, still=True), rules())
        orders, profit = orders + found[0].orders, profit + found[0].profit
    return Forecast(orders, profit)


def by_calendar(last: Sequence[Result], ahead: Sequence[int], book: Rules) -> Forecast:
    """Return a team's last round in the demand of other weeks, all else as it was.

    Parameters
    ----------
    last : sequence of Result
        Its weeks of the last round.
    ahead : sequence of int
        The weeks that come.
    book : Rules
        Of the game.

    Returns
    -------
    Forecast
        Orders by demand; of the account, what grows with orders by demand and the rest by weeks.

    References
    ----------
    Seasonal indices: Hyndman and Athanasopoulos (2021), Forecasting: principles and practice.
    """
    old = sum(book.season(one.week).demand for one in last)
    new = sum(book.season(number).demand for number in ahead)
    grows = sum(one.account[line] for one in last for line in VARIABLE)
    kept = sum(
        fen for one in last for line, fen in one.account.items() if line not in (*VARIABLE, ONCE)
    )
    orders = divide(sum(one.orders for one in last) * new, old)
    return Forecast(orders, divide(grows * new, old) + divide(kept * len(ahead), len(last)))


def base(number: int, form: Format, last: Sequence[Result] | None) -> Forecast:
    """Return the base of a forecast for a round.

    Parameters
    ----------
    number : int
        The round, 0 for the practice week.
    form : Format
        Of the game.
    last : sequence of Result or None
        A team's own weeks of the round before; None before the first.

    Returns
    -------
    Forecast
        To whole yuan.

    References
    ----------
    The course's own.
    """
    ahead = weeks_of(number, form)
    found = by_calendar(last, ahead, rules()) if last else as_it_came(len(ahead))
    return replace(found, profit=divide(found.profit, FEN) * FEN)


def sentences(number: int, form: Format, last: Sequence[Result] | None) -> list[str]:
    """Return the base of a forecast in words.

    Parameters
    ----------
    number, form, last
        As of `base`.

    Returns
    -------
    list of str
        What it is, and what it leaves out.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> from ecokit.game.play import ROOM
    >>> print(sentences(1, ROOM, None)[0])
    Forecast the 2 weeks of the round together, not one week.
    """
    ahead, found = weeks_of(number, form), base(number, form, last)
    several = _n(
        "Forecast the one week of the round.",
        "Forecast the {n} weeks of the round together, not one week.",
        len(ahead),
    )
    told = {
        "orders": f"{found.orders:,}",
        "profit": yuan(divide(found.profit, FEN)),
        "n": len(ahead),
    }
    if last:
        before = {
            "was": f"{sum(one.orders for one in last):,}",
            "earned": yuan(divide(sum(one.profit for one in last), FEN)),
        }
        by = _(
            "A base: your last round had {was} orders and {earned}. The calendar alone makes "
            "{orders} orders and {profit} of it, all else as it was. What you change, rivals and "
            "luck come on top."
        )
        return [several.format(**told), by.format(**told, **before)]
    usual = _n(
        "A base: in a usual market a company left as it came takes about {orders} orders in such "
        "a week and earns about {profit}.",
        "A base: in a usual market a company left as it came takes about {orders} orders in these "
        "{n} weeks and earns about {profit}.",
        len(ahead),
    )
    other = _(
        "No market is usual: half of all games lie within a quarter of these orders and within two "
        "fifths of this profit, the others further off."
    )
    found_words = [several.format(**told), usual.format(**told), other]
    if number and form.weeks > 1:
        found_words.append(
            _("The practice week was one week, in another market: do not start from its numbers.")
        )
    return found_words
