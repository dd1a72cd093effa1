"""Price texts as sites print them."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ecokit.competitors.words import folded, pattern
from ecokit.errors import CourseError
from ecokit.inputs.renamed import public
from ecokit.messages import _

if TYPE_CHECKING:
    from price_parser import Price as Parsed

LONGEST_TEXT = 300
# \u5186 is a character that no figure may use: the bundled font lacks it.
YEN = re.compile(
    r"JP\s?[¥Y]|JPY|[\u5186\u3041-\u30ff]|日元|日[圆圓]|\byen\b|税[込抜别別]", re.IGNORECASE
)
OTHER_YUAN = re.compile(r"[美港欧歐日韩韓台臺澳加]元|新[台臺][币幣]|(?:US|HK|NT|A|C|S)\$")
YUAN = re.compile(r"[¥元圆]|RMB|CNY|yuan|人民币", re.IGNORECASE)
SIGN = r"(?:[¥$€£₹₩₽]|RMB|CNY|USD|EUR|GBP)"
BEFORE = re.compile(rf"(?<!\d)(?:(?<!\d\s){SIGN}\s?|(?<=\d\s){SIGN})(?=\d)", re.I)
NUMBER = re.compile(r"\d{1,3}(?:\s\d{3})+(?![\d])(?:[.,]\d{1,2}(?!\d))?|\d(?:[\d.,]*\d)?")
BEHIND = re.compile(rf"(?:{NUMBER.pattern})\s?(?:元|圆|RMB|CNY|yuan|人民币)", re.I)
AT_LEAST = re.compile(
    rf"(?<!down )(?<!reduced )\bfrom\s*{SIGN}?\s?\d"
    r"|^\s*(?:from|ab|dès|desde|à partir de)\b|starting (?:at|from)|as low as"
    rf"|(?<![a-z\d.,])\d[\d.,]*\s*\+(?!\s*\w)"
    rf"|\d\s*(?:元?\s*起|and up\b|(?:[-–~至]|\bto\b)\s*{SIGN}?\s?\d)",
    re.I,
)
NAMED_BEHIND = re.compile(
    rf"({SIGN}?\s?(?:{NUMBER.pattern})\s?(?:元|圆|{SIGN})?)\s?\(([^()\d]{{1,40}})\)", re.I
)
BELOW_ZERO = re.compile(rf"^\s*[-−]{SIGN}?\d", re.I)
MONTHLY = re.compile(
    rf"{SIGN}?\s?\d[\d.,]{{0,12}}\s?(?:元|yuan|{SIGN})?\s?"
    r"(?:/\s?(?:mo\b|month|月)|(?:per|a|each) month|monthly|每月)",
    re.I,
)
TIMES = {"百": 100, "千": 1_000, "万": 10_000, "萬": 10_000, "亿": 10**8, "億": 10**8}
OF_TIMES = r"\d[\d,]{0,15}(?:\.\d{1,6})?\s?[百千万萬亿億]+"
MULTIPLES = re.compile(rf"(?:{OF_TIMES})+(?![克米瓦卡赫兆字分])")
DATE = re.compile(r"(?<!\d)(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}(?!\d)|(?<!\d)(?:19|20)\d\d年")
SHARE_PAID = re.compile(r"\d{1,2}(?:\.\d{1,2})?\s?折")


@dataclass(frozen=True)
class Price:
    """A price text, read.

    Attributes
    ----------
    amount : Decimal
        What a customer pays.
    currency : str or None
        ``CNY`` for yuan, ``JPY`` for yen, otherwise the sign or code as printed.
    was : Decimal or None
        The former price, where the text names one.
    at_least : bool
        Whether the text names a lowest price only ("from ¥999", "999元起", a range).
    """

    amount: Decimal
    currency: str | None
    was: Decimal | None = None
    at_least: bool = False


@public
def read_price(
    text: str | None,
    currency_hint: str | None = None,
    decimal_separator: str | None = None,
    digit_group_separator: str | None = None,
) -> Price:
    """Return the price that a text names.

    Parameters
    ----------
    text : str
        As a site prints it.
    currency_hint : str, optional
        A text beside it that may name the currency.
    decimal_separator, digit_group_separator : str, optional
        Where the site's habit is known; otherwise they are guessed from the text.

    Returns
    -------
    Price
        Amount, currency, former price.

    Raises
    ------
    CourseError
        When the text names no price, or no price that everybody can pay.

    Notes
    -----
    The library price-parser reads the numbers. It takes the first one, so what stands around them
    is looked at first: "原价 … 现价 …" and "was … now …" name two prices; what members pay and a
    saving are no prices, nor is a monthly rate beside one; a number behind a sign such as $ goes
    before "2 left". A "now" of zero is a gap; the former price stands. The sign ¥ is read as yuan,
    unless the text or the hint says yen.

    References
    ----------
    Scrapinghub, price-parser, and its 1,042 texts, to which this reading is held.

    Examples
    --------
    >>> read_price("now 1.199,00 CNY").amount
    Decimal('1199.00')
    >>> read_price("原价 1,299元 现价 999元")
    Price(amount=Decimal('999'), currency='CNY', was=Decimal('1299'), at_least=False)
    >>> read_price("from ¥1,299.00").at_least
    True
    >>> read_price("Members' price ¥1,249.00")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 'Members' price ¥1,249.00' names no price that everybody pays.
    """
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        sentence = _("A price text is a text of at most {most} characters; this is {text}.")
        shown = type(text).__name__ if not isinstance(text, str) else f"'{text[:40]}...'"
        raise CourseError(sentence.format(most=LONGEST_TEXT, text=shown))

    def parsed(part: str) -> Parsed:
        from price_parser import Price as Parser

        return Parser.fromstring(part, currency_hint, decimal_separator, digit_group_separator)

    habit = decimal_separator or digit_group_separator
    plain = plain_text(text, spell=not habit)
    amounts: dict[str, Decimal] = {}
    for kind, part in _parts(plain):
        sign = BEFORE.search(part) or BEHIND.search(part)
        if sign and parsed(part[: sign.start()]).currency is None:
            part = part[sign.start() :]  # "2 left, $5" costs 5
        amount = parsed(part).amount
        if amount is not None:
            amounts.setdefault(kind, amount)
    if not amounts:
        raise CourseError(_("'{text}' names no price.").format(text=text))
    if amounts.get("now") == 0 and "was" in amounts:  # a gap in the site's template
        amounts = {"now": amounts["was"]}
    amount = amounts.get("now", amounts.get("plain"))
    if amount is None or BELOW_ZERO.search(plain):
        sentence = _("'{text}' names no price that everybody pays.")
        raise CourseError(sentence.format(text=text))
    signs = f"{plain} {currency_hint or ''}"
    foreign = YEN.search(signs) or OTHER_YUAN.search(signs)
    ours = "JPY" if YEN.search(signs) else "CNY" if YUAN.search(signs) and not foreign else None
    at_least = bool(AT_LEAST.search(plain))
    return Price(amount, ours or parsed(plain).currency, amounts.get("was"), at_least)


def plain_text(text: str, *, spell: bool = True) -> str:
    """Return a text with each amount in one spelling, and without monthly rates.

    >>> plain_text("¥1’299, or ¥108/month")
    '¥1299 or  '
    >>> plain_text("1.2万元"), plain_text("打8折 1,234,567.890")
    ('12000.0元', '打  1234567.8900')
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"(?<=\d)[’'](?=\d{3})", "", plain)
    plain = re.sub(
        r"(?<=\d)[,;](?=\s*(?:$|[^\s\d]))", "", plain
    )  # ends the number, and is no part of it
    plain = MULTIPLES.sub(_multiplied, SHARE_PAID.sub(" ", DATE.sub(" ", plain)))
    plain = re.sub(r"(?<![\d.,\w])[.,](?=\d{1,2}(?!\d))", "0.", plain)
    if spell:
        plain = NUMBER.sub(_spelt, plain)
    return plain if is_rate(plain) else MONTHLY.sub(" ", plain)


