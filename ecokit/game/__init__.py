"""Run the company 经营模拟: a team runs the company for a quarter, and the market answers.

The package holds the rules, a week of the market, the end, the folder of a game and those who
play against a learner. It computes in whole numbers only, so that a game goes on alike on every
computer.

>>> from ecokit import game
>>> game.fields()["role"].unique().tolist()
['price', 'traffic', 'goods', 'service']
"""

from __future__ import annotations

from ecokit.inputs.renamed import attach

__getattr__, __dir__, __all__ = attach(__name__, submod_attrs={"company": ["Company", "fields"]})
