"""Fields of Tortoise's models."""

from __future__ import annotations

from dataclasses import dataclass

from linter.facts.expressions import Constant
from linter.finding import Location
from linter.resolve.definitions import Class
from linter.resolve.values import Made, Value, Values, class_body

_TYPES = {
    "BigIntField": "bigint",
    "BinaryField": "bytea",
    "BooleanField": "boolean",
    "CharEnumField": "varchar",
    "CharField": "varchar",
    "DateField": "date",
    "DatetimeField": "timestamp with time zone",
    "DecimalField": "numeric",
    "FloatField": "double precision",
    "IntEnumField": "smallint",
    "IntField": "integer",
    "JSONField": "jsonb",
    "SmallIntField": "smallint",
    "TSVectorField": "tsvector",
    "TextField": "text",
    "TimeDeltaField": "bigint",
    "TimeField": "time with time zone",
    "UUIDField": "uuid",
}
"""PostgreSQL's types."""
_INSTANCES = {"CharEnumFieldInstance": "CharEnumField", "IntEnumFieldInstance": "IntEnumField"}
_TO_ONE = frozenset({"ForeignKeyField", "OneToOneField"})
_MANY = "ManyToManyField"
_ENUMS = ("enum.Enum", "enum.IntEnum", "enum.StrEnum")


@dataclass(frozen=True, slots=True)
class Field:
    """A field as it is declared.

    `kind` is the name of Tortoise's field class. `column` is empty for a many-to-many relation, whose table
    is in `through`, empty for the name that Tortoise makes up. `related_name` is None without a way back.
    `complete` is False when an argument can't be seen.
    """

    name: str
    kind: str
    location: Location
    column: str = ""
    type: str = ""
    null: bool = False
    primary_key: bool = False
    unique: bool = False
    indexed: bool = False
    to: Value | None = None
    to_field: str = ""
    related_name: str | None = ""
    constrained: bool = True
    through: str = ""
    forward_key: str = ""
    backward_key: str = ""
    complete: bool = True

    @property
    def is_relation(self) -> bool:
        """Whether the field leads to another model."""
        return self.kind in _TO_ONE or self.is_many

    @property
    def is_many(self) -> bool:
        """Whether the field has a table of its own instead of a column."""
        return self.kind == _MANY


class Fields:
    """Reads the fields of a class body."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.project = values.project

    def declared(self, cls: Class) -> dict[str, Field | None]:
        """What each name of a class body declares; None for one that is given up with `name = None`."""
        found: dict[str, Field | None] = {}
        for name, value, _ in class_body(cls):
            if isinstance(value.expr, Constant) and value.expr.value is None:
                found[name] = None
                continue
            made = self.values.made(value)
            kind = "" if made is None else self.kind(made)
            if made is not None and kind:
                found[name] = self._field(name, kind, made)
        return found

    def kind(self, made: Made) -> str:
        """The field class of Tortoise's that a call makes; that of another library keeps its own name."""
        names = [made.name]
        if isinstance(made.callee.target, Class):
            bases = self.project.ancestors(made.callee.target)
            names = [base.name for base in bases if base.target is None]
        last = [name.rpartition(".")[2] for name in names if not name.startswith("?")]
        last = [_INSTANCES.get(name, name) for name in last]
        known = [name for name in last if name in _TYPES or name in _TO_ONE or name == _MANY]
        return next(iter(known), next((name for name in last if name.endswith("Field")), ""))

    def _field(self, name: str, kind: str, made: Made) -> Field:
        place = made.value.holder.module.locate(made.call.span)
        complete = not made.call.is_open
        if kind == _MANY:
            return Field(
                name=name,
                kind=kind,
                unique=self.values.flag(made.argument(7, "unique"), default=True),
                location=place,
                to=self._to(made),
                related_name=self._related_name(made, 4),
                constrained=self.values.flag(made.argument(6, "db_constraint"), default=True),
                through=self._text(made.argument(1, "through")),
                forward_key=self._text(made.argument(2, "forward_key")),
                backward_key=self._text(made.argument(3, "backward_key")),
                complete=complete,
            )
        to_one = kind in _TO_ONE
        key = self._flag(made, "primary_key") or self._flag(made, "pk")
        return Field(
            name=name,
            kind=kind,
            column=self._text(made.keyword("source_field")) or (f"{name}_id" if to_one else name),
            type="" if to_one else self._type(made, kind),
            null=self.values.flag(made.argument(4, "null") if to_one else made.keyword("null")) and not key,
            primary_key=key,
            unique=kind == "OneToOneField" or self._flag(made, "unique"),
            indexed=self._flag(made, "db_index") or self._flag(made, "index"),
            location=place,
            to=self._to(made) if to_one else None,
            to_field=self._text(made.keyword("to_field")),
            related_name=self._related_name(made, 1) if to_one else None,
            constrained=self.values.flag(made.argument(3, "db_constraint") if to_one else None, default=True),
            complete=complete,
        )

    def _to(self, made: Made) -> Value | None:
        """The other model; before version 0.22, the argument was called `model_name`."""
        return made.argument(0, "to") or made.keyword("model_name")

    def _text(self, value: Value | None) -> str:
        return self.values.text(value) or ""

    def _flag(self, made: Made, name: str) -> bool:
        return self.values.flag(made.keyword(name))

    def _related_name(self, made: Made, position: int) -> str | None:
        given = made.argument(position, "related_name")
        if self.values.constant(given) is False:
            return None
        return self.values.text(given) or ""

    def _type(self, made: Made, kind: str) -> str:
        base = _TYPES.get(kind, "")
        if kind == "CharField":
            length = self.values.constant(made.argument(0, "max_length"))
            return f"{base}({length})" if isinstance(length, int) else base
        if kind == "CharEnumField":
            length = self.values.constant(made.argument(2, "max_length")) or ...
            length = length if isinstance(length, int) else self._longest(made.argument(0, "enum_type"))
            return f"{base}({length})" if length else base
        if kind == "DecimalField":
            digits = self.values.constant(made.argument(0, "max_digits"))
            places = self.values.constant(made.argument(1, "decimal_places"))
            known = isinstance(digits, int) and isinstance(places, int)
            return f"{base}({digits}, {places})" if known else base
        return base

    def _longest(self, enum: Value | None) -> int:
        """The length of the longest value of an enum of texts; 0 when some can't be read."""
        named = self.values.named(enum)
        if named is None or not isinstance(named.target, Class):
            return 0
        if not self.project.derives(named.target, *_ENUMS):
            return 0
        texts = [self.values.text(value) for _, value, _ in class_body(named.target)]
        return 0 if not texts or None in texts else max(len(text) for text in texts if text is not None)
