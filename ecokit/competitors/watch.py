"""Watching: price gaps, overlap of assortments, and the few moves worth a reaction.

Competitors change hundreds of prices a year. Most changes need nothing: they are small, they
end by themselves, or another seller is cheaper anyway. What is left is named in a
sentence each, with what it costs us and what a reaction would cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.competitors.tables import as_days, fetched
from ecokit.errors import CourseError
from ecokit.inputs import amounts, frames, numbers, rows
from ecokit.inputs.renamed import ByName, public
from ecokit.messages import _

USUAL_WEEKS = 8
"""Weeks before a move whose median price is an offer's usual price."""

LEAST_CHANGE = 0.05
"""A price that differs by less from its usual one is no move."""

ELASTICITY = -2.6
"""Own price elasticity of categories for which none is given: the mean of many studies."""

CROSS_ELASTICITY = 0.6
"""Change of our demand with the cheapest competitor's price, where none is given."""


@public
def own_prices(data: Any) -> Any:
    """Tell what we asked, paid and sold, as it is known on each Monday morning.

    This is our side of a panel that is collected on Mondays. It holds nothing of the week that
    begins: a decision of that morning cannot rest on it.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``stock``: ``date``, ``product_id``, ``price`` (yuan), ``unit_cost`` (yuan, what a unit in
        stock had cost; ``kpi.unit_cost`` adds it), ``sold`` (units); one row a product and day.

    Returns
    -------
    table
        ``week`` (Monday), ``product_id``, ``own_price`` (in force that morning: the last price up
        to the day, yuan), ``unit_cost`` (of the units in stock that day, yuan) and ``units`` (sold
        in the seven days before). Where the table has no row of a Monday, the last day since the
        Monday before stands for it. A product that was not on sale then has no row.

    Raises
    ------
    CourseError
        A column is missing, a value in it cannot be, or a product stands twice on a day.

    References
    ----------
    Slide 20 (the competitors' price is one base of ours); the table stock of the data
    dictionary.

    Examples
    --------
    On the tenth, the week that is over counts; what is sold on that day does not yet:

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-03-03", "2025-03-09", "2025-03-10"])
    >>> stock = pd.DataFrame({"date": days, "product_id": "P1", "price": [100.0, 90.0, 95.0],
    ...                       "unit_cost": [80.0, 76.0, 75.0], "sold": [2, 5, 9]})
    >>> own = own_prices({"stock": stock})
    >>> own.loc[own["week"] == "2025-03-10", ["own_price", "unit_cost", "units"]].values.tolist()
    [[95.0, 75.0, 7.0]]
    >>> own_prices({"stock": stock.drop(columns="unit_cost")})
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table stock has no column unit_cost. It has: date, product_id,
        price, sold. Add it: `tables['stock'] = kpi.unit_cost(tables)`.
    """
    (stock,) = frames.fetched(data, {"stock": "date product_id price unit_cost sold"})
    keys, names = ["date", "product_id"], ["price", "unit_cost"]
    wrong = [rows.missing(*keys), rows.missing(*reversed(keys))]
    wrong += [rows.not_above_zero("price", *keys, gaps=True)]
    wrong += [rows.below_zero("unit_cost", *keys, gaps=True), rows.below_zero("sold", *keys)]
    rows.refuse(stock, "stock", wrong)
    stock = stock.assign(date=as_days(stock["date"])).sort_values("date", kind="stable")
    stock[names] = stock.groupby("product_id")[names].ffill().astype("float64")
    after = 7 - stock["date"].dt.day_of_week  # days to the next Monday
    known = stock.assign(week=stock["date"] + after % 7 * np.timedelta64(1, "D"))
    known = known[known["date"] == known.groupby("week")["date"].transform("max")]
    over = stock.assign(week=stock["date"] + after * np.timedelta64(1, "D"))
    units = over.groupby(["week", "product_id"])["sold"].sum().astype("float64").rename("units")
    table = known.drop(columns="sold").merge(units, how="left", on=["week", "product_id"])
    table = table.rename(columns={"price": "own_price"}).fillna({"units": 0.0})
    table = table.sort_values(["week", "product_id"], ignore_index=True)
    return frames.like(table[["week", "product_id", "own_price", "unit_cost", "units"]], data)


