"""A game in a room: who has filed is shown and nothing else, on a share and over the network."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import filelock
import pytest

from ecokit.board import filed, filing, serve
from ecokit.board.filed import Game
from ecokit.board.filing import Desk
from ecokit.board.ledger import Ledger
from ecokit.cli import filing as sending
from ecokit.cli import game as cli
from ecokit.cli import invited
from ecokit.cli.main import main
from ecokit.cli.pinned import Board, RefusedError
from ecokit.errors import CourseError
from ecokit.game import advance, bots, debrief, files
from ecokit.game.play import FORMATS, Format
from ecokit.game.replay import OWN
from ecokit.game.report import REPORT
from tests import rooms
from tests.rooms import Room
from tests.test_board import served
from tests.test_game_files import expect, file
from tests.test_game_report import decided

TEAMS = ("Plum", "Pear", "Quince", "Kiwi", "Lime", "梨")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def game(*words: object) -> int:
    return main(["game", *map(str, words)])


def new(folder: Path, *teams: str, practice: bool = False) -> Path:
    """Lay a game."""
    given = ["--practice" if practice else "--no-practice", "--seed", 3]
    assert game("new", folder, "--teams", *(teams or TEAMS), *given) == 0
    return folder


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes long: the search for what drove the result, fonts and pictures."""
    monkeypatch.setattr(debrief, "drivers", lambda *given: dict.fromkeys(OWN, given[1]))
    monkeypatch.setattr(cli, "_with_font", str)
    for pictures in ("_pictures", "_debrief_pictures"):
        monkeypatch.setattr(cli, pictures, lambda _found: {})


def asked(port: int, path: str = "/game.json", method: str = "GET", **headers: str) -> Any:
    """Return status and content of what the trainer's page is answered with."""
    found = HTTPConnection("127.0.0.1", port, timeout=30)
    name = f"ecokit-board-{hashlib.sha256(b'secret').hexdigest()[:8]}"
    found.request(method, path, headers={"Cookie": f"{name}=secret", **headers})
    answer = found.getresponse()
    status, content = answer.status, answer.read()
    found.close()
    return status, content


def states(page: dict[str, Any], market: int = 0) -> dict[str, str]:
    """Return where each team stands."""
    return {one["team"]: one["state"] for one in page["markets"][market]["teams"]}


def said(page: Game, team: str) -> str:
    """Return what is said of a team."""
    (found,) = (one for place in page.places for one in page.standings(place) if one.team == team)
    return found.said


def test_six_rounds_on_a_share_with_the_board_asked_in_each(
    tmp_path: Path,
) -> None:
    folder = new(tmp_path / "game", practice=True)
    view = serve.View(Ledger(None), game=Game(folder))
    with served(view) as port:

        def page() -> Any:
            return json.loads(asked(port)[1])

        assert page()["title"] == "The practice week, which does not count"
        assert page()["ends"] is None
        assert game("advance", folder, "--no-reports") == 0
        for number in range(1, 7):
            assert page()["title"] == f"Round {number} of 6"
            assert set(states(page()).values()) == {"open"}
            mark = advance.sealed(folder) / advance.called(number - 1) / advance.PUBLISHED
            lasts = page()["ends"] / 1000 - mark.stat().st_mtime
            assert lasts == pytest.approx(60 * (12 if number == 1 else 8), abs=0.01)
            decided(folder, number, bots.ten(4)[:6])
            expect(folder, "Kiwi", number, "400", "30000")  # whom the computer let do nothing
            told = asked(port)[1].decode()
            assert states(json.loads(told)) == dict.fromkeys(TEAMS, "filed")
            assert "search" not in told
            if number < 6:
                assert game("advance", folder, "--no-reports") == 0


