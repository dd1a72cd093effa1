"""Who is where in a room: learners by exercises, the usual mistakes, who is still, the time left.

Everything here is computed from events and a clock; nothing is read, kept or shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter

from ecokit import exercises
from ecokit.board.ledger import Learner, Placed
from ecokit.exercises import store
from ecokit.exercises.sheet import Exercise
from ecokit.exercises.wire import Event
from ecokit.pack.plan import TOPIC, Block

NOT_BEGUN, OPENED, TRIED, MISTAKE, RIGHT = "none", "opened", "tried", "mistake", "right"
STATES = (RIGHT, MISTAKE, TRIED, OPENED, NOT_BEGUN)
"""Where one learner may stand with one exercise, from the end to the beginning."""
RECENT = timedelta(minutes=15)  # in which mistakes count
STILL = timedelta(minutes=10)  # of doing nothing, after which a learner is named
OVER = timedelta(hours=1)  # of silence, after which a room has closed
USUAL, FROM = 3, 3  # how many mistakes are told, each of so many learners or more


@dataclass(frozen=True)
class Cell:
    """Where one learner stands with one exercise.

    Attributes
    ----------
    state : str
        One of `STATES`.
    mistake : str
        The name of the mistake that the last answer made; empty where the course knows none.
    hints : int
        How many hints are open.
    shown : bool
        Whether the answer was shown.
    """

    state: str = NOT_BEGUN
    mistake: str = ""
    hints: int = 0
    shown: bool = False


_NOTHING = Cell()


@dataclass(frozen=True)
class Row:
    """One learner, or one team.

    Attributes
    ----------
    number : int
        On the board, in the order in which they came.
    key, name : str
        Of the ledger, and the pseudonym.
    cells : mapping of str to Cell
        By exercise, those that were begun.
    last : datetime
        When something happened last.
    done : bool
        Whether all that is asked at the moment is right.
    still : int
        For how many minutes nothing has happened; 0 where that is fewer than ten, or all is done.
    """

    number: int
    key: str
    name: str
    cells: Mapping[str, Cell]
    last: datetime
    done: bool = False
    still: int = 0

    def cell(self, exercise: Exercise) -> Cell:
        """Return where the learner stands with an exercise."""
        return self.cells.get(exercise.id, _NOTHING)


@dataclass(frozen=True)
class Usual:
    """A mistake that several learners have made in the last 15 minutes."""

    exercise: Exercise
    mistake: str
    learners: int
    companies: frozenset[int | None] = frozenset()


@dataclass(frozen=True)
class Clock:
    """Where a day's plan stands: the block that runs, the next one, and when each begins and ends.

    Attributes
    ----------
    block : Block or None
        What runs; None before the first and after the last one.
    ends : datetime or None
        When it ends.
    following : Block or None
        What comes next.
    topic : Block or None
        The topic that was taught last, which runs on in a talk or a break.
    began : datetime or None
        When the block that runs began.
    """

    block: Block | None = None
    ends: datetime | None = None
    following: Block | None = None
    topic: Block | None = None
    began: datetime | None = None

    @property
    def answering(self) -> bool:
        """Whether learners are to answer exercises now: in a topic, and where no plan runs."""
        return self.block is None or self.block.kind == TOPIC


@dataclass(frozen=True)
class Room:
    """A room at one moment.

    Attributes
    ----------
    moment : datetime
        Of which the board tells: now, or in a room that has closed when it was heard last.
    closed : bool
        Whether nothing has come for an hour.
    rows : tuple of Row
        The learners.
    exercises, asked : tuple of Exercise
        Those of the plan, else those that somebody has begun; and which of them are asked now.
    usual : tuple of Usual
        The three commonest mistakes of the last 15 minutes, counted by learners.
    clock : Clock
        Where the plan stands.
    """

    moment: datetime
    closed: bool
    rows: tuple[Row, ...]
    exercises: tuple[Exercise, ...]
    asked: tuple[Exercise, ...]
    usual: tuple[Usual, ...]
    clock: Clock = field(default_factory=Clock)

    @property
    def still(self) -> tuple[Row, ...]:
        """Who has done nothing for ten minutes and is not done, the longest first."""
        return tuple(sorted((row for row in self.rows if row.still), key=lambda row: -row.still))

    def counts(self, exercise: Exercise) -> dict[str, int]:
        """Return how many learners stand where with an exercise, by state."""
        found = Counter(row.cell(exercise).state for row in self.rows)
        return {state: found[state] for state in STATES}

    def mistakes(self, exercise: Exercise) -> dict[str, int]:
        """Return how many learners' last answer made which mistake, by name as declared."""
        found = Counter(row.cell(exercise).mistake for row in self.rows)
        return {name: found[name] for name in exercise.mistakes if found[name]}