@public
def price_gaps(panel: Any, matches: Any, own: Any) -> Any:
    """Put our price beside theirs, for each matched product and week.

    Parameters
    ----------
    panel : table
        ``competitor_id``, ``sku``, ``category``, ``week``, ``list_price``, ``price``,
        ``promotion``, ``in_stock``.
    matches : table
        ``competitor_id``, ``sku``, ``product_id``.
    own : table
        What :func:`own_prices` returned.

    Returns
    -------
    table
        ``week``, ``competitor_id``, ``sku``, ``product_id``, ``category``, ``list_price``,
        ``price`` (theirs, paid), ``promotion``, ``in_stock``, ``own_price``, ``unit_cost``,
        ``units`` (ours, of the week before), ``gap`` (our price over theirs, minus 1: positive, we
        are dearer) and ``cheapest`` (no other competitor asks less that week). Weeks in which one
        side shows no price are left out.

    Raises
    ------
    CourseError
        A column is missing, a value in it cannot be, an offer, a match or a week of ours stands
        twice, or nothing could be put together.

    References
    ----------
    Slide 18; slide 20 (the competitors' price is one base of ours).

    Examples
    --------
    >>> import pandas as pd
    >>> week = pd.Timestamp("2025-03-03")
    >>> panel = pd.DataFrame({"competitor_id": ["K1", "K2"], "sku": ["a", "b"], "week": week,
    ...     "category": "phones", "list_price": [110.0, 120.0], "price": [100.0, 120.0],
    ...     "promotion": None, "in_stock": True})
    >>> matches = pd.DataFrame({"competitor_id": ["K1", "K2"], "sku": ["a", "b"],
    ...                         "product_id": "P1"})
    >>> own = pd.DataFrame({"week": [week], "product_id": "P1", "own_price": 90.0,
    ...                     "unit_cost": 70.0, "units": 7})
    >>> price_gaps(panel, matches, own)[["gap", "cheapest"]].round(2).values.tolist()
    [[-0.1, True], [-0.25, False]]
    >>> price_gaps(panel, matches, own[:0])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No matched product is on offer at both shops in the same week.
    """
    prices = ["list_price", "price", "promotion", "in_stock"]
    keys, ours = ["competitor_id", "sku"], ["week", "product_id"]
    theirs, pairs, mine = fetched(
        {"panel": panel, "matches": matches, "own": own},
        {
            "panel": [*keys, "category", "week", *prices],
            "matches": [*keys, "product_id"],
            "own": [*ours, "own_price", "unit_cost", "units"],
        },
    )
    wrong = [rows.not_above_zero(name, *keys, gaps=True) for name in ("list_price", "price")]
    rows.refuse(theirs, "panel", [*wrong, rows.twice(*keys, "week")])
    wrong = [rows.missing("competitor_id", "sku"), rows.missing("sku", "competitor_id")]
    rows.refuse(pairs, "matches", [*wrong, rows.twice(*keys)])
    wrong = [rows.not_above_zero("own_price", *ours, gaps=True), rows.twice(*ours)]
    rows.refuse(mine, "own", wrong)
    both = theirs.merge(pairs, on=keys).merge(mine, on=ours).dropna(subset=["price", "own_price"])
    if both.empty:
        raise CourseError(_("No matched product is on offer at both shops in the same week."))
    both["gap"] = both["own_price"] / both["price"] - 1
    lowest = both.groupby(["week", "product_id"])["price"].transform("min")
    both["cheapest"] = both["price"] <= lowest
    first = ["week", "competitor_id", "sku", "product_id", "category"]
    table = both[[*first, *prices, "own_price", "unit_cost", "units", "gap", "cheapest"]]
    return frames.like(table.sort_values(first[:3], ignore_index=True), panel)


def _week(table: pd.DataFrame, week: Any) -> pd.Timestamp:
    """Return the day of a week that a table of prices holds."""
    day = numbers.day("week", week)
    if table.empty:
        raise CourseError(_("The panel is empty, so it has no week."))
    if not (table["week"] == day).any():
        sentence = _("The panel has no week {week}. It has Mondays from {first} to {last}.")
        first, last = (pd.Timestamp(table["week"].agg(end)) for end in ("min", "max"))
        raise CourseError(sentence.format(week=day.date(), first=first.date(), last=last.date()))
    return day


