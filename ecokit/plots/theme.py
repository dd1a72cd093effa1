"""The one look of all figures and tables: colours, fonts, axes in yuan and per cent.

Colours are the colour-blind safe palette of Okabe and Ito (2008), as seaborn's
``colorblind`` carries it; Chinese glyphs come from a bundled subset of Noto Sans SC.
"""

from __future__ import annotations

import base64
import html
import inspect
import io
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, wraps
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import dates, font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.dates import num2date
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from pandas.io.formats.style import Styler

from ecokit import messages
from ecokit.inputs import frames
from ecokit.inputs.numbers import as_float, p_value, refused
from ecokit.inputs.renamed import public, refuse_old_call
from ecokit.messages import _, _n
from ecokit.plots import glyphs

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

BLUE, ORANGE, GREEN, RED, PURPLE, BROWN, PINK, GREY, YELLOW, SKY = sns.color_palette(
    "colorblind"
).as_hex()
"""Named colours of the palette: blue for the shop, orange for what needs attention."""

CJK_FONT = "Noto Sans SC ecokit"
"""The bundled subset of Noto Sans SC, as Matplotlib knows it."""

NEW: Any = None
"""Default of `ax` or `figure` in a function under `drawn`: a new figure."""

P = ParamSpec("P")

_RC = {
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlepad": 10,
    "axes.labelsize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": False,
    "figure.dpi": 100,
    "figure.figsize": (7.2, 4.0),
    "grid.color": "#dddddd",
    "legend.frameon": False,
    "savefig.dpi": 130,
    "svg.hashsalt": "ecokit",
    "text.parse_math": False,  # a $ is money or part of a name, here
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
}


@cache
def _bundle_font() -> None:
    fonts = font_manager.fontManager
    fonts.addfont(Path(__file__).parent / "fonts" / "NotoSansSC-ecokit.otf")
    # One weight is bundled; it stands in for bold too, without a warning.
    fonts.ttflist.append(replace(fonts.ttflist[-1], weight=700))


def use() -> None:
    """Switch Matplotlib and seaborn to the course's look, for the whole session.

    Examples
    --------
    >>> import matplotlib as mpl
    >>> use()
    >>> mpl.rcParams["axes.titlelocation"]
    'left'
    """
    _bundle_font()
    families = {"font.family": list(families_used())}
    sns.set_theme(context="notebook", style="whitegrid", palette="colorblind", rc=_RC | families)


@cache
def families_used() -> tuple[str, ...]:
    """Return the fonts of figures: the course's two, and those of the system for other names."""
    return ("DejaVu Sans", CJK_FONT, *glyphs.system_fonts())


def name_by_number(fig: Figure) -> list[str]:
    """Put numbers in the place of names that no font here can draw; return the names.

    Examples
    --------
    >>> fig, ax = figure()
    >>> name_by_number(fig)
    []
    """
    _bundle_font()
    return glyphs.numbered(fig, families_used())


class _Shown(Figure):
    """A figure that a notebook shows by itself, without pyplot's inline machinery."""

    names: Sequence[str] = ()

    def _repr_png_(self) -> bytes:
        return png(self)

    def _repr_html_(self) -> str | None:
        """Return the picture with the names that it numbers; None where it draws all of them."""
        if not self.names:
            return None
        data = base64.b64encode(png(self)).decode("ascii")
        return f'<img alt="" src="data:image/png;base64,{data}">{glyphs.legend(list(self.names))}'


def figure(width: float = 7.2, height: float = 4.0) -> tuple[Figure, Axes]:
    """Return an empty figure of the course's look with one axes.

    The figure belongs to no window and to no pyplot state, so that it is shown
    once, where the cell returns it, and is freed with its last reference.

    Parameters
    ----------
    width, height : float
        Size in inches; 7.2 wide fills a page of the book.

    Examples
    --------
    >>> fig, ax = figure(height=3)
    >>> fig.get_size_inches().tolist()
    [7.2, 3.0]
    """
    fig = _empty(width, height)
    return fig, fig.subplots()


