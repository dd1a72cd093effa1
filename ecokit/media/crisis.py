"""The crisis clock: what a first answer after some hours costs in visits and orders."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

Floats = NDArray[np.float64]

HOURS = 24


@dataclass(frozen=True)
class Clock:
    """What a crisis does, by its parameters.

    Attributes
    ----------
    depth : float
        Share of the visits that it keeps away at its height.
    rise : float
        Hours in which, unanswered, it comes within 37 % of its height.
    half_life : float
        Hours in which half of it is gone after the first answer.
    burns : float
        Hours after which it fades although nobody answered.
    """

    depth: float
    rise: float
    half_life: float
    burns: float

    def __post_init__(self) -> None:
        numbers.share("depth", self.depth)
        for name in ("rise", "half_life", "burns"):
            numbers.positive(name, getattr(self, name))


@public
def crisis_parameters(data: Any) -> Clock:
    """Read the parameters of a crisis from the table of effects: the truth of the simulator.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``effects``: ``effect`` and ``value``.

    Returns
    -------
    Clock
        ``depth``, ``rise``, ``half_life`` and ``burns``.

    Raises
    ------
    CourseError
        The table lacks one of the effects.

    References
    ----------
    The table effects of the data dictionary.

    Examples
    --------
    >>> names = ["crisis_depth", "crisis_rise", "crisis_half_life", "crisis_burns"]
    >>> effects = pd.DataFrame({"effect": names, "value": [0.5, 10, 48, 96]})
    >>> crisis_parameters({"effects": effects})
    Clock(depth=0.5, rise=10.0, half_life=48.0, burns=96.0)
    >>> crisis_parameters({"effects": effects[:3]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table effects has no effect crisis_burns. Give its value.
    """
    (table,) = frames.fetched(data, {"effects": "effect value"})
    known = dict(zip(table["effect"].astype(str), table["value"].astype(float), strict=True))
    found = []
    for name in ("depth", "rise", "half_life", "burns"):
        if f"crisis_{name}" not in known:
            message = _("The table effects has no effect {name}. Give its value.")
            raise CourseError(message.format(name=f"crisis_{name}"))
        found.append(known[f"crisis_{name}"])
    return Clock(*found)


@public
def crisis_height(hours: Any, answer: float, *, clock: Clock) -> Floats:
    """Return how high a crisis stands, hour by hour; 1 is as high as it can get.

    Parameters
    ----------
    hours : float or array of float
        Hours since it began.
    answer : float
        Hours until the first answer.
    clock : Clock
        Of :func:`crisis_parameters`.

    Returns
    -------
    array of float
        From 0 to 1, one for each of `hours`.

    Raises
    ------
    CourseError
        A number is below 0.

    Notes
    -----
    It grows to its height as ``1 - exp(-hours / rise)`` until the answer, and is halved every
    ``half_life`` hours from then on.

    References
    ----------
    Coombs (2015), on what is known of the timing of answers; the shape is the course's own.

    Examples
    --------
    >>> clock = Clock(depth=0.5, rise=10, half_life=48, burns=96)
    >>> crisis_height([0, 10, 58], answer=10, clock=clock).round(3).tolist()
    [0.0, 0.632, 0.316]
    """
    time = numbers.row("hours", hours, low=0)
    turn = min(numbers.number("answer", answer, low=0), _clock(clock).burns)
    grown = -np.expm1(-np.minimum(time, turn) / clock.rise)
    return np.asarray(grown * 0.5 ** (np.maximum(time - turn, 0) / clock.half_life))


@public
def answer_costs(
    answers: Any,
    *,
    clock: Clock,
    visits_a_day: float,
    orders_a_visit: float,
    order_margin: float = 0.0,
) -> pd.DataFrame:
    """Say what a first answer after so many hours costs.

    Parameters
    ----------
    answers : float or array of float
        Hours until the first answer, such as ``[2, 6, 24]``.
    clock : Clock
        Of :func:`crisis_parameters`.
    visits_a_day : float
        Visits on a usual day by the ways that a crisis touches.
    orders_a_visit : float
        Paid orders that such a visit brings.
    order_margin : float
        Yuan that an order leaves.

    Returns
    -------
    DataFrame
        A row an answer: ``answer``, ``height`` (of the crisis at that hour), ``hours_lost`` (of a
        usual day's visits), ``visits_lost``, ``orders_lost``, ``margin_lost``, and ``an_hour``
        (visits that one hour more costs at that time).

    Raises
    ------
    CourseError
        A number is below 0, or a share above 1.

    Notes
    -----
    The area under :func:`crisis_height`, up to its end, times ``depth`` times the visits of an
    hour. Hours of the day count alike.

    References
    ----------
    Coombs (2015); the course's own sum.

    Examples
    --------
    >>> clock = Clock(depth=0.5, rise=10, half_life=48, burns=96)
    >>> found = answer_costs([2, 24], clock=clock, visits_a_day=240, orders_a_visit=0.05)
    >>> found[["answer", "visits_lost", "orders_lost"]].round(1)
       answer  visits_lost  orders_lost
    0     2.0         63.7          3.2
    1    24.0        389.4         19.5
    >>> answer_costs([-1], clock=clock, visits_a_day=240, orders_a_visit=0.05)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: answers ...
    """
    hours = numbers.row("answers", answers, low=0)
    visits = numbers.number("visits_a_day", visits_a_day, low=0) / HOURS
    rate = numbers.share("orders_a_visit", orders_a_visit)
    margin = numbers.number("order_margin", order_margin, low=0)
    turn = np.minimum(hours, _clock(clock).burns)
    height = -np.expm1(-turn / clock.rise)
    fading = clock.half_life / math.log(2)
    area = turn - clock.rise * height + height * fading
    lost = area * clock.depth * visits
    slope = height + (1 - height) * fading / clock.rise
    more = np.where(hours < clock.burns, slope, 0.0) * clock.depth * visits
    return pd.DataFrame(
        {
            "answer": hours,
            "height": height,
            "hours_lost": area * clock.depth,
            "visits_lost": lost,
            "orders_lost": lost * rate,
            "margin_lost": lost * rate * margin,
            "an_hour": more,
        }
    )


def _clock(clock: Any) -> Clock:
    if not isinstance(clock, Clock):
        wanted = _("Give what crisis_parameters returned.")
        raise numbers.refused("clock", clock, wanted)
    return clock


@public
def answered_after(data: Any) -> float:
    """Return the hours from the beginning of the crisis to the first answer.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``crisis``: ``hour`` and ``answered``.

    Returns
    -------
    float
        Hours; infinite where nobody answered.

    Raises
    ------
    CourseError
        The table is empty, or tells of more than one crisis.

    References
    ----------
    The table crisis of the data dictionary.

    Examples
    --------
    >>> hours = pd.date_range("2025-04-03 18:00", periods=4, freq="h")
    >>> crisis = pd.DataFrame({"hour": hours, "answered": [False, False, True, True]})
    >>> answered_after({"crisis": crisis})
    2.0
    """
    (table,) = frames.fetched(data, {"crisis": "hour answered"})
    rows.refuse(table, "crisis", [rows.missing("hour"), rows.missing("answered", "hour")])
    if table.empty:
        raise CourseError(_("The table crisis has no rows. Give the hours of a crisis."))
    table = table.sort_values("hour")
    if (table["hour"].iloc[-1] - table["hour"].iloc[0]).days > 60:
        message = _("The table crisis tells of more than one. Give the hours of one crisis.")
        raise CourseError(message)
    told = table.loc[table["answered"].astype(bool), "hour"]
    if told.empty:
        return math.inf
    return float((told.iloc[0] - table["hour"].iloc[0]) / pd.Timedelta(hours=1))
