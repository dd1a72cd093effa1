"""Exercises on campaigns: plan, measure, return, split, decide."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from ecokit import campaigns as topic
from ecokit.campaigns.design import multiple
from ecokit.exercises import sheet
from ecokit.kpi.windows import DAY
from ecokit.messages import _
from ecokit.shop import Shop

SERVED = "Double 12"  # whose parcels are counted; the page has Double 11
REGIONAL = -1  # the last campaign of some regions; the page has the first
BEFORE = 5  # weeks before it in which nothing else ran in some regions only
LETTER, FAINT = -2, -1  # the letters that are asked about; the page has the first two
STREAM = -1  # the last live stream with a fee; the page has the one before
CELL_SALES = 150_000  # of the cell above its question
CELL_STREAM = {"fee": 10_000, "commission": 0.15, "return_rate": 0.35, "margin": 0.22}
MONTH = 9  # whose claims are asked about
KPI_MONTH = 10  # whose plan is asked about
ADDED = 100  # yuan a week more
CHANNEL = "social"  # whose next yuan is asked for; the page draws paid search
BY_LOT = ["paid_search", "social"]  # the channels whose spend was varied by lot
OTHERS = ["brand_search", "affiliate", "marketplace"]
HALF = 0.5  # share of the orders of the stopped day that would have come anyway
NOON = 14  # the hour at whose end one looks
RAISED = 1.6  # the next quarter's budget over today's
REACHED = 0.94  # of the visits of the best split: passes, where measured shapes come so near
TRIED = 3  # times today's spend, which the lot has tried at most


# --- the plan -------------------------------------------------------------------------------


@sheet.number(
    id="campaigns-serve",
    objective="campaigns-plan",
    minutes=4,
    title=_("Before the budget: can it be sent?"),
    unit="orders",
    rel_tolerance=0.01,
    mistakes={
        "forgot_the_usual": _(
            "You gave the campaign all that the warehouse can send. The usual orders have to be "
            "sent, too: take them off first."
        ),
        "one_day": _(
            "That is what is left on one day. The campaign has several: multiply by its days."
        ),
        "the_usual": _(
            "These are the orders that come anyway. Asked is how many more there may be."
        ),
        "row_of_the_stock": _(
            "That is what the stock can serve. Asked is what can be sent: the row of the parcels."
        ),
        "row_of_the_desk": _(
            "That is what the desk can answer. Asked is what can be sent: the row of the parcels."
        ),
    },
)
def serve(shop: Shop) -> sheet.Sheet:
    one = shop.campaigns.set_index("name").loc[SERVED]
    days = (one["end_on"] - one["start_on"]) // DAY + 1
    checks = topic.serving_checks(shop, one["start_on"], one["end_on"], 0).set_index("check")
    usual, sent = checks.loc["parcels", ["needed", "there"]].astype(float)
    usual = round(usual, 1)
    return sheet.Sheet(
        prompt=_(
            "{name} is planned, {days} days. In the four weeks before, {usual:.1f} orders came on "
            "a usual day, and {sent:.0f} parcels were sent on the fullest one. If its orders come "
            "evenly, how many may {name} bring beyond the usual ones before parcels are left over?"
        ).format(name=SERVED, days=days, usual=usual, sent=sent),
        case=(SERVED, _("parcels")),
        right=(sent - usual) * days,
        wrong={
            "forgot_the_usual": sent * days,
            "one_day": sent - usual,
            "the_usual": usual * days,
            "row_of_the_stock": checks.loc["stock", "most_orders"],
            "row_of_the_desk": checks.loc["desk", "most_orders"],
        },
        printed=1,
        hints=(
            _("What can be sent on a day, and how much of that do the usual orders take?"),
            _("What is left on a day, times the days."),
        ),
        solution=_(
            "The fullest day less the usual day is what the warehouse can send on top; times the "
            "days. More of them need hands or a longer promise, agreed before the budget is."
        ),
        code=f"""
            from ecokit import campaigns
            one = shop.campaigns.set_index("name").loc["{SERVED}"]
            checks = campaigns.serving_checks(shop, one["start_on"], one["end_on"], 0)
            checks.set_index("check").loc["parcels", "most_orders"]
        """,
    )


@sheet.number(
    id="campaigns-kpis",
    objective="campaigns-plan",
    minutes=5,
    title=_("Which conversion does the plan ask for?"),
    unit="share",
    tolerance=0.0005,
    mistakes={
        "of_the_shop": _(
            "That is the conversion of the whole shop: all orders over all visitors. Take the "
            "campaigns' orders and the campaigns' visitors."
        ),
        "the_target": _(
            "10 % is the target of slide 9. Asked is the conversion that the other numbers of the "
            "plan lead to."
        ),
        "of_the_rest": _(
            "That is 45 % of the orders over 55 % of the visitors: those who come without a "
            "campaign. Campaigns have 45 % of the visitors and 55 % of the orders."
        ),
        "over_all_visitors": _(
            "You divided the campaigns' orders by all visitors. Divide by the visitors through "
            "campaigns."
        ),
    },
)
def kpis(shop: Shop) -> sheet.Sheet:
    visitors, orders = _month_counts(shop)
    uv, share = topic.TARGETS["campaign_uv_share"], topic.TARGETS["campaign_order_share"]
    whole = orders / visitors
    return sheet.Sheet(
        prompt=_(
            "For next {month:%B} the traffic manager plans {visitors:,} visitors and {orders:,} "
            "paid orders. Campaigns shall bring {uv:.0%} of the visitors and {share:.0%} of the "
            "orders, as slide 9 has it. Which campaign order conversion does this plan ask for?"
        ).format(
            month=pd.Timestamp(2025, KPI_MONTH, 1),
            visitors=visitors,
            orders=orders,
            uv=uv,
            share=share,
        ),
        case=(f"{pd.Timestamp(2025, KPI_MONTH, 1):%B}", _("conversion")),
        right=whole * share / uv,
        wrong={
            "of_the_shop": whole,
            "the_target": topic.TARGETS["campaign_conversion"],
            "of_the_rest": whole * (1 - share) / (1 - uv),
            "over_all_visitors": whole * share,
        },
        hints=(
            _("How many orders shall come through campaigns, and how many visitors?"),
            _("Divide the first by the second: 55 % of the orders by 45 % of the visitors."),
        ),
        solution=_(
            "The campaigns' orders over the campaigns' visitors. Five targets are not five "
            "wishes: three of them fix this one, and it may lie above what campaigns ever did."
        ),
        code=f"""
            {orders} * 0.55 / ({visitors} * 0.45)
        """,
    )


def _month_counts(shop: Shop) -> tuple[int, int]:
    """Return the visitors and paid orders of a month, in round numbers, as plans have them."""
    visits = shop.visits[shop.visits["started_at"].dt.month == KPI_MONTH]
    paid = shop.orders[shop.orders["paid_at"].notna()]
    orders = int((paid["placed_at"].dt.month == KPI_MONTH).sum())
    return int(round(visits["visitor_id"].nunique(), -2)), round(orders, -1)


# --- what it brought ------------------------------------------------------------------------


@sheet.number(
    id="campaigns-smallest",
    objective="campaigns-measure",
    minutes=4,
    title=_("What could be seen at all?"),
    unit="orders",
    rel_tolerance=0.01,
    mistakes={
        "one_error": _(
            "That is one standard error. Chance alone moves as far in a third of all cases."
        ),
        "seen_half_of_the_time": _(
            "That is where an interval of 95 % just leaves out zero. An effect of this size is "
            "seen in half of all cases only; for four of five it takes 2.8 standard errors."
        ),
        "on_top_of_it": _(
            "You added what comes without the campaign. Asked is the effect, not the sum."
        ),
        "whole_interval": _(
            "That is the width of the interval, from its low to its high end. The effect has to "
            "be 2.8 standard errors away from zero."
        ),
    },
)
def smallest(shop: Shop) -> sheet.Sheet:
    one = _regional(shop)
    design = topic.smallest_effect(
        shop,
        one["start_on"],
        one["end_on"],
        way="regions",
        regions=one["regions"].split(),
        before=BEFORE,
    )
    error, without = round(design.error, 1), round(design.without)
    times = multiple(0.95, 0.8)
    return sheet.Sheet(
        prompt=_(
            "{name} is to run in {regions} only; the other regions are compared with. From the "
            "{weeks} weeks before, in which nothing ran in some regions only, you know: "
            "{without:,} orders would come there anyway, and the standard error of the effect will "
            "be {error:.1f} orders. How small an effect can be seen in four of five cases, with an "
            "interval of 95 %?"
        ).format(
            name=one["name"],
            weeks=BEFORE,
            regions=_(" and ").join(map(sheet.plain, one["regions"].split())),
            without=without,
            error=error,
        ),
        case=(str(one["name"]),),
        right=times * error,
        wrong={
            "one_error": error,
            "seen_half_of_the_time": 1.96 * error,
            "on_top_of_it": without + times * error,
            "whole_interval": 2 * 1.96 * error,
        },
        printed=1,
        hints=(
            _("How many standard errors from zero must an effect lie to be seen this often?"),
            _("2.8 times the standard error: 1.96 for the interval, 0.84 for four of five."),
        ),
        solution=_(
            "2.8 standard errors. If you hope for less than that, choose more regions, more days "
            "or a list with a held-out half, or say beforehand that you will not know."
        ),
        code=f"""
            from ecokit import campaigns
            one = shop.campaigns.set_index("name").loc["{one["name"]}"]
            regions = one["regions"].split()
            window = one["start_on"], one["end_on"]
            found = campaigns.smallest_effect(
                shop, *window, way="regions", regions=regions, before={BEFORE}
            )
            found.smallest
        """,
    )


def _regional(shop: Shop) -> Any:
    """Return the campaign of some regions that is asked about."""
    table = shop.campaigns
    return table[table["regions"].fillna("").str.strip() != ""].iloc[REGIONAL]


def _letter(shop: Shop, place: int) -> Any:
    """Return one of the campaigns that were sent to a list with a half held out."""
    listed = shop.campaigns["campaign_id"].isin(shop.mailings["campaign_id"].unique())
    return shop.campaigns[listed].sort_values("start_on").iloc[place]


@sheet.number(
    id="campaigns-held-out",
    objective="campaigns-measure",
    minutes=5,
    title=_("What did the letter bring?"),
    unit="orders",
    tolerance=1.0,
    mistakes={
        "all_of_who_got_it": _(
            "These are all orders of who got the letter. The half without it ordered as well: "
            "take off what would have come anyway."
        ),
        "tagged": _(
            "These are the orders that came through the letter's link. Some of them would have "
            "come anyway, and some came by another way. Compare the two halves."
        ),
        "not_of_equal_size": _(
            "You took the orders of one half off those of the other. The halves are not of equal "
            "size: bring the second to the size of the first."
        ),
        "of_the_whole_list": _(
            "You applied the difference to the whole list. Only one half got the letter."
        ),
        "link_less_held_out": _(
            "You took the orders of the held-out half off those through the link. Compare all "
            "orders of the one half with all orders of the other."
        ),
    },
)
def held_out(shop: Shop) -> sheet.Sheet:
    one = _letter(shop, LETTER)
    name = one["campaign_id"]
    found = topic.held_out(shop, name)
    arms = shop.mailings[shop.mailings["campaign_id"] == name]["arm"].value_counts()
    sent, kept = int(arms["sent"]), int(arms["held_out"])
    got, other = round(found.came), round(found.without * kept / sent)
    tagged = topic.tagged(shop, name).effect
    return sheet.Sheet(
        prompt=_(
            "**{name}** went to {sent:,} customers of a list; they placed {got:,} paid orders in "
            "its days. Another {kept:,} of the list were held out by lot; they placed {other:,}. "
            "Through the link of the letter came {tagged:,.0f} orders. How many orders did the "
            "letter bring?"
        ).format(name=one["name"], sent=sent, got=got, kept=kept, other=other, tagged=tagged),
        case=(str(one["name"]),),
        right=got - other * sent / kept,
        wrong={
            "all_of_who_got_it": got,
            "tagged": tagged,
            "not_of_equal_size": got - other,
            "of_the_whole_list": (got / sent - other / kept) * (sent + kept),
            "link_less_held_out": tagged - other,
        },
        printed=1,
        hints=(
            _("How many orders would the {n:,} have placed without the letter?").format(n=sent),
            _("The held-out half's orders a head, times the customers who got it."),
        ),
        solution=_(
            "Orders of who got it, less the orders a head of who did not, times the number of who "
            "got it. Chance is all that differs between the halves, because the lot drew them."
        ),
        code=f"""
            from ecokit import campaigns
            campaigns.held_out(shop, "{name}").effect
        """,
    )


@sheet.choice(
    id="campaigns-too-small",
    objective="campaigns-measure",
    minutes=4,
    title=_("Did it bring nothing?"),
    options=("yes", "no", "unknown", "again"),
)
def too_small(shop: Shop) -> sheet.ChoiceSheet:
    one = _letter(shop, FAINT)
    found = topic.held_out(shop, one["campaign_id"])
    visits = topic.held_out(shop, one["campaign_id"], outcome="visits")
    right = "unknown" if found.low < 0 < found.high else ("yes" if found.high <= 0 else "no")
    return sheet.ChoiceSheet(
        prompt=_(
            "**{name}** was sent to one half of a list. Against the other half it brought "
            "{visits:,.0f} visits ({vlow:,.0f} to {vhigh:,.0f}) and {orders:+,.0f} orders "
            "({low:+,.0f} to {high:+,.0f}). What do you say of its orders?"
        ).format(
            name=one["name"],
            visits=visits.effect,
            vlow=visits.low,
            vhigh=visits.high,
            orders=found.effect,
            low=found.low,
            high=found.high,
        ),
        case=(str(one["name"]),),
        right=right,
        options={
            "yes": _("It brought none: the interval holds zero"),
            "no": _("It brought some: visits came, and visits order"),
            "unknown": _("Too small to know: the interval holds zero and also what would pay"),
            "again": _("Look again each day, and stop as soon as the interval leaves out zero"),
        },
        reasons={
            "yes": _(
                "An interval from {low:+,.0f} to {high:+,.0f} says which effects fit. Zero is one "
                "of them, and so are others that would pay for the letter many times."
            ).format(low=found.low, high=found.high),
            "no": _(
                "Visits that a letter brings may order less often than others. The orders "
                "themselves were counted, and they do not tell."
            ),
            "unknown": _(
                "Both fit what was counted. The letter costs little, so write it again with a "
                "held-out half, and put the two together: the interval gets narrower."
            ),
            "again": _(
                "Who looks every day finds an effect in far more than 5 of 100 letters that have "
                "none. Decide before how long you count."
            ),
        },
        hints=(
            _("Which effects does the interval hold?"),
            _("If zero and a gain both fit, say so."),
        ),
        solution=_(
            "An interval that holds zero is no proof of zero. It says how much this list can tell, "
            "which was known before the first letter: the smallest effect that it can see."
        ),
    )


# --- what it returned -----------------------------------------------------------------------


@sheet.number(
    id="campaigns-claims",
    objective="campaigns-return",
    minutes=3,
    title=_("Claimed by whom?"),
    unit="orders",
    rel_tolerance=0.005,
    mistakes={
        "added_up": _(
            "That is the sum of the claims. It is no number of orders: one order is claimed by "
            "each platform that saw its customer."
        ),
        "orders_that_exist": _(
            "These are the orders that exist. Asked is how many claims are over."
        ),
        "largest_alone": _(
            "You took the platform with most claims. They all claim; add the claims up, and take "
            "off the orders that exist."
        ),
        "less_the_largest": _(
            "You took the largest claim off the others. Take off the orders that were paid."
        ),
    },
)
def claims(shop: Shop) -> sheet.Sheet:
    reports = shop.platform_reports
    month = reports[reports["month"].dt.month == MONTH]
    each = month.groupby("platform")["claimed_orders"].sum()
    table = topic.platform_claims(shop).set_index("month")
    asked = table[table.index.month == MONTH].iloc[0]
    told = ", ".join(f"{sheet.plain(one)} {n:,}" for one, n in each.items())
    day = pd.Timestamp(2025, MONTH, 1)
    return sheet.Sheet(
        prompt=_(
            "In {month:%B} the platforms reported so many orders as theirs: {told}. The shop "
            "counted {paid:,.0f} paid orders in all, from everywhere. At least how many of the "
            "claims are of an order that another platform claims, too, or that none brought?"
        ).format(month=day, told=told, paid=asked["paid"]),
        case=(f"{day:%B}", _("claims")),
        right=asked["beyond"],
        wrong={
            "added_up": asked["claimed"],
            "orders_that_exist": asked["paid"],
            "largest_alone": each.max(),
            "less_the_largest": each.sum() - each.max(),
        },
        printed=1,
        hints=(
            _("Add the claims up. How many orders are there at most to be claimed once each?"),
            _("The sum of the claims, less the orders that exist."),
        ),
        solution=_(
            "Claims less orders. It is the least, because direct and e-mail orders are claimed as "
            "well. None of the platforms lies: each counts within its own window and sees no other."
        ),
        code=f"""
            from ecokit import campaigns
            told = campaigns.platform_claims(shop)
            told.loc[told["month"].dt.month == {MONTH}, "beyond"].iloc[0]
        """,
    )


@sheet.number(
    id="campaigns-stream",
    objective="campaigns-return",
    minutes=6,
    title=_("After the evening"),
    unit="yuan",
    rel_tolerance=0.01,
    mistakes={
        "nothing_comes_back": _(
            "You counted all sales as kept. What comes back leaves no margin: take it off first."
        ),
        "fee_forgotten": _("You left out the fixed fee. It is owed whatever is sold."),
        "commission_on_all": _(
            "You took the commission on all sales. This contract owes none on what comes back."
        ),
        "sales_less_costs": _(
            "You took fee and commission off the sales. Sales are not what is left: the goods have "
            "to be bought. Begin with the margin."
        ),
        "no_commission": _("You left out the commission on what stays."),
    },
)
def stream(shop: Shop) -> sheet.Sheet:
    told = _stream(shop)
    name, sales, terms = told["name"], told["sales"], told["terms"]
    kept = sales * (1 - terms["return_rate"])
    owed = terms["commission"] * kept
    left = topic.streamer(sales, **terms).profit
    return sheet.Sheet(
        prompt=_(
            "**{name}**: ¥{sales:,.0f} were paid during the stream. The host gets a fee of "
            "¥{fee:,.0f} and {commission:.0%} of the sales that stay; {back:.1%} of the orders "
            "come back, and with them the same share of the sales. The goods leave a gross margin "
            "of {margin:.1%}. If every sale had been incremental, what would be left, in yuan? A "
            "loss is below zero."
        ).format(
            name=name,
            sales=sales,
            fee=terms["fee"],
            commission=terms["commission"],
            back=terms["return_rate"],
            margin=terms["margin"],
        ),
        case=(name, _("come back")),
        right=left,
        wrong={
            "nothing_comes_back": sales * (terms["margin"] - terms["commission"]) - terms["fee"],
            "fee_forgotten": left + terms["fee"],
            "commission_on_all": left + owed - terms["commission"] * sales,
            "sales_less_costs": kept - owed - terms["fee"],
            "no_commission": left + owed,
        },
        printed=1,
        above={_("what the cell prints"): topic.streamer(CELL_SALES, **CELL_STREAM).profit},
        hints=(
            _("Which sales stay? What do they leave, and what is owed on them?"),
            _("Sales that stay, times margin less commission; then take the fee off."),
        ),
        solution=_(
            "Kept sales times (margin less commission), less the fee. A platform shows all sales "
            "of the evening over the fee and the commission on all of them, because nothing has "
            "come back yet."
        ),
        code=f"""
            from ecokit import campaigns
            terms = {terms!r}
            campaigns.streamer({sales}, **terms).profit
        """,
    )


def _stream(shop: Shop) -> dict[str, Any]:
    """Return a live stream with its sales and the terms of its contract, as they are printed."""
    one = shop.campaigns[shop.campaigns["fee"] > 0].sort_values("start_on").iloc[STREAM]
    paid = shop.orders[shop.orders["paid_at"].notna()]
    mine = paid[paid["campaign_id"] == one["campaign_id"]]
    lines = shop.order_lines[shop.order_lines["order_id"].isin(mine["order_id"])]
    sales = float((lines["quantity"] * lines["unit_price"]).sum())
    cost = float((lines["quantity"] * lines["unit_cost"]).sum())
    shares = topic.returned_share(shop).set_index("campaign_id")["share"]
    terms = {
        "fee": float(one["fee"]),
        "commission": float(one["commission"]),
        "return_rate": round(float(shares[one["campaign_id"]]), 3),
        "margin": round(1 - cost / sales, 3),
    }
    return {"name": str(one["name"]), "sales": float(round(sales)), "terms": terms}


# --- the next budget ------------------------------------------------------------------------


def _weeks(shop: Shop) -> float:
    """Return the weeks of the year; those at its ends are not whole."""
    return shop.visits["started_at"].dt.normalize().nunique() / 7


def _today(shop: Shop) -> pd.Series[float]:
    """Return the mean weekly spend of each channel."""
    return shop.spend.groupby("channel_id")["spend"].sum() / _weeks(shop)


@lru_cache(maxsize=1)
def _measured(shop: Shop) -> pd.DataFrame:
    """Return today's weekly spend of each channel, and the shape of those that can be told."""
    found = topic.responses(shop, by_lot=BY_LOT).set_index("channel_id")
    return pd.DataFrame(
        {
            "today": _today(shop),
            "average": found["average"],
            "marginal": found["marginal"],
            "most": found["most"].round(),
            "scale": (found["scale"] * (1 - found["carry"])).round(-1),
        }
    )


