"""Where values come from and where they end up: tainted values that reach a sink, over the whole project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from linter.facts.spans import Span
from linter.finding import Location, Note
from linter.flow.kinds import KINDS
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.facts.templates import Template
    from linter.outcome import Failure
    from linter.resolve.memory import Memory

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
    for those of rows, and `secret` for all others; `kept` is what a caller sent earlier. `giver` is the
    function that gives the value to one which does nothing but hand it to the sink.
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
    memory: Memory | None = None,
) -> Flows:
    """Every flow of a project. `Backend.flows` keeps the answer.

    `table` is what the configuration says of the project's own functions: see `linter.flow.custom`.
    `templates` are those of the project that put values out as they are, by path. With a `memory`, only what
    a change since the last run may bear upon is followed again.
    """
    from linter.flow.following import Following
    from linter.flow.kept import NAME, judged, stored

    following = Following(backend, table or {}, templates or {})
    last = None if memory is None else judged(memory, following)
    found = following.flows(last)
    if last is not None and not following.is_repeatable:
        # What was cut short depends on all the work before it: it is done from the start.
        following, last = Following(backend, table or {}, templates or {}), None
        found = following.flows(None)
    if memory is not None and following.is_repeatable:
        memory.write(NAME, stored(memory, following, last))
    return found
