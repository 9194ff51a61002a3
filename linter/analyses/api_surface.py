"""The part of a backend that other programs call, and the versions that its paths carry."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from linter.backend import Backend, Function, Route
from linter.facts.expressions import Expr, Mapping, Operation, Result, Sequence
from linter.facts.scopes import Return

_API_FRAMEWORKS = {
    "fastapi",
    "drf",
    "ninja",
    "flask-restful",
    "flask-restx",
    "flask-smorest",
    "apiflask",
    "connexion",
}
_PAGES = {
    "flask.render_template",
    "flask.render_template_string",
    "flask.redirect",
    "flask.send_file",
    "flask.send_from_directory",
    "django.shortcuts.render",
    "django.shortcuts.redirect",
    "fastapi.responses.HTMLResponse",
    "fastapi.responses.RedirectResponse",
    "fastapi.responses.FileResponse",
    "starlette.responses.HTMLResponse",
    "starlette.responses.RedirectResponse",
    "starlette.responses.FileResponse",
    "fastapi.templating.Jinja2Templates.TemplateResponse",
    "starlette.templating.Jinja2Templates.TemplateResponse",
}
_PAGE_TYPES = {"HTMLResponse", "RedirectResponse", "FileResponse"}
_OPERATIONAL = {
    "internal",
    "health",
    "healthz",
    "healthcheck",
    "health-check",
    "livez",
    "readyz",
    "live",
    "ready",
    "ping",
    "status",
    "metrics",
    "docs",
    "redoc",
    "openapi.json",
    "schema",
    "swagger",
    "favicon.ico",
    "robots.txt",
    ".well-known",
    "static",
    "media",
}
"""First or last words of paths that operators and browsers use, and that stay when versions change."""


class Version(NamedTuple):
    """A version in a path. `style` is its shape (`v1`, `1.0`, `2024-01-31`), `text` what stands there."""

    style: str
    text: str


def version_of(path: str) -> Version | None:
    """The version that a path carries, or None."""
    for segment in path.split("/"):
        body = segment[1:] if segment[:1] in "vV" else segment
        if segment != body and body and all(part.isdigit() for part in body.split(".")):
            return Version("v1.0" if "." in body else "v1", segment)
        parts = segment.split("-")
        if len(parts) == 3 and [len(part) for part in parts] == [4, 2, 2] and all(map(str.isdigit, parts)):
            return Version("2024-01-31", segment)
        if "." in segment and len(segment) <= 5 and all(part.isdigit() for part in segment.split(".")):
            return Version("1.0", segment)
        if "{version}" in segment or "{api_version}" in segment:
            return Version("{version}", segment)
    return None


@lru_cache(maxsize=1)
def api_routes(backend: Backend) -> tuple[Route, ...]:
    """Routes that other programs call: no pages, no files, nothing operational, nothing hidden."""
    return tuple(_api_routes(backend))


def _api_routes(backend: Backend) -> Iterator[Route]:
    for route in backend.routes:
        if route.websocket or route.is_graphql or not route.documented or _is_operational(route.path):
            continue
        if any(output.type in _PAGE_TYPES for output in route.outputs):
            continue
        if route.function is None:
            if route.framework in _API_FRAMEWORKS:
                yield route
            continue
        pages = _returns_pages(backend, route.function)
        if route.framework in _API_FRAMEWORKS:
            if not pages:
                yield route
        elif not pages and _returns_data(backend, route.function):
            yield route


def is_api(route: Route) -> bool:
    """Whether the route's framework serves APIs, and pages only as an exception."""
    return route.framework in _API_FRAMEWORKS


def _is_operational(path: str) -> bool:
    words = [word for word in path.lower().split("/") if word]
    return not words or words[0] in _OPERATIONAL or words[-1] in _OPERATIONAL


def _returned_calls(backend: Backend, function: Function) -> Iterator[str]:
    for statement in function.scope.statements:
        if isinstance(statement, Return):
            value = _first(statement.value)
            if isinstance(value, Result):
                yield backend.site(function, value.call).callee.name


def _first(value: Expr | None) -> Expr | None:
    """What is returned, out of `await` and out of `(body, status)`."""
    while True:
        match value:
            case Operation(operator="await", operands=(inner,)):
                value = inner
            case Sequence(kind="tuple", items=(inner, *_)):
                value = inner
            case _:
                return value


def _returns_pages(backend: Backend, function: Function) -> bool:
    return any(name in _PAGES for name in _returned_calls(backend, function))


def _returns_data(backend: Backend, function: Function) -> bool:
    """Whether a plain Flask or Django view answers with JSON."""
    for statement in function.scope.statements:
        if isinstance(statement, Return) and isinstance(_first(statement.value), Mapping):
            return True
    return any(
        name in ("flask.jsonify", "django.http.JsonResponse") for name in _returned_calls(backend, function)
    )
