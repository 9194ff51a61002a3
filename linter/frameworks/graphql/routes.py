"""GraphQL as routes: one for each field of the root types of a schema, at the endpoint that serves it.

A field's method is QUERY, MUTATION or SUBSCRIPTION, its path that of the endpoint with `#Type.field`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from linter.backend import Backend, Guard, Output, Route, Verdict
from linter.evaluate.values import UNKNOWN, Instance, Made, Member, Value
from linter.evaluate.values import Frame as _Frame
from linter.facts.expressions import Attr, Ref
from linter.finding import Location
from linter.frameworks.graphql.access import Access
from linter.frameworks.graphql.ariadne import Ariadne, is_document
from linter.frameworks.graphql.contexts import Contexts
from linter.frameworks.graphql.following import follow
from linter.frameworks.graphql.graphene import Graphene
from linter.frameworks.graphql.judgements import guards
from linter.frameworks.graphql.library import arguments_of
from linter.frameworks.graphql.model import Field, Schema
from linter.frameworks.graphql.names import EXECUTING, SCHEMAS, short
from linter.frameworks.graphql.strawberry import Strawberry
from linter.guards import Refusals
from linter.resolve.definitions import Class

_WAYS = 4
"""In how many ways of setting it up an endpoint is judged."""

_ACCESS = ("authentication", "authorization", "other")


class _Endpoint(NamedTuple):
    """Where a schema is served: the route that answers, and what makes the resolvers' context."""

    route: Route | None
    server: Value


def routes(
    backend: Backend, refusals: Refusals, served: Sequence[Route], files: Iterable[str]
) -> list[Route]:
    """The fields of every schema of the project.

    `served` are the routes of the other frameworks, among which the endpoints are, and `files` the paths
    of everything that was read. A schema that no known endpoint serves gives routes that are not complete.
    """
    return _Linker(backend, refusals, served, files).routes()


