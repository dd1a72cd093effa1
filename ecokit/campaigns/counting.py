"""Counts that the measures of a campaign start from: by day, by region, by visitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.kpi import measure
from ecokit.kpi.windows import DAY, Window, window
from ecokit.messages import _, some

OUTCOMES = ("orders", "visits")
"""What a campaign may bring; orders are paid ones, dated by the day they were placed."""

_TIMES = {"orders": "placed_at", "visits": "started_at"}
_MOST_DAYS = 4_000
_DATED = [
    rows.missing("start_on"),
    rows.missing("end_on", "start_on"),
    rows.out_of_order("start_on", "end_on"),
]


@dataclass(frozen=True)
class Campaign:
    """A campaign as the table has it; no regions are all regions."""

    campaign_id: str
    window: Window
    regions: tuple[str, ...]


def campaign_of(data: Any, campaign_id: object) -> Campaign:
    """Return one campaign of the table campaigns, or say which there are."""
    columns = "campaign_id start_on end_on"
    (given,) = frames.door(data, {"campaigns": columns})
    split = "regions" in given.collect_schema().names()
    wanted = columns + (" regions" if split else "")
    (table,) = frames.fetched(data, {"campaigns": wanted}, types={"regions": "string"})
    if not isinstance(campaign_id, str | int):
        raise numbers.refused("campaign_id", campaign_id, _("Give one of the table campaigns."))
    found = frames.with_id(table, "campaign_id", campaign_id)
    if found.empty:
        known = some(map(str, table["campaign_id"].dropna().unique()))
        message = _("There is no campaign with the campaign_id {id!r}. There are: {known}.")
        raise CourseError(message.format(id=campaign_id, known=known or _("none")))
    rows.refuse(found, "campaigns", _DATED)
    one = found.iloc[0]
    named = str(one["regions"]).split() if split and pd.notna(one["regions"]) else []
    return Campaign(str(one["campaign_id"]), window(one["start_on"], one["end_on"]), tuple(named))


def apart(data: Any) -> list[Window]:
    """Return when a channel paused, or a campaign ran, in some regions only; none without tables.

    Examples
    --------
    >>> pauses = pd.DataFrame({"start_on": [pd.Timestamp("2025-05-12")],
    ...                        "end_on": [pd.Timestamp("2025-06-22")], "regions": ["north east"]})
    >>> [(one.days, one.start.day) for one in apart({"pauses": pauses})]
    [(42, 12)]
    """
    tables, columns, found = frames.tables(data), ["start_on", "end_on", "regions"], list[Window]()
    for name in ("campaigns", "pauses"):
        if tables.get(name) is None:
            continue
        (frame,) = frames.door({name: tables[name]}, {name: ""})
        if not set(columns) <= set(frame.collect_schema().names()):
            continue
        given = {name: frame.filter(~nw.col("regions").is_null()).to_native()}
        (table,) = frames.fetched(given, {name: columns}, types={"regions": "string"})
        table = table[table["regions"].str.strip() != ""]
        rows.refuse(table, name, _DATED)
        found += [window(*one) for one in zip(table["start_on"], table["end_on"], strict=True)]
    return found


def daily(data: Any, outcome: str, by: str | None = None) -> pd.DataFrame:
    """Count an outcome by day: rows are days without a gap, columns the values of `by`.

    Without `by` there is one column, ``all``.
    """
    numbers.one_of("outcome", outcome, OUTCOMES)
    given = frames.tables(data, outcome)
    (frame,) = frames.door(given, {outcome: f"{_TIMES[outcome]} {by or ''}"})
    # no other table: a shop computes some of its tables only when they are asked for
    native = {outcome: frame.filter(~nw.col(_TIMES[outcome]).is_null()).to_native()}
    counted = frames.as_pandas(measure(outcome, native, by=[*([by] if by else []), "day"]))
    if by:
        counted = counted[counted[by].notna()]
    if counted.empty:
        message = _("The table {table} has no rows to count. Give those of some weeks.")
        raise CourseError(message.format(table=outcome))
    counted = counted.assign(column=counted[by].astype(str) if by else "all")
    wide = counted.astype({outcome: float}).pivot_table(outcome, "day", "column", "sum").fillna(0.0)
    if (wide.index.max() - wide.index.min()) / DAY > _MOST_DAYS:
        message = _("The days of {table} lie more than ten years apart. Correct the first or last.")
        raise CourseError(message.format(table=outcome))
    wide = wide.sort_index(axis=1).rename_axis(columns=None)
    return wide.reindex(pd.date_range(wide.index.min(), wide.index.max()), fill_value=0.0)


def region_names(named: object, known: list[str], argument: str = "regions") -> list[str]:
    """Return the regions that are named, each known; or say which there are.

    Examples
    --------
    >>> region_names("North", ["East", "North"]), region_names(["North"], ["East", "North"])
    (['North'], ['North'])
    >>> region_names(["Nroth"], ["East", "North"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no region 'Nroth'. There are: East, North.
    >>> region_names(["North", "East"], ["East", "North"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: regions names every region, so that none is left to compare with.
    Name those that had it, and leave some out.
    """
    given = [named] if isinstance(named, str) else named
    if not isinstance(given, list | tuple) or not given or len(set(map(str, given))) < len(given):
        wanted = _("Name a region, or different ones in a list, such as ['North'].")
        raise numbers.refused(argument, named, wanted)
    for name in given:
        if str(name) not in known:
            message = _("There is no region {name}. There are: {known}.")
            shown = numbers.shown(name)
            raise CourseError(message.format(name=shown, known=some(known) or _("none")))
    if set(map(str, given)) >= set(known):
        message = _(
            "{argument} names every region, so that none is left to compare with. Name those that "
            "had it, and leave some out."
        )
        raise CourseError(message.format(argument=argument))
    return [name for name in known if name in set(map(str, given))]


@dataclass(frozen=True)
class Arm:
    """One half of a list: how many visitors, and the sum and squares of their counts."""

    visitors: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """Count a visitor."""
        return self.total / self.visitors

    @property
    def variance(self) -> float:
        """Variance of the counts."""
        rest = self.squares - self.total**2 / self.visitors
        return max(rest, 0.0) / (self.visitors - 1)

    @property
    def told(self) -> tuple[float, float, int]:
        """Mean, variance and visitors, as two arms are compared by them."""
        return self.mean, self.variance, self.visitors


def by_arm(data: Any, campaign_id: str, outcome: str, seen: Window) -> dict[str, Arm]:
    """Count an outcome of the visitors of a list in a window, apart by arm, on any engine."""
    numbers.one_of("outcome", outcome, OUTCOMES)
    time = _TIMES[outcome]
    columns = f"visitor_id {time}" + (" paid_at" if outcome == "orders" else "")
    given, mailings = frames.door(
        data,
        {outcome: columns, "mailings": "campaign_id visitor_id arm"},
        types={"arm": "string"},
    )
    listed = mailings.filter(nw.col("campaign_id") == campaign_id)
    listed = listed.select("visitor_id", "arm")
    sizes = frames.as_pandas(listed.group_by("arm").agg(nw.len().alias("visitors")))
    _refuse_arms(sizes, campaign_id)
    twice = frames.as_pandas(
        listed.select(nw.col("visitor_id").n_unique().alias("n"), n_all=nw.len())
    )
    if int(twice["n"].iloc[0]) < int(twice["n_all"].iloc[0]):
        message = _(
            "In the mailings of campaign {id} a visitor stands twice. Keep one row for each."
        )
        raise CourseError(message.format(id=campaign_id))
    after = nw.col(time) >= seen.start.to_pydatetime()
    kept = given.filter(after & (nw.col(time) < (seen.end + DAY).to_pydatetime()))
    if outcome == "orders":
        kept = kept.filter(~nw.col("paid_at").is_null())
    each = (
        kept.join(listed, on="visitor_id")
        .group_by("arm", "visitor_id")
        .agg(nw.len().alias("count"))
        .with_columns(nw.col("count").cast(nw.Int64))
    )
    each = each.with_columns(squares=nw.col("count") * nw.col("count"))
    sums = each.group_by("arm").agg(nw.col("count").sum(), nw.col("squares").sum())
    totals = frames.as_pandas(sums).set_index("arm").reindex(sizes["arm"]).fillna(0)
    counts = zip(sizes["arm"], sizes["visitors"], totals["count"], totals["squares"], strict=True)
    return {arm: Arm(int(n), float(total), float(square)) for arm, n, total, square in counts}


def _refuse_arms(sizes: pd.DataFrame, campaign_id: str) -> None:
    """Refuse a campaign without a list, an arm of another name and a half that is empty."""
    if sizes.empty:
        message = _("Campaign {id} has no rows in mailings. Choose one that was sent to a list.")
        raise CourseError(message.format(id=campaign_id))
    rows.refuse(sizes, "mailings", [rows.missing("arm"), rows.none_of("arm", ["sent", "held_out"])])
    known = sizes.set_index("arm")["visitors"]
    for arm in ("sent", "held_out"):
        if arm not in known.index:
            message = _(
                "In the mailings of campaign {id} nobody is {arm}, so there is nothing to compare. "
                "A held-out group is drawn before the list is sent."
            )
            raise CourseError(message.format(id=campaign_id, arm=arm))
        if known[arm] < 2:
            message = _(
                "In the mailings of campaign {id} one visitor is {arm}. It takes two or more to "
                "tell how much they vary."
            )
            raise CourseError(message.format(id=campaign_id, arm=arm))
