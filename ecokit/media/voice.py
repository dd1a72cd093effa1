"""Share of voice: our part of what is told, beside our part of what is sold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from ecokit.errors import CourseError
from ecokit.inputs import frames, rows
from ecokit.inputs.frames import By
from ecokit.inputs.intervals import normal_quantile
from ecokit.inputs.renamed import public
from ecokit.kpi.grouping import answer, grouped, inner_names
from ecokit.media.given import beyond_people, checked
from ecokit.messages import _

_TOLD = ("stories", "reach", "share_of_voice", "tone")


@public
def share_of_voice(data: Any, *, by: By = None) -> Any:
    """Return the part that each seller has of the readers of all stories.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``stories``: ``published_at``, ``about``, ``reach``, ``tone``, and what `by` names.
    by : str or sequence of str, optional
        A period, such as "month", or columns of stories, such as "kind".

    Returns
    -------
    table of the caller's kind
        `by`; ``about``; ``stories``; ``reach`` (readers, added up); ``share_of_voice`` (their part
        in the group; missing where nobody read anything); ``tone`` (mean by reader, from -1 to 1).
        Sorted by `by` and ``about``.

    Raises
    ------
    CourseError
        A table or a column is missing, a reach is missing or below 0, or a tone is not -1, 0 or 1.

    Notes
    -----
    A loud voice is no good one: bad stories count, too. See ``tone``.

    References
    ----------
    Jones (1990), who sets share of voice beside market share.

    Examples
    --------
    >>> import pandas as pd
    >>> stories = pd.DataFrame({"published_at": pd.Timestamp("2025-05-05"), "tone": [1, -1, 0],
    ...     "about": ["own", "own", "K1"], "reach": [300, 100, 400]})
    >>> share_of_voice({"stories": stories})
      about  stories  reach  share_of_voice  tone
    0    K1        1    400             0.5   0.0
    1   own        2    400             0.5   0.5
    """
    keys = [key for key in frames.listed(by) if key != "about"]
    tones = rows.Wrong(
        _("tone is not -1, 0 or 1"),
        nw.col("tone").is_null() | ~nw.col("tone").is_in([-1, 0, 1]),
        ("tone", "about"),
    )
    rules = (rows.below_zero("reach", "about"), beyond_people("about"), tones)
    stories = checked(data, "stories", "published_at about reach tone", keys, *rules)
    groups = [*keys, "about"]
    frame = grouped(stories, groups, ("reach", "tone"), _TOLD, table="stories", time="published_at")
    inner = inner_names(groups)
    reach = nw.col("reach").cast(nw.Float64)
    sums = (
        frame.with_columns(reach, _toned=reach * nw.col("tone"))
        .group_by(*inner)
        .agg(nw.len().alias("stories"), nw.col("reach").sum(), nw.col("_toned").sum())
    )
    total = nw.col("reach").sum().alias("_all")
    if keys:
        everything = sums.group_by(*inner[:-1]).agg(total)
        sums = sums.join(everything, on=inner[:-1], how="left")
    else:
        sums = sums.with_columns(_one=nw.lit(1))
        everything = sums.group_by("_one").agg(total)
        sums = sums.join(everything, on=["_one"], how="left")
    told = {
        "stories": nw.col("stories").cast(nw.Int64),
        "reach": nw.col("reach").cast(nw.Int64),
        "share_of_voice": _part("reach", "_all"),
        "tone": _part("_toned", "reach"),
    }
    return answer(sums, groups, told)


def _part(above: str, below: str) -> nw.Expr:
    return nw.when(nw.col(below) > 0).then(nw.col(above) / nw.col(below))


@public
def voice_and_market(data: Any, *, by: By = None) -> Any:
    """Set the share of voice of each seller beside its share of the market.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``stories``, as for :func:`share_of_voice`, and ``market``: ``month``, ``seller``,
        ``sales``.
    by : str or sequence of str, optional
        "month", "quarter" or "year".

    Returns
    -------
    table of the caller's kind
        `by`; ``seller``; ``share_of_voice``; ``market_share`` (both among the sellers that stories
        tell of: all others are left out; missing where nobody is reached, or none of them sells);
        ``excess`` (the first less the second). Sorted by `by` and ``seller``.

    Raises
    ------
    CourseError
        As for :func:`share_of_voice`; sales are missing or below 0; or no seller is in both.

    Notes
    -----
    Side by side is not cause and effect: large sellers are talked about because they are large.

    References
    ----------
    Jones (1990); Hansen and Christensen (2005), for the two shares in many product categories.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2025-05-01")
    >>> stories = pd.DataFrame({"published_at": day, "tone": 0, "about": ["own", "K1"],
    ...     "reach": [300, 100]})
    >>> market = pd.DataFrame({"month": day, "seller": ["own", "K1", "others"],
    ...     "sales": [60.0, 40.0, 500.0]})
    >>> voice_and_market({"stories": stories, "market": market})
      seller  share_of_voice  market_share  excess
    0     K1            0.25           0.4   -0.15
    1    own            0.75           0.6    0.15
    """
    keys = frames.listed(by)
    voice = frames.as_pandas(share_of_voice(data, by=keys)).rename(columns={"about": "seller"})
    rule = rows.below_zero("sales", "seller", "month")
    market = checked(data, "market", "month seller sales", keys, rule)
    groups = [*keys, "seller"]
    frame = grouped(market, groups, ("sales",), ("market_share",), table="market", time="month")
    sums = frame.group_by(*inner_names(groups)).agg(nw.col("sales").sum())
    sold = frames.as_pandas(answer(sums, groups, {"sales": nw.col("sales")}))
    both = voice.merge(sold, on=groups)
    if both.empty:
        message = _(
            "No seller of market is one that stories tell about. Give the same keys to seller and "
            "about, and the same months."
        )
        raise CourseError(message)
    for name, column in (("share_of_voice", "reach"), ("market_share", "sales")):
        amount = both[column].astype(float)
        total = (
            amount.groupby([both[key] for key in keys]).transform("sum") if keys else amount.sum()
        )
        both[name] = amount / total
    both["excess"] = both["share_of_voice"] - both["market_share"]
    columns = [*groups, "share_of_voice", "market_share", "excess"]
    return frames.like(both[columns].sort_values(groups, ignore_index=True), data)


@dataclass(frozen=True)
class Correlation:
    """How two shares go together.

    Attributes
    ----------
    r, low, high : float
        The correlation and its interval; the interval is missing for fewer than four rows.
    n : int
        How many rows.
    """

    r: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        if math.isnan(self.low):
            message = _(
                "The two shares go together with a correlation of {r:.2f} ({n} rows, too few or "
                "too alike for an interval). That tells nothing of what moves what."
            )
            return message.format(r=self.r, n=self.n)
        message = _(
            "The two shares go together with a correlation of {r:.2f} ({low:.2f} to {high:.2f}, "
            "{n} rows). That tells nothing of what moves what."
        )
        return message.format(r=self.r, low=self.low, high=self.high, n=self.n)


@public
def voice_correlation(table: Any, *, confidence: float = 0.95) -> Correlation:
    """Return the correlation of share of voice and market share, with its interval.

    Parameters
    ----------
    table : table of any engine
        What :func:`voice_and_market` returned: ``share_of_voice`` and ``market_share``.
    confidence : float
        Of the interval.

    Returns
    -------
    Correlation
        Prints as a sentence.

    Raises
    ------
    CourseError
        There are fewer than three rows, or all of them have the same share.

    Notes
    -----
    Fisher's z. Rows of the same sellers in several months are alike, and the interval is too
    narrow for them: give one row a seller.

    References
    ----------
    Fisher (1921).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"share_of_voice": [0.1, 0.2, 0.3, 0.4],
    ...     "market_share": [0.2, 0.1, 0.3, 0.4]})
    >>> print(voice_correlation(table))
    The two shares go together with a correlation of 0.80 (-0.70 to 1.00, 4 rows). That tells
    nothing of what moves what.
    """
    names = ("share_of_voice", "market_share")
    kinds = dict.fromkeys(names, "number")
    given = frames.as_pandas(frames.table(table, list(names), name="table", types=kinds))
    pairs = given[list(names)].dropna().to_numpy(float)
    if len(pairs) < 3 or (np.ptp(pairs, axis=0) == 0).any():
        message = _(
            "A correlation needs three rows or more with different shares, and there are {n}."
        )
        raise CourseError(message.format(n=len(pairs)))
    z = normal_quantile(confidence)
    r = float(np.clip(np.corrcoef(pairs.T)[0, 1], -1, 1))
    if len(pairs) < 4 or abs(r) == 1:
        return Correlation(r, math.nan, math.nan, len(pairs))
    half = z / math.sqrt(len(pairs) - 3)
    middle = math.atanh(r)
    return Correlation(r, math.tanh(middle - half), math.tanh(middle + half), len(pairs))
