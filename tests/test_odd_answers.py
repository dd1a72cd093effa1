"""Answers that are none end in a sentence; the small form of `benchmarks/attacks/cards.py`."""

from __future__ import annotations

import array
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import exercises
from ecokit.exercises import checks, sheet, store
from ecokit.exercises.reading import AnswerError, read
from ecokit.shop import Shop
from tests import odd
from tests.demo_exercises import DEMO, design, layers
from tests.hostile import RIGHT, SENTENCE

NO_SHOP = Shop({})
SIZE = 1_200


@pytest.mark.parametrize("kind", odd.KINDS)
def test_an_odd_answer_gets_a_sentence(kind: str) -> None:
    ends = {
        f"{exercise.id}, {one.label}": odd.judged(exercise, one, NO_SHOP)
        for exercise in DEMO
        for one in odd.answers(kind, exercise, exercise.sheet(NO_SHOP), 5, SIZE)
    }
    assert {label: end for label, end in ends.items() if end not in (RIGHT, SENTENCE)} == {}
    assert len(ends) > 20


@settings(max_examples=100)
@given(
    st.integers(2_000, 12_000).map(lambda thousandths: thousandths / 1000),
    st.sampled_from(["{}", "{!r}", "{:.3f}"]),
)
def test_a_plan_passes_only_on_the_steps_of_its_fields(span: float, form: str) -> None:
    given_as: Any = span if form == "{}" else form.format(span)
    result = checks.check(design, {"span": given_as, "layers": 3}, NO_SHOP)
    on_step = read(given_as, "").value.is_integer()
    assert (result.kind == "unreadable") == (not on_step)
    if not on_step:
        assert "between two steps" in result.message


@pytest.mark.parametrize("word", ["yes", "Yes", "true", "是", True, np.True_, np.array([True])])
def test_a_word_is_no_number_of_a_plan(word: object) -> None:
    plan = {"span": 8, "layers": word}
    assert checks.check(design, plan, NO_SHOP).kind == "unreadable"


def test_a_field_that_is_given_twice_is_refused() -> None:
    twice = {"span": 2, "Span of control": 8, "layers": 3}
    for plan in (twice, pd.Series([2, 8, 3], ["span", "span", "layers"])):
        assert checks.check(design, plan, NO_SHOP).kind == "unreadable"


def test_steps_count_from_the_lowest_value() -> None:
    field = sheet.Field("cut", "Cut", 0.05, 1, step=0.1)
    assert [field.beside(value) for value in (0.05, 0.1 + 0.2 + 0.05)] == [None, None]
    assert field.beside(0.3) == (0.25, 0.35)
    assert sheet.Field("n", "n", 1, 4.5, step=2).beside(4) == (3, 4.5)


def test_a_time_span_without_a_unit_is_no_time() -> None:
    for span in (np.timedelta64(5), np.timedelta64(5, "M"), np.timedelta64(2**62, "as")):
        with pytest.raises(AnswerError, match="does not say how long"):
            read(span, "minutes")
    assert read(np.array([90], "m8[s]"), "minutes").value == 1.5
    for column in (np.array([41], "m8[ns]"), np.array([41], "M8[ns]")):
        with pytest.raises(AnswerError, match="a value of type"):
            read(column, "people")


def test_an_index_may_be_called_like_a_column() -> None:
    table = pd.DataFrame({"structure": ["seven", "three"], "layers": [4, 3]})
    for index in ("structure", "layers"):
        assert checks.check(layers, table.rename_axis(index), NO_SHOP).right
    crossed = table[["layers"]].set_axis(pd.Index(["seven", "three"], name="layers"))
    assert "lacks the column: structure" in checks.check(layers, crossed, NO_SHOP).message


def test_a_long_table_is_refused_by_its_length() -> None:
    for table in (pd.Series(1.0, range(300_000)), dict.fromkeys(range(2_000), 1)):
        result = checks.check(layers, table, NO_SHOP)
        assert result.message.startswith("That table has ")


def test_odd_answers_take_nothing_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECOKIT_FOLDER", str(tmp_path))
    monkeypatch.delenv("ECOKIT_PROGRESS", raising=False)
    exercise = exercises.get("organisation-mean-span")
    shop: Any = NO_SHOP
    of = sheet.Sheet(prompt="?", right=4, wrong={}, hints=(), solution="")
    for kind in odd.KINDS:
        for one in odd.answers(kind, exercise, of, 5, SIZE)[::40]:
            exercises.check(exercise.id, one.make(), shop)
    events = [event["event"] for event in store.read_events(tmp_path / ".ecokit")]
    assert len(events) > 5
    assert set(events) == {"unreadable"}
    assert store.Learner(tmp_path / ".ecokit").standing(exercise.id).tries == 0


def _silent(_self: object) -> str:
    raise RuntimeError("odd")


_BARE: Any = type("Bare", (type,), {"__name__": property(_silent)})("Odd", (), {})


_CLASSLESS: Any = type("Classless", (), {"__class__": property(_silent)})


class _Odd(str):
    __slots__ = ()

    def __iter__(self) -> Any:
        raise RuntimeError("odd")


@pytest.mark.parametrize("make", [lambda: _BARE(), lambda: _CLASSLESS(), lambda: _Odd("?")])
def test_an_object_that_hides_what_it_is_gets_a_sentence(make: Any) -> None:
    for exercise in DEMO:
        assert checks.check(exercise, make(), NO_SHOP).kind == "unreadable"


def test_letters_in_a_buffer_and_complex_numbers_are_no_numbers() -> None:
    for value in (array.array("b", b"41"), np.clongdouble(41), np.array([41], "c8")):
        with pytest.raises(AnswerError, match="a value of type"):
            read(value, "people")


@pytest.mark.parametrize("text", ["41①", "①2", "41₁", "12⒈", "1.0½", "1,234 1/2"])
def test_numbers_side_by_side_are_not_one(text: str) -> None:
    with pytest.raises(AnswerError, match="more than one number"):
        read(text, "yuan")


def test_a_text_of_any_length_is_quoted_by_its_beginning() -> None:
    chosen = next(one for one in DEMO if isinstance(one, sheet.Choice))
    result = checks.check(chosen, "手机 " * 2_000_000, NO_SHOP)
    assert "手机" in result.message
    assert len(result.message) < 200
