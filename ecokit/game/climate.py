"""What all teams meet alike: the calendar, what differs from game to game, and surprises."""

from __future__ import annotations

from dataclasses import dataclass

from ecokit.game.draws import Luck
from ecokit.game.fixed import PPM, times
from ecokit.game.rulebook import Rules, Surprise


@dataclass(frozen=True)
class Climate:
    """A week's conditions, in ppm.

    Parameters
    ----------
    season : int
        Demand over that of a usual week.
    crowd : int
        People who look around over the usual number: a large market or a small one.
    asks : int
        Visitors who ask over the usual share.
    sizes, elasticities, outside, purchase : tuple of int
        By category: demand, elasticity, the outside shop's price, purchase prices.
    channels : tuple of int
        What a channel brings over what it usually does.
    late : int
        Parcels that are late for no fault of a team.
    delay : int
        Weeks that the far supplier needs more.
    outage : int
        Who is more prone to outages than this has one.
    news : tuple of str
        Names of the surprises that are there.
    """

    season: int
    crowd: int
    asks: int
    sizes: tuple[int, ...]
    elasticities: tuple[int, ...]
    outside: tuple[int, ...]
    purchase: tuple[int, ...]
    channels: tuple[int, ...]
    late: int
    delay: int
    outage: int
    news: tuple[str, ...]


def happening(week: int, luck: Luck, rules: Rules) -> list[tuple[Surprise, int]]:
    """Return the surprises of a week with their strength.

    Parameters
    ----------
    week : int
        The week.
    luck : Luck
        Of the game.
    rules : Rules
        Of the game.

    Returns
    -------
    list of (Surprise, int)
        Strength in ppm, or weeks.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> [one.name for one, _ in happening(9, Luck.of_seed(1), rules())]
    ['strike', 'trend', 'clicks', 'slump']
    """
    if luck.is_still(week):
        return []
    found = []
    for one in rules.surprises:
        if luck.uniform("surprise", 0, one.name) < one.chance:
            start = luck.between(one.first, one.last, "start", 0, one.name)
            if start <= week + luck.ahead < start + one.weeks:
                strength = luck.between(one.low, one.high, "strength", 0, one.name)
                found.append((one, strength))
    return found


def nature(luck: Luck, rules: Rules) -> dict[str, int]:
    """Return what differs from game to game: nobody is told, and reports show it.

    Parameters
    ----------
    luck : Luck
        Of the game.
    rules : Rules
        Of the game.

    Returns
    -------
    dict
        Ppm of the usual: ``market``, ``asks``, and by category or channel such as ``size home``,
        ``elasticity home``, ``purchase home``, ``channel search``.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> nature(Luck.of_seed(1, still=True), rules())["channel search"]
    1000000
    """
    goods = [one.name for one in rules.categories]
    parts = {
        "market": ("market_spread", [""]),
        "asks": ("asks_spread", [""]),
        "size": ("size_spread", goods),
        "elasticity": ("elasticity_spread", goods),
        "purchase": ("purchase_spread", goods),
        "channel": ("channel_spread", [one.name for one in rules.channels]),
    }
    return {
        f"{what} {name}".strip(): luck.factor(rules[spread], what, 0, name)
        for what, (spread, names) in parts.items()
        for name in names
    }


def climate(week: int, luck: Luck, rules: Rules) -> Climate:
    """Return the conditions of a week, the same for every team of the game.

    Parameters
    ----------
    week : int
        The week.
    luck : Luck
        Of the game.
    rules : Rules
        Of the game.

    Returns
    -------
    Climate
        The conditions.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> climate(6, Luck.of_seed(1, still=True), rules()).season
    1700000
    """
    season, found = rules.season(week), happening(week, luck, rules)

    def moved(target: str, part: str = "") -> int:
        return sum(by for one, by in found if one.target == target and one.part in ("", part))

    game = nature(luck, rules)

    def size(name: str) -> int:
        of_game = times(game["market"], game[f"size {name}"])
        of_week = luck.factor(rules["week_spread"], "demand", week, name)
        return times(times(of_game, of_week), PPM + moved("size", name))

    def elasticity(name: str, usual: int) -> int:
        return times(times(usual, game[f"elasticity {name}"]), PPM + season.keen)

    def purchase(name: str) -> int:
        return times(game[f"purchase {name}"], PPM + moved("purchase", name))

    def channel(name: str) -> int:
        return times(game[f"channel {name}"], PPM + moved(name))

    names = [one.name for one in rules.categories]
    outside = rules["outside_price"] + season.outside
    return Climate(
        season=season.demand,
        crowd=game["market"],
        asks=game["asks"],
        sizes=tuple(map(size, names)),
        elasticities=tuple(elasticity(one.name, one.elasticity) for one in rules.categories),
        outside=tuple(times(outside, PPM + moved("outside", name)) for name in names),
        purchase=tuple(map(purchase, names)),
        channels=tuple(channel(one.name) for one in rules.channels),
        late=moved("late"),
        delay=moved("delay"),
        outage=PPM if luck.is_still(week) else luck.uniform("outage", week),
        news=tuple(one.name for one, _strength in found),
    )
