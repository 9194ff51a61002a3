"""Expressions whose truth a function asks for, or hands on."""

from __future__ import annotations

from collections.abc import Iterator

from linter.facts.expressions import Expr
from linter.facts.scopes import Assign, Return
from linter.resolve.definitions import Function


def tests_of(function: Function) -> Iterator[tuple[int, int, Expr]]:
    """The tests of `if` and `while`, and what is assigned or returned: span, block and expression of each."""
    for block in function.scope.blocks:
        if block.kind in ("if", "while") and block.subject is not None:
            yield block.span, block.parent, block.subject
    for statement in function.scope.statements:
        if isinstance(statement, (Return, Assign)) and statement.value is not None:
            yield statement.span, statement.block, statement.value
