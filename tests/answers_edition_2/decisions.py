"""Wrong answers to the exercises on decisions."""

from __future__ import annotations

import pandas as pd

from ecokit import Shop, decisions
from tests.answers.road import Answer

KINDS = ("campaign", "product", "service")
POSTS = ("finance", "general_manager", "traffic_manager")
TODAY = {"mandate": 1300, "at_once": 0, "deputy": 0}


def three(value: float) -> str:
    return f"{value:.3f}"


def in_window(shop: Shop, layers: int | None) -> dict[str, str]:
    table = decisions.summarise(shop, by="kind" if layers is None else ["kind", "layers"])
    if layers is not None:
        table = table[table["layers"] == layers]
    shares = table.set_index("kind")["in_window"]
    return {kind: three(shares[kind]) for kind in KINDS}


def two_hours_for_all(shop: Shop) -> dict[str, str]:
    rows = decisions.add_minutes(shop.decisions)
    rows = rows[rows["layers"] == 2]
    shares = (rows["minutes"] <= 120).groupby(rows["kind"]).mean()
    return {kind: three(shares[kind]) for kind in KINDS}


def campaign_row(shop: Shop, column: str, layers: int | None) -> float:
    table = decisions.summarise(shop, by=["kind", "layers"] if layers else "kind")
    table = table[table["kind"] == "campaign"]
    if layers:
        table = table[table["layers"] == layers]
    return float(table[column].item())


def one_approval(shop: Shop) -> float:
    rows = campaign(shop)
    fit = decisions.fit_layers(rows).set_index("layers")
    return float(fit.loc[1, "per_layer"])


def campaign(shop: Shop) -> dict[str, pd.DataFrame]:
    rows = shop.decisions[shop.decisions["kind"] == "campaign"]
    asked = shop.approvals[shop.approvals["decision_id"].isin(rows["decision_id"])]
    return {"decisions": rows, "approvals": asked}


def waits(shop: Shop, column: str, places: int) -> dict[str, str]:
    table = decisions.waiting(campaign(shop), by="post_id").set_index("post_id")
    return {post: f"{table.loc[post, column]:.{places}f}" for post in POSTS}


def waits_of_all_kinds(shop: Shop) -> dict[str, str]:
    table = decisions.waiting(shop, by="post_id").set_index("post_id")
    return {post: f"{table.loc[post, 'hours']:.1f}" for post in POSTS}


def closed_form(layers: int, minutes: float, *, parallel: bool) -> str:
    return three(float(decisions.DecisionTime.of(layers, minutes, parallel=parallel).cdf(120)))


def lost(shop: Shop, kind: str) -> str:
    table = decisions.lost_value(shop, by="kind").set_index("kind")["lost"]
    return f"{table.sum() if kind == 'all' else table[kind]:.0f}"


def rejected_too(shop: Shop) -> str:
    rows = campaign(shop)["decisions"]
    return f"{(rows['potential'] - rows['effect'].fillna(0)).sum():.0f}"


