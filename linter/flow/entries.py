"""Where requests enter: handlers with what a framework fills their parameters with."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from linter.facts.expressions import Ref
from linter.facts.scopes import Assign
from linter.flow.arguments import Args, fill
from linter.flow.engine import Engine
from linter.flow.handlers import is_error_handler, looks_like_handler
from linter.flow.heap import Entries, Instance, Items, Record
from linter.flow.kinds import CHARACTER_BITS, NUMBER, RELATIVE
from linter.flow.library.patterns import held_to
from linter.flow.places import name_of
from linter.flow.resolvers import LIBRARIES, Handed, Resolvers
from linter.flow.sinks.amounts import multiplies
from linter.flow.sources.tables import (
    API_KEYS,
    CREDENTIALS,
    JSON,
    MAPPING,
    PLUMBING,
    REQUESTS,
    STREAM,
    UPLOADS,
)
from linter.flow.values import A_NUMBER, STRING, UNKNOWN, Named, Typed, Value, marked
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Variable
from linter.resolve.trace import Memo

if TYPE_CHECKING:
    from linter.backend import Backend, Input, Route
    from linter.facts.expressions import Expr
    from linter.facts.scopes import Parameter
    from linter.flow.summaries import Hit
    from linter.frameworks.fastapi.dependencies import Declared, Dependencies
    from linter.resolve.project import Project

_FREE = frozenset({"str", "string", "path", "default", ""})
_SEGMENTS = frozenset({"", "default", "string", "slug"})
_NUMBERS = frozenset({"int", "float"})
_ONE_SEGMENT = CHARACTER_BITS["/"] | RELATIVE
_DJANGO = frozenset({"django", "rest_framework", "drf", "ninja"})
_RESOURCES = (
    "flask_restful.Resource",
    "flask_restx.Resource",
    "flask_restx.resource.Resource",
    "flask_restplus.Resource",
)
_FLASK = ("flask", "quart", "apiflask")
_CONVERTING = frozenset({*_DJANGO, *_FLASK})
"""Frameworks in which a project has converters of its own for parts of a path."""
_RETURNING = frozenset({*_FLASK, "fastapi", "ninja", "litestar"})
"""Frameworks that make a body of what a handler returns."""
_FILLING = frozenset({"ninja", "litestar"})
"""Frameworks that fill parameters by name, query and body as well as path."""
_GIVEN_REQUESTS = {"sanic": "sanic.request.Request", "aiohttp": "aiohttp.web.Request"}
"""Frameworks that hand the request to each handler first, and what it is."""
_TYPED = frozenset({"int", "float", "bool", "UUID", "date", "datetime", "time", "timedelta", "Decimal"})
"""Types of inputs that hold no text of the caller's choice."""
_DEPENDENCIES = 4
"""How deep dependencies of dependencies are run."""
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "dispatch")
_WITH_FORM = {
    **dict.fromkeys(("form_valid", "form_invalid"), "form_class"),
    **dict.fromkeys(("perform_create", "perform_update"), "serializer_class"),
}
"""Methods that are handed a form or a serializer, and where a view names its class."""
_HOOKS = (
    "get_queryset",
    "get_object",
    "get_context_data",
    "filter_queryset",
    "form_valid",
    "form_invalid",
    "perform_create",
    "perform_update",
    "perform_destroy",
    "get_redirect_url",
    "get_success_url",
)
"""Methods that Django's and Django REST framework's own views call."""

_PREPARING = ("setup", "initial", "dispatch")
"""Methods that they call before the handler."""

_RAW_HANDLER = "http.server.BaseHTTPRequestHandler"
"""The handler of the standard library, which frameworks do without."""


