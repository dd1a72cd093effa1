"""All nine strategies for one product and its customers of one year."""

from __future__ import annotations

from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.strategies.bargain import automatic, haggling
from ecokit.strategies.bidding import auction, name_your_price
from ecokit.strategies.customer import personalised, prestige
from ecokit.strategies.demand import Demand, customers_of
from ecokit.strategies.group import collaborative
from ecokit.strategies.lifetime import life_cycle, penetration
from ecokit.strategies.outcome import Outcome, one_price
from ecokit.strategies.promotion import discount, free_trial

MONTHS = 12


@public
def side_by_side(
    demand: Demand, cost: float, price: float | None = None, seed: int = 0
) -> list[Outcome]:
    """Return the outcome of every strategy, for the same product and the same customers.

    Parameters
    ----------
    demand : Demand
        The customers of one year.
    cost : float
        Unit cost, yuan.
    price : float, optional
        The base price, yuan: the first outcome, and the regular price of the discount.
        Default: the best single price.
    seed : int
        For the two strategies that are simulated.

    Returns
    -------
    list of Outcome
        One price first, then the nine strategies (two of them in two forms), each with the
        parameters that its function has by default, but: three segments; a discount of 10 %;
        product life and penetration over twelve months, with all customers reached in the
        first, and a twelfth of them each month in the second.

    Raises
    ------
    CourseError
        `demand` is no demand, or nobody would pay the cost.

    References
    ----------
    The nine strategies of slide 20, in its order.

    Examples
    --------
    >>> from ecokit.strategies import uniform
    >>> outcomes = side_by_side(uniform(0, 100, 1200), cost=20)
    >>> len(outcomes), outcomes[0].name, outcomes[-1].name
    (12, 'one price', 'collaborative')
    """
    demand = customers_of(demand)
    if price is not None:
        price = numbers.positive("price", price)
    return [
        one_price(demand, cost, price),
        personalised(demand, cost, segments=3),
        prestige(demand, cost),
        automatic(demand, cost),
        haggling(demand, cost),
        free_trial(demand, cost),
        discount(demand, cost, 0.1, price=price),
        life_cycle(demand, cost, innovation=0.2, imitation=0.5, ageing=0.01),
        auction(demand, cost, seed=seed),
        name_your_price(demand, cost),
        penetration(demand.part(1 / MONTHS), cost, periods=MONTHS),
        collaborative(demand, cost, seed=seed),
    ]
