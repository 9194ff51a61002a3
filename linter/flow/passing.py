"""Calls that hand on what their function was given, so that it was made further up."""

from __future__ import annotations

from linter.facts.expressions import Constant, Ref
from linter.facts.spans import Span
from linter.resolve.definitions import Function, arguments_of


def hands_on(function: Function, span: Span) -> bool:
    """Whether the call at a place gives nothing but parameters of its function, and constants.

    `cursor.execute(sql, args)` in a helper does: which SQL that is, its callers have decided.
    """
    given = {f"${each.name}" for each in function.scope.parameters}
    for call in function.scope.calls:
        if call.span == span:
            values = [each for each in arguments_of(call) if not isinstance(each, Constant)]
            return bool(values) and all(isinstance(each, Ref) and each.name in given for each in values)
    return False
