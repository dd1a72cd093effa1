"""The customer journey: ten touchpoints an order, and what a missed one costs.

Slide 3 of the deck names the ten touchpoints; slides 12 and 14 ask for an order
flow and a goods flow that work as one. Every function takes the shop's tables (or
your own) and returns a table of the same kind: pandas, Polars, DuckDB or another
engine that Narwhals knows. Tables are never changed.

>>> from ecokit import journey
>>> float(journey.same_day_share(arrivals=[2, 6, 2], capacity=[3, 3, 3]))
0.5
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "calls": ["CALL", "causes", "overdue_parcels", "same_day_share"],
        "customers": ["outcomes", "repeat_purchase"],
        "missed": ["effect"],
        "perfect": ["perfect_journey"],
        "promises": ["delivery"],
        "touchpoints": ["rates", "states", "timeline"],
    },
)
