"""Tables from SQLAlchemy metadata, in the map format's shape.

Types are compiled for PostgreSQL and put in lower case. `indexed` means that the column leads a
primary key, an index or a unique constraint; `unique` that it is the only column of one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import registry

from oracle.answers import dotted_name

DIALECT = postgresql.dialect()


def tables_of(metadata: MetaData, mapped: registry) -> list[dict[str, Any]]:
    """Every table of `metadata`, sorted by name."""
    models = {mapper.local_table: dotted_name(mapper.class_) for mapper in mapped.mappers}
    return [_table(table, models.get(table)) for table in sorted(metadata.tables.values(), key=str)]


def _table(table: Table, model: str | None) -> dict[str, Any]:
    indexes = _indexes(table)
    key = [column.name for column in table.primary_key.columns]
    leaders = {index["columns"][0] for index in indexes} | set(key[:1])
    alone = {index["columns"][0] for index in indexes if index["unique"] and len(index["columns"]) == 1}
    if len(key) == 1:
        alone.add(key[0])
    return {
        "name": table.name,
        "model": model,
        "framework_own": False,
        "columns": [
            {
                "name": column.name,
                "type": column.type.compile(dialect=DIALECT).lower(),
                "nullable": column.nullable,
                "primary_key": column.primary_key,
                "unique": column.name in alone,
                "indexed": column.name in leaders,
                "references": _reference(column),
            }
            for column in table.columns
        ],
        "indexes": indexes,
    }


def _reference(column: Column[Any]) -> str | None:
    return next((key.target_fullname for key in column.foreign_keys), None)


def _indexes(table: Table) -> list[dict[str, Any]]:
    found = [
        {
            "name": index.name,
            "columns": [getattr(part, "name", str(part)) for part in index.expressions],
            "unique": bool(index.unique),
            "kind": "index",
        }
        for index in table.indexes
    ]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            columns = [column.name for column in constraint.columns]
            name = None if constraint.name is None else str(constraint.name)
            found.append({"name": name, "columns": columns, "unique": True, "kind": "constraint"})
    return sorted(found, key=lambda index: (index["columns"], index["kind"], str(index["name"])))
