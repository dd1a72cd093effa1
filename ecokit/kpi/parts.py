"""What each measure totals: from tables to parts, whole numbers only.

A row-level column is made first and a plain column is totalled then: a condition inside an
aggregation is silently ignored by some engines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw

from ecokit.inputs import amounts, rows
from ecokit.inputs.amounts import whole
from ecokit.kpi.engine import Frame, Part, start_of, total
from ecokit.messages import _

NEW_FOR_DAYS = 90
_PPM = 1_000_000


def visitors(visits: Frame) -> Part:
    """Distinct visitors."""
    return Part("visits", visits, "started_at", "visitor_id", "distinct")


def paid(orders: Frame) -> Part:
    """Orders that were paid, dated by the day they were placed."""
    kept = orders.filter(~nw.col("paid_at").is_null())
    return Part("orders", kept, "placed_at", how="rows")


@dataclass(frozen=True)
class Line:
    """What is added up over order lines: the amount of a line, and the prices that it needs."""

    amount: Callable[[Frame], Frame]
    prices: tuple[str, ...] = ()

    def faults(self, lines: Frame) -> tuple[rows.Wrong, ...]:
        """Return the rules for lines that cannot be added up."""
        if not self.prices:
            return (amounts.gaps("order_lines", "quantity"),)
        return amounts.faults(lines, "order_lines", "quantity", *self.prices)


def _sales(lines: Frame) -> Frame:
    return amounts.with_fen(lines, "quantity", "unit_price", "_amount")


def _profit(lines: Frame) -> Frame:
    found = amounts.with_fen(lines, "quantity", "unit_price", "_sales")
    found = amounts.with_fen(found, "quantity", "unit_cost", "_cost")
    return found.with_columns(_amount=nw.col("_sales") - nw.col("_cost"))


sales = Line(_sales, ("unit_price",))
cost = Line(
    lambda lines: amounts.with_fen(lines, "quantity", "unit_cost", "_amount"), ("unit_cost",)
)
profit = Line(_profit, ("unit_price", "unit_cost"))
"""Sales, cost of the goods and gross profit of a line, in fen: sales - cost = profit."""


def units(scale: int) -> Line:
    """Units of a line, times a scale that makes them whole."""
    return Line(lambda lines: lines.with_columns(_amount=whole(lines, "quantity", scale)))


def sold(orders: Frame, lines: Frame, line: Line) -> Part:
    """Something added up over the lines of paid orders."""
    return Part(
        "order_lines",
        line.amount(paid_lines(orders, lines)),
        "placed_at",
        "_amount",
        faults=line.faults(lines),
        called=_("order_lines of paid orders"),
    )


def paid_lines(orders: Frame, lines: Frame) -> Frame:
    """Return the lines of the orders that are given and paid.

    Orders may be a part of all, such as those of a country: they say which lines count. That a
    line has lost its order is told where a table becomes a `Shop`.
    """
    return lines.join(orders.filter(~nw.col("paid_at").is_null()), on="order_id", how="inner")


def campaign(frame: Frame) -> Frame:
    """Keep what came through a campaign."""
    return frame.filter(~nw.col("campaign_id").is_null())


def _on_time(done: str, due: str) -> nw.Expr:
    return (nw.col(done) <= nw.col(due)).fill_null(False)


def _completion(actual: Part, targets: Frame, kpi: str, post: str) -> dict[str, Part]:
    """Set the months of `actual` beside their plan; a month without one counts neither way."""
    monthly = total({"actual": actual}, ["month"], {})
    mine = (nw.col("kpi") == kpi) & (nw.col("post_id") == post) & ~nw.col("plan").is_null()
    plan = targets.filter(mine).select(
        start_of("month", "month").alias("month"), whole(targets, "plan", 100).alias("plan")
    )
    both = monthly.join(plan, on="month")
    # a month of a lazy engine is empty where it cannot be totalled, and so is the year then
    known = (amounts.gaps("targets", "actual"),)
    return {
        "above": Part("targets", both, "month", "actual", faults=known),
        "below": Part("targets", both, "month", "plan"),
    }


# --- the parts of each KPI -------------------------------------------------------------


def uv_completion(visits: Frame, targets: Frame) -> dict[str, Part]:
    """Visitors beside the plan."""
    return _completion(visitors(visits), targets, "uv_completion", "traffic_manager")


def sales_completion(orders: Frame, lines: Frame, targets: Frame) -> dict[str, Part]:
    """Sales beside the product manager's plan."""
    return _completion(sold(orders, lines, sales), targets, "sales_completion", "product_manager")


def profit_completion(orders: Frame, lines: Frame, targets: Frame) -> dict[str, Part]:
    """Gross profit beside the plan."""
    return _completion(sold(orders, lines, profit), targets, "profit_completion", "product_manager")


def sales_attainment(orders: Frame, lines: Frame, targets: Frame) -> dict[str, Part]:
    """Sales beside the service center's target."""
    return _completion(sold(orders, lines, sales), targets, "sales_attainment", "service_center")


def new_resource(visits: Frame, campaigns: Frame) -> dict[str, Part]:
    """Visitors, and visitors without the visits that new resources brought."""
    new = campaigns.filter(nw.col("new_resource")).select("campaign_id")
    without = visits.join(new, on="campaign_id", how="anti")
    return {"uv": visitors(visits), "without": visitors(without)}


