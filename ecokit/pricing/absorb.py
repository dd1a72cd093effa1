"""Fixed effects taken out of columns, without a column a product and a week.

The residuals of a regression on effects are found by taking group means out in turns (alternating
projections), sped up by conjugate gradients. Memory holds the rows, never rows times effects.
PyHDFE does the same in pure Python; it takes no start from the round before, which the weights of
a Poisson regression need, and would be one more package in the browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.messages import _

Floats = NDArray[Any]
Codes = NDArray[np.intp]

ROUNDS = 2_000
"""After so many rounds the effects are too much alike to be told apart."""


class Groups:
    """The values of several effects as whole numbers, row by row, and the weights of the rows."""

    def __init__(self, codes: Sequence[Codes], weights: Floats | None = None) -> None:
        self.codes = list(codes)
        self.weights = weights
        self.sums = [np.bincount(code, weights).astype(np.float64) for code in self.codes]

    def centered(self, values: Floats, place: int) -> Floats:
        """Return values less the mean of their group of one effect."""
        code = self.codes[place]
        weighted = values if self.weights is None else values * self.weights
        means = np.bincount(code, weighted, minlength=len(self.sums[place])) / self.sums[place]
        return np.asarray(values - means[code])

    def inner(self, one: Floats, other: Floats) -> float:
        """Return the inner product in which taking means out is symmetric."""
        return float(one @ other if self.weights is None else (one * self.weights) @ other)

    def residuals(self, values: Floats, tolerance: float = 1e-10) -> Floats:
        """Return what the effects leave of a column, or of each of several.

        Raises
        ------
        CourseError
            The effects are nearly the same, so that no number of rounds tells them apart.

        Examples
        --------
        >>> codes = [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])]
        >>> Groups(codes).residuals(np.array([1.0, 2.0, 3.0, 8.0])).round(6).tolist()
        [1.0, -1.0, -1.0, 1.0]
        """
        if values.ndim == 1:
            return self._one(values, tolerance)
        columns = [self._one(values[:, place], tolerance) for place in range(values.shape[1])]
        return np.column_stack(columns) if columns else values

    def _one(self, values: Floats, tolerance: float) -> Floats:
        left = self.centered(values, 0)
        if len(self.codes) == 1:
            return left
        turns = [*range(1, len(self.codes)), *range(len(self.codes) - 2, -1, -1)]
        goal = tolerance**2 * self.inner(values, values)
        rest = self._step(left, turns)
        way, square = rest, self.inner(rest, rest)
        for _round in range(ROUNDS):
            if square <= goal:
                return left
            moved = self._step(way, turns)
            length = square / self.inner(way, moved)
            left = left - length * way
            rest = rest - length * moved
            before, square = square, self.inner(rest, rest)
            way = rest + (square / before) * way
        message = _("The effects are so much alike that they cannot be told apart. Leave one out.")
        raise CourseError(message)

    def _step(self, values: Floats, turns: Sequence[int]) -> Floats:
        found = values
        for place in turns:
            found = self.centered(found, place)
        return values - found


def rank(codes: Sequence[Codes]) -> int:
    """Return how many numbers the effects stand for: exact for two, for more at most so many.

    Of each further effect as many are lost as there are parts of the table that it does not
    connect with an effect before.

    References
    ----------
    Abowd, Creecy and Kramarz (2002), for two effects.

    Examples
    --------
    >>> rank([np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])])
    3
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    sizes = [int(code.max()) + 1 for code in codes]
    total = sizes[0]
    for place in range(1, len(codes)):
        lost = 0
        for before in range(place):
            edges = (codes[before], codes[place] + sizes[before])
            size = sizes[before] + sizes[place]
            graph = coo_array((np.ones(len(codes[0]), bool), edges), shape=(size, size))
            lost = max(lost, connected_components(graph, directed=False)[0])
        total += sizes[place] - lost
    return total
