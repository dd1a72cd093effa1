"""What ``ecokit own`` prints."""

from __future__ import annotations

from pathlib import Path

from ecokit.messages import _, _n, short
from ecokit.own.looking import look
from ecokit.own.pages import contents


def nearest(lacking: list[tuple[str, str]], number: int = 5) -> list[tuple[str, str]]:
    """Return the measures that lack least.

    Examples
    --------
    >>> nearest([("Conversion", "needs visits; orders"), ("Visits", "needs visits")], 1)
    [('Visits', 'needs visits')]
    """
    return sorted(lacking, key=lambda one: (one[1].count(";"), one[1].count(",")))[:number]


def run(folder: Path, out: Path | None, mapping: Path | None, preset: str) -> None:
    """Look at a folder, write everything, and say in a few lines what was found."""
    result = look(folder, out, mapping_file=mapping, preset_name=preset, progress=True)
    said = contents(result)
    for name, _title, rows, kept, _columns in said["tables"]:
        line = _n(
            "{table}: {rows:,} row read, {kept:,} kept",
            "{table}: {rows:,} rows read, {kept:,} kept",
            rows,
        )
        print(line.format(table=name, rows=rows, kept=kept))
    for name, why in [*said["refused"], *said["unused"]]:
        print(_("left aside: {name}. {why}").format(name=short(name, 200), why=why))
    for name, _name_zh, value, _formula in said["values"]:
        print(f"{name}: {value}")
    if not said["values"]:
        print(_("No measure can be computed yet. What the nearest ones lack:"))
        for title, lacks in nearest(said["can"][0][2]):
            print(f"  {title}: {lacks}")
    for table, column, remark in said["unsure"]:
        print(
            _("unsure: {table}, {column}: {what}").format(table=table, column=column, what=remark)
        )
    kinds = len(said["faults"])
    what = _n("{n} kind of fault", "{n} kinds of faults", kinds).format(n=kinds)
    worth = _("; order lines among them: {worth}").format(worth=said["worth"])
    line = _("{what}, {rows} left out{worth}.")
    worth = worth if said["worth"] else ""
    print(line.format(what=what, rows=said["left_rows"], worth=worth))
    for note in said["notes"]:
        print(note)
    print(_("The report: {page}").format(page=result.out / "report.html"))
