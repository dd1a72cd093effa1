"""Opening files that other people bring: no pipes, no devices, nothing that unpacks without end."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ecokit.errors import CourseError
from ecokit.messages import _

BLOCK = 1 << 20
PACKED = 200  # times its size: no table unpacks to more
SMALL = 64 << 20  # bytes to which anything may unpack
LINE = (
    1 << 17
)  # bytes of a line with the names of columns, as many as the csv module takes in a cell
COLUMNS = 5_000


def check_file(path: Path) -> None:
    """Refuse what is no file with something in it: who reads a pipe waits, a device never ends."""
    if not path.is_file():
        raise CourseError(
            _(
                "{file} cannot be read: it is a pipe, a device, a folder or a link to nothing."
            ).format(file=path.name)
        )
    if not path.stat().st_size:  # also the files that a system makes up
        raise CourseError(_("{file} is empty. Export it again.").format(file=path.name))


def check_unpacked(name: str, packed: int, size: int) -> None:
    """Refuse what unpacks to far more than a table does.

    Examples
    --------
    >>> check_unpacked("orders.csv.gz", packed=20_000, size=867_000_000)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: orders.csv.gz unpacks to more than 200 times its size. No table ...
    """
    if size > max(SMALL, PACKED * packed):
        sentence = _(
            "{file} unpacks to more than {n} times its size. No table does: export it again."
        )
        raise CourseError(sentence.format(file=name, n=PACKED))


def blocks(path: Path, *, zipped: bool) -> Iterator[bytes]:
    """Return the bytes of a file, unpacked if it is zipped, block by block."""
    opened: Any = gzip.open if zipped else open
    packed, size = path.stat().st_size, 0
    with opened(path, "rb") as stream:
        while block := stream.read(BLOCK):
            size += len(block)
            if zipped:
                check_unpacked(path.name, packed, size)
            yield block
