"""Shapes of marshmallow schemas."""

from __future__ import annotations

from linter.backend.routes import Verdict
from linter.facts.expressions import Operation, Result
from linter.resolve.definitions import Class, Function
from linter.resolve.values import Made, Value
from linter.shapes.declarations import decorators, inner_class, methods
from linter.shapes.field_calls import FieldCall, FieldCalls, Validators
from linter.shapes.known import Dimension
from linter.shapes.model import Extra, Field, Shape
from linter.shapes.reader import Shapes
from linter.shapes.types import CLOSED, UNKNOWN, Typed
from linter.shapes.validators import limit_of

_PACKAGES = (
    "marshmallow.fields.",
    "flask_marshmallow.Marshmallow.",
    "flask_marshmallow.fields.",
    "marshmallow_sqlalchemy.fields.",
    "webargs.fields.",
    "apiflask.fields.",
    "apiflask.Marshmallow.",
)
_TEXTS = "String Str Email URL Url URLFor AbsoluteURLFor Hyperlinks Bytes"
_NUMBERS = "Number Integer Int Float Decimal"
_CLOSED = """
    Boolean Bool UUID DateTime AwareDateTime NaiveDateTime Date LocalDateTime Time TimeDelta IP IPv4 IPv6
    IPInterface IPv4Interface IPv6Interface Enum Constant
"""
_DIMENSIONS: dict[str, Dimension] = {
    **dict.fromkeys(_TEXTS.split(), "text"),
    **dict.fromkeys(_NUMBERS.split(), "number"),
    **dict.fromkeys(_CLOSED.split(), "closed"),
    **dict.fromkeys(["List", "Dict", "Mapping", "Raw", "Field"], "items"),
    "Tuple": "items",
}
_FIELDS = frozenset(_DIMENSIONS) | {"Nested", "Pluck", "Method", "Function", "Related", "RelatedList", "File"}
_UNKNOWN: dict[str, Extra] = {
    "INCLUDE": "allow",
    "EXCLUDE": "ignore",
    "RAISE": "forbid",
    "include": "allow",
    "exclude": "ignore",
    "raise": "forbid",
}


def read(shapes: Shapes, cls: Class) -> Shape:
    """The shape of a schema."""
    return _Schema(shapes, cls).shape()


