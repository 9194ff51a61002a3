"""The SQL that an action stands for, in the words of PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from linter.facts.sql import Action, Column

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_WORDS = (
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check "
    "collate collation column concurrently constraint create cross current_catalog current_date "
    "current_role current_schema current_time current_timestamp current_user default deferrable desc "
    "distinct do else end except false fetch for foreign freeze from full grant group having ilike in "
    "initially inner intersect into is isnull join lateral leading left like limit localtime "
    "localtimestamp natural not notnull null offset on only or order outer overlaps placing primary "
    "references returning right select session_user similar some symmetric system_user table "
    "tablesample then to trailing true union unique user using variadic verbose when where window with"
)
_RESERVED = frozenset(_WORDS.split())
"""Words that PostgreSQL takes for no name unless they are quoted."""


def spell(action: Action) -> str:
    """SQL for an action, as far as the action says; a comment for one without a statement."""
    writer = _WRITERS.get(action.kind)
    return f"-- {' '.join(action.flags) or action.kind}" if writer is None else writer(action)


def quoted(name: str) -> str:
    """A name, in quotes where its spelling needs them; schema and table apart."""
    return ".".join(
        part if _PLAIN.match(part) and part not in _RESERVED else '"' + part.replace('"', '""') + '"'
        for part in name.split(".")
    )


def _column(column: Column) -> str:
    words = [quoted(column.name), column.type or "?"]
    if column.default is not None:
        words.append(f"DEFAULT {column.default}")
    if not column.nullable:
        words.append("NOT NULL")
    if column.primary_key:
        words.append("PRIMARY KEY")
    if column.unique:
        words.append("UNIQUE")
    if column.references:
        words.append(f"REFERENCES {quoted(column.references)}")
        words += [f"({quoted(column.referenced)})"] if column.referenced else []
    return " ".join(words)


def _names(columns: Iterable[Column]) -> str:
    return ", ".join(quoted(column.name) if _PLAIN.match(column.name) else column.name for column in columns)


def _create_table(action: Action) -> str:
    exists = "IF NOT EXISTS " if "if-not-exists" in action.flags else ""
    body = ", ".join(_column(column) for column in action.columns)
    return f"CREATE TABLE {exists}{quoted(action.table)} ({body})"


def _drop_table(action: Action) -> str:
    return f"DROP TABLE {_if_exists(action)}{quoted(action.table)}{_cascade(action)}"


def _if_exists(action: Action) -> str:
    return "IF EXISTS " if "if-exists" in action.flags else ""


def _cascade(action: Action) -> str:
    return " CASCADE" if "cascade" in action.flags else ""


def _alter(action: Action, what: str) -> str:
    return f"ALTER TABLE {quoted(action.table)} {what}"


def _first(action: Action) -> Column:
    return action.columns[0] if action.columns else Column("?", "")


def _alter_column(action: Action, what: str) -> str:
    return _alter(action, f"ALTER COLUMN {quoted(_first(action).name)} {what}")


def _constraint(action: Action, what: str) -> str:
    name = f"CONSTRAINT {quoted(action.name)} " if action.name else ""
    valid = " NOT VALID" if "not-valid" in action.flags else ""
    return _alter(action, f"ADD {name}{what}{valid}")


def _foreign_key(action: Action) -> str:
    target = quoted(action.references or "?")
    referenced = f" ({', '.join(map(quoted, action.referenced))})" if action.referenced else ""
    return _constraint(action, f"FOREIGN KEY ({_names(action.columns)}) REFERENCES {target}{referenced}")


def _create_index(action: Action) -> str:
    unique = "UNIQUE " if "unique" in action.flags else ""
    concurrently = "CONCURRENTLY " if "concurrently" in action.flags else ""
    exists = "IF NOT EXISTS " if "if-not-exists" in action.flags else ""
    using = next((f" USING {flag[6:]}" for flag in action.flags if flag.startswith("using-")), "")
    where = " WHERE ?" if "partial" in action.flags else ""
    name = f"{quoted(action.name)} " if action.name else ""
    head = f"CREATE {unique}INDEX {concurrently}{exists}{name}ON {quoted(action.table)}"
    return f"{head}{using} ({_names(action.columns)}){where}"


def _drop_index(action: Action) -> str:
    concurrently = "CONCURRENTLY " if "concurrently" in action.flags else ""
    return f"DROP INDEX {concurrently}{_if_exists(action)}{quoted(action.name or '?')}{_cascade(action)}"


_WRITERS: dict[str, Callable[[Action], str]] = {
    "create-table": _create_table,
    "drop-table": _drop_table,
    "rename-table": lambda action: _alter(action, f"RENAME TO {quoted(action.name)}"),
    "add-column": lambda action: _alter(action, f"ADD COLUMN {_column(_first(action))}"),
    "drop-column": lambda action: _alter(
        action, f"DROP COLUMN {_if_exists(action)}{quoted(_first(action).name)}{_cascade(action)}"
    ),
    "rename-column": lambda action: _alter(
        action, f"RENAME COLUMN {quoted(_first(action).name)} TO {quoted(action.name)}"
    ),
    "alter-column-type": lambda action: _alter_column(action, f"TYPE {_first(action).type or '?'}"),
    "set-not-null": lambda action: _alter_column(action, "SET NOT NULL"),
    "drop-not-null": lambda action: _alter_column(action, "DROP NOT NULL"),
    "set-default": lambda action: _alter_column(action, f"SET DEFAULT {_first(action).default or '?'}"),
    "drop-default": lambda action: _alter_column(action, "DROP DEFAULT"),
    "add-primary-key": lambda action: _constraint(action, f"PRIMARY KEY ({_names(action.columns)})"),
    "add-foreign-key": _foreign_key,
    "add-unique": lambda action: _constraint(action, f"UNIQUE ({_names(action.columns)})"),
    "add-check": lambda action: _constraint(action, "CHECK (?)"),
    "add-exclude": lambda action: _constraint(action, "EXCLUDE (?)"),
    "drop-constraint": lambda action: _alter(
        action, f"DROP CONSTRAINT {_if_exists(action)}{quoted(action.name or '?')}{_cascade(action)}"
    ),
    "validate-constraint": lambda action: _alter(action, f"VALIDATE CONSTRAINT {quoted(action.name)}"),
    "create-index": _create_index,
    "drop-index": _drop_index,
    "truncate": lambda action: f"TRUNCATE {quoted(action.table)}{_cascade(action)}",
}
