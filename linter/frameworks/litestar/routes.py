"""Litestar applications: the routes of handlers, controllers and routers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Backend, Guard, GuardLevel, Route, Verdict
from linter.evaluate.values import Closure, Instance, Made, Value, options
from linter.facts.scopes import Decorator
from linter.finding import Location
from linter.frameworks.flask.visitor import Asked
from linter.frameworks.followed.guarding import Guarding, verdict_of
from linter.frameworks.followed.paths import Path, braced, distinct, texts
from linter.frameworks.followed.roots import follow
from linter.frameworks.followed.setup import Node, Setup
from linter.frameworks.followed.visits import RequestVisitor
from linter.frameworks.litestar.access import Access, Layer, layer_of
from linter.frameworks.litestar.inputs import Inputs
from linter.frameworks.litestar.names import APP, CONTROLLERS, HANDLERS, KNOWN, ROUTER, VERBS, WORDS
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function

_DEPTH = 12
_CONFIG = "litestar.config.app.AppConfig"
_ADDED = ("route_handlers", "guards", "middleware", "on_app_init", "plugins")
_STATUS = {"post": 201, "delete": 204}


def routes(backend: Backend, refusals: Refusals) -> list[Route]:
    """All routes of the project's Litestar applications. A controller's handlers are its methods."""
    return _Linker(backend, refusals).routes()


class _Way(NamedTuple):
    """How requests reach a handler: the prefix, and the layers on the way, outermost first."""

    prefix: str
    layers: tuple[Layer, ...]
    complete: bool


class _Handler(NamedTuple):
    """A function with the decorator that makes it a handler."""

    function: Function
    closure: Closure
    made: Made
    kind: str
    owner: Class | None
    location: Location


class _Linker:
    def __init__(self, backend: Backend, refusals: Refusals) -> None:
        self._backend = backend
        self._setup = Setup(backend.project, frozenset({APP, ROUTER}), frozenset())
        self._evaluator = follow(backend, self._setup, APP, frozenset({"register"}))
        visitor = RequestVisitor(backend, refusals, WORDS, self._evaluator)
        guarding = Guarding(visitor, self._evaluator, self._setup, KNOWN)
        self._access = Access(visitor, self._evaluator, guarding)
        self._inputs = Inputs(backend, refusals)

    def routes(self) -> list[Route]:
        return distinct(self._all()) or distinct(self._loose())

    def _loose(self) -> Iterator[Route]:
        """The controllers by themselves, where what takes them in could not be followed."""
        for cls in self._backend.classes:
            for route in self._of_controller(cls, _Way("", (), False)):
                if route.authenticated is Verdict.NO:
                    route.authenticated = Verdict.UNKNOWN
                yield route

    def _all(self) -> Iterator[Route]:
        for node in self._setup.of_kind(APP):
            yield from self._of_node(node, _Way("", (), not node.loose), 0)

    def _of_node(self, node: Node, way: _Way, depth: int) -> Iterator[Route]:
        made: Made | None = next(node.named("__init__"), None)
        given: list[Value] = [note.argument(0, "value") for note in node.named("register")]
        if made is not None:
            made = self._configured(made) if node.kind == APP else made
            level: GuardLevel = "app" if node.kind == APP else "router"
            way = way._replace(layers=(*way.layers, layer_of(made, level)))
            handlers = made.keywords.get("route_handlers")
            given.append(made.argument(1, "route_handlers") if node.kind == ROUTER else handlers)
            prefix = made.keywords.get("path") if node.kind == APP else made.argument(0, "path")
            way = way._replace(prefix=f"{way.prefix}/{next(iter(texts(prefix)), '')}")
        for each in given:
            yield from self._listed(each, way, depth)

    def _configured(self, made: Made) -> Made:
        """The arguments of an application, with what `on_app_init` and plug-ins of the project add."""
        keywords = dict(made.keywords)
        for name in _ADDED:
            given = keywords.get(name)
            keywords[name] = list(given) if isinstance(given, (list, tuple)) else []
        if made.args and isinstance(made.args[0], (list, tuple)):
            keywords["route_handlers"] = list(made.args[0])
        config = Made(_CONFIG, [], {}, made.module, made.span)
        config.fields = dict(keywords)
        for setup in [*keywords["on_app_init"], *keywords["plugins"]]:
            if isinstance(setup, Instance):
                found = self._evaluator.class_value(setup.cls, "on_app_init")
                setup = Closure(found.function, found.frame, setup) if isinstance(found, Closure) else None
            if isinstance(setup, Closure):
                self._evaluator.run(setup, [config])
        return Made(made.name, [], dict(config.fields), made.module, made.span)

    def _listed(self, value: Value, way: _Way, depth: int) -> Iterator[Route]:
        if depth > _DEPTH:
            return
        for option in options(value):
            node = self._setup.node(option)
            if isinstance(option, (list, tuple)):
                for each in option:
                    yield from self._listed(each, way, depth + 1)
            elif node is not None and node.kind == ROUTER:
                yield from self._of_node(node, way, depth + 1)
            elif isinstance(option, Class):
                yield from self._of_controller(option, way)
            elif isinstance(option, Closure):
                for handler in self._handlers(option, None):
                    yield from self._of_handler(handler, way)

    def _of_controller(self, cls: Class, way: _Way) -> Iterator[Route]:
        if not any(each.name in CONTROLLERS for each in self._evaluator.order.of(cls)):
            return
        fields = {
            name: self._own(cls, name) for name in ("guards", "middleware", "dependencies", "opt", "path")
        }
        made = Made("controller", [], fields, cls.module, cls.head.span)
        path = next(iter(texts(fields["path"])), "")
        below = way._replace(prefix=f"{way.prefix}/{path}", layers=(*way.layers, layer_of(made, "class")))
        seen: set[str] = set()
        for each in self._evaluator.order.classes(cls):
            for name, method in each.methods.items():
                if name not in seen:
                    seen.add(name)
                    for handler in self._handlers(Closure(method), cls):
                        yield from self._of_handler(handler, below)

    def _own(self, cls: Class, name: str) -> Value:
        found = self._evaluator.class_value(cls, name)
        return None if found is NotImplemented else found

    def _handlers(self, closure: Closure, owner: Class | None) -> Iterator[_Handler]:
        """A function as the handlers that its decorators make of it."""
        function = closure.function
        for decorator in function.head.decorators:
            made = self._decorator(function, closure, decorator)
            if isinstance(made, Made) and made.name in HANDLERS:
                place = function.module.locate(decorator.span)
                yield _Handler(function, closure, made, HANDLERS[made.name], owner, place)

    def _decorator(self, function: Function, closure: Closure, decorator: Decorator) -> Value:
        parent = function.parent
        assert parent is not None
        frame = self._evaluator.frame_of(parent) if closure.frame is None else closure.frame
        return self._evaluator.within(frame, decorator.value)

    # Routes

    def _of_handler(self, handler: _Handler, way: _Way) -> Iterator[Route]:
        made = handler.made
        methods = _methods(handler)
        websocket = handler.kind.startswith("websocket")
        if not methods and not websocket:
            return
        paths = made.argument(0, "path")
        given = paths if isinstance(paths, (list, tuple)) and paths else [paths]
        layers = (*way.layers, layer_of(made, "function"))
        for each in given:
            for text in texts(each):
                path = _normal(braced(f"{way.prefix}/{text}"))
                asked = Asked(path=path.text, method=methods[0] if len(methods) == 1 else "")
                guards = tuple(dict.fromkeys(self._guards(handler, layers, asked)))
                yield Route(
                    methods=methods or ("GET",),
                    path=path.text,
                    handler=self._name(handler),
                    framework="litestar",
                    location=handler.location,
                    function=handler.function,
                    guards=guards,
                    inputs=self._inputs.of(handler.function, path, layers, way.complete),
                    outputs=self._inputs.outputs(
                        handler.function, handler.made, _STATUS.get(handler.kind, 200)
                    ),
                    authenticated=verdict_of(guards),
                    complete=path.complete and way.complete,
                    websocket=websocket,
                    owner=handler.owner,
                )

    def _name(self, handler: _Handler) -> str:
        if handler.owner is None:
            return handler.function.name
        return f"{handler.owner.name}.{handler.function.head.name}"

    def _guards(self, handler: _Handler, layers: tuple[Layer, ...], asked: Asked) -> Iterator[Guard]:
        exempt = any(layer.exempt for layer in layers)
        for layer in layers:
            yield from self._access.of_layer(layer, asked, exempt)
        yield from self._access.of_dependencies(handler.function, layers, asked)
        yield from self._access.inside(handler.closure, handler.owner, asked)


def _methods(handler: _Handler) -> tuple[str, ...]:
    if handler.kind in VERBS:
        return (handler.kind.upper(),)
    if handler.kind != "route":
        return ()
    given = handler.made.keywords.get("http_method")
    names = given if isinstance(given, (list, tuple)) else [given]
    spoken = [
        each if isinstance(each, str) else getattr(each, "name", "").rpartition(".")[2] for each in names
    ]
    return tuple(sorted(each.upper() for each in spoken if each.lower() in VERBS))


def _normal(path: Path) -> Path:
    text = path.text
    while "//" in text:
        text = text.replace("//", "/")
    return path._replace(text=text.rstrip("/") or "/")
