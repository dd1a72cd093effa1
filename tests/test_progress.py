"""A learner's progress: restored, shared by two notebooks, never lost, never half written."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import random
import re
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecokit import __version__
from ecokit.exercises import spacing, store
from ecokit.exercises.checks import Kind, Result
from ecokit.exercises.store import Learner, Standing
from ecokit.shop.company import BUNDLED


def result(kind: Kind, misconception: str | None = None, exercise: str = "kpi-uv") -> Result:
    return Result(exercise, kind, "", misconception)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ECOKIT_PROGRESS", raising=False)
    monkeypatch.delenv("ECOKIT_FOLDER", raising=False)
    (tmp_path / ".ecokit").mkdir()
    return tmp_path / ".ecokit"


def test_a_second_kernel_finds_what_the_first_one_left(folder: Path) -> None:
    first = Learner(folder)
    first.note_check(result("misconception", "visits"), "5 %")
    first.note_hint("kpi-uv")
    first.note_check(result("right"), {"span": 4})
    assert Learner(folder).standing("kpi-uv") == Standing({"span": 4}, 2, 1, False, True)
    first.note_check(result("wrong"), 3.0)
    first.note_shown("kpi-uv")
    assert Learner(folder).standing("kpi-uv") == Standing(3.0, 2, 1, True, True)


def test_what_is_no_text_or_number_is_not_kept(folder: Path) -> None:
    Learner(folder).note_check(result("unreadable"), object())
    assert Learner(folder).standing("kpi-uv") == Standing()


def test_two_notebooks_share_one_folder(folder: Path) -> None:
    one, two = Learner(folder), Learner(folder)
    one.note_hint("kpi-uv")
    two.note_hint("kpi-sales")
    one.note_hint("kpi-turns")
    two.note_hint("kpi-uv")
    hints = {name: standing.hints for name, standing in Learner(folder).standings().items()}
    assert hints == {"kpi-uv": 2, "kpi-sales": 1, "kpi-turns": 1}


def test_what_was_done_stays_done_in_a_new_edition(folder: Path) -> None:
    me = Learner(folder)
    me.note_check(result("wrong"), "7 %")
    me.note_check(result("right"), "8 %")
    new = Learner(folder).standing("kpi-uv", edition=2)
    assert new == Standing(edition=2, earlier=True)
    assert new.solved
    assert not new.may_show
    assert me.note_check(result("misconception", "visits"), "5 %", edition=2).tries == 1
    assert Learner(folder).standing("kpi-uv", 2) == Standing("5 %", 1, edition=2, earlier=True)
    assert me.note_check(result("right"), "6 %", edition=2).done
    (folder / "progress.json").unlink()
    rebuilt = Learner(folder).standing("kpi-uv", 2)
    assert rebuilt == Standing(None, 2, done=True, edition=2, earlier=True)


def test_a_file_of_an_earlier_or_a_newer_release_is_read_and_keeps_its_fields(
    folder: Path,
) -> None:
    old = {"answer": "8 %", "tries": 2, "hints": 1, "shown": False, "done": True, "mood": "good"}
    path = folder / "progress.json"
    path.write_text(json.dumps({"version": 1, "exercises": {"kpi-uv": old}}), "utf8")
    me = Learner(folder)
    assert me.standing("kpi-uv") == Standing("8 %", 2, 1, False, True)
    me.note_check(result("wrong", exercise="kpi-sales"), "3")
    me.note_check(result("wrong"), "9 %")
    kept = json.loads(path.read_text("utf8"))["exercises"]
    assert kept == {"kpi-uv": old | {"answer": "9 %"}, "kpi-sales": {"answer": "3"}}
    assert Learner(folder).standing("kpi-uv") == Standing("9 %", 2, 1, False, True)
    assert not me.notice
    assert "edition" not in (folder / "events.jsonl").read_text("utf8")


def test_events_hold_no_answer_and_no_name(folder: Path) -> None:
    me = Learner(folder)
    me.note_check(result("misconception", "visits"), "my secret answer")
    me.note_hint("kpi-uv")
    lines = (folder / "events.jsonl").read_text("utf8").splitlines()
    events = [json.loads(line) for line in lines]
    told = ["id", "time", "exercise", "event", "misconception", "hints", "seed", "course"]
    assert all(list(event) == told for event in events)
    assert [event["event"] for event in events] == ["misconception", "hint"]
    assert "secret" not in "".join(lines)


def test_each_event_has_an_id_the_company_and_the_edition_of_the_course(folder: Path) -> None:
    me = Learner(folder)
    me.note_check(result("right"), 1, 3, 7)
    me.note_hint("kpi-uv", 3, 7)
    me.note_shown("kpi-uv", 3, 2**63)  # no number of a company that others can read
    me.note_blank("kpi-uv@before-1", 3, True)
    me.note_opened("kpi-sales", 3, None)
    events = list(store.read_events(folder))
    assert [event["seed"] for event in events] == [7, 7, None, None, None]
    assert {event["course"] for event in events} == {__version__}
    ids = {event["id"] for event in events}
    assert len(ids) == 5
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in ids)


def test_showing_a_card_is_noted_once_and_is_nothing_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A notebook that runs from the top opens every card, again and again."""
    from ecokit import exercises, load_shop

    monkeypatch.setenv("ECOKIT_FOLDER", str(folder.parent))
    name, other = "organisation-layers", "organisation-mean-span"
    for _again in range(2):
        exercises.show(name, load_shop())
    assert capsys.readouterr().out == ""
    (event,) = store.read_events(folder)
    assert (event["exercise"], event["event"], event["seed"]) == (name, "opened", BUNDLED)
    me = store.learner()
    assert me.history() == []
    assert me.standings() == Learner(folder).standings() == {}
    assert repr(exercises.review()).startswith("There is nothing to practise again yet.")
    assert "already worked" not in repr(exercises.before("architecture"))
    monkeypatch.setattr(store, "now", lambda: datetime(2026, 3, 2, 4, tzinfo=UTC))
    exercises.check(other, 5, load_shop())
    monkeypatch.setattr(store, "now", lambda: datetime(2026, 3, 9, 4, tzinfo=UTC))
    exercises.show(other, load_shop())
    (place,) = spacing.box(store.learner().history()).values()
    assert (place.last.day, place.last.tries) == (date(2026, 3, 2), 1)  # it waits since then
    assert Learner(folder).standing(other, 3).tries == 1


