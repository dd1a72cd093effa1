"""Reconciliation: what was paid beside what the providers have settled, each difference named."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, numbers, rows
from ecokit.inputs.frames import Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.grouping import moment
from ecokit.messages import _, short
from ecokit.partners.payment import TYPES, tries

FAULTS = ("missing", "double", "wrong_amount", "unknown_reference", "not_yet_due", "matched")
"""What can be found, in this order: the last two are none."""

_FILE = ("reference", "settled_on", "amount", "fee")
_SETTLED = {"reference": "string", "settled_on": "date", "amount": "number", "fee": "number"}
_YUAN = re.compile(r"[+-]?(?=\.?\d)\d{0,12}(\.\d{0,2}0*)?", re.ASCII)  # whole fen, no exponent
_ROUNDED = re.compile(r"\d(\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_FROM_ORDERS = {"orders": "order_id coupon", "order_lines": "order_id quantity unit_price"}


_PART = rows.Wrong(
    _("settlement_days is no whole number"),
    nw.col("settlement_days") % 1 > 0,
    ("provider_id", "settlement_days"),
)

# --- what is due -----------------------------------------------------------------------


@public
def due_payments(data: Any) -> Any:
    """Return what was paid, and when it is due: what :func:`reconcile` takes.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``payments`` (``payment_id``, ``order_id``, ``tried_at``, ``provider_id``, ``outcome``,
        and ``amount`` where the table has it), ``providers`` (``provider_id``,
        ``settlement_days``); for amounts that the table does not have, ``orders`` (``coupon``)
        and ``order_lines`` (``quantity``, ``unit_price``).

    Returns
    -------
    table of the caller's kind
        A row a payment that succeeded: ``payment_id``, ``order_id``, ``provider_id``, ``amount``
        (yuan), ``due_on``. Sorted by payment.

    Raises
    ------
    CourseError
        A table or column is missing, a provider is unknown, or a line cannot be added up.

    References
    ----------
    The course's own: the price of the lines less coupons, on the day of the payment plus the
    provider's days.

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> due_payments(example()).head(2)[["payment_id", "amount", "due_on"]]
       payment_id  amount     due_on
    0        1003   460.0 2025-02-05
    1        1004   465.0 2025-02-06
    """
    columns = "payment_id order_id tried_at provider_id outcome"
    (given,) = frames.door(data, {"payments": columns}, types=TYPES)
    known = "amount" in given.collect_schema().names()
    frame = tries(data, columns + (" amount" if known else "")).select(
        *columns.split(), *(["amount"] if known else [])
    )
    paid = frame.filter(nw.col("outcome") == "paid")
    if not known:
        paid = paid.join(_amounts(data), on="order_id", how="left")
    days = {"provider_id": "id", "settlement_days": "integer"}
    (providers,) = frames.fetched(data, {"providers": list(days)}, types=days)
    rows.refuse(
        providers,
        "providers",
        [rows.twice("provider_id"), rows.below_zero("settlement_days", "provider_id"), _PART],
    )
    rule = rows.unknown_id("provider_id", nw.from_native(providers), "providers", "", "payment_id")
    lacking = rows.missing("amount", "payment_id", "order_id")
    below = rows.below_zero("amount", "payment_id", "order_id")  # a coupon above the lines
    _ask(paid, "payments", [rule, lacking, below])
    found = paid.with_columns(due_on=_due(providers))
    return frames.sorted_native(
        found.select("payment_id", "order_id", "provider_id", "amount", "due_on"), ["payment_id"]
    )


def _due(providers: pd.DataFrame) -> nw.Expr:
    """Return the day of a try plus the days of its provider."""
    day = nw.col("tried_at").dt.truncate("1d")
    due = day
    for days in sorted({int(one) for one in providers["settlement_days"]}):
        those = providers.loc[providers["settlement_days"] == days, "provider_id"]
        mine = nw.col("provider_id").is_in(those.tolist())
        due = nw.when(mine).then(day + timedelta(days=days)).otherwise(due)
    return due


def _amounts(data: Any) -> Frame:
    """Return what each order was to pay: its lines less its coupon, in yuan."""
    orders, lines = frames.door(data, _FROM_ORDERS)
    rules = amounts.faults(lines, "order_lines", "quantity", "unit_price")
    rows.refuse(lines, "order_lines", rules)
    fen = amounts.with_fen(lines, "quantity", "unit_price", "_owed")
    whole = fen.group_by("order_id").agg(nw.col("_owed").sum())
    off = amounts.whole(orders, "coupon", 100)
    both = whole.join(orders.with_columns(_off=off), on="order_id", how="inner")
    left = (nw.col("_owed") - nw.col("_off")).cast(nw.Float64)
    return both.with_columns(amount=left / (nw.col("_owed") * 0 + 100)).select("order_id", "amount")


# --- the file --------------------------------------------------------------------------


@public
def settlement_file(text: str) -> pd.DataFrame:
    r"""Read a provider's settlement file; a broken line is told with its number and the reason.

    Parameters
    ----------
    text : str
        The file: a heading with ``reference``, ``settled_on``, ``amount`` and ``fee`` in any order
        (and more, as you like), then a line a settlement, separated by commas.

    Returns
    -------
    DataFrame
        With these columns, references as text.

    Raises
    ------
    CourseError
        The file is empty, its heading lacks a column or has it twice, or a line has too few or too
        many cells, no reference, no day, no amount in yuan and fen, or a fee below 0: the first
        such line is named, with what is wrong in it.

    References
    ----------
    Shafranovich (2005), RFC 4180, the format.

    Examples
    --------
    >>> lines = ["reference,settled_on,amount,fee", "1001,2025-02-02,450.00,2.70"]
    >>> settlement_file("\n".join(lines))["amount"].tolist()
    [450.0]
    >>> settlement_file("\n".join([*lines, "1002,2025-02-02,45O.00,2.70"]))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Line 3 of the settlement file is broken: amount is '45O.00', which is
    no number of yuan and fen like 450.00. The line is 1002,2025-02-02,45O.00,2.70. Ask the ...
    >>> settlement_file(lines[0])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The settlement file holds no settlement, so it cannot be told from
    one that got lost. Ask the provider for it again.
    """
    if isinstance(text, str) and not text.strip("\ufeff \t\r\n"):
        raise _nothing()
    given = numbers.text("text", text).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = given.split("\n")
    cells = _numbered(given, lines)
    heading = [one.strip() for one in next(cells)[1]]
    _refuse_heading(heading)
    found = []
    for number, row in cells:
        why = _broken(row, heading)
        if why:
            raise _broken_line(number, why, lines)
        found.append([row[heading.index(name)].strip() for name in _FILE])
    if not found:
        raise _nothing()
    table = pd.DataFrame(found, columns=list(_FILE), dtype="str")
    for name in ("amount", "fee"):
        table[name] = table[name].astype(float)
    table["settled_on"] = pd.to_datetime(table["settled_on"], format="%Y-%m-%d")
    return table


def _nothing() -> CourseError:
    return CourseError(
        _(
            "The settlement file holds no settlement, so it cannot be told from one that got lost. "
            "Ask the provider for it again."
        )
    )


def _broken_line(number: int, why: str, lines: Sequence[str]) -> CourseError:
    message = _(
        "Line {n} of the settlement file is broken: {why}. The line is {line}. Ask the "
        "provider for the file again, or correct the line with them."
    )
    return CourseError(message.format(n=number, why=why, line=short(lines[number - 1], 200)))


def _numbered(given: str, lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold something, each with the number of the line where it begins."""
    cells = csv.reader(io.StringIO(given), strict=True)
    number = 1
    why = _("a quotation mark in it is not closed, or stands in the middle of a cell")
    try:
        for row in cells:
            if cells.line_num > number:  # it took in a line or more, which nobody would miss
                raise _broken_line(number, why, lines)
            if row:
                yield number, row
            number = cells.line_num + 1
    except csv.Error as error:
        if "limit" in str(error):
            why = _("a cell of it is too long")
        raise _broken_line(number, why, lines) from error


