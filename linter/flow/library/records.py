"""Records that the standard library makes: named tuples and namespaces."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import CONTEXT, NAMED_TUPLE, QUEUE, Entries, Instance, Items, Native
from linter.flow.values import UNKNOWN, Named, Partial, Value, const_of, constant

if TYPE_CHECKING:
    from linter.flow.calls import Calls


def _named_tuple(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`namedtuple("Pair", "left right")`: a class, kept as its maker with the names of its fields."""
    names = _names(act, args.given(1, "field_names"))
    if names is None:
        return None
    return Value(Partial(Value(Named(NAMED_TUPLE)), (constant(" ".join(names)),), ()))


def _names(act: Calls, given: Value) -> list[str] | None:
    known = const_of(given)
    if isinstance(known, str):
        return known.replace(",", " ").split()
    record = act.record(given)
    if type(record) is not Items or record.rest is not None:
        return None
    # `typing.NamedTuple("Pair", [("left", str)])` gives pairs.
    found = []
    for each in record.items:
        pair = act.record(each)
        name = const_of(pair.items[0] if type(pair) is Items and pair.items else each)
        if not isinstance(name, str):
            return None
        found.append(name)
    return found


def _tuple_made(act: Calls, args: Args, receiver: Value) -> Value | None:
    names = str(const_of(args.given(0))).split()
    fields: dict[object, Value] = dict(zip(names, args.positional[1:], strict=False))
    if args.rest is not None or args.extra is not None:
        return None
    fields.update({name: each for name, each in args.keywords.items() if name in names})
    return act.allocate(Native(NAMED_TUPLE, {name: fields[name] for name in names if name in fields}))


def _namespace(act: Calls, args: Args, receiver: Value) -> Value | None:
    fields: dict[object, Value] = dict(args.keywords.items())
    record = act.record(args.positional[0]) if args.positional else None
    if args.extra is not None or (args.positional and type(record) is not Entries):
        return None
    if type(record) is Entries:
        fields = {**record.entries, **fields}
    return act.allocate(Native("types.SimpleNamespace", fields))


def _queue(act: Calls, args: Args, receiver: Value) -> Value:
    return act.allocate(Items(QUEUE, ()))


def _context(act: Calls, args: Args, receiver: Value) -> Value:
    default = args.get(-1, "default")
    return act.allocate(Native(CONTEXT, {} if default is None else {"value": default}))


def _as_dict(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`asdict(instance)`: its fields by name."""
    record = act.record(args.given(0))
    if type(record) is not Instance:
        return None
    entries = {
        key: _as_dict(act, Args([each]), receiver) or each if type(act.record(each)) is Instance else each
        for key, each in record.fields.items()
    }
    return act.allocate(Entries(entries, record.extra))


def _as_tuple(act: Calls, args: Args, receiver: Value) -> Value | None:
    record = act.record(args.given(0))
    if type(record) is not Instance or record.extra is not None:
        return None
    names = act.engine.fields.names(record.cls)
    return act.allocate(Items("tuple", tuple([record.fields.get(name, UNKNOWN) for name in names])))


RECORDS: dict[str, Callable[[Calls, Args, Value], Value | None]] = {
    "collections.namedtuple": _named_tuple,
    "typing.NamedTuple": _named_tuple,
    NAMED_TUPLE: _tuple_made,
    "contextvars.ContextVar": _context,
    **dict.fromkeys(("dataclasses.asdict", "attr.asdict", "attrs.asdict"), _as_dict),
    **dict.fromkeys(("dataclasses.astuple", "attr.astuple", "attrs.astuple"), _as_tuple),
    **dict.fromkeys(
        [f"queue.{each}" for each in ("Queue", "SimpleQueue", "LifoQueue", "PriorityQueue")]
        + ["asyncio.Queue", "multiprocessing.Queue"],
        _queue,
    ),
    "types.SimpleNamespace": _namespace,
    "argparse.Namespace": _namespace,
}
"""Models of what makes records, by canonical name."""
