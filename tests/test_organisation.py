"""Closed forms, random trees, a real firm, and sentences for bad tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import organisation as org
from ecokit.errors import CourseError
from ecokit.explore.lab import App
from ecokit.explore.organisation import lab
from ecokit.plots import organisation as plots
from ecokit.plots import theme
from ecokit.shop import Shop
from tests.companies import bundled


def posts_of(reports_to: dict[str, str | None], **columns: Any) -> pd.DataFrame:
    table = pd.DataFrame({"post_id": list(reports_to), "reports_to": list(reports_to.values())})
    defaults: dict[str, Any] = {
        "structure": "mine",
        "department": "shop",
        "sourcing": "inside",
        "headcount": 1,
        "monthly_cost": 10_000.0,
    }
    return table.assign(**(defaults | columns))


def both(posts: pd.DataFrame, mandates: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {"posts": posts, "mandates": mandates}


def campaign(raised_by: str, decided_by: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "structure": ["mine"],
            "kind": ["campaign"],
            "raised_by": [raised_by],
            "decided_by": [decided_by],
        }
    )


SHOP = {
    "ceo": None,
    "sales": "ceo",
    "logistics": "ceo",
    "traffic": "sales",
    "agents": "sales",
    "warehouse": "logistics",
}


@st.composite
def trees(draw: st.DrawFn) -> pd.DataFrame:
    """A random structure: each post reports to one before it; the rows are shuffled."""
    size = draw(st.integers(1, 15))
    bosses = [None, *(draw(st.integers(0, post - 1)) for post in range(1, size))]
    posts = posts_of(
        {f"p{post}": None if boss is None else f"p{boss}" for post, boss in enumerate(bosses)},
        headcount=draw(st.lists(st.integers(1, 30), min_size=size, max_size=size)),
        department=[f"d{draw(st.integers(0, 4))}" if post else "top" for post in range(size)],
    )
    return posts.iloc[draw(st.permutations(range(size)))].reset_index(drop=True)


def uniform_tree(span: int, layers: int) -> pd.DataFrame:
    graph = nx.balanced_tree(span, layers - 1, create_using=nx.DiGraph)
    return posts_of(
        {str(post): next((str(b) for b in graph.predecessors(post)), None) for post in graph}
    )


@pytest.mark.parametrize(("span", "depth"), [(1, 5), (2, 4), (4, 3), (8, 3)])
def test_uniform_firm_has_the_closed_forms(span: int, depth: int) -> None:
    posts = uniform_tree(span, depth)
    assert len(posts) == org.uniform_headcount(span, depth)
    assert org.layers({"posts": posts}).max() == depth
    assert org.uniform_layers(len(posts), span) == pytest.approx(depth)
    assert len(org.spans({"posts": posts})) == org.uniform_managers(len(posts), span)
    assert org.mean_span({"posts": posts}) == span


def test_published_examples_of_span_and_layers() -> None:
    assert org.uniform_layers(1000, 8) == pytest.approx(4.258, abs=5e-4)
    assert org.uniform_layers(1000, 5) == pytest.approx(5.154, abs=5e-4)
    assert org.uniform_managers(1000, 8) == pytest.approx(124.9, abs=0.05)
    # Textbook pair: 4,096 people at the bottom, spans of 4 and 8.
    for span, layers, managers in ((4, 7, 1365), (8, 5, 585)):
        headcount = org.uniform_headcount(span, layers)
        assert headcount == managers + 4096
        assert org.uniform_managers(headcount, span) == managers


def test_a_real_firm_of_21_managers(real_data: Callable[[str], Path]) -> None:
    nodes = pd.read_csv(real_data("krackhardt_nodes.csv"), dtype={"id": str})
    edges = pd.read_csv(real_data("krackhardt_edges.csv"), dtype=str)
    boss = edges[edges["relation"].str.startswith("report")].set_index("from")["to"]
    posts = posts_of({post: boss.get(post) for post in nodes["id"]})
    layer = org.layers({"posts": posts})
    assert layer.max() == 3
    assert layer.loc[nodes["id"]].tolist() == nodes["level"].tolist()
    assert org.spans({"posts": posts}).loc[["7", "2", "14", "18", "21"]].tolist() == [4, 3, 7, 2, 4]
    assert org.mean_span({"posts": posts}) == 4.0


def test_charts_of_other_people_get_a_sentence_or_an_answer() -> None:
    edges = pd.DataFrame({"post_id": ["b", "c"], "reports_to": ["a", "a"]})  # no row for a
    with pytest.raises(CourseError, match=r"post_id b, reports_to a. Add a row for the boss"):
        org.layers({"posts": edges})
    dotted = pd.DataFrame({"post_id": ["a", "b", "b"], "reports_to": [None, "a", "a"]})
    with pytest.raises(CourseError, match=r"holds post_id b more than once, .* Keep one row"):
        org.layers({"posts": dotted})
    with pytest.raises(CourseError, match="Give a shop, or tables by name"):
        org.layers([("a", "b")])
    names = posts_of({"老板": None, "店员": "老板"})
    assert org.approval_path({"posts": names}, raised_by="店员", decided_by="老板") == ["老板"]
    large = posts_of({f"p{n}": f"p{(n - 1) // 6}" if n else None for n in range(1000)})
    assert org.layers({"posts": large}).max() == 5
    with pytest.raises(CourseError, match=r"p11 and 988 more\.$"):
        org.approval_path({"posts": large}, raised_by="p999", decided_by="nobody")


@settings(deadline=None, max_examples=25)
@given(trees())
def test_random_trees_hold_together(posts: pd.DataFrame) -> None:
    layer = org.layers({"posts": posts})
    boss = posts.set_index("post_id")["reports_to"]
    assert set(layer.index) == set(posts["post_id"])
    under = boss.dropna()
    assert layer[boss[boss.isna()].index].tolist() == [1]
    assert layer[under.index].tolist() == (layer[under] + 1).tolist()
    heads = posts.set_index("post_id")["headcount"]
    span = org.spans({"posts": posts})
    assert (span * heads[span.index]).sum() == pytest.approx(heads.sum() - heads[boss.isna()].sum())
    assert org.cost({"posts": posts})["monthly_cost"].sum() == heads.sum() * 10_000


@settings(deadline=None, max_examples=25)
@given(trees(), st.data())
def test_approval_paths_are_paths_through_the_lowest_common_boss(
    posts: pd.DataFrame, data: st.DataObject
) -> None:
    ids = st.sampled_from(list(posts["post_id"]))
    raised_by, decided_by = data.draw(ids), data.draw(ids)
    graph = org.reporting_graph({"posts": posts})
    walked = [
        raised_by,
        *org.approval_path({"posts": posts}, raised_by=raised_by, decided_by=decided_by),
    ]
    assert walked[-1] == decided_by
    assert nx.lowest_common_ancestor(graph, raised_by, decided_by) in walked
    assert len(walked) == len(set(walked))
    layer = org.layers({"posts": posts})
    turn = layer[nx.lowest_common_ancestor(graph, raised_by, decided_by)]
    assert len(walked) - 1 == layer[raised_by] + layer[decided_by] - 2 * turn


@settings(deadline=None, max_examples=25)
@given(trees(), st.integers(2, 6), st.integers(2, 8))
def test_design_keeps_its_limits(posts: pd.DataFrame, most_layers: int, widest: int) -> None:
    ends = campaign(posts["post_id"].iloc[0], posts["post_id"].iloc[-1])
    flat = org.design(both(posts, ends), most_layers=most_layers).posts
    assert org.layers({"posts": flat}).max() == min(most_layers, org.layers({"posts": posts}).max())
    assert (
        org.cost({"posts": flat})["monthly_cost"].sum()
        == org.cost({"posts": posts})["monthly_cost"].sum()
    )
    led = org.design(both(posts, ends), widest_span=widest).posts
    assert (org.spans({"posts": led}) <= widest).all()
    assert org.layers({"posts": led}).max() >= org.layers({"posts": posts}).max()


@settings(deadline=None, max_examples=25)
@given(trees(), st.data())
def test_merged_and_outsourced_structures_stay_trees(
    posts: pd.DataFrame, data: st.DataObject
) -> None:
    ids = list(posts["post_id"])
    ends = campaign(data.draw(st.sampled_from(ids)), data.draw(st.sampled_from(ids)))
    if len(ids) > 1:
        absorbed, kept = data.draw(st.permutations(ids))[:2]
        merged = org.design(both(posts, ends), merge={absorbed: kept})
        assert set(merged.posts["post_id"]) == set(ids) - {absorbed}
        assert org.approval_paths(merged.tables)["approvals"].iloc[0] >= 0
    departments = [name for name in posts["department"].unique() if name != "top"]
    new = org.design(both(posts, ends), outsource=departments, outsourced_rate=0.5)
    inside = new.posts[new.posts["sourcing"] == "inside"]
    assert set(inside["department"]) == {"top"}
    assert new.mandates["decided_by"].isin(inside["post_id"]).all()
    assert set(inside["reports_to"].dropna()) <= set(inside["post_id"])


def test_what_is_outsourced_costs_whole_fen(shop: Shop) -> None:
    new = org.design(shop, structure="three_forces", outsource="Traffic", outsourced_rate=1.1111)
    fen = new.posts["monthly_cost"] * 100
    assert np.allclose(fen, fen.round(), atol=1e-6)


@pytest.mark.parametrize("approvals", [1, 2, 5])
def test_erlang_agrees_with_a_simulation(approvals: int) -> None:
    times = np.random.default_rng(7).exponential(40, size=(200_000, approvals)).sum(axis=1)
    assert org.chance_in_time(approvals, 40, 120) == pytest.approx((times <= 120).mean(), abs=5e-3)


def test_erlang_by_hand() -> None:
    assert org.chance_in_time(1, 60) == pytest.approx(1 - np.exp(-2))
    assert org.chance_in_time(3, 60) == pytest.approx(1 - np.exp(-2) * (1 + 2 + 2))
    assert org.chance_in_time(0, 60) == 1.0
    assert org.chance_in_time(2, 60, window_minutes=0) == 0.0


def test_single_points_are_lone_approvers_and_lone_departments() -> None:
    posts = posts_of(SHOP, headcount=[1, 2, 1, 1, 9, 20]).assign(
        department=["top", "sales", "goods", "sales", "sales", "goods"]
    )
    found = org.single_points(both(posts, campaign("agents", "logistics")))
    assert list(found.itertuples(index=False, name=None)) == [
        ("approval", "campaign", "ceo", 33),
        ("approval", "campaign", "logistics", 20),
        ("department", "top", "ceo", 33),
    ]
    two_ways = pd.concat([campaign("agents", "ceo"), campaign("warehouse", "logistics")])
    assert org.single_points(both(posts, two_ways))["risk"].tolist() == ["department"]


def test_cost_is_summed_in_whole_fen() -> None:
    posts = posts_of(SHOP, monthly_cost=0.1, headcount=[1, 1, 1, 1, 1, 5])
    assert org.cost({"posts": posts})["monthly_cost"].tolist() == [1.0]


def test_who_holds_two_posts_is_one_person_and_part_time_is_paid_in_part() -> None:
    held = dict(zip(SHOP, [None, None, "sales", None, "traffic", None], strict=True))
    posts = posts_of(SHOP, held_with=list(held.values()), working_time=[1, 0.5, 0.5, 0.5, 0.5, 1])
    told = org.cost({"posts": posts}).iloc[0]
    assert (told["people"], told["monthly_cost"]) == (4, 40_000)
    assert org.spans({"posts": posts}).to_dict() == {"ceo": 1, "sales": 2}  # traffic and warehouse
    assert org.mean_span({"posts": posts}) == 1.5
    row = org.measure(both(posts, campaign("traffic", "ceo")), minutes_per_approval=60)
    assert (row.people_inside, row.managers, row.widest_span) == (4, 2, 2)
    own = org.measure(
        both(posts.drop(columns="held_with"), campaign("traffic", "ceo")), minutes_per_approval=60
    )
    assert (own.people_inside, own.managers, own.monthly_cost) == (6, 3, row.monthly_cost)
    lone = org.single_points(both(posts.assign(department=list(SHOP)), campaign("traffic", "ceo")))
    assert "agents" in set(lone["post_id"])  # the department is empty when that person is ill
    merged = org.design(both(posts, campaign("traffic", "ceo")), merge={"sales": "ceo"})
    assert merged.posts.set_index("post_id")["held_with"].to_dict()["logistics"] == "ceo"
    other = org.design(both(posts, campaign("traffic", "ceo")), merge={"sales": "agents"})
    shared = other.posts.set_index("post_id")["held_with"].dropna().to_dict()
    assert shared == {"logistics": "traffic", "agents": "traffic"}
    nobody = posts.assign(held_with=posts["held_with"].fillna(""))
    assert org.cost({"posts": nobody}).iloc[0]["people"] == 4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"held_with": [None, "boss", None, None, None, None]}, "held_with names no post"),
        ({"held_with": [None, "ceo", "sales", None, None, None]}, "logistics"),
        ({"working_time": [1, 1, 1, 1, 1, 1.5]}, "working_time is above 1"),
        ({"working_time": [1, 1, 1, 1, 1, 0]}, "warehouse"),
    ],
)
def test_a_post_is_held_by_people_who_are_there(change: dict[str, list[Any]], words: str) -> None:
    with pytest.raises(CourseError, match=words):
        org.spans({"posts": posts_of(SHOP).assign(**change)})


def test_more_posts_approve_where_more_is_at_stake() -> None:
    rules = campaign("traffic", "sales").assign(
        limit=100.0, beyond="ceo", high_limit=200.0, high_beyond="logistics"
    )
    tables = both(posts_of(SHOP), rules)
    for yuan, approvals in ((0, 1), (100, 1), (101, 2), (200, 2), (201, 3)):
        assert org.approval_paths(tables, at_stake=yuan)["approvals"].tolist() == [approvals]
        told = org.measure(tables, minutes_per_approval=60, at_stake=yuan)
        assert told.campaign_in_time == pytest.approx(org.chance_in_time(approvals, 60))
    assert (
        org.measure(tables, minutes_per_approval=60, at_stake=[1, 150, 300]).campaign_minutes == 120
    )
    none = both(posts_of(SHOP), rules.assign(limit=0.0))
    assert org.approval_paths(none, at_stake=0.01)["approvals"].tolist() == [2]
    free = org.design(tables, decides={"campaign": "ceo"}).tables
    assert org.approval_paths(free, at_stake=999)["approvals"].tolist() == [2]
    for wrong, words in (
        ({"limit": -1.0}, "limit is below 0"),
        ({"high_limit": 50.0}, "high_limit is below limit"),
        ({"beyond": None}, "only one of limit and beyond"),
        ({"beyond": "bank"}, "beyond is no post"),
    ):
        with pytest.raises(CourseError, match=words):
            org.approval_paths(both(posts_of(SHOP), rules.assign(**wrong)))


def test_compare_puts_structures_side_by_side() -> None:
    old = both(posts_of(SHOP), campaign("traffic", "ceo"))
    flat = org.design(old, name="flat", decides={"campaign": "sales"}).tables
    side_by_side = {name: pd.concat([old[name], flat[name]]) for name in old}
    table = org.compare(side_by_side, minutes_per_approval=60).set_index("structure")
    assert table["campaign_approvals"].to_dict() == {"mine": 2, "flat": 1}
    assert table["campaign_minutes"].to_dict() == {"mine": 120, "flat": 60}
    assert table["monthly_cost"].tolist() == [60_000, 60_000]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"post_id": ["ceo", "sales", "sales", "traffic", "agents", "warehouse"]}, "sales"),
        ({"reports_to": [None, "ceo", "ceo", "traffic", "sales", "logistics"]}, "traffic"),
        ({"reports_to": [None, "ceo", "ceo", "boss", "sales", "logistics"]}, "traffic"),
        ({"reports_to": [None, None, "ceo", "sales", "sales", "logistics"]}, "ceo, sales"),
        (
            {"reports_to": [None, "agents", "ceo", "sales", "sales", "logistics"]},
            "agents, sales report to one another",
        ),
        ({"reports_to": ["sales", "ceo", "ceo", "sales", "sales", "logistics"]}, "ceo, sales"),
        ({"headcount": [1, 1, 0, 1, 1, 1]}, "logistics"),
        ({"headcount": [1, 1, "many", 1, 1, 1]}, "holds 'many' among numbers"),
        ({"headcount": ["1"] * 6}, "holds text, not numbers"),
        ({"monthly_cost": [1, 1, 1, 1, -5, 1]}, "agents"),
        ({"monthly_cost": [1, 1, 1, 1, None, 1]}, "agents"),
        ({"monthly_cost": [1, 1, 1, 1, float("inf"), 1]}, "monthly_cost of posts holds NaN or inf"),
        ({"sourcing": ["inside"] * 5 + ["abroad"]}, "warehouse"),
        ({"post_id": [None, "sales", "logistics", "traffic", "agents", "warehouse"]}, "post_id"),
    ],
)
def test_bad_tables_get_a_sentence_that_names_the_posts(
    change: dict[str, list[Any]], words: str
) -> None:
    for function in (org.reporting_graph, org.layers, org.spans, org.mean_span):
        with pytest.raises(CourseError, match=words):
            function({"posts": posts_of(SHOP).assign(**change)})


def test_tables_as_other_people_write_them_are_read_right() -> None:
    rules = campaign("traffic", "ceo")
    expected = org.measure(both(posts_of(SHOP), rules), minutes_per_approval=60)
    for change in (
        {"reports_to": ["", "ceo", "ceo", "sales", "sales", "logistics"]},
        {"post_id": posts_of(SHOP)["post_id"].astype("category")},
        {"reports_to": posts_of(SHOP)["reports_to"].astype("category")},
    ):
        tables = both(posts_of(SHOP).assign(**change), rules)
        assert org.measure(tables, minutes_per_approval=60) == expected
        assert org.design(tables, widest_span=2).posts.shape[0] == 6
    plain = posts_of(SHOP)[["post_id", "reports_to", "department"]]
    new = org.design(both(plain, rules.drop(columns="structure")), widest_span=2)
    assert org.cost(new.tables | {"posts": new.posts.assign(monthly_cost=1)})["people"].sum() == 6
    lost = posts_of(SHOP, department=["top", None, "a", "a", None, "a"])
    assert org.cost({"posts": lost}, by="department")["people"].sum() == 6
    title = plots.chart(org.places({"posts": plain})).axes[0].get_title(loc="left")
    assert title == "3 layers, 6 people"


def test_posts_may_be_known_by_numbers() -> None:
    posts = pd.DataFrame({"post_id": [1, 2, 3], "reports_to": [None, 1, 2]})
    rules = pd.DataFrame({"kind": ["campaign"], "raised_by": [3], "decided_by": [1]})
    assert org.layers({"posts": posts}).to_dict() == {1: 1, 2: 2, 3: 3}
    assert org.approval_paths(both(posts, rules))["approvals"].tolist() == [2]


def test_approval_times_that_cannot_be_get_a_sentence() -> None:
    decisions = pd.DataFrame({"decision_id": [7], "kind": ["campaign"]})
    asked = pd.to_datetime(["2025-06-01 09:00"])
    approvals = pd.DataFrame({"decision_id": [7], "asked_at": asked})
    for answered, words in (
        (asked - pd.Timedelta("1h"), "answered_at is before asked_at, .* decision_id 7"),
        (asked.astype(str), "holds text, not times"),
        (asked.tz_localize("Asia/Shanghai"), "time zone"),
    ):
        late = approvals.assign(answered_at=answered)
        with pytest.raises(CourseError, match=words):
            org.approval_minutes({"decisions": decisions, "approvals": late})


def test_other_bad_input_gets_a_sentence() -> None:
    posts, rules = posts_of(SHOP), campaign("traffic", "ceo")
    good = both(posts, rules)

    wrong: Any

    def rules_with(**columns: Any) -> dict[str, pd.DataFrame]:
        return both(posts, rules.assign(**columns))

    for wrong, words in (
        (lambda: org.reporting_graph({"posts": posts.iloc[:0]}), "posts is empty"),
        (lambda: org.reporting_graph({"posts": posts.drop(columns="reports_to")}), "reports_to"),
        (lambda: org.layers(good, structure="yours"), "structure is 'yours'. Choose one of: mine"),
        (
            lambda: org.layers(both(posts.drop(columns="structure"), rules), structure="mine"),
            "posts has no column structure",
        ),
        (lambda: org.approval_path(good, raised_by="traffic", decided_by="cfo"), "by is 'cfo'"),
        (lambda: org.measure(rules_with(kind="service"), minutes_per_approval=60), "no campaign"),
        (lambda: org.measure(good, minutes_per_approval=0), "minutes_per_approval is 0"),
        (lambda: org.design(good, merge={"ceo": "ceo"}), "with itself"),
        (lambda: org.design(good, merge={"cfo": "ceo"}), "merge is 'cfo'"),
        (lambda: org.design(good, merge="cfo"), "Give a mapping"),
        (lambda: org.design(good, outsource=["moon"]), "outsource is 'moon'"),
        (lambda: org.design(good, outsource=["shop"]), "holds the top post"),
        (lambda: org.design(good, most_layers=1), "Give a whole number, 2 or more"),
        (lambda: org.design(good, widest_span=1), "2 or more"),
        (lambda: org.design(good, decides={"campaign": "cfo"}), "decided_by is no post"),
        (lambda: org.design(good, decides={"campain": "ceo"}), "campain"),
        (lambda: org.design(good, most_layers=2.5), "whole number"),
        (lambda: org.design(good, widest_span=2.5), "whole number"),
        (lambda: org.design(good, widest_span=2, leader_premium=-2), "premium"),
        (lambda: org.design(good, outsource=["shop"], outsourced_rate=-1), "rate"),
        (
            lambda: org.design(both(posts.drop(columns="department"), rules), outsource="x"),
            "department",
        ),
        (lambda: org.approval_paths(rules_with(decided_by=None)), "decided_by is missing"),
        (lambda: org.approval_paths(rules_with(raised_by="cfo")), "raised_by is no post"),
        (lambda: org.single_points(rules_with(kind=None)), "kind is missing"),
        (lambda: org.cost(good, by=[]), "Name a column"),
        (lambda: org.cost({"posts": posts.assign(reports_to="ceo")}), "reports to itself"),
        (lambda: org.top(None), "what reporting_graph returned"),
        (lambda: org.uniform_headcount(float("nan"), 3), "span"),
        (lambda: org.uniform_headcount(float("inf"), 3), "span"),
        (lambda: org.uniform_headcount(10, 400), "more people than can be counted"),
        (lambda: org.chance_in_time(1.5, 60), "whole number"),
        (lambda: org.chance_in_time(2, 60, -5), "window"),
        (lambda: org.chance_in_time("2", 60), "approvals is '2'"),
        (lambda: org.chance_in_time(2, float("nan")), "above 0"),
    ):
        with pytest.raises(CourseError, match=words):
            wrong()


@pytest.fixture(scope="module")
def shop() -> Shop:
    return bundled()


def test_the_shop_has_the_structures_of_the_slides(shop: Shop) -> None:
    posts = shop.posts
    assert tuple(posts["structure"].unique()) == org.STRUCTURES
    departments = posts.groupby("structure")["department_zh"].unique().map(set)
    assert departments["seven_departments"] >= {
        "客服部",
        "市场部",
        "采购及物流部",
        "技术部",
        "网站运营部",
        "财务部",
        "人力资源部",
    }
    outside = posts[posts["sourcing"] == "outsourced"]
    assert set(outside["structure"]) == {"three_centers"}
    assert set(outside["department"]) == {"IT", "Logistics", "Site redesign"}
    assert {"前线作战部队", "运营保障部队", "后勤支持部队"} <= set(posts["unit_zh"])
    stakes = org.stakes(shop)
    table = org.compare(shop, minutes_per_approval=45, at_stake=stakes).set_index("structure")
    assert table["campaign_in_time"].idxmax() == "three_forces"
    own = table.loc["three_forces"]
    assert (
        own["people_inside"]
        == posts.loc[
            (posts["structure"] == "three_forces") & posts["held_with"].isna(), "headcount"
        ].sum()
    )
    # One story: the mandates say how many posts approve, and the decisions did as they say.
    for kind, limit in shop.mandates.groupby("kind"):
        limits = limit.loc[limit["structure"] == "three_forces", ["limit", "high_limit"]].iloc[0]
        decisions = shop.decisions[shop.decisions["kind"] == kind]
        paths = {
            yuan: org.approval_paths(shop, structure="three_forces", at_stake=yuan).set_index(
                "kind"
            )["path"][kind]
            for yuan in (0, *(limits + 0.01))
        }
        ways = list(paths.values())
        for layers, one in decisions.groupby("layers"):
            way = next(way for way in ways if way.count("→") == layers)
            assert one["raised_by"].eq(way.split(" → ")[0]).all()
            steps = shop.approvals[shop.approvals["decision_id"].isin(one["decision_id"])]
            asked = steps.sort_values(["decision_id", "step"]).groupby("decision_id")["post_id"]
            assert asked.agg(" → ".join).eq(way.split(" → ", 1)[1]).all()
    campaigns = shop.decisions[shop.decisions["kind"] == "campaign"]
    assert own["campaign_approvals"] == pytest.approx(campaigns["layers"].mean())


def test_the_shop_answers_the_four_questions(shop: Shop) -> None:
    grid = org.four_questions(shop, minutes_per_approval=45, structure="three_forces")
    assert grid.groupby("question", sort=False).size().tolist() == [3, 3, 3, 3]
    assert grid["value"].notna().all()
    with pytest.raises(CourseError, match="rows of journey, post_id is not in posts"):
        org.four_questions(shop, minutes_per_approval=45, structure="three_centers")


def test_measured_approval_time_finds_the_truth(shop: Shop) -> None:
    for kind in ("campaign", "product", "service"):
        measured = org.approval_minutes(shop, kind=kind)
        assert measured == pytest.approx(shop.truth[f"approval_minutes_{kind}"], rel=0.15)


@pytest.mark.parametrize("structure", org.STRUCTURES)
def test_every_post_stands_on_the_chart_in_both_languages(shop: Shop, structure: str) -> None:
    path = org.approval_paths(shop, structure=structure)["path"].iloc[1].split(" → ")
    figure = plots.chart(org.places(shop, structure=structure), path=path)
    words = " ".join(text.get_text() for text in figure.axes[0].texts)
    for post in org.choose(shop.posts, structure=structure).itertuples():
        assert f"{post.title} {post.title_zh}" in words
    assert f"{len(path) - 1} decides" in words
    assert theme.png(figure)  # a missing glyph would warn, and warnings are errors


def test_comparison_names_the_fastest_structure(shop: Shop) -> None:
    figure = plots.comparison(org.compare(shop, minutes_per_approval=45))
    assert figure.get_suptitle().startswith("Three forces")
    assert theme.png(figure)


def drawn(app: App) -> str:
    """Return the words on the chart that an app shows."""
    return " ".join(text.get_text() for text in app.picture.figure.axes[0].texts)


def test_the_designer_follows_its_controls(shop: Shop) -> None:
    app = lab(shop).app()
    app.inputs["start"].value = "seven_departments"
    assert "Pre-sales supervisor" in drawn(app)
    app.inputs["start"].value = "three_forces"
    app.inputs["span"].value = 6
    assert "Team leaders" in drawn(app)
    app.inputs["supplier"].value = "IT systems"
    assert "dashed: outsourced" in drawn(app)
    assert "Finance lead" in drawn(app)
    app.inputs["absorbed"].value = "finance"
    assert "Finance lead" not in drawn(app)
    app.inputs["absorbed"].value = "general_manager"
    assert 'role="alert"' in app.below.value
    app.inputs["kept"].value = "product_manager"
    assert 'role="alert"' not in app.below.value


def test_the_twin_shows_how_far_a_campaign_decision_goes(shop: Shop) -> None:
    twin = lab(shop).frames()
    shares = [int(re.search(r"(\d+)% of them come", frame.alt)[1]) for frame in twin.frames]  # type: ignore[index]
    assert len(shares) == 5
    assert shares[0] == shares[1]  # any other department lies on the far side of the top
    assert shares[1:] == sorted(shares[1:])
    assert shares[-1] > 3 * shares[0]


@pytest.mark.parametrize("structure", [None, "flat"])
def test_a_row_without_its_structure_is_told(structure: str | None) -> None:
    posts = pd.DataFrame({"structure": ["flat", None], "post_id": ["ceo", "boss"]})
    with pytest.raises(CourseError, match=r"In 1 of 2 rows of .*, structure is missing.* boss"):
        org.choose(posts, structure=structure)


def test_a_company_of_one_post_has_one_layer() -> None:
    alone = both(posts_of({"ceo": None}), campaign("ceo", "ceo"))
    assert org.design(alone, most_layers=1).posts["reports_to"].isna().all()
    two = both(posts_of({"ceo": None, "shop": "ceo"}), campaign("shop", "ceo"))
    assert org.design(two, most_layers=2).posts["post_id"].tolist() == ["ceo", "shop"]
    with pytest.raises(CourseError, match="2 or more"):
        org.design(two, most_layers=1)
