"""The ledger of a board: what is acknowledged stays, nothing counts twice, what is deleted goes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ecokit.board import ledger as ledgers
from ecokit.board.ledger import Ledger
from ecokit.errors import CourseError
from ecokit.exercises.wire import Event

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARK = "abcdef012345"


def event(number: int, time: datetime = NOW) -> Event:
    name = f"{zlib.crc32(bytes(number)):08x}-{number:04}"  # stands nowhere by chance
    return Event(name, time, "kpi-points", "misconception", "doubled", 2, 7, "0.2.0", 3)


def test_an_event_comes_back_as_it_was_and_counts_once(tmp_path: Path) -> None:
    with Ledger(tmp_path / "board.db") as board:
        assert board.add("a", "Blue whale", NOW, [event(1), event(2)], NOW) == (
            event(1).id,
            event(2).id,
        )
        assert board.add("a", "Blue whale", NOW, [event(2), event(3)], NOW + HOUR) == (
            event(2).id,
            event(3).id,
        )
    with Ledger(tmp_path / "board.db") as again:
        assert [one.event for one in again.events()] == [event(1), event(2), event(3)]
        assert [one.arrived for one in again.events()] == [NOW, NOW, NOW + HOUR]
        assert [(one.key, one.name, one.joined) for one in again.learners()] == [
            ("a", "Blue whale", NOW)
        ]


def test_clocks_an_hour_apart_are_put_in_one_order() -> None:
    """A clock is right at the moment of delivery; nothing happened after it arrived."""
    with Ledger(None) as board:
        slow, fast = NOW - HOUR, NOW + HOUR
        minute = timedelta(minutes=1)
        board.add("slow", "Slow", slow, [event(2, slow - minute), event(1, slow - 3 * minute)], NOW)
        board.add("fast", "Fast", fast, [event(3, fast - 2 * minute), event(4, fast + HOUR)], NOW)
        told = [(one.event.id[-1], (NOW - one.happened) / minute) for one in board.events()]
        assert told == [("1", 3), ("2", 1), ("3", 2), ("4", 0)]
        assert [one.position for one in board.events()] == [1, 2, 3, 4]


def test_a_folder_that_came_by_two_ways_is_one_learner() -> None:
    for first in ("file", "network"):
        with Ledger(None) as board:
            if first == "file":
                board.add(MARK, "File", NOW, [event(1), event(2)], NOW)
            board.add("seat-1", "Blue whale", NOW, [event(2), event(3)], NOW, mark=MARK)
            board.add("seat-2", "Thief", NOW, [event(9)], NOW, mark=MARK)  # says it is the first
            board.add(MARK, "File", NOW, [event(1), event(2), event(4)], NOW)
            found = {(one.learner, one.event.id[-1]) for one in board.events()}
            assert found == {*(("seat-1", n) for n in "1234"), ("seat-2", "9")}
            assert [one.name for one in board.learners()] == ["Blue whale", "Thief"]


def test_nobody_takes_away_anothers_events_by_sending_them_first() -> None:
    with Ledger(None) as board:
        board.add("b", "Thief", NOW, [event(1)], NOW)
        board.add("a", "Blue whale", NOW, [event(1)], NOW)
        assert [one.learner for one in board.events()] == ["b", "a"]


def held(folder: Path, words: bytes) -> bool:
    return any(words in path.read_bytes() for path in folder.iterdir())


def test_no_byte_of_who_is_forgotten_is_left(tmp_path: Path) -> None:
    with Ledger(tmp_path / "board.db") as board:
        for n in range(300):
            board.add("leaves-1", "Blue whale", NOW, [event(n)], NOW)
            board.add("stays-22", "Red fox", NOW, [event(1000 + n)], NOW)
        board.add("leaves-1", "Blue whale", NOW, [], NOW, mark=MARK)
        gone = [event(n).id.encode() for n in range(300)]
        words = [b"leaves-1", b"Blue whale", MARK.encode()]
        assert all(held(tmp_path, one) for one in gone + words)
        assert board.forget("leaves-1") == 300
        assert not any(held(tmp_path, one) for one in gone + words)
        assert len(board.events()) == 300
        with pytest.raises(CourseError, match="no such learner"):
            board.forget("leaves-1")
        board.leave("stays-22", NOW)
        (left,) = board.learners()
        assert left.left == NOW
        assert board.forget_older(14, NOW + timedelta(days=15)) == 300
        assert not held(tmp_path, b"stays-22")
        assert not held(tmp_path, event(1000).id.encode())
        assert not board.events()
        assert not board.learners()


def test_what_is_younger_than_14_days_stays() -> None:
    with Ledger(None) as board:
        old, young = NOW - timedelta(days=14, seconds=1), NOW - timedelta(days=13)
        board.add("a", "A", old, [event(1, old)], old)
        board.add("a", "A", young, [event(2, young)], young)
        board.add("b", "B", old, [event(3, old)], old)
        board.add("c", "C", young, [], young)
        assert board.forget_older(now=NOW) == 2
        assert [one.event.id for one in board.events()] == [event(2).id]
        assert [one.key for one in board.learners()] == ["a", "c"]


def test_forgetting_while_another_programme_reads_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "board.db"
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k | {"timeout": 0.1}))
    with Ledger(path) as board:
        board.add("a", "A", NOW, [event(1)], NOW)
        other = connect(path, isolation_level=None)
        other.execute("BEGIN")
        other.execute("SELECT * FROM events").fetchall()
        with pytest.raises(CourseError, match=r"forget once more|cannot use"):
            board.forget("a")
        other.close()
        assert board.forget_older(now=NOW) == 0  # once more, and now it is wiped
        assert not held(tmp_path, event(1).id.encode())


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ecokit.board.ledger import Ledger
from ecokit.exercises.wire import Event
now = datetime.now(UTC)
with Ledger(Path(sys.argv[1])) as board:
    for n in range(10**6):
        ids = [f"{10 * n + k:016x}" for k in range(10)]
        done = board.add("a", "A", now, [Event(one, now, "kpi-points", "hint") for one in ids], now)
        print(*done, flush=True)
"""


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "board.db"
    for _again in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        told = [process.stdout.readline() for _n in range(7)]
        process.kill()
        told += process.stdout.readlines()
        process.wait()
        process.stdout.close()
        acknowledged = {one for line in told if line.endswith("\n") for one in line.split()}
        with Ledger(path) as board:
            kept = [one.event.id for one in board.events()]
        assert len(acknowledged) >= 70
        assert acknowledged <= set(kept)
        assert len(kept) == len(set(kept))
        assert len(kept) % 10 == 0  # all of a delivery, or nothing


