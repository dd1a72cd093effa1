"""Offers read from pages: each site's reader is data, and its contract is checked on every page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

from ecokit.competitors.addresses import plain, shown
from ecokit.competitors.collect import Page, PageError
from ecokit.competitors.convert import CONVERT, WANTED
from ecokit.competitors.prices import LONGEST_TEXT, Price
from ecokit.competitors.structured import DATA, StructuredError
from ecokit.errors import CourseError
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

if TYPE_CHECKING:
    import bs4

FIELDS = (
    "sku",
    "name",
    "category",
    "list_price",
    "price",
    "promotion",
    "in_stock",
    "delivery_days",
    "rating",
    "reviews",
)
MOST_REVIEWS = 10**9  # more than the people who buy online
PRICE_MARK = re.compile(
    r"(?:[¥￥]|RMB|CNY)\s{0,3}\d|\d[\d.,\s]{0,20}(?:元|RMB|CNY|yuan)", re.IGNORECASE
)


@dataclass(frozen=True)
class Offer:
    """What a page says of one product.

    Attributes
    ----------
    url, week : str
        Where and when it was read.
    sku, name, category : str
        As printed; the category under our name.
    list_price, price : float
        Yuan: the price before any offer, and what a customer pays.
    promotion : str or None
        ``sale``, ``coupon``, ``bundle``.
    in_stock : bool
    delivery_days, reviews : int or None
    rating : float or None
        Of 5.
    """

    url: str
    week: str
    sku: str
    name: str
    category: str
    list_price: float
    price: float
    promotion: str | None
    in_stock: bool
    delivery_days: int | None
    rating: float | None
    reviews: int | None


@dataclass(frozen=True)
class Problem:
    """A point in which a page breaks the contract of its reader."""

    url: str
    field: str
    expected: str
    found: str

    @property
    def sentence(self) -> str:
        """Which page, which field, what was expected, what was found."""
        sentence = _("{url}: {field} should be {expected}, but is {found}.")
        told = sentence.format(
            url=shown(self.url), field=self.field, expected=self.expected, found=self.found
        )
        return plain(told)


class ContractError(PageError):
    """A page that breaks the contract of its reader; ``problems`` lists the points."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        more = len(problems) - 1
        sentence = problems[0].sentence
        super().__init__(sentence + (_(" (And {more} more.)").format(more=more) if more else ""))
        self.problems = list(problems)


@dataclass(frozen=True)
class Reader:
    r"""Where a site prints what; data, so that a changed template needs no new code.

    Attributes
    ----------
    start : str
        Path of the page where a walk through the site begins.
    links : str
        CSS selector of the links to follow; in a sitemap, of the elements that hold addresses.
    product : str
        Regular expression of a product page's path; a group ``sku`` in it must agree with the page.
    block : str
        CSS selector of the one element that holds the offer.
    fields : mapping of str to str
        CSS selector, inside the block, of each of `FIELDS` that people can see. ``price`` may also
        name the former price ("was ... now ...").
    ignored : str
        CSS selector of texts with prices that are not for everybody.
    data : str
        Structured data beside it: ``json-ld``, ``microdata``, or nothing. What is said twice must
        agree.
    optional : tuple of str
        Fields that a page may lack; no promotion always means that there is none.

    Notes
    -----
    Every text in the block that looks like a price has to be read by a field or be ignored. This
    is what finds a template that moved its price: the new place is a price that nobody reads.

    Examples
    --------
    >>> page = Page("http://shop.example/p/A1.html",
    ...             "<main><h1>Phone 手机</h1><b>¥99</b><i>A1</i><u>in stock</u></main>")
    >>> fields = {"sku": "i", "name": "h1", "category": "h1", "price": "b", "in_stock": "u"}
    >>> reader = Reader(start="/", links="a", product=r"/p/(?P<sku>\w+)", block="main",
    ...                 fields=fields, optional=("delivery_days", "rating", "reviews"))
    >>> read_offers(page, [reader])[0].price
    99.0
    """

    start: str
    links: str
    product: str
    block: str
    fields: Mapping[str, str]
    ignored: str = ""
    data: Literal["", "json-ld", "microdata"] = ""
    optional: tuple[str, ...] = ("rating", "reviews")

    def __post_init__(self) -> None:
        """Check what was declared, so that a slip shows here and not on every page."""
        import soupsieve

        for name in ("start", "links", "product", "block"):
            numbers.text(name, getattr(self, name))
        wanted = _("Give a CSS selector for each field, such as {'price': '.price'}.")
        for name, selector in numbers.mapping("fields", self.fields, wanted).items():
            numbers.text(f"fields[{name!r}]", selector)
        if not isinstance(self.ignored, str):
            raise numbers.refused("ignored", self.ignored, _("Give a CSS selector."))
        optional: Any = self.optional
        if not isinstance(optional, Sequence) or isinstance(optional, str):
            wanted = _("Give names of fields, such as ('rating', 'reviews').")
            raise numbers.refused("optional", optional, wanted)
        unknown = [name for name in (*self.fields, *self.optional) if name not in FIELDS]
        if unknown:
            sentence = _("A reader has no field '{name}'. Fields are {fields}.")
            raise CourseError(sentence.format(name=unknown[0], fields=", ".join(FIELDS)))
        if self.data and self.data not in DATA:
            sentence = _("data is {choices} or nothing, not '{data}'.")
            raise CourseError(sentence.format(choices=", ".join(DATA), data=self.data))
        for selector in filter(None, (self.links, self.block, self.ignored, *self.fields.values())):
            try:
                soupsieve.compile(selector)
            except soupsieve.SelectorSyntaxError as error:
                sentence = _("'{selector}' is no CSS selector.").format(selector=selector)
                raise CourseError(sentence) from error
        try:
            re.compile(self.product)
        except re.error as error:
            sentence = _("'{product}' is no regular expression: {error}.")
            raise CourseError(sentence.format(product=self.product, error=error)) from error


