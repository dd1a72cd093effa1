"""A team's report of a round: what it expected, what came, why, and what is still to come.

The report is a page that needs nothing but itself, and prints well. It is written from what was
sealed, so that it can be written again at any time; beside it lie the tables of the course.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ecokit import kpi
from ecokit.game import advance, events, outlook
from ecokit.game.account import LINES
from ecokit.game.draws import Luck
from ecokit.game.ending import Forecast, accuracy
from ecokit.game.fixed import PPM
from ecokit.game.replay import BARS, LUCK, Bridge, Round, bridge, played_round
from ecokit.game.rulebook import FEN, Field, Rules, Supplier, rules
from ecokit.messages import _, _n, yuan
from ecokit.shop import Shop

REPORT, TABLES = "report.html", "tables"
_COSTS = ("weekly", "setup")  # of a choice
SCORECARD = (  # of the course's measures, those that the game knows
    *("uv", "campaign_uv_share", "orders", "campaign_order_share", "conversion"),
    *("campaign_conversion", "order_value", "sales", "profit", "profit_margin"),
    *("stockout_rate", "supply_fill_rate", "inventory_turns", "return_rate"),
)

Cell = tuple[str, bool]
"""What stands in a cell, and whether it is a number."""

Draw = Callable[["Report"], Mapping[str, bytes]]
"""Pictures of a report by name, as PNG."""


Finish = Callable[[str], str]
"""Gives a page its last touch."""


@dataclass(frozen=True)
class Cards:
    """The measures of some teams, computed for all of them at once when they are asked for.

    Parameters
    ----------
    rounds : tuple of Round
        One, or two that follow one another.
    seats : tuple of int
        The places of the teams.
    luck : Luck
        Of the game.
    """

    rounds: tuple[Round, ...]
    seats: tuple[int, ...]
    luck: Luck

    @cached_property
    def found(self) -> dict[int, dict[str, dict[int, float]]]:
        """By seat, measure and round."""
        return scorecards(self.rounds, self.seats, self.luck, rules())


@dataclass(frozen=True)
class Report:
    """A round of a team.

    Parameters
    ----------
    game : Game
        What ``game.json`` says.
    seat : int
        The team's place.
    now, last : Round
        This round and the one before; None before the first.
    cards : Cards
        The measures of all teams that a report is written for.
    profits : dict
        Profit to date of every team, fen.
    """

    game: advance.Game
    seat: int
    now: Round
    last: Round | None
    cards: Cards
    profits: dict[str, int]

    @cached_property
    def bridge(self) -> Bridge:
        """From last round's profit to that of this one."""
        return bridge(self.now, self.last, self.seat, rules())

    @cached_property
    def scorecard(self) -> pd.DataFrame:
        """``kpi``, ``name``, ``name_zh``, ``unit``, ``last``, ``now``."""
        return _card(self.cards.found[self.seat], self.now, self.last)

    @property
    def team(self) -> str:
        """Name of the team."""
        return self.game.teams[self.seat]

    def steps(self) -> pd.DataFrame:
        """Return the bridge as a table: ``step`` and ``yuan``, from ``before`` to ``after``."""
        amounts = {"before": self.bridge.before, **self.bridge.bars, "after": self.bridge.after}
        rows = [(step, fen / FEN) for step, fen in amounts.items()]
        return pd.DataFrame(rows, columns=["step", "yuan"])


def rounds_of(folder: Path, number: int) -> list[Round]:
    """Return the rounds of a game up to one; the practice week stands alone.

    Parameters
    ----------
    folder : Path
        Of the game, with ``sealed``.
    number : int
        The last round, 0 for the practice week.

    Returns
    -------
    list of Round
        In order.

    References
    ----------
    The course's own.
    """
    first = min(number, 1)
    return [played_round(folder, one) for one in range(first, number + 1)]


def reports(
    game: advance.Game, rounds: Sequence[Round], seats: Sequence[int], luck: Luck
) -> list[Report]:
    """Return the reports of teams on the last of some rounds.

    Parameters
    ----------
    game : Game
        What ``game.json`` says.
    rounds : sequence of Round
        All to date.
    seats : sequence of int
        The places of the teams.
    luck : Luck
        Of the game.

    Returns
    -------
    list of Report
        By seat.

    References
    ----------
    The course's own.
    """
    now, last = rounds[-1], rounds[-2] if len(rounds) > 1 else None
    cards = Cards(tuple(rounds[-2:]), tuple(seats), luck)
    profits = {
        team: sum(one.total(place, "profit") for one in rounds)
        for place, team in enumerate(game.teams)
    }
    return [Report(game, seat, now, last, cards, profits) for seat in seats]


