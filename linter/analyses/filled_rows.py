"""Rows that are filled from a body as a whole: whatever fields its schema has are written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.analyses.ownership import expressions_of, ownership_of
from linter.analyses.provenance import provenance_of
from linter.analyses.reach import reach_of
from linter.facts.expressions import Attr, Constant, Expr, Item, Mapping, Operation, Ref, Result, walk
from linter.facts.scopes import Assign, Call
from linter.resolve.definitions import Class, Function, arguments_of
from linter.shapes import shapes_of
from linter.shapes.django_models import saved_model

if TYPE_CHECKING:
    from linter.backend import Backend, Route
    from linter.finding import Location

_DUMPS = frozenset({"model_dump", "dict", "asdict", "jsonable_encoder", "to_dict", "vars"})
"""What makes a mapping of all fields of an object."""
_MAPPINGS = frozenset({"validated_data", "cleaned_data", "__dict__"})
_LOADS = frozenset({"load"})
_CREATES = frozenset({"create", "update", "values", "insert", "get_or_create", "update_or_create"})
_FROM_OBJECT = frozenset({"model_validate", "from_orm", "sqlmodel_update", "parse_obj"})
_FILTERS = frozenset(
    {"filter", "filter_by", "get", "get_or_404", "get_object_or_404", "get_or_create", "exclude", "where"}
    | {"first_or_404", "exists", "count", "one", "one_or_404", "get_list_or_404"}
)
_SAVING = frozenset({"POST", "PUT", "PATCH", "MUTATION"})
_INPUTS = ("Arguments", "Input")
"""What the classes in Graphene's mutations are called that say what callers give."""
_GENERIC = ("rest_framework.", "django.views.generic.")
_FUNCTIONS = 60
_DEPTH = 5


class Filled(NamedTuple):
    """A place that writes all fields of a schema's object into a table.

    `mentioned` are names that code on the way treats apart.
    """

    schema: Class
    table: str
    location: Location
    mentioned: frozenset[str]


class Body(NamedTuple):
    """A schema whose fields a route takes from its caller and writes as a whole."""

    route: Route
    schema: Class
    filled: Filled


@lru_cache(maxsize=1)
def filled_bodies(backend: Backend) -> tuple[Body, ...]:
    """Every body of a route that is written into a table as a whole, in order of routes."""
    return tuple(_Filling(backend).bodies())


