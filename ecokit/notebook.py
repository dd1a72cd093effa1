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
    shell.set_custom_exc((NameError,), _tell)
    return True


def _tell(
    shell: Any,
    kind: type[BaseException],
    error: NameError,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show the sentence in place of the traceback, if the learner's own cell asks for the name."""
    last = trace
    while last.tb_next:
        last = last.tb_next
    if last.tb_frame.f_globals is shell.user_ns and not isinstance(error, UnboundLocalError):
        sentence = _(
            "'{name}' is not known here yet: run the cells from the top (Run > Run All Above "
            "Selected Cell), or see whether the name is misspelt."
        ).format(name=error.name)
        error._render_traceback_ = lambda: [sentence]  # type: ignore[attr-defined]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
