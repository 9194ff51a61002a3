"""Calls that hand on what their function was given, so that it was made further up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.facts.expressions import Constant, Ref, Starred
from linter.facts.scopes import Call
from linter.facts.spans import Span
from linter.flow.values import STRING, Taints, Value, is_text, merge
from linter.resolve.definitions import Function, arguments_of

if TYPE_CHECKING:
    from linter.flow.access import Access
    from linter.flow.arguments import Args


def hands_on(function: Function, span: Span) -> bool:
    """Whether the call at a place gives nothing but parameters of its function, and constants.

    `cursor.execute(sql, args)` in a helper does: which SQL that is, its callers have decided.
    """
    given = {f"${each.name}" for each in function.scope.parameters}
    call = _call_at(function, span)
    values = [] if call is None else [each for each in arguments_of(call) if not isinstance(each, Constant)]
    return bool(values) and all(isinstance(each, Ref) and each.name in given for each in values)


def forwards(function: Function, span: Span) -> bool:
    """Whether the call at a place gives all that came in, whatever it is: `view(*args, **kwargs)`.

    A decorator does: it decides nothing of what is handed over.
    """
    call = _call_at(function, span)
    if call is None:
        return True
    return any(isinstance(each, Starred) for each in call.args) or any(
        name == "**" for name, _ in call.keywords
    )


def _call_at(function: Function, span: Span) -> Call | None:
    return next((each for each in function.scope.calls if each.span == span), None)


def handed_round(act: Access, args: Args) -> Value:
    """What is taken for the result of a call that is not followed: it is made of its arguments."""
    taints: Taints = ()
    texts = True
    for each in args.all():
        inner = act.deep_taints(each)
        taints = merge(taints, inner)
        texts = texts and (not inner or is_text(each.shape))
    return Value(STRING if taints and texts else None, taints)
