"""The pages of a trainer's pack: one page each, true to the kit, kept where they were changed."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markupsafe import Markup

from ecokit.cli import doctor
from ecokit.cli.course import Course
from ecokit.cli.main import _parser
from ecokit.errors import CourseError
from ecokit.pack import after, guide, make, paper, pick, rounds, run_sheet, slides, words
from ecokit.pack import plan as plans
from ecokit.pack.room import File, Room

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
OURS = ("start_here", "run_sheet", "guide", "before", "sheets", "after")
DAY = date(2026, 12, 1)
SEVERAL = {"guide.html": 3}
"""Pages of paper, where it is more than one, or one a day."""


def room(name: str = "day", size: str = "a4", day: date | None = DAY) -> Room:
    return Room(Course(ROOT), plans.read(name), None, 5, size, day)


def files(of: Room, makers: tuple[str, ...] = OURS) -> dict[str, File]:
    made = [file for name in makers for file in import_module(f"ecokit.pack.{name}").files(of)]
    found = {file.path: file for file in made}
    assert len(found) == len(made), "two files have one name"
    return found


@pytest.fixture(scope="module")
def day() -> dict[str, str]:
    """The files of a day's pack, as texts."""
    return {path: file.content.decode() for path, file in files(room()).items()}


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html.split("<body>")[-1]))


def commands(html: str) -> Iterator[list[str]]:
    """Yield the words of each command of the kit that a page asks for."""
    code = re.findall(r"<code>(.*?)</code>|<pre>(.*?)</pre>", html, re.S)
    lines = [line for one, many in code for line in [" ".join(one.split()), *many.splitlines()]]
    for line in (re.sub(r"<[^>]*>", "", line) for line in lines):
        command = re.match(r"(?:\.venv\S)?(?:bin.|Scripts.)?ecokit\b(.*)", line.strip())
        if command and command[1].strip():
            yield shlex.split(command[1].replace("\\", "/"))


# --- What stands on the pages --------------------------------------------------------------------


def test_every_command_on_a_page_is_one_of_the_kit(day: dict[str, str]) -> None:
    two_days = files(room("two-days", day=None))
    pages = [*day.values(), *(file.content.decode() for file in two_days.values())]
    seen = {tuple(words) for page in pages for words in commands(page)}
    for named in seen:
        _parser().parse_args(list(named))  # leaves where a word is not known
    verbs = {one[0] for one in seen} | {one[1] for one in seen if len(one) > 1}
    assert {"doctor", "start", "game", "pack", "sticks", "new", "advance", "report"} <= verbs


