"""The pages of one week: a small site per competitor, and the directory that lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.web import texts

if TYPE_CHECKING:
    import jinja2

    from ecokit.shop.tables import Shop

DIRECTORY_HOST = "shopguide.example"
DIRECTORY_COLUMNS = (
    "Shop 商店",
    "Site 网址",
    "Kind 类型",
    *texts.CATEGORIES.values(),
    "Other 其他",
    "Prices 价格带",
    "Visits a month 月访问",
    "Region 地区",
)
MEMBERS_ONLY = 8  # every so manieth product of the second shop is sold to members alone


@dataclass(frozen=True)
class Style:
    """How a competitor's shop marks its pages up."""

    folder: str  # of its templates
    listing: str  # address of a listing by category and number of the page
    product: str  # address of a product
    price_text: Callable[[int, int, int], str]
    forbidden: tuple[str, ...]  # paths that robots.txt keeps crawlers from
    crawl_delay: int | None
    encoding: str
    page_size: int
    extra: tuple[tuple[str, str], ...]  # pages that no crawler should need


STYLES = {
    "K1": Style(
        folder="structured",
        listing="c/{category}/{page}",
        product="p/{sku}.html",
        price_text=texts.first_shop,
        forbidden=("/search", "/cart"),
        crawl_delay=1,
        encoding="utf-8",
        page_size=6,
        extra=(("search.html", "Search"), ("cart.html", "Cart")),
    ),
    "K2": Style(
        folder="semantic",
        listing="shop/{category}-{number}.html",
        product="item/{sku}.html",
        price_text=texts.second_shop,
        forbidden=("/search/", "/cart/", "/members/"),
        crawl_delay=2,
        encoding="utf-8",
        page_size=8,
        extra=(
            ("search/index.html", "Search"),
            ("cart/index.html", "Cart"),
            ("members/index.html", "Members"),
        ),
    ),
    "K3": Style(
        folder="tables",
        listing="catalog/{category}_{number}.htm",
        product="goods/{sku}.htm",
        price_text=texts.third_shop,
        forbidden=("/search", "/cart"),
        crawl_delay=None,
        encoding="gb18030",
        page_size=5,
        extra=(("search.htm", "Search"), ("cart.htm", "Cart")),
    ),
}


