"""The notebook that an analyst goes on with, laid beside the report."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import nbformat
from nbformat import v4

NAME = "analysis.ipynb"


def lay(out: Path) -> bool:
    """Write the notebook, unless one is there; say whether it was written."""
    path = out / NAME
    if path.exists():
        return False
    text = (resources.files("ecokit.own") / "analysis.md").read_text("utf-8")
    parts = re.split(r"^```python\n(.*?)^```\n", text, flags=re.MULTILINE | re.DOTALL)
    cells = [
        v4.new_code_cell(part.strip(), id=f"cell-{place}")
        if place % 2
        else v4.new_markdown_cell(part.strip(), id=f"cell-{place}")
        for place, part in enumerate(parts)
        if part.strip()
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    path.write_text(nbformat.writes(notebook) + "\n", "utf-8")
    return True
