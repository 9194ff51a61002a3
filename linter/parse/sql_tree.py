"""The tree of a query, where sqlglot has one and hostile text cannot make it costly."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linter.parse.sql_clean import is_hole

if TYPE_CHECKING:
    from sqlglot import Token, exp
    from sqlglot.dialects.dialect import Dialect

_MAX_TOKENS = 20_000
_MAX_INSERT = 2_000
# sqlglot recurses for each bracket: the compiled build ends in a stack overflow that cannot be caught.
_MAX_DEPTH = 60
# Its cost is quadratic in the length of `a[1][1][1]…`.
_MAX_SUBSCRIPTS = 16
# It tries two readings of each nested array, which doubles the work for each level.
_MAX_ARRAYS = 6
_NODES_PER_TOKEN = 20
_OPERANDS = frozenset({"VAR", "IDENTIFIER", "STRING", "NUMBER", "R_PAREN", "PLACEHOLDER", "STAR"})


def tree_of(tokens: Sequence[Token], text: str, dialect: str) -> exp.Expr | None:
    """The tree of one query, or None if sqlglot cannot read it. `text` is what `tokens` were cut from.

    Holes that stand where a clause may (`WHERE a = 1 {more}`) are left out if they are in the way.
    """
    tokens = _as_insert(_shortened(tokens))
    if len(tokens) > _MAX_TOKENS or _is_too_deep(tokens):
        return None
    tree = _parsed(tokens, text, dialect)
    if tree is None:
        fewer = _without_trailing_holes(tokens)
        if len(fewer) < len(tokens):
            tree = _parsed(fewer, text, dialect)
    return tree


def _parsed(tokens: Sequence[Token], text: str, dialect: str) -> exp.Expr | None:
    parser = _dialect(dialect).parser(max_nodes=_NODES_PER_TOKEN * len(tokens) + 200)
    try:
        trees = parser.parse(list(tokens), text)
    except Exception:
        # The compiled build raises TypeError for some operators, and deep text exhausts the stack.
        return None
    return trees[0] if len(trees) == 1 else None


@functools.cache
def _dialect(name: str) -> Dialect:
    import logging

    from sqlglot.dialects.dialect import Dialect

    # It warns of every statement that it has no tree for.
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL + 1)
    return Dialect.get_or_raise(name)


def _shortened(tokens: Sequence[Token]) -> Sequence[Token]:
    """An INSERT of many rows with the first row only: the others say nothing new."""
    if len(tokens) <= _MAX_INSERT or tokens[0].token_type.name not in ("INSERT", "REPLACE"):
        return tokens
    depth = 0
    in_values = False
    for index, token in enumerate(tokens):
        if depth == 0 and token.token_type.name == "VALUES":
            in_values = True
        depth += (token.text == "(") - (token.text == ")")
        if in_values and depth == 0 and token.token_type.name == "R_PAREN":
            return tokens[: index + 1]
    return tokens


def _as_insert(tokens: Sequence[Token]) -> Sequence[Token]:
    """REPLACE INTO of MySQL and SQLite as the INSERT that it is."""
    if tokens[0].token_type.name != "REPLACE":
        return tokens
    from sqlglot import Token, TokenType

    first = tokens[0]
    return [Token(TokenType.INSERT, "INSERT", first.line, first.col, first.start, first.end), *tokens[1:]]


def _is_too_deep(tokens: Sequence[Token]) -> bool:
    depth, arrays, subscripts = 0, 0, 0
    previous = ""
    for token in tokens:
        text = token.text
        if text in ("(", "[", "{", "CASE"):
            depth += 1
            arrays += text == "["
            subscripts += text == "[" and previous == "]"
        elif text in (")", "]", "}", "END"):
            depth -= 1
            arrays -= text == "]"
        if depth > _MAX_DEPTH or arrays > _MAX_ARRAYS or subscripts > _MAX_SUBSCRIPTS:
            return True
        previous = text
    return False


def _without_trailing_holes(tokens: Sequence[Token]) -> list[Token]:
    """Leave out the holes that follow an operand: a clause may be put there, a value may not."""
    kept: list[Token] = []
    for token in tokens:
        is_name = token.token_type.name in ("VAR", "IDENTIFIER")
        if not (is_name and is_hole(token.text) and kept and kept[-1].token_type.name in _OPERANDS):
            kept.append(token)
    return kept
