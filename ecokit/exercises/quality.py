"""Exercises on data quality: kinds, missing rows, found and false, two readers, none found."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ecokit import quality as topic
from ecokit.errors import CourseError
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

LUCK = 77  # of the two readers of visits
FIRST, SECOND = 0.55, 0.45  # chances that they find a fault
PART = 0.6  # of its own table that each of two others finds
DRAWN = 400  # rows that were drawn by lot
MINUTES, WAGE = 4, 45  # of an alarm, and yuan an hour of who looks
STRICT = 1.05  # times the list price above which a price is named
WORTH, UPKEEP = 90, 120  # yuan that a wrong price costs; yuan a month to keep the rule


class _Small(NamedTuple):
    """The copies of orders and order lines, what is wrong in them, and what rules find."""

    planted: int
    package: topic.Score
    strict: topic.Score


@lru_cache(maxsize=4)
def _small(shop: Shop) -> _Small:
    """Return what the rules of the data package find, and what one about prices adds to it."""
    month = topic.faulty_month(shop)
    tables = {name: table for name, table in month.tables.items() if name != "visits"}
    planted = month.planted[month.planted["table"] != "visits"]
    if planted.empty:
        raise CourseError(_("This exercise asks for faults in orders or in order_lines."))
    strict = [one for one in topic.shop_rules(dear=STRICT) if one.column == "unit_price"]
    scores = [
        topic.told_right(topic.findings(tables, rules=rules), planted) for rules in ([], strict)
    ]
    return _Small(len(planted), *scores)


# The kinds -------------------------------------------------------------------------------------


@sheet.choice(
    id="quality-kind",
    objective="quality-kinds",
    minutes=3,
    title=_("Which kind of fault?"),
    options=("completeness", "uniqueness", "validity", "consistency", "freshness"),
)
def kind(shop: Shop) -> sheet.ChoiceSheet:
    visits = topic.faulty_month(shop).tables["visits"]
    odd = visits[(visits["product_pages"] == 0) & visits["product_id"].notna()]
    if odd.empty:
        message = _("This exercise asks for a visit with a product and without a product page.")
        raise CourseError(message)
    one = odd.iloc[0]
    return sheet.ChoiceSheet(
        prompt=_(
            "In the copy of visits, visit **{visit}** has 0 in product_pages and {product} in "
            "product_id: the visitor saw a product and no page of a product. Many visits have 0 "
            "product pages, and many have this product. Which kind of fault is it?"
        ).format(visit=int(one["visit_id"]), product=one["product_id"]),
        case=(str(int(one["visit_id"])),),
        right="consistency",
        options={
            "completeness": _("Completeness: the product pages are missing"),
            "uniqueness": _("Uniqueness: many visits have the same 0"),
            "validity": _("Validity: 0 is no number of pages"),
            "consistency": _("Consistency: two cells of the row contradict each other"),
            "freshness": _("Freshness: the count was not brought up to date"),
        },
        reasons={
            "completeness": _(
                "No cell is empty. A wrong value that stands there is not missing; a rule about "
                "gaps passes it."
            ),
            "uniqueness": _(
                "A value may come again; only a key may not. This visit stands there once."
            ),
            "validity": _(
                "A visitor who reads the home page and leaves has 0 product pages. Taken alone "
                "the value is a good one; a limit on this column finds nothing."
            ),
            "consistency": _(
                "Each cell may be as it is, but not both in one row. Such a fault is seen only by "
                "laying two values side by side, and you do not know yet which of them is wrong."
            ),
            "freshness": _(
                "Freshness is about the newest row of a table, not about a value in one row."
            ),
        },
        hints=(
            _("Look at each cell alone: could it be right?"),
            _("What do you have to know besides this cell to see the fault?"),
        ),
        solution=_(
            "Each value is a good one alone. Together they cannot be: the fault is one of "
            "consistency."
        ),
    )


# Rows ------------------------------------------------------------------------------------------


@sheet.number(
    id="quality-missing",
    objective="quality-report",
    minutes=5,
    title=_("How many visits are missing?"),
    unit="visits",
    tolerance=0,
    mistakes={
        "copies_counted": _(
            "You took the rows as they are. A row that stands twice fills no gap: count each "
            "number once."
        ),
        "one_off": _(
            "One too few. From 5 to 9 there are five numbers: last less first, and one more."
        ),
        "copies_off_twice": _(
            "You took both rows of each pair off. One of them is the visit itself."
        ),
        "copies_alone": _("These are the rows that stand twice. Asked are those that lack."),
    },
)
def missing(shop: Shop) -> sheet.Sheet:
    numbers = topic.faulty_month(shop).tables["visits"]["visit_id"].dropna().astype("int64")
    if numbers.empty:
        raise CourseError(_("This exercise asks for a copy of visits with some rows."))
    first, last, rows = int(numbers.min()), int(numbers.max()), len(numbers)
    copies = rows - numbers.nunique()
    right = last - first + 1 - (rows - copies)
    return sheet.Sheet(
        prompt=_(
            "The numbers of visits run without a gap: each new visit gets the next one. The copy "
            "of **visits** has {rows:,} rows, and {copies} of them are second copies of a row. Its "
            "lowest number is {first}, its highest {last}. How many visits between them are not "
            "there?"
        ).format(rows=rows, copies=copies, first=first, last=last),
        case=(_("numbers of visits"), _("are not there")),
        right=right,
        wrong={
            "copies_counted": last - first + 1 - rows,
            "one_off": right - 1,
            "copies_off_twice": right + copies,
            "copies_alone": copies,
        },
        hints=(
            _("How many numbers are there from the lowest to the highest, both counted?"),
            _("How many different ones stand in the copy?"),
        ),
        solution=_(
            "Numbers from the lowest to the highest: last less first, and one more. Different ones "
            "in the copy: its rows less the second copies. The difference is missing."
        ),
        code="""
            from ecokit import quality
            numbers = quality.faulty_month(shop).tables["visits"]["visit_id"]
            numbers.max() - numbers.min() + 1 - numbers.nunique()
        """,
    )


@sheet.choice(
    id="quality-one-or-two",
    objective="quality-report",
    minutes=4,
    title=_("One fault or two?"),
    options=("two", "delete", "invent", "correct"),
)
def one_or_two(shop: Shop) -> sheet.ChoiceSheet:
    month = topic.faulty_month(shop)
    wrong = month.planted[(month.planted["column"] == "order_id")]
    alone = wrong[wrong["key"].astype(str).str.endswith("-1")]
    if alone.empty:
        raise CourseError(_("This exercise asks for a line whose order number is wrong."))
    key = str(alone["key"].iloc[0])
    order = int(key.split("-")[0])
    lines = month.tables["order_lines"]["order_id"].dropna().astype("int64")
    known = set(month.tables["orders"]["order_id"].dropna().astype("int64"))
    strange = next(one for one in lines.tolist() if one not in known and one % 10**6 == order)
    return sheet.ChoiceSheet(
        prompt=_(
            "The report of order_lines has two rows. One says: line {strange}-1 is of order "
            "{strange}, which is not in the table orders. The other: line **{key}** is not there. "
            "Order {order} stands in orders, is paid, and has no line. What do you do?"
        ).format(strange=strange, key=key, order=order),
        case=(key, _("is not there")),
        right="correct",
        options={
            "two": _("Two faults: leave the line out, and fetch line {key} again").format(key=key),
            "delete": _("Leave both out: the line has no order, and the order has no line"),
            "invent": _("Write order {strange} into orders, so that the line has one").format(
                strange=strange
            ),
            "correct": _(
                "One fault: compare with the source, and write {order} into the line"
            ).format(order=order),
        },
        reasons={
            "two": _(
                "Then you fetch a line that you have just thrown away. Look whether one fault "
                "explains both rows of the report before you count two."
            ),
            "delete": _(
                "A customer ordered, paid and got a parcel. Sales fall by what was really sold."
            ),
            "invent": _(
                "The report is quiet then, and wrong: an order that nobody placed, and one that "
                "still has no line."
            ),
            "correct": _(
                "The line that is too much and the line that lacks are the same one, with a wrong "
                "order number. The source of the lines knows it; one corrected cell clears both."
            ),
        },
        hints=(
            _("Compare the two order numbers, digit by digit."),
            _("What would both rows of the report say if one number were written wrongly?"),
        ),
        solution=_(
            "One wrong cell makes two findings: a line without its order, and an order without its "
            "line. Find the fault, then look again; count afterwards."
        ),
    )


# Found and false -------------------------------------------------------------------------------


@sheet.number(
    id="quality-found",
    objective="quality-found",
    minutes=4,
    title=_("Which share is found?"),
    unit="share",
    tolerance=0.005,
    mistakes={
        "of_the_alarms": _(
            "You divided by the alarms: the share of them that is right, the precision. Asked is "
            "the share of the faults: divide by all faults."
        ),
        "alarms_for_faults": _(
            "You counted all alarms as found. Some of them are false: count those that are right."
        ),
        "missed": _("This is the share that was missed. Asked is the share that was found."),
    },
)
def found(shop: Shop) -> sheet.Sheet:
    small = _small(shop)
    score = small.package
    return sheet.Sheet(
        prompt=_(
            "Only the rules of the data package are held against the copies of **orders and "
            "order_lines**. {alarms} cells or rows are named. {right} of them are among the "
            "{faults} faults that were planted. Which share of the faults is found?"
        ).format(alarms=score.alarms, right=score.alarms - score.false_alarms, faults=score.faults),
        case=(_("orders and order_lines"),),
        right=score.found / score.faults,
        wrong={
            "of_the_alarms": score.precision,
            "alarms_for_faults": score.alarms / score.faults,
            "missed": 1 - score.share,
        },
        printed=0.01,
        hints=(
            _("Two shares can be made of these numbers. Which one is about faults?"),
            _("Faults that were found, over all faults that there are."),
        ),
        solution=_("{found} of {all} faults: {share:.0%} are found. This is the recall.").format(
            found=score.found, all=score.faults, share=score.share
        ),
        code="""
            from ecokit import quality
            month = quality.faulty_month(shop)
            tables = {name: one for name, one in month.tables.items() if name != "visits"}
            planted = month.planted[month.planted["table"] != "visits"]
            quality.told_right(quality.findings(tables), planted).share
        """,
    )


@sheet.number(
    id="quality-worth",
    objective="quality-found",
    minutes=8,
    title=_("Does a strict rule pay?"),
    unit="yuan a month",
    tolerance=0.5,
    mistakes={
        "alarms_are_free": _("Somebody looks at each further alarm. Take off what that costs."),
        "no_upkeep": _("The rule has to be kept. Take off what that costs in a month."),
        "alarms_for_faults": _(
            "You counted each further alarm as a fault that is found. Most of them are false: "
            "prices that are high, and right."
        ),
        "all_of_them": _(
            "You counted all that is found now. The package's rules find most of it anyhow: count "
            "what comes on top, alarms as well as faults."
        ),
        "hours": _("An alarm takes minutes, and the wage is for an hour. Divide by 60."),
    },
)
def worth(shop: Shop) -> sheet.Sheet:
    small = _small(shop)
    old, new = small.package, small.strict
    alarms, faults = new.alarms - old.alarms, new.found - old.found
    look = MINUTES * WAGE / 60
    right = faults * WORTH - alarms * look - UPKEEP
    return sheet.Sheet(
        prompt=_(
            "Orders and order_lines of a month: the rules of the package name {alarms} cells or "
            "rows, and {found} faults are among them. Add a **strict rule**, which names each "
            "price more than {more:.0%} above the list price: then it is {alarms_new} and "
            "{found_new}. A look at an alarm takes {minutes} minutes at ¥{wage} an hour; a wrong "
            "price that goes out costs ¥{worth}; the rule costs ¥{upkeep} a month to keep. What "
            "does it bring in a month? Write a minus if it costs more."
        ).format(
            alarms=old.alarms,
            found=old.found,
            more=STRICT - 1,
            alarms_new=new.alarms,
            found_new=new.found,
            minutes=MINUTES,
            wage=WAGE,
            worth=WORTH,
            upkeep=UPKEEP,
        ),
        case=(_("strict rule"), _("above the list price")),
        right=right,
        wrong={
            "alarms_are_free": faults * WORTH - UPKEEP,
            "no_upkeep": faults * WORTH - alarms * look,
            "alarms_for_faults": alarms * (WORTH - look) - UPKEEP,
            "all_of_them": new.found * WORTH - new.alarms * look - UPKEEP,
            "hours": faults * WORTH - alarms * MINUTES * WAGE - UPKEEP,
        },
        hints=(
            _("How many faults are found on top, and how many alarms come on top?"),
            _("What they save, less the looks, less the upkeep."),
        ),
        solution=_(
            "{faults} more faults at ¥{worth}, less {alarms} more looks at ¥{look:g}, less "
            "¥{upkeep}. A wider limit finds the same wrong prices with fewer alarms: try it before "
            "you drop the rule."
        ).format(faults=faults, worth=WORTH, alarms=alarms, look=look, upkeep=UPKEEP),
        code=f"""
            from ecokit import quality
            month = quality.faulty_month(shop)
            lines = {{name: month.tables[name] for name in ("order_lines", "products")}}
            rule = [r for r in quality.shop_rules(dear={STRICT}) if r.column == "unit_price"]
            planted = month.planted[month.planted["table"] == "order_lines"]
            told = [quality.findings(lines, rules=rules) for rules in ([], rule)]
            old, new = (quality.told_right(one, planted) for one in told)
            more = {WORTH} * (new.found - old.found) - {UPKEEP}
            more - (new.alarms - old.alarms) * {MINUTES} * {WAGE} / 60
        """,
    )


# What nobody found -----------------------------------------------------------------------------


class _Two(NamedTuple):
    """What two readers found: first, second, both."""

    first: int
    second: int
    both: int


def _readers(shop: Shop) -> _Two:
    """Return what two readers of visits, each alone, found by chance."""
    planted = topic.faulty_month(shop).planted
    size = int((planted["table"] == "visits").sum())
    luck = np.random.default_rng(LUCK)
    one, two = (luck.random(size) < chance for chance in (FIRST, SECOND))
    told = _Two(int(one.sum()), int(two.sum()), int((one & two).sum()))
    if not told.both:
        raise CourseError(_("This exercise asks for two readers who found a fault in common."))
    return told


@sheet.number(
    id="quality-unfound",
    objective="quality-unfound",
    minutes=5,
    title=_("How many has nobody found?"),
    unit="faults",
    tolerance=0.5,
    mistakes={
        "all_of_them": _("This is the estimate of all faults. Take off those that were found."),
        "common_twice": _(
            "You took off what both found twice. Different faults: first and second, less the ones "
            "in common."
        ),
        "second_missed": _(
            "You took off what the first one found. The second one found others besides."
        ),
        "found": _("These are the faults that were found. Asked are those that nobody found."),
    },
)
def unfound(shop: Shop) -> sheet.Sheet:
    n1, n2, m = _readers(shop)
    every, seen = n1 * n2 / m, n1 + n2 - m
    return sheet.Sheet(
        prompt=_(
            "Lin Na and Zhao Min read the copy of **visits**, each alone and each all of it. Lin "
            "found {n1} faults, Zhao {n2}, and {m} of them are the same. How many faults has "
            "neither of them found, by the formula of Lincoln and Petersen?"
        ).format(n1=n1, n2=n2, m=m),
        case=(_("visits"),),
        right=every - seen,
        wrong={
            "all_of_them": every,
            "common_twice": every - n1 - n2,
            "second_missed": every - n1,
            "found": seen,
        },
        hints=(
            _("Which share of Zhao's faults did Lin find, too? So she finds that share of all."),
            _("All faults: first times second over those in common."),
            _("Found: first and second, less those in common. The rest is unfound."),
        ),
        solution=_(
            "All: {n1} × {n2} / {m} = {every:.1f}. Found: {n1} + {n2} − {m} = {seen}. The "
            "difference nobody has found."
        ).format(n1=n1, n2=n2, m=m, every=every, seen=seen),
        code=f"""
            from ecokit import quality
            told = quality.unfound({n1}, {n2}, {m})
            told.lincoln_petersen - told.found
        """,
    )


@sheet.choice(
    id="quality-shared-out",
    objective="quality-unfound",
    minutes=4,
    title=_("None in common"),
    options=("endless", "nothing", "all_found", "chapman"),
)
def shared_out(shop: Shop) -> sheet.ChoiceSheet:
    counts = topic.faulty_month(shop).planted["table"].value_counts()
    n1, n2 = (round(PART * counts.get(name, 0)) for name in ("orders", "order_lines"))
    if not n1 or not n2:
        raise CourseError(_("This exercise asks for faults in orders and in order_lines."))
    rest = topic.unfound(n1, n2, 0).unfound
    return sheet.ChoiceSheet(
        prompt=_(
            "To save time two colleagues **share the work**: one reads orders and finds {n1} "
            "faults, the other reads order_lines and finds {n2}. None is in common. What does that "
            "say about the faults that nobody found?"
        ).format(n1=n1, n2=n2),
        case=(_("share the work"),),
        right="nothing",
        options={
            "endless": _("There are endlessly many: the formula divides by zero"),
            "nothing": _("Nothing: they could have none in common"),
            "all_found": _("All were found: had one overlooked any, the other would have seen it"),
            "chapman": _(
                "About {n:,.0f} are unfound: Chapman's formula works without common ones"
            ).format(n=rest),
        },
        reasons={
            "endless": _(
                "The formula asks how often the second one meets what the first one found. The "
                "second one never looked there."
            ),
            "nothing": _(
                "What is in common counts only where both could have met it. To estimate, let both "
                "read some of the same rows, each on his own."
            ),
            "all_found": _("Nobody read a table after the other. What one overlooked stays."),
            "chapman": _(
                "It gives a number, and the number says nothing: it takes for chance that none is "
                "in common, and here it had to be so. The estimate is far too high."
            ),
        },
        hints=(
            _("On what does the estimate rest: on what each one found, or on what both found?"),
            _("Could the second one have found a fault of the first?"),
        ),
        solution=_(
            "Two readers tell about the rest only where both read the same rows. Share the work, "
            "and let a tenth be read by both."
        ),
    )


# None found ------------------------------------------------------------------------------------


@sheet.number(
    id="quality-none-seen",
    objective="quality-none",
    minutes=4,
    title=_("None of the rows was wrong"),
    unit="visits",
    rel_tolerance=0.02,
    mistakes={
        "one_of_them": _(
            "You took one in those drawn. None in so many is seen often even where the share is "
            "higher: up to about three in those drawn."
        ),
        "half": _(
            "You took a bound that is passed one time in two. It has to hold 95 times in 100."
        ),
        "in_the_sample": _(
            "This is the number in a sample of that size. Take the share, and then the whole table."
        ),
        "two_sides": _(
            "You kept 2.5 % on each side. Below none there is nothing: all 5 % lie above."
        ),
    },
)
def none_seen(shop: Shop) -> sheet.Sheet:
    rows = len(topic.faulty_month(shop).tables["visits"])
    share = topic.upper_bound(DRAWN)
    return sheet.Sheet(
        prompt=_(
            "You draw **{drawn} of {rows:,} visits** by lot and look up their region at the "
            "source. None is wrong. At most how many visits of the table may have a wrong region, "
            "if you want to be right in 95 cases of 100?"
        ).format(drawn=DRAWN, rows=rows),
        case=(_("{drawn} of {rows:,} visits").format(drawn=DRAWN, rows=rows),),
        right=rows * share,
        wrong={
            "one_of_them": rows / DRAWN,
            "half": rows * topic.upper_bound(DRAWN, confidence=0.5),
            "in_the_sample": DRAWN * share,
            "two_sides": rows * topic.upper_bound(DRAWN, confidence=0.975),
        },
        hints=(
            _("How large may the share be, so that none is seen in {n} one time in twenty?").format(
                n=DRAWN
            ),
            _("About 3 over the rows that were drawn. Then times the rows of the table."),
        ),
        solution=_(
            "The share is at most 1 − 0.05^(1/{n}) = {share:.2%}, about 3/{n}; of {rows:,} rows "
            "these are {most:,.0f}. None seen is not none there."
        ).format(n=DRAWN, share=share, rows=rows, most=rows * share),
        code=f"""
            from ecokit import quality
            rows = len(quality.faulty_month(shop).tables["visits"])
            rows * quality.upper_bound({DRAWN})
        """,
    )
