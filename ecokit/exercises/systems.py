"""Exercises on systems: what stops, what an exit costs, what to do first, releases counted."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from ecokit import systems as topic
from ecokit.errors import CourseError
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop

STOPPED = ("S07", "S11")  # which systems stop; the page and the cell above stop others
ENDED, YEARS = "S04", 3  # whose contract is ended, and how many years are counted
MONTH = 365 / 12  # days
LOST, BACKUP = "S06", 2  # whose disk failed; the hour of the nightly backup
SECOND = "-07-01"  # where the second half of a year begins
SIZED = {"small": "1-5", "medium": "6-15", "large": "16+"}
FEW, SOME, POWER, LESS = 0.04, 0.12, 0.9, 0.8  # rates that are planned with; powers
WRONG, RIGHT, ORDERED, PAID = 6.99, 699, 34, 12  # prices in yuan, and orders at the wrong one

CHANGES, DAYS = 200, 91  # of a quarter that ends on the day before the peak
RELEASE, SWITCH = 300, 100  # yuan of work a release; more for one behind a switch
FAILURE, WAITING = 8_000, 40  # yuan a failed release; a change that waits, a day
RUSH, TIMES = 10, 40  # days before the peak, and how much more a failure costs in them
LUCK, PLAYED = 1_311, 1_000  # quarters of another luck than the shop's
NEAR = 1.12  # what a plan that passes may cost over the best one
LEAD = (6.0, 0.7)  # hours until a change is live, and how they grow with those it waits for


def _name(shop: Shop, system: str) -> str:
    names = shop["systems"].set_index("system_id")["name"]
    if system not in names.index:
        message = _("The table systems has no system {name}.")
        raise CourseError(message.format(name=system))
    return str(names[system])


# What stops --------------------------------------------------------------------------------------


@sheet.number(
    id="systems-stops",
    objective="systems-map",
    minutes=4,
    title=_("What stops?"),
    unit="systems",
    tolerance=0,
    mistakes={
        "at_once": _(
            "You counted those that fail at once. What needs one of these fails next: go on until "
            "nothing new fails."
        ),
        "added_up": _(
            "You added up what each stops by itself, or counted the two as well. A system that "
            "both would stop stops once, and asked are the others."
        ),
        "every_link": _(
            "You followed a thin arrow. Only along a strong one does the system that asks stop, "
            "too: monitoring looks at both, and goes on without them."
        ),
        "turned_round": _(
            "You went along the arrows, to the systems that it asks. Those that ask it are in "
            "trouble: go against the arrows."
        ),
    },
)
def stops(shop: Shop) -> sheet.Sheet:
    links, names = shop["links"], [_name(shop, one) for one in STOPPED]
    found = topic.what_stops(shop, STOPPED)

    def count(links: pd.DataFrame, *stopped: str) -> int:
        return int(topic.what_stops({"links": links}, stopped)["system_id"].nunique())

    turned = links.rename(columns={"from_system": "to_system", "to_system": "from_system"})
    return sheet.Sheet(
        prompt=_(
            "**{first}** and **{second}** ({ids}) stop at the same moment, and nobody has prepared "
            "for it. Follow the strong arrows on the map (in the table `links`: `needed`). How "
            "many **other** systems stop, all in all?"
        ).format(first=names[0], second=names[1], ids=", ".join(STOPPED)),
        case=(*names, _("at the same moment")),
        right=found["system_id"].nunique(),
        wrong={
            "at_once": found.loc[found["round"] == 1, "system_id"].nunique(),
            "added_up": sum(count(links, one) for one in STOPPED),
            "every_link": count(links.assign(needed=True), *STOPPED),
            "turned_round": count(turned, *STOPPED),
        },
        hints=(
            _(
                "An arrow leads from the one that asks to the one that answers. Which systems ask "
                "these two, by a strong arrow?"
            ),
            _("Then ask the same of each that has failed, until no new one comes."),
        ),
        solution=_("Round by round: {told}.").format(
            told="; ".join(
                f"{row.name} (needs {row.lacks})"
                for row in found.drop_duplicates("system_id").itertuples(index=False)
            )
        ),
        code=f"""
            from ecokit import systems
            systems.what_stops(shop, {list(STOPPED)})["system_id"].nunique()
        """,
    )


# Keep or buy -------------------------------------------------------------------------------------


@sheet.number(
    id="systems-exit",
    objective="systems-keep",
    minutes=5,
    title=_("What does leaving cost?"),
    unit="yuan",
    rel_tolerance=0.01,
    mistakes={
        "no_moving": _(
            "You left out the move. While you move, both are paid: today's system still runs."
        ),
        "one_year": _("You counted one year. Asked are three."),
        "whole_cost": _(
            "You took the whole cost of the other way. Today's cost ends: take the difference."
        ),
        "moved_at_the_old_cost": _(
            "You paid the move at today's cost. What comes on top while you move is the new system."
        ),
        "turned_round": _("The sign is turned. It costs more where the other way is dearer."),
    },
)
def leave(shop: Shop) -> sheet.Sheet:
    name = _name(shop, ENDED)
    row = topic.keep_or_buy(shop).set_index("system_id").loc[ENDED]
    now, other, days = (float(row[one]) for one in ("monthly_cost", "other_cost", "exit_days"))
    more = 12 * YEARS * (other - now)
    moving = float(row["moving"])
    right = more + moving
    return sheet.Sheet(
        prompt=_(
            "**{name}** costs ¥{now:,.0f} a month as it is run today, and ¥{other:,.0f} the other "
            "way. Moving takes {days:.0f} days, in which both are paid; then today's contract ends "
            "and {years} years are counted. How much more than staying does **leaving** cost in "
            "all, the move included, in yuan? Count {month:.1f} days a month, and write a minus if "
            "it saves."
        ).format(name=name, now=now, other=other, days=days, years=YEARS, month=MONTH),
        case=(name, _("staying")),
        right=right,
        wrong={
            "no_moving": more,
            "one_year": more / YEARS + moving,
            "whole_cost": 12 * YEARS * other + moving,
            "moved_at_the_old_cost": more + now * days / MONTH,
            "turned_round": -right,
        },
        hints=(
            _("What is the difference a month, and how many months are three years?"),
            _("The move: the cost of the new system for so many days."),
        ),
        solution=_(
            "{months} months × (¥{other:,.0f} − ¥{now:,.0f}) + ¥{other:,.0f} × {days:.0f} / "
            "{month:.1f}. A provider shares people and machines among many shops; who leaves pays "
            "for them alone."
        ).format(months=12 * YEARS, other=other, now=now, days=days, month=MONTH),
        code=f"""
            from ecokit import systems
            row = systems.keep_or_buy(shop).set_index("system_id").loc["{ENDED}"]
            {YEARS} * -row["saves"] + row["moving"]
        """,
    )


@sheet.choice(
    id="systems-clause",
    objective="systems-keep",
    minutes=4,
    title=_("One clause for three years"),
    options=("export", "price", "uptime", "penalty"),
)
def clause(shop: Shop) -> sheet.ChoiceSheet:
    name = _name(shop, ENDED)
    row = topic.keep_or_buy(shop).set_index("system_id").loc[ENDED]
    if row["export"]:
        message = _("The table systems says that the data of {name} come out already.")
        raise CourseError(message.format(name=name))
    promised = shop["systems"].set_index("system_id").loc[ENDED, "promised"]
    cheaper = 0.05 * 12 * YEARS * float(row["monthly_cost"])
    hours = 24 * MONTH * (0.999 - float(promised))
    return sheet.ChoiceSheet(
        prompt=_(
            "The contract for **{name}** is renewed for {years} years. Today its data do not come "
            "out in a form that another system reads; {n} other providers would take us, and a "
            "move takes {days} days. You may ask for **one clause**. For which?"
        ).format(name=name, years=YEARS, n=row["alternatives"], days=row["exit_days"]),
        case=(_("one clause"),),
        right="export",
        options={
            "export": _("All data come out in a readable form, tried once a year, with help to go"),
            "price": _("Five per cent off the price"),
            "uptime": _("A promise of 99.9 % instead of {now:.1%}").format(now=promised),
            "penalty": _("A month's price back for each month below the promise"),
        },
        reasons={
            "export": _(
                "Others would take us, but not without our customers. With this clause the {n} "
                "others become real ones, and the next price is asked from a free customer."
            ).format(n=row["alternatives"]),
            "price": _(
                "That saves {saved} in {years} years. Whoever cannot leave pays it back at the "
                "next renewal."
            ).format(saved=sheet.yuan(cheaper), years=YEARS),
            "uptime": _(
                "That is {hours:.1f} hours a month of a system without which no other stops. A "
                "promise is worth what you can do when it is broken: here you cannot go."
            ).format(hours=hours),
            "penalty": _(
                "It pays {paid} in a bad month, and you stay where you are. Ask for it second."
            ).format(paid=sheet.yuan(row["monthly_cost"])),
        },
        hints=(
            _("Contract, dependence, exit: which of the three is open here?"),
            _("What would you have to do without on the day after you have left?"),
        ),
        solution=_(
            "Ask for the exit before you sign, while the provider still wants you: the form of the "
            "data, a trial of it, and help for the days of the move."
        ),
    )


# What to do first --------------------------------------------------------------------------------


@sheet.choice(
    id="systems-first",
    objective="systems-first",
    minutes=5,
    title=_("A price at night"),
    options=("hide", "cancel", "wait", "promise"),
)
def first(shop: Shop) -> sheet.ChoiceSheet:
    told = topic.contacts(shop).set_index("system_id")
    who = str(told.loc["S01", "contact"]) if "S01" in told.index else _("the IT systems lead")
    prompt = _(
        "23:10. You answer the chat, and a customer asks whether a kettle really costs "
        "**¥{wrong}**. It should say ¥{right}. In the list of orders there are {ordered} at that "
        "price, {paid} of them paid, and new ones come in. The terms of the shop say that no "
        "contract exists before the goods leave. Read what the law says on the page. What do you "
        "do **first**?"
    )
    return sheet.ChoiceSheet(
        prompt=prompt.format(wrong=WRONG, right=RIGHT, ordered=ORDERED, paid=PAID),
        case=(f"¥{WRONG}",),
        right="hide",
        options={
            "hide": _("Take it off sale, note the time, hold the orders, call who is in charge"),
            "cancel": _("Cancel all {n} orders: by our terms there is no contract").format(
                n=ORDERED
            ),
            "wait": _("Find out who typed the price, and leave the page until that is known"),
            "promise": _("Write to all {n} that the goods are on their way").format(n=ORDERED),
        },
        reasons={
            "hide": _(
                "First the loss stops growing, then it is held as it is. Call the contact for the "
                "shop front: {who}. What becomes of the orders is decided by daylight."
            ).format(who=who),
            "cancel": _(
                "Whoever has ordered mostly has a contract, and for who has paid a term that says "
                "otherwise is void. A mistake may be a reason to have it set aside, but a court or "
                "an arbitrator does that, and in time."
            ),
            "wait": _(
                "Meanwhile it sells on. Who typed it is a question for the review, and there it is "
                "asked as: how could it be typed?"
            ),
            "promise": _(
                "That may be what the shop decides. It is not yours to decide at 23:10, and it "
                "cannot be taken back."
            ),
        },
        hints=(
            _("What makes the damage larger each minute? Stop that."),
            _("What can still be undone tomorrow, and what cannot?"),
        ),
        solution=_(
            "Stop what grows, keep what happened, tell who decides. Then the orders: deliver, or "
            "ask the customers, or go to court within ninety days of knowing."
        ),
    )


@sheet.number(
    id="systems-backup",
    objective="systems-first",
    minutes=5,
    title=_("How much is lost?"),
    unit="hours",
    tolerance=0.05,
    mistakes={
        "time_away": _(
            "This is how long it took until it was back. Lost is what was written between the last "
            "backup and the failure."
        ),
        "until_mended": _(
            "You counted on until it was mended. After the failure nothing was written: the others "
            "kept what they had to send."
        ),
        "since_midnight": _("You counted from midnight. The backup is made at 02:00."),
        "to_the_next": _(
            "You counted to the next backup. What was written since the last one is lost."
        ),
        "until_seen": _(
            "You counted until somebody saw it. From the failure on nothing was written any more."
        ),
    },
)
def backup(shop: Shop) -> sheet.Sheet:
    lost = shop["incidents"]
    lost = lost[(lost["system_id"] == LOST) & (lost["kind"] == "data_loss")]
    lost = lost.dropna(subset=["seen_at", "mended_at"])
    if lost.empty:
        raise CourseError(
            _("The table incidents has no loss of data in system S06 that is mended.")
        )
    row = lost.iloc[0]
    began, seen, mended = (row[one] for one in ("began_at", "seen_at", "mended_at"))
    saved = (began - pd.Timedelta(hours=BACKUP)).normalize() + pd.Timedelta(hours=BACKUP)

    def hours(start: pd.Timestamp, end: pd.Timestamp) -> float:
        return float((end - start).total_seconds() / 3600)

    right = hours(saved, began)
    return sheet.Sheet(
        prompt=_(
            "A disk of **{name}** failed on {day} at {began:%H:%M:%S}. It was seen at {seen}, and "
            "the system was back at {mended}, **from the backup** of {hour:02d}:00, which is made "
            "each night. While it was away the other systems kept what they had to send. How many "
            "hours of data are lost for good?"
        ).format(
            name=_name(shop, LOST),
            day=f"{began.day} {began:%B}",
            began=began,
            seen=_clock(seen, began),
            mended=_clock(mended, began),
            hour=BACKUP,
        ),
        case=(_name(shop, LOST), f"{began.day} {began:%B}"),
        right=right,
        wrong={
            "time_away": hours(began, mended),
            "until_mended": hours(saved, mended),
            "since_midnight": hours(began.normalize(), began),
            "to_the_next": 24 - right,
            "until_seen": hours(saved, seen),
        },
        hints=(
            _("There are two questions: how much is lost, and how long does it take?"),
            _("What stood in the system when it failed, and does not stand in the backup?"),
        ),
        solution=_(
            "From the last backup before the failure to the failure: {hours:.1f} hours. How long "
            "the system was away, {away:.1f} hours, is the other question."
        ).format(hours=right, away=hours(began, mended)),
        code=f"""
            import pandas as pd
            lost = shop["incidents"].query("system_id == '{LOST}' and kind == 'data_loss'")
            began = lost["began_at"].iloc[0]
            saved = (began - pd.Timedelta(hours={BACKUP})).normalize()
            (began - saved).total_seconds() / 3600 - {BACKUP}
        """,
    )


def _clock(at: pd.Timestamp, began: pd.Timestamp) -> str:
    """Return a time of day, with its day where that is another one."""
    same = at.normalize() == began.normalize()
    return (
        f"{at:%H:%M}"
        if same
        else _("{time} on {day}").format(time=f"{at:%H:%M}", day=f"{at.day} {at:%B}")
    )


# Releases counted --------------------------------------------------------------------------------


def _half(shop: Shop) -> pd.DataFrame:
    """Return the releases of the second half of the shop's year."""
    made: pd.DataFrame = shop["releases"]
    if made.empty:
        raise CourseError(_("The table releases has no row, so there is nothing to count."))
    half = made[made["released_at"] >= f"{made['released_at'].min().year}{SECOND}"]
    if half.empty:
        raise CourseError(_("The table releases has no release in July to December."))
    return half


