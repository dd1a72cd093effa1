"""The company of a learner's folder: simulated once, and kept there as plain arrays.

A company takes seconds to simulate, and each notebook loads it anew. So its tables are kept in
``.ecokit/companies``, under a name that says by which code they were made: another release makes
them anew. They are numbers and words, nothing that could be run. A file that is not as it was
written, a folder that is full or may not be written, only costs the seconds again.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from ecokit.messages import _
from ecokit.shop.paths import datasets_folder
from ecokit.shop.schema import Field, schema, schemas
from ecokit.shop.tables import Shop

FOLDER = "companies"
LATE = "incremental"
"""The table that takes longer than all others, and that few ask for: it is kept by itself."""
BROKEN = (OSError, EOFError, ValueError, LookupError, TypeError, zlib.error, zipfile.BadZipFile)
"""What reading a file raises that is not as it was written."""


def kept_company(seed: int, place: Path | None) -> Shop:
    """Return a simulated company whose tables are kept in a learner's ``.ecokit`` folder.

    Parameters
    ----------
    seed : int
        Its number.
    place : Path or None
        The folder; without one it is simulated each time.
    """
    if place is None:
        return _made(seed)
    names = [name for name in schemas() if name != LATE]
    path = place / FOLDER / f"{seed}-{_state()}.npz"
    if not _holds(path, names):
        made = _made(seed)
        _write(path, {name: made[name] for name in names})
        return _company(seed, {name: made[name] for name in names}, path)
    return _company(seed, {name: partial(_read, path, name, seed) for name in names}, path)


def _company(
    seed: int, tables: Mapping[str, pd.DataFrame | Callable[[], pd.DataFrame]], path: Path
) -> Shop:
    """Return a shop of tables that are at hand and the one that is made when it is asked for."""
    late = partial(_late, seed, path.with_name(f"{path.stem}-{LATE}.npz"))
    shop = Shop({**tables, LATE: late})
    shop.seed = seed
    return shop


def _made(seed: int) -> Shop:
    from ecokit.shop.simulator import simulate

    print(_("Its tables are being made. This takes some seconds."))
    return simulate(seed)


def _late(seed: int, path: Path) -> pd.DataFrame:
    if not _holds(path, [LATE]):
        from ecokit.shop.simulator import simulate

        print(_("What each campaign brought is being worked out. This takes some seconds."))
        _write(path, {LATE: simulate(seed)[LATE]})
    return _read(path, LATE, seed)


@cache
def _state() -> str:
    """Return a name for the code and the inputs that a company hangs on."""
    top = Path(__file__).parent
    files = [path for path in top.rglob("*") if path.suffix in (".py", ".csv")]
    found = hashlib.sha256((datasets_folder() / "datapackage.json").read_bytes())
    for path in sorted(files):
        found.update(path.relative_to(top).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:12]


# Files -----------------------------------------------------------------------------------------


def _holds(path: Path, names: list[str]) -> bool:
    """Say whether a file holds all columns of tables."""
    wanted = {f"{_key(name, field)}.npy" for name in names for field in schema(name)}
    try:
        with zipfile.ZipFile(path) as file:
            return wanted <= set(file.namelist())
    except BROKEN:
        return False


def _write(path: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Keep tables in a file, in one step; where that cannot be, they are not kept."""
    columns: dict[str, np.ndarray] = {}
    for name, frame in tables.items():
        for field in schema(name):
            columns |= _packed(_key(name, field), field, frame[field.name])
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        _forget(path)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **columns)  # type: ignore[arg-type]
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)


def _forget(path: Path) -> None:
    """Remove what another company or another release has left."""
    for left in path.parent.glob("*.npz"):
        if not left.name.startswith("-".join(path.stem.split("-")[:2])):
            with suppress(OSError):
                left.unlink()


def _read(path: Path, name: str, seed: int) -> pd.DataFrame:
    """Return a table of a file; it is simulated where the file is not as it was written."""
    try:
        with np.load(path, allow_pickle=False) as file:
            columns = {
                field.name: _unpacked(_key(name, field), field, file) for field in schema(name)
            }
        frame = pd.DataFrame(columns)
    except BROKEN:
        with suppress(OSError):
            path.unlink()
        return _made(seed)[name]
    return frame


def _key(table: str, field: Field) -> str:
    return f"{table}/{field.name}"


# Columns ---------------------------------------------------------------------------------------


def _packed(key: str, field: Field, column: pd.Series) -> dict[str, np.ndarray]:
    """Return a column as arrays of plain numbers: words once each, and where they stand."""
    if field.dtype == "str":
        codes, words = pd.factorize(column)
        text = np.frombuffer(json.dumps(list(words)).encode(), dtype=np.uint8)
        return {key: _small(codes), f"{key}/words": text}
    if field.dtype in ("Int64", "boolean"):
        values = column.to_numpy(dtype="int64", na_value=0)
        return {key: _small(values), f"{key}/gaps": column.isna().to_numpy()}
    values = column.to_numpy()
    return {key: _small(values) if values.dtype.kind == "i" else values}


def _small(values: np.ndarray) -> np.ndarray:
    """Return whole numbers in as few bytes as hold them all."""
    if not len(values):
        return values
    return values.astype(np.promote_types(*map(np.min_scalar_type, (values.min(), values.max()))))


def _unpacked(key: str, field: Field, file: Mapping[str, np.ndarray]) -> pd.Series:
    values = file[key]
    if field.dtype == "str":
        words = json.loads(file[f"{key}/words"].tobytes())
        return pd.Series(np.array([*words, None], dtype=object)[values], dtype="str")
    if field.dtype in ("Int64", "boolean"):
        kind = "int64" if field.dtype == "Int64" else "bool"
        return pd.Series(values.astype(kind), dtype=field.dtype).mask(file[f"{key}/gaps"])
    return pd.Series(values).astype(field.dtype)
