"""Exercises on privacy: rights, masks, who stands alone, an attempt, a leak, and a copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from ecokit import privacy as topic
from ecokit.errors import CourseError
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

READ = ("customers", "address")  # the row of the matrix that is read
GUARDED = "customers"  # the table whose rights are taken away
PREFIXES = 40  # first three digits of a mobile number that are in use, taken as alike
HIDDEN = 10_000  # numbers that four hidden digits may be
CELL = ("week", "channel_id", "category")  # cells that are counted
FEW = 5  # people in a cell from which it is not small
FACTS = ("day", "region", "product_id")  # what a colleague knows of a purchase
COPIES = {
    "day_region": ("day", "region"),
    "week_region_category": ("week", "region", "category"),
    "month_region_category": ("month", "region", "category"),
    "day_product": ("day", "product_id"),
}
"""What four copies tell of each order."""

WITHIN, WORK_DAYS, WORKERS = 60, 28, 2  # days of a second order; the work that the copy is for
WRITTEN = 0.05  # of all notes name who wrote them
LEAKS = 1 / 2_000  # chance a day that one who has a copy lets it out
ERROR, RISK = 0.5, 0.004  # points that the answer may be off; customers who may be found
TRIED, POINTS, LUCK = 600, 2, 7_204  # people whom the attempt looks for, and what is known of them
TIMES = {0: "", 1: "month", 2: "week", 3: "day"}
PLACES = {0: "", 1: "region", 2: "city_id"}
GOODS = {0: "", 1: "category", 2: "product_id"}
EUROPE = 72  # hours of another law
ORGANS = 2  # hours for central organs of the state
OPERATORS = {
    "shop": (1_200_000, False, _("a shop, 1.2 million people")),
    "platform": (15_000_000, False, _("a platform, 15 million people")),
    "infrastructure": (1_200_000, True, _("critical infrastructure, 1.2 million people")),
}
"""Who is asked about: people, whether it is critical infrastructure, and in words."""

NOBODY, MONTHLY, LINKED, AS_IT_IS = 0, 1, 2, 3  # what stands for a person in the copy
USELESS = 100.0  # points off: the question has no answer


@lru_cache(maxsize=2)
def _left(shop: Shop) -> pd.DataFrame:
    """Return what each customer left in orders, with all that any copy here tells of it."""
    every = (*FACTS, *CELL, *(name for by in COPIES.values() for name in by))
    left: pd.DataFrame = topic.traces(shop, by=tuple(dict.fromkeys(every)))
    if left.empty:
        message = _("The tables orders and order_lines have no purchase that a copy could tell of.")
        raise CourseError(message)
    return left


def _crowd(left: pd.DataFrame, by: tuple[str, ...]) -> pd.Series[int]:
    """Return, by customer and cell of a coarser copy, how many people share the cell."""
    seen = left[[*by, "visitor_id"]].drop_duplicates()
    sizes = seen.groupby(list(by), sort=False)["visitor_id"].transform("size")
    return sizes.set_axis(pd.Index(seen["visitor_id"]))


def _inside(crowd: pd.Series[int], least: int = FEW) -> float:
    """Return the share of customers who are at least once in a cell of fewer people."""
    return float((crowd.groupby(level=0).min() < least).mean())


def _bought(shop: Shop) -> pd.DataFrame:
    """Return orders with the product of their first line, its category, and the city."""
    first = shop.order_lines[shop.order_lines["line"] == 1].set_index("order_id")["product_id"]
    kind = shop.products.set_index("product_id")["category"]
    city = shop.deliveries.drop_duplicates("order_id").set_index("order_id")["city_id"]
    orders = shop.orders[["order_id", "visitor_id", "placed_at", "region"]]
    orders = orders.sort_values(["visitor_id", "placed_at", "order_id"], ignore_index=True)
    product, place = orders["order_id"].map(first), orders["order_id"].map(city)
    starts = {
        name: orders["placed_at"].dt.to_period(period).dt.start_time
        for name, period in (("day", "D"), ("week", "W"), ("month", "M"))
    }
    return orders.assign(product_id=product, category=product.map(kind), city_id=place, **starts)


# Rights ------------------------------------------------------------------------------------------


@sheet.number(
    id="privacy-rights",
    objective="privacy-rights",
    minutes=4,
    title=_("Read the matrix"),
    unit="posts",
    tolerance=0,
    mistakes={
        "anything": _(
            "You counted all who may see anything of it. A right that the job needs is no finding."
        ),
        "all_of_it": _(
            "You counted all who may see all of it. Some of them need all of it: compare what a "
            "post may with what it needs."
        ),
        "who_need_nothing": _(
            "You counted only those who need nothing of it. Whoever needs a masked address and "
            "sees all of it has too much, too."
        ),
    },
)
def rights(shop: Shop) -> sheet.Sheet:
    name, column = READ
    access = shop["access"].fillna({"may": "none", "needs": "none"})
    mine = access[(access["table"] == name) & (access["column"] == column)]
    may, needs = (mine[one].map(("none", "masked", "full").index) for one in ("may", "needs"))
    if not (may > needs).any():
        raise CourseError(_("In this company nobody sees more of an address than is needed."))
    return sheet.Sheet(
        prompt=_(
            "Read the row `{table}.{column}` of the matrix of rights. How many posts may see "
            "more of it than their job needs?"
        ).format(table=name, column=column),
        right=int((may > needs).sum()),
        wrong={
            "anything": int((may > 0).sum()),
            "all_of_it": int((may == 2).sum()),
            "who_need_nothing": int(((may > needs) & (needs == 0)).sum()),
        },
        hints=(
            _("Let the cell above draw the table `customers`, and look at the crosses."),
            _("There are three levels: nothing, masked, all. More is any step up."),
        ),
        solution=_("Count the posts of this row whose right stands above their need."),
        code=f"""
            found = shop["access"].query("table == '{name}' and column == '{column}'")
            level = ["none", "masked", "full"].index
            int((found["may"].map(level) > found["needs"].map(level)).sum())
        """,
    )


@sheet.number(
    id="privacy-taken-away",
    objective="privacy-rights",
    minutes=5,
    title=_("What would be missed?"),
    unit="share",
    tolerance=0.0005,
    mistakes={
        "by_rows": _(
            "You counted rows. One export by night weighs more than a year of work there: what "
            "would be missed are looks."
        ),
        "of_all_looks": _(
            "You divided by the looks at all tables. Asked is which share of the looks at this "
            "table would end."
        ),
        "share_of_rights": _(
            "This is the share of rights that nobody needs. Ask the log how often they were used."
        ),
    },
)
def taken_away(shop: Shop) -> sheet.Sheet:
    found = topic.least_privilege(shop)
    over = found[(found["finding"] == "right_without_need") & (found["table"] == GUARDED)]
    log, access = shop["access_log"], shop["access"].fillna({"may": "none"})
    mine, may = log[log["table"] == GUARDED], access[access["table"] == GUARDED]
    if over.empty or mine.empty:
        raise CourseError(_("In this company nobody has a right to this table without need."))
    looks = int(over["looks"].sum())
    return sheet.Sheet(
        prompt=_(
            "Take away every right to the table `{table}` that is more than the job needs. Which "
            "share of all looks at `{table}` in the year was taken by such a right?"
        ).format(table=GUARDED),
        right=looks / len(mine),
        wrong={
            "by_rows": over["rows"].sum() / mine["rows"].sum(),
            "of_all_looks": looks / len(log),
            "share_of_rights": len(over) / int((may["may"] != "none").sum()),
        },
        hints=(
            _("The table of findings has a column `looks` for each right without need."),
            _("Add up the looks of these findings, for this table alone."),
            _("Divide by `all_looks`, the rows of the log that are about this table."),
        ),
        solution=_(
            "Looks by rights without need over all looks at the table. It is the price of taking "
            "them away, and mostly it is next to nothing."
        ),
        code=f"""
            from ecokit import privacy
            found = privacy.least_privilege(shop).query("finding == 'right_without_need'")
            looks = found.loc[found["table"] == "{GUARDED}", "looks"].sum()
            looks / (shop["access_log"]["table"] == "{GUARDED}").sum()
        """,
    )


# Masks -------------------------------------------------------------------------------------------


@sheet.number(
    id="privacy-mask",
    objective="privacy-mask",
    minutes=4,
    title=_("Whom does a masked number hide?"),
    unit="customers",
    rel_tolerance=0.01,
    mistakes={
        "numbers_that_fit": _(
            "You counted the numbers that fit the mask. Nobody asks which numbers could be: who of "
            "our customers has one of them?"
        ),
        "last_four_only": _(
            "You used the last four digits alone. The first three are not hidden, either."
        ),
        "first_three_only": _(
            "You used the first three digits alone. The last four are not hidden, either."
        ),
        "turned_round": _("You turned it round: customers over combinations, not the other way."),
    },
)
def mask(shop: Shop) -> sheet.Sheet:
    people = int(shop.orders["visitor_id"].nunique())
    shown = PREFIXES * HIDDEN
    return sheet.Sheet(
        prompt=_(
            "A partner gets telephone numbers masked as `138****5678`. We have {n:,} customers "
            "with a number. Take it that {prefixes} beginnings of three digits are in use, that "
            "the last four digits can be anything, and that all are alike. How many **other** "
            "customers of ours have, on average, the same mask as one whom you look at?"
        ).format(n=people, prefixes=PREFIXES),
        right=(people - 1) / shown,
        wrong={
            "numbers_that_fit": HIDDEN,
            "last_four_only": (people - 1) / HIDDEN,
            "first_three_only": (people - 1) / PREFIXES,
            "turned_round": shown / people,
        },
        hints=(
            _("How many different masks are there?"),
            _("The others spread evenly over these masks. How many fall on this one?"),
        ),
        solution=_(
            "The other customers, over {prefixes} beginnings times 10,000 endings. Far fewer than "
            "one: the mask hides the number from who would call it, and not the customer from who "
            "knows the number."
        ).format(prefixes=PREFIXES),
        code=f"""
            people = shop.orders["visitor_id"].nunique()
            (people - 1) / ({PREFIXES} * {HIDDEN})
        """,
    )


# Who stands alone --------------------------------------------------------------------------------


@sheet.number(
    id="privacy-cells",
    objective="privacy-alone",
    minutes=5,
    title=_("How many are in a small cell?"),
    unit="share",
    tolerance=0.0005,
    mistakes={
        "of_cells": _(
            "This is the share of cells that are small. Small cells hold few people: ask for the "
            "share of people who are in one."
        ),
        "who_are_alone": _(
            "You counted only those who are the only one in a cell. Two or four are few, too."
        ),
        "five_as_well": _("You took cells of five for small. Small are cells of fewer than five."),
    },
)
def cells(shop: Shop) -> sheet.Sheet:
    crowd = _crowd(_left(shop), CELL)
    few = 1 / crowd[crowd < FEW]  # each of the people in a cell is a part of it
    return sheet.Sheet(
        prompt=_(
            "A copy tells of each order `{first}`, `{second}` and `{third}`. Which share of all "
            "customers is at least once in a cell with fewer than {few} people?"
        ).format(first=CELL[0], second=CELL[1], third=CELL[2], few=FEW),
        case=CELL,
        right=_inside(crowd),
        wrong={
            "of_cells": few.sum() / (1 / crowd).sum(),
            "who_are_alone": _inside(crowd, 2),
            "five_as_well": _inside(crowd, FEW + 1),
        },
        hints=(
            _("The cell above counts cells and people. Which of its numbers is asked for?"),
            _("Change `by` in the cell above to the three columns. `exposed` are people."),
        ),
        solution=_("People who are in a small cell at least once, over all people."),
        code=f"""
            from ecokit import privacy
            privacy.small_cells(shop, by={list(CELL)}, least={FEW}).share
        """,
    )


@sheet.choice(
    id="privacy-which-copy",
    objective="privacy-alone",
    minutes=5,
    title=_("Which of four copies is the mildest?"),
    options=tuple(COPIES),
)
def which_copy(shop: Shop) -> sheet.ChoiceSheet:
    told = {name: _crowd(_left(shop), by) for name, by in COPIES.items()}
    share = {name: _inside(crowd) for name, crowd in told.items()}
    right = min(share, key=lambda name: share[name])
    words = {
        "day_region": _("the day, and the region"),
        "week_region_category": _("the week, the region, and the category"),
        "month_region_category": _("the month, the region, and the category"),
        "day_product": _("the day, and the product"),
    }
    why = {
        True: _(
            "It has the most people a cell: what counts is how fine the cells are, not how many "
            "columns make them."
        ),
        False: _("Another one leaves fewer people in small cells."),
    }
    reasons = {
        name: _(
            "{cells:,.0f} cells, and {share:.1%} of the customers are in one of fewer than {few}. "
            "{why}"
        ).format(cells=(1 / crowd).sum(), share=share[name], few=FEW, why=why[name == right])
        for name, crowd in told.items()
    }
    return sheet.ChoiceSheet(
        prompt=_(
            "Four copies of the same orders, without names and with pseudonyms. Of each order they "
            "tell different things. Which leaves the fewest customers in a cell with fewer than "
            "{few} people?"
        ).format(few=FEW),
        right=right,
        options=words,
        reasons=reasons,
        hints=(
            _("Is a copy with two columns always milder than one with three?"),
            _("How many cells are there: days or months, times regions, times categories?"),
        ),
        solution=_("Count the small cells of each. What matters is how many people share a cell."),
    )


# An attempt --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """What a colleague tells of somebody: two purchases, and who fits."""

    facts: tuple[tuple[Any, ...], ...]
    first: tuple[int, ...]
    who: int


def _known(shop: Shop) -> _Known:
    """Return somebody whom one purchase does not name, and two do; rather one who did not pay."""
    left = _left(shop)[[*FACTS, "visitor_id"]].drop_duplicates()
    sizes = left.groupby(list(FACTS))["visitor_id"].transform("size")
    orders = shop.orders.groupby("visitor_id")["paid_at"].agg(["size", "count"])
    orders = orders.reindex(left["visitor_id"]).set_axis(left.index)
    told = left.assign(unpaid=orders["size"] > orders["count"])[(sizes > 1) & (orders["count"] > 2)]
    crowd = told.sort_values(["unpaid", "visitor_id", *FACTS], ascending=[False, *[True] * 4])
    for fact in crowd.itertuples(index=False):
        facts = tuple(getattr(fact, name) for name in FACTS)
        others = left[left["visitor_id"] == fact.visitor_id]
        for other in others[others["day"] > fact.day][list(FACTS)].itertuples(index=False):
            fits = [_fits(left, one) for one in (facts, tuple(other))]
            if fits[0] & fits[1] == {fact.visitor_id}:
                return _Known((facts, tuple(other)), tuple(sorted(fits[0])), int(fact.visitor_id))
    raise CourseError(_("In this company one purchase names everybody, so there is no attempt."))


def _fits(left: pd.DataFrame, fact: tuple[Any, ...]) -> set[int]:
    mine = left
    for name, value in zip(FACTS, fact, strict=True):
        mine = mine[mine[name] == value]
    return set(mine["visitor_id"])


@sheet.number(
    id="privacy-attempt",
    objective="privacy-attempt",
    minutes=8,
    title=_("Find her in the copy"),
    unit="yuan",
    tolerance=0.5,
    mistakes={
        "one_purchase": _(
            "You added up everybody who fits the first purchase. Keep who fits both: one is left."
        ),
        "what_was_known": _(
            "This is what the colleague knew already. The copy tells the rest: add up all orders "
            "of the pseudonym that you found."
        ),
        "unpaid_too": _("You counted an order that nobody paid. Keep the paid ones."),
    },
)
def attempt(shop: Shop) -> sheet.Sheet:
    known = _known(shop)
    orders = shop.orders[shop.orders["visitor_id"].isin(known.first)]
    lines = shop.order_lines[shop.order_lines["order_id"].isin(orders["order_id"])]
    spent = (lines["quantity"] * lines["unit_price"]).groupby(lines["order_id"]).sum()
    orders = orders.assign(spent=orders["order_id"].map(spent).fillna(0))
    paid = orders[orders["paid_at"].notna()]
    hers = orders["visitor_id"] == known.who
    days = [fact[0] for fact in known.facts]
    told = paid["placed_at"].dt.normalize().isin(days) & (paid["visitor_id"] == known.who)
    (first, region, product), (second, place, other) = known.facts
    return sheet.Sheet(
        prompt=_(
            "A copy has no names: of each order it tells a pseudonym, day, region and products. A "
            "colleague of a customer knows two things. On **{first:%Y-%m-%d}** she ordered "
            "{product} (region {region}), and on **{second:%Y-%m-%d}** {other} (region {place}). "
            "Find her pseudonym. For how many yuan did she order in the whole year, unpaid orders "
            "left out?"
        ).format(
            first=first, product=product, region=region, second=second, other=other, place=place
        ),
        case=(f"{first:%Y-%m-%d}", f"{second:%Y-%m-%d}"),
        right=paid.loc[paid["visitor_id"] == known.who, "spent"].sum(),
        wrong={
            "one_purchase": paid["spent"].sum(),
            "what_was_known": paid.loc[told, "spent"].sum(),
            "unpaid_too": orders.loc[hers, "spent"].sum(),
        },
        hints=(
            _("Put both purchases into `facts` of the cell above, and run it."),
            _("Who fits the first? Who of them fits the second as well?"),
            _("With the pseudonym you have all her orders. Add up what the paid ones cost."),
        ),
        solution=_(
            "Two purchases that anybody at work might know, and the copy gives away all others: "
            "one pseudonym fits both. That is why the copy is personal information."
        ),
        code=f"""
            import pandas as pd
            from ecokit import privacy
            left = privacy.traces(shop, by={list(FACTS)}).set_index({list(FACTS)})["visitor_id"]
            facts = [("{first:%Y-%m-%d}", "{region}", "{product}")]
            facts += [("{second:%Y-%m-%d}", "{place}", "{other}")]
            fits = [set(left[left.index == (pd.Timestamp(d), r, p)]) for d, r, p in facts]
            mine = shop.orders[shop.orders["visitor_id"].isin(fits[0] & fits[1])]
            lines = shop.order_lines.merge(mine[mine["paid_at"].notna()], on="order_id")
            float((lines["quantity"] * lines["unit_price"]).sum())
        """,
    )


# A leak ------------------------------------------------------------------------------------------


@sheet.table(
    id="privacy-hours",
    objective="privacy-leak",
    minutes=5,
    title=_("When is the report due?"),
    unit="hours",
    tolerance=0,
    key="who",
    value="hours",
    labels={who: words for who, (_people, _critical, words) in OPERATORS.items()},
    mistakes={
        "from_the_theft": _(
            "You counted from the theft. Hours run from when it is seen; asked is how long after "
            "the theft that ends."
        ),
        "of_europe": _("You took 72 hours. They are of another law, in Europe."),
        "more_people_less_time": _(
            "You gave the larger incident less time. For the one who runs a network it is the "
            "same; only the office then tells others faster."
        ),
        "alike": _("You gave all the same time. Critical infrastructure has less."),
        "of_organs": _("You took two hours. They are those of central organs of the state."),
    },
)
def hours(shop: Shop) -> sheet.TableSheet:
    stolen, seen = pd.Timestamp("2025-11-20 20:00"), pd.Timestamp("2025-11-21 06:00")
    waits = {
        who: topic.report_hours(people, critical=critical)["hours"].min()
        for who, (people, critical, _words) in OPERATORS.items()
    }
    unseen = (seen - stolen) / pd.Timedelta(hours=1)
    allowed = pd.Series(waits, dtype=float)
    usual, least = allowed["shop"], allowed["infrastructure"]
    asked = [(who, people, critical) for who, (people, critical, _words) in OPERATORS.items()]
    return sheet.TableSheet(
        prompt=_(
            "On Thursday at {stolen:%H:%M} somebody steals the information of customers. On Friday "
            "at {seen:%H:%M} it is seen. By the Measures, how many hours after the **theft** is "
            "the first report to the office or the department due at the latest?"
        ).format(stolen=stolen, seen=seen),
        right=unseen + allowed,
        wrong={
            "from_the_theft": allowed,
            "of_europe": unseen + 0 * allowed + EUROPE,
            "more_people_less_time": unseen + allowed.where(allowed.index != "platform", least),
            "alike": unseen + 0 * allowed + usual,
            "of_organs": unseen + 0 * allowed + ORGANS,
        },
        hints=(
            _("From when do hours run: from the theft, or from when it is seen?"),
            _("The box on the law names three numbers of hours. Which one is for whom?"),
        ),
        solution=_(
            "The hours until it is seen, and then four; one for critical infrastructure. (Two are "
            "for central organs of the state.) How many people there are beyond a million changes "
            "nothing for the one who reports."
        ),
        code=f"""
            from ecokit import privacy
            asked = {{who: (n, critical) for who, n, critical in {asked}}}
            due = {{
                who: privacy.report_hours(n, critical=critical)["hours"].min()
                for who, (n, critical) in asked.items()
            }}
            {{who: {unseen:.0f} + hours for who, hours in due.items()}}
        """,
    )


@sheet.choice(
    id="privacy-leak",
    objective="privacy-leak",
    minutes=4,
    title=_("A laptop is gone"),
    options=("nobody", "partner", "at_once", "four_hours", "three_days"),
)
def leak(shop: Shop) -> sheet.ChoiceSheet:
    people = int(shop.orders["visitor_id"].nunique())
    return sheet.ChoiceSheet(
        prompt=_(
            "An analyst of your agency leaves a laptop on a train. Its disk is not encrypted. On "
            "it lies your copy: {n:,} customers under pseudonyms, with day, region and product of "
            "each order. The key is safe with you. Who is told, and when?"
        ).format(n=people),
        right="at_once",
        options={
            "nobody": _("Nobody: there is no name in the copy, and the key is safe."),
            "partner": _("The agency tells whom it has to tell: it lost the laptop."),
            "at_once": _(
                "You, at once: the department that protects personal information, and the "
                "customers unless harm is avoided for certain. You judge whether signs make the "
                "incident larger, and write down why."
            ),
            "four_hours": _(
                "The cyberspace office of the province within four hours, and that is all."
            ),
            "three_days": _("The department within 72 hours; the customers if there is time."),
        },
        reasons={
            "nobody": _(
                "People are found in it by two purchases, so it is personal information (Articles "
                "4 and 73), and its loss is told."
            ),
            "partner": _(
                "The agency helps you and works by your contract (Articles 21 and 59). Who decides "
                "purpose and way answers for it: you (Articles 9 and 57)."
            ),
            "at_once": _(
                "Article 57: at once, to the department and to the people. Hours are named for "
                "incidents of the class larger and above: a million people, or other signs of it."
            ),
            "four_hours": _(
                "The four hours of the Measures are for incidents of the class larger and above, "
                "in numbers a million people. Article 57 holds however few there are, and names "
                "other receivers."
            ),
            "three_days": _("72 hours are of another law, in Europe. Here the law says at once."),
        },
        hints=(
            _("Is what lies on the laptop personal information?"),
            _("Who decided what the copy is for: you or the agency?"),
            _("Does the law name hours for so few people?"),
        ),
        solution=_(
            "The copy is personal information, you answer for it, and the law says at once. Below "
            "a million people no hours are named, unless other signs make the incident larger."
        ),
    )


# A copy is asked for -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Copies:
    """What copies of a shop's orders tell, and who is found in them."""

    orders: pd.DataFrame
    known: pd.DataFrame

    @classmethod
    @lru_cache(maxsize=2)
    def of(cls, shop: Shop) -> _Copies:
        """Return orders, and two purchases of people drawn by luck."""
        orders = _bought(shop)
        people = pd.Series(orders["visitor_id"].unique())
        if len(people) <= TRIED:
            raise CourseError(_("This company has too few customers for the attempt."))
        tried = people.sample(TRIED, random_state=LUCK)
        mine = orders[orders["visitor_id"].isin(tried)].sample(frac=1, random_state=LUCK)
        return cls(orders, mine.groupby("visitor_id").head(POINTS))

    def error(self, plan: sheet.PlanAnswer) -> float:
        """Return by how many points the answer is off, on average over categories."""
        long_enough = plan["days"] >= WORK_DAYS and plan["receivers"] >= WORKERS
        if plan["person"] < LINKED or not plan["goods"] or not long_enough:
            return USELESS
        return _off(self, TIMES[int(plan["time"])])

    def risk(self, plan: sheet.PlanAnswer) -> float:
        """Return the share of customers who are to be expected found by a leak."""
        out = 1 - (1 - LEAKS) ** (plan["receivers"] * plan["days"])
        return out * self.rate(plan)

    def rate(self, plan: sheet.PlanAnswer) -> float:
        """Return the share of customers who are found, if the copy is out."""
        person = int(plan["person"])
        names = (TIMES[int(plan["time"])], PLACES[int(plan["place"])], GOODS[int(plan["goods"])])
        by = tuple(filter(None, names))
        if person == AS_IT_IS:
            found = 1.0
        elif person == NOBODY or not by:
            found = 0.0
        else:
            found = _found(self, by, POINTS if person == LINKED else 1)
        return found + (1 - found) * WRITTEN * bool(plan["note"])


