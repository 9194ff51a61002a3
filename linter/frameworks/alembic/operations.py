"""Operations of Alembic as schema actions."""

from __future__ import annotations

import re
from collections.abc import Callable

from linter.facts.sql import Action, Column
from linter.frameworks.sqlalchemy.arguments import Arguments, key_part
from linter.frameworks.sqlalchemy.columns import Columns, Draft
from linter.resolve.values import Made, Value, Values

Actions = list[tuple[Action, ...]]
"""One tuple of actions for each statement that an operation runs."""


class Operations:
    """Turns calls of `op.*` and of a batch into actions."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.columns = Columns(values)

    def read(self, name: str, made: Made, table: str | None) -> Actions:
        """The statements of the operation `name`. `table` is that of a batch, None outside one."""
        if name not in _HANDLERS:
            return []
        handler, table_position = _HANDLERS[name]
        return handler(self, _Arguments(self.values, made, table, table_position))

    # Tables

    def create_table(self, given: _Arguments) -> Actions:
        """`create_table(name, *columns, schema=…)`."""
        table = given.qualified(given.text(0, "table_name"))
        arguments = Arguments(self.values, self.columns, given.made.value)
        drafts = arguments.columns
        keys = arguments.keys({draft.name: draft.name for draft in drafts})
        primary = keys.primary_key or tuple(draft.name for draft in drafts if draft.primary_key)
        key = {primary[0]} if len(primary) == 1 else set()
        flags = ("if-not-exists",) if given.flag("if_not_exists") else ()
        columns = tuple(_column(draft, draft.name in key, draft.name in primary) for draft in drafts)
        actions = [Action("create-table", table, columns, flags=flags)]
        if len(primary) > 1:
            actions.append(Action("add-primary-key", table, _named(primary)))
        actions += [
            Action("add-unique", table, _named(index.columns), index.name)
            for index in keys.indexes
            if index.unique and not index.partial
        ]
        for column, target in keys.references:
            other, _, referenced = target.rpartition(".")
            actions.append(
                Action(
                    "add-foreign-key", table, _named((column,)), references=other, referenced=(referenced,)
                )
            )
        actions += [_check_beside(table, draft.name) for draft in drafts if "check" in draft.flags]
        actions += [_check(table, name, text, ()) for name, text in keys.checks]
        found: Actions = [tuple(actions)]
        for index in keys.indexes:
            if not index.unique:
                found.append((Action("create-index", table, _named(index.columns), index.name),))
        return found + [self._index_of(table, draft) for draft in drafts if draft.indexed]

    def _index_of(self, table: str, draft: Draft) -> tuple[Action, ...]:
        flags = ("unique",) if draft.unique else ()
        name = f"ix_{table.replace('.', '_')}_{draft.name}"
        return (Action("create-index", table, _named((draft.name,)), name, flags=flags),)

    def drop_table(self, given: _Arguments) -> Actions:
        """`drop_table(name)`."""
        return [(Action("drop-table", given.qualified(given.text(0, "table_name")), flags=given.exists()),)]

    def rename_table(self, given: _Arguments) -> Actions:
        """`rename_table(old, new)`."""
        old = given.qualified(given.text(0, "old_table_name"))
        return [(Action("rename-table", old, name=given.qualified(given.text(1, "new_table_name"))),)]

    # Columns

    def add_column(self, given: _Arguments) -> Actions:
        """`add_column(table, column)`."""
        table = given.table()
        draft = self._draft(given.value(1, "column"))
        if draft is None:
            return [(Action("other", table, flags=("add-column",)),)]
        column = _column(draft, draft.primary_key, draft.primary_key)
        flags = draft.flags + (("if-not-exists",) if given.flag("if_not_exists") else ())
        added = Action("add-column", table, (column,), references=column.references or "", flags=flags)
        found: Actions = [(added,)]
        if draft.indexed:
            found.append(self._index_of(table, draft))
        return found

    def _draft(self, value: Value | None) -> Draft | None:
        return None if value is None else self.columns.read(value)

    def drop_column(self, given: _Arguments) -> Actions:
        """`drop_column(table, name)`."""
        column = Column(given.text(1, "column_name"), "")
        return [(Action("drop-column", given.table(), (column,), flags=given.exists()),)]

    def alter_column(self, given: _Arguments) -> Actions:
        """`alter_column(table, name, nullable=…, type_=…, server_default=…, new_column_name=…)`."""
        table = given.table()
        name = given.text(1, "column_name")
        actions: list[Action] = []
        type_ = given.keyword("type_")
        if type_ is not None:
            spelled = self.columns.types.spell(type_)
            using = ("using",) if given.keyword("postgresql_using") is not None else ()
            actions.append(Action("alter-column-type", table, (Column(name, spelled),), flags=using))
        nullable = self.values.constant(given.keyword("nullable"))
        if isinstance(nullable, bool):
            kind = "drop-not-null" if nullable else "set-not-null"
            actions.append(Action(kind, table, (Column(name, "", nullable=nullable),)))
        default = given.keyword("server_default")
        if default is not None and self.values.constant(default) is not False:
            spelled_default = self.columns.default(default)
            kind = "drop-default" if spelled_default is None else "set-default"
            actions.append(Action(kind, table, (Column(name, "", default=spelled_default),)))
        found: Actions = [(action,) for action in actions]
        new = self.values.text(given.keyword("new_column_name"))
        if new:
            found.append((Action("rename-column", table, (Column(name, ""),), new),))
        return found

    # Keys and indexes

    def create_index(self, given: _Arguments) -> Actions:
        """`create_index(name, table, columns, unique=…, postgresql_concurrently=…)`."""
        flags: list[str] = ["unique"] if given.flag("unique") else []
        flags += [flag for flag, option in _INDEX_FLAGS.items() if given.flag(option)]
        using = self.values.text(given.keyword("postgresql_using"))
        flags += [f"using-{using.lower()}"] if using else []
        if given.keyword("postgresql_where") is not None or given.keyword("sqlite_where") is not None:
            flags.append("partial")
        columns = given.columns(2, "columns")
        action = Action(
            "create-index", given.table(), columns, given.text(0, "index_name"), flags=tuple(flags)
        )
        return [(action,)]

    def drop_index(self, given: _Arguments) -> Actions:
        """`drop_index(name, table_name=…)`."""
        concurrently = ("concurrently",) if given.flag("postgresql_concurrently") else ()
        name = given.text(0, "index_name")
        return [(Action("drop-index", given.table(), name=name, flags=concurrently + given.exists()),)]

    def create_unique_constraint(self, given: _Arguments) -> Actions:
        """`create_unique_constraint(name, table, columns)`."""
        columns = given.columns(2, "columns")
        return [(Action("add-unique", given.table(), columns, given.text(0, "constraint_name")),)]

    def create_primary_key(self, given: _Arguments) -> Actions:
        """`create_primary_key(name, table, columns)`."""
        columns = given.columns(2, "columns")
        return [(Action("add-primary-key", given.table(), columns, given.text(0, "constraint_name")),)]

    def create_foreign_key(self, given: _Arguments) -> Actions:
        """`create_foreign_key(name, source, referent, local_columns, remote_columns)`."""
        source = _in_schema(given.table("source_table"), self.values.text(given.keyword("source_schema")))
        referent_schema = self.values.text(given.keyword("referent_schema"))
        referent = _in_schema(given.text(2, "referent_table"), referent_schema)
        columns = given.columns(3, "local_cols")
        flags = ("not-valid",) if given.flag("postgresql_not_valid") else ()
        name = given.text(0, "constraint_name")
        referenced = tuple(each.name for each in given.columns(4, "remote_cols"))
        added = Action("add-foreign-key", source, columns, name, referent, flags, referenced=referenced)
        return [(added,)]

    def create_check_constraint(self, given: _Arguments) -> Actions:
        """`create_check_constraint(name, table, condition)`."""
        flags = ("not-valid",) if given.flag("postgresql_not_valid") else ()
        condition = given.value(2, "condition")
        text = self.values.text(condition) or "?"
        return [(_check(given.table(), given.text(0, "constraint_name"), text, flags),)]

    def create_exclude_constraint(self, given: _Arguments) -> Actions:
        """`create_exclude_constraint(name, table, …)`."""
        return [(Action("add-exclude", given.table(), name=given.text(0, "constraint_name")),)]

    def bulk_insert(self, given: _Arguments) -> Actions:
        """`bulk_insert(table, rows)`."""
        made = self.values.made(given.value(0, "table"))
        table = "" if made is None else self.values.text(made.argument(0, "name")) or ""
        return [(Action("insert", table),)]

    def table_comment(self, given: _Arguments) -> Actions:
        """`create_table_comment(table, comment)` and `drop_table_comment(table)`."""
        return [(Action("other", given.table(), flags=("comment-on-table",)),)]

    def drop_constraint(self, given: _Arguments) -> Actions:
        """`drop_constraint(name, table, type_=…)`."""
        kind = given.text(2, "type_")
        flags = ("primary-key",) if kind == "primary" else ()
        name = given.text(0, "constraint_name")
        return [(Action("drop-constraint", given.table(), name=name, flags=flags + given.exists()),)]


class _Arguments:
    """The arguments of one operation, by their positions outside a batch.

    A batch names the table once, so its operations lack the argument at `table_position`.
    """

    def __init__(self, values: Values, made: Made, table: str | None, table_position: int) -> None:
        self.values = values
        self.made = made
        self._table = table
        self._table_position = table_position

    def keyword(self, name: str) -> Value | None:
        return self.made.keyword(name)

    def value(self, position: int, name: str) -> Value | None:
        if self._table is not None and position > self._table_position:
            position -= 1
        return self.made.argument(position, name)

    def flag(self, name: str) -> bool:
        return self.values.flag(self.keyword(name))

    def text(self, position: int, name: str) -> str:
        return self.values.text(self.value(position, name)) or ""

    def qualified(self, table: str) -> str:
        schema = self.values.text(self.keyword("schema"))
        return f"{schema}.{table}" if schema and table else table

    def table(self, name: str = "table_name") -> str:
        """The table: the batch's, or the one that is given."""
        if self._table is not None:
            return self._table
        return self.qualified(self.text(self._table_position, name))

    def exists(self) -> tuple[str, ...]:
        return ("if-exists",) if self.flag("if_exists") else ()

    def columns(self, position: int, name: str) -> tuple[Column, ...]:
        """The columns of a key or index."""
        items = self.values.items(self.value(position, name))
        if items is None:
            return ()
        return tuple(Column(key_part(self.values, item, {}) or "?", "") for item in items)


