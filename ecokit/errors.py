"""The one error that ecokit raises on purpose: a sentence that says what to do."""

from __future__ import annotations


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

    def _render_traceback_(self) -> list[str]:
        # IPython prints these lines instead of the traceback.
        return [str(self)]
