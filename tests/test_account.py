"""The page of what a learner did: what it says, what it does not, and that it stands alone."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ecokit import exercises
from ecokit.cli.main import main
from ecokit.exercises import account, quiz, spacing, store
from ecokit.exercises.checks import Kind, Result
from ecokit.exercises.store import Learner

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture
def me(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learner:
    """A learner who did two exercises, missed one, and practised a day later."""
    learner = Learner(tmp_path / ".ecokit")
    monkeypatch.setattr(store, "learner", lambda: learner)
    monkeypatch.setattr(store, "now", lambda: NOON)
    answered(learner, "kpi-points", "misconception", "right")
    learner.note_hint("kpi-lever", 3)
    answered(learner, "kpi-lever", "right")
    answered(learner, "delivery-bill", "wrong")
    answered(learner, "kpi-unheard-of", "right")
    monkeypatch.setattr(store, "now", lambda: NOON + timedelta(days=1))
    answered(learner, "kpi-points@2026-03-03", "right")
    for name in quiz.questions("partnerships"):
        answered(learner, f"{name}@before-1", "wrong")
        answered(learner, f"{name}@after-3", "right")
    return learner


def answered(me: Learner, exercise: str, *kinds: Kind) -> None:
    for kind in kinds:
        me.note_check(Result(exercise, kind, ""), "<b>1</b>", 3)


def text(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())


def test_it_says_by_objective_what_was_done_and_when(me: Learner) -> None:
    page = account.page(me.history(), exercises.all(), date(2026, 3, 3))
    told = text(page)
    assert told.startswith("What I did in the course E-commerce operations What I did")
    assert "Made on 2026-03-03. 2 of" in told  # what a test asked stands beside the test
    aims = {one.objective: one.text for one in exercises.objectives()}
    for name, row in {
        "kpi-points": "2026-03-02 right, 2 tries 2026-03-03 right",
        "kpi-lever": "2026-03-02 right at the first try, 1 hint",
        "delivery-bill": "2026-03-02 not right yet, 1 try",
    }.items():
        one = exercises.get(name)
        assert aims[one.objective] in told
        assert f"{one.title} {row}" in told
    assert told.index(aims["kpi-score"]) < told.index(aims["delivery-bill"])
    assert aims["organisation-read"] not in told
    n = len(quiz.questions("partnerships"))
    assert f"Test before the chapter, 2026-03-03: 0 of {n} right." in told
    assert f"Before 0 of {n}, after {n} of {n}: +100 points" in told
    assert "One exercise of an earlier release: kpi-unheard-of." in told


def test_it_certifies_nothing_and_holds_no_answer(me: Learner) -> None:
    page = account.page(me.history(), exercises.all(), date(2026, 3, 3))
    assert "certifies nothing more" in text(page)
    assert "<b>" not in page
    assert "misconception" not in page


def test_it_stands_alone_and_is_whole(me: Learner) -> None:
    page = account.page(me.history(), exercises.all(), date(2026, 3, 3))
    assert not re.search(r"https?:|src=|href=|@import", page)
    assert re.findall(r"url\(.{5}", page) == ["url(data:"]  # the font of the Chinese titles
    assert len(page) < 60_000
    open_tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag != "meta":
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Reader().feed(page)
    assert open_tags == []
    assert '<html lang="en">' in page


def test_the_command_and_the_cell_write_the_same_page(
    me: Learner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "my-progress.html" in repr(exercises.record())
    by_cell = (tmp_path / account.FILE).read_text("utf8")
    assert main(["progress", "--folder", str(tmp_path), "--out", str(tmp_path / "a.html")]) == 0
    assert (tmp_path / "a.html").read_text("utf8") == by_cell
    assert "a.html" in capsys.readouterr().out
    assert main(["progress", "--folder", str(tmp_path / "none")]) == 1
    assert "is no folder of the course" in capsys.readouterr().err
    assert main(["progress", "--folder", str(tmp_path), "--out", str(tmp_path / "no" / "a")]) == 1
    assert "could not be written" in capsys.readouterr().err


def test_without_a_folder_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "learner", lambda: Learner(None))
    assert "ecokit start" in repr(exercises.record())


def test_lines_that_no_kit_wrote_stop_nothing(tmp_path: Path) -> None:
    told = {"exercise": "kpi-points", "event": "right", "hints": 0}
    odd = [
        told | {"exercise": chr(0xD800), "time": "2026-03-02T04:00:00+00:00"},
        told | {"exercise": "x" * 10**6, "time": "2026-03-02T04:00:00+00:00"},
        told | {"time": "9999-12-31T23:00:00+00:00"},
        told | {"exercise": "<script>", "time": "2026-03-02T04:00:00+00:00"},
    ]
    place = tmp_path / ".ecokit"
    place.mkdir()
    (place / "events.jsonl").write_text("".join(json.dumps(one) + chr(10) for one in odd))
    history = Learner(place).history()
    written = account.write(tmp_path / "page.html", account.page(history, [], NOON.date()))
    assert "&lt;script&gt;" in written.read_text("utf-8")
    assert spacing.next_day(spacing.box(history)) is not None
    last = [one for one in history if one["exercise"] == "kpi-points"]
    assert spacing.next_day(spacing.box(last)) == date.max
    asked = [one | {"exercise": f"kpi-points@before-{n}"} for one in last for n in "²๙"]
    assert quiz.taken(asked, "architecture", quiz.BEFORE, {"kpi-points": 1}) is None
