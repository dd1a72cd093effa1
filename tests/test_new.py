"""`ecokit new` writes every room, registers it, and overwrites nothing.

That what it writes passes lint, types, notebooks and the book is proved by ``make new-topic``.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
from importlib import resources
from pathlib import Path

import pytest

from ecokit import topics
from ecokit.cli import masters, new, rooms
from ecokit.errors import CourseError

ROOT = Path(__file__).resolve().parents[1]
LAST = topics.chapters()[-1]
NAMES = new.Names("try-out", "first_try", title="A first, small try", title_zh="试一试")


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what `ecokit new` reads, where no notebook is run."""
    monkeypatch.setattr(masters, "store", lambda folder, names: [])
    kept = [*rooms.PARTS, rooms.LIST, rooms.AIMS, rooms.SOURCES, "CHANGELOG.md"]
    kept += [f"book/{chapter.name}/index.md" for chapter in topics.chapters()]
    for name in kept:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def state(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def lacking(root: Path, topic: str) -> list[str]:
    return [one for one in rooms.missing(root) if f"The topic {topic} " in one]


@pytest.mark.parametrize("names", [NAMES, new.Names(LAST.name, "second_try")])
def test_a_new_topic_has_every_room(course: Path, names: new.Names) -> None:
    before = state(course)
    made = new.make(course, names)
    assert not lacking(course, names.topic)
    assert not [one for one in rooms.missing(course) if "The chapter" in one]
    assert not rooms.stale(course)
    changed = {path for path, content in state(course).items() if before.get(path) != content}
    assert {course / name for name in made.files} == changed - set(before)
    assert {course / name for name in made.lines} == changed & set(before)


def test_a_topic_stands_at_the_end_of_its_chapter(course: Path) -> None:
    first = topics.chapters()[0]
    new.make(course, new.Names(first.name, "second_try"))
    chapter, *others = rooms.chapters(course)
    assert chapter.topics[:-1] == first.topics
    assert chapter.topics[-1] == topics.Topic(first.name, "second_try", "Second try", "Second try")
    aims = (course / rooms.AIMS).read_text("utf-8").splitlines()[1:]
    order = dict.fromkeys(line.split(",")[1] for line in aims)
    assert list(order) == [one.name for all_of in (chapter, *others) for one in all_of.topics]


def test_every_new_file_says_where_to_go_on(course: Path) -> None:
    for name in new.make(course, NAMES).files:
        text = (course / name).read_text("utf-8")
        assert "$" not in text, f"{name} holds a name that was not filled in"
        assert new.MARK in text or "reference/api" in name, name
        if name.endswith(".py"):
            ast.parse(text)


def test_a_new_notebook_is_a_master(course: Path) -> None:
    new.make(course, NAMES)
    cells = json.loads((course / "notebooks/try-out/first_try.ipynb").read_text("utf-8"))["cells"]
    tags = [tag for cell in cells for tag in cell["metadata"].get("tags", [])]
    assert [tags.count(tag) for tag in ("exercise", "answer", "explorer")] == [2, 2, 1]


def test_what_is_there_is_never_overwritten(course: Path) -> None:
    mine = course / "book" / "try-out" / "first_try.md"
    mine.parent.mkdir()
    mine.write_text("my own words", "utf-8")
    before = state(course)
    with pytest.raises(CourseError, match=r"book/try-out/first_try\.md is there already"):
        new.make(course, NAMES)
    assert state(course) == before


@pytest.mark.parametrize(
    ("chapter", "topic", "sentence"),
    [
        ("marketing", "Media", "'Media' is no name for a topic"),
        ("marketing", "class", "'class' is no name for a topic"),
        ("marketing", "a-b", "'a-b' is no name for a topic"),
        ("../x", "media", "'../x' is no name for a chapter"),
        ("marketing", "shop", "The name shop is taken"),
        ("marketing", "simulate", "The name simulate is taken"),
        ("marketing", topics.names()[0], "is taken"),
        ("marketing", "list", "The name list is one of Python"),
        ("marketing", "json", "The name json is one of Python"),
        ("marketing", "pandas", "The name pandas is one of Python or of a package"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(
    course: Path, chapter: str, topic: str, sentence: str
) -> None:
    (course / "ecokit" / "shop").mkdir()
    before = state(course)
    with pytest.raises(CourseError, match=re.escape(sentence)):
        new.make(course, new.Names(chapter, topic))
    assert state(course) == before


def test_nothing_in_the_course_waits_for_somebody_to_go_on() -> None:
    """What `ecokit new` wrote for somebody to finish is finished."""
    ours = {"templates", "new.py", Path(__file__).name}  # they tell of the mark
    for top in ("book", "ecokit", "notebooks", "tests"):
        for path in (ROOT / top).rglob("*"):
            if path.suffix in {".ipynb", ".md", ".py"} and not ours & set(path.parts):
                assert new.MARK not in path.read_text("utf-8"), path.relative_to(ROOT)


def test_every_template_is_used() -> None:
    there = {file.name for file in resources.files("ecokit.cli").joinpath("templates").iterdir()}
    lines = {"objective.csv", "source.md", "change.md", "line.md"}
    assert there == {*new.ROOMS, *new.CHAPTER, *lines}
