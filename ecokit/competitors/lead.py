"""The leader: who has the market, and whose prices the others follow.

The largest seller need not be the one that others watch. Shares tell the first, the
order in which prices move tells the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from ecokit.competitors.inputs import days, demand_columns, known, numbers, once
from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd

OTHERS = "others"
"""The seller of the market table that stands for all further, small ones."""

MOVE = 0.01
"""Smallest change of a category's prices (log points) that counts as a move."""

Shares = Mapping[str, float]


def market_shares(market: pd.DataFrame, by: str | Sequence[str] = ()) -> pd.DataFrame:
    """Tell which share of the market's sales each seller has.

    Parameters
    ----------
    market : DataFrame
        ``seller``, ``sales`` (yuan), and the columns of `by`.
    by : str or sequence of str
        Columns such as ``"category"`` or ``"month"``: shares within each.

    Returns
    -------
    DataFrame
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
    >>> market_shares(market)[["seller", "share"]].round(3).values.tolist()
    [['K1', 0.667], ['own', 0.333]]
    >>> market_shares(market[:0])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The market table has no sales, so nobody has a share of them.
    """
    keys = [by] if isinstance(by, str) else list(by)
    demand_columns(market, [*keys, "seller", "sales"])
    known(market, [*keys, "seller"])
    market = numbers(market, ["sales"], zero=True)
    if not market["sales"].sum() > 0:
        raise CourseError(_("The market table has no sales, so nobody has a share of them."))
    fen = market.assign(sales=(market["sales"] * 100).round().astype("Int64"))
    table: pd.DataFrame = fen.groupby([*keys, "seller"])[["sales"]].sum().reset_index()
    whole = table.groupby(keys)["sales"].transform("sum") if keys else table["sales"].sum()
    table["share"] = (table["sales"] / whole).astype(float)
    table["sales"] = table["sales"].astype(float) / 100
    order = [*keys, "share", "seller"]
    ascending = [True] * len(keys) + [False, True]
    return table.sort_values(order, ascending=ascending, ignore_index=True)


def hhi(shares: Shares | pd.Series[float], others: str | None = OTHERS) -> float:
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
    return 10_000 * sum(share**2 for seller, share in values.items() if seller != others)


def _whole(shares: Shares | pd.Series[float]) -> dict[str, float]:
    try:
        entries = [(str(seller), float(share)) for seller, share in shares.items()]
    except (AttributeError, TypeError, ValueError):
        sentence = _("Give each seller's share as a number, such as {'K1': 0.4, 'others': 0.6}.")
        raise CourseError(sentence) from None
    values = dict(entries)
    if len(values) < len(entries):
        raise CourseError(_("A seller stands twice in the shares. Add its shares up first."))
    if any(share < 0 for share in values.values()):
        raise CourseError(_("A share is below zero; each lies between 0 and 1."))
    total = sum(values.values())
    if not abs(total - 1) < 1e-6:
        sentence = _(
            "The shares add up to {total:.6g}; as fractions they add up to 1. "
            "Divide per cent by 100."
        )
        raise CourseError(sentence.format(total=total))
    return values


def effective_firms(shares: Shares | pd.Series[float], others: str | None = OTHERS) -> float:
    """Tell how many sellers of equal size would make a market as concentrated as this one.

    Parameters
    ----------
    shares, others
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


def merger_delta(shares: Shares | pd.Series[float], one: str, other: str) -> float:
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
    ecokit.errors.CourseError: Name two different sellers of: a, b.
    """
    values = _whole(shares)
    sellers = [seller for seller in values if seller != OTHERS]
    if one not in sellers or other not in sellers or one == other:
        sentence = _("Name two different sellers of: {known}.")
        raise CourseError(sentence.format(known=", ".join(sellers)))
    return 20_000 * values[one] * values[other]


