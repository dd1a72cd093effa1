"""A slider with a name: ipywidgets passes none on to its own, so a screen reader cannot tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent


class NamedSlider(anywidget.AnyWidget):
    """A native slider over named values, with a label that belongs to it.

    Parameters
    ----------
    description : str
        The label.
    options : sequence of (str, value)
        What the slider says, and what it means.
    value : object
        The value at the start; without one, the first.

    Examples
    --------
    >>> slider = NamedSlider("Window", [("1 h", 60), ("2 h", 120)], 120)
    >>> slider.index = 0
    >>> slider.value
    60
    """

    _esm = _HERE / "slider.js"
    _css = _HERE / "slider.css"
    description = traitlets.Unicode().tag(sync=True)
    texts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    index = traitlets.Int().tag(sync=True)
    value = traitlets.Any()

    def __init__(
        self, description: str = "", options: Sequence[tuple[str, Any]] = (), value: Any = None
    ) -> None:
        super().__init__()
        self.values: list[Any] = []
        self.offer(description, options, value)

    def offer(
        self, description: str, options: Sequence[tuple[str, Any]], value: Any = None
    ) -> None:
        """Change label, values and the chosen value at once."""
        self.values = [one for _text, one in options]
        with self.hold_sync(), self.hold_trait_notifications():
            self.description = description
            self.texts = [text for text, _one in options]
            self.index = self.values.index(value) if value in self.values else 0
            self.value = self.values[self.index] if self.values else None

    @traitlets.observe("index")
    def _moved(self, _change: object) -> None:
        self.value = self.values[self.index]

    @traitlets.validate("value")
    def _known(self, proposal: Mapping[str, Any]) -> Any:
        if self.values and proposal["value"] not in self.values:
            raise traitlets.TraitError(
                f"{self.description!r} has no value {proposal['value']!r}, only {self.values}."
            )
        return proposal["value"]

    @traitlets.observe("value")
    def _set(self, _change: object) -> None:
        if self.values:
            self.index = self.values.index(self.value)
