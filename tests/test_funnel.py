"""The funnel against published figures, brute force, other packages, and four engines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import confint_proportions_2indep

from ecokit import experiments, funnel
from ecokit.errors import CourseError
from ecokit.inputs.frames import as_pandas
from ecokit.shop import load_shop
from tests.engines import EAGER, MOVES, Move, moved, rows

T = pd.Timestamp
CHANNELS = ["search", "email", "social", "direct", "paid_search"]
BERKELEY = {  # of 1973: applicants and admitted of the six largest departments
    "men": [(825, 512), (560, 353), (325, 120), (417, 138), (191, 53), (373, 22)],
    "women": [(108, 89), (25, 17), (593, 202), (375, 131), (393, 94), (341, 24)],
}


# --- attribution: published figures -----------------------------------------------------


@pytest.fixture(scope="module")
def shared(real_data: Callable[[str], Path]) -> pd.DataFrame:
    path_data = pd.read_csv(real_data("attribution_paths.csv.gz"))
    named = {"conversions": "total_conversions", "unconverted": "total_null"}
    return funnel.attribution(path_data, **named).set_index("channel_id")


@pytest.mark.parametrize(
    ("channel", "first", "last", "linear"),
    [
        ("alpha", 6308, 8447, 7574.72),
        ("beta", 2831, 989, 2083.50),
        ("eta", 3164, 4167, 3539.95),
        ("iota", 4606, 3355, 3857.10),
        ("lambda", 902, 1207, 1035.26),
        ("theta", 1606, 653, 1022.80),
    ],
)
def test_rules_of_place_on_public_paths(
    shared: pd.DataFrame, channel: str, first: float, last: float, linear: float
) -> None:
    found = shared.loc[channel]
    assert [found["first"], found["last"], round(found["linear"], 2)] == [first, last, linear]


def test_markov_chains_on_public_paths(
    real_data: Callable[[str], Path], shared: pd.DataFrame
) -> None:
    path_data = pd.read_csv(real_data("attribution_paths.csv.gz"))
    named = {"conversions": "total_conversions", "unconverted": "total_null"}
    alone = funnel.removal_effects(path_data, converted_only=True, **named)
    effect = alone.channels.set_index("channel_id")["removal_effect"].round(4)
    assert effect[["alpha", "iota", "eta", "beta"]].tolist() == [0.5617, 0.4164, 0.3575, 0.2761]
    credit = alone.channels.set_index("channel_id")["credit"].round(2)
    assert credit[["alpha", "iota", "eta", "beta"]].tolist() == [5260.07, 3899.25, 3347.77, 2585.41]
    found = funnel.removal_effects(path_data, **named)
    table = found.channels.set_index("channel_id").loc[["alpha", "iota", "eta", "theta"]]
    assert round(found.base_rate, 6) == 0.223845
    assert table["removal_effect"].round(4).tolist() == [0.5584, 0.4058, 0.3490, 0.2060]
    assert table["credit"].round(2).tolist() == [5344.95, 3884.61, 3340.85, 1971.91]
    assert shared["markov"].round(2)[table.index].tolist() == table["credit"].round(2).tolist()
    assert shared.sum().round(6).eq(19_785).all()


def test_shapley_values_of_public_paths_are_those_of_their_coalitions(
    real_data: Callable[[str], Path], shared: pd.DataFrame
) -> None:
    path_data = pd.read_csv(real_data("attribution_paths.csv.gz"))
    worth = funnel.coalitions(path_data, conversions="total_conversions")
    assert len(worth) == 2**12 - 1
    sets = {
        tuple(a.split(" > ")): v for a, v in zip(worth["channels"], worth["worth"], strict=True)
    }
    assert funnel.shapley(sets).to_numpy() == pytest.approx(shared["shapley"].to_numpy())


def test_four_paths_solved_by_hand() -> None:
    four = pd.DataFrame(
        {
            "path": ["A > B", "A", "B", "A > B > A"],
            "conversions": [1, 0, 1, 0],
            "unconverted": [0, 1, 0, 1],
        }
    )
    found = funnel.removal_effects(four)
    assert found.base_rate == pytest.approx(0.5, abs=1e-15)
    assert found.channels["removal_effect"].tolist() == pytest.approx([2 / 3, 1])
    assert found.channels["credit"].tolist() == pytest.approx([0.8, 1.2])


def test_shapley_of_three_channels() -> None:
    worth: dict[Any, float] = {"S": 100, "E": 60, "P": 40, frozenset("SEP"): 240}
    worth |= {("S", "E"): 180, ("S", "P"): 150, ("E", "P"): 110}
    found = funnel.shapley(worth)
    assert found.to_dict() == {"E": 75, "P": 50, "S": 115}


# --- attribution: brute force -----------------------------------------------------------


PATHS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("ABCD"), min_size=1, max_size=6),
        st.integers(0, 4),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=12,
).filter(lambda paths: any(orders for _path, orders, _none in paths))


def table_of(paths: list[tuple[list[str], int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "path": [" > ".join(path) for path, _orders, _none in paths],
            "days": [" > ".join(map(str, range(len(path)))) for path, _orders, _none in paths],
            "conversions": [orders for _path, orders, _none in paths],
            "unconverted": [none for _path, _orders, none in paths],
        }
    )


def weights(rule: str, path: list[str]) -> list[float]:
    n = len(path)
    if rule == "position" and n > 2:
        return [0.4, *[0.2 / (n - 2)] * (n - 2), 0.4]
    told = {
        "first": [1.0, *[0.0] * (n - 1)],
        "last": [*[0.0] * (n - 1), 1.0],
        "time_decay": [0.5 ** (day / 7) for day in range(n)],
        "shapley": [1 / path.count(channel) for channel in path],
    }.get(rule, [1.0] * n)
    return [one / sum(told) for one in told]


def lost_without(gone: str, paths: list[tuple[list[str], int, int]]) -> float:
    """P(order) of the chain in which who goes to `gone` is lost."""
    steps: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for path, orders, none in paths:
        for one, two in pairwise(["start", *path]):
            steps[one][two] += orders + none
        steps[path[-1]]["order"] += orders
        steps[path[-1]]["none"] += none
    places = [one for one in steps if sum(steps[one].values()) > 0 and one != gone]
    matrix, order = np.eye(len(places)), np.zeros(len(places))
    for row, one in enumerate(places):
        for two, times in steps[one].items():
            chance = times / sum(steps[one].values())
            if two in places:
                matrix[row, places.index(two)] -= chance
            order[row] += chance * (two == "order")
    return float(np.linalg.solve(matrix, order)[places.index("start")])


@settings(max_examples=30, deadline=None)
@given(PATHS)
def test_rules_are_those_of_one_path_after_the_other(
    paths: list[tuple[list[str], int, int]],
) -> None:
    found = funnel.attribution(table_of(paths)).set_index("channel_id")
    assert list(found) == list(funnel.RULES)
    for rule in ("first", "last", "linear", "position", "time_decay", "shapley"):
        credit = dict.fromkeys(found.index, 0.0)
        for path, orders, _none in paths:
            for channel, weight in zip(path, weights(rule, path), strict=True):
                credit[channel] += orders * weight
        assert found[rule].to_dict() == pytest.approx(credit), rule


@settings(max_examples=30, deadline=None)
@given(PATHS, st.booleans())
def test_the_chain_is_that_without_each_channel(
    paths: list[tuple[list[str], int, int]], only: bool
) -> None:
    kept = [(path, orders, 0 if only else none) for path, orders, none in paths]
    found = funnel.removal_effects(table_of(paths), converted_only=only)
    base = lost_without("nobody", kept)
    assert found.base_rate == pytest.approx(base)
    for row in found.channels.to_dict("records"):
        assert row["removal_effect"] == pytest.approx(
            1 - lost_without(row["channel_id"], kept) / base
        )
    assert found.channels["credit"].sum() == pytest.approx(sum(orders for _p, orders, _n in paths))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-9, 9), min_size=15, max_size=15))
def test_shapley_is_the_mean_over_all_orders_of_coming(values: list[float]) -> None:
    players = "ABCD"
    sets = [frozenset(p for n, p in enumerate(players) if mask >> n & 1) for mask in range(1, 16)]
    worth = dict(zip(sets, values, strict=True))
    added = dict.fromkeys(players, 0.0)
    ways = list(permutations(players))
    for way in ways:
        for place, player in enumerate(way):
            with_, without = frozenset(way[: place + 1]), frozenset(way[:place])
            added[player] += (worth[with_] - worth.get(without, 0)) / len(ways)
    assert funnel.shapley(worth).to_dict() == pytest.approx(added, abs=1e-9)


def test_transitions_of_a_path_add_up() -> None:
    found = funnel.transitions(table_of([(["A", "A", "B"], 2, 1), (["B"], 0, 5)]))
    told = found.set_index(["origin", "target"])
    assert told["times"].to_dict() == {
        ("(start)", "A"): 3,
        ("(start)", "B"): 5,
        ("A", "A"): 3,
        ("A", "B"): 3,
        ("B", "(none)"): 6,
        ("B", "(order)"): 2,
    }
    assert told["probability"].groupby("origin").sum().tolist() == [1, 1, 1]


def test_blanks_around_a_separator_do_not_count(engine: Move) -> None:
    table = pd.DataFrame({"way": ["A>B", " A  >  B ", "B"], "sold": [1.5, 2, 4]})
    found = funnel.attribution(
        engine(table), rules=["first", "last"], path="way", conversions="sold"
    )
    assert rows(found) == [("A", 3.5, 0.0), ("B", 4.0, 7.5)]


def test_rules_that_a_table_cannot_answer_are_left_out() -> None:
    bare = pd.DataFrame({"path": ["A"], "conversions": [1]})
    assert list(funnel.attribution(bare))[1:] == [
        "first",
        "last",
        "linear",
        "position",
        "markov_converted",
        "shapley",
    ]


def test_without_shares_for_the_ends_two_touches_get_halves() -> None:
    table = pd.DataFrame({"path": ["A > B", "A > C > B"], "conversions": [2, 3]})
    found = funnel.attribution(table, rules="position", first_share=0, last_share=0)
    assert found["position"].tolist() == [1, 1, 3]
    found = funnel.attribution(table, rules="position", first_share=0.6, last_share=0.2)
    assert found["position"].tolist() == pytest.approx([1.5 + 1.8, 0.5 + 0.6, 0.6])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"path": ["A >  > B", "A"]},
            "In 1 of 2 rows of paths, path has a place without",
        ),
        ({"path": ["A", ""]}, "path has a place without a channel, such as the one with path"),
        ({"path": [None, "A"]}, "path has a place without a channel"),
        ({"conversions": [-1, 2]}, "conversions is no number of 0 or more"),
        ({"conversions": [0, 0]}, "No path ends in an order"),
        ({"days": ["1 > 0", "0"]}, "The path A has the days 1 > 0"),
        ({"days": ["x", "0"]}, "no number of days"),
        ({"days": ["-1", "0"]}, "no number of days"),
    ],
)
def test_paths_that_cannot_be_used(change: dict[str, Any], sentence: str) -> None:
    good = {"path": ["A", "B"], "days": ["0", "0"], "conversions": [1, 0], "unconverted": [1, 1]}
    with pytest.raises(CourseError, match=sentence):
        funnel.attribution(pd.DataFrame(good | change))


def test_rules_that_cannot_be_used() -> None:
    table = pd.DataFrame({"path": ["A"], "conversions": [1]})
    for wrong, sentence in {
        "rules": ("lastt", "rules is 'lastt'. Choose one of: first"),
        "separator": (" ", "separator is ' '"),
        "half_life": (0, "half_life is 0"),
        "first_share": (0.7, "may add up to 1 at most"),
    }.items():
        with pytest.raises(CourseError, match=sentence[1]):
            funnel.attribution(table, **{wrong: sentence[0]})
    with pytest.raises(CourseError, match="has no column unconverted"):
        funnel.removal_effects(table)
    many = pd.DataFrame({"path": [" > ".join(map(str, range(16)))], "conversions": [1]})
    with pytest.raises(CourseError, match="have 16 channels"):
        funnel.coalitions(many)
    games: dict[str, Any] = {"the worth of A is 'x'": {"A": "x"}, "twice": {"A": 1, ("A",): 2}}
    for told, worth in games.items():
        with pytest.raises(CourseError, match=told):
            funnel.shapley(worth)


# --- paths ------------------------------------------------------------------------------


VISITS = st.lists(
    st.tuples(
        st.sampled_from([1, 2, 3, None]),
        st.integers(0, 70 * 24 * 4),  # quarters of an hour
        st.sampled_from(CHANNELS),
        st.sampled_from([0, 0, 0, 1, 2]),  # paid orders
    ),
    min_size=1,
    max_size=25,
)


def shop_of(visits: list[tuple[int | None, int, str, int]]) -> dict[str, pd.DataFrame]:
    start = T("2025-01-01")
    table = pd.DataFrame(visits, columns=["visitor_id", "quarter", "channel_id", "orders"])
    table = table.astype({"visitor_id": "Int64"})
    table["visit_id"] = range(100, 100 + len(table))
    table["started_at"] = start + pd.to_timedelta(table.pop("quarter") * 15, unit="min")
    orders = table.loc[table.index.repeat(table.pop("orders")), ["visit_id", "started_at"]]
    orders = orders.rename(columns={"started_at": "paid_at"}).reset_index(drop=True)
    unpaid = table[["visit_id"]][:3].assign(paid_at=None).astype(orders.dtypes)
    return {"visits": table, "orders": pd.concat([orders, unpaid], ignore_index=True)}


def by_hand(
    shop: dict[str, pd.DataFrame], window: int, longest: int, since: T | None, until: T | None
) -> dict[tuple[str, str], list[int]]:
    orders = shop["orders"].dropna()["visit_id"].value_counts()
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    visits = shop["visits"].dropna().sort_values(["started_at", "visit_id"])
    visits = visits if until is None else visits[visits["started_at"] < until]
    for _visitor, mine in visits.groupby("visitor_id"):
        path: list[Any] = []
        for place, visit in enumerate(mine.to_dict("records")):
            path.append(visit)
            sold = int(orders.get(visit["visit_id"], 0))
            if not sold and place < len(mine) - 1:
                continue
            end: Any = visit["started_at"]
            ages = [(one["channel_id"], end - one["started_at"]) for one in path]
            near = [(name, age.days) for name, age in ages if age <= pd.Timedelta(days=window)]
            near = near[-longest:]
            if since is None or end >= since:
                key = " > ".join(a for a, _b in near), " > ".join(str(b) for _a, b in near)
                found[key][0] += sold
                found[key][1] += not sold
            path = []
    return dict(found)


@settings(max_examples=12, deadline=None)
@given(VISITS, st.integers(1, 40), st.integers(1, 20), st.booleans())
@example([(2, 9, "search", 0), (2, 9, "paid_search", 0), (2, 8, "paid_search", 0)], 9, 9, False)
def test_paths_are_those_of_one_visitor_after_the_other(
    visits: list[tuple[int | None, int, str, int]], window: int, longest: int, cut: bool
) -> None:
    shop = shop_of(visits)
    since, until = (T("2025-01-20"), T("2025-02-20")) if cut else (None, None)
    expected = by_hand(shop, window, longest, since, until)
    for name in EAGER:
        given_ = moved(MOVES[name], shop)
        found = funnel.paths(given_, lookback_days=window, longest=longest, start=since, end=until)
        assert type(found) is type(given_["visits"])
        told = {(path, days): [sold, none] for path, days, sold, none in rows(found)}
        assert told == expected, name


def test_long_paths_do_not_run_over(engine: Move) -> None:
    """Sixty touches of forty channels, a minute apart: far more than one whole number holds."""
    names = [f"way {n:02}" for n in range(40)]
    path = [names[n * 7 % 40] for n in range(60)]
    visits = pd.DataFrame(
        {
            "visit_id": range(60),
            "visitor_id": 1,
            "started_at": pd.date_range("2025-01-01", periods=60, freq="D"),
            "channel_id": path,
        }
    )
    none = pd.DataFrame({"visit_id": [-1], "paid_at": [T("2025-03-01")]})
    shop = moved(engine, {"visits": visits, "orders": none})
    ((text, days),) = rows(funnel.paths(shop, lookback_days=400, longest=100), "path", "days")
    assert text == " > ".join(path)
    assert days == " > ".join(str(n) for n in reversed(range(60)))


def test_paths_of_the_shop_share_out_its_orders() -> None:
    shop = load_shop()
    table = funnel.paths(shop, days=False)
    paid = shop.orders["paid_at"].notna().sum()
    assert table["conversions"].sum() == paid
    assert table["path"].is_unique
    credit = funnel.attribution(table).set_index("channel_id")
    assert credit.sum().round(6).eq(paid).all()
    last = shop.orders[shop.orders["paid_at"].notna()]["channel_id"].value_counts()
    assert credit["last"].astype(int).to_dict() == last.to_dict()


def test_windows_and_touches_that_cannot_be_used() -> None:
    shop = shop_of([(1, 0, "search", 1)])
    for wrong, sentence in {
        "start": ("2025-02-01", "The window ends before it starts: end is 2025-02-01"),
        "lookback_days": (0, "lookback_days is 0"),
        "touch": ("way", "has no column way"),
    }.items():
        with pytest.raises(CourseError, match=sentence[1]):
            funnel.paths(shop, **({"end": "2025-02-01"} | {wrong: sentence[0]}))
    shop["visits"]["touch"] = ["paid > search"]
    with pytest.raises(CourseError, match="The touch paid > search has the sign >"):
        funnel.paths(shop, touch="touch")
    shop["visits"]["touch"] = pd.Series([None], dtype="str")
    for name in EAGER:
        with pytest.raises(CourseError, match="touch is missing"):
            funnel.paths(moved(MOVES[name], shop), touch="touch")


# --- steps and leaks --------------------------------------------------------------------


def seen() -> pd.DataFrame:
    steps = ["visit"] * 4 + ["product"] * 3 + ["cart"] * 2 + ["checkout"] + ["order"] * 2
    return pd.DataFrame(
        {
            "visit_id": range(12),
            "visitor_id": [1, 1, 2, 3, 3, 3, 4, 5, 6, None, 7, 8],
            "started_at": pd.date_range("2025-01-27", periods=12, freq="D"),
            "channel_id": ["search", "email"] * 6,
            "device": ["phone"] * 5 + [None] + ["desktop"] * 6,
            "load_seconds": [0.4, 1.0, 3.9, 4.0, None, 1.2] * 2,
            "dwell_seconds": 30,
            "reached": steps,
        }
    )


def test_steps_by_hand(engine: Move) -> None:
    found = funnel.steps({"visits": engine(seen())})
    told = rows(found, "step", "started", "came", "rate", "of_all")
    assert [row[:3] for row in told] == [
        ("visit", 12, 12),
        ("product", 12, 8),
        ("cart", 12, 5),
        ("checkout", 12, 3),
        ("order", 12, 2),
    ]
    assert [row[3] for row in told] == [None, 8 / 12, 5 / 8, 3 / 5, 2 / 3]
    assert [row[4] for row in told] == [1, 8 / 12, 5 / 12, 3 / 12, 2 / 12]
    by = funnel.steps({"visits": engine(seen())}, by=["month", "device"])
    told = rows(by, "device", "step", "came")
    assert [row[1] for row in told] == list(funnel.STEPS) * 3
    assert [row[0] for row in told[::5]] == ["phone", "desktop", None]
    assert [row[2] for row in told] == [5, 1, 0, 0, 0, 6, 6, 5, 3, 2, 1, 1, 0, 0, 0]


def test_a_channel_lends_its_columns(engine: Move) -> None:
    channels = pd.DataFrame({"channel_id": ["search", "email"], "kind": ["free", "own"]})
    found = funnel.steps({"visits": engine(seen()), "channels": engine(channels)}, by="kind")
    assert rows(found, "kind", "came")[::5] == [("free", 6), ("own", 6)]


def test_leaks_against_statsmodels(engine: Move) -> None:
    rng = np.random.default_rng(5)
    device = rng.choice(["phone", "desktop", "tablet"], 3000, p=[0.6, 0.3, 0.1])
    season = rng.choice(["a", "b"], 3000)
    depth = rng.binomial(4, np.where(device == "phone", 0.4, 0.5))
    visits = pd.DataFrame(
        {"device": device, "season": season, "reached": np.array(funnel.STEPS)[depth]}
    )
    table = as_pandas(
        funnel.leaks({"visits": engine(visits)}, by=["season", "device"], within="season")
    )
    assert len(table) == 2 * 3 * 4
    assert table["leaks"].is_monotonic_decreasing
    assert table["lost_orders"].groupby(table["leaks"]).is_monotonic_decreasing.all()
    for row in table.sample(8, random_state=1).to_dict("records"):
        place = funnel.STEPS.index(row["step"])
        same = visits["season"] == row["season"]
        mine = same & (visits["device"] == row["device"])
        there = depth >= place - 1
        went = depth >= place
        counts = [int((it & who).sum()) for who in (mine, same & ~mine) for it in (went, there)]
        low, high = confint_proportions_2indep(
            *counts, method="newcomb", compare="diff", alpha=0.05 / 24
        )
        assert (row["low"], row["high"]) == pytest.approx((low, high))
        assert row["difference"] == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])
        lost = (counts[2] / counts[3] - counts[0] / counts[1]) * counts[1]
        orders = (mine & (depth == 4)).sum() / counts[0]
        assert row["lost_orders"] == pytest.approx(lost * orders)
        assert row["leaks"] == (high < 0)


def test_the_worst_of_many_rows_fools_nobody() -> None:
    """Without a leak, hardly one company in twenty shows one, though each has 80 comparisons."""
    alarms = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        visits = pd.DataFrame(
            {
                "group": rng.integers(0, 20, 4000).astype(str),
                "reached": np.array(funnel.STEPS)[rng.binomial(4, 0.5, 4000)],
            }
        )
        alarms += funnel.leaks({"visits": visits}, by="group")["leaks"].any()
    assert alarms <= 5


def test_steps_that_cannot_be_used() -> None:
    visits = seen()
    for wrong, sentence in (
        ({"names": ["visit"]}, "names is"),
        ({"names": ["visit", "order"]}, "In 6 rows of visits, reached is '.*', which is none of"),
        ({"by": "step"}, "another column of that name"),
        ({"confidence": 95}, "confidence is 95"),
    ):
        with pytest.raises(CourseError, match=sentence):
            funnel.steps({"visits": visits}, **wrong)
    with pytest.raises(CourseError, match="The table visits has no column started_at"):
        funnel.steps({"visits": visits.drop(columns="started_at")}, by="month")
    with pytest.raises(CourseError, match="within is 'device'"):
        funnel.leaks({"visits": visits}, by="device", within="device")
    visits["reached"] = visits["reached"].where(visits["reached"] != "cart")
    with pytest.raises(CourseError, match="In 2 rows of visits, reached is missing"):
        funnel.steps({"visits": visits})


# --- bots, brushed orders, kinds of visits ----------------------------------------------


def test_bots_and_brushed_orders_by_hand(engine: Move) -> None:
    morning = T("2025-01-05 02:00")
    visits = pd.DataFrame({"visit_id": range(100), "visitor_id": 50, "started_at": morning})
    visits["dwell_seconds"] = 3
    visits.loc[:9, ["visitor_id", "dwell_seconds"]] = [51, 60]  # ten long ones: a person
    visits.loc[10:39, ["visitor_id", "dwell_seconds"]] = [52, 60]  # thirty long ones: keen
    visits.loc[40:69, "visitor_id"] = 53  # thirty short ones on two days
    visits.loc[40:54, "started_at"] = T("2025-01-06")
    placed = [T("2025-01-05") + pd.Timedelta(minutes=n) for n in (0, 30, 60, 0, 31, 61, 0)]
    orders = pd.DataFrame(
        {
            "order_id": range(7),
            "visitor_id": pd.array([60, 60, 60, 61, 61, 61, None], dtype="Int64"),
            "placed_at": placed,
        }
    )
    shop = moved(engine, {"visits": visits, "orders": orders})
    assert rows(funnel.suspects(shop)) == [(50, "bot", 30), (60, "brushed", 3)]
    clean = funnel.cleaned(shop)
    assert len(rows(clean["visits"])) == 70
    assert len(rows(clean["orders"])) == 4
    assert {row[0] for row in rows(funnel.suspects(shop, visits=15))} == {50, 53, 60}
    with pytest.raises(CourseError, match="seconds is"):
        funnel.suspects(shop, seconds=1e15)


def test_what_was_given_beside_visits_and_orders_is_still_there() -> None:
    shop = load_shop()
    found = funnel.cleaned(shop)
    assert set(found) == set(shop.tables)
    assert found["products"] is shop.products


def test_new_visitors_and_bands_of_speed(engine: Move) -> None:
    found = funnel.with_kinds({"visits": engine(seen())})["visits"]
    told = sorted(rows(found, "visit_id", "visitor", "speed"))
    kinds = ["new", "returning", "new", "new", "returning", "returning", "new", "new", "new"]
    assert [row[1] for row in told] == [*kinds, None, "new", "new"]
    assert [row[2] for row in told][:6] == ["0-1 s", "1-2 s", "2-4 s", "4+ s", None, "1-2 s"]
    again = funnel.steps({"visits": found}, by=["visitor", "speed"])
    assert sum(row[1] for row in rows(again, "step", "came") if row[0] == "visit") == 12


# --- mix and rate -----------------------------------------------------------------------


def admitted(who: str) -> pd.DataFrame:
    table = pd.DataFrame(BERKELEY[who], columns=["started", "came"])
    return table.assign(department=list("ABCDEF"))


def test_berkeley_in_1973() -> None:
    found = funnel.mix_and_rate(admitted("men"), admitted("women"), group="department")
    assert round(found.before, 3) == 0.445
    assert round(found.after, 3) == 0.304
    assert found.mix < -0.15 < 0.02 < found.rate  # women applied where few are taken
    assert not found.turned  # in two of six departments the rate of women is lower
    four = [admitted(who).query("department in ['A', 'B', 'D', 'F']") for who in BERKELEY]
    assert funnel.mix_and_rate(*four, group="department").turned
    assert found.groups["group"].tolist() == list("ABCDEF")
    shares = found.groups
    standard = shares[["share_before", "share_after"]].mean(axis=1)
    assert found.rate == pytest.approx(
        ((shares["rate_after"] - shares["rate_before"]) * standard).sum()
    )


COUNTS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)),
    min_size=1,
    max_size=6,
).filter(lambda counts: sum(one[0] for one in counts) and sum(one[2] for one in counts))


@settings(max_examples=12, deadline=None)
@given(COUNTS)
def test_mix_and_rate_add_up_to_the_change(counts: list[tuple[int, int, int, int]]) -> None:
    group = [f"g{n}" for n in range(len(counts))]
    before = pd.DataFrame({"group": group, "started": [a for a, _b, _c, _d in counts]})
    after = pd.DataFrame({"group": group, "started": [c for _a, _b, c, _d in counts]})
    before["came"] = [min(a, b) for a, b, _c, _d in counts]
    after["came"] = [min(c, d) for _a, _b, c, d in counts]
    there, back = (
        funnel.mix_and_rate(*pair, group="group") for pair in ((before, after), (after, before))
    )
    assert there.mix + there.rate == pytest.approx(there.change, abs=1e-12)
    assert there.change == pytest.approx(
        after["came"].sum() / after["started"].sum()
        - before["came"].sum() / before["started"].sum()
    )
    assert (there.mix, there.rate) == pytest.approx((-back.mix, -back.rate), abs=1e-12)
    assert there.low <= there.rate <= there.high


def test_the_interval_of_the_rate_part_holds_it() -> None:
    rng, inside = np.random.default_rng(8), 0
    shares, rates = np.array([[0.7, 0.3], [0.3, 0.7]]), np.array([[0.10, 0.02], [0.12, 0.03]])
    truth = float((shares.mean(axis=0) * (rates[1] - rates[0])).sum())
    for _company in range(50):
        n = (shares * 4000).astype(int)
        k = rng.binomial(n, rates)
        months = [pd.DataFrame({"g": ["a", "b"], "started": n[m], "came": k[m]}) for m in (0, 1)]
        found = funnel.mix_and_rate(*months, group="g")
        inside += found.low <= truth <= found.high
    assert 43 <= inside <= 50


def test_a_group_that_is_new_is_mix(engine: Move) -> None:
    before = engine(pd.DataFrame({"g": ["a"], "started": [100], "came": [10]}))
    after = engine(pd.DataFrame({"g": ["a", "b"], "started": [100, 100], "came": [10, 2]}))
    found = funnel.mix_and_rate(before, after, group="g")
    assert found.rate == 0
    assert found.mix == pytest.approx(-0.04)
    assert rows(found.groups, "group", "rate_before") == [("a", 0.1), ("b", None)]


def test_counts_that_cannot_be_compared() -> None:
    good = pd.DataFrame({"g": ["a"], "started": [5], "came": [1]})
    for wrong, sentence in (
        (good.assign(came=9), "In 1 of 1 row of after, orders is above visits"),
        (good.assign(came=-1), "orders is no number of 0 or more"),
        (good.assign(started=0, came=0), "The table after has no visits"),
    ):
        with pytest.raises(CourseError, match=sentence):
            funnel.mix_and_rate(good, wrong, group="g")


# --- order values -----------------------------------------------------------------------


def sold(values: Any) -> dict[str, pd.DataFrame]:
    n, day = len(values), T("2025-03-01")
    orders = pd.DataFrame({"order_id": range(n), "placed_at": day, "paid_at": day})
    lines = pd.DataFrame({"order_id": range(n), "quantity": 1, "unit_price": values})
    return {"orders": orders, "order_lines": lines}


def test_order_values_against_numpy(engine: Move) -> None:
    rng = np.random.default_rng(2)
    tables = sold(rng.lognormal(5, 1, 500).round(2))
    tables["orders"]["region"] = np.where(rng.random(500) < 0.3, "north", "south")
    found = as_pandas(funnel.order_values(moved(engine, tables), by="region", tail=0.05))
    worth = tables["order_lines"]["unit_price"].groupby(tables["orders"]["region"])
    assert found["orders"].tolist() == worth.size().tolist()
    assert found["middle"].tolist() == pytest.approx(worth.median().tolist())
    assert found["mean"].tolist() == pytest.approx(worth.mean().tolist())
    assert found["largest"].tolist() == worth.max().tolist()
    for (_region, prices), row in zip(worth, found.to_dict("records"), strict=True):
        many = -(-len(prices) // 20)
        tail = prices.nlargest(many)
        assert row["tail_from"] == tail.iloc[-1]
        assert row["tail_share"] == pytest.approx(tail.sum() / prices.sum())
        assert row["low"] < row["middle"] < row["high"]


def test_the_interval_of_a_median_holds_it() -> None:
    tables = sold(np.random.default_rng(3).lognormal(5, 1, 200 * 80).round(2))
    tables["orders"]["company"] = np.arange(200 * 80) // 80
    found = funnel.order_values(tables, by="company")
    assert 182 <= ((found["low"] <= np.exp(5)) & (found["high"] >= np.exp(5))).sum() <= 198


def test_a_handful_of_orders_has_no_interval() -> None:
    few, some = (funnel.order_values(sold(range(1, n + 1))).iloc[0] for n in (5, 6))
    assert np.isnan(few["low"])
    assert (some["low"], some["high"]) == (1, 6)
    assert funnel.order_values(sold(range(1, 31)), tail=0.1).iloc[0]["tail_from"] == 28


# --- who comes back ---------------------------------------------------------------------


def buyers(seed: int, n: int = 300) -> pd.DataFrame:
    """Return orders of visitors who come back after an exponential time, watched for 200 days."""
    rng = np.random.default_rng(seed)
    first = rng.uniform(0, 200, n)
    second = first + rng.exponential(150, n)
    third = second + rng.exponential(20, n)
    days = np.concatenate([first, second, third])
    kept = days < 200
    placed = T("2025-01-01") + pd.to_timedelta(days[kept] * 86_400, unit="s").floor("s")
    orders = pd.DataFrame({"visitor_id": np.tile(np.arange(n), 3)[kept], "placed_at": placed})
    orders = orders.assign(order_id=np.arange(len(orders)), paid_at=orders["placed_at"])
    return orders.assign(region=np.where(orders["visitor_id"] % 3 == 0, "north", "south"))


def watched(orders: pd.DataFrame, end: pd.Timestamp) -> tuple[Any, Any]:
    """Return whole days until the second order or the end, and whether it came."""
    days, back = [], []
    for _visitor, mine in orders[orders["placed_at"] <= end].groupby("visitor_id"):
        times = mine["placed_at"].sort_values().tolist()
        days.append(((times[1] if len(times) > 1 else end) - times[0]).days)
        back.append(int(len(times) > 1))
    return np.array(days), np.array(back)


def test_time_to_the_second_order_against_statsmodels(engine: Move) -> None:
    orders, end = buyers(1), T("2025-07-15")
    found = as_pandas(funnel.second_order({"orders": engine(orders)}, by="region", as_of=end))
    for region, table in found.groupby("region"):
        days, back = watched(orders[orders["region"] == region], end)
        other = SurvfuncRight(days, back)
        here = table.set_index("day").loc[other.surv_times]
        assert (1 - here["share"]).to_numpy() == pytest.approx(other.surv_prob, abs=1e-12)
        assert here["se"].to_numpy() == pytest.approx(other.surv_prob_se, abs=1e-12)
        assert here["at_risk"].tolist() == other.n_risk.tolist()
        assert here["again"].tolist() == other.n_events.tolist()


def test_the_curve_is_read_at_days() -> None:
    orders = buyers(2)
    whole = funnel.second_order({"orders": orders})
    some = funnel.second_order({"orders": orders}, days=[0, 30, 90, 5000])
    for day in (30, 90):
        row = some.set_index("day").loc[day]
        assert row["share"] == whole[whole["day"] <= day]["share"].iloc[-1]
        assert row["at_risk"] == whole[whole["day"] >= day]["at_risk"].iloc[0]
    assert some["share"].isna().tolist() == [False, False, False, True]
    assert some["customers"].eq(300).all()


def test_the_interval_of_a_return_holds_it_and_the_naive_share_does_not() -> None:
    orders = pd.concat([buyers(seed).assign(company=seed) for seed in range(200)])
    orders = orders.assign(order_id=range(len(orders)))
    orders["visitor_id"] += 1000 * orders["company"]
    found = funnel.second_order({"orders": orders}, by="company", days=119, as_of="2025-07-20")
    truth = 1 - np.exp(-120 / 150)
    inside = (found["low"] <= truth) & (found["high"] >= truth)
    assert 182 <= inside.sum() <= 197
    # of all customers, those back within the time: the recent have had no time for it
    placed = orders.sort_values("placed_at").groupby("visitor_id")["placed_at"]
    soon = placed.nth(1).to_numpy() - placed.first()[placed.size() > 1] < pd.Timedelta(days=120)
    back = soon.groupby(soon.index // 1000).sum() / placed.first().index.value_counts().sum() * 200
    naive = (found["low"].to_numpy() > back) | (found["high"].to_numpy() < back)
    assert naive.sum() >= 160


def test_cohorts_of_a_british_shop(real_data: Callable[[str], Path]) -> None:
    sales = pd.read_parquet(real_data("online_retail.parquet"))
    kept = sales["CustomerID"].notna() & (sales["Quantity"] > 0) & (sales["UnitPrice"] > 0)
    lines = sales[kept].drop_duplicates("InvoiceNo")
    orders = pd.DataFrame(
        {
            "order_id": lines["InvoiceNo"].astype(str),
            "visitor_id": lines["CustomerID"].astype(int),
            "placed_at": lines["InvoiceDate"],
            "paid_at": lines["InvoiceDate"],
        }
    )
    for name in EAGER:
        found = as_pandas(funnel.cohorts({"orders": MOVES[name](orders)}))
        first = found[found["cohort"] == T("2010-12-01")].set_index("period")
        assert first["customers"].unique().tolist() == [885]
        months = ["2011-01-01", "2011-06-01", "2011-11-01"]
        assert first.loc[pd.to_datetime(months), "active"].tolist() == [324, 321, 445]
        assert found[found["later"] == 0]["customers"].sum() == 4338
        assert len(found) == 13 * 14 / 2


def test_cohorts_by_hand(engine: Move) -> None:
    orders = buyers(4, 60)
    found = as_pandas(funnel.cohorts({"orders": engine(orders)}, period="week"))
    week = orders["placed_at"].dt.to_period("W-SUN").dt.start_time
    began = week.groupby(orders["visitor_id"]).transform("min")
    for row in found.sample(30, random_state=1).to_dict("records"):
        mine = orders[began == row["cohort"]]
        assert row["customers"] == mine["visitor_id"].nunique()
        assert row["active"] == mine[week[mine.index] == row["period"]]["visitor_id"].nunique()
        assert row["period"] == row["cohort"] + pd.Timedelta(weeks=row["later"])


# --- membership -------------------------------------------------------------------------


def cohort(here: list[int]) -> pd.DataFrame:
    """Return a cohort of members of whom so many are there after each period."""
    left = [0] + [one - two for one, two in pairwise(here)]
    staying = [0] * (len(here) - 1) + [here[-1]]
    return pd.DataFrame({"period": range(len(here)), "left": left, "staying": staying})


@pytest.mark.parametrize(
    ("here", "alpha", "beta", "stays"),
    [
        (
            [1000, 631, 468, 382, 326, 289, 262, 241],
            0.704,
            1.182,
            [0.6267, 0.4738, 0.3880, 0.3321, 0.2924, 0.2625, 0.2391],
        ),
        (
            [1000, 869, 743, 653, 593, 551, 517, 491],
            0.668,
            3.806,
            [0.8507, 0.7469, 0.6698, 0.6100, 0.5619, 0.5223, 0.4889],
        ),
    ],
)
def test_members_of_fader_and_hardie(
    here: list[int], alpha: float, beta: float, stays: list[float]
) -> None:
    assert funnel.survival(alpha, beta, 7).round(4).tolist() == stays
    found = funnel.staying(cohort(here))
    assert (round(found.alpha, 3), round(found.beta, 3)) == (alpha, beta)
    assert (found.members, found.left) == (1000, 1000 - here[-1])
    table = found.table(7)
    assert table["survival"].tolist() == pytest.approx(stays, abs=1e-3)
    assert table["retention"].is_monotonic_increasing


def leavers(seed: int, n: int = 400) -> pd.DataFrame:
    """Return members who join over a year and are watched to its end."""
    rng = np.random.default_rng(seed)
    stay = rng.geometric(rng.beta(0.8, 4.0, n).clip(1e-9)).clip(max=500)
    month, day = rng.integers(0, 12, n), pd.to_timedelta(rng.integers(0, 28, n), unit="D")
    began = np.datetime64("2025-01") + month
    joined, ended = (pd.Series(one.astype("datetime64[us]") + day) for one in (began, began + stay))
    ended = ended.where(ended <= T("2026-01-01"))
    return pd.DataFrame({"member_id": range(n), "joined_on": joined, "ended_on": ended})


def test_members_are_counted_month_by_month(engine: Move) -> None:
    members = leavers(3)
    found = as_pandas(funnel.member_periods({"members": engine(members)}, as_of="2026-01-01"))
    assert found["left"].sum() == members["ended_on"].notna().sum()
    assert found["staying"].sum() == members["ended_on"].isna().sum()
    assert found["members"].tolist() == [
        int((found.loc[n:, ["left", "staying"]]).to_numpy().sum()) for n in range(len(found))
    ]
    stays = members[members["ended_on"].isna()]["joined_on"]
    ends = [one + pd.DateOffset(months=2) <= T("2026-01-01") for one in stays]
    assert found.loc[2:, "staying"].sum() == sum(ends)


def test_who_joins_on_the_day_one_looks_is_a_member() -> None:
    days = pd.to_datetime(["2025-01-10", "2025-03-20", "2025-03-21"])
    members = pd.DataFrame({"joined_on": days, "ended_on": pd.Series([pd.NaT] * 3)})
    members["ended_on"] = members["ended_on"].astype("datetime64[us]")
    found = funnel.member_periods({"members": members}, as_of="2025-03-20")
    assert found["staying"].tolist() == [1, 0, 1]  # who joins a day later is none yet
    assert funnel.member_periods({"members": members})["staying"].tolist() == [2, 0, 1]


def test_the_interval_of_a_survival_is_that_of_its_logit() -> None:
    table = funnel.staying(cohort([1000, 869, 743, 653, 593, 551, 517, 491])).table(40)
    low, middle, high = (
        np.log(table[name]) - np.log1p(-table[name]) for name in ("low", "survival", "high")
    )
    assert (middle - low).to_numpy() == pytest.approx((high - middle).to_numpy())
    assert (low < middle).all()


def test_the_interval_of_a_survival_holds_it() -> None:
    truth, inside = funnel.survival(0.8, 4.0, 12)[-1], 0
    for seed in range(50):
        counted = funnel.member_periods({"members": leavers(500 + seed)}, as_of="2026-01-01")
        row = funnel.staying(counted).table(12).iloc[-1]
        inside += row["low"] <= truth <= row["high"]
    assert 43 <= inside <= 50


def test_members_of_whom_all_leave_at_once_or_nobody_does() -> None:
    assert funnel.survival(0.7, 1e-99, 2) == pytest.approx([0, 0])
    assert funnel.survival(1e-99, 0.7, 2) == pytest.approx([1, 1])


def test_members_that_cannot_be_counted() -> None:
    members = leavers(1, 20)
    members.loc[0, ["joined_on", "ended_on"]] = [T("2025-05-01"), T("2025-04-01")]
    with pytest.raises(CourseError, match="ended_on is before joined_on"):
        funnel.member_periods({"members": members})
    for wrong, sentence in (
        (cohort([9, 9, 8, 8]), "Members left in 1 period"),
        (cohort([9, 8, 7]).assign(period=[0, 1.5, 2]), "period is no whole number"),
        (cohort([9, 8, 7]).assign(left=[2, 1, 1]), "members left after 0 periods"),
        (cohort([9, 8, 7]).assign(staying=-1), "staying is no number of 0 or more"),
    ):
        with pytest.raises(CourseError, match=sentence):
            funnel.staying(wrong)


# --- experiments ------------------------------------------------------------------------


def experiment() -> dict[str, pd.DataFrame]:
    """Return a test of two weeks with four visitors, and what they did before, in and after it."""
    days: dict[str, list[tuple[Any, ...]]] = {
        "visits": [
            (1, "2025-02-20", 100),
            (1, "2025-03-03", 60),
            (1, "2025-03-05", 120),
            (2, "2025-03-04", 30),
            (2, "2025-03-20", 999),
            (3, "2025-03-10", 50),
            (4, "2024-01-01", 500),
            (4, "2025-03-16", 10),
        ],
        "orders": [
            (1, "2025-02-21"),
            (1, "2025-03-05"),
            (1, "2025-03-06"),
            (2, "2025-03-20"),
            (4, "2025-03-16"),
        ],
    }
    visits = pd.DataFrame(days["visits"], columns=["visitor_id", "started_at", "dwell_seconds"])
    orders = pd.DataFrame(days["orders"], columns=["visitor_id", "placed_at"])
    first = {1: "2025-03-03", 2: "2025-03-04", 3: "2025-03-10", 4: "2025-03-16"}
    return {
        "tests": pd.DataFrame(
            {
                "test_id": ["E1", "E2"],
                "start_on": T("2025-03-03"),
                "end_on": T("2025-03-16"),
                "looks": [2, 1],
            }
        ),
        "assignments": pd.DataFrame(
            {
                "test_id": "E1",
                "visitor_id": list(first),
                "arm": ["A", "B", "A", "B"],
                "assigned_at": pd.to_datetime(list(first.values())),
            }
        ),
        "visits": visits.assign(
            visit_id=range(len(visits)), started_at=pd.to_datetime(visits["started_at"])
        ),
        "orders": orders.assign(
            order_id=range(len(orders)), placed_at=pd.to_datetime(orders["placed_at"])
        ),
        "returns": pd.DataFrame({"order_id": [0, 2, 2, 3]}),
    }


def test_visitors_of_a_test_by_hand(engine: Move) -> None:
    found = funnel.trial(moved(engine, experiment()), "E1")
    shown = ["visitor_id", "arm", "visits", "dwell_seconds", "orders", "ordered", "returned"]
    assert rows(found, *shown) == [
        (1, "A", 2, 90.0, 2, 1, 1),
        (2, "B", 1, 30.0, 0, 0, 0),
        (3, "A", 1, 50.0, 0, 0, 0),
        (4, "B", 1, 10.0, 1, 1, 0),
    ]
    before = [(1, 100.0), (0, 100.0), (0, 100.0), (0, 100.0)]  # a visit of last year is too old
    assert rows(found, "before_visits", "before_dwell") == before
    first = as_pandas(found)["first_order_at"].tolist()
    assert first[0] == T("2025-03-05")
    assert first[3] == T("2025-03-16")
    assert pd.isna(first[1])


def test_the_looks_of_a_test_by_hand(engine: Move) -> None:
    found = funnel.trial_looks(moved(engine, experiment()), "E1")
    first, second = T("2025-03-09"), T("2025-03-16")
    told = [(first, "A", 1, 1), (first, "B", 1, 0), (second, "A", 1, 0), (second, "B", 1, 1)]
    assert rows(found, "date", "arm", "visitors", "orders") == told


def test_tests_that_cannot_be_read() -> None:
    shop = experiment()
    twice = pd.concat([shop["assignments"]] * 2)
    late = shop["tests"].assign(end_on=T("2025-03-01"))
    for wrong, sentence in (
        ({"assignments": twice}, "more than once"),
        ({"tests": late}, "end_on is before start_on"),
        ({"tests": shop["tests"].assign(looks=0)}, "looks is 0"),
        (
            {"tests": shop["tests"].assign(end_on=shop["tests"]["end_on"].shift())},
            "end_on is missing",
        ),
        ({"assignments": shop["assignments"].assign(arm="A")}, "are in one arm"),
        (
            {"assignments": shop["assignments"].assign(arm=pd.Series(["A", "B", "A", None]))},
            "have no arm",
        ),
    ):
        with pytest.raises(CourseError, match=sentence):
            funnel.trial_looks({**shop, **wrong}, "E1")
    with pytest.raises(CourseError, match="The test E2 has no visitors"):
        funnel.trial(shop, "E2")
    with pytest.raises(CourseError, match="There is no test_id 7"):
        funnel.trial(shop, 7)


def test_the_tests_of_the_shop_tell_their_truths() -> None:
    """The lift that the simulator was told lies inside; the split that it broke is found."""
    shop = load_shop()
    pictures = funnel.trial(shop, "E2")
    row = experiments.effects(pictures, rates="ordered").iloc[0]
    truth = shop.truth["pictures_conversion"] - 1
    assert row["low"] < truth * row["control"] < row["high"]
    assert 3.6 * row["standard_error"] < truth * row["control"]
    arms = shop.assignments.groupby(["test_id", "arm"]).size()
    broken = [one for one in shop.tests["test_id"] if _broken(arms[one])]
    assert broken == ["E3"]
    looks = experiments.look_by_look(funnel.trial_looks(shop, "E4"))
    assert (looks["p_value"][:-1] < 0.05).any()
    assert looks["p_value"].iloc[-1] > 0.05
    whole = experiments.effects(funnel.trial(shop, "E4"), rates="ordered").iloc[0]
    assert looks["difference"].iloc[-1] == pytest.approx(whole["difference"])
    past = {
        name: experiments.effects(
            funnel.trial(shop, name), means="dwell_seconds", covariate="before_dwell"
        ).iloc[0]
        for name in ("E6", "E7")
    }
    assert 0.3 <= past["E6"]["rho"] <= 0.5
    assert past["E7"]["rho"] == 0


def _broken(arms: pd.Series[int]) -> bool:
    return bool(experiments.split_check(arms.to_dict()).broken)


# --- rules at their edges ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "first", "last", "credit"),
    [
        ("a", 0.4, 0.4, [12]),
        ("a > b", 0.4, 0.4, [6, 6]),
        ("a > b", 0.2, 0.6, [3, 9]),
        ("a > b", 0, 0, [6, 6]),
        ("a > b", 0, 0.5, [0, 12]),
        ("a > b > c", 0, 0, [0, 12, 0]),
        ("a > b > c", 0.5, 0.25, [6, 3, 3]),
        ("a > b > c", 0.75, 0.25, [9, 0, 3]),
        ("a > b > c > d", 0.25, 0.25, [3, 3, 3, 3]),
    ],
)
def test_shares_by_place_at_their_edges(
    path: str, first: float, last: float, credit: list[float]
) -> None:
    table = pd.DataFrame({"path": [path], "conversions": [12]})
    found = funnel.attribution(table, rules="position", first_share=first, last_share=last)
    assert found["position"].tolist() == pytest.approx(credit)


def test_shares_by_place_add_up_to_1_at_most() -> None:
    table = pd.DataFrame({"path": ["a > b"], "conversions": [12]})
    with pytest.raises(CourseError, match="add up to 1 at most"):
        funnel.attribution(table, rules="position", first_share=0.75, last_share=0.2501)


@pytest.mark.parametrize(
    ("days", "half_life", "credit"),
    [("7 > 0", 7, [4, 8]), ("14 > 0", 7, [2.4, 9.6]), ("3 > 3", 7, [6, 6]), ("9 > 7", 2, [4, 8])],
)
def test_weights_by_time_halve(days: str, half_life: float, credit: list[float]) -> None:
    table = pd.DataFrame({"path": ["a > b"], "conversions": [12], "days": [days]})
    found = funnel.attribution(table, rules="time_decay", half_life=half_life)
    assert found["time_decay"].tolist() == pytest.approx(credit)


@pytest.mark.parametrize("engine", EAGER)
def test_of_two_orders_at_one_time_the_first_is_that_of_the_lower_number(engine: str) -> None:
    at = T("2025-03-03 09:00")
    orders = pd.DataFrame(
        {
            "order_id": [2, 1, 4, 3],
            "visitor_id": [7, 7, 8, 8],
            "placed_at": at,
            "paid_at": at,
            "channel_id": ["late", "first", "late", "first"],
        }
    )
    given_ = {"orders": MOVES[engine](orders)}
    found = funnel.second_order(given_, by="channel_id", days=0, as_of="2025-03-10")
    assert rows(found, "channel_id", "customers") == [("first", 2)]
