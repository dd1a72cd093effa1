"""IT IT部门: systems, what an outage costs, servers for a peak, releases, data and who may see it.

The six systems of a shop and what flows between them, what to keep and what to outsource (slide
6), and IT systems as a partner (slide 14).
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "copies": ["pseudonymised", "pseudonyms", "reidentified", "small_cells", "traces"],
        "leaks": ["report_hours"],
        "odd": ["odd_cells"],
        "privacy": ["access_matrix", "least_privilege", "masked"],
        "quality": ["Rule", "check_tables", "findings", "fresh", "shop_rules", "told_right"],
        "readers": ["unfound", "upper_bound"],
    },
)
