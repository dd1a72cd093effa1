"""The words of two languages by which columns and states of orders are known."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib import resources

from ecokit.shop.schema import schemas

UNIT = re.compile(r"(?<=\w)(元|人民币|rmb|cny|yuan|件|个)$")


def bare(name: str) -> str:
    """Return a name without case, width, blanks and marks.

    Examples
    --------
    >>> bare("Order ID "), bare("商品数量（件）")
    ('orderid', '商品数量件')
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum()) or plain.strip()


def known(columns: tuple[str, ...]) -> dict[str, str]:
    """Return the columns of a file by their bare names, with and without their unit.

    Examples
    --------
    >>> known(("单价(元)", "数量"))
    {'单价元': '单价(元)', '数量': '数量', '单价': '单价(元)'}
    """
    found: dict[str, str] = {}
    for column in columns:
        found.setdefault(bare(column), column)
    for name, column in list(found.items()):
        found.setdefault(UNIT.sub("", name), column)
    return found


@cache
def words() -> dict[str, dict[str, list[str]]]:
    """Return the names that columns are known by: table, column, names without marks."""
    found: dict[str, dict[str, list[str]]] = {}
    for table, schema in schemas().items():
        found[table] = {one.name: [bare(one.name), bare(one.title)] for one in schema}
    for row in _rows("words.csv"):
        found[row["table"]][row["column"]] += [bare(name) for name in row["names"].split("|")]
    return found


@cache
def roles() -> dict[str, list[str]]:
    """Return the names of columns that no table has, but that tell what others are.

    Examples
    --------
    >>> "金额" in roles()["amount"], "优惠" in roles()["discount"]
    (True, True)
    """
    return {
        row["role"]: [bare(name) for name in row["names"].split("|")] for row in _rows("roles.csv")
    }


@cache
def statuses() -> dict[str, tuple[str, bool]]:
    """Return what words for the state of an order mean, and whether the order is paid."""
    return {row["word"]: (row["status"], row["paid"] == "yes") for row in _rows("statuses.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("ecokit.own") / name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
