"""Exercise cards in a real JupyterLab, by keyboard alone, and after a restart of the kernel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from benchmarks.lab import jupyterlab, open_notebook, restart, run_all, write_notebook
from tests.demo_exercises import DEMO

pytestmark = pytest.mark.browser
RATE, TARGETS, LAYERS, DESIGN = range(4)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A notebook with a card of each kind, run once, in a learner's folder."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / ".ecokit").mkdir()
    source = Path(__file__).with_name("demo_exercises.py").read_text("utf8")
    setup = f"{source}\nfrom ecokit.exercises.card import Card\n"
    setup += "class Nobody:\n    company, seed = '', None\n\nshop = Nobody()"  # asked for no more
    write_notebook(
        folder / "cards.ipynb", [setup, *(f"Card(DEMO[{n}], shop)" for n in range(len(DEMO)))]
    )
    with pytest.MonkeyPatch.context() as patch, jupyterlab_of_a_learner(patch, folder) as address:
        opened = open_notebook(
            browser, address.format(path="cards.ipynb"), viewport={"width": 1000, "height": 2000}
        )
        faults: list[str] = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        run_all(opened)
        all_cards(opened)
        yield opened
        opened.close()
        assert not faults


def jupyterlab_of_a_learner(patch: pytest.MonkeyPatch, folder: Path) -> Any:
    patch.delenv("ECOKIT_PROGRESS", raising=False)
    return jupyterlab(folder)


def all_cards(page: Any) -> None:
    page.wait_for_function(
        f"() => document.querySelectorAll('.ecokit-card').length === {len(DEMO)}", timeout=60_000
    )


def card(page: Any, number: int) -> Any:
    return page.locator(".ecokit-card").nth(number)


def focused(page: Any) -> str:
    return str(page.evaluate("() => document.activeElement.innerText"))


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def says(card: Any, text: str) -> None:
    expect(card.locator(".ecokit-feedback")).to_contain_text(text, timeout=60_000)


def test_by_keyboard_a_number_gets_the_hint_of_its_mistake(page: Any) -> None:
    it = card(page, RATE)
    field = it.get_by_label("Your answer (share, such as 0.25 or 25 %)")
    assert it.get_by_role("button", name="Show the answer").is_disabled()
    field.focus()
    page.keyboard.type("5 %")
    press(page, "Enter")
    says(it, "You counted visits, not visitors.")
    press(page, "Control+A")
    page.keyboard.type("20 %")
    press(page, "Tab")
    assert focused(page) == "Check"
    press(page, "Enter")
    says(it, "You counted order lines, not orders.")
    assert focused(page) == "Check"
    press(page, "Tab", "Enter")
    it.locator(".ecokit-hint", has_text="Look at the paid orders only.").wait_for()
    assert focused(page) == "Hint 2 of 2"
    press(page, "Shift+Tab", "Shift+Tab", "Control+A")
    page.keyboard.type("8.18")
    press(page, "Enter")
    says(it, "8.18 would be right in %")
    it.get_by_role("button", name="Show the answer", exact=True).wait_for()
    press(page, "Tab", "Tab", "Tab")
    assert focused(page) == "Show the answer"
    press(page, "Enter")
    it.locator(".ecokit-solution", has_text="0.082 (8.2 %)").wait_for()


def test_by_keyboard_an_option_is_chosen(page: Any) -> None:
    it = card(page, TARGETS)
    it.get_by_label("Campaign visitors buy more often").focus()
    press(page, "Tab", "Space", "Tab", "Tab")
    assert focused(page) == "Check"
    press(page, "Space")
    says(it, "Then they would make more orders.")


def test_by_keyboard_a_table_is_filled(page: Any) -> None:
    it = card(page, LAYERS)
    it.get_by_label("Seven departments (layers)").focus()
    page.keyboard.type("4")
    press(page, "Tab")
    page.keyboard.type("3")
    press(page, "Enter")
    says(it, "All 2 rows are right.")
    it.locator(".ecokit-state", has_text="Done").wait_for()


def test_by_keyboard_a_plan_is_scored(page: Any) -> None:
    it = card(page, DESIGN)
    it.get_by_label("Span of control (2 to 12)").focus()
    press(page, "ArrowUp", "Tab", "ArrowUp", "Tab", "Enter")
    says(it, "The plan has 16 of 100 points")


def test_feedback_is_spoken(page: Any) -> None:
    alerts = page.locator(".ecokit-card .ecokit-feedback[role=alert]")
    assert alerts.count() == len(DEMO)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_card_passes_axe(page: Any, theme: str) -> None:
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
    )
    page.wait_for_function(f"() => document.body.dataset.jpThemeName === '{theme}'", timeout=60_000)
    page.wait_for_timeout(500)
    options = {"runOnly": {"type": "tag", "values": WCAG}}
    report = Axe().run(page, context=".ecokit-card", options=options)
    assert not report.response["violations"], report.generate_report()


def test_nothing_is_lost_when_the_kernel_restarts(page: Any) -> None:
    before = [card(page, number).inner_text() for number in range(len(DEMO))]
    asleep = page.locator(".ecokit-asleep")
    expect(asleep).to_have_count(len(DEMO))
    assert not any(one.is_visible() for one in asleep.all())
    restart(page)
    for one in asleep.all():
        expect(one).to_contain_text("run the cells from the top")
        expect(one).to_be_visible()
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.wait_for_function("() => !document.querySelector('.ecokit-card')")
    run_all(page)
    all_cards(page)
    page.wait_for_timeout(500)
    assert [card(page, number).inner_text() for number in range(len(DEMO))] == before
    assert card(page, RATE).get_by_label("Your answer").input_value() == "8.18"
    assert card(page, TARGETS).get_by_label("The others buy more often").is_checked()
    assert card(page, DESIGN).get_by_label("Span of control (2 to 12)").input_value() == "4"
