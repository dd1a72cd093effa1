"""Paths as a Markov chain of the first order, solved exactly.

From where somebody is, only the last channel tells where they go next. Without a channel, those who
would have gone there are lost; what that costs in orders is the channel's removal effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.funnel.touches import SEPARATOR, Columns, Floats, Touches, added, taken_apart
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

START, ORDER, NONE = "(start)", "(order)", "(none)"
"""Where all paths begin, and the two places where they end."""


@dataclass(frozen=True)
class Counts:
    """How often paths went from one place to the next."""

    start: Floats
    between: Floats
    order: Floats
    none: Floats


@dataclass(frozen=True)
class Shared:
    """What a chain says of each channel, as arrays."""

    base_rate: float
    effect: Floats
    credit: Floats


@dataclass(frozen=True)
class Removal:
    """What a Markov chain says of channels.

    Parameters
    ----------
    base_rate : float
        Share of paths that end in an order.
    channels : table
        ``channel_id``, ``removal_effect`` (share of the orders that the chain loses without
        it), ``credit`` (orders, in proportion to the effects).
    """

    base_rate: float
    channels: Any


@public
def removal_effects(
    paths: Any,
    *,
    converted_only: bool = False,
    path: str = "path",
    conversions: str = "conversions",
    unconverted: str = "unconverted",
    separator: str = SEPARATOR,
) -> Removal:
    """Measure how many orders a chain of channels loses without each of them.

    The effect is 1 - P(order without the channel) / P(order). Those who would have gone to the
    channel are taken as lost, which is a supposition and no observation: many would have come by
    another way.

    Parameters
    ----------
    paths : table of any engine
        A row a path, such as :func:`paths` returns.
    converted_only : bool
        Leave out the paths without an order. Every path ends in one then.
    path, conversions, unconverted, separator : str
        See :func:`attribution`; `unconverted` is not asked for if `converted_only`.

    Returns
    -------
    Removal
        The share of paths with an order, and a table of channels, sorted.

    Raises
    ------
    CourseError
        A column is missing, a path has a place without a channel, a count is below zero, or no
        path has an order.

    References
    ----------
    Anderl, Becker, von Wangenheim and Schumann (2016).

    Examples
    --------
    >>> table = pd.DataFrame({"path": ["A > B", "A", "B", "A > B > A"],
    ...                       "conversions": [1, 0, 1, 0], "unconverted": [0, 1, 0, 1]})
    >>> found = removal_effects(table)
    >>> found.base_rate
    0.5
    >>> found.channels.round(4)
      channel_id  removal_effect  credit
    0          A          0.6667     0.8
    1          B          1.0000     1.2
    >>> removal_effects(table, conversions="orders")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table paths has no column orders. It has: path, ...
    """
    only = numbers.flag("converted_only", converted_only)
    none = numbers.text("unconverted", unconverted)
    columns = Columns(path, conversions, None if only else none, separator=separator)
    touches = taken_apart(paths, columns)
    found = shared(touches, converted_only=only)
    told = {"removal_effect": found.effect, "credit": found.credit}
    table = pd.DataFrame({"channel_id": touches.channels} | told)
    return Removal(found.base_rate, frames.like(table, paths))


@public
def transitions(
    paths: Any,
    *,
    path: str = "path",
    conversions: str = "conversions",
    unconverted: str = "unconverted",
    separator: str = SEPARATOR,
) -> Any:
    """Count how often paths went from one channel to the next.

    Parameters
    ----------
    paths : table of any engine
        A row a path, such as :func:`paths` returns.
    path, conversions, unconverted, separator : str
        See :func:`attribution`.

    Returns
    -------
    table
        ``origin`` (a channel, or ``(start)``), ``target`` (a channel, ``(order)`` or
        ``(none)``), ``times``, and ``probability`` of the target from this origin. Only what
        occurred; sorted by origin and target.

    Raises
    ------
    CourseError
        A column is missing, a path has a place without a channel, or a count is below zero.

    References
    ----------
    Anderl, Becker, von Wangenheim and Schumann (2016).

    Examples
    --------
    >>> table = pd.DataFrame({"path": ["A > B", "A"], "conversions": [1, 0],
    ...                       "unconverted": [0, 3]})
    >>> transitions(table)
        origin   target  times  probability
    0  (start)        A    4.0         1.00
    1        A   (none)    3.0         0.75
    2        A        B    1.0         0.25
    3        B  (order)    1.0         1.00
    >>> transitions(table, path="way")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table paths has no column way. It has: path, conversions, ...
    """
    none = numbers.text("unconverted", unconverted)
    touches = taken_apart(paths, Columns(path, conversions, none, separator=separator))
    counts = counted(touches)
    names = [*touches.channels, ORDER, NONE]
    rows = np.column_stack([counts.between, counts.order, counts.none])
    first = np.concatenate([counts.start, [0.0, 0.0]])
    table = pd.DataFrame(np.vstack([first, rows]), [START, *touches.channels], names)
    long = table.rename_axis("origin").melt(ignore_index=False, var_name="target")
    long = long.rename(columns={"value": "times"}).reset_index()
    long = long[long["times"] > 0].sort_values(["origin", "target"], ignore_index=True)
    total = long.groupby("origin")["times"].transform("sum")
    return frames.like(long.assign(probability=long["times"] / total), paths)


def counted(touches: Touches) -> Counts:
    """Count the steps of all paths."""
    k = len(touches.channels)
    both = touches.converted + touches.unconverted
    follows = touches.row[1:] == touches.row[:-1]
    pair = (touches.code[:-1] * k + touches.code[1:])[follows]
    times = both[touches.row[1:][follows]]
    ends = touches.code[touches.last]
    return Counts(
        start=added(touches.code[touches.first], both, k),
        between=added(pair, times, k * k).reshape(k, k),
        order=added(ends, touches.converted, k),
        none=added(ends, touches.unconverted, k),
    )


def shared(touches: Touches, *, converted_only: bool = False) -> Shared:
    """Solve the chain: what is lost without each channel, and the orders in proportion.

    A path to an order that avoids a channel is one that does not go through it: P(order) less
    P(ever there) x P(order from there). So one inverse tells all removals.
    """
    orders = float(touches.converted.sum())
    if not orders > 0:
        raise CourseError(_("No path ends in an order, so there is nothing to share out."))
    if converted_only:
        touches = _without_unconverted(touches)
    counts = counted(touches)
    out = counts.between.sum(axis=1) + counts.order + counts.none
    used = np.flatnonzero(out > 0)  # a channel of no counted path is nowhere in the chain
    out = out[used]
    visits = np.linalg.inv(np.eye(len(used)) - counts.between[np.ix_(used, used)] / out[:, None])
    begin = counts.start[used] / counts.start.sum()
    there = begin @ visits / visits.diagonal()
    onward = visits @ (counts.order[used] / out)
    base = float(begin @ onward)
    effect = np.zeros(len(touches.channels))
    effect[used] = np.clip(there * onward / base, 0, 1)
    return Shared(base, effect, orders * effect / effect.sum())


def _without_unconverted(touches: Touches) -> Touches:
    none = np.zeros_like(touches.unconverted)
    return Touches(
        touches.channels, touches.code, touches.row, touches.length, touches.converted, none, None
    )
