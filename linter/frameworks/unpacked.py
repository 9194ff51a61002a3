"""Which keywords `**` adds to a call, where the dicts that it unpacks are seen to the last key."""

from __future__ import annotations

from collections.abc import Iterable

from linter.backend import Site
from linter.facts.expressions import Constant, Expr, Item, Mapping, Ref, Result, Starred
from linter.facts.scopes import Assign, Call, Return
from linter.resolve.definitions import Definition, Function
from linter.resolve.project import Project

_DEPTH = 4
_FILLS = frozenset({"update", "setdefault"})


def unpacked_keywords(site: Site) -> frozenset[str] | None:
    """The keywords that `**` adds to a call; None when there may be others."""
    assert site.call is not None
    if any(isinstance(each, Starred) for each in site.call.args):
        return None
    project = site.backend.project
    return _all(_keys(project, site.function, value, 0) for key, value in site.call.keywords if key == "**")


def _all(several: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    found: frozenset[str] = frozenset()
    for each in several:
        if each is None:
            return None
        found |= each
    return found


def _keys(project: Project, holder: Definition, expr: Expr | None, depth: int) -> frozenset[str] | None:
    if depth > _DEPTH:
        return None
    if isinstance(expr, Mapping):
        names = [
            each.value for each in expr.keys if isinstance(each, Constant) and isinstance(each.value, str)
        ]
        return frozenset(names) if len(names) == len(expr.keys) else None
    if isinstance(expr, Ref) and expr.name[0] == "$" and isinstance(holder, Function):
        name = expr.name[1:]
        assigned = holder.assignments.get(name, ())
        is_parameter = any(each.name == name for each in holder.head.parameters)
        if not assigned or is_parameter or _is_filled(project, holder, expr.name, 0):
            return None
        return _all(_keys(project, holder, each.value, depth + 1) for each in assigned)
    if isinstance(expr, Result):
        target = project.callee(holder, holder.scope.calls[expr.call]).target
        if isinstance(target, Function) and not target.is_module and not target.head.decorators:
            returned = [each.value for each in target.scope.statements if isinstance(each, Return)]
            return _all(_keys(project, target, each, depth + 1) for each in returned) if returned else None
    return None


def _is_filled(project: Project, function: Function, name: str, depth: int) -> bool:
    """Whether a function, or one that it hands the dict to, may put something into it."""
    if depth > _DEPTH:
        return True
    for statement in function.scope.statements:
        targets = statement.targets if isinstance(statement, Assign) else ()
        if any(isinstance(each, Item) and each.base == Ref(name) for each in targets):
            return True
    return any(_fills(project, function, call, name, depth) for call in function.scope.calls)


def _fills(project: Project, function: Function, call: Call, name: str, depth: int) -> bool:
    callee = call.callee
    if isinstance(callee, Ref) and callee.name.rpartition(".")[0] == name:
        return callee.name.rpartition(".")[2] in _FILLS
    if Ref(name) not in call.args and not any(
        key != "**" and value == Ref(name) for key, value in call.keywords
    ):
        return False
    target = project.callee(function, call).target
    if not isinstance(target, Function) or target.is_module or Ref(name) not in call.args:
        return True
    parameters = target.head.parameters[target.owner is not None :]
    position = call.args.index(Ref(name))
    if position >= len(parameters):
        return True
    return _is_filled(project, target, f"${parameters[position].name}", depth + 1)
