"""Applies schema changes to tables, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

from linter.backend import Column, Constraint, Index, Table
from linter.facts import sql
from linter.finding import Location
from linter.schema.build import make_table


class Fold:
    """The tables at one moment. `tables` is never changed in place, so that it can be kept as it was."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self._foreign: dict[tuple[str, str], str] = {}

    def apply(self, action: sql.Action, location: Location) -> None:
        """Make one change. A change of a table or column that is not known is passed over."""
        handler = _HANDLERS.get(action.kind)
        if handler is not None:
            handler(self, action, location)

    # Tables

    def _create(self, action: sql.Action, location: Location) -> None:
        if not action.table or {"temporary", "clickhouse"} & set(action.flags):
            return
        if action.table in self.tables and "if-not-exists" in action.flags:
            return
        columns = {each.name: self._column(each, location) for each in action.columns}
        primary = tuple(each.name for each in action.columns if each.primary_key)
        opaque = {"as-select", "like", "partition-of"} & set(action.flags)
        self._put(make_table(action.table, columns, (), primary, location, complete=not opaque))

    def _drop(self, action: sql.Action, location: Location) -> None:
        self.tables = {name: table for name, table in self.tables.items() if name != action.table}

    def _rename(self, action: sql.Action, location: Location) -> None:
        table = self.tables.get(action.table)
        if table is None or not action.name:
            return
        renamed = replace(table, name=action.name)
        kept = {name: each for name, each in self.tables.items() if name != action.table}
        self.tables = {**kept, action.name: renamed}
        self._repoint(lambda target: _moved(target, action.table, action.name))

    def _repoint(self, change: Callable[[str], str]) -> None:
        """Rewrite what foreign keys point to, in all tables."""
        for table in list(self.tables.values()):
            columns = dict(table.columns)
            for column in table.columns.values():
                if column.references:
                    target = change(column.references)
                    if target != column.references:
                        columns[column.name] = replace(column, references=target)
            if columns != table.columns:
                self._put(replace(table, columns=columns))

    def _put(self, table: Table) -> None:
        self.tables = {**self.tables, table.name: table}

    def _rebuild(
        self,
        table: Table,
        columns: dict[str, Column] | None = None,
        indexes: Iterable[Index] | None = None,
        primary_key: tuple[str, ...] | None = None,
    ) -> None:
        own = table.indexes[1:] if table.primary_key else table.indexes
        rebuilt = make_table(
            table.name,
            table.columns if columns is None else columns,
            own if indexes is None else indexes,
            table.primary_key if primary_key is None else primary_key,
            table.location,
            complete=table.complete,
        )
        rebuilt.constraints = table.constraints
        self._put(rebuilt)

    # Columns

    def _column(self, column: sql.Column, location: Location) -> Column:
        references = self._target(column.references, column.referenced) if column.references else None
        return Column(
            column.name,
            column.type,
            column.nullable,
            column.primary_key,
            column.unique,
            False,
            references,
            location,
        )

    def _target(self, table: str, column: str = "") -> str:
        """`table.column` of a foreign key; the table's key where only the table is named."""
        if column:
            return f"{table}.{column}"
        known = self.tables.get(table)
        key = known.primary_key[0] if known is not None and len(known.primary_key) == 1 else "id"
        return f"{table}.{key}"

    def _add_column(self, action: sql.Action, location: Location) -> None:
        table = self.tables.get(action.table)
        if table is None:
            return
        columns = dict(table.columns)
        primary = table.primary_key
        added = [each for each in action.columns if each.name not in columns]
        for each in added:
            columns[each.name] = self._column(each, location)
            primary = (each.name,) if each.primary_key else primary
        self._rebuild(table, columns, primary_key=primary)
        if added and "check" in action.flags:
            self._add_constraint(_column_check(action), location)

    def _drop_column(self, action: sql.Action, location: Location) -> None:
        table = self.tables.get(action.table)
        if table is None:
            return
        gone = {each.name for each in action.columns}
        columns = {name: column for name, column in table.columns.items() if name not in gone}
        own = table.indexes[1:] if table.primary_key else table.indexes
        kept = tuple(each for each in table.constraints if not gone & set(each.columns))
        table = replace(table, constraints=kept)
        primary = () if gone & set(table.primary_key) else table.primary_key
        self._rebuild(table, columns, [each for each in own if not gone & set(each.columns)], primary)

    def _rename_column(self, action: sql.Action, location: Location) -> None:
        table = self.tables.get(action.table)
        if table is None or not action.columns or action.columns[0].name not in table.columns:
            return
        old, new = action.columns[0].name, action.name
        columns = {
            new if name == old else name: replace(column, name=new) if name == old else column
            for name, column in table.columns.items()
        }
        indexes = tuple(replace(each, columns=_renamed(each.columns, old, new)) for each in table.indexes)
        key = _renamed(table.primary_key, old, new)
        constraints = tuple(
            replace(
                each,
                columns=_renamed(each.columns, old, new),
                not_null=new if each.not_null == old else each.not_null,
            )
            for each in table.constraints
        )
        self._put(replace(table, columns=columns, indexes=indexes, primary_key=key, constraints=constraints))
        self._repoint(lambda target: f"{table.name}.{new}" if target == f"{table.name}.{old}" else target)

    def _alter_type(self, action: sql.Action, location: Location) -> None:
        redefined = "redefined" in action.flags
        for each in action.columns:
            if redefined:
                self._change(action.table, each.name, type=each.type, nullable=each.nullable)
            elif each.type:
                self._change(action.table, each.name, type=each.type)

    def _set_not_null(self, action: sql.Action, location: Location) -> None:
        for each in action.columns:
            self._change(action.table, each.name, nullable=False)

    def _drop_not_null(self, action: sql.Action, location: Location) -> None:
        for each in action.columns:
            self._change(action.table, each.name, nullable=True)

    def _change(self, table: str, column: str, **changes: object) -> None:
        known = self.tables.get(table)
        if known is None or column not in known.columns:
            return
        changed = replace(known.columns[column], **changes)  # type: ignore[arg-type]
        self._put(replace(known, columns={**known.columns, column: changed}))

    # Keys and indexes

    def _add_primary_key(self, action: sql.Action, location: Location) -> None:
        table = self.tables.get(action.table)
        if table is not None and action.columns:
            self._rebuild(table, primary_key=tuple(each.name for each in action.columns))

    def _add_unique(self, action: sql.Action, location: Location) -> None:
        table = self.tables.get(action.table)
        if table is None:
            return
        own = table.indexes[1:] if table.primary_key else table.indexes
        columns = tuple(each.name for each in action.columns)
        if columns:
            added = Index(action.name, columns, True, location)
            self._rebuild(table, indexes=[*own, added])
        elif "using-index" in action.flags:
            self._rebuild(
                table,
                indexes=[
                    replace(each, unique=True) if each.name in (action.references, action.name) else each
                    for each in own
                ],
            )

    def _add_foreign_key(self, action: sql.Action, location: Location) -> None:
        self._add_constraint(action, location)
        if len(action.columns) != 1 or not action.references:
            return
        column = action.columns[0].name
        name = action.name or f"{action.table}_{column}_fkey"
        self._foreign[action.table, name] = column
        referenced = action.referenced[0] if len(action.referenced) == 1 else ""
        self._change(action.table, column, references=self._target(action.references, referenced))

    def _add_constraint(self, action: sql.Action, location: Location) -> None:
        table = self.tables.get(action.table)
        kind = _CONSTRAINTS.get(action.kind)
        if table is None or kind is None:
            return
        columns = tuple(each.name for each in action.columns)
        added = Constraint(
            kind,
            action.name,
            columns,
            action.references,
            "not-valid" not in action.flags,
            not_null_column(action),
            location,
            action.expression,
        )
        self._put(replace(table, constraints=(*table.constraints, added)))

    def _validate(self, action: sql.Action, location: Location) -> None:
        table = self.tables.get(action.table)
        if table is not None:
            constraints = tuple(
                replace(each, valid=True) if each.name == action.name else each for each in table.constraints
            )
            self._put(replace(table, constraints=constraints))

    def _create_index(self, action: sql.Action, location: Location) -> None:
        table = self.tables.get(action.table)
        columns = tuple(each.name for each in action.columns)
        if table is None or not columns:
            return
        own = table.indexes[1:] if table.primary_key else table.indexes
        if action.name and any(each.name == action.name for each in own):
            return
        partial = "partial" in action.flags
        method = next((each[6:].lower() for each in action.flags if each.startswith("using-")), "")
        added = Index(action.name, columns, "unique" in action.flags, location, partial, method)
        self._rebuild(table, indexes=[*own, added])

    def _drop_index(self, action: sql.Action, location: Location) -> None:
        for table in self._holders(action):
            own = table.indexes[1:] if table.primary_key else table.indexes
            gone = next((each for each in own if each.name == action.name), None)
            if gone is None and action.columns:
                wanted = tuple(each.name for each in action.columns)
                unique = "unique" in action.flags
                gone = next((each for each in own if each.columns == wanted and each.unique == unique), None)
            if gone is not None:
                self._without(table, gone)
                return

    def _holders(self, action: sql.Action) -> list[Table]:
        """The tables that may have the index that an action names."""
        if action.table:
            return [self.tables[action.table]] if action.table in self.tables else []
        return list(self.tables.values())

    def _without(self, table: Table, gone: Index) -> None:
        columns = dict(table.columns)
        if len(gone.columns) == 1 and gone.columns[0] in columns:
            name = gone.columns[0]
            columns[name] = replace(columns[name], unique=False, indexed=False)
        own = table.indexes[1:] if table.primary_key else table.indexes
        self._rebuild(table, columns, [each for each in own if each is not gone])

    def _drop_constraint(self, action: sql.Action, location: Location) -> None:
        table = self.tables.get(action.table)
        if table is None:
            return
        if "primary-key" in action.flags or (action.name and action.name == f"{action.table}_pkey"):
            self._rebuild(table, primary_key=())
            return
        kept = tuple(each for each in table.constraints if each.name != action.name or not action.name)
        if len(kept) != len(table.constraints):
            self._put(replace(table, constraints=kept))
        column = self._foreign.pop((action.table, action.name), None)
        if column is None and action.name.endswith("_fkey"):
            column = action.name.removeprefix(f"{action.table}_").removesuffix("_fkey")
        if column is not None and column in table.columns:
            self._change(action.table, column, references=None)
        else:
            self._drop_index(replace_flags(action), location)


