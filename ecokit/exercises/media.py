"""Exercises on media: kinds, reach, voice, tone, what a story did, and a crisis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit import decisions
from ecokit import media as topic
from ecokit.errors import CourseError
from ecokit.exercises import sheet
from ecokit.inputs import numbers
from ecokit.messages import _
from ecokit.shop import Shop

DAY = pd.Timedelta(days=1)
BIG = 5_000_000  # readers of a big story, at least
FAR = 40  # days from the ends of the year, and twice those from other events
WEEK = 6 * DAY  # from the first to the last day of a window
RIVAL = "K1"
QUARTER = 2  # whose voices are asked about
GOOD = 1  # the tone whose stories are asked about; the page has the bad ones
CELL_SHARES = [0.4, 0.3, 0.2]  # of the cell above the question of reach
SPREAD = 50  # one bad story in so many becomes a crisis
SOON, LATE = 3, 27  # hours until the answer to a bad story that is seen, or missed
LOOK, ALARM = 5, 10  # minutes for a look at news and posts, and to read one alarm
MONTHS_WAGE = 12 / (52 * 40)  # of an hour, 40 a week
OPEN = (8, 22)  # hours in which somebody works without a phone at night
BEGINS = (7, 21)  # hours of the day between which crises begin
WRITE = 1.0  # hours to write a first answer
NIGHT = 60.0  # yuan for a phone at somebody's bed
DRAWN = 400  # crises that a plan is judged on
SPARE = 1.1  # times the cheapest plan: passes


# --- owned, earned, paid ------------------------------------------------------------------


@sheet.choice(
    id="media-which-kind",
    objective="media-read",
    minutes=3,
    title=_("Whose words are these?"),
    options=("earned", "owned", "paid", "honest"),
)
def which_kind(shop: Shop) -> sheet.ChoiceSheet:
    return sheet.ChoiceSheet(
        prompt=_(
            "A blogger tests phone chargers. You send her one as a gift and pay her ¥3,000 for "
            "the work. She writes what she thinks, good and bad, and puts a link to your shop "
            "under it. Which kind of media is this, and what has to stand on it?"
        ),
        case=("¥3,000",),
        right="paid",
        options={
            "earned": _("Earned: you did not tell her what to write. Nothing has to stand on it."),
            "owned": _("Owned: the link leads to your own shop. Your name has to stand on it."),
            "paid": _("Paid: there is money and a link. 广告 (advertisement) has to stand on it."),
            "honest": _("Paid, but as long as every word is true no mark is needed."),
        },
        reasons={
            "earned": _(
                "Earned is what somebody writes without getting anything for it. She gets a "
                "charger and ¥3,000; her readers must know that."
            ),
            "owned": _(
                "Owned is what you publish yourself. Where a link leads does not decide it; who "
                "writes, and for whose money, does."
            ),
            "paid": _(
                "A test or a report that sells something and has a link to buy it must be marked "
                "广告, so that everybody sees it (Measures for Internet Advertising, article 9)."
            ),
            "honest": _(
                "The mark does not say that something is untrue. It says that this is advertising. "
                "True words need it as well."
            ),
        },
        hints=(
            _("Ask who has paid, not who has written."),
            _("The box on the law on the page has a line on tests with a link."),
        ),
        solution=_("Money or a gift makes it paid, and a test with a link to buy is marked 广告."),
    )


# --- reach and voice ----------------------------------------------------------------------


def _big(shop: Shop) -> pd.DataFrame:
    """Return the big stories about us, in order of time."""
    stories = shop.stories[(shop.stories["about"] == "own") & (shop.stories["reach"] >= BIG)]
    if len(stories) < 2:
        raise CourseError(
            _(
                "The table stories has {n} stories about us with {most:,} readers or more. This "
                "needs two."
            ).format(n=len(stories), most=BIG)
        )
    return stories.sort_values("published_at")


@sheet.number(
    id="media-reach",
    objective="media-reach",
    minutes=4,
    title=_("How many people is that?"),
    unit="share",
    tolerance=0.003,
    mistakes={
        "added_up": _(
            "You added the reaches up. Who has met two of the stories is counted twice then. "
            "Multiply the shares that are missed."
        ),
        "largest": _(
            "That is the largest story alone. The others reach people whom it has missed."
        ),
        "met_all": _(
            "You multiplied the reaches: that is who has met **all** of the stories. Multiply the "
            "shares that are missed, and take the product from 1."
        ),
        "missed": _("That is the share that met none of them. Asked is the other part."),
        "mean": _("You averaged the reaches. Two stories reach more people than one of them."),
        "frequency": _(
            "You divided the sum of the reaches by the people reached: so many stories each of "
            "these people met. Asked is the share of people."
        ),
        "only_two": _("You took the two largest stories. Take all of them."),
    },
)
def reach(shop: Shop) -> sheet.Sheet:
    people = shop.truth["story_audience"]
    stories = _big(shop)
    shares = (stories["reach"] / people).round(3).tolist()
    found = topic.combined_reach(shares)
    told = ", ".join(
        _("{share:.1%} in {month:%B}").format(share=share, month=day)
        for share, day in zip(shares, stories["published_at"], strict=True)
    )
    largest = sorted(shares)
    return sheet.Sheet(
        prompt=_(
            "The largest stories about us reached these shares of the {people:.0f} million people "
            "who follow news of online shops: {told}. Take them as independent of each "
            "other. Which share of the people met **at least one** of them?"
        ).format(people=people / 1e6, told=told),
        case=(_("**at least one**"),),
        right=found.reach,
        wrong={
            "added_up": found.added_up,
            "largest": largest[-1],
            "met_all": math.prod(shares),
            "missed": 1 - found.reach,
            "mean": found.added_up / len(shares),
            "frequency": found.frequency,
            "only_two": topic.combined_reach(largest[-2:]).reach,
        },
        above={_("what the cell prints"): topic.combined_reach(CELL_SHARES).reach},
        hints=(
            _(
                "Begin with those who are missed. Of whom the first has missed, the second misses "
                "its own share."
            ),
            _(
                "1 less the product of (1 - reach). The cell above does it: write these shares "
                "there."
            ),
        ),
        solution=_(
            "1 less the product of what each story misses. Added up they claim {sum:.0%}, which "
            "counts people and not persons: who has met two stories counts twice."
        ).format(sum=found.added_up),
        code=f"""
            from ecokit import media
            media.combined_reach({shares}).reach
        """,
    )


@sheet.number(
    id="media-voice",
    objective="media-reach",
    minutes=5,
    title=_("Who is heard?"),
    unit="share",
    tolerance=0.003,
    mistakes={
        "counted_stories": _(
            "You counted stories. A line in a small paper is not the evening news: add up readers."
        ),
        "every_kind": _(
            "You took owned and paid media, too. Asked is what others tell without being paid: "
            "keep `kind` earned."
        ),
        "whole_year": _("That is the whole year. Keep the three months."),
        "our_voice": _("That is our own share of voice. Asked is that of the competitor."),
        "without_us": _(
            "You left us out below. A share of voice divides by the readers of all, us included."
        ),
        "market_share": _("That is the share of the market. Asked is the share of voice."),
        "other_quarter": _("That is the first quarter, of the cell above. Take the second."),
        "tone": _("That is the tone, from -1 to 1. Asked is the share of readers."),
    },
)
def voice(shop: Shop) -> sheet.Sheet:
    def voices(stories: pd.DataFrame) -> Any:
        return topic.share_of_voice({"stories": stories}).set_index("about")

    earned = shop.stories[shop.stories["kind"] == "earned"]
    quarter = _in_quarter(shop.stories, QUARTER)
    asked, before = (voices(_in_quarter(earned, n)) for n in (QUARTER, QUARTER - 1))
    name = shop.competitors.set_index("competitor_id").loc[RIVAL, "name"]
    of_all = asked["stories"] / asked["stories"].sum()
    others = asked.drop("own")["reach"]
    market = topic.voice_and_market(shop).set_index("seller")["market_share"]
    table = pd.DataFrame(
        {
            _("earned stories"): asked["share_of_voice"],
            _("all stories"): voices(quarter)["share_of_voice"],
        }
    )
    return sheet.Sheet(
        prompt=_(
            "Take the **earned** stories from **April to June**, about us and the competitors. "
            "Which share of voice does {name} ({rival}) have: its part of all their readers?"
        ).format(name=name, rival=RIVAL),
        case=(_("April to June"),),
        right=asked.loc[RIVAL, "share_of_voice"],
        wrong={
            "counted_stories": of_all[RIVAL],
            "every_kind": voices(quarter).loc[RIVAL, "share_of_voice"],
            "whole_year": voices(earned).loc[RIVAL, "share_of_voice"],
            "our_voice": asked.loc["own", "share_of_voice"],
            "without_us": others[RIVAL] / others.sum(),
            "market_share": market[RIVAL],
            "other_quarter": before.loc[RIVAL, "share_of_voice"],
            "tone": asked.loc[RIVAL, "tone"],
        },
        table=table,
        cell=(RIVAL, _("earned stories")),
        hints=(
            _("Readers of its stories, over the readers of all stories of the same kind and time."),
            _("In the cell above write the number of this quarter.").format(),
        ),
        solution=_(
            "Keep the earned stories of the three months, add up `reach` by `about`, and divide by "
            "the sum. Loud is not liked: look at `tone`, too."
        ),
        code=f"""
            from ecokit import media
            day = shop.stories["published_at"].dt
            kept = shop.stories[(day.quarter == {QUARTER}) & (shop.stories["kind"] == "earned")]
            voices = media.share_of_voice({{"stories": kept}}).set_index("about")
            voices.loc["{RIVAL}", "share_of_voice"]
        """,
    )


def _in_quarter(stories: pd.DataFrame, quarter: int) -> pd.DataFrame:
    return stories[stories["published_at"].dt.quarter == quarter]


# --- tone ---------------------------------------------------------------------------------


@sheet.number(
    id="media-recall",
    objective="media-tone",
    minutes=4,
    title=_("How many does the list find?"),
    unit="share",
    tolerance=0.005,
    mistakes={
        "precision": _(
            "You divided by the headlines that the list calls good. That is precision: how far an "
            "alarm can be trusted. Recall divides by those that are good."
        ),
        "found_over_there": _(
            "You divided what the list calls good by what is good. Some that it calls good are "
            "none: take only those that it calls so rightly."
        ),
        "of_all": _(
            "You divided by all headlines. Recall asks of the good ones alone: how many of them "
            "are found?"
        ),
        "missed": _("That is the share that it misses. Asked is the share that it finds."),
        "accuracy": _(
            "That is the share of all headlines judged rightly. It is high for who calls nothing "
            "good, as most headlines are not. Divide the hits by the good ones."
        ),
    },
)
def recall(shop: Shop) -> sheet.Sheet:
    told = topic.tone_methods(shop, tone=GOOD).set_index("method").loc["words_negated"]
    n, there, found, hits = (int(told[name]) for name in ("n", "there", "found", "hits"))
    return sheet.Sheet(
        prompt=_(
            "You want to thank those who write well of a shop, and let the list of words with "
            "negations look for **good** headlines. An editor has labelled {n} headlines, and "
            "calls {there} of them good. The list calls {found} good; the editor agrees with "
            "{hits} of these. What is the recall of the list?"
        ).format(n=n, there=there, found=found, hits=hits),
        case=(_("**good** headlines"),),
        right=hits / there,
        wrong={
            "precision": hits / found if found else None,
            "found_over_there": found / there,
            "of_all": hits / n,
            "missed": 1 - hits / there,
            "accuracy": (n - there - found + 2 * hits) / n,
        },
        hints=(
            _("Recall looks from the side of the good headlines: of these, how many are found?"),
            _("Those found rightly, over those that are there."),
        ),
        solution=_("{hits} of the {there} good headlines are found.").format(
            hits=hits, there=there
        ),
        code=f"""
            from ecokit import media
            told = media.tone_methods(shop, tone={GOOD}).set_index("method")
            told.loc["words_negated", "hits"] / told.loc["words_negated", "there"]
        """,
    )


@dataclass(frozen=True)
class _Watch:
    """What it takes to say what a method costs a year, in numbers as the prompt has them."""

    bad: int
    harm: float
    check: float
    precision: float
    recall: float

    @property
    def alarms(self) -> float:
        """Stories that the method calls bad, in a year."""
        return self.bad * self.recall / self.precision


def _watch(shop: Shop) -> _Watch:
    """Return the year's bad stories about us, and how the plain list of words finds them."""
    told = topic.tone_methods(shop).set_index("method").loc["words"]
    own = shop.stories[shop.stories["about"] == "own"]
    costs = topic.answer_costs([SOON, LATE], **_at_stake(shop))["margin_lost"]
    return _Watch(
        bad=int((own["tone"] == -1).sum()),
        harm=max(round(float(costs[1] - costs[0]) / SPREAD / 10) * 10.0, 10.0),
        check=round(_wage(shop) * ALARM / 60, 1),
        precision=round(float(told["precision"]), 2),
        recall=round(float(told["recall"]), 2),
    )


