"""What an anonymous caller meets, and the guards that say so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Guard, GuardKind, GuardLevel, Verdict
from linter.evaluate.values import Closure, External, Instance, Made, Value
from linter.finding import Location
from linter.resolve.definitions import Class, Function

_ERRORS = frozenset({"graphql.GraphQLError", "graphql.error.GraphQLError", "Exception", "PermissionError"})


class Judgement(NamedTuple):
    """What an anonymous caller meets: YES is refused, NO is let through."""

    verdict: Verdict
    kind: GuardKind


PASSES = Judgement(Verdict.NO, "other")
DOUBTFUL = Judgement(Verdict.UNKNOWN, "other")


def guards(value: Value, judged: Judgement, level: GuardLevel, place: Location | None) -> Iterator[Guard]:
    """The guard of a judgement; none where it lets strangers pass."""
    if judged.verdict is not Verdict.NO:
        yield Guard(name_of(value), judged.kind, level, place or Location("", 1, 1, 1, 1), judged.verdict)


def is_error(value: Value) -> bool:
    """Whether a value is an error of a class that resolvers raise; returned, it has the same effect."""
    return isinstance(value, Made) and value.name in _ERRORS


def name_of(value: Value) -> str:
    """The name of a guard, as a report shows it."""
    if isinstance(value, Closure):
        function = value.function
        while isinstance(function.parent, Function) and not function.parent.is_module:
            function = function.parent
        return function.name
    if isinstance(value, Instance):
        return value.cls.name
    return value.name if isinstance(value, (Class, Made, External)) else "?"


def together(found: list[Judgement]) -> Judgement:
    """Several guards in a row: one that refuses is enough."""
    for verdict in (Verdict.YES, Verdict.UNKNOWN):
        for each in found:
            if each.verdict is verdict:
                return each
    return PASSES
