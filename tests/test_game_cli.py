"""The commands of the game: whole games by files, wrong files, and a game alone."""

from __future__ import annotations

import html
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ecokit.cli.main import main
from ecokit.game import advance, bots, debrief, outlook, report
from ecokit.game.draws import Luck
from ecokit.game.market import week
from ecokit.game.play import FORMATS
from ecokit.game.replay import OWN
from ecokit.game.rulebook import rules
from ecokit.game.state import from_bytes, new_market, to_bytes
from tests.test_game_files import KilledError, counted, file, tree
from tests.test_game_report import decided

TEAMS = ("Plum", "Pear", "Quince", "Kiwi", "Lime", "Date")


def game(*words: object) -> int:
    return main(["game", *map(str, words)])


@pytest.mark.parametrize("form", ["room", "weeks"])
def test_a_whole_game_of_six_teams_by_files(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "game"
    if form == "weeks":  # the debrief of one of the two is enough
        monkeypatch.setattr(debrief, "write", lambda place, *_rest: place / debrief.DEBRIEF)
    monkeypatch.setattr(debrief, "drivers", lambda *given: dict.fromkeys(OWN, given[1]))
    assert game("new", folder, "--teams", *TEAMS, "--format", form, "--seed", 3) == 0
    said = capsys.readouterr().out
    assert advance.load(folder).key_hash in said
    assert f"Yours alone: {folder}-trainer" in said
    if form == "room":
        assert game("advance", folder, "--no-reports") == 0
        assert "Played: the practice week, which does not count." in capsys.readouterr().out
    for number in range(1, FORMATS[form].rounds + 1):
        decided(folder, number, bots.ten(4)[:6])
        assert game("advance", folder, "--no-reports", "--round", number) == 0
        assert f"Played: round {number}." in capsys.readouterr().out
    end = advance.ending_of(folder, advance.load(folder))
    assert [score["name"] for score in end["scores"]] == list(TEAMS)
    assert end["scores"][0]["points"] > end["scores"][3]["points"]  # advice, and nothing
    assert game("advance", folder) == 1
    assert "The game has ended" in capsys.readouterr().err
    if form == "room":
        page = (folder / debrief.DEBRIEF).read_text("utf-8")
        assert page.count("data:image/png;base64") == 2
        assert (folder / advance.KEY).read_text("ascii").strip() in page


WRONG = {
    "missing": (None, "decisions.csv is missing"),
    "unreadable": (b"PK\x03\x04\0\0" * 9, "is no CSV file of a page"),
    "impossible": (b"round,1\nsearch,much\n", 'search is "much". Write a number from 0 to 60000'),
    "beyond": (b"round,1\nsocial,90000\n", "social is 90000. It may be from 0 to 60000 (yuan)"),
    "other round": (b"round,4\nsearch,1000\n", 'is for round "4", and this is round 1'),
    "over budget": (
        b"round,1\nsearch,50000\nsocial,50000\n",
        "Cash and credit allow at most \N{YEN SIGN}10,000",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_a_sentence_and_last_decisions_stand(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, (content, sentence) = tmp_path / "game", WRONG[name]
    assert game("new", folder, "--teams", *TEAMS[:4], "--no-practice", "--seed", 3) == 0
    start = tmp_path / "game-trainer" / "00" / "state.json"
    market = from_bytes(start.read_bytes())
    poor = replace(market.teams[0], cash=0, debt=50_000_000)
    start.write_bytes(to_bytes(replace(market, teams=(poor, *market.teams[1:]))))
    path = folder / "teams" / "Plum" / "decisions.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    file(folder, "Pear", 1, search="4000")
    before = tree(folder)
    capsys.readouterr()
    assert game("advance", folder, "--look") == 0
    said = capsys.readouterr().out
    assert sentence in said
    assert tree(folder) == before
    assert game("advance", folder, "--no-reports") == 0
    assert sentence in capsys.readouterr().out
    filed = advance.record_of(folder, 1)["filed"]
    assert filed[0]["decisions"] == market.teams[0].decisions
    assert filed[1]["decisions"]["search"] == 400_000


def test_killed_while_reports_are_written_the_round_is_finished_and_no_other_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the last of two markets, so that the other one has all of the round."""
    folder = tmp_path / "hall"
    teams = [f"Team {number}" for number in range(1, 9)]
    assert game("new", folder, "--teams", *teams, "--no-practice", "--seed", 3) == 0
    written: list[Path] = []

    def write(
        place: Path, number: int, _draw: object, names: list[str], _finish: object
    ) -> list[Path]:
        written.append(place)
        if len(written) == 2:
            raise KilledError
        for name in names:
            advance.write(place / "teams" / name / f"report-{number}.html", b"")
        return []

    monkeypatch.setattr(report, "write", write)
    with pytest.raises(KilledError):
        game("advance", folder)
    assert not advance.is_published(folder / "market-2", 1)
    assert game("advance", folder) == 0
    assert [advance.played(folder / name) for name in ("market-1", "market-2")] == [1, 1]
    assert (folder / "market-2" / "teams" / "Team 8" / "report-1.html").exists()
    assert game("advance", folder) == 0
    assert [advance.played(folder / name) for name in ("market-1", "market-2")] == [2, 2]
    assert "market-2: Played: round 2." in capsys.readouterr().out


def test_a_report_that_cannot_be_written_does_not_stop_the_game(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "game"
    assert game("new", folder, "--teams", *TEAMS[:4], "--no-practice") == 0

    def fails(*_given: object) -> list[Path]:
        raise OSError("the disk is full")

    monkeypatch.setattr(report, "write", fails)
    assert game("advance", folder) == 0
    assert "The reports lack: the disk is full" in capsys.readouterr().out
    assert advance.is_published(folder, 1)


def test_alone_a_call_is_a_week_and_a_wrong_word_plays_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my-game"
    asked: list[object] = []
    monkeypatch.setattr(report, "write", lambda *given: asked.append(given[3]))
    assert game("play", folder, "--seed", 5) == 0
    assert "Your company waits in" in capsys.readouterr().out
    assert advance.last(folder) is None
    assert game("play", folder, "search=6000", "orders=450", "profit=20000", "reason=a guess") == 0
    said = capsys.readouterr().out
    assert "Played: round 1." in said
    assert "report.html" in said
    filed = advance.record_of(folder, 1)["filed"]
    assert (filed[0]["decisions"]["search"], filed[0]["reason"]) == (600_000, "a guess")
    assert [one["notes"] for one in filed] == [[]] * 6
    for word in ("search=-1", "seats=8", "orders=many"):
        assert game("play", folder, word) == 1
        assert capsys.readouterr().err.startswith(word.split("=")[0])
    assert game("play", folder, "search=lots") == 1
    assert capsys.readouterr().err == (
        'search is "lots". Write a number from 0 to 60000 (yuan).\n'  # no file: none was written
    )
    (folder / "teams" / "You" / "decisions.csv").write_text("round,2\nsearch,lots\n")
    assert game("play", folder) == 1
    assert 'decisions.csv: search is "lots"' in capsys.readouterr().err
    assert advance.last(folder) == 1
    assert game("play", folder, "search=6500") == 0
    assert advance.record_of(folder, 2)["filed"][0]["decisions"]["search"] == 650_000
    assert asked == [["You"]] * 2


def test_a_week_alone_is_the_same_after_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "write", lambda *_given: [])
    trees = []
    for name, at in (("whole", 0), ("stopped", 21)):
        assert game("play", tmp_path / name, "--seed", 5) == 0
        with pytest.MonkeyPatch.context() as patch:
            counted(patch, at)
            if at:
                with pytest.raises(KilledError):
                    game("play", tmp_path / name, "search=6000")
        assert game("play", tmp_path / name, "search=6000") == 0
        trees.append(tree(tmp_path / name))
    assert trees[0] == trees[1]


def test_a_team_tries_its_files_wherever_its_folder_lies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, own = tmp_path / "game", tmp_path / "mine"
    assert game("new", folder, "--teams", *TEAMS[:4], "--no-practice", "--seed", 3) == 0
    assert game("advance", folder, "--no-reports") == 0
    shutil.copytree(folder / "teams" / "Plum", own)
    (own / "decisions.csv").write_text(
        "round,2\nsearch,9000\nsocial,150.5\nprice_home,104\npartner,group\n"
    )
    (own / "forecast.csv").write_text("round,2\norders,900\nprofit,much\n")
    before = tree(own)
    capsys.readouterr()
    assert game("look", own) == 0
    said = capsys.readouterr().out
    for sentence in (
        *("Plum, round 2:", "social is 150.5. It goes in steps of 100", "What stands: social 1500"),
        *(
            "partner can be changed from round 4 on",
            'profit is "much"',
            "Forecast: none. The base: ",
        ),
        *(
            "Budget for paid search: 2500 to 9000.",
            "All campaigns together: ¥10,500 a week; you may",
        ),
        *("Price of smart home and accessories: 107 to 104.", "Nothing was played."),
    ):
        assert sentence in said
    assert tree(own) == before
    assert game("look", folder) == 0
    assert "Pear: forecast.csv: there is no forecast yet" in capsys.readouterr().out
    (own / "company.json").write_text("{}")
    assert game("look", own) == 1
    assert "Ask the trainer for it" in capsys.readouterr().err


def test_a_handout_says_what_each_field_means_before_the_practice_week_and_after(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "game"
    assert game("new", folder, "--teams", *TEAMS[:4], "--seed", 3) == 0
    page = folder / "teams" / "Pear" / "handout.html"
    before = page.read_text("utf-8")
    for one in rules().fields.values():
        for words in (one.name, one.title, one.title_zh, one.meaning):
            assert html.escape(words) in before
    assert before.count(">now</th>") == sum(one.unlocks == 1 for one in rules().fields.values())
    for sentence in ("Forecast the one week", "60 to 150 %, by 0.5", "none, distributor"):
        assert sentence in before
    file(folder, "Pear", 0, search="4000")
    assert game("advance", folder, "--no-reports") == 0
    file(folder, "Pear", 1, search="4100")
    assert "the 2 weeks of the round together" in page.read_text("utf-8")
    assert game("advance", folder, "--no-reports") == 0
    after = page.read_text("utf-8")
    assert ">4100</td>" in after
    assert "your last round had" in after


def test_a_base_is_what_games_are_about(tmp_path: Path) -> None:
    """Of games in which all is left as it came, half lie as near as the words say."""
    near = [0, 0]
    for seed in range(40):
        market = new_market(["A", "B", "C", "D"], rules())
        orders = profit = 0
        for _week in range(2):
            chosen = [team.decisions for team in market.teams]
            market, found = week(market, chosen, Luck.of_seed(seed), rules())
            orders, profit = orders + found[0].orders, profit + found[0].profit
        base = outlook.as_it_came(2)
        near[0] += abs(orders / base.orders - 1) < 0.25
        near[1] += abs(profit / base.profit - 1) < 0.4
    assert all(14 <= count <= 26 for count in near)


def test_the_key_is_in_no_folder_of_the_teams(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    teams = [f"Team {number}" for number in range(1, 9)]
    for name, words in (("room", TEAMS[:4]), ("hall", teams)):
        assert game("new", name, "--teams", *words) == 0
        assert f"Yours alone: {name}-trainer." in capsys.readouterr().out
        keys = [
            path.read_text("ascii").strip() for path in Path(f"{name}-trainer").rglob("key.txt")
        ]
        assert len(keys) == (1 if name == "room" else 2)
        open_files = b"".join(tree(tmp_path / name).values())
        assert not any(key.encode() in open_files for key in keys)
        assert not list(Path(name).rglob("state.json"))
        assert game("advance", name, "--no-reports") == 0
    capsys.readouterr()
    assert game("new", "other", "--teams", "A", "B", "--trainer", "room-trainer") == 1
    assert "holds the key of a game already" in capsys.readouterr().err
    assert game("new", "other", "--teams", "A", "B", "--trainer", "apart/mine") == 0
    assert (Path("apart") / "mine" / "key.txt").exists()
    assert game("advance", "other", "--no-reports") == 0


def test_what_cannot_be_asked_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "game"
    assert game("advance", folder) == 1
    assert "holds no game" in capsys.readouterr().err
    assert game("new", folder, "--teams", *TEAMS[:4], "--no-practice") == 0
    capsys.readouterr()
    for words, sentence in (
        (("new", folder, "--teams", "Plum"), "holds a game already"),
        (("report", folder), "No round was played yet"),
        (("report", folder, "Fig"), 'There is no team "Fig". Teams are Plum, Pear'),
        (("play", folder), "holds the game of a room"),
        (("advance", folder, "--round", 3), "Round 1 is next, not round 3"),
    ):
        assert game(*words) == 1
        assert sentence in capsys.readouterr().err
    assert game("advance", folder, "--no-reports") == 0
    assert game("report", folder, "--round", 2) == 1
    assert "Round 2 was not played. Rounds go to 1." in capsys.readouterr().err


def test_one_or_two_teams_get_rivals_and_a_room_begins_with_practice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert game("new", tmp_path / "game", "--teams", "Plum", "Pear") == 0
    assert "The computer runs Apricot, Bilberry" in capsys.readouterr().out
    found = json.loads((tmp_path / "game" / "game.json").read_bytes())
    assert (len(found["teams"]), found["practice"], found["format"]) == (4, True, "room")
    page = (tmp_path / "game" / "teams" / "Plum" / "decisions.csv").read_text("utf-8")
    assert page.splitlines()[1].startswith("round,0")
    assert len(page.splitlines()) == 2 + sum(one.unlocks == 1 for one in rules().fields.values())


def test_a_report_of_one_team_has_its_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "game"
    assert game("new", folder, "--teams", *TEAMS[:4], "--format", "weeks") == 0
    assert game("advance", folder, "--no-reports") == 0
    assert game("report", folder, "Pear") == 0
    page = folder / "teams" / "Pear" / "results" / "01" / "report.html"
    assert str(page) in capsys.readouterr().out
    assert "data:image/png;base64" in page.read_text("utf-8")


def test_help_says_what_the_game_is(capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (["--help"], "last round's decisions stand"),
        (["play", "--help"], "price_home=99.5"),
        (["new", "--help"], "several markets with the same luck"),
    ):
        with pytest.raises(SystemExit):
            main(["game", *words])
        assert said in " ".join(capsys.readouterr().out.split())
