"""What the texts on a page state: numbers, categories, stock, in the words of the sites."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ecokit.competitors.prices import LONGEST_TEXT, Price, is_rate, read_price
from ecokit.errors import CourseError
from ecokit.messages import _

CATEGORY_WORDS = {
    "phones": "手机",
    "tablets": "平板",
    "audio": "音频",
    "wearables": "穿戴",
    "smart_home": "家居",
    "accessories": "配件",
}
PROMOTION_WORDS = {"sale": "sale|特价", "coupon": "coupon|券", "bundle": "bundle|套装"}
# \u7f44 is a character that no figure may use: the bundled font lacks it.
OUT_OF_STOCK = re.compile(
    r"out[ _-]?of[ _-]?stock|sold[ _-]?out|unavailable|discontinued|(?:pre|back)-?order|presale"
    r"|made ?to ?order|\b(?:not|no longer|back|0) in ?stock|in ?stock soon|\bnone\b|^no$"
    r"|缺货|无货|没有货|售完|预售|售\u7f44",
    re.IGNORECASE,
)  # the words of sites, and those of schema.org's ItemAvailability
IN_STOCK = re.compile(
    r"in[ _-]?stock|limitedavailability|in ?store ?only|online ?only|\byes\b|有货|现货",
    re.IGNORECASE,
)


def _text(text: str) -> str:
    plain = " ".join(text.split())
    if not plain or len(plain) > LONGEST_TEXT:
        raise CourseError(text[:40])
    return plain


def _category(text: str) -> str:
    return _word(text, CATEGORY_WORDS)


def _promotion(text: str) -> str:
    return _word(text, PROMOTION_WORDS)


def _word(text: str, words: Mapping[str, str]) -> str:
    """Return the key of the first pattern that a text holds."""
    found = (key for key, word in words.items() if re.search(word, _text(text), re.IGNORECASE))
    key = next(found, None)
    if key is None:
        raise CourseError(text[:40])
    return key


def in_yuan(text: str) -> Price:
    """Return a price in yuan that everybody can pay."""
    price = read_price(text)
    if price.at_least or price.currency != "CNY" or is_rate(text):
        raise CourseError(text[:40])
    return price


def _in_stock(text: str) -> bool:
    if OUT_OF_STOCK.search(_text(text)):
        return False
    if IN_STOCK.search(text):
        return True
    raise CourseError(text[:40])


def _numbers(text: str) -> list[str]:
    found = re.findall(r"\d[\d,]{0,12}(?:\.\d{1,6})?", _text(text))
    if not found:
        raise CourseError(text[:40])
    return [number.replace(",", "") for number in found]


def _first_number(text: str) -> float:
    return float(_numbers(text)[0])


def whole_number(text: str) -> int:
    """Return the first number in a text, without its fraction."""
    return int(float(_numbers(text)[0]))


def _last_whole(text: str) -> int:
    return int(float(_numbers(text)[-1]))


CONVERT: dict[str, Callable[[str], Any]] = {
    "sku": _text,
    "name": _text,
    "category": _category,
    "list_price": in_yuan,
    "price": in_yuan,
    "promotion": _promotion,
    "in_stock": _in_stock,
    "delivery_days": whole_number,
    "rating": _first_number,
    "reviews": _last_whole,
}
WANTED = {
    "category": _("a category that we know"),
    "list_price": _("a price in yuan"),
    "price": _("a price in yuan that everybody can pay"),
    "promotion": _("a promotion we know"),
    "in_stock": _("in stock or out of stock"),
    "delivery_days": _("a number of days"),
    "rating": _("a number"),
    "reviews": _("a number"),
}