@sheet.number(
    id="campaigns-next-yuan",
    objective="campaigns-split",
    minutes=6,
    title=_("A hundred yuan more"),
    unit="visits",
    rel_tolerance=0.03,
    mistakes={
        "average": _(
            "That is what the average ¥100 bring. The next ¥100 bring less, because the channel "
            "has begun to saturate."
        ),
        "first_yuan": _(
            "That is what the first ¥100 would bring, from nothing. Begin at today's spend."
        ),
        "whole_response": _(
            "That is the response to all of the spend. Asked is what the added ¥100 bring."
        ),
        "tagged": _(
            "That is visits through the channel over spend. Many of those would have come anyway."
        ),
        "season": _(
            "That is the slope of a plain regression: it takes the season's visits for the spend's."
        ),
    },
)
def next_yuan(shop: Shop) -> sheet.Sheet:
    one: Any = _measured(shop).loc[CHANNEL]
    most, scale, today = (float(one[name]) for name in ("most", "scale", "today"))
    today = round(today, -1)
    before, after = topic.saturating([today, today + ADDED], most, scale).tolist()
    ads = shop.visits[shop.visits["campaign_id"].isna()]
    own = int((ads["channel_id"] == CHANNEL).sum())
    spent = float(shop.spend.loc[shop.spend["channel_id"] == CHANNEL, "spend"].sum())
    naive = topic.naive_responses(shop).set_index("channel_id").loc[CHANNEL]
    return sheet.Sheet(
        prompt=_(
            "Where the spend was drawn by lot, {channel} brings a(1 - exp(-x/b)) visits a week for "
            "x yuan a week, with a = {most:,.0f} visits and b = ¥{scale:,.0f}. Today x is "
            "¥{today:,.0f}. How many more visits do **¥{added} more** a week bring?"
        ).format(channel=sheet.plain(CHANNEL), most=most, scale=scale, today=today, added=ADDED),
        case=(sheet.plain(CHANNEL), _("¥{added} more").format(added=ADDED)),
        right=after - before,
        wrong={
            "average": before / today * ADDED,
            "first_yuan": most / scale * ADDED,
            "whole_response": after,
            "tagged": own / spent * ADDED,
            "season": naive["total"] / naive["spend"] * ADDED,
        },
        hints=(
            _("What does the formula give today, and with ¥{added} more?").format(added=ADDED),
            _("Take the difference, or a/b times exp(-x/b), times ¥{added}.").format(added=ADDED),
        ),
        solution=_(
            "The response with the added spend less the response today. A spreadsheet has EXP. "
            "Compare this number, not the average, between channels."
        ),
        code=f"""
            from ecokit import campaigns
            before, after = campaigns.saturating(
                [{today}, {today + ADDED}], most={most}, scale={scale}
            )
            after - before
        """,
    )


