"""Ask the GraphQL schemas of an application which fields they have, and who may ask for them.

Prints a list of {"path", "operation", "root", "name", "arguments", "output", "refused"}. An argument is
{"name", "type", "required", "fields"}, its type without the mark that says that it is required; so is each
field of an input object. A field is refused
if it ends in an error for a caller without credentials, and in none for one who may do everything; None
for subscriptions, which are no single request.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

DEEPEST = 3
"""Levels of input objects in input objects that are told."""

Ask = Callable[[str, str, bool], Any]
"""Sends a document to a path, as somebody who may do everything or as nobody, and gives the response."""

_VALUES = {
    "Int": "1",
    "Float": "1.5",
    "Boolean": "true",
    "Date": '"2024-01-31"',
    "DateTime": '"2024-01-31T12:00:00"',
    "UUID": '"00000000-0000-4000-8000-000000000001"',
}


class Served(NamedTuple):
    """A schema at an endpoint."""

    path: str
    schema: GraphQLSchema


def orchard() -> tuple[list[Served], Ask]:
    from starlette.testclient import TestClient

    app, sheds = import_module("orchard.app"), import_module("orchard.sheds")
    client = TestClient(app.app, raise_server_exceptions=False)
    served = [Served("/graphql", app.schema._schema), Served("/sheds/ask", sheds.schema._schema)]

    def ask(path: str, document: str, known: bool) -> Any:
        headers = {"Authorization": "Bearer token-of-bo"} if known else {}
        return client.post(path, json={"query": document}, headers=headers)

    return served, ask


def quarry() -> tuple[list[Served], Ask]:
    from starlette.testclient import TestClient

    app, rota = import_module("quarry.app"), import_module("quarry.rota")
    client = TestClient(app.app, raise_server_exceptions=False)
    served = [Served("/graphql", app.schema), Served("/office", rota.office)]

    def ask(path: str, document: str, known: bool) -> Any:
        headers = {"X-Worker-Key": "key-of-ida"} if known else {}
        return client.post(path, json={"query": document}, headers=headers)

    return served, ask


def stacks() -> tuple[list[Served], Ask]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "stacks.settings"
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", run_syncdb=True, verbosity=0)
    import_module("stacks.books.models").Book.objects.create(title="Emma")
    chief = get_user_model().objects.create_superuser("chief", password="x")
    known_client, client = Client(), Client()
    known_client.force_login(chief)
    main, office = import_module("stacks.schema").schema, import_module("stacks.office").schema
    served = [
        Served("/graphql/", main.graphql_schema),
        Served("/members/graphql/", office.graphql_schema),
        Served("/staff/graphql/", office.graphql_schema),
    ]

    def ask(path: str, document: str, known: bool) -> Any:
        by = known_client if known else client
        return by.post(path, json.dumps({"query": document}), content_type="application/json")

    return served, ask


def value_of(kind: Any) -> str:
    """A plausible value of an input type, as it is written in a document."""
    if isinstance(kind, GraphQLNonNull):
        return value_of(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{value_of(kind.of_type)}]"
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        needed = (
            f"{name}: {value_of(each.type)}"
            for name, each in kind.fields.items()
            if is_required_input_field(each)
        )
        return "{" + ", ".join(needed) + "}"
    return _VALUES.get(kind.name, '"1"')


def document_of(operation: str, name: str, field: GraphQLField) -> str:
    """A document that asks for one field."""
    needed = [
        f"{key}: {value_of(each.type)}" for key, each in field.args.items() if is_required_argument(each)
    ]
    arguments = f"({', '.join(needed)})" if needed else ""
    selection = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    return f"{operation} {{ {name}{arguments}{selection} }}"


def failed(response: Any) -> bool:
    """Whether a response is no answer."""
    if response.status_code != 200:
        return True
    return bool(response.json().get("errors"))


def fields(served: list[Served]) -> Iterator[tuple[str, str, str, str, GraphQLField]]:
    """(path, operation, root, name, field) of every field of the root types."""
    for path, schema in served:
        for operation in ("query", "mutation", "subscription"):
            root = getattr(schema, f"{operation}_type")
            for name, field in {} if root is None else root.fields.items():
                yield path, operation, root.name, name, field


def input_fields(kind: Any, depth: int) -> list[dict[str, Any]]:
    """The fields of an input object, with those of objects in it; none for any other type."""
    named = get_named_type(kind)
    if depth >= DEEPEST or not isinstance(named, GraphQLInputObjectType):
        return []
    found = [
        {"name": name, "type": str(each.type).removesuffix("!"), "required": is_required_input_field(each)}
        | {"fields": input_fields(each.type, depth + 1)}
        for name, each in named.fields.items()
    ]
    return sorted(found, key=lambda each: str(each["name"]))


def described(served: list[Served], ask: Ask) -> list[dict[str, Any]]:
    """Every field with what callers meet at it; strangers ask first."""
    listed = [*fields(served)]
    met = {
        (known, path, operation, name): failed(ask(path, document_of(operation, name, field), known))
        for known in (False, True)
        for path, operation, _, name, field in listed
        if operation != "subscription"
    }
    found = []
    for path, operation, root, name, field in listed:
        given = [
            {"name": key, "type": str(each.type).removesuffix("!"), "required": is_required_argument(each)}
            | {"fields": input_fields(each.type, 0)}
            for key, each in field.args.items()
        ]
        refused = None
        if operation != "subscription":
            refused = met[False, path, operation, name] and not met[True, path, operation, name]
        found.append(
            {
                "path": path,
                "operation": operation,
                "root": root,
                "name": name,
                "arguments": sorted(given, key=lambda each: str(each["name"])),
                "output": str(field.type),
                "refused": refused,
            }
        )
    return found


if __name__ == "__main__":
    logging.disable()
    with contextlib.redirect_stdout(io.StringIO()):
        result = described(*{"orchard": orchard, "quarry": quarry, "stacks": stacks}[sys.argv[1]]())
    print(json.dumps(result))
