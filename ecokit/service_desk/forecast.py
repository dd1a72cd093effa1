"""How many orders each customer will still place, and what they are worth, fitted by SciPy.

While active, a customer orders at random times at a rate of its own, and after each order but
the first may leave for good. The last release of ``lifetimes`` is of 2020; its heir ``btyd`` gave
way to ``pymc-marketing``, which brings PyMC with a back end that compiles; ``clvkit`` is light and
still young (version 0.2 in 2026). So the model stands here in its authors' formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.service_desk.customers import paid_orders

UNITS = {"day": 1, "week": 7}
"""Units of time that customers can be summarised in, and their days."""

YEAR = 365
"""Days of a year."""

EDGE = 12.0
"""The logarithm of a parameter goes no farther than this."""

LOOSE = 2.0
"""From this standard error of its logarithm on, a parameter is loose: 7 times as much may hold."""

NUDGE = 1e-6
"""How far from a gap in the formula a parameter is moved; the forecast moves no more than this."""


Floats = NDArray[Any]


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
    unit : {"day", "week"}
        What `alpha`, recency, age and forecasts are counted in.
    loose : tuple of str
        Parameters that the customers do not pin down, because other values are nearly as likely.
        Forecasts as far ahead as you have seen hardly hang on them; longer ones do.

    References
    ----------
    Fader, Hardie and Lee (2005).
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")
    unit: str = "day"
    loose: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("r", "alpha", "a", "b"):
            numbers.positive(name, getattr(self, name))
        numbers.one_of("unit", self.unit, UNITS)

    def alive(
        self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> NDArray[np.float64]:
        """Return the chance that each customer has not left for good: P(alive).

        Parameters
        ----------
        frequency, recency, age : array
            See :func:`repeat_summary`.

        Returns
        -------
        array of float
            Shares. A customer who never came back counts as there: in this model one leaves only
            after an order but the first.

        Raises
        ------
        CourseError
            Customers as :func:`repeat_summary` never gives them.

        Examples
        --------
        >>> cdnow = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
        >>> cdnow.alive([2, 0], [30.43, 0], [38.86, 38.86]).round(4).tolist()
        [0.7266, 1.0]
        """
        return np.asarray(1 / (1 + self._gone(*_customers(frequency, recency, age))))

    def _gone(self, x: Floats, last: Floats, t: Floats) -> Floats:
        """Return the odds that a customer has left."""
        with np.errstate(over="ignore"):
            ratio = ((self.alpha + t) / (self.alpha + last)) ** (self.r + x)
            return np.where(x > 0, self.a / (self.b + (np.maximum(x, 1) - 1)) * ratio, 0.0)

    def expected_orders(
        self, days: float, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> NDArray[np.float64]:
        """Return how many orders each customer is expected to place in the next `days`.

        Parameters
        ----------
        days : float
            In the model's `unit`, as `recency` and `age`.
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
        with np.errstate(all="ignore"):
            series = left ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, 1 - left)
            gain = (a + b + x - 1) / (a - 1) * (1 - series)
        most = days * (r + x) / (alpha + t)  # of one who never leaves
        lost = ~np.isfinite(gain) | (gain < 0) | (gain > most * (1 + 1e-9))
        if lost.any():
            gain = np.where(lost, self._summed(days, x, t), gain)
        # -0.0 becomes 0.0
        return np.asarray(gain / (1 + self._gone(x, last, t)) + 0.0, dtype=np.float64)

    def _summed(self, days: float, x: Floats, t: Floats) -> Floats:
        """Return the orders of those still there, as a mean over the chances to leave.

        Slower than the series, and right where its terms are too small or too large for floats.
        """
        from scipy.stats import beta

        places, weights = np.polynomial.legendre.leggauss(200)
        total = np.zeros(np.shape(x))
        for place, weight in zip((places + 1) / 2, weights / 2, strict=True):
            leave = np.maximum(beta.ppf(place, self.a, self.b + x), 1e-300)
            longer = np.log1p(leave * days / (self.alpha + t))
            total = total - weight * np.expm1(-(self.r + x) * longer) / leave
        return total


