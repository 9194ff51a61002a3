"""One row of a table of sinks."""

from __future__ import annotations

from typing import Literal, NamedTuple

from linter.flow.kinds import BITS

RECEIVER = -2
ALL = -3


_SENT_BY_BROWSER = ("request.cookies", "request.COOKIES", "request.headers", "request.META")
_ONE_LINE = ("request.headers", "request.META", "request.referrer", "request.user_agent", "request.url")
_HARMLESS_READS = {"cookie": _SENT_BY_BROWSER, "log": _ONE_LINE, "header": _ONE_LINE}
"""How reads begin that do no harm at sinks of a kind: a link sets no header or cookie of its own, and a
server has refused or encoded newlines in these before the code sees them."""


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

    def can_come_from(self, read: str) -> bool:
        """Whether what is read of a request under this name can do harm at a sink of this kind."""
        return not read.startswith(_HARMLESS_READS.get(self.kind, ()))


def rows(
    kind: str, callees: str, argument: int = 0, keyword: str = "", when: str = "", sure: bool = True
) -> list[Sink]:
    """Rows that differ in the name only; `callees` are separated by blanks."""
    return [Sink(kind, callee, argument, keyword, when, sure) for callee in callees.split()]
