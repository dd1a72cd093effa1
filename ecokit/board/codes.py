"""Personal codes of a room: drawn, kept as hashes, revoked, and at an end with the workshop.

A code has 40 bits of chance. Who guesses a hundred a second finds one of two hundred after a year
and a half; who steals the file of hashes pays a scrypt for each trial. The sign that checks a code
is the rest by 37, drawn so that it is one of the usual 32: then every single slip of typing is
told, and every change of two neighbours.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import filelock

from ecokit.cli import copies, invited
from ecokit.errors import CourseError
from ecokit.messages import _, short

FILE = "codes.json"
SPARE = 0.1
"""Spare codes for each that is asked for: some learners come late."""
MOST = 999
WORK = {"n": 2**10, "r": 8, "p": 1}
"""Of scrypt: 1 MB and three milliseconds a code, so that a hundred guesses a second leave room."""


class RefusedError(CourseError):
    """A board takes nothing of somebody, for a reason in one word that the sender has words for.

    Parameters
    ----------
    why
        Such as ``unknown``, of a code.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Seat:
    """One place in the room.

    Attributes
    ----------
    number
        From 1; it stands on the slip.
    key
        What the ledger calls its learner; it stays when the code is replaced.
    hash
        Of its code, in hexadecimal digits.
    spare
        Whether it was drawn for late comers.
    revoked
        Hashes of codes that it had before.
    """

    number: int
    key: str
    hash: str
    spare: bool = False
    revoked: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the board calls it as long as the learner has chosen no name."""
        return _("Learner {number}").format(number=self.number)


@dataclass(frozen=True)
class Room:
    """What the file of codes holds."""

    salt: bytes
    ends: datetime
    seats: tuple[Seat, ...] = ()

    def hashed(self, code: str) -> str:
        """Return the hash of a code under the salt of this board."""
        return hashlib.scrypt(code.encode(), salt=self.salt, **WORK).hex()


@dataclass
class Codes:
    """The codes of one board.

    Parameters
    ----------
    path
        Their file. Another process may change it (``ecokit board code --again``): it is read again
        as soon as it was replaced.
    """

    path: Path
    _state: tuple[int, ...] = ()
    _room: Room | None = None
    _right: dict[tuple[bytes, str], str] = field(default_factory=dict)

    def make(self, learners: int, ends: datetime) -> dict[Seat, str]:
        """Draw a code for each learner and spare ones; those drawn before end here.

        Parameters
        ----------
        learners
            How many are awaited.
        ends
            When the workshop is over.

        Returns
        -------
        dict of Seat to str
            The codes. Only here they can be read: the file holds their hashes.

        Raises
        ------
        CourseError
            There are more than 999 learners, or none.
        """
        spare = math.ceil(SPARE * learners)
        if not 1 <= learners <= MOST - spare:
            sentence = _("{n} learners: a board has codes for 1 to {most}.")
            raise CourseError(sentence.format(n=learners, most=int(MOST / (1 + SPARE))))
        room = Room(secrets.token_bytes(16), ends)
        drawn: dict[Seat, str] = {}
        for number in range(1, learners + spare + 1):
            code = draw()
            key = f"seat-{secrets.token_hex(8)}"  # no learner's folder has a mark like this
            seat = Seat(number, key, room.hashed(code), spare=number > learners)
            drawn[seat] = code
        self._write(replace(room, seats=tuple(drawn)))
        return drawn

    def again(self, chosen: Callable[[Seat], bool], name: str) -> tuple[Seat, str]:
        """Revoke the code of one seat and draw another; the learner's work stays.

        Parameters
        ----------
        chosen
            Says which seat is meant.
        name
            What it is called, for the sentence where there is none, or several.

        Raises
        ------
        CourseError
            No seat, or more than one, is meant.
        """
        with filelock.FileLock(f"{self.path}.lock"):
            room = self.room()
            found = [seat for seat in room.seats if chosen(seat)]
            if len(found) != 1:
                sentence = _(
                    "{n} learners of this board are called {name}. Say the number on the slip."
                )
                raise CourseError(sentence.format(n=len(found), name=short(name)))
            code, (old,) = draw(), found
            new = replace(old, hash=room.hashed(code), revoked=(*old.revoked, old.hash))
            seats = tuple(new if seat is old else seat for seat in room.seats)
            self._write(replace(room, seats=seats))
        return new, code

    def find(self, code: str, now: datetime) -> Seat:
        """Return the seat of a code.

        Raises
        ------
        RefusedError
            ``typed``: a sign is wrong; ``unknown``: it is nobody's, a guess; ``revoked``: it was
            replaced; ``ended``: the workshop is over.
        """
        signs = _plain(code)
        if len(signs) != invited.CODE + 1 or slip_of_typing(signs):
            raise RefusedError("typed")
        room = self.room()
        known = (room.salt, signs)
        hashed = self._right.get(known) or room.hashed(signs)
        # every hash is compared, whichever fits: how long it takes tells nothing
        fits = [seat for seat in room.seats if hmac.compare_digest(seat.hash, hashed)]
        if not fits:
            gone = any(hashed in seat.revoked for seat in room.seats)
            raise RefusedError("revoked" if gone else "unknown")
        self._right[known] = hashed
        if now >= room.ends:
            raise RefusedError("ended")
        return fits[0]

    def is_known(self, code: str) -> bool:
        """Say whether a code was right before: then it costs no scrypt."""
        return (self.room().salt, _plain(code)) in self._right

    def room(self) -> Room:
        """Return what the file holds now.

        Raises
        ------
        CourseError
            There is none, or it was changed by hand.
        """
        try:
            found = self.path.stat()
            state = (found.st_mtime_ns, found.st_size, found.st_ino)
            if self._room is None or state != self._state:
                self._room, self._state = _decoded(self.path.read_bytes()), state
        except FileNotFoundError as error:
            sentence = _("This board has no codes yet: begin with ecokit board --listen.")
            raise CourseError(sentence) from error
        except (ValueError, LookupError, TypeError) as error:
            sentence = _("{path} was damaged. Delete it: the next start draws new codes.")
            raise CourseError(sentence.format(path=self.path)) from error
        return self._room

    def _write(self, room: Room) -> None:
        content = {
            "salt": room.salt.hex(),
            "ends": room.ends.isoformat(),
            "seats": [vars(seat) for seat in room.seats],
        }
        copies.write(self.path, json.dumps(content, indent=1).encode(), mode=0o600)


def draw() -> str:
    """Return a code by chance, with its check sign.

    Examples
    --------
    >>> invited.is_whole(draw())
    True
    """
    while True:
        value = secrets.randbits(5 * invited.CODE)
        if sign := invited.check(value):
            return invited.signs(value, invited.CODE) + sign


def slip_of_typing(text: str) -> bool:
    """Say whether a sign of a code was mistyped: such a code was never drawn, it is no guess.

    Examples
    --------
    >>> slip_of_typing("0000-0001-1"), slip_of_typing("0000-0010-1")
    (False, True)
    """
    return not invited.is_whole(invited.plain(text))


def _plain(code: str) -> str:
    """Return the signs of a code; no more of a long text is looked at."""
    return invited.plain(code[: 4 * invited.CODE])


def _decoded(content: bytes) -> Room:
    found: dict[str, Any] = json.loads(content)
    seats: Sequence[dict[str, Any]] = found["seats"]
    return Room(
        bytes.fromhex(found["salt"]),
        datetime.fromisoformat(found["ends"]).astimezone(UTC),
        tuple(Seat(**{**seat, "revoked": tuple(seat["revoked"])}) for seat in seats),
    )
