"""What a learner has done, kept in the learner's folder.

``.ecokit/events.jsonl`` is one line per event, only ever appended to: tries, hints, shown and done
come from it, and the trainer's board reads it. Each has an id of its own, by which whoever gets it
twice counts it once, and names the company that was asked about and the edition of the course.
``.ecokit/progress.json`` keeps the last answer of each exercise; it is replaced as a whole by an
atomic rename, so a killed kernel leaves the old or the new one, never half of one. A lock lets one
kernel at a time write. Where locks do not work, as on some shares, each kernel writes files of its
own beside these, and all are read. Neither kind holds a name, and the events hold no answers.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecokit import __version__
from ecokit.messages import _
from ecokit.shop.paths import learner_folder

if TYPE_CHECKING:
    import filelock

    from ecokit.exercises.checks import Result

TRIES_BEFORE_ANSWER = 3
PATIENCE = 5  # seconds that a kernel waits for another to write
TRIES = frozenset({"right", "misconception", "unit", "near", "cell", "wrong"})

BLANK = "blank"  # the event of a question that was left so
OPENED = "opened"  # the event of a card that was shown
SEEDS = 2**63 - 1  # the largest number of a company that an event holds


@dataclass(frozen=True)
class Standing:
    """Where one exercise stands.

    Attributes
    ----------
    answer : str, float, dict or None
        The last answer, as it was typed.
    tries : int
        Readable answers so far, up to the first right one.
    hints : int
        How many hints are open.
    shown : bool
        Whether the answer was shown.
    done : bool
        Whether an answer was right.
    edition : int
        The edition of the exercise that all this is about.
    earlier : bool
        Whether an earlier edition was done.
    """

    answer: Any = None
    tries: int = 0
    hints: int = 0
    shown: bool = False
    done: bool = False
    edition: int = 1
    earlier: bool = False

    @property
    def solved(self) -> bool:
        """Whether this edition or an earlier one is done: what was done stays done."""
        return self.done or self.earlier

    @property
    def may_show(self) -> bool:
        """Whether the answer may be shown by now."""
        return self.done or self.shown or self.tries >= TRIES_BEFORE_ANSWER

    def of(self, edition: int) -> Standing:
        """Return where a newer edition of the exercise stands: at its beginning.

        Examples
        --------
        >>> Standing("8 %", tries=2, done=True).of(2)
        Standing(answer=None, tries=0, hints=0, shown=False, done=False, edition=2, earlier=True)
        """
        if edition <= self.edition:
            return self
        return Standing(edition=edition, earlier=self.solved)

    def joined(self, other: Standing) -> Standing:
        """Return the standing that two records of one exercise give together.

        Examples
        --------
        >>> Standing(tries=2).joined(Standing(tries=1, done=True))
        Standing(answer=None, tries=2, hints=0, shown=False, done=True, edition=1, earlier=False)
        """
        new = max(self.edition, other.edition)
        one, two = self.of(new), other.of(new)
        return Standing(
            answer=one.answer if two.answer is None else two.answer,
            tries=max(one.tries, two.tries),
            hints=max(one.hints, two.hints),
            shown=one.shown or two.shown,
            done=one.done or two.done,
            edition=new,
            earlier=one.earlier or two.earlier,
        )

    def after(self, event: str, hints: int) -> Standing:
        """Return the standing after an event.

        Examples
        --------
        >>> Standing(tries=2).after("misconception", hints=1).tries
        3
        """
        return replace(
            self,
            tries=self.tries + (event in TRIES and not self.done),
            hints=max(self.hints, hints),
            shown=self.shown or event == "shown",
            done=self.done or event == "right",
        )


def folder() -> Path | None:
    """Return the ``.ecokit`` folder of this learner, or None to keep progress in memory only.

    ``ECOKIT_PROGRESS=off`` writes nothing; ``ECOKIT_FOLDER`` names the learner's folder; else
    it is the nearest folder from the working directory upwards that holds ``.ecokit/``
    (``ecokit start`` makes one). Nothing is ever written anywhere else.
    """
    return None if is_off() else learner_folder()


def is_off() -> bool:
    """Say whether nothing is to be kept."""
    return os.environ.get("ECOKIT_PROGRESS", "").lower() == "off"


def _working() -> Path | None:
    """Return the working folder; None when it was deleted."""
    try:
        return Path.cwd()
    except OSError:
        return None


def learner() -> Learner:
    """Return the learner whose folder this is."""
    return _learner(folder())


@cache
def _learner(place: Path | None) -> Learner:
    return Learner(place)


class Learner:
    """The progress of one learner: reads and writes the files of one folder.

    Parameters
    ----------
    place : Path or None
        The ``.ecokit`` folder, made when it is missing; None keeps everything in memory.

    Examples
    --------
    >>> me = Learner(None)
    >>> me.note_hint("kpi-uv").hints
    1
    >>> me.standing("kpi-uv").hints
    1
    """

    def __init__(self, place: Path | None) -> None:
        self.place = place
        self._mark = ""  # of the files of this kernel alone, where locks do not work
        self._events = _Events(place)
        self._waiting: list[dict[str, Any]] = []  # events and answers that no file holds yet
        self._typed: dict[str, Standing] = {}
        self._files: dict[Path, tuple[tuple[int, ...], dict[str, tuple[Standing, str]]]] = {}
        self._trouble = self._unread = self._damage = ""  # of saving, of reading, of a file
        self._told = False
        self._opened: set[str] = set()  # cards that this kernel has shown
        self._excludes = False  # whether a lock was seen to keep others out
        self._one = threading.RLock()  # one thread of this kernel at a time

    @property
    def notice(self) -> str:
        """A sentence for the learner when something is not as it should be."""
        if self.place is not None:
            return self._trouble or self._unread or self._damage
        if _working() is None:
            return _(
                "The folder of this notebook was deleted or moved. Your answers are kept until "
                "the kernel stops. Start the course anew with: ecokit start"
            )
        return _(
            "Your answers are kept until the kernel stops. "
            "To keep them for good, open the course with: ecokit start"
        )

    def unsaved(self) -> str:
        """Return a sentence when what was just noted is in no file, as often as it is news."""
        if self.place is not None:
            return self._trouble
        told, self._told = self._told, True
        return "" if told or is_off() else self.notice

    def standings(self) -> dict[str, Standing]:
        """Return where every exercise stands that was touched."""
        with self._one:
            try:
                found, self._unread = self._saved(), ""
            except OSError as trouble:
                message = _("Your progress could not be read from {folder}: {why}.")
                self._unread = message.format(folder=self.place, why=trouble.strerror)
                found = dict(self._events.standings)
            for event in self._waiting:
                _fold(found, event)
            return _joined(found, self._typed)

    def history(self) -> list[dict[str, Any]]:
        """Return all that was done, in the order of time; opening a card is no doing."""
        with self._one:
            happened = list(self._waiting)
            if self.place is not None:
                with suppress(OSError):  # `standings` tells what cannot be read
                    happened = [*read_events(self.place), *happened]
            done = [event for event in happened if event["event"] != OPENED]
            return sorted(done, key=lambda event: str(event.get("time", "")))

    def standing(self, exercise: str, edition: int = 1) -> Standing:
        """Return where one exercise stands, in its newest edition."""
        return self.standings().get(exercise, Standing()).of(edition)

    def note_check(
        self, result: Result, answer: object, edition: int = 1, seed: object = None
    ) -> Standing:
        """Note an answer and what the check said, of the company with a seed."""
        kept = answer if _is_json(answer) else None
        which = result.exercise, edition, seed
        return self._note(result.kind, *which, misconception=result.misconception, answer=kept)

    def note_hint(self, exercise: str, edition: int = 1, seed: object = None) -> Standing:
        """Note that one more hint was opened."""
        hints = self.standing(exercise, edition).hints + 1
        return self._note("hint", exercise, edition, seed, hints=hints)

    def note_shown(self, exercise: str, edition: int = 1, seed: object = None) -> Standing:
        """Note that the answer was shown."""
        return self._note("shown", exercise, edition, seed)

    def note_blank(self, exercise: str, edition: int = 1, seed: object = None) -> Standing:
        """Note that a question of a test was left blank."""
        return self._note(BLANK, exercise, edition, seed)

    def note_opened(self, exercise: str, edition: int = 1, seed: object = None) -> None:
        """Note that a card was shown; of a cell that runs again nothing is noted."""
        if exercise not in self._opened:
            self._opened.add(exercise)
            self._note(OPENED, exercise, edition, seed)

    def _note(
        self,
        event: str,
        exercise: str,
        edition: int,
        seed: object,
        misconception: str | None = None,
        hints: int = 0,
        answer: Any = None,
    ) -> Standing:
        with self._one:
            standing = self.standing(exercise, edition).after(event, hints)
            line = {
                "id": secrets.token_hex(8),
                "time": now().isoformat(timespec="seconds"),
                "exercise": exercise,
                "event": event,
                "misconception": misconception,
                "hints": standing.hints,
                "seed": seed if _is_seed(seed) else None,
                "course": __version__,
            }
            if standing.edition > 1:
                line["edition"] = standing.edition
            self._waiting.append(line)
            if answer is not None:
                standing = replace(standing, answer=answer)
                self._typed[exercise] = Standing(answer, edition=standing.edition)
            if self.place is not None:
                self._try_to_save(self.place)
            return standing

    def _try_to_save(self, place: Path) -> None:
        try:
            self._save(place)
            self._trouble = ""
        except OSError as trouble:
            message = _("Your progress could not be saved in {folder}: {why}.")
            self._trouble = message.format(folder=place.parent, why=trouble.strerror)

    def _save(self, place: Path) -> None:
        """Write what waits: the events one by one, then the answers as a whole."""
        place.mkdir(parents=True, exist_ok=True)
        with self._turn(place):
            while self._waiting:
                _append(place / f"events{self._mark}.jsonl", self._waiting[0])
                del self._waiting[0]
            if self._typed:
                path = place / f"progress{self._mark}.json"
                _write(path, self._kept(path), self._typed)
                self._typed.clear()

    @contextmanager
    def _turn(self, place: Path) -> Iterator[None]:
        """Wait until no other kernel writes; where there are no locks, write files of one's own."""
        import filelock

        lock = filelock.FileLock(place / "writing.lock", timeout=PATIENCE)
        if not self._mark and not self._is_held(lock):
            self._mark = f"-{os.getpid()}-{secrets.token_hex(4)}"
        try:
            yield
        finally:
            lock.release()

    def _is_held(self, lock: filelock.BaseFileLock) -> bool:
        """Say whether a lock is had, and, once, whether it keeps others out."""
        import filelock

        try:
            lock.acquire()
            if not self._excludes:  # some shares grant every lock, and keep nobody out
                with filelock.FileLock(lock.lock_file, blocking=False):
                    return False
        except filelock.Timeout:
            self._excludes = lock.is_locked
        except (OSError, NotImplementedError):
            return False
        return self._excludes

    def _saved(self) -> dict[str, Standing]:
        """Return what the files say: the answers of all kernels, and all that has happened."""
        found: dict[str, Standing] = {}
        if self.place is not None:
            files = [*_files(self.place, "progress.json"), *_files(self.place, "progress-*.json")]
            times: dict[str, str] = {}
            for path in files:
                for name, (standing, when) in self._decoded(path).items():
                    latest = when >= times.get(name, "")
                    times[name] = max(when, times.get(name, ""))
                    standing = standing if latest else replace(standing, answer=None)
                    found[name] = found[name].joined(standing) if name in found else standing
        return _joined(found, self._events.read())

    def _decoded(self, path: Path) -> dict[str, tuple[Standing, str]]:
        """Return the standings in a file; it is read again when it was replaced."""
        try:
            found = path.stat()
        except FileNotFoundError:
            return {}
        state = (found.st_mtime_ns, found.st_size, found.st_ino)
        known = self._files.get(path)
        if known is None or known[0] != state:
            known = self._files[path] = (state, _decode(self._kept(path)))
        return known[1]

    def _kept(self, path: Path) -> dict[str, Any]:
        """Return what a file holds; a damaged one is set aside."""
        try:
            if not _is_file_or_none(path):
                raise TypeError("a folder, a pipe or a link to nowhere")
            content = json.loads(path.read_bytes())
            _decode(content)
        except FileNotFoundError:
            return {"version": 1, "exercises": {}}
        except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
            self._set_aside(path)
            return {"version": 1, "exercises": {}}
        return dict(content)

    def _set_aside(self, path: Path) -> None:
        aside = path.with_name(f"progress.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.json")
        try:
            _replace(path, aside)
        except OSError:  # held by another programme: keep a copy at least
            aside.write_bytes(path.read_bytes())
        message = _(
            "The file with your answers was damaged and set aside as {name}. Your progress is "
            "whole; only the answers that you typed are missing."
        )
        self._damage = message.format(name=aside.name)


