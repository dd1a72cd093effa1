"""Send a learner's events to the board of the room, as long as the course runs.

Kernels write events to files; this thread reads the files and sends what the board has not
acknowledged, again and again until it has. So whatever is cut off (the network, the board, this
programme, the laptop's lid) delays events and loses none. Trouble is told once, in a line.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock

from ecokit.cli import membership
from ecokit.cli.membership import Membership, Sent
from ecokit.cli.pinned import FOR_GOOD, AwayError, Board, FalseBoardError, RefusedError
from ecokit.errors import CourseError
from ecokit.messages import _, _n, short

PACE = 2.0  # seconds between two looks at the files
LONGEST = 30.0  # seconds between two tries to reach a board that is away
PATIENCE = 5.0  # seconds that the end of the course waits for what is being sent
LOCK = "sending.lock"


class Sender(threading.Thread):
    """Sends what happens in one folder.

    Parameters
    ----------
    folder
        The learner's.
    say
        Tells the learner a sentence.
    """

    def __init__(self, folder: Path, say: Callable[[str], object] = print) -> None:
        super().__init__(name="sender", daemon=True)
        self.place = folder / ".ecokit"
        self._say = say
        self._stopped = threading.Event()
        self._member: Membership | None = None
        self._board: Board | None = None
        self._sent = Sent("")
        self._seen: object = None  # of the files, when all in them was sent
        self._told = ""  # the last sentence about trouble; empty while the board is there
        self._greeted = self._refused_for_good = False
        self._pause = PACE

    def run(self) -> None:
        """Send until it is stopped."""
        while not self._stopped.wait(self.step()):
            pass

    def stop(self) -> None:
        """Send what the last seconds brought, if the board is there, and end."""
        self._stopped.set()
        if self.is_alive():
            self.join(PATIENCE)
        if self._board and not self.is_alive():
            if not self._told:
                self.step()
            self._board.close()

    def step(self) -> float:
        """Send what is to be sent, and return after how many seconds to look again."""
        if not self._is_joined():
            return PACE
        try:
            with alone(self.place):
                if self._is_joined():  # while this one waited, somebody may have left
                    self._send()
        except (AwayError, FalseBoardError, RefusedError) as trouble:
            self._refused_for_good = getattr(trouble, "why", "") in FOR_GOOD
            self._tell(str(trouble))
            self._pause = min(LONGEST, 2 * self._pause)
            return self._pause * random.uniform(0.8, 1.2)  # 200 laptops do not come at once
        except (CourseError, OSError) as trouble:  # a full disk: the lessons say so, too
            self._tell(str(trouble))
            return LONGEST
        return PACE

    def _is_joined(self) -> bool:
        """Say whether there is a room to send to; it may be joined or left from outside."""
        member = membership.read(self.place)
        if member != self._member:
            self._follow(member)
        return self._board is not None and not self._refused_for_good

    def _follow(self, member: Membership | None) -> None:
        """Begin with a room that was joined, or end with one that was left."""
        if self._board:
            self._board.close()
        self._member, self._board = member, None
        self._refused_for_good = self._greeted = False
        self._seen, self._told, self._pause = None, "", PACE
        if member is not None and member.joined:
            self._board = Board(member.invitation)
            self._sent = Sent.read(self.place, member.key)

    def _send(self) -> None:
        """Deliver until nothing waits; an empty delivery makes the learner known."""
        seen = state(self.place)
        if self._greeted and not self._told and seen == self._seen:
            return
        number = 0
        while waiting := self._sent.waiting(happened(self.place)):
            number += self._deliver(waiting)
        if self._told or not self._greeted:
            self._tell_here(short(self._delivered([]).get("name")), number)
        self._seen = seen

    def _deliver(self, waiting: list[dict[str, Any]]) -> int:
        """Deliver events, and return how many the board has taken."""
        kept = self._delivered(waiting).get("kept")
        if not isinstance(kept, list):
            raise RefusedError("content")
        self._sent.note(self.place, [one["id"] for one in waiting], map(str, kept))
        return len(kept)

    def _delivered(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        assert self._member is not None
        assert self._board is not None
        from ecokit.exercises import store  # only who has joined a room waits for it

        return self._board.deliver(
            {
                "version": 1,
                "name": self._member.name,
                "mark": mark(self.place),
                "clock": store.now().isoformat(),
                "events": events,
            }
        )

    def _tell(self, sentence: str) -> None:
        """Tell of trouble, once as long as it is the same."""
        if sentence != self._told:
            self._told = sentence
            if not self._refused_for_good:
                sentence += " " + _("Go on: what you do is kept and sent when the board is there.")
            self._say(_("The room: {sentence}").format(sentence=sentence))

    def _tell_here(self, name: str, number: int) -> None:
        sent = _n("{n} event was sent.", "{n} events were sent.", number).format(n=number)
        if self._greeted:
            self._say(_("The room: the board is back. {sent}").format(sent=sent))
        else:
            sentence = _("The room: you have joined; the board calls you {name}. {sent}")
            self._say(sentence.format(name=name, sent=sent))
        self._greeted, self._told, self._pause = True, "", PACE


@contextmanager
def alone(place: Path) -> Iterator[None]:
    """Send or leave, one at a time; where locks do not work, all at once."""
    lock = filelock.FileLock(place / LOCK, timeout=30)
    try:
        lock.acquire()
    except (filelock.Timeout, OSError, NotImplementedError):
        yield
        return
    with lock:
        yield


def state(place: Path) -> list[tuple[str, int, int]]:
    """Return what changes when a file of events does."""
    files = [(path.name, path.stat()) for path in sorted(place.glob("events*.jsonl"))]
    return [(name, about.st_size, about.st_mtime_ns) for name, about in files]


def happened(place: Path) -> Iterator[dict[str, Any]]:
    """Yield what has happened in an ``.ecokit`` folder, as others get it."""
    from ecokit.exercises import collect  # it knows all exercises, and takes its time

    return collect.sent(place)


def mark(place: Path) -> str:
    """Return the mark of a folder: a file of it that is handed in, too, is then this learner's."""
    from ecokit.exercises import collect

    return collect.mark(place)
