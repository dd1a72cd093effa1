"""What a page of the book shows of a master notebook, and what its download button gives."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat
from docutils import nodes
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.errors import SphinxError

from ecokit.cli import copies, ways
from ecokit.errors import CourseError

OPEN = """\
```{{note}}
This page shows the notebook and takes no answers. To run it, open [`{name}`]{{.lab-notebook}} in
JupyterLab.
```"""
NEXT = "```{next-step}\n```"


def for_page(nb: NotebookNode, name: str, *, trainer: bool = False) -> NotebookNode:
    """Return a master as its page shows it.

    Answers are taken out (a trainer's page keeps them); an explorer is replaced by its twin
    and an exercise by its question, because neither answers without a kernel. What somebody
    has done so far (``exercises.progress``) is no part of a page. Below the title stands how
    to open the notebook itself.

    Raises
    ------
    CourseError
        A tag is unknown or misplaced; the sentence names the notebook and the cell.
    """
    copies.check(nb, name)
    cells = []
    for cell in nb.cells:
        kind = copies.tags(cell)
        if copies.ANSWER in kind and not trainer:
            continue
        if cell.cell_type == "code" and "exercises.progress(" in cell.source:
            cell.outputs = []
        directive = _stand_in(cell, PurePosixPath(name).stem)
        if directive:
            cell = nbformat.v4.new_markdown_cell(directive, id=cell.id)
        cells.append(cell)
    cells.insert(1, nbformat.v4.new_markdown_cell(OPEN.format(name=name), id="open-notebook"))
    return nbformat.v4.new_notebook(cells=cells, metadata=nbformat.from_dict(copies.KERNEL))


def _stand_in(cell: NotebookNode, topic: str) -> str:
    if copies.EXPLORER in copies.tags(cell):
        return f"```{{twin}} {topic}\n```"
    if copies.EXERCISE in copies.tags(cell):
        found = re.search(r"exercises\.show\(\s*[\"']([^\"']+)", cell.source)
        return f"```{{exercise}} {found[1]}\n```" if found else ""
    return ""


def _read(app: Sphinx, docname: str, source: list[str]) -> None:
    if not app.env.doc2path(docname).endswith(".ipynb"):
        return
    nb = nbformat.reads(source[0], as_version=4)
    try:
        page = for_page(nb, _name(docname), trainer=app.config.ecokit_edition == "trainer")
    except CourseError as error:
        raise SphinxError(str(error)) from error
    if ways.topic_of(_name(docname)):
        page.cells.append(nbformat.v4.new_markdown_cell(NEXT, id="next-step"))
    source[0] = nbformat.writes(page)


def _name(docname: str) -> str:
    return docname.removeprefix("notebooks/") + ".ipynb"


def _offer_download(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Write the learner's (or trainer's) copy beside the page and put a button in its header."""
    if not doctree or not app.env.doc2path(pagename).endswith(".ipynb"):
        return
    derive = copies.trainer if app.config.ecokit_edition == "trainer" else copies.learner
    master = nbformat.read(app.env.doc2path(pagename), as_version=4)
    target = Path(app.outdir, "_sources", f"{pagename}.ipynb")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(copies.to_bytes(derive(master, _name(pagename))))
    context["header_buttons"].append(
        {
            "type": "link",
            "url": context["pathto"](f"_sources/{pagename}.ipynb", 1),
            "tooltip": "Download this notebook",
            "icon": "fas fa-download",
            "label": "download-notebook-button",
        }
    )


def setup(app: Sphinx) -> None:
    """Register the two steps."""
    app.connect("source-read", _read)
    app.connect("html-page-context", _offer_download, priority=502)
