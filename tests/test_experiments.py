"""What every test of an effect shares: closed forms, published figures, coverage, every engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats import binom
from statsmodels.stats import proportion
from statsmodels.stats.power import NormalIndPower

from ecokit import experiments, pricing
from ecokit.errors import CourseError
from ecokit.experiments import differences, sizes, totals
from ecokit.inputs import frames
from tests.engines import MOVES, Move, rows

Frame = pd.DataFrame

# Size -----------------------------------------------------------------------------------------


def test_a_size_is_that_of_the_books_and_of_statsmodels() -> None:
    z = stats.norm.ppf(0.975), stats.norm.ppf(0.8)
    assert sizes.exact_size(0.10, 0.12, *z, pooled=True) == pytest.approx(3840.85, abs=0.005)
    assert sizes.exact_size(0.10, 0.12, *z, pooled=False) == pytest.approx(3838.10, abs=0.05)
    assert experiments.sample_size(0.10, 0.12) == pricing.sample_size(0.10, 0.12) == 3841
    plain = NormalIndPower().solve_power(1 / 20, alpha=0.05, power=0.8)
    assert experiments.sample_size_of_means(1, 20) == np.ceil(plain)
    # a correlation of .6 saves 36 % of the visitors
    assert experiments.sample_size_of_means(1, 20, rho=0.6) == np.ceil(0.64 * plain)


@pytest.mark.parametrize(("before", "n", "rest"), [(0.1, 3841, 3841), (0.02, 9000, 1000)])
def test_the_smallest_effect_is_seen_as_often_as_asked(before: float, n: int, rest: int) -> None:
    rise = experiments.smallest_effect(before, n, rest, power=0.8)
    power = proportion.power_proportions_2indep(rise, before, n, ratio=rest / n).power
    assert power == pytest.approx(0.8, abs=1e-6)


def test_size_and_smallest_effect_are_each_other_s_answer() -> None:
    z = stats.norm.ppf(0.975), stats.norm.ppf(0.8)
    rise = experiments.smallest_effect(0.1, 5000)
    assert sizes.exact_size(0.1, 0.1 + rise, *z, pooled=True) == pytest.approx(5000)
    least = experiments.smallest_effect_of_means(20, 6280, rho=0.5)
    assert experiments.sample_size_of_means(least, 20, rho=0.5) in (6280, 6281)


# Differences ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "counts", [(48, 80, 56, 70), (3, 10, 0, 12), (10, 10, 12, 12), (3, 10, 9, 10)]
)
def test_differences_of_rates_are_those_of_statsmodels(counts: tuple[int, ...]) -> None:
    k0, n0, k1, n1 = counts
    found = experiments.difference_of_rates(*counts)
    low, high = proportion.confint_proportions_2indep(
        k1, n1, k0, n0, method="newcomb", compare="diff"
    )
    assert (found.low, found.high) == pytest.approx((low, high))
    if 0 < k0 + k1 < n0 + n1:
        p_value = proportion.test_proportions_2indep(k1, n1, k0, n0, method="score").pvalue
        assert found.p_value == pytest.approx(p_value)
    else:
        assert found.p_value == 1


def test_differences_of_means_are_those_of_scipy() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(5, 2, 40), rng.normal(6, 4, 25)
    found = experiments.difference_of_means(a, b, confidence=0.9)
    test = stats.ttest_ind(b, a, equal_var=False)
    assert found.p_value == pytest.approx(test.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(test.confidence_interval(0.9)))


# A row a visitor ------------------------------------------------------------------------------


def seen(n: int = 400, seed: int = 1, rho: float = 0.6, effect: float = 0.5) -> Frame:
    """Visitors of three arms in two regions; `before` foretells what they spend."""
    rng = np.random.default_rng(seed)
    before = rng.normal(size=n)
    spend = rho * before + np.sqrt(1 - rho**2) * rng.normal(size=n)
    arm = rng.choice(["A", "B", "C"], n)
    spend = spend + effect * (arm == "B")
    return pd.DataFrame(
        {
            "visitor_id": np.arange(n),
            "arm": arm,
            "region": rng.choice(["east", "west"], n),
            "bought": (spend > 1).astype(int),
            "spend": spend,
            "before": before,
        }
    )


HOW: dict[str, Any] = {"rates": "bought", "means": "spend", "by": "region"}


@pytest.mark.parametrize("covariate", [None, "before"])
@pytest.mark.parametrize("visitor_id", [None, "visitor_id"])
def test_engines_agree(engine: Move, covariate: str | None, visitor_id: str | None) -> None:
    how = HOW | {"covariate": covariate, "visitor_id": visitor_id}
    there = experiments.effects(engine(seen()), **how)
    plain = experiments.effects(seen(), **how)
    for found, told in zip(rows(there), rows(plain), strict=True):
        assert found[:3] == told[:3]
        assert found[3:-1] == pytest.approx(told[3:-1], rel=1e-9)


def test_a_table_tells_what_numbers_tell() -> None:
    table = seen()
    found = experiments.effects(table, rates="bought", means="spend").set_index(["arm", "metric"])
    a, c = (table[table["arm"] == arm] for arm in "AC")
    by_hand = experiments.difference_of_means(a["spend"], c["spend"])
    for name in ("difference", "low", "high", "p_value", "standard_error"):
        assert found.loc[("C", "spend"), name] == pytest.approx(getattr(by_hand, name))
    counts = table.groupby("arm")["bought"].agg(["sum", "count"]).reset_index()
    of_counts = experiments.effects(counts, rates="sum", visitors="count")
    told = found.xs("bought", level="metric")
    names = ["difference", "low", "high", "p_value", "standard_error"]
    assert of_counts[names].to_numpy() == pytest.approx(told[names].to_numpy())


def test_a_covariate_is_that_of_a_regression() -> None:
    """The slope within arms is that of least squares with a dummy for the arm."""
    from statsmodels.formula.api import ols

    table = seen(4000)
    table = table[table["arm"] != "C"]
    (row,) = experiments.effects(table, means="spend", covariate="before").to_dict("records")
    fitted = ols("spend ~ arm + before", table).fit()
    assert row["difference"] == pytest.approx(fitted.params["arm[T.B]"], abs=1e-6)
    assert row["standard_error"] == pytest.approx(fitted.bse["arm[T.B]"], rel=2e-3)
    plain = experiments.effects(table, means="spend")["standard_error"].item()
    assert (row["standard_error"] / plain) ** 2 == pytest.approx(1 - row["saved"], rel=5e-3)
    assert row["rho"] == pytest.approx(0.6, abs=0.03)
    # what is known of nobody saves nothing
    (none,) = experiments.effects(
        table.assign(before=0), means="spend", covariate="before"
    ).to_dict("records")
    assert (none["saved"], none["standard_error"]) == (0, pytest.approx(plain))


def test_large_means_take_no_digits_away() -> None:
    how: dict[str, Any] = {"means": "spend", "covariate": "before"}
    plain = experiments.effects(seen(), **how)
    far = experiments.effects(seen().assign(spend=seen()["spend"] + 1e8, before=1e6), **how)
    moved = seen().assign(spend=seen()["spend"] + 1e6, before=seen()["before"] + 1e7)
    assert experiments.effects(moved, **how)["p_value"].to_numpy() == pytest.approx(
        plain["p_value"].to_numpy(), rel=1e-5
    )
    assert (far["saved"] == 0).all()


def test_intervals_cover_with_and_without_a_covariate() -> None:
    """200 experiments: the Monte Carlo error of a coverage of 95 % is 1.5 points."""
    table = pd.concat([seen(300, seed).assign(seed=seed) for seed in range(200)])
    for covariate in (None, "before"):
        found = experiments.effects(table, by="seed", means="spend", covariate=covariate)
        one = found[found["arm"] == "B"]
        assert 182 <= ((one["low"] <= 0.5) & (one["high"] >= 0.5)).sum() <= 197
        naught = found[found["arm"] == "C"]
        assert 182 <= (naught["p_value"] > 0.05).sum() <= 197


def test_a_visitor_counts_once() -> None:
    table = seen()
    twice = pd.concat([table, table.assign(spend=0.0, bought=0)])
    how: dict[str, Any] = {"rates": "bought", "means": "spend"}
    once = experiments.effects(twice, **how, visitor_id="visitor_id")
    assert once.equals(experiments.effects(table, **how))


def test_a_group_that_lacks_an_arm_has_no_number() -> None:
    table = seen()
    table = table[(table["region"] == "east") | (table["arm"] != "A")]
    found = experiments.effects(table, rates="bought", by="region").set_index(["region", "arm"])
    assert found.loc["east", "difference"].notna().all()
    assert found.loc["west", "difference"].isna().all()
    assert found.loc["west", "control_visitors"].tolist() == [0, 0]
    assert found.loc["west", "split"].tolist() == ["broken"] * 2


def test_hillstrom_s_letters(real_data: Callable[[str], Path]) -> None:
    table = pd.read_csv(real_data("hillstrom.csv.gz"))
    found = experiments.effects(
        table, rates=["visit", "conversion"], means="spend", arm="segment", control="No E-Mail"
    ).set_index(["arm", "metric"])
    published = {
        ("Mens E-Mail", "visit"): (0.0765896, 0.0033859, 7),
        ("Mens E-Mail", "conversion"): (0.0068050, 0.0009209, 7),
        ("Mens E-Mail", "spend"): (0.76983, 0.14525, 5),
        ("Womens E-Mail", "visit"): (0.0452331, 0.0032345, 7),
        ("Womens E-Mail", "conversion"): (0.0031111, 0.0008227, 7),
        ("Womens E-Mail", "spend"): (0.42441, 0.13033, 5),
    }
    for key, (difference, error, digits) in published.items():
        row = found.loc[key]
        assert round(row["difference"], digits) == difference, key
        assert round(row["standard_error"], digits) == error, key
        assert row["low"] < difference < row["high"]
    assert round(found.loc[("Mens E-Mail", "visit"), "control"], 6) == 0.106167
    assert experiments.split_check(table, arm="segment").verdict == "even"
    assert set(found["split"]) == {"even"}


def test_arms_without_a_name_are_lettered_up_to_z_and_then_counted() -> None:
    for arms, last in ((25, "Y"), (26, "Z"), (27, "27")):
        assert experiments.split_check([100] * (arms - 1) + [200]).arm == last


def test_two_visitors_have_a_mean_and_a_spread() -> None:
    found = experiments.difference_of_means([1.0, 3.0], [2.0, 6.0])
    assert (found.difference, found.standard_error) == (2.0, pytest.approx(math.sqrt(5)))


def test_visitors_who_are_all_alike_differ_by_what_they_differ() -> None:
    found = experiments.difference_of_means([1.0, 1.0], [3.0, 3.0, 3.0])
    assert (found.difference, found.low, found.high) == (2, 2, 2)


# Looking ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("looks", "published"), [(2, 0.083), (5, 0.142), (10, 0.193), (20, 0.248)])
def test_looking_too_often_as_armitage_and_others_published(looks: int, published: float) -> None:
    found = experiments.boundary(looks, shape="none")["false_alarm"].iloc[-1]
    assert round(found, 3) == published
    # two ways to one number: 20,000 runs have a Monte Carlo error of at most 0.0031
    assert experiments.false_alarms(looks, runs=20_000) == pytest.approx(found, abs=0.0125)


@pytest.mark.parametrize(
    ("looks", "pocock", "obrien_fleming"),
    [(2, 2.178, 1.977), (5, 2.413, 2.040), (10, 2.555, 2.087), (20, 2.672, 2.126)],
)
def test_boundaries_as_jennison_and_turnbull_table_them(
    looks: int, pocock: float, obrien_fleming: float
) -> None:
    for shape, published in (("pocock", pocock), ("obrien-fleming", obrien_fleming)):
        found = experiments.boundary(looks, shape=shape)
        assert found["bound"].iloc[-1] == pytest.approx(published, abs=0.00051)
        assert found["false_alarm"].iloc[-1] == pytest.approx(0.05)
        assert found["false_alarm"].is_monotonic_increasing
    falls = experiments.boundary(looks, shape="obrien-fleming")["bound"]
    assert falls.iloc[0] == pytest.approx(falls.iloc[-1] * np.sqrt(looks))


def test_a_boundary_keeps_its_promise_on_simulated_tests() -> None:
    """20,000 runs: the Monte Carlo error of .05 is .0015."""
    steps = np.random.default_rng(7).normal(size=(20_000, 5)).cumsum(axis=1)
    z = np.abs(steps) / np.sqrt(np.arange(1, 6))
    for shape in ("pocock", "obrien-fleming"):
        bound = experiments.boundary(5, shape=shape)["bound"].to_numpy()
        assert (z > bound).any(axis=1).mean() == pytest.approx(0.05, abs=0.006)
    assert experiments.boundary(1)["p_value"].tolist() == pytest.approx([0.05])


def test_the_last_look_is_the_whole_test(engine: Move) -> None:
    table = seen(90)
    table = table[table["arm"] != "C"]
    table = table.assign(day=np.arange(len(table)) // 20, n=1)
    found = experiments.look_by_look(engine(table), look="day", visitors="n", hits="bought")
    whole = experiments.effects(table, rates="bought").iloc[0]
    names = ["control_visitors", "visitors", "difference", "low", "high", "p_value"]
    assert rows(found, *names)[-1] == pytest.approx(tuple(whole[names]))


# Ratios of sums -----------------------------------------------------------------------------


def test_a_ratio_over_visitors_counts_the_visits_of_one_together(engine: Move) -> None:
    """With one row a visitor and 1 below, it is the difference of means."""
    table = seen(300)
    table = table[table["arm"] != "C"].assign(one=1)
    how: dict[str, Any] = {"above": "spend", "below": "one", "unit": "visitor_id"}
    found = experiments.difference_of_ratios(engine(table), **how)
    a, b = (table.loc[table["arm"] == arm, "spend"] for arm in "AB")
    plain = experiments.difference_of_means(a, b)
    assert found.difference == pytest.approx(plain.difference)
    assert found.standard_error == pytest.approx(plain.standard_error, rel=0.01)
    thrice = experiments.difference_of_ratios(engine(pd.concat([table] * 3)), **how)
    assert thrice.standard_error == pytest.approx(found.standard_error)


# Few cases, several metrics, guardrails, A/A --------------------------------------------------


def test_a_rate_of_few_cases_is_that_of_the_books(engine: Move) -> None:
    late = pd.DataFrame({"who": ["S1", "S2"], "hits": [18, 180], "total": [20, 200]})
    found = experiments.shrunk_rates(engine(late), by="who", mean=0.92, weight=50)
    few, many = rows(found, "low", "high", "shrunk")
    assert few == pytest.approx((0.69897, 0.97213, 0.914286), abs=5e-6)
    assert many[:2] == pytest.approx((0.85059, 0.93433), abs=5e-6)
    (whole,) = rows(experiments.shrunk_rates(engine(late), weight=50), "rate", "shrunk")
    assert whole == pytest.approx((0.9, 0.9))


def test_rates_have_a_row_a_group_in_order_and_one_of_what_is_missing(engine: Move) -> None:
    given = pd.DataFrame({"who": ["S2", "", "S1", None], "hits": [1, 2, 3, 4], "total": 10})
    found = experiments.shrunk_rates(engine(given), by="who", weight=0)
    assert rows(found, "who", "hits", "total") == [("S1", 3, 10), ("S2", 1, 10), (None, 6, 20)]
    if isinstance(found, pd.DataFrame):
        assert found.index.tolist() == [0, 1, 2]


def test_several_metrics_are_corrected_as_published() -> None:
    """The fifteen p values of Benjamini and Hochberg (1995): 4 are called, by Bonferroni 3."""
    given = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    given += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    found = {
        method: experiments.adjust_p_values(given, method=method)["significant"].sum()
        for method in ("holm", "benjamini-hochberg")
    }
    assert found == {"holm": 3, "benjamini-hochberg": 4}


@pytest.mark.parametrize(
    ("low", "high", "worse", "verdict", "words"),
    [
        (-0.01, 0.03, "down", "kept", "holds: at worst the metric loses 0.01 of 0.02"),
        (-0.03, 0.01, "down", "open", "Too small to know: the metric may lose 0.03"),
        (-0.05, -0.03, "down", "lost", "loses more than 0.02, surely"),
        (-0.05, -0.03, "up", "kept", "loses -0.03 of 0.02"),
        (-0.01, 0.03, "up", "open", "may lose 0.03"),
        (0.03, 0.05, "up", "lost", "loses more"),
    ],
)
def test_a_guardrail_has_three_verdicts(
    low: float, high: float, worse: str, verdict: str, words: str
) -> None:
    effect = differences.Effect((low + high) / 2, low, high, 0.5)
    found = experiments.guardrail(effect, margin=0.02, worse=worse)
    assert found.verdict == verdict
    assert words in str(found)


def test_a_sound_tool_is_called_sound_where_orders_are_counted() -> None:
    who = pd.DataFrame({"ordered": np.arange(3_000) % 40 == 0}).astype(int)  # p values in steps
    found = [
        experiments.aa_check(experiments.aa_p_values(who, metric="ordered", runs=400, seed=seed))
        for seed in range(20)
    ]
    assert all(one.sound for one in found)
    even = np.random.default_rng(5).random(60)
    usual = stats.kstest(even, "uniform").pvalue
    assert experiments.aa_check(even).p_value == pytest.approx(usual, rel=1e-9)


def test_the_tool_is_sound_and_visits_for_visitors_are_not(engine: Move) -> None:
    rng = np.random.default_rng(3)
    visits = pd.DataFrame({"visitor_id": np.arange(300).repeat(4)})
    visits["spend"] = rng.exponential(size=300).repeat(4) + rng.exponential(size=1200)
    how: dict[str, Any] = {"metric": "spend", "runs": 500, "seed": 1}
    by_row = experiments.aa_check(experiments.aa_p_values(engine(visits), **how))
    assert by_row.sound
    assert by_row.low < 0.05 < by_row.high
    wrong = experiments.aa_check(experiments.aa_p_values(engine(visits), unit="visitor_id", **how))
    assert not wrong.sound
    assert wrong.below > 0.1


# 10^7 visitors, in small: nothing is fetched but sums ------------------------------------------


def test_rows_stay_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a lazy table a few rows a group and arm are fetched, however many there are."""
    fetched: list[int] = []
    plain = frames.as_pandas

    def counted(given: Any, name: str = "table") -> Frame:
        found = plain(given, name)
        fetched.append(len(found))
        return found

    monkeypatch.setattr(frames, "as_pandas", counted)
    table = MOVES["duckdb"](seen(5000))
    experiments.effects(table, **HOW, covariate="before", visitor_id="visitor_id")
    experiments.split_check(table)
    two = MOVES["duckdb"](seen(5000).query("arm != 'C'").assign(one=1))
    experiments.difference_of_ratios(two, above="spend", below="one", unit="visitor_id")
    assert max(fetched) <= 6


