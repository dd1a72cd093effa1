"""The service desk: contacts and waits, staffing, shifts, a simulation, answers, customers.

Slide 3 asks for a consultation that is answered in time, slide 15 for few complaints,
slide 16 for a manager who keeps the desk efficient and its costs low.

>>> from ecokit import service_desk
>>> desk = service_desk.desk(contacts_per_hour=200, handling_minutes=3, agents=14)
>>> f"{desk.occupancy:.1%} busy, {desk.waits:.1%} of the contacts wait"
'71.4% busy, 17.4% of the contacts wait'
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "arrivals": ["answers", "handling_minutes", "hours", "patience_minutes", "staffed"],
        "clock": ["WEEKDAYS"],
        "contacts": ["answer_effect", "answer_groups", "pareto", "reasons_by_parcel", "resolution"],
        "customers": ["cohorts", "customer_value", "repeat_curve", "rfm", "segments"],
        "erlang": [
            "agents_needed",
            "desk",
            "erlang_b",
            "erlang_c",
            "load",
            "positions",
            "service_level",
        ],
        "forecast": [
            "BGNBD",
            "GammaGamma",
            "expected_value",
            "fit_bg_nbd",
            "fit_gamma_gamma",
            "repeat_summary",
        ],
        "shifts": ["Shift", "cover", "shift_patterns"],
        "simulate": ["measured", "simulate_desk"],
    },
)
