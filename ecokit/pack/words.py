"""What letters, mails and sheets say of a workshop: its days, hours, topics and aims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from ecokit.exercises import aims
from ecokit.messages import _, _n
from ecokit.pack.plan import BREAK
from ecokit.pack.room import Room
from ecokit.topics import Topic


def about(room: Room) -> dict[str, Any]:
    """Return what every template of letters and sheets may name."""
    plan = room.plan
    taught = sum(block.minutes for block in plan.blocks if block.kind != BREAK)
    last = room.date and room.date + timedelta(days=len(plan.days) - 1)
    return {
        "plan": plan,
        "when": times(room),
        "dated": room.date is not None,
        "until": last,
        "hours": length(taught),
        "aims": list(reached(room)),
        "topics": ", ".join(topic.title for topic in plan.topics),
    }


def length(minutes: int) -> str:
    """Return a length of time in hours and minutes.

    >>> length(420), length(110), length(45)
    ('7 hours', '1 hour 50 minutes', '45 minutes')
    """
    hours, rest = divmod(minutes, 60)
    told = _n("{n} hour", "{n} hours", hours).format(n=hours) if hours else ""
    more = _n("{n} minute", "{n} minutes", rest).format(n=rest) if rest else ""
    return " ".join(filter(None, (told, more)))


def times(room: Room) -> str:
    """Return when a workshop takes place, in words; with a blank for the date where none is known.

    >>> from ecokit.cli.course import Course
    >>> from ecokit.pack import plan
    >>> times(Room(Course.found(), plan.read("half-day"), date=date(2026, 12, 1)))
    'Tuesday, 1 December 2026, 09:00 to 12:30'
    """
    told = []
    for number, day in enumerate(room.plan.days):
        named = spoken(room.date + timedelta(days=number)) if room.date else _("[DATE]")
        start, end = day[0].start, day[-1].end
        told.append(
            _("{day}, {start:%H:%M} to {end:%H:%M}").format(day=named, start=start, end=end)
        )
    return _("; ").join(told)


def spoken(day: date) -> str:
    """Return a day as it is said.

    >>> spoken(date(2026, 12, 1))
    'Tuesday, 1 December 2026'
    """
    return f"{day:%A}, {day.day} {day:%B %Y}"


def reached(room: Room) -> Iterator[tuple[Topic, str]]:
    """Yield each topic of a plan with an aim that its exercises serve: that of the first."""
    for block in room.plan.blocks:
        if block.topic and block.exercises:
            yield block.topic, aims.objective(block.exercises[0].objective).text


def paragraphs(text: str) -> list[tuple[str, str]]:
    """Return the paragraphs of a mail; one whose lines are all indented is what is typed.

    Examples
    --------
    >>> paragraphs(chr(10).join(["Hello,", "all.", "", "    py install.py"]))
    [('p', 'Hello, all.'), ('pre', 'py install.py')]
    """
    found = []
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        lines = part.splitlines()
        typed = all(line.startswith("    ") for line in lines)
        joined = "\n".join(line[4:] for line in lines) if typed else " ".join(part.split())
        found.append(("pre" if typed else "p", joined))
    return found
