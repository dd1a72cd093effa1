"""Every page in a real browser, with the network shut: errors, maths, sliders, access, search."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).resolve().parents[1]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
pytestmark = pytest.mark.browser
NOWHERE = {"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Nine tenths of axe's time go into colours, and hundreds of texts on a page look the same: it is
# asked about three of each look, which is what hangs on colours, size and what lies behind.
SOME_OF_EACH_LOOK = """() => {
  const behind = one => {
    for (; one; one = one.parentElement) {
      const {backgroundColor, backgroundImage} = getComputedStyle(one);
      if (backgroundColor !== 'rgba(0, 0, 0, 0)' || backgroundImage !== 'none')
        return backgroundColor + backgroundImage;
    }
  };
  const seen = {};
  for (const one of document.querySelectorAll('body *')) {
    const says = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!says || !one.checkVisibility({visibilityProperty: true})) continue;
    const {color, fontSize, fontWeight, opacity} = getComputedStyle(one);
    const look = [one.tagName, color, fontSize, fontWeight, opacity, behind(one)].join();
    seen[look] = (seen[look] || 0) + 1;
    if (seen[look] <= 3) one.dataset.look = seen[look];
  }
}"""
AXE = Axe(
    AXE_SCRIPT + "; axe.configure({rules: [{id: 'color-contrast', selector: '[data-look]'}]})"
)
# Only in the page itself: a frame that shows a foreign page is sandboxed and has no storage.
THEME = """theme => {
  if (window !== window.top) return;
  for (const key of ['mode', 'theme']) localStorage.setItem(key, theme);
}"""


def listed(node: Any) -> Iterator[str]:
    """Yield every page of the table of contents."""
    if isinstance(node, dict):
        yield from (node[key] for key in ("root", "file") if key in node)
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from listed(item)


PAGES = [*listed(yaml.safe_load((ROOT / "_toc.yml").read_text("utf8"))), "search"]
ALIKE = [name for name in PAGES if name.startswith("book/reference/api/")][2:]
"""Pages made of the same parts by one template, and long: axe sees some of them, in the light."""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files, which the browser may keep, and prints nothing."""

    def end_headers(self) -> None:
        """Let the scripts of all pages be read once."""
        if self.path.startswith("/_static/"):
            self.send_header("Cache-Control", "max-age=3600")
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def address(book: Path) -> Iterator[str]:
    """The book on loopback."""
    handler = functools.partial(Quiet, directory=str(book))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["light", "dark"], scope="module")