class _Truth:
    """What each channel's ads bring in a week, as the simulator has it.

    Further visits that a new one leads to are left out. They are as many of each in all channels,
    so plans are compared in shares and never in visits.
    """

    def __init__(self, shop: Shop) -> None:
        names = [*BY_LOT, *OTHERS]
        ads = shop.visits[shop.visits["campaign_id"].isna()].groupby("channel_id").size()
        new = shop.cause_shares.set_index("way")["new"]
        self.today = _today(shop)[names]
        self.tagged = ads[names] / _weeks(shop)
        full = pd.Series({name: shop.truth[f"saturation_{name}"] for name in names})
        self.scale = full * self.today
        self.most = self.tagged * new[names] / -np.expm1(-1 / full)

    def visits(self, plan: pd.Series[float]) -> float:
        """Return the visits that a plan brings in a week, without further ones."""
        return float(-(self.most * np.expm1(-plan / self.scale)).sum())

    def best(self, budget: float) -> pd.Series[float]:
        """Return the best split of a weekly budget."""
        table = pd.DataFrame({"channel_id": self.most.index, "most": self.most.to_numpy()})
        found = topic.best_split(table.assign(scale=self.scale.to_numpy()), budget)
        return found.table.set_index("channel_id")["spend"]


STEPS = {"paid_search": 100, "social": 100, "brand_search": 50, "affiliate": 50, "marketplace": 50}
"""Yuan a week by which a plan of each channel moves."""

