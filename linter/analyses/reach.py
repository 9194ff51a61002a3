"""What the code behind a route reaches through its calls: functions, and the tables that they touch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.backend.routes import Verdict
from linter.facts.expressions import Ref, Result, walk
from linter.facts.scopes import Assign, Call, Define
from linter.resolve.definitions import Class, Function, arguments_of
from linter.resolve.values import Made, Value
from linter.shapes import shapes_of
from linter.shapes.django_models import saved_model

if TYPE_CHECKING:
    from linter.backend import Backend, Query, Route
    from linter.facts.expressions import Expr
    from linter.resolve.project import Resolved

_DEPTH = 12
"""How many calls are followed from a handler."""
_DEPENDS = frozenset({"fastapi.Depends", "fastapi.Security", "fastapi.params.Security"})
_OWN_LEVELS = frozenset({"function", "class", "router", "mount"})
"""Guards that run as part of a route; those of the application run for every route alike."""
_OF_GUARDS = (
    "__call__",
    "dispatch",
    "has_permission",
    "has_object_permission",
    "authenticate",
    "authenticate_request",
)
_SAVED = frozenset({"add", "add_all", "merge", "delete", "save", "adelete", "asave"})
_NESTED = 4


class Tables(NamedTuple):
    """Names of tables that are read and written."""

    reads: frozenset[str]
    writes: frozenset[str]


@lru_cache(maxsize=1)
def reach_of(backend: Backend) -> Reach:
    """The reach of a backend's routes, with what was found before."""
    return Reach(backend)


