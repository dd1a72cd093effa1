"""Matching: which of their products is which of ours, when only the names tell.

Names are made plain (small letters, no punctuation) and cut into overlapping pieces of three
characters inside words, so that the order of words does not count. Rare pieces weigh more
(TF-IDF), two names are alike by the cosine of their weights, and each product gets one
partner at most, so that the sum of all likenesses is the largest that there is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ecokit.competitors.inputs import demand_columns, known, number, numbers, once
from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd

THRESHOLD = 0.2
"""Likeness below which two products are not taken for the same."""

ROWS = 500
"""Products that are compared at a time, so that large catalogues fit into the memory."""


def similarities(
    left: pd.DataFrame,
    right: pd.DataFrame,
    fields: str | Sequence[str] = ("name",),
    threshold: float = THRESHOLD,
    block: str | None = None,
) -> pd.DataFrame:
    """List the pairs of products whose texts are alike enough to be worth a look.

    Parameters
    ----------
    left, right : DataFrame
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
    DataFrame
        ``left``, ``right`` (row labels of the two tables), ``score`` (0 to 1), best first.
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
    ecokit.errors.CourseError: The threshold is 20. It lies above 0 and up to 1, such as 0.2.
    """
    import pandas as pd

    keys = [block] if block else []
    fields = [fields] if isinstance(fields, str) else list(fields)
    if not fields:
        raise CourseError(_("Name at least one column to compare, such as 'name'."))
    for table in (left, right):
        demand_columns(table, [*fields, *keys])
        if not table.index.is_unique or table.index.to_frame().isna().any(axis=None):
            raise CourseError(_("Each product needs a row label of its own: use set_index."))
    if not 0 < number(threshold) <= 1:
        sentence = _("The threshold is {threshold!r}. It lies above 0 and up to 1, such as 0.2.")
        raise CourseError(sentence.format(threshold=threshold))
    threshold = number(threshold)
    texts = [_texts(table, fields) for table in (left, right)]
    parts = _blocks(left, right, block)
    found = [_compare(texts[0].loc[a], texts[1].loc[b], threshold) for a, b in parts]
    none = pd.DataFrame({"left": left.index[:0], "right": right.index[:0], "score": 0.0})
    pairs = pd.concat([part for part in found if len(part)] or [none])
    return pairs.sort_values("score", ascending=False, kind="stable", ignore_index=True)


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
    >>> plain("WIRELESS  C-1 (128ＧＢ), 6.1 inch")
    'wireless c1 128gb 6.1 inch'
    """
    small = unicodedata.normalize("NFKC", text).casefold().replace("-", "")
    return " ".join(re.sub(r"[^\w.]+", " ", small).split())


def _blocks(left: pd.DataFrame, right: pd.DataFrame, block: str | None) -> list[tuple[Any, Any]]:
    if block is None:
        return [(left.index, right.index)]
    there = left.groupby(block).groups
    here = right.groupby(block).groups
    return [(there[name], here[name]) for name in there if name in here]


def _compare(left: pd.Series[str], right: pd.Series[str], threshold: float) -> pd.DataFrame:
    """Score all pairs of two lists of texts; sparse, so that unlike pairs cost nothing."""
    import pandas as pd
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


def match_products(
    left: pd.DataFrame,
    right: pd.DataFrame,
    fields: str | Sequence[str] = ("name",),
    threshold: float = THRESHOLD,
    block: str | None = None,
) -> pd.DataFrame:
    """Match products one to one: each gets at most one partner, and the best set wins.

    Taking the best pair first and going on (greedy) can give a product away that another
    one needs more. The assignment with the largest sum of likenesses does not. Where a catalogue
    lists one product twice, one of the two stays without a partner.

    Parameters
    ----------
    left, right, fields, threshold, block
        As in :func:`similarities`.

    Returns
    -------
    DataFrame
        ``left``, ``right``, ``score``, best first; no label stands twice.

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
    ecokit.errors.CourseError: The table lacks the column: ean.
    """
    pairs = similarities(left, right, fields, threshold, block)
    return assign(pairs)


def match_panel(
    panel: pd.DataFrame, products: pd.DataFrame, threshold: float = THRESHOLD
) -> pd.DataFrame:
    """Match the offers of each competitor in a panel with our products, inside each category.

    Parameters
    ----------
    panel : DataFrame
        ``competitor_id``, ``sku``, ``name``, ``category``; the last name of an offer counts.
    products : DataFrame
        Ours: ``product_id``, ``name``, ``category``.
    threshold : float
        As in :func:`similarities`.

    Returns
    -------
    DataFrame
        ``competitor_id``, ``sku``, ``name`` (theirs), ``product_id``, ``own_name``, ``score``;
        best first within a competitor. A product of ours has at most one offer of each.

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
    ecokit.errors.CourseError: The table lacks the column: name.
    """
    import pandas as pd

    demand_columns(panel, ["competitor_id", "sku", "name", "category"])
    once(products, ["product_id"], _("A product"))
    demand_columns(products, ["product_id", "name", "category"])
    known(panel, ["competitor_id", "sku"])
    if panel.empty:
        raise CourseError(_("The panel is empty: collect some offers first."))
    offers = panel.drop_duplicates(["competitor_id", "sku"], keep="last")
    ours = products.set_index("product_id")[["name", "category"]]
    found = []
    for competitor, group in offers.groupby("competitor_id", sort=True):
        theirs = group.set_index("sku")
        pairs = match_products(ours, theirs, ["name"], threshold, "category")
        found.append(
            pd.DataFrame(
                {
                    "competitor_id": competitor,
                    "sku": pairs["right"],
                    "name": pairs["right"].map(theirs["name"]),
                    "product_id": pairs["left"],
                    "own_name": pairs["left"].map(ours["name"]),
                    "score": pairs["score"],
                }
            )
        )
    return pd.concat(found, ignore_index=True)


