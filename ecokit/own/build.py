"""From the mapping to the tables of the shop, as Parquet: read once, checked once a table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.own import sql
from ecokit.own.extra import need
from ecokit.own.files import Source
from ecokit.own.guess import SAMPLE
from ecokit.own.mapping import Part, Plan
from ecokit.own.readings import ready, select
from ecokit.shop.schema import schemas

MEMORY = "600MB"


@dataclass(frozen=True)
class Typed:
    """A table whose values have their types, with what is wrong in each row.

    Parameters
    ----------
    scan : str
        What DuckDB reads it from; ``_row`` numbers the rows from 0.
    columns : list of str
        The columns of the shop that it has.
    faults : int
        A bit for each of them that holds a value which cannot be read.
    in_place : bool
        Whether it is the file of the source itself, which needs no change.
    strange : bool
        Whether it may hold rows that are none of the table, such as totals.
    """

    scan: str
    columns: list[str]
    faults: int
    in_place: bool = False
    strange: bool = True

    @property
    def real(self) -> str:
        """The SQL that the test of a row begins with: that it is a row of the table at all."""
        return "_why IS NULL AND " if self.strange else ""


def connected(work: Path) -> Any:
    """Return a connection of DuckDB that keeps within its memory."""
    duckdb = need("duckdb", _("Reading your own tables"))
    # nothing is fetched from the network, and nothing waits for it
    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    connection = duckdb.connect(config=config)
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET temp_directory = {sql.text((work / 'spill').as_posix())}")
    connection.execute("SET enable_progress_bar = false")
    connection.execute(sql.MACROS)
    return connection


def typed(
    plan: Plan,
    sources: dict[str, Source],
    work: Path,
    connection: Any,
    told: Callable[[str], object],
) -> dict[str, Typed]:
    """Read every table of a mapping.

    Parameters
    ----------
    plan : Plan
        The mapping.
    sources : mapping of file to Source
        What can be read.
    work : Path
        Where the tables go.
    connection : DuckDB connection
        As `connected` returns it.
    told : callable
        Is called with the name of each table that is done.

    Raises
    ------
    CourseError
        The mapping names a file or a column that is not there.
    """
    chosen = {name: _chosen(name, part, sources) for name, part in plan.tables.items()}
    long: set[tuple[str, str]] = set()
    text: set[str] = set()
    waiting = [
        name
        for name, part in plan.tables.items()
        if len(part.files) > 1 or not ready(schemas()[name], part, chosen[name][0], text)
    ]
    heads = {name: [_head(one, work, connection) for one in chosen[name]] for name in waiting}
    while waiting:  # until each column is read as its values ask for
        known = set(text)
        learned = {
            name
            for name in waiting
            if (bits := _bits(name, plan.tables[name], heads[name], long, text, connection))
            and _learn(name, plan.tables[name], bits, long, text)
        }
        new = text - known  # an id that is text in one table is text in all
        learned |= {name for name in heads if new & set(plan.tables[name].columns)}
        waiting = [name for name in heads if name in learned]
    done: dict[str, Typed] = {}
    while len(done) < len(plan.tables):
        for name, part in plan.tables.items():
            if name in done:
                continue
            here = ready(schemas()[name], part, chosen[name][0], text)
            if here and len(chosen[name]) == 1:
                done[name] = Typed(here, list(part.columns), 0, in_place=True)
                told(name)
                continue  # nothing of it is written
            before = set(text)
            query = select(schemas()[name], part, chosen[name], frozenset(long), text)
            path = (work / f"{name}.parquet").as_posix()
            connection.execute(f"COPY ({query}) TO {sql.text(path)} ({sql.PARQUET})")
            scan = (
                f"(SELECT * EXCLUDE (file_row_number), file_row_number AS _row "
                f"FROM read_parquet({sql.text(path)}, file_row_number = true))"
            )
            ((bits, strange),) = connection.execute(
                "SELECT coalesce(bit_or(_faults) FILTER (WHERE _why IS NULL), 0), count(_why) "
                f"FROM {scan}"
            ).fetchall()
            if bits and _learn(name, part, bits, long, text):
                if text != before:  # an id that is text in one table is text in all
                    ids = {one for one in plan.tables if set(plan.tables[one].columns) & text}
                    done = {one: it for one, it in done.items() if one not in ids}
                continue
            done[name] = Typed(scan, list(part.columns), bits, strange=strange > 0)
            told(name)
    return {name: done[name] for name in plan.tables}


def _head(source: Source, work: Path, connection: Any) -> Source:
    """Return the first rows of a file, kept beside: in memory those of many files do not fit."""
    beside = work / f"head_{hashlib.sha256(source.scan.encode()).hexdigest()[:16]}.parquet"
    place = sql.text(beside.as_posix())
    if not beside.exists():
        some = f"SELECT * FROM {source.scan} LIMIT {SAMPLE}"
        connection.execute(f"COPY ({some}) TO {place} ({sql.PARQUET})")
    return replace(source, scan=f"read_parquet({place})")


def _chosen(table: str, part: Part, sources: dict[str, Source]) -> list[Source]:
    for file in part.files:
        if file not in sources:
            sentence = _(
                "The mapping names {file} for {table}, which is not among what can be "
                "read: {known}."
            )
            known = ", ".join(sources) or _("nothing")
            raise CourseError(sentence.format(file=file, table=table, known=known))
    return [sources[file] for file in part.files]


def _bits(
    name: str,
    part: Part,
    sources: list[Source],
    long: set[tuple[str, str]],
    text: set[str],
    connection: Any,
) -> int:
    query = select(schemas()[name], part, sources, frozenset(long), text)
    return (
        connection.execute(
            f"SELECT bit_or(_faults) FILTER (WHERE _why IS NULL) FROM ({query})"
        ).fetchall()[0][0]
        or 0
    )


def _learn(name: str, part: Part, bits: int, long: set[tuple[str, str]], text: set[str]) -> bool:
    """Ask for a longer reading of each column that has a fault; say whether one was left to ask."""
    asked = False
    for bit, column in enumerate(part.columns):
        if not bits & 2**bit:
            continue
        if (name, column) not in long:
            long.add((name, column))
            asked = True
        elif column.endswith("_id") and column not in text:
            text.add(column)
            asked = True
    return asked
