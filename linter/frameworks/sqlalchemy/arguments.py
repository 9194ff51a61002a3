"""What stands in `__table_args__` and in `Table(…)`: columns, indexes and constraints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from linter.backend import Index
from linter.facts.expressions import Attr, Expr, Ref, Result
from linter.facts.expressions import Mapping as MappingExpr
from linter.finding import Location
from linter.frameworks.sqlalchemy.columns import Columns, Draft
from linter.resolve.values import Made, Value, Values

_SILENT = frozenset({"ExcludeConstraint", "DDL", "Comment", "Identity"})

_DEEP = 20


@dataclass(slots=True)
class Keys:
    """The keys of a table. `references` pairs a column with `table.column`, `checks` a name with its SQL."""

    indexes: list[Index] = field(default_factory=list)
    primary_key: tuple[str, ...] = ()
    references: list[tuple[str, str]] = field(default_factory=list)
    checks: list[tuple[str, str]] = field(default_factory=list)
    complete: bool = True


class Arguments:
    """The arguments of one table."""

    def __init__(self, values: Values, columns: Columns, value: Value) -> None:
        self.values = values
        self.columns: list[Draft] = []
        self.schema = ""
        self.complete = True
        self._keys: list[Made] = []
        made = values.made(value)
        if made is not None and made.name.rpartition(".")[2] in ("Table", "create_table"):
            self._read_call(made, columns)
        else:
            self._read_attribute(value, columns)

    def _read_call(self, made: Made, columns: Columns) -> None:
        from linter.facts.expressions import Starred

        self.complete = made.keyword("autoload_with") is None and made.keyword("autoload") is None
        for argument in made.call.args[1:]:
            if isinstance(argument, Starred):
                items = self.values.items(made.value.beside(argument.value))
                self.complete = self.complete and items is not None
                for item in items or ():
                    self._item(item, columns)
            elif isinstance(argument, Result):
                self._item(made.value.beside(argument), columns)
            elif isinstance(self.values.follow(made.value.beside(argument)).expr, Result):
                self._item(made.value.beside(argument), columns, optional=True)

    def _read_attribute(self, value: Value, columns: Columns) -> None:
        value = self.values.follow(value)
        if isinstance(value.expr, MappingExpr):
            self._options(value)
            return
        items = self.values.items(value)
        if items is None:
            self.complete = False
            return
        for item in items:
            self._item(item, columns)

    def _options(self, value: Value) -> None:
        assert isinstance(value.expr, MappingExpr)
        for key, option in zip(value.expr.keys, value.expr.values, strict=True):
            if key is not None and self.values.text(value.beside(key)) == "schema":
                self.schema = self.values.text(value.beside(option)) or ""

    def _item(self, value: Value, columns: Columns, optional: bool = False) -> None:
        followed = self.values.follow(value)
        if isinstance(followed.expr, MappingExpr):
            self._options(followed)
            return
        draft = columns.read(value)
        if draft is not None:
            self.columns.append(draft)
            self.complete = self.complete and draft.complete
            return
        made = self.values.made(value)
        if made is not None:
            self._keys.append(made)
        elif not optional:
            self.complete = False

    def keys(self, names: Mapping[str, str]) -> Keys:
        """Indexes and constraints. `names` gives the column of each attribute."""
        found = Keys(complete=self.complete)
        for made in self._keys:
            self._key(made, names, found)
        return found

    def _key(self, made: Made, names: Mapping[str, str], found: Keys) -> None:
        last = made.name.rpartition(".")[2]
        if last == "Index":
            index = self.index(self.values, made, names)
            if index is None:
                found.complete = False
            else:
                found.indexes.append(index)
        elif last == "UniqueConstraint":
            columns = self._listed(made, names)
            name = self.values.text(made.keyword("name")) or ""
            found.indexes.append(Index(name, columns, True, _place(made)))
            found.complete = found.complete and bool(columns)
        elif last == "PrimaryKeyConstraint":
            found.primary_key = self._listed(made, names)
        elif last == "ForeignKeyConstraint":
            local = self.values.texts(made.argument(0, "columns"))
            remote = self.values.texts(made.argument(1, "refcolumns"))
            if local is None or remote is None or len(local) != len(remote):
                found.complete = False
            else:
                found.references += [(names.get(a, a), b) for a, b in zip(local, remote, strict=True)]
        elif last == "CheckConstraint":
            name = self.values.text(made.keyword("name")) or ""
            found.checks.append((name, self.values.text(made.argument(0, "sqltext")) or "?"))
        elif last not in _SILENT and not made.name.startswith(("sqlalchemy", "?.")):
            found.complete = False

    def _listed(self, made: Made, names: Mapping[str, str]) -> tuple[str, ...]:
        found = [key_part(self.values, arg, names) for arg in made.args]
        return tuple(each for each in found if each)

    @staticmethod
    def index(values: Values, made: Made, names: Mapping[str, str]) -> Index | None:
        """The index that `Index(name, *columns, …)` declares; None when its columns can't be read."""
        columns = [key_part(values, arg, names) for arg in made.args[1:]]
        if not columns or "" in columns or len(columns) + 1 != len(made.call.args):
            return None
        partial = any(made.keyword(f"{dialect}_where") is not None for dialect in ("postgresql", "sqlite"))
        method = values.text(made.keyword("postgresql_using")) or ""
        name = values.text(made.argument(0, "name")) or ""
        unique = values.flag(made.keyword("unique"))
        return Index(name, tuple(columns), unique, _place(made), partial, method.lower())


_ORDERS = frozenset({"asc", "desc", "nulls_first", "nulls_last", "nullsfirst", "nullslast", "op", "collate"})


def key_part(values: Values, value: Value, names: Mapping[str, str], depth: int = 0) -> str:
    """The column that one part of an index names, or a spelling of its expression."""
    if depth > _DEEP:
        return "?"
    text = values.text(value) if not isinstance(value.expr, Result) else None
    if text is not None:
        return names.get(text, text)
    if isinstance(value.expr, Ref):
        last = value.expr.name.rpartition(".")[2].lstrip(":$")
        return names.get(last, last)
    made = values.made(value)
    return "" if made is None else _expression(values, made, names, depth + 1)


def _expression(values: Values, made: Made, names: Mapping[str, str], depth: int) -> str:
    callee: Expr = made.call.callee
    if isinstance(callee, Ref):
        receiver, _, last = callee.name.rpartition(".")
        if last in _ORDERS and receiver:
            return key_part(values, made.value.beside(Ref(receiver)), names, depth)
    elif isinstance(callee, Attr):
        if callee.name in _ORDERS:
            return key_part(values, made.value.beside(callee.base), names, depth)
    last = made.name.rpartition(".")[2]
    if last in ("text", "literal_column"):
        return values.text(made.argument(0, "text")) or "?"
    if (last in _ORDERS or last in ("Column", "column")) and made.args:
        return key_part(values, made.args[0], names, depth)
    inner = ", ".join(key_part(values, arg, names, depth) or "?" for arg in made.args)
    return f"{last}({inner})"


def _place(made: Made) -> Location:
    return made.value.holder.module.locate(made.call.span)
