"""Comparisons of columns with numbers, as far as the types in the code tell."""

from __future__ import annotations

from linter.facts.expressions import Constant, Expr, Ref, Result, Sequence, walk
from linter.resolve.definitions import Class, Definition
from linter.resolve.project import Project

_KINDS = {"int": "integer", "float": "fraction", "decimal.Decimal": "fraction"}


def compared_number(project: Project, holder: Definition, value: Expr | None) -> str:
    """`integer` or `fraction` for a value that is nothing but such numbers; empty for any other."""
    match value:
        case Constant(value=bool()):
            return ""
        case Constant(value=int()):
            return "integer"
        case Constant(value=float(number)):
            return "integer" if number.is_integer() else "fraction"
        case Sequence(items=items) if items:
            kinds = {compared_number(project, holder, each) for each in items}
            return "" if "" in kinds else min(kinds)
        case Ref() | Result():
            return _KINDS.get(project.type_of(holder, value) or "", "")
    return ""


def sends_as_given(project: Project, cls: Class, attribute: str) -> bool:
    """Whether the class declares a column whose type hands values to the driver as they are.

    A type of the project's own may turn a number into a text.
    """
    assign = cls.attributes.get(attribute)
    if assign is None:
        return False
    exprs = [] if assign.annotation is None else [assign.annotation]
    if isinstance(assign.value, Result):
        call = cls.scope.calls[assign.value.call]
        exprs += [*call.args, *(value for key, value in call.keywords if key == "type_")]
    return all(_is_of_library(project, cls, each) for expr in exprs for each in walk(expr))


def _is_of_library(project: Project, cls: Class, expr: Expr) -> bool:
    if isinstance(expr, Ref):
        return project.reference(cls, expr.name).target is None
    if isinstance(expr, Result):
        return project.callee(cls, cls.scope.calls[expr.call]).target is None
    return True
