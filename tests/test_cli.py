"""The command line: what it says, what it serves, and that it leaves other files alone."""

from __future__ import annotations

import contextlib
import json
import ntpath
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecokit.cli import copies, doctor, main, masters, start
from ecokit.cli.course import FIRST, Course
from ecokit.errors import CourseError

# --- doctor ---


@given(
    states=st.lists(st.integers(0, 2), min_size=len(doctor.CHECKS), max_size=len(doctor.CHECKS)),
    minor=st.integers(11, 14),
    system=st.sampled_from(doctor.SYSTEMS),
    position=st.integers(0, 7),
    sign=st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
)
def test_a_readiness_code_is_read_back_and_a_wrong_sign_is_noticed(
    states: list[int], minor: int, system: str, position: int, sign: str
) -> None:
    code = doctor.encode(states, minor, system)
    assert len(code) == 9
    for heard in (code, code.lower(), code.replace("-", " "), code.replace("0", "o")):
        found, *rest = doctor.decode(heard)
        assert (list(found.values()), *rest) == (states, minor, system)
    plain = code.replace("-", "")
    wrong = plain[:position] + sign + plain[position + 1 :]
    if wrong != plain:
        with pytest.raises(CourseError, match="no readiness code"):
            doctor.decode(wrong)


@pytest.mark.parametrize("nonsense", ["", "1", "????-????", "0000-0000", "x" * 99])
def test_nonsense_is_no_readiness_code(nonsense: str) -> None:
    with pytest.raises(CourseError, match="no readiness code"):
        doctor.decode(nonsense)


def test_the_doctor_finds_this_environment_ready(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor.examine(tmp_path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(any(line[6:].startswith(name) for line in lines) for name in doctor.CHECKS)
    assert not any("FAIL" in line for line in lines)
    assert main(["doctor", "--read", lines[-1].split()[-1]]) == 0


def test_the_doctor_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "needed", lambda _: ["narwhals", "no-such-package"])
    assert doctor.packages(tmp_path).state == doctor.BAD
    monkeypatch.setattr(doctor, "needed", lambda _: ["narwhals"])
    monkeypatch.setattr(doctor, "locked", lambda _: {"narwhals": "0.0"})
    assert "narwhals" in doctor.packages(tmp_path).remedy


def test_the_doctor_notices_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "full").write_text("")
    assert doctor.writing(tmp_path / "full" / "my-course").state == doctor.GOOD  # its parent can
    if os.geteuid():
        tmp_path.chmod(0o500)
        assert doctor.writing(tmp_path / "my-course").state == doctor.BAD
        tmp_path.chmod(0o700)


# --- start ---


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course as a wheel carries it, of one notebook and one page."""
    cell = nbformat.v4.new_code_cell("1 + 1")
    content = copies.to_bytes(copies.learner(nbformat.v4.new_notebook(cells=[cell]), FIRST))
    copies.write(tmp_path / "course" / "notebooks" / FIRST, content)
    copies.write(tmp_path / "course" / "book" / "index.html", b"<h1>The book</h1>")
    return Course(tmp_path / "course")


SERVE = """
import sys
from pathlib import Path
from ecokit.cli import course, main
course.course_root = lambda: Path(sys.argv[1])
sys.exit(main(["start", *sys.argv[2:]]))
"""


@pytest.fixture
def served(course: Course, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A running course: its process, the addresses it printed and its environment."""
    words = [str(course.root), "--folder", str(tmp_path / "kit [2]"), "--no-open"]
    with serving(SERVE, words, {"JUPYTER_RUNTIME_DIR": str(tmp_path / "run")}) as one:
        yield one


@contextlib.contextmanager
def serving(code: str, words: list[str], more: dict[str, str]) -> Iterator[SimpleNamespace]:
    environment = os.environ | more
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with process:
        assert process.stdout
        said: list[str] = []
        while not any(line.startswith("Stop") for line in said) and process.poll() is None:
            said.append(process.stdout.readline())
        lab, book = (next(x.split()[1] for x in said if x.startswith(w)) for w in ("Note", "Book"))
        yield SimpleNamespace(process=process, lab=lab, book=book, words=words, env=environment)
        process.kill()


def answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=30) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_start_serves_notebooks_and_book_to_those_signed_in(
    served: SimpleNamespace, tmp_path: Path
) -> None:
    address, token = served.book.split("book/")
    assert address.startswith("http://127.0.0.1:")
    assert answer(served.lab)[0] == 200
    assert answer(served.book) == (200, "<h1>The book</h1>")
    assert "<h1>The book</h1>" not in answer(address + "book/")[1], "only behind the sign-in"
    assert answer(f"{address}book/no-such-page.html{token}")[0] == 404
    assert json.loads(answer(f"{address}api/contents/{FIRST}{token}")[1])["type"] == "notebook"
    settings = json.loads(answer(f"{address}lab/api/settings{token}")[1])["settings"]
    schemas = {one["id"]: one["schema"] for one in settings}
    bar = schemas["@jupyterlab/application-extension:top-bar"]["properties"]["toolbar"]
    assert "ecokit:course-book" in [item.get("command") for item in bar["default"]]
    news = schemas["@jupyterlab/apputils-extension:notification"]["properties"]
    assert (news["fetchNews"]["default"], news["checkForUpdates"]["default"]) == ("false", False)
    assert "announcements" in answer(f"{address}lab{token}")[1].split("disabledExtensions")[1]

    again = subprocess.run(
        [sys.executable, "-c", SERVE, *served.words],
        env=served.env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert again.returncode == 0
    assert "runs already" in again.stdout
    assert served.lab in again.stdout

    if os.name == "posix":
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(timeout=30) == 0
        rest = served.process.stdout.read()
        assert "The course has stopped." in rest
        assert "Traceback" not in rest
    assert (tmp_path / "kit [2]" / FIRST).is_file()


def test_course_book_opens_the_page_of_the_notebook_that_is_open(
    served: SimpleNamespace, browser: Any
) -> None:
    """And Chinese shows where the system has no font for it."""
    page = browser.new_page()
    page.goto(served.lab)
    page.locator(".jp-Notebook .jp-RenderedMarkdown").first.wait_for(timeout=60_000)
    button = page.locator(".jp-ToolbarButtonComponent", has_text="Course book")
    with page.expect_popup() as opened:
        button.click()
    opened.value.wait_for_url(f"**/book/book/{Path(FIRST).with_suffix('.html').as_posix()}")
    loads = "async () => (await document.fonts.load('16px \"Course Chinese\"', '\u4e2d')).length"
    assert page.evaluate(loads) == 1
    for place in (".jp-RenderedMarkdown", ".cm-content", "body"):
        fonts = "place => getComputedStyle(document.querySelector(place)).fontFamily"
        assert '"Course Chinese"' in page.evaluate(fonts, place), place
    page.close()


LATE = """
import time
class Late(course.Course):
    def book_is_current(self):
        return False
    def build_book(self, *, calm, told):
        told(None, "reading sources... [ 40%] book/glossary")
        while not (self.root / "go").exists():
            time.sleep(0.1)
        if (self.root / "go").read_text() == "fail":
            raise course.CourseError("The book could not be built. <index.md>")
from ecokit.cli import start
start.Course = Late
"""


def test_the_lessons_come_before_the_book(course: Course, tmp_path: Path) -> None:
    """The page of the book says how far it is, and opens it when it stands, or says why not."""
    code = SERVE.replace("sys.exit", LATE + "sys.exit")
    more = {"JUPYTER_RUNTIME_DIR": str(tmp_path / "run")}
    for end, title in (("", "<h1>The book</h1>"), ("fail", "The book could not be built. &lt;")):
        (course.root / "go").unlink(missing_ok=True)
        words = [str(course.root), "--folder", str(tmp_path / "learner"), "--no-open"]
        with serving(code, words, more) as one:
            assert answer(one.lab)[0] == 200, "the lessons are there"
            while "34 % is done" not in (page := answer(one.book)[1]):
                assert "The book is being built" in page
            assert 'http-equiv="refresh"' in page
            assert answer(one.book.replace("book/", "book/%00"))[0] in (200, 404)
            (course.root / "go").write_text(end)
            while "The book is being built" in (page := answer(one.book)[1]):
                time.sleep(0.1)
            assert title in page
            assert answer(one.lab)[0] == 200
            assert answer(one.book.replace("book/", "book/%00"))[0] in (200, 404)


def test_two_starts_at_once_are_one(course: Course, tmp_path: Path) -> None:
    words = [str(course.root), "--folder", str(tmp_path / "learner"), "--no-open"]
    more = os.environ | {"HOME": os.devnull}  # a home where nothing can be written
    both = [
        subprocess.Popen(
            [sys.executable, "-c", SERVE, *words], stdout=subprocess.PIPE, text=True, env=more
        )
        for _number in range(2)
    ]
    try:
        while all(one.poll() is None for one in both):
            time.sleep(0.1)
        second = next(one for one in both if one.poll() is not None)
        assert second.stdout
        said = second.stdout.read()
        assert second.returncode == 0
        assert "The course runs already" in said
        lab = next(line.split()[1] for line in said.splitlines() if line.startswith("Notebooks"))
        assert answer(lab)[0] == 200
    finally:
        for one in both:
            one.kill()
            one.communicate()


def test_the_browser_is_not_given_the_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other users read the words that a browser is started with; they cannot read the file."""
    given: list[str] = []
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", given.append)
    monkeypatch.setattr(start, "PATIENCE", 0)
    running = {"url": "http://127.0.0.1:8888/", "token": "secret", "pid": 7}
    start._show(running, open_browser=True)
    while "secret" not in (told := capsys.readouterr().out):
        time.sleep(0.01)
    assert given == [(tmp_path / "jpserver-7-open.html").as_uri()]
    assert told.startswith("If no page has opened"), "the address is told in the terminal alone"


@pytest.mark.parametrize("here", ["C:\\kits", "\\\\server\\share"])
def test_a_folder_on_another_drive_or_a_share_is_named_whole(
    course: Course,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    here: str,
) -> None:
    """As on Windows, where no relative path leads from one drive to another."""
    monkeypatch.setattr(
        "ecokit.cli.start.os.path.relpath", lambda path: ntpath.relpath(f"D:{path}", here)
    )
    start.prepare(course, tmp_path / "my-course")
    assert f"laid into {tmp_path / 'my-course'}." in capsys.readouterr().out


def test_a_torn_notebook_is_told_at_the_start(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kit [2]"
    start.prepare(course, folder)
    name = next(folder.rglob("*.ipynb"))
    name.write_bytes(b"")
    start.prepare(course, folder)
    said = capsys.readouterr().out
    assert f"{name.relative_to(folder).as_posix()} is empty or was cut off" in said
    assert name.with_suffix(".new.ipynb").is_file()


def test_a_port_in_use_gets_a_sentence(course: Course, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CourseError, match=f"Port {port} cannot be had"):
            start._serve(course, tmp_path, port, open_browser=False)
    for none in (-1, 65536):
        with pytest.raises(CourseError, match=f"{none} is no port"):
            start._serve(course, tmp_path, none, open_browser=False)


def test_a_stale_book_is_noticed(tmp_path: Path) -> None:
    course = Course(tmp_path)
    for name in ("_config.yml", "_toc.yml", "book/page.md"):
        copies.write(tmp_path / name, b"")
    assert not course.book_is_current()
    copies.write(course.book / ".made-from", course._fingerprint().encode())
    assert course.book_is_current()
    (tmp_path / "book/page.md").write_text("changed")
    assert not course.book_is_current()


def test_an_installed_copy_says_what_needs_the_sources(course: Course) -> None:
    for ask in (course.trainer_files, course.build_book):
        with pytest.raises(CourseError, match="needs the sources"):
            ask()


# --- masters ---


def master(folder: Path, *sources: str) -> Path:
    cells = [nbformat.v4.new_code_cell(source, id=f"c-{i}") for i, source in enumerate(sources)]
    path = folder / "architecture" / "kpi.ipynb"
    copies.write(path, nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode())
    return path


def test_masters_are_stored_as_they_run_and_the_same_each_time(tmp_path: Path) -> None:
    widget = "from ipywidgets import IntSlider\nIntSlider(3)"
    path = master(tmp_path, "a = 1", "print(a)\nprint(a + 1)", widget)
    assert masters.store(tmp_path) == ["architecture/kpi.ipynb"]
    once = path.read_bytes()
    assert masters.store(tmp_path) == []
    assert path.read_bytes() == once
    stored = nbformat.read(path, as_version=4)
    assert [cell.execution_count for cell in stored.cells] == [1, 2, 3]
    assert stored.cells[1].outputs[0].text == "1\n2\n"
    assert not stored.cells[2].outputs, "views of widgets have random ids"
    assert dict(stored.metadata) == copies.KERNEL


def test_a_master_that_fails_is_not_stored(tmp_path: Path) -> None:
    path = master(tmp_path, "1 + 1", "1 / 0")
    before = path.read_bytes()
    with pytest.raises(CourseError, match=r"architecture/kpi.ipynb, cell c-1 failed with ZeroDiv"):
        masters.store(tmp_path)
    assert path.read_bytes() == before
    with pytest.raises(CourseError, match=r"no notebook nowhere.ipynb"):
        masters.store(tmp_path, ["nowhere.ipynb"])
