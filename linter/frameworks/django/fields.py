"""Fields of Django models, as models and migrations declare them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from linter.facts.expressions import Constant, Item, Result
from linter.facts.scopes import Assign
from linter.finding import Location
from linter.resolve.definitions import Class, Function
from linter.resolve.values import Made, Value, Values

_TYPES = {
    "AutoField": "integer",
    "BigAutoField": "bigint",
    "SmallAutoField": "smallint",
    "BigIntegerField": "bigint",
    "BinaryField": "bytea",
    "BooleanField": "boolean",
    "NullBooleanField": "boolean",
    "CITextField": "citext",
    "CICharField": "citext",
    "CIEmailField": "citext",
    "DateField": "date",
    "DateTimeField": "timestamp with time zone",
    "DurationField": "interval",
    "FloatField": "double precision",
    "GenericIPAddressField": "inet",
    "IPAddressField": "inet",
    "HStoreField": "hstore",
    "IntegerField": "integer",
    "JSONField": "jsonb",
    "PositiveBigIntegerField": "bigint",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "smallint",
    "SearchVectorField": "tsvector",
    "SmallIntegerField": "smallint",
    "TextField": "text",
    "TimeField": "time",
    "UUIDField": "uuid",
    "IntegerRangeField": "int4range",
    "BigIntegerRangeField": "int8range",
    "DecimalRangeField": "numrange",
    "DateTimeRangeField": "tstzrange",
    "DateRangeField": "daterange",
    "PointField": "geometry",
    "OrderWrt": "integer",
}
_SIZED = {
    "CharField": None,
    "SlugField": 50,
    "EmailField": 254,
    "URLField": 200,
    "FileField": 100,
    "ImageField": 100,
    "FilePathField": 100,
    "CommaSeparatedIntegerField": None,
}
_FUNCTIONS = {
    "Now": "statement_timestamp()",
    "Random": "random()",
    "RandomUUID": "gen_random_uuid()",
    "TransactionNow": "current_timestamp",
}
"""Functions of Django that a database default may be."""
_TEXTS = frozenset({"TextField", "BinaryField", "CITextField", "CICharField", "CIEmailField"})
_COMPOSED = frozenset({"DecimalField", "ArrayField", "GeneratedField"})
_TO_ONE = frozenset({"ForeignKey", "OneToOneField"})
_RELATIONS = _TO_ONE | {"ManyToManyField"}
_NO_COLUMN = frozenset({"CompositePrimaryKey"})
_AUTOMATIC = frozenset({"AutoField", "BigAutoField", "SmallAutoField"})
_DEEP = 6


@dataclass(frozen=True, slots=True)
class Field:
    """A field as it is declared.

    `kind` is the name of Django's field class that it is. `column` is `db_column` if given. `to` is what
    a relation points to. `default` is the SQL of its default: a constant, `?` for one
    that only running the code can tell, empty for one that may be there, None without one. `complete` is
    False when an argument can't be seen.
    """

    name: str
    kind: str
    type: str
    null: bool
    primary_key: bool
    unique: bool
    db_index: bool | None
    column: str
    location: Location
    to: Value | str | None = None
    to_field: str = ""
    through: Value | None = None
    db_table: str = ""
    related_name: str = ""
    related_query_name: str = ""
    default: str | None = None
    db_default: str | None = None
    parent_link: bool = False
    constrained: bool = True
    generated: str = ""
    complete: bool = True

    @property
    def is_relation(self) -> bool:
        """Whether the field leads to another model."""
        return self.kind in _RELATIONS

    @property
    def is_many(self) -> bool:
        """Whether the field has a table of its own instead of a column."""
        return self.kind == "ManyToManyField"

    @property
    def is_unique(self) -> bool:
        """Whether the column has a unique constraint, primary key left out."""
        return (self.unique or self.kind == "OneToOneField") and not self.primary_key

    @property
    def flags(self) -> tuple[str, ...]:
        """What the column brings along that a `Column` has no field for, as flags of an action."""
        found: tuple[str, ...] = (self.generated,) if self.generated else ()
        if self.kind in _AUTOMATIC:
            found += ("identity",)
        return (*found, "check") if self.is_positive else found

    @property
    def is_positive(self) -> bool:
        """Whether Django adds a CHECK that the number is not negative."""
        return self.kind.startswith("Positive")

    @property
    def is_indexed(self) -> bool:
        """Whether Django makes an index for this column by itself."""
        if self.is_unique or self.primary_key or self.is_many:
            return False
        return self.kind in ("ForeignKey", "SlugField") if self.db_index is None else self.db_index


class Fields:
    """Reads fields."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.project = values.project
        self._kinds: dict[str, str] = {}

    def read(self, name: str, value: Value) -> Field | None:
        """The field that a value declares; None for anything that has no column and no table."""
        if not isinstance(value.expr, Result):
            return None
        made = self.values.made(value)
        if made is None:
            return None
        kind = self.kind(made)
        if not kind or kind in _NO_COLUMN:
            return None
        given = {option: made.value.beside(expr) for option, expr in made.call.keywords}
        index = self.values.constant(given.get("db_index"))
        to = made.argument(0, "to") if kind in _RELATIONS else None
        brought = self._brought(made)
        return Field(
            name=name,
            kind=kind,
            type=self._type(made, kind),
            null=self._flag(given, "null", default=kind in ("NullBooleanField", "GeneratedField"))
            or brought.get("null") is True,
            primary_key=self._flag(given, "primary_key"),
            unique=self._flag(given, "unique"),
            db_index=index if isinstance(index, bool) else None,
            column=self._text(given, "db_column"),
            location=made.value.holder.module.locate(made.call.span),
            to=to,
            to_field=self._text(given, "to_field"),
            through=given.get("through") if kind == "ManyToManyField" else None,
            db_table=self._text(given, "db_table"),
            related_name=self._text(given, "related_name"),
            related_query_name=self._text(given, "related_query_name"),
            default=self._default(given["default"])
            if "default" in given
            else self._implied(given, kind, brought),
            db_default=self._db_default(given.get("db_default")),
            generated=self._generated(given) if kind == "GeneratedField" else "",
            parent_link=self._flag(given, "parent_link"),
            constrained=self._flag(given, "db_constraint", default=True),
            complete=not made.call.is_open,
        )

    def _flag(self, given: Mapping[str, Value], name: str, default: bool = False) -> bool:
        return self.values.flag(given[name], default) if name in given else default

    def _text(self, given: Mapping[str, Value], name: str) -> str:
        return (self.values.text(given[name]) or "") if name in given else ""

    def kind(self, made: Made) -> str:
        """The Django field class behind a call; empty when the call makes no field.

        A field of another library keeps its own name: it has a column of unknown type.
        """
        target = made.callee.target
        if isinstance(target, Class):
            return self._kind_of_class(target)
        return _kind_of_name(made.name)

    def _kind_of_class(self, cls: Class) -> str:
        found = self._kinds.get(cls.id)
        if found is None:
            names = [_kind_of_name(each.name) for each in self.project.ancestors(cls) if each.target is None]
            known = [name for name in names if name in _TYPES or name in _SIZED or name in _RELATIONS]
            found = (known or [name for name in names if name] or [""])[0]
            self._kinds[cls.id] = found
        return found

    def _type(self, made: Made, kind: str, depth: int = 0) -> str:
        if kind in _TYPES:
            return _TYPES[kind]
        if kind in _SIZED:
            length = self.values.constant(made.keyword("max_length"))
            if length is ...:
                length = _SIZED[kind]
            return f"varchar({length})" if isinstance(length, int) else "varchar"
        if kind == "DecimalField":
            digits = self.values.constant(made.keyword("max_digits"))
            places = self.values.constant(made.keyword("decimal_places"))
            known = isinstance(digits, int) and isinstance(places, int)
            return f"numeric({digits}, {places})" if known else "numeric"
        if kind in ("ArrayField", "GeneratedField") and depth < _DEEP:
            inner = made.argument(0, "base_field") if kind == "ArrayField" else made.keyword("output_field")
            base = self.values.made(inner)
            spelled = "" if base is None else self._type(base, self.kind(base), depth + 1)
            return spelled if kind == "GeneratedField" or not spelled else f"{spelled}[]"
        return ""

    def _brought(self, made: Made) -> dict[str, object]:
        """The constants that a field class of the project puts among its arguments in `__init__`.

        With an `__init__` there is at least an entry for the empty name.
        """
        found: dict[str, object] = {}
        target = made.callee.target
        for each in self.project.ancestors(target) if isinstance(target, Class) else ():
            init = each.target.children.get("__init__") if isinstance(each.target, Class) else None
            if isinstance(init, Function):
                found[""] = True
                for assign in init.scope.statements:
                    if isinstance(assign, Assign) and isinstance(assign.value, Constant):
                        keys = [item.key for item in assign.targets if isinstance(item, Item)]
                        found |= {
                            str(key.value): assign.value.value for key in keys if isinstance(key, Constant)
                        }
        return found

    def _implied(self, given: Mapping[str, Value], kind: str, brought: Mapping[str, object]) -> str | None:
        """The default that Django takes by itself: the time for `auto_now`, nothing for a blank text.

        Empty when the field's class may have one that can't be seen.
        """
        if brought:
            return ""
        if self._flag(given, "auto_now") or self._flag(given, "auto_now_add"):
            return "now()"
        if kind not in _TYPES and kind not in _SIZED and kind not in _RELATIONS and kind not in _COMPOSED:
            # A field of another library may bring a default of its own.
            return ""
        is_text = kind in _TEXTS or kind in _SIZED
        return "''" if is_text and self._flag(given, "blank") and not self._flag(given, "null") else None

    def _generated(self, given: Mapping[str, Value]) -> str:
        return "generated-stored" if self._flag(given, "db_persist", default=True) else "generated-virtual"

    def _db_default(self, value: Value | None) -> str | None:
        """The SQL of a default that the database keeps: a constant, or a function by its name."""
        made = self.values.made(value)
        if made is None:
            return self._default(value)
        last = made.name.rpartition(".")[2]
        if last == "Value" and made.args:
            return self._default(made.args[0])
        return _FUNCTIONS.get(last) or "?"

    def _default(self, value: Value | None) -> str | None:
        if value is None:
            return None
        followed = self.values.follow(value).expr
        if not isinstance(followed, Constant):
            return "?"
        match followed.value:
            case None:
                return None
            case bool(flag):
                return "true" if flag else "false"
            case str(text):
                return "'" + text.replace("'", "''") + "'"
            case number:
                return str(number)


def _kind_of_name(name: str) -> str:
    """The field class that a library's name stands for; empty for managers, forms and the like."""
    last = name.rpartition(".")[2]
    if (
        last in _TYPES
        or last in _SIZED
        or last in _RELATIONS
        or last in ("DecimalField", "ArrayField", "GeneratedField")
    ):
        return "" if ".forms." in name or ".serializers." in name else last
    if last in (
        "TreeForeignKey",
        "ParentalKey",
        "ParentalManyToManyField",
        "TreeOneToOneField",
        "TreeManyToManyField",
    ):
        return {"TreeForeignKey": "ForeignKey", "ParentalKey": "ForeignKey"}.get(
            last, "OneToOneField" if "One" in last else "ManyToManyField"
        )
    if (
        last.endswith("Field")
        and not name.startswith("?")
        and ".forms." not in name
        and ".serializers." not in name
    ):
        return last
    return ""
