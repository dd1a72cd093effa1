"""Price elasticity 价格弹性 from the shop's own history, and how far to believe it.

How much demand changes with the price is not to be seen in a plot of the two. Products differ,
promotions bring keen visitors and low prices at once, and a shop that asks more in weeks of high
demand makes dear weeks look like good weeks. The functions here take these apart: effects of
product and of category and week, counts with their zeros, visits as exposure, and the purchase
cost as an instrument: it moves the price and is nothing to the customer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.messages import _

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
    ``products`` (clusters), ``first_stage`` (F of the instrument; NaN without one).
    """

    elasticity: float
    se: float
    low: float
    high: float
    rows: int
    products: int
    first_stage: float = float("nan")

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
    at their price.

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
    rules = [rows.below_zero("quantity", *line), rows.below_zero("unit_cost", *line, gaps=True)]
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
    exposure: str = "visits",
    instrument: str | None = None,
    effects: By = EFFECTS,
    controls: By = (),
    product_id: str = "product_id",
    units: str = "units",
    price: str = "price",
) -> Estimate:
    """Estimate a price elasticity from a panel of products and weeks.

    Parameters
    ----------
    panel : table
        What :func:`panel` returned, or your own, with the columns named below. In a panel of one
        category, its weeks are the ``market``.
    model : {"counts", "logs"}
        ``"counts"``: Poisson regression with the logarithm of the price (PPML), which takes weeks
        of zero units as they are. ``"logs"``: the logarithm of units on the logarithm of the
        price by least squares; weeks of zero units have none and fall out.
    exposure : str
        The column that demand is measured against: ``"visits"`` that looked at the product, or
        ``"days"`` on sale (then visits are part of demand).
    instrument : str, optional
        A column that moves the price and not demand: ``"cost"``. With ``"logs"`` this is two-stage
        least squares, with ``"counts"`` a control function: the residual of the first stage
        stands beside the price.
    effects : sequence of str
        Columns that get an effect for each value.
    controls : sequence of str
        Columns that stand beside the price as they are.
    product_id, units, price : str
        What the columns are called that hold the product, the units asked for, and the price.

    Returns
    -------
    Estimate
        Standard errors are the larger of those clustered by product and those by row (few clusters
        may show too little by luck), with t quantiles of clusters less one. Those of the control
        function count that its first stage is estimated too.

    Raises
    ------
    CourseError
        A column is missing or holds values that cannot be; an unknown model; prices
        that never change beyond effects and controls; fewer than five products.

    References
    ----------
    Poisson regression, which needs only the mean to be right: Santos Silva and Tenreyro (2006).
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
    >>> estimate(rows.assign(price=55.0))
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The price does not change beyond the effects of product_id and
    market, so it tells nothing about demand. Take fewer effects or a longer history.
    """
    numbers.one_of("model", model, ("counts", "logs"))
    effects, controls = _named("effects", effects), _named("controls", controls)
    measured = [numbers.text("exposure", exposure)]
    measured += [] if instrument is None else [numbers.text("instrument", instrument)]
    names = {"product_id": product_id, "units": units, "price": price}
    data = _checked(panel, names, measured, effects, controls)
    data = _usable(data, model, measured, effects)
    clusters = data["product_id"].to_numpy()
    if len(set(clusters)) < 5:
        message = _(
            "There are {n} products with {columns} above 0. Take five or more: errors are "
            "clustered by product."
        )
        columns = ", ".join(["units", *measured])
        raise CourseError(message.format(n=len(set(clusters)), columns=columns))
    beside = _beside(data, effects, controls)
    log_price = np.log(data["price"].to_numpy(float))
    if np.std(_without(beside, log_price)) < 1e-9:
        message = _(
            "The price does not change beyond the effects of {effects}, so it tells nothing about "
            "demand. Take fewer effects or a longer history."
        )
        raise CourseError(message.format(effects=_(" and ").join([*effects, *controls])))
    first = None
    if instrument is not None:
        first = _First(np.log(data[instrument].to_numpy(float)), log_price, beside)
    asked, offset = data["units"].to_numpy(float), np.log(data[exposure].to_numpy(float))
    fit = _logs if model == "logs" else _counts
    slope, scores, left, right = fit(asked, offset, log_price, beside, first)
    shared, single = (_clustered(scores, left, right, g) for g in (clusters, np.arange(len(data))))
    se = max(shared, single) * _spent(data, beside, effects)
    strength = first.strength(clusters) if first else float("nan")
    return _told(slope, se, clusters, len(data), strength)


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
) -> pd.DataFrame:
    """Return the panel in pandas, by the course's names, or say what is wrong with it."""
    own = dict.fromkeys(measured, "number") | dict.fromkeys(controls, "number")
    types = {"product_id": "id", "units": "number", "price": "number"} | own
    frame = frames.table(panel, list(dict.fromkeys([*effects, *own])), name="panel", types=own)
    data = frames.as_pandas(frames.table(frame, names, name="panel", types=types))
    finite = [
        rows.Wrong(
            _("{column} is no finite number").format(column=name),
            ~nw.col(name).is_finite().fill_null(value=False),
            ("product_id", name),
        )
        for name in controls
    ]
    rules = [
        *(rows.missing(name, "product_id") for name in ("product_id", *effects)),
        rows.below_zero("units", "product_id"),
        rows.not_above_zero("price", "product_id"),
        *(rows.below_zero(name, "product_id", gaps=True) for name in measured),
        *finite,
    ]
    rows.refuse(data, "panel", rules)
    if data.duplicated().any():
        message = _("{n:,} rows of the panel stand in it twice. Keep one of each.")
        raise CourseError(message.format(n=int(data.duplicated().sum())))
    return data


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
        No row has a category, the truth lacks one, or what :func:`estimate` refuses.

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
    told = {}
    for name, group in frames.as_pandas(given).groupby("category"):
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
    true = table["category"].map({name: float(known[key]) for name, key in keys.items()})
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


