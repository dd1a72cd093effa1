"""What a site's robots.txt asks of crawlers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
TOKEN = re.compile(r"[a-z_-]+|\*")  # what names a crawler, without its version


@dataclass(frozen=True)
class Robots:
    r"""The rules of one robots.txt that apply to one crawler.

    Attributes
    ----------
    rules : tuple of (str, bool)
        Pattern of a path, and whether it is allowed.
    crawl_delay : float
        Seconds between two requests that the site asks for; 0 when it does not ask.
    sitemaps : tuple of str
        Addresses of its sitemaps.

    Notes
    -----
    Of the rules that match, the one with the longest pattern decides, and of two equally long ones
    the one that allows; ``*`` stands for any text and ``$`` for the end (RFC 9309, section 2.2).
    Python's ``urllib.robotparser`` takes the first rule that matches and knows no ``*``, so that it
    would ask for pages which the site forbids. ``Crawl-delay`` is in no standard, but many sites
    use it.

    Examples
    --------
    >>> robots = Robots.read("User-agent: *\nDisallow: /members/\nAllow: /members/join", "ecokit")
    >>> robots.allows("http://shop.example/members/sale.html")
    False
    >>> robots.allows("http://shop.example/members/join.html")
    True
    """

    rules: tuple[tuple[str, bool], ...] = ()
    crawl_delay: float = 0.0
    sitemaps: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str, agent: str) -> Robots:
        """Read a robots.txt as the crawler `agent` has to."""
        groups, sitemaps = _groups(text)
        mine = [group for group in groups if _token(agent) in group.agents]
        mine = mine or [group for group in groups if "*" in group.agents]
        rules = tuple(rule for group in mine for rule in group.rules)
        delay = max((group.delay for group in mine), default=0.0)
        return cls(rules, delay, tuple(sitemaps))

    @classmethod
    def forbid_all(cls) -> Robots:
        """Return the rules to assume when robots.txt cannot be reached."""
        return cls((("/", False),))

    def allows(self, url: str) -> bool:
        """Return whether the rules allow to ask for an address."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        path = _same_form(path.replace("*", "%2A").replace("$", "%24"))
        matching = [(len(rule), allowed) for rule, allowed in self.rules if _matches(rule, path)]
        return max(matching, default=(0, True))[1]


@dataclass
class _Group:
    """User agents, and the rules that stand under them."""

    agents: set[str] = field(default_factory=set)
    rules: list[tuple[str, bool]] = field(default_factory=list)
    delay: float = 0.0
    open: bool = True  # another user agent may still join


def _groups(text: str) -> tuple[list[_Group], list[str]]:
    groups: list[_Group] = []
    sitemaps = []
    for line in text.removeprefix("\ufeff").splitlines():
        key, _colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if key == "sitemap":
            sitemaps.append(value)
        elif key == "user-agent":
            if not groups or not groups[-1].open:
                groups.append(_Group())
            groups[-1].agents.add(_token(value))
        elif groups and key in ("allow", "disallow", "crawl-delay"):
            groups[-1].open = False
            if key == "crawl-delay":
                groups[-1].delay = _seconds(value)
            elif value:
                groups[-1].rules.append((_same_form(value), key == "allow"))
    return groups, sitemaps


def _token(agent: str) -> str:
    """Return the name of a crawler.

    >>> _token("Ecokit/1.0 (training)")
    'ecokit'
    """
    found = TOKEN.match(agent.strip().lower())
    return found[0] if found else ""


def _seconds(text: str) -> float:
    """Return a number of seconds, 0 when the text is none."""
    try:
        return max(0.0, float(text)) if float(text) < float("inf") else 0.0
    except ValueError:
        return 0.0


def _same_form(path: str) -> str:
    """Return a path with its characters escaped in one way, so that two can be compared.

    >>> _same_form("/caf%c3%a9/%7Eme%2A"), _same_form("/café/~me%2a")
    ('/caf%C3%A9/~me%2A', '/caf%C3%A9/~me%2A')
    """
    escaped = quote(path, safe="/*$?=&%:;,@!'()+~[]")

    def shortest(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if UNRESERVED.fullmatch(character) else match[0].upper()

    return re.sub("%([0-9a-fA-F]{2})", shortest, escaped)


def _matches(pattern: str, path: str) -> bool:
    """Return whether a pattern with ``*`` and ``$`` stands at the start of a path.

    >>> _matches("/*.php$", "/shop/a.php"), _matches("/*.php$", "/shop/a.php?x=1")
    (True, False)
    """
    to_the_end = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").replace("$", "%24").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for number, part in enumerate(others, start=1):
        if to_the_end and number == len(others):
            return path.endswith(part) and len(path) - len(part) >= at
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return not to_the_end or at == len(path)
