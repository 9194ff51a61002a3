"""Instances of the project's classes: how `__new__` makes them, and the items of those that hold some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import HELD, Entries, Instance, Items
from linter.flow.values import NONE, UNKNOWN, ClassRef, FunctionRef, Value, gathered, join
from linter.resolve.definitions import Class, Function

if TYPE_CHECKING:
    from linter.flow.access import Access
    from linter.flow.calls import Calls

_FILLING = frozenset(
    {"__init__", "__setitem__", "update", "setdefault", "append", "extend", "insert", "appendleft"}
)
OF_COLLECTIONS = _FILLING | frozenset(
    {"__getitem__", "get", "pop", "popitem", "popleft", "keys", "values", "items", "copy", "clear"}
)
"""Methods of `dict` and `list` that their subclasses have as well."""
_MANY = 12
"""An instance that is filled with more entries at once is not followed key by key: it costs too much."""


def made_by_class(act: Calls, cls: Class, args: Args) -> Value | None:
    """The instance that `__new__` of a class gives; None where the class leaves that to Python."""
    found = act.engine.project.member(cls, "__new__")
    if found is None or not isinstance(found.target, Function):
        return None
    made = act.engine.call_function(act, FunctionRef(found.target), args.after(Value(ClassRef(cls))))
    record = act.record(made)
    return made if type(record) is Instance and record.cls is cls else None


def is_mapping(act: Access, record: Instance) -> bool:
    """Whether an instance is a dict of the project's own."""
    return act.engine.project.derives(record.cls, "dict", "collections.UserDict")


def held(act: Access, base: Value, record: Instance, is_filled: bool) -> Value | None:
    """The items of an instance of a subclass of `dict` or `list`; None for any other thing.

    `is_filled` says that something is written to them. Where an instance was made of a mapping, what it
    holds is not told apart.
    """
    found = record.fields.get(HELD)
    if found is not None:
        return found if type(act.record(found)) in (Entries, Items) else None
    if not is_filled or record.extra is not None:
        return None
    if is_mapping(act, record):
        made = act.allocate(Entries({}))
    elif act.engine.project.derives(record.cls, "list", "collections.UserList", "collections.deque"):
        made = act.allocate(Items("list", ()))
    else:
        return None
    act.store(base, record._replace(fields={**record.fields, HELD: made}))
    return made


def _is_large(act: Access, value: Value) -> bool:
    """Whether a mapping has more entries than are worth being told apart in an instance."""
    record = act.record(value)
    return type(record) is Entries and len(record.entries) > _MANY


def _filled_as_a_whole(act: Access, receiver: Value, record: Instance, args: Args) -> Value:
    """Fill an instance with values of which nobody asks any more under which key they are."""
    given = [*args.all(), record.fields.get(HELD, NONE)]
    inside = Value(None, gathered([Value(None, act.deep_taints(each)) for each in given]))
    extra = inside if record.extra is None else join(record.extra, inside)
    act.store(receiver, record._replace(fields={**record.fields, HELD: UNKNOWN}, extra=extra))
    return NONE


def of_collection(act: Calls, receiver: Value, record: Instance, name: str, args: Args) -> Value | None:
    """A method that a subclass of `dict` or `list` has from it; None for any other."""
    if name not in OF_COLLECTIONS:
        return None
    if name in ("__init__", "update") and any(_is_large(act, each) for each in args.all()):
        return _filled_as_a_whole(act, receiver, record, args)
    items = held(act, receiver, record, name in _FILLING)
    inside = None if items is None else act.record(items)
    if items is None or inside is None:
        return None
    if name == "__getitem__":
        return act.item(items, args.given(0))
    if name == "__setitem__":
        act.set_item(items, args.given(0), args.given(1))
        return NONE
    if name == "__init__":
        name = "extend" if type(inside) is Items else "update"
    return act.engine.containers.method(act, items, inside, name, args)
