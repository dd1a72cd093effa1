"""Small folders, each compared whole with what is written down: read, guessed, checked, kept.

What is written down lies in `tests/data/own_whole`. ``OWN_WHOLE=write`` before the command writes
it anew, to be read as a change of the code is.
"""

from __future__ import annotations

import gzip
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ecokit.errors import CourseError
from ecokit.own import build, command, looking, mapping, pages, sheets, sql, zones
from ecokit.own.able import Ability
from ecokit.own.build import connected, typed
from ecokit.own.checks import Checks, Left
from ecokit.own.files import Refused, Source, read
from ecokit.own.guess import guess
from ecokit.own.looking import Look
from ecokit.own.readings import _type, kind_of, reading
from ecokit.own.taken_off import taken_off
from ecokit.own.zones import Reading
from ecokit.shop.schema import schemas
from tests import test_own as own
from tests import test_own_guesses as guesses
from tests.test_own import unmeasured  # noqa: F401

DATA = Path(__file__).parent / "data" / "own_whole"


def file_of(name: str) -> str:
    """Return the file of a name."""
    return f"{name.replace(' ', '_').replace(chr(39), '')}.txt"


def written_down(name: str, told: str) -> str:
    """Return what is written down under a name; write it where that is asked for."""
    path = DATA / file_of(name)
    if os.environ.get("OWN_WHOLE") == "write":
        path.write_text(told, "utf-8")
    return path.read_text("utf-8")


class Folder:
    """Files of a folder, and what each step makes of them."""

    def __init__(
        self, path: Path, given: Mapping[str, str | bytes], connection: Any = None
    ) -> None:
        self.raw, self.work = path / "raw", path / "work"
        for folder in (self.raw, self.work, self.work / "copies", self.work / "tables"):
            folder.mkdir()
        self.connection = connection or connected(self.work)
        self.sources: dict[str, Source] = {}
        self.refused: list[Refused] = []
        for name, content in given.items():
            file = self.raw / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        for file in sorted(one for one in self.raw.rglob("*") if one.is_file()):
            name = file.relative_to(self.raw).as_posix()
            for one in read(file, name, self.work / "copies", self.connection):
                if isinstance(one, Source):
                    self.sources[one.name] = one
                else:
                    self.refused.append(one)

    def cells(self, scan: str) -> list[str]:
        """Return rows as text."""
        rows = self.connection.execute(f"FROM ({scan})").fetchall()
        return [" | ".join("" if one is None else str(one) for one in row) for row in rows]

    def read(self) -> list[str]:
        """Return what was read: columns, notes, rows."""
        told = []
        for one in self.sources.values():
            told += [one.name, " | ".join(one.columns), *self.cells(f"FROM {one.scan}")]
            told += [f"({note})" for note in one.notes]
            told += [f"swallowed: {one.swallowed}"] if one.swallowed[0] else []
        return told + [f"{one.name}: {one.why}" for one in self.refused]

    def guessed(self, preset: str = "") -> list[str]:
        """Return the mapping that is guessed, and what is told of refunds and discounts."""
        self.plan = guess(list(self.sources.values()), preset, self.connection)
        off = taken_off(self.plan, self.sources, self.connection)
        lines = mapping.written(self.plan, "raw").splitlines()[5:]
        plain = [one for one in lines if not one.lstrip().startswith("# not found")]
        return [*plain, *(one.sentence() for one in off)]

    def checked(self) -> list[str]:
        """Return what is wrong, what is left out, and the rows that stay."""
        folder = self.work / "tables"
        done: list[str] = []
        tables = typed(self.plan, self.sources, folder, self.connection, done.append)
        checks = Checks(self.plan, tables, self.sources, self.connection)
        found = Look(self.raw, self.raw, self.plan, rows=checks.rows, faults=checks.faults)
        looking._rejects(found, self.sources, self.connection)
        looking._swallowed(found, self.sources)
        told = [one.sentence() for one in found.faults]
        told += [
            f"left: {one.table}, {one.reason}: {one.rows}, {one.example}, {one.yuan}"
            for one in checks.left()
        ]
        for name in self.plan.tables:
            place = ", in place" if tables[name].in_place else ""
            columns = " | ".join(tables[name].columns)
            told += [f"{name}, {checks.rows[name]} rows{place}: {columns}"]
            told += self.cells(checks.kept(name))
        assert sorted(set(done)) == sorted(self.plan.tables)
        return told


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Callable[[Mapping[str, str | bytes]], Folder]]:
    """Make a folder, and close it afterwards."""
    made: list[Folder] = []

    def make(given: Mapping[str, str | bytes]) -> Folder:
        made.append(Folder(tmp_path, given))
        return made[-1]

    yield make
    for one in made:
        one.connection.close()


Make = Callable[[Mapping[str, str | bytes]], Folder]


def alone(path: Path, cases: Mapping[str, Mapping[str, str | bytes]], *, rows: bool) -> str:
    """Return what each case is read or taken for; many files in one folder would be one guess."""
    told: list[str] = []
    with connected(path) as connection:
        for number, (name, given) in enumerate(cases.items()):
            place = path / str(number)
            place.mkdir()
            one = Folder(place, given, connection)
            told += [f"== {name}", *(one.read() if rows else one.guessed())]
    return "\n".join(told)


