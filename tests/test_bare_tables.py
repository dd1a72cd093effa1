"""Every public function of the topics, on tables that nobody has looked at before.

Each table of each call in `tests/sweep` gets one kind of fault at a time, as an export has them: a
row that stands twice, a gap where no row can do without a value, a word for nothing, a row of
totals, flags in words, ids of 18 digits. What comes back is a CourseError with the count, or the
same value: never another number without a word.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
import pytest

from ecokit.errors import CourseError
from ecokit.inputs.kinds import needed
from ecokit.shop.schema import schemas
from tests import test_sweep as sweep

SLOW = {  # made of measures that are here
    "operations.capital",
    "operations.category_targets",
    "operations.duties",
    "operations.weak_categories",
}
AS_GIVEN = {  # the answer names each fault, or hands the tables back as they are
    "privacy.pseudonymised",
    "quality.check_tables",
    "quality.faulty_month",
    "quality.findings",
}
LEFT_OUT = SLOW | AS_GIVEN
NAMES = [name for name in sweep.CALLS if not name.startswith("inputs.") and name not in LEFT_OUT]
if "ECOKIT_COMPANIES" not in os.environ:  # `make companies` takes all; they have much in common
    NAMES = NAMES[::3]
WORDS = ("", "null", "None")

SHOWN = {  # a gap in a time, a speed or a source is a group of its own, which the answer shows
    "capacity.offered_load": {"source"},
    "kpi.visits": {"started_at"},
    "campaigns.traffic_kpis": {"started_at", "placed_at"},
    "funnel.steps": {"started_at"},
    "funnel.with_kinds": {"load_seconds"},
    "operations.five_kpis": {"date", "raised_at", "asked_at"},
    "operations.against_targets": {"date", "raised_at", "asked_at"},
}


class Fault(NamedTuple):
    """One fault in one table of a call."""

    kind: str
    where: str
    column: str
    put: Callable[[pd.DataFrame], pd.DataFrame]

    def told(self, sentence: str) -> bool:
        """Say whether a sentence tells of this fault, with a count or the row."""
        named = re.search(rf"(?<!\w){self.where}(?!\w)", sentence) is not None
        if self.kind == "twice":
            return named and "more than once" in sentence and " rows in all" in sentence
        if self.kind == "total":
            return named and "total of the others" in sentence
        missing = re.search(rf"In [\d,]+ of [\d,]+ rows of .*(?<!\w){self.column}(?!\w)", sentence)
        return named and missing is not None

    def told_renamed(self, sentence: str) -> bool:
        """Say whether a gap is told, in a column that the function calls otherwise."""
        told = re.search(rf"In [\d,]+ of [\d,]+ rows of {self.where}, \w+ is missing", sentence)
        return self.kind == "gap" and told is not None


def faults(name: str) -> Iterator[Fault]:
    """Yield the faults of all tables of a call: one place of each kind."""
    call = sweep._call(name)
    for where, table, _put in sweep._places(call, sweep._arguments(sweep._function(name), call)):
        found = _in(where, table) if len(table) else ()
        yield from (one for one in found if one.column not in SHOWN.get(name, ()))


def _in(where: str, table: pd.DataFrame) -> Iterator[Fault]:
    key = schemas()[where].primary_key if where in schemas() else ()
    links = needed(where, list(map(str, table)), numbers=False)
    every = needed(where, list(map(str, table)), numbers=True)
    numbers = [one for one in every if one not in links]
    for column in [*links, *numbers[-2:]]:  # two stand for the others: the door treats all alike
        yield Fault("gap", where, column, partial(_with, column, None))
    for n, column in enumerate([one for one in links if table[one].dtype == "str"][:1]):
        yield Fault("gap", where, column, partial(_with, column, WORDS[(n + len(where)) % 3]))
    if key and set(key) <= set(table):
        yield Fault("twice", where, "", lambda one: pd.concat([one, one.iloc[[0]]]))
    for n, column in enumerate(one for one in key if one in table and table[one].dtype == "str"):
        yield Fault("total", where, column, partial(_with, column, ["合计", "Total"][n % 2]))
    for column in map(str, table.select_dtypes("bool")):
        yes, no = ("有货", "缺货") if column == "in_stock" else ("Yes", "no")
        yield Fault("flag", where, column, partial(_in_words, column, yes, no))


def _with(column: str, value: str | None, table: pd.DataFrame) -> pd.DataFrame:
    bad = table.assign(**{column: table[column].convert_dtypes()}).reset_index(drop=True)
    bad.loc[len(table) // 2, column] = value
    return bad


def _in_words(column: str, yes: str, no: str, table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{column: table[column].map({True: yes, False: no})})


def _faulty(name: str, put: Sequence[Fault]) -> dict[str, Any]:
    """Return the arguments of a call with faults in its tables."""
    call = sweep._call(name)
    given = sweep._arguments(sweep._function(name), call)
    for where, table, _old in list(sweep._places(call, given)):
        bad = table
        for one in put:
            bad = one.put(bad) if one.where == where else bad
        for argument, value in given.items():
            if argument == where and isinstance(value, pd.DataFrame):
                given = {**given, argument: bad}
            elif sweep._by_name(value) and where in value:
                given = {**given, argument: {**value, where: bad}}
    return given


def _without(columns: set[str], found: Any) -> Any:
    """Return an answer without what a caller's column shows as it was given."""
    if isinstance(found, dict):
        return {key: _without(columns, one) for key, one in found.items() if key not in columns}
    return [_without(columns, one) for one in found] if isinstance(found, list) else found


@pytest.mark.parametrize("name", NAMES)
def test_no_figure_is_wrong_without_a_word(name: str) -> None:
    """All faults at once; one that is told is mended, until a value comes."""
    if not list(sweep._tables(sweep._call(name))):
        return
    left = list(faults(name))
    while True:
        found = sweep._run(sweep._function(name), _faulty(name, left))
        if not isinstance(found, CourseError):
            break
        told = [one for one in left if one.told(str(found))]
        told = told or [one for one in left if one.told_renamed(str(found))]
        assert told, f"{found}\nleft: {[one[:3] for one in left]}"
        left.remove(told[0])
    shown = {one.column for one in left if one.kind == "gap"}
    value = sweep._plain(sweep._call(name).of(found))
    same = sweep._same(_without(shown, value), _without(shown, sweep._expected(name)))
    assert same, f"another value, and no sentence, with {[one[:3] for one in left]}"
