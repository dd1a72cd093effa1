"""Wrong answers to the exercises on organisation."""

from __future__ import annotations

from ecokit import Shop, organisation
from tests.answers.road import Answer

DOUBLE_11 = "2025-11-11"


def layers(shop: Shop) -> dict[str, int]:
    return {
        name: int(organisation.layers(shop, structure=name).max())
        for name in organisation.STRUCTURES
    }


def steps_below_the_top(shop: Shop) -> dict[str, str]:
    return {name: str(count - 1) for name, count in layers(shop).items()}


def same_cell_for_all(shop: Shop) -> dict[str, str]:
    return {name: str(layers(shop)["three_forces"]) for name in organisation.STRUCTURES}


def number_in_the_name(shop: Shop) -> dict[str, str]:
    words = {"seven": "7", "three": "3"}
    return {name: words[name.split("_")[0]] for name in organisation.STRUCTURES}


def posts_on_the_orange_line(shop: Shop) -> dict[str, str]:
    found = {}
    for name in organisation.STRUCTURES:
        paths = organisation.approval_paths(shop, structure=name).set_index("kind")
        found[name] = str(len(paths.loc["campaign", "path"].split(" → ")))
    return found


def two(value: float) -> str:
    return f"{value + 1e-9:.2f}"


def posts_led(shop: Shop) -> str:
    posts = shop.posts.query("structure == 'three_centers' and sourcing == 'inside'")
    return two(float(posts["reports_to"].value_counts().mean()))


def suppliers_led(shop: Shop) -> str:
    posts = shop.posts.query("structure == 'three_centers'")
    inside = organisation.spans(shop, structure="three_centers")
    bought = posts.loc[posts["sourcing"] == "outsourced", "headcount"].sum()
    return two(float((inside.sum() + bought) / len(inside)))


def whole_payroll(shop: Shop) -> str:
    return f"{shop.staff['monthly_cost'].sum():.0f}"


def still_here(shop: Shop) -> str:
    return f"{shop.staff.loc[shop.staff['left_on'].isna(), 'monthly_cost'].sum():.0f}"


def came_before(shop: Shop) -> str:
    return f"{shop.staff.loc[shop.staff['hired_on'] <= DOUBLE_11, 'monthly_cost'].sum():.0f}"


def planned_pay(shop: Shop) -> str:
    rows = organisation.cost(shop, structure="three_forces")
    return f"{rows['monthly_cost'].sum():.0f}"


def service_path(shop: Shop) -> list[str]:
    paths = organisation.approval_paths(shop, structure="seven_departments").set_index("kind")
    return paths.loc["service", "path"].split(" → ")


def campaign_row(shop: Shop) -> str:
    paths = organisation.approval_paths(shop, structure="seven_departments").set_index("kind")
    return str(paths.loc["campaign", "approvals"])


def up_to_the_top(shop: Shop) -> str:
    return str(service_path(shop).index("d_general_manager"))


def minutes(shop: Shop) -> int:
    return round(organisation.approval_minutes(shop))


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


