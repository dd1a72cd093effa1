"""Numbers in words, as digits: "forty-one", "a third", "十九", "百分之十九", "一成九", "½".

English words and Chinese numerals are added up by one rule. What is no number stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_VALUES = (
    {word: n for n, word in enumerate(_ONES)}
    | {word: 10 * n for n, word in enumerate(_TENS, 2)}
    | _SCALES
)
_PARTS = {"half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6} | {
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
_CHINESE = "零〇一二两三四五六七八九十百千万亿"
_DIGIT = f"(?:{'|'.join(_ONES[:10])})"
_FIRST = f"(?:{'|'.join(sorted((*_ONES, *_TENS), key=len, reverse=True))})"
_ANY = f"(?:{'|'.join(sorted(_VALUES, key=len, reverse=True))})"
_ENGLISH = re.compile(
    rf"\b{_FIRST}(?:(?:[\s-]+|\s+and\s+){_ANY})*(?:\s+point(?:[\s-]+{_DIGIT})+)?\b"
)
_NUMERAL = re.compile(
    rf"(?<![\d.{_CHINESE}])[{_CHINESE[:13]}][{_CHINESE}]*(?:点[{_CHINESE[:12]}]+)?"
)
_FRACTION = re.compile(
    rf"(?:(?P<whole>\d+)\s+and\s+)?(?:\b(?P<over>\d+|an?)[\s-]+)?"
    rf"\b(?P<part>{'|'.join(_PARTS)})s?\b(?:\s+(?:of\s+)?an?(?=\s))?"
)
_SUPERSCRIPTS = "⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹"


def spelled(text: str) -> str:
    """Return a text in which fractions, powers and small or circled digits stand apart from others.

    It comes before characters are brought to their usual form, which would make 102 of 10².

    Examples
    --------
    >>> spelled("2½"), spelled("10⁴"), spelled("41①"), spelled("41₂")
    ('2 ½', '10^4', '41 ①', '41 ₂')
    """
    raised = re.compile(rf"[{_SUPERSCRIPTS}]+")
    text = raised.sub(lambda up: "^" + unicodedata.normalize("NFKC", up[0]), text)
    return "".join(
        f" {sign}" if _is_apart(sign) != _is_apart(before) and _counts(before + sign) else sign
        for before, sign in pairwise(f" {text}")
    )


def _is_apart(sign: str) -> bool:
    """Say whether a sign is a number of its own, such as ½, ① and ₁: no digit among others."""
    return unicodedata.category(sign) == "No"


def _counts(signs: str) -> bool:
    return all(unicodedata.category(sign) in ("Nd", "No") for sign in signs)


def digits(text: str) -> str:
    """Return a text in lower case with its numbers in digits.

    Examples
    --------
    >>> digits("forty-one buyers"), digits("two point five"), digits("three or four")
    ('41 buyers', '2.5', '3 or 4')
    >>> digits("三百八十二小时"), digits("百分之十九"), digits("一成九"), digits("2.5万")
    ('382小时', '19%', '19%', '2.5万')
    >>> digits("three quarters"), digits("one and a half hours"), digits("half an hour")
    ('3/4', '3/2 hours', '1/2 hour')
    """
    text = re.sub(r"\ban?(?=\s+(?:hundred|thousand|million|billion)\b)", "one", text)
    text = _chinese_shares(text.replace("⁄", "/"))
    text = _NUMERAL.sub(lambda found: _said(found[0], list(found[0])), text)
    text = _ENGLISH.sub(lambda found: _said(found[0], re.findall(r"[a-z]+", found[0])), text)
    text = _FRACTION.sub(_fraction, text)
    return re.sub(r"(?<![\w.,'])(\d+)[ -](\d)/(\d+)\b", _mixed, text)


def _mixed(found: re.Match[str]) -> str:
    whole, top, under = map(int, found.groups())
    return f"{whole * under + top}/{under}"


def _chinese_shares(text: str) -> str:
    text = re.sub(rf"([{_CHINESE[2:12]}]|\d)个半", lambda of: f"{_one(of[1])}.5个", text)
    text = re.sub(r"(?<!\d)(?:一半|(?<![个一])半(?=$|个?小时|天|年|分钟))", "1/2", text)
    text = re.sub(r"(百|千)分之([^%‰]+)", lambda of: of[2] + {"百": "%", "千": "‰"}[of[1]], text)
    text = re.sub(rf"([{_CHINESE}]+|\d+)分之([{_CHINESE}]+|\d+)", r"\2/\1", text)
    tenths = rf"([{_CHINESE[2:12]}]|\d)成([{_CHINESE[2:12]}半]|\d)?"
    return re.sub(tenths, lambda of: f"{_one(of[1])}{_one(of[2] or '零')}%", text)


def _one(letter: str) -> int:
    """Return the value of one Chinese numeral or digit."""
    return {"两": 2, "半": 5}.get(letter) or int(unicodedata.numeric(letter))


def _said(written: str, words: Sequence[str]) -> str:
    """Return a number that is said in words as digits; the words as they are if it is none."""
    words = [word for word in words if word != "and"]
    for point in ("point", "点"):
        if point in words:
            at = words.index(point)
            whole, rest = _sum(words[:at]), "".join(str(_value(word)) for word in words[at + 1 :])
            return written if whole is None else f"{whole}.{rest}"
    whole = _sum(words)
    return written if whole is None else str(whole)


def _value(word: str) -> int:
    return _VALUES[word] if word in _VALUES else _one(word)


def _sum(words: Sequence[str]) -> int | None:
    """Return the value of number words in their order; None if they make no number.

    A word that multiplies takes what stands smaller before it; any other has to fit into the
    zeros of what stands before.

    Examples
    --------
    >>> _sum("three hundred eighty two thousand".split()), _sum("一亿两千万"), _sum("两万五")
    (382000, 120000000, 25000)
    >>> _sum(["one", "two"])
    """
    parts: list[int] = []
    for n, word in enumerate(words):
        value = _value(word)
        if word in _SCALES or word in "十百千万亿":
            taken = 0
            while parts and parts[-1] < value:
                taken += parts.pop()
            value *= taken or 1
        elif n and n == len(words) - 1 and words[n - 1] in "百千万亿" and value < 10:
            value *= _value(words[n - 1]) // 10  # 两万五 is short for 两万五千
        if value and parts and parts[-1] % 10 ** len(str(value)):
            return None
        parts.append(value)
    return sum(parts)


def _fraction(found: re.Match[str]) -> str:
    part, over = _PARTS[found["part"]], found["over"]
    if over is None and found["part"] not in ("half", "quarter"):
        return found[0]  # the third, not a third
    top = int(found["whole"] or 0) * part + (int(over) if over and over.isdigit() else 1)
    return f"{top}/{part}"
