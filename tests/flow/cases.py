"""All generated cases: each way of the language, each read and each sink, in turn with the frameworks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .frameworks import DJANGO, FASTAPI, FLASK, FRAMEWORKS, NESTED, Framework
from .kinds import KINDS, Kind
from .ways import WAYS

_SINKS_FOR_READS = ("sql", "command", "path")


class Case(NamedTuple):
    """One file with one handler: its path, its code, the kind of its sink, and whether it has the defect."""

    path: str
    text: str
    kind: str
    vulnerable: bool


def cases() -> Iterator[Case]:
    """Every case, in a fixed order."""
    for position, kind in enumerate(KINDS):
        yield from _of_ways(kind, position)
        yield from _of_twins(kind)
    yield from _of_reads()


def _frame(kind: Kind, turn: int) -> Framework:
    """A framework for a case; a returned string is a page in Flask only."""
    return (NESTED, FLASK)[turn % 2] if kind.answers else FRAMEWORKS[turn % len(FRAMEWORKS)]


def _of_ways(kind: Kind, position: int) -> Iterator[Case]:
    for turn, way in enumerate(WAYS):
        if way.name in kind.without:
            continue
        frame = _frame(kind, turn + position)
        top = way.top.format(safe=kind.safe)
        for name, body in (("bad", way.bad), ("good", way.good)):
            text = frame.handler(top, f"{body.format(safe=kind.safe)}\n{kind.use}")
            yield Case(
                f"{kind.name}/ways/{name}_{_module(way.name)}_{_module(frame.name)}.py",
                text,
                kind.name,
                name == "bad",
            )


_CONNECT = "import sqlite3\n\n\ndef connect():\n    return sqlite3.connect('x.db')"


def _of_twins(kind: Kind) -> Iterator[Case]:
    frames = (NESTED, FLASK) if kind.answers else FRAMEWORKS
    for twin in kind.twins:
        for frame in frames:
            for name, body in (("bad", twin.bad), ("good", twin.good)):
                path = f"{kind.name}/twins/{name}_{_module(twin.name)}_{_module(frame.name)}.py"
                yield Case(path, frame.handler(_CONNECT, body), kind.name, name == "bad")


def _of_reads() -> Iterator[Case]:
    for kind in KINDS:
        if kind.name not in _SINKS_FOR_READS:
            continue
        for frame in (NESTED, FLASK, FASTAPI, DJANGO):
            for read in frame.reads:
                for name, given in (("bad", read.bad), ("good", read.good)):
                    path = f"{kind.name}/reads/{name}_{_module(read.name)}_{_module(frame.name)}.py"
                    text = frame.handler("", f"value = given\n{kind.use}", given)
                    yield Case(path, text, kind.name, name == "bad")


def _module(name: str) -> str:
    return name.replace("-", "_")
