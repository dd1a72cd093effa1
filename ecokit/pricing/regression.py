"""Regressions beside effects that are taken out: least squares, instruments, counts, errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.pricing.absorb import Codes, Floats, Groups

ROUNDS = 200
"""Rounds of a Poisson regression; most take eight."""


@dataclass(frozen=True)
class Fit:
    """Slopes, and what errors are made of: slopes solve ``left' (y - right b) = 0`` row by row.

    ``plain`` is the variance as Poisson's; of least squares for residuals whose squares add up to
    1, and ``square`` what they add up to.
    """

    slopes: Floats
    scores: Floats
    left: Floats
    right: Floats
    plain: Floats
    square: float | None = None


def without(groups: Groups, beside: Floats, values: Floats) -> Floats:
    """Return what effects and columns beside leave of values: the residuals of least squares."""
    return _less(groups.residuals(beside), groups.residuals(values))


def _less(columns: Floats, values: Floats) -> Floats:
    """Return what columns leave of values."""
    if not columns.shape[1]:
        return values
    scaled = _scaled(columns)
    return np.asarray(values - scaled @ np.linalg.lstsq(scaled, values, rcond=None)[0])


def independent(groups: Groups, columns: Floats) -> list[int]:
    """Return the places of columns that neither effects nor the columns before them imply."""
    kept, basis = list[int](), np.empty((len(columns), 0))
    for place in range(columns.shape[1]):
        column = columns[:, place] - columns[:, place].mean()
        size = float(np.linalg.norm(column))
        left = groups.residuals(column)
        for _twice in range(2):  # once more for what rounding left
            left = left - basis @ (basis.T @ left)
        rest = float(np.linalg.norm(left))
        if rest > 1e-8 * max(size, 1e-300):
            kept.append(place)
            basis = np.column_stack([basis, left / rest])
    return kept


def _scaled(columns: Floats) -> Floats:
    return columns / np.maximum(np.linalg.norm(columns, axis=0), 1e-300)


class First:
    """The first stage: the price on the instruments, beside effects and controls."""

    def __init__(self, groups: Groups, z: Floats, price: Floats, beside: Floats) -> None:
        self.many = z.shape[1]
        self.z = groups.residuals(np.column_stack([z, beside]))
        own = _less(self.z[:, self.many :], self.z[:, : self.many])
        if (np.square(own).sum(axis=0) < 1e-12 * len(z)).any():
            message = _("The instrument does not change beyond the effects. Take another one.")
            raise CourseError(message)
        if np.linalg.matrix_rank(_scaled(own)) < self.many:
            raise CourseError(_("One instrument is made of the others. Leave it out."))
        self.price = groups.residuals(price)
        self.bread = np.linalg.inv(self.z.T @ self.z)
        self.slopes = self.bread @ (self.z.T @ self.price)
        self.fitted = self.z @ self.slopes
        self.residual = self.price - self.fitted
        if float(self.residual @ self.residual) < 1e-12 * len(z):
            message = _("The instrument says all about the price. Take another one, not the price.")
            raise CourseError(message)

    def strength(self, clusters: Codes) -> float:
        """F of the instruments, clustered; by row where there are too few clusters."""
        if clusters.max() < self.many:
            clusters = np.arange(len(clusters))
        scores = self.z * self.residual[:, None]
        spread = jackknife(scores, self.z, self.z, clusters)[: self.many, : self.many]
        first = self.slopes[: self.many]
        return float(first @ np.linalg.solve(spread, first)) / self.many


def least_squares(groups: Groups, y: Floats, x: Floats, first: First | None) -> Fit:
    """Least squares, or two-stage least squares, of `y` on `x`, whose first column is the price."""
    y, x = groups.residuals(y), groups.residuals(x)
    tools = x if first is None else np.column_stack([first.fitted, x[:, 1:]])
    bread = tools.T @ x
    slopes = np.linalg.solve(bread, tools.T @ y)
    rest = y - x @ slopes
    scores = tools * rest[:, None]
    return Fit(slopes, scores, tools, x, np.linalg.inv(tools.T @ tools), float(rest @ rest))


def poisson(groups: Groups, units: Floats, offset: Floats, x: Floats, first: First | None) -> Fit:
    """Poisson regression by weighted least squares, with the residual of a first stage last.

    References
    ----------
    Correia, Guimarães and Zylkin (2020): effects are taken out in each round, from where the round
    before has stopped, and the more exactly the nearer the end.
    """
    if first is not None:
        x = np.column_stack([x, first.residual])
    slopes, mean, inside = _rounds(groups, units, offset, x)
    scores = inside * (units - mean)[:, None]
    left = inside * mean[:, None]
    plain = np.linalg.inv(left.T @ inside)
    if first is not None:
        moved = slopes[-1] * (left.T @ first.z) @ first.bread
        scores = scores + (first.z * first.residual[:, None]) @ moved.T
    return Fit(slopes, scores, left, inside, plain)


def _rounds(
    groups: Groups, units: Floats, offset: Floats, x: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return slopes, means of the rows, and `x` less the effects under the last weights."""
    mean = (units + units.mean()) / 2
    total, far, exact = np.inf, True, 1e-4
    goal, z, left = np.zeros(len(units)), np.zeros(len(units)), x
    for _round in range(ROUNDS):
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            new = np.log(mean) - offset + (units - mean) / mean
        if not np.isfinite(new).all():
            break
        weighted = Groups(groups.codes, mean)
        z, goal = weighted.residuals(z + new - goal, exact), new
        left = weighted.residuals(left, exact)
        both = left * mean[:, None]
        slopes = np.linalg.solve(both.T @ left, both.T @ z)
        with np.errstate(over="ignore"):
            logs = new + offset - (z - left @ slopes)
            mean = np.exp(logs)
        before, total = total, float(units @ logs - mean.sum())  # the likelihood, less a constant
        size = max(abs(total), 1.0)
        if not far and abs(before - total) <= 1e-12 * size:
            return slopes, mean, left
        far = abs(before - total) > 1e-6 * size
        exact = 1e-4 if far else 1e-9
    message = _(
        "The Poisson regression does not settle in {n} rounds: some prices or controls tell for "
        "certain where nothing is sold. Take fewer controls, or model='logs'."
    )
    raise CourseError(message.format(n=ROUNDS))