def test_what_is_wrong_is_a_sentence_without_a_decision(tmp_path: Path) -> None:
    folder = new(tmp_path / "game")
    page = Game(folder)
    assert said(page, "Plum") == "not yet"
    path = file(folder, "Plum", 1, search="4300", price_home="much", social="99999")
    assert said(page, "Plum").startswith("decisions.csv: 2 lines cannot be used.")
    expect(folder, "Plum", 1, "lots", "43")
    assert "forecast.csv: a line cannot be used" in said(page, "Plum")
    file(folder, "Plum", 1, search="4300")
    assert said(page, "Plum").startswith("forecast.csv: a line")
    expect(folder, "Plum", 1, "500", "43")
    assert said(page, "Plum") == "filed"
    assert "43" not in json.dumps(page.page())
    path.write_bytes(b"PK\x03\x04\0\0" * 9)
    assert said(page, "Plum").startswith("decisions.csv is no CSV file of a page")
    path.write_bytes(b"round,1\n" + b"x" * 100_000)
    assert said(page, "Plum").startswith("decisions.csv is no CSV file of a page")
    path.unlink()
    assert said(page, "Plum").startswith("decisions.csv is missing")
    if os.name == "posix":
        path.symlink_to(folder / "teams" / "Pear" / "decisions.csv")
        assert "is a link" in said(page, "Plum")
        path.unlink()
        os.mkfifo(path)
        assert "is missing" in said(page, "Plum")
    path.unlink(missing_ok=True)
    path.write_text("round,<img src=x>" + "x" * 1000 + "\n")
    assert len(said(page, "Plum")) <= filed.LONGEST


def test_a_page_that_is_saved_as_it_is_counts(tmp_path: Path) -> None:
    folder = new(tmp_path / "game")
    page = Game(folder)
    expect(folder, "Plum", 1, "500", "20000")
    assert said(page, "Plum").startswith("decisions.csv not yet")
    own = folder / "teams" / "Plum"
    later = (own / "company.json").stat().st_mtime_ns + 1_000_000
    os.utime(own / "decisions.csv", ns=(later, later))
    assert said(page, "Plum") == "filed"


