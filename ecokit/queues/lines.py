"""A line before servers that are alike: Poisson arrivals, exponential service, first come first.

`load` is the work offered, in erlangs: servers that would be busy if nobody waited or left. Times
come out in the unit of `service`, the mean time that a server needs for one.

References
----------
Erlang, A. K. (1917). Solution of some problems in the theory of probabilities of significance in
automatic telephone exchanges.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable


def blocked(load: float, servers: int) -> float:
    """Return the share that finds all servers busy, where such leave at once (Erlang B).

    By the recursion B_0 = 1, B_k = A B / (k + A B), which is stable.

    Examples
    --------
    >>> round(blocked(10, 14), 6)
    0.056819
    """
    share = 1.0
    for number in range(1, servers + 1):
        share = load * share / (number + load * share)
    return share


def waiting(load: float, servers: int) -> float:
    """Return the share that waits, where nobody gives up (Erlang C); `load` is below `servers`.

    Examples
    --------
    >>> waiting(10, 14)
    0.174131933595...
    """
    none_free = blocked(load, servers)
    return none_free / (1 - load / servers * (1 - none_free))


def mean_wait(load: float, servers: int, service: float = 1.0) -> float:
    """Return the mean wait of all, those who do not wait as well.

    Examples
    --------
    >>> round(mean_wait(10, 14, 180), 3)
    7.836
    """
    return waiting(load, servers) * service / (servers - load)


def longer_wait(load: float, servers: int, limit: float, service: float = 1.0) -> float:
    """Return the share that waits longer than `limit`.

    Examples
    --------
    >>> round(1 - longer_wait(10, 14, 20, 180), 6)
    0.88835
    """
    return waiting(load, servers) * math.exp(-(servers - load) * limit / service)


def longer_response(load: float, servers: int, limit: float, service: float = 1.0) -> float:
    """Return the share whose wait and service together take longer than `limit`.

    Examples
    --------
    One server that is half busy: as long as by the law of 1 / (1 - load) service times.

    >>> round(longer_response(0.5, 1, 2 * math.log(20)), 6)
    0.05

    A line that hardly moves holds calls for thousands of service times:

    >>> round(longer_response(9.999, 10, 1_000), 4)
    0.3681
    """
    time = limit / service
    spare = servers - load - 1  # how much faster the line moves than one server works
    behind = time if abs(spare) < 1e-9 else -math.expm1(-abs(spare) * time) / abs(spare)
    slower = math.exp(-min(1.0, servers - load) * time)  # of line and server
    return math.exp(-time) + waiting(load, servers) * slower * behind


def fewest(meets: Callable[[int], bool], low: int, high: int) -> int | None:
    """Return the smallest number of servers that meets a target; None if `high` does not.

    One server more never makes a line worse, so the search halves what is left.

    Examples
    --------
    >>> fewest(lambda servers: longer_wait(10, servers, 20, 180) <= 0.2, 11, 100)
    14
    """
    sizes = range(low, high + 1)
    place = bisect_left(sizes, True, key=meets)
    return None if place == len(sizes) else sizes[place]
