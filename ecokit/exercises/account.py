"""A page of what a learner did, by objective, with dates: printable, made on this machine.

It is one file of HTML that loads nothing. It says what stands in the learner's own record, and
certifies nothing more.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ecokit.competitors.sandbox import chinese_face
from ecokit.errors import CourseError
from ecokit.exercises import quiz, spacing
from ecokit.exercises.aims import Objective, objectives
from ecokit.exercises.sheet import Exercise
from ecokit.messages import _, _n
from ecokit.topics import Chapter, chapters

FILE = "my-progress.html"

STYLE = """
body { font: 16px/1.5 sans-serif; color: #1f1f1f; background: #fff;
  max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin: 1.6rem 0 .3rem; break-after: avoid; }
h3 { font-size: 1rem; margin: 1rem 0 .2rem; break-after: avoid; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: .9rem;
  break-inside: avoid; }
th, td { text-align: left; padding: .15rem .6rem .15rem 0; border-bottom: 1px solid #bdbdbd;
  font-weight: normal; vertical-align: top; overflow-wrap: break-word; }
thead th { font-weight: 600; width: 25%; } thead th:first-child { width: 30%; }
thead th:nth-child(2) { min-width: 6rem; width: 6rem; } td:nth-child(2) { white-space: nowrap; }
.note { border-left: 4px solid #1f6fb2; padding-left: .8rem; } .quiet { color: #565656; }
.line { border-bottom: 1px solid #1f1f1f; display: inline-block; width: 18rem; max-width: 75%; }
@media screen and (max-width: 30rem) {
  table { font-size: .8rem; } th, td { padding-right: .3rem; }
  thead th:nth-child(2) { min-width: 5rem; width: 5rem; }
}
@media print { body { margin: 0; max-width: none; font-size: 11pt; } @page { margin: 18mm; } }
"""


def page(history: Sequence[Mapping[str, Any]], course: Iterable[Exercise], day: date) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    history : sequence of mappings
        What has happened: `ecokit.exercises.store.Learner.history`.
    course : iterable of Exercise
        Every exercise of the course.
    day : date
        When the page is made.

    Examples
    --------
    >>> "Nothing was done yet" in page([], [], date(2026, 3, 2))
    True
    """
    listed = list(course)
    body = "".join(_body(history, listed, day))
    title = html.escape(_("What I did in the course E-commerce operations"))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n{chinese_face(body)}</head>\n<body>\n<main>\n"
        f"<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n"
    )


def write(place: Path, text: str) -> Path:
    """Write the page and return where it is.

    Raises
    ------
    CourseError
        It cannot be written there.
    """
    try:
        place.write_text(text, encoding="utf-8", newline="\n")
    except OSError as trouble:
        message = _("The page could not be written to {place}: {why}.")
        raise CourseError(message.format(place=place, why=trouble.strerror)) from None
    return place


def _body(history: Sequence[Mapping[str, Any]], listed: list[Exercise], day: date) -> Iterator[str]:
    found: dict[str, list[spacing.Round]] = {}
    for one in spacing.rounds(history):
        if one.again.startswith(quiz.AFTER):
            continue  # it is told beside the test
        found.setdefault(one.exercise, []).append(one)
    solved = {one.id for one in listed if any(r.right for r in found.get(one.id, ()))}
    yield f'<p>{_("Name")}: <span class="line">&nbsp;</span></p>\n'
    yield _paragraph(
        _("Made on {day}. {done} of {all} exercises were answered right.").format(
            day=day.isoformat(), done=len(solved), all=len(listed)
        )
    )
    yield _paragraph(
        _(
            "This page repeats what the course noted on this machine, and certifies nothing more: "
            "not who answered, not what was looked up, and not what the one named above can do "
            "today."
        ),
        "note",
    )
    if not history:
        yield _paragraph(_("Nothing was done yet."))
    for chapter in chapters():
        yield from _chapter(chapter, history, listed, found)
    gone = sorted(set(found) - {one.id for one in listed})
    if gone:
        text = _n(
            "One exercise of an earlier release: {names}.",
            "{n} exercises of earlier releases: {names}.",
            len(gone),
        )
        yield _paragraph(text.format(n=len(gone), names=", ".join(gone)), "quiet")


def _chapter(
    chapter: Chapter,
    history: Sequence[Mapping[str, Any]],
    listed: list[Exercise],
    found: Mapping[str, list[spacing.Round]],
) -> Iterator[str]:
    names = {topic.name for topic in chapter.topics}
    aims = [aim for aim in objectives() if aim.topic in names]
    own = {aim.objective: [one for one in listed if one.objective == aim.objective] for aim in aims}
    touched = [aim for aim in aims if any(one.id in found for one in own[aim.objective])]
    tests = list(_tests(chapter.name, history, listed))
    if not touched and not tests:
        return
    yield f"<h2>{html.escape(chapter.title)} {html.escape(chapter.title_zh)}</h2>\n"
    asked = [one for of in own.values() for one in of]
    solved = sum(any(r.right for r in found.get(one.id, ())) for one in asked)
    words = _("{done} of {all} exercises of this chapter were answered right.")
    yield _paragraph(words.format(done=solved, all=len(asked)))
    yield from tests
    for aim in touched:
        yield from _aim(aim, own[aim.objective], found)
    left = len(aims) - len(touched)
    if left:
        text = _n(
            "One more objective of this chapter was not touched.",
            "{n} more objectives of this chapter were not touched.",
            left,
        )
        yield _paragraph(text.format(n=left), "quiet")


def _tests(
    chapter: str, history: Sequence[Mapping[str, Any]], listed: list[Exercise]
) -> Iterator[str]:
    """Yield what the tests before and after a chapter said."""
    names = quiz.by_chapter().get(chapter, ())
    editions = {one.id: one.edition for one in listed if one.id in names}
    before, after = (
        quiz.taken(history, chapter, when, editions) if names else None
        for when in (quiz.BEFORE, quiz.AFTER)
    )
    for words, one in ((_("before"), before), (_("after"), after)):
        if one is not None:
            text = _("Test {when} the chapter, {day}: {right} of {n} right.")
            right, n = sum(one.right.values()), len(one.right)
            yield _paragraph(text.format(when=words, day=one.day, right=right, n=n))
    gain = quiz.gain_between(before, after)
    if gain is not None:
        yield _paragraph(str(gain))


def _aim(
    aim: Objective, own: Sequence[Exercise], found: Mapping[str, list[spacing.Round]]
) -> Iterator[str]:
    yield f"<h3>{html.escape(aim.text)}</h3>\n<table><thead><tr>"
    heads = (_("Exercise"), _("Day"), _("Answer"), _("Practised again"))
    yield "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield "</tr></thead><tbody>\n"
    for one in own:
        rounds = found.get(one.id)
        if rounds:
            cells = (_day(rounds), _answer(rounds), _again(rounds))
            row = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
            yield f'<tr><th scope="row">{html.escape(one.title)}</th>{row}</tr>\n'
    yield "</tbody></table>\n"


def _first(rounds: Sequence[spacing.Round]) -> spacing.Round:
    """Return the round that tells most: the first right one of the lesson, else the latest."""
    lesson = [one for one in rounds if not one.again] or list(rounds)
    return next((one for one in lesson if one.right), lesson[-1])


def _day(rounds: Sequence[spacing.Round]) -> str:
    return _first(rounds).day.isoformat()


def _answer(rounds: Sequence[spacing.Round]) -> str:
    one = _first(rounds)
    helped = [_n("{n} hint", "{n} hints", one.hints).format(n=one.hints)] if one.hints else []
    helped += [_("the answer shown")] if one.shown else []
    beside = ", ".join(helped)
    if not one.right:
        text = _n("not right yet, {n} try", "not right yet, {n} tries", one.tries)
    else:
        text = _n("right at the first try", "right, {n} tries", one.tries)
    return ", ".join(filter(None, [text.format(n=one.tries), beside]))


def _again(rounds: Sequence[spacing.Round]) -> str:
    told = [one for one in rounds if one.again]
    marks = [f"{one.day.isoformat()} {_('right') if one.right else _('not right')}" for one in told]
    return "; ".join(marks)


def _paragraph(text: str, kind: str = "") -> str:
    mark = f' class="{kind}"' if kind else ""
    return f"<p{mark}>{html.escape(text)}</p>\n"
