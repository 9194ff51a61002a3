"""Ask a Django application what it serves.

Routes are the leaves of the URL resolver, with includes flattened. In a `path()` route a converter
is dropped: `<int:pk>` is `{pk}`. In a `re_path()` a named group is `{name}`, an unnamed one `{0}`
by its position, anchors and escapes go, and so does an optional trailing slash. So the suffix
routes of DRF's DefaultRouter read `/patients.{format}`. Language prefixes and translated routes
are those of `LANGUAGE_CODE`.

A function view that `require_http_methods` limits has those verbs; any other is `any_method`. A
class view has the verbs for which its class has a method and that `http_method_names` allows, a
view set those of its action map; each verb's call names the method. An `@api_view` function has
its own name, not that of the class which DRF makes of it.

Framework-own are the admin's views that Django defines (not what a ModelAdmin of the application
adds) and the root of a DRF router. A generic view that the application routes as it is belongs to
the application. Inputs and outputs are null: Django keeps no record of them.

A path of Django Ninja gives one route for each of its operations, in the words of the decorator: its
verbs, its function, and what its API's document says of inputs and outputs. Documents are framework-own.

Tables come from `apps.get_models()` with the through tables of many-to-many fields. Types are
those of Django's PostgreSQL backend, which names them without a connection. An index that Django
would name by a hash has the name null. A conditional unique constraint is listed, but makes its
column neither `unique` nor `indexed`.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern
from django.utils import translation

from oracle.answers import (
    A_UUID,
    UNLIMITED,
    Answer,
    Listed,
    answer_of,
    describe,
    dotted_name,
    fill,
    print_truth,
    spoken,
)
from oracle.openapi_inputs import inputs_of, outputs_of

OWN_MODULES = ("django.", "rest_framework.", "ninja.", "ninja_extra.")
CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
SUFFIX = re.compile(r"<drf_format_suffix\w*:format>")
OPTIONAL_SLASH = re.compile(r"/\?$")


def listed_routes(resolver: URLResolver, prefix: str = "/", admin: bool = False) -> Iterator[Listed]:
    """Every route below `resolver`."""
    for pattern in resolver.url_patterns:
        path = prefix + path_of(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from listed_routes(pattern, path, admin or pattern.app_name == "admin")
        elif (operations := _operations(pattern.callback)) is not None:
            yield from _listed_operations(operations, path)
        else:
            yield _listed(pattern, path, admin)


def _operations(view: Any) -> list[Any] | None:
    """The operations that a view of Django Ninja keeps in its closure; None for any other view."""
    code, cells = getattr(view, "__code__", None), getattr(view, "__closure__", None) or ()
    kept = dict(zip(code.co_freevars, cells, strict=True)) if code else {}
    holder = kept["self"].cell_contents if "self" in kept else None
    return getattr(holder, "operations", None)


def _listed_operations(operations: list[Any], path: str) -> Iterator[Listed]:
    for operation in operations:
        view = operation.view_func
        found = getattr(view, "get_route_function", None)
        name = dotted_name(view if found is None else found().route.view_func)
        methods = dict.fromkeys(spoken(operation.methods), name)
        inputs, outputs = _documented(operation)
        yield Listed(path, name, methods, inputs=inputs, outputs=outputs)


@functools.cache
def _document(api: Any) -> dict[str, Any]:
    document: dict[str, Any] = api.get_openapi_schema(path_prefix="")
    return document


def _documented(operation: Any) -> tuple[list[dict[str, Any]] | None, list[dict[str, Any]] | None]:
    """What the API's document says that an operation takes and gives; nothing for a hidden one."""
    document = _document(operation.api)
    wanted = operation.operation_id or operation.api.get_openapi_operation_id(operation)
    found = [
        each
        for item in document["paths"].values()
        for each in item.values()
        if each.get("operationId") == wanted
    ]
    if not found:
        return None, None
    in_body = [each.name for each in operation.signature.params if each.source._param_source() == "body"]
    name = in_body[0] if in_body else None
    return inputs_of(found[0], document, name), outputs_of(found[0], document)


def path_of(pattern: Any) -> str:
    """The normalised text of one pattern."""
    if isinstance(pattern, RegexPattern):
        return _regex_path(pattern._regex)
    return CONVERTER.sub(r"{\1}", SUFFIX.sub(".{format}", str(pattern)))


