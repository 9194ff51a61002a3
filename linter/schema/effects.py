"""The effect of an action on a server: which form of the lock model it is, and what that says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from linter.backend import Effect, Engine, Table, Verdict
from linter.facts.sql import Action
from linter.schema.defaults import is_volatile
from linter.schema.lock_model import OF_ENGINE, Entry
from linter.schema.types import always_rewrites, cost, is_zone_change, parse

if TYPE_CHECKING:
    from linter.backend import Column

DEFAULT_POSTGRES = "17"
"""The PostgreSQL that is meant when the configuration says nothing."""


def major(version: str) -> int:
    """The major version in `14`, `14.2` or `9.6`; that of the default when there is none."""
    head = (version or DEFAULT_POSTGRES).partition(".")[0]
    return int(head) if head.isdecimal() else int(DEFAULT_POSTGRES)


def effect_of(
    action: Action,
    table: Table | None,
    tables: Mapping[str, Table],
    engine: Engine,
    version: str,
    *,
    utc: bool = False,
) -> Effect:
    """What an action locks and does, given its table's state before. `utc` is a session in UTC."""
    forms = _Forms(table, tables, engine, utc).of(action)
    model = OF_ENGINE.get(engine, {})
    effects = [_entry(form, known, model, major(version)) for form, known in forms]
    if not effects:
        return Effect(action.kind)
    # Of equals the last one counts: it says more than the plain form before it.
    worst = max(reversed(effects), key=lambda each: (each.work, each.lock, each.other))
    return worst._replace(
        lock=max(each.lock for each in effects),
        other=max(each.other for each in effects),
        known=all(each.known for each in effects),
    )


def _entry(form: str, known: bool, model: Mapping[str, tuple[Entry, ...]], version: int) -> Effect:
    for entry in model.get(form, ()):
        if version >= entry.since:
            return Effect(form, entry.own, entry.other, entry.work, known)
    return Effect(form, known=known)


Found = list[tuple[str, bool]]
"""Forms, each with whether it is certain."""


