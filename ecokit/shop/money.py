"""Amounts of money as exports print them: with sign, currency, separators, 万."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

SIGN = r"(?:[¥￥$€£₩₹]|US\$|HK\$|RMB|CNY|USD|EUR|GBP|HKD|JPY|人民币)"
YUAN = r"(?:元|圆|块|yuan)"
AMOUNT = re.compile(
    rf"^(?P<open>\()?(?P<minus>[-−+])?\s*(?P<before>{SIGN})?\s*(?P<inner>[-−+])?\s*"
    rf"(?P<number>\d[\d.,'’\s]*?)\s*(?P<times>[千百万]|亿)?\s*(?P<after>{SIGN}|{YUAN})?(?P<close>\))?$",
    re.IGNORECASE,
)
TIMES = {"百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
CURRENCIES = {"¥": "CNY", "￥": "CNY", "RMB": "CNY", "人民币": "CNY", "$": "USD", "US$": "USD"}
CURRENCIES |= {"€": "EUR", "£": "GBP", "HK$": "HKD", "元": "CNY", "圆": "CNY", "块": "CNY"}
CURRENCIES |= {"YUAN": "CNY"}
POINTED = ("", "CNY", "USD", "GBP", "HKD", "JPY")  # a point is their decimal mark


def amounts(texts: pd.Series) -> pd.Series:
    """Return the amounts that texts name; missing where one cannot be read for sure.

    The texts are one column: where some are in another currency than the rest, those are
    missing.

    References
    ----------
    Scrapinghub, price-parser, reads the separators.

    Examples
    --------
    >>> amounts(pd.Series(["¥1,299.00", "-¥5", "1.2万元", "(30)", "12,50", "5%"])).tolist()
    [1299.0, -5.0, 12000.0, -30.0, 12.5, nan]
    """
    read = {text: _amount(text) for text in texts.unique()}
    known = [currency for currency, _value in read.values() if currency]
    usual = max(known, key=known.count, default="")
    right = {text: value for text, (currency, value) in read.items() if currency in ("", usual)}
    return texts.map(right).astype("float64")


def has_decimal_comma(texts: pd.Series) -> bool:
    """Say whether the decimal mark of some amounts is a comma, as in "12,50" and "1.299,5".

    >>> has_decimal_comma(pd.Series(["1,299.50"])), has_decimal_comma(pd.Series(["12,5"]))
    (False, True)
    """
    return bool(texts.str.contains(r"^\D*[\d.]*\d,\d{1,2}(?!\d|[.,])").any())


def _amount(text: str) -> tuple[str, float | None]:
    """Return the currency and the amount of one text."""
    found = AMOUNT.match(unicodedata.normalize("NFKC", text).strip())
    if found is None or bool(found["open"]) != bool(found["close"]):
        return "", None
    from price_parser import Price

    number = found["number"]
    sign = (found["before"] or found["after"] or "").upper()
    currency = CURRENCIES.get(sign, sign)
    mark = None
    if re.fullmatch(r"\d+\.\d{3,}", number):  # 33.333 of a shop in yuan, 1.299 of one in euros
        mark = "." if currency in POINTED else ","
    amount = Price.fromstring(number, decimal_separator=mark).amount
    if amount is None:
        return "", None
    minus = f"{found['minus']}{found['inner']}".replace("−", "-")
    value = float(amount * TIMES.get(found["times"] or "", 1))
    return currency, -value if "-" in minus or found["open"] else value
