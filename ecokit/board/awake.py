"""The trainer's laptop stays awake as long as the board listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ecokit.messages import _


@contextmanager
def awake() -> Iterator[str]:
    """Keep this machine from going to sleep, until the end of the block.

    Yields
    ------
    str
        What the trainer is to do where the system does not let itself be kept awake, else nothing.
        No programme keeps a laptop awake whose lid is closed.

    References
    ----------
    wakepy (2026), *keep.running*: which system is asked in which way.
    """
    from wakepy import keep

    with keep.running(on_fail="pass") as mode:
        yield "" if mode.active else SENTENCE


SENTENCE = _(
    "This laptop may go to sleep by itself: set its power settings so that it does not. While it "
    "sleeps, learners' work waits in their folders and comes later."
)