class _Forms:
    """Names the forms of an action."""

    def __init__(self, table: Table | None, tables: Mapping[str, Table], engine: Engine, utc: bool) -> None:
        self.table = table
        self.tables = tables
        self.engine = engine
        self.utc = utc

    def of(self, action: Action) -> Found:
        handler = _HANDLERS.get(action.kind)
        return [] if handler is None else handler(self, action)

    def _create_table(self, action: Action) -> Found:
        references = any(each.references for each in action.columns)
        return [("create table with foreign key" if references else "create table", True)]

    def _drop_table(self, action: Action) -> Found:
        table = self.table
        referencing = table is not None and any(each.references for each in table.columns.values())
        return [("drop table with foreign key" if referencing else "drop table", True)]

    def _add_column(self, action: Action) -> Found:
        if not action.columns:
            return [("add column", False)]
        column, flags = action.columns[0], frozenset(action.flags)
        found: Found = [("add column", True)]
        if "identity" in flags or "auto-increment" in flags or "serial" in column.type:
            found.append(("add identity column", True))
        elif "generated-stored" in flags:
            found.append(("add stored generated column", True))
        elif "generated-virtual" in flags:
            found.append(("add virtual generated column", True))
        elif column.default is not None:
            verdict = is_volatile(column.default)
            kind = "volatile" if verdict is Verdict.YES else "constant"
            found.append((f"add column with {kind} default", verdict is not Verdict.UNKNOWN))
        if column.primary_key:
            found.append(("add primary key column", True))
        elif column.unique:
            found.append(("add unique column", True))
        if "check" in flags:
            found.append(("add checked column", True))
        if column.references:
            has_default = column.default is not None and column.default.upper() != "NULL"
            found.append(
                ("add referencing column with default" if has_default else "add referencing column", True)
            )
        return found

    def _drop_column(self, action: Action) -> Found:
        column = self._column(action)
        referencing = column is not None and column.references
        return [("drop referencing column" if referencing else "drop column", True)]

    def _column(self, action: Action) -> Column | None:
        if self.table is None or not action.columns:
            return None
        return self.table.columns.get(action.columns[0].name)

    def _change_type(self, action: Action) -> Found:
        column = self._column(action)
        after = action.columns[0].type if action.columns else ""
        if column is None or not column.type or not after:
            return [("change type", self.engine == "postgres" and always_rewrites(after))]
        if self.engine == "mysql":
            return [("change type", True)] if not _is_online(column.type, after) else []
        if "using" in action.flags and cost(column.type, after) == "free":
            return [("change type", False)]
        if self.utc and is_zone_change(column.type, after):
            return self._under_check(column.name, "change type for free")
        match cost(column.type, after):
            case "free":
                return self._under_check(column.name, "change type for free")
            case "rewrite":
                return [("change type", True)]
        return [("change type", False)]

    def _under_check(self, column: str, form: str) -> Found:
        assert self.table is not None
        checked = any(
            column in each.columns for each in self.table.constraints if each.kind == "check" and each.valid
        )
        return [("change type under check" if checked else form, True)]

    def _set_not_null(self, action: Action) -> Found:
        column = action.columns[0].name if action.columns else ""
        if self.table is not None:
            known = self.table.columns.get(column)
            if known is not None and not known.nullable:
                return []
            if any(each.not_null == column and each.valid for each in self.table.constraints):
                return [("set not null after valid check", True)]
        return [("set not null", True)]

    def _add_primary_key(self, action: Action) -> Found:
        if "using-index" not in action.flags:
            return [("add primary key", True)]
        if self.table is None:
            return [("add primary key using index", False)]
        index = next((each for each in self.table.indexes if each.name == action.references), None)
        if index is None:
            return [("add primary key using index", False)]
        columns = [self.table.columns.get(name) for name in index.columns]
        if any(each is not None and each.nullable for each in columns):
            return [("add primary key using index over nullable columns", True)]
        return [("add primary key using index", all(each is not None for each in columns))]

    def _add_unique(self, action: Action) -> Found:
        return [("add unique using index" if "using-index" in action.flags else "add unique", True)]

    def _add_check(self, action: Action) -> Found:
        return [("add check not valid" if "not-valid" in action.flags else "add check", True)]

    def _add_foreign_key(self, action: Action) -> Found:
        return [("add foreign key not valid" if "not-valid" in action.flags else "add foreign key", True)]

    def _validate(self, action: Action) -> Found:
        known = None if self.table is None else self.table.constraint(action.name)
        kind = "foreign key" if known is not None and known.kind == "foreign-key" else "check"
        return [(f"validate {kind}", known is not None)]

    def _drop_constraint(self, action: Action) -> Found:
        known = None if self.table is None else self.table.constraint(action.name)
        if known is not None and known.kind == "foreign-key":
            return [("drop foreign key", True)]
        return [("drop constraint", known is not None)]

    def _create_index(self, action: Action) -> Found:
        if self.engine == "mysql":
            return self._mysql_options(action)
        return [("create index concurrently" if "concurrently" in action.flags else "create index", True)]

    def _drop_index(self, action: Action) -> Found:
        return [("drop index concurrently" if "concurrently" in action.flags else "drop index", True)]

    def _other(self, action: Action) -> Found:
        flags = action.flags
        what = flags[0] if flags else ""
        if self.engine == "mysql":
            return self._mysql_options(action)
        if what == "create-index":
            return self._create_index(action)
        suffix = " concurrently" if "concurrently" in flags else ""
        if what == "vacuum":
            return [("vacuum full" if "full" in flags else "vacuum", True)]
        if what in ("reindex", "refresh-materialized-view", "detach-partition"):
            return [(what.replace("-", " ") + suffix, True)]
        if what == "alter-index" and "rename-to" in flags:
            return [("rename index", True)]
        form = _OTHERS.get(what) or next(
            (form for start, form in _STARTS.items() if what.startswith(start)), ""
        )
        return [(form, True)] if form else []

    def _mysql_options(self, action: Action) -> Found:
        if {"algorithm-copy", "lock-shared", "convert-to-character-set"} & set(action.flags):
            return [("copy table", True)]
        return [("lock exclusive", True)] if "lock-exclusive" in action.flags else []

    def _rows(self, action: Action) -> Found:
        return [("write rows", True)]


