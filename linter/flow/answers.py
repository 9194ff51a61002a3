"""What a function hands back: its values, and what follows for its arguments when they are true, or false."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from linter.flow import checks
from linter.flow.heap import Items
from linter.flow.kinds import WEAK_GUARD
from linter.flow.state import State
from linter.flow.values import A_BOOL, Marks, Taint, Value, gathered, join, shared

if TYPE_CHECKING:
    from linter.flow.expressions import Expressions

Returned = Sequence[tuple[Value, State]]
"""The values that a function may return, each with the state in which it does."""


def returned(act: Expressions, returns: Returned, given: Sequence[Taint]) -> Value:
    """One value for all that a function may return. `given` are the taints of its arguments."""
    columns = _columns(act, returns)
    if columns is None:
        return _one(act, returns, given)
    made = act.allocate(Items("tuple", tuple([_one(act, column, given) for column in columns])))
    whole = _one(act, returns, ())
    return Value(made.shape, gathered([value for value, _ in returns]), whole.yes, whole.no)


def _columns(act: Expressions, returns: Returned) -> list[list[tuple[Value, State]]] | None:
    """The items of returned tuples, place by place: `return False, "why"` beside `return True, ""`."""
    rows: list[tuple[Value, ...]] = []
    for value, _ in returns:
        record = act.record(value)
        if type(record) is not Items or record.kind != "tuple" or record.rest is not None:
            return None
        rows.append(record.items)
    if len(rows) < 2 or len({len(row) for row in rows}) > 1:
        return None
    states = [state for _, state in returns]
    return [list(zip(column, states, strict=True)) for column in zip(*rows, strict=True)]


def _one(act: Expressions, returns: Returned, given: Sequence[Taint]) -> Value:
    found: Value | None = None
    yes: Marks | None = None
    no: Marks | None = None
    for value, state in returns:
        found = value if found is None else join(found, value)
        truth = act.truth(value)
        proofs = state.proofs()
        if truth is not False:
            mine = checks.union(proofs, value.yes)
            yes = mine if yes is None else shared(yes, mine)
        if truth is not True:
            mine = checks.union(proofs, value.no)
            no = mine if no is None else shared(no, mine)
    assert found is not None
    if given and _is_predicate(act, [value for value, _ in returns]):
        # It looked at its arguments and can refuse them: a downgrade, unless more is proved.
        yes = checks.union(yes or (), tuple([(each.root, each.way, WEAK_GUARD) for each in given]))
    return Value(found.shape, found.taints, yes or (), no or ())


def _is_predicate(act: Expressions, values: list[Value]) -> bool:
    known = [act.truth(each) for each in values]
    shapes = [shape for each in values for shape in getattr(each.shape, "shapes", (each.shape,))]
    plain = all(shape == A_BOOL.shape or isinstance(getattr(shape, "value", None), bool) for shape in shapes)
    return plain and (None in known or (True in known and False in known))
