"""APIs, routers and controllers as values, and the operations that decorators add to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Closure, Frame, Instance, Made, Member, Value
from linter.facts.expressions import Attr, Ref, Result
from linter.facts.scopes import Call
from linter.facts.spans import Span
from linter.resolve.definitions import Class, Definition, Module

OPERATION = "ninja.operation()"
"""The name of the decorator that a router makes."""

_PACKAGES = ("ninja.", "ninja_extra.")
_APIS = frozenset({"NinjaAPI", "NinjaExtraAPI"})
_VERBS = frozenset({"get", "post", "put", "patch", "delete"})
_DECORATORS = _VERBS | {"api_operation"}
_STATE = "state of ninja"
"""The field that holds the state: no attribute of the project's code can have this name."""


class Place(NamedTuple):
    """Where something is declared."""

    module: Module
    span: Span


class Operation(NamedTuple):
    """A function under verbs and a path. What the decorator does not give is NotImplemented."""

    methods: tuple[str, ...]
    path: str
    view: Closure
    auth: Value
    throttle: Value
    place: Place
    permissions: Value = NotImplemented
    """What a controller's route or the controller itself asks for."""


class Child(NamedTuple):
    """A router or controller below another router, or below an API."""

    prefix: str
    router: Holder
    auth: Value
    throttle: Value
    place: Place


@dataclass
class Holder:
    """What an API, a router or a controller has gathered.

    `auth` and `throttle` are NotImplemented when it says nothing about them.
    """

    place: Place
    auth: Value = NotImplemented
    throttle: Value = NotImplemented
    is_api: bool = False
    operations: list[Operation] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    decorators: list[Value] = field(default_factory=list)
    urls: list[Value] = field(default_factory=list)
    """The list that `api.urls` gave away; it is filled once every module has had its say."""


def holder_of(value: Value) -> Holder | None:
    """What an API or router has gathered; None for any other value."""
    if isinstance(value, (Made, Instance)):
        found = value.fields.get(_STATE)
        return found if isinstance(found, Holder) else None
    return None


def is_holder(evaluator: Evaluator, cls: Class) -> bool:
    """Whether a class of the project is an API or a router."""
    return _kind(evaluator, cls) != ""


def _kind(evaluator: Evaluator, cls: Class) -> str:
    for ancestor in evaluator.order.of(cls):
        if ancestor.target is None and library_kind(ancestor.name):
            return library_kind(ancestor.name)
    return ""


def library_kind(name: str) -> str:
    """`api` or `router` for the names of the library's classes."""
    if not name.startswith(_PACKAGES):
        return ""
    last = name.rpartition(".")[2]
    return "api" if last in _APIS else "router" if last == "Router" else ""


def new_holder(made: Made, kind: str) -> Made:
    """An API or router of the library, as its constructor leaves it."""
    made.fields[_STATE] = Holder(
        Place(made.module, made.span),
        made.keywords.get("auth", NotImplemented),
        made.keywords.get("throttle", NotImplemented),
        kind == "api",
    )
    return made


def new_project_holder(evaluator: Evaluator, cls: Class, made: Made) -> Instance:
    """An API or router of a class of the project: its own constructor runs too."""
    value = Instance(cls)
    value.fields[_STATE] = Holder(Place(made.module, made.span), is_api=_kind(evaluator, cls) == "api")
    constructor = evaluator.class_value(cls, "__init__")
    if isinstance(constructor, Closure):
        evaluator.enter(Closure(constructor.function, constructor.frame, value), made.args, made.keywords)
    else:
        _initialise(value.fields[_STATE], made)
    return value


def _initialise(holder: Holder, made: Made) -> None:
    holder.auth = made.keywords.get("auth", holder.auth)
    holder.throttle = made.keywords.get("throttle", holder.throttle)


def call(evaluator: Evaluator, holder: Holder, member: Member, made: Made) -> Value:
    """A call of a method that an API or router has from the library."""
    name = member.name
    if name in _DECORATORS:
        return _decorator(holder, name, made)
    if evaluator.branching:
        return NotImplemented
    if name == "__init__":
        _initialise(holder, made)
        return None
    if name == "add_api_operation":
        view = made.argument(2, "view_func")
        verbs = made.argument(1, "methods")
        _add(holder, made.argument(0, "path", ""), verbs, view, made)
        return None
    if name == "add_decorator":
        holder.decorators.append(made.argument(0, "decorator"))
        return None
    return NotImplemented


def _decorator(holder: Holder, name: str, made: Made) -> Made:
    """`router.get("/x")`: what it decorates becomes an operation when the decorator is applied."""
    decorator = Made(OPERATION, made.args, made.keywords, made.module, made.span)
    decorator.truth = True
    decorator.fields[_STATE] = holder
    verbs: Value = [name.upper()] if name in _VERBS else made.argument(0, "methods", [])
    path = made.argument(0, "path", "") if name in _VERBS else made.argument(1, "path", "")
    decorator.fields["methods"], decorator.fields["path"] = verbs, path
    return decorator


def apply(decorator: Made, view: Value) -> None:
    """Add the function that the decorator is applied to."""
    holder = holder_of(decorator)
    if holder is not None:
        _add(holder, decorator.fields["path"], decorator.fields["methods"], view, decorator)


def _add(holder: Holder, path: Value, verbs: Value, view: Value, made: Made) -> None:
    if not isinstance(view, Closure) or not isinstance(path, str) or not isinstance(verbs, (list, tuple)):
        return
    holder.operations.append(
        Operation(
            tuple(sorted({each.upper() for each in verbs if isinstance(each, str)})),
            path,
            view,
            made.keywords.get("auth", NotImplemented),
            made.keywords.get("throttle", NotImplemented),
            Place(made.module, made.span),
        )
    )


def add_child(holder: Holder, child: Value, made: Made) -> None:
    """`api.add_router(prefix, router)`. A router's own `add_router` writes the options on the child."""
    below = holder_of(child)
    prefix = made.argument(0, "prefix", "")
    if below is None or below is holder or not isinstance(prefix, str):
        return
    auth = made.keywords.get("auth", NotImplemented)
    throttle = made.keywords.get("throttle", NotImplemented)
    if not holder.is_api:
        below.auth = below.auth if auth is NotImplemented else auth
        below.throttle = below.throttle if throttle is NotImplemented else throttle
        auth = throttle = NotImplemented
    holder.children.append(Child(prefix, below, auth, throttle, Place(made.module, made.span)))


def adds_operation(frame: Frame, definition: Definition) -> list[Call]:
    """The decorators of a definition that may add an operation, innermost first."""
    calls = [
        frame.holder.scope.calls[decorator.value.call]
        for decorator in definition.head.decorators
        if isinstance(decorator.value, Result)
    ]
    return [each for each in reversed(calls) if _last(each) in _DECORATORS]


def _last(call: Call) -> str:
    callee = call.callee
    if isinstance(callee, Attr):
        return callee.name
    return callee.name.rpartition(".")[2] if isinstance(callee, Ref) and "." in callee.name else ""
