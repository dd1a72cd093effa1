"""Exercises on decisions: how long, where, how likely in time, how dear, and what to change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pandas as pd

from ecokit import decisions as topic
from ecokit.exercises import sheet
from ecokit.messages import _
from ecokit.shop import Shop


def _campaigns(shop: Shop) -> dict[str, pd.DataFrame]:
    """Return the tables of campaign decisions: decisions and approvals."""
    decisions = shop.decisions[shop.decisions["kind"] == "campaign"]
    approvals = shop.approvals[shop.approvals["decision_id"].isin(decisions["decision_id"])]
    return {"decisions": decisions, "approvals": approvals}


CLEAR = 0.02  # shares nearer than this are not told apart
LAYERS = {1: "one layer", 2: "two layers", 3: "three layers"}
TRIED = (2, 45)  # layers and minutes that the cell of the notebook tries, in two ways
TRIED_AS = (
    _("two layers of 45 minutes, one after another"),
    _("two layers of 45 minutes, all at once"),
)
TRIED_HOURS = "product"  # the kind whose hours the cell of the notebook tells
PRODUCT_POSTS = {"product_manager": "traffic_manager"}  # who is the first to answer, in its place
TRIED_LOSS = "service"  # the kind whose loss the cell of the notebook tells


@sheet.table(
    id="decisions-share-in-window",
    objective="decisions-measure",
    minutes=4,
    title=_("Which share meets its window?"),
    unit="share",
    tolerance=0.005,
    key="kind",
    value="in_window",
    mistakes={
        "one_window_for_all": _(
            "You measured every kind against the 120 minutes of a campaign. A product decision has "
            "two days, a service decision four hours: use `window_minutes`."
        ),
        "counted_late": _(
            "These are the shares that came too late. Asked are those inside the window."
        ),
        "all_layers": _(
            "These are the shares of all decisions. Asked are those that two posts approved: group "
            "by kind and layers, and read the rows with two layers."
        ),
        "three_layers": _(
            "These are the rows with three layers. Layers are the posts that approve; who asks is "
            "none of them. Read the rows with two."
        ),
        "left_out_the_rejected": _(
            "You left out what was rejected. A rejected decision took its time, too: count it."
        ),
        "approved_of_all": _(
            "You counted what was approved inside the window. A decision to reject is made, too: "
            "ask only whether it came in time."
        ),
        "low_end": _(
            "This is the column `low`, the lower end of the interval. The share itself stands in "
            "`in_window`."
        ),
        "high_end": _(
            "This is the column `high`, the upper end of the interval. The share itself stands in "
            "`in_window`."
        ),
    },
)
def share_in_window(shop: Shop) -> sheet.TableSheet:
    def kinds(decisions: pd.DataFrame) -> pd.DataFrame:
        return topic.summarise({"decisions": decisions}, by="kind").set_index("kind")

    def shares(decisions: pd.DataFrame) -> pd.Series:
        return kinds(decisions)["in_window"]

    two = shop.decisions[shop.decisions["layers"] == 2]
    told, approved = kinds(two), two["outcome"] == "approved"
    right = told["in_window"]
    part, kept = approved.groupby(two["kind"]).mean(), shares(two[approved])
    layers = topic.summarise(shop, by=["layers", "kind"]).pivot_table("in_window", "kind", "layers")
    return sheet.TableSheet(
        prompt=_(
            "Each decision has a window, in the column `window_minutes`. Take the decisions that "
            "**two** posts approved. Which share of each kind was made inside its own window? A "
            "rejected decision is a decision too."
        ),
        right=right,
        wrong={
            "one_window_for_all": shares(two.assign(window_minutes=120.0)),
            "counted_late": 1 - right,
            "all_layers": shares(shop.decisions),
            "three_layers": layers[3],
            "left_out_the_rejected": kept if (kept - right).abs().max() > CLEAR else None,
            "approved_of_all": kept * part,
            "low_end": told["low"],
            "high_end": told["high"],
        },
        table=layers.drop(columns=[2, 3]).rename(columns=LAYERS),
        hints=(
            _("The minutes of a decision run from `raised_at` to `decided_at`."),
            _(
                'In the cell above write `by = ["kind", "layers"]`, and read `in_window` in '
                "the rows with two layers."
            ),
        ),
        solution=_(
            "Compare the minutes of each decision with its own window, and take the mean of the "
            "comparison by kind: `summarise` does this and adds an interval."
        ),
        case=("**two** posts approved",),
        code="""
            from ecokit import decisions
            told = decisions.summarise(shop, by=["kind", "layers"]).query("layers == 2")
            told.set_index("kind")["in_window"]
        """,
    )


@sheet.number(
    id="decisions-nine-of-ten",
    objective="decisions-measure",
    minutes=3,
    title=_("By when are nine of ten made?"),
    unit="minutes",
    rel_tolerance=0.02,  # ways to count nine of ten of a few dozen lie so far apart
    mistakes={
        "mean": _(
            "This is the mean. Many decisions take longer than the mean, far more than one in ten. "
            "A promise needs a percentile."
        ),
        "median": _(
            "This is the median: every second decision takes longer. Go up to nine of ten."
        ),
        "nine_tenths_of_longest": _(
            "This is 90 % of the longest time. The 90th percentile counts decisions, not minutes: "
            "nine of ten decisions lie below it."
        ),
        "all_kinds": _("You took all kinds together. Keep the campaign decisions only."),
        "all_layers": _(
            "You took campaign decisions of any number of layers. Keep those that three posts "
            "approved."
        ),
        "sum_of_percentiles": _(
            "You took three times the 90th percentile of one layer. Means add up, percentiles do "
            "not: three slow answers seldom meet in one decision."
        ),
        "one_long_wait": _(
            "You took one long exponential time with the mean of these decisions. Three waits, one "
            "after another, spread less. Read the 90th percentile of the decisions themselves."
        ),
        "the_formula": _(
            "This is what the formula expects of three layers. Asked is what the decisions of this "
            "shop took."
        ),
        "two_layers": _(
            "These are the campaign decisions with two layers. Keep those that three posts "
            "approved."
        ),
        "one_layer": _(
            "These are the campaign decisions with one layer. Keep those that three posts approved."
        ),
        "nine_tenths_of_the_mean": _(
            "This is 90 % of the mean. The 90th percentile counts decisions, not minutes: nine of "
            "ten decisions lie below it."
        ),
        "the_fastest": _(
            "Within this time one of ten is made. You need the time within which nine of ten are."
        ),
    },
)
def nine_of_ten(shop: Shop) -> sheet.Sheet:
    timed = topic.add_minutes(shop.decisions[shop.decisions["layers"] == 3])
    minutes = timed.loc[timed["kind"] == "campaign", "minutes"]
    path, layers = topic.DecisionTime.of, topic.summarise(_campaigns(shop), by="layers")
    p90 = layers.set_index("layers")["p90"]
    layers = layers.set_index("layers").rename(index=LAYERS)
    layers = layers.rename(index="campaigns with {}".format)[["median", "mean", "p90"]]
    layers.loc[[f"campaigns with {LAYERS[n]}" for n in (1, 2)], "p90"] = float("nan")
    kinds = topic.summarise(shop, by="kind").set_index("kind").rename(index="{} of any size".format)
    return sheet.Sheet(
        prompt=_(
            "You want to promise partners an answer on their dearest campaigns. Take the "
            "**campaign** decisions that **three** posts approved. After how many minutes are nine "
            "of ten of them made?"
        ),
        right=minutes.quantile(0.9),
        wrong={
            "mean": minutes.mean(),
            "median": minutes.median(),
            "nine_tenths_of_longest": 0.9 * minutes.max(),
            "all_kinds": timed["minutes"].quantile(0.9),
            "all_layers": topic.summarise(_campaigns(shop), by=None)["p90"].iloc[0],
            "sum_of_percentiles": 3 * p90[1],
            "one_long_wait": path(1, minutes.mean()).ppf(0.9),
            "the_formula": path(3, _approval(_campaigns(shop))).ppf(0.9),
            "two_layers": p90[2],
            "one_layer": p90[1],
            "nine_tenths_of_the_mean": 0.9 * minutes.mean(),
            "the_fastest": minutes.quantile(0.1),
        },
        table=pd.concat([layers, kinds.drop("campaign of any size")])[["median", "mean", "p90"]],
        cell=("campaigns with three layers", "p90"),
        above={
            words: path(*TRIED, parallel=bool(parallel)).ppf(0.9)
            for parallel, words in enumerate(TRIED_AS)
        },
        hints=(
            _("Sort the times from fast to slow and go nine tenths of the way up."),
            _(
                "That is the 90th percentile. In the first cell of this section write `by = "
                '["kind", "layers"]`, and read `p90` in the row.'
            ),
        ),
        solution=_(
            "Take the campaign decisions with three layers, add their minutes with "
            "`decisions.add_minutes`, and read the 90th percentile."
        ),
        case=("**three** posts approved",),
        code="""
            from ecokit import decisions
            told = decisions.summarise(shop, by=["kind", "layers"]).set_index(["kind", "layers"])
            told.loc[("campaign", 3), "p90"]
        """,
    )


def _other_hours(shop: Shop) -> pd.DataFrame:
    """Return what the cell says of the kinds that are not asked for, a column for each number."""
    told: dict[str, pd.Series] = {}
    for kind in ("product", "service"):
        ids = shop.decisions.loc[shop.decisions["kind"] == kind, "decision_id"]
        asked = {"approvals": shop.approvals[shop.approvals["decision_id"].isin(ids)]}
        waits = topic.waiting(asked).set_index("post_id")
        told |= {f"{column}, {kind} decisions": waits[column] for column in ("hours", "mean")}
    return pd.DataFrame(told)


@sheet.table(
    id="decisions-hours-by-post",
    objective="decisions-locate",
    minutes=4,
    title=_("Where do campaign decisions wait?"),
    unit="hours",
    rel_tolerance=0.01,
    key="post_id",
    value="hours",
    labels={
        "traffic_manager": _("Traffic manager"),
        "finance": _("Finance lead"),
        "general_manager": _("General manager"),
    },
    mistakes={
        "mean_wait": _(
            "These are the mean minutes of one wait: how slow a post is. Asked is how much waiting "
            "there was in all, in hours."
        ),
        "all_kinds": _("You counted the approvals of all kinds. Keep those of campaign decisions."),
        "in_minutes": _("These are minutes. Divide by 60: the answer is asked in hours."),
        "counted_requests": _(
            "These are the requests: how often a post was asked. Asked is how many hours it took "
            "for all of them."
        ),
        "median_wait": _(
            "These are the median minutes of one wait. Asked is how much waiting there was in all, "
            "in hours."
        ),
        "for_a_month": _("These are the hours of a month. Asked are those of the whole year."),
        "for_one_decision": _(
            "You divided by the campaign decisions. Asked are the hours of all of them together."
        ),
        "only_approved": _(
            "You left out the decisions that were rejected in the end. They waited, too: count all "
            "campaign decisions."
        ),
        "as_it_stands": _(
            "That is the cell as it stands, with the hours of product decisions. Change `kind` to "
            '`"campaign"`.'
        ),
    },
)
def hours_by_post(shop: Shop) -> sheet.TableSheet:
    campaigns = _campaigns(shop)
    waits = topic.waiting(campaigns).set_index("post_id")
    made = campaigns["decisions"].query("outcome == 'approved'")["decision_id"]
    approved = campaigns["approvals"][campaigns["approvals"]["decision_id"].isin(made)]
    every = shop.approvals[shop.approvals["post_id"].isin(waits.index)]
    others = _other_hours(shop)
    stands = others[f"hours, {TRIED_HOURS} decisions"].rename(PRODUCT_POSTS)
    stands = stands[~stands.index.duplicated()].reindex(waits.index)
    return sheet.TableSheet(
        prompt=_(
            "How many hours did **campaign** decisions wait at each post, all decisions of the "
            "year together?"
        ),
        right=waits["hours"],
        wrong={
            "mean_wait": waits["mean"],
            "all_kinds": topic.waiting({"approvals": every}).set_index("post_id")["hours"],
            "in_minutes": 60 * waits["hours"],
            "counted_requests": waits["approvals"],
            "median_wait": waits["median"],
            "for_a_month": waits["hours"] / 12,
            "for_one_decision": waits["hours"] / len(campaigns["decisions"]),
            "only_approved": topic.waiting({"approvals": approved}).set_index("post_id")["hours"],
            "as_it_stands": None if stands.isna().any() else stands,
        },
        table=waits[["hours"]].join(others),
        column="hours",
        hints=(
            _("Each row of `approvals` is one wait, from `asked_at` to `answered_at`."),
            _(
                "Keep the approvals whose `decision_id` is a campaign decision, then add up by "
                "post."
            ),
            _('In the cell above write `kind = "campaign"`, and read `hours`.'),
        ),
        solution=_(
            "Filter the approvals to campaign decisions; `waiting` adds up the hours by post. The "
            "mean waits differ far less than the hours: the first post has most of them because "
            "every decision passes it."
        ),
        code="""
            from ecokit import decisions
            campaigns = shop.decisions.query("kind == 'campaign'")["decision_id"]
            approvals = shop.approvals[shop.approvals["decision_id"].isin(campaigns)]
            decisions.waiting({"approvals": approvals}).set_index("post_id")["hours"]
        """,
    )


@sheet.number(
    id="decisions-three-layers",
    objective="decisions-predict",
    minutes=5,
    title=_("Three layers and two hours"),
    unit="share",
    tolerance=0.01,
    mistakes={
        "one_long_approval": _(
            "You took one approval with three times the mean. The sum of three times spreads less "
            "than one long time: use the Erlang distribution."
        ),
        "all_at_once": _(
            "You multiplied the three chances to answer within 120 minutes. That is right when all "
            "are asked at once; here each waits for the one before."
        ),
        "one_layer": _("This is the share for a single approval. Three must follow one another."),
        "read_the_data": _(
            "This is what last year's decisions with three layers did. Asked is what the formula "
            "expects: it is not bound to the luck of one year."
        ),
        "two_layers": _("This is the share for two approvals. Three must follow one another."),
        "too_late": _("This is the share that comes too late. Asked is the share in time."),
        "left_the_minutes": _(
            "You changed the layers and left the {minutes} minutes of the cell. Write the minutes "
            "of the question into it, too."
        ).format(minutes=TRIED[1]),
        "cell_unchanged": _(
            "This is the cell as it stands: two layers of {minutes} minutes. Write three layers "
            "and the minutes of the question into it."
        ).format(minutes=TRIED[1]),
        "last_line_of_the_cell": _(
            "This is the last line of the cell as it stands: two layers of {minutes} minutes, all "
            "at once. Change both numbers, and read the lines of one after another."
        ).format(minutes=TRIED[1]),
        "left_the_minutes_at_once": _(
            "You left the {minutes} minutes of the cell, and read the line of all at once. Write "
            "the minutes of the question into it, and read the lines of one after another."
        ).format(minutes=TRIED[1]),
        "two_at_once": _(
            "This is the share for two approvals that are asked all at once. Here are three, one "
            "after another."
        ),
        "minutes_of_one_layer": _(
            "You took the minutes of the decisions with one layer, the first row of the table of "
            "fits. Take those of the question."
        ),
        "two_layers_of_that_row": _(
            "You left two layers, and took the minutes from the first row of the table of fits. "
            "Three posts approve, and the minutes stand in the question."
        ),
        "that_row_at_once": _(
            "You took the minutes from the first row of the table of fits, and read the line of "
            "all at once. The minutes stand in the question, and each post waits for the one "
            "before."
        ),
        "one_long_wait_of_that_row": _(
            "You took one approval of three times the minutes in the first row of the table of "
            "fits. Three times, one after another, spread less than one long time; and the minutes "
            "stand in the question."
        ),
        "read_the_model": _(
            "This is the column `model` of the table of fits: it takes the mean of the decisions "
            "with three layers. Take the minutes of the question."
        ),
        "window_over_mean": _(
            "You divided the window by the mean of three approvals. A part of the mean is no "
            "chance: some decisions are far faster, others far slower."
        ),
    },
)
def three_layers(shop: Shop) -> sheet.Sheet:
    minutes = float(topic.waiting(_campaigns(shop), by=None)["mean"].iloc[0])
    path, fit = topic.DecisionTime.of, topic.fit_layers(_campaigns(shop)).set_index("layers")
    first = float(fit["per_layer"][1])
    return sheet.Sheet(
        prompt=_(
            "In this shop one approval of a campaign decision takes **{minutes:.1f} minutes** on "
            "average, with an exponential distribution. Three posts approve, one after another. "
            "Which share of such decisions is made within 120 minutes?"
        ).format(minutes=minutes),
        right=path(3, minutes).cdf(120),
        wrong={
            "one_long_approval": path(1, 3 * minutes).cdf(120),
            "all_at_once": path(3, minutes, parallel=True).cdf(120),
            "one_layer": path(1, minutes).cdf(120),
            "read_the_data": fit["in_window"][3],
            "two_layers": path(2, minutes).cdf(120),
            "too_late": 1 - path(3, minutes).cdf(120),
            "left_the_minutes": path(3, TRIED[1]).cdf(120),
            "cell_unchanged": path(*TRIED).cdf(120),
            "last_line_of_the_cell": path(*TRIED, parallel=True).cdf(120),
            "left_the_minutes_at_once": path(3, TRIED[1], parallel=True).cdf(120),
            "two_at_once": path(2, minutes, parallel=True).cdf(120),
            "minutes_of_one_layer": path(3, first).cdf(120),
            "two_layers_of_that_row": path(2, first).cdf(120),
            "that_row_at_once": path(3, first, parallel=True).cdf(120),
            "one_long_wait_of_that_row": path(1, 3 * first).cdf(120),
            "read_the_model": fit["model"][3],
            "window_over_mean": 120 / (3 * minutes) if 3 * minutes > 120 else None,
        },
        hints=(
            _("Three exponential times, one after another, add up to an Erlang distribution."),
            _("With x = 120 / mean the share is 1 - exp(-x) (1 + x + x²/2)."),
            _(
                "Or write layers and mean into the first cell of this section, and read the share "
                "of one after another."
            ),
        ),
        solution=_(
            "Build the path with `DecisionTime.of(3, minutes)` and ask for `cdf(120)`: the area of "
            "the Erlang distribution inside the window."
        ),
        code="""
            from ecokit import decisions
            campaigns = shop.decisions.query("kind == 'campaign'")["decision_id"]
            approvals = shop.approvals[shop.approvals["decision_id"].isin(campaigns)]
            minutes = decisions.waiting({"approvals": approvals}, by=None)["mean"].iloc[0]
            decisions.DecisionTime.of(layers=3, minutes=minutes).cdf(120)
        """,
    )


@sheet.number(
    id="decisions-price-of-waiting",
    objective="decisions-price",
    minutes=4,
    title=_("What did waiting cost?"),
    unit="yuan",
    rel_tolerance=0.005,
    mistakes={
        "counted_rejected": _(
            "You counted the potential of rejected decisions as lost. They were turned down, not "
            "late: keep the approved ones."
        ),
        "only_after_window": _(
            "You counted only decisions that missed the window. Those inside it lost value too: it "
            "fades from the first minute."
        ),
        "all_kinds": _("This is the loss of all three kinds. Keep the campaign decisions."),
        "took_the_potential": _(
            "This is what the approved decisions could have earned. Take away what they did earn."
        ),
        "took_the_effect": _(
            "This is what the approved decisions did earn. Take it away from what they could have "
            "earned."
        ),
        "cell_unchanged": _(
            "This is what service decisions lost, as the cell stands. Change `kind` to "
            '`"campaign"`.'
        ),
        "product_decisions": _(
            'This is what product decisions lost. Change `kind` to `"campaign"`.'
        ),
        "for_one_decision": _(
            "This is the loss of one decision on average. Asked is that of all of them together."
        ),
        "for_a_month": _("This is the loss of a month. Asked is that of the whole year."),
        "only_the_rejected": _(
            "This is the potential of the rejected decisions. They were turned down, not late: "
            "take the approved ones, and their potential less their effect."
        ),
        "potential_of_all": _(
            "This is the potential of all campaign decisions, the rejected ones too. Keep the "
            "approved ones, and take away what they did earn."
        ),
    },
)
def price_of_waiting(shop: Shop) -> sheet.Sheet:
    def lost(decisions: pd.DataFrame) -> float:
        return topic.lost_value({"decisions": decisions}, by=None)["lost"].iloc[0]

    campaigns = _campaigns(shop)["decisions"]
    timed = topic.add_minutes(campaigns)
    approved = campaigns[campaigns["outcome"] == "approved"]
    kinds = topic.lost_value(shop, by="kind").set_index("kind")["lost"]
    potential = campaigns["potential"].sum()
    return sheet.Sheet(
        prompt=_(
            "How many yuan of margin did the shop lose in the year because approved **campaign** "
            "decisions were not made at once? Take the potential less the effect."
        ),
        right=lost(campaigns),
        wrong={
            "counted_rejected": (campaigns["potential"] - campaigns["effect"]).sum(),
            "only_after_window": lost(timed[timed["minutes"] > timed["window_minutes"]]),
            "all_kinds": lost(shop.decisions),
            "took_the_potential": approved["potential"].sum(),
            "took_the_effect": approved["effect"].sum(),
            "cell_unchanged": kinds[TRIED_LOSS],
            "product_decisions": kinds["product"],
            "for_one_decision": lost(campaigns) / len(approved),
            "for_a_month": lost(campaigns) / 12,
            "only_the_rejected": potential - approved["potential"].sum(),
            "potential_of_all": potential,
        },
        table=topic.lost_value(shop, by="kind").set_index("kind")[["potential", "effect"]],
        hints=(
            _("A rejected decision has no effect, but not because it came late."),
            _("Value fades from the first minute on, not only after the window."),
            _('In the cell above write `kind = "campaign"`: it says what they lost.'),
        ),
        solution=_(
            "Keep the approved campaign decisions and add up potential less effect: `lost_value` "
            "does both, in whole fen."
        ),
        code="""
            from ecokit import decisions
            lost = decisions.lost_value(shop, by="kind").set_index("kind")
            lost.loc["campaign", "lost"]
        """,
    )


RAISED = 1_800  # yuan, a mandate above today's
CHANGES = {
    "a": topic.Change(_("Finance no longer approves"), without=("finance",)),
    "b": topic.Change(_("All posts are asked at the same moment"), parallel=True),
    "c": topic.Change(
        _("The traffic manager answers a third faster"), faster={"traffic_manager": 2 / 3}
    ),
    "d": topic.Change(
        _("Up to ¥{mandate:,} the traffic manager decides alone").format(mandate=RAISED),
        mandate=RAISED,
    ),
}
WHY = {
    "a": _("Only decisions with three layers pass finance: few, though the dearest."),
    "b": _("It shortens every path with two layers or three, but none with one."),
    "c": _("It touches every decision, as all of them pass the traffic manager."),
    "d": _("It frees the decisions just above today's limit, and these hold little of the money."),
}


@sheet.choice(
    id="decisions-best-change",
    objective="decisions-choose",
    minutes=5,
    title=_("Which change keeps most margin?"),
    options=tuple(CHANGES),
)
def best_change(shop: Shop) -> sheet.ChoiceSheet:
    campaigns = _campaigns(shop)
    half_life = topic.fading(campaigns).half_life
    changes = [topic.Change("Today"), *CHANGES.values()]
    late = campaigns["decisions"][campaigns["decisions"]["raised_at"].dt.quarter == 4]
    quarter = campaigns | {"decisions": late}
    today, *others = topic.what_if(quarter, changes=changes, half_life=half_life)["margin"]
    gains = {key: margin - today for key, margin in zip(CHANGES, others, strict=True)}
    best = max(gains, key=gains.__getitem__)

    def reason(key: str) -> str:
        words = _("It would have kept {gain} more, the most of the four. {why}")
        if key != best:
            words = _(
                "It would have kept {gain} more; the best of the four keeps {most} more. {why}"
            )
        told = {"gain": sheet.yuan(gains[key]), "most": sheet.yuan(gains[best])}
        return words.format(why=WHY[key], **told)

    return sheet.ChoiceSheet(
        prompt=_(
            "Four changes of the approval path of **campaign** decisions are on the table. Replay "
            "the **fourth quarter**, the rush, with each. Which one would have kept the most "
            "margin?"
        ),
        right=best,
        options={key: change.label for key, change in CHANGES.items()},
        reasons={key: reason(key) for key in CHANGES},
        hints=(
            _(
                "Ask of each change: how many decisions does it touch, and how much money is in "
                "them?"
            ),
            _(
                "The cell above replays one quarter with these changes: write `quarter = 4`, and "
                "compare the yuan beside the bars."
            ),
        ),
        solution=_(
            "Write the four as `decisions.Change`, replay the quarter with `what_if`, and compare "
            "the column `margin`. The half-life is that of the year: "
            "`decisions.fading(campaign).half_life`."
        ),
        case=("fourth quarter",),
        code="""
            from ecokit import decisions as d
            year = shop.decisions.query("kind == 'campaign'")
            half_life = d.fading({"decisions": year}).half_life
            rush = year[year["raised_at"].dt.quarter == 4]
            rush = {"decisions": rush, "approvals": shop.approvals}
            a, b = d.Change("a", without=("finance",)), d.Change("b", parallel=True)
            c, e = d.Change("c", faster={"traffic_manager": 2 / 3}), d.Change("d", mandate=1800)
            margins = d.what_if(rush, changes=[a, b, c, e], half_life=half_life)
            margins.set_index("change")["margin"].idxmax()
        """,
    )


CONTROL = 0.5  # share of today's money under two or more approvals that must stay there
WINDOW = 120  # minutes in which a campaign decision is to be made
DEPUTY_SPEED = 0.5  # of the first wait that remains with a deputy
DEPUTY_SHARE = 0.5  # of a working time: who answers twice as fast has to be at hand


@dataclass(frozen=True)
class _Outcome:
    """What is to be expected of a plan in a year with last year's decisions."""

    start: float  # share of the decisions made inside the window today
    goal: float  # share of the decisions that has to be made inside the window
    share: float  # of the decisions, made inside the window
    control: float  # of the money under two approvals or more, still there
    gain: float  # yuan of margin beyond today's, after the deputy's cost

    def score(self) -> sheet.Score:
        lines = (
            _("{share:.1%} inside the window (needed: {goal:.1%})."),
            _("{control:.0%} of the money keeps two approvals or more (needed: {least:.0%})."),
            _("{yuan} a year gained after costs (needed: not below 0)."),
        )
        told = vars(self) | {"least": CONTROL, "yuan": sheet.yuan(self.gain)}
        met = (self.share >= self.goal, self.control >= CONTROL, self.gain >= 0)
        faster = min(max(self.share - self.start, 0) / (self.goal - self.start), 1)
        missing = max(CONTROL - self.control, 0) / CONTROL
        points = 40 * faster + 30 * max(1 - 3 * missing, 0) + 30 * met[2] * faster
        points = 100 if all(met) else min(points, 99)
        return sheet.Score(points, all(met), tuple(line.format(**told) for line in lines))


