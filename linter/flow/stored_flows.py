"""Brings together what is kept of callers' text and what is read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from linter.flow.activation import Activation
from linter.flow.carriers import carried, may_leave
from linter.flow.engine import Engine
from linter.flow.entries import Entry, Runner
from linter.flow.heap import Items, Record, join_records, values_of
from linter.flow.kinds import KEPT, LOOSE, lacks
from linter.flow.places import name_of
from linter.flow.scans import digest_of
from linter.flow.sinks.models import MODELS
from linter.flow.state import State
from linter.flow.storage import ENTRY, OF_ENTRIES, OF_FILES, OF_ROWS, Kept, is_kept, place_read
from linter.flow.values import Obj, Source, Taints, Typed, Value, join
from linter.resolve.definitions import Function
from linter.resolve.project import Variable

if TYPE_CHECKING:
    from linter.flow import Flow
    from linter.flow.summaries import Hit

Start: TypeAlias = Entry | Function

_NEEDED = {"xss": "<", "sql": "'"}
"""Without such a character a text is taken to do no harm at a kind of sinks, wherever it stands."""


_MANY = 30
_SMALL, _WHOLE = 1_000, 12_000
"""A program of fewer functions is a small one, and how much work that may take: enough for all of it."""
_LEAST, _SHARE = 3_000, 1
"""How much work any other may take: so much, or so much for each function."""


class KeptFlows:
    """Writes of callers' text by place, and the sinks that are reached by what is read again."""

    def __init__(self) -> None:
        self._writes: dict[str, list[tuple[Hit, Start]]] = {}
        self._reads: list[Hit] = []

    def take(self, hit: Hit, start: Start) -> bool:
        """Keep a hit that is a write, or that begins with a read, until all code has been run."""
        if hit.sink.kind == KEPT:
            self._writes.setdefault(hit.sink.callee, []).append((hit, start))
            return True
        if not is_kept(hit.taint):
            return False
        root = hit.taint.root
        kinds = OF_ENTRIES if isinstance(root, Source) and root.family == ENTRY else OF_ROWS
        if kinds is OF_ENTRIES and place_read(hit.taint).startswith("file "):
            kinds = OF_FILES
        if hit.sink.kind in kinds and not hit.taint.safe & LOOSE:
            self._reads.append(hit)
        return True

    def flows(self, made: Callable[[Hit, Source, Start], Flow]) -> Iterator[tuple[Hit, Source, Flow]]:
        """The sinks that a caller's text reaches by way of a place where it was kept, by `made`."""
        for hit in self._reads:
            found = self._written(hit, place_read(hit.taint), set())
            read = hit.taint.root
            if found is None or not isinstance(read, Source):
                continue
            write, start = found
            root = write.taint.root
            if isinstance(root, Source):
                before, after = made(write, root, start), made(hit, read, start)
                path = (*before.path, *after.path)
                flow = replace(after, what=before.what, entry=before.entry, path=path, family="kept")
                yield hit, read, flow

    def _written(self, read: Hit, place: str, seen: set[str]) -> tuple[Hit, Start] | None:
        """A write of a caller's text that does harm where the place is read, or is copied to from one."""
        if place in seen:
            return None
        seen.add(place)
        for write, start in self._writes.get(place, ()):
            safe = write.taint.safe | read.taint.safe
            needed = _NEEDED.get(read.sink.kind)
            if safe & (read.sink.bit | LOOSE) or (needed is not None and lacks(safe, needed)):
                continue
            if not is_kept(write.taint):
                return write, start
            found = self._written(read, place_read(write.taint), seen)
            if found is not None:
                return found
        return None