def _refuse_heading(heading: Sequence[str]) -> None:
    """Refuse a heading that lacks a column, or has one of them twice."""
    told = {"has": ", ".join(heading)}
    lacking = [name for name in _FILE if name not in heading]
    if lacking:
        message = _(
            "The heading of the settlement file lacks {names}. It has: {has}. Cells are separated "
            "by commas."
        )
        raise CourseError(message.format(names=", ".join(lacking), **told))
    double = [name for name in _FILE if heading.count(name) > 1]
    if double:
        message = _("The heading of the settlement file has {names} more than once: {has}.")
        raise CourseError(message.format(names=", ".join(double), **told))


def _broken(row: list[str], heading: Sequence[str]) -> str:
    """Return what is wrong with a line, nothing where nothing is."""
    if len(row) != len(heading):
        message = _("it has {n} cells, and the heading has {all}")
        return message.format(n=len(row), all=len(heading))
    cell = dict(zip(heading, map(str.strip, row), strict=True))
    if not cell["reference"]:
        return _("reference is empty")
    if not cell["reference"].isprintable():
        return _("reference holds a sign that cannot be seen")
    if _ROUNDED.fullmatch(cell["reference"]):
        message = _("reference is {value!r}, which a spreadsheet has rounded")
        return message.format(value=cell["reference"])
    kinds = (("amount", _is_number), ("fee", _is_number), ("settled_on", _is_day))
    wrong = [name for name, is_right in kinds if not is_right(cell[name])]
    if wrong:
        return _no_value(wrong[0], cell[wrong[0]])
    below = _("fee is {value!r}, which is below 0")
    return below.format(value=cell["fee"]) if float(cell["fee"]) < 0 else ""


