"""The pages of a directory that lists shops."""

from __future__ import annotations

import logging
from typing import Any

import pandas as pd

from ecokit.competitors.addresses import is_same_site
from ecokit.competitors.collect import Collector, Page, PageError, collector_of
from ecokit.competitors.convert import CATEGORY_WORDS, in_yuan, whole_number
from ecokit.competitors.read import ContractError, Problem
from ecokit.inputs import numbers
from ecokit.inputs.renamed import public
from ecokit.messages import _

DIRECTORY_WORDS = (
    {"商店": "name", "网址": "domain", "类型": "kind"}
    | {word: category for category, word in CATEGORY_WORDS.items()}
    | {"其他": "other", "价格带": "prices", "月访问": "monthly_visits", "地区": "region"}
)


def read_directory(page: Page) -> pd.DataFrame:
    """Return the shops that one page of the directory lists.

    Parameters
    ----------
    page : Page
        From a `Collector`.

    Returns
    -------
    DataFrame
        ``shop_id``, ``name``, ``domain``, ``kind``, the number of products by category and
        ``other`` (int64), ``price_low`` and ``price_high`` (yuan), ``monthly_visits`` (int64),
        ``region``.

    Raises
    ------
    ContractError
        When the table has other columns, or a cell is no number.

    Examples
    --------
    >>> from ecokit import competitors, load_shop
    >>> with competitors.serve(load_shop(), "2025-03-03") as web:
    ...     page = competitors.Collector(web.fetch, clock=web.clock).get("http://shopguide.example/")
    >>> read_directory(page)[["shop_id", "kind"]].head(2)
      shop_id         kind
    0     D01  marketplace
    1     D02        brand
    """
    heads = [tag.get_text() for tag in page.soup.select("table.shops th")]
    columns = [
        next((c for word, c in DIRECTORY_WORDS.items() if word in head), head) for head in heads
    ]
    if columns != list(DIRECTORY_WORDS.values()):
        found = ", ".join(columns)[:80] or _("no table")
        raise ContractError(
            [Problem(page.url, "table", ", ".join(DIRECTORY_WORDS.values()), found)]
        )
    rows = []
    for line in page.soup.select("table.shops tbody tr"):
        cells = [tag.get_text(strip=True) for tag in line.select("td")]
        row: dict[str, Any] = {"shop_id": str(line.get("id", ""))}
        try:
            row |= dict(zip(columns, cells, strict=True))
            low, high = row.pop("prices").split(" to ")
            row["price_low"], row["price_high"] = (float(in_yuan(p).amount) for p in (low, high))
            for name in (*CATEGORY_WORDS, "other", "monthly_visits"):
                row[name] = whole_number(row[name])
        except ValueError:
            found = " | ".join(cells)[:80]
            raise ContractError([Problem(page.url, "row", _("complete"), found)]) from None
        rows.append(row)
    order = ["shop_id", *columns[:-3], "price_low", "price_high", *columns[-2:]]
    return pd.DataFrame(rows, columns=order)


@public
def collect_directory(collector: Collector, url: str = "http://shopguide.example/") -> pd.DataFrame:
    """Return all shops that the directory lists, page after page.

    Parameters
    ----------
    collector : Collector
        Asks for the pages.
    url : str
        The first page. A next page on another site (scheme, host and port) is not asked for.

    Returns
    -------
    DataFrame
        The columns of `read_directory`. When a later page cannot be had or read, the shops before
        it; a line below the cell says so, and ``.attrs["problems"]`` holds the sentence.

    Raises
    ------
    PageError
        When the first page cannot be had or read.

    References
    ----------
    Slide 18 (the big directories, 大导航网站); manners as in `Collector`.

    Examples
    --------
    >>> from ecokit import competitors, load_shop
    >>> with competitors.serve(load_shop(), "2025-03-03") as web:
    ...     shops = collect_directory(competitors.Collector(web.fetch, clock=web.clock))
    >>> len(shops)
    40
    """
    collector = collector_of(collector)
    tables: list[pd.DataFrame] = []
    seen, told = set(), []
    following: list[str] = [numbers.text("url", url)]
    while following:
        try:
            if following[0] in seen:
                raise collector.refuse(following[0], _("it was read before, and is named as next"))
            seen.add(following[0])
            if not is_same_site(following[0], url) and tables:
                raise collector.refuse(following[0], _("it is on another site than the directory"))
            page = collector.get(following[0])
            tables.append(read_directory(page))
            following = page.links("a[rel~=next i]")
        except PageError as error:
            if not tables:
                raise
            sentence = _("The directory is not whole, it ends after {count} pages. {error}")
            told.append(sentence.format(count=len(tables), error=error))
            following = []
    table = pd.concat(tables, ignore_index=True)
    if told:
        table.attrs["problems"] = told
        logging.getLogger("ecokit").warning(told[0])
    return table
