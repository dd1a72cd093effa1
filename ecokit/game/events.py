"""The tables of the course, drawn from what the game counts: they add up to it.

The game knows how many visits, orders, returns and contacts a week has. Here each of them gets an
hour and a person, so that all of ecokit works on them: ``Shop.from_folder(place)``. What the game
does not know, such as regions and devices, these tables do not have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ecokit.game.account import LINES
from ecokit.game.draws import Luck
from ecokit.game.fixed import PPM, divide, times
from ecokit.game.plan import Result
from ecokit.game.replay import Round, Week
from ecokit.game.rulebook import FEN, Rules
from ecokit.game.state import Decisions, Team

PARTNER = "partner"
SOURCES = {  # of visits: name, Chinese name, kind of channel; the others are channels of the rules
    "organic": ("Direct and search", "直接访问与自然搜索", "own"),
    "known": ("Known customers", "老客户", "own"),
    PARTNER: ("Partner", "合作伙伴", "partner"),
}
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60  # seconds
_OPEN, _SHUT = 8 * _HOUR, 23 * _HOUR  # of a day, for the look of it: nothing depends on it
_NEWCOMERS = 100_000  # ids of a week's new visitors begin at so many times the week

Floats = np.ndarray[Any, np.dtype[Any]]


_PURCHASES = {  # types that hold of a week without a purchase, too
    **{"product_id": "str", "asked_on": "datetime64[us]", "asked_units": "int64"},
    **{"due_on": "datetime64[us]", "unit_cost": "float64", "supplier_id": "str"},
    "arrives": "int64",
}


def tables(rounds: Sequence[Round], seat: int, luck: Luck, book: Rules) -> dict[str, pd.DataFrame]:
    """Return a team's weeks as the tables of the course.

    Parameters
    ----------
    rounds : sequence of Round
        Whose weeks; of each week the ids are the same whatever other weeks are there.
    seat : int
        The team's place.
    luck : Luck
        Of the game; the hours and persons of a week are drawn by a hash of its key.
    book : Rules
        Of the game.

    Returns
    -------
    dict
        ``channels``, ``products``, ``suppliers``, ``campaigns``, ``visits``, ``orders``,
        ``order_lines``, ``returns``, ``contacts``, ``stock`` and ``purchases``. An order is one
        unit. The account's goods, giveaways and refunds are the sums of unit costs, coupons and
        refunds, to the fen; pieces that came back are received on the Sunday of their week.

    References
    ----------
    The tables of the course: datasets/datapackage.json.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for one in rounds:
        for each in one.weeks:
            for name, table in _Drawn(each, seat, one.decisions[seat], luck, book).tables().items():
                parts.setdefault(name, []).append(table)
    found = {name: pd.concat(several, ignore_index=True) for name, several in parts.items()}
    last = max(one.weeks[-1].number for one in rounds)
    known = {**_fixed(book), **found}
    known["purchases"] = _arrived(known["purchases"], last, book)
    return known


def first_day(number: int, book: Rules) -> pd.Timestamp:
    """Return the Monday of a week.

    Parameters
    ----------
    number : int
        The week.
    book : Rules
        Of the game.

    Returns
    -------
    Timestamp
        Its first moment.

    References
    ----------
    The tables of the game.

    Examples
    --------
    >>> from ecokit.game.rulebook import rules
    >>> first_day(6, rules()).strftime("%a %d %b")
    'Mon 06 Nov'
    """
    return pd.Timestamp(book.season(number).monday)


def _fixed(book: Rules) -> dict[str, pd.DataFrame]:
    """Return the tables that no week changes."""
    paid = {one.name: (one.title, one.title_zh, "paid") for one in book.channels}
    channels = [(name, *told) for name, told in {**SOURCES, **paid}.items()]
    suppliers = [(one.name, one.title, 7 * one.lead) for one in book.suppliers.values()]
    goods = [
        (one.name, one.title, one.name, one.cost / FEN, one.price / FEN, one.price / FEN, "far")
        for one in book.categories
    ]
    named = ["product_id", "name", "category", "cost", "list_price", "store_price", "supplier_id"]
    return {
        "channels": pd.DataFrame(channels, columns=["channel_id", "name", "name_zh", "kind"]),
        "suppliers": pd.DataFrame(suppliers, columns=["supplier_id", "name", "lead_days"]),
        "products": pd.DataFrame(goods, columns=named),
    }


