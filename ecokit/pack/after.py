"""What is left to do after a workshop: a reminder, the letter to the manager, the log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from ecokit.messages import _
from ecokit.pack import paper, words
from ecokit.pack.room import File, Room

LATER = 30
"""Days after which people are reminded of what they wanted to do."""
FOLD = 75  # bytes of a line in a calendar's file


def files(room: Room) -> Iterator[File]:
    """Yield the mail after 30 days, a calendar's file of it, the letter, and the log."""
    told = words.about(room)
    mail = paper.text("reminder.txt", **told)
    yield File("after/reminder.txt", mail.encode())
    if room.date:
        day = reminded_on(room.date, len(room.plan.days))
        yield File("after/reminder.ics", calendar(day, room.plan.title, mail))
    yield paper.page("after/manager.html", "manager-after", size=room.size, **told)
    yield paper.page("after/log.html", "log", size=room.size, **told)


def reminded_on(first: date, days: int) -> date:
    """Return the day of the reminder: 30 days after the last one, and no Saturday or Sunday.

    Examples
    --------
    >>> reminded_on(date(2026, 12, 1), 1).isoformat(), reminded_on(date(2026, 12, 2), 2).isoformat()
    ('2026-12-31', '2027-01-04')
    """
    day = first + timedelta(days=days - 1 + LATER)
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


def calendar(day: date, title: str, text: str) -> bytes:
    """Return an entry for a calendar (iCalendar, RFC 5545): a whole day that keeps nobody busy.

    Examples
    --------
    >>> calendar(date(2026, 12, 31), "Prices", "Look.").decode().splitlines()[9]
    'SUMMARY:Three things: Prices'
    """
    summary = _("Three things: {title}").format(title=title)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ecokit//trainer's pack//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{day:%Y%m%d}-three-things@ecokit",
        f"DTSTAMP:{day - timedelta(days=LATER):%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(summary)}",
        f"DESCRIPTION:{_escaped(text)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text.strip()).replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return a line in pieces of 75 bytes; no sign is cut in two."""
    pieces, held = [""], 0
    for sign in line:
        length = len(sign.encode())
        if held + length > FOLD:
            pieces, held = [*pieces, " "], 1
        pieces[-1] += sign
        held += length
    return "\r\n".join(pieces)
