"""What each exercise and explorer reads: seen while it runs on the bundled company.

``python -m ecokit.own.needs`` writes ``needs.csv`` anew; a test compares some of its rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from ecokit import exercises, explore
from ecokit.inputs import frames
from ecokit.shop import Shop, load_shop
from ecokit.shop.schema import schemas

Seen = dict[str, set[str]]

LENT: list[Seen] = [
    {"campaigns": {"campaign_id"}},
    {"channels": {"channel_id"}},
    {"products": {"product_id"}},
]


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
    """Return a line of the file."""
    parts = [f"{name}: {' '.join(sorted(found[name]))}" for name in schemas() if name in found]
    return {"kind": kind, "id": one, "title": title, "needs": "; ".join(parts)}


def written(shop: Shop) -> str:
    """Return the whole file."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, ["kind", "id", "title", "needs"], lineterminator="\n")
    writer.writeheader()
    for one in exercises.all():
        writer.writerow(row("exercise", one.id, one.title, needs(one.sheet, shop)))
    for topic in explore.topics():
        lab = explore._module(topic).lab
        writer.writerow(row("explorer", topic, lab(shop).title, needs(lab, shop)))
    return stream.getvalue()


if __name__ == "__main__":
    Path(__file__).with_name("needs.csv").write_text(written(load_shop()), "utf-8")
