"""Exercises of quality."""

from __future__ import annotations

from ecokit import quality as topic
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop


# Write here: the exercises of this topic. Ids and names of mistakes never change later.
@sheet.number(
    id="quality-paid-share",
    objective="quality-measure",
    minutes=3,
    title=_("Placed is not paid"),
    unit="share",
    tolerance=0.0005,
    mistakes={
        "unpaid_share": _(
            "This is the share that was not paid. Count the orders with a time of payment."
        ),
        "of_visits": _("You divided by visits, which gives a conversion. Divide by orders placed."),
    },
)
def paid_share(shop: Shop) -> sheet.Sheet:
    """Ask for the share of all orders that were paid."""
    (row,) = topic.payment(shop).to_dict("records")
    return sheet.Sheet(
        prompt=_("{placed:,} orders were placed. Which share of them was paid?").format(**row),
        right=row["share"],
        wrong={"unpaid_share": 1 - row["share"], "of_visits": row["paid"] / len(shop.visits)},
        hints=(
            _("Each row of orders is one order; paid_at is empty where nobody paid."),
            _("Divide the orders with a time in paid_at by all orders."),
        ),
        solution=_("{paid:,} of {placed:,} orders were paid: {share:.1%}.").format(**row),
    )


@sheet.number(
    id="quality-paid-region",
    objective="quality-measure",
    minutes=3,
    title=_("One region"),
    unit="share",
    tolerance=0.0005,
    mistakes={
        "whole_shop": _(
            "This is the share of the whole shop. Keep the orders of this region alone."
        ),
        "of_all_paid": _(
            "You divided by the paid orders of all regions. Divide by those placed here."
        ),
    },
)
def paid_region(shop: Shop) -> sheet.Sheet:
    """Ask for the share of paid orders in the region with the fewest orders."""
    table = topic.payment(shop, by="region").set_index("region")
    region = str(table["placed"].idxmin())
    placed, paid, share = table.loc[region]
    return sheet.Sheet(
        prompt=_("Which share of the orders from the {region} was paid?").format(region=region),
        right=share,
        wrong={
            "whole_shop": table["paid"].sum() / table["placed"].sum(),
            "of_all_paid": paid / table["paid"].sum(),
        },
        hints=(
            _("Keep the orders of this region, and do as for the whole shop."),
            _("payment(shop, by=...) gives one row for each region."),
        ),
        solution=_("{paid:,.0f} of {placed:,.0f} orders were paid: {share:.1%}.").format(
            paid=paid, placed=placed, share=share
        ),
    )
