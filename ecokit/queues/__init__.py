"""Waiting in line: the formulas of Erlang, whoever waits: a customer at a desk, a call at a server.

They take numbers that were looked at; topics say in their own words what cannot be.

>>> from ecokit.queues import lines
>>> round(lines.waiting(10, 14), 6)
0.174132
"""
