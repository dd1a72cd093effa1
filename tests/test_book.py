"""The built book as files: complete, linked, described, small, and without an answer in it."""

from __future__ import annotations

import gzip
import hashlib
import html
import importlib
import inspect
import json
import os
import posixpath
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType, SimpleNamespace
from urllib.parse import unquote, urlsplit

import filelock
import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from nbformat import NotebookNode
from sphinx.util.inventory import InventoryFile

from ecokit import explore
from ecokit.cli import building, copies
from ecokit.cli.course import Course
from ecokit.errors import CourseError
from ecokit.explore.base import Frame, Frames
from ecokit.topics import names
from tests import reproducible
from tests.chinese import compared
from tests.leaks import leaked
from tests.small_book import configure

ROOT = Path(__file__).resolve().parents[1]
PAGE_LIMIT = 1_500_000
"""Bytes that a page may load, without the formulas' script (1.2 MB, cached by the browser)."""


@cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf8"), "html.parser")


def pages(book: Path) -> list[Path]:
    return sorted(book.rglob("*.html"))


def articles(book: Path) -> Iterator[tuple[str, Tag]]:
    for path in pages(book):
        article = soup(path).find("article")
        if isinstance(article, Tag):
            yield path.relative_to(book).as_posix(), article


# --- what readers are given -------------------------------------------------------------


def test_every_page_of_the_contents_is_built(book: Path) -> None:
    text = (ROOT / "_toc.yml").read_text("utf8")
    for name in re.findall(r"(?:root|file): (\S+)", text):
        assert (book / f"{name}.html").is_file(), name


def test_every_text_and_notebook_is_in_the_contents() -> None:
    listed = ("_toc.yml", "book/trainers/_toc.yml")
    text = "".join((ROOT / name).read_text("utf8") for name in listed)
    written = [*ROOT.glob("book/**/*.md"), *ROOT.glob("notebooks/**/*.ipynb")]
    for path in written:
        name = path.relative_to(ROOT).with_suffix("").as_posix()
        if not any(part.startswith(("_", ".")) for part in path.relative_to(ROOT).parts):
            assert re.search(rf": {re.escape(name)}$", text, re.MULTILINE), name


def test_every_link_inside_the_book_resolves(book: Path) -> None:
    broken = []
    for path in pages(book):
        for tag in soup(path).find_all(["a", "link", "script", "img"]):
            address = str(tag.get("href") or tag.get("src") or "")
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or not address:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists() or not holds(target, unquote(parts.fragment)):
                broken.append(f"{path.relative_to(book)}: {address}")
    assert not broken


def holds(target: Path, anchor: str) -> bool:
    if not anchor or target.suffix != ".html":
        return True
    return anchor in identifiers(target)


@cache
def identifiers(path: Path) -> frozenset[str]:
    return frozenset(str(tag["id"]) for tag in soup(path).find_all(id=True))


