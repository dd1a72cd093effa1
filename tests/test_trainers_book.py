"""The trainer's part of the book: its code runs, its commands exist, no learner gets any of it."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ecokit import exercises
from ecokit.cli.course import Course
from ecokit.cli.main import _parser
from ecokit.cli.new import MARK
from ecokit.pack import plan
from ecokit.topics import chapters, topics

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "book" / "trainers"
PAGES = sorted(FOLDER.glob("*.md"))
sys.path.append(str(ROOT / "book" / "_ext"))


@cache
def teaching() -> Any:
    return import_module("ecokit_book.teaching")


# Two editions ------------------------------------------------------------------------------------


def test_the_trainers_contents_are_the_learners_and_more(tmp_path: Path) -> None:
    course = Course(ROOT)
    listed = course._contents("learner", tmp_path)
    assert listed == ROOT / "_toc.yml"
    assert "trainers/" not in listed.read_text("utf-8")
    more = yaml.safe_load(course._contents("trainer", tmp_path).read_text("utf-8"))
    parts = yaml.safe_load(listed.read_text("utf-8"))["parts"]
    assert more["parts"][:-1] == parts
    names = {row["file"] for row in more["parts"][-1]["chapters"]}
    assert names == {f"book/trainers/{page.stem}" for page in PAGES}


def test_no_learner_gets_a_page_or_a_word_of_it(book: Path) -> None:
    assert not (book / "book" / "trainers").exists()
    questions = [row["question"] for row in teaching().questions(ROOT)]
    said = [*questions, *(line for page in PAGES for line in prose(page))]
    found = [path for path in book.rglob("*") if path.suffix in {".html", ".js", ".ipynb", ".json"}]
    words = "\n".join(path.read_text("utf-8") for path in found).split()
    text = " ".join(
        word for word in words if len(word) < 200
    )  # pictures and packed code are longer
    assert not [one for one in said if one in text]
    assert "book/trainers" not in (book / "searchindex.js").read_text("utf-8")


def prose(page: Path) -> list[str]:
    """Return the long lines of a page's text."""
    text = re.sub(r"```.*?```|^---.*?^---", "", page.read_text("utf-8"), flags=re.S | re.M)
    return [line.strip() for line in text.splitlines() if len(line) > 60 and "](" not in line]


# What the pages tell to do -----------------------------------------------------------------------


@pytest.mark.parametrize("page", ["adapting", "adding"])
def test_the_code_of_a_page_runs(
    page: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ECOKIT_PROGRESS", "off")
    monkeypatch.chdir(tmp_path)
    text = (FOLDER / f"{page}.md").read_text("utf-8")
    cells = re.findall(r"```\{code-cell\} ipython3\n(?::tags:[^\n]*\n)?(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells:
            exec(compile(cell, page, "exec"), names)
    assert len(cells) > 4


def commands() -> list[str]:
    found = []
    for page in PAGES:
        blocks = re.findall(r"^```\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        found += [line for block in blocks for line in block.splitlines()]
    return [line for line in found if line.startswith("ecokit ")]


@pytest.mark.parametrize("line", commands())
def test_every_command_exists(line: str) -> None:
    assert callable(_parser().parse_args(shlex.split(line)[1:]).run)


def test_every_file_that_a_page_names_is_there() -> None:
    inputs = ROOT / "ecokit" / "shop" / "inputs"
    for page in PAGES:
        for name in re.findall(r"`([\w/.-]+\.(?:csv|py|md))`", page.read_text("utf-8")):
            assert (ROOT / name).is_file() or (inputs / name).is_file(), f"{page.name}: {name}"


def test_the_block_of_a_plan_is_one() -> None:
    text = (FOLDER / "adding.md").read_text("utf-8")
    (block,) = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0])
    block |= {"topic": "kpi", "exercises": ["kpi-click-index"]}  # of a topic that is there
    day = {"start": "09:00", "end": "09:25", "blocks": [block]}
    assert plan.from_data({"title": "Ours", "days": [day]}, "ours").exercises


# Teaching each topic -----------------------------------------------------------------------------


def test_each_chapter_has_its_part() -> None:
    text = (FOLDER / "teaching.md").read_text("utf-8")
    assert re.findall(r"\{teaching\} (\S+)", text) == [one.name for one in chapters()]
    assert re.findall(r"^## (.+)", text, re.MULTILINE)[:-1] == [one.title for one in chapters()]


def test_each_topic_has_two_or_three_questions_to_discuss() -> None:
    rows = teaching().questions(ROOT)
    assert {row["topic"] for row in rows} <= {one.name for one in topics()}
    for topic in topics():
        page = ROOT / "book" / topic.chapter / f"{topic.name}.md"
        own = [row for row in rows if row["topic"] == topic.name]
        assert 2 <= len(own) <= 3 or MARK in page.read_text("utf-8"), topic.name
        assert all(row["question"].endswith("?") and row["listen"] for row in own)


def test_what_is_said_of_a_topic_comes_from_its_exercises(monkeypatch: pytest.MonkeyPatch) -> None:
    module = teaching()
    monkeypatch.setattr(module, "topics_of", lambda env, chapter: ["systems"])
    monkeypatch.setattr(module, "times_of", lambda env, chapter, topic: [30, 9, 45])
    monkeypatch.setattr(module, "_usual", lambda one: ["some words"])
    made = SimpleNamespace(arguments=["it"], env=None, root=ROOT)
    for name in ("_minutes", "_questions"):
        setattr(made, name, getattr(module.Teaching, name).__get__(made))
    text = "\n".join(module.Teaching.markdown(made))
    assert "### Systems 信息系统" in text
    assert "30 min to read" in text
    assert "In the plan of a day it has" in text
    assert text.count("*Listen for:*") == 2
    for one in exercises.all(topic="systems"):
        assert f"**{one.title}** ({one.minutes} min)" in text


def test_mistakes_are_told_in_the_words_of_the_card() -> None:
    one: Any = exercises.get("kpi-points")
    assert list(teaching()._usual(one)) == list(one.mistakes.values())[:3]
