"""Exercises on partners: what fails, what is left, few cases, whose customers, payment, a plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ecokit import partners as topic
from ecokit.errors import CourseError
from ecokit.exercises import sheet
from ecokit.experiments import shrunk_rates
from ecokit.messages import _
from ecokit.shop import Shop

RATE, RETURN = 0.08, 30.0  # what money costs a year; yuan for an order that comes back
BANK = "T06"  # whose order is asked for; the page has the other bank
QUARTER = 3  # whose rebate is asked for; the page has the second
ANNOUNCED, DAYS = "T05", 120  # of the hold-out; the page takes all days
WEIGHT = 50  # cases of the usual rate
METHOD = "instalment"  # the page's numbers are of cards
PROVIDER = "W1"  # whose file is asked for
FAULTS = ["missing", "double", "wrong_amount", "unknown_reference"]
LIFT, ASKS = 0.25, 0.015  # of a promotion: more orders, and what a partner asks of its sales
CELL_ORDER: dict[str, Any] = {
    **{"price": 1_000, "cost": 780, "commission": 0.05, "fee": 6, "return_rate": 0.08},
    **{"return_cost": 30, "subsidy": 20, "days": 45, "rate": 0.08},
}
"""What the cell above the question of a net margin works out."""

PURSE = 0.35  # the budget over what all of them ask
NEED = 0.8  # of what the best choice brings: passes
LEAST, NOTHING = 0.6, 0.45  # it is never less; and what gets no points
ASKED = ("T01", "T02", "T03", "T04", "T06", "T07", "T08", "T10", "T11", "T12", "T13")


def _partner(shop: Shop, name: str) -> Any:
    """Return the row of a partner."""
    table = shop.partners.set_index(shop.partners["partner_id"].astype(str))
    if name not in table.index:
        message = _("The table partners has no partner {name}, of whom this exercise asks.")
        raise CourseError(message.format(name=name))
    return table.loc[name]


# --- the map --------------------------------------------------------------------------------


@sheet.choice(
    id="partners-fails",
    objective="partners-map",
    minutes=3,
    title=_("The licence, and then a bad morning"),
    options=("nothing", "instalment", "card_too", "checkout"),
)
def fails(shop: Shop) -> sheet.ChoiceSheet:
    providers = shop.providers
    own = providers[providers["kind"] == METHOD]
    lawful = own.loc[own["licensed"].astype(bool), "name"].tolist()
    barred = own.loc[~own["licensed"].astype(bool), "name"].tolist()
    if not lawful or not barred:
        raise CourseError(
            _("This exercise asks for a provider of instalments with a licence and one without.")
        )
    return sheet.ChoiceSheet(
        prompt=_(
            "Instalments come from two providers. {barred} has no licence, so finance ends its "
            "contract. A week later the systems of {lawful} stop for a morning. Cards and wallets "
            "have two licensed providers each. What can customers not do in that morning?"
        ).format(barred=barred[0], lawful=lawful[0]),
        case=(_("that morning"), str(lawful[0])),
        right="instalment",
        options={
            "nothing": _("Nothing: instalments have a second provider"),
            "instalment": _("Pay by instalments; all else goes on"),
            "card_too": _("Pay by instalments or by card: both are loans of a bank"),
            "checkout": _("Pay at all: the checkout lacks something that it needs"),
        },
        reasons={
            "nothing": _(
                "There was a second one, and it has just left. Two givers are two only as long as "
                "both may give."
            ),
            "instalment": _(
                "With one provider gone by law and the other one down, nobody gives instalments. "
                "What others give is still given."
            ),
            "card_too": _("Cards have two providers of their own, and neither has stopped."),
            "checkout": _(
                "`what_fails` names a taker that lacks something. It lacks one method; a customer "
                "with a card or a wallet still pays."
            ),
        },
        hints=(
            _("Who still gives instalments in that morning?"),
            _("Take both out at once: what does the map lack then?"),
        ),
        solution=_(
            "Alternatives count only while they may and can give. So ask of each single point two "
            "questions: is there a second one, and would it be there on the day?"
        ),
        code=f"""
            from ecokit import partners
            of = shop.providers[shop.providers["kind"] == "{METHOD}"]
            gone = of["provider_id"].tolist()
            lost = partners.what_fails(partners.supplies(shop), gone)
            lost["lacks"].iloc[0]
        """,
    )


# --- what an order leaves -------------------------------------------------------------------


@sheet.number(
    id="partners-net-margin",
    objective="partners-margin",
    minutes=6,
    title=_("What does an order leave?"),
    unit="yuan",
    tolerance=1.0,
    mistakes={
        "returned_as_sold": _(
            "You took off what a return costs, and still counted the returned orders as sold. "
            "Their price is paid back: only the share that stays earns price less cost."
        ),
        "commission_of_margin": _(
            "You took the commission of the margin. It is a share of the price."
        ),
        "no_settlement_days": _(
            "You left out the wait for the money: what is kept of the price, times the rate, times "
            "days over 365."
        ),
        "gross": _("That is price less cost: the gross margin, before the partner's terms."),
        "waits_for_returned": _(
            "You waited for the price of returned orders, too. That money never comes, so it does "
            "not wait."
        ),
        "no_fund": _(
            "You left out the promotion fund: its share of what customers keep goes off, too."
        ),
        "comes_back": _(
            "You let commission and fee come back with the returned orders. This contract says "
            "that the partner keeps them."
        ),
    },
)
def net_margin(shop: Shop) -> sheet.Sheet:
    row = _partner(shop, BANK)
    sold = shop.partner_orders[shop.partner_orders["partner_id"].astype(str) == BANK]
    if sold.empty:
        raise CourseError(_("{name} has no order in partner_orders.").format(name=row["name"]))
    n = len(sold)
    price = round(float((sold["quantity"] * sold["unit_price"]).sum()) / n, -1)
    cost = round(float((sold["quantity"] * sold["unit_cost"]).sum()) / n, -1)
    back = round(float(sold["returned_on"].notna().mean()), 2)
    terms: dict[str, Any] = {
        "commission": float(row["commission"]),
        "fee": float(row["fee"]),
        "subsidy": float(row["subsidy"]),
        "promotion_fund": float(row["promotion_fund"]),
        "days": float(row["settlement_days"]),
        "rate": RATE,
    }
    given = terms | {"return_rate": back, "return_cost": RETURN}
    stays = {"commission_back": False, "fee_back": False}
    right = topic.net_margin(price, cost, **given, **stays).left
    of_margin = terms["commission"] * (price - cost) / price
    as_sold = terms | {"subsidy": terms["subsidy"] + back * RETURN}
    return sheet.Sheet(
        prompt=_(
            "An order through **{name}** has a price of ¥{price:,.0f} and goods for ¥{cost:,.0f}. "
            "Of a hundred orders {back:.0f} come back; each of these costs ¥{handling:.0f} and its "
            "goods can be sold again. Terms: commission {commission:.0%} of the price and "
            "¥{fee:.0f} an order, **both kept when an order comes back**; we add "
            "¥{subsidy:.0f} to the offer; promotion fund {fund:.0%} of what customers keep. The "
            "money comes after {days:.0f} days, at {rate:.0%} a year. What does an order placed "
            "leave, before any rebate?"
        ).format(
            name=row["name"],
            price=price,
            cost=cost,
            back=100 * back,
            handling=RETURN,
            commission=terms["commission"],
            fee=terms["fee"],
            subsidy=terms["subsidy"],
            fund=terms["promotion_fund"],
            days=terms["days"],
            rate=RATE,
        ),
        case=(str(row["name"]), _("before any rebate")),
        right=right,
        wrong={
            "returned_as_sold": topic.net_margin(price, cost, **as_sold).left,
            "commission_of_margin": topic.net_margin(
                price, cost, **(given | {"commission": of_margin}), **stays
            ).left,
            "no_settlement_days": topic.net_margin(
                price, cost, **(given | {"days": 0}), **stays
            ).left,
            "gross": price - cost,
            "waits_for_returned": right - RATE * terms["days"] / 365 * back * price,
            "no_fund": topic.net_margin(
                price, cost, **(given | {"promotion_fund": 0.0}), **stays
            ).left,
            "comes_back": topic.net_margin(
                price, cost, **given, commission_back=True, fee_back=True
            ).left,
        },
        above={_("what the cell works out"): topic.net_margin(**CELL_ORDER).left},
        hints=(
            _("Which terms does a returned order still cost, and which share of orders stays?"),
            _(
                "(1 - r) × (price - cost), less commission and fee of every order, subsidy, fund "
                "and waiting of what stays, and r × the cost of a return."
            ),
        ),
        solution=_(
            "Only what stays earns price less cost; what the partner keeps is paid for every order "
            "placed. Of all words in this contract, 'kept when an order comes back' is the one to "
            "bargain for where much comes back."
        ),
        code=f"""
            from ecokit import partners
            terms = {{"commission": {terms["commission"]}, "fee": {terms["fee"]}}}
            more = {{"subsidy": {terms["subsidy"]}, "promotion_fund": {terms["promotion_fund"]}}}
            back = {{"return_rate": {back}, "return_cost": {RETURN}, "commission_back": False}}
            wait = {{"days": {terms["days"]}, "rate": {RATE}}}
            partners.net_margin({price}, {cost}, **terms, **more, **back, **wait).left
        """,
    )


# --- rebates --------------------------------------------------------------------------------


def _stepped(shop: Shop) -> tuple[str, pd.DataFrame]:
    """Return the partner with retroactive steps that owes us least, and its steps.

    The page tells the one with the most sales.
    """
    steps = shop.partner_rebates[shop.partner_rebates["retroactive"].astype(bool)]
    reached = topic.rebates(shop)
    reached = reached[reached["partner_id"].isin(steps["partner_id"])]
    several = steps.groupby("partner_id")["from_sales"].size()
    reached = reached[reached["partner_id"].isin(several[several > 1].index)]
    if reached.empty:
        raise CourseError(
            _("No partner has two retroactive steps or more: give partner_rebates of such a one.")
        )
    name = str(reached.groupby("partner_id")["sales"].sum().idxmin())
    mine = steps[steps["partner_id"].astype(str) == name].sort_values("from_sales")
    return name, mine[["from_sales", "rate", "retroactive"]].reset_index(drop=True)


def _told(steps: pd.DataFrame) -> str:
    words = _("{rate:.0%} from ¥{start:,.0f}")
    each = [
        words.format(rate=r, start=s)
        for s, r in zip(steps["from_sales"], steps["rate"], strict=True)
    ]
    return _(" and ").join(each)


@sheet.number(
    id="partners-rebate",
    objective="partners-rebate",
    minutes=5,
    title=_("What is owed for the quarter?"),
    unit="yuan",
    tolerance=1.0,
    mistakes={
        "last_step_only": _(
            "You paid the rate only on what lies above the step. These steps are retroactive: the "
            "rate goes back to the first yuan of the quarter."
        ),
        "gross_sales": _(
            "You paid rebate on what came back. Take the returned orders off first, then look "
            "which step is reached."
        ),
        "each_step_its_part": _(
            "You paid each rate on its own part. That is how steps without the word 'retroactive' "
            "work."
        ),
        "added_rates": _("You added the rates. The highest step that is reached counts alone."),
    },
)
def rebate(shop: Shop) -> sheet.Sheet:
    name, steps = _stepped(shop)
    row = _partner(shop, name)
    top = steps.iloc[-1]
    # sales of a quarter that just pass the last step, of which a part comes back
    kept = float(round(1.13 * top["from_sales"], -2))
    back = float(round(0.08 * kept, -2))
    plain = steps.assign(retroactive=False)
    right = topic.rebate(kept, steps)
    return sheet.Sheet(
        prompt=_(
            "The contract with **{name}** for next year: {steps} of a quarter's sales, "
            "retroactive, on what customers keep. In its first quarter it sells goods for "
            "¥{gross:,.0f}; ¥{back:,.0f} of these come back. What rebate is owed?"
        ).format(name=row["name"], steps=_told(steps), gross=kept + back, back=back),
        case=(str(row["name"]), _("for next year")),
        right=right,
        wrong={
            "last_step_only": float(top["rate"]) * (kept - float(top["from_sales"])),
            "gross_sales": topic.rebate(kept + back, steps),
            "each_step_its_part": topic.rebate(kept, plain),
            "added_rates": kept * float(steps["rate"].sum()),
        },
        hints=(
            _("How much do customers keep, and which is the highest step below it?"),
            _("Retroactive: the rate of that step, times all that customers keep."),
        ),
        solution=_(
            "Returns off first; then the rate of the highest step that is reached, times all of "
            "it. Book a part of it each month: a rebate that is first seen in the last week of the "
            "quarter was owed all along."
        ),
        code=f"""
            from ecokit import partners
            of = shop.partner_rebates
            steps = of[of["partner_id"].astype(str) == "{name}"]
            partners.rebate({kept:.0f}, steps)
        """,
    )


@sheet.number(
    id="partners-crossing",
    objective="partners-rebate",
    minutes=4,
    title=_("One order more"),
    unit="yuan",
    tolerance=1.0,
    mistakes={
        "rate_times_order": _(
            "You paid the new rate on this order alone. It is paid on every order of the quarter "
            "as soon as the step is crossed."
        ),
        "rates_apart_times_order": _(
            "You paid what the rates differ by on this order alone. All the sales of the quarter "
            "get the higher rate."
        ),
        "whole_rebate": _(
            "That is the whole rebate after the order. Take off what was owed before it."
        ),
        "jump_without_the_order": _(
            "You raised the rate of the sales before the order, and forgot the order itself."
        ),
    },
)
def crossing(shop: Shop) -> sheet.Sheet:
    name, steps = _stepped(shop)
    row = _partner(shop, name)
    start, rate = (float(steps[one].iloc[-1]) for one in ("from_sales", "rate"))
    below = float(steps["rate"].iloc[-2])
    order = float(max(round(0.012 * start, -1), 10))
    before = float(start - round(0.4 * order, -1))
    found = topic.crossing(before, order, steps)
    return sheet.Sheet(
        prompt=_(
            "In the last week of a quarter **{name}** stands at ¥{before:,.0f} of sales kept; its "
            "retroactive steps are {steps}. A customer's order of ¥{order:,.0f} comes in. What "
            "does **this order** add to the rebate?"
        ).format(name=row["name"], before=before, steps=_told(steps), order=order),
        case=(str(row["name"]), _("last week")),
        right=found.extra,
        wrong={
            "rate_times_order": rate * order,
            "rates_apart_times_order": (rate - below) * order,
            "whole_rebate": found.after,
            "jump_without_the_order": (rate - below) * before,
        },
        hints=(
            _("What is owed without the order, and what with it?"),
            _("{rate:.0%} of all after it, less {below:.0%} of all before it.").format(
                rate=rate, below=below
            ),
        ),
        solution=_(
            "Rebate after the order less rebate before it. One order pays for the whole quarter. "
            "Both sides know it: sales are moved into the quarter by the partner, and out of it by "
            "us. Ask for steps on what lies above, or for many small ones."
        ),
        code=f"""
            from ecokit import partners
            of = shop.partner_rebates
            steps = of[of["partner_id"].astype(str) == "{name}"]
            partners.crossing({before:.0f}, {order:.0f}, steps).extra
        """,
    )


# --- few cases, and whose customers ---------------------------------------------------------


@sheet.number(
    id="partners-few-cases",
    objective="partners-compare",
    minutes=5,
    title=_("A partner of few orders"),
    unit="share",
    tolerance=0.0015,
    mistakes={
        "as_counted": _(
            "That is the plain rate. With so few orders much of it is luck: lay the {n} usual "
            "cases beside them."
        ).format(n=WEIGHT),
        "the_usual": _(
            "That is what is usual. The partner's own orders count, too, each as one case."
        ),
        "all_of_them_kept": _(
            "You counted the {n} cases as all kept. They are kept at the usual rate."
        ).format(n=WEIGHT),
        "middle": _(
            "You took the middle of the two rates. Weigh them by their cases: the own orders, and "
            "{n}."
        ).format(n=WEIGHT),
        "low_end": _(
            "That is the low end of the interval. It says what may be, not what to expect."
        ),
    },
)
def few_cases(shop: Shop) -> sheet.Sheet:
    card = topic.brought(shop, by=["partner_id", "name"])
    card = card[card["orders"] > 0].assign(hits=lambda t: t["orders"] - t["returned"])
    row = card.loc[card["orders"].idxmin()]
    n, k = int(row["orders"]), int(row["hits"])
    usual = round(float(card["hits"].sum() / card["orders"].sum()), 3)
    one = pd.DataFrame({"hits": [k], "total": [n]})
    right = (k + WEIGHT * usual) / (n + WEIGHT)
    low = float(shrunk_rates(one, weight=WEIGHT, mean=usual)["low"].iloc[0])
    return sheet.Sheet(
        prompt=_(
            "Of **{name}** we have {n} orders, of which {k} stayed whole. Over all partners "
            "{usual:.1%} of the orders do. Lay {weight} cases of the usual rate beside its own: "
            "which share of its next orders do you expect to stay whole?"
        ).format(name=row["name"], n=n, k=k, usual=usual, weight=WEIGHT),
        case=(str(row["name"]), _("next orders")),
        right=right,
        wrong={
            "as_counted": k / n,
            "the_usual": usual,
            "all_of_them_kept": (k + WEIGHT) / (n + WEIGHT),
            "middle": (k / n + usual) / 2,
            "low_end": low,
        },
        hints=(
            _("How many of the {weight} usual cases are kept?").format(weight=WEIGHT),
            _("(kept + {weight} × usual rate) over (orders + {weight}).").format(weight=WEIGHT),
        ),
        solution=_(
            "Own cases and usual ones in one pot. With few own ones the usual rate speaks, with "
            "hundreds hardly. Who ranks partners by plain rates has the smallest ones at both ends."
        ),
        code=f"""
            ({k} + {WEIGHT} * {usual}) / ({n} + {WEIGHT})
        """,
    )


@sheet.number(
    id="partners-overlap",
    objective="partners-overlap",
    minutes=6,
    title=_("Orders that would have been ours"),
    unit="orders",
    tolerance=1.0,
    mistakes={
        "all_known_buyers": _(
            "You counted every order of a customer whom we know as lost. Many of these would not "
            "have bought from us: compare the two halves."
        ),
        "halves_taken_as_equal": _(
            "You took one count from the other. The two halves are not equally large: first say "
            "how many orders as many customers of the other half would have placed."
        ),
        "of_everybody": _(
            "You applied the difference to both halves. Only one of them heard of the mall."
        ),
        "their_own_orders": _(
            "These are the orders that they placed with us. Asked is how many more they would have "
            "placed."
        ),
        "all_of_the_other_half": _(
            "That is what they would have ordered without the mall. Take off what they ordered."
        ),
        "known_less_ours": _(
            "You took orders with us off orders at the mall. The other half says what would have "
            "come: nothing else does."
        ),
    },
)
def overlap(shop: Shop) -> sheet.Sheet:
    row = _partner(shop, ANNOUNCED)
    found = topic.overlap(shop, ANNOUNCED, days=DAYS)
    n, m = found.sent, found.held_out
    ours, other = round(found.own_sent * n), round(found.own_held_out * m)
    expected = other * n / m
    return sheet.Sheet(
        prompt=_(
            "On the day the mall of **{name}** opened to them, {n:,} customers of ours were told "
            "of it, and {m:,} were held out by lot. In the {days} days that followed, the first "
            "placed {ours:,} paid orders with us, the others {other:,}; and the mall sold "
            "{sold:,} orders to those who were told. How many orders of **ours** did the telling "
            "cost in these {days} days?"
        ).format(name=row["name"], n=n, m=m, days=DAYS, ours=ours, other=other, sold=found.sold),
        case=(str(row["name"]), _("{days} days").format(days=DAYS)),
        right=expected - ours,
        wrong={
            "all_known_buyers": found.sold,
            "halves_taken_as_equal": other - ours,
            "of_everybody": (other / m - ours / n) * (n + m),
            "their_own_orders": ours,
            "all_of_the_other_half": expected,
            "known_less_ours": found.sold - ours,
        },
        printed=1,
        hints=(
            _("How many orders would those who were told have placed, had nobody told them?"),
            _("The others' orders a head, times {n:,}; less {ours:,}.").format(n=n, ours=ours),
        ),
        solution=_(
            "The held-out half says what would have come. The telephone number of a known customer "
            "says only that both of us know him. Part of the mall's orders was moved, and the rest "
            "is new: a contract is judged on the rest, less what was moved."
        ),
        code=f"""
            from ecokit import partners
            partners.overlap(shop, "{ANNOUNCED}", days={DAYS}).lost
        """,
    )


# --- payment --------------------------------------------------------------------------------


@sheet.number(
    id="partners-second-try",
    objective="partners-payment",
    minutes=5,
    title=_("If each second try went elsewhere"),
    unit="share",
    tolerance=0.001,
    mistakes={
        "final_ones_too": _(
            "You tried every failure again. Some are final: who cancelled, or was refused for "
            "risk, is not paid by a second try."
        ),
        "all_succeed": _(
            "You let each second try succeed. They succeed as often as those that were made at "
            "another provider."
        ),
        "as_it_is": _(
            "That is the success with the second tries as they were made. Asked is what it would "
            "be if all of them had gone to another provider."
        ),
        "first_only": _("That is the success of first tries alone."),
        "share_of_failures": _(
            "You added a share of the failures to a share of the orders. Divide what would be "
            "saved by all orders."
        ),
    },
)
def second_try(shop: Shop) -> sheet.Sheet:
    one = _tries(shop)
    saved_elsewhere = one["saved_other"] / one["other"]
    n, lost, could = one["n"], one["lost"], one["could"]
    first = 1 - lost / n
    return sheet.Sheet(
        prompt=_(
            "{n:,} orders were first tried to be paid by **instalments**; {lost:,} of these tries "
            "failed. {could:,} of the failures were not final, and were tried again: {same:,} at "
            "the same provider, of which {saved_same:,} succeeded, and {other:,} at another one, "
            "of which {saved_other:,} succeeded. Which share of the {n:,} orders would be paid if "
            "**all** {could:,} had gone to another provider, as successfully?"
        ).format(**one),
        case=(_("instalments"), _("as successfully")),
        right=first + could / n * saved_elsewhere,
        wrong={
            "final_ones_too": first + (1 - first) * saved_elsewhere,
            "all_succeed": first + could / n,
            "as_it_is": first + (one["saved_same"] + one["saved_other"]) / n,
            "first_only": first,
            "share_of_failures": first + could / lost * saved_elsewhere,
        },
        hints=(
            _("How often does a second try at another provider succeed?"),
            _("First tries that succeeded, and {could} × that share; over {n:,}.").format(
                could=could, n=n
            ),
        ),
        solution=_(
            "First successes, plus what can be tried again times how often that helps elsewhere. "
            "Each second try goes with the key of the first, so that nobody is charged twice; and "
            "none is made for a wallet, because the buyer chose it."
        ),
        code=f"""
            tries = shop.payments[shop.payments["method"] == "{METHOD}"].set_index("order_id")
            first, second = tries[tries["try"] == 1], tries[tries["try"] == 2]
            before = first["provider_id"].reindex(second.index)
            other = second[second["provider_id"] != before]
            helps = (other["outcome"] == "paid").mean()
            could = ((first["outcome"] == "failed") & ~first["final"]).mean()
            (first["outcome"] == "paid").mean() + could * helps
        """,
    )


def _tries(shop: Shop) -> dict[str, int]:
    """Count first and second tries of a method, at the same provider and at another one."""
    mine = shop.payments[shop.payments["method"] == METHOD].set_index("order_id")
    first, second = (mine[mine["try"] == number] for number in (1, 2))
    second = second[second.index.isin(first.index)]
    same = second["provider_id"] == first["provider_id"].reindex(second.index)
    paid = second["outcome"] == "paid"
    failed = first["outcome"] == "failed"
    if not same.any() or same.all():
        message = _(
            "No payment by {method} was tried a second time at the same provider and at another "
            "one, so nothing can be compared."
        )
        raise CourseError(message.format(method=sheet.plain(METHOD)))
    return {
        "n": len(first),
        "lost": int(failed.sum()),
        "could": int((failed & ~first["final"].astype(bool)).sum()),
        "same": int(same.sum()),
        "saved_same": int((same & paid).sum()),
        "other": int((~same).sum()),
        "saved_other": int((~same & paid).sum()),
    }


@sheet.table(
    id="partners-reconcile",
    objective="partners-payment",
    minutes=8,
    title=_("Name each difference"),
    unit="payments",
    tolerance=0,
    key="fault",
    value="payments",
    labels={
        "missing": _("due, and not settled"),
        "double": _("settled twice"),
        "wrong_amount": _("another amount"),
        "unknown_reference": _("settled, and nobody paid it"),
    },
    mistakes={
        "not_due_as_missing": _(
            "You counted as missing what is not due yet. A payment is missing from its due day on."
        ),
        "joined_on_amount": _(
            "You matched both together, so each wrong amount became one missing and one "
            "unknown. Match the reference alone; then compare the amounts."
        ),
        "lines_for_payments": _(
            "You counted lines. A payment that is settled twice has two lines and is one payment."
        ),
        "doubles_unseen": _(
            "You matched each payment once and never looked for a second line: the doubles."
        ),
    },
)
def reconcile(shop: Shop) -> sheet.TableSheet:
    name, counts = _reconciled(shop)
    right = counts.reindex(FAULTS, fill_value=0).astype(float)
    waiting = float(counts.get("not_yet_due", 0))
    wrong = right["wrong_amount"]
    return sheet.TableSheet(
        prompt=_(
            "Lay the payments through **{name}** beside its settlement file of the whole year, as "
            "of 31 December. How many payments (for the last one: references) have each of the "
            "four faults? Payments that are not due yet have none."
        ).format(name=name),
        case=(name, _("settlement file")),
        right=right,
        wrong={
            "not_due_as_missing": right + pd.Series({"missing": waiting}).reindex(FAULTS).fillna(0),
            "joined_on_amount": right
            + pd.Series({"missing": wrong, "wrong_amount": -wrong, "unknown_reference": wrong})
            .reindex(FAULTS)
            .fillna(0),
            "lines_for_payments": right
            + pd.Series({"double": right["double"]}).reindex(FAULTS).fillna(0),
            "doubles_unseen": right
            - pd.Series({"double": right["double"]}).reindex(FAULTS).fillna(0),
        },
        hints=(
            _(
                "In the cell above write the number of this provider: `shop.providers` lists them,"
                " W1 first."
            ),
            _("`faults` counts what was found; leave out what matches and what is not due."),
        ),
        solution=_(
            "Match by reference, look at the due day for what has no line, and compare whole fen "
            "for what has. Four names, four letters to the provider: pay it; take it back; correct "
            "it; whose is it?"
        ),
        code=f"""
            from ecokit import partners
            due = partners.due_payments(shop)
            due = due[due["provider_id"] == "{PROVIDER}"]
            lines = shop.settlements.query("provider_id == '{PROVIDER}'")
            found = partners.faults(partners.reconcile(due, lines, as_of="{_end(shop):%Y-%m-%d}"))
            counts = found.set_index("fault")["payments"]
            counts.reindex({FAULTS}, fill_value=0)
        """,
    )


def _reconciled(shop: Shop) -> tuple[str, pd.Series[Any]]:
    """Return the name of the provider, and how many payments have which fault."""
    due = topic.due_payments(shop)
    due = due[due["provider_id"].astype(str) == PROVIDER]
    lines = shop.settlements[shop.settlements["provider_id"].astype(str) == PROVIDER]
    if due.empty or lines.empty:
        message = _("{name} has no payments or no lines in settlements.")
        raise CourseError(message.format(name=PROVIDER))
    found = topic.faults(topic.reconcile(due, lines, as_of=_end(shop)))
    names = shop.providers.set_index("provider_id")["name"]
    return str(names[PROVIDER]), found.set_index("fault")["payments"]


def _end(shop: Shop) -> pd.Timestamp:
    """Return the last day of the year of the payments."""
    return pd.Timestamp(shop.payments["tried_at"].max()).normalize()


# --- the decision ---------------------------------------------------------------------------


def _halves(shop: Shop) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return orders, sales and what is left of each partner, for either half of the year."""
    table = topic.margins(shop, by=["partner_id", "quarter"], rate=RATE, return_cost=RETURN)
    late = table["quarter"].dt.month > 6
    told = []
    for half in (table[~late], table[late]):
        sums = half.groupby(half["partner_id"].astype(str))[["orders", "sales", "left"]].sum()
        told.append(sums.reindex(list(ASKED), fill_value=0.0).astype(float))
    return told[0], told[1]