def _no_value(name: str, text: str) -> str:
    """Return the clause for a cell that holds no day, or no number."""
    day = _("{name} is {value!r}, which is no day like 2025-06-30")
    number = _("{name} is {value!r}, which is no number of yuan and fen like 450.00")
    return (day if name == "settled_on" else number).format(name=name, value=text)


@lru_cache(maxsize=1000)  # a file has few days and many lines
def _is_day(text: str) -> bool:
    try:
        day = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        return False
    return 2000 <= day.year < 2100  # a day in 3025 would make everything due


def _is_number(text: str) -> bool:
    return bool(_YUAN.fullmatch(text))


# --- both sides ------------------------------------------------------------------------


@public
def reconcile(
    payments: Any,
    settlements: Any,
    *,
    as_of: datetime | str | None = None,
    payment_id: str = "payment_id",
    amount: str = "amount",
    due_on: str = "due_on",
    reference: str = "reference",
    settled: str = "amount",
    settled_on: str = "settled_on",
) -> Any:
    """Lay what was paid beside what was settled, and name each difference.

    Parameters
    ----------
    payments : table
        A row a payment that succeeded: `payment_id`, `amount` (yuan), `due_on`; what
        :func:`due_payments` returns.
    settlements : table
        A row a line of the providers' files: `reference` (the payment's id as text), `settled`
        (yuan), `settled_on`.
    as_of : datetime or ISO text, optional
        The day on which you look. Default: the last day of `settled_on`.
    payment_id, amount, due_on, reference, settled, settled_on : str
        The columns.

    Returns
    -------
    table of the kind of `payments`
        A row a payment, and a row a reference that is none: ``reference``, ``amount`` (missing for
        an unknown one), ``settled`` (yuan, all its lines), ``lines``, ``difference`` (settled
        less paid; nothing is missing yet where it is not due), ``fault``, one of
        :data:`FAULTS`. In no order.

    Raises
    ------
    CourseError
        A line has no reference, no amount or no day; a payment stands twice or is below 0; a
        column is missing.

    Notes
    -----
    "double": each of several lines has the whole amount. "wrong_amount": the lines add up to
    something else than was paid, in whole fen. Several lines that add up are matched. Where both
    tables have a column ``provider_id``, a line counts for payments of its own provider only: what
    another one settled is an unknown reference of that one.

    References
    ----------
    The course's own, by definition.

    Examples
    --------
    >>> payments = pd.DataFrame({"payment_id": [1, 2, 3, 4, 5], "amount": 100.0,
    ...     "due_on": pd.to_datetime(["2025-03-01"] * 4 + ["2025-03-09"])})
    >>> lines = pd.DataFrame({"reference": ["1", "2", "2", "3", "77"],
    ...     "amount": [100.0, 100.0, 100.0, 90.0, 55.0],
    ...     "settled_on": pd.Timestamp("2025-03-02")})
    >>> found = reconcile(payments, lines).sort_values("reference", ignore_index=True)
    >>> found[["reference", "difference", "fault"]]
      reference  difference              fault
    0         1         0.0            matched
    1         2       100.0             double
    2         3       -10.0       wrong_amount
    3         4      -100.0            missing
    4         5         0.0        not_yet_due
    5        77        55.0  unknown_reference
    >>> reconcile(payments, lines.assign(amount=[100.0, 100.0, None, 90.0, 55.0]))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: In 1 of 5 rows of settlements, amount is missing, such as the one
    with reference 2. ...
    """
    ours = frames.table(
        payments,
        {"payment_id": payment_id, "amount": amount, "due_on": due_on},
        name="payments",
        types={"payment_id": "id", "amount": "number", "due_on": "date"},
    )
    _refuse_broken(settlements, settled, reference)
    theirs = frames.table(
        settlements,
        {"reference": reference, "settled": settled, "settled_on": settled_on},
        name="settlements",
        types={"reference": "string", "settled": "number", "settled_on": "date"},
    )
    lines = [
        _gap("reference", reference, "settled_on", "settled"),
        _gap("settled", settled, "reference"),
        _gap("settled_on", settled_on, "reference"),
    ]
    if _by_provider(ours, theirs):
        lines.append(rows.missing("provider_id", "reference"))
    _ask(theirs, "settlements", lines)
    _refuse_payments(ours, {"payment_id": payment_id, "amount": amount, "due_on": due_on})
    now = _last_day(theirs, settled_on) if as_of is None else moment("as_of", as_of)
    found = _laid(ours, theirs.filter(nw.col("settled_on") <= now), now)
    return nw.maybe_reset_index(found).to_native()


