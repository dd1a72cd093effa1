"""Attributes of products: what a category measures, and the values that each product has."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from ecokit.shop.inputs import read
from ecokit.shop.simulator.arrays import Coded, Columns, Floats, Ints
from ecokit.shop.simulator.luck import Keys, Luck

SPREAD = 0.22  # spread of an attribute around what the price suggests, in parts of its range


class Attribute(NamedTuple):
    """An attribute of a category: its values run from those of cheap to those of dear products."""

    name: str
    unit: str
    values: tuple[str, ...]


@cache
def attributes(category: str) -> tuple[Attribute, ...]:
    """Return the attributes that a category measures.

    Examples
    --------
    >>> attributes("phones")[1]
    Attribute(name='storage_gb', unit='GB', values=('64', '128', '256', '512'))
    """
    return tuple(
        Attribute(row["attribute"], row["unit"], tuple(row["values"].split()))
        for row in read("specifications")
        if row["category"] == category
    )


def drawn(luck: Luck, keys: Keys, category: Ints, list_price: Floats) -> Ints:
    """Draw which value each product has of each attribute: products by attributes, -1 for none."""
    kinds = read("categories")
    widest = max(len(attributes(kind["category"])) for kind in kinds)
    codes = np.full((len(category), widest), -1)
    apart = SPREAD * luck.normal("product.spec", keys[:, None], np.arange(widest))
    for number, kind in enumerate(kinds):
        low, high = float(kind["price_low"]), float(kind["price_high"])
        rank = np.log(list_price / low) / np.log(high / low)
        for place, attribute in enumerate(attributes(kind["category"])):
            last = len(attribute.values) - 1
            value = np.clip(np.rint((rank + apart[:, place]) * last), 0, last).astype(np.int64)
            codes[:, place] = np.where(category == number, value, codes[:, place])
    return codes


def table(category: Ints, codes: Ints, ids: tuple[str, ...]) -> Columns:
    """Rows of the table of attributes."""
    kinds = [kind["category"] for kind in read("categories")]
    product, place = np.nonzero(codes >= 0)
    found = [attributes(kinds[category[p]])[a] for p, a in zip(product, place, strict=True)]
    names = tuple(sorted({row["attribute"] for row in read("specifications")}))
    units = tuple(sorted({row["unit"] for row in read("specifications")}))
    values = [float(a.values[codes[p, n]]) for a, p, n in zip(found, product, place, strict=True)]
    return {
        "product_id": Coded(product, ids),
        "attribute": Coded(np.array([names.index(a.name) for a in found]), names),
        "value": np.array(values),
        "unit": Coded(np.array([units.index(a.unit) for a in found]), units),
    }