ANSWERS = [
    Answer(
        exercise="decisions-share-in-window",
        road="Copied in_window from the cell as it stands.",
        mistake="That holds decisions of any number of approvals.",
        answer=lambda shop: in_window(shop, None),
        typed={"campaign": "0.731", "product": "0.946", "service": "0.997"},
    ),
    Answer(
        exercise="decisions-share-in-window",
        road="Took the rows with three layers, counting who asks as the first.",
        mistake="Layers are the posts that approve; two were asked.",
        answer=lambda shop: in_window(shop, 3),
        typed={"campaign": "0.405", "product": "0.946", "service": "0.988"},
    ),
    Answer(
        exercise="decisions-share-in-window",
        road="Counted the decisions made within two hours, as the page speaks of.",
        mistake="Two hours are the window of campaigns only.",
        answer=two_hours_for_all,
        typed={"campaign": "0.644", "product": "0.045", "service": "0.959"},
    ),
    Answer(
        exercise="decisions-nine-of-ten",
        road="Read p90 of the row campaign in the cell as it stands.",
        mistake="That is all campaign decisions, not those with three approvals.",
        answer=lambda shop: f"""{campaign_row(shop, "p90", None):.0f}""",
        typed="183",
    ),
    Answer(
        exercise="decisions-nine-of-ten",
        road="Took the mean of the campaign decisions with three approvals.",
        mistake="By the mean some six of ten are made, not nine.",
        answer=lambda shop: f"""{campaign_row(shop, "mean", 3):.0f}""",
        typed="141",
    ),
    Answer(
        exercise="decisions-nine-of-ten",
        road="Took p90 of decisions with one approval three times.",
        mistake="Means add up, percentiles do not.",
        answer=lambda shop: f"""{3 * campaign_row(shop, "p90", 1):.0f}""",
        typed="295",
    ),
    Answer(
        exercise="decisions-hours-by-post",
        road="Changed the kind and took the column mean.",
        mistake="That is minutes for each request, not all hours together.",
        answer=lambda shop: waits(shop, "mean", 1),
        typed={"finance": "40.8", "general_manager": "56.0", "traffic_manager": "45.7"},
    ),
    Answer(
        exercise="decisions-hours-by-post",
        road="Changed the kind and took the column of approvals.",
        mistake="That is how often a post was asked.",
        answer=lambda shop: waits(shop, "approvals", 0),
        typed={"finance": "74", "general_manager": "192", "traffic_manager": "353"},
    ),
    Answer(
        exercise="decisions-hours-by-post",
        road="Added up the waits of all kinds of decision.",
        mistake="Only campaign decisions were asked.",
        answer=waits_of_all_kinds,
        typed={"finance": "878.0", "general_manager": "2016.6", "traffic_manager": "269.1"},
    ),
    Answer(
        exercise="decisions-three-layers",
        road="Changed the minutes in the cell and left two layers.",
        mistake="Three posts approve.",
        answer=lambda shop: closed_form(2, round(one_approval(shop), 1), parallel=False),
        typed="0.774",
    ),
    Answer(
        exercise="decisions-three-layers",
        road="Changed both numbers and read the last line that is printed.",
        mistake="That is for posts asked all at once.",
        answer=lambda shop: closed_form(3, round(one_approval(shop), 1), parallel=True),
        typed="0.833",
    ),
    Answer(
        exercise="decisions-three-layers",
        road="Took three approvals as one of three times the minutes.",
        mistake="The sum of three exponential times is not exponential.",
        answer=lambda shop: closed_form(1, 3 * round(one_approval(shop), 1), parallel=False),
        typed="0.611",
    ),
    Answer(
        exercise="decisions-three-layers",
        road="Changed the layers and left the 45 minutes.",
        mistake="One approval takes 48.3 minutes.",
        answer=lambda shop: closed_form(3, 45, parallel=False),
        typed="0.498",
    ),
    Answer(
        exercise="decisions-price-of-waiting",
        road="Ran the cell as it stands.",
        mistake="It tells of service decisions.",
        answer=lambda shop: lost(shop, "service"),
        typed="6117",
    ),
    Answer(
        exercise="decisions-price-of-waiting",
        road="Added up what all kinds of decision lost.",
        mistake="Only campaign decisions were asked.",
        answer=lambda shop: lost(shop, "all"),
        typed="101462",
    ),
    Answer(
        exercise="decisions-price-of-waiting",
        road="Took potential less effect over all campaign decisions.",
        mistake="A rejected decision lost nothing by waiting; it was not to be made.",
        answer=rejected_too,
        typed="131183",
    ),
    Answer(
        exercise="decisions-best-change",
        road="Took the post that is asked last out, as fewer layers are faster.",
        mistake="Finance is asked only for the dearest few.",
        answer=lambda shop: "a",
        typed="a",
    ),
    Answer(
        exercise="decisions-best-change",
        road="Helped the post with the longest bar.",
        mistake="It is busy, and other changes keep more.",
        answer=lambda shop: "c",
        typed="c",
    ),
    Answer(
        exercise="decisions-best-change",
        road="Remembered that mandates are cheaper than reorganisations.",
        mistake="True, and yet in the rush another change keeps more.",
        answer=lambda shop: "d",
        typed="d",
    ),
    Answer(
        exercise="decisions-design-path",
        road="Left the path as it is today.",
        mistake="Too few decisions are made within two hours.",
        answer=lambda shop: dict(TODAY),
        typed={"mandate": 1300, "at_once": 0, "deputy": 0},
    ),
    Answer(
        exercise="decisions-design-path",
        road="Let the traffic manager decide everything alone.",
        mistake="No money needs a second post any more.",
        answer=lambda shop: {**TODAY, "mandate": 3000},
        typed={"mandate": 3000, "at_once": 0, "deputy": 0},
    ),
    Answer(
        exercise="decisions-design-path",
        road="Gave the busiest post a deputy and changed nothing else.",
        mistake="The deputy costs more than faster decisions bring in.",
        answer=lambda shop: {**TODAY, "deputy": 1},
        typed={"mandate": 1300, "at_once": 0, "deputy": 1},
    ),
]
