"""Why people buy online and how they buy: five steps, and what the tables show of each."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import public
from ecokit.kpi.engine import Part, lendable, total
from ecokit.messages import _
from ecokit.operations.planning import fit

STEPS: tuple[tuple[str, str, str, str], ...] = (
    ("aroused", "诱发需求", _("need aroused"), _("visits")),
    ("gathered", "收集信息", _("information gathered"), _("visits that open a product page")),
    (
        "compared",
        "比较选择",
        _("options compared"),
        _("visits that open two product pages or more"),
    ),
    ("decided", "购买决策", _("purchase decided"), _("visits with a paid order")),
    ("content", "购后评价", _("judged after purchase"), _("orders without complaint or return")),
)
"""The five steps of slide 19: key, Chinese name, name, and what counts as having got there."""

MOTIVES: tuple[tuple[str, str, str], ...] = (
    ("features", "产品的特性", _("the product's features")),
    ("price", "产品的价格", _("its price")),
    ("convenience", "购物的便捷性", _("the convenience of shopping")),
)
"""Why people buy online (slide 19): key, Chinese name, name."""


@public
def buying_steps(data: Any, *, by: By = None) -> pd.DataFrame:
    """Count how many visits reach each of the five steps of buying.

    Steps are nested: a visit that bought from its first product page needed no other one to
    compare and counts for all steps before.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits`` (``product_pages``), ``orders``, ``complaints``, ``returns``, of one kind.
    by : str or sequence of str, optional
        A column of visits that does not change on the way, such as ``"channel_id"``,
        ``"landing"``, or ``"month"``.

    Returns
    -------
    DataFrame
        `by`, ``step`` (key of :data:`STEPS`), ``visits``, ``of_all`` (share of the visits),
        ``of_before`` (share of the step before).

    Raises
    ------
    CourseError
        A table or column is missing.

    References
    ----------
    Slide 19; five stages of Engel, Kollat and Blackwell (1968).

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2025-03-01")
    >>> shop = {
    ...     "visits": pd.DataFrame({"visit_id": [1, 2, 3, 4], "started_at": day,
    ...                             "product_pages": [0, 1, 5, 1]}),
    ...     "orders": pd.DataFrame({"order_id": [1, 2], "visit_id": [3, 4], "paid_at": day}),
    ...     "complaints": pd.DataFrame({"order_id": [1]}),
    ...     "returns": pd.DataFrame({"order_id": [1]})}
    >>> buying_steps(shop)["visits"].tolist()
    [4, 3, 2, 2, 1]
    >>> buying_steps({"visits": shop["visits"]})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This measure needs the table orders, which is not among: visits.
    """
    keys = frames.listed(by)
    visits, orders, complaints, returns = frames.door(
        data,
        {
            "visits": "visit_id started_at product_pages",
            "orders": "order_id visit_id paid_at",
            "complaints": "order_id",
            "returns": "order_id",
        },
        by=keys,
    )
    bought = orders.filter(~nw.col("paid_at").is_null())
    content = bought
    for trouble in (complaints, returns):
        content = content.join(trouble.select("order_id"), on="order_id", how="anti")
    marks = bought.select("visit_id").unique().with_columns(decided=nw.lit(1, nw.Int64))
    good = content.select("visit_id").unique().with_columns(content=nw.lit(1, nw.Int64))
    seen = visits.join(marks, on="visit_id", how="left").join(good, on="visit_id", how="left")
    seen = seen.with_columns(nw.col("decided", "content").fill_null(0).cast(nw.Int64))
    pages, sure = nw.col("product_pages"), nw.col("decided") == 1
    seen = seen.with_columns(
        aroused=nw.lit(1, nw.Int64),
        gathered=((pages >= 1) | sure).cast(nw.Int64),
        compared=((pages >= 2) | sure).cast(nw.Int64),
    )
    names = [step[0] for step in STEPS]
    counted = total(
        {name: Part("visits", seen, "started_at", name) for name in names},
        keys,
        lendable(frames.tables(data)),
    )
    return frames.like(_long(frames.as_pandas(counted), keys, names), data)


def _long(table: pd.DataFrame, keys: list[str], names: list[str]) -> pd.DataFrame:
    first, before = table[names[0]], table[names].shift(axis=1)
    before[names[0]] = first
    steps = []
    for place, name in enumerate(names):
        one = table[keys].assign(place=place, step=name, visits=table[name].astype("int64"))
        below = before[name].astype(float)
        steps.append(one.assign(of_all=table[name] / first, of_before=table[name] / below))
    long = pd.concat(steps).sort_values([*keys, "place"], ignore_index=True)
    return long.drop(columns="place")


@public
def motives(data: Any) -> pd.DataFrame:
    """Set three motives to buy online beside a number that each should move.

    These are differences between groups, not effects: who looks at a product on offer, or
    comes back, may differ in more than that.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``visits``, ``orders``, ``order_lines``, ``stock``, ``products``, ``attributes``,
        ``needs``.

    Returns
    -------
    DataFrame
        A row a motive of :data:`MOTIVES`: ``motive``, ``with_`` and ``without`` (paid orders
        of a product per visit that looked at it; for convenience, per visit), ``ratio``:
        features: products whose attributes fit the needs better than the category's middle,
        against the others; price: days at 5 % or more below the list price, against the
        others; convenience: visitors who had bought before, against those who had not.
        NaN where one of the two groups is empty.

    Raises
    ------
    CourseError
        A table or column is missing, no order is paid, or a product that was looked at or is in
        stock is not among `products`, or has no list price there.

    References
    ----------
    Slide 19 (购买动机).

    Examples
    --------
    >>> from ecokit import load_shop
    >>> motives(load_shop())["motive"].tolist()
    ['features', 'price', 'convenience']
    """
    wanted = {
        "visits": "visit_id visitor_id started_at product_id",
        "orders": "order_id visit_id visitor_id paid_at placed_at",
        "order_lines": "order_id product_id quantity",
        "stock": "date product_id price",
        "products": "product_id category list_price",
        "attributes": "product_id attribute value",
        "needs": "category attribute direction share",
    }
    tables = dict(zip(wanted, frames.fetched(data, wanted), strict=True))
    visits, orders = tables["visits"], tables["orders"]
    orders = orders[orders["paid_at"].notna()]
    if orders.empty:
        raise CourseError(_("No order is paid, so nothing tells what makes people buy."))
    looked, products = visits[visits["product_id"].notna()], tables["products"]
    gaps = [amounts.gaps("products", one) for one in ("category", "list_price")]
    rows.refuse(products, "products", gaps)
    rows.refuse(looked, "visits", [rows.unknown_id("product_id", products, "products")])
    known = [amounts.gaps("stock", "price")]
    known += [rows.unknown_id("product_id", products, "products", "", "date")]
    rows.refuse(tables["stock"], "stock", known)
    took = orders[["order_id", "visit_id"]].merge(tables["order_lines"], on="order_id")
    took = took[["visit_id", "product_id"]].drop_duplicates().assign(bought=1)
    looked = looked.merge(took, on=["visit_id", "product_id"], how="left").fillna({"bought": 0})
    scores = fit(tables)
    middle = scores.groupby("category")["fit"].transform("median")
    good = looked["product_id"].map((scores["fit"] > middle).set_axis(scores["product_id"]))
    prices = tables["stock"].merge(tables["products"], on="product_id")
    cheap = prices["price"] <= 0.95 * prices["list_price"]
    keyed = looked.assign(date=looked["started_at"].dt.normalize())
    offers = prices.assign(cheap=cheap)[["date", "product_id", "cheap"]]
    offers = offers.astype({"date": keyed["date"].dtype})
    on_offer = keyed.merge(offers, on=["date", "product_id"], how="left")["cheap"]
    first = orders.groupby("visitor_id")["placed_at"].min()
    back = visits["started_at"] > visits["visitor_id"].map(first)
    bought = visits["visit_id"].isin(orders["visit_id"]).astype(int)
    pairs = [
        _compare(looked["bought"], good),
        _compare(looked["bought"].set_axis(on_offer.index), on_offer),
        _compare(bought, back),
    ]
    table = pd.DataFrame(pairs, columns=["with_", "without"])
    table.insert(0, "motive", [motive[0] for motive in MOTIVES])
    ratio = table["with_"] / table["without"].where(table["without"] > 0)
    return frames.like(table.assign(ratio=ratio), data)


def _compare(outcome: pd.Series[Any], group: pd.Series[Any]) -> tuple[float, float]:
    yes = group.eq(True)
    return float(outcome[yes].mean()), float(outcome[group.eq(False)].mean())