def tab(request: pytest.FixtureRequest, browser: Any) -> Iterator[SimpleNamespace]:
    """One page of a browser that reaches loopback only, and what went wrong in it.

    The way to other machines leads nowhere. The browser is not asked at each request
    whether that may go on: then it would keep nothing, and read all scripts for each page anew.
    """
    size = WIDE if request.param == "light" else PHONE
    context = browser.new_context(viewport=size, color_scheme=request.param, proxy=NOWHERE)
    context.add_init_script(f"({THEME})('{request.param}')")
    page, faults = context.new_page(), []

    def look(request: Any) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", None}:
            faults.append(f"asked for {request.url}")

    context.on("request", look)
    page.on("console", lambda m: faults.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    # A page that is left lets go of what it was still loading; that is no fault.
    page.on(
        "requestfailed",
        lambda r: None if r.failure == "net::ERR_ABORTED" else faults.append(f"failed: {r.url}"),
    )
    page.on(
        "response", lambda r: faults.append(f"{r.status}: {r.url}") if r.status >= 400 else None
    )
    yield SimpleNamespace(page=page, faults=faults, wide=size == WIDE)
    context.close()


def go(tab: SimpleNamespace, url: str) -> Any:
    """Open an address and wait until its scripts and formulas are done."""
    tab.faults.clear()
    tab.page.goto(url, wait_until="load")
    tab.page.evaluate(
        "async () => { await document.fonts.ready; "
        "if (window.MathJax?.startup) await MathJax.startup.promise }"
    )
    return tab.page


def where(name: str, tab: SimpleNamespace, address: str, book: Path) -> str:
    """Return the address of a page.

    In the light and on a wide screen as it is served; in the dark and on a phone as a double click
    on its file opens it.
    """
    return f"{address if tab.wide else book.as_uri()}/{name}.html"


def test_nothing_outside_is_reached_and_who_asks_for_it_is_told(
    tab: SimpleNamespace, address: str
) -> None:
    page = go(tab, f"{address}/{PAGES[0]}.html")
    for place in ("https://example.org/a.js", "http://192.0.2.1/b.js"):
        assert page.evaluate("url => fetch(url).catch(() => 'not reached')", place) == "not reached"
        assert f"asked for {place}" in tab.faults


@pytest.mark.parametrize("name", PAGES)
def test_page(tab: SimpleNamespace, address: str, book: Path, name: str) -> None:
    """No error, nothing from outside, formulas set, nothing too wide, open to everyone."""
    page = go(tab, where(name, tab, address, book))
    assert page.locator("h1:visible").count() == 1
    raw = page.locator(".math:not(:has(mjx-container))").count()
    assert raw == 0, "a formula is not set"
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{wide} pixels too wide"
    broken = page.evaluate(
        "[...document.images].filter(i => i.complete && !i.naturalWidth && i.loading !== 'lazy')"
        ".map(i => i.src)"
    )
    assert not broken
    if name not in ALIKE or (tab.wide and name in ALIKE[::5]):
        found = accessible(page)
        assert found.violations_count == 0, found.generate_report()
    if not tab.wide:
        assert page.evaluate(CUT_OFF) == []
        for twin in page.locator(".twin").all():
            walk(page, twin)
    assert not tab.faults


def accessible(page: Any) -> AxeResults:
    """Let axe look at a page; it may ask for the style sheets of one that is served."""
    page.evaluate(SOME_OF_EACH_LOOK)
    options = {"runOnly": WCAG, "resultTypes": ["violations"]}
    return AXE.run(page, options=options | {"preload": page.url.startswith("http")})


def test_one_pale_text_among_many_is_found(tab: SimpleNamespace, address: str) -> None:
    page = go(tab, f"{address}/book/reference/glossary.html")
    page.evaluate("[...document.querySelectorAll('dd p')].at(-1).style.color = '#888'")
    page.evaluate("[...document.querySelectorAll('dd p')].at(-1).style.background = '#777'")
    assert [found["id"] for found in accessible(page).response["violations"]] == ["color-contrast"]


@pytest.mark.parametrize("tab", ["light"], indirect=True)
def test_the_map_of_the_whole_operation_is_printed_on_one_sheet(
    tab: SimpleNamespace, address: str
) -> None:
    page = go(tab, f"{address}/book/summary/overview.html")
    page.evaluate("() => document.body.classList.add('prints-map')")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1


# Figures and tables: each is seen whole, or stands in a box with the words above it.
CUT_OFF = """() => {
  const shown = [...document.querySelectorAll('article :is(table, img)')]
    .filter(one => one.checkVisibility());
  const fits = one => one.getBoundingClientRect().right <= innerWidth + 1;
  const told = one => {
    const box = one.closest('.scrolls');
    return box && box.tabIndex === 0 && getComputedStyle(box).overflowX === 'auto'
      && getComputedStyle(box, '::before').content.includes('wider than the screen');
  };
  return shown.filter(one => !fits(one) && !told(one)).map(one => one.outerHTML.slice(0, 120));
}"""


def with_twins(book: Path) -> list[str]:
    """Return the pages that hold a twin."""
    return [
        name
        for name in PAGES
        if 'class="twin-control"' in (book / f"{name}.html").read_text("utf8")
    ]


# A picture without its size yet is not to be seen.
SHOWN = """twin => {
  const shown = [...twin.querySelectorAll('img')].filter(one => one.getClientRects().length);
  const [slider, picture] = [twin.querySelector('input'), shown[0]];
  if (shown.length !== 1 || !picture.complete || !picture.naturalWidth || !picture.width) return;
  return {picture: picture.src, says: picture.alt, place: slider.value,
          heard: slider.ariaValueText, seen: twin.querySelector('output').innerText};
}"""


def walk(page: Any, twin: Any) -> None:
    """Move a slider from its first to its last place, by keyboard alone, and look at each picture.

    The reader of the screen hears the label.
    """
    slider, pictures = twin.locator("input"), set()
    last = int(slider.get_attribute("max"))
    slider.press("Home")
    for place in range(last + 1):
        shown = page.wait_for_function(SHOWN, arg=twin.element_handle()).json_value()
        assert shown["says"]
        assert shown["place"] == str(place)
        assert shown["heard"] == shown["seen"]
        pictures.add(shown["picture"])
        page.keyboard.press("ArrowRight")
    assert len(pictures) == last + 1


@pytest.mark.parametrize("term", ["conversion", "转化率"])
def test_search_finds(tab: SimpleNamespace, address: str, book: Path, term: str) -> None:
    """In English and in Chinese, served and straight from the disk."""
    page = go(tab, where(PAGES[0], tab, address, book))
    page.keyboard.press("Control+k")
    field = page.locator("#pst-search-dialog input")
    field.wait_for()
    field.fill(term)
    field.press("Enter")
    page.locator("ul.search li a[href*='glossary']").first.wait_for()
    assert not tab.faults


def test_a_notebook_is_one_click_away_where_jupyterlab_serves_the_book(
    tab: SimpleNamespace, address: str, book: Path
) -> None:
    """There the book is at ``book/``, beside ``lab/``; elsewhere there is nothing to open."""
    name = next(name for name in PAGES if name.startswith("notebooks/"))
    page = go(tab, f"{address}/{name}.html")
    assert page.locator(".lab-notebook").count() == 1
    assert page.locator("a:has(.lab-notebook)").count() == 0
    below = "/user/ann/book/"

    def from_book(route: Any) -> None:
        route.fulfill(path=book / urlsplit(route.request.url).path.removeprefix(below))

    page.route(f"**{below}**", from_book)
    go(tab, f"{address}{below}{name}.html")
    link = page.locator("a:has(.lab-notebook)").get_attribute("href")
    assert link == f"/user/ann/lab/tree/{name.removeprefix('notebooks/')}.ipynb"
    page.wait_for_load_state("networkidle")  # a request under way would fail in the next test
    page.unroute(f"**{below}**", from_book)
    assert not tab.faults


def test_index_leads_to_the_first_page(tab: SimpleNamespace, address: str) -> None:
    """Whoever opens the folder finds the welcome."""
    tab.page.goto(f"{address}/index.html", wait_until="commit")
    tab.page.wait_for_url(f"{address}/{PAGES[0]}.html")


def test_reads_without_javascript(browser: Any, address: str, book: Path) -> None:
    """Each twin shows its first picture and no dead slider."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for name in with_twins(book):
        page.goto(f"{address}/{name}.html")
        for twin in page.locator(".twin").all():
            assert twin.locator("img:visible").count() == 1
            assert twin.locator("input:visible").count() == 0
    context.close()