@sheet.number(
    id="systems-rework",
    objective="systems-release",
    minutes=5,
    title=_("Releases that nobody had planned"),
    unit="share",
    tolerance=0.0005,
    mistakes={
        "fail_rate": _(
            "This is the change fail rate. A failure that a switch ends asks for no release."
        ),
        "of_the_planned": _(
            "You divided by the planned releases. The unplanned ones are releases, too: add them "
            "below the line."
        ),
        "switches_too": _(
            "You counted every failure. Where the change stood behind a switch, it is switched "
            "off, and no release is needed."
        ),
        "whole_year": _("This is the whole year. Asked is July to December."),
    },
)
def rework(shop: Shop) -> sheet.Sheet:
    half = _half(shop)
    failed = half["failed"].astype(bool)
    n, bad = len(half), int(failed.sum())
    again = int((failed & ~half["behind_switch"].astype(bool)).sum())
    year = topic.delivery_measures({"releases": shop["releases"]})["rework_rate"].iloc[0]
    return sheet.Sheet(
        prompt=_(
            "From **July to December** {n} releases were planned and made, and {bad} of them "
            "failed. {switch} of these stood behind a switch and were switched off; each of the "
            "others was mended by one more release, or taken back by one. What is the **rework "
            "rate**: which share of all releases was unplanned?"
        ).format(n=n, bad=bad, switch=bad - again),
        case=(_("July to December"), _("rework rate")),
        right=again / (n + again),
        wrong={
            "fail_rate": bad / n,
            "of_the_planned": again / n,
            "switches_too": bad / (n + bad),
            "whole_year": year,
        },
        hints=(
            _("How many releases were unplanned? One for each failure that no switch ended."),
            _("Of all releases: planned and unplanned."),
        ),
        solution=_(
            "{again} unplanned ones of {n} + {again}: {share:.1%}. The fail rate asks how often it "
            "goes wrong, the rework rate how much of the work is mending."
        ).format(again=again, n=n, share=again / (n + again)),
        code="""
            from ecokit import systems
            made = shop["releases"]
            start = f"{made['released_at'].min().year}-07-01"
            half = {"releases": made[made["released_at"] >= start]}
            systems.delivery_measures(half)["rework_rate"].iloc[0]
        """,
    )


