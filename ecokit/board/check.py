"""``ecokit board --check``: can a second laptop reach this one? Tried before the day, or on it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ecokit.board import listen, network
from ecokit.board.certificate import Certificate
from ecokit.board.network import Where
from ecokit.cli import reaching
from ecokit.errors import CourseError
from ecokit.messages import _


def check(
    folder: Path, where: Where, wait: Callable[[], object] = lambda: time.sleep(3600 * 24)
) -> None:
    """Listen, print what a second laptop is to try, and say who has come through.

    Parameters
    ----------
    folder
        The room's: the line is that of its board, where it has begun.
    where
        Where to listen.
    wait
        Returns, or is interrupted, when it is enough.

    Raises
    ------
    CourseError
        The port cannot be had.
    """
    with tempfile.TemporaryDirectory() as made:
        certificate = network.of(folder).certificate
        if not certificate.path.exists():
            now = datetime.now(UTC)
            certificate = Certificate.of(Path(made), now, now + timedelta(days=1))
        try:
            listening = listen.bound(where.port)
        except CourseError:
            if not _is_board(certificate, where):
                raise
            print(_("The board itself listens already; this tries whether it is reached."))
            _tell(where, certificate)
            return
        door = listen.Door(None, None, where.addresses, heard=_Told())
        listener = listen.Listener(door, certificate, listening)
        with listener.running():
            _tell(Where(listener.port, where.addresses), certificate)
            print(_("Who comes through is told here. Stop with Ctrl-C."), flush=True)
            wait()


def _is_board(certificate: Certificate, where: Where) -> bool:
    """Say whether what has the port is the board with this certificate."""
    return reaching.look("127.0.0.1", where.port).mark == certificate.mark


def _tell(where: Where, certificate: Certificate) -> None:
    print(_("Type on a second laptop, in the network of the room:"))
    line = where.invitation(certificate).line
    print(_("  ecokit doctor --board {line}").format(line=line), flush=True)


class _Told:
    """Tells each address once."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __call__(self, address: str) -> None:
        if address not in self._known:
            self._known.add(address)
            own = address in {"127.0.0.1", *reaching.own_addresses()}
            sentence = _("This laptop itself has come through, from {address}.")
            other = _("A laptop has come through: {address}.")
            print((sentence if own else other).format(address=address), flush=True)
