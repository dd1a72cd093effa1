"""What the book needs beyond Jupyter Book: made for this course, small, and without a network.

`cache` keeps what was computed until code or data change, `generated` and `reference` write pages
from tables and declarations, `operation` draws the map of the whole, `teaching` tells a trainer
what a topic needs, `twins` shows explorers on pages without a kernel, `notebooks` keeps answers
out, `slides` takes what trainers show out of the pages, `faults` says in one sentence why a page's
code failed, `chinese` marks Chinese words, `spaces` keeps a number and its per cent sign together,
`site` keeps the built site small and closed to the outside, `brackets` builds in a folder with
brackets in its name.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from . import (
    brackets,
    cache,
    chinese,
    faults,
    generated,
    notebooks,
    operation,
    reference,
    site,
    slides,
    spaces,
    teaching,
    twins,
)

EDITION = "ECOKIT_EDITION"
"""Environment variable: ``learner`` (the default) or ``trainer``, which shows the answers."""


def _configure(app: Sphinx, config: Config) -> None:
    config["ecokit_edition"] = os.environ.get(EDITION, "learner")


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx what this extension adds."""
    app.add_config_value("ecokit_edition", "learner", "env", str)
    app.connect("config-inited", _configure)
    for part in (
        brackets,
        cache,
        faults,
        spaces,
        chinese,
        generated,
        operation,
        reference,
        teaching,
        twins,
        notebooks,
        slides,
        site,
    ):
        part.setup(app)
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return {
        "env_version": zlib.crc32(code),  # pages are read again when this extension changed
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
