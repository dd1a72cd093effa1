"""The visitors of an experiment added up by arm, where their table lies: a row an arm and group.

Each number of a visitor is looked at on the way. The sums of squares of a group come from the
engine, as variances: with squares that are added up, a large mean would take the digits away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, rows
from ecokit.inputs.frames import Frame
from ecokit.messages import _

MOST_ARMS = 20


def named(arms: Iterable[object], test: str, most: int = MOST_ARMS) -> list[str]:
    """Return the names of the arms in order; the first is what the others are compared with.

    Examples
    --------
    >>> named(["B", "A", "B"], "T1")
    ['A', 'B']
    >>> named(["A"], "T1")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Test T1 needs two to 20 arms; it has A.
    """
    found = sorted({str(arm) for arm in arms})
    if not 2 <= len(found) <= most:
        number = _("two arms") if most == 2 else _("two to {n} arms").format(n=most)
        message = _("Test {id} needs {number}; it has {found}.")
        told = ", ".join(found[:5]) or _("none")
        raise CourseError(message.format(id=test, number=number, found=told))
    return found


@dataclass(frozen=True)
class Columns:
    """What the columns of a table of visitors are called; empty where there is none.

    With `visitors`, a row counts so many, and a rate is the number of those who did it. With
    `visitor_id`, rows of one visitor are one: it did what it did once, means are added up.
    """

    arm: str
    visitors: str = ""
    visitor_id: str = ""
    rates: Sequence[str] = ()
    means: Sequence[str] = ()
    covariate: str = ""
    by: Sequence[str] = ()

    @property
    def metrics(self) -> dict[str, str]:
        """What the metrics are called while they are added up, with the caller's names."""
        return {f"_m{place}": name for place, name in enumerate([*self.rates, *self.means])}

    @property
    def groups(self) -> dict[str, str]:
        """What the groups are called while they are added up, with the caller's names."""
        return {f"_by{place}": name for place, name in enumerate(self.by)}


def by_arm(data: Any, columns: Columns) -> pd.DataFrame:
    """Add the visitors of a table up: a row a group and arm, in their order.

    Returns
    -------
    DataFrame
        The groups (``_by0``, ...), ``arm`` (text), ``n``; of each metric ``_m0``, ... the mean,
        of a rate ``_m0_sum``, of a mean ``_m0_var``; with a covariate its mean ``_x`` and variance
        ``_x_var``, and the variance of their sum, ``_m0_with_var``.
    """
    frame, keys = _opened(data, columns), [*columns.groups, "arm"]
    small = _added(frame, columns)
    if _faulty(small, columns):
        _refuse(data, columns)
    if columns.visitor_id and (columns.by or small["_two"].sum()):
        _refuse_two_arms(frame)
    read = _read(small, keys)
    if read[keys].isna().to_numpy().sum() > small[keys].isna().to_numpy().sum():
        for key in columns.groups:  # words for nothing, which are one group
            frame = frames.as_group(frame, key)
        read = _read(_added(frame, columns), keys)
    rows.refuse(read, "data", [rows.missing("arm")])
    small = read.assign(arm=read["arm"].astype(str)).sort_values(keys, ignore_index=True)
    for name in list(columns.metrics)[: len(columns.rates)]:  # whole numbers, exact on each engine
        small[name] = small[f"{name}_sum"] / small["n"]
    return small


