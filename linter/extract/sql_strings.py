"""SQL inside Python: strings that are statements, with holes where values are put in."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import NamedTuple

from linter.facts.sql import SqlStatement

_VERBS = frozenset(
    {
        "select",
        "insert",
        "update",
        "delete",
        "create",
        "alter",
        "drop",
        "truncate",
        "with",
        "grant",
        "revoke",
        "merge",
        "replace",
        "comment",
        "do",
        "lock",
        "refresh",
        "reindex",
        "set",
        "start",
        "vacuum",
    }
)
_INITIALS = frozenset(verb[0] for verb in _VERBS) | frozenset(verb[0].upper() for verb in _VERBS) | {"-"}
_COMMENTS = re.compile(r"(?:\s|--[^\n]*\n)*+")
_SHORTEST = 12
_BARE = frozenset({"BEGIN", "BEGIN;", "COMMIT", "COMMIT;", "ROLLBACK", "ROLLBACK;", "END", "END;"})
_HOLE = "hole_"


class _Found(NamedTuple):
    text: str
    line: int
    column: int
    scope: int
    call: int
    holes: int


class SqlStrings:
    """Collects strings that may be SQL during the walk and reads them at its end.

    Most files have none, so sqlglot is imported only when a string passes `looks_like_sql`.
    """

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._found: list[_Found] = []
        self._part_of_larger: set[int] = set()

    def may_start(self, text: str) -> bool:
        """Whether `text` begins with a verb of SQL. Cheap: it runs on every string."""
        if len(text) < _SHORTEST:
            return text in _BARE
        head = text[:1]
        if head.isspace() or head == "(":
            text = text.lstrip(" \t\r\n(")
            head = text[:1]
        if text.startswith("--"):
            text = text[_COMMENTS.match(text).end() :]  # type: ignore[union-attr]
            head = text[:1]
        return head in _INITIALS and text[:9].partition(" ")[0].strip().lower() in _VERBS

    def is_formatted(self, node: ast.expr) -> bool:
        """Whether `node` builds a string out of pieces, the first of which may start SQL."""
        if id(node) in self._part_of_larger:
            return False
        first = _first_piece(node)
        return first is not None and self.may_start(first)

    def add(self, node: ast.expr, scope: int, call: int, column: Callable[[int, int], int]) -> None:
        """Remember a string, or an expression that builds one, by its place."""
        if id(node) in self._part_of_larger:
            return
        pieces: list[str] = []
        holes = self._pieces(node, pieces)
        start = column(node.lineno, node.col_offset)
        self._found.append(_Found("".join(pieces), node.lineno, start, scope, call, holes))

    def _pieces(self, node: ast.expr, pieces: list[str]) -> int:
        """Append the text of `node` with an identifier in place of each hole; count the holes."""
        self._part_of_larger.add(id(node))
        match node:
            case ast.Constant(value=str(value)):
                pieces.append(value)
                return 0
            case ast.JoinedStr(values=values):
                return sum(self._pieces(value, pieces) for value in values)
            case ast.BinOp(op=ast.Add()):
                return sum(self._pieces(operand, pieces) for operand in _operands(node))
            case ast.BinOp(op=ast.Mod(), left=left):
                inner: list[str] = []
                self._pieces(left, inner)
                text = "".join(inner)
                pieces.append(text)
                return max(1, text.count("%s"))
            case ast.Call(func=ast.Attribute(value=receiver, attr="format")):
                self._pieces(receiver, pieces)
                return 1
            case _:
                pieces.append(f"{_HOLE}{len(pieces)}")
                return 1

    def statements(self) -> tuple[SqlStatement, ...]:
        """The SQL statements among the strings, in source order."""
        if not self._found:
            return ()
        from linter.extract.sql_or_prose import looks_like_sql

        texts = [each for each in self._found if looks_like_sql(each.text)]
        if not texts:
            return ()
        from linter.extract.sql import statements_of

        found: list[SqlStatement] = []
        for each in texts:
            for statement in statements_of(each.text, self._dialect, line=each.line, column=each.column):
                statement.scope = each.scope
                statement.call = each.call
                statement.holes = each.holes
                found.append(statement)
        found.sort(key=lambda statement: statement.span)
        return tuple(found)


def _operands(node: ast.BinOp) -> list[ast.expr]:
    """The operands of a left-leaning chain of `+`."""
    operands = [node.right]
    left: ast.expr = node.left
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        operands.append(left.right)
        left = left.left
    operands.append(left)
    operands.reverse()
    return operands


def _first_piece(node: ast.expr) -> str | None:
    """The constant text that `node`'s value is known to begin with."""
    while True:
        match node:
            case ast.Constant(value=str(value)):
                return value
            case ast.JoinedStr(values=[first, *_]):
                node = first
            case ast.BinOp(op=ast.Add() | ast.Mod(), left=left):
                node = left
            case ast.Call(func=ast.Attribute(value=receiver, attr="format")):
                node = receiver
            case _:
                return None
