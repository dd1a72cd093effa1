"""A learner's notebook outlives an update: old cells run, or end in a sentence with the new call.

`tests/data/lessons-0.1.0` holds the code cells of the masters as they were first given out.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

import ecokit
from ecokit import notebook, plots
from ecokit.errors import CourseError
from tests.companies import bundled

LESSONS = sorted((Path(__file__).parent / "data" / "lessons-0.1.0").glob("*.txt"))


def cells(lesson: Path) -> list[tuple[bool, str]]:
    """Return the cells of a lesson: whether it is meant to raise, and its code."""
    parts = re.split(r"^# %%( raises)?\n", lesson.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [(bool(mark), code) for mark, code in zip(parts[1::2], parts[2::2], strict=True)]


def names(code: str, context: type[ast.expr_context]) -> set[str]:
    """Return the names that a cell sets (``ast.Store``) or reads (``ast.Load``)."""
    nodes = ast.walk(ast.parse(code))
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_old_cells_run_or_say_what_to_write_now(
    lesson: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ecokit, "load_shop", bundled, raising=False)
    known: dict[str, Any] = {"__name__": "__main__"}
    unset: set[str] = set()  # what cells would have set that ended in a sentence
    ran, sentences = 0, list[str]()
    for raises, code in cells(lesson):
        if names(code, ast.Load) & unset:
            unset |= names(code, ast.Store)
            continue
        try:
            exec(compile(code, lesson.stem, "exec"), known)
        except (CourseError, KeyError) as error:
            unset |= names(code, ast.Store) - set(known)
            sentences += [] if raises else [told(error, known)]
        else:
            ran += 1
            unset -= names(code, ast.Store)
    assert ran
    new = re.compile(r"\w+\.\w+\(|\] is now \[")  # a call, or a column
    assert not [sentence for sentence in sentences if not new.search(sentence)]


def told(error: CourseError | KeyError, cells: dict[str, Any]) -> str:
    """Return what a notebook shows of an error: its own sentence, or that on a column."""
    if isinstance(error, CourseError):
        return str(error)
    assert error.__traceback__
    return notebook.sentence(error, error.__traceback__, cells)


@pytest.mark.parametrize("name", ["kpi.draw_scorecard", "organisation.layout", "pricing.spiral"])
def test_an_old_figure_says_what_draws_it_now(name: str) -> None:
    module, figure = name.split(".")
    with pytest.raises(CourseError, match=f"plots.{name} is now .*\\(.*, since ecokit 0.2"):
        getattr(getattr(plots, module), figure)
