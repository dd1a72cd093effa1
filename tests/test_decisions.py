"""The closed forms hold against simulation; the tables are read right on every engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from ecokit import decisions as d
from ecokit.decisions.fit import goodness
from ecokit.decisions.times import mean_interval
from ecokit.errors import CourseError
from ecokit.explore import decisions as explore
from ecokit.plots import decisions as plots
from tests.engines import MOVES, Move, moved, rows

DRAWS = 200_000
MEANS = st.lists(st.floats(0.5, 500), min_size=1, max_size=6).map(tuple)
PARALLEL = st.booleans()
START = pd.Timestamp("2025-03-03 09:00")


def _tables(n: int = 300, seed: int = 0, half_life: float = 480) -> dict[str, pd.DataFrame]:
    """Return decisions and approvals of exponential times, 45 minutes a layer."""
    rng = np.random.default_rng(seed)
    layers = rng.integers(1, 4, n)
    raised = START + pd.to_timedelta(np.sort(rng.integers(0, 365 * 24 * 60, n)), "min")
    ids = np.repeat(np.arange(n), layers)
    step = np.concatenate([np.arange(1, k + 1) for k in layers])
    waits = pd.Series(rng.exponential(45 * 60, len(ids)).astype(int))
    ends = raised[ids] + pd.to_timedelta(waits.groupby(ids).cumsum(), "s")
    approvals = pd.DataFrame(
        {
            "decision_id": ids,
            "step": step,
            "post_id": np.array(["lead", "finance", "boss"])[step - 1],
            "asked_at": ends - pd.to_timedelta(waits, "s"),
            "answered_at": ends,
        }
    )
    potential = rng.lognormal(8, 1, n).round(2)
    minutes = waits.groupby(ids).sum().to_numpy() / 60
    approved = rng.random(n) < 0.85
    decisions = pd.DataFrame(
        {
            "decision_id": np.arange(n),
            "kind": rng.choice(["campaign", "product"], n),
            "raised_at": raised,
            "layers": layers,
            "decided_at": approvals.groupby("decision_id")["answered_at"].max().to_numpy(),
            "window_minutes": 120,
            "outcome": np.where(approved, "approved", "rejected"),
            "potential": potential,
            "effect": np.where(approved, potential * 2 ** (-minutes / half_life), 0).round(2),
        }
    )
    return {"decisions": decisions, "approvals": approvals}


# --- the closed form -----------------------------------------------------------------


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("means", [(45.0,), (45.0,) * 4, (10.0, 45.0, 45.0, 200.0)])
def test_closed_form_agrees_with_simulation(means: tuple[float, ...], parallel: bool) -> None:
    path = d.DecisionTime(means, parallel)
    times = path.draw(DRAWS, seed=1)
    error = times.std() / math.sqrt(DRAWS)
    assert path.mean() == pytest.approx(times.mean(), abs=4.5 * error)
    for minutes in (20, 60, 120, 400):
        share = path.cdf(minutes)
        spread = math.sqrt(share * (1 - share) / DRAWS)
        assert (times <= minutes).mean() == pytest.approx(share, abs=4.5 * spread + 1e-9)
    kept = 2.0 ** (-times / 480)
    assert path.kept(480) == pytest.approx(kept.mean(), abs=4.5 * kept.std() / math.sqrt(DRAWS))


@given(MEANS, PARALLEL, st.floats(0.01, 0.99))
@settings(max_examples=50, deadline=None)
def test_quantile_inverts_share(means: tuple[float, ...], parallel: bool, share: float) -> None:
    path = d.DecisionTime(means, parallel)
    assert path.cdf(path.ppf(share)) == pytest.approx(share, abs=1e-6)


@given(MEANS, st.floats(1, 2000))
@settings(max_examples=50, deadline=None)
def test_parallel_is_never_slower_and_a_layer_never_helps(
    means: tuple[float, ...], minutes: float
) -> None:
    serial, parallel = d.DecisionTime(means), d.DecisionTime(means, parallel=True)
    assert parallel.cdf(minutes) >= serial.cdf(minutes) - 1e-9
    assert parallel.mean() <= serial.mean() * (1 + 1e-9)
    longer = d.DecisionTime((*means, 30.0))
    assert longer.cdf(minutes) <= serial.cdf(minutes) + 1e-9
    assert longer.kept(480) == pytest.approx(serial.kept(480) / (1 + 30 * math.log(2) / 480))


@given(st.integers(1, 12), st.floats(1, 500))
def test_equal_parallel_approvals_take_the_harmonic_number(layers: int, minutes: float) -> None:
    path = d.DecisionTime.of(layers, minutes, parallel=True)
    harmonic = sum(1 / i for i in range(1, layers + 1))
    assert path.mean() == pytest.approx(minutes * harmonic, rel=1e-9)


@given(st.integers(1, 8), st.floats(5, 200), st.floats(1, 1500))
@settings(deadline=None)
def test_nearly_equal_means_join_the_erlang_curve(
    layers: int, minutes: float, window: float
) -> None:
    equal = d.DecisionTime.of(layers, minutes)
    nearly = d.DecisionTime(tuple(minutes * (1 + 1e-9 * i) for i in range(layers)))
    assert nearly.cdf(window) == pytest.approx(equal.cdf(window), abs=1e-7)
    assert nearly.cdf(0) == pytest.approx(0, abs=1e-12)
    assert equal.cdf(window) == pytest.approx(special.gammainc(layers, window / minutes))


def test_kept_is_the_integral_of_the_fading_over_the_curve() -> None:
    path, rate = d.DecisionTime((20.0, 60.0, 60.0), parallel=True), math.log(2) / 480
    lost, _error = integrate.quad(
        lambda t: rate * math.exp(-rate * t) * (1 - path.cdf(t)), 0, 5000, limit=400
    )
    assert path.kept(480) == pytest.approx(1 - lost, abs=1e-7)


def test_no_layer_decides_at_once() -> None:
    path = d.DecisionTime.of(0, 45)
    assert (path.mean(), path.cdf(0), path.cdf(-1), path.ppf(0.9), path.kept(480)) == (
        0,
        1,
        0,
        0,
        1,
    )
    assert path.draw(3, seed=0).tolist() == [0, 0, 0]


def test_share_takes_arrays() -> None:
    for path in (d.DecisionTime.of(2, 30), d.DecisionTime((30.0, 31.0)), d.DecisionTime(())):
        shares = path.cdf(np.array([[0.0, 30.0], [60.0, 1e6]]))
        assert shares.shape == (2, 2)
        assert shares[1, 1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: d.DecisionTime((0.0,)), "above 0"),
        (lambda: d.DecisionTime((math.nan,)), "not finite"),
        (lambda: d.DecisionTime((math.inf,)), "not finite"),
        (lambda: d.DecisionTime.of(1.5, 40), "whole number"),
        (lambda: d.DecisionTime.of(13, 40, parallel=True), "too many"),
        (lambda: d.DecisionTime.of(1, 40).ppf(90), "above 0 and below 1"),
        (lambda: d.DecisionTime.of(1, 40).kept(0), "half_life"),
    ],
)
def test_impossible_paths_are_refused(call: Any, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()


# --- intervals and fits --------------------------------------------------------------


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    totals = rng.gamma(30, 45, 2000)
    limits = mean_interval(totals, np.full(totals.size, 30))
    covered = np.mean((limits.low < 45) & (limits.high > 45))
    assert covered == pytest.approx(0.95, abs=0.02)


def test_goodness_rejects_as_often_as_it_says() -> None:
    path = d.DecisionTime.of(2, 45)
    values = [goodness(path.draw(60, seed), path, seed, draws=199)[1] for seed in range(300)]
    assert np.mean(np.array(values) < 0.1) == pytest.approx(0.1, abs=0.055)


def test_fit_finds_the_mean_of_a_layer_and_the_half_life() -> None:
    tables = _tables(n=3000, seed=5)
    fit = d.fit_layers(tables)
    assert fit["layers"].tolist() == [1, 2, 3]
    assert ((fit["low"] < 46) & (fit["high"] > 44)).all()
    assert np.allclose(fit["model"], fit["in_window"], atol=0.05)
    found = d.fading(tables)
    assert found.half_life == pytest.approx(480, rel=0.001)
    assert found.low <= found.half_life <= found.high


def test_a_decision_at_the_end_of_its_window_is_in_it() -> None:
    raised = pd.Timestamp("2025-06-01")
    decided = raised + pd.to_timedelta([60, 119, 120, 121], "min")
    table = pd.DataFrame({"raised_at": raised, "decided_at": decided})
    table = table.assign(layers=1, window_minutes=120)
    assert d.fit_layers({"decisions": table})["in_window"].tolist() == [0.75]


def test_fading_leaves_out_what_had_nothing_to_lose() -> None:
    tables = _tables()
    more = tables["decisions"].head(5).assign(potential=0.0, effect=0.0, outcome="approved")
    more["decision_id"] += len(tables["decisions"])
    both = pd.concat([tables["decisions"], more], ignore_index=True)
    assert d.fading({"decisions": both}) == d.fading(tables)


def test_a_database_says_how_many_are_open_and_no_share() -> None:
    raised = pd.Timestamp("2025-06-01")
    decided = [raised + pd.Timedelta(1, "h"), raised + pd.Timedelta(3, "h"), pd.NaT, pd.NaT]
    table = pd.DataFrame({"raised_at": raised, "decided_at": decided, "window_minutes": 120})
    found = d.summarise({"decisions": MOVES["duckdb"](table.assign(kind="a"))})
    assert rows(found, "decisions", "open", "in_window") == [(4, 2, None)]  # not known yet


def test_fading_survives_effects_that_are_gone_and_noise() -> None:
    decisions = _tables(n=800)["decisions"]
    noise = np.random.default_rng(5).normal(1, 0.2, len(decisions)).clip(0)
    decisions["effect"] = decisions["effect"] * noise
    found = d.fading({"decisions": decisions})
    assert found.low < 480 < found.high


# --- tables --------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["kind", ["kind", "layers"]])
def test_summaries_agree_on_every_engine(engine: Move, by: Any) -> None:
    year = _tables()["decisions"]
    slowest = (year["decided_at"] - year["raised_at"]).argmax()
    moment = (year["raised_at"].iloc[slowest] + timedelta(hours=3)).to_pydatetime()
    raised = year[year["raised_at"] <= moment]
    drawn = raised.assign(decided_at=raised["decided_at"].where(raised["decided_at"] <= moment))
    assert drawn["decided_at"].isna().any()
    found, expected = (
        rows(d.summarise({"decisions": table}, by=by, as_of=moment))
        for table in (engine(drawn), drawn)
    )
    assert [row[:3] for row in found] == [row[:3] for row in expected]
    for got, wanted in zip(found, expected, strict=True):
        assert got[-6:] == pytest.approx(wanted[-6:], rel=1e-12)


def test_waiting_lost_value_and_bands_agree_on_every_engine(engine: Move) -> None:
    tables = _tables()
    waits = rows(d.waiting({"approvals": engine(tables["approvals"])}))
    assert [row[0] for row in waits] == ["boss", "finance", "lead"]
    assert sum(row[4] for row in waits) == pytest.approx(1)
    here, there = (
        rows(d.lost_value({"decisions": d.delay_bands(table)}, by="band"))
        for table in (tables["decisions"], engine(tables["decisions"]))
    )
    assert here == there


def test_replay_agrees_on_every_engine(engine: Move) -> None:
    tables = _tables()
    changes = [
        d.Change("today"),
        d.Change("no boss", without=("boss",)),
        d.Change("deputy", faster={"lead": 0.5}),
        d.Change("at once", parallel=True),
        d.Change("mandate", mandate=math.inf),
    ]
    expected, found = (
        rows(d.what_if(moved(move, tables), changes=changes, half_life=480))
        for move in (MOVES["pandas"], engine)
    )
    for got, wanted in zip(found, expected, strict=True):
        assert got[0] == wanted[0]
        assert got[1:] == pytest.approx(wanted[1:], rel=1e-9)
    today, *better = expected
    assert all(row[4] >= today[4] and row[-1] >= today[-1] for row in better)


def test_replay_without_a_change_gives_the_recorded_times() -> None:
    tables = _tables()
    same = d.replay(tables, change=d.Change("today"))
    assert np.allclose(same["minutes"], d.add_minutes(tables["decisions"])["minutes"])
    assert "minutes_right" not in d.replay({**tables, "decisions": same}, change=d.Change("today"))


def test_a_mandate_spares_small_decisions_only() -> None:
    tables = _tables()
    limit = float(tables["decisions"]["potential"].median())
    after = d.replay(tables, change=d.Change("m", mandate=limit))
    now = d.add_minutes(tables["decisions"])["minutes"]
    large = tables["decisions"]["potential"] >= limit
    assert np.allclose(after["minutes"][large], now[large])
    small_and_long = ~large & (tables["decisions"]["layers"] > 1)
    assert (after["minutes"][small_and_long] < now[small_and_long]).all()


def test_a_mandate_leaves_the_first_step_and_takes_the_others() -> None:
    tables = _tables()
    approvals = tables["approvals"]
    first = approvals[approvals["step"] == 1].set_index("decision_id")
    minutes = (first["answered_at"] - first["asked_at"]).dt.total_seconds() / 60
    after = d.replay(tables, change=d.Change("all", mandate=math.inf))
    assert np.allclose(after["minutes"], minutes[after["decision_id"]])


def test_one_decision_says_nothing_about_the_curve() -> None:
    raised = pd.Timestamp("2025-06-01")
    table = pd.DataFrame({"raised_at": raised, "decided_at": [raised + pd.Timedelta(1, "h")]})
    fit = d.fit_layers({"decisions": table.assign(layers=1, window_minutes=120)}).iloc[0]
    assert (fit["per_layer"], fit["in_window"]) == (60, 1)
    assert math.isnan(fit["gap"])
    assert math.isnan(fit["p_value"])


def test_a_database_may_hold_cases_without_an_effect_yet() -> None:
    raised = pd.Timestamp("2025-06-01")
    table = pd.DataFrame({"raised_at": raised, "decided_at": [raised + pd.Timedelta(1, "h")] * 2})
    known = pd.DataFrame({"outcome": ["approved", None], "potential": [800.0, None]})
    table = table.join(known.assign(effect=[600.0, math.nan]))
    (kept,) = rows(d.kept_shares(MOVES["duckdb"](table)))
    assert kept[-1] == 0.75


def test_open_decisions_are_late_only_once_their_window_has_passed() -> None:
    raised = [START, START, START + timedelta(hours=3)]
    table = pd.DataFrame(
        {
            "kind": "campaign",
            "window_minutes": 120,
            "raised_at": raised,
            "decided_at": [START + timedelta(hours=1), pd.NaT, pd.NaT],
        }
    )
    row = d.summarise({"decisions": table}, as_of=START + timedelta(hours=4)).iloc[0]
    assert (row["decisions"], row["open"], row["in_window"]) == (3, 2, 0.5)
    with pytest.raises(CourseError, match="as_of"):
        d.summarise({"decisions": table})
    at_once = d.summarise({"decisions": table}, as_of=START + timedelta(hours=3)).iloc[0]
    assert (at_once["open"], at_once["median"]) == (2, 60)
    early = table.head(1)
    for minutes, open_ in ((59, 1), (60, 0), (61, 0)):  # decided after an hour
        told = d.summarise({"decisions": early}, as_of=START + timedelta(minutes=minutes)).iloc[0]
        assert told["open"] == open_
    nothing = d.summarise({"decisions": table.tail(1)}, as_of=START + timedelta(hours=4)).iloc[0]
    assert nothing[["in_window", "low", "high"]].isna().all()


def test_leaving_out_open_approvals_makes_a_post_look_fast() -> None:
    rng = np.random.default_rng(7)
    asked = START + pd.to_timedelta(rng.integers(0, 240, 4000), "min")
    answered = pd.Series(asked + pd.to_timedelta((rng.exponential(90, 4000) * 60).astype(int), "s"))
    moment = (START + timedelta(hours=4)).to_pydatetime()
    table = pd.DataFrame(
        {"post_id": "boss", "asked_at": asked, "answered_at": answered.where(answered <= moment)}
    )
    row = d.waiting({"approvals": table}, as_of=moment).iloc[0]
    assert row["low"] < 90 < row["high"]
    assert d.waiting({"approvals": table.dropna()})["mean"].iloc[0] < 70
    with pytest.raises(CourseError, match="as_of"):
        d.waiting({"approvals": table})


def test_of_no_potential_no_share_is_kept(engine: Move) -> None:
    table = pd.DataFrame({"kind": ["a", "b"], "outcome": "approved", "potential": [0.0, 4.0]})
    found = d.lost_value({"decisions": engine(table.assign(effect=[0.0, 3.0]))}, by="kind")
    kept = nw.from_native(found).lazy().collect("polars")["kept"]
    assert kept.to_list() == [None, 0.75]  # None, and not NaN


def test_a_gap_in_a_database_is_no_amount() -> None:
    table = pd.DataFrame({"outcome": "approved", "potential": [4.0, 4.0], "effect": [3.0, None]})
    found = d.lost_value({"decisions": MOVES["duckdb"](table.assign(kind="a"))})
    assert rows(found) == [("a", 2, None, None, None, None)]


def test_lost_value_leaves_rejected_ones_out_and_sums_fen() -> None:
    table = pd.DataFrame(
        {
            "kind": ["a", "a", "b"],
            "outcome": ["approved", "rejected", "approved"],
            "potential": [0.1, 99.0, 0.2],
            "effect": [0.1, 0.0, 0.0],
        }
    )
    result = d.lost_value({"decisions": table})
    assert result["lost"].tolist() == [0.0, 0.2]
    assert result["approved"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda t: d.summarise([1, 2]), "Give a shop, or tables by name"),
        (lambda t: d.summarise(_with(t).drop(columns="layers")), "data is one table"),
        (lambda t: d.summarise({"decisions": _with(t).drop(columns="window_minutes")}), "window"),
        (lambda t: d.summarise(t, by="colour"), "colour"),
        (lambda t: d.summarise({"decisions": _early(t)}), "In 20 of 20 rows of decisions, decided"),
        (lambda t: d.add_minutes(_early(t)), "such as the one with raised_at 2025"),
        (lambda t: d.fit_layers({"decisions": _early(t)}), "decided_at is before raised_at"),
        (lambda t: d.fading({"decisions": _early(t)}), "decided_at is before raised_at"),
        (lambda t: d.summarise(t, as_of="today"), "as_of is 'today'"),
        (lambda t: d.summarise(t, as_of=datetime(2020, 1, 1)), "after as_of"),
        (lambda t: d.summarise({"decisions": _with(t, window_minutes=-1)}), "no number above 0"),
        (lambda t: d.summarise({"decisions": _with(t, raised_at=pd.NaT)}), "raised_at is missing"),
        (lambda t: d.summarise({"decisions": _with(t, raised_at="noon")}), "text, not times"),
        (lambda t: d.fit_layers({"decisions": _with(t, layers=1.5)}), "no whole number above 0"),
        (lambda t: d.lost_value({"decisions": _with(t, effect=-1.0)}), "no number of 0 or more"),
        (lambda t: d.delay_bands(t["decisions"], edges=()), "at least one edge"),
        (lambda t: d.delay_bands(_with(t, decided_at=pd.NaT)), "there is no decided_at yet"),
        (lambda t: d.fading({"decisions": _with(t, effect=0.0)}), "does not fade"),
        (lambda t: d.fading({"decisions": _growing(t)}), "does not fade"),
        (lambda t: d.fading({"decisions": t["decisions"].head(0)}), "At least 3 approved"),
        (lambda t: d.fit_layers({"decisions": t["decisions"].head(0)}), "no decided"),
        (lambda t: d.Change("x", without=5), "without is 5"),
        (lambda t: d.Change("x", faster={"boss": -1}), "faster.'boss'. is -1"),
        (lambda t: d.Change("x", faster="boss"), "factor of each post"),
        (lambda t: d.Change("x", mandate=math.nan), "mandate"),
        (
            lambda t: d.replay({**t, "approvals": t["approvals"].head(3)}, change=d.Change("x")),
            "decision_id is not in approvals",
        ),
        (
            lambda t: d.replay(
                {**t, "approvals": t["approvals"].assign(answered_at=pd.NaT)}, change=d.Change("x")
            ),
            "there is no answered_at yet",
        ),
        (
            lambda t: d.replay(
                {**t, "approvals": pl.from_pandas(t["approvals"])}, change=d.Change("x")
            ),
            "different kinds",
        ),
        (
            lambda t: d.replay(t, change=d.Change("x", faster={"cat": 0.5})),
            "No approval came from cat",
        ),
        (lambda t: d.what_if(t, changes=[d.Change("today")], half_life=-1), "half_life is -1"),
        (lambda t: d.what_if(t, changes=[], half_life=480), "Give a change"),
    ],
)
def test_errors_say_what_to_do(call: Any, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call(_tables(n=20))


def _with(tables: dict[str, pd.DataFrame], **columns: Any) -> pd.DataFrame:
    return tables["decisions"].assign(**columns)


def _early(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    return tables["decisions"].assign(decided_at=START - timedelta(days=1))


def _growing(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    minutes = d.add_minutes(tables["decisions"])["minutes"]
    return tables["decisions"].assign(
        effect=tables["decisions"]["potential"] * 2 ** (minutes / 480)
    )


@pytest.mark.parametrize("change", [{"decided_at": START - timedelta(days=1)}, {"potential": -1.0}])
def test_impossible_rows_are_refused_on_every_engine(engine: Move, change: dict[str, Any]) -> None:
    table = _tables(n=20)["decisions"].assign(outcome="approved", **change)
    with pytest.raises(CourseError, match="rows of decisions, "):
        d.fading({"decisions": engine(table)})


def test_times_with_a_zone_are_refused_on_every_engine(engine: Move) -> None:
    table = _tables(n=20)["decisions"]
    zoned = table.assign(raised_at=table["raised_at"].dt.tz_localize("Asia/Shanghai"))
    with pytest.raises(CourseError, match="has a time zone"):
        d.summarise({"decisions": engine(zoned)})


# --- figures and the lab -------------------------------------------------------------


def _company() -> Any:
    tables = _tables(n=200)
    campaigns = tables["decisions"].assign(kind="campaign")
    return SimpleNamespace(decisions=campaigns, approvals=tables["approvals"])


def test_figures_carry_their_finding() -> None:
    shop = _company()
    replayed = d.what_if(
        vars(shop), changes=[d.Change("Today"), d.Change("At once", parallel=True)], half_life=480
    )
    figures = [
        plots.times(d.add_minutes(shop.decisions), d.closed_forms(vars(shop))),
        plots.waits(d.waiting(vars(shop))),
        plots.kept_value(d.kept_shares(shop.decisions), 480),
        plots.changes(replayed),
        plots.lab(d.DecisionTime.of(2, 45), d.shares_by_layers(45, 120), 120, 0.2),
    ]
    for figure in figures:
        words = figure.get_suptitle() or figure.axes[0].get_title(loc="left")
        assert any(letter.isdigit() for letter in words)


def test_the_lab_follows_its_controls_and_has_a_twin() -> None:
    lab = explore.lab(_company())
    app = lab.app()
    before, alt = app.below.value, app.picture.alt
    app.inputs["layers"].value = 6
    app.inputs["parallel"].value = True
    assert app.below.value != before
    assert app.picture.alt != alt
    twin = lab.frames()
    assert [frame.label for frame in twin.frames][:2] == ["1 layer", "2 layers"]
    assert twin.frames[0].png()[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    "path",
    [
        d.DecisionTime.of(2, 40),
        d.DecisionTime((40, 40), parallel=True),
        d.DecisionTime((40, 50)),
        d.DecisionTime(()),
    ],
)
def test_nothing_is_decided_before_it_is_raised(path: d.DecisionTime) -> None:
    assert path.cdf([-50, -1, -1e-9]) == pytest.approx([0, 0, 0], abs=1e-9)


NUMBERS = ("layers", "window_minutes", "potential", "effect")


@pytest.mark.parametrize("column", NUMBERS)
def test_no_number_of_a_decision_is_below_zero(column: str) -> None:
    tables = _tables(20)
    cases = tables["decisions"]
    cases["outcome"] = "approved"  # of a rejected one the effect is not looked at
    calls: dict[str, Callable[[pd.DataFrame], Any]] = {
        "add_minutes": lambda one: d.add_minutes(one),
        "delay_bands": lambda one: d.delay_bands(one),
        "kept_shares": lambda one: d.kept_shares(one),
        "summarise": lambda one: d.summarise({"decisions": one}, by=["layers"]),
        "lost_value": lambda one: d.lost_value({"decisions": one}, by=["layers"]),
        "replay": lambda one: d.replay({**tables, "decisions": one}, change=d.Change("today")),
    }
    read = {"summarise": ("layers", "window_minutes"), "lost_value": ("layers", *NUMBERS[2:])}
    wrong = cases.assign(**{column: cases[column].where(cases.index != 3, -1)})
    for name, call in calls.items():
        call(cases.assign(**{column: cases[column].where(cases.index != 3, 1)}))
        if column in read.get(name, NUMBERS):
            with pytest.raises(CourseError, match=f"{column} is no number"):
                call(wrong)