def variance(
    fit: Fit, errors: str, clusters: Codes, across: int, absorbed: int
) -> tuple[Floats, int]:
    """Return the variance of slopes, and its degrees of freedom.

    Parameters
    ----------
    fit : Fit
        What to tell the errors of.
    errors : str
        As in ``pricing.estimate``.
    clusters : array of int
        The cluster of each row, from 0.
    across, absorbed : int
        Effects and controls that cut across clusters, and all of them.
    """
    n, many = len(fit.scores), int(clusters.max()) + 1
    free = max(n - absorbed - 1, 1)
    spent = (n - 1) / max(n - 1 - across, 1)
    if errors == "plain":
        return fit.plain * (1 if fit.square is None else fit.square / free), free
    if errors == "robust":
        each = fit.scores.T @ fit.scores * n / free
        return _sandwich(fit, each), free
    if errors == "clustered":
        sums = _sums(fit.scores, clusters, many)
        scale = many / (many - 1) * (n - 1) / max(n - across - 1, 1)
        return _sandwich(fit, sums.T @ sums * scale), many - 1
    shared = jackknife(fit.scores, fit.left, fit.right, clusters)
    if errors == "jackknife":
        return shared * spent, many - 1
    single = jackknife(fit.scores, fit.left, fit.right, np.arange(n))
    larger = np.maximum(np.diag(shared), np.diag(single)) / np.maximum(np.diag(shared), 1e-300)
    root = np.sqrt(larger)
    return shared * np.outer(root, root) * spent, many - 1


def _sandwich(fit: Fit, each: Floats) -> Floats:
    bread = np.linalg.inv(fit.left.T @ fit.right)
    return np.asarray(bread @ each @ bread.T)


def _sums(values: Floats, clusters: Codes, many: int) -> Floats:
    columns = [np.bincount(clusters, values[:, place], many) for place in range(values.shape[1])]
    return np.column_stack(columns)


def jackknife(scores: Floats, left: Floats, right: Floats, clusters: NDArray[np.intp]) -> Floats:
    """Return the variance of slopes, robust to errors shared in a cluster.

    The slopes solve ``left' (y - right b) = 0``; each cluster is left out in one step (CV3).
    """
    bread, many = left.T @ right, int(clusters.max()) + 1
    if many == len(scores):
        moved = _rows_left_out(scores, left, right, bread)
    else:
        width = left.shape[1]
        parts = [_sums(left * right[:, [place]], clusters, many) for place in range(width)]
        rest = bread - np.stack(parts, axis=2)
        sums = _sums(scores, clusters, many)[:, :, None]
        try:
            moved = np.linalg.solve(rest, sums)[:, :, 0]
        except np.linalg.LinAlgError:  # a control that only one cluster has
            moved = (np.linalg.pinv(rest) @ sums)[:, :, 0]
    return np.asarray((1 - 1 / many) * moved.T @ moved)


def _rows_left_out(scores: Floats, left: Floats, right: Floats, bread: Floats) -> Floats:
    """Return how the slopes move when each row is left out (Sherman and Morrison)."""
    inverse = np.linalg.inv(bread)
    all_in, pulls = scores @ inverse.T, left @ inverse.T
    alone = 1 - (right * pulls).sum(axis=1)
    alone = np.where(alone > 1e-8, alone, np.inf)  # nothing but this row tells of a slope
    return np.asarray(all_in + pulls * ((right * all_in).sum(axis=1) / alone)[:, None])