def _at_stake(shop: Shop) -> dict[str, Any]:
    """Return the clock and the stakes of the shop's crisis, as `answer_costs` takes them."""
    return {"clock": topic.crisis_parameters(shop), **vars(topic.at_stake(shop))}


def _wage(shop: Shop) -> float:
    """Return what an hour of a service guide costs, to the yuan."""
    guides = shop.staff[shop.staff["post_id"] == "service_guide"]
    return float(round(guides["monthly_cost"].mean() * MONTHS_WAGE))


@sheet.number(
    id="media-missed",
    objective="media-tone",
    minutes=5,
    title=_("What the list costs"),
    unit="yuan",
    rel_tolerance=0.01,
    mistakes={
        "only_missed": _("You left out the alarms. Somebody reads each of them: add their cost."),
        "only_alarms": _(
            "You left out what is missed. The stories that the list does not see cost most."
        ),
        "hits_for_alarms": _(
            "You let somebody read the bad stories that are found. The false alarms are read, too: "
            "divide by the precision."
        ),
        "found_for_missed": _(
            "You put the harm on the stories that are found. It comes from those that are missed: "
            "1 - recall."
        ),
        "swapped": _(
            "You took precision for recall. What is missed is told by recall; precision tells how "
            "many alarms there are for each story found."
        ),
        "all_missed": _(
            "That is the harm if nobody looks at all. The list finds a part: take 1 - recall of it."
        ),
    },
)
def missed(shop: Shop) -> sheet.Sheet:
    given = _watch(shop)
    harm = given.bad * (1 - given.recall) * given.harm
    read = given.alarms * given.check
    return sheet.Sheet(
        prompt=_(
            "Of the year's stories about us {bad} are bad. The plain list of words has a "
            "recall of {recall:.2f} and a precision of {precision:.2f} for them. A bad story that "
            "is missed is answered a day later; on average that costs ¥{harm:,.0f}, as one in "
            "{spread} becomes a crisis. A person looks at each alarm, for ¥{check:.2f}. What "
            "does the list cost **a year**: what it misses, and its alarms?"
        ).format(spread=SPREAD, **vars(given)),
        case=(_("**a year**"),),
        right=harm + read,
        wrong={
            "only_missed": harm,
            "only_alarms": read,
            "hits_for_alarms": harm + given.bad * given.recall * given.check,
            "found_for_missed": given.bad * given.recall * given.harm + read,
            "swapped": given.bad
            * (
                (1 - given.precision) * given.harm
                + given.precision / max(given.recall, 0.01) * given.check
            ),
            "all_missed": given.bad * given.harm,
        },
        hints=(
            _("Missed are (1 - recall) of the bad stories."),
            _(
                "Alarms are the stories found, over the precision: of ten alarms, so many are "
                "right."
            ),
        ),
        solution=_(
            "{missed:.0f} stories are missed and {alarms:.0f} alarms read. A missed story costs as "
            "much as {times:,.0f} alarms: where that is so, recall is worth more than precision."
        ).format(
            missed=given.bad * (1 - given.recall),
            alarms=given.alarms,
            times=given.harm / given.check,
        ),
        code=f"""
            bad, recall, precision = {given.bad}, {given.recall}, {given.precision}
            missed, alarms = bad * (1 - recall), bad * recall / precision
            missed * {given.harm:.0f} + alarms * {given.check}
        """,
    )


