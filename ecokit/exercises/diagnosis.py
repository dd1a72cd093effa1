"""The case of the fallen sales, step by step: how far, by what, where, why, and what now."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import pandas as pd

from ecokit import competitors, funnel, operations
from ecokit import diagnosis as topic
from ecokit.errors import CourseError
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

DAYS = 28  # of a window
FAULT = pd.Timestamp("2025-10-13")  # the release of a checkout that desktops cannot finish
FOLD = 61
"""With it the bundled company and the two of the tests before and after get three numbers."""

STOOD = 0.03  # how far the usual gap to competitors' prices may move and still have stood

LUCK = 7  # of the weeks that a plan is judged on
BUDGET = 30_000  # yuan for four weeks
DAY, REPAIR = 1_500, 4  # yuan for a developer's day, and the days that the repair takes
FULL_ADS = 8_900  # yuan: the budget of the campaign that was not run
FULL_STOCK = 4_000  # yuan of more stock that spare two thirds of what is lost
ENOUGH, NEAR = 0.8, 0.5  # of what the best plan leaves; yuan


@lru_cache(maxsize=8)
def number_of(shop: Shop) -> int:
    """Return which of the made companies belongs to a learner's company; the page has number 0."""
    names = "".join(shop.products["name"].astype(str).head(40))
    return 1 + zlib.crc32(names.encode(), FOLD) % (len(topic.COMPANIES) - 1)


def case(shop: Shop) -> Shop:
    """Return the company of the case that belongs to a learner's company."""
    return topic.company(number_of(shop))


@dataclass(frozen=True)
class _Weeks:
    """The last four weeks of a company and the four before."""

    start: pd.Timestamp
    middle: pd.Timestamp
    end: pd.Timestamp

    @classmethod
    def of(cls, shop: Shop) -> _Weeks:
        end = shop.visits["started_at"].max().normalize() + pd.Timedelta(days=1)
        span = pd.Timedelta(days=DAYS)
        return cls(end - 2 * span, end - span, end)

    def windows(self, times: pd.Series[Any]) -> pd.Series[Any]:
        """Return ``before`` or ``last`` for each time, missing for others."""
        edges = [self.start, self.middle, self.end]
        return pd.cut(times, edges, right=False, labels=["before", "last"])


def _sales(shop: Shop, *, paid: bool = True) -> pd.Series[float]:
    """Return the yuan of orders placed in either window."""
    orders = shop.orders[shop.orders["paid_at"].notna()] if paid else shop.orders
    lines = shop.order_lines.merge(orders[["order_id", "placed_at"]], on="order_id")
    yuan = lines["quantity"] * lines["unit_price"]
    return yuan.groupby(_Weeks.of(shop).windows(lines["placed_at"]), observed=True).sum()


def _change(values: pd.Series[float]) -> float:
    return 100 * float(values["last"] / values["before"] - 1)


@sheet.number(
    id="diagnosis-fall",
    objective="diagnosis-parts",
    minutes=6,
    title=_("How far did they fall?"),
    unit="per cent",
    tolerance=0.005,
    mistakes={
        "placed": _("You counted orders that nobody paid, too. Sales are what was paid."),
        "orders": _("This is the fall of the number of orders. The question is about yuan."),
        "turned": _("You divided by the last four weeks. A fall is measured on what was before."),
        "months": _(
            "You compared October so far with September. They are of different length, and have "
            "other weekdays: take 28 days against the 28 before."
        ),
    },
)
def fall(shop: Shop) -> sheet.Sheet:
    """Ask for the change of paid sales over four weeks."""
    made = case(shop)
    told = topic.factors(made, days=DAYS).iloc[0]
    paid = made.orders[made.orders["paid_at"].notna()]
    lines = made.order_lines.merge(paid[["order_id", "placed_at"]], on="order_id")
    months = (lines["quantity"] * lines["unit_price"]).groupby(lines["placed_at"].dt.month).sum()
    right = 100 * float(told["change"] / told["sales_before"])
    return sheet.Sheet(
        prompt=_(
            "Your company of the case is **number {number}**: `case = "
            "diagnosis.company({number})`. By how many per cent did its paid sales change in the "
            "last 28 days, against the 28 days before? Write a minus for a fall."
        ).format(number=number_of(shop)),
        case=(_("number {number}").format(number=number_of(shop)),),
        right=right,
        wrong={
            "placed": _change(_sales(made, paid=False)),
            "orders": 100 * float(told["orders_last"] / told["orders_before"] - 1),
            "turned": 100 * float(told["change"] / told["sales_last"]),
            "months": 100 * float(months[10] / months[9] - 1),
        },
        table=_sums(made, months),
        hints=(
            _("Write your number into the first cell and run all. The first table has both sales."),
            _("Divide the change by the sales before."),
        ),
        solution=_("From {before} to {last}: {right:.1f} %.").format(
            before=sheet.yuan(told["sales_before"]),
            last=sheet.yuan(told["sales_last"]),
            right=right,
        ),
        code=f"""
            from ecokit import diagnosis
            told = diagnosis.factors(diagnosis.company({number_of(shop)})).iloc[0]
            100 * told["change"] / told["sales_before"]
        """,
    )


