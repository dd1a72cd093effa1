"""Your own tables: from raw exports to figures that hand-written SQL gives, too."""

from __future__ import annotations

import ast
import base64
import gzip
import hashlib
import html
import io
import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import nbformat
import pytest
from fontTools.ttLib import TTFont

from ecokit import Shop, kpi, load_shop, own
from ecokit.cli import doctor, main
from ecokit.errors import CourseError
from ecokit.own import face, files, looking, template
from ecokit.own.build import connected
from ecokit.own.looking import Look, look
from ecokit.plots import glyphs
from ecokit.shop.paths import datasets_folder

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


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look without the measures, which take more than half of the time, where none is asked for."""
    monkeypatch.setattr(looking, "_measure", lambda *_: None)


QUICK = pytest.mark.usefixtures("unmeasured")

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


@QUICK
def test_the_source_is_not_changed_and_a_corrected_mapping_is_used(tmp_path: Path) -> None:
    raw = write(tmp_path / "raw", export_csv=LINES)
    before = hashlib.sha256((raw / "export.csv").read_bytes()).hexdigest()
    out = tmp_path / "deep" / "out"
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


# --- the exports that people have: figures by hand-written SQL ------------------------------

TAOBAO = """
    WITH o AS (SELECT DISTINCT replace(replace("订单编号", '="', ''), '"', '') AS id
               FROM {orders} WHERE "订单状态" IN
                   ('交易成功', '买家已付款，等待卖家发货', '卖家已发货，等待买家确认')),
         l AS (SELECT replace(replace("订单编号", '="', ''), '"', '') AS id,
                      "购买数量"::INT
                      * replace(replace("价格", '￥', ''), ',', '')::DECIMAL(12, 2) AS y
               FROM {lines})
    SELECT (SELECT count(*) FROM o), (SELECT sum(y) FROM l JOIN o USING (id))"""
JD = """
    SELECT count(DISTINCT "订单号"), sum("订购数量"::INT * "京东价"::DECIMAL(12, 2))
    FROM {orders} WHERE "订单状态" IN ('完成', '等待出库')"""
PDD = """
    SELECT count(DISTINCT "订单号"), sum(replace("商家实收金额(元)", ',', '')::DECIMAL(12, 2))
    FROM {orders} WHERE "订单状态" NOT LIKE '%退款成功'"""
SHOPIFY = """
    WITH paid AS (SELECT Name FROM {orders} WHERE "Financial Status" = 'paid')
    SELECT (SELECT count(*) FROM paid),
           sum("Lineitem quantity"::INT * "Lineitem price"::DECIMAL(12, 2))
    FROM {orders} WHERE Name IN (FROM paid)"""
WOO = """
    SELECT count(*), sum("Net Sales"::DECIMAL(12, 2))
    FROM {orders} WHERE Status IN ('completed', 'processing')"""
AMAZON = """
    SELECT count(DISTINCT "order-id"), sum(amount::DECIMAL(12, 2)) FROM {orders}
    WHERE "transaction-type" = 'Order' AND "amount-description" = 'Principal'"""
SHOPS = {
    "taobao_orders": (TAOBAO, {"orders": "ExportOrderList*", "lines": "ExportOrderDetail*"}),
    "jd_orders": (JD, {"orders": "*"}),
    "pinduoduo_orders": (PDD, {"orders": "*"}),
    "shopify_orders": (SHOPIFY, {"orders": "*"}),
    "woocommerce_orders": (WOO, {"orders": "*"}),
    "amazon_settlement": (AMAZON, {"orders": "*"}),
}


def by_hand(name: str, tmp_path: Path) -> tuple[int, float]:
    query, patterns = SHOPS[name]
    scans = {}
    for part, pattern in patterns.items():
        (path,) = (DATA / name).glob(pattern)
        data = path.read_bytes()
        encoding = "gb18030" if name[:2] in ("ta", "jd") else "utf-8-sig"
        copy = tmp_path / f"{part}.csv"
        copy.write_text(data.decode(encoding).replace("\r\n", "\n"), "utf-8")
        mark = "\\t" if path.suffix == ".txt" else ","
        scans[part] = f"read_csv('{copy}', all_varchar = true, delim = E'{mark}', header = true)"
    (row,) = duckdb.execute(query.format(**scans)).fetchall()
    return int(row[0]), float(row[1])


@pytest.mark.parametrize("name", SHOPS)
def test_an_export_of_a_shop_gives_the_figures_of_sql(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["own", str(DATA / name), "--out", str(tmp_path / "out")]) == 0
    orders, sales = by_hand(name, tmp_path)
    shop = own.load(tmp_path / "out")
    assert kpi.measure("orders", shop)["orders"].item() == orders
    assert kpi.measure("sales", shop)["sales"].item() == pytest.approx(sales, abs=0.011)
    said = capsys.readouterr().out
    assert f"Paid orders: {orders} orders" in said
    mapping = (tmp_path / "out" / "mapping.yaml").read_text("utf-8")
    assert f": {name}\n" in mapping


def test_visits_of_analytics_are_sessions_and_visitors(tmp_path: Path) -> None:
    found = look(DATA / "ga4_bigquery", tmp_path / "events")
    (path,) = (DATA / "ga4_bigquery").glob("*")
    query = f"""
        SELECT count(DISTINCT user_pseudo_id), count(DISTINCT (user_pseudo_id, list_filter(
            event_params, lambda p: p.key = 'ga_session_id')[1].value.int_value))
        FROM '{path}'"""
    ((visitors, visits),) = duckdb.execute(query).fetchall()
    assert found.values["uv"] == visitors == 2
    assert found.values["visits"] == visits == 3
    assert not found.faults


def events(path: Path, *sessions: str) -> None:
    """Write an export of GA4: three sessions of visitors u1, u1, u2, and how each came."""
    last = (
        ", {'manual_campaign': {'medium': 'cpc', 'campaign_name': c}} "
        "AS session_traffic_source_last_click"
        if sessions
        else ""
    )
    names = sessions or ("", "", "")
    rows = ", ".join(f"('u{1 + n // 2}', {n}, '{name}')" for n, name in enumerate(names))
    path.mkdir()
    duckdb.execute(f"""
        COPY (SELECT '20251201' AS event_date, 1764579600000000 + s AS event_timestamp,
            'session_start' AS event_name, u AS user_pseudo_id,
            [{{'key': 'ga_session_id', 'value': {{'string_value': NULL::VARCHAR, 'int_value': s}}}}]
            AS event_params,
            {{'name': CASE u WHEN 'u1' THEN '(organic)' ELSE 'spring' END, 'medium': 'organic'}}
            AS traffic_source {last}
        FROM (VALUES {rows}) AS t (u, s, c)) TO '{path / "events.parquet"}' (FORMAT parquet)""")


@pytest.mark.parametrize("sessions", [(), ("(direct)", "winter", "(not set)")])
def test_a_campaign_is_of_the_session_and_no_name_in_brackets(
    sessions: tuple[str, ...], tmp_path: Path
) -> None:
    events(tmp_path / "in", *sessions)
    look(tmp_path / "in", tmp_path / "out")
    shop = own.load(tmp_path / "out")
    assert shop.visits["campaign_id"].dropna().tolist() == ["winter" if sessions else "spring"]
    assert kpi.measure("campaign_uv_share", shop).iloc[0, 0] == 0.5
    report = (tmp_path / "out" / "report.txt").read_text("utf-8")
    assert ("visits, campaign_id: how the visitor first came" in report) != bool(sessions)


def test_a_traffic_report_gives_visits_and_no_visitors(tmp_path: Path) -> None:
    found = look(DATA / "ga4_traffic_csv", tmp_path / "traffic")
    assert found.values == {"visits": 14.0}
    shop = own.load(tmp_path / "traffic")
    by_day = kpi.measure("visits", shop, ["day", "channel_id"])
    assert by_day["visits"].tolist() == [3, 5, 4, 2]
    assert "needs visits: visitor_id" in (tmp_path / "traffic" / "report.txt").read_text("utf-8")


def test_every_preset_has_a_source_and_an_example() -> None:
    there = {path.name for path in DATA.iterdir()} | {"taobao_lines"}
    for name, one in own.presets().items():
        assert one.sources, name
        assert name in there


# --- a public web shop, as it was published --------------------------------------------------


def test_online_retail_as_it_is(real_data: Callable[[str], Path], tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    shutil.copy(real_data("online_retail.parquet"), raw)
    found = look(raw, tmp_path / "out")
    left = {(one.table, one.reason): one for one in found.left}
    assert set(found.rows) == {"orders", "order_lines", "products"}
    assert found.rows["orders"] == 25_900
    assert found.rows["order_lines"] == 541_909
    below = left.pop(("order_lines", "bad unit_price: below 0"))
    assert (below.rows, below.yuan, left) == (2, -22_124.12, {})
    equal = next(one for one in found.faults if "equal to another row" in one.what)
    assert equal.rows == 5_271
    shop = own.load(tmp_path / "out")
    lines = shop.order_lines.merge(shop.orders, on="order_id", suffixes=("", "_of_order"))
    whole = lines["quantity"] * lines["unit_price"]
    assert whole.sum() + below.yuan == pytest.approx(9_747_747.934)
    sold = lines[lines["visitor_id"].notna() & (lines["quantity"] > 0) & (lines["unit_price"] > 0)]
    assert len(sold) == 397_884
    assert sold["order_id"].nunique() == 18_532
    assert sold["visitor_id"].nunique() == 4_338
    assert sold["quantity"].sum() == 5_167_812
    assert (sold["quantity"] * sold["unit_price"]).sum() == pytest.approx(8_911_407.904)
    cancelled = shop.orders["order_id"].astype("str").str.startswith("C").sum()
    assert cancelled == 3_836


# --- messy folders all end in a sentence -----------------------------------------------------

HEAD = "order_id,placed_at,sku,qty,unit price\n"


def xlsx(rows: list[list[str]]) -> bytes:
    """Return the smallest spreadsheet: one sheet with texts."""

    def cell(value: str) -> str:
        formula = f"<f>{html.escape(value[1:])}</f><v>0</v>" if value.startswith("=") else ""
        text = f"<is><t>{html.escape(value)}</t></is>"
        return f"<c>{formula}</c>" if formula else f'<c t="inlineStr">{text}</c>'

    lines = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    main_ns = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    doc = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rel = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{rel}"><Relationship Id="r1" Type="{doc}/'
        'officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main_ns}" xmlns:r="{doc}"><sheets><sheet name="S" '
        'sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{rel}"><Relationship Id="r1" '
        f'Type="{doc}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main_ns}"><sheetData>{lines}</sheetData>'
        "</worksheet>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


ROWS = [line.split(",") for line in LINES.strip().splitlines()]
MESSY: dict[str, tuple[dict[str, str | bytes], str]] = {
    "a broken byte": (
        {"a_csv": LINES.replace("sku", "商品编码").encode("gbk") + b"3,2025-01-07,\xff\x81,1,2\n"},
        "damaged",
    ),
    "no rows": ({"a_csv": HEAD}, "0 rows read"),
    "a torn spreadsheet": ({"a_xlsx": xlsx(ROWS)[:200]}, "no spreadsheet"),
    "a locked spreadsheet": (
        {"a_xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)},
        "locked",
    ),
    "a torn archive": ({"orders_gz": gzip.compress(LINES.encode() * 99)[:60]}, "whole gzip"),
    "damaged Parquet": ({"orders_parquet": b"PAR1 and no more"}, "damaged Parquet"),
    "hidden": ({".orders_csv": LINES, "~$orders_xlsx": b"x"}, "holds no file"),
    "a huge cell": ({"a_csv": LINES + '3,2025-01-07,"' + "x" * 3_000_000 + '",1,2\n'}, "rows read"),
    "formulas": ({"a_csv": LINES + "3,2025-01-07,=cmd|' /C calc'!A0,1,2\n"}, "4 rows read"),
    "markup": ({"<b>_csv": LINES.replace("sku", "<script>alert(1)</script>")}, "rows read"),
    "a text price": ({"a_csv": LINES + "3,2025-01-07,a,1,cheap\n"}, "not numbers"),
    "a key and nothing else": ({"a_csv": "channel,spend\nWeb,1\nWeb,2\n"}, "No table of a shop"),
    "a file pasted twice": (
        {"a_csv": LINES + LINES.partition("\n")[2]},
        "3 rows, each a copy of another row",
    ),
}


@pytest.mark.parametrize("name", MESSY)
@QUICK
def test_a_messy_folder_ends_in_a_sentence(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, words = MESSY[name]
    raw, out = write(tmp_path / "raw", **given), tmp_path / "out"
    main(["own", str(raw), "--out", str(out)])
    said = capsys.readouterr()
    report = out / "report.txt"
    told = said.out + said.err + (report.read_text("utf-8") if report.exists() else "")
    assert "Traceback" not in told
    assert words in told, told
    page = (out / "report.html").read_text("utf-8") if report.exists() else ""
    assert "<script>" not in page
    assert "<b>." not in page
    assert not list(out.glob(".work*"))


# --- the command and the shop say the same ---------------------------------------------------

ORDERS = """order_id,visitor_id,placed_at,paid_at
1,7,2025-01-05 10:00,2025-01-05
2,,2025-01-06 11:00,2025-01-06 11:00
3,8,2025-02-01 09:00,
"""
HEADED = "order_id,line,product_id,quantity,unit_price\n"
UNNUMBERED = "order_id,product_id,quantity,unit_price\n"
BOTH: dict[str, dict[str, str]] = {
    "copies": {
        "orders": ORDERS + "1,7,2025-01-05 10:00,2025-01-05\n",
        "order_lines": HEADED + "1,1,a,2,10.00\n1,1,a,2,10.00\n2,1,a,-1,10\n1,1,a,2,10.00\n",
    },
    "keys that differ": {
        "orders": ORDERS + "1,9,2025-01-05 10:00,2025-01-05 10:05\n",
        "order_lines": HEADED + "1,1,a,2,10\n2,1,a,1,10\n2,1,a,3,10\n2,1,a,3,10\n",
        "returns": "return_id,order_id,line,product_id,quantity,asked_at,refund\n"
        "1,1,1,a,1,2025-01-09,10\n2,7,1,a,1,2025-01-09,10\n",
    },
    "gaps": {
        "orders": ORDERS + ",7,2025-01-05 10:00,\n4,7,,\n",
        "order_lines": HEADED + "1,1,a,,10.00\n2,1,a,1,\n3,1,,1,4\n,1,a,1,3\n1,2,a,0.45,29.90\n"
        "1,3,none,1,null\n4,1,a,1,7\n",
    },
    "values": {
        "orders": ORDERS + "4,7,soon,\n5,7,2025-01-09,later\n",
        "order_lines": HEADED + "1,1,a,two,10.00\n2,1,a,1,cheap\n3,1,a,1,4\n1,2,a,0.45,29.9\n"
        "4,1,b,3,1\n5,1,b,3,1\n",
    },
    "half a fen": {
        "orders": ORDERS,
        "order_lines": HEADED + "9,1,a,0.5,0.01\n9,2,a,1,1.005\n9,3,a,1.5,2.67\n9,4,a,3,0.335\n"
        "9,5,a,-1,1.005\n8,1,a,0.45,29.90\n8,2,a,1,2.675\n8,3,a,3,1000000.115\n1,1,a,1,2.675\n",
    },
    "equal lines": {"orders": ORDERS, "order_lines": UNNUMBERED + "1,a,1,10\n1,a,1,10\n2,b,1,9\n"},
    "all twice": {"orders": ORDERS, "order_lines": UNNUMBERED + 2 * "1,a,1,10\n2,b,0.45,29.9\n"},
    "totals": {
        "orders": ORDERS + "合计,,,\n",
        "order_lines": HEADED + "1,1,a,2,10.00\n2,1,a,1,10\nTotal,,,3,30\n",
    },
    "what cannot be": {
        "orders": ORDERS + "4,7,2025-01-09,2025-01-05\n",
        "order_lines": HEADED + "1,1,a,2,-10.00\n2,1,a,0,10\n3,0,a,2,10\n4,1,a,1,3\n",
    },
    "long ids": {
        "orders": "order_id,visitor_id,placed_at,paid_at\n"
        "355349801744800123,,2025-01-05,2025-01-05\n355349801744800124,7,2025-01-06,2025-01-06\n",
        "order_lines": HEADED + "355349801744800123,1,a,2,10\n355349801744800124,1,a,1,10\n"
        ",1,a,1,1\n355349801744800125,1,a,1,1\n",
    },
    "signs": {
        "orders": ORDERS,
        "order_lines": HEADED + '1,1,a,"1,000",￥1.005\n2,1,a,1,"￥1,234.00"\n2,2,a,1.2,(3.00)\n'
        "9,2,a,1,1.2万\n",
    },
    "products": {
        "products": "product_id,name,cost,list_price\na,A,5,10\nb,B,,20\nb,B,,20\nc,C,x,30\n"
        "d,D,-1,30\n,E,2,3\n",
        "orders": ORDERS,
        "order_lines": HEADED + "1,1,a,2,10\n2,1,b,1,5\n3,1,z,1,5\n",
    },
    "visits and groups": {
        "channels": "channel_id,name\nd,Direct\n",
        "visits": "visit_id,visitor_id,started_at,channel_id\n1,7,2025-01-05 10:00,d\n"
        "2,7,2025-01-05 11:00,\n2,7,2025-01-05 11:00,\n3,,2025-01-05 12:00,d\n4,9,,d\n"
        "5,9,never,d\n6,9,2025-01-06,x\n",
        "orders": "order_id,visit_id,placed_at,paid_at\n1,1,2025-01-05,2025-01-05\n"
        "2,3,2025-01-06,2025-01-06\n",
        "order_lines": HEADED + "1,1,a,2,10\n2,1,a,1,5\n",
    },
    "two faults in a row": {
        "orders": ORDERS,
        "order_lines": HEADED + "1,1,a,2,10\n2,-1,,2,10\n1,-2,a,,10\n1,2,,2,-1\n",
    },
    "stock": {
        "stock": "date,product_id,price,unit_cost,opening,received,demand,sold,closing\n"
        "2025-01-01,a,10,5,3,0,1,1,2\n2025-01-01,a,10,5,3,0,1,1,2\n2025-01-02,a,10,5,2,0,3,2,0\n"
        "2025-01-03,a,10,5,-2,0,3,5,0\n2025-01-03,b,,5,2,0,3,2,0\n",
    },
}


def same_reason(reason: str) -> str:
    """Return the reason of a shop as the command names it."""
    column, _colon, what = reason.partition(": ")
    for words, name in (("other values", "key"), ("twice", "copy"), ("a total", "total")):
        if words in what:
            return name
    if what.startswith("not in the table"):
        return f"orphan {what.rpartition(' ')[2]}".removesuffix(" orders")
    if what == "empty" or what.startswith("not "):
        return f"no {column}"
    return f"bad {reason}"


@pytest.mark.parametrize("name", BOTH)
def test_the_command_and_the_shop_leave_out_the_same(name: str, tmp_path: Path) -> None:
    raw = write(tmp_path / "raw", **{f"{table}_csv": text for table, text in BOTH[name].items()})
    found = look(raw, tmp_path / "out")
    one, other = own.load(tmp_path / "out"), Shop.from_folder(raw, strict=False)
    assert set(one.tables) == set(other.tables)
    for table, frame in one.tables.items():  # without numbers of lines, the shop counts them
        theirs = other[table][frame.columns]
        assert len(frame) == len(theirs)
        assert ((frame == theirs) | (frame.isna() & theirs.isna())).all(axis=None)
    said: dict[tuple[str, str], tuple[int, float]] = {}
    for table, rows, reason, _example, yuan in other.left_out.to_numpy().tolist():
        if rows:
            before = said.get((table, same_reason(reason)), (0, 0.0))
            worth = 0.0 if yuan != yuan else yuan
            said[table, same_reason(reason)] = (before[0] + rows, before[1] + worth)
    ours = {(it.table, it.reason): (it.rows, it.yuan or 0.0) for it in found.left}
    assert ours == said
    there = {"sales", "orders", "uv"} & {*found.values}
    assert there or name in ("stock", "products")
    for measure in there:
        assert kpi.measure(measure, other)[measure].item() == found.values[measure]


@QUICK
def test_months_are_laid_under_each_other_and_others_aside(tmp_path: Path) -> None:
    raw = write(
        tmp_path / "raw",
        jan_csv=LINES,
        feb_csv=LINES.replace("2025-01", "2025-02")
        .replace("\n1,", "\n11,")
        .replace("\n2,", "\n12,"),
    )
    (raw / "deep").mkdir()
    (raw / "deep" / "mar.csv").write_text(LINES.replace("qty", "units"), "utf-8")
    found = look(raw, tmp_path / "out")
    assert found.rows["order_lines"] == 6
    assert "whose columns are others" in found.plan.ignored["deep/mar.csv"]


def of_time(entry: str) -> str:
    """Return a mapping that reads the time of an order in a way of its own."""
    columns = f"{{order_id: order_id, placed_at: {entry}}}"
    return f"tables: {{orders: {{files: [a.csv], one_row_a: order_id, columns: {columns}}}}}"


@pytest.mark.parametrize(
    ("entry", "first"),
    [
        ("{value: 2025-01-05}", "2025-01-05"),
        ("{value: '2025-01-05 10:00'}", "2025-01-05 10:00"),
        ("{value: null}", None),
        ("{value: 5}", None),
        ("{column: qty, epoch: s}", "1970-01-01"),
        ("{column: sku, epoch: s}", None),
        ("{column: sku, words: {a: 2025-01-05}}", "2025-01-05"),
    ],
)
@QUICK
def test_a_mapping_gives_a_value_of_the_kind_of_its_column(
    entry: str, first: str | None, tmp_path: Path
) -> None:
    raw = write(tmp_path / "raw", a_csv="order_id,sku,qty\n7,a,1\n")
    mapping = tmp_path / "mine.yaml"
    mapping.write_text(of_time(entry), "utf-8")
    found = look(raw, tmp_path / "out", mapping_file=mapping)
    orders = own.load(tmp_path / "out").orders
    if first is None:  # no value of it can be used, and that is told
        assert "placed_at" not in orders
        assert {one.column for one in found.faults} == {"placed_at"}
    else:
        assert str(orders["placed_at"][0]).startswith(first)


@QUICK
def test_what_is_missing_or_misspelt_is_said(tmp_path: Path) -> None:
    raw = write(tmp_path / "raw", a_csv=LINES)
    out = tmp_path / "out"
    for wrong, words in (
        ("tables: {order: {files: [a.csv], columns: {order_id: order_id}}}", "no table 'order'"),
        ("tables: {orders: {files: [b.csv], columns: {order_id: order_id}}}", "names b.csv"),
        ("tables: {orders: {files: [a.csv], columns: {order_id: id}}}", "no column 'id'"),
        ("tables: {orders: {files: [a.csv], columns: {number: sku}}}", "no column of it"),
        ("copies: yes\ntables: {}", "leave out, keep"),
        (of_time("{column: placed_at, only_if: [paid]}"), "Write {a: b}"),
        (of_time("{row: true}"), "by 'row', which its kind has not: time"),
        (of_time("{column: qty, over: qty}"), "by 'over', which"),
        (of_time("{column: placed_at, dates: number}"), "Write dmy or mdy"),
        (of_time("{path: placed_at.at}"), "inside the column 'placed_at', which is text"),
        (of_time("{parameter: at, of: placed_at}"), "inside the column"),
    ):
        mapping = tmp_path / "mine.yaml"
        mapping.write_text(wrong, "utf-8")
        with pytest.raises(CourseError, match=words):
            look(raw, out, mapping_file=mapping)
    with pytest.raises(CourseError, match="Did you mean shopify_orders"):
        look(raw, out, preset_name="shopify")
    with pytest.raises(CourseError, match="lies in the folder"):
        look(raw, raw / "out")
    assert "lacks columns" in look(raw, out, preset_name="jd_orders").plan.ignored["a.csv"]


@QUICK
def test_a_package_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    raw = write(tmp_path / "raw", a_xlsx=xlsx(ROWS))
    assert main(["own", str(raw), "--out", str(tmp_path / "out")]) == 0
    assert "pip install duckdb" in capsys.readouterr().out
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert main(["own", str(raw), "--out", str(tmp_path / "out")]) == 1
    assert "pip install duckdb" in capsys.readouterr().err


def test_what_the_course_needs_is_what_was_seen() -> None:
    from ecokit import exercises, load_shop
    from ecokit.own import needs
    from ecokit.shop.lacks import needs as stored

    known = {one.id: one.columns for one in stored()}
    assert set(known) >= {one.id for one in exercises.all()}
    seen = needs.needs(exercises.get("operations-turns").sheet, load_shop())
    assert seen == known["operations-turns"]


def test_the_course_was_tried_on_each_size_that_it_names() -> None:
    from ecokit.own import needs
    from ecokit.shop.lacks import COURSE
    from ecokit.shop.lacks import needs as stored

    named = {(one.days, one.visits) for one in stored()}
    assert named <= {*needs.SIZES, COURSE}
    assert needs.SIZES[0] in named


def test_what_ends_in_a_sentence_does_not_work() -> None:
    from ecokit.own import needs

    def refuse(shop: Shop) -> None:
        raise CourseError("It is too short.")

    assert not needs._runs(refuse, Shop({}))
    assert needs._runs(str, Shop({}))


def test_the_notebook_has_words_and_code(tmp_path: Path) -> None:
    assert template.lay(tmp_path)
    notebook = json.loads((tmp_path / "analysis.ipynb").read_text("utf-8"))
    nbformat.validate(notebook)
    assert [cell["cell_type"] for cell in notebook["cells"]] == ["markdown", "code"] * 9
    for cell in notebook["cells"][1::2]:
        ast.parse("".join(cell["source"]))


def test_the_notebook_is_laid_once_and_says_what_is_lacking(tmp_path: Path) -> None:
    out = tmp_path / "out"
    look(own.example(), out)
    path = out / "analysis.ipynb"
    cells = [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    names: dict[str, object] = {}
    said = []
    for source in cells:
        tree = ast.parse(source.replace('own.load(".")', f"own.load({str(out)!r})"))
        last = tree.body.pop()
        assert isinstance(last, ast.Expr)
        exec(compile(tree, "cell", "exec"), names)
        said.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
    kinds = [type(one).__name__ for one in said]
    tables = ["DataFrame", "_Table", "_Table", *["DataFrame"] * 3]
    assert kinds == ["Shop", *tables, "Told", "App"]
    assert "competitor_prices" in said[-2]
    path.write_text("mine", "utf-8")
    assert not template.lay(out)
    assert path.read_text("utf-8") == "mine"


def test_the_worked_example_agrees_with_sql(tmp_path: Path) -> None:
    found = look(own.example(), tmp_path / "out")
    scans = {}
    for part, name in {"orders": "ExportOrderList", "lines": "ExportOrderDetailList"}.items():
        text = (own.example() / f"{name}202511.csv").read_text("gb18030")
        (tmp_path / f"{part}.csv").write_text(text, "utf-8")
        scans[part] = f"read_csv('{tmp_path}/{part}.csv', all_varchar = true, header = true)"
    scans["lines"] = f'(FROM {scans["lines"]} WHERE "价格" IS NOT NULL)'
    (row,) = duckdb.execute(TAOBAO.format(**scans)).fetchall()
    assert (found.values["orders"], found.values["sales"]) == (row[0], float(row[1]))
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "销售额" in page
    assert "@font-face" in page  # the machine of a reader may have no Chinese font


@QUICK
def test_a_sheet_that_is_full_says_where_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LAST_ROW", len(ROWS))
    found = looked(tmp_path, a_xlsx=xlsx(ROWS))
    assert f"It ends at row {len(ROWS)}" in found.sources[0].notes[0]
    copy = write(tmp_path / "copies", a_csv=LINES) / "a.csv"
    for rows, start, ends in ((3, len(ROWS) - 3, 1), (3, len(ROWS) - 4, 0), (0, len(ROWS), 0)):
        told = {"copy": str(copy), "rows": rows, "start": start}
        assert len(files._sheet(told, "a").notes) == ends


@QUICK
def test_signs_of_markup_are_themselves_in_text_and_escaped_on_a_page(tmp_path: Path) -> None:
    look(write(tmp_path / "raw", **{"R&D <1>_csv": LINES}), tmp_path / "out")
    text, page = (
        (tmp_path / "out" / f"report.{end}").read_text("utf-8") for end in ("txt", "html")
    )
    assert "R&D <1>.csv" in text
    assert "R&amp;D &lt;1&gt;.csv" in page
    assert "R&D <1>" not in page


def test_small_files_are_read_with_memory_of_their_own_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "raw", a_csv=LINES) / "a.csv"
    for more, own_size in ((1, True), (0, False)):
        monkeypatch.setattr(files, "BUFFER", path.stat().st_size + more)
        (source,) = files.read(path, "a", tmp_path, duckdb.connect())
        assert ("buffer_size" in str(source)) == own_size


def test_a_hash_needs_its_long_type_from_half_of_it_on() -> None:
    for most, kind in ((2**63 - 1, "BIGINT"), (2**63, "UBIGINT")):
        scan = f"(SELECT {most}::UBIGINT AS a)"
        assert files._narrow(scan, "a", "UBIGINT", duckdb.connect()) == kind


def test_the_names_of_the_measures_have_their_characters() -> None:
    stored = face.face("")
    data = base64.b64decode(stored.partition("base64,")[2].partition(")")[0])
    with TTFont(io.BytesIO(data)) as font:
        assert {chr(code) for code in font.getBestCmap()} == face.named()
    other = face.face("\u9ebb")  # a report that holds others has a face of its own
    assert "@font-face" in other
    assert other != stored


def test_the_doctor_says_which_font_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "system_fonts", lambda: ())
    finding = doctor.fonts(Path())
    assert finding.state == doctor.WARNING
    assert "Install" in finding.remedy
    monkeypatch.setattr(glyphs, "system_fonts", lambda: ("SimHei",))
    assert doctor.fonts(Path()).state == doctor.GOOD


def test_parquet_with_pages_of_text_in_each_row_is_refused(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, size in (("orders", 130 << 10), ("visits", 1000)):
        rows = f"SELECT range AS visit_id, repeat('x', {size}) AS word FROM range(1, 201)"
        duckdb.execute(f"COPY ({rows}) TO '{raw}/{name}.parquet'")
    found = look(raw, tmp_path / "out")
    assert [one.name for one in found.sources] == ["visits.parquet"]
    assert [one.why for one in found.refused] == [
        "Its rows hold 133,120 bytes of text each. Export it without the long texts."
    ]


def test_parquet_that_needs_no_change_is_read_where_it_is(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    duckdb.execute(
        "COPY (SELECT range AS visit_id, range % 3 AS visitor_id, TIMESTAMP '2025-01-05' AS "
        f"started_at FROM range(1, 10)) TO '{raw}/visits.parquet'"
    )
    found = look(raw, tmp_path / "out")
    assert found.kept == {"visits": 9}
    assert [path.name for path in (tmp_path / "out" / "tables").iterdir()] == ["visits.sql"]
    assert own.load(tmp_path / "out").visits["visitor_id"].nunique() == 3


OFFSETS = [  # what is written, and the times of the shop; None where that is not clear
    (["2025-01-01T10:00Z", "2025-01-01T19:00+08:00"], ["2025-01-01 18:00", "2025-01-01 19:00"]),
    (
        ["2025-01-01 10:00 +0800", "2025-01-02 10:00 +0800"],
        ["2025-01-01 10:00", "2025-01-02 10:00"],
    ),
    (
        ["2025-01-01T10:00-05:00", "2025-07-01T10:00-04:00"],
        ["2025-01-01 10:00", "2025-07-01 10:00"],
    ),
    (["2025-01-01T10:00-05:00", "2025-01-01T10:00+08:00"], None),
    (["2025-01-01T10:00+25:00", "2025-01-01T10:00+08:00"], None),
    (["2025-01-01 10:00", "2025-01-01T10:00+08:00"], ["2025-01-01 10:00", "2025-01-01 10:00"]),
    (["2025-01-01 10:00", "2025-01-01T10:00Z"], None),
]


@pytest.mark.parametrize(("written", "read"), OFFSETS)
@QUICK
def test_times_in_several_zones_are_of_the_shop_or_told(
    tmp_path: Path, written: list[str], read: list[str] | None
) -> None:
    rows = "".join(f"{n},{n},{text}\n" for n, text in enumerate(written, 1))
    found = looked(tmp_path, visits_csv=f"visit_id,visitor_id,started_at\n{rows}")
    visits = own.load(tmp_path / "out").visits
    if read is None:
        assert "started_at" not in visits
        assert "started_at" in found.plan.tables["visits"].unsure
    else:
        assert visits["started_at"].astype("str").str[:16].tolist() == read


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2025-01-05 3:05 PM", 15),
        ("2025/1/5 03:05:00 pm\t", 15),
        ("2025-01-05 12:05 AM", 0),
        ("2025-01-05 3:05", 3),
    ],
)
@QUICK
def test_a_time_after_noon_is_not_read_as_one_before(
    written: str, hour: int, tmp_path: Path
) -> None:
    looked(tmp_path, visits_csv=f"visit_id,visitor_id,started_at\n1,1,{written}\n")
    assert own.load(tmp_path / "out").visits["started_at"].dt.hour.tolist() == [hour]


@QUICK
@pytest.mark.parametrize("late", ["2025-01-05T10:00Z", "2025-01-05 10:00 +0800"])
def test_an_offset_far_below_is_seen(late: str, tmp_path: Path) -> None:
    rows = "".join(f"{n},1,2025-01-05 10:00\n" for n in range(6000))
    found = looked(tmp_path, visits_csv=f"visit_id,visitor_id,started_at\n{rows}6000,1,{late}\n")
    assert "several time zones" in found.plan.tables["visits"].unsure["started_at"]


@pytest.mark.parametrize("place", [0, 6000])
@pytest.mark.parametrize(
    ("word", "read"), [(" 广东", "广东"), ("广东\u3000", "广东"), ("null\t", None)]
)
@QUICK
def test_a_word_is_read_without_the_blanks_around_it(
    word: str, read: str | None, place: int, tmp_path: Path
) -> None:
    rows = [f"{n},2025-01-05 10:00,1,广东\n" for n in range(6001)]
    rows[place] = rows[place].replace("广东", word)
    looked(tmp_path, orders_csv=f"order_id,placed_at,visitor_id,region\n{''.join(rows)}")
    regions = own.load(tmp_path / "out").orders["region"]
    assert regions.nunique() == 1
    assert regions.isna().sum() == (read is None)


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("uuid()", "visitor_id"),
        ("{'a': 1}", "visitor_id"),
        ("12", "landing"),
        ("DATE '2025-01-05'", "landing"),
        ("7", "file_row_number"),
        ("'x'", "own_why_"),
    ],
)
@QUICK
def test_parquet_of_any_type_and_name_can_be_opened(column: str, name: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "raw")
    rows = f"SELECT i AS visit_id, DATE '2025-01-05' AS started_at, {column} AS {name}"
    duckdb.execute(f"COPY ({rows} FROM range(3) t(i)) TO '{folder / 'visits.parquet'}'")
    found = look(folder, tmp_path / "out")
    assert (found.kept, len(own.load(tmp_path / "out").visits)) == ({"visits": 3}, 3)


@QUICK
def test_a_mapping_names_the_offset_of_the_shop(tmp_path: Path) -> None:
    rows = "1,1,2025-01-01T10:00-05:00\n2,2,2025-01-01T10:00+08:00\n3,3,2025-01-01T10:00+25:00\n"
    text = f"visit_id,visitor_id,started_at\n{rows}"
    looked(tmp_path, visits_csv=text)
    path = tmp_path / "out" / "mapping.yaml"
    line = "      visitor_id: visitor_id\n"
    named = line + "      started_at: {column: started_at, offset: '+08:00'}\n"
    assert line in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(line, named), "utf-8")
    found = look(tmp_path / "raw", tmp_path / "out")
    times = own.load(tmp_path / "out").visits["started_at"].astype("str").str[:16].tolist()
    assert times == ["2025-01-01 23:00", "2025-01-01 10:00"]
    assert [one.rows for one in found.left] == [1], "+25:00 is no offset"


@QUICK
def test_many_files_with_columns_in_any_order_fit_into_memory(tmp_path: Path) -> None:
    names = ["order_id", "placed_at", "sku", "qty", "unit price"]
    files: dict[str, str | bytes] = {}
    for n in range(1, 21):
        cells = dict(zip(names, [str(n), "2025-03-03", "a", str(n), "10"], strict=True))
        order = names[n % 5 :] + names[: n % 5]
        more = f",note{n}\n" if n % 2 else "\n"
        row = ",".join(cells[one] for one in order)
        files[f"m{n:02}_csv"] = f"{','.join(order)}{more}{row}\n"
    files["m05_csv"] = f"{files['m05_csv']!s}合计,1,1,1,1\n"
    found = looked(tmp_path, **files)
    assert found.rows == {"orders": 20, "order_lines": 21}
    assert {one.reason: one.rows for one in found.left} == {"total": 1}
    shop = own.load(tmp_path / "out")
    assert (shop.order_lines["quantity"] * shop.order_lines["unit_price"]).sum() == 2_100


@QUICK
def test_the_tables_of_the_course_are_read_as_they_are(tmp_path: Path) -> None:
    folder = write(tmp_path / "raw")
    for name in ("mandates.csv", "posts.csv", "channels.csv", "campaigns.csv", "orders.csv.gz"):
        shutil.copy(datasets_folder() / name, folder)  # a limit is a word of SQL, too
    found = look(folder, tmp_path / "out")
    assert not found.left
    assert {one.column for one in found.faults} <= {"region", "delay_cause"}, found.faults
    shop, ours = own.load(tmp_path / "out"), load_shop()
    assert shop.mandates["limit"].equals(ours.mandates["limit"])
    assert shop.orders["status"].value_counts().equals(ours.orders["status"].value_counts())


@QUICK
def test_a_packed_file_is_read_whatever_its_name_ends_in(tmp_path: Path) -> None:
    assert looked(tmp_path, a_csv=gzip.compress(LINES.encode())).rows["order_lines"] == 3


def test_ids_and_prices_of_parquet_keep_their_digits(tmp_path: Path) -> None:
    folder = write(tmp_path / "raw")
    lines = "(9223372036854775809::UBIGINT, 29.9::FLOAT), (5, 0.05::FLOAT)"
    duckdb.execute(
        "COPY (SELECT id AS order_id, DATE '2025-01-05' AS placed_at, 'a' AS sku, 2 AS qty, "
        f"price AS 'unit price' FROM (VALUES {lines}) AS t(id, price)) TO '{folder / 'a.parquet'}'"
    )
    found = look(folder, tmp_path / "out")
    assert not found.faults
    shop = own.load(tmp_path / "out")
    assert sorted(shop.orders["order_id"]) == ["5", str(2**63 + 1)]
    assert sorted(shop.order_lines["unit_price"]) == [0.05, 29.9]
    assert "Sales 销售额: ¥59.90" in (tmp_path / "out" / "report.txt").read_text("utf-8")


def test_hashes_that_fit_are_read_in_their_file(tmp_path: Path) -> None:
    folder = write(tmp_path / "raw")
    rows = (
        "SELECT i::UBIGINT AS visit_id, 7::UBIGINT AS visitor_id, DATE '2025-01-05' AS started_at"
    )
    duckdb.execute(f"COPY ({rows} FROM range(3) t(i)) TO '{folder / 'visits.parquet'}'")
    found = look(folder, tmp_path / "out")
    assert (found.values["visits"], found.values["uv"]) == (3, 1)
    assert (tmp_path / "out" / "tables" / "visits.sql").is_file()  # and not copied


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A1", "A1"),
        (" A1\u00a0", "A1"),
        ('="0012"', "0012"),
        ("'0012", "0012"),
        ("12.0", "12"),
        ("A12.0", "A12.0"),
        ("\u30001.0 ", "1"),
        ("渠道", "渠道"),
        ("渠道\t", "渠道"),
        ("NULL", None),
        ("null\r", None),
        ("\t--", None),
        ("Nan", None),
        ("", None),
        (" ", None),
        ("nulls", "nulls"),
    ],
)
def test_an_id_is_read_without_what_surrounds_it(
    written: str, read: str | None, tmp_path: Path
) -> None:
    with connected(tmp_path) as connection:
        assert connection.execute("SELECT own_id(?)", [written]).fetchall() == [(read,)]


@pytest.mark.parametrize(
    "word",
    [
        *("合计", "合计：\t", "\u3000总计", " Total:", "Grand total\r"),
        *("合计 3 笔", "总计(元)", "本页合计：", "Total (CNY)"),
    ],
)
@QUICK
def test_a_row_of_totals_is_known_however_it_is_written(word: str, tmp_path: Path) -> None:
    rows = f'1,a,2,10\n2,b,1,10\n"{word}",,3,20\n'
    found = looked(tmp_path, order_lines_csv=f"order_id,product_id,quantity,unit_price\n{rows}")
    assert [(one.reason, one.rows) for one in found.left] == [("total", 1)]


@pytest.mark.parametrize("total", ["3,30,,合计", "3,30,总计,", "合计,30,,"])
@QUICK
def test_a_row_of_totals_is_known_in_columns_of_any_order(total: str, tmp_path: Path) -> None:
    rows = f"{total}\n2,10,a,1\n1,10,b,2\n"
    found = looked(tmp_path, order_lines_csv=f"quantity,unit_price,product_id,order_id\n{rows}")
    assert [(one.reason, one.rows, one.yuan) for one in found.left] == [("total", 1, None)]


@pytest.mark.parametrize(("ids", "twice"), [("1 2 3", 0), ("3 1 2", 0), ("1 2 2", 1), ("2 3 2", 1)])
@QUICK
def test_a_key_that_stands_twice_is_found_in_any_order(
    ids: str, twice: int, tmp_path: Path
) -> None:
    rows = "".join(f"{one},2025-01-05 10:00,7\n" for one in ids.split())
    found = looked(tmp_path, orders_csv=f"order_id,placed_at,visitor_id\n{rows}")
    assert sum(one.rows for one in found.left) == twice


@QUICK
def test_a_mapping_of_a_part_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder, mine = write(tmp_path / "raw"), tmp_path / "mine.yaml"
    row = "1 AS order_id, DATE '2025-01-05' AS placed_at, {'b': 3} AS a"
    duckdb.execute(f"COPY (SELECT {row}) TO '{folder / 'orders.parquet'}'")
    columns = "{order_id: order_id, placed_at: placed_at, visitor_id: {path: a.nope}}"
    mine.write_text(f"tables: {{orders: {{files: [orders.parquet], columns: {columns}}}}}")
    with pytest.raises(CourseError, match=r"does not fit the files: .*nope"):
        look(folder, tmp_path / "out", mapping_file=mine)


def test_a_price_beyond_all_sums_is_told(tmp_path: Path) -> None:
    text = "order_id,placed_at,sku,qty,unit price\n1,2025-01-01,x,1,9300000000000\n"
    found = looked(tmp_path, order_lines_csv=text)
    assert "sales" not in found.values
    assert any(note.startswith("Sales: a number in it is too large") for note in found.notes)


def test_orders_of_nothing_but_returns_are_told(tmp_path: Path) -> None:
    rows = "1,a,2,10\n1,b,-1,5\n2,a,-2,10\n"
    found = looked(tmp_path, order_lines_csv=f"order_id,product_id,quantity,unit_price\n{rows}")
    assert any(note.startswith("1 of 2 orders holds nothing but goods") for note in found.notes)
    assert "goods that came back" in (tmp_path / "out" / "report.txt").read_text("utf-8")