# --- what a story did ---------------------------------------------------------------------


def _days(shop: Shop) -> list[pd.Timestamp]:
    """Return the days of our big stories and of the crisis."""
    begins = pd.Timestamp(shop.crisis["hour"].min()).normalize()
    days = [pd.Timestamp(day).normalize() for day in _big(shop)["published_at"]]
    return days if pd.isna(begins) else sorted([*days, begins])


@sheet.number(
    id="media-story",
    objective="media-effect",
    minutes=6,
    title=_("What the praise brought"),
    unit="visits",
    rel_tolerance=0.02,
    mistakes={
        "plain_change": _(
            "You took all visits of these days less those of the days before. Campaigns and the "
            "season are in that. Take the event study."
        ),
        "plain_firsts": _(
            "You compared the first visits with those of the seven days before. The season moved "
            "meanwhile: compare with what the days around say."
        ),
        "came": _(
            "That is what came. Some would have come without the story: take off what was expected."
        ),
        "expected": _("That is what was expected without the story. Asked is what it added."),
        "story_not_changed": _(
            "That is the story of the cell above. Change the day to that of the repair."
        ),
        "low_end": _("That is the lower end of the interval. Asked is the effect itself."),
        "high_end": _("That is the upper end of the interval. Asked is the effect itself."),
        "one_day": _("You took the day of the story alone. Take seven days, that day included."),
    },
)
def story(shop: Shop) -> sheet.Sheet:
    asked, other = _praise(shop)
    found, first = (_study(shop, day) for day in (asked, other))
    channels = list(topic.TALKED)
    firsts = shop.visits.sort_values("started_at").drop_duplicates("visitor_id")
    days = firsts.loc[firsts["channel_id"].isin(channels), "started_at"].dt.normalize()
    before = days.between(asked - 7 * DAY, asked - DAY).sum()
    alone = topic.event_study(shop, asked, asked, avoid=_avoid(shop, asked))
    return sheet.Sheet(
        prompt=_(
            "On {day.day} {day:%B} the evening news praised our **free repair**. How many first "
            "visits did the story bring in seven days, that day included, by direct, search and "
            "brand search: the effect of the event study?"
        ).format(day=asked),
        case=(_("**free repair**"),),
        right=found.effect,
        wrong={
            "plain_change": topic.plain_change(shop, asked, asked + WEEK),
            "plain_firsts": days.between(asked, asked + WEEK).sum() - before,
            "came": found.came,
            "expected": found.expected,
            "story_not_changed": first.effect,
            "low_end": found.low,
            "high_end": found.high,
            "one_day": alone.effect,
        },
        hints=(
            _("Take the cell above, and change the day."),
            _(
                "`events` holds the days of the list, counted from 0: write the number of this "
                "story for the 0 in `day = events[0]`. The other large stories and the crisis are "
                "left out of what is learnt from."
            ),
        ),
        solution=_(
            "{found} {came:,.0f} came and {expected:,.0f} were expected. Where the same study was "
            "made without a story, it mostly finds nothing: that is why one may believe it."
        ).format(found=found, came=found.came, expected=found.expected),
        code=f"""
            import pandas as pd
            from ecokit import media
            first, last = pd.Timestamp("{asked:%Y-%m-%d}"), pd.Timestamp("{asked + WEEK:%Y-%m-%d}")
            others = {[f"{day:%Y-%m-%d}" for day in _avoid(shop, asked)]}
            media.event_study(shop, first, last, avoid=others).effect
        """,
    )


