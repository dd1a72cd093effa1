"""Times with an offset, such as 2025-01-05T10:00Z or 2025-01-05 18:00 +0800, in the shop's time.

A column in one offset is read as it is written, and so is one whose offsets change by an hour: that
is summer time. Z beside one other offset is turned into that. Other mixtures are refused, until the
mapping names the shop's offset.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.own import sql
from ecokit.own.files import Source

MOST = 14 * 60  # minutes; no place on Earth is further from UTC


@dataclass(frozen=True)
class Reading:
    """One column of the shop: the SQL of its value, and of whether a value cannot be read."""

    value: str
    wrong: str = "FALSE"


def minutes(offset: str) -> int:
    """Return the minutes of an offset.

    Examples
    --------
    >>> minutes("+08:00"), minutes("-0330"), minutes("Z")
    (480, -210, 0)
    >>> minutes("+25:00")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The mapping's offset is '+25:00'. Write it as '+08:00' or 'Z'.
    """
    found = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", offset)
    if found:
        size = 60 * int(found[2]) + int(found[3] or 0)
        if size <= MOST:
            return -size if found[1] == "-" else size
    elif offset in ("Z", "UTC", "GMT"):
        return 0
    sentence = _("The mapping's offset is {offset!r}. Write it as '+08:00' or 'Z'.")
    raise CourseError(sentence.format(offset=offset))


def named(size: int) -> str:
    """Return an offset of so many minutes.

    Examples
    --------
    >>> named(480), named(-210), named(0)
    ('+08:00', '-03:30', 'Z')
    """
    hours, rest = divmod(abs(size), 60)
    return f"{'-' if size < 0 else '+'}{hours:02}:{rest:02}" if size else "Z"


def turned(found: Reading, raw: str, theirs: str, offset: str) -> Reading:
    """Return the reading of a time, turned into the time of an offset.

    Parameters
    ----------
    found : Reading
        The time as it is written.
    raw, theirs : str
        What stands in the file, as SQL, and its type; '' for text.
    offset : str
        The shop's, such as ``"+08:00"``.
    """
    if theirs.startswith("TIMESTAMP WITH TIME ZONE"):  # is read in UTC
        return Reading(f"({found.value} + to_minutes({minutes(offset)}))", found.wrong)
    own = f"own_offset(CAST({raw} AS VARCHAR))"
    shift = f"to_minutes({minutes(offset)} - coalesce({own}, {minutes(offset)}))"
    strange = f"coalesce(abs({own}) > {MOST}, FALSE)"
    value = f"CASE WHEN NOT {strange} THEN {found.value} + {shift} END"
    return Reading(value, f"({found.wrong} OR {strange})")


def settle(
    columns: dict[str, Any],
    times: list[str],
    unsure: dict[str, str],
    source: Source,
    connection: Any,
) -> None:
    """Say how times with offsets are read, or leave out a column where that is not clear.

    Parameters
    ----------
    columns : mapping of column of the shop to str or mapping
        How they are read; is changed where offsets ask for it.
    times : list of str
        Those of them that are times.
    unsure : mapping of column to str
        What a person should look at; is added to.
    source : Source
        The file.
    connection : DuckDB connection
    """
    for ours in times:
        given = columns.get(ours)
        name = given.get("column") if isinstance(given, Mapping) else given
        if name not in source.columns or (isinstance(given, Mapping) and "offset" in given):
            continue
        kind = source.types.get(str(name), "VARCHAR")
        if kind.startswith("TIMESTAMP WITH TIME ZONE"):
            _remark(unsure, ours, _UTC)
            continue
        if kind != "VARCHAR":
            continue
        x = sql.quoted(str(name))
        # of all rows: an export may change the way it writes times where months were joined
        ((some,),) = connection.execute(
            f"SELECT count(*) FROM {source.scan} WHERE own_zone({x}) <> ''"
        ).fetchall()
        if not some:
            continue
        found = connection.execute(
            f"SELECT DISTINCT own_offset({x}) FROM {source.scan} WHERE own_text({x}) IS NOT NULL"
        ).fetchall()
        there = {None if one is None else int(one) for (one,) in found}
        offset, remark = _chosen(there)
        if remark:
            _remark(unsure, ours, remark)
        if offset is None and remark and remark not in (_UTC, _SUMMER):
            del columns[ours]
        elif offset is not None:
            columns[ours] = {**(given if isinstance(given, Mapping) else {"column": name})}
            columns[ours]["offset"] = offset


_UTC = _("written in UTC and read so; if the shop is elsewhere, add offset: '+08:00' or its own")
_SUMMER = _("written in two offsets an hour apart: taken for summer time and read as written")


def _chosen(there: set[int | None]) -> tuple[str | None, str]:
    """Return the offset into which times are turned, and what to say of it.

    Examples
    --------
    >>> _chosen({480}), _chosen({0, 480})[0], _chosen({-300, -240})[0]
    ((None, ''), '+08:00', None)
    """
    sizes = sorted(one for one in there if one is not None)
    if any(abs(one) > MOST for one in sizes):
        strange = ", ".join(named(one) for one in sizes if abs(one) > MOST)
        return None, _("{strange} is no offset of a time; correct it").format(strange=strange)
    others = [one for one in sizes if one]
    if len(others) == 1 and len(there) > 1:
        remark = _("written in several time zones: all are turned into {offset}")
        return named(others[0]), remark.format(offset=named(others[0]))
    if sizes == [0] and len(there) == 1:
        return None, _UTC
    if len(there) <= 1:
        return None, ""
    if None not in there and len(sizes) == 2 and sizes[1] - sizes[0] == 60 and len(others) == 2:
        return None, _SUMMER
    remark = _(
        "written in several time zones ({offsets}): add offset: '+08:00', or the one of the shop"
    )
    names = [named(one) for one in sizes] + [_("none")] * (None in there)
    return None, remark.format(offsets=", ".join(names))


def _remark(unsure: dict[str, str], ours: str, said: str) -> None:
    unsure[ours] = "; ".join([*filter(None, [unsure.get(ours)]), said])
