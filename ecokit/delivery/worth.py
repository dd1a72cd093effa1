"""What a way to deliver is worth: in the city on the same day, with cash at the door, or late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _


@dataclass(frozen=True)
class CashOnDelivery:
    """What cash on delivery brings in a period.

    Attributes
    ----------
    profit : float
        Yuan, refusals and the fee counted.
    naive : float
        Yuan, as if nobody refused: what a plan without refusals promises.
    per_order : float
        `profit` over all orders with cash.
    refused : float
        Orders that come back.
    refusals_cost : float
        Yuan that refusals cost: `naive` less `profit`.
    break_even : float
        The share of refusals at which it stops to pay; 0 where it never pays, 1 where it always
        does.
    """

    profit: float
    naive: float
    per_order: float
    refused: float
    refusals_cost: float
    break_even: float

    @property
    def pays(self) -> bool:
        """Whether it brings more than it costs."""
        return self.profit > 0


@public
def cash_on_delivery(
    gained: float,
    moved: float,
    *,
    price: float,
    margin: float,
    refused: float,
    shipping: float,
    back: float,
    cash_fee: float = 0.0,
    days: float = 0.0,
    interest: float = 0.0,
) -> CashOnDelivery:
    """Say whether cash on delivery pays, with the refusals at the door.

    An order that is refused earns nothing and travels twice. One that would have been paid in
    advance, and moves to cash, brings no new sale: only its refusals and its fee.

    Parameters
    ----------
    gained : float
        Orders that would not have come without it.
    moved : float
        Orders that would have been paid in advance.
    price : float
        Yuan an order.
    margin : float
        Share of the price that is left after the goods and before shipping.
    refused : float
        Share of the orders with cash that are refused.
    shipping, back : float
        Yuan for the way there, and for the way back with the work on it.
    cash_fee : float
        Share of the cash that the carrier keeps.
    days, interest : float
        Days until the carrier hands over the cash, and yearly interest as a share.

    Returns
    -------
    CashOnDelivery
        For all these orders.

    Raises
    ------
    CourseError
        A number cannot be, or there are no orders.

    References
    ----------
    Slide 14 (到付); the course's own sum.

    Examples
    --------
    >>> told = cash_on_delivery(100, 50, price=500, margin=0.2, refused=0.1, shipping=10, back=15,
    ...                         cash_fee=0.01)
    >>> round(told.profit, 2), round(told.naive, 2), round(told.break_even, 4)
    (6600.0, 8250.0, 0.5)
    >>> cash_on_delivery(100, 50, price=500, margin=0.2, refused=10, shipping=10, back=15)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: refused is 10. Give a share from 0 to 1; write 45 % as 0.45.
    """
    new = numbers.number("gained", gained, low=0)
    same = numbers.number("moved", moved, low=0)
    if not new + same > 0:
        raise numbers.refused("gained", gained, _("Give orders, gained or moved."))
    paid = numbers.positive("price", price)
    left = paid * numbers.number("margin", margin, high=1)
    share = numbers.share("refused", refused)
    there = numbers.number("shipping", shipping, low=0)
    again = numbers.number("back", back, low=0)
    fee = numbers.share("cash_fee", cash_fee)
    waiting = numbers.number("days", days, low=0) * numbers.number("interest", interest, low=0)
    taken = paid * (fee + waiting / 365)
    naive = new * (left - taken - there) - same * taken
    each = (new + same) * (left - taken + again)  # what a share of 1 refused would cost
    cost = share * each
    if naive <= 0:
        stop = 0.0
    else:
        stop = min(naive / each, 1.0) if each > 0 else 1.0
    return CashOnDelivery(
        profit=naive - cost,
        naive=naive,
        per_order=(naive - cost) / (new + same),
        refused=share * (new + same),
        refusals_cost=cost,
        break_even=stop,
    )


@dataclass(frozen=True)
class SameCity:
    """What delivery on the same day brings in a period.

    Attributes
    ----------
    profit : float
        Yuan: what the orders gained leave, and late parcels saved, less what all parcels cost
        more.
    naive : float
        Yuan, as if only the orders gained cost more.
    gained : float
        Orders more.
    extra : float
        Yuan that the parcels of customers cost more who would have bought anyway.
    saved : float
        Yuan of late parcels that are not late any more.
    break_even : float
        The lift from which it pays; infinite where an order gained leaves nothing.
    """

    profit: float
    naive: float
    gained: float
    extra: float
    saved: float
    break_even: float

    @property
    def pays(self) -> bool:
        """Whether it brings more than it costs."""
        return self.profit > 0


@public
def same_city(
    orders: float,
    *,
    lift: float,
    margin: float,
    usual_cost: float,
    cost: float,
    late: Sequence[float] = (0.0, 0.0),
    late_cost: float = 0.0,
    fixed: float = 0.0,
) -> SameCity:
    """Say whether delivery within the city on the same day pays.

    Parameters
    ----------
    orders : float
        Of the city, as it is now.
    lift : float
        Orders more, as a share; from an experiment, not from the cities that have it already.
    margin : float
        Yuan that an order leaves after the goods and before shipping.
    usual_cost, cost : float
        Yuan a parcel, with the usual carrier and on the same day.
    late : pair of float
        Shares of late parcels: usually, and with delivery on the same day.
    late_cost : float
        Yuan that a late parcel costs; see :func:`late_parcel`.
    fixed : float
        Yuan for having it at all.

    Returns
    -------
    SameCity
        For the orders of the period.

    Raises
    ------
    CourseError
        A number cannot be.

    References
    ----------
    Slide 14 (城配); the course's own sum.

    Examples
    --------
    A lift of 5 % gains 50 orders that leave ¥86 each; 1,000 parcels cost ¥6 more.

    >>> told = same_city(1000, lift=0.05, margin=100, usual_cost=8, cost=14)
    >>> told.profit, told.naive, round(told.break_even, 4)
    (-1700.0, 4300.0, 0.0698)
    >>> same_city(1000, lift=0.05, margin=100, usual_cost=8, cost=14, late=0.1)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: late is 0.1. Give two numbers, such as (0.1, 0.02).
    """
    now = numbers.positive("orders", orders)
    more = numbers.number("lift", lift, low=-1)
    left = numbers.number("margin", margin)
    before = numbers.number("usual_cost", usual_cost, low=0)
    after = numbers.number("cost", cost, low=0)
    often, seldom = (numbers.share("late", one) for one in _pair("late", late))
    each = numbers.number("late_cost", late_cost, low=0)
    paid = numbers.number("fixed", fixed, low=0)
    gained, leaves = now * more, left - after - seldom * each
    extra, saved = now * (after - before), now * (often - seldom) * each
    needed = extra - saved + paid
    profit = gained * leaves - needed
    stop = needed / (now * leaves) if leaves > 0 else float("inf")
    return SameCity(
        profit=profit,
        naive=gained * leaves + saved - paid,
        gained=gained,
        extra=extra,
        saved=saved,
        break_even=max(stop, 0.0),
    )


@dataclass(frozen=True)
class LateParcel:
    """What one late parcel costs after the door, on average.

    Attributes
    ----------
    contacts, complaints, returns, visits : float
        Yuan, for each.
    total : float
        Yuan in all.
    naive : float
        Yuan, as if parcels on time had no contacts, complaints and returns at all.
    """

    contacts: float
    complaints: float
    returns: float
    visits: float
    total: float
    naive: float


@public
def late_parcel(
    *,
    contacts: Sequence[float] = (0.0, 0.0),
    contact_cost: float = 0.0,
    complaints: Sequence[float] = (0.0, 0.0),
    complaint_cost: float = 0.0,
    returns: Sequence[float] = (0.0, 0.0),
    return_cost: float = 0.0,
    visits: Sequence[float] = (0.0, 0.0),
    visit_value: float = 0.0,
) -> LateParcel:
    """Add up what a late parcel costs downstream: calls, complaints, returns, visits not made.

    Parameters
    ----------
    contacts, complaints, returns : pair of float
        How many follow a parcel that is late, and one that is on time. What counts is the
        difference.
    contact_cost, complaint_cost, return_cost : float
        Yuan for each.
    visits : pair of float
        Later visits of the customer, after a late parcel and after one on time.
    visit_value : float
        Yuan that a visit leaves.

    Returns
    -------
    LateParcel
        Yuan a late parcel.

    Raises
    ------
    CourseError
        A pair is none, or a number is below 0.

    References
    ----------
    The course's own sum; the shares are in the table effects, with their sources, and measured by
    :func:`ecokit.journey.rates`.

    Examples
    --------
    >>> told = late_parcel(contacts=(0.3, 0.05), contact_cost=8, complaints=(0.1, 0.0),
    ...     complaint_cost=40, returns=(0.17, 0.10), return_cost=100, visits=(1.2, 1.5),
    ...     visit_value=5)
    >>> round(told.total, 2), round(told.naive, 2)
    (14.5, 24.9)
    >>> late_parcel(contacts=0.3)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: contacts is 0.3. Give two numbers, such as (0.1, 0.02).
    """
    given = {
        "contacts": (contacts, contact_cost, "contact_cost"),
        "complaints": (complaints, complaint_cost, "complaint_cost"),
        "returns": (returns, return_cost, "return_cost"),
        "visits": (visits, visit_value, "visit_value"),
    }
    more, all_ = {}, {}
    for name, (pair, each, called) in given.items():
        late, on_time = _pair(name, pair)
        cost = numbers.number(called, each, low=0)
        more[name], all_[name] = (late - on_time) * cost, late * cost
    more["visits"] *= -1  # visits that are not made cost, those that are made do not
    naive = sum(all_[name] for name in ("contacts", "complaints", "returns")) + more["visits"]
    return LateParcel(**more, total=sum(more.values()), naive=naive)


def _pair(name: str, given: Any) -> tuple[float, float]:
    """Return two numbers of 0 or more."""
    wanted = _("Give two numbers, such as (0.1, 0.02).")
    if not numbers.is_list(given) or isinstance(given, (str, dict)):
        raise numbers.refused(name, given, wanted)
    found = numbers.row(name, list(given), low=0).tolist()
    if len(found) != 2:
        raise numbers.refused(name, given, wanted)
    return found[0], found[1]
