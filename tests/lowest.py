"""Run the unit tests with the lowest versions that pyproject.toml allows: ``make lowest``.

The environment is made anew in ``_build/lowest``, with Python 3.11 and the lowest version of each
package that pyproject.toml names; what those need comes in its newest version. What follows
``python -m tests.lowest`` goes to pytest, such as the name of one test file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from install import package_index
from tests.run import surroundings

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "_build" / "lowest"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
UV = [sys.executable, "-m", "uv"]
# An old package beside a new one warns of what it will lose one day; both still work. PySpark 4.0
# leaves a socket to be closed for it.
OLD_BESIDE_NEW = ["DeprecationWarning", "PendingDeprecationWarning", "FutureWarning"]
OLD_BESIDE_NEW += ["ResourceWarning"]
WARNINGS = [f"-Wignore::{kind}" for kind in OLD_BESIDE_NEW] + ["-Wignore:urllib3"]
PYTEST = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "auto", "--dist", "loadscope"]
PYTEST += ["-m", "not browser", *WARNINGS]


def main(asked: list[str]) -> int:
    """Make the environment, run the tests, and return their exit code."""
    indexed = package_index(sys.executable) | surroundings()
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    steps: list[list[str]] = [
        [*UV, "venv", "--quiet", "--python", "3.11", str(ENVIRONMENT)],
        [
            *(*UV, "pip", "install", "--quiet", "--python", str(PYTHON)),
            *("--resolution", "lowest-direct", "--editable", f"{ROOT}[test,engines,book,board]"),
        ],
        [*UV, "pip", "list", "--python", str(PYTHON)],
        [str(PYTHON), *PYTEST, *asked],
    ]
    for step in steps:
        code = subprocess.call(step, cwd=ROOT, env=indexed)
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
