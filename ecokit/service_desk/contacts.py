"""What contacts achieve: solved or not, what people complain about, what a fast answer sells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.intervals import normal_quantile
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import per
from ecokit.messages import _
from ecokit.service_desk import clock

RESOLVED = ("first_contacts", "resolved_share", "no_repeat_share", "unsolved", "silent_share")
"""What :func:`resolution` measures."""


@public
def resolution(data: Any, *, by: By = None, days: int = 7) -> Any:
    """Measure first-contact resolution in two ways: by the agent's flag, and by who came back.

    A first contact has no other one of the same customer with the same reason in the
    `days` before. It counts if it was answered and if the `days` after it are over.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``contacts``: ``contact_id``, ``visitor_id``, ``reason``, ``arrived_at``,
        ``answered_at``, ``resolved`` (null: gave up), and the columns named in `by`.
    by : str or sequence of str, optional
        See :func:`answers`.
    days : int
        A contact again counts within so many days.

    Returns
    -------
    table of the caller's kind
        `by`; ``first_contacts``; ``resolved_share`` (the flag says solved); ``no_repeat_share``
        (no contact again); ``unsolved``, of which the share ``silent_share`` never came
        back. Sorted by `by`.

    Raises
    ------
    CourseError
        `days` is no number of days, a column is missing, or there are no contacts. (Rows of a
        lazy engine are not looked at.)

    References
    ----------
    Both ways are in use: Call Centre Helper (2022), First Call (Contact) Resolution.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2025-03-01", "2025-03-03", "2025-03-04", "2025-03-05", "2025-04-01"]
    >>> came = pd.to_datetime(days)
    >>> contacts = pd.DataFrame({
    ...     "contact_id": range(5), "visitor_id": [1, 1, 2, 3, 9], "reason": "return",
    ...     "arrived_at": came, "answered_at": came, "resolved": [False, True, False, True, True],
    ... })
    >>> solved = resolution({"contacts": contacts})
    >>> solved[["first_contacts", "resolved_share", "no_repeat_share"]].round(3)
       first_contacts  resolved_share  no_repeat_share
    0               3           0.333            0.667
    >>> resolution({"contacts": contacts}, days=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: days is 0. Give a whole number, 1 to 365.
    """
    span = timedelta(days=numbers.count("days", days, 1, 365))
    needed = "contact_id visitor_id reason arrived_at answered_at resolved"
    (contacts,) = frames.door(data, {"contacts": needed}, windows=True)
    clock.refuse_backward(contacts, "arrived_at", "answered_at")
    end = _last_arrival(contacts) - span
    contacts, keys = clock.keyed(contacts, by, RESOLVED)
    marked = _first_contacts(contacts, span, end)
    sums = clock.summed(marked, keys, [nw.col(name).sum() for name in RESOLVED])
    found = sums.with_columns(nw.col(name).cast(nw.Int64) for name in RESOLVED).with_columns(
        resolved_share=per("resolved_share", "first_contacts"),
        no_repeat_share=per("no_repeat_share", "first_contacts"),
        silent_share=per("silent_share", "unsolved"),
    )
    return frames.sorted_native(found.select(*keys, *RESOLVED), keys)


def _last_arrival(contacts: Frame) -> datetime:
    last = frames.as_pandas(contacts.select(nw.col("arrived_at").max()))["arrived_at"].max()
    if pd.isna(last):
        raise CourseError(_("The table contacts has no rows. Give the contacts of some days."))
    return pd.Timestamp(last).to_pydatetime()


def _first_contacts(contacts: Frame, span: timedelta, end: datetime) -> Frame:
    """Return the answered first contacts up to `end`, with marks of 0 and 1.

    The marks stand under names of the answer: no group can be called so.
    """
    case, order = ("visitor_id", "reason"), ["arrived_at", "contact_id"]
    moment = nw.col("arrived_at")
    before = moment.shift(1).over(*case, order_by=order)
    after = moment.shift(-1).over(*case, order_by=order)
    again = ~after.is_null() & (after <= moment + span)
    # A flag that is missing beside an answer counts as not solved.
    solved = nw.col("resolved").cast(nw.Boolean).fill_null(value=False)
    told = contacts.with_columns(
        first_contacts=clock.mark(before.is_null() | (before + span < moment)),
        resolved_share=clock.mark(solved),
        no_repeat_share=1 - clock.mark(again),
    ).filter(nw.col("first_contacts") == 1, ~nw.col("answered_at").is_null(), moment <= end)
    unsolved = 1 - nw.col("resolved_share")
    return told.with_columns(unsolved=unsolved, silent_share=unsolved * nw.col("no_repeat_share"))


@public
def pareto(complaints: Any, *, column: str = "reason") -> Any:
    """Count by reason, the most frequent first, with the share that all so far make.

    Parameters
    ----------
    complaints : table
        Or contacts, returns: a row for each.
    column : str
        What to count by.

    Returns
    -------
    table of the caller's kind
        `column`, ``number``, ``share``, ``running_share``.

    Raises
    ------
    CourseError
        The column is missing, or the table has no rows.

    References
    ----------
    Juran's Pareto chart of quality work: the few causes that make most faults.

    Examples
    --------
    >>> import pandas as pd
    >>> pareto(pd.DataFrame({"reason": ["late", "late", "late", "quality"]}))
        reason  number  share  running_share
    0     late       3   0.75           0.75
    1  quality       1   0.25           1.00
    >>> pareto(pd.DataFrame({"why": ["late"]}))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table complaints has no column reason. It has: why. Name the
    column that holds it: column=...
    """
    table = frames.table(complaints, {"column": column}, name="complaints")
    frames.refuse_taken([column], ["number", "share", "running_share"])
    counts = frames.as_group(table, "column").group_by("column").agg(number=nw.len())
    counts = counts.with_columns(nw.col("number").cast(nw.Int64))
    found = frames.as_pandas(counts).rename(columns={"column": column})
    if found.empty:
        raise CourseError(_("The table complaints has no rows, so there is nothing to count."))
    found = found.sort_values(["number", column], ascending=[False, True], ignore_index=True)
    share = found["number"] / found["number"].sum()
    return frames.like(found.assign(share=share, running_share=share.cumsum()), complaints)


@public
def reasons_by_parcel(data: Any) -> Any:
    """Set what customers ask and complain about beside whether their parcel was late.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``orders``: ``order_id``, ``dispatched_at``, ``delay_cause`` (null: not late).
        ``contacts``: ``order_id``, ``reason``, ``arrived_at``; they count after the order's
        dispatch only. ``complaints``: ``order_id``, ``reason``.

    Returns
    -------
    table of the caller's kind
        ``about`` (contact or complaint), ``reason``, ``on_time``, ``late`` (share of
        dispatched orders with such a one, parcels in time and late), ``ratio``; the largest
        difference first.

    Raises
    ------
    CourseError
        A column is missing, or no parcel was late.

    References
    ----------
    Slides 3 (three days and not delivered) and 15 (complaint rate); the comparison is the
    course's own.

    Examples
    --------
    >>> import pandas as pd
    >>> sent = pd.Timestamp("2025-03-01")
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3, 4], "dispatched_at": sent,
    ...                        "delay_cause": [None, None, "courier", "weather"]})
    >>> asked = pd.DataFrame({"order_id": [3, 1], "reason": ["delivery", "invoice"],
    ...                       "arrived_at": sent + pd.Timedelta("4D")})
    >>> angry = pd.DataFrame({"order_id": [4], "reason": ["late"]})
    >>> told = reasons_by_parcel({"orders": orders, "contacts": asked, "complaints": angry})
    >>> told[["reason", "on_time", "late"]].values.tolist()
    [['delivery', 0.0, 0.5], ['late', 0.0, 0.5], ['invoice', 0.5, 0.0]]
    """
    orders, contacts, complaints = frames.fetched(
        data,
        {
            "orders": "order_id dispatched_at delay_cause",
            "contacts": "order_id reason arrived_at",
            "complaints": "order_id reason",
        },
    )
    sent = orders[orders["dispatched_at"].notna()].set_index("order_id")
    late = sent["delay_cause"].notna()
    if not late.any() or late.all():
        raise CourseError(_("All parcels are alike here: late and other parcels are needed."))
    arrived = contacts["arrived_at"] > contacts["order_id"].map(sent["dispatched_at"])
    told = []
    for about, table in (("contact", contacts[arrived]), ("complaint", complaints)):
        for reason, ids in table.dropna().groupby("reason")["order_id"]:
            with_one = sent.index.isin(ids)
            if with_one.any():
                told.append((about, reason, with_one[~late].mean(), with_one[late].mean()))
    found = pd.DataFrame(told, columns=["about", "reason", "on_time", "late"])
    found["ratio"] = found["late"] / found["on_time"].where(found["on_time"] > 0)
    gap = (found["on_time"] - found["late"]).sort_values(kind="stable").index
    return frames.like(found.loc[gap].reset_index(drop=True), data)


@public
def answer_groups(data: Any, *, target: float = 60) -> Any:
    """Say of each visit to a product page what became of its question, and whether it bought.

    Visits without a product page are left out: nobody asks or buys there, and counting
    them makes every question look like a sale.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``visits``: ``visit_id``, ``started_at``, ``campaign_id``, ``product_id``.
        ``contacts``: ``visit_id``, ``arrived_at``, ``answered_at``. ``orders``: ``visit_id``,
        ``paid_at``; only paid orders count.
    target : float
        Seconds; an answer within them is in time.

    Returns
    -------
    table of the caller's kind
        A row a visit: ``visit_id``, ``group`` (``not_asked``, ``in_time``, ``late`` or
        ``gave_up``), ``wait`` (seconds to the answer; missing without one), ``bought`` (0 or
        1), ``day``, ``campaign`` (its id, or ``none``).

    Raises
    ------
    CourseError
        A column is missing, or a contact was answered before it arrived.

    References
    ----------
    Slide 3 (answered in time). That who asks chooses to ask: Tan, Wang and Tan (2019).

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-03 12:00")
    >>> visits = pd.DataFrame({"visit_id": [1, 2, 3], "started_at": noon, "campaign_id": None,
    ...                        "product_id": ["P001", "P001", None]})
    >>> asked = pd.DataFrame({"visit_id": [2], "arrived_at": [noon], "answered_at": [pd.NaT]})
    >>> orders = pd.DataFrame({"visit_id": [1], "paid_at": [noon]})
    >>> groups = answer_groups({"visits": visits, "contacts": asked, "orders": orders})
    >>> groups[["visit_id", "group", "bought"]].values.tolist()
    [[1, 'not_asked', 1], [2, 'gave_up', 0]]
    """
    limit = numbers.number("target", target, low=0)
    visits, contacts, orders = frames.fetched(
        data,
        {
            "visits": "visit_id started_at campaign_id product_id",
            "contacts": "visit_id arrived_at answered_at",
            "orders": "visit_id paid_at",
        },
    )
    clock.refuse_backward(contacts, "arrived_at", "answered_at")
    asked = contacts[contacts["visit_id"].notna()].sort_values("arrived_at")
    asked = asked.drop_duplicates("visit_id").set_index("visit_id")
    wait = (asked["answered_at"] - asked["arrived_at"]).dt.total_seconds()
    shown = visits[visits["product_id"].notna()]
    ids = shown["visit_id"]
    waited = ids.map(wait).astype("float64")
    answered = np.where(waited <= limit, "in_time", "late")
    paid = orders.loc[orders["paid_at"].notna(), "visit_id"]
    became = np.where(waited.isna(), "gave_up", answered)
    groups = pd.DataFrame(
        {
            "visit_id": ids.to_numpy(),
            "group": np.where(ids.isin(asked.index), became, "not_asked"),
            "wait": waited.to_numpy(dtype=float),
            "bought": ids.isin(paid).to_numpy(dtype=int),
            "day": shown["started_at"].dt.normalize().to_numpy(),
            "campaign": shown["campaign_id"].astype(object).fillna("none").to_numpy(),
        }
    )
    # an engine that works on several rows at once fetches them in any order
    return frames.like(groups.sort_values("visit_id", ignore_index=True), data)


@public
def answer_effect(
    groups: Any,
    *,
    of: str | Sequence[str] = "in_time",
    against: str | Sequence[str] = "late",
    confidence: float = 0.95,
    group: str = "group",
    bought: str = "bought",
    day: str = "day",
    campaign: str = "campaign",
) -> pd.DataFrame:
    """Compare the conversion of two groups of visits: plainly, and like with like.

    On a campaign day more visitors buy, and more of them wait. The plain ratio mixes the
    two. The adjusted one compares visits of the same campaign and month.

    Parameters
    ----------
    groups : table
        A row a visit, such as :func:`answer_groups` returns.
    of, against : str or sequence of str
        Groups, such as ``"in_time"`` or ``["late", "gave_up"]``.
    confidence : float
        Of the intervals, above 0 and below 1.
    group, bought, day, campaign : str
        The columns that hold the group, 0 or 1, the day, and what else to compare within.

    Returns
    -------
    DataFrame
        Of pandas. Rows ``plain`` and ``adjusted``; columns ``ratio`` (conversion of `of` over
        that of `against`), ``low``, ``high``, ``visits`` (compared).

    Raises
    ------
    CourseError
        A group that does not exist, is empty, or has no buyer.

    References
    ----------
    Ratio of two shares: score interval of Miettinen and Nurminen (1985); adjusted: Poisson
    regression with a robust error, Zou (2004); both by statsmodels.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2025-03-03")
    >>> groups = pd.DataFrame({"group": ["in_time"] * 100 + ["late"] * 100, "day": day,
    ...                        "bought": [1] * 20 + [0] * 80 + [1] * 10 + [0] * 90,
    ...                        "campaign": "none"})
    >>> answer_effect(groups).round(2).values.tolist()
    [[2.0, 1.01, 4.03, 200.0], [2.0, 0.99, 4.05, 200.0]]
    >>> answer_effect(groups, against="asleep")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: against is 'asleep'. Nobody in it has bought. There are: in_time, ...
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    level = numbers.inner_share("confidence", confidence)
    columns = {"group": group, "bought": bought, "day": day, "campaign": campaign}
    # answer_groups writes "none" for no campaign: here that is a word like the others
    types = {"bought": "number", "day": "datetime", "campaign": "any"}
    table = frames.table(groups, columns, name="groups", types=types)
    typed = table.select("group", "bought", nw.col("day").cast(nw.Datetime("us")), "campaign")
    visits = frames.as_pandas(typed)
    known = [rows.missing(name) for name in ("group", "day", "campaign")]
    rows.refuse(visits, "groups", [*known, rows.not_a_share("bought")])
    one, other = _side(visits, "of", of), _side(visits, "against", against)
    plain = confint_proportions_2indep(
        one["bought"].sum(),
        len(one),
        other["bought"].sum(),
        len(other),
        compare="ratio",
        method="score",
        alpha=1 - level,
    )
    found = pd.DataFrame(
        [
            (one["bought"].mean() / other["bought"].mean(), *plain),
            _like_with_like(one, other, normal_quantile(level)),
        ],
        index=["plain", "adjusted"],
        columns=["ratio", "low", "high"],
    )
    return found.assign(visits=len(one) + len(other))


