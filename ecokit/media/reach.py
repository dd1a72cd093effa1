"""Reach and frequency: how many people a plan meets, and how often; reach does not add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from scipy import stats

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.kpi.grouping import answer, grouped, inner_names
from ecokit.media.given import beyond_people, checked
from ecokit.messages import _

_TOLD = ("stories", "added_up", "reached_low", "reached_high", "frequency")


@dataclass(frozen=True)
class Reach:
    """What several media reach together.

    Attributes
    ----------
    added_up : float
        The sum of their reaches: people counted once for each medium; may be above 1.
    reach : float
        Share of the people whom at least one reaches.
    frequency : float
        How many of the media reach one of these people, on average.
    """

    added_up: float
    reach: float
    frequency: float


@public
def combined_reach(reaches: Any) -> Reach:
    """Return what independent media reach together.

    Parameters
    ----------
    reaches : sequence of float, or mapping of name to float
        The share of the people whom each medium reaches.

    Returns
    -------
    Reach
        ``added_up``, ``reach`` and ``frequency``.

    Raises
    ------
    CourseError
        A share is below 0 or above 1, or none is above 0.

    Notes
    -----
    Who is missed by all: the product of the shares missed. Readers of one medium read the others
    neither more nor less often than all people do; in truth they often read more, and the reach
    is smaller then.

    References
    ----------
    Leckenby and Kim (1992), on models of reach and frequency.

    Examples
    --------
    >>> found = combined_reach([0.4, 0.3, 0.2])
    >>> round(found.added_up, 1), round(found.reach, 3), round(found.frequency, 4)
    (0.9, 0.664, 1.3554)
    >>> combined_reach([0.4, 30])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: reaches holds 30. Give shares from 0 to 1; write 45 % as 0.45.
    """
    if isinstance(reaches, dict):
        given = np.array(list(numbers.by_name("reaches", reaches, low=0).values()))
    else:
        given = numbers.row("reaches", reaches, low=0)
    if (given > 1).any():
        message = _("reaches holds {wrong:g}. Give shares from 0 to 1; write 45 % as 0.45.")
        raise CourseError(message.format(wrong=given[given > 1][0]))
    if not given.any():
        raise numbers.refused("reaches", reaches, _("Give shares of which one is above 0."))
    total = float(given.sum())
    reach = float(1 - np.prod(1 - given)) or total  # of tiny shares, nobody is met twice
    return Reach(total, reach, total / reach)


@public
def exposures(grp: float, spread: float | None = None, *, most: int = 10) -> pd.DataFrame:
    """Return how many people meet a plan how often.

    Parameters
    ----------
    grp : float
        Gross rating points: contacts for each hundred people, 180 for 1.8 each.
    spread : float, optional
        Shape k of the gamma law by which people differ in how much they see; the smaller, the
        more they differ. All alike (Poisson), where nothing is said.
    most : int
        The last row but one: those who meet it so often; the last row is for more.

    Returns
    -------
    DataFrame
        ``times`` (0 to `most`), ``share`` (of the people who meet it so often) and ``at_least``
        (so often or more).

    Raises
    ------
    CourseError
        A number is not above 0.

    Notes
    -----
    Poisson of mean ``grp / 100``, or negative binomial with the same mean and the shape `spread`.

    References
    ----------
    Danaher (2007), who predicts audiences by negative binomial laws.

    Examples
    --------
    >>> exposures(180, most=2).round(4)
       times   share  at_least
    0      0  0.1653    1.0000
    1      1  0.2975    0.8347
    2      2  0.2678    0.5372
    >>> exposures(180, 0.5, most=2)["at_least"].round(4).tolist()
    [1.0, 0.5337, 0.3513]
    """
    mean = numbers.positive("grp", grp) / 100
    times = np.arange(numbers.count("most", most, 0, 1_000) + 1)
    law = _law(mean, spread)
    return pd.DataFrame({"times": times, "share": law.pmf(times), "at_least": law.sf(times - 1)})


@public
def effective_reach(grp: float, spread: float | None = None, *, least: int = 3) -> float:
    """Return the share of the people who meet a plan at least so often.

    Parameters
    ----------
    grp : float
        Gross rating points: contacts for each hundred people.
    spread : float, optional
        As for :func:`exposures`.
    least : int
        How often, 1 for the reach.

    Returns
    -------
    float
        Share of the people.

    Raises
    ------
    CourseError
        A number is not above 0.

    References
    ----------
    Danaher (2007).

    Examples
    --------
    >>> round(effective_reach(180, least=1), 6), round(effective_reach(180), 6)
    (0.834701, 0.269379)
    >>> round(effective_reach(180, 0.5, least=1), 6), round(effective_reach(180, 0.5), 6)
    (0.533748, 0.244213)
    """
    law = _law(numbers.positive("grp", grp) / 100, spread)
    return float(law.sf(numbers.count("least", least, 1, 1_000) - 1))


def _law(mean: float, spread: float | None) -> Any:
    if spread is None:
        return stats.poisson(mean)
    shape = numbers.positive("spread", spread)
    if shape > 1e9 * mean:  # they differ so little that the law is Poisson's, to nine digits
        return stats.poisson(mean)
    return stats.nbinom(shape, shape / (shape + mean))


@public
def story_reach(data: Any, audience: float, *, by: By = "kind") -> Any:
    """Say how many people stories reached: less than the sum of their readers.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``stories``: ``published_at``, ``outlet``, ``reach``, and what `by` names.
    audience : float
        How many people there are to reach.
    by : str or sequence of str, optional
        Columns of stories, or a period such as "month".

    Returns
    -------
    table of the caller's kind
        `by`; ``stories``; ``added_up`` (the sum of their reaches); ``reached_low`` (people, if
        each outlet always has the same readers), ``reached_high`` (if those of each story are
        independent of all others); ``frequency`` (``added_up`` over ``reached_high``: at least so
        often one of these people met a story). Sorted by `by`.

    Raises
    ------
    CourseError
        A table or a column is missing, a reach is missing, below 0 or not below the audience.

    Notes
    -----
    Both bounds take outlets as independent of each other. Readers of an outlet come back, so that
    the truth is nearer to the low one for stories in the same outlet.

    References
    ----------
    Leckenby and Kim (1992), on what is assumed when audiences are added up.

    Examples
    --------
    >>> stories = pd.DataFrame({"published_at": pd.Timestamp("2025-05-05"), "kind": "earned",
    ...     "outlet": ["Daily", "Daily", "Weekly"], "reach": [400, 400, 300]})
    >>> story_reach({"stories": stories}, 1_000).round(2)
         kind  stories  added_up  reached_low  reached_high  frequency
    0  earned        3      1100        580.0         748.0       1.47
    >>> story_reach({"stories": stories}, 300)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In 3 of 3 rows of stories, reach is not below the audience of ...
    """
    people = numbers.positive("audience", audience)
    keys = frames.listed(by)
    stories = _stories(data, keys, people)
    inner = inner_names(keys)
    reach = nw.col("reach").cast(nw.Float64)
    by_outlet = (
        stories.with_columns(reach, _missed=(1 - reach / people).log())
        .group_by(*inner, "outlet")
        .agg(
            nw.len().alias("stories"),
            nw.col("reach").sum().alias("added_up"),
            nw.col("reach").max().alias("_most"),
            nw.col("_missed").sum(),
        )
        .with_columns(_same=(1 - nw.col("_most") / people).log())
    )
    sums = [nw.col(name).sum() for name in ("stories", "added_up", "_missed", "_same")]
    found = by_outlet.group_by(*inner).agg(*sums) if inner else by_outlet.select(*sums)
    high = (1 - nw.col("_missed").exp()) * people
    told = {
        "stories": nw.col("stories").cast(nw.Int64),
        "added_up": nw.col("added_up").cast(nw.Int64),
        "reached_low": (1 - nw.col("_same").exp()) * people,
        "reached_high": high,
        "frequency": nw.when(high > 0).then(nw.col("added_up") / high),
    }
    return answer(found, keys, told)


def _stories(data: Any, keys: list[str], people: float) -> Any:
    """Return the stories with their groups, none of them larger than the audience."""
    told = _("reach is not below the audience of {n:,.0f}").format(n=people)
    above = rows.Wrong(told, nw.col("reach") >= people, ("reach", "outlet"))
    rules = (rows.below_zero("reach", "outlet"), beyond_people("outlet"), above)
    stories = checked(data, "stories", "published_at outlet reach", keys, *rules)
    columns = ("outlet", "reach")
    return grouped(stories, keys, columns, _TOLD, table="stories", time="published_at")
