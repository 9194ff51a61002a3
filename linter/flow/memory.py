"""What a function can change and reach: records on the heap of the state at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.facts.spans import Span
from linter.flow.heap import (
    HELD,
    NAMED_TUPLE,
    Entries,
    Instance,
    Items,
    Native,
    Record,
    joined,
    maybe_join,
    values_of,
)
from linter.flow.state import State
from linter.flow.values import (
    A_STRING,
    CHAR,
    STRING,
    UNKNOWN,
    Const,
    Either,
    Obj,
    Partial,
    Taints,
    Value,
    const_of,
    constant,
    gathered,
    is_text,
    join,
    merge,
    part,
)
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.flow.engine import Engine

UNROLLED = 24
_FEW = 6
"""How many records can be told apart in one value."""
YIELDED = "*yielded"
"""The name under which a state keeps what a generator has given so far."""


class Memory:
    """The records that one activation of a function reaches."""

    def __init__(self, engine: Engine, function: Function, state: State) -> None:
        self.engine = engine
        self.function = function
        self.state = state
        self.span: Span = function.scope.span

    def allocate(self, record: Record, taints: Taints = ()) -> Value:
        """A new record on the heap."""
        identity = self.engine.next_id()
        self.state.heap[identity] = record
        return Value(Obj(identity), taints)

    def record(self, value: Value) -> Record | None:
        """The record that a value points at."""
        shape = value.shape
        if type(shape) is not Obj:
            return None
        found = self.state.heap.get(shape.id)
        return self.engine.statics.get(shape.id) if found is None else found

    def mapping(self, value: Value) -> Record | None:
        """The record that a value points at; of an instance of a subclass of `dict`, its items."""
        record = self.record(value)
        if type(record) is Instance and HELD in record.fields:
            return self.record(record.fields[HELD]) or record
        return record

    def store(self, value: Value, record: Record) -> None:
        """Replace the record that a value points at."""
        if type(value.shape) is Obj:
            self.state.heap[value.shape.id] = record
            if value.shape.id in self.engine.statics:
                self.engine.changed.add(value.shape.id)

    def deep_taints(self, value: Value, depth: int = 0) -> Taints:
        """The taints of a value and of all that it holds."""
        taints = value.taints
        shape = value.shape
        if type(shape) is Obj and depth < 4:
            record = self.record(value)
            if record is not None:
                self.engine.spend()
                for each in values_of(record):
                    taints = merge(taints, self.deep_taints(each, depth + 1))
        elif type(shape) is Either and depth < 4:
            for inner in shape.shapes:
                if type(inner) is Obj:
                    taints = merge(taints, self.deep_taints(Value(inner), depth + 1))
        elif type(shape) is Partial:
            taints = merge(taints, gathered(shape.args))
        return taints

    def held_taints(self, value: Value) -> Taints:
        """The taints of all that a value holds, whether it shows it or not."""
        return self.deep_taints(value)

    def elements(self, value: Value) -> tuple[list[Value], Value | None]:
        """What iterating over a value gives: the first elements in order, and what any further one is."""
        shape = value.shape
        if type(shape) is Const:
            if isinstance(shape.value, (str, bytes)):
                if len(shape.value) <= UNROLLED:
                    return [constant(each) for each in shape.value], None
                return [], A_STRING
            return [], None
        record = self.mapping(value)
        if type(record) is Items:
            return list(record.items), record.rest
        if type(record) is Entries:
            return [constant(key) for key in record.entries], record.keys
        fields = self.ordered_fields(value)
        if fields is not None:
            return fields, None
        if record is not None:
            return [], Value(None, self.deep_taints(value))
        if is_text(shape):
            return [], Value(STRING, self.fresh_part(value.taints, CHAR))
        if type(shape) is Either:
            together = self._side_by_side(shape)
            if together is not None:
                return together, None
            # The taints of a value that is one of several are those of what is no record.
            several = [Value(each, () if type(each) is Obj else value.taints) for each in shape.shapes]
            return [], joined([self._any_element(each) for each in several])
        element = self.engine.sources.element(shape)
        return [], Value(element, self.fresh_part(value.taints, ("element", self.span)))

    def _side_by_side(self, shape: Either) -> list[Value] | None:
        """The items of a pair that is one of several, such as an item of a dict; None for anything else."""
        records = [self.record(Value(each)) for each in shape.shapes]
        rows = [each.items for each in records if type(each) is Items and each.rest is None]
        if len(rows) != len(records) or len({len(each) for each in rows}) != 1:
            return None
        return [joined(list(column)) or UNKNOWN for column in zip(*rows, strict=True)]

    def ordered_fields(self, value: Value) -> list[Value] | None:
        """The items of a named tuple, in order; None for anything else."""
        record = self.record(value)
        if type(record) is Native and record.name == NAMED_TUPLE:
            return list(record.fields.values())
        if type(record) is Instance and self.engine.project.derives(record.cls, "typing.NamedTuple"):
            names = self.engine.fields.names(record.cls)
            return [record.fields.get(name, UNKNOWN) for name in names]
        return None

    def _any_element(self, value: Value) -> Value:
        known, rest = self.elements(value)
        return self.one_of(known, rest) or UNKNOWN

    def one_of(self, known: list[Value], rest: Value | None) -> Value | None:
        """One value for all of several; of tuples of one length it is known which item is which."""
        if len(known) > _FEW and rest is None:
            records = [self.record(each) for each in known]
            rows = [each.items for each in records if type(each) is Items and each.rest is None]
            if len(rows) == len(known) and len({len(each) for each in rows}) == 1:
                columns = [joined([*column]) or UNKNOWN for column in zip(*rows, strict=True)]
                return self.allocate(Items("tuple", tuple(columns)))
            if all(each is not None for each in records):
                return Value(None, gathered([Value(None, self.deep_taints(each)) for each in known]))
        return joined(known, rest)

    def any_element(self, value: Value) -> Value:
        """One value for whatever iterating over a value gives."""
        return self._any_element(value)

    def fresh_part(self, taints: Taints, key: object) -> Taints:
        """The taints of a part, with what is proved of that part."""
        if not taints:
            return ()
        return self.state.fresh(part(taints, key))

    def with_key(self, record: Entries, key: Value, value: Value) -> Entries:
        """A dict record with `record[key] = value`."""
        known = const_of(key)
        if known is not ... and len(record.entries) < 200:
            return record._replace(entries={**record.entries, known: value})
        entries = {name: join(each, value) for name, each in record.entries.items()}
        return record._replace(
            entries=entries, rest=maybe_join(record.rest, value), keys=maybe_join(record.keys, key)
        )

    def updated(self, record: Entries, other: Value) -> Entries:
        """A dict record with all of another mapping written into it."""
        source = self.mapping(other)
        if type(source) is Entries:
            return record._replace(
                entries={**_maybe_overwritten(record.entries, source.rest), **source.entries},
                rest=maybe_join(record.rest, source.rest),
                keys=maybe_join(record.keys, source.keys),
            )
        taints = self.deep_taints(other)
        more = Value(None, self.fresh_part(taints, "values"))
        return record._replace(
            entries=_maybe_overwritten(record.entries, more),
            rest=maybe_join(record.rest, more),
            keys=maybe_join(record.keys, Value(STRING, self.fresh_part(taints, "keys"))),
        )

    def yielded(self, known: list[Value], rest: Value | None) -> None:
        """Note what a generator gives next: the names of the state keep it in order."""
        before = self.state.names.get(YIELDED)
        record = None if before is None else self.record(before)
        if type(record) is not Items:
            self.state.names[YIELDED] = self.allocate(Items("iterator", tuple(known), rest))
        elif record.rest is None and len(record.items) < UNROLLED:
            self.store(before or UNKNOWN, Items("iterator", (*record.items, *known), rest))
        else:
            self.store(before or UNKNOWN, record._replace(rest=joined(known, record.rest, rest)))


def _maybe_overwritten(entries: dict[object, Value], rest: Value | None) -> dict[object, Value]:
    """The entries of a dict into which something is written under keys that are not known."""
    return entries if rest is None else {key: join(value, rest) for key, value in entries.items()}
