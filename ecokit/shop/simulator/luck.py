"""Luck that belongs to things: the same thing draws the same, whatever else there is.

A draw is a function of the company's seed, of what it is for, and of whom it is for: a visit, a
parcel, a product in a week. It does not hang on how many draws came before. So one thing can be
changed, a campaign left out for example, and all others keep their luck: what differs then is the
effect of the change. A stream of random numbers cannot do that, because each draw moves all later
ones.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special  # scipy.stats has these laws too, and takes seconds to import

from ecokit.shop.simulator.arrays import Floats, Ints, draw_in_rows

Keys = NDArray[np.uint64]

COUNTED = 30.0  # means up to which a Poisson law is counted up from 0
STEP = np.uint64(0x9E3779B97F4A7C15)  # odd, near 2**64 over the golden ratio


def mixed(bits: Keys) -> Keys:
    """Stir 64 bits so that each bit in moves half of the bits out.

    This is the output function of SplitMix64 (Steele, Lea and Flood 2014, Fast splittable
    pseudorandom number generators, OOPSLA), with the constants of Stafford's variant 13.

    Examples
    --------
    >>> int(mixed(np.array([0x9E3779B97F4A7C15], dtype=np.uint64))[0]) == 0xE220A8397B1DCDAF
    True
    """
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def key(*parts: ArrayLike | str) -> Keys:
    """Return one key for each combination of parts: numbers, arrays of them, keys, words.

    Examples
    --------
    >>> first, second = key("visit", [1, 2])
    >>> bool(first == key("visit", 1)), bool(first == second)
    (True, False)
    """
    return _joined(np.zeros(1, dtype=np.uint64), parts)


def _joined(found: Keys, parts: tuple[ArrayLike | str, ...]) -> Keys:
    """Stir further parts into keys of one dimension or more: single numbers warn of overflow."""
    single = True
    for part in parts:
        number = _word(part) if isinstance(part, str) else _bits(part)
        single &= number.ndim == 0
        found = mixed((found ^ number) + STEP)
    return found.reshape(()) if single else found


@cache
def _word(text: str) -> Keys:
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64).reshape(())


@cache
def _start(seed: int, number: int, purpose: str) -> Keys:
    found = key(seed, purpose)
    return (key(found, number) if number else found).reshape(1)


def _bits(part: ArrayLike) -> Keys:
    numbers = np.asarray(part)
    return numbers if numbers.dtype == np.uint64 else numbers.astype(np.int64).view(np.uint64)


def _poisson_of_large(chance: Floats, mean: Floats) -> Ints:
    """Invert the Poisson law where counting up from 0 would take long."""
    count = np.ceil(special.pdtrik(chance, mean))
    below = np.maximum(count - 1, 0)  # the inverse is a hair too high now and then
    return np.where(special.pdtr(below, mean) > chance, below, count).astype(np.int64)


@dataclass(frozen=True)
class Luck:
    """The luck of one company. `purpose` says what is drawn, `who` for whom; both make the key.

    Another `number` is other luck of the same company.
    """

    seed: int
    number: int = 0

    def _key(self, purpose: str, who: tuple[ArrayLike, ...]) -> Keys:
        return _joined(_start(self.seed, self.number, purpose), who)

    def uniform(self, purpose: str, *who: ArrayLike) -> Floats:
        """Draw numbers from 0 to 1, without 1.

        Examples
        --------
        >>> luck = Luck(1)
        >>> bool(luck.uniform("pays", [7, 8])[1] == luck.uniform("pays", 8))
        True
        """
        return np.asarray((self._key(purpose, who) >> np.uint64(11)) * 2.0**-53)

    def normal(self, purpose: str, *who: ArrayLike) -> Floats:
        """Draw from the standard normal law."""
        return np.asarray(special.ndtri(self.uniform(purpose, *who) + 2.0**-54))

    def exponential(self, purpose: str, mean: ArrayLike, *who: ArrayLike) -> Floats:
        """Draw exponential times of the given mean."""
        return np.asarray(-np.log1p(-self.uniform(purpose, *who)) * mean)

    def poisson(self, purpose: str, mean: ArrayLike, *who: ArrayLike) -> Ints:
        """Draw counts of the given mean."""
        chance = self.uniform(purpose, *who)
        chance, means = np.broadcast_arrays(chance, np.asarray(mean, dtype=np.float64))
        count = np.zeros(chance.shape, dtype=np.int64)
        large = means > COUNTED
        count[large] = _poisson_of_large(chance[large], means[large])
        rows = np.flatnonzero(~large & (chance >= np.exp(-means)))
        chance, means = chance.ravel()[rows], means.ravel()[rows]
        term = np.exp(-means)
        total, number = term.copy(), 0
        while len(rows):
            number += 1
            count.reshape(-1)[rows] = number
            term = term * means / number
            total = total + term
            more = (chance >= total) & (term > 0)
            rows, chance, means = rows[more], chance[more], means[more]
            term, total = term[more], total[more]
        return count

    def binomial(self, purpose: str, size: ArrayLike, chance: ArrayLike, *who: ArrayLike) -> Ints:
        """Draw how many of `size` do what each does with probability `chance`."""
        size = np.asarray(size, dtype=np.int64)[..., None]
        below = special.bdtr(np.arange(size.max(initial=0)), size, np.asarray(chance)[..., None])
        below = np.where(np.arange(size.max(initial=0)) < size, below, 1.0)
        return np.asarray((below <= self.uniform(purpose, *who)[..., None]).sum(axis=-1))

    def whole(self, purpose: str, low: ArrayLike, high: ArrayLike, *who: ArrayLike) -> Ints:
        """Draw whole numbers from `low` to `high`, without `high`."""
        chance = self.uniform(purpose, *who)
        return np.asarray(low + np.floor(chance * (np.asarray(high) - low))).astype(np.int64)

    def pick(self, purpose: str, weights: Floats, *who: ArrayLike) -> Ints:
        """Draw indices of `weights`, with probabilities proportional to them.

        Examples
        --------
        >>> Luck(1).pick("side", np.array([0.0, 1.0]), [4, 5]).tolist()
        [1, 1]
        """
        chance = self.uniform(purpose, *who)
        found = draw_in_rows(chance.ravel(), weights[None], np.zeros(chance.size, dtype=np.int64))
        return found.reshape(chance.shape)

    def generator(self, purpose: str, *who: ArrayLike) -> np.random.Generator:
        """Return a generator of one thing's own, where many small draws in a row are needed."""
        return np.random.default_rng(int(self._key(purpose, who)))
