"""What the page on the funnel says of any shop: each function is one sentence of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from ecokit import experiments, funnel

if TYPE_CHECKING:
    from ecokit.shop import Shop

BROKEN, LUCKY, PROMISES = "E3", "E4", "E5"  # tests that the page tells of
KNOWN, NEW = "E6", "E7"
MARGIN = 0.02  # by which the share of orders with a return may rise
AUTUMN = range(9, 12)


@lru_cache(maxsize=1)
def _clean(shop: Shop) -> Mapping[str, pd.DataFrame]:
    """Return the tables without bots and brushed orders, and visits with the kind of visitor."""
    return funnel.with_kinds(funnel.cleaned(shop))


def _rate(visits: pd.DataFrame, by: str) -> pd.Series[float]:
    """Return the share of visits that ends in an order, by a column."""
    return (visits["reached"] == funnel.STEPS[-1]).groupby(visits[by]).mean()


def bots_never_reach_a_product(shop: Shop) -> bool:
    """The visits of bots end at the first step."""
    found = funnel.suspects(shop)
    bots = found.loc[found["rule"] == "bot", "visitor_id"]
    reached = shop.visits.loc[shop.visits["visitor_id"].isin(bots), "reached"]
    return bool(len(reached) and (reached == "visit").mean() > 0.9)


def most_are_lost_before_the_cart(shop: Shop) -> bool:
    """More than half of all visits see a product and fill no cart."""
    came = funnel.steps(_clean(shop)).set_index("step")["of_all"]
    return bool(came["product"] - came["cart"] > 0.5)


def one_leak_is_more_than_chance(shop: Shop) -> bool:
    """Of the devices, week by week, the desktop's last step in the autumn leaks first and worst."""
    worst = funnel.leaks(_clean(shop), by=["device", "week"], within="week").iloc[0]
    told = (worst["device"], worst["step"], worst["week"].month in AUTUMN)
    return bool(worst["leaks"]) and told == ("desktop", funnel.STEPS[-1], True)


def new_visitors_go_on_less_often(shop: Shop) -> bool:
    """At cart, checkout and order new visitors go on less often than returning ones."""
    table = funnel.steps(_clean(shop), by="visitor").pivot_table("rate", "step", "visitor")
    later = table.loc[list(funnel.STEPS[2:])]
    return bool((later["new"] < later["returning"]).all())


def slow_pages_fill_fewer_carts(shop: Shop) -> bool:
    """From 4 seconds on fewer visits go on from the product page to the cart than below 2."""
    cart = funnel.steps(_clean(shop), by="speed").query("step == 'cart'").set_index("speed")["rate"]
    return bool(cart["1-2 s"] > cart["2-4 s"] > cart["4+ s"])


def few_large_orders_pull_the_mean_up(shop: Shop) -> bool:
    """The mean order is at least one and a half times the one in the middle."""
    worth = funnel.order_values(_clean(shop)).iloc[0]
    return bool(worth["mean"] > 1.5 * worth["middle"])


def all_customers_hide_who_comes_back(shop: Shop) -> bool:
    """Divided by all customers, fewer come back than where each counts as long as watched."""
    orders = _clean(shop)["orders"]
    paid = orders[orders["paid_at"].notna()]
    naive = (paid.groupby("visitor_id").size() > 1).mean()
    return bool(naive < funnel.second_order({"orders": orders})["share"].iloc[-1])


def who_has_stayed_stays(shop: Shop) -> bool:
    """Of the members the share that goes on rises, from the first month to the next ones."""
    return bool(pd.Series(_going_on(funnel.member_periods(shop))).is_monotonic_increasing)


def _going_on(months: pd.DataFrame) -> dict[int, float]:
    """Return the share that goes on after month 1, months 2 and 3, months 4 to 6, by the last."""
    counted = months.set_index("period")[["members", "left"]]
    parts = {last: counted.loc[first:last].sum() for first, last in ((1, 1), (2, 3), (4, 6))}
    return {last: float(1 - part["left"] / part["members"]) for last, part in parts.items()}


def only_one_split_is_broken(shop: Shop) -> bool:
    """The check of the split catches the page on a new server, and no other test."""
    told = shop.assignments.assign(n=1)
    arms = told.pivot_table("n", "test_id", "arm", "sum")
    broken = [str(name) for name, row in arms.iterrows() if _broken(row)]
    return broken == [BROKEN]


def _broken(row: pd.Series[int]) -> bool:
    return bool(experiments.split_check({"A": int(row["A"]), "B": int(row["B"])}).broken)


def a_lucky_look_fades(shop: Shop) -> bool:
    """The button is "significant" at a look before the last, and not at the end."""
    p = experiments.look_by_look(funnel.trial_looks(shop, LUCKY))["p_value"]
    return bool((p.iloc[:-1] < 0.05).any() and p.iloc[-1] > 0.05)


def promises_sell_and_come_back(shop: Shop) -> bool:
    """Bold promises raise the orders, and surely lose the guardrail on returns."""
    told = funnel.trial(shop, PROMISES)
    orders = experiments.effects(told, means="orders").iloc[0]
    back = experiments.difference_of_ratios(
        told, above="returned", below="orders", unit="visitor_id"
    )
    verdict = experiments.guardrail(back, margin=MARGIN, worse="up").verdict
    return bool(orders["low"] > 0 and verdict == "lost")


def a_covariate_helps_with_customers_only(shop: Shop) -> bool:
    """Earlier visits save a part of the visitors with customers, and nothing with newcomers."""
    saved = [
        experiments.effects(
            funnel.trial(shop, name), means="dwell_seconds", covariate="before_dwell"
        )["saved"].iloc[0]
        for name in (KNOWN, NEW)
    ]
    return bool(saved[0] > 0.05 and saved[1] < 0.01)


def campaigns_bring_keen_people(shop: Shop) -> bool:
    """New visitors of campaigns order more than one and a half times what the offer explains."""
    visits = _clean(shop)["visits"]
    new = visits[visits["visitor"] == "new"]
    told = _rate(new.assign(campaign=new["campaign_id"].notna()), "campaign")
    return bool(told[True] / told[False] > 1.5 * shop.truth["campaign_offer"])
