"""Where things stand that the last run has seen, after lines above them were added or taken out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from linter.facts.spans import Span, pack, unpack
from linter.flow.places import key_of, sink_at

if TYPE_CHECKING:
    from linter.finding import Location
    from linter.flow.following import Found


class Moves:
    """The new lines of modules by their old ones, for those modules where lines have moved."""

    def __init__(self, lines: Mapping[str, Mapping[int, int]]) -> None:
        self._lines = lines

    def key(self, key: str) -> str | None:
        """The key by which a thing is traced now; None where it is not as it was."""
        place = sink_at(key)
        if place is None or place.path not in self._lines:
            return key
        span = self._span(place.path, place.span)
        return None if span is None else key_of(place._replace(span=span))

    def found(self, found: Found) -> Found | None:
        """A flow with its places as they are now; None where one of them is not as it was."""
        if not self._lines:
            return found
        if found.is_told_by_place:
            return None
        span = self._span(found.path, found.span)
        path, index, given = found.giver
        given_now = self._span(path, given)
        if span is None or given_now is None:
            return None
        notes = []
        for each in found.flow.path:
            location = self._location(each.location)
            if location is None:
                return None
            notes.append(each if location is each.location else replace(each, location=location))
        if span == found.span and given_now == given and notes == list(found.flow.path):
            return found
        flow = dataclasses.replace(found.flow, path=tuple(notes))
        return replace(found, span=span, giver=(path, index, given_now), flow=flow)

    def _span(self, path: str, span: Span) -> Span | None:
        lines = self._lines.get(path)
        if lines is None:
            return span
        place = unpack(span)
        first, last = lines.get(place.line), lines.get(place.end_line)
        if first is None or last is None:
            return None
        return pack(first, place.column, last, place.end_column)

    def _location(self, location: Location) -> Location | None:
        lines = self._lines.get(location.path)
        if lines is None:
            return location
        first, last = lines.get(location.line), lines.get(location.end_line)
        if first is None or last is None:
            return None
        return replace(location, line=first, end_line=last)
