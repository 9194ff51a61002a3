"""One row of a table of sinks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from linter.flow.kinds import BITS
from linter.flow.names import OWN_ADDRESS
from linter.flow.values import DECODED

RECEIVER = -2
ALL = -3


_SENT_BY_BROWSER = ("request.cookies", "request.headers", "request.meta")
_ONE_LINE = ("request.headers", "request.meta", "request.referrer", "request.user_agent", "request.url")
_MAPS_OF_HEADERS = ("request.headers", "request.meta", "request.environ")
_WAY_BACK = (
    "request.referrer",
    *(f'{each}["{name}' for each in _MAPS_OF_HEADERS for name in ("referer", "referrer", "http_referer")),
)
_HARMLESS_READS = {
    "cookie": _SENT_BY_BROWSER,
    "log": _ONE_LINE,
    "header": _ONE_LINE,
    "redirect": _WAY_BACK,
}
"""How reads begin, in lower case, that do no harm at sinks of a kind.

A link sets no header or cookie of its own, a server has refused or encoded newlines in these before the code
sees them, and whoever follows a link back comes to where the link was.
"""
_VARIABLES = ('request.environ["', 'request.META["')
_PATH = 'request.META["PATH_INFO"]'
"""The path that was asked for, which a route begins."""
_WHOLE = frozenset(("of", name) for name in ("furl", "URL", "pop", "get", "setdefault"))
"""What leaves an address whole: objects for addresses, and what gives it where it has nothing else."""
_SENT_VARIABLES = tuple(
    f"{each}{name}"
    for each in _VARIABLES
    for name in (
        *("HTTP_", "QUERY_STRING", "PATH_INFO", "REQUEST_URI", "RAW_URI", "CONTENT_", "wsgi.input"),
        *("werkzeug.", "SCRIPT_NAME", "REQUEST_METHOD"),
    )
)
"""Of the variables of a request, those that a caller has a hand in. A server sets the others."""


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

    def can_come_from(self, read: str, way: Sequence[object]) -> bool:
        """Whether what is read of a request, by name and key, can do harm at a sink of this kind.

        `way` says which part of it, and what was made of that.
        """
        if self.kind == "redirect" and (
            _WHOLE.issuperset(way) if read in OWN_ADDRESS else _is_path(read, way)
        ):
            return False
        if DECODED in way:
            # What a server lets through as harmless may hold a newline now.
            return True
        if read.startswith(_VARIABLES) and not read.startswith(_SENT_VARIABLES):
            return False
        return not read.lower().startswith(_HARMLESS_READS.get(self.kind, ()))


def _is_path(read: str, way: Sequence[object]) -> bool:
    return read == _PATH and len(way) == 1


def rows(
    kind: str, callees: str, argument: int = 0, keyword: str = "", when: str = "", sure: bool = True
) -> list[Sink]:
    """Rows that differ in the name only; `callees` are separated by blanks."""
    return [Sink(kind, callee, argument, keyword, when, sure) for callee in callees.split()]