@public
def repeat_summary(
    orders: Any,
    *,
    as_of: datetime | str | None = None,
    unit: str = "day",
    amount: str | None = None,
    order_id: str = "order_id",
    visitor_id: str = "visitor_id",
    placed_at: str = "placed_at",
    paid_at: str = "paid_at",
) -> Any:
    """Summarise each customer's orders as BG/NBD and gamma-gamma need them.

    All orders of a customer and day are one purchase: who pays in three parts within minutes has
    not come back twice.

    Parameters
    ----------
    orders : table
        A row an order; only paid orders of known customers count.
    as_of : datetime or ISO text, optional
        The day you look; what is placed or paid later is not known yet. Default: the last
        ``placed_at``.
    unit : {"day", "week"}
        What times are counted in.
    amount : str, optional
        A column with what an order was worth, yuan.
    order_id, visitor_id, placed_at, paid_at : str
        The columns that hold them. Where every row is a paid order, `paid_at` may name the
        column of `placed_at`.

    Returns
    -------
    table of the caller's kind
        ``visitor_id``, ``frequency`` (days with an order after the first such day), ``recency``
        (from the first such day to the last, in `unit`), ``age`` (from the first such day to that
        of `as_of`); with `amount` also ``value`` (yuan of a purchase after the first, on average;
        0 where there is none).

    Raises
    ------
    CourseError
        A column is missing, nobody has paid, or a paid order has no amount.

    References
    ----------
    Fader, Hardie and Lee (2005): the three numbers are all that BG/NBD needs of a customer. The
    mean value for gamma-gamma: Fader and Hardie (2013).

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
    days = UNITS[numbers.one_of("unit", unit, UNITS)]
    if amount is not None:
        columns |= {"amount": amount}
    paid, end = paid_orders("orders", orders, columns, as_of)
    if amount is not None:
        rows.refuse(paid, "orders", [rows.below_zero("amount", "order_id")])
    paid = paid.assign(day=paid["placed_at"].dt.normalize())
    spent = {} if amount is None else {"amount": ("amount", "sum")}
    visits = paid.groupby(["visitor_id", "day"], as_index=False).agg(
        n=("order_id", "size"), **spent
    )
    times = visits.groupby("visitor_id")["day"].agg(["min", "max", "size"])
    summary = pd.DataFrame(
        {
            "visitor_id": times.index,
            "frequency": times["size"].to_numpy() - 1,
            "recency": (times["max"] - times["min"]).dt.days.to_numpy() / days,
            "age": (end.normalize() - times["min"]).dt.days.to_numpy() / days,
        }
    )
    if amount is not None:
        later = visits[visits["day"] > visits.groupby("visitor_id")["day"].transform("min")]
        means = later.groupby("visitor_id")["amount"].mean()
        summary["value"] = summary["visitor_id"].map(means).fillna(0.0).astype(float)
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
    alike = x.shape == last.shape == t.shape
    if not alike or not ((x == np.rint(x)) & (last <= t) & ((last > 0) | (x == 0))).all():
        message = _(
            "BG/NBD needs three columns of the same length: frequency in whole numbers, and "
            "recency from 0 to age, above 0 for who came back. repeat_summary makes them."
        )
        raise CourseError(message)
    return x, last, t


@public
def fit_bg_nbd(
    frequency: ArrayLike,
    recency: ArrayLike,
    age: ArrayLike,
    *,
    unit: str = "day",
    penalty: float = 0.0,
) -> BGNBD:
    """Fit BG/NBD to customers by maximum likelihood.

    Parameters
    ----------
    frequency, recency, age : array
        See :func:`repeat_summary`.
    unit : {"day", "week"}
        What these are counted in; the model keeps it.
    penalty : float
        0 or more: what it costs a parameter to be far from 1. A little, such as 0.01, lets few
        customers settle a model.

    Returns
    -------
    BGNBD

    Raises
    ------
    CourseError
        Nobody came back, a recency lies beyond the age, or the fit does not settle. (Where it
        settles and other parameters are nearly as likely, the model names them as ``loose``.)

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

    start = np.log([0.5, max(float(t.mean()), 1e-9) / 2, 1.0, 2.0])
    unit = numbers.one_of("unit", unit, UNITS)
    logs, loose = _settled(
        lambda one: _log_likelihood(np.exp(one), x, last, t),
        start,
        ("r", "alpha", "a", "b"),
        penalty,
    )
    r, alpha, a, b = np.exp(logs).tolist()
    likely = float(_log_likelihood(np.exp(logs), x, last, t).sum())
    return BGNBD(r, alpha, a, b, likely, unit, loose)