def _sums(made: Shop, months: pd.Series[float]) -> pd.DataFrame:
    """Return what there is to compare: sales and orders of both windows, and of two months."""
    paid, placed = _sales(made), _sales(made, paid=False)
    orders = made.orders[made.orders["paid_at"].notna()]
    counts = _Weeks.of(made).windows(orders["placed_at"]).value_counts()
    by_month = orders["placed_at"].dt.month.value_counts()
    rows = {
        _("the 28 days before"): (paid["before"], placed["before"], counts["before"]),
        _("the last 28 days"): (paid["last"], placed["last"], counts["last"]),
        _("September"): (months[9], math.nan, by_month[9]),
        _("October until today"): (months[10], math.nan, by_month[10]),
    }
    columns = [_("paid sales, yuan"), _("all orders placed, yuan"), _("paid orders")]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype(float)


@sheet.number(
    id="diagnosis-factor",
    objective="diagnosis-parts",
    minutes=6,
    title=_("How much of it were visits?"),
    unit="yuan",
    tolerance=0.6,
    mistakes={
        "one_at_a_time": _(
            "You held conversion and value at what they were before. Do that for each factor, and "
            "the parts do not add up to the change."
        ),
        "value": _("This is the part of the value of an order."),
        "channels": _(
            "You added up the channels. A channel with dear orders that lost its visits changes "
            "the mix, and that is no loss of visits as a whole: ask without by."
        ),
    },
)
def factor(shop: Shop) -> sheet.Sheet:
    """Ask for the part of the change that comes from visits."""
    made = case(shop)
    told = topic.factors(made, days=DAYS).iloc[0]
    lost = told["visits_last"] - told["visits_before"]
    channels = topic.factors(made, by="channel_id", days=DAYS)
    return sheet.Sheet(
        prompt=_(
            "Company **number {number}**. Split the change of its paid sales into visits, "
            "conversion and value of an order, so that the parts add up. How many yuan of the "
            "change come from **visits**? Write a minus for a loss."
        ).format(number=number_of(shop)),
        case=(_("number {number}").format(number=number_of(shop)), _("visits")),
        right=float(told["from_visits"]),
        wrong={
            "one_at_a_time": float(lost * told["sales_before"] / told["visits_before"]),
            "value": float(told["from_value"]),
            "channels": float(channels["from_visits"].sum()),
        },
        hints=(_("The bridge of your company has a bar for visits: read its number."),),
        solution=_("The column from_visits of diagnosis.factors(case)."),
        code=f"""
            from ecokit import diagnosis
            float(diagnosis.factors(diagnosis.company({number_of(shop)}))["from_visits"].iloc[0])
        """,
    )


@sheet.choice(
    id="diagnosis-where",
    objective="diagnosis-find",
    minutes=4,
    title=_("Which way do they no longer come?"),
    options=("marketplace", "paid_search", "social", "brand_search"),
)
def where(shop: Shop) -> sheet.ChoiceSheet:
    """Ask which of four channels lost most sales, and why."""
    made = case(shop)
    told = topic.factors(made, by="channel_id", days=DAYS).set_index("channel_id")
    names = made.channels.set_index("channel_id")["name"]
    options = ("marketplace", "paid_search", "social", "brand_search")
    right = str(told.loc[list(options), "change"].idxmin())
    said = _("Its sales changed by {change}, {visits} of it by visits.")
    reasons = {
        one: said.format(
            change=sheet.yuan(told.loc[one, "change"]),
            visits=sheet.yuan(told.loc[one, "from_visits"]),
        )
        for one in options
    }
    return sheet.ChoiceSheet(
        prompt=_(
            "Company **number {number}**. Ask for the factors by channel. Which of these four lost "
            "most sales, and by what?"
        ).format(number=number_of(shop)),
        case=(_("number {number}").format(number=number_of(shop)),),
        right=right,
        options={
            one: _("{channel}, above all by {factor}").format(
                channel=names[one],
                factor=_("visits")
                if told.loc[one, "from_visits"] < told.loc[one, "from_conversion"]
                else _("conversion"),
            )
            for one in options
        },
        reasons=reasons,
        table=told.loc[list(options), ["change", "from_visits", "from_conversion", "from_value"]]
        .rename(index=names)
        .rename(columns="{}, yuan".format),
        hints=(
            _("In the figure by channel look for the mark that lies farthest to the left."),
            _("Then look at the campaigns below it: which of that channel ran in which window?"),
        ),
        solution=_(
            "The channel with the lowest change in diagnosis.factors(case, by='channel_id')."
        ),
    )


