"""What handlers take from a request that they are given, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping

from linter.backend import Backend, Input, InputPlace, Output, Verdict
from linter.facts.scopes import Return
from linter.frameworks.fastapi.dependencies import shown_type
from linter.frameworks.request_reads import RequestReads
from linter.guards import Refusals
from linter.resolve.definitions import Function

_TYPES = {"int": "int", "float": "float", "uuid": "UUID", "str": "str", "string": "str", "path": "str"}


class Inputs:
    """Reads inputs and outputs of handlers. `parts` are how names end that stand for a
    part of the request, in lower case."""

    def __init__(self, backend: Backend, refusals: Refusals, parts: Mapping[str, InputPlace]) -> None:
        self._refusals = refusals
        self._parts = parts
        self._places: dict[str, InputPlace | None] = {}
        self._by_hand = RequestReads(backend, self._part)

    def inputs(
        self, function: Function | None, parameters: tuple[tuple[str, str | None], ...]
    ) -> tuple[Input, ...]:
        """The parameters of the path and what the code reads by hand."""
        found = [
            Input(name, "path", path_type(kind) or self._annotation(function, name), True, _bounded(kind))
            for name, kind in parameters
        ]
        if function is not None:
            found += self._by_hand.of(function)
        return unique(found)

    def further(self, function: Function | None, declared: tuple[Input, ...]) -> list[Input]:
        """What the code reads by hand beside what is declared, whatever the case of a header's name."""
        known = {(each.place, each.name.lower()) for each in declared}
        found = () if function is None else self._by_hand.of(function)
        return [each for each in found if (each.place, each.name.lower()) not in known]

    def outputs(self, function: Function | None, default: int | None = 200) -> tuple[Output, ...]:
        """The statuses of what the code returns."""
        if function is None:
            return ()
        statuses = {
            self._refusals.responses.returned(function, statement.value) or default
            for statement in function.scope.statements
            if isinstance(statement, Return) and statement.value is not None
        }
        return tuple(Output(status, None) for status in sorted(statuses, key=lambda each: each or 0))

    def _annotation(self, function: Function | None, name: str) -> str | None:
        for parameter in () if function is None else function.head.parameters:
            if parameter.name == name:
                return shown_type(parameter.annotation)
        return None

    def _part(self, name: str) -> InputPlace | None:
        if name not in self._places:
            lowered = name.lower()
            places = (place for ending, place in self._parts.items() if lowered.endswith(ending))
            self._places[name] = next(places, None)
        return self._places[name]


def unique(inputs: list[Input]) -> tuple[Input, ...]:
    """One input for each place and name; the one whose type is known."""
    found: dict[tuple[str, str], Input] = {}
    for each in inputs:
        known = found.get((each.place, each.name))
        if known is None or (known.type is None and each.type is not None):
            found[each.place, each.name] = each
    return tuple(found.values())


def path_type(kind: str | None) -> str | None:
    """The type of a path parameter by its converter; a pattern of its own is text."""
    return None if kind is None else _TYPES.get(kind, "str")


def _bounded(kind: str | None) -> Verdict:
    if kind == "uuid":
        return Verdict.YES
    return Verdict.NO if kind in _TYPES else Verdict.UNKNOWN
