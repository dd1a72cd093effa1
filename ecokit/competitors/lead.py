"""The leader: who has the market, and whose prices the others follow.

The largest seller need not be the one that others watch. Shares tell the first, the
order in which prices move tells the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any, TypeAlias, Union

import numpy as np
import pandas as pd

from ecokit.competitors.tables import TYPES, as_days, fetched
from ecokit.errors import CourseError
from ecokit.inputs import frames, intervals, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.messages import _

OTHERS = "others"
"""The seller of the market table that stands for all further, small ones."""

MOVE = 0.01
"""Smallest change of a category's prices (log points) that counts as a move."""

Shares: TypeAlias = Union[Mapping[str, float], "pd.Series[float]"]


@public
def market_shares(data: Any, *, by: By = None) -> Any:
    """Tell which share of the market's sales each seller has.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``market``: ``seller``, ``sales`` (yuan), and the columns of `by`.
    by : str or sequence of str, optional
        Columns such as ``"category"`` or ``"month"``: shares within each.

    Returns
    -------
    table
        `by`, ``seller``, ``sales``, ``share`` (0 to 1; empty where nothing was sold); largest
        first within `by`.

    Raises
    ------
    CourseError
        A column is missing, sales are no numbers from zero on, or there are none.

    References
    ----------
    Slide 18 (choose the leader).

    Examples
    --------
    >>> import pandas as pd
    >>> market = pd.DataFrame({"month": [1, 1, 2, 2], "seller": ["own", "K1"] * 2,
    ...                        "sales": [100.0, 300.0, 100.0, 100.0]})
    >>> market_shares({"market": market})[["seller", "share"]].round(3).values.tolist()
    [['K1', 0.667], ['own', 0.333]]
    >>> market_shares({"market": market[:0]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The market table has no sales, so nobody has a share of them.
    """
    return frames.like(_shares(data, frames.listed(by)), data)


def _shares(data: Any, keys: Sequence[str]) -> pd.DataFrame:
    frames.refuse_taken(keys, ["seller", "sales", "share"])
    columns = [*keys, "seller"]
    (market,) = frames.fetched(data, {"market": [*columns, "sales"]})
    wrong = [rows.missing(name, *columns) for name in columns]
    rows.refuse(market, "market", [*wrong, rows.below_zero("sales", *columns)])
    if not market["sales"].sum() > 0:
        raise CourseError(_("The market table has no sales, so nobody has a share of them."))
    fen = market.assign(sales=(market["sales"] * 100).round().astype("Int64"))
    table: pd.DataFrame = fen.groupby(columns)[["sales"]].sum().reset_index()
    whole = table.groupby(list(keys))["sales"].transform("sum") if keys else table["sales"].sum()
    table["share"] = (table["sales"] / whole).astype(float)
    table["sales"] = table["sales"].astype(float) / 100
    ascending = [True] * len(keys) + [False, True]
    order = [*keys, "share", "seller"]
    return table.sort_values(order, ascending=ascending, ignore_index=True)


@public
def hhi(shares: Shares, others: str | None = OTHERS) -> float:
    """Measure how concentrated a market is: the Herfindahl-Hirschman index.

    Parameters
    ----------
    shares : mapping or Series of seller to float
        Shares from 0 to 1 that add up to 1.
    others : str, optional
        The entry that stands for many small sellers: it adds nothing. None: every entry is
        one seller.

    Returns
    -------
    float
        From near 0 (many small sellers) to 10,000 (one): the sum of squared shares in per cent.

    Raises
    ------
    CourseError
        The shares do not add up to 1, for example because they are in per cent.

    References
    ----------
    US Department of Justice and Federal Trade Commission (2023), *Merger Guidelines*,
    guideline 1.

    Examples
    --------
    >>> round(hhi({"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}), 6)
    3000.0
    >>> round(hhi({"a": 0.4, "others": 0.6}), 6)
    1600.0
    >>> hhi({"a": 40, "b": 60})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The shares add up to 100; as fractions they add up to 1. Divide
        per cent by 100.
    """
    values = _whole(shares)
    if others is not None:
        others = numbers.text("others", others)
    return 10_000 * sum(share**2 for seller, share in values.items() if seller != others)


def _whole(shares: Shares) -> dict[str, float]:
    values = numbers.by_name("shares", shares, low=0)
    total = sum(values.values())
    if not abs(total - 1) < 1e-6:
        sentence = _(
            "The shares add up to {total:.6g}; as fractions they add up to 1. "
            "Divide per cent by 100."
        )
        raise CourseError(sentence.format(total=total))
    return values


