"""What the texts on a page state: numbers, categories, stock, in the words of the sites."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ecokit.competitors.prices import LONGEST_TEXT, Price
from ecokit.competitors.strict import page_price
from ecokit.competitors.words import folded, pattern, words
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
CLAUSE = re.compile(r"\s[-–—]\s|[,.;!?|()/·、。\n\[\]]")
ZERO = re.compile(r"(?<![\d.,])0+(?:[.,]0+)?(?![\d.,]*\d)(?!\s?[%元折¥])")
_DAYS = (
    r"(?:\d{1,2}(?:st|nd|rd|th)?\.?\s*)?(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?"
    r"|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\d{1,4}[./-]\d{1,2}"
    r"|next\s(?:week|month|year)|tomorrow\b"
)
THEN = re.compile(  # "in stock from 1 March", "in stock in 3 weeks"
    rf"\s*:?\s*(?:(?:from|on|by|after)\s+)?(?:the\s+)?(?:{_DAYS})"
    r"|\s*(?:in|within|after)\s+(?:about\s+)?(?:\d+(?:\s*[-–]\s*\d+)?|an?|a\sfew|few|several)"
    r"\s*(?:(?:business|working)\s)?(?:hour|day|week|month)s?\b"
)
FIRST = re.compile(  # "3天后有货", "5月1日有货"
    r"(?:\d+\s*[个個]?(?:天|日|周|週|星期|月|小时|小時)\s*之?[后後内內]|下[个個]?[周週月]|明[天日年]|[后後]天"
    r"|\d+月(?:\d+[日号號])?|\d+[日号號])[才就会會将將]?\s*$"
)
NUMBER = r"\d[\d,]{0,12}(?:\.\d{1,6})?"
MORE = {"千": 1_000, "万": 10_000, "萬": 10_000, "亿": 10**8, "億": 10**8, "k": 1_000, "m": 10**6}
COUNT = re.compile(
    rf"(?<![\d.,])(?P<number>{NUMBER})\s?(?P<more>[千万萬亿億]|[km](?![a-z]))?(?P<w>w)?"
)
HOURS = {"hour": 1, "day": 24, "week": 24 * 7}
COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")  # 4,6


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
    price = page_price(text)
    if price.currency != "CNY" or pattern("foreign").search(folded(text)):
        raise CourseError(text[:40])
    return price


def in_stock(text: str) -> bool:
    """Return whether a text says that a product can be had now.

    A text that says both, or neither, is refused. A negation or a zero beside the words for it, and
    what is expected or tells when, make it not there.

    >>> in_stock("https://schema.org/InStock"), in_stock("In Stock: 0"), in_stock("没有现货")
    (True, False, False)
    """
    plain = _stock_text(text)
    question, asked, answer = plain.partition("?")
    if asked and answer.strip(" .!?"):
        return _answered(question, answer.strip(" .!?,:;"), text)
    whole = plain.strip(" .!:")
    if pattern("no").fullmatch(whole):
        return False
    gone = pattern("gone").search(plain)
    if gone:
        if _ends_with(plain[: gone.start()], "undo", "nearly"):  # "never out of stock"
            raise CourseError(text[:40])
        return False
    if "?" in plain:
        raise CourseError(text[:40])
    if pattern("yes").fullmatch(whole):
        return True
    clauses = CLAUSE.split(plain)
    those = [one for one in clauses if pattern("there").search(one)] or [
        one for one in clauses if pattern("counted").search(one) and _counts(one) is not None
    ]
    others = [one for one in clauses if one not in those]
    if not those and any(pattern("counted").search(one) for one in clauses):
        those = [one for one in clauses if pattern("not", "pause", "later").search(one)]
        if those:
            return False
    if any(_denied(one) for one in those) or any(_is_no(one) for one in others if those):
        return False
    doubts = pattern("not", "pause", "later").search(" ; ".join(clauses))
    if not those or doubts:
        raise CourseError(text[:40])
    return True


def _answered(question: str, answer: str, text: str) -> bool:
    """Return whether a question for stock is answered with yes; what is unsure is refused.

    >>> _answered("in stock", "no", ""), _answered("有货吗", "有", "")
    (False, True)
    """
    if pattern("gone", "not").search(question) or not pattern("there", "yes").search(question):
        raise CourseError(text[:40])
    if pattern("gone").search(answer) or pattern("no", "not", "pause").match(answer):
        return False
    if pattern("yes", "there").fullmatch(answer):
        return True
    raise CourseError(text[:40])


def _stock_text(text: str) -> str:
    """Return a text on stock in plain words, without what says no of something else.

    >>> _stock_text("https://schema.org/OutOfStock"), _stock_text("IN-STOCK 七天无理由退货")
    ('out of stock', 'in stock 七天 退货')
    """
    plain = unicodedata.normalize("NFKC", _text(text))
    if re.match(r"https?://", plain):
        plain = plain.rstrip("/").rpartition("/")[2]
    plain = folded(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain))
    plain = re.sub(r"(?<=[a-z])[-_](?=[a-z])", " ", plain)
    return " ".join(pattern("harmless").sub(" ", plain).split())


def _denied(clause: str) -> bool:
    """Return whether a clause with words for stock says that there is none now.

    >>> _denied("notify me when in stock"), _denied("0 new in stock"), _denied("3 in stock")
    (True, True, False)
    """
    there = pattern("there").search(clause) or pattern("counted").search(clause)
    before = clause[: there.start()] if there else clause
    after = clause[there.end() :] if there else ""
    return bool(
        ZERO.search(clause)
        or pattern("not", "pause", "later").search(before)
        or pattern("later").search(after)
        or THEN.match(after)
        or FIRST.search(before)
        or _is_no(after)
    )


def _is_no(clause: str) -> bool:
    """Return whether a clause is a negation and nothing more: "no", "not yet"."""
    plain = clause.strip(" :-")
    return bool(plain) and not pattern("not", "pause", "no").sub("", plain).strip(" :-")


def _counts(clause: str) -> float | None:
    """Return the number of pieces that a clause counts; nothing when it counts something else.

    >>> _counts("stock: 12"), _counts("3 days left"), _counts("仅剩 3 件")
    (12.0, None, 3.0)
    """
    noun, unit = pattern("counted").pattern, pattern("piece").pattern
    found = re.search(
        rf"(?:{noun})\s*[:=为是]?\s*({NUMBER})(?!\s*(?!{unit})\w)|({NUMBER})\s*(?:{unit})?\s*(?:{noun})",
        clause,
    )
    return float((found[1] or found[2]).replace(",", "")) if found else None


def _ends_with(text: str, *kinds: str) -> bool:
    """Return whether a text ends with a word of some kinds."""
    plain = text.rstrip()
    return any(one.end() == len(plain) for one in pattern(*kinds).finditer(plain))


def days(text: str) -> int:
    """Return a delivery time in days, the shorter one of two; hours count as days that begin.

    >>> days("24小时内发货"), days("within 48 hours"), days("2 weeks"), days("3-5 天"), days("3")
    (1, 2, 14, 3, 3)
    >>> days("预计3月15日送达")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 预计3月15日送达
    """
    plain = folded(unicodedata.normalize("NFKC", _text(text)))
    if plain.strip().isdecimal():
        return int(plain)
    soon = [day for day in ("0", "1") if any(w in plain for w in words("sooner", day))]
    spans = set(_spans(plain))
    rest = _SPAN.sub(" ", plain)
    unsure = pattern("unlike").search(plain) or re.search(r"\d", rest)
    if unsure or len(spans) + len(soon) != 1 or pattern("not").search(plain):
        raise CourseError(text[:40])
    return int(soon[0]) if soon else math.ceil(spans.pop() / 24)


_UNITS = "|".join(f"(?P<{kind}>{pattern(kind).pattern})" for kind in HOURS)
_SPAN = re.compile(
    rf"(?<![\d.,/月-])(?<!\d:)(?P<low>\d{{1,3}}(?:\.\d)?)\s*(?:[-–—~〜至到]|to|bis|a|à|or|或)?\s*"
    rf"(?P<high>\d{{1,3}})?\s*(?:{_UNITS})(?:\s*[(][a-z ]*[)])?"
)


def _spans(plain: str) -> Iterator[float]:
    """Yield the shorter hours of each span of time in a folded text."""
    for found in _SPAN.finditer(plain):
        low, high = float(found["low"]), float(found["high"] or found["low"])
        hours = next(hours for kind, hours in HOURS.items() if found[kind])
        if low > high or low * hours < 1:  # minutes are no days
            raise CourseError(plain[:40])
        yield low * hours


def _numbers(text: str) -> list[float]:
    """Return the numbers in a text, with the multiples that stand behind them.

    >>> _numbers("4.6 of 5, 1.2万 reviews")
    [4.6, 5.0, 12000.0]
    """
    plain = folded(unicodedata.normalize("NFKC", _text(text)))
    found = list(COUNT.finditer(COMMA.sub(".", plain)))
    if (
        not found
        or "%" in plain
        or any(one["w"] for one in found)
        or re.search(r"(?<!\w)[-−]\s?\d", plain)
    ):
        raise CourseError(text[:40])
    return [float(one["number"].replace(",", "")) * MORE.get(one["more"], 1) for one in found]


def rating(text: str) -> float:
    """Return a rating of 5, from one that may be of another best.

    >>> rating("4.6"), rating("4.6 of 10"), rating("4.9 / 5 (120)")
    (4.6, 2.3, 4.9)
    """
    plain = folded(unicodedata.normalize("NFKC", _text(text)))
    value, *others = _numbers(text)
    first = COUNT.search(COMMA.sub(".", plain))
    rest = COMMA.sub(".", plain)[first.end() :] if first else ""
    best = re.match(rf"\s*(?:分|stars?)?\s*[(]?(?:{pattern('best').pattern})\s*\d", rest)
    if not best:
        return value
    if not 0 <= value <= others[0]:
        raise CourseError(text[:40])
    return round(5 * value / others[0], 4)


def whole_number(text: str) -> int:
    """Return the first number in a text, without its fraction."""
    return int(_numbers(text)[0])


def _last_whole(text: str) -> int:
    return int(_numbers(text)[-1])


CONVERT: dict[str, Callable[[str], Any]] = {
    "sku": _text,
    "name": _text,
    "category": _category,
    "list_price": in_yuan,
    "price": in_yuan,
    "promotion": _promotion,
    "in_stock": in_stock,
    "delivery_days": days,
    "rating": rating,
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
