"""Experiments 实验: what every test of an effect shares, whether of prices, pages or letters.

How many visitors it takes, whether the lot was drawn fairly, what the difference is and how far it
may lie from that.

>>> from ecokit import experiments
>>> experiments.sample_size(0.10, 0.12)
3841
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "comparing": ["effects"],
        "differences": ["difference_of_means", "difference_of_rates", "difference_of_ratios"],
        "looking": ["boundary", "false_alarms", "look_by_look"],
        "shares": ["shrunk_rates"],
        "sizes": [
            "sample_size",
            "sample_size_of_means",
            "smallest_effect",
            "smallest_effect_of_means",
        ],
        "splits": ["split_check"],
        "verdicts": ["aa_check", "aa_p_values", "adjust_p_values", "guardrail"],
    },
)
