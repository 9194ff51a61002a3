"""All facts in, one backend out: the only place that knows every framework adapter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from linter.backend import Backend, Outbound, Route, Setting
from linter.facts.files import FileFacts
from linter.frameworks.flask.names import PACKAGES
from linter.frameworks.http_clients import CLIENTS, outbound
from linter.guards import Refusals, refusals_of
from linter.outcome import Attempts, Failure
from linter.resolve.project import Project

if TYPE_CHECKING:
    from linter.facts.templates import Template
    from linter.flow import Flows
    from linter.link.schema import ProjectSchema
    from linter.resolve.memory import Memory

RouteAdapter: TypeAlias = Callable[[Backend, Refusals], Iterable[Route]]

_FRAMEWORKS = {
    "fastapi": "FastAPI",
    "starlette": "Starlette",
    "flask": "Flask",
    "flask_restful": "Flask-RESTful",
    "flask_restx": "Flask-RESTX",
    "flask_smorest": "Flask-Smorest",
    "apiflask": "APIFlask",
    "quart": "Quart",
    "connexion": "Connexion",
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
    "ariadne": "Ariadne",
    "tortoise": "Tortoise ORM",
    "peewee": "Peewee",
    "aiohttp": "aiohttp",
    "litestar": "Litestar",
    "sanic": "Sanic",
    "tornado": "Tornado",
}
"""Top-level packages by which a framework is known, with its name."""

_GRAPHQL = frozenset({"strawberry", "strawberry_django", "graphene", "graphene_django", "ariadne"})
"""Packages that serve GraphQL, at routes of the other frameworks."""


def link(
    files: Mapping[str, FileFacts],
    text_of: Callable[[str], str],
    source_roots: Iterable[str] = (),
    dialect: str = "auto",
    postgres: str = "",
    flow: Mapping[str, Iterable[str]] | None = None,
    memory: Memory | None = None,
) -> Backend:
    """The backend that a project's facts describe.

    `files` maps relative paths to facts; `text_of` gives a file's text for rules that look at it.
    `dialect` is that of SQL which does not say its own, `postgres` the version of that server.
    `flow` is what the configuration says of sources, sinks and sanitizers, `memory` where what was followed
    is kept from run to run.
    """
    project = Project(files, source_roots)
    backend = Backend(project, text_of, Adapters(files, dialect, postgres, flow or {}, memory))
    backend.frameworks = tuple(name for package, name in _FRAMEWORKS.items() if package in project.imported)
    return backend


class Adapters:
    """The framework adapters. One is imported only when the project imports its framework.

    An adapter of routes that raises costs its own routes and one failure. What tells of settings and
    tables raises instead: with a part of them missing, rules would reproach what is there.
    """

    def __init__(
        self,
        files: Mapping[str, FileFacts],
        dialect: str,
        postgres: str = "",
        flow: Mapping[str, Iterable[str]] | None = None,
        memory: Memory | None = None,
    ) -> None:
        self._files = files
        self._flow = flow or {}
        self._memory = memory
        self._dialect = dialect
        self._postgres = postgres
        self._attempts = Attempts()

    @property
    def failures(self) -> list[Failure]:
        """What went wrong so far."""
        return self._attempts.failures

    def routes(self, backend: Backend) -> tuple[Route, ...]:
        """The routes of all frameworks."""
        if self._memory is None:
            return self._linked(backend)
        from linter.link.kept_routes import kept_or_linked

        link = partial(self._linked, backend)
        return kept_or_linked(self._memory, backend.project, self._files, link, self.failures)

    def _linked(self, backend: Backend) -> tuple[Route, ...]:
        refusals = refusals_of(backend.project)
        found: list[Route] = []
        for name, read in self._route_adapters(backend):
            found += self._attempts.all_of(f"routes of {name}", partial(read, backend, refusals))
        if not _GRAPHQL.isdisjoint(backend.project.imported):
            from linter.frameworks.graphql.routes import routes as graphql_routes

            read = partial(graphql_routes, served=tuple(found), files=self._files)
            found += self._attempts.all_of("routes of GraphQL", partial(read, backend, refusals))
        found.sort(key=lambda route: (route.path, route.methods, route.handler, route.location))
        return tuple(found)

    def _route_adapters(self, backend: Backend) -> Iterator[tuple[str, RouteAdapter]]:
        imported = backend.project.imported
        if {"fastapi", "starlette"} & imported:
            from linter.frameworks.fastapi.routes import routes as fastapi_routes

            yield "FastAPI", fastapi_routes
        if "django" in imported:
            from linter.frameworks.django.routes import routes as django_routes

            yield "Django", django_routes
        if PACKAGES & imported:
            from linter.frameworks.flask.routes import routes as flask_routes

            yield "Flask", flask_routes
        documents = {path: each.api for path, each in self._files.items() if each.api is not None}
        if documents and "connexion" in imported:
            from linter.frameworks.connexion.routes import routes as connexion_routes

            yield "Connexion", partial(connexion_routes, documents=documents)
        yield from _followed(imported)

    def settings(self, backend: Backend) -> tuple[Setting, ...]:
        """The configuration values of all frameworks."""
        imported = backend.project.imported
        found: list[Setting] = []
        if "django" in imported:
            from linter.frameworks.django.settings import settings as django_settings

            found += django_settings(backend)
        if PACKAGES & imported:
            from linter.frameworks.flask.settings import settings as flask_settings

            found += flask_settings(backend)
        return tuple(found)

    def outbound(self, backend: Backend) -> tuple[Outbound, ...]:
        """The calls of all HTTP clients."""
        if CLIENTS.isdisjoint(backend.project.imported):
            return ()
        return tuple(outbound(backend))

    def _templates(self) -> dict[str, Template]:
        return {path: each.template for path, each in self._files.items() if each.template is not None}

    def flows(self, backend: Backend) -> Flows:
        """The values of callers that reach a sink."""
        from linter.flow import Flows, flows_of

        try:
            found = flows_of(backend, self._flow, self._templates(), self._memory)
        except Exception as error:
            found = Flows((), (), [Failure.of("flow", error)])
        self._attempts.failures += found.failures
        return found

    def schema(self, backend: Backend) -> ProjectSchema:
        """Everything about the databases."""
        from linter.link.schema import ProjectSchema

        return ProjectSchema(backend, self._files, self._dialect, self._postgres)


def _followed(imported: Collection[str]) -> Iterator[tuple[str, RouteAdapter]]:
    """The adapters of frameworks whose set-up code is followed."""
    if "aiohttp" in imported:
        from linter.frameworks.aiohttp.routes import routes as aiohttp_routes

        yield "aiohttp", aiohttp_routes
    if "sanic" in imported:
        from linter.frameworks.sanic.routes import routes as sanic_routes

        yield "Sanic", sanic_routes
    if "tornado" in imported:
        from linter.frameworks.tornado.routes import routes as tornado_routes

        yield "Tornado", tornado_routes
    if "litestar" in imported:
        from linter.frameworks.litestar.routes import routes as litestar_routes

        yield "Litestar", litestar_routes
