"""Where values come from and where they end up: tainted values that reach a sink, over the whole project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from linter.facts.expressions import Operation, walk
from linter.facts.spans import Span, line_of
from linter.finding import Location, Note
from linter.flow.kinds import KINDS, LOOSE
from linter.flow.sinks import is_followed
from linter.flow.sinks.resources import PROBES
from linter.flow.values import Source, Step
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.facts.templates import Template
    from linter.flow.summaries import Hit
    from linter.outcome import Failure

__all__ = ["KINDS", "Flow", "Flows", "SinkSite", "flows_of"]

Certainty = Literal["sure", "weak", "loose"]


@dataclass(frozen=True, slots=True)
class Flow:
    """One way of a value from a source to a sink.

    `what` is how the source is read, `sink` what the value reaches, `entry` the route or function through
    which it enters. `part` is the last name under which a part of it was taken, or its own; it is empty when
    the value is made of it. `certainty` is `weak` when a check on the way helps in part, and `loose` when the
    way leads through code that cannot be seen. `family` is what the source is: `request` for what callers
    send; of the program's own secrets, `environment` for those that only a variable's name tells, `column`
    for those of rows, and `secret` for all others. `giver` is the function that gives the value to one which
    does nothing but hand it to the sink.
    """

    kind: str
    what: str
    sink: str
    entry: str
    certainty: Certainty
    path: tuple[Note, ...]
    part: str = ""
    family: str = "request"
    giver: str = ""


@dataclass(eq=False)
class SinkSite:
    """A call, or another place, that is a sink of a kind, with the flows that end there.

    `is_led_to` says that a handler leads there: what reaches the place is known, as far as callers send it.
    """

    kind: str
    function: Function
    span: Span
    flows: tuple[Flow, ...]
    is_led_to: bool = True

    @property
    def location(self) -> Location:
        """The place of the sink."""
        return self.function.module.locate(self.span)

    @property
    def scope(self) -> str:
        """The function around it."""
        return self.function.name


class Flows:
    """All sinks that were met, and what reaches them.

    `cut` names functions too large to be followed, `failures` says what went wrong in the engine.
    """

    def __init__(
        self, sites: Iterable[SinkSite], cut: Iterable[str], failures: Iterable[Failure] = ()
    ) -> None:
        self.cut = tuple(sorted(cut))
        self.failures = tuple(failures)
        self._by_kind: dict[str, list[SinkSite]] = {}
        self._steps: dict[str, dict[str, set[int]]] = {}
        self._by_start: dict[str, dict[tuple[str, int, int], tuple[Flow, ...]]] = {}
        for each in sites:
            self._by_kind.setdefault(each.kind, []).append(each)

    def sites(self, kind: str) -> Iterator[SinkSite]:
        """The sinks of one kind, by place."""
        yield from sorted(self._by_kind.get(kind, ()), key=lambda each: each.location)

    def ending(self, kind: str, place: Location) -> tuple[Flow, ...]:
        """What reaches a sink of a kind that begins where a place does."""
        if kind not in self._by_start:
            found: dict[tuple[str, int, int], tuple[Flow, ...]] = {}
            for each in self._by_kind.get(kind, ()):
                at = each.location
                found[at.path, at.line, at.column] = each.flows
            self._by_start[kind] = found
        return self._by_start[kind].get((place.path, place.line, place.column), ())

    def judges(self, kind: str, place: Location) -> bool:
        """Whether a sink of a kind within a place was met on a way from a caller, and all of that way seen.

        What reaches it is then known, and nothing does where no flow ends there.
        """
        return not self.cut and any(
            each.is_led_to
            and each.location.path == place.path
            and place.line <= each.location.line <= place.end_line
            for each in self._by_kind.get(kind, ())
        )

    def leads_through(self, kind: str, place: Location) -> bool:
        """Whether a value of the caller's is handed on within a place, on its way to a sink of a kind."""
        if kind not in self._steps:
            steps = self._steps[kind] = {}
            for note in (
                note for site in self._by_kind.get(kind, ()) for flow in site.flows for note in flow.path
            ):
                steps.setdefault(note.location.path, set()).add(note.location.line)
        lines = self._steps[kind].get(place.path, set())
        return any(line in lines for line in range(place.line, place.end_line + 1))

    def ends_in(self, kind: str, place: Location) -> bool:
        """Whether a value of the caller's certainly reaches a sink of a kind within a place."""
        return any(
            each.location.path == place.path
            and place.line <= each.location.line <= place.end_line
            and any(flow.certainty == "sure" for flow in each.flows)
            for each in self._by_kind.get(kind, ())
        )


