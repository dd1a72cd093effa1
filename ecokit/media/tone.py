"""Tone of headlines: counting words against a small classifier, and what a missed bad story costs.

Both are judged on headlines that neither has seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.intervals import wilson
from ecokit.inputs.renamed import public
from ecokit.messages import _

Ints = NDArray[np.int64]

GOOD = " ".join(
    (
        "praise praised recommend best better delights improve improves wins win great",
        "good happy success congratulations honest kind easy careful fast free record",
        "safe",
    )
).split()
"""Words that speak well of somebody."""

BAD = " ".join(
    (
        "complaint complaints criticised angry fails fail problem problems late broken",
        "slow hidden wrong bad worst waits waiting burnt overheat doubts despair silent",
        "fined fake",
    )
).split()
"""Words that speak ill of somebody."""

NEGATIONS = ("no", "not", "never", "nothing", "without", "refuses")
TURNED = 3  # words after a negation that it turns round
LEAST = 20
"""Headlines of each half, at least."""


@public
def tone_by_words(
    headlines: Any,
    *,
    good: Iterable[str] = tuple(GOOD),
    bad: Iterable[str] = tuple(BAD),
    negations: bool = False,
) -> Ints:
    """Judge headlines by counting good and bad words.

    Parameters
    ----------
    headlines : sequence of str
        In English.
    good, bad : sequence of str
        The lists of words, in small letters.
    negations : bool
        Whether "no", "not" or "never" turns the three words after it round.

    Returns
    -------
    array of int
        1 where there are more good words, -1 where there are more bad ones, 0 otherwise.

    Raises
    ------
    CourseError
        A headline is no text, or a word is in both lists.

    References
    ----------
    Kennedy and Inkpen (2006) count good and bad words, and turn them round behind a negation.

    Examples
    --------
    >>> told = ["Late parcels", "Never late", "Great success: parcels after 30 days"]
    >>> tone_by_words(told).tolist(), tone_by_words(told, negations=True).tolist()
    ([-1, -1, 1], [-1, 1, 1])
    """
    lists = {name: _words(name, given) for name, given in (("good", good), ("bad", bad))}
    both = sorted(lists["good"] & lists["bad"])
    if both:
        message = _("The word {word!r} is in good and in bad. Take it out of one list.")
        raise CourseError(message.format(word=both[0]))
    turns = numbers.flag("negations", negations)
    return np.array([_tone(text, lists, turns) for text in _texts(headlines)], dtype=np.int64)


def _words(name: str, given: Any) -> set[str]:
    """Return the words of a list, in small letters."""
    several = not isinstance(given, str) and numbers.is_list(given)
    words = list(given) if several else []
    if not several or not all(isinstance(word, str) for word in words):
        raise numbers.refused(name, given, _("Give words in a list."))
    return {word.lower() for word in words}


def _texts(headlines: Any) -> list[str]:
    if isinstance(headlines, str) or not numbers.is_list(headlines):
        raise numbers.refused("headlines", headlines, _("Give headlines in a list."))
    found = list(headlines)
    wrong = [text for text in found if not isinstance(text, str)]
    if wrong:
        raise numbers.refused("headlines", wrong[0], _("Give text only."))
    return found


def _tone(text: str, lists: dict[str, set[str]], turns: bool) -> int:
    score, left = 0, 0
    for word in re.findall(r"[a-z']+", text.lower()):
        said = (word in lists["good"]) - (word in lists["bad"])
        score += -said if turns and left else said
        left = TURNED if word in NEGATIONS else max(left - 1, 0)
    return int(np.sign(score))


@public
def tone_methods(
    data: Any,
    *,
    tone: int = -1,
    seed: int = 1,
    test: float = 0.5,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Judge a list of words and a small classifier by headlines that an editor has labelled.

    Parameters
    ----------
    data : Shop or mapping of tables
        ``stories``: ``headline`` and ``tone``, the label.
    tone : int
        The tone to be found: -1 for bad stories.
    seed : int
        Of the split.
    test : float
        Share of the different headlines that the methods are judged by; the classifier learns
        from the others. No headline stands on both sides.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        A row a method, "words", "words_negated" and "classifier": ``n`` (headlines judged),
        ``there`` (of the tone), ``found`` (said to be of it), ``hits`` (rightly), ``precision``
        (hits over found) and ``recall`` (hits over there), each with ``_low`` and ``_high``.

    Raises
    ------
    CourseError
        A headline or a tone is missing, or a side has fewer than 20 headlines or only one tone.

    Notes
    -----
    The classifier is a logistic regression on words and pairs of words. It knows the turns of the
    writers that it has learned from, and nobody else's. Intervals of Wilson take headlines as
    independent.

    References
    ----------
    Pang, Lee and Vaithyanathan (2002) find that learned words beat those that people list.
    Wilson (1927).

    Examples
    --------
    >>> from ecokit.media.made import headlines
    >>> found = tone_methods({"stories": headlines()}).set_index("method")
    >>> found["recall"].round(2).to_dict()
    {'words': 0.34, 'words_negated': 0.66, 'classifier': 1.0}
    """
    wanted = numbers.count("tone", tone, -1, 1)
    part = numbers.share("test", test, zero=False, one=False)
    rng = numbers.generator("seed", seed)
    stories = _labelled(data)
    texts = np.array(sorted(set(stories["headline"])), dtype=object)
    judged = set(rng.permutation(texts)[: round(part * len(texts))])
    aside = stories["headline"].isin(judged)
    learned, judged_rows = stories[~aside], stories[aside]
    _refuse_few(learned, judged_rows, wanted)
    label = (judged_rows["tone"] == wanted).to_numpy()
    told = judged_rows["headline"].tolist()
    said = {
        "words": tone_by_words(told) == wanted,
        "words_negated": tone_by_words(told, negations=True) == wanted,
        "classifier": _learned(learned, told) == wanted,
    }
    return pd.DataFrame([_judged(name, label, one, confidence) for name, one in said.items()])


