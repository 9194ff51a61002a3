"""Column types of SQLAlchemy as PostgreSQL spells them."""

from __future__ import annotations

from linter.facts.expressions import Constant, Expr, Item, Mapping, Operation, Ref, Result, Sequence
from linter.resolve.definitions import Class
from linter.resolve.project import Variable
from linter.resolve.values import Made, Value, Values

_PLAIN = {
    "Integer": "integer",
    "INTEGER": "integer",
    "INT": "integer",
    "BigInteger": "bigint",
    "BIGINT": "bigint",
    "SmallInteger": "smallint",
    "SMALLINT": "smallint",
    "Text": "text",
    "TEXT": "text",
    "UnicodeText": "text",
    "LONGTEXT": "text",
    "MEDIUMTEXT": "text",
    "Boolean": "boolean",
    "BOOLEAN": "boolean",
    "Date": "date",
    "DATE": "date",
    "Interval": "interval",
    "INTERVAL": "interval",
    "Float": "float",
    "FLOAT": "float",
    "REAL": "real",
    "Double": "double precision",
    "DOUBLE": "double precision",
    "DOUBLE_PRECISION": "double precision",
    "LargeBinary": "bytea",
    "BYTEA": "bytea",
    "BLOB": "bytea",
    "PickleType": "bytea",
    "JSON": "json",
    "JSONB": "jsonb",
    "UUID": "uuid",
    "Uuid": "uuid",
    "GUID": "uuid",
    "INET": "inet",
    "CIDR": "cidr",
    "MACADDR": "macaddr",
    "HSTORE": "hstore",
    "TSVECTOR": "tsvector",
    "TSVectorType": "tsvector",
    "CITEXT": "citext",
    "OID": "oid",
    "NullType": "",
}
_SIZED = {
    "String": "varchar",
    "Unicode": "varchar",
    "VARCHAR": "varchar",
    "NVARCHAR": "varchar",
    "AutoString": "varchar",
    "CHAR": "char",
    "NCHAR": "char",
    "BIT": "bit",
}
_CLOCKS = {
    "DateTime": "timestamp",
    "DATETIME": "timestamp",
    "TIMESTAMP": "timestamp",
    "Time": "time",
    "TIME": "time",
}
_NUMBERS = frozenset({"Numeric", "NUMERIC", "DECIMAL", "Decimal"})
_PYTHON = {
    "int": "integer",
    "str": "varchar",
    "bool": "boolean",
    "float": "float",
    "bytes": "bytea",
    "datetime.datetime": "timestamp without time zone",
    "datetime.date": "date",
    "datetime.time": "time without time zone",
    "datetime.timedelta": "interval",
    "decimal.Decimal": "numeric",
    "uuid.UUID": "uuid",
    "uuid.uuid4": "uuid",
    "typing.Literal": "varchar",
}
_DECORATORS = (
    "sqlalchemy.types.TypeDecorator",
    "sqlalchemy.TypeDecorator",
    "sqlalchemy.sql.type_api.TypeDecorator",
)
_DEEP = 8


