"""Valid calls of IT."""

from __future__ import annotations

from tests.sweep import it_data
from tests.sweep.shop import Calls

CALLS: Calls = {**it_data.CALLS}
