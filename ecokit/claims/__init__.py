"""What a page says of the shop, checked: a sentence that the numbers do not carry stops the book.

A page calls `claim` in a hidden cell, once for each sentence with a direction, a ranking or a
"most". What is true of every company that the simulator makes, and not of this year's shop alone,
is a claim of a general kind. It is a function from a shop to True or False in the module of its
topic, ``ecokit/claims/<topic>.py``; a test asks it of five companies, without the page.
"""

from __future__ import annotations

import numpy as np

from ecokit.errors import CourseError
from ecokit.messages import _


def claim(sentence: str, holds: object, **numbers: float | str) -> None:
    """Stop the page where the shop does not carry a sentence.

    Parameters
    ----------
    sentence : str
        The words as they stand on the page, or enough of them to find it. Three dots stand for a
        number that the page computes.
    holds : bool
        Whether they are true of the shop.
    **numbers : float or str
        What was compared, by name, for who has to mend the sentence.

    Raises
    ------
    CourseError
        They are not true, or nobody can tell.

    References
    ----------
    The course's own. It rests on a rule of the book: what a sentence concludes is computed where
    it stands.

    Examples
    --------
    >>> claim("Most orders are paid", 0.93 > 0.5, paid=0.93)
    >>> claim("Most orders are paid", 0.41 > 0.5, paid=0.41)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The shop does not carry "Most orders are paid": paid 0.41.
    """
    told = ", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in numbers.items())
    told = told or _("no numbers were named")
    if not isinstance(holds, bool | np.bool_):
        told = _("the check gives neither True nor False, but {it!r}").format(it=holds)
    elif holds:
        return
    text = _('The shop does not carry "{sentence}": {told}.')
    raise CourseError(text.format(sentence=sentence, told=told))


def _short(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


__all__ = ["claim"]
