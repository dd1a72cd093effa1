"""The shop: its tables, how they are loaded and checked, and the simulator that makes them."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["paths", "schema"],
    submod_attrs={
        "load": ["load_shop"],
        "simulator": ["simulate"],
        "tables": ["Shop"],
        "write": ["simulate_to", "write_datasets"],
    },
)
