"""The answer key and the hand-outs of a trainer's pack: true, escaped, whole, and on one page."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import partial
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from ecokit import exercises
from ecokit.cli.course import Course
from ecokit.errors import CourseError
from ecokit.exercises import checks
from ecokit.exercises.card import markup
from ecokit.exercises.sheet import Number
from ecokit.pack import answer_key, hand_outs, kept, paper, plan
from ecokit.pack.room import File, Room
from ecokit.topics import Topic, topics
from tests import companies
from tests.demo_exercises import DEMO, design, layers, rate, targets

NOBODY: Any = None
"""The shop of exercises that need none."""


@pytest.mark.parametrize("one", DEMO, ids=lambda one: one.id)
def test_what_the_key_says_is_what_the_card_says(one: Any) -> None:
    entry = answer_key.entry(one, NOBODY)
    assert len(entry.mistakes) == len(one.sheet(NOBODY).wrong)
    assert entry.hints[0] == "<p>Look at the <strong>paid</strong> orders only.</p>"
    told = {
        rate.id: "0.082 (8.2 %)",
        targets.id: "Campaign visitors buy more often",
        layers.id: "Seven departments: 4 layers; Three centers: 3 layers",
        design.id: "Span of control: 4; Layers below the top: 3",
    }
    assert entry.answer == told[one.id]


def test_a_plan_tells_its_score_and_that_of_each_mistake() -> None:
    entry = answer_key.entry(design, NOBODY)
    assert entry.score == ("This plan has 64 of 100 points.", "64 people have a boss.")
    assert entry.mistakes[0].answer.endswith("Layers below the top: 1 (12 of 100 points)")


def test_a_choice_tells_why_each_option_is_right_or_wrong() -> None:
    entry = answer_key.entry(targets, NOBODY)
    assert "55 / 45 is above 1." in entry.why
    assert [one.answer for one in entry.mistakes] == [
        "The others buy more often",
        "Nothing follows",
    ]


def test_a_mistake_without_a_number_of_its_own_says_so() -> None:
    near = replace(
        rate, work=lambda _shop: replace(rate.sheet(NOBODY), wrong={"visits": 0.05, "lines": None})
    )
    page = paper.page(
        "a.html", "answers", title="T", company="C", entries=[answer_key.entry(near, NOBODY)]
    ).content.decode()
    assert page.count("no number of its own in this company") == 1


def test_answers_and_mistakes_typed_as_they_stand_are_judged_as_the_key_says() -> None:
    shop, seen = companies.bundled(), 0
    for one in map(exercises.get, ("organisation-mean-span", "organisation-approvals")):
        entry = answer_key.entry(one, shop)
        if isinstance(one, Number):
            assert checks.check(one, entry.answer.split(" (")[0], shop).right, one.id
            for mistake in (each for each in entry.mistakes if each.shows):
                told = checks.check(one, mistake.answer.split(" (")[0], shop)
                seen += told.misconception == mistake.name
                assert not told.right
                assert markup(told.message)[3:-4] in mistake.cure or not told.misconception
    assert seen > 5


def test_what_an_exercise_says_is_no_markup() -> None:
    odd = replace(
        rate, work=lambda _shop: replace(rate.sheet(NOBODY), prompt="<script>a & b"), title="<b>"
    )
    page = paper.page(
        "a.html", "answers", title="T", company="C", entries=[answer_key.entry(odd, NOBODY)]
    ).content.decode()
    assert "&lt;script&gt;a &amp; b" in page
    assert "&lt;b&gt;" in page
    assert "<script" not in page


def test_every_exercise_has_a_number_of_its_own() -> None:
    numbers = [answer_key.number_of(one) for one in exercises.all()]
    assert len(set(numbers)) == len(numbers) > 190


@pytest.mark.parametrize("whole", [False, True])
def test_the_key_holds_the_plan_or_the_whole_course(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, whole: bool
) -> None:
    asked: list[str] = []

    def page(topic: Topic, own: list[Any], room: Room) -> File:
        asked.extend(one.id for one in own)
        return File(topic.name, b"")

    monkeypatch.setattr(answer_key, "_topic_page", page)
    monkeypatch.setattr(answer_key, "_test_page", lambda chapter, room: File(chapter.name, b""))
    half = plan.read("half-day")
    made = list(answer_key.files(Room(Course(tmp_path), half, whole_key=whole)))
    assert set(asked) == {one.id for one in (exercises.all() if whole else half.exercises)}
    index = made[-1].content.decode()
    assert all(f"{one.id}" in index for one in half.exercises)
    assert ("test-marketing.html" in index) == (half.name == "half-day")


# Kept until a file changes ---------------------------------------------------------------------


def made(calls: list[int]) -> str:
    calls.append(1)
    return "made"


def test_what_was_made_is_kept_until_the_course_changes(tmp_path: Path) -> None:
    course: Any = SimpleNamespace(
        root=tmp_path, book=tmp_path, is_checkout=True, book_is_current=lambda: True
    )
    calls: list[int] = []
    for stamp, times in (("a", 1), ("a", 1), ("b", 2)):
        (tmp_path / ".made-from").write_text(20 * stamp)
        assert kept.of(course)("key", partial(made, calls)) == "made"
        assert len(calls) == times
    assert len(list((tmp_path / "_build" / "pack").iterdir())) == 1


def test_nothing_is_kept_where_the_book_is_of_another_state(tmp_path: Path) -> None:
    course: Any = SimpleNamespace(
        root=tmp_path, book=tmp_path, is_checkout=True, book_is_current=lambda: False
    )
    (tmp_path / ".made-from").write_text("a")
    assert kept.of(course)("key", lambda: "made") == "made"
    assert not (tmp_path / "_build").exists()


# Hand-outs -------------------------------------------------------------------------------------

PAGE = """\
<article><section id="idea"><p>
A <a href="../reference/glossary.html#term-UV"><span class="std-term">UV</span></a> and
<a href="../reference/glossary.html#term-UV"><span class="std-term">UVs</span></a></p>
<figure id="fig-one"><img alt="A picture of bars" src="one.png">
<figcaption><p>Bars &lt;here&gt;<a>#</a></p></figcaption></figure>
<div class="math">\\[a = \\frac{b}{c}.\\]</div>
<details><div class="math">\\[x\\]</div></details></section>
<table class="ecokit-table"><caption>Two rows</caption><tr><th>post</th><th>n</th></tr>
<tr><td>lead</td><td>1.5</td></tr><tr><td>all</td><td></td></tr></table>
<section id="traps"><ul><li><p><strong>Adding UV.</strong> No.</p></li></ul></section>
<section id="take-away"><ul><li>One.</li><li>Two.</li><li>Three.</li><li>Four.</li></ul></section>
</article>"""
GLOSSARY = """\
<article><dl class="glossary">
<dt id="term-UV">UV<a>#</a></dt><dd><p>独立访客. Each once.</p></dd>
</dl></article>"""
TOPIC = topics()[6]
"""One that takes the first figure of its page."""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    hand_outs._glossary.cache_clear()
    pages = tmp_path / "book" / TOPIC.chapter
    (tmp_path / "book" / "reference").mkdir(parents=True)
    pages.mkdir(parents=True)
    (pages / f"{TOPIC.name}.html").write_text(PAGE, "utf-8")
    (tmp_path / "book" / "reference" / "glossary.html").write_text(GLOSSARY, "utf-8")
    Image.new("RGB", (4, 4), "red").save(pages / "one.png")
    return tmp_path


def test_a_hand_out_says_what_its_page_says(built: Path) -> None:
    found = hand_outs.read(built, TOPIC)
    assert found.idea == ("One.", "Two.", "Three.")
    assert found.traps == ("Adding UV",)
    assert found.terms == (("UV", "独立访客"),)
    assert found.shown is not None
    assert found.shown.caption == "Bars <here>"
    assert found.shown.picture.startswith("data:image/png;base64,")
    assert len(found.formulas) == 1
    assert "<mfrac>" in found.formulas[0]
    assert set(found.aims) == {a.text for a in exercises.objectives() if a.topic == TOPIC.name}


def test_a_hand_out_can_show_the_table(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_outs, "_chosen", lambda: {TOPIC.name: hand_outs.TABLE})
    found = hand_outs.read(built, TOPIC)
    assert found.shown is not None
    assert found.shown.rows[1:] == (("lead", "1.5"), ("all", ""))
    assert found.shown.numbers == (False, True)
    page = paper.page("h.html", "topic-hand-outs", pages=[found], review="r").content
    assert "Two rows" in page.decode()


def test_a_page_that_lacks_something_gets_a_sentence(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CourseError, match=r"The built book has no page .*organisation"):
        hand_outs.read(built, topics()[0])
    monkeypatch.setattr(hand_outs, "_chosen", lambda: {TOPIC.name: "fig-two"})
    with pytest.raises(CourseError, match="has no figure fig-two"):
        hand_outs.read(built, TOPIC)
    path = built / "book" / TOPIC.chapter / f"{TOPIC.name}.html"
    path.write_text(PAGE.replace("take-away", "away"), "utf-8")
    with pytest.raises(CourseError, match="says nothing under Take away"):
        hand_outs.read(built, TOPIC)


def test_what_is_shown_is_named_for_topics_that_there_are() -> None:
    text = resources.files("ecokit.pack").joinpath("hand_outs.csv").read_text("utf-8")
    assert {row["topic"] for row in csv.DictReader(text.splitlines())} <= {t.name for t in topics()}


def test_each_hand_out_of_the_built_book_fits_its_page(book: Path, browser: Any) -> None:
    made = [hand_outs.read(book, topic) for topic in topics()]
    assert all(one.shown and one.terms and one.traps for one in made)
    for size, width in (("a4", 680), ("letter", 702)):  # pixels between the margins
        page = browser.new_page(viewport={"width": width, "height": 1000})
        page.emulate_media(media="print")
        file = paper.page(
            "h.html", "topic-hand-outs", size=size, pages=made, review="practice/review"
        )
        page.set_content(file.content.decode())
        over = page.evaluate(
            "[...document.querySelectorAll('section')].filter(s => s.scrollHeight > s.clientHeight"
            " || s.scrollWidth > s.clientWidth).map(s => s.querySelector('h1').textContent)"
        )
        assert over == [], size
        page.close()
