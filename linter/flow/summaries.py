"""What a call of a function does, kept by the shape of its arguments so that it is worked out once.

Before a function runs, its arguments are written in a form of their own: taints become numbers, and
the records that it can reach are numbered in order. Two calls whose arguments look alike in that form
share one summary; what it says is then translated back for each call.
"""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING, NamedTuple

from linter.flow.checks import CONTAINED
from linter.flow.heap import Cell, Entries, Instance, Items, Native, Record
from linter.flow.kinds import KEPT
from linter.flow.passing import forwards, hands_on
from linter.flow.sinks.contexts import Hole, is_fit
from linter.flow.state import State
from linter.flow.values import (
    RESOLVED,
    UNKNOWN,
    Bound,
    Either,
    Encoded,
    FunctionRef,
    Lambda,
    Marks,
    Obj,
    Partial,
    Shape,
    Step,
    Super,
    Taint,
    Taints,
    Text,
    Value,
    merge,
    unresolved,
)

if TYPE_CHECKING:
    from linter.facts.spans import Span
    from linter.flow.sinks.table import Sink
    from linter.resolve.definitions import Function

_RECORDS = 80
_STEPS = 14


class Hit(NamedTuple):
    """A tainted value that reaches a sink. `weak` says that a check on its way helps in part.

    `made_in` and `made_at` are where it was made: the sink, or the call that gave it to a function which only
    hands it on.
    """

    sink: Sink
    holder: Function
    span: Span
    shown: str
    taint: Taint
    weak: bool
    made_in: Function
    made_at: Span
    before: str = ""
    """What stands before it in a text: see `linter.flow.sinks.contexts`."""

    @property
    def place(self) -> tuple[str, int, Span]:
        """The kind and the place of the sink."""
        return (self.sink.kind, id(self.holder), self.span)

    @property
    def source(self) -> tuple[object, ...]:
        """What reaches it: the part of a source where its name counts, else the source alone."""
        root = self.taint.root
        if self.sink.kind == KEPT:
            return (root, self.sink.callee)
        by_part = self.sink.kind in ("record", "digest") or getattr(root, "family", "") == "row"
        return (root, self.taint.way if by_part else ())

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from others."""
        return (*self.place, *self.source, id(self.made_in), self.made_at)


class Summary(NamedTuple):
    """What a function does. `returned` is None when it never comes back.

    `seen` is what was looked at to find out, as bits of the trace. Recursion is cut by what is running
    already: `around` says which of the functions in `seen` that were, and how often, and `height` how many
    calls deep it went.
    """

    returned: Value | None
    heap: dict[int, Record]
    hits: tuple[Hit, ...]
    raised: Value | None
    proofs: Marks
    written: tuple[tuple[str, Value], ...] = ()
    """What it leaves in names of the function around it."""
    seen: int = 0
    around: tuple[tuple[int, int], ...] = ()
    height: int = 0


class Export:
    """Arguments in the form that summaries are kept by."""

    def __init__(self, state: State, statics: dict[int, Record], changed: Set[int]) -> None:
        self._heap = state.heap
        self.statics = statics
        self._changed = changed
        self.symbols: list[Taint] = []
        self._numbers: dict[tuple[object, ...], int] = {}
        self.ids: dict[int, int] = {}
        self.originals: list[int] = []
        self.records: dict[int, Record] = {}
        self._values: dict[int, Value] = {}
        self._kept: list[Value] = []
        self._pending: list[int] = []

    def value(self, value: Value) -> Value:
        """A value in the form of summaries."""
        known = self._values.get(id(value))
        if known is not None:
            return known
        shape = self._shape(value.shape)
        if shape is value.shape and not value.taints and not value.yes and not value.no:
            return value
        found = Value(shape, self._taints(value.taints))
        self._values[id(value)] = found
        self._kept.append(value)
        return found

    def finish(self) -> None:
        """Write down the records that the values reach."""
        for old in sorted(self._changed):
            # What the program has written into things of modules is there for every function.
            if old in self._heap:
                self.records[old] = _rebuilt(self._heap[old], self.value)
        while self._pending:
            old = self._pending.pop(0)
            self.records[self.ids[old]] = _rebuilt(self._heap[old], self.value)

    def _taints(self, taints: Taints) -> Taints:
        found = []
        for each in taints:
            key = (each.root, each.way)
            number = self._numbers.get(key)
            if number is None:
                number = self._numbers[key] = len(self.symbols)
                self.symbols.append(each)
            found.append(Taint(number, (), each.safe, None))
        return tuple(found)

    def _id(self, old: int) -> int | None:
        found = self.ids.get(old)
        if found is not None:
            return found
        if old in self.statics:
            return old
        if old not in self._heap:
            return None
        if len(self.ids) >= _RECORDS:
            return None
        found = self.ids[old] = len(self.ids)
        self.originals.append(old)
        self._pending.append(old)
        return found

    def _shape(self, shape: Shape) -> Shape:
        match shape:
            case None:
                return None
            case Obj(id=old):
                found = self._id(old)
                return None if found is None else Obj(found)
            case Text(parts=parts):
                return Text(tuple([each if isinstance(each, str) else self.value(each) for each in parts]))
            case FunctionRef(function=function, cell=cell, receiver=receiver, bare=bare):
                if cell is None and receiver is None:
                    return shape
                new = None if cell is None else self._id(cell)
                return FunctionRef(function, new, None if receiver is None else self.value(receiver), bare)
            case Lambda(function=function, parameters=parameters, body=body, cell=cell):
                return Lambda(function, parameters, body, None if cell is None else self._id(cell))
            case Either(shapes=shapes):
                return Either(tuple([self._shape(each) for each in shapes]))
            case Partial(callee=callee, args=args, keywords=keywords):
                return Partial(
                    self.value(callee),
                    tuple([self.value(each) for each in args]),
                    tuple([(key, self.value(each)) for key, each in keywords]),
                )
            case Encoded(codec=codec, value=inner):
                return Encoded(codec, self.value(inner))
            case Bound(receiver=receiver, name=name):
                return Bound(self.value(receiver), name)
            case Super(cls=cls, receiver=receiver):
                return Super(cls, self.value(receiver))
            case _:
                return shape


class Translation:
    """A summary's values in the terms of one caller."""

    def __init__(self, export: Export, state: State, next_id: object, step: Step) -> None:
        self._export = export
        self._state = state
        self._next_id = next_id
        self._step = step
        self._ids: dict[int, int] = {}
        self._values: dict[int, Value] = {}
        self._pending: list[int] = []

    def value(self, value: Value) -> Value:
        """A value of the summary, for the caller."""
        known = self._values.get(id(value))
        if known is not None:
            return known
        shape = self._shape(value.shape)
        if shape is value.shape and not value.taints and not value.yes and not value.no:
            return value
        found = Value(shape, self.taints(value.taints), self.marks(value.yes), self.marks(value.no))
        self._values[id(value)] = found
        return found

    def records(self, heap: dict[int, Record]) -> None:
        """Write the records of the summary into the caller's state."""
        for number, old in enumerate(self._export.originals):
            record = heap.get(number)
            if record is not None and record is not self._export.records.get(number):
                self._state.heap[old] = _rebuilt(record, self.value)
        for number in self._export.statics.keys() & heap.keys():
            if heap[number] is not self._export.records.get(number):
                self._state.heap[number] = _rebuilt(heap[number], self.value)
        while self._pending:
            number = self._pending.pop(0)
            record = heap.get(number)
            if record is not None:
                self._state.heap[self._ids[number]] = _rebuilt(record, self.value)

    def taints(self, taints: Taints) -> Taints:
        """Taints of the summary, for the caller."""
        found: Taints = ()
        for each in taints:
            found = merge(found, (self.taint(each),))
        return found

    def taint(self, taint: Taint) -> Taint:
        """A taint of the summary, for the caller."""
        if isinstance(taint.root, int):
            actual = self._export.symbols[taint.root]
            way = (*actual.way, *taint.way)
            steps = _chained(_chained(actual.steps, self._step), taint.steps)
            found = Taint(actual.root, way[:12], taint.safe, steps)
            # A part that was taken in there has what its caller had proved of that part.
            return self._state.fresh((found,))[0] if taint.way else found
        return taint._replace(steps=_chained(taint.steps, self._step))

    def hit(self, hit: Hit) -> Hit | None:
        """A hit of the summary, for the caller; None when the caller has proved it harmless."""
        taint = hit.taint
        if isinstance(taint.root, int):
            moved = hit._replace(taint=self.taint(taint))
            if moved.taint.safe != taint.safe and _is_fit(hit, moved.taint):
                return None
            holder, span = self._step.holder, self._step.span
            if hands_on(hit.made_in, hit.made_at) and not forwards(holder, span):
                return moved._replace(made_in=holder, made_at=span)
            return moved
        checked = self._state.fresh((taint,))[0]
        if checked.safe & hit.sink.bit:
            return None
        first = Step(self._step.holder, self._step.span, self._step.what, None, 1)
        return hit._replace(taint=taint._replace(steps=_chained(first, taint.steps)))

    def marks(self, marks: Marks) -> Marks:
        """Marks of the summary, for the caller."""
        found = []
        for root, way, mask in marks:
            if isinstance(root, int):
                actual = self._export.symbols[root]
                found.append((actual.root, (*actual.way, *way)[:12], mask))
                if not way and actual.way[-1:] == (RESOLVED,) and mask & CONTAINED == CONTAINED:
                    # A path that was resolved lies in a folder: so does the path that it was made of.
                    found.append((actual.root, unresolved(actual.way), CONTAINED))
            else:
                found.append((root, way, mask))
        return tuple(found)

    def _id(self, number: int) -> int:
        if number < 0 or number in self._export.statics:
            return number
        originals = self._export.originals
        if number < len(originals):
            return originals[number]
        found = self._ids.get(number)
        if found is None:
            found = self._ids[number] = self._next_id()  # type: ignore[operator]
            self._pending.append(number)
        return found

    def _shape(self, shape: Shape) -> Shape:
        match shape:
            case None:
                return None
            case Obj(id=number):
                return Obj(self._id(number))
            case Text(parts=parts):
                return Text(tuple([each if isinstance(each, str) else self.value(each) for each in parts]))
            case FunctionRef(function=function, cell=cell, receiver=receiver, bare=bare):
                if cell is None and receiver is None:
                    return shape
                new = None if cell is None else self._id(cell)
                return FunctionRef(function, new, None if receiver is None else self.value(receiver), bare)
            case Lambda(function=function, parameters=parameters, body=body, cell=cell):
                return Lambda(function, parameters, body, None if cell is None else self._id(cell))
            case Either(shapes=shapes):
                return Either(tuple([self._shape(each) for each in shapes]))
            case Partial(callee=callee, args=args, keywords=keywords):
                return Partial(
                    self.value(callee),
                    tuple([self.value(each) for each in args]),
                    tuple([(key, self.value(each)) for key, each in keywords]),
                )
            case Encoded(codec=codec, value=inner):
                return Encoded(codec, self.value(inner))
            case Bound(receiver=receiver, name=name):
                return Bound(self.value(receiver), name)
            case Super(cls=cls, receiver=receiver):
                return Super(cls, self.value(receiver))
            case _:
                return shape


