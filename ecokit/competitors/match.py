"""Matching: which of their products is which of ours, when only the names tell.

Names are made plain (small letters, no punctuation) and cut into overlapping pieces of three
characters inside words, so that the order of words does not count. Rare pieces weigh more
(TF-IDF), two names are alike by the cosine of their weights, and each product gets one
partner at most, so that the sum of all likenesses is the largest that there is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from ecokit.competitors.tables import TYPES, fetched
from ecokit.errors import CourseError
from ecokit.inputs import frames, kinds, numbers, rows
from ecokit.inputs.frames import By
from ecokit.inputs.renamed import ByName, public
from ecokit.messages import _

THRESHOLD = 0.2
"""Likeness below which two products are not taken for the same."""

NEAR = 0.02
"""A likeness that another partner misses by no more than this is a near tie."""

SIDES = ["left", "right"]

ROWS = 500
"""Products that are compared at a time, so that large catalogues fit into the memory."""


@public
def similarities(
    left: Any,
    right: Any,
    fields: By = ("name",),
    threshold: float = THRESHOLD,
    block: str | None = None,
) -> Any:
    """List the pairs of products whose texts are alike enough to be worth a look.

    Parameters
    ----------
    left, right : table
        One row a product, with `fields` (texts or numbers; empty ones count as no text).
    fields : str or sequence of str
        Columns of both tables that are joined into one text.
    threshold : float
        Least likeness, above 0 and up to 1.
    block : str, optional
        A column of both tables, such as ``"category"``: only products of the same block are
        compared. It saves work, and loses pairs that stand in different blocks.

    Returns
    -------
    table
        ``left``, ``right`` (row labels of the two tables; outside pandas the numbers of the
        rows, from 0), ``score`` (0 to 1), best first.
        A pair may share its products with other pairs.

    Raises
    ------
    CourseError
        A column is missing, row labels repeat or are missing, or `threshold` lies outside 0 to 1.

    References
    ----------
    Manning, Raghavan and Schütze (2008), *Introduction to Information Retrieval*,
    as scikit-learn cites it for TF-IDF.

    Examples
    --------
    >>> import pandas as pd
    >>> ours = pd.DataFrame({"name": ["Phone C1 128 GB", "Watch G1"]}, index=["P1", "P2"])
    >>> theirs = pd.DataFrame({"name": ["PHONE C1 (128GB)", "Watch G2"]}, index=["a", "b"])
    >>> pairs = similarities(ours, theirs)
    >>> pairs[["left", "right"]].values.tolist()
    [['P1', 'a'], ['P2', 'b']]
    >>> similarities(ours, theirs, threshold=20)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: threshold is 20. Give a share above 0 and at most 1; write 45 % ...
    """
    return frames.like(_similar(left, right, fields, threshold, block), left)


def _similar(
    left: Any, right: Any, fields: By, threshold: float, block: str | None
) -> pd.DataFrame:
    names = frames.listed(fields, "fields")
    if not names:
        wanted = _("Name at least one column to compare, such as 'name'.")
        raise numbers.refused("fields", fields, wanted)
    blocks = frames.listed(block, "block", least=block is not None)
    columns = list(dict.fromkeys([*names, *blocks]))
    least = numbers.share("threshold", threshold, zero=False)
    ours, theirs = (_labelled(name, t, columns) for name, t in (("left", left), ("right", right)))
    texts = [_texts(table, names) for table in (ours, theirs)]
    for one in blocks:  # a product without a group is in none, and would match nothing
        rows.refuse(ours, "left", [rows.missing(one, *names)])
        rows.refuse(theirs, "right", [rows.missing(one, *names)])
    parts = _blocks(ours, theirs, block)
    found = [_compare(texts[0].loc[a], texts[1].loc[b], least) for a, b in parts]
    none = pd.DataFrame({"left": ours.index[:0], "right": theirs.index[:0], "score": 0.0})
    pairs = pd.concat([part for part in found if len(part)] or [none])
    return pairs.sort_values("score", ascending=False, kind="stable", ignore_index=True)


def _labelled(name: str, given: Any, columns: Sequence[str]) -> pd.DataFrame:
    """Return products as pandas with the row labels that tell them apart."""
    as_written = dict.fromkeys(columns, "any")
    table = frames.as_pandas(frames.table(given, columns, name=name, types=as_written))
    if not table.index.is_unique or table.index.to_frame().isna().any(axis=None):
        sentence = _("Each product of {name} needs a row label of its own: use set_index.")
        raise CourseError(sentence.format(name=name))
    return table


def _texts(table: pd.DataFrame, fields: Sequence[str]) -> pd.Series[str]:
    parts = [table[field].astype("string").fillna("").map(plain) for field in fields]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + " " + part
    return joined


def plain(text: str) -> str:
    """Return a text in the form in which names are compared.

    Examples
    --------
    >>> plain("WIRELESS  C-1 (128ＧＢ), 6.1 inch"), plain("Galaxy S24+ & C#")
    ('wireless c1 128gb 6.1 inch', 'galaxy s24+ c#')
    """
    small = unicodedata.normalize("NFKC", text).casefold().replace("-", "")
    return " ".join(re.sub(r"[^\w.+#]+", " ", small).split())


def _blocks(left: pd.DataFrame, right: pd.DataFrame, block: str | None) -> list[tuple[Any, Any]]:
    if block is None:
        return [(left.index, right.index)]
    there = left.groupby(block).groups
    here = right.groupby(block).groups
    return [(there[name], here[name]) for name in there if name in here]


def _compare(left: pd.Series[str], right: pd.Series[str], threshold: float) -> pd.DataFrame:
    """Score all pairs of two lists of texts; sparse, so that unlike pairs cost nothing."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [*left, *right]
    if left.empty or right.empty or not any(texts):
        return pd.DataFrame()
    weights = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3)).fit_transform(texts)
    ours, theirs = weights[: len(left)], weights[len(left) :].T.tocsc()
    parts = []
    for start in range(0, len(left), ROWS):
        scores = (ours[start : start + ROWS] @ theirs).tocoo()
        keep = scores.data >= threshold
        parts.append(
            pd.DataFrame(
                {
                    "left": left.index.take(scores.row[keep] + start),
                    "right": right.index.take(scores.col[keep]),
                    "score": np.minimum(scores.data[keep], 1.0),
                }
            )
        )
    return pd.concat(parts)