def _side(visits: pd.DataFrame, name: str, groups: str | Sequence[str]) -> pd.DataFrame:
    """Return the visits of one side of a comparison."""
    chosen = visits[visits["group"].isin(frames.listed(groups, name))]
    if not chosen["bought"].any():
        there = ", ".join(map(str, visits["group"].unique()))
        wanted = _("Nobody in it has bought. There are: {there}.").format(there=there)
        raise numbers.refused(name, groups, wanted)
    return chosen


def _like_with_like(one: pd.DataFrame, other: pd.DataFrame, z: float) -> tuple[float, float, float]:
    """Return the ratio of conversions within campaign and month, and its interval."""
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    both = pd.concat([one.assign(of=1.0), other.assign(of=0.0)])
    cells = (  # equal visits count together: hundreds of rows instead of many thousands
        both.assign(month=both["day"].dt.to_period("M").astype(str))
        .groupby(["campaign", "month", "of", "bought"], as_index=False)
        .size()
    )
    strata = pd.get_dummies(cells[["campaign", "month"]], drop_first=True, dtype=float)
    design = strata.assign(constant=1.0, of=cells["of"]).to_numpy()
    bought, number = cells["bought"].to_numpy(float), cells["size"].to_numpy(float)
    fitted = GLM(bought, design, family=Poisson(), freq_weights=number).fit()
    error = _robust_error(design, number, bought, fitted.fittedvalues)
    effect = fitted.params[-1]
    return math.exp(effect), math.exp(effect - z * error), math.exp(effect + z * error)


def _robust_error(
    design: NDArray[Any], number: NDArray[Any], bought: NDArray[Any], chance: NDArray[Any]
) -> float:
    """Return the sandwich error of the last coefficient of a Poisson regression."""
    bread = np.linalg.pinv(design.T @ (design * (number * chance)[:, None]))
    meat = design.T @ (design * (number * (bought - chance) ** 2)[:, None])
    return math.sqrt((bread @ meat @ bread)[-1, -1])