def _rows(**words: str) -> dict[str, str]:
    """Return the selectors of a table's cells by a word in the head of their row."""
    return {name: f'th:-soup-contains("{word}") + td' for name, word in words.items()}


_TABLE = _rows(
    sku="货号",
    name="名称",
    category="类别",
    promotion="促销",
    in_stock="库存",
    delivery_days="配送",
    rating="评分",
    reviews="评分",
)
_TABLES = Reader(
    start="/",
    links="td a[href]",
    product=r"/goods/(?P<sku>[^/]+)\.htm$",
    block="table",
    fields=_TABLE | _rows(list_price="原价", price="现价"),
)

READERS: dict[str, tuple[Reader, ...]] = {
    "K1": (
        Reader(
            start="/sitemap.xml",
            links="loc, a.card, a[rel~=next i]",
            product=r"/p/(?P<sku>[^/]+)\.html$",
            block="main",
            data="json-ld",
            fields={
                "sku": ".sku",
                "name": "h1",
                "price": ".price",
                "promotion": ".badge",
                "in_stock": ".stock",
                "delivery_days": ".delivery",
                "rating": ".rating",
                "reviews": ".rating",
            },
        ),
    ),
    "K2": (
        Reader(
            start="/",
            links=".departments a, .item a, a.more",
            product=r"/item/(?P<sku>[^/]+)\.html$",
            block=".product",
            data="microdata",
            fields={
                "sku": "[itemprop=sku]",
                "name": "[itemprop=name]",
                "price": ".price",
                "category": "[itemprop=category]",
                "promotion": ".tag",
                "in_stock": ".stock",
                "delivery_days": ".delivery",
                "rating": "[itemprop=ratingValue]",
                "reviews": "[itemprop=reviewCount]",
            },
            ignored=".members",
        ),
    ),
    "K3": (
        Reader(
            start=_TABLES.start,
            links=_TABLES.links,
            product=_TABLES.product,
            block="table",
            fields=_TABLE | _rows(list_price="价格", price="到手价"),
        ),
        _TABLES,
    ),
}
"""The readers of each competitor's pages, one for each template: they are tried in turn."""


@public
def read_offers(page: Any, readers: Iterable[Reader] | None = None) -> list[Offer]:
    """Return the offers on a product page.

    Parameters
    ----------
    page : Page
        From a `Collector`.
    readers : iterable of Reader, optional
        Tried in turn; the first whose contract the page keeps is taken. Without them, those of the
        small web's three shops.

    Returns
    -------
    list of Offer
        One for a product page. ``pandas.DataFrame(offers)`` makes a table.

    Raises
    ------
    ContractError
        When the page keeps no reader's contract: which page, which field, what was expected.
    CourseError
        When `page` is no page, or `readers` are none.

    References
    ----------
    Structured data: Product, Offer and AggregateRating of schema.org. The contracts are the
    course's own.

    Examples
    --------
    >>> from ecokit import competitors, load_shop
    >>> with competitors.serve(load_shop(), "2025-03-03") as web:
    ...     collector = competitors.Collector(web.fetch, clock=web.clock)
    ...     first = collector.get("http://papayagadgets.example/catalog/phones_1.htm")
    ...     page = collector.get(first.links("td a[href]")[0])
    >>> [offer.category for offer in read_offers(page)]
    ['phones']
    >>> read_offers(first)
    Traceback (most recent call last):
    ...
    ecokit.competitors.read.ContractError: http://papayagadgets.example/catalog/phones_1.htm:
        address should be the address of a product, but is /catalog/phones_1.htm.
    """
    if not isinstance(page, Page):
        wanted = _("Give a page that a Collector got: collector.get(url).")
        raise numbers.refused("page", page, wanted)
    chosen = readers_of(readers) if readers is not None else sum(READERS.values(), start=())
    fewest: list[Problem] | None = None
    for reader in chosen:
        values, problems = _read(page, reader)
        if not problems:
            return [Offer(page.url, page.week, **values)]
        if fewest is None or len(problems) < len(fewest):
            fewest = problems
    raise ContractError(fewest or [Problem(page.url, "readers", _("at least one"), "0")])


