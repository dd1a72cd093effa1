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
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.pricing.inputs import dates, need, numbers, once

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

EFFECTS = ("product_id", "market")
"""The effects that stand for themselves: each product, and each category in each week."""

WEAK = 10.0
"""A first-stage F below this makes an instrument weak (Staiger and Stock 1997)."""

_COLUMNS = {
    "stock": ("date", "product_id", "price", "demand", "sold"),
    "products": ("product_id", "category"),
    "visits": ("visit_id", "started_at", "product_id", "campaign_id"),
    "orders": ("order_id", "visit_id", "placed_at", "paid_at"),
    "order_lines": ("order_id", "product_id", "quantity", "unit_cost"),
}
_NEEDED = ("product_id", "units", "price")


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
        """Whether there is an instrument, and it hardly moves the price."""
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


def panel(
    stock: pd.DataFrame,
    products: pd.DataFrame,
    visits: pd.DataFrame,
    orders: pd.DataFrame,
    order_lines: pd.DataFrame,
) -> pd.DataFrame:
    """Lay the shop's history out by product and week, ready for an elasticity.

    Parameters
    ----------
    stock : DataFrame
        ``date``, ``product_id``, ``price`` (offer of the day), ``demand``, ``sold`` (units).
    products : DataFrame
        ``product_id``, ``category``.
    visits : DataFrame
        ``visit_id``, ``started_at``, ``product_id`` (looked at longest), ``campaign_id``.
    orders, order_lines : DataFrame
        ``order_id``, ``visit_id``, ``placed_at``, ``paid_at``; ``order_id``, ``product_id``,
        ``quantity``, ``unit_cost``.

    Returns
    -------
    DataFrame
        A row a product and week on sale (``week`` is its Monday):
        ``product_id``, ``category``, ``week``, ``market`` (category and week), ``days`` (on sale),
        ``visits`` (that looked at it), ``campaign_share`` (of these visits), ``sold`` (units
        bought in visits that looked at it), ``lost`` (units asked for and out of stock),
        ``units`` (demand: both), ``stockout_days``, ``price`` (geometric mean), ``cost`` (of a
        unit; weeks without a sale are filled from those around; NaN: never sold).

    Notes
    -----
    What was sold in a stock-out is not what was asked for: it is cut off (censored) at what was
    there. ``units`` adds what was refused, which this shop notes. Accessories that come along with
    other goods and substitutes for products out of stock are not counted: nobody came for them
    at their price.

    Raises
    ------
    CourseError
        A table lacks a column or holds values that cannot be; products of `stock` are unknown;
        no paid order holds the product that its visit looked at.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> shop = load_shop()
    >>> weeks = panel(shop.stock, shop.products, shop.visits, shop.orders, shop.order_lines)
    >>> bool((weeks["units"] == weeks["sold"] + weeks["lost"]).all())
    True
    >>> panel(shop.stock, shop.products, shop.visits, shop.orders[:0], shop.order_lines)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No paid order holds the product that its visit looked at. ...
    """
    _check_shop(stock, products, visits, orders, order_lines)
    keys = ["product_id", "week"]
    table = _on_sale(stock, keys)
    lines = _looked_at(orders, order_lines, visits)
    if lines.empty:
        message = _(
            "No paid order holds the product that its visit looked at. Give orders, their lines "
            "and visits of the same shop."
        )
        raise CourseError(message)
    lines = lines.assign(week=_weeks(lines["placed_at"]))
    bought = lines.groupby(keys, as_index=False).agg(sold=("quantity", "sum"))
    table = table.merge(_seen(visits, keys), on=keys, how="left").merge(bought, on=keys, how="left")
    empty = {"visits": 0, "campaign_share": 0.0, "sold": 0}
    table = table.fillna(empty).astype({"visits": "int64", "sold": "int64"})
    table = table.merge(products[["product_id", "category"]], on="product_id")
    table = table.assign(
        units=table["sold"] + table["lost"],
        market=table["category"].astype(str) + " " + table["week"].dt.strftime("%Y-%m-%d"),
        price=np.exp(table["log_price"]),
        cost=_costs(table, order_lines, orders),
    )
    named = ["product_id", "category", "week", "market", "days", "visits", "campaign_share"]
    columns = [*named, "sold", "lost", "units", "stockout_days", "price", "cost"]
    return table.sort_values(keys, ignore_index=True)[columns]