def clock(day: Sequence[Block], now: datetime) -> Clock:
    """Return where a day of a plan stands.

    Parameters
    ----------
    day : sequence of Block
        The blocks of a day, whose times carry no date.
    now : datetime
        With the time zone of the room; the day is held to be today there.

    Examples
    --------
    >>> from datetime import UTC
    >>> from ecokit.pack import plan
    >>> day = plan.read("day").days[0]
    >>> now = datetime(2026, 3, 2, 9, 50, tzinfo=UTC)
    >>> found = clock(day, now)
    >>> found.block.title, found.following.title, str(found.ends - now)
    ('Decisions', 'Journey', '0:15:00')
    """

    def today(time: datetime) -> datetime:
        return now.replace(hour=time.hour, minute=time.minute, second=0, microsecond=0)

    begun = [block for block in day if today(block.start) <= now]
    later = [block for block in day if today(block.start) > now]
    runs = begun[-1] if begun and now < today(begun[-1].end) else None
    return Clock(
        runs,
        today(runs.end) if runs else None,
        later[0] if later else None,
        next((block for block in reversed(begun) if block.kind == TOPIC), None) if runs else None,
        today(runs.start) if runs else None,
    )


def of(
    placed: Iterable[Placed],
    learners: Iterable[Learner],
    now: datetime,
    planned: Sequence[Exercise] = (),
    at: Clock | None = None,
) -> Room:
    """Return the room at one moment.

    Parameters
    ----------
    placed : iterable of Placed
        What has happened, in the board's order.
    learners : iterable of Learner
        Who is in the room; those who left it are not on the board.
    now : datetime
        What the board's clock says.
    planned : sequence of Exercise
        Those of the plan; where there is none, those count that somebody has begun.
    at : Clock, optional
        Where the plan stands.
    """
    at = at or Clock()
    here = [one for one in learners if one.left is None]
    known = {one.key for one in here}
    happened = [one for one in placed if one.learner in known]
    last = max((one.happened for one in happened), default=now)
    closed = now - last > OVER
    moment = last if closed else now
    columns = tuple(planned) or _begun(happened)
    asked = _asked(columns, happened, moment, at, bool(planned))
    folded = _folded(happened)
    seen = {one.learner: one.happened for one in sorted(happened, key=attrgetter("happened"))}
    rows = [
        Row(n, one.key, one.name, folded.get(one.key, {}), seen.get(one.key, one.joined))
        for n, one in enumerate(here, start=1)
    ]
    usual = _usual(happened, moment)
    judged = tuple(_judged(rows, asked, moment, at))
    return Room(moment, closed, judged, columns, asked, usual, at)


def _begun(happened: Iterable[Placed]) -> tuple[Exercise, ...]:
    """Return the exercises of the lessons that somebody has begun, in the course's order."""
    names = {one.event.exercise for one in happened if not one.event.again}
    return tuple(one for one in exercises.all() if one.id in names)


