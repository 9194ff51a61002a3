"""Ask a Django application which fields the serializers of its views take.

Prints {"app", "taken", "made"}. `taken` is a list of {"method", "path", "serializer", "fields"}, one for
each verb of a view of REST framework that has a serializer. A field is {"name", "type", "required"}; those
that are only given are left out, and none is required where a part of the object will do. Paths with the
suffix of a format are left out: they lead to the same views. `made` has the fields of every serializer of
the application by its dotted name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import URLResolver, get_resolver

from oracle.answers import print_truth
from oracle.django_truth import STARTS, path_of

TAKING = ("post", "put", "patch")


def views_of(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    """The path and the view of every leaf."""
    for pattern in resolver.url_patterns:
        path = prefix + path_of(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views_of(pattern, path)
        else:
            yield path, pattern.callback


def handlers_of(view: Any) -> dict[str, str]:
    """The verbs that take a body, with the methods that answer them."""
    found = getattr(view, "actions", None) or {verb: verb for verb in TAKING if hasattr(view.cls, verb)}
    allowed = view.cls.http_method_names
    return {verb: handler for verb, handler in found.items() if verb in TAKING and verb in allowed}


def serializer_of(view: Any, verb: str, handler: str) -> Any:
    """The serializer that a view makes for a verb."""
    # Their modules ask for the settings.
    from django.contrib.auth.models import AnonymousUser
    from rest_framework.request import Request
    from rest_framework.test import APIRequestFactory

    made = view.cls(**{**getattr(view, "initkwargs", {}), **getattr(view, "view_initkwargs", {})})
    made.request = Request(getattr(APIRequestFactory(), verb)("/"))
    made.request.user = AnonymousUser()
    made.action, made.args, made.kwargs, made.format_kwarg = handler, (), {}, None
    return made.get_serializer()


def described(serializer: Any, partial: bool) -> list[dict[str, Any]]:
    """The fields that a serializer takes."""
    found = [
        {"name": name, "type": type_of(field), "required": field.required and not partial}
        for name, field in serializer.fields.items()
        if not field.read_only and type_of(field) != "HiddenField"
    ]
    return sorted(found, key=lambda each: str(each["name"]))


def type_of(field: Any) -> str:
    """The class of a field, and for several of one kind that of each."""
    if hasattr(field, "child_relation"):
        return f"list[{type(field.child_relation).__name__}]"
    if getattr(field, "many", False):
        return f"list[{type(field.child).__name__}]"
    return type(field).__name__


def taken() -> Iterator[dict[str, Any]]:
    """Every verb of every view with a serializer."""
    for path, view in views_of(get_resolver()):
        cls = getattr(view, "cls", None)
        if not hasattr(cls, "get_serializer") or path.endswith(".{format}"):
            continue
        for verb, handler in sorted(handlers_of(view).items()):
            serializer = serializer_of(view, verb, handler)
            name = f"{type(serializer).__module__}.{type(serializer).__qualname__}"
            by_library = getattr(cls, handler).__module__.startswith("rest_framework.")
            fields = described(serializer, by_library and verb == "patch")
            yield {"method": verb.upper(), "path": path, "serializer": name, "fields": fields}


def made(app: str) -> dict[str, list[dict[str, Any]]]:
    """The fields of every serializer of the application."""
    from rest_framework.serializers import Serializer

    pending, found = [*Serializer.__subclasses__()], {}
    while pending:
        cls = pending.pop()
        pending += cls.__subclasses__()
        if cls.__module__.partition(".")[0] == app:
            found[f"{cls.__module__}.{cls.__qualname__}"] = described(cls(), partial=False)
    return dict(sorted(found.items()))


if __name__ == "__main__":

    def ask(app: str, folder: Path) -> dict[str, Any]:
        """What the views of `app` take."""
        STARTS[app](folder)
        return {"taken": [*taken()], "made": made(app)}

    print_truth(ask)
