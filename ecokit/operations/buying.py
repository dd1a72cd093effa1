"""Trading promotion resources for a lower purchase price: what an offer is worth, which to take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from ecokit.errors import CourseError
from ecokit.kpi import measure
from ecokit.kpi.engine import door, start_of, whole
from ecokit.messages import _
from ecokit.operations.checks import numbers, share_of
from ecokit.operations.frames import added, refuse, small, tables_of

if TYPE_CHECKING:
    import pandas as pd

MOVED = 0.25
"""Share of a place's visits whose purchase depends on what the place shows: an assumption."""


def offer_values(data: Any, visits_moved: float = MOVED) -> pd.DataFrame:
    """Value supplier offers: the price cut against what the place earns elsewhere.

    A supplier lowers the purchase price of a product for a month if the shop gives it a
    place on its pages. The place is not free: its visits would have bought something else.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``supplier_offers``, ``purchases``, ``visits``, ``orders``, ``order_lines``.
    visits_moved : float
        Share (0 to 1) of the place's visits whose purchase depends on what the place shows,
        and is lost while it shows the offered product. Most visitors buy what they came for,
        whatever stands there. Measure it with an experiment; until then try several values.

    Returns
    -------
    DataFrame
        The offers with ``units`` and ``bought`` (units and yuan of the product purchased in
        that month), ``saving`` (price cut on them), ``visit_profit`` (gross profit of the
        shop per visit in that month: conversion times profit an order), ``place`` (yuan that
        the place would earn with the shop's own choice), ``gain`` (saving less place). Best
        first.

    Raises
    ------
    CourseError
        A table or column is missing, `visits_moved` or a price cut is no share, or an offer is
        for a month without visits.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.to_datetime(["2025-03-01"])
    >>> shop = {
    ...     "supplier_offers": pd.DataFrame({
    ...         "offer_id": ["F1"], "product_id": ["P1"], "month": day, "resource": ["message"],
    ...         "days": [2], "visits": [10], "price_cut": [0.05]}),
    ...     "purchases": pd.DataFrame({"product_id": ["P1"], "asked_on": day, "asked_units": [30],
    ...                                "unit_cost": [100.0]}),
    ...     "visits": pd.DataFrame({"started_at": list(day) * 4}),
    ...     "orders": pd.DataFrame({"order_id": [1], "placed_at": day, "paid_at": day}),
    ...     "order_lines": pd.DataFrame({"order_id": [1], "product_id": ["P1"], "quantity": [1],
    ...                                  "unit_price": [120.0], "unit_cost": [100.0]})}
    >>> offer_values(shop, visits_moved=1)[["saving", "visit_profit", "place", "gain"]]
       saving  visit_profit  place   gain
    0   150.0           5.0   50.0  100.0
    >>> offer_values(shop, visits_moved=2)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: visits_moved is 2. Give a share from 0 to 1, such as 0.95.

    Source: slide 17 (以资源换价格), opportunity cost.
    """
    share_of("visits_moved", visits_moved)
    tables = tables_of(data)
    offers, purchases = door(
        tables,
        {
            "supplier_offers": "offer_id product_id month resource days visits price_cut",
            "purchases": "product_id asked_on asked_units unit_cost",
        },
    )
    cut = nw.col("price_cut")
    wrong = cut.is_null() | (cut < 0) | (cut > 1)
    refuse(offers, "supplier_offers", wrong, _("the price cut is no share"), ["offer_id"])
    rows = purchases.with_columns(
        month=start_of("month", "asked_on"),
        units=whole(purchases, "asked_units"),
        fen=whole(purchases, "asked_units") * whole(purchases, "unit_cost", 100),
    )
    bought = small(added(rows, ["product_id", "month"], ["units", "fen"]))
    table = small(offers.with_columns(month=start_of("month", "month")))
    table = table.assign(month=table["month"].astype(bought["month"].dtype))
    table = table.merge(bought, on=["product_id", "month"], how="left")
    table = table.assign(units=table["units"].fillna(0), bought=table["fen"].fillna(0) / 100)
    table["visit_profit"] = table["month"].map(_visit_profit(tables))
    if table["visit_profit"].isna().any():
        raise CourseError(
            _("Offer {id} is for a month without visits. Give the visits of that month.").format(
                id=table.loc[table["visit_profit"].isna(), "offer_id"].iloc[0]
            )
        )
    saving = table["price_cut"] * table["bought"]
    place = table["visits"] * table["visit_profit"] * visits_moved
    table = table.assign(saving=saving, place=place, gain=saving - place).drop(columns="fen")
    return table.sort_values(["gain", "offer_id"], ascending=[False, True], ignore_index=True)