def test_threads_take_turns(tmp_path: Path) -> None:
    with Ledger(tmp_path / "board.db") as board:

        def deliver(learner: str) -> None:
            for n in range(20):
                board.add(learner, learner, NOW, [event(n)], NOW)
                board.events()

        threads = [threading.Thread(target=deliver, args=(name,)) for name in "abcd"]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len(board.events()) == 80
        with Ledger(tmp_path / "board.db") as other:  # what another one writes is seen
            other.add("e", "E", NOW, [event(1)], NOW)
        assert len(board.events()) == 81


def test_more_events_than_a_course_makes_are_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "EVENTS", 3)
    with Ledger(None) as board:
        board.add("a", "A", NOW, [event(1), event(2)], NOW)
        with pytest.raises(CourseError, match="more than 3 events"):
            board.add("a", "A", NOW, [event(3), event(4)], NOW)
        assert len(board.events()) == 2
        board.add("a", "A", NOW, [event(3)], NOW)


def foreign(path: Path) -> None:
    data = sqlite3.connect(path)
    data.execute("CREATE TABLE accounts (name)")
    data.close()


@pytest.mark.parametrize("kind", ["text", "foreign", "folder", "cut", "pipe"])
def test_what_is_no_ledger_is_a_sentence(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "board.db"
    if kind == "text":
        path.write_bytes(b"hello " * 1000)
    elif kind == "foreign":
        foreign(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        if os.name != "posix":
            pytest.skip("pipes are files of POSIX systems")
        os.mkfifo(path)
    else:
        with Ledger(path) as board:
            board.add("a", "A", NOW, [event(n) for n in range(100)], NOW)
        path.write_bytes(path.read_bytes()[:5000])
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(CourseError, match=r"board\.db"), Ledger(path) as board:
        board.events()
    assert not path.is_file() or path.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX systems")
def test_the_file_is_the_trainers_alone(tmp_path: Path) -> None:
    with Ledger(tmp_path / "board.db") as board:
        board.add("a", "A", NOW, [event(1)], NOW)
        assert {oct(path.stat().st_mode)[-3:] for path in tmp_path.iterdir()} == {"600"}