class _Filling:
    """Finds the places that write whole objects, and the routes that lead to them."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.project = backend.project
        self.shapes = shapes_of(backend.project)
        self.reach = reach_of(backend)
        self.models = {id(each.owner): each.name for each in backend.tables.values() if each.owner}
        self._found: dict[int, tuple[Filled, ...]] = {}
        self._named: dict[int, frozenset[str]] = {}
        self._handed = {
            (id(route.function), name): schema
            for route in backend.routes
            if route.is_graphql
            for name, schema in self._handed_to(route)
        }
        """What the resolvers of GraphQL get for their parameters, which they need not annotate."""

    def bodies(self) -> Iterator[Body]:
        """Routes with a schema that is written as a whole behind them."""
        for route in self.backend.routes:
            if _SAVING.isdisjoint(route.methods):
                continue
            functions = list(self._functions(route))
            taken = [
                each.model
                for each in route.inputs
                if each.model is not None and each.place in ("body", "form", "file")
            ]
            schemas = [*taken, *(schema for _, schema in self._handed_to(route))] or [
                each for function in functions for each in self._read_with(function)
            ]
            for schema in dict.fromkeys(schemas):
                for filled in (*self._written(functions, schema), *self._saved(route, functions, schema)):
                    aside = self._aside(functions, schema, route)
                    yield Body(route, schema, filled._replace(mentioned=filled.mentioned | aside))
                    break

    def _handed_to(self, route: Route) -> Iterator[tuple[str, Class]]:
        """The parameters of a resolver of GraphQL that are objects of a schema, or hold all arguments."""
        function = route.function
        if not route.is_graphql or function is None:
            return
        for each in route.inputs:
            if each.model is not None:
                yield each.parameter or each.name, each.model
        rest, owner = (
            next((each.name for each in function.scope.parameters if each.kind == "**"), ""),
            route.owner,
        )
        for name in _INPUTS:
            held = self.project.member(owner, name) if rest and owner is not None else None
            if held is not None and isinstance(held.target, Class) and self.shapes.is_shape(held.target):
                yield rest, held.target

    def _read_with(self, function: Function) -> Iterator[Class]:
        """Schemas that a function reads data of the request with, in its own code."""
        inputs = provenance_of(self.backend).inputs
        for filled in self.filled_in(function):
            if any(
                inputs.request_value(function, ref.name) is not None
                for call in function.scope.calls
                if self._belongs_to(function, call, filled.schema)
                for argument in arguments_of(call)
                for ref in self.backend.reads(argument, function)
            ):
                yield filled.schema

    def _belongs_to(self, function: Function, call: Call, schema: Class) -> bool:
        """Whether a call makes an object of a schema, or is a method of one."""
        if self.project.callee(function, call).target is schema:
            return True
        receiver = _receiver(call)
        return receiver is not None and self._schema_of(function, receiver) is schema

    def _functions(self, route: Route) -> Iterator[Function]:
        for count, function in enumerate(self.reach.functions(route)):
            if count < _FUNCTIONS:
                yield function

    def _aside(self, functions: list[Function], schema: Class, route: Route) -> frozenset[str]:
        """Fields that the code on the way names, in the schema's own methods or the view's as well."""
        found: set[str] = set()
        for each in functions:
            found |= self.names(each)
        holders = [schema, *([route.owner] if route.owner is not None else [])]
        for holder in holders:
            for ancestor in self.project.ancestors(holder):
                if isinstance(ancestor.target, Class):
                    found |= self._of_class(ancestor.target)
            found |= self._of_class(holder)
        return frozenset(found)

    def _of_class(self, cls: Class) -> set[str]:
        found: set[str] = set()
        for name, method in cls.methods.items():
            found |= self.names(method)
            found |= {name.removeprefix("validate_"), name.removeprefix("clean_")}
            for decorator in method.scope.decorators:
                if isinstance(decorator.value, Result):
                    call = cls.scope.calls[decorator.value.call]
                    found |= {str(each.value) for each in call.args if isinstance(each, Constant)}
        return found

    # Schemas that are handed on

    def _written(self, functions: list[Function], schema: Class) -> Iterator[Filled]:
        family = {id(schema), *(id(each.target) for each in self.project.ancestors(schema))}
        for function in functions:
            for filled in self.filled_in(function):
                if id(filled.schema) in family or self.project.derives(filled.schema, schema.id):
                    yield filled

    def filled_in(self, function: Function) -> tuple[Filled, ...]:
        """The places in a function that write whole objects."""
        found = self._found.get(id(function))
        if found is None:
            self._found[id(function)] = found = tuple(self._find(function))
        return found

    def _find(self, function: Function) -> Iterator[Filled]:
        for call in function.scope.calls:
            last = _last(call)
            table = value = None
            if last == "setattr" and len(call.args) == 3:
                value, table = self._looped(function, call), self._table_of(function, call.args[0])
            elif last in _FROM_OBJECT and isinstance(call.callee, Ref):
                base = Ref(call.callee.name.rpartition(".")[0])
                value = call.args[0] if call.args else None
                table = self.models.get(id(self.project.reference(function, base.name).target))
                table = table or self.reach.table_of(function, base)
            elif call.keyword("**") is not None:
                value, table = call.keyword("**"), self._made_table(function, call)
            elif last in ("update", "values") and len(call.args) == 1:
                value, table = call.args[0], self._made_table(function, call)
            if value is None or table is None:
                continue
            schema = self.dumped(function, value)
            if schema is not None:
                place = function.module.locate(call.span)
                yield Filled(schema, table, place, frozenset(name for name, _ in call.keywords))

    def _table_of(self, function: Function, row: Expr) -> str | None:
        """The table of a row, or of the one who is calling."""
        ownership = ownership_of(self.backend)
        table = self.reach.table_of(function, row)
        if table is None and len(ownership.accounts) == 1 and ownership.is_caller(function, row):
            return next(iter(ownership.accounts))
        return table

    def _made_table(self, function: Function, call: Call) -> str | None:
        """The table of the model that a call makes, or whose manager or statement it belongs to."""
        found = self.project.callee(function, call)
        if id(found.target) in self.models:
            return self.models[id(found.target)]
        if _last(call) not in _CREATES or isinstance(found.target, Function):
            return None
        return self.reach.model_in(function, call.callee)

    def _looped(self, function: Function, call: Call) -> Expr | None:
        """What `for key, value in body.items()` goes through, where `setattr` takes its key."""
        blocks, index = function.scope.blocks, call.block
        while index:
            block = blocks[index]
            if block.kind == "for" and any(
                each == call.args[1] for target in block.targets for each in walk(target)
            ):
                return block.subject
            index = block.parent
        return None

    def dumped(self, function: Function, value: Expr, depth: int = 0) -> Class | None:
        """The schema class whose object a mapping holds all fields of."""
        if depth > _DEPTH:
            return None
        if isinstance(value, Operation) and value.operator == "await":
            return self.dumped(function, value.operands[0], depth + 1)
        if isinstance(value, Mapping):
            spread = [each for key, each in zip(value.keys, value.values, strict=True) if key is None]
            return self.dumped(function, spread[0], depth + 1) if spread else None
        if isinstance(value, Ref):
            head, _, last = value.name.rpartition(".")
            if last in _MAPPINGS and head:
                return self._schema_of(function, Ref(head))
            assigned = function.assignments.get(value.name[1:], ()) if value.name[0] == "$" else ()
            if len(assigned) == 1 and assigned[0].value is not None and assigned[0].operator is None:
                return self.dumped(function, assigned[0].value, depth + 1)
            return self._schema_of(function, value)
        if isinstance(value, Attr) and value.name in _MAPPINGS:
            return self._schema_of(function, value.base)
        return self._dumped_by(function, value, depth) if isinstance(value, Result) else None

    def _dumped_by(self, function: Function, value: Result, depth: int) -> Class | None:
        call = function.scope.calls[value.call]
        last = _last(call)
        if call.keyword("include") is not None or call.keyword("only") is not None:
            return None
        receiver = _receiver(call)
        if last == "items":
            return None if receiver is None else self.dumped(function, receiver, depth + 1)
        if call.args and last in _DUMPS:
            return self._schema_of(function, call.args[0]) or self.dumped(function, call.args[0], depth + 1)
        if last in _DUMPS or last in _LOADS:
            return None if receiver is None else self._schema_of(function, receiver)
        return None

    def _schema_of(self, function: Function, expr: Expr) -> Class | None:
        if isinstance(expr, Ref) and (id(function), expr.name[1:]) in self._handed:
            return self._handed[id(function), expr.name[1:]]
        kind = self.project.type_of(function, expr)
        found = None if kind is None else self.project.by_id(kind)
        if not isinstance(found, Class) or id(found) in self.models:
            return None
        return found if self.shapes.of(found) is not None else None

    # Serializers and forms that save themselves

    def _saved(self, route: Route, functions: list[Function], schema: Class) -> Iterator[Filled]:
        model = saved_model(self.shapes, schema)
        table = None if model is None else self.models.get(id(model))
        if table is None or self._picks(schema):
            return
        for function in functions:
            for call in function.scope.calls:
                receiver = call.callee.name.rpartition(".")[0] if isinstance(call.callee, Ref) else ""
                if _last(call) == "save" and receiver:
                    kind = self.project.type_of(function, Ref(receiver))
                    if kind == schema.id:
                        place = function.module.locate(call.span)
                        yield Filled(schema, table, place, frozenset(name for name, _ in call.keywords))
                        return
        if route.function is None and route.owner is not None and self._is_generic(route.owner):
            yield Filled(schema, table, route.owner.location, frozenset())

    def _is_generic(self, view: Class) -> bool:
        return any(each.name.startswith(_GENERIC) for each in self.project.ancestors(view))

    def _picks(self, schema: Class) -> bool:
        """Whether a serializer writes by code of its own, field by field."""
        for name in ("create", "update", "save"):
            member = self.project.member(schema, name)
            if member is None or not isinstance(member.target, Function):
                continue
            calls = member.target.scope.calls
            whole = any(
                each.keyword("**") is not None
                or _last(each) in ("setattr", name)
                or (name != "save" and _last(each) == "update")
                for each in calls
            )
            if not whole:
                return True
        return False

    # Fields that code treats apart

    def names(self, function: Function) -> frozenset[str]:
        """Names that a function writes as text, sets as an attribute, or reads of a schema's object."""
        found = self._named.get(id(function))
        if found is None:
            self._named[id(function)] = found = frozenset(self._find_names(function))
        return found

    def _find_names(self, function: Function) -> Iterator[str]:
        for expr in expressions_of(function):
            for each in walk(expr):
                if isinstance(each, Constant) and isinstance(each.value, str):
                    yield each.value
                elif isinstance(each, Ref) and each.name.count(".") == 1 and each.name[0] == "$":
                    if self._schema_of(function, Ref(each.name.rpartition(".")[0])) is not None:
                        yield each.name.rpartition(".")[2]
                elif isinstance(each, Item) and isinstance(each.key, Constant):
                    yield str(each.key.value)
        for statement in function.scope.statements:
            for target in statement.targets if isinstance(statement, Assign) else ():
                if isinstance(target, (Ref, Attr)):
                    yield target.name.rpartition(".")[2]
        for call in function.scope.calls:
            if _last(call) not in _FILTERS:
                yield from (name for name, _ in call.keywords)


def _last(call: Call) -> str:
    return call.callee.name.rpartition(".")[2].lstrip("$:") if isinstance(call.callee, (Ref, Attr)) else ""


def _receiver(call: Call) -> Expr | None:
    """What a method is called on."""
    if isinstance(call.callee, Attr):
        return call.callee.base
    head = call.callee.name.rpartition(".")[0] if isinstance(call.callee, Ref) else ""
    return Ref(head) if head else None