def _praise(shop: Shop) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the days of the last and of the first big earned story that is good."""
    stories = _big(shop)
    good = stories[(stories["kind"] == "earned") & (stories["tone"] == GOOD)]["published_at"]
    if len(good) < 2:
        raise CourseError(_("The table stories has fewer than two large good stories about us."))
    return good.iloc[-1].normalize(), good.iloc[0].normalize()


def _usual_story(shop: Shop) -> pd.Series[Any]:
    """Return the largest usual good story about us that is far from other events and the ends."""
    stories = shop.stories
    kept = stories[(stories["about"] == "own") & (stories["kind"] == "earned")]
    kept = kept[(kept["tone"] == GOOD) & (kept["reach"] < BIG)]
    first, last = (
        stories["published_at"].min() + FAR * DAY,
        stories["published_at"].max() - FAR * DAY,
    )
    kept = kept[kept["published_at"].between(first, last)]
    for day in _days(shop):
        kept = kept[(kept["published_at"] - day).abs() > FAR / 2 * DAY]
    if kept.empty:
        raise CourseError(_("The table stories has no usual good story far from the large ones."))
    return kept.loc[kept["reach"].idxmax()]


def _avoid(shop: Shop, day: pd.Timestamp) -> list[pd.Timestamp]:
    return [one for one in _days(shop) if one != day]


def _study(shop: Shop, day: pd.Timestamp) -> Any:
    return topic.event_study(shop, day, day + WEEK, avoid=_avoid(shop, day))


@sheet.choice(
    id="media-report",
    objective="media-effect",
    minutes=4,
    title=_("What do you report?"),
    options=("works", "nothing", "too_small", "longer"),
)
def report(shop: Shop) -> sheet.ChoiceSheet:
    asked = _usual_story(shop)
    day = pd.Timestamp(asked["published_at"]).normalize()
    found = _study(shop, day)
    usual = found.expected / 7
    return sheet.ChoiceSheet(
        prompt=_(
            "On {day.day} {day:%B} {outlet} spoke well of us, to {readers:,.0f} readers. The event "
            "study says of the seven days: {effect:+,.0f} first visits, with a 95 % interval from "
            "{low:+,.0f} to {high:+,.0f}. {usual:.0f} a day are usual. What do you report?"
        ).format(
            day=day,
            outlet=asked["outlet"],
            readers=asked["reach"],
            effect=found.effect,
            low=found.low,
            high=found.high,
            usual=usual,
        ),
        case=(f"{day.day} {day:%B}",),
        right="works" if found.told else "too_small",
        options={
            "works": _("The study tells an effect from nothing. Report it with its interval."),
            "nothing": _("The study shows that the story did nothing."),
            "too_small": _("Too small to know: report the interval, and what it leaves out."),
            "longer": _("Look at other windows, until one of them shows an effect."),
        },
        reasons={
            "works": _(
                "The interval leaves out zero, so chance alone seldom does that. Say the interval, "
                "not the one number in the middle."
            )
            if found.told
            else _(
                "The interval holds zero. The story may have done nothing or a little, and you "
                "cannot tell which."
            ),
            "nothing": _(
                "That is not what an interval says. Beside nothing it has room for effects that "
                "would pay, or nearly so. Not seen is not the same as not there."
            ),
            "too_small": _(
                "An effect of {high:,.0f} first visits is as well inside as none at all. What you "
                "can say: it hardly brought more than that. If less has to be seen, hold a "
                "region out next time."
            ).format(high=max(found.high, 0))
            if not found.told
            else _("The interval leaves out zero. That is enough to know the direction."),
            "longer": _(
                "Of twenty windows one shows an effect of nothing, by chance. The window is chosen "
                "before looking: the day of the story, and the days on which one expects it."
            ),
        },
        hints=(
            _("Does the interval hold zero? Does it hold effects that would matter?"),
            _("Two questions: is there an effect, and could this study have seen it?"),
        ),
        solution=_(
            "Report the interval. Where it holds zero and effects that would pay, the study was "
            "too small for the question."
        ),
        code=f"""
            import pandas as pd
            from ecokit import media
            day = pd.Timestamp("{day:%Y-%m-%d}")
            others = {[f"{one:%Y-%m-%d}" for one in _avoid(shop, day)]}
            found = media.event_study(shop, day, day + pd.Timedelta(days=6), avoid=others)
            "works" if found.told else "too_small"
        """,
    )


# --- the crisis ---------------------------------------------------------------------------


@sheet.choice(
    id="media-first-hour",
    objective="media-crisis",
    minutes=5,
    title=_("The first hour"),
    options=("answer", "delete", "comments", "threaten", "blame", "promise", "wait"),
)
def first_hour(shop: Shop) -> sheet.ChoiceSheet:
    costs = topic.answer_costs([2, 24], **_at_stake(shop))["orders_lost"]
    return sheet.ChoiceSheet(
        prompt=_(
            "Friday, 20:10. A video shows a power bank from our shop that smokes on a table: "
            "200,000 views in two hours, and your scheduled post “Hot deals tonight!” goes out at "
            "21:00. Nobody knows yet what happened. An agency offers to have the video taken down "
            "for ¥8,000. What does the first hour hold?"
        ),
        case=(_("power bank"),),
        right="answer",
        options={
            "answer": _(
                "Stop ads and scheduled posts, brief the desk, keep the video with its time, and "
                "say in public what is known, what is not, and when you will speak next."
            ),
            "delete": _("Pay the ¥8,000, before even more people see it."),
            "comments": _(
                "Order 500 friendly comments under the video, so that it looks balanced."
            ),
            "threaten": _("Write to the author that a lawyer will call unless the video goes."),
            "blame": _("Say that the customer must have used a wrong cable."),
            "promise": _(
                "Say at once that our power banks are safe, and that all buyers get their money "
                "back tomorrow."
            ),
            "wait": _("Say nothing until the laboratory's report is there, in four days."),
        },
        reasons={
            "answer": _(
                "In this shop a first answer after 2 hours instead of 24 saves about {n:.0f} "
                "orders. It needs no cause: “We have seen the video. Do not use the model. We "
                "check the batch and tell you more at nine.” That can be said in an hour."
            ).format(n=costs[1] - costs[0]),
            "delete": _(
                "The video comes back with the story of the payment. And to sell the deletion of "
                "posts can be a crime (2013 interpretation, article 7)."
            ),
            "comments": _(
                "Who sells online may not mislead by made-up reviews and the like (E-commerce Law, "
                "article 17), and five hundred alike are easily seen."
            ),
            "threaten": _(
                "A threat is the next video. If something in it is false, say in public what is "
                "true, and keep the evidence."
            ),
            "blame": _(
                "You do not know that. If it turns out wrong, the second story is worse than the "
                "first; if it is right, it can still be said when it is known."
            ),
            "promise": _(
                "Both are promises before facts. Nobody knows if the power banks are safe, or if "
                "the money can be paid tomorrow. A word that has to be taken back starts the clock "
                "again."
            ),
            "wait": _(
                "Until then others tell the story. Early is worth more than complete: you can say "
                "what you know, and that you are looking."
            ),
        },
        hints=(
            _("What can you know and do within an hour? What can you not know yet?"),
            _("Which of these would you be glad to read about yourself in tomorrow's paper?"),
        ),
        solution=_(
            "Stop, brief, keep, speak: ads and posts off, the desk told, the evidence kept, and an "
            "early answer with what is known."
        ),
    )


@dataclass(frozen=True)
class _Year:
    """A year with one crisis: what readiness costs, and what the answer's hour loses."""

    wage: float
    approval: float
    clock: Any
    stakes: dict[str, float]

    def ready(self, plan: sheet.PlanAnswer) -> float:
        """Return the yuan a year for looks at the news and for a phone at night."""
        awake = 24 if plan["phone"] else OPEN[1] - OPEN[0]
        looks = 365 * awake / plan["look"]
        return float(looks * self.wage * LOOK / 60 + 365 * NIGHT * plan["phone"])

    def hours(self, plan: sheet.PlanAnswer, seed: int) -> NDArray[np.float64]:
        """Return the hours until the first answer, in crises drawn at random."""
        rng = numbers.generator("seed", seed)
        begins = rng.uniform(*BEGINS, DRAWN)
        unseen = rng.uniform(0, 1, DRAWN) * plan["look"]
        yes = self.approval * rng.exponential(size=(DRAWN, 4))[:, : int(plan["readers"])]
        agreed = yes.max(axis=1) if plan["at_once"] else yes.sum(axis=1)
        needed = unseen + plan["facts"] + WRITE + agreed
        return needed if plan["phone"] else _by_day(begins, needed)

    def lost(self, plan: sheet.PlanAnswer, seed: int) -> float:
        """Return the mean margin that a crisis loses under a plan, in yuan."""
        costs = topic.answer_costs(self.hours(plan, seed), clock=self.clock, **self.stakes)
        return float(costs["margin_lost"].mean())

    def cost(self, plan: sheet.PlanAnswer, seed: int) -> float:
        """Return what a plan costs a year, in yuan."""
        return self.ready(plan) + self.lost(plan, seed)

    def best(self, seed: int) -> sheet.PlanAnswer:
        """Return the cheapest plan: one reader and no waiting are always cheapest."""
        plans = [
            {"look": float(look), "phone": float(phone), "facts": 0.0, "readers": 1.0, "at_once": 0}
            for look, phone in product(range(1, 25), (0, 1))
        ]
        return min(plans, key=lambda plan: self.cost(plan, seed))


