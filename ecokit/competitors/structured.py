"""Data that a page states for machines: JSON-LD and microdata in the words of schema.org."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from ecokit.errors import CourseError
from ecokit.messages import _

if TYPE_CHECKING:
    import bs4


LIST_PRICES = ("ListPrice", "StrikethroughPrice", "RegularPrice", "MSRP", "SRP")
"""The types of a price before any offer; what stands first counts most."""

NOT_FOR_ALL = (
    "validForMemberTier",
    "eligibleCustomerType",
    "eligibleQuantity",
    "eligibleTransactionVolume",
    "referenceQuantity",
    "billingDuration",
    "billingIncrement",
    "membershipPointsEarned",
)
"""Properties of a price that some people pay, or that is one of a kilogram or a month."""


class StructuredError(CourseError):
    """Data for machines that is no JSON; says why."""


def _json_ld(soup: bs4.BeautifulSoup, week: str = "") -> dict[str, str]:
    """Return the fields of the Product that a page states as JSON-LD, as texts."""
    faults = []
    for script in soup.find_all("script", type=_is_json_ld):
        text = script.get_text()
        try:
            found = json.loads(text, strict=False)
        except json.JSONDecodeError as error:
            faults.append(_fault(text, error))
            continue
        except (ValueError, RecursionError):
            faults.append(_("no JSON"))
            continue
        for node in _nodes(found):
            if _is_product(node.get("@type")):
                return _product(node, week)
    if faults:
        raise StructuredError(faults[0])
    return {}


def _is_json_ld(kind: str | None) -> bool:
    """Return whether a script's type is that of JSON-LD, whatever parameters it carries.

    >>> _is_json_ld("application/ld+json; charset=utf-8"), _is_json_ld("text/javascript")
    (True, False)
    """
    return (kind or "").partition(";")[0].strip().lower() == "application/ld+json"


def _fault(text: str, error: json.JSONDecodeError) -> str:
    """Say in a few words why a text is no JSON.

    >>> def fault(text):
    ...     try:
    ...         json.loads(text)
    ...     except json.JSONDecodeError as error:
    ...         return _fault(text, error)
    >>> fault('{"price": 9, // today')
    'no JSON: a comment in line 1'
    >>> fault('{"price": 9,}')
    'no JSON: a comma before } in line 1'
    >>> fault('{"price" 9}')
    "no JSON: Expecting ':' delimiter in line 1"
    """
    place = _("in line {line}").format(line=error.lineno)
    rest, before = text[error.pos :].lstrip(), text[: error.pos].rstrip()
    closing = rest.removeprefix(",").lstrip()[:1]
    if rest.startswith(("//", "/*", "<!--", "#")):
        what = _("a comment")
    elif closing in ("}", "]") and (before.endswith(",") or rest.startswith(",")):
        what = _("a comma before {sign}").format(sign=closing)
    else:
        what = error.msg
    return _("no JSON: {what} {place}").format(what=what, place=place)


def _nodes(found: Any, deep: int = 6) -> Iterator[Mapping[str, Any]]:
    """Yield the things that JSON-LD describes: alone, in lists, in a @graph, or of a page.

    >>> [node["@type"] for node in _nodes([{"@graph": [{"@type": "Product"}]}])]
    ['Product']
    """
    if isinstance(found, list) and deep:
        for inner in found:
            yield from _nodes(inner, deep - 1)
    elif isinstance(found, dict) and deep:
        if "@type" in found:
            yield found
        for name in ("@graph", "mainEntity"):
            yield from _nodes(found.get(name), deep - 1)


def _is_product(kinds: object) -> bool:
    """Return whether a type, or one of several, is schema.org's Product.

    >>> _is_product(["http://schema.org/Product", "Car"]), _is_product("ProductGroup")
    (True, False)
    """
    several = kinds if isinstance(kinds, list) else [kinds]
    return any(str(kind).rpartition("/")[2] == "Product" for kind in several)


def _product(node: Mapping[str, Any], week: str = "") -> dict[str, str]:
    """Return the fields of a schema.org Product with one Offer."""
    offer, rated = _part(node, "offers"), _part(node, "aggregateRating")
    prices = _prices(offer, week)
    said = {
        "sku": node.get("sku"),
        "name": node.get("name"),
        "category": node.get("category"),
        "in_stock": offer.get("availability"),
        "delivery_days": _duration(_part(offer, "deliveryLeadTime")),
        "rating": _rating(rated),
        "reviews": rated.get("reviewCount"),
        **prices,
    }
    texts = {
        key: str(value)
        for key, value in said.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    }
    return {key: text.encode("utf-8", "replace").decode() for key, text in texts.items()}


def _part(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a thing inside another one; nothing when there are several."""
    inner = of.get(name)
    inner = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
    return inner if isinstance(inner, dict) else {}