class Types:
    """Spells the types of columns."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.project = values.project

    def spell(self, value: Value | None, depth: int = 0) -> str:
        """The type that a value stands for, in lower case; empty when it is not known."""
        if value is None or depth > _DEEP:
            return ""
        made = self.values.made(value)
        if made is not None:
            return self._spell_call(made, depth)
        value = self.values.follow(value)
        if not isinstance(value.expr, Ref):
            return ""
        found = self.project.reference(value.holder, value.expr.name)
        if isinstance(found.target, Class):
            return self._decorated(found.target, None, depth)
        return self._named(found.name.rpartition(".")[2], None) if _may_be_type(found.name) else ""

    def _spell_call(self, made: Made, depth: int) -> str:
        last = made.name.rpartition(".")[2]
        if isinstance(made.callee.target, Class):
            return self._decorated(made.callee.target, made, depth)
        if last in ("with_variant", "evaluates_none"):
            return self._receiver(made, depth + 1)
        if last in ("ARRAY", "Array"):
            inner = self.spell(made.argument(0, "item_type"), depth + 1)
            return f"{inner}[]" if inner else "array"
        if last in ("as_mutable", "Mutable"):
            return self.spell(made.argument(0, "sqltype"), depth + 1)
        if last in ("Enum", "ENUM", "SQLEnum"):
            return self._enum(made)
        return self._named(last, made) if _may_be_type(made.name) else ""

    def _receiver(self, made: Made, depth: int) -> str:
        """The type that a method such as `with_variant` is called on."""
        callee = made.call.callee
        base = getattr(callee, "base", None)
        return "" if base is None else self.spell(made.value.beside(base), depth + 1)

    def _enum(self, made: Made) -> str:
        name = self.values.text(made.keyword("name"))
        if name:
            return name.lower()
        members = made.argument(0, "enums")
        found = self.values.named(members) if members is not None else None
        if found is not None and isinstance(found.target, Class):
            return found.target.head.name.lower()
        return "enum"

    def _named(self, name: str, made: Made | None) -> str:
        if name in _PLAIN:
            return _PLAIN[name]
        if name in _SIZED:
            size = self.values.constant(made.argument(0, "length")) if made is not None else ...
            return f"{_SIZED[name]}({size})" if isinstance(size, int) else _SIZED[name]
        if name in _CLOCKS:
            zoned = made is not None and self.values.flag(made.argument(0, "timezone"))
            return f"{_CLOCKS[name]} {'with' if zoned else 'without'} time zone"
        if name in _NUMBERS:
            return "numeric" if made is None else self._numeric(made)
        if name in ("Enum", "ENUM"):
            return "enum"
        return name.lower()

    def _numeric(self, made: Made) -> str:
        precision = self.values.constant(made.argument(0, "precision"))
        scale = self.values.constant(made.argument(1, "scale"))
        if not isinstance(precision, int):
            return "numeric"
        return f"numeric({precision}, {scale})" if isinstance(scale, int) else f"numeric({precision})"

    def _decorated(self, cls: Class, made: Made | None, depth: int) -> str:
        """The type below a project's own type class: its `impl`, or the library type that it extends."""
        if cls.head.name in ("GUID", "UUID"):
            return "uuid"
        impl = self.project.member(cls, "impl")
        if impl is not None and isinstance(impl.target, Variable) and impl.target.assign.value is not None:
            inner = self.spell(Value(impl.target.holder, impl.target.assign.value), depth + 1)
            length = self.values.constant(made.keyword("length")) if made is not None else ...
            return f"varchar({length})" if inner == "varchar" and isinstance(length, int) else inner
        for ancestor in self.project.ancestors(cls):
            if ancestor.target is None and ancestor.name.startswith(("sqlalchemy", "sqlmodel", "pgvector")):
                last = ancestor.name.rpartition(".")[2]
                return (
                    cls.head.name.lower()
                    if last in ("TypeDecorator", "UserDefinedType")
                    else self._named(last, made)
                )
        return ""

    def of_annotation(self, value: Value, mapped: Mapping | None, holder: Class | None) -> tuple[str, bool]:
        """The type and the nullability that the inside of `Mapped[…]` gives a column."""
        inner, nullable = self.unwrap(value)
        kind = self._annotated_name(inner)
        if kind is None:
            return "", nullable
        if mapped is not None and holder is not None:
            for key, spelled in zip(mapped.keys, mapped.values, strict=False):
                if isinstance(key, Ref) and self.project.reference(holder, key.name).name == kind:
                    return self.spell(Value(holder, spelled)), nullable
        return self._python_type(kind), nullable

    def _annotated_name(self, value: Value) -> str | None:
        expr = value.expr
        if isinstance(expr, Item):
            expr = expr.base
        return self.project.reference(value.holder, expr.name).name if isinstance(expr, Ref) else None

    def _python_type(self, kind: str) -> str:
        found = _PYTHON.get(kind)
        if found is not None:
            return found
        definition = self.project.by_id(kind)
        if isinstance(definition, Class):
            if any(each.name.startswith("enum.") for each in self.project.ancestors(definition)):
                return definition.head.name.lower()
            return self._decorated(definition, None, 0)
        return "uuid" if kind.endswith(".UUID") else ""

    def unwrap(self, value: Value) -> tuple[Value, bool]:
        """The type inside `Optional`, `| None`, `Annotated` and aliases, and whether None is allowed."""
        nullable = False
        for _ in range(_DEEP):
            expr: Expr = value.expr
            match expr:
                case Operation(operator="|", operands=operands):
                    rest = [each for each in operands if not _is_none(each)]
                    nullable = nullable or len(rest) < len(operands)
                    if not rest:
                        return value, nullable
                    value = value.beside(rest[0])
                case Item(base=Ref(name=name), key=key):
                    outer = self.project.reference(value.holder, name).name.rpartition(".")[2]
                    if outer not in ("Optional", "Annotated", "Union", "Mapped", "Required", "Final"):
                        return value, nullable
                    options = key.items if isinstance(key, Sequence) else (key,)
                    rest = [each for each in options if not _is_none(each)]
                    nullable = (
                        nullable or outer == "Optional" or (outer == "Union" and len(rest) < len(options))
                    )
                    if not rest:
                        return value, nullable
                    value = value.beside(rest[0])
                case Ref():
                    further = self.values.follow(value)
                    if further.expr is expr or isinstance(further.expr, (Ref, Result)):
                        return value, nullable
                    value = further
                case _:
                    return value, nullable
        return value, nullable


def _is_none(expr: Expr) -> bool:
    return isinstance(expr, Constant) and expr.value is None


def _may_be_type(name: str) -> bool:
    """Whether a library name may be a column type: constraints and functions are not."""
    last = name.rpartition(".")[2]
    if last in (
        "ForeignKey",
        "Sequence",
        "Identity",
        "Computed",
        "FetchedValue",
        "CheckConstraint",
        "Column",
    ):
        return False
    return last[:1].isupper() and not name.startswith("?")
