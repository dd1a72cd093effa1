"""What a look at a folder costs, against reading and counting the same files in DuckDB.

    python benchmarks/own.py [--rows 1000000 10000000] [--runs 3]

Writes a table of visits, orders and order lines of so many rows in all, as UTF-8 CSV and as
Parquet, and for the smaller size as GBK, gzipped CSV and a spreadsheet, too. For each it runs, in
turns and each in a fresh process, `ecokit.own.look` and DuckDB alone, which reads the same files
and counts their rows, the values of each column, and the distinct values of the key. Prints the
ratios of processor time and of time on the clock, and the peak memory of the look. The aim: five
times at most, and 1 GB at 10^7 rows.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import psutil  # type: ignore[import-untyped]

# Of ten rows six are visits, two orders, two lines.
DATA = {
    "visits": """
        SELECT i AS visit_id, hash(i) % {n} AS visitor_id,
               TIMESTAMP '2025-01-01' + INTERVAL 1 SECOND * (i * 31000000 // {n}) AS started_at,
               'channel_' || (hash(i, 1) % 7) AS channel_id,
               (hash(i, 4) % 900)::INTEGER AS dwell_seconds
        FROM range(1, 6 * {n} // 10 + 1) AS t(i)""",
    "orders": """
        SELECT i AS order_id, hash(i) % {n} AS visitor_id,
               TIMESTAMP '2025-01-01' + INTERVAL 1 SECOND * (i * 31000000 // {n}) AS placed_at,
               TIMESTAMP '2025-01-01' + INTERVAL 1 SECOND * (i * 31000000 // {n} + 60) AS paid_at,
               'channel_' || (hash(i, 1) % 7) AS channel_id
        FROM range(1, 2 * {n} // 10 + 1) AS t(i)""",
    "order_lines": """
        SELECT i AS order_id, 1 AS line, 'P' || (hash(i, 2) % 300) AS product_id,
               1 + (hash(i, 3) % 3)::INTEGER AS quantity,
               (100 + hash(i, 5) % 400000) / 100.0::DOUBLE AS unit_price
        FROM range(1, 2 * {n} // 10 + 1) AS t(i)""",
}
KEYS = {"visits": "visit_id", "orders": "order_id", "order_lines": "order_id"}
BOUND = {"csv", "parquet"}


class Cost(NamedTuple):
    """What a process cost."""

    clock: float
    processor: float
    memory: float


def make(folder: Path, kind: str, rows: int) -> None:
    """Write the three tables as one kind of file."""
    folder.mkdir()
    for name, query in DATA.items():
        path = (folder / name).as_posix()
        source = query.format(n=rows)
        if kind == "parquet":
            duckdb.execute(f"COPY ({source}) TO '{path}.parquet'")
        elif kind == "gz":
            duckdb.execute(f"COPY ({source}) TO '{path}.csv.gz' (COMPRESSION gzip)")
        else:
            duckdb.execute(f"COPY ({source}) TO '{path}.csv'")
        text = folder / f"{name}.csv"
        if kind == "gbk":
            content = text.read_text("utf-8").replace("channel_", "渠道")
            text.write_text(content, "gb18030")
        elif kind == "xlsx":
            spreadsheet(text, folder / f"{name}.xlsx")
            text.unlink()


def spreadsheet(text: Path, path: Path) -> None:
    """Write a CSV file as the smallest spreadsheet."""
    ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    doc = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rel = "http://schemas.openxmlformats.org/package/2006/relationships"

    def parts() -> Iterator[tuple[str, Iterator[str]]]:
        yield (
            "_rels/.rels",
            iter(
                [
                    f'<Relationships xmlns="{rel}"><Relationship Id="r1" '
                    f'Type="{doc}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
                ]
            ),
        )
        yield (
            "xl/workbook.xml",
            iter(
                [
                    f'<workbook xmlns="{ns}" xmlns:r="{doc}"><sheets><sheet name="S" sheetId="1" '
                    'r:id="r1"/></sheets></workbook>'
                ]
            ),
        )
        yield (
            "xl/_rels/workbook.xml.rels",
            iter(
                [
                    f'<Relationships xmlns="{rel}"><Relationship Id="r1" Type="{doc}/worksheet" '
                    'Target="worksheets/sheet1.xml"/></Relationships>'
                ]
            ),
        )
        yield "xl/worksheets/sheet1.xml", lines()

    def lines() -> Iterator[str]:
        yield f'<worksheet xmlns="{ns}"><sheetData>'
        with text.open(encoding="utf-8") as stream:
            for line in stream:
                cells = line.rstrip("\n").split(",")
                told = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
                yield f"<row>{told}</row>"
        yield "</sheetData></worksheet>"

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts():
            with archive.open(name, "w", force_zip64=True) as out:
                for piece in content:
                    out.write(piece.encode())


def by_hand(folder: Path) -> None:
    """Read the files and count: rows, values, distinct keys."""
    connection = duckdb.connect()
    for path in sorted(folder.iterdir()):
        scan = f"'{path.as_posix()}'"
        columns = [row[0] for row in connection.execute(f"DESCRIBE FROM {scan}").fetchall()]
        counts = ", ".join(f"count({name})" for name in columns)
        key = KEYS[path.name.partition(".")[0]]
        connection.execute(f"SELECT count(*), {counts}, count(DISTINCT {key}) FROM {scan}")
        connection.fetchall()


def cost(way: str, folder: Path) -> Cost:
    """Run one way in a fresh process."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, __file__, "--way", way, str(folder), out]
        begun = time.perf_counter()
        process = psutil.Popen(command, stdout=subprocess.DEVNULL)
        peak = 0.0
        used = 0.0
        done = threading.Event()

        def watch() -> None:
            nonlocal peak, used
            while not done.wait(0.02):
                try:
                    # a spreadsheet is read by a process of its own
                    family = [process, *process.children(recursive=True)]
                    peak = max(peak, sum(one.memory_info().rss for one in family) / 1e6)
                    used = sum(sum(one.cpu_times()[:4]) for one in family)
                except psutil.Error:
                    return

        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        done.set()
        watcher.join()
        if code:
            raise SystemExit(f"{way} failed on {folder}")
        return Cost(time.perf_counter() - begun, used, peak)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", default=["csv", "parquet", "gbk", "gz", "xlsx"])
    parser.add_argument("--way", nargs=3)
    options = parser.parse_args()
    if options.way:
        way, folder, out = options.way
        if way == "duckdb":
            by_hand(Path(folder))
        else:
            from ecokit.own import look

            look(folder, Path(out) / "out")
        return
    print("kind      rows        time  processor  look MB  look s")
    with tempfile.TemporaryDirectory() as work:
        for rows in options.rows:
            for kind in options.kinds:
                if kind not in BOUND and rows > min(options.rows):
                    continue
                folder = Path(work) / f"{kind}-{rows}"
                make(folder, kind, rows)
                plain = kind if kind in BOUND else "csv"
                beside = Path(work) / f"{plain}-{rows}"
                ratios: list[tuple[float, float]] = []
                looks = []
                for _run in range(options.runs):
                    look, hand = cost("look", folder), cost("duckdb", beside)
                    looks.append(look)
                    ratios.append((look.clock / hand.clock, look.processor / hand.processor))
                clock, processor = (statistics.median(one) for one in zip(*ratios, strict=True))
                memory = max(one.memory for one in looks)
                seconds = statistics.median(one.clock for one in looks)
                print(
                    f"{kind:<8}{rows:>12,}{clock:>8.2f}{processor:>10.2f}{memory:>9.0f}"
                    f"{seconds:>8.1f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