@cache
def templates() -> jinja2.Environment:
    """Return the templates, which escape whatever is put into them."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("ecokit.shop.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def week_of(shop: Shop, week: str | pd.Timestamp) -> pd.Timestamp:
    """Return the Monday of a week that the table of competitors' prices holds.

    Parameters
    ----------
    shop : Shop
        With the table ``competitor_prices``.
    week : str or Timestamp
        Any day of the week.

    Returns
    -------
    Timestamp
        Its Monday.

    Raises
    ------
    CourseError
        When `week` is no date, or the table does not hold that week.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> week_of(load_shop(), "2025-03-05")
    Timestamp('2025-03-03 00:00:00')
    >>> week_of(load_shop(), "1999-01-01")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: The web has no week of 1999-01-01. It has the weeks from ... to ....
    """
    day = pd.to_datetime(week, errors="coerce")
    if not isinstance(day, pd.Timestamp):
        sentence = _("'{week}' is no date. Write it like 2025-03-03.")
        raise CourseError(sentence.format(week=week))
    weeks = shop["competitor_prices"]["week"]
    monday = (day - pd.Timedelta(days=day.weekday())).normalize()
    if not weeks.eq(monday).any():
        sentence = _("The web has no week of {day:%Y-%m-%d}. It has the weeks from {a} to {z}.")
        a, z = f"{weeks.min():%Y-%m-%d}", f"{weeks.max():%Y-%m-%d}"
        raise CourseError(sentence.format(day=day, a=a, z=z))
    return monday


def redesign_week(shop: Shop) -> pd.Timestamp:
    """Return the week from which the third shop prints its pages in another way.

    It is the middle one of the weeks in the table.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> redesign_week(load_shop()).day_name()
    'Monday'
    """
    weeks = shop["competitor_prices"]["week"].drop_duplicates().sort_values()
    return weeks.iloc[len(weeks) // 2]


def hosts(shop: Shop) -> dict[str, str]:
    """Return the folder of each host of the small web.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> hosts(load_shop())["shopguide.example"]
    'directory'
    """
    listed = shop["competitors"].merge(shop["directory"], on="shop_id", suffixes=("", "_listed"))
    return dict(zip(listed["domain"], listed["site"], strict=True)) | {DIRECTORY_HOST: "directory"}


def pages(shop: Shop, week: str | pd.Timestamp) -> dict[str, bytes]:
    """Return every file of the small web in one week.

    Parameters
    ----------
    shop : Shop
        With the tables ``competitors``, ``competitor_products``, ``competitor_prices`` and
        ``directory``.
    week : str or Timestamp
        Any day of the week.

    Returns
    -------
    dict of str to bytes
        Content by path, such as ``northlight/index.html``. The same shop and week give the same
        bytes.

    Raises
    ------
    CourseError
        When the shop lacks a table, or the table lacks the week.

    Notes
    -----
    Three shops mark up their pages in three ways. The first says its data twice, for people and
    as JSON-LD; the second uses microdata; both follow the vocabulary Product and Offer of
    schema.org. The third has tables and text alone, writes in GB 18030, and moves its price to
    another row from `redesign_week` on. Nothing on a page runs.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> print(pages(load_shop(), "2025-03-03")["lantern/robots.txt"].decode())
    User-agent: *
    Disallow: /search/
    Disallow: /cart/
    Disallow: /members/
    Crawl-delay: 2
    """
    monday = week_of(shop, week)
    files = dict(_directory(shop))
    records: list[Any] = shop["competitors"].to_dict("records")
    for competitor in records:
        files |= {
            f"{competitor['site']}/{path}": text for path, text in _site(shop, competitor, monday)
        }
    return files


def write_web(shop: Shop, folder: str | Path, week: str | pd.Timestamp) -> Path:
    """Write the small web of one week into a folder, to be opened in a browser.

    Parameters
    ----------
    shop : Shop
        As in `pages`.
    folder : str or Path
        Where to write; made when it is not there.
    week : str or Timestamp
        Any day of the week.

    Returns
    -------
    Path
        The folder. In it, each site is a folder with an ``index.html``.

    Raises
    ------
    CourseError
        As in `pages`.

    Examples
    --------
    >>> import tempfile
    >>> from ecokit import load_shop
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     web = write_web(load_shop(), folder, "2025-03-03")
    ...     print(*sorted(path.name for path in web.iterdir()))
    directory lantern northlight papaya
    """
    folder = Path(folder)
    for name, content in pages(shop, week).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def _site(
    shop: Shop, competitor: dict[str, Any], week: pd.Timestamp
) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every file of one competitor's site."""
    style = STYLES[competitor["competitor_id"]]
    offers = _offers(shop, competitor["competitor_id"], week)
    categories = [
        pair for pair in texts.CATEGORIES.items() if any(o["category"] == pair[0] for o in offers)
    ]

    def page(path: str, template: str, **values: Any) -> tuple[str, bytes]:
        text = (
            templates()
            .get_template(template)
            .render(shop=competitor, categories=categories, root="../" * path.count("/"), **values)
        )
        return path, text.encode(style.encoding)

    lowest = {
        key: texts.short(min(o["now"] for o in offers if o["category"] == key))
        for key, _label in categories
    }
    promoted = sum(o["promotion"] is not None for o in offers)
    title = f"{competitor['name']} {competitor['name_zh']}"
    yield page(
        "index.html", f"{style.folder}/home.html", title=title, promoted=promoted, lowest=lowest
    )
    for path, values in _listings(style, offers, categories):
        yield page(path, f"{style.folder}/listing.html", **values)
    redesigned = week >= redesign_week(shop)
    for offer in offers:
        values = {"title": offer["name"], "offer": offer, "data": _json_ld(offer)}
        yield page(offer["path"], f"{style.folder}/product.html", redesigned=redesigned, **values)
    for path, title in style.extra:
        yield page(path, "plain.html", title=title, text="This page is for customers.")
    yield "robots.txt", _robots(shop, competitor, style)
    if style.folder == "structured":
        yield "sitemap.xml", _sitemap(shop, competitor, style, week, categories)


