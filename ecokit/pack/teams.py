"""Starter folders for teams, each with a company of its own, and a sheet of who has which.

``companies.csv`` holds what the sheet tells of each company that a team may get: a pack is made in
seconds, and a company takes several. ``python -m ecokit.pack.teams`` writes it, and asks every
exercise of each company. One of which an exercise cannot be asked is given to no team.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from ecokit import delivery, exercises, kpi, operations, outages
from ecokit.errors import CourseError
from ecokit.exercises import checks, diagnosis
from ecokit.exercises.sheet import Exercise
from ecokit.messages import _
from ecokit.pack import paper
from ecokit.pack.room import File, Room
from ecokit.shop import Shop, load_shop
from ecokit.shop.company import BUNDLED, FILE, VARIABLE, company_name, written

SEEDS = (2, *range(4, 21), 51, 52)
"""Companies that teams may get: reviews and tests ask of others."""

ABREAST = 5
"""Companies that stand side by side on a page."""

MARKS = ("▲", "▼")  # the most and the least of a row


@dataclass(frozen=True)
class Figure:
    """A figure by which companies differ.

    Attributes
    ----------
    name : str
        Its column in ``companies.csv``.
    title : str
        What the sheet calls it.
    of : callable
        Computes it from a shop: a number or a name.
    show : str
        How a number is shown; nothing for a name.
    """

    name: str
    title: str
    of: Callable[[Shop], Any]
    show: str = ""


def _thrifty_campaign(shop: Shop) -> str:
    paid = shop.orders.loc[shop.orders["paid_at"].notna(), "campaign_id"].value_counts()
    campaigns = shop.campaigns.set_index("campaign_id")
    return str(campaigns.loc[(paid / campaigns["budget"]).idxmax(), "name"])


def _most_returned(shop: Shop) -> str:
    found = operations.five_kpis(shop, by="category").set_index("category")
    return str(found["return_rate"].idxmax())


def _best_product(shop: Shop) -> str:
    earned = operations.performance(shop).set_index("product_id")["profit"]
    return str(shop.products.set_index("product_id").loc[earned.idxmax(), "name"])


def _longest_down(shop: Shop) -> str:
    year = {"start": "2025-01-01", "end": "2026-01-01"}
    found = outages.availability(shop, by="name", kinds=["outage"], **year)
    return str(found.set_index("name")["down"].idxmax())


def _least_earning(shop: Shop) -> str:
    return str(operations.performance(shop, by="category").sort_values("gmroi_year").iloc[0, 0])


def _whole(measure: Callable[..., Any], name: str) -> Callable[[Shop], float]:
    """Return a function that gives a measure for the whole year."""
    return lambda shop: float(measure(shop)[name].iloc[0])


def _five(name: str) -> Callable[[Shop], float]:
    return lambda shop: float(operations.five_kpis(shop, by=None)[name].iloc[0])


FIGURES = (
    Figure(
        "sales",
        _("Sales, paid (¥ million)"),
        lambda shop: kpi.sales(shop)["sales"].iloc[0] / 1e6,
        "{:.1f}",
    ),
    Figure("visits", _("Visits"), _whole(kpi.visits, "visits"), "{:,.0f}"),
    Figure("orders", _("Orders, paid"), _whole(kpi.orders, "orders"), "{:,.0f}"),
    Figure("conversion", _("Conversion"), _whole(kpi.conversion, "conversion"), "{:.2%}"),
    Figure(
        "order_value", _("Value of an order (¥)"), _whole(kpi.order_value, "order_value"), "{:,.0f}"
    ),
    Figure("profit_margin", _("Profit margin"), _five("profit_margin"), "{:.1%}"),
    Figure("return_rate", _("Return rate"), _five("return_rate"), "{:.1%}"),
    Figure("complaint_rate", _("Complaint rate"), _five("complaint_rate"), "{:.2%}"),
    Figure("stockout_rate", _("Stock-out rate"), _five("stockout_rate"), "{:.1%}"),
    Figure(
        "on_time",
        _("Parcels on time"),
        _whole(delivery.punctuality, "rate"),
        "{:.1%}",
    ),
    Figure("returned_category", _("Category most returned"), _most_returned),
    Figure("weak_category", _("Category of lowest GMROI"), _least_earning),
    Figure("thrifty_campaign", _("Campaign with most orders a yuan"), _thrifty_campaign),
    Figure("best_product", _("Product that earns most"), _best_product),
    Figure("longest_down", _("System longest down"), _longest_down),
    Figure(
        "case",
        _("Case of Sales fell"),
        lambda shop: diagnosis.number_of(shop),
        "{:.0f}",
    ),
)


def files(room: Room) -> Iterator[File]:
    """Yield a folder for each team, and the sheet.

    Raises
    ------
    CourseError
        There are not as many companies.
    """
    seeds = chosen(room.teams)
    if not seeds:
        return
    for number, seed in enumerate(seeds, start=1):
        name = f"team-{number}"
        yield File(f"teams/{name}/.ecokit/{FILE}", written(seed))
        words = _(
            "Team {number}: your company is {company}. Copy this folder as a whole (a part of it, "
            ".ecokit, is hidden), and begin with: ecokit start --folder {folder}"
        ).format(number=number, company=company_name(seed), folder=name)
        yield File(f"teams/{name}/README.txt", f"{words}\n".encode())
    yield paper.page(
        "teams/which-company.html",
        "which-company",
        size=room.size,
        teams=[(n, company_name(seed), seed) for n, seed in enumerate(seeds, start=1)],
        parts=list(_parts(seeds)),
        bundled=company_name(BUNDLED),
        marks=MARKS,
    )


def chosen(teams: int) -> list[int]:
    """Return the numbers of the companies of so many teams.

    Raises
    ------
    CourseError
        There are not as many, or fewer than none are asked for.

    Examples
    --------
    >>> len(chosen(5))
    5
    >>> chosen(1000)
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: 1000 teams: there are companies for 0 to ... teams. Two teams that \
sit apart may copy the same folder.
    """
    found = [int(row["seed"]) for row in companies() if not row["unasked"]]
    good = [seed for seed in found if seed != BUNDLED]
    if not 0 <= teams <= len(good):
        sentence = _(
            "{teams} teams: there are companies for 0 to {most} teams. Two teams that sit apart "
            "may copy the same folder."
        )
        raise CourseError(sentence.format(teams=teams, most=len(good)))
    return good[:teams]


@cache
def companies() -> tuple[dict[str, str], ...]:
    """Return what ``companies.csv`` holds: the bundled company, then those of `SEEDS`."""
    text = resources.files(__package__).joinpath("companies.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _parts(seeds: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield tables of a few companies beside the bundled one, a row a figure."""
    rows = {int(row["seed"]): row for row in companies()}
    for first in range(0, len(seeds), ABREAST):
        few = seeds[first : first + ABREAST]
        told = []
        for figure in FIGURES:
            values = [rows[seed][figure.name] for seed in seeds]
            cells = [_cell(figure, rows[seed][figure.name], values) for seed in few]
            told.append((figure.title, _cell(figure, rows[BUNDLED][figure.name], ()), cells))
        yield {"numbers": range(first + 1, first + 1 + len(few)), "rows": told}


