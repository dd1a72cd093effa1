"""What a learner installs is enough for what a learner runs: book and notebooks."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("book", "own")  # what install.py gives everybody
SHOWN = [*sorted((ROOT / "book").rglob("*.md")), *sorted((ROOT / "notebooks").rglob("*.ipynb"))]
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```", re.M | re.S)


@cache
def owners() -> Mapping[str, list[str]]:
    """Return which distributions a module is of; to ask takes a sixth of a second."""
    return metadata.packages_distributions()


@cache
def installed() -> frozenset[str]:
    """Return the distributions that a learner has."""
    found: set[str] = set()
    waiting: list[tuple[str, tuple[str, ...]]] = [("ecokit", EXTRAS)]
    while waiting:
        name, extras = waiting.pop()
        for text in metadata.requires(name) or []:
            one = Requirement(text)
            asked = [{"extra": extra} for extra in ("", *extras)]
            key = canonicalize_name(one.name)
            if key in found or (one.marker and not any(map(one.marker.evaluate, asked))):
                continue
            found.add(key)
            waiting.append((one.name, tuple(one.extras)))
    return frozenset(found)


def cells(path: Path) -> Iterator[str]:
    """Yield the code that a page or notebook runs."""
    if path.suffix == ".md":
        for found in CELL.finditer(path.read_text("utf-8")):
            yield re.sub(r"\A(---\n.*?\n---\n|(:.*\n)+)", "", found[1], flags=re.S)
    else:
        book = nbformat.read(path, as_version=4)
        yield from (cell.source for cell in book.cells if cell.cell_type == "code")


def imported(path: Path) -> set[str]:
    """Return the modules that a page or notebook imports."""
    found = set()
    for code in cells(path):
        plain = "\n".join(line for line in code.splitlines() if line[:1] not in ("%", "!"))
        for node in ast.walk(ast.parse(plain)):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"ecokit"}


def test_a_learner_has_what_the_course_needs() -> None:
    assert {"pandas", "duckdb", "jupyter-book"} <= installed()
    assert not {"polars", "pyspark", "pytest"} & installed()


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_a_page_imports_only_what_a_learner_has(path: Path) -> None:
    for module in imported(path):
        theirs = {canonicalize_name(name) for name in owners().get(module, [])}
        assert theirs & installed(), f"{path.name} imports {module}, which no learner has"
