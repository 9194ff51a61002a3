"""What a loop reads of each row that it goes over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from linter.facts.expressions import Comprehension, Expr, Ref, walk
from linter.facts.scopes import Assertion, Assign, Block, Evaluate, Jump, Raise, Return
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.backend import Backend


def reads_in_loop(backend: Backend, function: Function, loop: int) -> Iterator[Ref]:
    """The names that a loop reads in each pass, attributes included; `loop` is the index of its block.

    What is read where the loop ends (`return`, `break`, `raise`) is read once, and counts for nothing.
    """
    blocks = function.scope.blocks
    kept = _repeated_blocks(function, loop)
    for site in backend.calls_in(function, loop):
        call = site.call
        if call is None or call.block not in kept:
            continue
        yield from _names(call.callee)
        for expr in (*call.args, *(value for _, value in call.keywords)):
            yield from _names(expr)
    for statement in backend.statements_in(function, loop):
        value = _value(statement)
        if value is not None and statement.block in kept:
            yield from _names(value)
    for index in kept - {loop}:
        subject = blocks[index].subject
        if subject is not None:
            yield from _names(subject)
    if blocks[loop].kind == "comprehension":
        yield from _in_comprehension(function, blocks[loop])


def _repeated_blocks(function: Function, loop: int) -> set[int]:
    """The loop and the blocks inside it, without those that end it."""
    scope = function.scope
    ending = {
        each.block
        for each in scope.statements
        if isinstance(each, (Return, Raise)) or (isinstance(each, Jump) and each.kind == "break")
    }
    kept = {loop} - ending
    for index in range(loop + 1, len(scope.blocks)):
        if scope.blocks[index].parent in kept and index not in ending:
            kept.add(index)
    return kept


def _value(statement: object) -> Expr | None:
    if isinstance(statement, (Assign, Evaluate)):
        return statement.value
    return statement.test if isinstance(statement, Assertion) else None


def _names(expr: Expr) -> Iterator[Ref]:
    return (each for each in walk(expr) if isinstance(each, Ref))


def _in_comprehension(function: Function, block: Block) -> Iterator[Ref]:
    """What a comprehension reads beside the arguments of its calls."""
    for found in _comprehensions(function):
        if found.targets == block.targets and found.sources[:1] == (block.subject,):
            for expr in (found.element, *found.sources[1:], *found.conditions):
                yield from _names(expr)


def _comprehensions(function: Function) -> Iterator[Comprehension]:
    """Every comprehension of a function, but for a generator of which `next` takes one value."""
    scope = function.scope
    exprs = [value for each in scope.statements for value in (getattr(each, "value", None),) if value]
    exprs += [each.subject for each in scope.blocks if each.subject is not None]
    for call in scope.calls:
        if call.last_name != "next":
            exprs += [*call.args, *(value for _, value in call.keywords)]
    for expr in exprs:
        yield from (each for each in walk(expr) if isinstance(each, Comprehension))
