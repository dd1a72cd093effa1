"""Valid calls of the game."""

from __future__ import annotations

from tests.sweep.shop import Call, Calls

CALLS: Calls = {"game.fields": lambda: Call()}