def test_every_public_name_has_an_anchor_in_the_reference(book: Path) -> None:
    with (book / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", posixpath.join)
    anchors = {name for kind, of in inventory.items() if kind.startswith("py:") for name in of}
    packages = [importlib.import_module(f"ecokit.{name}") for name in names()]
    figures = [importlib.import_module(f"ecokit.plots.{name}") for name in ("theme", *names())]
    public = {f"{p.__name__}.{name}" for p in packages for name in p.__all__}
    public |= {
        f"{module.__name__}.{name}"
        for module in figures
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }
    public -= {module.__name__ for module in sys.modules.values() if module}
    assert not public - anchors


def test_every_picture_is_described_and_every_figure_has_a_caption(book: Path) -> None:
    for name, article in articles(book):
        for picture in article.find_all("img"):
            alt = str(picture.get("alt", "")).strip()
            assert len(alt) > 15, f"{name}: {picture.get('src')} is described as {alt!r}"
            assert not alt.endswith((".png", ".svg")), f"{name}: {alt}"
        for figure in article.find_all("figure"):
            assert figure.find("figcaption"), f"{name}: a figure without a caption"


def test_headings_step_down_one_by_one(book: Path) -> None:
    for name, article in articles(book):
        levels = [int(tag.name[1]) for tag in article.find_all(re.compile("^h[1-6]$"))]
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        jumps = [b for a, b in pairwise(levels) if b > a + 1]
        assert not jumps, f"{name}: {levels}"


def test_chinese_is_marked_as_chinese(book: Path) -> None:
    for name, article in articles(book):
        for text in article.find_all(string=re.compile("[\u4e00-\u9fff]")):
            if text.find_parent(["pre", "code", "script"]):
                continue
            marked = text.find_parent(lang=re.compile("zh"))
            assert marked or text.find_parent(class_="cell_output"), f"{name}: {text}"


def chinese(text: str) -> set[str]:
    return set("".join(extension("chinese").RUN.findall(html.unescape(text))))


def characters(font: Path) -> set[str]:
    with TTFont(font) as opened:
        return set(map(chr, opened.getBestCmap()))


def test_no_page_shows_a_box_for_a_chinese_character(book: Path) -> None:
    """The font that travels with the book has each one, for machines without any Chinese."""
    known = characters(book / "_static" / "chinese.woff")
    for path in pages(book):
        lacking = chinese(path.read_text("utf8")) - known
        assert not lacking, f"{path.relative_to(book)}: {lacking}"


def test_the_bundled_font_has_all_that_tables_notebooks_and_cards_can_print() -> None:
    known = characters(extension("site").CHINESE_FONT)
    files = [
        p for top in ("ecokit", "datasets", "notebooks", "book") for p in (ROOT / top).rglob("*")
    ]
    for path in set(files) - compared():
        if path.suffix in {".py", ".csv", ".json", ".ipynb", ".md", ".html", ".gz"}:
            lacking = chinese(written(path)) - known
            assert not lacking, f"{path.relative_to(ROOT)}: {lacking}"


def written(path: Path) -> str:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode()
    return path.read_text("utf8")


def test_every_term_of_the_glossary_has_its_chinese_name(book: Path) -> None:
    names = set()
    glossary = soup(book / "book" / "reference" / "glossary.html")
    for meaning in glossary.select("dl.glossary > dd"):
        assert re.match(r"\s*\S*[\u4e00-\u9fff]", meaning.get_text()), meaning.get_text()
        names.add(meaning.get_text())
    assert len(names) > 100


def test_every_kpi_is_in_the_glossary(book: Path) -> None:
    from ecokit import kpi

    text = soup(book / "book" / "reference" / "glossary.html").get_text()
    missing = [one.name_zh for one in kpi.KPIS.values() if one.name_zh not in text]
    assert not missing


def test_pages_are_light(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights = {path: weight(path) for path in pages(book)}
    with capsys.disabled():
        print("\nbytes that a page loads at once, without MathJax:")
        for path, size in weights.items():
            print(f"  {size:>9,}  {path.relative_to(book).as_posix()}")
    assert not [path for path, size in weights.items() if size > PAGE_LIMIT]


def weight(path: Path) -> int:
    total = path.stat().st_size
    for tag in soup(path).find_all(["link", "script", "img"]):
        address = str(tag.get("src") or tag.get("href") or "")
        unloaded = tag.get("loading") == "lazy" or "mathjax" in address
        linked = path.parent / unquote(urlsplit(address).path)
        if not unloaded and linked.is_file() and linked.suffix != ".html":
            total += linked.stat().st_size
    return total


# --- nothing that must not be there ------------------------------------------------------


def test_nothing_is_loaded_from_outside(book: Path) -> None:
    site = extension("site")
    for suffix in (".html", ".css"):
        for path in book.rglob(f"*{suffix}"):
            assert not site.outside(path.read_text("utf8"), suffix), path


def test_no_answer_leaks(book: Path) -> None:
    files = {p.relative_to(book).as_posix(): p.read_bytes() for p in book.rglob("*") if p.is_file()}
    assert not leaked(copies.masters(ROOT / "notebooks").values(), files)


def test_the_download_is_the_learners_copy(book: Path) -> None:
    for name, master in copies.masters(ROOT / "notebooks").items():
        given = (book / "_sources" / "notebooks" / name).read_bytes()
        assert given == copies.to_bytes(copies.learner(master, name))


def test_vendored_files_are_those_of_the_record() -> None:
    for record in ROOT.glob("book/_vendor/*/vendored.json"):
        about = json.loads(record.read_text("utf8"))
        files = {p for p in record.parent.rglob("*") if p.is_file() and p != record}
        assert {p.relative_to(record.parent).as_posix() for p in files} == set(about["sha256"])
        for path in files:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            assert digest == about["sha256"][path.relative_to(record.parent).as_posix()], path


# --- the extension ----------------------------------------------------------------------


def extension(part: str) -> ModuleType:
    folder = str(ROOT / "book" / "_ext")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(f"ecokit_book.{part}")


def cell(source: str, *tags: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})


def notebook(*cells: NotebookNode) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=list(cells))


