"""What contacts achieve: solved or not, what people complain about, what a fast answer sells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrameT

from ecokit.errors import CourseError
from ecokit.kpi.door import By, door, need
from ecokit.kpi.engine import per
from ecokit.messages import _
from ecokit.service_desk.arrivals import _closed, _keyed
from ecokit.service_desk.inputs import above, as_pandas, between, desk_contacts, whole

RESOLVED = ("first_contacts", "resolved_share", "no_repeat_share", "unsolved", "silent_share")
"""What :func:`resolution` measures."""

GROUPS = ("not_asked", "in_time", "late", "gave_up")
"""What became of a question before the order."""


def resolution(contacts: IntoFrameT, days: int = 7, by: By = None) -> IntoFrameT:
    """Measure first-contact resolution in two ways: by the agent's flag, and by who came back.

    A first contact has no other one of the same customer with the same reason in the
    `days` before. It counts if it was answered and if the `days` after it are over.

    Parameters
    ----------
    contacts : table
        ``contact_id``, ``visitor_id``, ``reason``, ``arrived_at``, ``answered_at``,
        ``resolved`` (null: gave up), and the columns named in `by`.
    days : int
        A contact again counts within so many days.
    by : str or sequence of str, optional
        See :func:`~ecokit.service_desk.answers`.

    Returns
    -------
    table
        `by`; ``first_contacts``; ``resolved_share`` (the flag says solved); ``no_repeat_share``
        (no contact again); ``unsolved``, of which the share ``silent_share`` never came
        back. Sorted by `by`.

    Raises
    ------
    CourseError
        `days` is no number of days, a column is missing, or there are no contacts.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ["2025-03-01", "2025-03-03", "2025-03-04", "2025-03-05", "2025-04-01"]
    >>> came = pd.to_datetime(days)
    >>> contacts = pd.DataFrame({
    ...     "contact_id": range(5), "visitor_id": [1, 1, 2, 3, 9], "reason": "return",
    ...     "arrived_at": came, "answered_at": came, "resolved": [False, True, False, True, True],
    ... })
    >>> resolution(contacts)[["first_contacts", "resolved_share", "no_repeat_share"]].round(3)
       first_contacts  resolved_share  no_repeat_share
    0               3           0.333            0.667
    >>> resolution(contacts, days=0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: days is 0. Give a whole number from 1 to 365.

    Source: both ways are in use: Call Centre Helper (2022), First Call (Contact) Resolution.
    """
    whole("days", days, 1, 365)
    frame = desk_contacts(contacts, "contact_id visitor_id reason arrived_at answered_at resolved")
    latest = as_pandas(frame.lazy().select(nw.col("arrived_at").max()).to_native())
    if latest["arrived_at"].isna().all():
        raise CourseError(_("The table contacts has no rows. Give the contacts of some days."))
    end = pd.Timestamp(latest["arrived_at"].max()).to_pydatetime() - timedelta(days=days)
    frame, keys = _keyed(frame, by, RESOLVED)
    case, order = ("visitor_id", "reason"), ["arrived_at", "contact_id"]
    span, moment = timedelta(days=days), nw.col("arrived_at")
    frame = frame.with_columns(
        _before=moment.shift(1).over(*case, order_by=order),
        _after=moment.shift(-1).over(*case, order_by=order),
    )
    first = nw.col("_before").is_null() | (nw.col("_before") + span < moment)
    frame = frame.filter(first, ~nw.col("answered_at").is_null(), moment <= end)
    again = ~nw.col("_after").is_null() & (nw.col("_after") <= moment + span)
    # A flag that is missing beside an answer counts as not solved.
    solved = nw.col("resolved").cast(nw.Boolean).fill_null(value=False)
    frame = frame.with_columns(
        _one=nw.lit(1, nw.Int64),
        _solved=solved.cast(nw.Int64),
        _quiet=nw.when(again).then(0).otherwise(1).cast(nw.Int64),
    ).with_columns(
        _unsolved=1 - nw.col("_solved"), _silent=(1 - nw.col("_solved")) * nw.col("_quiet")
    )
    names = ("_one", "_solved", "_quiet", "_unsolved", "_silent")
    sums = [nw.col(name).sum() for name in names]
    found = frame.group_by(*keys).agg(*sums) if keys else frame.select(*sums)
    found = found.with_columns(nw.col(name).cast(nw.Int64) for name in names)
    found = found.with_columns(
        first_contacts=nw.col("_one"),
        resolved_share=per("_solved", "_one"),
        no_repeat_share=per("_quiet", "_one"),
        unsolved=nw.col("_unsolved"),
        silent_share=per("_silent", "_unsolved"),
    ).select(*keys, *RESOLVED)
    return _closed(found.sort(*keys) if keys else found)


def pareto(table: Any, column: str = "reason") -> pd.DataFrame:
    """Count by reason, the most frequent first, with the share that all so far make.

    Parameters
    ----------
    table : table
        Complaints, contacts or returns.
    column : str
        What to count by.

    Returns
    -------
    DataFrame
        `column`, ``number``, ``share``, ``running_share``.

    Raises
    ------
    CourseError
        The column is missing, or the table has no rows.

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
    ecokit.errors.CourseError: The table given has no column reason. It has: why. ...

    Source: Juran's Pareto chart of quality work: the few causes that make most faults.
    """
    (frame,) = door({"given": table}, {"given": column})
    counts = frame.lazy().group_by(column).agg(nw.len().alias("number"))
    found = as_pandas(counts.to_native()).sort_values(
        ["number", column], ascending=[False, True], ignore_index=True
    )
    if found.empty:
        raise CourseError(_("The table has no rows, so there is nothing to count."))
    share = found["number"] / found["number"].sum()
    return found.assign(share=share, running_share=share.cumsum())


def reasons_by_parcel(
    orders: pd.DataFrame, contacts: pd.DataFrame, complaints: pd.DataFrame
) -> pd.DataFrame:
    """Set what customers ask and complain about beside whether their parcel was late.

    Parameters
    ----------
    orders : DataFrame
        ``order_id``, ``dispatched_at``, ``delay_cause`` (null: not late).
    contacts, complaints : DataFrame
        ``order_id`` and ``reason``. Contacts count after the order's dispatch only, so
        contacts also need ``arrived_at``.

    Returns
    -------
    DataFrame
        ``about`` (contact or complaint), ``reason``, ``on_time``, ``late`` (share of
        dispatched orders with such a one, parcels in time and late), ``ratio``; the largest
        difference first.

    Raises
    ------
    CourseError
        A column is missing, or no parcel was late.

    Examples
    --------
    >>> import pandas as pd
    >>> sent = pd.Timestamp("2025-03-01")
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3, 4], "dispatched_at": sent,
    ...                        "delay_cause": [None, None, "courier", "weather"]})
    >>> asked = pd.DataFrame({"order_id": [3, 1], "reason": ["delivery", "invoice"],
    ...                       "arrived_at": sent + pd.Timedelta("4D")})
    >>> angry = pd.DataFrame({"order_id": [4], "reason": ["late"]})
    >>> reasons_by_parcel(orders, asked, angry)[["reason", "on_time", "late"]].values.tolist()
    [['delivery', 0.0, 0.5], ['late', 0.0, 0.5], ['invoice', 0.5, 0.0]]
    """
    frames = door(
        {"orders": orders, "contacts": contacts, "complaints": complaints},
        {
            "orders": "order_id dispatched_at delay_cause",
            "contacts": "order_id reason arrived_at",
            "complaints": "order_id reason",
        },
    )
    orders, contacts, complaints = (as_pandas(frame) for frame in frames)
    sent = orders[orders["dispatched_at"].notna()].set_index("order_id")
    late = sent["delay_cause"].notna()
    if not late.any() or late.all():
        raise CourseError(_("All parcels are alike here: late and other parcels are needed."))
    arrived = contacts["arrived_at"] > contacts["order_id"].map(sent["dispatched_at"])
    rows = []
    for about, table in (("contact", contacts[arrived]), ("complaint", complaints)):
        told = table[table["order_id"].isin(sent.index)]
        for reason in sorted(told["reason"].unique()):
            with_one = sent.index.isin(told.loc[told["reason"] == reason, "order_id"])
            rows.append((about, reason, with_one[~late].mean(), with_one[late].mean()))
    found = pd.DataFrame(rows, columns=["about", "reason", "on_time", "late"])
    found["ratio"] = found["late"] / found["on_time"].where(found["on_time"] > 0)
    gap = (found["on_time"] - found["late"]).sort_values(kind="stable").index
    return found.loc[gap].reset_index(drop=True)


def answer_groups(
    visits: pd.DataFrame, contacts: pd.DataFrame, orders: pd.DataFrame, target: float = 60
) -> pd.DataFrame:
    """Say of each visit to a product page what became of its question, and whether it bought.

    Visits without a product page are left out: nobody asks or buys there, and counting
    them makes every question look like a sale.

    Parameters
    ----------
    visits : DataFrame
        ``visit_id``, ``started_at``, ``campaign_id``, ``product_id``.
    contacts : DataFrame
        ``visit_id``, ``arrived_at``, ``answered_at``.
    orders : DataFrame
        ``visit_id``, ``paid_at``; only paid orders count.
    target : float
        Seconds; an answer within them is in time.

    Returns
    -------
    DataFrame
        A row a visit: ``visit_id``, ``group`` (one of :data:`GROUPS`), ``wait`` (seconds to
        the answer; missing without one), ``bought`` (0 or 1), ``day``, ``campaign`` (its id,
        or ``none``).

    Raises
    ------
    CourseError
        A column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> noon = pd.Timestamp("2025-03-03 12:00")
    >>> visits = pd.DataFrame({"visit_id": [1, 2, 3], "started_at": noon, "campaign_id": None,
    ...                        "product_id": ["P001", "P001", None]})
    >>> asked = pd.DataFrame({"visit_id": [2], "arrived_at": [noon], "answered_at": [pd.NaT]})
    >>> orders = pd.DataFrame({"visit_id": [1], "paid_at": [noon]})
    >>> answer_groups(visits, asked, orders)[["visit_id", "group", "bought"]].values.tolist()
    [[1, 'not_asked', 1], [2, 'gave_up', 0]]
    """
    above("target", target, or_zero=True)
    frames = door(
        {"visits": visits, "contacts": contacts, "orders": orders},
        {
            "visits": "visit_id started_at campaign_id product_id",
            "contacts": "visit_id arrived_at answered_at",
            "orders": "visit_id paid_at",
        },
    )
    desk_contacts(contacts, "arrived_at answered_at")
    visits, contacts, orders = (as_pandas(frame) for frame in frames)
    asked = contacts[contacts["visit_id"].notna()].sort_values("arrived_at")
    asked = asked.drop_duplicates("visit_id").set_index("visit_id")
    wait = (asked["answered_at"] - asked["arrived_at"]).dt.total_seconds()
    shown = visits[visits["product_id"].notna()]
    ids = shown["visit_id"]
    waited = ids.map(wait)
    answered = np.where(waited <= target, "in_time", "late")
    group = np.where(ids.isin(asked.index), np.where(waited.isna(), "gave_up", answered), GROUPS[0])
    return pd.DataFrame(
        {
            "visit_id": ids.to_numpy(),
            "group": group,
            "wait": waited.to_numpy(dtype=float),
            "bought": ids.isin(orders.loc[orders["paid_at"].notna(), "visit_id"]).astype(int),
            "day": shown["started_at"].dt.normalize().to_numpy(),
            "campaign": shown["campaign_id"].astype(object).fillna("none").to_numpy(),
        }
    )


def answer_effect(
    groups: pd.DataFrame,
    of: str | Sequence[str] = "in_time",
    against: str | Sequence[str] = "late",
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare the conversion of two groups of visits: plainly, and like with like.

    On a campaign day more visitors buy, and more of them wait. The plain ratio mixes the
    two. The adjusted one compares visits of the same campaign and month.

    Parameters
    ----------
    groups : DataFrame
        What :func:`answer_groups` returned.
    of, against : str or sequence of str
        Groups, out of :data:`GROUPS`.
    level : float
        Confidence level of the intervals.

    Returns
    -------
    DataFrame
        Rows ``plain`` and ``adjusted``; columns ``ratio`` (conversion of `of` over that of
        `against`), ``lower``, ``upper``, ``visits`` (compared).

    Raises
    ------
    CourseError
        A group that does not exist, is empty, or has no buyer.

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
    ecokit.errors.CourseError: There is no visit that bought in the group asleep. Compare ...

    Source: ratio of two shares: score interval of Miettinen and Nurminen (1985); adjusted:
    Poisson regression with a robust error, Zou (2004); both by statsmodels.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    between("level", level, "0.95")
    need("groups", nw.from_native(groups), ["group", "bought", "day", "campaign"])
    sides = [[side] if isinstance(side, str) else list(side) for side in (of, against)]
    chosen = [groups[groups["group"].isin(side)] for side in sides]
    for side, table in zip(sides, chosen, strict=True):
        if not table["bought"].any():
            raise CourseError(
                _(
                    "There is no visit that bought in the group {group}. Compare groups out of "
                    "{known}."
                ).format(group=", ".join(side), known=", ".join(GROUPS))
            )
    one, other = chosen
    low, high = confint_proportions_2indep(
        one["bought"].sum(), len(one), other["bought"].sum(), len(other),
        compare="ratio", method="score", alpha=1 - level,
    )  # fmt: skip
    plain = one["bought"].mean() / other["bought"].mean()
    ratio, bounds = _like_with_like(one, other, level)
    found = pd.DataFrame(
        [(plain, low, high), (ratio, *bounds)],
        index=["plain", "adjusted"],
        columns=["ratio", "lower", "upper"],
    )
    return found.assign(visits=len(one) + len(other))


def _like_with_like(
    one: pd.DataFrame, other: pd.DataFrame, level: float
) -> tuple[float, tuple[float, float]]:
    """Return the ratio of conversions within campaign and month, and its interval."""
    from scipy.stats import norm
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    both = pd.concat([one.assign(of=1.0), other.assign(of=0.0)])
    cells = (  # equal visits count together: hundreds of rows instead of many thousands
        both.assign(month=both["day"].dt.month.astype(str))
        .groupby(["campaign", "month", "of", "bought"], as_index=False)
        .size()
    )
    strata = pd.get_dummies(cells[["campaign", "month"]], drop_first=True, dtype=float)
    design = strata.assign(constant=1.0, of=cells["of"]).to_numpy()
    bought, number = cells["bought"].to_numpy(float), cells["size"].to_numpy(float)
    fitted = GLM(bought, design, family=Poisson(), freq_weights=number).fit()
    chance = fitted.fittedvalues
    bread = np.linalg.pinv(design.T @ (design * (number * chance)[:, None]))
    meat = design.T @ (design * (number * (bought - chance) ** 2)[:, None])
    effect, error = fitted.params[-1], math.sqrt((bread @ meat @ bread)[-1, -1])
    z = norm.ppf((1 + level) / 2)
    return math.exp(effect), (math.exp(effect - z * error), math.exp(effect + z * error))
