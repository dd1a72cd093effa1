"""Every explorer opens, its static twin is complete, and a picture carries its words."""

from __future__ import annotations

import base64
import re

import ipywidgets as widgets
import pytest
from matplotlib.figure import Figure

from ecokit import explore, load_shop
from ecokit.errors import CourseError
from ecokit.explore.base import Frame, Frames, Picture, app
from ecokit.shop import Shop

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def shop() -> Shop:
    return load_shop()


@pytest.mark.parametrize("topic", explore.topics())
def test_an_explorer_opens_and_every_control_has_a_name(topic: str, shop: Shop) -> None:
    waiting = [explore.show(topic, shop)]
    controls = 0
    while waiting:
        widget = waiting.pop()
        waiting.extend(getattr(widget, "children", ()))
        if isinstance(widget, widgets.ValueWidget) and not isinstance(widget, widgets.HTML):
            controls += 1
            assert widget.description.strip(), type(widget).__name__
    assert controls


@pytest.mark.parametrize("topic", explore.topics())
def test_the_static_twin_is_complete(topic: str, shop: Shop) -> None:
    twin = explore.frames(topic, shop)
    assert twin.title
    assert twin.control_label
    assert 5 <= len(twin.frames) <= 9
    pictures = [frame.png() for frame in twin.frames]
    assert all(picture.startswith(PNG) for picture in pictures)
    assert len(set(pictures)) == len(pictures)
    assert min(len(frame.alt) for frame in twin.frames) > 20


def test_a_picture_redraws_in_place_and_says_what_it_shows() -> None:
    heights = iter([1, 2])

    def draw(figure: Figure) -> str:
        height = next(heights)
        figure.add_subplot().bar([0], [height])
        return f'One bar, "{height}" high'

    picture = Picture(draw, size=(3, 2))
    first = picture.value
    picture.redraw()
    assert picture.alt == 'One bar, "2" high'
    assert 'alt="One bar, &quot;2&quot; high" width="300" height="200"' in picture.value
    assert first != picture.value
    data = re.search(r"base64,([^\"]+)", picture.value)
    assert data is not None
    assert base64.b64decode(data[1]).startswith(PNG)


def test_the_labels_of_a_layout_are_whole() -> None:
    slider = widgets.IntSlider(description="A label that is longer than the usual eighty pixels")
    app([slider], [widgets.HTML()])
    assert slider.style.description_width == "initial"


def test_frames_differ_in_label_and_words() -> None:
    same = Frame("a", Figure(), "the same words")
    with pytest.raises(CourseError, match="different labels"):
        Frames("Title", "Control", [same, same])
