"""Puts a table together so that its columns' flags and its list of indexes say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from linter.backend import Column, Index, Table
from linter.finding import Location
from linter.resolve.definitions import Class


def make_table(
    name: str,
    columns: Mapping[str, Column],
    indexes: Iterable[Index],
    primary_key: tuple[str, ...],
    location: Location,
    *,
    model: str | None = None,
    source: Literal["django", "sqlalchemy", "peewee", "tortoise", "sql"] = "sql",
    complete: bool = True,
    owner: Class | None = None,
) -> Table:
    """A table whose `indexes` hold every index and key, the primary key first."""
    found = [index for index in indexes if index.columns]
    if primary_key:
        found.insert(0, Index(f"{name}_pkey", primary_key, True, location))
    single = {index.columns[0]: index for index in reversed(found) if _is_single(index)}
    unique = {index.columns[0] for index in found if _is_single(index) and index.unique}
    for column in columns.values():
        if column.unique and column.name not in unique:
            suffix = "ix" if column.indexed else "key"
            found.append(Index(f"{name}_{column.name}_{suffix}", (column.name,), True, column.location))
        elif column.indexed and column.name not in single:
            found.append(Index(f"ix_{name}_{column.name}", (column.name,), False, column.location))
    return Table(
        name=name,
        model=model,
        location=location,
        columns=_with_flags(columns, found, primary_key),
        indexes=tuple(found),
        primary_key=primary_key,
        source=source,
        complete=complete,
        owner=owner,
    )


def _is_single(index: Index) -> bool:
    return len(index.columns) == 1 and index.is_plain


def _with_flags(
    columns: Mapping[str, Column], indexes: Iterable[Index], primary_key: tuple[str, ...]
) -> dict[str, Column]:
    """The columns with the flags that single-column indexes and keys give them."""
    single = [index for index in indexes if _is_single(index)]
    indexed = {index.columns[0] for index in single if index.columns != primary_key}
    unique = {index.columns[0] for index in single if index.unique and index.columns != primary_key}
    found: dict[str, Column] = {}
    for name, column in columns.items():
        key = name in primary_key
        flags = (key, name in unique, name in indexed, column.nullable and not key)
        if flags != (column.primary_key, column.unique, column.indexed, column.nullable):
            column = replace(
                column, primary_key=flags[0], unique=flags[1], indexed=flags[2], nullable=flags[3]
            )
        found[name] = column
    return found


def with_key_types(tables: Mapping[str, Table]) -> dict[str, Table]:
    """The tables with each foreign key's type taken from the column it points to, where it has none."""
    found: dict[str, Table] = {}
    for name, table in tables.items():
        untyped = [each for each in table.columns.values() if not each.type and each.references]
        if untyped:
            columns = dict(table.columns)
            for column in untyped:
                columns[column.name] = replace(column, type=_type_behind(tables, column))
            table = replace(table, columns=columns)
        found[name] = table
    return found


def _type_behind(tables: Mapping[str, Table], column: Column) -> str:
    for _ in range(8):
        table, _, name = (column.references or "").rpartition(".")
        target = tables[table].columns.get(name) if table in tables else None
        if target is None:
            return ""
        if target.type:
            return target.type
        column = target
    return ""
