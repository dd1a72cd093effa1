"""Slides for trainers: marked blocks of topic pages, taken out of the book and kept beside it.

A block stands in the page whose numbers and figures it shows::

    ::::{slide} A short path is fast
    :figure: fig-structures

    Of a hundred decisions {glue:text}`in_time:.0f` are made within two hours.

    :::{notes}
    What the trainer says.
    :::
    ::::

No page, search or wheel holds anything of it. What was made from the blocks of a page lies in
``_build/slides/<topic>.json``: HTML with its numbers and pictures in it, for ``ecokit.pack``. The
figure is drawn once more with large letters while the page runs (`large`).
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ecokit.cli import copies, ways
from ecokit.topics import Topic

from . import large

logger = logging.getLogger(__name__)
FOLDER, LARGE = "slides", "large"
TAKE_AWAY = "take-away"
"""The section of a page whose list ends its deck."""
FOREIGN = (nodes.image, nodes.math, nodes.math_block, nodes.raw)
"""What a block may not hold: figures are named, and formulas need a script."""


START = """\
def _begin():
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("ecokit_large", {path!r})
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.begin(get_ipython())


_begin()
del _begin
"""
"""What a kernel does when it starts; no name is left in it."""


class slide(nodes.General, nodes.Element):  # noqa: N801  (docutils calls visitors by this name)
    """A marked block: a title, the body, and notes."""


class slide_title(nodes.General, nodes.Element):  # noqa: N801
    """The title of a block."""


class slide_notes(nodes.General, nodes.Element):  # noqa: N801
    """What the trainer says."""


class Slide(SphinxDirective):
    """``{slide} Title``: a block for the trainer's slides; the page does not show it."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"figure": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return the block, which is taken out before the page is written."""
        block = slide(figure=self.options.get("figure", ""))
        self.set_source_info(block)
        words, messages = self.state.inline_text(self.arguments[0], self.lineno)
        block += slide_title("", *words, *messages)
        self.state.nested_parse(self.content, self.content_offset, block)
        return [block]


class Notes(SphinxDirective):
    """``{notes}``: what is said while the slide is seen."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the notes."""
        notes = slide_notes()
        self.state.nested_parse(self.content, self.content_offset, notes)
        return [notes]


# While a page is read --------------------------------------------------------------------------


def cells_shown(text: str) -> list[str]:
    """Return the code cells of a page whose figure one of its blocks shows."""
    if "{slide}" not in text or not is_myst_markdown_notebook(text):
        return []
    cells = read_myst_markdown_notebook(text).cells
    words = {line.strip() for line in text.splitlines()}
    return [cell.source for cell in cells if f":figure: {_figure_of(cell)}" in words]


def _figure_of(cell: Any) -> str:
    return str(cell.metadata.get("mystnb", {}).get("figure", {}).get("name", ""))


def _read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let the kernel of the page lay the figures of its slides beside what the page computes."""
    env: Any = app.env
    names = sorted(large.name(cell.encode()) for cell in cells_shown(source[0]))
    os.environ[large.CELLS] = " ".join(names)
    if not names:
        os.environ.pop("IPYTHONDIR", None)
        return
    state = large.name(" ".join(names).encode())  # the page runs again for other figures
    place = Path(env.mystnb_config.execution_cache_path).parent / f"{FOLDER}.{state}"
    env.mystnb_config = env.mystnb_config.copy(execution_cache_path=str(place / "executed"))
    os.environ[large.FOLDER] = str(place / LARGE)
    profile = Path(app.srcdir, "_build", "kernel")
    start = profile / "profile_default" / "startup" / "large.py"
    copies.write(start, START.format(path=large.__file__).encode())
    os.environ["IPYTHONDIR"] = str(profile)


# Before a page is written ----------------------------------------------------------------------


def _take_out(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take the blocks out of a page, and keep what a deck needs of it."""
    blocks = list(doctree.findall(slide))
    for block in blocks:
        block.parent.remove(block)
    topic = _topic(docname)
    if blocks and not topic:
        _warn("slides stand on the page of a topic", blocks[0])
    if topic and app.builder.name == "html":
        page = _Page(app, docname, doctree)
        made = {
            "slides": [page.made_of(block) for block in blocks],
            "figures": [] if blocks else list(page.figures()),
            "take_away": page.take_away(),
        }
        content = json.dumps(made, ensure_ascii=False, indent=1).encode()
        copies.write(_place(app, topic), content)


def _topic(docname: str) -> Topic | None:
    return ways.topic_of(f"{docname}.ipynb") if docname.startswith("book/") else None


def _place(app: Sphinx, topic: Topic) -> Path:
    return Path(app.outdir).parent / FOLDER / f"{topic.name}.json"