SHOW, CHECK = (
    cell('exercises.show("kpi-uv", shop)', "exercise"),
    'exercises.check("kpi-uv", 1, shop)',
)


def test_a_page_shows_the_question_and_not_the_answer() -> None:
    master = notebook(SHOW, cell(CHECK, "answer"), cell('explore.show("kpi", shop)', "explorer"))
    page = extension("notebooks").for_page(master, "architecture/kpi.ipynb")
    assert [c.source for c in page.cells if c.id != "open-notebook"] == [
        "```{exercise} kpi-uv\n```",
        "```{twin} kpi\n```",
    ]


def test_a_page_says_below_its_title_how_to_open_the_notebook() -> None:
    master = notebook(nbformat.v4.new_markdown_cell("# KPIs"), cell("shop"))
    page = extension("notebooks").for_page(master, "architecture/kpi.ipynb")
    assert "open [`architecture/kpi.ipynb`]{.lab-notebook} in" in page.cells[1].source


def test_a_page_tells_nobodys_progress() -> None:
    done = cell('exercises.progress("architecture")')
    done.outputs = [nbformat.v4.new_output("stream", text="8 of 29 exercises are done")]
    page = extension("notebooks").for_page(notebook(done), "architecture/kpi.ipynb")
    assert page.cells[0].outputs == []


def test_the_trainers_page_keeps_the_answer() -> None:
    master = notebook(SHOW, cell(CHECK, "answer"))
    page = extension("notebooks").for_page(master, "architecture/kpi.ipynb", trainer=True)
    assert CHECK in [c.source for c in page.cells]


def test_no_page_shows_what_a_check_knows() -> None:
    """The right answer may be asked for on a page only where its output is taken away."""
    cells = re.compile(r"```\{code-cell\}[^\n]*\n(.*?)```", re.DOTALL)
    for path in (Path(__file__).parents[1] / "book").rglob("*.md"):
        for code in cells.findall(path.read_text("utf-8")):
            hidden = re.search(r":tags: \[.*remove-(cell|output)", code)
            assert hidden or not re.search(r"\.(right|solution|hints)\b", code), path


def test_an_unknown_tag_stops_the_page() -> None:
    master = notebook(SHOW, cell(CHECK, "anwser"))
    with pytest.raises(CourseError, match=r"architecture/kpi\.ipynb, cell 2 .*anwser"):
        extension("notebooks").for_page(master, "architecture/kpi.ipynb")


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/a.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/a.css">',
        '<img src="http://cdn.example/a.png" alt="">',
        "<iframe src='https://cdn.example/'></iframe>",
        '<div style="background: url(https://cdn.example/a.png)"></div>',
    ],
)
def test_what_comes_from_outside_is_noticed(text: str) -> None:
    assert extension("site").outside(text)


def test_what_a_reader_may_click_is_no_load() -> None:
    text = '<a href="https://example.org/">x</a><img src="a.png"><script>f("//x")</script>'
    assert not extension("site").outside(text)
    assert extension("site").outside('@import "https://cdn.example/a.css";', ".css")


def picture() -> Figure:
    figure = Figure(figsize=(2, 1))
    figure.add_subplot().plot([1, 2])
    return figure


def test_a_twin_is_drawn_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def frames(topic: str, shop: object) -> Frames:
        calls.append(topic)
        shown = [Frame(f"span <{i}>", picture, f"Picture {i} of the test") for i in (1, 2)]
        return Frames("Title", "Span", shown)

    monkeypatch.setattr(explore, "frames", frames)
    twins = extension("twins")
    first, second = twins.render("kpi", tmp_path), twins.render("kpi", tmp_path)
    assert first == second
    assert calls == ["kpi"]
    assert [p.label for p in first.pictures] == ["span <1>", "span <2>"]
    for drawn in first.pictures:
        data = (tmp_path / "twins" / drawn.path).read_bytes()
        assert data.startswith(b"\x89PNG")
        assert (drawn.width, drawn.height) == (260, 130)


def test_a_twin_of_no_topic_says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="There is no explorer 'astrology'"):
        extension("twins").render("astrology", tmp_path)
    assert not list(tmp_path.rglob("*.json"))


