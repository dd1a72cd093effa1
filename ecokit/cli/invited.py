"""What a learner is given to join a room: addresses, the mark of a certificate, a personal code.

A join line is all three in one word: ``192.168.1.20:8443/6X3QK-…-1/K7QM-2XWD-9``. Its signs are
Crockford's 32, which nobody takes for one another; a letter O is read as 0, I and L as 1. Mark and
code end with a sign that is the rest of the others by 37: it tells of one wrong sign, or of two
neighbours that changed places, before anything is asked of a board.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from ecokit.errors import CourseError
from ecokit.messages import _, short

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
CODE, MARK = 8, 25
"""Signs of a code and of a mark, before the sign that checks them: 40 and 125 bits."""
FILE = "room.ecokit"
LONGEST = 2000  # bytes of a file that holds a join line
MOST = 6  # addresses in a line
_PRIME = 37
_HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.-]{0,251}[0-9A-Za-z])?")


@dataclass(frozen=True)
class Invitation:
    """The way to a board.

    Attributes
    ----------
    addresses
        Where it listens, the likeliest first.
    port
        On each of them.
    mark
        Of its certificate, as `mark_of` gives it.
    code
        Of one learner; empty in the line that a whole room sees.
    """

    addresses: tuple[str, ...]
    port: int
    mark: str
    code: str = ""

    @property
    def line(self) -> str:
        """The join line.

        Examples
        --------
        >>> Invitation(("10.0.0.7",), 8443, "0" * 26, "000000011").line
        '10.0.0.7:8443/00000-00000-00000-00000-00000-0/0000-0001-1'
        """
        words = [f"{'+'.join(self.addresses)}:{self.port}", _grouped(self.mark, 5)]
        return "/".join([*words, *([written(self.code)] if self.code else [])])

    @property
    def file(self) -> bytes:
        """What ``room.ecokit`` holds: the line, and words for who opens it."""
        words = _("Lay this file into your folder of the course, then start the course.")
        return f"{self.line}\n\n{words}\n".encode()

    def with_code(self, code: str) -> Invitation:
        """Return the invitation of one learner."""
        return replace(self, code=code)


def read(text: str) -> Invitation:
    """Read a join line, or the file that holds one.

    Raises
    ------
    CourseError
        It is neither, or a sign of it was mistyped.
    """
    path = Path(text)
    try:
        if path.suffix == Path(FILE).suffix or path.is_file():
            return parse(_first_line(path))
    except ValueError as error:
        if isinstance(error, CourseError):
            raise
    except OSError as error:
        sentence = _("The file {path} cannot be read: {why}.")
        raise CourseError(sentence.format(path=path, why=error.strerror)) from error
    return parse(text)


def _first_line(path: Path) -> str:
    """Return the first line of a file; no more is read than it may hold."""
    if not path.is_file():  # a pipe would never end
        raise CourseError(_("There is no file {path}.").format(path=path))
    with path.open("rb") as file:
        content = file.read(LONGEST)
    return content.decode("utf-8-sig", errors="replace").lstrip().partition("\n")[0]


def parse(line: str) -> Invitation:
    """Read a join line.

    Raises
    ------
    CourseError
        It is none, or a sign of it was mistyped: of which part, and what to do.

    Examples
    --------
    >>> parse("10.0.0.7+wifi.local:8443/00000-00000-00000-00000-00000-o").addresses
    ('10.0.0.7', 'wifi.local')
    >>> parse("10.0.0.7:8443/00000-00000-00000-00000-00000-0/0000-0001-2")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The code 0000-0001-2 has a sign that was mistyped. Type it once more.
    """
    where, *rest = line.strip().split("/")
    hosts, _colon, port = where.rpartition(":")
    addresses = tuple(hosts.split("+"))
    good = len(addresses) <= MOST and all(_HOST.fullmatch(one) for one in addresses)
    if not (good and re.fullmatch("[1-9][0-9]{0,4}", port) and int(port) < 2**16):
        sentence = _("{line} is no join line. It begins with an address, such as {example}.")
        example = "192.168.1.20:8443/"
        raise CourseError(sentence.format(line=short(line.strip() or "''"), example=example))
    if not 1 <= len(rest) <= 2:
        sentence = _("The join line {line} is not whole. Copy or type it once more.")
        raise CourseError(sentence.format(line=short(line.strip())))
    mark = plain(rest[0])
    if len(mark) != MARK + 1 or not is_whole(mark):
        sentence = _("The middle of the join line, {mark}, was mistyped. Type it once more.")
        raise CourseError(sentence.format(mark=short(rest[0] or "''")))
    return Invitation(addresses, int(port), mark, code(rest[1]) if rest[1:] else "")


def code(text: str) -> str:
    """Read a code as it was typed.

    Raises
    ------
    CourseError
        It is none, or a sign of it was mistyped.

    Examples
    --------
    >>> code("oooo ooo1-l")
    '000000011'
    """
    signs = plain(text)
    if len(signs) != CODE + 1 or not re.fullmatch(f"[{DIGITS}]+", signs):
        sentence = _("{code} is no code: it has nine signs, such as {example}.")
        raise CourseError(sentence.format(code=short(text.strip() or "''"), example="0000-0001-1"))
    if not is_whole(signs):
        sentence = _("The code {code} has a sign that was mistyped. Type it once more.")
        raise CourseError(sentence.format(code=written(signs)))
    return signs


def plain(text: str) -> str:
    """Return signs without what parts them, each as it is meant."""
    return re.sub(r"[\s-]", "", text.upper()).translate(str.maketrans("ILO", "110"))


def written(code: str) -> str:
    """Return a code as it is read aloud: ``K7QM-2XWD-9``."""
    return _grouped(code, 4)


def is_whole(signs: str) -> bool:
    """Say whether the last sign fits the others: if not, some sign was mistyped.

    Examples
    --------
    >>> is_whole("000000011"), is_whole("000000101"), is_whole("Ä1")
    (True, False, False)
    """
    if not re.fullmatch(f"[{DIGITS}]{{2,}}", signs):
        return False
    return check(number(signs[:-1])) == signs[-1]


def check(value: int) -> str:
    """Return the sign that checks a number; none of the 32 for one number in seven."""
    rest = value % _PRIME
    return DIGITS[rest] if rest < len(DIGITS) else ""


def number(signs: str) -> int:
    """Return what signs are worth."""
    value = 0
    for sign in signs:
        value = value << 5 | DIGITS.index(sign)
    return value


def signs(value: int, length: int) -> str:
    """Return a number as so many signs.

    Examples
    --------
    >>> signs(33, 3)
    '011'
    """
    return "".join(DIGITS[value >> 5 * place & 31] for place in reversed(range(length)))


def mark_of(certificate: bytes) -> str:
    """Return the mark of a certificate in DER: the first 125 bits of its SHA-256.

    To make another certificate with the same mark takes some 2**125 trials. One certificate in
    seven has no sign that checks its mark; a board makes itself one that has.
    """
    value = int.from_bytes(hashlib.sha256(certificate).digest(), "big") >> 256 - 5 * MARK
    return signs(value, MARK) + check(value)


def _grouped(text: str, size: int) -> str:
    return "-".join(text[at : at + size] for at in range(0, len(text), size))
