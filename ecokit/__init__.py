"""ecokit: the tables, measures, exercises and explorers of the e-commerce operations course."""

from __future__ import annotations

from typing import Any

import lazy_loader

from ecokit.notebook import install
from ecokit.topics import names

__version__ = "0.2.0.dev0"

_load, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["exercises", "experiments", "explore", "plots", *names()],
    submod_attrs={
        "errors": ["CourseError"],
        "shop": ["Shop", "load_shop", "simulate"],
    },
)


def __getattr__(name: str) -> Any:
    if name not in __all__ and not name.startswith("_"):
        from ecokit.inputs.renamed import refuse_old  # only who asks for what is not there waits

        refuse_old(name)
    return _load(name)


install()  # in a notebook, an unknown name gets a sentence