def _by_day(begins: NDArray[Any], needed: NDArray[Any]) -> NDArray[np.float64]:
    """Return the hours that pass while `needed` hours are worked, none of them at night."""
    day = OPEN[1] - OPEN[0]
    start = np.clip(begins, *OPEN) - OPEN[0]  # of the working day
    worked = start + needed
    nights, rest = np.divmod(worked, day)
    return np.asarray(24 * nights + rest + OPEN[0] - begins)


@lru_cache(maxsize=1)
def _year(shop: Shop) -> _Year:
    stake = _at_stake(shop)
    clock = stake.pop("clock")
    minutes = decisions.waiting(shop, by=None)["mean"].iloc[0]
    return _Year(_wage(shop), round(float(minutes)) / 60, clock, stake)


TUNED, JUDGED = 1, 2  # seeds: a plan is judged on crises that it was not tuned on


@sheet.plan(
    id="media-ready",
    objective="media-crisis",
    minutes=10,
    title=_("How ready will you be?"),
    fields=(
        sheet.Field(
            "look", _("Hours between two looks at news and posts"), 1, 24, start=24, unit="hours"
        ),
        sheet.Field("phone", _("Somebody with a phone at night (0 no, 1 yes)"), 0, 1),
        sheet.Field(
            "facts", _("Hours to wait for facts before you write"), 0, 48, start=24, unit="hours"
        ),
        sheet.Field(
            "readers", _("People who must agree to the first answer"), 1, 4, start=3, unit="people"
        ),
        sheet.Field("at_once", _("Ask them one after another (0) or all at once (1)"), 0, 1),
    ),
    mistakes={
        "waits_for_facts": _(
            "You wait for facts before you write. The first answer needs none: it says what is "
            "known, and when more will be. Each hour early in a crisis is the dearest one."
        ),
        "everybody_signs": _(
            "You let several people agree one after another, and each takes about two hours. "
            "One reader besides the writer is enough for a first answer; or ask all at once."
        ),
        "nobody_looks": _(
            "You look so seldom that the crisis is hours old when you hear of it. Look more often."
        ),
        "always_looks": _(
            "You look so often that looking costs more in a year than the hours it saves. Set the "
            "cost of one look more beside the hours that it saves."
        ),
        "pays_the_night": _(
            "You pay a phone for 365 nights, for one crisis a year. Compare what it costs with "
            "what an answer some hours earlier saves."
        ),
    },
)
def ready(shop: Shop) -> sheet.PlanSheet:
    year = _year(shop)
    best = year.best(TUNED)
    goal = SPARE * year.cost(best, JUDGED)
    told = (
        _("A look every {look:.0f} hours and the nights cost ¥{ready:,.0f} a year."),
        _("The first answer comes after {hours:.1f} hours, half of the time sooner."),
        _("A crisis loses ¥{lost:,.0f}; together ¥{cost:,.0f}, and ¥{goal:,.0f} are asked."),
    )

    def score(plan: sheet.PlanAnswer) -> sheet.Score:
        paid, lost = year.ready(plan), year.lost(plan, JUDGED)
        cost = paid + lost
        words = {
            "look": plan["look"],
            "ready": paid,
            "hours": float(np.median(year.hours(plan, JUDGED))),
            "lost": lost,
            "cost": cost,
            "goal": goal,
        }
        passed = bool(cost <= goal)
        points = 100 if passed else min(99, round(100 * (goal / cost) ** 1.5))
        return sheet.Score(points, passed, tuple(line.format(**words) for line in told))

    def dearer(plan: sheet.PlanAnswer, **change: float) -> bool:
        """Say whether a plan costs clearly more than with a change."""
        return year.cost(plan, JUDGED) > 1.03 * year.cost({**plan, **change}, JUDGED)

    def failing(plan: sheet.PlanAnswer) -> bool:
        return year.cost(plan, JUDGED) > goal

    return sheet.PlanSheet(
        prompt=_(
            "Plan how ready the shop is for the next crisis, one a year. It begins between "
            "{begins[0]}:00 and {begins[1]}:00. You hear of it at the next look at news and posts; "
            "a look takes {read} minutes at ¥{wage:.0f} an hour. Then you may wait for facts, "
            "write for an hour, and have at least one other person agree, which takes "
            "{approval:.1f} hours each on average. Without a phone at night all this rests "
            "from {open[1]}:00 to {open[0]}:00; the phone costs ¥{night:.0f} a night. What looks "
            "and nights cost in a year and the margin that the crisis loses may be ¥{goal:,.0f} "
            "together.\n\n"
            "The crisis does what the last one did, by the crisis clock, with "
            "{visits:.0f} first visits on a usual day. No person is in danger: where somebody may "
            "be hurt, you stop selling and warn at once, and nobody makes sums."
        ).format(
            begins=BEGINS,
            read=LOOK,
            wage=year.wage,
            approval=year.approval,
            open=OPEN,
            night=NIGHT,
            goal=goal,
            visits=year.stakes["visits_a_day"],
        ),
        right=best,
        score=score,
        wrong={
            "waits_for_facts": {**best, "facts": 24.0},
            "everybody_signs": {**best, "readers": 4.0},
            "nobody_looks": {**best, "look": 24.0},
            "always_looks": {**best, "look": 1.0},
            "pays_the_night": {**best, "phone": 1.0},
        },
        detects={
            "waits_for_facts": lambda plan: plan["facts"] > 2 and failing(plan),
            "everybody_signs": lambda plan: (
                plan["readers"] > 1 and not plan["at_once"] and failing(plan)
            ),
            "pays_the_night": lambda plan: (
                bool(plan["phone"]) and failing(plan) and dearer(plan, phone=0)
            ),
            "nobody_looks": lambda plan: plan["look"] > best["look"] and failing(plan),
            "always_looks": lambda plan: plan["look"] < best["look"] and failing(plan),
        },
        hints=(
            _(
                "What does an hour cost early in the crisis? The table of the crisis clock tells "
                "it for each answer: change its hours."
            ),
            _(
                "Which of the hours until the answer cost nothing to save? Begin there: facts, and "
                "who must agree."
            ),
            _(
                "Then set the looks: on average you hear of it after half of the hours between "
                "two. Halving these hours doubles their cost."
            ),
        ),
        solution=_(
            "Write with what is known, let one person read it, and look every {look:.0f} hours. "
            "Hours that cost nothing to save come first; readiness is bought up to where one look "
            "more costs what it saves. With {n:.0f} first visits a day the shop is small: with "
            "ten times as many, more looks and the phone would pay."
        ).format(look=best["look"], n=year.stakes["visits_a_day"]),
        code="""
            from ecokit import media
            known = media.at_stake(shop)
            clock = media.crisis_parameters(shop)
            costs = media.answer_costs([3, 6, 12, 24], clock=clock, **vars(known))
            print(costs[["answer", "margin_lost"]])  # beside a look: five minutes of the desk
            {code}
        """.replace("{code}", repr(best)),
    )
