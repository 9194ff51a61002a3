"""Code that reads the columns of a result by their position: `id, name = cursor.fetchone()`, `row[2]`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from linter.facts.expressions import Attr, Constant, Expr, Item, Operation, Ref, Result, Sequence, walk
from linter.facts.scopes import Assign, Call
from linter.facts.spans import Span
from linter.facts.sql import SqlStatement
from linter.resolve.definitions import Function

Shape: TypeAlias = Literal["", "row", "rows"]

_RUNS = frozenset({"execute", "exec_driver_sql", "fetch", "fetch_all", "fetch_one", "fetchrow", "iterate"})
_OF_RUN: dict[str, Shape] = {"fetch_one": "row", "fetchrow": "row"}
_OF_RESULT: dict[str, Shape] = {
    "all": "rows",
    "fetchall": "rows",
    "fetchmany": "rows",
    "fetchone": "row",
    "first": "row",
    "one": "row",
    "one_or_none": "row",
}
_PASSES_ON = frozenset({"iter", "list", "reversed", "tuple"})
_DEEP = 8


def read_by_position(function: Function, statement: SqlStatement) -> Span | None:
    """The first place of a function that takes a row of a statement's result apart by position, if any."""
    run = _run(function, statement)
    if run is None:
        return None
    found = list(_Result(function, run).places())
    return min(found, default=None)


def _run(function: Function, statement: SqlStatement) -> int | None:
    """The call that runs a statement whose text stands in it, in a call around it, or in a name."""
    if function.index != statement.scope:
        return None
    calls = function.scope.calls
    texts: list[Expr] = [Result(statement.call)] if statement.call >= 0 else []
    for name, assigned in function.assignments.items():
        if len(assigned) == 1 and _holds(assigned[0], statement, texts):
            texts.append(Ref("$" + name))
    for index, call in enumerate(calls):
        if call.last_name in _RUNS and (
            index == statement.call or any(each in texts for each in call.args[:1])
        ):
            return index
    return None


def _holds(assign: Assign, statement: SqlStatement, texts: list[Expr]) -> bool:
    """Whether a name is given the text, as it is or inside the call that takes it."""
    if assign.value is None:
        return False
    is_text = isinstance(assign.value, Constant) and assign.value.value == statement.text
    return is_text or assign.value in texts


class _Result:
    """What one function does with the result of the call `run`."""

    def __init__(self, function: Function, run: int) -> None:
        self.function = function
        self.run = run
        self.calls = function.scope.calls
        self.receiver = _receiver(self.calls[run])
        self.until = self._next_run()

    def _next_run(self) -> Span | None:
        """Where the same cursor runs something else."""
        own = self.calls[self.run]
        later = (
            call.span
            for call in self.calls
            if call.span > own.span and call.last_name in _RUNS and _receiver(call) == self.receiver
        )
        return min(later, default=None)

    def places(self) -> Iterator[Span]:
        """Where a row is unpacked into names, made a key with its value, or read by a number."""
        scope = self.function.scope
        for block in scope.blocks:
            if block.kind in ("for", "comprehension") and block.subject is not None:
                if _is_unpacking(block.targets[:1]) and self._shape(block.subject, block.span, 0) == "rows":
                    yield block.span
                yield from self._numbered(block.subject, block.span)
        for statement in scope.statements:
            value = getattr(statement, "value", None)
            if value is None:
                continue
            is_unpacked = isinstance(statement, Assign) and _is_unpacking(statement.targets)
            if is_unpacked and self._shape(value, statement.span, 0) == "row":
                yield statement.span
            yield from self._numbered(value, statement.span)
        for call in self.calls:
            is_mapping = call.callee == Ref("dict") and len(call.args) == 1
            if is_mapping and self._shape(call.args[0], call.span, 0) == "rows":
                yield call.span
            for expr in (*call.args, *(value for _, value in call.keywords)):
                yield from self._numbered(expr, call.span)

    def _numbered(self, expr: Expr, span: Span) -> Iterator[Span]:
        for each in walk(expr):
            if isinstance(each, Item) and _is_number(each.key) and self._shape(each.base, span, 0) == "row":
                yield span

    def _shape(self, expr: Expr, span: Span, depth: int) -> Shape:
        """Whether an expression at a place is one row of the result, or all of them."""
        if depth > _DEEP:
            return ""
        match expr:
            case Operation(operator="await", operands=(inner,)):
                return self._shape(inner, span, depth + 1)
            case Item(base=base, key=key) if self._shape(base, span, depth + 1) == "rows":
                return "row" if _is_number(key) else "rows"
            case Result(call=index):
                return self._of_call(index, depth)
            case Ref(name=name) if expr == self.receiver:
                return "rows" if self._is_current(span) and _is_cursor(name) else ""
            case Ref(name=name) if name[0] == "$" and "." not in name:
                return self._of_name(name, depth)
        return ""

    def _of_call(self, index: int, depth: int) -> Shape:
        call = self.calls[index]
        if index == self.run:
            return _OF_RUN.get(call.last_name, "rows")
        if call.last_name in _PASSES_ON and len(call.args) == 1:
            return self._shape(call.args[0], call.span, depth + 1)
        shape = _OF_RESULT.get(call.last_name, "")
        base = _receiver(call)
        if not shape or base is None:
            return ""
        if base == self.receiver:
            return shape if self._is_current(call.span) else ""
        return shape if self._shape(base, call.span, depth + 1) == "rows" else ""

    def _of_name(self, name: str, depth: int) -> Shape:
        loops = [each for each in self.function.scope.blocks if Ref(name) in each.targets[:1]]
        assigned = self.function.assignments.get(name[1:], [])
        if len(loops) == 1 and not assigned and loops[0].kind in ("for", "comprehension"):
            subject = loops[0].subject
            is_row = subject is not None and self._shape(subject, loops[0].span, depth + 1) == "rows"
            return "row" if is_row else ""
        if len(assigned) != 1 or loops or len(assigned[0].targets) != 1 or assigned[0].operator is not None:
            return ""
        value = assigned[0].value
        return "" if value is None else self._shape(value, assigned[0].span, depth + 1)

    def _is_current(self, span: Span) -> bool:
        """Whether the cursor still holds this result at a place."""
        return span > self.calls[self.run].span and (self.until is None or span < self.until)


def _receiver(call: Call) -> Expr | None:
    """What a method is called on."""
    if isinstance(call.callee, Attr):
        return call.callee.base
    if isinstance(call.callee, Ref) and "." in call.callee.name:
        return Ref(call.callee.name.rpartition(".")[0])
    return None


def _is_cursor(name: str) -> bool:
    """Whether a name may be iterated over: it is a local one, and no attribute of something."""
    return name[0] == "$" and "." not in name


def _is_unpacking(targets: tuple[Expr, ...]) -> bool:
    return len(targets) == 1 and isinstance(targets[0], Sequence) and len(targets[0].items) > 1


def _is_number(expr: Expr) -> bool:
    return isinstance(expr, Constant) and isinstance(expr.value, int) and not isinstance(expr.value, bool)
