"""What every explorer is made of: a picture that redraws fast, a layout, static frames."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ipywidgets as widgets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ecokit.errors import CourseError

# A label stands above its control and is never cut off.
_STYLE = """
.ecokit-controls .widget-inline-hbox { flex-wrap: wrap; row-gap: 0; }
.ecokit-controls .widget-label { flex: 1 0 100%; text-align: left;
  white-space: normal; height: auto; line-height: 1.4; overflow: visible; }
.ecokit-controls .slider-container { flex: 1 1 130px; }
.ecokit-controls .widget-inline-hbox > select { flex: 1 1 150px; min-width: 0; }
.ecokit-table { line-height: 1.3; border-collapse: collapse; }
.ecokit-table caption { text-align: left; }
.ecokit-table :is(th, td) { text-align: left; padding: 2px 10px 2px 0; }
.ecokit-table tbody th { font-weight: inherit; }
.ecokit-table .ecokit-number { text-align: right; font-variant-numeric: tabular-nums; }
.ecokit-table .ecokit-bold { font-weight: bold; }
.ecokit-alert { color: #a40000; background: #fff4f2; padding: 4px 8px; }
"""


@dataclass(frozen=True)
class Frame:
    """One state of an explorer as a still picture.

    Parameters
    ----------
    label : str
        The value of the control, such as ``"span 4"``.
    figure : Figure or callable
        The picture, or a function without parameters that draws it.
    alt : str
        What the picture shows, for those who do not see it.
    """

    label: str
    figure: Figure | Callable[[], Figure]
    alt: str

    def draw(self) -> Figure:
        """Return the figure."""
        return self.figure() if callable(self.figure) else self.figure

    def png(self, dpi: int = 100) -> bytes:
        """Return the figure as a PNG picture."""
        return png(self.draw(), dpi)


@dataclass(frozen=True)
class Frames:
    """The static twin of an explorer: frames along one control, for a page without a kernel.

    Parameters
    ----------
    title : str
        What the explorer answers.
    control_label : str
        The name of the one control.
    frames : sequence of Frame
        Two to twelve, in the order of the control.

    Examples
    --------
    >>> Frames("Layers", "Span of control", [])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 'Layers' needs 2 to 12 frames with different labels and alt texts.
    """

    title: str
    control_label: str
    frames: Sequence[Frame]

    def __post_init__(self) -> None:
        labels = {frame.label for frame in self.frames}
        alts = {frame.alt for frame in self.frames}
        if not 2 <= len(self.frames) == len(labels) == len(alts) <= 12:
            raise CourseError(
                f"{self.title!r} needs 2 to 12 frames with different labels and alt texts."
            )


def png(figure: Figure, dpi: int = 100) -> bytes:
    """Return `figure` as PNG, fast: no tight bounding box, light compression."""
    stream = io.BytesIO()
    figure.set_dpi(dpi)
    canvas = figure.canvas  # kept: it remembers how wide each text is
    if not isinstance(canvas, FigureCanvasAgg):
        canvas = FigureCanvasAgg(figure)
    canvas.print_png(  # type: ignore[no-untyped-call]
        stream, pil_kwargs={"compress_level": 1}, metadata={"Software": None}
    )
    return stream.getvalue()


class Picture(widgets.HTML):  # type: ignore[misc]
    """A matplotlib figure in an explorer, redrawn in place, with an alternative text.

    One figure is reused and drawn by Agg, without pyplot. Set the margins once in `draw`
    with ``figure.subplots_adjust(...)``: tight or constrained layouts cost as much time as
    the drawing itself.

    Parameters
    ----------
    draw : callable
        Takes the (cleared) figure, draws into it, and returns the alternative text.
    size : (float, float)
        Width and height in inches, at 100 dots per inch.

    Examples
    --------
    >>> def draw(figure):
    ...     figure.add_subplot().plot([1, 2], [3, 4])
    ...     return "A line that rises from 3 to 4."
    >>> picture = Picture(draw, size=(4, 3))
    >>> picture.alt
    'A line that rises from 3 to 4.'
    """

    def __init__(self, draw: Callable[[Figure], str], size: tuple[float, float] = (7, 4)) -> None:
        super().__init__(layout=widgets.Layout(width="100%", max_width=f"{size[0] * 100:.0f}px"))
        self._draw = draw
        self.figure = Figure(figsize=size)
        self.alt = ""
        self.redraw()

    def redraw(self, _change: object = None) -> None:
        """Draw again; use it as the observer of the controls."""
        for axes in list(self.figure.axes):
            axes.remove()  # clear() alone would first set up each of them anew
        self.figure.clear()
        self.alt = self._draw(self.figure)
        data = base64.b64encode(png(self.figure)).decode("ascii")
        width, height = (round(inches * 100) for inches in self.figure.get_size_inches())
        self.value = (
            f'<img alt="{html.escape(self.alt)}" width="{width}" height="{height}" '
            f'decoding="sync" style="width:100%;height:auto;background:#fff" '
            f'src="data:image/png;base64,{data}">'
        )


# Boxes of ipywidgets scroll by themselves, which a keyboard cannot do: let nothing overflow.
_WHOLE = {"min_width": "0", "overflow": "visible"}


def column(controls: Sequence[widgets.Widget]) -> widgets.VBox:
    """Lay controls below one another."""
    for control in controls:
        fill(control)
    layout = widgets.Layout(flex="1 1 240px", max_width="420px", **_WHOLE)
    return widgets.VBox(list(controls), layout=layout).add_class("ecokit-controls")


def fill(control: widgets.Widget) -> None:
    """Make a control as wide as its column, and leave its label uncut."""
    control.layout.width = "auto"
    control.layout.height = "auto"
    if hasattr(getattr(control, "style", None), "description_width"):
        control.style.description_width = "initial"


def columns(left: widgets.Widget, views: Sequence[widgets.Widget]) -> widgets.Box:
    """Lay views beside a column of controls, below it where there is little room."""
    right = widgets.VBox(list(views), layout=widgets.Layout(flex="3 1 340px", **_WHOLE))
    layout = widgets.Layout(flex_flow="row wrap", width="100%", grid_gap="8px 24px", **_WHOLE)
    return widgets.Box([left, right], layout=layout)


def heading(title: str) -> widgets.HTML:
    """Return the title of an explorer, and the style of all that it shows."""
    words = f"<h3>{html.escape(title)}</h3>" if title else ""
    layout = widgets.Layout(display=None if title else "none")
    return widgets.HTML(f"<style>{_STYLE}</style>{words}", layout=layout)