def _deputy_cost(shop: Shop) -> float:
    """Return what a deputy of each traffic manager costs a year: a company of five has five."""
    posts = shop.posts.set_index("post_id")
    pay = float(posts.loc["traffic_specialist", "monthly_cost"])
    return 12 * DEPUTY_SHARE * pay * int(posts.loc["traffic_manager", "headcount"])


def _limit(shop: Shop) -> float:
    """Return the yuan up to which the traffic manager decides alone today."""
    rules = shop.mandates[shop.mandates["decided_by"] == "traffic_manager"]
    return float(rules.set_index("kind").loc["campaign", "limit"])


def _expects(shop: Shop) -> Callable[[sheet.PlanAnswer], _Outcome]:
    """Return a function that says what is to be expected of a plan, each plan once.

    The luck of last year plays no part: each approval takes an exponential time.
    """
    campaigns = _campaigns(shop)
    decisions, half_life = campaigns["decisions"], topic.fading(campaigns).half_life
    minutes = _approval(campaigns)
    potential, layers = decisions["potential"], decisions["layers"]
    approved = potential.where(decisions["outcome"] == "approved", 0.0)
    money = potential[layers > 1]

    @cache
    def path(layers: int, parallel: bool, deputy: bool) -> tuple[float, float]:
        first = DEPUTY_SPEED * minutes if deputy else minutes
        time = topic.DecisionTime((first, *[minutes] * (layers - 1)), parallel=parallel)
        return time.cdf(WINDOW), time.kept(half_life)

    @cache
    def expected(mandate: float, at_once: float, deputy: float) -> tuple[float, float]:
        asked = layers.where(potential >= mandate, 1)
        told = [path(int(one), bool(at_once), bool(deputy)) for one in asked]
        share, kept = zip(*told, strict=True)
        return sum(share) / len(share), float(sum(approved * list(kept)))

    start, today = expected(0, 0, 0)
    goal = round((expected(_limit(shop), 1, 0)[0] + expected(RAISED, 1, 0)[0]) / 2, 3)

    def outcome(mandate: float, at_once: float, deputy: float) -> _Outcome:
        share, margin = expected(mandate, at_once, deputy)
        return _Outcome(
            start=start,
            goal=goal,
            share=share,
            control=float(money[money >= mandate].sum() / money.sum()),
            gain=margin - today - bool(deputy) * _deputy_cost(shop),
        )

    return lambda answer: outcome(**answer)


