"""Companies that are made for the case: ten whose sales fell by an eighth in four weeks."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.shop import Shop, simulate

COMPANIES = (165, 128, 129, 144, 151, 174, 175, 182, 185, 213)
"""Seeds of companies whose paid sales fell by 11.5 to 12.6 % in their last four weeks."""

SKIPPED = ("National Day", "Members' thanks")
"""Campaigns that stand in everybody's calendar, and that these companies did not run."""

FIRST, DAYS = "2025-08-01", 81
"""The first day and the number of days: the last one is 20 October."""


@public
def company(number: int = 0, *, luck: int = 0, skipped: tuple[str, ...] = SKIPPED) -> Shop:
    """Return a company whose sales fell, and of which nobody has been told why.

    Parameters
    ----------
    number : int
        Which of the ten: 0 to 9.
    luck : int
        Another number is the same company with other luck.
    skipped : tuple of str
        Campaigns that it does not run.

    Returns
    -------
    Shop
        From 1 August to 20 October 2025. The last four weeks begin on 23 September.

    Raises
    ------
    CourseError
        There is no such company, or a campaign that nobody plans.

    References
    ----------
    The course's own: see ``ecokit.shop.simulate``.

    Examples
    --------
    >>> str(company().visits["started_at"].max().date())
    '2025-10-20'
    """
    seed = COMPANIES[numbers.count("number", number, 0, len(COMPANIES) - 1)]
    names = tuple(frames.listed(skipped, "skipped"))
    return _made(seed, numbers.count("luck", luck, 0, 2**31), names)


@lru_cache(maxsize=4)
def _made(seed: int, luck: int, skipped: tuple[str, ...]) -> Shop:
    return simulate(seed, DAYS, start=str(pd.Timestamp(FIRST).date()), without=skipped, luck=luck)
