"""Which exceptions an `except` clause may catch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.facts.expressions import Expr
from linter.flow.heap import Instance, Items
from linter.flow.values import ClassRef, Either, Named, Shape, Typed, Value

if TYPE_CHECKING:
    from linter.flow.access import Access
    from linter.resolve.project import Project


class Exceptions:
    """What is known of the types of exceptions in one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def kind(self, act: Access, value: Value) -> Shape:
        """The type of a thrown value as a shape that holds nothing of it; None when it is not known."""
        record = act.record(value)
        if type(record) is Instance:
            return Typed(record.cls)
        if isinstance(value.shape, ClassRef):
            return Typed(value.shape.cls)
        return value.shape if type(value.shape) in (Named, Typed) else None

    def may_catch(self, act: Access, types: Expr | None, thrown: Shape) -> bool:
        """Whether a clause for some types may catch what is thrown."""
        if types is None or thrown is None:
            return True
        caught = act.eval(types)
        record = act.record(caught)
        shapes = [each.shape for each in record.items] if type(record) is Items else [caught.shape]
        if type(record) is Items and record.rest is not None:
            return True
        kinds = thrown.shapes if isinstance(thrown, Either) else (thrown,)
        return any(self._is_caught(kind, shape) for kind in kinds for shape in shapes)

    def _is_caught(self, kind: Shape, caught: Shape) -> bool:
        if isinstance(kind, Typed) and isinstance(caught, ClassRef):
            return self._project.derives(kind.cls, caught.cls.name)
        if isinstance(kind, Typed) and type(caught) is Named:
            return self._project.derives(kind.cls, caught.name) or caught.name in _GENERAL
        if isinstance(kind, Named) and isinstance(caught, ClassRef):
            return False
        if isinstance(kind, Named) and type(caught) is Named:
            # One library's exceptions are seldom made of another's; of builtin ones nothing is said.
            owners = {_library(kind.name), _library(caught.name)}
            return len(owners) == 1 or "" in owners
        return True


_GENERAL = frozenset({"Exception", "BaseException"})


def _library(name: str) -> str:
    return name.partition(".")[0] if "." in name else ""
