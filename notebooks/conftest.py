"""A check of the notebooks is nobody's work: it keeps no progress."""

import os

os.environ.setdefault("ECOKIT_PROGRESS", "off")