NAMED: dict[str, dict[str, tuple[Any, ...]]] = {
    "right": {**guesses.RIGHT},
    "unsure": {**guesses.UNSURE},
    "stock": {**guesses.STOCKS},
    "money": {**guesses.MONEY},
}
GUESSED: dict[str, dict[str, str | bytes]] = {
    f"{kind}, {name}": {"export.txt" if name == "Amazon" else "export.csv": str(one[0])}
    for kind, found in NAMED.items()
    for name, one in found.items()
}
DATES = "order_id,visitor_id,placed_at\n"
SHOP = "order_id,placed_at,status\n"
GOODS = "order_id,placed_at,sku,name,qty,unit price\n"
GUESSED |= {
    "a day above 12": {"orders.csv": DATES + "1,7,05/01/2025\n2,8,31/01/2025\n"},
    "a month first": {"orders.csv": DATES + "1,7,01/05/2025 10:00\n2,8,01/31/2025 11:00\n"},
    "neither": {"orders.csv": DATES + "1,7,05/01/2025\n2,8,06/01/2025\n"},
    "both": {"orders.csv": DATES + "1,7,31/01/2025\n2,8,01/31/2025\n"},
    "few dates": {"orders.csv": DATES + "1,7,soon\n2,8,later\n3,8,2025-01-05\n"},
    "half dates": {"orders.csv": DATES + "1,7,soon\n2,8,2025-01-06\n"},
    "no value": {"orders.csv": DATES + "1,7,\n2,8,\n"},
    "a decimal comma": {"products.csv": "product_id;name;cost;list price\na;A;1,5;2,5\nb;B;1;2\n"},
    "below cost": {"products.csv": "product_id,name,cost,list price\na,A,5,3\nb,B,5,4\nc,C,1,2\n"},
    "half below cost": {"products.csv": "product_id,name,cost,list price\na,A,5,3\nb,B,1,2\n"},
    "a line below its cost": {
        "a.csv": "order_id,date,sku,stock,price,cost,qty\n1,2025-01-05,a,100,5,10,2\n"
    },
    "at cost": {"products.csv": "product_id,name,cost,list price\na,A,5,5\nb,B,1,1\n"},
    "words for states": {
        "orders.csv": SHOP + "1,2025-01-05,交易成功\n2,2025-01-06,交易关闭\n3,2025-01-07,odd\n"
    },
    "a time of payment and states": {
        "orders.csv": "order_id,placed_at,paid_at,status\n1,2025-01-05,2025-01-05,交易成功\n"
        "2,2025-01-06,2025-01-07,交易关闭\n"
    },
    "all paid": {
        "orders.csv": "order_id,placed_at,paid_at,status\n1,2025-01-05,2025-01-05,交易成功\n"
    },
    "states that nobody knows": {"orders.csv": SHOP + "1,2025-01-05,odd\n2,2025-01-06,even\n"},
    "a name of each": {"lines.csv": GOODS + "1,2025-01-05,a,A,2,10\n2,2025-01-05,b,B,1,5\n"},
    "a name for the product": {
        "lines.csv": "order_id,placed_at,product,qty,unit price\n1,2025-01-05,a,2,10\n"
    },
    "returns": {
        "back.csv": "return_id,order_id,product_id,quantity,asked_at,refund\n1,1,a,1,2025-01-05,5\n"
    },
    "returns by their name": {
        "returns.csv": "order_id,product_id,quantity,asked_at,reason\n1,a,1,2025-01-05,late\n"
    },
    "two names": {"orders.csv": "order_id,date,order time,visitor_id\n1,2025-01-05,2025-01-06,7\n"},
    "only a key": {"products.csv": "product_id,colour\na,red\n"},
    "nothing known": {"x.csv": "colour,size\nred,1\n"},
    "two files of one kind": {
        "a.csv": DATES + "1,7,2025-01-05\n",
        "b.csv": DATES + "2,7,2025-01-06\n",
        "c.csv": "order_id,placed_at,region\n3,2025-01-07,north\n",
    },
    "orders beside lines": {
        "lines.csv": GOODS + "1,2025-01-05,a,A,2,10\n",
        "orders.csv": DATES + "1,7,2025-01-05\n",
    },
    "sheets by day": {
        "stock 2025.csv": "date,product_id,opening,received,sold,closing\n2025-01-05,a,5,0,1,4\n"
    },
}
GOODS_OR_ORDERS = "order_id,region,status,product_id,name,cost,list price\n1,A,delivered,a,A,1,2\n"
GUESSED |= {
    "a name that says more": {"deep/my orders.2025.csv": GOODS_OR_ORDERS},
    "a folder that says nothing": {"orders/x.csv": GOODS_OR_ORDERS},
    "a quantity above the stock": {
        "export.csv": guesses.lines("数量,库存,单价", lambda o, n, p: (guesses.STOCK[o], n, p))
    },
    "a quantity below the stock": {
        "export.csv": guesses.lines("数量,库存,单价", lambda o, n, p: (n, guesses.STOCK[o], p))
    },
    "an amount, and less paid": {
        "export.csv": guesses.lines(
            "数量,单价,金额,实付金额", lambda o, n, p: (n, p, n * p, n * p - o % 2)
        )
    },
    "an amount, and a discount": {
        "export.csv": guesses.lines("数量,单价,金额,优惠", lambda o, n, p: (n, p, n * p, o % 2))
    },
    "a state that the preset does not know": {
        one.name: one.read_text("utf-8").replace("已收货", "半路")
        for one in (own.DATA / "pinduoduo_orders").iterdir()
    },
}
GUESSED |= {
    path.name: {one.name: one.read_bytes() for one in sorted(path.iterdir())}
    for path in sorted(own.DATA.iterdir())
    if path.is_dir()
}


STEP = 3  # cases that are looked at in one test


@pytest.mark.parametrize("start", range(0, len(GUESSED), STEP))
def test_what_columns_are_taken_for_is_what_is_written_down(start: int, tmp_path: Path) -> None:
    names = list(GUESSED)[start : start + STEP]
    told = alone(tmp_path, {name: GUESSED[name] for name in names}, rows=False)
    assert told == written_down(f"guessed {start}", told)


