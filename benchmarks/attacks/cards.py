"""How the exercises end when an answer is none: huge, odd, hollow, or holding itself.

Run it from the checkout, `python -m benchmarks.attacks.cards`; `--code FOLDER` tries the kit of
another checkout. Each answer has its seed.
"""

from __future__ import annotations

import argparse
import collections
import os
import random
import sys
import tempfile
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--code", help="checkout whose ecokit is tried; this one otherwise")
    asked.add_argument("--seeds", type=int, default=1)
    asked.add_argument("--kinds", nargs="*", default=[])
    asked.add_argument("--limit", type=float, default=10.0, help="seconds until it is a hang")
    asked.add_argument("--verbose", action="store_true", help="name each answer that hurt")
    given = asked.parse_args()
    if given.code:
        sys.path.insert(0, given.code)
    warnings.simplefilter("ignore")
    run(given)


def run(given: argparse.Namespace) -> None:
    from benchmarks.attacks.apart import ends
    from ecokit import exercises, load_shop
    from tests import odd  # now that it is known whose ecokit is tried

    shop = load_shop()
    print("| kind | tried | right | sentences | tracebacks | hangs | silent nonsense | lost |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    total: collections.Counter[str] = collections.Counter()
    sheets = [(one, one.sheet(shop)) for one in exercises.all()]
    for kind in (*(given.kinds or odd.KINDS), *(() if given.kinds else ("noted",))):
        counts: collections.Counter[str] = collections.Counter()
        jobs: list[tuple[str, Callable[[], str]]] = []
        for seed in range(1, given.seeds + 1):
            for exercise, sheet in sheets:
                if kind == "noted":
                    label = f"{exercise.id}, seed {seed}"
                    jobs.append((label, partial(noted, exercise, sheet, shop, seed)))
                    continue
                jobs += [
                    (f"{exercise.id}, {one.label}", partial(odd.judged, exercise, one, shop))
                    for one in odd.answers(kind, exercise, sheet, seed)
                ]
        for label, end in ends(jobs, given.limit, together=2_000):
            counts[end.partition(":")[0]] += 1
            if given.verbose and end not in ("right", "sentence"):
                print(f"  {kind}, {label}: {end}", file=sys.stderr)
        total += counts
        print(row(kind, counts), flush=True)
    print(row("all", total))


def noted(exercise: Any, sheet: Any, shop: Any, seed: int) -> str:
    """Give odd answers in a learner's folder, then the right one; say whether it is kept."""
    from ecokit import exercises
    from ecokit.exercises import store
    from tests import odd
    from tests.hostile import LOST, SENTENCE, TRACEBACK

    right = (
        sheet.right
        if isinstance(sheet.right, str)
        else (dict(sheet.right.items()) if hasattr(sheet.right, "items") else float(sheet.right))
    )
    draw = random.Random(f"{exercise.id} {seed}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(ECOKIT_FOLDER=folder, ECOKIT_PROGRESS="")
        for kind in odd.KINDS:
            those = odd.answers(kind, exercise, sheet, seed)
            for one in draw.sample(those, min(5, len(those))):
                try:
                    exercises.check(exercise.id, one.make(), shop)
                except Exception as error:
                    return f"{TRACEBACK}: {one.label}: {type(error).__name__}: {str(error)[:80]}"
        if isinstance(right, dict):
            right = {str(key): value for key, value in right.items()}
        if not exercises.check(exercise.id, right, shop).right:
            return f"{LOST}: the right answer"
        store._learner.cache_clear()
        found = store.learner().standing(exercise.id, exercise.edition)
    return SENTENCE if found.done and found.answer is not None else f"{LOST}: {found}"


def row(name: str, counts: collections.Counter[str]) -> str:
    words = ("right", "sentence", "traceback", "hang", "silent nonsense", "lost")
    return f"| {name} | {counts.total():,} | " + " | ".join(f"{counts[w]:,}" for w in words) + " |"


if __name__ == "__main__":
    main()
