"""Context managers: what one gives when it is entered, and what it does when it is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Instance, Items
from linter.flow.values import NONE, FunctionRef, Typed, Value

if TYPE_CHECKING:
    from linter.flow.activation import Activation


def entered(act: Activation, manager: Value) -> Value:
    """What stands behind `as`."""
    record = act.record(manager)
    if type(record) is Items and record.kind == "iterator":
        return act.any_element(manager)
    if type(record) is Instance or type(manager.shape) is Typed:
        for name in ("__enter__", "__aenter__"):
            method = act.attribute(manager, name)
            if type(method.shape) is FunctionRef:
                return act.invoke(method)
    return manager


def left(act: Activation, manager: Value, returns: int) -> None:
    """Run what a context manager of the project does at its end, wherever the program left it.

    `returns` is how many ways out of the function there were before it was entered.
    """
    if type(act.record(manager)) is not Instance:
        return
    for name in ("__exit__", "__aexit__"):
        method = act.attribute(manager, name)
        if type(method.shape) is not FunctionRef:
            continue
        given = Args([NONE, NONE, NONE])
        if act.alive:
            act.apply(method, given)
            act.alive = True
        for _, state in act.returns[returns:]:
            after, act.state = act.state, state
            act.apply(method, given)
            act.state, act.alive = after, False
