"""Comprehensions and generator expressions."""

from __future__ import annotations

from functools import reduce

from linter.facts.expressions import Comprehension, Expr, Ref
from linter.flow import checks
from linter.flow.expressions import Expressions
from linter.flow.heap import Entries, Items, Record, maybe_join
from linter.flow.memory import UNROLLED
from linter.flow.state import State
from linter.flow.values import Either, Marks, Value, is_text, shared


def comprehended(act: Expressions, expr: Comprehension) -> Value:
    """The value of a comprehension; the names that it binds do not outlive it."""
    saved = dict(act.state.names)
    found = _comprehended(act, expr)
    for name in list(act.state.names):
        if name not in saved:
            del act.state.names[name]
    act.state.names.update(
        {name: value for name, value in saved.items() if _is_target(act, expr.targets, name)}
    )
    return found


def _is_target(act: Expressions, targets: tuple[Expr, ...], name: str) -> bool:
    return any(isinstance(each, Ref) and each.name == "$" + name for each in targets)


def _comprehended(act: Expressions, expr: Comprehension) -> Value:
    known, rest = act.elements(act.eval(expr.sources[0]))
    if len(expr.sources) == 1 and rest is None and len(known) <= UNROLLED:
        return _unrolled(act, expr, known)
    first = act.one_of(known, rest)
    if first is None:
        return act.allocate(_made(expr.kind, [], None))
    act.assign(expr.targets[0], first)
    for target, source in zip(expr.targets[1:], expr.sources[1:], strict=False):
        act.assign(target, act.any_element(act.eval(source)))
    before = None
    left_out: Marks = ()
    let_through: Marks = ()
    for each in expr.conditions:
        test = act.eval(each)
        # Where nothing is let through, all items fail the one condition.
        left_out = checks.of_whole(test.no) if len(expr.conditions) == len(expr.sources) == 1 else ()
        if act.truth(test) is False:
            return act.allocate(_made(expr.kind, [], None))
        let_through = checks.union(let_through, checks.of_others(test.yes, act.deep_taints(first)))
        if test.yes and before is None:
            before = act.state.fork()
        act.state.prove(test.yes)
    element = act.eval(expr.element)
    pair = act.record(element)
    if expr.kind == "dict" and type(pair) is Items:
        # The key is read before the value, which may look at the key.
        looked_at = [Value(each.shape, act.state.fresh(each.taints)) for each in pair.items]
        act.store(element, Items(pair.kind, tuple(looked_at)))
    if before is not None:
        _forget(act, before)
    made = act.allocate(_element(act, expr, [], element))
    return Value(made.shape, made.taints, let_through, left_out)


def _forget(act: Expressions, before: State) -> None:
    """What a condition has proved holds for the items that it let through, and for nothing else."""
    made = {number: record for number, record in act.state.heap.items() if number not in before.heap}
    before.heap.update(made)
    act.state.become(before)


def _unrolled(act: Expressions, expr: Comprehension, known: list[Value]) -> Value:
    values: list[Value] = []
    rest: Value | None = None
    let_through: list[Marks] = []
    for each in known:
        act.assign(expr.targets[0], each)
        sure = True
        skip = False
        proved: Marks = ()
        for condition in expr.conditions:
            test = act.eval(condition)
            truth = act.truth(test)
            proved = checks.union(proved, checks.of_others(test.yes, act.deep_taints(each)))
            skip = skip or truth is False
            # Texts that are empty are left out: they say nothing wherever they stand.
            sure = sure and (truth is True or (is_text(each.shape) and condition == expr.targets[0]))
        if skip:
            continue
        let_through.append(proved)
        value = act.eval(expr.element)
        if sure and rest is None:
            values.append(value)
        else:
            rest = maybe_join(rest, value)
    made = act.allocate(_element(act, expr, values, rest))
    return Value(made.shape, made.taints, reduce(shared, let_through) if let_through else ())


def _element(act: Expressions, expr: Comprehension, values: list[Value], rest: Value | None) -> Record:
    if expr.kind != "dict":
        return _made(expr.kind, values, rest)
    record = Entries({})
    pairs = [*values, *([] if rest is None else _one_by_one(rest))]
    for pair in pairs:
        inner = act.record(pair)
        if type(inner) is Items and len(inner.items) == 2:
            record = act.with_key(record, inner.items[0], inner.items[1])
    return record


def _one_by_one(value: Value) -> list[Value]:
    shape = value.shape
    return [Value(each) for each in shape.shapes] if type(shape) is Either else [value]


def _made(kind: str, values: list[Value], rest: Value | None) -> Record:
    if kind == "dict":
        return Entries({})
    return Items("iterator" if kind == "generator" else kind, tuple(values), rest)
