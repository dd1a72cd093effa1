"""Targets: weights that add up, and targets that do not contradict one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _

COLUMNS = ("month", "post_id", "kpi", "target", "weight")
_NOBODY = float("nan")


class Conversions(NamedTuple):
    """The conversion that targets imply for the whole shop and for the rest of its traffic."""

    shop: float
    rest: float


def implied_conversion(
    uv_share: float, order_share: float, campaign_conversion: float
) -> Conversions:
    """Return the conversions that three targets of the traffic manager imply.

    If campaigns bring `uv_share` of the visitors, convert `campaign_conversion` of them and
    make `order_share` of the orders, then the shop and the rest of the traffic have no
    choice: ``shop = uv_share * campaign_conversion / order_share`` and
    ``rest = shop * (1 - order_share) / (1 - uv_share)``.

    Parameters
    ----------
    uv_share, order_share
        Campaign share of UV and of orders, fractions above 0 and below 1.
    campaign_conversion
        Orders through campaigns per visitor through campaigns.

    Returns
    -------
    Conversions
        `shop` and `rest`.

    Raises
    ------
    CourseError
        A share or the conversion does not lie between 0 and 1.

    References
    ----------
    The targets of slide 9; the identity follows from their definitions.

    Examples
    --------
    >>> shop, rest = implied_conversion(0.45, 0.55, 0.10)
    >>> f"{shop:.2%} {rest:.2%}"
    '8.18% 6.69%'
    >>> implied_conversion(45, 0.55, 0.10)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A share lies between 0 and 1, and 45 does not. Write 45 % as 0.45.
    """
    for share in (uv_share, order_share, campaign_conversion):
        _refuse_share(share)
    shop = uv_share * campaign_conversion / order_share
    return Conversions(shop, shop * (1 - order_share) / (1 - uv_share))


def tied_targets(uv_share: float, order_share: float, campaign_conversion: float) -> pd.DataFrame:
    """Return what three targets imply, over the campaign share of orders.

    Parameters
    ----------
    uv_share, order_share, campaign_conversion
        As in `implied_conversion`.

    Returns
    -------
    DataFrame
        ``order_share``, and the conversions ``shop``, ``rest`` and ``campaigns``. One row is
        ``asked``: that of the given order share; the others lie from half of `uv_share` to 0.95.

    Raises
    ------
    CourseError
        As `implied_conversion`.

    Examples
    --------
    >>> table = tied_targets(0.45, 0.55, 0.10)
    >>> f"{table.loc[table['asked'], 'rest'].item():.2%}"
    '6.69%'
    """
    asked = implied_conversion(uv_share, order_share, campaign_conversion)
    shares = np.linspace(uv_share / 2, 0.95, 200)
    tied = [implied_conversion(uv_share, share, campaign_conversion) for share in shares]
    return pd.DataFrame(
        {
            "order_share": [*shares, order_share],
            "shop": [*(one.shop for one in tied), asked.shop],
            "rest": [*(one.rest for one in tied), asked.rest],
            "campaigns": campaign_conversion,
            "asked": [False] * len(tied) + [True],
        }
    )


def is_number(value: object) -> bool:
    """Say whether a value is a number, Python's or NumPy's."""
    return isinstance(value, (int, float, np.number))


def _refuse_share(share: float) -> None:
    if not (is_number(share) and 0 < share < 1):
        raise CourseError(
            _("A share lies between 0 and 1, and {share} does not. Write 45 % as 0.45.").format(
                share=share
            )
        )


def small(native: Any) -> pd.DataFrame:
    """Return a small table of any kind as a pandas DataFrame."""
    try:
        frame: Any = nw.from_native(native)
    except TypeError:
        raise CourseError(
            _("A table is a data frame: pandas, Polars, DuckDB, PySpark. This is a {kind}.").format(
                kind=type(native).__name__
            )
        ) from None
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect("pandas")
    table: pd.DataFrame = frame.to_pandas().copy()
    for name in table.select_dtypes("datetimetz"):  # PySpark's carry the session's time zone
        table[name] = table[name].dt.tz_localize(None)
    return table


def read_targets(native: Any) -> pd.DataFrame:
    """Return the table targets as pandas, or say which columns it lacks; `plan` may be absent."""
    table = small(native)
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise CourseError(
            _("The table targets has no column {missing}. It needs {needed}.").format(
                missing=", ".join(missing), needed=", ".join(COLUMNS)
            )
        )
    table = table if "plan" in table else table.assign(plan=_NOBODY)
    empty = table[["month", "post_id", "kpi"]].isna().any(axis=1).sum()
    if empty:
        raise CourseError(
            _(
                "The table targets has {n} rows without a month, a post or a KPI. Fill it in."
            ).format(n=empty)
        )
    for name in ("target", "weight", "plan"):
        numbers = pd.to_numeric(table[name], errors="coerce")
        wrong = numbers.isna() & (table[name].notna() | (name != "plan"))
        if wrong.any():
            raise CourseError(
                _(
                    "The column {name} of targets holds {example} in {n} rows, which is no number. "
                    "Write 45 % as 0.45."
                ).format(name=name, example=table.loc[wrong, name].iloc[0], n=wrong.sum())
            )
        table[name] = numbers.astype(float)
    return table


def check_weights(targets: pd.DataFrame) -> None:
    """Raise a CourseError unless the weights of each post and month add up to 100 %.

    Examples
    --------
    >>> check_weights(pd.DataFrame({"month": "2025-01", "post_id": "traffic_manager",
    ...                             "weight": [0.5, 0.4]}))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The weights of traffic_manager in 2025-01 add up to 90 %, not to ...
    """
    for (month, post), weights in targets.groupby(["month", "post_id"], sort=True)["weight"]:
        whose = _("The weights of {post} in {month}").format(post=post, month=str(month)[:7])
        check_sum(weights, whose)


def check_sum(weights: pd.Series, whose: str) -> None:
    """Raise a CourseError unless `weights` add up to 100 %; `whose` begins the sentence."""
    if weights.isna().any() or not pd.api.types.is_numeric_dtype(weights):
        raise CourseError(_("{whose} hold one that is no number. Mend it.").format(whose=whose))
    total = weights.sum()
    if (weights < 0).any():
        raise CourseError(_("{whose} hold one below 0. Raise it.").format(whose=whose))
    if not abs(total - 1) < 1e-6:
        raise CourseError(
            _("{whose} add up to {total:.6g} %, not to 100 %. Raise or lower one of them.").format(
                whose=whose, total=100 * total
            )
        )


def consistent_targets(
    targets: Any,
    *,
    conversion: float | None = None,
    order_value: float | None = None,
    tolerance: float = 0.01,
) -> pd.DataFrame:
    """Find the targets of a month that contradict one another, and by how much.

    Parameters
    ----------
    targets
        The table targets (month, post_id, kpi, target, weight, plan), any kind of frame.
    conversion
        What the whole shop is expected to convert, a fraction, if somebody has said so.
    order_value
        What an order is expected to be worth, in yuan, if somebody has said so.
    tolerance
        The relative gap that is still called equal.

    Returns
    -------
    DataFrame
        A row per month and tie: `month`, `tie`, `stated` (what somebody set; missing where
        nobody did), `implied` (what the other targets make of it), `gap` (stated - implied),
        `contradicts`, and `says`, the sentence for it.

    Raises
    ------
    CourseError
        A column is missing, the weights of a post do not add up to 100 %, a share does not lie
        between 0 and 1, or an order value is not above 0.

    Notes
    -----
    Ties: the three campaign targets fix the shop's conversion and that of the rest of the
    traffic; two posts that carry sales have one plan; the profit planned is the sales
    planned times the margin; sales planned = UV planned x conversion x order value.

    Examples
    --------
    >>> rows = [("campaign_uv_share", 0.45), ("campaign_order_share", 0.55),
    ...         ("campaign_conversion", 0.10)]
    >>> slide9 = pd.DataFrame(rows, columns=["kpi", "target"]).assign(
    ...     month="2025-06", post_id="traffic_manager", weight=1 / 3, plan=None)
    >>> ties = consistent_targets(slide9, conversion=0.09)
    >>> print(ties.loc[0, "says"])
    The campaign targets imply that the shop converts 8.18 %; 9.00 % is expected.
    >>> ties["contradicts"].tolist()
    [True, False]
    """
    table = read_targets(targets)
    check_weights(table)
    if conversion is not None:
        _refuse_share(conversion)
    if order_value is not None and not (is_number(order_value) and order_value > 0):
        raise CourseError(
            _("order_value is {value}. An order is worth more than 0 yuan.").format(
                value=order_value
            )
        )
    rows = []
    for month, part in table.groupby("month", sort=True):
        for tie, stated, implied, says in _ties(part, conversion, order_value):
            gap = stated - implied
            contradicts = abs(gap) > tolerance * abs(implied)
            rows.append((month, tie, stated, implied, gap, contradicts, says))
    columns = ["month", "tie", "stated", "implied", "gap", "contradicts", "says"]
    return pd.DataFrame(rows, columns=columns)


_Tie = tuple[str, float, float, str]


def _ties(
    part: pd.DataFrame, conversion: float | None, order_value: float | None
) -> Iterator[_Tie]:
    """Yield the ties between the targets of one month."""
    target = part.groupby("kpi")["target"].first()
    planned = (part["target"] * part["plan"].astype(float)).groupby(part["kpi"]).max()
    converts = None
    campaign = ["campaign_uv_share", "campaign_order_share", "campaign_conversion"]
    if set(campaign) <= set(target.index):
        converts, rest = implied_conversion(*target[campaign])
        yield _conversion(conversion, converts)
        yield _rest(rest)
    yield from _sales_plans(part)
    plans = set(planned.dropna().index)
    if {"sales_completion", "profit_completion"} <= plans and "profit_margin" in target.index:
        yield _profit(
            planned["profit_completion"], planned["sales_completion"], target["profit_margin"]
        )
    orders = planned.get("uv_completion", 0.0) * (converts or 0.0)
    if orders > 0 and "sales_completion" in plans:
        yield _order_value(order_value, planned["sales_completion"] / orders)


def _conversion(stated: float | None, implied: float) -> _Tie:
    says = _("The campaign targets imply that the shop converts {implied:.2f} %").format(
        implied=100 * implied
    )
    if stated is None:
        return "shop conversion", _NOBODY, implied, says + "."
    says += _("; {stated:.2f} % is expected.").format(stated=100 * stated)
    return "shop conversion", stated, implied, says


def _rest(implied: float) -> _Tie:
    says = _("The rest of the traffic converts {implied:.2f} %").format(implied=100 * implied)
    if implied <= 1:
        return "rest conversion", _NOBODY, implied, says + "."
    return "rest conversion", 1.0, implied, says + _(", more than all of it.")


def _sales_plans(part: pd.DataFrame) -> Iterator[_Tie]:
    sales = part[part["kpi"].isin(["sales_completion", "sales_attainment"])].dropna(subset="plan")
    amounts = (sales["target"] * sales["plan"].astype(float)).set_axis(sales["post_id"])
    for post, amount in amounts.iloc[1:].items():
        says = _("{post} plans sales of ¥{amount:,.0f}, {first} of ¥{planned:,.0f}.").format(
            post=post, amount=amount, first=amounts.index[0], planned=amounts.iloc[0]
        )
        yield f"sales plan of {post}", float(amount), float(amounts.iloc[0]), says


def _profit(stated: float, sales: float, margin: float) -> _Tie:
    says = _(
        "A margin of {margin:.1f} % on planned sales makes ¥{implied:,.0f} of profit; "
        "¥{stated:,.0f} is planned."
    ).format(margin=100 * margin, implied=sales * margin, stated=stated)
    return "profit plan", stated, sales * margin, says


def _order_value(stated: float | None, implied: float) -> _Tie:
    says = _("To meet its sales plan the shop needs ¥{implied:,.0f} an order").format(
        implied=implied
    )
    if stated is None:
        return "order value", _NOBODY, implied, says + "."
    says += _("; ¥{stated:,.0f} is expected.").format(stated=stated)
    return "order value", stated, implied, says
