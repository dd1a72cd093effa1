"""The book in a folder such as ``kit [2]``: its pages and pictures are found there too."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.environment.collectors import asset as pictures
from sphinx_external_toc import events as pages

from ecokit.cli.brackets import let_names_be_plain


def setup(app: Sphinx) -> None:
    """Let the searches for pages and pictures read the folder's name as it is."""
    let_names_be_plain(pictures, pages)