class _Page:
    """A page that is about to be written: its figures, and parts of it as HTML."""

    def __init__(self, app: Sphinx, docname: str, doctree: nodes.document) -> None:
        self.app, self.docname, self.doctree = app, docname, doctree
        self._figures = {
            name: figure
            for figure in doctree.findall(nodes.figure)
            for name in (*figure["names"], *figure["ids"])
        }

    def made_of(self, block: slide) -> dict[str, Any]:
        """Return a block as HTML."""
        for foreign in FOREIGN:
            for node in block.findall(foreign):
                sentence = "a slide holds words and a table; name its figure under :figure:"
                _warn(f"{sentence} ({node.tagname})", block)
        notes = next(iter(block.findall(slide_notes)), slide_notes())
        title = next(iter(block.findall(slide_title)))
        body = [one for one in block.children if one not in (notes, title)]
        if not notes.children:
            _warn("a slide needs {notes}: what is said while it is seen", block)
        return {
            "title": self.html([nodes.inline("", "", *title.children)]),
            "body": self.html(body),
            "notes": self.html(notes.children),
            "figure": self._named(block),
        }

    def _named(self, block: slide) -> dict[str, Any] | None:
        name = block["figure"]
        if not name:
            return None
        if name not in self._figures:
            known = ", ".join(self._figures)
            _warn(f"there is no figure {name} on this page; it has: {known}", block)
            return None
        return self.picture(self._figures[name])

    def figures(self) -> Iterator[dict[str, Any]]:
        """Yield the figures of the page, for a deck without blocks."""
        for figure in self.doctree.findall(nodes.figure):
            if picture := self.picture(figure):
                yield picture

    def picture(self, figure: nodes.figure) -> dict[str, Any] | None:
        """Return a figure: the picture itself, what it shows, and its caption."""
        image = next(iter(figure.findall(nodes.image)), None)
        if image is None:
            return None
        small = Path(self.app.srcdir, image["uri"].lstrip("/"))
        found = next(self._large(small.stem[: large.SHORT]), None)
        about = json.loads(found.with_suffix(".json").read_text("utf-8")) if found else {}
        caption = [
            nodes.inline("", "", *one.deepcopy().children) for one in figure.findall(nodes.caption)
        ]
        return {
            "png": base64.b64encode((found or small).read_bytes()).decode("ascii"),
            "alt": image.get("alt", ""),
            "caption": self.html(caption),
            "letters": about.get("letters"),
        }

    def _large(self, name: str) -> Iterator[Path]:
        """Yield the picture that was laid for a slide when the page ran."""
        place = Path(self.app.srcdir, "_build", "cache", "page." + self.docname.replace("/", "."))
        yield from place.glob(f"*/{FOLDER}.*/{LARGE}/{name}.png")

    def take_away(self) -> str:
        """Return the list that the page ends with."""
        for section in self.doctree.findall(nodes.section):
            if TAKE_AWAY in section["ids"]:
                return self.html(
                    one for one in section.children if isinstance(one, nodes.bullet_list)
                )
        return ""

    def html(self, parts: Iterable[nodes.Node]) -> str:
        """Return nodes as HTML; a link to a page of the book is words on a slide."""
        return "".join(self._one(part) for part in list(parts))

    def _one(self, part: nodes.Node) -> str:
        whole = nodes.container("", part.deepcopy())
        for link in list(whole.findall(nodes.reference)):
            link.replace_self(link.children or nodes.Text(""))
        return "".join(
            self.app.builder.render_partial(one)["fragment"] for one in whole.children
        ).strip()


def _warn(sentence: str, block: slide) -> None:
    logger.warning("%s", sentence, location=block, type="ecokit", subtype="slide")


def _missing(app: Sphinx, env: BuildEnvironment, *_pages: set[str]) -> list[str]:
    """Name the pages whose slides are gone: they are read again, and do not run again."""
    pages = {page: topic for page in env.found_docs if (topic := _topic(page))}
    return [page for page, topic in pages.items() if not _place(app, topic).is_file()]


def _tidy(app: Sphinx, failure: Exception | None) -> None:
    """Remove the slides of pages that are gone."""
    if app.builder.name != "html":
        return
    known = {topic.name for page in app.env.found_docs if (topic := _topic(page))}
    for path in (Path(app.outdir).parent / FOLDER).glob("*.json"):
        if path.stem not in known:
            path.unlink()


def _nothing(_visitor: Any, _node: nodes.Element) -> None:
    """Show nothing of a block that is still there."""
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the directives and the steps."""
    for node in (slide, slide_title, slide_notes):
        app.add_node(node, **dict.fromkeys(("html", "latex", "text"), (_nothing, None)))
    app.add_directive("slide", Slide)
    app.add_directive("notes", Notes)
    app.connect("source-read", _read, priority=501)  # after `cache` has named its folder
    app.connect("env-get-outdated", _missing)
    app.connect("doctree-resolved", _take_out, priority=100)
    app.connect("build-finished", _tidy)
