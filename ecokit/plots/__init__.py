"""Figures of what the topics return, one module a topic, one theme for all."""

from __future__ import annotations

import lazy_loader

from ecokit.topics import names

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["theme", "game", *names()],
)