def test_without_a_folder_showing_a_card_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ecokit import exercises, load_shop

    monkeypatch.setenv("ECOKIT_PROGRESS", "off")
    monkeypatch.chdir(tmp_path)
    exercises.show("organisation-mean-span", load_shop())
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr().out == ""


def test_the_folder_is_the_nearest_one_upwards(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = folder.parent / "architecture" / "more"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert store.folder() == folder
    monkeypatch.setenv("ECOKIT_FOLDER", str(deep))
    assert store.folder() == deep / ".ecokit"
    monkeypatch.setenv("ECOKIT_PROGRESS", "off")
    assert store.folder() is None


def test_nothing_is_written_outside_a_learners_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOKIT_PROGRESS", "off")
    monkeypatch.chdir(tmp_path)
    store.learner().note_hint("kpi-uv")
    assert not list(tmp_path.iterdir())
    assert "ecokit start" in store.learner().notice


def test_a_folder_that_cannot_be_written_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / ".ecokit").write_text("a file where the folder should be")
    me = Learner(tmp_path / ".ecokit")
    me.note_hint("kpi-uv")
    assert me.note_hint("kpi-uv").hints == 2  # still there while the kernel runs
    assert "could not be" in me.notice


def test_a_file_held_for_a_moment_is_replaced_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = iter([True, True])
    original = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if next(held, False):
            raise PermissionError
        return original(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    me = Learner(folder)
    me.note_hint("kpi-uv")
    assert Learner(folder).standing("kpi-uv").hints == 1
    assert not me.notice


def test_left_temporary_files_are_swept(folder: Path) -> None:
    left, fresh = folder / "progress.jsonabc.tmp", folder / "progress.jsonxyz.tmp"
    left.touch()
    fresh.touch()
    os.utime(left, (time.time() - 100,) * 2)
    Learner(folder).note_check(result("wrong"), "8 %")
    assert sorted(path.name for path in folder.glob("*.tmp")) == [fresh.name]


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"version": 1}',
        b'{"exercises": []}',
        b'{"exercises": {"kpi-uv": 3}}',
        b'{"exercises": {"kpi-uv": {"tries": "many"}}}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_set_aside_and_rebuilt(folder: Path, damaged: bytes) -> None:
    before = Learner(folder)
    before.note_check(result("unit"), "8.18")
    before.note_hint("kpi-uv")
    (folder / "progress.json").write_bytes(damaged)
    after = Learner(folder)
    assert after.standing("kpi-uv") == Standing(None, 1, 1)
    assert "damaged" in after.notice
    (aside,) = folder.glob("progress.damaged-*.json")
    assert aside.read_bytes() == damaged
    after.note_hint("kpi-uv")
    assert Learner(folder).standing("kpi-uv").hints == 2


def test_damaged_events_are_passed_over(folder: Path) -> None:
    whole = b'{"exercise": "kpi-uv", "event": "right", "hints": 2}\n'
    broken = b'{"exercise": "kpi-uv", "ev\nnull\n{}\n{"exercise": 1, "event": "hint", "hints": 1}\n'
    (folder / "events.jsonl").write_bytes(broken + whole + b"\xff\xfe\n")
    assert Learner(folder).standings() == {"kpi-uv": Standing(None, 1, 2, False, True)}


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "progress.json").write_bytes(data)
        (Path(name) / "events.jsonl").write_bytes(data)
        assert isinstance(Learner(Path(name)).standings(), dict)


