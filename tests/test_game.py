"""The game's sums, luck and market: whole numbers that add up, and are fair."""

from __future__ import annotations

import ast
import hashlib
import math
import random
from dataclasses import replace
from pathlib import Path
from statistics import fmean, pstdev

import pytest

from ecokit.game import bots, ending, fixed, market, state
from ecokit.game.account import LINES
from ecokit.game.advice import Advice
from ecokit.game.climate import climate
from ecokit.game.draws import Luck
from ecokit.game.fixed import PPM
from ecokit.game.plan import Result
from ecokit.game.play import ROOM, WEEKS, Format, View, play
from ecokit.game.rulebook import CHOICES, FOLDER, rules
from ecokit.service_desk.erlang import service_level

RULES = rules()
PACKAGE = FOLDER.parent


def test_sums_agree_with_floating_point() -> None:
    rng = random.Random(1)
    for _case in range(300):
        x = rng.randint(-8 * PPM, 8 * PPM)
        assert fixed.exp(x) == pytest.approx(math.exp(x / PPM) * PPM, rel=1e-6, abs=1)
        y = rng.randint(1_000, 50 * PPM)
        assert fixed.log(y) == pytest.approx(math.log(y / PPM) * PPM, abs=2)
        base, exponent = rng.randint(PPM // 2, 2 * PPM), rng.randint(-8 * PPM, 8 * PPM)
        want = (base / PPM) ** (exponent / PPM) * PPM
        assert fixed.power(base, exponent) == pytest.approx(want, rel=2e-5, abs=1)


def test_halves_are_rounded_away_from_zero() -> None:
    assert [fixed.divide(n, 2) for n in (-3, -1, 0, 1, 3)] == [-2, -1, 0, 1, 2]
    assert fixed.exp(10**9) == fixed.exp(30 * PPM)


def test_answers_in_time_are_those_of_the_service_desk() -> None:
    for calls, seats in ((20, 4), (60, 12), (200, 33)):
        want = service_level([calls], 9, seats, target_seconds=20)
        load, patience = calls * 9 * PPM // 60, 20 * PPM // 540
        assert fixed.in_time(load, seats, patience) == pytest.approx(want * PPM, abs=5)
    assert fixed.in_time(5 * PPM, 5, PPM) == 0
    assert fixed.in_time(0, 1, PPM) == PPM


def test_draws_follow_their_laws() -> None:
    luck = Luck.of_seed(7)
    normal = [luck.normal("z", week) / PPM for week in range(2000)]
    assert abs(fmean(normal)) < 0.07
    assert pstdev(normal) == pytest.approx(1, abs=0.05)
    for mean in (0.4, 5, 60):
        counts = [luck.count(round(mean * PPM), "n", week, str(mean)) for week in range(1500)]
        assert fmean(counts) == pytest.approx(mean, abs=4 * (mean / 1500) ** 0.5)
        assert pstdev(counts) == pytest.approx(mean**0.5, rel=0.1)
    for size, share in ((40, 0.05), (400, 0.3), (30, 0.9)):
        parts = [luck.part(size, round(share * PPM), "k", w, f"{size}") for w in range(1500)]
        spread = (size * share * (1 - share)) ** 0.5
        assert fmean(parts) == pytest.approx(size * share, abs=spread / 8)
        assert 0 <= min(parts) <= max(parts) <= size


def test_luck_belongs_to_what_is_drawn() -> None:
    luck = Luck.of_seed(1)
    alone = luck.uniform("sales", 3, 2)
    luck.normal("other", 1)
    assert luck.uniform("sales", 3, 2) == alone
    drawn = {luck.uniform(w, n, s) for w in ("a", "b") for n in (1, 2) for s in (1, 2)}
    assert len(drawn) == 8
    assert Luck.of_seed(2).uniform("sales", 3, 2) != alone


def test_luck_to_come_cannot_be_told_from_luck_that_was() -> None:
    """Past draws predict no later one: no correlation from week to week or team to team."""
    games = [Luck.of_seed(seed) for seed in range(400)]
    for what in ("buyers home", "demand"):
        before = [luck.normal(what, 4, 0) / PPM for luck in games]
        for later in ((5, 0), (4, 1), (12, 0)):
            after = [luck.normal(what, *later) / PPM for luck in games]
            assert abs(fmean(a * b for a, b in zip(before, after, strict=True))) < 0.2


def test_rules_hang_together() -> None:
    assert len(RULES.fields) <= 12
    assert len({field.kind for field in RULES.fields.values()}) == 8
    for field in RULES.fields.values():
        if field.name in CHOICES:
            assert field.default in RULES.choices[field.name]
        else:
            assert isinstance(field.default, int)
            assert field.low <= field.default <= field.high
            assert (field.default - field.low) % field.step == 0
    for one in RULES.surprises:
        assert one.low <= one.high
        assert 1 <= one.first <= one.last
    assert [season.week for season in RULES.seasons] == list(range(len(RULES.seasons)))
    assert sum(RULES[f"points_{n}"] for n in ("profit", "customers", "stock", "forecast")) == 100


def test_constants_are_used_and_name_their_source() -> None:
    code = "".join(path.read_text("utf-8") for path in PACKAGE.glob("*.py"))
    for line in (FOLDER / "constants.csv").read_text("utf-8").splitlines()[1:]:
        name = line.split(",")[0]
        used = f'"{name}"' in code or name.split("_")[0] == "points"
        assert used, f"nobody uses {name}"
        assert not line.endswith(","), f"{name} has no source"


TELL = {
    "events",
    "report",
    "handout",
    "debrief",
    "company",
}  # of what was played, or hand it to a reader


def engine() -> list[Path]:
    return [path for path in PACKAGE.glob("*.py") if path.stem not in {*TELL, "__init__"}]


def test_what_tells_of_a_game_is_not_needed_to_play_it() -> None:
    for path in engine():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ecokit.game"):
                names = {(node.module or "").split(".")[-1], *(one.name for one in node.names)}
                assert not names & TELL, path.name


def test_no_file_of_the_game_computes_with_fractions_or_asks_the_clock() -> None:
    for path in engine():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant):
                assert not isinstance(node.value, float), f"{path.name}, line {node.lineno}"
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                left = ast.unparse(node.left)
                words = ["folder", "FOLDER", "place", "made", "teams", "path", "Path", "trainer"]
                words.append("Decimal")
                assert any(word in left for word in words), f"{path.name}, line {node.lineno}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {one.name.split(".")[0] for one in node.names}
                names.add((getattr(node, "module", "") or "").split(".")[0])
                assert not names & {"time", "datetime", "random", "numpy", "secrets"}


