"""Rooms of 10 to 200 people: several markets with the same luck, compared after the game."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ecokit.errors import CourseError
from ecokit.game import advance, alone, files
from ecokit.game.advice import Advice
from ecokit.game.draws import Luck
from ecokit.game.play import FORMATS, play
from ecokit.game.rulebook import rules
from ecokit.game.state import canonical
from ecokit.messages import _

MARKETS = "markets.json"
MOST_MARKETS = 40


def sizes(teams: int) -> list[int]:
    """Return how many teams each market has: as few markets as hold 6 each, as even as can be.

    Parameters
    ----------
    teams : int
        All teams.

    Returns
    -------
    list of int
        By market.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> sizes(5), sizes(9), sizes(50)
    ([5], [5, 4], [6, 6, 6, 6, 6, 5, 5, 5, 5])
    """
    count = -(-teams // advance.MOST_TEAMS)
    return [teams // count + (place < teams % count) for place in range(count)]


def new(
    folder: Path,
    teams: Sequence[str],
    form: str,
    key: bytes,
    practice: bool = False,
    trainer: Path | None = None,
) -> list[Path]:
    """Lay a new game: one market in the folder itself, or several in folders below it.

    Parameters
    ----------
    folder : Path
        Where to.
    teams : sequence of str
        Of people, at least one; a market of fewer than 4 gets rivals.
    form, key, practice, trainer
        As of `advance.new`; each of several markets has a folder of its own in the trainer's.

    Returns
    -------
    list of Path
        The folders of the markets.

    Raises
    ------
    CourseError
        There is a game already, or it cannot be.

    References
    ----------
    The course's own.
    """
    if not teams:
        raise CourseError(_("A game has at least one team. Give their names."))
    if len(set(map(files.alike, teams))) < len(teams):
        raise CourseError(_("Two teams have the same name. Give each one of its own."))
    shares = sizes(len(teams))
    if len(shares) > MOST_MARKETS:
        message = _("A game has at most {n} teams.")
        raise CourseError(message.format(n=MOST_MARKETS * advance.MOST_TEAMS))
    if (folder / MARKETS).exists() or (folder / advance.GAME).exists():
        message = _("{folder} holds a game already. Take another folder, or remove that one.")
        raise CourseError(message.format(folder=folder))
    if len(shares) == 1:
        alone.new(folder, teams, form, key, practice, alone.LEAST_TEAMS, trainer)
        return [folder]
    names, left = [], list(teams)
    first = folder / "market-1"
    if (
        folder / "market-1" / advance.GAME
    ).exists():  # of a game that was interrupted while it was laid
        key = advance.luck_of(first, advance.load(first)).key
    for number, share in enumerate(shares, start=1):
        own, left = left[:share], left[share:]
        names.append(f"market-{number}")
        if not (folder / names[-1] / advance.GAME).exists():
            inner = trainer / names[-1] if trainer else None
            alone.new(folder / names[-1], own, form, key, practice, alone.LEAST_TEAMS, inner)
    advance.write(folder / MARKETS, canonical(names))
    return [folder / name for name in names]


def folders(folder: Path) -> list[Path]:
    """Return the folders of all markets of a game.

    Parameters
    ----------
    folder : Path
        Of the game.

    Returns
    -------
    list of Path
        The folder itself where it holds one market.

    Raises
    ------
    CourseError
        There is no game.

    References
    ----------
    The course's own.
    """
    path = folder / MARKETS
    if not path.exists():
        advance.load(folder)
        return [folder]
    try:
        names = json.loads(path.read_bytes())
        if not isinstance(names, list):
            raise ValueError("no list of names")
        found = [folder / str(name) for name in names]
    except (OSError, ValueError) as error:
        message = _("{file} cannot be used. Take it from the trainer's copy.")
        raise CourseError(message.format(file=path)) from error
    for one in found:
        advance.load(one)
    return found


@dataclass(frozen=True)
class Place:
    """How a team did among all teams of all markets.

    Parameters
    ----------
    market, team : str
        Which.
    rank : int
        In its market, by points.
    points : int
        Ppm.
    profit : int
        With what is left over, fen.
    over : int
        That profit less the reference's, fen.
    rival : bool
        Whether the computer ran it.
    """

    market: str
    team: str
    rank: int
    points: int
    profit: int
    over: int
    rival: bool


def reference(luck: Luck, form: str) -> int:
    """Return what the course's advice earns alone with the outside shop, with the same luck.

    Parameters
    ----------
    luck : Luck
        Of the game.
    form : str
        ``room`` or ``weeks``.

    Returns
    -------
    int
        Profit with what is left over, fen.

    References
    ----------
    The course's own.
    """
    score = play([Advice()], luck, rules(), FORMATS[form]).scores[0]
    return score.profit + score.left


def compared(folder: Path) -> list[Place]:
    """Return all teams of all markets, by rank in their market, then by profit.

    Parameters
    ----------
    folder : Path
        Of the game; it has ended in all markets.

    Returns
    -------
    list of Place
        The best first.

    Raises
    ------
    CourseError
        A market goes on.

    References
    ----------
    The course's own.
    """
    found = []
    for one in folders(folder):
        game = advance.load(one)
        luck = advance.luck_of(one, game)
        base, rivals = reference(luck, game.format.name), alone.rivals_of(one)
        scores = sorted(advance.ending_of(one, game)["scores"], key=lambda score: -score["points"])
        for rank, score in enumerate(scores, start=1):
            profit, name = score["profit"] + score["left"], score["name"]
            place = (one.name, name, rank, score["points"], profit, profit - base, name in rivals)
            found.append(Place(*place))
    return sorted(found, key=lambda one: (one.rank, -one.profit))
