"""What a room has gained: the tests before and after a chapter, by objective, of five and more.

Learners make the files with ``ecokit hand-in``. A person is a cluster of questions, so the
interval compares people, not answers. Nothing is told of fewer than `FEWEST` people, and no row
says that everybody or nobody was right, which would tell about each of them.

References
----------
Bonett and Price (2012), Adjusted Wald confidence interval for a difference of binomial
proportions based on paired data, Journal of Educational and Behavioral Statistics 37, 479-488.
Obuchowski (1998), On the comparison of correlated proportions for clustered data, Statistics in
Medicine 17, 1495-1507.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from ecokit import exercises
from ecokit.cli import copies
from ecokit.errors import CourseError
from ecokit.exercises import aims, quiz
from ecokit.messages import _, _n, short
from ecokit.pack import paper
from ecokit.pack.handed_in import HandIn, read
from ecokit.topics import Chapter, chapters

FEWEST = 5
"""People, fewer than whom are not told of."""
PAGES = {".html", ".htm"}
Pairs = Sequence[tuple[bool, bool]]
"""Of one person, for each question whether it was right before and after."""


@dataclass(frozen=True)
class PooledGain:
    """What a group had right before and after, of the same questions.

    Attributes
    ----------
    people, questions : int
        How many took part, and how many pairs of answers they gave together.
    before, after : float
        The shares that were right.
    gain, low, high : float
        The difference of the two shares, and where it may lie.
    """

    people: int
    questions: int
    before: float
    after: float
    gain: float
    low: float
    high: float

    @property
    def tells_of_each(self) -> bool:
        """Whether everybody was right, or nobody: then the share is that of each person."""
        return bool({self.before, self.after} & {0.0, 1.0})

    @property
    def verdict(self) -> str:
        """What the interval says, in the whole points that are shown."""
        if round(100 * self.low) > 0:
            return _("more")
        return _("less") if round(100 * self.high) < 0 else _("open")


def pooled_gain(people: Sequence[Pairs], confidence: float = 0.95) -> PooledGain:
    r"""Return the gain of a group, with an interval that compares people and not answers.

    Let :math:`c_i` be the questions that person :math:`i` of :math:`K` won less those lost, of
    :math:`m_i`. The gain is the ratio :math:`\sum c_i / \sum m_i`, and its variance comes from how
    people differ from it: :math:`\sum (c_i - g m_i)^2 / (\sum m_i)^2`, as Obuchowski derives it for
    clustered pairs. With few people who all gain alike that variance is far too small. So two
    people are added, as Bonett and Price add two pairs: one wins and one loses
    :math:`\sqrt{m}` of the mean number of questions, which is how far luck alone moves a person.
    With one question each, this is Bonett and Price's interval, with Student's quantile for the
    normal one.

    In 540 simulated kinds of rooms (5 to 40 people who differ in ability and in gain; 1, 2 or 8
    questions; true gains from none to most) the interval of 95 % held the true gain in 93 to 100
    of 100 rooms. Bonett and Price's interval over all answers, as if each were of another person,
    held it in 78 only where people differ most.

    Parameters
    ----------
    people : sequence of sequence of (bool, bool)
        For each person the pairs, before and after.
    confidence : float
        How often such intervals hold the true gain.

    Raises
    ------
    CourseError
        There are fewer than two people, or somebody without a question.

    References
    ----------
    As the module.

    Examples
    --------
    >>> some, more = [(False, True), (True, True)], [(False, True), (False, True)]
    >>> told = pooled_gain([some, more, some, more, some])
    >>> [round(value, 2) for value in (told.before, told.after, told.gain, told.low, told.high)]
    [0.3, 1.0, 0.7, 0.01, 0.99]
    """
    if len(people) < 2 or not all(people):
        raise CourseError(_("A group's gain needs two people at least, each with a question."))
    asked = np.array([len(pairs) for pairs in people], dtype=float)
    before = sum(first for pairs in people for first, _second in pairs)
    after = sum(second for pairs in people for _first, second in pairs)
    won = np.array([sum(int(b) - int(a) for a, b in pairs) for pairs in people], dtype=float)
    mean = asked.mean()
    m = np.append(asked, [mean, mean])
    c = np.append(won, [mean**0.5, -(mean**0.5)])
    center = c.sum() / m.sum()
    error = float(np.sqrt(((c - center * m) ** 2).sum()) / m.sum())
    reach = float(student.ppf((1 + confidence) / 2, len(people) + 1)) * error
    return PooledGain(
        people=len(people),
        questions=int(asked.sum()),
        before=before / int(asked.sum()),
        after=after / int(asked.sum()),
        gain=float(won.sum() / asked.sum()),
        low=max(-1.0, float(center) - reach),
        high=min(1.0, float(center) + reach),
    )


# By chapter, objective and company ---------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One line of the page: what it is about, and the gain."""

    about: str
    told: PooledGain


