"""Slips to print and cut apart: each a learner's code, the join line, and both as a QR code.

They are the only place where the codes can be read: the board keeps hashes. The list of who got
which slip stays on paper, with the trainer.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from ecokit.board import invitation
from ecokit.board.codes import Seat
from ecokit.cli import copies, invited
from ecokit.cli.invited import Invitation
from ecokit.pack import paper

FILE = "slips.html"
FILES = "invitations"


def page(codes: Mapping[Seat, str], board: Invitation, size: str = "a4") -> bytes:
    """Return the page of slips, eight on each sheet of paper.

    Parameters
    ----------
    codes
        Of the board, by seat.
    board
        The way to it, without a code.
    size
        ``a4`` or ``letter``.
    """
    slips = []
    for seat, code in codes.items():
        line = board.with_code(code).line
        slips.append(
            {
                "seat": seat,
                "code": invited.written(code),
                "line": line,
                "qr": Markup(invitation.qr(line)),  # made here, from signs of the alphabet
            }
        )
    return paper.page(FILE, "slips", size=size, slips=slips, file=invited.FILE).content


def write(folder: Path, codes: Mapping[Seat, str], board: Invitation, size: str = "a4") -> Path:
    """Write the slips and a file ``room.ecokit`` for each seat; return where the slips lie.

    Nobody but the trainer may read them.
    """
    copies.write(folder / FILE, page(codes, board, size), mode=0o600)
    for seat, code in codes.items():
        place = folder / FILES / f"{seat.number:03}" / invited.FILE
        copies.write(place, board.with_code(code).file, mode=0o600)
    return folder / FILE
