"""The book in a folder such as ``kit [2]``: its pages and pictures are found there too."""

from __future__ import annotations

from sphinx.application import Sphinx

from ecokit.cli.brackets import let_names_be_plain

SEARCHES = {"sphinx.environment.collectors.asset": "glob", "sphinx_external_toc.events": "glob"}


def setup(app: Sphinx) -> None:
    """Let the searches for pages and pictures read the folder's name as it is."""
    let_names_be_plain(SEARCHES)
