"""The few source lines that show a finding, independent of any output format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from linter.finding import Location

MAX_WIDTH = 140
MAX_MARKED_LINES = 4
_CLIP = "…"
_ROOM_LEFT = 40


class SnippetLine(msgspec.Struct, frozen=True):
    """One source line. `start` and `end` (0-based code points, end exclusive) are the marked part.

    Both are 0 on a line of context. `gap` says that lines were left out before this one.
    """

    number: int
    text: str
    start: int = 0
    end: int = 0
    gap: bool = False

    @property
    def marked(self) -> bool:
        """Whether the finding lies on this line."""
        return self.end > self.start


def snippet(
    sources: Mapping[str, Sequence[str]], location: Location, before: int = 2, after: int = 1
) -> tuple[SnippetLine, ...]:
    """The lines of `location` with some context; empty when the file or the line is not there."""
    lines = sources.get(location.path, ())
    if not 1 <= location.line <= len(lines):
        return ()
    last = min(max(location.line, _last_line(location)), len(lines))
    first_shown = max(1, location.line - before)
    last_shown = min(len(lines), last + after)
    numbers = [*range(first_shown, location.line), *_marked_numbers(location.line, last)]
    numbers += range(last + 1, last_shown + 1)
    numbers = _without_blank_edges(numbers, lines, location.line, last)
    shown = []
    previous = numbers[0] - 1
    for number in numbers:
        shown.append(_snippet_line(lines[number - 1], number, location, last, gap=number != previous + 1))
        previous = number
    return tuple(shown)


def source_line(sources: Mapping[str, Sequence[str]], location: Location) -> str:
    """The first line of `location` without its indentation, clipped; empty when it is not there."""
    found = snippet(sources, location, before=0, after=0)
    return found[0].text.strip() if found else ""


def _last_line(location: Location) -> int:
    """An end at column 1 belongs to the line before: the end is exclusive."""
    return location.end_line - 1 if location.end_column <= 1 else location.end_line


def _marked_numbers(first: int, last: int) -> list[int]:
    if last - first < MAX_MARKED_LINES:
        return list(range(first, last + 1))
    return [*range(first, first + MAX_MARKED_LINES - 1), last]


def _without_blank_edges(numbers: list[int], lines: Sequence[str], first: int, last: int) -> list[int]:
    start, end = 0, len(numbers)
    while numbers[start] < first and not lines[numbers[start] - 1].strip():
        start += 1
    while numbers[end - 1] > last and not lines[numbers[end - 1] - 1].strip():
        end -= 1
    return numbers[start:end]


def _snippet_line(text: str, number: int, location: Location, last: int, gap: bool) -> SnippetLine:
    start = end = 0
    if location.line <= number <= last:
        start, end = _marked_part(text, number, location)
    clipped, shift = _clip(text, start)
    width = len(clipped) - (1 if clipped is not text and clipped.endswith(_CLIP) else 0)
    if end > start:
        start = max(0, start - shift)
        end = max(start + 1, min(end - shift, width))
    return SnippetLine(number, clipped, start, end, gap)


def _marked_part(text: str, number: int, location: Location) -> tuple[int, int]:
    """At least one character is marked, also past the end of the line."""
    stripped_end = len(text.rstrip())
    start = len(text) - len(text.lstrip())
    if number == location.line:
        start = min(max(0, location.column - 1), len(text))
    end = stripped_end
    if number == location.end_line and location.end_column > 1:
        end = min(location.end_column - 1, len(text))
    return start, max(end, start + 1)


def _clip(text: str, start: int) -> tuple[str, int]:
    """Cut an overlong line around `start`; returns the text and by how much it moved to the left."""
    if len(text) <= MAX_WIDTH:
        return text, 0
    left = 0 if start < MAX_WIDTH - _ROOM_LEFT else start - _ROOM_LEFT
    right = left + MAX_WIDTH
    head = _CLIP if left else ""
    tail = _CLIP if right < len(text) else ""
    return f"{head}{text[left:right]}{tail}", left - len(head)
