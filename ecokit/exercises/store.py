"""What a learner has done, kept in the learner's folder.

``.ecokit/progress.json`` is where each exercise stands: the last answer, tries, hints. It is
replaced as a whole by an atomic rename, so a killed kernel leaves the old or the new one,
never half of one. ``.ecokit/events.jsonl`` is one line per event, only ever appended to: the
trainer's board reads it, and a damaged ``progress.json`` is rebuilt from it. Neither holds
a name, and the events hold no answers.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecokit.messages import _

if TYPE_CHECKING:
    from ecokit.exercises.checks import Result

TRIES_BEFORE_ANSWER = 3
_TRIES = frozenset({"right", "misconception", "unit", "near", "cell", "wrong"})


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

    def after(self, event: str, hints: int) -> Standing:
        """Return the standing after an event.

        Examples
        --------
        >>> Standing(tries=2).after("misconception", hints=1).tries
        3
        """
        return replace(
            self,
            tries=self.tries + (event in _TRIES and not self.done),
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
    if os.environ.get("ECOKIT_PROGRESS", "").lower() == "off":
        return None
    if named := os.environ.get("ECOKIT_FOLDER"):
        return Path(named).expanduser() / ".ecokit"
    here = Path.cwd()
    places = (place / ".ecokit" for place in (here, *here.parents))
    return next((place for place in places if place.is_dir()), None)


def learner() -> Learner:
    """Return the learner whose folder this is."""
    return _learner(folder())


@cache
def _learner(place: Path | None) -> Learner:
    return Learner(place)


class Learner:
    """The progress of one learner: reads and writes the two files of one folder.

    Parameters
    ----------
    place : Path or None
        The ``.ecokit`` folder, made when it is missing; None keeps everything in memory.

    Attributes
    ----------
    notice : str
        A sentence for the learner when something about the files is not as it should be.

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
        self.notice = ""
        self._unsaved: dict[str, Standing] = {}
        if place is None:
            self.notice = _(
                "Your answers are kept until the kernel stops. "
                "To keep them for good, open the course with: ecokit start"
            )

    def standings(self) -> dict[str, Standing]:
        """Return where every exercise stands that was touched."""
        try:
            return self._saved() | self._unsaved
        except OSError as trouble:
            message = _("Your progress could not be read from {folder}: {why}.")
            self.notice = message.format(folder=self.place, why=trouble.strerror)
            return dict(self._unsaved)

    def standing(self, exercise: str, edition: int = 1) -> Standing:
        """Return where one exercise stands, in its newest edition."""
        return self.standings().get(exercise, Standing()).of(edition)

    def note_check(self, result: Result, answer: object, edition: int = 1) -> Standing:
        """Note an answer and what the check said."""
        kept = answer if _is_json(answer) else None
        return self._note(result.exercise, result.kind, edition, result.misconception, answer=kept)

    def note_hint(self, exercise: str, edition: int = 1) -> Standing:
        """Note that one more hint was opened."""
        hints = self.standing(exercise, edition).hints + 1
        return self._note(exercise, "hint", edition, hints=hints)

    def note_shown(self, exercise: str, edition: int = 1) -> Standing:
        """Note that the answer was shown."""
        return self._note(exercise, "shown", edition)

    def _note(
        self,
        exercise: str,
        event: str,
        edition: int,
        misconception: str | None = None,
        hints: int = 0,
        answer: Any = None,
    ) -> Standing:
        # Read again before each write: another notebook may have written in between.
        standing = self.standing(exercise, edition).after(event, hints)
        if answer is not None:
            standing = replace(standing, answer=answer)
        self._unsaved[exercise] = standing
        if self.place is not None:
            line = {
                "time": datetime.now(UTC).isoformat(timespec="seconds"),
                "exercise": exercise,
                "event": event,
                "misconception": misconception,
                "hints": standing.hints,
            }
            if standing.edition > 1:
                line["edition"] = standing.edition
            try:
                self.place.mkdir(parents=True, exist_ok=True)
                _append(self.place / "events.jsonl", line)
                _write(self.place / "progress.json", self._saved() | self._unsaved)
                self._unsaved.clear()
            except OSError as trouble:
                message = _("Your progress could not be saved in {folder}: {why}.")
                self.notice = message.format(folder=self.place.parent, why=trouble.strerror)
        return standing

    def _saved(self) -> dict[str, Standing]:
        if self.place is None:
            return {}
        path = self.place / "progress.json"
        try:
            return _decode(path.read_bytes())
        except FileNotFoundError:
            return self._rebuilt()
        except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
            return self._set_aside(path)

    def _set_aside(self, path: Path) -> dict[str, Standing]:
        aside = path.with_name(f"progress.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.json")
        try:
            _replace(path, aside)
        except OSError:  # held by another programme: keep a copy at least
            aside.write_bytes(path.read_bytes())
        message = _(
            "The file with your progress was damaged. It was set aside as {name}, and your "
            "progress was rebuilt from the list of events; only the answers that you typed "
            "are missing."
        )
        self.notice = message.format(name=aside.name)
        return self._rebuilt()

    def _rebuilt(self) -> dict[str, Standing]:
        standings: dict[str, Standing] = {}
        if self.place is not None:
            for event in read_events(self.place / "events.jsonl"):
                exercise = event["exercise"]
                before = standings.get(exercise, Standing()).of(event.get("edition", 1))
                standings[exercise] = before.after(event["event"], event["hints"])
        return standings


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of an ``events.jsonl``, leaving out lines that are damaged."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            event = json.loads(line)
            whole = isinstance(event["exercise"], str) and isinstance(event["event"], str)
            numbers = isinstance(event["hints"], int) and isinstance(event.get("edition", 1), int)
            if whole and numbers:
                yield event
        except (ValueError, TypeError, KeyError):
            continue


