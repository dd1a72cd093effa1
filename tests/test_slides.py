"""Slides: marked blocks leave the book, decks can be read from the last row, nothing is typed."""

from __future__ import annotations

import base64
import hashlib
import importlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from ecokit.cli.course import Course
from ecokit.exercises import all as exercises_of
from ecokit.pack import paper, slides
from ecokit.pack.plan import Plan, from_data
from ecokit.plots import theme
from ecokit.topics import topics
from tests.small_book import EXTENSION, configure

ROOT = Path(__file__).resolve().parents[1]
PAGES = {one.name: ROOT / "book" / one.chapter / f"{one.name}.md" for one in topics()}
BLOCK = re.compile(r"^::::\{slide\} (.*?)\n(.*?)^::::$", re.MULTILINE | re.DOTALL)
NOTES = re.compile(r"^:::\{notes\}\n(.*?)^:::$", re.MULTILINE | re.DOTALL)
WORDS, POINTS, SMALLEST = 40, 28, 15
"""Most words of a slide; least pixels of its letters at 1280 x 720, and of those in a figure."""


def blocks(topic: str) -> list[tuple[str, str, str]]:
    """Return title, body and notes of each marked block of a topic's page."""
    found = BLOCK.findall(PAGES[topic].read_text("utf-8"))
    return [(title, NOTES.sub("", body), "".join(NOTES.findall(body))) for title, body in found]


MARKED = [name for name in PAGES if blocks(name)]


@pytest.fixture(scope="module")
def large() -> ModuleType:
    if str(EXTENSION) not in sys.path:
        sys.path.append(str(EXTENSION))
    return importlib.import_module("ecokit_book.large")


# --- what is written on the pages ----------------------------------------------------------


@pytest.mark.parametrize("topic", MARKED)
def test_a_slide_is_no_page(topic: str) -> None:
    found = blocks(topic)
    assert 4 <= len(found) <= 8
    for title, body, notes in found:
        assert re.search(r"\d min", notes), f"{topic}, {title}: how long does it take?"
        assert len(title) <= 50, title
        words = re.sub(r"^:figure:.*$|^\|.*$|\{\w+:?\w*\}`", "", body, flags=re.MULTILINE)
        assert len(words.split()) <= WORDS, f"{topic}, {title}: {len(words.split())} words"


@pytest.mark.parametrize("topic", MARKED)
def test_what_a_slide_glues_is_glued_in_prose_or_code_of_the_page(topic: str) -> None:
    text = PAGES[topic].read_text("utf-8")
    for title, body, _notes in blocks(topic):
        typed = re.search(r"¥\s?\d|\d\s?%", re.sub(r"\{glue:text\}`[^`]*`", "", body))
        allowed = typed is None or typed[0] in BLOCK.sub("", text)
        assert allowed, f"{topic}, {title}: {typed and typed[0]} is typed"


# --- from a page to its slides -------------------------------------------------------------

PAGE = """\
---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# Parts

```{code-cell} ipython3
---
mystnb:
  figure:
    caption: Two points.
    name: fig-two
  image:
    alt: A line through two points.
---
from myst_nb import glue
from ecokit.plots import theme
large = name = keep = "a page may use any name"
glue("share", 7.4, display=False)
fig, ax = theme.figure()
ax.plot([1, 2])
fig
```

## Take away

- One sentence.

::::{slide} Seldom 少
:figure: fig-two

Only {glue:text}`share:.0f` %.

:::{notes}
2 min. Unspeakable words.
:::
::::
"""


def build(folder: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "--no-color"]
    done = subprocess.run(
        [*command, str(folder), str(folder / "_build" / "html")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
    )
    assert not done.returncode, done.stderr


def test_a_block_leaves_the_page_with_its_number_and_its_figure(tmp_path: Path) -> None:
    page = tmp_path / "book" / "architecture" / "kpi.md"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE, "utf-8")
    more = 'nb_execution_mode = "cache"\nexclude_patterns = ["_build"]\n'
    configure(tmp_path, "book/architecture/kpi", more + 'myst_enable_extensions = ["colon_fence"]')
    build(tmp_path)
    file = tmp_path / "_build" / "slides" / "kpi.json"
    made = json.loads(file.read_text("utf-8"))
    (one,) = made["slides"]
    assert "Seldom" in one["title"]
    assert 'Only <span class="pasted-text">7</span>' in one["body"]
    assert "Unspeakable" in one["notes"]
    assert "One sentence." in made["take_away"]
    assert one["figure"]["letters"] >= POINTS
    with Image.open(io.BytesIO(base64.b64decode(one["figure"]["png"]))) as picture:
        assert picture.width > 1280, "sharp on a projector"
    for path in (tmp_path / "_build" / "html").rglob("*"):
        if path.suffix in {".html", ".js", ".txt"}:
            assert not re.search("Unspeakable|Seldom", path.read_text("utf-8")), path


