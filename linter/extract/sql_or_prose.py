"""Tells SQL from English: both begin sentences with "Select", "Update" and "Delete from"."""

from __future__ import annotations

import re
from collections.abc import Callable

from linter.extract.sql_scanner import CLAUSES, OPERATOR_WORDS, Scanner, is_word
from linter.parse.keywords import keywords

# Each alternative begins with another character, and none gives back what it took.
_FIRST = re.compile(r"(?:[\s(]|--[^\n]*\n|/\*(?:[^*]|\*(?!/))*+\*/)*+([A-Za-z]{2,9})(?![\w'-])")


def looks_like_sql(text: str) -> bool:
    """Whether `text` begins with a statement of SQL. Cheap, and strict: a sentence of English is not one.

    A piece of a statement that is put together elsewhere is one if it says which table it is about.
    """
    first = _FIRST.match(text)
    if first is None:
        return False
    head = first[1]
    grammar = _GRAMMARS.get(head.upper())
    if grammar is None:
        return False
    return grammar(Scanner(text, first.end(), head))


def _select(scan: Scanner) -> bool:
    scan.accept("DISTINCT", "ALL")
    if scan.key == "FROM":
        return False
    is_strong = _selected(scan)
    if is_strong is None:
        return False
    if scan.done:
        # Without FROM it is a constant or a function; only its case tells it from a heading.
        return is_strong and scan.shouts
    if not scan.accept("FROM") or (scan.is_sentence and not is_strong):
        return False
    scan.accept("ONLY", "LATERAL")
    if scan.word == "(" or scan.done:
        return scan.word == "(" or scan.shouts
    if not scan.name():
        return False
    if scan.word == "(":
        scan.skip_group()
    scan.alias()
    return scan.ends_with_clause(",")


def _selected(scan: Scanner) -> bool | None:
    """Step over what is selected, to FROM or the end.

    Whether it has something that English lacks, such as `*` or `f(x)`. None if it cannot be SQL: three
    words in a row, an article before a word, or the punctuation of a sentence.
    """
    is_strong = scan.word in ("*", "'", "?", '"', "0")
    words, depth = 0, 0
    while scan.word and not (depth == 0 and (scan.key == "FROM" or scan.done)):
        is_strong = is_strong or (scan.word in ("(", "*", "=", ".") and scan.glued)
        depth += (scan.word == "(") - (scan.word == ")")
        if depth < 0 or (scan.word in ".:!" and not scan.glued):
            return None
        is_name = is_word(scan.word) and scan.key not in OPERATOR_WORDS
        if depth > 0 and scan.key in CLAUSES:
            is_name = False
        words = words + 1 if is_name else 0
        if words > 2 or (words == 1 and scan.is_prose and depth == 0):
            return None
        scan.advance()
    return is_strong


def _insert(scan: Scanner) -> bool:
    if scan.accept("OR"):
        scan.advance()
    scan.accept("IGNORE", "LOW_PRIORITY", "DELAYED")
    if not scan.accept("INTO") or scan.is_sentence or not scan.name():
        return False
    if scan.accept("AS") and not scan.name():
        return False
    if scan.done:
        return scan.shouts
    return scan.word in ("(", "?") or scan.key in (
        "VALUES",
        "SELECT",
        "DEFAULT",
        "SET",
        "WITH",
        "TABLE",
        "OVERRIDING",
    )


def _update(scan: Scanner) -> bool:
    scan.accept("ONLY")
    if not scan.name():
        return False
    if scan.key != "SET":
        scan.alias()
    if not scan.accept("SET"):
        return False
    if scan.done or scan.word == "?":
        return scan.shouts
    if scan.word == "(":
        return scan.skip_group() and scan.word == "="
    return scan.name() and scan.word in ("=", "[", "?")


def _delete(scan: Scanner) -> bool:
    if not scan.accept("FROM"):
        return False
    scan.accept("ONLY")
    if scan.is_sentence or not scan.name():
        return False
    if not scan.done and scan.key not in CLAUSES:
        scan.alias()
    return (
        scan.done or scan.word in ("?", ")") or scan.key in ("WHERE", "USING", "RETURNING", "ORDER", "LIMIT")
    )


