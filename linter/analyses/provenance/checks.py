"""Which values a function holds against something known before it goes on: allow lists, formats, ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from linter.facts.expressions import Attr, Choice, Comprehension, Expr, Item, Operation, Ref, Result, walk
from linter.facts.scopes import Assertion, Assign, Call, Evaluate, Raise, Return, Statement
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.backend import Backend

_FORMATS = frozenset({"isdigit", "isalnum", "isidentifier", "isnumeric", "isdecimal", "isalpha"})
_MATCHES = frozenset({"match", "fullmatch"})
_ORDER = frozenset({"<", "<=", ">", ">="})


class _Test(NamedTuple):
    """A test of a function; `call` is set when it is a call by itself that raises."""

    expr: Expr
    call: Call | None = None


class Checks:
    """Answers, memoised by function."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._tests: dict[int, list[_Test]] = {}

    def covers(self, function: Function, expr: Expr, *, ranges: bool) -> bool:
        """Whether `function` tests `expr` against an allow list or a format; with `ranges`, a limit."""
        if not isinstance(expr, (Ref, Item, Attr, Result)):
            return False
        return any(self.decides(function, test.expr, expr, ranges) for test in self._of(function))

    def decides(self, function: Function, test: Expr, expr: Expr, ranges: bool) -> bool:
        """Whether one test ties `expr` down."""
        for each in walk(test):
            if isinstance(each, Operation) and len(each.operands) == 2:
                first, second = each.operands
                if each.operator in ("in", "not in") and self._mentions(function, first, expr):
                    return True
                if ranges and each.operator in _ORDER:
                    if self._mentions(function, first, expr) or self._mentions(function, second, expr):
                        return True
            elif isinstance(each, Result) and self._call_decides(function, each, expr):
                return True
        return False

    def _call_decides(self, function: Function, result: Result, expr: Expr) -> bool:
        call = function.scope.calls[result.call]
        found = self._backend.project.callee(function, call)
        last = found.name.rpartition(".")[2]
        receiver = _receiver(call)
        if last in _FORMATS and receiver is not None and self._mentions(function, receiver, expr):
            return True
        if last in _MATCHES or isinstance(found.target, Function):
            return any(self._mentions(function, argument, expr) for argument in call.args)
        if last == "isinstance" and len(call.args) == 2 and call.args[0] == expr:
            return all(
                isinstance(kind, Ref) and kind.name in ("int", "float", "bool")
                for kind in getattr(call.args[1], "items", (call.args[1],))
            )
        return False

    def _mentions(self, function: Function, where: Expr, expr: Expr) -> bool:
        if where == expr:
            return True
        if isinstance(where, Result):
            call = function.scope.calls[where.call]
            receiver = _receiver(call)
            return any(each == expr for each in (*call.args, receiver))
        return any(each == expr for each in walk(where))

    def _of(self, function: Function) -> list[_Test]:
        found = self._tests.get(id(function))
        if found is None:
            found = list(self._collect(function))
            self._tests[id(function)] = found
        return found

    def _collect(self, function: Function) -> Iterator[_Test]:
        for block in function.scope.blocks:
            if block.kind in ("if", "while") and block.subject is not None:
                yield _Test(block.subject)
        for statement in function.scope.statements:
            if isinstance(statement, Assertion):
                yield _Test(statement.test)
            elif isinstance(statement, Evaluate) and isinstance(statement.value, Result):
                call = function.scope.calls[statement.value.call]
                target = self._backend.project.callee(function, call).target
                if isinstance(target, Function) and _raises(target):
                    yield _Test(statement.value, call)
            for value in _values(statement):
                for each in walk(value):
                    if isinstance(each, Choice):
                        yield _Test(each.test)
                    elif isinstance(each, Comprehension):
                        yield from (_Test(condition) for condition in each.conditions)
        for call in function.scope.calls:
            for argument in call.args:
                for each in walk(argument):
                    if isinstance(each, Comprehension):
                        yield from (_Test(condition) for condition in each.conditions)


def _raises(function: Function) -> bool:
    return any(isinstance(statement, Raise) for statement in function.scope.statements)


def _values(statement: Statement) -> Iterator[Expr]:
    if isinstance(statement, (Assign, Return)) and statement.value is not None:
        yield statement.value


def _receiver(call: Call) -> Expr | None:
    if isinstance(call.callee, Attr):
        return call.callee.base
    if isinstance(call.callee, Ref) and "." in call.callee.name:
        return Ref(call.callee.name.rpartition(".")[0])
    return None