# Where the system can, processes are copies of one that has read the kit once.
COPIES = "forkserver" in multiprocessing.get_all_start_methods()
KERNELS: Any = multiprocessing.get_context("forkserver" if COPIES else "spawn")


def kernel(code: str, **names: object) -> BaseProcess:
    """Start a process that runs some code, in which `names` are known."""
    if COPIES:
        KERNELS.set_forkserver_preload(["ecokit.exercises.store"])
    process = KERNELS.Process(target=exec, args=(code, names))
    process.start()
    return process


WRITER = """
from ecokit.exercises.checks import Result
from ecokit.exercises.store import Learner
me = Learner(folder)
while True:
    number += 1
    me.note_check(Result("kpi-uv", "wrong", ""), number)
    told.send(number)
"""


def test_progress_survives_a_kill_in_the_middle_of_a_write(folder: Path) -> None:
    # A long file makes writing most of what the killed process does.
    me = Learner(folder)
    typed = {f"kpi-{n}": Standing("x" * 300) for n in range(2000)}
    store._write(folder / "progress.json", {"version": 1, "exercises": {}}, typed)
    chance, answer, in_the_middle = random.Random(1), 0, 0
    for kill in range(200):
        if kill >= 10 and in_the_middle:
            break
        heard, told = KERNELS.Pipe(duplex=False)
        writer = kernel(WRITER, folder=folder, number=answer, told=told)
        heard.recv()
        start = time.perf_counter()
        acknowledged = heard.recv()
        if kill % 2:  # as soon as it writes
            while writer.is_alive() and not list(folder.glob("*.tmp")):
                time.sleep(0.0005)
        else:  # at any time until the next write is done
            time.sleep(chance.random() * (time.perf_counter() - start))
        writer.kill()
        writer.join()
        in_the_middle += bool(list(folder.glob("*.tmp")))
        standings = me.standings()
        assert len(standings) == 2001
        answer = standings["kpi-uv"].answer
        assert answer >= acknowledged
        assert standings["kpi-uv"].tries >= answer
        for left in folder.glob("*.tmp"):
            left.unlink()
    assert in_the_middle > 0, "no kill met a write: this test proved nothing"
    assert not list(folder.glob("progress.damaged-*"))


TEN = """
import filelock
from ecokit.exercises import store
from ecokit.exercises.checks import Result
store.PATIENCE = 60  # a busy machine is no error
from ecokit.exercises.store import Learner
def fails(*_words, **_named):
    raise OSError(37, "No locks available")
if lock == "fails":
    filelock.FileLock.acquire = fails
me = Learner(folder)
for n in range(each):
    me.note_check(Result(f"kpi-{number}-{n}", "right", ""), n)
    me.note_check(Result("kpi-uv", "wrong", ""), f"{number}-{n}")
assert not me.notice, me.notice
"""
EACH = 10


@pytest.mark.parametrize("lock", ["works", "fails"])
def test_ten_kernels_at_once_lose_nothing(folder: Path, lock: str) -> None:
    named = {"folder": folder, "lock": lock, "each": EACH}
    kernels = [kernel(TEN, number=number, **named) for number in range(10)]
    for one in kernels:
        one.join()
    assert [one.exitcode for one in kernels] == [0] * 10
    standings = Learner(folder).standings()
    wanted = {f"kpi-{number}-{n}": n for number in range(10) for n in range(EACH)}
    assert {name: standings[name].answer for name in wanted} == wanted
    assert all(standings[name].done for name in wanted)
    assert standings["kpi-uv"].tries == 10 * EACH
    assert len(list(store.read_events(folder))) == 2 * 10 * EACH
    assert len(list(folder.glob("events*.jsonl"))) == (1 if lock == "works" else 10)


def test_a_deleted_working_folder_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ECOKIT_PROGRESS", raising=False)
    monkeypatch.delenv("ECOKIT_FOLDER", raising=False)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    try:
        gone.rmdir()
    except OSError:
        pytest.skip("this system keeps a folder in which a programme works")
    store._learner.cache_clear()
    me = store.learner()
    me.note_hint("kpi-uv")
    assert "deleted or moved" in me.notice


