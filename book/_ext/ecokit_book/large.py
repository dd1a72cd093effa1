"""Figures as a room can read them: drawn once more, for a slide, where a page draws them.

The kernel of a page that has slides loads this file alone (`slides` tells it to), so it imports
nothing of the book. What the page shows stays as it is.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

FOLDER = "ECOKIT_LARGE_FIGURES"
"""Environment variable: where the large ones are laid, named by the hash of those on the page."""
CELLS = "ECOKIT_LARGE_CELLS"
"""Environment variable: the hashes of the cells whose figure a slide shows."""
WIDE, HIGH = 1160, 470
"""The place of a figure on a slide of 1280 x 720, in pixels."""
SCALES = (213, 200, 188, 176, 164, 152)
"""Pixels an inch, the largest first: at 213 the smallest letters of a figure are 28 high."""
SHARP = 1.5
"""Pixels of the picture for each of the slide."""
SMALLEST = 9.5
"""Points of the smallest letters that hold a number or a name."""


def name(content: bytes) -> str:
    """Return what a cell, or a picture, is called here."""
    return hashlib.sha256(content).hexdigest()


def begin(shell: Any) -> None:
    """Let a kernel show figures by `keep`."""
    formatter = shell.display_formatter.formatters["image/png"]
    formatter.for_type_by_name("ecokit.plots.theme", "_Shown", partial(keep, shell))


def keep(shell: Any, fig: Any) -> bytes:
    """Return the picture for the page, and lay the one for a slide where it is wanted."""
    small: bytes = fig._repr_png_()
    cell = shell.user_ns["In"][-1]
    if name(cell.encode()) in os.environ.get(CELLS, "").split():
        size = fig.get_size_inches().copy()
        picture, letters = large(fig)
        fig.set_size_inches(size)
        place = Path(os.environ[FOLDER], name(small))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.with_suffix(".png").write_bytes(picture)
        place.with_suffix(".json").write_text(json.dumps({"letters": round(letters, 1)}))
    return small


def large(fig: Any) -> tuple[bytes, float]:
    """Return a figure as the largest letters allow without one that is cut off or covered.

    Returns
    -------
    tuple of bytes and float
        A PNG, and the height of its smallest letters on the slide in pixels.
    """
    width, height = fig.get_size_inches()
    overlaps = _covered(_boxes(fig))
    for scale in SCALES:
        fig.set_size_inches(WIDE / scale, HIGH / scale)
        boxes = _boxes(fig)
        if _inside(fig, boxes) and _covered(boxes) <= overlaps:
            break
    else:
        scale = min(WIDE / width, HIGH / height)
        fig.set_size_inches(width, height)
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=SHARP * scale, metadata={"Software": None})
    return buffer.getvalue(), scale * SMALLEST / 72


def _boxes(fig: Any) -> list[Any]:
    """Return the place of each text that is seen."""
    from matplotlib.text import Text

    fig.draw_without_rendering()
    renderer = fig.canvas.get_renderer()
    return [
        one.get_window_extent(renderer)
        for one in _shown(fig)
        if isinstance(one, Text) and one.get_text().strip()
    ]


def _shown(artist: Any) -> Iterator[Any]:
    """Yield an artist and all below it that are seen; ticks outside an axis are not."""
    if not artist.get_visible():
        return
    yield artist
    for child in artist.get_children():
        if _is_axis(child) and child.get_visible():
            yield child.label
            yield child.offsetText
            for tick in child._update_ticks():
                yield from (tick.label1, tick.label2) if tick.get_visible() else ()
        else:
            yield from _shown(child)


def _is_axis(artist: Any) -> bool:
    return hasattr(artist, "get_major_ticks")


def _inside(fig: Any, boxes: Sequence[Any]) -> bool:
    whole, slack = fig.bbox, 2
    return all(
        box.x0 >= -slack
        and box.y0 >= -slack
        and box.x1 <= whole.x1 + slack
        and box.y1 <= whole.y1 + slack
        for box in boxes
    )


def _covered(boxes: Sequence[Any]) -> int:
    """Return how many pairs of texts lie on one another."""
    return sum(
        one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1
        for place, one in enumerate(boxes)
        for other in boxes[:place]
    )
