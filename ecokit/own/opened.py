"""The shop of a folder that ``ecokit own`` has made."""

from __future__ import annotations

from pathlib import Path

from ecokit.shop.looked import read_looked
from ecokit.shop.tables import Shop


def load(folder: str | Path) -> Shop:
    """Return the shop of a folder that ``ecokit own`` has made.

    Parameters
    ----------
    folder : str or Path
        What ``--out`` named.

    Returns
    -------
    Shop
        Its tables, as they were kept; ``shop.left_out`` holds what was left out.

    Raises
    ------
    CourseError
        There is no such folder, or it holds no tables.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> load("no-such-folder")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: no-such-folder holds no tables. Run first: ecokit own ...
    """
    return read_looked(Path(folder))
