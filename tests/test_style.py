"""What ruff cannot see: sources stand where they are shown, and the formatter formats."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MODULES = [
    file
    for file in sorted((ROOT / "ecokit").rglob("*.py"))
    if "_course" not in file.parts  # the built course
]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every docstring of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield node.body[0].lineno, text


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_source_stands_under_references(path: Path) -> None:
    """``Source: ...`` below the examples would read as part of the last one."""
    for line, text in docstrings(ast.parse(path.read_text(encoding="utf-8"))):
        place = f"{named(path)}:{line}"
        assert not re.search(r"\bSources?: ", text), f"{place}: write it under References"
        headings = re.findall(r"^(\w[\w ]*)\n-+$", text, flags=re.MULTILINE)
        if {"References", "Examples"} <= set(headings):
            before = headings.index("References") < headings.index("Examples")
            assert before, f"{place}: References stand before Examples"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_the_formatter_formats(path: Path) -> None:
    assert "# fmt: " not in path.read_text(encoding="utf-8")
