"""Where computed things lie between two builds, and when they are stale."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = {".py", ".csv", ".gz", ".json", ".otf"}


def fingerprint(root: Path) -> str:
    """Return a hash of all that a page's figures are computed from: ``ecokit/``, ``datasets/``."""
    digest = hashlib.sha256()
    for path in _inputs(root):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def folder(root: Path) -> Path:
    """Return the cache folder of the present code and data; those of older states are removed."""
    root = Path(root)
    current = root / "_build" / "cache" / fingerprint(root)
    current.mkdir(parents=True, exist_ok=True)
    for other in current.parent.iterdir():
        if other != current:
            shutil.rmtree(other, ignore_errors=True)
    return current


def _inputs(root: Path) -> Iterator[Path]:
    for top in ("ecokit", "datasets"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SUFFIXES and "cli" not in path.parts:
                yield path