def _column_check(action: sql.Action) -> sql.Action:
    """The CHECK in the definition of a column that is added, under the name that the server gives it."""
    name = f"{action.table.rpartition('.')[2]}_{action.columns[0].name}_check"
    return sql.Action("add-check", action.table, action.columns[:1], name)


def not_null_column(action: sql.Action) -> str:
    """The column of a CHECK that only says `column IS NOT NULL`; empty for any other."""
    words = action.expression.replace("(", " ").replace(")", " ").split()
    if action.kind != "add-check" or len(words) != 4 or [word.upper() for word in words[1:]] != _NOT_NULL:
        return ""
    return words[0].rpartition(".")[2].strip('"')


def replace_flags(action: sql.Action) -> sql.Action:
    """The action that drops the index behind a unique constraint."""
    return sql.Action("drop-index", action.table, action.columns, action.name, flags=("unique",))


def _renamed(columns: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if column == old else column for column in columns)


def _moved(target: str, old: str, new: str) -> str:
    table, _, column = target.rpartition(".")
    return f"{new}.{column}" if table == old else target


_NOT_NULL = ["IS", "NOT", "NULL"]
_CONSTRAINTS: dict[str, Literal["foreign-key", "check", "exclude"]] = {
    "add-foreign-key": "foreign-key",
    "add-check": "check",
    "add-exclude": "exclude",
}
_HANDLERS: dict[str, Callable[[Fold, sql.Action, Location], None]] = {
    "create-table": Fold._create,
    "drop-table": Fold._drop,
    "rename-table": Fold._rename,
    "add-column": Fold._add_column,
    "drop-column": Fold._drop_column,
    "rename-column": Fold._rename_column,
    "alter-column-type": Fold._alter_type,
    "set-not-null": Fold._set_not_null,
    "drop-not-null": Fold._drop_not_null,
    "add-primary-key": Fold._add_primary_key,
    "add-unique": Fold._add_unique,
    "add-foreign-key": Fold._add_foreign_key,
    "add-check": Fold._add_constraint,
    "add-exclude": Fold._add_constraint,
    "validate-constraint": Fold._validate,
    "create-index": Fold._create_index,
    "drop-index": Fold._drop_index,
    "drop-constraint": Fold._drop_constraint,
}
