"""A company of your own against five that the computer runs, a cell a week."""

from __future__ import annotations

import shutil
import weakref
from importlib import resources
from pathlib import Path
from tempfile import mkdtemp

import pandas as pd

from ecokit.errors import CourseError
from ecokit.game import advance, alone, debrief, files, report
from ecokit.game.draws import Luck
from ecokit.game.play import FORMATS, WEEKS
from ecokit.game.rulebook import FEN, rules
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

YOU = "You"
RIVALS = 5


@public
def fields() -> pd.DataFrame:
    """Return what a team decides: at most twelve fields, unlocked round by round.

    Returns
    -------
    DataFrame
        ``field``, ``title``, ``title_zh``, ``role`` (who in the team), ``kind`` (of decision),
        ``unit``, ``low``, ``high``, ``step``, ``unlocks`` (the round), ``default``, ``meaning``.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> table = fields()
    >>> len(table), table["kind"].nunique()
    (12, 8)
    """
    with (resources.files(__package__) / "rules" / "fields.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


class Company:
    """A company that you run against five rivals, round by round.

    What is not decided stays as it was. The game lies in a folder of files, as that of a room
    does; without a folder of yours it lives as long as this object.

    Parameters
    ----------
    seed : int
        Of the luck: the same seed and the same decisions give the same game.
    form : str
        ``"weeks"`` (twelve single weeks) or ``"room"`` (six rounds of two).
    folder : path, optional
        Where to keep the game. What it holds of the same game goes on.

    Raises
    ------
    CourseError
        The seed is no whole number, there is no such format, or the folder holds another game.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> company = Company(seed=7)
    >>> told = company.play(search=4000, price_audio=104, orders=450, profit=15000)
    >>> company.next_round, told.team
    (2, 'You')
    >>> company.play(serach=9000)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: "serach=9000" is no decision. Write a name and a value, as in ...
    """

    def __init__(self, seed: int, *, form: str = WEEKS.name, folder: str | Path | None = None):
        number = numbers.count("seed", seed, 0)
        numbers.one_of("form", form, FORMATS)
        place = mkdtemp() if folder is None else str(folder)
        if folder is None:
            weakref.finalize(self, shutil.rmtree, place, ignore_errors=True)
        self.folder = Path(place) / "game"
        key = Luck.of_seed(number).key
        if not (self.folder / advance.GAME).exists():
            alone.new(self.folder, [YOU], form, key, practice=False, least=RIVALS + 1)
        elif advance.luck_of(self.folder, advance.load(self.folder)).key != key:
            message = _("{folder} holds the game of another seed. Name another folder.")
            raise CourseError(message.format(folder=self.folder))

    @property
    def next_round(self) -> int:
        """The round that is played next."""
        return advance.played(self.folder) + 1

    @property
    def ended(self) -> bool:
        """Whether all rounds were played."""
        return advance.played(self.folder) == advance.load(self.folder).format.rounds

    def decisions(self) -> pd.DataFrame:
        """Return what may be decided in the next round, and what it is now.

        Returns
        -------
        DataFrame
            ``field``, ``title``, ``now``, ``low``, ``high``, ``meaning``.
        """
        number = self.next_round
        own = advance.state_before(self.folder, number).teams[0].decisions
        table, known = fields(), rules().fields
        table["now"] = [files.shown(own[name], known[name]) for name in table["field"]]
        columns = ["field", "title", "now", "low", "high", "meaning"]
        return table.loc[table["unlocks"] <= number, columns].reset_index(drop=True)

    def play(self, **decisions: float | str) -> report.Report:
        """Decide, play the next round, and return what came of it.

        Parameters
        ----------
        **decisions
            Fields of :func:`fields` with their new values; ``orders``, ``profit`` (yuan) and
            ``reason`` are the forecast.

        Returns
        -------
        Report
            Of this round: the bridge from last round's profit, the scorecard.

        Raises
        ------
        CourseError
            A name or a value cannot be used, or the game has ended. Nothing is played then.
        """
        if self.ended:
            message = _("The game has ended: all {n} rounds were played. Begin another one.")
            raise CourseError(message.format(n=self.next_round - 1))
        words = [f"{name}={_plain(value)}" for name, value in decisions.items()]
        alone.decide(self.folder, YOU, words)
        alone.file_rivals(self.folder)
        return self.report(advance.advance(self.folder))

    def report(self, number: int | None = None) -> report.Report:
        """Return the report of a round that was played; without a number, of the last."""
        last = advance.played(self.folder)
        wanted = last if number is None else numbers.count("number", number, 1, max(last, 1))
        if not last:
            raise CourseError(_("No round was played yet. Call play() first."))
        game = advance.load(self.folder)
        rounds = report.rounds_of(self.folder, wanted)
        (found,) = report.reports(game, rounds, [0], advance.luck_of(self.folder, game))
        return found

    def standings(self) -> pd.DataFrame:
        """Return what each has earned to date: ``team``, ``profit`` (yuan), from the top."""
        profits = {team: fen / FEN for team, fen in self.report().profits.items()}
        table = pd.DataFrame(profits.items(), columns=["team", "profit"])
        return table.sort_values("profit", ascending=False, ignore_index=True)

    def debrief(self) -> debrief.Debrief:
        """Return the debrief of a game that has ended: scores, what drove them, turning points."""
        return debrief.debrief(self.folder)


def _plain(value: object) -> str:
    """Return a value as the files have it: no 1e4, no 3.0."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