@lru_cache(maxsize=8)
def _off(copies: _Copies, time: str) -> float:
    """Return by how many points the share of second orders is off, if this is told of time."""
    orders = copies.orders
    first = orders.drop_duplicates("visitor_id").set_index("visitor_id")
    first = first[first["day"] <= orders["day"].max() - pd.Timedelta(days=WITHIN)]
    rest = orders[orders["visitor_id"].duplicated()].drop_duplicates("visitor_id")
    second = rest.set_index("visitor_id").reindex(first.index)
    true = (second["day"] - first["day"]).dt.days <= WITHIN
    if time == "month":
        seen = second["month"] <= first["month"] + pd.DateOffset(months=2)
    elif time:
        seen = (second[time] - first[time]).dt.days <= WITHIN
    else:
        seen = second["day"].notna()
    off = (seen.groupby(first["category"]).mean() - true.groupby(first["category"]).mean()).abs()
    sizes = first["category"].value_counts()
    return float(100 * (off * sizes).sum() / sizes.sum())


@lru_cache(maxsize=64)
def _found(copies: _Copies, by: tuple[str, ...], points: int) -> float:
    """Return the share of those looked for who are found by what the copy tells of orders."""
    copy = copies.orders[["visitor_id", *by]].drop_duplicates().dropna()
    known = copies.known.groupby("visitor_id").head(points)[["visitor_id", *by]].dropna()
    known = known.rename(columns={"visitor_id": "who"}).assign(answer=lambda one: one["who"])
    return float(topic.reidentified(copy, known, on=by).right / TRIED)


