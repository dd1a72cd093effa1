"""Starter folders for teams, each with a company of its own."""

SEEDS = (2, *range(4, 21), *range(51, 61))
"""Companies that teams may get: reviews and tests ask of others."""
