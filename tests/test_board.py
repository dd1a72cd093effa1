"""The board: who is where, what is told of it and to whom, and how the page looks and reads."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import hashlib
import io
import json
import re
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ecokit import exercises
from ecokit.board import room, serve, shown
from ecokit.board.ledger import Learner, Ledger, Placed
from ecokit.board.words import ASK, Words, letter
from ecokit.cli import main
from ecokit.errors import CourseError
from ecokit.exercises import collect, store
from ecokit.exercises.sheet import Choice, Exercise
from ecokit.exercises.wire import Event
from ecokit.pack import plan as plans
from tests.test_pages import NOWHERE, accessible

NOW = datetime.now().astimezone().replace(hour=11, minute=12, second=30)
"""In the block of KPIs of a day's plan."""
DAY = plans.read("day")
KPI = next(block for block in DAY.blocks if block.topic and block.topic.name == "kpi")
FIRST, SECOND = KPI.exercises[0], KPI.exercises[-1]
HOSTILE = "<img src=x onerror=alert(1)>"


def event(
    exercise: Exercise | str,
    kind: str,
    ago: float = 5,
    mistake: int | None = None,
    hints: int = 0,
    edition: int = 3,
    again: str = "",
) -> Event:
    one = exercises.get(exercise) if isinstance(exercise, str) else exercise
    event.number += 1  # type: ignore[attr-defined]
    name = list(one.mistakes)[mistake] if mistake is not None else None
    return Event(
        id=f"{event.number:016}",  # type: ignore[attr-defined]
        time=(NOW - timedelta(minutes=ago)).astimezone(UTC),
        exercise=one.id,
        kind=kind,
        misconception=name,
        hints=hints,
        seed=2025,
        edition=edition,
        again=again,
    )


event.number = 0  # type: ignore[attr-defined]


def of(
    *learners: Iterable[Event],
    now: datetime = NOW,
    plan: plans.Plan | None = None,
    left: Iterable[int] = (),
) -> room.Room:
    """Return the room in which learners did these things."""
    here = [
        Learner(str(n), f"Team {n}", NOW - timedelta(hours=3), NOW if n in left else None)
        for n in range(len(learners))
    ]
    placed = [
        Placed(0, str(n), one.time, one.time, one) for n, own in enumerate(learners) for one in own
    ]
    at = room.clock(plan.days[0], now) if plan else None
    return room.of(placed, here, now, plan.exercises if plan else (), at)


# --- Who is where --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happened", "cell"),
    [
        ([], room.Cell()),
        ([("opened", None, 0)], room.Cell("opened")),
        ([("opened", None, 0), ("hint", None, 1)], room.Cell("opened", hints=1)),
        ([("wrong", None, 0)], room.Cell("tried")),
        ([("wrong", None, 0), ("misconception", 1, 2)], room.Cell("mistake", "1", 2)),
        ([("misconception", 1, 0), ("unit", None, 0)], room.Cell("tried")),
        ([("misconception", 1, 0), ("shown", None, 1)], room.Cell("mistake", "1", 1, True)),
        ([("right", None, 1), ("misconception", 0, 1)], room.Cell("right", hints=1)),
        ([("unreadable", None, 0)], room.Cell("opened")),
    ],
)
def test_a_cell_says_where_a_learner_stands(
    happened: list[tuple[str, int | None, int]], cell: room.Cell
) -> None:
    found = of([event(FIRST, kind, 5, mistake, hints) for kind, mistake, hints in happened])
    wanted = list(FIRST.mistakes)[int(cell.mistake)] if cell.mistake else ""
    assert found.rows[0].cell(FIRST) == room.Cell(cell.state, wanted, cell.hints, cell.shown)


def test_a_newer_exercise_begins_anew_and_what_was_right_stays_so() -> None:
    tried = [event(FIRST, "misconception", mistake=0, hints=2, edition=2), event(FIRST, "opened")]
    assert of(tried).rows[0].cell(FIRST) == room.Cell("opened")
    solved = [event(FIRST, "right", edition=2), event(FIRST, "wrong")]
    assert of(solved).rows[0].cell(FIRST).state == room.RIGHT


