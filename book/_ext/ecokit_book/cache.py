"""What the computed parts of a page hang on, and where they lie until one of that changes.

A page hangs on the data, the lock, the theme, the messages, this extension, and every module of
ecokit that it uses, directly or not (`ecokit.cli.modules` finds them in the code). Code cells run
again, and a twin is drawn again, when one of these changed. A page is read again when one of those
changed that its code cells or directives have named (`note`).
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from ecokit.cli.modules import Modules

ALWAYS = ("ecokit.messages", "ecokit.plots.theme")
"""Modules that every page hangs on."""
AUTODOC = re.compile(r"^\s*\.\. auto\w+::", re.MULTILINE)
USED, KEY = "ecokit-used", "ecokit-key"


class Inputs:
    """All that the pages of a book are computed from.

    Parameters
    ----------
    root
        The folder that holds ``_config.yml``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules = Modules(root / "ecokit")
        self._hashed: dict[Path, bytes] = {}

    @cached_property
    def common(self) -> bytes:
        """A hash of what every page hangs on beside modules of ecokit."""
        folders = [self.root / "datasets", self.root / "book" / "_ext"]
        files = [path for folder in folders for path in sorted(folder.rglob("*"))]
        files += [self.root / "requirements.lock"]
        python = f"Python {sys.version_info[:2]}".encode()
        return b"".join([python, *self._hashes(files)])

    def key(self, names: Iterable[str]) -> str:
        """Return a hash of all that runs when some modules do, and of what they read."""
        wanted = {*names, *ALWAYS}
        here = wanted & self.modules.files.keys()
        gone = " ".join(sorted(wanted - here)).encode()
        files = sorted(self.modules.beside(self.modules.used(here)))
        digest = hashlib.sha256(b"".join([gone, self.common, *self._hashes(files)]))
        return digest.hexdigest()[:16]

    def _hashes(self, files: Iterable[Path]) -> Iterator[bytes]:
        for path in files:
            if path not in self._hashed and path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(self.root).as_posix().encode()
                self._hashed[path] = name + b"\0" + hashlib.sha256(path.read_bytes()).digest()
            yield self._hashed.get(path, b"")

    def folder(self, name: str, key: str) -> Path:
        """Return the cache folder of a page or a twin; those of its older states are removed."""
        current = self.root / "_build" / "cache" / name / key
        current.mkdir(parents=True, exist_ok=True)
        for other in current.parent.iterdir():
            if other != current:
                shutil.rmtree(other, ignore_errors=True)
        return current

    def executed(self, docname: str, code: Iterable[str]) -> Path:
        """Return where the results of a page's code cells lie."""
        return self.folder("page." + docname.replace("/", "."), self.key(self.named_by(code)))

    def named_by(self, code: Iterable[str]) -> set[str]:
        """Return the modules that code cells import: all, where a cell is no Python alone."""
        try:
            return set[str]().union(*map(self.modules.named_by, code))
        except SyntaxError:
            return self.modules.whole("ecokit")

    def twin_modules(self, topic: str) -> set[str]:
        """Return the modules that draw a twin."""
        return {f"ecokit.explore.{topic}", "ecokit.shop.load"} & self.modules.files.keys()

    def twin(self, topic: str) -> Path:
        """Return where the pictures of a twin lie."""
        return self.folder(f"twin.{topic}", self.key(self.twin_modules(topic)))

    def exercise_modules(self, exercise_id: str) -> set[str]:
        """Return the modules that an exercise may stand in: those that hold its id."""
        every = self.modules.whole("ecokit.exercises")
        return {name for name in every if exercise_id in self.modules.source(name)} or every


def code_cells(text: str) -> list[str]:
    """Return the code of a page that runs, cell by cell; nothing for another page."""
    if not is_myst_markdown_notebook(text):
        return []
    cells = read_myst_markdown_notebook(text).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


@cache
def inputs(root: Path | str) -> Inputs:
    """Return what the book below `root` is computed from, as it was when the build began."""
    return Inputs(Path(root))


def note(env: BuildEnvironment, modules: Iterable[str]) -> None:
    """Note that the page which is being read shows what some modules compute."""
    noted = env.metadata[env.docname].setdefault(USED, [])
    noted += sorted(set(modules) - set(noted))


def _begin(app: Sphinx, config: Config) -> None:
    """Look at code and data anew: another build may have run in this process."""
    inputs.cache_clear()


def _stale(app: Sphinx, env: BuildEnvironment, *_pages: set[str]) -> list[str]:
    """Name the pages to be read again, and remove what lies there for pages that are gone."""
    ours = inputs(app.srcdir)
    _tidy(ours.root / "_build" / "cache", env.found_docs)
    return [
        page
        for page in env.found_docs
        if USED in env.metadata[page]
        and env.metadata[page].get(KEY) != ours.key(env.metadata[page][USED])
    ]


def _tidy(folder: Path, pages: Iterable[str]) -> None:
    known = {"page." + page.replace("/", ".") for page in pages}
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in known and not path.name.startswith("twin."):
            shutil.rmtree(path, ignore_errors=True)


def _read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Choose where the results of the page's code cells lie."""
    ours = inputs(app.srcdir)
    if AUTODOC.search(source[0]):
        note(app.env, ours.modules.whole("ecokit"))
    code = code_cells(source[0])
    if not code:
        return
    note(app.env, ours.named_by(code))
    env: Any = app.env
    place = ours.executed(docname, code) / "executed"
    env.mystnb_config = env.mystnb_config.copy(execution_cache_path=str(place))


def _remember(app: Sphinx, doctree: nodes.document) -> None:
    """Note the state of all that the page was made from."""
    about = app.env.metadata[app.env.docname]
    if USED in about:
        about[KEY] = inputs(app.srcdir).key(about[USED])


def setup(app: Sphinx) -> None:
    """Register the steps."""
    app.connect("config-inited", _begin)
    app.connect("env-get-outdated", _stale)
    app.connect("source-read", _read)
    app.connect("doctree-read", _remember, priority=900)
