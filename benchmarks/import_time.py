"""What `import ecokit` costs beside `import narwhals`: the median of fresh Pythons, in turns."""

from __future__ import annotations

import statistics
import subprocess
import sys

ROUNDS = 15
CODE = """
import time
start = time.perf_counter()
import {module}
print(time.perf_counter() - start)
"""


def seconds(module: str) -> float:
    """Return how long one import takes in a Python of its own."""
    command = [sys.executable, "-c", CODE.format(module=module)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """Print both medians and their ratio."""
    times: dict[str, list[float]] = {"ecokit": [], "narwhals": []}
    for _round in range(ROUNDS):
        for module, measured in times.items():
            measured.append(seconds(module))
    ours, theirs = (statistics.median(measured) for measured in times.values())
    print(f"import ecokit {ours * 1e3:.1f} ms, import narwhals {theirs * 1e3:.1f} ms")
    print(f"ratio {ours / theirs:.2f}, at most 1.3")


if __name__ == "__main__":
    main()