def _mild(**more: float) -> sheet.PlanAnswer:
    """Return the plan that the question needs, with some fields changed."""
    plan = {"person": LINKED, "time": 2, "place": 0, "goods": 1, "note": 0}
    return {**plan, "receivers": WORKERS, "days": WORK_DAYS, **more}


_FIELDS = (
    sheet.Field(
        "person", _("Person: nobody 0, new pseudonym each month 1, one pseudonym 2, our id 3"), 0, 3
    ),
    sheet.Field("time", _("Time: none 0, month 1, week 2, day 3"), 0, 3),
    sheet.Field("place", _("Place: none 0, region 1, city 2"), 0, 2),
    sheet.Field("goods", _("Goods: none 0, category 1, product 2"), 0, 2),
    sheet.Field("note", _("The customer's note: with it (1) or without (0)"), 0, 1, start=1),
    sheet.Field("receivers", _("People who get the copy"), 1, 20, start=10),
    sheet.Field("days", _("Days until it is deleted"), 7, 365, start=365),
)


@sheet.plan(
    id="privacy-copy",
    objective="privacy-copy",
    minutes=12,
    title=_("May we have the orders?"),
    fields=_FIELDS,
    mistakes={
        "as_it_is": _(
            "You give away the shop's own ids. Whoever has another table of ours finds everybody. "
            "Put a pseudonym in their place, with a key that stays here."
        ),
        "not_linked": _(
            "Nobody can see in this copy who ordered a second time: two orders of one person have "
            "to have one pseudonym."
        ),
        "no_category": _("The question is asked by category, and the copy has none."),
        "no_time_to_work": _("Two people work on it for four weeks. Give them that."),
        "free_text": _(
            "Anything may stand in a note, a name or a number, too. The question needs none of it."
        ),
        "too_coarse": _(
            "With this time nobody can tell whether 60 days have passed. Go one step finer."
        ),
        "too_fine": _(
            "Ask of each column whether the question needs it. Something here is finer than it "
            "needs, and finds people."
        ),
        "too_many_too_long": _(
            "The copy is with more people, or for longer, than the work takes. Each day that "
            "somebody has it is a chance to lose it."
        ),
    },
)
def copy_plan(shop: Shop) -> sheet.PlanSheet:
    copies = _Copies.of(shop)
    people = int(copies.orders["visitor_id"].nunique())
    right = _mild()
    budget = max(RISK, round(1.15 * copies.risk(right), 4))  # a company with fewer customers

    def score(plan: sheet.PlanAnswer) -> sheet.Score:
        error, risk = copies.error(plan), copies.risk(plan)
        points = 100 * min(1.0, ERROR / max(error, 1e-9)) * min(1.0, budget / max(risk, 1e-9))
        passed = bool(error <= ERROR and risk <= budget)
        answer = _("The question has no answer from this copy.")
        if error < USELESS:
            words = _("The answer is off by {off:.2f} points; {most} are allowed.")
            answer = words.format(off=error, most=ERROR)
        lines = (
            answer,
            _("If the copy is out, {rate:.0%} of the customers are found by two purchases.").format(
                rate=copies.rate(plan)
            ),
            _("So {n:.0f} customers are to be expected found; {most:.0f} are allowed.").format(
                n=people * risk, most=people * budget
            ),
        )
        return sheet.Score(100 if passed else min(99, round(points)), passed, lines)

    return sheet.PlanSheet(
        prompt=_request(people, budget),
        right=right,
        score=score,
        wrong={
            "as_it_is": _mild(person=AS_IT_IS),
            "not_linked": _mild(person=MONTHLY),
            "no_category": _mild(goods=0),
            "no_time_to_work": _mild(days=7),
            "free_text": _mild(note=1),
            "too_coarse": _mild(time=1),
            "too_fine": _mild(place=1),
            "too_many_too_long": _mild(receivers=10, days=365),
        },
        detects=dict(_detects(score)),
        hints=(
            _("What does the question need? Who, when roughly, and which category."),
            _("60 days: does a month tell, does a week, does it take the day?"),
            _("Two people for four weeks. Nothing else, nobody else, no longer."),
        ),
        solution=_(
            "One pseudonym a person, the week, the category; no place, no product, no note; two "
            "people, four weeks. Then the copy, its backups and the key are deleted, and somebody "
            "writes down that they are."
        ),
        code=f"""
            {right}
        """,
    )