def readers_of(given: object, name: str = "readers") -> tuple[Reader, ...]:
    """Return readers that are tried in turn, or say what to give; one may come alone.

    Examples
    --------
    >>> readers_of("K1")
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: readers is 'K1'. Give readers, such as competitors.READERS['K1'].
    """
    found = [given] if isinstance(given, Reader) else given
    found = list(found) if isinstance(found, Iterable) else [None]
    if not all(isinstance(one, Reader) for one in found):
        wanted = _("Give readers, such as competitors.READERS['K1'].")
        raise numbers.refused(name, given, wanted)
    return tuple(found)


def _read(page: Page, reader: Reader) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values of one page, and in which points it breaks the contract."""

    def problem(name: str, expected: str, found: object) -> Problem:
        return Problem(page.url, name, expected, f"'{found}'" if found == "" else str(found)[:80])

    path = urlsplit(page.url).path
    match = re.search(reader.product, path)
    if match is None:
        return {}, [problem("address", _("the address of a product"), path)]
    blocks = page.soup.select(reader.block)
    if len(blocks) != 1:
        return {}, [
            problem("page", _("one part '{block}'").format(block=reader.block), len(blocks))
        ]
    texts, read = _texts(blocks[0], reader)
    data, fault = {}, _("missing")
    try:
        data = DATA[reader.data](page.soup, page.week) if reader.data else {}
    except StructuredError as error:
        fault = str(error)
    seen, problems = _converted(texts, problem)
    said, more = _converted(data, problem)
    problems += more
    if reader.data and not data:
        problems.append(problem("structured data", _("on the page"), fault))
    for name in seen.keys() & said.keys():
        if seen[name] != said[name]:
            expected = _("the same for people and in the structured data, {said}")
            problems.append(problem(name, expected.format(said=said[name]), seen[name]))
    values = dict.fromkeys(FIELDS) | said | seen
    if "list_price" not in reader.fields and values["list_price"] is None:
        values["list_price"] = values["price"]  # no former price is named
    unread = {one.field for one in problems}
    for name in FIELDS:
        if values[name] is None and name not in {"promotion", *reader.optional, *unread}:
            problems.append(problem(name, _("on the page"), _("missing")))
    problems += _implausible(values, match.groupdict().get("sku"), problem)
    for text in _unread(blocks[0], read):
        problems.append(problem("price", _("all that looks like a price"), text))
    return values, problems


def _texts(block: bs4.Tag, reader: Reader) -> tuple[dict[str, str], set[int]]:
    """Return the text of each field, and which elements were read."""
    read = {id(tag) for tag in block.select(reader.ignored)} if reader.ignored else set()
    texts = {}
    for name, selector in reader.fields.items():
        found = block.select_one(selector)
        if found is not None:
            texts[name] = found.get_text(" ", strip=True)
            read.add(id(found))
    return texts, read


def _unread(block: bs4.Tag, read: set[int]) -> list[str]:
    """Return the texts in a block that look like prices and that nothing has read."""

    def like_a_price(text: str | None) -> bool:
        return bool(text and PRICE_MARK.search(text[:LONGEST_TEXT]))

    found = block.find_all(string=like_a_price)
    return [text.strip() for text in found if not any(id(tag) in read for tag in text.parents)]


def _converted(
    texts: Mapping[str, str], problem: Callable[[str, str, object], Problem]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values that texts state, and the texts that state none."""
    values: dict[str, Any] = {}
    problems = []
    for name, text in texts.items():
        try:
            value = CONVERT[name](text)
        except CourseError:
            problems.append(problem(name, WANTED.get(name, _("a text")), text))
            continue
        if isinstance(value, Price):
            if value.was is not None:
                values.setdefault("list_price", float(value.was))
            value = float(value.amount)
        values[name] = value
    return values, problems


def _implausible(
    values: Mapping[str, Any], sku: str | None, problem: Callable[[str, str, object], Problem]
) -> list[Problem]:
    """Return the points in which values cannot be right."""
    found = []
    if values["sku"] is not None and sku is not None and values["sku"] != unquote(sku):
        expected = _("{sku}, as in the address").format(sku=unquote(sku))
        found.append(problem("sku", expected, values["sku"]))
    price, was = values["price"], values["list_price"]
    if price is not None and not 0 < price < 1_000_000:
        found.append(problem("price", _("above 0 and below a million"), price))
    if price is not None and was is not None and price > was:
        expected = _("at most the list price, {was:,.2f}").format(was=was)
        found.append(problem("price", expected, price))
    if values["rating"] is not None and not 0 <= values["rating"] <= 5:
        found.append(problem("rating", _("between 0 and 5"), values["rating"]))
    if values["delivery_days"] is not None and values["delivery_days"] > 90:
        found.append(problem("delivery_days", _("at most 90"), values["delivery_days"]))
    if values["reviews"] is not None and values["reviews"] >= MOST_REVIEWS:
        expected = _("below {most:,}").format(most=MOST_REVIEWS)
        found.append(problem("reviews", expected, values["reviews"]))
    return found
