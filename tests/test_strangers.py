"""Pages of strangers: a number only when the text is sure of it, whatever else stands beside it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecokit import competitors
from ecokit.competitors.collect import Collector, Page
from ecokit.competitors.convert import CONVERT, in_yuan
from ecokit.competitors.fetching import Reply
from ecokit.competitors.read import ContractError, Reader, read_offers
from ecokit.competitors.site import CountingClock
from ecokit.competitors.snapshots import collect_site
from ecokit.competitors.strict import page_price
from ecokit.errors import CourseError

HOST = "http://shop.example"
with (Path(__file__).parent / "data" / "strangers.csv").open(encoding="utf-8") as file:
    TEXTS = [tuple(row.values()) for row in csv.DictReader(file)]
READ: dict[str, Callable[[str], Any]] = {
    "price": lambda text: float(page_price(text).amount),
    "yuan": lambda text: float(in_yuan(text).amount),
    "general": lambda text: float(competitors.read_price(text).amount),
    "stock": lambda text: "there" if CONVERT["in_stock"](text) else "gone",
    "days": CONVERT["delivery_days"],
    "reviews": CONVERT["reviews"],
    "rating": CONVERT["rating"],
}
WAYS = sorted(READ)


def outcome(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except CourseError:
        return "refused"


@pytest.mark.parametrize(("reader", "text", "right"), TEXTS)
def test_texts_of_pages(reader: str, text: str, right: str) -> None:
    found = outcome(READ[reader], text)
    assert str(found) == right or (not isinstance(found, str) and found == float(right))


@pytest.mark.parametrize(
    "text", [text for reader, text, right in TEXTS if reader in ("price", "yuan")]
)
def test_a_price_of_another_currency_is_none_in_yuan(text: str) -> None:
    price = outcome(in_yuan, text)
    assert price == "refused" or price.currency == "CNY"


@pytest.mark.parametrize(
    "text",
    [text for way, text, right in TEXTS if way in ("price", "yuan") and right[0].isdigit()],
)
def test_the_general_reader_agrees_where_a_page_is_sure(text: str) -> None:
    assert competitors.read_price(text).amount == page_price(text).amount


# Texts that nobody has written down


AMOUNTS = st.sampled_from(["99", "1,299", "1299.00", "0.5", "12 999", "1.299,00", "3", "1.2"])
SIGNS = st.sampled_from(["¥{}", "￥ {}", "{}元", "{} CNY", "RMB {}", "{}万元", "{}"])
AROUND = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "now",
                "was",
                "原价",
                "现价",
                "会员价",
                "/月",
                "x",
                "-",
                "~",
                "起",
                "件",
                "第2",
                "8折",
                "20%",
                "省",
                "in stock",
                "not",
                "有货",
                "无",
                "days",
                "天",
                "h",
                "小时",
                "from",
                "to",
                "per",
                "12期",
                ".",
                ",",
                ":",
                "(",
                ")",
                "no",
                "0",
                "3",
                "2025-03-03",
                "ab",
                "税込",
            ]
        ),
        st.text(max_size=3),
    ),
    max_size=5,
)


@given(AROUND, AMOUNTS, SIGNS, AROUND, st.sampled_from(WAYS))
def test_any_text_is_read_or_refused(
    before: list[str], amount: str, sign: str, after: list[str], way: str
) -> None:
    text = " ".join([*before, sign.format(amount), *after])
    found = outcome(READ[way], text)
    assert isinstance(found, str) or 0 <= found < 10**15


@given(st.text(max_size=330), st.sampled_from(WAYS))
def test_any_characters_are_read_or_refused(text: str, way: str) -> None:
    outcome(READ[way], text)


@given(
    st.decimals(0, 999_999, places=2).filter(bool), st.sampled_from(["¥{:,}", "{:,}元", "RMB {}"])
)
def test_a_plain_price_is_its_number(amount: Decimal, way: str) -> None:
    assert page_price(way.format(amount)).amount == amount


REFUSING = [
    "会员",
    "学生",
    "新人",
    "专享",
    "拼团",
    "定金",
    "首付",
    "月供",
    "起",
    "最高",
    "左右",
    "每月",
    "/月",
    "/年",
    "/kg",
    "×12期",
    "押金",
    "省",
    "from",
    "members",
    "students",
    "deposit",
    "monthly",
    "save",
    "ab",
    "dès",
    "desde",
    "부터",
    "から",
]


@given(st.integers(1, 99_999), st.sampled_from(REFUSING), st.booleans())
def test_a_word_of_doubt_refuses_a_price(amount: int, word: str, first: bool) -> None:
    text = f"{word} ¥{amount}" if first and word[0] not in "/×" else f"¥{amount} {word}"
    assert outcome(page_price, text) == "refused"


@given(
    st.sampled_from(
        [
            "not",
            "no",
            "never",
            "isn't",
            "没有",
            "无",
            "非",
            "暂无",
            "未",
            "不是",
            "when",
            "notify",
            "expected",
            "nicht",
            "pas",
            "sin",
        ]
    ),
    st.sampled_from(["in stock", "现货", "有货", "auf Lager", "en stock", "現貨"]),
)
def test_a_negation_or_a_when_is_never_in_stock(word: str, there: str) -> None:
    assert outcome(READ["stock"], f"{word} {there}") == "gone"
    assert outcome(READ["stock"], f"{there} {word}") != "there"
    assert outcome(READ["stock"], there) == "there"


# Data for machines


def offer_of(product: dict[str, Any] | str, kind: str = "application/ld+json") -> Any:
    data = product if isinstance(product, str) else json.dumps(product)
    optional = ("price", "list_price", "name", "category", "in_stock", "delivery_days")
    reader = Reader(
        start="/",
        links="a",
        product="/p/",
        block="p",
        fields={},
        data="json-ld",
        optional=(*optional, "rating", "reviews"),
    )
    page = Page(f"{HOST}/p/A.html", f'<script type="{kind}">{data}</script><p></p>', "2025-03-03")
    return read_offers(page, [reader])[0]


def priced(*entries: dict[str, Any], **offer: Any) -> dict[str, Any]:
    entries_in_yuan = [{"priceCurrency": "CNY", **entry} for entry in entries]
    inside = {"priceSpecification": entries_in_yuan, "priceCurrency": "CNY", **offer}
    return {"@type": "Product", "sku": "A", "offers": inside}


def kind(name: str, price: float) -> dict[str, Any]:
    return {"price": price, "priceType": name}


NOW = {"price": 999}
LIST = kind("https://schema.org/ListPrice", 1299)


@pytest.mark.parametrize(
    ("entries", "offer", "paid", "listed"),
    [
        ([{"price": 999}, LIST], {}, 999, 1299),
        ([LIST, {"price": 999, "priceType": "SalePrice"}], {}, 999, 1299),
        ([kind("http://schema.org/StrikethroughPrice", 1299)], NOW, 999, 1299),
        ([kind("MSRP", 1299)], {"price": "999"}, 999, 1299),
        ([kind("MSRP", 1499), LIST], NOW, 999, 1299),
        ([kind("MinimumAdvertisedPrice", 950)], NOW, 999, 999),
        ([kind("InvoicePrice", 700)], NOW, 999, 999),
        ([kind("MinimumAdvertisedPrice", 950)], {}, None, None),
        ([{"price": 899, "validForMemberTier": {"name": "gold"}}], NOW, 999, 999),
        ([{"price": 9.9, "referenceQuantity": {"unitCode": "KGM"}}], NOW, 999, 999),
        ([{"price": 83, "billingDuration": 12}], NOW, 999, 999),
        ([{"price": 799, "eligibleQuantity": {"minValue": 10}}], NOW, 999, 999),
        ([{"price": 799, "validFrom": "2025-11-11"}], NOW, 999, 999),
        ([{"price": 799, "validThrough": "2025-01-31T23:59"}], NOW, 999, 999),
        ([{"price": 999, "validThrough": "2025-12-31"}], {}, 999, 999),
        ([{"price": 899}], NOW, "price", None),
        ([{"price": 899}, {"price": 799}], {}, "price", None),
        ([{"price": 899, "priceCurrency": "USD"}], {}, "price", None),
    ],
)
def test_the_prices_of_an_offer(
    entries: list[dict[str, Any]], offer: dict[str, Any], paid: Any, listed: Any
) -> None:
    if isinstance(paid, str):
        with pytest.raises(ContractError, match="a price in yuan that everybody can pay"):
            offer_of(priced(*entries, **offer))
        return
    found = offer_of(priced(*entries, **offer))
    assert (found.price, found.list_price) == (paid, listed)


@pytest.mark.parametrize(
    ("rated", "right"),
    [
        ({"ratingValue": 4.6}, 4.6),
        ({"ratingValue": "4.6", "bestRating": "5"}, 4.6),
        ({"ratingValue": 4.6, "bestRating": 10}, 2.3),
        ({"ratingValue": 92, "bestRating": 100}, 4.6),
        ({"ratingValue": "4,6", "bestRating": 10}, 2.3),
    ],
)
def test_a_rating_is_told_of_five(rated: dict[str, Any], right: float) -> None:
    assert offer_of({"@type": "Product", "sku": "A", "aggregateRating": rated}).rating == right


@pytest.mark.parametrize(
    ("lead", "right"),
    [
        ({"value": 3}, 3),
        ({"value": 48, "unitCode": "HUR"}, 2),
        ({"value": 2, "unitCode": "WEE"}, 14),
        ({"minValue": 2, "maxValue": 4, "unitCode": "DAY"}, 2),
    ],
)
def test_a_delivery_time_keeps_its_unit(lead: dict[str, Any], right: int) -> None:
    product = {"@type": "Product", "sku": "A", "offers": {"deliveryLeadTime": lead}}
    assert offer_of(product).delivery_days == right


@pytest.mark.parametrize(
    "kind",
    ["application/ld+json; charset=utf-8", "Application/LD+JSON", "application/ld+json;profile=x"],
)
def test_the_type_of_json_ld_may_carry_a_charset(kind: str) -> None:
    assert offer_of(priced({"price": 999}), kind).price == 999


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ('{"@type": "Product", // today\n"sku": "A"}', "a comment in line 1"),
        ('/* made by hand */\n{"@type": "Product"}', "a comment in line 1"),
        ('<!-- {"@type": "Product"} -->', "a comment in line 1"),
        ('{"@type": "Product",\n"sku": "A",\n}', "a comma before }"),
        ('[{"@type": "Product"},]', "a comma before ]"),
        ('{"@type" "Product"}', "Expecting ':' delimiter in line 1"),
        ("", "Expecting value in line 1"),
    ],
)
def test_why_a_page_states_no_json_is_named(data: str, what: str) -> None:
    with pytest.raises(ContractError) as caught:
        offer_of(data)
    assert f"structured data should be on the page, but is no JSON: {what}" in str(caught.value)


@pytest.mark.parametrize("data", ["9" * 5_000, "[" * 100_000], ids=["digits", "depth"])
def test_what_python_does_not_read_is_no_json(data: str) -> None:
    with pytest.raises(ContractError, match="structured data should be on the page, but is no J"):
        offer_of(data)


def test_microdata_keeps_both_prices() -> None:
    text = """<div itemscope itemtype="https://schema.org/Product https://schema.org/Thing"><p>
    <i itemprop="sku">A</i><b itemprop="offers" itemscope itemtype="https://schema.org/Offer">
    <meta itemprop="priceCurrency" content="CNY"><meta itemprop="price" content="999">
    <u itemprop="priceSpecification" itemscope><meta itemprop="price" content="1299">
    <link itemprop="priceType" href="https://schema.org/ListPrice"></u></b>
    <s itemprop="aggregateRating" itemscope><meta itemprop="ratingValue" content="4.6">
    <meta itemprop="bestRating" content="10"></s>
    <s itemprop="isSimilarTo" itemscope><meta itemprop="price" content="1"></s></p></div>"""
    optional = ("name", "category", "in_stock", "delivery_days", "rating", "reviews")
    reader = Reader(
        start="/",
        links="a",
        product="/p/",
        block="p",
        fields={},
        data="microdata",
        optional=optional,
    )
    (found,) = read_offers(Page(f"{HOST}/p/A.html", text), [reader])
    assert (found.price, found.list_price, found.rating) == (999, 1299, 2.3)


# A site beyond the budget, and one that is closed


class Site:
    """A shop whose first pages list its products; it counts what it is asked."""

    def __init__(self, products: int, lists: int, robots: str = "") -> None:
        self.products, self.lists, self.robots = products, lists, robots
        self.asked: list[str] = []

    def __call__(self, url: str, headers: Any) -> Reply:
        parts = urlsplit(url)
        self.asked.append(url.removeprefix(HOST))
        if parts.path == "/robots.txt":
            return Reply(200, {"content-type": "text/plain"}, [self.robots.encode()])
        if parts.path.startswith("/p/"):
            sku = parts.path[3:-5]
            page = f"<main><i>{sku}</i><u>in stock</u><h1>手机</h1><b>9元</b></main>"
        else:
            mine = range(int(parts.path[1:] or 0), self.products, self.lists)
            page = "".join(f"<a href='/{n}'>more</a>" for n in range(1, self.lists))
            page += "".join(
                f"<a href='/p/{n}.html{more}'>x</a>"
                for n in mine
                for more in ("?utm_source=a", "?spm=1.2&id=3", "?id=3&gclid=9", ";jsessionid=8", "")
            )
        return Reply(200, {"content-type": "text/html"}, [page.encode()])


READER = Reader(
    start="/",
    links="a",
    product=r"/p/(?P<sku>\w+)\.html$",
    block="main",
    fields={"sku": "i", "name": "h1", "category": "h1", "price": "b", "in_stock": "u"},
    optional=("delivery_days", "rating", "reviews"),
)


def test_pages_left_unread_are_one_problem() -> None:
    site = Site(700, 10)
    collector = Collector(site, clock=CountingClock())
    found = collect_site(collector, "K1", f"{HOST}/", [READER])
    assert len(site.asked) == 500
    assert len(found.offers) == 489
    assert list(found.problems["found"]) == ["cut short, with 211 pages left unread"]
    assert "most_pages" in found.problems["sentence"][0]


def test_a_product_is_asked_for_once_whatever_its_links_carry() -> None:
    site = Site(20, 2)
    found = collect_site(Collector(site, clock=CountingClock()), "K1", f"{HOST}/", [READER])
    assert len(found.offers) == 20
    assert len(site.asked) == 1 + 2 + 20
    assert found.problems.empty


def test_pages_without_a_number_in_their_path_differ_by_what_is_no_tracking() -> None:
    links = ["?id=1&utm_campaign=x", "?utm_medium=y&id=1", "?id=2&size=3", "?size=3&id=2&fbclid=4"]
    page = "".join(f"<a href='/item{link}'>x</a>".replace("&", "&amp;") for link in links)
    asked = []

    def fetch(url: str, headers: Any) -> Reply:
        asked.append(url.removeprefix(HOST))
        return Reply(
            404 if "robots" in url else 200, {"content-type": "text/html"}, [page.encode()]
        )

    collect_site(Collector(fetch, clock=CountingClock()), "K1", f"{HOST}/", [READER])
    assert asked == ["/robots.txt", "/", "/item?id=1", "/item?id=2&size=3"]


@pytest.mark.parametrize(
    "robots",
    [
        "User-agent: *\nDisallow: /",
        "User-agent: *\nAllow: /$\nAllow: /1$\nDisallow: /",
        "User-agent: *\nCrawl-delay: 86400",
    ],
)
def test_a_site_that_is_closed_is_a_problem(robots: str) -> None:
    site = Site(20, 2, robots)
    found = collect_site(Collector(site, clock=CountingClock()), "K1", f"{HOST}/", [READER])
    assert found.offers.empty
    (sentence,) = found.problems["sentence"]
    assert "the site should be open to collectors, but is closed to them" in sentence
    assert "robots.txt" in sentence
