"""The package holds its layers, and its import costs next to nothing."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest
from importlinter import cli

import ecokit
from ecokit import topics
from ecokit.cli.modules import Modules

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"pandas", "numpy", "matplotlib", "seaborn", "scipy", "networkx", "ipywidgets", "narwhals"}
ENGINES = {"duckdb", "polars", "pyspark"}  # pandas takes pyarrow along where it is installed
BROWSER_LACKS = {"jupyterlab", "jupyter_server", "nbclient", "jupyter_client", "zmq", "tornado"}


def test_each_layer_imports_only_those_under_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(no_cache=True) == 0


def test_a_topic_that_the_layers_do_not_list_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    last = topics.names()[-1]
    lines = (ROOT / "pyproject.toml").read_text("utf-8").replace(f" | {last}", "")
    (tmp_path / "layers.toml").write_text(lines, "utf-8")
    assert cli.lint_imports(str(tmp_path / "layers.toml"), no_cache=True) == 1
    assert f"- ecokit.{last}" in capsys.readouterr().out


def test_no_modules_import_one_another() -> None:
    """Not even inside functions, and not by way of a package that loads a name lazily."""
    modules = Modules(ROOT / "ecokit")
    graph = nx.DiGraph((name, other) for name in modules.files for other in modules.imported(name))
    rings = [sorted(ring) for ring in nx.strongly_connected_components(graph) if len(ring) > 1]
    assert not rings


def test_no_public_name_is_the_name_of_its_module() -> None:
    """Once the module is imported, the package would give it in place of the name."""
    modules = Modules(ROOT / "ecokit")
    packages = [name for name in modules.files if modules.is_package(name)]
    taken = [f"{p}.{name}" for p in packages for name in modules.lazy(p)]
    assert not set(taken) & set(modules.files)


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


def modules_of_lessons() -> list[str]:
    """Return every module but those of the command line and the board, which no lesson loads."""
    found = [module.name for module in pkgutil.walk_packages(ecokit.__path__, "ecokit.")]
    return [name for name in found if not name.startswith(("ecokit.cli", "ecokit.board"))]


def imports_that_a_browser_lacks(modules: list[str], folder: Path = ROOT) -> list[str]:
    """Import modules in a Python that has no engine and no server; return what it says of each."""
    code = (
        "import importlib, json, sys\n"
        "modules, lacking = json.loads(sys.argv[1])\n"
        "sys.modules.update(dict.fromkeys(lacking))\n"
        "for name in modules:\n"
        "    try:\n"
        "        importlib.import_module(name)\n"
        "    except ImportError as error:\n"
        "        print(name, error)\n"
    )
    words = json.dumps([modules, sorted(ENGINES | BROWSER_LACKS)])
    done = subprocess.run(
        [sys.executable, "-c", code, words], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_lessons_load_nothing_that_a_browser_lacks() -> None:
    modules = modules_of_lessons()
    rooms = ["ecokit", "ecokit.plots", "ecokit.exercises", "ecokit.explore"]
    assert {f"{room}.{topic}" for room in rooms for topic in topics.names()} <= set(modules)
    assert not imports_that_a_browser_lacks(modules)


@pytest.mark.parametrize("name", sorted(ENGINES | BROWSER_LACKS))
def test_an_explorer_that_needs_an_engine_or_a_server_is_noticed(name: str, tmp_path: Path) -> None:
    (tmp_path / "explorer.py").write_text(f"import {name}\n")
    (said,) = imports_that_a_browser_lacks(["explorer"], tmp_path)
    assert name in said


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
