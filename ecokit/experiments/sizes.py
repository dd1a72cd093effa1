"""Before a test: how many visitors it takes, and the smallest effect that a design can see."""

from __future__ import annotations

import math

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

_MOST = 1e6  # visitors are counted in its square


@public
def sample_size(
    before: float,
    after: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    pooled: bool = True,
) -> int:
    """Return how many visitors each arm needs to tell two conversions apart.

    Parameters
    ----------
    before, after : float
        Conversion as it is, and the one that must not be missed; between 0 and 1.
    alpha : float
        Chance to see a difference where there is none, two-sided.
    power : float
        Chance to see the difference where there is one.
    pooled : bool
        Use the common variance of both arms in the first term, as the test itself does; without,
        the variance of each arm, which asks for a little less.

    Returns
    -------
    int
        Visitors an arm, rounded up.

    Raises
    ------
    CourseError
        A share outside 0 to 1, or two equal conversions.

    References
    ----------
    Fleiss, Tytun and Ury (1980), without the correction for continuity.

    Examples
    --------
    >>> sample_size(0.10, 0.12), sample_size(0.10, 0.12, pooled=False)
    (3841, 3839)
    >>> sample_size(0.1, 0.1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Both conversions are 0.1. No test is long enough to tell them apart.
    """
    before, after = (
        numbers.inner_share(name, value) for name, value in (("before", before), ("after", after))
    )
    z_alpha, z_power = _quantiles(alpha, power)
    if before == after:
        message = _("Both conversions are {value:g}. No test is long enough to tell them apart.")
        raise CourseError(message.format(value=before))
    return math.ceil(exact_size(before, after, z_alpha, z_power, numbers.flag("pooled", pooled)))


def exact_size(before: float, after: float, z_alpha: float, z_power: float, pooled: bool) -> float:
    """Return the visitors an arm of `sample_size` before they are rounded up.

    Examples
    --------
    >>> round(exact_size(0.10, 0.12, *_quantiles(0.05, 0.8), pooled=True), 2)
    3840.85
    """
    middle = (before + after) / 2
    own = before * (1 - before) + after * (1 - after)
    shared = 2 * middle * (1 - middle) if pooled else own
    root = z_alpha * math.sqrt(shared) + z_power * math.sqrt(own)
    if not root < _MOST * abs(before - after):
        message = _("No test is long enough to tell {before} from {after}, this sure.")
        told = {"before": numbers.shown(before), "after": numbers.shown(after)}
        raise CourseError(message.format(**told))
    return (root / (before - after)) ** 2


@public
def sample_size_of_means(
    difference: float,
    deviation: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    rho: float = 0.0,
) -> int:
    """Return how many visitors each arm needs to see a difference of two means.

    Parameters
    ----------
    difference : float
        The one that must not be missed, in the unit of the metric; not 0.
    deviation : float
        Standard deviation of the metric over visitors, the same in both arms.
    alpha, power : float
        As in :func:`sample_size`.
    rho : float
        Correlation of the metric with a covariate that is known before the test, -1 to 1: with
        it in the account, 1 less its square of the visitors give the same precision.

    Returns
    -------
    int
        Visitors an arm, rounded up.

    Raises
    ------
    CourseError
        No difference, a deviation that is not above 0, a correlation outside -1 to 1.

    References
    ----------
    The normal law of a mean; with a covariate: Deng, Xu, Kohavi and Walker (2013).

    Examples
    --------
    >>> sample_size_of_means(1.0, 20.0), sample_size_of_means(1.0, 20.0, rho=0.6)
    (6280, 4019)
    >>> sample_size_of_means(0, 20.0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: difference is 0. No test is long enough to see it, this sure.
    """
    size = numbers.number("difference", difference)
    spread = numbers.positive("deviation", deviation) * _left(rho)
    root = math.sqrt(2) * sum(_quantiles(alpha, power)) * spread
    if not root < _MOST * abs(size):
        wanted = _("No test is long enough to see it, this sure.")
        raise numbers.refused("difference", difference, wanted)
    return math.ceil((root / size) ** 2)


