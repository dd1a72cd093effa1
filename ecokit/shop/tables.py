"""The shop: one attribute per table, read when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import pandas as pd

from ecokit.errors import CourseError
from ecokit.messages import _
from ecokit.shop import validate
from ecokit.shop.company import company_name
from ecokit.shop.faults import LEFT_OUT, LISTED
from ecokit.shop.in_place import looked_at
from ecokit.shop.lacks import no_truth
from ecokit.shop.read import read_folder
from ecokit.shop.schema import schemas
from ecokit.shop.validate import Renames, checked, usable


class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name, in the order of the data package; each is read when first asked for."""

    looked_at = False
    """Whether they are of any engine and were looked at: see `Shop.in_place`."""

    def __init__(self, tables: Mapping[str, pd.DataFrame | Callable[[], pd.DataFrame]]) -> None:
        self._tables = {name: tables[name] for name in schemas() if name in tables}

    def __getitem__(self, name: str) -> pd.DataFrame:
        table = self._tables[name]
        if callable(table):
            table = self._tables[name] = table()
        return table

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __repr__(self) -> str:
        return f"Tables({', '.join(self)})"


GONE = "drawn_scale"  # once the share of the shop that the tables held


class Truth(dict[str, float]):
    """True effects by name; a name that it does not have gets a sentence."""

    def __missing__(self, name: object) -> float:
        sentence = _("The truth has no effect {name!r}. shop.truth.keys() lists what it has.")
        if name == GONE:
            sentence = _(
                "The effect {name!r} is gone: since ecokit 0.2 the tables hold the whole shop. "
                "Leave it out, as in service_desk.hours(shop)."
            )
        raise CourseError(sentence.format(name=name))


