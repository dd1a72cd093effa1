"""How many orders each customer will still place: the BG/NBD model, fitted by SciPy.

While active, a customer orders at random times at a rate of its own, and after each order but
the first may leave for good. The last release of ``lifetimes`` is of 2020; its heir ``btyd`` gave
way to ``pymc-marketing``, which brings PyMC with a back end that compiles; ``clvkit`` is light and
still young (version 0.2 in 2026). So the model stands here in its authors' formulas.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.service_desk.customers import paid_orders

DAY = 86_400
"""Seconds of a day."""

NUDGE = 1e-6
"""How far from a gap in the formula a parameter is moved; the forecast moves no more than this."""


@dataclass(frozen=True)
class BGNBD:
    """A fitted BG/NBD model.

    Attributes
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of customers' order rates.
    a, b : float
        Of the beta distribution of the chance to leave after an order.
    log_likelihood : float
        Of the customers that it was fitted to.

    References
    ----------
    Fader, Hardie and Lee (2005).
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")

    def __post_init__(self) -> None:
        for name in ("r", "alpha", "a", "b"):
            numbers.positive(name, getattr(self, name))

    def expected_orders(
        self, days: float, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> NDArray[np.float64]:
        """Return how many orders each customer is expected to place in the next `days`.

        Parameters
        ----------
        days : float
            In the unit of `recency` and `age`.
        frequency, recency, age : array
            See :func:`repeat_summary`.

        Returns
        -------
        array of float

        Raises
        ------
        CourseError
            Days below 0, or customers as :func:`repeat_summary` never gives them.

        Examples
        --------
        The first customer of Fader, Hardie and Lee (2005), in weeks:

        >>> cdnow = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> cdnow.expected_orders(39, [2], [30.43], [38.86]).round(3).tolist()
        [1.226]
        """
        days = numbers.number("days", days, low=0)
        x, last, t = _customers(frequency, recency, age)
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        # Where a or a + b is 1 the formula is 0 / 0, with a limit beside which it can stand.
        a += NUDGE * (abs(a - 1) < NUDGE)
        b += NUDGE * (abs(a + b - 1) < NUDGE)
        # Euler's form of the published series: many orders do not make its terms overflow.
        left = (alpha + t) / (alpha + t + days)
        series = left ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, 1 - left)
        gain = (a + b + x - 1) / (a - 1) * (1 - series)
        ratio = ((alpha + t) / (alpha + last)) ** (r + x)
        gone = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ratio, 0.0)
        return np.asarray(gain / (1 + gone) + 0.0, dtype=np.float64)  # -0.0 becomes 0.0


@public
def repeat_summary(
    orders: Any,
    *,
    as_of: datetime | str | None = None,
    order_id: str = "order_id",
    visitor_id: str = "visitor_id",
    placed_at: str = "placed_at",
    paid_at: str = "paid_at",
) -> Any:
    """Summarise each customer's orders as BG/NBD needs them.

    Parameters
    ----------
    orders : table
        A row an order; only paid orders of known customers count.
    as_of : datetime or ISO text, optional
        The day you look; what is placed or paid later is not known yet. Default: the last
        ``placed_at``.
    order_id, visitor_id, placed_at, paid_at : str
        The columns that hold them. Where every row is a paid order, `paid_at` may name the
        column of `placed_at`.

    Returns
    -------
    table of the caller's kind
        ``visitor_id``, ``frequency`` (orders after the first), ``recency`` (days from the first
        to the last order), ``age`` (days from the first order to `as_of`).

    Raises
    ------
    CourseError
        A column is missing, or nobody has paid.

    References
    ----------
    Fader, Hardie and Lee (2005): the three numbers are all that BG/NBD needs of a customer.

    Examples
    --------
    >>> import pandas as pd
    >>> placed = pd.to_datetime(["2025-01-01", "2025-01-11", "2025-02-01"])
    >>> orders = pd.DataFrame({"order_id": [1, 2, 3], "visitor_id": [7, 7, 8],
    ...                        "placed_at": placed, "paid_at": placed})
    >>> repeat_summary(orders, as_of="2025-02-10").values.tolist()
    [[7.0, 1.0, 10.0, 40.0], [8.0, 0.0, 0.0, 9.0]]
    """
    columns = {"order_id": order_id, "visitor_id": visitor_id}
    columns |= {"placed_at": placed_at, "paid_at": paid_at}
    paid, end = paid_orders("orders", orders, columns, as_of)
    times = paid.groupby("visitor_id")["placed_at"].agg(["min", "max", "size"])
    summary = pd.DataFrame(
        {
            "visitor_id": times.index,
            "frequency": times["size"].to_numpy() - 1,
            "recency": (times["max"] - times["min"]).dt.total_seconds().to_numpy() / DAY,
            "age": (end - times["min"]).dt.total_seconds().to_numpy() / DAY,
        }
    )
    return frames.like(summary, orders)


def _log_likelihood(
    parameters: NDArray[Any], x: NDArray[Any], last: NDArray[Any], t: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the log-likelihood of each customer."""
    r, alpha, a, b = parameters
    rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    leave = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    there = -(r + x) * np.log(alpha + t)
    gone = np.log(a / (b + np.maximum(x, 1) - 1)) - (r + x) * np.log(alpha + last)
    both = np.logaddexp(there, np.where(x > 0, gone, -np.inf))
    return np.asarray(rate + leave + both, dtype=np.float64)


def _customers(
    frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return three columns of numbers that can belong to customers."""
    x = numbers.array("frequency", frequency, low=0)
    last = numbers.array("recency", recency, low=0)
    t = numbers.array("age", age, low=0)
    if not x.shape == last.shape == t.shape or not ((x == np.rint(x)) & (last <= t)).all():
        message = _(
            "BG/NBD needs three columns of the same length: frequency in whole numbers, and "
            "recency from 0 to age. repeat_summary makes them."
        )
        raise CourseError(message)
    return x, last, t


@public
def fit_bg_nbd(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> BGNBD:
    """Fit BG/NBD to customers by maximum likelihood.

    Parameters
    ----------
    frequency, recency, age : array
        See :func:`repeat_summary`.

    Returns
    -------
    BGNBD

    Raises
    ------
    CourseError
        Nobody came back, or a recency lies beyond the age.

    References
    ----------
    Fader, Hardie and Lee (2005), likelihood and conditional expectation.

    Examples
    --------
    >>> fit_bg_nbd([0, 0], [0, 0], [10, 20])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: Nobody came back, so BG/NBD has nothing to learn from. ...
    """
    x, last, t = _customers(frequency, recency, age)
    if not x.any():
        raise CourseError(
            _("Nobody came back, so BG/NBD has nothing to learn from. Take more days.")
        )

    def minus(logs: NDArray[Any]) -> float:
        return -float(np.mean(_log_likelihood(np.exp(logs), x, last, t)))

    start = np.log([0.5, max(float(t.mean()), 1e-9) / 2, 1.0, 2.0])
    found = minimize(minus, start, method="L-BFGS-B", bounds=[(-12, 12)] * 4)
    r, alpha, a, b = np.exp(found.x).tolist()
    return BGNBD(r, alpha, a, b, float(-found.fun * len(x)))
