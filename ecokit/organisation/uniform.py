"""The closed forms of a company in which every manager leads as many people."""

from __future__ import annotations

import math

from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _


@public
def uniform_headcount(span: float, layers: float) -> float:
    r"""Count the people of a company where every manager leads `span` people.

    .. math:: N = \frac{s^L - 1}{s - 1}

    Parameters
    ----------
    span : float
        People per manager, :math:`s`, 1 or more.
    layers : float
        Layers :math:`L` with the top, 1 or more.

    Returns
    -------
    float
        People :math:`N`, the top included.

    Raises
    ------
    CourseError
        Span or layers below 1.

    References
    ----------
    The sum of a geometric series; two such companies: Saylor Academy, *Span of Control*.

    Examples
    --------
    >>> uniform_headcount(4, 3)
    21.0
    >>> uniform_headcount(0, 3)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: span is 0. Give a number, 1 or more.
    """
    span, layers = numbers.number("span", span, low=1), numbers.number("layers", layers, low=1)
    if span == 1:
        return layers
    try:
        return (span**layers - 1) / (span - 1)
    except OverflowError:
        raise CourseError(
            _(
                "{layers:g} layers with a span of {span:g} are more people than can be counted."
            ).format(layers=layers, span=span)
        ) from None


@public
def uniform_layers(headcount: float, span: float) -> float:
    r"""Tell how many layers a company needs when every manager leads `span` people.

    .. math:: L = \frac{\ln(N (s - 1) + 1)}{\ln s}

    Round up for whole layers.

    Parameters
    ----------
    headcount : float
        People :math:`N`, the top included.
    span : float
        People per manager, :math:`s`.

    Returns
    -------
    float
        Layers :math:`L` with the top.

    Raises
    ------
    CourseError
        Headcount or span below 1.

    References
    ----------
    The formula of `uniform_headcount`, solved for the layers.

    Examples
    --------
    >>> round(uniform_layers(1000, 8), 3), round(uniform_layers(1000, 5), 3)
    (4.258, 5.154)
    >>> uniform_layers(0, 8)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: headcount is 0. Give a number, 1 or more.
    """
    headcount = numbers.number("headcount", headcount, low=1)
    span = numbers.number("span", span, low=1)
    return headcount if span == 1 else math.log(headcount * (span - 1) + 1, span)


@public
def uniform_managers(headcount: float, span: float) -> float:
    r"""Count the managers among the people, :math:`(N - 1) / s`.

    Everybody but the top has one of the managers above.

    Parameters
    ----------
    headcount : float
        People :math:`N`, the top included, 1 or more.
    span : float
        People per manager, :math:`s`, 1 or more.

    Returns
    -------
    float
        Managers, the top included.

    Raises
    ------
    CourseError
        Headcount or span below 1.

    References
    ----------
    Everybody but the top has one boss; the company: Saylor Academy, *Span of Control*.

    Examples
    --------
    >>> uniform_managers(5461, 4)  # the textbook company with 4,096 people at the bottom
    1365.0
    >>> uniform_managers(5461, 0.5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: span is 0.5. Give a number, 1 or more.
    """
    headcount = numbers.number("headcount", headcount, low=1)
    span = numbers.number("span", span, low=1)
    return (headcount - 1) / span
