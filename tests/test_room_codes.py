"""Codes and join lines: a slip of typing is told from a guess, and hashes alone are kept."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecokit.board import codes, invitation, slips
from ecokit.board.certificate import Certificate
from ecokit.board.codes import Codes, RefusedError
from ecokit.cli import invited
from ecokit.cli.invited import DIGITS, Invitation
from ecokit.errors import CourseError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ENDS = NOW + timedelta(hours=8)
MARK = "0" * 26
LINE = Invitation(("192.168.1.20", "board.local"), 8443, MARK, "000000011")

CODES = st.integers(0, 2**40 - 1).filter(invited.check)


def whole(value: int) -> str:
    return invited.signs(value, invited.CODE) + invited.check(value)


@pytest.fixture
def room(tmp_path: Path) -> tuple[Codes, list[str]]:
    kept = Codes(tmp_path / codes.FILE)
    return kept, list(kept.make(10, ENDS).values())


@given(CODES, st.integers(0, 8), st.sampled_from(DIGITS))
def test_one_wrong_sign_is_a_slip_of_typing(value: int, place: int, sign: str) -> None:
    good = whole(value)
    typed = good[:place] + sign + good[place + 1 :]
    assert codes.slip_of_typing(typed) == (typed != good)


@given(CODES, st.integers(0, 6))
def test_two_neighbours_that_change_places_are_a_slip(value: int, place: int) -> None:
    good = whole(value)
    typed = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
    assert codes.slip_of_typing(typed) == (typed != good)


@given(CODES)
def test_a_code_is_read_however_it_is_written(value: int) -> None:
    good = whole(value)
    sloppy = invited.written(good).lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert invited.code(f"  {sloppy} ") == good


@pytest.mark.parametrize("text", ["", "K7QM", "K" * 10**6, "Ä" * 9, "\u202e00000001", "٣" * 9])
def test_what_is_no_code_is_a_sentence(text: str) -> None:
    with pytest.raises(CourseError, match="is no code"):
        invited.code(text)


def test_a_line_is_read_as_it_was_written() -> None:
    assert invited.parse(LINE.line) == LINE
    assert invited.parse(LINE.line.lower()) == LINE
    assert re.fullmatch(r"[0-9A-Za-z.:/+-]+", LINE.line), "every shell takes it as one word"


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("", "is no join line"),
        ("https://192.168.1.20:8443/", "is no join line"),
        ("192.168.1.20:0/x", "is no join line"),
        ("192.168.1.20:99999/x", "is no join line"),
        ("a@b:8443/x", "is no join line"),
        ("+".join(["10.0.0.1"] * 7) + ":8443/x", "is no join line"),
        ("192.168.1.20:8443", "is not whole"),
        (LINE.line + "/more", "is not whole"),
        (LINE.line.replace("00000-00000", "00000-00001", 1), "middle of the join line"),
        (LINE.line[:-1] + "2", "mistyped"),
    ],
)
def test_a_line_that_was_mistyped_says_where(line: str, match: str) -> None:
    with pytest.raises(CourseError, match=match):
        invited.parse(line)


def test_a_file_holds_the_line(tmp_path: Path) -> None:
    path = tmp_path / invited.FILE
    path.write_bytes(b"\xef\xbb\xbf" + LINE.file.replace(b"\n", b"\r\n"))
    assert invited.read(str(path)) == LINE


@pytest.mark.parametrize("content", [b"", b"\xff" * 50, b"x" * 10_000_000, b"\0" * 100])
def test_a_file_that_holds_none_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / invited.FILE
    path.write_bytes(content)
    with pytest.raises(CourseError, match="is no join line"):
        invited.read(str(path))


def test_a_place_that_is_no_file_is_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "room.ecokit", tmp_path / "folder.ecokit"):
        if path.name.startswith("folder"):
            path.mkdir()
        with pytest.raises(CourseError, match="There is no file"):
            invited.read(str(path))


def test_codes_are_kept_as_hashes_with_ten_spare_in_a_hundred(tmp_path: Path) -> None:
    kept = Codes(tmp_path / codes.FILE)
    drawn = kept.make(100, ENDS)
    assert len(drawn) == 110
    assert sum(seat.spare for seat in drawn) == 10
    assert len(set(drawn.values())) == 110
    text = kept.path.read_text("utf-8")
    assert not any(code in text or invited.written(code) in text for code in drawn.values())
    assert len({seat.hash for seat in drawn}) == 110
    if os.name == "posix":  # Windows knows no such rights
        assert not kept.path.stat().st_mode & 0o077


@pytest.mark.parametrize("learners", [0, -1, 1000])
def test_too_many_learners_are_a_sentence(tmp_path: Path, learners: int) -> None:
    with pytest.raises(CourseError, match="codes for 1 to"):
        Codes(tmp_path / codes.FILE).make(learners, ENDS)


def why(kept: Codes, code: str, now: datetime = NOW) -> str:
    with pytest.raises(RefusedError) as caught:
        kept.find(code, now)
    return caught.value.why


def test_a_slip_is_told_from_a_guess(room: tuple[Codes, list[str]]) -> None:
    kept, drawn = room
    assert [kept.find(code, NOW).number for code in drawn] == list(range(1, 12))
    assert kept.is_known(drawn[0])
    slip = drawn[0][:-1] + DIGITS[(DIGITS.index(drawn[0][-1]) + 1) % 32]
    assert why(kept, slip) == "typed"
    assert why(kept, "x" * 10**6) == "typed"
    guess = next(code for code in iter(codes.draw, "") if code not in drawn)
    assert why(kept, guess) == "unknown"
    assert not kept.is_known(guess)


def test_codes_end_with_the_workshop(room: tuple[Codes, list[str]]) -> None:
    kept, drawn = room
    kept.find(drawn[0], ENDS - timedelta(seconds=1))
    assert why(kept, drawn[0], ENDS) == "ended"
    assert why(kept, drawn[1], ENDS) == "ended"


def test_a_replaced_code_is_refused_at_once_and_the_seat_stays(
    room: tuple[Codes, list[str]],
) -> None:
    kept, drawn = room
    before = kept.find(drawn[3], NOW)
    other = Codes(kept.path)  # as another process does it
    after, code = other.again(lambda seat: seat.number == 4, "4")
    assert why(kept, drawn[3]) == "revoked"
    assert kept.find(code, NOW).key == before.key == after.key
    assert kept.find(drawn[4], NOW).number == 5
    with pytest.raises(CourseError, match="0 learners of this board are called Nobody"):
        other.again(lambda _seat: False, "Nobody")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"salt": 1}', b'{"salt": "x"}'])
def test_a_damaged_file_of_codes_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / codes.FILE
    path.write_bytes(content)
    with pytest.raises(CourseError, match="was damaged"):
        Codes(path).room()
    with pytest.raises(CourseError, match="has no codes yet"):
        Codes(tmp_path / "none.json").room()


def test_a_certificate_is_one_of_its_own_kind(tmp_path: Path) -> None:
    from cryptography import x509

    one, other = (Certificate.of(tmp_path / name, NOW, ENDS) for name in "ab")
    assert one.mark != other.mark
    assert invited.is_whole(one.mark)
    assert Certificate.of(tmp_path / "a", NOW, ENDS).mark == one.mark, "it is made once"
    made = x509.load_pem_x509_certificate(one.path.read_bytes())
    assert made.not_valid_before_utc < NOW - timedelta(days=1)
    assert ENDS + timedelta(days=1) < made.not_valid_after_utc < ENDS + timedelta(days=3)
    assert "ecokit board" in made.subject.rfc4514_string(), "nothing of the machine"


def test_slips_show_code_line_and_picture_and_nothing_else_does(tmp_path: Path) -> None:
    kept = Codes(tmp_path / codes.FILE)
    drawn = kept.make(3, ENDS)
    board = invitation.invitation(8443, MARK, ["192.168.1.20"])
    page = slips.write(tmp_path, drawn, board).read_text("utf-8")
    assert page.count("<svg") == len(drawn) == 4
    assert page.count("(spare)") == 1
    for seat, code in drawn.items():
        assert invited.written(code) in page
        file = tmp_path / slips.FILES / f"{seat.number:03}" / invited.FILE
        assert invited.read(str(file)) == board.with_code(code)
    json.loads(kept.path.read_text("utf-8"))


def test_an_address_that_is_none_is_a_sentence() -> None:
    with pytest.raises(CourseError, match="is no address of a board"):
        invitation.invitation(8443, MARK, ["http://x y"])
    assert invitation.invitation(8443, MARK).addresses


def test_a_code_as_a_picture_holds_the_line() -> None:
    import segno

    made = segno.make(LINE.line.upper(), error="m", micro=False)
    assert made.mode == "alphanumeric", "the least room"
    assert int(made.version) < 8, "a phone reads it from paper"
