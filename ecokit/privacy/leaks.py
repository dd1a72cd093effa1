"""Who reports a leak of personal information, to whom, and within which hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import pandas as pd

from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

CLASSES = {"larger": 1_000_000, "serious": 10_000_000, "particularly_serious": 100_000_000}
"""People whose information leaked from which an incident is of a class: 较大, 重大, 特别重大."""

HOURS, CRITICAL_HOURS = 4.0, 1.0
"""Hours within which operators of networks report, and those of critical infrastructure."""

FINAL_DAYS = 30
"""Days after the end of an incident within which the final report is due."""


class _Step(NamedTuple):
    who: str
    to: str
    when: str
    hours: float
    what: str
    source: str


@public
def report_hours(
    people: int,
    *,
    critical: bool = False,
    avoided: bool = False,
    crime: bool = False,
    seen_at: datetime | str | None = None,
) -> pd.DataFrame:
    """Tell who reports a leak of personal information to whom, and within which hours.

    Parameters
    ----------
    people : int
        People whose information leaked, or may have.
    critical : bool
        Whether critical information infrastructure is concerned; a shop is none, as a rule.
    avoided : bool
        Whether what was done avoids all harm for certain: then people need not be told.
    crime : bool
        Whether it looks like a crime.
    seen_at : datetime or ISO text, optional
        When it was seen: hours count from then.

    Returns
    -------
    DataFrame
        In the order in which it is done: ``who``, ``to``, ``when`` (in words), ``hours`` (blank
        where the law names none), ``deadline`` (with `seen_at`), ``what``, ``source``.

    Raises
    ------
    CourseError
        A number or a moment cannot be.

    Notes
    -----
    Not legal advice. The law itself says "at once" and names no hours, however few the people are.
    The Measures name hours for incidents of the class "larger" (较大) and above; one million people
    is what their guideline names in numbers. Below that its words decide ("a larger amount of
    information", a threat): judge it with a lawyer, and write down why. Central organs of the state
    and what belongs to them have two hours, and tell their own office: they are not told here.

    References
    ----------
    Personal Information Protection Law of China, Articles 51, 57 and 60; Measures for Reporting
    National Network Security Incidents (2025), Articles 2, 4, 7 and 8, and their guideline of
    classes. Whom you tell first: slide 6.

    Examples
    --------
    >>> told = report_hours(12_000, seen_at="2025-11-20 09:00")
    >>> int(told["hours"].count()), told["to"].tolist()[2]
    (0, 'departments that protect personal information 履行个人信息保护职责的部门')
    >>> many = report_hours(2_000_000, seen_at="2025-11-20 09:00")
    >>> many.loc[many["hours"] == 4, ["to", "deadline"]].values.tolist()
    [['cyberspace office of the province 属地省级网信部门', Timestamp('2025-11-20 13:00:00')]]
    >>> report_hours(-1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: people is -1. Give a whole number, 0 or more.
    """
    n = numbers.count("people", people, 0)
    flags = [
        numbers.flag(name, value)
        for name, value in (("critical", critical), ("avoided", avoided), ("crime", crime))
    ]
    told = pd.DataFrame(list(_steps(n, *flags)))
    waits = pd.to_timedelta(told["hours"], unit="h")
    began = None if seen_at is None else numbers.moment("seen_at", seen_at)
    told["deadline"] = pd.NaT if began is None else began + waits
    return told[["who", "to", "when", "hours", "deadline", "what", "source"]]


def incident_class(people: int) -> str:
    """Return the class of a leak by the number of people, blank below all of them.

    >>> incident_class(999_999), incident_class(1_000_000), incident_class(100_000_000)
    ('', 'larger', 'particularly_serious')
    """
    return next((name for name, least in reversed(CLASSES.items()) if people >= least), "")


def _steps(people: int, critical: bool, avoided: bool, crime: bool) -> Iterator[_Step]:
    none, at_once = float("nan"), _("at once")
    company, law = _("the company"), _("Personal Information Protection Law")
    measures = _("Measures for Reporting National Network Security Incidents")
    yield _Step(
        _("whoever sees it"),
        _("the contact for IT in your center"),
        at_once,
        none,
        _("what was seen, when and where; nothing is deleted"),
        _("slide 6; the course's own"),
    )
    yield _Step(
        company,
        _("itself, by its emergency plan"),
        at_once,
        none,
        _("stop the leak and limit the harm"),
        _("{law}, Articles 51 and 57").format(law=law),
    )
    yield _Step(
        company,
        _("departments that protect personal information 履行个人信息保护职责的部门"),
        at_once,
        none,
        _(
            "which information, why, what harm may come; what was done, what people can do; whom "
            "to ask"
        ),
        _("{law}, Articles 57 and 60").format(law=law),
    )
    yield _Step(
        company,
        _("the people concerned"),
        _("not needed, unless the department asks for it") if avoided else at_once,
        none,
        _("the same"),
        _("{law}, Article 57").format(law=law),
    )
    yield from _to_the_state(people, critical, measures)
    if crime:
        yield _Step(
            company,
            _("the police 公安机关"),
            _("in good time"),
            none,
            _("what points to a crime"),
            _("{measures}, Article 4").format(measures=measures),
        )


def _to_the_state(people: int, critical: bool, measures: str) -> Iterator[_Step]:
    """Yield the reports that are due by the class of an incident."""
    company, source = _("the company"), _("{measures}, Articles 4 and 7").format(measures=measures)
    office = _("cyberspace office of the province 属地省级网信部门")
    if critical:
        office = _("the department that protects the infrastructure 保护工作部门, and the police")
    what = _("who, which systems, when, what kind and class; the rest follows when it is known")
    if not incident_class(people):
        when = _("if other signs make it larger (较大) or more: judge it, and write down why")
        yield _Step(company, office, when, float("nan"), what, source)
        return
    hours = CRITICAL_HOURS if critical else HOURS
    when = _("within {n:g} h of seeing it").format(n=hours)
    yield _Step(company, office, when, hours, what, source)
    yield _Step(
        company,
        office,
        _("within {n} days of the end").format(n=FINAL_DAYS),
        float("nan"),
        _("causes, what was done, harm, who answers for it, what was learned"),
        _("{measures}, Article 8").format(measures=measures),
    )
