"""Column definitions and table constraints, as CREATE TABLE and ALTER TABLE spell them."""

from __future__ import annotations

from typing import NamedTuple

from linter.facts.sql import Action, Column
from linter.parse.ddl_cursor import Cursor
from linter.parse.keywords import keywords

_AFTER_TYPE = keywords(
    """
    NOT NULL DEFAULT PRIMARY UNIQUE REFERENCES CHECK CONSTRAINT GENERATED COLLATE AUTO_INCREMENT
    AUTOINCREMENT COMMENT ON KEY FIRST AFTER STORAGE COMPRESSION USING AS VISIBLE INVISIBLE VIRTUAL
    STORED IDENTITY CHARSET DEFERRABLE INITIALLY OPTIONS
    """
)
_AFTER_DEFAULT = _AFTER_TYPE - {"NULL", "NOT", "AS", "USING"}
_CONSTRAINTS = ("PRIMARY KEY", "UNIQUE", "FOREIGN KEY", "CHECK", "EXCLUDE")
_DELETE_RULES = ("CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION")


class Definition(NamedTuple):
    """A column and what a `Column` has no field for: `identity`, `generated`, `check`, `not-valid`, …"""

    column: Column
    flags: tuple[str, ...]


def column_of(cursor: Cursor) -> Definition:
    """Read a column definition: name, type, constraints."""
    name = cursor.name()
    type_ = type_of(cursor)
    flags: list[str] = []
    nullable, primary_key, unique = True, False, False
    default: str | None = None
    references: str | None = None
    referenced = ""
    while not cursor.done:
        start = cursor.position
        if cursor.accept("NOT NULL"):
            nullable = False
        elif cursor.accept_any("PRIMARY KEY"):
            nullable, primary_key = False, True
        elif cursor.accept("UNIQUE"):
            unique = True
        elif cursor.accept("DEFAULT"):
            default = _default(cursor)
        elif cursor.accept("REFERENCES"):
            references, names, extra = _references(cursor)
            referenced = names[0] if len(names) == 1 else ""
            flags += extra
        elif cursor.accept_any("AUTO_INCREMENT", "AUTOINCREMENT"):
            default = default or cursor.source(start).lower()
            flags.append("auto-increment")
        elif cursor.accept("GENERATED") or cursor.sees("AS ("):
            default, flag = _generated(cursor, start)
            flags.append(flag)
        elif cursor.accept("CHECK"):
            cursor.group()
            flags.append("check")
        elif cursor.accept("ON UPDATE"):
            cursor.skip()
            flags.append("on-update")
        else:
            cursor.skip()
    column = Column(name, type_, nullable, primary_key, unique, default, references, referenced)
    return Definition(column, tuple(flags))


def type_of(cursor: Cursor) -> str:
    """Read a type up to whatever may follow one, in lower case but for quoted names."""
    parts: list[str] = []
    while not cursor.done and not _ends_type(cursor, first=not parts):
        start = cursor.position
        word = cursor.word
        cursor.skip()
        if word.key in ("(", "["):
            spelling = "".join(_spelling(cursor, index) for index in range(start, cursor.position))
            parts[-1:] = [(parts[-1] if parts else "") + spelling]
        elif word.key == "." and parts and not cursor.done:
            parts[-1] += "." + cursor.name()
        else:
            parts.append(word.name)
    text = " ".join(parts)
    return text.removeprefix("pg_catalog.").removeprefix("public.")


def _spelling(cursor: Cursor, index: int) -> str:
    """A word inside a type's parentheses: labels of an enum keep their quotes and their case."""
    word = cursor.words[index]
    return word.name if word.kind == "word" else cursor.text[word.start : word.end]


def _ends_type(cursor: Cursor, *, first: bool) -> bool:
    key = cursor.word.key
    if key == "CHARACTER":
        return cursor.ahead(1).key == "SET"
    return key in _AFTER_TYPE and not (first and key in ("IDENTITY", "KEY", "COMMENT", "STORAGE"))


def _default(cursor: Cursor) -> str:
    """The source of a default, which ends where the next clause of the column begins."""
    start = cursor.position
    cursor.skip()
    while not cursor.done and not _ends_default(cursor):
        cursor.skip()
    return cursor.source(start)


def _ends_default(cursor: Cursor) -> bool:
    if cursor.sees("NOT NULL"):
        return True
    if cursor.word.key == "NULL":
        return (
            cursor.words[cursor.position - 1].kind != "symbol"
            or cursor.words[cursor.position - 1].key in ")]"
        )
    return cursor.word.key in _AFTER_DEFAULT


