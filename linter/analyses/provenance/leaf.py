"""One place where a value begins."""

from __future__ import annotations

from typing import Literal, NamedTuple

from linter.facts.expressions import Expr, Result
from linter.finding import Location
from linter.resolve.definitions import Function

LeafKind = Literal["constant", "outside", "parameter", "unknown"]


class Leaf(NamedTuple):
    """One place where a value begins. `part` says that it is put into a larger string.

    `steps` are the calls through which it was handed down, the outermost last.
    """

    kind: LeafKind
    holder: Function
    expr: Expr
    part: bool
    what: str = ""
    steps: tuple[Location, ...] = ()

    @property
    def place(self) -> Location:
        """The call that reads the value, else the function that holds it."""
        if isinstance(self.expr, Result):
            return self.holder.module.locate(self.holder.scope.calls[self.expr.call].span)
        return self.holder.location
