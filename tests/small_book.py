"""The settings of a book of a page or two, built with the course's own extension."""

from __future__ import annotations

from pathlib import Path

EXTENSION = Path(__file__).resolve().parents[1] / "book" / "_ext"


def configure(folder: Path, first: str, more: str = "") -> None:
    """Write the ``conf.py`` of a book whose first page is `first`."""
    (folder / "conf.py").write_text(
        f"""
import sys
sys.path.append({str(EXTENSION)!r})
extensions = ["myst_nb", "sphinx_book_theme", "ecokit_book"]
html_theme = "sphinx_book_theme"
html_context = {{"default_mode": "light"}}
project, root_doc = "Small", {first!r}
{more}
""",
        "utf-8",
    )
