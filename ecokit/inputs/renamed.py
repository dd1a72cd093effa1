"""What was renamed or removed: an old name, keyword or call ends in a sentence with the new one.

A notebook that a learner has changed is kept by an update, so it may call what is gone.
``ecokit/renamed.csv`` (old, new, since) is the only list; ``python -m ecokit.inputs.renamed``
writes it into CHANGELOG.md. It knows five kinds of old things:

- ``operations.YEAR``: a public name. `attach` answers for the package.
- ``operations.stockouts(stock, products)``: a way to call a function that is still there.
  `public` answers, when the arguments do not fit any more.
- ``journey.effects(level=)``: a keyword of such a function. `public` answers, too.
- ``operations.follow(...)["pace"]``: a way to read a result. `ByName` answers.
- ``["lower"]``: a column. A table that is given with it is answered by `frames`, a card by
  `checks`. A column of a result, which the caller looks up in pandas, is answered by `notebook`.
"""

from __future__ import annotations

import csv
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import Any, ClassVar, NoReturn, ParamSpec, TypeVar

import lazy_loader

from ecokit.errors import CourseError
from ecokit.messages import _

FILE = Path(__file__).resolve().parents[1] / "renamed.csv"
HEADING = "### Renamed and removed"
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Renamed:
    """Something that has another name now, or none.

    Parameters
    ----------
    old, new : str
        As one writes them, without ``ecokit.`` in front; `new` is empty where nothing replaces it.
    since : str
        The first version without the old one.
    """

    old: str
    new: str
    since: str

    def __str__(self) -> str:
        if not self.new:
            return _("{old} is gone since ecokit {since}.").format(old=self.old, since=self.since)
        told = {"old": self.old, "new": self.new, "since": self.since}
        return _("{old} is now {new}, since ecokit {since}.").format(**told)


@cache
def renamed() -> tuple[Renamed, ...]:
    """Return everything that was renamed or removed, in the order of the old names."""
    with FILE.open(encoding="utf-8", newline="") as file:
        found = [Renamed(**row) for row in csv.DictReader(file)]
    return tuple(sorted(found, key=lambda one: one.old))


def renamed_column(name: str, has: Iterable[object]) -> str:
    """Return the sentence for a column that is missing because the table has its old name."""
    there = {f'["{column}"]' for column in has}
    found = [one for one in renamed() if one.old in there and one.new == f'["{name}"]']
    return str(found[0]) if found else ""


def refuse_old(name: str) -> None:
    """Raise a CourseError for a public name, such as ``operations.YEAR``, that was renamed."""
    for one in renamed():
        if one.old == name:
            raise CourseError(str(one))


def refuse_old_call(name: str) -> None:
    """Raise a CourseError for a function that `renamed` knows another way to call."""
    old = _old_calls(name, {})
    if old:
        raise CourseError(old)


