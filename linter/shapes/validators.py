"""Validator functions: whether the code of one refuses what is too large."""

from __future__ import annotations

from collections.abc import Iterable

from linter.backend.routes import Verdict
from linter.facts.expressions import Expr, Operation, Ref, Result
from linter.facts.scopes import Raise
from linter.resolve.definitions import Function
from linter.resolve.project import Project

_GREATER = frozenset({">", ">="})
_LESS = frozenset({"<", "<="})


def limit_of(project: Project, functions: Iterable[Function], without: Verdict) -> Verdict:
    """What validators make of a field that is otherwise not limited.

    YES when one raises for a value, or a length, above some number; UNKNOWN when there are validators
    that may do so in another way; `without` when there are none.
    """
    found = [_refuses_large(project, function) for function in functions]
    if not found:
        return without
    return Verdict.YES if any(found) else Verdict.UNKNOWN


def _refuses_large(project: Project, function: Function) -> bool:
    blocks = function.scope.blocks
    raising = {statement.block for statement in function.scope.statements if isinstance(statement, Raise)}
    return any(
        block.kind == "if"
        and index in raising
        and block.subject is not None
        and _compares(project, function, block.subject)
        for index, block in enumerate(blocks)
    )


def _compares(project: Project, function: Function, subject: Expr) -> bool:
    """Whether a test holds for all large values: `len(value) > 10`, `not 1 <= value < 5`."""
    negated = isinstance(subject, Operation) and subject.operator == "not"
    inner = subject.operands[0] if negated and isinstance(subject, Operation) else subject
    # Each alternative alone suffices; a further condition would let some large values pass.
    joint = "and" if negated else "or"
    found = inner.operands if isinstance(inner, Operation) and inner.operator == joint else (inner,)
    greater, less = (_LESS, _GREATER) if negated else (_GREATER, _LESS)
    for each in found:
        if isinstance(each, Operation) and len(each.operands) == 2:
            left, right = each.operands
            if each.operator in greater and _is_size(project, function, left):
                return True
            if each.operator in less and _is_size(project, function, right):
                return True
    return False


def _is_size(project: Project, function: Function, expr: Expr) -> bool:
    parameters = {f"${parameter.name}" for parameter in function.head.parameters}
    if isinstance(expr, Ref):
        return expr.name in parameters
    if not isinstance(expr, Result):
        return False
    call = function.scope.calls[expr.call]
    named = project.callee(function, call).name
    return named == "len" and any(isinstance(each, Ref) and each.name in parameters for each in call.args)
