"""The offers on the table: what each is worth, and what to answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ecokit.buyout.made_for_us import custom
from ecokit.buyout.negotiation import walk_away_price
from ecokit.buyout.risk import seasons
from ecokit.buyout.stages import belief, staged_order
from ecokit.buyout.terms import Terms, best
from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _

_NUMBERS = "wholesale price salvage demand_mean demand_sd minimum tooling stages"
_TYPES = {
    **dict.fromkeys(_NUMBERS.split(), "number"),
    "offer_id": "id",
    "buy_back": "number",
    "guarantee": "number",
    "price_protection": "boolean",
}


@public
def weigh(
    data: Any,
    *,
    outside: float = 0.0,
    share: float = 0.25,
    most_loss: float = 0.25,
    fall: float = 0.0,
    chance: float = 0.0,
    past: bool = False,
) -> pd.DataFrame:
    """Return what each open offer is worth on average, what it risks, and what to answer.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``offers``: ``offer_id``, ``kind``, ``wholesale``, ``price``, ``salvage``,
        ``demand_mean``, ``demand_sd``, ``minimum``, ``tooling``, ``buy_back`` (blank: none),
        ``price_protection``, ``guarantee`` (blank: none), ``stages`` (1, or 2 where a second order
        may follow). ``offer_weeks`` (optional): ``offer_id`` of what has been sold in some week; it
        is not open any more.
    outside : float
        Yuan that the money and the time for an offer would earn elsewhere.
    share : float
        Share of the season's demand that comes before a second order.
    most_loss : float
        Chance of a loss from which an offer is to be negotiated.
    fall, chance : float
        Share of its price by which a unit may fall in the middle of the season, and the chance
        that it does. Without them no price falls, and price protection is worth nothing.
    past : bool
        Whether offers that have been sold already are weighed, too.

    Returns
    -------
    DataFrame
        A row an offer: ``offer_id``, ``kind``, ``quantity`` (units to order first), ``minimum``,
        ``profit`` (yuan, on average, after tooling), ``chance_of_loss`` (of one order, after
        tooling), ``break_even`` (units, of the tooling), ``twice_gain`` (yuan that a second order
        is worth), ``made_good`` (yuan that the supplier makes good of one order, on average, by
        price protection and guarantee), ``walk_away`` (the highest wholesale price; missing where
        none is low enough), ``wholesale``, ``answer``: "take", "negotiate" or "leave".

    Raises
    ------
    CourseError
        A table or column is missing, all offers are past, or an offer has numbers that cannot be:
        it is named.

    Notes
    -----
    Demand is negative binomial with the mean and the spread that are believed, see
    :func:`belief`. "leave": it earns less than `outside`, and the walk-away price lies more than a
    tenth below what is asked, or there is none. "negotiate": it earns less than `outside`, or a
    loss is likelier than `most_loss`, or the minimum is above the best quantity.

    A fall of the price, price protection and guarantee count in profit and risk, summed over all
    demands. Two things leave them out. The quantity is the best one without them: a supplier who
    guarantees a profit will not let us order as if no unit could be lost. And so does the walk-away
    price, since under a guarantee any price would do. A second order also mends the bad end, so
    that it and a guarantee are worth less together than one by one: the larger counts.

    References
    ----------
    The course's own rule, on top of :func:`walk_away_price`.

    Examples
    --------
    >>> offers = pd.DataFrame({"offer_id": ["B1", "B2"], "kind": ["buy_out", "oem"],
    ...     "wholesale": [1600.0, 1500.0], "price": 2000.0, "salvage": 900.0,
    ...     "demand_mean": [500.0, 300.0], "demand_sd": [120.0, 90.0], "minimum": [400, 300],
    ...     "tooling": [0.0, 150_000.0], "buy_back": [None, None], "price_protection": False,
    ...     "guarantee": [None, None], "stages": [2, 1]})
    >>> weigh({"offers": offers})[["offer_id", "quantity", "break_even", "answer"]]
      offer_id  quantity  break_even     answer
    0       B1     400.0           0       take
    1       B2     300.0         300  negotiate
    """
    spent = numbers.number("outside", outside, low=0)
    part = numbers.share("share", share, zero=False, one=False)
    bad = numbers.share("most_loss", most_loss)
    cut, risk = numbers.share("fall", fall), numbers.share("chance", chance)
    offers = _waiting(data, numbers.flag("past", past))
    needed = [rows.missing(name, "offer_id") for name in _NUMBERS.split()]
    rows.refuse(offers, "offers", [*needed, rows.twice("offer_id")])
    each: list[dict[str, Any]] = [
        {str(name): one for name, one in row.items()} for row in offers.to_dict("records")
    ]
    found = [_weighed(row, spent, part, bad, cut, risk) for row in each]
    return pd.DataFrame(found, columns=_FOUND)


def _waiting(data: Any, past: bool) -> pd.DataFrame:
    """Return the offers that have not been sold in any week, or all of them."""
    columns, types = [*_TYPES, "kind"], {**_TYPES, "kind": "string"}
    needed, optional = {"offers": columns}, {"offer_weeks": "offer_id"}
    offers, weeks = frames.fetched(data, needed, optional, types=types)
    found: pd.DataFrame = offers
    if past or weeks is None or found.empty:
        return found
    found = found[~found["offer_id"].isin(weeks["offer_id"])].reset_index(drop=True)
    if found.empty:
        message = _("All offers have been sold already. Give past=True to weigh them all the same.")
        raise CourseError(message)
    return found


_FOUND = [
    "offer_id",
    "kind",
    "quantity",
    "minimum",
    "profit",
    "chance_of_loss",
    "break_even",
    "twice_gain",
    "made_good",
    "walk_away",
    "wholesale",
    "answer",
]
_FAR = 0.1
_SURE = 1e-12
"""What may be left out at the upper end of a law."""
_NOTHING = 0.005
"""Yuan: a profit of 0 that is a little less by rounding is no loss."""


def _weighed(row: dict[str, Any], outside: float, *shares: float) -> dict[str, Any]:
    try:
        return _reckoned(row, outside, *shares)
    except CourseError as error:
        message = _("The offer {offer} cannot be reckoned with. {why}")
        told = message.format(offer=numbers.shown(row["offer_id"]), why=error)
        raise CourseError(told) from None


def _reckoned(
    row: dict[str, Any], outside: float, part: float, bad: float, fall: float, chance: float
) -> dict[str, Any]:
    terms = terms_in(row)
    prior = belief(row["demand_mean"], row["demand_sd"])
    law = prior.demand()
    made = custom(law, terms, row["tooling"])
    gain, first = 0.0, made.quantity
    if row["stages"] >= 2:
        staged = staged_order(prior, terms, share=part)
        first, gain = staged.first, staged.gain
    once = _one_order(law, made.quantity, terms, row["tooling"], fall, chance)
    bare = replace(terms, guarantee=None)
    twice = _one_order(law, made.quantity, bare, row["tooling"], fall, chance).profit + gain
    profit, risk = max(once.profit, twice), once.risk
    try:
        limit = walk_away_price(law, terms, tooling=row["tooling"], outside=outside)
    except CourseError:
        limit = float("nan")
    forced = terms.minimum > best(law, terms)
    held = bool(profit < outside or risk > bad or forced)
    answer = _("negotiate") if held else _("take")
    if profit < outside and not limit > (1 - _FAR) * terms.wholesale:
        answer = _("leave")
    return {
        "offer_id": row["offer_id"],
        "kind": row["kind"],
        "quantity": first,
        "minimum": row["minimum"],
        "profit": profit,
        "chance_of_loss": risk,
        "break_even": made.units,
        "twice_gain": gain,
        "made_good": once.made_good,
        "walk_away": limit,
        "wholesale": terms.wholesale,
        "answer": answer,
    }


class _Once(NamedTuple):
    """What one order brings, on average, and the chance that it loses."""

    profit: float
    made_good: float
    risk: float


def _one_order(
    law: Any, size: float, terms: Terms, fixed: float, fall: float, chance: float
) -> _Once:
    """Sum over all demands, with and without a fall of the price."""
    asked = np.arange(float(law.ppf(1 - _SURE)) + 1)
    weight = law.pmf(asked)
    found = np.zeros(3)
    for cheap, likely in ((0.0, 1 - chance), (fall * terms.price, chance)):
        lost = np.full(len(asked), cheap)
        _sold, made_good, profit = seasons(asked, lost, size, terms, fixed=fixed)
        bad = weight[profit < -_NOTHING].sum()
        found += likely * np.array([weight @ profit, weight @ made_good, bad])
    return _Once(*found.tolist())


def terms_in(row: dict[str, Any]) -> Terms:
    """Return the terms in a row of ``offers``."""
    back, sure = (None if pd.isna(row[one]) else row[one] for one in ("buy_back", "guarantee"))
    protected = row["price_protection"]
    return Terms(
        price=row["price"],
        wholesale=row["wholesale"],
        salvage=row["salvage"],
        buy_back=back,
        minimum=row["minimum"],
        price_protection=bool(protected) if pd.notna(protected) else False,
        guarantee=sure,
    )
