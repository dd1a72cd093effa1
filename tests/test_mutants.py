"""What `make mutants` draws from; Cosmic Ray itself is not needed here."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

from benchmarks import mutants
from ecokit import topics

CODE = '''
Kind = int | str


@cache(1)
def price(cost: float | None = 2.0, rows: int = 3) -> float | None:
    """Return cost + 1."""
    assert cost > 4
    if cost < 5:
        raise ValueError(6 + rows)
    found = [one for one in zip(cost, rows, strict=True) if one]
    told(_("{n} rows").format(n=rows + 7), f"{rows + 8}")
    return cost * 9


class Price:
    cost: int | str = 10

    def __repr__(self) -> str:
        return str(self.cost + 11)
'''


def test_nothing_is_changed_on_which_no_result_depends() -> None:
    tree = ast.parse(CODE)
    out = list(mutants.left_out(tree))
    numbers = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and type(node.value) in (int, float)
        and not any(a <= (node.lineno, node.col_offset) < b for a, b in out)
    }
    assert numbers == {2.0, 3, 5, 9, 10}


def test_each_topic_has_tests_that_are_there() -> None:
    assert set(topics.names()) <= set(mutants.TESTS)
    tests = Path(__file__).parent
    for package, names in mutants.TESTS.items():
        assert (tests.parent / "ecokit" / package).is_dir()
        assert all((tests / f"{name}.py").is_file() for name in names)


def test_what_is_called_equivalent_still_stands_in_the_code() -> None:
    with mutants.EQUIVALENT.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lines = (mutants.ROOT / row["file"]).read_text(encoding="utf-8").splitlines()
            assert row["was"] in map(str.strip, lines), row
            assert row["now"] != row["was"], row
            assert row["reason"], row
