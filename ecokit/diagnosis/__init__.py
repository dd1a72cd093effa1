"""Diagnosis 综合诊断: why sales changed, taken apart until the parts add up.

A change of sales is one of visits, of conversion and of the value of an order. Which of them it
was says which topic to open next.

>>> from ecokit import diagnosis
>>> round(diagnosis.parts_of_change(before=(100, 0.10, 50), last=(80, 0.10, 50)).visits, 2)
-100.0
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "change": ["Parts", "factors", "parts_of_change"],
        "fallen": ["COMPANIES", "SKIPPED", "company"],
    },
)
