"""How long an explorer takes from a move of its control to the new picture, in a real browser.

Run with ``python -m benchmarks.explorers``. For each topic a notebook with its explorer is
opened in JupyterLab; its first slider (or menu) is moved back and forth, and the clock runs from
the move to the frame in which the last changed picture is painted.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.lab import browser, jupyterlab, open_notebook, run_all, write_notebook
from ecokit import explore

MOVES = 40
WATCH = """() => {
  const area = document.querySelector('.jp-OutputArea-output .jupyter-widgets').parentElement;
  document.addEventListener('keydown', () => { window.moved = performance.now(); }, true);
  new MutationObserver(async changes => {
    const shown = changes.filter(c => c.target.closest?.('.widget-html-content, .widget-image'));
    if (!shown.length) return;
    await Promise.all([...area.querySelectorAll('img')].map(img => img.decode().catch(() => 0)));
    requestAnimationFrame(() => { window.painted = performance.now(); });
  }).observe(area, { childList: true, subtree: true, attributes: true, attributeFilter: ['src'] });
}"""


CHOOSE = """(menu, index) => {
  window.moved = performance.now();
  menu.selectedIndex = index;
  menu.dispatchEvent(new Event('change', { bubbles: true }));
}"""


def move(page: Page, forth: bool) -> None:
    """Move the first slider by an arrow key; without a slider, choose in the first menu."""
    slider = page.locator(".jp-OutputArea :is(.ecokit-slider input, .noUi-handle):visible")
    if slider.count():
        slider.first.press("ArrowRight" if forth else "ArrowLeft")
    else:
        page.locator(".jp-OutputArea select:visible").first.evaluate(CHOOSE, 2 if forth else 1)


def moves(page: Page) -> list[float]:
    """Move the control back and forth; return milliseconds from the move to the picture."""
    page.evaluate(WATCH)
    times = []
    for number in range(MOVES):
        page.evaluate("() => { window.painted = 0; }")
        move(page, forth=number % 2 == 0)
        page.wait_for_function("() => window.painted", timeout=20_000)
        page.wait_for_timeout(400)  # several views may follow one another
        times.append(float(page.evaluate("() => window.painted - window.moved")))
    return times[2:]  # the first moves also fill caches


def main() -> None:
    """Print a table of all explorers."""
    print(f"{'explorer':<14}{'median ms':>10}{'95 % ms':>10}{'worst ms':>10}")
    with tempfile.TemporaryDirectory() as name, browser() as started:
        folder = Path(name)
        for topic in explore.topics():
            write_notebook(
                folder / f"{topic}.ipynb",
                [
                    "from ecokit import explore, load_shop",
                    f"explore.show('{topic}', load_shop())",
                ],
            )
        with jupyterlab(folder) as address:
            for topic in explore.topics():
                page = open_notebook(started, address.format(path=f"{topic}.ipynb"))
                run_all(page)
                page.wait_for_selector(".jp-OutputArea img, .jp-OutputArea .widget-html-content")
                page.wait_for_timeout(2000)
                times = sorted(moves(page))
                p95 = times[int(0.95 * len(times))]
                print(
                    f"{topic:<14}{statistics.median(times):>10.0f}{p95:>10.0f}{times[-1]:>10.0f}",
                    flush=True,
                )
                page.close()


if __name__ == "__main__":
    main()
