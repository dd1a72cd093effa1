"""Shops that are too short, too small or lack something, by seed, and what becomes of a lesson.

`shops(kind, seed)` yields shops of one kind; `exercise_ends` and `explorer_ends` ask one for what a
learner does with it, and say how that ended.
"""

from __future__ import annotations

import html
import random
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import ipywidgets as widgets
import numpy as np
import pandas as pd

from ecokit import exercises, explore
from ecokit.errors import CourseError
from ecokit.exercises import checks
from ecokit.exercises.card import answer_text
from ecokit.shop import Shop
from ecokit.shop.schema import schemas
from ecokit.shop.simulator import simulate

KINDS = (
    "short", "long", "new year", "keys", "required", "empty", "no table", "no column", "no kind",
    "no truth", "few tables",
)  # fmt: skip
RIGHT, SENTENCE, TRACEBACK, NONSENSE = "right", "sentence", "traceback", "silent nonsense"
VISITORS = (1, 5, 50)
Whole: TypeAlias = Mapping[str, pd.DataFrame]
NEED = re.compile(r"\d days|\d visitors a day")
NO_VALUE = re.compile(r"(?<![\w.-])(nan|NaN|NaT|inf|<NA>)(?![\w-])")


@dataclass(frozen=True)
class Odd:
    """A shop, what is odd about it, and words of which one stands in each sentence about it."""

    label: str
    shop: Shop
    words: tuple[str, ...] = ()

    def told(self, sentence: str) -> bool:
        """Say whether a sentence tells what is lacking, so that somebody can mend it."""
        if re.search(r"[Ee]xercise '|Error|\bkey\b \w+ in", sentence):  # words for authors
            return False
        return bool(NEED.search(sentence)) or any(
            re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sentence) for word in self.words
        )


def shops(kind: str, seed: int) -> Iterator[Odd]:
    """Yield the shops of a kind; the same seed gives the same shops."""
    if kind in ("short", "long", "new year"):
        yield from _simulated(kind, seed)
        return
    whole = _whole(seed)
    chance = random.Random(f"{kind} {seed}")
    yield from {
        "keys": _only_keys, "required": _only_required, "empty": _empty, "no table": _no_table,
        "no column": _no_column, "no kind": _no_kind, "no truth": _no_truth,
        "few tables": _few_tables,
    }[kind](whole, chance)  # fmt: skip


@cache
def _whole(seed: int) -> Whole:
    base = simulate(seed=seed, days=90, visitors_per_day=50)
    return {name: base[name] for name in base.tables}


def _simulated(kind: str, seed: int) -> Iterator[Odd]:
    start = "2025-12-17" if kind == "new year" else "2025-01-01"
    for days in {"short": (1, 2, 7, 14, 30), "long": (90, 400), "new year": (31,)}[kind]:
        for visitors in VISITORS:
            yield Odd(
                f"{days} days, {visitors} visitors a day",
                simulate(seed=seed, days=days, visitors_per_day=visitors, start=start),
            )
    if kind == "long":
        yield Odd("a year as it is", simulate(seed=seed))


def _taken(label: str, tables: Whole, *words: str) -> Odd:
    """Return a shop of somebody's own tables, as they come in."""
    return Odd(label, Shop.from_tables(tables, strict=False), words)


def _only(whole: Whole, kept: Mapping[str, list[str]], label: str) -> Odd:
    gone = {c for name, frame in whole.items() for c in frame if c not in kept[name]}
    tables = {name: frame[kept[name]] for name, frame in whole.items()}
    return _taken(label, tables, *map(str, gone))


def _only_keys(whole: Whole, _chance: random.Random) -> Iterator[Odd]:
    yield _only(whole, {name: list(schemas()[name].primary_key) for name in whole}, "only keys")


def _only_required(whole: Whole, _chance: random.Random) -> Iterator[Odd]:
    needed = {name: [f.name for f in schemas()[name].fields if f.required] for name in whole}
    yield _only(whole, needed, "only required columns")


def _empty(whole: Whole, chance: random.Random) -> Iterator[Odd]:
    none = {name: frame.iloc[:0] for name, frame in whole.items()}
    yield _taken("every table is empty", none, *whole)
    for name in chance.sample(sorted(whole), 6):
        yield Odd(f"{name} is empty", Shop({**whole, name: none[name]}), (name,))


def _no_table(whole: Whole, chance: random.Random) -> Iterator[Odd]:
    for gone in chance.sample(sorted(whole), 6):
        left = {name: frame for name, frame in whole.items() if name != gone}
        yield Odd(f"no {gone}", Shop(left), (gone,))


def _no_column(whole: Whole, chance: random.Random) -> Iterator[Odd]:
    places = [
        (name, column)
        for name, frame in whole.items()
        for column in map(str, frame)
        if column not in schemas()[name].primary_key
    ]
    for name, gone in chance.sample(places, 8):
        bare = Shop({**whole, name: whole[name].drop(columns=gone)})
        yield Odd(f"{name} without {gone}", bare, (gone,))


