"""Which modules a piece of code runs, found from the code: nothing is imported to find out.

The book runs a page again when a module changed that the page uses; a test looks for modules that
import one another.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path


@dataclass(frozen=True)
class Imports:
    """What a file imports, wherever in it; what only a type checker imports does not count."""

    modules: frozenset[str] = frozenset()
    """Names after ``import``, and what ``import_module`` is told word for word."""
    names: frozenset[tuple[str, str]] = frozenset()
    """Module and name of each ``from module import name``."""
    computed: bool = False
    """Whether ``import_module`` is called with a name that is only known when the code runs."""


@cache
def imports(source: str, package: str = "") -> Imports:
    r"""Return what a piece of code imports; `package` is where its dots begin.

    Examples
    --------
    >>> found = imports("import json\nfrom . import b\ndef f():\n    from a import c", "x.y")
    >>> sorted(found.modules), sorted(found.names), found.computed
    (['json'], [('a', 'c'), ('x.y', 'b')], False)
    """
    modules: set[str] = set()
    names: set[tuple[str, str]] = set()
    computed = False
    for node in _that_run(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = _home(node, package)
            names.update((home, alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            named = node.args[0] if node.args else None
            if isinstance(named, ast.Constant) and not str(named.value).startswith("."):
                modules.add(str(named.value))
            else:
                computed = True
    return Imports(frozenset(modules), frozenset(names), computed)


def _that_run(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it, without what stands under ``if TYPE_CHECKING``."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield from _that_run(other)
        else:
            yield from _that_run(child)


def _home(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    above = parts[: len(parts) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@dataclass(frozen=True)
class Modules:
    """The modules of a package, as files.

    Parameters
    ----------
    folder
        The package's folder, such as ``ecokit`` in a checkout.
    """

    folder: Path
    _sources: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def files(self) -> Mapping[str, Path]:
        """The file of each module, by dotted name."""
        found = {}
        for path in sorted(self.folder.rglob("*.py")):
            parts = path.relative_to(self.folder.parent).with_suffix("").parts
            if "_course" not in parts:
                name = parts[:-1] if parts[-1] == "__init__" else parts
                found[".".join(name)] = path
        return found

    def source(self, name: str) -> str:
        """Return the text of a module, as it was when it was first asked for."""
        if name not in self._sources:
            self._sources[name] = self.files[name].read_text("utf-8")
        return self._sources[name]

    def _imports(self, name: str) -> Imports:
        return imports(self.source(name), self._package(name))

    def _package(self, name: str) -> str:
        return name if self.is_package(name) else name.rpartition(".")[0]

    def is_package(self, name: str) -> bool:
        """Say whether a module is a folder."""
        return self.files[name].name == "__init__.py"

    def whole(self, name: str) -> set[str]:
        """Return a module and, of a package, all below it; nothing for a name from elsewhere."""
        if name not in self.files:
            return set()
        return {one for one in self.files if one == name or one.startswith(f"{name}.")}

    def imported(self, name: str, *, computed: bool = True) -> set[str]:
        """Return the modules that one module imports.

        Parameters
        ----------
        name
            The module.
        computed
            Whether a computed name stands for every module of the package.
        """
        found = self._of(self._imports(name))
        if computed and self._imports(name).computed:
            package = self._package(name)
            found |= self.whole(package) - {package}
        return found - {name}

    def named_by(self, source: str) -> set[str]:
        """Return the modules that a piece of code outside the package imports."""
        return self._of(imports(source))

    def used(self, names: Iterable[str]) -> set[str]:
        """Return all that runs when some modules do: what they import, directly or not.

        The packages around a module run too; what such a package loads when it is asked for it
        (`lazy_loader`, ``import_module``) only counts where somebody asks.
        """
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.imported(name)
        return found | self._around(found)

    def _around(self, names: Iterable[str]) -> set[str]:
        around: set[str] = set()
        waiting = [parent for name in names for parent in _parents(name)]
        while waiting:
            name = waiting.pop()
            if name not in around:
                around.add(name)
                waiting += [*self.imported(name, computed=False), *_parents(name)]
        return around

    def beside(self, names: Iterable[str]) -> set[Path]:
        """Return the files of modules, and what else lies in the folders of their packages."""
        files = {self.files[name] for name in names}
        folders = {path.parent for path in files if path.name == "__init__.py"}
        return files | {path for folder in folders for path in self._data(folder)}

    def _data(self, folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            if path.is_dir() and not (path / "__init__.py").exists():
                if path.name not in {"_course", "__pycache__"}:
                    yield from self._data(path)
            elif path.is_file() and path.suffix != ".py":
                yield path

    def _of(self, found: Imports) -> set[str]:
        modules = {one for name in found.modules for one in self.whole(name)}
        return modules.union(*(self._meant(home, name) for home, name in found.names))

    def _meant(self, home: str, name: str) -> set[str]:
        """Return the modules behind ``from home import name``: all of `home` where in doubt."""
        if home not in self.files:
            return set()
        if f"{home}.{name}" in self.files:
            return self.whole(f"{home}.{name}")
        if not self.is_package(home):
            return {home}
        place = self.lazy(home).get(name)
        if place:
            return self._meant(f"{home}.{place}", name)
        return {home} if name in self._defined(home) else self.whole(home)

    def lazy(self, package: str) -> dict[str, str]:
        """Return the submodule of each name that a package loads when it is asked for it.

        That is what a table from submodules to lists of names says, as `lazy_loader` wants it.
        """
        found: dict[str, str] = {}
        for node in ast.walk(self._tree(package)):
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    submodule = _word(key)
                    if f"{package}.{submodule}" in self.files and isinstance(value, ast.List):
                        found |= {_word(item): submodule for item in value.elts}
        return found

    def _defined(self, package: str) -> set[str]:
        """Return the names that a package's own file gives a value."""
        found: set[str] = set()
        for node in self._tree(package).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.ImportFrom | ast.Import):
                found.update(alias.asname or alias.name for alias in node.names)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                stored = (one for one in ast.walk(node) if isinstance(one, ast.Name))
                found.update(one.id for one in stored if isinstance(one.ctx, ast.Store))
        return found

    def _tree(self, name: str) -> ast.Module:
        return _parsed(self.source(name))


@cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


def _word(node: ast.expr | None) -> str:
    return str(getattr(node, "value", ""))


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]
