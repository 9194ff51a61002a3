"""Flask and Quart: applications, blueprints and APIs, and the routes that they serve.

Flask-RESTful, Flask-RESTX, Flask-Smorest and APIFlask hang their views on the same objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Backend, Guard, GuardLevel, Route, Verdict
from linter.frameworks.flask.csrf import Protections
from linter.frameworks.flask.guards import Guards
from linter.frameworks.flask.inputs import Inputs
from linter.frameworks.flask.names import METHOD_VIEWS, PACKAGES, VERBS
from linter.frameworks.flask.objects import Edge, Node, Objects, Rule
from linter.frameworks.flask.paths import Path, joined
from linter.frameworks.flask.registrations import Registrations
from linter.frameworks.flask.settings import Config, settings
from linter.frameworks.flask.text import Texts
from linter.frameworks.flask.visitor import Asked
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function

__all__ = ["routes", "settings"]

_SILENT = {"HEAD", "OPTIONS", "TRACE"}


def routes(backend: Backend, refusals: Refusals) -> list[Route]:
    """All routes of the project's Flask and Quart applications.

    Class views give one route for each verb, with the class as handler. Blueprints that nobody
    registers are left out, unless the project has no application at all or a registration could
    not be followed. Static files are left out, and what a copy of a library registers by itself.
    """
    if not PACKAGES & backend.project.imported:
        return []
    return _Linker(backend, refusals).run()


class _Way(NamedTuple):
    """How a request reaches a node: the prefix, the names and the nodes on the way, outermost first."""

    prefix: str
    names: tuple[str, ...]
    nodes: tuple[Node, ...]
    known: bool


class _Served(NamedTuple):
    """One function that answers some verbs of a rule."""

    methods: tuple[str, ...]
    handler: str
    function: Function | None
    owner: Class | None
    name: str


class _Reached(NamedTuple):
    """One function that a rule serves, with the way there."""

    way: _Way
    rule: Rule
    served: _Served
    endpoint: str
    path: Path


class _Linker:
    def __init__(self, backend: Backend, refusals: Refusals) -> None:
        self._backend = backend
        self._project = backend.project
        self._objects = Objects(backend)
        config = Config(backend)
        self._registrations = Registrations(backend, self._objects, Texts(self._objects.setup, config))
        self._guards = Guards(backend, self._objects, refusals)
        self._protections = Protections(backend, self._objects, config)
        self._inputs = Inputs(backend, self._objects, refusals)

    def run(self) -> list[Route]:
        self._registrations.collect()
        self._protections.collect()
        found: dict[tuple[object, ...], Route] = {}
        for number, way in enumerate(self._roots()):
            for position, route in enumerate(self._emit(way)):
                route.order = (number, position)
                key = (route.path, route.handler, route.methods, id(route.function))
                found.setdefault(key, route)
        return list(found.values())

    def _roots(self) -> Iterator[_Way]:
        nodes = list(self._objects.nodes.values())
        apps = [node for node in nodes if node.kind == "app"]
        for node in apps:
            yield _Way("", (), (node,), True)
        if apps and not self._registrations.unfollowed:
            return
        taken = {id(edge.child) for node in nodes for edge in node.edges}
        for node in nodes:
            if node.kind != "app" and id(node) not in taken:
                yield _entered(_Way("", (), (), True), Edge(node, None, False))

    def _emit(self, way: _Way) -> Iterator[Route]:
        node = way.nodes[-1]
        for rule in node.rules:
            if not self._project.is_copied(rule.holder.module):
                yield from self._routes(way, rule)
        for edge in node.edges:
            if edge.child not in way.nodes:
                yield from self._emit(_entered(way, edge))

    def _routes(self, way: _Way, rule: Rule) -> Iterator[Route]:
        path = Path.parse(joined(way.prefix, rule.path or ""))
        endpoint = ".".join((*way.names, rule.endpoint))
        for served in self._served(rule):
            methods = tuple(sorted(set(served.methods) - _SILENT))
            if not methods and not rule.websocket:
                continue
            reached = _Reached(way, rule, served, endpoint, path)
            for alike in self._alike(reached, methods):
                yield self._route(reached, alike)

    def _alike(self, reached: _Reached, methods: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The methods, taken apart where a caller without credentials meets something else with each."""
        if len(methods) < 2:
            return [methods]
        function = reached.served.function
        if _verdict(self._guards_of(reached, methods), function) is not Verdict.UNKNOWN:
            return [methods]
        groups: dict[Verdict, tuple[str, ...]] = {}
        for method in methods:
            verdict = _verdict(self._guards_of(reached, (method,)), function)
            groups[verdict] = (*groups.get(verdict, ()), method)
        return list(groups.values())

    def _route(self, reached: _Reached, methods: tuple[str, ...]) -> Route:
        way, rule, served, _, path = reached
        guards = self._guards_of(reached, methods)
        function = served.function
        return Route(
            methods=() if rule.websocket else methods,
            path=path.text,
            handler=served.handler,
            framework="flask",
            location=rule.holder.module.locate(rule.span) if function is None else function.location,
            function=function,
            guards=tuple(guards),
            inputs=tuple(self._inputs.inputs(function, served.owner, path)),
            outputs=tuple(self._inputs.outputs(function, served.owner)),
            authenticated=_verdict(guards, function),
            complete=way.known and rule.path is not None,
            documented=rule.documented,
            websocket=rule.websocket,
            owner=served.owner,
            pattern="" if rule.path is None else joined(way.prefix, rule.path),
        )

    # Views

    def _served(self, rule: Rule) -> Iterator[_Served]:
        view = rule.view
        if view.cls is None:
            yield _Served(rule.methods or ("GET",), view.name, view.function, None, "")
            return
        verbs = {verb: name for name, verb in VERBS.items() if self._method(view.cls, name) is not None}
        dispatch = self._method(view.cls, "dispatch_request")
        if dispatch is not None and not (verbs or self._project.derives(view.cls, *METHOD_VIEWS)):
            methods = rule.methods or self._declared_methods(view.cls) or ("GET",)
            yield _Served(methods, view.name, dispatch, view.cls, "dispatch_request")
            return
        for verb in sorted(set(rule.methods or verbs) - _SILENT):
            name = verbs.get(verb)
            function = None if name is None else self._method(view.cls, name)
            yield _Served((verb,), view.name, function, view.cls, verb.lower())

    def _method(self, cls: Class, name: str) -> Function | None:
        member = self._project.member(cls, name)
        return member.target if member is not None and isinstance(member.target, Function) else None

    def _declared_methods(self, cls: Class) -> tuple[str, ...]:
        assign = cls.attributes.get("methods")
        if assign is None or assign.value is None:
            return ()
        texts = self._registrations.texts.texts(self._objects.setup.at(cls, assign.value))
        return tuple(text.upper() for text in texts or ())

    # Guards

    def _guards_of(self, reached: _Reached, methods: tuple[str, ...]) -> list[Guard]:
        way, rule, served, endpoint, path = reached
        found = list(self._hook_guards(way, endpoint, path.text, methods))
        for node in way.nodes:
            for value in node.guards:
                found.extend(self._guards.applied(value, "router", True))
        if served.owner is not None:
            found.extend(self._guards.of_class(served.owner, served.name))
        definition = rule.view.cls or rule.view.function
        scene = way.nodes[-1].value.scene
        if definition is not None and rule.decorators:
            level: GuardLevel = "function" if rule.view.cls is None else "class"
            found.extend(self._guards.decorated(definition, rule.decorators, scene, level))
        for value in rule.guards:
            found.extend(self._guards.applied(value, "function", rule.view.certain))
        function = served.function
        if function is not None:
            if function is not rule.view.function or not rule.decorated:
                own = function.head.decorators
                found.extend(self._guards.decorated(function, own, self._objects.setup.start, "function"))
            given = frozenset(each.name for each in path.parameters)
            found.extend(self._guards.inside(function, methods, given))
        for name, value, certain in self._registrations.decorations:
            if name in (None, endpoint):
                found.extend(self._guards.applied(value, "app", certain and name is not None))
        found.extend(self._protections.guards(way.nodes, rule.view, methods))
        return _without_idle_csrf(list(dict.fromkeys(found)), methods)

    def _hook_guards(self, way: _Way, endpoint: str, path: str, methods: tuple[str, ...]) -> Iterator[Guard]:
        blueprints = tuple(".".join(way.names[: count + 1]) for count in range(len(way.names)))[::-1]
        method = methods[0] if len(methods) == 1 else ""
        asked = Asked(endpoint, blueprints, path, method)
        own = set(map(id, way.nodes))
        for node in self._objects.nodes.values():
            for hook in node.hooks:
                if id(node) in own or hook.everywhere:
                    level: GuardLevel = "app" if node.kind == "app" or hook.everywhere else "router"
                    yield from self._guards.of_hook(hook, level, asked)