class _First:
    """The first stage: the price on the instrument, beside effects and controls."""

    def __init__(self, z: Floats, price: Floats, beside: Floats) -> None:
        self.z = _without(beside, z)
        price = _without(beside, price)
        self.square = float(self.z @ self.z)
        if self.square < 1e-12 * len(z):
            message = _("The instrument does not change beyond the effects. Take another one.")
            raise CourseError(message)
        self.slope = float(self.z @ price) / self.square
        self.residual = price - self.slope * self.z
        if float(self.residual @ self.residual) < 1e-12 * len(z):
            message = _("The instrument says all about the price. Take another one, not the price.")
            raise CourseError(message)

    def strength(self, clusters: NDArray[Any]) -> float:
        """F of the instrument: its squared t value, clustered."""
        z = self.z[:, None]
        se = _clustered(z * self.residual[:, None], z, z, clusters)
        return (self.slope / se) ** 2


def _logs(
    units: Floats, offset: Floats, price: Floats, beside: Floats, first: _First | None
) -> tuple[float, Floats, Floats, Floats]:
    """Least squares, or two-stage least squares: slope, scores, sides of the bread."""
    both = _without(beside, np.column_stack([price, np.log(units) - offset]))
    x, y = both[:, :-1], both[:, -1]
    tools = x if first is None else first.z[:, None]
    slopes = np.linalg.solve(tools.T @ x, tools.T @ y)
    return float(slopes[0]), tools * (y - x @ slopes)[:, None], tools, x


def _counts(
    units: Floats, offset: Floats, price: Floats, beside: Floats, first: _First | None
) -> tuple[float, Floats, Floats, Floats]:
    """Poisson regression, with the residual of a first stage: slope, scores, sides of the bread."""
    from statsmodels.genmod.families import Poisson  # statsmodels.api takes twice as long to load
    from statsmodels.genmod.generalized_linear_model import GLM

    x = np.column_stack([price] if first is None else [price, first.residual])
    model = GLM(units, np.column_stack([x, beside]), family=Poisson(), offset=offset)
    fitted = model.fit(wls_method="qr", tol=1e-10)
    mean = np.asarray(fitted.fittedvalues)
    root = np.sqrt(mean)[:, None]
    inside = _without(root * beside, root * x) / root
    scores = inside * (units - mean)[:, None]
    if first is not None:
        moved = float(fitted.params[1]) * (inside * mean[:, None]).T @ first.z
        scores = scores + np.outer(first.z * first.residual / first.square, moved)
    return float(fitted.params[0]), scores, inside * mean[:, None], inside


def _without(columns: Floats, values: Floats) -> Floats:
    """Return what `columns` leave of `values`: the residuals of least squares."""
    from scipy.linalg import lstsq

    if not columns.shape[1]:
        return values
    return values - columns @ lstsq(columns, values, lapack_driver="gelsy")[0]


def _clustered(scores: Floats, left: Floats, right: Floats, clusters: NDArray[Any]) -> float:
    """Return the standard error of the first slope, robust to errors shared in a cluster.

    The slope solves ``left' (y - right b) = 0``; each cluster is left out in one step (CV3).
    """
    moved = []
    bread = left.T @ right
    for group in np.unique(clusters):
        mine = clusters == group
        rest = bread - left[mine].T @ right[mine]
        moved.append(np.linalg.solve(rest, scores[mine].sum(axis=0))[0])
    return float(np.sqrt((1 - 1 / len(moved)) * np.sum(np.square(moved))))


def _spent(data: pd.DataFrame, beside: Floats, effects: Sequence[str]) -> float:
    """Return by how much what cuts across products makes residuals look too small."""
    inside = [
        data[name].nunique()
        for name in effects
        if data.groupby(name)["product_id"].nunique().max() == 1
    ]
    across = beside.shape[1] - sum(inside)
    return float(np.sqrt((len(data) - 1) / max(len(data) - 1 - across, 1)))


def _told(slope: float, se: float, clusters: NDArray[Any], rows: int, strength: float) -> Estimate:
    from scipy.stats import t

    products = len(set(clusters))
    reach = float(t.ppf(0.975, products - 1)) * se
    return Estimate(slope, se, slope - reach, slope + reach, rows, products, strength)


def _usable(
    panel: pd.DataFrame, model: str, measured: Sequence[str], effects: Sequence[str]
) -> pd.DataFrame:
    """Leave out rows that hold nothing: no exposure, no instrument, an effect that says it all."""
    data = panel[(panel[list(measured)] > 0).all(axis=1)]
    if model == "logs":
        return data[data["units"] > 0]
    before = -1
    while len(data) != before:
        before = len(data)
        for name in effects:
            data = data[data.groupby(name)["units"].transform("sum") > 0]
    return data


def _beside(data: pd.DataFrame, effects: Sequence[str], controls: Sequence[str]) -> Floats:
    """Return a column a value of each effect and one a control, less those that others imply."""
    from scipy.linalg import qr

    blocks = [pd.get_dummies(data[name].astype(str)).to_numpy(float) for name in effects]
    extra = data[list(controls)].to_numpy(float)
    extra = (extra - extra.mean(axis=0)) / np.maximum(extra.std(axis=0), 1e-300)
    columns = np.column_stack([np.ones(len(data)), *blocks, extra])
    triangle, kept = qr(columns, mode="r", pivoting=True)
    size = np.abs(np.diag(triangle[: columns.shape[1]]))
    return columns[:, np.sort(kept[: int((size > 1e-8 * size[0]).sum())])]
