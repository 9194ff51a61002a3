"""Records of things that a program can change. A record itself never changes: a change puts a new one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, Union

from linter.flow.values import UNKNOWN, Value, join

if TYPE_CHECKING:
    from linter.resolve.definitions import Class

_ENTRIES = 60
NAMED_TUPLE = "collections.namedtuple()"
"""The name of records that a class made by `namedtuple` makes; their fields are in order."""
QUEUE = "queue"
"""The kind of items that wait in a queue."""
CONTEXT = "contextvars.ContextVar"
"""The name of records of a variable of a context, with its value."""
CONFIG = "configparser.ConfigParser"
"""The library's class whose records hold a section, itself a dict, under each name."""
REST = ("section",)
"""The name for sections of which the names are not known."""
HELD = ("items",)
"""The name under which an instance of a subclass of `dict` holds its items, as a dict."""


class Items(NamedTuple):
    """A list, tuple, set or iterator: the first items in order, and what any further one may be."""

    kind: str
    items: tuple[Value, ...]
    rest: Value | None = None


class Entries(NamedTuple):
    """A dict. `rest` and `keys` are what values and keys not listed may be; None when there are none.

    `factory` is what a `defaultdict` calls for a key that is missing.
    """

    entries: dict[object, Value]
    rest: Value | None = None
    keys: Value | None = None
    factory: Value | None = None


class Instance(NamedTuple):
    """An instance of a class of the project. `extra` is what an attribute not listed may be."""

    cls: Class
    fields: dict[object, Value]
    extra: Value | None = None


class Native(NamedTuple):
    """An instance of a library's class whose state is followed, by canonical name."""

    name: str
    fields: dict[object, Value]


class Cell(NamedTuple):
    """The names that a function sees around it."""

    names: dict[object, Value]


Record: TypeAlias = Union[Items, Entries, Instance, Native, Cell]


def values_of(record: Record) -> Iterator[Value]:
    """All values in a record."""
    kind = type(record)
    if kind is Items:
        yield from record.items  # type: ignore[union-attr]
        if record.rest is not None:  # type: ignore[union-attr]
            yield record.rest  # type: ignore[union-attr]
        return
    yield from record[1 if kind in (Instance, Native) else 0].values()  # type: ignore[union-attr]
    if kind is Entries:
        for each in (record.rest, record.keys, record.factory):  # type: ignore[union-attr]
            if each is not None:
                yield each
    elif kind is Instance and record.extra is not None:  # type: ignore[union-attr]
        yield record.extra  # type: ignore[union-attr]


def mapped(record: Record, change: dict[int, Value]) -> Record:
    """A record with values replaced, by the identity of the old ones."""

    def new(value: Value) -> Value:
        return change.get(id(value), value)

    def maybe(value: Value | None) -> Value | None:
        return None if value is None else new(value)

    match record:
        case Items(kind, items, rest):
            return Items(kind, tuple([new(each) for each in items]), maybe(rest))
        case Entries(entries, rest, keys):
            changed = {key: new(each) for key, each in entries.items()}
            return record._replace(entries=changed, rest=maybe(rest), keys=maybe(keys))
        case Instance(cls, fields, extra):
            return Instance(cls, {key: new(each) for key, each in fields.items()}, maybe(extra))
        case Native(name, fields):
            return Native(name, {key: new(each) for key, each in fields.items()})
        case Cell(names):
            return Cell({key: new(each) for key, each in names.items()})


def join_records(left: Record, right: Record) -> Record:
    """A record that is one of two."""
    if left is right:
        return left
    match left, right:
        case Items(kind, items, rest), Items(_, others, other_rest):
            return _join_items(kind, items, rest, others, other_rest)
        case Entries(entries, rest, keys), Entries(others, other_rest, other_keys):
            known = _join_entries(entries, others, rest, other_rest)
            made = maybe_join(left.factory, right.factory)
            return Entries(known, maybe_join(rest, other_rest), maybe_join(keys, other_keys), made)
        case Instance(cls, fields, extra), Instance(other, others, other_extra) if cls is other:
            return Instance(cls, _join_fields(fields, others), maybe_join(extra, other_extra))
        case Native(name, fields), Native(other_name, others) if name == other_name:
            return Native(name, _join_fields(fields, others))
        case Cell(names), Cell(others):
            return Cell(_join_fields(names, others))
        case _:
            return left


def _join_items(
    kind: str,
    items: tuple[Value, ...],
    rest: Value | None,
    others: tuple[Value, ...],
    other_rest: Value | None,
) -> Items:
    common = min(len(items), len(others))
    if common != max(len(items), len(others)) and common == 0:
        # Empty on one side: what is there on the other side is there in the same order, or not at all.
        longer, more = (items, rest) if items else (others, other_rest)
        return Items(kind, (), joined([*longer, *([more] if more is not None else [])], rest, other_rest))
    extra = [*items[common:], *others[common:]]
    known = tuple([join(items[i], others[i]) for i in range(common)])
    return Items(kind, known, joined(extra, rest, other_rest))


def joined(values: list[Value], *more: Value | None) -> Value | None:
    """One value for all of them; None when there are none."""
    found: Value | None = None
    for each in (*values, *more):
        if each is not None:
            found = each if found is None else join(found, each)
    return found


def maybe_join(left: Value | None, right: Value | None) -> Value | None:
    """One of two values, of which one may not be there."""
    if left is None:
        return right
    return left if right is None else join(left, right)


def _join_entries(
    left: dict[object, Value], right: dict[object, Value], rest: Value | None, other_rest: Value | None
) -> dict[object, Value]:
    if left is right:
        return left
    found: dict[object, Value] = {}
    for key in [*left, *(key for key in right if key not in left)]:
        mine, theirs = left.get(key, rest), right.get(key, other_rest)
        found[key] = join(mine if mine is not None else UNKNOWN, theirs if theirs is not None else UNKNOWN)
        if mine is None or theirs is None:
            # The key may be missing: what it holds, if anything, is the one value.
            found[key] = mine if theirs is None and mine is not None else theirs or UNKNOWN
    return found


def _join_fields(left: dict[object, Value], right: dict[object, Value]) -> dict[object, Value]:
    if left is right:
        return left
    found = dict(left)
    for key, value in right.items():
        known = found.get(key)
        found[key] = value if known is None else join(known, value)
    return found


def with_entry(record: Entries, key: object, value: Value) -> Entries:
    """A dict with one key written."""
    if key not in record.entries and len(record.entries) >= _ENTRIES:
        return record._replace(rest=maybe_join(record.rest, value))
    return record._replace(entries={**record.entries, key: value})


def everything(record: Record) -> list[Value]:
    """All values in a record as a list."""
    return list(values_of(record))