@public
def assortment_overlap(panel: Any, matches: Any, products: Any, week: Any) -> Any:
    """Tell how much of our range each competitor carries in a week, and we of theirs.

    Parameters
    ----------
    panel : table
        ``competitor_id``, ``sku``, ``week``.
    matches : table
        ``competitor_id``, ``sku``, ``product_id``.
    products : table
        Ours: ``product_id``, ``launched_on``, ``delisted_on`` (empty: still listed).
    week : date or ISO text
        A Monday of the panel.

    Returns
    -------
    table
        ``competitor_id``, ``ours``, ``theirs``, ``common`` (products), ``of_ours``,
        ``of_theirs`` (shares, 0 to 1) and ``jaccard`` (common over all different products).

    Raises
    ------
    CourseError
        A column is missing, a match stands twice, or the panel has no such week.

    References
    ----------
    The Jaccard index of two sets; slide 18.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"competitor_id": "K1", "sku": ["a", "b", "c"],
    ...                       "week": pd.Timestamp("2025-03-03")})
    >>> matches = pd.DataFrame({"competitor_id": ["K1"], "sku": "a", "product_id": "P1"})
    >>> ours = pd.DataFrame({"product_id": ["P1", "P2"], "delisted_on": pd.NaT,
    ...                      "launched_on": pd.Timestamp("2025-01-01")})
    >>> found = assortment_overlap(panel, matches, ours, "2025-03-03")
    >>> found.drop(columns="competitor_id").iloc[0].tolist()
    [2.0, 3.0, 1.0, 0.5, 0.3333333333333333, 0.25]
    >>> assortment_overlap(panel, matches, ours, "2025-03-04")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The panel has no week 2025-03-04. It has Mondays from 2025-03-03
        to 2025-03-03.
    """
    keys = ["competitor_id", "sku"]
    offers, pairs, ours = fetched(
        {"panel": panel, "matches": matches, "products": products},
        {
            "panel": [*keys, "week"],
            "matches": [*keys, "product_id"],
            "products": "product_id launched_on delisted_on",
        },
    )
    wrong = [rows.missing("competitor_id", "sku"), rows.missing("sku", "competitor_id")]
    rows.refuse(pairs, "matches", [*wrong, rows.twice(*keys)])
    day = _week(offers, week)
    sold = (as_days(ours["launched_on"]) <= day) & ~(as_days(ours["delisted_on"]) <= day)
    mine = set(ours.loc[sold, "product_id"])
    listed = offers[offers["week"] == day].merge(pairs, on=keys, how="left")
    found = []
    for competitor, group in listed.groupby("competitor_id"):
        common = len(mine & set(group["product_id"].dropna()))
        found.append((competitor, len(mine), group["sku"].nunique(), common))
    table = pd.DataFrame(found, columns=["competitor_id", "ours", "theirs", "common"])
    table = table.assign(
        of_ours=table["common"] / table["ours"],
        of_theirs=table["common"] / table["theirs"],
        jaccard=table["common"] / (table["ours"] + table["theirs"] - table["common"]),
    )
    return frames.like(table, panel)


@dataclass(frozen=True)
class Reaction(ByName, of="competitors.reaction"):
    """A week after a rival's move, and perhaps ours.

    Attributes
    ----------
    units : float
        Sold.
    sales, margin : float
        Yuan.
    lost_units, lost_margin : float
        Against the week before both changes; negative: won.
    """

    units: float
    sales: float
    margin: float
    lost_units: float
    lost_margin: float