def _prices(offer: Mapping[str, Any], week: str = "") -> dict[str, str]:
    """Return the price and the list price of an offer.

    An entry of ``priceSpecification`` without a type, or with SalePrice, is what is paid. A minimum
    advertised price and an invoice price are neither. Two prices to pay break the contract.

    >>> _prices({"priceSpecification": [
    ...     {"price": 999, "priceCurrency": "CNY"},
    ...     {"price": 1299, "priceCurrency": "CNY", "priceType": "https://schema.org/ListPrice"}]})
    {'price': '999.00 CNY', 'list_price': '1299.00 CNY'}
    >>> _prices({"priceSpecification": {
    ...     "price": 950, "priceCurrency": "CNY", "priceType": "MinimumAdvertisedPrice"}})
    {}
    """
    given = offer.get("priceSpecification")
    entries = [one for one in (given if isinstance(given, list) else [given]) if _holds(one, week)]
    currency = {"priceCurrency": offer.get("priceCurrency", "")}
    paid = [_money(offer)]
    listed: dict[str, str | None] = {}
    for entry in entries:
        kind = str(entry.get("priceType") or "SalePrice").rpartition("/")[2]
        text = _money({**currency, **entry})
        if kind in LIST_PRICES:
            listed.setdefault(kind, text)
        elif kind == "SalePrice":
            paid.append(text)
    now = list(dict.fromkeys(filter(None, paid)))
    was = next((listed[kind] for kind in LIST_PRICES if listed.get(kind)), None)
    both = {"price": " / ".join(now) or None, "list_price": was}
    return {name: text for name, text in both.items() if text}


def _holds(entry: object, week: str) -> TypeGuard[Mapping[str, Any]]:
    """Return whether an entry of a price is one for everybody, and one of this week.

    >>> days = ("2025-03-09", "2025-03-10")  # the Sunday of the week, and the day after
    >>> [_holds({"price": 9, "validFrom": day}, "2025-03-03") for day in days]
    [True, False]
    >>> days = ("2025-03-02", "2025-03-03")
    >>> [_holds({"price": 9, "validThrough": day}, "2025-03-03") for day in days]
    [False, True]
    """
    if not isinstance(entry, dict) or any(entry.get(name) for name in NOT_FOR_ALL):
        return False
    if not week:
        return True
    sunday = (dt.date.fromisoformat(week) + dt.timedelta(days=6)).isoformat()
    begins, ends = (str(entry.get(name) or "")[:10] for name in ("validFrom", "validThrough"))
    return (not begins or begins <= sunday) and (not ends or ends >= week)


def _rating(rated: Mapping[str, Any]) -> object:
    """Return a rating with its best where that is not 5.

    >>> _rating({"ratingValue": 4.6, "bestRating": "10"})
    '4.6 of 10'
    """
    value, best = rated.get("ratingValue"), rated.get("bestRating")
    plain = str(best).strip() if isinstance(best, str | int | float) else ""
    return value if value is None or plain in ("", "5", "5.0") else f"{value} of {plain}"


def _duration(lead: Mapping[str, Any]) -> object:
    """Return a time of delivery with its unit, a code of UN/CEFACT or a word.

    >>> _duration({"value": 48, "unitCode": "HUR"}), _duration({"minValue": 2, "maxValue": 4})
    ('48 hour', '2')
    """
    value = next(
        (lead[k] for k in ("value", "minValue", "maxValue") if lead.get(k) is not None), None
    )
    unit = str(lead.get("unitCode") or lead.get("unitText") or "").rpartition("/")[2]
    word = {"HUR": "hour", "DAY": "day", "WEE": "week", "MIN": "minute", "D": "day", "H": "hour"}
    return None if value is None else f"{value} {word.get(unit.upper(), unit)}".strip()


def _money(offer: Mapping[str, Any]) -> str | None:
    """Return price and currency as a text; schema.org separates decimals by a point."""
    price, currency = offer.get("price"), offer.get("priceCurrency", "")
    if not isinstance(price, str | int | float) or isinstance(price, bool):
        return None
    try:
        return f"{float(price):.2f} {currency}"
    except (ValueError, OverflowError):
        return f"{price} {currency}"  # "1,299.00", or no price at all: the contract tells


def _microdata(soup: bs4.BeautifulSoup, week: str = "") -> dict[str, str]:
    """Return the fields of the Product that a page states as microdata, as texts."""
    for tag in soup.find_all(itemtype=True):
        if _is_product(str(tag["itemtype"]).split()):
            node = _item(tag)
            return _product({"offers": node, "aggregateRating": node, **node}, week)
    return {}


def _item(thing: bs4.Tag, deep: int = 6) -> dict[str, Any]:
    """Return what an element of microdata states, with the things inside it."""
    stated: dict[str, list[Any]] = {}
    for tag in thing.find_all(itemprop=True) if deep else ():
        if tag.find_parent(itemscope=True) is not thing:
            continue
        plain = tag.get("content") or tag.get("href") or tag.get_text(" ", strip=True)
        value = _item(tag, deep - 1) if tag.has_attr("itemscope") else str(plain)
        for name in str(tag["itemprop"]).split():
            stated.setdefault(name, []).append(value)
    return {name: value[0] if len(value) == 1 else value for name, value in stated.items()}


DATA: dict[str, Callable[[bs4.BeautifulSoup, str], dict[str, str]]] = {
    "json-ld": _json_ld,
    "microdata": _microdata,
}
