"""What stands between a collector and whatever gives it pages: a fetch, its reply, its faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

SLOWEST = 30.0  # seconds for one page
SECONDS_LEFT: ContextVar[float] = ContextVar("SECONDS_LEFT", default=SLOWEST)
"""Seconds that a fetch may still take for the page it is asked for."""


@dataclass(frozen=True)
class Reply:
    """What a fetch gives: the status, the headers in lower case, and the body in pieces."""

    status: int
    headers: Mapping[str, str]
    body: Iterable[bytes]
    close: Callable[[], None] = lambda: None


Fetch = Callable[[str, Mapping[str, str]], Reply]


class SlowError(TimeoutError):
    """A reply that was not whole in time."""


class NoAddressError(ValueError):
    """An address that cannot be asked for."""