@public
def reaction(
    price: float,
    cost: float,
    units: float,
    rival_change: float,
    own_change: float = 0.0,
    elasticity: float = ELASTICITY,
    cross_elasticity: float = CROSS_ELASTICITY,
) -> Reaction:
    """Tell what a rival's move does to us in a week, and what a change of our price adds.

    Demand has constant elasticities: units change by the factor
    (1 + own change)^elasticity times (1 + rival change)^cross elasticity.

    Parameters
    ----------
    price, cost : float
        Ours a unit, in yuan, before both changes.
    units : float
        Ours a week before both changes.
    rival_change, own_change : float
        Relative changes of the cheapest rival's price and of ours: -0.12 is a cut by 12 %.
    elasticity : float
        Of our demand to our price; negative.
    cross_elasticity : float
        Of our demand to the cheapest rival's price; positive.

    Returns
    -------
    Reaction
        A week after the changes, and the losses against before.

    Raises
    ------
    CourseError
        A value that is no number, a sign that cannot be, or a change of -1 and below.

    References
    ----------
    Constant-elasticity demand, as in pricing (slide 20).

    Examples
    --------
    A rival cuts by 12 %. Waiting loses 7 % of the units; matching the cut gains units, and
    loses more than the whole margin of a product with 13 %:

    >>> round(reaction(100, 87, 100, -0.12).lost_margin)
    96
    >>> match = reaction(100, 87, 100, -0.12, own_change=-0.12)
    >>> round(match.units), round(match.lost_margin)
    (129, 1171)
    >>> reaction(100, 87, 100, -0.12, elasticity=2.6)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: elasticity is 2.6. Demand falls with the own price: write -2.6.
    """
    price, cost, units = (
        numbers.number(name, value, low=0)
        for name, value in (("price", price), ("cost", cost), ("units", units))
    )
    rival, own = _change("rival_change", rival_change), _change("own_change", own_change)
    cross = numbers.number("cross_elasticity", cross_elasticity, low=0)
    after = units * (1 + own) ** _elasticity("elasticity", elasticity) * (1 + rival) ** cross
    asked = price * (1 + own)
    margin = after * (asked - cost)
    return Reaction(
        units=after,
        sales=after * asked,
        margin=margin,
        lost_units=units - after,
        lost_margin=units * (price - cost) - margin,
    )


def _change(name: str, value: object) -> float:
    """Return a relative change, which lies above -1."""
    change = numbers.number(name, value)
    if change <= -1:
        raise numbers.refused(name, value, _("Give a number above -1: -0.12 is a cut by 12 %."))
    return change


def _elasticity(name: str, value: object) -> float:
    """Return an elasticity of demand to the own price, which is negative."""
    found = numbers.number(name, value, low=-100)  # a power: more runs over
    if found >= 0:
        wanted = _("Demand falls with the own price: write {value:g}.")
        raise numbers.refused(name, value, wanted.format(value=-found))
    return found


