"""SQL text as facts: every statement of a file or of a string."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from linter.extract.sql_or_prose import looks_like_sql
from linter.extract.sql_rights import rights_traits
from linter.facts.spans import Span
from linter.facts.sql import OF_WHOLE_TEXT, Action, SqlStatement
from linter.parse.ddl import classify
from linter.parse.keywords import keywords
from linter.parse.sql import Lines, Piece, SqlError, Word, read, words_of
from linter.parse.sql_tree import tree_of

if TYPE_CHECKING:
    from sqlglot import Token

    from linter.extract.sql_queries import Query

__all__ = ["Places", "looks_like_sql", "statements_of"]


class Places(Protocol):
    """Knows where in a file each character of a text stands."""

    def span(self, start: int, end: int) -> Span:
        """The span from one offset into the text to another, the end exclusive."""


_QUERIES = keywords("SELECT INSERT UPDATE DELETE MERGE REPLACE WITH VALUES TABLE (")
# A line that begins a statement about a name in backticks: not a comment, and hardly the text of a string.
_MYSQL_NAME = re.compile(
    r"^[ \t]*(?:USE|(?:INSERT|REPLACE|UPDATE|DELETE|CREATE|ALTER|DROP|RENAME|TRUNCATE|LOCK)"
    r"(?:[ ]\w+){0,5})[ ]`",
    re.IGNORECASE | re.MULTILINE,
)
_OPAQUE = frozenset({"DO", "CALL", "EXECUTE", "EXEC"})


def statements_of(
    text: str, dialect: str = "postgres", *, line: int = 1, column: int = 0, places: Places | None = None
) -> tuple[SqlStatement, ...]:
    """Every statement of `text`, in order. Never raises.

    `dialect` is a name of sqlglot: postgres, mysql or sqlite. `line` (1-based) and `column` (0-based) are
    the place of the text's first character in its file, unless `places` knows that of each. A text that
    cannot be cut into tokens gives one statement without a kind that is not understood. DO, CALL and
    EXECUTE run code that is not looked into, so they are not understood either.
    """
    lines = places or Lines(text, line, column)
    dialect = _spoken(text, dialect)
    try:
        script = read(text, dialect)
    except SqlError:
        readable = text.encode("utf-8", "replace").decode()
        return (SqlStatement("", readable, lines.span(0, len(text)), understood=False),)
    return tuple(_statement(piece, script.clean, text, dialect, lines) for piece in script.pieces)


def _spoken(text: str, dialect: str) -> str:
    """MySQL's dialect for text with its quotes: PostgreSQL knows no backtick."""
    if dialect != "postgres" or "`" not in text:
        return dialect
    is_mysql = ('"' not in text and "$" not in text) or _MYSQL_NAME.search(text) is not None
    return "mysql" if is_mysql else dialect


def _statement(piece: Piece, clean: str, text: str, dialect: str, lines: Places) -> SqlStatement:
    head = words_of(piece.tokens[:3], clean)
    statement = SqlStatement(
        kind=head[0].key.lower() if head[0].kind == "word" else "",
        text=text[piece.start : piece.end],
        span=lines.span(piece.start, piece.end),
        placeholders=piece.placeholders,
        transaction=_transaction(head),
        understood=False,
    )
    if head[0].key in _QUERIES:
        _fill_query(statement, piece.tokens, clean, dialect)
    elif head[0].key not in _OPAQUE:
        _fill_actions(statement, piece.tokens, clean, dialect)
    # Some of a template's holes are blanks in the clean text, and may hold a join as well.
    if statement.traits and "{" in text and text.count("{") != clean.count("{"):
        statement.traits = tuple(each for each in statement.traits if each.kind not in OF_WHOLE_TEXT)
    return statement


def _transaction(head: Sequence[Word]) -> Literal["", "begin", "commit", "rollback"]:
    keys = [word.key for word in head]
    second = keys[1] if len(keys) > 1 else ""
    match keys[0]:
        case "BEGIN":
            return "begin"
        case "START" if second == "TRANSACTION":
            return "begin"
        case "COMMIT" | "END" if second != "PREPARED":
            return "commit"
        case "ROLLBACK" | "ABORT" if second not in ("PREPARED", "TO") and "TO" not in keys:
            return "rollback"
    return ""


def _fill_query(statement: SqlStatement, tokens: Sequence[Token], clean: str, dialect: str) -> None:
    query = _query(tokens, clean, dialect)
    if query is None:
        return
    statement.understood = True
    # Words before the verb say nothing (`WITH x AS (…) DELETE`), and REPLACE is more than an INSERT.
    if statement.kind in ("", "with"):
        statement.kind = query.kind
    statement.tables = query.tables
    statement.predicates = query.predicates
    statement.order = query.order
    statement.columns = query.columns
    statement.bounded = query.bounded
    statement.filtered = query.filtered
    statement.traits = query.traits


def _query(tokens: Sequence[Token], clean: str, dialect: str) -> Query | None:
    tree = tree_of(tokens, clean, dialect)
    if tree is None:
        return None
    from linter.extract.sql_queries import query_facts

    return query_facts(tree, clean)


def _fill_actions(statement: SqlStatement, tokens: Sequence[Token], clean: str, dialect: str) -> None:
    words = words_of(tokens, clean)
    statement.traits = rights_traits(words)
    actions = classify(words, clean, dialect)
    if actions is None:
        return
    statement.understood = True
    statement.actions = actions
    tables = [action.table for action in actions if action.table]
    if body := _query_in(tokens, actions):
        query = _query(body, clean, dialect)
        # Which tables a view reads cannot be told without its query.
        statement.understood = query is not None
        if query is not None:
            tables += query.tables
            statement.predicates = query.predicates
            statement.traits += query.traits
    statement.tables = tuple(dict.fromkeys(tables))


def _query_in(tokens: Sequence[Token], actions: Sequence[Action]) -> Sequence[Token]:
    """The query behind AS in CREATE VIEW and CREATE TABLE … AS."""
    if not actions or not {"create-view", "create-materialized-view", "as-select"} & set(actions[0].flags):
        return ()
    for index, token in enumerate(tokens[:-1]):
        if token.text.upper() == "AS" and tokens[index + 1].text.upper() in _QUERIES:
            return _without_suffix(tokens[index + 1 :])
    return ()


def _without_suffix(tokens: Sequence[Token]) -> Sequence[Token]:
    """Leave out `WITH [NO] DATA` and `WITH CHECK OPTION` behind a view's query."""
    for count in (3, 4, 2):
        if (
            len(tokens) > count
            and tokens[-count].text.upper() == "WITH"
            and tokens[-1].text.upper() in ("DATA", "OPTION")
        ):
            return tokens[:-count]
    return tokens
