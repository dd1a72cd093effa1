"""The command ``ecokit``: start the course, ask whether a machine is ready, make the copies."""

from __future__ import annotations

from ecokit.cli.main import main

__all__ = ["main"]