def _entered(way: _Way, edge: Edge) -> _Way:
    """The way on to an object that the last node of a way takes in."""
    child = edge.child
    own = child.prefix if edge.prefix is None else edge.prefix
    known = way.known and edge.known and (edge.prefix is not None or child.known)
    names = (*way.names, edge.name or child.name) if child.kind == "blueprint" else way.names
    return _Way(joined(way.prefix, own or ""), names, (*way.nodes, child), known)


def _without_idle_csrf(guards: list[Guard], methods: tuple[str, ...]) -> list[Guard]:
    """CSRF checks look at methods that change something, and not at what is exempt."""
    exempt = any(guard.kind == "csrf" and guard.verdict is Verdict.NO for guard in guards)
    idle = exempt or not {"POST", "PUT", "PATCH", "DELETE"} & set(methods)
    return [
        guard for guard in guards if not (idle and guard.kind == "csrf" and guard.verdict is not Verdict.NO)
    ]


def _verdict(guards: list[Guard], function: Function | None) -> Verdict:
    access = [guard for guard in guards if guard.kind in ("authentication", "authorization", "other")]
    if any(guard.verdict is Verdict.YES for guard in access):
        return Verdict.YES
    if function is None or any(guard.verdict is Verdict.UNKNOWN for guard in access):
        return Verdict.UNKNOWN
    return Verdict.NO