# What cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize(
    ("change", "how", "told"),
    [
        ({"arm": "A"}, {}, "two to 20 arms; it has A"),
        ({"bought": 2}, {}, "bought is neither 0 nor 1, such as the one with arm"),
        ({"bought": None}, {}, "bought"),
        ({"visitor_id": 7}, {"visitor_id": "visitor_id"}, "1 of 1 visitors stand in two arms"),
        ({"before": None}, {"covariate": "before"}, "before"),
        ({}, {"rates": "sold"}, "no column sold"),
        ({}, {"by": "split"}, "group by split"),
        ({}, {"visitors": "visitor_id"}, "leave visitors out"),
        ({"n": -1, "bought": 0}, {"visitors": "n", "means": None}, "n is no number of 0 or more"),
        ({"n": 1, "bought": 3}, {"visitors": "n", "means": None}, "bought is above n"),
    ],
)
def test_what_cannot_be_is_told_on_every_engine(
    move: str, change: dict[str, Any], how: dict[str, Any], told: str
) -> None:
    table = seen(60).astype({"bought": float}).assign(**change)
    given: dict[str, Any] = HOW | {"by": None} | how
    with pytest.raises(CourseError, match=told):
        experiments.effects(MOVES[move](table.astype({"bought": float, "before": float})), **given)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: experiments.effects(seen()), "There is no metric"),
        (lambda: experiments.effects(seen(), rates="bought", means="bought"), "a rate or a mean"),
        (lambda: experiments.effects(seen(), rates="bought", share=1.5), "share is 1.5"),
        (lambda: experiments.effects(seen(), rates="bought", control="Z"), "control is 'Z'"),
        (lambda: experiments.difference_of_rates(5, 4, 1, 2), "5 of 4 is more"),
        (lambda: experiments.difference_of_rates(-1, 4, 1, 2), "control_hits is -1"),
        (lambda: experiments.smallest_effect(1.0, 10), "before is 1"),
        (lambda: experiments.smallest_effect(0.5, 3), "Take more visitors"),
        (lambda: experiments.sample_size_of_means(1, 20, rho=2), "rho is 2"),
        (lambda: experiments.boundary(0), "looks is 0"),
        (lambda: experiments.boundary(5, alpha=5), "alpha is 5"),
        (
            lambda: experiments.look_by_look(
                seen().assign(n=1), look="region", visitors="n", hits="bought"
            ),
            "Test data needs two arms; it has A, B, C",
        ),
        (lambda: experiments.split_check([9, 9], {"A": 1.5, "B": -0.5}), "'B'. is -0.5"),
        (lambda: experiments.split_check([10, -1]), "data holds -1"),
        (lambda: experiments.aa_check([0.5] * 9 + [1.5]), "holds 1.5"),
        (lambda: experiments.aa_p_values(seen().assign(spend=1.0), metric="spend"), "are the same"),
        (lambda: experiments.adjust_p_values([]), "p_values is empty"),
        (lambda: experiments.aa_p_values(seen(), metric=" "), "metric is ' '"),
        (lambda: experiments.aa_p_values(seen(), metric="spend", unit=" "), "unit is ' '"),
        (lambda: experiments.guardrail(0.3, margin=1), "effect is 0.3"),
        (lambda: experiments.shrunk_rates(seen(), hits=" ", weight=1), "hits is ' '"),
        (lambda: experiments.shrunk_rates(seen(), total=" ", weight=1), "total is ' '"),
        (
            lambda: experiments.shrunk_rates(seen(), hits="bought", total="bought", weight=-1),
            "weight is -1",
        ),
        (lambda: experiments.split_check([10, -5]), "data holds -5"),
        (lambda: experiments.split_check({"a": 10}), "two arms or more"),
    ],
)
def test_what_cannot_be_gets_a_sentence(call: Callable[[], Any], told: str) -> None:
    with pytest.raises(CourseError, match=told):
        call()


