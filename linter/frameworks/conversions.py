"""The types that a function converts values to: `int(request.args["page"])`."""

from __future__ import annotations

from collections.abc import Iterator

from linter.facts.expressions import Expr, Operation, Ref
from linter.resolve.definitions import Function
from linter.resolve.project import Project

_CONVERSIONS = {
    "int": "int",
    "float": "float",
    "bool": "bool",
    "uuid.UUID": "UUID",
    "decimal.Decimal": "Decimal",
    "datetime.date.fromisoformat": "date",
    "datetime.datetime.fromisoformat": "datetime",
    "datetime.datetime.strptime": "datetime",
    "datetime.time.fromisoformat": "time",
}
"""Functions that make a value of a type out of text."""
CLOSED = frozenset({"bool", "UUID", "date", "datetime", "time"})
"""Types of which no value is large."""
READ = frozenset(_CONVERSIONS.values()) | {"list[str]"}
"""Types that values have which are read by name."""


def conversions(project: Project, function: Function) -> dict[int, str]:
    """The types by the identity of the expressions, behind names that are assigned once too."""
    return dict(_converted(project, function))


def _converted(project: Project, function: Function) -> Iterator[tuple[int, str]]:
    for call in function.scope.calls:
        if not isinstance(call.callee, Ref) or not call.args:
            continue
        kind = _CONVERSIONS.get(project.reference(function, call.callee.name).name)
        if kind is None:
            continue
        for expr in _alternatives(call.args[0]):
            yield id(expr), kind
            assigned = _sole_value(function, expr)
            for each in () if assigned is None else _alternatives(assigned):
                yield id(each), kind


def _sole_value(function: Function, expr: Expr) -> Expr | None:
    """What a local name is assigned, when it is assigned once."""
    if not isinstance(expr, Ref) or expr.name[0] != "$":
        return None
    assigned = function.assignments.get(expr.name[1:], ())
    return assigned[0].value if len(assigned) == 1 else None


def _alternatives(expr: Expr) -> Iterator[Expr]:
    """An expression and the first of `x or y`, which is converted like it."""
    yield expr
    if isinstance(expr, Operation) and expr.operator == "or":
        yield from expr.operands[:1]
