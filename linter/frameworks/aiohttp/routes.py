"""aiohttp applications: the routes that their routers hold, sub-applications included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Backend, Guard, Route
from linter.evaluate.values import UNKNOWN, Closure, External, Made, Value, options
from linter.finding import Location
from linter.frameworks.aiohttp.names import (
    ADDED,
    APP,
    CALLS,
    KNOWN,
    REGISTERING,
    TABLE,
    VERBS,
    WORDS,
)
from linter.frameworks.flask.visitor import Asked
from linter.frameworks.followed.guarding import Given, Guarding, verdict_of
from linter.frameworks.followed.handlers import Handler, handlers_of
from linter.frameworks.followed.inputs import Inputs
from linter.frameworks.followed.paths import Path, braced, distinct, texts
from linter.frameworks.followed.patterns import with_converters
from linter.frameworks.followed.roots import follow
from linter.frameworks.followed.setup import Node, Note, Setup, Wrapped
from linter.frameworks.followed.stand_in import VIEW
from linter.frameworks.followed.visits import REQUEST, RequestVisitor
from linter.guards import Refusals
from linter.resolve.definitions import Class

_SHOWN = ("get", "post", "put", "patch", "delete")
_DEPTH = 12


def routes(backend: Backend, refusals: Refusals) -> list[Route]:
    """All routes of the project's aiohttp applications.

    A class view gives one route for each verb, with the class as handler. Static files are left out.
    """
    return _Linker(backend, refusals).routes()


class _Way(NamedTuple):
    """How requests reach an application: the prefix, and the middlewares on the way, outermost first."""

    prefix: str
    middlewares: tuple[tuple[Value, Location], ...]
    complete: bool


class _Rule(NamedTuple):
    """One registration: what answers a verb (`*` for any) at a path.

    `certain` is False for one that is made under a condition.
    """

    method: Value
    path: Value
    handler: Value
    location: Location
    certain: bool = True


class _Linker:
    def __init__(self, backend: Backend, refusals: Refusals) -> None:
        self._setup = Setup(backend.project, frozenset({APP, TABLE}), REGISTERING)
        self._evaluator = follow(backend, self._setup, APP, CALLS)
        self._visitor = RequestVisitor(backend, refusals, WORDS, self._evaluator)
        self._guarding = Guarding(self._visitor, self._evaluator, self._setup, KNOWN)
        self._apps = 0
        self._inputs = Inputs(
            backend,
            refusals,
            {
                "request.query": "query",
                "request.rel_url.query": "query",
                "request.headers": "header",
                "request.cookies": "cookie",
                "request.json()": "body",
                "request.post()": "form",
                "request.match_info": "path",
            },
        )

    def routes(self) -> list[Route]:
        return distinct(route for node, way in self._roots() for route in self._of_app(node, way, 0))

    def _roots(self) -> Iterator[tuple[Node, _Way]]:
        apps = self._setup.of_kind(APP)
        inner = {
            id(option)
            for node in apps
            for note in node.named("add_subapp", "add_domain", "router.add_domain")
            for option in options(note.argument(1, "subapp"))
        }
        for node in apps:
            if id(node.value) not in inner:
                yield node, _Way("", (), not node.loose)
        if not apps:
            for node in self._setup.of_kind(TABLE):
                yield node, _Way("", (), False)

    # Applications

    def _of_app(self, node: Node, way: _Way, depth: int) -> Iterator[Route]:
        way = way._replace(middlewares=(*way.middlewares, *self._middlewares(node)))
        self._apps += 1
        number = self._apps
        for position, rule in enumerate(self._rules(node)):
            yield from self._of_rule(rule, way, (number, position) if rule.certain else None)
        for note in node.named("add_subapp", "add_domain") if depth < _DEPTH else ():
            for child in options(note.argument(1, "subapp")):
                below = self._setup.node(child)
                if below is not None and below is not node:
                    for prefix in texts(note.argument(0, "prefix")) if note.name == "add_subapp" else ("",):
                        yield from self._of_app(
                            below, way._replace(prefix=way.prefix + prefix.rstrip("/")), depth + 1
                        )

    def _middlewares(self, node: Node) -> Iterator[tuple[Value, Location]]:
        for note in node.notes:
            place = note.module.locate(note.span)
            if note.name == "__init__":
                given = note.argument(1, "middlewares", note.keywords.get("middlewares"))
                for group in options(given):
                    for each in group if isinstance(group, (list, tuple)) else ():
                        yield each, place
            elif note.name in ("middlewares.append", "middlewares.insert") and note.args:
                yield note.args[-1], place
            elif note.name == "middlewares.extend" and note.args and isinstance(note.args[0], (list, tuple)):
                yield from ((each, place) for each in note.args[0])

    # Registrations

    def _rules(self, node: Node) -> Iterator[_Rule]:
        for note in node.notes:
            certain = note.branch is node.branch
            for rule in self._of_note(node, note):
                yield rule if certain else rule._replace(certain=False)

    def _of_note(self, node: Node, note: Note) -> Iterator[_Rule]:
        name = note.name.removeprefix("router.")
        place = note.module.locate(note.span)
        if name in ADDED:
            yield _Rule(ADDED[name], note.argument(0, "path"), note.argument(1, "handler"), place)
        elif name == "add_view":
            yield _Rule("*", note.argument(0, "path"), note.argument(1, "handler"), place)
        elif name == "add_route":
            given = [note.argument(0, "method"), note.argument(1, "path"), note.argument(2, "handler")]
            yield _Rule(given[0], given[1], given[2], place)
        elif name == "add_routes":
            yield from self._listed(note.argument(0, "routes"), note.branch, 0)
        elif name == "add_resource":
            yield from self._of_resource(note)
        elif node.kind == TABLE:
            yield from self._of_table(note)

    def _of_resource(self, note: Note) -> Iterator[_Rule]:
        resource = self._setup.node(note)
        for added in resource.named("add_route") if resource is not None else ():
            place = added.module.locate(added.span)
            yield _Rule(
                added.argument(0, "method"), note.argument(0, "path"), added.argument(1, "handler"), place
            )

    def _of_table(self, note: Note) -> Iterator[_Rule]:
        """A decorator of a route table, with what it was put on."""
        method: Value = "*" if note.name == "view" else note.name
        path = note.argument(0, "path")
        if note.name == "route":
            method, path = path if path is not None else note.argument(0, "method"), note.argument(1, "path")
        for handler in note.applied:
            yield _Rule(method, path, handler, note.module.locate(note.span))

    def _listed(self, value: Value, branch: object | None, depth: int) -> Iterator[_Rule]:
        """The routes of a list of definitions, or of a route table."""
        found = options(value)
        for option in found:
            certain = len(found) == 1 and self._evaluator.branches.is_settled(option, branch)
            for rule in self._of_listed(option, branch, depth):
                yield rule if certain else rule._replace(certain=False)

    def _of_listed(self, option: Value, branch: object | None, depth: int) -> Iterator[_Rule]:
        node = self._setup.node(option)
        if node is not None and node.kind == TABLE:
            yield from self._rules(node)
        elif isinstance(option, (list, tuple)) and depth < _DEPTH:
            for each in option:
                yield from self._listed(each, branch, depth + 1)
        elif isinstance(option, Made) and option.name.startswith("aiohttp.web."):
            yield from self._defined(option)

    def _defined(self, made: Made) -> Iterator[_Rule]:
        """`web.get(path, handler)` and its kin."""
        name = made.name.rpartition(".")[2]
        place = made.module.locate(made.span)
        if name in VERBS or name == "view":
            method = "*" if name == "view" else name
            yield _Rule(method, made.argument(0, "path"), made.argument(1, "handler"), place)
        elif name in ("route", "RouteDef"):
            given = [made.argument(0, "method"), made.argument(1, "path"), made.argument(2, "handler")]
            yield _Rule(given[0], given[1], given[2], place)

    # Routes

    def _of_rule(self, rule: _Rule, way: _Way, order: tuple[int, int] | None) -> Iterator[Route]:
        found = texts(rule.path)
        for text in found:
            path = braced(way.prefix + text)
            for handler in handlers_of(rule.handler) or [Handler("?")]:
                for answering, methods in self._answering(handler, _verbs(rule.method)):
                    route = self._route(rule, way, path, answering, methods)
                    route.pattern = with_converters(path)
                    route.order = order if len(found) == 1 else None
                    yield route

    def _answering(self, handler: Handler, wanted: set[str]) -> Iterator[tuple[Handler, tuple[str, ...]]]:
        """What answers each verb: the methods of a class view, or the function itself."""
        verbs = tuple(verb for verb in _SHOWN if verb in wanted)
        if isinstance(handler.cls, Class):
            for verb in verbs:
                found = self._evaluator.class_value(handler.cls, verb)
                if isinstance(found, Closure):
                    function = found.function
                    yield (
                        handler._replace(function=function, below=function.head.decorators),
                        (verb.upper(),),
                    )
        elif verbs:
            yield handler, tuple(sorted(verb.upper() for verb in verbs))

    def _route(
        self,
        rule: _Rule,
        way: _Way,
        path: Path,
        handler: Handler,
        methods: tuple[str, ...],
    ) -> Route:
        guards = tuple(dict.fromkeys(self._guards(way, path.text, handler, methods)))
        return Route(
            methods=methods,
            path=path.text,
            handler=handler.name,
            framework="aiohttp",
            location=rule.location,
            function=handler.function,
            guards=guards,
            inputs=self._inputs.inputs(handler.function, path.parameters),
            outputs=self._inputs.outputs(handler.function),
            authenticated=verdict_of(guards),
            complete=path.complete and way.complete,
            owner=handler.owner,
        )

    def _guards(self, way: _Way, path: str, handler: Handler, methods: tuple[str, ...]) -> Iterator[Guard]:
        asked = Asked(path=path, method=methods[0] if len(methods) == 1 else "")
        for middleware, place in way.middlewares:
            yield from self._of_middleware(middleware, asked, place)
        given = Given([REQUEST], asked)
        if handler.cls is not None:
            given = Given([self._visitor.self_of(handler.cls, "view")], asked)
            decorators = handler.cls.head.decorators
            yield from self._guarding.of_decorators(handler.cls, None, decorators, given, "class")
        yield from self._guarding.of_handler(handler, given)

    def _of_middleware(self, middleware: Value, asked: Asked, place: Location) -> list[Guard]:
        given = Given([REQUEST], asked)
        found: list[Guard] = []
        for option in options(middleware):
            if isinstance(option, Wrapped) and isinstance(option.decorator, External):
                option = option.view
            if isinstance(option, Closure) and _is_factory(option):
                option = self._guarding.made_of(option, [UNKNOWN, VIEW])
            found += self._guarding.of_callable(option, given, "wrapper", "app", place, views=1)
        return found


def _verbs(method: Value) -> set[str]:
    """The verbs that a method stands for: those of `*` are all."""
    names = {each.rpartition("METH_")[2].lower() for each in _spelled(method)}
    return set(VERBS) if not names or names & {"*", "any"} else names


def _spelled(method: Value) -> list[str]:
    """The text of a method: a string, or a constant of `aiohttp.hdrs`."""
    return [
        each.name if isinstance(each, External) else each
        for each in options(method)
        if isinstance(each, (External, str))
    ]


def _is_factory(middleware: Closure) -> bool:
    """An old-style middleware, which takes the application and makes the handler anew."""
    parameters = [each.name for each in middleware.function.head.parameters]
    return parameters[:1] == ["app"]