def _multiplied(found: re.Match[str]) -> str:
    """Return a number with a Chinese multiple in digits."""
    total = Decimal(0)
    for part in re.findall(OF_TIMES, found[0]):
        number = part.rstrip("".join(TIMES)).strip()
        steps = [TIMES[sign] for sign in part[len(number) :].strip()]
        total += Decimal(number.replace(",", "")) * math.prod(steps)
    return f"{total:f}"


def _spelt(found: re.Match[str]) -> str:
    """Return a number that price-parser would misread as it reads it: three decimals get a zero."""
    amount = None if re.search(r"\s", found[0]) else number_of(found[0])
    decimals = 0 if amount is None else -int(amount.as_tuple().exponent)
    return f"{amount:f}0" if decimals == 3 else found[0]


def number_of(text: str) -> Decimal | None:
    """Return the number that digits, points, commas and blanks write; None when they are unsure.

    Groups have three digits, but for the first; in India the ones before the last have two. What
    cannot be a group is a decimal. "1.299" may be either.

    >>> number_of("1,234,567.890"), number_of("1.199,00"), number_of("1,29,999")
    (Decimal('1234567.890'), Decimal('1199.00'), Decimal('129999'))
    >>> number_of("1299.999"), number_of("0.999"), number_of("1 299")
    (Decimal('1299.999'), Decimal('0.999'), Decimal('1299'))
    >>> number_of("1.299"), number_of("1,2345,6")
    (None, None)
    """
    marks = re.findall(r"[.,\s]", text)
    if not marks:
        return Decimal(text)
    last = marks[-1]
    whole, _mark, rest = text.rpartition(last)
    groups = re.split(r"[.,\s]", whole)
    if (
        marks.count(last) == 1
        and not last.isspace()
        and (len(marks) > 1 or not _are_groups([*groups, rest]))
    ):
        alike = len(set(marks[:-1])) < 2
        fits = alike and (len(groups) == 1 or _are_groups(groups))
        return Decimal(f"{''.join(groups)}.{rest}") if fits else None
    if len(set(marks)) == 1 and _are_groups([*groups, rest]) and (last != "." or len(marks) > 1):
        return Decimal("".join([*groups, rest]))
    return None