ROW = "1,2,3\n"
PAGE = "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>x</td></tr></table>"
READ: dict[str, dict[str, str | bytes]] = {
    "lines above": {"a.csv": "Report\n\nof 2025,\na,b,c\n" + ROW},
    "one line above": {"a.csv": "Report\na,b,c\n" + ROW},
    "remarks above": {"a.csv": "# a,b,c\n #,x,y\na,b,c\n" + ROW},
    "half of the names": {"a.csv": "a,\n1,2\n3,4\n"},
    "more than half": {"a.csv": "a,,c\n1,2,3\n"},
    "blank names": {"a.csv": "a,,=c\n1,2,3\n"},
    "names twice": {"a.csv": "a,A,a (2),a,'b',b\n1,2,3,4,5,6\n"},
    "names in marks": {"a.csv": '"a\n b",="c",\ufeffd\u200b\n1,2,3\n'},
    "semicolons": {"a.csv": "a;b;c\n1,5;2,5;x\n1;2,0;y\n"},
    "tabs and commas": {"a.tsv": "a\tb\n1,5\t2\n1,7\t3\n"},
    "bars": {"a.txt": "a|b\n1|2\n"},
    "a sign for the separator": {"a.csv": "SEP=;\na;b\n1;2\n"},
    "one column": {"a.csv": "a\n1\n2\n"},
    "short rows": {"a.csv": "a,b,c\n1\n1,2\n" + ROW},
    "long rows": {"a.csv": "a,b\n1,2\n1,2,3\n4,5\n"},
    "cells of several lines": {"a.csv": 'a,b\n"1\n2",x\n3,y\n'},
    "a mark that does not close": {"a.csv": 'a,b\n1,"x\n2,y\n3,z\n4,"w\n5,v\n'},
    "a mark that takes all": {"a.csv": 'a,b,c\n1,"x,y\n2,y,z\n3,z,x\n'},
    "two kinds of ends": {"a.csv": b"a,b\r\n1,2\n3,4\r\n"},
    "one kind of ends": {"a.csv": b"a,b\r\n1,2\r\n3,4\r\n"},
    "old ends": {"a.csv": b"a,b\r1,2\r3,4\r"},
    "an old end within": {"a.csv": b"a,b\n1,x\ry\n3,4\n"},
    "gbk": {"a.csv": "商品,数量\n充电线,1\n".encode("gbk")},
    "gbk in one row": {"a.csv": "商品,数量\n甲,1\n".encode() + "充电线,2\n".encode("gbk")},
    "utf-16": {"a.csv": "a,b\n商,2\n".encode("utf-16")},
    "utf-16 big": {"a.csv": b"\xfe\xff" + "a,b\n商,2\n".encode("utf-16-be")},
    "a mark of the byte order": {"a.csv": b"\xef\xbb\xbfa,b\n1,2\n"},
    "western": {"a.csv": "a,b\ncaf\u00e9,\u00a35\n".encode("cp1252")},
    "one broken byte": {"a.csv": "商品,数量\n甲乙丙丁,1\n戊己庚辛,2\n".encode() + b"\xff,3\n"},
    "two broken bytes": {
        "a.csv": "商品,数量\n甲乙丙丁,1\n".encode()
        + b"\xff,3\n"
        + "戊己庚辛,\n".encode()
        + b"\xff,3\n"
    },
    "cut in a sign": {"a.csv": "商品,数量\n甲乙丙丁戊,1\n甲".encode()[:-1]},
    "packed": {"a.csv.gz": gzip.compress(b"a,b\n1,2\n")},
    "packed gbk": {"a.gz": gzip.compress("商品,数量\n充电线,1\n".encode("gbk"))},
    "empty": {"a.csv": b""},
    "blanks": {"a.csv": " \n\n"},
    "a zero": {"a.csv": b"a,b\n\0,1\n"},
    "no kind": {"a.doc": "a,b\n"},
    "a PDF": {"a.csv": b"%PDF-1"},
    "a page": {"a.xls": f"<html>{PAGE}</html>"},
    "a page of two": {
        "a.xls": f"<HTML>{PAGE}{PAGE.replace('</table>', '<tr><td> 2 <b>y</b></td></tr></table>')}"
    },
    "a page in text": {"a.csv": f"<p>{PAGE}"},
    "a page of none": {"a.xls": "<!doctype html><p>x"},
    "a spreadsheet": {"a.xlsx": own.xlsx([["a", "b"], ["1", "x"], ["", ""], ["2", "=1+1"]])},
    "a torn spreadsheet": {"a.xlsx": own.xlsx([["a"]])[:200]},
    "hash ids": {"a.csv": "a,b\n1," + "x" * 70 + "\n"},
}


def test_files_are_read_as_it_is_written_down(tmp_path: Path) -> None:
    told = alone(tmp_path, READ, rows=True)
    assert told == written_down("read", told)


