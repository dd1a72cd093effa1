"""What a table is told to lack, where pandas only names a key."""

from __future__ import annotations

import re
from typing import Any

from ecokit.messages import _
from ecokit.shop.schema import schemas


def lacks(error: KeyError, shop: Any) -> str:
    """Return which columns of the data package a shop lacks that pandas did not find; or nothing.

    Parameters
    ----------
    error : KeyError
        As pandas raises it: its text holds the names, in one of five forms.
    shop : Shop
        What was asked.

    Examples
    --------
    >>> import pandas as pd
    >>> from ecokit.shop import Shop
    >>> shop = Shop({"stock": pd.DataFrame({"product_id": ["a"]})})
    >>> lacks(KeyError("Column not found: demand"), shop)
    'The table stock lacks the column demand, which this needs. load_shop() has it.'
    """
    names = dict.fromkeys(re.findall(r"\w+", str(error)))
    tables = getattr(shop, "tables", {})
    pairs = [
        (name, column)
        for name in tables
        for column in names
        if column in schemas()[name].names and column not in tables[name].columns
    ]
    if not pairs:
        return ""
    columns = list(dict.fromkeys(column for _table, column in pairs))
    if len(columns) == 1:
        sentence = _("The table {tables} lacks the column {columns}, which this needs. ")
        sentence += _("load_shop() has it.")
    else:
        sentence = _("The table {tables} lacks the columns {columns}, which this needs. ")
        sentence += _("load_shop() has them.")
    where = dict.fromkeys(name for name, _column in pairs)
    return sentence.format(tables=_(" or ").join(where), columns=", ".join(columns))
