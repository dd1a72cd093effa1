"""The end of a game: four weeks on with the last decisions, what is left, and the score."""

from __future__ import annotations

from dataclasses import dataclass

from ecokit.game.draws import Luck
from ecokit.game.fixed import PPM, divide, times
from ecokit.game.market import week
from ecokit.game.plan import Result
from ecokit.game.rulebook import Rules
from ecokit.game.state import Market, Team


@dataclass(frozen=True)
class Forecast:
    """What a team expects of a round: orders, and profit in fen."""

    orders: int
    profit: int


@dataclass(frozen=True)
class Score:
    """A team's score: points in ppm, money in fen.

    Parameters
    ----------
    name : str
        Of the team.
    profit : int
        Of the game and the weeks after it.
    left : int
        What selling the rest adds: stock and open orders below their value, broken contracts.
    points_profit, points_customers, points_stock, points_forecast : int
        Parts of the score.
    """

    name: str
    profit: int
    left: int
    points_profit: int
    points_customers: int
    points_stock: int
    points_forecast: int

    @property
    def points(self) -> int:
        """All points, ppm."""
        business = self.points_profit + self.points_customers + self.points_stock
        return business + self.points_forecast


def run_on(market: Market, luck: Luck, rules: Rules) -> tuple[Market, list[tuple[Result, ...]]]:
    """Let the companies run on with their last decisions, as long as the rules say.

    Parameters
    ----------
    market : Market
        After the last round.
    luck : Luck
        Of the game.
    rules : Rules
        Of the game.

    Returns
    -------
    (Market, list of tuple of Result)
        After these weeks, and each of them.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> from ecokit.game.state import new_market
    >>> run_on(new_market(["Plum"], rules(), week=13), Luck.of_seed(1), rules())[0].week
    17
    """
    results = []
    for _week in range(rules["after_weeks"]):
        market, found = week(market, [team.decisions for team in market.teams], luck, rules)
        results.append(found)
    return market, results


def left_over(team: Team, rules: Rules) -> int:
    """Return what closing the company adds to its profit, fen: a loss as a rule.

    Parameters
    ----------
    team : Team
        After the last week.
    rules : Rules
        Of the game.

    Returns
    -------
    int
        Stock at salvage and open orders at what they bring, less their value; the rest of a
        contract. What partners owe is paid in full.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> from ecokit.game.state import new_team
    >>> team = new_team("Plum", rules())
    >>> left_over(team, rules()) == -sum(team.value) * 18 // 100
    True
    """
    stock, coming = sum(team.value), sum(one[3] for one in team.coming)
    found = times(stock, rules["salvage"]) - stock
    found += times(coming, rules["open_orders"]) - coming
    partner = rules.choices["partner"][team.decisions["partner"]]
    return found - team.contract * partner.effects["weekly"]


def accuracy(expected: Forecast | None, orders: int, profit: int, weeks: int, rules: Rules) -> int:
    """Return how near a forecast was: 1 when it was right, 0 from an error that the rules name.

    Parameters
    ----------
    expected : Forecast or None
        Of the round; without one, 0.
    orders, profit : int
        What the round was.
    weeks : int
        Weeks of the round.
    rules : Rules
        Of the game.

    Returns
    -------
    int
        Ppm. The error of orders is a share of the orders, that of profit a share of what a
        usual week earns, or of the profit itself where that is more.

    References
    ----------
    Errors over a scale that cannot be 0: Hyndman and Koehler (2006), Another look at measures of
    forecast accuracy, International Journal of Forecasting 22(4).

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> accuracy(Forecast(500, 2_500_000), 500, 2_500_000, 1, rules())
    1000000
    """
    if expected is None:
        return 0
    usual = rules["par_profit"] * weeks
    of_orders = divide(abs(expected.orders - orders) * PPM, max(orders, 1))
    of_profit = divide(abs(expected.profit - profit) * PPM, max(usual, abs(profit)))
    limit = rules["forecast_zero"]
    near = [max(0, PPM - divide(error * PPM, limit)) for error in (of_orders, of_profit)]
    return divide(sum(near), len(near))


def score(team: Team, profit: int, weeks: int, accuracies: list[int], rules: Rules) -> Score:
    """Return the score of a team.

    Parameters
    ----------
    team : Team
        After the last week of all.
    profit : int
        Of all weeks, fen.
    weeks : int
        How many they were.
    accuracies : list of int
        Of the rounds.
    rules : Rules
        Of the game.

    Returns
    -------
    Score
        Profit and what is left, over a par; customers by how they rate the shop; stock between
        two bounds; forecasts.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> from ecokit.game.state import new_team
    >>> score(new_team("Plum", rules()), 0, 16, [PPM], rules()).points_forecast
    20000000
    """
    left = left_over(team, rules)
    par = rules["par_profit"] * weeks
    liked = divide(
        (team.rating - rules["rating_low"]) * PPM, rules["rating_start"] - rules["rating_low"]
    )
    customers = divide(team.known * liked, rules["par_customers"])
    near = divide(sum(accuracies), len(accuracies)) if accuracies else 0
    return Score(
        name=team.name,
        profit=profit,
        left=left,
        points_profit=divide(rules["points_profit"] * (profit + left) * PPM, par),
        points_customers=rules["points_customers"] * customers,
        points_stock=rules["points_stock"] * _in_order(team, rules),
        points_forecast=rules["points_forecast"] * near,
    )


def _in_order(team: Team, rules: Rules) -> int:
    """Return 1 where the stock lasts neither too short nor too long, less beyond, ppm."""
    usual = sum(
        times(trend, one.cost) for trend, one in zip(team.trend, rules.categories, strict=True)
    )
    lasts = divide(sum(team.value) * PPM, max(usual, 1))
    low, high = rules["stock_low"], rules["stock_high"]
    if lasts < low:
        return divide(lasts * PPM, low)
    return PPM if lasts <= high else divide(high * PPM, lasts)