class Reach:
    """Follows calls, dependencies and guards from the handlers of routes."""

    def __init__(self, backend: Backend) -> None:
        self._project = backend.project
        self._callees: dict[int, tuple[Function, ...]] = {}
        self._touched: dict[int, Tables] = {}
        self._tables: dict[int, Tables] = {}
        self._queries: dict[int, list[Query]] = {}
        for query in backend.queries:
            self._queries.setdefault(id(query.function), []).append(query)
        self._models = {
            id(table.owner): table.name for table in backend.tables.values() if table.owner is not None
        }
        self._tracked = frozenset(
            table.name for table in backend.tables.values() if table.source == "sqlalchemy"
        )
        """Tables whose objects a session watches."""

    def tables(self, route: Route) -> Tables:
        """The tables that the code behind a route reads and writes: in queries and through a session.

        What a relationship loads when it is first looked at is not seen.
        """
        key = id(route)
        if key not in self._tables:
            touched = [self._of_function(each) for each in self.functions(route)]
            reads = frozenset().union(*(each.reads for each in touched))
            self._tables[key] = Tables(reads, frozenset().union(*(each.writes for each in touched)))
        return self._tables[key]

    def functions(self, route: Route) -> Iterator[Function]:
        """The handler of a route and every function that it may call, nearest first."""
        return self.reachable((*_entries(route), *self._of_guards(route)))

    def refusing(self, route: Route) -> Iterator[Function]:
        """The functions behind the guards that may refuse strangers, those of the application included."""
        return self.reachable(tuple(self._of_guards(route, refusing=True)))

    def _of_guards(self, route: Route, refusing: bool = False) -> Iterator[Function]:
        for guard in route.guards:
            if guard.verdict is not Verdict.NO if refusing else guard.level in _OWN_LEVELS:
                definition = self._project.by_id(guard.name)
                if isinstance(definition, Function):
                    yield definition
                elif definition is not None:
                    for name in _OF_GUARDS:
                        member = self._project.member(definition, name)
                        if member is not None and isinstance(member.target, Function):
                            yield member.target

    # Tables

    def _of_function(self, function: Function) -> Tables:
        key = id(function)
        if key not in self._touched:
            queries = [each for each in self._queries.get(key, ()) if each.table]
            reads = frozenset(each.table for each in queries if each.kind == "select")
            writes = frozenset(each.table for each in queries if each.kind != "select")
            written = frozenset((*self._saved(function), *self._assigned(function)))
            self._touched[key] = Tables(reads, writes | written)
        return self._touched[key]

    def _saved(self, function: Function) -> Iterator[str]:
        """Tables of the objects that a function hands to a session, or that it saves by their own method."""
        for call in function.scope.calls if self._models else ():
            yield from self.saved_by(function, call)

    def saved_by(self, function: Function, call: Call) -> Iterator[str]:
        """Tables of the objects that one call hands to a session, or saves or deletes as their own method."""
        receiver, _, method = _written(call).rpartition(".")
        if method not in _SAVED:
            return
        name = self._project.callee(function, call).name
        if name.rpartition(".")[0].endswith(("Session", ".session", "scoped_session")) or (
            name.startswith("?") and "session" in receiver.lower()
        ):
            for argument in call.args:
                yield from self._of_object(function, argument)
        elif not call.args and method in ("save", "delete", "asave", "adelete") and receiver:
            yield from self._own_table(function, Ref(receiver))
            yield from self._of_form(self._project.type_of(function, Ref(receiver)))

    def _assigned(self, function: Function) -> Iterator[str]:
        """Tables of loaded objects whose attributes are set: the session writes them when it commits."""
        for statement in function.scope.statements if self._tracked else ():
            for target in statement.targets if isinstance(statement, Assign) else ():
                if isinstance(target, Ref) and target.name[0] == "$":
                    owner, dot, attribute = target.name.rpartition(".")
                    if dot and attribute and "." not in owner and owner != "$self":
                        found = self._own_table(function, Ref(owner))
                        yield from (table for table in found if table in self._tracked)

    def _of_object(self, function: Function, expr: Expr) -> Iterator[str]:
        """The table of an object, and of new objects that it is made with."""
        yield from self._own_table(function, expr)
        yield from self._made_with(function, expr, 0)

    def _made_with(self, function: Function, expr: Expr, depth: int) -> Iterator[str]:
        """Tables of the models that an expression makes: `Order(lines=[Line()])`."""
        for each in walk(expr) if depth < _NESTED else ():
            if isinstance(each, Ref) and each.name[0] == "$":
                for assign in function.assignments.get(each.name[1:], ())[:_NESTED]:
                    if isinstance(assign.value, Result):
                        yield from self._made_with(function, assign.value, depth + 1)
            elif isinstance(each, Result):
                call = function.scope.calls[each.call]
                made = self._project.callee(function, call).target
                if id(made) in self._models:
                    yield self._models[id(made)]
                    for argument in arguments_of(call):
                        yield from self._made_with(function, argument, depth + 1)

    def table_of(self, function: Function, row: Expr) -> str | None:
        """The table of an object, by its type or by the model that it is loaded with."""
        return next(self._own_table(function, row), None)

    def model_in(self, function: Function, expr: Expr) -> str | None:
        """The table of the first model that an expression names, as in `insert(User)` or `User.objects`."""
        return next(self._loaded(function, expr, 0), None)

    def _own_table(self, function: Function, expr: Expr) -> Iterator[str]:
        """The table of an object by its type, or by the model that it is loaded with."""
        typed = list(self._of_type(self._project.type_of(function, expr)))
        if typed:
            yield from typed
        elif isinstance(expr, Result):
            yield from self._loaded(function, expr, 0)
        elif isinstance(expr, Ref) and expr.name[0] == "$":
            assigned = function.assignments.get(expr.name[1:], ())
            if len(assigned) == 1 and assigned[0].value is not None:
                yield from self._loaded(function, assigned[0].value, 0)

    def _loaded(self, function: Function, expr: Expr, depth: int) -> Iterator[str]:
        """The first model that a loading call names, as in `session.scalar(select(User))`."""
        for each in walk(expr) if depth <= _NESTED else ():
            if isinstance(each, Ref):
                found = self._model_in(function, each.name)
                if found is not None:
                    yield found
                    return
            elif isinstance(each, Result):
                call = function.scope.calls[each.call]
                for part in (call.callee, *call.args[:1]):
                    table = next(self._loaded(function, part, depth + 1), None)
                    if table is not None:
                        yield table
                        return

    def _model_in(self, function: Function, name: str) -> str | None:
        """The table of the model that a dotted name is, or is reached through, as in `User.query.get`."""
        while name:
            target = self._project.reference(function, name).target
            if id(target) in self._models:
                return self._models[id(target)]
            name = name.rpartition(".")[0]
        return None

    def _of_form(self, name: str | None) -> Iterator[str]:
        """The table that a model form or a model serializer saves to."""
        definition = None if name is None else self._project.by_id(name)
        if isinstance(definition, Class):
            model = saved_model(shapes_of(self._project), definition)
            if model is not None and id(model) in self._models:
                yield self._models[id(model)]

    def _of_type(self, name: str | None) -> Iterator[str]:
        definition = None if name is None else self._project.by_id(name)
        if definition is not None and id(definition) in self._models:
            yield self._models[id(definition)]

    # Calls

    def reachable(self, entries: tuple[Function, ...]) -> Iterator[Function]:
        """Functions and every function that they may call, nearest first."""
        seen = {id(entry) for entry in entries}
        pending = deque((entry, 0) for entry in entries)
        while pending:
            function, depth = pending.popleft()
            yield function
            for callee in self._called_by(function) if depth < _DEPTH else ():
                if id(callee) not in seen:
                    seen.add(id(callee))
                    pending.append((callee, depth + 1))

    def _called_by(self, function: Function) -> tuple[Function, ...]:
        """Functions that a function calls, hands on to what it calls, or defines inside."""
        found = self._callees.get(id(function))
        if found is None:
            found = tuple(self._find_callees(function))
            self._callees[id(function)] = found
        return found

    def _find_callees(self, function: Function) -> Iterator[Function]:
        yield from self._dependencies(function)
        for call in function.scope.calls:
            yield from self._behind(self._project.callee(function, call))
            for argument in arguments_of(call):
                if isinstance(argument, Ref):
                    target = self._project.reference(function, argument.name).target
                    if isinstance(target, Function) and not target.is_module:
                        yield target
        for statement in function.scope.statements:
            if isinstance(statement, Define):
                inner = function.module.definitions[statement.scope]
                if isinstance(inner, Function):
                    yield inner

    def _dependencies(self, function: Function) -> Iterator[Function]:
        """What FastAPI calls to fill the parameters of a function."""
        parent, shapes = function.parent, shapes_of(self._project)
        for parameter in function.scope.parameters:
            if parent is None or (parameter.annotation is None and parameter.default is None):
                continue
            markers: tuple[Made, ...] = ()
            if parameter.annotation is not None:
                markers = shapes.types.read(Value(parent, parameter.annotation)).markers
            made = None if parameter.default is None else shapes.values.made(Value(parent, parameter.default))
            for each in markers if made is None else (*markers, made):
                if each.name in _DEPENDS:
                    named = shapes.values.named(each.argument(0, "dependency"))
                    if named is not None:
                        yield from self._behind(named)

    def _behind(self, callee: Resolved) -> Iterator[Function]:
        if isinstance(callee.target, Function) and not callee.target.is_module:
            yield callee.target
        elif isinstance(callee.target, Class):
            maker = self._project.member(callee.target, "__init__")
            if maker is not None and isinstance(maker.target, Function):
                yield maker.target


def _entries(route: Route) -> tuple[Function, ...]:
    """The code that answers a route: its handler, or every method of a class without a known one."""
    if route.function is not None:
        return (route.function,)
    return tuple(route.owner.methods.values()) if route.owner is not None else ()


def _written(call: Call) -> str:
    return call.callee.name if isinstance(call.callee, Ref) else ""
