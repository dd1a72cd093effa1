"""What each public function gave for the call of the sweep when it was last looked at, in short.

    python -m tests.sweep.stored            # store what they give today; then read it with git
    python -m tests.sweep.stored limits     # this part alone

Most wrong results are results of the wrong size: a sign, a limit, a filter. They look as good as
right ones; beside those of yesterday they do not.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import math
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ecokit.cli import doctor

FILE = Path(__file__).with_name("stored.json")
ROOT = FILE.parents[2]
NUMERIC = ("numpy", "pandas", "scipy", "statsmodels", "scikit-learn", "networkx", "narwhals")
FEW = 6  # values that are kept as they are
LONG = 40  # signs of a text that is a sentence, which may be worded anew
CLOSE = 1e-5  # of the numbers added up: what optimisers may end apart on other machines


def comparable() -> bool:
    """Say whether this is the computer that the values are of: one of CI's, with locked packages.

    Elsewhere sorting leaves equal rows in another order, and optimisers take another of the ends
    that are as good.
    """
    locked = doctor.locked(ROOT / "requirements.lock")
    here = sys.platform == "linux" and sys.version_info[:2] == (3, 11)
    return here and all(version(name) == locked[name] for name in NUMERIC)


@cache
def read() -> dict[str, Any]:
    """Return what is stored by the name of the function: results, defaults, results when moved."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def short(value: Any) -> Any:
    """Return a value of lists, mappings, numbers and text in short.

    >>> short({"a": [1.0, None, 2.5], "b": list("abcdefgh")})
    {'a': [1.0, None, 2.5], 'b': ['text', 8, 443108100]}
    >>> short([float(n) for n in range(8)])
    ['numbers', 8, 28.0, 0.69...]
    """
    if isinstance(value, dict):
        return {key: short(one) for key, one in value.items()}
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str) and (len(value) > LONG or " at 0x" in value):
        return "..."
    if not isinstance(value, list):
        return value
    if len(value) <= FEW:
        return [short(one) for one in value]
    parts = leaves(value)
    if any(
        isinstance(one, str) for one in parts
    ):  # floats apart: their last digits are a machine's
        words = [short(one) for one in parts if not isinstance(one, float)]
        told = ["text", len(words), zlib.crc32(" ".join(map(str, words)).encode())]
        floats = [one for one in parts if isinstance(one, float)]
        return [told, in_short(floats)] if floats else told
    return in_short(float(one) for one in parts if one is not None)


def in_short(values: Iterable[float]) -> list[Any]:
    """Return how many finite numbers there are, what they add up to, and how they stand.

    >>> in_short([1.0, 2.0, float("nan")])
    ['numbers', 2, 3.0, -0.7]
    """
    numbers = [one for one in values if math.isfinite(one)]
    # each place has a weight, so that two values that change places are noticed
    weighed = [(place % 7 - 3) / 10 * one for place, one in enumerate(numbers)]
    return ["numbers", len(numbers), math.fsum(map(abs, numbers)), math.fsum(weighed)]


def leaves(value: Any) -> list[Any]:
    """Return what stands in lists and mappings, whatever their depth."""
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for one in value for leaf in leaves(one)] if isinstance(value, list) else [value]


def alike(one: Any, other: Any) -> bool:
    """Say whether two values in short are the same, but for what optimisers leave open."""
    if isinstance(one, float) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-9)
    if isinstance(one, list) and isinstance(other, list) and one[:1] == other[:1] == ["numbers"]:
        return one[1] == other[1] and all(
            abs(a - b) <= CLOSE * abs(one[2]) + 1e-9
            for a, b in zip(one[2:], other[2:], strict=True)
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def defaults(function: Callable[..., Any]) -> dict[str, str]:
    """Return what the keywords of a function are where the caller does not say.

    >>> defaults(round)
    {'ndigits': 'None'}
    """
    found = inspect.signature(function).parameters.values()
    return {one.name: repr(one.default) for one in found if one.default is not one.empty}


def _elsewhere(give: Callable[[str], Any], name: str) -> Any:
    """Return what is given in an empty folder: some calls write a file."""
    with tempfile.TemporaryDirectory() as away, contextlib.chdir(away):
        return give(name)


def main() -> None:
    """Store what the calls give today; of the parts that are named, or of all."""
    from tests import test_sweep
    from tests.sweep import limits

    names = sorted(test_sweep.CALLS)
    makers: dict[str, tuple[list[str], Callable[[str], Any]]] = {
        "results": (names, lambda name: short(_elsewhere(test_sweep._expected, name))),
        "defaults": (names, lambda name: defaults(test_sweep._function(name))),
        "limits": (names, lambda name: _elsewhere(test_sweep._limits, name)),
        "constants": (test_sweep.MODULES, limits.constants),
        "moved": (names, lambda name: _elsewhere(test_sweep._moved_results, name)),
    }
    asked = sys.argv[1:] or list(makers)
    parts = {part: read().get(part, {}) for part in makers}
    for part in asked:
        those, make = makers[part]
        found = {name: make(name) for name in those}
        parts[part] = {
            name: one for name, one in found.items() if part == "results" or one not in ({}, [])
        }
    written = [
        f" {json.dumps(part)}: {{\n"
        + ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in told.items())
        + "\n }"
        for part, told in parts.items()
    ]
    FILE.write_text("{\n" + ",\n".join(written) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