def attach(
    package: str,
    submodules: Sequence[str] | None = None,
    submod_attrs: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package that loads when asked.

    Parameters
    ----------
    package, submodules, submod_attrs
        As those of ``lazy_loader.attach``.

    Returns
    -------
    tuple
        Its ``__getattr__`` answers an old name of `renamed` with a CourseError, and any other
        name that is not there with an AttributeError, as Python does.

    Examples
    --------
    >>> __getattr__, __dir__, __all__ = attach("ecokit.kpi", submod_attrs={"targets": ["COLUMNS"]})
    >>> __getattr__("nothing")
    Traceback (most recent call last):
    ...
    AttributeError: No ecokit.kpi attribute nothing
    """
    load, names, everything = lazy_loader.attach(package, submodules, submod_attrs)
    inside = package.removeprefix("ecokit.")

    def answer(name: str) -> Any:
        if name not in everything and not name.startswith("_"):
            refuse_old(f"{inside}.{name}")
        return load(name)

    return answer, names, everything


def public(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function answer arguments that do not fit with a sentence that shows how to call it.

    Put it on each public function of a topic. The sentence gives the new call, where `renamed`
    has the old one, and otherwise the call as it is.

    Examples
    --------
    >>> @public
    ... def stockouts(data, *, by=None): ...
    >>> stockouts("stock", "products")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: ...stockouts was given more than it takes. Call it so:
    ...stockouts(data, *, by=None).
    """
    signature = inspect.signature(function)
    name = _public_name(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        wrong = _too_much(signature, args, kwargs)
        bare = _bare(signature, args, kwargs)
        old = _old_calls(name, kwargs) if wrong or bare else ""
        if old:
            raise CourseError(old if wrong else f"{bare} {old}")
        wrong = wrong or _too_little(signature, args, kwargs)
        if wrong:
            raise CourseError(_call_it_so(name, signature, wrong))
        return function(*args, **kwargs)

    return call


class ByName:
    """A result that was a tuple or a dictionary once: old ways to read it end in a sentence.

    Parameters
    ----------
    of : str, optional
        The function that returns it, as one writes it, if there is only one.

    Examples
    --------
    >>> @dataclass(frozen=True)
    ... class Peak(ByName, of="operations.peak"):
    ...     week: int
    ...     units: float
    >>> week, units = Peak(3, 40.0)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: operations.peak(...) is no list or dictionary any more. Read it by
        name: operations.peak(...).week, .units.
    >>> Peak(3, 40.0)["units"]
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: operations.peak(...) is no list or dictionary any more. Read it by
        name: operations.peak(...).units.
    """

    _made: ClassVar[str]

    def __init_subclass__(cls, *, of: str = "") -> None:
        cls._made = f"{of}(...)" if of else cls.__name__

    def __getitem__(self, key: object) -> NoReturn:
        # unpacking ends here, too: with __iter__, pandas would take the result for a list
        raise self._by_name(key)

    def keys(self) -> NoReturn:
        """Answer ``{**result}``."""
        raise self._by_name()

    def items(self) -> NoReturn:
        """Answer ``result.items()``."""
        raise self._by_name()

    def get(self, name: str, default: object = None) -> NoReturn:
        """Answer ``result.get(name)``."""
        raise self._by_name(name)

    def _by_name(self, key: object = None) -> CourseError:
        names = [name for name in self.__dict__ if name == key] or list(self.__dict__)
        message = _("{made} is no list or dictionary any more. Read it by name: {made}.{names}.")
        return CourseError(message.format(made=self._made, names=", .".join(names)))


def table() -> str:
    """Return the list as a Markdown table, as it stands in CHANGELOG.md.

    Examples
    --------
    >>> print(table().splitlines()[0])
    | Old | New | Since |
    """
    cells = [(f"`{one.old}`", f"`{one.new}`" if one.new else "", one.since) for one in renamed()]
    rows = [f"| {old} | {new} | {since} |" for old, new, since in cells]
    return "\n".join(["| Old | New | Since |", "| --- | --- | --- |", *rows])


def write(changelog: Path) -> None:
    """Put the table in place of the one under the heading "Renamed and removed"."""
    above, heading, below = changelog.read_text(encoding="utf-8").partition(HEADING)
    rest = below.strip("\n").split("\n\n", 1)[1:]
    text = "\n\n".join([above + heading, table(), *rest])
    changelog.write_text(text + "\n", encoding="utf-8")


def _public_name(one: Callable[..., Any]) -> str:
    """Return the name as one writes it: ``operations.stockouts``."""
    package = [part for part in one.__module__.split(".")[1:2] if not part.startswith("_")]
    return ".".join([*package, one.__name__])


def _too_much(signature: inspect.Signature, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Return what a call gives that the function does not take, nothing where it takes all."""
    kinds = {one.kind for one in signature.parameters.values()}
    by_place = _by_place(signature)
    if len(args) > len(by_place) and inspect.Parameter.VAR_POSITIONAL not in kinds:
        return _("was given more than it takes")
    for name in kwargs:
        if name in by_place[: len(args)]:
            return _("was given {name} twice").format(name=name)
        if name not in signature.parameters and inspect.Parameter.VAR_KEYWORD not in kinds:
            return _("has no argument {name}").format(name=name)
    return ""


def _too_little(
    signature: inspect.Signature, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> str:
    """Return what a call lacks, nothing where it lacks nothing."""
    given = {*_by_place(signature)[: len(args)], *kwargs}
    any_number = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    for one in signature.parameters.values():
        if one.default is one.empty and one.kind not in any_number and one.name not in given:
            return _("needs {name}").format(name=one.name)
    return ""


def _bare(signature: inspect.Signature, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Say so if a single table is given as ``data``, which old calls did."""
    first = next(iter(signature.parameters), "")
    given = args[0] if args else kwargs.get("data")
    table = first == "data" and hasattr(type(given), "columns")
    return _("data is one table.") if table else ""


def _by_place(signature: inspect.Signature) -> list[str]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [one.name for one in signature.parameters.values() if one.kind in kinds]


def _old_calls(name: str, kwargs: Mapping[str, Any]) -> str:
    """Return the sentences for old ways to call a function: of its keywords, or of the whole."""
    old = [one for one in renamed() if re.match(rf"{re.escape(name)}\(.*\)$", one.old)]
    keywords = {f"{name}({key}=)" for key in kwargs}
    ways = [one for one in old if one.old in keywords] or [
        one for one in old if not one.old.endswith("=)")
    ]
    return " ".join(map(str, ways))


def _call_it_so(name: str, signature: inspect.Signature, wrong: str) -> str:
    bare = [
        one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()
    ]
    return _("{name} {wrong}. Call it so: {name}{signature}.").format(
        name=name, wrong=wrong, signature=inspect.Signature(bare)
    )


if __name__ == "__main__":
    write(Path("CHANGELOG.md"))
