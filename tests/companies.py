"""Companies that many tests ask about, each simulated once for all test processes.

A year of the usual company takes seconds to simulate and a twentieth of a second to read. What was
simulated lies in ``_build/companies``, in a folder that is named after all code and all inputs of
the kit: a line that changes makes all companies anew. Nothing is kept where Python keeps no
bytecode, as in the processes of mutants: there each test has to take the time that it takes.
"""

from __future__ import annotations

import hashlib
import pickle
import shutil
import sys
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from ecokit import load_shop, simulate
from ecokit.shop import Shop
from tests.conftest import alone

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "_build" / "companies"
LATE = "incremental"
"""The table that takes three times as long as all others, and that few ask for."""


def of_seed(seed: int, visitors_per_day: float | None = None) -> Shop:
    """Return the company that ``simulate`` gives, a copy of its own for each who asks."""
    size = {} if visitors_per_day is None else {"visitors_per_day": visitors_per_day}
    if sys.dont_write_bytecode:
        return simulate(seed, **size)
    path = FOLDER / _state() / f"{seed}-{size.get('visitors_per_day', 'usual')}.pickle"
    tables = _kept(path, partial(_simulated, seed, size))
    late = partial(_kept, path.with_suffix(".late"), tables[LATE])
    return _numbered(seed, tables | {LATE: late})


def _numbered(seed: int | None, tables: Mapping[str, Any]) -> Shop:
    """Return a shop that knows its number, as it does from where it is made."""
    shop = Shop(tables)
    shop.seed = seed
    return shop


def _simulated(seed: int, size: dict[str, float]) -> dict[str, Any]:
    """Return all tables but one, of which what makes it."""
    tables = simulate(seed, **size).tables
    return {name: tables._tables[name] if name == LATE else tables[name] for name in tables}


def _kept(path: Path, make: Callable[[], Any]) -> Any:
    """Return what lies in a file; the first who asks makes it, and the others wait."""
    with alone(path.name):
        if not path.is_file():
            _forget_older_states()
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_suffix(f"{path.suffix}.new")
            new.write_bytes(pickle.dumps(make(), protocol=5))
            new.replace(path)
    with path.open("rb") as file:
        return pickle.load(file)


def bundled() -> Shop:
    """Return the bundled company, whose tables a process reads once; copies, for who changes one.

    Copies share their values until somebody writes into them.
    """
    return copy_of(None)


def copy_of(seed: int | None) -> Shop:
    """Return such copies of any company; None is the bundled one."""
    shop = _read(seed)
    return _numbered(shop.seed, {name: partial(_copy, seed, name) for name in shop.tables})


@cache
def read_only() -> Shop:
    """Return the bundled company, the same object for all who change nothing in it.

    What exercises work out for a company they keep for that object.
    """
    return bundled()


@cache
def _read(seed: int | None) -> Shop:
    return load_shop() if seed is None else of_seed(seed)


def _copy(seed: int | None, name: str) -> pd.DataFrame:
    return _read(seed)[name].copy(deep=False)


@cache
def _state() -> str:
    """Return a name for the code, the inputs and the packages that a company hangs on."""
    found = hashlib.sha256(sys.version.encode())
    for package in ("numpy", "pandas", "scipy"):
        found.update(version(package).encode())
    files = [path for path in (ROOT / "ecokit").rglob("*") if path.suffix in (".py", ".csv")]
    for path in sorted([*files, ROOT / "datasets" / "datapackage.json"]):
        found.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def _forget_older_states() -> None:
    for folder in FOLDER.glob("*"):
        if folder.name != _state():
            shutil.rmtree(folder, ignore_errors=True)