class _Schema:
    """One schema on its way to a shape."""

    def __init__(self, shapes: Shapes, cls: Class) -> None:
        self._shapes = shapes
        self._values = shapes.values
        self._cls = cls
        self._lineage = shapes.lineages.of(cls)
        self._calls = FieldCalls(shapes.project, shapes.values, _PACKAGES)
        self._validators = Validators(shapes.values, shapes.types.constraints)
        self._meta = self._read_meta()
        self._checks = self._validated()

    def shape(self) -> Shape:
        """Declared fields, without those that `Meta` excludes."""
        calls = {name: call for name, call in self._calls.of(self._lineage).items() if call is not None}
        excluded = self._listed("exclude")
        fields = tuple(
            self._field(call) for name, call in calls.items() if call.kind in _FIELDS and name not in excluded
        )
        automatic = "model" in self._meta or "fields" in self._meta or "additional" in self._meta
        complete = not automatic and not self._shapes.unread_bases(self._lineage)
        return Shape(self._cls, "marshmallow", fields, self._extra(), complete)

    def _read_meta(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for meta in inner_class(self._lineage, "Meta"):
            for each in self._shapes.lineages.of(meta):
                for name, assign in {} if each.cls is None else each.cls.attributes.items():
                    if each.cls is not None and assign.value is not None:
                        found.setdefault(name, Value(each.cls, assign.value))
            break
        return found

    def _listed(self, name: str) -> tuple[str, ...]:
        value = self._meta.get(name)
        return () if value is None else self._values.texts(value) or ()

    def _extra(self) -> Extra:
        given = self._meta.get("unknown")
        if given is None:
            return "forbid"
        named = self._values.text(given)
        if named is None:
            found = self._values.named(given)
            named = "" if found is None else found.name.rpartition(".")[2]
        return _UNKNOWN.get(named, "unknown")

    def _field(self, call: FieldCall) -> Field:
        flag = self._values.flag
        typed = self._typed(call.made, call.kind)
        bounded = typed.bounded
        if bounded is Verdict.NO:
            bounded = limit_of(self._shapes.project, self._checks.get(call.name, ()), bounded)
        alias = call.argument("data_key")
        read_only = (
            flag(call.argument("dump_only")) or call.name in self._listed("dump_only") or _is_output(call)
        )
        write_only = flag(call.argument("load_only")) or call.name in self._listed("load_only")
        return Field(
            name=call.name,
            alias=call.name if alias is None else self._values.text(alias),
            type=call.made.name.rpartition(".")[2],
            required=flag(call.argument("required")),
            bounded=bounded,
            location=call.location,
            nested=typed.nested,
            many=typed.many,
            nullable=flag(call.argument("allow_none")),
            read_only=read_only,
            write_only=write_only,
            secret=write_only and "password" in call.name.lower(),
        )

    def _typed(self, made: Made, kind: str) -> Typed:
        if kind == "Nested":
            return self._nested(made)
        dimension = _DIMENSIONS.get(kind)
        if dimension is None:
            return UNKNOWN
        if dimension == "closed":
            return CLOSED
        typed = Typed(dimension, Verdict.NO)
        if kind == "List":
            inner = self._inner(made.argument(0, "cls_or_instance"))
            typed = Typed("items", Verdict.NO, inner.bounded, inner.nested, many=True)
        elif kind == "Tuple":
            items = self._values.items(made.argument(0, "tuple_fields")) or []
            parts = tuple(self._inner(each) for each in items)
            typed = Typed("items", Verdict.YES, parts=parts, many=True)
        return typed.limited(self._validators.constraints(made.keyword("validate")))

    def _inner(self, value: Value | None) -> Typed:
        """The field of a list's items: a field, or a field class."""
        made = self._values.made(value)
        if made is not None:
            return self._typed(made, self._calls.kind(made))
        named = self._values.named(value)
        dimension = None if named is None else _DIMENSIONS.get(named.name.rpartition(".")[2])
        if dimension is None:
            return UNKNOWN
        return CLOSED if dimension == "closed" else Typed(dimension, Verdict.NO)

    def _nested(self, made: Made) -> Typed:
        cls = self._schema(made.argument(0, "nested"))
        nested = () if cls is None else (cls,)
        if not self._values.flag(made.keyword("many")):
            return Typed("any", Verdict.UNKNOWN, nested=nested)
        typed = Typed("items", Verdict.NO, Verdict.UNKNOWN, nested, many=True)
        return typed.limited(self._validators.constraints(made.keyword("validate")))

    def _schema(self, value: Value | None) -> Class | None:
        """The schema that `Nested` names: a class, an instance, a name in text, a lambda that makes one."""
        if value is None:
            return None
        if isinstance(value.expr, Operation) and value.expr.operator == "lambda":
            value = value.beside(value.expr.operands[0])
        text = self._values.text(value)
        if text is not None:
            return self._named(text)
        if isinstance(value.expr, Result):
            made = self._values.made(value)
            target = None if made is None else made.callee.target
        else:
            named = self._values.named(value)
            target = None if named is None else named.target
        return target if isinstance(target, Class) else None

    def _named(self, text: str) -> Class | None:
        """The one schema of the project that a name in text stands for."""
        if text == "self":
            return self._cls
        last = text.rpartition(".")[2]
        found = [cls for cls in self._shapes.project.classes if cls.head.name == last]
        found = [cls for cls in found if self._shapes.library(cls) == "marshmallow"]
        return found[0] if len(found) == 1 else None

    def _validated(self) -> dict[str, list[Function]]:
        found: dict[str, list[Function]] = {}
        for method in methods(self._lineage):
            for decorator in decorators(self._shapes.project, method):
                if decorator.name == "marshmallow.validates" and decorator.made is not None:
                    for argument in decorator.made.args:
                        name = self._values.text(argument)
                        if name is not None:
                            found.setdefault(name, []).append(method)
        return found


def _is_output(call: FieldCall) -> bool:
    """Whether a `Method` or `Function` field is only given."""
    if call.kind not in ("Method", "Function"):
        return False
    return call.made.argument(0, "serialize") is not None and call.made.argument(1, "deserialize") is None
