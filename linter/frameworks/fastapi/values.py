"""Which object a name stands for: apps, routers and blueprints handed around as values.

A framework's objects are made by a call, bound to names, put into lists, passed to functions and
returned from factories. An `Origin` is the place where one was made. A `Row` says what loop variables and
parameters stand for in one turn of a loop, in one call of a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from linter.backend import Backend
from linter.facts.expressions import Constant, Expr, Mapping, Operation, Ref, Result, Sequence, Template
from linter.facts.scopes import Call, Return
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Variable

_DEPTH = 10
_CALLERS = 4
"""How many calls up the values of parameters are followed."""
_TURNS = 200
"""Rows that one place may have; a product of loops and callers beyond it is cut."""


class Origin(NamedTuple):
    """The call that made an object. `key` is unique and stable."""

    key: str
    holder: Definition
    call: Call
    made: str
    """The canonical name of what was called, or of its first base outside the project."""


class Bound(NamedTuple):
    """An expression, the definition whose names it uses, and what its variables stand for."""

    holder: Definition
    expr: Expr
    row: Row


class Row(dict[str, Bound]):
    """What variables stand for, by marked name (`$prefix`).

    `key` names the chain of calls that leads to the function: objects that a factory makes in different
    calls are different objects.
    """

    def __init__(self, bindings: dict[str, Bound] | None = None, key: str = "") -> None:
        super().__init__(bindings or {})
        self.key = key


_EMPTY = Row()


class Values:
    """Follows values of some kinds of object through the project.

    `kind_of` says for a canonical callee (and the class it names, if any) which kind of object a call
    makes, or None.
    """

    def __init__(self, backend: Backend, kind_of: Callable[[str, Class | None], str | None]) -> None:
        self.backend = backend
        self.project = backend.project
        self._kind_of = kind_of
        self._origins: dict[tuple[int, str, str], list[Origin]] = {}
        self._calls: dict[int, list[Row]] = {}

    def kind(self, holder: Definition, call: Call) -> str | None:
        """Which kind of object `call` makes, if it is one that is followed."""
        found = self.project.callee(holder, call)
        return self._kind_of(found.name, found.target if isinstance(found.target, Class) else None)

    def made(self, holder: Definition, index: int, row: Row | None = None) -> Origin | None:
        """The origin that a call is, when it makes an object that is followed."""
        call = holder.scope.calls[index]
        kind = self.kind(holder, call)
        if kind is None:
            return None
        return Origin(f"{_place(holder, call)}{'' if row is None else row.key}", holder, call, kind)

    def contexts(self, holder: Definition) -> list[Row]:
        """One row for each way a function is called; one empty row for a module or class body."""
        return (self.calls_of(holder) if isinstance(holder, Function) else []) or [_EMPTY]

    def origins(
        self, holder: Definition, expr: Expr | None, row: Row | None = None, depth: int = 0
    ) -> list[Origin]:
        """Every object that `expr` may be, in the context of `row` or in any."""
        if depth > _DEPTH or expr is None:
            return []
        if row is None:
            found: list[Origin] = []
            for context in self.contexts(holder):
                _extend(found, self.origins(holder, expr, context, depth + 1))
            return found
        if isinstance(expr, Result):
            return self._of_result(holder, expr, row, depth)
        if not isinstance(expr, Ref):
            return []
        bound = self._in_row(expr.name, row)
        if bound is not None:
            return self.origins(bound.holder, bound.expr, bound.row, depth + 1)
        key = (id(holder), expr.name, row.key)
        if key not in self._origins:
            self._origins[key] = []
            self._origins[key] = self._of_name(holder, expr.name, row, depth)
        return self._origins[key]

    def _in_row(self, name: str, row: Row) -> Bound | None:
        """What a name or an attribute of a bound variable stands for."""
        root, _, rest = name.partition(".")
        bound = row.get(root)
        if bound is None or not rest:
            return bound
        return (
            Bound(bound.holder, Ref(f"{bound.expr.name}.{rest}"), bound.row)
            if isinstance(bound.expr, Ref)
            else None
        )

    def _of_result(self, holder: Definition, expr: Result, row: Row, depth: int) -> list[Origin]:
        origin = self.made(holder, expr.call, row)
        if origin is not None:
            return [origin]
        call = holder.scope.calls[expr.call]
        target = self.project.callee(holder, call).target
        if not isinstance(target, Function):
            return []
        called = row.key + _step(holder, call)
        inner = next((each for each in self.calls_of(target) if each.key == called), _EMPTY)
        found: list[Origin] = []
        for statement in target.scope.statements:
            if isinstance(statement, Return) and statement.value is not None:
                _extend(found, self.origins(target, statement.value, inner, depth + 1))
        return found

    def _of_name(self, holder: Definition, name: str, row: Row, depth: int) -> list[Origin]:
        if name[0] == "$" and "." not in name:
            binder = self.project.binder(holder, name[1:])
            if binder is None:
                return []
            return self._of_local(binder, name[1:], row if binder is holder else None, depth)
        target = self.project.reference(holder, name).target
        if not isinstance(target, Variable):
            return []
        return self.origins(target.holder, target.assign.value, None, depth + 1)

    def _of_local(self, binder: Function, name: str, row: Row | None, depth: int) -> list[Origin]:
        found: list[Origin] = []
        for context in self.contexts(binder) if row is None else [row]:
            bound = context.get("$" + name)
            if bound is not None:
                _extend(found, self.origins(bound.holder, bound.expr, bound.row, depth + 1))
                continue
            for assign in binder.assignments.get(name, ()):
                _extend(found, self.origins(binder, assign.value, context, depth + 1))
        return found

    # Rows

    def rows_around(self, function: Function, block: int) -> list[Row]:
        """What variables stand for at a block: one row for each call of the function and turn of a loop.

        A loop over something that is not a literal table, and a parameter that callers do not tell,
        contribute no binding.
        """
        rows = self.calls_of(function) or [_EMPTY]
        blocks = function.scope.blocks
        chain: list[int] = []
        while block:
            if blocks[block].kind in ("for", "comprehension"):
                chain.append(block)
            block = blocks[block].parent
        for index in reversed(chain):
            turns = [
                Row({**row, **turn}, row.key) for row in rows for turn in self.rows(function, index, row)
            ]
            rows = turns[:_TURNS] or rows
        return rows

    def calls_of(self, function: Function, depth: int = 0) -> list[Row]:
        """The parameters of a function as each of its callers binds them."""
        if function.is_module or depth > _CALLERS:
            return []
        known = self._calls.get(id(function))
        if known is not None:
            return known
        self._calls[id(function)] = []
        owner = function.owner
        constructor = function.scope.name == "__init__" and owner is not None
        called = owner.scope.name if constructor and owner is not None else function.scope.name
        rows: list[Row] = []
        for site in self.backend.methods_called(called):
            target = site.callee.target
            if site.call is None or (target is not function and not (constructor and target is owner)):
                continue
            callers = self.calls_of(site.function, depth + 1) or [_EMPTY]
            rows.extend(self._parameters(function, site.function, site.call, caller) for caller in callers)
        self._calls[id(function)] = rows[:_TURNS]
        return self._calls[id(function)]

    def _parameters(self, function: Function, caller: Function, call: Call, outer: Row) -> Row:
        row = Row(key=outer.key + _step(caller, call))
        skip = 1 if function.owner is not None else 0
        parent = function.parent
        for position, parameter in enumerate(function.scope.parameters):
            if parameter.kind in ("*", "**") or position < skip:
                continue
            value = call.argument(position - skip, parameter.name)
            if value is not None:
                row["$" + parameter.name] = Bound(caller, value, outer)
            elif parameter.default is not None and parent is not None:
                row["$" + parameter.name] = Bound(parent, parameter.default, _EMPTY)
        return row

    def rows(self, function: Function, block: int, row: Row) -> Iterator[Row]:
        """The bindings of one loop's variables over a literal list, tuple or dict."""
        subject, targets = function.scope.blocks[block].subject, function.scope.blocks[block].targets
        if subject is None or not targets:
            return
        for bound in self.items(function, subject, row):
            turn = Row()
            _unpack(targets[0], bound, turn)
            yield turn

    def items(self, holder: Definition, expr: Expr, row: Row | None = None, depth: int = 0) -> list[Bound]:
        """The elements of a literal list, tuple, set, or dict's items, through names."""
        here = row or _EMPTY
        if depth > _DEPTH:
            return []
        match expr:
            case Sequence(items=items):
                return [Bound(holder, item, here) for item in items]
            case Mapping():
                return [Bound(holder, key, here) for key in expr.keys if key is not None]
            case Result(call=index):
                callee = holder.scope.calls[index].callee
                if isinstance(callee, Ref) and callee.name.endswith((".items", ".values")):
                    name, _, method = callee.name.rpartition(".")
                    mapping = self.resolve(Bound(holder, Ref(name), here))
                    if isinstance(mapping.expr, Mapping):
                        return _pairs(mapping, method)
                return []
            case Operation(operator="+", operands=operands):
                return [bound for each in operands for bound in self.items(holder, each, here, depth + 1)]
            case Ref():
                bound = self.resolve(Bound(holder, expr, here))
                return [] if bound.expr is expr else self.items(*bound, depth + 1)
            case _:
                return []

    def resolve(self, bound: Bound, depth: int = 0) -> Bound:
        """Follow a name to the expression that it was assigned; the name itself when unknown."""
        holder, expr, row = bound
        if not isinstance(expr, Ref) or depth > _DEPTH:
            return bound
        in_row = self._in_row(expr.name, row)
        if in_row is not None:
            return self.resolve(in_row, depth + 1)
        if expr.name[0] == "$" and "." not in expr.name:
            binder = self.project.binder(holder, expr.name[1:])
            assigned = [] if binder is None else binder.assignments.get(expr.name[1:], [])
            if binder is None or len(assigned) != 1 or assigned[0].value is None:
                return bound
            return self.resolve(Bound(binder, assigned[0].value, row), depth + 1)
        target = self.project.reference(holder, expr.name).target
        if isinstance(target, Variable) and target.assign.value is not None:
            return self.resolve(Bound(target.holder, target.assign.value, _EMPTY), depth + 1)
        return bound

    def text(self, holder: Definition, expr: Expr | None, row: Row, depth: int = 0) -> str | None:
        """The constant string of an expression, loop variables and parameters included."""
        if expr is None or depth > _DEPTH:
            return None
        match expr:
            case Constant(value=value):
                return value if isinstance(value, str) else None
            case Template(parts=parts) | Operation(operator="+", operands=parts):
                pieces = [self.text(holder, part, row, depth + 1) for part in parts]
                return None if None in pieces else "".join(piece for piece in pieces if piece is not None)
            case Ref():
                bound = self.resolve(Bound(holder, expr, row))
                if bound.expr is not expr:
                    return self.text(*bound, depth + 1)
                return self.backend.text(holder, expr)
            case _:
                return self.backend.text(holder, expr)


def _place(holder: Definition, call: Call) -> str:
    return f"{holder.module.path}:{call.span}"


def _step(caller: Definition, call: Call) -> str:
    return f"<{_place(caller, call)}"


def _extend(found: list[Origin], more: list[Origin]) -> None:
    found.extend(origin for origin in more if origin not in found)


def _unpack(target: Expr, bound: Bound, row: Row) -> None:
    if isinstance(target, Ref):
        row[target.name] = bound
    elif isinstance(target, Sequence) and isinstance(bound.expr, Sequence):
        for inner, item in zip(target.items, bound.expr.items, strict=False):
            _unpack(inner, Bound(bound.holder, item, bound.row), row)


def _pairs(bound: Bound, method: str) -> list[Bound]:
    assert isinstance(bound.expr, Mapping)
    pairs = zip(bound.expr.keys, bound.expr.values, strict=True)
    if method == "values":
        return [Bound(bound.holder, value, bound.row) for _, value in pairs]
    return [
        Bound(bound.holder, Sequence("tuple", (key, value)), bound.row)
        for key, value in pairs
        if key is not None
    ]