def _since(made: Shop) -> pd.DataFrame:
    """Return the visits of both windows, and whether they came since the fault."""
    visits = made.visits[made.visits["started_at"] >= _Weeks.of(made).start]
    since = (visits["started_at"] >= FAULT).map({True: "since", False: "until"})
    return visits.assign(period=since)


@sheet.number(
    id="diagnosis-fault",
    objective="diagnosis-find",
    minutes=8,
    title=_("What the fault has cost so far"),
    unit="orders",
    tolerance=0.02,
    mistakes={
        "all_unfinished": _(
            "These are all who did not finish. On a sound day some leave at the checkout, too: "
            "compare with the other devices of the same days."
        ),
        "whole_window": _(
            "You compared the devices over all eight weeks. Before the fault nothing was wrong: "
            "that thins it out. Look at the days since."
        ),
        "all_devices": _(
            "You compared before and since over all devices. Phones finish as before, and hide it."
        ),
    },
)
def fault(shop: Shop) -> sheet.Sheet:
    """Ask how many orders the broken checkout has cost."""
    made = case(shop)
    visits = _since(made)
    told = funnel.leaks({"visits": visits}, by=["period", "device"], within="period")
    row = told.set_index(["period", "device", "step"]).loc[("since", "desktop", "order")]
    whole = funnel.leaks({"visits": visits}, by="device").set_index(["device", "step"])
    times = funnel.leaks({"visits": visits}, by="period").set_index(["period", "step"])
    return sheet.Sheet(
        prompt=_(
            "Company **number {number}**. On **{day}** the shop front got a release, and since "
            "then fewer checkouts on a **desktop** are finished than on other devices. How many "
            "orders had there been more, had desktops since then gone on from checkout to order as "
            "the other devices of the same days did?"
        ).format(number=number_of(shop), day=f"{FAULT.day} {FAULT:%B}"),
        case=(_("number {number}").format(number=number_of(shop)), _("desktop")),
        right=float(row["lost_orders"]),
        wrong={
            "all_unfinished": float(row["came"] - row["went_on"]),
            "whole_window": float(whole.loc[("desktop", "order"), "lost_orders"]),
            "all_devices": float(times.loc[("since", "order"), "lost_orders"]),
        },
        hints=(
            _("The cell above splits visits at a day. Split them at the day of the release."),
            _("In the table of leaks: since, desktop, step order. Its `lost_orders` is asked for."),
        ),
        solution=_(
            "{came} checkouts came, {rate:.0%} were finished; on other devices {others:.0%}: "
            "{lost:.0f} orders."
        ).format(
            came=int(row["came"]),
            rate=row["rate"],
            others=row["others_rate"],
            lost=row["lost_orders"],
        ),
        code=f"""
            from ecokit import diagnosis, funnel
            visits = diagnosis.company({number_of(shop)}).visits
            visits = visits[visits["started_at"] >= "2025-08-26"]
            since = (visits["started_at"] >= "2025-10-13").map({{True: "since", False: "until"}})
            told = funnel.leaks({{"visits": visits.assign(period=since)}},
                                by=["period", "device"], within="period")
            told = told.set_index(["period", "device", "step"])["lost_orders"]
            float(told["since", "desktop", "order"])
        """,
    )


def _shelves(made: Shop) -> pd.DataFrame:
    weeks = _Weeks.of(made)
    stock = made.stock.assign(window=weeks.windows(made.stock["date"]).astype(object))
    told = operations.stockouts(
        {"stock": stock.dropna(subset="window"), "products": made.products}, by="window"
    )
    return told.set_index("window")


