"""How complexity and maintainability of changed files moved since an earlier revision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from linter.engines.radon.engine import RadonEngine
from linter.engines.remark import Measure, Remarks
from linter.extraction import observe
from linter.measures import Figure, Trend
from linter.since import contents_before

if TYPE_CHECKING:
    from linter.since import Changes
    from linter.sources import SourceFile


def trend_of(
    files: Mapping[str, SourceFile], changes: Changes, root: str, largest: int, jobs: int = 0
) -> Trend:
    """The trend of changed Python files, by printable path, of the checkout at `root`.

    What was larger than `largest` bytes is left out. Raises `SinceError` when git fails.
    """
    held = contents_before(root, changes, [file.path for file in files.values()])
    before = {
        path: held[file.path]
        for path, file in files.items()
        if file.path in held and len(held[file.path]) <= largest
    }
    now = {
        path: file.data for path, file in files.items() if path in before or file.path not in changes.origins
    }
    return Trend(changes.ref, changes.base, moves(before, now, jobs))


def moves(before: Mapping[str, bytes], now: Mapping[str, bytes], jobs: int = 0) -> tuple[Figure, ...]:
    """What moved in the files `now`, by path, of which those `before` were there already.

    The worst moves come first. Of new functions and files only the notable ones are told. Of several
    functions with one name each is held against its namesake in the same place; where their number changed,
    nothing is said. A file that radon cannot measure on both sides is left out.
    """
    engine = RadonEngine(complexity=0, index=0, depth="all", counts=False, release="")
    old, new = (_measured(observe(files, engine, jobs)) for files in (before, now))
    found = [
        figure
        for path in sorted(now)
        if path in new and (path not in before or path in old)
        for figure in _moved(path, old.get(path), new[path])
    ]
    return tuple(sorted(found, key=_worst_first))


_Measured = dict[tuple[str, str], list[Measure]]


def _measured(said: Mapping[str, bytes]) -> dict[str, _Measured]:
    """The measures of each file by kind and name, in the order of lines."""
    found: dict[str, _Measured] = {}
    for path, encoded in said.items():
        measures = msgspec.msgpack.decode(encoded, type=Remarks).measures if encoded else ()
        by_name: _Measured = {}
        for measure in sorted(measures, key=lambda each: each.line):
            by_name.setdefault((measure.kind, measure.name), []).append(measure)
        if ("maintainability-index", "") in by_name:
            found[path] = by_name
    return found


def _moved(path: str, old: _Measured | None, new: _Measured) -> Iterator[Figure]:
    for name, measures in new.items():
        namesakes = old.get(name, []) if old is not None else []
        if not namesakes:
            figures = [_figure(path, each) for each in measures]
            yield from (each for each in figures if each.notable)
        elif len(namesakes) == len(measures):
            for earlier, measure in zip(namesakes, measures, strict=True):
                if round(earlier.value, 1) != round(measure.value, 1):
                    yield _figure(path, measure, earlier.value)


def _figure(path: str, measure: Measure, was: float | None = None) -> Figure:
    return Figure(measure.kind, path, measure.name, measure.line, measure.value, was)


def _worst_first(figure: Figure) -> tuple[str, float, str, int]:
    return (figure.kind, -figure.worsening, figure.path, figure.line)
