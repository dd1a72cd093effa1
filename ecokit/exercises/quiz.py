"""A short test before and after each chapter: the same questions, asked of two companies.

``tests.csv`` lists the questions: exercises of the chapter that can be answered from what the card
shows. The companies were chosen so that each question is as hard in both (the tests of the kit
look). Whoever takes both tests sees the gain, with an interval. All of it stays in the learner's
folder.

References
----------
Bonett and Price (2012), Adjusted Wald confidence interval for a difference of binomial
proportions based on paired data, Journal of Educational and Behavioral Statistics 37, 479-488.
"""

from __future__ import annotations

import csv
import html
import textwrap
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from ecokit import topics
from ecokit.errors import CourseError
from ecokit.exercises import again, checks, spacing, store
from ecokit.exercises.card import company_line, fields_of, question_of, styles
from ecokit.exercises.sheet import ChoiceSheet, Exercise, Sheet, TableSheet, plain
from ecokit.inputs.intervals import normal_quantile
from ecokit.messages import _, _n

if TYPE_CHECKING:
    import pandas as pd


COMPANIES = (1, 3)
BEFORE, AFTER = "before", "after"
Find = Callable[[str], Exercise]


@cache
def by_chapter() -> dict[str, tuple[str, ...]]:
    """Return the questions of each test, by chapter."""
    text = resources.files(__package__).joinpath("tests.csv").read_text("utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        found[row["chapter"]] = (*found.get(row["chapter"], ()), row["exercise"])
    return found


def questions(chapter: str) -> tuple[str, ...]:
    """Return the ids of the questions of a chapter's test.

    Raises
    ------
    CourseError
        The chapter has no test.

    Examples
    --------
    >>> len(questions("marketing")) >= 8
    True
    >>> questions("astrology")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no test for 'astrology'. There are tests for: ...
    """
    found = by_chapter().get(chapter) if isinstance(chapter, str) else None
    if not found:
        message = _("There is no test for {name!r}. There are tests for: {known}.")
        raise CourseError(message.format(name=chapter, known=", ".join(by_chapter())))
    return found


# The gain -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gain:
    """What was right before and after, of the same questions.

    Attributes
    ----------
    questions, before, after : int
        How many were asked, and how many were right each time.
    gain, low, high : float
        The difference of the two shares, and where it may lie.
    """

    questions: int
    before: int
    after: int
    gain: float
    low: float
    high: float

    def __str__(self) -> str:
        return _(
            "Before {before} of {n}, after {after} of {n}: {gain:+.0f} points of 100. The interval "
            "reaches from {low:+.0f} to {high:+.0f} (95 %): {verdict}"
        ).format(
            before=self.before,
            after=self.after,
            n=self.questions,
            gain=100 * self.gain,
            low=100 * self.low,
            high=100 * self.high,
            verdict=self._verdict(),
        )

    def _verdict(self) -> str:
        if self.low > 0:
            return _("you can do more than before.")
        if self.high < 0:
            return _("you could do more before.")
        return _("too small to tell from luck, with so few questions.")


def paired_gain(before: Sequence[bool], after: Sequence[bool], confidence: float = 0.95) -> Gain:
    """Return the gain of one learner from the same questions before and after.

    A question that changed from wrong to right, or back, tells of a gain; one that stayed as it
    was tells nothing. One is added to the questions that were won, and one to those that were lost,
    because the usual interval is far too short for eight questions. (Of eight, this one holds the
    true gain in 93 of 100 cases at least; half a question to each of the four cases, as Agresti and
    Min propose, in 83.)

    Parameters
    ----------
    before, after : sequence of bool
        Whether each question was right, in the same order.
    confidence : float
        How often such intervals hold the true gain.

    Raises
    ------
    CourseError
        There is no question, or not as many after as before.

    References
    ----------
    Bonett and Price (2012), Adjusted Wald confidence interval for a difference of binomial
    proportions based on paired data, Journal of Educational and Behavioral Statistics 37, 479-488.

    Examples
    --------
    >>> told = paired_gain([True] + 7 * [False], 6 * [True] + 2 * [False])
    >>> print(told)
    Before 1 of 8, after 6 of 8: +62 points of 100. The interval reaches from +8 to +92 (95 %): \
you can do more than before.
    """
    if not before or len(before) != len(after):
        raise CourseError(_("A gain needs the same questions before and after, one at least."))
    n = len(before)
    pairs = list(zip(map(bool, before), map(bool, after), strict=True))
    won, lost = pairs.count((False, True)), pairs.count((True, False))
    up, down = (won + 1) / (n + 2), (lost + 1) / (n + 2)
    reach = normal_quantile(confidence) * ((up + down - (up - down) ** 2) / (n + 2)) ** 0.5
    return Gain(
        questions=n,
        before=sum(before),
        after=sum(after),
        gain=(won - lost) / n,
        low=max(-1.0, up - down - reach),
        high=min(1.0, up - down + reach),
    )


# What was handed in ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Taken:
    """A test that was handed in: on which day, of which company, and what was right."""

    day: str
    seed: int
    right: Mapping[str, bool]


def taken(
    history: Iterable[Mapping[str, Any]], chapter: str, when: str, editions: Mapping[str, int]
) -> Taken | None:
    """Return the test that was handed in; None where there is none of today's editions."""
    right: dict[str, bool] = {}
    day, seed = "", 0
    for event in history:
        name, _sign, asked = event["exercise"].partition(spacing.AGAIN)
        kind, _dash, number = asked.partition("-")
        known = name in editions and event.get("edition", 1) == editions[name]
        if kind == when and known and _is_company(number) and name not in right:
            right[name] = event["event"] == "right"
            day, seed = str(event.get("time", ""))[:10], int(number)
    wanted = [name for name in questions(chapter) if name in right]
    return Taken(day, seed, {name: right[name] for name in wanted}) if wanted else None


def _is_company(number: str) -> bool:
    """Say whether a text is the number of a company, and no other digits."""
    return number.isascii() and number.isdecimal() and len(number) < 6


def gain_between(before: Taken | None, after: Taken | None) -> Gain | None:
    """Return the gain from one test to the other; None where they share no question."""
    if before is None or after is None:
        return None
    both = [name for name in before.right if name in after.right]
    if not both:
        return None
    return paired_gain([before.right[n] for n in both], [after.right[n] for n in both])


def seed_for(when: str, before: Taken | None, place: object) -> int:
    """Return of which company a test asks: learners differ in which of the two comes first.

    Examples
    --------
    >>> {seed_for("before", None, f"folder {n}") for n in range(9)} == set(COMPANIES)
    True
    >>> seed_for("after", Taken("2026-03-02", COMPANIES[0], {}), "") == COMPANIES[1]
    True
    """
    first = COMPANIES[zlib.crc32(str(place).encode("utf-8", "replace")) % 2]
    if when == BEFORE:
        return first
    if before is not None:
        first = before.seed
    return COMPANIES[1] if first == COMPANIES[0] else COMPANIES[0]


# The test as it is shown ----------------------------------------------------------------------


class Test(widgets.VBox):  # type: ignore[misc]
    """A chapter's test: it is started, answered, handed in once, and then says what was right.

    Parameters
    ----------
    chapter : str
        Such as ``"marketing"``.
    when : str
        ``"before"`` or ``"after"``.
    find : callable
        Gives the exercise of an id.
    """

    __test__ = False  # for pytest, which collects what is called a test

    def __init__(self, chapter: str, when: str, find: Find) -> None:
        self.chapter, self.when = chapter, when
        self.asked = [find(name) for name in questions(chapter)]
        self._learner = store.learner()
        self._warned = False
        self._fields: list[tuple[widgets.Widget, Callable[[], object]]] = []
        self._said = widgets.HTML()
        self._hand_in = widgets.Button(description=_("Hand in"), button_style="primary")
        self._hand_in.on_click(self._clicked)
        start = widgets.Button(description=_("Start the test"), button_style="primary")
        start.on_click(self._start)
        done = self.done()
        intro = self._intro_shown = widgets.HTML(
            styles() + _paragraphs(self._intro() if done is None else "")
        )
        super().__init__([intro, start, self._said] if done is None else [intro, self._said])
        self.add_class("ecokit-card")
        self.add_class("ecokit-test")
        if done is not None:
            self._said.value = self._result()

    def done(self, when: str = "") -> Taken | None:
        """Return what was handed in, in this test or the other one."""
        editions = {one.id: one.edition for one in self.asked}
        return taken(self._learner.history(), self.chapter, when or self.when, editions)

    @property
    def _title(self) -> str:
        """The chapter as the book calls it; a chapter of somebody's own has only its name."""
        titles = {one.name: one.title for one in topics.chapters()}
        return titles.get(self.chapter, self.chapter)

    @property
    def seed(self) -> int:
        """The number of the company that is asked about."""
        return seed_for(self.when, self.done(BEFORE), self._learner.place)

    def _intro(self) -> str:
        minutes = sum(one.minutes for one in self.asked)
        words = {
            BEFORE: _(
                "What can you do already? {n} questions of what the chapter {chapter} teaches, at "
                "most {minutes} minutes. Leave blank what you do not know: nobody is to know it "
                "yet. There are no hints, and you hear only how many were right."
            ),
            AFTER: _(
                "What have you gained? The {n} questions of the chapter {chapter} once more, of "
                "another company, at most {minutes} minutes. Leave blank what you do not know."
            ),
        }
        text = words[self.when].format(n=len(self.asked), chapter=self._title, minutes=minutes)
        begun = self._begun()
        if self.when == BEFORE and begun:
            text += "\n" + _n(
                "You have already worked on one exercise of this chapter: what you gained by it "
                "will not be counted.",
                "You have already worked on {n} exercises of this chapter: what you gained by "
                "them will not be counted.",
                begun,
            ).format(n=begun)
        return text

    def _begun(self) -> int:
        topics = {one.topic for one in self.asked}
        touched = {event["exercise"] for event in self._learner.history()}
        return sum(name.split("-")[0] in topics for name in touched if spacing.AGAIN not in name)

    def _start(self, _button: object) -> None:
        self._said.value = _paragraphs(_("The company is being made. This takes some seconds."))
        shop = again.company(self.seed)
        parts: list[widgets.Widget] = [widgets.HTML(_paragraphs(company_line(shop.company)))]
        for number, one in enumerate(self.asked, start=1):
            sheet = one.sheet(shop)
            field, read = fields_of(one, sheet)
            head = f"<h3>{number}. {html.escape(one.title)}</h3>"
            parts += [widgets.HTML(head + question_of(one, sheet) + _table(sheet)), field]
            self._fields.append((field, read))
        self._shop = shop
        self._said.value = ""
        self.children = [self._intro_shown, *parts, self._hand_in, self._said]

    def answers(self) -> list[object]:
        """Return what stands in the fields; None where one was left blank."""
        return [None if _is_blank(read()) else read() for _field, read in self._fields]

    def _clicked(self, _button: object) -> None:
        given = self.answers()
        results = [
            None if answer is None else checks.check(one, answer, self._shop)
            for one, answer in zip(self.asked, given, strict=True)
        ]
        faults = [
            _("Question {n}: {words}").format(n=n, words=result.message)
            for n, result in enumerate(results, start=1)
            if result is not None and result.kind == "unreadable"
        ]
        blank = results.count(None)
        if faults or (blank and not self._warned):
            self._warned = not faults
            ask = _n("{n} question is blank.", "{n} questions are blank.", blank).format(n=blank)
            ask += " " + _("Press Hand in once more if you are done.")
            self._said.value = _paragraphs("\n".join(faults or [ask]))
            return
        self._keep(results, given)
        self.children = [self._intro_shown, self._said]
        self._said.value = self._result()

    def _keep(self, results: Sequence[checks.Result | None], given: Sequence[object]) -> None:
        seed = self.seed
        mark = f"{spacing.AGAIN}{self.when}-{seed}"
        for one, result, answer in zip(self.asked, results, given, strict=True):
            if result is None:
                self._learner.note_blank(one.id + mark, one.edition, seed)
            else:
                kept = replace(result, exercise=one.id + mark)
                self._learner.note_check(kept, answer, one.edition, seed)

    def gain(self) -> Gain | None:
        """Return the gain; None as long as one of the two tests is not handed in."""
        return gain_between(self.done(BEFORE), self.done(AFTER))

    def told(self) -> list[str]:
        """Return in words what was right, and the gain where both tests are there."""
        mine = self.done()
        if mine is None:
            return [self._intro()]
        lines = [
            _("The test {when} the chapter {chapter}, {day}: {right} of {n} right.").format(
                when=_("before") if self.when == BEFORE else _("after"),
                chapter=self._title,
                day=mine.day,
                right=sum(mine.right.values()),
                n=len(mine.right),
            )
        ]
        if gain := self.gain():
            lines += [str(gain), _CAUTION]
        elif self.when == AFTER:
            lines.append(_("Without the test before the chapter there is no gain to tell."))
        if notice := self._learner.notice:
            lines.append(notice)
        return lines

    def _result(self) -> str:
        text = _paragraphs("\n".join(self.told()))
        mine = self.done()
        if self.when == AFTER and mine is not None:
            titles = {one.id: one.title for one in self.asked}
            missed = [titles[name] for name, right in mine.right.items() if not right]
            rows = "".join(f"<li>{html.escape(title)}</li>" for title in missed)
            if rows:
                text += f"<p>{_('Look at these once more:')}</p><ul>{rows}</ul>"
        return text

    def __repr__(self) -> str:
        return "\n".join(textwrap.fill(line, 88) for line in self.told())

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        bundle: dict[str, object] = super()._repr_mimebundle_(**kwargs)
        bundle["text/plain"] = repr(self)
        return bundle


_CAUTION = _(
    "The interval says what luck with these questions may do. It does not say why: whoever takes "
    "a test twice gains a little by having seen it."
)


def _is_blank(answer: object) -> bool:
    if isinstance(answer, dict):
        return all(_is_blank(value) for value in answer.values())
    return answer is None or not str(answer).strip()


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n") if line)


def _table(sheet: Any) -> str:
    """Return the table that an answer is read from, as HTML; nothing where there is none."""
    if not isinstance(sheet, Sheet | TableSheet | ChoiceSheet) or sheet.table is None:
        return ""
    table: pd.DataFrame = sheet.table
    numbers = table.select_dtypes("number")
    head = "".join(f'<th scope="col">{html.escape(plain(name))}</th>' for name in numbers.columns)
    rows = "".join(
        f'<tr><th scope="row">{html.escape(plain(key))}</th>'
        + "".join(f"<td>{shown(value)}</td>" for value in row)
        + "</tr>"
        for key, row in zip(numbers.index, numbers.to_numpy(dtype=float), strict=True)
    )
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>"


def shown(value: float) -> str:
    """Return a number of a table as a test shows it.

    Examples
    --------
    >>> shown(0.081748), shown(20298), shown(float("nan"))
    ('0.08175', '20,298', '')
    """
    if value != value:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.1f}".removesuffix(".0")
    return f"{value:.4g}"