def _are_groups(groups: list[str]) -> bool:
    """Return whether stretches of digits are those of one number."""
    first, *middle, last = groups
    begins = 0 < len(first) < 4 and (not first.startswith("0"))
    threes = begins and all(len(group) == 3 for group in middle)
    twos = 0 < len(first) < 3 and begins and all(len(group) == 2 for group in middle)
    return len(last) == 3 and (threes or twos)


def is_rate(text: str) -> bool:
    """Return whether a text names a monthly rate and nothing else.

    >>> is_rate("¥108/month"), is_rate("¥1,299, or ¥108/month")
    (True, False)
    """
    return bool(MONTHLY.search(text)) and not re.search(r"\d", MONTHLY.sub(" ", text))


def _named_before(found: re.Match[str]) -> str:
    """Return an amount with its name before it, where a name of a price stands in brackets."""
    amount, name = found[1], folded(found[2].strip())
    if pattern("now").fullmatch(name):
        return f" {name} {amount}"
    known = any(pattern(kind).fullmatch(name) for kind in ("was", "other"))
    return f" {name} {amount} now " if known else found[0]  # what comes after is another price


def _parts(text: str) -> list[tuple[str, str]]:
    """Return the stretches of a text with the kind of price that the word before them announces.

    >>> _parts("Was ¥20 now ¥10")
    [('was', ' ¥20 '), ('now', ' ¥10')]
    >>> _parts("¥20 (was), ¥10")
    [('was', ' ¥20  '), ('now', ' , ¥10')]
    """
    text = NAMED_BEHIND.sub(_named_before, text)
    found = sorted(
        (label.start(), label.end(), kind)
        for kind in ("was", "now", "other")
        for label in pattern(kind).finditer(folded(text))
    )
    found = [label for at, label in enumerate(found) if at == 0 or label[0] >= found[at - 1][1]]
    starts = [0, *(end for _start, end, _kind in found)]
    ends = [*(start for start, _end, _kind in found), len(text)]
    kinds = ["plain", *(kind for _start, _end, kind in found)]
    parts = [(k, text[a:z]) for k, a, z in zip(kinds, starts, ends, strict=True)]
    return [part for part in parts if part[1].strip()] or [("plain", text)]
