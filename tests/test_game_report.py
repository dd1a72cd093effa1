"""Reports, tables and debrief of a game: they add up, tell nothing of luck to come, and print."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ecokit import Shop, kpi
from ecokit.errors import CourseError
from ecokit.game import advance, alone, bots, climate, debrief, events, files, markets, replay
from ecokit.game import report as told
from ecokit.game.draws import Luck
from ecokit.game.fixed import PPM, divide
from ecokit.game.plan import Result
from ecokit.game.play import Player, allowed
from ecokit.game.rulebook import Rules, Surprise, rules
from ecokit.plots import game as plots
from ecokit.plots import theme
from tests.test_game_files import KilledError, counted, expect, file, tree

KEY = bytes(range(32))
TEAMS = ("Plum", "梨", "Quince 3", "Kiwi")
RULES = rules()


def decided(folder: Path, number: int, players: list[Player]) -> None:
    """File what players decide, as teams would."""
    game = advance.load(folder)
    rounds = [replay.played_round(folder, one) for one in range(1, number)]
    for seat, player in enumerate(players):
        view = alone.view_of(folder, game, rounds, seat)
        changes, forecast = player.decide(view)
        found = allowed(changes, view)
        shown = {n: files.shown(found[n], f) for n, f in RULES.fields.items()}
        kept = {n: v for n, v in shown.items() if RULES.fields[n].unlocks <= number}
        file(folder, game.teams[seat], number, **kept)
        if forecast:
            profit = advance.fraction(forecast.profit, 100)
            expect(folder, game.teams[seat], number, str(forecast.orders), profit, player.name)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A game of four teams, to its end."""
    folder = tmp_path_factory.mktemp("room") / "game"
    advance.new(folder, TEAMS, "room", KEY, practice=True)
    assert advance.advance(folder) == advance.PRACTICE
    for number in range(1, 7):
        decided(folder, number, bots.ten(4)[:4])
        assert advance.advance(folder) == number
    return folder


@pytest.fixture(scope="module")
def rounds(room: Path) -> list[replay.Round]:
    return told.rounds_of(room, 6)


# --- Shapley and the bridge ------------------------------------------------------------------


def test_shapley_values_are_those_of_known_games() -> None:
    """Owners of a left and of right gloves; a player who adds nothing; an unequal sum."""
    pairs = replay.shapley("lrs", lambda who: 600 * ("l" in who and bool({"r", "s"} & who)))
    assert pairs == {"l": 400, "r": 100, "s": 100}
    alone_counts = replay.shapley(["a", "null"], lambda who: 7 * ("a" in who) + 5)
    assert alone_counts == {"a": 7, "null": 0}
    rng = random.Random(1)
    for size in range(1, 6):
        names = [str(n) for n in range(size)]
        worth: dict[frozenset[str], int] = {}

        def game(who: frozenset[str], worth: dict[frozenset[str], int] = worth) -> int:
            return worth.setdefault(who, rng.randint(-1000, 1000))

        found = replay.shapley(names, game)
        assert sum(found.values()) == worth[frozenset(names)] - worth[frozenset()]


def test_the_bars_lead_from_last_profit_to_this_one_to_the_fen(
    rounds: list[replay.Round],
) -> None:
    for number, seat in ((0, 2), (2, 0), (5, 3)):
        now, last = rounds[number], rounds[number - 1] if number else None
        found = replay.bridge(now, last, seat, RULES)
        assert tuple(found.bars) == ("price", "traffic", "stock", "service", "rivals", "luck")
        assert found.after == now.total(seat, "profit")
        assert found.before + sum(found.bars.values()) == found.after
        if last:
            assert found.before == last.total(seat, "profit")
        else:
            assert abs(found.bars["luck"] - found.chance) <= 1  # the calendar is the same


def test_who_decides_nothing_sees_only_others_in_the_first_bridge(
    rounds: list[replay.Round],
) -> None:
    found = replay.bridge(rounds[0], None, 3, RULES)  # the fourth player does nothing
    assert all(found.bars[name] == 0 for name in replay.OWN)
    assert found.bars["rivals"] != 0


def test_a_campaign_that_works_on_is_still_to_come(tmp_path: Path) -> None:
    advance.new(tmp_path / "game", ["Plum", "Pear"], "weeks", KEY)
    file(tmp_path / "game", "Plum", 1, social="20000")
    advance.advance(tmp_path / "game")
    now = replay.played_round(tmp_path / "game", 1)
    to_come = [replay.to_come(now, seat, RULES)["traffic"] for seat in (0, 1)]
    assert to_come[0] > 100_000 > abs(to_come[1])


