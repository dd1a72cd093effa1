"""What a piece of code runs, found from the code, in a small package made for the purpose."""

from __future__ import annotations

import pytest

from ecokit.cli.modules import Modules

KIT = {
    "__init__.py": """
        from kit.rows import names
        __getattr__, __dir__, __all__ = attach(
            __name__, submodules=names(), submod_attrs={"shop": ["Shop", "load"]}
        )
    """,
    "rows.py": "import csv",
    "rows.csv": "topic",
    "shop/__init__.py": """
        attach(__name__, submod_attrs={"tables": ["Shop"], "load": ["load"]})
    """,
    "shop/tables.py": "import pandas",
    "shop/load.py": """
        from kit.shop.tables import Shop
        def load():
            from .web import pages
    """,
    "shop/web.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import kit.sums",
    "sums/__init__.py": "from kit.sums.one import first\nCONSTANT = 1",
    "sums/one.py": "first = 1",
    "sums/two.py": "from kit import Shop",
    "sums/templates/page.html": "<p>",
    "words/__init__.py": """
        from importlib import import_module
        def show(topic):
            return import_module(f"{__package__}.{topic}")
    """,
    "words/hard.py": "",
    "words/easy.py": "import kit.sums.two",
}


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Modules:
    folder = tmp_path_factory.mktemp("code") / "kit"
    for name, text in KIT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.splitlines()
        margin = 8 if len(lines) > 1 and not lines[0] else 0
        path.write_text("\n".join(line[margin:] for line in lines))
    return Modules(folder)


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("import numpy, json", ""),
        ("from kit import load", "kit.shop.load"),
        ("from kit.shop import Shop", "kit.shop.tables"),
        ("def f():\n    from kit.sums.one import first", "kit.sums.one"),
        ("from kit import sums as topic", "kit.sums kit.sums.one kit.sums.two"),
        ("import kit.sums", "kit.sums kit.sums.one kit.sums.two"),
        ("from kit.sums import CONSTANT", "kit.sums"),
        ("from kit.sums import *", "kit.sums kit.sums.one kit.sums.two"),
        ("from kit.sums import unheard_of", "kit.sums kit.sums.one kit.sums.two"),
        ("import importlib\nimportlib.import_module('kit.rows')", "kit.rows"),
    ],
)
def test_a_piece_of_code_names_modules(kit: Modules, code: str, named: str) -> None:
    assert kit.named_by(code) == set(named.split())


def test_a_module_uses_what_it_imports_and_the_packages_around_it(kit: Modules) -> None:
    shop = {"kit", "kit.rows", "kit.shop", "kit.shop.tables"}
    assert kit.used(["kit.sums.two"]) == shop | {"kit.sums", "kit.sums.one", "kit.sums.two"}
    assert kit.used(["kit.shop.load"]) == shop | {"kit.shop.load", "kit.shop.web"}


def test_a_computed_name_may_be_any_module_of_the_package(kit: Modules) -> None:
    assert {"kit.words.hard", "kit.words.easy"} <= kit.used(["kit.words"])
    assert "kit.words.easy" not in kit.used(["kit.words.hard"])  # nobody asks the package for it


def test_data_lies_beside_the_package_that_reads_it(kit: Modules) -> None:
    names = {path.relative_to(kit.folder).as_posix() for path in kit.beside(kit.used(["kit.sums"]))}
    assert {"rows.csv", "rows.py", "sums/one.py", "sums/templates/page.html"} <= names
    assert not any(name.startswith("words") for name in names)
