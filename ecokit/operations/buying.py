"""Trading promotion resources for a lower purchase price: what an offer is worth, which to take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrameT

from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, numbers, rows
from ecokit.inputs.amounts import whole
from ecokit.inputs.renamed import public
from ecokit.kpi import measure
from ecokit.kpi.engine import start_of
from ecokit.messages import _
from ecokit.operations.sums import added

MOVED = 0.25
"""Share of a place's visits whose purchase depends on what the place shows: an assumption."""
_COMPUTED = ("units", "fen", "bought", "visit_profit", "saving", "place", "gain")


@public
def offer_values(data: Any, *, visits_moved: float = MOVED) -> Any:
    """Value supplier offers: the price cut against what the place earns elsewhere.

    A supplier lowers the purchase price of a product for a month if the shop gives it a
    place on its pages. The place is not free: its visits would have bought something else.

    This looks back. Purchases, visits and profit are those of the offer's own month, and nobody
    knows them before it is over. To decide beforehand, give tables in which that month holds
    what you expect of it.

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

    References
    ----------
    Slide 17 (以资源换价格), opportunity cost.

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
    ecokit.errors.CourseError: visits_moved is 2. Give a share from 0 to 1; write 45 % as 0.45.
    """
    moved = numbers.share("visits_moved", visits_moved)
    offers, purchases = frames.door(
        data,
        {
            "supplier_offers": "offer_id product_id month resource days visits price_cut",
            "purchases": "product_id asked_on asked_units unit_cost",
        },
    )
    offers = offers.drop(*_COMPUTED, strict=False)
    rows.refuse(offers, "supplier_offers", [rows.not_a_share("price_cut", "offer_id")])
    monthly = purchases.with_columns(
        month=start_of("month", "asked_on"),
        units=whole(purchases, "asked_units"),
    )
    monthly = amounts.with_fen(monthly, "asked_units", "unit_cost", "fen")
    faults = amounts.faults(purchases, "purchases", "asked_units", "unit_cost")
    keys = ["product_id", "month"]
    sums = added(monthly, keys, ["units", "fen"], table="purchases", faults=faults)
    bought = frames.as_pandas(sums)
    table = frames.as_pandas(offers.with_columns(month=start_of("month", "month")))
    table = table.assign(month=table["month"].astype(bought["month"].dtype))
    table = table.merge(bought, on=["product_id", "month"], how="left")
    table = table.assign(units=table["units"].fillna(0), bought=table["fen"].fillna(0) / 100)
    table["visit_profit"] = table["month"].map(_visit_profit(data))
    if table["visit_profit"].isna().any():
        raise CourseError(
            _("Offer {id} is for a month without visits. Give the visits of that month.").format(
                id=table.loc[table["visit_profit"].isna(), "offer_id"].iloc[0]
            )
        )
    saving = table["price_cut"] * table["bought"]
    place = table["visits"] * table["visit_profit"] * moved
    table = table.assign(saving=saving, place=place, gain=saving - place).drop(columns="fen")
    table = table.sort_values(["gain", "offer_id"], ascending=[False, True], ignore_index=True)
    return frames.like(table, data)


def _visit_profit(data: Any) -> pd.Series[float]:
    """Return the gross profit per visit of each month, in yuan."""
    both = [frames.as_pandas(measure(kpi, data, "month")) for kpi in ("profit", "visits")]
    profit, visits = (table.set_index("month").iloc[:, 0] for table in both)
    return profit / visits


@public
def choose_offers(values: IntoFrameT, places: Any) -> IntoFrameT:
    """Choose the offers that gain most, with so many places of each kind a month.

    Parameters
    ----------
    values : table
        What :func:`offer_values` returned: ``offer_id``, ``product_id``, ``month``,
        ``resource``, ``gain``.
    places : mapping of resource to int
        How many offers of a resource the shop can take in a month. A resource that is not
        named takes none.

    Returns
    -------
    table of the caller's kind
        `values` with ``taken``. No product is promoted twice in a month, no place is given
        twice, and no offer with a loss is taken. The best choice, not the first one that fits.

    Raises
    ------
    CourseError
        A column is missing, or a number of places or a gain is no number.

    References
    ----------
    An assignment problem as an integer program, solved by HiGHS through SciPy.

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
    ecokit.errors.CourseError: The table values has no column gain. It has: offer_id, ...
    """
    offers = frames.as_pandas(
        frames.table(values, "product_id month resource gain", name="values", types=_TYPES)
    )
    rows.refuse(offers, "values", [rows.missing("gain", "product_id", "month", "resource")])
    wanted = _("Give the places of each resource, such as {'message': 2}.")
    asked = numbers.mapping("places", places, wanted)
    limits = {name: numbers.count(f"places[{name!r}]", n, 0) for name, n in asked.items()}
    worth = offers["gain"].gt(0) & offers["resource"].map(limits).fillna(0).gt(0)
    taken = np.zeros(len(offers), dtype=bool)
    if worth.any():
        taken[worth.to_numpy()] = _best(offers[worth], limits)
    chosen: IntoFrameT = frames.like(offers.assign(taken=taken), values)
    return chosen


_TYPES = {"gain": "number", "month": "date", "product_id": "id"}


def _best(offers: pd.DataFrame, places: Mapping[Any, int]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    groups = [
        *((places[name], group) for (_month, name), group in _rows(offers, "resource")),
        *((1, group) for _key, group in _rows(offers, "product_id")),
    ]
    lines = [row for row, (_limit, group) in enumerate(groups) for _place in group]
    columns = [place for _limit, group in groups for place in group]
    limits = [limit for limit, _group in groups]
    uses = csr_array((np.ones(len(lines)), (lines, columns)), shape=(len(groups), len(offers)))
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
    for key, found in places.items():
        yield key, found.tolist()
