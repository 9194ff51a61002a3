"""Inputs and outputs from an OpenAPI document, in the map format's words.

Types are spelled as Python would: integer is `int`, number `float`, string `str` or by its format
`UUID`, `date`, `datetime`; arrays are `list[...]`, objects without a schema `dict`, a schema goes
by its title (`Page[ProductOut]`). `null` among the choices is left out, since `required` says it.
A number that may also be sent as text is a `Decimal`. Header names are as on the wire.

The fields of a form, and of a body that holds several parameters, are inputs of their own. A body
that is one parameter takes that parameter's name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Schema = dict[str, Any]

PLAIN = {"integer": "int", "number": "float", "boolean": "bool", "string": "str", "object": "dict"}
FORMATS = {
    **dict.fromkeys(("uuid", "uuid1", "uuid3", "uuid4", "uuid5"), "UUID"),
    "date": "date",
    "date-time": "datetime",
    "time": "time",
    "binary": "UploadFile",
}
CLOSED_FORMATS = frozenset(
    {"uuid", "uuid1", "uuid3", "uuid4", "uuid5", "date", "date-time", "time", "duration", "email", "ipv4"}
)
JSON = "application/json"
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def type_of(schema: Schema, document: Schema) -> str:
    """The Python spelling of `schema`."""
    if "$ref" in schema:
        title = resolve(schema, document).get("title")
        return str(title or schema["$ref"].rsplit("/", 1)[-1])
    several = schema.get("anyOf") or schema.get("oneOf") or ()
    choices = [choice for choice in several if choice.get("type") != "null"]
    if choices:
        if {"number", "string"} == {choice.get("type") for choice in choices}:
            return "Decimal"
        return " | ".join(dict.fromkeys(type_of(choice, document) for choice in choices))
    if len(schema.get("allOf", ())) == 1:
        return type_of(schema["allOf"][0], document)
    if schema.get("type") == "array":
        items = type_of(schema["items"], document) if schema.get("items") else "Any"
        return f"list[{items}]"
    if "contentMediaType" in schema:
        return "UploadFile"
    return FORMATS.get(schema.get("format", ""), PLAIN.get(schema.get("type", ""), "Any"))


def bounded_of(schema: Schema, document: Schema) -> str:
    """Whether `schema` limits a value's size: "yes", "no", or "unknown" for what has fields of its own,
    for a pattern, and for what may be anything."""
    if "$ref" in schema:
        return bounded_of(resolve(schema, document), document)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return _all(bounded_of(choice, document) for choice in choices)
    if len(schema.get("allOf", ())) == 1:
        return bounded_of(schema["allOf"][0], document)
    if "enum" in schema or "const" in schema:
        return "yes"
    match schema.get("type"):
        case "boolean" | "null":
            return "yes"
        case "integer" | "number":
            return "yes" if {"maximum", "exclusiveMaximum"} & set(schema) else "no"
        case "string":
            if "maxLength" in schema or schema.get("format") in CLOSED_FORMATS:
                return "yes"
            if schema.get("format") == "binary" or {"pattern", "contentMediaType"} & set(schema):
                return "unknown"
            return "no"
        case "array":
            inner = [*schema.get("prefixItems", ()), *([schema["items"]] if schema.get("items") else ())]
            own = "yes" if "maxItems" in schema else "no"
            return _all([own, *(bounded_of(each, document) for each in inner)])
        case "object" if "properties" not in schema:
            return "no"
        case _:
            return "unknown"


def _all(verdicts: Iterable[str]) -> str:
    found = set(verdicts)
    return "no" if "no" in found else "unknown" if "unknown" in found else "yes"


def resolve(schema: Schema, document: Schema) -> Schema:
    """What a `$ref` stands for."""
    while "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


def inputs_of(operation: Schema, document: Schema, body_name: str | None) -> list[dict[str, Any]]:
    """The parameters and the body of `operation`, sorted by place and name."""
    found = [
        {
            "name": parameter["name"],
            "in": parameter["in"],
            "type": type_of(parameter.get("schema", {}), document),
            "required": parameter.get("required", False),
            "bounded": bounded_of(parameter.get("schema", {}), document),
        }
        for parameter in operation.get("parameters", ())
    ]
    body = operation.get("requestBody")
    if body:
        found += _body(body, document, body_name)
    return sorted(found, key=lambda item: (item["in"], item["name"]))


def _body(body: Schema, document: Schema, body_name: str | None) -> list[dict[str, Any]]:
    media, content = next(iter(body["content"].items()))
    schema = content.get("schema", {})
    whole = resolve(schema, document)
    if media not in FORMS and not str(whole.get("title", "")).startswith("Body_"):
        required = body.get("required", False)
        one = {"name": body_name, "in": "body", "type": type_of(schema, document), "required": required}
        return [one | {"bounded": bounded_of(schema, document)}]
    fields = []
    for name, field in whole.get("properties", {}).items():
        kind = type_of(field, document)
        place = "body" if media == JSON else "file" if "UploadFile" in kind else "form"
        required = name in whole.get("required", ())
        one = {"name": name, "in": place, "type": kind, "required": required}
        fields.append(one | {"bounded": bounded_of(field, document)})
    return fields


def outputs_of(operation: Schema, document: Schema) -> list[dict[str, Any]]:
    """The documented responses of `operation`, sorted by status."""
    found = []
    for status, response in operation.get("responses", {}).items():
        content = response.get("content", {})
        schema = content.get(JSON, {}).get("schema") or _model_in(content)
        kind = type_of(schema, document) if schema else None
        if str(status).isdigit():
            found.append({"status": int(status), "type": kind})
    return sorted(found, key=lambda item: item["status"])


def _model_in(content: Schema) -> Schema | None:
    """A model that is documented for another media type; plain text is no model."""
    schemas = (each.get("schema", {}) for each in content.values())
    return next((schema for schema in schemas if "$ref" in schema), None)
