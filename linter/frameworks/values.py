"""Which object a name stands for: apps, routers and blueprints handed around as values.

A framework's objects are made by a call, bound to names, put into lists, passed to functions and
returned from factories. An `Origin` is the place where one was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from linter.backend import Backend
from linter.facts.expressions import Expr, Mapping, Ref, Result, Sequence
from linter.facts.scopes import Call, Return
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Variable

_DEPTH = 10


class Origin(NamedTuple):
    """The call that made an object. `key` is unique and stable."""

    key: str
    holder: Definition
    call: Call
    made: str
    """The canonical name of what was called, or of its first base outside the project."""


class Bound(NamedTuple):
    """An expression with the definition whose names it uses."""

    holder: Definition
    expr: Expr


Row = dict[str, Bound]


class Values:
    """Follows values of some kinds of object through the project.

    `kind_of` says for a canonical callee (and the class it names, if any) which kind of object a call
    makes, or None.
    """

    def __init__(self, backend: Backend, kind_of: Callable[[str, Class | None], str | None]) -> None:
        self.backend = backend
        self.project = backend.project
        self._kind_of = kind_of
        self._origins: dict[tuple[int, str], list[Origin]] = {}

    def kind(self, holder: Definition, call: Call) -> str | None:
        """Which kind of object `call` makes, if it is one that is followed."""
        found = self.project.callee(holder, call)
        return self._kind_of(found.name, found.target if isinstance(found.target, Class) else None)

    def made(self, holder: Definition, index: int) -> Origin | None:
        """The origin that a call is, when it makes an object that is followed."""
        call = holder.scope.calls[index]
        kind = self.kind(holder, call)
        return None if kind is None else Origin(f"{holder.module.path}:{call.span}", holder, call, kind)

    def origins(
        self, holder: Definition, expr: Expr | None, row: Row | None = None, depth: int = 0
    ) -> list[Origin]:
        """Every object that `expr` may be. `row` binds loop variables."""
        if depth > _DEPTH or expr is None:
            return []
        if isinstance(expr, Result):
            return self._of_result(holder, expr, depth)
        if not isinstance(expr, Ref):
            return []
        if row and expr.name in row:
            bound = row[expr.name]
            return self.origins(bound.holder, bound.expr, None, depth + 1)
        key = (id(holder), expr.name)
        if key not in self._origins:
            self._origins[key] = []
            self._origins[key] = self._of_name(holder, expr.name, depth)
        return self._origins[key]

    def _of_result(self, holder: Definition, expr: Result, depth: int) -> list[Origin]:
        origin = self.made(holder, expr.call)
        if origin is not None:
            return [origin]
        target = self.project.callee(holder, holder.scope.calls[expr.call]).target
        if not isinstance(target, Function):
            return []
        return [
            origin
            for statement in target.scope.statements
            if isinstance(statement, Return) and statement.value is not None
            for origin in self.origins(target, statement.value, None, depth + 1)
        ]

    def _of_name(self, holder: Definition, name: str, depth: int) -> list[Origin]:
        if name[0] == "$" and "." not in name:
            binder = self.project.binder(holder, name[1:])
            return [] if binder is None else self._of_local(binder, name[1:], depth)
        target = self.project.reference(holder, name).target
        if not isinstance(target, Variable):
            return []
        return self.origins(target.holder, target.assign.value, None, depth + 1)

    def _of_local(self, binder: Function, name: str, depth: int) -> list[Origin]:
        for position, parameter in enumerate(binder.scope.parameters):
            if parameter.name == name:
                return self._passed(binder, position, name, depth)
        found = [
            origin
            for assign in binder.assignments.get(name, ())
            for origin in self.origins(binder, assign.value, None, depth + 1)
        ]
        if found:
            return found
        wanted = "$" + name
        for index, block in enumerate(binder.scope.blocks):
            if block.kind in ("for", "comprehension"):
                for row in self.rows(binder, index):
                    if wanted in row:
                        found.extend(self.origins(row[wanted].holder, row[wanted].expr, None, depth + 1))
        return found

    def _passed(self, function: Function, position: int, name: str, depth: int) -> list[Origin]:
        """What callers pass for a parameter."""
        if function.owner is not None and function.scope.name != "__init__":
            position -= 1
        found: list[Origin] = []
        called = (
            function.owner.scope.name
            if function.scope.name == "__init__" and function.owner
            else function.scope.name
        )
        for site in self.backend.methods_called(called):
            target = site.callee.target
            if target is not function and target is not function.owner:
                continue
            argument = site.argument(position, name)
            for origin in self.origins(site.function, argument, None, depth + 1):
                if origin not in found:
                    found.append(origin)
        return found

    # Loops over literal tables

    def rows_around(self, function: Function, block: int) -> list[Row]:
        """The bindings of the loop variables around a block, one row for each turn.

        A loop over something that is not a literal table contributes no binding.
        """
        rows: list[Row] = [{}]
        blocks = function.scope.blocks
        while block:
            if blocks[block].kind in ("for", "comprehension"):
                turns = list(self.rows(function, block))
                if turns:
                    rows = [{**turn, **row} for turn in turns for row in rows]
            block = blocks[block].parent
        return rows

    def rows(self, function: Function, block: int) -> Iterator[Row]:
        """The bindings of one loop's variables over a literal list, tuple or dict."""
        subject, targets = function.scope.blocks[block].subject, function.scope.blocks[block].targets
        if subject is None or not targets:
            return
        for bound in self.items(function, subject):
            row: Row = {}
            _unpack(targets[0], bound, row)
            yield row

    def items(self, holder: Definition, expr: Expr, depth: int = 0) -> list[Bound]:
        """The elements of a literal list, tuple, set, or dict's items, through names."""
        if depth > _DEPTH:
            return []
        match expr:
            case Sequence(items=items):
                return [Bound(holder, item) for item in items]
            case Result(call=index):
                callee = holder.scope.calls[index].callee
                if isinstance(callee, Ref) and callee.name.endswith((".items", ".values")):
                    name, _, method = callee.name.rpartition(".")
                    mapping = self.resolve(Bound(holder, Ref(name)))
                    if isinstance(mapping.expr, Mapping):
                        return _pairs(mapping, method)
                return []
            case Ref():
                bound = self.resolve(Bound(holder, expr))
                return [] if bound.expr is expr else self.items(bound.holder, bound.expr, depth + 1)
            case _:
                return []

    def resolve(self, bound: Bound, depth: int = 0) -> Bound:
        """Follow a name to the expression that it was assigned; the name itself when unknown."""
        holder, expr = bound
        if not isinstance(expr, Ref) or depth > _DEPTH:
            return bound
        if expr.name[0] == "$" and "." not in expr.name:
            binder = self.project.binder(holder, expr.name[1:])
            assigned = [] if binder is None else binder.assignments.get(expr.name[1:], [])
            if binder is None or len(assigned) != 1 or assigned[0].value is None:
                return bound
            return self.resolve(Bound(binder, assigned[0].value), depth + 1)
        target = self.project.reference(holder, expr.name).target
        if isinstance(target, Variable) and target.assign.value is not None:
            return self.resolve(Bound(target.holder, target.assign.value), depth + 1)
        return bound

    def text(self, holder: Definition, expr: Expr | None, row: Row) -> str | None:
        """The constant string of an expression, loop variables included; None when unknown."""
        if expr is None:
            return None
        if isinstance(expr, Ref) and expr.name in row:
            bound = row[expr.name]
            return self.backend.text(bound.holder, bound.expr)
        return self.backend.text(holder, expr)


def _unpack(target: Expr, bound: Bound, row: Row) -> None:
    if isinstance(target, Ref):
        row[target.name] = bound
    elif isinstance(target, Sequence) and isinstance(bound.expr, Sequence):
        for inner, item in zip(target.items, bound.expr.items, strict=False):
            _unpack(inner, Bound(bound.holder, item), row)


def _pairs(bound: Bound, method: str) -> list[Bound]:
    assert isinstance(bound.expr, Mapping)
    pairs = zip(bound.expr.keys, bound.expr.values, strict=True)
    if method == "values":
        return [Bound(bound.holder, value) for _, value in pairs]
    return [Bound(bound.holder, Sequence("tuple", (key, value))) for key, value in pairs if key is not None]
