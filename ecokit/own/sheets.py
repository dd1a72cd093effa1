"""Copies the sheets of a spreadsheet as text: a programme of its own, with a bound to its memory.

A few bytes of a spreadsheet may stand for more cells than any memory holds, and then the whole
process ends. So it is a process that may end. For each sheet it prints a line of JSON: its name,
its copy, how many rows are filled, the first of them; or why it cannot be read.

    python sheets.py SPREADSHEET FOLDER MEMORY LARGEST
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PASSWORD, DAMAGED, LARGE = "password", "damaged", "large"


def main() -> None:
    """Copy each sheet; tell of each."""
    path, folder, memory, largest = sys.argv[1:]
    bound(int(memory))
    for told in copied(path, Path(folder), int(largest)):
        print(json.dumps(told), flush=True)


def bound(memory: int) -> None:
    """Let this process take no more bytes, where the system can tell it so."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def copied(path: str, folder: Path, largest: int) -> Iterator[dict[str, Any]]:
    """Copy the sheets of a book into a folder, each as text of at most so many bytes."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(path)
        sheets = list(book.sheet_names)
    except calamine.PasswordError:
        yield {"why": PASSWORD}
        return
    except (calamine.CalamineError, ValueError):
        yield {"why": DAMAGED}
        return
    for name in sheets:
        copy = folder / f"{len(list(folder.iterdir()))}.csv"
        try:
            sheet = book.get_sheet_by_name(name)
            rows = write(sheet.iter_rows(), copy, largest)
            yield {"sheet": name, "copy": str(copy), "rows": rows, "start": (sheet.start or [0])[0]}
        except calamine.CalamineError as error:
            yield {"sheet": name, "why": str(error)}
        except OverflowError:
            yield {"sheet": name, "why": LARGE}


def write(rows: Iterable[list[Any]], copy: Path, largest: int) -> int:
    """Write rows as text; return how many are filled. OverflowError where the text is too large."""
    number = 0
    with copy.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for place, row in enumerate(rows):
            texts = [cell(value) for value in row]
            writer.writerow(texts)
            number += any(texts)
            if place % 1_000 == 0 and out.tell() > largest:
                raise OverflowError
    return number


def cell(value: Any) -> str:
    """Return a cell as it is read: 12.0 of a sheet is 12, a day has no clock."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


if __name__ == "__main__":
    main()
