"""Systems 系统: what IT runs for the shop, who runs it, and how changes reach it.

The systems and what flows between them, what to keep and what to outsource (slide 6), IT systems as
a partner (slide 14), and releases.

>>> from ecokit import systems
>>> systems.FLOWS
('orders', 'goods', 'money', 'data')
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "systems": ["FLOWS", "contacts", "keep_or_buy", "system_map", "what_stops"],
        "releases": ["SIZES", "by_size", "delivery_measures", "releases_needed", "size_test"],
    },
)
