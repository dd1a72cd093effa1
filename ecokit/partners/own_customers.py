"""Whose customers are they: what a partner sells to people who would have bought from us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.experiments import effects
from ecokit.inputs import frames, intervals, numbers
from ecokit.inputs.frames import By, Frame
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import per
from ecokit.kpi.grouping import CENTURY, added, answer, grouped, inner_names, moment
from ecokit.messages import _, some
from ecokit.partners.sold import SOLD_TYPES

ARMS = ("sent", "held_out")
_TYPES = {"partner_id": "id", "visitor_id": "id", "arm": "string", "sent_on": "date"}


@public
def known_customers(data: Any, *, by: By = "partner_id", confidence: float = 0.95) -> Any:
    """Return which share of a partner's orders is by people whom we know: the naive overlap.

    They may have bought there *instead* of here, or as well: a telephone number does not say.
    :func:`overlap` asks a hold-out.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``partner_orders``: ``partner_id``, ``placed_at``, ``visitor_id`` (blank where the
        telephone number is none of ours).
    by : str or sequence of str, optional
        ``partner_id``, another column, or a period such as ``month``.
    confidence : float
        Of the interval (Wilson).

    Returns
    -------
    table of the caller's kind
        `by`; ``orders``, ``known``, ``share``, ``low``, ``high``. Sorted by `by`.

    Raises
    ------
    CourseError
        A table or column is missing.

    References
    ----------
    Wilson (1927).

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> known_customers(example())[["partner_id", "orders", "known"]].values.tolist()
    [['T02', 20, 5], ['T03', 200, 140]]
    """
    keys = frames.listed(by)
    level = numbers.inner_share("confidence", confidence)
    needed = "placed_at visitor_id"
    (sold,) = frames.door(data, {"partner_orders": needed}, types=SOLD_TYPES)
    limits = intervals.wilson_columns("known", "orders", level)
    values = {
        "orders": nw.col("orders"),
        "known": nw.col("known"),
        "share": per("known", "orders"),
        "low": limits.low,
        "high": limits.high,
    }
    told = grouped(sold, keys, needed.split(), tuple(values), table="partner_orders")
    groups = inner_names(keys)
    counted = told.select(
        *groups,
        orders=nw.lit(1, nw.Int64),
        known=(~nw.col("visitor_id").is_null()).cast(nw.Int64),
    )
    return answer(added(counted, groups, ["orders", "known"]), keys, values)


@dataclass(frozen=True)
class Overlap:
    """What a partner takes from our own sales, by a hold-out, beside what the tag says.

    Attributes
    ----------
    sent, held_out : int
        Customers of ours to whom the partner was announced, and those held out.
    own_sent, own_held_out : float
        Orders with us a customer, in either half.
    lost, low, high : float
        Orders that we lost among those who were sent, with the interval.
    sold : int
        Orders that the partner sold to them. The naive answer takes all of these for lost, since
        each carries the number of a customer whom we know.
    share, share_low, share_high : float
        Lost orders over those of the partner: what the partner only moved.
    """

    sent: int
    held_out: int
    own_sent: float
    own_held_out: float
    lost: float
    low: float
    high: float
    sold: int
    share: float
    share_low: float
    share_high: float

    @property
    def verdict(self) -> str:
        """Return "takes our customers", "brings more to us" or "too small to know"."""
        if self.low > 0:
            return _("takes our customers")
        return _("brings more to us") if self.high < 0 else _("too small to know")

    def __str__(self) -> str:
        message = _(
            "{lost:,.0f} orders lost ({low:,.0f} to {high:,.0f}), {share:.0f} % of the {sold:,} "
            "that the partner sold to them: {verdict}"
        )
        if not self.sold:
            message = _(
                "{lost:,.0f} orders lost ({low:,.0f} to {high:,.0f}); the partner sold nothing to "
                "them: {verdict}"
            )
        told = {"lost": self.lost, "low": self.low, "high": self.high, "sold": self.sold}
        return message.format(share=100 * self.share, verdict=self.verdict, **told)


@public
def overlap(
    data: Any,
    partner_id: str,
    *,
    days: int | None = None,
    before: int | None = None,
    confidence: float = 0.95,
) -> Overlap:
    """Return what a partner takes from our own orders, from customers who were drawn by lot.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``introductions`` (``partner_id``, ``visitor_id``, ``arm``: sent or held_out,
        ``sent_on``), ``orders`` (``visitor_id``, ``placed_at``, ``paid_at``) and
        ``partner_orders`` (``partner_id``, ``visitor_id``, ``placed_at``).
    partner_id : str
        The partner that was announced.
    days : int, optional
        Days after the announcement. Default: to the last order.
    before : int, optional
        Days before it whose orders foretell those after it; what they explain is taken off and
        the interval is narrower (CUPED). Default: nothing is taken off.
    confidence : float
        Of the interval.

    Returns
    -------
    Overlap
        Orders lost among those who were sent, beside the partner's orders.

    Raises
    ------
    CourseError
        Nobody was announced this partner, an arm is missing, it was announced on several days, or
        nobody of either arm ordered with us since.

    References
    ----------
    Hold-outs: Deng, Xu, Kohavi and Walker (2013), also for what is foretold.

    Examples
    --------
    >>> from ecokit.partners.made import example
    >>> found = overlap(example(), "T03", days=60)
    >>> found.verdict, found.sold
    ('takes our customers', 140)
    >>> overlap(example(), "T09")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The partner 'T09' was announced to nobody, so nothing can be ...
    """
    level = numbers.inner_share("confidence", confidence)
    ahead = None if days is None else numbers.count("days", days, high=CENTURY)
    back = None if before is None else numbers.count("before", before, high=CENTURY)
    needed = {
        "introductions": "partner_id visitor_id arm sent_on",
        "orders": "visitor_id placed_at paid_at",
        "partner_orders": "partner_id visitor_id placed_at",
    }
    types = {**SOLD_TYPES, **_TYPES}
    # with by, no column of the caller is taken for one that is added here
    lists, orders, theirs = frames.door(data, needed, types=types, by=[])
    mine = _announced(lists, partner_id)
    start = _one_day(mine, partner_id)
    end = None if ahead is None else start + timedelta(days=ahead)
    paid = orders.filter(~nw.col("paid_at").is_null())
    counted = _counted(paid, "orders", start, end)
    people = mine.join(counted, on="visitor_id", how="left")
    if back is not None:
        past = _counted(paid, "before", start - timedelta(days=back), start)
        people = people.join(past, on="visitor_id", how="left")
    names = ["orders", *([] if back is None else ["before"])]
    people = people.with_columns(*[nw.col(name).fill_null(0) for name in names])
    covariate = None if back is None else "before"
    found = frames.as_pandas(
        effects(
            people.to_native(),
            means="orders",
            covariate=covariate,
            control="held_out",
            confidence=level,
        )
    ).iloc[0]
    if found["changed"] == found["control"] == 0:
        message = _(
            "Since {day:%Y-%m-%d} nobody to whom {name} was announced, and nobody held out, has an "
            "order of ours that is paid, so nothing can be compared. Look later, or at more days."
        )
        raise CourseError(message.format(day=start, name=numbers.shown(partner_id)))
    sold = theirs.filter(nw.col("partner_id") == _as_id(theirs, partner_id))
    bought = _counted(sold, "sold", start, end)
    sent = mine.filter(nw.col("arm") == "sent").join(bought, on="visitor_id", how="inner")
    return _overlap(found, _total(sent, "sold"))


def _overlap(found: Any, sold: int) -> Overlap:
    n = int(found["visitors"])
    lost, low, high = (-n * float(found[name]) for name in ("difference", "high", "low"))
    shares = [one / sold if sold else float("nan") for one in (lost, low, high)]
    return Overlap(
        sent=n,
        held_out=int(found["control_visitors"]),
        own_sent=float(found["changed"]),
        own_held_out=float(found["control"]),
        lost=lost,
        low=low,
        high=high,
        sold=sold,
        share=shares[0],
        share_low=shares[1],
        share_high=shares[2],
    )


def _as_id(frame: Frame, partner_id: object) -> Any:
    if not isinstance(partner_id, str | int) or isinstance(partner_id, bool):
        raise numbers.refused("partner_id", partner_id, _("Give one of the table partners."))
    text = isinstance(frame.collect_schema()["partner_id"], nw.String)
    return str(partner_id) if text else partner_id


def _announced(lists: Frame, partner_id: object) -> Frame:
    """Return who was drawn for a partner, each once."""
    mine = lists.filter(nw.col("partner_id") == _as_id(lists, partner_id))
    arms = frames.collected(mine.select("arm").unique())["arm"].to_list()
    if not arms:
        known = frames.collected(lists.select("partner_id").unique())["partner_id"].to_list()
        message = _(
            "The partner {name} was announced to nobody, so nothing can be compared. "
            "introductions has: {known}."
        )
        told = {"name": numbers.shown(partner_id), "known": some(sorted(map(str, known)))}
        raise CourseError(message.format(**told))
    if set(arms) != set(ARMS):
        message = _(
            "The introductions of {name} have the arms {arms}. It takes sent and held_out: whom it "
            "was announced to, and who was held out by lot."
        )
        told = {"name": numbers.shown(partner_id), "arms": ", ".join(sorted(map(str, arms)))}
        raise CourseError(message.format(**told))
    return mine


def _one_day(mine: Frame, partner_id: object) -> Any:
    ends = mine.select(first=nw.col("sent_on").min(), last=nw.col("sent_on").max())
    first, last = frames.collected(ends).row(0)
    start = moment("sent_on", first)
    if moment("sent_on", last) != start:
        message = _(
            "{name} was announced on several days, from {first:%Y-%m-%d} to {last:%Y-%m-%d}. Give "
            "the introductions of one day."
        )
        told = {"name": numbers.shown(partner_id), "first": start}
        raise CourseError(message.format(last=moment("sent_on", last), **told))
    return start


def _counted(orders: Frame, name: str, start: Any, end: Any) -> Frame:
    """Count orders by visitor from `start` to before `end`."""
    placed = nw.col("placed_at")
    inside = placed >= start if end is None else (placed >= start) & (placed < end)
    mine = orders.filter(inside, ~nw.col("visitor_id").is_null())
    counted = mine.group_by("visitor_id").agg(nw.len().alias(name))
    return counted.with_columns(nw.col(name).cast(nw.Int64))


def _total(counted: Frame, name: str) -> int:
    found = frames.collected(counted.select(nw.col(name).sum()))[name][0]
    return 0 if found is None or pd.isna(found) else int(found)
