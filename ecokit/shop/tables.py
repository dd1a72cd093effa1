"""The shop: one attribute per table, read when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop.paths import datasets_folder
from ecokit.shop.schema import schemas

if TYPE_CHECKING:
    import pandas as pd


class Shop:
    """Tables of a company.

    ``shop.orders`` and ``shop["orders"]`` give the table ``orders`` as a pandas DataFrame;
    ``shop.tables`` names those that are there; ``shop.truth`` is the table of true effects.

    Examples
    --------
    >>> shop = load_shop()
    >>> shop.channels.name.iloc[0]
    'Direct'
    >>> Shop({"channels": shop.channels}).orders
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This shop has no table 'orders'. It has: channels.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame | Callable[[], pd.DataFrame]]) -> None:
        self._tables = dict(tables)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that are there, in the order of the data package."""
        known = [name for name in schemas() if name in self._tables]
        return tuple(known)

    @property
    def truth(self) -> pd.DataFrame:
        """The true effects: effect, value, unit, meaning, source."""
        return self["effects"]

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._tables:
            sentence = _("This shop has no table {name!r}. It has: {there}.")
            raise CourseError(sentence.format(name=name, there=", ".join(self.tables)))
        table = self._tables[name]
        if callable(table):
            table = self._tables[name] = table()
        return table

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_") or name not in schemas():
            raise AttributeError(name)
        return self[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.tables]

    def __contains__(self, name: str) -> bool:
        return name in self._tables

    def __repr__(self) -> str:
        return f"Shop({', '.join(self.tables)})"


def load_shop(seed: int | None = None) -> Shop:
    """Return the bundled company, or another one.

    Parameters
    ----------
    seed : int, optional
        Without it, the company in ``datasets/``. With it, another company, simulated now.

    Returns
    -------
    Shop
        Its tables.

    Examples
    --------
    >>> len(load_shop().journey)
    10
    """
    if seed is not None:
        from ecokit.shop.simulator import simulate

        return simulate(seed)
    from ecokit.shop.read import read_table

    folder = datasets_folder()
    return Shop(
        {name: lambda t=table: read_table(folder / t.path, t) for name, table in schemas().items()}
    )
