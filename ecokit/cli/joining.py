"""``ecokit start --room``: a learner joins the board of a room, sees what it has, and may leave.

Nothing is sent before the learner has read what is, to whom, for how long, and how to leave it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ecokit.cli import invited, membership, sending
from ecokit.cli.invited import Invitation
from ecokit.cli.membership import Membership, Sent
from ecokit.cli.pinned import AwayError, Board, FalseBoardError, RefusedError
from ecokit.errors import CourseError
from ecokit.messages import _

NOTICE = _(
    """\
The trainer of this room has a board. If you join it:
  what is sent   which exercise you opened, each try and hint, and whether it was right or which
                 known mistake it was; when; the number of your company; the edition of the course.
                 What you have done in this folder until now is sent, too.
  what is not    what you typed, your notebooks, who you are, anything of this laptop.
  to whom        your trainer's laptop, {where}, over a connection that nobody else can read. Others
                 in the room may see the board, with {name} on it. Nothing on it is a grade.
  how long       it is deleted after 14 days, and at once if you leave.
  how to leave   ecokit board leave. What was sent you see with: ecokit board mine.
You can do the whole course without."""
)
ASKED = _("Press Enter to join, or n and Enter to go on without: ")
CODE = _("The code on your slip (or Enter to go on without): ")


def decide(
    folder: Path, text: str | None, name: str = "", ask: Callable[[str], str] = input
) -> Membership | None:
    """Return the room that a folder belongs to, after the learner was asked where it is new.

    Parameters
    ----------
    folder
        The learner's.
    text
        A join line, or the file that holds one; None looks for ``room.ecokit`` in the folder, and
        asks nobody a second time who has gone on without.
    name
        What the learner wants to be called; empty where the board chooses.
    ask
        Asks a question and returns the answer; at the end of input nobody joins.

    Raises
    ------
    CourseError
        The line is none, or a sign of it was mistyped.
    """
    place = folder / ".ecokit"
    before = membership.read(place)
    file = folder / invited.FILE
    if text is None and not file.is_file():
        return before
    try:
        invitation = invited.read(text or str(file))
    except CourseError as error:
        if text is not None:
            raise
        print(error, flush=True)  # a torn file keeps nobody from the lessons
        return before
    name = chosen(name)
    if before and before.invitation.mark == invitation.mark:
        name = name or before.name
        if not invitation.code:  # the board has moved: the code holds
            invitation = invitation.with_code(before.invitation.code)
        same = before.joined or text is None
        if same and invitation.code in ("", before.invitation.code):
            after = replace(before, line=invitation.line, name=name)
            after.write(place)
            return after
    return _asked(place, invitation, name, ask)


def chosen(name: str) -> str:
    """Return a name as a board shows it; empty where none was chosen."""
    if not name.strip():
        return ""
    from ecokit.exercises import wire  # it knows all exercises, and takes its time

    return wire.pseudonym(name)


def _asked(place: Path, invitation: Invitation, name: str, ask: Callable[[str], str]) -> Membership:
    """Show the notice, ask, and keep the answer."""
    shown = {"where": " or ".join(invitation.addresses), "name": name or _("a number")}
    print(NOTICE.format(**shown), flush=True)
    try:
        if not invitation.code:
            typed = ask(CODE)
            invitation = invitation.with_code(invited.code(typed) if typed.strip() else "")
        joined = bool(invitation.code) and not ask(ASKED).strip().lower().startswith("n")
    except EOFError:  # nobody is there to ask
        joined = False
    after = Membership(invitation.line, name, joined=joined)
    after.write(place)
    if not joined:
        print(_("You go on without the board."), flush=True)
    return after


def leave(folder: Path) -> None:
    """Send no more, and ask the board to delete what it has.

    Raises
    ------
    CourseError
        The folder belongs to no room.
    """
    place = folder / ".ecokit"
    member = joined(folder)
    board = Board(member.invitation)
    with sending.alone(place):
        replace(member, joined=False).write(place)
        membership.forget_sent(place)
        try:
            board.leave()
        except (AwayError, FalseBoardError, RefusedError) as trouble:
            sentence = _(
                "You have left: nothing more is sent. The board was not told ({why}). Ask your "
                "trainer to delete what it has of you; after 14 days it does so by itself."
            )
            print(sentence.format(why=str(trouble).rstrip(".")))
        else:
            print(_("You have left. The board has deleted what it had of you."))
        finally:
            board.close()


def mine(folder: Path) -> None:
    """Print what was sent, a line an event.

    Raises
    ------
    CourseError
        The folder belongs to no room.
    """
    member = joined(folder)
    place = folder / ".ecokit"
    sent = Sent.read(place, member.key)
    events = {event["id"]: event for event in sending.happened(place)}
    there = sorted((event["time"], event) for key, event in events.items() if key in sent.kept)
    for time, event in there:
        words = [time[:19], event["exercise"], event["event"], event.get("misconception") or ""]
        hints = _("hints: {n}").format(n=event["hints"]) if event["hints"] else ""
        print("  ".join([*words, hints]).rstrip())
    waiting = len(events.keys() - sent.kept - sent.refused)
    sentence = _(
        "{n} events were sent to {where}; {waiting} wait. Nothing else was sent, but what you have "
        "filed for a team with ecokit game send."
    )
    where = " or ".join(member.invitation.addresses)
    print(sentence.format(n=len(there), where=where, waiting=waiting))


def joined(folder: Path) -> Membership:
    """Return the room that a folder has joined.

    Raises
    ------
    CourseError
        It belongs to none.
    """
    member = membership.read(folder / ".ecokit")
    if member is None or not member.joined:
        sentence = _("{folder} belongs to no room: nothing is sent from it.")
        raise CourseError(sentence.format(folder=folder))
    return member
