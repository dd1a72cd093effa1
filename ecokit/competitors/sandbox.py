"""A page of HTML inside a notebook, in a frame where nothing runs."""

from __future__ import annotations

from html import escape
from typing import Any


def sandboxed(page: str, title: str, height: int) -> Any:
    """Return a page as the output of a cell.

    >>> "<script" in sandboxed("<script>alert(1)</script>", "A page", 300).data
    False
    """
    from IPython.display import HTML

    frame: Any = HTML
    return frame(
        f'<div><iframe sandbox="" title="{escape(title)}" srcdoc="{escape(page)}" '
        f'style="width: 100%; height: {height}px; border: 1px solid #8c959f"></iframe></div>'
    )
