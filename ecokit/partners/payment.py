"""Payment 第三方支付: what succeeds, what it costs, how long it takes, and second tries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, intervals, numbers, rows
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import per
from ecokit.kpi.grouping import added, answer, grouped, inner_names
from ecokit.messages import _

BUYERS_CHOICE = ("wallet",)
"""Methods that the buyer chooses: no other provider can be tried in their place."""

TYPES = {
    "payment_id": "id",
    "order_id": "id",
    "provider_id": "id",
    "try": "integer",
    "tried_at": "datetime",
    "outcome": "string",
    "reason": "string",
    "method": "string",
    "final": "boolean",
    "fee": "number",
    "seconds": "number",
    "key": "string",
}
OUTCOMES = ("paid", "failed")
_MILLI = 1000


def tries(data: Any, columns: str) -> Frame:
    """Return columns of the table payments; outcomes that are none are refused."""
    (frame,) = frames.door(data, {"payments": columns}, types=TYPES)
    rules = [rows.missing("outcome", "payment_id"), rows.none_of("outcome", OUTCOMES, "payment_id")]
    asked = [rule for rule in rules if "outcome" in columns.split()]
    rows.refuse(frame, "payments", asked)
    return frame


@public
def payment_success(data: Any, *, by: By = "provider_id", confidence: float = 0.95) -> Any:
    """Return what tries to pay lead to: success, fee and seconds.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``payments``: ``payment_id``, ``tried_at``, ``outcome`` (paid, failed), ``fee`` (yuan),
        ``seconds`` and the columns in `by`.
    by : str or sequence of str, optional
        ``provider_id``, ``method``, ``try``, ``reason``, or a period such as ``month``.
    confidence : float
        Of the interval (Wilson).

    Returns
    -------
    table of the caller's kind
        `by`; ``tries``, ``paid``, ``success`` with ``low`` and ``high``; ``fee`` (yuan a payment
        that succeeded: failed tries that cost something count, too) and ``seconds`` (of a try, on
        average). Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing, or an outcome is neither paid nor failed.

    References
    ----------
    Wilson (1927).

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> payment_success(example(), by="method")[["method", "tries", "paid"]].values.tolist()
    [['card', 130, 112], ['wallet', 200, 194]]
    >>> payment_success(example(), by="city")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table payments has no column city. It has: ...
    """
    keys = frames.listed(by)
    level = numbers.inner_share("confidence", confidence)
    needed = "payment_id tried_at outcome fee seconds"
    frame = tries(data, needed)
    rules = [rows.below_zero(name, "payment_id") for name in ("fee", "seconds")]
    rows.refuse(frame, "payments", rules)
    limits = intervals.wilson_columns("paid", "tries", level)
    yuan_ = per("fee", "paid")
    values = {
        "tries": nw.col("tries"),
        "paid": nw.col("paid"),
        "success": per("paid", "tries"),
        "low": limits.low,
        "high": limits.high,
        "fee": yuan_ / (nw.col("tries") * 0 + 100),
        "seconds": per("seconds", "tries") / (nw.col("tries") * 0 + _MILLI),
    }
    told = grouped(frame, keys, needed.split(), tuple(values), table="payments", time="tried_at")
    groups = inner_names(keys)
    parts = told.select(
        *groups,
        tries=nw.lit(1, nw.Int64),
        paid=(nw.col("outcome") == "paid").cast(nw.Int64),
        fee=amounts.whole(told, "fee", 100),
        seconds=amounts.whole(told, "seconds", _MILLI),
    )
    return answer(added(parts, groups, ["tries", "paid", "fee", "seconds"]), keys, values)


@public
def second_try(first: float, again: float, success: float) -> float:
    """Return the share of payments that succeed when failures are tried again.

    Parameters
    ----------
    first : float
        Share of the first tries that succeed.
    again : float
        Share of the failures that are not final, and are tried again.
    success : float
        Share of the second tries that succeed.

    Returns
    -------
    float
        first + (1 - first) × again × success.

    Raises
    ------
    CourseError
        A number is no share.

    References
    ----------
    By definition.

    Examples
    --------
    >>> round(second_try(0.94, again=0.5, success=0.9), 3)
    0.967
    >>> second_try(94, again=0.5, success=0.9)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: first is 94. Give a share from 0 to 1; write 45 % as 0.45.
    """
    one = numbers.share("first", first)
    return one + (1 - one) * numbers.share("again", again) * numbers.share("success", success)


@public
def second_tries(
    data: Any, *, by: By = "method", methods: Sequence[str] = ("card", "instalment")
) -> Any:
    """Return what second tries bring: those that were made, and what all of them would.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``payments``: ``payment_id``, ``order_id``, ``try`` (1, 2 ...), ``tried_at``, ``method``,
        ``provider_id``, ``outcome``, ``final`` (trying again cannot help) and the columns in `by`.
    by : str or sequence of str, optional
        Columns of the first try, such as ``method`` or ``provider_id``, or a period.
    methods : sequence of str
        Methods for which another provider can be tried. A wallet is the buyer's choice.

    Returns
    -------
    table of the caller's kind
        `by`; ``first`` (first tries), ``first_success``; ``could`` (failures that are not final)
        and ``could_share`` of the failures; ``again`` (of these, tried again), ``again_success``;
        ``elsewhere`` (tried again at another provider), ``elsewhere_success``; ``now`` (success
        with the second tries that were made) and ``possible`` (if all that could be tried again
        had gone to another provider, as successfully as those that did; missing where none did).

    Raises
    ------
    CourseError
        `methods` names one that the buyer chooses, or none that was tried; a table or column is
        missing.

    References
    ----------
    As in :func:`second_try`.

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> found = second_tries(example())
    >>> found[["first", "first_success", "could", "elsewhere", "now", "possible"]].round(3)
       first  first_success  could  elsewhere    now  possible
    0    120          0.867     14         10  0.933      0.96
    >>> second_tries(example(), methods=["wallet"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: methods names wallet, which the buyer chooses: nobody can take the
    money out of another one. Name methods that a shop can send elsewhere, such as card.
    """
    keys, named = frames.listed(by), frames.listed(methods, "methods", least=1)
    for one in named:
        if one in BUYERS_CHOICE:
            message = _(
                "methods names {name}, which the buyer chooses: nobody can take the money out of "
                "another one. Name methods that a shop can send elsewhere, such as card."
            )
            raise CourseError(message.format(name=one))
    columns = "payment_id order_id try tried_at method provider_id outcome final"
    frame = tries(data, columns)
    unfit = [rows.missing(name, "payment_id") for name in ("final", "provider_id")]
    rows.refuse(frame, "payments", [*unfit, rows.not_above_zero("try", "payment_id")])
    _refuse_untried(frame, named)
    values = _second_values()
    told = grouped(
        frame, keys, columns.split(), tuple(values), table="payments", time="tried_at"
    ).filter(nw.col("method").is_in(named))
    groups = inner_names(keys)
    paid = (nw.col("outcome") == "paid").cast(nw.Int64)
    first = told.filter(nw.col("try") == 1).select(
        "order_id", *groups, paid1=paid, final=nw.col("final").cast(nw.Int64), at1="provider_id"
    )
    second = told.filter(nw.col("try") == 2).select("order_id", paid2=paid, at2="provider_id")
    tried = ~nw.col("paid2").is_null()
    both = first.join(second, on="order_id", how="left").with_columns(
        tried=tried.cast(nw.Int64),
        moved=(tried & (nw.col("at1") != nw.col("at2")).fill_null(value=False)).cast(nw.Int64),
        paid2=nw.col("paid2").fill_null(0).cast(nw.Int64),
    )
    parts = both.select(
        *groups,
        n=nw.lit(1, nw.Int64),
        won=nw.col("paid1"),
        could=(1 - nw.col("paid1")) * (1 - nw.col("final")),
        again=(1 - nw.col("paid1")) * nw.col("tried"),
        saved=(1 - nw.col("paid1")) * nw.col("paid2"),
        elsewhere=(1 - nw.col("paid1")) * nw.col("moved"),
        saved_there=(1 - nw.col("paid1")) * nw.col("moved") * nw.col("paid2"),
    )
    sums = ["n", "won", "could", "again", "saved", "elsewhere", "saved_there"]
    return answer(added(parts, groups, sums), keys, values)


def _refuse_untried(frame: Frame, named: Sequence[str]) -> None:
    """Refuse methods of which no payment was tried at all; a lazy engine is not asked."""
    known = sorted(map(str, frame["method"].unique())) if isinstance(frame, nw.DataFrame) else []
    if known and not set(known) & set(named):
        message = _("No payment was tried by {methods}. The methods in payments are: {known}.")
        told = {"methods": _(" or ").join(named), "known": ", ".join(known)}
        raise CourseError(message.format(**told))


def _second_values() -> dict[str, nw.Expr]:
    lost = nw.col("n") - nw.col("won")
    there = per("saved_there", "elsewhere")
    return {
        "first": nw.col("n"),
        "first_success": per("won", "n"),
        "could": nw.col("could"),
        "could_share": per(nw.col("could"), lost),
        "again": nw.col("again"),
        "again_success": per("saved", "again"),
        "elsewhere": nw.col("elsewhere"),
        "elsewhere_success": there,
        "now": per(nw.col("won") + nw.col("saved"), nw.col("n")),
        "possible": per("won", "n") + per("could", "n") * there,
    }


@public
def double_payments(data: Any) -> Any:
    """Return the orders that were paid more than once: by one key, or by two.

    A try that is sent again with the same key is one payment, however often it is sent; with a new
    key it is another one. So each order has one key a request, and a double payment tells what
    went wrong: the provider did not keep to the key, or we made a new one.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``payments``: ``payment_id``, ``order_id``, ``outcome``, ``key``.

    Returns
    -------
    table of the caller's kind
        A row an order that was paid more than once: ``order_id``, ``payments``, ``keys``
        (different ones), ``first``, ``last`` (payment_id), ``cause``: "one key, paid twice" or
        "a new key for each try". Sorted by order.

    Raises
    ------
    CourseError
        A table or column is missing, or a payment has no key.

    References
    ----------
    Internet draft draft-ietf-httpapi-idempotency-key-header, The Idempotency-Key HTTP header field.

    Examples
    --------
    >>> import pandas as pd
    >>> paid = pd.DataFrame({"payment_id": [1, 2, 3], "order_id": [7, 7, 8],
    ...                      "outcome": "paid", "key": ["a", "b", "c"]})
    >>> double_payments({"payments": paid})
       order_id  payments  keys  first  last                   cause
    0         7         2     2      1     2  a new key for each try
    """
    frame = tries(data, "payment_id order_id outcome key")
    paid = frame.filter(nw.col("outcome") == "paid")
    rows.refuse(paid, "payments", [rows.missing("key", "payment_id")])
    found = paid.group_by("order_id").agg(
        nw.len().alias("payments"),
        nw.col("key").n_unique().alias("keys"),
        nw.col("payment_id").min().alias("first"),
        nw.col("payment_id").max().alias("last"),
    )
    more = found.filter(nw.col("payments") > 1)
    one = nw.lit(_("one key, paid twice"))
    told = more.with_columns(
        nw.col("payments", "keys").cast(nw.Int64),
        cause=nw.when(nw.col("keys") < nw.col("payments"))
        .then(one)
        .otherwise(nw.lit(_("a new key for each try"))),
    )
    return frames.sorted_native(told, ["order_id"])
