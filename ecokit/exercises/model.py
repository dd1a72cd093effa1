"""The earlier way to declare an exercise, for topics that are not yet written as sheets.

Each function takes what its kind needed (texts and answers as functions of the shop) and
returns an exercise of `ecokit.exercises.sheet`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, Union

from ecokit.exercises import sheet
from ecokit.exercises.sheet import Exercise, Field, PlanAnswer, Score

if TYPE_CHECKING:
    from ecokit.shop import Shop

__all__ = ["Choice", "Exercise", "Field", "Misconception", "Number", "Option", "Plan"]
__all__ += ["PlanAnswer", "Score", "Table", "Text", "once"]

Text: TypeAlias = Union[str, "Callable[[Shop], str]"]

once = lru_cache(maxsize=1)  # one shop is asked many questions in a row


@dataclass(frozen=True)
class Misconception:
    """A named wrong way, the answer that it leads to, and the words that cure it."""

    name: str
    compute: Callable[[Shop], Any]
    feedback: Text
    detects: Callable[[Shop, PlanAnswer], bool] | None = None


@dataclass(frozen=True)
class Option:
    """One option of a `Choice`: its key, its text, and why it is right or wrong."""

    key: str
    text: Text
    reason: Text


def _say(text: Text, shop: Shop) -> str:
    return text(shop) if callable(text) else text


def _words(old: Mapping[str, Any], shop: Shop) -> dict[str, Any]:
    return {
        "prompt": _say(old["prompt"], shop),
        "hints": tuple(_say(hint, shop) for hint in old["hints"]),
        "solution": _say(old["solution"], shop),
    }


def _declared(old: Mapping[str, Any]) -> dict[str, Any]:
    computed = {"prompt", "hints", "solution", "misconceptions", "reference", "options", "score"}
    names = tuple(mistake.name for mistake in old.get("misconceptions", ()))
    return {"mistakes": names} | {name: old[name] for name in old if name not in computed}


def Number(**old: Any) -> sheet.Number:  # noqa: N802
    """Declare an exercise that asks for one number."""

    def work(shop: Shop) -> sheet.Sheet:
        wrong = {m.name: (m.compute(shop), _say(m.feedback, shop)) for m in old["misconceptions"]}
        return sheet.Sheet(right=old["reference"](shop), wrong=wrong, **_words(old, shop))

    return sheet.Number(**_declared(old))(work)


def Table(**old: Any) -> sheet.Table:  # noqa: N802
    """Declare an exercise that asks for a small table."""

    def cells(compute: Callable[[Shop], Any], shop: Shop) -> Any:
        frame = compute(shop)
        return None if frame is None else frame.set_index(old["key"])[old["value"]]

    def work(shop: Shop) -> sheet.TableSheet:
        wrong = {
            m.name: (cells(m.compute, shop), _say(m.feedback, shop)) for m in old["misconceptions"]
        }
        right = cells(old["reference"], shop)
        return sheet.TableSheet(right=right, wrong=wrong, **_words(old, shop))

    return sheet.Table(**_declared(old))(work)


def Choice(**old: Any) -> sheet.Choice:  # noqa: N802
    """Declare an exercise that asks for one option."""

    def work(shop: Shop) -> sheet.ChoiceSheet:
        options = {o.key: (_say(o.text, shop), _say(o.reason, shop)) for o in old["options"]}
        return sheet.ChoiceSheet(right=old["reference"](shop), options=options, **_words(old, shop))

    keys = tuple(option.key for option in old["options"])
    declared = _declared({name: old[name] for name in old if name != "options"})
    del declared["mistakes"]
    return sheet.Choice(options=keys, **declared)(work)


def Plan(**old: Any) -> sheet.Plan:  # noqa: N802
    """Declare an exercise that asks for an open design."""

    def bound(function: Callable[[Shop, PlanAnswer], Any], shop: Shop) -> Any:
        return lambda plan: function(shop, plan)

    def work(shop: Shop) -> sheet.PlanSheet:
        wrong = {
            m.name: (m.compute(shop), _say(m.feedback, shop), bound(m.detects, shop))
            for m in old["misconceptions"]
        }
        score = bound(old["score"], shop)
        right = old["reference"](shop)
        return sheet.PlanSheet(right=right, wrong=wrong, score=score, **_words(old, shop))

    return sheet.Plan(**_declared(old))(work)
