"""Where the course's files are: in a wheel inside the package, in a checkout beside it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def course_root() -> Path:
    """Return the folder that holds ``datasets``, ``notebooks`` and ``book``.

    A wheel carries them in ``ecokit/_course``; a checkout has them at its top.

    Examples
    --------
    >>> (course_root() / "datasets" / "datapackage.json").is_file()
    True
    """
    inside = _PACKAGE / "_course"
    return inside if inside.is_dir() else _PACKAGE.parent


def datasets_folder() -> Path:
    """Return the folder of the bundled tables.

    Examples
    --------
    >>> datasets_folder().name
    'datasets'
    """
    return course_root() / "datasets"