def test_a_page_whose_slides_are_gone_is_read_again(large: ModuleType, tmp_path: Path) -> None:
    missing = importlib.import_module(f"{large.__package__}.slides")._missing
    app = SimpleNamespace(outdir=tmp_path / "html")
    env = SimpleNamespace(found_docs={"book/architecture/kpi", "book/welcome"})
    assert missing(app, env) == ["book/architecture/kpi"]
    (tmp_path / "slides").mkdir()
    (tmp_path / "slides" / "kpi.json").touch()
    assert missing(app, env) == []


def test_a_figure_whose_letters_do_not_fit_keeps_its_shape(large: ModuleType) -> None:
    fig, ax = theme.figure(height=3.0)
    ax.barh([f"row {i}" for i in range(4)], range(4))
    assert large.large(fig)[1] >= POINTS
    fig, ax = theme.figure(height=8.0)
    ax.barh([f"a rather long name of row {i}" for i in range(30)], range(30))
    assert large.large(fig)[1] < POINTS
    assert fig.get_size_inches().tolist() == [7.2, 8.0]


def test_reveal_is_what_the_record_says() -> None:
    folder = ROOT / "ecokit" / "pack" / "vendor" / "reveal"
    about = json.loads((folder / "vendored.json").read_text("utf-8"))
    files = {path.name: path for path in folder.iterdir() if path.name != "vendored.json"}
    assert {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()
    } == about["sha256"]
    assert f"reveal.js {about['version']}" in about["source"]
    assert about["license"] == "MIT"
    assert "Permission is hereby granted" in files["LICENSE"].read_text("utf-8")


# --- decks ---------------------------------------------------------------------------------

PART = {"title": "<b>T</b>", "body": "<p>B</p>", "notes": "<p>N</p>", "figure": None}
FIGURE = {"png": "iVBORw0KGgo=", "alt": "A line", "caption": "Two points", "letters": 28}


def deck(tmp_path: Path, **page: Any) -> slides.Deck:
    """Return the deck of a made-up page, in a plan of one block."""
    source = tmp_path / "_build" / "slides" / "kpi.json"
    source.parent.mkdir(parents=True, exist_ok=True)
    whole = {"slides": [], "figures": [], "take_away": "<ul><li>W</li></ul>", **page}
    source.write_text(json.dumps(whole), "utf-8")
    (tmp_path / "_config.yml").touch()
    (made,) = slides.decks(Course(tmp_path), plan())
    return made


def plan() -> Plan:
    named = [one.id for one in exercises_of(topic="kpi")[:2]]
    block = {"topic": "kpi", "minutes": 30, "exercises": named, "check": "Why?", "cut": named[:1]}
    day = {"start": "09:00", "end": "09:30", "blocks": [block]}
    return from_data({"title": "A", "days": [day]}, "a")


def test_a_deck_has_its_parts_in_order_and_each_slide_says_what_is_said(tmp_path: Path) -> None:
    made = deck(tmp_path, slides=[PART])
    kinds = [one.kind for one in made.slides]
    assert kinds[0] == "first"
    assert kinds[3:] == ["exercise", "exercise", "ask", ""]
    assert made.slides[2].title == "<b>T</b>"
    assert all(one.notes for one in made.slides)
    assert "first when time is short" in made.slides[3].notes


def test_a_book_without_slides_beside_it_gives_a_deck(tmp_path: Path) -> None:
    deck(tmp_path)
    (tmp_path / "_build" / "slides" / "kpi.json").unlink()
    (made,) = slides.decks(Course(tmp_path), plan())
    assert [one.kind for one in made.slides][2:] == ["exercise", "exercise", "ask"]


def test_a_page_without_blocks_gives_its_figures(tmp_path: Path) -> None:
    made = deck(tmp_path, figures=[FIGURE])
    assert [one.alt for one in made.slides if one.png] == ["A line"]


# --- the built book ------------------------------------------------------------------------


def test_no_word_of_the_trainers_stands_in_the_learners_book(book: Path) -> None:
    sources = [path.read_text("utf-8") for path in (ROOT / "book").rglob("*.md")]
    readers = " ".join(" ".join(BLOCK.sub("", text) for text in sources).split())
    notes = [line for name in MARKED for *_, said in blocks(name) for line in sentences(said)]
    alone = [line for line in notes if line not in readers]  # others are quoted from a page
    assert len(alone) > 100
    for path in book.rglob("*"):
        if path.suffix in {".html", ".js", ".json", ".ipynb"}:
            text = " ".join(path.read_text("utf-8").split())
            assert not [line for line in alone if line in text], path


