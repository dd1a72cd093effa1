"""Build the book twice, from empty caches in two folders, and compare each byte.

make reproducible              some ten minutes
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("one", "another/folder of a longer name")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        books = []
        for number, folder in enumerate(FOLDERS):
            course = Path(name, folder)
            copy_sources(course)
            run([sys.executable, "-m", "ecokit.cli", "book"], course, seed=number)
            books.append(course / "_build" / "html")
        differing = differences(*books)
        count = len(files(books[0]))
    print(f"{len(differing)} of {count} files differ", *differing, sep="\n")
    sys.exit(bool(differing))


def copy_sources(folder: Path) -> None:
    """Copy what git knows of, or would, as it is now."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, done.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def run(command: Sequence[str], folder: Path, seed: int) -> None:
    """Run a build in a folder; the order of sets differs by `seed`."""
    own = {"PYTHONPATH": str(folder), "PYTHONHASHSEED": str(seed), "PYTHONUTF8": "1"}
    subprocess.run(command, cwd=folder, env=os.environ | own, check=True)


def files(book: Path) -> dict[str, bytes]:
    """Return the files of a book, by name."""
    return {
        path.relative_to(book).as_posix(): path.read_bytes()
        for path in sorted(book.rglob("*"))
        if path.is_file() and ".doctrees" not in path.parts
    }


def differences(one: Path, other: Path) -> list[str]:
    """Return the files that are not the same in two books, or stand in one alone."""
    first, second = files(one), files(other)
    return sorted(name for name in {*first, *second} if first.get(name) != second.get(name))


if __name__ == "__main__":
    main()