class _Events:
    """What has happened in a folder; each line is read once.

    Parameters
    ----------
    place : Path or None
        The ``.ecokit`` folder; None where there is none.
    """

    def __init__(self, place: Path | None) -> None:
        self._place = place
        self._forget()

    def _forget(self) -> None:
        self._read: dict[Path, int] = {}  # bytes of each file
        self.standings: dict[str, Standing] = {}

    def read(self) -> dict[str, Standing]:
        """Return where each exercise stands after all events."""
        if self._place is None:
            return {}
        sizes = {path: path.stat().st_size for path in _files(self._place, "events*.jsonl")}
        if any(sizes.get(path, 0) < read for path, read in self._read.items()):
            self._forget()  # a file is shorter than it was, or gone: begin anew
        for path, size in sizes.items():
            begin = self._read.get(path, 0)
            if size > begin:
                with path.open("rb") as file:
                    file.seek(begin)
                    whole = file.read().rpartition(b"\n")[0]
                for event in _events(whole):
                    _fold(self.standings, event)
                self._read[path] = begin + len(whole) + bool(whole)
        return dict(self.standings)


def _fold(standings: dict[str, Standing], event: dict[str, Any]) -> None:
    """Let an event happen; that a card was opened moves nothing."""
    if event["event"] == OPENED:
        return
    exercise = event["exercise"]
    before = standings.get(exercise, Standing()).of(event.get("edition", 1))
    standings[exercise] = before.after(event["event"], event["hints"])