def _card(card: Mapping[str, Mapping[int, float]], now: Round, last: Round | None) -> pd.DataFrame:
    """Return a scorecard with the names of its measures."""
    rows = []
    for name in SCORECARD:
        told = kpi.declared(name)
        amounts = [card[name].get(one.number) if one else None for one in (last, now)]
        rows.append((name, told.name, told.name_zh, told.unit, *amounts))
    return pd.DataFrame(rows, columns=["kpi", "name", "name_zh", "unit", "last", "now"])


def scorecards(
    rounds: Sequence[Round], seats: Sequence[int], luck: Luck, book: Rules
) -> dict[int, dict[str, dict[int, float]]]:
    """Return the course's measures of rounds, computed by ecokit from the tables of the teams.

    Parameters
    ----------
    rounds : sequence of Round
        The rounds, one after the other.
    seats : sequence of int
        The places of the teams.
    luck : Luck
        Of the game.
    book : Rules
        Of the game.

    Returns
    -------
    dict
        By seat, measure and round; a round is not there where nothing can be divided by.

    References
    ----------
    Slides 9 and 15 name the KPIs.
    """
    edges = [events.first_day(one.start.week, book) for one in rounds]
    edges.append(events.first_day(rounds[-1].end.week, book))
    numbers = dict(enumerate(one.number for one in rounds))
    several: dict[str, list[pd.DataFrame]] = {}
    for seat in seats:
        for name, found in events.tables(rounds, seat, luck, book).items():
            if name in _DATED:
                several.setdefault(name, []).append(_of_seat(found, name, seat, edges, numbers))
    shop = Shop.in_place({name: pd.concat(parts) for name, parts in several.items()})
    cards: dict[int, dict[str, dict[int, float]]] = {
        seat: {name: {} for name in SCORECARD} for seat in seats
    }
    for name in SCORECARD:
        values = kpi.measure(name, shop, by=["seat", "round"]).dropna()
        for seat, number, amount in values.itertuples(index=False):
            cards[int(seat)][name][int(number)] = float(amount)
    return cards


_DATED = {  # the tables that measures need, and by which column a row is of a round
    **{"visits": "started_at", "orders": "placed_at", "returns": "asked_at"},
    **{"stock": "date", "purchases": "due_on", "order_lines": ""},
}


def _of_seat(
    found: pd.DataFrame, name: str, seat: int, edges: Sequence[Any], numbers: Mapping[int, int]
) -> pd.DataFrame:
    """Return a table of one of several teams: whose it is, the round, and ids of its own."""
    ids = [one for one in found.columns if one.endswith("_id") and found[one].dtype.kind == "i"]
    own: dict[str, Any] = {one: found[one] * 10 + seat for one in ids}
    if name == "stock":
        own["product_id"] = found["product_id"] + str(seat)
    if _DATED[name]:
        places = pd.cut(found[_DATED[name]], edges, right=False, labels=False)
        own |= {"round": places.map(numbers), "seat": seat}
    found = found.assign(**own)
    return found.dropna(subset=["round"]) if _DATED[name] else found


# --- the page --------------------------------------------------------------------------------

_STYLE = """
body { font: 15px/1.45 system-ui, "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif;
  max-width: 52rem; margin: 1.5rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; }
h1, p, li, td { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin-bottom: .6rem; }
th, td { text-align: left; vertical-align: top; padding: .2rem .9rem .2rem 0;
  border-bottom: 1px solid #ddd; }
th { font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td.n { white-space: nowrap; } th.n { overflow-wrap: normal; }
img { max-width: 100%; height: auto; }
.names tr > :nth-child(-n+3) { white-space: nowrap; overflow-wrap: normal; }
.beside { display: flex; flex-wrap: wrap; gap: 0 1.2rem; align-items: start; }
.beside img { min-width: 0; }
.quiet { color: #595959; } .said { border-left: 3px solid #0173b2; padding-left: .7rem; }
.wrong { border-left: 3px solid #de8f05; padding-left: .7rem; }
@media print { @page { size: A4; margin: 12mm; }
  body { margin: 0; padding: 0; max-width: none; font-size: 11px; }
  h2 { margin: .8rem 0 .2rem; } p { margin: .3rem 0; }
  td, th { padding-top: .1rem; padding-bottom: .1rem; }
  img { max-height: 62mm; } .beside img { flex: 1 1 22rem; }
  .names { font-size: 10px; } .rest { break-before: page; }
  .rest td, .rest th { padding-top: 0; padding-bottom: 0; }
  table, img, .said { break-inside: avoid; } h2 { break-after: avoid; } }
"""


