"""SQL inside Python: strings that are statements, with holes where values are put in."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from linter.extract.string_places import Piece, StringPlaces
from linter.facts.spans import Range
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
    pieces: list[Piece]
    scope: int
    call: int
    holes: int


class SqlStrings:
    """Collects strings that may be SQL during the walk and reads them at its end.

    Most files have none, so sqlglot is imported only when a string passes `looks_like_sql`.
    """

    def __init__(self, source: str, dialect: str) -> None:
        self._source = source
        self._dialect = dialect
        self._found: list[_Found] = []
        self._part_of_larger: set[int] = set()

    def may_start(self, text: str) -> bool:
        """Whether `text` begins with a verb of SQL. Cheap: it runs on every string."""
        if len(text) < _SHORTEST:
            return text in _BARE
        return self._starts(text)

    def _starts(self, text: str) -> bool:
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
        return first is not None and self._starts(first)

    def add(self, node: ast.expr, scope: int, call: int, column: Callable[[int, int], int]) -> None:
        """Remember a string, or an expression that builds one, by its place."""
        if id(node) in self._part_of_larger:
            return
        pieces: list[Piece] = []
        holes = self._pieces(node, pieces, column)
        text = "".join([piece.text for piece in pieces])
        self._found.append(_Found(text, pieces, scope, call, holes))

    def _pieces(self, node: ast.expr, pieces: list[Piece], column: Callable[[int, int], int]) -> int:
        """Append the text of `node` with an identifier in place of each hole; count the holes."""
        self._part_of_larger.add(id(node))
        match node:
            case ast.Constant(value=str(value)):
                pieces.append(Piece(value, _place(node, column)))
                return 0
            case ast.JoinedStr(values=values):
                return self._parts(values, _place(node, column), pieces)
            case ast.BinOp(op=ast.Add()):
                return sum(self._pieces(operand, pieces, column) for operand in _operands(node))
            case ast.BinOp(op=ast.Mod(), left=left):
                first = len(pieces)
                self._pieces(left, pieces, column)
                return max(1, sum(piece.text.count("%s") for piece in pieces[first:]))
            case ast.Call(func=ast.Attribute(value=receiver, attr="format")):
                self._pieces(receiver, pieces, column)
                return 1
            case _:
                pieces.append(Piece(f"{_HOLE}{len(pieces)}", _place(node, column), is_hole=True))
                return 1

    def _parts(self, values: Sequence[ast.expr], place: Range, pieces: list[Piece]) -> int:
        """Append the parts of an f-string, whose own places some versions of Python do not tell."""
        holes = 0
        for part, value in enumerate(values):
            self._part_of_larger.add(id(value))
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                pieces.append(Piece(value.value, place, part))
            else:
                pieces.append(Piece(f"{_HOLE}{len(pieces)}", place, part, is_hole=True))
                holes += 1
        return holes

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
        lines = self._source.split("\n")
        for each in texts:
            places = StringPlaces(each.pieces, lines)
            for statement in statements_of(each.text, self._dialect, places=places):
                statement.scope = each.scope
                statement.call = each.call
                statement.holes = each.holes
                found.append(statement)
        found.sort(key=lambda statement: statement.span)
        return tuple(found)


def _place(node: ast.expr, column: Callable[[int, int], int]) -> Range:
    end_line = node.end_lineno or node.lineno
    end_column = column(end_line, node.end_col_offset or 0)
    return Range(node.lineno, column(node.lineno, node.col_offset), end_line, end_column)


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