def _regex_path(regex: str) -> str:
    text = OPTIONAL_SLASH.sub("", str(regex).removeprefix("^").removesuffix("$").removesuffix(r"\Z"))
    found, position, unnamed = "", 0, 0
    while position < len(text):
        if text[position] == "(":
            end = _closing(text, position)
            named = re.match(r"\(\?P<(\w+)>", text[position:])
            found += "{" + (named[1] if named else str(unnamed)) + "}"
            unnamed += 0 if named else 1
            position = end + 1
        elif text[position] == "\\":
            found += text[position + 1]
            position += 2
        else:
            found += text[position]
            position += 1
    return found


def _closing(text: str, opening: int) -> int:
    depth, escaped = 0, False
    for position in range(opening, len(text)):
        if escaped:
            escaped = False
        elif text[position] == "\\":
            escaped = True
        elif text[position] in "()":
            depth += 1 if text[position] == "(" else -1
            if depth == 0:
                return position
    raise ValueError(f"unbalanced: {text}")


def _listed(pattern: URLPattern, path: str, admin: bool) -> Listed:
    view: Any = pattern.callback
    routed = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if routed is None:
        name = dotted_name(view)
        limit = _limited_to(view)
        methods = dict.fromkeys(UNLIMITED if limit is None else spoken(limit), name)
        own = (admin and _is_django(view)) or name.startswith("ninja.")
        return Listed(path, name, methods, any_method=limit is None, framework_own=own)
    name = f"{routed.__module__}.{routed.__name__}"
    own = routed.__name__ == "APIRootView" or (admin and name.startswith(OWN_MODULES))
    handlers = _class_handlers(view, routed)
    if routed.__qualname__.startswith("api_view."):
        methods = dict.fromkeys(handlers, name)
    else:
        methods = {verb: f"{name}.{handler}" for verb, handler in handlers.items()}
    return Listed(path, name, methods, framework_own=own)


def _class_handlers(view: Any, routed: Any) -> dict[str, str]:
    given = getattr(view, "initkwargs", None) or getattr(view, "view_initkwargs", {})
    allowed = given.get("http_method_names", routed.http_method_names)
    actions = getattr(view, "actions", None) or {verb: verb for verb in allowed if hasattr(routed, verb)}
    spoken_verbs = spoken(verb for verb in actions if verb in allowed)
    return {verb: actions[verb.lower()] for verb in spoken_verbs}


def _limited_to(view: Any) -> list[str] | None:
    """What `require_http_methods` keeps in its closure, wherever in the chain of decorators."""
    while view is not None:
        code, cells = getattr(view, "__code__", None), getattr(view, "__closure__", None) or ()
        kept = dict(zip(code.co_freevars, cells, strict=True)) if code else {}
        if "request_method_list" in kept:
            return list(kept["request_method_list"].cell_contents)
        view = getattr(view, "__wrapped__", None)
    return None


def _is_django(view: Any) -> bool:
    view = inspect.unwrap(view)
    return str(getattr(view, "__func__", view).__module__).startswith(OWN_MODULES)


def caller(values: Mapping[str, str]) -> Any:
    """A function that calls the application anonymously."""

    def call(method: str, path: str) -> Answer:
        response = Client(raise_request_exception=False).generic(method, fill(path, values), secure=True)
        return answer_of(response.status_code, response.headers.get("Location", ""))

    return call