class Entry:
    """A handler and the route that leads to it, if one is known."""

    __slots__ = ("function", "owner", "placeholders", "route")

    def __init__(self, function: Function, route: Route | None, placeholders: dict[str, str]) -> None:
        self.function = function
        self.route = route
        self.placeholders = placeholders
        self.owner: Class | None = None if route is None else route.owner

    @property
    def is_page(self) -> bool:
        """Whether what the handler returns is sent as a page."""
        if self.route is None:
            return not self.function.scope.name.startswith("do_")
        return self.route.framework in _FLASK or any(each.is_page for each in self.route.outputs)

    def makes_json(self, project: Project) -> bool:
        """Whether the class of the handler writes all that it returns as JSON."""
        return self.owner is not None and project.derives(self.owner, *_RESOURCES)

    @property
    def signature(self) -> str:
        """All that running the handler depends on beside the code: two with the same find the same."""
        route = self.route
        if route is None:
            return f"handler {name_of(self.function)} {self.placeholders}"
        owner = "" if self.owner is None else name_of(self.owner)
        words = (route.methods, route.path, route.framework, route.pattern, route.complete, route.websocket)
        places = (name_of(self.function), owner, "" if route.owner is None else name_of(route.owner))
        inputs = tuple(_described(each) for each in route.inputs)
        outputs = tuple((each.is_page, each.model is None) for each in route.outputs)
        return f"route {(words, places, inputs, outputs, sorted(self.placeholders.items()))}"

    @property
    def sends_as_it_is(self) -> bool:
        """Whether what the handler returns is the answer, and no schema picks fields of it."""
        route = self.route
        if route is None or route.websocket or route.is_graphql:
            return False
        return route.framework in _RETURNING and all(each.model is None for each in route.outputs)

    @property
    def sent(self) -> frozenset[str]:
        """The parameters, beside those in the path, that the framework fills with what the caller sends."""
        if self.route is None or self.route.framework not in _FILLING:
            return frozenset()
        return frozenset(each.name for each in self.route.inputs if each.place != "path")

    def __str__(self) -> str:
        return str(self.route) if self.route is not None else f"`{self.function.scope.name}`"


def _described(given: Input) -> tuple[object, ...]:
    model = "" if given.model is None else name_of(given.model)
    taker = "" if given.taker is None else name_of(given.taker)
    fields = tuple(_described(each) for each in given.fields)
    words = (given.name, given.place, given.type, given.required, given.bounded.value, given.pattern)
    return (*words, given.parameter, model, taker, fields)


def entries_of(backend: Backend) -> list[Entry]:
    """All handlers: those that the adapters found, and those that only look like one."""
    found: dict[object, Entry] = {}
    for route in backend.routes:
        function = route.function
        owner = route.owner if route.framework in _DJANGO else None
        for name in _HOOKS if owner is not None else ():
            member = None if owner is None else backend.project.member(owner, name)
            hook = None if member is None else member.target
            if isinstance(hook, Function):
                found.setdefault(_key(hook, route, backend.project), Entry(hook, route, _placeholders(route)))
        if function is not None and route.is_graphql:
            # One resolver may serve many fields, each with arguments of its own.
            taken = tuple((each.name, each.type) for each in route.inputs)
            found.setdefault((id(function), id(route.owner), taken), Entry(function, route, {}))
        elif function is None and route.owner is not None and not route.is_graphql:
            for name in _METHODS:
                method = route.owner.methods.get(name)
                if method is not None:
                    found.setdefault(
                        _key(method, route, backend.project), Entry(method, route, _placeholders(route))
                    )
        elif function is not None:
            found.setdefault(
                _key(function, route, backend.project), Entry(function, route, _placeholders(route))
            )
    known = {id(each.function) for each in found.values()}
    handles_errors = not backend.project.imported.isdisjoint(_FLASK)
    for function in backend.functions:
        if id(function) not in known and function.scope.decorators:
            placeholders = (
                {} if handles_errors and is_error_handler(function) else looks_like_handler(function)
            )
            if placeholders is not None:
                found[id(function)] = Entry(function, None, placeholders)
    if "http" in backend.project.imported:
        for cls in backend.classes:
            if backend.project.derives(cls, _RAW_HANDLER, "http.server.SimpleHTTPRequestHandler"):
                raw = [method for name, method in cls.methods.items() if name.startswith("do_")]
                found.update((id(method), Entry(method, None, {})) for method in raw)
    return sorted(found.values(), key=lambda each: (each.function.module.path, each.function.index))


def _key(function: Function, route: Route, project: Project) -> object:
    """What tells the entries of a method apart: the methods of the views that inherit it, not their data."""
    if function.owner is None or route.owner is None or route.owner is function.owner:
        return id(function)
    methods: list[int] = []
    for ancestor in project.ancestors(route.owner):
        if ancestor.target is function.owner:
            break
        if isinstance(ancestor.target, Class):
            methods += [id(each) for each in ancestor.target.methods.values()]
    return (id(function), *methods)


