"""Attacks: what the kit was tried with, by seed, and what came of it."""