def _visit_profit(tables: Mapping[str, Any]) -> pd.Series[float]:
    """Return the gross profit per visit of each month, in yuan."""
    import narwhals.stable.v2 as nw

    both = [small(nw.from_native(measure(kpi, tables, "month"))) for kpi in ("profit", "visits")]
    profit, visits = (table.set_index("month").iloc[:, 0] for table in both)
    return profit / visits


def choose_offers(values: pd.DataFrame, places: Mapping[str, int]) -> pd.DataFrame:
    """Choose the offers that gain most, with so many places of each kind a month.

    Parameters
    ----------
    values : DataFrame
        What :func:`offer_values` returned: ``offer_id``, ``product_id``, ``month``,
        ``resource``, ``gain``.
    places : mapping of resource to int
        How many offers of a resource the shop can take in a month. A resource that is not
        named takes none.

    Returns
    -------
    DataFrame
        `values` with ``taken``. No product is promoted twice in a month, no place is given
        twice, and no offer with a loss is taken. The best choice, not the first one that fits.

    Raises
    ------
    CourseError
        A column is missing, or a number of places or a gain is no number.

    Examples
    --------
    Taking the best offer first (P1 for the banner, 10) blocks P1's message; 9 and 6 is more.

    >>> import pandas as pd
    >>> offers = pd.DataFrame({
    ...     "offer_id": ["F1", "F2", "F3"], "product_id": ["P1", "P2", "P1"],
    ...     "month": pd.Timestamp("2025-03-01"), "resource": ["banner", "banner", "message"],
    ...     "gain": [10.0, 9.0, 6.0]})
    >>> choose_offers(offers, {"banner": 1, "message": 1})["taken"].tolist()
    [False, True, True]
    >>> choose_offers(offers.drop(columns="gain"), {"banner": 1})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table of offers has no column gain. Make it with offer_values.

    Source: an assignment problem as an integer program, solved by HiGHS through SciPy.
    """
    missing = [c for c in ("product_id", "month", "resource", "gain") if c not in values]
    if missing:
        raise CourseError(
            _("The table of offers has no column {column}. Make it with offer_values.").format(
                column=missing[0]
            )
        )
    if not isinstance(places, Mapping):
        raise CourseError(_("Give the places by resource, such as {'message': 2}."))
    numbers("places", list(places.values()))
    numbers("gain", values["gain"], -np.inf)
    worth = values["gain"].gt(0) & values["resource"].map(places).fillna(0).gt(0)
    open_ = values[worth]
    taken = np.zeros(len(values), dtype=bool)
    if len(open_):
        taken[worth.to_numpy()] = _best(open_, places)
    return values.assign(taken=taken)


def _best(offers: pd.DataFrame, places: Mapping[str, int]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    groups = [
        *((places[str(name)], group) for (_month, name), group in _rows(offers, "resource")),
        *((1, group) for _key, group in _rows(offers, "product_id")),
    ]
    rows = [row for row, (_limit, group) in enumerate(groups) for _place in group]
    columns = [place for _limit, group in groups for place in group]
    limits = [limit for limit, _group in groups]
    uses = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(groups), len(offers)))
    found = milp(
        -offers["gain"].to_numpy(),
        constraints=LinearConstraint(uses, ub=np.array(limits, dtype=np.float64)),
        integrality=np.ones(len(offers), dtype=np.int64),
        bounds=Bounds(0, 1),
    )
    return np.asarray(found.x, dtype=float) > 0.5


def _rows(offers: pd.DataFrame, column: str) -> Iterator[tuple[tuple[Any, Any], list[int]]]:
    """Yield the offers of each month and value of `column`, as places in the table."""
    places: Any = offers.groupby(["month", column]).indices
    for key, rows in places.items():
        yield key, rows.tolist()
