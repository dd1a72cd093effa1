"""What a crisis can cost: the visits, orders and margin that stand against its clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import start_of
from ecokit.kpi.windows import DAY
from ecokit.media.events import TALKED
from ecokit.media.given import names
from ecokit.messages import _

FEN = 100
AROUND = 28  # days before and after a crisis that are taken as usual


@dataclass(frozen=True)
class Stakes:
    """What is at stake; the names are those of :func:`answer_costs`.

    Attributes
    ----------
    visits_a_day : float
        First visits on a usual day by the channels that a crisis touches.
    orders_a_visit : float
        Paid orders that follow from one of them, by whatever way the visitor comes back.
    order_margin : float
        Yuan of gross margin that a paid order leaves.
    """

    visits_a_day: float
    orders_a_visit: float
    order_margin: float


@public
def at_stake(data: Any, *, channels: Sequence[str] = TALKED, around: int = AROUND) -> Stakes:
    """Say what was at stake in a crisis: usual visits, the orders that follow, their margin.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``crisis``: ``hour``; ``visits``: ``visitor_id``, ``started_at``, ``channel_id``;
        ``orders``: ``order_id``, ``visitor_id``, ``paid_at``; ``order_lines``: ``order_id``,
        ``quantity``, ``unit_price``, ``unit_cost``.
    channels : sequence of str
        Those that the crisis touches.
    around : int
        The median of so many days before its first hour and after its last is a usual day.

    Returns
    -------
    Stakes
        What :func:`answer_costs` takes: ``**vars(at_stake(shop))``.

    Raises
    ------
    CourseError
        A table or a column is missing, the crisis has no hours, nobody came first by these
        channels in the days around it, or no order is paid.

    Notes
    -----
    Whoever is kept away does not come back for a second visit either: all paid orders of a
    visitor count for the first visit, as far as the tables go. Customers of earlier years are
    among the first visits; a crisis keeps fewer of them away.

    References
    ----------
    The course's own sum; it rests on :func:`event_study`, which counts first visits, too.

    Examples
    --------
    >>> days = pd.to_datetime(["2025-03-01", "2025-03-02", "2025-03-03", "2025-03-06"])
    >>> tables = {
    ...     "crisis": pd.DataFrame({"hour": pd.to_datetime(["2025-03-04 18:00"])}),
    ...     "visits": pd.DataFrame({"visitor_id": [1, 2, 1, 3], "started_at": days,
    ...         "channel_id": ["direct", "search", "social", "search"]}),
    ...     "orders": pd.DataFrame({"order_id": [7], "visitor_id": [1], "paid_at": days[2:3]}),
    ...     "order_lines": pd.DataFrame({"order_id": [7], "quantity": [2], "unit_price": [80.0],
    ...         "unit_cost": [60.0]})}
    >>> at_stake(tables, channels=["direct", "search"], around=3)
    Stakes(visits_a_day=1.0, orders_a_visit=0.3333333333333333, order_margin=40.0)
    """
    usual = numbers.count("around", around, 1, 1_000)
    named = names("channels", channels)
    crisis, visits, orders, lines = frames.door(
        data,
        {
            "crisis": "hour",
            "visits": "visitor_id started_at channel_id",
            "orders": "order_id visitor_id paid_at",
            "order_lines": "order_id quantity unit_price unit_cost",
        },
    )
    firsts = _first_visits(visits, named)
    days = _usual_days(firsts, crisis, usual)
    paid = orders.filter(~nw.col("paid_at").is_null()).select("order_id", "visitor_id")
    theirs = _row(paid.join(firsts, on="visitor_id", how="inner").select(nw.len().alias("n")))
    margin = _row(_margins(lines, paid))
    if not days.sum() or not margin["n"]:
        message = _(
            "Nobody came first by {channels} in the {n} days before and after the crisis, or no "
            "order is paid. Name other channels, or more days around."
        )
        raise CourseError(message.format(channels=", ".join(named), n=usual))
    followed = theirs["n"] / _row(firsts.select(nw.len().alias("n")))["n"]
    return Stakes(float(days.median()), followed, margin["fen"] / margin["n"] / FEN)


def _first_visits(visits: Frame, channels: list[str]) -> Frame:
    """Return who came first by one of the channels, and when."""
    firsts = visits.group_by("visitor_id").agg(nw.col("started_at").min())
    kept = visits.filter(nw.col("channel_id").is_in(channels)).select("visitor_id", "started_at")
    return kept.join(firsts, on=["visitor_id", "started_at"], how="inner").unique()


def _usual_days(firsts: Frame, crisis: Frame, around: int) -> pd.Series[float]:
    """Count first visits on each day around the crisis, as far as the table goes."""
    hours = frames.as_pandas(crisis)
    rows.refuse(hours, "crisis", [rows.missing("hour")])
    if hours.empty:
        raise CourseError(_("The table crisis has no rows. Give the hours of a crisis."))
    first, last = (pd.Timestamp(one).normalize() for one in hours["hour"].agg(["min", "max"]))
    by_day = firsts.group_by(start_of("day", "started_at").alias("day")).agg(nw.len().alias("n"))
    counted = frames.as_pandas(by_day).set_index("day")["n"].astype(float).sort_index()
    if counted.empty:
        return counted
    whole = counted.reindex(pd.date_range(counted.index[0], counted.index[-1]), fill_value=0.0)
    before = whole.loc[first - around * DAY : first - DAY]
    return pd.concat([before, whole.loc[last + DAY : last + around * DAY]])


def _margins(lines: Frame, paid: Frame) -> Frame:
    """Add up the margin of paid orders in whole fen, and count the orders."""
    fen = [(nw.col(name) * FEN).round().cast(nw.Int64) for name in ("unit_price", "unit_cost")]
    made = ((fen[0] - fen[1]) * nw.col("quantity").cast(nw.Int64)).alias("fen")
    kept = lines.join(paid, on="order_id", how="inner").select("order_id", made)
    return kept.select(nw.col("fen").sum(), nw.col("order_id").n_unique().alias("n"))


def _row(frame: Frame) -> dict[str, int]:
    """Return the one row of a table of whole numbers; an empty sum is 0."""
    row = frames.as_pandas(frame).iloc[0]
    return {str(name): 0 if pd.isna(value) else int(value) for name, value in row.items()}
