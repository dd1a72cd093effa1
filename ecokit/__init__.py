"""ecokit: the tables, measures, exercises and explorers of the e-commerce operations course."""

from __future__ import annotations

import lazy_loader

from ecokit.topics import names

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["exercises", "explore", "plots", *names()],
    submod_attrs={
        "errors": ["CourseError"],
        "shop": ["Shop", "load_shop", "simulate"],
    },
)
