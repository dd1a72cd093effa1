"""Exercises on campaigns: plan, measure, return, split, decide."""