def _refuse_broken(settlements: Any, settled: Any, reference: Any) -> None:
    """Refuse a line whose amount is text that is no number; say which line, and what it holds."""
    names = {"settled": settled, "reference": reference}
    types = dict.fromkeys(names, "any")
    frame = frames.table(settlements, names, name="settlements", types=types)
    if frame.collect_schema()["reference"].is_float():
        message = _(
            "The column {column} of settlements holds numbers with a decimal point, and no payment "
            "is called 1001.0. Read it as text."
        )
        raise CourseError(message.format(column=reference))
    text = isinstance(frame.collect_schema()["settled"], nw.String)
    if not text or not isinstance(frame, nw.DataFrame):
        return
    cells = zip(frame["settled"].to_list(), frame["reference"].to_list(), strict=True)
    for n, (cell, name) in enumerate(cells, start=1):
        if cell is not None and not _is_number(cell):
            message = _(
                "Line {n} of settlements, reference {name}, is broken: {why}. Ask the provider, or "
                "mend it."
            )
            raise CourseError(message.format(n=n, name=name, why=_no_value(settled, cell)))


def _ask(frame: Frame, name: str, rules: list[rows.Wrong]) -> None:
    """Refuse rows that would be lost; a lazy engine is asked, too: no line may go unseen."""
    (rows.refuse if isinstance(frame, nw.DataFrame) else rows.ask)(frame, name, rules)


def _gap(inner: str, called: str, *more: str) -> rows.Wrong:
    """Return the rows without a value in a column, told as the caller names it."""
    told = rows.missing(inner, *more)
    what = _("{column} is missing").format(column=called)
    return rows.Wrong(what, told.rows, more, told.remedy)


def _refuse_payments(ours: Frame, names: dict[str, str]) -> None:
    rules = [_gap(inner, called, "payment_id") for inner, called in names.items()]
    what = _("{column} is below 0").format(column=names["amount"])
    rules.append(rows.Wrong(what, nw.col("amount") < 0, ("payment_id",)))
    _ask(ours, "payments", rules)
    if isinstance(ours, nw.DataFrame) and ours["payment_id"].n_unique() < len(ours):
        rows.refuse(ours, "payments", [rows.twice("payment_id")])


def _last_day(theirs: Frame, called: str) -> datetime:
    last = frames.collected(theirs.select(nw.col("settled_on").max()))["settled_on"][0]
    if last is None or pd.isna(last):
        message = _("No line of settlements has a {column}. Say as_of when you look.")
        raise CourseError(message.format(column=called))
    return moment(called, last)


def _by_provider(ours: Frame, theirs: Frame) -> bool:
    """Return whether both sides say through which provider a payment went."""
    return all("provider_id" in one.collect_schema().names() for one in (ours, theirs))