def test_a_round_that_is_being_played_is_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = new(tmp_path / "game")
    file(folder, "Plum", 1, search="4000")
    with monkeypatch.context() as patch:
        patch.setattr(advance, "_lay_pages", lambda *_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            advance.advance(folder)
    assert said(Game(folder), "Plum") == "the round is being played"


def test_markets_stand_beside_one_another_without_the_computers_teams(tmp_path: Path) -> None:
    folder = new(tmp_path / "hall", *(f"Team {n}" for n in range(1, 8)))
    page = Game(folder).page()
    assert [one["name"] for one in page["markets"]] == [
        "market-1, Round 1 of 6",
        "market-2, Round 1 of 6",
    ]
    assert [len(one["teams"]) for one in page["markets"]] == [4, 3]
    assert len(advance.load(folder / "market-2").teams) == 4


def test_the_button_starts_the_clock_and_a_board_started_again_knows(tmp_path: Path) -> None:
    folder = new(tmp_path / "game")
    with served(serve.View(Ledger(None), game=Game(folder, 5, lambda: NOW))) as port:
        assert asked(port, method="POST")[0] == 403
        assert asked(port, method="POST", Origin="https://evil.example")[0] == 403
        assert json.loads(asked(port)[1])["ends"] is None
        status, content = asked(port, method="POST", Origin=f"http://127.0.0.1:{port}")
        assert status == 200
        assert json.loads(content)["ends"] == (NOW.timestamp() + 300) * 1000
    assert Game(folder).page()["ends"] == (NOW.timestamp() + 720) * 1000
    assert game("advance", folder, "--no-reports") == 0
    assert Game(folder).page()["ends"] > (NOW.timestamp() + 720) * 1000  # another round
    with pytest.raises(CourseError, match="a round lasts"):
        Game(folder, -1)


def test_a_room_without_a_game_has_none_and_a_share_that_is_away_is_a_note(tmp_path: Path) -> None:
    with served(serve.View(Ledger(None))) as port:
        assert asked(port)[0] == 404
        assert json.loads(asked(port, "/room.json")[1])["game"] is False
    with pytest.raises(CourseError, match="holds no game"):
        Game(tmp_path)
    folder = new(tmp_path / "game")
    page = Game(folder)
    folder.rename(tmp_path / "away")
    assert "holds no game" in page.page()["note"]


def test_the_page_shows_who_has_filed(tmp_path: Path, browser: Any) -> None:
    from tests.test_pages import NOWHERE, accessible

    folder = new(tmp_path / "game")
    context = browser.new_context(viewport={"width": 1024, "height": 768}, proxy=NOWHERE)
    page, faults = context.new_page(), []
    page.on("console", lambda m: faults.append(m.text) if m.type in {"error", "warning"} else None)
    with served(serve.View(Ledger(None), game=Game(folder))) as port:
        page.goto(serve.address(port, "secret"))
        page.locator("#game").click()
        page.get_by_text("0 of 6 have filed").wait_for()
        page.locator("#begin").click()
        page.get_by_text("11:5").wait_for()
        path = file(folder, "Plum", 1, search="4000")
        expect(folder, "Plum", 1, "500", "20000")
        page.get_by_text("1 of 6 have filed").wait_for()
        path.write_text("round,<img src=x>\n")
        page.get_by_text('is for round "<img src=x>"').wait_for()
        assert page.locator("img").count() == 0
        found = accessible(page)
        assert found.violations_count == 0, found.generate_report()
        if shot := os.environ.get("SHOT"):
            page.screenshot(path=shot)
    context.close()
    assert faults == []


# --- Over the network ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with rooms.room(tmp_path_factory.mktemp("room"), learners=10) as made:
        yield made


@pytest.fixture
def folder(room: Room, tmp_path: Path) -> Iterator[Path]:
    """A game of four teams that is played in the room."""
    made = new(tmp_path / "game", *TEAMS[:4])
    room.door.desk = Desk(Game(made))
    yield made
    room.door.desk = None


def laptop(room: Room, folder: Path, team: str, number: int) -> list[object]:
    """Give a team a laptop of its own with its folder, and return what its commands end with."""
    home = folder.parent / f"laptop-{number}"
    rooms.learner(home / "my-course", room.invitation(number))
    shutil.copytree(folder / "teams" / team, home / "teams" / team)
    return [home / "teams" / team, "--folder", home / "my-course"]


def decides(words: list[object], number: int, **changes: str) -> None:
    """Fill in a team's two files on its laptop."""
    own = Path(str(words[0]))
    file(own.parents[1], own.name, number, **changes)
    expect(own.parents[1], own.name, number, "500", "20000")


def pages(number: int, team: str = "Plum") -> dict[str, Any]:
    """Return a delivery that somebody has made by hand."""
    decisions = f"round,{number}\nsearch,4000\n"
    forecast = f"round,{number}\norders,500\nprofit,20000\n"
    texts = zip(sending.PAGES, (decisions, forecast), strict=True)
    held = {name: base64.b64encode(text.encode()).decode() for name, text in texts}
    return {"team": team, "round": number, **held}


def why(board: Board, verb: str, content: dict[str, Any]) -> str:
    """Return for what a delivery is refused."""
    with pytest.raises(RefusedError) as caught:
        getattr(board, verb)(content)
    return caught.value.why


def test_a_game_over_the_network_to_its_debrief(
    room: Room,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(FORMATS, "room", Format("room", 2, 2))  # fewer rounds
    folder = new(tmp_path / "game")
    page = Game(folder)
    room.door.desk = Desk(page)
    words = [laptop(room, folder, team, seat) for seat, team in enumerate(TEAMS, 1)]
    for number in (1, 2):
        for seat, (team, own) in enumerate(zip(TEAMS, words, strict=True)):
            decides(own, number, search=str(4000 + 100 * seat))
            assert game("send", *own) == 0
            assert f"{team}: filed for round {number}." in capsys.readouterr().out
            assert list(states(page.page()).values()).count("filed") == seat + 1
        assert game("advance", folder) == 0
        for own in words:
            assert game("fetch", *own) == 0
            place = Path(str(own[0]))
            assert (place / "results" / f"{number:02}" / REPORT).is_file()
            if number == 1:
                assert files.company(place)[0] == 2
                assert files.is_for(place / "decisions.csv", 2)
        record = advance.record_of(folder, number)["filed"]
        assert [one["decisions"]["search"] for one in record] == [
            100 * (4000 + 100 * seat) for seat in range(6)
        ]
        assert [one["notes"] for one in record] == [[]] * 6
    assert (place / debrief.DEBRIEF).read_bytes() == (folder / debrief.DEBRIEF).read_bytes()
    assert game("send", *own) == 1
    assert "The board has another round than your files." in capsys.readouterr().err
    assert why(room.board(6), "file", {**pages(1, "梨"), "round": None}) == "closed"


def test_another_teams_code_reads_and_files_nothing(room: Room, folder: Path) -> None:
    room.board(1).file(pages(1))
    room.board(2).file(pages(1, "Pear"))
    path = folder / "teams" / "Plum" / "decisions.csv"
    sealed = path.read_bytes()
    for number in (2, 3):  # one that files for another team, and one that files for none
        assert why(room.board(number), "fetch", {"team": "Plum"}) == "foreign"
        assert why(room.board(number), "file", pages(1)) == "foreign"
    assert why(room.board(1), "file", pages(1, "Quince")) == "foreign"
    assert why(room.board(3), "fetch", {"team": "Quince"}) == "foreign"
    assert why(Board(room.invitation().with_code("")), "fetch", {"team": "Plum"}) == "typed"
    assert path.read_bytes() == sealed
    room.door.desk = Desk(Game(folder))  # the board was started again
    assert why(room.board(3), "file", pages(1)) == "foreign"
    room.board(1).file(pages(1))
    mine = room.board(1).fetch({"team": "Plum"})["files"]
    assert base64.b64decode(mine["decisions.csv"]) == sealed
    assert not any("sealed" in name or "/" in name for name in mine)


@pytest.mark.parametrize("team", ["../Plum", "Plum/../Pear", "/etc", "", None, 5, ["Plum"], "plum"])
def test_a_name_is_never_a_path(room: Room, folder: Path, team: object) -> None:
    before = sorted(folder.parent.rglob("*"))
    assert why(room.board(4), "file", {**pages(1), "team": team}) == "foreign"
    assert sorted(folder.parent.rglob("*")) == before


@pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
def test_a_team_folder_that_is_a_link_is_not_written_to(room: Room, folder: Path) -> None:
    shutil.rmtree(folder / "teams" / "Plum")
    (folder / "teams" / "Plum").symlink_to(folder / "teams" / "Pear")
    assert why(room.board(5), "file", pages(1)) == "foreign"
    assert said(Game(folder), "Plum") == "Its folder is a link."


def test_a_wrong_file_gets_the_games_own_sentence(
    room: Room, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = laptop(room, folder, "Plum", 6)
    decides(own, 1, search="much")
    assert game("send", *own) == 0
    assert 'search is "much". Write a number from 0 to 60000' in capsys.readouterr().out
    filed_before = (folder / "teams" / "Plum" / "decisions.csv").read_bytes()
    decides(own, 4)
    assert game("send", *own) == 1
    assert 'decisions.csv is for round "4", and this is round 1' in capsys.readouterr().err
    text = base64.b64encode(b"PK\x03\x04\0\0").decode()
    assert why(room.board(6), "file", pages(1) | {"decisions.csv": text}) == "file"
    assert (folder / "teams" / "Plum" / "decisions.csv").read_bytes() == filed_before


@pytest.mark.parametrize("page", [None, 5, "no base 64!", "\N{SNOWMAN}", {"a": 1}])
def test_what_is_no_delivery_is_refused(room: Room, folder: Path, page: object) -> None:
    assert why(room.board(7), "file", pages(1) | {"decisions.csv": page}) == "content"


def test_files_are_small(room: Room, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = base64.b64encode(b"x" * (filing.UP + 1)).decode()
    assert why(room.board(8), "file", pages(1) | {"decisions.csv": large}) == "size"
    with pytest.raises(CourseError, match="size"):
        Desk(Game(folder)).file("", b"x" * (filing.MOST + 1))
    room.board(8).file(pages(1))
    monkeypatch.setattr(filing, "DOWN", 100)
    assert why(room.board(8), "fetch", {"team": "Plum"}) == "size"
    monkeypatch.undo()
    monkeypatch.setattr("ecokit.cli.pinned.MOST", 100)
    assert why(room.board(8), "fetch", {"team": "Plum"}) == "size"


def test_a_round_that_closes_while_a_team_sends_takes_nothing(room: Room, folder: Path) -> None:
    room.board(9).file(pages(1))
    lock = filelock.FileLock(advance.sealed(folder) / advance.LOCK)
    refused: list[str] = []
    sends = threading.Thread(target=lambda: refused.append(why(room.board(9), "file", pages(1))))
    with lock:
        sends.start()
        sends.join(0.3)
        assert sends.is_alive()  # it waits for the round
        advance._advance(folder, advance.load(folder), None, None)
        laid = (folder / "teams" / "Plum" / "decisions.csv").read_bytes()
    sends.join(30)
    assert refused == ["closed"]
    assert (folder / "teams" / "Plum" / "decisions.csv").read_bytes() == laid
    assert set(states(Game(folder).page()).values()) == {"open"}


def test_a_round_that_is_half_played_is_waited_for(
    room: Room, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.board(9).file(pages(1))
    monkeypatch.setattr(filing, "PATIENCE", 0.05)
    with filelock.FileLock(advance.sealed(folder) / advance.LOCK):
        assert why(room.board(9), "file", pages(1)) == "playing"
    assert advance.advance(folder) == 1
    (advance.sealed(folder) / "01" / advance.PUBLISHED).unlink()
    assert why(room.board(9), "fetch", {"team": "Plum"}) == "playing"


def test_a_board_without_a_game_says_so(room: Room) -> None:
    assert why(room.board(1), "file", pages(1)) == "game"


def test_what_a_board_answers_is_laid_under_names_of_the_course_alone(
    room: Room, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = laptop(room, folder, "Plum", 10)
    place = Path(str(own[0]))
    text = base64.b64encode(b"evil").decode()
    told: dict[str, Any] = {"round": 1, "next": 2, "files": {"../evil": text, "/evil": text}}
    before = sorted(folder.parent.rglob("*"))
    monkeypatch.setattr(Board, "fetch", lambda *_given: told)
    assert game("fetch", *own) == 0
    odd: list[dict[str, Any]] = [{"round": "../.."}, {"round": 100}, {"files": []}]
    for wrong in [*odd, {"files": {"a": 5}}]:
        monkeypatch.setattr(Board, "fetch", lambda *_given, wrong=wrong: told | wrong)
        assert game("fetch", *own) == 1
    assert sorted(folder.parent.rglob("*")) == before
    assert place.is_dir()


def test_what_a_team_has_begun_to_write_stays(room: Room, folder: Path) -> None:
    own = laptop(room, folder, "Plum", 10)
    decides(own, 1, search="4000")
    assert game("send", *own) == 0
    decides(own, 1, search="4400")
    assert game("fetch", *own) == 0
    assert "4400" in (Path(str(own[0])) / "decisions.csv").read_text("utf-8")


def test_the_trainers_command_listens_for_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, place = new(tmp_path / "game", *TEAMS[:4]), tmp_path / "monday"

    def show(_folder: Path, _ledger: Path, *, game: Game, **_more: object) -> None:
        ticket = place.with_name("monday-board") / "invitations" / "001" / invited.FILE
        course = rooms.learner(tmp_path / "my-course", invited.read(str(ticket)))
        decides([folder / "teams" / "Plum"], 1)
        assert main(["game", "send", str(folder / "teams/Plum"), "--folder", str(course)]) == 0
        assert states(game.page())["Plum"] == "filed"
        assert game.page()["ends"] is None

    monkeypatch.setattr(serve, "show", show)
    words = ["--game", str(folder), "--listen", "--listen-port", "0", "--address", "127.0.0.1"]
    assert main(["board", str(place), *words, "--learners", "1"]) == 0
    assert "Plum: filed for round 1." in capsys.readouterr().out