def _decode(data: bytes) -> dict[str, Standing]:
    """Return the standings in `data`.

    Raises
    ------
    LookupError, ValueError, TypeError, AttributeError, RecursionError
        `data` is not what `_write` writes.

    Examples
    --------
    >>> _decode(b'{"version": 1, "exercises": {"kpi-uv": {"tries": 2}}}')["kpi-uv"].tries
    2
    >>> _decode(b'{"version": 1, "exer')
    Traceback (most recent call last):
    ...
    json.decoder.JSONDecodeError: Unterminated string starting at: line 1 column 16 (char 15)
    """
    standings = {name: Standing(**fields) for name, fields in json.loads(data)["exercises"].items()}
    for standing in standings.values():
        if not all(isinstance(n, int) for n in (standing.tries, standing.hints, standing.edition)):
            raise TypeError("tries, hints and edition are whole numbers")
    return standings


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


def _is_cell(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 400 and not any("\ud800" <= letter <= "\udfff" for letter in value)
    return isinstance(value, float) or (isinstance(value, int) and value.bit_length() < 1000)


def _append(path: Path, event: dict[str, Any]) -> None:
    # One unbuffered write: a kill leaves the whole line or nothing.
    with path.open("a+b", buffering=0) as file:
        line = json.dumps(event).encode() + b"\n"
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            line = b"\n" + line  # a full disk has cut the line before
        if file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _fields(standing: Standing) -> dict[str, Any]:
    """Return what is kept of a standing: of a first edition what older releases read, too."""
    fields = asdict(standing)
    if standing.edition == 1:
        del fields["edition"], fields["earlier"]
    return fields


def _write(path: Path, standings: dict[str, Standing]) -> None:
    """Replace `path` atomically: whoever reads it, whenever, finds a whole file."""
    content = {"version": 1, "exercises": {name: _fields(s) for name, s in standings.items()}}
    data = json.dumps(content, indent=1, ensure_ascii=False).encode()
    _sweep(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
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
