"""A table that was looked at is looked at again after any change to it, and only then."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from ecokit import operations
from ecokit.errors import CourseError
from ecokit.inputs import once


def made() -> pd.DataFrame:
    """One column of each kind that tables have."""
    columns = {
        "text": ["x", "y"],
        "number": [1.5, 2.5],
        "whole": [1, 2],
        "gap": pd.array([1, None], dtype="Int64"),
        "flag": [True, False],
        "day": pd.to_datetime(["2025-01-01", "2025-01-02"]),
        "kind": pd.Categorical(["a", "b"]),
    }
    return pd.DataFrame(columns)


def set_cell(column: str, value: Any) -> Callable[[pd.DataFrame], object]:
    def change(table: pd.DataFrame) -> None:
        table.loc[0, column] = value

    return change


CHANGES: dict[str, Callable[[pd.DataFrame], object]] = {
    "text": set_cell("text", "z"),
    "number": set_cell("number", 9.0),
    "whole": set_cell("whole", 9),
    "gap": set_cell("gap", 9),
    "gap gone": set_cell("gap", pd.NA),
    "flag": set_cell("flag", False),
    "day": set_cell("day", pd.Timestamp("2024-01-01")),
    "category": set_cell("kind", "b"),
    "a place": lambda table: table.iat.__setitem__((1, 1), 7.0),
    "a column": lambda table: table.__setitem__("number", table["number"] * 2),
    "the same again": lambda table: table.__setitem__("number", table["number"] * 1),
    "another column": lambda table: table.insert(0, "more", 1),
    "a column less": lambda table: table.pop("flag"),
    "names": lambda table: setattr(table, "columns", list("abcdefg")),
    "rows": lambda table: setattr(table, "index", pd.Index([5, 6])),
    "name of the rows": lambda table: setattr(table.index, "name", "text"),
    "gaps filled": lambda table: table.fillna({"gap": 3}, inplace=True),  # noqa: PD002
    "an update": lambda table: table.update(pd.DataFrame({"number": [8.0, 9.0]})),
    "a row more": lambda table: table.loc.__setitem__(2, table.loc[0]),
}


@pytest.mark.parametrize("storage", ["pyarrow", "python"])  # learners have no PyArrow
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(name: str, storage: str) -> None:
    looks: list[int] = []
    with pd.option_context("mode.string_storage", storage):
        table = made()
        assert getattr(table["text"].dtype, "storage", "") == storage
    with pytest.MonkeyPatch.context() as patch:
        if storage == "python":
            patch.setitem(sys.modules, "pyarrow", None)
        _look_change_look(table, looks, name)


def _look_change_look(table: pd.DataFrame, looks: list[int], name: str) -> None:
    for _again in range(3):
        once.looked(table, ("a test",), lambda: looks.append(1))
    assert len(looks) == 1
    CHANGES[name](table)
    once.looked(table, ("a test",), lambda: looks.append(1))
    assert len(looks) == 2


def test_what_is_wrong_is_told_each_time_and_after_it_was_right() -> None:
    stock = pd.DataFrame(
        {
            "date": pd.to_datetime(["2025-01-01", "2025-01-02"]),
            "product_id": ["P1", "P1"],
            "price": [9.5, 9.5],
            "demand": [3, 1],
            "sold": [2, 1],
            "closing": [4, 3],
        }
    )
    first = operations.stockouts({"stock": stock})
    assert operations.stockouts({"stock": stock}).equals(first)
    stock.loc[1, "sold"] = -1
    for _again in range(2):
        with pytest.raises(CourseError, match="sold -1"):
            operations.stockouts({"stock": stock})
    stock.loc[1, "sold"] = 1
    assert operations.stockouts({"stock": stock}).equals(first)


def test_a_table_that_is_gone_is_forgotten() -> None:
    table = made()
    once.looked(table, ("gone",), lambda: 1)
    mark = (id(table), repr(("gone",)))
    assert mark in once._LOOKS
    del table
    gc.collect()
    assert mark not in once._LOOKS


def test_no_more_is_remembered_than_is_meant() -> None:
    table = made()
    for n in range(once.MOST + 50):
        once.looked(table, ("many", n), lambda: n)  # noqa: B023
    assert len(once._LOOKS) == once.MOST
