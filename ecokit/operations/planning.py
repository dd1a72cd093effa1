"""Product planning (slide 19): needs and attributes, lead products, forecast, quantity, adjust."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrameT

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.operations.replenishment import newsvendor

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

WEEK = 7
"""Days of a season in daily demand."""

METHODS = ("seasonal_naive", "mean_4_weeks", "exponential_smoothing", "holt_winters")
"""What :func:`forecast` knows, from the simplest on."""


_LONG = 20 * WEEK
"""From here on least squares finds the best Holt-Winters without trying a grid of starts."""


@public
def fit(data: Any) -> Any:
    """Score how well the attributes of each product meet the needs of its category.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``products``, ``attributes``, ``needs`` (``direction``: ``more`` or ``less`` is better;
        ``share`` of the customers asked who name the need), of one kind.

    Returns
    -------
    table of the caller's kind
        ``product_id``, ``category``, ``fit`` (0 to 1: the rank of each attribute among the
        products of the category, weighted by the share of customers), ``best`` and ``worst``
        (the attribute that helps and hurts most). A product without attributes is left out.

    Raises
    ------
    CourseError
        A column is missing or a value of it is, a direction is neither of the two, or no need
        matches an attribute.

    References
    ----------
    Slide 19 (find user needs and product attributes).

    Examples
    --------
    >>> import pandas as pd
    >>> products = pd.DataFrame({"product_id": ["P1", "P2"], "category": "phones"})
    >>> attributes = pd.DataFrame({"product_id": ["P1", "P2"] * 2,
    ...     "attribute": ["battery_hours"] * 2 + ["weight_g"] * 2, "value": [20, 28, 180, 200]})
    >>> needs = pd.DataFrame({"category": "phones", "attribute": ["battery_hours", "weight_g"],
    ...                       "direction": ["more", "less"], "share": [0.6, 0.2]})
    >>> shop = {"products": products, "attributes": attributes, "needs": needs}
    >>> fit(shop)[["product_id", "fit", "best", "worst"]]
      product_id   fit           best          worst
    0         P1  0.25       weight_g  battery_hours
    1         P2  0.75  battery_hours       weight_g
    >>> fit(shop | {"needs": needs[:0]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No attribute of a product meets a need of its category. Compare ...
    """
    met = _met(data)
    if met.empty:
        raise CourseError(
            _(
                "No attribute of a product meets a need of its category. Compare the columns "
                "category and attribute of the tables needs and attributes."
            )
        )
    signed = met["value"].where(met["direction"] == "more", -met["value"])
    groups = signed.groupby([met["category"], met["attribute"]])
    count = groups.transform("size")
    rank = groups.rank()  # ties share their mean rank
    met["meets"] = ((rank - 1) / (count - 1)).where(count > 1, 0.5)
    met["points"] = met["share"] * met["meets"]
    met["lead"] = met["share"] * (met["meets"] - 0.5)
    met = met.sort_values(["product_id", "lead", "attribute"])
    sums = met.groupby(["product_id", "category"], as_index=False).agg(
        points=("points", "sum"),
        share=("share", "sum"),
        best=("attribute", "last"),
        worst=("attribute", "first"),
    )
    sums.insert(2, "fit", sums["points"] / sums["share"])
    return frames.like(sums.drop(columns=["points", "share"]), data)


def _met(data: Any) -> pd.DataFrame:
    """Lay each attribute of a product beside the need of its category."""
    products, attributes, needs = frames.fetched(
        data,
        {
            "products": "product_id category",
            "attributes": "product_id attribute value",
            "needs": "category attribute direction share",
        },
    )
    rows.refuse(attributes, "attributes", [rows.missing("value", "product_id", "attribute")])
    rules = [
        rows.not_above_zero("share", "category", "attribute"),
        rows.missing("direction", "category", "attribute"),
        rows.none_of("direction", ("more", "less"), "category", "attribute"),
    ]
    rows.refuse(needs, "needs", rules)
    return products.merge(attributes, on="product_id").merge(needs, on=["category", "attribute"])


@public
def lead_products(
    performance: IntoFrameT, fit: IntoFrameT, *, each: int = 1, fit_weight: float = 0.5
) -> IntoFrameT:
    """Name the lead products of each category: they fit the needs and earn their place.

    Parameters
    ----------
    performance : table
        ``product_id``, ``profit`` (yuan) and ``days`` on sale: from
        ``operations.performance``. Pass only products that are still on sale.
    fit : table
        ``product_id``, ``category``, ``fit``: from :func:`fit`.
    each : int
        Lead products a category.
    fit_weight : float
        Weight (0 to 1) of the fit; the rest is the rank of profit a day on sale.

    Returns
    -------
    table of the caller's kind
        The products with ``profit_a_day``, ``score`` (0 to 1) and ``lead``, best first in
        each category.

    Raises
    ------
    CourseError
        `fit_weight` is no share, `each` is no count, a column is missing, or a product of
        `performance` has no profit, no days or no fit.

    References
    ----------
    Slide 19 (name the lead products). Profit a day, not profit: a young product has had
    fewer days.

    Examples
    --------
    >>> import pandas as pd
    >>> sold = pd.DataFrame({"product_id": ["P1", "P2", "P3"], "profit": [90.0, 50.0, 10.0],
    ...                      "days": [30, 10, 10]})
    >>> needs = pd.DataFrame({"product_id": ["P1", "P2", "P3"], "category": "audio",
    ...                       "fit": [0.9, 0.6, 0.2]})
    >>> lead_products(sold, needs)[["product_id", "profit_a_day", "lead"]].values.tolist()
    [['P2', 5.0, True], ['P1', 3.0, False], ['P3', 1.0, False]]
    >>> lead_products(sold, needs, fit_weight=5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: fit_weight is 5. Give a share from 0 to 1; write 45 % as 0.45.
    """
    weight, each = numbers.share("fit_weight", fit_weight), numbers.count("each", each)
    opened = frames.door(
        {"performance": performance, "fit": fit},
        {"performance": "product_id profit days", "fit": "product_id category fit"},
    )
    earned, scores = map(frames.as_pandas, opened)  # with all their columns
    rules = [
        rows.missing("profit", "product_id"),
        rows.not_above_zero("days", "product_id"),
        rows.unknown_id("product_id", scores, "fit", "fit"),
    ]
    rows.refuse(earned, "performance", rules)
    earned = earned.drop(columns=["category", "fit"], errors="ignore")
    new = [name for name in scores if name == "product_id" or name not in earned]
    both = earned.merge(scores[new], on="product_id")
    both["profit_a_day"] = both["profit"] / both["days"]
    groups = both.groupby("category")["profit_a_day"]
    size = groups.transform("size")
    earns = ((groups.rank() - 1) / (size - 1)).where(size > 1, 0.5)
    both["score"] = weight * both["fit"] + (1 - weight) * earns
    both = both.sort_values(
        ["category", "score", "profit_a_day"], ascending=[True, False, False], ignore_index=True
    )
    both["lead"] = both.groupby("category").cumcount() < each
    leads: IntoFrameT = frames.like(both, performance)
    return leads


@public
def forecast(history: ArrayLike, days: int, method: str = "holt_winters") -> NDArray[np.float64]:
    """Forecast daily demand.

    Parameters
    ----------
    history : sequence of float
        Units a day, oldest first, without gaps; four weeks or more, for Holt-Winters better
        four months.
    days : int
        How many days ahead.
    method : str
        One of :data:`METHODS`: the same weekday of last week; the mean of four weeks; simple
        exponential smoothing; Holt-Winters with a damped trend and a weekly season. The last
        two are those of statsmodels.

    Returns
    -------
    array of shape (days,)
        Units, never below zero.

    Raises
    ------
    CourseError
        The history is too short or has gaps, or the method is unknown.

    References
    ----------
    Hyndman and Athanasopoulos (2021), Forecasting: principles and practice.

    Examples
    --------
    >>> week = [10, 8, 8, 9, 12, 20, 18]
    >>> forecast(week * 6, days=7).round(1).tolist()
    [10.0, 8.0, 8.0, 9.0, 12.0, 20.0, 18.0]
    >>> forecast(week * 6, days=2, method="mean_4_weeks").round(2).tolist()
    [12.14, 12.14]
    >>> forecast(week, days=2)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: A forecast needs four weeks of days without gaps; there are 7 days.
    """
    values = numbers.array("history", history)
    days = numbers.count("days", days, 1, 10 * 366)
    if values.ndim != 1 or len(values) < 4 * WEEK:
        raise CourseError(
            _("A forecast needs four weeks of days without gaps; there are {n} days.").format(
                n=len(values) if values.ndim else 1
            )
        )
    models: dict[str, Callable[[NDArray[np.float64], int], NDArray[np.float64]]] = {
        "seasonal_naive": lambda x, n: np.resize(x[-WEEK:], n),
        "mean_4_weeks": lambda x, n: np.full(n, x[-4 * WEEK :].mean()),
        "exponential_smoothing": _smoothed,
        "holt_winters": _holt_winters,
    }
    return np.maximum(models[numbers.one_of("method", method, models)](values, days), 0.0)


def _smoothed(values: NDArray[np.float64], days: int) -> NDArray[np.float64]:
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an optimum at the edge is fine here
        model = SimpleExpSmoothing(values, initialization_method="estimated").fit(method="ls")
    return np.asarray(model.forecast(days), dtype=float)


def _holt_winters(values: NDArray[np.float64], days: int) -> NDArray[np.float64]:
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = ExponentialSmoothing(
            values,
            trend="add",
            damped_trend=True,
            seasonal="add",
            seasonal_periods=WEEK,
            initialization_method="heuristic",
        ).fit(method="ls", use_brute=len(values) < _LONG)
    return np.asarray(model.forecast(days), dtype=float)


@public
def backtest(
    history: ArrayLike,
    days: int = 28,
    folds: int = 4,
    methods: Sequence[str] = METHODS,
) -> pd.DataFrame:
    """Try forecasts on the past: stand at an earlier day, forecast, compare, move on.

    Parameters
    ----------
    history : sequence of float
        Units a day, oldest first.
    days : int
        Days ahead of each forecast.
    folds : int
        Forecasts, each starting `days` after the one before; the last one ends with the history.
    methods : sequence of str
        From :data:`METHODS`.

    Returns
    -------
    DataFrame
        ``method``; means over the folds: ``mae`` (units a day), ``mase`` (MAE over the mean
        absolute error of the seasonal naive method, one week ahead, on the days before),
        ``bias`` (forecast less actual, of actual: above 0 buys too much), ``total_error``
        (absolute error of the whole period's sum, of actual). Best MAE first.

    Raises
    ------
    CourseError
        The history is too short for so many folds, or there is no fold, day or method.

    References
    ----------
    MASE: Hyndman and Koehler (2006).

    Examples
    --------
    >>> backtest([10, 8, 8, 9, 12, 20, 18] * 12, days=7, folds=2)["mae"].iloc[0] < 0.01
    np.True_
    >>> backtest([1.0] * 30, days=28)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 4 forecasts of 28 days need 147 days or more; there are 30.
    """
    values = numbers.array("history", history).ravel()
    days, folds = numbers.count("days", days), numbers.count("folds", folds)
    methods = frames.listed(methods, "methods", least=1)
    needed = folds * days + 5 * WEEK
    if len(values) < needed:
        raise CourseError(
            _("{folds} forecasts of {days} days need {needed} days or more; there are {n}.").format(
                folds=folds, days=days, needed=needed, n=len(values)
            )
        )
    tried = []
    for fold in range(folds, 0, -1):
        start = len(values) - fold * days
        past, actual = values[:start], values[start : start + days]
        scale = np.abs(past[WEEK:] - past[:-WEEK]).mean()
        for method in methods:
            error = forecast(past, days=days, method=method) - actual
            mae = np.abs(error).mean()
            total = actual.sum() or np.nan
            tried.append(
                {
                    "method": method,
                    "mae": mae,
                    "mase": mae / scale if scale else np.nan,
                    "bias": error.sum() / total,
                    "total_error": abs(error.sum()) / total,
                }
            )
    means = pd.DataFrame(tried).groupby("method", as_index=False).mean()
    return means.sort_values("mae", ignore_index=True)


@public
def cycle(
    demand: pd.Series[float],
    first_month: str | pd.Period,
    margin: float,
    holding: float,
    method: str = "mean_4_weeks",
    learn: float = 0.5,
    calendar: pd.Series[float] | None = None,
) -> pd.DataFrame:
    """Go through planning month by month: forecast, buy, see what happened, adjust.

    Each month starts with what is left. The purchase brings stock up to the newsvendor
    quantity of the forecast, corrected by what the months before have taught. There is one
    purchase a month and no other, so that every error shows.

    Parameters
    ----------
    demand : Series
        Units asked for a day, with days as index.
    first_month : str
        The first month planned, such as ``"2025-07"``.
    margin, holding : float
        Yuan lost with a unit too few, and with a unit too many (held for a month).
    method : str
        Of :func:`forecast`.
    learn : float
        Share (0 to 1) of the last error (actual over forecast) that goes into the next
        correction. 0 never adjusts, 1 believes the last month alone.
    calendar : Series, optional
        What is known of months in advance, with months as index: the shop's sales plan, for
        example. Demand is forecast relative to it, so that a festival is no surprise.

    Returns
    -------
    DataFrame
        ``month``, ``forecast`` (units), ``correction`` (factor), ``planned`` (their product),
        ``target`` (stock to start with), ``bought``, ``demand``, ``sold``, ``lost``, ``left``
        (units), ``cost`` (yuan).

    Raises
    ------
    CourseError
        `demand` has not one number for each day, the first month is not in it, or less than
        eight weeks of days lie before that.

    References
    ----------
    Slide 19 (forecast sales, set purchase quantities, keep adjusting).

    Examples
    --------
    >>> import pandas as pd
    >>> demand = pd.Series(2.0, index=pd.date_range("2025-01-01", "2025-05-31"))
    >>> plan = cycle(demand, first_month="2025-04", margin=30, holding=5)
    >>> plan[["forecast", "demand", "lost"]].round(0).values.tolist()
    [[60.0, 60.0, 0.0], [62.0, 62.0, 0.0]]
    >>> cycle(demand, first_month="2025-01", margin=30, holding=5)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 0 days lie before 2025-01. A plan needs eight weeks: start later.
    """
    learn = numbers.share("learn", learn)
    margin, holding = numbers.positive("margin", margin), numbers.positive("holding", holding)
    demand = numbers.by_day("demand", demand, low=0)
    index = pd.DatetimeIndex(demand.index)
    months = index.to_period("M")
    first = numbers.month("first_month", first_month)
    if first > months.max() or len(index) != (index[-1] - index[0]).days + 1:
        raise CourseError(
            _(
                "A plan needs the demand of every day up to {month} and after: there are {n} days, "
                "from {low:%Y-%m-%d} to {high:%Y-%m-%d}. Put 0 where nobody asked."
            ).format(month=first, n=len(index), low=index[0], high=index[-1])
        )
    before = int((months < first).sum())
    if before < 8 * WEEK:
        raise CourseError(
            _("{n} days lie before {month}. A plan needs eight weeks: start later.").format(
                n=before, month=first
            )
        )
    usual = _usual(months, calendar)
    planned_months: list[dict[str, Any]] = []
    left, correction, errors = 0.0, 1.0, [1.0]
    for month in months[months >= first].unique():
        past = np.asarray(demand[months < month], dtype=np.float64)
        asked = float(demand[months == month].sum())
        now = months == month
        level = past / usual[months < month]
        predicted = float((forecast(level, days=int(now.sum()), method=method) * usual[now]).sum())
        planned = predicted * correction
        target = np.ceil(
            newsvendor(_around(planned, past, errors), underage=margin, overage=holding).quantity
        )
        bought = max(target - left, 0.0)
        start = left + bought
        sold = min(asked, start)
        left = start - sold
        cost = margin * (asked - sold) + holding * left
        planned_months.append(
            {
                "month": month,
                "forecast": predicted,
                "correction": correction,
                "planned": planned,
                "target": target,
                "bought": bought,
                "demand": asked,
                "sold": sold,
                "lost": asked - sold,
                "left": left,
                "cost": cost,
            }
        )
        ratio = asked / planned if planned else 1.0
        errors.append(ratio)
        correction = float(np.clip(correction * ratio**learn, 0.5, 2.0))
    return pd.DataFrame(planned_months)


def _usual(months: pd.PeriodIndex, calendar: pd.Series[float] | None) -> NDArray[np.float64]:
    """Return what the calendar says of each day, 1 on average."""
    if calendar is None:
        return np.ones(len(months))
    given: Any = calendar if isinstance(calendar, Mapping | pd.Series) else {}
    once = isinstance(given, Mapping) or given.index.is_unique
    by_month = dict(given.items()) if once else {}
    asked = np.array([numbers.as_float(by_month.get(month)) for month in months])
    level = asked / months.days_in_month.to_numpy()
    if not np.isfinite(level).all() or (level <= 0).any():
        raise CourseError(
            _("The calendar needs a number above zero for every month of demand, months as index.")
        )
    return np.asarray(level / level.mean(), dtype=float)


def _around(planned: float, past: NDArray[np.float64], errors: Sequence[float]) -> Any:
    """Return the demand to plan for: as wide as counts are, and as past plans were wrong."""
    from scipy import stats

    counts = max(planned, 1.0) * max(past.var() / max(past.mean(), 1e-9), 1.0)
    missed = planned * float(np.sqrt(np.mean((np.array(errors) - 1) ** 2)))
    return stats.norm(planned, np.sqrt(counts + missed**2))
