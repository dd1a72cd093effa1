"""Exercises on decisions: how long, where, how likely in time, how dear, and what to change."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from ecokit import decisions as topic
from ecokit.exercises.model import (
    Choice,
    Field,
    Misconception,
    Number,
    Option,
    Plan,
    PlanAnswer,
    Score,
    Table,
)
from ecokit.messages import _

if TYPE_CHECKING:
    from ecokit.shop import Shop

GOAL = 0.88
"""Share of campaign decisions that the plan has to bring inside the window."""

CONTROL = 0.5
"""Share of today's money under two or more approvals that must stay there."""

DEPUTY_SHARE = 0.25
"""Part of a specialist's working time that a deputy spends on approvals."""


def _campaigns(shop: Shop) -> tuple[pd.DataFrame, pd.DataFrame]:
    decisions = shop.decisions[shop.decisions["kind"] == "campaign"]
    approvals = shop.approvals[shop.approvals["decision_id"].isin(decisions["decision_id"])]
    return decisions, approvals


def _minutes(shop: Shop, kind: str = "campaign") -> pd.Series:
    decisions = shop.decisions
    chosen = decisions[decisions["kind"] == kind] if kind else decisions
    return topic.add_minutes(chosen)["minutes"]


def _per_approval(shop: Shop) -> float:
    approvals = _campaigns(shop)[1]
    return float(topic.waiting(approvals.assign(kind="campaign"), by="kind")["mean"].iloc[0])


# --- share in the window, by kind ----------------------------------------------------


def _shares(shop: Shop, window: float | None = None, late: bool = False) -> pd.DataFrame:
    decisions = shop.decisions if window is None else shop.decisions.assign(window_minutes=window)
    result = topic.summarise(decisions)
    return result.assign(in_window=1 - result["in_window"]) if late else result


SHARES = Table(
    id="decisions-share-in-window",
    objective="decisions-measure",
    minutes=4,
    title=_("Which share meets its window?"),
    prompt=_(
        "Each decision has a window, in the column `window_minutes`. Which share of the "
        "decisions of each kind was made inside its own window? A rejected decision is a "
        "decision too."
    ),
    unit="share",
    tolerance=0.005,
    key="kind",
    value="in_window",
    reference=_shares,
    hints=(
        _("The minutes of a decision run from `raised_at` to `decided_at`."),
        _("`decisions.summarise(shop.decisions, by='kind')` has a column `in_window`."),
    ),
    solution=_(
        "Compare the minutes of each decision with its own window, and take the mean of "
        "the comparison by kind: `summarise` does this and adds an interval."
    ),
    misconceptions=(
        Misconception(
            "one_window_for_all",
            lambda shop: _shares(shop, window=120),
            _(
                "You measured every kind against the 120 minutes of a campaign. A product "
                "decision has two days, a service decision four hours: use `window_minutes`."
            ),
        ),
        Misconception(
            "counted_late",
            lambda shop: _shares(shop, late=True),
            _("These are the shares that came too late. Asked are those inside the window."),
        ),
    ),
)


# --- nine of ten ---------------------------------------------------------------------

NINE_OF_TEN = Number(
    id="decisions-nine-of-ten",
    objective="decisions-measure",
    minutes=3,
    title=_("By when are nine of ten made?"),
    prompt=_(
        "You want to promise partners an answer. After how many minutes are nine of ten "
        "**campaign** decisions made?"
    ),
    unit="minutes",
    rel_tolerance=0.01,
    reference=lambda shop: float(_minutes(shop).quantile(0.9)),
    hints=(
        _("Sort the times from fast to slow and go nine tenths of the way up."),
        _("That is the 90th percentile: `.quantile(0.9)`, or the column `p90` of `summarise`."),
    ),
    solution=_(
        "Take the campaign decisions, add their minutes with `decisions.add_minutes`, and "
        "read the 90th percentile."
    ),
    misconceptions=(
        Misconception(
            "mean",
            lambda shop: float(_minutes(shop).mean()),
            _(
                "This is the mean. Times are skewed: about a third of the decisions take "
                "longer than the mean. A promise needs a percentile."
            ),
        ),
        Misconception(
            "median",
            lambda shop: float(_minutes(shop).median()),
            _("This is the median: every second decision takes longer. Go up to nine of ten."),
        ),
        Misconception(
            "nine_tenths_of_longest",
            lambda shop: float(0.9 * _minutes(shop).max()),
            _(
                "This is 90 % of the longest time. The 90th percentile counts decisions, not "
                "minutes: nine of ten decisions lie below it."
            ),
        ),
        Misconception(
            "all_kinds",
            lambda shop: float(_minutes(shop, kind="").quantile(0.9)),
            _("You took all kinds together. Keep the campaign decisions only."),
        ),
    ),
)


