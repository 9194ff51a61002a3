"""What a schema statement does, read from its tokens.

Tokens say it for more statements than sqlglot's trees do, and never wrongly: sqlglot has no tree
for VALIDATE CONSTRAINT or USING INDEX, and takes `RENAME a TO b` for a renamed table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import structs

from linter.facts.sql import Action, Column
from linter.parse.ddl_alter import alter_actions
from linter.parse.ddl_columns import column_of, constraint_of, key_columns, starts_constraint
from linter.parse.ddl_cursor import Cursor
from linter.parse.keywords import keywords
from linter.parse.sql import Word


def classify(words: Sequence[Word], text: str, dialect: str) -> tuple[Action, ...] | None:
    """The actions of a statement, or None if its first words begin no statement that is known here.

    Statements with a known head that change no table give an `other` action, whose first flag says what
    they do (`create-view`, `vacuum`); statements that change nothing give no action.
    """
    cursor = Cursor(words, text)
    head = cursor.take().key
    if head in _HEADS:
        return _HEADS[head](cursor, dialect)
    return () if head in _HARMLESS else None


_HARMLESS = keywords(
    """
    ABORT ANALYZE BEGIN CHECKPOINT CLOSE COMMIT DEALLOCATE DECLARE DESC DESCRIBE DISCARD END EXPLAIN
    FETCH FLUSH LISTEN MOVE NOTIFY PRAGMA PREPARE RELEASE RESET ROLLBACK SAVEPOINT SET SHOW START
    UNLISTEN UNLOCK USE ATTACH DETACH COPY LOAD IMPORT
    """
)
_CREATE_MODIFIERS = (
    "OR REPLACE",
    "GLOBAL",
    "LOCAL",
    "TEMPORARY",
    "TEMP",
    "UNLOGGED",
    "UNIQUE",
    "FULLTEXT",
    "SPATIAL",
    "VIRTUAL",
    "RECURSIVE",
    "TRUSTED",
    "CONSTRAINT",
)
_OBJECTS = (
    "MATERIALIZED VIEW",
    "FOREIGN TABLE",
    "FOREIGN DATA WRAPPER",
    "EVENT TRIGGER",
    "ACCESS METHOD",
    "USER MAPPING",
    "OPERATOR CLASS",
    "OPERATOR FAMILY",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH PARSER",
    "TEXT SEARCH TEMPLATE",
    "DEFAULT PRIVILEGES",
    "LARGE OBJECT",
)


_SHORT_OBJECTS = keywords(
    """
    AGGREGATE CAST COLLATION COLUMN CONSTRAINT CONVERSION DATABASE DOMAIN EVENT EXTENSION FUNCTION
    GROUP INDEX LANGUAGE OPERATOR OWNED POLICY PROCEDURE PUBLICATION ROLE ROUTINE RULE SCHEMA
    SEQUENCE SERVER STATISTICS SUBSCRIPTION SYSTEM TABLE TABLESPACE TRANSFORM TRIGGER TYPE USER VIEW
    """
)


def _object(cursor: Cursor) -> str:
    """Step over the kind of an object and return it in lower case; '' if none stands here."""
    if found := cursor.accept_any(*_OBJECTS):
        return found.lower()
    return cursor.take().key.lower() if cursor.word.key in _SHORT_OBJECTS else ""


def _other(what: str, table: str = "", name: str = "", flags: tuple[str, ...] = ()) -> Action:
    return Action("other", table, name=name, flags=(what.replace(" ", "-"), *flags))


def _create(cursor: Cursor, dialect: str) -> tuple[Action, ...] | None:
    flags: list[str] = []
    while modifier := cursor.accept_any(*_CREATE_MODIFIERS):
        flags.append("temporary" if modifier == "TEMP" else modifier.lower().replace(" ", "-"))
    if cursor.accept("DEFINER"):
        cursor.seek("PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "VIEW")
    object_ = _object(cursor)
    if not object_:
        return None
    if object_ in ("table", "foreign table"):
        return _create_table(cursor, (*flags, *(("foreign",) if object_ == "foreign table" else ())))
    if object_ == "index":
        return (_create_index(cursor, tuple(flags)),)
    return (_create_other(cursor, object_, tuple(flags)),)


def _create_other(cursor: Cursor, object_: str, flags: tuple[str, ...]) -> Action:
    flags += cursor.flag("IF NOT EXISTS")
    name = cursor.qualified()
    table = ""
    if object_ in ("trigger", "policy", "rule", "statistics"):
        cursor.seek("ON" if object_ != "rule" else "TO")
        cursor.take()
        table = cursor.qualified()
    if object_ == "type" and cursor.holds("AS ENUM"):
        flags += ("as-enum",)
    if object_ == "domain" and cursor.holds("CHECK"):
        flags += ("check",)
    if object_ in ("function", "procedure", "view") and cursor.holds("SECURITY DEFINER"):
        flags += ("security-definer",)
    return _other(f"create {object_}", table, name, flags)


def _create_table(cursor: Cursor, flags: tuple[str, ...]) -> tuple[Action, ...]:
    flags += cursor.flag("IF NOT EXISTS")
    table = cursor.qualified()
    parent = ""
    if cursor.accept("PARTITION OF"):
        flags += ("partition-of",)
        parent = cursor.qualified()
        flags += cursor.flag("DEFAULT")
    body = cursor.group()
    columns: list[Column] = []
    constraints: list[Action] = []
    for part in body.parts():
        if action := _table_element(part, table):
            constraints.append(action)
        elif part.sees("LIKE"):
            flags += ("like",)
        elif part.sees_name():
            column, extra = column_of(part)
            columns.append(column)
            if "check" in extra:
                name = f"{table.rpartition('.')[2]}_{column.name}_check"
                constraints.append(Action("add-check", table, (Column(column.name, ""),), name))
    if cursor.holds("AS SELECT") or cursor.holds("AS WITH") or cursor.holds("AS ("):
        flags += ("as-select",)
    if any(word.key.endswith("MERGETREE") for word in cursor.words[cursor.position :]):
        flags += ("clickhouse",)
    if cursor.holds("PARTITION BY"):
        flags += ("partitioned",)
    key = {column.name for each in constraints if each.kind == "add-primary-key" for column in each.columns}
    own = tuple(_in_key(column, key) for column in columns)
    created = Action("create-table", table, own, references=parent, flags=flags)
    return (created, *constraints)


def _in_key(column: Column, key: set[str]) -> Column:
    """The column as it is when a primary key of the table holds it: never NULL."""
    if column.name not in key:
        return column
    return structs.replace(column, nullable=False, primary_key=True)


def _table_element(part: Cursor, table: str) -> Action | None:
    """A constraint or index in the parentheses of CREATE TABLE; None for a column."""
    if starts_constraint(part):
        return constraint_of(part, table)
    start = part.position
    flags = tuple(word.lower() for word in [part.accept_any("FULLTEXT", "SPATIAL")] if word)
    if part.accept_any("INDEX", "KEY"):
        name = part.name() if part.word.key != "(" else ""
        if part.accept("USING"):
            part.take()
        if part.word.key == "(" and part.ahead(1).kind != "number":
            return Action("create-index", table, key_columns(part.group()), name, flags=flags)
    part.position = start
    return None


def _create_index(cursor: Cursor, flags: tuple[str, ...]) -> Action:
    flags += cursor.flag("CONCURRENTLY") + cursor.flag("IF NOT EXISTS")
    name = "" if cursor.sees("ON") else cursor.qualified()
    if cursor.accept("USING"):
        flags += (f"using-{cursor.take().name}",)
    cursor.accept("ON")
    flags += cursor.flag("ONLY")
    table = cursor.qualified()
    if cursor.accept("USING"):
        flags += (f"using-{cursor.take().name}",)
    columns = key_columns(cursor.group())
    if cursor.holds("NULLS NOT DISTINCT"):
        flags += ("nulls-not-distinct",)
    for option in ("ALGORITHM", "LOCK"):
        flags += _option(cursor, option)
    if cursor.holds("WHERE"):
        flags += ("partial",)
    return Action("create-index", table, columns, name, flags=flags)


def _option(cursor: Cursor, option: str) -> tuple[str, ...]:
    """The flag of `LOCK = NONE` behind an index of MySQL: `lock-none`."""
    start = cursor.position
    found: tuple[str, ...] = ()
    if cursor.seek(option):
        cursor.take()
        cursor.accept("=")
        found = (f"{option.lower()}-{cursor.take().name}",)
    cursor.position = start
    return found


def _drop(cursor: Cursor, dialect: str) -> tuple[Action, ...] | None:
    cursor.accept_any("TEMPORARY", "TEMP")
    object_ = _object(cursor)
    if not object_:
        return None
    flags = cursor.flag("CONCURRENTLY") + cursor.flag("IF EXISTS")
    for behaviour in ("CASCADE", "RESTRICT"):
        if cursor.words[-1].key == behaviour:
            flags += (behaviour.lower(),)
    names, table = _dropped(cursor)
    if object_ in ("table", "foreign table"):
        return tuple(Action("drop-table", name, flags=flags) for name in names)
    if object_ == "index":
        return tuple(Action("drop-index", table, name=name, flags=flags) for name in names)
    return tuple(_other(f"drop {object_}", table, name, flags) for name in names or ("",))


def _dropped(cursor: Cursor) -> tuple[tuple[str, ...], str]:
    """The names that DROP lists, and the table that stands behind ON."""
    names = []
    for part in cursor.parts():
        names.append(part.qualified())
        if part.seek("ON"):
            part.take()
            return tuple(names), part.qualified()
    return tuple(name for name in names if name), ""


def _truncate(cursor: Cursor, dialect: str) -> tuple[Action, ...]:
    cursor.accept("TABLE")
    flags = tuple(flag for phrase, flag in _TRUNCATE_FLAGS if cursor.holds(phrase))
    tables = []
    for part in cursor.parts():
        part.accept("ONLY")
        tables.append(part.qualified())
    return tuple(Action("truncate", table, flags=flags) for table in tables if table)


_TRUNCATE_FLAGS = (("CASCADE", "cascade"), ("RESTART IDENTITY", "restart-identity"))


def _rename(cursor: Cursor, dialect: str) -> tuple[Action, ...] | None:
    """`RENAME TABLE a TO b, c TO d` of MySQL."""
    if not cursor.accept("TABLE"):
        return (_other(f"rename {cursor.take().key.lower()}"),)
    actions = []
    for part in cursor.parts():
        table = part.qualified()
        part.accept("TO")
        actions.append(Action("rename-table", table, name=part.qualified()))
    return tuple(actions)


def _reindex(cursor: Cursor, dialect: str) -> tuple[Action, ...]:
    cursor.group()
    object_ = cursor.accept_any("TABLE", "INDEX", "SCHEMA", "DATABASE", "SYSTEM").lower()
    flags: tuple[str, ...] = (object_,) if object_ else ()
    flags += cursor.flag("CONCURRENTLY")
    name = cursor.qualified()
    return (_other("reindex", name if object_ == "table" else "", name, flags),)


def _vacuum(cursor: Cursor, dialect: str) -> tuple[Action, ...]:
    options = cursor.group()
    full = any(word.key == "FULL" for word in options.words) or cursor.sees("FULL")
    while cursor.accept_any("FULL", "FREEZE", "VERBOSE", "ANALYZE"):
        pass
    flags = ("full",) if full else ()
    return tuple(_other("vacuum", table, flags=flags) for table in cursor.names() or ("",))


def _cluster(cursor: Cursor, dialect: str) -> tuple[Action, ...]:
    cursor.accept("VERBOSE")
    return (_other("cluster", cursor.qualified()),)


def _refresh(cursor: Cursor, dialect: str) -> tuple[Action, ...]:
    cursor.accept("MATERIALIZED VIEW")
    flags = cursor.flag("CONCURRENTLY")
    return (_other("refresh materialized view", name=cursor.qualified(), flags=flags),)


def _lock(cursor: Cursor, dialect: str) -> tuple[Action, ...]:
    cursor.accept_any("TABLES", "TABLE")
    cursor.accept("ONLY")
    table = cursor.qualified()
    mode: tuple[str, ...] = ()
    if cursor.seek("IN"):
        cursor.take()
        start = cursor.position
        cursor.seek("MODE")
        mode = (cursor.source(start).lower().replace(" ", "-"),)
    return (_other("lock-table", table, flags=mode),)


def _comment(cursor: Cursor, dialect: str) -> tuple[Action, ...] | None:
    cursor.accept("ON")
    object_ = _object(cursor)
    if not object_:
        return None
    name = cursor.qualified()
    table = name.rpartition(".")[0] if object_ == "column" else name if object_ == "table" else ""
    return (_other(f"comment on {object_}", table, name),)


def _grant(cursor: Cursor, dialect: str) -> tuple[Action, ...]:
    verb = cursor.words[0].key.lower()
    flags = ("all",) if cursor.sees("ALL") else ()
    table = ""
    if cursor.seek("ON"):
        cursor.take()
        if not any(
            cursor.sees(object_) for object_ in ("ALL", "SCHEMA", "FUNCTION", "SEQUENCE", "DATABASE", "TYPE")
        ):
            cursor.accept("TABLE")
            table = cursor.qualified()
    return (_other(verb, table, flags=flags),)


def _alter(cursor: Cursor, dialect: str) -> tuple[Action, ...] | None:
    cursor.accept_any("ONLINE", "OFFLINE", "IGNORE")
    if cursor.accept_any("TABLE", "FOREIGN TABLE"):
        return alter_actions(cursor, dialect) or None
    object_ = _object(cursor)
    if not object_:
        return None
    flags = cursor.flag("IF EXISTS")
    name = cursor.qualified()
    if object_ == "policy" and cursor.accept("ON"):
        return (_other("alter policy", cursor.qualified(), name, flags),)
    return (_other(f"alter {object_}", name=name, flags=flags + _alteration(cursor)),)


def _alteration(cursor: Cursor) -> tuple[str, ...]:
    """What ALTER of anything but a table does, as flags: `add-value`, `rename-to`, `set-schema`."""
    both = (cursor.word, cursor.ahead(1))
    words = [word.key.lower() for word in both if word.kind == "word" and word.key not in ("IF", "WITH")]
    flags: tuple[str, ...] = ("-".join(words),) if words else ()
    if flags == ("add-value",):
        placed = cursor.holds("BEFORE") or cursor.holds("AFTER")
        if cursor.ahead(2).key == "IF":
            flags += ("if-not-exists",)
        return flags + (("placed",) if placed else ())
    return flags


_HEADS: dict[str, Callable[[Cursor, str], tuple[Action, ...] | None]] = {
    "ALTER": _alter,
    "CLUSTER": _cluster,
    "COMMENT": _comment,
    "CREATE": _create,
    "DROP": _drop,
    "GRANT": _grant,
    "LOCK": _lock,
    "REFRESH": _refresh,
    "REINDEX": _reindex,
    "RENAME": _rename,
    "REVOKE": _grant,
    "TRUNCATE": _truncate,
    "VACUUM": _vacuum,
}