def _labelled(data: Any) -> pd.DataFrame:
    (stories,) = frames.fetched(data, {"stories": "headline tone"})
    rules = [rows.missing("headline"), rows.missing("tone", "headline")]
    rows.refuse(stories, "stories", rules)
    return stories.astype({"headline": str, "tone": int}).reset_index(drop=True)


def _refuse_few(learned: pd.DataFrame, judged: pd.DataFrame, tone: int) -> None:
    for side in (learned, judged):
        there = side["tone"] == tone
        if len(side) < LEAST or there.all() or not there.any():
            message = _(
                "A side of the split has {n} headlines, {there} of them with the tone {tone}. It "
                "needs {least} or more, of different tones: give more stories."
            )
            told = {"n": len(side), "there": int(there.sum()), "tone": tone, "least": LEAST}
            raise CourseError(message.format(**told))


def _learned(stories: pd.DataFrame, texts: list[str]) -> Ints:
    """Fit a logistic regression on words and pairs of words; return the tones of other texts."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    words = CountVectorizer(ngram_range=(1, 2), binary=True)
    model = LogisticRegression(C=3.0, class_weight="balanced", max_iter=2_000)
    try:
        counted = words.fit_transform(stories["headline"])
    except ValueError as error:  # signs only: no word to learn from
        message = _("The column headline of stories holds no words of two letters or more.")
        raise CourseError(message) from error
    model.fit(counted, stories["tone"])
    return np.asarray(model.predict(words.transform(texts)), dtype=np.int64)


def _judged(name: str, label: Any, said: Any, confidence: float) -> dict[str, Any]:
    hits, there, found = int((label & said).sum()), int(label.sum()), int(said.sum())
    row = {"method": name, "n": len(label), "there": there, "found": found, "hits": hits}
    for measure, total in (("precision", found), ("recall", there)):
        limits = wilson(hits, total, confidence)
        row[measure] = hits / total if total else np.nan
        row |= {f"{measure}_low": float(limits.low), f"{measure}_high": float(limits.high)}
    return row


@public
def missed_costs(table: Any, *, bad: float, harm: float, check: float) -> pd.DataFrame:
    """Say what each method costs in a year: bad stories that it misses, and alarms to be read.

    Parameters
    ----------
    table : table of any engine
        What :func:`tone_methods` returned: ``method``, ``precision``, ``recall``, ``recall_low``,
        ``recall_high``.
    bad : float
        Bad stories in a year.
    harm : float
        Yuan that a missed one costs: what a later answer costs more than an early one, by
        :func:`answer_costs`, for as many of them as would become a crisis.
    check : float
        Yuan for a person to read one alarm.

    Returns
    -------
    DataFrame
        ``method``; ``missed`` (bad stories a year), ``alarms`` (stories to read), ``cost`` (yuan),
        and ``cost_low``, ``cost_high`` (by the interval of recall). A method that finds nothing
        raises no alarms.

    Raises
    ------
    CourseError
        A number is below 0, or a share above 1.

    References
    ----------
    The course's own sum.

    Examples
    --------
    >>> table = pd.DataFrame({"method": ["words"], "precision": [0.5], "recall": [0.8],
    ...     "recall_low": [0.7], "recall_high": [0.9]})
    >>> missed_costs(table, bad=100, harm=1_000, check=10)[["missed", "alarms", "cost"]].round(1)
       missed  alarms     cost
    0    20.0   160.0  21600.0
    """
    wanted = dict.fromkeys(("precision", "recall", "recall_low", "recall_high"), "number")
    kinds = {"method": "string", **wanted}
    given = frames.as_pandas(frames.table(table, list(kinds), name="table", types=kinds))
    rules = [rows.not_a_share(name, "method", gaps=name == "precision") for name in wanted]
    rows.refuse(given, "table", rules)
    n, each, read = (
        numbers.number(name, value, low=0)
        for name, value in (("bad", bad), ("harm", harm), ("check", check))
    )
    shares = given.set_index("method")[list(wanted)].astype(float)
    ratio = (1 / shares["precision"].where(shares["precision"] >= numbers.SMALLEST)).fillna(0.0)
    alarms = n * shares["recall"] * ratio
    missed = n * (1 - shares["recall"])
    return pd.DataFrame(
        {
            "missed": missed,
            "alarms": alarms,
            "cost": missed * each + alarms * read,
            "cost_low": n * (1 - shares["recall_high"]) * each + alarms * read,
            "cost_high": n * (1 - shares["recall_low"]) * each + alarms * read,
        }
    ).reset_index()
