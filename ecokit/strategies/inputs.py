"""What the strategies check before they compute: numbers and a table, each told in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd


def number(value: Any, name: str) -> float:
    """Return `value` as a float, or say that it is none.

    Examples
    --------
    >>> number(3, "price"), number("3", "price")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The price is '3'. Give a number.
    """
    try:
        if isinstance(value, str):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        message = _("The {name} is {value!r}. Give a number.")
        raise CourseError(message.format(name=name, value=value)) from None


def amount(value: Any, name: str, *, positive: bool = False) -> float:
    """Return an amount in yuan from 0, or above 0, or say that it is none.

    Examples
    --------
    >>> amount(0, "unit cost")
    0.0
    >>> amount(0, "price", positive=True)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The price is 0. Give an amount in yuan, above 0.
    """
    yuan = number(value, name)
    if not math.isfinite(yuan) or yuan < 0 or (positive and yuan == 0):
        least = _("above 0") if positive else _("0 or more")
        message = _("The {name} is {value:g}. Give an amount in yuan, {least}.")
        raise CourseError(message.format(name=name, value=yuan, least=least))
    return yuan


def positive(value: Any, name: str) -> float:
    """Return `value` as a number above 0, or say that it is none."""
    if not 0 < number(value, name) < math.inf:
        message = _("{name} is {value}. It must be a number above 0.")
        raise CourseError(message.format(name=name, value=value))
    return float(value)


def between(value: Any, name: str, low: float, high: float) -> float:
    """Return `value` if it lies from `low` to `high`, or say that it does not."""
    if not low <= number(value, name) <= high:
        message = _("{name} is {value:g}. It must lie between {low:g} and {high:g}.")
        raise CourseError(message.format(name=name, value=value, low=low, high=high))
    return float(value)


def count(value: Any, name: str, low: int, high: int) -> int:
    """Return `value` as a whole number from `low` to `high`, or say that it is none.

    Examples
    --------
    >>> count(2.0, "bidders", 2, 100)
    2
    >>> count(2.5, "bidders", 2, 100)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: bidders is 2.5. It must be a whole number.
    """
    if not between(value, name, low, high).is_integer():
        message = _("{name} is {value:g}. It must be a whole number.")
        raise CourseError(message.format(name=name, value=value))
    return int(value)


def generator(seed: Any) -> np.random.Generator:
    """Return the random numbers of a seed, a whole number from 0."""
    return np.random.default_rng(count(seed, _("seed"), 0, 2**53))


def need(table: str, frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise a CourseError for the columns that `frame` lacks.

    Examples
    --------
    >>> import pandas as pd
    >>> need("products", pd.DataFrame({"sku": ["a"]}), ["product_id"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table products has no column product_id. It has: sku.
    """
    if not hasattr(frame, "columns"):
        message = _("The table {table} is missing. Give it as a pandas DataFrame.")
        raise CourseError(message.format(table=table))
    missing = [name for name in dict.fromkeys(columns) if name not in frame]
    if missing:
        message = _("The table {table} has no column {missing}. It has: {has}.")
        has = ", ".join(map(str, frame.columns))
        raise CourseError(message.format(table=table, missing=", ".join(missing), has=has))