def _settled(
    likelihood: Callable[[Floats], Any], start: Floats, names: Sequence[str], penalty: float
) -> tuple[Floats, tuple[str, ...]]:
    """Return the logarithms of the most likely parameters, and which of them are loose."""
    penalty = numbers.number("penalty", penalty, low=0)

    def minus(logs: Floats) -> float:
        each = likelihood(logs)
        return float(len(each) * penalty * np.mean(np.square(logs)) - each.sum())

    bounds = [(-EDGE, EDGE)] * len(start)
    tight: Any = {"maxiter": 2000, "ftol": 1e-12, "gtol": 1e-6}
    scale = max(abs(minus(start)), 1.0)

    def scaled(logs: Floats) -> float:
        return minus(logs) / scale

    # a slope by two points is too coarse on a flat hill: each machine would stop elsewhere
    found: Any = minimize(
        scaled, start, method="L-BFGS-B", jac="3-point", bounds=bounds, options=tight
    )
    logs = np.asarray(found.x, dtype=np.float64)
    if not np.isfinite(found.fun) or found.status == 1:  # it ran out of rounds
        message = _(
            "The fit does not settle. Take more customers or a longer time, or give penalty=0.01."
        )
        raise CourseError(message)
    curves, ways = np.linalg.eigh(_curved(minus, logs))
    open_ = (np.abs(ways[:, curves < 1 / LOOSE**2]) > 0.3).any(axis=1) | (np.abs(logs) > EDGE - 0.1)
    return logs, tuple(name for name, one in zip(names, open_, strict=True) if one)


def _curved(minus: Callable[[Floats], float], at: Floats, step: float = 1e-2) -> Floats:
    """Return the second derivatives of a function."""
    ways = step * np.eye(len(at))
    rows_ = [
        [
            minus(at + one + other)
            - minus(at + one - other)
            - minus(at - one + other)
            + minus(at - one - other)
            for other in ways
        ]
        for one in ways
    ]
    return np.array(rows_) / (4 * step**2)


@dataclass(frozen=True)
class GammaGamma:
    """A fitted gamma-gamma model of what a purchase is worth.

    Attributes
    ----------
    p, q, scale : float
        A purchase of a customer is gamma distributed with shape `p`; its rate is gamma distributed
        over customers with shape `q` and rate `scale` (yuan).
    loose : tuple of str
        As in :class:`BGNBD`.

    References
    ----------
    Fader and Hardie (2013), whose gamma is `scale` here.
    """

    p: float
    q: float
    scale: float
    loose: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("p", "q", "scale"):
            numbers.positive(name, getattr(self, name))

    def expected_value(self, frequency: ArrayLike, value: ArrayLike) -> NDArray[np.float64]:
        """Return what a purchase of each customer is worth on average, yuan.

        Parameters
        ----------
        frequency, value : array
            See :func:`repeat_summary`. One who never came back gets the mean of all customers.

        Returns
        -------
        array of float
            Yuan: between the customer's own mean and that of all.

        Raises
        ------
        CourseError
            Columns of different lengths, or a model whose mean knows no bound (`q` of 1 or less).

        Examples
        --------
        The first two customers of CDNOW who came back, in dollars:

        >>> means = GammaGamma(6.25, 3.74, 15.44).expected_value([2, 1, 0], [22.35, 11.77, 0])
        >>> means.round(1).tolist()
        [24.7, 18.9, 35.2]
        """
        x, m = _spenders(frequency, value)
        if (self.p * x + self.q <= 1).any():
            message = _("The model's mean knows no bound: q is {q:.3g}. Fit it to more customers.")
            raise CourseError(message.format(q=self.q))
        return np.asarray(self.p * (self.scale + m * x) / (self.p * x + self.q - 1))


def _spenders(frequency: ArrayLike, value: ArrayLike) -> tuple[Floats, Floats]:
    x = numbers.array("frequency", frequency, low=0)
    m = numbers.array("value", value, low=0)
    if x.shape != m.shape:
        message = _("frequency and value need the same length. repeat_summary makes both.")
        raise CourseError(message)
    return x, m


