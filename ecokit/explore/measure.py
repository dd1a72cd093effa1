"""Explorer of measures: any measure by a period and up to two columns, and its one line of code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from textwrap import fill
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecokit import kpi
from ecokit.errors import CourseError
from ecokit.explore.lab import Choice, Control, Lab, Told, table
from ecokit.inputs import frames
from ecokit.messages import _, yuan
from ecokit.plots import theme
from ecokit.shop import Shop

TITLE = _("Any measure, by what you like")
PERIODS = {
    "": _("the whole time"),
    "day": _("day"),
    "week": _("week"),
    "month": _("month"),
    "quarter": _("quarter"),
    "year": _("year"),
}
LENT = {"products": "product_id", "campaigns": "campaign_id", "channels": "channel_id"}
MANY = 40  # values of a column beyond which it is no group to choose
SHOWN = 6  # lines or bars of each colour in the picture
TICKS = 14  # periods up to which each has its name below the axis
WIDE = 78  # letters of a line of the title
ROWS = 24  # rows of the table
COLOURS = (theme.BLUE, theme.ORANGE, theme.GREEN, theme.PURPLE, theme.BROWN, theme.GREY)


def measures(shop: Shop) -> Lab:
    """Return the lab: which measure, by which period, by up to two columns, of which group.

    Parameters
    ----------
    shop : Shop
        Any: the measures that its tables allow can be chosen.

    Raises
    ------
    CourseError
        Its tables allow no measure.
    """
    found = computable(shop)
    if not found:
        raise CourseError(_("This shop has no table that a measure needs: visits, orders ..."))
    starts = [one for one in ("sales", "orders", "uv") if one in found] or found
    columns = cache(lambda one: groups(shop, one))

    def controls(values: Mapping[str, Any]) -> dict[str, Control]:
        one = values.get("measure", starts[0])
        names = columns(one)
        period = [(text, name) for name, text in PERIODS.items()]
        if kpi.declared(one).monthly:
            period = [(text, name) for text, name in period if name not in ("day", "week")]
        first = [(_("nothing"), ""), *((theme.words(name), name) for name in names)]
        asked: dict[str, Control] = {
            "measure": Choice(
                _("Measure"), [(kpi.declared(name).name, name) for name in found], starts[0]
            ),
            "period": Choice(_("Period"), period, "month"),
            "by": Choice(_("By"), first),
        }
        chosen = values.get("by", "")
        if chosen in names:
            second = [pair for pair in first if pair[1] != chosen]
            asked["and_by"] = Choice(_("And by"), second)
        asked["only"] = Choice(_("Only where"), [(_("no filter"), ""), *first[1:]])
        if values.get("only") in names:
            kept = [(str(value), value) for value in names[values["only"]]]
            asked["value"] = Choice(_("It is"), kept)
        return asked

    def draw(figure: Figure, measure: str, period: str, by: str, **more: Any) -> Told:
        by_columns = [name for name in (by, more.get("and_by", "")) if name]
        only = (more.get("only", ""), more["value"]) if "value" in more else None
        result, code = answer(shop, measure, period, by_columns, only)
        alt = picture(figure.add_subplot(), result, measure, period, by_columns, only)
        figure.set_layout_engine("tight")  # when all is drawn: names are as long as they are
        return Told(alt, _below(result, measure, code))

    return Lab(TITLE, controls, draw, "period")


def computable(shop: Shop) -> list[str]:
    """Return the ids of the measures and KPIs that the columns of a shop allow.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> "sales" in computable(load_shop())
    True
    """
    there = {name: set(_names(shop, name)) for name in shop.tables}
    return [
        one
        for one, declared in {**kpi.MEASURES, **kpi.KPIS}.items()
        if all(
            set(columns.split()) <= there.get(name, set()) and name in there
            for name, columns in declared.columns.items()
        )
    ]


def _names(shop: Shop, name: str) -> list[str]:
    return list(frames.table(shop.tables[name], "", name=name).collect_schema().names())


def groups(shop: Shop, measure: str) -> dict[str, list[Any]]:
    """Return the columns that a measure can be split by, each with its values.

    A column has to be in every table that the measure adds up, or be lent by products, campaigns
    or channels; what has too many values is no group.
    """
    tables = [name for name in kpi.declared(measure).columns if name not in ("targets", *LENT)]
    kinds = [_kinds(shop, name) for name in _merged(tables)]
    common = set.intersection(*(set(one) for one in kinds)) if kinds else set()
    return {name: _values(kinds, name) for name in sorted(common) if _values(kinds, name)}


def _merged(tables: list[str]) -> list[tuple[str, ...]]:
    """Return the tables that are added up, order lines together with their orders."""
    if "order_lines" not in tables:
        return [(name,) for name in tables]
    rest = [(name,) for name in tables if name not in ("orders", "order_lines")]
    return [("order_lines", "orders"), *rest]


def _kinds(shop: Shop, names: Iterable[str]) -> dict[str, tuple[Shop, str]]:
    """Return the columns of tables, and of those that lend them theirs, with where they stand."""
    own = {column: (shop, name) for name in names for column in _names(shop, name)}
    lent = {
        column: (shop, lender)
        for lender, key in LENT.items()
        if lender in shop.tables and key in own
        for column in _names(shop, lender)
    }
    return lent | own


def _values(kinds: list[dict[str, tuple[Shop, str]]], name: str) -> list[Any]:
    shop, where = kinds[0][name]
    column = _column(shop, where, name)
    if not (pd.api.types.is_string_dtype(column) or pd.api.types.is_bool_dtype(column)):
        return []
    values = column.dropna().unique()
    return sorted(values.tolist()) if 1 < len(values) <= MANY else []


def _column(shop: Shop, where: str, name: str) -> pd.Series:
    return frames.as_pandas(frames.table(shop.tables[where], name, name=where).select(name))[name]


def answer(
    shop: Shop, measure: str, period: str, by: list[str], only: tuple[str, Any] | None = None
) -> tuple[pd.DataFrame, str]:
    """Return a measure by a period and columns, filtered, and the line of code that gives it.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> table, code = answer(load_shop(), "orders", "quarter", [], ("region", "north"))
    >>> print(code)
    kpi.measure("orders", shop, by=["quarter", "region"]).query("region == 'north'")
    """
    asked = [*([period] if period else []), *by]
    if only and only[0] not in asked:
        asked.append(only[0])
    result = frames.as_pandas(kpi.measure(measure, shop, by=asked or None))
    words = ", ".join(f'"{name}"' for name in asked)
    code = f'kpi.measure("{measure}", shop' + (f", by=[{words}])" if asked else ")")
    if only:
        result = result[result[only[0]] == only[1]]
        code += f'.query("{only[0]} == {only[1]!r}")'
        if only[0] not in by:
            result = result.drop(columns=only[0])
    return result.reset_index(drop=True), code


def picture(
    ax: Axes,
    result: pd.DataFrame,
    measure: str,
    period: str,
    by: list[str],
    only: tuple[str, Any] | None,
) -> str:
    """Draw a measure, and return what the picture shows."""
    one = kpi.declared(measure)
    whose = (
        _(" where {column} is {value}").format(column=theme.words(only[0]), value=only[1])
        if only
        else ""
    )
    title = theme.capital(one.name) + whose
    if result.empty:
        ax.set_title(title)
        return _("{title}: there are no rows.").format(title=title)
    names = result[by].astype("str").agg(", ".join, axis=1) if by else pd.Series("", result.index)
    title = f"{title}: {finding(result, names, measure, period)}"
    ax.set_title(fill(title, WIDE))
    order = result.groupby(names)[measure].sum().sort_values(ascending=False).index[:SHOWN]
    labels = {name: str(name) for name in order}
    if period:
        for colour, name in zip(COLOURS, order, strict=False):
            rows = result[names == name]
            ax.plot(rows[period], rows[measure], color=colour, marker="o", label=labels[name])
        _period_axis(ax, result[period], period)
        ax.set_ylim(bottom=min(0, result[measure].min()))
    else:
        amounts = [float(result.loc[names == name, measure].iloc[0]) for name in order]
        bars = [fill(labels[name] or one.name, 24) for name in order]
        ax.barh(range(len(bars)), amounts[::-1], color=theme.BLUE)
        ax.set_yticks(range(len(bars)), bars[::-1])
    if period and by:
        ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    _axis(ax, one.unit, "y" if period else "x")
    told = [
        f"{labels[name] or one.name}: {_last(result[names == name], measure)}" for name in order
    ]
    return _("{title}. {told}.").format(title=title, told="; ".join(told))


def finding(result: pd.DataFrame, names: pd.Series, measure: str, period: str) -> str:
    """Return what a table of a measure shows: who is highest, and when.

    Examples
    --------
    >>> told = pd.DataFrame({"month": pd.to_datetime(["2025-01-01", "2025-02-01"]), "uv": [3, 9]})
    >>> finding(told, pd.Series(["", ""]), "uv", "month")
    'highest in February 2025, 9'
    >>> finding(told.assign(region=["north", "south"]), pd.Series(["north", "south"]), "uv", "")
    'south is highest, 9'
    """
    known = result[result[measure].notna()]
    if known.empty:
        return _("no value is known")
    place = int(known[measure].astype("float").to_numpy().argmax())
    value = _rounded(measure, known[measure].iloc[place])
    if not period:
        who = names[known.index].iloc[place]
        if not who:
            return _("{value} over the whole time").format(value=value)
        return _("{who} is highest, {value}").format(who=who, value=value)
    if len(set(names)) == 1:
        when = _when(known[period].iloc[place], period)
        return _("highest in {when}, {value}").format(when=when, value=value)
    tops = known.astype({measure: "float"}).sort_values(measure, kind="stable")
    tops = tops.drop_duplicates(period, keep="last")
    wins = names[tops.index].value_counts()
    told = _("{who} is highest in {n} of {of} {periods}")
    periods = _plural(PERIODS[period])
    return told.format(who=wins.index[0], n=int(wins.iloc[0]), of=len(tops), periods=periods)


def _plural(word: str) -> str:
    return _("{word}s").format(word=word)


def _rounded(measure: str, value: Any) -> str:
    whole = kpi.declared(measure).unit == "yuan" and abs(value) >= 1000
    return shown(measure, round(value)).partition(".")[0] if whole else shown(measure, value)


def _when(start: Any, period: str) -> str:
    """Return a period in words: a month by its name, a week by its first day."""
    if not isinstance(start, pd.Timestamp):
        return str(start)
    if period == "quarter":
        return f"Q{start.quarter} {start.year}"
    forms = {"month": f"{start:%B %Y}", "year": f"{start.year}"}
    day = f"{start.day} {start:%B %Y}"
    week = _("the week of {day}").format(day=day)
    return forms.get(period, week if period == "week" else day)


def _period_axis(ax: Axes, starts: pd.Series, period: str) -> None:
    """Name each period where there are few, else some of their days."""
    there = sorted(starts.dropna().unique())
    if len(there) > TICKS:
        ax.figure.autofmt_xdate()
    elif isinstance(there[0], pd.Timestamp):
        forms = {"month": "%b %Y", "year": "%Y"}
        texts = [
            f"Q{one.quarter} {one.year}"
            if period == "quarter"
            else one.strftime(forms.get(period, "%d %b"))
            for one in there
        ]
        ax.set_xticks(there, texts, rotation=30, ha="right")
    ax.set_xlabel(theme.words(PERIODS[period]))


def _axis(ax: Axes, unit: str, axis: str) -> None:
    if unit in ("share", "index"):
        theme.percent_axis(ax, axis, 1)
    elif unit == "yuan":
        theme.yuan_axis(ax, axis)
    else:
        getattr(ax, f"set_{axis}label")(unit)


def _last(rows: pd.DataFrame, measure: str) -> str:
    first, last = rows[measure].iloc[0], rows[measure].iloc[-1]
    told = shown(measure, last)
    return (
        told
        if len(rows) == 1
        else _("from {first} to {last}").format(first=shown(measure, first), last=told)
    )


def shown(measure: str, value: Any) -> str:
    """Return a value of a measure as it is read.

    Examples
    --------
    >>> shown("conversion", 0.0818), shown("sales", 1234.5), shown("uv", 1200)
    ('8.18%', '¥1,234.50', '1,200')
    """
    unit = kpi.declared(measure).unit
    if pd.isna(value):
        return "–"
    if unit in ("share", "index"):
        return f"{value:.2%}"
    if unit == "yuan":
        return yuan(value, 2)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _below(result: pd.DataFrame, measure: str, code: str) -> str:
    """Return the table and the line of code."""
    heads = [theme.words(name) for name in result.columns]
    first = result.head(ROWS)
    columns = [
        [shown(measure, value) for value in first[name]]
        if name == measure
        else _cells(result[name])[:ROWS]
        for name in result.columns
    ]
    rows = [list(row) for row in zip(*columns, strict=True)]
    more = len(result) - ROWS
    rest = _("{more} more rows.").format(more=more) if more > 0 else ""
    said = table(["code"], [[code]], caption=_("The line that gives it"))
    return table(heads, rows, caption=rest) + said


def _cells(column: pd.Series[Any]) -> list[str]:
    """Return groups as they stand in a table; periods that begin months as months."""
    when = column.dtype.kind == "M"
    return theme.names(column) if when else [str(value) for value in column]
