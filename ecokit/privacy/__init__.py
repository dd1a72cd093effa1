"""Privacy 个人信息保护: who may see a customer's number, and what a copy still tells.

Least privilege, masking, copies under pseudonyms, finding people again, reporting a leak.

>>> from ecokit import privacy
>>> privacy.masked(["13812345678"], "telephone")
['138****5678']
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "privacy": ["access_matrix", "least_privilege", "masked"],
        "copies": [
            "exposure",
            "pseudonymised",
            "pseudonyms",
            "reidentified",
            "small_cells",
            "traces",
        ],
        "leaks": ["report_hours"],
    },
)
