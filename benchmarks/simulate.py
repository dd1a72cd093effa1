"""Time and peak memory of simulating 10^6 and 10^7 visits into Parquet.

Each company is simulated in a process of its own, and beside it a process writes as many rows of
random numbers per table with plain NumPy and PyArrow. What counts is the ratio: it depends little
on the machine.

    python benchmarks/simulate.py            10^6 visits
    python benchmarks/simulate.py 6 7        10^6 and 10^7 visits
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DAYS = 365
GROUP = 1_000_000  # rows written at once


def simulated(visits: int, folder: Path) -> None:
    from ecokit.shop import simulate_to

    simulate_to(folder, visitors_per_day=visits / DAYS, progress=False)


def plain(visits: int, folder: Path) -> None:
    """Write random rows: as many, in as many columns of eight bytes, as the simulation wrote."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(1)
    shapes = json.loads((folder / "shapes.json").read_text(encoding="utf-8"))
    for name, (rows, columns) in shapes.items():
        writer = None
        for start in range(0, rows, GROUP):
            size = min(GROUP, rows - start)
            arrays = [rng.integers(0, 10_000, size) for _ in range(columns)]
            table = pa.table(arrays, names=[str(number) for number in range(columns)])
            writer = writer or pq.ParquetWriter(folder / f"{name}.plain", table.schema)
            writer.write_table(table)
        if writer is not None:
            writer.close()


def shapes(folder: Path) -> dict[str, tuple[int, int]]:
    import pyarrow.parquet as pq

    found = {path.stem: pq.read_metadata(path) for path in sorted(folder.glob("*.parquet"))}
    return {name: (meta.num_rows, meta.num_columns) for name, meta in found.items()}


def measured(what: str, visits: int, folder: Path) -> tuple[float, float]:
    """Run one kind of work in a fresh process: seconds, and peak memory in MB."""
    command = [sys.executable, __file__, what, str(visits), str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, peak = json.loads(answer.stdout.splitlines()[-1])
    return seconds, peak


def compare(power: int) -> None:
    visits = 10**power
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds, peak = measured("simulated", visits, folder)
        written = shapes(folder)
        (folder / "shapes.json").write_text(json.dumps(written), encoding="utf-8")
        size = sum(path.stat().st_size for path in folder.glob("*.parquet")) / 1e6
        base_seconds, base_peak = measured("plain", visits, folder)
    rows = sum(count for count, _ in written.values())
    print(f"10^{power} visits, {rows:,} rows in all tables, {size:,.0f} MB of Parquet")
    print(f"  simulate_to  {seconds:8.1f} s  {peak:8,.0f} MB")
    print(f"  random rows  {base_seconds:8.1f} s  {base_peak:8,.0f} MB")
    print(f"  ratio        {seconds / base_seconds:8.1f}    {peak / base_peak:8.1f}")


def main(arguments: list[str]) -> None:
    if arguments[:1] in (["simulated"], ["plain"]):
        work = simulated if arguments[0] == "simulated" else plain
        began = time.perf_counter()
        work(int(arguments[1]), Path(arguments[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps([time.perf_counter() - began, peak]))
        return
    for power in arguments or ["6"]:
        compare(int(power))


if __name__ == "__main__":
    main(sys.argv[1:])