@sheet.number(
    id="diagnosis-shelves",
    objective="diagnosis-find",
    minutes=6,
    title=_("What empty shelves add to it"),
    unit="yuan",
    tolerance=1.0,
    mistakes={
        "all_of_it": _(
            "These are all sales lost to empty shelves in the last four weeks. Some were lost "
            "before, too: only what is more of it can be part of the fall."
        ),
        "units": _("These are units. The question is about yuan."),
        "before": _("This is what was lost in the four weeks before."),
    },
)
def shelves(shop: Shop) -> sheet.Sheet:
    """Ask how many yuan more than before were lost to stock-outs."""
    told = _shelves(case(shop))
    lost = told["lost_sales"]
    return sheet.Sheet(
        prompt=_(
            "Company **number {number}**. How many yuan of sales were lost to stock-outs in the "
            "last 28 days **more than** in the 28 days before, if nobody took another product "
            "instead?"
        ).format(number=number_of(shop)),
        case=(_("number {number}").format(number=number_of(shop)), _("more than")),
        right=float(lost["last"] - lost["before"]),
        wrong={
            "all_of_it": float(lost["last"]),
            "units": float(told["lost"]["last"] - told["lost"]["before"]),
            "before": float(lost["before"]),
        },
        table=told.loc[["before", "last"], ["asked", "sold", "lost", "lost_sales"]]
        .astype(float)
        .set_axis([_("the 28 days before"), _("the last 28 days")])
        .set_axis(
            [_("units asked for"), _("units sold"), _("units lost"), _("lost sales, yuan")],
            axis="columns",
        ),
        hints=(
            _("The table above has `lost_sales` for both windows."),
            _("Take the window before from the last one."),
        ),
        solution=_("{last} less {before}.").format(
            last=sheet.yuan(lost["last"]), before=sheet.yuan(lost["before"])
        ),
        code=f"""
            from ecokit import diagnosis, operations
            case = diagnosis.company({number_of(shop)})
            stock = case.stock[case.stock["date"] >= "2025-08-26"]
            last = (stock["date"] >= "2025-09-23").map({{True: "last", False: "before"}})
            told = operations.stockouts({{"stock": stock.assign(window=last)}}, by="window")
            lost = told.set_index("window")["lost_sales"]
            float(lost["last"] - lost["before"])
        """,
    )


def _gaps(made: Shop) -> pd.Series[float]:
    """Return the median gap to competitors' prices in either window."""
    pairs = made.competitor_products.dropna(subset="product_id")
    categories = made.competitor_products[["competitor_id", "sku", "category"]]
    panel = made.competitor_prices.merge(categories, on=["competitor_id", "sku"])
    found = competitors.price_gaps(
        panel, pairs[["competitor_id", "sku", "product_id"]], competitors.own_prices(made)
    )
    window = _Weeks.of(made).windows(found["week"] + pd.Timedelta(days=1))
    return found.groupby(window, observed=True)["gap"].median()


@sheet.choice(
    id="diagnosis-voices",
    objective="diagnosis-find",
    minutes=8,
    title=_("Whose story do the tables not carry?"),
    options=("traffic", "product", "warehouse", "site"),
)
def voices(shop: Shop) -> sheet.ChoiceSheet:
    """Ask which of four explanations is not in the tables."""
    made = case(shop)
    gaps, lost = _gaps(made), _shelves(made)["lost_sales"]
    channels = topic.factors(made, by="channel_id", days=DAYS).set_index("channel_id")
    leaks = funnel.leaks({"visits": _since(made)}, by=["period", "device"], within="period")
    leak = leaks.set_index(["period", "device", "step"]).loc[("since", "desktop", "order")]
    moved = float(gaps["last"] - gaps["before"])
    told = {
        "traffic": channels.loc["marketplace", "from_visits"] < 0,
        "product": abs(moved) > STOOD,
        "warehouse": lost["last"] > lost["before"],
        "site": bool(leak["leaks"]),
    }
    if list(told.values()) != [True, False, True, True]:
        raise CourseError(_("The tables of this company carry another story than the case."))
    return sheet.ChoiceSheet(
        prompt=_(
            "Company **number {number}**. Four people explain the fall. Three of them say "
            "something that the tables carry, whatever it weighs. **Whose story do they not "
            "carry?**"
        ).format(number=number_of(shop)),
        case=(_("number {number}").format(number=number_of(shop)),),
        right="product",
        options={
            "traffic": _("Traffic manager: fewer visitors come from the marketplace"),
            "product": _("Product manager: competitors have become cheaper than we are"),
            "warehouse": _("Warehouse: more was asked for than lay on the shelves"),
            "site": _("Service desk: people cannot finish their order on a desktop"),
        },
        reasons={
            "traffic": _("Its visits brought {yuan} to the change.").format(
                yuan=sheet.yuan(channels.loc["marketplace", "from_visits"])
            ),
            "product": _(
                "Our usual price stood {before:+.1%} from theirs before, and {last:+.1%} in the "
                "last four weeks: it has not moved against us."
            ).format(before=gaps["before"], last=gaps["last"]),
            "warehouse": _("{last} of sales were lost to empty shelves, {before} before.").format(
                last=sheet.yuan(lost["last"]), before=sheet.yuan(lost["before"])
            ),
            "site": _(
                "{rate:.0%} of checkouts on a desktop are finished, {others:.0%} elsewhere."
            ).format(rate=leak["rate"], others=leak["others_rate"]),
        },
        hints=(
            _("For each of them there is a number: channels, price gaps, stock-outs, leaks."),
            _("The table of gaps tells how our price stands to theirs, week by week."),
        ),
        solution=_(
            "The price gaps stood where they were. The other three have numbers that moved."
        ),
    )


