"""The state of a program at one place: its names, its heap, and what checks have proved."""

from __future__ import annotations

from collections.abc import Iterable

from linter.flow.checks import union
from linter.flow.heap import Record, join_records, mapped, values_of
from linter.flow.kinds import BITS, NO_PARENT_STEP
from linter.flow.values import (
    Const,
    Either,
    Marks,
    Root,
    Shape,
    Taint,
    Taints,
    Text,
    Value,
    join,
    merge,
    shared,
)

_PROOFS = 64
CHECKED = "*checked"
"""The name under which a state keeps what a check of a path or name was about, wherever it led."""
_OF_PATHS = BITS["archive"] | NO_PARENT_STEP


class State:
    """Names, heap and proofs. A state is changed in place; where ways part it is forked."""

    __slots__ = ("heap", "names", "proved")

    def __init__(
        self,
        names: dict[str, Value],
        heap: dict[int, Record],
        proved: dict[tuple[Root, tuple[object, ...]], int],
    ) -> None:
        self.names = names
        self.heap = heap
        self.proved = proved

    def fork(self) -> State:
        """A copy that changes by itself."""
        return State(dict(self.names), dict(self.heap), dict(self.proved) if self.proved else {})

    def become(self, other: State) -> None:
        """Take over all of another state."""
        self.names, self.heap, self.proved = other.names, other.heap, other.proved

    def proofs(self) -> Marks:
        """What is proved, as marks."""
        return tuple([(root, way, mask) for (root, way), mask in self.proved.items()])

    def fresh(self, taints: Taints) -> Taints:
        """Taints just read, with what checks have proved of them before."""
        if not self.proved or not taints:
            return taints
        return tuple([self._checked(each) for each in taints])

    def _checked(self, taint: Taint) -> Taint:
        safe = taint.safe
        for length in range(len(taint.way) + 1):
            safe |= self.proved.get((taint.root, taint.way[:length]), 0)
        return taint if safe == taint.safe else taint._replace(safe=safe)

    def prove(self, marks: Marks) -> None:
        """Take what a check has proved into account, for all values of the state."""
        if not marks:
            return
        for root, way, mask in marks:
            if len(self.proved) < _PROOFS:
                key = (root, way)
                self.proved[key] = self.proved.get(key, 0) | mask
            if mask & _OF_PATHS and way:
                self._looked_at(Taint(root, way, 0, None))
        memo: dict[int, Value] = {}
        for name, value in self.names.items():
            if value.taints:
                self.names[name] = _proved(value, marks, memo)
        for identity, record in self.heap.items():
            changed = False
            for each in values_of(record):
                if each.taints and id(each) not in memo:
                    _proved(each, marks, memo)
                changed = changed or memo.get(id(each), each) is not each
            if changed:
                self.heap[identity] = mapped(record, memo)

    def rewrite(self, taint: Taint, known: int) -> None:
        """Take note that a part of a root was written to: what is known of it when it is read again."""
        key = (taint.root, taint.way)
        if key in self.proved or len(self.proved) < _PROOFS:
            self.proved[key] = known

    def _looked_at(self, taint: Taint) -> None:
        known = self.names.get(CHECKED)
        self.names[CHECKED] = Value(None, (taint,) if known is None else merge(known.taints, (taint,)))

    def proved_value(self, value: Value, marks: Marks) -> Value:
        """A value that is not in the state, with what a check has proved."""
        return _proved(value, marks, {}) if marks and value.taints else value


def _proved(value: Value, marks: Marks, memo: dict[int, Value]) -> Value:
    known = memo.get(id(value))
    if known is not None:
        return known
    taints = tuple([_with_marks(each, marks) for each in value.taints])
    found = value
    if taints != value.taints:
        found = Value(_proved_shape(value.shape, marks, memo), taints, value.yes, value.no)
    memo[id(value)] = found
    return found


def _proved_shape(shape: Shape, marks: Marks, memo: dict[int, Value]) -> Shape:
    if type(shape) is Text:
        parts = [each if isinstance(each, str) else _proved(each, marks, memo) for each in shape.parts]
        return Text(tuple(parts))
    if type(shape) is Either:
        return Either(tuple([_proved_shape(each, marks, memo) for each in shape.shapes]))
    return shape


def _with_marks(taint: Taint, marks: Marks) -> Taint:
    safe = taint.safe
    for root, way, mask in marks:
        if root == taint.root and taint.way[: len(way)] == way:
            safe |= mask
    return taint if safe == taint.safe else taint._replace(safe=safe)


def joined(states: Iterable[State | None]) -> State | None:
    """The state after several ways have met; None when none of them gets there."""
    found: State | None = None
    for state in states:
        if state is not None:
            found = state if found is None else _join(found, state)
    return found


def _join_values(left: State, one: Value, right: State, other: Value) -> Value:
    """A name's value after two ways have met; a flag says which way it was, and so what was proved there."""
    met = join(one, other)
    if not (left.proved or right.proved) or Const not in (type(one.shape), type(other.shape)):
        return met
    marks = []
    for truth in (True, False):
        ways = [_implied(left, one, truth), _implied(right, other, truth)]
        known = [each for each in ways if each is not None]
        marks.append(shared(*known) if len(known) == 2 else known[0] if known else ())
    return Value(met.shape, met.taints, marks[0], marks[1])


def _implied(state: State, value: Value, truth: bool) -> Marks | None:
    """What holds if a value has a truth in a state; None when it never has it."""
    if type(value.shape) is Const and bool(value.shape.value) is not truth:
        return None
    return union(state.proofs(), value.yes if truth else value.no)


def _join(left: State, right: State) -> State:
    if left is right:
        return left
    names = dict(left.names)
    known_name = names.get
    for name, value in [each for each in right.names.items() if known_name(each[0]) is not each[1]]:
        known = known_name(name)
        names[name] = value if known is None else _join_values(left, known, right, value)
    heap = dict(left.heap)
    known_record = heap.get
    # Most records are those of before the ways parted: they are passed over as fast as can be.
    for identity, record in [each for each in right.heap.items() if known_record(each[0]) is not each[1]]:
        mine = known_record(identity)
        heap[identity] = record if mine is None else join_records(mine, record)
    proved: dict[tuple[Root, tuple[object, ...]], int] = {}
    if left.proved and right.proved:
        for root, way, mask in shared(left.proofs(), right.proofs()):
            proved[root, way] = mask
    return State(names, heap, proved)