def tables() -> list[dict[str, Any]]:
    """Every table of the installed applications, sorted by name."""
    postgres = DatabaseWrapper({**settings.DATABASES["default"], "OPTIONS": {}}, alias="types")
    found = [
        _table(model, postgres)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    return sorted(found, key=lambda table: str(table["name"]))


def _table(model: type[models.Model], postgres: DatabaseWrapper) -> dict[str, Any]:
    meta = model._meta
    names = {field.name: field.column for field in meta.local_concrete_fields}
    conditional = {item.name for item in meta.constraints if getattr(item, "condition", None) is not None}
    indexes = _indexes(model, names)
    usable = [index for index in indexes if index["name"] is None or index["name"] not in conditional]
    leaders = {index["columns"][0] for index in usable}
    alone = {index["columns"][0] for index in usable if index["unique"] and len(index["columns"]) == 1}
    return {
        "name": meta.db_table,
        "model": f"{model.__module__}.{model.__qualname__}",
        "framework_own": model.__module__.startswith(OWN_MODULES),
        "columns": [
            {
                "name": field.column,
                "type": (field.db_type(postgres) or "").lower(),
                "nullable": field.null,
                "primary_key": field.primary_key,
                "unique": field.primary_key or field.column in alone,
                "indexed": field.primary_key or field.column in leaders,
                "references": _reference(field),
            }
            for field in meta.local_concrete_fields
        ],
        "indexes": indexes,
    }


def _reference(field: models.Field[Any, Any]) -> str | None:
    if not isinstance(field, models.ForeignKey):
        return None
    return f"{field.related_model._meta.db_table}.{field.target_field.column}"


def _indexes(model: type[models.Model], names: Mapping[str, str]) -> list[dict[str, Any]]:
    meta = model._meta
    found = [
        {
            "name": index.name,
            "columns": [names[field.removeprefix("-")] for field in index.fields],
            "unique": False,
            "kind": "index",
        }
        for index in meta.indexes
    ]
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            columns = [names[field] for field in constraint.fields]
            found.append({"name": constraint.name, "columns": columns, "unique": True, "kind": "constraint"})
    for together in meta.unique_together:
        columns = [names[field] for field in together]
        found.append({"name": None, "columns": columns, "unique": True, "kind": "constraint"})
    for field in meta.local_concrete_fields:
        if not field.primary_key and (field.unique or field.db_index):
            kind = "constraint" if field.unique else "index"
            found.append({"name": None, "columns": [field.column], "unique": field.unique, "kind": kind})
    return sorted(found, key=lambda index: (index["columns"], index["kind"], str(index["name"])))


def start_clinic(folder: Path) -> dict[str, str]:
    """Start the clinic, its database migrated and seeded; give values for its paths."""
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "clinic.settings",
            "CLINIC_SECRET_KEY": "secret" * 10,
            "CLINIC_PAYMENT_SECRET": "secret" * 10,
            "CLINIC_HOSTS": "testserver",
            "CLINIC_DATABASE_ENGINE": "django.db.backends.sqlite3",
            "CLINIC_DATABASE_NAME": os.fspath(folder / "clinic.db"),
            "CLINIC_MEDIA_ROOT": os.fspath(folder),
        }
    )
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("seed_demo")
    return {
        "number": "85010112345",
        "kind": "csv",
        "document_id": A_UUID,
        "year": "2025",
        "month": "3",
        "name": "Room 1",
        "format": "json",
        "app_label": "patients",
    }


def start_lending(folder: Path) -> dict[str, str]:
    """Start the library's lending desk on an empty database; give values for its paths."""
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "lending.settings",
            "LENDING_SECRET_KEY": "secret" * 10,
            "LENDING_STAFF_TOKEN": "secret" * 10,
            "LENDING_HOOK_SECRET": "secret" * 10,
            "LENDING_HOSTS": "testserver",
            "LENDING_DATABASE_ENGINE": "django.db.backends.sqlite3",
            "LENDING_DATABASE_NAME": os.fspath(folder / "lending.db"),
        }
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    return {"copy_id": A_UUID}


def start_museum(folder: Path) -> dict[str, str]:
    """Start the museum with one work in one room; give values for its paths."""
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "museum.settings",
            "MUSEUM_SECRET_KEY": "secret" * 10,
            "MUSEUM_TERMINAL_KEY": "secret" * 10,
            "MUSEUM_HOSTS": "testserver",
            "MUSEUM_DATABASE_ENGINE": "django.db.backends.sqlite3",
            "MUSEUM_DATABASE_NAME": os.fspath(folder / "museum.db"),
        }
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    room = apps.get_model("works.Room").objects.create(name="hall")
    work = apps.get_model("works.Work").objects.create(title="Untitled", room=room)
    apps.get_model("works.Note").objects.create(work=work, text="Nice")
    return {
        "name": "hall",
        "room_name": "hall",
        "day": "2025-01-01",
        "year": "1999",
        "format": "json",
        "app_label": "works",
    }


STARTS = {"clinic": start_clinic, "lending": start_lending, "museum": start_museum}


def ask(app: str, folder: Path) -> dict[str, Any]:
    """What the framework says about `app`."""
    values = STARTS[app](folder)
    import_module(settings.ROOT_URLCONF)
    with translation.override(settings.LANGUAGE_CODE):
        listed = {(each.path, each.handler): each for each in listed_routes(get_resolver())}
        routes = describe(listed.values(), caller(values))
    return {"framework": "django", "routes": routes, "tables": tables()}


if __name__ == "__main__":
    print_truth(ask)
