"""Take the pictures of the board: rooms of three sizes, with simulated learners, at 11:12 of a day.

    .venv/bin/python benchmarks/board_picture.py

It writes ``book/images/board-*.png``.
"""

from __future__ import annotations

import asyncio
import io
import random
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from ecokit.board import serve
from ecokit.board.ledger import Ledger
from ecokit.exercises import store
from ecokit.exercises.sheet import Exercise
from ecokit.exercises.wire import Event
from ecokit.pack import plan as plans

IMAGES = Path(__file__).resolve().parents[1] / "book" / "images"
ROOMS = {"board-files": 9, "board-network": 36, "board-server": 160}
SCREEN = {"width": 1024, "height": 768}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
NOW = datetime.now().astimezone().replace(hour=11, minute=12, second=30)
PLAN = plans.read("day")


def main() -> None:
    store.now = lambda: NOW.astimezone(UTC)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, learners in ROOMS.items():
            with served(room(learners)) as port:
                take(browser, port, IMAGES / f"{name}.png", whole=learners < 100)
        browser.close()


def room(learners: int) -> serve.View:
    """Return a board on which learners have worked since nine o'clock, each at a pace."""
    ledger, luck = Ledger(None), random.Random(12)
    for n in range(learners):
        ledger.add(f"k{n}", f"Team {n + 1}", NOW, list(worked(n, luck)), NOW)
    return serve.View(ledger, PLAN)


def worked(learner: int, luck: random.Random) -> Iterator[Event]:
    """Yield what one learner has done: more or less able, and some stopped a while ago."""
    able, stops = luck.random(), NOW - timedelta(minutes=14 if luck.random() < 0.07 else 0)
    for block in PLAN.days[0]:
        begins = NOW.replace(hour=block.start.hour, minute=block.start.minute)
        time = begins + timedelta(minutes=luck.uniform(1, 4))
        for one in block.exercises:
            for kind, mistake, hints in tries(one, able, luck):
                if time > stops:
                    break
                mark = f"{learner:04}{luck.getrandbits(48):012x}"
                yield Event(mark, time.astimezone(UTC), one.id, kind, mistake, hints, 2025)
                time += timedelta(minutes=luck.uniform(0.5, 3) * (1.7 - able))


def tries(one: Exercise, able: float, luck: random.Random) -> Iterator[tuple[str, str | None, int]]:
    """Yield what a learner does with one exercise until it is right."""
    hints, usual = 0, list(one.mistakes)[:2]
    yield "opened", None, hints
    while luck.random() > 0.3 + 0.5 * able:
        kind = luck.choices(["misconception", "wrong", "hint"], [6, 2, 2])[0]
        hints += kind == "hint"
        yield kind, luck.choice(usual) if kind == "misconception" else None, hints
    yield "right", None, hints


@contextmanager
def served(view: serve.View) -> Iterator[int]:
    """Serve a board from a thread, and give its port."""
    ready, ends = threading.Event(), asyncio.Event()
    kept: list[tuple[int, asyncio.AbstractEventLoop]] = []

    async def run() -> None:
        server, port = serve.listen(serve.app(view, "picture"), 0)
        kept.append((port, asyncio.get_running_loop()))
        ready.set()
        await ends.wait()
        await serve.close(server)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    ready.wait()
    yield kept[0][0]
    kept[0][1].call_soon_threadsafe(ends.set)
    thread.join()
    view.words.close()


def take(browser: Browser, port: int, target: Path, *, whole: bool) -> None:
    page = browser.new_page(viewport=SCREEN)  # type: ignore[arg-type]
    page.clock.set_fixed_time(NOW)
    page.goto(serve.address(port, "picture"))
    page.locator("#panels table").first.wait_for()
    if not whole:
        page.locator("#open").click()
    page.wait_for_timeout(25_000)  # the sheets of questions with options are worked out
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(64, dither=Image.Dither.NONE).save(target, optimize=True)
    print(f"{target.name}: {target.stat().st_size:,} bytes")
    page.close()


if __name__ == "__main__":
    main()
