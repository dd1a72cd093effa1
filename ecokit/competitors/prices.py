"""Price texts as sites print them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ecokit.errors import CourseError
from ecokit.inputs.renamed import public
from ecokit.messages import _

if TYPE_CHECKING:
    from price_parser import Price as Parsed

LONGEST_TEXT = 300
# \u5186 is a character that no figure may use: the bundled font lacks it.
YEN = re.compile(r"JP\s?[¥Y]|JPY|\u5186|\byen\b", re.IGNORECASE)
YUAN = re.compile(r"[¥元圆]|RMB|CNY|yuan|人民币", re.IGNORECASE)
LABELS = {
    "was": r"\bwas\b|\brrp\b|\bmsrp\b|\buvp\b|\bstatt\b|list(?: price|:)|regular price|old price"
    r"|instead of|原价|市场价|划线价|吊牌价|建议零售价",
    "now": r"\bnow\b|\bjetzt\b|you pay|after coupon|现价|券后价?|到手价|促销价|活动价|秒杀价|特价",
    "other": r"\bmembers?(?:'s?|’s?)?\s*(?:price|pay)|\bsave\b|per month"
    r"|会员价|立减|月供|定金|运费",
}
LABEL = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in LABELS.items()), re.I)
SIGN = r"(?:[¥$€£₹₩₽]|RMB|CNY|USD|EUR|GBP)"
FIRST_SIGN = re.compile(rf"(?<!\d)(?<!\d\s){SIGN}\s?(?=\d)", re.I)
AT_LEAST = re.compile(
    rf"\bfrom\s*{SIGN}?\s?\d|^\s*(?:from|ab|dès|desde|à partir de)\b|starting (?:at|from)|as low as"
    rf"|\d\s*(?:元?\s*起|\+(?!\s*\w)|and up\b|(?:[-–~至]|\bto\b)\s*{SIGN}?\s?\d)",
    re.I,
)
BELOW_ZERO = re.compile(rf"^\s*[-−]{SIGN}?\d", re.I)
MONTHLY = re.compile(
    rf"{SIGN}?\s?\d[\d.,]{{0,12}}\s?(?:元|yuan|{SIGN})?\s?"
    r"(?:/\s?(?:mo\b|month|月)|(?:per|a|each) month|monthly|每月)",
    re.I,
)
TEN_THOUSANDS = re.compile(r"(\d{1,9}(?:\.\d{1,4})?)\s*万")


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

    plain = _plain(text)
    amounts: dict[str, Decimal] = {}
    for kind, part in _parts(plain):
        sign = FIRST_SIGN.search(part)
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
    ours = "JPY" if YEN.search(signs) else "CNY" if YUAN.search(signs) else None
    at_least = bool(AT_LEAST.search(plain))
    return Price(amount, ours or parsed(plain).currency, amounts.get("was"), at_least)


def _plain(text: str) -> str:
    """Return a text with each amount in one spelling, and without monthly rates.

    >>> _plain("¥1’299, or ¥108/month")
    '¥1299 or  '
    >>> _plain("1.2万元")
    '12000.0元'
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"(?<=\d)[’'](?=\d{3})", "", plain)
    plain = re.sub(
        r"(?<=\d)[,;](?=\s*(?:$|[^\s\d]))", "", plain
    )  # ends the number, and is no part of it
    plain = TEN_THOUSANDS.sub(lambda m: f"{Decimal(m[1]) * 10_000:f}", plain)
    return plain if is_rate(plain) else MONTHLY.sub(" ", plain)


def is_rate(text: str) -> bool:
    """Return whether a text names a monthly rate and nothing else.

    >>> is_rate("¥108/month"), is_rate("¥1,299, or ¥108/month")
    (True, False)
    """
    return bool(MONTHLY.search(text)) and not re.search(r"\d", MONTHLY.sub(" ", text))


def _parts(text: str) -> list[tuple[str, str]]:
    """Return the stretches of a text with the kind of price that the word before them announces.

    >>> _parts("Was ¥20 now ¥10")
    [('was', ' ¥20 '), ('now', ' ¥10')]
    """
    found = list(LABEL.finditer(text))
    starts = [0, *(label.end() for label in found)]
    ends = [*(label.start() for label in found), len(text)]
    kinds = ["plain", *(str(label.lastgroup) for label in found)]
    parts = [(k, text[a:z]) for k, a, z in zip(kinds, starts, ends, strict=True)]
    return [part for part in parts if part[1].strip()] or [("plain", text)]
