"""Claims of pages: each stands on its page, the general ones hold for five companies, and one
that is false stops a book."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from myst_nb.core.read import read_myst_markdown_notebook

from ecokit import Shop
from ecokit.claims import claim
from ecokit.errors import CourseError
from ecokit.topics import names, topics
from tests.companies import of_seed
from tests.small_book import configure

ROOT = Path(__file__).resolve().parents[1]
PAGES = {one.name: ROOT / "book" / one.chapter / f"{one.name}.md" for one in topics()}
MODULES = sorted(path.stem for path in (ROOT / "ecokit" / "claims").glob("[!_]*.py"))
SEEDS = range(1, 6)
UNCHECKED: set[str] = set()
"""Topics whose page has no claims yet. Take one out with the page's first claim; add none."""


def general(topic: str) -> dict[str, Callable[[Shop], bool]]:
    """Return the claims of a general kind of a topic, by name."""
    module = import_module(f"ecokit.claims.{topic}")
    return {
        name: one
        for name, one in vars(module).items()
        if inspect.isfunction(one) and one.__module__ == module.__name__ and name[0] != "_"
    }


GENERAL = [(topic, name) for topic in MODULES for name in general(topic)]


@cache
def company(seed: int) -> Shop:
    return of_seed(seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("topic", "name"), GENERAL)
def test_a_general_claim_holds_for_five_companies(topic: str, name: str, seed: int) -> None:
    assert general(topic)[name](company(seed)) is True


@pytest.mark.parametrize(("topic", "name"), GENERAL)
def test_a_general_claim_is_a_sentence_that_its_page_checks(topic: str, name: str) -> None:
    assert (inspect.getdoc(general(topic)[name]) or "").endswith(".")
    assert re.search(rf"\bclaims\.{name}\(shop\)", PAGES[topic].read_text("utf-8"))


def test_a_module_of_claims_serves_a_topic() -> None:
    assert set(MODULES) <= set(names())


# --- what stands on a page --------------------------------------------------------------


def sentences(page: str) -> Iterator[str]:
    """Yield the sentence of each claim in the code of a page."""
    for cell in read_myst_markdown_notebook(page).cells:
        code = cell.source if cell.cell_type == "code" else ""
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim":
                yield ast.literal_eval(node.args[0])


def without_claims(page: str) -> str:
    """Return all of a page but its claims, on one line, as a reader reads it."""
    page = re.sub(r"\bclaim\(\s*\".*?\"", "", page, flags=re.DOTALL)
    page = re.sub(r"\{glue:text\}`[^`]*`", "...", page)
    page = re.sub(r"\{term\}`([^`<]*?)\s*(<[^`]*>)?`", r"\1", page)
    return re.sub(r"\s+", " ", page)


@pytest.mark.parametrize("topic", [name for name in names() if name not in UNCHECKED])
def test_each_claim_stands_on_its_page(topic: str) -> None:
    page = PAGES[topic].read_text("utf-8")
    said = list(sentences(page))
    assert said, f"{PAGES[topic]} checks nothing: say claim(...) in a hidden cell"
    for sentence in said:
        assert sentence in without_claims(page), f"{PAGES[topic]} no longer says: {sentence}"


def test_the_list_of_unchecked_pages_only_shrinks() -> None:
    checked = [name for name in UNCHECKED if list(sentences(PAGES[name].read_text("utf-8")))]
    assert not checked, f"take {checked} out of UNCHECKED: the page has claims now"
    assert set(UNCHECKED) <= set(names())


# --- a false one stops the book ---------------------------------------------------------

PAGE = """\
---
jupytext: {{text_representation: {{extension: .md, format_name: myst}}}}
kernelspec: {{name: python3, display_name: Python 3, language: python}}
---

# Orders

```{{code-cell}} ipython3
:tags: [remove-cell]
from ecokit.claims import claim

claim("Most orders are paid", {paid} > 0.5, paid={paid})
```

Most orders are paid.
"""


def build(folder: Path, paid: float) -> subprocess.CompletedProcess[str]:
    """Build a book of one page and return what was said; each warning is an error."""
    configure(folder, "orders", 'nb_execution_mode = "force"')
    (folder / "orders.md").write_text(PAGE.format(paid=paid), "utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "--no-color"]
    return subprocess.run(
        [*command, str(folder), str(folder / "out")], capture_output=True, text=True, check=False
    )


def test_a_false_claim_stops_the_book_and_names_page_sentence_and_numbers(tmp_path: Path) -> None:
    done = build(tmp_path, 0.41)
    assert done.returncode
    told = re.search(r"orders\.md.*WARNING: (.*shop does not carry.*)", done.stderr)
    assert told, done.stderr
    assert told[1] == 'The shop does not carry "Most orders are paid": paid 0.41.'


def test_a_true_claim_lets_it_pass(tmp_path: Path) -> None:
    done = build(tmp_path, 0.93)
    assert not done.returncode, done.stderr


@pytest.mark.parametrize("holds", [None, float("nan"), 1, "True", [True]])
def test_what_is_neither_true_nor_false_is_no_claim(holds: object) -> None:
    with pytest.raises(CourseError, match="Most orders are paid"):
        claim("Most orders are paid", holds)