# --- where the time goes -------------------------------------------------------------


def _hours(shop: Shop, value: str = "hours", every_kind: bool = False) -> pd.DataFrame:
    chosen = _campaigns(shop)[1]
    approvals = shop.approvals if every_kind else chosen
    result = topic.waiting(approvals[approvals["post_id"].isin(chosen["post_id"])])
    return result.assign(hours=result[value])


HOURS = Table(
    id="decisions-hours-by-post",
    objective="decisions-locate",
    minutes=4,
    title=_("Where do campaign decisions wait?"),
    prompt=_(
        "How many hours did **campaign** decisions wait at each post, all decisions of the "
        "year together?"
    ),
    unit="hours",
    rel_tolerance=0.01,
    key="post_id",
    value="hours",
    labels={
        "traffic_manager": _("Traffic manager"),
        "finance": _("Finance lead"),
        "general_manager": _("General manager"),
    },
    reference=_hours,
    hints=(
        _("Each row of `approvals` is one wait, from `asked_at` to `answered_at`."),
        _("Keep the approvals whose `decision_id` is a campaign decision, then add up by post."),
        _("`decisions.waiting(approvals)` has a column `hours`."),
    ),
    solution=_(
        "Filter the approvals to campaign decisions; `waiting` adds up the hours by post. The "
        "mean wait is nearly the same everywhere: the first post has most hours because "
        "every decision passes it."
    ),
    misconceptions=(
        Misconception(
            "mean_wait",
            lambda shop: _hours(shop, "mean"),
            _(
                "These are the mean minutes of one wait: how slow a post is. Asked is how "
                "much waiting there was in all, in hours."
            ),
        ),
        Misconception(
            "all_kinds",
            lambda shop: _hours(shop, every_kind=True),
            _("You counted the approvals of all kinds. Keep those of campaign decisions."),
        ),
    ),
)


# --- the closed form -----------------------------------------------------------------


def _model_share(shop: Shop, layers: int = 3, *, parallel: bool = False) -> float:
    return topic.DecisionTime.of(layers, _per_approval(shop), parallel=parallel).cdf(120)


THREE_LAYERS = Number(
    id="decisions-three-layers",
    objective="decisions-predict",
    minutes=5,
    title=_("Three layers and two hours"),
    prompt=lambda shop: _(
        "In this shop one approval of a campaign decision takes **{minutes:.1f} minutes** on "
        "average, with an exponential distribution. Three posts approve, one after another. "
        "Which share of such decisions is made within 120 minutes?"
    ).format(minutes=_per_approval(shop)),
    unit="share",
    tolerance=0.01,
    reference=_model_share,
    hints=(
        _("Three exponential times, one after another, add up to an Erlang distribution."),
        _("With x = 120 / mean the share is 1 - exp(-x) (1 + x + x²/2)."),
        _("`decisions.DecisionTime.of(layers=3, minutes=...).cdf(120)` computes it."),
    ),
    solution=_(
        "Build the path with `DecisionTime.of(3, minutes)` and ask for `cdf(120)`: the area "
        "of the Erlang distribution inside the window."
    ),
    misconceptions=(
        Misconception(
            "one_long_approval",
            lambda shop: topic.DecisionTime.of(1, 3 * _per_approval(shop)).cdf(120),
            _(
                "You took one approval with three times the mean. The sum of three times "
                "spreads less than one long time: use the Erlang distribution."
            ),
        ),
        Misconception(
            "all_at_once",
            lambda shop: _model_share(shop, parallel=True),
            _(
                "You multiplied the three chances to answer within 120 minutes. That is right "
                "when all are asked at once; here each waits for the one before."
            ),
        ),
        Misconception(
            "one_layer",
            lambda shop: _model_share(shop, layers=1),
            _("This is the share for a single approval. Three must follow one another."),
        ),
    ),
)


# --- the price of being late ---------------------------------------------------------


def _lost(decisions: pd.DataFrame) -> float:
    return float(topic.lost_value(decisions.assign(all="all"), by="all")["lost"].iloc[0])


def _lost_after_window(shop: Shop) -> float:
    rows = topic.add_minutes(_campaigns(shop)[0])
    return _lost(rows[rows["minutes"] > rows["window_minutes"]])


def _lost_with_rejected(shop: Shop) -> float:
    rows = _campaigns(shop)[0]
    return float((rows["potential"] - rows["effect"]).sum())