@sheet.table(
    id="systems-per-change",
    objective="systems-release",
    minutes=6,
    title=_("By the release, and by the change"),
    unit="failures",
    tolerance=0.05,
    key="size",
    value="per_hundred_changes",
    labels={
        "small": _("small: 1 to 5 changes"),
        "medium": _("medium: 6 to 15"),
        "large": _("large: 16 and more"),
    },
    mistakes={
        "per_release": _(
            "These are failures by a hundred releases. A large release holds many changes: divide "
            "by the changes."
        ),
        "turned_round": _("These are changes by a failure. Asked are failures by 100 changes."),
        "of_all_failures": _(
            "This is how the failures are shared out among the sizes. Divide each by its own "
            "changes."
        ),
        "whole_year": _("This is the whole year. Asked is July to December."),
    },
)
def per_change(shop: Shop) -> sheet.TableSheet:
    def counts(made: pd.DataFrame) -> pd.DataFrame:
        sizes = pd.cut(made["changes"], [0, *topic.SIZES, np.inf], labels=list(SIZED))
        told = made.assign(failed=made["failed"].astype(int), n=1).groupby(sizes, observed=False)
        return told[["n", "changes", "failed"]].sum()

    half, year = counts(_half(shop)), counts(shop["releases"])
    if (half["changes"] == 0).any() or not half["failed"].sum():
        raise CourseError(_("In July to December there are too few releases of each size."))
    lines = [
        _("{size}: {n} releases, {changes} changes, {failed} failed").format(
            size=size, n=int(row["n"]), changes=int(row["changes"]), failed=int(row["failed"])
        )
        for size, row in half.iterrows()
    ]
    rate = 100 * half["failed"] / half["changes"]
    return sheet.TableSheet(
        prompt=_(
            "**July to December**:\n\n{lines}.\n\nHow many failures does a **hundred changes** "
            "bring, for each size of release?"
        ).format(lines="; ".join(lines)),
        case=(_("July to December"), _("hundred changes")),
        right=rate,
        wrong={
            "per_release": 100 * half["failed"] / half["n"],
            "turned_round": half["changes"] / half["failed"].clip(lower=1),
            "of_all_failures": 100 * half["failed"] / half["failed"].sum(),
            "whole_year": 100 * year["failed"] / year["changes"],
        },
        hints=(
            _("Divide failures by changes, then times a hundred."),
            _("A small release has about three changes, a large one about thirty."),
        ),
        solution=_(
            "Failed releases over changes, times 100. A large release fails more often because "
            "there is more in it. What small ones bring is another thing: it is soon live, and if "
            "it fails, the fault is one of a few changes."
        ),
    )


