"""Every explorer in a real JupyterLab: it shows, its controls are accessible, a move redraws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from benchmarks.lab import jupyterlab, open_notebook, run_all, write_notebook
from ecokit import explore

pytestmark = pytest.mark.browser
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TOPICS = explore.topics()
HEIGHT = 1500 * len(TOPICS)  # JupyterLab draws only the cells that are in view


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A notebook with every explorer, one a cell, run once."""
    folder = tmp_path_factory.mktemp("lab")
    setup = "from ecokit import explore, load_shop\nshop = load_shop()"
    cells = [setup, *(f"explore.show('{topic}', shop)" for topic in TOPICS)]
    write_notebook(folder / "explorers.ipynb", cells)
    with jupyterlab(folder) as address:
        opened = open_notebook(
            browser,
            address.format(path="explorers.ipynb"),
            viewport={"width": 1200, "height": HEIGHT},
        )
        faults: list[str] = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        run_all(opened)
        opened.wait_for_function(
            "n => document.querySelectorAll('.jp-CodeCell:has(.ecokit-controls)').length === n",
            arg=len(TOPICS),
            timeout=600_000,
        )
        opened.wait_for_timeout(1000)
        yield opened
        opened.close()
        assert not faults


def output(topic: str) -> str:
    return f".jp-CodeCell:nth-child({TOPICS.index(topic) + 2}) .jp-OutputArea-output"


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])  # each once, at length
def test_an_explorer_passes_axe(page: Any, topic: str, theme: str) -> None:
    if page.evaluate("() => document.body.dataset.jpThemeName") != theme:
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
        )
        page.wait_for_function(f"() => document.body.dataset.jpThemeName === '{theme}'")
        page.wait_for_timeout(1000)
    assert page.locator(f"{output(topic)} .ecokit-controls").count()
    options = {"runOnly": {"type": "tag", "values": WCAG}}
    report = Axe().run(page, context=output(topic), options=options)
    assert not report.response["violations"], report.generate_report()


@pytest.mark.parametrize("topic", TOPICS)
def test_the_arrow_keys_move_a_slider_and_not_the_notebook(page: Any, topic: str) -> None:
    sliders = page.locator(f"{output(topic)} .ecokit-slider input:visible")
    if not sliders.count():
        pytest.skip("no slider in the first tab")
    slider = sliders.first
    output_of = slider.locator("xpath=following-sibling::output")
    slider.press("Home")
    first = output_of.inner_text()
    slider.press("ArrowUp")
    assert page.evaluate("() => document.activeElement.type") == "range"
    assert output_of.inner_text() != first
    assert slider.get_attribute("aria-valuetext") == output_of.inner_text()
    slider.press("Home")


@pytest.mark.parametrize("topic", TOPICS)
def test_a_move_redraws(page: Any, topic: str) -> None:
    parts = f"{output(topic)} .widget-html-content"
    before = page.locator(parts).evaluate_all("all => all.map(part => part.innerHTML)")
    sliders = page.locator(f"{output(topic)} :is(.ecokit-slider input, .noUi-handle):visible")
    if sliders.count():
        sliders.first.press("ArrowRight")
    else:
        menu = page.locator(f"{output(topic)} select:visible").first
        menu.select_option(index=0 if menu.evaluate("one => one.selectedIndex") else 1)
    page.wait_for_function(
        "([place, before]) => [...document.querySelectorAll(place + ' .widget-html-content')]"
        ".some((part, n) => part.innerHTML !== before[n])",
        arg=[output(topic), before],
        timeout=60_000,
    )


def test_the_button_makes_the_weights_add_up_to_100(page: Any) -> None:
    """Whatever they were: the slider of each says its share."""
    weights = page.locator(f"{output('kpi')} .ecokit-slider:has(label:text('Weight'))")
    for key in ("End", "Home", "PageUp"):
        weights.first.locator("input").press(key)
        weights.last.locator("input").press("ArrowRight")
        page.locator(output("kpi")).get_by_role("button", name="Make the weights").click()
        page.wait_for_function(
            "place => [...document.querySelectorAll(place + ' .ecokit-slider')]"
            ".filter(one => one.innerText.includes('Weight'))"
            ".reduce((sum, one) => sum + Number(one.querySelector('output').innerText), 0) === 100",
            arg=output("kpi"),
            timeout=60_000,
        )
