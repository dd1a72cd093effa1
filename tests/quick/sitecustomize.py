"""Python reads this as it starts, in the processes of ``tests/run.py`` and in those they start.

What checks notebooks knows a grammar of international addresses, which no notebook holds. To build
it takes more than a second in each of the many processes that read a notebook; without the package
such addresses are not checked.
"""

from __future__ import annotations

import sys

sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