HEADED = own.HEADED
ORDERS = own.ORDERS
CHECKED: dict[str, dict[str, str]] = {
    **{
        name: {f"{table}.csv": text for table, text in one.items()}
        for name, one in own.BOTH.items()
    },
    "orders in order": {
        "orders.csv": ORDERS,
        "order_lines.csv": HEADED + "1,1,a,2,10\n2,1,a,1,5\n",
    },
    "ids of text in two tables": {
        "orders.csv": "order_id,visitor_id,placed_at\n1,7,2025-01-05\nA2,8,2025-01-06\n",
        "order_lines.csv": HEADED + "1,1,a,2,10\n A2 ,1,a,1,5\n3.0,1,a,1,5\n",
    },
    "ids of text in the second table": {
        "orders.csv": "order_id,visitor_id,placed_at\n1,7,2025-01-05\n2,8,2025-01-06\n",
        "order_lines.csv": HEADED + "1,1,a,2,10\nA2,1,a,1,5\n",
    },
    "a fault in the second file": {
        "a.csv": "order_id,visitor_id,placed_at\n1,7,2025-01-05\n2,8,2025-01-06\n",
        "b.csv": "order_id,visitor_id,placed_at\n3,7,2025-01-05\n4,8,1825-01-06\n5,8,later\n",
    },
    "ids of decimals": {
        "orders.csv": "order_id,visitor_id,placed_at\n1.0,7,2025-01-05\n2.0,8,2025-01-06\n",
        "order_lines.csv": HEADED + "1,1,a,2,10\n2,1,a,1,5\n",
    },
    "ids that are rounded": {
        "orders.csv": "order_id,visitor_id,placed_at\n1.2E+17,7,2025-01-05\nA2,8,2025-01-06\n"
        "-1,9,2025-01-06\n",
    },
    "years and limits": {
        "orders.csv": "order_id,visitor_id,placed_at,paid_at\n1,7,1899-12-31,\n"
        "2,7,1900-01-01,1900-01-01\n"
        "3,7,2100-12-31 23:59,2101-01-01\n4,7,2025-01-05 10:00,2025-01-05\n"
        "5,7,2025-01-05 10:00,2025-01-05 09:59\n6,7,2025-01-05,2025-01-05 00:00\n",
        "order_lines.csv": HEADED + "1,1,a,1,0\n2,0,a,1,-0.01\n3,1,a,0,1\n4,1,a,1,1\n",
        "visits.csv": "visit_id,visitor_id,started_at,dwell_seconds\n1,7,2025-01-05,-1\n"
        "2,7,2025-01-05,0\n",
    },
    "rows of totals and nothing": {
        "orders.csv": "order_id,visitor_id,placed_at\n1,7,2025-01-05\n,,\n2,8,2025-01-06\n"
        "合计,,\n,,\n",
        "order_lines.csv": HEADED + "1,1,a,1,10\n2,1,a,1,5\n合计,,,2,15\n",
    },
    "merged cells": {
        "order_lines.csv": HEADED + "1,1,a,1,10\n,2,b,1,5\n2,1,a,1,5\n",
        "orders.csv": "order_id,visitor_id,placed_at\n1,7,2025-01-05\n2,8,2025-01-06\n"
        "3,8,2025-01-06\n,9,2025-01-07\n",
    },
    "most are orphans": {
        "orders.csv": ORDERS,
        "order_lines.csv": HEADED + "1,1,a,1,10\n8,1,a,1,5\n9,1,a,1,5\n",
        "returns.csv": "return_id,order_id,line,product_id,quantity,asked_at,refund\n"
        "1,8,1,a,1,2025-01-09,5\n",
    },
    "a column without a value": {
        "orders.csv": "order_id,visitor_id,placed_at,paid_at\n1,7,x,\n2,8,y,\n",
        "products.csv": "product_id,name,cost,list_price\na,A,-1,5\nb,B,-2,6\n",
    },
    "one row of several": {
        "lines.csv": "order_id,visitor_id,placed_at,sku,qty,unit price\n2,7,2025-01-06,a,1,10\n"
        "1,8,2025-01-05,a,1,10\n1,9,2025-01-05,b,2,5\n合计,,,,4,30\n,,,,,\n3,,soon,a,1,10\n",
    },
    "files of one table": {
        **{
            f"m{n}.csv": f"order_id,visitor_id,placed_at\n{n},{n},2025-01-0{n}\n"
            for n in range(1, 7)
        },
        "m7.csv": "placed_at,note,order_id,visitor_id\nlater,x,7,7\n2025-01-08,y,1,9\n合计,,,\n",
    },
    "states that nobody knows": {
        "orders.csv": "order_id,placed_at,paid_at,status\n1,2025-01-05,2025-01-05,delivered\n"
        "2,2025-01-06,2025-01-06,half eaten\n",
    },
    "states without a payment": {
        "orders.csv": "order_id,placed_at,status\n1,2025-01-05,delivered\n2,2025-01-06,odd\n",
    },
    "a report of traffic": {"lines.csv": guesses.GA4},
    "one value is left": {
        "orders.csv": "order_id,visitor_id,placed_at,paid_at\n1,7,soon,\n2,8,2025-01-06,later\n"
        "3,8,x,2025-01-07\n",
        "products.csv": "product_id,name,cost,list_price\na,A,-1,5\nb,B,2,6\n",
    },
    "ids that are words elsewhere": {
        "posts.csv": "structure,post_id,title,department,reports_to\nnow,1,A,D,\nnow,2,B,D,1\n"
        "now,3,C,D, 1.0\nnow,4,C,D,chief\n",
    },
    "words of a list": {
        "channels.csv": "channel_id,name,kind\nd,Direct,own\ne,Ads,bought\n",
        "contacts.csv": "contact_id,kind,order_id,opened_at\n1,chat,1,2025-01-06\n"
        "2,fax,1,2025-01-06\n",
    },
    "numbers of lines that cannot be used": {
        "orders.csv": ORDERS,
        "order_lines.csv": HEADED + "1,-1,a,2,10\n1,-2,a,2,10\n2,-1,b,1,5\n2,-2,b,1,5\n",
    },
    "all twice with a gap": {
        "orders.csv": ORDERS,
        "order_lines.csv": own.UNNUMBERED + 2 * "1,a,1,10\n,b,1,9\n",
    },
    "two months with a mark that does not close": {
        "2025-01.csv": own.LINES,
        "2025-02.csv": own.LINES.replace("a,2,", '"a,2,'),
    },
    "nine of ten are times": {
        "orders.csv": "order_id,visitor_id,placed_at\n"
        + "".join(f"{n},7,{'soon' if n == 5 else '2025-01-05'}\n" for n in range(10)),
    },
    "too many cells": {
        "orders.csv": ORDERS + "4,7,2025-01-05,,1,2\n5,7,2025-01-05,\n",
        "order_lines.csv": HEADED + '1,1,a,2,10\n1,2,"b,1,5\n2,1,a,1,5\n',
    },
}


@pytest.mark.parametrize("name", CHECKED)
def test_a_folder_is_checked_as_it_is_written_down(name: str, folder: Make) -> None:
    one = folder(CHECKED[name])
    told = "\n".join([*one.guessed(), "--", *one.checked()])
    assert told == written_down(name, told)