@public
def smallest_effect(
    before: float,
    visitors: int,
    control_visitors: int | None = None,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Return the smallest rise of a conversion that a test of this size can see.

    Whoever expects less has no use for the test: "too small to know" stands before it begins.

    Parameters
    ----------
    before : float
        Conversion without the change, between 0 and 1.
    visitors : int
        In the arm with the change.
    control_visitors : int, optional
        In the arm without it, such as a group that is held out. Default: as many.
    alpha, power : float
        As in :func:`sample_size`.

    Returns
    -------
    float
        The rise, as a share: 0.02 is two points. It is seen in `power` of all tests.

    Raises
    ------
    CourseError
        A share outside 0 to 1, an arm of no visitor, or a test that is too small for any rise.

    References
    ----------
    Fleiss, Tytun and Ury (1980), who treat arms of two sizes, solved for the effect.

    Examples
    --------
    >>> round(smallest_effect(0.10, 3841), 4)
    0.02
    >>> round(smallest_effect(0.10, 9000, 1000), 4)
    0.0303
    >>> smallest_effect(0.10, 3)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: With 3 and 3 visitors no rise from 0.1 can be seen, this sure. ...
    """
    from scipy.optimize import brentq

    before = numbers.inner_share("before", before)
    n = numbers.count("visitors", visitors)
    rest = n if control_visitors is None else numbers.count("control_visitors", control_visitors)
    z_alpha, z_power = _quantiles(alpha, power)

    def lacking(after: float) -> float:
        """Return how much smaller the difference is than the one that is seen this often."""
        pooled = (before * rest + after * n) / (rest + n)
        chance = z_alpha * math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / rest))
        own = z_power * math.sqrt(after * (1 - after) / n + before * (1 - before) / rest)
        return after - before - chance - own

    if lacking(1.0) <= 0:
        message = _(
            "With {n:,} and {rest:,} visitors no rise from {before:g} can be seen, this sure. Take "
            "more visitors."
        )
        raise CourseError(message.format(n=n, rest=rest, before=before))
    return float(brentq(lacking, before, 1.0, xtol=1e-15, rtol=1e-12)) - before


@public
def smallest_effect_of_means(
    deviation: float,
    visitors: int,
    control_visitors: int | None = None,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    rho: float = 0.0,
) -> float:
    """Return the smallest difference of two means that a test of this size can see.

    Parameters
    ----------
    deviation : float
        Standard deviation of the metric over visitors, the same in both arms.
    visitors, control_visitors : int
        As in :func:`smallest_effect`.
    alpha, power : float
        As in :func:`sample_size`.
    rho : float
        As in :func:`sample_size_of_means`.

    Returns
    -------
    float
        In the unit of the metric.

    Raises
    ------
    CourseError
        What :func:`sample_size_of_means` refuses; an arm of no visitor.

    References
    ----------
    The normal law of a mean; with a covariate: Deng, Xu, Kohavi and Walker (2013).

    Examples
    --------
    >>> round(smallest_effect_of_means(20.0, 6280), 3)
    1.0
    >>> smallest_effect_of_means(20.0, 0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: visitors is 0. Give a whole number, 1 or more.
    """
    spread = numbers.positive("deviation", deviation) * _left(rho)
    n = numbers.count("visitors", visitors)
    rest = n if control_visitors is None else numbers.count("control_visitors", control_visitors)
    return sum(_quantiles(alpha, power)) * spread * math.sqrt(1 / n + 1 / rest)


def _quantiles(alpha: float, power: float) -> tuple[float, float]:
    """Return how many standard errors the chances of both mistakes ask for."""
    from scipy.stats import norm

    alpha = numbers.inner_share("alpha", alpha)
    power = numbers.inner_share("power", power)
    if power <= alpha:
        raise numbers.refused(
            "power", power, _("Give more than alpha, which chance alone reaches.")
        )
    return float(norm.isf(alpha / 2)), float(norm.ppf(power))


def _left(rho: float) -> float:
    """Return the part of a standard deviation that a covariate leaves."""
    return math.sqrt(1 - numbers.number("rho", rho, low=-1, high=1) ** 2)
