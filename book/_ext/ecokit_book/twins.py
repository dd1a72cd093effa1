"""The static twin of an explorer: a few frames and a slider that really changes the picture."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import cache

CONTROL = """\
<div class="twin-control" hidden>
<label for="{id}">{label}</label>
<input type="range" id="{id}" min="0" max="{last}" step="1" value="0"
 aria-valuetext="{first}" data-labels="{labels}">
<output for="{id}" aria-live="off">{first}</output>
</div>"""


class Picture(NamedTuple):
    """One frame as a file: what the slider says, where the picture is, what it shows."""

    label: str
    path: str
    alt: str
    width: int
    height: int


class Twin(NamedTuple):
    """A twin as files."""

    title: str
    control_label: str
    pictures: Sequence[Picture]


def render(topic: str, folder: Path) -> Twin:
    """Return the twin of `topic`; its pictures are drawn once per state of code and data."""
    record = folder / "twins" / f"{topic}.json"
    if not record.exists():
        _draw(topic, record)
    found = json.loads(record.read_text("utf8"))
    return Twin(found["title"], found["control_label"], [Picture(*p) for p in found["pictures"]])


def _draw(topic: str, record: Path) -> None:
    from ecokit import explore, load_shop

    frames = explore.frames(topic, load_shop())
    record.parent.mkdir(parents=True, exist_ok=True)
    pictures = []
    for number, frame in enumerate(frames.frames):
        path = record.with_name(f"twin-{topic}-{number}.png")
        size = _save(frame.draw(), path)
        pictures.append((frame.label, path.name, frame.alt, *size))
    twin = {"title": frames.title, "control_label": frames.control_label, "pictures": pictures}
    record.write_text(json.dumps(twin, ensure_ascii=False), "utf8")


def _save(figure: Any, path: Path) -> tuple[int, int]:
    """Write a figure as a PNG and return its size."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    with Image.open(buffer) as image:
        few_colours(image, 64).save(path, optimize=True)
        return image.size


def few_colours(image: Image.Image, count: int) -> Image.Image:
    """Return a drawing in a palette of `count` colours: a third of the bytes of true colour."""
    return image.convert("RGB").quantize(count, dither=Image.Dither.NONE)


class TwinDirective(SphinxDirective):
    """``{twin} topic``: the frames of the topic's explorer behind one labelled slider."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the slider and all pictures; CSS shows the first one, JavaScript the others."""
        topic = self.arguments[0]
        ours = cache.inputs(self.env.srcdir)
        folder = ours.twin(topic)
        cache.note(self.env, ours.twin_modules(topic))
        try:
            twin = render(topic, folder)
        except Exception as error:
            raise self.error(f"The twin of {topic!r} cannot be drawn: {error}") from error
        if not twin.pictures:
            raise self.error(f"The explorer of {topic!r} has no frames for a page.")
        box = nodes.container(classes=["twin"])
        box += nodes.paragraph("", twin.title, classes=["twin-title"])
        box += nodes.raw("", self._control(topic, twin), format="html")
        place = "/" + (folder / "twins").relative_to(self.env.srcdir).as_posix()
        for number, picture in enumerate(twin.pictures):
            box += _frame(place, picture, lazy=number > 0)
        return [box]

    def _control(self, topic: str, twin: Twin) -> str:
        labels = [picture.label for picture in twin.pictures]
        return CONTROL.format(
            id=f"twin-{topic}-{self.env.new_serialno('twin')}",
            label=escape(twin.control_label),
            last=len(labels) - 1,
            first=escape(labels[0]),
            labels=escape(json.dumps(labels, ensure_ascii=False)),
        )


def _frame(place: str, picture: Picture, *, lazy: bool) -> nodes.container:
    frame = nodes.container(classes=["twin-frame"])
    image = nodes.image(
        uri=f"{place}/{picture.path}",
        alt=picture.alt,
        width=str(picture.width),
        height=str(picture.height),
    )
    if lazy:
        image["loading"] = "lazy"
    frame += image
    frame += nodes.paragraph("", picture.label, classes=["twin-label"])
    return frame


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("twin", TwinDirective)