def test_the_game_imports_no_topic() -> None:
    """The layers cannot say it: a topic must not import the game, nor the game a topic."""
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ecokit"):
                more = {"kpi", "shop"} if path.stem in TELL else set()
                more |= {"inputs"} if path.stem in {"company", "__init__"} else set()
                known = {"game", "errors", "messages", *more}
                names = [one.name for one in node.names]
                parts = (node.module or "").split(".")[1:2] or names
                assert set(parts) <= known, path.name


def run(decisions: list[state.Decisions], luck: Luck, weeks: int = 6) -> list[state.Market]:
    found = [state.new_market([f"team {n}" for n in range(len(decisions))], RULES)]
    for _week in range(weeks):
        found.append(market.week(found[-1], decisions, luck, RULES)[0])
    return found


def several(number: int) -> list[state.Decisions]:
    return [
        {**RULES.defaults(), **bots.anything(10 * number + n, RULES), state.CLEARANCE: []}
        for n in range(5)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_the_account_adds_up_to_the_fen(seed: int) -> None:
    luck, decisions = Luck.of_seed(seed), several(seed)
    now = state.new_market(list("abcde"), RULES)
    for number in range(8):
        if number == 4:
            decisions = several(seed + 50)  # partners are left, structures change
        then, results = market.week(now, decisions, luck, RULES)
        for before, after, result in zip(now.teams, then.teams, results, strict=True):
            assert list(result.account) == list(LINES)
            assert after.equity - before.equity == result.profit
            assert min(after.stock) >= 0
            assert min(after.value) >= 0
            assert min(after.cash, after.debt) == 0
            assert RULES["rating_low"] <= after.rating <= RULES["rating_high"]
            spent = sum(result.account[line] for line in ("campaigns", "desk", "storage"))
            assert spent < 0
        now = then


def test_the_same_bytes_come_again_and_a_state_survives_its_file() -> None:
    first, again = (run(several(1), Luck.of_seed(3)) for _time in range(2))
    assert state.to_bytes(first[-1]) == state.to_bytes(again[-1])
    saved = state.from_bytes(state.to_bytes(first[3]))
    assert saved == first[3]
    on = market.week(saved, several(1), Luck.of_seed(3), RULES)[0]
    assert state.to_bytes(on) == state.to_bytes(first[4])


def test_these_bytes_are_the_same_on_every_computer() -> None:
    last = state.to_bytes(run(several(2), Luck.of_seed(5))[-1])
    assert b"." not in last.replace(b"team ", b"")
    assert hashlib.sha256(last).hexdigest()[:16] == "63373ec95e460156"


def test_names_do_not_matter() -> None:
    """Another name, the same seat: nothing else changes."""
    decisions, luck = several(3), Luck.of_seed(4)
    one = market.week(state.new_market(list("abcde"), RULES), decisions, luck, RULES)
    other = market.week(state.new_market(list("edcba"), RULES), decisions, luck, RULES)
    renamed = [replace(team, name="") for team in one[0].teams]
    assert renamed == [replace(team, name="") for team in other[0].teams]
    assert one[1] == other[1]


def test_seats_do_not_matter_but_for_luck() -> None:
    """Without luck, teams that change seats take their results along."""
    decisions, still = several(3), Luck.of_seed(4, still=True)
    order = [3, 0, 4, 1, 2]
    one = run(decisions, still)[-1].teams
    other = run([decisions[seat] for seat in order], still)[-1].teams
    for seat, place in enumerate(order):
        a, b = replace(other[seat], name=""), replace(one[place], name="")
        assert a == b


def test_identical_files_give_equal_results_within_luck() -> None:
    """Six times the same decisions: no seat earns more than its luck, over many seeds."""
    totals: list[list[int]] = []
    for seed in range(24):
        teams = run([RULES.defaults() | {state.CLEARANCE: []}] * 4, Luck.of_seed(seed), 4)[-1].teams
        totals.append([team.equity for team in teams])
    means = [fmean(own) for own in zip(*totals, strict=True)]
    within = fmean(pstdev(row) for row in totals)
    assert max(means) - min(means) < 4 * within / len(totals) ** 0.5
    assert within < 0.03 * fmean(means)


def still_week(**changes: object) -> tuple[Result, Result]:
    """Return one quiet week of a team that decides otherwise, and of a rival that does not."""
    usual: state.Decisions = {**RULES.defaults(), state.CLEARANCE: []}
    start = state.new_market(["a", "b", "c"], RULES)
    decided: list[state.Decisions] = [{**usual, **changes}, usual, usual]
    own, rival, _third = market.week(start, decided, Luck.of_seed(1, still=True), RULES)[1]
    return own, rival


def test_the_market_answers_in_the_right_direction() -> None:
    usual, usual_rival = still_week()
    cheap, rival = still_week(price_home=950_000)
    assert cheap.wanted[2] > usual.wanted[2]
    assert rival.wanted[2] < usual_rival.wanted[2]
    assert cheap.wanted[0] == usual.wanted[0]
    seen, _rival = still_week(search=2_000_000)
    assert seen.visits["search"] > usual.visits["search"]
    _dear, other = still_week(search=6_000_000)
    assert other.visits["search"] < usual_rival.visits["search"]  # clicks are dearer for all
    slow, _rival = still_week(seats=1)
    assert slow.answered < usual.answered
    assert slow.rating < usual.rating
    assert sum(slow.wanted) < sum(usual.wanted)
    quick, _rival = still_week(delivery="split")
    assert quick.late < usual.late


def test_a_partner_of_many_brings_less_to_each() -> None:
    usual: state.Decisions = {**RULES.defaults(), state.CLEARANCE: []}
    signed = {**usual, "partner": "group"}
    start, still = state.new_market(["a", "b", "c"], RULES), Luck.of_seed(1, still=True)
    alone = market.week(start, [signed, usual, usual], still, RULES)[1][0]
    shared = market.week(start, [signed, signed, signed], still, RULES)[1][0]
    assert 0 < shared.partner_orders < alone.partner_orders


def test_who_finds_nothing_looks_elsewhere() -> None:
    start = state.new_market(["a", "b"], RULES)
    empty = replace(start.teams[0], stock=(0, 0, 0), value=(0, 0, 0))
    usual = [team.decisions for team in start.teams]
    still = Luck.of_seed(1, still=True)
    short = market.week(replace(start, teams=(empty, start.teams[1])), usual, still, RULES)[1]
    whole = market.week(start, usual, still, RULES)[1]
    assert sum(short[0].sold) == 0
    assert sum(short[1].sold) > sum(whole[1].sold)
    assert short[1].from_rivals > 0
    assert short[0].rating < whole[0].rating


def test_debt_costs_and_ends_nothing() -> None:
    start = state.new_market(["a", "b"], RULES)
    poor = replace(start.teams[0], cash=0, debt=10**8)
    usual = [team.decisions for team in start.teams]
    after, (result, _other) = market.week(
        replace(start, teams=(poor, start.teams[1])), usual, Luck.of_seed(1), RULES
    )
    assert result.account["credit"] == -(10**8) * RULES["credit"] // PPM
    assert result.orders > 0
    assert after.teams[0].debt > 0


def test_clearance_touches_a_fifth_of_the_units() -> None:
    floor = RULES.categories[0].floor
    own, _rival = still_week(price_handsets=600_000, clearance=["handsets"])
    assert own.prices[0] == floor - fixed.times(floor - 600_000, RULES["clearance"])


def test_a_week_of_surprises_is_the_same_for_all_and_differs_by_game() -> None:
    found = {climate(9, Luck.of_seed(seed), RULES).news for seed in range(12)}
    assert len(found) > 4
    still = climate(3, Luck.of_seed(1, still=True), RULES)
    assert (still.news, still.season) == ((), PPM)


def test_cutting_everything_at_the_end_loses() -> None:
    """The last round's decisions are those of the four weeks after it."""

    class CutsAtTheEnd:
        name = "cuts"

        def decide(self, view: View) -> tuple[bots.Changes, ending.Forecast | None]:
            changes, forecast = Advice().decide(view)
            if view.round == WEEKS.rounds:
                changes |= {"search": 0, "social": 0, "seats": 1, "cover": 0}
            return changes, forecast

    ahead = []
    for seed in (1, 2, 3):
        rivals = bots.sensible(seed)[1:]
        cut = play([CutsAtTheEnd(), *rivals], Luck.of_seed(seed), RULES)
        kept = play([Advice(), *rivals], Luck.of_seed(seed), RULES)
        ahead.append(kept.scores[0].points - cut.scores[0].points)
    assert min(ahead) > 0


def test_forecasts_are_judged_from_both_sides() -> None:
    def near(orders: int, profit: int) -> int:
        return ending.accuracy(ending.Forecast(orders, profit), 500, 2_000_000, 1, RULES)

    assert near(500, 2_000_000) == PPM
    assert near(450, 2_000_000) == near(550, 2_000_000) < PPM
    assert near(10**6, 10**12) == 0


@pytest.mark.parametrize("form", [ROOM, WEEKS])
def test_what_is_locked_stays(form: Format) -> None:
    game = play(bots.sensible(3), Luck.of_seed(2), RULES, form)
    assert len(game.weeks) == 16
    for results in game.weeks[: 2 * form.weeks]:  # nothing that costs to change is unlocked
        assert all(result.account["changes"] == 0 for result in results)
    assert any(result.account["changes"] < 0 for result in game.weeks[4 * form.weeks])


def test_every_bot_plays_on_with_any_rivals() -> None:
    for seed in range(2):
        game = play(bots.ten(seed), Luck.of_seed(seed), RULES, ROOM)
        assert len(game.scores) == 10
        assert len(game.leaders) == ROOM.total
