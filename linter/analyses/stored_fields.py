"""Text of callers on its way into columns that hold only so much of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.analyses.filled_rows import filled_bodies
from linter.analyses.ownership import expressions_of
from linter.analyses.reach import reach_of
from linter.analyses.registered_handlers import registered_handlers
from linter.backend.routes import Verdict
from linter.facts.expressions import Attr, Constant, Expr, Item, Ref, walk
from linter.facts.scopes import Assign
from linter.resolve.definitions import Class, Function
from linter.shapes import Field, Shape, shapes_of

if TYPE_CHECKING:
    from linter.backend import Backend, Column, Route, Table
    from linter.finding import Location

_LIMITED = re.compile(r"(?:n?var)?char\((\d+)\)|character varying\((\d+)\)|string\((\d+)\)")
_FUNCTIONS = 60
_TEXT = frozenset({"str", "String", "Str", "CharField", "StringField", "TextAreaField", "SlugField"})
"""What the types of text fields are called, of Python and of the libraries for schemas."""
_VALUES = frozenset({"values", "create", "update", "get_or_create", "update_or_create"})
_BODIES = ("body", "form")
_DICTS = frozenset({"validated_data", "cleaned_data"})
_STRICT = frozenset({"postgresql", "mysql"})
"""Databases that refuse text which is too long; SQLite stores it."""
_OF_DATABASES = frozenset({"DataError", "DBAPIError", "SQLAlchemyError", "StatementError", "DatabaseError"})
"""Errors that text which is too long raises, with their bases; not those of broken constraints."""
_BROAD = frozenset({"Exception", "BaseException"})


class Stored(NamedTuple):
    """A field of a body, without a bound of its own, that is written into a column of limited length."""

    route: Route
    shape: Shape
    field: Field
    table: Table
    column: Column
    limit: int
    place: Location


@lru_cache(maxsize=1)
def stored_fields(backend: Backend) -> tuple[Stored, ...]:
    """The fields that are written into columns that may not hold them, each once, in order of place."""
    if backend.databases and _STRICT.isdisjoint(backend.databases):
        return ()
    found: dict[tuple[int, str], Stored] = {}
    for each in _Writes(backend).stored():
        found.setdefault((id(each.shape.owner), each.field.name), each)
    return tuple(sorted(found.values(), key=lambda each: (each.field.location, each.field.name)))


class _Writes:
    """Follows schemas from the routes that take them to the rows that are made of their fields."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._project = backend.project
        self._shapes = shapes_of(backend.project)
        self._reach = reach_of(backend)
        self._models = {id(table.owner): table for table in backend.tables.values() if table.owner}
        self._handled = any(
            each.exception is not None and each.exception.name.rpartition(".")[2] in _OF_DATABASES
            for each in registered_handlers(backend)
        )
        self._caught: dict[int, bool] = {}

    def stored(self) -> Iterator[Stored]:
        """Every write of an unbounded field, of whole bodies and field by field."""
        if self._handled:
            return
        for body in filled_bodies(self._backend):
            table, shape = self._backend.tables.get(body.filled.table), self._shapes.of(body.schema)
            for field in () if table is None or shape is None else shape.fields:
                assert table is not None and shape is not None
                if field.name not in body.filled.mentioned:
                    yield from self._checked(
                        body.route, shape, field, table, field.name, body.filled.location
                    )
        for route in self._backend.routes:
            taken = {
                each.model.id: shape
                for each in route.inputs
                if each.place in _BODIES and each.model is not None
                if (shape := self._shapes.of(each.model)) is not None
            }
            if taken:
                yield from self._by_field(route, taken)

    def _by_field(self, route: Route, taken: dict[str, Shape]) -> Iterator[Stored]:
        functions = [each for _, each in zip(range(_FUNCTIONS), self._reach.functions(route), strict=False)]
        if route.function is not None and self._catches(route.function):
            return
        measured = {name for function in functions for name in _measured(function)}
        for function in functions:
            for table, column, value, place in () if self._catches(function) else self._written(function):
                read = self._read(function, value, taken)
                if read is not None and read[1] not in measured:
                    shape, name = read
                    field = shape.field(name)
                    if field is not None:
                        yield from self._checked(route, shape, field, table, column, place)

    def _checked(
        self, route: Route, shape: Shape, field: Field, table: Table, column: str, place: Location
    ) -> Iterator[Stored]:
        known = table.columns.get(column)
        limit = None if known is None else _limit(known.type)
        if known is None or limit is None or field.bounded is not Verdict.NO:
            return
        if field.read_only or field.many or not is_text(field) or self._is_validated(shape, field):
            return
        yield Stored(route, shape, field, table, known, limit, place)

    def _is_validated(self, shape: Shape, field: Field) -> bool:
        """Whether a method of the schema looks at the field."""
        classes = [shape.owner, *(each.target for each in self._project.ancestors(shape.owner))]
        return any(
            field.name in name or field.name in _names(method)
            for cls in classes
            if isinstance(cls, Class)
            for name, method in cls.methods.items()
        )

    # Writes

    def _written(self, function: Function) -> Iterator[tuple[Table, str, Expr, Location]]:
        """Columns that a function writes, with what it writes and where."""
        for call in function.scope.calls:
            table = self._models.get(id(self._project.callee(function, call).target))
            if table is None and call.last_name in _VALUES and call.keywords:
                name = self._reach.model_in(function, call.callee)
                table = None if name is None else self._backend.tables.get(name)
            if table is not None:
                place = function.module.locate(call.span)
                for column, value in call.keywords:
                    yield table, column, value, place
        for statement in function.scope.statements:
            if isinstance(statement, Assign) and statement.value is not None and statement.operator is None:
                for target in statement.targets:
                    if isinstance(target, Ref) and target.name.count(".") == 1 and target.name[0] == "$":
                        owner, _, column = target.name.rpartition(".")
                        name = self._reach.table_of(function, Ref(owner))
                        table = None if name is None else self._backend.tables.get(name)
                        if table is not None:
                            yield table, column, statement.value, function.module.locate(statement.span)

    def _read(self, function: Function, value: Expr, taken: dict[str, Shape]) -> tuple[Shape, str] | None:
        """The schema and the field that a value is read from, as it is."""
        match _assigned(function, value):
            case Ref(name=name) if name[0] == "$" and "." in name:
                owner, _, field = name.rpartition(".")
                return self._of_object(function, Ref(owner), field, taken)
            case Item(base=base, key=Constant(value=str(field))):
                mapping = _assigned(function, base)
                if not isinstance(mapping, Ref) or mapping.name[0] != "$":
                    return None
                owner, _, last = mapping.name.rpartition(".")
                return self._of_object(function, Ref(owner), field, taken) if last in _DICTS else None
            case _:
                return None

    def _of_object(
        self, function: Function, owner: Ref, field: str, taken: dict[str, Shape]
    ) -> tuple[Shape, str] | None:
        kind = self._project.type_of(function, owner)
        shape = None if kind is None else taken.get(kind) or self._wider(kind, taken)
        return None if shape is None else (shape, field)

    def _wider(self, kind: str, taken: dict[str, Shape]) -> Shape | None:
        """The schema of a route that a function takes as one of its bases."""
        return next((shape for shape in taken.values() if self._project.derives(shape.owner, kind)), None)

    # What keeps an error of the database from being a 500

    def _catches(self, function: Function) -> bool:
        key = id(function)
        if key not in self._caught:
            self._caught[key] = any(
                name in _BROAD or name in _OF_DATABASES
                for block in function.scope.blocks
                if block.kind == "except"
                for name in _exceptions(block.subject)
            )
        return self._caught[key]


