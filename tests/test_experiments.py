"""What every test of an effect shares: closed forms, published figures, coverage, every engine."""

from __future__ import annotations

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
from ecokit.experiments import sizes
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
