"""``python -m ecokit.cli``: the command ``ecokit`` where no script directory is on the path."""

import sys

from ecokit.cli import main

sys.exit(main())
