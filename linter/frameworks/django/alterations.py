"""The arguments of an operation, and what changes between two declarations of a field."""

from __future__ import annotations

from collections.abc import Callable

from linter.facts.expressions import Mapping, Result, walk
from linter.facts.sql import Action, Column
from linter.frameworks.django.fields import Field, Fields
from linter.frameworks.django.state import index_action
from linter.resolve.values import Made, Value, Values

Actions = list[tuple[Action, ...]]
"""One tuple of actions for each statement that an operation runs."""


class Operation:
    """One operation with its arguments."""

    def __init__(self, values: Values, made: Made, app: str, name: str) -> None:
        self.values = values
        self.made = made
        self.app = app
        self.name = name

    def value(self, position: int, name: str) -> Value | None:
        """An argument by position or keyword."""
        return self.made.argument(position, name)

    def text(self, position: int, name: str) -> str:
        """An argument that is a string; empty when it is not known."""
        return self.values.text(self.value(position, name)) or ""

    def field(self, fields: Fields) -> Field | None:
        """The field that AddField and AlterField are given."""
        value = self.value(2, "field")
        return None if value is None else fields.read(self.text(1, "name"), self.values.follow(value))

    def options(self, position: int) -> dict[str, Value]:
        """The `options` of a model, by name."""
        value = self.value(position, "options")
        value = None if value is None else self.values.follow(value)
        if value is None or not isinstance(value.expr, Mapping):
            return {}
        pairs = zip(value.expr.keys, value.expr.values, strict=True)
        named = ((self.values.text(value.beside(key)), option) for key, option in pairs if key is not None)
        return {name: value.beside(option) for name, option in named if name}


def condition_of(values: Values, made: Made, column: Callable[[str], str]) -> tuple[tuple[Column, ...], str]:
    """The columns that a CheckConstraint names, and its SQL where that is only `IS NOT NULL`."""
    value = made.keyword("condition") or made.keyword("check")
    if value is None:
        return (), ""
    lookups = _lookups(values, value)
    names = tuple(dict.fromkeys(column(lookup.partition("__")[0]) for lookup, _ in lookups))
    expression = "?"
    if len(lookups) == 1 and lookups[0][0].endswith("__isnull") and lookups[0][1] is False:
        expression = f"{names[0]} IS NOT NULL"
    return tuple(Column(name, "") for name in names), expression


def _lookups(values: Values, value: Value) -> list[tuple[str, object]]:
    """The lookups of a `Q` and of those that it is combined from, each with its constant."""
    found: list[tuple[str, object]] = []
    pending = [values.follow(value)]
    while pending and len(found) < _LOOKUPS:
        current = pending.pop()
        for each in walk(current.expr):
            made = values.made(current.beside(each)) if isinstance(each, Result) else None
            if made is not None:
                found += [
                    (name, values.constant(made.value.beside(expr))) for name, expr in made.call.keywords
                ]
                pending += made.args
    return found


_LOOKUPS = 200


def difference(table: str, before: Column, after: Column, *, filled: bool = False) -> Actions:
    """The statements that turn one column into another; indexes are left out.

    `filled` says that rows without a value get the default first.
    """
    found: Actions = []
    if before.name != after.name:
        found.append((Action("rename-column", table, (Column(before.name, ""),), after.name),))
    if before.type != after.type and after.type:
        found.append((Action("alter-column-type", table, (Column(after.name, after.type),)),))
    if before.nullable != after.nullable:
        kind = "drop-not-null" if after.nullable else "set-not-null"
        flags = ("filled",) if filled and not after.nullable else ()
        found.append((Action(kind, table, (Column(after.name, after.type, after.nullable),), flags=flags),))
    name = Column(after.name, "")
    if before.references and before.references != after.references:
        found.append((Action("drop-constraint", table, (), f"{table}_{after.name}_fkey"),))
    if after.references and before.references != after.references:
        constraint = f"{table}_{after.name}_fkey"
        there = (after.referenced,) if after.referenced else ()
        added = Action("add-foreign-key", table, (name,), constraint, after.references, referenced=there)
        found.append((added,))
    if before.primary_key != after.primary_key and after.primary_key:
        found.append((Action("add-primary-key", table, (name,)),))
    return found


def index_difference(table: str, old: Field, new: Field, column: str) -> Actions:
    """The statements that make and drop the indexes and constraints that a field brings along."""
    found: Actions = []
    columns = (Column(column, ""),)
    if old.is_unique and not new.is_unique:
        found.append((Action("drop-constraint", table, columns, f"{table}_{column}_key"),))
    if old.is_indexed and not new.is_indexed:
        found.append((Action("drop-index", table, columns, f"{table}_{column}_idx"),))
    if old.is_positive and not new.is_positive:
        found.append((Action("drop-constraint", table, columns, f"{table}_{column}_check"),))
    if new.is_positive and not old.is_positive:
        found.append((positive_check(table, column),))
    if new.is_unique and not old.is_unique:
        found.append((Action("add-unique", table, columns, f"{table}_{column}_key"),))
    if new.is_indexed and not old.is_indexed:
        found.append((index_action(table, (column,)),))
    return found


def positive_check(table: str, column: str) -> Action:
    """The CHECK of a field that Django lets take no negative number."""
    columns = (Column(column, ""),)
    return Action("add-check", table, columns, f"{table}_{column}_check", expression=f"{column} >= 0")


def together_name(table: str, columns: tuple[Column, ...], unique: bool) -> str:
    """The name of an index or constraint over several columns, without the hash that Django adds."""
    return "_".join((table, *(column.name for column in columns), "uniq" if unique else "idx"))
