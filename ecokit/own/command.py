"""What ``ecokit own`` prints."""

from __future__ import annotations

from pathlib import Path

from ecokit.messages import _
from ecokit.own.looking import look
from ecokit.own.pages import contents


def run(folder: Path, out: Path | None, mapping: Path | None, preset: str) -> None:
    """Look at a folder, write everything, and say in a few lines what was found."""
    result = look(folder, out, mapping_file=mapping, preset_name=preset, progress=True)
    said = contents(result)
    for name, _title, rows, kept, _columns in said["tables"]:
        line = _("{table}: {rows:,} rows read, {kept:,} kept")
        print(line.format(table=name, rows=rows, kept=kept))
    for name, why in [*said["refused"], *said["unused"]]:
        print(_("left aside: {name}. {why}").format(name=name, why=why))
    for name, _name_zh, value, _formula in said["values"]:
        print(f"{name}: {value}")
    line = _("{faults} kinds of faults, {rows:,} rows left out, lines among them worth {worth}.")
    print(
        line.format(
            faults=len(said["faults"]), rows=said["left_rows"], worth=said["worth"] or "¥0.00"
        )
    )
    for note in said["notes"]:
        print(note)
    print(_("The report: {page}").format(page=result.out / "report.html"))
