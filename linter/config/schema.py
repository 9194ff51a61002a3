"""The JSON Schema of the configuration, derived from `Options`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from linter.config.options import NOT_IN_PROJECT, Options

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def generate_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `backlint.toml` and of `[tool.backlint]`."""
    properties = {key: schema for key, schema in _properties().items() if key not in NOT_IN_PROJECT}
    return {
        "$schema": _DIALECT,
        "title": "backlint",
        "description": " ".join((Options.__doc__ or "").split()),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def schema_text() -> str:
    """`generate_schema` as it is committed."""
    import json

    return json.dumps(generate_schema(), indent=2, ensure_ascii=False) + "\n"


def key_schema(key: str) -> dict[str, Any]:
    """The schema of one key's value."""
    return _properties()[key]


def _properties() -> dict[str, dict[str, Any]]:
    _, definitions = msgspec.json.schema_components([Options])
    properties: dict[str, dict[str, Any]] = definitions["Options"]["properties"]
    for field in msgspec.structs.fields(Options):
        choices = _choices_of_keys(field.type)
        if choices:
            properties[field.encode_name]["propertyNames"] = {"enum": choices}
    return {key: _without_null(schema) for key, schema in properties.items()}


def _choices_of_keys(kind: Any) -> list[str]:
    """The keys that a table may have, where it cannot have any."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    keys = get_args(kind)[0] if get_origin(kind) is dict else None
    return sorted(get_args(keys)) if get_origin(keys) is Literal else []


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """TOML has no null: a key that may be None is one that may be left out."""
    if "anyOf" not in schema:
        return schema
    kind: dict[str, Any]
    (kind,) = (choice for choice in schema["anyOf"] if choice != {"type": "null"})
    return {key: value for key, value in schema.items() if key not in ("anyOf", "default")} | kind


if __name__ == "__main__":
    from pathlib import Path

    Path(__file__).with_name("schema.json").write_text(schema_text(), encoding="utf-8")
