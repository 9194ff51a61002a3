"""Decorators that record what they decorate: `@register_view(Model, "list")` over a class."""

from __future__ import annotations

from linter.backend import is_test
from linter.facts.expressions import Attr, Expr, Item, Ref, Result
from linter.facts.scopes import Assign
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.project import Project, Variable

_FILLING = frozenset({"append", "add", "update", "extend", "insert", "setdefault", "register"})


def recording_decorators(project: Project) -> list[tuple[str, Class | Function, Expr]]:
    """(path of the registry's module, decorated definition, decorator), in path and source order."""
    registries: dict[str, frozenset[str]] = {}
    found: list[tuple[str, Class | Function, Expr]] = []
    for module in project.modules.values():
        if is_test(module.path):
            continue
        for definition in module.definitions[1:]:
            parent = definition.parent
            if not isinstance(parent, Function) or not parent.is_module:
                continue
            for decorator in definition.head.decorators:
                recorder = _function(project, parent, decorator.value)
                if recorder is None:
                    continue
                if recorder.id not in registries:
                    registries[recorder.id] = frozenset(_filled(project, recorder))
                found.extend((path, definition, decorator.value) for path in sorted(registries[recorder.id]))
    return found


def _function(project: Project, holder: Definition, decorator: Expr) -> Function | None:
    """The project's function that a decorator is, or that makes it."""
    if isinstance(decorator, Result):
        decorator = holder.scope.calls[decorator.call].callee
    if not isinstance(decorator, Ref):
        return None
    target = project.reference(holder, decorator.name).target
    return target if isinstance(target, Function) and target.owner is None else None


def _filled(project: Project, function: Function) -> list[str]:
    """Modules whose variables the function, or one nested in it, fills."""
    paths: list[str] = []
    for scope_holder in (function, *_nested(function)):
        roots: list[Expr] = [
            call.callee for call in scope_holder.scope.calls if _last(call.callee) in _FILLING
        ]
        roots += [
            target
            for statement in scope_holder.scope.statements
            if isinstance(statement, Assign)
            for target in statement.targets
            if isinstance(target, Item)
        ]
        for root in roots:
            module = _variable_module(project, scope_holder, root)
            if module is not None:
                paths.append(module.path)
    return paths


def _nested(function: Function) -> list[Function]:
    found: list[Function] = []
    for child in function.children.values():
        if isinstance(child, Function):
            found += [child, *_nested(child)]
    return found


def _last(callee: Expr) -> str:
    if isinstance(callee, Attr):
        return callee.name
    return callee.name.rpartition(".")[2] if isinstance(callee, Ref) else ""


def _variable_module(project: Project, holder: Function, expr: Expr) -> Module | None:
    while isinstance(expr, (Attr, Item)):
        expr = expr.base
    if not isinstance(expr, Ref) or expr.name[0] == "$":
        return None
    name = expr.name
    target = project.reference(holder, name).target
    if target is None and "." in name:
        target = project.reference(holder, name.rpartition(".")[0]).target
    if isinstance(target, Variable) and isinstance(target.holder, Function):
        return target.holder.module
    return None
