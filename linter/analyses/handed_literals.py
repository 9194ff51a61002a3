"""Literals that a name certainly stands for, followed through assignments and calls of the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from linter.analyses.provenance import argument_for, provenance_of
from linter.facts.expressions import Constant, Expr, Ref
from linter.resolve.definitions import Definition, Function
from linter.resolve.project import Variable

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.finding import Location

_HOPS = 6
"""How many names and calls a literal is followed through."""


class HandedLiteral(NamedTuple):
    """A string literal, the definition that holds it, and the outermost call that hands it over, if any."""

    text: str
    holder: Definition
    place: Location | None


def handed_literals(backend: Backend, holder: Definition, expr: Expr | None) -> Iterator[HandedLiteral]:
    """The literals that an expression is: by itself, by a name assigned once, or by what calls pass it."""
    pending: list[tuple[Definition, Expr | None, Location | None, int]] = [(holder, expr, None, 0)]
    while pending:
        holder, expr, place, hops = pending.pop()
        if isinstance(expr, Constant) and isinstance(expr.value, str):
            yield HandedLiteral(expr.value, holder, place)
        elif isinstance(expr, Ref) and hops < _HOPS:
            pending += [(*each, hops + 1) for each in _behind(backend, holder, expr.name, place)]


def _behind(
    backend: Backend, holder: Definition, name: str, place: Location | None
) -> Iterator[tuple[Definition, Expr | None, Location | None]]:
    local = name[1:]
    if name[0] != "$":
        target = backend.project.reference(holder, name).target
        if isinstance(target, Variable) and len(target.holder.assignments.get(target.name, ())) == 1:
            yield target.holder, target.assign.value, place
    elif assigned := holder.assignments.get(local):
        if len(assigned) == 1 and assigned[0].operator is None:
            yield holder, assigned[0].value, place
    elif isinstance(holder, Function) and any(each.name == local for each in holder.scope.parameters):
        for caller, call in provenance_of(backend).callers(holder):
            yield caller, argument_for(holder, call, local), caller.module.locate(call.span)