def test_the_slider_speaks_its_labels_whatever_is_in_them() -> None:
    twins = extension("twins")
    labels = ['a "quoted" <label>', "二"]
    shown = [twins.Picture(label, "x.png", "A picture", 1, 1) for label in labels]
    made = SimpleNamespace(env=SimpleNamespace(new_serialno=lambda _: 0))
    text = twins.TwinDirective._control(made, "kpi", twins.Twin("T", "Speed & cost", shown))
    control = BeautifulSoup(text, "html.parser")
    slider, label = control.find("input"), control.find("label")
    assert isinstance(slider, Tag)
    assert isinstance(label, Tag)
    assert json.loads(str(slider["data-labels"])) == labels
    assert slider["aria-valuetext"] == labels[0]
    assert label["for"] == slider["id"]
    assert label.get_text() == "Speed & cost"


PAGE = """\
---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# Parts of a page 页面

```{exercise} organisation-mean-span
```

```{code-cell} ipython3
from ecokit import load_shop, organisation, plots
from ecokit.plots import theme
shop = load_shop()
print(sorted({"a", "b"}))
theme.table(organisation.cost(shop, by="sourcing"))
```

```{code-cell} ipython3
from matplotlib.figure import Figure
figure = Figure()
figure.add_subplot().plot([1, 2])
figure
```
"""
FAULTS = {
    "```{twin} astrology\n```": "There is no explorer 'astrology'",
    "```{exercise} organisation-astrology\n```": "There is no exercise 'organisation-astrology'",
    "```{objectives} astrology\n```": "no objective has the topic 'astrology'",
    "````{slide} Words\n```{notes}\nMore.\n```\n````": "slides stand on the page of a topic",
    '<script src="https://cdn.example/a.js"></script>': "loads https://cdn.example/a.js",
}


def sphinx(folder: Path) -> str:
    configure(folder, "page")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "--no-color", str(folder), str(folder / "out")],
        capture_output=True,
        text=True,
        encoding="utf8",
        env=os.environ | {"PYTHONUTF8": "1"},
    )
    return done.stderr


def test_a_page_has_the_same_bytes_in_another_folder(tmp_path: Path) -> None:
    """One page of all kinds of parts; `make reproducible` compares the whole book."""
    books = []
    for seed, name in enumerate(reproducible.FOLDERS):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        configure(folder, "page", 'nb_execution_mode = "force"')
        (folder / "page.md").write_text(PAGE, "utf-8")
        reproducible.run([sys.executable, "-m", "sphinx", "-q", ".", "out"], folder, seed)
        books.append(folder / "out")
    assert {"page.html", "_static/chinese.woff"} <= set(reproducible.files(books[0]))
    assert not reproducible.differences(*books)


def test_every_fault_of_a_page_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# Faults\n\n" + "\n\n".join(FAULTS), "utf8")
    said = sphinx(tmp_path)
    for fault in FAULTS.values():
        assert fault in said


def test_a_misspelt_tag_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# Faults\n\n```{toctree}\nnotebooks/kpi\n```\n", "utf8")
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook(SHOW, cell(CHECK, "anwser")), tmp_path / "notebooks" / "kpi.ipynb")
    assert re.search(r'kpi\.ipynb, cell 2 .*"anwser" is not known', sphinx(tmp_path))
    assert not (tmp_path / "out" / "notebooks").exists()


def test_a_book_that_failed_fails_again(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text("title: Small\n", "utf-8")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: index\n", "utf-8")
    (tmp_path / "index.md").write_text("# Small\n\n{term}`unheard of`\n", "utf-8")
    log: list[str] = []
    for _time in range(2):  # Sphinx gives the warning of a page it has read once only
        with pytest.raises(CourseError, match="unheard of"):
            Course(tmp_path).build_book(told=lambda _process, line: log.append(line))
    assert not any("\x1b" in line for line in log)
    assert max(map(building.done, log)) == 1.0, "who waits sees how far it is"


def test_a_build_waits_for_one_that_goes_on_after_its_start_was_killed(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text("title: Small\n", "utf-8")
    (tmp_path / "_build").mkdir()
    turn = filelock.FileLock(tmp_path / "_build" / "building.lock", thread_local=False)
    turn.acquire()
    threading.Timer(1.5, turn.release).start()
    waited: list[bool] = []
    with pytest.raises(CourseError):  # there is no _toc.yml
        Course(tmp_path).build_book(told=lambda _process, _line: waited.append(not turn.is_locked))
    assert waited
    assert all(waited)
