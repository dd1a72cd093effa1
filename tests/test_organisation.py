"""Closed forms, random trees, a real firm, and sentences for bad tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit import load_shop
from ecokit import organisation as org
from ecokit.errors import CourseError
from ecokit.explore.lab import App
from ecokit.explore.organisation import lab
from ecokit.plots import organisation as plots
from ecokit.plots import theme
from ecokit.shop import Shop


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
    assert org.layers(posts).max() == depth
    assert org.uniform_layers(len(posts), span) == pytest.approx(depth)
    assert len(org.spans(posts)) == org.uniform_managers(len(posts), span)
    assert org.mean_span(posts) == span


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
    layer = org.layers(posts)
    assert layer.max() == 3
    assert layer.loc[nodes["id"]].tolist() == nodes["level"].tolist()
    assert org.spans(posts).loc[["7", "2", "14", "18", "21"]].tolist() == [4, 3, 7, 2, 4]
    assert org.mean_span(posts) == 4.0


def test_charts_of_other_people_get_a_sentence_or_an_answer() -> None:
    edges = pd.DataFrame({"post_id": ["b", "c"], "reports_to": ["a", "a"]})  # no row for a
    with pytest.raises(CourseError, match=r"not in the table for b, c. Add a row for the boss"):
        org.layers(edges)
    dotted = pd.DataFrame({"post_id": ["a", "b", "b"], "reports_to": [None, "a", "a"]})
    with pytest.raises(CourseError, match=r"Listed more than once: b. Each post needs one row"):
        org.layers(dotted)
    with pytest.raises(CourseError, match="Give the table as a pandas DataFrame"):
        org.layers([("a", "b")])  # type: ignore[arg-type]
    names = posts_of({"老板": None, "店员": "老板"})
    assert org.approval_path(names, "店员", "老板") == ["老板"]
    large = posts_of({f"p{n}": f"p{(n - 1) // 6}" if n else None for n in range(1000)})
    assert org.layers(large).max() == 5
    with pytest.raises(CourseError, match=r"p11 and 988 more\.$"):
        org.approval_path(large, "p999", "nobody")


@settings(deadline=None, max_examples=25)
@given(trees())
def test_random_trees_hold_together(posts: pd.DataFrame) -> None:
    layer = org.layers(posts)
    boss = posts.set_index("post_id")["reports_to"]
    assert set(layer.index) == set(posts["post_id"])
    under = boss.dropna()
    assert layer[boss[boss.isna()].index].tolist() == [1]
    assert layer[under.index].tolist() == (layer[under] + 1).tolist()
    heads = posts.set_index("post_id")["headcount"]
    span = org.spans(posts)
    assert (span * heads[span.index]).sum() == pytest.approx(heads.sum() - heads[boss.isna()].sum())
    assert org.cost(posts)["monthly_cost"].sum() == heads.sum() * 10_000


@settings(deadline=None, max_examples=25)
@given(trees(), st.data())
def test_approval_paths_are_paths_through_the_lowest_common_boss(
    posts: pd.DataFrame, data: st.DataObject
) -> None:
    ids = st.sampled_from(list(posts["post_id"]))
    raised_by, decided_by = data.draw(ids), data.draw(ids)
    graph = org.reporting_graph(posts)
    walked = [raised_by, *org.approval_path(posts, raised_by, decided_by)]
    assert walked[-1] == decided_by
    assert nx.lowest_common_ancestor(graph, raised_by, decided_by) in walked
    assert len(walked) == len(set(walked))
    layer = org.layers(posts)
    turn = layer[nx.lowest_common_ancestor(graph, raised_by, decided_by)]
    assert len(walked) - 1 == layer[raised_by] + layer[decided_by] - 2 * turn


@settings(deadline=None, max_examples=25)
@given(trees(), st.integers(2, 6), st.integers(2, 8))
def test_design_keeps_its_limits(posts: pd.DataFrame, most_layers: int, widest: int) -> None:
    ends = campaign(posts["post_id"].iloc[0], posts["post_id"].iloc[-1])
    flat = org.design(posts, ends, most_layers=most_layers).posts
    assert org.layers(flat).max() == min(most_layers, org.layers(posts).max())
    assert org.cost(flat)["monthly_cost"].sum() == org.cost(posts)["monthly_cost"].sum()
    led = org.design(posts, ends, widest_span=widest).posts
    assert (org.spans(led) <= widest).all()
    assert org.layers(led).max() >= org.layers(posts).max()


@settings(deadline=None, max_examples=25)
@given(trees(), st.data())
def test_merged_and_outsourced_structures_stay_trees(
    posts: pd.DataFrame, data: st.DataObject
) -> None:
    ids = list(posts["post_id"])
    ends = campaign(data.draw(st.sampled_from(ids)), data.draw(st.sampled_from(ids)))
    if len(ids) > 1:
        absorbed, kept = data.draw(st.permutations(ids))[:2]
        merged = org.design(posts, ends, merge={absorbed: kept})
        assert set(merged.posts["post_id"]) == set(ids) - {absorbed}
        assert org.approval_paths(*merged)["approvals"].iloc[0] >= 0
    departments = [name for name in posts["department"].unique() if name != "top"]
    new = org.design(posts, ends, outsource=departments, outsourced_rate=0.5)
    inside = new.posts[new.posts["sourcing"] == "inside"]
    assert set(inside["department"]) == {"top"}
    assert new.mandates["decided_by"].isin(inside["post_id"]).all()
    assert set(inside["reports_to"].dropna()) <= set(inside["post_id"])


@pytest.mark.parametrize("approvals", [1, 2, 5])
def test_erlang_agrees_with_a_simulation(approvals: int) -> None:
    times = np.random.default_rng(7).exponential(40, size=(200_000, approvals)).sum(axis=1)
    assert org.chance_in_time(approvals, 40, 120) == pytest.approx((times <= 120).mean(), abs=5e-3)
    assert org.decision_minutes(approvals, 40) == pytest.approx(times.mean(), rel=0.01)


def test_erlang_by_hand() -> None:
    assert org.chance_in_time(1, 60) == pytest.approx(1 - np.exp(-2))
    assert org.chance_in_time(3, 60) == pytest.approx(1 - np.exp(-2) * (1 + 2 + 2))
    assert org.chance_in_time(0, 60) == 1.0
    assert org.chance_in_time(2, 60, window_minutes=0) == 0.0


def test_single_points_are_lone_approvers_and_lone_departments() -> None:
    posts = posts_of(SHOP, headcount=[1, 2, 1, 1, 9, 20]).assign(
        department=["top", "sales", "goods", "sales", "sales", "goods"]
    )
    found = org.single_points(posts, campaign("agents", "logistics"))
    assert list(found.itertuples(index=False, name=None)) == [
        ("approval", "campaign", "ceo", 33),
        ("approval", "campaign", "logistics", 20),
        ("department", "top", "ceo", 33),
    ]
    two_ways = pd.concat([campaign("agents", "ceo"), campaign("warehouse", "logistics")])
    assert org.single_points(posts, two_ways)["risk"].tolist() == ["department"]


def test_cost_is_summed_in_whole_fen() -> None:
    posts = posts_of(SHOP, monthly_cost=0.1, headcount=[1, 1, 1, 1, 1, 5])
    assert org.cost(posts)["monthly_cost"].tolist() == [1.0]


def test_compare_puts_structures_side_by_side() -> None:
    flat = org.design(
        posts_of(SHOP), campaign("traffic", "ceo"), name="flat", decides={"campaign": "sales"}
    )
    both = org.compare(
        pd.concat([posts_of(SHOP), flat.posts]),
        pd.concat([campaign("traffic", "ceo"), flat.mandates]),
        minutes_per_approval=60,
    ).set_index("structure")
    assert both["campaign_approvals"].to_dict() == {"mine": 2, "flat": 1}
    assert both["campaign_minutes"].to_dict() == {"mine": 120, "flat": 60}
    assert both["monthly_cost"].tolist() == [60_000, 60_000]


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
        ({"headcount": [1, 1, "many", 1, 1, 1]}, "logistics"),
        ({"monthly_cost": [1, 1, 1, 1, -5, 1]}, "agents"),
        ({"monthly_cost": [1, 1, 1, 1, None, 1]}, "agents"),
        ({"monthly_cost": [1, 1, 1, 1, float("inf"), 1]}, "agents"),
        ({"sourcing": ["inside"] * 5 + ["abroad"]}, "warehouse"),
        ({"post_id": [None, "sales", "logistics", "traffic", "agents", "warehouse"]}, "post_id"),
    ],
)
def test_bad_tables_get_a_sentence_that_names_the_posts(
    change: dict[str, list[Any]], words: str
) -> None:
    for function in (org.reporting_graph, org.layers, org.spans, org.mean_span):
        with pytest.raises(CourseError, match=words):
            function(posts_of(SHOP).assign(**change))


def test_tables_as_other_people_write_them_are_read_right() -> None:
    expected = org.measure(posts_of(SHOP), campaign("traffic", "ceo"), 60)
    for change in (
        {"reports_to": ["", "ceo", "ceo", "sales", "sales", "logistics"]},
        {"headcount": ["1"] * 6, "monthly_cost": ["10000"] * 6},
        {"post_id": posts_of(SHOP)["post_id"].astype("category")},
        {"reports_to": posts_of(SHOP)["reports_to"].astype("category")},
    ):
        posts = posts_of(SHOP).assign(**change)
        assert org.measure(posts, campaign("traffic", "ceo"), 60) == expected
        assert org.design(posts, campaign("traffic", "ceo"), widest_span=2).posts.shape[0] == 6
    plain = posts_of(SHOP)[["post_id", "reports_to", "department"]]
    new = org.design(plain, campaign("traffic", "ceo").drop(columns="structure"), widest_span=2)
    assert org.cost(new.posts)["people"].tolist() == [6]
    lost = org.cost(posts_of(SHOP, department=["top", None, "a", "a", None, "a"]), by="department")
    assert lost["people"].sum() == 6
    assert plots.chart(org.places(plain)).axes[0].get_title(loc="left") == "3 layers, 6 people"


def test_approval_times_that_cannot_be_get_a_sentence() -> None:
    decisions = pd.DataFrame({"decision_id": [7], "kind": ["campaign"]})
    asked = pd.to_datetime(["2025-06-01 09:00"])
    approvals = pd.DataFrame({"decision_id": [7], "asked_at": asked})
    for answered, words in (
        (asked - pd.Timedelta("1h"), "decision 7: sort out"),
        (asked.astype(str), "pandas.to_datetime"),
        (asked.tz_localize("Asia/Shanghai"), "time zone"),
    ):
        with pytest.raises(CourseError, match=words):
            org.approval_minutes(decisions, approvals.assign(answered_at=answered))


def test_other_bad_input_gets_a_sentence() -> None:
    posts, rules = posts_of(SHOP), campaign("traffic", "ceo")
    for wrong, words in (
        (lambda: org.reporting_graph(posts.iloc[:0]), "posts is empty"),
        (lambda: org.reporting_graph(posts.drop(columns="reports_to")), "reports_to"),
        (lambda: org.layers(posts, "yours"), "no structure 'yours'"),
        (lambda: org.approval_path(posts, "traffic", "cfo"), "no post cfo"),
        (lambda: org.measure(posts, rules.assign(kind="service"), 60), "no campaign decision"),
        (lambda: org.design(posts, rules, merge={"ceo": "ceo"}), "with itself"),
        (lambda: org.design(posts, rules, merge={"cfo": "ceo"}), "no post cfo"),
        (lambda: org.design(posts, rules, outsource=["moon"]), "no department moon"),
        (lambda: org.design(posts, rules, outsource=["shop"]), "holds the top post"),
        (lambda: org.design(posts, rules, most_layers=1), "too few"),
        (lambda: org.design(posts, rules, widest_span=1), "2 or more"),
        (lambda: org.design(posts, rules, decides={"campaign": "cfo"}), "no post cfo"),
        (lambda: org.design(posts, rules, decides={"campain": "ceo"}), "campain"),
        (lambda: org.design(posts, rules, most_layers=2.5), "whole number"),  # type: ignore[arg-type]
        (lambda: org.design(posts, rules, widest_span=2.5), "whole number"),  # type: ignore[arg-type]
        (lambda: org.design(posts, rules, widest_span=2, leader_premium=-2), "premium"),
        (lambda: org.design(posts, rules, outsource=["shop"], outsourced_rate=-1), "rate"),
        (lambda: org.design(posts.drop(columns="department"), rules, outsource="x"), "department"),
        (lambda: org.approval_paths(posts, rules.assign(decided_by=None)), "1 of 1 mandates"),
        (lambda: org.single_points(posts, rules.assign(kind=None)), "no kind"),
        (lambda: org.cost(posts, by=[]), "such as sourcing"),
        (lambda: org.cost(posts.assign(reports_to="ceo")), "themselves"),
        (lambda: org.compare(posts.head(0), rules, 60), "no structure"),
        (lambda: org.uniform_headcount(float("nan"), 3), "span"),
        (lambda: org.uniform_headcount(float("inf"), 3), "span"),
        (lambda: org.uniform_headcount(10, 400), "more people than can be counted"),
        (lambda: org.chance_in_time(1.5, 60), "whole number"),  # type: ignore[arg-type]
        (lambda: org.chance_in_time(2, 60, -5), "window"),
        (lambda: org.chance_in_time("2", 60), "must be a number"),  # type: ignore[arg-type]
        (lambda: org.chance_in_time(2, float("nan")), "above 0"),
    ):
        with pytest.raises(CourseError, match=words):
            wrong()


@pytest.fixture(scope="module")
def shop() -> Shop:
    return load_shop()


def test_the_shop_has_the_structures_of_the_slides(shop: Shop) -> None:
    posts = shop.posts
    assert tuple(posts["structure"].unique()) == org.STRUCTURES
    departments = posts.groupby("structure")["department_zh"].unique().map(set)
    assert departments["seven_departments"] >= {
        "客服部", "市场部", "采购及物流部", "技术部", "网站运营部", "财务部", "人力资源部",
    }  # fmt: skip
    outside = posts[posts["sourcing"] == "outsourced"]
    assert set(outside["structure"]) == {"three_centers"}
    assert set(outside["department"]) == {"IT", "Logistics", "Site redesign"}
    assert {"前线作战部队", "运营保障部队", "后勤支持部队"} <= set(posts["unit_zh"])
    table = org.compare(posts, shop.mandates, 45).set_index("structure")
    assert table["campaign_in_time"].idxmax() == "three_forces"


def test_the_shop_answers_the_four_questions(shop: Shop) -> None:
    tables = (shop.posts, shop.mandates, shop.journey, shop.channels, shop.products)
    grid = org.four_questions(*tables, 45, "three_forces")
    assert grid.groupby("question", sort=False).size().tolist() == [3, 3, 3, 3]
    assert grid["value"].notna().all()
    with pytest.raises(CourseError, match="No such post"):
        org.four_questions(*tables, 45, "three_centers")


def test_measured_approval_time_finds_the_truth(shop: Shop) -> None:
    for kind in ("campaign", "product", "service"):
        measured = org.approval_minutes(shop.decisions, shop.approvals, kind)
        assert measured == pytest.approx(shop.truth[f"approval_minutes_{kind}"], rel=0.15)


@pytest.mark.parametrize("structure", org.STRUCTURES)
def test_every_post_stands_on_the_chart_in_both_languages(shop: Shop, structure: str) -> None:
    path = org.approval_paths(shop.posts, shop.mandates, structure)["path"].iloc[1].split(" → ")
    figure = plots.chart(org.places(shop.posts, structure), path=path)
    words = " ".join(text.get_text() for text in figure.axes[0].texts)
    for post in org.choose(shop.posts, structure).itertuples():
        assert f"{post.title} {post.title_zh}" in words
    assert f"{len(path) - 1} decides" in words
    assert theme.png(figure)  # a missing glyph would warn, and warnings are errors


def test_comparison_names_the_fastest_structure(shop: Shop) -> None:
    figure = plots.comparison(org.compare(shop.posts, shop.mandates, 45))
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


def test_the_twin_shows_what_narrower_spans_cost(shop: Shop) -> None:
    twin = lab(shop).frames()
    assert 5 <= len(twin.frames) <= 9
    titles = [frame.draw().axes[0].get_title(loc="left") for frame in twin.frames]
    assert "3 layers" in titles[0]
    assert "6 layers" in titles[-1]
