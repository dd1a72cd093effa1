"""Price protection 保价: what it is worth that the supplier bears a fall of the price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ecokit.buyout.terms import law_of
from ecokit.inputs import demand as demands
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public


@dataclass(frozen=True)
class Protection:
    """What price protection is worth.

    Attributes
    ----------
    in_stock : float
        Units in stock when the price may fall, on average.
    value : float
        Yuan, on average.
    a_unit : float
        Yuan a unit ordered: so much may the wholesale price rise for it.
    """

    in_stock: float
    value: float
    a_unit: float


@public
def price_protection(
    demand: Any, quantity: float, *, drop: float, chance: float, sold_before: float = 0.5
) -> Protection:
    """Return what it is worth to be paid the difference for what lies in stock when a price falls.

    Parameters
    ----------
    demand : frozen distribution or array
        What customers may ask for in the season, units.
    quantity : float
        Units ordered.
    drop : float
        Yuan by which the price may fall.
    chance : float
        That it does.
    sold_before : float
        Share of the season's demand that comes before that moment.

    Returns
    -------
    Protection
        Units in stock at that moment, and what the protection is worth.

    Raises
    ------
    CourseError
        A share or a number cannot be, or the demand is no distribution and no sample.

    References
    ----------
    Lee, Padmanabhan, Taylor and Whang (2000), of price protection in the PC industry.

    Examples
    --------
    >>> from scipy import stats
    >>> found = price_protection(stats.norm(500, 120), 486, drop=200, chance=0.3)
    >>> round(found.in_stock, 1), round(found.value), round(found.a_unit, 2)
    (236.0, 14160, 29.14)
    >>> price_protection(stats.norm(500, 120), 486, drop=200, chance=30)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: chance is 30. Give a share from 0 to 1; write 45 % as 0.45.
    """
    law, size = law_of(demand), numbers.positive("quantity", quantity)
    part = numbers.share("sold_before", sold_before)
    fall = numbers.number("drop", drop, low=0) * numbers.share("chance", chance)
    asked = part * float(law.mean())
    # what was asked for before that moment is a part of a law; so is what it leaves
    short = part * demands.shortage(law, size / part) if part else 0.0
    there = max(size - asked + short, 0.0) if np.isfinite(short) else size
    return Protection(there, there * fall, there * fall / size)