class Shop:
    """Tables of a company.

    ``shop.orders`` and ``shop["orders"]`` give the table ``orders`` as a pandas DataFrame;
    ``shop.tables`` maps the names of those that are there to them; ``shop.truth`` maps each true
    effect of a simulated company to its value. ``shop.left_out`` lists the rows of your own tables
    that could not be used, if you asked for the rest with ``strict=False``: table, rows, reason,
    example and yuan; ``shop.faults`` lists all that is wrong with them. ``shop.seed`` is the number
    of a simulated company, and ``shop.company`` what it is called.

    Examples
    --------
    >>> from ecokit import load_shop
    >>> shop = load_shop()
    >>> shop.channels["name"].iloc[0]
    'Direct'
    >>> shop.truth["stockout_substitution"]
    0.45
    >>> Shop({"channels": shop.channels}).orders
    Traceback (most recent call last):
    ...
    ecokit.errors.CourseError: This shop has no table 'orders'. It has: channels. load_shop() has
        it; so would a file orders.csv of yours.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame | Callable[[], pd.DataFrame]]) -> None:
        self.tables = Tables(tables)
        self.left_out = pd.DataFrame(columns=LEFT_OUT)
        self.faults = pd.DataFrame(columns=LISTED)
        self.seed: int | None = None

    @classmethod
    def from_tables(
        cls,
        tables: Mapping[str, Any],
        columns: Renames | None = None,
        strict: bool = True,
        zone: str | None = None,
    ) -> Self:
        """Make a shop of your own tables; they are checked first.

        Parameters
        ----------
        tables : mapping of table name to DataFrame
            Any part of a shop's tables, as pandas, Polars, DuckDB, PyArrow or PySpark. A table
            needs the columns of its key (``order_id`` for orders); of the others it holds those
            that are there. Numbers and dates may be text; upper and lower case are alike in the
            names of columns. Lines of orders need no number. One table may serve as several: the
            lines of orders as ``orders`` too, which then have one row an order, the earliest
            times and the first of other values.
        columns : mapping, optional
            Where your columns have other names: ``{"orders": {"order_id": "InvoiceNo"}}``. One
            column of yours may serve as several.
        strict : bool
            Whether to refuse rows that cannot be used. If not, they are left out: rows of totals,
            then copies of whole rows, then further rows of a key (all of them where they
            differ), then rows with a gap or a value that cannot be, then rows that point to one
            that is not there. ``shop.left_out`` lists them.
        zone : str, optional
            The shop's time zone, such as ``"Asia/Shanghai"``, into which times with an offset are
            turned. Without it, it is the one that they are written in.

        Returns
        -------
        Shop
            The tables, with the names and types of the data package; more columns stay. Ids that
            are no whole numbers stay text, and all times are of one zone, the shop's.

        Raises
        ------
        CourseError
            For an unknown table or a missing column; if strict, also for a value of the wrong
            type, an impossible value, a key that is there twice or points nowhere: table, column,
            how many rows, an example, and what to do.

        Examples
        --------
        One file that holds a row per order line, as many shops export it, becomes two tables:

        >>> import pandas as pd
        >>> rows = pd.DataFrame({
        ...     "InvoiceNo": ["536365", "536365", "536366"],
        ...     "InvoiceDate": ["2010-12-01 08:26", "2010-12-01 08:26", "2010-12-01 08:28"],
        ...     "CustomerID": [17850, 17850, 17850],
        ...     "StockCode": ["85123A", "71053", "22633"],
        ...     "Quantity": [6, 6, 2],
        ...     "UnitPrice": [2.55, 3.39, 1.85],
        ... })
        >>> names = {"order_id": "InvoiceNo"}
        >>> columns = {
        ...     "orders": names | {"visitor_id": "CustomerID", "placed_at": "InvoiceDate"},
        ...     "order_lines": names
        ...     | {"product_id": "StockCode", "quantity": "Quantity", "unit_price": "UnitPrice"},
        ... }
        >>> shop = Shop.from_tables({"orders": rows, "order_lines": rows}, columns)
        >>> len(shop.orders), int(shop.order_lines.quantity.sum())
        (2, 14)
        >>> Shop.from_tables({"orders": rows}, {"orders": {"order_id": "Invoice"}})
        Traceback (most recent call last):
        ...
        ecokit.errors.CourseError: Table orders: there is no column 'Invoice' in your data.
            It has: InvoiceNo, InvoiceDate, CustomerID, StockCode, Quantity, UnitPrice.

        What cannot be used is refused, or left out and listed:

        >>> rows.loc[1, "UnitPrice"] = None
        >>> shop = Shop.from_tables({"order_lines": rows}, {"order_lines": columns["order_lines"]},
        ...                         strict=False)
        >>> len(shop.order_lines), shop.left_out[["table", "rows", "reason"]].values.tolist()
        (2, [['order_lines', 1, 'unit_price: empty']])
        """
        if strict:
            return cls(checked(tables, columns or {}, zone))
        kept, gone, found = usable(tables, columns or {}, zone)
        shop = cls(kept)
        shop.left_out, shop.faults = gone, found
        return shop

    @classmethod
    def from_folder(
        cls,
        path: str | Path,
        columns: Renames | None = None,
        strict: bool = True,
        files: Mapping[str, str] | None = None,
        zone: str | None = None,
    ) -> Self:
        """Make a shop of the files in a folder; they are checked first.

        Parameters
        ----------
        path : str or Path
            A folder with files named after tables: ``orders.csv``, ``orders.csv.gz`` or
            ``orders.parquet``. CSV may be UTF-8, GBK or UTF-16, with commas, semicolons or tabs;
            its first line holds the names of the columns.
        columns : mapping, optional
            As in `from_tables`.
        strict : bool
            As in `from_tables`.
        files : mapping of table name to file name, optional
            Where files have other names: ``{"orders": "retail.csv", "order_lines":
            "retail.csv"}``. One file may serve as several tables.
        zone : str, optional
            As in `from_tables`.

        Returns
        -------
        Shop
            The tables that are there.

        Raises
        ------
        CourseError
            When the folder or a file cannot be read, and for what `from_tables` refuses.

        Examples
        --------
        >>> Shop.from_folder("no-such-folder")
        Traceback (most recent call last):
        ...
        ecokit.errors.CourseError: There is no folder no-such-folder. Check the path.
        """
        return cls.from_tables(read_folder(path, files), columns, strict, zone)

    @property
    def truth(self) -> dict[str, float]:
        """Value of each true effect by name; meaning and source are in ``shop.effects``."""
        if "effects" not in self:
            raise CourseError(no_truth())
        effects = self["effects"]
        return Truth(zip(effects["effect"], effects["value"], strict=True))

    @property
    def company(self) -> str:
        """What a simulated company is called; nothing for one that has no number."""
        return "" if self.seed is None else company_name(self.seed)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self.tables:
            there = ", ".join(self.tables) or _("none")
            sentence = _("This shop has no table {name!r}. It has: {there}.")
            if name in schemas():
                sentence += " " + _("load_shop() has it; so would a file {name}.csv of yours.")
            raise CourseError(sentence.format(name=name, there=there))
        return self.tables[name]

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_") or name not in schemas():
            raise AttributeError(name)
        return self[name]

    def lacking(self, column: object) -> list[str]:
        """Return the tables that are here without a column that they have in the data package.

        Examples
        --------
        >>> Shop({"orders": pd.DataFrame({"order_id": [1]})}).lacking("region")
        ['orders']
        """
        return [
            name
            for name, frame in self.tables.items()
            if column in schemas()[name].names and column not in frame.columns
        ]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.tables]

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    @classmethod
    def in_place(cls, tables: Mapping[str, Any], columns: Renames | None = None) -> Self:
        """Make a shop of tables that stay where they are; they are looked at once.

        Tables of Polars, DuckDB or PySpark are neither fetched nor copied, and a measure answers
        with a table of their engine. They are looked at here, with one scan a table, and not
        again in each measure; a table of lines is asked once more, for lines without their order.
        `from_tables` fetches them into pandas instead.

        Parameters
        ----------
        tables : mapping of table name to table
            Any part of a shop's tables, all of one engine. Numbers are numbers and times are
            times without a zone; nothing is converted.
        columns : mapping, optional
            As in `from_tables`.

        Returns
        -------
        Shop
            The tables, with the names of the data package; more columns stay.

        Raises
        ------
        CourseError
            For an unknown table or column, a column of the wrong type, a missing key or number, a
            key that is there twice, a row that sums up the others, a line without its order: how
            many rows, an example, and what to do. Whether other ids point to a row that is there,
            such as that of a product, is not looked at.

        Examples
        --------
        >>> from datetime import datetime
        >>> import polars as pl
        >>> from ecokit import kpi
        >>> orders = pl.LazyFrame({"order_id": [1, 2], "paid_at": [None, datetime(2025, 1, 5)]})
        >>> shop = Shop.in_place({"orders": orders})
        >>> kpi.orders(shop).collect().item()
        1
        >>> twice = pl.concat([orders, orders])
        >>> Shop.in_place({"orders": twice})
        Traceback (most recent call last):
        ...
        ecokit.errors.CourseError: The table orders holds order_id ... more than once, and 4 such
            rows in all. Keep one row for each order_id.
        """
        validate.check_shape(tables, columns or {})
        validate.check_names(tables, columns or {})
        shop = cls(looked_at(tables, columns or {}))
        shop.tables.looked_at = True
        return shop

    def __repr__(self) -> str:
        groups: dict[str, list[str]] = {}
        for name in self.tables:
            groups.setdefault(schemas()[name].group, []).append(name)
        lines = [f"  {group}: {', '.join(names)}" for group, names in groups.items()]
        whose = f"Shop of {self.company}" if self.company else "Shop"
        return "\n".join([f"{whose}, tables: {len(self.tables)}", *lines])
