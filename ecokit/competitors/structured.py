"""Data that a page states for machines: JSON-LD and microdata in the words of schema.org."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import bs4


def _json_ld(soup: bs4.BeautifulSoup) -> dict[str, str]:
    """Return the fields of the Product that a page states as JSON-LD, as texts."""
    for script in soup.find_all("script", type="application/ld+json"):
        try:
            found = json.loads(script.get_text(), strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(found):
            if _is_product(node.get("@type")):
                return _product(node)
    return {}


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


def _product(node: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a schema.org Product with one Offer."""

    def part(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        inner = of.get(name)
        inner = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
        return inner if isinstance(inner, dict) else {}

    offer, rating = part(node, "offers"), part(node, "aggregateRating")
    former = part(offer, "priceSpecification")
    said = {
        "sku": node.get("sku"),
        "name": node.get("name"),
        "category": node.get("category"),
        "price": _money(offer),
        "in_stock": offer.get("availability"),
        "list_price": _money(former) if "Price" in str(former.get("priceType")) else None,
        "delivery_days": part(offer, "deliveryLeadTime").get("value"),
        "rating": rating.get("ratingValue"),
        "reviews": rating.get("reviewCount"),
    }
    texts = {key: str(value) for key, value in said.items() if isinstance(value, str | int | float)}
    return {key: text.encode("utf-8", "replace").decode() for key, text in texts.items()}


def _money(offer: Mapping[str, Any]) -> str | None:
    """Return price and currency as a text; schema.org separates decimals by a point."""
    price, currency = offer.get("price"), offer.get("priceCurrency", "")
    if not isinstance(price, str | int | float) or isinstance(price, bool):
        return None
    try:
        return f"{float(price):.2f} {currency}"
    except (ValueError, OverflowError):
        return f"{price} {currency}"  # "1,299.00", or no price at all: the contract tells


def _microdata(soup: bs4.BeautifulSoup) -> dict[str, str]:
    """Return the fields of the Product that a page states as microdata, as texts."""
    product = soup.select_one("[itemtype$='schema.org/Product']")
    if product is None:
        return {}

    def prop(name: str) -> str | None:
        tag = product.select_one(f"[itemprop={name}]")
        if tag is None:
            return None
        return str(tag.get("content") or tag.get("href") or tag.get_text(" ", strip=True))

    names = {
        "sku": "sku",
        "name": "name",
        "category": "category",
        "rating": "ratingValue",
        "in_stock": "availability",
        "reviews": "reviewCount",
    }
    said = {key: prop(name) for key, name in names.items()}
    said["price"] = _money({"price": prop("price"), "priceCurrency": prop("priceCurrency")})
    return {key: value for key, value in said.items() if value is not None}


DATA: dict[str, Callable[[bs4.BeautifulSoup], dict[str, str]]] = {
    "json-ld": _json_ld,
    "microdata": _microdata,
}
