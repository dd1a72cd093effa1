"""What notebooks say holds for a learner's own company, and not for the bundled one alone.

`tests.notebook_claims` holds the sentences that a company might not carry. All other sentences of a
notebook that hold a figure, a time or a direction stand in ``data/notebook_prose.csv``: somebody
has read them, and found that they say how something is measured, what the deck says, what a cell
sets, or what is the same for every company. A new one is in neither, and fails.
"""

from __future__ import annotations

import ast
import csv
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ecokit.cli import copies
from ecokit.shop import Shop
from tests.companies import bundled, of_seed
from tests.notebook_claims import CLAIMS

ROOT = Path(__file__).resolve().parents[1]
READ = ROOT / "tests" / "data" / "notebook_prose.csv"
MASTERS = {Path(name).stem: nb for name, nb in copies.masters(ROOT / "notebooks").items()}
SEEDS = (2, *range(4, 13)) if "ECOKIT_COMPANIES" in os.environ else (4,)
"""`make companies` asks ten companies."""

DIRECTION = (
    "more most less least fewer fewest higher highest lower lowest larger largest smaller smallest "
    "best worst better worse cheaper cheapest dearer slower slowest faster rise rises rose fall "
    "falls fell falling never none nobody always only few little much nearly hardly too same grow "
    "grows grew half third quarter twice busy strong weak rare rarely seldom often usually"
)
MONTHS = (
    "January February March April May June July August September October November December Monday "
    "Tuesday Wednesday Thursday Friday Saturday Sunday"
)
MARK = re.compile(rf"\d|(?i:\b({'|'.join(DIRECTION.split())})\b)|\b({'|'.join(MONTHS.split())})\b")
WHEN = re.compile(rf"\b({'|'.join(MONTHS.split())}|618|Double 11)\b")
DO = (
    "Change Write Try Leave Take Move Look Count Run Give Put Set Let Turn Add Read Choose Play "
    "Draw Mend Halve Group Make Say Divide Return See Sort Keep Allow Plan Then Now Begin Start "
    "Click Ask Report Name Release Stop"
)
ASKS = re.compile(rf"(\*\*)?({'|'.join(DO.split())})\b")


def plain(text: str) -> str:
    """Return Markdown on one line, without tables and blocks of code."""
    text = re.sub(r"```.*?```|^\|.*?$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^(#+ .*)$", r"\1.", text, flags=re.MULTILINE)
    return re.sub(r"\s+", " ", text).strip()


def sentences(text: str) -> list[str]:
    """Return the sentences of a cell."""
    found = re.split(r"(?<=[.!?:])\s+(?=[A-Z*`#_¥\d])", plain(text))
    return [one for one in found if one]


def marked(sentence: str) -> bool:
    """Say whether a sentence holds a figure, a time or a direction outside code, and states it.

    What asks the reader to do something, or asks a question, states nothing but a time.
    """
    words = re.sub(r"`[^`]*`", "", sentence)
    if re.fullmatch(r"\d+\.", words):  # the number of a list's item
        return False
    asks = sentence.endswith("?") or ASKS.match(sentence)
    return bool((WHEN if asks else MARK).search(words))


def stated() -> Iterator[tuple[str, str]]:
    """Yield notebook and text of each marked sentence, of each comment in code, too."""
    for name, nb in MASTERS.items():
        for cell in nb.cells:
            if copies.ANSWER in copies.tags(cell):
                continue
            if cell.cell_type == "markdown":
                told = sentences(cell.source)
            else:
                told = re.findall(r"(?m)(?:^|  )# (.+)$", cell.source)
            yield from ((name, one) for one in told if marked(one))


def read() -> set[tuple[str, str]]:
    """Return the sentences that were read and found to hold for every company."""
    with READ.open(encoding="utf-8", newline="") as file:
        return {(row["notebook"], row["sentence"]) for row in csv.DictReader(file)}


def is_claimed(notebook: str, sentence: str) -> bool:
    """Say whether a claim is about a sentence."""
    return any(of == notebook and said in sentence for of, said in CLAIMS)


def unread() -> list[str]:
    known = read()
    return [f"{n}: {s}" for n, s in stated() if (n, s) not in known and not is_claimed(n, s)]


def test_what_a_notebook_states_was_read_or_is_a_claim() -> None:
    found = unread()
    assert not found, (
        "Would this hold for another company? If a cell can compute it, let it; if it may fail, "
        f"make it a claim in tests/notebook_claims.py; else add it to {READ.name}:\n"
        + "\n".join(found)
    )


def test_the_list_holds_nothing_that_is_gone() -> None:
    assert not read() - set(stated())
    assert not [one for one in read() if is_claimed(*one)], "a claim needs no line there"


def test_a_claim_stands_in_its_notebook() -> None:
    for notebook, said in CLAIMS:
        text = " ".join(
            plain(c.source) for c in MASTERS[notebook].cells if c.cell_type == "markdown"
        )
        assert said in text, f"{notebook} no longer says: {said}"


@cache
def company(seed: int) -> Shop:
    return of_seed(seed)


@pytest.mark.parametrize("seed", [None, *SEEDS])
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim[0]}: {claim[1][:40]}")
def test_a_claim_holds_for_every_company(claim: tuple[str, str], seed: int | None) -> None:
    assert CLAIMS[claim](bundled() if seed is None else company(seed)) is True


# Names -----------------------------------------------------------------------------------------


def names(shop: Shop) -> set[str]:
    """Return the ids and names of a shop's smaller tables."""
    found: set[str] = set()
    for table in shop.tables:
        if table in ("incremental", "visits", "order_lines"):
            continue
        frame = shop[table]
        for column in frame.select_dtypes("str"):
            if len(frame) < 20_000 and (column.endswith("_id") or "name" in column):
                found.update(frame[column].dropna())
    return found


def literals(cell: str) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_a_name_in_a_cell_or_its_text_is_one_of_every_company() -> None:
    """A product or an incident of the bundled company is none of another one's."""
    ours = names(bundled()) - names(company(SEEDS[0]))
    assert len(ours) > 100
    found = []
    for notebook, nb in MASTERS.items():
        for cell in nb.cells:
            if copies.ANSWER in copies.tags(cell):
                continue
            if cell.cell_type == "code":
                said = literals(cell.source)
            else:
                said = set(re.findall(r"`\"?([^`\"]+)\"?`", cell.source))
                said |= {one for one in ours if len(one) > 6 and one in cell.source}
            found += [f"{notebook}, {cell.id}: {one}" for one in sorted(said & ours)]
    assert not found, "\n".join(found)


# The test itself -------------------------------------------------------------------------------

STATED = [
    "Most parcels are late.",
    "In November the desk is full.",
    "18 % of the orders come back.",
    "Which touchpoint gives way in June?",
    "Smart home falls.",
]
SILENT = [
    "Change `by` to `60`.",
    "Which of the two helps more?",
    "The table holds the rows of a day.",
    "1.",
    "Write down the two largest numbers.",
]


@pytest.mark.parametrize("sentence", STATED)
def test_a_sentence_that_states_something_is_found(sentence: str) -> None:
    assert marked(sentence)


@pytest.mark.parametrize("sentence", SILENT)
def test_a_sentence_that_states_nothing_of_a_shop_is_not(sentence: str) -> None:
    assert not marked(sentence)


def test_sentences_are_parted() -> None:
    text = "## Head\n\nOne `a.b` of 2.5 parts. Two:\nthree? Four!\n\n| a | 5 |\n"
    assert sentences(text) == ["## Head.", "One `a.b` of 2.5 parts.", "Two: three?", "Four!"]
