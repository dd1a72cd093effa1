"""Directories: who of the many listed shops is a competitor at all, and why.

A competitor sells what we sell, at the prices that we ask, and is seen by people whom we
want to reach. One of the three alone makes none: the largest marketplace of the country
lists everything, and a twin of ours that nobody visits takes no customer away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

CATEGORIES = ("phones", "tablets", "audio", "wearables", "smart_home", "accessories")
"""The categories that a directory counts; whatever else a shop sells is ``other``."""

BAND = (0.1, 0.9)
"""Shares of the products that lie under the low and the high end of a price band."""

KINDS = ("shop", "marketplace", "store_chain", "brand")
"""Kinds of shops that sell new goods."""

WEAK = 0.55
"""Below this a part of the score is a reason not to watch the shop."""

_PARTS = ("covers", "focus", "prices", "reach")


@public
def assortment(data: Any) -> pd.Series[float]:
    """Describe our own shop as a directory would: products by category, and a price band.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``products``: ``category``, ``list_price`` (yuan).

    Returns
    -------
    Series
        Products by :data:`CATEGORIES`, ``other`` (all further categories), ``price_low`` and
        ``price_high``: the prices under which a tenth and nine tenths of the products lie.

    Raises
    ------
    CourseError
        A column is missing, a price cannot be, or the shop has no product with a price.

    References
    ----------
    Slide 18 (the big directories, 大导航网站).

    Examples
    --------
    >>> import pandas as pd
    >>> products = pd.DataFrame({"category": ["phones", "audio", "audio"],
    ...                          "list_price": [2000.0, 100, 300]})
    >>> assortment({"products": products})[["phones", "audio", "other", "price_high"]].tolist()
    [1.0, 2.0, 0.0, 1660.0]
    >>> assortment({"products": products[:0]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no product in the table, so there is nothing to compare.
    """
    (products,) = frames.fetched(data, {"products": "category list_price"})
    rows.refuse(products, "products", [rows.not_above_zero("list_price", "category", gaps=True)])
    return _counted(products)


def _counted(products: pd.DataFrame) -> pd.Series[float]:
    products = products.dropna(subset=["list_price"])
    if products.empty:
        raise CourseError(_("There is no product in the table, so there is nothing to compare."))
    counts = products["category"].value_counts().reindex(CATEGORIES, fill_value=0)
    band = products["list_price"].quantile(list(BAND)).to_numpy()
    rest = len(products) - counts.sum()
    extra = pd.Series({"other": rest, "price_low": band[0], "price_high": band[1]})
    return pd.concat([counts, extra]).astype(float)


@public
def rank_directory(
    data: Any,
    *,
    monthly_visits: float,
    regions: Mapping[str, float] | pd.Series[float] | None = None,
    kinds: Sequence[str] = KINDS,
) -> Any:
    """Rank the shops of a directory by how much they compete with ours, with the reason.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``directory``: ``shop_id``, ``name``, ``kind``, ``region``, products by
        :data:`CATEGORIES` and ``other``, ``price_low``, ``price_high`` (yuan),
        ``monthly_visits``. ``products``, ours: ``category``, ``list_price``.
    monthly_visits : float
        Ours, on the scale of the directory.
    regions : mapping of region to float, or Series, optional
        Share of our orders by region. A shop that delivers to one region only reaches that
        share of our customers at most; without a share, it reaches none.
    kinds : sequence of str
        Kinds of shops that can compete at all. Second-hand shops sell other goods than new ones.

    Returns
    -------
    table
        ``rank``, ``shop_id``, ``name``, ``kind``; ``covers`` (share of our range for which it
        lists as many products of the category), ``focus`` (share of its list that is in our
        categories), ``prices`` (common part of the two price bands over their whole, on a log
        scale), ``reach`` (its visits over ours, at most 1, times the share of our customers in
        its region), ``score`` (the product of the four, 0 to 1) and ``reason``, a sentence.
        Highest score first. A shop of which the directory leaves something out scores 0, and the
        reason says so.

    Raises
    ------
    CourseError
        A column is missing, a value in it cannot be, a shop stands twice, none of our products is
        in :data:`CATEGORIES`, or `monthly_visits` is not above zero.

    References
    ----------
    Slide 18. What is offered, at which price and to whom: Clark and Montgomery (1998),
    Managerial identification of competitors.

    Examples
    --------
    >>> import pandas as pd
    >>> ours = pd.DataFrame({"category": ["phones", "audio"], "list_price": [100.0, 1000]})
    >>> row = dict.fromkeys(CATEGORIES, 0) | {"region": "national", "phones": 5, "audio": 5,
    ...     "other": 0, "price_low": 190.0, "price_high": 910.0, "monthly_visits": 9000}
    >>> directory = pd.DataFrame([
    ...     row | {"shop_id": "D1", "name": "Twin", "kind": "shop"},
    ...     row | {"shop_id": "D2", "name": "Bazaar", "kind": "marketplace", "other": 900}])
    >>> tables = {"directory": directory, "products": ours}
    >>> table = rank_directory(tables, monthly_visits=10000)
    >>> table[["name", "covers", "focus", "reach"]].round(2).values.tolist()
    [['Twin', 1.0, 1.0, 0.9], ['Bazaar', 1.0, 0.01, 0.9]]
    >>> table["reason"][1]
    'Most of what it lists is not what we sell.'
    >>> rank_directory(tables, monthly_visits=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: monthly_visits is 0. Give a number above 0.
    """
    counted = [*CATEGORIES, "other", "monthly_visits"]
    listed, products = frames.fetched(
        data,
        {
            "directory": ["shop_id", "name", "kind", "region", *counted, "price_low", "price_high"],
            "products": "category list_price",
        },
    )
    wrong = [rows.missing(name, "shop_id") for name in ("name", "kind", "region")]
    wrong += [rows.not_above_zero(f"price_{end}", "shop_id", gaps=True) for end in ("low", "high")]
    wrong += [rows.below_zero(name, "shop_id", gaps=True) for name in counted]
    rows.refuse(listed, "directory", [*wrong, rows.twice("shop_id")])
    rows.refuse(products, "products", [rows.not_above_zero("list_price", "category", gaps=True)])
    ours = _counted(products)
    if not ours[list(CATEGORIES)].sum():
        sentence = _("None of our products is in the directory's categories: {categories}.")
        raise CourseError(sentence.format(categories=", ".join(CATEGORIES)))
    visits = numbers.positive("monthly_visits", monthly_visits)
    shares = None if regions is None else numbers.by_name("regions", regions, low=0)
    table = listed[["shop_id", "name", "kind"]].assign(
        **_likeness(listed, ours), reach=_reach(listed, visits, shares)
    )
    fit = table["kind"].isin(_kinds(kinds))
    table["score"] = table[list(_PARTS)].prod(axis=1, skipna=False).where(fit, 0.0).fillna(0.0)
    table["reason"] = [_reason(r, ok) for r, ok in zip(table.itertuples(), fit, strict=True)]
    table = table.sort_values(["score", "shop_id"], ascending=[False, True], ignore_index=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return frames.like(table, data)


def _kinds(kinds: Sequence[str]) -> list[str]:
    found = frames.listed(kinds, "kinds")
    if not found:
        raise numbers.refused("kinds", kinds, _("Name one kind at least, such as 'shop'."))
    return found


def _likeness(listed: pd.DataFrame, ours: pd.Series[float]) -> dict[str, Any]:
    """Return how far each shop lists what we sell, only that, and at our prices."""
    counts, mine = listed[list(CATEGORIES)].astype(float), ours[list(CATEGORIES)]
    whole = counts.sum(axis=1, skipna=False) + listed["other"]
    return {
        "covers": np.minimum(counts.to_numpy(), mine.to_numpy()).sum(axis=1) / mine.sum(),
        "focus": counts.sum(axis=1) / whole.mask(whole == 0, np.inf),
        "prices": _overlap(listed["price_low"], listed["price_high"], ours),
    }


def _reach(
    listed: pd.DataFrame, visits: float, shares: Mapping[str, float] | None
) -> pd.Series[float]:
    """Return which share of our customers may see each shop."""
    there = 1.0 if shares is None else listed["region"].map(shares).fillna(0.0)
    seen = (listed["monthly_visits"] / visits).clip(upper=1)
    return seen * np.where(listed["region"] == "national", 1.0, there)


def _overlap(
    low: pd.Series[float], high: pd.Series[float], ours: pd.Series[float]
) -> NDArray[np.float64]:
    bottom, top = np.log(low.to_numpy(float)), np.log(high.to_numpy(float))
    ours_bottom, ours_top = np.log(ours[["price_low", "price_high"]].to_numpy(float))
    common = np.minimum(top, ours_top) - np.maximum(bottom, ours_bottom)
    whole = np.maximum(top, ours_top) - np.minimum(bottom, ours_bottom)
    shared = np.where(whole > 0, np.maximum(common, 0) / np.where(whole > 0, whole, 1), 1.0)
    return np.where(top >= bottom, shared, np.nan)  # a band upside down, or none, says nothing


def _reason(row: Any, fit: bool) -> str:
    """Name the weakest of the four, or say that none is weak."""
    if not fit:
        return _("Its goods are of another kind, such as used ones.")
    words = {
        "covers": _("It has little of what we sell."),
        "focus": _("Most of what it lists is not what we sell."),
        "prices": _("It sells in another price band."),
        "reach": _("Too few of our customers see it."),
    }
    if any(np.isnan(getattr(row, name)) for name in words):
        return _("The directory does not say enough about it, or not what can be.")
    weakest = min(words, key=lambda name: float(getattr(row, name)))
    if getattr(row, weakest) < WEAK:
        return words[weakest]
    return _("It sells what we sell, at our prices, to our customers.")
