"""Where teams file over the network, and get their reports: each its own, and nobody another's.

A code files for the first team that it has sent for, and a team's files come from one code. Names
are looked up among those of the game; a path is made of what the game calls a team.
"""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import filelock

from ecokit.board import reading
from ecokit.board.codes import RefusedError
from ecokit.board.filed import Game, open_round
from ecokit.cli import copies
from ecokit.cli.filing import OF_ROUND, PAGES
from ecokit.errors import CourseError
from ecokit.exercises import wire
from ecokit.game import advance, files
from ecokit.game.debrief import DEBRIEF
from ecokit.game.handout import HANDOUT

UP, DOWN = 64_000, 5_000_000  # bytes of a file that a team sends, and of all that it gets
MOST = 2 * UP * 4 // 3 + 4_000  # bytes of a delivery: two files in base 64
CODES = "filing.json"  # which code files for a team
PATIENCE = 5  # seconds to wait for whoever plays a round


@dataclass
class Desk:
    """Takes what teams file, and hands out what is theirs; one thread at a time calls it.

    Parameters
    ----------
    game : Game
        Which is played.
    """

    game: Game

    def file(self, key: str, content: bytes) -> dict[str, Any]:
        """Lay a team's two pages into its folder.

        Parameters
        ----------
        key
            Of the seat whose code was sent.
        content
            JSON: team, round, and each page in base 64.

        Raises
        ------
        RefusedError
            ``foreign``: the code is another team's, or the team another code's; ``closed``: the
            round is another one; ``playing``: it is played just now; ``file``: a page is none;
            ``content``, ``size``: it is no such delivery.
        """
        told = _read(content)
        team, place = self._named(told)
        codes = self._codes()
        if codes.get(team, key) != key or any(codes[one] == key for one in codes if one != team):
            raise RefusedError("foreign")
        pages = {name: _bytes(told.get(name)) for name in PAGES}
        try:
            with filelock.FileLock(advance.sealed(place) / advance.LOCK, timeout=PATIENCE):
                number = _number(place)
                if number is None or told.get("round") != number:
                    raise RefusedError("closed")
                _try(pages, number)
                if team not in codes:
                    held = json.dumps(codes | {team: key}).encode()
                    copies.write(self.game.trainer / CODES, held, mode=0o600)
                for name, page in pages.items():
                    advance.write(place / advance.TEAMS / team / name, page)
        except filelock.Timeout:
            raise RefusedError("playing") from None
        return {"round": number}

    def fetch(self, key: str, content: bytes) -> dict[str, Any]:
        """Return a team's report of the last round, and its pages of the next one.

        Raises
        ------
        RefusedError
            ``foreign``: another code files for the team, or none yet; else as for `file`.
        """
        team, place = self._named(_read(content))
        if self._codes().get(team) != key:
            raise RefusedError("foreign")
        number, done = _number(place), advance.last(place)
        own = place / advance.TEAMS / team
        paths = [own / name for name in (*PAGES, HANDOUT, files.COMPANY)]
        if done is not None:
            paths += [own / advance.RESULTS / advance.called(done) / name for name in OF_ROUND]
        if number is None:
            paths.append(place / DEBRIEF)
        found = {}
        for path in paths:
            with suppress(CourseError):  # it was left out, or a link stands there
                found[path.name] = reading.content(path)
        if sum(map(len, found.values())) > DOWN:
            raise RefusedError("size")
        held = {name: base64.b64encode(one).decode() for name, one in found.items()}
        return {"round": done, "next": number, "files": held}

    def _named(self, told: dict[str, Any]) -> tuple[str, Path]:
        """Return the team that a delivery names, and the folder of its market."""
        place = self.game.teams().get(str(told.get("team")))
        if place is None:
            raise RefusedError("foreign")
        team = str(told["team"])
        if (place / advance.TEAMS / team).is_symlink():  # it may lead anywhere
            raise RefusedError("foreign")
        return team, place

    def _codes(self) -> dict[str, str]:
        """Return the key of the seat that files for a team, by team."""
        path = self.game.trainer / CODES
        return dict(json.loads(path.read_bytes())) if path.exists() else {}


def _number(place: Path) -> int | None:
    """Return the round that teams file for; None after the last."""
    done = advance.last(place)
    if done is not None and not advance.is_published(place, done):
        raise RefusedError("playing")
    return open_round(place)


def _read(content: bytes) -> dict[str, Any]:
    """Return what a delivery says."""
    if len(content) > MOST:
        raise RefusedError("size")
    try:
        told = wire.decoded(content, MOST)
    except CourseError as error:
        raise RefusedError("content") from error
    if not isinstance(told, dict):
        raise RefusedError("content")
    return told


def _bytes(text: object) -> bytes:
    """Return a page that was sent."""
    try:
        page = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (ValueError, binascii.Error):
        page = None
    if page is None:
        raise RefusedError("content")
    if len(page) > UP:
        raise RefusedError("size")
    return page


def _try(pages: dict[str, bytes], number: int) -> None:
    """Refuse a page of which the game could use nothing."""
    with TemporaryDirectory() as place:
        for name, page in pages.items():
            path = Path(place) / name
            path.write_bytes(page)
            try:
                files.for_round(path, number)
            except CourseError as error:
                raise RefusedError("file") from error