def _laid(ours: Frame, theirs: Frame, now: datetime) -> Frame:
    """Lay both sides beside each other, in whole fen, and name what is found."""
    who = ["provider_id"] if _by_provider(ours, theirs) else []
    provider = [nw.col(name).cast(nw.String) for name in who]
    paid = ours.select(
        *provider,
        reference=nw.col("payment_id").cast(nw.String),
        _paid=amounts.whole(ours, "amount", 100),
        _due=(nw.col("due_on") <= now).cast(nw.Int64),
    )
    lines = theirs.select(
        *provider,
        "reference",
        _settled=amounts.whole(theirs, "settled", 100),
    )
    keys = ["reference", *who]
    each = _each_reference(lines, keys)
    both = paid.join(each, on=keys, how="full", suffix="_other")
    both = both.with_columns(
        reference=nw.coalesce("reference", "reference_other"),
        lines=nw.col("_lines").fill_null(0).cast(nw.Int64),
        _back=nw.col("_settled").fill_null(0).cast(nw.Int64),
        _owed=nw.col("_paid").fill_null(0).cast(nw.Int64),
    )
    fault = _fault()
    both = both.with_columns(fault=fault)
    waits = (nw.col("fault") == "not_yet_due").cast(nw.Int64)
    difference = (nw.col("_back") - nw.col("_owed")) * (1 - waits)
    hundred = nw.col("lines") * 0 + 100
    return both.select(
        "reference",
        amount=nw.col("_paid").cast(nw.Float64) / hundred,
        settled=nw.col("_back").cast(nw.Float64) / hundred,
        lines=nw.col("lines"),
        difference=difference.cast(nw.Float64) / hundred,
        fault=nw.col("fault"),
    )


def _each_reference(lines: Frame, keys: Sequence[str]) -> Frame:
    """Add up the lines of each reference."""
    amount = nw.col("_settled")
    return lines.group_by(*keys).agg(
        nw.len().alias("_lines"),
        amount.sum(),
        amount.min().alias("_least"),
        amount.max().alias("_most"),
    )


def _fault() -> nw.Expr:
    owed, back, lines = nw.col("_owed"), nw.col("_back"), nw.col("lines")
    whole = (nw.col("_least") == owed) & (nw.col("_most") == owed)
    late = nw.col("_due") == 1
    missing, double, wrong, unknown, waiting, matched = (nw.lit(one) for one in FAULTS)
    settled = (
        nw.when(back == owed)
        .then(matched)
        .otherwise(nw.when((lines > 1) & whole).then(double).otherwise(wrong))
    )
    none = nw.when(late).then(missing).otherwise(waiting)
    known = nw.when(lines > 0).then(settled).otherwise(none)
    return nw.when(nw.col("_paid").is_null()).then(unknown).otherwise(known)


@public
def faults(reconciled: Any) -> Any:
    """Count what :func:`reconcile` found: how many of each kind, and how much money.

    Parameters
    ----------
    reconciled : table
        What :func:`reconcile` returned.

    Returns
    -------
    table of the caller's kind
        A row for each of :data:`FAULTS` that was found: ``fault``, ``payments``, ``difference``
        (yuan, added up).

    Raises
    ------
    CourseError
        A column is missing.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> found = pd.DataFrame({"reference": ["1", "2", "3"], "difference": [0.0, -100.0, -50.0],
    ...                       "fault": ["matched", "missing", "missing"]})
    >>> faults(found)
         fault  payments  difference
    0  missing         2      -150.0
    1  matched         1         0.0
    """
    types = {"fault": "string", "difference": "number"}
    frame = frames.table(reconciled, list(types), name="reconciled", types=types)
    rows.refuse(frame, "reconciled", [rows.none_of("fault", FAULTS), rows.missing("difference")])
    fen = frame.select("fault", _fen=amounts.whole(frame, "difference", 100))
    small = frames.as_pandas(
        fen.group_by("fault").agg(nw.len().alias("payments"), nw.col("_fen").sum())
    )
    small["difference"] = small["_fen"] / 100
    order = small["fault"].map(FAULTS.index)
    small = small.iloc[order.argsort()].reset_index(drop=True).astype({"payments": "int64"})
    return frames.like(small[["fault", "payments", "difference"]], reconciled)
