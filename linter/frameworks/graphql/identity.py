"""Whether what a resolver raises hangs on who is calling, as the code reads."""

from __future__ import annotations

from linter.backend import Verdict
from linter.facts.expressions import Attr, Expr, Ref, Result, walk
from linter.facts.scopes import Call, Raise
from linter.frameworks.flask.names import GUARD_WORDS
from linter.guards import Refusals
from linter.resolve.definitions import Function, arguments_of

_DEPTH = 4
_HOLDERS = frozenset({"info", "context", "ctx"})


class Identity:
    """Reads functions that are given the info of a resolver, or its context."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    def may_refuse(self, function: Function) -> bool:
        """Whether a function has a place that refuses a caller."""
        return self._refusals.of(function).verdict is not Verdict.NO or self.decides(function)

    def decides(self, function: Function) -> bool:
        """Whether an error of the function itself, or of one that it calls, hangs on who is calling."""
        blocks = function.scope.blocks
        for statement in function.scope.statements:
            block = statement.block if isinstance(statement, Raise) else 0
            while block:
                subject = blocks[blocks[block].opener].subject
                if subject is not None and self._is_told(function, subject, 0):
                    return True
                block = blocks[block].parent
        return any(self._is_check(function, call) for call in function.scope.calls)

    def asks_elsewhere(self, function: Function) -> bool:
        """Whether a function gives the caller to code outside of the project that sounds like a check."""
        for call in function.scope.calls:
            if not isinstance(call.callee, (Ref, Attr)):
                continue
            last = call.callee.name.rpartition(".")[2].lower()
            if not any(word in last for word in GUARD_WORDS):
                continue
            found = self._refusals.project.callee(function, call)
            if found.target is None and any(self._is_told(function, each, 0) for each in arguments_of(call)):
                return True
        return False

    def _is_check(self, function: Function, call: Call) -> bool:
        """Whether a call may raise, and is given what tells who is calling."""
        target = self._refusals.project.callee(function, call).target
        if not isinstance(target, Function) or target is function:
            return False
        if not any(isinstance(each, Raise) for each in target.scope.statements):
            return False
        return any(self._is_told(function, each, 0) for each in (call.callee, *arguments_of(call)))

    def _is_told(self, function: Function, expr: Expr, depth: int) -> bool:
        """Whether the value of an expression may tell who is calling."""
        if self._refusals.reads_identity(function, expr):
            return True
        for each in walk(expr) if depth < _DEPTH else ():
            if isinstance(each, Ref) and self._names_it(function, each.name, depth):
                return True
            if isinstance(each, Result):
                call = function.scope.calls[each.call]
                if any(
                    self._is_told(function, given, depth + 1) for given in (call.callee, *arguments_of(call))
                ):
                    return True
        return False

    def _names_it(self, function: Function, name: str, depth: int) -> bool:
        if name[0] != "$":
            return False
        parts = name[1:].split(".")
        if parts[0] in _HOLDERS or "context" in parts:
            return True
        assigned = [each.value for each in function.assignments.get(parts[0], ()) if each.value is not None]
        return any(self._is_told(function, each, depth + 1) for each in assigned)