@pytest.mark.parametrize("name", [one for one in CHECKED if one.startswith("ids of text in")])
def test_what_stands_below_the_sample_is_learned_as_well(
    name: str, folder: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = folder(CHECKED[name])
    told = "\n".join([*one.guessed(), "--"])
    monkeypatch.setattr(build, "SAMPLE", 1)
    assert "\n".join([told, *one.checked()]) == (DATA / file_of(name)).read_text("utf-8")


# --- mappings by hand --------------------------------------------------------------------

BY_HAND: dict[str, tuple[dict[str, str], str]] = {
    "of every entry": (
        {
            "a.csv": "no,at,epoch,ms,us,who,n,total,state,paid,price,part\n"
            "1,31/12/2025,1764579600,1764579600000,1764579600000000,u1,2,10,Done,yes,1.234;50,x\n"
            "2,30/12/2025 10:00,,x,1,u2,0,10,odd,no,5,y\n"
            "3,01/02/2025,5,5,5,(none),4,6,open,Yes,x,x\n"
        },
        "copies: keep\ntables:\n  orders:\n    files: a.csv\n    where: {part: [X, y]}\n"
        "    columns:\n"
        "      order_id: 'no'\n      visitor_id: {column: who, none: [(none)]}\n"
        "      placed_at: {column: at, dates: dmy, offset: Z}\n"
        "      paid_at: {column: epoch, epoch: s, only_if: {state: [done, odd]}, "
        "not_if: {paid: 'no'}}\n"
        "      dispatched_at: {column: ms, epoch: ms}\n      delivered_at: {column: us, "
        "epoch: us}\n"
        "      status: {column: state, words: {done: delivered, open: unpaid, odd: }}\n"
        "  order_lines:\n    files: [a.csv]\n    repeat: n\n    where: {part: x}\n    columns:\n"
        "      order_id: {join: ['no', who]}\n      line: {row: true}\n      product_id: part\n"
        "      quantity: {value: 1}\n      unit_price: {column: total, over: n}\n",
    ),
    "copies left out": (
        {"a.csv": "o,p,n,y\n1,a,1,10\n1,a,1,10\n2,b,1,9\n"},
        "copies: leave out\ntables:\n  order_lines:\n    files: [a.csv]\n"
        "    columns: {order_id: o, "
        "product_id: p, quantity: n, unit_price: y}\n",
    ),
    "copies kept": (
        {"a.csv": "o,p,n,y\n1,a,1,10\n1,a,1,10\n"},
        "copies: keep\ntables:\n  order_lines:\n    files: [a.csv]\n    columns: {order_id: o, "
        "product_id: p, quantity: n, unit_price: y}\n",
    ),
    "tables in another order": (
        {
            "r.csv": "r,o,l,p,n,t,y\n1,1,1,a,1,2025-01-09,5\n2,9,1,a,1,2025-01-09,5\n",
            "l.csv": "o,l,p,n,y\n1,1,a,1,10\n9,1,a,1,10\n",
            "o.csv": "o,v,t\n1,7,2025-01-05\n",
        },
        "tables:\n  returns:\n    files: [r.csv]\n    columns: {return_id: r, order_id: o, "
        "line: l, product_id: p, quantity: n, asked_at: t, refund: y}\n"
        "  order_lines:\n    files: [l.csv]\n    columns: {order_id: o, line: l, product_id: p, "
        "quantity: n, unit_price: y}\n"
        "  orders:\n    files: [o.csv]\n    columns: {order_id: o, visitor_id: v, placed_at: t}\n",
    ),
    "one row a key": (
        {"a.csv": "o,p,t\n2,a,2025-01-05\n1,b,2025-01-06\n2,c,2025-01-04\n"},
        "tables:\n  visits:\n    files: [a.csv]\n    one_row_a: visit_id\n"
        "    columns: {visit_id: o, "
        "visitor_id: p, started_at: t}\n",
    ),
    "an offset": (
        {
            "a.csv": "o,p,t\n1,a,2025-01-05T10:00Z\n2,b,2025-01-05T10:00-03:30\n"
            "3,c,2025-01-05 10:00\n"
            "4,c,2025-01-05 10:00 +14:01\n5,c,2025-01-05 10:00 -14:00\n"
        },
        "tables:\n  visits:\n    files: [a.csv]\n    columns: {visit_id: o, visitor_id: p, "
        "started_at: {column: t, offset: '+08:00'}}\n",
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_mapping_by_hand_is_read_as_it_is_written_down(name: str, folder: Make) -> None:
    files, text = BY_HAND[name]
    one = folder(files)
    path = one.work / "mine.yaml"
    path.write_text(f"folder: f\n{text}", "utf-8")
    one.plan, of = mapping.read(path)
    assert of == "f"
    written = mapping.written(one.plan, "f")
    path.write_text(written, "utf-8")
    assert mapping.read(path) == (one.plan, "f")
    told = "\n".join([written, "--", *one.checked()])
    assert told == written_down(name, told)


def order(entry: str) -> str:
    return f"tables: {{orders: {{files: [a.csv], columns: {{order_id: {entry}}}}}}}"


SAID: list[tuple[str, str]] = [
    ("- 1", "has no entry 'tables'"),
    ("tables: 1", "has no entry 'tables'"),
    ("tables: {}\npresets: [a]", "write names and words below presets"),
    ("tables: {}\nignored: a", "write names and words below ignored"),
    ("tables: {orders: 1}", "table orders: write its files and columns below it."),
    ("tables: {orders: {files: a.csv}}", "table orders: write its files and columns below it."),
    (
        "tables: {orders: {files: [], columns: {order_id: a}}}",
        "write its files and columns below it.",
    ),
    (
        "tables: {orders: {files: [[a]], columns: {order_id: a}}}",
        "write its files and columns below",
    ),
    ("tables: {orders: {files: a, columns: {}}}", "write its files and columns below it."),
    ("tables: {orders: {files: a, colums: {}}}", "'colums' is no entry. There are: files, columns"),
    (
        "tables: {orders: {files: a, columns: {order_id: a}, where: b}}",
        "below 'where' stand columns",
    ),
    (
        "tables: {orders: {files: a, columns: {order_id: a}, one_row_a: b}}",
        "one_row_a names 'b', which",
    ),
    (order("{}"), "orders, order_id: '' says nothing. There are: column, words"),
    (order("{b: 1, a: 2}"), "orders, order_id: 'a' says nothing."),
    (order("true"), "orders, order_id: write the name of a column of your file."),
    (order("[a]"), "orders, order_id: write the name of a column of your file."),
    (order("{join: a}"), "orders, order_id: 'join' is not written so. Write [a, b]."),
    (order("{none: []}"), "orders, order_id: 'none' is not written so. Write [a, b]."),
    (
        order("{column: a, words: [b]}"),
        "orders, order_id: 'words' is not written so. Write {a: b}.",
    ),
    ("tables: {\n\na: *b}", "is no YAML (near line 3). Mend it"),
    ("tables: {\n a: ]", "is no YAML (near line 2). Mend it"),
    ("a: " + "[\n" * 21 + "]" * 21, "is no YAML (near line"),
]


@pytest.mark.parametrize(("text", "said"), SAID)
def test_what_is_wrong_in_a_mapping_is_said_with_its_place(
    text: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(CourseError) as caught:
        mapping.read(path)
    assert str(caught.value).startswith("mine.yaml")
    assert said in str(caught.value)


def test_what_a_mapping_may_hold(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    for size, said in (
        (1, r"no YAML \(not UTF-8\)"),
        (4 << 20, r"no YAML \(not UTF-8\)"),
        ((4 << 20) + 1, "has more than 4 MB"),
    ):
        path.write_bytes(b"\xff" * size)
        with pytest.raises(CourseError, match=said):
            mapping.read(path)
    with pytest.raises(CourseError, match=r"none\.yaml cannot be read"):
        mapping.read(tmp_path / "none.yaml")
    deep = "[\n " * 20 + "]" * 20
    path.write_text(f"tables: {{orders: {{files: 7, columns: {{order_id: 5}}}}}}\nx: {deep}")
    with pytest.raises(CourseError, match="write its files"):
        mapping.read(path)
    text = "tables: {orders: {files: [7], columns: {order_id: 5}, where: {a: b, c: [d]}}}"
    path.write_text(text)
    plan, folder = mapping.read(path)
    assert folder == ""
    assert plan == mapping.Plan(
        {"orders": mapping.Part(["7"], {"order_id": 5}, "", {"a": ["b"], "c": ["d"]})}
    )


# --- values of every type ------------------------------------------------------------------

TYPES = (
    *("18446744073709551615::UBIGINT", "2::INTEGER", "-3::BIGINT", "3.0::DOUBLE", "4.5::DOUBLE"),
    *("5.0::DECIMAL(9, 1)", "5.5::DECIMAL(9, 1)", "9007199254740992::DOUBLE", "12::HUGEINT"),
    *("29.9::FLOAT", "'inf'::DOUBLE", "true", "DATE '2025-01-05'", "TIMESTAMP '2025-01-05 10:00'"),
    *(
        "'7'::ENUM('7')",
        "NULL::DOUBLE",
        "uuid '0a0a0a0a-0000-4000-8000-000000000000'",
        "3::UTINYINT",
    ),
)
TEXTS = (
    *(
        "7",
        " 7 ",
        "7.0",
        '="0012"',
        "A1",
        "-",
        "null",
        "",
        "1,000",
        "(3.00)",
        "1.2万",
        "￥5",
        "1.000,5",
    ),
    *(
        "2025-01-05",
        "2025/1/5 10:00",
        "05/01/2025",
        "31/12/2025",
        "12/31/2025",
        "2025年1月5日",
        "soon",
    ),
    *(
        "20250105",
        "3:05 PM",
        "2025-01-05 3:05 PM",
        "2025-01-05T10:00+08:00",
        "yes",
        "否",
        "TRUE",
        "2",
    ),
    *("nulls", "9223372036854775808", "1e5", "inf", "1E+17", "\u3000甲\u00a0"),
)
FIELDS = {
    "id": ("visits", "visit_id"),
    "number": ("visits", "dwell_seconds"),
    "time": ("visits", "started_at"),
    "string": ("orders", "region"),
    "flag": ("contacts", "resolved"),
}


def values_of(
    kind: str, source: Source, entries: list[Any], ways: tuple[bool, ...], connection: Any
) -> list[str]:
    """Return what each entry of a mapping gives, as a kind of column, read short or long."""
    told = []
    table, name = FIELDS[kind]
    field = schemas()[table].field(name)
    assert kind_of(field) == kind
    for text, long in itertools.product((False, True) if kind == "id" else (False,), ways):
        found = [reading(field, entry, source, long, text) for entry in entries]
        told.append(f"== {kind}{', long' * long}{', text' * text}")
        told += cells_of(entries, found, source.scan, connection)
    return told


def cells_of(entries: list[Any], found: list[Reading], scan: str, connection: Any) -> list[str]:
    """Return what is read, a line an entry; ! marks what cannot be."""
    wanted = ", ".join(f"{one.value}, coalesce({one.wrong}, FALSE)" for one in found)
    rows = connection.execute(f"SELECT {wanted} FROM {scan}").fetchall()
    return [
        f"{entry}: " + " | ".join(f"{row[2 * n]}{' !' * row[2 * n + 1]}" for row in rows)
        for n, entry in enumerate(entries)
    ]


@pytest.mark.parametrize("kind", FIELDS)
def test_values_of_every_type_are_read_as_it_is_written_down(kind: str, tmp_path: Path) -> None:
    names = [f"c{n}" for n in range(len(TYPES))]
    with connected(tmp_path) as connection:
        values = ", ".join(f"{one} AS {name}" for one, name in zip(TYPES, names, strict=True))
        path = tmp_path / "a.parquet"
        connection.execute(f"COPY (SELECT {values}) TO '{path}' (FORMAT parquet)")
        (source,) = read(path, "a.parquet", tmp_path, connection)
        assert isinstance(source, Source)
        told = [f"{name}: {theirs}" for name, theirs in source.types.items()]
        told += values_of(kind, source, list(names), (False,), connection)
    assert "\n".join(told) == written_down(f"types {kind}", "\n".join(told))


def of_texts(connection: Any) -> Source:
    """Return a source of all texts."""
    rows = ", ".join(f"({sql.text(one)}, '2')" for one in TEXTS)
    connection.execute(f"CREATE TABLE texts AS FROM (VALUES {rows}) AS t(x, n)")
    return Source("t", ("x", "n"), "texts")


@pytest.mark.parametrize("kind", FIELDS)
def test_texts_of_every_form_are_read_as_it_is_written_down(kind: str, tmp_path: Path) -> None:
    with connected(tmp_path) as connection:
        told = ["x: " + " | ".join(map(repr, TEXTS))]
        told += values_of(kind, of_texts(connection), ["x"], (False, True), connection)
    assert "\n".join(told) == written_down(f"texts {kind}", "\n".join(told))


def test_what_is_put_together_has_no_type_whatever_columns_are_called() -> None:
    source = Source("a.parquet", ("None", "a"), "", types={"None": "BIGINT", "a": "BIGINT"})
    for entry in ({"join": ["a", "None"]}, {"parameter": "p", "of": "a"}, {"path": "a.b"}):
        assert _type(entry, source) == ""
    assert [_type({"column": name}, source) for name in ("a", "b")] == ["BIGINT", ""]


@pytest.mark.parametrize("long", [False, True])
def test_texts_are_read_as_an_entry_says(long: bool, tmp_path: Path) -> None:
    with connected(tmp_path) as connection:
        source = of_texts(connection)
        time, number = (
            schemas()["visits"].field("started_at"),
            schemas()["visits"].field("dwell_seconds"),
        )
        entries: list[tuple[Any, dict[str, Any]]] = [
            (time, {"column": "x", "dates": "dmy"}),
            (time, {"column": "x", "dates": "mdy"}),
            (time, {"column": "x", "offset": "Z"}),
            (time, {"column": "x", "epoch": "s"}),
            (time, {"column": "x", "words": {"soon": "2025-01-05", "7": None}}),
            (number, {"column": "x", "decimal": ","}),
            (number, {"column": "x", "over": "n"}),
            (number, {"column": "x", "over": "n", "decimal": ","}),
            (number, {"value": "1,5"}),
            (number, {"column": "x", "only_if": {"x": ["7", "１"], "n": 2}}),
            (number, {"column": "x", "not_if": {"x": ["7", "Null"]}}),
            (number, {"column": "x", "none": [7, "null"]}),
            (number, {"row": True}),
        ]
        found = [reading(field, entry, source, long, False) for field, entry in entries]
        of = "(SELECT *, row_number() OVER () AS own_row_ FROM texts)"
        told = cells_of([entry for _field, entry in entries], found, of, connection)
    name = f"texts read {'long' if long else 'short'}"
    assert "\n".join(told) == written_down(name, "\n".join(told))


VISITS = "i AS visit_id, i % 2 AS visitor_id, TIMESTAMP '2025-01-05' AS started_at"
PLACES = {
    "in place": VISITS,
    "in place with a text": VISITS + ", ' x' AS landing",
    "in place with ids of text": VISITS.replace("i % 2", "'u' || i"),
    "not for an id of text": VISITS.replace("i % 2", "i::UBIGINT + 9223372036854775807"),
    "not for a name": VISITS + ", 7 AS File_Row_Number",
    "not for a decimal": VISITS.replace("i % 2", "1.5::DOUBLE"),
    "twice": VISITS.replace("i AS", "i % 2 AS"),
}


@pytest.mark.parametrize("name", PLACES)
def test_parquet_is_read_in_its_place_where_it_can_be(name: str, folder: Make) -> None:
    one = folder({})
    path = one.raw / "visits.parquet"
    one.connection.execute(
        f"COPY (SELECT {PLACES[name]} FROM range(4) t(i)) TO '{path}' (FORMAT parquet)"
    )
    (source,) = read(path, "visits.parquet", one.work, one.connection)
    assert isinstance(source, Source)
    one.sources = {"visits.parquet": source}
    told = "\n".join([*one.guessed(), "--", *one.checked()])
    assert told == written_down(f"parquet {name}", told)


# --- small steps -------------------------------------------------------------------------


def test_offsets_are_chosen_where_they_are_clear() -> None:
    found = {
        "none": zones._chosen(set()),
        "no zone": zones._chosen({None}),
        "one": zones._chosen({480}),
        "utc": zones._chosen({0}),
        "utc and none": zones._chosen({0, None}),
        "utc and one": zones._chosen({0, 480}),
        "none and one": zones._chosen({None, 480}),
        "summer": zones._chosen({-300, -240}),
        "summer and none": zones._chosen({None, -300, -240}),
        "utc and an hour": zones._chosen({0, 60}),
        "two": zones._chosen({-300, 480}),
        "three": zones._chosen({-300, 480, 0}),
        "far": zones._chosen({840, 841, -900}),
        "the end": zones._chosen({840}),
    }
    told = "\n".join(f"{name}: {way} {said}" for name, (way, said) in found.items())
    assert told == written_down("offsets", told)
    assert [zones.minutes(one) for one in ("+14:00", "-1400", "+08", "UTC", "GMT")] == [
        840,
        -840,
        480,
        0,
        0,
    ]
    for wrong in ("+14:01", "8", "", "+8:00", "z"):
        with pytest.raises(CourseError, match="The mapping's offset is"):
            zones.minutes(wrong)
    assert [zones.named(one) for one in (-60, 60, 90, -1)] == [
        "-01:00",
        "+01:00",
        "+01:30",
        "-00:01",
    ]


def test_cells_of_a_sheet_are_written_as_they_are_read(tmp_path: Path) -> None:
    cells = [12.0, 12.5, -3.0, 1e15, 1e14, True, None, "a"]
    assert [sheets.cell(one) for one in cells] == [
        "12",
        "12.5",
        "-3",
        "1000000000000000.0",
        "100000000000000",
        "True",
        "None",
        "a",
    ]
    path = tmp_path / "a.csv"
    assert sheets.write([["a", 1.0], ["", ""], ["b", ""]], path, 1000) == 2
    assert path.read_text() == "a,1\n,\nb,\n"
    sheets.write([["abc"]] * 2, path, 4)  # what is above is looked for now and then
    with pytest.raises(OverflowError):
        sheets.write([["abc"]] * 1001, path, 4000)
    assert sheets.write([["abc"]] * 1001, path, 4004) == 1001


def test_words_of_a_report() -> None:
    told = {
        "yuan": [pages.yuan(one) for one in (None, 0, -1.5, 1234.5)],
        "shown": [
            pages.shown(*one)
            for one in (("sales", -1.5), ("uv", 1), ("uv", 2), ("uv", 1.5), ("orders", 1))
        ],
        "rows": [pages.rows(one) for one in (0, 1, 2)],
        "reason": [
            pages.reason(one)
            for one in (
                "total",
                "blank",
                "copy",
                "key",
                "orphan",
                "no x",
                "orphan visits",
                "bad x: y",
                "z",
            )
        ],
    }
    assert told == {
        "yuan": ["", "¥0.00", "-¥1.50", "¥1,234.50"],
        "shown": ["-¥1.50", "1 visitor", "2 visitors", "1.50 visitors", "1 order"],
        "rows": ["0 rows", "1 row", "2 rows"],
        "reason": [
            "a total, no row of its own",
            "an empty row",
            "a copy of another row, in every column",
            "the same key as another row, but other values: none of them can be trusted",
            "a row whose order is not there",
            "without x, or with one that cannot be read",
            "a row that points to one which is not in visits",
            "with x y",
            "z",
        ],
    }
    left = [
        Left("order_lines", "total", 1, "", None),
        Left("order_lines", "no x", 2, "", None),
        Left("orders", "no x", 4, "", None),
        Left("order_lines", "copy", 8, "", 5.0),
        Left("order_lines", "key", 16, "", 0.0),
    ]
    assert pages.worth_of(left) == "worth ¥5.00, and 2 rows of unknown worth"
    assert pages.worth_of(left[:1]) == ""
    near = [("a", "needs x: 1, 2"), ("b", "needs x; y"), ("c", "needs x: 1"), ("d", "needs x")]
    assert [name for name, _ in command.nearest(near)] == ["c", "d", "a", "b"]
    assert len(command.nearest(near * 2)) == 5


def test_a_report_tells_what_can_be_computed_and_what_the_rest_lacks() -> None:
    there = Ability("measure", "a", "This", ())
    other = Ability("measure", "b", "That", ("visits",))
    found = Look(Path("raw"), Path("out"), mapping.Plan({}), abilities=[there, other])
    told = pages.text(found).partition("Measures and KPIs: ")[2].splitlines()
    assert told[:3] == ["1 of 2", "- yes: This", "- no: That, needs visits"]


def test_a_table_of_which_nothing_is_known_has_no_row() -> None:
    part = mapping.Part(["a.csv"], {"order_id": "o"})
    found = Look(Path("raw"), Path("out"), mapping.Plan({"orders": part}))
    ((name, _title, rows, kept, columns),) = pages.contents(found)["tables"]
    assert (name, rows, kept, columns) == ("orders", 0, 0, "order_id")


def test_the_command_prints_its_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Look(Path("raw"), tmp_path, mapping.Plan({}), notes=["One of two is a return."])
    monkeypatch.setattr(command, "look", lambda *_given, **_named: found)
    command.run(Path("raw"), None, None, "")
    assert "One of two is a return.\n" in capsys.readouterr().out


def exports(tmp_path: Path) -> Path:
    """Return a folder of which some is left out, or no table."""
    raw = tmp_path / "raw"
    raw.mkdir()
    for table, text in (own.BOTH["values"] | {"note": "no table\n1\n"}).items():
        (raw / f"{table}.csv").write_text(text, "utf-8")
    return raw


def test_a_report_is_what_is_written_down(tmp_path: Path) -> None:
    """Whole: the page of text, what is left out, and the shop; in one run."""
    raw = exports(tmp_path)
    (raw / "back.csv").write_text("x", "utf-8")
    (raw / ".hidden.csv").write_text("x", "utf-8")
    found = looking.look(raw, tmp_path / "out")
    report = (tmp_path / "out" / "report.txt").read_text("utf-8").replace(str(tmp_path), "")
    head = report.partition("Exercises")[0]
    left = (tmp_path / "out" / "left_out.csv").read_text("utf-8")
    kept = [f"{name}: {found.rows[name]} {found.kept[name]}" for name in found.kept]
    told = "\n".join([head, left, *kept, *map(str, found.values.items())])
    assert told == written_down("report", told)
    assert not list((tmp_path / "out").glob(".work*"))


@own.QUICK
def test_a_mapping_that_is_there_is_used_and_a_new_guess_lies_beside_it(tmp_path: Path) -> None:
    raw = exports(tmp_path)
    looks = [looking.look(raw, tmp_path / "out", preset_name=one) for one in ("", "", "jd_orders")]
    assert [[one.partition(": ")[0] for one in look.notes] for look in looks] == [
        ["The mapping is a guess"],
        ["The mapping is yours"],
        ["The mapping is yours", "A new guess lies beside it"],
    ]
    assert looks[0].kept == looks[1].kept == looks[2].kept