_NAMED = {
    "TABLE": ("(", "AS", "LIKE", "PARTITION", "USING", "INHERITS", "WITH", "OF"),
    "VIEW": ("AS", "(", "WITH"),
    "FUNCTION": ("(",),
    "PROCEDURE": ("(",),
    "TYPE": ("AS", "("),
    "DOMAIN": ("AS",),
    "TRIGGER": ("BEFORE", "AFTER", "INSTEAD"),
    "POLICY": ("ON",),
    "RULE": ("AS",),
    "SEQUENCE": ("AS", "START", "INCREMENT", "MINVALUE", "OWNED", "CACHE", "NO"),
    "EXTENSION": ("WITH", "SCHEMA", "VERSION", "CASCADE"),
    "SCHEMA": ("AUTHORIZATION",),
    "DATABASE": ("WITH", "OWNER", "CHARACTER", "TEMPLATE", "ENCODING"),
    "ROLE": ("WITH", "LOGIN", "NOLOGIN", "PASSWORD"),
    "USER": ("WITH", "PASSWORD", "IDENTIFIED"),
}
_MAY_END = frozenset({"SEQUENCE", "EXTENSION", "SCHEMA", "DATABASE", "ROLE", "USER", "TABLE"})
_MODIFIERS = (
    "OR",
    "REPLACE",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "UNIQUE",
    "FULLTEXT",
    "CONSTRAINT",
    "MATERIALIZED",
    "GLOBAL",
    "LOCAL",
    "VIRTUAL",
    "FOREIGN",
)


def _if_exists(scan: Scanner) -> None:
    if scan.accept("IF"):
        scan.accept("NOT")
        scan.accept("EXISTS")


def _create(scan: Scanner) -> bool:
    while scan.accept(*_MODIFIERS):
        pass
    object_ = scan.key
    if not scan.accept("INDEX", *_NAMED) or scan.is_sentence:
        return False
    if object_ == "INDEX":
        return _create_index(scan)
    _if_exists(scan)
    if not scan.name():
        return False
    if scan.done:
        return object_ in _MAY_END and scan.shouts
    return scan.word == "?" or (scan.accept(*_NAMED[object_]) and (scan.shouts or not scan.is_sentence))


def _create_index(scan: Scanner) -> bool:
    scan.accept("CONCURRENTLY")
    _if_exists(scan)
    if scan.key != "ON" and not scan.name():
        return False
    if not scan.accept("ON"):
        return False
    scan.accept("ONLY")
    return scan.name() and (scan.word in ("(", "?") or scan.key == "USING")


_ALTERATIONS = keywords(
    """
    ADD DROP ALTER RENAME SET VALIDATE OWNER ENABLE DISABLE ATTACH DETACH MODIFY CHANGE RESET
    INHERIT NO FORCE CLUSTER REPLICA CONVERT ENGINE AUTO_INCREMENT WITH RESTART OWNED DEPENDS
    PASSWORD IN
    """
)
_OBJECTS = ("TABLE", "INDEX", "COLUMN", "CONSTRAINT", *_NAMED)


def _alter(scan: Scanner) -> bool:
    scan.accept("MATERIALIZED", "FOREIGN", "DEFAULT")
    if not scan.accept("SYSTEM", "PRIVILEGES", *_OBJECTS) or scan.is_sentence:
        return False
    _if_exists(scan)
    scan.accept("ONLY")
    if not scan.name():
        return False
    if scan.word == "(":
        scan.skip_group()
    if scan.accept("ON"):
        scan.name()
    return scan.key in _ALTERATIONS or scan.word == "?" or (scan.done and scan.shouts)


def _drop(scan: Scanner) -> bool:
    scan.accept("MATERIALIZED", "FOREIGN", "OWNED", "TEMPORARY")
    if not scan.accept("BY", *_OBJECTS) or scan.is_sentence:
        return False
    scan.accept("CONCURRENTLY")
    _if_exists(scan)
    while scan.name():
        if scan.word == "(":
            scan.skip_group()
        if not scan.accept(","):
            return scan.done or scan.word == "?" or scan.key in ("CASCADE", "RESTRICT", "ON", "CHECK")
    return False


