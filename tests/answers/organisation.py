"""Wrong answers to the exercises on organisation."""

from __future__ import annotations

from math import ceil, exp
from typing import Any

import pandas as pd

from ecokit import organisation
from ecokit.shop import Shop
from tests.answers.road import Answer

SEVEN, CENTERS, FORCES = "seven_departments", "three_centers", "three_forces"
MINUTES = 47  # the prompt says so
DOUBLE_11 = pd.Timestamp("2025-11-11")


def deepest(shop: Shop, structure: str) -> int:
    return int(organisation.layers(shop, structure=structure).max())


def way(shop: Shop, structure: str, kind: str) -> list[str]:
    """Name the posts of an approval path, the one that asks first."""
    paths = organisation.approval_paths(shop, structure=structure).set_index("kind")
    return str(paths.loc[kind, "path"]).split(" → ")


def posts_of(shop: Shop, structure: str) -> Any:
    return shop.posts[shop.posts["structure"] == structure]


def yuan(amount: float) -> str:
    return f"¥{amount:,.0f}"


def share(approvals: int, minutes: float = MINUTES) -> float:
    return organisation.chance_in_time(approvals, minutes, window_minutes=120)


def layers_of_our_shop(shop: Shop) -> dict[str, str]:
    return {name: str(deepest(shop, FORCES)) for name in (SEVEN, CENTERS, FORCES)}


def layers_below_the_top(shop: Shop) -> dict[str, str]:
    return {name: str(deepest(shop, name) - 1) for name in (SEVEN, CENTERS, FORCES)}


def layers_on_the_path(shop: Shop) -> dict[str, str]:
    return {name: str(len(way(shop, name, "campaign")) - 1) for name in (SEVEN, CENTERS, FORCES)}


def layers_with_suppliers(shop: Shop) -> dict[str, str]:
    one_more = {
        name: int((posts_of(shop, name)["sourcing"] == "outsourced").any())
        for name in (SEVEN, CENTERS, FORCES)
    }
    return {name: str(deepest(shop, name) + more) for name, more in one_more.items()}


def span_of_our_shop(shop: Shop) -> str:
    return f"{organisation.mean_span(shop, structure=FORCES):.2f}"


def span_with_suppliers(shop: Shop) -> str:
    posts = posts_of(shop, CENTERS)
    led = posts.loc[posts["reports_to"].notna(), "headcount"].sum()
    return f"{led / posts['reports_to'].nunique():.2f}"


def span_in_posts(shop: Shop) -> str:
    posts = posts_of(shop, CENTERS)
    inside = posts[(posts["sourcing"] == "inside") & posts["reports_to"].notna()]
    return f"{len(inside) / inside['reports_to'].nunique():.2f}"


def people_by_managers(shop: Shop) -> str:
    table = organisation.compare(shop, minutes_per_approval=MINUTES).set_index("structure")
    return f"{table.loc[CENTERS, 'people_inside'] / table.loc[CENTERS, 'managers']:.2f}"


def pay_of_everybody(shop: Shop) -> str:
    return yuan(shop.staff["monthly_cost"].sum())


def mean_pay_times_people(shop: Shop) -> str:
    staff = shop.staff
    left = staff["left_on"] <= DOUBLE_11
    people = ((staff["hired_on"] <= DOUBLE_11) & ~left).sum()
    return yuan(round(staff["monthly_cost"].mean(), -2) * people)


def pay_of_the_cell(shop: Shop) -> str:
    table = organisation.cost(shop, by="sourcing", structure=CENTERS).set_index("sourcing")
    return yuan(table.loc["inside", "monthly_cost"])


def pay_of_the_plan(shop: Shop) -> str:
    return yuan(organisation.cost(shop, structure=FORCES)["monthly_cost"].sum())


def approvals_before_the_last(shop: Shop) -> str:
    return str(len(way(shop, SEVEN, "service")) - 2)


def posts_on_the_path(shop: Shop) -> str:
    return str(len(way(shop, SEVEN, "service")))


def approvals_in_the_centers(shop: Shop) -> str:
    return str(len(way(shop, CENTERS, "service")) - 1)


def approvals_in_our_shop(shop: Shop) -> str:
    return str(len(way(shop, FORCES, "service")) - 1)


def the_cell_as_it_stands(shop: Shop) -> str:
    return f"{share(2, organisation.approval_minutes(shop)):.0%}"


