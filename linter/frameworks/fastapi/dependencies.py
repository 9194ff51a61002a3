"""The parameters of FastAPI's functions as they are declared: types and dependencies, nothing run."""

from __future__ import annotations

from typing import NamedTuple

from linter.backend import Backend
from linter.facts.expressions import Expr, Item, Ref, Result, Sequence
from linter.facts.scopes import Parameter
from linter.resolve.definitions import Definition, Function
from linter.resolve.project import Variable
from linter.resolve.trace import Memo
from linter.shapes.names import shown_type as shown_type

_DEPENDS = {"fastapi.Depends", "fastapi.Security"}
_DEPTH = 10


class Declared(NamedTuple):
    """A parameter's annotation taken apart: its type, and the markers that came with it."""

    holder: Definition
    type: Expr | None
    markers: tuple[tuple[Definition, Expr], ...]


class Dependencies:
    """Reads dependencies for one backend."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.project = backend.project
        self._declared: Memo[int, Declared] = Memo(backend.project.trace)

    # Declarations

    def declared(self, function: Function, parameter: Parameter) -> Declared:
        """A parameter's type and its markers, through `Annotated` and aliases of it."""
        found = self._declared.read(id(parameter))
        if found is None:
            start = len(self.project.trace.log)
            holder = function.parent
            assert holder is not None
            found = self.unwrapped(holder, parameter.annotation)
            if parameter.default is not None:
                found = found._replace(markers=((holder, parameter.default), *found.markers))
            self._declared.keep(id(parameter), found, start, function.module.bit)
        return found

    def unwrapped(self, holder: Definition, annotation: Expr | None) -> Declared:
        """An annotation's type and its markers, through `Annotated` and aliases of it."""
        markers: list[tuple[Definition, Expr]] = []
        for _ in range(_DEPTH):
            if isinstance(annotation, Ref):
                target = self.project.reference(holder, annotation.name).target
                if isinstance(target, Variable) and isinstance(target.assign.value, Item):
                    holder, annotation = target.holder, target.assign.value
                    continue
            if isinstance(annotation, Item) and isinstance(annotation.base, Ref):
                outer = self.project.reference(holder, annotation.base.name).name
                if outer.endswith(".Annotated") and isinstance(annotation.key, Sequence):
                    annotation, *extra = annotation.key.items
                    markers.extend((holder, each) for each in extra)
                    continue
            break
        return Declared(holder, annotation, tuple(markers))

    def dependency(self, holder: Definition, expr: Expr) -> tuple[Definition, Expr | None, str] | None:
        """The (holder, callable, marker name) of a `Depends(...)` value; None when it is none."""
        if isinstance(expr, Ref):
            target = self.project.reference(holder, expr.name).target
            if isinstance(target, Variable) and isinstance(target.assign.value, Result):
                return self.dependency(target.holder, target.assign.value)
        if not isinstance(expr, Result):
            return None
        call = holder.scope.calls[expr.call]
        name = self.project.callee(holder, call).name
        return (holder, call.argument(0, "dependency"), name) if name in _DEPENDS else None

    def of_parameter(self, function: Function, parameter: Parameter) -> tuple[Definition, Expr | None] | None:
        """The dependency that fills a parameter; a bare `Depends()` stands for the annotated class."""
        declared = self.declared(function, parameter)
        for holder, marker in declared.markers:
            found = self.dependency(holder, marker)
            if found is not None:
                return (found[0], found[1]) if found[1] is not None else (declared.holder, declared.type)
        return None