def page(one: Report, pictures: Mapping[str, bytes]) -> str:
    """Return the report as a page of its own.

    Parameters
    ----------
    one : Report
        The report.
    pictures : mapping of str to bytes
        PNG by name: ``bridge``.

    Returns
    -------
    str
        HTML without anything from elsewhere.

    References
    ----------
    The course's own.
    """
    weeks = [each.number for each in one.now.weeks]
    title = _("{team}: {round}").format(team=one.team, round=round_name(one.now.number))
    days = [rules().season(week) for week in weeks]
    when = "; ".join(
        _("week {n} ({title})").format(n=week, title=day.title)
        for week, day in zip(weeks, days, strict=True)
    )
    parts = [
        _tag("p", when, "quiet"),
        *_notes(one),
        *_forecast(one),
        *_bridge(one, pictures),
        '<div class="beside"><div>',
        *_standing(one),
        "</div><div>",
        *_news(one),
        "</div></div>",
        *_next(one),
        '<section class="rest">',
        words(_("Read the first page first. The rest answers what you ask then."), "quiet"),
        *_how(),
        *_scorecard(one),
        *_account(one),
        "</section>",
    ]
    return whole(title, parts)


def whole(title: str, parts: Iterable[str]) -> str:
    """Return a page of parts.

    Parameters
    ----------
    title : str
        Its title.
    parts : iterable of str
        HTML.

    Returns
    -------
    str
        HTML without anything from elsewhere.

    References
    ----------
    Content-Security-Policy: W3C, Content Security Policy Level 3.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
            _tag("h1", title),
            *parts,
            "</main>\n</body>\n</html>\n",
        ]
    )


def _tag(name: str, text: str, kind: str = "") -> str:
    shown = f' class="{kind}"' if kind else ""
    return f"<{name}{shown}>{html.escape(text)}</{name}>"


def heading(text: str) -> str:
    """Return a heading of a part of a page."""
    return _tag("h2", text)


def words(text: str, kind: str = "") -> str:
    """Return a paragraph, of the kind ``quiet``, ``said`` or ``wrong``."""
    return _tag("p", text, kind)


def table(header: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[int]) -> str:
    """Return a table as HTML.

    Parameters
    ----------
    header : sequence of str
        Names of columns.
    rows : iterable of sequence
        What stands in them; the first column names the row.
    numbers : sequence of int
        Which columns hold numbers.

    Returns
    -------
    str
        HTML.

    References
    ----------
    The course's own.

    Examples
    --------
    >>> table(["team", "points"], [["A & B", 3]], [1]).count("&amp;")
    1
    """

    def line(cells: Sequence[object], head: bool) -> str:
        made = []
        for place, cell in enumerate(cells):
            name = "th" if head or not place else "td"
            scope = f' scope="{"col" if head else "row"}"' if name == "th" else ""
            kind = ' class="n"' if place in numbers else ""
            made.append(f"<{name}{scope}{kind}>{html.escape(str(cell))}</{name}>")
        return f"<tr>{''.join(made)}</tr>"

    lines = [line(header, head=True), *(line(cells, head=False) for cells in rows)]
    return '<div class="wide"><table>\n' + "\n".join(lines) + "\n</table></div>"


def picture(png: bytes | None, alt: str) -> str:
    """Return a picture as HTML, or nothing where there is none."""
    if not png:
        return ""
    data = base64.b64encode(png).decode("ascii")
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{data}">'


def round_name(number: int) -> str:
    """Return what a round is called.

    Examples
    --------
    >>> round_name(3), round_name(0)
    ('round 3', 'the practice week, which does not count')
    """
    if number == advance.PRACTICE:
        return _("the practice week, which does not count")
    return _("round {n}").format(n=number)


def signed(fen: int, decimals: int = 0) -> str:
    """Return an amount of fen in yuan with its sign.

    Examples
    --------
    >>> signed(5_000), signed(-5_050, 2)
    ('+¥50', '-¥50.50')
    """
    return f"{'+' if fen >= 0 else ''}{yuan(fen / FEN, decimals)}"


def _notes(one: Report) -> list[str]:
    notes = one.now.filed[one.seat]["notes"]
    return [words(note, "wrong") for note in notes]


def _forecast(one: Report) -> list[str]:
    """Set what the team expected beside what came."""
    expected = one.now.forecasts[one.seat]
    orders, profit = (one.now.total(one.seat, what) for what in ("orders", "profit"))
    parts = [heading(_("What you expected, and what came"))]
    rows: list[list[object]]
    if expected is None:
        rows = [
            [_("Orders"), "–", f"{orders:,}", "–"],
            [_("Profit"), "–", yuan(profit / FEN), "–"],
        ]
        said = _("You have filed no forecast yet: it would have earned up to {n} points.")
        close = said.format(n=rules()["points_forecast"])
    else:
        rows = [
            [_("Orders"), f"{expected['orders']:,}", f"{orders:,}"],
            [_("Profit"), yuan(expected["profit"] / FEN), yuan(profit / FEN)],
        ]
        rows[0].append(f"{orders - expected['orders']:+,}")
        rows[1].append(signed(profit - expected["profit"]))
        weeks = len(one.now.weeks)
        near = accuracy(Forecast(**expected), orders, profit, weeks, rules())
        said = _("This forecast is worth {near:.0%} of the points for forecasts.")
        close = said.format(near=near / PPM)
    header = ["", _("forecast"), _("result"), _("difference")]
    parts += [table(header, rows, [1, 2, 3]), words(close)]
    reason = one.now.filed[one.seat]["reason"]
    if reason:
        parts.append(words(_("Your reason: {reason}").format(reason=reason), "said"))
    return parts


def bar_names() -> dict[str, str]:
    """Return the bars in words.

    Examples
    --------
    >>> bar_names()["luck"]
    'Calendar and luck'
    """
    return {
        "price": _("Price and front line"),
        "traffic": _("Traffic and partner"),
        "stock": _("Stock and delivery"),
        "service": _("Service and systems"),
        "rivals": _("Rivals"),
        "luck": _("Calendar and luck"),
    }


def _bridge(one: Report, pictures: Mapping[str, bytes]) -> list[str]:
    found = one.bridge
    if found.from_round is None:
        start = _("the company as it came, in the same weeks without luck,")
    else:
        start = round_name(found.from_round)
    title = _("From {start} to {now}").format(start=start, now=round_name(one.now.number))
    names = bar_names()
    rows: list[list[object]] = [[_("Profit before"), yuan(found.before / FEN, 2), ""]]
    for bar in BARS:
        later = signed(found.to_come[bar]) if bar in found.to_come else ""
        rows.append([names[bar], signed(found.bars[bar], 2), later])
    later = signed(sum(found.to_come.values()))
    rows.append([_("Profit of this round"), yuan(found.after / FEN, 2), later])
    calendar = found.bars[LUCK] - found.chance
    share = _(
        "Luck's share: of the bar {bar}, {luck} is luck, which nobody could know, and {calendar} "
        "is the calendar, which everybody knew."
    ).format(bar=names[LUCK], luck=signed(found.chance), calendar=signed(calendar))
    header = ["", _("this round"), _("still to come")]
    return [
        heading(title),
        '<div class="beside">',
        picture(pictures.get("bridge"), _("The bars of the table")),
        table(header, rows, [1, 2]),
        "</div>",
        words(share),
    ]


def _how() -> list[str]:
    """Say where the bars come from."""
    how = _(
        "Each bar is the mean over all sequences in which the six could have changed from one "
        "round to the other (Shapley): the round was played again {n} times for it. Still to come: "
        "how much more or less the next {weeks} weeks earn because of this round, if nothing else "
        "changes and luck is even: through a better rating, say, or less stock, which must be "
        "bought again. It is no part of the sum."
    ).format(n=2 ** (len(BARS) + 1), weeks=rules()["after_weeks"])
    return [heading(_("How the bars were found")), words(how)]


def value(amount: float | None, unit: str) -> str:
    """Return a measure as it is read.

    Examples
    --------
    >>> value(0.123, "share"), value(8123.4, "yuan"), value(None, "yuan")
    ('12.3 %', '¥8,123', '–')
    """
    if amount is None or amount != amount:
        return "–"
    if unit == "share":
        return f"{amount * 100:.1f} %"
    if unit == "yuan":
        return yuan(amount)
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"


class _Measured(NamedTuple):
    """A row of a scorecard."""

    kpi: str
    name: str
    name_zh: str
    unit: str
    last: float | None
    now: float | None


def _scorecard(one: Report) -> list[str]:
    rows: list[list[object]] = [
        [f"{row.name} {row.name_zh}", value(row.last, row.unit), value(row.now, row.unit)]
        for row in map(_Measured._make, one.scorecard.itertuples(index=False, name=None))
    ]
    for name, unit, found in _desk(one):
        rows.append([name, value(found[0], unit), value(found[1], unit)])
    header = [_("Measure"), _("last round"), _("this round")]
    note = _(
        "ecokit has computed the first {n} from the tables in your folder. Go on with them "
        'in a notebook: shop = Shop.from_folder("teams/{team}/{tables}").'
    ).format(n=len(SCORECARD), team=one.team, tables=TABLES)
    return [heading(_("Scorecard")), table(header, rows, [1, 2]), words(note, "quiet")]


def _desk(one: Report) -> list[tuple[str, str, tuple[float | None, float | None]]]:
    """Return what the desk and the parcels did, for both rounds."""

    def of(each: Round | None, what: str) -> float | None:
        if each is None:
            return None
        weeks = [week.results[one.seat] for week in each.weeks]
        contacts, orders = sum(w.contacts for w in weeks), sum(w.orders for w in weeks)
        amounts = {
            "contacts": contacts,
            "answered": sum(w.answered * w.contacts for w in weeks) / max(contacts, 1) / PPM,
            "late": sum(w.late for w in weeks) / max(orders, 1),
            "rating": weeks[-1].rating / PPM,
            "known": weeks[-1].known,
        }
        return float(amounts[what])

    told = {
        "contacts": (_("Contacts 咨询量"), "count"),
        "answered": (_("Answered in time 及时应答率"), "share"),
        "late": (_("Late parcels 延误率"), "share"),
        "rating": (_("Rating after the round 评分"), "stars"),
        "known": (_("Customers who know the shop 老客户"), "count"),
    }
    return [
        (name, unit, (of(one.last, what), of(one.now, what))) for what, (name, unit) in told.items()
    ]


def _account(one: Report) -> list[str]:
    now = one.now.lines(one.seat)
    last = one.last.lines(one.seat) if one.last else {}
    rows: list[list[object]] = [
        [title, yuan(last[line] / FEN, 2) if last else "–", yuan(now[line] / FEN, 2)]
        for line, title in LINES.items()
        if now[line] or last.get(line)
    ]
    before = yuan(sum(last.values()) / FEN, 2) if last else "–"
    rows.append([_("Profit"), before, yuan(sum(now.values()) / FEN, 2)])
    team = one.now.end.teams[one.seat]
    note = _("Cash {cash}, debt {debt}, stock {stock}, on the way {coming}.").format(
        cash=yuan(team.cash / FEN),
        debt=yuan(team.debt / FEN),
        stock=yuan(sum(team.value) / FEN),
        coming=yuan(sum(each[3] for each in team.coming) / FEN),
    )
    header = [_("Account"), _("last round"), _("this round")]
    return [heading(_("Profit account")), table(header, rows, [1, 2]), words(note)]


def _standing(one: Report) -> list[str]:
    order = sorted(one.profits, key=lambda team: -one.profits[team])
    place = {team: number for number, team in enumerate(one.game.teams)}
    rows: list[list[object]] = [
        [team, yuan(one.now.total(place[team], "profit") / FEN), yuan(one.profits[team] / FEN)]
        for team in order
    ]
    header = [_("Team"), _("profit of the round"), _("profit to date")]
    return [heading(_("All teams")), table(header, rows, [1, 2])]


def _news(one: Report) -> list[str]:
    told = {each.name: each for each in rules().surprises}
    names = dict.fromkeys(name for week in one.now.weeks for name in week.results[0].news)
    if not names:
        return []
    items = [
        f"<li>{html.escape(told[n].title)} {html.escape(told[n].title_zh)}</li>" for n in names
    ]
    return [heading(_("News of the round")), "<ul>", *items, "</ul>"]


def _next(one: Report) -> list[str]:
    number, form = one.now.number + 1, one.game.format
    if number > form.rounds:
        return [words(_("This was the last round. The debrief follows."))]
    weeks = [rules().season(week) for week in outlook.weeks_of(number, form)]
    ahead = ", ".join(f"{week.title} {week.title_zh}" for week in weeks)
    last = [week.results[one.seat] for week in one.now.weeks] if number > 1 else None
    parts = [
        heading(_("Next: round {n}").format(n=number)),
        words(_("Calendar: {weeks}.").format(weeks=ahead)),
        words(" ".join(outlook.sentences(number, form, last)), "said"),
    ]
    new = [each.title for each in rules().fields.values() if each.unlocks == number > 1]
    if new:
        told = _n(
            "From now on you decide this, too: {names}. What it means and costs stands in "
            "handout.html in your folder.",
            "From now on you decide these, too: {names}. What they mean and cost stands in "
            "handout.html in your folder.",
            len(new),
        )
        parts.append(words(told.format(names=", ".join(new))))
    if number >= form.rounds - 1:
        parts.append(words(_at_the_end()))
    return parts


def supplier(one: Supplier) -> str:
    """Say how long a supplier takes, and what it asks more.

    Examples
    --------
    >>> supplier(rules().suppliers["near"])
    'Near supplier: there after 1 week, 3.5 % dearer.'
    """
    lead = _n("{title}: there after {n} week", "{title}: there after {n} weeks", one.lead)
    more = _(", {extra} dearer").format(extra=value(one.extra / PPM, "share")) if one.extra else ""
    return lead.format(title=one.title, n=one.lead) + more + "."


def _at_the_end() -> str:
    """Say what earns the points for stock."""
    book = rules()
    told = _(
        "At the end stock that lasts {low:g} to {high:g} usual weeks earns all {n} points for "
        "stock; less or more earns fewer. Then the company runs on for {weeks} weeks with the "
        "decisions of the last round."
    )
    weeks = {"low": book["stock_low"] / PPM, "high": book["stock_high"] / PPM}
    return told.format(n=book["points_stock"], weeks=book["after_weeks"], **weeks)


def meanings(fields: Iterable[Field]) -> str:
    """Return a table of what fields of choices and their options mean and cost."""
    rows: list[list[object]] = []
    for each in fields:
        rows.append([each.name, f"{each.title} {each.title_zh}", each.meaning, "", "", ""])
        for option in rules().choices.get(each.name, {}).values():
            told = option.effects.get
            costs = [yuan(cost / FEN) if (cost := told(what, 0)) else "" for what in _COSTS]
            order, share, weeks = told("order", 0), told("commission", 0), told("contract", 0)
            costs.append(yuan(order / FEN, 2) if order else value(share / PPM, "share"))
            does = _("{meaning}; contract of {n} weeks") if weeks else "{meaning}"
            does = does.format(meaning=option.meaning, n=weeks)
            rows.append([f"· {option.name}", f"{option.title} {option.title_zh}", does])
            rows[-1] += [cost if cost != "0.0 %" else "" for cost in costs]
    header = [_("what you write"), _("what it is"), _("what it does")]
    if not any(row[3:] != ["", "", ""] for row in rows):
        return table(header, [row[:3] for row in rows], [])
    return table([*header, _("a week"), _("once"), _("an order")], rows, [3, 4, 5])


# --- files -----------------------------------------------------------------------------------


def write(
    folder: Path,
    number: int,
    draw: Draw | None = None,
    teams: Sequence[str] | None = None,
    finish: Finish = str,
) -> list[Path]:
    """Write the reports of a round, and with the last one the tables of all rounds to date.

    Parameters
    ----------
    folder : Path
        Of the game, with ``sealed``.
    number : int
        The round, 0 for the practice week.
    draw : callable, optional
        Gives the pictures of a report.
    teams : sequence of str, optional
        Whose; of all teams unless told otherwise.
    finish : callable
        Gives a page its last touch, such as a font.

    Returns
    -------
    list of Path
        The pages.

    References
    ----------
    The course's own.
    """
    game = advance.load(folder)
    luck = advance.luck_of(folder, game)
    if number == advance.PRACTICE:
        luck = advance.practice_luck(luck)
    rounds = rounds_of(folder, number)
    seats = [seat for seat, team in enumerate(game.teams) if teams is None or team in teams]
    pages = []
    for found in reports(game, rounds, seats, luck):
        parts = advance.RESULTS, advance.called(number)
        place = advance.own_folder(folder, found.team, *parts)
        if number == advance.last(folder):  # the newest tables hold all rounds before
            own = advance.own_folder(folder, found.team, TABLES)
            _write_tables(own, events.tables(rounds, found.seat, luck, rules()))
        text = finish(page(found, draw(found) if draw else {}))
        advance.write(place / REPORT, text.encode())
        pages.append(place / REPORT)
    return pages


def _write_tables(place: Path, tables: Mapping[str, Any]) -> None:
    for name, found in tables.items():
        text = found.to_csv(index=False, lineterminator="\n")
        advance.write(place / f"{name}.csv", text.encode())
