"""Prices that pages of strangers print: read when they are sure, refused when they are not."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ecokit.competitors.prices import NUMBER, Price, is_rate, number_of, plain_text, read_price
from ecokit.competitors.words import folded, pattern
from ecokit.errors import CourseError
from ecokit.messages import _

SIGNS = r"[a-z]{0,3}[$€£¥₹₩₽₫฿₺₪₴₦₱]|rmb|cny|usd|eur|gbp|chf|jpy|kr\.?|rs\.?"
WORDS_BEHIND = "元整|元|圆|圓|yuan|人民币|zl|kc|円"
MINUS = "[-−–—‐‑]"
AMOUNT = re.compile(
    rf"(?P<before>(?<![a-z])(?:{SIGNS})\s*)?(?P<minus>{MINUS}\s*)?"
    rf"(?P<number>{NUMBER.pattern})"
    rf"(?P<behind>\s*(?:{WORDS_BEHIND}|(?:{SIGNS})(?!\s?\d))(?![a-z]))?"
)
PERCENT = re.compile(rf"(?:{MINUS}\s?)?\d{{1,3}}(?:[.,]\d{{1,2}})?\s?%(?:\s?off\b)?")
HAN = r"\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af"
GLUED = re.compile(rf"\s*[×*+~]|[a-z{HAN}…↑↓]|[-−–—]|\.\.")
ANNOUNCED = re.compile(rf"(?P<word>[{HAN}]+)[:\s]*$")
DOUBT = re.compile(r"(?:[~≈<>≥≤±^]|(?<!\w)\+)\s*$")
CLAUSE = re.compile(r"(?<!\d)[.,:]|[.,:](?!\d)|[;|·、。!()\n]|\s[-–—]\s")
DIVIDED = re.compile(r"[.,–-]*\s*/\s*(?P<unit>[^\W_]*)")


@dataclass(frozen=True)
class Amount:
    """A number in a text: where it stands, what it is, and whether it is money."""

    start: int
    end: int
    value: Decimal | None
    money: bool
    below_zero: bool


def page_price(text: str) -> Price:
    """Return the price on a shop's page that everybody can pay, when the text is sure of it.

    Parameters
    ----------
    text : str
        As the page prints it.

    Returns
    -------
    Price
        What `read_price` reads.

    Raises
    ------
    CourseError
        When `read_price` finds none; and when the text tells of a minus, a rate, a part of the
        price, a lowest or highest price, a price for some people, or of two prices without saying
        which one is paid.

    Notes
    -----
    The text is read twice, by `read_price` and number by number; both must agree. A discount such
    as 8折 or 20% beside a price is dropped. The words stand in ``words.csv``.

    References
    ----------
    The rules are the course's own.

    Examples
    --------
    >>> page_price("2 left, ¥1,299").amount
    Decimal('1299')
    >>> page_price("¥12.50/kg")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: '¥12.50/kg' names no price that everybody pays once.
    """
    price = read_price(PERCENT.sub(" ", text) if isinstance(text, str) else text)
    sentence = _("'{text}' names no price that everybody pays once.").format(text=text)
    whole = _without_payments(folded(unicodedata.normalize("NFKC", text)))
    if whole is None:
        raise CourseError(sentence)
    plain = plain_text(PERCENT.sub(" ", pattern("kept").sub(" ", whole)), spell=False)
    told = pattern("besides").search(whole) or pattern("some", "part", "rate", "bound").search(
        _without_labels(plain)
    )
    if told or "?" in plain or price.at_least or price.amount <= 0 or is_rate(text):
        raise CourseError(sentence)
    amounts = list(_amounts(plain))
    money = [one for one in amounts if one.money] or amounts
    named = {one.value for one in money}
    if any(one.below_zero for one in money) or any(_runs_on(plain, one) for one in money):
        raise CourseError(sentence)
    for one, following in itertools.pairwise(amounts):
        if _is_of_a_name(plain, one):
            continue
        if (one.money or following.money) and _are_joined(plain, one, following):
            raise CourseError(sentence)
    if named != {price.amount} | ({price.was} if price.was is not None else set()):
        raise CourseError(sentence)
    return price


def _without_payments(whole: str) -> str | None:
    """Return a folded text without the ways to pay that it lists; None where a price is of one.

    >>> _without_payments("¥89 | apple pay accepted"), _without_payments("apple pay ¥89")
    ('¥89 |', None)
    """
    ways = pattern("payment")
    parts, start = [], 0
    for end, after in [*(one.span() for one in CLAUSE.finditer(whole)), (len(whole), len(whole))]:
        clause = whole[start:end]
        if not ways.search(clause):
            parts.append(whole[start:after])
        elif re.search(r"\d", clause):
            if not pattern("accepted").search(clause):
                return None
            parts.append(pattern("accepted").sub(" ", ways.sub(" ", clause)))
        start = after
    return "".join(parts)


def _is_of_a_name(plain: str, amount: Amount) -> bool:
    """Return whether a number is part of a name, such as S24+."""
    return not amount.money and bool(re.search(r"[a-z]$", plain[: amount.start]))


def _are_joined(plain: str, one: Amount, following: Amount) -> bool:
    """Return whether two numbers are a range, a sum, a number of pieces, or one number torn apart.

    >>> [_are_joined(t, *_amounts(t)) for t in ("¥99—¥129", "¥12 99", "3件¥99", "15 ¥5,999")]
    [True, True, True, False]
    """
    between = plain[one.end : following.start].strip()
    if not between:
        torn = plain[following.start : following.end].strip()
        return torn[:1].isdecimal() and len(re.findall(r"\d", torn)) < 3
    pieces = pattern("piece").fullmatch(between) and not plain[: one.start].strip()
    return bool(pieces or pattern("joined").fullmatch(between))


def _without_labels(plain: str) -> str:
    """Return a text without the words that announce a price or a former one.

    >>> _without_labels("was ¥20 now ¥10")
    ' ¥20  ¥10'
    """
    return pattern("was", "now").sub("", plain)


def _amounts(plain: str) -> Iterator[Amount]:
    """Yield the numbers of a folded text.

    >>> [(str(one.value), one.money) for one in _amounts("2 left, ¥1,299")]
    [('2', False), ('1299', True)]
    """
    for found in AMOUNT.finditer(plain):
        before = plain[: found.start()].rstrip()
        number = found["number"]
        blank = re.search(r"\s", number)
        alone = found["before"] or not before or before[-1] in ":(,;" or _ends_with_label(before)
        ends = found["behind"] or not re.match(r"\s*\w", plain[found.end() :])
        sure = not blank or (alone and ends)  # "iPhone 15 999元" and "¥99 100 sold" are not
        value = number_of(number) if sure else None
        minus = found["minus"] or re.search(f"{MINUS}$", before)
        money = bool(found["before"] or found["behind"])
        yield Amount(found.start(), found.end(), value, money, bool(minus))


def _ends_with_label(before: str) -> bool:
    return any(label.end() == len(before) for label in pattern("was", "now").finditer(before))


def _runs_on(plain: str, amount: Amount) -> bool:
    """Return whether what stands beside a number makes it another one: a unit, a sum, a rate.

    Chinese letters that touch a price have to be words that announce one.

    >>> _runs_on("1.5w元", Amount(0, 3, Decimal("1.5"), False, False))
    True
    >>> _runs_on("¥99/件", Amount(0, 3, Decimal(99), True, False))
    False
    """
    rest, before = plain[amount.end :], plain[: amount.start]
    if DOUBT.search(before) or (before.endswith("(") and rest.startswith(")")):
        return True
    told = ANNOUNCED.search(before)
    if told and (told.end("word") == len(before) or told["word"][-1] in "价價格가"):
        known = pattern("was", "now", "label").finditer(before.rstrip(": "))
        if told["word"] not in ("价", "價") and told.end("word") not in {x.end() for x in known}:
            return True
    if pattern("was", "now").match(rest):
        return False
    divided = DIVIDED.match(rest)
    if divided:
        return not pattern("piece").fullmatch(divided["unit"])
    return bool(GLUED.match(rest))