@public
def effective_firms(shares: Shares, others: str | None = OTHERS) -> float:
    """Tell how many sellers of equal size would make a market as concentrated as this one.

    Parameters
    ----------
    shares : mapping or Series of seller to float
        As in :func:`hhi`.
    others : str, optional
        As in :func:`hhi`.

    Returns
    -------
    float
        10,000 / HHI.

    Raises
    ------
    CourseError
        As in :func:`hhi`, and when only `others` sell.

    References
    ----------
    N equal sellers have an HHI of 10,000 / n, turned round.

    Examples
    --------
    >>> round(effective_firms({"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}), 3)
    3.333
    >>> effective_firms({"others": 1.0})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No seller is named, so the number of firms cannot be told.
    """
    index = hhi(shares, others)
    if not index:
        raise CourseError(_("No seller is named, so the number of firms cannot be told."))
    return 10_000 / index


@public
def merger_delta(shares: Shares, one: str, other: str) -> float:
    """Tell by how much the HHI rises when two sellers become one: 2ab, in per cent squared.

    Parameters
    ----------
    shares : mapping or Series of seller to float
        As in :func:`hhi`.
    one, other : str
        The two sellers.

    Returns
    -------
    float
        Points of HHI.

    Raises
    ------
    CourseError
        A seller is not there, or the two are the same.

    References
    ----------
    *Merger Guidelines* (2023), guideline 1.

    Examples
    --------
    >>> round(merger_delta({"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}, "c", "d"), 6)
    400.0
    >>> merger_delta({"a": 0.4, "b": 0.6}, "a", "x")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: other is 'x'. Choose one of: a, b.
    """
    values = _whole(shares)
    sellers = [seller for seller in values if seller != OTHERS]
    _two_of(sellers, {"one": one, "other": other})
    return 20_000 * values[one] * values[other]


@public
def concentration(data: Any, *, by: By = "category") -> Any:
    """Put leader, its share, HHI and number of effective firms side by side.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``market``: ``seller``, ``sales``, and the columns of `by`.
    by : str or sequence of str
        Columns such as ``"category"`` or ``"month"``.

    Returns
    -------
    table
        `by`, ``leader`` (the largest named seller), ``share`` (its share), ``own`` (share of the
        seller ``own``), ``hhi`` (:data:`OTHERS` counted as many), ``hhi_others_as_one``,
        ``firms`` (effective). The truth lies between the two: nobody knows how many the others are.
        A group in which nothing was sold has no row; one in which only others sell has no leader.

    Raises
    ------
    CourseError
        As in :func:`market_shares`.

    References
    ----------
    As in :func:`hhi`.

    Examples
    --------
    >>> import pandas as pd
    >>> market = pd.DataFrame({"category": "audio", "seller": ["own", "K1", "others"],
    ...                        "sales": [20.0, 30.0, 50.0]})
    >>> concentration({"market": market}).round(2).values.tolist()
    [['audio', 'K1', 0.3, 0.2, 1300.0, 3800.0, 7.69]]
    >>> concentration({"market": market}, by="week")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table market has no column week. It has: category, seller, ...
    """
    keys = frames.listed(by, least=1)
    found = []
    for name, group in _shares(data, keys).dropna().groupby(keys):
        shares = group.set_index("seller")["share"]
        named = shares.drop(OTHERS, errors="ignore")
        led = bool(named.sum() > 0)
        told = {
            "leader": named.idxmax() if led else None,
            "share": named.max(),
            "own": shares.get("own", np.nan),
            "hhi": hhi(shares),
            "hhi_others_as_one": hhi(shares, others=None),
            "firms": effective_firms(shares) if led else np.nan,
        }
        found.append(dict(zip(keys, name, strict=True)) | told)
    return frames.like(pd.DataFrame(found), data)


def _two_of(names: Sequence[str], given: Mapping[str, object]) -> None:
    """Refuse two arguments that do not name different ones of `names`."""
    for argument, name in given.items():
        numbers.one_of(argument, name, names)
    if len(set(given.values())) < len(given):
        sentence = _("{both} are the same. Name two different ones of: {known}.")
        both = _(" and ").join(given)
        raise CourseError(sentence.format(both=both, known=", ".join(names)))