def click_index(creatives: Frame, campaigns: Frame, channels: Frame) -> dict[str, Part]:
    """Clicks, and the clicks that the baseline rate of each channel would give."""
    shown = creatives.join(
        campaigns.select("campaign_id", "channel_id", "start_on"),
        on="campaign_id",
    ).join(
        channels.select("channel_id", "baseline_click_rate"),
        on="channel_id",
    )
    frame = shown.with_columns(
        _clicked=whole(creatives, "clicks", _PPM),
        _expected=whole(creatives, "impressions") * whole(channels, "baseline_click_rate", _PPM),
    )
    return {
        "above": Part(
            "creatives",
            frame,
            "start_on",
            "_clicked",
            faults=(amounts.gaps("creatives", "clicks", "impressions", "baseline_click_rate"),),
        ),
        "below": Part("creatives", frame, "start_on", "_expected"),
    }


def core_conversion(visits: Frame, orders: Frame, lines: Frame, products: Frame) -> dict[str, Part]:
    """Orders holding a core product, and visitors who looked at one."""
    core = products.filter(nw.col("core")).select("product_id")
    holding = lines.join(core, on="product_id", how="semi")
    bought = orders.join(holding, on="order_id", how="semi")
    looked = visits.join(core, on="product_id", how="semi")
    return {"above": paid(bought), "below": visitors(looked)}


def dwell(visits: Frame) -> dict[str, Part]:
    """Seconds of the visits whose dwell time is known, and these visits, both times one scale."""
    scale = amounts.scale(visits, "dwell_seconds")
    known = visits.filter(~nw.col("dwell_seconds").is_null())
    timed = known.with_columns(_seconds=whole(known, "dwell_seconds", scale), _scale=nw.lit(scale))
    return {
        "above": Part("visits", timed, "started_at", "_seconds"),
        "below": Part("visits", timed, "started_at", "_scale"),
    }


def design_on_time(creatives: Frame) -> dict[str, Part]:
    """Design tasks delivered in time, and due."""
    in_time = creatives.filter(_on_time("delivered_at", "due_at"))
    return {
        "above": Part("creatives", in_time, "due_at", how="rows"),
        "below": Part("creatives", creatives, "due_at", how="rows"),
    }


def supply(purchases: Frame) -> dict[str, Part]:
    """Units delivered in time, never more than asked for, and units asked for."""
    scale = amounts.scale(purchases, "asked_units", "delivered_units")
    asked = purchases.with_columns(
        _units=whole(purchases, "asked_units", scale),
        _came=whole(purchases, "delivered_units", scale),
    )
    filled = asked.filter(_on_time("delivered_on", "due_on")).with_columns(
        _units=nw.min_horizontal("_came", "_units")
    )
    came, wanted = (amounts.gaps("purchases", it) for it in ("delivered_units", "asked_units"))
    return {
        "above": Part("purchases", filled, "due_on", "_units", faults=(came,)),
        "below": Part("purchases", asked, "due_on", "_units", faults=(wanted,)),
    }


def new_sku(stock: Frame, products: Frame) -> dict[str, Part]:
    """Days of products in their first days on sale, and days of all products on sale."""
    launches = products.select("product_id", "launched_on")
    listed_ = stock.join(launches, on="product_id")
    launched = nw.col("launched_on").cast(nw.Datetime("us"))
    young = nw.col("date").cast(nw.Datetime("us")) < launched.dt.offset_by(f"{NEW_FOR_DAYS}d")
    return {
        "above": Part("stock", listed_.filter(young), "date", how="rows"),
        "below": Part("stock", listed_, "date", how="rows"),
    }


def turns(orders: Frame, lines: Frame, stock: Frame) -> dict[str, Part]:
    """Cost of goods sold, and stock value at what it had cost over its days and months."""
    valued = amounts.with_fen(stock, "closing", "unit_cost", "_value").with_columns(
        _day=start_of("day", "date"),
        _month=start_of("month", "date"),
    )
    return {
        "cogs": sold(orders, lines, cost),
        "value": Part(
            "stock",
            valued,
            "date",
            "_value",
            faults=amounts.faults(stock, "stock", "closing", "unit_cost"),
        ),
        "days": Part("stock", valued, "date", "_day", "distinct"),
        "months": Part("stock", valued, "date", "_month", "distinct"),
    }


def stockouts(stock: Frame) -> dict[str, Part]:
    """Units that stock could not serve, and units asked for."""
    scale = amounts.scale(stock, "demand", "sold")
    asked = whole(stock, "demand", scale)
    frame = stock.with_columns(_asked=asked, _lost=asked - whole(stock, "sold", scale))
    gaps = (amounts.gaps("stock", "demand", "sold"),)
    return {
        "above": Part("stock", frame, "date", "_lost", faults=gaps),
        "below": Part("stock", frame, "date", "_asked"),
    }


def margin(orders: Frame, lines: Frame) -> dict[str, Part]:
    """Gross profit, and sales."""
    above = sold(orders, lines, profit)
    return {"above": above, "below": replace(above, column="_sales", faults=())}


def returned(orders: Frame, lines: Frame, returns: Frame) -> dict[str, Part]:
    """Units that came back, and units sold."""
    scale = max(amounts.scale(returns, "quantity"), amounts.scale(lines, "quantity"))
    back = returns.with_columns(_units=whole(returns, "quantity", scale))
    gaps = (amounts.gaps("returns", "quantity"),)
    return {
        "above": Part("returns", back, "asked_at", "_units", faults=gaps),
        "below": sold(orders, lines, units(scale)),
    }