def assign(pairs: pd.DataFrame) -> pd.DataFrame:
    """Choose one-to-one pairs with the largest sum of scores.

    Parameters
    ----------
    pairs : DataFrame
        ``left``, ``right``, ``score``, as :func:`similarities` returns them.

    Returns
    -------
    DataFrame
        The chosen rows, best first.

    Raises
    ------
    CourseError
        A column or a value is missing, or a pair stands twice.

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
    ecokit.errors.CourseError: The table lacks the column: right, score.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    demand_columns(pairs, ["left", "right", "score"])
    if pairs.empty:
        return pairs.copy()
    known(pairs, ["left", "right", "score"])
    once(pairs, ["left", "right"], _("A pair"))
    scores = numbers(pairs, ["score"], zero=True)["score"].to_numpy()
    rows, columns = (pairs[side].factorize()[0] for side in ("left", "right"))
    high, wide = rows.max() + 1, columns.max() + 1
    # Each product may also stay alone, at a score of 0. All scores are raised by 1, because a
    # sparse matrix does not tell a 0 from no pair.
    alone = np.arange(high)
    edges = (np.append(rows, alone), np.append(columns, wide + alone))
    graph = csr_array((np.append(scores, np.zeros(high)) + 1, edges), shape=(high, wide + high))
    chosen = min_weight_full_bipartite_matching(graph, maximize=True)[1]
    return pairs[columns == chosen[rows]].sort_values(
        "score", ascending=False, kind="stable", ignore_index=True
    )


def match_quality(pairs: pd.DataFrame, truth: Iterable[tuple[Any, Any]]) -> dict[str, float]:
    """Tell how many found pairs are right, and how many right ones were found.

    Parameters
    ----------
    pairs : DataFrame
        ``left``, ``right``.
    truth : DataFrame of two columns, or iterable of (left, right)
        The pairs that are the same product; found by hand, or known from a simulator.

    Returns
    -------
    dict
        ``precision`` (right pairs of those found; NaN: none found), ``recall`` (right pairs of
        all true ones), ``f1`` (their harmonic mean), and the counts ``found``, ``right``, ``true``.

    Raises
    ------
    CourseError
        There is no true pair to compare with, or `truth` holds something else than pairs.

    References
    ----------
    Manning, Raghavan and Schütze (2008), *Introduction to Information Retrieval*.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"left": [1, 2], "right": ["a", "c"]})
    >>> quality = match_quality(pairs, [(1, "a"), (2, "b"), (3, "c"), (4, "d")])
    >>> quality["precision"], quality["recall"], round(quality["f1"], 3)
    (0.5, 0.25, 0.333)
    >>> match_quality(pairs, [])
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: There is no true pair, so nothing can be found or missed.
    """
    demand_columns(pairs, ["left", "right"])
    true = _true_pairs(truth)
    found = set(zip(pairs["left"], pairs["right"], strict=True))
    right = len(found & true)
    return {
        "precision": right / len(found) if found else np.nan,
        "recall": right / len(true),
        "f1": 2 * right / (len(found) + len(true)),
        "found": len(found),
        "right": right,
        "true": len(true),
    }


def _true_pairs(truth: pd.DataFrame | Iterable[Sequence[Any]]) -> set[tuple[Any, Any]]:
    rows = truth.itertuples(index=False) if hasattr(truth, "itertuples") else truth
    try:
        true = {(left, right) for left, right in rows}
    except (TypeError, ValueError):
        sentence = _("The truth is a list of pairs, such as [('P1', 'ND7'), ('P2', 'ND9')].")
        raise CourseError(sentence) from None
    if not true:
        raise CourseError(_("There is no true pair, so nothing can be found or missed."))
    return true


def quality_by_threshold(
    pairs: pd.DataFrame,
    truth: Iterable[tuple[Any, Any]],
    thresholds: Iterable[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
) -> pd.DataFrame:
    """Show what a stricter threshold gives and takes: precision against recall.

    Parameters
    ----------
    pairs : DataFrame
        What :func:`similarities` returned with a threshold not above the smallest here.
    truth : iterable of (left, right)
        As in :func:`match_quality`.
    thresholds : iterable of float
        At each of them the products are assigned anew.

    Returns
    -------
    DataFrame
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
    ecokit.errors.CourseError: There is no true pair, so nothing can be found or missed.
    """
    import pandas as pd

    demand_columns(pairs, ["left", "right", "score"])
    true = _true_pairs(truth)
    columns = ["threshold", "found", "right", "precision", "recall", "f1"]
    rows = [
        {"threshold": t, **match_quality(assign(pairs[pairs["score"] >= t]), true)}
        for t in thresholds
    ]
    return pd.DataFrame(rows, columns=columns)