def _arrived(purchases: pd.DataFrame, last: int, book: Rules) -> pd.DataFrame:
    """Say of purchases which have come by the end of a week."""
    weeks = purchases.pop("arrives")
    days = weeks.map(lambda week: first_day(week, book)).astype("datetime64[us]")
    came = weeks <= last
    purchases["delivered_on"] = days.where(came)
    purchases["delivered_units"] = purchases["asked_units"].where(came, 0)
    return purchases


class _Drawn:
    """A week of a team, drawn."""

    def __init__(self, week: Week, seat: int, chosen: Decisions, luck: Luck, book: Rules) -> None:
        self.number, self.book, self.chosen = week.number, book, chosen
        self.before: Team = week.before.teams[seat]
        self.after: Team = week.after.teams[seat]
        self.result: Result = week.results[seat]
        self.monday = first_day(week.number, book)
        named = f"events|{week.number}|{seat}".encode()
        seed = hashlib.blake2b(named, key=luck.key, digest_size=16).digest()
        self.rng = np.random.Generator(np.random.PCG64(int.from_bytes(seed, "big")))

    def tables(self) -> dict[str, pd.DataFrame]:
        visits = self._visits()
        orders, lines = self._orders(visits)
        orders, returns = self._returns(orders, lines)
        return {
            "campaigns": self._campaigns(),
            "visits": visits,
            "orders": orders.drop(columns="place"),
            "order_lines": lines,
            "returns": returns,
            "contacts": self._contacts(visits),
            "stock": self._stock(orders),
            "purchases": self._purchases(),
        }

    # Ids carry the week, so that they are the same whichever weeks are asked for.
    def _ids(self, count: int) -> Floats:
        return self.number * _NEWCOMERS + np.arange(1, count + 1)

    def _moments(self, seconds: Floats) -> pd.Series[Any]:
        return pd.Series(self.monday + pd.to_timedelta(np.asarray(seconds, dtype=int), unit="s"))

    def _campaign(self, channel: str) -> str:
        return f"{channel}-{self.number:02}"

    def _campaigns(self) -> pd.DataFrame:
        sunday = self.monday + pd.Timedelta(days=6)
        rows = [
            (self._campaign(one.name), one.title, one.name, self.monday, sunday, budget / FEN)
            for one in self.book.channels
            for budget in [self.chosen[one.name]]
        ]
        names = ["campaign_id", "name", "channel_id", "start_on", "end_on", "budget"]
        return pd.DataFrame(rows, columns=names)

    def _visits(self) -> pd.DataFrame:
        counts = self.result.visits
        source = np.repeat(list(counts), list(counts.values()))
        total = len(source)
        days = self.rng.integers(0, 7, total) * _DAY
        seconds = days + self.rng.integers(_OPEN, _SHUT, total)
        people = self._ids(total)
        known = source == "known"
        pool = max(self.before.known, int(known.sum()))
        people[known] = 1 + self.rng.choice(pool, int(known.sum()), replace=False)
        order = np.argsort(seconds, kind="stable")
        found = pd.DataFrame({"visitor_id": people[order], "channel_id": source[order]})
        found.insert(0, "visit_id", self._ids(total))
        found.insert(2, "started_at", self._moments(seconds[order]))
        found["campaign_id"] = self._campaigns_of(found["channel_id"])
        return found

    def _campaigns_of(self, channels: pd.Series[Any]) -> pd.Series[Any]:
        named = {one.name: self._campaign(one.name) for one in self.book.channels}
        return channels.map(named).astype(object)

    def _orders(self, visits: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        sold, total = self.result.sold, sum(self.result.sold)
        theirs = min(self.result.partner_orders, total)
        by_partner = (visits["channel_id"] == PARTNER).to_numpy()
        places = np.concatenate(
            [self._chosen(by_partner, theirs), self._chosen(~by_partner, total - theirs)]
        )
        bought = visits.iloc[np.sort(places)].reset_index(drop=True)
        place = self.rng.permutation(np.repeat(np.arange(len(sold)), sold))
        placed = bought["started_at"] + pd.to_timedelta(5 * _MINUTE, unit="s")
        orders = pd.DataFrame(
            {
                "order_id": self._ids(total),
                "visit_id": bought["visit_id"],
                "visitor_id": bought["visitor_id"],
                "placed_at": placed,
                "paid_at": placed + pd.to_timedelta(_MINUTE, unit="s"),
                "channel_id": bought["channel_id"],
                "campaign_id": bought["campaign_id"],
                "status": "delivered",
                "place": place,
            }
        )
        self._parcels(orders)
        fen, cost = self._prices(), self._costs(place)
        asked = np.array(fen, dtype=np.int64)[place]
        given = -self.result.account["giveaways"]
        orders["coupon"] = spread(given, asked) / FEN
        names = [one.name for one in self.book.categories]
        lines = pd.DataFrame(
            {
                "order_id": orders["order_id"],
                "line": 1,
                "product_id": np.array(names)[place],
                "quantity": 1,
                "unit_price": asked / FEN,
                "unit_cost": cost / FEN,
            }
        )
        return orders, lines

    def _chosen(self, which: Floats, count: int) -> Floats:
        """Return the visits in which so many orders were placed, each once if they suffice."""
        places = np.flatnonzero(which)
        places = places if len(places) else np.arange(len(which))
        return self.rng.choice(places, count, replace=count > len(places))

    def _parcels(self, orders: pd.DataFrame) -> None:
        """Send each order the next morning; so many are late as the week had."""
        total = len(orders)
        late = np.zeros(total, dtype=bool)
        late[self.rng.choice(total, self.result.late, replace=False)] = True
        left = orders["placed_at"].dt.normalize() + pd.Timedelta(hours=33)
        hours = np.where(late, self.rng.integers(74, 130, total), self.rng.integers(8, 48, total))
        orders["dispatched_at"] = left
        orders["delivered_at"] = left + pd.to_timedelta(hours, unit="h")
        orders["delay_cause"] = pd.Series("courier", index=orders.index).where(late)

    def _prices(self) -> list[int]:
        pairs = zip(self.book.categories, self.result.prices, strict=True)
        return [times(one.price, by) for one, by in pairs]

    def _there(self, number: int) -> tuple[int, int]:
        """Return units of a category after goods came in, and what they have cost, fen."""
        came = [one for one in self.before.coming if one[0] <= self.number and one[1] == number]
        units = self.before.stock[number] + sum(one[2] for one in came)
        return units, self.before.value[number] + sum(one[3] for one in came)

    def _costs(self, place: Floats) -> Floats:
        """Return the cost of each unit, fen: those of a category add up to the account's."""
        found = np.zeros(len(place), dtype=np.int64)
        for number, sold in enumerate(self.result.sold):
            units, value = self._there(number)
            if sold:
                found[place == number] = spread(divide(value * sold, units), np.ones(sold))
        return found

    def _returns(
        self, orders: pd.DataFrame, lines: pd.DataFrame
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Let so many come back as the week had, first those that came early in it."""
        end = self.monday + pd.Timedelta(days=7) - pd.Timedelta(seconds=1)
        soon = (orders["delivered_at"] < end).to_numpy()
        back: list[int] = []
        for number, count in enumerate(self.result.returned):
            mine = self.rng.permutation(np.flatnonzero(orders["place"] == number))
            mine = mine[np.argsort(~soon[mine], kind="stable")]
            back += sorted(mine[:count])
        sent = orders.iloc[sorted(back)]
        # a parcel that came too late in the week counts as asked for at its very end
        ready = sent["delivered_at"].where(sent["delivered_at"] < end, end)
        wait = (end - ready) * self.rng.random(len(sent))
        asked = lines.iloc[sorted(back)]
        fen = (asked["unit_price"] * FEN).round().astype(int).to_numpy()
        refunds = -self.result.account["refunds"]
        returns = pd.DataFrame(
            {
                "return_id": self._ids(len(sent)),
                "order_id": sent["order_id"].to_numpy(),
                "line": 1,
                "product_id": asked["product_id"].to_numpy(),
                "quantity": 1,
                "asked_at": (ready + wait).dt.floor("s").to_numpy(),
                "kind": "return",
                "refund": spread(refunds, fen) / FEN,
            }
        )
        return orders, returns

    def _contacts(self, visits: pd.DataFrame) -> pd.DataFrame:
        """Ask before buying in a visit, and after it about late parcels and returns."""
        total, later = self.result.contacts, min(self.before.asks, self.result.contacts)
        asked = total - later
        places = np.sort(self.rng.choice(len(visits), asked, replace=asked > len(visits)))
        of_visit = visits.iloc[places]
        times_of = of_visit["started_at"] + pd.to_timedelta(2 * _MINUTE, unit="s")
        days = self.rng.integers(0, 7, later) * _DAY
        others = self._moments(days + self.rng.integers(_OPEN, _SHUT, later))
        in_time = np.zeros(total, dtype=bool)
        answered = divide(total * self.result.answered, PPM)
        in_time[self.rng.choice(total, answered, replace=False)] = True
        waits = np.where(
            in_time, self.rng.integers(0, 20, total), self.rng.integers(21, 300, total)
        )
        arrived = pd.concat([times_of, others], ignore_index=True)
        answered_at = arrived + pd.to_timedelta(waits, unit="s")
        people = np.concatenate([of_visit["visitor_id"], 1 + self.rng.choice(PPM, later)])
        visit = pd.Series(of_visit["visit_id"].tolist() + [None] * later, dtype="Int64")
        found = pd.DataFrame(
            {
                "kind": ["chat"] * asked + ["phone"] * later,
                "visitor_id": people.astype(int),
                "visit_id": visit,
                "arrived_at": arrived,
                "answered_at": answered_at,
                "ended_at": answered_at + pd.to_timedelta(self._talk(), unit="s"),
                "reason": ["product"] * asked + ["order"] * later,
            }
        )
        found = found.sort_values("arrived_at", kind="stable", ignore_index=True)
        found.insert(0, "contact_id", self._ids(total))
        return found

    def _talk(self) -> int:
        """Return the seconds that a contact takes: the rules' hours and what the choices do."""
        choices = self.book.choices
        more = sum(choices[n][self.chosen[n]].effects.get("work", 0) for n in choices)
        return times(_HOUR, times(self.book["handling_hours"], PPM + more))

    def _stock(self, orders: pd.DataFrame) -> pd.DataFrame:
        days = (orders["placed_at"].dt.normalize() - self.monday).dt.days.clip(upper=6)
        found: list[tuple[Any, ...]] = []
        for number, category in enumerate(self.book.categories):
            units, value = self._there(number)
            opening = self.before.stock[number]
            sold = np.bincount(days[orders["place"] == number], minlength=7)
            lost = max(0, self.result.wanted[number] - self.result.sold[number])
            demand = sold + spread(lost, np.maximum(sold, 1))
            for day in range(7):
                received = units - opening if day == 0 else 0
                received += self.result.returned[number] if day == 6 else 0
                start = opening if day == 0 else found[-1][-1]
                row = (self.monday + pd.Timedelta(days=day), category.name)
                price, cost = self._prices()[number] / FEN, value / max(units, 1) / FEN
                numbers = (start, received, int(demand[day]), int(sold[day]))
                found.append((*row, price, round(cost, 2), *numbers, start + received - sold[day]))
        names = ["date", "product_id", "price", "unit_cost", "opening", "received", "demand"]
        return pd.DataFrame(found, columns=[*names, "sold", "closing"])

    def _purchases(self) -> pd.DataFrame:
        waiting = [one for one in self.before.coming if one[0] > self.number]
        rows = []
        for arrives, number, units, fen in self.after.coming[len(waiting) :]:
            near = arrives == self.number + self.book.suppliers["near"].lead
            supplier = self.book.suppliers["near" if near else "far"]
            due = first_day(self.number + supplier.lead, self.book)
            name = self.book.categories[number].name
            rows.append((name, self.monday, units, due, fen / units / FEN, supplier.name, arrives))
        found = pd.DataFrame(rows, columns=list(_PURCHASES)).astype(_PURCHASES)
        found.insert(0, "purchase_id", self._ids(len(rows)))
        return found


def spread(total: int, weights: Any) -> Floats:
    """Share a whole number out by weights, so that the parts add up to it.

    Parameters
    ----------
    total : int
        From 0.
    weights : array of whole numbers
        From 0.

    Returns
    -------
    array
        Whole numbers.

    References
    ----------
    Differences of a rounded running sum.

    Examples
    --------
    >>> spread(10, [1, 1, 1]).tolist()
    [3, 3, 4]
    """
    reached = np.cumsum(np.asarray(weights, dtype=np.int64))
    if not len(reached) or not reached[-1]:
        return np.zeros(len(reached), dtype=np.int64)
    found: Floats = np.diff(reached * total // reached[-1], prepend=0)
    return found


def accounts(rounds: Sequence[Round], seat: int) -> pd.DataFrame:
    """Return a team's profit account by round.

    Parameters
    ----------
    rounds : sequence of Round
        Which rounds.
    seat : int
        The team's place.

    Returns
    -------
    DataFrame
        ``round``, ``line``, ``title``, ``yuan``.

    References
    ----------
    The course's own.
    """
    rows = [
        (one.number, line, title, one.lines(seat)[line] / FEN)
        for one in rounds
        for line, title in LINES.items()
    ]
    return pd.DataFrame(rows, columns=["round", "line", "title", "yuan"])