def _assigned(function: Function, value: Expr) -> Expr:
    """What a local name is assigned, if it is assigned once; the expression itself otherwise."""
    if isinstance(value, Ref) and value.name[0] == "$" and "." not in value.name:
        assigned = function.assignments.get(value.name[1:], ())
        if len(assigned) == 1 and assigned[0].value is not None and assigned[0].operator is None:
            return assigned[0].value
    return value


def is_text(field: Field) -> bool:
    """Whether a field holds text by its declared type."""
    return not _TEXT.isdisjoint(re.findall(r"\w+", field.type or ""))


def _limit(kind: str) -> int | None:
    found = _LIMITED.fullmatch(kind)
    return None if found is None else int(next(each for each in found.groups() if each is not None))


def _exceptions(subject: Expr | None) -> Iterator[str]:
    if subject is None:
        yield "BaseException"
    for each in () if subject is None else walk(subject):
        if isinstance(each, Ref):
            yield each.name.rpartition(".")[2].lstrip(":$")


def _measured(function: Function) -> Iterator[str]:
    """The last names of what a function takes the length of."""
    for call in function.scope.calls:
        if call.last_name == "len" and call.args:
            for each in walk(call.args[0]):
                if isinstance(each, (Ref, Attr)):
                    yield each.name.rpartition(".")[2].lstrip(":$")


def _names(function: Function) -> set[str]:
    """Words that a function reads: attributes, keys and text."""
    found: set[str] = set()
    for expr in expressions_of(function):
        for each in walk(expr):
            if isinstance(each, Constant) and isinstance(each.value, str):
                found.add(each.value)
            elif isinstance(each, (Ref, Attr)):
                found.update(each.name.lstrip(":$").split("."))
    return found
