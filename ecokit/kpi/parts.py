"""What each measure totals: from tables to parts, whole numbers only.

A row-level column is made first and a plain column is totalled then: a condition inside an
aggregation is silently ignored by some engines.
"""

from __future__ import annotations

from collections.abc import Callable

import narwhals.stable.v2 as nw

from ecokit.kpi.engine import Frame, Part, start_of, total, whole

NEW_FOR_DAYS = 90
_PPM = 1_000_000


def visitors(visits: Frame) -> Part:
    """Distinct visitors."""
    return Part("visits", visits, "started_at", "visitor_id", "distinct")


def paid(orders: Frame) -> Part:
    """Orders that were paid, dated by the day they were placed."""
    kept = orders.filter(~nw.col("paid_at").is_null())
    return Part("orders", kept, "placed_at", how="rows")


def units(lines: Frame) -> nw.Expr:
    """Units of a line."""
    return whole(lines, "quantity")


def sales(lines: Frame) -> nw.Expr:
    """Sales of a line, in fen."""
    return units(lines) * whole(lines, "unit_price", 100)


def cost(lines: Frame) -> nw.Expr:
    """Cost of the goods of a line, in fen."""
    return units(lines) * whole(lines, "unit_cost", 100)


def profit(lines: Frame) -> nw.Expr:
    """Gross profit of a line, in fen."""
    return sales(lines) - cost(lines)


def sold(orders: Frame, lines: Frame, amount: Callable[[Frame], nw.Expr]) -> Part:
    """Something added up over the lines of paid orders."""
    frame = _paid_lines(orders, lines).with_columns(_amount=amount(lines))
    return Part("order_lines", frame, "placed_at", "_amount")


def _paid_lines(orders: Frame, lines: Frame) -> Frame:
    return lines.join(paid(orders).frame, on="order_id")


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
    return {
        "above": Part("targets", both, "month", "actual"),
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
        "above": Part("creatives", frame, "start_on", "_clicked"),
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
    """Seconds of the visits whose dwell time is known, in hundredths."""
    timed = visits.with_columns(_hundredths=whole(visits, "dwell_seconds", 100))
    return {
        "above": Part("visits", timed, "started_at", "_hundredths"),
        "below": Part("visits", timed, "started_at", "dwell_seconds", "rows"),
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
    in_time = purchases.filter(_on_time("delivered_on", "due_on"))
    filled = in_time.with_columns(
        _units=nw.min_horizontal(
            whole(purchases, "delivered_units"), whole(purchases, "asked_units")
        )
    )
    asked = purchases.with_columns(_units=whole(purchases, "asked_units"))
    return {
        "above": Part("purchases", filled, "due_on", "_units"),
        "below": Part("purchases", asked, "due_on", "_units"),
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
    valued = stock.with_columns(
        _value=whole(stock, "closing") * whole(stock, "unit_cost", 100),
        _day=start_of("day", "date"),
        _month=start_of("month", "date"),
    )
    return {
        "cogs": sold(orders, lines, cost),
        "value": Part("stock", valued, "date", "_value"),
        "days": Part("stock", valued, "date", "_day", "distinct"),
        "months": Part("stock", valued, "date", "_month", "distinct"),
    }


def stockouts(stock: Frame) -> dict[str, Part]:
    """Units that stock could not serve, and units asked for."""
    frame = stock.with_columns(
        _asked=whole(stock, "demand"), _lost=whole(stock, "demand") - whole(stock, "sold")
    )
    return {
        "above": Part("stock", frame, "date", "_lost"),
        "below": Part("stock", frame, "date", "_asked"),
    }


def margin(orders: Frame, lines: Frame) -> dict[str, Part]:
    """Gross profit, and sales."""
    frame = _paid_lines(orders, lines).with_columns(_sales=sales(lines), _profit=profit(lines))
    return {
        "above": Part("order_lines", frame, "placed_at", "_profit"),
        "below": Part("order_lines", frame, "placed_at", "_sales"),
    }


def returned(orders: Frame, lines: Frame, returns: Frame) -> dict[str, Part]:
    """Units that came back, and units sold."""
    back = returns.with_columns(_units=whole(returns, "quantity"))
    return {
        "above": Part("returns", back, "asked_at", "_units"),
        "below": sold(orders, lines, units),
    }
