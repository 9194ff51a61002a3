"""The controllers of Django Ninja Extra: classes whose methods are operations."""

from __future__ import annotations

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Closure, Made, Value
from linter.frameworks.ninja.objects import Child, Holder, Operation, Place
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Project

_CONTROLLER = "api_controller"
_VERBS = frozenset({"get", "post", "put", "patch", "delete"})


def registered(evaluator: Evaluator, holder: Holder, classes: list[Value], place: Place) -> None:
    """`api.register_controllers(A, B)`."""
    for cls in classes:
        made = _controller(evaluator, cls) if isinstance(cls, Class) else None
        if made is None:
            continue
        controller = Holder(
            place,
            made.keywords.get("auth", NotImplemented),
            made.keywords.get("throttle", NotImplemented),
        )
        controller.operations = _operations(evaluator, cls, made.keywords.get("permissions", NotImplemented))
        prefix = made.argument(0, "prefix_or_class", "")
        prefix = prefix if isinstance(prefix, str) else ""
        holder.children.append(Child(prefix, controller, NotImplemented, NotImplemented, place))


def discovered(evaluator: Evaluator, project: Project, holder: Holder, place: Place) -> None:
    """`api.auto_discover_controllers()`: every controller that does not decline."""
    found: list[Value] = []
    for cls in project.classes:
        if cls.head.decorators:
            made = _controller(evaluator, cls)
            if made is not None and made.keywords.get("auto_import", True) is not False:
                found.append(cls)
    registered(evaluator, holder, found, place)


def _controller(evaluator: Evaluator, cls: Class) -> Made | None:
    """The `@api_controller(...)` of a class."""
    parent = cls.parent
    assert parent is not None
    for decorator in cls.head.decorators:
        value = evaluator.expression(parent, decorator.value)
        name = getattr(value, "name", "")
        if isinstance(name, str) and name.startswith("ninja_extra.") and name.endswith("." + _CONTROLLER):
            return value if isinstance(value, Made) else Made(name, [], {}, cls.module, decorator.span)
    return None


def _operations(evaluator: Evaluator, cls: Class, permissions: Value) -> list[Operation]:
    found: dict[str, Operation | None] = {}
    for each in evaluator.order.classes(cls):
        for name, method in each.methods.items():
            if name not in found:
                found[name] = _operation(evaluator, each, method, permissions)
    return [operation for operation in found.values() if operation is not None]


def _operation(evaluator: Evaluator, cls: Class, method: Function, permissions: Value) -> Operation | None:
    for decorator in method.head.decorators:
        made = evaluator.expression(cls, decorator.value)
        if not isinstance(made, Made) or not made.name.startswith("ninja_extra."):
            continue
        last = made.name.rpartition(".")[2].removeprefix("http_")
        if last in _VERBS:
            verbs: Value = (last.upper(),)
        elif last == "generic":
            verbs = made.argument(1, "methods", ())
        else:
            continue
        path = made.argument(0, "path", "")
        own = made.keywords.get("permissions")
        return Operation(
            tuple(sorted(each.upper() for each in verbs if isinstance(each, str))),
            path if isinstance(path, str) else "",
            Closure(method),
            made.keywords.get("auth", NotImplemented),
            made.keywords.get("throttle", NotImplemented),
            Place(made.module, made.span),
            permissions if own is None else own,
        )
    return None