def sentences(notes: str) -> list[str]:
    """Return the longer sentences of some notes that hold no mark-up."""
    lines = re.split(r"(?<=[.?!:])\s", " ".join(notes.split()))
    return [line for line in lines if len(line) > 50 and not re.search(r"[`{}*\[\]'\"]", line)]


@pytest.fixture(scope="module")
def every_deck(book: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every topic's deck with all its exercises, as files."""
    folder = tmp_path_factory.mktemp("decks")
    found = []
    for topic in topics():
        named = [one.id for one in exercises_of(topic=topic.name)]
        block = {"topic": topic.name, "minutes": 240, "exercises": named, "check": "Why?"}
        day = {"start": "09:00", "end": "13:00", "blocks": [block]}
        (one,) = slides.decks(Course(ROOT), from_data({"title": "A", "days": [day]}, "a"))
        path = folder / f"{topic.name}.html"
        path.write_bytes(paper.page(path.name, "deck", deck=one, reveal=slides._reveal()).content)
        found.append(path)
    return found


FAULTS = """({points, code}) => {
  const own = [...document.querySelectorAll('section.slide')], faults = [];
  const canvas = new OffscreenCanvas(40, 40).getContext('2d', {willReadFrequently: true});
  const drawn = new Set();
  const picture = (sign, font) => {
    canvas.clearRect(0, 0, 40, 40); canvas.font = font; canvas.fillText(sign, 4, 32);
    return canvas.getImageData(0, 0, 40, 40).data.join();
  };
  for (const [number, slide] of own.entries()) {
    const title = slide.querySelector('h1, h2').innerText;
    const say = fault => faults.push(`${number + 1} (${title}): ${fault}`);
    if (slide.scrollHeight > slide.clientHeight + 1) say('too high');
    if (slide.scrollWidth > slide.clientWidth + 1) say('too wide');
    for (const box of slide.querySelectorAll('.body'))
      if (box.scrollWidth > box.clientWidth + 1) say('the text is too wide');
    for (const box of slide.querySelectorAll('.picture'))
      if (box.clientHeight < 300) say(`the picture is ${box.clientHeight} high`);
    const walk = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const at = walk.currentNode.parentElement, words = walk.currentNode.data.trim();
      if (!words || at.closest('.notes')) continue;
      const style = getComputedStyle(at), size = parseFloat(style.fontSize);
      if (size < (at.closest('code') ? code : points)) say(`${size} px: ${words}`);
      for (const sign of new Set(words)) {
        if (sign.trim() === '' || /[\\x20-\\x7e]/.test(sign) || drawn.has(sign)) continue;
        const font = `28px ${style.fontFamily}`;
        drawn.add(sign);
        if (picture(sign, font) === picture('\\u{10FFFE}', font)) say(`no glyph for ${sign}`);
      }
    }
  }
  return faults;
}"""


def test_no_deck_overflows_lacks_a_glyph_or_asks_for_anything(
    every_deck: list[Path], browser: Any
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    asked: list[str] = []
    page.on(
        "request",
        lambda one: None if one.url.startswith(("file:", "data:")) else asked.append(one.url),
    )
    page.emulate_media(media="print")  # each slide stands below the other
    found = {path.stem: faults_of(page, path) for path in every_deck}
    assert not {name: faults for name, faults in found.items() if faults}
    assert not asked
    page.close()


def faults_of(page: Any, path: Path) -> list[str]:
    page.goto(f"{path.as_uri()}?print-pdf")
    page.evaluate("document.fonts.ready")
    return list(page.evaluate(FAULTS, {"points": POINTS, "code": 24}))


def test_a_deck_goes_on_by_keyboard_and_the_speakers_view_opens_from_the_disk(
    every_deck: list[Path], browser: Any
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page, said = context.new_page(), []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(every_deck[0].as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    with context.expect_page() as opened:
        page.keyboard.press("s")
    notes = opened.value.locator(".speaker-controls-notes .value")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("Reveal.getIndices().h === 1")
    wanted = page.evaluate("Reveal.getCurrentSlide().querySelector('.notes').textContent.trim()")
    notes.get_by_text(wanted[:40]).wait_for()
    assert not said
    context.close()


def test_the_build_left_what_each_deck_is_made_of(book: Path) -> None:
    for topic in topics():
        made = json.loads((book.parent / "slides" / f"{topic.name}.json").read_text("utf-8"))
        assert len(made["slides"]) == len(blocks(topic.name)), topic.name
        assert made["take_away"], topic.name
        for one in made["slides"]:
            assert (one["figure"] or {"letters": SMALLEST})["letters"] >= SMALLEST, one["title"]
