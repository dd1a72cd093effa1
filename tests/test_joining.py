"""A learner joins a room, sends, and leaves: nothing before the notice, nothing to a false board,
nothing lost, nothing twice."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from ecokit.board import check, network
from ecokit.board.awake import SENTENCE, awake
from ecokit.board.certificate import Certificate
from ecokit.board.ledger import Ledger
from ecokit.cli import invited, joining, membership, pinned, reaching, sending
from ecokit.cli.reaching import Seen
from ecokit.errors import CourseError
from ecokit.exercises import store
from tests import rooms
from tests.rooms import HERE, Room, learner, line, sender, write


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with rooms.room(tmp_path_factory.mktemp("room"), learners=30) as made:
        yield made


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """Whose code a test uses, one each."""
    return iter(range(1, 33))


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    yield
    rooms.hang_up()


@contextmanager
def listener(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Listen on a port of this machine, and let each connection be answered."""
    with socket.create_server((HERE, 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    with server.accept()[0] as connection, suppress(OSError):
                        connection.settimeout(5)
                        talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)  # who waits for a caller ends


def ids(room: Room, number: int) -> list[str]:
    key = list(room.drawn)[number - 1].key
    return [one.event.id for one in room.ledger.events() if one.learner == key]


def test_a_false_board_gets_nothing_not_even_the_code(tmp_path: Path, room: Room) -> None:
    now = store.now()
    false = Certificate.of(tmp_path, now, now + timedelta(days=1))
    heard: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        with false.context().wrap_socket(connection, server_side=True) as spoken:
            heard.append(b"shaken hands")
            heard.append(spoken.recv(65536))

    told: list[str] = []
    with listener(answer) as port:
        way = invited.Invitation((HERE,), port, room.mark, room.invitation().code)
        folder = learner(tmp_path / "me", way)
        write(folder, line())
        sending_it = sender(folder, told)
        sending_it.step()
        sending_it.step()
    assert set(heard) == {b"shaken hands", b""}, "a handshake, and nothing after it"
    (sentence,) = told
    assert "another computer answers" in sentence
    assert (
        membership.Sent.read(folder / ".ecokit", membership.Membership(way.line).key).kept == set()
    )


def test_a_board_that_changes_its_certificate_later_gets_nothing(
    tmp_path: Path, room: Room
) -> None:
    """The one that was fetched is the only one that is trusted afterwards."""
    now = store.now()
    false = Certificate.of(tmp_path, now, now + timedelta(days=1))
    heard: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        with false.context().wrap_socket(connection, server_side=True) as spoken:
            heard.append(spoken.recv(65536))

    import httpx

    with listener(answer) as port:
        context = pinned.trusting(pinned.fetched(HERE, room.port))
        with (
            httpx.Client(verify=context, trust_env=False) as client,
            pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
        ):
            client.post(f"https://{HERE}:{port}/events", headers={"Authorization": "Bearer x"})
    assert not any(heard)


def test_what_is_no_tls_gets_nothing(tmp_path: Path, room: Room) -> None:
    heard: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        heard.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    told: list[str] = []
    with listener(answer) as port:
        code = room.invitation().code
        folder = learner(tmp_path, invited.Invitation((HERE,), port, room.mark, code))
        write(folder, line())
        sender(folder, told).step()
    assert heard
    assert code.encode() not in b"".join(heard)
    assert "does not answer" in told[0]


def test_proxies_of_the_environment_are_left_aside(
    tmp_path: Path, room: Room, numbers: Iterator[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    number = next(numbers)
    with listener(lambda connection: asked.append(connection.recv(1000))) as port:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{HERE}:{port}")
            monkeypatch.setenv(name.lower(), f"http://{HERE}:{port}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
        monkeypatch.setenv("NETRC", str(tmp_path / "none"))
        folder = learner(tmp_path, room.invitation(number))
        write(folder, event := line())
        sender(folder).step()
    assert ids(room, number) == [event["id"]]
    assert not asked


def test_nothing_is_sent_before_the_notice_is_answered(
    tmp_path: Path, room: Room, numbers: Iterator[int], capsys: pytest.CaptureFixture[str]
) -> None:
    number = next(numbers)
    write(learner(tmp_path, room.invitation()), event := line())
    (tmp_path / ".ecokit" / membership.FILE).unlink()
    told: list[str] = []

    def ask(_question: str) -> str:
        notice = capsys.readouterr().out
        for word in ("what is sent", "to whom", "14 days", "ecokit board leave", "is a grade"):
            assert word in notice
        assert HERE in notice
        assert "Plum" in notice
        sender(tmp_path, told).step()
        assert not ids(room, number)
        return ""

    member = joining.decide(tmp_path, room.invitation(number).line, "Plum", ask)
    assert member
    assert member.joined
    sender(tmp_path, told).step()
    assert ids(room, number) == [event["id"]]
    assert told == ["The room: you have joined; the board calls you Plum. 1 event was sent."]


def never(_question: str) -> str:
    raise AssertionError("nobody is asked")


@pytest.mark.parametrize("answer", ["n", " N ", "no", "nein"])
def test_who_goes_on_without_is_not_asked_again(tmp_path: Path, room: Room, answer: str) -> None:
    (tmp_path / invited.FILE).write_bytes(room.invitation().file)
    member = joining.decide(tmp_path, None, ask=lambda _question: answer)
    assert member
    assert not member.joined
    again = joining.decide(tmp_path, None, ask=never)
    assert again == member
    told: list[str] = []
    sender(tmp_path, told).step()
    assert not told
    with pytest.raises(CourseError, match="belongs to no room"):
        joining.mine(tmp_path)
    asked = joining.decide(tmp_path, str(tmp_path / invited.FILE), ask=lambda _question: "")
    assert asked
    assert asked.joined, "who says the line anew is asked anew"


def test_where_nobody_can_be_asked_nobody_joins(tmp_path: Path, room: Room) -> None:
    def nobody(_question: str) -> str:
        raise EOFError

    member = joining.decide(tmp_path, room.invitation().line, ask=nobody)
    assert member
    assert not member.joined


def test_a_line_for_all_asks_for_the_code(tmp_path: Path, room: Room) -> None:
    mine = room.invitation()
    line = mine.with_code("").line
    answers = iter([invited.written(mine.code).lower(), ""])
    member = joining.decide(tmp_path, line, ask=lambda _question: next(answers))
    assert member
    assert member.invitation == mine
    moved = line.replace(HERE, "10.0.0.7")
    after = joining.decide(tmp_path, moved, ask=never)
    assert after
    assert after.invitation.addresses == ("10.0.0.7",), "the board has moved, the code holds"
    assert after.invitation.code == mine.code


def test_a_torn_file_keeps_nobody_from_the_lessons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / invited.FILE).write_bytes(b"\0" * 5000)
    assert joining.decide(tmp_path, None, ask=never) is None
    assert "is no join line" in capsys.readouterr().out
    assert joining.decide(tmp_path / "none", None, ask=never) is None
    place = tmp_path / ".ecokit"
    place.mkdir()
    for content in (b"", b"{", b"[]", b'{"line": 5}', b'{"line": "x", "name": "", "joined": true}'):
        (place / membership.FILE).write_bytes(content)
        assert membership.read(place) is None
        sender(tmp_path).step()
    for content in (b"", b"[]", b'{"key": "k", "kept": 5}'):
        (place / membership.SENT).write_bytes(content)
        assert membership.Sent.read(place, "k") == membership.Sent("k")


def test_a_board_that_was_away_gets_everything_once(tmp_path: Path) -> None:
    """The network is cut, the board is started again, a lid is closed: all the same to a sender."""
    folder = tmp_path / "me"
    told: list[str] = []
    with rooms.room(tmp_path / "room", learners=1) as made:
        port, way = made.port, made.invitation()
        learner(folder, way)
        write(folder, first := line())
        one = sender(folder, told)
        one.step()
    write(folder, second := line("hint", hints=1))
    pauses = [one.step() for _n in range(5)]
    assert pauses[0] < pauses[-1] <= 1.2 * sending.LONGEST
    assert len(told) == 2, "told once"
    assert "kept and sent when the board is there" in told[1]
    with rooms.room(tmp_path / "room", port=port) as again:
        one.step()
        assert told[2] == "The room: the board is back. 1 event was sent."
        killed = sender(folder, told)  # as if nothing had been noted before it was killed
        membership.forget_sent(folder / ".ecokit")
        killed.step()
        assert ids(again, 1) == [first["id"], second["id"]]


def test_two_tabs_and_two_laptops_of_one_code(
    tmp_path: Path, room: Room, numbers: Iterator[int]
) -> None:
    number = next(numbers)
    folder = learner(tmp_path / "a", room.invitation(number))
    both, mine, others = line(), line(), line()
    write(folder, both, mine)
    write(folder, both, others, file="events-77-abcd.jsonl")
    other = learner(tmp_path / "b", room.invitation(number))
    write(other, both)
    senders = [sender(folder), sender(folder), sender(other)]
    threads = [threading.Thread(target=one.step) for one in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids(room, number)) == sorted(str(one["id"]) for one in (both, mine, others))


def test_clocks_an_hour_apart_are_put_right(
    tmp_path: Path, room: Room, numbers: Iterator[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, hour = next(numbers), timedelta(hours=1)
    folder = learner(tmp_path, room.invitation(number))
    now = store.now()
    wrong = line(time=(now - hour).isoformat())
    write(folder, wrong)
    monkeypatch.setattr(store, "now", lambda: now - hour)
    sender(folder).step()
    (placed,) = [one for one in room.ledger.events() if one.event.id == wrong["id"]]
    assert abs(placed.happened - now) < timedelta(seconds=60)
    assert placed.event.time < placed.happened


def test_many_events_go_in_parts_and_what_a_board_refuses_is_not_sent_for_ever(
    tmp_path: Path, room: Room, numbers: Iterator[int]
) -> None:
    number = next(numbers)
    folder = learner(tmp_path, room.invitation(number))
    events = [line("hint", hints=1) for _n in range(2 * membership.DELIVERED + 5)]
    unknown = line(exercise="astrology-moon")
    write(folder, unknown, *events)
    told: list[str] = []
    sender(folder, told).step()
    assert len(ids(room, number)) == len(events)
    assert f"{len(events)} events were sent" in told[0]
    sent = membership.Sent.read(
        folder / ".ecokit", membership.Membership(room.invitation(number).line).key
    )
    assert sent.refused == {unknown["id"]}


def test_a_replaced_code_is_told_once_and_the_new_one_goes_on(
    tmp_path: Path, room: Room, numbers: Iterator[int]
) -> None:
    number = next(numbers)
    told: list[str] = []
    folder = learner(tmp_path, room.invitation(number), "Heron")
    write(folder, first := line())
    one = sender(folder, told)
    one.step()
    _seat, code = room.codes.again(lambda seat: seat.number == number, "")
    write(folder, second := line())
    one.step()
    one.step()
    assert told[1:] == ["The room: This code was replaced. Ask your trainer for the new one."]
    new = room.invitation(number).with_code(code)
    joining.decide(folder, new.line, ask=lambda _question: "")
    one.step()
    assert ids(room, number) == [first["id"], second["id"]]
    assert "the board calls you Heron" in told[-1]


def test_a_learner_sees_what_was_sent_and_leaves(
    tmp_path: Path, room: Room, numbers: Iterator[int], capsys: pytest.CaptureFixture[str]
) -> None:
    number = next(numbers)
    folder = learner(tmp_path, room.invitation(number))
    write(folder, event := line())
    one = sender(folder)
    one.step()
    write(folder, line("hint", hints=1))
    joining.mine(folder)
    told = capsys.readouterr().out
    assert f"{event['time']}"[:19] in told
    assert "kpi-points  right" in told
    assert f"1 events were sent to {HERE}; 1 wait." in told
    assert room.invitation(number).code not in told
    joining.leave(folder)
    assert "has deleted what it had" in capsys.readouterr().out
    assert not ids(room, number)
    one.step()
    assert not ids(room, number), "a sender that runs sends no more"
    with pytest.raises(CourseError, match="belongs to no room"):
        joining.leave(folder)


def test_who_leaves_a_board_that_is_away_has_left(
    tmp_path: Path, room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server((HERE, 0)) as taken:
        port = taken.getsockname()[1]
    folder = learner(tmp_path, invited.Invitation((HERE,), port, room.mark, room.invitation().code))
    joining.leave(folder)
    assert "nothing more is sent. The board was not told" in capsys.readouterr().out
    member = membership.read(folder / ".ecokit")
    assert member
    assert not member.joined


def test_the_folder_keeps_the_code_for_its_owner_alone(tmp_path: Path, room: Room) -> None:
    import os

    learner(tmp_path, room.invitation())
    if os.name == "posix":
        assert not (tmp_path / ".ecokit" / membership.FILE).stat().st_mode & 0o077


M = "M" * 26
CASES = [
    (Seen("a", mark=M), "", "reached"),
    (Seen("a", mark="N" * 26), "", "proxy"),
    (Seen("a"), "", "proxy"),
    (Seen("a", "refused"), "proxy.corp:3128", "address"),
    (Seen("a", "no name"), "", "address"),
    (Seen("a", "silent", same_network=False), "", "address"),
    (Seen("a", "no way", same_network=False), "proxy.corp:3128", "proxy"),
    (Seen("a", "silent", neighbour=True), "", "firewall"),
    (Seen("a", "silent"), "", "isolation"),
    (Seen("a", "no way"), "", "isolation"),
]


@pytest.mark.parametrize(("seen", "proxy", "what"), CASES)
def test_what_is_in_the_way_is_told(seen: Seen, proxy: str, what: str) -> None:
    assert reaching.verdict(seen, M, proxy) == what


def test_a_second_laptop_finds_out(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = room.invitation()
    assert reaching.examine(mine.line) == 0
    assert reaching.examine(mine.with_code("").line) == 0
    assert "The board is there." in capsys.readouterr().out
    assert reaching.examine(mine.with_code("000000011").line) == 1
    assert "does not know this code" in capsys.readouterr().out
    now = store.now()
    other = Certificate.of(tmp_path, now, now + timedelta(days=1)).mark
    assert reaching.examine(invited.Invitation((HERE,), room.port, other).line) == 1
    told = capsys.readouterr().out
    assert told.startswith("Proxy:")
    assert "ecokit collect" in told
    with listener(lambda connection: connection.sendall(b"220 mail\r\n")) as port:
        assert reaching.look(HERE, port) == Seen(HERE, same_network=reaching.same_network(HERE, []))
    assert reaching.look(HERE, port).trouble == "refused"
    assert reaching.examine(invited.Invitation((HERE, "no.invalid"), port, room.mark).line) == 1
    assert capsys.readouterr().out.startswith("Address:")

    def silent(*_where: object, **_more: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", silent)
    assert reaching.look("192.0.2.77", 8443).trouble == "silent"


def test_a_trainer_tries_the_network_before_the_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = []

    def try_it() -> None:
        told = capsys.readouterr().out
        words = told.split("ecokit doctor --board ")[1].split()
        results.append(reaching.examine(words[0]))

    check.check(tmp_path, network.Where(0, (HERE,)), wait=try_it)
    assert results == [0]
    assert f"This laptop itself has come through, from {HERE}." not in capsys.readouterr().out


def test_a_room_is_begun_and_goes_on_after_the_board_was_started_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, where = tmp_path / "room", network.Where(0, (HERE,))
    with Ledger(None) as ledger:
        with network.listening(folder, ledger, where, learners=3) as first:
            told = capsys.readouterr().out
            assert "4 codes were drawn, 1 of them spare" in told
            assert f"ecokit start --room {first.line}" in told
            mine = invited.read(str(tmp_path / "room-board" / "invitations" / "002" / invited.FILE))
            assert mine.with_code("") == first
        assert not folder.exists(), "where files are handed in lies nothing of the board"
        place = folder.with_name("room-board")
        text = b"".join(path.read_bytes() for path in place.iterdir() if path.suffix == ".json")
        assert mine.code.encode() not in text
        where = network.Where(first.port, (HERE,))
        with network.listening(folder, ledger, where) as second:
            assert second == first
            assert "codes were drawn" not in capsys.readouterr().out
            me = learner(tmp_path / "me", mine, "Plum")
            write(me, event := line())
            one = sender(me)
            one.step()
            network.again(folder, "plum", ledger)
            new = invited.read(str(tmp_path / "room-board" / "invitations" / "002" / invited.FILE))
            assert new.code != mine.code
            with pytest.raises(CourseError, match="0 learners"):
                network.again(folder, "Nobody", ledger)
            joining.decide(me, new.line, ask=lambda _question: "")
            write(me, later := line())
            one.step()
            assert [p.event.id for p in ledger.events()] == [event["id"], later["id"]]
            assert len(ledger.learners()) == 1


@pytest.mark.parametrize("days", [0, -1, 100])
def test_a_workshop_of_no_days_is_a_sentence(tmp_path: Path, days: int) -> None:
    with (
        Ledger(None) as ledger,
        pytest.raises(CourseError, match="lasts 1 to 60"),
        network.listening(tmp_path, ledger, network.Where(0, (HERE,)), days=days),
    ):
        pass


def test_a_laptop_that_cannot_be_kept_awake_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKEPY_FORCE_FAILURE", "yes")
    with awake() as told:
        assert told == SENTENCE
    monkeypatch.delenv("WAKEPY_FORCE_FAILURE")
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "yes")
    with awake() as told:
        assert told == ""


def test_a_running_sender_stops_with_the_course(
    tmp_path: Path, room: Room, numbers: Iterator[int]
) -> None:
    number = next(numbers)
    folder = learner(tmp_path, room.invitation(number))
    write(folder, first := line())
    one = sender(folder)
    one.start()
    for _n in range(100):
        if ids(room, number):
            break
        one.join(0.1)
    write(folder, last := line())
    one.stop()
    assert ids(room, number) == [first["id"], last["id"]], "the last seconds are sent, too"
    assert not one.is_alive()


def test_who_joins_no_room_waits_for_no_exercises() -> None:
    ask = "import sys, ecokit.cli.start; print('ecokit.exercises' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