def test_reviews_and_tests_are_no_lesson() -> None:
    found = of([event(FIRST, "misconception", mistake=0, again="before-1")])
    assert not found.rows[0].cells
    assert found.exercises == ()


def test_without_a_plan_columns_are_what_somebody_has_begun() -> None:
    other = exercises.get("organisation-layers")
    found = of([event(SECOND, "opened")], [event(other, "right", 70), event(FIRST, "opened")])
    assert found.exercises == (other, FIRST, SECOND)
    assert found.asked == (FIRST, SECOND)  # at which the room works
    assert of().exercises == ()


def test_with_a_plan_its_block_is_asked() -> None:
    found = of([event("organisation-layers", "right")], plan=DAY)
    assert found.exercises == DAY.exercises
    assert found.asked == KPI.exercises
    assert found.clock.block == KPI


def test_who_has_left_is_not_on_the_board() -> None:
    found = of([event(FIRST, "right")], [event(FIRST, "right")], left=[0])
    assert [row.name for row in found.rows] == ["Team 1"]


# --- Usual mistakes ------------------------------------------------------------------------------


def wrongs(mistake: int, ago: float = 5, times: int = 1) -> list[Event]:
    return [event(FIRST, "misconception", ago, mistake) for _time in range(times)]


def test_mistakes_are_counted_by_learners_from_three_up() -> None:
    learners = [wrongs(0, times=9), wrongs(0), wrongs(1), wrongs(1), wrongs(1)]
    found = of(*learners)
    assert [(one.mistake, one.learners) for one in found.usual] == [(list(FIRST.mistakes)[1], 3)]


def test_only_the_last_fifteen_minutes_and_the_three_commonest_count() -> None:
    old = [wrongs(0, ago=15.1)] * 9
    assert of(*old, *[wrongs(1, ago=14.9)] * 3).usual[0].mistake == list(FIRST.mistakes)[1]
    four = [wrongs(n) for n in range(4) for _learner in range(3 + n)]
    assert [one.learners for one in of(*four).usual] == [6, 5, 4]


def test_a_mistake_that_is_cured_since_still_counts() -> None:
    assert of(*[[*wrongs(0), event(FIRST, "right")]] * 3).usual


def test_what_to_say_is_the_cure_of_the_exercise() -> None:
    one: Any = exercises.get("kpi-points")
    for name, cure in one.mistakes.items():
        assert Words().told(one, name).cure == cure.replace("**", "").replace("`", "")
    assert [letter(one, name) for name in one.mistakes] == list("ABCDEFGHIJ")


def test_every_mistake_of_the_course_has_a_letter() -> None:
    assert max(len(one.mistakes) for one in exercises.all()) <= 26


def test_an_option_has_the_reason_of_its_sheet_for_the_bundled_company_alone() -> None:
    one: Any = exercises.get("journey-do-calls-harm")
    assert isinstance(one, Choice)
    words, sheet = Words(), one.sheet(exercises_shop())
    wrong = next(key for key in one.options if key != sheet.right)
    words.told(one, wrong)  # its sheet is asked for
    words._options[one.id, wrong].result(60)
    assert words.told(one, wrong, {2025}).cure == sheet.reasons[wrong].replace("**", "")
    assert words.told(one, wrong, {2025, 7}).cure == ASK
    words.told(one, sheet.right)
    words._options[one.id, sheet.right].result(60)
    assert words.told(one, sheet.right).cure == ASK
    words.close()


def exercises_shop() -> Any:
    from ecokit.pack.answer_key import shop_of

    return shop_of(None)


# --- Who is still --------------------------------------------------------------------------------


def still(found: room.Room) -> list[tuple[str, int]]:
    return [(row.name, row.still) for row in found.still]


def test_who_has_done_nothing_for_ten_minutes_and_is_not_done_is_named() -> None:
    solved = [event(one, "right", 20) for one in (FIRST, SECOND)]
    found = of(
        [event(FIRST, "opened", 10)],
        [event(FIRST, "opened", 9.9)],
        solved,
        [],  # who came three hours ago, and nothing since
        [event(SECOND, "opened", 14), event("organisation-layers", "hint", 2)],
    )
    assert still(found) == [("Team 3", 180), ("Team 0", 10)]
    assert [row.done for row in found.rows] == [False, False, True, False, False]


