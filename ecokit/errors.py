"""The one error that ecokit raises on purpose: a sentence that says what to do."""

from __future__ import annotations

LONGEST = 600  # signs of a sentence
LINE = 380  # of one of several
LINES = 6


def legible(text: str) -> str:
    """Return a sentence without signs that cannot be seen, no longer than a screen.

    Examples
    --------
    >>> legible(f"a{chr(27)}[2Jb"), len(legible("x" * 10**6))
    ('a[2Jb', 600)
    >>> print(legible(chr(10).join("abcdefgh")))
    a
    b
    c
    d
    e
    ... and 3 more
    """
    lines = text.split("\n")
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], f"... and {len(lines) - LINES + 1:,} more"]
    longest = LONGEST if len(lines) == 1 else LINE
    return "\n".join(_cut("".join(map(_seen, _cut(line, longest))), longest) for line in lines)


def _cut(line: str, longest: int) -> str:
    """Leave out the middle of a line: what is wrong stands before it, what to do behind it."""
    end = longest // 3
    return line if len(line) <= longest else f"{line[: longest - end - 5]} ... {line[-end:]}"


def _seen(sign: str) -> str:
    return sign if sign.isprintable() else " " * sign.isspace()


class CourseError(ValueError):
    """Input that ecokit cannot use, told in a sentence.

    A notebook shows the sentence alone, without a traceback; ordinary Python
    code catches it like any ``ValueError``.

    Examples
    --------
    >>> raise CourseError("The weights add up to 90 %; they must add up to 100 %.")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The weights add up to 90 %; they must add up to 100 %.
    """

    def __init__(self, sentence: object = "") -> None:
        super().__init__(legible(str(sentence)))

    def _render_traceback_(self) -> list[str]:
        # IPython prints these lines instead of the traceback.
        return [str(self)]
