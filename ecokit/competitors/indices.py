"""Price indices: how much dearer a basket became, or is in one shop than in another.

A bilateral index compares two price lists of the same products. Statistical offices
use the same formulas for consumer prices; they differ in whose quantities weigh.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ecokit.competitors.tables import TYPES
from ecokit.errors import CourseError
from ecokit.inputs import frames, kinds, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.messages import _

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

_YEARS = (1900, 2200)

NO_PRICE = _("There is no price in the table, so there is no index.")


def formula_named(given: object, known: Iterable[str]) -> str:
    """Return the name of a formula, however it is written.

    Examples
    --------
    >>> [formula_named(name, FORMULAS) for name in ("Fisher", "Törnqvist", " LASPEYRES ")]
    ['fisher', 'tornqvist', 'laspeyres']
    """
    if not isinstance(given, str):
        return numbers.one_of("formula", given, known)
    bare = "".join(
        one for one in unicodedata.normalize("NFKD", given) if not unicodedata.combining(one)
    )
    plain = re.sub(r"[\s_–—-]+", "_", bare.strip().casefold())
    return plain if plain in (names := list(known)) else numbers.one_of("formula", given, names)


class NothingWeighsError(CourseError):
    """No product of a comparison was bought."""


@public
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
    ecokit.errors.CourseError: A fisher index needs quantities_0 and quantities_1: those of both
        lists. Without quantities take jevons.
    """
    p0, p1 = _positive("prices_0", prices_0), _positive("prices_1", prices_1)
    formula = formula_named(formula, [*FORMULAS, "lloyd_moulton"])
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
            "A {formula} index needs quantities_0 and quantities_1: those of {which}. "
            "Without quantities take jevons."
        )
        raise CourseError(sentence.format(formula=formula, which=which))
    unused = np.ones_like(p0)
    q0 = _quantities("quantities_0", quantities_0, len(p0)) if need_0 else unused
    q1 = _quantities("quantities_1", quantities_1, len(p0)) if need_1 else unused
    if formula == "walsh" and not q0 @ q1:
        raise NothingWeighsError(
            _("No product has quantities in both lists, so nothing weighs. Take fisher instead.")
        )
    return FORMULAS[formula](p0, p1, q0, q1)


def _positive(name: str, prices: ArrayLike) -> Vector:
    values = numbers.array(name, prices).reshape(-1)
    if not (values > 0).all():
        wanted = _("Prices lie above 0: leave out products without one.")
        raise numbers.refused(name, values.tolist(), wanted)
    return values


def _quantities(name: str, given: ArrayLike | None, length: int) -> Vector:
    values = numbers.array(name, given, low=0).reshape(-1)
    if len(values) != length:
        raise numbers.refused(name, values.tolist(), _("Give one quantity for each price."))
    if not values.sum():
        raise NothingWeighsError(
            _("All quantities are zero, so nothing weighs. Take jevons instead.")
        )
    return values


def _lloyd_moulton(p0: Vector, p1: Vector, q0: ArrayLike | None, sigma: float | None) -> float:
    if q0 is None or sigma is None or numbers.number("sigma", sigma, low=-100, high=100) == 1:
        raise CourseError(
            _("lloyd_moulton needs quantities_0 and sigma, the elasticity of substitution, not 1.")
        )
    rate, weights = float(sigma), _quantities("quantities_0", q0, len(p0))
    share = p0 * weights / (p0 @ weights)
    return float((share @ (p1 / p0) ** (1 - rate)) ** (1 / (1 - rate)))


