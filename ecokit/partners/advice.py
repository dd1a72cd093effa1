"""Which partner to grow, to renegotiate with, to watch, or to leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _, yuan

_CARD = "partner_id orders margin low high terms least_sales minimum notice_days"
_NUMBERS = _CARD.split()[1:]
VERDICTS = ("grow", "renegotiate", "watch", "leave")
"""What to do with a partner."""


@public
def advise(
    card: Any, *, lost: Mapping[str, float] | None = None, least_orders: int = 30
) -> pd.DataFrame:
    """Return which partner to grow, renegotiate with, watch or leave, and why.

    Parameters
    ----------
    card : table
        What :func:`scorecard` returned.
    lost : mapping of partner_id to yuan, optional
        What an order of this partner takes from our own sales, in yuan of margin: orders that our
        customers would have placed with us (see :func:`overlap`) times what these leave.
    least_orders : int
        Orders below which nothing is decided.

    Returns
    -------
    DataFrame
        A row a partner: ``partner_id``, ``verdict``, ``why``, ``margin`` (yuan an order, less
        what is lost), ``low``, ``high``, ``before_terms`` (what an order leaves before the
        partner's terms, less what is lost: what there is to share), ``notice_days``.

    Raises
    ------
    CourseError
        A column is missing, a partner stands there twice or has orders and no margin, or `lost`
        names a partner that is not on the card.

    Notes
    -----
    Above 0 for sure: grow; with a promised minimum that is missed, renegotiate. Below 0 for sure:
    renegotiate if an order leaves something before the partner's terms, leave if not. In between:
    renegotiate where the mean is below 0, watch otherwise. With too few orders: watch.

    References
    ----------
    The course's own rule; the interval decides, never the mean of a few.

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> from ecokit.partners import scorecard
    >>> card = scorecard(example())
    >>> advise(card)[["partner_id", "verdict"]].values.tolist()
    [['T01', 'grow'], ['T02', 'watch'], ['T03', 'watch']]
    >>> advise(card, lost={"T03": 60})["verdict"].tolist()
    ['grow', 'watch', 'renegotiate']
    """
    types = {**dict.fromkeys(_NUMBERS, "number"), "partner_id": "id"}
    table = frames.as_pandas(frames.table(card, _CARD, name="card", types=types))
    table = table[_CARD.split()].reset_index(drop=True)
    rows.refuse(table, "card", _unfit())
    table[_NUMBERS] = table[_NUMBERS].astype(float)
    least = numbers.count("least_orders", least_orders, 0)
    taken = {} if lost is None else numbers.by_name("lost", lost, low=0)
    for name in taken:
        numbers.one_of("lost", name, table["partner_id"].astype(str))
    off = table["partner_id"].astype(str).map(taken).fillna(0.0).astype(float)
    for name in ("margin", "low", "high"):
        table[name] = table[name].astype(float) - off
    table["before_terms"] = table["margin"] + table["terms"].astype(float)
    told = [_told(row, least) for row in _rows(table)]
    table["verdict"], table["why"] = [one for one, _why in told], [why for _one, why in told]
    return table[
        ["partner_id", "verdict", "why", "margin", "low", "high", "before_terms", "notice_days"]
    ]


def _unfit() -> list[rows.Wrong]:
    """Return the rows of a card that nobody can judge."""
    sold = nw.col("orders") > 0
    gaps = [rows.missing(name, "partner_id", "orders") for name in ("margin", "terms")]
    lacking = [rows.Wrong(one.what, one.rows & sold, one.columns) for one in gaps]
    return [
        rows.missing("partner_id"),
        rows.twice("partner_id"),
        rows.below_zero("orders", "partner_id"),
        *lacking,
        rows.out_of_order("low", "high", "partner_id"),
    ]


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): one for name, one in row.items()} for row in table.to_dict("records")]


def _told(row: dict[str, Any], least: int) -> tuple[str, str]:
    """Return the verdict on a partner, and the reason."""
    if not row["orders"]:
        return "watch", _("No order yet.")
    if row["orders"] < least:
        return "watch", _("Too few orders to tell: {n:.0f}.").format(n=row["orders"])
    if pd.isna(row["margin"]):
        return "watch", _("What an order leaves is not known.")
    if row["low"] > 0:
        return _of_a_good_one(row)
    if row["high"] < 0 and row["before_terms"] <= 0:
        message = _("An order loses ¥{yuan:,.0f} even before the partner's terms.")
        return "leave", message.format(yuan=abs(row["before_terms"]))
    if row["margin"] < 0:
        message = _("Its terms take ¥{terms:,.0f} of the {there} that an order leaves.")
        there = yuan(row["before_terms"])
        return "renegotiate", message.format(terms=row["terms"], there=there)
    return "watch", _("It earns on average, and chance alone could be the reason.")


def _of_a_good_one(row: dict[str, Any]) -> tuple[str, str]:
    missed = row["minimum"] - row["least_sales"]
    if missed > 0:
        message = _("It earns, and missed its minimum by ¥{yuan:,.0f} in a quarter.")
        return "renegotiate", message.format(yuan=missed)
    return "grow", _("An order leaves ¥{low:,.0f} or more.").format(low=row["low"])