def concentration(market: pd.DataFrame, by: str = "category") -> pd.DataFrame:
    """Put leader, its share, HHI and number of effective firms side by side.

    Parameters
    ----------
    market : DataFrame
        ``seller``, ``sales``, and the column `by`.
    by : str
        A column such as ``"category"`` or ``"month"``.

    Returns
    -------
    DataFrame
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
    >>> concentration(market).round(2).values.tolist()
    [['audio', 'K1', 0.3, 0.2, 1300.0, 3800.0, 7.69]]
    >>> concentration(market, by="week")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table lacks the column: week.
    """
    import pandas as pd

    rows = []
    for name, group in market_shares(market, by).dropna().groupby(by, sort=True):
        shares = group.set_index("seller")["share"]
        named = shares.drop(OTHERS, errors="ignore")
        led = bool(named.sum() > 0)
        rows.append(
            {
                by: name,
                "leader": named.idxmax() if led else None,
                "share": named.max(),
                "own": shares.get("own", np.nan),
                "hhi": hhi(shares),
                "hhi_others_as_one": hhi(shares, others=None),
                "firms": effective_firms(shares) if led else np.nan,
            }
        )
    return pd.DataFrame(rows)


def price_moves(panel: pd.DataFrame, price: str = "list_price") -> pd.DataFrame:
    """Measure by how much each competitor moved each category's prices from week to week.

    Parameters
    ----------
    panel : DataFrame
        ``competitor_id``, ``sku``, ``category``, ``week`` and the column `price`.
    price : str
        ``"list_price"`` leaves promotions out; ``"price"`` is what customers pay. Festivals move
        all prices paid at once, and hide who follows whom.

    Returns
    -------
    DataFrame
        Index ``week``, columns (``competitor_id``, ``category``): mean log change over the products
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
    >>> price_moves(panel).iloc[0].round(4).tolist()
    [0.0477]
    >>> price_moves(panel[:2])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Moves need two weeks at least; the panel has 1.
    """
    keys = ["competitor_id", "category", "sku"]
    demand_columns(panel, [*keys, "week", price])
    known(panel, [*keys, "week"])
    panel = days(numbers(panel, [price]), ["week"]).dropna(subset=[price])
    once(panel, [*keys, "week"], _("An offer"))
    weeks = np.sort(panel["week"].unique())
    if len(weeks) < 2:
        sentence = _("Moves need two weeks at least; the panel has {weeks}.")
        raise CourseError(sentence.format(weeks=len(weeks)))
    if ((weeks - weeks[0]) % np.timedelta64(7, "D")).any():
        raise CourseError(
            _("The weeks are not 7 days apart. Keep one day of each week, such as its Monday.")
        )
    wide = panel.pivot_table(index="week", columns=keys, values=price)
    wide = wide.asfreq("7D")
    changes = wide.apply(np.log).diff().iloc[1:]
    return changes.T.groupby(level=["competitor_id", "category"]).mean().T


