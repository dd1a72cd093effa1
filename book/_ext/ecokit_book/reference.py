"""The API reference: an entry for every public name, so that none is typed into a page.

Sphinx finds functions and classes by itself. Constants and the measures made by
`ecokit.kpi.Measure` are values, which it passes over; they are written out here.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer

from . import cache
from .generated import Generated

WIDEST = 60
"""Letters of a constant's value that an entry shows."""


class Api(Generated):
    """``{api} ecokit.operations``: every public name of a package or a module."""

    required_arguments = 1

    def uses(self, ours: cache.Inputs) -> set[str]:
        """Return the package and all below it."""
        return ours.modules.whole(self.arguments[0])

    def markdown(self) -> Iterator[str]:
        """Yield what Sphinx finds by itself, then the values."""
        yield from entries(import_module(self.arguments[0]))


class ApiOfFigures(Generated):
    """``{api-of-figures}``: the figures of each topic, a section each."""

    inputs = ("ecokit/topics.csv",)

    def uses(self, ours: cache.Inputs) -> set[str]:
        """Return the modules of all figures."""
        return ours.modules.whole("ecokit.plots")

    def markdown(self) -> Iterator[str]:
        """Yield a section for the theme and for each topic."""
        from ecokit.topics import topics

        yield from ("## Theme", "", *entries(import_module("ecokit.plots.theme")))
        for topic in topics():
            yield from (f"## {topic.title}", "")
            yield from entries(import_module(f"ecokit.plots.{topic.name}"))


def entries(module: ModuleType) -> Iterator[str]:
    """Yield the entries of a module in the mark-up of its docstrings."""
    package = hasattr(module, "__path__")
    yield from ("```{eval-rst}", f".. automodule:: {module.__name__}", "   :members:")
    yield from (["   :imported-members:"] if package else [])
    yield ""
    for name in module.__all__ if package else ():  # of a module Sphinx finds the values, too
        value = getattr(module, name)
        if not (inspect.isroutine(value) or inspect.isclass(value) or inspect.ismodule(value)):
            yield from value_entry(module, name, value)
    yield from ("```", "")


def value_entry(module: ModuleType, name: str, value: Any) -> Iterator[str]:
    """Yield the entry of a value: what it is, and its docstring."""
    from ecokit.kpi import Measure

    yield from (f".. py:data:: {name}", f"   :module: {module.__name__}")
    if isinstance(value, Measure):
        yield from ("", *(f"   {line}" for line in measure_lines(value)), "")
        return
    shown = repr(value)
    if len(shown) <= WIDEST:
        yield f"   :value: {shown}"
    yield from ("", *(f"   {line}" for line in docstring_of(module, name)), "")


def measure_lines(measure: Any) -> Iterator[str]:
    """Yield how a measure is computed, and which columns it needs."""
    yield f"{measure.name} {measure.name_zh}, in {measure.unit}: {measure.formula}."
    yield ""
    for table, columns in measure.columns.items():
        needed = ", ".join(f"``{column}``" for column in columns.split())
        yield f"- ``{table}``: {needed or 'its rows'}"


def docstring_of(module: ModuleType, name: str) -> list[str]:
    """Return the lines under a constant's definition, wherever in the package it stands."""
    inner = f"{module.__name__}."
    inside = walk_packages(module.__path__, inner) if hasattr(module, "__path__") else ()
    for source in (module.__name__, *(one.name for one in inside)):
        found = ModuleAnalyzer.for_module(source).find_attr_docs()
        if ("", name) in found:
            return found["", name]
    raise LookupError(f"{module.__name__}.{name} needs a docstring under its definition")


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("api", Api)
    app.add_directive("api-of-figures", ApiOfFigures)
