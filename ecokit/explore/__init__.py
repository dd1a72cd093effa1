"""The explorers: one app per topic to play with, and its static twin for a printed page.

In a notebook::

    from ecokit import explore
    explore.show("organisation", shop)
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.lacks import telling, why
from ecokit.topics import names

if TYPE_CHECKING:
    import ipywidgets as widgets

    from ecokit.explore.base import Frames
    from ecokit.explore.lab import Lab, Tabs
    from ecokit.shop import Shop

__all__ = ["frames", "show", "topics"]

MEASURE = "measure"
"""The explorer that belongs to no topic: any measure, by what you like."""


def topics() -> tuple[str, ...]:
    """Return the names of the topics that have an explorer: every topic of the course."""
    return names()


def _module(topic: str) -> ModuleType:
    if topic not in (*topics(), MEASURE):
        message = _("There is no explorer '{topic}'. There are: {known}.")
        known = ", ".join((*topics(), MEASURE))
        raise CourseError(message.format(topic=topic, known=known))
    return import_module(f"{__package__}.{topic}")


def _lab(topic: str, shop: Shop) -> Lab | Tabs:
    module = _module(topic)
    with telling("explorer", topic, shop):
        found: Lab | Tabs = (module.measures if topic == MEASURE else module.lab)(shop)
        return found.telling(lambda error: why("explorer", topic, error, shop))


def show(topic: str, shop: Shop) -> widgets.Widget:
    """Return the explorer of a topic; as the last line of a cell it appears below it.

    Where the shop lacks what it needs, a sentence that says so stands in its place.

    Parameters
    ----------
    topic : str
        Such as ``"organisation"``; ``"measure"`` is any measure, by a period and up to two columns.
    shop : Shop
        The shop to explore.

    Raises
    ------
    CourseError
        No such topic.

    Examples
    --------
    >>> show("astrology", None)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no explorer 'astrology'. There are: ...
    """
    _module(topic)
    try:
        with telling("explorer", topic, shop):
            app: widgets.Widget = _lab(topic, shop).app()
    except CourseError as sentence:
        return _sentence(sentence)
    return app


def _sentence(sentence: CourseError) -> widgets.Widget:
    """Return what stands in the place of an explorer that a shop cannot carry."""
    from ecokit.explore.base import heading
    from ecokit.explore.tables import alert

    place = heading("")
    place.value += alert(sentence)
    place.layout.display = None
    return place


def frames(topic: str, shop: Shop) -> Frames:
    """Return the static twin of an explorer: a few figures along one control.

    Parameters are those of `show`.

    Raises
    ------
    CourseError
        No such topic, or the shop lacks what it needs.
    """
    with telling("explorer", topic, shop):
        twin: Frames = _lab(topic, shop).frames()
        return twin
