"""Folders with brackets in their names, such as ``kit [2]``: they stand for themselves.

Jupyter and Sphinx look for settings, extensions, pages and pictures by patterns that begin with a
folder. In a pattern ``[2]`` means the character 2, so in such a folder they find nothing.
"""

from __future__ import annotations

import glob
import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

JUPYTER = {
    "jupyter_server.config_manager": "glob",
    "jupyter_server.services.kernelspecs.handlers": "glob",
    "jupyterlab_server.app": "glob",
    "jupyterlab_server.config": "iglob",
    "jupyterlab_server.settings_utils": "glob",
    "jupyterlab_server.themes_handler": "glob",
}
"""What searches for settings, extensions, themes and logos, by module."""


def plain(pattern: str) -> str:
    """Return a pattern in which the folders that there are stand for themselves.

    >>> plain("no such [2]/*.json")
    'no such [2]/*.json'
    """
    there = [one for one in Path(pattern).parents if one.name and one.is_dir()]
    folder = str(there[0]) if there else ""
    begins = pattern.startswith(folder)
    return glob.escape(folder) + pattern[len(folder) :] if begins else pattern


def let_names_be_plain(searches: Mapping[str, str] = JUPYTER) -> None:
    """Let modules that search by patterns read the names of folders as they are.

    Parameters
    ----------
    searches
        The name in each module under which it holds ``glob``, ``glob.glob`` or ``glob.iglob``.
    """
    for name, attribute in searches.items():
        module = importlib.import_module(name)
        held = getattr(module, attribute)
        if held is glob:
            setattr(module, attribute, _plain_module())
        elif held in (glob.glob, glob.iglob):
            setattr(module, attribute, _plainly(held))


def _plain_module() -> SimpleNamespace:
    return SimpleNamespace(glob=_plainly(glob.glob), iglob=_plainly(glob.iglob))


def _plainly(search: Callable[..., Any]) -> Callable[..., Any]:
    def found(pattern: str, **options: Any) -> Any:
        return search(plain(pattern), **options)

    return found