def test_without_a_plan_what_half_of_the_room_has_begun_is_to_be_right() -> None:
    first, both = [event(FIRST, "right", 12)], [event(FIRST, "right", 12), event(SECOND, "opened")]
    assert [row.done for row in of(first, first, first, both).rows] == [True, True, True, False]
    assert [row.done for row in of(first, both).rows] == [False, False]
    assert not of([]).rows[0].done


def test_nobody_has_to_answer_in_a_break_or_before_a_block_is_ten_minutes_old() -> None:
    assert still(of([event(FIRST, "opened", 15)], plan=DAY)) == [("Team 0", 15)]
    begins = NOW.replace(hour=KPI.start.hour, minute=KPI.start.minute)
    early = [event(FIRST, "opened", 40)]
    assert still(of(early, plan=DAY, now=begins + timedelta(minutes=9))) == []
    pause = next(block for block in DAY.blocks if block.kind == plans.BREAK)
    within = NOW.replace(hour=pause.start.hour, minute=pause.start.minute + 14)
    found = of([event(FIRST, "opened", 70)], plan=DAY, now=within)
    assert still(found) == []
    assert not found.clock.answering


def test_what_may_be_cut_keeps_nobody_from_being_done() -> None:
    assert KPI.cut
    solved = [event(one, "right", 12) for one in KPI.exercises if one not in KPI.cut]
    assert of(solved, plan=DAY).rows[0].done
    assert not of(solved[1:], plan=DAY).rows[0].done


def test_a_room_that_has_closed_is_shown_as_it_was() -> None:
    found = of(*[wrongs(0)] * 3, now=NOW + timedelta(hours=9))
    assert found.closed
    assert found.moment == max(one.time for one in wrongs(0))
    assert found.usual
    assert not of(wrongs(0), now=NOW + timedelta(minutes=50)).closed


# --- The clock of a plan -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "block", "following", "left"),
    [
        ("08:59", None, "Welcome", None),
        ("09:00", "Welcome", "The organisation", 15),
        ("09:14", "Welcome", "The organisation", 1),
        ("17:29", "What I do by next month", None, None),
        ("23:00", None, None, None),
    ],
)
def test_the_clock_of_a_day(
    time: str, block: str | None, following: str | None, left: int | None
) -> None:
    now = datetime.fromisoformat(f"2026-03-02T{time}+08:00")
    at = room.clock(DAY.days[0], now)
    assert (at.block and at.block.title) == block or time == "17:29"
    if following != "The organisation":
        assert (at.following and at.following.title) == following
    if left is not None:
        assert at.ends is not None
        assert at.ends - now == timedelta(minutes=left)


def test_a_day_that_the_plan_has_not_is_a_sentence() -> None:
    with pytest.raises(CourseError, match="there is no day 2"):
        serve.View(Ledger(None), DAY, day=2)


# --- What leaves the room ------------------------------------------------------------------------


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", "\t=1", "  =1"])
def test_no_cell_of_the_table_is_a_formula(name: str) -> None:
    placed = [Placed(0, "a", NOW, NOW, event(FIRST, "misconception", mistake=0, hints=1))]
    found = room.of(placed, [Learner("a", name, NOW)], NOW)
    head, line = rows(shown.table(found, Words()))
    assert line[:2] == ["1", f"'{name}"]
    assert "grade" in head[1]
    assert line[2].startswith("mistake: ")
    assert line[2].endswith(", 1 hint")


@pytest.mark.parametrize(
    ("solved", "tried", "none", "told"),
    [
        (0, 4, 9, None),
        (7, 6, 9, ["22", "13", "7"]),
        (7, 6, 0, ["13", "all but fewer than 5", "7"]),
        (4, 6, 5, ["15", "10", "fewer than 5"]),
        (6, 4, 5, ["15", "10", "all but fewer than 5"]),
        (3, 3, 0, ["6", "all but fewer than 5", "not told"]),
    ],
)
def test_managers_get_only_sums_of_five_and_more(
    solved: int, tried: int, none: int, told: list[str] | None
) -> None:
    learners = [[event(FIRST, "right")]] * solved + [[event(FIRST, "wrong")]] * tried + [[]] * none
    lines = rows(shown.sums(of(*learners)))[1:]
    assert [line[1:] for line in lines] == ([told] if told else [])
    assert "Team" not in str(lines)


