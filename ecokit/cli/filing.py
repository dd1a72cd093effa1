"""``ecokit game send`` and ``fetch``: a team files over the network of a room, and gets its report.

What a team has decided goes to the one board that its laptop has joined, over the connection that
trusts the board's certificate alone. What comes back is laid under names that stand here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ecokit.cli import joining
from ecokit.cli.pinned import Board, RefusedError
from ecokit.game import advance, files, report
from ecokit.game.debrief import DEBRIEF
from ecokit.game.handout import HANDOUT
from ecokit.game.rulebook import rules
from ecokit.messages import _

PAGES = (files.DECISIONS, files.FORECAST)
"""What a team sends; they come back as pages of the next round."""
OF_ROUND = (report.REPORT, "notes.txt", "goods.csv", "visits.csv", "account.csv", "desk.csv")
"""What a team gets of the round that was played last, into a folder of that round."""
OWN = (HANDOUT, DEBRIEF)
"""What it gets into its own folder; the debrief after the end."""
_ROUNDS = 99


def send(team_folder: Path, folder: Path) -> None:
    """File a team's two pages with the board that a learner's folder has joined.

    Raises
    ------
    CourseError
        The folder is none of a team, a page cannot be used at all, or the board takes neither.
    """
    number, team, before, _base = files.company(team_folder)
    pages = {name: _page(team_folder / name, number) for name in PAGES}
    for note in files.filed(team_folder, number, team, rules(), before).notes:
        print(note)
    with _board(folder) as board:
        board.file({"team": team.name, "round": number, **pages})
    told = _("{team}: filed for {round}. You may send again until the round is played.")
    print(told.format(team=team.name, round=report.round_name(number)))


def fetch(team_folder: Path, folder: Path) -> None:
    """Lay the report of the round that was played last, and the pages of the next one.

    Raises
    ------
    CourseError
        The folder is none of a team, or the board gives nothing.
    """
    _number, team, _before, _base = files.company(team_folder)
    with _board(folder) as board:
        told = board.fetch({"team": team.name})
    done, number, found = _read(told)
    if done is not None:
        place = team_folder / advance.RESULTS / advance.called(done)
        for name in OF_ROUND:
            _lay(place / name, found)
    for name in OWN:
        _lay(team_folder / name, found)
    for name in PAGES:
        if number is not None and not files.is_for(team_folder / name, number):
            _lay(team_folder / name, found)  # a team may have begun to write
    _lay(team_folder / files.COMPANY, found)  # last: the round is there when this is
    _tell(team_folder, done, number)


def _tell(team_folder: Path, done: int | None, number: int | None) -> None:
    """Say what has come."""
    if done is not None:
        page = team_folder / advance.RESULTS / advance.called(done) / report.REPORT
        print(_("Your report: {page}").format(page=page))
    if number is None:
        print(_("The debrief: {page}").format(page=team_folder / DEBRIEF))
    else:
        told = {"round": report.round_name(number), "page": team_folder / HANDOUT}
        print(_("Next is {round}: {page}").format(**told))


def _page(path: Path, number: int) -> str:
    """Return a page as it is sent, once it is seen to be one of the round."""
    files.for_round(path, number)
    return base64.b64encode(path.read_bytes()).decode()


@contextmanager
def _board(folder: Path) -> Iterator[Board]:
    board = Board(joining.joined(folder).invitation)
    try:
        yield board
    finally:
        board.close()


def _read(told: dict[str, Any]) -> tuple[int | None, int | None, dict[str, bytes]]:
    """Return the round that was played, the next one, and files by name."""
    rounds, found = (told.get("round"), told.get("next")), told.get("files")
    known = all(one is None or (type(one) is int and 0 <= one <= _ROUNDS) for one in rounds)
    if not known or not isinstance(found, dict):
        raise RefusedError("content")
    try:
        held = {name: base64.b64decode(text, validate=True) for name, text in found.items()}
    except (TypeError, binascii.Error) as error:
        raise RefusedError("content") from error
    return *rounds, held


def _lay(path: Path, found: dict[str, bytes]) -> None:
    """Write a file, if it has come."""
    if path.name in found:
        advance.write(path, found[path.name])