# What now --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Remedies:
    """What each remedy brings in four weeks, gross profit in yuan, in weeks of other luck."""

    repair: float
    ads: float
    stock: float
    sales: float
    margin: float
    elasticity: float

    def net(self, plan: sheet.PlanAnswer) -> float:
        """Return what a plan leaves."""
        won = self.repair if plan["days"] >= REPAIR else 0.0
        won += self.ads * (1 - math.exp(-plan["ads"] / FULL_ADS)) / (1 - math.exp(-1))
        won += self.stock * (1 - math.exp(-plan["stock"] / FULL_STOCK))
        cut = plan["cut"] / 100
        won += self.sales * ((1 + self.elasticity * cut) * (self.margin - cut) - self.margin)
        return won - spent(plan)

    def best(self) -> sheet.PlanAnswer:
        """Return the best plan: each remedy to where its last yuan brings a yuan."""
        slope = self.ads / (1 - math.exp(-1)) / FULL_ADS
        ads = FULL_ADS * math.log(slope) if slope > 1 else 0
        stock = FULL_STOCK * math.log(self.stock / FULL_STOCK) if self.stock > FULL_STOCK else 0
        left = BUDGET - REPAIR * DAY
        scale = min(1.0, left / max(ads + stock, 1.0))
        steps = {"ads": ads * scale, "stock": stock * scale}
        return {"days": REPAIR, "cut": 0, **{k: 500 * (v // 500) for k, v in steps.items()}}


def spent(plan: sheet.PlanAnswer) -> float:
    """Return what a plan costs before it brings anything."""
    return DAY * plan["days"] + plan["ads"] + plan["stock"]


@cache
def _remedies(number: int) -> _Remedies:
    """Replay the last four weeks with other luck, with and without what was not done."""
    from ecokit.shop.inputs import truth

    other = topic.company(number, luck=LUCK)
    run = topic.company(number, luck=LUCK, skipped=topic.SKIPPED[1:])
    weeks, known = _Weeks.of(other), truth()
    sold, profit, _orders = _earned(other, weeks)
    ran = _earned(run, weeks)[1]
    visits = other.visits[
        (other.visits["started_at"] >= FAULT) & (other.visits["device"] == "desktop")
    ]
    finished = (visits["reached"] == "order").sum()
    days = (weeks.end - FAULT) / pd.Timedelta(days=1)
    lost = finished * (1 / known["leak_finish"] - 1) / days * (DAYS - REPAIR)
    on_desktop = _earned(other, weeks, device="desktop")
    short = _shelves(other)["lost_sales"]["last"]
    kinds = ("phones", "tablets", "audio", "accessories")
    return _Remedies(
        repair=float(lost * on_desktop[1] / on_desktop[2]),
        ads=float(ran - profit),
        stock=float(short * profit / sold),
        sales=sold,
        margin=profit / sold,
        elasticity=sum(abs(known[f"elasticity_{kind}"]) for kind in kinds) / len(kinds),
    )


def _earned(shop: Shop, weeks: _Weeks, device: str | None = None) -> tuple[float, float, int]:
    """Return sales, gross profit and orders of the last window, of all devices or of one."""
    paid = shop.orders[shop.orders["paid_at"].notna() & (shop.orders["placed_at"] >= weeks.middle)]
    if device:
        visits = shop.visits.loc[shop.visits["device"] == device, "visit_id"]
        paid = paid[paid["visit_id"].isin(visits)]
    lines = shop.order_lines[shop.order_lines["order_id"].isin(paid["order_id"])]
    sales = lines["quantity"] * lines["unit_price"]
    cost = lines["quantity"] * lines["unit_cost"]
    return float(sales.sum()), float((sales - cost).sum()), len(paid)


@sheet.plan(
    id="diagnosis-plan",
    objective="diagnosis-plan",
    minutes=15,
    title=_("And what now?"),
    fields=(
        sheet.Field("days", _("Developer days for the checkout"), 0, 10, 1, 0),
        sheet.Field("ads", _("Campaign on the marketplace"), 0, 30_000, 500, 0, "¥"),
        sheet.Field("stock", _("More stock, its cost for four weeks"), 0, 20_000, 500, 0, "¥"),
        sheet.Field("cut", _("Cut of all prices, per cent"), 0, 15, 1, 0, "%"),
    ),
    mistakes={
        "over_budget": _("The plan costs more than there is. Leave out what brings least."),
        "price_cut": _(
            "You cut all prices. The tables did not carry that competitors were cheaper, and a cut "
            "is given to everybody who would have bought anyway."
        ),
        "not_repaired": _(
            "The checkout stays broken. It takes four developer days, and each week without them "
            "costs orders that nobody has to be won for."
        ),
        "too_much": _(
            "You spent far beyond what the last yuan brings back: a campaign and a shelf have an "
            "end, and a repair is not better with more days."
        ),
    },
)
def plan(shop: Shop) -> sheet.PlanSheet:
    """Ask for a plan for the next four weeks."""
    number = number_of(shop)
    known = _remedies(number)
    best = known.best()
    top = known.net(best)

    def score(answer: sheet.PlanAnswer) -> sheet.Score:
        reached = known.net(answer)
        within = spent(answer) <= BUDGET + NEAR
        points = max(0.0, min(100.0, 100 * reached / (ENOUGH * top))) if within else 0.0
        return sheet.Score(
            points,
            points >= 100,  # all of what is enough
            (
                _("Costs {cost} of {budget}.").format(
                    cost=sheet.yuan(spent(answer)), budget=sheet.yuan(BUDGET)
                ),
                _("Against doing nothing: {net}, in four weeks of other luck.").format(
                    net=sheet.yuan(reached)
                ),
            ),
        )

    def answer(**changed: float) -> sheet.PlanAnswer:
        return {**best, **changed}

    nothing = {"days": 0.0, "ads": 0.0, "stock": 0.0, "cut": 0.0}
    return sheet.PlanSheet(
        prompt=_(
            "Company **number {number}**, the morning of 21 October. You have **{budget}** for the "
            "next four weeks. A developer's day costs {day}, and the repair of the checkout takes "
            "{repair} of them; from then on orders come again. The campaign that was not run costs "
            "{ads} and has by experience brought about {brought} of gross profit; half the money "
            "brings more than half of that. {stock} for more stock spare about two thirds of what "
            "empty shelves lose. And the product manager asks for a cut of all prices. Decide. You "
            "are judged by the gross profit that is left after the plan's cost, in weeks of other "
            "luck."
        ).format(
            number=number,
            budget=sheet.yuan(BUDGET),
            day=sheet.yuan(DAY),
            repair=REPAIR,
            ads=sheet.yuan(FULL_ADS),
            brought=sheet.yuan(round(known.ads, -3)),
            stock=sheet.yuan(FULL_STOCK),
        ),
        case=(_("number {number}").format(number=number), sheet.yuan(BUDGET)),
        right=best,
        score=score,
        wrong={
            "over_budget": answer(ads=30_000, stock=20_000),
            "price_cut": answer(cut=5),
            "not_repaired": answer(days=0),
            "too_much": {**nothing, "days": 4, "ads": 24_000},
        },
        detects={
            "over_budget": lambda p: spent(p) > BUDGET + NEAR,
            "price_cut": lambda p: p["cut"] > 0,
            "not_repaired": lambda p: p["days"] < REPAIR,
            "too_much": lambda p: known.net(p) < ENOUGH * top,
        },
        hints=(
            _("Put a yuan amount on each cause: what does it cost in four weeks?"),
            _("Orders lost since the fault, by the days since, times 28, times profit an order."),
            _("Spend on a remedy until its last yuan brings back a yuan, and no further."),
        ),
        solution=_(
            "Repair first. Then the campaign and the stock, each until its last yuan brings back "
            "one. No cut: prices were not the cause."
        ),
        code=f"""
            {best}
        """,
    )