def test_what_the_table_of_troubles_quotes_is_what_the_kit_says() -> None:
    sources = [ROOT / "install.py", *(ROOT / "ecokit" / "cli").glob("*.py")]
    said = "\n".join(
        node.value
        for path in sources
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    of_others = {
        "Python was not found",  # Windows
        "CERTIFICATE_VERIFY_FAILED",  # pip
        "invalid peer certificate",  # uv
        "ecokit is not recognized",  # the shells
        "command not found",
        "What was my readiness code?",
    }
    quoted = {
        piece
        for row in guide.troubles()
        for column in ("seen", "remedy")
        for piece in re.findall("“(.*?)”", row[column])
    }
    versions = "The course needs Python 3.11, 3.12, 3.13 or 3.14"
    assert of_others < quoted
    for piece in quoted - of_others - {versions}:
        assert piece in said, piece
    assert versions in said
    names = [row["trouble"] for row in guide.troubles()]
    assert len(names) == len(set(names)) == 14
    assert all(len(row["remedy"]) <= 160 for row in guide.troubles())  # read in a minute


def test_the_guide_and_the_card_show_the_same_table(day: dict[str, str]) -> None:
    for row in guide.troubles():
        for page in ("guide.html", "wall-card.html"):
            assert row["remedy"].replace("`", "") in plain(day[page]).replace("&gt;", ">"), page


def test_the_sample_plan_can_be_used(day: dict[str, str], tmp_path: Path) -> None:
    sample = (ROOT / "ecokit" / "pack" / "sample-plan.yaml").read_text("utf-8")
    shown = re.search("<pre>(.*?)</pre>", day["guide.html"], re.S)
    assert shown
    assert shown[1].strip() == sample.strip()
    (tmp_path / "afternoon.yaml").write_text(shown[1], "utf-8")
    plan = plans.read(str(tmp_path / "afternoon.yaml"))
    assert [f"{block.start:%H:%M}" for block in plan.blocks][:2] == ["13:30", "13:40"]


def test_start_here_names_only_what_the_pack_holds(day: dict[str, str]) -> None:
    page = day["START-HERE.html"]
    named = re.findall(r"<code>([\w/-]+)\.(?:pdf|html)</code>", page)
    own = [name for name in named if not name.startswith(("slides/", "key/"))]
    assert {"run-sheet", "guide", "wall-card", "mistakes", "before/checklist"} <= set(own)
    assert {f"{name}.html" for name in own} <= set(day)
    listed = re.search(r"What lies in this folder</h2>(.*)", page, re.S)
    assert listed
    contents = re.findall(r"<code>([\w/-]+)</code>", listed[1])
    for path in day:
        top = path.partition("/")[0] + "/" if "/" in path else path.removesuffix(".html")
        assert top in {*contents, "START-HERE"}, path


def test_the_morning_has_its_seven_times(day: dict[str, str]) -> None:
    clock = re.findall(r"<tr><td>(\d\d:\d\d)</td>", day["START-HERE.html"])
    assert clock == ["08:00", "08:20", "08:50", "09:40", "10:20", "11:20", "11:50"]


@pytest.mark.parametrize("name", plans.PLANS)
def test_five_exercises_and_ten_mistakes_follow_their_rule(name: str) -> None:
    plan = plans.read(name)
    five, ten = pick.five(plan), pick.ten(plan)
    cut = {one.id for block in plan.blocks for one in block.cut}
    assert len(five) == pick.EXERCISES
    assert sum(one.minutes for one in five) <= pick.LONGEST
    assert not cut & {one.id for one in five}
    assert five == [one for one in plan.exercises if one in five]
    assert len({one.words for one in ten}) == pick.MISTAKES
    kinds = {one.kind for one in plan.exercises if one.id not in cut}
    assert len({one.kind for one in five}) >= min(3, len(kinds)) or name == "half-day"


def test_a_plan_of_one_exercise_has_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text(
        "title: <b>一小时</b> & more\ndays:\n- start: 9:00\n  end: 9:20\n  blocks:\n"
        "  - {topic: kpi, minutes: 20, exercises: [kpi-click-index]}\n",
        "utf-8",
    )
    plan = plans.read(str(tmp_path / "short.yaml"))
    assert [one.id for one in pick.five(plan)] == ["kpi-click-index"]
    assert pick.ten(plan) == []  # its options have no words of their own
    made = files(Room(Course(ROOT), plan, date=DAY), ("start_here", "after"))
    for path, file in made.items():
        text = file.content.decode()
        if file.printed:
            assert "<b>一" not in text, path
            assert ("src: url(data:" in text) == ("一" in text), path
    assert (
        "SUMMARY:Three things: <b>一小时</b> & more" in made["after/reminder.ics"].content.decode()
    )


def test_the_run_sheet_says_what_cutting_wins() -> None:
    day = plans.read("day").days[0]
    found = list(run_sheet.spares(day))
    assert [one.minutes for one in found] == [9, 17, 23, 27]
    assert found[-1].until == day[-1].end
    assert found[-1].minutes == sum(one.minutes for block in day for one in block.cut)
    (game,) = [block for block in plans.read("two-days").blocks if block.kind == plans.GAME]
    steps = run_sheet.timed(game)
    assert steps[0][0] == game.start
    assert steps[-1][1].minutes == game.minutes - rounds.needed()


def test_the_mail_asks_for_a_code_that_can_be_read(day: dict[str, str]) -> None:
    mail = day["before/mail.txt"]
    code = re.search(r"Your name: (\S+)", mail)
    assert code
    states, minor, system = doctor.decode(code[1])
    assert (set(states.values()), minor, system) == ({doctor.GOOD}, 13, "Windows")
    assert "Tuesday, 1 December 2026, 09:00 to 17:30" in mail
    assert not re.search(r"terminal\b|kernel|virtual|environment|shell|repository", mail)
    for part in words.paragraphs(mail):
        assert part[1].split()[0] in plain(day["before/mail.html"])


def test_a_date_is_where_it_is_known_and_a_blank_where_not(day: dict[str, str]) -> None:
    without = files(room(day=None))
    assert "after/reminder.ics" not in without
    assert "[DATE], 09:00 to 17:30" in without["before/mail.txt"].content.decode()
    assert "--date" in plain(without["before/checklist.html"].content.decode())
    two = words.times(room("two-days"))
    assert two == (
        "Tuesday, 1 December 2026, 09:00 to 17:20; Wednesday, 2 December 2026, 09:00 to 17:20"
    )
    with pytest.raises(CourseError, match=r"1\.12\.2026 is no date such as 2026-12-01"):
        make._day("1.12.2026")
    with pytest.raises(CourseError, match="is no date such as"):
        make._day("9999-12-31")  # a reminder is due 30 days later


def test_the_calendar_is_one(day: dict[str, str]) -> None:
    content = after.calendar(DAY, "价格, 包裹; and\\more " * 9, "Line one\nline two")
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    unfolded = content.decode().replace("\r\n ", "")
    assert "价格\\, 包裹\\; and\\\\more" in unfolded
    assert "DESCRIPTION:Line one\\nline two\r\n" in unfolded
    assert unfolded.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert unfolded.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    assert "DTSTART;VALUE=DATE:20261231" in day["after/reminder.ics"]


def test_the_certificate_is_of_attendance_alone(day: dict[str, str]) -> None:
    page = plain(day["hand-outs/certificate.html"])
    assert "Certificate of attendance" in page
    assert "It says nothing about skill" in page
    assert not re.search(r"success|passed|score|completed|master|competen", page, re.I)
    assert len(re.findall("<section>", day["hand-outs/evaluation.html"])) == 8
    assert len(re.findall(r"\d\. I will", day["hand-outs/transfer-plan.html"])) == 3


# --- On paper ------------------------------------------------------------------------------------

SMALL = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const size = parseFloat(getComputedStyle(text.parentElement).fontSize);
    if (text.data.trim() && size < 11.9) found.push(size + " " + text.data.trim().slice(0, 40));
  }
  return found;
}"""  # 9 pt are 12 px


@pytest.mark.browser
@pytest.mark.parametrize("name", ["day", "two-days"])
def test_each_page_fits_its_paper_and_can_be_read(browser: Browser, name: str) -> None:
    page = browser.new_page()
    for size in ("letter",) if name == "day" else ("a4",):
        for path, file in files(room(name, size)).items():
            if not file.printed:
                continue
            page.set_content(file.content.decode())
            page.emulate_media(media="print")
            assert page.evaluate(SMALL) == [], path
            printed = page.pdf(prefer_css_page_size=True)
            a_day = path in ("run-sheet.html", "after/log.html")
            wanted = len(plans.read(name).days) if a_day else SEVERAL.get(path, 1)
            assert len(re.findall(rb"/Type /Page\b", printed)) == wanted, (path, size)
            width = {"a4": b"594|595", "letter": b"612"}[size]
            assert re.search(rb"/MediaBox ?\[0 0 (%s)" % width, printed), path
    page.close()


@pytest.mark.browser
def test_a_printed_deck_has_its_chinese_characters(tmp_path: Path) -> None:
    if not (program := paper.browser()):
        pytest.skip("no browser that prints")
    one = slides.Slide("Organisation", "", Markup('<p lang="zh-Hans">组织架构</p>'), "first")
    deck = slides.Deck("Organisation", "deck.html", (one,))
    made = paper.page("deck.html", "deck", deck=deck, reveal=slides._reveal())
    (tmp_path / made.path).write_bytes(made.content)
    assert paper._print(program, replace(made, query="?print-pdf"), tmp_path) == ""
    fonts = rb"/Type3\b|CJK|NotoSansSC|PingFang|YaHei"  # the course's own becomes a Type 3
    assert re.search(fonts, (tmp_path / "deck.pdf").read_bytes()), "boxes or blanks were printed"


# --- Made again ----------------------------------------------------------------------------------


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Take the place of a browser, and note what is printed."""
    printed: list[str] = []

    def note(_program: str, file: File, folder: Path) -> str:
        (folder / file.path).with_suffix(".pdf").write_bytes(b"%PDF")
        printed.append(file.path)
        return ""

    monkeypatch.setattr(paper, "browser", lambda: "browser")
    monkeypatch.setattr(paper, "_print", note)
    monkeypatch.setattr(make, "MAKERS", OURS)
    monkeypatch.setattr(Course, "book_is_current", lambda _course: True)
    monkeypatch.delattr(Course, "build_book")  # never here
    return printed


