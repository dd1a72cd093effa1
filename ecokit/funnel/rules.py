"""Who gets the credit for an order: rules that look at the path, and nothing else.

A rule shares out each order among the channels of its path. No rule knows who would have come
anyway, so none of them says what a channel brought: that takes a hold-out, a pause or an
experiment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.funnel import chain
from ecokit.funnel.touches import SEPARATOR, Columns, Floats, Touches, added, taken_apart
from ecokit.inputs import frames, numbers
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.messages import _

RULES = (
    "first",
    "last",
    "linear",
    "position",
    "time_decay",
    "markov",
    "markov_converted",
    "shapley",
)
"""The rules of :func:`attribution`."""

HALF_LIFE = 7.0
"""Days in which a touch loses half of its weight, the usual setting."""


@public
def attribution(
    paths: Any,
    *,
    rules: By = None,
    path: str = "path",
    conversions: str = "conversions",
    unconverted: str = "unconverted",
    days: str = "days",
    separator: str = SEPARATOR,
    first_share: float = 0.4,
    last_share: float = 0.4,
    half_life: float = HALF_LIFE,
) -> Any:
    """Share out the orders among the channels of their paths, by several rules side by side.

    - ``first``, ``last``: all to the first, or to the last touch.
    - ``linear``: the same to each touch.
    - ``position``: 40 % to the first, 40 % to the last, the rest to those between, in equal
      parts. Of two touches each gets half.
    - ``time_decay``: a touch `half_life` days before the order weighs half as much as one at the
      order.
    - ``markov``: by what would be lost without the channel, if people walked from channel to
      channel by chance, see :func:`removal_effects`; ``markov_converted`` looks at paths with an
      order only.
    - ``shapley``: the Shapley value, where a set of channels is worth the orders of the paths
      that use no other channel. It gives each channel of a path the same, however often it
      stands there.

    Parameters
    ----------
    paths : table of any engine
        A row a path, such as :func:`paths` returns.
    rules : str or sequence of str, optional
        Of the names above. Default: all that the columns of `paths` allow.
    path : str
        The column with the channels in order, ``"search > email > direct"``.
    conversions : str
        The column with the orders that the path ended in; or with what they were worth.
    unconverted : str
        The column that counts the path without an order; only ``markov`` asks for it.
    days : str
        The column with the days before the end of each touch, ``"9 > 3 > 0"``; only
        ``time_decay`` asks for it.
    separator : str
        What stands between two channels; blanks around it do not count.
    first_share, last_share : float
        Of ``position``.
    half_life : float
        Of ``time_decay``, in days.

    Returns
    -------
    table
        ``channel_id``, sorted, and a column a rule: orders, which add up to the same for each.

    Raises
    ------
    CourseError
        A rule is not known, a column is missing, a path has a place without a channel, a count is
        below zero, or no path has an order.

    References
    ----------
    Markov chain: Anderl, Becker, von Wangenheim and Schumann (2016). Shapley value: Shapley
    (1953); in equal parts to the channels of a path: Zhao, Mahboobi and Bagheri (2018). The usual
    settings by place: Optimize Smart (2022); by time: WebmasterID, decay half-life.

    Examples
    --------
    >>> table = pd.DataFrame({"path": ["search > email > direct", "email"],
    ...                       "conversions": [10, 2], "unconverted": [90, 8]})
    >>> attribution(table, rules=["first", "last", "position", "shapley"]).round(2)
      channel_id  first  last  position  shapley
    0     direct    0.0  10.0       4.0     3.33
    1      email    2.0   2.0       4.0     5.33
    2     search   10.0   0.0       4.0     3.33
    >>> attribution(table, rules="lastt")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: rules is 'lastt'. Choose one of: first, last, linear, position, ...
    >>> attribution(table, rules="time_decay")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table paths has no column days. It has: path, conversions, ...
    """
    first_share, last_share = _ends(first_share, last_share)
    half_life = numbers.positive("half_life", half_life)
    named = frames.listed(rules, "rules")
    for name in named:
        numbers.one_of("rules", name, RULES)
    optional = {"unconverted": unconverted, "days": days}
    asked_for = {name: numbers.text(name, column) for name, column in optional.items()}
    given = Columns(path, conversions, **asked_for, separator=separator)
    columns = _columns(paths, named, given)
    touches = taken_apart(paths, columns)
    refuse_no_orders(touches)
    ways: dict[str, Callable[[], Floats]] = {
        "first": lambda: touches.credits(_first(touches)),
        "last": lambda: touches.credits(_last(touches)),
        "linear": lambda: touches.credits(1 / touches.length[touches.row]),
        "position": lambda: touches.credits(_position(touches, first_share, last_share)),
        "time_decay": lambda: touches.credits(_decayed(touches, half_life)),
        "markov": lambda: chain.shared(touches).credit,
        "markov_converted": lambda: chain.shared(touches, converted_only=True).credit,
        "shapley": lambda: _shapley(touches),
    }
    asked = named or [name for name in RULES if _possible(name, columns)]
    table = pd.DataFrame({"channel_id": touches.channels} | {name: ways[name]() for name in asked})
    return frames.like(table, paths)


def refuse_no_orders(touches: Touches) -> None:
    """Say so if there is nothing to share out."""
    if not touches.converted.sum() > 0:
        message = _("No path ends in an order, so there is nothing to share out.")
        raise CourseError(message)


def _ends(first: object, last: object) -> tuple[float, float]:
    both = (numbers.share("first_share", first), numbers.share("last_share", last))
    if sum(both) > 1 + 1e-12:
        wanted = _("first_share and last_share may add up to 1 at most.")
        raise numbers.refused("first_share", first, wanted)
    return both


def _columns(paths: Any, named: list[str], given: Columns) -> Columns:
    """Return the columns that are read: without those that no rule asks for, or that are not there.

    A rule that the caller names needs its column; otherwise a rule without one is left out.
    """
    wanted = {"unconverted": "markov" in named, "days": "time_decay" in named}
    has = [] if named else frames.table(paths, [], name="paths").collect_schema().names()
    read = {
        key: getattr(given, key) if wanted[key] or getattr(given, key) in has else None
        for key in wanted
    }
    return Columns(given.path, given.conversions, **read, separator=given.separator)


def _possible(rule: str, columns: Columns) -> bool:
    """Say whether a table has the column that a rule asks for."""
    lacking = {"markov": columns.unconverted, "time_decay": columns.days}
    return lacking.get(rule, "") is not None


# --- the weight of each touch ------------------------------------------------------------


def _first(touches: Touches) -> Floats:
    weights = np.zeros(len(touches.code))
    weights[touches.first] = 1
    return weights


def _last(touches: Touches) -> Floats:
    weights = np.zeros(len(touches.code))
    weights[touches.last] = 1
    return weights


def _position(touches: Touches, first: float, last: float) -> Floats:
    between = touches.length - 2
    middle = (1 - first - last) / np.maximum(between, 1)
    weights = middle[touches.row]
    # without touches between, what is theirs goes to the ends in proportion
    ends = first + last if first + last > 0 else 1.0
    halves = (first, last) if first + last > 0 else (0.5, 0.5)
    weights[touches.first] = np.where(between > 0, first, halves[0] / ends)
    weights[touches.last] = np.where(between > 0, last, halves[1] / ends)
    weights[touches.first[touches.length == 1]] = 1
    return weights


def _decayed(touches: Touches, half_life: float) -> Floats:
    if touches.days is None:  # `_columns` has asked for them
        return np.zeros(len(touches.code))
    nearest = np.minimum.reduceat(touches.days, touches.first)
    weights = np.exp2((nearest[touches.row] - touches.days) / half_life)
    return weights / np.add.reduceat(weights, touches.first)[touches.row]


def _shapley(touches: Touches) -> Floats:
    """Return the Shapley values: each order in equal parts to the different channels of its path.

    Where a set is worth the orders of the paths within it, the worth is a sum of games in which
    just the channels of one path win together; in each, they are alike.
    """
    k = len(touches.channels)
    pairs = np.unique(touches.row * k + touches.code)
    row, code = pairs // k, pairs % k
    different = np.bincount(row, minlength=len(touches.length))
    return added(code, touches.converted[row] / different[row], k)
