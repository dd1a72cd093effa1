"""What each exercise and explorer reads, and how long a shop it needs: seen while it runs.

``python -m ecokit.own.needs`` writes ``ecokit/shop/needs.csv`` anew, in some minutes; a test
compares some of its rows.
"""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from ecokit import exercises, explore
from ecokit.errors import CourseError
from ecokit.explore.lab import Tabs
from ecokit.inputs import frames
from ecokit.shop import Shop, lacks, load_shop
from ecokit.shop.company import BUNDLED, VARIABLE
from ecokit.shop.lacks import telling
from ecokit.shop.schema import schemas
from ecokit.shop.simulator import simulate

Seen = dict[str, set[str]]

LENT: list[Seen] = [
    {"campaigns": {"campaign_id"}},
    {"channels": {"channel_id"}},
    {"products": {"product_id"}},
]


SIZES = ((1, 50), (7, 50), (30, 50), (90, 50), (365, 50))
"""Days and visits a day of the companies that are tried, from the smallest."""
SEEDS = range(1, 4)


class _Watched(pd.DataFrame):
    """A table that notes which of its columns are asked for."""

    _metadata = ["noted"]  # noqa: RUF012 (pandas looks for a list)
    noted: set[str]

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return pd.DataFrame

    def __getitem__(self, key: Any) -> Any:
        names = key if isinstance(key, list) else [key]
        self.noted.update(name for name in names if isinstance(name, str) and name in self.columns)
        return super().__getitem__(key)


def needs(run: Callable[[Shop], object], shop: Shop) -> Seen:
    """Return which tables and columns of a shop a function reads.

    Parameters
    ----------
    run : callable
        Such as the sheet of an exercise.
    shop : Shop
        A whole company.
    """
    found: Seen = {}

    def watched(name: str) -> Callable[[], pd.DataFrame]:
        def table() -> pd.DataFrame:
            frame = _Watched(shop[name])
            object.__setattr__(frame, "noted", found.setdefault(name, set()))
            return frame

        return table

    with _door(found):
        run(Shop({name: watched(name) for name in shop.tables}))
    # a table that may lend a column to group by is opened, and not needed
    return {name: names for name, names in found.items() if {name: names} not in LENT}


@contextmanager
def _door(found: Seen) -> Iterator[None]:
    """Note what is asked of the tables at the one door."""
    door: Any = frames
    looked = door._checked

    def noting(name: str, frame: Any, columns: Any, *more: Any, **options: Any) -> Any:
        if name in schemas():
            wanted = set(columns) & set(schemas()[name].names)
            found.setdefault(name, set()).update(wanted)
        return looked(name, frame, columns, *more, **options)

    door._checked = noting
    try:
        yield
    finally:
        door._checked = looked


def row(kind: str, one: str, title: str, found: Seen) -> dict[str, str]:
    """Return a line of the file, without the size of a shop."""
    parts = [f"{name}: {' '.join(sorted(found[name]))}" for name in schemas() if name in found]
    return {"kind": kind, "id": one, "title": title, "needs": "; ".join(parts)}


Names = set[tuple[str, str]]


def works(shop: Shop) -> Names:
    """Return the exercises and explorers that a shop can carry, by kind and name."""
    return {
        *(("exercise", one.id) for one in exercises.all() if _runs(one.sheet, shop)),
        *(("explorer", topic) for topic in explore.topics() if _runs(_opened(topic), shop)),
    }


def _runs(run: Callable[[Shop], object], shop: Shop) -> bool:
    try:
        run(shop)
    except (CourseError, *lacks.FAULTS):  # a new one has no sentence until its needs are written
        return False
    return True


def _opened(topic: str) -> Callable[[Shop], object]:
    """Return a function that draws the first pictures of an explorer."""

    def opened(shop: Shop) -> None:
        with telling("explorer", topic, shop):
            found = explore._lab(topic, shop)
            for lab in found.labs if isinstance(found, Tabs) else [found]:
                _controls, values = lab.settle({}, {})
                lab.paint(Figure(figsize=lab.size), values)

    return opened


def enough(by_size: Mapping[tuple[int, int], Names]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return for each name the smallest size from which on it works, the sizes in their order.

    Examples
    --------
    >>> mean, late = ("exercise", "mean"), ("exercise", "late")
    >>> enough({(1, 50): {mean}, (7, 50): {mean, late}, (30, 50): {mean, late}})
    {('exercise', 'mean'): (1, 50), ('exercise', 'late'): (7, 50)}
    """
    sizes = list(by_size)
    found = {}
    for name in by_size[sizes[-1]]:
        first = len(sizes)
        while first and name in by_size[sizes[first - 1]]:
            first -= 1
        found[name] = sizes[first]
    return dict(sorted(found.items(), key=lambda pair: sizes.index(pair[1])))


def sizes() -> dict[tuple[str, str], tuple[int, int]]:
    """Return how many days and visits a day were enough for each in all companies of `SEEDS`."""
    by_size = {}
    for days, visits in SIZES:
        shops = (simulate(seed=seed, days=days, visitors_per_day=visits) for seed in SEEDS)
        by_size[days, visits] = set.intersection(*map(works, shops))
        print(f"{days} days, {visits} visits a day: {len(by_size[days, visits])}", file=sys.stderr)
    every = {("exercise", one.id) for one in exercises.all()}
    every |= {("explorer", topic) for topic in explore.topics()}
    return enough({**by_size, lacks.COURSE: every})


def written(shop: Shop, large: Mapping[tuple[str, str], tuple[int, int]]) -> str:
    """Return the whole file."""
    rows = [row("exercise", one.id, one.title, needs(one.sheet, shop)) for one in exercises.all()]
    for topic in explore.topics():
        title = explore._module(topic).lab(shop).title
        rows.append(row("explorer", topic, title, needs(_opened(topic), shop)))
    stream = io.StringIO()
    heads = ["kind", "id", "title", "days", "visits", "needs"]
    writer = csv.DictWriter(stream, heads, lineterminator="\n")
    writer.writeheader()
    for one in rows:
        days, visits = large[one["kind"], one["id"]]
        writer.writerow({**one, "days": days, "visits": visits})
    return stream.getvalue()


if __name__ == "__main__":
    os.environ[VARIABLE] = str(BUNDLED)  # wherever it is called
    Path(str(lacks.__file__)).with_name("needs.csv").write_text(
        written(load_shop(), sizes()), "utf-8"
    )
