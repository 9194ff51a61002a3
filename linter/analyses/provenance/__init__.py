"""Where a value comes from: constants, the caller of the backend, a parameter, or somewhere unknown.

An expression is followed backwards through names, containers, string building, project functions and,
for a parameter, through the calls of its function. What is not understood is unknown, never a caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from linter.analyses.provenance.bindings import argument_for, bare_local, element_of, is_count, unpacked
from linter.analyses.provenance.checks import Checks
from linter.analyses.provenance.inputs import Inputs
from linter.analyses.provenance.leaf import Leaf
from linter.analyses.provenance.words import (
    AMOUNT,
    CONFIGURATION,
    ELEMENT_METHODS,
    KEYS,
    NAMES_OF_CODE,
    RAW,
    SHELL_TEXT,
    SQL_TEXT,
    STRING_METHODS,
    TRANSPARENT,
    Passage,
)
from linter.facts.expressions import (
    Attr,
    Binary,
    Choice,
    Comprehension,
    Constant,
    Expr,
    Item,
    Operation,
    Ref,
    Result,
    Sequence,
    Starred,
    Template,
)
from linter.facts.expressions import Mapping as MappingExpr
from linter.facts.scopes import Call, Return
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Variable

if TYPE_CHECKING:
    from linter.backend import Backend

__all__ = ["AMOUNT", "KEYS", "RAW", "SHELL_TEXT", "SQL_TEXT", "Leaf", "Passage", "Provenance", "argument_for"]

_DEPTH = 14
_HOPS = 4
"""How many calls upwards a parameter is followed."""

_LEAVES = 400
"""Leaves of one expression that are looked at; hostile input can build a string from itself."""


_Bound = Mapping[str, tuple[Function, Expr]]


@lru_cache(maxsize=1)
def provenance_of(backend: Backend) -> Provenance:
    """Where the values of a backend come from."""
    return Provenance(backend)


class Provenance:
    """Follows values of one backend."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.project = backend.project
        self.inputs = Inputs(backend)
        self.checks = Checks(backend)
        self._callers: dict[int, list[tuple[Function, Call]]] = {}

    def leaves(self, holder: Function, expr: Expr | None, passage: Passage) -> Iterator[Leaf]:
        """Every place where the value of `expr` begins, in reading order, within its own function."""
        if expr is None:
            return
        walk = _Walk(self, passage)
        yield from islice(walk.of(holder, expr, False, {}, 0), _LEAVES)

    def followed(self, holder: Function, expr: Expr | None, passage: Passage) -> Iterator[Leaf]:
        """As `leaves`, with parameters followed to what the project's calls pass for them.

        A parameter remains when no call of its function is known.
        """
        for leaf in self.leaves(holder, expr, passage):
            yield from self._upwards(leaf, passage, (), 0)

    def _upwards(self, leaf: Leaf, passage: Passage, seen: tuple[int, ...], hops: int) -> Iterator[Leaf]:
        if leaf.kind != "parameter" or hops >= _HOPS or id(leaf.holder) in seen:
            yield leaf
            return
        callers = self.callers(leaf.holder)
        passed = False
        for caller, call in callers:
            argument = argument_for(leaf.holder, call, leaf.what)
            if argument is None:
                continue
            passed = True
            place = caller.module.locate(call.span)
            for inner in self.leaves(caller, argument, passage):
                further = inner._replace(part=inner.part or leaf.part, steps=(*leaf.steps, place))
                yield from self._upwards(further, passage, (*seen, id(leaf.holder)), hops + 1)
        if not passed:
            yield leaf if not callers else leaf._replace(kind="unknown")

    def callers(self, function: Function) -> list[tuple[Function, Call]]:
        """The calls outside tests that are known to call `function`; none where it is the body of a class."""
        if not isinstance(function, Function):
            return []
        found = self._callers.get(id(function))
        if found is None:
            name = function.scope.name
            cls = function.owner
            if name == "__init__" and cls is not None:
                name = cls.scope.name
            found = [
                (site.function, site.call)
                for site in self.backend.methods_called(name)
                if site.call is not None and site.callee.target in (function, cls)
                if site.callee.target is not None and site.function is not function
            ]
            self._callers[id(function)] = found
        return found