def _is_fit(hit: Hit, taint: Taint) -> bool:
    """Whether what is known of a taint now makes it fit for a sink."""
    sink = hit.sink
    return sink.kind != KEPT and is_fit(sink.kind, sink.bit, Hole(hit.before, taint))


def _rebuilt(record: Record, new: object) -> Record:
    change = new
    match record:
        case Items(kind, items, rest):
            return Items(
                kind,
                tuple([change(each) for each in items]),  # type: ignore[operator]
                None if rest is None else change(rest),  # type: ignore[operator]
            )
        case Entries(entries, rest, keys, factory):
            return Entries(
                {key: change(each) for key, each in entries.items()},  # type: ignore[operator]
                None if rest is None else change(rest),  # type: ignore[operator]
                None if keys is None else change(keys),  # type: ignore[operator]
                None if factory is None else change(factory),  # type: ignore[operator]
            )
        case Instance(cls, fields, extra):
            return Instance(
                cls,
                {key: change(each) for key, each in fields.items()},  # type: ignore[operator]
                None if extra is None else change(extra),  # type: ignore[operator]
            )
        case Native(name, fields):
            return Native(name, {key: change(each) for key, each in fields.items()})  # type: ignore[operator]
        case Cell(names):
            return Cell({key: change(each) for key, each in names.items()})  # type: ignore[operator]


def _chained(first: Step | None, then: Step | None) -> Step | None:
    """One way after the other."""
    if then is None:
        return first
    if first is None:
        return then
    links: list[Step] = []
    link: Step | None = then
    while link is not None and len(links) < _STEPS:
        links.append(link)
        link = link.before
    found = first
    for each in reversed(links):
        if found.length >= _STEPS:
            break
        found = Step(each.holder, each.span, each.what, found, found.length + 1)
    return found


def key_of(record: Record) -> tuple[object, ...]:
    """A record as something that can be looked up by."""
    kind = type(record)
    if kind is Items:
        return tuple(record)
    found: list[object] = [kind]
    found.extend(tuple(each.items()) if isinstance(each, dict) else each for each in record)
    return tuple(found)


__all__ = ["UNKNOWN", "Export", "Hit", "Summary", "Translation", "key_of"]