def test_a_split_by_lot_is_even_and_its_p_values_are_uniform() -> None:
    rng = np.random.default_rng(5)
    chances = [
        experiments.split_check(
            rng.multinomial(9_000, [0.5, 0.25, 0.25]).tolist(), [2, 1, 1]
        ).p_value
        for _run in range(300)
    ]
    assert stats.kstest(chances, "uniform").pvalue > 0.001
    assert binom.cdf(sum(p < 0.1 for p in chances), 300, 0.1) > 0.001


def test_of_too_many_arms_five_are_named() -> None:
    names = [f"arm {number:02}" for number in range(totals.MOST_ARMS + 1)]
    assert totals.named(names[:-1], "T1") == names[:-1]
    told = r"Test T1 needs two to 20 arms; it has arm 00, arm 01, arm 02, arm 03, arm 04\.$"
    with pytest.raises(CourseError, match=told):
        totals.named(names, "T1")


def test_a_size_of_a_million_squared_is_too_large() -> None:
    root = math.sqrt(2) * sum(sizes._quantiles(0.05, 0.8)) * 20.0
    with pytest.raises(CourseError, match="No test is long enough to see it"):
        experiments.sample_size_of_means(root / sizes._MOST, 20.0)
    assert root / sizes._MOST * sizes._MOST == root
    more = math.nextafter(root / sizes._MOST, 1)
    assert experiments.sample_size_of_means(more, 20.0) == pytest.approx(1e12)


def test_no_test_tells_two_shares_apart_that_nearly_agree() -> None:
    assert experiments.sample_size(0.5, 0.5 + 3e-6) > 4e11
    with pytest.raises(CourseError, match="No test is long enough to tell"):
        experiments.sample_size(0.5, 0.5 + 1e-6)