@public
def price_moves(
    panel: Any,
    price: str = "list_price",
    *,
    competitor_id: str = "competitor_id",
    sku: str = "sku",
    category: str = "category",
    week: str = "week",
) -> Any:
    """Measure by how much each competitor moved each category's prices from week to week.

    Parameters
    ----------
    panel : table
        One row an offer and week.
    price : str
        ``"list_price"`` leaves promotions out; ``"price"`` is what customers pay. Festivals move
        all prices paid at once, and hide who follows whom.
    competitor_id, sku, category, week : str
        Names of its columns.

    Returns
    -------
    table
        ``week``, ``competitor_id``, ``category``, ``move``: the mean log change over the products
        that are there in this and the previous week; empty where there is none.

    Raises
    ------
    CourseError
        A column is missing, a value in it cannot be, an offer stands twice in a week, there are
        fewer than two weeks, or they are not 7 days apart.

    References
    ----------
    The mean log change is the log of a Jevons index of matched products.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"competitor_id": "K1", "sku": ["a", "b"] * 2, "category": "audio",
    ...     "week": pd.to_datetime(["2025-03-03"] * 2 + ["2025-03-10"] * 2),
    ...     "list_price": [100.0, 200.0, 110.0, 200.0]})
    >>> price_moves(panel)["move"].round(4).tolist()
    [0.0477]
    >>> price_moves(panel[:2])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Moves need two weeks at least; the panel has 1.
    """
    keys = ["competitor_id", "category", "sku"]
    named = {"competitor_id": competitor_id, "category": category, "sku": sku, "week": week}
    offers = frames.table(panel, {**named, "price": price}, name="panel", types=TYPES)
    table = frames.as_pandas(offers.select(*named, "price")).dropna(subset=["price"])
    table["week"] = as_days(table["week"])
    wrong = [rows.missing(name, *keys) for name in named]
    wrong += [rows.not_above_zero("price", *keys), rows.twice(*keys, "week")]
    rows.refuse(table, "panel", wrong)
    weeks = np.sort(table["week"].unique())
    if len(weeks) < 2:
        sentence = _("Moves need two weeks at least; the panel has {weeks}.")
        raise CourseError(sentence.format(weeks=len(weeks)))
    if ((weeks - weeks[0]) % np.timedelta64(7, "D")).any():
        raise CourseError(
            _("The weeks are not 7 days apart. Keep one day of each week, such as its Monday.")
        )
    wide = table.pivot_table(index="week", columns=keys, values="price").asfreq("7D")
    changes = wide.apply(np.log).diff().iloc[1:]
    moves = changes.T.groupby(level=["competitor_id", "category"]).mean()
    tidy = moves.melt(ignore_index=False, var_name="week", value_name="move").reset_index()
    tidy = tidy.sort_values(["week", "competitor_id", "category"], ignore_index=True)
    return frames.like(tidy[["week", "competitor_id", "category", "move"]], panel)


@public
def lead_lag(moves: Any, leader: str, follower: str, most_weeks: int = 6) -> Any:
    """Correlate the moves of one competitor with those of another, some weeks later or earlier.

    Parameters
    ----------
    moves : table
        What :func:`price_moves` returned.
    leader, follower : str
        Two competitors.
    most_weeks : int
        Lags from -most_weeks to most_weeks are tried; a positive lag means that `follower` moves
        so many weeks after `leader`.

    Returns
    -------
    table
        ``lag``, ``correlation`` (over category weeks), ``pairs`` (their number), ``noise``: without
        any connection, all correlations together stay within plus or minus this 19 times of 20.
        The more lags are tried, the wider it is.

    Raises
    ------
    CourseError
        A column is missing, a competitor is not in it, or the two are the same.

    References
    ----------
    The cross-correlation of two series, as statsmodels' ``ccf`` defines it; the bound for
    several lags is Bonferroni's.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> steps = np.random.default_rng(1).normal(size=40)
    >>> weeks = pd.date_range("2025-03-03", periods=38, freq="7D")
    >>> moves = pd.concat(
    ...     pd.DataFrame({"week": weeks, "competitor_id": name, "category": "audio", "move": part})
    ...     for name, part in (("K1", steps[2:]), ("K2", steps[:-2])))
    >>> table = lead_lag(moves, "K1", "K2", most_weeks=3)
    >>> int(table["lag"][table["correlation"].idxmax()])
    2
    >>> lead_lag(moves, "K1", "K9")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: follower is 'K9'. Choose one of: K1, K2.
    """
    wide = _wide(moves)
    _two_of(_competitors(wide), {"leader": leader, "follower": follower})
    lags = numbers.count("most_weeks", most_weeks, 1, 520)
    return frames.like(_by_lag(wide, leader, follower, lags), moves)