@dataclass(frozen=True)
class Part:
    """A chapter: all of it, its objectives, and which company came first."""

    chapter: Chapter
    whole: Row
    objectives: tuple[Row, ...]
    companies: tuple[Row, ...]


def parts(found: Iterable[HandIn]) -> Iterator[Part]:
    """Yield the chapters of which five people and more took both tests."""
    listed = list(found)
    for chapter in chapters():
        own = [both for one in listed if (both := one.pairs(chapter.name))]
        if len(own) >= FEWEST:
            rows = tuple(_by_objective([pairs for _first, pairs in own]))
            whole = pooled_gain([list(pairs.values()) for _first, pairs in own])
            yield Part(chapter, Row(chapter.title, whole), rows, tuple(_by_company(own)))


def _by_objective(people: Sequence[dict[str, tuple[bool, bool]]]) -> Iterator[Row]:
    names = dict.fromkeys(name for pairs in people for name in pairs)
    by_aim: dict[str, list[str]] = {}
    for name in names:
        by_aim.setdefault(exercises.get(name).objective, []).append(name)
    for aim, own in by_aim.items():
        rows = [[pairs[name] for name in own if name in pairs] for pairs in people]
        rows = [row for row in rows if row]
        if len(rows) >= FEWEST:
            yield Row(aims.objective(aim).text, pooled_gain(rows))


def _by_company(own: Sequence[tuple[int, dict[str, tuple[bool, bool]]]]) -> Iterator[Row]:
    """Yield a row for each company that came first; none where one has too few people.

    What is left of all without the others would tell of the few.
    """
    groups = {
        seed: [list(pairs.values()) for first, pairs in own if first == seed]
        for seed in quiz.COMPANIES
    }
    if all(len(group) >= FEWEST for group in groups.values()):
        for seed, group in groups.items():
            about = _("Company {n} before, the other one after").format(n=seed)
            yield Row(about, pooled_gain(group))


# The page ----------------------------------------------------------------------------------------


def make(source: Path, out: Path, size: str = "a4") -> None:
    """Write the page, and say which files were left out.

    Parameters
    ----------
    source : Path
        The folder of what was handed in; it stays as it is.
    out : Path
        The page.
    size : str
        ``a4`` or ``letter``.

    Raises
    ------
    CourseError
        There is no such folder, fewer than five people took both tests of a chapter, or the page
        is to be no HTML or cannot be written.
    """
    if out.suffix.lower() not in PAGES:  # a slip of typing may name what somebody handed in
        message = _("The page is HTML: give --out a name such as gain.html, not {name}.")
        raise CourseError(message.format(name=short(out.name)))
    found, left_out = read(source)
    for sentence in left_out:
        print(sentence)
    told = list(parts(found))
    if not told:
        counts = [sum(bool(one.pairs(part.name)) for one in found) for part in chapters()]
        message = _n(
            "A gain is told of {fewest} people and more who took both tests of a chapter, so that "
            "nobody's result can be read. Here there is one person at most.",
            "A gain is told of {fewest} people and more who took both tests of a chapter, so that "
            "nobody's result can be read. Here there are {n} at most.",
            max(counts),
        )
        raise CourseError(message.format(fewest=FEWEST, n=max(counts)))
    page = paper.page(
        out.name, "gain", size=size, parts=told, people=len(found), left_out=left_out, fewest=FEWEST
    )
    try:
        copies.write(out, page.content)
    except OSError as trouble:
        message = _("The page could not be written to {place}: {why}.")
        raise CourseError(message.format(place=out, why=trouble.strerror)) from None
    print(_("What the room has gained: {page}").format(page=out))
