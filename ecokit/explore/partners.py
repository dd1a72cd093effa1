"""The deal and who earns what: terms of a contract, what an order leaves, and who has the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecokit import messages
from ecokit import partners as topic
from ecokit.errors import CourseError
from ecokit.explore.controls import Slider, steps
from ecokit.explore.lab import Control, Lab, Told
from ecokit.explore.tables import table
from ecokit.messages import _
from ecokit.plots import partners as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.partners.terms import NetMargin
    from ecokit.shop import Shop

PARTNER = "T05"  # whose contract the lab starts from
RATE, RETURN = 0.08, 30.0  # what money costs a year; yuan for an order that comes back
STOPS = (0, 2, 4, 8, 12, 16)


def lab(shop: Shop) -> Lab:
    """Return the lab: commission, fee, returns, days, subsidy, and whose customers they are.

    Parameters
    ----------
    shop : Shop
        With the tables partners and partner_orders.
    """
    row, price, cost, back = _start(shop)

    def draw(
        figure: Figure,
        commission: float,
        fee: float,
        returns: float,
        days: float,
        subsidy: float,
        rebate: float,
        moved: float,
    ) -> Told:
        found = topic.net_margin(
            price,
            cost,
            commission=commission / 100,
            fee=fee,
            return_rate=returns / 100,
            return_cost=RETURN,
            subsidy=subsidy,
            promotion_fund=float(row["promotion_fund"]),
            rebate=rebate / 100,
            days=days,
            rate=RATE,
        )
        figure.subplots_adjust(left=0.24, right=0.95, top=0.9, bottom=0.12)
        plots.margin_steps(found.steps(), ax=figure.add_subplot())
        own = moved / 100 * (1 - returns / 100) * (price - cost)
        return Told(_alt(found, own), _table(found, own))

    return Lab(
        _("The deal and who earns what"),
        _controls(row, back),
        draw,
        along="commission",
        stops=STOPS,
        size=(7.2, 4.4),
    )


def _start(shop: Shop) -> tuple[Any, float, float, float]:
    """Return the contract that the lab starts from, price and cost of an order, and returns."""
    known = shop.partners.set_index(shop.partners["partner_id"].astype(str))
    sold = shop.partner_orders
    mine = sold[sold["partner_id"].astype(str) == PARTNER]
    if PARTNER not in known.index or mine.empty:
        message = _("The lab starts from partner {name}, and the shop has no order of it.")
        raise CourseError(message.format(name=PARTNER))
    n = len(mine)
    price = float((mine["quantity"] * mine["unit_price"]).sum()) / n
    cost = float((mine["quantity"] * mine["unit_cost"]).sum()) / n
    back = 100 * float(mine["returned_on"].notna().mean())
    return known.loc[PARTNER], round(price), round(cost), float(round(back))


def _controls(row: Any, back: float) -> dict[str, Control]:
    """Return the controls; they start at the terms of the contract."""
    fee, subsidy, days = (float(row[one]) for one in ("fee", "subsidy", "settlement_days"))
    commission = float(round(100 * float(row["commission"])))
    return {
        "commission": Slider(_("Commission, % of the price"), steps(0, 20, 1), commission),
        "fee": Slider(_("Fee, yuan an order"), steps(0, 50, 1, "¥{:.0f}", also=fee), fee),
        "returns": Slider(_("Of a hundred orders come back"), steps(0, 40, 1), back),
        "days": Slider(_("Days until it settles"), steps(0, 120, 5, also=days), days),
        "subsidy": Slider(
            _("Subsidy, yuan an order"), steps(0, 100, 5, "¥{:.0f}", also=subsidy), subsidy
        ),
        "rebate": Slider(_("Rebate, % of what is kept"), steps(0, 5, 1), 0),
        "moved": Slider(_("Of a hundred orders would have been ours"), steps(0, 60, 5), 0),
    }


def _alt(found: NetMargin, own: float) -> str:
    message = _(
        "Of ¥{price:,.0f} an order through the partner leaves {left}; after what the orders "
        "that would have been ours had left, {net}."
    )
    net = messages.yuan(found.left - own)
    return message.format(price=found.price, left=messages.yuan(found.left), net=net)


def _table(found: NetMargin, own: float) -> str:
    """Return who has how much of the price of an order, as an HTML table."""
    partner = found.commission + found.fee + found.promotion + found.rebate
    lines = [
        (_("customers, who get it back"), found.returned),
        (_("makers of the goods"), found.goods),
        (_("the partner: commission, fee, fund, rebate"), partner),
        (_("the offer, which we subsidise"), found.subsidy),
        (_("carriers and banks: returns, waiting"), found.handling + found.money),
        (_("we"), found.left),
        (_("we, less what would have come anyway"), found.left - own),
    ]
    told = [(who, theme.yuan(yuan), f"{yuan / found.price:.1%}") for who, yuan in lines]
    return table([_("Who has it"), _("yuan an order"), _("of the price")], told)