class _Walk:
    """One backward walk. Names met on the way are visited once."""

    def __init__(self, provenance: Provenance, passage: Passage) -> None:
        self.provenance = provenance
        self.project = provenance.project
        self.inputs = provenance.inputs
        self.passage = passage
        self.seen: set[tuple[int, str]] = set()
        # Names with a new value: a parameter matters only where that value is made of it.
        self.replaced: set[tuple[int, str]] = set()

    def of(self, holder: Function, expr: Expr, part: bool, bound: _Bound, depth: int) -> Iterator[Leaf]:
        if depth > _DEPTH:
            yield Leaf("unknown", holder, expr, part)
            return
        match expr:
            case Constant() | Binary():
                yield Leaf("constant", holder, expr, part)
            case Ref(name=name):
                yield from self._name(holder, expr, name, part, bound, depth + 1)
            case Result(call=index):
                yield from self._call(holder, expr, holder.scope.calls[index], part, bound, depth + 1)
            case Template(parts=parts):
                yield from self._each(holder, parts, True, bound, depth)
            case Operation():
                yield from self._operation(holder, expr, part, bound, depth)
            case Choice(then=then, otherwise=otherwise):
                yield from self._each(holder, (then, otherwise), part, bound, depth)
            case Attr(base=base, name=name):
                if name not in NAMES_OF_CODE:
                    yield from self._attribute(holder, base, expr, part, bound, depth)
            case Item() | Sequence() if self.passage.whole:
                yield Leaf("unknown", holder, expr, part)
            case MappingExpr(keys=keys, values=values) if self.passage.whole:
                spread = (value for key, value in zip(keys, values, strict=True) if key is None)
                yield from self._each(holder, spread, part, bound, depth)
            case Comprehension(kind="dict", element=Sequence(items=(key, _))) if self.passage.whole:
                yield from self.of(holder, key, part, bound, depth + 1)
            case Item(base=base):
                yield from self._typed(holder, expr, self.of(holder, base, part, bound, depth + 1))
            case Sequence(items=items):
                yield from self._each(holder, items, part, bound, depth)
            case MappingExpr(keys=keys, values=values):
                pairs = (each for pair in zip(keys, values, strict=True) for each in pair if each is not None)
                yield from self._each(holder, pairs, part, bound, depth)
            case Starred(value=value) | Comprehension(element=value):
                yield from self.of(holder, value, part, bound, depth + 1)

    def _each(
        self, holder: Function, exprs: Iterable[Expr], part: bool, bound: _Bound, depth: int
    ) -> Iterator[Leaf]:
        for each in exprs:
            yield from self.of(holder, each, part, bound, depth + 1)

    def _operation(
        self, holder: Function, expr: Operation, part: bool, bound: _Bound, depth: int
    ) -> Iterator[Leaf]:
        operator, operands = expr.operator, expr.operands
        if operator in ("+", "%"):
            yield from self._each(holder, operands, True, bound, depth)
        elif operator in ("or", "and", "await", "|", "*", "-", "//"):
            yield from self._each(holder, operands, part, bound, depth)
        elif operator == ":=":
            yield from self.of(holder, operands[-1], part, bound, depth + 1)
        elif operator in ("yield", "lambda", "?"):
            yield Leaf("unknown", holder, expr, part)

    def _typed(self, holder: Function, expr: Expr, leaves: Iterator[Leaf]) -> Iterator[Leaf]:
        """The leaves of an element, unless one check has tied the element itself down."""
        return iter(()) if self._is_checked(holder, expr) else leaves

    def _is_checked(self, holder: Function, expr: Expr) -> bool:
        return self.provenance.checks.covers(holder, expr, ranges=self.passage.ranges)

    # Names

    def _name(
        self, holder: Function, expr: Ref, name: str, part: bool, bound: _Bound, depth: int
    ) -> Iterator[Leaf]:
        if not NAMES_OF_CODE.isdisjoint(name.split(".")) or self._is_checked(holder, expr):
            return
        outside = self.inputs.request_value(holder, name)
        if outside is not None:
            yield Leaf("outside", holder, expr, part, outside)
        elif name[0] == "$":
            yield from self._local(holder, expr, name[1:], part, bound, depth)
        else:
            yield from self._global(holder, expr, name, part, depth)

    def _local(
        self, holder: Function, expr: Ref, name: str, part: bool, bound: _Bound, depth: int
    ) -> Iterator[Leaf]:
        root, _, rest = name.partition(".")
        if rest and self._is_safe_type(self.project.type_of(holder, expr)):
            return
        binder = self.project.binder(holder, root)
        if binder is None:
            return
        key = (id(binder), name)
        if key in self.seen:
            if key in self.replaced:
                self.replaced.discard(key)
                if any(parameter.name == root for parameter in binder.scope.parameters):
                    yield from self._parameter(binder, expr, root, rest, part, depth)
            return
        if root in bound and binder is holder:
            caller, argument = bound[root]
            yield from self.of(caller, argument, part, {}, depth)
            return
        self.seen.add(key)
        if any(each.block == 0 and each.operator is None for each in binder.assignments.get(name, ())):
            self.replaced.add(key)
        if key not in self.replaced and any(parameter.name == root for parameter in binder.scope.parameters):
            yield from self._parameter(binder, expr, root, rest, part, depth)
        elif rest:
            yield Leaf("unknown", holder, expr, part)
        yield from self._assigned(binder, root, part, bound, depth)

    def _parameter(
        self, binder: Function, expr: Ref, name: str, rest: str, part: bool, depth: int
    ) -> Iterator[Leaf]:
        owner = binder.owner
        if rest and owner is not None and name == binder.scope.parameters[0].name:
            yield from self._member(binder, expr, part, depth)
            return
        declared = next(each for each in binder.scope.parameters if each.name == name)
        if self.inputs.is_safe_parameter(binder, declared, self._is_safe_type):
            return
        kind = self.inputs.parameter(binder, name, rest)
        yield Leaf(kind, binder, expr, part, name)

    def _member(self, holder: Function, expr: Ref, part: bool, depth: int) -> Iterator[Leaf]:
        """`self.name`: what the class or its constructor assigns."""
        target = self.project.reference(holder, expr.name).target
        if isinstance(target, Variable) and target.assign.value is not None:
            source = target.holder
            if isinstance(source, Class):
                if isinstance(target.assign.value, Constant):
                    yield Leaf("constant", holder, target.assign.value, part)
                return
            yield from self.of(source, target.assign.value, part, {}, depth)
        else:
            yield Leaf("unknown", holder, expr, part)

    def _assigned(self, binder: Function, name: str, part: bool, bound: _Bound, depth: int) -> Iterator[Leaf]:
        for assign in binder.assignments.get(name, ()):
            if assign.value is not None:
                grown = part or assign.operator == "+"
                if not self._is_safe_type(self.project.annotated_type(binder, assign.annotation)):
                    yield from self.of(binder, assign.value, grown, bound, depth)
        for statement_target, value in unpacked(binder, name):
            yield from self.of(binder, value, part, bound, depth + statement_target)
        for call in binder.scope.calls:
            if isinstance(call.callee, Ref) and call.callee.name in (
                f"${name}.append",
                f"${name}.extend",
                f"${name}.insert",
                f"${name}.add",
                f"${name}.update",
            ):
                yield from self._each(binder, call.args, part, bound, depth)
        for block in binder.scope.blocks:
            if block.kind in ("for", "comprehension") and block.subject is not None:
                for target in block.targets:
                    source = element_of(target, name, block.subject)
                    if source is not None and not is_count(binder, name, target, block.subject):
                        yield from self.of(binder, source, part, bound, depth)

    def _global(self, holder: Function, expr: Ref, name: str, part: bool, depth: int) -> Iterator[Leaf]:
        found = self.project.reference(holder, name)
        target = found.target
        if isinstance(target, Variable):
            if target.assign.value is not None and isinstance(target.holder, Function):
                key = (id(target.holder), found.name)
                if key not in self.seen:
                    self.seen.add(key)
                    yield from self.of(target.holder, target.assign.value, part, {}, depth)
            return
        if target is None and not any(word in found.name.lower() for word in CONFIGURATION):
            yield Leaf("unknown", holder, expr, part)

    def _attribute(
        self, holder: Function, base: Expr, expr: Attr, part: bool, bound: _Bound, depth: int
    ) -> Iterator[Leaf]:
        for leaf in self.of(holder, base, part, bound, depth + 1):
            yield leaf if leaf.kind == "outside" else leaf._replace(kind="unknown", expr=expr)

    def _is_safe_type(self, kind: str | None) -> bool:
        if kind is None:
            return False
        if kind in self.passage.types:
            return True
        definition = self.project.by_id(kind)
        return isinstance(definition, Class) and self.project.derives(
            definition, "enum.Enum", "enum.StrEnum", "enum.IntEnum"
        )

    # Calls

    def _call(
        self, holder: Function, expr: Result, call: Call, part: bool, bound: _Bound, depth: int
    ) -> Iterator[Leaf]:
        found = self.project.callee(holder, call)
        last = found.name.rpartition(".")[2]
        if last in self.passage.cleaners or self._is_checked(holder, expr):
            return
        converter = call.keyword("type")
        if isinstance(converter, Ref) and converter.name in self.passage.types:
            return
        written = call.callee.name if isinstance(call.callee, Ref) else ""
        outside = self.inputs.request_value(holder, written) if written else None
        if outside is not None:
            yield Leaf("outside", holder, expr, part, outside)
        elif isinstance(found.target, Function):
            yield from self._returned(holder, found.target, call, part, bound, depth)
        elif last in TRANSPARENT:
            yield from self._each(holder, (*call.args, *(v for _, v in call.keywords)), part, bound, depth)
        elif last in STRING_METHODS and not (self.passage.whole and last in ELEMENT_METHODS):
            yield from self._method(holder, call, last, part, bound, depth)
        elif not self._is_safe_type(self.project.type_of_call(holder, call)):
            yield Leaf("unknown", holder, expr, part)

    def _method(
        self, holder: Function, call: Call, last: str, part: bool, bound: _Bound, depth: int
    ) -> Iterator[Leaf]:
        inside = part or last in ("format", "format_map", "join", "replace")
        callee = call.callee
        if isinstance(callee, Attr):
            yield from self.of(holder, callee.base, inside, bound, depth)
        elif isinstance(callee, Ref) and "." in callee.name:
            yield from self.of(holder, Ref(callee.name.rpartition(".")[0]), inside, bound, depth)
        if last in ("format", "format_map", "join", "replace", "get", "pop", "setdefault"):
            given = [*call.args, *(value for _, value in call.keywords)]
            # The first argument of `get` is a key, and that of `replace` is what disappears.
            skip = 1 if last in ("get", "pop", "setdefault", "replace") else 0
            yield from self._each(holder, given[skip:], inside, bound, depth)

    def _returned(
        self, holder: Function, target: Function, call: Call, part: bool, bound: _Bound, depth: int
    ) -> Iterator[Leaf]:
        """What a project function returns, its parameters being the arguments of this call."""
        if self._is_safe_type(self.project.returned_type(target)):
            return
        given: dict[str, tuple[Function, Expr]] = {}
        for parameter in target.scope.parameters:
            argument = argument_for(target, call, parameter.name)
            if argument is not None:
                given[parameter.name] = bound.get(bare_local(argument), (holder, argument))
        key = (id(target), f"{id(holder)}:{call.span}()")
        if key in self.seen:
            return
        self.seen.add(key)
        inner = _Walk(self.provenance, self.passage)
        inner.seen = set(self.seen)
        for statement in target.scope.statements:
            if isinstance(statement, Return) and statement.value is not None:
                for leaf in inner.of(target, statement.value, part, given, depth + 1):
                    # A parameter without an argument has its default, which the code itself gives.
                    if leaf.kind != "parameter" or leaf.holder is not target:
                        yield leaf
