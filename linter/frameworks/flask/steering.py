"""Which functions set a Flask application up, and which of their parameters steer that."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from linter.backend import Backend
from linter.facts.expressions import Attr, Expr, Ref, Result
from linter.facts.scopes import Call, Import
from linter.frameworks.flask.names import REGISTRATIONS
from linter.resolve.changes import ALIASES
from linter.resolve.definitions import Definition, Function, arguments_of

_ROUNDS = 12
"""How often assignments are followed back from what steers."""


class Steering:
    """Answers for one backend. `kind_of` says what kind of object a call makes, or None."""

    def __init__(self, backend: Backend, kind_of: Callable[[Definition, Call], str | None]) -> None:
        self._backend = backend
        self._project = backend.project
        self._kind_of = kind_of
        self._known: dict[int, frozenset[str] | None] = {}

    @cached_property
    def aliases(self) -> dict[str, set[str]]:
        """Other names under which functions are imported."""
        self._project.trace.bit(ALIASES)
        found: dict[str, set[str]] = {}
        for module in self._project.modules.values():
            for scope in module.facts.scopes:
                for statement in scope.statements:
                    if type(statement) is Import and statement.name not in ("", statement.alias):
                        found.setdefault(statement.name, set()).add(statement.alias)
        return found

    def of(self, function: Function) -> frozenset[str] | None:
        """The parameters on which the set-up in a function depends; None when it sets nothing up."""
        key = id(function)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._find(function)
        return self._known[key]

    def _find(self, function: Function) -> frozenset[str] | None:
        names: set[str] = set()
        found = False
        for call in function.scope.calls:
            if self._sets_up(function, call):
                found = True
                for expr in (call.callee, *arguments_of(call)):
                    names |= self._locals(function, expr)
        for child in function.children.values():
            for decorator in child.head.decorators:
                if isinstance(decorator.value, Result):
                    names |= self._locals(function, decorator.value)
            if isinstance(child, Function):
                inner = self.of(child)
                found = found or inner is not None
        if not found:
            return None
        for block in function.scope.blocks:
            if block.kind in ("for", "comprehension") and block.subject is not None:
                names |= self._locals(function, block.subject)
        for _ in range(_ROUNDS):
            assigned = {
                name
                for known in names
                for assign in function.assignments.get(known, ())
                if assign.value is not None
                for name in self._locals(function, assign.value)
            }
            if assigned <= names:
                break
            names |= assigned
        return frozenset(each.name for each in function.head.parameters if each.name in names)

    def _sets_up(self, function: Function, call: Call) -> bool:
        callee = call.callee
        last = callee.name.rpartition(".")[2].lstrip(":$") if isinstance(callee, (Ref, Attr)) else ""
        if last in REGISTRATIONS:
            return True
        if last[:1].isupper() and self._kind_of(function, call) is not None:
            return True
        if not isinstance(callee, Ref) or not (call.args or call.keywords):
            return False
        target = self._project.callee(function, call).target
        return isinstance(target, Function) and bool(self.of(target))

    def _locals(self, function: Function, expr: Expr) -> set[str]:
        return {
            each.name[1:].partition(".")[0]
            for each in self._backend.reads(expr, function)
            if each.name[0] == "$"
        }
