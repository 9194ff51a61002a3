"""What stands between an anonymous caller and one endpoint: dependencies, decorators, its own checks."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Guard, Verdict
from linter.evaluate.values import UNKNOWN, Closure, External, Frame, Made, Member, Value
from linter.finding import Location
from linter.frameworks.fastapi.guards import Guarding
from linter.frameworks.fastapi.parameters import dependency_of
from linter.frameworks.starlette.anonymous import as_status
from linter.frameworks.starlette.library import Wrapped, undecorated
from linter.frameworks.starlette.middleware import Layers
from linter.frameworks.starlette.names import REQUIRES, public_name
from linter.frameworks.starlette.nodes import Served, listed
from linter.resolve.definitions import Class, Function


class EndpointGuards:
    """Finds the guards of endpoints."""

    def __init__(self, guarding: Guarding, layers: Layers) -> None:
        self.guarding = guarding
        self.layers = layers
        self._inside: dict[int, Guard | None] = {}
        self._classes: dict[Class, list[Guard]] = {}

    def attached(self, route: Served) -> Iterator[Guard]:
        """The guards that routers, inclusions and the route itself attach."""
        place = route.made.module.locate(route.made.span)
        for value, level in route.attached:
            dependency = dependency_of(value)
            if dependency is NotImplemented:
                continue
            guard = self.guarding.guard(dependency, level, place)
            if guard is not None:
                yield guard

    def of_function(self, closure: Closure) -> Iterator[Guard]:
        """The guards of a function: its parameters' dependencies, its class, its decorators, its body."""
        inner = undecorated(closure)
        function = inner.function
        for taken in self.guarding.parameters.of(inner):
            if taken.dependency is not NotImplemented:
                guard = self.guarding.guard(taken.dependency, "function", function.location)
                if guard is not None:
                    yield guard
        yield from self._of_class(function)
        yield from self._around(closure)
        own = self.guarding.inside(inner)
        if own is not None:
            yield own

    def _of_class(self, function: Function) -> list[Guard]:
        """Dependencies that a class-based view declares as attributes, its bases' included."""
        owner = function.owner
        if owner is None:
            return []
        if owner not in self._classes:
            self._classes[owner] = list(self._declared_by(owner))
        return self._classes[owner]

    def _declared_by(self, owner: Class) -> Iterator[Guard]:
        evaluator = self.guarding.evaluator
        for cls in evaluator.order.classes(owner):
            for assign in cls.attributes.values():
                marked = [each for each in (assign.value, assign.annotation) if each is not None]
                for expr in marked:
                    for dependency in self._dependencies(evaluator.in_frame(Frame(cls), expr)):
                        guard = self.guarding.guard(dependency, "class", cls.location)
                        if guard is not None:
                            yield guard

    def _dependencies(self, value: Value) -> Iterator[Value]:
        candidates = [value, *value.args[1:]] if isinstance(value, Made) else [value]
        for each in candidates:
            found = dependency_of(each)
            if found is not NotImplemented and found is not UNKNOWN:
                yield found

    # Decorators

    def _around(self, closure: Closure) -> Iterator[Guard]:
        """The guards among the decorators, outermost first."""
        while isinstance(closure, Wrapped):
            guard = (
                self._wrapper(closure)
                if closure.decorator is None
                else self._library(closure.decorator, closure.function.location)
            )
            if guard is not None:
                yield guard
            closure = closure.inner

    def _library(self, decorator: Value, place: Location) -> Guard | None:
        """A decorator of a library that is known to guard."""
        if isinstance(decorator, Member):
            name = f"{_receiver(decorator.receiver)}.{decorator.name}"
        elif isinstance(decorator, (Made, External)):
            name = public_name(decorator.name)
            if name.startswith("?.") and isinstance(decorator, Made):
                name = f"{_receiver(decorator.receiver)}.{name[2:]}"
        else:
            return None
        if name == REQUIRES and isinstance(decorator, Made):
            return self._requires(decorator, place)
        if name.rpartition(".")[2] in ("limit", "shared_limit") and "imiter" in name:
            return Guard(name, "rate-limit", "function", place, Verdict.NO)
        return None

    def _requires(self, decorator: Made, place: Location) -> Guard | None:
        """`@requires("admin")`: refuses whoever lacks one of the rights."""
        wanted = decorator.argument(0, "scopes")
        names = [wanted] if isinstance(wanted, str) else listed(wanted)
        held = self.layers.scopes()
        if held is not None and names and all(each in held for each in names):
            return None
        status = as_status(decorator.argument(1, "status_code", 403))
        verdict = Verdict.YES if status in (401, 403) else Verdict.UNKNOWN
        if decorator.keywords.get("redirect") is not None:
            verdict = Verdict.YES if "login" in str(decorator.keywords["redirect"]) else Verdict.UNKNOWN
        if held is None:
            verdict = Verdict.YES if verdict is Verdict.YES else Verdict.UNKNOWN
        return Guard(REQUIRES, "authentication", "function", place, verdict)

    def _wrapper(self, closure: Wrapped) -> Guard | None:
        """What a decorator of the project does before it calls what it wraps."""
        key = id(closure)
        if key not in self._inside:
            self._inside[key] = self._judge_wrapper(closure)
        return self._inside[key]

    def _judge_wrapper(self, closure: Wrapped) -> Guard | None:
        guarding = self.guarding
        maker = closure.function.parent
        named = maker if isinstance(maker, Function) and not maker.is_module else closure.function
        read = guarding.refusals.of(closure.function)
        inner = undecorated(closure)
        keywords = {taken.name: guarding.filled(taken).value for taken in guarding.parameters.of(inner)}
        met = guarding.judge_wrapper(closure, inner, keywords)
        if met.verdict is Verdict.NO:
            if guarding.limits(closure.function):
                return Guard(named.name, "rate-limit", "function", named.location, Verdict.NO)
            return None
        if met.verdict is Verdict.UNKNOWN and read.verdict is Verdict.NO:
            return None
        return Guard(named.name, met.kind, "function", named.location, met.verdict)


def _receiver(value: Value) -> str:
    return value.name if isinstance(value, (Made, External)) else "?"