# --- The server ----------------------------------------------------------------------------------


@contextmanager
def served(view: serve.View) -> Iterator[int]:
    """Serve a board from a thread, as long as it is asked."""
    ready, ends = threading.Event(), asyncio.Event()
    kept: list[Any] = []

    async def run() -> None:
        server, port = serve.listen(serve.app(view, "secret"), 0)
        kept.extend([port, asyncio.get_running_loop()])
        ready.set()
        await ends.wait()
        await serve.close(server)

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield kept[0]
    finally:
        kept[1].call_soon_threadsafe(ends.set)
        thread.join(30)
        view.words.close()


def asked(
    port: int, path: str, token: str = "secret", *, host: str = "", cookie: str | None = None
) -> Any:
    """Return what the board answers to who has a cookie, that of its token when left out."""
    found = HTTPConnection("127.0.0.1", port, timeout=30)
    name = f"ecokit-board-{hashlib.sha256(token.encode()).hexdigest()[:8]}"
    held = f"{name}={token if cookie is None else cookie}"
    found.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}", "Cookie": held})
    answer = found.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]
    found.close()
    return answer


def filled(learners: int, plan: plans.Plan | None = None, **more: Any) -> serve.View:
    """Return a board of a room in which something of everything has happened."""
    ledger = Ledger(None)
    begun = [one for block in DAY.blocks[: DAY.blocks.index(KPI) + 1] for one in block.exercises]
    for n in range(learners):
        own = []
        for k, one in enumerate(begun):
            own.append(event(one, "opened", 14))
            if (n + k) % 5 > 1:
                own.append(event(one, "misconception", 13, (n + k) % 2, hints=n % 3))
            if (n + k) % 5 > 2:
                own.append(event(one, "right", 11 if n % 7 else 2, hints=n % 3))
        name = HOSTILE if n == 1 else f"Team {n + 1}"
        ledger.add(f"k{n}", name, NOW, own, NOW)
    return serve.View(ledger, plan, **more)


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "now", lambda: NOW.astimezone(UTC))


@pytest.fixture
def board(at_noon: None) -> Iterator[SimpleNamespace]:
    with served(filled(6, DAY, refresh=lambda: [f"{HOSTILE} is no file of the course."])) as port:
        yield SimpleNamespace(get=partial(asked, port), port=port)


def test_only_who_has_the_token_and_asks_this_machine_is_answered(board: SimpleNamespace) -> None:
    assert board.get("/room.json").status == 200
    for path in (
        "/",
        "/room.json",
        "/board.csv",
        "/summary.csv",
        "/board.js",
        "/?token=wrong",
        "/x/y",
    ):
        for more in (
            {"cookie": "wrong"},
            {"host": "evil.example"},
            {"host": "127.0.0.1.evil.example"},
        ):
            answer = board.get(path, **more)
            assert answer.status == 403, (path, more)
            assert b"Team" not in answer.body
    enters = board.get("/?token=secret", cookie="")
    assert (enters.status, enters.headers["Location"]) == (302, "/")
    assert "HttpOnly" in enters.headers["Set-Cookie"]
    assert "SameSite=Lax" in enters.headers["Set-Cookie"]


def test_what_is_no_page_is_not_found(board: SimpleNamespace) -> None:
    for path in ("/serve.py", "/../serve.py", "/page/index.html", "/%2e%2e/serve.py", "/a/b"):
        assert board.get(path).status == 404, path


def test_every_answer_forbids_what_is_foreign(board: SimpleNamespace) -> None:
    for path in ("/", "/room.json", "/board.csv", "/nothing"):
        headers = board.get(path).headers
        assert headers["Content-Security-Policy"].startswith(
            "default-src 'none'; script-src 'self';"
        )
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
    page = board.get("/").body.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
    script = (serve.PAGE / "board.js").read_text("utf-8")
    assert not any(word in script for word in ("innerHTML", "insertAdjacent", "eval(", "write("))


