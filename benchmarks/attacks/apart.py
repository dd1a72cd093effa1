"""Attacks in a process of their own: one that hangs or takes too much memory ends nobody else."""

from __future__ import annotations

import gc
import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence

from tests.hostile import HANG

MEMORY = "too much memory"
Job = tuple[str, Callable[[], str]]


def ends(
    jobs: Sequence[Job], limit: float, together: int = 1, memory: int | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the label of each job and how it ended.

    Parameters
    ----------
    jobs : sequence of label and callable
        Each returns how it ended, in a word and a colon.
    limit : float
        Seconds until it is a hang.
    together : int
        How many share a process.
    memory : int, optional
        Bytes: a process that held more ends in `MEMORY`, and is stopped at four times as much.
    """
    left = list(jobs)
    while left:
        some, done = left[:together], 0
        pid, stream = _forked(some, memory)
        begun, held = time.monotonic(), b""
        with os.fdopen(stream, "rb", buffering=0) as pipe:
            while done < len(some):
                wait = limit - (time.monotonic() - begun)
                ready = select.select([pipe], [], [], max(0.0, wait))[0]
                more = pipe.read(1 << 16) if ready else b""
                if not more:
                    break
                *lines, held = (held + more).split(b"\n")
                for line in lines:
                    begun = time.monotonic()
                    if memory is None:
                        yield some[done][0], line.decode()
                    done += 1
                    last = line.decode()
            hung = done < len(some) and time.monotonic() - begun >= limit
            if hung:
                os.kill(pid, signal.SIGKILL)
        _pid, status, used = os.wait4(pid, 0)
        if memory is not None and done == len(some):
            much = used.ru_maxrss * 1024
            yield some[0][0], f"{MEMORY}: {much >> 20} MB" if much > memory else last
        if done < len(some):
            how = HANG if hung else f"{MEMORY}: died of signal {os.WTERMSIG(status)}"
            yield some[done][0], how
            done += 1
        left = left[done:]


def _forked(jobs: Sequence[Job], memory: int | None) -> tuple[int, int]:
    """Do jobs in a child of this process, which writes how each ended, a line each."""
    import resource

    gc.collect()
    read, write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write)
        return pid, read
    try:
        os.close(read)
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (4 * memory, 4 * memory))
        for _label, act in jobs:
            end = act().replace("\n", " ")[:500]
            os.write(write, end.encode("utf-8", "replace") + b"\n")
    finally:
        os._exit(0)
