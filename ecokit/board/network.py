"""``ecokit board --listen``: the room on one network, from drawing codes to the end of the day.

What belongs to a room lies beside the folder where files are handed in, and nobody but the trainer
may read it: the certificate with its key, the hashes of codes, where the board listens. A board
that is started again is the same board: learners who have joined go on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ecokit import exercises
from ecokit.board import codes, invitation, listen, slips
from ecokit.board.awake import awake
from ecokit.board.certificate import FILE, Certificate
from ecokit.board.codes import Codes, Seat
from ecokit.board.filed import Game
from ecokit.board.filing import Desk
from ecokit.board.ledger import Ledger
from ecokit.cli import copies, invited
from ecokit.cli.invited import Invitation
from ecokit.errors import CourseError
from ecokit.messages import _, short

WHERE = "listening.json"


@dataclass(frozen=True)
class Room:
    """What a board that listens needs.

    Attributes
    ----------
    place
        Where its files lie.
    codes, certificate
        Its own.
    """

    place: Path
    codes: Codes
    certificate: Certificate


@dataclass(frozen=True)
class Where:
    """Where a board listens.

    Attributes
    ----------
    port
        0 takes a free one.
    addresses
        Where learners find it, as the trainer says; else all of this machine's.
    """

    port: int = listen.PORT
    addresses: tuple[str, ...] = ()

    def invitation(self, certificate: Certificate) -> Invitation:
        """Return the way to the board."""
        return invitation.invitation(self.port, certificate.mark, self.addresses)


def of(folder: Path) -> Room:
    """Return what lies beside the folder of a room, begun or not.

    Examples
    --------
    >>> of(Path("/rooms/monday")).place.name
    'monday-board'
    """
    folder = folder.absolute()
    place = folder.with_name(f"{folder.name}-board")
    return Room(place, Codes(place / codes.FILE), Certificate(place / FILE))


def is_open(room: Room, now: datetime) -> bool:
    """Say whether the codes of a room hold."""
    return room.codes.path.exists() and now < room.codes.room().ends


def begin(
    room: Room, where: Where, learners: int, days: int, now: datetime, size: str = "a4"
) -> None:
    """Draw codes and make a certificate for a workshop; write the slips.

    Parameters
    ----------
    room, where
        Whose, and where it listens.
    learners
        How many are awaited; one in ten more get a spare code.
    days
        After how many midnights of this machine the codes end.
    now
        The board's clock.
    size
        Of the paper: ``a4`` or ``letter``.

    Raises
    ------
    CourseError
        There are too many learners or days, or none.
    """
    if not 1 <= days <= 60:
        raise CourseError(_("{days} days: a workshop lasts 1 to 60.").format(days=days))
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    ends = (midnight + timedelta(days=days)).astimezone(UTC)
    room.place.mkdir(parents=True, exist_ok=True, mode=0o700)
    drawn = room.codes.make(learners, ends)
    room.certificate.path.unlink(missing_ok=True)
    Certificate.of(room.place, now, ends)
    page = slips.write(room.place, drawn, where.invitation(room.certificate), size)
    told = {"n": len(drawn), "spare": sum(seat.spare for seat in drawn), "page": page}
    print(
        _(
            "{n} codes were drawn, {spare} of them spare. Print {page} and cut it apart; the "
            "folder invitations beside it holds the same as files. Delete both when they are "
            "handed out: the board itself keeps no code that can be read."
        ).format(**told)
    )


@contextmanager
def listening(
    folder: Path,
    ledger: Ledger,
    where: Where,
    *,
    learners: int = 20,
    days: int = 1,
    size: str = "a4",
    game: Game | None = None,
) -> Iterator[Invitation]:
    """Let learners of the same network send to a ledger, until the end of the block.

    Parameters
    ----------
    folder
        The room's.
    ledger
        Where the events go.
    where
        Where to listen.
    learners, days, size
        As in `begin`, for a room that was not begun or has ended.
    game
        Which is played in the room.

    Yields
    ------
    Invitation
        The way to the board, for all: without a code.

    Raises
    ------
    CourseError
        The port cannot be had, or what lies in the folder was damaged.
    """
    room, now = of(folder), datetime.now(UTC)
    exercises.all()  # takes seconds, for which no delivery is to wait
    listen.allow_many_connections()
    logging.getLogger("tornado").setLevel(logging.ERROR)  # whoever hangs up is no news
    with closing(listen.bound(where.port)) as socket:
        here = Where(listen.port_of(socket), where.addresses)
        if not is_open(room, now):
            begin(room, here, learners, days, now, size)
        desk = Desk(game) if game else None
        door = listen.Door(room.codes, ledger, names=here.addresses, desk=desk)
        listener = listen.Listener(door, room.certificate, socket)
        content = {"port": here.port, "addresses": here.addresses}
        copies.write(room.place / WHERE, json.dumps(content).encode(), mode=0o600)
        with awake() as trouble, listener.running():
            line = here.invitation(room.certificate)
            _tell(line, room.codes.room().ends, trouble)
            yield line


def _tell(line: Invitation, ends: datetime, trouble: str) -> None:
    words = {"line": line.line, "ends": f"{ends.astimezone():%Y-%m-%d %H:%M}"}
    print(_("Learners join with their slip, or with this line and the code on it:"))
    print(_("  ecokit start --room {line}").format(**words))
    print(_("Try it from a second laptop: ecokit doctor --board {line}").format(**words))
    print(_("The codes hold until {ends}.").format(**words))
    if trouble:
        print(trouble)


def again(folder: Path, name: str, ledger: Ledger) -> None:
    """Replace the code of a learner: the old one is refused from now on, the work stays.

    Parameters
    ----------
    folder
        The room's.
    name
        What the board calls the learner, or the number on the slip.
    ledger
        Where the names are.

    Raises
    ------
    CourseError
        Nobody, or more than one, is called so.
    """
    room = of(folder)
    keys = {one.key for one in ledger.learners() if one.name.casefold() == name.casefold()}

    def is_meant(seat: Seat) -> bool:
        return seat.key in keys if keys else name in (str(seat.number), seat.name)

    seat, code = room.codes.again(is_meant, name)
    line = _listened(room).invitation(room.certificate).with_code(code)
    place = room.place / slips.FILES / f"{seat.number:03}" / invited.FILE
    copies.write(place, line.file, mode=0o600)
    told = {"name": short(name), "code": invited.written(code), "line": line.line, "file": place}
    print(
        _(
            "The new code of {name}: {code}. The old one is refused from now on; what was sent "
            "stays.\n  ecokit start --room {line}\nThe same as a file: {file}"
        ).format(**told)
    )


def _listened(room: Room) -> Where:
    """Return where the board of a room listened last."""
    try:
        found = json.loads((room.place / WHERE).read_bytes())
        return Where(int(found["port"]), tuple(map(str, found["addresses"])))
    except (OSError, ValueError, LookupError, TypeError):
        return Where()
