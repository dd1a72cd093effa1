"""The deal as a negotiation: what each side can accept, what lies between, and a better offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ecokit.buyout.quantity import buy_back_price, channel_quantity, shop_quantity
from ecokit.buyout.terms import Terms, below, best, law_of, outcome, terms_of
from ecokit.errors import CourseError
from ecokit.inputs import demand as demands
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _, yuan

_NOTHING = 0.005
"""Yuan: what is less cannot be shared."""


@public
def walk_away_price(
    demand: Any, terms: Terms, *, tooling: float = 0.0, outside: float = 0.0
) -> float:
    """Return the highest wholesale price at which a deal is still no worse than none.

    Parameters
    ----------
    demand : frozen distribution or array
        What customers may ask for, units.
    terms : Terms
        Of the deal; its wholesale price is left aside. At each price we order what is best then,
        or the minimum.
    tooling : float
        Yuan that we pay once for it.
    outside : float
        Yuan that money and time would earn elsewhere.

    Returns
    -------
    float
        Yuan a unit.

    Raises
    ------
    CourseError
        No price above what is left brings is low enough, or a number cannot be.

    References
    ----------
    Nash (1950): what a side has without the deal is where it walks away.

    Examples
    --------
    >>> from scipy import stats
    >>> offered = Terms(price=2000, wholesale=1700, salvage=900, minimum=600)
    >>> round(walk_away_price(stats.norm(500, 120), offered), 2)
    1791.74
    >>> walk_away_price(stats.norm(500, 120), offered, tooling=800_000)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No wholesale price makes this deal worth its while: at a price
    just above what is left brings, 900, it earns ¥549,999, and ¥800,000 are needed. ...
    """
    from scipy.optimize import brentq

    law, offered = law_of(demand), terms_of("terms", terms)
    needed = numbers.number("tooling", tooling, low=0) + numbers.number("outside", outside, low=0)

    def left(wholesale: float) -> float:
        return _earned(law, offered, wholesale) - needed

    span = offered.price - offered.left_worth
    low, high = offered.left_worth + 1e-6 * span, offered.price - 1e-9 * span
    if left(low) < 0:
        message = _(
            "No wholesale price makes this deal worth its while: at a price just above what is "
            "left brings, {least:g}, it earns ¥{earned:,.0f}, and ¥{needed:,.0f} are needed. Ask "
            "for less tooling, a smaller minimum, or leave it."
        )
        told = {"least": offered.left_worth, "earned": left(low) + needed, "needed": needed}
        raise CourseError(message.format(**told))
    return high if left(high) >= 0 else float(brentq(left, low, high, xtol=1e-9))


def _earned(law: Any, terms: Terms, wholesale: float) -> float:
    """Return the profit at a wholesale price, with the best quantity or the minimum."""
    lost = terms.price - terms.left_worth
    ratio = (terms.price - wholesale) / lost
    size = max(float(law.ppf(ratio)), 0.0, float(terms.minimum))
    left = size - (float(law.mean()) - demands.shortage(law, size))
    return (terms.price - wholesale) * size - lost * left


@dataclass(frozen=True)
class Zone:
    """Where two sides can agree on a wholesale price for a quantity.

    Attributes
    ----------
    low : float
        The least that the supplier can accept, yuan a unit.
    high : float
        The most that we can pay.
    quantity : float
        Units.
    ours, theirs : float
        Yuan that the deal has to bring each side.
    """

    low: float
    high: float
    quantity: float
    ours: float
    theirs: float

    @property
    def gain(self) -> float:
        """Yuan that the deal is worth to both together, beyond what it has to bring."""
        return (self.high - self.low) * self.quantity


@public
def zone(
    demand: Any,
    quantity: float,
    price: float,
    cost: float,
    salvage: float = 0.0,
    *,
    buy_back: float | None = None,
    ours: float = 0.0,
    theirs: float = 0.0,
) -> Zone:
    """Return the wholesale prices that both sides can accept for a quantity.

    Parameters
    ----------
    demand : frozen distribution or array
        What customers may ask for, units.
    quantity : float
        Units that are to be bought.
    price : float
        What a customer pays, yuan.
    cost : float
        What a unit costs the supplier.
    salvage : float
        What a unit brings that is left.
    buy_back : float, optional
        What the supplier pays for a unit that is left. Default: no right of return.
    ours, theirs : float
        What the deal has to bring each side: what it earns without it, its best alternative, and
        what it pays once for it, such as tooling.

    Returns
    -------
    Zone
        From the supplier's walk-away price to ours.

    Raises
    ------
    CourseError
        There is none: the sentence says what each side needs, and how much is lacking.

    References
    ----------
    Nash (1950): only what leaves both better off is agreed on.

    Examples
    --------
    >>> from scipy import stats
    >>> found = zone(stats.norm(500, 120), 450, 2000, 1500, 900, ours=30_000, theirs=40_000)
    >>> round(found.low, 2), round(found.high, 2), round(found.gain)
    (1588.89, 1867.41, 125333)
    >>> zone(stats.norm(500, 120), 950, 2000, 1500, 900)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no zone of agreement on 950 units: the supplier needs
    ¥1,500.00 a unit, at least, and we can pay ¥1,478.94, at most. ...
    """
    law, size = law_of(demand), numbers.positive("quantity", quantity)
    paid, made = numbers.positive("price", price), numbers.positive("cost", cost)
    below("cost", made, "price", paid)
    rest = numbers.number("salvage", salvage, low=0, high=paid)
    back = rest if buy_back is None else numbers.number("buy_back", buy_back, low=0, high=paid)
    back = max(rest, back)
    own, other = numbers.number("ours", ours), numbers.number("theirs", theirs)
    left = size - (float(law.mean()) - demands.shortage(law, size))
    high = paid - ((paid - back) * left + own) / size
    low = made + ((back - rest) * left + other) / size
    if low > high:
        message = _(
            "There is no zone of agreement on {units:g} units: the supplier needs {low} a unit, "
            "at least, and we can pay {high}, at most. {left:,.0f} units would be left, and the "
            "deal has to bring us {own} and the supplier {other}. {remedy}"
        )
        told = {"low": yuan(low, 2), "high": yuan(high, 2), "own": yuan(own), "other": yuan(other)}
        remedy = _remedy(law, paid, made, rest, own + other)
        raise CourseError(message.format(units=size, left=left, remedy=remedy, **told))
    return Zone(low, high, size, own, other)


def _remedy(law: Any, price: float, cost: float, salvage: float, needed: float) -> str:
    """Say whether another number of units has a zone."""
    best = channel_quantity(law, price, cost, salvage) if salvage < cost else None
    if best is None or best.profit >= needed:
        return _("Ask for fewer units, or leave it.")
    message = _("No other number of units has one: at its best, the deal earns {most}. Leave it.")
    return message.format(most=yuan(best.profit))


@dataclass(frozen=True)
class Deal:
    """A wholesale price, and what each side earns at it, on average.

    Attributes
    ----------
    wholesale : float
        Yuan a unit.
    ours, theirs : float
        Yuan.
    """

    wholesale: float
    ours: float
    theirs: float


@public
def nash_split(found: Zone, power: float = 0.5) -> Deal:
    """Return the wholesale price at which the gain of a deal is shared.

    Parameters
    ----------
    found : Zone
        Of :func:`zone`.
    power : float
        Our share of the gain, 0 to 1: half, where the two are alike but for their alternatives.

    Returns
    -------
    Deal
        The price, and what each side earns with what it gave up for it.

    Raises
    ------
    CourseError
        `found` is no zone, or `power` is no share.

    References
    ----------
    Nash (1950): the product of both gains is highest; with unlike power, the weighted product.

    Examples
    --------
    >>> from scipy import stats
    >>> found = zone(stats.norm(500, 120), 450, 2000, 1500, 900, ours=30_000, theirs=40_000)
    >>> deal = nash_split(found)
    >>> round(deal.wholesale, 2), round(deal.ours), round(deal.theirs)
    (1728.15, 92667, 102667)
    >>> nash_split(1600)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: found is 1600. Give what buyout.zone returned.
    """
    if not isinstance(found, Zone):
        raise numbers.refused("found", found, _("Give what buyout.zone returned."))
    mine = numbers.share("power", power)
    price = found.high - mine * (found.high - found.low)
    return Deal(price, found.ours + mine * found.gain, found.theirs + (1 - mine) * found.gain)


@dataclass(frozen=True)
class Counter:
    """A counter-offer that both sides prefer to what was offered.

    Attributes
    ----------
    terms : Terms
        What to propose.
    quantity : float
        Units that we order under it, for our own sake.
    ours, theirs : float
        Yuan, on average, under the counter-offer.
    ours_before, theirs_before : float
        Under the offer; 0 and 0 where we would have walked away.
    """

    terms: Terms
    quantity: float
    ours: float
    theirs: float
    ours_before: float
    theirs_before: float

    @property
    def gain(self) -> float:
        """Yuan that both together earn more."""
        return self.ours + self.theirs - self.ours_before - self.theirs_before


@public
def counter_offer(demand: Any, terms: Terms, cost: float, power: float = 0.5) -> Counter:
    """Return a counter-offer with a buy-back that leaves both sides better off.

    Parameters
    ----------
    demand : frozen distribution or array
        What customers may ask for, units; both sides believe the same.
    terms : Terms
        What was offered.
    cost : float
        What a unit costs the supplier.
    power : float
        Our share of what is gained, above 0 and below 1: both are to gain.

    Returns
    -------
    Counter
        Under its terms we order what serves both best, without a minimum. Each side earns what it
        did, and its share of the gain.

    Raises
    ------
    CourseError
        Nothing can be gained: the offer leads to what one firm would order. Or the cost is not
        below the wholesale price.

    References
    ----------
    Pasternack (1985): with a buy-back the profits of both are shares of that of one firm; Nash
    (1950), how the gain is shared.

    Examples
    --------
    >>> from scipy import stats
    >>> found = counter_offer(stats.norm(500, 120), Terms(2000, 1700, 900), cost=1500)
    >>> round(found.terms.wholesale, 2), round(found.terms.buy_back, 2), round(found.quantity, 1)
    (1723.89, 1392.56, 486.3)
    >>> round(found.ours - found.ours_before), round(found.theirs - found.theirs_before)
    (3028, 3028)
    >>> counter_offer(stats.norm(500, 120), found.terms, cost=1500)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: No counter-offer is better for both: under the offer 486 units are
    ordered, which is what one firm would order. Only the price is left to talk about.
    """
    law, offered = law_of(demand), terms_of("terms", terms)
    made = numbers.positive("cost", cost)
    mine = numbers.inner_share("power", power)
    below("cost", made, "wholesale", offered.wholesale)
    whole = channel_quantity(demand, offered.price, made, offered.salvage)
    ours, theirs, units = _offered(law, offered, made)
    gain = whole.profit - ours - theirs
    if gain < _NOTHING:
        message = _(
            "No counter-offer is better for both: under the offer {units:.0f} units are ordered, "
            "which is what one firm would order. Only the price is left to talk about."
        )
        raise CourseError(message.format(units=units))
    keep = (ours + mine * gain) / whole.profit
    wholesale = offered.price - keep * (offered.price - made)
    back = buy_back_price(offered.price, wholesale, made, offered.salvage)
    proposed = Terms(offered.price, wholesale, offered.salvage, buy_back=back)
    size = shop_quantity(demand, proposed).quantity
    return Counter(proposed, size, keep * whole.profit, (1 - keep) * whole.profit, ours, theirs)


def _offered(law: Any, terms: Terms, cost: float) -> tuple[float, float, float]:
    """Return what each side earns under an offer, and the units; nothing where we walk away."""
    size = max(best(law, terms), float(terms.minimum))
    buy = outcome(law, size, terms)
    if buy.profit < 0:
        return 0.0, 0.0, 0.0
    back = (terms.left_worth - terms.salvage) * buy.left
    return buy.profit, (terms.wholesale - cost) * size - back, size