def _read(small: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Read words for nothing in the names of groups and arms, and refuse those for totals.

    There they are few; in all rows it would cost more than to add these up.
    """
    return small.assign(**frames.as_pandas(frames.table(small, keys, name="data"))[keys])


def _opened(data: Any, columns: Columns) -> Frame:
    """Return the columns that count, under the names that they have meanwhile."""
    numbered = {**columns.metrics, **({"_x": columns.covariate} if columns.covariate else {})}
    frames.need(
        "data",
        frames.table(data, "", name="data"),
        [*numbered.values(), *columns.by],
        _("Name a column that it has."),
    )
    named_ = {"arm": columns.arm, "visitors": columns.visitors, "visitor_id": columns.visitor_id}
    wanted = {ours: theirs for ours, theirs in named_.items() if theirs}
    wanted |= {**numbered, **columns.groups}
    groups = ("arm", *columns.groups)
    types = dict.fromkeys(["visitors", *numbered], "number") | dict.fromkeys(groups, "any")
    frame = frames.table(data, wanted, name="data", types=types)
    schema = frame.collect_schema()
    for key in groups:
        if not isinstance(schema[key], nw.String):  # text is read when it is added up
            frame = frames.as_group(frame, key)
    numbers = [name for name in ("visitors", *numbered) if name in wanted]
    plain = [name for name in wanted if name not in numbers]
    floats = [nw.col(name).cast(nw.Float64) for name in numbers]
    if not (columns.visitors or columns.visitor_id):
        return frame.select(*plain, *floats)
    wrong = rows.broken(_rules(columns, meanwhile=True)).cast(nw.Int64).alias("_wrong")
    return frame.select(*plain, *floats, wrong)


def _added(frame: Frame, columns: Columns) -> pd.DataFrame:
    """Return the sums of a group and arm, and what tells whether a row was wrong."""
    names: list[Any] = []
    if columns.visitor_id:
        names = _arms(frame)
        frame = _a_row_each(frame, columns, names)
    if columns.covariate:  # for the covariance, see `_amounts`
        both = {f"{name}_with": nw.col(name) + nw.col("_x") for name in columns.metrics}
        frame = frame.with_columns(**both)
    if not (columns.visitors or columns.visitor_id) and columns.rates:
        off = {f"{name}_off": _off(nw.col(name)) for name in _rates(columns)}
        frame = frame.with_columns(**off)
    amounts = [*_amounts(columns), *_checks(columns)]
    small = frames.as_pandas(frame.group_by(*columns.groups, "arm").agg(*amounts))
    if columns.visitor_id:  # there an arm is the number of its name
        small["arm"] = small["arm"].map(dict(enumerate(names))).astype(object)
    return small


def _off(flag: nw.Expr) -> nw.Expr:
    """Return 0 for a rate of 0 or 1, and something above 0 for others."""
    return (flag * (1 - flag)) * (flag * (1 - flag))


def _rates(columns: Columns) -> list[str]:
    return list(columns.metrics)[: len(columns.rates)]


def _means(columns: Columns) -> list[str]:
    """Return the metrics that are amounts, and the covariate."""
    means = list(columns.metrics)[len(columns.rates) :]
    return [*means, *(["_x"] if columns.covariate else [])]


def _checks(columns: Columns) -> list[nw.Expr]:
    """Return what a group tells of wrong rows: cheaper than to ask each of them.

    Counts and visitors of several rows are few, or cost more to bring together: there each row is
    asked.
    """
    if columns.visitors or columns.visitor_id:
        return [nw.col("_wrong", *(["_two"] if columns.visitor_id else [])).sum()]
    known = [*columns.metrics, *(["_x"] if columns.covariate else [])]
    found = [nw.col(name).count().alias(f"{name}_known") for name in known]
    return found + [nw.col(f"{name}_off").sum() for name in _rates(columns)]


def _faulty(small: pd.DataFrame, columns: Columns) -> bool:
    """Say whether a row was wrong: a number is missing or not finite, a rate neither 0 nor 1."""
    if columns.visitors or columns.visitor_id:
        return bool(small["_wrong"].sum())
    known = all((small[f"{name}_known"] == small["n"]).all() for name in columns.metrics)
    if columns.covariate:
        known = known and bool((small["_x_known"] == small["n"]).all())
    off = [small[f"{name}_off"].ne(0).any() for name in _rates(columns)]
    finite = all(np.isfinite(small[name].astype(float)).all() for name in _means(columns))
    return not known or any(off) or not finite


def _rules(columns: Columns, *, meanwhile: bool) -> list[rows.Wrong]:
    """Return what is wrong with a row, under the names of the columns meanwhile or the caller's."""
    arm = "arm" if meanwhile else columns.arm
    called = {own: own if meanwhile else theirs for own, theirs in columns.metrics.items()}
    rates = list(called.values())[: len(columns.rates)]
    means = list(called.values())[len(columns.rates) :]
    rules = [rows.missing(arm)]
    if columns.visitor_id:
        rules.append(rows.missing("visitor_id" if meanwhile else columns.visitor_id, arm))
    if columns.visitors:
        visitors = "visitors" if meanwhile else columns.visitors
        rules.append(rows.below_zero(visitors, arm))
        rules += [rows.below_zero(name, arm) for name in rates]
        rules += [rows.above(name, visitors, arm) for name in rates]
    else:
        rules += [_no_flag(name, arm) for name in rates]
    covariate = ["_x" if meanwhile else columns.covariate] if columns.covariate else []
    return rules + [_no_number(name, arm) for name in (*means, *covariate)]


def _no_flag(name: str, arm: str) -> rows.Wrong:
    flag = nw.col(name).cast(nw.Float64)
    right = ((flag == 0) | (flag == 1)).fill_null(value=False)
    return rows.Wrong(_("{name} is neither 0 nor 1").format(name=name), ~right, (arm, name))


def _no_number(name: str, arm: str) -> rows.Wrong:
    number = nw.col(name).cast(nw.Float64).abs()
    right = (number < float("inf")).fill_null(value=False)
    return rows.Wrong(_("{name} is no finite number").format(name=name), ~right, (arm, name))


def _refuse(data: Any, columns: Columns) -> None:
    """Tell of the first rule that a row of the caller's table breaks, with the row."""
    asked = [*columns.metrics.values(), columns.covariate, columns.visitors]
    types = {name: "number" for name in asked if name}
    wanted = [columns.arm, *types, *([columns.visitor_id] if columns.visitor_id else [])]
    frame = frames.table(data, list(dict.fromkeys(wanted)), name="data", types=types)
    rules = _rules(columns, meanwhile=False)
    rows.refuse(frame, "data", rules)
    if not isinstance(frame, nw.DataFrame):
        rows.ask(frame, "data", rules)


def _arms(frame: Frame) -> list[Any]:
    """Return the arms as the table has them; one that is missing is told later."""
    found = frames.as_pandas(frame.select("arm").unique())["arm"].dropna().tolist()
    if len(found) > MOST_ARMS:
        named(found, "data")
    return found


def _a_row_each(frame: Frame, columns: Columns, names: Sequence[Any]) -> Frame:
    """Return a row a visitor: its arm, as a number, and whether there were two."""
    number: Any = nw.lit(0, nw.Int64)
    for place, name in enumerate(names):
        mine = nw.when(nw.col("arm") == name).then(nw.lit(place, nw.Int64))
        number = mine.otherwise(number) if place else mine
    most = [nw.col(name).max() for name in (*_rates(columns), "_wrong")]
    most += [nw.col("_x").max()] if columns.covariate else []
    sums = [nw.col(name).sum() for name in list(columns.metrics)[len(columns.rates) :]]
    ends = [nw.col("_number").min().alias("arm"), nw.col("_number").max().alias("_last")]
    numbered = frame.with_columns(_number=number)
    seen = numbered.group_by("visitor_id", *columns.groups).agg(*ends, *most, *sums)
    return seen.with_columns(_two=(nw.col("arm") != nw.col("_last")).cast(nw.Int64))


def _refuse_two_arms(frame: Frame) -> None:
    """Refuse visitors who saw two arms."""
    pairs = frame.group_by("visitor_id", "arm").agg(nw.len().alias("rows"))
    arms = pairs.group_by("visitor_id").agg(nw.len().alias("arms"))
    arms = arms.with_columns(two=(nw.col("arms") > 1).cast(nw.Int64))
    everybody, both = frames.collected(arms.select(nw.len(), nw.col("two").sum())).row(0)
    if both:
        odd = arms.filter(nw.col("two") == 1).select(nw.col("visitor_id").min())
        message = _(
            "{n:,} of {all:,} visitors stand in two arms, such as {who}: they saw both. Leave them "
            "out of the test, and find out why."
        )
        who = frames.collected(odd).row(0)[0]
        raise CourseError(message.format(n=int(both), all=int(everybody), who=who))


def _amounts(columns: Columns) -> list[nw.Expr]:
    """Return what is added up in a group and arm."""
    means = list(columns.metrics)[len(columns.rates) :]
    found = [nw.col("visitors").sum().alias("n") if columns.visitors else nw.len().alias("n")]
    found += [nw.col(name).sum().alias(f"{name}_sum") for name in _rates(columns)]
    found += [nw.col(name).mean() for name in _means(columns)]
    spread = list(columns.metrics) if columns.covariate else means
    if columns.covariate:
        found += [nw.col(f"{name}_with").var().alias(f"{name}_with_var") for name in spread]
        spread = [*spread, "_x"]
    return found + [nw.col(name).var().alias(f"{name}_var") for name in spread]


def pulls(
    data: Any, names: Mapping[str, str], ratios: Sequence[float], below: Sequence[float]
) -> tuple[int, float]:
    """Return the number of units, and the sum of squares of what each does to a difference.

    A unit moves the difference of two ratios of sums by what its `above` is more than the ratio of
    its arm times its `below`, over the sum of `below` in that arm: the delta method.
    """
    frame = frames.table(
        data, dict(names), name="data", types={"above": "number", "below": "number"}
    )
    for key in ("arm", "unit"):
        frame = frames.as_group(frame, key)
    arms = frames.as_pandas(frame.select("arm").unique())["arm"]
    first = min(arms, key=str)
    moved = [
        (nw.col("above").cast(nw.Float64) - ratio * nw.col("below")) / total
        for ratio, total in zip(ratios, below, strict=True)
    ]
    pull = nw.when(nw.col("arm") == first).then(-moved[0]).otherwise(moved[1])
    by_unit = frame.select("unit", pull=pull).group_by("unit").agg(nw.col("pull").sum())
    squares = (nw.col("pull") ** 2).sum()
    units, found = frames.collected(by_unit.select(nw.len(), pull=squares)).row(0)
    return int(units), float(found)
