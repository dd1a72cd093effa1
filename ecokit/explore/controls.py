"""The controls of a lab: declared by label, values and start; each makes its own widget.

A control that is declared anew with another label, other values or another start begins again;
one that stays as it was keeps what the learner chose.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ipywidgets as widgets

from ecokit.errors import CourseError
from ecokit.explore.slider import NamedSlider
from ecokit.inputs import numbers
from ecokit.messages import _

Options = Sequence[tuple[str, Any]]


def steps(
    low: float, high: float, step: float = 1, form: str = "{:g}", *, also: float | None = None
) -> Options:
    """Return the values of a slider from `low` to `high`, each with its text.

    Parameters
    ----------
    low, high, step : float
        First and last value, and what lies between two; all whole: whole values.
    form : str
        How a value is written.
    also : float, optional
        One more value, in its place among them: the shop's own, which is seldom round.

    Examples
    --------
    >>> steps(30, 90, 30, "{} min")
    (('30 min', 30), ('60 min', 60), ('90 min', 90))
    >>> steps(0.1, 0.3, 0.1, also=0.25)
    (('0.1', 0.1), ('0.2', 0.2), ('0.25', 0.25), ('0.3', 0.3))
    """
    if not (numbers.number("step", step) > 0 and numbers.number("high", high, low=low) >= low):
        raise numbers.refused("step", step, _("Give a step above 0."))
    count = round((high - low) / step) + 1
    values = [low + number * step for number in range(count)]
    if not all(isinstance(value, int) for value in values):
        values = [round(value, 10) for value in values]  # 0.1 + 2 * 0.1 is 0.3
    own = set() if also is None else {also}
    return tuple((form.format(value), value) for value in sorted({*values, *own}))


@dataclass(frozen=True)
class Slider:
    """One of several values that have an order.

    Parameters
    ----------
    label : str
        What is chosen, with its unit.
    options : sequence of (str, value)
        What the slider says, and what it means; see `steps`.
    start : object
        The value at the start. Of a number that is none of them, the nearest; without one, the
        first.

    Examples
    --------
    >>> Slider("Window, minutes", steps(30, 480, 30), 125).start
    120
    """

    label: str
    options: Options
    start: Any = None

    def __post_init__(self) -> None:
        _check(self.label, self.options)
        object.__setattr__(self, "start", _start(self.options, self.start))

    def widget(self) -> NamedSlider:
        """Return the slider."""
        return NamedSlider(self.label, self.options, self.start)

    def settle(self, widget: NamedSlider) -> None:
        """Begin again in a slider that is there already."""
        widget.offer(self.label, self.options, self.start)


def _start(options: Options, start: Any) -> Any:
    values = [value for _text, value in options]
    if start in values or not values:
        return start
    return min(values, key=lambda value: _distance(value, start))


def _distance(value: Any, start: Any) -> float:
    """Return how far a value lies from the start; infinity where one of them is no number."""
    far = abs(numbers.as_float(value) - numbers.as_float(start))
    return math.inf if math.isnan(far) else far


def _check(label: str, options: Options) -> None:
    """Refuse options that no slider and no menu could show."""
    numbers.text("label", label)
    listed = isinstance(options, Sequence) and all(
        isinstance(one, tuple | list) and len(one) == 2 and isinstance(one[0], str)
        for one in options
    )
    if not listed:
        message = _("{label}: give a text and a value for each option, such as ('30 min', 30).")
        raise CourseError(message.format(label=label))


@dataclass(frozen=True)
class Choice:
    """One of several values, by name.

    Parameters
    ----------
    label : str
        What is chosen.
    options : sequence of (str, value)
        What the menu says, and what it means. ``None`` would show as nothing chosen.
    start : object
        The value at the start; without one, the first.
    """

    label: str
    options: Options
    start: Any = None

    def __post_init__(self) -> None:
        _check(self.label, self.options)
        values = [value for _text, value in self.options]
        if self.start not in values:
            object.__setattr__(self, "start", next(iter(values), None))

    def widget(self) -> widgets.Dropdown:
        """Return the menu."""
        return widgets.Dropdown(
            options=list(self.options), value=self.start, description=self.label
        )

    def settle(self, widget: widgets.Dropdown) -> None:
        """Begin again in a menu that is there already."""
        widget.description, widget.options = self.label, list(self.options)
        widget.value = self.start


@dataclass(frozen=True)
class Toggle:
    """Yes or no; the value is True or False."""

    label: str
    start: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", numbers.flag(self.label, self.start))

    def widget(self) -> widgets.Checkbox:
        """Return the check box."""
        return widgets.Checkbox(self.start, description=self.label, indent=False)

    def settle(self, widget: widgets.Checkbox) -> None:
        """Begin again in a check box that is there already."""
        widget.description, widget.value = self.label, self.start


@dataclass(frozen=True)
class Number:
    """A whole number that is typed in, from `low` to `high`.

    Examples
    --------
    >>> Number("Days", 1, 30, 45).start
    30
    """

    label: str
    low: int
    high: int
    start: int

    def __post_init__(self) -> None:
        low, start = numbers.number("low", self.low), numbers.number("start", self.start)
        high = numbers.number("high", self.high, low=low)
        # the field would show the nearest that it can, and the picture another number
        object.__setattr__(self, "start", round(min(max(start, low), high)))

    def widget(self) -> widgets.BoundedIntText:
        """Return the field."""
        return widgets.BoundedIntText(
            self.start, min=self.low, max=self.high, description=self.label
        )

    def settle(self, widget: widgets.BoundedIntText) -> None:
        """Begin again in a field that is there already."""
        widget.description = self.label
        widget.max = max(self.high, widget.min)  # min may never lie above max
        widget.min, widget.max = self.low, self.high
        widget.value = self.start


@dataclass(frozen=True)
class Button:
    """Sets other controls; has no value of its own.

    Parameters
    ----------
    label : str
        What it does.
    press : callable
        Takes the values of all controls by name, returns those that change.
    """

    label: str
    press: Callable[[Mapping[str, Any]], Mapping[str, Any]] = field(compare=False)
    start: None = None

    def widget(self) -> widgets.Button:
        """Return the button."""
        return widgets.Button(description=self.label)

    def settle(self, widget: widgets.Button) -> None:
        """Change what the button says."""
        widget.description = self.label


Control = Slider | Choice | Toggle | Number | Button