@public
def alerts(
    gaps: Any,
    products: Any,
    week: Any,
    elasticities: Mapping[str, float] | None = None,
    cross_elasticity: float = CROSS_ELASTICITY,
    least_change: float = LEAST_CHANGE,
    least_weeks: int = 2,
    most: int = 5,
) -> Any:
    """Name the few moves of competitors that are worth a reaction, in a sentence each.

    A move is a price that lies `least_change` or more off its usual price, the median of the last
    :data:`USUAL_WEEKS` weeks without a promotion before the move began. It becomes an alert when
    it lasts (or is twice as deep), when the offer is in stock, when we sell the product, and when
    nobody else is cheaper: our demand follows the cheapest seller. Our usual week is the mean of
    the :data:`USUAL_WEEKS` weeks before the move: weeks under the move have lost units already.

    To follow a move is to match the competitor's *price*, up or down, not the per cent of the move.
    A price that is on their side of it already has nothing to follow. That demand has constant
    elasticities is assumed, and so is that the competitor does not answer.

    Parameters
    ----------
    gaps : table
        What :func:`price_gaps` returned.
    products : table
        ``product_id``, ``name``, ``core`` (bool).
    week : date or ISO text
        The Monday on which you look; later weeks are not used.
    elasticities : mapping of category to float, optional
        Of our demand to our price; :data:`ELASTICITY` where none is given.
    cross_elasticity : float
        Of our demand to the cheapest rival's price; positive.
    least_change : float
        Least distance from the usual price, as a share of it.
    least_weeks : int
        Weeks that a move lasts before it becomes an alert, unless it is twice as deep.
    most : int
        So many alerts at most, those with the most margin at stake.

    Returns
    -------
    table
        ``competitor_id``, ``product_id``, ``name``, ``core``, ``category``, ``price``, ``usual``,
        ``change``, ``weeks`` (it has lasted), ``promotion``, ``own_price``, ``unit_cost`` (ours,
        this week), ``units`` (ours in a usual week), ``at_stake`` (margin a week that the move
        takes or, negative, brings, yuan), ``match_costs`` (margin a week that following would lose
        beyond that; 0 where our price is on their side already) and ``sentence``. Most at stake
        first.

    Raises
    ------
    CourseError
        A column is missing, a value in it cannot be, a product of `gaps` is not in `products`, or
        the week is not in `gaps`.

    References
    ----------
    Slide 18; slide 20 (so that the product stays competitive and keeps its gross profit).

    Examples
    --------
    >>> import pandas as pd
    >>> weeks = pd.date_range("2025-03-03", periods=6, freq="7D")
    >>> gaps = pd.DataFrame({"week": weeks, "competitor_id": "K1", "sku": "a", "product_id": "P1",
    ...     "category": "phones", "price": [100.0] * 4 + [88.0] * 2, "promotion": None,
    ...     "in_stock": True, "own_price": 100.0, "unit_cost": 87.0,
    ...     "units": [100] * 5 + [93], "cheapest": True})
    >>> products = pd.DataFrame({"product_id": ["P1"], "name": "Phone C1", "core": True})
    >>> alerts(gaps, products, weeks[-1])["sentence"][0]
    'K1 asks 12% less than usual for Phone C1 (core), for 2 weeks. It takes about ¥96 of
        margin a week. Matching ¥88.00 would lose another ¥1,075 a week: hold the price.'

    One week old, and deep: already an alert.

    >>> alerts(gaps, products, "2025-03-31")[["change", "weeks"]].round(2).values.tolist()
    [[-0.12, 1.0]]
    >>> alerts(gaps, products, "2026-01-05")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The panel has no week 2026-01-05. It has Mondays from 2025-03-03
        to 2025-04-07.
    """
    seen, goods = _seen(gaps, products)
    day = _week(seen, week)
    least_change = numbers.positive("least_change", least_change)
    least_weeks, most = numbers.count("least_weeks", least_weeks), numbers.count("most", most, 0)
    cross = numbers.number("cross_elasticity", cross_elasticity, low=0)
    owns = {} if elasticities is None else numbers.by_name("elasticities", elasticities)
    seen = seen[seen["week"] <= day].sort_values("week")
    here = seen[(seen["week"] == day) & seen["in_stock"] & seen["cheapest"]]
    rows.refuse(here, "gaps", [rows.unknown_id("product_id", goods, "products")])
    history: dict[Any, pd.DataFrame] = dict(list(seen.groupby(["competitor_id", "sku"])))
    sold = dict(list(seen.drop_duplicates(["week", "product_id"]).groupby("product_id")))
    found = []
    for offer in here.merge(goods, on="product_id").to_dict("records"):
        past = history[(offer["competitor_id"], offer["sku"])]
        promoted = past["promotion"].notna().to_numpy()
        usual, lasted = _since(past["price"].to_numpy(float), promoted, least_change)
        change = offer["price"] / usual - 1
        units = _usual_week(sold[offer["product_id"]], day, lasted)
        if abs(change) < least_change or not units:
            continue
        if lasted >= least_weeks or abs(change) >= 2 * least_change:
            move = offer | {"usual": usual, "change": change, "weeks": lasted, "units": units}
            own = owns.get(offer["category"], ELASTICITY)
            found.append(move | _stakes(move, own, cross))
    table = pd.DataFrame(found, columns=_ALERT)
    order = table["at_stake"].astype(float).abs().sort_values(ascending=False, kind="stable").index
    table = table.loc[order].head(most).reset_index(drop=True)
    told = table.assign(sentence=[_sentence(row) for row in table.to_dict("records")])
    return frames.like(told, gaps)


def _usual_week(sold: pd.DataFrame, day: pd.Timestamp, lasted: int) -> float:
    """Return our mean units a week before a move; of all weeks where the move is as old as they."""
    began = day - pd.Timedelta(weeks=lasted - 1)
    before = sold.loc[sold["week"] <= began, "units"]  # of the seven days before each Monday
    return float((before if len(before) else sold["units"]).tail(USUAL_WEEKS).mean())


