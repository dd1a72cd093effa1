"""For ``pytest --nbval``: a warning of a library is no difference in a notebook's output."""

from __future__ import annotations

from typing import Any


def pytest_collectstart(collector: Any) -> None:
    """Leave the error stream out of the comparison; no stored notebook may hold one."""
    if collector.path.suffix == ".ipynb" and hasattr(collector, "skip_compare"):
        collector.skip_compare += ("stderr",)