def _request(people: int, budget: float) -> str:
    return _(
        'Your agency writes: "We would like to know for each category which share of its new '
        "customers orders a second time within {within} days. Please send us the orders of the "
        'year, with everything you have; ten of us will use them." Two people do the work, and it '
        "takes four weeks.\n\nDecide what goes into the copy, who gets it, and when it is deleted. "
        "The answer may be off by {error} points at most. Count on one chance in 2,000 a day that "
        "one who has the copy lets it out, and on somebody who knows two purchases of each "
        "customer with everything: day, city and product. One note in twenty names its writer. Of "
        "{n:,} customers no more than {most:.0f} are to be expected found. The attempt is made "
        "anew on people drawn by luck."
    ).format(within=WITHIN, error=ERROR, n=people, most=people * budget)


def _detects(score: Any) -> Iterator[tuple[str, Any]]:
    """Yield how each mistake is seen, from the gravest on."""
    yield "as_it_is", lambda plan: plan["person"] == AS_IT_IS
    yield "not_linked", lambda plan: plan["person"] < LINKED
    yield "no_category", lambda plan: not plan["goods"]
    yield "no_time_to_work", lambda plan: plan["days"] < WORK_DAYS or plan["receivers"] < WORKERS
    yield "free_text", lambda plan: bool(plan["note"])
    yield "too_coarse", lambda plan: plan["time"] < 2
    yield (
        "too_fine",
        lambda plan: (
            (plan["time"] > 2 or plan["place"] > 0 or plan["goods"] > 1) and not score(plan).passed
        ),
    )
    yield "too_many_too_long", lambda plan: not score(plan).passed
