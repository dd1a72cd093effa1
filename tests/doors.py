"""Folders and tables that mean harm to who reads them as a shop, by seed.

`attacks(kind, seed, size)` yields attacks of a kind; `Attack.run` makes one in a folder of its own
and says how it ended.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import socket
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ecokit.errors import CourseError
from ecokit.own.looking import look
from ecokit.shop import Shop, load_shop
from tests.hostile import LOST, NONSENSE, RIGHT, SENTENCE, TRACEBACK
from tests.odd import Odd, _deep, _loop_frame, _loop_list

KINDS = ("lines", "pipes", "bombs", "bytes", "names", "tables", "laid")
SENTENCE_LONGEST, SCREEN = 600, 2_000
HEAD = "order_id,visitor_id,placed_at,status\n"
ROW = "{n},{n},2025-01-05 10:00,paid\n"
GOOD = "product_id,name,category,cost\n1,Phone,phones,10\n2,Case,accessories,2\n"
MB = 1 << 20


@dataclass(frozen=True)
class Attack:
    """One attack on a door.

    Attributes
    ----------
    label : str
        What is done.
    lay : callable
        Lays it into a folder.
    doors : tuple of callable
        Those that are tried: each takes the folder.
    says : tuple of str
        One of which a sentence has to hold.
    may_be_right : bool
        Whether it may be read as it is.
    """

    label: str
    lay: Callable[[Path], Any]
    doors: tuple[Callable[[Path], list[str]], ...]
    says: tuple[str, ...] = ()
    may_be_right: bool = True

    def run(self) -> str:
        """Do it at each door, and say how the worst of them ended."""
        ends = []
        for door in self.doors:
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place) / "exports"
                folder.mkdir()
                self.lay(folder)
                ends.append(self._one(door, folder))
        return next((end for end in ends if end not in (RIGHT, SENTENCE)), ends[0])

    def _one(self, door: Callable[[Path], list[str]], folder: Path) -> str:
        try:
            told = door(folder)
        except CourseError as error:
            told = [str(error), "refused"]
        except LostError as error:
            return f"{LOST}: {door.__name__}: {error}"
        except Exception as error:
            return f"{TRACEBACK}: {door.__name__}: {type(error).__name__}: {str(error)[:120]}"
        lines = [line for one in told for line in one.split("\n")]
        longest = max(map(len, lines), default=0)
        if longest > SENTENCE_LONGEST or max(map(len, told), default=0) > SCREEN:
            return f"{NONSENSE}: {door.__name__}: a sentence of {longest:,} signs"
        if any(not line.replace("\t", " ").isprintable() for line in lines):
            return f"{NONSENSE}: {door.__name__}: signs that move the cursor"
        if self.says and not any(word in one for one in told for word in self.says):
            return f"{NONSENSE}: {door.__name__}: nobody says {self.says!r}"
        if told:
            return SENTENCE
        return RIGHT if self.may_be_right else f"{NONSENSE}: {door.__name__}: read as if right"


class LostError(Exception):
    """Something good is not there."""


# The doors ------------------------------------------------------------------------------------


def strict(folder: Path) -> list[str]:
    """Make a shop of a folder."""
    return _used(load_shop(folder=folder))


def kind(folder: Path) -> list[str]:
    """Make a shop of what can be used."""
    shop = Shop.from_folder(folder, strict=False)
    told = [
        str(word)
        for frame in (shop.left_out, shop.faults)
        for row in frame.to_numpy()
        for word in row
    ]
    return [*told, *_used(shop)]


def own(folder: Path) -> list[str]:
    """Look at a folder; the good file beside has to be found."""
    (folder / "good_products.csv").write_text(GOOD)
    out = folder.parent / "out"
    found = look(folder, out)
    if "good_products.csv" not in {one.name for one in found.sources}:
        raise LostError("good_products.csv")
    report = (out / "report.txt").read_text("utf-8")
    if len(report) > 200_000:
        return [report]
    told = [one.why for one in found.refused] + found.notes[1:] + list(found.plan.ignored.values())
    told += [one.sentence() for one in found.faults]
    told += [note for one in found.sources for note in one.notes]
    told += [word for part in found.plan.tables.values() for word in part.unsure.values()]
    return [one for one in told if one]


def laid(folder: Path) -> list[str]:
    """Take a folder that looks as if `ecokit own` had made it, and read all of its tables."""
    return _used(load_shop(folder=folder))


def again(folder: Path) -> list[str]:
    """Look at a folder with the mapping that lies beside it."""
    (folder / "orders.csv").write_text(HEAD + ROW.format(n=1))
    out = folder.parent / "out"
    out.mkdir(exist_ok=True)
    (folder / "mapping.yaml").rename(out / "mapping.yaml")
    look(folder, out)
    return []


def _used(shop: Shop) -> list[str]:
    for name in shop.tables:
        len(shop[name])
        repr(shop[name])
    return []


FOLDERS = (strict, kind, own)


# What is laid ---------------------------------------------------------------------------------


def text(content: str | bytes, name: str = "orders.csv") -> Callable[[Path], Any]:
    """Return a function that lays a file with a text."""
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(data)


def repeated(
    parts: list[tuple[bytes, int]], name: str = "orders.csv", *, opened: Any = open
) -> Callable[[Path], Any]:
    """Return a function that lays a file of parts, each so many times."""

    def lay(folder: Path) -> None:
        with opened(folder / name, "wb") as file:
            for part, times in parts:
                block = part * max(1, MB // max(1, len(part)))
                whole, rest = divmod(times, len(block) // len(part))
                for _block in range(whole):
                    file.write(block)
                file.write(part * rest)

    return lay


def rows(number: int) -> str:
    """Return orders as CSV."""
    return HEAD + "".join(ROW.format(n=n) for n in range(1, number + 1))


def _lines(rng: random.Random, size: int) -> Iterator[Attack]:
    much = size * MB
    few = rng.randrange(3, 30)
    files: dict[str, Callable[[Path], Any]] = {
        "one line of one cell": repeated([(b"x", much)]),
        "one line of names": repeated([(b"name,", much // 5)]),
        "one line of other names": text(",".join(f"n{n}" for n in range(much // 8))),
        "one line of separators": repeated([(b",", much)]),
        "one line of semicolons": repeated([(b";", much)]),
        "one line in quotes": repeated([(b'"', 1), (b"a,", much // 2), (b'"', 1)]),
        "a mark that does not close": repeated([(b'"', 1), (b"a,b\n", much // 4)]),
        "nothing but marks": repeated([(b'"', much)]),
        "nothing but blanks": repeated([(b" ", much)]),
        "nothing but ends of lines": repeated([(b"\n", much)]),
        "ends of lines above": repeated([(b"\n", much), (rows(3).encode(), 1)]),
        "a remark above": repeated([(b"#", much), (b"\n", 1), (rows(3).encode(), 1)]),
        "sep= and much": repeated([(b"sep=", 1), (b",", much), (b"\n", 1), (rows(3).encode(), 1)]),
        "a long second line": repeated([(HEAD.encode(), 1), (b"1,", much // 2)]),
        "a long cell": repeated([(HEAD.encode(), 1), (b'1,1,2025-01-05 10:00,"', 1), (b"p", much),
                                 (b'"\n', 1), (ROW.format(n=2).encode(), few)]),
        "a long id": repeated([(HEAD.encode(), 1), (b"1", much),
        (b",1,2025-01-05 10:00,paid\n", 1)]),
        "a long number": repeated([(b"order_id,line,product_id,quantity,unit_price\n1,1,1,", 1),
                                   (b"9", much), (b",2\n", 1)], "order_lines.csv"),
        "a long time": repeated([(b"order_id,placed_at\n1,", 1), (b"2025-", much // 5),
        (b"\n", 1)]),
        "one wide row": text(HEAD + "1," * min(much, 300_000) + "\n" + ROW.format(n=2)),
        "carriage returns": repeated([(b"order_id\r", 1), (b"1\r", much // 2)]),
        "many columns": text(f"{','.join(map('n{}'.format, range(20_000)))}\n{'1,' * 19_999}1\n"),
    }  # fmt: skip
    for label, lay in files.items():
        yield Attack(label, lay, FOLDERS)


def _pipes(rng: random.Random, size: int) -> Iterator[Attack]:
    def linked(target: str, name: str = "orders.csv") -> Callable[[Path], Any]:
        return lambda folder: (folder / name).symlink_to(target)

    def listening(folder: Path) -> None:
        here = Path.cwd()
        os.chdir(folder)
        with closing(socket.socket(socket.AF_UNIX)) as one:
            one.bind("orders.csv")
        os.chdir(here)

    files: dict[str, Callable[[Path], Any]] = {
        "a pipe": lambda folder: os.mkfifo(folder / "orders.csv"),
        "a pipe, gzip": lambda folder: os.mkfifo(folder / "orders.csv.gz"),
        "a pipe, Parquet": lambda folder: os.mkfifo(folder / "orders.parquet"),
        "a pipe, spreadsheet": lambda folder: os.mkfifo(folder / "orders.xlsx"),
        "a link to a pipe": _pipe_linked,
        "a socket": listening,
        "a folder": lambda folder: (folder / "orders.csv").mkdir(),
        "a folder, Parquet": lambda folder: (folder / "orders.parquet").mkdir(),
        "a link to itself": linked("orders.csv"),
        "a link to nowhere": linked("nowhere"),
        "a link to the folder": linked("."),
        "a link to all files": linked("/"),
        **{f"a link to {device}": linked(device, name)
           for device in ("/dev/zero", "/dev/urandom", "/dev/full", "/dev/null", "/proc/self/mem",
                          "/proc/kmsg", "/proc/self/pagemap", "/proc/self/environ")
           for name in ("orders.csv", "orders.csv.gz", "orders.parquet", "orders.xlsx")
           if name == "orders.csv" or device == "/dev/zero"},
    }  # fmt: skip
    for label, lay in files.items():
        yield Attack(label, _with_good(lay), FOLDERS, may_be_right=label in OPEN)


OPEN = ("a folder", "a folder, Parquet", "a link to the folder", "a link to all files")
"""What a look into folders in folders may pass by."""


def _pipe_linked(folder: Path) -> None:
    os.mkfifo(folder / ".pipe")
    (folder / "orders.csv").symlink_to(".pipe")


def _with_good(lay: Callable[[Path], Any]) -> Callable[[Path], Any]:
    """Lay a good file of lines beside, so that the folder is not empty."""

    def both(folder: Path) -> None:
        (folder / "products.csv").write_text(GOOD)
        lay(folder)

    return both


# Bombs ----------------------------------------------------------------------------------------

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(
    sheet: list[tuple[str, int]], strings: str | None = None, head: str = ""
) -> Callable[[Path], Any]:
    """Return a function that lays a spreadsheet whose sheet is made of parts."""
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{RELATIONS}/worksheet" Target="worksheets/s.xml"/><Relationship Id="r2" '
        f'Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    }  # fmt: skip

    def lay(folder: Path) -> None:
        with zipfile.ZipFile(folder / "orders.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
            if strings is not None:
                archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{SHEETS}">{strings}</sst>')
            with archive.open("xl/worksheets/s.xml", "w", force_zip64=True) as file:
                file.write(f'{head}<worksheet xmlns="{SHEETS}"><sheetData>'.encode())
                for part, times in sheet:
                    block = part.encode() * max(1, MB // len(part))
                    whole, rest = divmod(times, len(block) // len(part.encode()))
                    for _block in range(whole):
                        file.write(block)
                    file.write(part.encode() * rest)
                file.write(b"</sheetData></worksheet>")

    return lay


def _inline(ref: str, word: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{word}</t></is></c>'


def opened_sheet(content: str) -> Callable[[Path], Any]:
    """Return a function that lays an OpenDocument sheet with these rows."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    body = (
        f'<office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="S">{content}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )

    def lay(folder: Path) -> None:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        with zipfile.ZipFile(folder / "orders.ods", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
            archive.writestr("META-INF/manifest.xml", "<manifest/>")
            archive.writestr("content.xml", body)

    return lay


def parquet(table: Callable[[], Any], **options: Any) -> Callable[[Path], Any]:
    """Return a function that lays a Parquet file."""

    def lay(folder: Path) -> None:
        import pyarrow.parquet as pq

        pq.write_table(table(), folder / "orders.parquet", **options)

    return lay


def _constant(number: int, word: str = "") -> Callable[[], Any]:
    def table() -> Any:
        import pyarrow as pa

        ids = pa.array(np.zeros(number, "int64"))
        words = pa.DictionaryArray.from_arrays(np.zeros(number, "int32"), [word or "paid"])
        return pa.table({"order_id": ids, "status": words})

    return table


def _bombs(rng: random.Random, size: int) -> Iterator[Attack]:
    much = size * MB
    row = ROW.format(n=rng.randrange(10**6)).encode()
    names = "".join(
        _inline(f"{'ABCD'[n]}1", word) for n, word in enumerate(HEAD.strip().split(","))
    )
    first = f'<row r="1">{names}</row>'
    far = f'<row r="1048576">{_inline("XFD1048576", "x")}</row>'
    tall = f'<row r="1048576">{_inline("ZZ1048576", "x")}</row>'
    shared = '<row><c t="s"><v>0</v></c></row>'
    entity = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{entity}]>'
    cell = (
        '<table:table-cell office:value-type="string"{}><text:p>order_id</text:p>'
        "</table:table-cell>"
    )
    wide = cell.format(' table:number-columns-repeated="16384"')
    with io.BytesIO() as inner:
        with gzip.open(inner, "wb", 9) as file:
            for _block in range(size):
                file.write(b"0" * MB)
        packed = inner.getvalue()
    files: dict[str, Callable[[Path], Any]] = {
        "gzip of zeros": repeated([(b"\0", much)], "orders.csv.gz", opened=gzip.open),
        "gzip of one cell": repeated([(b"x", much)], "orders.csv.gz", opened=gzip.open),
        "gzip of names": repeated([(b"n,", much // 2)], "orders.csv.gz", opened=gzip.open),
        "gzip of ends of lines": repeated([(b"\n", much)], "orders.csv.gz", opened=gzip.open),
        "gzip of one row": repeated([(HEAD.encode(), 1), (row, much // len(row))], "orders.csv.gz",
                                    opened=gzip.open),
        "gzip of a page": repeated([(b"<table>", 1), (b"<tr><td>1</td></tr>", much // 19)],
                                   "orders.csv.gz", opened=gzip.open),
        "gzip of UTF-16": repeated([(b"\xff\xfe", 1), (b"1\0,\0", much // 4)], "orders.csv.gz",
                                   opened=gzip.open),
        "gzip in gzip": text(gzip.compress(packed), "orders.csv.gz"),
        "gzip called csv": text(packed, "orders.csv"),
        "gzip cut": text(packed[: len(packed) // 2], "orders.csv.gz"),
        "zip called csv": lambda folder: book([(first, 1)])(folder) or
            (folder / "orders.xlsx").rename(folder / "orders.csv"),
        "xlsx of rows": book([(first, 1), ("<row><c><v>1</v></c></row>", much // 27)]),
        "xlsx of blanks": book([(first, 1), (" ", much)]),
        "xlsx of one text": book([(f'<row><c t="inlineStr"><is><t>{"x" * 1000}</t></is></c></row>',
                                   much // 1100)]),
        "xlsx, a far cell": book([(first, 1), (far, 1)]),
        "xlsx, a tall cell": book([(first, 1), (tall, 1)]),
        "xlsx, a long shared text": book([(first, 1), (shared, much // 100)],
                                         f"<si><t>{'x' * 100_000}</t></si>"),
        "xlsx, laughs": book([('<row><c t="inlineStr"><is><t>&a9;</t></is></c></row>', 1)],
        head=laughs),
        "xlsx, deep": book([("<row><c><is>", much // 12)]),
        "xlsx, long shared texts": book([(first, 1)], "<si><t>x</t></si>" * (much // 17)),
        "ods, wide and tall": opened_sheet(
            f'<table:table-row table:number-rows-repeated="1048576">{wide}</table:table-row>'),
        "ods, wide": opened_sheet(f"<table:table-row>{wide}</table:table-row>" * 3),
        "ods, far": opened_sheet(f'<table:table-row>{cell.format("")}</table:table-row>'
            "<table:table-row "
            f'table:number-rows-repeated="1000000000"><table:table-cell/></table:table-row>'
            f"<table:table-row>{wide}</table:table-row>"),
        "ods, beyond all numbers": opened_sheet(
            f'<table:table-row table:number-rows-repeated="{10**18}">{wide}</table:table-row>'),
        "xls that is none": text(b"\xd0\xcf\x11\xe0" + rng.randbytes(100_000), "orders.xls"),
        "xls of zeros": repeated([(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 1), (b"\0", much)],
        "orders.xls"),
        "Parquet of one row": parquet(_constant(much // 80), row_group_size=1 << 22),
        "Parquet of a long text": parquet(_constant(size * 200, "x" * MB)),
        "Parquet that is none": text(b"PAR1%b%bPAR1" % (rng.randbytes(10_000),
        struct.pack("<I", 2**31)),
                                     "orders.parquet"),
        "a page deep in itself": repeated([(b"<table><tr><td>", min(much, MB) // 15)],
        "orders.xls"),
        "a page of rows": repeated([(b"<table>", 1), (b"<tr><td>1</td></tr>", much // 190)],
        "orders.xls"),
    }  # fmt: skip
    for label, lay in files.items():
        yield Attack(label, lay, FOLDERS)


# One byte in many -----------------------------------------------------------------------------


def _bytes(rng: random.Random, size: int) -> Iterator[Attack]:
    for number in (30, 20_000):
        for _draw in range(3):
            at = rng.randrange(1, number)
            lines = [ROW.format(n=n).replace("paid", "已付款") for n in range(1, number + 1)]
            data = [line.encode() for line in lines]
            for label, odd in {
                "GBK": lines[at].encode("gbk"),
                "GBK with few": ROW.format(n=at + 1).replace("paid", "付").encode("gbk"),
                "Latin": ROW.format(n=at + 1).replace("paid", "payé").encode("latin-1"),
                "cut": data[at].replace("款".encode(), "款".encode()[:2]),
                "a byte": data[at].replace(b",", b"\xff,", 1),
            }.items():
                content = HEAD.encode() + b"".join([*data[:at], odd, *data[at + 1 :]])
                yield Attack(
                    f"one row of {number}: {label}",
                    text(content),
                    FOLDERS,
                    (f"row {at + 1:,} ", f"line {at + 2:,};"),
                )
    whole = rows(30).replace("paid", "已付款")
    others = {
        "GBK": whole.encode("gbk"), "UTF-16": whole.encode("utf-16"),
        "UTF-8 with mark": whole.encode("utf-8-sig"),
        "UTF-16 of odd length": whole.encode("utf-16") + b"\0", "UTF-32": whole.encode("utf-32"),
        "zeros": whole.encode() + b"\0" * 100,
        "half and half": whole.encode() + whole.encode("gbk"),
        "surrogates": whole.encode() + b"\xed\xa0\x80,1,2025-01-05,paid\n",
        "noise": rng.randbytes(10_000),
        "7-bit noise": bytes(byte & 127 for byte in rng.randbytes(10_000)),
        "escapes": (HEAD + "\x1b[2J\x1b[1;1H,1,no time\x1b]0;x\x07,paid\n").encode(),
        "escapes as a name": b"order_id,\x1b[2Jplaced_at\x07,\x08\n1,no,2\n",
        "right to left": (HEAD.replace("status",
        "\u202estatus\u2066") + "1,1,\u202eno,x\n").encode(),
    }  # fmt: skip
    for label, content in others.items():
        yield Attack(label, text(content), FOLDERS)


def _names(rng: random.Random, size: int) -> Iterator[Attack]:
    long = "x" * (size * 10_000)
    word = "".join(rng.choice("abc 手机$%{}<>\\") for _sign in range(5_000))
    files: dict[str, Callable[[Path], Any]] = {
        "a long name": text(f"order_id,{long}\n1,2\n"),
        "a long name twice": text(f"order_id,{long},{long}\n1,2,3\n"),
        "names alike": text("order_id" + ",a" * 3_000 + "\n1" + ",2" * 3_000 + "\n"),
        "a long name for the key": text(f"{long}\n1\n"),
        "many other names": text(",".join(f"{word[n : n + 9]}{n}" for n in range(2_000)) + "\n"),
        "a long value for a number": text(
            f"order_id,line,product_id,quantity,unit_price\n1,1,1,{long},2\n", "order_lines.csv"),
        "a long value for a time": text(f"order_id,placed_at\n1,{long}\n"),
        "a long status": text(HEAD + f"1,1,2025-01-05 10:00,{long}\n"),
        "a long key twice": text(f"order_id,status\n{long},a\n{long},b\n"),
        "many states": text(
            HEAD + "".join(f"{n},1,2025-01-05 10:00,{word[:99]}{n}\n" for n in range(2_000))),
        "long values to link": lambda folder: (
            text(f"order_id,line,product_id,quantity,unit_price\n1,1,{long},1,2\n",
            "order_lines.csv")(folder),
            text(rows(2))(folder)),
        "noise as names": text(",".join(word[n : n + 50] for n in range(0, 5_000, 50)) + "\n1\n"),
        "a long file name": text(rows(3), f"{'订单' * 40}.csv"),
        "many files": lambda folder: [text(f"a{n}\n1\n",
        f"f{n}.csv")(folder) for n in range(size * 10)],
        "many files of other kinds": lambda folder: [
            text(b"GIF89a", f"{'x' * 100}{n}.gif")(folder) for n in range(size * 10)],
        "deep folders": lambda folder: text(rows(3), "orders.csv")(_deep_folder(folder, 300)),
        "names that format": text("order_id,{0},%s,{x!r:>9999999}\n1,2,3,4\n"),
        "odd file names": lambda folder: [text(rows(2), name)(folder) for name in
            ("a\nb.csv", "\x1b[2J.csv",
            "a'b\".csv", "$(x).csv", "%s{0}.csv", "#1.csv", "*.csv", "[a].csv")],
    }  # fmt: skip
    for label, lay in files.items():
        yield Attack(label, lay, FOLDERS)


def _deep_folder(folder: Path, depth: int) -> Path:
    for _level in range(depth):
        folder = folder / "d"
        folder.mkdir()
    return folder


# Tables ---------------------------------------------------------------------------------------


def _tables(rng: random.Random, size: int) -> Iterator[Attack]:
    some = rng.randrange(2, 9)
    frame = pd.DataFrame(
        {
            "order_id": range(1, some + 1),
            "line": 1,
            "product_id": 1,
            "quantity": 1.0,
            "unit_price": 2.0,
        }
    )
    cells: dict[str, Any] = {
        "10^5000": 10**5000, "itself": _loop_list(), "deep": _deep(20_000, lambda inner: [inner]),
        "a table that holds itself": _loop_frame(), "a long text": "9" * (size * MB // 10),
        "a timedelta without a unit": np.timedelta64(5), "a timedelta": pd.Timedelta("1h"),
        "NaT": pd.NaT,
        "True": True, "yes": "yes", "a time": pd.Timestamp("2025-01-01"), "bytes": b"1",
        "NA": pd.NA,
        "complex": 1j, "inf": float("inf"), "a dict": {"a": 1}, "a list": [1, 2], "a class": float,
        "a period": pd.Period("2025-01"), "raises": _Raises(), "surrogate": "\ud800", "zero": "\0",
        "a set": {1}, "an array": np.arange(3), "a column": frame["line"], "1e5000": "1e5000",
    }  # fmt: skip
    for label, cell in cells.items():
        for column in ("order_id", "quantity", "more"):
            yield _table(f"{label} as {column}", partial(_cell, frame, column, cell))
    times = pd.DataFrame({"order_id": range(1, some + 1), "placed_at": "2025-01-05 10:00"})
    for label, cell in cells.items():
        yield _table(f"{label} as time", partial(_cell, times, "placed_at", cell), "orders")
    makes: dict[str, Callable[[], Any]] = {
        "index called like a column": lambda: frame.rename_axis("quantity"),
        "index called like the key": lambda: frame.rename_axis("order_id"),
        "the key as index and column": lambda: frame.set_index("order_id", drop=False),
        "two levels of one name": lambda: frame.set_index(
            pd.MultiIndex.from_arrays([frame["line"], frame["line"]], names=["a", "a"])),
        "columns of two levels": lambda: pd.concat({"a": frame}, axis=1),
        "names that are no text": lambda: frame.set_axis([1, None, float("nan"), ("a",), b"x"],
        axis=1),
        "huge names": lambda: frame.set_axis([10**5000, 2, 3, 4, 5], axis=1),
        "long names": lambda: frame.rename(columns={"line": "x" * 10**6}),
        "an index that is called oddly": lambda: frame.rename_axis([10**5000]),
        "no rows": lambda: frame.head(0), "no columns": lambda: frame[[]], "none": lambda: None,
        "a column alone": lambda: frame["line"], "a list": lambda: [1],
        "a dict": lambda: {"order_id": [1]},
        "a text": lambda: "x" * 10**6, "a number": lambda: 10**5000, "itself": _loop_frame,
        "raises": _Raises, "a class": lambda: pd.DataFrame,
        "grouped": lambda: frame.groupby("line"),
        "sparse": lambda: frame.astype(pd.SparseDtype("float64")), "periods": lambda: frame.assign(
            order_id=pd.period_range("2025", periods=some)), "intervals": lambda: frame.assign(
            order_id=pd.interval_range(0, some)), "categories": lambda: frame.astype("category"),
        "timedeltas": lambda: frame.assign(quantity=pd.to_timedelta(frame["quantity"], unit="h")),
        "moments": lambda: frame.assign(quantity=pd.to_datetime(frame["quantity"])),
        "complex": lambda: frame.astype({"quantity": complex}),
        "many columns": lambda: pd.DataFrame(np.zeros((2, 5_000))),
    }  # fmt: skip
    for label, make in makes.items():
        yield _table(label, make)


def _cell(frame: pd.DataFrame, column: str, cell: Any) -> pd.DataFrame:
    values = np.empty(len(frame), dtype=object)
    values[:] = list(frame[column]) if column in frame else 1
    values[0] = cell
    return frame.assign(**{column: pd.Series(values, dtype=object)})


class _Raises:
    def __str__(self) -> str:
        raise RuntimeError("odd")

    __repr__ = __float__ = __str__


def _table(label: str, make: Callable[[], Any], name: str = "order_lines") -> Attack:
    def refused(_folder: Path) -> list[str]:
        _read_back(Shop.from_tables({name: make()}))
        return []

    def left(_folder: Path) -> list[str]:
        shop = Shop.from_tables({name: make()}, strict=False)
        _read_back(shop)
        told = [shop.left_out, shop.faults]
        return [str(word) for frame in told for row in frame.to_numpy() for word in row]

    return Attack(label, lambda _folder: None, (refused, left))


def _read_back(shop: Shop) -> None:
    for name in shop.tables:
        len(shop[name])


# What looks as if it had been made here --------------------------------------------------------


def _laid(rng: random.Random, size: int) -> Iterator[Attack]:
    much = size * MB
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
    )
    begin = "tables: {orders: {files: [orders.csv], columns: {"
    mappings: dict[str, str | bytes] = {
        "laughs": bomb + "tables: {orders: {files: [orders.csv], columns: *a9}}\n",
        "laughs as files": bomb + "tables: {orders: {files: *a9, columns: {order_id: order_id}}}\n",
        "laughs as a table": bomb + "tables: {? *a9 : 1}\n",
        "laughs beside": bomb + "tables: *a9\n",
        "itself": "tables: &a {orders: *a}\n", "itself as columns":
        "tables: {orders: {files: [orders.csv], columns: &a {order_id: *a}}}\n",
        "deep": "tables: " + "[" * 100_000, "deep maps": "tables: " + "{a: " * 10_000,
        "long": "# " + "x" * much + "\ntables: {}\n", "one long word": "tables: " + "x" * much,
        "a long key": f"tables: {{{'x' * 10_000}: 1}}\n", "no text": rng.randbytes(1_000),
        "empty": "",
        "a list": "- tables\n", "a number": "5\n",
        "python": "tables: !!python/object/apply:os.system [x]\n",
        "numbers": "tables: {orders: {files: [orders.csv], columns: {order_id: 5}}}\n",
        "a time": "2025-01-01: 1\ntables: {2025-01-01: {}}\n",
        "twice": "tables: {}\ntables: {orders: 1}\n",
        "elsewhere": "tables: {orders: {files: [/etc/passwd], columns: {order_id: a}}}\n",
        "above": "tables: {orders: {files: [../orders.csv], columns: {order_id: order_id}}}\n",
        "SQL": "tables: {orders: {files: [orders.csv], columns: {order_id: \"order_id') --\"}}}\n",
        "a huge number": f"{begin}order_id: {'9' * 5_000}}}}}}}\n",
        "mixed keys": begin + "order_id: {1: a, b: c}}}}\n",
        "mixed entries": "tables: {orders: {1: a, files: [orders.csv], b: c}}\n",
        "copies": "copies: [1]\ntables: {}\n",
        "presets": "presets: 5\ntables: {}\n", "ignored": "ignored: [a]\ntables: {}\n",
        "where": begin + "order_id: order_id}, where: 5}}\n",
        "repeat": begin + "order_id: order_id}, repeat: [1]}}\n",
        "one_row_a": begin + "order_id: order_id}, one_row_a: {}}}\n",
        "nan": "tables: {orders: {files: [.nan], columns: {order_id: .inf}}}\n",
    }  # fmt: skip
    for label, content in mappings.items():
        yield Attack(f"mapping, {label}", text(content, "mapping.yaml"), (again,))
    sql = "FROM read_csv('/etc/passwd')"
    tables: dict[str, Callable[[Path], Any]] = {
        "SQL that writes": text("COPY (SELECT 1) TO '/dev/full'", "orders.sql"),
        "SQL that counts": text("SELECT range AS order_id FROM range(1000000000000)", "orders.sql"),
        "SQL that reads": text(sql, "orders.sql"), "SQL that is none": text("SELEKT", "orders.sql"),
        "SQL of two": text("SELECT 1 AS order_id; CREATE TABLE x (a INT)", "orders.sql"),
        "SQL that changes": text("DROP TABLE x", "orders.sql"), "SQL of nothing": text("",
        "orders.sql"),
        "SQL, not UTF-8": text(b"\xff\xfe", "orders.sql"), "SQL, long": text(b"-" * much,
        "orders.sql"),
        "SQL that attaches": text("ATTACH ':memory:' AS x", "orders.sql"),
        "Parquet that is none": text(b"PAR1", "orders.parquet"),
        "Parquet, empty": text(b"", "orders.parquet"),
        "a pipe": lambda folder: os.mkfifo(folder / "orders.parquet"),
        "a pipe of SQL": lambda folder: os.mkfifo(folder / "orders.sql"),
        "a folder": lambda folder: (folder / "orders.parquet").mkdir(),
        "a device": lambda folder: (folder / "orders.parquet").symlink_to("/dev/zero"),
        "Parquet of one row": parquet(_constant(much // 80), row_group_size=1 << 22),
        "other columns": parquet(lambda: _constant(3)().rename_columns(["a", "b"])),
        "a file of another kind": text(b"x", "orders.txt"),
    }  # fmt: skip
    for label, lay in tables.items():
        yield Attack(f"tables, {label}", _as_made(lay), (laid,), may_be_right="that" not in label)
    rest: dict[str, Callable[[Path], Any]] = {
        "noise": lambda folder: (folder / "left_out.csv").write_bytes(rng.randbytes(1_000)),
        "empty": lambda folder: (folder / "left_out.csv").write_bytes(b""),
        "one line": repeated([(b"a,", much // 2)], "left_out.csv"),
        "rows of other widths": text("a,b\n1\n1,2,3,4\n", "left_out.csv"),
        "a device": lambda folder: (folder / "left_out.csv").symlink_to("/dev/zero"),
        "a pipe": lambda folder: os.mkfifo(folder / "left_out.csv"),
    }
    good = parquet(lambda: _constant(3)())
    for label, more in rest.items():
        yield Attack(f"left_out.csv, {label}", _as_made(good, more), (laid,))


def _as_made(
    lay: Callable[[Path], Any], more: Callable[[Path], Any] | None = None
) -> Callable[[Path], Any]:
    def both(folder: Path) -> None:
        (folder / "mapping.yaml").write_text("tables: {}\n")
        (folder / "tables").mkdir()
        lay(folder / "tables")
        if more is not None:
            more(folder)

    return both


def attacks(kind: str, seed: int = 1, size: int = 50) -> list[Attack]:
    """Return the attacks of a kind; `size` is in MB, and that of bombs sixteen times as much."""
    rng = random.Random(f"{kind} {seed}")
    makes: dict[str, Callable[[random.Random, int], Iterator[Attack]]] = {
        "lines": _lines, "pipes": _pipes, "bombs": _bombs, "bytes": _bytes, "names": _names,
        "tables": _tables, "laid": _laid,
    }  # fmt: skip
    return list(makes[kind](rng, 16 * size if kind == "bombs" else size))


__all__ = ["KINDS", "Attack", "Odd", "attacks"]
