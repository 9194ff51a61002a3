"""What the evaluator needs to know of Django Ninja: what its names make and what their methods do."""

from __future__ import annotations

from collections.abc import Callable

from linter.backend import is_test
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Closure, Frame, Made, Member, Value
from linter.facts.expressions import Attr, Ref, Result
from linter.frameworks.ninja import controllers, objects
from linter.frameworks.ninja.mounts import patterns
from linter.frameworks.ninja.objects import Holder, Place
from linter.resolve.definitions import Class, Definition, Module
from linter.resolve.project import Project


class NinjaLibrary:
    """Gathers APIs, routers and operations while modules run. `imported` gives what a dotted path names."""

    def __init__(self, project: Project, imported: Callable[[Value], Value]) -> None:
        self._project = project
        self._imported = imported
        self._apis: list[Holder] = []

    def call(self, made: Made) -> Value:
        """`NinjaAPI(...)` and `Router(...)`."""
        kind = objects.library_kind(made.name)
        return objects.new_holder(made, kind) if kind else NotImplemented

    def attribute(self, receiver: Value, name: str) -> Value:
        """`api.urls`: a list that is filled once every module has run."""
        holder = objects.holder_of(receiver) if name == "urls" else None
        if holder is None or not holder.is_api:
            return NotImplemented
        if all(holder is not each for each in self._apis):
            self._apis.append(holder)
        return (holder.urls, "ninja", "")

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        """A method of an API or a router."""
        holder = objects.holder_of(member.receiver)
        if holder is None:
            return NotImplemented
        place = Place(made.module, made.span)
        if not evaluator.branching:
            if member.name == "add_router":
                router = made.argument(1, "router")
                child = self._imported(router) if isinstance(router, str) else router
                objects.add_child(holder, child, made)
                return None
            if member.name == "register_controllers":
                classes = [self._imported(each) if isinstance(each, str) else each for each in made.args]
                controllers.registered(evaluator, holder, classes, place)
                return None
            if member.name == "auto_discover_controllers":
                controllers.discovered(evaluator, self._project, holder, place)
                return None
        return objects.call(evaluator, holder, member, made)

    def apply(self, evaluator: Evaluator, callee: Value, made: Made) -> Value:
        """A router's decorator over a function, and the constructor of a project's own router."""
        if isinstance(callee, Class) and objects.is_holder(evaluator, callee):
            return objects.new_project_holder(evaluator, callee, made)
        if isinstance(callee, Made) and callee.name == objects.OPERATION and made.args:
            if not evaluator.branching:
                objects.apply(callee, made.args[0])
            return made.args[0]
        return NotImplemented

    def define(self, evaluator: Evaluator, frame: Frame, definition: Definition, value: Value) -> Value:
        """A function under a router's decorator is an operation from here on, and remains what it is."""
        if evaluator.branching or not isinstance(value, Closure):
            return NotImplemented
        for call in objects.adds_operation(frame, definition):
            decorator = evaluator.result(frame, call)
            if isinstance(decorator, Made) and decorator.name == objects.OPERATION:
                objects.apply(decorator, value)
        return NotImplemented

    def gather(self, evaluator: Evaluator) -> None:
        """Run every module that adds to a router or an API, imported for its effect or not."""
        for module in self._project.modules.values():
            if not is_test(module.path) and _adds(module):
                evaluator.module_value(module, "")

    def complete(self) -> None:
        """Fill the URL lists that were given away."""
        for api in self._apis:
            api.urls[:] = patterns(api)


_ADDING = frozenset({"add_router", "register_controllers", "auto_discover_controllers", "add_api_operation"})
_DECORATING = frozenset({"get", "post", "put", "patch", "delete", "api_operation"})


def _adds(module: Module) -> bool:
    """Whether a module's own body may add an operation or a router."""
    body = module.body
    names = {_last(call.callee) for call in body.calls}
    if not names.isdisjoint(_ADDING):
        return True
    return any(
        isinstance(decorator.value, Result) and _last(body.calls[decorator.value.call].callee) in _DECORATING
        for definition in module.definitions[1:]
        if definition.head.parent == 0
        for decorator in definition.head.decorators
    )


def _last(callee: object) -> str:
    if isinstance(callee, Attr):
        return callee.name
    return callee.name.rpartition(".")[2] if isinstance(callee, Ref) else ""
