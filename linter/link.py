"""All facts in, one backend out: the only place that knows every framework adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from linter.backend import Backend
from linter.facts.files import FileFacts
from linter.frameworks.flask.names import PACKAGES
from linter.guards import Refusals
from linter.resolve.project import Project
from linter.schema.schema import Schema

_FRAMEWORKS = {
    "fastapi": "FastAPI",
    "starlette": "Starlette",
    "flask": "Flask",
    "flask_restful": "Flask-RESTful",
    "flask_restx": "Flask-RESTX",
    "flask_smorest": "Flask-Smorest",
    "apiflask": "APIFlask",
    "quart": "Quart",
    "django": "Django",
    "rest_framework": "Django REST framework",
    "ninja": "Django Ninja",
    "sqlalchemy": "SQLAlchemy",
    "sqlmodel": "SQLModel",
    "flask_sqlalchemy": "Flask-SQLAlchemy",
    "alembic": "Alembic",
    "celery": "Celery",
    "graphene": "Graphene",
    "strawberry": "Strawberry",
    "tortoise": "Tortoise ORM",
    "peewee": "Peewee",
    "aiohttp": "aiohttp",
    "litestar": "Litestar",
    "sanic": "Sanic",
    "tornado": "Tornado",
}
"""Top-level packages by which a framework is known, with its name."""


def link(
    files: Mapping[str, FileFacts],
    text_of: Callable[[str], str],
    source_roots: Iterable[str] = (),
    dialect: str = "auto",
) -> Backend:
    """The backend that a project's facts describe.

    `files` maps relative paths to facts; `text_of` gives a file's text for rules that look at it.
    `dialect` is that of SQL which does not say its own. An adapter is imported only when the project
    imports its framework.
    """
    project = Project(files, source_roots)
    backend = Backend(project, text_of)
    imported = project.imported
    backend.frameworks = tuple(name for package, name in _FRAMEWORKS.items() if package in imported)
    refusals = Refusals(project)
    routes = []
    settings = []
    if {"fastapi", "starlette"} & imported:
        from linter.frameworks.fastapi.routes import routes as fastapi_routes

        routes += fastapi_routes(backend, refusals)
    if "django" in imported:
        from linter.frameworks import django

        settings += django.settings(backend)
        routes += django.routes(backend, refusals)
    if PACKAGES & imported:
        from linter.frameworks.flask.routes import routes as flask_routes
        from linter.frameworks.flask.settings import settings as flask_settings

        settings += flask_settings(backend)
        routes += flask_routes(backend, refusals)
    routes.sort(key=lambda route: (route.path, route.methods, route.handler, route.location))
    backend.routes = tuple(routes)
    backend.settings = tuple(settings)
    schema = Schema(backend, files, dialect)
    backend.databases = schema.databases
    backend.tables = schema.tables
    backend.statements = schema.statements
    backend.queries = schema.queries
    backend.migrations = schema.migrations
    return backend