@public
def price_index(
    prices: Any,
    formula: str | None = None,
    chained: bool = False,
    by: By = None,
    sigma: float | None = None,
    *,
    period: str = "period",
    item: str = "item",
    price: str = "price",
    quantity: str = "quantity",
) -> Any:
    """Follow the price level over time, over the products that can be compared.

    Two periods are compared over the products that are there in both. Fixed base: each
    period against the first one. Chained: each period against the one before, multiplied.

    Parameters
    ----------
    prices : table
        One row an item and period. A row without a price is left out; one with a price needs
        its quantity, 0 where nothing was bought.
    formula : str, optional
        As in :func:`bilateral_index`. Default: ``"fisher"`` where the table has quantities, else
        ``"jevons"``, which weighs all items alike.
    sigma : float, optional
        As in :func:`bilateral_index`.
    chained : bool
        Chain the periods. A chain takes up new products; with prices that bounce it drifts.
    by : str or sequence of str, optional
        Columns such as ``"category"``: one index for each.
    period, item, price, quantity : str
        Names of its columns: when (sortable), what, in yuan, and units, which the weighted
        formulas need.

    Returns
    -------
    table
        `by`, ``period``, ``level`` (of the first period 1.0; empty where no product can be
        compared or none of them was bought, and in a chain from there on), ``matched`` (products
        in the comparison).

    Raises
    ------
    CourseError
        A column is missing, a value in it cannot be, an item stands twice in a period, no price
        is there, or periods are text whose order is not plain.

    References
    ----------
    ILO and others (2020), *Consumer Price Index Manual*, on matched models and
    chain drift.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"period": [1, 1, 2, 2, 3, 3], "item": ["a", "b"] * 3,
    ...     "price": [2.0, 4, 3, 4, 2, 4], "quantity": [10, 5, 6, 7, 10, 5]})
    >>> price_index(table, "laspeyres")["level"].tolist()
    [1.0, 1.25, 1.0]
    >>> price_index(table, "laspeyres", chained=True)["level"].round(3).tolist()
    [1.0, 1.25, 1.087]
    >>> price_index(table.drop(columns="quantity"), "fisher")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table prices has no column quantity. It has: ...
    """
    keys = frames.listed(by)
    frames.refuse_taken(keys, ["period", "level", "matched"])
    given = frames.table(prices, "", name="prices")
    has_units = quantity in given.collect_schema().names()
    if formula is None:
        formula = "fisher" if has_units else "jevons"
    formula = formula_named(formula, [*FORMULAS, "lloyd_moulton"])
    chained = numbers.flag("chained", chained)
    named = {"period": period, "item": item, "price": price}
    if formula not in UNWEIGHTED:
        named["quantity"] = quantity
    priced = _opened(prices, "prices", {**{key: key for key in keys}, **named})
    rows.refuse(priced, "prices", [rows.twice(*keys, "period", "item")])
    if priced.empty:
        raise CourseError(NO_PRICE)
    found = [
        _index_of(group, formula, chained, sigma).assign(**name)
        for name, group in _groups(priced, keys)
    ]
    levels = pd.concat(found, ignore_index=True)[[*keys, "period", "level", "matched"]]
    return frames.like(levels, prices)