def _cell(figure: Figure, value: str, among: Sequence[str]) -> str:
    """Return a figure as it is shown, marked where it is the most or the least of several."""
    if not figure.show:
        return value.replace("_", " ")
    shown = figure.show.format(float(value))
    if figure.name == "case" or len(among) < 3:
        return shown
    ends = (max(map(float, among)), min(map(float, among)))
    return " ".join(
        [shown, *(m for m, end in zip(MARKS, ends, strict=True) if float(value) == end)]
    )


# The file of companies -------------------------------------------------------------------------


def row(seed: int, shop: Shop, asked: Sequence[Exercise] | None = None) -> dict[str, str]:
    """Return the row of a company in ``companies.csv``; all exercises are asked of it, or some."""
    found = {one.name: one.of(shop) for one in FIGURES}
    told = {
        name: value if isinstance(value, str) else f"{float(value):.6g}"
        for name, value in found.items()
    }
    left = unasked(exercises.all() if asked is None else asked, shop)
    return {"seed": str(seed), **told, "unasked": " ".join(left)}


def unasked(asked: Sequence[Exercise], shop: Shop) -> list[str]:
    """Return the exercises that cannot be asked of a company, or whose own answer is not right."""
    found = []
    for one in asked:
        try:
            right = checks.check(one, one.sheet(shop).right, shop).right
        except (CourseError, ArithmeticError, LookupError, ValueError, TypeError):
            right = False
        if not right:
            found.append(one.id)
    return found


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Return ``companies.csv``."""
    stream = io.StringIO()
    heads = ["seed", *(one.name for one in FIGURES), "unasked"]
    writer = csv.DictWriter(stream, heads, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _write() -> None:
    import os
    from pathlib import Path

    from tqdm import tqdm

    os.environ[VARIABLE] = str(BUNDLED)  # wherever it is called
    found = []
    for seed in tqdm((BUNDLED, *SEEDS)):
        found.append(row(seed, load_shop(None if seed == BUNDLED else seed)))
        Path(__file__).with_name("companies.csv").write_text(table(found), "utf-8")


if __name__ == "__main__":
    _write()
