"""Functions of the project that are looked up in a dict before they are called: `checks[level](...)`."""

from __future__ import annotations

from linter.backend import Verdict
from linter.facts.expressions import Constant, Item, Mapping, Ref, Result
from linter.frameworks.flask.names import DECORATORS
from linter.guards import Refusals
from linter.resolve.definitions import Function
from linter.resolve.project import Project, Variable


def looked_up(project: Project, holder: Function, callee: Item, key: object) -> list[Function]:
    """The functions that an entry of a dict may be: all of the dict's where the key is not known.

    Empty where the dict, or one of those functions, is not known.
    """
    if not isinstance(callee.base, Ref):
        return []
    variable = project.reference(holder, callee.base.name).target
    if not isinstance(variable, Variable) or not isinstance(variable.assign.value, Mapping):
        return []
    found: list[Function] = []
    table = variable.assign.value
    for name, value in zip(table.keys, table.values, strict=True):
        if key is not None and isinstance(name, Constant) and name.value != key:
            continue
        target = project.reference(variable.holder, value.name).target if isinstance(value, Ref) else None
        if not isinstance(target, Function):
            return []
        found.append(target)
    return found


def is_guarded(project: Project, refusals: Refusals, function: Function) -> bool:
    """Whether a decorator of a function certainly asks who is calling."""
    parent = function.parent
    if parent is None:
        return False
    for decorator in function.head.decorators:
        expr = decorator.value
        if isinstance(expr, Result):
            found = project.callee(parent, parent.scope.calls[expr.call])
        elif isinstance(expr, Ref):
            found = project.reference(parent, expr.name)
        else:
            continue
        known = DECORATORS.get(found.name)
        if known is not None and known.verdict is Verdict.YES and not isinstance(expr, Result):
            return True
        if isinstance(found.target, Function):
            refusal = refusals.of(found.target)
            if refusal.verdict is Verdict.YES and refusal.kind == "authentication":
                return True
    return False
