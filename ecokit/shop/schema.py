"""The schema of every table, read from ``datasets/datapackage.json``, where alone it is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from ecokit.shop.paths import datasets_folder


@dataclass(frozen=True)
class Field:
    """One column: its name, type, unit and constraints.

    Examples
    --------
    >>> schema("orders").field("paid_at").type
    'datetime'
    """

    name: str
    type: str
    title: str
    description: str
    unit: str | None
    constraints: dict[str, Any]
    not_before: str | None
    not_above: str | None
    is_free_text: bool = False
    others: Mapping[str, Any] = field(default_factory=dict)

    @property
    def elsewhere(self) -> Field:
        """The field as other companies' tables may hold it: guests, fractions, ids from 0.

        Examples
        --------
        >>> schema("order_lines").field("quantity").elsewhere.type
        'number'
        """
        return replace(self, others={}, **self.others) if self.others else self

    @property
    def is_words(self) -> bool:
        """True for words and flags, in which a gap is a group of its own."""
        return self.type in ("string", "boolean") and not self.name.endswith("_id")

    @property
    def required(self) -> bool:
        """True when no row may leave the column empty."""
        return bool(self.constraints.get("required"))

    @property
    def dtype(self) -> Any:
        """The pandas dtype of the column."""
        if self.type == "integer":
            return "int64" if self.required else "Int64"
        if self.type == "boolean":
            return "bool" if self.required else "boolean"
        return {
            "string": "str",
            "number": "float64",
            "date": "datetime64[us]",
            "datetime": "datetime64[us]",
        }[self.type]


@dataclass(frozen=True)
class ForeignKey:
    """Columns whose values must occur as the key of another table."""

    fields: tuple[str, ...]
    table: str
    reference: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table: file name, group of tables it belongs to, columns, keys."""

    name: str
    path: str
    title: str
    description: str
    group: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return [field.name for field in self.fields]

    def field(self, name: str) -> Field:
        """Return the column called `name`; KeyError when there is none."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)


@cache
def package() -> dict[str, Any]:
    """Return the data package as it stands in the file.

    Examples
    --------
    >>> package()["licenses"][0]["name"]
    'CC-BY-4.0'
    """
    text = (datasets_folder() / "datapackage.json").read_text(encoding="utf-8")
    described: dict[str, Any] = json.loads(text)
    return described


@cache
def schemas() -> dict[str, Table]:
    """Return every table of the shop by name.

    Examples
    --------
    >>> "visits" in schemas()
    True
    """
    return {entry["name"]: _table(entry) for entry in package()["resources"]}


def schema(table: str) -> Table:
    """Return the schema of one table; KeyError when there is no such table.

    Examples
    --------
    >>> schema("visits").primary_key
    ('visit_id',)
    """
    return schemas()[table]


def _table(entry: dict[str, Any]) -> Table:
    described = entry["schema"]
    keys = (
        ForeignKey(
            fields=tuple(key["fields"]),
            table=key["reference"]["resource"] or entry["name"],
            reference=tuple(key["reference"]["fields"]),
        )
        for key in described.get("foreignKeys", [])
    )
    return Table(
        name=entry["name"],
        path=entry["path"],
        title=entry["title"],
        description=entry["description"],
        group=entry["group"],
        fields=tuple(_field(field) for field in described["fields"]),
        primary_key=tuple(described["primaryKey"]),
        foreign_keys=tuple(keys),
    )


def _field(entry: dict[str, Any]) -> Field:
    return Field(
        name=entry["name"],
        type=entry["type"],
        title=entry["title"],
        description=entry["description"],
        unit=entry.get("unit"),
        constraints=entry.get("constraints", {}),
        not_before=entry.get("notBefore"),
        not_above=entry.get("notAbove"),
        is_free_text=entry.get("freeText", False),
        others=entry.get("elsewhere", {}),
    )
