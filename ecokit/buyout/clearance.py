"""What is left: the price of the clearance sale, and what a unit that is left is worth by it."""

from __future__ import annotations

from dataclasses import dataclass

from ecokit.inputs import numbers
from ecokit.inputs.renamed import public


@dataclass(frozen=True)
class Markdown:
    """A clearance sale.

    Attributes
    ----------
    price : float
        Yuan.
    discount : float
        Share off the price of the season.
    sold, left : float
        Units; those that are still left go for the salvage.
    revenue : float
        Yuan, with the salvage.
    each : float
        Yuan a unit that was left: what stands as salvage when a quantity is planned.
    """

    price: float
    discount: float
    sold: float
    left: float
    revenue: float
    each: float


@public
def markdown(
    units: float,
    price: float,
    weekly: float,
    *,
    elasticity: float,
    weeks: float = 4,
    salvage: float = 0.0,
) -> Markdown:
    """Return the price at which what is left brings most.

    Parameters
    ----------
    units : float
        What is left.
    price : float
        Of the season, yuan; the clearance sale is no dearer.
    weekly : float
        Units a week that would still be asked for at that price.
    elasticity : float
        By how many per cent demand rises when the price falls by one; above 0.
    weeks : float
        How long the sale lasts.
    salvage : float
        What the last units bring after it.

    Returns
    -------
    Markdown
        Either the price that clears all, or the one from which a lower price would bring less.

    Raises
    ------
    CourseError
        A number cannot be.

    Notes
    -----
    Demand is ``weekly * weeks * (p / price) ** -elasticity``. All units go at
    ``price * (weekly * weeks / units) ** (1 / elasticity)``; with a salvage S, no price below
    ``S e / (e - 1)`` pays. At an elasticity of 1 or less a lower price brings less money.

    References
    ----------
    Talluri and van Ryzin (2004), The Theory and Practice of Revenue Management, on markdowns.

    Examples
    --------
    >>> found = markdown(120, price=2000, weekly=15, elasticity=2.5, weeks=4, salvage=300)
    >>> round(found.price, 2), round(found.discount, 3), found.left
    (1515.72, 0.242, 0.0)
    >>> markdown(120, price=2000, weekly=15, elasticity=0.8).price
    2000.0
    >>> markdown(120, price=2000, weekly=0, elasticity=2.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: weekly is 0. Give a number above 0.
    """
    there = numbers.positive("units", units)
    top = numbers.positive("price", price)
    asked = numbers.positive("weekly", weekly) * numbers.positive("weeks", weeks)
    e = numbers.positive("elasticity", elasticity)
    rest = numbers.number("salvage", salvage, low=0, high=top)
    clears = top * (asked / there) ** (1 / e)
    least = rest * e / (e - 1) if e > 1 else top
    best = min(max(clears, least), top)
    sold = min(asked * (best / top) ** -e, there)
    sold = there if abs(there - sold) < 1e-9 * there else sold
    revenue = best * sold + rest * (there - sold)
    return Markdown(best, 1 - best / top, sold, there - sold, revenue, revenue / there)
