"""Declared types: what an annotation says about the size of a value and the shapes inside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from linter.backend.routes import Verdict
from linter.facts.expressions import Constant, Expr, Item, Operation, Ref, Result, Sequence
from linter.resolve.definitions import Class
from linter.resolve.project import Project, Variable
from linter.resolve.values import Made, Value, Values
from linter.shapes.bounds import Constraints, all_of, limits
from linter.shapes.known import (
    CHOICES,
    CONSTRAINED,
    DIMENSIONS,
    ENUMS,
    SECRETS,
    TRANSPARENT,
    Dimension,
    plain,
)
from linter.shapes.spelling import is_dotted

_DEPTH = 16
"""Levels of aliases and type arguments that are followed."""
_STEPS = 2000
"""Parts of one type that are read; aliases of unions of aliases can double at each level."""
_UNIONS = frozenset({"Union", "Optional"})


class Typed(NamedTuple):
    """What a type says.

    `dimension` is what can grow in a value; `size` whether that is limited; `items` whether the items or
    the alternatives of a union (`parts`) are. `wrappers` are the names around the type that matter to
    the reader of a class (`ClassVar`, `NotRequired`…), `markers` the metadata of `Annotated`.
    """

    dimension: Dimension
    size: Verdict
    items: Verdict = Verdict.YES
    nested: tuple[Class, ...] = ()
    many: bool = False
    nullable: bool = False
    secret: bool = False
    wrappers: frozenset[str] = frozenset()
    markers: tuple[Made, ...] = ()
    parts: tuple[Typed, ...] = ()

    @property
    def bounded(self) -> Verdict:
        """Whether the type limits the value's size."""
        return all_of((self.size, self.items, *(part.bounded for part in self.parts)))

    def limited(self, constraints: frozenset[str]) -> Typed:
        """The type with further constraints on the value."""
        if not constraints:
            return self
        parts = tuple(part.limited(constraints) for part in self.parts)
        size = self.size
        if size is not Verdict.YES and not self.is_shape:
            found = limits(self.dimension, constraints)
            size = size if found is Verdict.NO else found
        return self._replace(size=size, parts=parts)

    @property
    def is_shape(self) -> bool:
        """Whether the value itself is a nested shape."""
        return bool(self.nested) and not self.many and not self.parts


UNKNOWN = Typed("any", Verdict.UNKNOWN)
CLOSED = Typed("closed", Verdict.YES)


