"""What was sold through partners, order by order: in their own shops, and through our channels."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.inputs import amounts, frames, rows
from ecokit.inputs.frames import Frame
from ecokit.messages import _

TERMS = "commission fee settlement_days subsidy minimum promotion_fund notice_days keeps_on_return"
PARTNER_TYPES = {
    **dict.fromkeys(TERMS.split(), "number"),
    "keeps_on_return": "boolean",
    "exclusive": "boolean",
    "partner_id": "id",
    "channel_id": "id",
    "name": "string",
    "department": "string",
    "kind": "string",
    "held_up_by": "string",
    **dict.fromkeys(["first_talk_on", "signed_on", "first_order_on"], "date"),
}
SOLD_TYPES = {
    "partner_order_id": "id",
    "partner_id": "id",
    "placed_at": "datetime",
    "quantity": "number",
    "unit_price": "number",
    "unit_cost": "number",
    "returned_on": "date",
    "visitor_id": "id",
}
SUMS = ("orders", "returned", "full", "sales", "cost", "back", "back_cost")
"""Whole numbers of an order: orders, whether something and whether all came back, and fen."""

_SOLD = "partner_order_id partner_id placed_at quantity unit_price unit_cost returned_on"


def partners_of(data: Any, columns: str) -> pd.DataFrame:
    """Return columns of the table partners, each partner once; terms that are missing refused."""
    (table,) = frames.fetched(data, {"partners": f"partner_id {columns}"}, types=PARTNER_TYPES)
    asked = [one for one in columns.split() if one in TERMS]
    shares = [one for one in ("commission", "promotion_fund") if one in asked]
    rules = [
        rows.missing("partner_id"),
        rows.twice("partner_id"),
        *(rows.not_a_share(name, "partner_id") for name in shares),
        *(
            rows.below_zero(name, "partner_id")
            for name in asked
            if name not in ("commission", "promotion_fund", "keeps_on_return")
        ),
        *(rows.missing(name, "partner_id") for name in asked if name == "keeps_on_return"),
    ]
    rows.refuse(table, "partners", rules)
    if "channel_id" in columns.split():
        sends = table[table["channel_id"].notna()]
        double = rows.twice("channel_id")
        remedy = _("Give each channel one partner: the orders of two cannot be told apart.")
        rule = rows.Wrong(double.what, double.rows, ("partner_id", "channel_id"), remedy)
        rows.refuse(sends, "partners", [rule])
    return table


def partner_names(data: Any) -> pd.DataFrame:
    """Return who the partners are, and through which channel they send us orders."""
    return partners_of(data, "name department kind channel_id")


def own_shops(data: Any, more: str = "") -> Frame:
    """Return the orders in partners' own shops: whole orders stay or come back."""
    (sold,) = frames.door(data, {"partner_orders": f"{_SOLD} {more}"}, types=SOLD_TYPES)
    faults = amounts.faults(sold, "partner_orders", "quantity", "unit_price", "unit_cost")
    early = nw.col("returned_on") < nw.col("placed_at").dt.truncate("1d")
    shown = ("partner_order_id", "placed_at", "returned_on")
    unfit = [
        rows.missing("partner_id", "partner_order_id"),
        rows.not_above_zero("quantity", "partner_order_id"),
        *(rows.below_zero(name, "partner_order_id") for name in ("unit_price", "unit_cost")),
        rows.Wrong(_("returned_on is before placed_at"), early, shown),
    ]
    rows.refuse(sold, "partner_orders", [*faults, *unfit])
    sold = amounts.with_fen(sold, "quantity", "unit_price", "sales")
    sold = amounts.with_fen(sold, "quantity", "unit_cost", "cost")
    back = (~nw.col("returned_on").is_null()).cast(nw.Int64)
    sold = frames.as_group(sold, "partner_id")
    return sold.with_columns(
        order=nw.col("partner_order_id").cast(nw.String),
        orders=nw.lit(1, nw.Int64),
        returned=back,
        full=back,
        back=back * nw.col("sales"),
        back_cost=back * nw.col("cost"),
    ).select("partner_id", "order", "placed_at", *SUMS, *more.split())


def through_channels(data: Any, sends: pd.DataFrame) -> Frame | None:
    """Return the paid orders that came through partners' channels; None where there are none."""
    given = frames.tables(data, "partners")
    sends = sends[sends["channel_id"].notna()][["partner_id", "channel_id"]]
    if sends.empty or given.get("orders") is None:
        return None
    needed = {
        "orders": "order_id placed_at paid_at channel_id",
        "order_lines": "order_id line quantity unit_price unit_cost",
        "returns": "order_id line quantity kind",
    }
    # with by, no column of the caller is taken for one that is added here
    orders, lines, returns = frames.door(data, needed, by=[])
    faults = amounts.faults(lines, "order_lines", "quantity", "unit_price", "unit_cost")
    rows.refuse(lines, "order_lines", faults)
    whose = beside(sends, orders)
    orders = frames.as_group(orders, "channel_id")
    sold = orders.filter(~nw.col("paid_at").is_null()).join(whose, on="channel_id", how="inner")
    mine = lines.join(sold.select("order_id"), on="order_id", how="inner")
    came = returns.filter(nw.col("kind") == "return").group_by("order_id", "line")
    back = came.agg(nw.col("quantity").sum().alias("_back"))
    mine = mine.join(back, on=["order_id", "line"], how="left")
    mine = mine.with_columns(_back=nw.col("_back").fill_null(0))
    for name, quantity, each in (
        ("sales", "quantity", "unit_price"),
        ("cost", "quantity", "unit_cost"),
        ("back", "_back", "unit_price"),
        ("back_cost", "_back", "unit_cost"),
    ):
        mine = amounts.with_fen(mine, quantity, each, name)
    money = ["sales", "cost", "back", "back_cost"]
    summed = mine.group_by("order_id").agg(*[nw.col(name).sum() for name in money])
    found = sold.join(summed, on="order_id", how="inner")
    return found.with_columns(
        order=nw.col("order_id").cast(nw.String),
        orders=nw.lit(1, nw.Int64),
        returned=(nw.col("back") > 0).cast(nw.Int64),
        full=(nw.col("back") >= nw.col("sales")).cast(nw.Int64),
        **{name: nw.col(name).cast(nw.Int64) for name in money},
    ).select("partner_id", "order", "placed_at", *SUMS)


def sold_through(data: Any) -> Frame:
    """Return all orders through partners, a row an order."""
    own, names = own_shops(data), partner_names(data)
    known = nw.from_native(names)
    rule = rows.unknown_id("partner_id", known, "partners", "", "order")
    rows.refuse(own, "partner_orders", [rule])
    sent = through_channels(data, names)
    return own if sent is None else nw.concat([own, sent.select(*own.collect_schema().names())])


def beside(table: pd.DataFrame, frame: Frame) -> Frame:
    """Return a small table as one of the kind of `frame`, to be joined to it by its ids."""
    found = nw.from_native(frames.like(table, frame))
    for name in table:
        if str(name).endswith("_id"):
            found = frames.as_group(found, str(name))
    return found