class KeptEngine(Engine):
    """Runs the functions that keep a caller's text for others, and those that put out what was kept.

    `shared` has looked at the same project for what reaches a sink within one request.
    """

    def __init__(self, shared: Engine, handlers: frozenset[int]) -> None:
        super().__init__(shared.backend, handlers, shared.custom, shared.templates)
        self._kept = self.stored = Kept(shared.backend, shared.templates, shared.scans)
        self._graph = shared.calls_by_name
        self.scans = shared.scans
        size = len(shared.backend.functions)
        self.run_limit = _WHOLE if size < _SMALL else max(_LEAST, _SHARE * size)
        self._left: dict[int, Record] = {}
        self._bound: dict[tuple[str, str], Value] = {}

    @property
    def relevant(self) -> frozenset[int]:
        """Functions that keep or show something, and those that call them, by names alone."""
        if self._relevant is None:
            self._relevant = frozenset(self.seeds | self._callers(self._callers(self.seeds)))
        return self._relevant

    @cached_property
    def seeds(self) -> frozenset[int]:
        """Functions that keep or show something themselves."""
        return frozenset(self._kept.seeds())

    def signature(self, entries: Iterable[Entry]) -> str:
        """All that what is found depends on beside the code that is run."""
        relevant = (name_of(each) for each in self.backend.functions if id(each) in self.relevant)
        seeds = (name_of(each) for each in self.backend.functions if id(each) in self.seeds)
        led = (each.signature for each in entries if id(each.function) in self.relevant)
        parts = (relevant, seeds, led, self._kept.shown, self._relations(), map(name_of, may_leave(self)))
        return " ".join(["kept", str(self.run_limit), *[digest_of(each) for each in parts]])

    def _relations(self) -> list[str]:
        return [f"{name} {cls.id}" for name, cls in self._kept.relations.items()] if self._kept.shown else []

    def _callers(self, functions: Set[int]) -> frozenset[int]:
        """Some functions, and who calls them, unless too many do for the name to say much."""
        graph, found = self.calls_by_name, set(functions)
        for name in {graph.names.get(each, "") for each in functions}:
            callers = graph.callers.get(name, set())
            if len(callers) <= _MANY:
                found |= callers
        return frozenset(found)

    def ended(self, act: Activation) -> None:
        """Note what an entry has left in variables of modules."""
        act.handed_on()
        for identity in self.changed:
            record = act.state.heap.get(identity)
            if record is not None and _holds_sent(act.deep_taints(Value(Obj(identity)))):
                known = self._left.get(identity, self.statics.get(identity))
                self._left[identity] = record if known is None else join_records(known, record)
                self._take_along(act, record)
        for name, value in act.state.names.items():
            if name[0] == ":" and _holds_sent(act.deep_taints(value)):
                key = (act.function.module.path, name)
                known_value = self._bound.get(key)
                self._bound[key] = value if known_value is None else join(known_value, value)
                self._take_along(act, Items("tuple", (value,)))

    def _take_along(self, act: Activation, record: Record) -> None:
        """Keep the records that a record holds, which were made by the same entry."""
        pending = [record]
        while pending:
            for value in values_of(pending.pop()):
                shape = value.shape
                if type(shape) is not Obj or shape.id in self.statics or shape.id in self._left:
                    continue
                found = act.state.heap.get(shape.id)
                if found is not None:
                    self._left[shape.id] = found
                    pending.append(found)

    def keep(self) -> bool:
        """Let all that runs from now on find what entries have left; whether they have left anything."""
        if not self._left and not self._bound:
            return False
        self.statics.update(self._left)
        for (path, name), value in self._bound.items():
            module = self.project.modules[path]
            target = self.project.resolve(module, name).target
            if isinstance(target, Variable):
                self.globals.bound(target, value)
        self.running.forget()
        return True


def _holds_sent(taints: Taints) -> bool:
    return any(isinstance(each.root, Source) and not each.safe & LOOSE for each in taints)


def kept_flows(
    engine: KeptEngine, entries: Iterable[Entry], made: Callable[[Hit, Source, Start], Flow]
) -> Iterator[tuple[Hit, Source, Flow]]:
    """What reaches a sink by way of something that was kept: where, from which source, and the flow.

    What is kept in variables of modules brings flows along that are found within one request as well.
    """
    runner = Runner(engine)
    engine.carried = carried(engine, runner)
    led = [each for each in entries if id(each.function) in engine.relevant]
    # What keeps or shows something itself comes first: the work allowed may not be enough for all.
    led.sort(key=lambda each: id(each.function) not in engine.seeds)
    flows = KeptFlows()
    for entry in led:
        engine.begin()
        for hit in runner.run(entry):
            flows.take(hit, entry)
    for function, names in rows_shown(engine):
        for hit in engine.enter(function, names, {}):
            flows.take(hit, function)
    yield from flows.flows(made)
    if engine.keep():
        runner = Runner(engine)
        for entry in led:
            engine.begin()
            for hit in runner.run(entry):
                root = hit.taint.root
                if isinstance(root, Source) and not is_kept(hit.taint) and hit.sink.kind in OF_ENTRIES:
                    yield hit, root, replace(made(hit, root, entry), family="kept")
    engine.forget()


def rows_shown(engine: KeptEngine) -> Iterator[tuple[Function, dict[str, Value]]]:
    """The methods of models that may put a column out as it is, whoever calls them, with their arguments."""
    stored = engine.stored
    if stored is None or not stored.shown:
        return
    for cls in engine.backend.classes:
        if not engine.project.derives(cls, *MODELS):
            continue
        for function in cls.methods.values():
            parameters = function.scope.parameters
            if parameters and id(function) in engine.relevant:
                taints = stored.rows(engine.activation(engine, function, State({}, {}, {})), cls)
                if taints:
                    yield function, {parameters[0].name: Value(Typed(cls), taints)}
