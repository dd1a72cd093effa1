"""What the page on operations says of every company."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecokit import operations
from ecokit.operations.products import ProductInputs
from ecokit.shop import Shop


def more_units_than_days_are_lost(shop: Shop) -> bool:
    """Of the units asked for a larger share is lost than of the product-days."""
    whole = operations.stockouts(shop).iloc[0]
    return bool(whole["unit_rate"] > whole["day_rate"])


def the_rate_of_skus_is_far_higher(shop: Shop) -> bool:
    """The share of SKUs that lost a unit is more than ten times the share of units."""
    whole = operations.stockouts(shop).iloc[0]
    return bool(whole["sku_rate"] > 10 * whole["unit_rate"])


def accessories_earn_most_on_their_stock(shop: Shop) -> bool:
    """Accessories have the highest margin and the highest GMROI of all categories."""
    earned = operations.performance(shop, by="category").set_index("category")
    return bool(earned["margin"].idxmax() == earned["gmroi_year"].idxmax() == "accessories")


def small_is_not_weak(shop: Shop) -> bool:
    """Accessories sell less than half of the mean category, and are never weak."""
    weak = operations.weak_categories(shop, month=_month(shop, 9)).set_index("category")
    return bool(weak.loc["accessories", "weak_sales"] and not weak.loc["accessories", "weak"])


def suppliers_finance_the_shop(shop: Shop) -> bool:
    """In every month the cash cycle is below zero: bills are due after the goods are sold."""
    money = operations.capital(shop)
    return bool((money.loc[money["complete"], "cash_cycle"] < 0).all())


def one_order_for_all_is_cheaper(shop: Shop) -> bool:
    """Ordering from each supplier for all its products costs less than a third of one by one."""
    together, alone = _order_costs(shop)
    return bool(together < alone / 3)


def few_offers_gain_if_all_visits_are_moved(shop: Shop) -> bool:
    """If all visits of a place buy by what stands there, hardly an offer gains."""
    values = operations.offer_values(shop, visits_moved=1)
    return bool((values["gain"] > 0).mean() < 0.1)


def most_are_lost_before_the_decision(shop: Shop) -> bool:
    """Of the five steps of buying, the fewest pass from comparing to the decision."""
    steps = operations.buying_steps(shop).set_index("step")
    return bool(steps["of_before"].idxmin() == "decided")


def buyers_come_for_price_and_convenience(shop: Shop) -> bool:
    """Visits to cheaper days, and of customers who know the shop, end in more orders."""
    ratio = operations.motives(shop).set_index("motive")["ratio"]
    return bool(ratio["price"] > 1.05 and ratio["convenience"] > 1.05)


def sales_hide_demand(shop: Shop) -> bool:
    """Behind a thin policy sales say too little, and leaving out empty days mends nothing."""
    found = _worked(shop)
    thin = operations.replay(found.demand, 2, order_quantity=6, lead_days=2)
    seen = operations.censored_mean(thin.sold[:, 0], thin.closing[:, 0] == 0)
    mean = float(found.demand.mean())
    return bool(max(seen.naive, seen.without_empty_days) < min(seen.likelihood, 0.9 * mean))


def most_years_serve_less_than_promised(shop: Shop) -> bool:
    """Begun in most weeks, a year of orders by the formula serves less than the formula says."""
    found, lead = _worked(shop), 5
    mean, sd = float(found.demand.mean()), float(found.demand.std())
    law = operations.lead_time_demand(mean, sd, lead)
    point = operations.reorder_point(law, 0.95)
    quantity = round(operations.eoq(found.order_cost, mean, found.holding_cost).quantity)
    days = range(0, len(found.demand), 7)
    years = np.column_stack([np.roll(found.demand, -day) for day in days])
    served = operations.replay(years, point, order_quantity=quantity, lead_days=lead).table()
    return bool((served["fill_rate"] < operations.fill_rate(law, point, quantity)).mean() > 0.5)


def _worked(shop: Shop) -> ProductInputs:
    """Return the product of the worked example: the one that is asked for most."""
    asked = shop.stock.groupby("product_id")["demand"].sum()
    return operations.product_inputs(shop, product_id=str(asked.idxmax()))


def _order_costs(shop: Shop) -> tuple[float, float]:
    """Return what the year's orders cost: one for all a supplier's products, and one by one."""
    bought = shop.purchases.merge(shop.products[["product_id", "supplier_id"]], on="product_id")
    bought = bought.merge(shop.suppliers[["supplier_id", "order_cost"]], on="supplier_id")
    together = bought.groupby(["supplier_id", "asked_on"])["order_cost"].first().sum()
    return float(together), float(bought["order_cost"].sum())


def _month(shop: Shop, number: int) -> pd.Timestamp:
    return pd.Timestamp(shop.orders["placed_at"].min().year, number, 1)