def _by_lag(wide: pd.DataFrame, leader: str, follower: str, most_weeks: int) -> pd.DataFrame:
    found = []
    bound = intervals.normal_quantile(1 - 0.05 / (2 * most_weeks + 1))
    for lag in range(-most_weeks, most_weeks + 1):
        x, y = _paired(wide, leader, follower, lag)
        enough = len(x) > 2 and x.std() > 0 and y.std() > 0
        correlation = float(np.corrcoef(x, y)[0, 1]) if enough else np.nan
        found.append((lag, correlation, len(x), bound / np.sqrt(max(len(x), 1))))
    return pd.DataFrame(found, columns=["lag", "correlation", "pairs", "noise"])


def _wide(moves: Any) -> pd.DataFrame:
    """Return moves with one row a week and one column a competitor and category."""
    keys = ["competitor_id", "category"]
    (table,) = fetched({"moves": moves}, {"moves": ["week", *keys, "move"]})
    wrong = [rows.missing(name, *keys) for name in ("week", *keys)]
    rows.refuse(table, "moves", [*wrong, rows.twice("week", *keys)])
    wide = table.pivot_table(index="week", columns=keys, values="move", dropna=False)
    return wide.asfreq("7D") if len(wide) else wide


def _competitors(wide: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(wide.columns.get_level_values("competitor_id")))


def _paired(
    wide: pd.DataFrame, leader: str, follower: str, lag: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the leader's moves and the follower's `lag` weeks later, in common categories."""
    first, second = wide[leader], wide[follower].shift(-lag)
    common = first.columns.intersection(second.columns)
    x, y = (frame[common].to_numpy().ravel() for frame in (first, second))
    both = np.isfinite(x) & np.isfinite(y)
    return x[both], y[both]


@public
def price_leaders(moves: Any, most_weeks: int = 6) -> Any:
    """Tell for each pair of competitors who moves first, by how many weeks, and how surely.

    Parameters
    ----------
    moves : table
        What :func:`price_moves` returned.
    most_weeks : int
        Longest lag.

    Returns
    -------
    table
        ``leader``, ``follower``, ``weeks`` (the lag with the highest correlation),
        ``correlation``, ``noise``, ``moves`` (of the leader, at least :data:`MOVE`) and
        ``followed`` (share of them after which the follower moved the same way, that many weeks
        later, at least half as far). One row a pair in which the best lag is positive and above
        the noise; strongest first.

    Raises
    ------
    CourseError
        As in :func:`lead_lag`.

    References
    ----------
    Slide 18 (choose the leader); as in :func:`lead_lag`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> steps = np.random.default_rng(1).normal(size=40)
    >>> weeks = pd.date_range("2025-03-03", periods=38, freq="7D")
    >>> moves = pd.concat(
    ...     pd.DataFrame({"week": weeks, "competitor_id": name, "category": "audio", "move": part})
    ...     for name, part in (("K1", steps[2:]), ("K2", steps[:-2])))
    >>> price_leaders(moves)[["leader", "follower", "weeks", "followed"]].values.tolist()
    [['K1', 'K2', 2, 1.0]]
    >>> price_leaders(moves[moves["competitor_id"] == "K1"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A leader needs a follower: give the moves of two competitors.
    """
    wide, lags = _wide(moves), numbers.count("most_weeks", most_weeks, 1, 520)
    names = _competitors(wide)
    if len(names) < 2:
        raise CourseError(_("A leader needs a follower: give the moves of two competitors."))
    found = []
    for leader, follower in permutations(names, 2):
        table = _by_lag(wide, leader, follower, lags).dropna(subset=["correlation"])
        if table.empty:
            continue
        best = table.iloc[int(table["correlation"].argmax())]
        if best["lag"] <= 0 or best["correlation"] <= best["noise"]:
            continue
        x, y = _paired(wide, leader, follower, int(best["lag"]))
        moved = np.abs(x) >= MOVE
        followed = (np.sign(x) == np.sign(y)) & (np.abs(y) >= np.abs(x) / 2)
        share = float(followed[moved].mean()) if moved.any() else np.nan
        surely = (best["correlation"], best["noise"], int(moved.sum()), share)
        found.append((leader, follower, int(best["lag"]), *surely))
    columns = ["leader", "follower", "weeks", "correlation", "noise", "moves", "followed"]
    table = pd.DataFrame(found, columns=columns)
    return frames.like(table.sort_values("correlation", ascending=False, ignore_index=True), moves)
