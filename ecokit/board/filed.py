"""Who has filed in a game, and how long the round still lasts: what the trainer's page shows of it.

The game lies in a folder, on this machine or on a share. Of a team's files it is told whether they
can be used, and of no decision what it is: the page may hang on the wall.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ecokit.cli import copies
from ecokit.errors import CourseError
from ecokit.exercises import store
from ecokit.game import advance, alone, files, markets, outlook, report
from ecokit.game.ending import Forecast
from ecokit.game.rulebook import rules
from ecokit.game.state import Team
from ecokit.messages import _, _n
from ecokit.pack import rounds

BEGUN = "begun.json"  # when the trainer has started the clock
LONGEST = 200  # signs of a sentence about a file
FILED, OPEN, WRONG = "filed", "open", "wrong"


@dataclass(frozen=True)
class Standing:
    """Where a team stands in the round.

    Attributes
    ----------
    team
        Its name.
    state
        ``filed``, ``open`` (not yet) or ``wrong``.
    said
        In words, without a decision.
    """

    team: str
    state: str
    said: str


@dataclass(frozen=True)
class _Round:
    """A market before a round: its teams, and the pages that were laid for them."""

    number: int
    teams: tuple[Team, ...]
    before: tuple[Forecast | None, ...]
    laid: tuple[dict[str, bytes], ...]


@dataclass
class Game:
    """A game that is played in the room.

    Parameters
    ----------
    folder : Path
        Of the game, with ``trainer.txt`` or ``sealed``.
    minutes : float, optional
        Of every round; as the pack's run sheet gives them when left out.
    now : callable
        The board's clock.

    Raises
    ------
    CourseError
        There is no game.
    """

    folder: Path
    minutes: float | None = None
    now: Callable[[], datetime] = store.now
    places: list[Path] = field(init=False)
    _rounds: dict[Path, _Round] = field(default_factory=dict, init=False, repr=False)
    _one: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.minutes is not None and not 0 < self.minutes <= 24 * 60:
            message = _("{minutes:g} minutes: a round lasts up to a day.")
            raise CourseError(message.format(minutes=self.minutes))
        self.places = markets.folders(self.folder)

    @property
    def trainer(self) -> Path:
        """Where the board keeps what belongs to the game: with the key, where no team reads."""
        return advance.sealed(self.places[0])

    def teams(self) -> dict[str, Path]:
        """Return the folder of the market of each team of people."""
        return {name: place for place in self.places for name in people(place)}

    def page(self) -> dict[str, Any]:
        """Return what the page shows; a share that is away is a note."""
        with self._one:
            try:
                return self._page()
            except (CourseError, OSError) as trouble:
                return {"title": _("The game"), "ends": None, "markets": [], "note": str(trouble)}

    def _page(self) -> dict[str, Any]:
        told = []
        for place in self.places:
            name = f"{place.name}, {_title(place)}" if len(self.places) > 1 else ""
            told.append({"name": name, "teams": [vars(one) for one in self.standings(place)]})
        number = self.number()
        title = _("The game has ended") if number is None else _round(self.places[0], number)
        begun = self.begun()
        ends = None
        if begun is not None and number is not None:
            minutes = self.minutes or rounds.minutes_of(number)
            ends = round((begun + 60 * minutes) * 1000)
        return {"title": title, "ends": ends, "markets": told, "note": ""}

    def number(self) -> int | None:
        """Return the round that is filed for, of the market that is furthest behind."""
        numbers = [one for one in map(open_round, self.places) if one is not None]
        return min(numbers, default=None)

    def begun(self) -> float | None:
        """Return when the round began, in seconds since 1970; None before the first."""
        number = self.number()
        with suppress(OSError, ValueError, LookupError, TypeError):
            found = json.loads((self.trainer / BEGUN).read_bytes())
            if number is not None and found["round"] == number:
                return float(found["begun"])
        times = []
        for place in self.places:
            done = advance.last(place)
            with suppress(OSError):
                if done is not None:
                    mark = advance.sealed(place) / advance.called(done) / advance.PUBLISHED
                    times.append(mark.stat().st_mtime)
        return max(times, default=None)

    def begin(self) -> None:
        """Start the clock of the round, once more where it runs."""
        told = {"round": self.number(), "begun": self.now().timestamp()}
        copies.write(self.trainer / BEGUN, json.dumps(told).encode(), mode=0o600)

    def standings(self, place: Path) -> list[Standing]:
        """Return where the teams of a market stand, those that people run."""
        number = open_round(place)
        if number is None:
            return []
        one = self._round_of(place, number)
        own, here = people(place), []
        done = advance.last(place)
        if done is not None and not advance.is_published(place, done):
            return [Standing(name, OPEN, _("the round is being played")) for name in own]
        for team, before, laid in zip(one.teams, one.before, one.laid, strict=True):
            if team.name in own:
                folder = place / advance.TEAMS / team.name
                state, said = _standing(folder, number, team, before, laid)
                here.append(Standing(team.name, state, said[:LONGEST]))
        return here

    def _round_of(self, place: Path, number: int) -> _Round:
        """Return a market before a round; it is read once."""
        known = self._rounds.get(place)
        if known is None or known.number != number:
            game, teams = advance.load(place), advance.state_before(place, number).teams
            weeks = len(outlook.weeks_of(number, game.format))
            laid = tuple(
                {
                    files.DECISIONS: files.page(number, team, rules()),
                    files.FORECAST: files.forecast_page(number, {}, base, weeks),
                }
                for team, base in zip(teams, advance.base_of(place, game, number), strict=True)
            )
            before = tuple(advance.forecasts_before(place, game, number))
            known = self._rounds[place] = _Round(number, teams, before, laid)
        return known


def people(place: Path) -> list[str]:
    """Return the teams of a market that people run."""
    rivals = alone.rivals_of(place)
    return [name for name in advance.load(place).teams if name not in rivals]


def open_round(place: Path) -> int | None:
    """Return the round that the teams of a market file for; None after the last."""
    game, done = advance.load(place), advance.last(place)
    return None if done == game.format.rounds else advance.following(game, done)


def _round(place: Path, number: int) -> str:
    if number == advance.PRACTICE:
        return report.round_name(number).capitalize()
    of = advance.load(place).format.rounds
    return _("Round {number} of {of}").format(number=number, of=of)


def _title(place: Path) -> str:
    number = open_round(place)
    return _("ended") if number is None else _round(place, number)


def _standing(
    folder: Path, number: int, team: Team, before: Forecast | None, laid: dict[str, bytes]
) -> tuple[str, str]:
    """Return a team's state, and words for it."""
    if folder.is_symlink():  # it may lead to what another team has sealed
        return WRONG, _("Its folder is a link.")
    untouched, wrong = [], []
    for name, page in laid.items():
        try:
            lines = files.for_round(folder / name, number)
            if not _changed(folder, name, page):
                untouched.append(name)
                continue
        except CourseError as error:
            return WRONG, str(error)
        if name == files.DECISIONS:
            faults = files.taken(lines, number, team, rules())[1]
        else:
            faults = files.foreseen(lines, before)[2]
        if n := sum(len(one.fields) for one in faults):
            told = _n("{file}: a line cannot be used", "{file}: {n} lines cannot be used", n)
            wrong.append(told.format(file=name, n=n))
    if wrong:
        look = _("The team sees which: ecokit game look")
        return WRONG, f"{', '.join(wrong)}. {look}"
    if len(untouched) == len(laid):
        return OPEN, _("not yet")
    if untouched:
        message = _("{file} not yet: it is to be saved, even where nothing changes")
        return OPEN, message.format(file=untouched[0])
    return FILED, _("filed")


def _changed(folder: Path, name: str, laid: bytes) -> bool:
    """Say whether a team has written a page since it was laid, or saved it as it is.

    The clock is that of the share: ``company.json`` is laid last.
    """
    try:
        path = folder / name
        if path.stat().st_size != len(laid) or path.read_bytes() != laid:
            return True
        return path.stat().st_mtime_ns > (folder / files.COMPANY).stat().st_mtime_ns
    except OSError as error:
        message = _("{file} cannot be read. Close it in other programs.")
        raise CourseError(message.format(file=name)) from error
