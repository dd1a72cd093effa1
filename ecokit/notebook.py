"""What IPython is told so that a notebook helps: a name that is not known gets a sentence.

Outside IPython nothing happens.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from ecokit.messages import _


def install() -> bool:
    """Let the shell that runs answer an unknown name with a sentence; say whether one runs.

    Examples
    --------
    >>> install()  # no shell runs here
    False
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return False
    shell.set_custom_exc((NameError, KeyError), _tell)
    return True


def _tell(
    shell: Any,
    kind: type[BaseException],
    error: NameError | KeyError,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show the sentence in place of the traceback, if the learner's own cell asks for the name."""
    asked = _asked_by(shell, trace)
    sentence = ""
    if isinstance(error, KeyError):
        if asked and asked.tb_next and _is_of_pandas(asked.tb_next):
            sentence = _(
                "This table has no column {name!r}; its .columns lists those that it has. "
                "The tables of load_shop() have every column of the course."
            ).format(name=error.args[0] if error.args else "")
    elif asked and not asked.tb_next and not isinstance(error, UnboundLocalError):
        sentence = _(
            "'{name}' is not known here yet: run the cells from the top (Run > Run All Above "
            "Selected Cell), or see whether the name is misspelt."
        ).format(name=error.name)
    if sentence:
        error._render_traceback_ = lambda: [sentence]  # type: ignore[union-attr]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _asked_by(shell: Any, trace: TracebackType) -> TracebackType | None:
    """Return the last step of a traceback that is in the learner's own cells."""
    steps: list[TracebackType] = [trace]
    while steps[-1].tb_next:
        steps.append(steps[-1].tb_next)
    own = [step for step in steps if step.tb_frame.f_globals is shell.user_ns]
    return own[-1] if own else None


def _is_of_pandas(step: TracebackType) -> bool:
    """Say whether a step is in a table that was asked for a column."""
    code = step.tb_frame.f_code
    module = step.tb_frame.f_globals.get("__name__", "")
    return code.co_name == "__getitem__" and module == "pandas.core.frame"
