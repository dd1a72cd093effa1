"""The folder of a game: atomic, repeatable, closed, and kind to wrong files."""

from __future__ import annotations

import csv
import errno
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import filelock
import pytest

from ecokit.errors import CourseError
from ecokit.game import advance, bots, files
from ecokit.game.draws import Luck
from ecokit.game.ending import Forecast
from ecokit.game.fixed import PPM
from ecokit.game.play import ROOM, View, allowed, play
from ecokit.game.rulebook import rules
from ecokit.game.state import from_bytes, new_team

KEY = bytes(range(32))
TEAMS = ("Plum", "梨", "Quince 3")
RULES = rules()


def tree(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files that are not half-written ones."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    }


def file(folder: Path, team: str, number: int, **changes: str) -> Path:
    """File decisions of a team."""
    path = folder / "teams" / team / files.DECISIONS
    lines = [f"round,{number}", *(f"{name},{value}" for name, value in changes.items())]
    path.write_text("\n".join(["field,value", *lines]) + "\n", "utf-8")
    return path


def expect(folder: Path, team: str, number: int, orders: str, profit: str, why: str = "") -> None:
    text = f"field,value\nround,{number}\norders,{orders}\nprofit,{profit}\nreason,{why}\n"
    (folder / "teams" / team / files.FORECAST).write_text(text, "utf-8")


@pytest.fixture
def game(tmp_path: Path) -> Path:
    advance.new(tmp_path / "game", TEAMS, "room", KEY)
    return tmp_path / "game"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A game with one round played and the second one filed."""
    folder = tmp_path_factory.mktemp("begun") / "game"
    advance.new(folder, TEAMS[:2], "weeks", KEY)
    assert advance.advance(folder) == 1
    file(folder, "Plum", 2, price_home="99.5", search="9000")
    expect(folder, "Plum", 2, "500", "20000.50", "people come before the holiday")
    return folder


def test_a_game_goes_from_its_start_to_its_end(game: Path) -> None:
    for number in range(1, 7):
        file(game, "Plum", number, search=str(5000 + 100 * number))
        expect(game, "Plum", number, "1000", "40000")
        assert advance.advance(game) == number
    with pytest.raises(CourseError, match="all 6 rounds"):
        advance.advance(game)
    found = json.loads((game / "sealed" / "06" / "end.json").read_bytes())
    assert len(found["scores"]) == 3
    assert len(found["weeks"]) == RULES["after_weeks"]
    plum, pear = found["scores"][0], found["scores"][1]
    assert plum["points_forecast"] > pear["points_forecast"] == 0
    state = from_bytes((game / "sealed" / "06" / "state.json").read_bytes())
    assert state.teams[0].decisions["search"] == 560_000
    profit = sum(
        sum(result["account"].values())
        for number in range(1, 7)
        for week in advance.record_of(game, number)["weeks"]
        for result in week[:1]
    ) + sum(sum(week[0]["account"].values()) for week in found["weeks"])
    assert plum["profit"] == profit


def test_files_and_memory_play_the_same_game(tmp_path: Path) -> None:
    """What `play` decides for its players, written into files, gives the same scores."""
    folder, filed = tmp_path / "game", dict(zip(TEAMS, bots.sensible(2)[:3], strict=True))
    advance.new(folder, TEAMS, "room", KEY)

    class Writes:
        def __init__(self, name: str) -> None:
            self.name = name

        def decide(self, view: View) -> tuple[bots.Changes, Forecast | None]:
            changes, forecast = filed[self.name].decide(view)
            found = allowed(changes, view)
            shown = {n: files.shown(found[n], f) for n, f in RULES.fields.items()}
            kept = {n: v for n, v in shown.items() if RULES.fields[n].unlocks <= view.round}
            file(folder, self.name, view.round, **kept)
            assert forecast is not None
            profit = advance.fraction(forecast.profit, 100)
            expect(folder, self.name, view.round, str(forecast.orders), profit)
            if self.name == TEAMS[-1]:
                assert advance.advance(folder) == view.round
            return changes, forecast

    done = play([Writes(name) for name in TEAMS], Luck(KEY), RULES, ROOM)
    assert [advance.record_of(folder, n)["filed"][0]["notes"] for n in range(1, 7)] == [[]] * 6
    end = json.loads((folder / "sealed" / "06" / "end.json").read_bytes())
    assert [score["points"] for score in end["scores"]] == [one.points for one in done.scores]


class KilledError(Exception):
    """Stands for the moment at which the process ends."""


def counted(monkeypatch: pytest.MonkeyPatch, at: int) -> Callable[[], int]:
    """Kill the process before the nth step that changes what a reader sees."""
    steps, move = [0], advance.move

    def step(made: Path, path: Path) -> None:
        steps[0] += 1
        if steps[0] == at:
            raise KilledError
        move(made, path)

    monkeypatch.setattr(advance, "move", step)
    monkeypatch.setattr(os, "fsync", lambda _file: None)  # the order of steps is tested
    return lambda: steps[0]


def test_killed_before_any_step_and_started_again_gives_the_same_bytes(
    begun: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(begun, whole)
    with pytest.MonkeyPatch.context() as patch:
        steps = counted(patch, 0)
        advance.advance(whole)
        count = steps()
    want = tree(whole)
    assert count > 15
    for at in range(1, count + 1):
        folder = tmp_path / str(at)
        shutil.copytree(begun, folder)
        with pytest.MonkeyPatch.context() as patch:
            counted(patch, at)
            with pytest.raises(KilledError):
                advance.advance(folder)
        with pytest.MonkeyPatch.context() as patch:
            counted(patch, 0)
            assert advance.advance(folder) == 2
        assert tree(folder) == want, f"killed at step {at}"


def test_killed_in_the_middle_of_a_write_leaves_no_half_file(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, folder = tmp_path / "whole", tmp_path / "half"
    shutil.copytree(begun, whole)
    shutil.copytree(begun, folder)
    advance.advance(whole)

    def half(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(f".{path.name}.new").write_bytes(content[: len(content) // 2])
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(advance, "write", half)
        with pytest.raises(KilledError):
            advance.advance(folder)
    assert advance.advance(folder) == 2
    assert tree(folder) == tree(whole)


FAULTS = {
    "no room": (OSError(errno.ENOSPC, "No space left on device"), "No space left"),
    "read only": (PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_that_cannot_be_written_is_a_sentence_and_nothing_is_lost(
    name: str, begun: Path, tmp_path: Path
) -> None:
    whole, (error, said) = tmp_path / "whole", FAULTS[name]
    shutil.copytree(begun, whole)
    assert advance.advance(whole) == 2
    for at in (1, 2, 4, 9, 19):
        folder, steps = tmp_path / str(at), iter(range(1, 99))
        shutil.copytree(begun, folder)

        def fails(_file: int, at: int = at, steps: Iterator[int] = steps) -> None:
            if next(steps) == at:
                raise error

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", fails)
            with pytest.raises(CourseError, match=f"cannot be written .{said}"):
                advance.advance(folder)
        assert not list(folder.rglob(".*.new"))
        assert advance.advance(folder) == 2
        assert tree(folder) == tree(whole), f"at step {at}"


def test_a_page_that_is_open_elsewhere_stops_the_round_only_until_it_is_closed(
    begun: Path, tmp_path: Path
) -> None:
    whole, folder, move = tmp_path / "whole", tmp_path / "game", advance.move
    for one in (whole, folder):
        shutil.copytree(begun, one)
    advance.advance(whole)

    def replaced(made: Path, path: Path) -> Path:
        if path == folder / "teams" / "Plum" / files.DECISIONS:
            raise PermissionError(errno.EACCES, "sharing violation")
        made.rename(path)
        return path

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", replaced)
        with pytest.raises(CourseError, match=r"decisions\.csv is open in another program"):
            advance.advance(folder)
    assert advance.move is move
    assert advance.advance(folder) == 2
    assert tree(folder) == tree(whole)


@pytest.mark.parametrize("sealed", [False, True])
def test_two_who_advance_at_once_play_one_round(
    sealed: bool, begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one waits; the first has sealed the round before it came, or not yet."""
    folder, lock = tmp_path / "game", filelock.FileLock
    shutil.copytree(begun, folder)
    if sealed:
        advance.advance(folder)
        (folder / "sealed" / "02" / "published").unlink()

    def waits(path: Path, timeout: float) -> filelock.BaseFileLock:
        monkeypatch.undo()
        assert advance.advance(folder) == 2  # the first one, in the meantime
        return lock(path, timeout=timeout)

    monkeypatch.setattr(filelock, "FileLock", waits)
    assert advance.advance(folder) == 2
    assert advance.played(folder) == 2
    assert advance.advance(folder) == 3


def test_a_copy_that_was_made_while_a_round_was_played_is_refused(
    begun: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "game"
    shutil.copytree(begun, folder)
    advance.advance(folder)
    shutil.rmtree(folder / "sealed" / "02")
    before = tree(folder)
    with pytest.raises(CourseError, match="copied while a round was played"):
        advance.advance(folder)
    assert tree(folder) == before


def test_the_trainers_part_may_lie_elsewhere_and_be_moved(tmp_path: Path) -> None:
    folder, apart = tmp_path / "here" / "game", tmp_path / "here" / "game-trainer"
    advance.new(folder, TEAMS, "weeks", KEY, trainer=apart)
    assert not any(KEY.hex().encode() in content for content in tree(folder).values())
    with pytest.raises(CourseError, match="holds the key of a game already"):
        advance.new(tmp_path / "other", TEAMS, "weeks", KEY, trainer=apart)
    assert advance.advance(folder) == 1
    (tmp_path / "here").rename(tmp_path / "there")
    folder, apart = tmp_path / "there" / "game", tmp_path / "there" / "game-trainer"
    assert advance.advance(folder) == 2
    apart.rename(tmp_path / "mine")
    with pytest.raises(CourseError, match=r"write its new place into trainer\.txt"):
        advance.advance(folder)
    (folder / "trainer.txt").write_text(f"{tmp_path / 'mine'}\n", "utf-8")
    assert advance.advance(folder) == 3
    assert {path.name for path in folder.iterdir()} == {
        *("game.json", "rounds", "teams", "trainer.txt"),
    }


def test_what_a_team_has_written_for_the_next_round_is_not_laid_anew(
    begun: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "game"
    shutil.copytree(begun, folder)
    advance.advance(folder)
    page = file(folder, "Plum", 3, search="12300")
    (folder / "sealed" / "02" / "published").unlink()  # as if it was killed at the last moment
    assert advance.advance(folder) == 2
    assert "12300" in page.read_text("utf-8")


def test_a_team_sees_no_luck_to_come_and_no_sealed_decision(begun: Path) -> None:
    open_files = {name: text for name, text in tree(begun).items() if "sealed" not in name}
    assert not any(KEY.hex().encode() in text for text in open_files.values())
    own = {name for name in open_files if name.startswith("teams/Plum")}
    shared = {name for name in open_files if name.startswith(("rounds", "game.json"))}
    assert own | shared | {n for n in open_files if n.startswith("teams/")} == set(open_files)
    seen = b"".join(open_files[name] for name in shared)
    for field in ("cover", "seats", "partner", "weights", "delivery", "structure"):
        assert field.encode() not in seen
    header = open_files["rounds/01/teams.csv"].decode().splitlines()[0]
    prices = "price_handsets,price_audio,price_home"
    assert header == f"week,team,{prices},search,social,profit"


def test_the_published_hash_is_that_of_the_key(game: Path) -> None:
    (game / "sealed" / "key.txt").write_text("00" * 32)
    with pytest.raises(CourseError, match="is not the key"):
        advance.advance(game)
    (game / "sealed" / "key.txt").unlink()
    with pytest.raises(CourseError, match="trainer's copy"):
        advance.advance(game)


def test_results_are_tables_that_add_up(begun: Path) -> None:
    place = begun / "teams" / "Plum" / "results" / "01"
    with (place / "account.csv").open(encoding="utf-8", newline="") as opened:
        account = {row["line"]: row["yuan"] for row in csv.DictReader(opened)}
    with (begun / "rounds" / "01" / "teams.csv").open(encoding="utf-8", newline="") as opened:
        told = next(row for row in csv.DictReader(opened) if row["team"] == "Plum")
    fen = sum(round(float(yuan) * 100) for yuan in account.values())
    assert fen == round(float(told["profit"]) * 100)
    assert {path.name for path in place.iterdir()} == {
        *("account.csv", "desk.csv", "goods.csv", "notes.txt", "visits.csv"),
    }


WRONG = {
    "no number": ({"search": "much"}, 'search is "much". Write a number from 0 to 60000'),
    "too much": ({"search": "60100"}, "search is 60100. It may be from 0 to 60000"),
    "below": ({"price_home": "-3"}, "price_home is -3. It may be from 50 to 150"),
    "between steps": ({"social": "150.5"}, "social is 150.5. It goes in steps of 100"),
    "no choice": ({"partner": "everyone"}, 'partner is "everyone". Choose one of none, '),
    "unknown": ({"prices": "5"}, '"prices" is no field. Fields are price_handsets, '),
    "locked": ({"partner": "group"}, "partner can be changed from round 4 on"),
    "below cost": ({"price_audio": "60"}, "price_audio is 60, below the purchase cost of 71.93"),
    "over budget": (
        {"search": "60000", "social": "60000"},
        "search and social are ¥120,000 a week together. Cash and credit allow at most",
    ),
    "thousands": ({"search": "6.500"}, "Write it without a sign between the thousands"),
    "two wrong": ({"search": "much", "price_home": "-3"}, "price_home is -3. It may be from"),
    "infinite": ({"search": "1e400"}, "Write a number from 0"),
    "no words": ({"search": "NaN"}, "Write a number from 0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_field_gets_a_sentence_and_keeps_what_it_was_and_the_others_count(
    name: str, tmp_path: Path
) -> None:
    changes, sentence = WRONG[name]
    team = new_team("Plum", RULES)
    if name == "over budget":
        team = replace(team, cash=0, debt=30_000_000)
    (tmp_path / "teams" / "Plum").mkdir(parents=True)
    path = file(tmp_path, "Plum", 1, **changes, price_handsets="110")
    expect(tmp_path, "Plum", 1, "500", "20000")
    filed = files.filed(path.parent, 1, team, RULES)
    assert sentence in " ".join(filed.notes)
    assert filed.notes[0].startswith("decisions.csv: ")
    stands = [
        f"{one} {files.shown(team.decisions[one], RULES.fields[one])}"
        for one in changes
        if one in RULES.fields
    ]
    assert all(one in " ".join(filed.notes) for one in stands)
    assert filed.decisions == team.decisions | {"price_handsets": 1_100_000}
    assert filed.forecast == Forecast(500, 2_000_000)


def test_a_price_that_is_wrong_keeps_its_mark_of_clearance(tmp_path: Path) -> None:
    team = new_team("Plum", RULES)
    marked = {**team.decisions, "price_home": 600_000, "clearance": ["home"]}
    (tmp_path / files.DECISIONS).write_text("round,1\nprice_home,55\nprice_audio,60 clearance\n")
    filed = files.filed(tmp_path, 1, replace(team, decisions=marked), RULES)
    assert filed.decisions == {**marked, "price_audio": 600_000, "clearance": ["audio", "home"]}
    assert "What stands: price_home 60 clearance." in filed.notes[0]


@pytest.mark.parametrize(
    ("page", "before", "counts", "said"),
    [
        ("orders,900\nprofit,?", (800, 30_000), (900, 30_000), "What stands: profit 30000."),
        ("orders,9,00,0\nprofit,40000", (800, 30_000), (800, 40_000), "What stands: orders 800."),
        ("orders,900\nprofit,?", None, None, "No forecast counts."),
        ("orders,\nprofit,", (800, 30_000), (800, 30_000), "Last round's forecast stands."),
        ("orders,900\nprofit,40000", (800, 30_000), (900, 40_000), ""),
    ],
)
def test_half_a_forecast_counts_beside_half_of_the_last_one(
    page: str,
    before: tuple[int, int] | None,
    counts: tuple[int, int] | None,
    said: str,
    tmp_path: Path,
) -> None:
    text = f'field,value\nround,2\n{page}\nreason,"a, b"\n'
    (tmp_path / files.FORECAST).write_text(text, "utf-8")
    team = new_team("Plum", RULES)
    last, want = (Forecast(one[0], one[1] * 100) if one else None for one in (before, counts))
    filed = files.filed(tmp_path, 2, team, RULES, last)
    assert filed.forecast == want
    assert said in filed.notes[-1] if said else filed.notes[1:] == ()
    assert filed.reason == "a, b"


def test_a_reason_may_have_commas_that_nobody_has_quoted(tmp_path: Path) -> None:
    page = files.forecast_page(1, {"orders": "1", "profit": "2", "reason": "?"}, Forecast(3, 4))
    text = page.decode().replace("?", "ads work on, prices fall, and so on")
    (tmp_path / files.FORECAST).write_text(text, "utf-8")
    filed = files.filed(tmp_path, 1, new_team("Plum", RULES), RULES)
    assert filed.reason == "ads work on, prices fall, and so on"


def test_a_table_of_something_else_is_named_in_one_sentence(tmp_path: Path) -> None:
    lines = "".join(f"cell {number},1\n" for number in range(900))
    (tmp_path / files.DECISIONS).write_text(f"round,1\n{lines}search,3000\n")
    filed = files.filed(tmp_path, 1, new_team("Plum", RULES), RULES)
    assert '"cell 0", "cell 1", "cell 2" are no fields (900 lines)' in filed.notes[0]
    assert (len(filed.notes), filed.decisions["search"]) == (2, 300_000)


def test_a_number_may_look_as_people_write_it(tmp_path: Path) -> None:
    content = "field;value\nround;3\nprice_home;105,5 %\nsearch;¥ 7500\nweights;Profit\n"
    (tmp_path / files.DECISIONS).write_text(content, "utf-8")
    found = files.decided(tmp_path / files.DECISIONS, 3, new_team("Plum", RULES), RULES)
    assert (found["price_home"], found["search"]) == (1_055_000, 750_000)
    assert found["weights"] == "profit"


@pytest.mark.parametrize("profit", ["60.000", "60,000", '"60,000"', "1 200 000"])
def test_sixty_thousand_is_never_taken_for_sixty(profit: str, tmp_path: Path) -> None:
    place = tmp_path / files.FORECAST
    values = {"orders": "500", "profit": "?", "reason": "as usual"}
    page = files.forecast_page(1, values, Forecast(1, 100)).decode()
    for content in (page, "".join(f"{name},{text}\n" for name, text in values.items())):
        place.write_text(f"round,1\n{content}".replace("?", profit), "utf-8")
        forecast, _reason, (wrong,) = files.foreseen(files.for_round(place, 1))
        assert forecast is None
        assert "thousands" in wrong.sentence or "a comma too many" in wrong.sentence


BROKEN = {
    "missing": (None, "decisions.csv is missing"),
    "empty": (b"", 'is for round ""'),
    "another round": (b"field,value\nround,2\n", 'is for round "2", and this is round 1'),
    "twice": (b"round,1\nsearch,1000\nsearch,2000\n", '"search" stands there twice'),
    "a spreadsheet": (b"PK\x03\x04\0\0" * 50, "is no CSV file of a page"),
    "huge": (b"round,1\n" + b"x" * 70_000, "is no CSV file of a page"),
    "no text": (b"round,1\nsearch,\xff\xff\n", "is no text"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gets_a_sentence(name: str, tmp_path: Path) -> None:
    content, sentence = BROKEN[name]
    if content is not None:
        (tmp_path / files.DECISIONS).write_bytes(content)
    team = new_team("Plum", RULES)
    filed = files.filed(tmp_path, 1, team, RULES)
    assert sentence in filed.notes[0]
    assert filed.decisions == team.decisions


@pytest.mark.parametrize(
    "content",
    [
        "\ufefffield,value\r\nround,1\r\nsearch,7500\r\n".encode(),
        b"field;value\nround;1\nsearch;7500\n",
        b"field\tvalue\tnote\nround\t1\nsearch\t7500\tmore\n",
        "field,value,说明\nround,1,\nsearch, 7500 ,多一点\n".encode("gb18030"),
        b"\xef\xbb\xbffield;value;unit\r\nround;1;\r\nsearch;7500;yuan a week\r\n",
        b"field,value\rround,1\rsearch,7500\r",
    ],
)
def test_what_spreadsheets_save_is_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / files.DECISIONS).write_bytes(content)
    found = files.decided(tmp_path / files.DECISIONS, 1, new_team("Plum", RULES), RULES)
    assert found["search"] == 750_000


def test_a_page_comes_back_as_it_was_laid(tmp_path: Path) -> None:
    team = new_team("Plum", RULES)
    (tmp_path / files.DECISIONS).write_bytes(files.page(5, team, RULES))
    assert files.decided(tmp_path / files.DECISIONS, 5, team, RULES) == team.decisions
    assert len(files.page(5, team, RULES).splitlines()) == 2 + len(RULES.fields)
    assert len(files.page(1, team, RULES).splitlines()) == 2 + 5


@pytest.mark.parametrize("name", ["decisions.csv.txt", "decisions.xlsx", "decisions (1).csv"])
def test_a_file_under_another_name_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("round,1\nsearch,3000\n")
    (tmp_path / "~$decisions.xlsx").write_bytes(b"")
    team = new_team("Plum", RULES)
    filed = files.filed(tmp_path, 1, team, RULES)
    assert filed.notes[0].startswith(f"decisions.csv is missing. {name} is there: save it as")
    assert filed.decisions == team.decisions


def test_clearance_is_a_word_beside_the_price(tmp_path: Path) -> None:
    team = new_team("Plum", RULES)
    (tmp_path / "teams" / "Plum").mkdir(parents=True)
    path = file(tmp_path, "Plum", 1, price_home="60 clearance")
    found = files.decided(path, 1, team, RULES)
    assert (found["price_home"], found["clearance"]) == (600_000, ["home"])


def noises(number: int) -> Iterator[bytes]:
    rng = random.Random(number)
    page = files.page(5, new_team("Plum", RULES), RULES)
    for _case in range(60):
        content = bytearray(page)
        for _change in range(rng.randint(1, 12)):
            place = rng.randrange(len(content))
            content[place : place + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
        yield bytes(content)


def test_any_bytes_leave_decisions_that_can_be_played(tmp_path: Path) -> None:
    team = new_team("Plum", RULES)
    for content in noises(1):
        for name in (files.DECISIONS, files.FORECAST):
            (tmp_path / name).write_bytes(content)
        filed = files.filed(tmp_path, 5, team, RULES)
        assert set(filed.decisions) == set(team.decisions)
        for field in RULES.fields.values():
            value = filed.decisions[field.name]
            assert (
                value in RULES.choices[field.name]
                if not field.scale
                else (field.low <= value <= field.high)
            )


@pytest.mark.parametrize("name", ["", "..", "a/b", "con", " a", "x" * 31, "a\n", ".git"])
def test_a_name_that_is_no_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be called"):
        advance.new(tmp_path / "game", [name], "room", KEY)


def test_a_game_that_cannot_be_is_refused(game: Path, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="holds a game already"):
        advance.new(game, TEAMS, "room", KEY)
    for teams in ((), ("a",) * 2, ("a", "A"), tuple("abcdefg")):
        with pytest.raises(CourseError, match="1 to 6 teams"):
            advance.new(tmp_path / "other", teams, "room", KEY)
    with pytest.raises(CourseError, match="no format"):
        advance.new(tmp_path / "other", TEAMS, "day", KEY)
    with pytest.raises(CourseError, match="16 to 64 bytes"):
        advance.new(tmp_path / "other", TEAMS, "room", b"short")
    with pytest.raises(CourseError, match="holds no game"):
        advance.advance(tmp_path / "nowhere")
    (game / "game.json").write_text("{}")
    with pytest.raises(CourseError, match="cannot be used"):
        advance.advance(game)


def test_shown_amounts_are_exact() -> None:
    assert advance.fraction(PPM + 1, PPM) == "1.000001"


def test_a_link_of_a_team_is_neither_read_nor_followed(game: Path, tmp_path: Path) -> None:
    """A team that may write its own folder only may not read or write others' by the trainer."""
    file(game, "梨", 1, search="9000")
    own, precious = game / "teams" / "Plum", tmp_path / "precious"
    precious.write_text("precious")
    (own / files.DECISIONS).unlink()
    (own / files.DECISIONS).symlink_to(game / "teams" / "梨" / files.DECISIONS)
    (own / f".{files.FORECAST}.new").symlink_to(precious)
    assert advance.advance(game) == 1
    filed = advance.record_of(game, 1)["filed"]
    assert [one["decisions"]["search"] for one in filed[:2]] == [250_000, 900_000]
    assert "decisions.csv is a link" in filed[0]["notes"][0]
    assert precious.read_text() == "precious"
    (tmp_path / "elsewhere").mkdir()
    (own / "results" / "02").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CourseError, match="is a link"):
        advance.advance(game)
    assert not list((tmp_path / "elsewhere").iterdir())
    (own / "results" / "02").unlink()
    assert advance.advance(game) == 2  # nothing that was played is lost


def test_a_folder_in_the_place_of_a_file_is_told(game: Path) -> None:
    (game / "teams" / "Plum" / f".{files.DECISIONS}.new").mkdir()
    (game / "teams" / "Plum" / files.DECISIONS).unlink()
    with pytest.raises(CourseError, match=r"decisions\.csv cannot be written"):
        advance.advance(game)


@pytest.mark.parametrize("name", ["teams", "week", "cash", "decisions", "stock", "names", "gone"])
def test_a_state_that_was_changed_is_told(game: Path, name: str) -> None:
    path = game / "sealed" / "00" / "state.json"
    found = json.loads(path.read_bytes())
    team = found["teams"][0]
    if name in ("cash", "decisions", "stock"):
        team[name] = {"cash": "lots", "decisions": {}, "stock": [1, "x"]}[name]
    elif name == "names":
        found["teams"].reverse()
    else:
        found[name] = [] if name == "teams" else "x"
    path.write_text(json.dumps(found))
    if name == "gone":
        path.unlink()
    with pytest.raises(CourseError, match="the trainer's copy"):
        advance.advance(game)


def test_names_that_are_one_folder_somewhere_are_one_name(tmp_path: Path) -> None:
    apart = chr(0x1100) + chr(0x1161)  # composed they are one sign
    with pytest.raises(CourseError, match="name of its own"):
        advance.new(tmp_path / "game", [apart, chr(0xAC00)], "room", KEY)
    with pytest.raises(CourseError, match="cannot be called"):
        files.team_name("COM¹")