def _check_shop(
    stock: pd.DataFrame,
    products: pd.DataFrame,
    visits: pd.DataFrame,
    orders: pd.DataFrame,
    order_lines: pd.DataFrame,
) -> None:
    given = (stock, products, visits, orders, order_lines)
    for (name, asked), frame in zip(_COLUMNS.items(), given, strict=True):
        need(name, frame, asked)
    dates("stock", stock, ["date"])
    dates("visits", visits, ["started_at"])
    dates("orders", orders, ["placed_at"])
    numbers("stock", stock, ["price"], above=True)
    numbers("stock", stock, ["demand", "sold"])
    numbers("order_lines", order_lines, ["quantity"])
    numbers("order_lines", order_lines, ["unit_cost"], gaps=True)
    once("stock", stock, ["date", "product_id"])
    once("products", products, ["product_id"])
    if (stock["sold"] > stock["demand"]).any():
        message = _("In the table stock, {n:,} rows sell more than was asked for (demand).")
        raise CourseError(message.format(n=int((stock["sold"] > stock["demand"]).sum())))
    strange = stock.loc[~stock["product_id"].isin(products["product_id"]), "product_id"]
    if len(strange):
        message = _("{n} product_id of the table stock are not in products, such as {id!r}.")
        raise CourseError(message.format(n=strange.nunique(), id=strange.iloc[0]))


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
    import pandas as pd

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
    rows = table[["product_id", "week"]].join(known, on=["product_id", "week"])
    rows = rows.sort_values(["product_id", "week"])
    filled = rows.groupby("product_id")["cost"].transform(
        lambda cost: cost.interpolate(limit_direction="both")
    )
    return filled.reindex(table.index)


# --- the estimate ----------------------------------------------------------------------