def _references(cursor: Cursor) -> tuple[str, tuple[str, ...], list[str]]:
    """The table behind REFERENCES, the columns that are named there, and the flags of its rules."""
    table = cursor.qualified()
    columns = tuple(column.name for column in key_columns(cursor.group()))
    flags: list[str] = []
    while True:
        if cursor.accept("ON DELETE"):
            flags.append("on-delete-" + _hyphenated(cursor.accept_any(*_DELETE_RULES)))
        elif cursor.accept("ON UPDATE"):
            flags.append("on-update-" + _hyphenated(cursor.accept_any(*_DELETE_RULES)))
        elif cursor.accept("MATCH"):
            cursor.take()
        else:
            return table, columns, flags


def _hyphenated(phrase: str) -> str:
    return phrase.lower().replace(" ", "-")


def _generated(cursor: Cursor, start: int) -> tuple[str, str]:
    """The source of a GENERATED clause and its flag: `identity`, `generated-stored`, `generated-virtual`."""
    cursor.accept_any("ALWAYS", "BY DEFAULT")
    cursor.accept("AS")
    if cursor.accept("IDENTITY"):
        source = cursor.source(start)
        cursor.group()
        return source.lower(), "identity"
    cursor.group()
    stored = cursor.accept_any("STORED", "PERSISTENT") or not cursor.accept("VIRTUAL")
    return cursor.source(start), "generated-stored" if stored else "generated-virtual"


def starts_constraint(cursor: Cursor) -> bool:
    """Whether a table constraint, rather than a column, comes next."""
    if cursor.sees("CONSTRAINT"):
        return True
    return any(cursor.sees(phrase) for phrase in _CONSTRAINTS)


def constraint_of(cursor: Cursor, table: str) -> Action:
    """Read a table constraint, named or not. With `using-index`, `references` is the index."""
    name = ""
    if cursor.accept("CONSTRAINT"):
        cursor.accept("IF NOT EXISTS")
        if not any(cursor.sees(phrase) for phrase in _CONSTRAINTS):
            name = cursor.name()
    kind = cursor.accept_any(*_CONSTRAINTS)
    flags: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    referenced: tuple[str, ...] = ()
    references = expression = ""
    if kind in ("PRIMARY KEY", "UNIQUE"):
        flags += cursor.flag("NULLS NOT DISTINCT")
        cursor.accept_any("INDEX", "KEY")
        if cursor.sees_name() and not cursor.sees("USING"):
            name = cursor.name()
        if cursor.accept("USING INDEX"):
            flags += ("using-index",)
            references = cursor.name()
        columns = key_columns(cursor.group())
    elif kind == "FOREIGN KEY":
        if cursor.sees_name():
            name = name or cursor.word.name
            cursor.take()
        columns = key_columns(cursor.group())
        if cursor.accept("REFERENCES"):
            references, referenced, rules = _references(cursor)
            flags += tuple(rules)
    elif kind == "CHECK":
        condition = cursor.group()
        expression = condition.source(0, len(condition.words))
        columns = tuple(Column(name, "") for name in _names_in(condition))
    flags += tuple(
        _hyphenated(word) for word in ("NOT VALID", "NOT ENFORCED", "DEFERRABLE") if cursor.holds(word)
    )
    if "deferrable" in flags and cursor.holds("NOT DEFERRABLE"):
        flags = tuple(flag for flag in flags if flag != "deferrable")
    action = f"add-{_hyphenated(kind)}" if kind else "other"
    flags = flags if kind else ("add-constraint", *flags)
    return Action(action, table, columns, name, references, flags, expression, referenced)


def _names_in(condition: Cursor) -> tuple[str, ...]:
    """The names in a condition that may be columns: neither words of SQL nor called."""
    words = condition.words
    following = [*(word.key for word in words[1:]), ""]
    found = (
        word.name
        for word, after in zip(words, following, strict=False)
        if word.kind in ("word", "name") and after not in ("(", ".") and word.key not in _CONDITION_WORDS
    )
    return tuple(dict.fromkeys(found))


_CONDITION_WORDS = keywords(
    "AND OR NOT IS NULL IN LIKE ILIKE BETWEEN TRUE FALSE CASE WHEN THEN ELSE END ANY ALL"
)


def key_columns(group: Cursor) -> tuple[Column, ...]:
    """The columns of a key or index. An expression is a column named by its source."""
    return tuple(Column(_key_part(part), "") for part in group.parts())


def _key_part(part: Cursor) -> str:
    following = part.ahead(1).key
    is_prefix = following == "(" and part.ahead(2).kind == "number" and part.ahead(3).key == ")"
    if part.sees_name() and (following not in ("(", ".", "::", "->", "->>", "||", "+", "-") or is_prefix):
        return part.name()
    part.skip()
    while not part.done and not _ends_expression(part):
        part.skip()
    words = part.words[: part.position]
    inner = Cursor(words, part.text).group()
    is_wrapped = len(inner.words) == len(words) - 2
    return inner.source(0, len(words)) if is_wrapped else part.source(0)


def _ends_expression(part: Cursor) -> bool:
    """Whether an operator class, an order or a collation follows a key's expression."""
    before = part.words[part.position - 1].key
    return part.word.kind in ("word", "name") and before in (")", "]")