def _truncate(scan: Scanner) -> bool:
    named = scan.accept("TABLE")
    scan.accept("ONLY")
    if scan.is_sentence or not (named or scan.shouts):
        return False
    while scan.name():
        if not scan.accept(","):
            return scan.done or scan.word == "?" or scan.key in ("CASCADE", "RESTRICT", "RESTART", "CONTINUE")
    return False


def _with(scan: Scanner) -> bool:
    scan.accept("RECURSIVE")
    if not scan.name():
        return False
    if scan.word == "(" and not scan.skip_group():
        return False
    if not scan.accept("AS"):
        return False
    scan.accept("NOT")
    scan.accept("MATERIALIZED")
    if scan.word != "(":
        return False
    scan.advance()
    return (
        scan.key in ("SELECT", "INSERT", "UPDATE", "DELETE", "VALUES", "WITH", "TABLE", "(")
        or scan.word == "?"
    )


_PRIVILEGES = keywords(
    """
    SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER USAGE CREATE CONNECT EXECUTE TEMPORARY
    TEMP ALL PRIVILEGES MAINTAIN
    """
)


def _grant(scan: Scanner) -> bool:
    if not scan.accept(*_PRIVILEGES) or scan.is_sentence:
        return False
    while scan.accept(",", *_PRIVILEGES) or (scan.word == "(" and scan.skip_group()):
        pass
    return scan.accept("ON") and (scan.name() or scan.accept("ALL")) and not scan.is_sentence


def _merge(scan: Scanner) -> bool:
    if not scan.accept("INTO") or not scan.name():
        return False
    scan.alias()
    return scan.key == "USING"


def _replace(scan: Scanner) -> bool:
    if not scan.accept("INTO") or not scan.name():
        return False
    return scan.word in ("(", "?") or scan.key in ("VALUES", "SELECT", "SET")


def _refresh(scan: Scanner) -> bool:
    if not (scan.accept("MATERIALIZED") and scan.accept("VIEW")):
        return False
    scan.accept("CONCURRENTLY")
    return scan.name() and not scan.is_sentence


def _comment(scan: Scanner) -> bool:
    return (
        scan.accept("ON")
        and scan.accept(*_OBJECTS)
        and scan.name()
        and (scan.key == "IS" or scan.accept("ON"))
    )


def _reindex(scan: Scanner) -> bool:
    return scan.accept("TABLE", "INDEX", "SCHEMA", "DATABASE") and not scan.is_sentence


def _lock(scan: Scanner) -> bool:
    return (
        scan.accept("TABLE", "TABLES") and scan.name() and (scan.key in ("IN", "READ", "WRITE") or scan.done)
    )


def _set(scan: Scanner) -> bool:
    scan.accept("LOCAL", "SESSION", "GLOBAL")
    return scan.shouts and scan.name() and (scan.word == "=" or scan.key == "TO")


def _do(scan: Scanner) -> bool:
    return scan.shouts and scan.word == "$"


def _start(scan: Scanner) -> bool:
    return scan.accept("TRANSACTION") and not scan.is_sentence


def _vacuum(scan: Scanner) -> bool:
    return scan.shouts and (scan.word == "(" or scan.key in ("FULL", "ANALYZE", "VERBOSE", "FREEZE"))


def _bare(scan: Scanner) -> bool:
    """A statement of one word, in capitals."""
    return scan.shouts and scan.done


_GRAMMARS: dict[str, Callable[[Scanner], bool]] = {
    "ALTER": _alter,
    "BEGIN": _bare,
    "COMMIT": _bare,
    "COMMENT": _comment,
    "CREATE": _create,
    "DELETE": _delete,
    "DO": _do,
    "DROP": _drop,
    "END": _bare,
    "GRANT": _grant,
    "INSERT": _insert,
    "LOCK": _lock,
    "MERGE": _merge,
    "REFRESH": _refresh,
    "REINDEX": _reindex,
    "REPLACE": _replace,
    "REVOKE": _grant,
    "ROLLBACK": _bare,
    "SELECT": _select,
    "SET": _set,
    "START": _start,
    "TRUNCATE": _truncate,
    "UPDATE": _update,
    "VACUUM": _vacuum,
    "WITH": _with,
}