def _is_online(before: str, after: str) -> bool:
    """Whether MySQL changes the type in place: a longer varchar that keeps its one or two length bytes."""
    old, new = parse(before), parse(after)
    if old is None or new is None or before == after:
        return before == after or _appends_labels(before, after)
    if old.name != "varchar" or new.name != "varchar" or old.size is None or new.size is None:
        return False
    # Up to 63 characters of four bytes fit into 255 bytes.
    return new.size >= old.size and (new.size <= 63 or old.size > 255)


def _appends_labels(before: str, after: str) -> bool:
    """Whether an enum or set only gets labels behind its last one, within the same size in bytes."""
    kind = before.partition("(")[0].strip().lower()
    old, new = _LABEL.findall(before), _LABEL.findall(after)
    if kind not in ("enum", "set") or not after.lower().startswith(kind) or new[: len(old)] != old:
        return False
    if kind == "enum":
        return (len(old) > 255) == (len(new) > 255)
    return (len(old) + 7) // 8 == (len(new) + 7) // 8


_LABEL = re.compile(r"'((?:[^']|'')*)'")
_OTHERS = {
    "cluster": "cluster",
    "set-logged": "set logged",
    "set-unlogged": "set logged",
    "set-tablespace": "set tablespace",
    "set-access-method": "set access method",
    "set-schema": "set schema",
    "set": "set storage parameter",
    "reset": "set storage parameter",
    "alter-column-set-statistics": "set statistics",
    "attach-partition": "attach partition",
    "rename-constraint": "rename constraint",
    "rename-index": "rename index",
    "create-trigger": "trigger",
    "drop-trigger": "drop trigger",
    "lock-table": "lock table",
}
_STARTS = {
    "comment-on-table": "comment",
    "comment-on-column": "comment",
    "enable-row": "row level security",
    "disable-row": "row level security",
    "force-row": "row level security",
    "no-force-row": "row level security",
    "enable-trigger": "trigger",
    "disable-trigger": "trigger",
}
_HANDLERS: dict[str, Callable[[_Forms, Action], Found]] = {
    "create-table": _Forms._create_table,
    "drop-table": _Forms._drop_table,
    "rename-table": lambda forms, action: [("rename table", True)],
    "truncate": lambda forms, action: [("truncate", True)],
    "add-column": _Forms._add_column,
    "drop-column": _Forms._drop_column,
    "rename-column": lambda forms, action: [("rename column", True)],
    "alter-column-type": _Forms._change_type,
    "set-not-null": _Forms._set_not_null,
    "drop-not-null": lambda forms, action: [("drop not null", True)],
    "set-default": lambda forms, action: [("change default", True)],
    "drop-default": lambda forms, action: [("change default", True)],
    "add-primary-key": _Forms._add_primary_key,
    "add-unique": _Forms._add_unique,
    "add-exclude": lambda forms, action: [("add exclude", True)],
    "add-check": _Forms._add_check,
    "add-foreign-key": _Forms._add_foreign_key,
    "validate-constraint": _Forms._validate,
    "drop-constraint": _Forms._drop_constraint,
    "create-index": _Forms._create_index,
    "drop-index": _Forms._drop_index,
    "other": _Forms._other,
    "insert": lambda forms, action: [],
    "update": _Forms._rows,
    "delete": _Forms._rows,
}
