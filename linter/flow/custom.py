"""What a project says of its own functions: where values come from, where they do harm, what makes them fit.

    [tool.backlint.flow]
    sources = ["shop.queue.receive"]
    sinks = ["shop.search.find(query): nosql", "shop.shell.run(0): command"]
    sanitizers = ["shop.text.clean", "shop.urls.checked: url, redirect"]

A source is a function whose result is the caller's. A sink names the argument, by name or by its position
after `self`, and the kind. A sanitizer without kinds makes its result fit for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from linter.flow.kinds import ALL_KINDS, BITS, KINDS
from linter.flow.sinks.table import Sink


class BadEntry(ValueError):
    """An entry that cannot be understood: its key and text, what is wrong, and a kind that does not exist."""

    def __init__(self, key: str, text: str, problem: str, kind: str = "") -> None:
        super().__init__(problem)
        self.key = key
        self.text = text
        self.problem = problem
        self.kind = kind


class Custom(NamedTuple):
    """Sources, sinks and sanitizers by full name of a function or method."""

    sources: frozenset[str] = frozenset()
    sinks: Mapping[str, tuple[Sink, ...]] = {}
    sanitizers: Mapping[str, int] = {}

    @property
    def names(self) -> frozenset[str]:
        """All functions that are named."""
        return frozenset({*self.sources, *self.sinks, *self.sanitizers})


def custom_of(table: Mapping[str, Iterable[str]]) -> Custom:
    """The table `flow` of a configuration, understood. Raises BadEntry."""
    sinks: dict[str, tuple[Sink, ...]] = {}
    for text in table.get("sinks", ()):
        sink = _sink(text)
        sinks[sink.callee] = (*sinks.get(sink.callee, ()), sink)
    sources = frozenset(_name("sources", text, text) for text in table.get("sources", ()))
    return Custom(sources, sinks, dict(_sanitizer(text) for text in table.get("sanitizers", ())))


def _name(key: str, text: str, name: str) -> str:
    name = name.strip()
    parts = name.split(".")
    if len(parts) < 2 or not all(part.isidentifier() for part in parts):
        raise BadEntry(key, text, "write the function with its module, as `package.module.function`")
    return name


def _sink(text: str) -> Sink:
    call, mark, kind = text.partition(":")
    name, opens, argument = call.strip().partition("(")
    argument = argument.strip()
    if not mark or not opens or not argument.endswith(")"):
        raise BadEntry("sinks", text, "write a sink as `package.function(argument): kind`")
    inner = argument[:-1].strip()
    name = _name("sinks", text, name)
    kind = _kind("sinks", text, kind)
    if inner.isdecimal() and len(inner) < 3:
        return Sink(kind, name, int(inner))
    if not inner.isidentifier():
        raise BadEntry("sinks", text, "the argument is a name or a position from 0")
    return Sink(kind, name, -1, inner)


def _sanitizer(text: str) -> tuple[str, int]:
    name, mark, kinds = text.partition(":")
    mask = 0
    for kind in kinds.split(",") if mark else ():
        mask |= BITS[_kind("sanitizers", text, kind)]
    return _name("sanitizers", text, name), mask if mark else ALL_KINDS


def _kind(key: str, text: str, kind: str) -> str:
    kind = kind.strip()
    if kind not in KINDS:
        known = ", ".join(f"`{each}`" for each in KINDS)
        raise BadEntry(key, text, f"there is no such kind; the kinds are {known}", kind)
    return kind
