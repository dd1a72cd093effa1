"""Luck of a game: whole numbers that belong to a week, a thing and a team.

Each draw is a function of the game's key and of what it is for, never of how many draws came
before. So a week can be played again, and one team's choice changes nobody's luck. Who does not
hold the key cannot tell a draw from noise: the hash is keyed.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from math import isqrt

from ecokit.game.fixed import PPM, divide, exp, times

_SMALL = 12 * PPM  # means up to which a Poisson count is found step by step
_WORDS = 12  # uniform numbers whose sum less 6 has the variance 1


@dataclass(frozen=True)
class Luck:
    """All luck of one game.

    Parameters
    ----------
    key : bytes
        16 to 64 bytes that the trainer holds until the debrief.
    still : bool
        No luck at all: every draw is its mean, rounded. It serves tests and plans.
    even : bool
        The market of the game as it is, and no luck week by week: no surprise, every draw of a
        week its mean. It serves replays.
    ahead : int
        Weeks by which the luck of a week is that of a later one: replays give one week the luck
        of another.

    References
    ----------
    Keyed BLAKE2b: RFC 7693.

    Examples
    --------
    >>> luck = Luck.of_seed(1)
    >>> luck.uniform("rain", 3) == luck.uniform("rain", 3), luck.uniform("rain", 4)
    (True, 87210)
    """

    key: bytes
    still: bool = False
    even: bool = False
    ahead: int = 0

    @classmethod
    def of_seed(cls, seed: int, still: bool = False) -> Luck:
        """Return the luck that a number stands for.

        Parameters
        ----------
        seed : int
            Any whole number.
        still : bool
            As of the class.

        Returns
        -------
        Luck
            Its key is a hash of the number.

        References
        ----------
        RFC 7693.

        Examples
        --------
        >>> Luck.of_seed(1).key.hex()[:8]
        '111b6363'
        """
        return cls(hashlib.blake2b(f"game {seed}".encode(), digest_size=32).digest(), still)

    def is_still(self, week: int) -> bool:
        """Return whether nothing is drawn in a week; week 0 stands for the whole game.

        Parameters
        ----------
        week : int
            The week.

        Returns
        -------
        bool
            If so, every draw is its mean.

        References
        ----------
        The course's own.

        Examples
        --------
        >>> luck = Luck.of_seed(1, still=False)
        >>> luck.is_still(1), Luck(luck.key, even=True).is_still(1)
        (False, True)
        """
        return self.still or (self.even and week > 0)

    def _bits(self, what: str, week: int, who: int | str) -> bytes:
        own = week + self.ahead if week else 0  # what belongs to the whole game is week 0's
        named = f"{what}|{own}|{who}".encode()
        return hashlib.blake2b(named, key=self.key, digest_size=4 * _WORDS).digest()

    def uniform(self, what: str, week: int, who: int | str = "") -> int:
        """Draw ppm from 0 to 999,999.

        Parameters
        ----------
        what : str
            What is drawn.
        week : int
            For which week.
        who : int or str
            For which team or thing.

        Returns
        -------
        int
            Ppm.

        References
        ----------
        RFC 7693.

        Examples
        --------
        >>> Luck.of_seed(1, still=True).uniform("rain", 3)
        500000
        """
        if self.is_still(week):
            return PPM // 2
        return int.from_bytes(self._bits(what, week, who)[:8], "big") * PPM >> 64

    def between(self, low: int, high: int, what: str, week: int, who: int | str = "") -> int:
        """Draw a whole number from `low` to `high`, both included.

        Parameters
        ----------
        low, high : int
            Bounds.
        what, week, who
            As of `uniform`.

        Returns
        -------
        int
            The number.

        References
        ----------
        RFC 7693.

        Examples
        --------
        >>> Luck.of_seed(1).between(2, 5, "rain", 3) in range(2, 6)
        True
        """
        return low + self.uniform(what, week, who) * (high - low + 1) // PPM

    def normal(self, what: str, week: int, who: int | str = "") -> int:
        """Draw from the standard normal law, as the sum of twelve uniform numbers less six.

        Parameters
        ----------
        what, week, who
            As of `uniform`.

        Returns
        -------
        int
            Ppm, from -6 to 6.

        References
        ----------
        The sum of uniform numbers: Johnson, Kotz and Balakrishnan (1995), Continuous Univariate
        Distributions, volume 2, chapter 26. It lacks the far tails, which a game can spare.

        Examples
        --------
        >>> Luck.of_seed(1, still=True).normal("rain", 3)
        0
        """
        if self.is_still(week):
            return 0
        words = struct.unpack(f">{_WORDS}I", self._bits(what, week, who))
        return (sum(words) * PPM >> 32) - _WORDS // 2 * PPM

    def factor(self, spread: int, what: str, week: int, who: int | str = "") -> int:
        """Draw a factor about 1, log-normal, of median 1.

        Parameters
        ----------
        spread : int
            Standard deviation of its logarithm, ppm.
        what, week, who
            As of `uniform`.

        Returns
        -------
        int
            Ppm.

        References
        ----------
        As `normal`.

        Examples
        --------
        >>> Luck.of_seed(1, still=True).factor(200_000, "rain", 3)
        1000000
        """
        return exp(times(self.normal(what, week, who), spread))

    def count(self, mean: int, what: str, week: int, who: int | str = "") -> int:
        """Draw a count by Poisson's law: exact where it is small, rounded normal where not.

        Parameters
        ----------
        mean : int
            Units in ppm.
        what, week, who
            As of `uniform`.

        Returns
        -------
        int
            Units.

        References
        ----------
        Inversion by sequential search: Devroye (1986), Non-Uniform Random Variate Generation,
        Springer, chapter X.3.

        Examples
        --------
        >>> luck = Luck.of_seed(1, still=True)
        >>> luck.count(0, "sales", 1), luck.count(2_500_000, "sales", 1)
        (0, 3)
        """
        if mean <= 0:
            return 0
        if self.is_still(week):
            return divide(mean, PPM)
        if mean > _SMALL:
            spread = isqrt(mean * PPM)
            return max(0, divide(mean + times(self.normal(what, week, who), spread), PPM))
        chance, term, found = self.uniform(what, week, who) * PPM, exp(-mean) * PPM, 0
        total = term
        while total <= chance and term > 0:
            found += 1
            term = divide(term * mean, found * PPM)
            total += term
        return found

    def part(self, size: int, share: int, what: str, week: int, who: int | str = "") -> int:
        """Draw how many of `size` do what each does with a chance of `share`.

        Parameters
        ----------
        size : int
            Units.
        share : int
            Ppm.
        what, week, who
            As of `uniform`.

        Returns
        -------
        int
            Units, from 0 to `size`.

        References
        ----------
        The rounded normal law; where few are expected, Poisson's: Johnson, Kemp and Kotz (2005),
        Univariate Discrete Distributions, chapter 3.

        Examples
        --------
        >>> Luck.of_seed(1, still=True).part(200, 50_000, "returns", 1)
        10
        """
        share = max(0, min(share, PPM))
        if 2 * share > PPM:
            return size - self.part(size, PPM - share, what, week, who)
        mean = size * share
        if self.is_still(week):
            return divide(mean, PPM)
        if mean <= _SMALL:
            return min(size, self.count(mean, what, week, who))
        spread = isqrt(divide(mean * (PPM - share), PPM) * PPM)
        return max(0, min(size, divide(mean + times(self.normal(what, week, who), spread), PPM)))
