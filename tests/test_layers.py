"""The package holds its layers, and its import costs next to nothing."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter import cli

import ecokit

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"pandas", "numpy", "matplotlib", "seaborn", "scipy", "networkx", "ipywidgets", "narwhals"}
ENGINES = {"duckdb", "polars", "pyspark"}  # pandas takes pyarrow along where it is installed
BROWSER_LACKS = {"jupyterlab", "jupyter_server", "nbclient", "jupyter_client", "zmq", "tornado"}


def test_each_layer_imports_only_those_under_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(no_cache=True) == 0


def loaded_after(statement: str) -> set[str]:
    """Return the top-level modules that a fresh Python holds after a statement."""
    code = f"{statement}; import sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_ecokit_loads_nothing_heavy() -> None:
    assert not loaded_after("import ecokit") & (HEAVY | ENGINES)


def test_the_shop_loads_no_figures_widgets_or_engines() -> None:
    unused = ENGINES | BROWSER_LACKS | {"matplotlib", "seaborn", "ipywidgets"}
    assert not loaded_after("from ecokit import load_shop; load_shop()") & unused


def test_lessons_load_nothing_that_a_browser_lacks() -> None:
    everything = (
        "from ecokit import exercises, explore, plots, organisation, decisions, journey, kpi"
    )
    assert not loaded_after(f"{everything}; dir(explore)") & (ENGINES | BROWSER_LACKS)


def sources() -> list[Path]:
    return [path for path in sorted((ROOT / "ecokit").rglob("*.py")) if "_course" not in path.parts]


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_words_for_users_can_be_translated(path: Path) -> None:
    """Text put together before ``_()`` sees it is in no catalogue."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            made = isinstance(node.args[0], ast.JoinedStr | ast.BinOp | ast.Call)
            assert not made, f"line {node.lineno}: format after translating, _('...').format(...)"


def test_every_module_can_be_imported() -> None:
    for module in pkgutil.walk_packages(ecokit.__path__, "ecokit."):
        importlib.import_module(module.name)
