"""What goes out before a workshop: the mail, letters, the sheet on data, and the trainer's list."""

from __future__ import annotations

from collections.abc import Iterator

from ecokit.cli import doctor
from ecokit.pack import paper, words
from ecokit.pack.room import File, Room


def files(room: Room) -> Iterator[File]:
    """Yield the mail as text and as a page, the letter, the sheet, and what to do when."""
    told = words.about(room) | {"code": doctor.encode([0] * len(doctor.CHECKS), 13, "Windows")}
    text = paper.text("mail.txt", **told)
    yield File("before/mail.txt", text.encode())
    yield paper.page("before/mail.html", "mail", size=room.size, parts=words.paragraphs(text))
    yield paper.page("before/manager.html", "manager-before", size=room.size, **told)
    yield paper.page("before/data-sheet.html", "data-sheet", size=room.size, **told)
    yield paper.page("before/checklist.html", "checklist", size=room.size, **told)
