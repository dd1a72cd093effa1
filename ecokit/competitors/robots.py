"""What a site's robots.txt asks of crawlers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ecokit.messages import _


@dataclass(frozen=True)
class Robots:
    r"""The rules of one robots.txt that apply to one crawler.

    Attributes
    ----------
    text : str
        The robots.txt.
    agent : str
        Who asks; what stands before the first ``/`` is the name that rules are for.
    unreached : str
        Why the robots.txt could not be read, where it could not; nothing is asked for then.

    Notes
    -----
    Of the rules that match, the one with the longest pattern decides, and of two equally long ones
    the one that allows; ``*`` stands for any text and ``$`` for the end (RFC 9309, section 2.2).
    The package protego, which Scrapy uses, reads it so. Python's ``urllib.robotparser`` takes the
    first rule that matches and knows no ``*``: it would ask for pages which the site forbids.

    Examples
    --------
    >>> robots = Robots("User-agent: *\nDisallow: /members/\nAllow: /members/join", "ecokit")
    >>> robots.allows("http://shop.example/members/sale.html")
    False
    >>> robots.allows("http://shop.example/members/join.html")
    True
    """

    text: str = ""
    agent: str = "*"
    unreached: str = ""

    @classmethod
    def forbid_all(cls, why: str = "") -> Robots:
        """Return the rules to assume when robots.txt cannot be reached, and why it could not."""
        return cls("User-agent: *\nDisallow: /", unreached=why)

    @property
    def refusal(self) -> str:
        """Why a page that the rules keep back is not asked for, as a sentence has it.

        Examples
        --------
        >>> Robots.forbid_all("too busy").refusal
        'robots.txt could not be reached (too busy), so no page of the site is asked for'
        """
        if self.unreached:
            sentence = _(
                "robots.txt could not be reached ({why}), so no page of the site is asked for"
            )
            return sentence.format(why=self.unreached)
        return _("robots.txt forbids it")

    @cached_property
    def _rules(self) -> Any:
        from protego import Protego

        return Protego.parse(self.text.removeprefix("\ufeff"))

    @property
    def _name(self) -> str:
        return self.agent.partition("/")[0].strip()

    def allows(self, url: str) -> bool:
        """Return whether the rules allow to ask for an address."""
        try:
            return bool(self._rules.can_fetch(url, self._name))
        except ValueError:  # an address in it, or this one, that is none
            return False

    @property
    def crawl_delay(self) -> float:
        """Seconds between two requests that the site asks for; 0 when it does not ask.

        ``Crawl-delay`` is in no standard, but many sites use it.
        """
        asked = float(self._rules.crawl_delay(self._name) or 0)
        return max(0.0, asked) if math.isfinite(asked) else 0.0

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of the site's sitemaps."""
        return tuple(self._rules.sitemaps)