def lead_lag(moves: pd.DataFrame, leader: str, follower: str, most_weeks: int = 6) -> pd.DataFrame:
    """Correlate the moves of one competitor with those of another, some weeks later or earlier.

    Parameters
    ----------
    moves : DataFrame
        What :func:`price_moves` returned.
    leader, follower : str
        Two competitors.
    most_weeks : int
        Lags from -most_weeks to most_weeks are tried; a positive lag means that `follower` moves
        so many weeks after `leader`.

    Returns
    -------
    DataFrame
        ``lag``, ``correlation`` (over category weeks), ``pairs`` (their number), ``noise``: without
        any connection, all correlations together stay within plus or minus this 19 times of 20.
        The more lags are tried, the wider it is.

    Raises
    ------
    CourseError
        `moves` comes from elsewhere, a competitor is not in it, or the two are the same.

    References
    ----------
    The cross-correlation of two series, as statsmodels' ``ccf`` defines it; the bound for
    several lags is Bonferroni's.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> steps = np.random.default_rng(1).normal(size=40)
    >>> moves = pd.DataFrame({("K1", "audio"): steps[2:], ("K2", "audio"): steps[:-2]})
    >>> moves.columns.names = ["competitor_id", "category"]
    >>> table = lead_lag(moves, "K1", "K2", most_weeks=3)
    >>> int(table.loc[table["correlation"].idxmax(), "lag"])
    2
    >>> lead_lag(moves, "K1", "K9")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Name two different competitors of: K1, K2.
    """
    import pandas as pd

    names = _competitors(moves)
    if leader not in names or follower not in names or leader == follower:
        sentence = _("Name two different competitors of: {known}.")
        raise CourseError(sentence.format(known=", ".join(names)))
    rows = []
    bound = NormalDist().inv_cdf(1 - 0.05 / 2 / (2 * most_weeks + 1))
    for lag in range(-most_weeks, most_weeks + 1):
        x, y = _paired(moves, leader, follower, lag)
        enough = len(x) > 2 and x.std() > 0 and y.std() > 0
        found = float(np.corrcoef(x, y)[0, 1]) if enough else np.nan
        rows.append((lag, found, len(x), bound / np.sqrt(max(len(x), 1))))
    return pd.DataFrame(rows, columns=["lag", "correlation", "pairs", "noise"])


def _competitors(moves: pd.DataFrame) -> list[str]:
    if list(getattr(moves, "columns", moves).names) != ["competitor_id", "category"]:
        raise CourseError(_("Give the moves that price_moves returned."))
    return list(dict.fromkeys(moves.columns.get_level_values("competitor_id")))


def _paired(
    moves: pd.DataFrame, leader: str, follower: str, lag: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the leader's moves and the follower's `lag` weeks later, in common categories."""
    first, second = moves[leader], moves[follower].shift(-lag)
    common = first.columns.intersection(second.columns)
    x, y = (frame[common].to_numpy().ravel() for frame in (first, second))
    both = np.isfinite(x) & np.isfinite(y)
    return x[both], y[both]


def price_leaders(moves: pd.DataFrame, most_weeks: int = 6) -> pd.DataFrame:
    """Tell for each pair of competitors who moves first, by how many weeks, and how surely.

    Parameters
    ----------
    moves : DataFrame
        What :func:`price_moves` returned.
    most_weeks : int
        Longest lag.

    Returns
    -------
    DataFrame
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
    >>> moves = pd.DataFrame({("K1", "audio"): steps[2:], ("K2", "audio"): steps[:-2]})
    >>> moves.columns.names = ["competitor_id", "category"]
    >>> price_leaders(moves)[["leader", "follower", "weeks", "followed"]].values.tolist()
    [['K1', 'K2', 2, 1.0]]
    >>> price_leaders(moves[[("K1", "audio")]])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A leader needs a follower: give the moves of two competitors.
    """
    import pandas as pd

    names = _competitors(moves)
    if len(names) < 2:
        raise CourseError(_("A leader needs a follower: give the moves of two competitors."))
    rows = []
    for leader, follower in permutations(names, 2):
        table = lead_lag(moves, leader, follower, most_weeks).dropna(subset=["correlation"])
        if table.empty:
            continue
        best = table.iloc[int(table["correlation"].argmax())]
        if best["lag"] <= 0 or best["correlation"] <= best["noise"]:
            continue
        x, y = _paired(moves, leader, follower, int(best["lag"]))
        moved = np.abs(x) >= MOVE
        followed = (np.sign(x) == np.sign(y)) & (np.abs(y) >= np.abs(x) / 2)
        share = float(followed[moved].mean()) if moved.any() else np.nan
        rows.append(
            (
                leader,
                follower,
                int(best["lag"]),
                best["correlation"],
                best["noise"],
                int(moved.sum()),
                share,
            )
        )
    columns = ["leader", "follower", "weeks", "correlation", "noise", "moves", "followed"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("correlation", ascending=False, ignore_index=True)