def flows_of(
    backend: Backend,
    table: Mapping[str, Iterable[str]] | None = None,
    templates: Mapping[str, Template] | None = None,
) -> Flows:
    """Every flow of a project. `Backend.flows` keeps the answer.

    `table` is what the configuration says of the project's own functions: see `linter.flow.custom`.
    `templates` are those of the project that put values out as they are, by path.
    """
    from linter.flow.asked import path_asked
    from linter.flow.carriers import carried
    from linter.flow.custom import custom_of
    from linter.flow.engine import Engine
    from linter.flow.entries import Entry, Runner, entries_of, middleware_of, readers_of
    from linter.flow.secrets import SecretEngine

    entries = entries_of(backend)
    pages = frozenset(
        id(each.function) for each in entries if each.is_page and not each.makes_json(backend.project)
    )
    engine = Engine(backend, pages, custom_of(table or {}), templates)
    runner = Runner(engine)
    engine.carried = carried(engine, runner)
    hits: dict[tuple[str, int, Span], dict[tuple[object, ...], Flow]] = {}
    probes: set[tuple[str, int, Span]] = set()
    holders: dict[int, Function] = {}

    def note(entry: Entry | Function, found: Iterable[Hit]) -> None:
        for hit in found:
            if isinstance(hit.taint.root, Source) and hit.sink.can_come_from(
                _read(hit, hit.taint.root), not hit.taint.way
            ):
                holders[id(hit.holder)] = hit.holder
                if hit.sink.callee in PROBES:
                    probes.add(hit.place)
                found_there = hits.setdefault(hit.place, {})
                found_there.setdefault(hit.key[3:], _flow(hit, hit.taint.root, entry))

    for entry in entries:
        if id(entry.function) in pages or id(entry.function) in engine.relevant or _ends(entry.function):
            names, heap = runner.arguments(entry)
            engine.parsed = partial(runner.declared_inputs, entry)
            engine.asked = (entry.function, path_asked(engine, entry, names))
            note(entry, runner.hits)
            given, named = runner.handed(entry, names)
            through = engine.enter_decorated(entry.function, given, named, dict(heap))
            note(entry, engine.enter(entry.function, names, heap) if through is None else through)
    led_to = frozenset(engine.sinks.seen)
    for function in (*readers_of(backend), *engine.receivers):
        if id(function) not in engine.met and id(function) in engine.relevant:
            entry = Entry(function, None, {})
            names, heap = runner.arguments(entry)
            note(entry, engine.enter(function, names, heap))
    for function in middleware_of(backend):
        if id(function) not in engine.met and id(function) in engine.relevant:
            note(function, engine.enter(function, runner.hook_arguments(function), {}))
    leaking = SecretEngine(engine, frozenset(id(each.function) for each in entries if each.sends_as_it_is))
    for function, found in leaking.told():
        note(function, found)
    seen = {**engine.sinks.seen, **leaking.sinks.seen}
    for (_, identity, _), (holder, _) in seen.items():
        holders[identity] = holder  # type: ignore[assignment]
    _drop_probes(hits, probes)
    keys = {**dict.fromkeys(seen), **dict.fromkeys(hits)}
    sites = [
        SinkSite(
            kind,
            holders[identity],
            span,
            tuple(hits.get((kind, identity, span), {}).values()),
            (kind, identity, span) in led_to,
        )
        for kind, identity, span in keys
    ]
    engine.forget()
    leaking.forget()
    return Flows(sites, engine.cut | leaking.cut, [*engine.failures, *leaking.failures])


def _drop_probes(
    hits: dict[tuple[str, int, Span], dict[tuple[object, ...], Flow]], probes: set[tuple[str, int, Span]]
) -> None:
    """Leave out looks at a file that a value names where the same function uses the file as well."""
    used: dict[tuple[str, int], set[tuple[object, ...]]] = {}
    for key, flows in hits.items():
        if key not in probes:
            used.setdefault(key[:2], set()).update(each[:2] for each in flows)
    for key in probes:
        sources = used.get(key[:2], set())
        hits[key] = {each: flow for each, flow in hits[key].items() if each[:2] not in sources}


def _ends(function: Function) -> bool:
    """Whether a handler is a sink without a call: it multiplies, or is asked where to go on."""
    if is_followed(function):
        return True
    for statement in function.scope.statements:
        value = getattr(statement, "value", None)
        for each in () if value is None else walk(value):
            if isinstance(each, Operation) and each.operator == "*":
                return True
    return False


def _flow(hit: Hit, source: Source, entry: object) -> Flow:
    certainty: Certainty = "loose" if hit.taint.safe & LOOSE else "weak" if hit.weak else "sure"
    what = _read(hit, source)
    notes = [Note(source.holder.module.locate(source.span), f"`{what}` is read")]
    notes += [Note(each.holder.module.locate(each.span), each.what) for each in _in_order(hit.taint.steps)]
    notes.append(Note(hit.holder.module.locate(hit.span), f"reaches `{hit.shown}`"))
    last = hit.taint.way[-1] if hit.taint.way else source.what
    part = last if isinstance(last, str) else ""
    through = f"`{entry.scope.name}`" if isinstance(entry, Function) else str(entry)
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
