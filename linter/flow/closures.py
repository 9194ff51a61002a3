"""What nested functions and lambdas see of the function around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.facts.expressions import Expr, Ref, Result, Sequence, walk
from linter.flow.heap import Cell
from linter.flow.values import Lambda, Value
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.flow.expressions import Expressions

_DEEP = 6


def free_names(function: Function, seen: dict[int, frozenset[str]]) -> frozenset[str]:
    """The local names of functions around `function` that it, or a function inside it, reads."""
    found = seen.get(function.index)
    if found is None:
        seen[function.index] = frozenset()
        names: set[str] = set()
        for expr in expressions_of(function):
            names |= _locals_in(expr)
        names -= function.local_names
        for child in function.children.values():
            if isinstance(child, Function):
                names |= free_names(child, seen) - function.local_names
        names |= set(function.scope.globals)
        found = seen[function.index] = frozenset(names)
    return found


def expressions_of(function: Function) -> list[Expr]:
    """Every expression that stands in a function's body by itself."""
    scope = function.scope
    found: list[Expr] = []
    for statement in scope.statements:
        for name in ("value", "exception", "cause", "test"):
            each = getattr(statement, name, None)
            if each is not None:
                found.append(each)
        found.extend(getattr(statement, "targets", ()))
    found.extend(block.subject for block in scope.blocks if block.subject is not None)
    for call in scope.calls:
        found.append(call.callee)
        found.extend(call.args)
        found.extend(value for _, value in call.keywords)
    return found


def _locals_in(expr: Expr) -> set[str]:
    return {
        each.name[1:].partition(".")[0]
        for each in walk(expr)
        if isinstance(each, Ref) and each.name[0] == "$"
    }


def lambda_of(activation: Expressions, operands: tuple[Expr, ...]) -> Value:
    """The value of a lambda: its body, then its parameters, are the operands."""
    parameters = operands[1].items if len(operands) > 1 and isinstance(operands[1], Sequence) else ()
    return Value(Lambda(activation.function, parameters, operands[0], captured(activation, operands[0])))


def captured(activation: Expressions, body: Expr) -> int | None:
    """A record of the names that a lambda reads, None when it reads none."""
    names: set[str] = set()
    pending = [body]
    calls = activation.function.scope.calls
    for _ in range(200):
        if not pending:
            break
        for each in walk(pending.pop()):
            if isinstance(each, Ref) and each.name[0] == "$":
                names.add(each.name[1:].partition(".")[0])
            elif isinstance(each, Result):
                call = calls[each.call]
                pending += [call.callee, *call.args, *(value for _, value in call.keywords)]
    return cell_of(activation, frozenset(names))


def cell_of(activation: Expressions, names: frozenset[str]) -> int | None:
    """A record of some names as they are now."""
    held: dict[object, Value] = {}
    for name in sorted(names):
        value = activation.state.names.get(name)
        if value is not None:
            held[name] = value
    if not held:
        return None
    identity = activation.engine.next_id()
    activation.state.heap[identity] = Cell(held)
    return identity
