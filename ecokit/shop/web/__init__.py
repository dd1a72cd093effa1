"""The small web: the competitors' sites and a directory of shops, written from the tables."""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "write": ["hosts", "members_only", "pages", "redesign_week", "week_of", "write_web"]
    },
)
