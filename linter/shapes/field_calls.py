"""Fields that a call declares: `serializers.CharField(max_length=20)`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from linter.facts.expressions import Mapping as MappingExpr
from linter.facts.expressions import Ref
from linter.finding import Location
from linter.resolve.definitions import Class
from linter.resolve.project import Project
from linter.resolve.values import Made, Value, Values
from linter.shapes.bounds import UNREADABLE, Constraints, is_short
from linter.shapes.declarations import inherited, made_by
from linter.shapes.lineage import Ancestor


class FieldCall(NamedTuple):
    """A field that a class body declares by a call.

    `kind` is the library's field class that it is, an empty text for something else.
    """

    name: str
    kind: str
    made: Made
    location: Location

    def argument(self, name: str) -> Value | None:
        """A keyword argument."""
        return self.made.keyword(name)


class FieldCalls:
    """Reads declared fields of one library. `packages` start the names of its field classes."""

    def __init__(self, project: Project, values: Values, packages: tuple[str, ...]) -> None:
        self._project = project
        self._values = values
        self._packages = packages

    def of(self, lineage: tuple[Ancestor, ...]) -> dict[str, FieldCall | None]:
        """The fields of a class and its bases by attribute; None for one that a class takes away."""
        found: dict[str, FieldCall | None] = {}
        for name, declaration in inherited(lineage).items():
            value = declaration.value
            if value is not None and self._values.constant(value) is None:
                found[name] = None
                continue
            for made in made_by(self._values, value):
                kind = self.kind(made)
                if kind:
                    found[name] = FieldCall(name, kind, made, declaration.location)
        return found

    def kind(self, made: Made) -> str:
        """The library's field class behind a call."""
        target = made.callee.target
        if not isinstance(target, Class):
            return self._kind_of(made.name)
        for each in self._project.ancestors(target):
            if each.target is None:
                kind = self._kind_of(each.name)
                if kind:
                    return kind
        return ""

    def _kind_of(self, name: str) -> str:
        head, _, last = name.rpartition(".")
        return last if last[:1].isupper() and f"{head}.".startswith(self._packages) else ""


_LIMITS: dict[str, tuple[str, int, str]] = {
    # validator: the keyword and the position of its limit, and the constraint that it is
    "MaxLengthValidator": ("limit_value", 0, "max_length"),
    "MaxValueValidator": ("limit_value", 0, "le"),
    "Length": ("max", 1, "max_length"),
    "Range": ("max", 1, "le"),
    "NumberRange": ("max", 1, "le"),
}
_CLOSING = frozenset({"OneOf", "AnyOf", "Equal", "UUID", "IPAddress", "MacAddress"})
_PATTERNS = {"RegexValidator": "regex", "Regexp": "regex"}
_WITHOUT_LIMIT = """
    DataRequired InputRequired Optional Required ReadOnly Disabled EqualTo Email URL NoneOf FileRequired
    FileAllowed MinLengthValidator MinValueValidator EmailValidator URLValidator UniqueValidator
    ProhibitNullCharactersValidator FileExtensionValidator StepValueValidator
"""
_HARMLESS = frozenset(_WITHOUT_LIMIT.split())


class Validators:
    """Reads what validator objects refuse."""

    def __init__(self, values: Values, constraints: Constraints) -> None:
        self._values = values
        self._constraints = constraints

    def names(self, value: Value | None) -> Iterator[str]:
        """The last names of the validators, called or not."""
        for each in self._each(value):
            made = self._values.made(each)
            if made is not None:
                yield made.name.rpartition(".")[2]
            elif isinstance(each.expr, Ref):
                yield each.expr.name.rpartition(".")[2].lstrip(":$")

    def constraints(self, value: Value | None) -> frozenset[str]:
        """The constraints that validators state; one that can't be read may state any."""
        found: set[str] = set()
        for each in self._each(value):
            found |= self._of(each)
        return frozenset(found)

    def _each(self, value: Value | None) -> list[Value]:
        if value is None or self._values.constant(value) is None:
            return []
        items = self._values.items(value)
        return [value] if items is None else items

    def _of(self, value: Value) -> frozenset[str]:
        made = self._values.made(value)
        named = self._values.named(value) if made is None else None
        name = made.name if made is not None else "" if named is None else named.name
        last = name.rpartition(".")[2]
        if last in _HARMLESS:
            return frozenset()
        if made is None or isinstance(made.callee.target, Class):
            return frozenset({UNREADABLE})
        if last == "And":
            return frozenset().union(*(self._of(each) for each in made.args))
        if last in _CLOSING:
            return frozenset({"closed"})
        if last in _PATTERNS:
            short = is_short(self._values.text(made.argument(0, _PATTERNS[last])))
            return frozenset({"closed"}) if short else frozenset({UNREADABLE})
        if last in _LIMITS:
            keyword, position, constraint = _LIMITS[last]
            given = made.argument(position, keyword) or made.keyword("equal")
            limits = given is not None and self._values.constant(given) not in (None, -1)
            return frozenset({constraint}) if limits else frozenset()
        return frozenset({UNREADABLE})


def entries(values: Values, value: Value | None) -> Mapping[str, Value]:
    """The entries of a dict display or of a `dict(...)` call, by constant key."""
    if value is None:
        return {}
    value = values.follow(value)
    if isinstance(value.expr, MappingExpr):
        found: dict[str, Value] = {}
        for key, expr in zip(value.expr.keys, value.expr.values, strict=True):
            name = None if key is None else values.text(value.beside(key))
            if name is not None:
                found[name] = value.beside(expr)
        return found
    made = values.made(value)
    if made is None or made.name != "dict":
        return {}
    return {name: made.value.beside(expr) for name, expr in made.call.keywords if name != "**"}
