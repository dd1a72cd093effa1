"""The deal lab: quantity and terms of an offer, and how often it brings how much."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from ecokit import buyout as topic
from ecokit.explore.controls import Choice, Control, Slider, steps
from ecokit.explore.lab import Lab, Told
from ecokit.explore.tables import table
from ecokit.messages import _
from ecokit.plots import buyout as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

SEED, SEASONS = 4, 4_000
ALL = 1.0  # of the order's money may be lost: no guarantee
DROP = 0.1
"""Share of its price by which a unit may fall in the middle of the season."""


def lab(shop: Shop) -> Lab:
    """Return the lab: the profit of an offer as a distribution, by quantity and terms.

    Parameters
    ----------
    shop : Shop
        With the tables offers and offer_weeks: what has been sold already is not on offer.
    """
    past = set(shop.offer_weeks["offer_id"])
    offers = shop.offers[~shop.offers["offer_id"].isin(past)].set_index("offer_id")
    names = [(f"{id_}  {name}", id_) for id_, name in offers["name"].items()]

    @lru_cache(maxsize=len(names) or 1)
    def law(offer_id: str) -> Any:
        mean, sd = offers.loc[offer_id, ["demand_mean", "demand_sd"]]
        return topic.belief(mean, sd).demand()

    def draw(
        figure: Figure,
        offer: str,
        quantity: float,
        wholesale: float,
        buy_back: float,
        chance: float,
        guarantee: float,
    ) -> Told:
        figure.subplots_adjust(left=0.1, right=0.97, top=0.88, bottom=0.17)
        row = offers.loc[offer]
        size = max(round(quantity * row["demand_mean"]), 1)
        terms = _terms(row, size, wholesale, buy_back, guarantee)
        found = topic.profit_draws(
            law(offer),
            size,
            terms,
            seed=SEED,
            draws=SEASONS,
            drop=DROP * terms.price,
            chance=chance,
            tooling=row["tooling"],
        )
        ax = figure.add_subplot()
        plots.profits(found, ax=ax)
        title = ax.get_title(loc="left")
        message = _("Profit of {n} units of {name} in {seasons:,} seasons. {title}.")
        alt = message.format(n=f"{size:,}", name=row["name"], seasons=SEASONS, title=title)
        return Told(alt, _numbers(found, size, terms, row))

    controls: dict[str, Control] = {
        "offer": Choice(_("Offer"), names),
        "quantity": Slider(
            _("Order, as a share of the demand that is expected"),
            steps(0.4, 1.6, 0.1, "{:.0%}"),
            1.0,
        ),
        "wholesale": Slider(
            _("Wholesale price, as a share of what is asked"),
            steps(0.85, 1.05, 0.01, "{:.0%}"),
            1.0,
        ),
        "buy_back": Slider(
            _("Buy-back, as a share of the wholesale price (0: none)"),
            steps(0, 0.95, 0.05, "{:.0%}"),
            0.0,
        ),
        "chance": Slider(
            _("Chance that the price falls by a tenth"), steps(0, 1, 0.1, "{:.0%}"), 0.0
        ),
        "guarantee": Slider(
            _("Guarantee: our loss is at most this share of the order"),
            [(_("no guarantee"), ALL), *((f"{one:.0%}", one) for one in (0.2, 0.1, 0.05, 0.0))],
            ALL,
        ),
    }
    stops = [value for _text, value in steps(0.6, 1.4, 0.1)]
    return Lab(_("Deal lab"), controls, draw, along="quantity", stops=stops, size=(7.0, 3.8))


def _terms(
    row: pd.Series[Any], size: int, wholesale: float, back: float, borne: float
) -> topic.Terms:
    """Return the terms that the sliders say."""
    paid = min(round(wholesale * float(row["wholesale"]), 2), float(row["price"]) - 0.01)
    return topic.Terms(
        price=float(row["price"]),
        wholesale=paid,
        salvage=float(row["salvage"]),
        buy_back=round(back * paid, 2) or None,
        price_protection=bool(row["price_protection"]),
        guarantee=None if borne == ALL else -borne * paid * size,
    )


def _numbers(found: pd.DataFrame, size: int, terms: topic.Terms, row: pd.Series[Any]) -> str:
    """Return what both sides earn, as an HTML table."""
    told = topic.risk_of(found["profit"])
    back = (terms.left_worth - terms.salvage) * found["left"].mean()
    theirs = (terms.wholesale - row["supplier_cost"]) * size - back - found["made_good"].mean()
    rows = [
        (_("We earn, on average"), theme.yuan(told.mean)),
        (_("Nine of ten seasons lie between"), f"{theme.yuan(told.low)}, {theme.yuan(told.high)}"),
        (_("Mean of the worst twentieth"), theme.yuan(told.worst)),
        (_("Units left, on average"), f"{found['left'].mean():,.0f}"),
        (_("The supplier earns, on average"), theme.yuan(theirs)),
    ]
    return table([_("{n:,} units").format(n=size), ""], rows)
