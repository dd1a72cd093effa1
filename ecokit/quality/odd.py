"""Cells of a table that look wrong although nobody has written a rule for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ecokit.inputs import frames, numbers
from ecokit.inputs.renamed import public

WHYS = (
    "no_value",
    "unit",
    "percent",
    "no_number",
    "spelling",
    "pattern",
    "sign",
    "far",
    "two_values",
    "in_another",
    "contradicts",
)
"""Why a cell may look odd, in the order in which they are looked for; the first one is told."""

NEVER_VALUES = frozenset({"n/a", "#n/a", "null", "nan", "-", "--", "?", "空", "不详"})
"""What people write in place of a value."""

NO_NUMBERS = frozenset({"na", "none", "nil", "unknown", "missing", "tbd", "无", "未知", "暂无"})
"""What stands for no value among numbers; among words it may be one."""

_NUMBER = re.compile(r"(?P<before>[¥￥$€£]?)\s*(?P<number>[+-]?[\d,]*\.?\d+)\s*(?P<after>\D*)")
_MONEY = "¥￥$€£"
_CODE = 4  # digits from which numbers that all have so many are codes, such as 85123A
_GROUP = 3  # rows of a group from which most of them can tell what is usual
_OFTEN = 20  # times that a value is more frequent than its misspelling
_LEAST = 5  # letters of a word that one letter can misspell
_MANY = 30  # numbers that are needed to say that one is far from the others
_FAR = 10.0  # times the largest of the usual numbers
_USUAL = 0.99  # share of the numbers that are usual
_LONGEST = 200  # letters of a cell that are looked at: patterns are slow on whole pages
_COLUMNS = 40  # more are not held against one another, each pair of them


class _Odd(NamedTuple):
    """Cells of one column: rows from 0, why, and what may have been meant."""

    rows: Any
    column: str
    why: str
    meant: Any


@public
def odd_cells(table: Any, *, usual: float = 0.9, contrast: float = 0.1) -> Any:
    """Find cells that look wrong in a table without rules, and say why.

    A column tells what is usual in it: numbers, words that come again, one pattern. Two columns
    tell whether one follows from the other. What differs is odd, and may yet be right.

    Parameters
    ----------
    table : table
        Any one, of any engine; it is fetched. Text is looked at most closely.
    usual : float
        Share of the cells of a column from which they tell what it holds.
    contrast : float
        A column follows from another if, knowing the other, so small a share of the errors is left
        that one makes without knowing it.

    Returns
    -------
    table
        ``row`` (its number below the header), ``column``, ``value``, ``why``, ``meant`` (what may
        have been meant; blank where nobody knows). ``why``: no_value ("N/A" as text), unit
        (12 oz), percent, no_number (a word among numbers), two_values (another column's value at
        its end), in_another (blank, and the value stands in that cell), contradicts (other than in
        the rows that are alike), spelling, pattern (an id that looks unlike the others), sign,
        far (ten times beyond the usual). Empty cells are not told, unless other cells know them.

    Raises
    ------
    CourseError
        `table` is none, or a share is none.

    Notes
    -----
    Simple detectors, one for each kind, as those from which Raha (Mahdavi and others, 2019) learns
    with twenty rows that somebody labels; nothing is learned here. What is written in one wrong
    way throughout a column (all in yuan, one in fen) has to be known, not found.

    References
    ----------
    Mahdavi, Abedjan, Castro Fernandez, Madden, Ouzzani, Stonebraker and Tang (2019).

    Examples
    --------
    >>> beers = pd.DataFrame({"size": ["12 oz", "16 oz.", "12 oz"], "bitter": ["35", "N/A", "40"],
    ...     "city": ["Bend", "Gary IN", "Gary"], "state": ["OR", None, "IN"]})
    >>> odd_cells(beers)[["row", "column", "why", "meant"]].values.tolist()
    [[1, 'size', 'unit', '12'], [2, 'size', 'unit', '16'], [2, 'bitter', 'no_value', ''],
    [2, 'city', 'two_values', 'Gary'], [2, 'state', 'in_another', 'IN'], [3, 'size', 'unit', '12']]
    >>> odd_cells(beers, usual=2)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: usual is 2. Give a share above 0 and below 1; write 45 % as 0.45.
    """
    share = numbers.inner_share("usual", usual)
    rest = numbers.inner_share("contrast", contrast)
    given = frames.as_pandas(table, "table").reset_index(drop=True)
    given.columns = given.columns.map(str)
    texts = {str(name): _texts(given[name]) for name in given}
    told = [*_one_by_one(texts, share), *_side_by_side(texts, share, rest)]
    parts = [_listed(given, one) for one in sorted(told, key=lambda one: WHYS.index(one.why))]
    columns = ["row", "column", "value", "why", "meant"]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    found = found.drop_duplicates(["row", "column"])
    place = found["column"].map({name: n for n, name in enumerate(given)})
    found = found.assign(place=place).sort_values(["row", "place"])[columns]
    return frames.like(found.astype({"row": "int64"}).reset_index(drop=True), table)


def _listed(given: pd.DataFrame, one: _Odd) -> pd.DataFrame:
    rows = np.asarray(one.rows, dtype=np.int64)
    values = [_plain(value) for value in given[one.column].iloc[rows].tolist()]
    return pd.DataFrame(
        {
            "row": rows + 1,
            "column": one.column,
            "value": pd.Series(values, dtype="str"),
            "why": one.why,
            "meant": pd.Series(list(map(str, one.meant)), dtype="str"),
        }
    )


def _plain(value: Any) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)


def _texts(values: pd.Series) -> pd.Series:
    """Return a column as text without outer blanks; NA where it is empty."""
    kept = values.astype("object").where(values.notna())
    cells = [_plain(one).strip() for one in kept.tolist()]
    text = pd.Series([_short_of_prose(one) for one in cells], values.index, dtype="str")
    return text.mask(text == "")


def _short_of_prose(cell: str) -> str:
    """Return a cell whose end is left out where it is too long for a number, a code or a name."""
    return cell if len(cell) <= _LONGEST else cell[:_LONGEST].rstrip() + "…"


# --- a column by itself ----------------------------------------------------------------


def _one_by_one(texts: dict[str, pd.Series], usual: float) -> Iterator[_Odd]:
    """Yield what is odd in one column beside the rest of it."""
    for name, text in texts.items():
        there = text.dropna()
        folded = there.str.casefold()
        gone = folded.isin(NEVER_VALUES)
        values = there[~gone & ~folded.isin(NO_NUMBERS)]
        parsed = values.str.extract(f"^{_NUMBER.pattern}$")
        is_number = parsed["number"].notna()
        if len(values) and is_number.mean() >= usual and not _is_code(parsed[is_number]):
            gone |= folded.isin(NO_NUMBERS)
            yield from _among_numbers(name, values, parsed, is_number)
        else:
            yield from _misspelt(name, values)
            yield from _unlike(name, values)
        if gone.any() and not gone.all():
            yield _Odd(there.index[gone], name, "no_value", [""] * int(gone.sum()))


def _is_code(parsed: pd.DataFrame) -> bool:
    """Say whether numbers are codes that a letter may follow, or text that begins with one."""
    after = parsed["after"].str.casefold().str.strip()
    digits = parsed["number"].str.len()
    alike = len(set(digits)) == 1 and digits.iloc[0] >= _CODE
    many = after[after != ""].nunique() > 1 + np.sqrt(len(parsed))
    return bool(many or (alike and (after != "").any()))


def _among_numbers(
    name: str, values: pd.Series, parsed: pd.DataFrame, is_number: pd.Series
) -> Iterator[_Odd]:
    """Yield units, percent signs, words, signs and sizes in a column of numbers."""
    words = values.index[~is_number]
    if len(words):
        yield _Odd(words, name, "no_number", [""] * len(words))
    plain = parsed["number"].str.replace(",", "")
    after = parsed["after"].fillna("").str.strip()
    percent = after.isin(["%", "％"])
    named = is_number & ~percent & ((after != "") | parsed["before"].fillna("").ne(""))
    for why, rows in (("percent", percent), ("unit", named)):
        if rows.any():
            yield _Odd(values.index[rows], name, why, plain[rows])
    bare = is_number & ~percent & ~named
    found = plain[bare].map(float)  # which reads digits of any script
    yield from _beyond(name, found)


def _beyond(name: str, found: pd.Series) -> Iterator[_Odd]:
    """Yield numbers below zero where hardly any is, and numbers far beyond the usual ones."""
    if len(found) < _MANY:
        return
    below = found < 0
    if 0 < below.mean() <= 1 - _USUAL:
        yield _Odd(found.index[below], name, "sign", -found[below])
    limit = _FAR * found.abs().quantile(_USUAL)
    far = found.abs() > limit
    if limit > 0 and far.any():
        yield _Odd(found.index[far], name, "far", [""] * int(far.sum()))


def _misspelt(name: str, values: pd.Series) -> Iterator[_Odd]:
    """Yield rare words that are a frequent one with other signs, or with one letter wrong."""
    counts = values.value_counts()
    often = counts[counts >= _OFTEN]
    if often.empty:
        return
    bare = {_bare(word): word for word in reversed(often.index.tolist())}
    meant = {}
    for word, count in zip(counts.index.tolist(), counts.tolist(), strict=True):
        near = bare.get(_bare(word))
        if near is None or near == word:
            near = next((one for one in often.index if _is_one_off(word, one)), None)
        if near is not None and near != word and often[near] >= _OFTEN * count:
            meant[word] = near
    rows = values[values.isin(list(meant))]
    if len(rows):
        yield _Odd(rows.index, name, "spelling", rows.map(meant))


def _bare(word: str) -> str:
    """Return the letters and digits of a word, small."""
    return "".join(filter(str.isalnum, word.casefold()))


def _is_one_off(word: str, other: str) -> bool:
    """Say whether one letter is wrong, lacking, too much, or in its neighbour's place.

    >>> [_is_one_off(word, "phone") for word in ("phnoe", "phon", "phonne", "phono", "phonon")]
    [True, True, True, True, False]
    """
    if abs(len(word) - len(other)) > 1 or min(len(word), len(other)) < _LEAST - 1 or word == other:
        return False
    if len(other) < _LEAST or any(map(str.isdigit, word + other)):
        return False
    same = 0
    while same < min(len(word), len(other)) and word[same] == other[same]:
        same += 1
    mine, theirs = word[same:], other[same:]
    swapped = mine[:2] == theirs[:2][::-1] and mine[2:] == theirs[2:]
    return swapped or mine[1:] == theirs[1:] or mine == theirs[1:] or mine[1:] == theirs


def _unlike(name: str, values: pd.Series) -> Iterator[_Odd]:
    """Yield ids and codes that have another pattern of letters and digits than nearly all."""
    pattern = values.str.replace(r"\d", "9", regex=True).str.replace(r"[^\W\d_]", "a", regex=True)
    counts = pattern.value_counts()
    if len(counts) < 2 or "9" not in counts.index[0]:
        return  # words have many patterns; what has digits in it is a code or a date
    odd = pattern != counts.index[0]
    if len(values) >= _MANY and odd.mean() <= 1 - _USUAL:
        yield _Odd(values.index[odd], name, "pattern", [""] * int(odd.sum()))


# --- columns beside one another --------------------------------------------------------


def _side_by_side(texts: dict[str, pd.Series], usual: float, contrast: float) -> Iterator[_Odd]:
    """Yield what is odd in one column beside another one."""
    if len(texts) > _COLUMNS:
        return
    codes = {name: text.astype("category") for name, text in texts.items()}
    for name, text in texts.items():
        for other, beside in texts.items():
            if other != name:
                yield from _two_in_one(name, text, other, beside)
                yield from _contradicting(name, codes[name], other, codes[other], usual, contrast)


def _two_in_one(name: str, text: pd.Series, other: str, beside: pd.Series) -> Iterator[_Odd]:
    """Yield cells that end with a value of another column which is blank in their row."""
    words = beside.dropna().unique().tolist()
    if not 0 < len(words) <= 1 + 2 * np.sqrt(len(beside)):
        return
    words = [one for one in words if any(map(str.isalpha, one))]
    rows = text[beside.isna() & text.notna()]
    last = rows.str.extract(r"[\s,;/]([^\s,;/]+)$", expand=False)
    last = last[last.isin(words)]
    rest = rows.loc[last.index].str.replace(r"[\s,;/]+[^\s,;/]+$", "", regex=True)
    both = rest.index[rest != ""]
    if len(both):
        yield _Odd(both, name, "two_values", rest[both])
        yield _Odd(both, other, "in_another", last[both])


def _contradicting(
    name: str, text: pd.Series, other: str, beside: pd.Series, usual: float, contrast: float
) -> Iterator[_Odd]:
    """Yield cells of a column that another one foretells, and that are not as foretold."""
    known = text.notna() & beside.notna()
    size = beside.map(beside[known].value_counts()).astype("float64")
    rows = known & (size >= _GROUP)
    if not rows.any() or rows.sum() < usual * known.sum() / 2:
        return
    pairs = pd.DataFrame({"mine": text[rows].cat.codes, "theirs": beside[rows].cat.codes})
    counts = pairs.value_counts().reset_index(name="n")
    most = counts.drop_duplicates("theirs").set_index("theirs")
    wrong = pairs["mine"] != pairs["theirs"].map(most["mine"])
    blind = 1 - float(pairs["mine"].value_counts(normalize=True).iloc[0])
    if not wrong.any() or wrong.mean() > min(1 - usual, contrast * blind):
        return
    sure = pairs["theirs"].map(most["n"] / counts.groupby("theirs")["n"].sum()) > 0.5
    odd = pairs.index[wrong & sure]
    meant = pairs.loc[odd, "theirs"].map(most["mine"]).map(dict(enumerate(text.cat.categories)))
    if len(odd):
        yield _Odd(odd, name, "contradicts", meant)
