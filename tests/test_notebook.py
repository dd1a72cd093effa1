"""What a notebook says where a cell is run before those that it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import ecokit

STARTUP = Path(ecokit.__file__).parent / "cli" / "startup.py"
RUN = """
import runpy, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("colors", "nocolor")
shell.safe_execfile(sys.argv[1], shell.user_ns, raise_exceptions=True)
print("ecokit" in shell.user_ns)
for cell in sys.argv[2:]:
    shell.run_cell(cell)
"""


def said(*cells: str) -> str:
    command = [sys.executable, "-c", RUN, str(STARTUP), *cells]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_cell_that_is_run_too_early_gets_one_sentence() -> None:
    assert said("table = kpi.scorecard(shop)").splitlines() == [
        "False",
        "'kpi' is not known here yet: run the cells from the top (Run > Run All Above Selected "
        "Cell), or see whether the name is misspelt.",
    ]


def test_other_errors_keep_their_traceback() -> None:
    text = said("import statistics\nstatistics.mean(len)", "def f():\n    x += 1\nf()")
    assert "TypeError" in text
    assert "UnboundLocalError" in text
    assert "run the cells" not in text


def test_outside_a_notebook_nothing_happens() -> None:
    code = "import ecokit.notebook as n, sys; print(n.install(), 'IPython' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_a_column_that_a_table_lacks_gets_one_sentence() -> None:
    text = said("import pandas as pd\npd.DataFrame({'order_id': [1]})['region']", "{}['region']")
    first, *rest = text.splitlines()[1:]
    assert first.startswith("This table has no column 'region'; its .columns lists")
    assert "KeyError" in "".join(rest)  # of no table


def test_a_small_shop_warns_of_nothing_but_what_the_learner_wrote() -> None:
    cell = "import warnings\nwarnings.warn_explicit('{0}', RuntimeWarning, '', 1, '{0}')"
    command = [sys.executable, "-c", RUN, str(STARTUP)]
    command += [cell.format(name) for name in ("ecokit.pricing", "numpy._core", "__main__")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [line.split()[-1] for line in run.stderr.splitlines() if "Warning" in line] == [
        "__main__"
    ]


def test_a_shop_that_is_too_short_for_a_cell_is_told_in_place_of_a_traceback() -> None:
    make = """
import pandas as pd
from ecokit.shop import Shop, lacks
shop = Shop({"visits": pd.DataFrame({"started_at": pd.to_datetime(["2025-01-01", "2025-01-07"])})})
"""
    too_short = "This shop has 7 days, and the lesson is about a year"
    course = said(make, "table = lacks._size(0, 'x')", "table")
    assert course.count(too_short) == 2
    assert "Traceback" not in course
    assert "'table' comes from a cell above that was stopped" in course
    own = said(make, "shop.visits.loc['618']")
    assert own.count(too_short) == 1
    assert "Traceback" in own, "what a learner wrote keeps its traceback"
