"""``python -m ecokit.cli``: the command ``ecokit`` where no script directory is on the path."""

import sys

from ecokit.cli import main

if __name__ == "__main__":
    sys.exit(main())
