"""Where the course's files are: in a wheel inside the package, in a checkout beside it."""

from __future__ import annotations

import os
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


def learner_folder() -> Path | None:
    """Return the ``.ecokit`` folder of the learner; None where there is none.

    ``ECOKIT_FOLDER`` names the learner's folder; else it is the nearest one from the working
    directory upwards that holds ``.ecokit/``.
    """
    if named := os.environ.get("ECOKIT_FOLDER"):
        return Path(named).expanduser() / ".ecokit"
    try:
        here = Path.cwd()
    except OSError:  # it was deleted
        return None
    return next((p / ".ecokit" for p in (here, *here.parents) if (p / ".ecokit").is_dir()), None)