@sheet.number(
    id="systems-years",
    objective="systems-release",
    minutes=6,
    title=_("How long until you know?"),
    unit="years",
    rel_tolerance=0.01,
    mistakes={
        "less_power": _("You planned with a power of 80 %. Asked is 90 %."),
        "both_together": _(
            "You shared the number out between both sizes. It is needed of each of them."
        ),
        "by_the_small": _(
            "You counted the small releases of a year. The medium ones are fewer: they decide."
        ),
        "by_all": _("You counted all releases of a year. Only the medium ones count here."),
        "in_quarters": _("This is in quarters. Asked are years."),
    },
)
def years(shop: Shop) -> sheet.Sheet:
    made = topic.by_size({"releases": shop["releases"]}).set_index("changes")["releases"]
    if not {"1-5", "6-15"} <= set(made.index):
        raise CourseError(_("The table releases has no small or no medium release."))
    few, some = int(made["1-5"]), int(made["6-15"])
    needed, fewer = (topic.releases_needed(FEW, SOME, power=one) for one in (POWER, LESS))
    return sheet.Sheet(
        prompt=_(
            "Suppose {few:.0%} of small and {some:.0%} of **medium** releases (6 to 15 changes) "
            "fail. To see the difference in {less:.0%} of all cases (a power of {less:.0%}) it "
            "takes {fewer} of **each** size; with a power of **{power:.0%}** it takes {needed}. "
            "This company made {n} medium and {m} small ones in its year. After how many **years** "
            "like that does it know, with the power of {power:.0%}?"
        ).format(
            few=FEW,
            some=SOME,
            less=LESS,
            fewer=fewer,
            power=POWER,
            needed=needed,
            n=some,
            m=few,
        ),
        case=(_("medium"), f"{POWER:.0%}", _("years")),
        right=needed / some,
        wrong={
            "less_power": fewer / some,
            "both_together": needed / 2 / some,
            "by_the_small": needed / few,
            "by_all": needed / int(made.sum()),
            "in_quarters": 4 * needed / some,
        },
        hints=(
            _("So many of each size: the size that is made less often is the one to wait for."),
            _("Divide what it takes by how many of that size a year brings."),
        ),
        solution=_(
            "{needed} of each are needed, and there are {n} medium ones a year. Some questions a "
            "shop of this size does not settle by counting: it takes them from many shops, or from "
            "reasons."
        ).format(needed=needed, n=some),
        code=f"""
            from ecokit import systems
            made = systems.by_size(shop).set_index("changes")["releases"]
            systems.releases_needed({FEW}, {SOME}, power={POWER}) / made["6-15"]
        """,
    )


