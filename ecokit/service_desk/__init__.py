"""The service desk: contacts and waits, staffing, shifts, a simulation, answers, customers.

Slide 3 asks for a consultation that is answered in time, slide 15 for few complaints,
slide 16 for a manager who keeps the desk efficient and its costs low.

>>> from ecokit import service_desk
>>> desk = service_desk.desk(contacts_per_hour=200, handling_minutes=3, agents=14)
>>> f"{desk.occupancy:.1%} busy, {desk.waits:.1%} of the contacts wait"
'71.4% busy, 17.4% of the contacts wait'
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "arrivals": [
            "WEEKDAYS", "answers", "handling_minutes", "hours", "patience_minutes", "slots",
            "staffed",
        ],
        "contacts": ["answer_effect", "answer_groups", "pareto", "reasons_by_parcel", "resolution"],
        "customers": ["cohorts", "customer_value", "repeat_curve", "rfm", "segments"],
        "erlang": [
            "Desk", "agents_needed", "desk", "erlang_b", "erlang_c", "load", "positions",
        ],
        "forecast": ["BGNBD", "fit_bg_nbd", "repeat_summary"],
        "shifts": ["Shift", "ShiftPlan", "cover", "shift_patterns"],
        "simulate": ["measured", "simulate_desk"],
    },
)  # fmt: skip