class Types:
    """Reads declared types. `is_shape` says whether a class is a schema class of its own."""

    def __init__(self, values: Values, is_shape: Callable[[Class], bool]) -> None:
        self._values = values
        self._project: Project = values.project
        self._is_shape = is_shape
        self.constraints = Constraints(values)
        self._steps = 0

    def read(self, value: Value | None, depth: int = 0) -> Typed:
        """What an annotation says."""
        self._steps = 0 if depth == 0 else self._steps + 1
        if value is None or depth > _DEPTH or self._steps > _STEPS:
            return UNKNOWN
        match value.expr:
            case Constant(value=None):
                return CLOSED._replace(nullable=True)
            case Constant(value=str(text)) if is_dotted(text):
                return self.read(value.beside(Ref(f":{text}")), depth + 1)
            case Ref(name=name):
                return self._of_name(value, name, depth)
            case Item(base=base, key=key):
                return self._of_generic(value.beside(base), value.beside(key), depth)
            case Operation(operator="|", operands=operands):
                return self._union([value.beside(each) for each in operands], depth)
            case Result():
                return self._of_call(value, depth)
            case _:
                return UNKNOWN

    # Names

    def _of_name(self, value: Value, name: str, depth: int) -> Typed:
        if name in value.bound:
            return self.read(value.bound[name], depth + 1)
        found = self._project.reference(value.holder, name)
        if isinstance(found.target, Class):
            return self.of_class(found.target)
        if isinstance(found.target, Variable):
            assigned = found.target.assign.value
            if assigned is None:
                return UNKNOWN
            return self.read(Value(found.target.holder, assigned), depth + 1)
        known = plain(found.name)
        dimension = DIMENSIONS.get(known)
        if dimension is None:
            last = known.rpartition(".")[2]
            return UNKNOWN._replace(wrappers=frozenset({last})) if last in TRANSPARENT else UNKNOWN
        size = Verdict.YES if dimension == "closed" else Verdict.NO
        typed = Typed(dimension, size, many=dimension == "items", secret=known in SECRETS)
        return typed._replace(items=Verdict.NO) if dimension == "items" else typed

    def of_class(self, cls: Class) -> Typed:
        """What a class of the project says as a type."""
        if self._is_shape(cls):
            return Typed("any", Verdict.UNKNOWN, nested=(cls,))
        if self._project.derives(cls, *ENUMS, *CHOICES):
            return CLOSED
        return UNKNOWN

    # Generic names

    def _of_generic(self, base: Value, key: Value, depth: int) -> Typed:
        named = self._values.named(base)
        if named is None:
            return UNKNOWN
        known = plain(named.name)
        last = known.rpartition(".")[2]
        arguments = _arguments(key)
        if last == "Literal":
            return CLOSED._replace(nullable=any(_is_none(each.expr) for each in arguments))
        if last in _UNIONS:
            typed = self._union(arguments, depth)
            return typed._replace(nullable=typed.nullable or last == "Optional")
        if last == "Annotated" and arguments:
            return self._annotated(arguments, depth)
        if last in TRANSPARENT and arguments:
            typed = self.read(arguments[0], depth + 1)
            return typed._replace(wrappers=typed.wrappers | {last})
        if known in SECRETS:
            return Typed("text", Verdict.NO, secret=True)
        if DIMENSIONS.get(known) == "items":
            return self._container(arguments, last.lower() == "tuple", depth)
        return self.read(base, depth + 1)

    def _container(self, arguments: list[Value], is_tuple: bool, depth: int) -> Typed:
        fixed = is_tuple and not any(_is_ellipsis(each.expr) for each in arguments)
        inner = [self.read(each, depth + 1) for each in arguments if not _is_ellipsis(each.expr)]
        nested = tuple(dict.fromkeys(cls for each in inner for cls in each.nested))
        size = Verdict.YES if fixed else Verdict.NO
        items = all_of(each.bounded for each in inner)
        return Typed("items", size, items, nested, many=True)

    def _annotated(self, arguments: list[Value], depth: int) -> Typed:
        typed = self.read(arguments[0], depth + 1)
        markers = tuple(made for each in arguments[1:] for made in self._markers(each))
        for made in markers:
            typed = typed.limited(self.constraints.of(made))
        return typed._replace(markers=(*typed.markers, *markers))

    def _markers(self, value: Value) -> Iterator[Made]:
        made = self._values.made(value)
        if made is not None:
            yield made

    def _union(self, members: list[Value], depth: int) -> Typed:
        kept = [each for each in members if not _is_none(each.expr)]
        parts = [self.read(each, depth + 1) for each in kept]
        nullable = len(kept) < len(members) or any(part.nullable for part in parts)
        if len(parts) == 1:
            return parts[0]._replace(nullable=nullable)
        nested = tuple(dict.fromkeys(cls for part in parts for cls in part.nested))
        return Typed(
            "any",
            Verdict.YES,
            nested=nested,
            many=any(part.many for part in parts),
            nullable=nullable,
            secret=any(part.secret for part in parts),
            markers=tuple(made for part in parts for made in part.markers),
            parts=tuple(parts),
        )

    # Types that calls make

    def _of_call(self, value: Value, depth: int) -> Typed:
        made = self._values.made(value)
        if made is None:
            return UNKNOWN
        last = made.name.rpartition(".")[2]
        if last == "NewType" or last == "TypeAliasType":
            return self.read(made.argument(1, "tp") or made.argument(1, "value"), depth + 1)
        if last == "TypeVar":
            bound = made.keyword("bound") or made.keyword("default")
            return UNKNOWN if bound is None else self.read(bound, depth + 1)
        dimension = CONSTRAINED.get(last)
        if dimension is None or not made.name.startswith("pydantic."):
            return UNKNOWN
        typed = CLOSED if dimension == "closed" else Typed(dimension, Verdict.NO)
        if dimension == "items":
            inner = self.read(made.argument(0, "item_type"), depth + 1)
            typed = Typed(dimension, Verdict.NO, inner.bounded, inner.nested, many=True)
        return typed.limited(self.constraints.of(made))


def _arguments(key: Value) -> list[Value]:
    if isinstance(key.expr, Sequence):
        return [key.beside(each) for each in key.expr.items]
    return [key]


def _is_none(expr: Expr) -> bool:
    return isinstance(expr, Constant) and expr.value is None


def _is_ellipsis(expr: Expr) -> bool:
    return isinstance(expr, Operation) and expr.operator == "?"
