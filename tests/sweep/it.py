"""Valid calls of IT."""

from __future__ import annotations

from tests.sweep import it_data, it_work
from tests.sweep.shop import Calls

CALLS: Calls = {**it_work.CALLS, **it_data.CALLS}
