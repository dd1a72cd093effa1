"""Your own tables: from raw exports to figures that hand-written SQL gives, too."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ecokit import own
from ecokit.own.look import Look, look

DATA = Path(__file__).parent / "data" / "own"


def write(folder: Path, **files: str | bytes) -> Path:
    """Write files; the last underscore of a name is the point before its ending."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / ".".join(name.rsplit("_", 1))
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return folder


def looked(tmp_path: Path, **files: str | bytes) -> Look:
    return look(write(tmp_path / "raw", **files), tmp_path / "out")


LINES = """order_id,placed_at,sku,qty,unit price
1,2025-01-05 10:00,a,2,10.00
1,2025-01-05 10:00,b,1,5
2,2025-01-06,a,1,9.5
"""


def test_one_raw_file_of_lines_becomes_orders_and_lines(tmp_path: Path) -> None:
    found = looked(tmp_path, export_csv=LINES)
    assert found.rows == {"orders": 2, "order_lines": 3}
    assert not found.faults
    assert not found.left
    shop = own.load(tmp_path / "out")
    assert shop.orders["order_id"].tolist() == [1, 2]
    assert (shop.order_lines["quantity"] * shop.order_lines["unit_price"]).sum() == 34.5
    report = (tmp_path / "out" / "report.txt").read_text("utf-8")
    assert "no: Unique visitors (UV), needs visits" in report


def test_the_source_is_not_changed_and_a_corrected_mapping_is_used(tmp_path: Path) -> None:
    raw = write(tmp_path / "raw", export_csv=LINES)
    before = hashlib.sha256((raw / "export.csv").read_bytes()).hexdigest()
    out = tmp_path / "out"
    look(raw, out)
    mapping = out / "mapping.yaml"
    corrected = mapping.read_text("utf-8").replace("unit_price: unit price\n", "")
    mapping.write_text(corrected, "utf-8")
    found = look(raw, out)
    assert "unit_price" not in found.plan.tables["order_lines"].columns
    assert mapping.read_text("utf-8") == corrected
    assert "unit price" in (out / "mapping.new.yaml").read_text("utf-8")
    assert hashlib.sha256((raw / "export.csv").read_bytes()).hexdigest() == before
    assert sorted(path.name for path in raw.iterdir()) == ["export.csv"]
