"""What a trainer gives to a room: join lines, files ``room.ecokit``, and QR codes of both."""

from __future__ import annotations

import io
from collections.abc import Sequence

from ecokit.cli import invited, reaching
from ecokit.cli.invited import Invitation
from ecokit.errors import CourseError
from ecokit.messages import _

LOOPBACK = "127.0.0.1"


def invitation(port: int, mark: str, addresses: Sequence[str] = ()) -> Invitation:
    """Return the way to a board of this machine, without a code.

    Parameters
    ----------
    port
        Where it listens.
    mark
        Of its certificate.
    addresses
        Where it is to be reached, as the trainer says; else all of this machine's, at most six, and
        only this machine itself where it is in no network.

    Raises
    ------
    CourseError
        An address is none.

    Examples
    --------
    >>> invitation(8443, "0" * 26, ["board.local"]).line
    'board.local:8443/00000-00000-00000-00000-00000-0'
    """
    where = tuple(addresses or reaching.own_addresses() or [LOOPBACK])[: invited.MOST]
    found = Invitation(where, port, mark)
    try:
        return invited.parse(found.line)
    except CourseError as error:
        sentence = _("{address} is no address of a board. Say one such as {example}.")
        told = {"address": " ".join(where), "example": "192.168.1.20"}
        raise CourseError(sentence.format(**told)) from error


def qr(line: str) -> str:
    """Return a QR code of a line as a picture in SVG, to stand in a page.

    Its letters, digits and signs are the 45 of which a code takes the least room.

    Examples
    --------
    >>> qr("192.168.1.20:8443/00000-00000-00000-00000-00000-0")[:5]
    '<svg '
    """
    import segno

    stream = io.BytesIO()
    segno.make(line.upper(), error="m", micro=False).save(
        stream, kind="svg", xmldecl=False, svgns=False, border=4, omitsize=True
    )
    return stream.getvalue().decode("ascii").strip()
