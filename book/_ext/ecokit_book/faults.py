"""A page whose code fails says so in the build's log in one sentence: what the code said last."""

from __future__ import annotations

import re

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)
COLOUR = re.compile(r"\x1b\[[\d;]*m")
ERROR = re.compile(r"[\w.]*Error: ")


def last_sentence(traceback: str) -> str:
    r"""Return what a traceback ends with, without colours.

    Examples
    --------
    >>> last_sentence("Traceback ...\n\x1b[31mValueError\x1b[39m: no such month\n\n")
    'ValueError: no such month'
    >>> last_sentence("CellTimeoutError: It took too long.\nPreview:\n----\n['x = 1']\n----")
    'CellTimeoutError: It took too long.'
    """
    lines = COLOUR.sub("", traceback).strip().splitlines()
    if lines and not lines[-1].strip("-"):  # nbclient shows the cell below its sentence
        lines = [line for line in lines if ERROR.match(line)] or lines
    return lines[-1] if lines else ""


def _tell(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of the page that has just been read, if its code failed."""
    page = app.env.docname
    ran = NbMetadataCollector.get_exec_data(app.env, page)
    if ran and ran["traceback"]:
        sentence = last_sentence(ran["traceback"])
        logger.warning("%s", sentence, location=page, type="ecokit", subtype="page")


def setup(app: Sphinx) -> None:
    """Register the step."""
    app.connect("doctree-read", _tell)