# A plan ------------------------------------------------------------------------------------------


class _World:
    """A quarter before the peak: changes come evenly, go live in releases, and some fail.

    What fails is drawn by the true rates, for quarters of another luck than the shop's.
    """

    def __init__(self, shop: Shop) -> None:
        truth = shop.truth
        self.rates = [float(truth[f"release_fails_{name}"]) for name in SIZED]
        self.ratio = float(truth["switch_mends"])
        self._known: dict[tuple[int, float, int], float] = {}

    def chance(self, changes: np.ndarray) -> np.ndarray:
        """Return how often releases of these sizes fail."""
        return np.array(self.rates)[np.searchsorted(topic.SIZES, changes, side="left")]

    def cost(self, plan: sheet.PlanAnswer) -> float:
        """Return yuan of a quarter with this plan, on average over other lucks."""
        size, share, freeze = round(plan["size"]), plan["switch"] / 100, round(plan["freeze"])
        known = (size, share, freeze)
        if known not in self._known:
            self._known[known] = self._played(*known)
        return self._known[known]

    def _played(self, size: int, share: float, freeze: int) -> float:
        ready = (np.arange(CHANGES) + 1) * DAYS / CHANGES  # day on which each change is ready
        held = ready > DAYS - freeze
        batch = np.r_[np.arange((~held).sum()) // size, CHANGES + np.arange(held.sum()) // size]
        _batches, first, counts = np.unique(batch, return_index=True, return_counts=True)
        live = ready[first + counts - 1]  # a release goes live with its last change
        live = np.where(held[first], DAYS + 1.0, live)
        own = LEAD[0] / 24 * counts ** LEAD[1]
        waits = (np.repeat(live + own, counts) - ready).sum()
        near = (live > DAYS - RUSH) & (live <= DAYS)
        yuan = FAILURE * np.where(near, TIMES, 1)
        luck = np.random.default_rng(LUCK).random((2, PLAYED, len(counts)))
        switched = luck[1] < share
        lost = (luck[0] < self.chance(counts)) * yuan * np.where(switched, self.ratio, 1.0)
        work = RELEASE * len(counts) + SWITCH * share * len(counts)
        return float(work + WAITING * waits + lost.sum(axis=1).mean())

    @cached_property
    def best(self) -> tuple[sheet.PlanAnswer, float]:
        """Return the best of the plans worth trying, and its cost."""
        tried: list[sheet.PlanAnswer] = [
            {"size": size, "switch": switch, "freeze": freeze}
            for size in (3, 4, 5, 6, 8, 10, 15)
            for switch in (0, 100)
            for freeze in (0, 5, 8, 10, 12)
        ]
        found = min(tried, key=self.cost)
        return found, self.cost(found)


@lru_cache(maxsize=1)
def _world(shop: Shop) -> _World:
    return _World(shop)


@sheet.plan(
    id="systems-quarter",
    objective="systems-plan",
    minutes=12,
    title=_("The quarter before the peak"),
    fields=(
        sheet.Field("size", _("Changes in a release"), 1, 60, 1, 20),
        sheet.Field("switch", _("Releases behind a switch, per cent"), 0, 100, 10, 0, "%"),
        sheet.Field("freeze", _("Days without a release before the peak"), 0, 60, 1, 0),
    ),
    mistakes={
        "one_by_one": _(
            "You release nearly each change by itself. Each release is work, and here it costs "
            "more than the waiting that it spares."
        ),
        "in_heaps": _("You let changes wait for one another. A heap is late, and fails often."),
        "no_freeze": _(
            "You release until the peak. A failure in the last days costs {times} times as much as "
            "one before."
        ).format(times=TIMES),
        "long_freeze": _(
            "You stop long before the rush. What is ready waits for weeks, and a failure then "
            "would have cost no more than on any other day."
        ),
        "no_switch": _(
            "You build few switches. One costs little, and ends a failure in a quarter of the time."
        ),
    },
)
def quarter(shop: Shop) -> sheet.PlanSheet:
    world = _world(shop)
    best, least = world.best

    def score(plan: sheet.PlanAnswer) -> sheet.Score:
        cost = world.cost(plan)
        passed = cost <= NEAR * least
        points = 100 * max(0.0, 1 - (cost / least - NEAR) / 1.5)
        lines = (
            _("In {n:,} quarters of other luck your plan costs {cost} on average.").format(
                n=PLAYED, cost=sheet.yuan(cost)
            ),
            _("The best plan that was tried costs {least}.").format(least=sheet.yuan(least)),
        )
        return sheet.Score(100 if passed else min(79, round(points)), passed, lines)

    def other(**change: float) -> sheet.PlanAnswer:
        return best | change

    return sheet.PlanSheet(
        prompt=_quarter_prompt(shop),
        case=(_("the quarter before the peak"),),
        right=best,
        score=score,
        wrong={
            "one_by_one": other(size=1),
            "in_heaps": other(size=40),
            "no_freeze": other(freeze=0),
            "long_freeze": other(freeze=45),
            "no_switch": other(switch=0),
        },
        detects={
            "one_by_one": lambda plan: plan["size"] <= 2,
            "in_heaps": lambda plan: plan["size"] > 15,
            "no_freeze": lambda plan: plan["freeze"] < 3,
            "long_freeze": lambda plan: plan["freeze"] > 2 * RUSH,
            "no_switch": lambda plan: plan["switch"] < 50,
        },
        hints=(
            _("Which sizes fail how often? Read it from the shop's releases, by size."),
            _(
                "Try the largest release that is still small, and one that is medium. How long "
                "does the first change wait for the last?"
            ),
            _("How many days before the peak is a failure dear? Stop for these, and no longer."),
        ),
        solution=_(
            "The largest small release: few releases, short waits, few failures. A switch, because "
            "it costs less than the part of the failures that it spares. And a freeze as long as "
            "the rush: {best:.0f} changes, {switch:.0f} % behind a switch, {freeze:.0f} days."
        ).format(best=best["size"], switch=best["switch"], freeze=best["freeze"]),
        code=f"""
            from ecokit import systems
            small = systems.by_size(shop).iloc[0]
            largest = int(small["changes"].split("-")[1])
            {{"size": largest, "switch": 100, "freeze": {RUSH}}}
        """,
    )


def _quarter_prompt(shop: Shop) -> str:
    told: Any = topic.by_size({"releases": shop["releases"]})
    rates = "; ".join(
        _("{size} changes: {failed} of {n} failed").format(size=size, failed=failed, n=n)
        for size, failed, n in zip(told["changes"], told["failed"], told["releases"], strict=True)
    )
    return _(
        "Plan **the quarter before the peak**: {days} days, {changes} changes, which become ready "
        "evenly. A release is ¥{release} of work, ¥{switch} more behind a switch. A change that is "
        "ready and not live costs ¥{waiting} a day: it waits for the others of its release, and "
        "the larger that is, the longer its tests. A release that fails costs ¥{failure:,}, behind "
        "a switch a quarter of it; in the last {rush} days {times} times as much. What the days "
        "without a release hold back goes live after the peak.\n\nThe shop's year: "
        "{rates}.\n\nChoose the size, how many stand behind a switch, and how many days to release "
        "nothing. You are judged by other quarters than the shop's; {near:.0%} of the best cost is "
        "enough."
    ).format(
        days=DAYS,
        changes=CHANGES,
        release=RELEASE,
        switch=SWITCH,
        waiting=WAITING,
        failure=FAILURE,
        rush=RUSH,
        times=TIMES,
        rates=rates,
        near=NEAR,
    )
