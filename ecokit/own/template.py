"""The notebook that an analyst goes on with, laid beside the report."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

NAME = "analysis.ipynb"


def lay(out: Path) -> bool:
    """Write the notebook, unless one is there; say whether it was written."""
    path = out / NAME
    if path.exists():
        return False
    text = (resources.files("ecokit.own") / "analysis.md").read_text("utf-8")
    parts = re.split(r"^```python\n(.*?)^```\n", text, flags=re.MULTILINE | re.DOTALL)
    cells = [_cell(place, part.strip()) for place, part in enumerate(parts) if part.strip()]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return True


def _cell(place: int, text: str) -> dict[str, object]:
    """Return a cell: every second part is code."""
    lines = text.splitlines(keepends=True)
    cell: dict[str, object] = {"id": f"cell-{place}", "metadata": {}, "source": lines}
    if place % 2:
        return {"cell_type": "code", "execution_count": None, "outputs": [], **cell}
    return {"cell_type": "markdown", **cell}