LOST = Number(
    id="decisions-price-of-waiting",
    objective="decisions-price",
    minutes=4,
    title=_("What did waiting cost?"),
    prompt=_(
        "How many yuan of margin did the shop lose in the year because approved **campaign** "
        "decisions were not made at once? Take the potential less the effect."
    ),
    unit="yuan",
    rel_tolerance=0.005,
    reference=lambda shop: _lost(_campaigns(shop)[0]),
    hints=(
        _("A rejected decision has no effect, but not because it came late."),
        _("Value fades from the first minute on, not only after the window."),
        _("`decisions.lost_value(shop.decisions)` has a column `lost`, by kind."),
    ),
    solution=_(
        "Keep the approved campaign decisions and add up potential less effect: `lost_value` "
        "does both, in whole fen."
    ),
    misconceptions=(
        Misconception(
            "counted_rejected",
            _lost_with_rejected,
            _(
                "You counted the potential of rejected decisions as lost. They were turned "
                "down, not late: keep the approved ones."
            ),
        ),
        Misconception(
            "only_after_window",
            _lost_after_window,
            _(
                "You counted only decisions that missed the window. Those inside it lost "
                "value too: it fades from the first minute."
            ),
        ),
        Misconception(
            "all_kinds",
            lambda shop: _lost(shop.decisions),
            _("This is the loss of all three kinds. Keep the campaign decisions."),
        ),
    ),
)


# --- which change --------------------------------------------------------------------

CHANGES = {
    "a": topic.Change(_("Finance no longer approves"), without=("finance",)),
    "b": topic.Change(_("All posts are asked at the same moment"), parallel=True),
    "c": topic.Change(
        _("The traffic manager answers a third faster"), faster={"traffic_manager": 2 / 3}
    ),
    "d": topic.Change(_("Below ¥800 the first approval decides"), mandate=800),
}


@lru_cache(maxsize=2)
def _gains(shop: Shop) -> dict[str, float]:
    # yuan of margin that each change would have kept beyond today's
    decisions, approvals = _campaigns(shop)
    half_life = topic.fading(decisions).half_life
    changes = [topic.Change("Today"), *CHANGES.values()]
    today, *others = topic.what_if(decisions, approvals, changes, half_life)["margin"]
    return {key: margin - today for key, margin in zip(CHANGES, others, strict=True)}


def _best(shop: Shop) -> str:
    gains = _gains(shop)
    return max(gains, key=gains.__getitem__)


def _option(key: str, why: str) -> Option:
    def reason(shop: Shop) -> str:
        gains, best = _gains(shop), _best(shop)
        if key == best:
            words = _("It would have kept ¥{gain:,.0f} more, the most of the four. {why}")
        else:
            words = _(
                "It would have kept ¥{gain:,.0f} more; the best of the four keeps ¥{most:,.0f} "
                "more. {why}"
            )
        return words.format(gain=gains[key], most=gains[best], why=why)

    return Option(key, CHANGES[key].label, reason)


BEST_CHANGE = Choice(
    id="decisions-best-change",
    objective="decisions-choose",
    minutes=5,
    title=_("Which change keeps most margin?"),
    prompt=_(
        "Four changes of the approval path of **campaign** decisions are on the table. Replay "
        "the year with each. Which one would have kept the most margin?"
    ),
    options=(
        _option("a", _("Only decisions with three layers pass finance, and they are few.")),
        _option("b", _("It shortens every path with two layers or three, but none with one.")),
        _option("c", _("It touches every decision, as all of them pass the traffic manager.")),
        _option("d", _("It frees small decisions, and these hold little of the money.")),
    ),
    reference=_best,
    hints=(
        _("Ask of each change: how many decisions does it touch, and how much money is in them?"),
        _(
            "`decisions.what_if(campaigns, approvals, changes, half_life)` replays the year; "
            "a change is for example `decisions.Change('At once', parallel=True)`."
        ),
    ),
    solution=_(
        "Write the four as `decisions.Change`, replay them with `what_if`, and compare the "
        "column `margin`. Take the half-life from `decisions.fading(campaigns)`."
    ),
)


# --- a plan --------------------------------------------------------------------------


def _deputy_cost(shop: Shop) -> float:
    staff = shop.posts.set_index("post_id")["monthly_cost"]
    return 12 * DEPUTY_SHARE * float(staff["traffic_specialist"])


def _controlled(decisions: pd.DataFrame, mandate: float) -> float:
    money = decisions.loc[decisions["layers"] > 1, "potential"]
    return float(money[money >= mandate].sum() / money.sum())


def _outcome(shop: Shop, plan: PlanAnswer) -> tuple[float, float, float]:
    # share in the window, share of money still controlled, yuan gained after the deputy's cost
    share, gain = _plan_effect(shop, plan["mandate"], bool(plan["at_once"]), bool(plan["deputy"]))
    control = _controlled(_campaigns(shop)[0], plan["mandate"])
    return share, control, gain - bool(plan["deputy"]) * _deputy_cost(shop)