def _asks(first: pd.DataFrame) -> pd.Series[float]:
    """Return what each partner asks for a promotion, in whole ¥500."""
    return (ASKS * first["sales"] / 500).round().clip(lower=1) * 500


def _chosen(worth: pd.Series[float], asks: pd.Series[float], purse: float) -> sheet.PlanAnswer:
    """Return the choice that is worth most within the purse: all of them are tried."""
    n = len(worth)
    picks = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    cost, gain = picks @ asks.to_numpy(), picks @ worth.to_numpy()
    best = picks[np.where(cost <= purse, gain, -np.inf).argmax()]
    return {str(name): float(one) for name, one in zip(worth.index, best, strict=True)}


def _in_order(rank: pd.Series[float], asks: pd.Series[float], purse: float) -> sheet.PlanAnswer:
    """Return who takes partners by a rank as long as the purse lasts."""
    plan, left = dict.fromkeys(ASKED, 0.0), purse
    for name in map(str, rank.sort_values(ascending=False).index):
        if asks[name] <= left:
            plan[name], left = 1.0, left - asks[name]
    return plan


@sheet.plan(
    id="partners-portfolio",
    objective="partners-decide",
    minutes=12,
    title=_("Whom to promote in the second half of the year"),
    fields=tuple(sheet.Field(name, name, 0, 1, 1, 0) for name in ASKED),
    mistakes={
        "over_budget": _("You promise more than there is. Leave out who brings least a yuan."),
        "by_sales": _(
            "You went by sales. The largest ask most, and an order there may leave little: set "
            "what the lift leaves beside what it costs."
        ),
        "nobody": _("Nobody is promoted, and some promotions pay several times over."),
        "loses": _(
            "One of those whom you promote leaves less an order than its promotion costs. More of "
            "its orders are more of a loss."
        ),
    },
)
def portfolio(shop: Shop) -> sheet.PlanSheet:
    first, second = _halves(shop)
    asks = _asks(first)
    purse = float(round(PURSE * asks.sum(), -3))
    worth = LIFT * second["left"] - asks
    hoped = LIFT * first["left"] - asks
    most = sum(worth[name] * on for name, on in _chosen(worth, asks, purse).items())
    if most <= 0:
        raise CourseError(_("In this company no promotion pays, so there is nothing to choose."))
    by_hint = _in_order((hoped / asks)[hoped > 0], asks, purse)
    reachable = float(np.floor(100 * _gain(worth, by_hint) / most - 1)) / 100
    need = max(LEAST, min(NEED, reachable))  # by luck even the hinted choice may stay below
    right = by_hint if _gain(worth, by_hint) / most >= need else _chosen(worth, asks, purse)

    def score(plan: sheet.PlanAnswer) -> sheet.Score:
        cost = sum(asks[name] * on for name, on in plan.items())
        reached = _gain(worth, plan) / most
        passed = bool(cost <= purse and reached >= need)
        points = 100 * max(0.0, reached - NOTHING) / (need - NOTHING)
        points *= min(1.0, purse / max(cost, 1.0)) ** 6
        lines = (
            _("In July to December your choice brings {gain} after its cost.").format(
                gain=sheet.yuan(_gain(worth, plan))
            ),
            _("It costs {cost}; the fund holds {purse}.").format(
                cost=sheet.yuan(cost), purse=sheet.yuan(purse)
            ),
        )
        return sheet.Score(100 if passed else min(99, round(points)), passed, lines)

    by_sales = _in_order(first["sales"], asks, purse)
    weak = dict.fromkeys(ASKED, 0.0) | {str(worth.idxmin()): 1.0}
    return sheet.PlanSheet(
        prompt=_portfolio_prompt(shop, first, asks, purse, need),
        case=(_("second half"), _("promotion")),
        right=right,
        score=score,
        wrong={
            "over_budget": dict.fromkeys(ASKED, 1.0),
            "by_sales": by_sales if _gain(worth, by_sales) / most < need else None,
            "nobody": dict.fromkeys(ASKED, 0.0),
            "loses": weak if worth.min() < 0 and asks[str(worth.idxmin())] <= purse else None,
        },
        detects={
            "over_budget": lambda plan: sum(asks[name] * on for name, on in plan.items()) > purse,
            "by_sales": lambda plan: plan == by_sales and _gain(worth, plan) / most < need,
            "nobody": lambda plan: not any(plan.values()),
            "loses": lambda plan: (
                plan != by_sales and any(on and hoped[name] < 0 for name, on in plan.items())
            ),
        },
        hints=(
            _("What would a quarter more orders leave, and what does the partner ask for it?"),
            _(
                "Strike out who brings less than he asks. Of the others take those who bring most "
                "for a yuan, until the fund is empty."
            ),
        ),
        solution=_(
            "A quarter of the orders, times what an order leaves, less what is asked; then those "
            "who bring most for a yuan, until the fund is empty. It was chosen by January to June "
            "and judged by July to December: what depends on few orders is the part that moves."
        ),
        code=f"""
            from ecokit import partners
            sums = partners.margins(shop, by=["partner_id", "quarter"])
            sums = sums[sums["quarter"].dt.month <= 6].groupby("partner_id").sum(numeric_only=True)
            sums = sums.reindex({list(ASKED)}, fill_value=0)
            asks, left = ({ASKS} * sums["sales"] / 500).round().clip(lower=1) * 500, {purse:.0f}
            gain, plan = {LIFT} * sums["left"] - asks, {{}}
            for name in (gain / asks).sort_values(ascending=False).index:
                plan[name] = float(gain[name] > 0 and asks[name] <= left)
                left -= plan[name] * asks[name]
            plan
        """,
    )


def _gain(worth: pd.Series[float], plan: sheet.PlanAnswer) -> float:
    return float(sum(worth[name] * on for name, on in plan.items()))


def _portfolio_prompt(
    shop: Shop, first: pd.DataFrame, asks: pd.Series[float], purse: float, need: float
) -> str:
    names = shop.partners.set_index(shop.partners["partner_id"].astype(str))["name"]
    words = _("**{key}** {name}: {n:,.0f} orders that left {margin} each, asks ¥{asks:,.0f}")
    lines = [
        words.format(
            key=name,
            name=names.get(name, name),
            n=row["orders"],
            margin=sheet.yuan(row["left"] / max(row["orders"], 1.0)),
            asks=asks[name],
        )
        for name, row in zip(first.index, first.to_dict("records"), strict=True)
    ]
    return _(
        "It is 1 July. The fund for the second half of the year holds ¥{purse:,.0f}. A promotion "
        "brings a partner {lift:.0%} more orders than it would have had, which leave what its "
        "orders leave. January to June:\n\n{told}\n\nWrite 1 for each partner whom you promote. "
        "You are judged by what its orders **then** left; {need:.0%} of the best choice is enough."
    ).format(purse=purse, lift=LIFT, told="\n\n".join(lines), need=need)