def test_a_second_run_makes_what_changed_and_keeps_what_the_trainer_changed(
    printer: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pack"
    make.make("half-day", out)
    assert len(printer) == len(list(out.rglob("*.pdf"))) == len(list(out.rglob("*.html")))
    printer.clear()
    make.make("half-day", out)
    assert printer == []
    (out / "guide.html").write_text("<p>my own guide</p>")
    make.make("half-day", out)
    assert printer == ["guide.html"]  # the trainer's words are printed, too
    printer.clear()
    capsys.readouterr()
    make.make("half-day", out, start="13:00")
    told = capsys.readouterr().out
    assert {"run-sheet.html", "after/log.html"} <= set(printer)
    assert "hand-outs/evaluation.html" not in printer
    assert (out / "guide.html").read_text() == "<p>my own guide</p>"
    make.make("day", out)
    told = capsys.readouterr().out
    assert "You changed a file; its new version lies beside yours: guide.new.html" in told
    assert "my own" not in (out / "guide.new.html").read_text("utf-8")


def test_without_a_browser_there_are_pages_and_a_sentence(
    printer: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(paper, "browser", lambda: None)
    make.make("half-day", tmp_path / "pack")
    told = capsys.readouterr().out
    assert "there is no Chromium, Chrome or Edge on this machine" in told
    assert "Open the HTML pages in a browser and print them from there." in told
    assert not list((tmp_path / "pack").rglob("*.pdf"))
    assert (tmp_path / "pack" / "START-HERE.html").is_file()