@lru_cache(maxsize=64)
def _plan_effect(shop: Shop, mandate: float, at_once: bool, deputy: bool) -> tuple[float, float]:
    decisions, approvals = _campaigns(shop)
    faster = {"traffic_manager": 0.5} if deputy else {}
    change = topic.Change("Plan", faster=faster, parallel=at_once, mandate=mandate)
    half_life = topic.fading(decisions).half_life
    table = topic.what_if(decisions, approvals, [topic.Change("Today"), change], half_life)
    today, planned = table["margin"]
    return float(table["in_window"].iloc[1]), float(planned - today)


def _score(shop: Shop, plan: PlanAnswer) -> Score:
    share, control, gain = _outcome(shop, plan)
    lines = (
        _("{share:.1%} inside the window (needed: {goal:.0%}).").format(share=share, goal=GOAL),
        _("{control:.0%} of the money keeps two approvals or more (needed: {least:.0%}).").format(
            control=control, least=CONTROL
        ),
        _("¥{gain:,.0f} a year gained after costs (needed: not below 0).").format(gain=gain),
    )
    met = (share >= GOAL, control >= CONTROL, gain >= 0)
    points = 40 * min(share / GOAL, 1) + 30 * min(control / CONTROL, 1) + 30 * met[2]
    return Score(points if all(met) else min(points, 99), all(met), lines)


def _good_plan(shop: Shop) -> PlanAnswer:
    plan: PlanAnswer = {"mandate": 0, "at_once": 1, "deputy": 0}
    while _outcome(shop, plan)[0] < GOAL and plan["mandate"] < 3000:
        plan["mandate"] += 100
    return plan


PLAN = Plan(
    id="decisions-design-path",
    objective="decisions-choose",
    minutes=10,
    title=_("Design the approval path of campaigns"),
    prompt=lambda shop: _(
        "Set the path for **campaign** decisions. Below the mandate the traffic manager "
        "decides alone. Approvals can be asked one after another or all at once. A deputy "
        "halves the traffic manager's answering time and costs ¥{cost:,.0f} a year.\n\n"
        "The plan passes when at least {goal:.0%} of last year's decisions would have met the "
        "two hours, at least {control:.0%} of the money that two or more posts approve today "
        "still needs two or more, and the year gains more than the plan costs."
    ).format(cost=_deputy_cost(shop), goal=GOAL, control=CONTROL),
    fields=(
        Field("mandate", _("Mandate of the traffic manager, yuan"), 0, 3000, step=100, start=0),
        Field("at_once", _("All at once (1) or one after another (0)"), 0, 1, start=0),
        Field("deputy", _("Deputy for the traffic manager (1) or none (0)"), 0, 1, start=0),
    ),
    score=_score,
    reference=_good_plan,
    hints=(
        _("Start with what costs nothing: ask all posts at once."),
        _("Then raise the mandate step by step, and watch how much money loses its second look."),
    ),
    solution=_(
        "Asking at once makes most of the way. A mandate of some hundred yuan does the rest: "
        "it frees many small decisions and little money. The deputy is fast, but this shop's "
        "campaign decisions are too small to pay for one."
    ),
    misconceptions=(
        Misconception(
            "no_control_left",
            lambda shop: {"mandate": 3000, "at_once": 0, "deputy": 0},
            _(
                "Fast, but nearly every decision is now made by one person: the mandate lies "
                "above most of the money. Lower it and save time where it costs no control."
            ),
            detects=lambda shop, plan: _controlled(_campaigns(shop)[0], plan["mandate"]) < CONTROL,
        ),
        Misconception(
            "deputy_costs_more",
            lambda shop: (
                {"mandate": 0, "at_once": 1, "deputy": 1}
                if _outcome(shop, {"mandate": 0, "at_once": 1, "deputy": 1})[2] < 0
                else None
            ),
            _(
                "The deputy costs more than the faster decisions bring in. Compare the gain "
                "of a change with its cost, not only with the window."
            ),
            detects=lambda shop, plan: bool(plan["deputy"]) and _outcome(shop, plan)[2] < 0,
        ),
        Misconception(
            "kept_the_queue",
            lambda shop: {"mandate": 0, "at_once": 0, "deputy": 0},
            _(
                "The approvals still wait for one another, and the mandate frees too few of "
                "them. Ask all posts at once before you change who decides."
            ),
            detects=lambda shop, plan: not plan["at_once"] and _outcome(shop, plan)[0] < GOAL,
        ),
    ),
)


EXERCISES = [SHARES, NINE_OF_TEN, HOURS, THREE_LAYERS, LOST, BEST_CHANGE, PLAN]