def test_names_are_told_when_they_are_asked_for(board: SimpleNamespace) -> None:
    hidden, named = board.get("/room.json").body, board.get("/room.json?names=yes").body
    assert b"Team" not in hidden
    assert "Team 1" in str(json.loads(named)["learners"])


def test_the_table_opens_in_a_spreadsheet(board: SimpleNamespace) -> None:
    answer = board.get("/board.csv")
    assert answer.body.startswith(b"\xef\xbb\xbfNumber,")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert len(rows(answer.body.decode("utf-8-sig"))) == 7
    assert board.get("/summary.csv").body.startswith(b"\xef\xbb\xbfExercise,")


def test_the_door_is_the_owners_alone_and_goes(tmp_path: Path) -> None:
    with serve.door(8765, "a&b") as place:
        assert place.stat().st_mode & 0o077 == 0
        assert "?token=a&amp;b" in place.read_text("utf-8")
    assert not place.exists()


def test_a_port_that_is_taken_is_a_sentence(board: SimpleNamespace) -> None:
    with pytest.raises(CourseError, match="cannot be had"):
        serve.listen(serve.app(serve.View(Ledger(None)), "x"), board.port)


def test_the_room_is_made_anew_only_when_something_came(at_noon: None) -> None:
    view = filled(3)
    first = view.room()
    assert view.room() is first
    view.ledger.add("new", "Plum", NOW, [event(FIRST, "opened")], NOW)
    assert len(view.room().rows) == 4


def test_the_board_of_a_folder_takes_what_is_put_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, seen = tmp_path / "in", list[room.Row]()
    inbox.mkdir()

    async def run(view: serve.View, token: str, port: int | None, *, open_browser: bool) -> None:
        assert (view.plan and view.plan.blocks[0].start.hour, view.day) == (13, 2)
        assert (port, open_browser, len(token) >= 24) == (8799, False, True)
        assert view.room().rows == ()
        store.Learner(tmp_path / "mine" / ".ecokit").note_hint(FIRST.id, FIRST.edition)
        made = collect.write(tmp_path / "mine", "=Plum")
        shutil.copy(made.place, inbox / "any name.txt")
        monkeypatch.setattr(serve, "PAUSE", 0)
        seen.extend(view.room().rows)
        view.words.close()

    monkeypatch.setattr(serve, "run", run)
    options = ["--plan", "two-days", "--start", "13:00", "--day", "2", "--port", "8799"]
    assert main(["board", str(inbox), "--no-open", *options]) == 0
    assert [(one.name, one.cell(FIRST)) for one in seen] == [("=Plum", room.Cell("opened", "", 1))]
    assert main(["board", str(tmp_path / "nowhere"), "--no-open"]) == 1
    assert main(["board", str(inbox), "--plan", "fortnight"]) == 1


def test_the_browser_is_led_to_the_board_by_a_page_and_not_by_its_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)

    async def run() -> None:
        view = serve.View(Ledger(None))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(serve.run(view, "secret", 0), 0.3)

    asyncio.run(run())
    assert "?token=secret" in capsys.readouterr().out
    assert opened[0].startswith("file:")
    assert "secret" not in opened[0]
    assert not Path(opened[0].removeprefix("file://")).exists()


def test_a_folder_that_goes_is_a_note_and_the_room_stays() -> None:
    def refresh() -> list[str]:
        raise CourseError("There is no folder.")

    view = filled(2, refresh=refresh)
    told = json.loads(view.page(names=False))
    assert (told["notes"], len(told["learners"])) == (["There is no folder."], 2)


# --- The page in a browser -----------------------------------------------------------------------

WIDE, PHONE = {"width": 1024, "height": 768}, {"width": 390, "height": 844}


