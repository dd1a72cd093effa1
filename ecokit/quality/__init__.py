"""Data quality 数据质量: what is wrong in tables, and how much nobody has found.

Rules of the data package and your own, a report that names the row and the remedy, what two readers
missed, odd cells of tables without rules.

>>> from ecokit import quality
>>> quality.unfound(40, 30, 12).chapman
96.76923076923077
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "quality": ["Rule", "check_tables", "findings", "fresh", "shop_rules", "told_right"],
        "copies": ["faulty_month"],
        "odd": ["odd_cells"],
        "readers": ["play_readers", "unfound", "upper_bound"],
    },
)