class _Linker:
    def __init__(
        self, backend: Backend, refusals: Refusals, served: Sequence[Route], files: Iterable[str]
    ) -> None:
        self._backend = backend
        self._served = served
        self._library, self._evaluator = follow(backend)
        self._access = Access(self._evaluator, self._library, refusals)
        self._contexts = Contexts(self._evaluator, self._library.anonymous)
        documents = sorted(path for path in files if is_document(path))
        ariadne = Ariadne(backend.project, self._access, documents, backend.text_of)
        self._readers: dict[str, Callable[[Made], Schema]] = {
            "strawberry": Strawberry(backend.project, self._access).schema,
            "graphene": Graphene(self._access).schema,
            "ariadne": ariadne.schema,
        }

    def routes(self) -> list[Route]:
        """Every field once at each endpoint."""
        found: dict[tuple[str, tuple[str, ...]], Route] = {}
        for made, endpoint in self._endpoints():
            view = None if endpoint.route is None else endpoint.route.owner
            self._access.enter(self._contexts.of(endpoint.server, view))
            schema = self._read(made)
            around = [*schema.guards, *self._middleware(endpoint)]
            for field in schema.fields:
                route = self._route(schema, field, endpoint, around)
                other = found.setdefault((route.path, route.methods), route)
                if other.authenticated is not route.authenticated:
                    # It was set up in several ways, and it is not known which one is deployed.
                    other.authenticated = Verdict.UNKNOWN
        return list(found.values())

    def _read(self, made: Made) -> Schema:
        package = made.name.partition(".")[0]
        library = "graphene" if package.startswith("graphene") else package
        reader = self._readers.get(library)
        return Schema(library, ()) if reader is None else reader(made)

    # Endpoints

    def _endpoints(self) -> Iterator[tuple[Made, _Endpoint]]:
        matched: list[Made] = []
        for route in self._served:
            for schema, server in self._schemas_at(route):
                matched.append(schema)
                yield schema, _Endpoint(route, server)
        for schema in self._library.schemas:
            if any(_are_alike(schema, each) for each in matched):
                continue
            used = [use.server for use in self._library.uses if use.schema is schema]
            if not matched or used:
                yield schema, _Endpoint(None, used[0] if used else None)

    def _schemas_at(self, route: Route) -> list[tuple[Made, Value]]:
        """The schemas that a route serves."""
        if "POST" not in route.methods:
            return []
        inside = [use for use in self._library.uses if _holds(route.location, use.location)]
        if inside:
            return [(use.schema, use.server) for use in inside if _are_alike(use.schema, inside[0].schema)][
                :_WAYS
            ]
        found = self._of_view(route)
        return [found] if found is not None else list(self._executed(route))

    def _of_view(self, route: Route) -> tuple[Made, Value] | None:
        """The schema that a class view holds, or that the settings of graphene-django name."""
        if route.owner is not None:
            held = self._evaluator.class_value(route.owner, "schema")
            if isinstance(held, Made) and short(held.name) in SCHEMAS:
                return held, Instance(route.owner)
        if route.handler.startswith("graphene_django.views."):
            schema = self._of_settings("SCHEMA")
            if isinstance(schema, Made) and short(schema.name) in SCHEMAS:
                return schema, None
        return None

    def _of_settings(self, name: str) -> Value:
        from linter.frameworks.django.settings import DjangoSettings

        for value in DjangoSettings(self._backend.project).values(self._evaluator, "GRAPHENE"):
            if isinstance(value, dict) and name in value:
                return self._named(value[name])
        return UNKNOWN

    def _named(self, value: Value) -> Value:
        """What a dotted name of the settings stands for."""
        found = self._library.imported(value, "") if isinstance(value, str) else value
        if isinstance(found, Member):
            return self._evaluator.member_of(found.receiver, found.name)
        return found

    def _executed(self, route: Route) -> Iterator[tuple[Made, Value]]:
        """The schema that a handler runs its caller's document with."""
        function = route.function
        if function is None:
            return
        frame = _Frame(function)
        for call in function.scope.calls:
            callee = call.callee
            last = callee.name.rpartition(".")[2].lstrip(":$") if isinstance(callee, (Ref, Attr)) else ""
            if last not in EXECUTING:
                continue
            subject = call.argument(0, "schema")
            if isinstance(callee, Ref) and "." in callee.name and last not in ("graphql", "graphql_sync"):
                subject = Ref(callee.name.rpartition(".")[0])
            schema = UNKNOWN if subject is None else self._evaluator.within(frame, subject)
            if isinstance(schema, Made) and short(schema.name) in SCHEMAS:
                keywords = {name: self._evaluator.within(frame, value) for name, value in call.keywords}
                yield schema, Made("", [], keywords, function.module, call.span)
                return

    def _middleware(self, endpoint: _Endpoint) -> Iterator[Guard]:
        """The guards in what runs around every resolver."""
        server = endpoint.server
        given = (
            arguments_of(server).keywords.get("middleware") if isinstance(server, (Made, Instance)) else None
        )
        if given is None and endpoint.route is not None:
            if endpoint.route.handler.startswith("graphene_django.views."):
                named = self._of_settings("MIDDLEWARE")
                given = [self._named(each) for each in named] if isinstance(named, (list, tuple)) else None
        for each in given if isinstance(given, (list, tuple)) else []:
            judged = self._access.of_middleware(each, ("resolve",))
            place = each.location if isinstance(each, Class) else None
            yield from guards(each, judged, "app", place)

    # Fields

    def _route(self, schema: Schema, field: Field, endpoint: _Endpoint, around: list[Guard]) -> Route:
        outer = () if endpoint.route is None else endpoint.route.guards
        found = [*outer, *around, *field.guards]
        if field.around is not None:
            found += self._access.of_resolver(field.around, field.given, field.operation)
        if field.resolver is not None:
            found += self._access.of_resolver(field.resolver, field.given, field.operation)
        found = list(dict.fromkeys(found))
        is_known = _is_known(endpoint) and not self._contexts.may_refuse
        path = "" if endpoint.route is None else endpoint.route.path
        complete = endpoint.route is not None and endpoint.route.complete and schema.complete
        return Route(
            methods=(field.operation.upper(),),
            path=f"{path or '/'}#{field.root}.{field.name}",
            handler=field.handler,
            framework=schema.library,
            location=field.location,
            function=None if field.resolver is None else field.resolver.function,
            guards=tuple(found),
            inputs=field.inputs,
            outputs=(Output(200, field.output),),
            authenticated=_verdict(found, field.readable and is_known),
            complete=complete,
            owner=field.owner,
        )


def _are_alike(left: Made, right: Made) -> bool:
    """Whether two schemas are made at one place: code that ran twice made one schema."""
    return left is right or (left.module is right.module and left.span == right.span)


def _is_known(endpoint: _Endpoint) -> bool:
    """Whether everything in front of an endpoint is known: its route tells of its dependencies."""
    if endpoint.route is None:
        return False
    server = endpoint.server
    given = (
        arguments_of(server).keywords.get("dependencies") if isinstance(server, (Made, Instance)) else None
    )
    return given in (None, (), []) or bool(endpoint.route.guards)


def _verdict(found: list[Guard], known: bool) -> Verdict:
    access = [each for each in found if each.kind in _ACCESS]
    if any(each.verdict is Verdict.YES for each in access):
        return Verdict.YES
    doubtful = any(each.verdict is Verdict.UNKNOWN for each in access)
    return Verdict.UNKNOWN if doubtful or not known else Verdict.NO


def _holds(outer: Location, inner: Location) -> bool:
    """Whether one place lies in another."""
    return (
        outer.path == inner.path
        and (outer.line, outer.column) <= (inner.line, inner.column)
        and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    )
