"""FastAPI and Starlette: the routes that their applications serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Backend, Guard, Input, InputPlace, Route, Verdict
from linter.evaluate.values import HOLE, Closure, External, Instance, Lambda, Made, Value, options
from linter.frameworks.fastapi.endpoints import EndpointGuards
from linter.frameworks.fastapi.guards import Guarding
from linter.frameworks.fastapi.inputs import Inputs
from linter.frameworks.fastapi.outputs import Outputs
from linter.frameworks.fastapi.parameters import Parameters, callable_closure, dependency_of
from linter.frameworks.followed.inputs import Inputs as ByHand
from linter.frameworks.starlette.anonymous import Caller
from linter.frameworks.starlette.library import undecorated
from linter.frameworks.starlette.middleware import Layer, Layers
from linter.frameworks.starlette.names import (
    API_ROUTE,
    API_WEBSOCKET_ROUTE,
    GRAPHQL_APPS,
    HOST,
    HTTP_ENDPOINT,
    MOUNT,
    ROUTE,
    VERBS,
    WEBSOCKET_ENDPOINT,
    public_name,
)
from linter.frameworks.starlette.nodes import Added, Node, Owner, Served, listed, node_of
from linter.frameworks.starlette.setup import Setup
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function

_HIDDEN_METHODS = frozenset({"HEAD", "OPTIONS", "TRACE"})
_UNLIMITED = ("DELETE", "GET", "PATCH", "POST", "PUT")
_NESTING = 24
_OPERATIONS = frozenset({API_ROUTE, API_WEBSOCKET_ROUTE})
"""Routes whose parameters FastAPI fills."""

_PARTS: dict[str, InputPlace] = {
    "request.path_params": "path",
    "request.query_params": "query",
    "request.headers": "header",
    "request.cookies": "cookie",
    "request.form()": "form",
    "request.json()": "body",
    "request.body()": "body",
}
"""How names end that stand for a part of a request, in lower case."""


class _Way(NamedTuple):
    """How a request reaches a route: the prefix, the middleware on the way, outermost first."""

    prefix: str
    layers: tuple[Layer, ...]
    depth: int


class _Served(NamedTuple):
    """What answers some methods of a route."""

    methods: tuple[str, ...]
    handler: str
    closure: Closure | None
    owner: Class | None


def routes(backend: Backend, refusals: Refusals) -> list[Route]:
    """All routes of the project's FastAPI and Starlette apps.

    Routers that no app includes are served by nobody and are left out, unless the project has no app
    at all (a library of routers) or an include could not be followed.
    """
    if not {"fastapi", "starlette"} & backend.project.imported:
        return []
    return _Linker(backend, refusals).run()


class _Linker:
    def __init__(self, backend: Backend, refusals: Refusals) -> None:
        self.backend = backend
        self.refusals = refusals
        self.setup = Setup(backend)
        self.outputs = Outputs(backend)
        self.by_hand = ByHand(backend, refusals, _PARTS)

    def run(self) -> list[Route]:
        self.setup.run()
        found: dict[tuple[object, ...], Route] = {}
        for number, (owner, certain) in enumerate(self._roots()):
            for position, route in enumerate(_App(self, owner, certain).routes()):
                route.order = (number, position)
                key = (route.path, route.methods, route.handler, route.websocket)
                found.setdefault(key, route)
        return list(found.values())

    def _roots(self) -> Iterator[tuple[Owner, bool]]:
        """Applications that are mounted nowhere; routers too where that is all there is to go by."""
        nodes = self.setup.library.nodes
        mounted = {
            id(inner)
            for _, node in nodes
            for route in node.routes
            if isinstance(route, Served) and route.name in (MOUNT, HOST)
            for value in options(route.fields["app"])
            if (inner := _served_by(value)) is not None
        }
        apps = [(owner, node) for owner, node in nodes if node.is_app]
        for owner, node in apps:
            if id(node) not in mounted:
                yield owner, True
        if not apps or self.setup.library.unfollowed:
            for owner, node in nodes:
                if not node.is_app and not node.used and id(node) not in mounted:
                    yield owner, False


class _App:
    """One application that serves by itself, and what is mounted in it."""

    def __init__(self, linker: _Linker, owner: Owner, certain: bool) -> None:
        self.linker = linker
        self.owner = owner
        self.certain = certain
        library, evaluator = linker.setup.library, linker.setup.evaluator
        self.evaluator = evaluator
        caller = Caller(linker.refusals)
        library.caller = caller
        self.layers = Layers(evaluator, caller, linker.refusals)
        parameters = Parameters(linker.backend.project, evaluator)
        self.inputs = Inputs(linker.backend, parameters)
        self.guarding = Guarding(evaluator, parameters, linker.refusals, caller)
        self.endpoints = EndpointGuards(self.guarding, self.layers)

    def routes(self) -> Iterator[Route]:
        """Its routes, in the order in which they are matched."""
        yield from self._of_owner(self.owner, _Way("", (), 0))

    def _of_owner(self, owner: Owner, way: _Way) -> Iterator[Route]:
        node = node_of(owner)
        if node is None or way.depth > _NESTING:
            return
        layers = self._entered(node.middleware)
        yield from self._listed(node, node.routes, way._replace(layers=(*way.layers, *layers)))

    def _entered(self, middleware: list[Added]) -> list[Layer]:
        """The layers of an application, after each has let the anonymous request through."""
        layers = self.layers.of(middleware)
        request = self.guarding.request
        for layer in layers:
            layer.enter(request)
        return layers

    def _listed(self, node: Node, routes: list[Value], way: _Way) -> Iterator[Route]:
        for each in list(routes):
            for route in options(each):
                if not isinstance(route, Served):
                    continue
                if route.name in (MOUNT, HOST):
                    for inner in self._mounted(node, route, way):
                        # What one host serves hides nothing of another.
                        inner.pattern = "" if route.name == HOST else inner.pattern
                        yield inner
                else:
                    yield from self._of_route(node, route, way)

    def _mounted(self, node: Node, route: Served, way: _Way) -> Iterator[Route]:
        prefix = way.prefix + (route.path.rstrip("/") if route.name == MOUNT else "")
        extra = [
            Added(each.argument(0, "cls"), each)
            for each in listed(route.keywords.get("middleware"))
            if isinstance(each, Made)
        ]
        layers = (*way.layers, *self._entered(extra))
        for app in options(route.fields["app"]):
            inner, around = _unwrapped(app)
            if inner is not None:
                with self.guarding.unchanged_request():
                    outer = (*layers, *self._entered(around))
                    yield from self._of_owner(inner, _Way(prefix, outer, way.depth + 1))
                return
            if _serves_graphql(app):
                # It answers at its own path alone, so it is a route rather than a part of the application.
                endpoint = Served(ROUTE, route, "", app, ["GET", "POST"])
                found = self._of_route(node, endpoint, _Way(prefix, layers, way.depth + 1))
                yield from found
                return
        if way.depth <= _NESTING:
            yield from self._listed(node, listed(route.fields["routes"]), _Way(prefix, layers, way.depth + 1))

    # One route

    def _of_route(self, node: Node, route: Served, way: _Way) -> Iterator[Route]:
        for served in self._served(route):
            made = self._route(node, route, served, way)
            if made is not None:
                yield made

    def _served(self, route: Served) -> Iterator[_Served]:
        for endpoint in options(route.endpoint):
            if isinstance(endpoint, Class):
                yield from self._of_class(route, endpoint)
            elif isinstance(endpoint, Closure):
                inner = undecorated(endpoint)
                cls = inner.receiver.cls if isinstance(inner.receiver, Instance) else None
                name = inner.function.name if cls is None else f"{cls.name}.{inner.function.head.name}"
                yield _Served(self._methods(route), name, endpoint, cls or inner.function.owner)
            elif isinstance(endpoint, Instance):
                closure = callable_closure(self.evaluator, endpoint)
                methods = self._methods(route) if route.methods else _UNLIMITED
                yield _Served(methods, endpoint.cls.name, closure, endpoint.cls)
            elif isinstance(endpoint, Lambda):
                holder = endpoint.frame.holder
                yield _Served(self._methods(route), f"{holder.name}.lambda", None, None)
            elif isinstance(endpoint, (External, Made)):
                yield _Served(self._methods(route), public_name(endpoint.name), None, None)
            else:
                yield _Served(self._methods(route), "?", None, None)

    def _methods(self, route: Served) -> tuple[str, ...]:
        if route.is_websocket:
            return ()
        return tuple(each for each in (route.methods or ("GET",)) if each not in _HIDDEN_METHODS)

    def _of_class(self, route: Served, cls: Class) -> Iterator[_Served]:
        """An endpoint class: one answer for each verb that it, or a base of the project, defines."""
        kinds = {public_name(each.name) for each in self.evaluator.order.of(cls)}
        if WEBSOCKET_ENDPOINT in kinds:
            opened = self.evaluator.class_value(cls, "on_connect")
            yield _Served((), cls.name, opened if isinstance(opened, Closure) else None, cls)
            return
        if HTTP_ENDPOINT not in kinds:
            called = callable_closure(self.evaluator, cls)
            yield _Served(self._methods(route) if route.methods else _UNLIMITED, cls.name, called, cls)
            return
        limited = route.methods
        for verb in sorted(VERBS):
            method = self.evaluator.member_of(Instance(cls), verb)
            upper = verb.upper()
            if isinstance(method, Closure) and upper not in _HIDDEN_METHODS:
                if not limited or upper in limited:
                    yield _Served((upper,), cls.name, self._decorated(method), cls)

    def _decorated(self, method: Closure) -> Closure:
        """A method of an endpoint class under its decorators."""
        parent = method.function.parent
        if parent is None or not method.function.head.decorators:
            return method
        frame = self.evaluator.frame_of(parent)
        found = self.linker.setup.library.decorated(self.evaluator, frame, method.function, method)
        return found if isinstance(found, Closure) else method

    def _route(self, node: Node, route: Served, served: _Served, way: _Way) -> Route | None:
        if not served.methods and not route.is_websocket:
            return None
        raw = way.prefix + route.path
        path = _braces(raw.replace(HOLE, "")) or "/"
        guards = [] if route.is_websocket else list(self._layer_guards(way, path, served.methods))
        guards += self.endpoints.attached(route)
        inner = None if served.closure is None else undecorated(served.closure)
        function = None if inner is None else inner.function
        inputs = self._inputs(route, inner, raw.replace(HOLE, ""))
        if served.closure is not None:
            guards += self.endpoints.of_function(served.closure)
        place = route.made.module.locate(route.made.span)
        return Route(
            methods=served.methods,
            path=path,
            handler=served.handler,
            framework="fastapi" if node.is_fastapi else "starlette",
            location=place if function is None else function.location,
            function=function,
            guards=tuple(guards),
            inputs=inputs,
            outputs=tuple(self.linker.outputs.of(route, inner, bool(inputs))),
            authenticated=_verdict(guards, function),
            complete=self.certain and HOLE not in raw and served.handler != "?",
            deprecated=route.deprecated,
            documented=route.documented,
            websocket=route.is_websocket,
            owner=served.owner,
            pattern="" if HOLE in raw else raw,
        )

    def _layer_guards(self, way: _Way, path: str, methods: tuple[str, ...]) -> Iterator[Guard]:
        for layer in way.layers:
            guard = layer.guard(path, methods[0] if methods else "GET")
            if guard is not None:
                yield guard

    def _inputs(self, route: Served, closure: Closure | None, path: str) -> tuple[Input, ...]:
        function = None if closure is None else closure.function
        if route.name not in _OPERATIONS:
            return self.linker.by_hand.inputs(function, _converters(path))
        attached = [dependency_of(value) for value, _ in route.attached]
        declared = self.inputs.of(closure, attached, _braces(path))
        return (*declared, *self.linker.by_hand.further(function, declared))


def _served_by(app: Value) -> Node | None:
    inner, _ = _unwrapped(app)
    return None if inner is None else node_of(inner)


def _serves_graphql(app: Value) -> bool:
    return isinstance(app, Made) and public_name(app.name) in GRAPHQL_APPS


def _unwrapped(app: Value) -> tuple[Owner | None, list[Added]]:
    """An application below middleware that is put around it by hand: `Guard(app, key=...)`."""
    around: list[Added] = []
    for _ in range(_NESTING):
        if node_of(app) is not None:
            assert isinstance(app, (Made, Instance))
            return app, around
        if isinstance(app, Instance):
            inner = [each for each in app.fields.values() if isinstance(each, (Made, Instance))]
            following = next((each for each in inner if node_of(each) is not None), None)
            made = Made("", [], dict(app.fields), app.cls.module, app.cls.head.span)
            around.append(Added(app, made))
        elif isinstance(app, Made):
            following = next((each for each in app.args if node_of(each) is not None), None)
        else:
            return None, around
        if following is None:
            return None, around
        app = following
    return None, around


def _verdict(guards: list[Guard], function: Function | None) -> Verdict:
    access = [guard for guard in guards if guard.kind in ("authentication", "authorization", "other")]
    if any(guard.verdict is Verdict.YES for guard in access):
        return Verdict.YES
    if function is None or any(guard.verdict is Verdict.UNKNOWN for guard in access):
        return Verdict.UNKNOWN
    return Verdict.NO


def _converters(path: str) -> tuple[tuple[str, str | None], ...]:
    """The parameters of a path with their converters: text where none is given."""
    pieces = [piece.partition("}")[0].partition(":") for piece in path.split("{")[1:]]
    return tuple((name, converter or "str") for name, _, converter in pieces)


def _braces(path: str) -> str:
    """`/files/{path:path}` as `/files/{path}`."""
    pieces = path.split("{")
    for position in range(1, len(pieces)):
        name, brace, rest = pieces[position].partition("}")
        pieces[position] = name.partition(":")[0] + brace + rest
    text = "{".join(pieces)
    return text if not text or text.startswith("/") else "/" + text
