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

from ecokit.competitors.indices import demand_columns
from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import pandas as pd

THRESHOLD = 0.2
"""Likeness below which two products are not taken for the same."""


def similarities(
    left: pd.DataFrame,
    right: pd.DataFrame,
    fields: Sequence[str] = ("name",),
    threshold: float = THRESHOLD,
    block: str | None = None,
) -> pd.DataFrame:
    """List the pairs of products whose texts are alike enough to be worth a look.

    Parameters
    ----------
    left, right : DataFrame
        One row a product, with `fields` (texts or numbers; empty ones count as no text).
    fields : sequence of str
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
        A column is missing, row labels repeat, or `threshold` lies outside 0 to 1.

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

    Source: Manning, Raghavan and Schütze (2008), *Introduction to Information Retrieval*,
    as scikit-learn cites it for TF-IDF.
    """
    import pandas as pd

    keys = [block] if block else []
    for table in (left, right):
        demand_columns(table, [*fields, *keys])
        if not table.index.is_unique:
            raise CourseError(_("Each product needs a row label of its own: use set_index."))
    if not 0 < threshold <= 1:
        sentence = _("The threshold is {threshold:g}. It lies above 0 and up to 1, such as 0.2.")
        raise CourseError(sentence.format(threshold=threshold))
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
    if not any(texts):
        return pd.DataFrame()
    weights = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3)).fit_transform(texts)
    scores = (weights[: len(left)] @ weights[len(left) :].T).tocoo()
    keep = scores.data >= threshold
    return pd.DataFrame(
        {
            "left": left.index.take(scores.row[keep]),
            "right": right.index.take(scores.col[keep]),
            "score": np.minimum(scores.data[keep], 1.0),
        }
    )


def match_products(
    left: pd.DataFrame,
    right: pd.DataFrame,
    fields: Sequence[str] = ("name",),
    threshold: float = THRESHOLD,
    block: str | None = None,
) -> pd.DataFrame:
    """Match products one to one: each gets at most one partner, and the best set wins.

    Taking the best pair first and going on (greedy) can give a product away that another
    one needs more. The assignment with the largest sum of likenesses does not.

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

    Source: Crouse (2016), On implementing 2D rectangular assignment algorithms (the method of
    SciPy's ``linear_sum_assignment``).
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
        As in :func:`similarities`.

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

    Source: slide 18 (a system of gathering and processing the information).
    """
    import pandas as pd

    demand_columns(panel, ["competitor_id", "sku", "name", "category"])
    demand_columns(products, ["product_id", "name", "category"])
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
        A column is missing.

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

    Source: Crouse (2016), as above.
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    demand_columns(pairs, ["left", "right", "score"])
    if pairs.empty:
        return pairs.copy()
    rows, columns = (pairs[side].factorize()[0] for side in ("left", "right"))
    high, wide = rows.max() + 1, columns.max() + 1
    graph = coo_array((np.ones(len(pairs)), (rows, columns + high)), shape=(high + wide,) * 2)
    piece = connected_components(graph, directed=False)[1][rows]
    chosen: list[int] = []
    for part in pairs.groupby(piece).indices.values():  # pieces share no product
        a, row = np.unique(rows[part], return_inverse=True)
        b, column = np.unique(columns[part], return_inverse=True)
        scores, place = np.zeros((len(a), len(b))), np.full((len(a), len(b)), -1)
        scores[row, column], place[row, column] = pairs["score"].to_numpy()[part], part
        best = place[linear_sum_assignment(scores, maximize=True)]
        chosen.extend(best[best >= 0])
    return pairs.iloc[sorted(chosen)].sort_values(
        "score", ascending=False, kind="stable", ignore_index=True
    )


def match_quality(pairs: pd.DataFrame, truth: Iterable[tuple[Any, Any]]) -> dict[str, float]:
    """Tell how many found pairs are right, and how many right ones were found.

    Parameters
    ----------
    pairs : DataFrame
        ``left``, ``right``.
    truth : iterable of (left, right)
        The pairs that are the same product; found by hand, or known from a simulator.

    Returns
    -------
    dict
        ``precision`` (right pairs of those found; NaN: none found), ``recall`` (right pairs of
        all true ones), ``f1`` (their harmonic mean), and the counts ``found``, ``right``, ``true``.

    Raises
    ------
    CourseError
        There is no true pair to compare with.

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

    Source: Manning, Raghavan and Schütze (2008), *Introduction to Information Retrieval*.
    """
    true = set(truth)
    if not true:
        raise CourseError(_("There is no true pair, so nothing can be found or missed."))
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

    Source: Manning, Raghavan and Schütze (2008), as above.
    """
    import pandas as pd

    true = set(truth)
    rows = [
        {"threshold": t, **match_quality(assign(pairs[pairs["score"] >= t]), true)}
        for t in thresholds
    ]
    return pd.DataFrame(rows)[["threshold", "found", "right", "precision", "recall", "f1"]]
