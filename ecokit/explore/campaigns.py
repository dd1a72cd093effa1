"""The budget lab: split the money, see the return, the next yuan, and the five KPIs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from ecokit import campaigns as topic
from ecokit.explore.lab import Control, Lab, Slider, Told, steps, table
from ecokit.kpi import measure
from ecokit.messages import _
from ecokit.plots import campaigns as plots
from ecokit.plots import theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ecokit.shop import Shop

ADS = ("paid_search", "social")
"""The channels whose spend was varied by lot: what they bring can be told."""

WEEKS = 52 / 12
"""Of a month, for which the KPIs stand."""


@dataclass(frozen=True)
class Base:
    """The shop as it is: spend and shape of each channel a week, the counts of a mean month.

    `shape` holds ``today``, ``most`` and ``scale`` of the ads of each channel, `month` visitors,
    orders, those of campaigns, those of new resources, the plan, and the campaigns' budget.
    """

    shape: pd.DataFrame
    month: pd.Series[float]
    order: float


def lab(shop: Shop) -> Lab:
    """Return the lab: the money for ads, its split, the money for campaigns, what an order leaves.

    Parameters
    ----------
    shop : Shop
        With the tables visits, orders, order_lines, campaigns, spend and targets.
    """
    base = _base(shop)
    now = {name: float(base.shape["today"][name]) for name in ADS}
    whole = float(round(sum(now.values()), -2))

    def draw(figure: Figure, ads: float, social: int, campaigns: float, left: float) -> Told:
        figure.subplots_adjust(left=0.48, right=0.97, top=0.93, bottom=0.11, hspace=0.75)
        upper, lower = figure.subplots(2, gridspec_kw={"height_ratios": [2, 5]})
        spend = {"paid_search": ads * (1 - social / 100), "social": ads * social / 100}
        told = _told(base, spend)
        plots.split(told, ax=upper)
        more = float(told["response"].sum()) - float(_told(base, now)["response"].sum())
        kpis = _kpis(base, more, campaigns)
        plots.planned_kpis(kpis, ax=lower)
        return Told(_alt(kpis, told), _table(base, told, left))

    return Lab(
        _("Budget lab"),
        _controls(base, whole),
        draw,
        along="social",
        stops=(0, 20, 40, 60, 80, 100),
        size=(7.6, 5.2),
    )


def _controls(base: Base, whole: float) -> dict[str, Control]:
    """Return the controls; they start at the shop's own spend, split and margin."""
    social = 5 * round(20 * float(base.shape["today"]["social"]) / whole)
    usual = float(round(base.month["budget"], -3))
    left = min(10 * round(base.order / 10), 1_000)
    return {
        "ads": Slider(_("Ads, yuan a week"), steps(0, 3 * whole, 100, "¥{:,.0f}"), whole),
        "social": Slider(_("Of it in social media"), steps(0, 100, 5, "{} %"), social),
        "campaigns": Slider(
            _("Campaigns, yuan a month"), steps(0, 3 * usual, 1_000, "¥{:,.0f}"), usual
        ),
        "left": Slider(_("What an order leaves, yuan"), steps(0, 1_000, 10), left),
    }


