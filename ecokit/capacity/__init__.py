"""Capacity 容量: how many servers a peak takes, and what a call then waits.

The load by source, counts that come in heaps, percentiles of the wait, the cost of either mistake,
and what slow pages cost.

>>> from ecokit import capacity
>>> capacity.servers_for(9, 500, service=120).servers
11
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "capacity": [
            "by_servers",
            "cost_of_servers",
            "dispersion",
            "fast_calls",
            "offered_load",
            "peak_counts",
            "peak_quantile",
            "response",
            "response_quantile",
            "servers_for",
            "slow_calls",
            "with_omitted",
        ],
        "pages": ["SlowPages", "by_speed", "slow_pages"],
        "peaks": ["PeakLoad", "peak_load", "play_peaks"],
    },
)
