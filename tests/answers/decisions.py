"""Wrong answers to the exercises on decisions."""

from __future__ import annotations

from typing import Any

from ecokit import decisions
from ecokit.shop import Shop
from tests.answers.road import Answer

KINDS = ("campaign", "product", "service")
POSTS = ("traffic_manager", "finance", "general_manager")
MINUTES = 46.7  # the prompt says so


def campaign(shop: Shop) -> dict[str, Any]:
    """Keep the campaign decisions and their approvals, as the notebook does."""
    rows = shop.decisions[shop.decisions["kind"] == "campaign"]
    approvals = shop.approvals[shop.approvals["decision_id"].isin(rows["decision_id"])]
    return {"decisions": rows, "approvals": approvals}


def timed(shop: Shop) -> Any:
    return decisions.add_minutes(shop.decisions)


def yuan(amount: float) -> str:
    return f"¥{amount:,.0f}"


def two_hours_for_all(shop: Shop) -> dict[str, str]:
    shares = (timed(shop)["minutes"] <= 120).groupby(shop.decisions["kind"]).mean()
    return {kind: f"{shares[kind]:.1%}" for kind in KINDS}


def approved_in_time_of_all(shop: Shop) -> dict[str, str]:
    rows = timed(shop)
    good = (rows["minutes"] <= rows["window_minutes"]) & (rows["outcome"] == "approved")
    shares = good.groupby(rows["kind"]).mean()
    return {kind: f"{shares[kind]:.3f}" for kind in KINDS}


def first_row_of_each_kind(shop: Shop) -> dict[str, str]:
    table = decisions.summarise(shop, by=["kind", "layers"]).sort_values(["kind", "layers"])
    first = table.groupby("kind")["in_window"].first()
    return {kind: f"{first[kind]:.1%}" for kind in KINDS}


def mean_of_the_layers(shop: Shop) -> dict[str, str]:
    table = decisions.summarise(shop, by=["kind", "layers"])
    mean = table.groupby("kind")["in_window"].mean()
    return {kind: f"{mean[kind]:.1%}" for kind in KINDS}


def nine_of_ten_of_everything(shop: Shop) -> str:
    return f"{timed(shop)['minutes'].quantile(0.9):.0f}"


def nine_of_ten_of_the_cell(shop: Shop) -> str:
    return f"{decisions.DecisionTime.of(2, 45).ppf(0.9):.0f}"


def nine_of_ten_of_three_layers(shop: Shop) -> str:
    table = decisions.summarise(shop, by=["kind", "layers"]).set_index(["kind", "layers"])
    return f"{table.loc[('campaign', 3), 'p90']:.0f}"


def nine_of_ten_in_hours(shop: Shop) -> str:
    table = decisions.summarise(shop).set_index("kind")
    return f"{table.loc['campaign', 'p90'] / 60:.1f}"


def hours_of_all_kinds(shop: Shop) -> dict[str, str]:
    hours = decisions.waiting(shop, by="post_id").set_index("post_id")["hours"]
    return {post: f"{hours[post]:.1f}" for post in POSTS}


def mean_wait_in_minutes(shop: Shop) -> dict[str, str]:
    mean = decisions.waiting(campaign(shop), by="post_id").set_index("post_id")["mean"]
    return {post: f"{mean[post]:.1f}" for post in POSTS}


def hours_since_the_decision_was_raised(shop: Shop) -> dict[str, str]:
    tables = campaign(shop)
    rows = tables["approvals"].merge(tables["decisions"][["decision_id", "raised_at"]])
    waited = rows["answered_at"] - rows["raised_at"]
    hours = (waited.dt.total_seconds() / 3600).groupby(rows["post_id"]).sum()
    return {post: f"{hours[post]:.1f}" for post in POSTS}


def numbers_of_approvals(shop: Shop) -> dict[str, str]:
    number = campaign(shop)["approvals"]["post_id"].value_counts()
    return {post: str(number[post]) for post in POSTS}


def only_the_layers_changed(shop: Shop) -> str:
    return f"{decisions.DecisionTime.of(3, 45).cdf(120):.1%}"


def only_the_minutes_changed(shop: Shop) -> str:
    return f"{decisions.DecisionTime.of(2, MINUTES).cdf(120):.1%}"


def all_at_once(shop: Shop) -> str:
    return f"{decisions.DecisionTime.of(3, MINUTES, parallel=True).cdf(120):.1%}"


def model_of_the_table(shop: Shop) -> str:
    table = decisions.fit_layers(campaign(shop)).set_index("layers")
    return f"{table.loc[3, 'model']:.1%}"


def lost_by_all_kinds(shop: Shop) -> str:
    return yuan(decisions.lost_value(shop)["lost"].sum())


def lost_with_the_rejected(shop: Shop) -> str:
    rows = campaign(shop)["decisions"]
    return yuan(rows["potential"].sum() - rows["effect"].sum())