def _listings(
    style: Style, offers: list[dict[str, Any]], categories: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield path and contents of every page that lists the offers of one category."""
    size = style.page_size
    for key, label in categories:
        chosen = [offer for offer in offers if offer["category"] == key]
        parts = [chosen[start : start + size] for start in range(0, len(chosen), size)]
        paths = [_listing_path(style, key, number) for number in range(1, len(parts) + 1)]
        place = {"title": label, "count": len(parts)}
        for number, (path, part) in enumerate(zip(paths, parts, strict=True), start=1):
            following = paths[number] if number < len(paths) else None
            yield path, place | {"offers": part, "number": number, "next": following}


def members_only(products: pd.DataFrame) -> pd.Series[bool]:
    """Return which offers stand in a folder that robots.txt forbids.

    Parameters
    ----------
    products : DataFrame
        All of the table competitor_products, or of one competitor: ``competitor_id``, ``sku``.

    Examples
    --------
    >>> import pandas as pd
    >>> products = pd.DataFrame({"competitor_id": "K2", "sku": list("hgfedcba")})
    >>> products["sku"][members_only(products)].tolist()
    ['h']
    """
    number = products.sort_values("sku").groupby("competitor_id").cumcount()
    closes = [key for key, style in STYLES.items() if "/members/" in style.forbidden]
    every = number.reindex(products.index) % MEMBERS_ONLY == MEMBERS_ONLY - 1
    return products["competitor_id"].isin(closes) & every


def _offers(shop: Shop, competitor_id: str, week: pd.Timestamp) -> list[dict[str, Any]]:
    """Return what a competitor offers in a week, with the texts that its pages print."""
    style = STYLES[competitor_id]
    products, prices = shop["competitor_products"], shop["competitor_prices"]
    products = products[products["competitor_id"] == competitor_id].sort_values("sku")
    products = products.assign(number=range(len(products)), closed=members_only(products))
    prices = prices[(prices["competitor_id"] == competitor_id) & (prices["week"] == week)]
    table = products.merge(prices, on=["competitor_id", "sku"]).sort_values(["category", "sku"])
    offers = []
    for row in table.to_dict("records"):
        was, now = round(row["list_price"] * 100), round(row["price"] * 100)
        promotion = row["promotion"] if isinstance(row["promotion"], str) else None
        path = style.product.format(sku=quote(row["sku"], safe=""))
        kept = ("sku", "name", "category", "delivery_days", "reviews")
        offers.append(
            {
                **{key: row[key] for key in kept},
                "rating": f"{row['rating']:g}",
                "in_stock": bool(row["in_stock"]),
                "promotion": promotion,
                "promotion_text": texts.PROMOTIONS.get(promotion or "", ""),
                "members_only": row["closed"],
                "path": f"members/{path}" if row["closed"] else path,
                "category_text": texts.CATEGORIES[row["category"]],
                "was": was,
                "now": now,
                "price_text": style.price_text(row["number"], was, now),
                "now_text": texts.yuan(now),
                "was_spaced": texts.spaced(was),
                "now_plain": f"{now // 100}.{now % 100:02d}",
                "was_plain": f"{was // 100}.{was % 100:02d}",
                "member_text": texts.yuan(now * texts.MEMBER_SHARE // 100),
            }
        )
    return offers


def _listing_path(style: Style, category: str, number: int) -> str:
    page = "index.html" if number == 1 else f"page-{number}.html"
    return style.listing.format(category=category, number=number, page=page)


def _json_ld(offer: dict[str, Any]) -> dict[str, Any]:
    """Return a product with its offer in the vocabulary of schema.org."""
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "sku": offer["sku"],
        "name": offer["name"],
        "category": offer["category_text"],
        "offers": {
            "@type": "Offer",
            "price": offer["now_plain"],
            "priceCurrency": "CNY",
            "availability": "https://schema.org/"
            + ("InStock" if offer["in_stock"] else "OutOfStock"),
            "priceSpecification": {
                "@type": "UnitPriceSpecification",
                "priceType": "https://schema.org/StrikethroughPrice",
                "price": offer["was_plain"],
                "priceCurrency": "CNY",
            },
            "deliveryLeadTime": {"value": offer["delivery_days"], "unitCode": "DAY"},
        },
        "aggregateRating": {"ratingValue": offer["rating"], "reviewCount": offer["reviews"]},
    }


def _robots(shop: Shop, competitor: dict[str, Any], style: Style) -> bytes:
    """Return a site's robots.txt."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in style.forbidden)]
    if style.crawl_delay:
        lines.append(f"Crawl-delay: {style.crawl_delay}")
    if style.folder == "structured":
        lines.append(f"Sitemap: {_address(shop, competitor)}sitemap.xml")
    return ("\n".join(lines) + "\n").encode()


def _sitemap(
    shop: Shop,
    competitor: dict[str, Any],
    style: Style,
    week: pd.Timestamp,
    categories: Sequence[tuple[str, str]],
) -> bytes:
    """Return a sitemap, which still names the products that the shop has dropped."""
    products = shop["competitor_products"]
    mine = products[products["competitor_id"] == competitor["competitor_id"]]
    listed = mine[mine["listed_on"] <= week].sort_values("sku")
    paths = [
        "index.html",
        *(_listing_path(style, key, 1) for key, _label in categories),
        *(style.product.format(sku=quote(sku, safe="")) for sku in listed["sku"]),
    ]
    address = _address(shop, competitor)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *(f"<url><loc>{address}{path}</loc></url>" for path in paths),
        "</urlset>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _address(shop: Shop, competitor: dict[str, Any]) -> str:
    """Return the address of a competitor's first page."""
    domain = next(host for host, site in hosts(shop).items() if site == competitor["site"])
    return f"http://{domain}/"


def _directory(shop: Shop, size: int = 10) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every page of the directory, which has no robots.txt."""
    rows = [
        {
            **row,
            "listed": [row[category] for category in (*texts.CATEGORIES, "other")],
            "prices": f"¥{row['price_low']:,.2f} to ¥{row['price_high']:,.2f}",
            "visits": f"{row['monthly_visits']:,}",
        }
        for row in shop["directory"].sort_values("shop_id").to_dict("records")
    ]
    template = templates().get_template("directory/listing.html")
    parts = [rows[i : i + size] for i in range(0, len(rows), size)]
    names = ["index.html", *(f"page-{number}.html" for number in range(2, len(parts) + 1)), None]
    for number, part in enumerate(parts, start=1):
        text = template.render(
            rows=part,
            number=number,
            count=len(parts),
            next=names[number],
            columns=DIRECTORY_COLUMNS,
        )
        yield f"directory/{names[number - 1]}", text.encode()
