"""Tables as Tortoise makes them in SQLite, in the map format's shape.

Types are those that the fields have on PostgreSQL. Nothing is taken from the models that the database tells.
"""

from __future__ import annotations

from typing import Any

from tortoise import Tortoise, connections
from tortoise.models import Model

FRAMEWORK_OWN = frozenset({"aerich"})
WORDS = {
    "bool": "boolean",
    "decimal": "numeric",
    "int": "integer",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
}


async def tables_of() -> list[dict[str, Any]]:
    """Every table that `generate_schemas` has made, sorted by name. Tortoise must be running."""
    client = connections.get("default")
    found = await client.execute_query_dict("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = sorted(row["name"] for row in found if not row["name"].startswith("sqlite_"))
    apps = Tortoise.apps
    assert apps is not None
    models = {model._meta.db_table: model for model in apps.get_models_iterable()}
    types = _types(models)
    return [await _table(name, models.get(name), types) for name in names]


def _types(models: dict[str, type[Model]]) -> dict[tuple[str, str], str]:
    """The type of each column on PostgreSQL."""
    found = {}
    for table, model in models.items():
        for name, column in model._meta.fields_db_projection.items():
            found[table, column] = _type(model._meta.fields_map[name])
        for name in model._meta.m2m_fields:
            field: Any = model._meta.fields_map[name]
            found[field.through, field.backward_key] = _type(model._meta.pk)
            found[field.through, field.forward_key] = _type(field.related_model._meta.pk)
    return found


def _type(field: Any) -> str:
    name, bracket, size = field.get_for_dialect("postgres", "SQL_TYPE").lower().partition("(")
    return WORDS.get(name, name) + bracket + size.replace(",", ", ")


async def _table(name: str, model: type[Model] | None, types: dict[tuple[str, str], str]) -> dict[str, Any]:
    client = connections.get("default")
    columns = await client.execute_query_dict(f'PRAGMA table_info("{name}")')
    keys = await client.execute_query_dict(f'PRAGMA foreign_key_list("{name}")')
    references = {key["from"]: f"{key['table']}.{key['to']}" for key in keys}
    indexes = []
    for index in await client.execute_query_dict(f'PRAGMA index_list("{name}")'):
        parts = await client.execute_query_dict(f'PRAGMA index_info("{index["name"]}")')
        indexes.append(
            {
                "name": index["name"],
                "columns": [part["name"] for part in parts],
                "unique": bool(index["unique"]),
                "kind": "index" if index["origin"] == "c" else "constraint",
            }
        )
    key = [column["name"] for column in columns if column["pk"]]
    leaders = {index["columns"][0] for index in indexes} | set(key[:1])
    alone = {index["columns"][0] for index in indexes if index["unique"] and len(index["columns"]) == 1}
    return {
        "name": name,
        "model": None if model is None else f"{model.__module__}.{model.__qualname__}",
        "framework_own": name in FRAMEWORK_OWN,
        "columns": [
            {
                "name": column["name"],
                "type": types[name, column["name"]],
                "nullable": not column["notnull"],
                "primary_key": bool(column["pk"]),
                "unique": column["name"] in alone or [column["name"]] == key,
                "indexed": column["name"] in leaders,
                "references": references.get(column["name"]),
            }
            for column in columns
        ],
        "indexes": sorted(indexes, key=lambda index: (index["columns"], index["kind"], index["name"])),
    }
