"""Shapes of Graphene's input objects, and of the inputs of Relay's mutations."""

from __future__ import annotations

from linter.backend.routes import Verdict
from linter.facts.expressions import Operation
from linter.resolve.definitions import Class
from linter.resolve.values import Made, Value
from linter.shapes.field_calls import FieldCall, FieldCalls
from linter.shapes.known import Dimension
from linter.shapes.model import Field, Shape
from linter.shapes.reader import Shapes
from linter.shapes.types import CLOSED, UNKNOWN, Typed

_PACKAGES = ("graphene.",)
_DIMENSIONS: dict[str, Dimension] = {
    # GraphQL's own numbers have 32 and 64 bits.
    **dict.fromkeys(["Int", "Float", "Boolean", "Date", "DateTime", "Time", "UUID", "Enum"], "closed"),
    **dict.fromkeys(["String", "ID", "JSONString", "Base64", "GenericScalar"], "text"),
    **dict.fromkeys(("BigInt", "Decimal"), "number"),
}
_AROUND = frozenset({"NonNull", "Field", "InputField", "Argument"})
_ENUM = "graphene.Enum"
_DEPTH = 12


def read(shapes: Shapes, cls: Class) -> Shape:
    """The shape of an input object."""
    return _InputObject(shapes, cls).shape()


class _InputObject:
    """One input object on its way to a shape."""

    def __init__(self, shapes: Shapes, cls: Class) -> None:
        self._shapes = shapes
        self._values = shapes.values
        self._cls = cls
        self._lineage = shapes.lineages.of(cls)
        self._calls = FieldCalls(shapes.project, shapes.values, _PACKAGES)

    def shape(self) -> Shape:
        """Every field that the class and its bases declare."""
        calls = [each for each in self._calls.of(self._lineage).values() if each is not None]
        fields = tuple(self._field(each) for each in calls if self._is_field(each))
        complete = not self._shapes.unread_bases(self._lineage)
        return Shape(self._cls, "graphene", fields, "forbid", complete)

    def _is_field(self, call: FieldCall) -> bool:
        return call.kind in _DIMENSIONS or call.kind in _AROUND or call.kind in ("List", "InputObjectType")

    def _field(self, call: FieldCall) -> Field:
        typed = self._of_call(call.made, 0)
        needed = call.kind == "NonNull" or self._values.flag(call.argument("required"))
        named = call.argument("name")
        return Field(
            name=call.name,
            alias=None if named is None else self._values.text(named),
            type=self._shown(call.made.value, 0),
            required=needed and call.argument("default_value") is None,
            bounded=typed.bounded,
            location=call.location,
            nested=typed.nested,
            many=typed.many,
            nullable=not needed,
        )

    # Types

    def _of_call(self, made: Made, depth: int) -> Typed:
        kind = self._calls.kind(made)
        target = made.callee.target
        if isinstance(target, Class):
            return self._of_class(target)
        if kind in _AROUND:
            return self._of_value(_inner(made), depth + 1)
        if kind == "List":
            inner = self._of_value(_inner(made), depth + 1)
            return Typed("items", Verdict.NO, inner.bounded, inner.nested, many=True)
        return _scalar(kind)

    def _of_class(self, cls: Class) -> Typed:
        if self._shapes.library(cls) == "graphene":
            return Typed("any", Verdict.UNKNOWN, nested=(cls,))
        return CLOSED if self._shapes.project.derives(cls, _ENUM) else UNKNOWN

    def _of_value(self, value: Value | None, depth: int) -> Typed:
        """A type that is named, made by a call, or given late by a lambda."""
        if value is None or depth > _DEPTH:
            return UNKNOWN
        if isinstance(value.expr, Operation) and value.expr.operator == "lambda":
            return self._of_value(value.beside(value.expr.operands[0]), depth + 1)
        made = self._values.made(value)
        if made is not None:
            return self._of_call(made, depth)
        named = self._values.named(value)
        if named is None:
            return UNKNOWN
        if isinstance(named.target, Class):
            return self._of_class(named.target)
        return _scalar(named.name.rpartition(".")[2]) if named.name.startswith(_PACKAGES) else UNKNOWN

    def _shown(self, value: Value | None, depth: int) -> str | None:
        """A type as text, without what says that it is required."""
        if value is None or depth > _DEPTH:
            return None
        if isinstance(value.expr, Operation) and value.expr.operator == "lambda":
            return self._shown(value.beside(value.expr.operands[0]), depth + 1)
        made = self._values.made(value)
        if made is None:
            named = self._values.named(value)
            return None if named is None else named.name.rpartition(".")[2]
        kind = self._calls.kind(made)
        if kind in _AROUND:
            return self._shown(_inner(made), depth + 1)
        if kind == "List":
            return f"list[{self._shown(_inner(made), depth + 1) or '?'}]"
        return made.name.rpartition(".")[2]


def _inner(made: Made) -> Value | None:
    """The type that another one is around."""
    return made.argument(0, "of_type") or made.keyword("type_") or made.keyword("type")


def _scalar(name: str) -> Typed:
    dimension = _DIMENSIONS.get(name)
    if dimension is None:
        return UNKNOWN
    return CLOSED if dimension == "closed" else Typed(dimension, Verdict.NO)