def lost_by_the_late(shop: Shop) -> str:
    rows = decisions.add_minutes(campaign(shop)["decisions"])
    late = rows[(rows["outcome"] == "approved") & (rows["minutes"] > rows["window_minutes"])]
    return yuan(late["potential"].sum() - late["effect"].sum())


def lost_by_the_mean_share(shop: Shop) -> str:
    rows = campaign(shop)["decisions"]
    kept = decisions.kept_shares(rows)["kept"].mean()
    potential = rows.loc[rows["outcome"] == "approved", "potential"].sum()
    return yuan((1 - kept) * potential)


def replayed(shop: Shop) -> Any:
    """Replay the four changes under the letters of the exercise."""
    tables = campaign(shop)
    changes = [
        decisions.Change("a", without=("finance",)),
        decisions.Change("b", parallel=True),
        decisions.Change("c", faster={"traffic_manager": 2 / 3}),
        decisions.Change("d", mandate=800),
    ]
    half_life = decisions.fading(tables).half_life
    return decisions.what_if(tables, changes=changes, half_life=half_life).set_index("change")


def shortest_median(shop: Shop) -> str:
    return str(replayed(shop)["median"].idxmin())


def busiest_post(shop: Shop) -> str:
    waits = decisions.waiting(campaign(shop), by="post_id").set_index("post_id")
    return {"finance": "a"}.get(str(waits["hours"].idxmax()), "c")


def least_mandate(shop: Shop) -> dict[str, float]:
    """Raise the mandate until enough decisions meet the two hours."""
    tables = campaign(shop)
    changes = [decisions.Change(f"{step}", mandate=step) for step in range(0, 3100, 100)]
    half_life = decisions.fading(tables).half_life
    table = decisions.what_if(tables, changes=changes, half_life=half_life)
    enough = table.loc[table["in_window"] >= 0.88, "change"]
    return {"mandate": int(enough.iloc[0]), "at_once": 0, "deputy": 0}