def _approval(campaigns: dict[str, pd.DataFrame]) -> float:
    """Return the mean minutes of one approval of a campaign decision."""
    return float(topic.waiting(campaigns, by=None)["mean"].iloc[0])


@sheet.plan(
    id="decisions-design-path",
    objective="decisions-choose",
    minutes=10,
    title=_("Design the approval path of campaigns"),
    fields=(
        sheet.Field(
            "mandate",
            _("Mandate of the traffic manager, yuan"),
            0,
            3000,
            step=100,
            start=1300,
            unit="yuan",
        ),
        sheet.Field("at_once", _("All at once (1) or one after another (0)"), 0, 1),
        sheet.Field("deputy", _("Deputy for the traffic manager (1) or none (0)"), 0, 1),
    ),
    mistakes={
        "no_control_left": _(
            "Fast, but nearly every decision is now made by one person: the mandate lies above "
            "most of the money. Lower it and save time where it costs no control."
        ),
        "deputy_costs_more": _(
            "The deputy costs more than the faster decisions bring in. Compare the gain of a "
            "change with its cost, not only with the window."
        ),
        "kept_the_queue": _(
            "The approvals still wait for one another, and the mandate frees too few of them. Ask "
            "all posts at once before you change who decides."
        ),
        "kept_the_mandate": _(
            "Asked at once, and still too slow: the mandate lies hardly above today's, so nearly "
            "every decision that needed a second post still does. Raise it a little."
        ),
    },
)
def design_path(shop: Shop) -> sheet.PlanSheet:
    outcome, today = _expects(shop), _limit(shop)
    right: sheet.PlanAnswer = {"mandate": RAISED, "at_once": 1, "deputy": 0}
    return sheet.PlanSheet(
        prompt=_(
            "Set the path for **campaign** decisions. Up to the mandate the traffic manager "
            "decides alone; today it is ¥{today:,.0f}, and a lower one changes nothing here. "
            "Approvals can be asked one after another, as today, or all at once. A deputy halves "
            "the traffic manager's answering time and costs ¥{cost:,.0f} a year.\n\n"
            "Your plan is judged by what a year with the same decisions would bring on average, "
            "not by the luck of last year: one approval takes {minutes:.0f} minutes on average, "
            "and the times are exponential. Three things are asked. At least **{goal:.1%}** of the "
            "decisions are made within two hours. Of the money at stake that needs a second post "
            "today, at least **{control:.0%}** still does. The margin gained by deciding faster is "
            "at least what the deputy costs."
        ).format(
            today=today,
            cost=_deputy_cost(shop),
            minutes=_approval(_campaigns(shop)),
            goal=outcome(right).goal,
            control=CONTROL,
        ),
        right=right,
        score=lambda answer: outcome(answer).score(),
        wrong={
            "no_control_left": {"mandate": 3000, "at_once": 0, "deputy": 0},
            "deputy_costs_more": {"mandate": RAISED, "at_once": 1, "deputy": 1},
            "kept_the_queue": {"mandate": today, "at_once": 0, "deputy": 0},
            "kept_the_mandate": {"mandate": today, "at_once": 1, "deputy": 0},
        },
        detects={
            "no_control_left": lambda answer: outcome(answer).control < CONTROL,
            "deputy_costs_more": lambda answer: bool(answer["deputy"]) and outcome(answer).gain < 0,
            "kept_the_queue": lambda answer: (
                not answer["at_once"] and outcome(answer).share < outcome(answer).goal
            ),
            "kept_the_mandate": lambda answer: (
                bool(answer["at_once"]) and outcome(answer).share < outcome(answer).goal
            ),
        },
        hints=(
            _("Start with what costs nothing: ask all posts at once."),
            _(
                "Then raise the mandate step by step, and watch how much money loses its second "
                "look."
            ),
        ),
        solution=_(
            "Asking at once makes most of the way. A mandate some hundred yuan above today's does "
            "the rest: it frees the decisions just above the limit and little of the money. The "
            "deputy is fast, but what the campaign decisions lose by waiting for the first post is "
            "less than the deputy's pay, in a company of any size: both grow together."
        ),
        code='{"mandate": 1800, "at_once": 1, "deputy": 0}',
    )