def _keeps(method: Function) -> bool:
    """Whether a method keeps something on its instance."""
    parameters = method.scope.parameters
    prefix = f"${parameters[0].name}." if parameters else "$."
    return any(
        isinstance(target, Ref) and target.name.startswith(prefix)
        for statement in method.scope.statements
        if isinstance(statement, Assign)
        for target in statement.targets
    )


def _placeholders(route: Route) -> dict[str, str]:
    return {each.name: _converter(route, each) for each in route.inputs if each.place == "path"}


def _converter(route: Route, given: Input) -> str:
    if given.type is None and not given.pattern and route.framework in _CONVERTING:
        # A converter of the project: what it makes of the text is no text, or text of its own pattern.
        return "converted"
    return (given.type or "").lower()


def _limited(entry: Entry, names: dict[str, Value]) -> dict[str, Value]:
    """Values with what placeholders are known to lack, by what their part of the path can match."""
    inputs = () if entry.route is None else entry.route.inputs
    lacks = {each.name: held_to(each.pattern) for each in inputs if each.place == "path" and each.pattern}
    lacks |= {name: lacks.get(name, 0) | _ONE_SEGMENT for name in _of_one_segment(entry)}
    return {
        name: Value(value.shape, marked(value.taints, lacks[name])) if name in lacks else value
        for name, value in names.items()
    }


def _of_one_segment(entry: Entry) -> set[str]:
    """The placeholders that stand for one segment of the path, and so cannot hold a slash."""
    pattern = "" if entry.route is None else entry.route.pattern
    if not pattern:
        return {name for name, kind in entry.placeholders.items() if kind in _SEGMENTS}
    marks = {name: (f"{{{name}:path}}", f"<path:{name}>") for name in entry.placeholders}
    return {name for name, wide in marks.items() if not any(mark in pattern for mark in wide)}