def _seen(gaps: Any, products: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of `price_gaps` that hold both prices, and name and core by product."""
    keys = ["competitor_id", "sku"]
    offers = [*keys, "product_id", "week", "category", "promotion", "in_stock", "cheapest"]
    seen, goods = fetched(
        {"gaps": gaps, "products": products},
        {
            "gaps": [*offers, "price", "own_price", "unit_cost", "units"],
            "products": "product_id name core",
        },
    )
    wrong = [rows.missing(name, *keys) for name in ("in_stock", "cheapest")]
    wrong += [rows.not_above_zero(name, *keys, gaps=True) for name in ("price", "own_price")]
    wrong += [rows.below_zero(name, *keys, gaps=True) for name in ("unit_cost", "units")]
    rows.refuse(seen, "gaps", wrong)
    wrong = [rows.missing("product_id", "name"), rows.missing("name", "product_id")]
    wrong += [rows.twice("product_id")]
    rows.refuse(goods, "products", wrong)
    there = seen.dropna(subset=["price", "own_price"])
    rows.refuse(there, "gaps", [amounts.gaps("gaps", name) for name in ("unit_cost", "units")])
    return there, goods


_ALERT = [
    "competitor_id",
    "product_id",
    "name",
    "core",
    "category",
    "price",
    "usual",
    "change",
    "weeks",
    "promotion",
    "own_price",
    "unit_cost",
    "units",
    "at_stake",
    "match_costs",
]


def _stakes(move: Mapping[Any, Any], elasticity: float, cross: float) -> dict[str, float]:
    """Tell what waiting loses in a week, and what following would lose beyond that."""
    ours = (move["own_price"], move["unit_cost"], move["units"], move["change"])
    wait = reaction(*ours, 0.0, elasticity, cross).lost_margin
    match = move["price"] / move["own_price"] - 1  # their price, not their per cent
    if match * move["change"] <= 0:  # ours is there already
        return {"at_stake": wait, "match_costs": 0.0}
    follow = reaction(*ours, match, elasticity, cross).lost_margin
    return {"at_stake": wait, "match_costs": follow - wait}


def _since(
    prices: NDArray[np.float64], promoted: NDArray[np.bool_], least_change: float
) -> tuple[float, int]:
    """Return the usual price before the present move, and how many weeks the move has lasted.

    Weeks of a promotion do not make a price usual, unless there are no others.
    """
    for start in range(len(prices) - 1, 0, -1):
        before, calm = prices[:start], prices[:start][~promoted[:start]]
        usual = float(np.median((calm if len(calm) else before)[-USUAL_WEEKS:]))
        if abs(prices[start - 1] / usual - 1) < least_change / 2:
            return usual, len(prices) - start
    return float(prices.item()), 1  # the first week of an offer


def _sentence(row: Mapping[Any, Any]) -> str:
    weeks = _("for {n} weeks").format(n=row["weeks"])
    promoted = _(", shown as a {promotion}").format(promotion=row["promotion"])
    told = {
        "rival": row["competitor_id"],
        "change": abs(row["change"]),
        "name": row["name"] + (_(" (core)") if row["core"] else ""),
        "weeks": weeks if row["weeks"] > 1 else _("since this week"),
        "promoted": promoted if isinstance(row["promotion"], str) else "",
        "stake": abs(row["at_stake"]),
        "cost": abs(row["match_costs"]),
        "price": row["price"],
    }
    if row["change"] > 0:
        words = _(
            "{rival} asks {change:.0%} more than usual for {name}, {weeks}. It brings us about "
            "¥{stake:,.0f} of margin a week."
        )
        return words.format(**told)
    words = _(
        "{rival} asks {change:.0%} less than usual for {name}, {weeks}{promoted}. It takes about "
        "¥{stake:,.0f} of margin a week."
    )
    hold = _("Matching ¥{price:,.2f} would lose another ¥{cost:,.0f} a week: hold the price.")
    follow = _("Matching ¥{price:,.2f} would win back ¥{cost:,.0f} a week: follow.")
    cheaper = _("We ask no more than they do: hold the price.")
    verdict = hold if row["match_costs"] > 0 else follow if row["match_costs"] < 0 else cheaper
    return f"{words.format(**told)} {verdict.format(**told)}"
