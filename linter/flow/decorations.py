"""Decorators: what kind of method a function is, and what the project's own ones make of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from linter.facts.expressions import Expr, Ref, Result
from linter.flow.arguments import Args
from linter.flow.values import FunctionRef, Lambda, Obj, Partial, Value
from linter.resolve.definitions import Definition, Function
from linter.resolve.trace import Memo

if TYPE_CHECKING:
    from linter.flow.calls import Calls
    from linter.flow.engine import Engine

_KINDS = {
    "staticmethod": "static",
    "classmethod": "class",
    "property": "property",
    "functools.cached_property": "property",
    "django.utils.functional.cached_property": "property",
    "werkzeug.utils.cached_property": "property",
    "pydantic.computed_field": "property",
    "abc.abstractproperty": "property",
    "contextlib.contextmanager": "context",
    "contextlib.asynccontextmanager": "context",
}


_DISPATCHERS = frozenset({"functools.singledispatch", "functools.singledispatchmethod"})


class Decorations:
    """Decorators of the functions of one project."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._trace = trace = engine.project.trace
        self._kinds: Memo[int, str] = Memo(trace)
        self._dispatched: Memo[int, tuple[Function, ...]] = Memo(trace)
        self._own: Memo[int, tuple[Expr, ...]] = Memo(trace)

    @cached_property
    def uses(self) -> tuple[tuple[Function, Definition, Expr], ...]:
        """Every decorated function with the scope around it, for each of its decorators."""
        return tuple(
            (function, function.parent, each.value)
            for function in self._engine.backend.functions
            for each in function.scope.decorators
            if function.parent is not None
        )

    def kind(self, function: Function) -> str:
        """`static`, `class`, `property`, `accessor` (of a property), `context`, or empty."""
        found = self._kinds.read(id(function))
        if found is None:
            start = len(self._trace.log)
            found = self._kinds.keep(id(function), self._find_kind(function), start, function.module.bit)
        return found

    def _find_kind(self, function: Function) -> str:
        parent = function.parent
        for each in function.scope.decorators:
            if isinstance(each.value, Ref) and each.value.name.endswith((".setter", ".deleter")):
                return "accessor"
            if isinstance(each.value, Ref) and parent is not None:
                kind = _KINDS.get(self._engine.project.reference(parent, each.value.name).name)
                if kind is not None:
                    return kind
        return ""

    def dispatched(self, function: Function) -> tuple[Function, ...]:
        """The functions of its module that are registered for a `functools.singledispatch`, by type."""
        found = self._dispatched.read(id(function))
        if found is None:
            start = len(self._trace.log)
            parent = function.parent
            refs = [] if parent is None else [e.value for e in function.scope.decorators]
            named = [e.name for e in refs if isinstance(e, Ref)]
            is_one = any(self._engine.project.reference(parent, e).name in _DISPATCHERS for e in named)  # type: ignore[arg-type]
            others = function.module.functions if is_one else []
            found = tuple(e for e in others if self._is_registered(e, f"{function.scope.name}.register"))
            self._dispatched.keep(id(function), found, start, function.module.bit)
        return found

    def _is_registered(self, function: Function, name: str) -> bool:
        for each in function.scope.decorators:
            expr = each.value
            if isinstance(expr, Result) and function.parent is not None:
                self._trace.log.append(self._trace.body(function.parent))
                expr = function.parent.scope.calls[expr.call].callee
            if isinstance(expr, Ref) and expr.name.lstrip(":$") == name:
                return True
        return False

    def getter(self, function: Function) -> Function | None:
        """The property that a function sets or deletes: the definition of the same name before it."""
        for each in function.module.functions[: function.module.functions.index(function)][::-1]:
            if each.parent is function.parent and each.scope.name == function.scope.name:
                return self.getter(each) if self.kind(each) == "accessor" else each
        return None

    def own(self, function: Function) -> tuple[Expr, ...]:
        """The decorators that are functions of the project, outermost first."""
        found = self._own.read(id(function))
        if found is None:
            start = len(self._trace.log)
            parent = function.parent
            exprs = [each.value for each in function.scope.decorators]
            found = () if parent is None else tuple(e for e in exprs if self._is_own(function, e))
            self._own.keep(id(function), found, start, function.module.bit)
        return found

    def _is_own(self, function: Function, expr: Expr) -> bool:
        parent = function.parent
        assert parent is not None
        target = self.target(parent, expr)
        return target is not None and not target.is_module and target is not function

    def target(self, parent: Definition, expr: Expr) -> Function | None:
        """The function that a decorator names, or that makes it."""
        if isinstance(expr, Result):
            if parent.scope.kind == "function":
                self._trace.log.append(self._trace.body(parent))
            expr = parent.scope.calls[expr.call].callee
        if not isinstance(expr, Ref):
            return None
        target = self._engine.project.reference(parent, expr.name).target
        return target if isinstance(target, Function) else None

    def applied(self, act: Calls, ref: FunctionRef) -> Value | None:
        """What the project's decorators make of a function; None when they leave it as it is."""
        found = Value(ref._replace(bare=True, receiver=None))
        parent = ref.function.parent
        for expr in reversed(self.own(ref.function)):
            assert parent is not None
            decorator = self._engine.globals.static(parent, expr)
            result = act.apply(decorator, Args([found]))
            if type(result.shape) not in (FunctionRef, Lambda, Partial, Obj):
                return None
            found = result
        return found if found.shape != ref._replace(bare=True, receiver=None) else None
