"""What operators make of values that are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.heap import Items, joined
from linter.flow.kinds import BITS
from linter.flow.values import STRING, Value, const_of, is_text, marked, merge

if TYPE_CHECKING:
    from linter.flow.expressions import Expressions


_MOST = 24


def _repeated(act: Expressions, left: Value, right: Value) -> Items | None:
    """`[item] * number`; None for anything else."""
    record, number = act.record(left), const_of(right)
    if type(record) is not Items:
        return None
    if isinstance(number, int) and record.rest is None and len(record.items) * number <= _MOST:
        return Items(record.kind, record.items * number)
    return Items(record.kind, (), joined([*record.items], record.rest))


def computed(act: Expressions, symbol: str, left: Value, right: Value) -> Value:
    """`left symbol right`, of which no more is known than who had a hand in it."""
    divisor = act.deep_taints(right)
    if symbol in ("/", "//"):
        # The more there is to divide by, the less is left.
        divisor = marked(divisor, BITS["amount"])
    taints = merge(act.deep_taints(left), divisor)
    if symbol == "*":
        repeated = _repeated(act, left, right)
        if repeated is not None and not taints:
            return act.allocate(repeated)
        if taints:
            act.engine.sinks.repeated(act, left, right)  # type: ignore[arg-type]
        return Value(STRING if is_text(left.shape) else None, taints)
    if symbol == "%" and not right.taints:
        # What is left of a division is below its divisor.
        taints = marked(taints, BITS["amount"])
    return Value(None, taints)
