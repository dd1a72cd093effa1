"""Media 媒体公关: who hears of us, in which tone, what that does to traffic, and a crisis.

>>> from ecokit import media
>>> round(media.combined_reach([0.4, 0.3, 0.2]).reach, 3)
0.664
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    submod_attrs={
        "crisis": ["answer_costs", "answered_after", "crisis_height", "crisis_parameters"],
        "events": ["ADS", "TALKED", "event_study", "placebo_days", "plain_change"],
        "reach": ["combined_reach", "effective_reach", "exposures", "story_reach"],
        "stakes": ["at_stake"],
        "tone": ["BAD", "GOOD", "missed_costs", "tone_by_words", "tone_methods"],
        "voice": ["share_of_voice", "voice_and_market", "voice_correlation"],
    },
)
