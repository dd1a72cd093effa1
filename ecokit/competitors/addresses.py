"""Web addresses: which can be asked for, and which belong to one site."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, urldefrag, urljoin, urlsplit

LONGEST = 2_000  # signs of an address; browsers and servers stop not far above
SHOWN = 200  # signs of an address in a sentence
PORTS = {"http": 80, "https": 443}
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)


def is_address(url: object) -> bool:
    """Return whether a text is an address that can be asked for.

    >>> [is_address(one) for one in ("http://shop.example/a", "ftp://shop.example", "http://a..b/")]
    [True, False, False]
    """
    if not isinstance(url, str) or len(url) > LONGEST or " " in url or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        usable = parts.scheme in PORTS and parts.port != 0
    except ValueError:
        return False
    odd = set(parts.netloc) & set("@\\")  # a name and a password, or two readings of one address
    return usable and not odd and _is_host(parts.hostname or "")


def _is_host(host: str) -> bool:
    """Return whether a text is the name or the number of a host.

    >>> [_is_host(one) for one in ("购物.example", "::1", "127.0.0.1", "a" * 64, "a..b", "xn--a")]
    [True, True, True, False, False, False]
    """
    import idna
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url

    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode()
        for label in name.split("."):
            if label.lower().startswith("xn--"):
                idna.decode(label)
        parse_url(f"http://{host}/")  # what asks for the page has the last word
    except (UnicodeError, LocationParseError):
        return False
    labels = name.removesuffix(".").split(".")
    return len(name) <= 253 and all(LABEL.fullmatch(label) for label in labels)


def origin(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an address; nothing when it has none.

    >>> origin("HTTP://Shop.example/a") == origin("http://shop.example:80/b")
    True
    >>> origin("http://[::1")
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def is_same_site(one: str, other: str) -> bool:
    """Return whether two addresses have the same scheme, host and port.

    >>> is_same_site("http://shop.example/", "http://shop.example:8080/")
    False
    """
    return origin(one) is not None and origin(one) == origin(other)


def is_made_safe(one: str, other: str) -> bool:
    """Return whether an address is that of the same host under https.

    >>> is_made_safe("http://shop.example/", "https://shop.example/a")
    True
    """
    here, there = origin(one), origin(other)
    return here is not None and there == ("https", here[1], 443) and here[::2] == ("http", 80)


def absolute(base: str, link: str) -> str:
    """Return a link as a full address without the part after #; a broken one leads nowhere.

    >>> absolute("http://shop.example/c/", "../p/a b.html#top"), absolute("http://a/", "http://[::1")
    ('http://shop.example/p/a%20b.html', '')
    """
    try:
        url = urldefrag(urljoin(base, link.strip()))[0]
    except ValueError:
        return ""
    return "".join(
        one if one.isprintable() and one != " " else quote(one, errors="replace") for one in url
    )


def shown(url: str) -> str:
    """Return an address as a sentence shows it: not longer than a line or two, and plain.

    >>> shown("http://shop.example/" + "a" * 300)[-5:]
    'aaaa…'
    """
    return plain(url) if len(url) <= SHOWN else f"{plain(url[: SHOWN - 1])}…"


def plain(text: str) -> str:
    r"""Return a text of a stranger without signs that move, colour or break what is printed.

    >>> plain("red \x1b[31m,\n half \ud800")
    'red ?[31m,  half ?'
    """
    return "".join(one if one.isprintable() else " " if one.isspace() else "?" for one in text)
