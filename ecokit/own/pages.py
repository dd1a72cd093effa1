"""The report of a look at a folder: one page that needs nothing else, and the same as text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2

from ecokit import kpi, messages
from ecokit.messages import _, _n
from ecokit.own.able import lacking
from ecokit.own.checks import Left
from ecokit.own.face import face
from ecokit.shop.schema import schemas

if TYPE_CHECKING:
    from ecokit.own.looking import Look

KINDS = {
    "measure": _("Measures and KPIs"),
    "exercise": _("Exercises"),
    "explorer": _("Explorers"),
}

ONE = {
    "visitors": _("visitor"),
    "visits": _("visit"),
    "orders": _("order"),
    "seconds": _("second"),
    "turns a month": _("turn a month"),
}


def columns(number: int) -> str:
    """Return a number of columns in words.

    Examples
    --------
    >>> columns(1), columns(12)
    ('1 column', '12 columns')
    """
    return _n("{n:,} column", "{n:,} columns", number).format(n=number)


def reasons() -> dict[str, str]:
    """Return the words for why rows are left out."""
    return {
        "total": _("a total, no row of its own"),
        "blank": _("an empty row"),
        "copy": _("a copy of another row, in every column"),
        "key": _("the same key as another row, but other values: none of them can be trusted"),
        "orphan": _("a row whose order is not there"),
    }


def reason(why: str) -> str:
    """Return why rows are left out, in words.

    Examples
    --------
    >>> reason("no unit_price")
    'without unit_price, or with one that cannot be read'
    """
    if why.startswith("no "):
        return _("without {column}, or with one that cannot be read").format(column=why[3:])
    if why.startswith("orphan "):
        return _("a row that points to one which is not in {table}").format(table=why[7:])
    if why.startswith("bad "):
        column, _colon, what = why[4:].partition(": ")
        return _("with {column} {what}").format(column=column, what=what)
    return reasons().get(why, why)


def shown(one: str, value: float) -> str:
    """Return the value of a measure with its unit.

    Examples
    --------
    >>> shown("sales", 1234.5), shown("conversion", 0.0818), shown("uv", 1200), shown("uv", 1)
    ('¥1,234.50', '8.18 %', '1,200 visitors', '1 visitor')
    """
    unit = kpi.declared(one).unit
    if unit == "yuan":
        return messages.yuan(value, 2)
    if unit in ("share", "index"):
        return f"{100 * value:,.2f} %"
    if value == 1 and unit in ONE:
        return f"1 {ONE[unit]}"
    return f"{value:,.0f} {unit}" if value % 1 == 0 else f"{value:,.2f} {unit}"


def rows(number: int) -> str:
    """Return a number of rows in words.

    Examples
    --------
    >>> rows(1), rows(12_000)
    ('1 row', '12,000 rows')
    """
    return _n("{n:,} row", "{n:,} rows", number).format(n=number)


def worth_of(left: Sequence[Left]) -> str:
    """Return what order lines that are left out are worth, and how many nobody can value.

    Examples
    --------
    >>> one = Left("order_lines", "no quantity", 2, "row 7", None)
    >>> worth_of([one]), worth_of([one, Left("order_lines", "orphan", 1, "row 9", 20.0)])
    ('2 rows of unknown worth', 'worth ¥20.00, and 2 rows of unknown worth')
    """
    known = [one.yuan for one in left if one.yuan is not None]
    unknown = sum(
        one.rows
        for one in left
        if one.table == "order_lines" and one.yuan is None and one.reason not in ("total", "blank")
    )
    said = [_("worth {yuan}").format(yuan=yuan(sum(known)))] if known else []
    if unknown:
        said.append(_("{rows} of unknown worth").format(rows=rows(unknown)))
    return _(", and ").join(said)


def yuan(value: float | None) -> str:
    """Return an amount in yuan, or nothing where there is none."""
    return "" if value is None else messages.yuan(value, 2)


def contents(result: Look) -> dict[str, Any]:
    """Return what the report says, for the page and the text."""
    unsure = [
        (name, column, remark)
        for name, part in result.plan.tables.items()
        for column, remark in part.unsure.items()
    ]
    files = [
        (
            one.name,
            len(one.columns),
            _used(one.name, result),
            result.plan.presets.get(one.name, ""),
            " ".join(one.notes),
        )
        for one in result.sources
    ]
    tables = [
        (
            name,
            schemas()[name].title,
            result.rows.get(name, 0),
            result.kept.get(name, 0),
            ", ".join(part.columns),
        )
        for name, part in result.plan.tables.items()
    ]
    left = [
        (one.table, reason(one.reason), rows(one.rows), one.example, yuan(one.yuan))
        for one in result.left
    ]
    values = [
        (
            kpi.declared(one).name,
            kpi.declared(one).name_zh,
            shown(one, value),
            kpi.declared(one).formula,
        )
        for one, value in result.values.items()
    ]
    can = [
        (
            KINDS[kind],
            [one.title for one in result.abilities if one.kind == kind and not one.lacks],
            [
                (one.title, lacking(one))
                for one in result.abilities
                if one.kind == kind and one.lacks
            ],
        )
        for kind in KINDS
    ]
    return {
        "folder": result.folder.as_posix(),
        "out": result.out.as_posix(),
        "notes": result.notes,
        "files": files,
        "refused": [(one.name, one.why) for one in result.refused],
        "unused": list(result.plan.ignored.items()),
        "unsure": unsure,
        "tables": tables,
        "faults": [one.sentence() for one in result.faults],
        "left": left,
        "left_rows": rows(sum(one.rows for one in result.left)),
        "worth": worth_of(result.left),
        "values": values,
        "can": can,
    }


def _used(name: str, result: Look) -> str:
    return ", ".join(t for t, part in result.plan.tables.items() if name in part.files)


@cache
def _template(name: str, *, escape: bool) -> jinja2.Template:
    text = (resources.files("ecokit.own") / name).read_text("utf-8")
    made = jinja2.Environment(
        autoescape=escape, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    made.filters.update(rows=rows, columns=columns)
    return made.from_string(text)


def html(result: Look) -> str:
    """Return the report as a page; whatever comes from the files is escaped."""
    page = _template("report.html.jinja", escape=True).render(contents(result))
    return page.replace("</head>", f"{face(page)}\n</head>", 1)


def text(result: Look) -> str:
    """Return the report as text."""
    return _template("report.txt.jinja", escape=False).render(contents(result))
