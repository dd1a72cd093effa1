"""What learners hand in as files: readable, whole, counted once; any other file is one sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ecokit.board.ledger import Ledger
from ecokit.board.reading import Folder, read_folder
from ecokit.cli import main
from ecokit.cli.board import ledger_of
from ecokit.errors import CourseError
from ecokit.exercises import collect, store, wire
from ecokit.exercises.checks import Result
from ecokit.exercises.store import Learner

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OLD = '{"time": "2025-01-01T00:00:00Z", "exercise": "kpi-points", "event": "right", "hints": 0}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(store, "now", lambda: NOW)
    place = tmp_path / "my-course"
    (place / ".ecokit").mkdir(parents=True)
    return place


def learner(folder: Path) -> Learner:
    return Learner(folder / ".ecokit")


def held(place: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(place.read_text("utf-8"))
    return told


def handed_in(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir(exist_ok=True)
    return tmp_path / "in"


def given(folder: Path, **changed: object) -> bytes:
    """Return the file of a learner, with something changed in it."""
    return json.dumps(held(collect.write(folder).place) | changed).encode()


# What a learner writes --------------------------------------------------------------------------


def test_the_file_is_readable_and_holds_no_answer_and_no_name(folder: Path) -> None:
    me = learner(folder)
    me.note_opened("kpi-points", 3, 7)
    me.note_check(Result("kpi-points", "wrong", ""), "my secret answer", 3, 7)
    made = collect.write(folder, "  Blue\twhale ")
    text = made.place.read_text("utf-8")
    assert "secret" not in text
    assert os.fspath(folder) not in text
    told = held(made.place)
    assert list(told) == ["what", "version", "notice", "mark", "name", "clock", "events"]
    assert (told["name"], told["clock"]) == ("Blue whale", NOW.isoformat())
    assert [event["event"] for event in told["events"]] == ["opened", "wrong"]
    assert text.count("\n") == len(told) + len(told["events"]) + 3  # a line for each
    assert made == collect.Collected(folder / f"room-{told['mark']}.json", 2, 0)


def test_a_second_call_replaces_the_file_and_keeps_mark_and_name(folder: Path) -> None:
    first = collect.write(folder)
    mark = held(first.place)["mark"]
    assert held(first.place)["name"] == f"Learner {mark[:4]}"
    collect.write(folder, "Blue whale")
    learner(folder).note_hint("kpi-points")
    again = collect.write(folder)
    assert (again.place, again.events) == (first.place, 1)
    assert held(again.place)["name"] == "Blue whale"
    assert sorted(path.name for path in folder.iterdir()) == [".ecokit", first.place.name]
    first.place.write_bytes(b"[" * 10_000)  # damaged: only the name is lost
    assert held(collect.write(folder).place)["name"] == f"Learner {mark[:4]}"


def test_lines_without_an_id_keep_the_one_they_are_given(folder: Path, tmp_path: Path) -> None:
    events = folder / ".ecokit" / "events.jsonl"
    events.write_text(OLD + OLD)
    first = list(collect.sent(folder / ".ecokit"))
    learner(folder).note_hint("kpi-points")
    assert list(collect.sent(folder / ".ecokit"))[:2] == first
    ids = [event["id"] for event in first]
    assert len(set(ids)) == 2  # the same twice is twice
    assert all(one.startswith("old-") for one in ids)
    other = tmp_path / "other" / ".ecokit"
    other.mkdir(parents=True)
    (other / "events.jsonl").write_text(OLD)
    assert next(collect.sent(other))["id"] not in ids  # of another learner


def test_lines_that_are_none_of_the_course_are_not_handed_in(folder: Path) -> None:
    line = json.loads(OLD)
    odd = [{"time": float("nan")}, {"seed": 10**400}, {"id": ["x"]}, {"time": "x" * 10**6}]
    odd += [{"course": "{" * 50}, {"misconception": {"a": [1]}}, {"hints": 1.5}]
    lines = "".join(json.dumps(line | one) + "\n" for one in odd)
    (folder / ".ecokit" / "events.jsonl").write_text("{\n" + lines + OLD)
    (event,) = held(collect.write(folder).place)["events"]
    assert event["exercise"] == "kpi-points"


def test_what_a_board_reads_no_more_of_is_the_oldest(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    me = learner(folder)
    for n in range(5):
        me.note_hint(f"kpi-{n}")
    monkeypatch.setattr(wire, "EVENTS", 3)
    assert main(["collect", "--folder", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "It holds 3 events." in said
    assert "The oldest 2 found no room." in said
    monkeypatch.setattr(wire, "BYTES", 10_500)
    assert collect.write(folder).place.stat().st_size < 10_500


def test_collect_says_what_is_in_the_file_and_what_is_wrong(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["collect", "--folder", str(folder), "--name", "Team 3"]) == 0
    said = capsys.readouterr().out
    assert collect.NOTICE in said
    assert str(folder / "room-") in said
    assert main(["collect", "--folder", str(tmp_path)]) == 1
    assert "no folder of the course" in capsys.readouterr().err
    assert main(["collect", "--folder", str(folder), "--name", "(*)"]) == 1
    assert capsys.readouterr().err == "The name has no letter and no digit.\n"
    (folder / ".ecokit" / "mark").unlink()
    (folder / ".ecokit" / "mark").mkdir()
    assert main(["collect", "--folder", str(folder)]) == 1
    assert "could not be written" in capsys.readouterr().err


# What a trainer reads -----------------------------------------------------------------------------


def test_a_folder_is_read_into_the_ledger_and_each_event_counts_once(
    folder: Path, tmp_path: Path
) -> None:
    place, me = handed_in(tmp_path), learner(folder)
    me.note_opened("kpi-points", 3, 7)
    first = collect.write(folder, "Blue whale").place.read_bytes()
    (place / "anything at all.txt").write_bytes(first)
    with Ledger(None) as board:
        assert read_folder(place, board) == []
        me.note_hint("kpi-points", 3, 7)
        (place / "deep" / "er").mkdir(parents=True)
        (place / "deep" / "er" / "b").write_bytes(collect.write(folder).place.read_bytes())
        assert read_folder(place, board) == []
        (place / "copy").write_bytes(first)
        assert read_folder(place, board) == [
            "copy: It is the same as anything at all.txt, and counts once."
        ]
        assert [one.event.kind for one in board.events()] == ["opened", "hint"]
        assert [one.name for one in board.learners()] == ["Blue whale"]


def test_a_file_is_read_again_when_it_has_changed(folder: Path, tmp_path: Path) -> None:
    place, me = handed_in(tmp_path), learner(folder)
    path = place / "a.json"
    me.note_hint("kpi-points", 3)
    whole = collect.write(folder).place.read_bytes()
    path.write_bytes(whole[:-20])
    room = Folder(place)
    with Ledger(None) as board:
        assert "torn" in room.read(board)[0]
        assert "torn" in room.read(board)[0]  # told as long as it is so
        path.write_bytes(whole)
        assert room.read(board) == []
        board.forget(board.learners()[0].key)
        assert room.read(board) == []
        assert board.learners() == []  # who was forgotten stays so while the board runs
        path.unlink()
        assert room.read(board) == []


def test_a_file_that_the_ledger_could_not_take_is_tried_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner(folder).note_hint("kpi-points", 3)
    (handed_in(tmp_path) / "a").write_bytes(collect.write(folder).place.read_bytes())
    room = Folder(tmp_path / "in")
    with Ledger(None) as board:
        with monkeypatch.context() as patch:
            patch.setattr("ecokit.board.ledger.EVENTS", 0)
            assert "more than 0 events" in room.read(board)[0]
        assert room.read(board) == []
        assert len(board.events()) == 1


def test_an_hour_of_a_wrong_clock_is_set_right(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner(folder).note_hint("kpi-points", 3)
    monkeypatch.setattr(store, "now", lambda: NOW + timedelta(minutes=2))
    (handed_in(tmp_path) / "a").write_bytes(collect.write(folder).place.read_bytes())
    with Ledger(None) as board:
        arrived = NOW + timedelta(minutes=62)
        Folder(tmp_path / "in").read(board, arrived)
        (one,) = board.events()
        assert (one.arrived, one.happened) == (arrived, NOW + timedelta(minutes=60))


def test_events_of_another_release_are_counted_and_the_others_taken(
    folder: Path, tmp_path: Path
) -> None:
    me = learner(folder)
    for exercise in ("kpi-points", "astrology-moon", "astrology-sun"):
        me.note_hint(exercise, 3)
    (handed_in(tmp_path) / "a").write_bytes(collect.write(folder).place.read_bytes())
    with Ledger(None) as board:
        assert read_folder(tmp_path / "in", board) == [
            "a: 2 events are left out: The exercise is none of this release of the course."
        ]
        assert len(board.events()) == 1


def large(place: Path, _folder: Path) -> None:
    with place.open("wb") as file:
        file.truncate(100_000_000)


def link(place: Path, folder: Path) -> None:
    place.symlink_to(collect.write(folder).place)


def long_list(place: Path, folder: Path) -> None:
    place.write_bytes(given(folder, events=[{}] * 20_001))


def but(**changed: object) -> Callable[[Path, Path], None]:
    def make(place: Path, folder: Path) -> None:
        place.write_bytes(given(folder, **changed))

    return make


def bytes_of(content: bytes) -> Callable[[Path, Path], None]:
    def make(place: Path, _folder: Path) -> None:
        place.write_bytes(content)

    return make


HOSTILE: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "100 MB": (large, "It is too large: at most 5,000,000 bytes are read."),
    "empty": (bytes_of(b""), "It is no file that ecokit collect makes."),
    "text": (bytes_of(b"hello"), "It is no file that ecokit collect makes."),
    "picture": (bytes_of(b"\x89PNG\r\n\x1a\n" + bytes(500)), "It is no file that ecokit"),
    "deep": (bytes_of(b'{"a":' * 10_000), "It is no file that ecokit collect makes."),
    "list": (bytes_of(b"[1, 2]"), "It is no file that ecokit collect makes."),
    "foreign": (but(what="ecokit hand-in"), "It is no file that ecokit collect makes."),
    "newer": (but(version=2), "It was made by another release of the course."),
    "true": (but(version=[1]), "It was made by another release of the course."),
    "NaN": (but(clock=float("nan")), "It is torn: only a part of it is here, or it was changed."),
    "huge": (but(clock=10**30), "It is torn: only a part of it is here, or it was changed."),
    "no events": (but(events=None), "There is no list of events."),
    "a mapping": (but(events={"id": 1}), "There is no list of events."),
    "too many": (long_list, "There are more than 20,000 events."),
    "wrong types": (but(events=[1, "a", None]), "3 events are left out: It is no event."),
    "forged name": (but(name=["root"]), "The name is no text."),
    "unseen name": (but(name=chr(0x202E)), "The name has no letter and no digit."),
    "mark": (but(mark="../../x"), "The mark is none that the course writes."),
    "no mark": (but(mark=None), "The mark is missing or no text."),
    "clock": (but(clock="9999-12-31T23:59:59-12:00"), "A time is missing, or no time of a clock."),
    "no clock": (but(clock=7), "A time is missing, or no time of a clock."),
}
if os.name == "posix":
    HOSTILE |= {
        "link": (link, "It is a link, and links are not followed."),
        "device": (lambda place, _f: place.symlink_to("/dev/zero"), "It is a link"),
        "pipe": (lambda place, _f: os.mkfifo(place), "It is no file."),
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_sentence(folder: Path, tmp_path: Path, name: str) -> None:
    make, wanted = HOSTILE[name]
    make(handed_in(tmp_path) / "a.json", folder)
    with Ledger(None) as board:
        (said,) = read_folder(tmp_path / "in", board)
        assert said.startswith(f"a.json: {wanted}")
        assert board.events() == []


@pytest.mark.skipif(os.name != "posix", reason="such names are of POSIX systems")
def test_a_name_of_a_file_is_only_shown_and_cannot_be_used(folder: Path, tmp_path: Path) -> None:
    odd = [b"\xff\xfe", b"a\nb\x1b[2J", "x\u202egnp.exe".encode(), b"x" * 200, b"-rf", b"$(id)"]
    for name in odd:
        (handed_in(tmp_path) / os.fsdecode(name)).write_bytes(b"?")
    with Ledger(None) as board:
        told = read_folder(tmp_path / "in", board)
    assert len(told) == len(odd)
    for sentence in told:
        assert sentence.isprintable()
        assert len(sentence) < 140
        sentence.encode()


def test_hidden_files_are_passed_over_and_too_many_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = handed_in(tmp_path)
    (place / ".git").mkdir()
    (place / ".git" / "a").touch()
    (place / "Thumbs.db").touch()
    with Ledger(None) as board:
        assert read_folder(place, board) == []
        monkeypatch.setattr("ecokit.board.reading.FILES", 2)
        for n in range(4):
            (place / str(n)).touch()
        told = read_folder(place, board)
        assert len(told) == 3
        assert told[-1].startswith("There are more than 2 files in ")
        with pytest.raises(CourseError, match="There is no folder"):
            read_folder(place / "nowhere", board)


# The commands of the trainer ----------------------------------------------------------------------


def test_the_trainer_reads_and_forgets(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = handed_in(tmp_path)
    learner(folder).note_hint("kpi-points", 3)
    (place / "a").write_bytes(collect.write(folder, "Blue whale").place.read_bytes())
    with Ledger(ledger_of(place)) as board:
        read_folder(place, board)
        (mark,) = [one.key for one in board.learners()]
    assert ledger_of(place) == tmp_path / "in-board.db"
    assert main(["board", "forget", str(place), "Nobody"]) == 1
    assert f"0 learners called Nobody: Blue whale ({mark})" in capsys.readouterr().err
    assert main(["board", "forget", str(place)]) == 0
    assert "0 events were deleted." in capsys.readouterr().out
    assert main(["board", "forget", str(place), "Blue whale"]) == 0
    assert "One event was deleted. Delete the file" in capsys.readouterr().out
    assert not any(mark.encode() in path.read_bytes() for path in tmp_path.glob("in-board*"))
    assert main(["board", "forget", str(tmp_path / "nowhere")]) == 1
    assert main(["board", "one", "two"]) == 1
    assert "one folder" in capsys.readouterr().err
