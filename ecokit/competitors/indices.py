"""Price indices: how much dearer a basket became, or is in one shop than in another.

A bilateral index compares two price lists of the same products. Statistical offices
use the same formulas for consumer prices; they differ in whose quantities weigh.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecokit.competitors.inputs import demand_columns, known, numbers, once
from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd

Vector = NDArray[np.float64]
_Formula = Callable[[Vector, Vector, Vector, Vector], float]


def _laspeyres(p0: Vector, p1: Vector, q0: Vector, q1: Vector) -> float:
    return float(p1 @ q0 / (p0 @ q0))


def _paasche(p0: Vector, p1: Vector, q0: Vector, q1: Vector) -> float:
    return float(p1 @ q1 / (p0 @ q1))


def _fisher(p0: Vector, p1: Vector, q0: Vector, q1: Vector) -> float:
    return float(np.sqrt(_laspeyres(p0, p1, q0, q1) * _paasche(p0, p1, q0, q1)))


def _tornqvist(p0: Vector, p1: Vector, q0: Vector, q1: Vector) -> float:
    share = (p0 * q0 / (p0 @ q0) + p1 * q1 / (p1 @ q1)) / 2
    return float(np.exp(share @ np.log(p1 / p0)))


def _walsh(p0: Vector, p1: Vector, q0: Vector, q1: Vector) -> float:
    middle = np.sqrt(q0 * q1)
    return float(p1 @ middle / (p0 @ middle))


def _jevons(p0: Vector, p1: Vector, q0: Vector, q1: Vector) -> float:
    return float(np.exp(np.log(p1 / p0).mean()))


def _carli(p0: Vector, p1: Vector, q0: Vector, q1: Vector) -> float:
    return float((p1 / p0).mean())


def _dutot(p0: Vector, p1: Vector, q0: Vector, q1: Vector) -> float:
    return float(p1.mean() / p0.mean())


FORMULAS: Mapping[str, _Formula] = {
    "laspeyres": _laspeyres,
    "paasche": _paasche,
    "fisher": _fisher,
    "tornqvist": _tornqvist,
    "walsh": _walsh,
    "jevons": _jevons,
    "carli": _carli,
    "dutot": _dutot,
}
"""The formulas by name; ``lloyd_moulton`` stands apart, because it needs `sigma`."""

UNWEIGHTED = ("jevons", "carli", "dutot")
"""Formulas that need no quantities: what you use when only prices can be seen."""


class NothingWeighsError(CourseError):
    """No product of a comparison was bought."""


def bilateral_index(
    prices_0: ArrayLike,
    prices_1: ArrayLike,
    quantities_0: ArrayLike | None = None,
    quantities_1: ArrayLike | None = None,
    formula: str = "fisher",
    sigma: float | None = None,
) -> float:
    """Tell how dear price list 1 is against price list 0, for the same products.

    Parameters
    ----------
    prices_0, prices_1 : array of float, shape (n,)
        Prices of the same n products, in the same order; all above zero.
    quantities_0, quantities_1 : array of float, shape (n,), optional
        Units bought in each situation. :data:`UNWEIGHTED` formulas need none; Laspeyres
        and Lloyd-Moulton need the first, Paasche the second, all others both.
    formula : str
        A name of :data:`FORMULAS`, or ``"lloyd_moulton"``.
    sigma : float, optional
        Elasticity of substitution between the products, for ``"lloyd_moulton"``; not 1.

    Returns
    -------
    float
        1.05: list 1 is 5 % dearer.

    Raises
    ------
    CourseError
        Unknown formula, quantities or sigma missing, unequal lengths, prices not above zero.

    References
    ----------
    ILO and others (2020), *Consumer Price Index Manual: Concepts and Methods*; the
    Lloyd-Moulton index is exact for a CES utility. Values are tested against IndexNumR.

    Examples
    --------
    Bread goes from 2 to 3 yuan, rice from 4 to 4; people buy less bread then.

    >>> bilateral_index([2, 4], [3, 4], [10, 5], [6, 7], formula="laspeyres")
    1.25
    >>> round(bilateral_index([2, 4], [3, 4], [10, 5], [6, 7]), 4)
    1.199
    >>> bilateral_index([2, 4], [3, 4])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A fisher index needs the quantities of both lists. Without
        quantities take jevons.
    """
    p0, p1 = _positive(prices_0), _positive(prices_1)
    _check_formula(formula, [*FORMULAS, "lloyd_moulton"])
    if len(p0) != len(p1) or not len(p0):
        sentence = _("An index compares the same products; the lists hold {a} and {b}.")
        raise CourseError(sentence.format(a=len(p0), b=len(p1)))
    if formula == "lloyd_moulton":
        return _lloyd_moulton(p0, p1, quantities_0, sigma)
    need_0 = formula not in (*UNWEIGHTED, "paasche")
    need_1 = formula not in (*UNWEIGHTED, "laspeyres")
    if (need_0 and quantities_0 is None) or (need_1 and quantities_1 is None):
        which = _("both lists") if need_0 and need_1 else _("list 0") if need_0 else _("list 1")
        sentence = _(
            "A {formula} index needs the quantities of {which}. Without quantities take jevons."
        )
        raise CourseError(sentence.format(formula=formula, which=which))
    unused = np.ones_like(p0)
    q0 = _quantities(quantities_0, len(p0)) if need_0 else unused
    q1 = _quantities(quantities_1, len(p0)) if need_1 else unused
    if formula == "walsh" and not q0 @ q1:
        raise NothingWeighsError(
            _("No product has quantities in both lists, so nothing weighs. Take fisher instead.")
        )
    return FORMULAS[formula](p0, p1, q0, q1)


def _check_formula(formula: str, known_formulas: Sequence[str]) -> None:
    if formula not in known_formulas:
        sentence = _("There is no formula {formula!r}. Take one of: {known}.")
        raise CourseError(sentence.format(formula=formula, known=", ".join(known_formulas)))


def _vector(given: ArrayLike | None) -> Vector:
    """Return numbers as a vector; what is no number becomes missing."""
    try:
        return np.asarray(given, dtype=float).reshape(-1)
    except (TypeError, ValueError):
        return np.full(1, np.nan)


def _positive(prices: ArrayLike) -> Vector:
    values = _vector(prices)
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise CourseError(_("Prices must be numbers above zero. Leave out products without one."))
    return values


def _quantities(given: ArrayLike | None, length: int) -> Vector:
    values = _vector(given)
    if len(values) != length or not np.isfinite(values).all() or (values < 0).any():
        raise CourseError(_("Give one quantity for each price, zero or more."))
    if not values.sum():
        raise NothingWeighsError(
            _("All quantities are zero, so nothing weighs. Take jevons instead.")
        )
    return values


def _lloyd_moulton(p0: Vector, p1: Vector, q0: ArrayLike | None, sigma: float | None) -> float:
    rate = _vector(sigma)[0]
    if not np.isfinite(rate) or rate == 1 or q0 is None:
        raise CourseError(
            _("lloyd_moulton needs quantities_0 and sigma, the elasticity of substitution, not 1.")
        )
    weights = _quantities(q0, len(p0))
    share = p0 * weights / (p0 @ weights)
    return float((share @ (p1 / p0) ** (1 - rate)) ** (1 / (1 - rate)))


def price_index(
    table: pd.DataFrame,
    formula: str = "jevons",
    chained: bool = False,
    by: str | Sequence[str] = (),
    sigma: float | None = None,
) -> pd.DataFrame:
    """Follow the price level over time, over the products that can be compared.

    Two periods are compared over the products that are there in both. Fixed base: each
    period against the first one. Chained: each period against the one before, multiplied.

    Parameters
    ----------
    table : DataFrame
        ``period`` (sortable), ``item``, ``price`` (yuan), and ``quantity`` (units) for the
        weighted formulas; one row an item and period. A row without a price is left out; a
        missing quantity counts as zero.
    formula, sigma
        As in :func:`bilateral_index`.
    chained : bool
        Chain the periods. A chain takes up new products; with prices that bounce it drifts.
    by : str or sequence of str
        Columns such as ``"category"``: one index for each.

    Returns
    -------
    DataFrame
        `by`, ``period``, ``index`` (first period 1.0; empty where no product can be compared or
        none of them was bought, and in a chain from there on), ``matched`` (products in the
        comparison).

    Raises
    ------
    CourseError
        A column is missing, a value in it cannot be, an item stands twice in a period, or no price
        is there.

    References
    ----------
    ILO and others (2020), *Consumer Price Index Manual*, on matched models and
    chain drift.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"period": [1, 1, 2, 2, 3, 3], "item": ["a", "b"] * 3,
    ...     "price": [2.0, 4, 3, 4, 2, 4], "quantity": [10, 5, 6, 7, 10, 5]})
    >>> price_index(table, "laspeyres")["index"].tolist()
    [1.0, 1.25, 1.0]
    >>> price_index(table, "laspeyres", chained=True)["index"].round(3).tolist()
    [1.0, 1.25, 1.087]
    >>> price_index(table.drop(columns="quantity"), "fisher")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table lacks the column: quantity.
    """
    import pandas as pd

    keys = [by] if isinstance(by, str) else list(by)
    columns = ["period", "item", "price"] + ([] if formula in UNWEIGHTED else ["quantity"])
    demand_columns(table, [*keys, *columns])
    _check_formula(formula, [*FORMULAS, "lloyd_moulton"])
    rows = numbers(table, ["price"]).dropna(subset=["price"])
    if "quantity" in columns:
        rows = numbers(rows, ["quantity"], zero=True).fillna({"quantity": 0.0})
    known(rows, [*keys, "period", "item"])
    once(rows, [*keys, "period", "item"], _("An item"))
    if rows.empty:
        raise CourseError(_("There is no price in the table, so there is no index."))
    groups: Any = rows.groupby(keys, sort=True) if keys else [((), rows)]
    found = [
        _index_of(group, formula, chained, sigma).assign(**dict(zip(keys, name, strict=True)))
        for name, group in groups
    ]
    return pd.concat(found, ignore_index=True)[[*keys, "period", "index", "matched"]]


def _index_of(rows: pd.DataFrame, formula: str, chained: bool, sigma: float | None) -> pd.DataFrame:
    import pandas as pd

    prices = rows.pivot_table(index="period", columns="item", values="price")  # one row each
    units = None
    if formula not in UNWEIGHTED:
        units = rows.pivot_table(index="period", columns="item", values="quantity")
    level, found = 1.0, [(prices.index[0], 1.0, int(prices.iloc[0].notna().sum()))]
    for place in range(1, len(prices)):
        start = place - 1 if chained else 0
        both = (prices.iloc[start].notna() & prices.iloc[place].notna()).to_numpy()
        p0, p1 = (prices.iloc[at].to_numpy()[both] for at in (start, place))
        q0, q1 = (
            (None, None)
            if units is None
            else (units.iloc[at].to_numpy()[both] for at in (start, place))
        )
        step = _index_or_none(p0, p1, q0, q1, formula, sigma)
        level = level * step if chained else step
        found.append((prices.index[place], level, int(both.sum())))
    return pd.DataFrame(found, columns=["period", "index", "matched"])


def _index_or_none(
    p0: Vector,
    p1: Vector,
    q0: Vector | None,
    q1: Vector | None,
    formula: str,
    sigma: float | None = None,
) -> float:
    """Return the index, or NaN where nothing can be compared or nothing weighs."""
    try:
        return bilateral_index(p0, p1, q0, q1, formula, sigma) if len(p0) else np.nan
    except NothingWeighsError:
        return np.nan


def average_price(table: pd.DataFrame) -> pd.DataFrame:
    """Return the mean price of each period against the first: what an index must not be.

    The mean moves when a dear product is delisted or a cheap one is new, although no
    price has changed. It is here to be compared with :func:`price_index`.

    Parameters
    ----------
    table : DataFrame
        ``period``, ``item``, ``price``.

    Returns
    -------
    DataFrame
        ``period``, ``index`` (first period 1.0), ``items``.

    Raises
    ------
    CourseError
        A column is missing, a price cannot be, or there is none.

    References
    ----------
    ILO and others (2020), *Consumer Price Index Manual*, on unit values.

    Examples
    --------
    The dear product leaves, and no price has changed:

    >>> import pandas as pd
    >>> table = pd.DataFrame({"period": [1, 1, 2], "item": ["a", "b", "a"], "price": [2.0, 4, 2]})
    >>> average_price(table)["index"].round(2).tolist()
    [1.0, 0.67]
    >>> price_index(table)["index"].tolist()
    [1.0, 1.0]
    >>> average_price(table[["period"]])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table lacks the column: item, price.
    """
    demand_columns(table, ["period", "item", "price"])
    rows = numbers(table, ["price"]).dropna(subset=["price"])
    if rows.empty:
        raise CourseError(_("There is no price in the table, so there is no index."))
    means = rows.groupby("period").agg(index=("price", "mean"), items=("item", "nunique"))
    means["index"] = means["index"] / means["index"].iloc[0]
    return means.reset_index()


def spatial_index(
    gaps: pd.DataFrame, formula: str = "fisher", by: str | Sequence[str] = ()
) -> pd.DataFrame:
    """Tell how dear we are against competitors, over the products that both sell.

    Parameters
    ----------
    gaps : DataFrame
        ``own_price`` and ``price`` (theirs) of matched products, and ``units`` (ours), which
        weigh where the formula uses quantities. Their units are not known: one basket,
        ours, weighs both sides, so Laspeyres, Paasche, Fisher and Walsh agree.
    formula : str
        A name of :data:`FORMULAS`.
    by : str or sequence of str
        Columns such as ``["competitor_id", "category"]``.

    Returns
    -------
    DataFrame
        `by`, ``index`` (our price level; theirs is 1), ``matched``. Groups in which we sold
        nothing have an empty index under a weighted formula.

    Raises
    ------
    CourseError
        A column is missing, or a value in it cannot be.

    References
    ----------
    As in :func:`bilateral_index`, with two places instead of two periods.

    Examples
    --------
    >>> import pandas as pd
    >>> gaps = pd.DataFrame({"competitor_id": "K1", "own_price": [90.0, 210], "price": [100.0, 200],
    ...                      "units": [9, 1]})
    >>> spatial_index(gaps, by="competitor_id")["index"].round(3).tolist()
    [0.927]
    >>> spatial_index(gaps, "jevons", by="competitor_id")["index"].round(3).tolist()
    [0.972]
    >>> spatial_index(gaps, by="shop")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table lacks the column: shop.
    """
    import pandas as pd

    keys = [by] if isinstance(by, str) else list(by)
    weighted = formula not in UNWEIGHTED
    demand_columns(gaps, [*keys, "own_price", "price", *(["units"] if weighted else [])])
    _check_formula(formula, list(FORMULAS))
    rows = numbers(gaps, ["own_price", "price"]).dropna(subset=["own_price", "price"])
    ours, theirs = (rows[column].to_numpy() for column in ("own_price", "price"))
    units = None
    if weighted:
        units = numbers(rows, ["units"], zero=True)["units"].fillna(0.0).to_numpy()
    if keys:  # a list of one column, too, names its groups by tuples
        groups = rows.groupby(keys, sort=True).indices.items()
    else:
        groups = {(): np.arange(len(rows))}.items()
    found = []
    for name, at in groups:
        weight = None if units is None else units[at]
        level = _index_or_none(theirs[at], ours[at], weight, weight, formula)
        found.append((*(name if isinstance(name, tuple) else (name,)), level, len(at)))
    return pd.DataFrame(found, columns=[*keys, "index", "matched"])
