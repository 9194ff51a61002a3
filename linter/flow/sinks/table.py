"""One row of a table of sinks."""

from __future__ import annotations

from typing import Literal, NamedTuple

from linter.flow.kinds import BITS

RECEIVER = -2
ALL = -3


class Sink(NamedTuple):
    """A place where a value of a kind does harm.

    `callee` is a canonical name; `?.name` is a method of that name on a receiver of unknown type.
    `argument` is a position, `RECEIVER` or `ALL`; `keyword` the argument's name. `when` names a condition of
    `linter.flow.sinks.conditions`. `sure` is False for what is harmless in current releases of its library,
    or by what most callers do with it.
    """

    kind: str
    callee: str
    argument: int = 0
    keyword: str = ""
    when: str = ""
    sure: bool = True
    place: Literal["call", "item", "attribute", "answer"] = "call"

    @property
    def bit(self) -> int:
        """The kind's bit in masks."""
        return BITS[self.kind]


def rows(
    kind: str, callees: str, argument: int = 0, keyword: str = "", when: str = "", sure: bool = True
) -> list[Sink]:
    """Rows that differ in the name only; `callees` are separated by blanks."""
    return [Sink(kind, callee, argument, keyword, when, sure) for callee in callees.split()]