def test_a_replay_from_the_key_gives_what_was_sealed(
    room: Path, rounds: list[replay.Round]
) -> None:
    assert all(replay.same(one, room) for one in rounds)
    for one in rounds:
        sealed = advance.record_of(room, one.number)["weeks"]
        assert [list(map(_plain, week.results)) for week in one.weeks] == sealed


def _plain(result: Result) -> object:
    return json.loads(json.dumps(dataclasses.asdict(result)))


# --- the tables of the course ----------------------------------------------------------------


@pytest.fixture(scope="module")
def few(rounds: list[replay.Round]) -> list[replay.Round]:
    return rounds[:3]


@pytest.fixture(scope="module")
def drawn(few: list[replay.Round]) -> dict[str, pd.DataFrame]:
    return events.tables(few, 1, Luck(KEY), RULES)


def test_event_tables_add_up_to_what_was_counted(
    drawn: dict[str, pd.DataFrame], few: list[replay.Round]
) -> None:
    shop = Shop.from_tables(drawn)
    weeks = [week.results[1] for one in few for week in one.weeks]

    def by_week(name: str) -> list[float]:
        return list(kpi.measure(name, shop, by="week")[name])

    assert by_week("visits") == [sum(one.visits.values()) for one in weeks]
    assert by_week("uv") == by_week("visits")
    assert by_week("orders") == [one.orders for one in weeks]
    sales, goods = ([one.account[line] for one in weeks] for line in ("sales", "goods"))
    assert by_week("sales") == pytest.approx([fen / 100 for fen in sales], abs=1e-9)
    want = [(one + other) / 100 for one, other in zip(sales, goods, strict=True)]
    assert by_week("profit") == pytest.approx(want, abs=1e-6)
    back = [sum(one.returned) / one.orders for one in weeks]
    assert by_week("return_rate") == pytest.approx(back)
    for table, column, line in (
        ("orders", "coupon", "giveaways"),
        ("returns", "refund", "refunds"),
    ):
        fen = round(shop[table][column].sum() * 100)
        assert fen == -sum(one.account[line] for one in weeks)
    spent = shop.campaigns["budget"].sum() * 100
    assert spent == -sum(one.account["campaigns"] for one in weeks)


