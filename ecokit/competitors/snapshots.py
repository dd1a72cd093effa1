"""Snapshots of weeks, and the tidy panel that they make."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from ecokit.competitors.addresses import absolute, is_same_site, shown
from ecokit.competitors.collect import (
    AddressError,
    Collector,
    GivenUpError,
    PageError,
    RefusedError,
    SpentError,
    StatusError,
    collector_of,
)
from ecokit.competitors.read import (
    FIELDS,
    READERS,
    ContractError,
    Offer,
    Problem,
    Reader,
    read_offers,
    readers_of,
)
from ecokit.competitors.site import serve
from ecokit.competitors.tables import fetched, shop_of
from ecokit.competitors.words import words
from ecokit.errors import CourseError
from ecokit.inputs import frames, numbers, rows
from ecokit.inputs.renamed import public
from ecokit.messages import _
from ecokit.shop.tables import Shop
from ecokit.shop.web import members_only, week_of

COLUMNS = ("competitor_id", "sku", "name", "category", "week", *FIELDS[3:])
TYPES = {
    "competitor_id": "str",
    "sku": "str",
    "name": "str",
    "category": "str",
    "week": "datetime64[us]",
    "list_price": "float64",
    "price": "float64",
    "promotion": "str",
    "in_stock": "bool",
    "delivery_days": "Int64",
    "rating": "float64",
    "reviews": "Int64",
}
PRICE_FACTOR = 3.0  # a price of more than three times last week's, or less than a third
LEAST_SHARE = 0.6  # of last week's number of offers
MOST_LINKS = 20_000  # of one walk; more are counted only
GONE = (404, 410)  # a link to a product that is no longer sold; the log says so


@dataclass(frozen=True, repr=False)
class Snapshot:
    """What one competitor's site showed in one week.

    Attributes
    ----------
    competitor_id : str
    week : Timestamp
    offers : DataFrame
        The columns of `panel`.
    problems : DataFrame
        ``url``, ``field``, ``expected``, ``found``, ``sentence``: the pages that were not read.
    log : DataFrame
        The rows of ``Collector.log`` for this site and week.
    """

    competitor_id: str
    week: pd.Timestamp
    offers: pd.DataFrame
    problems: pd.DataFrame
    log: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"Snapshot({self.competitor_id}, {self.week:%Y-%m-%d}, {len(self.offers)} offers, "
            f"{len(self.problems)} problems)"
        )


@public
def collect_site(
    collector: Collector,
    competitor_id: str,
    url: str,
    readers: Sequence[Reader] | None = None,
    before: pd.DataFrame | None = None,
) -> Snapshot:
    """Walk through a competitor's site and read its offers.

    Parameters
    ----------
    collector : Collector
        Asks for the pages.
    competitor_id : str
        Whose site.
    url : str
        Its first page. Links to other sites are not followed.
    readers : sequence of Reader, optional
        How to read it; without them, those of `READERS`.
    before : DataFrame, optional
        The offers of the last snapshot. An offer at more than three times its last price or less
        than a third of it counts as misread, and so does a site that lost two offers in five.

    Returns
    -------
    Snapshot
        What could be read, what could not, and what was asked for.

    Raises
    ------
    CourseError
        No reader is known for this competitor, `readers` are none, or `url` is no text; or the
        small web is closed.

    References
    ----------
    Slide 18 (visit competitors' sites, collect what they publish); manners as in `Collector`.
    What counts as misread is the course's own rule.

    Examples
    --------
    >>> from ecokit import competitors, load_shop
    >>> with competitors.serve(load_shop(), "2025-03-03") as web:
    ...     collector = competitors.Collector(web.fetch, clock=web.clock)
    ...     collect_site(collector, "K3", "http://papayagadgets.example/")
    Snapshot(K3, 2025-03-03, ... offers, 0 problems)
    """
    known = READERS if readers is None else {competitor_id: readers}
    chosen = readers_of(known[numbers.one_of("competitor_id", competitor_id, known)])
    if not chosen:
        raise numbers.refused("readers", readers, _("Give one reader at least."))
    started, unkept = len(collector_of(collector).log), set(collector.unkept)
    offers, found = _walk(collector, numbers.text("url", url), chosen)
    found += _lost(collector, unkept)
    table = _table(competitor_id, offers)
    if before is not None:
        (last,) = fetched({"before": before}, {"before": "sku price"})
        table, moved = _compared(table, last, {offer.sku: offer.url for offer in offers}, url)
        found += moved
    rows = [{**asdict(problem), "sentence": problem.sentence} for problem in found]
    columns = ["url", "field", "expected", "found", "sentence"]
    return Snapshot(
        competitor_id,
        pd.Timestamp(collector.week),
        table,
        pd.DataFrame(rows, columns=columns, dtype="str"),
        collector.log.iloc[started:].reset_index(drop=True),
    )


@public
def collect_weeks(
    shop: Shop,
    weeks: Iterable[str | pd.Timestamp],
    readers: Mapping[str, Sequence[Reader]] | None = None,
    *,
    progress: bool = False,
) -> list[Snapshot]:
    """Collect all competitors' sites of the small web in several weeks.

    Parameters
    ----------
    shop : Shop
        With the competitors' tables.
    weeks : iterable of str or Timestamp
        Any day of each week.
    readers : mapping, optional
        Other readers than those of `READERS`, by competitor.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    list of Snapshot
        One per week and competitor, in order of time.

    Raises
    ------
    CourseError
        When the tables lack a week, or `readers` are none.

    References
    ----------
    Slide 18 (collect what competitors publish).

    Examples
    --------
    >>> from ecokit import load_shop
    >>> collect_weeks(load_shop(), ["2025-03-03"])[0].competitor_id
    'K1'
    """
    from tqdm.auto import tqdm

    chosen = _mondays(shop_of(shop), weeks)
    if not chosen:
        return []
    snapshots: list[Snapshot] = []
    last: dict[str, pd.DataFrame] = {}
    wanted = _("Give readers by competitor, such as {'K1': [reader]}.")
    given = numbers.mapping("readers", {} if readers is None else readers, wanted)
    known = {**READERS, **{key: readers_of(one) for key, one in given.items()}}
    with serve(shop, chosen[0]) as web:
        collector = Collector(web.fetch, clock=web.clock)
        sites = web.sites.dropna(subset=["competitor_id"])
        for week in tqdm(chosen, unit="week", disable=not progress):
            web.show(week)
            for competitor_id, url in zip(sites["competitor_id"], sites["url"], strict=True):
                snapshot = collect_site(
                    collector, competitor_id, url, known[competitor_id], last.get(competitor_id)
                )
                last[competitor_id] = snapshot.offers
                snapshots.append(snapshot)
    return snapshots


@public
def panel(snapshots: Iterable[Snapshot]) -> pd.DataFrame:
    """Return the offers of snapshots as one tidy panel.

    Parameters
    ----------
    snapshots : iterable of Snapshot
        In any order.

    Returns
    -------
    DataFrame
        One row per competitor, product and week, sorted by week, competitor and SKU:
        ``competitor_id``, ``sku``, ``name``, ``category`` (str), ``week`` (datetime64, a Monday),
        ``list_price``, ``price`` (float64, yuan), ``promotion`` (str, missing without one),
        ``in_stock`` (bool), ``delivery_days`` (Int64), ``rating`` (float64), ``reviews`` (Int64).
        A week in which a product was not read has no row: nothing is filled in.

    Raises
    ------
    CourseError
        When two snapshots are of the same competitor and week.

    References
    ----------
    Slide 18 (a system of gathering and processing); the columns are those of the tables
    competitor_products and competitor_prices in the data dictionary.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> panel(collect_weeks(load_shop(), ["2025-03-03"])).dtypes["price"]
    dtype('float64')
    """
    chosen = _listed(snapshots)
    keys = [(snapshot.competitor_id, snapshot.week) for snapshot in chosen]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        sentence = _(
            "{competitor} is there twice in the week of {week:%Y-%m-%d}. Keep one of them."
        )
        raise CourseError(sentence.format(competitor=twice[0], week=twice[1]))
    tables = [snapshot.offers for snapshot in chosen]
    table = pd.concat(tables) if tables else _table("", [])
    return table.sort_values(["week", "competitor_id", "sku"], ignore_index=True)


@public
def published(data: Any, *, weeks: Iterable[str | pd.Timestamp] | None = None) -> Any:
    """Return the panel that a collector gets, which keeps to robots.txt, without going round.

    Parameters
    ----------
    data : Shop or mapping of table name to table
        ``competitor_products``: ``competitor_id``, ``sku``, ``name``, ``category``.
        ``competitor_prices``: the other columns of `panel`.
    weeks : iterable of str or Timestamp, optional
        Any day of each week; without them, every week.

    Returns
    -------
    DataFrame
        As `panel` returns it: without the offers that robots.txt keeps collectors from.

    Raises
    ------
    CourseError
        When the shop lacks a table, or the tables a week.

    References
    ----------
    The tables competitor_products and competitor_prices of the data dictionary.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> published(load_shop())["week"].nunique()
    52
    """
    keys = ["competitor_id", "sku"]
    products, prices = frames.fetched(
        data,
        {
            "competitor_products": [*keys, "name", "category"],
            "competitor_prices": [*keys, *COLUMNS[4:]],
        },
    )
    rows.refuse(prices, "competitor_prices", [rows.missing("in_stock", *keys)])
    table = prices.merge(products[~members_only(products)], on=keys)
    if weeks is not None and len(prices):
        chosen = _mondays(Shop({"competitor_prices": prices}), weeks)
        table = table[table["week"].isin(chosen)]
    table = table[list(COLUMNS)].astype(TYPES)
    return frames.like(table.sort_values(["week", "competitor_id", "sku"], ignore_index=True), data)


@public
def problems(snapshots: Iterable[Snapshot]) -> pd.DataFrame:
    """Return what could not be read, page by page.

    Parameters
    ----------
    snapshots : iterable of Snapshot
        From `collect_weeks`.

    Returns
    -------
    DataFrame
        ``week``, ``competitor_id``, ``url``, ``field``, ``expected``, ``found``, ``sentence``.

    Raises
    ------
    CourseError
        `snapshots` is not what `collect_weeks` returned.

    References
    ----------
    Slide 18 (a system of gathering and processing); the layout is the course's own.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> len(problems(collect_weeks(load_shop(), ["2025-03-03"])))
    0
    """
    return _stacked(snapshots, "problems")


@public
def logs(snapshots: Iterable[Snapshot]) -> pd.DataFrame:
    """Return every request, and why pages were not asked for.

    Parameters
    ----------
    snapshots : iterable of Snapshot
        From `collect_weeks`.

    Returns
    -------
    DataFrame
        ``week``, ``competitor_id`` and the columns of ``Collector.log``.

    Raises
    ------
    CourseError
        `snapshots` is not what `collect_weeks` returned.

    References
    ----------
    Pages that robots.txt forbids: RFC 9309; the layout is the course's own.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> table = logs(collect_weeks(load_shop(), ["2025-03-03"]))
    >>> sorted(set(table["reason"]))
    ['busy, tried again after 3 s', 'not found', 'ok', 'robots.txt forbids it']
    """
    return _stacked(snapshots, "log")


def _listed(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """Return snapshots as a list; one may come alone."""
    found: list[Any] = list(snapshots) if numbers.is_list(snapshots) else [snapshots]
    if not all(isinstance(one, Snapshot) for one in found):
        raise numbers.refused("snapshots", snapshots, _("Give what collect_weeks returned."))
    return found


def _mondays(shop: Shop, weeks: Iterable[str | pd.Timestamp]) -> list[pd.Timestamp]:
    """Return the Mondays of weeks, each once, in order; one week may come alone."""
    if isinstance(weeks, str) or not numbers.is_list(weeks):
        weeks = [numbers.day("weeks", weeks)]
    return sorted({week_of(shop, week) for week in weeks})


def _walk(
    collector: Collector, url: str, readers: Sequence[Reader]
) -> tuple[list[Offer], list[Problem]]:
    """Follow a site's links from its start, and read each product's page."""
    links = ", ".join(dict.fromkeys(reader.links for reader in readers))
    waiting = deque([absolute(url, readers[0].start) or url])
    seen = {_identity(waiting[0], readers)}
    offers: dict[str, Offer] = {}
    found: list[Problem] = []
    refused: list[RefusedError] = []
    too_many: set[str] = set()
    while waiting:
        address = waiting.popleft()
        try:
            page = collector.get(address)
            if any(re.search(reader.product, urlsplit(address).path) for reader in readers):
                offers |= {offer.sku: offer for offer in read_offers(page, readers)}
                continue
            new = page.links(links)
        except AddressError as error:
            found.append(Problem(shown(address), "page", _("a web address"), str(error)))
            continue
        except RefusedError as error:
            refused.append(error)
            continue
        except ContractError as error:
            found += error.problems
            continue
        except PageError as error:
            if not (isinstance(error, StatusError) and error.status in GONE):
                found.append(Problem(address, "page", _("readable"), str(error)))
            continue
        for link in map(untracked, new):
            identity = _identity(link, readers)
            if not is_same_site(link, url) or identity in seen:
                continue
            if len(seen) < MOST_LINKS:
                waiting.append(link)
                seen.add(identity)
            else:
                too_many.add(identity)
    found += _unasked(url, refused, bool(offers), len(too_many))
    if not offers and not found:
        found.append(Problem(url, "site", _("a shop"), _("without a page of a product")))
    return list(offers.values()), found


def _lost(collector: Collector, before: set[str]) -> list[Problem]:
    """Return what is told of pages that were read, but that the folder could not take."""
    new = {url: why for url, why in collector.unkept.items() if url not in before}
    if not new:
        return []
    url, why = next(iter(new.items()))
    found = _("held in memory only ({count} pages): {why}").format(count=len(new), why=why)
    return [Problem(url, _("cache"), _("kept in its folder"), found)]


def untracked(url: str) -> str:
    """Return an address without the parameters that only tell where a visitor came from.

    >>> untracked("http://shop.example/p?utm_source=x&id=7&gclid=1")
    'http://shop.example/p?id=7'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    kept = [one for one in parts.query.split("&") if one and not _tracks(one.partition("=")[0])]
    path = re.sub(r";(?:jsessionid|phpsessid|sid)=[^/]*", "", parts.path, flags=re.IGNORECASE)
    return parts._replace(path=path, query="&".join(kept)).geturl()


def _tracks(name: str) -> bool:
    """Return whether a parameter of an address is one of those that follow a visitor."""
    name = name.lower()
    return any(fnmatchcase(name, one) for one in words("tracking"))


def _identity(url: str, readers: Sequence[Reader]) -> str:
    """Return what two addresses of one page share: the product's number, or all but the order.

    >>> _identity("http://shop.example/p?b=2&a=1", [])
    'http://shop.example/p?a=1&b=2'
    """
    parts = urlsplit(untracked(url))
    for reader in readers:
        match = re.search(reader.product, parts.path)
        if match and match.groupdict().get("sku"):
            return f"{parts.scheme}://{parts.netloc.lower()} {match['sku']}"
    return parts._replace(query="&".join(sorted(parts.query.split("&")))).geturl()


def _unasked(
    url: str, refused: Sequence[RefusedError], any_offers: bool, too_many: int
) -> list[Problem]:
    """Return what is told of pages that were not asked for: too many, or a closed site."""
    left = [error for error in refused if isinstance(error, SpentError)]
    found = []
    if left or too_many:
        unread = _("cut short, with {count} pages left unread")
        expected = _("complete (most_pages of the Collector allows more requests)")
        if any(isinstance(error, GivenUpError) for error in left):
            expected = _("complete (the site has to answer in most_seconds of the Collector)")
        count = len(left) + too_many
        found.append(Problem(url, _("the walk"), expected, unread.format(count=count)))
    if refused and not left and not any_offers:
        closed = _("closed to them, {reason}")
        reason = str(refused[0]).rstrip(".")
        found.append(
            Problem(url, _("the site"), _("open to collectors"), closed.format(reason=reason))
        )
    return found


def _table(competitor_id: str, offers: Sequence[Offer]) -> pd.DataFrame:
    """Return offers with the columns and types of the panel."""
    rows = [{"competitor_id": competitor_id} | asdict(offer) for offer in offers]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(TYPES)
    return table.sort_values("sku", ignore_index=True)


def _compared(
    table: pd.DataFrame, before: pd.DataFrame, urls: Mapping[str, str], site: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Take out offers whose price is far from the last one, and say so."""
    last = dict(zip(before["sku"], before["price"], strict=True))
    ratio = table["price"] / table["sku"].map(last).astype("float64")
    odd = (ratio > PRICE_FACTOR) | (ratio < 1 / PRICE_FACTOR)
    found = [
        Problem(
            urls[sku],
            "price",
            _("near last week's {was:,.2f}").format(was=last[sku]),
            f"{price:,.2f}",
        )
        for sku, price in zip(table.loc[odd, "sku"], table.loc[odd, "price"], strict=True)
    ]
    if len(table) < LEAST_SHARE * len(before):
        expected = _("about as many as last week, {count}").format(count=len(before))
        found.append(Problem(site, "offers", expected, str(len(table))))
    return table[~odd].reset_index(drop=True), found


def _stacked(snapshots: Iterable[Snapshot], part: str) -> pd.DataFrame:
    """Return one part of all snapshots, with week and competitor before it."""

    def labelled(snapshot: Snapshot) -> pd.DataFrame:
        inner: pd.DataFrame = getattr(snapshot, part)
        labels: dict[str, Any] = {"week": snapshot.week, "competitor_id": snapshot.competitor_id}
        return inner.assign(**labels)[[*labels, *inner.columns]]

    tables = [labelled(snapshot) for snapshot in _listed(snapshots)]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
