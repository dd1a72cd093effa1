"""Valid calls of inputs: of its functions that look at what a caller gives."""

import narwhals.stable.v2 as nw
import pandas as pd

from tests.sweep.shop import Call, Calls, table, tables

FOR_AUTHORS = [  # their arguments are written by who writes a topic
    "amounts.faults",
    "amounts.gaps",
    "amounts.is_whole",
    "amounts.scale",
    "amounts.unscaled",
    "amounts.whole",
    "amounts.with_fen",
    "demand.drawn",
    "demand.mean",
    "demand.shortage",
    "frames.collected",
    "frames.like",
    "frames.opened",
    "frames.all_tables",
    "frames.refuse_taken",
    "frames.sorted_native",
    "frames.tables",
    "frames.unlooked",
    "frames.with_id",
    "intervals.newcombe",
    "intervals.wilson_columns",
    "numbers.as_float",
    "numbers.is_list",
    "numbers.is_whole_text",
    "numbers.mapping",
    "numbers.p_value",
    "numbers.refused",
    "numbers.shown",
    "rows.above",
    "rows.ask",
    "rows.below_zero",
    "rows.broken",
    "rows.missing",
    "rows.none_of",
    "rows.not_a_share",
    "rows.not_above_zero",
    "rows.out_of_order",
    "rows.refuse",
    "rows.twice",
    "rows.unknown_id",
]
NEEDED = {"stock": "date product_id sold", "products": "product_id cost"}
DAYS = pd.Series([3.0, 4.0], index=pd.to_datetime(["2025-01-01", "2025-01-02"]))

CALLS: Calls = {
    "inputs.frames.door": lambda: Call(tables("stock products"), NEEDED).but(
        skip="needed", of=lambda found: [one.select("product_id") for one in found]
    ),
    "inputs.frames.fetched": lambda: Call(tables("stock products"), NEEDED).but(skip="needed"),
    "inputs.frames.table": lambda: Call(
        table("orders"), {"order_id": "order_id", "paid_at": "paid_at"}, name="given"
    ).but(
        skip="columns name", of=lambda found: nw.from_native(found).select("order_id", "paid_at")
    ),
    "inputs.frames.as_pandas": lambda: Call(table("orders"), "given").but("*", skip="name"),
    "inputs.frames.listed": lambda: Call("month", "by", least=1).but(skip="what least"),
    "inputs.numbers.array": lambda: Call("values", [1, 2.5]).but(skip="name"),
    "inputs.numbers.by_day": lambda: Call("series", DAYS).but(skip="name"),
    "inputs.numbers.by_name": lambda: Call("values", {"K1": 1, "K2": 0.5}).but(skip="name"),
    "inputs.numbers.count": lambda: Call("value", 3).but(skip="name"),
    "inputs.numbers.day": lambda: Call("value", "2025-03-01").but(skip="name"),
    "inputs.numbers.flag": lambda: Call("value", True).but(skip="name"),
    "inputs.numbers.generator": lambda: Call("seed", 3).but(skip="name", of=repr),
    "inputs.numbers.moment": lambda: Call("value", "2025-03-01 09:00").but(skip="name"),
    "inputs.numbers.month": lambda: Call("value", "2025-03").but(skip="name"),
    "inputs.numbers.number": lambda: Call("value", 3.5).but(skip="name"),
    "inputs.numbers.one_of": lambda: Call("value", "mean", ["naive", "mean"]).but(
        skip="name choices"
    ),
    "inputs.numbers.positive": lambda: Call("value", 3.5).but(skip="name"),
    "inputs.numbers.row": lambda: Call("values", [1, 2.5]).but(skip="name"),
    "inputs.numbers.share": lambda: Call("value", 0.5).but(skip="name"),
    "inputs.numbers.inner_share": lambda: Call("value", 0.5).but(skip="name"),
    "inputs.numbers.text": lambda: Call("value", "P1").but(skip="name"),
    "inputs.demand.law": lambda: Call([3, 5, 4]).but(of=lambda found: found.mean()),
    "inputs.intervals.normal_quantile": lambda: Call(0.95),
    "inputs.intervals.wilson": lambda: Call([9, 3], [10, 40], 0.9),
}
