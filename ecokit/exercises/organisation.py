"""What is asked about organisation, and which mistakes are known."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecokit import organisation as topic
from ecokit.exercises.model import (
    Choice,
    Exercise,
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

WINDOW = 120
WIDEST = 8
SAVING = 0.05


# ---------------------------------------------------------------- layers of the structures


def _layers(shop: Shop, change: int = 0) -> pd.DataFrame:
    names = shop.posts["structure"].unique()
    depth = [topic.layers(shop.posts, name).max() + change for name in names]
    return pd.DataFrame({"structure": names, "layers": depth})


def _departments(shop: Shop) -> pd.DataFrame:
    counts = shop.posts.groupby("structure", sort=False)["department"].nunique()
    return counts.rename("layers").reset_index()


LAYERS = Table(
    id="organisation-layers",
    objective="organisation-read",
    minutes=4,
    title=_("Count the layers"),
    prompt=_(
        "Look at the three organisation charts. How many layers does each structure have? "
        "Count the general manager as layer 1."
    ),
    unit="layers",
    tolerance=0,
    reference=_layers,
    key="structure",
    value="layers",
    labels={name: topic.title(name) for name in topic.STRUCTURES},
    hints=(
        _("Follow the longest line from the general manager down to a post without reports."),
        _('`organisation.layers(shop.posts, "three_forces")` gives the layer of each post.'),
    ),
    solution=_(
        "Take the largest layer: `organisation.layers(shop.posts, name).max()` for each "
        "structure. The three forces save one layer: they have no supervisors between a lead "
        "and the people."
    ),
    misconceptions=(
        Misconception(
            "counted_arrows",
            lambda shop: _layers(shop, -1),
            _(
                "You counted the steps down from the top. Layers count the posts on the line, "
                "and the general manager is layer 1: add one."
            ),
        ),
        Misconception(
            "counted_departments",
            _departments,
            _(
                "You counted departments, which stand beside one another. Layers lie below one "
                "another: count the posts on the longest line from the top."
            ),
        ),
    ),
)


# ---------------------------------------------------------------- span of control


def _people_by_managers(shop: Shop, *, outsourced: bool, top: bool) -> float:
    posts = topic.choose(shop.posts, "three_centers")
    counted = posts if outsourced else posts[posts["sourcing"] == "inside"]
    people = counted["headcount"].sum() - (0 if top else 1)
    return float(people / len(topic.spans(posts)))


def _posts_by_managers(shop: Shop) -> float:
    posts = topic.choose(shop.posts, "three_centers")
    under = posts[(posts["sourcing"] == "inside") & posts["reports_to"].notna()]
    return len(under) / len(topic.spans(posts))


MEAN_SPAN = Number(
    id="organisation-mean-span",
    objective="organisation-measure",
    minutes=4,
    title=_("The mean span of control"),
    prompt=_(
        "In the structure with three centers, how many people of the company does a manager "
        "lead on average? Give two decimals."
    ),
    unit="people",
    tolerance=0.02,
    reference=lambda shop: topic.mean_span(shop.posts, "three_centers"),
    hints=(
        _("Divide the people who have a boss by the managers."),
        _(
            "Outsourced people are led by their own company. `organisation.spans(shop.posts, "
            '"three_centers")` lists the people under each manager.'
        ),
    ),
    solution=_(
        "Everybody in the company except the general manager has a boss. Divide these people "
        "by the number of managers, or call `organisation.mean_span(shop.posts, "
        '"three_centers")`.'
    ),
    misconceptions=(
        Misconception(
            "counted_outsourced",
            lambda shop: _people_by_managers(shop, outsourced=True, top=False),
            _(
                "You counted the people at the suppliers. Their own company leads them: leave "
                "them out."
            ),
        ),
        Misconception(
            "counted_posts",
            _posts_by_managers,
            _(
                "You counted posts. A post can have several people: add up the headcount of the "
                "posts instead."
            ),
        ),
        Misconception(
            "counted_the_top",
            lambda shop: _people_by_managers(shop, outsourced=False, top=True),
            _("You counted the general manager among the people led. Nobody leads the top post."),
        ),
    ),
)


# ---------------------------------------------------------------- payroll


def _payroll(shop: Shop, present: pd.Series) -> float:
    fen = (shop.staff.loc[present, "monthly_cost"] * 100).round().astype("int64")
    return int(fen.sum()) / 100


def _peak(shop: Shop) -> pd.Timestamp:
    return pd.Timestamp(year=shop.orders["placed_at"].max().year, month=11, day=11)


def _present(shop: Shop) -> pd.Series:
    staff, day = shop.staff, _peak(shop)
    return (staff["hired_on"] <= day) & (staff["left_on"].isna() | (staff["left_on"] > day))


def _with_leavers(shop: Shop) -> float | None:
    paid = _payroll(shop, shop.staff["hired_on"] <= _peak(shop))
    return None if paid == _payroll(shop, _present(shop)) else paid


def _planned_cost(shop: Shop) -> float:
    return float(topic.cost(shop.posts, "three_forces")["monthly_cost"].sum())


PAYROLL = Number(
    id="organisation-payroll",
    objective="organisation-measure",
    minutes=6,
    title=_("What the people cost at Double 11"),
    prompt=lambda shop: _(
        "The table `staff` lists everybody who has worked in the shop. What do the people who "
        "are employed on {day:%Y-%m-%d} cost a month, together?"
    ).format(day=_peak(shop)),
    unit="yuan",
    tolerance=1,
    reference=lambda shop: _payroll(shop, _present(shop)),
    hints=(
        _("Keep the rows that were hired on that day or before."),
        _("Drop those who had left: `left_on` is the first day on which a person is gone."),
    ),
    solution=_(
        "Keep the rows with `hired_on` up to the day and `left_on` empty or later, and add up "
        "`monthly_cost`. Real wages differ from the planned cost in `posts`."
    ),
    misconceptions=(
        Misconception(
            "forgot_leavers",
            _with_leavers,
            _("You paid people who had left by then. Keep only an empty or later `left_on`."),
        ),
        Misconception(
            "used_the_plan",
            _planned_cost,
            _(
                "You added up the plan in `posts`: headcount times planned cost. The question is "
                "what the people in `staff` really cost."
            ),
        ),
    ),
)


# ---------------------------------------------------------------- approval paths


def _ends(shop: Shop) -> tuple[str, str]:
    mandates = topic.choose(shop.mandates, "seven_departments").set_index("kind").loc["service"]
    return str(mandates["raised_by"]), str(mandates["decided_by"])


def _approvals(shop: Shop) -> int:
    return len(topic.approval_path(shop.posts, *_ends(shop), structure="seven_departments"))


def _layers_between(shop: Shop) -> int:
    depth = topic.layers(shop.posts, "seven_departments")
    raised_by, decided_by = _ends(shop)
    return int(abs(depth[raised_by] - depth[decided_by]))


def _up_to_the_top(shop: Shop) -> int:
    return int(topic.layers(shop.posts, "seven_departments")[_ends(shop)[0]]) - 1


APPROVALS = Number(
    id="organisation-approvals",
    objective="organisation-path",
    minutes=4,
    title=_("Follow a service decision"),
    prompt=_(
        "In the structure with seven departments, an after-sales agent wants to send a customer "
        "a new phone today. The warehouse supervisor decides, because the stock is there. How "
        "many posts must say yes, the deciding one included?"
    ),
    unit="approvals",
    tolerance=0,
    reference=_approvals,
    hints=(
        _("Draw the line up to the boss whom both ends share, then down to the one who decides."),
        _('`organisation.approval_paths(shop.posts, shop.mandates, "seven_departments")`'),
    ),
    solution=_(
        "The paper goes up to the general manager, the lowest boss of both departments, and down "
        "again. Every post on the way after the agent must say yes."
    ),
    misconceptions=(
        Misconception(
            "counted_the_one_who_asks",
            lambda shop: _approvals(shop) + 1,
            _("You counted the agent too. The one who asks does not approve."),
        ),
        Misconception(
            "layers_between",
            _layers_between,
            _(
                "You counted the layers between the two posts. They stand in different "
                "departments, so the paper must go up to their common boss first."
            ),
        ),
        Misconception(
            "only_to_the_top",
            _up_to_the_top,
            _("You stopped at the common boss. From there the paper still goes down to decide."),
        ),
    ),
)


# ---------------------------------------------------------------- the two-hour window


@lru_cache(maxsize=1)
def _minutes(shop: Shop) -> int:
    """Mean minutes of one approval of a campaign decision, measured in the shop."""
    return round(topic.approval_minutes(shop.decisions, shop.approvals))


def _in_time(shop: Shop, approvals: int = 4) -> float:
    return 100 * topic.chance_in_time(approvals, _minutes(shop), WINDOW)


def _one_long_wait(shop: Shop) -> float:
    return float(100 * -np.expm1(-WINDOW / (4 * _minutes(shop))))


def _each_in_time(shop: Shop) -> float:
    return float(100 * (-np.expm1(-WINDOW / _minutes(shop))) ** 4)


IN_TWO_HOURS = Number(
    id="organisation-two-hours",
    objective="organisation-path",
    minutes=6,
    title=_("Four approvals in two hours"),
    prompt=lambda shop: _(
        "A campaign decision needs four approvals, one after another. In this shop one approval "
        "takes {minutes} minutes on average, and the times are exponential. What share of these "
        "decisions is made within two hours, in per cent?"
    ).format(minutes=_minutes(shop)),
    unit="%",
    tolerance=1,
    reference=_in_time,
    hints=(
        _("The sum of exponential times has the Erlang distribution."),
        _("`organisation.chance_in_time(approvals, minutes_per_approval, 120)` is a share."),
    ),
    solution=lambda shop: _(
        "`organisation.chance_in_time(4, {minutes}, 120)` gives the share of the sum of four "
        "waits that stays below 120 minutes. Times 100 it is in per cent."
    ).format(minutes=_minutes(shop)),
    misconceptions=(
        Misconception(
            "one_long_wait",
            _one_long_wait,
            _(
                "You treated the four approvals as one long wait with four times the mean. A sum "
                "of four waits spreads less than one long wait: use the Erlang distribution."
            ),
        ),
        Misconception(
            "each_in_two_hours",
            _each_in_time,
            _(
                "You gave each approval two hours of its own. They share one window: the sum of "
                "the four waits must stay below 120 minutes."
            ),
        ),
        Misconception(
            "one_approval",
            lambda shop: _in_time(shop, 1),
            _("That is the share for a single approval. Here four follow one another."),
        ),
    ),
)


# ---------------------------------------------------------------- single points of failure


def _stops(shop: Shop, post: str) -> str:
    """Say which kinds of decision wait for one post in the seven departments."""
    found = topic.single_points(shop.posts, shop.mandates, "seven_departments")
    kinds = found[(found["risk"] == "approval") & (found["post_id"] == post)]["scope"]
    if kinds.empty:
        return _("No decision of these three kinds passes this post.")
    return _("These decisions pass this post: {kinds}.").format(kinds=", ".join(kinds))


CANDIDATES = {
    "marketing": "d_marketing_manager",
    "purchasing": "d_purchasing_manager",
    "finance": "d_finance_manager",
    "people": "d_hr_manager",
}


def _busiest(shop: Shop) -> str:
    found = topic.single_points(shop.posts, shop.mandates, "seven_departments")
    passes = found[found["risk"] == "approval"].groupby("post_id")["scope"].nunique()
    return max(CANDIDATES, key=lambda key: passes.get(CANDIDATES[key], 0))


def _option(key: str) -> Option:
    def text(shop: Shop) -> str:
        posts = shop.posts.set_index("post_id")
        return f"{posts['title'][CANDIDATES[key]]} {posts['title_zh'][CANDIDATES[key]]}"

    return Option(key, text, lambda shop: _stops(shop, CANDIDATES[key]))


SINGLE_POINT = Choice(
    id="organisation-single-point",
    objective="organisation-risk",
    minutes=5,
    title=_("Who must not be ill?"),
    prompt=_(
        "In the structure with seven departments, the general manager can stop every product, "
        "campaign and service decision. Which other manager can, too?"
    ),
    options=tuple(_option(key) for key in CANDIDATES),
    reference=_busiest,
    hints=(
        _("Look for the manager who stands on the approval path of all three kinds."),
        _(
            '`organisation.single_points(shop.posts, shop.mandates, "seven_departments")` lists '
            "each post that every decision of a kind must pass."
        ),
    ),
    solution=_(
        "Purchasing and logistics buys the goods, gives prices free and runs the warehouse: all "
        "three paths pass its manager. Name a deputy, or give mandates to others."
    ),
)


# ---------------------------------------------------------------- a plan


def _supervisors(shop: Shop) -> list[tuple[str, str]]:
    """Supervisors who lead one team each, the smallest team first, with their bosses."""
    posts = topic.choose(shop.posts, "seven_departments")
    graph = topic.reporting_graph(posts)
    depth = topic.layers(posts)
    span = topic.spans(posts)
    third = [post for post in span.index if depth[post] == 3]
    return [
        (post, next(graph.predecessors(post)))
        for post in sorted(third, key=lambda post: span[post])
    ]


def _plan(shop: Shop, plan: PlanAnswer) -> topic.Structure:
    closed = dict(_supervisors(shop)[: int(plan["closed"])])
    merged = topic.design(
        shop.posts, shop.mandates, "seven_departments", merge=closed,
        widest_span=int(plan["span"]),
    )  # fmt: skip
    ends = merged.mandates.set_index("kind").loc["campaign"]
    path = topic.approval_path(merged.posts, str(ends["raised_by"]), str(ends["decided_by"]))
    decides = path[min(int(plan["approvals"]), len(path)) - 1]
    return topic.design(*merged, decides={"campaign": decides})


def _measured(shop: Shop, plan: PlanAnswer) -> dict[str, float]:
    return _measured_once(shop, tuple(plan.items()))


@lru_cache(maxsize=4)  # the score and every misconception look at the same plan
def _measured_once(shop: Shop, plan: tuple[tuple[str, float], ...]) -> dict[str, float]:
    return topic.measure(*_plan(shop, dict(plan)), _minutes(shop), WINDOW)


def _budget(shop: Shop) -> float:
    today = topic.cost(shop.posts, "seven_departments")["monthly_cost"].sum()
    return round(float(today) * (1 - SAVING), -3)


def _goal(shop: Shop) -> float:
    """Share in time that two approvals reach and three miss, in steps of 5 %."""
    return round((_in_time(shop, 2) + _in_time(shop, 3)) / 10) / 20


def _score(shop: Shop, plan: PlanAnswer) -> Score:
    row, budget = _measured(shop, plan), _budget(shop)
    met = (
        (
            row["monthly_cost"] <= budget,
            _("It costs ¥{cost:,.0f} a month; the budget is ¥{budget:,.0f}.").format(
                cost=row["monthly_cost"], budget=budget
            ),
        ),
        (
            row["campaign_in_time"] >= _goal(shop),
            _("{share:.0%} of campaigns decided within two hours; {goal:.0%} must be.").format(
                share=row["campaign_in_time"], goal=_goal(shop)
            ),
        ),
        (
            row["widest_span"] <= WIDEST,
            _("The busiest manager leads {span:.1f} people; at most {most} are allowed.").format(
                span=row["widest_span"], most=WIDEST
            ),
        ),
    )
    points = sum(weight for (good, __), weight in zip(met, (40, 40, 20), strict=True) if good)
    lines = tuple((_("Met: ") if good else _("Missed: ")) + line for good, line in met)
    return Score(points, all(good for good, __ in met), lines)


PLAN = Plan(
    id="organisation-plan",
    objective="organisation-design",
    minutes=15,
    title=_("Faster and cheaper: plan a structure"),
    prompt=lambda shop: _(
        "The company with seven departments must save {saving:.0%} and decide faster. Its new "
        "structure may cost at most **¥{budget:,.0f}** a month, must make at least "
        "**{goal:.0%}** of campaign decisions within two hours, and nobody may lead more than "
        "**{widest} people**.\n\n"
        "You may close supervisor posts (the smallest team first; their boss takes over), set "
        "the span above which a manager gets team leaders, and say after how many approvals on "
        "today's path a campaign is decided. A team leader costs 20 % more than the people led, "
        "and one approval takes {minutes} minutes on average."
    ).format(
        saving=SAVING, budget=_budget(shop), goal=_goal(shop), widest=WIDEST, minutes=_minutes(shop)
    ),
    fields=(
        Field("closed", _("Supervisor posts closed"), 0, 5, start=0),
        Field("span", _("Most people a manager leads"), 3, 12, start=6),
        Field("approvals", _("Approvals of a campaign decision"), 1, 4, start=4),
    ),
    score=_score,
    reference=lambda shop: {"closed": 3, "span": 8, "approvals": 2},
    hints=(
        _("Change one number at a time and read the three lines."),
        _("Closing a post saves its cost, until the boss needs team leaders instead."),
        _("`organisation.chance_in_time(approvals, minutes, 120)` tells how many approvals fit."),
    ),
    solution=_(
        "Close three supervisor posts: their bosses then still lead 8 people or fewer, so no "
        "team leaders are needed and the saving remains. Let the boss of the specialist's boss "
        "decide, or the boss alone: two approvals or one."
    ),
    misconceptions=(
        Misconception(
            "too_wide",
            lambda shop: {"closed": 5, "span": 12, "approvals": 1},
            _(
                "Your structure is cheap because one manager leads more people than anybody can "
                "look after. Lower the span to the limit."
            ),
            detects=lambda shop, plan: _measured(shop, plan)["widest_span"] > WIDEST,
        ),
        Misconception(
            "everyone_signs",
            lambda shop: {"closed": 3, "span": 8, "approvals": 4},
            _(
                "Too many people sign. Each approval costs waiting time: give the mandate to a "
                "post closer to the campaign."
            ),
            detects=lambda shop, plan: _measured(shop, plan)["campaign_in_time"] < _goal(shop),
        ),
        Misconception(
            "too_many_leaders",
            lambda shop: {"closed": 3, "span": 4, "approvals": 1},
            _(
                "The team leaders that a narrow span needs cost more than you saved. Allow a "
                "manager as many people as the limit does."
            ),
            detects=lambda shop, plan: (
                plan["span"] < WIDEST and _measured(shop, plan)["monthly_cost"] > _budget(shop)
            ),
        ),
        Misconception(
            "closed_too_many",
            lambda shop: {"closed": 5, "span": 8, "approvals": 1},
            _(
                "You closed the supervisors of the large teams. Their bosses now need team "
                "leaders, who cost more than the supervisors did. Keep one or two."
            ),
            detects=lambda shop, plan: (
                plan["closed"] >= 4 and _measured(shop, plan)["monthly_cost"] > _budget(shop)
            ),
        ),
        Misconception(
            "saved_too_little",
            lambda shop: {"closed": 1, "span": 8, "approvals": 1},
            _("It is fast enough, but it costs too much. Close more supervisor posts."),
            detects=lambda shop, plan: (
                plan["closed"] < 4 and _measured(shop, plan)["monthly_cost"] > _budget(shop)
            ),
        ),
    ),
)


EXERCISES: list[Exercise] = [
    LAYERS,
    MEAN_SPAN,
    PAYROLL,
    APPROVALS,
    IN_TWO_HOURS,
    SINGLE_POINT,
    PLAN,
]