def estimate(
    panel: pd.DataFrame,
    *,
    model: str = "counts",
    exposure: str = "visits",
    instrument: str | None = None,
    effects: Sequence[str] = EFFECTS,
    controls: Sequence[str] = (),
) -> Estimate:
    """Estimate a price elasticity from a panel of products and weeks.

    Parameters
    ----------
    panel : DataFrame
        What :func:`panel` returned, or your own: ``product_id``, ``units``, ``price``, and the
        columns named below. In a panel of one category, its weeks are the ``market``.
    model : {"counts", "logs"}
        ``"counts"``: Poisson regression with the logarithm of the price (PPML), which takes weeks
        of zero units as they are. ``"logs"``: the logarithm of units on the logarithm of the
        price by least squares; weeks of zero units have none and fall out.
    exposure : {"visits", "days"}
        What demand is measured against: visits that looked at the product, or days on sale (then
        visits are part of demand).
    instrument : str, optional
        A column that moves the price and not demand: ``"cost"``. With ``"logs"`` this is two-stage
        least squares, with ``"counts"`` a control function: the residual of the first stage
        stands beside the price.
    effects : sequence of str
        Columns that get an effect for each value.
    controls : sequence of str
        Columns that stand beside the price as they are.

    Returns
    -------
    Estimate
        Standard errors are the larger of those clustered by product and those by row (few clusters
        may show too little by luck), with t quantiles of clusters less one. Those of the control
        function count that its first stage is estimated too.

    Raises
    ------
    CourseError
        A column is missing or holds values that cannot be; an unknown model or exposure; prices
        that never change beyond effects and controls; fewer than five products.

    Examples
    --------
    >>> import pandas as pd
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

    Notes
    -----
    Poisson regression needs only the mean to be right, not a Poisson distribution (Santos Silva
    and Tenreyro 2006). Control function: Wooldridge (2015); its variance stacks both stages (Newey
    and McFadden 1994, section 6). Clusters: the jackknife form CV3, which suits few clusters
    (MacKinnon, Nielsen and Webb 2023), with the degrees of freedom of effects across them. Why
    the price is endogenous in a shop's own data, and costs as instruments: Villas-Boas and Winer
    (1999).
    """
    effects, controls = _listed(effects), _listed(controls)
    _check(panel, model, exposure, instrument, effects, controls)
    data = _usable(panel, model, exposure, instrument, effects)
    clusters = data["product_id"].to_numpy()
    if len(set(clusters)) < 5:
        message = _(
            "There are {n} products with {columns} above 0. Take five or more: errors are "
            "clustered by product."
        )
        columns = ", ".join(["units", exposure, *([instrument] if instrument else [])])
        raise CourseError(message.format(n=len(set(clusters)), columns=columns))
    beside = _beside(data, effects, controls)
    price = np.log(data["price"].to_numpy(float))
    if np.std(_without(beside, price)) < 1e-9:
        message = _(
            "The price does not change beyond the effects of {effects}, so it tells nothing about "
            "demand. Take fewer effects or a longer history."
        )
        raise CourseError(message.format(effects=_(" and ").join([*effects, *controls])))
    first = _First(np.log(data[instrument].to_numpy(float)), price, beside) if instrument else None
    units = data["units"].to_numpy(float)
    offset = np.log(data[exposure].to_numpy(float))
    fit = _logs if model == "logs" else _counts
    slope, scores, left, right = fit(units, offset, price, beside, first)
    shared, single = (_clustered(scores, left, right, g) for g in (clusters, np.arange(len(data))))
    se = max(shared, single) * _spent(data, beside, effects)
    strength = first.strength(clusters) if first else float("nan")
    return _told(slope, se, clusters, len(data), strength)


LADDER: dict[str, dict[str, Any]] = {
    "all_products": {"model": "logs", "exposure": "days", "effects": ()},
    "same_product": {"model": "logs", "exposure": "days", "effects": ("product_id",)},
    "same_week": {"exposure": "days"},
    "cost": {"exposure": "days", "instrument": "cost"},
    "visits": {},
    "visits_and_cost": {"instrument": "cost"},
}
"""The steps of :func:`ladder`, and what each gives to :func:`estimate`."""


def ladder(panel: pd.DataFrame) -> pd.DataFrame:
    """Estimate the same elasticity in six ways, from the most naive to the most careful.

    Parameters
    ----------
    panel : DataFrame
        What :func:`panel` returned, of one category or of all.

    Returns
    -------
    DataFrame
        A row a step of :data:`LADDER`: ``step``, ``elasticity``, ``low``, ``high``, ``rows``,
        ``first_stage``.

        ``all_products`` compares dear products with cheap ones. ``same_product`` compares each
        product with itself, over promotions and seasons. ``same_week`` compares inside category
        and week too, so that promotions and seasons are out. ``cost`` takes only those moves of
        the price that the purchase cost explains. ``visits`` measures demand against the visits
        that looked at the product; ``visits_and_cost`` does both.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> shop = load_shop()
    >>> weeks = panel(shop.stock, shop.products, shop.visits, shop.orders, shop.order_lines)
    >>> ladder(weeks.query("category == 'audio'"))["step"].tolist()[:3]
    ['all_products', 'same_product', 'same_week']
    """
    return _rows("step", {step: estimate(panel, **how) for step, how in LADDER.items()})


