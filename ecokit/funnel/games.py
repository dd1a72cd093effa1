"""The Shapley value: what each player adds, over all orders in which they may have come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.funnel.touches import SEPARATOR, Columns, taken_apart
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

MOST_PLAYERS = 15
"""Sets double with each player: 32,768 of them."""


@public
def shapley(worth: Mapping[Any, float]) -> pd.Series[float]:
    """Share out what all players reach together by the Shapley value.

    Parameters
    ----------
    worth : mapping of players to a number
        What each set of players reaches by itself. The players of a set are a tuple or a
        frozenset of names; a text is a set of one. A set that is not there reaches 0.

    Returns
    -------
    Series
        By player, sorted; it adds up to the worth of all of them.

    Raises
    ------
    CourseError
        There is no player or more than 15, a set stands there twice, or a worth is no number.

    References
    ----------
    Shapley (1953).

    Examples
    --------
    >>> worth = {"S": 100, "E": 60, "P": 40, ("S", "E"): 180, ("S", "P"): 150,
    ...          ("E", "P"): 110, ("S", "E", "P"): 240}
    >>> shapley(worth).to_dict()
    {'E': 75.0, 'P': 50.0, 'S': 115.0}
    >>> shapley({})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: worth is {}. Name what sets of 1 to 15 players reach, such as ...
    """
    values = _sets(worth)
    players = sorted({one for players in values for one in players}, key=str)
    if not 1 <= len(players) <= MOST_PLAYERS:
        raise _no_game(worth)
    n = len(players)
    # in how many of the n! orders just these others came before: whole numbers until the end
    weight = [factorial(s) * factorial(n - s - 1) for s in range(n)]
    found = {}
    for player in players:
        others = [one for one in players if one != player]
        added = sum(
            weight[len(team)]
            * (values.get(frozenset({*team, player}), 0.0) - values.get(frozenset(team), 0.0))
            for team in _teams(others)
        )
        found[player] = added / factorial(n)
    return pd.Series(found, dtype="float64", name="shapley")


def _teams(players: list[Any]) -> Iterable[tuple[Any, ...]]:
    """Yield each set of players, beginning with nobody."""
    for size in range(len(players) + 1):
        yield from combinations(players, size)


def _sets(worth: object) -> dict[frozenset[Any], float]:
    given = numbers.mapping("worth", worth, _("Name what sets of players reach."))
    found: dict[frozenset[Any], float] = {}
    for players, value in given.items():
        several = isinstance(players, (tuple, frozenset))
        team = frozenset(players if several else [players])
        if team in found:
            message = _("worth has the players {players} twice. Keep one of the two.")
            raise CourseError(message.format(players=", ".join(sorted(map(str, team)))))
        found[team] = numbers.number(_("the worth of {it}").format(it=players), value)
    return found


def _no_game(worth: object) -> CourseError:
    wanted = _("Name what sets of 1 to {most} players reach, such as {example}.")
    example = "{'A': 3, 'B': 2, ('A', 'B'): 9}"
    return numbers.refused("worth", worth, wanted.format(most=MOST_PLAYERS, example=example))


@public
def coalitions(
    paths: Any, *, path: str = "path", conversions: str = "conversions", separator: str = SEPARATOR
) -> Any:
    """Tell what each set of channels is worth: the orders of paths that use no other channel.

    Parameters
    ----------
    paths : table of any engine
        A row a path, such as :func:`paths` returns, of at most 15 channels.
    path, conversions, separator : str
        See :func:`attribution`.

    Returns
    -------
    table
        ``channels`` (joined by `separator`), ``number`` of them, ``orders`` of paths with just
        these channels, ``worth`` (orders of paths with these channels or some of them). A row a
        set, from the smallest.

    Raises
    ------
    CourseError
        A column is missing, a path has a place without a channel, a count is below zero, or there
        are more than 15 channels.

    References
    ----------
    Shapley (1953); Zhao, Mahboobi and Bagheri (2018).

    Examples
    --------
    >>> table = pd.DataFrame({"path": ["A > B > A", "A", "B"], "conversions": [5, 3, 1]})
    >>> coalitions(table)
      channels  number  orders  worth
    0        A       1     3.0    3.0
    1        B       1     1.0    1.0
    2    A > B       2     5.0    9.0
    >>> coalitions(table[:0])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table paths has no row. Give one path at least.
    """
    touches = taken_apart(paths, Columns(path, conversions, separator=separator))
    channels = touches.channels
    if len(channels) > MOST_PLAYERS:
        message = _("The paths have {n} channels, and sets double with each. Give {most} at most.")
        raise CourseError(message.format(n=len(channels), most=MOST_PLAYERS))
    bits = 1 << touches.code
    masks = np.bitwise_or.reduceat(bits, touches.first)
    orders = np.bincount(masks, touches.converted, minlength=1 << len(channels))
    worth = orders.copy()
    for place in range(len(channels)):  # add what holds without this channel to what has it
        halves = worth.reshape(-1, 2, 1 << place)
        halves[:, 1] += halves[:, 0]
    teams = [team for team in _teams(list(range(len(channels)))) if team]
    mask = [sum(1 << place for place in team) for team in teams]
    table = pd.DataFrame(
        {
            "channels": [separator.join(channels[place] for place in team) for team in teams],
            "number": [len(team) for team in teams],
            "orders": orders[mask],
            "worth": worth[mask],
        }
    )
    return frames.like(table, paths)
