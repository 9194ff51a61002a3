"""Sets: what two have in common, and what one has that the other lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.heap import Entries, Items, joined
from linter.flow.values import Marks, Value

if TYPE_CHECKING:
    from linter.flow.expressions import Expressions

OPERATORS: dict[str, str] = {
    "&": "intersection",
    "-": "difference",
    "|": "union",
    "^": "symmetric_difference",
}
METHODS = frozenset(OPERATORS.values())


def combined(act: Expressions, name: str, left: Value, right: Value) -> Value | None:
    """The set that two make; None when neither is known to hold items.

    What is in both is one of the items of either: an allow-list lets through nothing but its own.
    """
    if not any(type(act.record(each)) in (Items, Entries) for each in (left, right)):
        return None
    if name == "intersection":
        own = [each for each in (left, right) if not act.deep_taints(each)]
        made = act.allocate(Items("set", (), act.any_element(own[0] if own else left)))
        return Value(made.shape, (), shared_by(act, left, right) + shared_by(act, right, left))
    if name == "difference":
        made = act.allocate(Items("set", (), act.any_element(left)))
        return Value(made.shape, made.taints, (), act.subset(left, right))
    several = [act.any_element(each) for each in (left, right) if _holds_any(act, each)]
    return act.allocate(Items("set", (), joined(several)))


def shared_by(act: Expressions, left: Value, right: Value) -> Marks:
    """What it proves of the one item of a set that another set has something in common with it."""
    known, rest = act.elements(left)
    return act.subset(left, right) if len(known) == 1 and rest is None else ()


def _holds_any(act: Expressions, value: Value) -> bool:
    known, rest = act.elements(value)
    return bool(known) or rest is not None
