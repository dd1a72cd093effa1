"""The events of a room, kept in one file of the trainer's: SQLite, whole after any kill.

What `Ledger.add` returns is on the disk (write-ahead log, every commit forced out), so whoever
acknowledges just that loses nothing. An event that comes again, by whatever way, counts once.
What is deleted is overwritten: no byte of it stays in the file.

References
----------
SQLite (2026), documentation of ``PRAGMA synchronous``, ``PRAGMA secure_delete`` and ``VACUUM``.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from ecokit.errors import CourseError
from ecokit.exercises import store
from ecokit.exercises.wire import EVENTS, Event
from ecokit.messages import _

DAYS = 14  # after which a board forgets
_MINE = 0x65636F01  # in the head of the file: that it is a ledger, and of which form
_FIELDS = [field.name for field in fields(Event)]
_TABLES = f"""
CREATE TABLE IF NOT EXISTS learners (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, joined TEXT NOT NULL, gone TEXT
);
CREATE TABLE IF NOT EXISTS marks (
  mark TEXT PRIMARY KEY, learner TEXT NOT NULL REFERENCES learners
);
CREATE TABLE IF NOT EXISTS events (
  position INTEGER PRIMARY KEY, learner TEXT NOT NULL REFERENCES learners,
  arrived TEXT NOT NULL, happened TEXT NOT NULL, {", ".join(_FIELDS)},
  UNIQUE (learner, id)
);
PRAGMA application_id = {_MINE};
"""


@dataclass(frozen=True)
class Learner:
    """A learner, or a team, of a room.

    Attributes
    ----------
    key : str
        Under which the learner's events come.
    name : str
        The pseudonym.
    joined : datetime
        When the first event or the first call came, by the board's clock.
    left : datetime or None
        When the learner left.
    """

    key: str
    name: str
    joined: datetime
    left: datetime | None = None


@dataclass(frozen=True)
class Placed:
    """An event with its place in the room.

    Attributes
    ----------
    position : int
        In the board's order.
    learner : str
        The key of who did it.
    arrived, happened : datetime
        When it came, and when it happened, both by the board's clock.
    event : Event
        What happened; its time is that of the learner's clock.
    """

    position: int
    learner: str
    arrived: datetime
    happened: datetime
    event: Event


class Ledger:
    """The events of a room.

    Parameters
    ----------
    path : Path or None
        The file, made where it is missing; None keeps all in memory.

    Raises
    ------
    CourseError
        The file is no ledger, or cannot be opened.

    Examples
    --------
    >>> now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> event = Event("0123456789abcdef", now - timedelta(hours=1), "kpi-points", "right")
    >>> with Ledger(None) as ledger:
    ...     acknowledged = ledger.add("a", "Blue whale", now - timedelta(hours=1), [event], now)
    ...     again = ledger.add("a", "Blue whale", now, [event], now)
    ...     [(one.learner, one.happened == now) for one in ledger.events()]
    [('a', True)]
    >>> acknowledged == again == (event.id,)
    True
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._one = threading.RLock()
        self._known: tuple[tuple[int, int], list[Placed]] | None = None
        with self._reading():
            if path is not None and not path.exists():
                path.touch(mode=0o600)  # the trainer's alone
            elif path is not None and not path.is_file():  # a pipe would never end
                raise CourseError(_("{file} is no file.").format(file=path))
            self._data = sqlite3.connect(
                path or ":memory:", timeout=5, isolation_level=None, check_same_thread=False
            )
            try:
                self._open()
            except BaseException:
                self._data.close()
                raise

    def _open(self) -> None:
        """Set what makes commits last and deletions thorough; make the tables of a new file."""
        for setting in ("secure_delete = ON", "synchronous = FULL", "foreign_keys = ON"):
            self._data.execute(f"PRAGMA {setting}")
        (tables,) = self._data.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (mine,) = self._data.execute("PRAGMA application_id").fetchone()
        if tables and mine != _MINE:
            message = _("{file} is no board of this course. Name another file, or move it away.")
            raise CourseError(message.format(file=self.path))
        self._data.execute("PRAGMA journal_mode = WAL")
        if not tables:
            with self._change():
                for statement in _TABLES.split(";"):
                    self._data.execute(statement)

    def add(
        self,
        learner: str,
        name: str,
        clock: datetime,
        events: Iterable[Event],
        arrived: datetime,
        mark: str = "",
    ) -> tuple[str, ...]:
        """Take what a learner's machine delivered, and return the ids that are on the disk.

        Parameters
        ----------
        learner : str
            The learner's key: of a room with codes whatever stands for the code's owner, of files
            the mark of the folder.
        name : str
            The pseudonym (`ecokit.exercises.wire.pseudonym`).
        clock : datetime
            What the clock of that machine said as it delivered.
        events : iterable of Event
            What happened; those that are known already count once.
        arrived : datetime
            What the board's clock says.
        mark : str
            The mark of the folder, where the key is another: files of this folder that come later,
            or came before, are then this learner's.

        Returns
        -------
        tuple of str
            The ids of all these events, in the order of the call.

        Raises
        ------
        CourseError
            There would be more events of this learner than any course makes, or the file cannot be
            written: then none was taken.
        """
        listed = list(events)
        offset = arrived - clock
        placed = sorted((min(one.time + offset, arrived), n) for n, one in enumerate(listed))
        with self._change():
            learner = self._joined(learner, name, arrived, mark)
            for happened, n in placed:
                row = (learner, _text(arrived), _text(happened), *_row(listed[n]))
                self._data.execute(_INSERT, row)
            if self._number(learner) > EVENTS:
                message = _("{name} has more than {n:,} events; these are not taken.")
                raise CourseError(message.format(name=name, n=EVENTS))
        return tuple(one.id for one in listed)

    def _joined(self, key: str, name: str, arrived: datetime, mark: str) -> str:
        """Note a learner, and return the key under which the events are kept."""
        known = self._data.execute("SELECT learner FROM marks WHERE mark = ?", [key]).fetchone()
        if known is not None:  # a file of who is known by another way
            return str(known[0])
        self._data.execute(
            "INSERT INTO learners VALUES (?, ?, ?, NULL) "
            "ON CONFLICT (key) DO UPDATE SET name = excluded.name, gone = NULL",
            [key, name, _text(arrived)],
        )
        if mark and mark != key:
            taken = "INSERT INTO marks VALUES (?, ?) ON CONFLICT DO NOTHING"
            if self._data.execute(taken, [mark, key]).rowcount:
                self._data.execute(
                    "UPDATE OR IGNORE events SET learner = ? WHERE learner = ?", [key, mark]
                )
                self._drop(mark)
        return key

    def events(self) -> list[Placed]:
        """Return all events in the board's order: as they came; of one call, as they happened."""
        with self._reading():
            (others,) = self._data.execute("PRAGMA data_version").fetchone()
            state = (others, self._data.total_changes)
            if self._known is None or self._known[0] != state:
                rows = self._data.execute("SELECT * FROM events ORDER BY position")
                self._known = (state, [_placed(*row) for row in rows])
            return list(self._known[1])

    def learners(self) -> list[Learner]:
        """Return all learners, in the order in which they came."""
        with self._reading():
            rows = self._data.execute("SELECT key, name, joined, gone FROM learners ORDER BY rowid")
            return [
                Learner(key, name, _time(joined), gone and _time(gone))
                for key, name, joined, gone in rows
            ]

    def leave(self, learner: str, when: datetime) -> None:
        """Note that a learner has left; what was done stays until it is forgotten."""
        with self._change():
            self._data.execute("UPDATE learners SET gone = ? WHERE key = ?", [_text(when), learner])

    def forget(self, learner: str) -> int:
        """Delete a learner, and return how many events went.

        Raises
        ------
        CourseError
            The room has no such learner, or another programme holds the file.
        """
        with self._change():
            number = self._number(learner)
            if not self._drop(learner):
                raise CourseError(_("The board knows no such learner."))
        self._wipe()
        return number

    def forget_older(self, days: int = DAYS, now: datetime | None = None) -> int:
        """Delete what came earlier than some days ago; return how many events went.

        Learners of whom nothing is left, and who came before, go as well.

        Raises
        ------
        CourseError
            Another programme holds the file.
        """
        limit = _text((now or store.now()) - timedelta(days=days))
        with self._change():
            events = "DELETE FROM events WHERE arrived < ?"
            number = self._data.execute(events, [limit]).rowcount
            gone = self._data.execute(
                "SELECT key FROM learners WHERE joined < ? "
                "AND key NOT IN (SELECT learner FROM events)",
                [limit],
            ).fetchall()
            for (key,) in gone:
                self._drop(key)
        self._wipe()
        return number

    def _number(self, learner: str) -> int:
        """Return how many events there are of a learner."""
        count = "SELECT count(*) FROM events WHERE learner = ?"
        return int(self._data.execute(count, [learner]).fetchone()[0])

    def _drop(self, learner: str) -> int:
        """Delete a learner with all that is kept; return whether there was one."""
        self._data.execute("DELETE FROM events WHERE learner = ?", [learner])
        self._data.execute("DELETE FROM marks WHERE learner = ?", [learner])
        return self._data.execute("DELETE FROM learners WHERE key = ?", [learner]).rowcount

    def _wipe(self) -> None:
        """Leave no byte of what was deleted: neither in the file nor in the log beside it."""
        with self._reading():
            self._known = None
            self._data.execute("VACUUM")
            (busy, *_pages) = self._data.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            message = _("Another programme holds {file}: stop the board, and forget once more.")
            raise CourseError(message.format(file=self.path))

    def close(self) -> None:
        """Close the file; SQLite takes its log into it."""
        with self._one:
            self._data.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One thread at a time; trouble with the file is a sentence."""
        with self._one:
            try:
                yield
            except sqlite3.Error as trouble:
                raise self._told(trouble) from None

    @contextmanager
    def _change(self) -> Iterator[None]:
        """All or nothing: committed at the end, taken back where something fails."""
        with self._reading():
            self._data.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._data.execute("COMMIT")
            except BaseException:
                if self._data.in_transaction:
                    self._data.execute("ROLLBACK")
                raise

    def _told(self, trouble: sqlite3.Error) -> CourseError:
        message = _("The board cannot use its file {file} ({why}).")
        return CourseError(message.format(file=self.path or _("in memory"), why=trouble))


_INSERT = (
    f"INSERT INTO events (learner, arrived, happened, {', '.join(_FIELDS)}) "
    f"VALUES ({', '.join('?' * (len(_FIELDS) + 3))}) ON CONFLICT DO NOTHING"
)


def _row(event: Event) -> list[Any]:
    kept = [getattr(event, name) for name in _FIELDS]
    return [_text(one) if isinstance(one, datetime) else one for one in kept]


def _placed(position: int, learner: str, arrived: str, happened: str, *kept: Any) -> Placed:
    told = dict(zip(_FIELDS, kept, strict=True))
    event = Event(**told | {"time": _time(told["time"])})
    return Placed(position, learner, _time(arrived), _time(happened), event)


def _text(moment: datetime) -> str:
    """Return a moment so that texts are in the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