def _empty(width: float, height: float) -> Figure:
    use()
    fig = _Shown(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(fig)
    return fig


def drawn(
    width: float = 7.2, height: float = 4.0, row: float = 0.0, **columns: str
) -> Callable[[Callable[P, None]], Callable[P, Figure]]:
    """Make a function that draws into `ax` one that returns the figure, new if need be.

    The function names its last parameter `ax`, or `figure` if it lays out several axes, and
    gives it the default `NEW`. Who calls it without gets a figure of the course's look; a call
    that does not fit, a table that lacks a column, or another argument that is not what its
    annotation says, ends in a sentence. A table of another engine is drawn as pandas.

    Parameters
    ----------
    width, height : float
        Size of a new figure in inches.
    row : float
        Inches that each row of the first argument, a table, adds to the height.
    **columns : str
        By argument that is a table, or a mapping of tables: the columns that it has to have,
        separated by blanks. ``{by}`` is the column that the argument `by` names. A table whose
        default is None may be left out.

    Examples
    --------
    >>> import pandas as pd
    >>> @drawn(height=1.0, row=0.5, units="{by} sold")
    ... def bars(units: pd.DataFrame, by: str = "month", ax: Axes = NEW) -> None:
    ...     ax.bar(units[by], units["sold"])
    >>> table = pd.DataFrame({"month": [1, 2], "sold": [3, 1]})
    >>> bars(table).get_size_inches().tolist()
    [7.2, 2.0]
    >>> fig, ax = figure()
    >>> bars(table, ax=ax) is fig
    True
    >>> bars(table, by="week")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table units has no column week. It has: month, sold. See
        help(plots.bars).
    >>> bars(table, ax="left")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: ax is 'left'. Give axes of Matplotlib, or none. See
        help(plots.bars).
    """

    def decorate(draw: Callable[P, None]) -> Callable[P, Figure]:
        signature = inspect.signature(draw)
        place = "ax" if "ax" in signature.parameters else "figure"

        @wraps(draw)
        def whole(*args: P.args, **kwargs: P.kwargs) -> Figure:
            given = signature.bind(*args, **kwargs)
            _open_tables(draw.__name__, given, columns)
            _refuse_others(draw.__name__, given, columns)
            if given.arguments.get(place) is None:
                rows = len(next(iter(given.arguments.values()))) if row else 0
                new = _empty(width, height + row * rows)
                given.arguments[place] = new.subplots() if place == "ax" else new
            draw(*given.args, **given.kwargs)
            target = given.arguments[place]
            fig = figure_of(target) if place == "ax" else target
            for axes in fig.axes:
                _whole_markers(axes)
            names = name_by_number(fig)
            if names and isinstance(fig, _Shown):
                fig.names = names
            return fig

        # help() and the reference shall say that a figure comes back
        shown = signature.replace(return_annotation="Figure")
        whole.__signature__ = shown  # type: ignore[attr-defined]
        return public(whole)

    return decorate


_NO_MARKER = (None, "None", "none", "", " ")


def _whole_markers(ax: Axes) -> None:
    """Let markers at the edge of the axes be drawn whole, where none of them lies outside.

    Examples
    --------
    >>> fig, ax = figure()
    >>> inside, outside = ax.plot([0, 1], "o") + ax.plot([0, 3], "o")
    >>> _lines = ax.set_ylim(0, 1)
    >>> _whole_markers(ax)
    >>> inside.get_clip_on(), outside.get_clip_on()
    (False, True)
    """
    low, high = np.sort([ax.get_xlim(), ax.get_ylim()]).T
    marked: list[Any] = [one for one in ax.lines if one.get_marker() not in _NO_MARKER]
    spots: list[Any] = [one for one in ax.collections if isinstance(one, PathCollection)]
    places = [one.get_xydata() for one in marked] + [one.get_offsets() for one in spots]
    for artist, points in zip(marked + spots, places, strict=True):
        known = np.ma.masked_invalid(np.asarray(points, dtype=float))
        if ((known >= low) & (known <= high)).all():
            artist.set_clip_on(False)


def _open_tables(name: str, given: inspect.BoundArguments, columns: Mapping[str, str]) -> None:
    """Put pandas tables in the place of those that were given, if they have what is drawn."""
    known = {**_defaults(given.signature), **given.arguments}
    for argument, wanted in columns.items():
        needed = wanted.format_map(known).split()
        value = known[argument]
        if value is None and given.signature.parameters[argument].default is None:
            continue
        if isinstance(value, Mapping):
            opened: Any = {key: _opened(name, key, one, needed) for key, one in value.items()}
        else:
            opened = _opened(name, argument, value, needed)
        given.arguments[argument] = opened


def _defaults(signature: inspect.Signature) -> dict[str, Any]:
    return {name: one.default for name, one in signature.parameters.items()}


def _opened(figure: str, argument: object, value: object, needed: Sequence[str]) -> pd.DataFrame:
    said = _("of plots.{figure}").format(figure=figure) if argument == "table" else str(argument)
    table = frames.as_pandas(value, said)
    if not set(needed) <= set(table.columns):
        refuse_old_call(f"plots.{figure}")
    remedy = _("See help(plots.{figure}).").format(figure=figure)
    frames.need(said, nw.from_native(table), needed, remedy)
    return table


_GIVE = {
    "float": _("Give a number."),
    "int": _("Give a whole number."),
    "str": _("Give text."),
    "bool": _("Give True or False."),
    "Axes": _("Give axes of Matplotlib, or none."),
    "Figure": _("Give a figure of Matplotlib, or none."),
}


def _refuse_others(name: str, given: inspect.BoundArguments, tables: Mapping[str, str]) -> None:
    """Refuse an argument that is no table and not what its annotation says."""
    for argument, value in given.arguments.items():
        parameter = given.signature.parameters[argument]
        hint = parameter.annotation
        free = hint is inspect.Parameter.empty or (value is None and parameter.default is None)
        if argument in tables or free or _fits(value, str(hint)):
            continue
        refuse_old_call(f"plots.{name}")
        wanted = _GIVE.get(str(hint).removesuffix(" | None"), _("Give what it asks for."))
        see = _("See help(plots.{figure}).").format(figure=name)
        raise refused(argument, value, f"{wanted} {see}")


def _fits(value: Any, hint: str) -> bool:
    """Say whether a value is what an annotation of a figure says, such as ``Sequence[float]``.

    A class is known by its name: figures import none of a topic.

    Examples
    --------
    >>> _fits({"a": [1, 2.5]}, "Mapping[str, Sequence[float]]"), _fits(["a"], "Sequence[float]")
    (True, False)
    """
    kind, _bracket, inner = hint.removesuffix("]").partition("[")
    if "|" in kind:
        return any(_fits(value, one.strip()) for one in hint.split("|"))
    if kind in {"float", "int"}:
        found = as_float(value)
        return isfinite(found) and (kind == "float" or found % 1 == 0)
    if kind in {"Sequence", "np.ndarray"}:
        row = isinstance(value, Sequence) and not isinstance(value, str)
        row = row or bool({"ndarray", "Series", "Index"} & _classes(value))
        return row and all(_fits(one, inner or "float") for one in value)
    if kind == "Mapping":
        values = inner.partition(", ")[2]
        mapped = isinstance(value, Mapping) or "Series" in _classes(value)
        return mapped and all(_fits(one, values) for _key, one in value.items())
    return (kind == "None" and value is None) or kind.rpartition(".")[2] in _classes(value)


def _classes(value: object) -> set[str]:
    return {one.__name__ for one in type(value).__mro__}


def figure_of(ax: Axes) -> Figure:
    """Return the whole figure that an axes belongs to.

    Examples
    --------
    >>> fig, ax = figure()
    >>> figure_of(ax) is fig
    True
    """
    whole = ax.get_figure(root=True)
    assert whole is not None  # only an axes that was removed has none
    return whole


def words(name: object) -> str:
    """Return a name from a table as it is read.

    Examples
    --------
    >>> words("smart_home")
    'smart home'
    """
    return str(name).replace("_", " ")


def capital(title: str) -> str:
    """Return a title that begins with a name from a table as a sentence begins.

    Examples
    --------
    >>> capital("phones sell best")
    'Phones sell best'
    """
    return title[:1].upper() + title[1:]


def png(fig: Figure, dpi: int = 100) -> bytes:
    r"""Return `fig` as the bytes of a PNG picture.

    Examples
    --------
    >>> fig, ax = figure()
    >>> png(fig)[:4]
    b'\x89PNG'
    """
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def percent_axis(ax: Axes, axis: str = "y", decimals: int = 0) -> None:
    """Print an axis of shares, 0 to 1, in per cent, each tick as exact as it stands.

    Examples
    --------
    >>> fig, ax = figure()
    >>> percent_axis(ax, "x")
    >>> ax.xaxis.get_major_formatter()(0.45), ax.xaxis.get_major_formatter()(0.025)
    ('45%', '2.5%')
    """

    def print_tick(share: float, _position: int | None = None) -> str:
        per_cent = round(100 * share, 4) + 0.0
        return f"{per_cent:g}%" if decimals == 0 else f"{per_cent:.{decimals}f}%"

    getattr(ax, f"{axis}axis").set_major_formatter(FuncFormatter(print_tick))


def points_axis(ax: Axes, axis: str = "y", decimals: int = 0) -> None:
    """Print an axis of differences of shares, -1 to 1, in percentage points, without a sign %.

    Examples
    --------
    >>> fig, ax = figure()
    >>> points_axis(ax, "x")
    >>> ax.xaxis.get_major_formatter()(-0.45), ax.xaxis.get_major_formatter()(0.025)
    ('-45', '2.5')
    """
    percent_axis(ax, axis, decimals)
    in_per_cent = getattr(ax, f"{axis}axis").get_major_formatter()

    def print_tick(share: float, position: int | None = None) -> str:
        return str(in_per_cent(share, position)).removesuffix("%")

    getattr(ax, f"{axis}axis").set_major_formatter(FuncFormatter(print_tick))


def day_axis(ax: Axes) -> None:
    """Print an axis of days along x as they are read: 6 Jun, and 6 Jun 12:00 within a day.

    Examples
    --------
    >>> import pandas as pd
    >>> fig, ax = figure()
    >>> _line = ax.plot(pd.to_datetime(["2025-06-06", "2025-06-09"]), [1, 2])
    >>> day_axis(ax)
    >>> ax.xaxis.get_major_formatter()(ax.get_xticks()[0])
    '6 Jun'
    """

    def day(at: float, _position: int | None = None) -> str:
        moment: datetime = num2date(at)  # type: ignore[no-untyped-call]
        hour = f"{moment: %H:%M}" if moment.hour or moment.minute else ""
        return f"{moment.day} {moment:%b}{hour}"

    ax.xaxis.set_major_formatter(FuncFormatter(day))


def clock_axis(ax: Axes, minutes: pd.Series[Any] | pd.Index[Any]) -> None:
    """Print an axis of minutes: the time where all lie within a day, else days."""
    if len(minutes) and minutes.max() - minutes.min() > pd.Timedelta(days=1):
        day_axis(ax)
        return
    known: Any = dates  # of which Matplotlib tells no types
    ax.xaxis.set_major_locator(known.AutoDateLocator(maxticks=8))
    ax.xaxis.set_major_formatter(known.DateFormatter("%H:%M"))


def names(groups: Iterable[Any]) -> list[str]:
    """Return groups as they are read: days as days, and months where each of several begins one.

    Examples
    --------
    >>> import pandas as pd
    >>> names(pd.to_datetime(["2025-01-01", "2025-02-01"]))
    ['2025-01', '2025-02']
    >>> names(pd.to_datetime(["2025-06-30", "2025-07-01"])), names(["smart_home", None])
    (['2025-06-30', '2025-07-01'], ['smart home', 'unknown'])
    """
    given = list(groups)
    days = [one for one in given if one == one and hasattr(one, "strftime")]
    months = len(set(days)) > 1 and all(day.day == 1 for day in days)
    form = "%Y-%m" if months else "%Y-%m-%d"

    def name(one: Any) -> str:
        if one is None or one != one:
            return _("unknown")
        return f"{one:{form}}" if hasattr(one, "strftime") else words(one)

    return [name(one) for one in given]


def yuan_axis(ax: Axes, axis: str = "y") -> None:
    """Print an axis of money as ¥, with thousands as k and millions as m.

    Examples
    --------
    >>> fig, ax = figure()
    >>> yuan_axis(ax)
    >>> ax.yaxis.get_major_formatter()(1_250_000)
    '¥1.25m'
    """
    getattr(ax, f"{axis}axis").set_major_formatter(FuncFormatter(lambda value, _: yuan(value)))


def yuan(value: float) -> str:
    """Return an amount in yuan as short text.

    Examples
    --------
    >>> yuan(950), yuan(12_500), yuan(-3_000_000)
    ('¥950', '¥12.5k', '-¥3m')
    """
    sign, value = ("-" if value < 0 else ""), abs(value)
    for limit, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if value >= 0.9995 * limit:  # 999,600 is ¥1m, not ¥1000k
            return f"{sign}¥{value / limit:.3g}{letter}"
    return f"{sign}¥{value:,.0f}"


class _Table(Styler):
    """A table whose plain text is the same in every run: no address of this machine."""

    def __repr__(self) -> str:
        rows, columns = self.data.shape  # type: ignore[attr-defined]
        tall = _n("{n} row", "{n} rows", rows).format(n=rows)
        wide = _n("{n} column", "{n} columns", columns).format(n=columns)
        return _("<table of {tall} and {wide}>").format(tall=tall, wide=wide)


_FORMATS: dict[str, str | Callable[[Any], str]] = {
    "percent": "{:.1%}",
    "yuan": messages.yuan,
    "count": "{:,.0f}",
    "number": "{:,.2f}",
    "p_value": lambda p: html.escape(p_value(p)),
}


def _as_words(value: Any) -> Any:
    """Return text so that a browser shows its signs and does what none of them says.

    >>> _as_words("<script>"), _as_words("R&D"), _as_words(7), _as_words(0.5)
    ('&lt;script&gt;', 'R&amp;D', 7, '0.500000')
    """
    if isinstance(value, float):
        return f"{value:.6f}"  # as pandas shows it among words
    return html.escape(value, quote=False) if isinstance(value, str) else value


def _kinds(index: pd.Index[Any]) -> list[str]:
    levels = index.levels if isinstance(index, pd.MultiIndex) else [index]
    return [level.dtype.kind for level in levels]


def _by_default(column: pd.Series[Any]) -> Callable[[Any], str] | str | None:
    """Return how a column is printed whose format nobody gave.

    A float gets the decimals that its largest value leaves room for, so that a column lines up;
    where a value would show no digit by that, each gets the decimals of its own size.

    Examples
    --------
    >>> import pandas as pd
    >>> def shown(name, values):
    ...     one = _by_default(pd.Series(values, name=name))
    ...     return one(pd.Series(values)[0]) if callable(one) else one.format(values[0])
    >>> shown("on_time_rate", [0.4321]), shown("margin_index", [1.2345]), shown("hours", [1234.5])
    ('43.2%', '1.23', '1,234')
    >>> shown("yuan", [0.0321, 1234.5]), shown("yuan", [1234.5, 0.0321]), shown("yuan", [0.0, 5.5])
    ('0.0321', '1,234', '0.00')
    >>> shown("day", pd.to_datetime(["2025-06-12"])), shown("month", pd.to_datetime(["2025-06-01"]))
    ('12 June', 'June')
    """
    name, kind = str(column.name), column.dtype.kind
    values = column.dropna()
    if kind == "M":
        return _moments(name, values) if len(values) else None
    if kind in "iu" and not name.endswith(("id", "year")):
        return "{:,}"
    if kind != "f" or not len(values):
        return None
    if name.endswith(("_rate", "share")):
        return _FORMATS["percent"]
    if name in ("p_value", "adjusted"):
        return _FORMATS["p_value"]
    if (values % 1 == 0).all():
        return "{:,.0f}"
    size = values.abs()
    largest = float(size.max())
    decimals = _decimals(largest)
    hidden = (size < 0.1**decimals) & (size > _NOISE * largest)
    return _by_size if hidden.any() else f"{{:,.{decimals}f}}"


_NOISE = 1e-9
"""Of the largest number of a column: what is smaller is 0 but for rounding."""


def _decimals(size: float) -> int:
    """Return the decimals that a number of this size leaves room for."""
    steps = (1000, 0), (10, 1), (1, 2), (0, 3)
    return next((places for least, places in steps if size >= least), 0)


def _by_size(value: float) -> str:
    """Return a number with the decimals of its own size, a small one with three digits.

    Examples
    --------
    >>> _by_size(1234.5), _by_size(-12.34), _by_size(0.004321), _by_size(0)
    ('1,234', '-12.3', '0.00432', '0')
    """
    size = abs(value)
    return f"{value:,.{_decimals(size)}f}" if size >= 1 else f"{value:.3g}"


def _moments(name: str, values: pd.Series[Any]) -> Callable[[Any], str]:
    """Return how moments are printed: months, days, or days with a time; years if they differ."""
    years = values.dt.year
    year = " %Y" if years.min() < years.max() else ""
    if (values != values.dt.normalize()).any():
        return lambda when: f"{when.day} {when:%b{year} %H:%M}"
    if name == "month" and values.dt.is_month_start.all():
        return lambda when: f"{when:%B{year}}"
    if name == "quarter" and values.dt.is_quarter_start.all():
        return lambda when: _("from {month}").format(month=f"{when:%B{year}}")
    return lambda when: f"{when.day} {when:%B{year}}"


def table(
    frame: pd.DataFrame,
    formats: Mapping[str, str] | None = None,
    *,
    percent: str = "",
    yuan: str = "",
    count: str = "",
    emphasise: Sequence[Any] = (),
    index: bool = False,
    caption: str | None = None,
) -> Styler:
    """Return `frame` styled for reading: units, aligned numbers, one emphasis.

    What is not named is printed by its kind: dates without a time where all are days, months by
    name in the columns ``month`` and ``quarter``, shares in the columns ``..._rate`` and
    ``...share`` in per cent, p values (``p_value``, ``adjusted``) never as 0, other numbers with
    the decimals that the largest of a column leaves room for, or, where a small one would not show
    by that, each its own.

    Parameters
    ----------
    frame : DataFrame
        What a topic returned.
    formats : mapping of column name to str, optional
        ``"percent"`` (shares 0 to 1), ``"yuan"``, ``"count"``, ``"number"``, ``"p_value"``, or
        a format string such as ``"{:.1f} h"``.
    percent, yuan, count : str
        Names of columns, with spaces between them: shares, amounts in yuan, whole numbers. A
        name that the table lacks does no harm.
    emphasise : sequence of index labels
        Rows printed bold.
    index : bool
        Show the index.
    caption : str, optional
        A line above the table.

    Returns
    -------
    Styler
        With fixed element ids, so that a stored notebook stays the same.

    Examples
    --------
    >>> import pandas as pd
    >>> shares = pd.DataFrame({"channel": ["search"], "share": [0.4321]})
    >>> "43.2%" in table(shares, {"share": "percent"}).to_html()
    True
    >>> month = pd.DataFrame({"month": pd.to_datetime(["2025-06-01"]), "on_time_rate": [0.9]})
    >>> [word in table(month).to_html() for word in ("June", "90.0%", "00:00")]
    [True, True, False]
    >>> "-¥1,250" in table(pd.DataFrame({"result": [-1250.4]}), yuan="result").to_html()
    True
    """
    named = {"percent": percent, "yuan": yuan, "count": count}
    by_column = {column: kind for kind, names in named.items() for column in names.split()}
    given = {column: _FORMATS.get(f, f) for column, f in {**by_column, **(formats or {})}.items()}
    usual = {
        name: _by_default(frame[name]) or (_as_words if frame[name].dtype.kind == "O" else None)
        for name in frame.columns
        if name not in given
    }
    styler: Styler = _Table(frame).format({**usual, **given}, na_rep="–")
    words: list[Any] = [n for n, kind in enumerate(_kinds(frame.index)) if kind == "O"]
    styler = styler.format_index(_as_words, axis=0, level=words) if words else styler
    styler = styler.format_index(lambda name: _as_words(str(name).rstrip("_")), axis=1)  # with_
    numbers: list[Any] = list(frame.select_dtypes("number").columns)
    styler = styler.set_properties(subset=numbers, **{"text-align": "right"})
    heads = ", ".join(f"th.col{frame.columns.get_loc(column)}" for column in numbers)
    if heads:
        styler = styler.set_table_styles([{"selector": heads, "props": "text-align: right"}])
    if emphasise:
        styler = styler.set_properties(
            subset=(list(emphasise), slice(None)), **{"font-weight": "bold"}
        )
    if caption:
        styler = styler.set_caption(html.escape(caption, quote=False))
    if not index:
        styler = styler.hide(axis="index")
    # its own id, the same in every run: tables of one page must not share their rules
    name = f"{caption}|{'|'.join(map(str, frame.columns))}|{len(frame)}"
    styler = styler.set_uuid(f"ecokit_{zlib.crc32(name.encode()):08x}")
    return styler.set_table_attributes('class="ecokit-table"')


__all__ = [
    "BLUE",
    "BROWN",
    "CJK_FONT",
    "GREEN",
    "GREY",
    "NEW",
    "ORANGE",
    "PINK",
    "PURPLE",
    "RED",
    "SKY",
    "YELLOW",
    "capital",
    "clock_axis",
    "day_axis",
    "drawn",
    "families_used",
    "figure",
    "figure_of",
    "name_by_number",
    "names",
    "p_value",
    "percent_axis",
    "png",
    "points_axis",
    "table",
    "use",
    "words",
    "yuan",
    "yuan_axis",
]
