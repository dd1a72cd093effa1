"""Whether the columns of a file of order lines are what their names say: the values tell.

Price times quantity is the amount of a line. What the values do not decide is told as unsure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ecokit.messages import _, some
from ecokit.own import sql
from ecokit.own.files import Source
from ecokit.own.names import UNIT, bare, known, roles, words

MOST = 0.9  # share of the rows in which a rule holds
FEW = 0.5
ROWS = 2  # rows with other than one piece, from which values decide
ALIKE = 0.1  # by how much the price of a product may differ from its usual one


def judge(
    columns: dict[str, Any], unsure: dict[str, str], source: Source, connection: Any, most: int
) -> None:
    """Correct what a file's columns are taken for where its values say so; tell what is unsure.

    Parameters
    ----------
    columns : dict of column to str or mapping
        The guess for ``order_lines``; it is changed.
    unsure : dict of column to str
        What a person should look at; it is added to.
    source : Source
        The file.
    connection : DuckDB connection
        To look at values.
    most : int
        How many rows to look at.
    """
    lines = Lines.of(columns, source, connection, most)
    if lines.quantity is None:
        return
    _multiplied(lines, columns, unsure)
    _beside_stock(lines, columns, unsure)


@dataclass
class Lines:
    """The numbers of a file of order lines, and what each column may be.

    Parameters
    ----------
    numbers : DataFrame
        A column a name of the file, and ``_order`` and ``_product`` where they are known.
    quantity, price : str or None
        What the names say.
    amounts, discounts, stocks, prices, counts : list of str
        Columns of the file that may be amounts, discounts, pieces in stock, other prices, other
        quantities.
    comma : set of str
        Those written with a decimal comma.
    """

    numbers: pd.DataFrame
    quantity: str | None
    price: str | None
    amounts: list[str]
    discounts: list[str]
    stocks: list[str]
    prices: list[str]
    counts: list[str]
    comma: set[str]

    @classmethod
    def of(cls, columns: dict[str, Any], source: Source, connection: Any, most: int) -> Lines:
        """Read the columns that may be numbers of a line."""
        there = known(source.columns)
        taken = {_name(one) for key, one in columns.items() if key not in ("quantity",)}

        def named(names: Iterable[str]) -> list[str]:
            found = dict.fromkeys(there[name] for name in names if name in there)
            return [one for one in found if one not in taken]

        quantity, price = _name(columns.get("quantity")), _name(columns.get("unit_price"))
        found = {role: named(roles()[role]) for role in ("amount", "discount", "stock")}
        others = named([*words()["order_lines"]["unit_price"], *words()["products"]["list_price"]])
        counts = named(words()["order_lines"]["quantity"])
        wanted = dict.fromkeys(
            [*filter(None, (quantity, price)), *itertools.chain(*found.values()), *others, *counts]
        )
        comma = _with_comma(wanted, source, connection, most)

        def number(column: str) -> str:
            x = f"CAST({sql.quoted(column)} AS VARCHAR)"
            return f"own_comma({x})" if column in comma else f"own_number({x})"

        keys = {"_order": columns.get("order_id"), "_product": columns.get("product_id")}
        parts = [f"{number(one)} AS {sql.quoted(one)}" for one in wanted]
        parts += [
            f"own_text(CAST({sql.quoted(name)} AS VARCHAR)) AS {key}"
            for key, one in keys.items()
            if (name := _name(one))
        ]
        if not parts:
            return cls(pd.DataFrame(), None, None, [], [], [], [], [], set())
        values = connection.execute(
            f"SELECT {', '.join(parts)} FROM {source.scan} LIMIT {most}"
        ).fetchdf()
        filled = {one for one in wanted if values[one].notna().sum() > FEW * len(values)}
        sparse = {one for one in wanted if values[one].notna().any()}
        return cls(
            values,
            quantity,
            price,
            [one for one in found["amount"] if one in filled],
            [one for one in found["discount"] if one in sparse],
            [one for one in found["stock"] if one in filled],
            [one for one in others if one in filled],
            [one for one in counts if one in filled and one != quantity],
            comma,
        )

    def entry(self, amount: str, quantity: str) -> dict[str, Any]:
        """Return how the price of one is read from an amount."""
        mark = {"decimal": ","} if amount in self.comma else {}
        return {"column": amount, "over": quantity, **mark}

    def plain(self, column: str) -> Any:
        """Return how a column is read as it is."""
        return {"column": column, "decimal": ","} if column in self.comma else column

    def rows(self, *columns: str) -> pd.DataFrame:
        """Return the rows that have all these numbers, and other than one piece."""
        frame = self.numbers.dropna(subset=list(columns))
        quantity = columns[0]
        return frame[(frame[quantity] != 1) & (frame[quantity] != 0)]


def _with_comma(columns: Iterable[str], source: Source, connection: Any, most: int) -> set[str]:
    """Return the columns that are written with a decimal comma."""
    found = set()
    for column in columns:
        x = f"CAST({sql.quoted(column)} AS VARCHAR)"
        ((point, comma),) = connection.execute(
            f"SELECT count(own_number({x})), count(own_comma({x})) FROM "
            f"(SELECT {sql.quoted(column)} FROM {source.scan} LIMIT {most})"
        ).fetchall()
        if comma > point:
            found.add(column)
    return found


def _name(entry: Any) -> str | None:
    """Return the column of a file that an entry of the mapping names."""
    found = entry.get("column") if isinstance(entry, dict) else entry
    return found if isinstance(found, str) else None


def also(unsure: dict[str, str], column: str, said: str) -> None:
    """Add a remark to those of a column."""
    unsure[column] = "; ".join([*filter(None, [unsure.get(column)]), said])


# --- price times quantity --------------------------------------------------------------------


def _multiplied(lines: Lines, columns: dict[str, Any], unsure: dict[str, str]) -> None:
    """Find the quantity and the price whose product is the amount."""
    quantity, price = str(lines.quantity), lines.price
    totals = [one for one in lines.amounts if _of_order(lines, one)]
    amounts = [one for one in lines.amounts if one not in totals]
    for amount, discount in _paid(lines, amounts):
        columns["unit_price"] = lines.entry(amount, quantity)
        said = _("{amount} over {quantity}: {price} less the discount in {discount}")
        also(
            unsure,
            "unit_price",
            said.format(amount=amount, quantity=quantity, price=price, discount=discount),
        )
        return
    for found in _triples(lines, amounts):
        _take(lines, found, columns, unsure)
        return
    if price is None:
        _without_price(lines, amounts, totals, columns, unsure)
    elif _of_order(lines, price):
        del columns["unit_price"]
        also(unsure, "unit_price", _repeated(price))
    else:
        _by_itself(lines, price, columns, unsure)
        _compared(lines, price, amounts, unsure)
    _tell_discounts(lines, unsure)


def _triples(lines: Lines, amounts: list[str]) -> Iterator[tuple[str, str, str, float]]:
    """Yield quantity, price, amount where the product is the amount, as the names say first."""
    quantities = [str(lines.quantity), *lines.counts, *lines.stocks]
    prices = dict.fromkeys([*filter(None, [lines.price]), *lines.prices, *amounts])
    totals = dict.fromkeys([*amounts, *filter(None, [lines.price]), *lines.prices])
    ways = [(q, p, a) for q in quantities for p in prices for a in totals if p != a]
    ways.sort(key=lambda way: (way[0] != lines.quantity) + (way[1] != lines.price))
    for quantity, price, amount in ways:
        rows = lines.rows(quantity, price, amount)
        rows = rows[(rows[price] != 0) & (rows[amount] != 0)]
        if len(rows) < ROWS:
            continue
        share = _holds(rows[quantity] * rows[price], rows[amount])
        if share >= MOST:
            yield quantity, price, amount, share


def _holds(product: pd.Series, amount: pd.Series) -> float:
    """Return the share of the rows in which two amounts are one, but for rounding.

    >>> _holds(pd.Series([20.0, 30.0]), pd.Series([20.004, 31.0]))
    0.5
    """
    return float(((product - amount).abs() <= 0.011 + 0.0005 * amount.abs()).mean())


def _take(
    lines: Lines,
    found: tuple[str, str, str, float],
    columns: dict[str, Any],
    unsure: dict[str, str],
) -> None:
    """Take the columns whose product is an amount; tell where they are not what the names say."""
    quantity, price, amount, share = found
    said = _("{price} × {quantity} is {amount} in {share:.0%} of the rows")
    said = said.format(price=price, quantity=quantity, amount=amount, share=share)
    if quantity != lines.quantity:
        columns["quantity"] = lines.plain(quantity)
        changed = _("{said}; {other} is not the quantity: have they changed places?")
        unsure["quantity"] = changed.format(said=said, other=lines.quantity)
    if price != lines.price:
        columns["unit_price"] = lines.plain(price)
        also(unsure, "unit_price", said)
    lines.quantity, lines.price = quantity, price
    paid = [one for one in lines.amounts if one != price and _is_less(lines, one)]
    if paid:
        _tell_less(lines, paid[0], unsure)
    else:
        _tell_discounts(lines, unsure)


def _paid(lines: Lines, amounts: list[str]) -> Iterator[tuple[str, str]]:
    """Yield an amount that is price times quantity less a discount, and the discount."""
    if lines.price is None:
        return
    for amount, discount in itertools.product(amounts, lines.discounts):
        rows = lines.numbers.dropna(subset=[lines.quantity, lines.price, amount])
        off = rows[discount].fillna(0).abs()
        rows, off = rows[off != 0], off[off != 0]
        if len(rows) < ROWS:
            continue
        whole = rows[lines.quantity] * rows[lines.price]
        shares = (off, off / 10, off / 100, 1 - off, 1 - off / 100)
        ways = [whole - off, *(whole * share for share in shares)]
        less = [way for way in ways if _holds(way, whole) < FEW]
        if any(_holds(way, rows[amount]) >= MOST for way in less):
            yield amount, discount


def _compared(lines: Lines, price: str, amounts: list[str], unsure: dict[str, str]) -> None:
    """Tell of an amount that is another than price times quantity."""
    for amount in amounts:
        rows = lines.rows(str(lines.quantity), price, amount)
        if len(rows) < ROWS:
            continue
        if _is_less(lines, amount):
            _tell_less(lines, amount, unsure)
        else:
            share = _holds(rows[lines.quantity] * rows[price], rows[amount])
            said = _("{price} × {quantity} is {amount} in only {share:.0%} of the rows")
            told = {"price": price, "quantity": lines.quantity, "amount": amount}
            also(unsure, "unit_price", said.format(share=share, **told))
        return


def _is_less(lines: Lines, amount: str) -> bool:
    """Return whether an amount is price times quantity or less, and less in some rows."""
    if lines.price is None:
        return False
    rows = lines.numbers.dropna(subset=[lines.quantity, lines.price, amount])
    over = rows[amount] - rows[lines.quantity] * rows[lines.price]
    return len(rows) >= ROWS and (over <= 0.011).mean() >= MOST and bool((over < -0.011).any())


def _tell_less(lines: Lines, amount: str, unsure: dict[str, str]) -> None:
    rows = lines.numbers.dropna(subset=[lines.quantity, lines.price, amount])
    less = (rows[lines.quantity] * rows[lines.price] - rows[amount]).clip(lower=0)
    said = _(
        "{amount} is less than price × quantity in {n:,} of the first {of:,} rows, ¥{yuan:,.2f} in "
        "all: a discount? Sales are counted before it. For what was paid write {{column: {amount}, "
        "over: {quantity}}}"
    )
    told = {"amount": amount, "quantity": lines.quantity, "of": len(lines.numbers)}
    n, yuan = int((less > 0.011).sum()), float(less.sum())
    also(unsure, "unit_price", said.format(n=n, yuan=yuan, **told))


def _tell_discounts(lines: Lines, unsure: dict[str, str]) -> None:
    """Tell of a discount that no amount of the file takes off."""
    for discount in lines.discounts:
        off = lines.numbers[discount].fillna(0).abs()
        if (off == 0).all():
            continue
        said = _(
            "the discount in {discount} is not taken off: in {n:,} of the first {of:,} rows, "
            "{sum:,.2f} in all"
        )
        told = {"discount": discount, "n": int((off > 0).sum()), "of": len(off)}
        also(unsure, "unit_price", said.format(sum=float(off.sum()), **told))


# --- an amount alone -------------------------------------------------------------------------


def _without_price(
    lines: Lines,
    amounts: list[str],
    totals: list[str],
    columns: dict[str, Any],
    unsure: dict[str, str],
) -> None:
    """Read the price of one from an amount, as far as the values let it."""
    quantity = str(lines.quantity)
    if not amounts:
        for one in totals[:1]:
            also(unsure, "unit_price", _repeated(one))
        return
    amount = amounts[0]
    way = _way(lines, amount)
    if way == "one":
        columns["unit_price"] = lines.plain(amount)
        said = _("{amount} does not grow with {quantity}: it is taken for the price of one")
    else:
        columns["unit_price"] = lines.entry(amount, quantity)
        said = _("{amount} over {quantity}")
        if way == "":
            said = _(
                "{amount} is taken for the amount of the line, and divided by {quantity}. If it is "
                "the price of one, write {amount}; if it is the total of the order, take it out"
            )
    also(unsure, "unit_price", said.format(amount=amount, quantity=quantity))
    if len(amounts) > 1:
        also(unsure, "unit_price", _("or {other}").format(other=some(amounts[1:])))


def _by_itself(lines: Lines, price: str, columns: dict[str, Any], unsure: dict[str, str]) -> None:
    """Look whether what is named a price is the amount of a line."""
    quantity = str(lines.quantity)
    way = _way(lines, price)
    if way == "line":
        columns["unit_price"] = lines.entry(price, quantity)
        said = _("{price} grows with {quantity}: it is taken for the amount of the line")
        also(unsure, "unit_price", said.format(price=price, quantity=quantity))
        return
    plain = UNIT.sub("", bare(price)) in roles()["unit"]
    if way == "" and not plain and len(lines.rows(quantity, price)) >= ROWS and not lines.amounts:
        said = _(
            "{price} is taken for the price of one. If it is the amount of the line, write "
            "{{column: {price}, over: {quantity}}}"
        )
        also(unsure, "unit_price", said.format(price=price, quantity=quantity))


def _way(lines: Lines, money: str) -> str:
    """Return whether money is that of the "line", as it grows with the quantity, or of "one".

    Returns
    -------
    str
        '' where no product was sold in different quantities, or its prices differ too much.
    """
    if "_product" not in lines.numbers:
        return ""
    quantity = str(lines.quantity)
    frame = lines.numbers.dropna(subset=[quantity, money, "_product"])
    frame = frame[(frame[quantity] > 0) & (frame[money] > 0)]
    groups = frame.groupby("_product")
    frame = frame[groups[quantity].transform("nunique") > 1]
    if len(frame) < ROWS + 1:
        return ""
    one = pd.DataFrame({"one": frame[money], "line": frame[money] / frame[quantity]})
    usual = one.groupby(frame["_product"]).transform("median")
    share = ((one / usual - 1).abs() <= ALIKE).mean()
    for way, other in (("one", "line"), ("line", "one")):
        if share[way] >= 0.8 and share[other] <= FEW:
            return way
    return ""


def _of_order(lines: Lines, money: str) -> bool:
    """Return whether money is the total of an order, repeated on each of its lines."""
    if "_order" not in lines.numbers or "_product" not in lines.numbers:
        return False
    frame = lines.numbers.dropna(subset=[money, "_order", "_product"])
    groups = frame.groupby("_order")
    several = groups["_product"].transform("nunique") > 1
    orders = frame[several].groupby("_order")[money].agg(["min", "max"])
    same = (orders["max"] - orders["min"]).abs() < 0.005
    if len(orders) < ROWS or same.mean() < MOST or orders["max"].nunique() < 2:
        return False
    usual = frame.groupby("_product")[money].agg(["min", "max", "size"])
    repeated = usual[usual["size"] > 1]
    flat = ((repeated["max"] - repeated["min"]).abs() < 0.005).mean() if len(repeated) else 0.0
    return bool(flat < MOST)


def _repeated(money: str) -> str:
    said = _(
        "{money} is the same on every line of an order, so it is the order's total and no price; "
        "sales need the price or the amount of each line"
    )
    return said.format(money=money)


# --- quantity beside stock -------------------------------------------------------------------


def _beside_stock(lines: Lines, columns: dict[str, Any], unsure: dict[str, str]) -> None:
    """Tell where the quantity sold is above the stock in most rows."""
    quantity = _name(columns.get("quantity"))
    for stock in lines.stocks:
        if quantity is None or stock == quantity:
            return
        rows = lines.numbers.dropna(subset=[quantity, stock])
        above = (rows[quantity] > rows[stock]).mean() if len(rows) else 0.0
        if above > FEW:
            said = _("above {stock} in {share:.0%} of the rows: have they changed places?")
            also(unsure, "quantity", said.format(stock=stock, share=above))


def judge_stock(
    columns: dict[str, Any], unsure: dict[str, str], source: Source, connection: Any, most: int
) -> None:
    """Tell where what is taken for pieces sold looks like the stock, in a table of stock.

    What a day ends with is what the next one begins with; without that, more is sold than is left
    on few days.
    """
    wanted = ("product_id", "date", "opening", "sold", "closing")
    names = {one: _name(columns.get(one)) for one in wanted}
    if not names["sold"] or not names["closing"]:
        return
    cells = ", ".join(
        f"own_text(CAST({sql.quoted(name)} AS VARCHAR)) AS {one}"
        if one in ("product_id", "date")
        else f"own_number(CAST({sql.quoted(name)} AS VARCHAR)) AS {one}"
        for one, name in names.items()
        if name
    )
    frame = connection.execute(f"SELECT {cells} FROM {source.scan} LIMIT {most}").fetchdf()
    said = ""
    if {"opening", "product_id", "date"} <= {*frame.columns}:
        frame = frame.sort_values(["product_id", "date"])
        after = frame.groupby("product_id")["opening"].shift(-1)
        ends = frame.loc[after.notna()]
        same = {one: (ends[one] == after[after.notna()]).mean() for one in ("sold", "closing")}
        if len(ends) >= ROWS and same["sold"] >= MOST and same["closing"] < FEW:
            said = _("the next day begins with {sold}, not with {closing}")
    elif (frame["sold"] > frame["closing"]).mean() > FEW:
        said = _("{sold} is above {closing} in most rows")
    if said:
        told = {"sold": names["sold"], "closing": names["closing"]}
        also(unsure, "sold", said.format(**told) + _(": have they changed places?"))