@public
def match_products(
    left: Any,
    right: Any,
    fields: By = ("name",),
    threshold: float = THRESHOLD,
    block: str | None = None,
) -> Any:
    """Match products one to one: each gets at most one partner, and the best set wins.

    Taking the best pair first and going on (greedy) can give a product away that another
    one needs more. The assignment with the largest sum of likenesses does not. Where a catalogue
    lists one product twice, one of the two stays without a partner.

    Parameters
    ----------
    left, right : table
        As in :func:`similarities`.
    fields : str or sequence of str
        As in :func:`similarities`.
    threshold : float
        As in :func:`similarities`.
    block : str, optional
        As in :func:`similarities`.

    Returns
    -------
    table
        ``left``, ``right``, ``score``, best first; no label stands twice. ``near_tie`` is true
        where one of the two is as good as equally like another product: look at it yourself.

    Raises
    ------
    CourseError
        As in :func:`similarities`.

    References
    ----------
    As in :func:`assign`.

    Examples
    --------
    >>> import pandas as pd
    >>> ours = pd.DataFrame({"name": ["Phone C1", "Phone C1 Pro"]}, index=["P1", "P2"])
    >>> theirs = pd.DataFrame({"name": ["phone C1 Pro", "C1 phone"]}, index=["a", "b"])
    >>> match_products(ours, theirs)[["left", "right"]].values.tolist()
    [['P2', 'a'], ['P1', 'b']]
    >>> match_products(ours, theirs, fields=["ean"])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table left has no column ean. It has: name. ...
    """
    return frames.like(_with_ties(_similar(left, right, fields, threshold, block)), left)


