"""Middleware of the project that checks a CSRF token, told by what it does."""

from __future__ import annotations

from collections.abc import Iterator

from linter.facts.expressions import Attr, Expr, Ref, walk
from linter.facts.scopes import Assign, Evaluate, Return
from linter.resolve.definitions import Function, arguments_of


def compares_cookie_and_header(function: Function) -> bool:
    """Whether a middleware looks at a cookie and at a header, in itself or in methods beside it.

    Together with letting every reading method pass, that is the check of a token that the caller has
    from an earlier answer: it does not ask who is calling.
    """
    owner = function.owner
    functions = [function] if owner is None else list(owner.methods.values())
    read = {name for each in functions for name in _attributes(each)}
    return "cookies" in read and "headers" in read


def _attributes(function: Function) -> Iterator[str]:
    """The names of all attributes that a function reads."""
    for expr in _expressions(function):
        for each in walk(expr):
            if isinstance(each, Ref):
                yield from each.name.split(".")[1:]
            elif isinstance(each, Attr):
                yield each.name


def _expressions(function: Function) -> Iterator[Expr]:
    for call in function.scope.calls:
        yield call.callee
        yield from arguments_of(call)
    for statement in function.scope.statements:
        if isinstance(statement, (Assign, Evaluate, Return)) and statement.value is not None:
            yield statement.value
    for block in function.scope.blocks:
        if block.subject is not None:
            yield block.subject
