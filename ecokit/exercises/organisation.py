"""What is asked about organisation, and which mistakes are known."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from ecokit import kpi
from ecokit import organisation as topic
from ecokit.exercises import sheet
from ecokit.exercises.kpi import front_line
from ecokit.messages import _
from ecokit.organisation.approvals import path_of
from ecokit.organisation.measures import Measures, measured_of
from ecokit.organisation.posts import graph_of
from ecokit.shop import Shop

WINDOW = 120  # minutes in which a campaign decision is to be made
SEVEN, THREE = "seven_departments", "three_centers"  # the structures of the questions
OURS = "three_forces"  # the structure that the cells show
TRIED_DAY = pd.Timestamp("2025-03-31")  # the day that the cell of the payroll shows
ENDS = ["raised_by", "decided_by"]  # of a decision: who asks, and who says the last yes


@sheet.table(
    id="organisation-layers",
    objective="organisation-read",
    minutes=4,
    title=_("Count the layers"),
    unit="layers",
    tolerance=0,
    key="structure",
    value="layers",
    labels={name: topic.title(name) for name in topic.STRUCTURES},
    mistakes={
        "counted_arrows": _(
            "You counted the steps down from the top. Layers count the posts on the line, and the "
            "general manager is layer 1: add one."
        ),
        "counted_departments": _(
            "You counted departments, which stand beside one another. Layers lie below one "
            "another: count the posts on the longest line from the top."
        ),
        "one_for_all": _(
            "You gave all three the layers of the three forces. The cell shows one structure at a "
            "time: change its name, and count each."
        ),
        "read_the_name": _(
            "You took the number in the name. Departments, centers and forces stand beside one "
            "another; layers lie below one another."
        ),
        "counted_the_way": _(
            "You counted the posts on the way of a campaign decision, up and down again. Layers "
            "count one way: from the general manager down."
        ),
    },
)
def layers(shop: Shop) -> sheet.TableSheet:
    departments = shop.posts.groupby("structure", sort=False)["department"].nunique()
    right = {name: topic.layers(shop, structure=name).max() for name in departments.index}
    ways = {name: topic.approval_paths(shop, structure=name).set_index("kind") for name in right}
    return sheet.TableSheet(
        prompt=_(
            "Read the three organisation charts. How many layers does each structure have? "
            "Count the general manager as layer 1."
        ),
        right=right,
        wrong={
            "counted_arrows": {name: depth - 1 for name, depth in right.items()},
            "counted_departments": departments,
            "one_for_all": dict.fromkeys(right, right[OURS]),
            "read_the_name": {name: 7 if name == SEVEN else 3 for name in right},
            "counted_the_way": {
                name: paths.loc["campaign", "approvals"] + 1 for name, paths in ways.items()
            },
        },
        hints=(
            _("Follow the longest line from the general manager down to a post without reports."),
            _(
                "In the cell above write one structure after the other: the largest `layer` is "
                "what you count."
            ),
        ),
        solution=_(
            "Take the largest layer: `organisation.layers(shop, structure=name).max()` for each "
            "structure. The three forces save one layer: they have no supervisors between a lead "
            "and the people."
        ),
        code="""
            from ecokit import organisation
            names = organisation.STRUCTURES
            {name: organisation.layers(shop, structure=name).max() for name in names}
        """,
    )


@sheet.number(
    id="organisation-mean-span",
    objective="organisation-measure",
    minutes=4,
    title=_("The mean span of control"),
    unit="people",
    tolerance=0.02,
    mistakes={
        "counted_outsourced": _(
            "You counted the people at the suppliers. Their own company leads them: leave them out."
        ),
        "counted_posts": _(
            "You counted posts. A post can have several people: add up the headcount of the posts "
            "instead."
        ),
        "counted_the_top": _(
            "You counted the general manager among the people led. Nobody leads the top post."
        ),
        "counted_twice": _(
            "You counted people who hold two posts twice. Where `held_with` names a post, the "
            "people of that post do this work, too: leave the row out."
        ),
        "averaged_the_posts": _(
            "You averaged how many posts hang below each one in the chart. A post can have several "
            "people, and who holds two posts is one: add up people, and divide by managers."
        ),
        "another_structure": _(
            "That is the mean span of the three forces, as the cell stands. Change `structure` to "
            '`"three_centers"`.'
        ),
        "left_out_the_top": _(
            "You left the general manager out of the managers. The directors are led, too: by the "
            "general manager."
        ),
        "divided_by_all": _(
            "You divided by everybody in the company. Divide by the managers only: those who lead "
            "somebody."
        ),
    },
)
def mean_span(shop: Shop) -> sheet.Sheet:
    posts = topic.choose(shop.posts, structure=THREE)
    inside = posts[posts["sourcing"] == "inside"]
    spans = topic.spans(shop, structure=THREE)
    managers, top = len(spans), posts.loc[posts["reports_to"].isna(), "post_id"].iloc[0]
    means = {name: topic.mean_span(shop, structure=name) for name in topic.STRUCTURES}
    own = posts["held_with"].isna()
    return sheet.Sheet(
        prompt=_(
            "In the structure with three centers, how many people of the company does a manager "
            "lead on average? Who holds two posts is one person."
        ),
        right=means[THREE],
        wrong={
            "counted_outsourced": (posts.loc[own, "headcount"].sum() - 1) / managers,
            "counted_posts": inside["reports_to"].notna().sum() / managers,
            "counted_the_top": inside.loc[own, "headcount"].sum() / managers,
            "counted_twice": (inside["headcount"].sum() - 1) / managers,
            "averaged_the_posts": inside["reports_to"].value_counts().mean(),
            "another_structure": means[OURS],
            "left_out_the_top": spans.drop(top).mean(),
            "divided_by_all": spans.sum() / inside.loc[own, "headcount"].sum(),
        },
        table=pd.DataFrame(
            {
                "mean_span": {name: mean for name, mean in means.items() if name != OURS},
                "widest_span": {name: topic.spans(shop, structure=name).max() for name in means},
            }
        ),
        cell=(THREE, "mean_span"),
        hints=(
            _("Divide the people who have a boss by the managers."),
            _(
                "Outsourced people are led by their own company. In the cell above write the "
                "structure: its table lists the people under each manager."
            ),
        ),
        solution=_(
            "Everybody in the company except the general manager has a boss. Divide these people "
            "by the number of managers, or call `organisation.mean_span(shop, "
            'structure="three_centers")`.'
        ),
        code="""
            from ecokit import organisation
            organisation.mean_span(shop, structure="three_centers")
        """,
    )


@sheet.number(
    id="organisation-payroll",
    objective="organisation-measure",
    minutes=6,
    title=_("What the people cost at Double 11"),
    unit="yuan",
    tolerance=1,
    mistakes={
        "forgot_leavers": _(
            "You paid people who had left by then. Keep only an empty or later `left_on`."
        ),
        "used_the_plan": _(
            "You added up the plan in `posts`: headcount times working time times planned cost. "
            "The question is what the people in `staff` really cost."
        ),
        "whoever_was_there": _(
            "You paid everybody in `staff`, those who came after the day too. Keep the rows hired "
            "on that day or before."
        ),
        "counted_people": _(
            "You counted the people. The question is what they cost: add up `monthly_cost`."
        ),
        "for_a_year": _("That is what they cost in a year. Asked is one month."),
        "still_there": _(
            "You paid those who have no day of leaving. Some of them came after the day, and who "
            "left after it was still there: look at both columns."
        ),
        "another_day": _(
            "That is the day that stands in the cell. Change `day` to the one that is asked for."
        ),
        "for_one_person": _(
            "That is what one of them costs on average. Asked is all of them together."
        ),
        "in_the_plan_of_seven": _(
            "That is the plan of the seven departments, the first row in `posts`. The question is "
            "what the people in `staff` really cost."
        ),
    },
)
def payroll(shop: Shop) -> sheet.Sheet:
    def paid(people: pd.DataFrame) -> float:
        fen = (people["monthly_cost"] * 100).round().astype("int64")
        return int(fen.sum()) / 100

    day = pd.Timestamp(year=shop.orders["placed_at"].max().year, month=11, day=11)

    def there(day: pd.Timestamp) -> pd.DataFrame:
        come = shop.staff[shop.staff["hired_on"] <= day]
        return come[come["left_on"].isna() | (come["left_on"] > day)]

    hired, present = shop.staff[shop.staff["hired_on"] <= day], there(day)
    return sheet.Sheet(
        prompt=_(
            "The table `staff` lists everybody who has worked in the shop. What do the people who "
            "are employed on {day:%Y-%m-%d} cost a month, together?"
        ).format(day=day),
        right=paid(present),
        wrong={
            "forgot_leavers": paid(hired) if len(hired) > len(present) else None,
            "used_the_plan": topic.cost(shop, structure=OURS)["monthly_cost"].sum(),
            "whoever_was_there": paid(shop.staff) if len(shop.staff) > len(hired) else None,
            "counted_people": len(present),
            "for_a_year": 12 * paid(present),
            "still_there": paid(shop.staff[shop.staff["left_on"].isna()]),
            "another_day": paid(there(TRIED_DAY)),
            "for_one_person": paid(present) / len(present),
            "in_the_plan_of_seven": topic.cost(shop, structure=SEVEN)["monthly_cost"].sum(),
        },
        hints=(
            _("Keep the rows that were hired on that day or before."),
            _(
                "Drop those who had left: `left_on` is the first day on which a person is gone. "
                "The cell above does both: write this day there."
            ),
        ),
        solution=_(
            "Keep the rows with `hired_on` up to the day and `left_on` empty or later, and add up "
            "`monthly_cost`. Real wages differ from the planned cost in `posts`."
        ),
        code="""
            day = f"{shop.orders['placed_at'].max().year}-11-11"
            staff = shop.staff[shop.staff["hired_on"] <= day]
            staff = staff[staff["left_on"].isna() | (staff["left_on"] > day)]
            staff["monthly_cost"].sum()
        """,
    )


@sheet.number(
    id="organisation-approvals",
    objective="organisation-path",
    minutes=4,
    title=_("Follow a service decision"),
    unit="approvals",
    tolerance=0,
    mistakes={
        "counted_the_one_who_asks": _(
            "You counted the agent too. The one who asks does not approve."
        ),
        "layers_between": _(
            "That is the way in our own structure, as the cell stands, or the layers between the "
            "two posts. In the seven departments they stand in different departments, so the paper "
            "must go up to their common boss first."
        ),
        "only_to_the_top": _(
            "You stopped at the common boss. From there the paper still goes down to decide."
        ),
        "left_out_the_last": _(
            "That is one post too few. Everybody whom the paper reaches says yes, and so does the "
            "one who decides. In the table read the row of service: the other kinds need one fewer."
        ),
    },
)
def approvals(shop: Shop) -> sheet.Sheet:
    rules = topic.choose(shop.mandates, structure=SEVEN).set_index("kind")
    raised, decided = rules.loc["service", ENDS]
    path = topic.approval_path(shop, raised_by=raised, decided_by=decided, structure=SEVEN)
    right, depth = len(path), topic.layers(shop, structure=SEVEN)
    return sheet.Sheet(
        prompt=_(
            "In the structure with seven departments, an after-sales agent wants to send a "
            "customer a new phone today. The warehouse supervisor decides, because the stock is "
            "there. The paper follows the reporting lines from the agent to the supervisor, and "
            "every post that it reaches must say yes. How many posts are that, the deciding one "
            "included and the agent left out?"
        ),
        right=right,
        wrong={
            "counted_the_one_who_asks": right + 1,
            "layers_between": abs(depth[raised] - depth[decided]),
            "only_to_the_top": depth[raised] - 1,
            "left_out_the_last": right - 1,
        },
        hints=(
            _(
                "Draw the line up to the boss whom both ends share, then down to the one who "
                "decides."
            ),
            _("In the cell above write this structure, and read the path of this decision."),
        ),
        solution=_(
            "The paper goes up to the general manager, the lowest boss of both departments, and "
            "down again. Every post on the way after the agent must say yes."
        ),
        case=("after-sales agent", "warehouse supervisor"),
        code="""
            from ecokit import organisation
            paths = organisation.approval_paths(shop, structure="seven_departments")
            paths.set_index("kind").loc["service", "approvals"]
        """,
    )


def _minutes(shop: Shop) -> int:
    """Return the mean minutes of one approval of a campaign decision, measured in the shop."""
    return round(topic.approval_minutes(shop))


@sheet.number(
    id="organisation-two-hours",
    objective="organisation-path",
    minutes=6,
    title=_("Five approvals in two hours"),
    unit="%",
    tolerance=1,
    mistakes={
        "one_long_wait": _(
            "You treated the five approvals as one long wait with five times the mean. A sum of "
            "five waits spreads less than one long wait: use the Erlang distribution."
        ),
        "each_in_two_hours": _(
            "You gave each approval two hours of its own. They share one window: the sum of the "
            "five waits must stay below 120 minutes."
        ),
        "one_approval": _("That is the share for a single approval. Here five follow one another."),
        "left_out_one": _(
            "That is the share for four approvals. Here five follow one another: the one who "
            "decides says yes, too."
        ),
        "too_late": _("That is the share that comes too late. Asked is the share in time."),
        "looked_at_the_mean": _(
            "The mean of five waits lies beyond two hours, and yet some decisions come in time: "
            "the share is small, not nothing."
        ),
        "cell_unchanged": _(
            "That is the share for two approvals, as the cell stands. Change `approvals` to 5."
        ),
        "three_approvals": _(
            "That is the share for three approvals. Here five follow one another."
        ),
        "counted_the_one_who_asks": _(
            "That is the share for six approvals. The one who asks does not approve."
        ),
        "part_of_the_mean": _(
            "You divided the two hours by the mean of five waits. A part of the mean is no chance: "
            "some decisions are far faster, others far slower."
        ),
    },
)
def two_hours(shop: Shop) -> sheet.Sheet:
    minutes = _minutes(shop)
    chances = {n: 100 * topic.chance_in_time(n, minutes, WINDOW) for n in range(1, 7)}
    return sheet.Sheet(
        prompt=_(
            "A campaign decision needs **five** approvals, one after another. In this shop one "
            "approval takes {minutes} minutes on average, and the times are exponential. What "
            "share of these decisions is made within two hours, in per cent?"
        ).format(minutes=minutes),
        right=chances[5],
        wrong={
            "one_long_wait": 100 * -np.expm1(-WINDOW / (5 * minutes)),
            "each_in_two_hours": 100 * (-np.expm1(-WINDOW / minutes)) ** 5,
            "one_approval": chances[1],
            "left_out_one": chances[4],
            "too_late": 100 - chances[5],
            "looked_at_the_mean": 0 if 5 * minutes > WINDOW else None,
            "cell_unchanged": chances[2],
            "three_approvals": chances[3],
            "counted_the_one_who_asks": chances[6],
            "part_of_the_mean": 100 * WINDOW / (5 * minutes) if 5 * minutes > WINDOW else None,
        },
        hints=(
            _("The sum of exponential times has the Erlang distribution."),
            _("In the cell above write this number of approvals: it prints the share."),
        ),
        solution=_(
            "`organisation.chance_in_time(5, {minutes}, 120)` gives the share of the sum of five "
            "waits that stays below 120 minutes. Times 100 it is in per cent."
        ).format(minutes=minutes),
        code="""
            from ecokit import organisation
            minutes = round(organisation.approval_minutes(shop))
            100 * organisation.chance_in_time(5, minutes, 120)
        """,
    )


CANDIDATES = {
    "marketing": "d_marketing_manager",
    "purchasing": "d_purchasing_manager",
    "finance": "d_finance_manager",
    "people": "d_hr_manager",
}


@sheet.choice(
    id="organisation-single-point",
    objective="organisation-risk",
    minutes=5,
    title=_("Who must not be ill?"),
    options=tuple(CANDIDATES),
)
def single_point(shop: Shop) -> sheet.ChoiceSheet:
    paths = topic.approval_paths(shop, structure=SEVEN).set_index("kind")["path"].str.split(" → ")
    stops = paths.explode().rename("post_id").reset_index()
    passes = stops["post_id"].value_counts()
    posts = shop.posts.set_index("post_id")
    titles = posts["title"] + " " + posts["title_zh"]

    def reason(post: str) -> str:
        kinds = stops[stops["post_id"] == post]["kind"]
        if kinds.empty:
            return _("No decision of these three kinds passes this post.")
        return _("These decisions pass this post: {kinds}.").format(kinds=", ".join(kinds))

    return sheet.ChoiceSheet(
        prompt=_(
            "In the structure with seven departments, the general manager can stop every product, "
            "campaign and service decision. Which other manager can, too?"
        ),
        right=max(CANDIDATES, key=lambda key: passes.get(CANDIDATES[key], 0)),
        options={key: titles[post] for key, post in CANDIDATES.items()},
        reasons={key: reason(post) for key, post in CANDIDATES.items()},
        hints=(
            _("Look for the manager who stands on the approval path of all three kinds."),
            _(
                "In the cell above write this structure: its table lists each post that every "
                "decision of a kind must pass."
            ),
        ),
        solution=_(
            "Purchasing and logistics buys the goods, gives prices free and runs the warehouse: "
            "all three paths pass its manager. Name a deputy, or give mandates to others."
        ),
        case=("seven departments", "product, campaign and service"),
        code="""
            from ecokit import organisation
            risks = organisation.single_points(shop, structure="seven_departments")
            kinds = risks[risks["risk"] == "approval"].groupby("post_id")["scope"].nunique()
            kinds = kinds.drop("d_general_manager")
            {"d_purchasing_manager": "purchasing"}[kinds.idxmax()]
        """,
    )


POINTS = {
    "standard": _("Write down each step of the work as a standard, and train it."),
    "spread": _("Let pay and place follow the points, and agree what must be higher next month."),
    "same": _("Pay all three managers the same, so that nobody is discouraged."),
    "support": _("Put the post on call for the others, and ask them once a month how well it did."),
}


@sheet.choice(
    id="organisation-lead-force",
    objective="organisation-lead",
    minutes=3,
    title=_("How is this force led?"),
    options=tuple(POINTS),
)
def lead_force(shop: Shop) -> sheet.ChoiceSheet:
    scores = front_line(shop).groupby(["post_id", "month"])["points"].sum()
    post, month = scores.idxmin()
    return sheet.ChoiceSheet(
        prompt=_(
            "In {month:%B} the {post} had {points:.0f} points, the lowest score of the year in the "
            "front line. What do you do first, in the way in which this force is led?"
        ).format(month=month, post=kpi.POSTS[post][0].lower(), points=scores.min()),
        right="spread",
        options=POINTS,
        reasons={
            "standard": _(
                "That is how operations support is led: its work repeats, so a standard and "
                "training help. The front line is told what to reach, not how."
            ),
            "spread": _(
                "Yes. The front line is led by its KPIs: a spread is opened, people move up and "
                "down, and the best are rewarded well."
            ),
            "same": _(
                "That closes the spread. In the front line a good result and a weak one are to "
                "feel different."
            ),
            "support": _(
                "That is how the rear is led: it supports those at the front at once, and their "
                "satisfaction is its measure. The front line answers for its targets."
            ),
        },
        hints=(
            _("Three forces, three ways: targets, standards, service. Which is the front line's?"),
            _("A manager of the front line has five KPIs with targets and weights."),
        ),
        solution=_(
            "The front line has targets and weights: the points say how the month was, and pay and "
            "place follow them. Standards and training are for operations support, service and "
            "the satisfaction of those served are for the rear."
        ),
        code='"spread"',
    )


WIDEST = 6  # people that a manager may lead at most
SAVING = 0.15  # share of today's cost that the plan must save
PREMIUM = 0.2  # what a team leader costs beyond the best paid of the people led


def _supervisors(shop: Shop) -> list[str]:
    """Return the posts between a manager and a team, those of the smallest teams first."""
    depth, spans = topic.layers(shop, structure=SEVEN), topic.spans(shop, structure=SEVEN)
    return sorted((post for post in spans.index if depth[post] == 3), key=spans.__getitem__)


def _measures(shop: Shop) -> Callable[[sheet.PlanAnswer], Measures]:
    """Return a function that measures the structure of a plan, each plan once."""
    minutes, graph = _minutes(shop), topic.reporting_graph(shop, structure=SEVEN)
    leads = _supervisors(shop)

    @cache
    def measured(*, closed: float, span: float, approvals: float) -> Measures:
        merge = {post: next(graph.predecessors(post)) for post in leads[: int(closed)]}
        merged = topic.design(
            shop, structure=SEVEN, merge=merge, widest_span=int(span), leader_premium=PREMIUM
        )
        rules = merged.mandates
        raised, decided = rules.set_index("kind").loc["campaign", ENDS]
        led = graph_of(merged.posts)  # design has looked at them: once is enough for a plan
        path = path_of(led, raised, decided)
        decides = path[min(int(approvals), len(path)) - 1]
        decided_by = rules["decided_by"].mask(rules["kind"] == "campaign", decides)
        return measured_of(led, rules.assign(decided_by=decided_by), minutes, WINDOW)

    return lambda answer: measured(**answer)


def _score(row: Measures, budget: float, goal: float) -> sheet.Score:
    met = (row.monthly_cost <= budget, row.campaign_in_time >= goal, row.widest_span <= WIDEST)
    words = (
        _("It costs ¥{row.monthly_cost:,.0f} a month; the budget is ¥{budget:,.0f}."),
        _("{row.campaign_in_time:.0%} of campaigns decided within two hours; {goal:.0%} must be."),
        _("The busiest manager leads {row.widest_span:.3g} people; at most {most} are allowed."),
    )
    told = (line.format(row=row, budget=budget, goal=goal, most=WIDEST) for line in words)
    verdicts = (_("Met: ") if good else _("Missed: ") for good in met)
    lines = tuple(verdict + line for verdict, line in zip(verdicts, told, strict=True))
    return sheet.Score(40 * met[0] + 40 * met[1] + 20 * met[2], all(met), lines)


@sheet.plan(
    id="organisation-plan",
    objective="organisation-design",
    minutes=15,
    title=_("Faster and cheaper: plan a structure"),
    fields=(
        sheet.Field("closed", _("Supervisor posts closed"), 0, 5, unit="posts"),
        sheet.Field("span", _("Most people a manager leads"), 3, 12, start=6, unit="people"),
        sheet.Field(
            "approvals", _("Approvals of a campaign decision"), 1, 4, start=4, unit="approvals"
        ),
    ),
    mistakes={
        "too_wide": _(
            "Your structure is cheap because one manager leads more people than anybody can look "
            "after. Lower the span to the limit."
        ),
        "everyone_signs": _(
            "Too many people sign. Each approval costs waiting time: give the mandate to a post "
            "closer to the campaign."
        ),
        "too_many_leaders": _(
            "The team leaders that a narrow span needs cost more than you saved. Allow a manager "
            "as many people as the limit does."
        ),
        "closed_too_many": _(
            "You closed the supervisors of the large teams. Their bosses now need team leaders, "
            "who cost more than the supervisor did. Keep the supervisor of the largest team."
        ),
        "saved_too_little": _(
            "It is fast enough, but it costs too much. Close more supervisor posts."
        ),
    },
)
def structure_plan(shop: Shop) -> sheet.PlanSheet:
    minutes, measured = _minutes(shop), _measures(shop)
    today = topic.cost(shop, structure=SEVEN)["monthly_cost"].sum()
    budget = round(float(today) * (1 - SAVING), -3)
    two, three = (100 * topic.chance_in_time(layers, minutes, WINDOW) for layers in (2, 3))
    goal = round((two + three) / 10) / 20  # two approvals reach it, three miss it; in steps of 5 %

    def too_dear(answer: sheet.PlanAnswer) -> bool:
        return measured(answer).monthly_cost > budget

    return sheet.PlanSheet(
        prompt=_(
            "The company with seven departments must save {saving:.0%} and decide faster. Its new "
            "structure may cost at most **¥{budget:,.0f}** a month, must make at least "
            "**{goal:.0%}** of campaign decisions within two hours, and nobody may lead more than "
            "**{widest} people**.\n\n"
            "You set three numbers. How many of the {posts} supervisor posts close: the one with "
            "the smallest team first, and its people report to the supervisor's boss. How many "
            "people a manager may lead: whoever has more gets team leaders, who cost {premium:.0%} "
            "more than the people led. How many approvals a campaign needs: with 1 the boss of the "
            "one who asks decides, with 2 the next post on the way to the purchasing manager. One "
            "approval takes {minutes} minutes on average, and the times are exponential."
        ).format(
            saving=SAVING,
            budget=budget,
            goal=goal,
            widest=WIDEST,
            posts=len(_supervisors(shop)),
            premium=PREMIUM,
            minutes=minutes,
        ),
        right={"closed": 4, "span": 6, "approvals": 2},
        score=lambda answer: _score(measured(answer), budget, goal),
        wrong={
            "too_wide": {"closed": 5, "span": 12, "approvals": 1},
            "everyone_signs": {"closed": 4, "span": 6, "approvals": 4},
            "too_many_leaders": {"closed": 4, "span": 4, "approvals": 1},
            "closed_too_many": {"closed": 5, "span": 6, "approvals": 1},
            "saved_too_little": {"closed": 1, "span": 6, "approvals": 1},
        },
        detects={
            "too_wide": lambda answer: measured(answer).widest_span > WIDEST,
            "everyone_signs": lambda answer: measured(answer).campaign_in_time < goal,
            "too_many_leaders": lambda answer: answer["span"] < WIDEST and too_dear(answer),
            "closed_too_many": lambda answer: answer["closed"] > 4 and too_dear(answer),
            "saved_too_little": lambda answer: answer["closed"] <= 4 and too_dear(answer),
        },
        hints=(
            _("Change one number at a time and read the three lines."),
            _("Closing a post saves its cost, until the boss needs team leaders instead."),
            _(
                "How many approvals fit? Under “The way of a decision” change `approvals`, and "
                "read the chance."
            ),
        ),
        solution=_(
            "Close four supervisor posts: their bosses then still lead {widest} people or fewer, "
            "so no team leaders are needed and the saving remains. The fifth team is so large "
            "that its boss would need them. Let the boss of the specialist decide, or the next "
            "post: one approval or two."
        ).format(widest=WIDEST),
        code='{"closed": 4, "span": 6, "approvals": 2}',
    )
