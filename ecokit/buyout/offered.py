"""The offers on the table: what each is worth, and what to answer."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ecokit.buyout.made_for_us import custom
from ecokit.buyout.negotiation import walk_away_price
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
    data: Any, *, outside: float = 0.0, share: float = 0.25, most_loss: float = 0.25
) -> pd.DataFrame:
    """Return what each offer is worth on average, what it risks, and what to answer.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``offers``: ``offer_id``, ``kind``, ``wholesale``, ``price``, ``salvage``,
        ``demand_mean``, ``demand_sd``, ``minimum``, ``tooling``, ``buy_back`` (blank: none),
        ``price_protection``, ``guarantee`` (blank: none), ``stages`` (1, or 2 where a second order
        may follow).
    outside : float
        Yuan that the money and the time for an offer would earn elsewhere.
    share : float
        Share of the season's demand that comes before a second order.
    most_loss : float
        Chance of a loss from which an offer is to be negotiated.

    Returns
    -------
    DataFrame
        A row an offer: ``offer_id``, ``kind``, ``quantity`` (units to order first), ``minimum``,
        ``profit`` (yuan, on average, after tooling), ``chance_of_loss`` (of one order, after
        tooling), ``break_even`` (units, of the tooling), ``twice_gain`` (yuan that a second order
        is worth), ``walk_away`` (the highest wholesale price; missing where none is low enough),
        ``wholesale``, ``answer``: "take", "negotiate" or "leave".

    Raises
    ------
    CourseError
        A table or column is missing, or an offer has numbers that cannot be: it is named.

    Notes
    -----
    Demand is negative binomial with the mean and the spread that are believed, see
    :func:`belief`. "leave": it loses on average at any wholesale price down to what is left
    brings, or the walk-away price lies more than a tenth below what is asked. "negotiate": it
    loses on average, or a loss is likelier than `most_loss`, or the minimum is above the best
    quantity. Price protection and guarantee are left out of profit and risk, which they can only
    mend: :func:`profit_draws` counts them.

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
    columns = [*_TYPES, "kind"]
    (offers,) = frames.fetched(data, {"offers": columns}, types={**_TYPES, "kind": "string"})
    needed = [rows.missing(name, "offer_id") for name in _NUMBERS.split()]
    rows.refuse(offers, "offers", [*needed, rows.twice("offer_id")])
    found = [_weighed(row, spent, part, bad) for row in offers.to_dict("records")]
    return pd.DataFrame(found, columns=_FOUND)


_FOUND = [
    "offer_id",
    "kind",
    "quantity",
    "minimum",
    "profit",
    "chance_of_loss",
    "break_even",
    "twice_gain",
    "walk_away",
    "wholesale",
    "answer",
]
_FAR = 0.1


def _weighed(row: dict[str, Any], outside: float, part: float, bad: float) -> dict[str, Any]:
    try:
        return _reckoned(row, outside, part, bad)
    except CourseError as error:
        message = _("The offer {offer} cannot be reckoned with. {why}")
        told = message.format(offer=numbers.shown(row["offer_id"]), why=error)
        raise CourseError(told) from None


def _reckoned(row: dict[str, Any], outside: float, part: float, bad: float) -> dict[str, Any]:
    terms = terms_in(row)
    prior = belief(row["demand_mean"], row["demand_sd"])
    law = prior.demand()
    made = custom(law, terms, row["tooling"])
    gain, first = 0.0, made.quantity
    if row["stages"] >= 2:
        staged = staged_order(prior, terms, share=part)
        first, gain = staged.first, staged.gain
    profit, risk = made.ahead + gain, 1 - made.chance
    try:
        limit = walk_away_price(law, terms, tooling=row["tooling"], outside=outside)
    except CourseError:
        limit = float("nan")
    forced = terms.minimum > best(law, terms)
    held = bool(profit < outside or risk > bad or forced)
    answer = _("negotiate") if held else _("take")
    if not limit > (1 - _FAR) * terms.wholesale:
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
        "walk_away": limit,
        "wholesale": terms.wholesale,
        "answer": answer,
    }


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
