"""Functions that walk over what they are given: `map`, `zip`, `reduce`, `itertools`."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING

from linter.flow import checks
from linter.flow.arguments import Args
from linter.flow.heap import Items, joined
from linter.flow.values import (
    A_NUMBER,
    NONE,
    UNKNOWN,
    Marks,
    Named,
    Partial,
    Value,
    const_of,
    constant,
    join,
    shared,
)

if TYPE_CHECKING:
    from linter.flow.calls import Calls

_TURNS = 2
_FOLDED = 12


def _chain(act: Calls, args: Args, receiver: Value) -> Value:
    return _one_after_another(act, args.positional)


def _chained(act: Calls, args: Args, receiver: Value) -> Value:
    """`chain.from_iterable(parts)`."""
    known, rest = act.elements(args.given(0))
    return _one_after_another(act, known if rest is None else [*known, rest], rest is not None)


def _one_after_another(act: Calls, iterables: list[Value], is_open: bool = False) -> Value:
    known: list[Value] = []
    rest: Value | None = None
    for each in iterables:
        items, more = act.elements(each)
        if rest is None:
            known += items
            rest = more
        else:
            rest = joined(items, rest, more)
    if is_open:
        known, rest = [], joined(known, rest)
    return act.allocate(Items("iterator", tuple(known), rest))


def _next(act: Calls, args: Args, receiver: Value) -> Value:
    source = args.given(0)
    record = act.record(source)
    if type(record) is Items and record.kind == "iterator" and record.items:
        act.store(source, record._replace(items=record.items[1:]))
        return record.items[0]
    found = act.any_element(source)
    default = args.get(1)
    if default is None:
        act.state.prove(source.yes)
        return found
    met = join(found, default)
    return Value(met.shape, met.taints, checks.union(met.yes, source.yes), met.no)


def _map(act: Calls, args: Args, receiver: Value) -> Value:
    known, rest = act.elements(args.given(1))
    callee = args.given(0)
    results = [act.apply(callee, Args([each])) for each in known]
    more = None if rest is None else act.apply(callee, Args([rest]))
    return act.allocate(Items("iterator", tuple(results), more))


def _star_map(act: Calls, args: Args, receiver: Value) -> Value:
    """`starmap(function, rows)`: each row fills the parameters."""
    known, rest = act.elements(args.given(1))

    def result(row: Value) -> Value:
        given, more = act.elements(row)
        return act.apply(args.given(0), Args(given, rest=more))

    results = [result(each) for each in known]
    return act.allocate(Items("iterator", tuple(results), None if rest is None else result(rest)))


def _filter(act: Calls, args: Args, receiver: Value) -> Value:
    known, rest = act.elements(args.given(1))
    kept: list[Value] = []
    let_through: list[Marks] = []
    for each in [*known, *([rest] if rest is not None else [])]:
        test = act.apply(args.given(0), Args([each]))
        if act.truth(test) is not False:
            kept.append(act.state.proved_value(each, test.yes))
            let_through.append(checks.of_others(test.yes, act.deep_taints(each)))
    made = act.allocate(Items("iterator", (), joined(kept)))
    return Value(made.shape, made.taints, reduce(shared, let_through) if let_through else ())


def _enumerate(act: Calls, args: Args, receiver: Value) -> Value:
    known, rest = act.elements(args.given(0))
    pairs = [act.allocate(Items("tuple", (constant(i), each))) for i, each in enumerate(known)]
    more = None if rest is None else act.allocate(Items("tuple", (A_NUMBER, rest)))
    return act.allocate(Items("iterator", tuple(pairs), more))


def _zip(act: Calls, args: Args, receiver: Value) -> Value:
    walked = [act.elements(each) for each in args.positional]
    sure = min((len(known) for known, _ in walked), default=0)
    pairs = [
        act.allocate(Items("tuple", tuple([known[position] for known, _ in walked])))
        for position in range(sure)
    ]
    further = [joined(known[sure:], rest) for known, rest in walked]
    more = None
    if further and all(each is not None for each in further):
        more = act.allocate(Items("tuple", tuple([each or UNKNOWN for each in further])))
    return act.allocate(Items("iterator", tuple(pairs), more))


def _islice(act: Calls, args: Args, receiver: Value) -> Value:
    known, rest = act.elements(args.given(0))
    bounds = [const_of(each) for each in args.positional[1:]]
    whole = [each for each in bounds if isinstance(each, int) and each >= 0]
    if bounds and len(whole) == len(bounds) < 3:
        start, stop = (0, whole[0]) if len(whole) == 1 else (whole[0], whole[1])
        if rest is None or stop <= len(known):
            return act.allocate(Items("iterator", tuple(known[start:stop])))
    return act.allocate(Items("iterator", (), joined(known, rest)))


def _reduce(act: Calls, args: Args, receiver: Value) -> Value:
    """`reduce(function, items, first)`: the function runs over what it has made before."""
    callee = args.given(0, "function")
    known, rest = act.elements(args.given(1, "iterable"))
    found = args.get(2, "initial")
    if len(known) > _FOLDED:
        known, rest = [], joined(known, rest)
    for each in known:
        found = each if found is None else act.apply(callee, Args([found, each]))
    if rest is not None:
        found = rest if found is None else found
        for _ in range(_TURNS):
            found = join(found, act.apply(callee, Args([found, rest])))
    return UNKNOWN if found is None else found


def _getter(act: Calls, args: Args, receiver: Value) -> Value:
    """`itemgetter(key)`, to be called with what has the item."""
    return Value(Partial(Value(Named("operator.itemgetter()")), tuple(args.positional), ()))


def _got(act: Calls, args: Args, receiver: Value) -> Value:
    *keys, held = args.positional or [UNKNOWN]
    found = [act.item(held, each) for each in keys]
    return found[0] if len(found) == 1 else act.allocate(Items("tuple", tuple(found)))


def _attribute_getter(act: Calls, args: Args, receiver: Value) -> Value:
    return Value(Partial(Value(Named("operator.attrgetter()")), tuple(args.positional), ()))


def _attribute_got(act: Calls, args: Args, receiver: Value) -> Value:
    *names, held = args.positional or [UNKNOWN]
    found = []
    for each in names:
        value = held
        for part in str(const_of(each)).split("."):
            value = act.attribute(value, part)
        found.append(value)
    return found[0] if len(found) == 1 else act.allocate(Items("tuple", tuple(found)))


def _item(act: Calls, args: Args, receiver: Value) -> Value:
    return act.item(args.given(0), args.given(1))


def _grouped(act: Calls, args: Args, receiver: Value) -> Value:
    """`groupby(items, key)`: pairs of what `key` makes of an item, and items."""
    element = act.any_element(args.given(0))
    key = args.get(1, "key")
    made = element if key is None or const_of(key) is None else act.apply(key, Args([element]))
    members = act.allocate(Items("iterator", (), element))
    return act.allocate(Items("iterator", (), act.allocate(Items("tuple", (made, members)))))


def _product(act: Calls, args: Args, receiver: Value) -> Value:
    elements = [act.any_element(each) for each in args.positional]
    if "repeat" in args.keywords:
        return act.allocate(Items("iterator", (), act.allocate(Items("tuple", (), joined(elements)))))
    return act.allocate(Items("iterator", (), act.allocate(Items("tuple", tuple(elements)))))


def _range(act: Calls, args: Args, receiver: Value) -> Value | None:
    """A range of known bounds: its numbers, or the first of them and more."""
    bounds = [const_of(each) for each in args.positional]
    whole = [each for each in bounds if isinstance(each, int)]
    if len(whole) != len(bounds) or not 0 < len(whole) < 4 or 0 in whole[2:]:
        return None
    numbers = range(*whole)
    if len(numbers) <= _FOLDED:
        return act.allocate(Items("iterator", tuple([constant(each) for each in numbers])))
    return act.allocate(Items("iterator", (constant(numbers[0]),), A_NUMBER))


def _pushed(act: Calls, args: Args, receiver: Value) -> Value:
    """`heappush(heap, item)`: which item comes first is not known."""
    heap, item = args.given(0), args.given(1)
    record = act.record(heap)
    if type(record) is Items:
        act.store(heap, Items(record.kind, (), joined([*record.items, item], record.rest)))
    return NONE


def _first_popped(act: Calls, args: Args, receiver: Value) -> Value:
    return act.any_element(args.given(0))


def _count(act: Calls, args: Args, receiver: Value) -> Value:
    return act.allocate(Items("iterator", (), A_NUMBER))


ITERATION: dict[str, Callable[[Calls, Args, Value], Value | None]] = {
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chained,
    "itertools.islice": _islice,
    "itertools.count": _count,
    "itertools.groupby": _grouped,
    "itertools.product": _product,
    "itertools.starmap": _star_map,
    "range": _range,
    "heapq.heappush": _pushed,
    "heapq.heappop": _first_popped,
    **dict.fromkeys(
        ("concurrent.futures.ThreadPoolExecutor.map", "concurrent.futures.ProcessPoolExecutor.map"), _map
    ),
    "functools.reduce": _reduce,
    "operator.itemgetter": _getter,
    "operator.itemgetter()": _got,
    "operator.attrgetter": _attribute_getter,
    "operator.attrgetter()": _attribute_got,
    "operator.getitem": _item,
    "next": _next,
    "map": _map,
    "filter": _filter,
    "enumerate": _enumerate,
    "zip": _zip,
}
"""Models of what walks over things, by canonical name."""
