"""Python reads this as it starts, in the processes of ``tests/run.py`` and in those they start.

What checks notebooks knows a grammar of international addresses, which no notebook holds. To build
it takes more than a second in each of the many processes that read a notebook; without the package
such addresses are not checked.

A kernel asks for a copy of one that has imported what lessons import, where there is one.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

if "ECOKIT_KERNELS" in os.environ and "ipykernel_launcher" in sys.orig_argv:
    import_module("kernels").ask(os.environ["ECOKIT_KERNELS"])
