"""Where Chinese stands that is compared with what others write, and never drawn."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]

COMPARED = (
    "ecokit/competitors/convert.py",
    "ecokit/competitors/prices.py",
    "ecokit/competitors/strict.py",
    "ecokit/competitors/words.*",
    "ecokit/exercises/numerals.py",
    "ecokit/own/**/*",
    "ecokit/shop/values.py",
    "ecokit/shop/words.py",
)
"""Words by which other people's files, pages and answers are read."""


def compared() -> set[Path]:
    """Return the files of `COMPARED`."""
    return {path for pattern in COMPARED for path in ROOT.glob(pattern)}