def _no_kind(whole: Whole, chance: random.Random) -> Iterator[Odd]:
    """Leave out all rows of one value of a column of words, or all others."""
    places = [
        (name, column)
        for name, frame in whole.items()
        for column in map(str, frame.select_dtypes(["str", "bool"]))
        if 2 <= frame[column].nunique() <= 12 and name != "effects"
    ]
    for n, (name, column) in enumerate(chance.sample(places, 8)):
        values = sorted(whole[name][column].dropna().unique())
        value = chance.choice(values)
        is_it = whole[name][column] == value
        kept = whole[name][is_it if n % 2 else ~is_it]
        label = f"{name}: {'only' if n % 2 else 'no'} {column} {value}"
        yield Odd(label, Shop({**whole, name: kept}), (name, column, str(value)))


def _no_truth(whole: Whole, chance: random.Random) -> Iterator[Odd]:
    left = {name: frame for name, frame in whole.items() if name != "effects"}
    yield _taken("no effects", left, "truth", "effects")
    name = chance.choice(sorted(whole["effects"]["effect"]))
    some = whole["effects"][whole["effects"]["effect"] != name]
    yield Odd(f"no effect {name}", Shop({**whole, "effects": some}), ("truth", "effects"))


def _few_tables(whole: Whole, chance: random.Random) -> Iterator[Odd]:
    for size in (1, 3, 8):
        kept = chance.sample(sorted(whole), size)
        gone = [name for name in whole if name not in kept]
        yield Odd("only " + ", ".join(kept), Shop({name: whole[name] for name in kept}), (*gone,))


# What becomes of a lesson -------------------------------------------------------------------------


def ends(odd: Odd, first: int = 0, step: int = 1) -> Iterator[tuple[str, str]]:
    """Yield how each exercise and explorer ends, or every one of `step`, by name."""
    for exercise in exercises.all()[first::step]:
        yield exercise.id, exercise_ends(exercise, odd)
    for topic in explore.topics()[first::step]:
        yield f"explorer {topic}", explorer_ends(topic, odd)


def exercise_ends(exercise: Any, odd: Odd) -> str:
    """Say how an exercise ends: the card, the right answer and its check.

    ``right``, ``sentence``, or what went wrong and where.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _of_exercise(exercise, odd)
    except CourseError as sentence:
        return _said(odd, str(sentence))
    except Exception as error:
        return _traced(error)


def _of_exercise(exercise: Any, odd: Odd) -> str:
    card = exercises.show(exercise.id, odd.shop)
    sheet = exercise.sheet(odd.shop)  # raises what the card has told
    numbers = sheet.right.items() if hasattr(sheet.right, "items") else [("", sheet.right)]
    if any(not isinstance(v, str) and not np.isfinite(float(v)) for _key, v in numbers):
        return f"{NONSENSE}: a reference is no number"
    result = checks.check(exercise, sheet.right, odd.shop)
    if not result.right:
        return f"{NONSENSE}: the right answer is refused: {result.message}"
    texts = [repr(card), answer_text(exercise, odd.shop), sheet.solution, *sheet.hints]
    if found := next(filter(None, map(NO_VALUE.search, texts)), None):
        return f"{NONSENSE}: {found.string[max(0, found.start() - 60) : found.end() + 40]}"
    for name, wrong in exercise.wrong_answers(odd.shop).items():
        if checks.check(exercise, wrong, odd.shop).right:
            return f"{NONSENSE}: the mistake {name} passes"
    return RIGHT


def _said(odd: Odd, sentence: str) -> str:
    return SENTENCE if odd.told(sentence) else f"{NONSENSE}: it does not say what lacks: {sentence}"


def _traced(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{TRACEBACK}: {type(error).__name__}: {str(error)[:120]} at {where}"


def explorer_ends(topic: str, odd: Odd) -> str:
    """Say how an explorer ends that is opened, and whose controls are moved."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            app = explore.show(topic, odd.shop)
            every = list(_within(app))
            told = _alerts(every)
            if told:
                return next(
                    (end for end in (_said(odd, one) for one in told) if end != SENTENCE), SENTENCE
                )
            for widget in every:
                _move(widget)
    except CourseError as sentence:
        return _said(odd, str(sentence))
    except Exception as error:
        return _traced(error)
    words = " ".join(
        re.sub("<[^>]*>", " ", one.value) for one in every if type(one) is widgets.HTML
    )
    if found := NO_VALUE.search(words):
        return f"{NONSENSE}: {words[max(0, found.start() - 60) : found.end() + 40]}"
    return RIGHT


def _within(widget: Any) -> Iterator[Any]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _within(child)


def _alerts(every: list[Any]) -> list[str]:
    """Return the sentences that stand where a picture should be."""
    found = (
        re.findall(r'role="alert"[^>]*>(.*?)</p>', str(getattr(w, "value", ""))) for w in every
    )
    return [html.unescape(re.sub("<[^>]*>", "", one)) for some in found for one in some]


def _move(widget: Any) -> None:
    """Move a control to its ends."""
    options = getattr(widget, "options", None)
    if options:
        values = [one[1] if isinstance(one, tuple) else one for one in (options[-1], options[0])]
        for value in values:
            widget.value = value
    elif isinstance(widget, widgets.Button):
        widget.click()
    elif isinstance(widget, widgets.Checkbox):
        widget.value = not widget.value
    elif isinstance(widget, widgets.BoundedIntText | widgets.BoundedFloatText):
        widget.value = widget.max
