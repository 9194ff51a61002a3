"""Follows values from all places where they enter a project, and gathers where they end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from linter.facts.spans import FIRST_SPAN, Span, line_of
from linter.finding import Note
from linter.flow import Flow, Flows, SinkSite
from linter.flow.carriers import carried, described, may_leave
from linter.flow.custom import custom_of
from linter.flow.engine import Engine
from linter.flow.entries import Entry, Runner, entries_of
from linter.flow.hooks import middleware_of, readers_of
from linter.flow.kinds import LOOSE
from linter.flow.places import Place, name_of, sink_at
from linter.flow.scans import digest_of
from linter.flow.secrets import SecretEngine
from linter.flow.sinks import is_followed
from linter.flow.sinks.amounts import multiplies
from linter.flow.sinks.resources import PROBES
from linter.flow.stored_flows import KeptEngine, kept_flows
from linter.flow.values import Source, Step
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.facts.templates import Template
    from linter.flow import Certainty
    from linter.flow.kept import Last
    from linter.flow.summaries import Hit


class Found(msgspec.Struct, array_like=True, frozen=True):
    """A flow with the sink where it ends; `source` and `giver` tell it from others that end there.

    `giver` is the path of a module, the label of a function in it and a span of that. `is_probe` says that
    the sink only looks whether there is a file, `is_told_by_place` that spans are a part of `source`.
    """

    kind: str
    path: str
    label: str
    span: int
    source: str
    giver: tuple[str, str, Span]
    flow: Flow
    is_probe: bool
    is_told_by_place: bool

    @property
    def place(self) -> Place:
        """The sink."""
        return Place(self.kind, self.path, self.label, self.span)


class Outcome(msgspec.Struct, array_like=True, frozen=True):
    """What following values from one start has found, and what was looked at, as bits of the trace."""

    seen: int
    found: tuple[Found, ...]


Parts: TypeAlias = "tuple[list[str], list[str], list[str]]"
"""Which functions of a module reach a sink by name, which count something, and which make a page."""


class Carried(NamedTuple):
    """What hooks leave: what was looked at for it, who may leave something, and all that is left as texts."""

    seen: int
    leaving: list[str]
    left: list[str]


class Following:
    """One walk through a project. `outcomes` are by a text that says all of how a start begins.

    `carried` may be set to what the last run has found, where nothing bears upon it that has changed.
    """

    def __init__(
        self,
        backend: Backend,
        table: Mapping[str, Iterable[str]],
        templates: Mapping[str, Template],
    ) -> None:
        self.backend = backend
        self.table = table
        self.templates = templates
        self.entries = entries_of(backend)
        self.pages = frozenset(
            id(each.function)
            for each in self.entries
            if each.is_page and not each.makes_json(backend.project)
        )
        self.engine = Engine(backend, self.pages, custom_of(table), templates)
        self.outcomes: dict[str, Outcome] = {}
        self.carried: Carried | None = None
        self._is_carried = False
        self._is_told = True
        self._runner = Runner(self.engine)
        self._trace = backend.project.trace

    @cached_property
    def parts(self) -> dict[str, Parts]:
        """By module, which of its functions take part in what."""
        kinds = (self.engine.relevant, self.engine.counting, self.pages)
        found: dict[str, Parts] = {}
        for function in self.backend.functions:
            for position, kind in enumerate(kinds):
                if id(function) in kind:
                    known = found.setdefault(function.module.path, ([], [], []))
                    known[position].append(function.label)
        return found

    @property
    def is_repeatable(self) -> bool:
        """Whether each start would find the same if others were left out."""
        return self._is_told and not (self.engine.cut or self.engine.failures)

    def carry(self) -> Carried:
        """Find out what hooks and middleware leave for handlers, before the first of these is run."""
        if not self._is_carried:
            start = self._trace.begin()
            self.engine.carried = carried(self.engine, self._runner)
            leaving = [name_of(each) for each in may_leave(self.engine)]
            self.carried = Carried(self._trace.since(start), leaving, described(self.engine.carried))
            self._is_carried = True
        assert self.carried is not None
        return self.carried

    def flows(self, last: Last | None) -> Flows:
        """All flows; those of starts that no change bears upon are taken from the last run."""
        engine = self.engine
        found: list[Found] = []
        led_to = (self.carried or self.carry()).seen
        seen = 0
        for entry in self.entries:
            if id(entry.function) in self.pages or self._has_part(entry.function):
                outcome = self._outcome(entry.signature, partial(self._from_entry, entry), last)
                found += outcome.found
                seen |= outcome.seen
        # What only leaves something for others was run for that, and not for what it does itself.
        led_to |= seen
        for what, function, run in self._others():
            if not engine.running.mark(function) & seen and id(function) in engine.relevant:
                outcome = self._outcome(f"{what} {name_of(function)}", partial(run, function), last)
                found += outcome.found
                seen |= outcome.seen
        telling = [each.function for each in self.entries if each.sends_as_it_is]
        leaking = SecretEngine(engine, frozenset(map(id, telling)))
        told = self._outcome(
            f"{leaking.signature} {digest_of(map(name_of, telling))}",
            lambda: [each for function, hits in leaking.told() for each in _found(function, hits)],
            last,
        )
        found += told.found
        seen |= told.seen
        self._is_told = not (leaking.cut or leaking.failures)
        found += self._kept(found, last)
        sites = self._sites(found, seen, led_to)
        engine.forget()
        leaking.forget()
        return Flows(sites, engine.cut | leaking.cut, [*engine.failures, *leaking.failures])

    def _kept(self, found: list[Found], last: Last | None) -> list[Found]:
        """What reaches a sink by way of something that was kept, and is not found without that."""
        engine = KeptEngine(self.engine, self.pages)
        if not engine.seeds:
            return []
        outcome = self._outcome(
            engine.signature(self.entries),
            lambda: [
                _placed(hit, source, flow)
                for hit, source, flow in kept_flows(engine, self.entries, _flow)
                if _does_harm(hit, source)
            ],
            last,
        )
        known = {(each.place, each.source) for each in found}
        return [each for each in outcome.found if (each.place, each.source) not in known]

    def _has_part(self, function: Function) -> bool:
        return id(function) in self.engine.relevant or _ends(function)

    def _outcome(self, start: str, run: Callable[[], list[Found]], last: Last | None) -> Outcome:
        """What is found from one start, now or in the last run."""
        known = None if last is None else last.outcome(start)
        if known is None:
            self.carry()
            began = self._trace.begin()
            self.engine.begin()
            found = run()
            known = Outcome(self._trace.since(began), tuple(found))
        self.outcomes[start] = known
        return known

    def _from_entry(self, entry: Entry) -> list[Found]:
        return _found(entry, self._runner.run(entry))

    def _others(self) -> Iterator[tuple[str, Function, Callable[[Function], list[Found]]]]:
        """What else takes part in a request, whoever calls it: the kind, the function, how it is run."""
        for function in (*readers_of(self.backend), *self.engine.receivers):
            yield "reader", function, self._from_reader
        for function in middleware_of(self.backend):
            yield "middleware", function, self._from_middleware

    def _from_reader(self, function: Function) -> list[Found]:
        entry = Entry(function, None, {})
        names, heap = self._runner.arguments(entry)
        return _found(entry, self.engine.enter(function, names, heap))

    def _from_middleware(self, function: Function) -> list[Found]:
        names = self._runner.hook_arguments(function)
        return _found(function, self.engine.enter(function, names, {}))

    def _sites(self, found: Iterable[Found], seen: int, led_to: int) -> Iterator[SinkSite]:
        """All sinks that were met, with what reaches them. `led_to` are those that handlers lead to."""
        ends: dict[Place, dict[tuple[str, object], Found]] = {}
        for each in found:
            ends.setdefault(each.place, {}).setdefault((each.source, each.giver), each)
        _drop_probes(ends)
        reached = {place for key in self._trace.known(led_to) if (place := sink_at(key))}
        met = [place for key in self._trace.known(seen) if (place := sink_at(key))]
        for place in dict.fromkeys((*met, *ends)):
            holder = place.holder(self.backend.project)
            flows = tuple(each.flow for each in ends.get(place, {}).values())
            yield SinkSite(place.kind, holder, place.span, flows, place in reached)


def _found(start: Entry | Function, hits: Iterable[Hit]) -> list[Found]:
    """The flows of some hits, each with the place where it ends."""
    found: list[Found] = []
    for hit in hits:
        source = hit.taint.root
        if isinstance(source, Source) and _does_harm(hit, source):
            found.append(_placed(hit, source, _flow(hit, source, start)))
    return found


def _does_harm(hit: Hit, source: Source) -> bool:
    """Whether what is read there can do harm at this sink."""
    return hit.sink.can_come_from(_read(hit, source), hit.taint.way)


def _placed(hit: Hit, source: Source, flow: Flow) -> Found:
    """A flow with the place where it ends."""
    kind, _, span = hit.place
    _, way = hit.source
    return Found(
        kind,
        hit.holder.module.path,
        hit.holder.label,
        span,
        repr((source.key, way)),
        (hit.made_in.module.path, hit.made_in.label, hit.made_at),
        flow,
        hit.sink.callee in PROBES,
        _has_places(way),
    )


def _has_places(way: object) -> bool:
    """Whether a way tells parts by places of code: no index is as large a number as a span."""
    if isinstance(way, tuple):
        return any(map(_has_places, way))
    return type(way) is int and way >= FIRST_SPAN


def _drop_probes(ends: dict[Place, dict[tuple[str, object], Found]]) -> None:
    """Leave out looks at a file that a value names where the same function uses the file as well."""
    probes = {place for place, found in ends.items() if any(each.is_probe for each in found.values())}
    used: dict[tuple[str, str, str], set[str]] = {}
    for place, found in ends.items():
        if place not in probes:
            used.setdefault(place[:3], set()).update(source for source, _ in found)
    for place in probes:
        sources = used.get(place[:3], set())
        ends[place] = {key: each for key, each in ends[place].items() if key[0] not in sources}


def _ends(function: Function) -> bool:
    """Whether a handler is a sink without a call: it multiplies, or is asked where to go on."""
    return is_followed(function) or multiplies(function)


def _flow(hit: Hit, source: Source, start: Entry | Function) -> Flow:
    certainty: Certainty = "loose" if hit.taint.safe & LOOSE else "weak" if hit.weak else "sure"
    what = _read(hit, source)
    notes = [Note(source.holder.module.locate(source.span), f"`{what}` is read")]
    notes += [Note(each.holder.module.locate(each.span), each.what) for each in _in_order(hit.taint.steps)]
    notes.append(Note(hit.holder.module.locate(hit.span), f"reaches `{hit.shown}`"))
    last = hit.taint.way[-1] if hit.taint.way else source.what
    part = last if isinstance(last, str) else ""
    through = f"`{start.scope.name}`" if isinstance(start, Function) else str(start)
    giver = hit.made_in.scope.name if (hit.made_in, hit.made_at) != (hit.holder, hit.span) else ""
    return Flow(hit.sink.kind, what, hit.shown, through, certainty, tuple(notes), part, source.family, giver)


def _read(hit: Hit, source: Source) -> str:
    """How the code reads what reaches a sink, by its key where it is read by one."""
    key = hit.taint.way[0] if hit.taint.way else None
    by_key = isinstance(key, str) and key not in _ANY_KEY and hit.sink.kind != "keys"
    if by_key and source.what.startswith("request."):
        return f'{source.what}["{key}"]'
    return source.what


_ANY_KEY = frozenset({"keys", "values", "get"})
"""What stands in a way for one of the keys, or values, whichever it is."""


def _in_order(step: Step | None) -> list[Step]:
    found: list[Step] = []
    while step is not None:
        found.append(step)
        step = step.before
    found.reverse()
    return [each for each in found if line_of(each.span)]
