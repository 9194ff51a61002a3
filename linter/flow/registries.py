"""Things that decorators fill with functions: `@handles("ping")` puts a function under a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from linter.facts.expressions import Attr, Expr, Item, Ref, Result
from linter.flow.arguments import Args
from linter.flow.heap import Instance
from linter.flow.places import name_of
from linter.flow.state import State
from linter.flow.values import FunctionRef, Value
from linter.resolve.definitions import Definition, Function
from linter.resolve.project import Variable

if TYPE_CHECKING:
    from linter.flow.engine import Engine

_KEY = "registry "
_GROWS = frozenset({"append", "add", "setdefault", "update"})


def registered(engine: Engine, holder: Definition, name: str, value: Value) -> None:
    """Run the decorators that write to a variable of a module, over all that they decorate.

    Those are functions that write to it, and methods of the instance that it holds.
    """
    from linter.flow.activation import Activation

    identity = value.shape.id  # type: ignore[union-attr]
    is_instance = type(engine.statics.get(identity)) is Instance
    if not isinstance(holder, Function):
        return
    engine.looks_at(registry_key(holder, name, is_instance))
    if not is_instance and not any(_writers(holder, name)):
        return
    for function, parent, expr in uses_of(engine, holder, name, is_instance):
        engine.trace.log.append(function.module.bit)
        act = Activation(engine, holder, State({}, {}, {}))
        decorator = act.engine.globals.static(parent, expr)
        act.apply(decorator, Args([Value(FunctionRef(function, bare=True))]))
        engine.keep_statics(act.state.heap, value)


def registry_key(holder: Definition, name: str, is_instance: bool) -> str:
    """The key by which is traced what decorators fill a variable of a module."""
    return f"{_KEY}{name_of(holder)}\0{name}\0{'instance' if is_instance else ''}"


def registrations(engine: Engine, key: str) -> list[str] | None:
    """The functions that are decorated with what a key stands for; None for the key of anything else."""
    if not key.startswith(_KEY):
        return None
    path, label, name, kind = key.removeprefix(_KEY).split("\0")
    holder = engine.project.modules[path].labelled(label)
    if holder is None:
        return []
    return [name_of(function) for function, _, _ in uses_of(engine, holder, name, bool(kind))]


def uses_of(
    engine: Engine, holder: Definition, name: str, is_instance: bool
) -> list[tuple[Function, Definition, Expr]]:
    """The functions that are decorated with what writes to a variable; none of the others is looked at."""
    start = len(engine.trace.log)
    writers = set() if is_instance else set(_writers(holder, name))
    uses = engine.decorations.uses if is_instance or writers else ()
    found = [
        (function, parent, expr)
        for function, parent, expr in uses
        if (
            _is_method_of(engine, parent, expr, holder, name)
            if is_instance
            else id(engine.decorations.target(parent, expr)) in writers
        )
    ]
    del engine.trace.log[start:]
    return found


def _is_method_of(engine: Engine, parent: Definition, expr: Expr, holder: Definition, name: str) -> bool:
    """Whether a decorator is a method of what a variable of a module holds."""
    if isinstance(expr, Result):
        expr = parent.scope.calls[expr.call].callee
    head = expr.name.rpartition(".")[0] if isinstance(expr, Ref) else ""
    if head.rpartition(".")[2].lstrip(":$") != name:
        return False
    target = engine.project.reference(parent, head).target
    return isinstance(target, Variable) and target.holder is holder and target.name == name


def _writers(holder: Definition, name: str) -> Iterator[int]:
    """The functions at the top of a module that write to a variable of it, themselves or inside."""
    for function in holder.module.functions:
        if not function.is_module and _writes(function, name):
            outer: Definition = function
            while outer.parent is not None and outer.parent is not holder:
                outer = outer.parent
            yield id(outer)


def _writes(function: Function, name: str) -> bool:
    targets = [each for statement in function.scope.statements for each in getattr(statement, "targets", ())]
    if any(isinstance(each, Item) and _is_variable(each.base, name) for each in targets):
        return True
    return any(
        (isinstance(call.callee, Ref) and call.callee.name in [f":{name}.{each}" for each in _GROWS])
        or (
            isinstance(call.callee, Attr)
            and call.callee.name in _GROWS
            and _is_variable(call.callee.base, name)
        )
        for call in function.scope.calls
    )


def _is_variable(expr: Expr, name: str) -> bool:
    return isinstance(expr, Ref) and expr.name == ":" + name
