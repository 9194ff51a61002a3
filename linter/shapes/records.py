"""Shapes of records: data classes, attrs, msgspec, typed dictionaries, named tuples, Strawberry's types."""

from __future__ import annotations

from linter.backend.routes import Verdict
from linter.resolve.definitions import Class
from linter.resolve.values import Made, Value
from linter.shapes.bounds import UNREADABLE
from linter.shapes.declarations import Declaration, inherited, last_name, made_by
from linter.shapes.model import Extra, Field, Library, Shape
from linter.shapes.names import camel, kebab, pascal, shown_type
from linter.shapes.reader import Shapes
from linter.shapes.types import Typed

_FIELDS = frozenset({"field", "ib", "attrib", "Field"})
_RENAMES = {"camel": camel, "pascal": pascal, "kebab": kebab, "lower": str.lower, "upper": str.upper}
_ATTRS_LIMITS = {"max_len": "max_length", "le": "le", "lt": "lt", "in_": "closed"}
_ATTRS_HARMLESS = frozenset({"instance_of", "min_len", "ge", "gt", "optional", "not_"})


def read(shapes: Shapes, cls: Class) -> Shape:
    """The shape of a record."""
    library = shapes.library(cls)
    assert library is not None
    return _Record(shapes, cls, library).shape()


class _Record:
    """One record on its way to a shape."""

    def __init__(self, shapes: Shapes, cls: Class, library: Library) -> None:
        self._shapes = shapes
        self._values = shapes.values
        self._cls = cls
        self._library = library
        self._lineage = shapes.lineages.of(cls)
        self._keywords = self._class_keywords()

    def shape(self) -> Shape:
        """Everything that is declared, the bases' first."""
        found = (self._field(each) for each in inherited(self._lineage).values())
        fields = tuple(field for field in found if field is not None)
        complete = not self._shapes.unread_bases(self._lineage)
        return Shape(self._cls, self._library, fields, self._extra(), complete)

    def _class_keywords(self) -> dict[str, Value]:
        """The keywords of the class and, for msgspec, those of its bases."""
        found: dict[str, Value] = {}
        for each in reversed(self._lineage):
            holder = None if each.cls is None else each.cls.parent
            for name, expr in () if each.cls is None or holder is None else each.cls.head.keywords:
                assert holder is not None
                found[name] = Value(holder, expr)
        return found

    def _extra(self) -> Extra:
        if self._library == "msgspec":
            return "forbid" if self._values.flag(self._keywords.get("forbid_unknown_fields")) else "ignore"
        return "unknown" if self._library == "typeddict" else "forbid"

    def _field(self, declaration: Declaration) -> Field | None:
        name = declaration.name
        made = made_by(self._values, declaration.value)
        stated = made[-1] if made and last_name(made[-1]) in _FIELDS else None
        if declaration.annotation is None and (self._library != "attrs" or stated is None):
            return None
        if name.startswith("__") or (self._library == "namedtuple" and name.startswith("_")):
            return None
        typed = self._shapes.types.read(declaration.annotation)
        if "ClassVar" in typed.wrappers or _is_marker(declaration):
            return None
        shown = None if declaration.annotation is None else shown_type(declaration.annotation.expr)
        if self._library == "strawberry":
            if shown is not None and shown.startswith("Private["):
                return None
            typed = _of_graphql(typed, shown)
        if stated is not None:
            typed = self._limited(typed, stated)
        return Field(
            name=name,
            alias=self._alias(name, stated),
            type=shown,
            required=self._is_required(declaration, typed, stated),
            bounded=typed.bounded,
            location=declaration.location,
            nested=typed.nested,
            many=typed.many,
            nullable=typed.nullable,
            read_only=stated is not None and self._is_made(stated),
            write_only="InitVar" in typed.wrappers,
            secret=typed.secret,
        )

    def _is_made(self, stated: Made) -> bool:
        """Whether nobody gives the value of a field."""
        return not self._values.flag(stated.keyword("init"), True) or stated.keyword("resolver") is not None

    def _limited(self, typed: Typed, stated: Made) -> Typed:
        """The type with the constraints of `pydantic.Field` or with attrs' validators."""
        if self._library != "attrs":
            named = self._shapes.types.constraints.of(stated) if last_name(stated) == "Field" else frozenset()
            return typed.limited(named)
        return typed.limited(self._of_attrs(stated.keyword("validator")))

    def _of_attrs(self, value: Value | None) -> frozenset[str]:
        found: set[str] = set()
        items = None if value is None else self._values.items(value)
        for each in items if items is not None else [] if value is None else [value]:
            made = self._values.made(each)
            name = last_name(made)
            if made is not None and name in ("and_", "optional"):
                for argument in made.args:
                    found |= self._of_attrs(argument)
            elif name in _ATTRS_LIMITS:
                found.add(_ATTRS_LIMITS[name])
            elif name not in _ATTRS_HARMLESS:
                found.add(UNREADABLE)
        return frozenset(found)

    def _alias(self, name: str, stated: Made | None) -> str | None:
        if stated is not None:
            given = stated.keyword("alias") or (
                stated.keyword("name") if self._library in ("msgspec", "strawberry") else None
            )
            if given is not None and self._values.constant(given) is not None:
                return self._values.text(given)
        if self._library == "attrs":
            return name.lstrip("_")
        if self._library == "strawberry":
            return None
        rename = self._keywords.get("rename") if self._library == "msgspec" else None
        if rename is None or self._values.constant(rename) is None:
            return name
        known = _RENAMES.get(self._values.text(rename) or "")
        return None if known is None else known(name)

    def _is_required(self, declaration: Declaration, typed: Typed, stated: Made | None) -> bool:
        if self._library == "typeddict":
            return self._is_key_required(declaration, typed)
        if self._library == "strawberry" and typed.nullable:
            return False
        if stated is None:
            return declaration.value is None
        given = ("default", "default_factory", "factory")
        positional = self._library == "attrs" and last_name(stated) in ("ib", "attrib") and stated.args
        has_default = bool(positional) or any(stated.keyword(each) is not None for each in given)
        if last_name(stated) == "Field" and stated.args:
            has_default = True
        return not has_default and self._values.flag(stated.keyword("init"), True)

    def _is_key_required(self, declaration: Declaration, typed: Typed) -> bool:
        if "Required" in typed.wrappers or "NotRequired" in typed.wrappers:
            return "Required" in typed.wrappers
        value = declaration.annotation
        owner = None if value is None else value.holder
        keywords = dict(owner.head.keywords) if isinstance(owner, Class) else {}
        total = keywords.get("total")
        parent = None if owner is None else owner.parent
        return total is None or parent is None or self._values.flag(Value(parent, total), True)


def _of_graphql(typed: Typed, shown: str | None) -> Typed:
    """A type as GraphQL has it: its own numbers have 32 and 64 bits, and `Maybe` may be left out."""
    if shown is not None and shown.startswith("Maybe["):
        return typed._replace(nullable=True)
    is_own = typed.dimension == "number" and "Decimal" not in (shown or "")
    return typed._replace(size=Verdict.YES) if is_own else typed


def _is_marker(declaration: Declaration) -> bool:
    """Whether an annotation is `KW_ONLY`, which only marks what follows."""
    value = declaration.annotation
    shown = None if value is None else shown_type(value.expr)
    return shown == "KW_ONLY"