def _column(draft: Draft, primary: bool, key: bool) -> Column:
    references, _, referenced = draft.references.rpartition(".")
    unique = draft.unique and not draft.indexed
    nullable = draft.nullable and not key
    return Column(
        draft.name, draft.type, nullable, primary, unique, draft.default, references or None, referenced
    )


def _check_beside(table: str, column: str) -> Action:
    """The CHECK that stands among a column's arguments, under the name that the server gives it."""
    return Action("add-check", table, _named((column,)), f"{table.rpartition('.')[2]}_{column}_check")


def _check(table: str, name: str, text: str, flags: tuple[str, ...]) -> Action:
    columns = _named(tuple(dict.fromkeys(_NAME.findall(text))))
    return Action("add-check", table, columns, name, flags=flags, expression=text)


def _in_schema(table: str, schema: str | None) -> str:
    return f"{schema}.{table}" if schema else table


def _named(columns: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(Column(name, "") for name in columns)


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SILENT = frozenset(
    [
        "batch_alter_table",
        "configure",
        "create_module_class_proxy",
        "f",
        "get_bind",
        "get_context",
        "implementation_for",
        "inline_literal",
        "invoke",
        "register_operation",
    ]
)


def is_known(name: str) -> bool:
    """Whether it is known what an operation of that name runs."""
    return name in _HANDLERS or name in _SILENT


_INDEX_FLAGS = {"concurrently": "postgresql_concurrently", "if-not-exists": "if_not_exists"}
_HANDLERS: dict[str, tuple[Callable[[Operations, _Arguments], Actions], int]] = {
    "create_table": (Operations.create_table, 0),
    "drop_table": (Operations.drop_table, 0),
    "rename_table": (Operations.rename_table, 0),
    "add_column": (Operations.add_column, 0),
    "drop_column": (Operations.drop_column, 0),
    "alter_column": (Operations.alter_column, 0),
    "create_index": (Operations.create_index, 1),
    "drop_index": (Operations.drop_index, 1),
    "create_unique_constraint": (Operations.create_unique_constraint, 1),
    "create_primary_key": (Operations.create_primary_key, 1),
    "create_foreign_key": (Operations.create_foreign_key, 1),
    "create_check_constraint": (Operations.create_check_constraint, 1),
    "create_exclude_constraint": (Operations.create_exclude_constraint, 1),
    "drop_constraint": (Operations.drop_constraint, 1),
    "bulk_insert": (Operations.bulk_insert, 0),
    "create_table_comment": (Operations.table_comment, 0),
    "drop_table_comment": (Operations.table_comment, 0),
}
"""Each operation with the position of its table."""

__all__ = ["Actions", "Operations", "is_known"]