@contextmanager
def opened(
    browser: Any, view: serve.View, size: dict[str, int], scheme: str = "light"
) -> Iterator[Any]:
    """Open the board in a browser that reaches this machine alone; nothing may go wrong in it."""
    context = browser.new_context(viewport=size, color_scheme=scheme, proxy=NOWHERE)
    page, faults = context.new_page(), []
    page.clock.set_fixed_time(NOW)
    page.on("console", lambda m: faults.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    with served(view) as port:
        page.goto(serve.address(port, "secret"))
        page.locator("#panels table, #empty:visible").first.wait_for()
        yield page
        context.close()
    assert faults == []


@pytest.mark.parametrize(
    ("learners", "size", "scheme"),
    [(9, WIDE, "light"), (40, PHONE, "dark"), (200, WIDE, "dark")],
)
def test_the_board_can_be_read(
    at_noon: None, browser: Any, learners: int, size: dict[str, int], scheme: str
) -> None:
    """Nothing too wide or too small, nothing by colour alone, open to everyone."""
    with opened(browser, filled(learners, DAY), size, scheme) as page:
        too_wide = "document.documentElement.scrollWidth - innerWidth"
        assert page.evaluate(too_wide) <= 0
        if learners == 9:
            sees_the_room_at_once(page)
        if learners < 200:
            found = accessible(page)
            assert found.violations_count == 0, found.generate_report()
        for button, drawn in (("#names", "body.named"), ("#whole", "body.whole")):
            page.locator(button).press("Enter")
            page.locator(drawn).wait_for()
            assert page.evaluate(too_wide) <= 0
            assert page.locator("tbody th").count() == learners
        signs = "one => one.className.split(' ')[1] + ' ' + one.firstChild.data"
        shows = page.evaluate(f"[...document.querySelectorAll('#panels .tile')].map({signs})")
        assert {"right ✓", "mistake A", "mistake B", "opened ○", "none ·"} == set(shows)


def sees_the_room_at_once(page: Any) -> None:
    """Look at what a trainer reads from the back of a room, all on one screen."""
    assert page.locator("h1").inner_text() == KPI.title
    assert page.locator("#left").inner_text() == "3 min left"
    assert "Operations" in page.locator("#next").inner_text()
    assert "Nothing here is a grade" in page.locator("#honest").inner_text()
    assert re.match(
        r"[AB]\n\d learners: .+ in \d\.\d", page.locator("#usual-list li").first.inner_text()
    )
    assert page.locator("#usual-list .cure").first.inner_text()
    assert re.fullmatch(r"\d 11 min", page.locator("#still-list li").first.inner_text())
    assert page.locator("#panels tbody td").first.get_attribute("title").startswith("4.2: ")
    large = "id => parseFloat(getComputedStyle(document.getElementById(id)).fontSize)"
    assert page.evaluate(large, "left") >= 40
    assert page.evaluate(large, "usual-list") >= 20
    below = "document.getElementById('panels').getBoundingClientRect().bottom"
    assert page.evaluate(below) <= WIDE["height"]


def test_the_board_is_live_and_names_stay_hidden_until_asked_for(
    at_noon: None, browser: Any
) -> None:
    ledger, notes = Ledger(None), [f"{HOSTILE} is no file of the course."]
    view = serve.View(ledger, how="Put files here.", refresh=lambda: notes)
    with opened(browser, view, WIDE) as page:
        page.get_by_text("Put files here.").wait_for()
        ledger.add("a", HOSTILE, NOW, [event(FIRST, "right", 1)], NOW)
        page.locator("#panels .tile.right").wait_for(timeout=10_000)
        assert HOSTILE not in page.locator("#panels").inner_text()
        while page.evaluate("document.activeElement.id") != "names":
            page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.locator("#panels th", has_text=HOSTILE).wait_for()
        page.locator("#notes summary").press("Enter")
        assert page.locator("#notes li").inner_text() == notes[0]
        assert page.locator("img").count() == 0
        page.locator("#open").press("Enter")
        page.get_by_text("0 of 1 learner, those who are not done").wait_for()
        page.reload()
        page.locator("#panels table").wait_for()
        assert HOSTILE not in page.locator("#panels").inner_text()


def test_a_board_that_is_away_is_told(at_noon: None, browser: Any) -> None:
    page = browser.new_page(viewport=WIDE)
    with served(filled(1)) as port:
        page.goto(serve.address(port, "secret"))
        page.locator("#panels table").wait_for()
        assert page.locator("#lost").is_hidden()
    page.locator("#lost").wait_for(timeout=20_000)
    page.close()
