"""What code leaves on `g` or on the request, for the code that runs after it in the same request.

A hook before each request, a middleware or a decorator writes `g.tenant` or `request.tenant`; handlers read
it. The two share no call, only the name: what any function leaves there is what all others find.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from linter.facts.expressions import Ref
from linter.facts.scopes import Assign
from linter.flow.places import name_of
from linter.flow.values import Named, Source, Taint, Typed, Value, join

if TYPE_CHECKING:
    from linter.flow.engine import Engine
    from linter.flow.entries import Runner
    from linter.resolve.definitions import Function

_CARRIERS = (
    "flask.g.",
    "quart.g.",
    "django.http.HttpRequest.",
    "starlette.requests.Request.state.",
    "fastapi.Request.state.",
    "sanic.request.Request.ctx.",
)
_SAME = (
    ("fastapi.Request.state.", "starlette.requests.Request.state."),
    ("starlette.requests.Request.state.", "fastapi.Request.state."),
    ("django.http.HttpRequest.", "rest_framework.request.Request."),
)
"""Names under which the same object is met."""
_GLOBAL = ("flask.g.", "quart.g.")
_MOST = 400
"""Writers beyond this number are left: no project has so many, generated code may."""


def _writes(function: Function, names: dict[str, Value]) -> bool:
    """Whether a function writes an attribute of `g`, or of the request that it is given."""
    heads = tuple(f"${name}." for name, value in names.items() if type(value.shape) is Named)
    return any(
        isinstance(target, Ref) and target.name.startswith((*_GLOBAL, *heads))
        for statement in function.scope.statements
        if isinstance(statement, Assign)
        for target in statement.targets
    )


def described(left: dict[str, Value]) -> list[str]:
    """All that is left, as texts: two runs with the same find the same in handlers."""
    return [
        f"{name} {_shape(value)} {[_origin(each) for each in value.taints]}" for name, value in left.items()
    ]


def _shape(value: Value) -> str:
    shape = value.shape
    return name_of(shape.cls) if type(shape) is Typed else repr(shape)


def _origin(taint: Taint) -> tuple[object, ...]:
    places = []
    step = taint.steps
    while step is not None:
        places.append((name_of(step.holder), step.span, step.what))
        step = step.before
    root = taint.root
    start = (root.key, name_of(root.holder), root.span) if isinstance(root, Source) else root
    return (start, taint.way, taint.safe, places)


def _writers(engine: Engine, runner: Runner) -> list[tuple[Function, dict[str, Value]]]:
    """The functions that leave something, with what they are given."""
    found = []
    for function in may_leave(engine):
        engine.trace.log.append(engine.trace.body(function))
        names = runner.hook_arguments(function)
        if _writes(function, names):
            found.append((function, names))
    return found


def may_leave(engine: Engine) -> list[Function]:
    """The functions that assign to an attribute of something."""
    functions = (each for each in engine.backend.functions if not each.is_module)
    return engine.scans.among("assigns to attributes", functions, _may_write)


def _may_write(function: Function) -> bool:
    """Whether a function assigns to an attribute of anything but itself."""
    owned = function.scope.parameters[:1] if function.owner is not None else ()
    own = tuple(f"${each.name}." for each in owned)
    return any(
        type(target) is Ref and "." in target.name and not target.name.startswith(own)
        for statement in function.scope.statements
        if type(statement) is Assign
        for target in statement.targets
    )


def carried(engine: Engine, runner: Runner) -> dict[str, Value]:
    """What the caller has a hand in of what is left, by full name (`flask.g.tenant`)."""
    found: dict[str, Value] = {}
    for function, names in _writers(engine, runner)[:_MOST]:
        for name, value in engine.left_by(function, names):
            for each in _names(name):
                known = found.get(each)
                found[each] = value if known is None else join(known, value)
    return found


def _names(name: str) -> Iterator[str]:
    if name.startswith(_CARRIERS):
        yield name
        for one, other in _SAME:
            if name.startswith(one):
                yield other + name.removeprefix(one)
