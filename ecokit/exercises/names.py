"""Which name is meant: of an option, of a row, as people write it.

Case, hyphens, quotation marks, a plural and the Chinese name change nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

import pandas as pd

# Chinese names of what is called by its id alone.
CHINESE: dict[str, tuple[str, ...]] = {
    "phones": ("手机",),
    "tablets": ("平板", "平板电脑"),
    "audio": ("音频", "耳机", "音箱", "耳机音箱"),
    "wearables": ("穿戴", "智能穿戴", "可穿戴设备"),
    "smart_home": ("家居", "智能家居"),
    "accessories": ("配件",),
}
LONGEST = 400  # signs of a name
_MARKS = "'\"“”‘’«»「」『』()[]{}.,:;!?*`。，；：！？ "
_HAN = re.compile(r"[\u3400-\u9fff]+")


def written(name: object) -> str:
    """Return a name as a table's key: a day as its date, a number without decimals as it is.

    Examples
    --------
    >>> written(pd.Timestamp("2025-06-18")), written(4.0), written(" K１ ")
    ('2025-06-18', '4', 'K1')
    """
    if isinstance(name, pd.Timestamp) and not pd.isna(name):
        return str(name.date())
    if isinstance(name, float) and name.is_integer():
        return str(int(name))
    try:
        text = str(name)
    except Exception:  # a number of 5,000 digits, what holds itself a thousand times
        text = f"<{type(name).__name__}>"
    return unicodedata.normalize("NFKC", text[:LONGEST]).strip()


def folded(name: str) -> str:
    """Return what names have in common that mean the same.

    Examples
    --------
    >>> folded("“Smart-Home”") == folded("smart_home"), folded("Tablet") == folded("tablets")
    (True, True)
    """
    plain = unicodedata.normalize("NFKC", name).casefold().strip(_MARKS)
    words = re.sub(r"[\s_–—-]+", " ", plain).removeprefix("the ").split()
    return " ".join(_singular(word) for word in words)


def _singular(word: str) -> str:
    if len(word) < 4 or word.endswith("ss"):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def names_of(key: str, label: str) -> set[str]:
    """Return every name of a key, folded: its label, and the label's English and Chinese alone.

    Examples
    --------
    >>> sorted(names_of("finance", "Finance manager 财务部经理"))
    ['finance', 'finance manager', 'finance manager 财务部经理', '财务部经理']
    """
    han = _HAN.findall(label)
    return {
        folded(name)
        for name in (key, label, _HAN.sub("", label), *han, *CHINESE.get(key, ()))
        if folded(name)
    }


def meant(name: str, labels: Mapping[str, str]) -> str | None:
    """Return the key that a name means, if it is the name of exactly one.

    Examples
    --------
    >>> labels = {"phones": "phones", "finance": "Finance manager 财务部经理"}
    >>> meant("Phone", labels), meant("财务部经理", labels), meant("手机", labels)
    ('phones', 'finance', 'phones')
    >>> meant("cables", labels)
    """
    wanted = folded(name)
    return _only(key for key, label in labels.items() if wanted in names_of(key, label))


def _only(found: Iterable[str]) -> str | None:
    keys = list(found)
    return keys[0] if len(keys) == 1 else None