def _asked(
    columns: tuple[Exercise, ...],
    happened: Iterable[Placed],
    moment: datetime,
    at: Clock,
    planned: bool,
) -> tuple[Exercise, ...]:
    """Return the exercises that are asked now.

    Those of the plan's topic; where none runs, those of the topics at which the room has worked in
    the last minutes; else all.
    """
    if planned and at.topic:
        return at.topic.exercises
    names = {one.event.exercise for one in happened if moment - one.happened <= RECENT}
    topics = {one.topic for one in columns if one.id in names}
    return tuple(one for one in columns if one.topic in topics) or columns


def _judged(
    rows: Sequence[Row], asked: Sequence[Exercise], moment: datetime, at: Clock
) -> Iterator[Row]:
    """Yield rows that say whether all is done, and how long nothing has happened if not.

    In a topic of the plan its exercises are to be right, but for those that may be left out when
    time is short. Without one it is what half of the room has begun, and the learner as well.
    """
    block = at.topic
    begun = Counter(one.id for row in rows for one in asked if one.id in row.cells)
    usual = {name for name, learners in begun.items() if 2 * learners >= len(rows)}
    if block:
        usual = {one.id for one in block.exercises if one not in block.cut}
    for row in rows:
        needed = usual if block else usual | {one.id for one in asked if one.id in row.cells}
        right = {name for name, cell in row.cells.items() if cell.state == RIGHT}
        done = bool(needed) and needed <= right
        waited = moment - max(row.last, at.began or row.last)
        waits = at.answering and not done and waited >= STILL
        yield replace(row, done=done, still=int(waited / timedelta(minutes=1)) if waits else 0)


class _Fold:
    """Where a learner stands with an exercise, event by event, as `store.Standing` has it."""

    __slots__ = ("edition", "hints", "mistake", "shown", "solved", "state")

    def __init__(self) -> None:
        self.edition, self.solved = 1, False
        self._begin()

    def _begin(self) -> None:
        self.state, self.mistake, self.hints, self.shown = OPENED, "", 0, False

    def take(self, event: Event) -> None:
        """Let an event happen; what was right stays so, and a newer exercise begins anew."""
        if event.edition > self.edition:
            self.edition = event.edition
            self._begin()
        self.hints = max(self.hints, event.hints)
        self.shown = self.shown or event.kind == "shown"
        self.solved = self.solved or event.kind == "right"
        if event.kind in store.TRIES:
            self.mistake = event.misconception or ""
            self.state = MISTAKE if self.mistake else TRIED

    def cell(self) -> Cell:
        """Return it as the board has it."""
        if self.solved:
            return Cell(RIGHT, "", self.hints, self.shown)
        return Cell(self.state, self.mistake, self.hints, self.shown)


def _folded(happened: Iterable[Placed]) -> dict[str, dict[str, Cell]]:
    """Return where each learner stands with each exercise that was begun in a lesson."""
    found: dict[str, dict[str, _Fold]] = {}
    for one in happened:
        if not one.event.again:
            own = found.setdefault(one.learner, {})
            own.setdefault(one.event.exercise, _Fold()).take(one.event)
    return {
        learner: {name: fold.cell() for name, fold in own.items()} for learner, own in found.items()
    }


def _usual(happened: Iterable[Placed], moment: datetime) -> tuple[Usual, ...]:
    """Return the commonest mistakes of the last minutes, those of most learners first."""
    made: dict[tuple[str, str], dict[str, int | None]] = {}
    for one in happened:
        event = one.event
        if event.misconception and not event.again and moment - one.happened <= RECENT:
            pair = event.exercise, event.misconception
            made.setdefault(pair, {})[one.learner] = event.seed
    found = [
        Usual(exercise, mistake, len(by), frozenset(by.values()))
        for exercise in exercises.all()
        for mistake in exercise.mistakes
        if len(by := made.get((exercise.id, mistake), {})) >= FROM
    ]
    return tuple(sorted(found, key=lambda one: -one.learners)[:USUAL])
