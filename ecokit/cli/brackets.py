"""Folders with brackets in their names, such as ``kit [2]``: they stand for themselves.

Jupyter and Sphinx look for settings, extensions, pages and pictures by patterns that begin with a
folder. In a pattern ``[2]`` means the character 2, so in such a folder they find nothing.
"""

from __future__ import annotations

import glob
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any


def plain(pattern: str) -> str:
    """Return a pattern in which the folders that there are stand for themselves.

    >>> plain("no such [2]/*.json")
    'no such [2]/*.json'
    """
    there = [one for one in Path(pattern).parents if one.name and one.is_dir()]
    folder = str(there[0]) if there else ""
    begins = pattern.startswith(folder)
    return glob.escape(folder) + pattern[len(folder) :] if begins else pattern


def let_names_be_plain(*modules: ModuleType) -> None:
    """Let modules that search by patterns read the names of folders as they are.

    Parameters
    ----------
    modules
        Each holds ``glob``, or its functions, under their own names.
    """
    for module in modules:
        for name in ("glob", "iglob"):
            held = getattr(module, name, None)
            if held is glob:
                setattr(module, name, _plain_module())
            elif held in (glob.glob, glob.iglob):
                setattr(module, name, _plainly(held))


def let_jupyter_find() -> None:
    """Let Jupyter find settings, extensions, themes and logos in a folder of any name."""
    from jupyter_server import config_manager
    from jupyter_server.services.kernelspecs import handlers
    from jupyterlab_server import app, config, settings_utils, themes_handler

    let_names_be_plain(config_manager, handlers, app, config, settings_utils, themes_handler)


def _plain_module() -> SimpleNamespace:
    return SimpleNamespace(glob=_plainly(glob.glob), iglob=_plainly(glob.iglob))


def _plainly(search: Callable[..., Any]) -> Callable[..., Any]:
    def found(pattern: str, **options: Any) -> Any:
        return search(plain(pattern), **options)

    return found