@public
def fit_gamma_gamma(frequency: ArrayLike, value: ArrayLike, *, penalty: float = 0.0) -> GammaGamma:
    """Fit the gamma-gamma model of what a purchase is worth, by maximum likelihood.

    It takes what a customer spends to be independent of how often; look at their correlation
    before you believe it.

    Parameters
    ----------
    frequency, value : array
        See :func:`repeat_summary`; customers who never came back say nothing and are left out.
    penalty : float
        As in :func:`fit_bg_nbd`.

    Returns
    -------
    GammaGamma

    Raises
    ------
    CourseError
        Fewer than three customers came back, a value is 0, or the fit does not settle.

    References
    ----------
    Fader and Hardie (2013).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> often = rng.integers(1, 8, 4000)
    >>> spent = rng.gamma(6 * often, 1 / rng.gamma(4, 1 / 15, 4000)) / often
    >>> model = fit_gamma_gamma(often, spent)
    >>> [round(one) for one in (model.p, model.q, model.scale)]
    [6, 4, 14]
    """
    x, m = _spenders(frequency, value)
    back = x > 0
    x, m = x[back], m[back]
    if len(x) < 3 or not (m > 0).all():
        message = _(
            "Gamma-gamma needs three customers or more who came back, each with a value above 0; "
            "there are {n}."
        )
        raise CourseError(message.format(n=int((m > 0).sum())))
    level = float(m.mean())

    def likelihood(logs: Floats) -> Any:
        p, q, scale = np.exp(logs)
        power = p * x
        each = gammaln(power + q) - gammaln(power) - gammaln(q) + q * np.log(scale)
        each = each + (power - 1) * np.log(m / level) + power * np.log(x)
        return each - (power + q) * np.log(scale + x * m / level)

    start = np.log([4.0, 4.0, 1.0])
    logs, loose = _settled(likelihood, start, ("p", "q", "scale"), penalty)
    p, q, scale = np.exp(logs).tolist()
    return GammaGamma(p, q, scale * level, loose)


@public
def expected_value(
    orders: BGNBD,
    spending: GammaGamma,
    summary: Any,
    *,
    years: float = 1.0,
    margin: float = 1.0,
    discount: float = 0.1,
    frequency: str = "frequency",
    recency: str = "recency",
    age: str = "age",
    value: str = "value",
) -> Any:
    """Return what each customer will still be worth: orders to come times their value.

    Parameters
    ----------
    orders, spending : BGNBD, GammaGamma
        The two models.
    summary : table
        What :func:`repeat_summary` returned with `amount`.
    years : float
        How far to look.
    margin : float
        Share of a purchase that is profit; 1 for sales.
    discount : float
        What a yuan in a year is worth less, as a share.
    frequency, recency, age, value : str
        What the columns are called.

    Returns
    -------
    table of the caller's kind
        `summary` with ``alive`` (chance to be there), ``orders`` (expected purchases in `years`),
        ``order_value`` (yuan), ``worth`` (yuan, discounted month by month).

    Raises
    ------
    CourseError
        No models, a column is missing, or customers as :func:`repeat_summary` never gives them.

    References
    ----------
    Fader and Hardie (2013); adding models of orders and of their value: Fader, Hardie and Lee
    (2005).

    Examples
    --------
    >>> seen = pd.DataFrame({"frequency": [2], "recency": [30.43], "age": [38.86],
    ...                      "value": [22.35]})
    >>> cdnow = BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> told = expected_value(cdnow, GammaGamma(6.25, 3.74, 15.44), seen, discount=0)
    >>> told[["alive", "orders", "worth"]].round(2).values.tolist()
    [[0.73, 1.56, 38.53]]
    """
    for name, given, kind in (("orders", orders, BGNBD), ("spending", spending, GammaGamma)):
        if not isinstance(given, kind):
            wanted = _("Give a fitted model of the kind {kind}.").format(kind=kind.__name__)
            raise numbers.refused(name, given, wanted)
    years = numbers.number("years", years, low=0, high=100)
    margin = numbers.number("margin", margin, low=0, high=1)
    discount = numbers.number("discount", discount, low=0, high=1)
    columns = {"frequency": frequency, "recency": recency, "age": age, "value": value}
    frame = frames.table(summary, columns, name="summary", types=dict.fromkeys(columns, "number"))
    table = frames.as_pandas(frame)
    seen = [table[name] for name in ("frequency", "recency", "age")]
    length = YEAR / UNITS[orders.unit]
    months = max(int(np.ceil(12 * years)), 1)
    ends = years * np.arange(months + 1) / months
    until = [orders.expected_orders(length * end, *seen) for end in ends]
    steps = np.diff(np.array(until), axis=0)
    middle = (1 + discount) ** -((ends[1:] + ends[:-1]) / 2)
    each = spending.expected_value(table["frequency"], table["value"])
    told = frames.as_pandas(summary, "summary").assign(
        alive=orders.alive(*seen),
        orders=until[-1],
        order_value=each,
        worth=margin * each * (middle[:, None] * steps).sum(axis=0),
    )
    return frames.like(told, summary)