def test_check_says_when_nothing_was_saved_until_there_is_room(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ecokit import exercises, load_shop

    def full(*_args: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setenv("ECOKIT_FOLDER", str(folder.parent))
    shop, name = load_shop(), "organisation-mean-span"
    with monkeypatch.context() as patch:
        patch.setattr(store, "_append", full)
        exercises.check(name, 5, shop)
        assert "could not be saved" in capsys.readouterr().out
    exercises.check(name, 6, shop)
    assert capsys.readouterr().out == ""
    found = Learner(folder).standing(name)
    assert (found.answer, found.tries) == (6, 2)


def test_an_event_after_a_line_that_a_full_disk_cut_is_not_lost(folder: Path) -> None:
    Learner(folder).note_hint("kpi-uv")
    with (folder / "events.jsonl").open("ab") as file:
        file.write(b'{"time": "2025-')
    Learner(folder).note_check(result("right"), "8 %")
    assert Learner(folder).standing("kpi-uv").done


@pytest.mark.parametrize("call", ["fsync", "mkstemp"])
def test_a_full_disk_gives_a_sentence_and_keeps_the_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_args: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    me = Learner(folder)
    me.note_check(result("misconception", "visits"), "5 %")
    monkeypatch.setattr(os if call == "fsync" else tempfile, call, full)
    standing = me.note_check(result("right"), "8 %")
    assert standing.done
    assert me.standing("kpi-uv").answer == "8 %"
    assert "No space left" in me.notice
    assert not list(folder.glob("*.tmp"))
    monkeypatch.undo()
    me.note_hint("kpi-uv")
    assert Learner(folder).standing("kpi-uv") == Standing("8 %", 2, 1, False, True)


@pytest.mark.parametrize(
    "answer",
    ["half a character: \ud83d", 10**5000, {"a": {}}, {1: 2}, {"a": [1]}, b"4", [4]],
    ids=["half", "huge", "deep", "key", "list", "bytes", "row"],
)
def test_an_answer_that_no_file_can_hold_is_not_kept(folder: Path, answer: object) -> None:
    Learner(folder).note_check(result("unreadable"), answer)
    assert Learner(folder).standing("kpi-uv").answer is None


def test_an_answer_that_holds_itself_is_not_kept(folder: Path) -> None:
    answer: dict[str, object] = {}
    answer["span"] = answer
    Learner(folder).note_check(result("unreadable"), answer)
    assert Learner(folder).standing("kpi-uv").answer is None


def test_where_a_lock_keeps_nobody_out_each_kernel_has_its_own_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filelock.FileLock.acquire", lambda *_words, **_named: None)
    for n, me in enumerate([Learner(folder), Learner(folder)]):
        me.note_check(result("right", exercise=f"kpi-{n}"), n)
    assert len(list(folder.glob("progress-*.json"))) == 2
    assert [Learner(folder).standing(f"kpi-{n}").answer for n in (0, 1)] == [0, 1]


def test_threads_of_one_kernel_lose_nothing(folder: Path) -> None:
    me = Learner(folder)

    def answer(n: int) -> None:
        for exercise in range(10):
            me.note_check(result("right", exercise=f"kpi-{n}-{exercise}"), exercise)

    threads = [threading.Thread(target=answer, args=(n,)) for n in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    found = Learner(folder).standings()
    assert [found[f"kpi-{n}-{x}"].answer for n in range(3) for x in range(10)] == [*range(10)] * 3


ODD: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a link to nowhere": lambda path: path.symlink_to("/nowhere/at/all"),
    "a pipe": lambda path: os.mkfifo(path),
    "a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices are files of POSIX systems")
@pytest.mark.parametrize("name", ["progress.json", "progress-1.json", "events-1.jsonl"])
@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_file_is_passed_over(folder: Path, name: str, odd: str) -> None:
    ODD[odd](folder / name)
    Learner(folder).note_check(result("right"), 5)
    assert Learner(folder).standing("kpi-uv") == Standing(5, 1, 0, False, True)
    assert len(list(store.read_events(folder))) == 1


def test_events_that_no_file_takes_are_told_until_one_does(folder: Path) -> None:
    (folder / "events.jsonl").mkdir()
    me = Learner(folder)
    me.note_check(result("right"), 5)
    assert "events.jsonl is no file" in me.notice
    (folder / "events.jsonl").rmdir()
    me.note_hint("kpi-uv")
    assert not me.notice
    assert Learner(folder).standing("kpi-uv") == Standing(5, 1, 1, False, True)


def test_half_a_sign_and_a_time_of_a_wrong_clock_do_no_harm(folder: Path) -> None:
    kept = {"exercises": {"a": {"answer": "\ud83d"}, "kpi-uv": {"answer": 1}}}
    times = {"times": {"kpi-uv": "9999-01-01", "a": 5}}
    (folder / "progress-1.json").write_text(json.dumps(kept | times))
    (folder / "progress.json").write_text(json.dumps(kept))
    me = Learner(folder)
    me.note_check(result("right"), 2)
    assert not me.notice
    assert Learner(folder).standing("kpi-uv").answer == 2
