"""Packages of the extra ``own``, and the sentence where one is missing."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ecokit.errors import CourseError
from ecokit.messages import _

PACKAGES: dict[str, Callable[[], Any]] = {
    "duckdb": lambda: import_module("duckdb"),
    "pyarrow": lambda: import_module("pyarrow"),
    "python_calamine": lambda: import_module("python_calamine"),
    "yaml": lambda: import_module("yaml"),
}
INSTALL = "pip install duckdb pyarrow python-calamine pyyaml"


def need(package: str, what: str) -> Any:
    """Return a package of the extra, or say which command installs it.

    Parameters
    ----------
    package : str
        As it is imported, such as ``"duckdb"``.
    what : str
        What needs it, for the sentence.

    Raises
    ------
    CourseError
        It is not installed.

    Examples
    --------
    >>> need("no_such_package", "Reading a spreadsheet")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Reading a spreadsheet needs the package no_such_package. Install it
    with: pip install duckdb pyarrow python-calamine pyyaml
    """
    try:
        return PACKAGES[package]()
    except (ImportError, KeyError):
        sentence = _("{what} needs the package {package}. Install it with: {command}")
        message = sentence.format(what=what, package=package, command=INSTALL)
        raise CourseError(message) from None
