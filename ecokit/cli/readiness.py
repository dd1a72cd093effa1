"""``ecokit doctor --read FILE``: who needs help, from the codes that came by mail.

The file is what a trainer has pasted: names and codes in any order and with anything between
them, whole mails, the lines of the doctor. A code proves itself by its checksum; what looks like
one and is none is told by its line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ecokit.cli import doctor
from ecokit.errors import CourseError
from ecokit.messages import _, short

MOST = 2_000_000
"""Bytes of a file of mails."""
_SIGNS = 8
_TOKEN = re.compile(r"[0-9A-Za-z]+")
_FIRST = "012345678OILoil"  # of all that seven checks, a Python and a system can give
_GAP = 3  # signs between two parts of a code, such as " - "
_LIKE = re.compile(r"(?<![\w-])(?:[0-9A-Z]{3,5}-[0-9A-Z]{3,5}|[0-9A-Z]{4} ?[0-9A-Z]{4})(?![\w-])")
_FROM = re.compile(r"^\W*(?:from|name|von|de|发件人|姓名)\s*[:：]\s*(.+)$", re.I)
_OUR_MAIL = re.compile(r"(?:a code such as|^\W*Your name:)\s*([0-9A-Z]{4}-[0-9A-Z]{4})")
_OF_DOCTOR = re.compile(r"^\W*(ok|note|FAIL)\b|->")
_EMPTY = re.compile(
    r"\b(?:hi|hello|hey|dear)\b[ ,]*[^\W\d]*[ ,!]|"  # and who is greeted
    r"\b(all|thanks|thank you|best|regards|my|mine|the|here|it|is|says|got|i|"
    r"have|readiness|code|from|name)\b|\d{1,2}(?::\d{2}|\s*[ap]m\b)+|<[^>]*>|\S+@\S+|就绪码|代码",
    re.I,
)


@dataclass(frozen=True)
class Answer:
    """What one person has sent."""

    line: int
    name: str
    code: str

    @property
    def states(self) -> dict[str, int]:
        """The state of each check."""
        return doctor.decode(self.code)[0]


@dataclass(frozen=True)
class Unread:
    """What looks like a code and is none, or a line that speaks of one and has none."""

    line: int
    text: str


def read(text: str) -> int:
    """Print what a code says, or all codes of a file; return 1 where somebody needs help.

    Raises
    ------
    CourseError
        It is neither a code nor a file with codes.
    """
    path, there = Path(text), False
    with suppress(OSError, ValueError):  # no file has a name of 5,000 letters
        there = path.is_file()
    if there:
        return tell(path)
    if path.suffix or len(path.parts) > 1:
        raise CourseError(_("There is no file {path}.").format(path=path))
    return doctor.explain(text)


def tell(path: Path) -> int:
    """Print who needs help, what for each, who is ready, and what could not be read.

    Returns
    -------
    int
        1 where somebody needs help or a code could not be read, else 0.

    Raises
    ------
    CourseError
        The file cannot be read as text, or holds no code.
    """
    answers, unread = found(_text(path))
    if not answers and not unread:
        sentence = _("{path} holds no readiness code such as {code}.")
        raise CourseError(sentence.format(path=path, code=example()))
    worst = {one: max(one.states.values()) for one in answers}
    helped = [one for one in answers if worst[one] == doctor.BAD]
    noted = [one for one in answers if worst[one] == doctor.WARNING]
    ready = [one.name for one in answers if worst[one] == doctor.GOOD]
    _print_group(_("Needs help: {n} of {of}"), helped, len(answers))
    _print_group(_("Can start, with a note: {n} of {of}"), noted, len(answers))
    if ready:
        print(_("Ready: {n} of {of}").format(n=len(ready), of=len(answers)))
        print("    " + ", ".join(ready))
    if unread:
        print(_("Not read: {n}").format(n=len(unread)))
    for one in unread:
        sentence = _("{code} is no readiness code; ask for it once more.").format(code=one.text)
        print("    " + _("line {line}: {sentence}").format(line=one.line, sentence=sentence))
    return int(bool(helped or unread))


def _print_group(title: str, answers: Sequence[Answer], total: int) -> None:
    if answers:
        print(title.format(n=len(answers), of=total))
    for one in answers:
        states, minor, system = doctor.decode(one.code)
        told = _("{name} (line {line}): {system}, Python 3.{minor}")
        print("    " + told.format(name=one.name, line=one.line, system=system, minor=minor))
        for line in doctor.lines(states, system):
            print(f"        {line}")


def found(text: str) -> tuple[list[Answer], list[Unread]]:
    """Return what people sent, in order, and what cannot be read.

    Who sent a second code is told by the second.

    Examples
    --------
    >>> answers, unread = found(f"Li Na;0vrg fs7t{chr(10)}> Bo: code: 0VRG-FS7X")
    >>> [(one.name, one.code) for one in answers], unread
    ([('Li Na', '0VRG-FS7T')], [Unread(line=2, text='0VRG-FS7X')])
    """
    lines = unicodedata.normalize("NFKC", text).splitlines()
    answers: dict[str, Answer] = {}
    unread = []
    above = 0  # the first line that may name who sends the next code
    for number, line in enumerate(lines):
        if _is_of_our_mail(line):
            continue
        spans = list(_codes(line))
        for beside, code in _beside(line, spans):
            name = beside or _named_above(lines[above:number])
            name = name or _("line {line}").format(line=number + 1)
            answers.pop(name, None)
            answers[name] = Answer(number + 1, name, code)
        if spans:
            above = number + 1
        elif like := _looks_like(line):
            unread.append(Unread(number + 1, like))
            above = number + 1
    return list(answers.values()), unread


def _codes(line: str) -> Iterator[tuple[int, int, str]]:
    """Yield each code of a line with its place, however its signs are parted."""
    tokens, at = list(_TOKEN.finditer(line)), 0
    while at < len(tokens):
        signs, last = "", at
        for last in range(at, len(tokens)):
            gap = tokens[last].start() - tokens[last - 1].end() if last > at else 0
            signs += tokens[last].group()
            if gap > _GAP or len(signs) >= _SIGNS:
                break
        code = _as_code(signs)
        if code:
            yield tokens[at].start(), tokens[last].end(), code
            at = last
        at += 1


def _beside(line: str, spans: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, str]]:
    """Yield each code of a line with its name: names stand all before their codes or all behind."""
    ends = [0, *(end for _start, end, _code in spans)]
    starts = [*(start for start, _end, _code in spans), len(line)]
    names = [_name(line[end:start]) for end, start in zip(ends, starts, strict=True)]
    behind = bool(names[0])
    for place, (_start, _end, code) in enumerate(spans):
        yield names[place if behind else place + 1], code


def _is_of_our_mail(line: str) -> bool:
    """Whether a line is one of the mail that was answered, with the code that it shows."""
    found = _OUR_MAIL.search(line)
    return found is not None and found[1] == example()


def example() -> str:
    """Return the code that the mail for a week before shows."""
    return doctor.encode([0] * len(doctor.CHECKS), 13, "Windows")


def _as_code(signs: str) -> str:
    if len(signs) != _SIGNS or signs[0] not in _FIRST:
        return ""
    try:
        states, minor, system = doctor.decode(signs)
    except CourseError:
        return ""
    return doctor.encode(list(states.values()), minor, system)


def _looks_like(line: str) -> str:
    """Return what stands in a line as if it were a code, or nothing."""
    for match in _LIKE.finditer(line.upper() if "-" in line else line):
        signs = match.group().replace("-", "")
        mixed = any(map(str.isdigit, signs)) and any(map(str.isalpha, signs))
        if mixed and signs[0] in _FIRST and abs(len(signs) - _SIGNS) <= 1:
            return match.group()
    said = re.search(r"readiness code\W*(.*)", line, re.I)
    return short(said[1] or said[0], 30) if said else ""


def _name(part: str) -> str:
    """Return the name that stands beside a code, or nothing."""
    words = _EMPTY.sub(" ", part)
    words = " ".join(words.split()).strip(" \t:;,.|/\\-–—=>*•\"'()[]{}#!?、，。")
    return short(words, 40) if any(map(str.isalpha, words)) else ""


def _named_above(lines: Sequence[str]) -> str:
    """Return who sends a code that stands alone: of the mail's head, or just above it."""
    for line in reversed(lines):
        if head := _FROM.match(line):
            return _name(head[1])
    for line in reversed(lines):
        if line.strip():
            stands_alone = len(line) <= 40 and not _OF_DOCTOR.search(line)
            return _name(line) if stands_alone else ""
    return ""


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST + 1)
    except OSError as error:
        sentence = _("{path} cannot be read ({why}).")
        raise CourseError(sentence.format(path=path, why=error.strerror)) from error
    utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    if len(content) > MOST or (b"\0" in content and not utf16):
        sentence = _("{path} is no text. Copy names and codes into a text file and name that.")
        raise CourseError(sentence.format(path=path))
    for encoding in ["utf-16"] if utf16 else ["utf-8-sig", "gb18030"]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")