ANSWERS = [
    Answer(
        exercise="organisation-layers",
        road="Counted the steps from the general manager down to the last post.",
        mistake="The general manager is layer 1, not 0.",
        answer=steps_below_the_top,
        typed={"seven_departments": "3", "three_centers": "3", "three_forces": "2"},
    ),
    Answer(
        exercise="organisation-layers",
        road="Ran the cell that counts posts by layer as it stands and typed it three times.",
        mistake="The cell shows the three forces only; the name was not changed.",
        answer=same_cell_for_all,
        typed={"seven_departments": "3", "three_centers": "3", "three_forces": "3"},
    ),
    Answer(
        exercise="organisation-layers",
        road="Took the number in the name of each structure.",
        mistake="Seven departments and three centers stand side by side; they are no layers.",
        answer=number_in_the_name,
        typed={"seven_departments": "7", "three_centers": "3", "three_forces": "3"},
    ),
    Answer(
        exercise="organisation-layers",
        road="Counted the posts that the orange line touches in each chart.",
        mistake="That is the way of a decision, up and down again; layers count one way.",
        answer=posts_on_the_orange_line,
        typed={"seven_departments": "5", "three_centers": "5", "three_forces": "2"},
    ),
    Answer(
        exercise="organisation-mean-span",
        road="Averaged the spans in the table of the notebook without changing the structure.",
        mistake="The table shows the three forces, not the three centers.",
        answer=lambda shop: two(organisation.mean_span(shop, structure="three_forces")),
        typed="3.13",
    ),
    Answer(
        exercise="organisation-mean-span",
        road="Counted in the chart how many posts hang below each manager, and averaged.",
        mistake="A post can have several people, and one person two posts.",
        answer=posts_led,
        typed="1.62",
    ),
    Answer(
        exercise="organisation-mean-span",
        road="Counted the people of the suppliers with those whom the directors lead.",
        mistake="Only people of the company count; a supplier leads its own.",
        answer=suppliers_led,
        typed="2.80",
    ),
    Answer(
        exercise="organisation-mean-span",
        road="Read mean_span off the table side by side, in its first row.",
        mistake="The first row is the seven departments.",
        answer=lambda shop: two(organisation.mean_span(shop, structure="seven_departments")),
        typed="2.33",
    ),
    Answer(
        exercise="organisation-payroll",
        road="Added up the pay of all rows of the table.",
        mistake="Some of them had left by then, and one had not come yet.",
        answer=whole_payroll,
        typed="303700",
    ),
    Answer(
        exercise="organisation-payroll",
        road="Added up the pay of those who have no day of leaving.",
        mistake="Counts somebody who came only after 11 November.",
        answer=still_here,
        typed="255200",
    ),
    Answer(
        exercise="organisation-payroll",
        road="Added up the pay of all who were hired by 11 November.",
        mistake="Keeps those who had left before.",
        answer=came_before,
        typed="290400",
    ),
    Answer(
        exercise="organisation-payroll",
        road="Took the monthly cost of the three forces from the table side by side.",
        mistake="That is the plan of the posts, not the people who were there.",
        answer=planned_pay,
        typed="252250",
    ),
    Answer(
        exercise="organisation-approvals",
        road="Counted all names in the path of the service decision.",
        mistake="Counts the agent, who asks and does not approve.",
        answer=lambda shop: str(len(service_path(shop))),
        typed="6",
    ),
    Answer(
        exercise="organisation-approvals",
        road="Took the row of the campaign in the table of paths, as the page does.",
        mistake="It is the page's case, not the service decision.",
        answer=campaign_row,
        typed="4",
    ),
    Answer(
        exercise="organisation-approvals",
        road="Went from the agent up to the general manager and counted the posts.",
        mistake="Leaves out the way down to the supervisor who decides.",
        answer=up_to_the_top,
        typed="3",
    ),
    Answer(
        exercise="organisation-two-hours",
        road="Typed the per cent that the cell prints as it stands.",
        mistake="The cell is set to two approvals, not four.",
        answer=lambda shop: f"{100 * organisation.chance_in_time(2, minutes(shop)):.0f}",
        typed="71",
    ),
    Answer(
        exercise="organisation-two-hours",
        road="Put 4 into the cell and typed the share as a fraction.",
        mistake="The answer is asked in per cent.",
        answer=lambda shop: f"{organisation.chance_in_time(4, minutes(shop)):.2f}",
        typed="0.24",
    ),
    Answer(
        exercise="organisation-two-hours",
        road="Divided the 120 minutes by the four times 48 minutes that are needed.",
        mistake="A part of the mean time is no chance of being ready.",
        answer=lambda shop: percent(120 / (4 * minutes(shop))),
        typed="62.5",
    ),
    Answer(
        exercise="organisation-two-hours",
        road="Took four approvals as one of 192 minutes on average.",
        mistake="The sum of four exponential times is not exponential.",
        answer=lambda shop: percent(organisation.chance_in_time(1, 4 * minutes(shop))),
        typed="46.5",
    ),
    Answer(
        exercise="organisation-single-point",
        road="Remembered from the page that a campaign passes the marketing manager.",
        mistake="Product decisions and those of service never reach marketing.",
        answer=lambda shop: "marketing",
        typed="marketing",
    ),
    Answer(
        exercise="organisation-single-point",
        road="Thought that whoever holds the money can stop everything.",
        mistake="In the table finance stands on the way of products only.",
        answer=lambda shop: "finance",
        typed="finance",
    ),
    Answer(
        exercise="organisation-single-point",
        road="Thought of who hires the deputies when somebody is ill.",
        mistake="The question is who approves; human resources stand on no path.",
        answer=lambda shop: "people",
        typed="people",
    ),
    Answer(
        exercise="organisation-plan",
        road="Closed all supervisor posts, and let managers lead as many as it takes.",
        mistake="Cheap and fast, but people have a boss with far too many others.",
        answer=lambda shop: {"closed": 5, "span": 12, "approvals": 1},
        typed={"closed": 5, "span": 12, "approvals": 1},
    ),
    Answer(
        exercise="organisation-plan",
        road="Gave the decision to the nearest boss and closed nothing.",
        mistake="It decides fast, and nothing is saved.",
        answer=lambda shop: {"closed": 0, "span": 6, "approvals": 1},
        typed={"closed": 0, "span": 6, "approvals": 1},
    ),
    Answer(
        exercise="organisation-plan",
        road="Closed all supervisors to save, and left the way of the campaign as it was.",
        mistake="Four approvals still take longer than two hours.",
        answer=lambda shop: {"closed": 5, "span": 6, "approvals": 4},
        typed={"closed": 5, "span": 6, "approvals": 4},
    ),
    Answer(
        exercise="organisation-two-hours",
        road="Took the four approvals that a campaign of the seven departments needs on the page.",
        mistake="Five approvals were asked.",
        answer=lambda shop: percent(organisation.chance_in_time(4, minutes(shop))),
        typed="24.2",
    ),
    Answer(
        exercise="organisation-two-hours",
        road="Multiplied the chance of one approval in two hours five times.",
        mistake="They come one after another, so all five must fit into the two hours together.",
        answer=lambda shop: percent(organisation.chance_in_time(1, minutes(shop)) ** 5),
        typed="65.2",
    ),
    Answer(
        exercise="organisation-approvals",
        road="Ran the cell as it stands and read the row of service.",
        mistake="The cell shows the three forces.",
        answer=lambda shop: str(
            organisation.approval_paths(shop, structure="three_forces")
            .set_index("kind")
            .loc["service", "approvals"]
        ),
        typed="1",
    ),
    Answer(
        exercise="organisation-lead-force",
        road="Wanted to help with a standard and a training.",
        mistake="So operations support is led; the front line is told what to reach.",
        answer=lambda shop: "standard",
        typed="standard",
    ),
    Answer(
        exercise="organisation-lead-force",
        road="Wanted peace among the three managers.",
        mistake="The front line is led by a wide spread of rewards.",
        answer=lambda shop: "same",
        typed="same",
    ),
    Answer(
        exercise="organisation-lead-force",
        road="Thought that a weak post should serve the others.",
        mistake="So the rear is led, by service to those at the front.",
        answer=lambda shop: "support",
        typed="support",
    ),
]
