"""Where things stand that the last run has seen, after lines above them were added or taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from linter.facts.spans import Span, pack, unpack

if TYPE_CHECKING:
    from linter.finding import Location


class Moves:
    """The new lines of modules by their old ones, for those modules where lines have moved."""

    def __init__(self, lines: Mapping[str, Mapping[int, int]]) -> None:
        self._lines = lines

    def __contains__(self, path: object) -> bool:
        return path in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __bool__(self) -> bool:
        return bool(self._lines)

    def span(self, path: str, span: Span) -> Span | None:
        """A range of a module as it is now; None where it is not as it was."""
        lines = self._lines.get(path)
        if lines is None:
            return span
        place = unpack(span)
        first, last = lines.get(place.line), lines.get(place.end_line)
        if first is None or last is None:
            return None
        return pack(first, place.column, last, place.end_column)

    def location(self, location: Location) -> Location | None:
        """A place as it is now; None where it is not as it was."""
        lines = self._lines.get(location.path)
        if lines is None:
            return location
        first, last = lines.get(location.line), lines.get(location.end_line)
        if first is None or last is None:
            return None
        return replace(location, line=first, end_line=last)
