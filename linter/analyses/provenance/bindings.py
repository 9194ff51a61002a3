"""Which expression gives a name its value: call arguments, loop targets, unpacking."""

from __future__ import annotations

from collections.abc import Iterator

from linter.facts.expressions import Expr, Ref, Result, Sequence, Starred
from linter.facts.scopes import Assign, Call
from linter.resolve.definitions import Function


def argument_for(function: Function, call: Call, name: str) -> Expr | None:
    """What a call of `function` passes for one of its parameters."""
    given = call.keyword(name)
    if given is not None:
        return given
    names = [each.name for each in function.scope.parameters if each.kind.startswith("positional")]
    if function.owner is not None and not _is_static(function):
        names = names[1:]
    position = names.index(name) if name in names else len(call.args)
    if any(isinstance(argument, Starred) for argument in call.args[: position + 1]):
        return None
    return call.args[position] if position < len(call.args) else None


def _is_static(function: Function) -> bool:
    return any(
        isinstance(each.value, Ref) and each.value.name == "staticmethod"
        for each in function.scope.decorators
    )


def bare_local(expr: Expr) -> str:
    """The name of a local variable that `expr` is; empty when it is none."""
    return expr.name[1:] if isinstance(expr, Ref) and expr.name[0] == "$" else ""


def unpacked(function: Function, name: str) -> Iterator[tuple[int, Expr]]:
    """Values of assignments whose target is a tuple that holds `name`."""
    for statement in function.scope.statements:
        if isinstance(statement, Assign) and statement.value is not None:
            for target in statement.targets:
                if isinstance(target, Sequence):
                    source = element_of(target, name, statement.value, whole=True)
                    if source is not None:
                        yield 1, source


def is_count(function: Function, name: str, target: Expr, source: Expr) -> bool:
    """Whether a loop gives a name the number that `enumerate` counts."""
    return (
        isinstance(target, Sequence)
        and target.items[:1] == (Ref(f"${name}"),)
        and isinstance(source, Result)
        and function.scope.calls[source.call].callee == Ref("enumerate")
    )


def element_of(target: Expr, name: str, source: Expr, whole: bool = False) -> Expr | None:
    """The expression that a loop or unpacking target `name` takes its value from, None when it does not."""
    if isinstance(target, Starred):
        target = target.value
    if isinstance(target, Ref):
        return source if target.name == f"${name}" else None
    if not isinstance(target, Sequence):
        return None
    for position, item in enumerate(target.items):
        if element_of(item, name, source) is None:
            continue
        if isinstance(source, Sequence):
            rows = (source,) if whole else source.items
            picked = [
                row.items[position] if isinstance(row, Sequence) and position < len(row.items) else row
                for row in rows
            ]
            return Sequence("tuple", tuple(picked))
        return source
    return None