class Runner:
    """Runs handlers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._project = engine.project
        self._dependencies: Dependencies | None = None
        self._trace = trace = engine.project.trace
        self._supplies: Memo[int, tuple[Value | None, dict[int, Record], list[Hit]]] = Memo(trace)
        self._views: Memo[tuple[int, int, str], tuple[Value | None, dict[int, Record], list[Hit]]] = Memo(
            trace
        )
        self._resolvers = Resolvers(engine)
        self._handed: Handed | None = None
        self.hits: list[Hit] = []
        """What reaches a sink in the dependencies of the handler at hand."""

    def arguments(self, entry: Entry) -> tuple[dict[str, Value], dict[int, Record]]:
        """What the framework gives a handler's parameters."""
        framework = "" if entry.route is None else entry.route.framework
        heap: dict[int, Record] = {}
        self.hits = []
        self._handed = None
        names: dict[str, Value] = {}
        if framework in ("fastapi", "starlette"):
            names = self._fastapi(entry.function, heap, 0)
        elif entry.route is not None and framework in LIBRARIES:
            self._handed = self._resolvers.handed(entry.function, entry.route, heap)
            names = self._bound(entry.function, self._handed, heap)
        else:
            for position, parameter in enumerate(entry.function.scope.parameters):
                names[parameter.name] = self._plain(entry, parameter, position, framework, heap)
        return _limited(entry, names), heap

    def run(self, entry: Entry) -> Iterator[Hit]:
        """Run a handler, with its dependencies and decorators; what reaches a sink."""
        from linter.flow.asked import path_asked

        engine = self._engine
        names, heap = self.arguments(entry)
        engine.parsed = partial(self.declared_inputs, entry)
        engine.asked = (entry.function, path_asked(engine, entry, names))
        yield from self.hits
        given, named = self.handed(entry, names)
        through = engine.enter_decorated(entry.function, given, named, dict(heap))
        yield from engine.enter(entry.function, names, heap) if through is None else through

    def handed(self, entry: Entry, names: dict[str, Value]) -> tuple[list[Value], dict[str, Value]]:
        """What the framework itself hands to a handler with decorators of the project, out of `names`."""
        framework = "" if entry.route is None else entry.route.framework
        if framework in ("fastapi", "starlette"):
            return [], names
        if self._handed is not None:
            return self._handed.positions, self._handed.named
        given: list[Value] = []
        named = {name: value for name, value in names.items() if name in entry.placeholders}
        for position, each in enumerate(entry.function.scope.parameters[:2]):
            value = names.get(each.name, UNKNOWN)
            is_self = position == 0 and entry.function.owner is not None
            if is_self or value.shape == Named("django.http.HttpRequest"):
                given.append(value)
                named.pop(each.name, None)
        return given, named

    def _bound(self, function: Function, handed: Handed, heap: dict[int, Record]) -> dict[str, Value]:
        """The parameters of a function that is called with positional and named arguments."""
        args = Args(handed.positions, handed.named)
        names, rest, keywords, missing = fill(function.scope.parameters, args)
        for each in missing:
            names[each.name] = UNKNOWN
        for each in function.scope.parameters:
            if each.kind in ("*", "**"):
                entries: dict[object, Value] = dict(keywords.items())
                record = Items("tuple", tuple(rest)) if each.kind == "*" else Entries(entries)
                names[each.name] = self._engine.placed(heap, record)
        return names

    def hook_arguments(self, function: Function) -> dict[str, Value]:
        """What a hook or a middleware is given: itself, and the request."""
        names: dict[str, Value] = {}
        parameters = list(function.scope.parameters)
        if function.owner is not None and parameters:
            names[parameters.pop(0).name] = Value(Typed(function.owner))
        imported = self._project.imported
        for position, each in enumerate(parameters):
            parent = function.parent
            declared = None if parent is None else self._project.annotated_type(parent, each.annotation)
            if declared in REQUESTS:
                names[each.name] = Value(Named(declared or ""))
            elif position == 0 and each.annotation is None and any(p.name == "call_next" for p in parameters):
                names[each.name] = Value(Named("starlette.requests.Request"))
            elif (
                position == 0 and each.annotation is None and "django" in imported and each.name == "request"
            ):
                names[each.name] = Value(Named("django.http.HttpRequest"))
        return names

    def _plain(
        self, entry: Entry, parameter: Parameter, position: int, framework: str, heap: dict[int, Record]
    ) -> Value:
        function = entry.function
        name = parameter.name
        if position == 0 and function.owner is not None:
            return self._instance(entry.owner or function.owner, framework, heap, function)
        if position == 1 and function.scope.name in _WITH_FORM:
            return self._form(entry, parameter, _WITH_FORM[function.scope.name])
        if framework in _DJANGO and name in ("request", "req", "_request"):
            return Value(Named("django.http.HttpRequest"))
        if framework in _GIVEN_REQUESTS and position == (0 if function.owner is None else 1):
            return Value(Named(_GIVEN_REQUESTS[framework]))
        if parameter.kind == "**":
            return self._placeholders(entry, heap)
        kind = entry.placeholders.get(name)
        if kind is not None and kind in _FREE:
            return self._engine.sources.parameter(function, name, name, STRING)
        if kind in _NUMBERS and (id(function) in self._engine.counting or multiplies(function)):
            found = self._engine.sources.parameter(function, name, name, A_NUMBER.shape)
            return Value(found.shape, marked(found.taints, NUMBER))
        parent = function.parent
        declared = None if parent is None else self._project.annotated_type(parent, parameter.annotation)
        if parent is not None and name in entry.sent:
            return self._sent(function, parameter, parent, heap)
        if framework in _FLASK and kind is None and declared is None and parameter.default is None:
            record = self.declared_inputs(entry, heap)
            if record is not None:
                return record
        return Value(self._engine.globals.shape_of_type(declared))

    def _placeholders(self, entry: Entry, heap: dict[int, Record]) -> Value:
        """What a handler takes by any name: all that stands in the path and is a text."""
        taken = {each.name for each in entry.function.scope.parameters}
        source = partial(self._engine.sources.parameter, entry.function)
        names = [name for name, kind in entry.placeholders.items() if kind in _FREE and name not in taken]
        entries: dict[object, Value] = {}
        entries.update(_limited(entry, {name: source(name, name, STRING) for name in names}))
        return self._engine.placed(heap, Entries(entries))

    def _form(self, entry: Entry, parameter: Parameter, named: str) -> Value:
        """The form that a view of Django's hands to its hooks, filled with what the caller sends."""
        owner = entry.owner or entry.function.owner
        member = None if owner is None else self._project.member(owner, named)
        declared = None if member is None else member.target
        assigned = declared.assign.value if isinstance(declared, Variable) else None
        if not isinstance(declared, Variable) or not isinstance(assigned, Ref):
            return UNKNOWN
        form = self._project.reference(declared.holder, assigned.name).target
        if not isinstance(form, Class):
            return UNKNOWN
        return self._engine.sources.parameter(entry.function, parameter.name, parameter.name, Typed(form))

    def declared_inputs(self, entry: Entry, heap: dict[int, Record]) -> Value | None:
        """What a schema in a decorator, or a request parser, makes of what the route takes: a dict of it."""
        inputs = () if entry.route is None else entry.route.inputs
        entries: dict[object, Value] = {}
        for each in inputs:
            if each.place != "path":
                source = self._engine.sources.parameter(entry.function, each.name, each.name, STRING)
                entries[each.name] = UNKNOWN if (each.type or "str") in _TYPED else source
        if not entries:
            return None
        return self._engine.placed(heap, Entries(entries))

    def _sent(
        self, function: Function, parameter: Parameter, parent: Definition, heap: dict[int, Record]
    ) -> Value:
        """A parameter that a framework fills with what the caller sends, by its declared type."""
        engine, annotation = self._engine, parameter.annotation
        if annotation is not None and engine.fields.is_limited(parent, annotation):
            return UNKNOWN
        found = engine.sources.parameter(function, parameter.name, parameter.name, None)
        allocate = partial(engine.placed, heap)
        return engine.fields.sent(allocate, parent, annotation, found.taints)

    def _instance(self, cls: Class, framework: str, heap: dict[int, Record], function: Function) -> Value:
        fields: dict[object, Value] = {}
        if framework in _DJANGO:
            fields["request"] = Value(Named("django.http.HttpRequest"))
            taint = self._engine.sources.parameter(function, "kwargs", "self.kwargs", Named(MAPPING))
            fields["kwargs"] = taint
            prepared = (
                None if function.scope.name in _PREPARING else self._prepared(cls, fields, heap, function)
            )
            if prepared is not None:
                return prepared
        elif self._project.derives(cls, _RAW_HANDLER, "http.server.SimpleHTTPRequestHandler"):
            for name, kind in (("path", STRING), ("headers", Named(MAPPING)), ("rfile", Named(STREAM))):
                fields[name] = self._engine.sources.parameter(function, name, f"self.{name}", kind)
        return self._engine.placed(heap, Instance(cls, fields))

    def _prepared(
        self, cls: Class, fields: dict[object, Value], heap: dict[int, Record], function: Function
    ) -> Value | None:
        """A view after the methods that Django calls on it before its handler; None where none adds to it."""
        for name in _PREPARING:
            found = self._project.member(cls, name)
            method = None if found is None else found.target
            if not isinstance(method, Function):
                continue
            self._trace.log.append(self._trace.body(method))
            if not _keeps(method):
                continue
            key = (id(cls), id(function), name)
            known = self._views.read(key)
            if known is None:
                start = len(self._trace.log)
                inner: dict[int, Record] = {}
                made = self._engine.placed(inner, Instance(cls, fields))
                names = {each.name: UNKNOWN for each in method.scope.parameters}
                names.update(zip(names, (made, fields["request"]), strict=False))
                answer = self._engine.supplied(method, names, inner, made)
                known = self._views.keep(key, answer, start, cls.module.bit)
            value, records, hits = known
            self.hits += hits
            if value is not None:
                heap.update(records)
                return value
        return None

    def _fastapi(self, function: Function, heap: dict[int, Record], depth: int) -> dict[str, Value]:
        names: dict[str, Value] = {}
        around = function.parent or function
        self._trace.log += (self._trace.body(function), self._trace.body(around))
        for position, parameter in enumerate(function.scope.parameters):
            if position == 0 and function.owner is not None:
                names[parameter.name] = Value(Typed(function.owner))
            elif parameter.kind == "**":
                names[parameter.name] = self._engine.placed(heap, Entries({}))
            else:
                names[parameter.name] = self._filled(function, parameter, heap, depth)
        return names

    def _filled(self, function: Function, parameter: Parameter, heap: dict[int, Record], depth: int) -> Value:
        engine, known = self._engine, self.dependencies
        dependency = known.of_parameter(function, parameter)
        declared = known.declared(function, parameter)
        kind = None
        if declared.type is not None:
            kind = self._project.annotated_type(declared.holder, declared.type)
        shape = engine.fields.shape_sent(kind)
        if kind in CREDENTIALS:
            return engine.sources.parameter(function, parameter.name, parameter.name, Named(kind or ""))
        if dependency is not None:
            found = self._supplied(dependency, heap, depth)
            # What is declared says more than the name of something that a library holds.
            is_named = found is not None and type(found.shape) is Named and not found.taints
            return Value(shape) if found is None or (is_named and shape is not None) else found
        if kind in REQUESTS or kind in PLUMBING:
            return Value(Named(kind or ""))
        if kind in UPLOADS:
            return engine.sources.parameter(function, parameter.name, parameter.name, shape)
        if kind is not None and kind.startswith(("fastapi.", "starlette.", "sqlalchemy.")):
            return Value(shape)
        if declared.type is not None and engine.fields.is_limited(declared.holder, declared.type):
            return self._number(function, parameter, declared)
        for holder, marker in declared.markers:
            if engine.fields.is_limited(holder, marker, marker):
                return UNKNOWN
        if kind is None and parameter.annotation is None and parameter.default is None:
            return engine.sources.parameter(function, parameter.name, parameter.name, STRING)
        what = engine.fields.read_as(parameter.name, declared.markers)
        found = engine.sources.parameter(function, parameter.name, what, shape)
        if declared.type is None or shape not in (None, Named(JSON)):
            return found
        allocate = partial(engine.placed, heap)
        sent = engine.fields.sent(allocate, declared.holder, declared.type, found.taints)
        return found if sent.shape is None else sent

    def _number(self, function: Function, parameter: Parameter, declared: Declared) -> Value:
        """A parameter that can carry no text: tainted only as an amount, where an amount matters."""
        engine = self._engine
        counts = id(function) in engine.counting or multiplies(function)
        if not counts or declared.type is None:
            return UNKNOWN
        if not engine.fields.is_free_number(declared.holder, declared.type):
            return UNKNOWN
        if any(engine.fields.is_bounded(holder, marker) for holder, marker in declared.markers):
            return UNKNOWN
        found = engine.sources.parameter(function, parameter.name, parameter.name, A_NUMBER.shape)
        return Value(found.shape, marked(found.taints, NUMBER))

    def _supplied(
        self, dependency: tuple[Definition, Expr | None], heap: dict[int, Record], depth: int
    ) -> Value | None:
        """What a dependency hands on, if it can be seen and holds anything of the caller's."""
        holder, expr = dependency
        target = self._project.reference(holder, expr.name).target if isinstance(expr, Ref) else None
        if isinstance(target, Variable) and self._project.type_of_variable(target) in API_KEYS:
            function = holder if isinstance(holder, Function) else target.holder.module.functions[0]
            return self._engine.sources.parameter(function, target.name, target.name, STRING)
        if isinstance(target, Class) and depth < _DEPENDENCIES:
            return self._supplied_instance(target, heap, depth)
        if not isinstance(target, Function) or target.is_module or depth >= _DEPENDENCIES:
            return None
        known = self._supplies.read(id(target))
        if known is None:
            start = len(self._trace.log)
            self._supplies[id(target)] = (None, {}, [])
            inner: dict[int, Record] = {}
            names = self._fastapi(target, inner, depth + 1)
            answer = self._engine.supplied(target, names, inner)
            known = self._supplies.keep(id(target), answer, start, target.module.bit)
        value, records, hits = known
        heap.update(records)
        self.hits += hits
        return value

    def _supplied_instance(self, cls: Class, heap: dict[int, Record], depth: int) -> Value | None:
        """An instance of a class that is a dependency, made with what the request fills in."""
        found = self._project.member(cls, "__init__")
        init = None if found is None else found.target
        if not isinstance(init, Function):
            return self._engine.sources.parameter(cls.module.functions[0], cls.name, cls.name, Typed(cls))
        known = self._supplies.read(id(init))
        if known is None:
            start = len(self._trace.log)
            self._supplies[id(init)] = (None, {}, [])
            inner: dict[int, Record] = {}
            made = self._engine.placed(inner, Instance(cls, {}))
            names = self._fastapi(init, inner, depth + 1)
            names[init.scope.parameters[0].name] = made
            answer = self._engine.supplied(init, names, inner, made)
            known = self._supplies.keep(id(init), answer, start, init.module.bit)
        value, records, hits = known
        heap.update(records)
        self.hits += hits
        return value

    @property
    def dependencies(self) -> Dependencies:
        """What FastAPI's parameters are filled with."""
        if self._dependencies is None:
            from linter.frameworks.fastapi.dependencies import Dependencies

            self._dependencies = Dependencies(self._engine.backend)
        return self._dependencies
