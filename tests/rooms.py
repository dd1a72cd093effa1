"""A small room for tests: a board that listens on this machine, and learners' folders."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from ecokit import exercises
from ecokit.board import codes, listen
from ecokit.board.certificate import Certificate
from ecokit.board.codes import Codes, Seat
from ecokit.board.ledger import Ledger
from ecokit.board.listen import Door
from ecokit.cli import pinned
from ecokit.cli.invited import Invitation
from ecokit.cli.membership import Membership
from ecokit.cli.pinned import Board
from ecokit.cli.sending import Sender

HERE = "127.0.0.1"
SENDERS: list[Sender] = []


@dataclass
class Room:
    """A board that listens."""

    folder: Path
    ledger: Ledger
    door: Door
    codes: Codes
    drawn: dict[Seat, str]
    port: int
    mark: str
    boards: dict[Invitation, Board] = field(default_factory=dict)

    def invitation(self, number: int = 1) -> Invitation:
        code = list(self.drawn.values())[number - 1]
        return Invitation((HERE,), self.port, self.mark, code)

    def board(self, invitation: Invitation | int = 1) -> Board:
        """Return a connection with the code of a seat, or another; the room closes it."""
        if isinstance(invitation, int):
            invitation = self.invitation(invitation)
        return self.boards.setdefault(invitation, Board(invitation))


@contextmanager
def room(folder: Path, learners: int = 10, port: int = 0) -> Iterator[Room]:
    """Listen until the end of the block; a second call on the folder is the same board."""
    folder.mkdir(exist_ok=True)
    exercises.all()
    now = datetime.now(UTC)
    kept = Codes(folder / codes.FILE)
    plain = folder / "plain.json"  # what slips are for
    if not kept.path.exists():
        made = kept.make(learners, now + timedelta(days=1))
        plain.write_text(json.dumps(list(made.values())))
    seats = sorted(kept.room().seats, key=lambda seat: seat.number)
    drawn = dict(zip(seats, json.loads(plain.read_text()), strict=True))
    certificate = Certificate.of(folder, now, now + timedelta(days=1))
    with (
        patch.multiple(
            pinned, CONNECT=60.0, ANSWER=60.0
        ),  # a busy machine is no board that is away
        Ledger(folder / "board.sqlite") as ledger,
    ):
        door = Door(kept, ledger)
        listener = listen.Listener(door, certificate, listen.bound(port, HERE))
        with listener.running():
            listening = Room(folder, ledger, door, kept, drawn, listener.port, certificate.mark)
            yield listening
            for board in listening.boards.values():
                board.close()


def line(event: str = "right", **more: object) -> dict[str, object]:
    """Return an event as a learner's folder keeps it."""
    return {
        "id": secrets.token_hex(8),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "exercise": "kpi-points",
        "event": event,
        "misconception": None,
        "hints": 0,
        "seed": 2025,
        "course": "0.2.0",
    } | more


def delivery(events: object, **more: object) -> dict[str, object]:
    """Return what a sender says."""
    clock = datetime.now(UTC).isoformat()
    return {"version": 1, "name": "", "mark": "", "clock": clock, "events": events} | more


def learner(folder: Path, invitation: Invitation, name: str = "") -> Path:
    """Make a learner's folder that has joined."""
    place = folder / ".ecokit"
    place.mkdir(parents=True, exist_ok=True)
    Membership(invitation.line, name).write(place)
    return folder


def write(folder: Path, *events: dict[str, object], file: str = "events.jsonl") -> None:
    """Let events happen."""
    with (folder / ".ecokit" / file).open("a", encoding="utf-8") as opened:
        opened.writelines(json.dumps(event) + "\n" for event in events)


def sender(folder: Path, told: list[str] | None = None) -> Sender:
    """Return a sender that is stepped by hand; `hang_up` closes what it opened."""
    SENDERS.append(Sender(folder, (told if told is not None else []).append))
    return SENDERS[-1]


def hang_up() -> None:
    """Close the connections of all senders."""
    while SENDERS:
        board = SENDERS.pop()._board
        if board:
            board.close()
