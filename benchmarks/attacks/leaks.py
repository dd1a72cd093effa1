"""Answers that are hidden in what learners are given: which of them the tests find.

    python -m benchmarks.attacks.leaks [--seeds 3] [--old TEXT_OF_OLD_TESTS]

Each seed hides an answer in some fifty ways (`tests.planted`), in memory. With ``--old`` the file
``tests/leaks.py`` of another commit looks at the same files, as far as the tests of its time looked
at files of that suffix.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

from tests.planted import Plant, found, plants

LOOKED_AT = {".html", ".js", ".ipynb", ".md", ".txt", ".json"}
"""Suffixes of the files that the book's test read at commit 5e60a57."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=3)
    asked.add_argument("--old", type=Path, help="tests/leaks.py of an older commit")
    given = asked.parse_args()
    old = load(given.old) if given.old else None
    planted, after, before = Counter[str](), Counter[str](), Counter[str]()
    for seed in range(given.seeds):
        for plant in plants(seed):
            planted[plant.kind] += 1
            after[plant.kind] += found(plant)
            before[plant.kind] += old is not None and found_before(old, plant)
    print("| hidden as | planted | found |" + (" found before |" if old else ""))
    print("| --- | --- | --- |" + (" --- |" if old else ""))
    for kind, count in [*planted.items(), ("all", planted.total())]:
        found_now, found_then = (
            told.total() if kind == "all" else told[kind] for told in (after, before)
        )
        print(f"| {kind} | {count} | {found_now} |" + (f" {found_then} |" if old else ""))


def load(path: Path) -> ModuleType:
    """Return the module of a file."""
    spec = importlib.util.spec_from_file_location("old_leaks", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["old_leaks"] = module
    spec.loader.exec_module(module)
    return module


def found_before(old: ModuleType, plant: Plant) -> bool:
    if Path(plant.name).suffix not in LOOKED_AT:
        return False
    text = plant.content.decode("utf-8", "replace")
    return bool(old.leaked(plant.master, {plant.name: text}))


if __name__ == "__main__":
    main()
