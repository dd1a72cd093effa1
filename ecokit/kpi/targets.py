"""Targets: weights that add up, and targets that do not contradict one another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import ByName, public
from ecokit.messages import _, yuan

COLUMNS = ("month", "post_id", "kpi", "target", "weight")
_NOBODY = float("nan")


@dataclass(frozen=True)
class Conversions(ByName, of="kpi.implied_conversion"):
    """The conversion that targets imply for the whole shop and for the rest of its traffic."""

    shop: float
    rest: float


@public
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
    uv_share, order_share : float
        Campaign share of UV and of orders, fractions above 0 and below 1.
    campaign_conversion : float
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
    >>> implied = implied_conversion(0.45, 0.55, 0.10)
    >>> f"{implied.shop:.2%} {implied.rest:.2%}"
    '8.18% 6.69%'
    >>> implied_conversion(45, 0.55, 0.10)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: uv_share is 45. Give a share above 0 and below 1; write 45 % as 0.45.
    """
    uv = _share("uv_share", uv_share)
    orders = _share("order_share", order_share)
    shop = uv * _share("campaign_conversion", campaign_conversion) / orders
    return Conversions(shop, shop * (1 - orders) / (1 - uv))


@public
def tied_targets(uv_share: float, order_share: float, campaign_conversion: float) -> pd.DataFrame:
    """Return what three targets imply, over the campaign share of orders.

    Parameters
    ----------
    uv_share, order_share, campaign_conversion : float
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

    References
    ----------
    As in `implied_conversion`.

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


def _share(name: str, value: object) -> float:
    return numbers.inner_share(name, value)


def read_targets(given: Any) -> pd.DataFrame:
    """Return the table targets as pandas, or say what is wrong with it; `plan` may be absent.

    Months may be text, as in a file that was read without dates.
    """
    frame = frames.table(given, COLUMNS, name="targets", types={"month": "any"})
    if "plan" in frame.collect_schema().names():
        frame = frames.table(given, [*COLUMNS, "plan"], name="targets", types={"month": "any"})
    keys = ["month", "post_id", "kpi"]
    table = frames.as_pandas(frame)
    for column in [*keys, "target", "weight"]:
        rows.refuse(table, "targets", [rows.missing(column, *keys)])
    for month in table["month"].unique():
        numbers.month("month", month)
    table = table if "plan" in table else table.assign(plan=_NOBODY)
    return table.astype({"target": float, "weight": float, "plan": float})


@public
def check_weights(targets: Any) -> None:
    """Raise a CourseError unless the weights of each post and month add up to 100 %.

    Parameters
    ----------
    targets : table of any engine
        A table with the columns month, post_id and weight, any kind of frame.

    Returns
    -------
    None
        Nothing, where they do.

    Raises
    ------
    CourseError
        They do not, or a column is missing.

    References
    ----------
    Slide 9: the weights of each post add up to 100 %.

    Examples
    --------
    >>> check_weights(pd.DataFrame({"month": "2025-01", "post_id": "traffic_manager",
    ...                             "weight": [0.5, 0.4]}))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The weights of traffic_manager in 2025-01 add up to 90 %, not to ...
    """
    needed = ("month", "post_id", "weight")
    frame = frames.table(targets, needed, name="targets", types={"month": "any"})
    table = frames.as_pandas(frame)
    for (month, post), weights in table.groupby(["month", "post_id"])["weight"]:
        whose = _("The weights of {post} in {month}").format(post=post, month=str(month)[:7])
        check_sum(weights, whose)


def check_sum(weights: pd.Series, whose: str) -> None:
    """Raise a CourseError unless `weights` add up to 100 %; `whose` begins the sentence."""
    if weights.isna().any():
        raise CourseError(_("{whose} hold one that is no number. Mend it.").format(whose=whose))
    total = weights.sum()
    if (weights < 0).any():
        raise CourseError(_("{whose} hold one below 0. Raise it.").format(whose=whose))
    if not math.isclose(total, 1, abs_tol=1e-6):
        raise CourseError(
            _("{whose} add up to {total:.6g} %, not to 100 %. Raise or lower one of them.").format(
                whose=whose, total=100 * total
            )
        )


@public
def consistent_targets(
    targets: Any,
    *,
    conversion: float | None = None,
    order_value: float | None = None,
    tolerance: float = 0.01,
) -> Any:
    """Find the targets of a month that are apart, by how much, and which contradict one another.

    Parameters
    ----------
    targets : table of any engine
        The table targets (month, post_id, kpi, target, weight, plan), any kind of frame.
    conversion : float, optional
        What the whole shop is expected to convert, a fraction, if somebody has said so.
    order_value : float, optional
        What an order is expected to be worth, in yuan, if somebody has said so.
    tolerance : float
        The relative gap that is still called equal.

    Returns
    -------
    table of the caller's kind
        A row per month and tie: `month`, `tie`, `stated` (what somebody set; missing where
        nobody did), `implied` (what the other targets make of it), `gap` (stated - implied),
        `apart` (not equal within the tolerance), `contradicts` (no shop can meet both), and
        `says`, the sentence for it.

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

    Targets that are apart cannot be met *exactly* together. Where more is better, all of them
    can still be exceeded: a profit planned above the margin asked meets it. They contradict one
    another only where meeting one makes another impossible: campaigns alone are to bring more
    orders than the whole shop is expected to have.

    References
    ----------
    The targets of slide 9; the ties follow from their definitions.

    Examples
    --------
    >>> rows = [("campaign_uv_share", 0.45), ("campaign_order_share", 0.55),
    ...         ("campaign_conversion", 0.10)]
    >>> slide9 = pd.DataFrame(rows, columns=["kpi", "target"]).assign(
    ...     month="2025-06", post_id="traffic_manager", weight=1 / 3, plan=None)
    >>> ties = consistent_targets(slide9, conversion=0.09)
    >>> print(ties.loc[0, "says"])
    The campaign targets imply that the shop converts 8.18 %; 9.00 % is expected.
    >>> ties["apart"].tolist(), ties["contradicts"].tolist()
    ([True, False], [False, False])
    >>> print(consistent_targets(slide9, conversion=0.04).loc[0, "says"])
    The campaign targets imply that the shop converts 8.18 %; 4.00 % is expected, and campaigns
    alone are to bring orders of 4.50 % of all visitors.
    """
    table = read_targets(targets)
    check_weights(table)
    if conversion is not None:
        conversion = _share("conversion", conversion)
    if order_value is not None:
        order_value = numbers.positive("order_value", order_value)
    tolerance = numbers.number("tolerance", tolerance, low=0)
    found = []
    for month, part in table.groupby("month"):
        for tie, stated, implied, least, says in _ties(part, conversion, order_value):
            gap = stated - implied
            apart = abs(gap) > tolerance * abs(implied)
            contradicts = apart and stated < least * (1 - tolerance)
            found.append((month, tie, stated, implied, gap, apart, contradicts, says))
    columns = ["month", "tie", "stated", "implied", "gap", "apart", "contradicts", "says"]
    return frames.like(pd.DataFrame(found, columns=columns), targets)


_Tie = tuple[str, float, float, float, str]
"""Name, what was stated, what is implied, the least that can be had, and the sentence."""


def _ties(
    part: pd.DataFrame, conversion: float | None, order_value: float | None
) -> Iterator[_Tie]:
    """Yield the ties between the targets of one month."""
    target = part.groupby("kpi")["target"].first()
    planned = (part["target"] * part["plan"].astype(float)).groupby(part["kpi"]).max()
    converts = None
    campaign = ["campaign_uv_share", "campaign_order_share", "campaign_conversion"]
    if set(campaign) <= set(target.index):
        implied = implied_conversion(*target[campaign])
        converts = implied.shop
        yield _conversion(conversion, converts, target[campaign[0]] * target[campaign[2]])
        yield _rest(implied.rest)
    yield from _sales_plans(part)
    plans = set(planned.dropna().index)
    if {"sales_completion", "profit_completion"} <= plans and "profit_margin" in target.index:
        yield _profit(
            planned["profit_completion"], planned["sales_completion"], target["profit_margin"]
        )
    orders = planned.get("uv_completion", 0.0) * (converts or 0.0)
    if orders > 0 and "sales_completion" in plans:
        yield _order_value(order_value, planned["sales_completion"] / orders)


def _conversion(stated: float | None, implied: float, campaigns: float) -> _Tie:
    says = _("The campaign targets imply that the shop converts {implied:.2f} %").format(
        implied=100 * implied
    )
    if stated is None:
        return "shop conversion", _NOBODY, implied, campaigns, says + "."
    words = _("; {stated:.2f} % is expected.")
    if stated < campaigns:
        words = _(
            "; {stated:.2f} % is expected, and campaigns alone are to bring orders of "
            "{campaigns:.2f} % of all visitors."
        )
    says += words.format(stated=100 * stated, campaigns=100 * campaigns)
    return "shop conversion", stated, implied, campaigns, says


def _rest(implied: float) -> _Tie:
    says = _("The rest of the traffic converts {implied:.2f} %").format(implied=100 * implied)
    if implied <= 1:
        return "rest conversion", _NOBODY, implied, 0.0, says + "."
    return "rest conversion", 1.0, implied, 0.0, says + _(", more than all of it.")


def _sales_plans(part: pd.DataFrame) -> Iterator[_Tie]:
    sales = part[part["kpi"].isin(["sales_completion", "sales_attainment"])].dropna(subset="plan")
    amounts = (sales["target"] * sales["plan"].astype(float)).set_axis(sales["post_id"])
    for post, amount in amounts.iloc[1:].items():
        says = _("{post} plans sales of ¥{amount:,.0f}, {first} of ¥{planned:,.0f}.").format(
            post=post, amount=amount, first=amounts.index[0], planned=amounts.iloc[0]
        )
        yield f"sales plan of {post}", float(amount), float(amounts.iloc[0]), 0.0, says


def _profit(stated: float, sales: float, margin: float) -> _Tie:
    says = _(
        "A margin of {margin:.1f} % on planned sales makes {implied} of profit; "
        "{stated} is planned."
    ).format(margin=100 * margin, implied=yuan(sales * margin), stated=yuan(stated))
    return "profit plan", stated, sales * margin, 0.0, says


def _order_value(stated: float | None, implied: float) -> _Tie:
    says = _("To meet its sales plan the shop needs ¥{implied:,.0f} an order").format(
        implied=implied
    )
    if stated is None:
        return "order value", _NOBODY, implied, 0.0, says + "."
    says += _("; ¥{stated:,.0f} is expected.").format(stated=stated)
    return "order value", stated, implied, 0.0, says
