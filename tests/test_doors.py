"""Folders and tables that mean harm end in a sentence; the small form of
`benchmarks/attacks/door.py`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecokit.errors import LONGEST, CourseError, legible
from ecokit.messages import short, some
from ecokit.own import files, mapping
from ecokit.own.looking import look
from ecokit.shop import Shop, load_shop, opened
from tests import doors
from tests.hostile import RIGHT, SENTENCE

OWN = {
    "lines": ["one line of names", "a long cell"],
    "pipes": ["a pipe", "a link to /dev/zero"],
    "bombs": ["gzip of ends of lines", "xlsx, a far cell", "ods, wide and tall"],
    "bytes": ["one row of 30: GBK", "escapes as a name"],
    "names": ["names alike", "odd file names"],
}
"""Attacks that `ecokit own` is tried with; a look takes a quarter of a second."""


@pytest.mark.parametrize("kind", doors.KINDS)
def test_what_means_harm_ends_in_a_sentence(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "SMALL", 1 << 16)
    monkeypatch.setattr(files, "MEMORY", 1 << 29)
    every = {"tables": 5, "bytes": 4, "laid": 3}.get(kind, 2)
    those = doors.attacks(kind, seed=5, size=1)
    tried = [
        replace(one, doors=(doors.own,) if one.label in OWN.get(kind, ()) else one.doors[:1])
        for place, one in enumerate(those)
        if one.label in OWN.get(kind, ()) or (kind not in ("bombs", "lines") and place % every == 0)
    ]
    ends = {one.label: one.run() for one in tried}
    assert {label: end for label, end in ends.items() if end not in (RIGHT, SENTENCE)} == {}
    assert len(ends) > 1


@settings(max_examples=200)
@given(st.text(max_size=2_000))
def test_a_sentence_can_be_read_on_one_screen(text: str) -> None:
    told = str(CourseError(text))
    assert len(told) <= 2_300
    assert all(len(line) <= LONGEST for line in told.split("\n"))
    assert told.replace("\n", "").isprintable()
    assert short(text).isprintable()
    assert len(short(text)) <= 60


def test_a_long_sentence_keeps_what_is_wrong_and_what_to_do() -> None:
    told = legible(f"Wrong: {'x' * 10_000}. Do this.")
    assert told.startswith("Wrong: x")
    assert told.endswith("x. Do this.")
    assert some([f"n{n}" for n in range(10)], 3) == "n0, n1, n2 and 7 more"


def test_a_row_of_another_encoding_is_named(tmp_path: Path) -> None:
    lines = ["product_id,name", *(f"{n},已付款" for n in range(1, 10))]
    data = [line.encode() for line in lines]
    data[7] = "7,手机".encode("gbk")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "products.csv").write_bytes(b"\n".join(data))
    with pytest.raises(CourseError, match=r"1 line is not, perhaps GBK: row 7 below .* \(7,手机\)"):
        Shop.from_folder(tmp_path / "in")
    (source,) = look(tmp_path / "in", tmp_path / "out").sources
    assert "in line 8;" in source.notes[0]
    whole = "\n".join(lines).encode("gbk")
    (tmp_path / "in" / "products.csv").write_bytes(whole)
    assert len(Shop.from_folder(tmp_path / "in").products) == 9


def test_a_damaged_sign_between_two_blocks_has_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("a\n手机\n手".encode()[:-1] + b"\nb\n")
    for block in (1, 3, 5, 100):
        monkeypatch.setattr(opened, "BLOCK", block)
        assert files.survey(path, zipped=False).line == 3


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    opened.check_unpacked("a", packed=1 << 20, size=opened.PACKED << 20)
    opened.check_unpacked("a", packed=10, size=opened.SMALL)
    with pytest.raises(CourseError, match="200 times"):
        opened.check_unpacked("a", packed=10, size=opened.SMALL + 1)
    with pytest.raises(CourseError, match="cannot be read"):
        opened.check_file(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CourseError, match="cannot be read"):
        opened.check_file(tmp_path / "pipe")


def test_a_folder_from_elsewhere_is_read_and_not_run(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("tables: {}\n")
    tables = tmp_path / "tables"
    tables.mkdir()
    kept = tmp_path / "kept.parquet"
    pd.DataFrame({"order_id": [1, 2]}).to_parquet(kept)
    query = f"SELECT order_id FROM read_parquet('{kept}')"
    (tables / "orders.sql").write_text(query)
    assert len(load_shop(folder=tmp_path).orders) == 2
    other = tmp_path / "secret.csv"
    other.write_text("order_id\n1\n")
    for bad in (
        f"COPY ({query}) TO '{tmp_path}/written.csv'",
        f"{query}; {query}",
        f"SELECT order_id FROM read_csv('{other}'), read_parquet('{kept}')",
        "SELECT 1 AS order_id",
    ):
        (tables / "orders.sql").write_text(bad)
        with pytest.raises(CourseError, match="no longer where it was, or has changed"):
            len(load_shop(folder=tmp_path).orders)
    assert not (tmp_path / "written.csv").exists()


def test_a_mapping_names_no_part_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    for text in ("a: &a [1]\ntables: *a\n", "tables: " + "[" * 50_000, "a: " + "9" * 5_000):
        path.write_text(text)
        with pytest.raises(CourseError, match="is no YAML"):
            mapping.read(path)


def test_an_index_called_like_a_column_is_left_out() -> None:
    frame = pd.DataFrame({"order_id": [1, 2], "status": ["delivered"] * 2})
    for name in ("order_id", "status"):
        assert len(Shop.from_tables({"orders": frame.rename_axis(name)}).orders) == 2
    by_key = frame.set_index("order_id")
    assert Shop.from_tables({"orders": by_key}).orders["order_id"].tolist() == [1, 2]


@pytest.mark.parametrize(
    "cell",
    [10**5000, [1], np.timedelta64(5), pd.DataFrame({"a": [1]})],
    ids=["huge", "list", "span", "table"],
)
def test_a_cell_that_is_no_value_is_told(cell: object) -> None:
    frame = pd.DataFrame({"order_id": [1, 2]}, dtype=object)
    frame["paid_at"] = pd.Series([pd.Timestamp("2025-01-01"), cell], dtype=object)
    shop = Shop.from_tables({"orders": frame}, strict=False)
    assert shop.left_out["rows"].tolist() == [1]


@pytest.mark.parametrize("offset", ["+8", "+08:05:43", "+25:00"])
def test_an_offset_that_is_none_makes_no_time(offset: str) -> None:
    for whole in ("2025-01-05T10:00:00+08:00", "2025-01-05 10:00", f"2025-01-06T10:00:00{offset}"):
        frame = pd.DataFrame({"order_id": [1, 2, 3], "placed_at": [whole, whole, whole]})
        frame.loc[2, "placed_at"] = f"2025-01-05T10:00:00{offset}"
        with pytest.raises(CourseError, match="placed_at"):
            Shop.from_tables({"orders": frame})


def test_what_cannot_be_read_leaves_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "products.csv").write_text(doors.GOOD)
    pd.DataFrame({"order_id": range(50)}).to_parquet(folder / "orders.parquet")
    whole = bytearray((folder / "orders.parquet").read_bytes())
    whole[8:60] = b"\xff" * 52
    (folder / "orders.parquet").write_bytes(bytes(whole))
    tried = ["orders.parquet"]
    if os.name == "posix" and sys.platform != "darwin":
        Path(os.fsdecode(os.fsencode(folder) + b"/visits\xff.csv")).write_text(doors.rows(3))
        tried.append("visits?.csv")
    found = look(folder, tmp_path / "out")
    assert [one.name for one in found.sources] == ["products.csv"]
    assert [one.name for one in found.refused] == tried
