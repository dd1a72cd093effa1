"""Figures as a room can read them: drawn once more, for a slide, where a page draws them.

The kernel of a page that has slides loads this file alone (`slides` tells it to), so it imports
nothing of the book. What the page shows stays as it is.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

FOLDER = "ECOKIT_LARGE_FIGURES"
"""Environment variable: where the large ones are laid, named by the hash of those on the page."""
CELLS = "ECOKIT_LARGE_CELLS"
"""Environment variable: the hashes of the cells whose figure a slide shows."""
WIDE, HIGH = 1160, 470
"""The place of a figure on a slide of 1280 x 720, in pixels."""
SCALES = (213, 200, 188, 176, 164, 152, 140, 128, 116)
"""Pixels an inch, the largest first: at 213 the smallest letters of a figure are 28 high."""
SHARP = 1.5
"""Pixels of the picture for each of the slide."""
ROOM, GAP, EDGE = 0.55, 0.3, 0.03
"""Least share of its room that an axes keeps; gap between two texts, as a share of a letter; inches
between a text and the right edge."""
SHORT = 12
"""Signs of a name."""
SMALLEST = 9.5
"""Points of the smallest letters that hold a number or a name."""


def name(content: bytes) -> str:
    """Return what a cell, or a picture, is called here: short, as Windows' paths are."""
    return hashlib.sha256(content).hexdigest()[:SHORT]


def begin(shell: Any) -> None:
    """Let a kernel show figures by `keep`."""
    formatter = shell.display_formatter.formatters["image/png"]
    formatter.for_type_by_name("ecokit.plots.theme", "_Shown", partial(keep, shell))


def keep(shell: Any, fig: Any) -> bytes:
    """Return the picture for the page, and lay the one for a slide where it is wanted."""
    small: bytes = fig._repr_png_()
    cell = shell.user_ns["In"][-1]
    if name(cell.encode()) in os.environ.get(CELLS, "").split():
        picture, letters = large(fig)
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
    with warnings.catch_warnings():  # a try that does not fit is no fault of the page
        warnings.simplefilter("ignore")
        return _largest(fig)


def _largest(fig: Any) -> tuple[bytes, float]:
    size, dpi = fig.get_size_inches().copy(), fig.get_dpi()
    places = {axes: axes.get_position() for axes in fig.axes}
    covered, frames = _covered(_boxes(fig)), _frames(fig)
    for scale in SCALES:
        _resize(fig, (WIDE / scale, HIGH / scale), scale * SHARP, places)
        boxes = _boxes(fig)
        roomy = all(new >= ROOM * old for new, old in zip(_frames(fig), frames, strict=True))
        if roomy and _inside(fig, boxes) and _covered(boxes) <= covered:
            break
    else:
        scale = min(WIDE / size[0], HIGH / size[1])
        _resize(fig, size, scale * SHARP, places)
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=scale * SHARP, metadata={"Software": None})
    _resize(fig, size, dpi, places)
    return buffer.getvalue(), scale * SMALLEST / 72


def _resize(fig: Any, size: Sequence[float], dpi: float, places: Mapping[Any, Any]) -> None:
    """Lay out a figure anew, from where its axes were: the layout goes on from what it finds."""
    fig.set_dpi(dpi)
    fig.set_size_inches(size)
    for axes, place in places.items():
        axes._set_position(place)
    fig.draw_without_rendering()  # once more in `_boxes`: labels move with the first layout


def _frames(fig: Any) -> list[float]:
    """Return width and height of each axes, as shares of the figure."""
    return [side for axes in fig.axes for side in axes.get_position().bounds[2:]]


def _boxes(fig: Any) -> list[tuple[str, Any]]:
    """Return each text and each legend that is seen, with its place."""
    fig.draw_without_rendering()
    renderer = fig.canvas.get_renderer()
    return [
        (words, one.get_window_extent(renderer)) for one in _shown(fig) if (words := _words(one))
    ]


def _words(artist: Any) -> str:
    """Return what is to be read of an artist."""
    from matplotlib.legend import Legend
    from matplotlib.text import Text

    if isinstance(artist, Legend):
        return " ".join(text.get_text() for text in artist.get_texts())
    return artist.get_text().strip() if isinstance(artist, Text) else ""


def _shown(artist: Any) -> Iterator[Any]:
    """Yield an artist and all below it that are seen; of an axis those ticks that lie on it."""
    if not artist.get_visible():
        return
    yield artist
    for child in () if hasattr(artist, "legend_handles") else artist.get_children():
        if _is_axis(child) and child.get_visible():
            yield from filter(_is_visible, (child.label, child.offsetText))
            for tick in filter(_is_visible, child._update_ticks()):
                yield from filter(_is_visible, (tick.label1, tick.label2))
        elif not _is_axis(child):
            yield from _shown(child)


def _is_visible(artist: Any) -> bool:
    return bool(artist.get_visible())


def _is_axis(artist: Any) -> bool:
    return hasattr(artist, "get_major_ticks")


def _inside(fig: Any, boxes: Sequence[tuple[str, Any]]) -> bool:
    """Say whether each text lies on the figure; a title may end a little later than measured."""
    right, slack = fig.bbox.x1 - EDGE * fig.get_dpi(), 1
    return all(
        box.x0 >= -slack and box.y0 >= -slack and box.x1 <= right and box.y1 <= fig.bbox.y1 + slack
        for _words, box in boxes
    )


def _covered(boxes: Sequence[tuple[str, Any]]) -> set[tuple[str, str]]:
    """Return the pairs that lie on one another, or touch from side to side."""
    return {
        (words, others)
        for place, (words, one) in enumerate(boxes)
        for others, other in boxes[:place]
        if one.x0 < other.x1 + _gap(other)
        and other.x0 < one.x1 + _gap(one)
        and one.y0 < other.y1
        and other.y0 < one.y1
    }


def _gap(box: Any) -> float:
    return GAP * min(box.width, box.height)  # of words that stand upright the width is a letter