def _opened(given: Any, name: str, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows with prices as pandas; one of them without its quantity is refused."""
    types = {**TYPES, "quantity": "number"}
    frame = frames.table(given, columns, name=name, types=types)
    table = frames.as_pandas(frame.select(*columns)).reset_index(drop=True)
    numeric = [column for column in columns if types.get(column) == "number"]
    others = [column for column in columns if column not in numeric]
    weights = [column for column in numeric if column in ("quantity", "units")]
    prices = [column for column in numeric if column not in weights]
    wrong = [rows.missing(column, *others) for column in others]
    wrong += [rows.not_above_zero(column, *others, gaps=True) for column in prices]
    rows.refuse(table, name, wrong)
    if "period" in table:
        kinds.refuse_unsorted(name, columns["period"], table["period"])
    priced = table.dropna(subset=prices)
    rows.refuse(priced, name, [rows.below_zero(column, *others) for column in weights])
    return priced.astype(dict.fromkeys(numeric, "float64"))


def in_time(periods: Sequence[Any]) -> list[Any]:
    """Return periods in the order of time; text whose order is not plain is refused.

    Examples
    --------
    >>> in_time(["2025-10", "2025-9", "2024-12"]), in_time(["Q1 2026", "Q2 2025"])
    (['2024-12', '2025-9', '2025-10'], ['Q2 2025', 'Q1 2026'])
    >>> in_time(["after", "before"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The periods are text that does not sort as time does, such as 'after'
    and 'before'. Write them like 2025-09, or give times.
    """
    texts = [str(one).strip() for one in periods]
    if len(texts) < 2 or not all(isinstance(one, str) for one in periods):
        return sorted(periods)
    moments = kinds.moments_of(texts)
    if moments is not None:
        return [one for _at, one in sorted(zip(moments, periods, strict=True))]
    parts = [list(map(int, re.findall(r"\d+", one))) for one in texts]
    alike = len({re.sub(r"\d+", "0", one) for one in texts}) == 1
    columns = list(zip(*parts, strict=True)) if alike else []
    low, high = _YEARS
    years = [n for n, one in enumerate(columns) if all(low <= it < high for it in one)]
    if years == [0] or len(columns) == 1:  # 2025-9, week 9, 202509
        keys = parts
    elif years == [1] and len(columns) == 2:  # Q1 2025, 9/2025
        keys = [one[::-1] for one in parts]
    else:
        message = _(
            "The periods are text that does not sort as time does, such as {one!r} and {other!r}. "
            "Write them like 2025-09, or give times."
        )
        raise CourseError(message.format(one=periods[0], other=periods[1]))
    return [one for _key, one in sorted(zip(keys, periods, strict=True))]


def _groups(
    table: pd.DataFrame, keys: Sequence[str]
) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Yield the values of the keys and the rows of each group; without keys, all rows."""
    if not keys:
        yield {}, table
        return
    for name, group in table.groupby(list(keys)):
        yield dict(zip(keys, name, strict=True)), group


def _index_of(
    table: pd.DataFrame, formula: str, chained: bool, sigma: float | None
) -> pd.DataFrame:
    prices = table.pivot_table(index="period", columns="item", values="price")  # one row each
    prices = prices.loc[in_time(prices.index.tolist())]
    units = None
    if formula not in UNWEIGHTED:
        units = table.pivot_table(index="period", columns="item", values="quantity")
        units = units.loc[prices.index]
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
    return pd.DataFrame(found, columns=["period", "level", "matched"])


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


@public
def average_price(
    prices: Any, *, period: str = "period", item: str = "item", price: str = "price"
) -> Any:
    """Return the mean price of each period against the first: what an index must not be.

    The mean moves when a dear product is delisted or a cheap one is new, although no
    price has changed. It is here to be compared with :func:`price_index`.

    Parameters
    ----------
    prices : table
        As for :func:`price_index`.
    period, item, price : str
        Names of its columns.

    Returns
    -------
    table
        ``period``, ``level`` (of the first period 1.0), ``items``.

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
    >>> average_price(table)["level"].round(2).tolist()
    [1.0, 0.67]
    >>> price_index(table)["level"].tolist()
    [1.0, 1.0]
    >>> average_price(table[["period"]])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table prices has no column item. It has: period. ...
    """
    named = {"period": period, "item": item, "price": price}
    priced = _opened(prices, "prices", named)
    if priced.empty:
        raise CourseError(NO_PRICE)
    rows.refuse(priced, "prices", [rows.twice("period", "item")])
    means = priced.groupby("period").agg(level=("price", "mean"), items=("item", "nunique"))
    means = means.loc[in_time(means.index.tolist())]
    means["level"] = means["level"] / means["level"].iloc[0]
    return frames.like(means.reset_index(), prices)


@public
def spatial_index(
    gaps: Any,
    formula: str = "fisher",
    by: By = None,
    *,
    own_price: str = "own_price",
    price: str = "price",
    units: str = "units",
) -> Any:
    """Tell how dear we are against competitors, over the products that both sell.

    Parameters
    ----------
    gaps : table
        One row a matched product.
    formula : str
        A name of :data:`FORMULAS`.
    by : str or sequence of str, optional
        Columns such as ``["competitor_id", "category"]``.
    own_price, price, units : str
        Names of its columns: our price, theirs, and our units, which weigh where the formula
        uses quantities. Their units are not known: one basket, ours, weighs both sides, so
        Laspeyres, Paasche, Fisher and Walsh agree.

    Returns
    -------
    table
        `by`, ``level`` (of our prices; theirs is 1), ``matched``. Groups in which we sold
        nothing have an empty level under a weighted formula.

    Raises
    ------
    CourseError
        A column is missing, or a value in it cannot be.

    References
    ----------
    As in :func:`bilateral_index`, with two places instead of two periods. Statistical offices
    compare the price levels of countries so: Eurostat and OECD (2012), *Methodological Manual on
    Purchasing Power Parities*, glossary.

    Examples
    --------
    >>> import pandas as pd
    >>> gaps = pd.DataFrame({"competitor_id": "K1", "own_price": [90.0, 210], "price": [100.0, 200],
    ...                      "units": [9, 1]})
    >>> spatial_index(gaps, by="competitor_id")["level"].round(3).tolist()
    [0.927]
    >>> spatial_index(gaps, "jevons", by="competitor_id")["level"].round(3).tolist()
    [0.972]
    >>> spatial_index(gaps, by="shop")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table gaps has no column shop. It has: competitor_id, ...
    """
    keys = frames.listed(by)
    frames.refuse_taken(keys, ["level", "matched"])
    formula = formula_named(formula, FORMULAS)
    named = {**{key: key for key in keys}, "own_price": own_price, "price": price}
    if formula not in UNWEIGHTED:
        named["units"] = units
    table = _opened(gaps, "gaps", named)
    found = []
    for name, group in _groups(table, keys):
        theirs, ours = group["price"].to_numpy(), group["own_price"].to_numpy()
        weight = group["units"].to_numpy() if "units" in named else None
        level = _index_or_none(theirs, ours, weight, weight, formula)
        found.append({**name, "level": level, "matched": len(group)})
    return frames.like(pd.DataFrame(found, columns=[*keys, "level", "matched"]), gaps)
