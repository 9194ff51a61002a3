"""`Column(…)`, `mapped_column(…)` and SQLModel's `Field(…)`, as models and migrations write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from linter.facts.expressions import Constant, Ref, Result
from linter.facts.expressions import Mapping as MappingExpr
from linter.finding import Location
from linter.frameworks.sqlalchemy.types import Types
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Variable
from linter.resolve.values import Made, Value, Values

_COLUMNS = frozenset({"Column", "mapped_column"})
_WRAPPERS = frozenset({"deferred", "column_property"})
_DEEP = 6
_BESIDE = {"Identity": "identity", "CheckConstraint": "check"}


@dataclass(slots=True)
class Draft:
    """A column as it is declared; `references` is `table.column` and may be known only later.

    `flags` are those of an action: `identity`, `generated-stored`, `generated-virtual`, `check`.

    `points_to` is the class attribute or column that a foreign key names instead of a string.
    """

    name: str
    type: str
    nullable: bool
    primary_key: bool
    unique: bool
    indexed: bool
    references: str
    points_to: Value | None
    default: str | None
    location: Location
    complete: bool = True
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Call:
    """A call that makes a column, with the arguments that a `functools.partial` adds."""

    made: Made
    added: Mapping[str, Value]

    def keyword(self, name: str) -> Value | None:
        return self.made.keyword(name) or self.added.get(name)


class Columns:
    """Reads columns."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.types = Types(values)

    def is_column(self, value: Value) -> bool:
        """Whether a value is a column."""
        return self._call(value) is not None

    def read(self, value: Value, attribute: str = "", annotation: Value | None = None) -> Draft | None:
        """The column that a value declares, or None when it is none.

        `attribute` is the name that it has without one of its own. `annotation` is the inside of `Mapped`.
        """
        call = self._call(value)
        if call is None:
            return None
        made = call.made
        name, rest = self._name(call, attribute)
        type_, keys = self._type_and_keys(call, rest)
        nullable: bool | None = None
        complete = not made.call.is_open
        if annotation is not None:
            annotated, nullable = self.types.of_annotation(annotation, *self._type_map(value))
            # A foreign key without a type takes that of the column it points to, not the annotation's.
            type_ = type_ or ("" if keys else annotated)
        primary = self.values.flag(call.keyword("primary_key"))
        stated = self.values.constant(call.keyword("nullable"))
        if isinstance(stated, bool):
            nullable = stated
        references, points_to = self._foreign_key(keys)
        where = made if value.holder.module is made.value.holder.module else self.values.made(value)
        return Draft(
            name=name,
            type=type_,
            nullable=False if primary else True if nullable is None else nullable,
            primary_key=primary,
            unique=self.values.flag(call.keyword("unique")),
            indexed=self.values.flag(call.keyword("index")),
            references=references,
            points_to=points_to,
            default=self._server_default(call),
            location=_place(where or made),
            complete=complete or primary,
            flags=self._flags(rest),
        )

    def _flags(self, args: tuple[Value, ...]) -> tuple[str, ...]:
        """What stands beside the type: an identity, a computed value, a CHECK."""
        found: list[str] = []
        for arg in args:
            made = self.values.made(arg)
            last = "" if made is None else made.name.rpartition(".")[2]
            if made is not None and last == "Computed":
                virtual = self.values.constant(made.argument(1, "persisted")) is False
                found.append("generated-virtual" if virtual else "generated-stored")
            elif last in _BESIDE:
                found.append(_BESIDE[last])
        return tuple(found)

    def _type_map(self, value: Value) -> tuple[MappingExpr | None, Class | None]:
        """The `type_annotation_map` that the class around a column has or inherits."""
        if not isinstance(value.holder, Class):
            return None, None
        found = self.values.project.member(value.holder, "type_annotation_map")
        if found is None or not isinstance(found.target, Variable):
            return None, None
        expr, holder = found.target.assign.value, found.target.holder
        return (expr, holder) if isinstance(expr, MappingExpr) and isinstance(holder, Class) else (None, None)

    def _call(self, value: Value, depth: int = 0) -> _Call | None:
        """The call of `Column` behind helper functions, `deferred(…)` and partials."""
        made = self.values.made(value)
        if made is None or depth > _DEEP:
            return None
        target = made.callee.target
        last = made.name.rpartition(".")[2]
        if isinstance(target, Variable):
            return self._partial(made, target)
        if isinstance(target, Class):
            is_column = self.values.project.derives(
                target, "sqlalchemy.Column", "sqlalchemy.sql.schema.Column"
            )
            return _Call(made, {}) if is_column else None
        if isinstance(target, Function):
            returned = self.values.returned(made)
            return None if returned is None else self._call(returned, depth + 1)
        if last in _COLUMNS:
            return _Call(made, {})
        if last in _WRAPPERS and made.call.args:
            return self._call(made.args[0], depth + 1)
        return None

    def _partial(self, made: Made, variable: Variable) -> _Call | None:
        if variable.assign.value is None:
            return None
        source = Value(variable.holder, variable.assign.value)
        partial = self.values.made(source)
        if partial is None:
            named = self.values.named(source)
            return _Call(made, {}) if named and named.name.rpartition(".")[2] in _COLUMNS else None
        if partial.name != "functools.partial" or not partial.call.args:
            return None
        inner = self.values.named(partial.args[0])
        if inner is None or inner.name.rpartition(".")[2] not in _COLUMNS:
            return None
        return _Call(made, {name: partial.value.beside(expr) for name, expr in partial.call.keywords})

    def _name(self, call: _Call, attribute: str) -> tuple[str, tuple[Value, ...]]:
        """The column's name and the positional arguments behind it."""
        args = call.made.args
        if args:
            first = self.values.text(args[0])
            if first is not None:
                return first, args[1:]
        return self.values.text(call.keyword("name")) or attribute, args

    def _type_and_keys(self, call: _Call, args: tuple[Value, ...]) -> tuple[str, list[Made]]:
        type_ = self.types.spell(call.keyword("type_"))
        keys: list[Made] = []
        for position, arg in enumerate(args):
            made = self.values.made(arg)
            if made is not None and made.name.rpartition(".")[2] == "ForeignKey":
                keys.append(made)
            elif position == 0 and not type_:
                type_ = self.types.spell(arg)
        return type_, keys

    def _foreign_key(self, keys: list[Made]) -> tuple[str, Value | None]:
        for key in keys:
            target = key.argument(0, "column")
            text = self.values.text(target)
            return (text, None) if text is not None else ("", target)
        return "", None

    def _server_default(self, call: _Call) -> str | None:
        """The SQL of a server default, as far as it can be spelled; `?` for one that can't."""
        value = call.keyword("server_default")
        if value is None:
            return None
        return self.default(value)

    def default(self, value: Value) -> str | None:
        """The SQL of a default that an expression stands for; None for no default."""
        followed = self.values.follow(value)
        if isinstance(followed.expr, Constant) and followed.expr.value is None:
            return None
        made = self.values.made(value)
        if made is None:
            text = self.values.text(value)
            return "?" if text is None else "'" + text.replace("'", "''") + "'"
        if made.name.endswith((".text", ".literal_column")):
            return self.values.text(made.argument(0, "text")) or "?"
        last = made.name.rpartition(".")[2]
        return (
            f"{last}()"
            if made.name.startswith("sqlalchemy.func.")
            else {"true": "true", "false": "false"}.get(last, "?")
        )

    def field(self, attribute: str, value: Value, annotation: Value) -> Draft | None:
        """A column of SQLModel: an annotation, with or without `Field(…)`. None for a relationship."""
        made = self.values.made(value) if isinstance(value.expr, (Result, Ref)) else None
        if made is not None and made.name.rpartition(".")[2] == "Relationship":
            return None
        type_, nullable = self.types.of_annotation(annotation, None, None)
        if made is None or made.name.rpartition(".")[2] != "Field":
            location = (
                annotation.holder.module.locate(annotation.holder.attributes[attribute].span)
                if isinstance(annotation.holder, Class)
                else annotation.holder.location
            )
            return Draft(attribute, type_, nullable, False, False, False, "", None, None, location)
        inner = made.keyword("sa_column")
        if inner is not None:
            return self.read(inner, attribute)
        primary = self.values.flag(made.keyword("primary_key"))
        stated = self.values.constant(made.keyword("nullable"))
        length = self.values.constant(made.keyword("max_length"))
        if type_ == "varchar" and isinstance(length, int):
            type_ = f"varchar({length})"
        return Draft(
            name=attribute,
            type=self.types.spell(made.keyword("sa_type")) or type_,
            nullable=False if primary else stated if isinstance(stated, bool) else nullable,
            primary_key=primary,
            unique=self.values.flag(made.keyword("unique")),
            indexed=self.values.flag(made.keyword("index")),
            references=self.values.text(made.keyword("foreign_key")) or "",
            points_to=None,
            default=None,
            location=_place(made),
            complete=not made.call.is_open and made.keyword("sa_column_kwargs") is None,
        )


def _place(made: Made) -> Location:
    return made.value.holder.module.locate(made.call.span)