def the_rule_of_three(shop: Shop) -> str:
    return f"{120 / (4 * MINUTES):.0%}"


def half_an_hour_each(shop: Shop) -> str:
    return f"{(1 - exp(-30 / MINUTES)) ** 4:.1%}"


def a_share_instead_of_per_cent(shop: Shop) -> str:
    return f"{share(4):.2f}"


def decides_products(shop: Shop) -> str:
    return way(shop, SEVEN, "product")[-1].removeprefix("d_").removesuffix("_manager")


def first_manager_of_campaigns(shop: Shop) -> str:
    managers = [post for post in way(shop, SEVEN, "campaign") if post.endswith("_manager")]
    return managers[0].removeprefix("d_").removesuffix("_manager")


def supervisors(shop: Shop) -> Any:
    posts = posts_of(shop, SEVEN)
    return posts[posts["post_id"].str.endswith("_supervisor")]


def enough_supervisors(shop: Shop) -> int:
    """Divide the saving asked for by the pay of a supervisor, and forget nothing else."""
    today = organisation.cost(shop, structure=SEVEN)["monthly_cost"].sum()
    return ceil(0.05 * today / supervisors(shop)["monthly_cost"].min())


def close_all(shop: Shop) -> dict[str, float]:
    return {"closed": len(supervisors(shop)), "span": 8, "approvals": 2}


def leave_the_span(shop: Shop) -> dict[str, float]:
    return {"closed": enough_supervisors(shop), "span": 6, "approvals": 2}


def leave_the_approvals(shop: Shop) -> dict[str, float]:
    approvals = len(way(shop, SEVEN, "campaign")) - 1
    return {"closed": enough_supervisors(shop), "span": 8, "approvals": approvals}


def no_team_leaders(shop: Shop) -> dict[str, float]:
    return {"closed": len(supervisors(shop)) - 1, "span": 12, "approvals": 2}