def _joined(one: dict[str, Standing], other: dict[str, Standing]) -> dict[str, Standing]:
    """Return two records together, exercise by exercise; the answers of the second count."""
    return one | {
        name: one[name].joined(standing) if name in one else standing
        for name, standing in other.items()
    }


def read_events(place: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of all kernels in an ``.ecokit`` folder, leaving out damaged lines."""
    return (event for _key, event in keyed_events(place))


def keyed_events(place: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the same, each with its file and line: files are only appended to."""
    for path in _files(place, "events*.jsonl"):
        for number, event in _numbered(path.read_bytes()):
            yield f"{path.name}:{number}", event


def _files(place: Path, pattern: str) -> list[Path]:
    """Return the files of a kind; a folder, a pipe or a device of such a name is none of them."""
    return [path for path in sorted(place.glob(pattern)) if path.is_file()]


def _is_file_or_none(path: Path) -> bool:
    """Say whether a place holds a file or nothing, so that it can be read and written."""
    return path.is_file() or not os.path.lexists(path)


def _events(lines: bytes) -> Iterator[dict[str, Any]]:
    return (event for _number, event in _numbered(lines))


def _numbered(lines: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines.splitlines(), start=1):
        try:
            event = json.loads(line)
            words = [event["exercise"], event["event"]]
            whole = all(isinstance(one, str) and _is_cell(one) for one in words)
            numbers = isinstance(event["hints"], int) and isinstance(event.get("edition", 1), int)
            if whole and numbers:
                yield number, event
        except (ValueError, TypeError, KeyError, RecursionError):
            continue


def _decode(content: Any) -> dict[str, tuple[Standing, str]]:
    """Return the standings that a file holds, each with the time of its answer.

    Earlier releases kept tries, hints, shown and done there, too. Fields that this release does
    not know are those of a newer one.

    Raises
    ------
    LookupError, ValueError, TypeError, AttributeError
        It is not what `_write` writes.

    Examples
    --------
    >>> _decode({"exercises": {"kpi-uv": {"hints": 2, "mood": "good"}}})["kpi-uv"][0].hints
    2
    >>> _decode({"version": 1})
    Traceback (most recent call last):
    ...
    KeyError: 'exercises'
    """
    times, now = content.get("times", {}), _now()  # later than now: of a clock that went wrong
    found = {}
    for name, kept in content["exercises"].items():
        standing = Standing(**_known(kept))
        if not all(isinstance(n, int) for n in (standing.tries, standing.hints, standing.edition)):
            raise TypeError("tries, hints and edition are whole numbers")
        when = times.get(name)
        found[name] = standing, when if isinstance(when, str) and when <= now else ""
    return found


def _known(kept: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a standing that this release knows."""
    names = {field.name for field in fields(Standing)}
    return {key: value for key, value in kept.items() if key in names}


def _is_json(answer: object) -> bool:
    """Say whether an answer can be kept: a short text, a number, or these by name.

    Examples
    --------
    >>> _is_json({"span": "8 people"}), _is_json(chr(0xD83D)), _is_json(10**5000)
    (True, False, False)
    """
    if isinstance(answer, dict):
        names = all(isinstance(key, str) for key in answer)
        return names and all(map(_is_cell, [*answer, *answer.values()]))
    return _is_cell(answer)


def _is_seed(value: object) -> bool:
    """Say whether a value is the number of a company; tables of somebody's own have none."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= SEEDS


def _is_cell(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 400 and not any("\ud800" <= letter <= "\udfff" for letter in value)
    return isinstance(value, float) or (isinstance(value, int) and value.bit_length() < 1000)


def now() -> datetime:
    """Return what the clock says; tests turn this clock."""
    return datetime.now(UTC)


def _now() -> str:
    return now().isoformat(timespec="milliseconds")


def _append(path: Path, event: dict[str, Any]) -> None:
    if not _is_file_or_none(path):
        raise OSError(errno.EEXIST, _("{name} is no file").format(name=path.name))
    # One unbuffered write: a kill leaves the whole line or nothing.
    with path.open("a+b", buffering=0) as file:
        line = json.dumps(event).encode() + b"\n"
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            line = b"\n" + line  # a full disk has cut the line before
        if file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _write(path: Path, kept: dict[str, Any], typed: dict[str, Standing]) -> None:
    """Replace `path` atomically: whoever reads it, whenever, finds a whole file.

    What it holds of other exercises stays, and so do fields of other releases.
    """
    exercises, times = dict(kept["exercises"]), dict(kept.get("times", {}))
    for name, standing in typed.items():
        before = exercises.get(name, {})
        if before.get("edition", 1) < standing.edition:
            earlier = {"earlier": True} if Standing(**_known(before)).solved else {}
            before = {"edition": standing.edition} | earlier
        exercises[name] = before | {"answer": standing.answer}
        times[name] = _now()
    content = kept | {"exercises": exercises, "times": times}
    # Half a sign, which another release kept, is written as it was read.
    data = json.dumps(content, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass")
    put(path, data)


def put(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file as a whole: whoever reads it, whenever, finds the old one or the new one."""
    _sweep(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        _replace(Path(temporary), path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _replace(source: Path, target: Path) -> None:
    # On Windows a virus scanner or a second reader may hold the file for a moment.
    for pause in (0.02, 0.05, 0.1, 0.2):
        try:
            source.replace(target)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    source.replace(target)


def _sweep(path: Path) -> None:
    """Remove temporary files that a killed writer left behind a minute ago or earlier."""
    for left in path.parent.glob(f"{path.name}*.tmp"):
        try:
            if time.time() - left.stat().st_mtime > 60:
                left.unlink()
        except OSError:
            continue
