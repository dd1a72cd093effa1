"""Price elasticity 价格弹性 from the shop's own history, and how far to believe it.

How much demand changes with the price is not to be seen in a plot of the two. Products differ,
promotions bring keen visitors and low prices at once, and a shop that asks more in weeks of high
demand makes dear weeks look like good weeks. The functions here take these apart: effects of
product and of category and week, counts with their zeros, visits as exposure, and the purchase
cost as an instrument: it moves the price and is nothing to the customer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.experiments.differences import of_errors
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.pricing import regression
from ecokit.pricing.absorb import Codes, Groups, rank

Floats = NDArray[np.float64]

EFFECTS = ("product_id", "market")
"""The effects that stand for themselves: each product, and each category in each week."""

WEAK = 10.0
"""A first-stage F below this makes an instrument weak (Staiger and Stock 1997)."""

_NEEDED = {
    "stock": "date product_id price demand sold",
    "products": "product_id category",
    "visits": "visit_id started_at product_id campaign_id",
    "orders": "order_id visit_id placed_at paid_at",
    "order_lines": "order_id product_id quantity unit_cost",
}


@dataclass(frozen=True)
class Estimate:
    """An elasticity with its 95 % interval.

    ``elasticity``, ``se`` (standard error), ``low``, ``high``, ``rows`` (product weeks used),
    ``products`` (clusters), ``first_stage`` (F of the instruments; NaN without one), ``left_out``
    (rows that hold nothing: no exposure, no instrument, or of an effect that never sold), and
    ``coefficients``, a table of the price and all controls: ``term``, ``coefficient``, ``se``,
    ``low``, ``high``, ``p_value``. A control that effects or others imply is not in it.
    """

    elasticity: float
    se: float
    low: float
    high: float
    rows: int
    products: int
    first_stage: float = float("nan")
    left_out: int = 0
    coefficients: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)

    @property
    def weak(self) -> bool:
        """Whether there is an instrument, and it hardly moves the price.

        References
        ----------
        Staiger and Stock (1997): a first-stage F below 10.
        """
        return self.first_stage < WEAK

    def covers(self, value: float) -> bool:
        """Whether the interval holds a value.

        Examples
        --------
        >>> Estimate(-2.8, 0.3, -3.4, -2.2, 400, 20).covers(-3)
        True
        """
        return self.low <= value <= self.high


# --- the panel -------------------------------------------------------------------------


@public
def panel(data: Any) -> Any:
    """Lay the shop's history out by product and week, ready for an elasticity.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``stock``: ``date``, ``product_id``, ``price`` (offer of the day), ``demand``, ``sold``
        (units). ``products``: ``product_id``, ``category``. ``visits``: ``visit_id``,
        ``started_at``, ``product_id`` (looked at longest), ``campaign_id``. ``orders``:
        ``order_id``, ``visit_id``, ``placed_at``, ``paid_at``. ``order_lines``: ``order_id``,
        ``product_id``, ``quantity``, ``unit_cost``.

    Returns
    -------
    table of the caller's kind
        A row a product and week on sale (``week`` is its Monday):
        ``product_id``, ``category``, ``week``, ``market`` (category and week), ``days`` (on sale),
        ``visits`` (that looked at it), ``campaign_share`` (of these visits), ``sold`` (units
        bought in visits that looked at it), ``lost`` (units asked for and out of stock),
        ``units`` (demand: both), ``stockout_days``, ``price`` (geometric mean), ``cost`` (of a
        unit; weeks without a sale are filled from those around; NaN: never sold).

    Raises
    ------
    CourseError
        A table lacks a column or holds values that cannot be; products of `stock` are unknown;
        no paid order holds the product that its visit looked at.

    Notes
    -----
    What was sold in a stock-out is not what was asked for: it is cut off (censored) at what was
    there. ``units`` adds what was refused, which this shop notes. Accessories that come along with
    other goods and substitutes for products out of stock are not counted: nobody came for them
    at their price. The tables that you give say what counts: products and weeks of `stock`, lines
    whose order is in `orders` and whose visit is in `visits`.

    References
    ----------
    Sales cut off at the stock: Agrawal and Smith (1996); the tables are those of the data
    dictionary.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> shop = load_shop()
    >>> weeks = panel(shop)
    >>> bool((weeks["units"] == weeks["sold"] + weeks["lost"]).all())
    True
    >>> panel({**shop.tables, "orders": shop.orders[:0]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No paid order holds the product that its visit looked at. ...
    """
    stock, products, visits, orders, order_lines = frames.fetched(data, _NEEDED)
    _refuse_impossible(stock, products, order_lines)
    rows.refuse(visits, "visits", [rows.missing("started_at", "visit_id")])
    rows.refuse(orders, "orders", [rows.missing("placed_at", "order_id")])
    keys = ["product_id", "week"]
    lines = _looked_at(orders, order_lines, visits)
    if lines.empty:
        message = _(
            "No paid order holds the product that its visit looked at. Give orders, their lines "
            "and visits of the same shop."
        )
        raise CourseError(message)
    lines = lines.assign(week=_weeks(lines["placed_at"]))
    bought = lines.groupby(keys, as_index=False).agg(sold=("quantity", "sum"))
    table = _on_sale(stock, keys).merge(_seen(visits, keys), on=keys, how="left")
    table = table.merge(bought, on=keys, how="left")
    empty = {"visits": 0, "campaign_share": 0.0, "sold": 0}
    table = table.fillna(empty).astype({"visits": "int64", "sold": "int64"})
    table = table.merge(products, on="product_id")
    table = table.assign(
        units=table["sold"] + table["lost"],
        market=table["category"].astype(str) + " " + table["week"].dt.strftime("%Y-%m-%d"),
        price=np.exp(table["log_price"]),
        cost=_costs(table, order_lines, orders),
    )
    named = ["product_id", "category", "week", "market", "days", "visits", "campaign_share"]
    columns = [*named, "sold", "lost", "units", "stockout_days", "price", "cost"]
    return frames.like(table.sort_values(keys, ignore_index=True)[columns], data)


def _refuse_impossible(
    stock: pd.DataFrame, products: pd.DataFrame, order_lines: pd.DataFrame
) -> None:
    found = ["date", "product_id"]
    rows.refuse(products, "products", [rows.twice("product_id")])
    rules = [
        rows.missing("date", *found),
        rows.not_above_zero("price", *found),
        rows.below_zero("demand", *found),
        rows.below_zero("sold", *found),
        rows.above("sold", "demand", *found),
        rows.twice(*found),
        rows.unknown_id("product_id", products, "products"),
    ]
    rows.refuse(stock, "stock", rules)
    line = ["order_id", "product_id"]
    rules = [rows.below_zero("quantity", *line), rows.below_zero("unit_cost", *line)]
    rows.refuse(order_lines, "order_lines", rules)


def _on_sale(stock: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return by product and week the days on sale, what was refused, and the mean log price."""
    days = stock.assign(
        week=_weeks(stock["date"]),
        lost=stock["demand"] - stock["sold"],
        log_price=np.log(stock["price"]),
    )
    days["stockout_days"] = (days["lost"] > 0).astype("int64")
    return days.groupby(keys, as_index=False).agg(
        days=("date", "size"),
        lost=("lost", "sum"),
        stockout_days=("stockout_days", "sum"),
        log_price=("log_price", "mean"),
    )


def _seen(visits: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return by product and week the visits that looked at it, and those of campaigns."""
    seen = visits.dropna(subset=["product_id"])
    seen = seen.assign(
        week=_weeks(seen["started_at"]), campaign=seen["campaign_id"].notna().astype(float)
    )
    return seen.groupby(keys, as_index=False).agg(
        visits=("visit_id", "size"), campaign_share=("campaign", "mean")
    )


def _weeks(days: pd.Series) -> pd.Series:
    """Return the Monday of the week of each day."""
    days = days.dt.normalize()
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")


def _looked_at(
    orders: pd.DataFrame, order_lines: pd.DataFrame, visits: pd.DataFrame
) -> pd.DataFrame:
    """Return the lines of paid orders whose product is the one that the visit looked at."""
    paid = orders.loc[orders["paid_at"].notna(), ["order_id", "visit_id", "placed_at"]]
    seen = visits.loc[visits["product_id"].notna(), ["visit_id", "product_id"]]
    lines = order_lines.merge(paid, on="order_id")
    return lines.merge(seen, on=["visit_id", "product_id"])


def _costs(table: pd.DataFrame, order_lines: pd.DataFrame, orders: pd.DataFrame) -> pd.Series:
    """Return the mean purchase cost by row of `table`, filled along the weeks of each product."""
    dated = order_lines.merge(orders[["order_id", "placed_at"]], on="order_id")
    dated = dated.assign(week=_weeks(dated["placed_at"]))
    known = dated.groupby(["product_id", "week"])["unit_cost"].mean().rename("cost")
    weeks = table[["product_id", "week"]].join(known, on=["product_id", "week"])
    weeks = weeks.sort_values(["product_id", "week"])
    filled = weeks.groupby("product_id")["cost"].transform(
        lambda cost: cost.interpolate(limit_direction="both")
    )
    return filled.reindex(table.index)


# --- the estimate ----------------------------------------------------------------------


@public
def estimate(
    panel: Any,
    *,
    model: str = "counts",
    exposure: str | None = "visits",
    instrument: By = None,
    effects: By = EFFECTS,
    controls: By = (),
    errors: str = "larger",
    cluster: str | None = None,
    key: By = None,
    product_id: str = "product_id",
    units: str = "units",
    price: str = "price",
) -> Estimate:
    """Estimate a price elasticity from a panel of products and weeks, or of any other kind.

    Parameters
    ----------
    panel : table
        What :func:`panel` returned, or your own, with the columns named below. In a panel of one
        category, its weeks are the ``market``.
    model : {"counts", "logs"}
        ``"counts"``: Poisson regression with the logarithm of the price (PPML), which takes weeks
        of zero units as they are. ``"logs"``: the logarithm of units on the logarithm of the
        price by least squares; weeks of zero units have none and fall out.
    exposure : str, optional
        The column that demand is measured against: ``"visits"`` that looked at the product, or
        ``"days"`` on sale (then visits are part of demand). None: nothing.
    instrument : str or sequence of str, optional
        Columns that move the price and not demand: ``"cost"``. With ``"logs"`` this is two-stage
        least squares, with ``"counts"`` a control function: the residual of the first stage
        stands beside the price.
    effects : sequence of str
        Columns that get an effect for each value; the effects are taken out, not listed.
    controls : sequence of str
        Columns that stand beside the price: numbers as they are, text with a coefficient for each
        value but the first.
    errors : {"larger", "jackknife", "clustered", "robust", "plain"}
        Standard errors. ``"jackknife"``: clusters left out one by one (CV3). ``"larger"``: that,
        or rows left out one by one, whichever is larger: few clusters may show too little by luck.
        ``"clustered"``: the usual ones by cluster (CV1), in which effects that lie inside clusters,
        such as those of products, cost no degree of freedom. ``"robust"``: by row (HC1).
        ``"plain"``: as if all rows varied alike, and counts as Poisson's.
    cluster : str, optional
        The column whose values share luck. Default: the product.
    key : str or sequence of str, optional
        Columns that tell rows apart; rows that share them are refused. By default a panel with
        ``product_id`` and ``week`` may not hold a whole row twice; any other has no key.
    product_id, units, price : str
        What the columns are called that hold the product, the units asked for, and the price.

    Returns
    -------
    Estimate
        Intervals take t quantiles of clusters less one (``"robust"`` and ``"plain"``: of rows less
        coefficients and effects). The errors of the control function count that its first stage
        is estimated too, all but ``"plain"``.

    Raises
    ------
    CourseError
        A column is missing or holds values that cannot be; an unknown model; prices
        that never change beyond effects and controls; fewer than three clusters; a Poisson
        regression that does not settle.

    References
    ----------
    Poisson regression, which needs only the mean to be right: Santos Silva and Tenreyro (2006);
    with effects taken out: Correia, Guimarães and Zylkin (2020).
    Control function: Wooldridge (2015); its variance stacks both stages: Newey and McFadden
    (1994), section 6. Clusters: the jackknife form CV3, which suits few of them, MacKinnon,
    Nielsen and Webb (2023), with the degrees of freedom of effects across them. Why the price
    is endogenous in a shop's own data, and costs as instruments: Villas-Boas and Winer (1999).

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> rows = pd.DataFrame({"product_id": np.repeat(range(20), 40), "category": "audio",
    ...                      "week": np.tile(range(40), 20), "visits": 500})
    >>> rows["market"], rows["price"] = rows["week"], np.exp(rng.normal(4, 0.1, 800))
    >>> rows["units"] = rng.poisson(0.05 * 500 * (rows["price"] / 55) ** -2.5)
    >>> told = estimate(rows)
    >>> round(told.elasticity, 1), told.covers(-2.5)
    (-2.6, True)
    >>> told.coefficients["term"].tolist()
    ['price']
    >>> estimate(rows.assign(price=55.0))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The price does not change beyond the effects of product_id and
    market, so it tells nothing about demand. Take fewer effects or a longer history.
    """
    numbers.one_of("model", model, ("counts", "logs"))
    numbers.one_of("errors", errors, ERRORS)
    effects, controls = _named("effects", effects), _named("controls", controls)
    instruments = frames.listed(instrument, "instrument")
    measured = [] if exposure is None else [numbers.text("exposure", exposure)]
    measured += instruments
    names = {"product_id": product_id, "units": units, "price": price}
    groups = {"cluster": product_id if cluster is None else numbers.text("cluster", cluster)}
    data = _checked(panel, names | groups, measured, effects, controls)
    _refuse_doubled(panel, data, key, product_id)
    used, codes = _usable(data, model, measured, effects)
    clusters = pd.factorize(used["cluster"])[0]
    if errors in _BY_CLUSTER and len(np.unique(clusters)) < LEAST_CLUSTERS:
        message = _(
            "There are {n} products with {columns} above 0. Take three or more: errors are "
            "clustered by product; errors='robust' does without."
        )
        columns = ", ".join(["units", *measured])
        raise CourseError(message.format(n=len(np.unique(clusters)), columns=columns))
    if not len(used):
        columns = ", ".join(["units", *measured])
        message = _("No row of the panel has {columns} above 0, so there is nothing to estimate.")
        raise CourseError(message.format(columns=columns))
    beside, terms = _coded(used, controls)
    log_price = np.log(used["price"].to_numpy(float))
    groups_ = Groups(codes or [np.zeros(len(used), np.intp)])
    kept = regression.independent(groups_, beside)
    beside, terms = beside[:, kept], [terms[place] for place in kept]
    if np.std(regression.without(groups_, beside, log_price)) < 1e-7:
        message = _(
            "The price does not change beyond the effects of {effects}, so it tells nothing about "
            "demand. Take fewer effects or a longer history."
        )
        raise CourseError(message.format(effects=_(" and ").join([*effects, *controls])))
    first = None
    if instruments:
        moved = np.log(used[instruments].to_numpy(float))
        first = regression.First(groups_, moved, log_price, beside)
    asked = used["units"].to_numpy(float)
    offset = np.zeros(len(used)) if exposure is None else np.log(used[exposure].to_numpy(float))
    x = np.column_stack([log_price, beside])
    if model == "logs":
        fit = regression.least_squares(groups_, np.log(asked) - offset, x, first)
    else:
        fit = regression.poisson(groups_, asked, offset, x, first)
    across, absorbed = _absorbed(codes, clusters, len(terms))
    variance, free = regression.variance(fit, errors, clusters, across, absorbed)
    strength = first.strength(clusters) if first else float("nan")
    terms = ["price", *terms, *(["first_stage"] if len(fit.slopes) > len(terms) + 1 else [])]
    table = _coefficients(terms, fit.slopes, variance, free)
    return _told(table, used, data, strength)


@dataclass(frozen=True)
class LogitDemand:
    """What the logit of shares says of a price.

    Attributes
    ----------
    price : float
        By how much the utility moves with a yuan: below 0.
    se, low, high : float
        Its standard error and 95 % interval.
    elasticity : float
        Of the products' own prices, the mean weighted by units.
    rows, left_out : int
        Rows used, and rows without a unit, which have no logarithm.
    first_stage : float
        F of the instruments; NaN without one.
    elasticities : DataFrame
        A row a product and market: ``product_id``, ``market``, ``share``, ``elasticity`` (own),
        ``cross`` (of every other product's share with this price).
    coefficients : DataFrame
        As those of :func:`estimate`.
    """

    price: float
    se: float
    low: float
    high: float
    elasticity: float
    rows: int
    left_out: int
    first_stage: float
    elasticities: pd.DataFrame = field(repr=False, compare=False)
    coefficients: pd.DataFrame = field(repr=False, compare=False)


@public
def logit_demand(
    panel: Any,
    *,
    instrument: By = None,
    effects: By = (),
    controls: By = (),
    errors: str = "larger",
    cluster: str | None = None,
    customers: str = "customers",
    market: str = "market",
    product_id: str = "product_id",
    units: str = "units",
    price: str = "price",
) -> LogitDemand:
    """Estimate price elasticities from market shares, with instruments for the price.

    Customers choose one product of a market, or none. The logarithm of a product's share over that
    of nothing is then linear in price: least squares, or two stages with instruments.

    Parameters
    ----------
    panel : table
        A row a product and market (a week, a city), with the columns named below.
    instrument, effects, controls : str or sequence of str, optional
        As in :func:`estimate`; the price is in yuan, and instruments are as they stand, not in
        logarithms: they may lie below 0.
    errors : {"larger", "jackknife", "clustered", "robust", "plain"}
        As in :func:`estimate`.
    cluster : str, optional
        As in :func:`estimate`.
    customers : str
        The column with all who could have bought in the market, those who bought nothing too.
    market, product_id, units, price : str
        What the columns are called.

    Returns
    -------
    LogitDemand

    Raises
    ------
    CourseError
        A column is missing or holds values that cannot be, units reach the customers of a market,
        or what :func:`estimate` refuses.

    References
    ----------
    Berry (1994).

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> weeks = pd.DataFrame({"market": np.repeat(range(60), 4), "product_id": list("abcd") * 60})
    >>> weeks["cost"], liked = rng.uniform(5, 9, 240), rng.normal(0, 0.3, 240)
    >>> weeks["price"] = weeks["cost"] + 2 + liked
    >>> worth = np.exp(2 - 0.5 * weeks["price"] + liked)
    >>> all_worth = 1 + worth.groupby(weeks["market"]).transform("sum")
    >>> weeks["customers"], weeks["units"] = 1e6, 1e6 * worth / all_worth
    >>> told = logit_demand(weeks, instrument="cost")
    >>> round(told.price, 1), round(told.elasticity, 1)
    (-0.5, -3.8)
    """
    numbers.one_of("errors", errors, ERRORS)
    effects, controls = _named("effects", effects), _named("controls", controls)
    instruments = frames.listed(instrument, "instrument")
    names = {"product_id": product_id, "units": units, "price": price, "market": market}
    names |= {"customers": customers}
    names |= {"cluster": product_id if cluster is None else numbers.text("cluster", cluster)}
    data = _checked(panel, names, instruments, effects, controls, signed=True)
    rules = [rows.missing("market", "product_id"), rows.not_above_zero("customers", "market")]
    rows.refuse(data, "panel", [*rules, rows.twice("product_id", "market")])
    sold = data.groupby("market")["units"].transform("sum")
    full = [rows.Wrong(_("units of a market reach its customers"), nw.col("full_"), ("market",))]
    rows.refuse(data.assign(full_=sold >= data["customers"]), "panel", full)
    share, none = data["units"] / data["customers"], 1 - sold / data["customers"]
    right = (data["units"] > 0) & data[instruments].notna().all(axis=1)
    used, bought = data[right], share[right].to_numpy(float)
    clusters = pd.factorize(used["cluster"])[0]
    if not len(used) or (errors in _BY_CLUSTER and clusters.max() + 1 < LEAST_CLUSTERS):
        message = _(
            "There are {n} products with units above 0. Take three or more: errors are clustered "
            "by product; errors='robust' does without."
        )
        raise CourseError(message.format(n=used["product_id"].nunique()))
    codes = [pd.factorize(used[name])[0] for name in effects]
    groups = Groups(codes or [np.zeros(len(used), np.intp)])
    beside, terms = _coded(used, controls)
    kept = regression.independent(groups, beside)
    beside, terms = beside[:, kept], [terms[place] for place in kept]
    asked = used["price"].to_numpy(float)
    if np.std(regression.without(groups, beside, asked)) < 1e-9 * asked.max():
        message = _(
            "The price does not change beyond effects and controls, so it tells nothing about "
            "demand. Take fewer effects or a longer history."
        )
        raise CourseError(message)
    z = used[instruments].to_numpy(float)
    first = regression.First(groups, z, asked, beside) if instruments else None
    y = np.log(bought) - np.log(none[right].to_numpy(float))
    fit = regression.least_squares(groups, y, np.column_stack([asked, beside]), first)
    across, absorbed = _absorbed(codes, clusters, len(terms))
    variance, free = regression.variance(fit, errors, clusters, across, absorbed)
    table = _coefficients(["price", *terms], fit.slopes, variance, free)
    slope, se, low, high = table[["coefficient", "se", "low", "high"]].to_numpy(float)[0].tolist()
    each = used[["product_id", "market"]].assign(
        share=bought, elasticity=slope * asked * (1 - bought), cross=-slope * asked * bought
    )
    return LogitDemand(
        slope,
        se,
        low,
        high,
        float(np.average(each["elasticity"], weights=used["units"])),
        len(used),
        len(data) - len(used),
        first.strength(clusters) if first else float("nan"),
        each.reset_index(drop=True),
        table,
    )


ERRORS = ("larger", "jackknife", "clustered", "robust", "plain")
"""The standard errors that :func:`estimate` knows."""

_BY_CLUSTER = ("larger", "jackknife", "clustered")
LEAST_CLUSTERS = 3


def _named(what: str, names: By) -> list[str]:
    """Return names of columns as a list; none must be said in so many words."""
    if names is None:
        raise numbers.refused(what, names, _("Give names of columns, or () for none."))
    return frames.listed(names, what)


def _checked(
    panel: Any,
    names: Mapping[str, str],
    measured: Sequence[str],
    effects: Sequence[str],
    controls: Sequence[str],
    *,
    signed: bool = False,
) -> pd.DataFrame:
    """Return the panel in pandas, by the course's names, or say what is wrong with it.

    What is measured has a logarithm, and may not lie below 0, unless it is `signed`.
    """
    own = dict.fromkeys(measured, "number")
    others = [one for one in effects if one not in names]
    frame = frames.table(panel, list(dict.fromkeys([*others, *own, *controls])), name="panel")
    schema = frame.collect_schema()
    words = [one for one in controls if isinstance(schema[one], nw.String)]
    flags = [nw.col(one).cast(nw.Int64) for one in controls if schema[one] == nw.Boolean]
    frame = frame.with_columns(*flags) if flags else frame
    own |= {one: "number" for one in controls if one not in words}
    types = {"product_id": "id", "units": "number", "price": "number"} | own
    frame = frames.table(frame, list(own), name="panel", types=own)
    opened = frames.table(frame, names, name="panel", types=types)
    wanted = list(dict.fromkeys([*names, *others, *own, *controls]))
    data = frames.as_pandas(opened.select(*wanted))
    finite = [
        rows.Wrong(
            _("{column} is no finite number").format(column=name),
            ~nw.col(name).is_finite().fill_null(value=False),
            ("product_id", name),
        )
        for name in controls
        if name not in words
    ]
    gaps = list(dict.fromkeys(["product_id", *effects, *words, "cluster"]))
    rules = [
        *(rows.missing(name, "product_id") for name in gaps),
        rows.below_zero("units", "product_id"),
        rows.not_above_zero("price", "product_id"),
        *(rows.below_zero(name, "product_id", gaps=True) for name in measured if not signed),
        *finite,
    ]
    rows.refuse(data, "panel", rules)
    return data


def _refuse_doubled(panel: Any, data: pd.DataFrame, key: By, product_id: str) -> None:
    """Refuse rows that stand in a panel twice, where it has a key to know them by."""
    if key is not None:
        names = frames.listed(key, "key")
        if names:
            given = frames.table(panel, names, name="panel")
            rows.refuse(frames.as_pandas(given.select(*names)), "panel", [rows.twice(*names)])
        return
    frame = frames.table(panel, "", name="panel")
    if product_id != "product_id" or "week" not in frame.collect_schema().names():
        return
    table = frames.as_pandas(frame)
    doubled = table[["product_id", "week"]].duplicated()
    if doubled.any():  # else no row can stand there twice
        doubled = table.duplicated()
    if doubled.any():
        message = _(
            "{n:,} rows of the panel stand in it twice. Keep one of each; if they are different "
            "sales, say key=()."
        )
        raise CourseError(message.format(n=int(doubled.sum())))


def _coded(data: pd.DataFrame, controls: Sequence[str]) -> tuple[Floats, list[str]]:
    """Return the columns beside the price and their names; text gets one for each value."""
    columns, terms = [np.empty((len(data), 0))], list[str]()
    for name in controls:
        if pd.api.types.is_numeric_dtype(data[name]):
            columns.append(data[[name]].to_numpy(float))
            terms.append(name)
            continue
        values = sorted(data[name].unique())
        if len(values) > MOST_VALUES:
            message = _("The control {name} has {n:,} values. Name it among the effects instead.")
            raise CourseError(message.format(name=name, n=len(values)))
        columns.append(np.column_stack([data[name] == one for one in values[1:]] or columns[:1]))
        terms += [f"{name}: {one}" for one in values[1:]]
    return np.column_stack(columns).astype(float), terms


MOST_VALUES = 50
"""Values of a text that stands beside the price; with more it is an effect."""


LADDER: dict[str, dict[str, Any]] = {
    "all_products": {"model": "logs", "exposure": "days", "effects": ()},
    "same_product": {"model": "logs", "exposure": "days", "effects": ("product_id",)},
    "same_week": {"exposure": "days"},
    "cost": {"exposure": "days", "instrument": "cost"},
    "visits": {},
    "visits_and_cost": {"instrument": "cost"},
}
"""The steps of :func:`ladder`, and what each gives to :func:`estimate`."""


@public
def ladder(panel: Any, *, steps: By = None) -> Any:
    """Estimate the same elasticity in several ways, from the most naive to the most careful.

    Parameters
    ----------
    panel : table
        What :func:`panel` returned, of one category or of all.
    steps : sequence of str, optional
        Some of the six; default: all.

    Returns
    -------
    table of the caller's kind
        A row a step: ``step``, ``elasticity``, ``low``, ``high``, ``rows``, ``first_stage``.

        ``all_products`` compares dear products with cheap ones. ``same_product`` compares each
        product with itself, over promotions and seasons. ``same_week`` compares inside category
        and week too, so that promotions and seasons are out. ``cost`` takes only those moves of
        the price that the purchase cost explains. ``visits`` measures demand against the visits
        that looked at the product; ``visits_and_cost`` does both.

    Raises
    ------
    CourseError
        An unknown step; and what :func:`estimate` refuses.

    References
    ----------
    As in :func:`estimate`; the steps and their order are the course's own.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> weeks = panel(load_shop())
    >>> ladder(weeks.query("category == 'audio'"), steps=["same_week", "cost"])["step"].tolist()
    ['same_week', 'cost']
    """
    chosen = list(LADDER) if steps is None else frames.listed(steps, "steps", least=1)
    for step in chosen:
        numbers.one_of("steps", step, LADDER)
    told = {step: estimate(panel, **LADDER[step]) for step in chosen}
    return frames.like(_rows("step", told), panel)


@public
def by_category(
    panel: Any,
    truth: Mapping[str, float] | None = None,
    *,
    category: str = "category",
    **how: Any,
) -> Any:
    """Estimate the elasticity of each category, beside the truth where it is known.

    Parameters
    ----------
    panel : table
        What :func:`panel` returned.
    truth : mapping, optional
        ``shop.truth`` of a simulated shop, with ``elasticity_<category>``.
    category : str
        What the column is called that holds the category.
    **how : Any
        What :func:`estimate` takes.

    Returns
    -------
    table of the caller's kind
        ``category``, ``elasticity``, ``low``, ``high``, ``rows``, ``first_stage``; with `truth`
        also ``truth`` and ``covered`` (the interval holds the truth).

    Raises
    ------
    CourseError
        A row has no category, the truth lacks one, or what :func:`estimate` refuses.

    References
    ----------
    As in :func:`estimate`; how large elasticities are: Bijmolt, van Heerde and Pieters (2005).

    Examples
    --------
    >>> from ecokit import load_shop
    >>> shop = load_shop()
    >>> len(by_category(panel(shop), shop.truth))
    6
    """
    given = frames.table(panel, {"category": category}, name="panel", types={"category": "id"})
    table, told = frames.as_pandas(given), {}
    if table["category"].notna().any():
        rows.refuse(table, "panel", [rows.missing("category")])
    for name, group in table.groupby("category"):
        try:
            told[name] = estimate(group, **how)
        except CourseError as error:
            message = _("Category {name}: {error}")
            raise CourseError(message.format(name=name, error=error)) from None
    if not told:
        raise CourseError(_("The panel has no row with a category."))
    table = _rows("category", told)
    if truth is not None:
        table = _beside_truth(table, truth)
    return frames.like(table, panel)


def _beside_truth(table: pd.DataFrame, truth: object) -> pd.DataFrame:
    """Add the true elasticity of each category, and whether its interval holds it."""
    wanted = _("Give the truth of a simulated shop, shop.truth, or leave it out.")
    known = numbers.mapping("truth", truth, wanted)
    keys = {name: f"elasticity_{name}" for name in table["category"]}
    missing = [str(name) for name, key in keys.items() if key not in known]
    if missing:
        message = _("The truth does not tell the elasticity of {names}.")
        raise CourseError(message.format(names=", ".join(missing)))
    true = table["category"].map(
        {name: numbers.number(key, known[key]) for name, key in keys.items()}
    )
    return table.assign(truth=true, covered=(table["low"] <= true) & (true <= table["high"]))


def _rows(key: str, told: Mapping[Any, Estimate]) -> pd.DataFrame:
    """Return estimates as a table, a row each."""
    names = ["elasticity", "low", "high", "rows", "first_stage"]
    return pd.DataFrame(
        [
            {key: name} | {column: getattr(one, column) for column in names}
            for name, one in told.items()
        ]
    )


def _absorbed(codes: Sequence[Codes], clusters: Codes, terms: int) -> tuple[int, int]:
    """Return how many effects and controls cut across clusters, and how many there are."""
    absorbed = (rank(codes) if codes else 1) + terms
    inside = []
    for code in codes:
        owner = np.zeros(int(code.max()) + 1, np.intp)
        owner[code] = clusters
        if (owner[code] == clusters).all():  # each value lies in one cluster
            inside.append(len(owner))
    return absorbed - sum(inside), absorbed


def _coefficients(
    terms: Sequence[str], slopes: Floats, variance: Floats, free: int
) -> pd.DataFrame:
    from scipy.stats import t

    se = np.sqrt(np.diag(variance))
    found = of_errors(slopes, se, t(free))
    found["p_value"] = np.where(se > 0, found["p_value"], 1.0)  # no error: the fit tells nothing
    names = {"difference": "coefficient", "standard_error": "se"}
    table = pd.DataFrame({"term": list(terms), **found}).rename(columns=names)
    return table[["term", "coefficient", "se", "low", "high", "p_value"]]


def _told(table: pd.DataFrame, used: pd.DataFrame, data: pd.DataFrame, strength: float) -> Estimate:
    slope, se, low, high = table[["coefficient", "se", "low", "high"]].to_numpy(float)[0].tolist()
    clusters = int(used["cluster"].nunique())
    left_out = len(data) - len(used)
    return Estimate(slope, se, low, high, len(used), clusters, strength, left_out, table)


def _usable(
    panel: pd.DataFrame, model: str, measured: Sequence[str], effects: Sequence[str]
) -> tuple[pd.DataFrame, list[Codes]]:
    """Leave out rows that hold nothing: no exposure, no instrument, an effect that says it all.

    The effects come back as whole numbers from 0, row by row.
    """
    right = (panel[list(measured)] > 0).all(axis=1).to_numpy()
    units = panel["units"].to_numpy(float)
    if model == "logs":
        right = right & (units > 0)
    codes = [pd.factorize(panel[name])[0] for name in effects]
    before = -1
    while model == "counts" and right.sum() != before:
        before = right.sum()
        for code in codes:
            right = right & (np.bincount(code, units * right)[code] > 0)
    if right.all():
        return panel, codes
    return panel[right], [pd.factorize(code[right])[0] for code in codes]
