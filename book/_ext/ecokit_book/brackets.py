"""A course in a folder such as ``kit [2]``: brackets in a folder's name stand for themselves.

Sphinx finds pictures, and sphinx-external-toc finds pages, by patterns that begin with the folder
of the book. In a pattern ``[2]`` means the character 2, so in such a folder nothing is found.
"""

from __future__ import annotations

import glob
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import sphinx_external_toc.events as toc
from sphinx.application import Sphinx
from sphinx.environment.collectors import asset


def setup(app: Sphinx) -> None:
    """Let the searches read the folder's name as it is."""
    folder = str(app.srcdir)

    def literally(search: Callable[..., Any]) -> Callable[..., Any]:
        def found(pattern: str, **options: Any) -> Any:
            inside = pattern.startswith(folder)
            plain = glob.escape(folder) + pattern[len(folder) :] if inside else pattern
            return search(plain, **options)

        return found

    if glob.has_magic(folder):
        asset.glob = literally(glob.glob)  # type: ignore[attr-defined]
        toc.glob = SimpleNamespace(iglob=literally(glob.iglob))  # type: ignore[attr-defined]