@lru_cache(maxsize=2)
def _base(shop: Shop) -> Base:
    """Return what the lab starts from; measured once."""
    found = topic.responses(shop, by_lot=list(ADS)).set_index("channel_id").loc[list(ADS)]
    shape = pd.DataFrame(
        {
            "today": shop.spend.groupby("channel_id")["spend"].sum()[list(ADS)] / _weeks(shop),
            "most": found["most"],
            "scale": found["scale"] * (1 - found["carry"]),
        }
    )
    whole = measure("uv", shop, "month")["uv"]
    months = len(whole)
    kpis = topic.traffic_kpis(shop, by="month").mean(numeric_only=True)
    paid = shop.orders[shop.orders["paid_at"].notna()]
    lines = shop.order_lines[shop.order_lines["order_id"].isin(paid["order_id"])]
    profit = (lines["quantity"] * (lines["unit_price"] - lines["unit_cost"])).sum()
    visitors, orders = float(whole.mean()), len(paid) / months
    month = pd.Series(
        {
            "visitors": visitors,
            "orders": orders,
            "through": visitors * kpis["campaign_uv_share"],
            "tagged": orders * kpis["campaign_order_share"],
            "planned": visitors / kpis["uv_completion"],
            "new": visitors * (1 - 1 / (1 + kpis["new_resource_uv_increment"])),
            "budget": shop.campaigns["budget"].sum() / months,
        }
    )
    return Base(shape, month, float(profit) / max(len(paid), 1))


def _weeks(shop: Shop) -> float:
    """Return the weeks of the year; those at its ends are not whole."""
    return float(shop.visits["started_at"].dt.normalize().nunique() / 7)


def _kpis(base: Base, more: float, campaigns: float) -> pd.DataFrame:
    """Return the five KPIs of a month.

    Nobody has varied the money of campaigns. The lab takes a square root: twice the money brings
    1.4 times the visitors.
    """
    month = base.month
    times = (campaigns / month["budget"]) ** 0.5 if month["budget"] else 1.0
    through, tagged = times * month["through"], times * month["tagged"]
    rest = month["visitors"] - month["through"] + WEEKS * more
    each = (month["orders"] - month["tagged"]) / (month["visitors"] - month["through"])
    return topic.planned_kpis(
        visitors=max(rest, 1.0) + through,
        orders=max(rest, 1.0) * each + tagged,
        campaign_visitors=through,
        campaign_orders=tagged,
        planned_visitors=month["planned"],
        new_visitors=min(times * month["new"], through),
    )


def _told(base: Base, spend: dict[str, float]) -> pd.DataFrame:
    """Return what the ads of each channel bring in a week, on average and with the next yuan."""
    rows = []
    for name, yuan in spend.items():
        shape = base.shape.loc[name, ["most", "scale"]]
        each = [
            float(of(yuan, *shape))
            for of in (topic.saturating, topic.average_return, topic.marginal_return)
        ]
        rows.append((name, yuan, *each, ""))
    names = ["channel_id", "spend", "response", "average", "marginal", "bound"]
    return pd.DataFrame(rows, columns=names)


def _alt(kpis: pd.DataFrame, told: pd.DataFrame) -> str:
    nexts = told.set_index("channel_id")["marginal"]
    each = [
        _("{name} {planned:.1%} of {target:.0%}").format(name=name, planned=planned, target=target)
        for name, planned, target in kpis[["name", "planned", "target"]].to_numpy().tolist()
    ]
    message = _(
        "The next ¥100 bring {search:.0f} visits by paid search and {social:.0f} by social media. "
        "The five KPIs of the plan: {each}."
    )
    search, social = 100 * nexts["paid_search"], 100 * nexts["social"]
    return message.format(search=search, social=social, each="; ".join(each))


def _table(base: Base, told: pd.DataFrame, left: float) -> str:
    """Return what the ads of a week leave, as an HTML table."""
    each = float(base.month["orders"] / base.month["visitors"])
    columns = ["channel_id", "spend", "response", "average", "marginal"]
    rows = [
        (
            theme.capital(theme.words(name)),
            theme.yuan(spend),
            f"{response:,.0f}",
            f"{100 * average:.1f}",
            f"{100 * marginal:.1f}",
            theme.yuan(response * each * left - spend),
        )
        for name, spend, response, average, marginal in told[columns].to_numpy().tolist()
    ]
    return table(_heads(), rows)


def _heads() -> list[str]:
    return [
        _("Ads a week"),
        _("spend"),
        _("visits brought"),
        _("by ¥100 on average"),
        _("by the next ¥100"),
        _("left"),
    ]
