"""Sanic applications: the routes of blueprints, groups and versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Backend, Guard, Route
from linter.evaluate.values import Closure, Value, options
from linter.finding import Location
from linter.frameworks.flask.visitor import Asked
from linter.frameworks.followed.guarding import Given, Guarding, verdict_of
from linter.frameworks.followed.handlers import Handler, handlers_of
from linter.frameworks.followed.inputs import Inputs
from linter.frameworks.followed.paths import braced, distinct, texts
from linter.frameworks.followed.roots import follow
from linter.frameworks.followed.setup import Decorated, Node, Note
from linter.frameworks.followed.visits import REQUEST, RequestVisitor
from linter.frameworks.sanic.names import APP, BLUEPRINT, CALLS, GROUP, KNOWN, REGISTERING, VERBS, WORDS
from linter.frameworks.sanic.setup import SanicSetup
from linter.guards import Refusals
from linter.resolve.definitions import Class

_SHOWN = ("get", "post", "put", "patch", "delete")
_DEPTH = 12
_VISITS = 20_000
"""Blueprints, groups and lists of them that are gone through, each once for each way to it."""


def routes(backend: Backend, refusals: Refusals) -> list[Route]:
    """All routes of the project's Sanic applications.

    A class view gives one route for each verb, with the class as handler. Static files are left out.
    """
    return _Linker(backend, refusals).routes()


class _Way(NamedTuple):
    """How requests reach a blueprint. `prefix` and `version` are those given from above, if any."""

    middlewares: tuple[tuple[Value, Location], ...]
    prefix: str | None
    version: Value
    version_prefix: str
    complete: bool


class _Served(NamedTuple):
    """One registration on a blueprint or application."""

    note: Note
    handler: Value
    uri: Value
    methods: tuple[str, ...]
    websocket: bool


class _Linker:
    def __init__(self, backend: Backend, refusals: Refusals) -> None:
        self._visits = 0
        self._setup = SanicSetup(backend.project, frozenset({APP, BLUEPRINT, GROUP}), REGISTERING)
        self._evaluator = follow(backend, self._setup, APP, CALLS)
        self._visitor = RequestVisitor(backend, refusals, WORDS, self._evaluator)
        self._guarding = Guarding(self._visitor, self._evaluator, self._setup, KNOWN)
        self._inputs = Inputs(
            backend,
            refusals,
            {
                "request.args": "query",
                "request.headers": "header",
                "request.cookies": "cookie",
                "request.json": "body",
                "request.form": "form",
                "request.files": "file",
            },
        )

    def routes(self) -> list[Route]:
        return distinct(self._all())

    def _all(self) -> Iterator[Route]:
        apps = self._setup.of_kind(APP)
        for node in apps or self._setup.of_kind(BLUEPRINT):
            way = _Way((), None, None, "/v", bool(apps) and not node.loose)
            yield from self._of_node(node, way, 0)

    # Applications, blueprints and groups

    def _of_node(self, node: Node, way: _Way, depth: int, given: Note | None = None) -> Iterator[Route]:
        """The routes of a node; `given` is the `copy` that stands for it, with values of its own."""
        if depth > _DEPTH:
            return
        way = way._replace(middlewares=(*way.middlewares, *self._middlewares(node)))
        if node.kind == GROUP:
            yield from self._of_group(node, way, depth)
            return
        for served in self._served(node):
            yield from self._of_served(node, way, served, given)
        for note in node.named("blueprint"):
            inner = _Way(
                way.middlewares,
                _text(note.keywords.get("url_prefix")),
                note.keywords.get("version"),
                _text(note.keywords.get("version_prefix")) or "/v",
                way.complete,
            )
            yield from self._taken_in(note.argument(0, "blueprint"), inner, depth + 1)

    def _taken_in(self, value: Value, way: _Way, depth: int) -> Iterator[Route]:
        self._visits += 1
        for option in options(value) if self._visits <= _VISITS else ():
            if isinstance(option, (list, tuple)):
                for each in option if depth <= _DEPTH else ():
                    yield from self._taken_in(each, way, depth + 1)
                continue
            copy = option if isinstance(option, Note) and option.name == "copy" else None
            node = self._setup.node(option if copy is None else copy.receiver)
            if node is not None and node.kind in (BLUEPRINT, GROUP):
                yield from self._of_node(node, way, depth + 1, copy)

    def _of_group(self, node: Node, way: _Way, depth: int) -> Iterator[Route]:
        made = next(node.named("__init__"), None)
        if made is None:
            return
        members = [*made.args, *(arg for note in node.named("append", "insert") for arg in note.args[-1:])]
        own = _text(made.keywords.get("url_prefix")) or ""
        for member in _flat(members) if self._visits <= _VISITS else ():
            node_inside = self._setup.node(member)
            inner = (
                own if node_inside is not None and node_inside.kind == GROUP else self._joined(member, own)
            )
            prefix = "/".join(each.strip("/") for each in (way.prefix or "", inner) if each).rstrip("/")
            version = made.keywords.get("version")
            below = way._replace(
                prefix="/" + prefix,
                version=way.version if version is None else version,
                version_prefix=_own_prefix(made) or way.version_prefix,
            )
            yield from self._taken_in(member, below, depth + 1)

    def _joined(self, member: Value, group: str) -> str:
        own = self._setting(member, "url_prefix") or ""
        return "/".join(each.strip("/") for each in (group, own if isinstance(own, str) else "") if each)

    def _setting(self, value: Value, name: str) -> Value:
        """What a blueprint, or a copy of it, was given under a name."""
        if isinstance(value, Note) and value.name == "copy":
            if name in value.keywords:
                return value.keywords[name]
            return self._setting(value.receiver, name)
        node = self._setup.node(value)
        made = None if node is None else next(node.named("__init__"), None)
        if made is None:
            return None
        return made.argument(1, name) if name == "url_prefix" else made.keywords.get(name)

    def _middlewares(self, node: Node) -> Iterator[tuple[Value, Location]]:
        """Functions that run before requests."""
        for note in node.named("middleware", "on_request", "register_middleware"):
            place = note.module.locate(note.span)
            first = note.args[0] if note.args else None
            if note.name == "register_middleware":
                if note.argument(1, "attach_to", "request") == "request" and first is not None:
                    yield first, place
            elif isinstance(first, str):
                yield from ((each, place) for each in note.applied if first == "request")
            elif first is not None:
                yield first, place
            else:
                attached = note.keywords.get("attach_to", "request")
                yield from ((each, place) for each in note.applied if attached == "request")

    # Registrations

    def _served(self, node: Node) -> Iterator[_Served]:
        for note in node.notes:
            name = note.name
            if name in VERBS:
                for each in note.applied:
                    yield _Served(note, each, note.argument(0, "uri"), (name,), False)
            elif name == "route":
                methods = _methods(note.argument(1, "methods"))
                for each in note.applied:
                    yield _Served(note, each, note.argument(0, "uri"), methods, False)
            elif name == "websocket":
                for each in note.applied:
                    yield _Served(note, each, note.argument(0, "uri"), ("get",), True)
            elif name == "add_route":
                methods = _methods(note.argument(2, "methods"))
                yield _Served(note, note.argument(0, "handler"), note.argument(1, "uri"), methods, False)
            elif name == "add_websocket_route":
                yield _Served(note, note.argument(0, "handler"), note.argument(1, "uri"), ("get",), True)

    def _of_served(self, node: Node, way: _Way, served: _Served, given: Note | None) -> Iterator[Route]:
        for uri in texts(served.uri):
            full = self._full(node, way, served.note, uri, given)
            for handler in handlers_of(served.handler) or [Handler("?")]:
                for answering, methods in self._answering(handler, served):
                    yield self._route(way, full, served, answering, methods)

    def _full(self, node: Node, way: _Way, note: Note, uri: str, given: Note | None) -> str:
        """The path with prefix and version."""
        source: Value = node.value if given is None else given
        prefix = way.prefix if way.prefix is not None else _text(self._setting(source, "url_prefix"))
        if node.kind == APP:
            prefix = ""
        path = uri
        if prefix:
            path = prefix + (uri[1:] if uri.startswith("/") and prefix.endswith("/") else uri)
        own = self._setting(source, "version")
        version = next(
            (each for each in (note.keywords.get("version"), way.version, own) if each is not None), None
        )
        if version is None or not isinstance(version, (int, float, str)):
            return path
        prefixes = (_own_prefix(note), way.version_prefix, _text(self._setting(source, "version_prefix")))
        chosen = next((each for each in prefixes if each and each != "/v"), "/v")
        return f"{chosen}{str(version).strip('/').lstrip('v')}/{path.lstrip('/')}"

    def _answering(self, handler: Handler, served: _Served) -> Iterator[tuple[Handler, tuple[str, ...]]]:
        if not isinstance(handler.cls, Class):
            verbs = tuple(sorted(verb.upper() for verb in _SHOWN if verb in served.methods))
            if verbs:
                yield handler, verbs
            return
        for verb in _SHOWN:
            found = self._evaluator.class_value(handler.cls, verb)
            if isinstance(found, Closure):
                function = found.function
                yield handler._replace(function=function, below=function.head.decorators), (verb.upper(),)

    # Routes

    def _route(
        self, way: _Way, uri: str, served: _Served, handler: Handler, methods: tuple[str, ...]
    ) -> Route:
        if served.note.keywords.get("strict_slashes") is not True:
            uri = uri.rstrip("/")
        path = braced(uri, "<", ">")
        guards = tuple(dict.fromkeys(self._guards(way, path.text, handler, methods)))
        return Route(
            methods=methods,
            path=path.text,
            handler=handler.name,
            framework="sanic",
            location=served.note.module.locate(served.note.span),
            function=handler.function,
            guards=guards,
            inputs=self._inputs.inputs(handler.function, path.parameters),
            outputs=self._inputs.outputs(handler.function),
            authenticated=verdict_of(guards),
            complete=path.complete and way.complete,
            websocket=served.websocket,
            owner=handler.owner,
        )

    def _guards(self, way: _Way, path: str, handler: Handler, methods: tuple[str, ...]) -> Iterator[Guard]:
        asked = Asked(path=path, method=methods[0] if len(methods) == 1 else "")
        for middleware, place in way.middlewares:
            value = middleware.value if isinstance(middleware, Decorated) else middleware
            yield from self._guarding.of_callable(value, Given([REQUEST], asked), "hook", "app", place)
        if handler.cls is None:
            yield from self._guarding.of_handler(handler, Given([REQUEST], asked))
            return
        around = self._evaluator.class_value(handler.cls, "decorators")
        for decorator in around if isinstance(around, (list, tuple)) else ():
            given = Given([REQUEST], asked)
            yield from self._guarding.of_decorator(decorator, given, "class", handler.cls.location)
        this = self._visitor.self_of(handler.cls, "view")
        given = Given([REQUEST] if handler.is_static else [this, REQUEST], asked)
        yield from self._guarding.of_handler(handler, given)


def _methods(value: Value) -> tuple[str, ...]:
    """The verbs of a route; GET when it names none."""
    for option in options(value):
        if isinstance(option, (list, tuple)):
            return tuple(each.lower() for each in option if isinstance(each, str))
    return ("get",)


def _flat(members: list[Value]) -> Iterator[Value]:
    for member in members:
        if isinstance(member, (list, tuple)):
            yield from _flat(list(member))
        else:
            yield member


def _text(value: Value) -> str | None:
    found = texts(value) if value is not None else []
    return found[0] if found else None


def _own_prefix(note: Note) -> str | None:
    return _text(note.keywords.get("version_prefix"))