ANSWERS: list[Answer] = [
    Answer(
        exercise="decisions-share-in-window",
        road="Counts for each kind how many decisions took two hours or less.",
        mistake="The window of campaigns was used for all kinds, not that of each decision.",
        answer=two_hours_for_all,
        typed={"campaign": "78.3%", "product": "2.5%", "service": "94.0%"},
    ),
    Answer(
        exercise="decisions-share-in-window",
        road="Counts the approved decisions that met their window and divides by all decisions.",
        mistake="A rejection in time was counted as a miss.",
        answer=approved_in_time_of_all,
        typed={"campaign": "0.688", "product": "0.819", "service": "0.875"},
    ),
    Answer(
        exercise="decisions-share-in-window",
        road='Sets `by = ["kind", "layers"]` and types the first row of each kind.',
        mistake="These are only the decisions with the fewest layers.",
        answer=first_row_of_each_kind,
        typed={"campaign": "92.7%", "product": "99.0%", "service": "100.0%"},
    ),
    Answer(
        exercise="decisions-share-in-window",
        road='Sets `by = ["kind", "layers"]` and takes the mean of the three shares of a kind.',
        mistake="A plain mean lets the few decisions with many layers count as much as the others.",
        answer=mean_of_the_layers,
        typed={"campaign": "71.4%", "product": "94.3%", "service": "99.7%"},
    ),
    Answer(
        exercise="decisions-nine-of-ten",
        road="Takes the 90th percentile of the minutes of the whole table.",
        mistake="Product and service decisions were not left out.",
        answer=nine_of_ten_of_everything,
        typed="753",
    ),
    Answer(
        exercise="decisions-nine-of-ten",
        road="Types what the cell prints after `nine of ten within` for one after another.",
        mistake="This is the closed form for two layers of 45 minutes, not the year of the shop.",
        answer=nine_of_ten_of_the_cell,
        typed="175",
    ),
    Answer(
        exercise="decisions-nine-of-ten",
        road="Reads `p90` in the row of campaigns with three layers, to be on the safe side.",
        mistake="These are the slowest decisions only.",
        answer=nine_of_ten_of_three_layers,
        typed="262",
    ),
    Answer(
        exercise="decisions-nine-of-ten",
        road="Reads `p90` of campaigns and types it as partners would be told, in hours.",
        mistake="Minutes were asked for.",
        answer=nine_of_ten_in_hours,
        typed="3.1",
    ),
    Answer(
        exercise="decisions-hours-by-post",
        road="Gives the whole shop to `waiting` and reads the hours.",
        mistake="The approvals of product and service decisions were not left out.",
        answer=hours_of_all_kinds,
        typed={"traffic_manager": "278.8", "finance": "813.5", "general_manager": "1638.6"},
    ),
    Answer(
        exercise="decisions-hours-by-post",
        road="Reads the mean beside each bar.",
        mistake="The mean minutes of an approval were taken for the hours of the year.",
        answer=mean_wait_in_minutes,
        typed={"traffic_manager": "46.6", "finance": "46.6", "general_manager": "47.1"},
    ),
    Answer(
        exercise="decisions-hours-by-post",
        road="Adds up the hours from the raising of a decision to the answer of each post.",
        mistake="A post waits from when it is asked; the wait at the posts before is not its own.",
        answer=hours_since_the_decision_was_raised,
        typed={"traffic_manager": "278.8", "finance": "170.8", "general_manager": "295.0"},
    ),
    Answer(
        exercise="decisions-hours-by-post",
        road="Reads the number of approvals beside each bar.",
        mistake="How often a post was asked is not how long it took.",
        answer=numbers_of_approvals,
        typed={"traffic_manager": "359", "finance": "69", "general_manager": "181"},
    ),
    Answer(
        exercise="decisions-three-layers",
        road="Changes the layers in the cell to three and types the share.",
        mistake="The minutes were left at 45.",
        answer=only_the_layers_changed,
        typed="49.8%",
    ),
    Answer(
        exercise="decisions-three-layers",
        road="Changes the minutes in the cell to 46.7 and types the share.",
        mistake="The layers were left at two.",
        answer=only_the_minutes_changed,
        typed="72.7%",
    ),
    Answer(
        exercise="decisions-three-layers",
        road="Changes both numbers and types the last line that the cell prints.",
        mistake="The last line is for all posts asked at once.",
        answer=all_at_once,
        typed="78.7%",
    ),
    Answer(
        exercise="decisions-three-layers",
        road="Reads the column `model` of the table, in the row of three layers.",
        mistake="The table fits a mean of its own to these decisions, not the one of the question.",
        answer=model_of_the_table,
        typed="43.6%",
    ),
    Answer(
        exercise="decisions-price-of-waiting",
        road="Adds up the column `lost`.",
        mistake="Product and service decisions were not left out.",
        answer=lost_by_all_kinds,
        typed="¥38,078",
    ),
    Answer(
        exercise="decisions-price-of-waiting",
        road="Subtracts the sum of `effect` from the sum of `potential` of all campaign decisions.",
        mistake="What a rejected decision did not earn was lost by the no, not by waiting.",
        answer=lost_with_the_rejected,
        typed="¥56,800",
    ),
    Answer(
        exercise="decisions-price-of-waiting",
        road="Adds up what the approved decisions lost that missed their two hours.",
        mistake="A decision in time waits as well, and loses.",
        answer=lost_by_the_late,
        typed="¥12,208",
    ),
    Answer(
        exercise="decisions-price-of-waiting",
        road="Takes the mean of the kept shares and multiplies what is missing by the potential.",
        mistake="A plain mean of shares lets a small decision count as much as a large one.",
        answer=lost_by_the_mean_share,
        typed="¥26,091",
    ),
    Answer(
        exercise="decisions-best-change",
        road="Takes the change after which half of the decisions are made soonest.",
        mistake="The fastest usual decision is not the most margin.",
        answer=shortest_median,
        typed="d",
    ),
    Answer(
        exercise="decisions-best-change",
        road="Sees the longest bar in the chart of waits and helps that post.",
        mistake="The busiest post was changed without replaying what it brings.",
        answer=busiest_post,
        typed="c",
    ),
    Answer(
        exercise="decisions-best-change",
        road="Remembers that each layer costs value and takes the change that removes one.",
        mistake="The post that goes is the one which the fewest decisions pass.",
        answer=lambda shop: "a",
        typed="a",
    ),
    Answer(
        exercise="decisions-design-path",
        road="Takes over the mandate of 800 yuan that the page and the notebook try.",
        mistake="It does not lift enough decisions into the two hours by itself.",
        answer=lambda shop: {"mandate": 800, "at_once": 0, "deputy": 0},
        typed={"mandate": 800, "at_once": 0, "deputy": 0},
    ),
    Answer(
        exercise="decisions-design-path",
        road="Asks all posts at once, the change that kept most margin, and nothing else.",
        mistake="The share just misses what is asked for.",
        answer=lambda shop: {"mandate": 0, "at_once": 1, "deputy": 0},
        typed={"mandate": 0, "at_once": 1, "deputy": 0},
    ),
    Answer(
        exercise="decisions-design-path",
        road="Raises the mandate, one after another, until 88 % meet the two hours.",
        mistake="By then more than half of the money is decided by one post alone.",
        answer=least_mandate,
        typed={"mandate": 1000, "at_once": 0, "deputy": 0},
    ),
    Answer(
        exercise="decisions-design-path",
        road="Asks at once and hires a deputy as well, to be surely in time.",
        mistake="The deputy costs more than all waiting of the year.",
        answer=lambda shop: {"mandate": 500, "at_once": 1, "deputy": 1},
        typed={"mandate": 500, "at_once": 1, "deputy": 1},
    ),
]
