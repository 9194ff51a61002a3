"""Whether the text of a SQL statement is all that a database gets, or code puts it into a larger one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from linter.backend import Backend, Function, Statement
from linter.facts.expressions import (
    Attr,
    Constant,
    Expr,
    Item,
    Operation,
    Ref,
    Result,
    Sequence,
    Template,
    walk,
)
from linter.facts.scopes import Assign, Call
from linter.facts.sql import SqlStatement
from linter.resolve.definitions import arguments_of

_PARTS = frozenset(
    {"RawSQL", "SQL", "extra", "literal_column", "format", "join", "append", "extend", "replace"}
)
"""Calls whose texts end up inside of other texts, or may do so."""


@lru_cache(maxsize=1)
def whole_statements(backend: Backend) -> tuple[Statement, ...]:
    """The statements that were read and that no code completes when it runs."""
    return tuple(each for each in backend.statements if is_whole(each))


def is_whole(statement: Statement) -> bool:
    """Whether nothing is put into a statement, around it or behind it; False when that cannot be told.

    Templates of SQL files are not asked for: extraction leaves out what they make uncertain.
    """
    facts, function = statement.facts, statement.function
    if not facts.understood or facts.holes:
        return False
    if statement.origin == "file":
        return True
    if facts.text.lstrip().startswith("("):
        return False
    if function is None:
        return statement.origin != "string"
    if facts.call >= 0 and function.index == facts.scope:
        return _is_taken_whole(function, facts.call)
    names = list(_names(function, facts))
    return bool(names) and all(_is_used_whole(function, name) for name in names)


def _is_taken_whole(function: Function, index: int) -> bool:
    calls = function.scope.calls
    if calls[index].last_name != "SQL":
        return calls[index].last_name not in _PARTS
    # psycopg's pieces are whole when the call that runs them gets one of them, and nothing else.
    return any(
        Result(index) in call.args[:1] and call.last_name.startswith(("exec", "fetch")) for call in calls
    )


def _names(function: Function, facts: SqlStatement) -> Iterator[str]:
    """The names, as the function spells them, that hold a statement."""
    holder = function.module.definitions[facts.scope]
    mark = "$" if holder is function and not function.is_module else ":"
    if holder is not function and holder.scope.kind != "module":
        return
    for name, assigned in holder.assignments.items():
        if any(_holds(assign, facts, holder.scope.calls) for assign in assigned):
            if not any(assign.operator for assign in assigned):
                yield mark + name


def _holds(assign: Assign, facts: SqlStatement, calls: list[Call] | tuple[Call, ...]) -> bool:
    value = assign.value
    if isinstance(value, Result) and value.call == facts.call:
        return calls[value.call].last_name not in _PARTS
    return any(isinstance(each, Constant) and _begins(each.value, facts.text) for each in _operands(value))


def _operands(value: Expr | None) -> Iterator[Expr]:
    """The parts of a text that is written as several."""
    waiting = [value] if value is not None else []
    while waiting:
        each = waiting.pop()
        if isinstance(each, Operation) and each.operator == "+":
            waiting += each.operands
        else:
            yield each


def _begins(value: object, text: str) -> bool:
    """Whether a constant is the text of a statement, or the first part of it."""
    head = value.strip() if isinstance(value, str) else ""
    return bool(head) and (text in head or text.startswith(head))


def _is_used_whole(function: Function, name: str) -> bool:
    """Whether a function puts what a name holds into no other text, and asks no method of it."""
    scope = function.scope
    for call in scope.calls:
        callee = call.callee
        if isinstance(callee, Ref) and callee.name.startswith(name + "."):
            return False
        if any(_is_part(each, name) for each in arguments_of(call)):
            return False
        if call.last_name in _PARTS and Ref(name) in call.args:
            return False
    values = (getattr(each, "value", None) for each in scope.statements)
    return not any(value is not None and _is_part(value, name) for value in values)


def _is_part(expr: Expr, name: str) -> bool:
    """Whether a name stands inside of a text or of a list that is put together."""
    for each in walk(expr):
        inner: tuple[Expr, ...] = ()
        if isinstance(each, Operation) and each.operator in ("+", "%"):
            inner = each.operands
        elif isinstance(each, Template):
            inner = each.parts
        elif isinstance(each, Sequence):
            inner = each.items
        elif isinstance(each, (Attr, Item)):
            inner = (each.base,)
        if Ref(name) in inner:
            return True
    return False
