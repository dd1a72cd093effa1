"""What a function lets a caller give, and the numbers that a module holds.

A limit that is one off is seen by nobody who gives usual numbers, and a constant that is one off
changes a result by less than anybody knows it. Both are stored beside the defaults.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import ecokit
from ecokit.inputs import numbers
from tests.sweep.stored import short

CHECKS = (
    "number",
    "positive",
    "share",
    "inner_share",
    "count",
    "array",
    "row",
    "by_day",
    "by_name",
)


@contextmanager
def noted() -> Iterator[set[str]]:
    """Note the limits of each number that the block checks.

    >>> with noted() as found:
    ...     _checked = numbers.count("weeks", 3, 1, 520), numbers.share("lost", 0.5, one=False)
    >>> sorted(found)
    ['lost: share, zero=True, one=False', 'weeks: count, low=1, high=520']
    """
    found: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for name in CHECKS:
            patch.setattr(numbers, name, partial(_noting, found, getattr(numbers, name)))
        yield found


def _noting(found: set[str], check: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    bound = inspect.signature(check).bind(*args, **kwargs)
    bound.apply_defaults()
    name, _value, *limits = bound.arguments.items()
    told = (f"{key}={one:.6g}" if isinstance(one, float) else f"{key}={one}" for key, one in limits)
    found.add(", ".join([f"{name[1]}: {check.__name__}", *told]))
    return check(*args, **kwargs)


def modules(room: str) -> list[str]:
    """Return the names of a package's modules, ``pricing.regression``.

    >>> modules("experiments")[:2]
    ['experiments.comparing', 'experiments.differences']
    """
    folder = Path(ecokit.__file__).parent.joinpath(*room.split("."))
    return sorted(f"{room}.{path.stem}" for path in folder.glob("*.py") if path.stem[0] != "_")


def constants(name: str) -> dict[str, Any]:
    """Return the numbers of a module's constants in short, and the defaults of all its functions.

    >>> constants("pricing.absorb")
    {'ROUNDS': [2000], 'residuals(tolerance)': [1e-10]}
    """
    module = importlib.import_module(f"ecokit.{name}")
    held = {one: _numbers(getattr(module, one)) for one in _assigned(module)}
    held |= {one: _numbers(value) for one, value in _defaults(module)}
    return {one: short(found) for one, found in held.items() if found}


def _defaults(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield what a caller inside the package need not say, by function and argument."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            args = node.args
            last = [*args.posonlyargs, *args.args][-len(args.defaults) :] if args.defaults else []
            pairs = [*zip(last, args.defaults, strict=True)]
            pairs += [
                (arg, value)
                for arg, value in zip(args.kwonlyargs, args.kw_defaults, strict=True)
                if value is not None
            ]
            for arg, value in pairs:
                with suppress(ValueError):  # a name: it is a constant
                    yield f"{node.name}({arg.arg})", ast.literal_eval(value)


def _assigned(module: ModuleType) -> Iterator[str]:
    """Yield the constants that a module itself makes, no imported ones."""
    for node in ast.parse(inspect.getsource(module)).body:
        targets: list[ast.expr] = []
        match node:
            case ast.Assign() | ast.AnnAssign(value=ast.expr()) if _written(node.value):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from (one.id for one in names if isinstance(one, ast.Name) and one.id.isupper())


def _written(value: ast.expr | None) -> bool:
    """Say whether a value stands in the code; what begins empty is filled as one goes."""
    return value is not None and ast.unparse(value) not in ("{}", "[]", "set()")


def _numbers(value: Any) -> list[Any]:
    match value:
        case int() | float():
            return [value]
        case complex():
            return [value.real, value.imag]
        case np.ndarray():
            return _numbers(value.tolist())
        case Mapping():
            return _numbers([*value.keys(), *value.values()])
        case list() | tuple():
            return [found for one in value for found in _numbers(one)]
    return []