def by_category(
    panel: pd.DataFrame, truth: Mapping[str, float] | None = None, **how: Any
) -> pd.DataFrame:
    """Estimate the elasticity of each category, beside the truth where it is known.

    Parameters
    ----------
    panel : DataFrame
        What :func:`panel` returned.
    truth : mapping, optional
        ``shop.truth`` of a simulated shop, with ``elasticity_<category>``.
    **how
        What :func:`estimate` takes.

    Returns
    -------
    DataFrame
        ``category``, ``elasticity``, ``low``, ``high``, ``rows``, ``first_stage``; with `truth`
        also ``truth`` and ``covered`` (the interval holds the truth).

    Examples
    --------
    >>> from ecokit import load_shop
    >>> shop = load_shop()
    >>> weeks = panel(shop.stock, shop.products, shop.visits, shop.orders, shop.order_lines)
    >>> len(by_category(weeks, shop.truth))
    6
    """
    need("panel", panel, ["category"])
    told = {}
    for name, rows in panel.groupby("category"):
        try:
            told[name] = estimate(rows, **how)
        except CourseError as error:
            raise CourseError(
                _("Category {name}: {error}").format(name=name, error=error)
            ) from None
    if not told:
        raise CourseError(_("The panel has no row with a category."))
    table = _rows("category", told)
    if truth is None:
        return table
    missing = [name for name in told if f"elasticity_{name}" not in truth]
    if missing:
        message = _("The truth does not tell the elasticity of {names}.")
        raise CourseError(message.format(names=", ".join(map(str, missing))))
    true = [float(truth[f"elasticity_{name}"]) for name in told]
    covered = [one.covers(value) for one, value in zip(told.values(), true, strict=True)]
    return table.assign(truth=true, covered=covered)


def _rows(key: str, told: Mapping[Any, Estimate]) -> pd.DataFrame:
    import pandas as pd

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


def _check(
    panel: pd.DataFrame,
    model: str,
    exposure: str,
    instrument: str | None,
    effects: Sequence[str],
    controls: Sequence[str],
) -> None:
    for value, allowed, name in (
        (model, ("counts", "logs"), "model"),
        (exposure, ("visits", "days"), "exposure"),
    ):
        if value not in allowed:
            message = _("There is no {name} {value!r}. Take one of: {allowed}.")
            allowed_text = ", ".join(allowed)
            raise CourseError(message.format(name=name, value=value, allowed=allowed_text))
    asked = [*_NEEDED, exposure, *effects, *controls, *([instrument] if instrument else [])]
    need("panel", panel, asked)
    for name in ("product_id", *effects):
        if panel[name].isna().any():
            message = _("{n:,} rows of the panel have no {column}. Fill it in, or leave them out.")
            raise CourseError(message.format(n=int(panel[name].isna().sum()), column=name))
    numbers("panel", panel, ["units"])
    numbers("panel", panel, ["price"], above=True)
    numbers("panel", panel, [exposure, *([instrument] if instrument else [])], gaps=True)
    numbers("panel", panel, controls, least=-np.inf)
    if panel.duplicated().any():
        message = _("{n:,} rows of the panel stand in it twice. Keep one of each.")
        raise CourseError(message.format(n=int(panel.duplicated().sum())))


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _usable(
    panel: pd.DataFrame,
    model: str,
    exposure: str,
    instrument: str | None,
    effects: Sequence[str],
) -> pd.DataFrame:
    """Leave out rows that hold nothing: no exposure, no instrument, an effect that says it all."""
    data = panel[panel[exposure] > 0]
    if instrument:
        data = data[data[instrument] > 0]
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
    import pandas as pd
    from scipy.linalg import qr

    blocks = [pd.get_dummies(data[name].astype(str)).to_numpy(float) for name in effects]
    extra = data[list(controls)].to_numpy(float)
    extra = (extra - extra.mean(axis=0)) / np.maximum(extra.std(axis=0), 1e-300)
    columns = np.column_stack([np.ones(len(data)), *blocks, extra])
    triangle, kept = qr(columns, mode="r", pivoting=True)
    size = np.abs(np.diag(triangle[: columns.shape[1]]))
    return columns[:, np.sort(kept[: int((size > 1e-8 * size[0]).sum())])]
