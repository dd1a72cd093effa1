"""IT IT部门: systems, what an outage costs, servers for a peak, releases, data and who may see it.

The systems of a shop and what flows between them, what to keep and what to outsource (slide 6),
and IT systems as a partner (slide 14).

>>> from ecokit import it
>>> round(it.error_budget(0.999), 1), it.servers_for(9, 500, service=120).servers
(43.2, 11)
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "outages": [
            "ALERTS",
            "availability",
            "burn_alert",
            "burn_rate",
            "error_budget",
            "in_parallel",
            "in_series",
            "outage_cost",
            "probes",
            "times_to",
            "up_share",
        ],
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
        "releases": [
            "SIZES",
            "by_size",
            "delivery_measures",
            "releases_needed",
            "size_test",
        ],
        "systems": ["FLOWS", "contacts", "keep_or_buy", "system_map", "what_stops"],
        "copies": ["pseudonymised", "pseudonyms", "reidentified", "small_cells", "traces"],
        "leaks": ["report_hours"],
        "odd": ["odd_cells"],
        "privacy": ["access_matrix", "least_privilege", "masked"],
        "quality": ["Rule", "check_tables", "findings", "fresh", "shop_rules", "told_right"],
        "readers": ["unfound", "upper_bound"],
    },
)
