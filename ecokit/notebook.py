"""What IPython is told so that a notebook helps: a name that is not known gets a sentence.

Outside IPython nothing happens.
"""

from __future__ import annotations

import ast
import linecache
import sys
import warnings
from types import TracebackType
from typing import Any

from ecokit.errors import CourseError
from ecokit.messages import _

OF_COURSE = r"(ecokit|numpy|pandas|scipy|statsmodels)\b"
"""Modules whose warnings about numbers are not for a learner; those of own cells are."""

FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What the course's code raises where a shop is too short for it; a KeyError is among them."""

STOPPED: dict[str, str] = {}
"""Names that a cell would have made, had it not been stopped by what this sentence says."""


def install() -> bool:
    """Let the shell that runs answer an unknown name with a sentence; say whether one runs.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch("IPython.get_ipython", return_value=None):  # no shell runs here
    ...     install()
    False
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return False
    shell.set_custom_exc((NameError, CourseError, *FAULTS), _tell)
    # A small shop makes the course divide by nothing; the card or cell says so in words.
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=OF_COURSE)
    return True


def _tell(
    shell: Any,
    kind: type[BaseException],
    error: Exception,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show the sentence in place of the traceback, if there is one."""
    cells = shell.user_ns
    told = str(error) if isinstance(error, CourseError) else ""
    if isinstance(error, NameError | KeyError):
        told = sentence(error, trace, cells)
    if not told and (short := _short(error, cells)):
        if _of_course(cells, trace):
            told = short
        else:  # what a learner wrote keeps its traceback
            error.add_note(short)
    if told:
        why = STOPPED.get(error.name or "") if isinstance(error, NameError) else None
        STOPPED.update(dict.fromkeys(_made(cells, trace), why or told))
    if told and not isinstance(error, CourseError):
        error._render_traceback_ = lambda: [told]  # type: ignore[attr-defined]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def sentence(error: NameError | KeyError, trace: TracebackType, cells: dict[str, Any]) -> str:
    """Return what a learner is told of a name or column, nothing where other code asks for it.

    Parameters
    ----------
    error, trace
        What was raised, and its traceback.
    cells : dict
        The names of the learner's own cells.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = {"levels": pd.DataFrame({"level": [1.0]})}
    >>> try:
    ...     exec("levels['index']", cells)
    ... except KeyError as error:
    ...     print(sentence(error, error.__traceback__, cells))
    This table has no column 'index'. ["index"] is now ["level"], since ecokit 0.2.
    """
    asked = _asked_by(cells, trace)
    if isinstance(error, KeyError):
        told = _lacks_of_shop(error, cells) if asked else ""
        table = _table_of(asked.tb_next) if asked and asked.tb_next else None
        if told or table is None:
            return told
        return _lacks(table, error.args[0] if error.args else "")
    if asked and not asked.tb_next and not isinstance(error, UnboundLocalError):
        if error.name in STOPPED:
            return _("{name!r} comes from a cell above that was stopped. It said: {why}").format(
                name=error.name, why=STOPPED[error.name]
            )
        return _(
            "'{name}' is not known here yet: run the cells from the top (Run > Run All Above "
            "Selected Cell), or see whether the name is misspelt."
        ).format(name=error.name)
    return ""


def _lacks(table: Any, name: object) -> str:
    """Return what is told of a column that a table lacks: its name of today, if it has one."""
    if str(name).endswith("not in index"):
        there = ", ".join(map(str, table.columns[:12]))
        asked = str(name).removesuffix(" not in index")
        return _("This table has no columns {asked}. It has: {there}.").format(
            asked=asked, there=there
        )
    from ecokit.inputs.renamed import renamed_column  # only who asks for what is not there waits

    new = (renamed_column(str(column), [name]) for column in table.columns)
    remedy = next(filter(None, new), "")
    if remedy:
        return _("This table has no column {name!r}. {remedy}").format(name=name, remedy=remedy)
    return _(
        "This table has no column {name!r}; its .columns lists those that it has. "
        "The tables of load_shop() have every column of the course."
    ).format(name=name)


def _lacks_of_shop(error: KeyError, cells: dict[str, Any]) -> str:
    """Return what is told of a column that a shop of the cells lacks, if one does."""
    from ecokit.shop.lacks import lacks

    return next(filter(None, (lacks(error, shop) for shop in _shops(cells))), "")


def _short(error: Exception, cells: dict[str, Any]) -> str:
    """Return what is told where a shop of the cells is shorter than the year of the lessons."""
    shops = _shops(cells)
    if not shops:
        return ""
    from ecokit.shop.lacks import short

    return next(filter(None, (short(shop, error) for shop in shops)), "")


def _of_course(cells: dict[str, Any], trace: TracebackType) -> bool:
    """Say whether a function of the course was stopped, and not what the learner wrote."""
    asked = _asked_by(cells, trace)
    inside = asked.tb_next if asked else None
    return inside is not None and str(inside.tb_frame.f_globals.get("__name__")).startswith(
        "ecokit."
    )


def _shops(cells: dict[str, Any]) -> list[Any]:
    """Return the shops among the names of the cells."""
    tables = sys.modules.get("ecokit.shop.tables")
    return [one for one in cells.values() if tables and isinstance(one, tables.Shop)]


def _made(cells: dict[str, Any], trace: TracebackType) -> list[str]:
    """Return the names that the cell which was stopped makes."""
    asked = _steps(cells, trace)
    if not asked:
        return []
    lines = linecache.getlines(asked[0].tb_frame.f_code.co_filename)
    try:
        steps = ast.walk(ast.parse("".join(lines)))
    except SyntaxError:  # a magic
        return []
    return [
        one.id if isinstance(one, ast.Name) else one.name
        for one in steps
        if (isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
        or isinstance(one, ast.FunctionDef)
    ]


def _asked_by(cells: dict[str, Any], trace: TracebackType) -> TracebackType | None:
    """Return the last step of a traceback that is in the learner's own cells."""
    steps = _steps(cells, trace)
    return steps[-1] if steps else None


def _steps(cells: dict[str, Any], trace: TracebackType) -> list[TracebackType]:
    """Return the steps of a traceback that are in the learner's own cells, the first one first."""
    steps: list[TracebackType] = [trace]
    while steps[-1].tb_next:
        steps.append(steps[-1].tb_next)
    return [step for step in steps if step.tb_frame.f_globals is cells]


def _table_of(step: TracebackType) -> Any:
    """Return the table that was asked for a column in a step, None where none was."""
    frame = step.tb_frame
    module = frame.f_globals.get("__name__", "")
    of_pandas = frame.f_code.co_name == "__getitem__" and module == "pandas.core.frame"
    return frame.f_locals.get("self") if of_pandas else None
