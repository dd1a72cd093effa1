"""Data that a page states for machines: JSON-LD and microdata in the words of schema.org."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
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
        nodes = found.get("@graph", found) if isinstance(found, dict) else found
        for node in nodes if isinstance(nodes, list) else [nodes]:
            if isinstance(node, dict) and _is_product(node.get("@type")):
                return _product(node)
    return {}


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
        "sku": node.get("sku"), "name": node.get("name"), "category": node.get("category"),
        "price": _money(offer), "in_stock": offer.get("availability"),
        "list_price": _money(former) if "Price" in str(former.get("priceType")) else None,
        "delivery_days": part(offer, "deliveryLeadTime").get("value"),
        "rating": rating.get("ratingValue"), "reviews": rating.get("reviewCount"),
    }  # fmt: skip
    return {key: str(value) for key, value in said.items() if isinstance(value, str | int | float)}


def _money(offer: Mapping[str, Any]) -> str | None:
    """Return price and currency as a text; schema.org separates decimals by a point."""
    try:
        return f"{float(offer['price']):.2f} {offer.get('priceCurrency', '')}"
    except (KeyError, TypeError, ValueError):
        return None


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

    names = {"sku": "sku", "name": "name", "category": "category", "rating": "ratingValue",
             "in_stock": "availability", "reviews": "reviewCount"}  # fmt: skip
    said = {key: prop(name) for key, name in names.items()}
    said["price"] = _money({"price": prop("price"), "priceCurrency": prop("priceCurrency")})
    return {key: value for key, value in said.items() if value is not None}


DATA: dict[str, Callable[[bs4.BeautifulSoup], dict[str, str]]] = {
    "json-ld": _json_ld,
    "microdata": _microdata,
}