def _with_ties(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of the best assignment, and which of them had a rival nearly as like."""
    chosen = _assigned(pairs)
    if chosen.empty:
        return chosen.assign(near_tie=np.zeros(0, bool))
    tied = np.zeros(len(chosen), bool)
    for side in SIDES:
        best = pairs.groupby(side)["score"].nlargest(2).groupby(level=0)
        first, second = best.max(), best.min().where(best.size() > 1, -np.inf)
        mine = chosen[side]
        # the rival of a pair is the best of the others, which is the first where that is not it
        score = chosen["score"].to_numpy()
        top = mine.map(first).to_numpy()
        rival = np.where(score >= top, mine.map(second).to_numpy(), top)
        tied |= rival >= score - NEAR
    return chosen.assign(near_tie=tied)


@public
def match_panel(panel: Any, products: Any, threshold: float = THRESHOLD) -> Any:
    """Match the offers of each competitor in a panel with our products, inside each category.

    Parameters
    ----------
    panel : table
        ``competitor_id``, ``sku``, ``name``, ``category``; the last name of an offer counts.
    products : table
        Ours: ``product_id``, ``name``, ``category``.
    threshold : float
        As in :func:`similarities`.

    Returns
    -------
    table
        ``competitor_id``, ``sku``, ``name`` (theirs), ``product_id``, ``own_name``, ``score``,
        ``near_tie`` (as in :func:`match_products`); best first within a competitor. A product of
        ours has at most one offer of each.

    Raises
    ------
    CourseError
        As in :func:`similarities`; the panel is empty, or a product stands twice.

    References
    ----------
    Slide 18 (a system of gathering and processing the information).

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"competitor_id": "K1", "sku": ["a", "b"], "category": "phones",
    ...                       "name": ["PHONE C-1, jade", "5G phone B2"]})
    >>> products = pd.DataFrame({"product_id": ["P1"], "name": "Phone C1", "category": "phones"})
    >>> match_panel(panel, products)[["sku", "product_id"]].values.tolist()
    [['a', 'P1']]
    >>> match_panel(panel.drop(columns="name"), products)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table panel has no column name. It has: ...
    """
    keys = ["competitor_id", "sku"]
    offers, goods = fetched(
        {"panel": panel, "products": products},
        {"panel": [*keys, "name", "category"], "products": "product_id name category"},
    )
    wrong = [rows.missing("competitor_id", "sku"), rows.missing("sku", "name")]
    wrong += [rows.missing(name, *keys) for name in ("name", "category")]
    rows.refuse(offers, "panel", wrong)
    wrong = [rows.missing("product_id", "name"), rows.twice("product_id")]
    wrong += [rows.missing(name, "product_id") for name in ("name", "category")]
    rows.refuse(goods, "products", wrong)
    if offers.empty:
        raise CourseError(_("The panel is empty: collect some offers first."))
    ours, found = goods.set_index("product_id"), []
    offers = offers.drop_duplicates(keys, keep="last")
    for competitor, group in offers.groupby("competitor_id"):
        theirs = group.set_index("sku")
        pairs = _with_ties(_similar(ours, theirs, "name", threshold, "category"))
        matched = {
            "competitor_id": competitor,
            "sku": pairs["right"],
            "name": pairs["right"].map(theirs["name"]),
            "product_id": pairs["left"],
            "own_name": pairs["left"].map(ours["name"]),
            "score": pairs["score"],
            "near_tie": pairs["near_tie"],
        }
        found.append(pd.DataFrame(matched))
    return frames.like(pd.concat(found, ignore_index=True), panel)


@public
def assign(pairs: Any) -> Any:
    """Choose one-to-one pairs with the largest sum of scores.

    Parameters
    ----------
    pairs : table
        ``left``, ``right``, ``score``, as :func:`similarities` returns them.

    Returns
    -------
    table
        The chosen rows, best first.

    Raises
    ------
    CourseError
        A column or a value is missing, a pair stands twice, or a label is a list, a set or a time
        with a zone.

    References
    ----------
    Jonker and Volgenant (1987), A shortest augmenting path algorithm for dense and sparse
    linear assignment problems, as SciPy's ``min_weight_full_bipartite_matching`` cites it.

    Examples
    --------
    The best pair alone would leave the others without a partner:

    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"left": [1, 1, 2], "right": ["a", "b", "a"],
    ...                       "score": [0.9, 0.8, 0.8]})
    >>> assign(pairs)[["left", "right"]].values.tolist()
    [[1, 'b'], [2, 'a']]
    >>> assign(pairs[["left"]])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The table pairs has no columns right, score. It has: left. ...
    """
    return frames.like(_assigned(_pairs(pairs, "left right score")), pairs)


def _pairs(given: Any, columns: str) -> pd.DataFrame:
    """Return pairs of products as pandas, with all their columns."""
    frame = frames.collected(frames.table(given, columns, name="pairs", types=TYPES))
    names = columns.split()
    wrong = [rows.missing(name, *names) for name in names]
    wrong += [rows.below_zero(name, *names) for name in names if name in TYPES]
    rows.refuse(frame, "pairs", [*wrong, rows.twice("left", "right")])
    return frames.as_pandas(frame)


def _assigned(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of the best one-to-one assignment, best first."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    if pairs.empty:
        return pairs
    scores = pairs["score"].to_numpy(float)
    lines, columns = (pairs[side].factorize()[0] for side in ("left", "right"))
    high, wide = lines.max() + 1, columns.max() + 1
    # Each product may also stay alone, at a score of 0. All scores are raised by 1, because a
    # sparse matrix does not tell a 0 from no pair.
    alone = np.arange(high)
    edges = (np.append(lines, alone), np.append(columns, wide + alone))
    graph = csr_array((np.append(scores, np.zeros(high)) + 1, edges), shape=(high, wide + high))
    chosen = min_weight_full_bipartite_matching(graph, maximize=True)[1]
    return pairs[columns == chosen[lines]].sort_values(
        "score", ascending=False, kind="stable", ignore_index=True
    )


@dataclass(frozen=True)
class MatchQuality(ByName, of="competitors.match_quality"):
    """How many found pairs are right, and how many right ones were found.

    Attributes
    ----------
    precision : float
        Right pairs of those found; NaN: none found.
    recall : float
        Right pairs of all true ones.
    f1 : float
        The harmonic mean of the two.
    found, right, true : int
        Counts of pairs.
    """

    precision: float
    recall: float
    f1: float
    found: int
    right: int
    true: int


@public
def match_quality(pairs: Any, truth: Any) -> MatchQuality:
    """Tell how many found pairs are right, and how many right ones were found.

    Parameters
    ----------
    pairs : table
        ``left``, ``right``.
    truth : table of two columns, or iterable of (left, right)
        The pairs that are the same product; found by hand, or known from a simulator.

    Returns
    -------
    MatchQuality
        Three shares, and the counts behind them.

    Raises
    ------
    CourseError
        There is no true pair to compare with, `truth` holds something else than pairs, or one
        of the two holds ids where the other holds the numbers of rows.

    References
    ----------
    Manning, Raghavan and Schütze (2008), *Introduction to Information Retrieval*.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"left": [1, 2], "right": ["a", "c"]})
    >>> quality = match_quality(pairs, [(1, "a"), (2, "b"), (3, "c"), (4, "d")])
    >>> quality.precision, quality.recall, round(quality.f1, 3)
    (0.5, 0.25, 0.333)
    >>> match_quality(pairs, [])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The truth has no pair, so nothing can be found or missed.
    """
    found = _pairs(pairs, "left right")
    return _quality(found, _true_pairs(truth, found))


def _quality(pairs: pd.DataFrame, true: set[tuple[Any, Any]]) -> MatchQuality:
    found = set(zip(pairs["left"], pairs["right"], strict=True))
    right = len(found & true)
    return MatchQuality(
        precision=right / len(found) if found else np.nan,
        recall=right / len(true),
        f1=2 * right / (len(found) + len(true)),
        found=len(found),
        right=right,
        true=len(true),
    )


def _true_pairs(truth: Any, pairs: pd.DataFrame) -> set[tuple[Any, Any]]:
    wanted = _("Give a list of pairs, such as [('P1', 'ND7'), ('P2', 'ND9')].")
    if hasattr(truth, "columns"):
        truth = frames.as_pandas(truth, "truth").itertuples(index=False)
    if isinstance(truth, (str, Mapping)) or not numbers.is_list(truth):
        raise numbers.refused("truth", truth, wanted)
    found = list(truth)
    for pair in found:
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise numbers.refused("truth", found, wanted)
    if not found:
        raise CourseError(_("The truth has no pair, so nothing can be found or missed."))
    labels = pd.DataFrame([list(pair) for pair in found], columns=SIDES, dtype=object)
    kinds.refuse_nested("truth", nw.from_native(labels, eager_only=True), SIDES)
    _refuse_other_labels(pairs, labels)
    return {(left, right) for left, right in found}


def _refuse_other_labels(pairs: pd.DataFrame, truth: pd.DataFrame) -> None:
    """Refuse ids on one side and the numbers of rows on the other: no two would be equal."""
    for side in SIDES:
        (ours, mine), (theirs, yours) = map(kinds.kind_of_values, (pairs[side], truth[side]))
        if ours and theirs and ours != theirs:
            message = _(
                "The column {side} of pairs holds {ours}, such as {mine}, and the truth holds "
                "{theirs}, such as {yours}, so no pair can be right. Give ids in both: "
                "set_index(...) of the tables that were compared makes them the labels."
            )
            told = {"ours": ours, "mine": numbers.shown(mine), "theirs": theirs}
            raise CourseError(message.format(side=side, yours=numbers.shown(yours), **told))


@public
def quality_by_threshold(
    pairs: Any,
    truth: Any,
    thresholds: Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
) -> Any:
    """Show what a stricter threshold gives and takes: precision against recall.

    Parameters
    ----------
    pairs : table
        What :func:`similarities` returned with a threshold not above the smallest here.
    truth : table of two columns, or iterable of (left, right)
        As in :func:`match_quality`.
    thresholds : sequence of float
        At each of them the products are assigned anew.

    Returns
    -------
    table
        ``threshold``, ``found``, ``right``, ``precision``, ``recall``, ``f1``.

    Raises
    ------
    CourseError
        As in :func:`match_quality`.

    References
    ----------
    Manning, Raghavan and Schütze (2008), as above.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"left": [1, 2, 3], "right": list("abc"), "score": [0.9, 0.5, 0.3]})
    >>> table = quality_by_threshold(pairs, [(1, "a"), (2, "b")], [0.2, 0.4, 0.6])
    >>> table[["precision", "recall"]].round(2).values.tolist()
    [[0.67, 1.0], [1.0, 1.0], [1.0, 0.5]]
    >>> quality_by_threshold(pairs, [])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The truth has no pair, so nothing can be found or missed.
    """
    scored = _pairs(pairs, "left right score")
    true = _true_pairs(truth, scored)
    found = [
        {"threshold": t, **asdict(_quality(_assigned(scored[scored["score"] >= t]), true))}
        for t in numbers.array("thresholds", thresholds).reshape(-1).tolist()
    ]
    columns = ["threshold", "found", "right", "precision", "recall", "f1"]
    return frames.like(pd.DataFrame(found, columns=columns), pairs)
