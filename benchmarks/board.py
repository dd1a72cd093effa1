"""A room of 200: what the board acknowledges is kept, whatever happens to it, and counts once.

    python benchmarks/board.py             200 learners, ten events each
    python benchmarks/board.py --learners 40

Each learner has a folder, a code, a sender and a connection of its own, as in a room; half of the
laptops are an hour behind. The board is killed (kill -9) while events come in, and started again;
its lid is closed and opened; every folder is sent from by two at once, and holds a file twice.
Then somebody guesses codes, a hundred a second, while learners come with right ones.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ecokit.board import codes, listen, network  # noqa: E402
from ecokit.board.ledger import Ledger  # noqa: E402
from ecokit.cli import invited, pinned  # noqa: E402
from ecokit.cli.membership import Membership, Sent  # noqa: E402
from ecokit.cli.sending import Sender  # noqa: E402
from ecokit.exercises import store  # noqa: E402
from tests import rooms  # noqa: E402

EVENTS = 10
HOUR = timedelta(hours=1)
SIDE_BY_SIDE = 32  # senders that this machine can run at once
CLOCK = threading.local()


def main(learners: int) -> int:
    """Play all of it and print what was seen; return 1 where anything was lost or counted twice."""
    store.now = _clock
    listen.allow_many_connections()
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        with served(place, learners) as board:
            people = [Person(place, number) for number in range(1, learners + 1)]
            faults = [
                *through_a_kill(people, board),
                *through_a_closed_lid(people, board),
                *in_all(people, board),
                *guessed(place, people),
            ]
            for person in people:
                person.hang_up()
    print("\n".join(faults) or "Nothing was lost, and nothing was counted twice.")
    return int(bool(faults))


class Board:
    """The board in a process of its own, which can be killed and started again."""

    def __init__(self, place: Path, learners: int) -> None:
        self.place, self.learners, self.port = place, learners, 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        words = ["--serve", str(self.place), str(self.learners), str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def ids(self) -> list[str]:
        """Return what its file holds now."""
        with Ledger(self.place / "board.db") as ledger:
            return [placed.event.id for placed in ledger.events()]


@contextmanager
def served(place: Path, learners: int) -> Iterator[Board]:
    board = Board(place, learners)
    board.start()
    try:
        yield board
    finally:
        board.kill()


def serve(place: Path, learners: int, port: int) -> None:
    """Be the board, until killed."""
    out, sys.stdout = sys.stdout, sys.stderr
    where = network.Where(port, (rooms.HERE,))
    with (
        Ledger(place / "board.db") as ledger,
        network.listening(place / "room", ledger, where, learners=learners) as line,
    ):
        print(line.port, file=out, flush=True)
        threading.Event().wait()


class Person:
    """A learner with a folder, and two tabs that send from it."""

    def __init__(self, place: Path, number: int) -> None:
        file = place / "room-board" / "invitations" / f"{number:03}" / invited.FILE
        self.invitation = invited.read(str(file))
        self.folder = rooms.learner(place / "learners" / str(number), self.invitation)
        self.behind = number % 2 == 1
        self.told: list[str] = []
        self.tabs = [Sender(self.folder, self.told.append) for _n in range(2)]
        self.events: list[str] = []

    def work(self, number: int) -> None:
        """Do some exercises; the lines stand in two files."""
        for _n in range(number):
            time_now = datetime.now(UTC) - HOUR * self.behind
            event = rooms.line(time=time_now.isoformat())
            self.events.append(str(event["id"]))
            for file in ("events.jsonl", "events-1-copy.jsonl"):
                rooms.write(self.folder, event, file=file)

    def send(self, tab: int) -> None:
        """Send from one tab, by the clock of this laptop."""
        CLOCK.behind = self.behind
        self.tabs[tab].step()

    @property
    def acknowledged(self) -> set[str]:
        """What the board has said that it has."""
        key = Membership(self.invitation.line).key
        return Sent.read(self.folder / ".ecokit", key).kept

    def hang_up(self) -> None:
        """Close the connections."""
        for tab in self.tabs:
            if tab._board:
                tab._board.close()


def _clock() -> datetime:
    return datetime.now(UTC) - HOUR * getattr(CLOCK, "behind", False)


def all_send(people: Sequence[Person], then: Callable[[int], None] = lambda _n: None) -> None:
    """Let everybody send once from both tabs, and call `then` after each that has."""
    done = itertools.count(1)

    def send(pair: tuple[Person, int]) -> None:
        pair[0].send(pair[1])
        then(next(done))

    pairs = [(person, tab) for tab in (0, 1) for person in people]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as side_by_side:
        list(side_by_side.map(send, pairs))


def until_all_is_there(people: Sequence[Person]) -> float:
    """Send until all is acknowledged; return the seconds that took."""
    start = time.monotonic()
    while any(person.acknowledged < set(person.events) for person in people):
        all_send(people)
        if time.monotonic() - start > 600:
            break
    return time.monotonic() - start


def through_a_kill(people: Sequence[Person], board: Board) -> Iterator[str]:
    for person in people:
        person.work(EVENTS // 2)
    start = time.monotonic()
    all_send(people)
    print(f"{len(people)} learners joined and sent {EVENTS // 2} events each in {_since(start)}")
    for person in people:
        person.work(EVENTS - EVENTS // 2)

    def kill(number: int) -> None:
        if number == len(people) // 2:
            board.kill()

    all_send(people, kill)
    acknowledged = set().union(*(person.acknowledged for person in people))
    kept = set(board.ids())
    waiting = sum(len(person.events) for person in people) - len(acknowledged)
    print(f"kill -9: {len(acknowledged)} acknowledged, {waiting} not yet; {len(kept)} in the file")
    if lost := acknowledged - kept:
        yield f"LOST: {len(lost)} events were acknowledged and are not in the file."
    start = time.monotonic()
    board.start()
    again = _since(start)
    print(f"started again in {again}; all acknowledged {until_all_is_there(people):.1f} s later")


def through_a_closed_lid(people: Sequence[Person], board: Board) -> Iterator[str]:
    if not hasattr(signal, "SIGSTOP") or board.process is None:
        return
    for person in people:
        person.work(1)
    asking = people[:SIDE_BY_SIDE]
    before = [len(person.told) for person in asking]
    board.process.send_signal(signal.SIGSTOP)
    start = time.monotonic()
    all_send(asking)
    board.process.send_signal(signal.SIGCONT)
    closed = _since(start)
    silent = sum(len(person.told) == n for person, n in zip(asking, before, strict=True))
    print(f"lid closed for {closed}; all acknowledged {until_all_is_there(people):.1f} s later")
    if silent:
        yield f"UNTOLD: {silent} learners heard nothing of a board that was away."


def in_all(people: Sequence[Person], board: Board) -> Iterator[str]:
    counted = Counter(board.ids())
    wanted = {event for person in people for event in person.events}
    with Ledger(board.place / "board.db") as ledger:
        placed, known = ledger.events(), ledger.learners()
    late = max(abs(one.arrived - one.happened) for one in placed)
    print(f"{len(counted)} events of {len(known)} learners; none happened {late} before it came")
    if lost := wanted - counted.keys():
        yield f"LOST: {len(lost)} events."
    if twice := [one for one, number in counted.items() if number > 1]:
        yield f"TWICE: {len(twice)} events."
    if foreign := counted.keys() - wanted:
        yield f"FOREIGN: {len(foreign)} events."
    if late > HOUR / 2:
        yield f"CLOCKS: an event counts as {late} old."


def guessed(place: Path, people: Sequence[Person]) -> Iterator[str]:
    """Guess a hundred times a second over TLS, while right codes come that are new to the board."""
    first = people[0].invitation
    context = pinned.trusting(pinned.fetched(rooms.HERE, first.port))
    spare = [
        invited.read(str(file)).code
        for file in sorted(place.glob(f"room-board/invitations/*/{invited.FILE}"))
    ][len(people) :]
    wrong, right = asyncio.run(_attacked(first.port, context, spare[:10]))
    late = max(seconds for _status, seconds in right)
    waited = statistics.median(seconds for _status, seconds in wrong)
    print(f"{len(wrong)} guesses in 10 s: a right code answers in {late:.2f} s at the latest,")
    print(f"a wrong one in {waited:.2f} s (median)")
    if {status for status, _seconds in right} != {"200"}:
        yield "REFUSED: a right code was refused during guesses."
    if late > 3:
        yield f"SLOW: a right code waited {late:.1f} s."
    if "200" in {status for status, _seconds in wrong}:
        yield "GUESSED: a wrong code was taken."


Answers = list[tuple[str, float]]


async def _attacked(
    port: int, context: ssl.SSLContext, spare: list[str]
) -> tuple[Answers, Answers]:
    async def guess() -> Answers:
        tasks, begin = [], time.monotonic()
        for number in range(1000):
            await asyncio.sleep(max(0.0, begin + number / 100 - time.monotonic()))
            tasks.append(asyncio.create_task(ask(port, context, codes.draw())))
        return await asyncio.gather(*tasks)

    async def come() -> Answers:
        found = []
        for code in spare:
            await asyncio.sleep(0.9)
            found.append(await ask(port, context, code))
        return found

    return await asyncio.gather(guess(), come())


async def ask(port: int, context: ssl.SSLContext, code: str) -> tuple[str, float]:
    """Ask with a code over a connection of its own; return the status and the seconds."""
    start = time.monotonic()
    reader, writer = await asyncio.open_connection(
        rooms.HERE, port, ssl=context, server_hostname="board"
    )
    head = f"GET /hello HTTP/1.1\r\nHost: {rooms.HERE}\r\nAuthorization: Bearer {code}\r\n\r\n"
    writer.write(head.encode())
    status = (await reader.readline()).split()[1].decode()
    writer.close()
    return status, time.monotonic() - start


def _since(start: float) -> str:
    return f"{time.monotonic() - start:.1f} s"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    parser = argparse.ArgumentParser()
    parser.add_argument("--learners", type=int, default=200)
    sys.exit(main(parser.parse_args().learners))
