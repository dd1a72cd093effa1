"""Your own company's tables: from a folder of exports to a mapping, a report and a shop.

On the command line::

    ecokit own my-exports

In a notebook, afterwards::

    from ecokit import own
    shop = own.load("my-exports-ecokit")
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "able": ["abilities"],
        "guess": ["presets"],
        "looking": ["Look", "look"],
        "opened": ["load"],
        "weekly": ["ask", "example", "overview", "report", "shown"],
    },
)
