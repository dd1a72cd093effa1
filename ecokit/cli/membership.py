"""What a learner's folder keeps of a room: ``.ecokit/room.json``, and what was sent to it.

The first holds the join line with the code, and is the learner's alone. ``sent.json`` holds the ids
that the board has acknowledged, and those that it does not take. Both may be deleted at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ecokit.cli import copies, invited
from ecokit.cli.invited import Invitation
from ecokit.errors import CourseError

FILE, SENT = "room.json", "sent.json"
MOST = 5_000_000  # bytes that are read of either
DELIVERED = 200  # events of one delivery


@dataclass(frozen=True)
class Membership:
    """Which room a folder belongs to.

    Attributes
    ----------
    line
        The join line, with the code.
    name
        What the learner wants to be called there; empty where the board chooses.
    joined
        Whether the learner has joined; False where it was declined, or left.
    """

    line: str
    name: str = ""
    joined: bool = True

    @property
    def invitation(self) -> Invitation:
        """What the line says."""
        return invited.parse(self.line)

    @property
    def key(self) -> str:
        """Of which board and which of its codes it is, wherever the board is."""
        return f"{self.invitation.mark}/{self.invitation.code}"

    def write(self, place: Path) -> None:
        """Keep it in an ``.ecokit`` folder."""
        copies.write(place / FILE, json.dumps(asdict(self), indent=1).encode(), mode=0o600)


def read(place: Path) -> Membership | None:
    """Return what an ``.ecokit`` folder holds; None where it is none that can be used."""
    found = _json(place / FILE)
    try:
        member = Membership(str(found["line"]), str(found["name"]), found["joined"] is True)
        invited.parse(member.line)
    except (LookupError, TypeError, CourseError):
        return None
    return member


@dataclass
class Sent:
    """What a board has, and what it does not take, each by the ids of events.

    Parameters
    ----------
    key
        Of the membership: another board has nothing yet, nor has another code.
    """

    key: str
    kept: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, place: Path, key: str) -> Sent:
        """Return what an ``.ecokit`` folder tells of one membership."""
        found = _json(place / SENT)
        try:
            if found["key"] == key:
                return cls(key, set(map(str, found["kept"])), set(map(str, found["refused"])))
        except (LookupError, TypeError):
            pass
        return cls(key)

    def note(self, place: Path, asked: Iterable[str], kept: Iterable[str]) -> None:
        """Keep what came of a delivery."""
        taken = set(kept)
        self.kept |= taken
        self.refused |= set(asked) - taken
        told = {"key": self.key, "kept": sorted(self.kept), "refused": sorted(self.refused)}
        copies.write(place / SENT, json.dumps(told).encode(), mode=0o600)

    def waiting(self, events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the first events that are still to be sent, as many as a delivery holds."""
        found: dict[str, dict[str, Any]] = {}
        for event in events:
            if event["id"] not in self.kept and event["id"] not in self.refused:
                found.setdefault(event["id"], event)
                if len(found) == DELIVERED:
                    break
        return list(found.values())


def forget_sent(place: Path) -> None:
    """Forget what was sent: a board that has deleted it, and is joined again, has nothing."""
    (place / SENT).unlink(missing_ok=True)


def _json(path: Path) -> Any:
    """Return what a small file holds; None where it holds no JSON."""
    try:
        if path.is_file() and path.stat().st_size <= MOST:
            return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        pass
    return None
