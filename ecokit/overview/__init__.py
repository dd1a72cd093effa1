"""The whole operation 运营全景: what hangs on what, and where order flow and goods flow meet.

The parts of the deck on one map, each with its topic; and the third core question of slide 12 in
three measures: hours from paid to handed over, stuck orders, units sold that were not there.

>>> from ecokit import overview
>>> overview.operation_map().query("part == 'core'")["topic"].tolist()
['campaigns', 'strategies', 'overview']
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "chart": ["operation_map", "parts"],
        "flows": ["STAGES", "order_stages", "oversold", "stuck"],
    },
)
