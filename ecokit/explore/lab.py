"""A lab: controls and one drawing, shown as an app in a notebook and as frames on a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ipywidgets as widgets
from matplotlib.figure import Figure
from matplotlib.text import Text

from ecokit.errors import CourseError
from ecokit.explore.base import Frame, Frames, Picture, column, columns, fill, heading
from ecokit.explore.controls import Button, Choice, Control, Number, Slider, Toggle, steps
from ecokit.explore.tables import alert, table
from ecokit.messages import _
from ecokit.plots import glyphs, theme
from ecokit.shop.lacks import FAULTS

Declared = Mapping[str, Control]
Tell = Callable[[Exception], str]


def _of_course(error: Exception) -> str:
    """Return what an error of the course says."""
    return str(error) if isinstance(error, CourseError) else ""


def _dashed(text: str) -> str:
    """Return a text with a dash for each number that there is none of.

    Examples
    --------
    >>> _dashed("nan% of 0 orders cost ¥nan; 12 were due")
    '– of 0 orders cost –; 12 were due'
    """
    return re.sub(r"[-+−]?¥?(?<!\w)(nan|inf)(?!\w)( ?%)?", "–", text)


@dataclass(frozen=True)
class Told:
    """What a drawing says beside its picture.

    Parameters
    ----------
    alt : str
        What the picture shows, for those who do not see it.
    below : str
        HTML under the picture, such as a `table`.
    """

    alt: str
    below: str = ""


@dataclass(frozen=True)
class Lab:
    """An explorer: one drawing gives the app in the notebook and its static twin on the page.

    Parameters
    ----------
    title : str
        What the lab is called.
    controls : mapping of str to control, or callable
        The controls by name. Where some depend on others: a function that takes the values of all
        controls by name (none at the very first) and returns the controls; a control that it
        declares anew begins again, one that it leaves out disappears.
    draw : callable
        Takes an empty figure, and the value of each control by its name; draws, and returns the
        alternative text, or `Told`. A `CourseError` in it becomes a sentence under the picture.
    along : str
        The control along which the page shows frames, with the other controls at their start;
        empty where the page has none.
    stops : sequence
        The values of that control that the page shows, where it does not show all.
    size : (float, float)
        Width and height of the picture in inches.
    tell : callable
        Takes what stopped the first drawing, or a fault in a later one, and returns the sentence
        that stands under the picture; an empty one where none is known.

    Examples
    --------
    >>> def draw(figure, layers, minutes):
    ...     figure.add_subplot().bar(range(layers), minutes)
    ...     return f"{layers} bars, each {minutes} high"
    >>> lab = Lab(
    ...     "Layers",
    ...     {
    ...         "layers": Slider("Layers of approval", steps(1, 3), 2),
    ...         "minutes": Slider("Minutes of one", steps(10, 60, 10)),
    ...     },
    ...     draw,
    ...     along="layers",
    ... )
    >>> [frame.alt for frame in lab.frames().frames]
    ['1 bars, each 10 high', '2 bars, each 10 high', '3 bars, each 10 high']
    >>> app = lab.app()
    >>> app.inputs["minutes"].value = 60
    >>> app.picture.alt
    '2 bars, each 60 high'
    """

    title: str
    controls: Declared | Callable[[Mapping[str, Any]], Declared]
    draw: Callable[..., str | Told]
    along: str = ""
    stops: Sequence[Any] = ()
    size: tuple[float, float] = (7.2, 4.0)
    tell: Tell = _of_course

    def telling(self, tell: Tell) -> Lab:
        """Return the same lab, which tells so why it cannot draw."""
        return replace(self, tell=tell)

    def app(self) -> App:
        """Return the app for a notebook."""
        return App(self)

    def frames(self) -> Frames:
        """Return the static twin for a page."""
        declared, starts = self.settle({}, {})
        control = declared.get(self.along)
        if not isinstance(control, Slider | Choice):  # only these have values to show in order
            message = _("{title!r} needs a slider or a choice along which a page shows frames.")
            raise CourseError(message.format(title=self.title))
        texts = {value: text for text, value in control.options}
        if not set(self.stops) <= set(texts):
            message = _("{title!r} stops where {control!r} has no value.")
            raise CourseError(message.format(title=self.title, control=control.label))
        frames = []
        for value in self.stops or texts:
            _declared, values = self.settle(declared, starts | {self.along: value})
            figure = Figure(figsize=self.size)
            frames.append(Frame(texts[value], figure, self.paint(figure, values).alt))
        return Frames(self.title, control.label, frames)

    def settle(
        self, declared: Declared, values: Mapping[str, Any]
    ) -> tuple[Declared, dict[str, Any]]:
        """Return the controls that belong to the values, and the values that then hold.

        Parameters
        ----------
        declared : mapping
            The controls as they were; empty at the very first.
        values : mapping
            The values that were chosen.
        """
        fresh = True
        chosen = dict(values)
        while fresh:  # what begins again may itself be what others depend on
            asked = self.controls(chosen) if callable(self.controls) else self.controls
            fresh = any(declared.get(name) != control for name, control in asked.items())
            chosen = {
                name: chosen[name] if declared.get(name) == control else control.start
                for name, control in asked.items()
                if not isinstance(control, Button)
            }
            declared = asked
        return declared, chosen

    def paint(self, figure: Figure, values: Mapping[str, Any]) -> Told:
        """Draw into an empty figure."""
        theme.use()
        told = self.draw(figure, **values)
        told = told if isinstance(told, Told) else Told(told)
        if not isinstance(told.alt, str) or not told.alt.strip():
            message = _("What draws {title!r} has to return the text for who sees no picture.")
            raise CourseError(message.format(title=self.title))
        for text in (one for ax in figure.axes for one in ax.get_children()):
            if isinstance(text, Text):  # a title, or what stands in the picture
                text.set_text(_dashed(text.get_text()))
        names = theme.name_by_number(figure)
        below = glyphs.legend(names) + told.below if names else told.below
        return Told(_dashed(told.alt), _dashed(below))


@dataclass(frozen=True)
class Tabs:
    """Several labs behind tabs; the page shows the first that has frames.

    Parameters
    ----------
    title : str
        What they are called together; the title of each lab names its tab.
    labs : sequence of Lab
        In the order of the tabs.
    """

    title: str
    labs: Sequence[Lab]

    def telling(self, tell: Tell) -> Tabs:
        """Return the same tabs, each of which tells so why it cannot draw."""
        return replace(self, labs=[lab.telling(tell) for lab in self.labs])

    def app(self) -> widgets.VBox:
        """Return the app for a notebook."""
        tabs = widgets.Tab([replace(lab, title="").app() for lab in self.labs])
        for number, lab in enumerate(self.labs):
            tabs.set_title(number, lab.title)
        return widgets.VBox([heading(self.title), tabs])

    def frames(self) -> Frames:
        """Return the static twin for a page."""
        chosen = [lab for lab in self.labs if lab.along] or [Lab(self.title, {}, str)]
        return replace(chosen[0], title=self.title).frames()


class App(widgets.VBox):  # type: ignore[misc]
    """A lab in a notebook.

    Parameters
    ----------
    lab : Lab

    Attributes
    ----------
    inputs : dict of str to widget
        The controls by name.
    picture : Picture
        What is drawn.
    below : HTML
        What is told under it.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.inputs: dict[str, widgets.Widget] = {}
        self._declared: Declared = {}
        self._values: dict[str, Any] = {}
        self._settling = False
        self._drawn = False
        self._column = column([])
        self.below = widgets.HTML()
        self._settle({})
        self.picture = Picture(self._draw, lab.size)
        views = columns(self._column, [self.picture, self.below])
        super().__init__([heading(lab.title), views])

    def _draw(self, figure: Figure) -> str:
        try:
            told = self.lab.paint(figure, self._values)
        except FAULTS as error:
            sentence = self.lab.tell(error)
            if self._drawn or not sentence:
                raise
            figure.clear()  # what it cannot begin with is told, and the controls may mend it
            told = Told(sentence, alert(sentence))
        self._drawn = True
        self.below.value = told.below
        return told.alt

    def _moved(self, change: Mapping[str, Any]) -> None:
        """Answer a move of a control."""
        if not self._settling:
            name = next(name for name, one in self.inputs.items() if one is change["owner"])
            self._take({name: change["new"]})

    def _pressed(self, button: widgets.Button) -> None:
        name = next(name for name, one in self.inputs.items() if one is button)
        control = self._declared[name]
        assert isinstance(control, Button)
        self._take(control.press(self._values))

    def _take(self, changed: Mapping[str, Any]) -> None:
        try:
            self._settle(self._values | dict(changed))
            self.picture.redraw()
        except FAULTS as error:  # the picture stays as it was
            sentence = _of_course(error) or self.lab.tell(error)
            if not sentence:
                raise
            self.below.value = alert(sentence)

    def _settle(self, values: Mapping[str, Any]) -> None:
        """Bring controls and values together, and the widgets with them."""
        before = self._declared
        self._declared, self._values = self.lab.settle(before, values)
        self._settling = True
        for name, control in self._declared.items():
            if name not in self.inputs:
                self._add(name, control)
            elif before.get(name) != control:
                control.settle(self.inputs[name])
            if name in self._values:
                self.inputs[name].value = self._values[name]
        if list(before) != list(self._declared):
            self._column.children = [self.inputs[name] for name in self._declared]
        self._settling = False

    def _add(self, name: str, control: Control) -> None:
        widget = self.inputs[name] = control.widget()
        if isinstance(control, Button):
            widget.on_click(self._pressed)
        else:
            widget.observe(self._moved, "value")
        fill(widget)


__all__ = [
    "App",
    "Button",
    "Choice",
    "Control",
    "Lab",
    "Number",
    "Slider",
    "Tabs",
    "Toggle",
    "Told",
    "alert",
    "steps",
    "table",
]
