"""What the libraries of GraphQL call resolvers with: the root, the info and the arguments of the schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from linter.flow.heap import Entries, Items, Native, Record
from linter.flow.kinds import BITS
from linter.flow.sources.tables import FILE, JSON, NAMED_FILE
from linter.flow.values import STRING, UNKNOWN, ClassRef, Named, Taints, Typed, Value, marked, part
from linter.frameworks.graphql.names import camel

if TYPE_CHECKING:
    from linter.backend import Input, Route
    from linter.facts.scopes import Parameter
    from linter.flow.engine import Engine
    from linter.resolve.definitions import Class, Function

LIBRARIES = frozenset({"strawberry", "graphene", "ariadne"})
_TEXTS = frozenset({"String", "Base64"})
_ANY = frozenset({"JSON", "JSONString", "GenericScalar"})
_INFO = "graphql.GraphQLResolveInfo"
_REQUESTS = (
    ("django", "django.http.HttpRequest"),
    ("starlette", "starlette.requests.Request"),
    ("fastapi", "starlette.requests.Request"),
    ("flask", "flask.request"),
)
_SPREADING = "mutate_and_get_payload"
"""What Relay's mutations of Graphene call with the fields of their one argument."""
_DEPTH = 6
_ROOM = 400
"""Fields of input objects that are told apart at one resolver."""


class Handed(NamedTuple):
    """What a resolver is called with."""

    positions: list[Value]
    named: dict[str, Value]


