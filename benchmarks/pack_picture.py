"""Take the README's picture of a trainer's pack: a slide with its notes, beside the run sheet.

    make pack PLAN=day
    .venv/bin/python benchmarks/pack_picture.py trainer/pack

It writes ``book/images/pack.png``.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

TARGET = Path(__file__).resolve().parents[1] / "book" / "images" / "pack.png"
DECK, SLIDE = "decisions", 7
"""The slide that is shown: the busy post and the slow one."""
SCREEN, SHEET, GAP = {"width": 1280, "height": 720}, {"width": 680, "height": 1500}, 24
GROUND, LINE = "#e8ecef", "#8c959f"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")


def main(pack: Path) -> None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        slide, speaker = talk(browser, pack / "slides" / f"{DECK}.html")
        sheet = read(browser, pack / "run-sheet.html")
        browser.close()
    left = stack(
        slide, speaker.resize((slide.width, speaker.height * slide.width // speaker.width))
    )
    sheet = sheet.crop((0, 0, sheet.width, left.height * sheet.width // SHEET["width"]))
    sheet = sheet.resize((SHEET["width"], left.height))
    picture = Image.new("RGB", (left.width + GAP + sheet.width, left.height), GROUND)
    picture.paste(left, (0, 0))
    picture.paste(sheet, (left.width + GAP, 0))
    picture = picture.resize(
        (1400, 1400 * picture.height // picture.width), Image.Resampling.LANCZOS
    )
    picture.quantize(64, dither=Image.Dither.NONE).save(TARGET, optimize=True)
    print(f"{TARGET}: {picture.width} x {picture.height}, {TARGET.stat().st_size:,} bytes")


def talk(browser: Browser, deck: Path) -> tuple[Image.Image, Image.Image]:
    """Return a slide as the room sees it, and the speaker's view beside it."""
    context = browser.new_context(viewport=SCREEN)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{deck.resolve().as_uri()}#/{SLIDE - 1}")
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    with context.expect_page() as opened:
        page.keyboard.press("s")
    notes = opened.value
    notes.set_viewport_size({"width": 1100, "height": 620})
    notes.locator(".speaker-controls-notes .value p").first.wait_for()
    notes.wait_for_timeout(1500)  # the two small slides are loaded
    return taken(page), taken(notes)


def read(browser: Browser, path: Path) -> Image.Image:
    page = browser.new_page(viewport=SHEET)  # type: ignore[arg-type]
    page.goto(path.resolve().as_uri())
    return taken(page)


def taken(page: Page) -> Image.Image:
    return framed(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))


def framed(image: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (image.width + 2, image.height + 2), LINE)
    whole.paste(image, (1, 1))
    return whole


def stack(above: Image.Image, below: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (above.width, above.height + GAP + below.height), GROUND)
    whole.paste(above, (0, 0))
    whole.paste(below, (0, above.height + GAP))
    return whole


if __name__ == "__main__":
    main(Path(sys.argv[1]))
