"""Twenty readiness codes as they come by mail: who needs help, and what could not be read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit.cli import doctor, main, readiness

BAD_DISK = doctor.encode([0, 0, 0, 0, 2, 0, 0], 12, "Windows")
NO_CHINESE = doctor.encode([0, 0, 0, 1, 0, 0, 0], 13, "Darwin")
GOOD = doctor.encode([0] * 7, 13, "Linux")
MAILS = f"""\
Anna Li: {GOOD}
{BAD_DISK.lower()}\tBob O'Neill
"Wang, Wei";"{NO_CHINESE.replace("-", " ")}"
> Céline — {BAD_DISK.replace("-", "–")} (my laptop)
From: Dora Ebert <dora@example.com>
Sent: Monday, 09:31
Hi Tom, here it is:
ok    Python    3.13.1
FAIL  disk      0 GB free
      ->        Free 1 GB or choose --folder.
Readiness code: {BAD_DISK}
Best, Dora
王伟{GOOD.replace("-", "－")}
Emil
{GOOD}
Call me: 0571-8888 1234, room 3B-201, 2026-11-30
Fay: 0VRG-FS7X
Finn 54EF XFW7
Gus: my readiness code is on its way
Hal 10am: {GOOD[0]} {GOOD[1]} {GOOD[2]} {GOOD[3]} - {GOOD[5:7]} {GOOD[7:]}; Ida: {GOOD}
"""


def test_names_and_codes_are_found_in_mails_of_every_kind() -> None:
    answers, unread = readiness.found(MAILS)
    assert {one.name: one.code for one in answers} == {
        "Anna Li": GOOD,
        "Bob O'Neill": BAD_DISK,
        "Wang, Wei": NO_CHINESE,
        "Céline": BAD_DISK,
        "Dora Ebert": BAD_DISK,
        "王伟": GOOD,
        "Emil": GOOD,
        "Hal": GOOD,
        "Ida": GOOD,
    }
    assert [(one.line, one.text) for one in unread] == [
        (17, "0VRG-FS7X"),
        (18, "54EF XFW7"),
        (19, "is on its way"),
    ]


def test_the_list_says_who_needs_help_and_what_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "codes.txt"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030"):
        text = MAILS.replace("é", "e").replace("—", "-") if encoding == "gb18030" else MAILS
        file.write_bytes(text.encode(encoding))
        assert main(["doctor", "--read", str(file)]) == 1
        told = capsys.readouterr().out
        assert "Needs help: 3 of 9" in told, encoding
        assert "王伟" in told
    assert "Bob O'Neill (line 2): Windows, Python 3.12" in told
    assert "FAIL  disk      Free 1 GB or choose --folder." in told
    assert "Can start, with a note: 1 of 9" in told
    assert doctor.INSTALL_FONT["Darwin"] in told
    assert "line 17: 0VRG-FS7X is no readiness code; ask for it once more." in told
    file.write_text(f"Anna: {GOOD}\nBob {GOOD}")
    assert main(["doctor", "--read", str(file)]) == 0
    assert capsys.readouterr().out == "Ready: 2 of 2\n    Anna, Bob\n"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Hi Tom, mine is {}. Best, Anna", "Anna"),
        ("Hello! {} Anna Li", "Anna Li"),
        ("- Anna Li ({})", "Anna Li"),
        ("{}", "line 1"),
    ],
)
def test_who_is_greeted_is_not_who_writes(line: str, name: str) -> None:
    assert [one.name for one in readiness.found(line.format(GOOD))[0]] == [name]


@pytest.mark.parametrize("line", ["{} Jane, {} John", "Jane {}, John {}", "Jane: {} ok John: {}"])
def test_names_of_a_line_stand_all_before_or_all_behind(line: str) -> None:
    answers, _unread = readiness.found(line.format(GOOD, BAD_DISK))
    assert [one.code for one in answers] == [GOOD, BAD_DISK]
    assert answers[0].name == "Jane"
    assert answers[1].name.endswith("John")


def test_the_code_of_our_own_mail_is_nobodys() -> None:
    code = readiness.example()
    mail = (
        f"> 4. The last line is a code such as {code}. Please send it:\n>     Your name: {code}\n"
    )
    answers, unread = readiness.found(f"{mail}Anna: {code}\n")
    assert ([one.name for one in answers], unread) == (["Anna"], [])


def test_a_second_code_of_one_person_counts() -> None:
    answers, _unread = readiness.found(f"Anna: {BAD_DISK}\nBob: {GOOD}\nAnna: {GOOD}")
    assert [(one.name, one.line, one.code) for one in answers] == [
        ("Bob", 2, GOOD),
        ("Anna", 3, GOOD),
    ]


def test_what_is_no_list_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content, said in {
        b"": "holds no readiness code such as",
        b"Dear all,\nsee you on Monday.": "holds no readiness code such as",
        b"PK\x03\x04\x00\x00": "is no text. Copy names and codes",
        b"x" * (readiness.MOST + 1): "is no text. Copy names and codes",
    }.items():
        (tmp_path / "codes.docx").write_bytes(content)
        assert main(["doctor", "--read", str(tmp_path / "codes.docx")]) == 1
        assert said in capsys.readouterr().err
    for name, said in {
        "codes.txt": "There is no file codes.txt.",
        "AAAA-AAAA": "no readiness",
    }.items():
        assert main(["doctor", "--read", name]) == 1
        assert said in capsys.readouterr().err
    assert main(["doctor", "--read", "x" * 5000]) == 1
    assert main(["doctor", "--read", ""]) == 1


def test_each_code_begins_with_one_of_its_signs() -> None:
    for system in doctor.SYSTEMS:
        for state in (0, 2):
            code = doctor.encode([state] * 7, 31 if state else 0, system)
            assert code[0] in readiness._FIRST


def test_every_state_of_every_check_has_a_remedy() -> None:
    for name in doctor.CHECKS:
        for state in (doctor.WARNING, doctor.BAD):
            for system in doctor.SYSTEMS:
                (line,) = doctor.lines({name: state}, system)
                assert len(line) > 20, (name, state)


@settings(max_examples=40, deadline=None)
@given(
    states=st.lists(st.integers(0, 2), min_size=7, max_size=7),
    minor=st.integers(11, 14),
    system=st.sampled_from(doctor.SYSTEMS),
    parts=st.sampled_from(["-", " ", "", " - ", "_", "\t", ". "]),
)
def test_a_code_is_found_however_it_is_parted(
    states: list[int], minor: int, system: str, parts: str
) -> None:
    code = doctor.encode(states, minor, system)
    written = code.replace("-", parts)
    (answer,), unread = readiness.found(f"Ms Ho; {written}, sent at ten")
    assert (answer.name, answer.code, unread) == ("Ms Ho", code, [])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_no_text_stops_it(text: str) -> None:
    readiness.found(text)


def test_a_long_file_is_read_at_once() -> None:
    began = time.process_time()
    readiness.found("a 1 b 2 c-3 " * 2_000)
    readiness.found("word\n" * 5_000 + f"Anna {GOOD}")
    assert time.process_time() - began < 3