ANSWERS: list[Answer] = [
    Answer(
        exercise="organisation-layers",
        road="Runs the cell that counts the layers and types its last layer for all three charts.",
        mistake="The name of the structure in the cell was not changed.",
        answer=layers_of_our_shop,
        typed={"seven_departments": "3", "three_centers": "3", "three_forces": "3"},
    ),
    Answer(
        exercise="organisation-layers",
        road="Counts on the charts how many steps to the right there are.",
        mistake="The general manager was counted as layer 0, not as layer 1.",
        answer=layers_below_the_top,
        typed={"seven_departments": "3", "three_centers": "3", "three_forces": "2"},
    ),
    Answer(
        exercise="organisation-layers",
        road="Counts the approvals along the orange line of each chart.",
        mistake="The layers on the path of a campaign were taken for the layers of the structure.",
        answer=layers_on_the_path,
        typed={"seven_departments": "4", "three_centers": "4", "three_forces": "1"},
    ),
    Answer(
        exercise="organisation-layers",
        road="Counts the layers and one more for the dashed posts of the suppliers.",
        mistake="Suppliers were taken for a layer below the company.",
        answer=layers_with_suppliers,
        typed={"seven_departments": "4", "three_centers": "5", "three_forces": "3"},
    ),
    Answer(
        exercise="organisation-mean-span",
        road="Takes the mean of the spans that the cell prints.",
        mistake="The cell shows the three forces and was not changed to the three centers.",
        answer=span_of_our_shop,
        typed="4.36",
    ),
    Answer(
        exercise="organisation-mean-span",
        road="Adds up all headcounts below the top and divides them by the number of managers.",
        mistake="The people of the suppliers were counted, whom their own company leads.",
        answer=span_with_suppliers,
        typed="4.23",
    ),
    Answer(
        exercise="organisation-mean-span",
        road="Counts on the chart the rows under each manager and takes the mean.",
        mistake="Posts were counted, not the people who hold them.",
        answer=span_in_posts,
        typed="1.62",
    ),
    Answer(
        exercise="organisation-mean-span",
        road="Divides the people inside the company by the managers.",
        mistake="The general manager was counted among the people who are led.",
        answer=people_by_managers,
        typed="3.15",
    ),
    Answer(
        exercise="organisation-payroll",
        road="Adds up the column `monthly_cost` of `staff`.",
        mistake="Those who had left by then were counted as well.",
        answer=pay_of_everybody,
        typed="¥724,100",
    ),
    Answer(
        exercise="organisation-payroll",
        road="Counts the people of the day and multiplies by the mean pay in the table.",
        mistake="The mean is of all who ever worked here, and it was rounded on the way.",
        answer=mean_pay_times_people,
        typed="¥632,100",
    ),
    Answer(
        exercise="organisation-payroll",
        road="Reads the cost of the people inside in the table right above the exercise.",
        mistake="This is the plan of the three centers, not who was there on 11 November.",
        answer=pay_of_the_cell,
        typed="¥617,000",
    ),
    Answer(
        exercise="organisation-payroll",
        road="Takes the monthly cost of the three forces from the comparison.",
        mistake="The plan in `posts` was read instead of the people in `staff`.",
        answer=pay_of_the_plan,
        typed="¥603,000",
    ),
    Answer(
        exercise="organisation-approvals",
        road="Counts the posts between the agent and the warehouse supervisor.",
        mistake="The post that decides was not counted.",
        answer=approvals_before_the_last,
        typed="4",
    ),
    Answer(
        exercise="organisation-approvals",
        road="Counts all names on the path.",
        mistake="The agent who asks was counted as saying yes.",
        answer=posts_on_the_path,
        typed="6",
    ),
    Answer(
        exercise="organisation-approvals",
        road="Reads the service row of the structure with three centers.",
        mistake="Right kind of decision, wrong structure.",
        answer=approvals_in_the_centers,
        typed="3",
    ),
    Answer(
        exercise="organisation-approvals",
        road="Thinks of the shop as it is today, where the service lead decides.",
        mistake="The word today was read as the structure of today.",
        answer=approvals_in_our_shop,
        typed="1",
    ),
    Answer(
        exercise="organisation-two-hours",
        road="Runs the cell above and types the chance it prints.",
        mistake="The number of approvals was left at two.",
        answer=the_cell_as_it_stands,
        typed="73%",
    ),
    Answer(
        exercise="organisation-two-hours",
        road="Four approvals take 188 minutes, and 120 of 188 is the share.",
        mistake="A mean time was treated as if all decisions took a part of it.",
        answer=the_rule_of_three,
        typed="64%",
    ),
    Answer(
        exercise="organisation-two-hours",
        road="Gives each approval half an hour and multiplies the four chances.",
        mistake="The window was cut into four, but a fast approval leaves time for a slow one.",
        answer=half_an_hour_each,
        typed="5.0%",
    ),
    Answer(
        exercise="organisation-two-hours",
        road="Changes the cell to four approvals and types the result of `chance_in_time`.",
        mistake="A share was typed where per cent were asked for.",
        answer=a_share_instead_of_per_cent,
        typed="0.25",
    ),
    Answer(
        exercise="organisation-single-point",
        road="Looks for the manager who decides about products, because money passes there.",
        mistake="This post is on the path of product decisions only.",
        answer=decides_products,
        typed="finance",
    ),
    Answer(
        exercise="organisation-single-point",
        road="Follows the campaign decision and takes the first manager on its way.",
        mistake="This post is on the path of campaign decisions only.",
        answer=first_manager_of_campaigns,
        typed="marketing",
    ),
    Answer(
        exercise="organisation-single-point",
        road="Reasons that nothing goes without people, and that their department is the smallest.",
        mistake="A small department is not a post on the path of decisions.",
        answer=lambda shop: "people",
        typed="people",
    ),
    Answer(
        exercise="organisation-plan",
        road="Closes all supervisor posts, since each saves a pay, and asks two approvals.",
        mistake="The bosses then lead too many, and team leaders come back and cost more.",
        answer=close_all,
        typed={"closed": 5, "span": 8, "approvals": 2},
    ),
    Answer(
        exercise="organisation-plan",
        road="Closes as many posts as pay the saving and leaves the span where the slider stands.",
        mistake="A span of six brings a layer of team leaders that costs more than was saved.",
        answer=leave_the_span,
        typed={"closed": 3, "span": 6, "approvals": 2},
    ),
    Answer(
        exercise="organisation-plan",
        road="Closes as many posts as pay the saving; fewer posts decide faster anyway.",
        mistake="Even with a post closed the path is too long for two hours.",
        answer=leave_the_approvals,
        typed={"closed": 3, "span": 8, "approvals": 4},
    ),
    Answer(
        exercise="organisation-plan",
        road="Sets the span as wide as it goes, so that no team leader is needed, and closes four.",
        mistake="One manager then leads more than eight people.",
        answer=no_team_leaders,
        typed={"closed": 4, "span": 12, "approvals": 2},
    ),
]