def test_stock_contacts_and_parcels_are_those_that_were_counted(
    drawn: dict[str, pd.DataFrame], few: list[replay.Round]
) -> None:
    weeks = [week.results[1] for one in few for week in one.weeks]
    stock = drawn["stock"]
    assert (stock["opening"] + stock["received"] - stock["sold"] == stock["closing"]).all()
    assert (stock["closing"] >= 0).all()
    assert (stock["demand"] >= stock["sold"]).all()
    sundays = stock[stock["date"].dt.day_name() == "Sunday"].groupby("date")["closing"]
    assert [tuple(closing) for _day, closing in sundays] == [one.stock for one in weeks]
    contacts = drawn["contacts"]
    wait = (contacts["answered_at"] - contacts["arrived_at"]).dt.total_seconds()
    week = contacts["contact_id"] // 100_000
    assert week.value_counts(sort=False).tolist() == [one.contacts for one in weeks]
    in_time = [divide(one.contacts * one.answered, PPM) for one in weeks]
    assert (wait <= 20).groupby(week).sum().tolist() == in_time
    orders = drawn["orders"]
    hours = (orders["delivered_at"] - orders["dispatched_at"]).dt.total_seconds() / 3600
    late = (hours > 72).groupby(orders["order_id"] // 100_000).sum()
    assert late.tolist() == [one.late for one in weeks]
    assert ((hours > 72) == orders["delay_cause"].notna()).all()


def test_a_week_is_drawn_alike_whichever_weeks_are_asked_for(
    drawn: dict[str, pd.DataFrame], few: list[replay.Round]
) -> None:
    alone_ = events.tables(few[1:2], 1, Luck(KEY), RULES)["orders"]
    both = drawn["orders"]
    same = both[both["order_id"].isin(alone_["order_id"])].reset_index(drop=True)
    assert len(alone_) == few[1].total(1, "orders")
    pd.testing.assert_frame_equal(same, alone_)


def test_purchases_are_what_the_rule_ordered(
    drawn: dict[str, pd.DataFrame], few: list[replay.Round]
) -> None:
    bought = drawn["purchases"]
    paid = round((bought["asked_units"] * bought["unit_cost"]).sum() * 100)
    first, last = few[0].start.teams[1], few[-1].end.teams[1]
    lines = [one.lines(1) for one in few]
    kept = sum(sum(one[name] for name in ("goods", "returned", "ageing")) for one in lines)
    grown = sum(last.value) - sum(first.value)
    assert paid == grown - kept + sum(one[3] for one in last.coming)


def test_a_week_without_a_purchase_leaves_reports_as_they_are(tmp_path: Path) -> None:
    key = Luck.of_seed(3).key
    advance.new(tmp_path / "game", ["Plum", "Pear", "Quince", "Medlar"], "room", key)
    advance.advance(tmp_path / "game")
    rounds = told.rounds_of(tmp_path / "game", 1)
    chosen = rounds[0].decisions[3]
    weeks = [events._Drawn(one, 3, chosen, Luck(key), RULES) for one in rounds[0].weeks]
    counts = [len(one._purchases()) for one in weeks]
    assert min(counts) == 0 < max(counts)  # so that there is something to see
    found = events.tables(rounds, 3, Luck(key), RULES)["purchases"]
    assert found["asked_units"].dtype == "int64"
    assert found["due_on"].dtype.kind == "M"
    cards = told.scorecards(rounds, range(4), Luck(key), RULES)
    assert all(card["sales"][1] > 0 for card in cards.values())


def test_the_last_parts_are_shared_out() -> None:
    rng = np.random.default_rng(1)
    for _case in range(50):
        total, weights = int(rng.integers(0, 10_000)), rng.integers(0, 9, int(rng.integers(1, 30)))
        parts = events.spread(total, weights)
        assert parts.sum() == (total if weights.sum() else 0)
        assert (parts >= 0).all()
        assert not parts[weights == 0].any()


# --- the page --------------------------------------------------------------------------------


Cards = dict[int, dict[str, dict[int, float]]]


@pytest.fixture(scope="module")
def cards() -> list[Cards]:
    """Hold the scorecards that the pages were made of."""
    return []


@pytest.fixture(scope="module")
def pages(room: Path, cards: list[Cards]) -> list[Path]:
    made = told.scorecards

    def noted(*given: Any) -> Cards:
        cards.append(made(*given))
        return cards[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(told, "scorecards", noted)
        return told.write(room, 3, teams=["Plum", "梨"])


def test_a_report_needs_nothing_but_itself_and_says_what_it_must(pages: list[Path]) -> None:
    text = pages[0].read_text("utf-8")
    assert "http" not in text.replace("http-equiv", "")
    assert "Content-Security-Policy" in text
    for words in (
        *("What you expected, and what came", "From round 2 to round 3", "still to come"),
        *("Luck&#x27;s share", "Scorecard", "转化率", "Profit account", "All teams"),
        *("Next: round 4", "Carriers and warehouses, Partner deal"),
    ):
        assert words in text, words


def test_what_a_round_of_eight_minutes_needs_stands_on_one_printed_page(
    browser: Any, room: Path, rounds: list[replay.Round]
) -> None:
    """Of the round with most to say: new fields come next, and two of the team's were wrong."""
    (one,) = told.reports(advance.load(room), rounds[:4], [0], Luck(KEY))
    wrong = "decisions.csv: social is 90000. It may be from 0 to 60000. What stands: social 1500."
    filed = {**one.now.filed[0], "notes": [wrong, wrong], "reason": "a reason " * 33}
    teams = {**one.profits, "Fifth team": 1, "Sixth team": 2}
    game = dataclasses.replace(one.game, teams=(*TEAMS, "Fifth team", "Sixth team"))
    now = dataclasses.replace(one.now, filed=(filed, *one.now.filed[1:]))
    object.__setattr__(now, "total", lambda seat, what: one.now.total(seat % 4, what))
    found = dataclasses.replace(one, game=game, now=now, profits=teams)
    found.__dict__["bridge"] = one.bridge
    html = told.page(found, {"bridge": theme.png(plots.bridge(one.steps()))})
    first, rest = html.split('<section class="rest">')
    for words in ("What you expected", "From round 3", "All teams", "Next: round 5", "A base: "):
        assert words in first
    for words in ("How the bars were found", "Scorecard", "Profit account"):
        assert words in rest
        assert words not in first
    page = browser.new_page(viewport={"width": 703, "height": 1032})  # A4 less 12 mm around
    page.emulate_media(media="print")
    page.set_content(html)
    bottom = page.evaluate("document.querySelector('.rest').getBoundingClientRect().top")
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert 500 < bottom < 1032, bottom
    assert wide <= 703


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two weeks of a small game, with no scorecard, which takes long."""
    monkeypatch.setattr(told, "scorecards", lambda *_given: {0: {n: {} for n in told.SCORECARD}})
    folder = tmp_path / "game"
    advance.new(folder, ["Plum", "Pear"], "weeks", KEY)
    expect(folder, "Plum", 1, "500", "20000", "<script>alert(1)</script>")
    assert [advance.advance(folder), advance.advance(folder)] == [1, 2]
    return folder


def test_a_reason_is_no_page_of_its_own(written: Path) -> None:
    (page,) = told.write(written, 1, teams=["Plum"])
    text = page.read_text("utf-8")
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "From the company as it came, in the same weeks without luck, to round 1" in text


def test_the_newest_tables_are_a_shop_of_all_weeks(written: Path) -> None:
    own = written / "teams" / "Plum" / told.TABLES
    told.write(written, 1, teams=["Plum"])
    assert not own.exists()  # an earlier report leaves the newest tables alone
    told.write(written, 2, teams=["Plum"])
    shop = Shop.from_folder(own)
    both = [one.total(0, "orders") for one in told.rounds_of(written, 2)]
    assert list(kpi.orders(shop, by="week")["orders"]) == both


def test_scorecards_of_several_teams_are_those_of_each(
    pages: list[Path], cards: list[Cards], rounds: list[replay.Round]
) -> None:
    assert len(pages) == 2
    (both,) = cards
    for seat in (0, 1):
        assert both[seat]["orders"] == {n: rounds[n - 1].total(seat, "orders") for n in (2, 3)}
        goods = rounds[1].lines(seat)
        margin = 1 + goods["goods"] / goods["sales"]
        assert both[seat]["profit_margin"][2] == pytest.approx(margin)


# --- the debrief -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def closed(room: Path) -> debrief.Debrief:
    return debrief.debrief(room)


def test_drivers_add_up_to_the_profit_over_a_company_left_alone(
    closed: debrief.Debrief, rounds: list[replay.Round]
) -> None:
    came = rounds[0].start.teams[0].decisions
    still = {(place, 0): came for place in range(6)}
    left = debrief.totalled(replay.played_game(rounds, RULES, still), 0, RULES)
    score = closed.scores[0]
    assert sum(closed.drivers[0].values()) == score["profit"] + score["left"] - left
    assert set(closed.drivers[3].values()) == {0}  # who did nothing


def test_turning_points_are_the_largest_decisions_of_three_rounds(
    closed: debrief.Debrief, rounds: list[replay.Round]
) -> None:
    assert len({turn.round for turn in closed.turns}) == len(closed.turns) == 3
    sizes = [abs(turn.worth) for turn in closed.turns]
    assert sizes == sorted(sizes, reverse=True)
    every = debrief.turning_points(rounds, TEAMS, RULES, most=6)
    assert every[:3] == closed.turns
    assert all(turn.round <= turn.until <= 6 for turn in every)


def test_a_turning_point_is_one_decision_until_it_is_changed_again(tmp_path: Path) -> None:
    """Decided by hand: what the game earns without it is played in a game of its own."""
    filed = {
        1: {"search": "6000"},
        3: {"search": "4000", "price_home": "60 clearance"},
        4: {"price_home": "104"},  # on the way back: no turn of its own
    }
    profits = []
    for name in ("with", "without"):
        folder = tmp_path / name
        advance.new(folder, ["Plum", "Pear"], "room", KEY)
        for number in range(1, 7):
            page = filed.get(number, {})
            if name == "without" and number == 3:
                page = {"search": "4000"}
            file(folder, "Plum", number, **page)
            advance.advance(folder)
        end = advance.ending_of(folder, advance.load(folder))["scores"][0]
        profits.append(end["profit"] + end["left"])
    found = debrief.turning_points(told.rounds_of(tmp_path / "with", 6), ["Plum", "Pear"], RULES, 9)
    assert [(turn.round, turn.until) for turn in found if turn.round == 1] == [(1, 2)]
    (turn,) = [turn for turn in found if turn.round == 3]
    assert turn.worth == profits[0] - profits[1]
    text = debrief._turn(turn, 6)
    assert text.startswith("Round 3, Plum: Price of smart home and accessories 107 to 60 clearance")
    assert ", for this round. It cost Plum" in text
    assert [turn.round for turn in found] == [3, 1]
    assert "kept to round 2" in debrief._turn(found[[t.round for t in found].index(1)], 6)


def test_the_key_is_opened_with_the_debrief_and_has_the_published_hash(
    room: Path, closed: debrief.Debrief, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debrief, "debrief", lambda _folder: closed)
    assert not (room / "key.txt").exists()
    text = debrief.write(room).read_text("utf-8")
    key = bytes.fromhex((room / "key.txt").read_text("ascii").strip())
    assert hashlib.sha256(key).hexdigest() == advance.load(room).key_hash
    assert key.hex() in text
    assert advance.load(room).key_hash in text
    assert "all is the same" in text
    for words in ("Turning points", "What each believed", "What was true", "Article 17"):
        assert words in text, words


def test_a_changed_result_is_seen_in_a_replay(
    room: Path, rounds: list[replay.Round], closed: debrief.Debrief, tmp_path: Path
) -> None:
    shutil.copytree(room / "sealed", tmp_path / "sealed")
    path = tmp_path / "sealed" / "04" / "state.json"
    path.write_text(path.read_text("utf-8").replace('"known": ', '"known": 1'), "utf-8")
    assert [replay.same(one, tmp_path) for one in rounds] == [n != 4 for n in range(1, 7)]
    assert closed.replayed
    assert "was changed" in debrief.page(dataclasses.replace(closed, replayed=False), {})


def test_there_is_no_debrief_before_the_end(tmp_path: Path) -> None:
    advance.new(tmp_path / "game", ["Plum", "Pear"], "weeks", KEY)
    advance.advance(tmp_path / "game")
    with pytest.raises(CourseError, match="The game goes on: 1 of 12 rounds were played"):
        debrief.write(tmp_path / "game")
    assert not (tmp_path / "game" / "key.txt").exists()


# --- what a team could know ------------------------------------------------------------------


def test_a_teams_folder_does_not_depend_on_luck_to_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Play two weeks in a world whose later weeks are others: nothing that a team has differs."""

    def play(name: str) -> dict[str, bytes]:
        folder = tmp_path / name
        advance.new(folder, ["Plum", "Pear"], "weeks", KEY)
        for _round in range(2):
            advance.advance(folder)
        done = told.rounds_of(folder, 2)  # what a report is made of
        drawn = events.tables(done, 0, Luck(KEY), RULES)
        more = {table: found.to_csv().encode() for table, found in drawn.items()}
        more["bridge"] = repr(replay.bridge(done[1], done[0], 0, RULES)).encode()
        hidden = ("sealed", "teams/Pear")
        return more | {n: b for n, b in tree(folder).items() if not n.startswith(hidden)}

    plain, bits, happening = play("plain"), Luck._bits, climate.happening

    def others(luck: Luck, what: str, week: int, who: int | str) -> bytes:
        own = week + luck.ahead if week else 0
        return bits(luck, what if own <= 2 else f"other {what}", week, who)

    def later(week: int, luck: Luck, book: Rules) -> list[tuple[Surprise, int]]:
        return happening(week, luck, book) if week + luck.ahead <= 2 else []

    monkeypatch.setattr(Luck, "_bits", others)
    monkeypatch.setattr(climate, "happening", later)
    assert play("other") == plain
    now = [climate.climate(5, Luck(KEY), RULES).sizes]
    monkeypatch.undo()
    assert now != [climate.climate(5, Luck(KEY), RULES).sizes]  # that world was another one


def test_the_next_weeks_cannot_be_told_from_a_folder(
    room: Path, rounds: list[replay.Round]
) -> None:
    """The key stands in no open file, and no small seed has its hash."""
    open_files = {n: b for n, b in tree(room).items() if n.startswith(("teams", "rounds", "game"))}
    for content in open_files.values():
        assert KEY not in content
        assert KEY.hex().encode() not in content
    known = advance.load(room).key_hash
    guesses = (hashlib.sha256(Luck.of_seed(seed).key).hexdigest() for seed in range(3000))
    assert known not in guesses
    # The luck of past weeks says nothing of the next: errors of a team's own forecast of its
    # visits, by what its reports show, follow one another no more than chance lets them.
    luck, signs = Luck(KEY), []
    for week in range(1, 400):
        drawn = [luck.normal("visits organic", week + n, 0) for n in (0, 1)]
        signs.append((drawn[0] > 0) == (drawn[1] > 0))
    assert abs(sum(signs) - len(signs) / 2) < 3 * (len(signs) / 4) ** 0.5


def test_names_change_nothing_but_names(tmp_path: Path) -> None:
    texts = []
    for name, teams in (("one", ["Plum", "Pear"]), ("two", ["Pear", "Plum"])):
        folder = tmp_path / name
        advance.new(folder, teams, "weeks", KEY)
        file(folder, teams[0], 1, search="9000")
        advance.advance(folder)
        texts.append((folder / "sealed" / "01" / "state.json").read_text("utf-8"))
        texts[-1] += repr(replay.bridge(replay.played_round(folder, 1), None, 1, RULES))
    swapped = texts[1].replace("Plum", "*").replace("Pear", "Plum").replace("*", "Pear")
    assert swapped == texts[0]


# --- the practice week -----------------------------------------------------------------------


def test_the_practice_week_does_not_count(tmp_path: Path) -> None:
    ends = []
    for name, practice in (("with", True), ("without", False)):
        folder = tmp_path / name
        advance.new(folder, ["Plum", "Pear"], "room", KEY, practice=practice)
        if practice:
            file(folder, "Plum", 0, search="60000", price_home="150")
            assert advance.advance(folder) == 0
            record = advance.record_of(folder, 0)
            assert record["filed"][0]["decisions"]["search"] == 6_000_000
            assert record["filed"][0]["notes"] == [
                "forecast.csv: there is no forecast yet: orders and profit are empty. "
                "No forecast counts."
            ]
        assert advance.advance(folder) == 1
        ends.append((folder / "sealed" / "01" / "state.json").read_bytes())
    assert ends[0] == ends[1]
    practice_luck = advance.practice_luck(Luck(KEY))
    assert climate.nature(practice_luck, RULES) != climate.nature(Luck(KEY), RULES)


def test_killed_in_the_practice_week_and_while_reports_are_written(tmp_path: Path) -> None:
    """What `advance` is given to write besides is written again, and no round is played twice."""
    begun, whole = tmp_path / "begun", tmp_path / "whole"
    advance.new(begun, ["Plum", "Pear"], "room", KEY, practice=True)

    def also(folder: Path, number: int) -> None:
        for team in advance.load(folder).teams:
            advance.write(folder / "teams" / team / f"report-{number}.html", team.encode())

    shutil.copytree(begun, whole)
    with pytest.MonkeyPatch.context() as patch:
        steps = counted(patch, 0)
        assert advance.advance(whole, also) == 0
        count = steps()
    want = tree(whole)
    assert {"teams/Plum/report-0.html", "sealed/practice/published"} <= set(want)
    for at in range(1, count + 1):
        folder = tmp_path / str(at)
        shutil.copytree(begun, folder)
        with pytest.MonkeyPatch.context() as patch:
            counted(patch, at)
            with pytest.raises(KilledError):
                advance.advance(folder, also)
        with pytest.MonkeyPatch.context() as patch:
            counted(patch, 0)
            assert advance.advance(folder, also) == 0
        assert tree(folder) == want, f"killed at step {at}"


def test_a_round_that_was_played_is_not_played_again(tmp_path: Path) -> None:
    folder = tmp_path / "game"
    advance.new(folder, ["Plum", "Pear"], "weeks", KEY)
    assert [advance.advance(folder, only=1) for _time in range(3)] == [1, 1, 1]
    with pytest.raises(CourseError, match="Round 2 is next, not round 4"):
        advance.advance(folder, only=4)


# --- several markets -------------------------------------------------------------------------


def test_markets_hold_four_to_six_teams_and_are_few() -> None:
    for teams in range(8, 240):
        found = markets.sizes(teams)
        assert sum(found) == teams
        assert set(found) <= {4, 5, 6}
    assert markets.sizes(7) == [4, 3]  # the second one gets a rival


def test_several_markets_have_the_same_luck_and_are_compared(tmp_path: Path) -> None:
    folder = tmp_path / "hall"
    teams = [f"Team {number}" for number in range(1, 8)]
    first, second = markets.new(folder, teams, "room", KEY)
    assert advance.load(first).key_hash == advance.load(second).key_hash
    assert alone.rivals_of(second) == ("Apricot",)
    with pytest.raises(CourseError, match="holds a game already"):
        markets.new(folder, teams, "room", KEY)
    for _round in range(6):
        for place in markets.folders(folder):
            alone.file_rivals(place)
            advance.advance(place)
    found = markets.compared(folder)
    assert [one.rank for one in found] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert [one.team for one in found if one.rival] == ["Apricot"]
    base = markets.reference(Luck(KEY), "room")
    assert all(one.profit - one.over == base for one in found)
    news = [advance.record_of(place, 4)["weeks"][0][0]["news"] for place in (first, second)]
    assert news[0] == news[1]


def test_markets_that_cannot_be_are_refused(tmp_path: Path) -> None:
    for teams, sentence in (
        ([], "at least one team"),
        (["Plum", "plum"], "the same name"),
        ([f"T{n}" for n in range(241)], "at most 240 teams"),
    ):
        with pytest.raises(CourseError, match=sentence):
            markets.new(tmp_path / "hall", teams, "room", KEY)
    with pytest.raises(CourseError, match="holds no game"):
        markets.folders(tmp_path / "hall")
    advance.write(tmp_path / "hall" / "markets.json", b"{")
    with pytest.raises(CourseError, match="cannot be used"):
        markets.folders(tmp_path / "hall")


def test_a_game_that_was_stopped_while_it_was_laid_is_finished_with_the_same_luck(
    tmp_path: Path,
) -> None:
    folder, teams = tmp_path / "hall", [f"Team {number}" for number in range(1, 11)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alone, "new", _stops_at(alone.new, "market-2"))
        with pytest.raises(KilledError):
            markets.new(folder, teams, "room", KEY)
    places = markets.new(folder, teams, "room", bytes(32))
    assert {advance.load(place).key_hash for place in places} == {hashlib.sha256(KEY).hexdigest()}


def _stops_at(new, name: str):  # type: ignore[no-untyped-def]
    def stops(folder: Path, *rest: object) -> object:
        if folder.name == name:
            raise KilledError
        return new(folder, *rest)

    return stops


# --- rivals ----------------------------------------------------------------------------------


def test_rivals_file_what_their_way_decides_and_alike_each_time(tmp_path: Path) -> None:
    folder = tmp_path / "game"
    alone.new(folder, ["You"], "weeks", KEY, practice=False, least=6)
    seen = []
    for _time in range(2):
        alone.file_rivals(folder)
        seen.append(tree(folder))
    assert seen[0] == seen[1]
    assert advance.advance(folder) == 1
    filed = advance.record_of(folder, 1)["filed"]
    assert [one["notes"] for one in filed[1:]] == [[]] * 5
    assert len({(one["decisions"]["price_home"], one["decisions"]["search"]) for one in filed}) > 2
    with pytest.raises(CourseError, match=r"holds a game already"):
        alone.new(folder, ["You"], "weeks", KEY, practice=False, least=6)


def test_words_become_files_or_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "game"
    alone.new(folder, ["You"], "weeks", KEY, practice=False, least=6)
    before = tree(folder)
    for words, sentence in (
        (["search"], "Write a name and a value"),
        (["cups=3"], "is no decision"),
        (["search=much"], 'search is "much"'),
        (["orders=many", "profit=1"], 'orders is "many"'),
        (["seats=7"], "seats can be changed from round 3 on"),
    ):
        with pytest.raises(CourseError, match=sentence):
            alone.decide(folder, "You", words)
        assert tree(folder) == before
    alone.decide(folder, "You", ["search=7000", "orders=450", "profit=20000"])
    alone.decide(folder, "You", ["price_home=99.5", "reason=a, b"])
    team = advance.state_before(folder, 1).teams[0]
    filed = files.filed(folder / "teams" / "You", 1, team, RULES)
    assert filed.notes == ()
    assert (filed.decisions["search"], filed.decisions["price_home"]) == (700_000, 995_000)
    assert (filed.forecast and filed.forecast.orders, filed.reason) == (450, "a, b")