class Resolvers:
    """Makes the values that resolvers are called with, by the types that their schema declares.

    Text is tainted. Numbers, enums, dates and the like are not, and neither are scalars of the project,
    which have code of their own that checks them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._project = engine.project
        self._begun: list[tuple[dict[object, Value], tuple[Input, ...], Taints]] = []

    def handed(self, function: Function, route: Route, heap: dict[int, Record]) -> Handed:
        """What the library of a route calls its resolver with."""
        found = self._called(function, route, heap)
        self._fill(route.framework, heap)
        return found

    def _called(self, function: Function, route: Route, heap: dict[int, Record]) -> Handed:
        if route.framework == "strawberry":
            return self._by_name(function, route, heap)
        inputs = route.inputs
        if function.scope.name == _SPREADING and len(inputs) == 1:
            inputs = inputs[0].fields
        positions = [UNKNOWN, self._info(route, heap)]
        if self._engine.decorations.kind(function) == "class" and function.owner is not None:
            positions.insert(0, Value(ClassRef(route.owner or function.owner)))
        is_open = any(each.kind == "**" for each in function.scope.parameters)
        named: dict[str, Value] = {}
        for each in inputs:
            for name in _names(function, each, route.framework):
                taints = self._engine.sources.parameter(function, name, name, STRING).taints
                taints = _declared(taints) if is_open else taints
                named[name] = self._sent(each, each.type or "", taints, heap, 0)
        return Handed(positions, named)

    # Strawberry fills parameters by their names and annotations

    def _by_name(self, function: Function, route: Route, heap: dict[int, Record]) -> Handed:
        positions: list[Value] = []
        named: dict[str, Value] = {}
        inputs = {each.parameter or each.name: each for each in route.inputs}
        for index, parameter in enumerate(function.scope.parameters):
            if parameter.kind in ("*", "**"):
                continue
            if index == 0 and function.owner is not None:
                positions.append(self._self(function, function.owner))
            elif parameter.name in inputs:
                named[parameter.name] = self._annotated(function, parameter, inputs[parameter.name], heap)
            else:
                is_info = parameter.name == "info" or self._is_info(function, parameter)
                named[parameter.name] = self._info(route, heap) if is_info else UNKNOWN
        return Handed(positions, named)

    def _self(self, function: Function, owner: Class) -> Value:
        is_class = self._engine.decorations.kind(function) == "class"
        return Value(ClassRef(owner) if is_class else Typed(owner))

    def _is_info(self, function: Function, parameter: Parameter) -> bool:
        parent = function.parent
        kind = None if parent is None else self._project.annotated_type(parent, parameter.annotation)
        return kind is not None and kind.startswith("strawberry.") and kind.endswith(".Info")

    def _annotated(
        self, function: Function, parameter: Parameter, given: Input, heap: dict[int, Record]
    ) -> Value:
        """An argument as its annotation says: an input object is an instance of its class."""
        parent, annotation = function.parent, parameter.annotation
        found = self._engine.sources.parameter(function, parameter.name, parameter.name, STRING)
        if parent is None or annotation is None or given.model is None or not given.fields:
            return self._sent(given, given.type or "", found.taints, heap, 0)
        return self._engine.fields.sent(
            lambda record: self._kept(record, heap), parent, annotation, _declared(found.taints)
        )

    # Values by types of the schema

    def _sent(self, given: Input, kind: str, taints: Taints, heap: dict[int, Record], depth: int) -> Value:
        kind = kind.removesuffix("!")
        if kind.startswith("[") and depth < _DEPTH:
            item = self._sent(given, kind[1:-1], part(taints, "item"), heap, depth + 1)
            return self._kept(Items("list", (), item), heap)
        if given.fields:
            entries: dict[object, Value] = {}
            self._begun.append((entries, given.fields, taints))
            return self._kept(Entries(entries), heap)
        if kind == "ID":
            # It says which one, and never how much.
            return Value(STRING, marked(taints, BITS["amount"]))
        if kind in _TEXTS:
            return Value(STRING, taints)
        if kind in _ANY:
            return Value(Named(JSON), taints)
        if kind == "Upload":
            return Value(Named(NAMED_FILE if "django" in self._project.imported else FILE), taints)
        return UNKNOWN

    def _fill(self, library: str, heap: dict[int, Record]) -> None:
        """Fill the objects that were begun, the outermost first, as far as there is room."""
        room = _ROOM
        for entries, fields, taints in self._begun:
            for each in fields[:room]:
                value = self._sent(each, each.type or "", _declared(part(taints, each.name)), heap, 0)
                entries |= dict.fromkeys(_spellings(each, library), value)
            room = max(room - len(fields), 0)
        self._begun.clear()

    def _info(self, route: Route, heap: dict[int, Record]) -> Value:
        """The info, whose context is the request, or holds it as far as the library's own context does."""
        request = self._request()
        if route.framework == "graphene" and "graphene_django" in self._project.imported:
            context = Value(Named("django.http.HttpRequest"))
        else:
            held: dict[object, Value] = {} if request is None else {"request": request}
            context = self._kept(Entries(held), heap)
        return self._kept(Native(_INFO, {"context": context}), heap)

    def _request(self) -> Value | None:
        """The request of the one framework that the project imports; None where there are several."""
        kinds = {kind for package, kind in _REQUESTS if package in self._project.imported}
        return Value(Named(kinds.pop())) if len(kinds) == 1 else None

    def _kept(self, record: Record, heap: dict[int, Record]) -> Value:
        return self._engine.placed(heap, record)


def _declared(taints: Taints) -> Taints:
    """The taints of what stands in an object whose keys the schema declares."""
    return marked(taints, BITS["keys"])


def _names(function: Function, given: Input, library: str) -> tuple[str, ...]:
    """The names that an argument comes by: that of the parameter it fills, or all that it may have."""
    if library != "ariadne":
        return (given.parameter or given.name,)
    taken = [each.name for each in function.scope.parameters if each.kind not in ("*", "**")]
    for name in taken:
        if name == given.name or camel(name) == given.name:
            return (name,)
    return _spellings(given, library) if any(p.kind == "**" for p in function.scope.parameters) else ()


def _spellings(given: Input, library: str) -> tuple[str, ...]:
    """What a key is called in Python. Ariadne keeps the name of the schema, or converts it if told to."""
    if library != "ariadne":
        return (given.parameter or given.name,)
    return tuple(dict.fromkeys((given.name, "".join(_snake(given.name)))))


def _snake(name: str) -> Iterator[str]:
    for position, each in enumerate(name):
        if each.isupper() and position:
            yield "_"
        yield each.lower()