TOP = {
    "paid_search": 12_000,
    "social": 12_000,
    "brand_search": 6_000,
    "affiliate": 6_000,
    "marketplace": 6_000,
}


def _stepped(spend: pd.Series[float]) -> sheet.PlanAnswer:
    """Return a plan in steps of the card, not above what it was."""
    return {
        name: float(min(step * (spend[name] // step), TOP[name])) for name, step in STEPS.items()
    }


@sheet.plan(
    id="campaigns-budget",
    objective="campaigns-split",
    minutes=12,
    title=_("The budget of a quarter"),
    fields=(
        sheet.Field("paid_search", _("Paid search, yuan a week"), 0, 12_000, 100, 3_000, "yuan"),
        sheet.Field("social", _("Social media, yuan a week"), 0, 12_000, 100, 3_000, "yuan"),
        sheet.Field("brand_search", _("Brand search, yuan a week"), 0, 6_000, 50, 1_000, "yuan"),
        sheet.Field("affiliate", _("Affiliate, yuan a week"), 0, 6_000, 50, 1_000, "yuan"),
        sheet.Field("marketplace", _("Marketplace, yuan a week"), 0, 6_000, 50, 1_000, "yuan"),
    ),
    mistakes={
        "over_budget": _(
            "You spend more than there is. Lower the channel whose next yuan is worst."
        ),
        "where_tags_are_cheap": _(
            "You put much into channels whose tagged visits are cheap. Who types the brand's name "
            "or follows a coupon site comes anyway; nothing in these data says that more money "
            "brings more of them."
        ),
        "each_alike": _(
            "You raised each channel by the same share. That keeps what is wrong today: the next "
            "yuan brings less in one of the two measured channels than in the other."
        ),
        "not_spent": _("Much of the budget is left, and the next yuan still brings visits."),
        "all_in_one": _(
            "Nearly all is in one channel. There the next yuan brings little; move it until it "
            "brings as much in both measured channels."
        ),
    },
)
def budget(shop: Shop) -> sheet.PlanSheet:
    truth, known = _Truth(shop), _measured(shop)
    whole = float(round(RAISED * truth.today.sum(), -2))
    best = truth.best(whole)
    most = truth.visits(best)

    def share(plan: sheet.PlanAnswer) -> float:
        return truth.visits(pd.Series(plan)[best.index]) / most

    need = _needed(share(_by_measure(known, whole)))

    def score(plan: sheet.PlanAnswer) -> sheet.Score:
        spent, reached = sum(plan.values()), share(plan)
        passed = bool(spent <= whole and reached >= need)
        points = 100 * min(1.0, max(0.0, (reached - 0.7) / (need - 0.7)))
        points *= min(1.0, whole / max(spent, 1.0)) ** 4
        told = (
            _("Your plan brings {share:.1%} of the visits that the best split brings."),
            _("It costs {spent} a week; the budget is {whole}."),
        )
        words = {"share": reached, "spent": sheet.yuan(spent), "whole": sheet.yuan(whole)}
        return sheet.Score(
            100 if passed else min(99, round(points)),
            passed,
            tuple(t.format(**words) for t in told),
        )

    cheap = whole * (truth.tagged / truth.today) / (truth.tagged / truth.today).sum()
    alike = _stepped(whole * truth.today / truth.today.sum())
    return sheet.PlanSheet(
        prompt=_budget_prompt(known, whole, need),
        case=(_("next quarter"),),
        right=_stepped(best),
        score=score,
        wrong={
            "over_budget": _stepped(1.4 * best),
            "where_tags_are_cheap": _stepped(cheap),
            "each_alike": alike if share(alike) < need else None,
            "not_spent": _stepped(0.5 * best),
            "all_in_one": _stepped(pd.Series(dict.fromkeys(STEPS, 0.0) | {"social": whole})),
        },
        detects=_detects(truth, whole, share, need),
        above={_("today's spend"): _stepped(truth.today)},
        hints=(
            _("Which two channels can be told? Leave the others about as they are."),
            _("Split the rest so that the next yuan brings as much in both: the lab does it."),
            _(
                "In the cell with the best split write for `money` what the others leave of the "
                "budget. It gives neither of the two more than {n} times today's spend: nobody has"
                " tried more."
            ).format(n=TRIED),
        ),
        solution=_(
            "Today's spend for the channels that cannot be told, and the rest split where the next "
            "yuan brings as much in both, but no channel far above what was ever tried. Judged is "
            "what the simulator says the ads bring. The measured shapes are not exact: no more is "
            "asked than a split by them reaches."
        ),
        code=f"""
            from ecokit import campaigns
            found = campaigns.responses(shop, by_lot=["paid_search", "social"])
            found = found.set_index("channel_id", drop=False)
            today = shop.spend.groupby("channel_id")["spend"].sum() / (365 / 7)
            plan = (today // 50 * 50)[["brand_search", "affiliate", "marketplace"]].to_dict()
            found["scale"] *= 1 - found["carry"]
            two = found.assign(high={TRIED} * today)[found["identifiable"]]
            split = campaigns.best_split(two, {whole:.0f} - sum(plan.values())).table
            spend = split.set_index("channel_id")["spend"] // 100 * 100
            spend.to_dict() | plan
        """,
    )


def _by_measure(known: pd.DataFrame, whole: float) -> sheet.PlanAnswer:
    """Return the split that the hints lead to."""
    kept = known.loc[OTHERS, "today"] // 50 * 50
    two = known.loc[BY_LOT].reset_index()
    two = two.assign(high=TRIED * two["today"]).dropna(subset=["most", "scale"])
    found = topic.best_split(two, whole - kept.sum()).table.set_index("channel_id")["spend"]
    return _stepped(pd.concat([found.reindex(BY_LOT, fill_value=0.0), kept]))


def _needed(measured: float) -> float:
    """Return the share of the best that passes: by luck even the measured split may stay below."""
    return min(REACHED, float(np.floor(100 * measured - 0.5)) / 100)


def _budget_prompt(known: pd.DataFrame, whole: float, need: float) -> str:
    lines = []
    for name in STEPS:
        if name in BY_LOT:
            words = _(
                "{channel} ¥{today:,.0f} a week: ¥100 bring {average:.1f} visits on average, the "
                "next ¥100 {marginal:.1f}"
            )
        else:
            words = _("{channel} ¥{today:,.0f}: cannot be told")
        row = known.loc[name]
        lines.append(
            words.format(
                channel=sheet.plain(name),
                today=row["today"],
                average=100 * row["average"],
                marginal=100 * row["marginal"],
            )
        )
    return _(
        "For the next quarter ads may cost ¥{whole:,.0f} a week, {more:.0%} more than today. "
        "Measured where the spend was drawn by lot: {told}. Split the budget so that the ads bring "
        "as many visits as can be that would **not** have come without them. {goal:.0%} of the "
        "best split is enough."
    ).format(whole=whole, more=RAISED - 1, told="; ".join(lines), goal=need)


def _detects(truth: _Truth, whole: float, share: Any, need: float) -> dict[str, Any]:
    """Return how each mistake of the budget is found."""

    def part(plan: sheet.PlanAnswer, names: list[str]) -> float:
        return sum(plan[name] for name in names) / max(sum(plan.values()), 1.0)

    def alike(plan: sheet.PlanAnswer) -> bool:
        first, second = (max(plan[name] / truth.today[name], 1e-9) for name in BY_LOT)
        return abs(math.log(second / first)) < 0.1

    return {
        "over_budget": lambda plan: sum(plan.values()) > whole,
        "where_tags_are_cheap": lambda plan: part(plan, OTHERS) > 0.3,
        "not_spent": lambda plan: sum(plan.values()) < 0.9 * whole and share(plan) < need,
        "all_in_one": lambda plan: max(part(plan, [name]) for name in plan) > 0.8,
        "each_alike": lambda plan: alike(plan) and share(plan) < need,
    }


# --- decide ---------------------------------------------------------------------------------


@sheet.number(
    id="campaigns-stop",
    objective="campaigns-decide",
    minutes=5,
    title=_("Two o'clock on the day of the peak"),
    unit="orders",
    tolerance=1.0,
    mistakes={
        "whole_day": _(
            "You set the money of the whole day against the orders of a part of it. Take what is "
            "spent by then."
        ),
        "all_incremental": _(
            "You counted every order as a gain. Half of them would have come anyway: it takes "
            "twice as many."
        ),
        "sales_for_margin": _(
            "You divided by the price of an order. What pays for the ads is what an order leaves."
        ),
        "by_the_clock": _(
            "You took {hour} of 24 hours. The day does not go evenly: take the share of the day "
            "that the plan expects by then."
        ).format(hour=NOON),
        "half_taken_twice": _(
            "You halved the number. If half of the orders would have come anyway, it takes more "
            "of them, not fewer."
        ),
    },
)
def stop(shop: Shop) -> sheet.Sheet:
    one = shop.campaigns.set_index("name").loc[SERVED]
    days = (one["end_on"] - one["start_on"]) // DAY + 1
    spend = round(one["budget"] / days, -1) * 2
    hours = topic.pace(shop, one["end_on"], 100)
    part = round(float(hours["expected"].iloc[NOON - 1]) / 100, 2)
    paid = shop.orders[shop.orders["paid_at"].notna()]
    mine = paid[paid["campaign_id"] == one["campaign_id"]]
    lines = shop.order_lines[shop.order_lines["order_id"].isin(mine["order_id"])]
    price = round(float((lines["quantity"] * lines["unit_price"]).sum()) / len(mine))
    left = round(
        float((lines["quantity"] * (lines["unit_price"] - lines["unit_cost"])).sum()) / len(mine)
    )
    return sheet.Sheet(
        prompt=_(
            "The last day of {name}: ¥{spend:,.0f} of ads, spread over the day as the plan expects "
            "the orders. By {hour}:00 it expects {part:.0%} of them. An order costs ¥{price:,} and "
            "leaves ¥{left:,}; half of the orders would have come anyway. How many orders must "
            "have come by {hour}:00 to pay for the ads **so far**?"
        ).format(name=SERVED, spend=spend, hour=NOON, part=part, price=price, left=left),
        case=(SERVED, f"{NOON}:00"),
        right=spend * part / (left * HALF),
        wrong={
            "whole_day": spend / (left * HALF),
            "all_incremental": spend * part / left,
            "sales_for_margin": spend * part / (price * HALF),
            "by_the_clock": spend * NOON / 24 / (left * HALF),
            "half_taken_twice": spend * part * HALF / left,
        },
        hints=(
            _("How much has been spent by then, and what does an order leave that is a gain?"),
            _("Spent so far, over half of what an order leaves."),
        ),
        solution=_(
            "Spend so far over what an incremental order leaves. A stop rule compares the orders "
            "that came with this number, allows for luck, and names who may stop."
        ),
        code=f"""
            spent = {spend:.0f} * {part}
            spent / ({left} * {HALF})
        """,
    )


@sheet.choice(
    id="campaigns-law",
    objective="campaigns-decide",
    minutes=5,
    title=_("Which of six plans may run?"),
    options=("best", "regulars", "list", "review", "lottery", "host"),
)
def law(shop: Shop) -> sheet.ChoiceSheet:
    del shop  # a law is the same for each company
    return sheet.ChoiceSheet(
        prompt=_(
            "Six plans lie on the table, each for a shop in China. By the box on the page only one "
            "of the plans may run as it stands. Which one?"
        ),
        case=(_("Six plans"),),
        right="lottery",
        options={
            "best": _("A banner: the best phone of the country, for three days"),
            "regulars": _(
                "Customers who bought three times see prices 5 % higher, chosen by a model; "
                "nobody is told"
            ),
            "list": _(
                "A message to all numbers that ever called the desk, without asking; no way to "
                "refuse, because a refusal costs a customer"
            ),
            "review": _(
                "Ten bloggers are paid to tell of their experience, with a link to buy; so that "
                "they sound true, nothing says that this is advertising"
            ),
            "lottery": _(
                "Half of those who agreed to messages, drawn by lot, get a coupon that anybody "
                "could get; each message names the shop, how to reach it and how to refuse more"
            ),
            "host": _(
                "A host whose room shows ten times the viewers that are there, to warm it up"
            ),
        },
        reasons={
            "best": _(
                '"Best" is a word that an advertisement may not use (Advertising Law, Article '
                "9(3))."
            ),
            "regulars": _(
                "A machine's decision on prices must be transparent, and may not treat people "
                "unreasonably differently (Personal Information Protection Law, Article 24)."
            ),
            "list": _(
                "Messages need consent or a request, and a way to refuse (Advertising Law, Article "
                "43)."
            ),
            "review": _(
                "An experience with a link to buy is marked 广告 (Measures for Internet "
                "Advertising, Article 9)."
            ),
            "lottery": _(
                "They agreed, the sender is named, refusing is easy, and the lot treats nobody by "
                "person. It is also the only plan whose effect you will know."
            ),
            "host": _(
                "A live stream may not invent views (Measures for live-stream marketing, Article "
                "18)."
            ),
        },
        hints=(
            _("Read the box on the law, and strike out a plan for each line."),
            _("A difference by lot, told in the open, is not one by person in the dark."),
        ),
        solution=_(
            "Nothing in the box forbids the held-out half: the lot chooses, and everybody could "
            "have had the coupon. Each of the other plans breaks one line of the box. In a real "
            "case ask first."
        ),
    )
