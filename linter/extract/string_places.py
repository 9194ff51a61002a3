"""Where in the source each character of a string stands: literals, escapes, concatenation, f-strings."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from linter.facts.spans import Range, Span, pack

_PREFIX = re.compile(r"([A-Za-z]{0,3})('''|\"\"\"|'|\")")
_BETWEEN = re.compile(r"(?:[\s\\()]|#[^\n]*)++")
_ESCAPE = re.compile(
    r"\\(?:\n|[0-7]{1,3}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\{[^{}\n]*\}|[\\'\"abfnrtv])"
)
_SPECIAL = re.compile(r"[\\'\"{}\n]")


class Run(NamedTuple):
    """Characters from `offset` of a text on that stand side by side from a place on.

    The first of them takes `width` columns. Without `moves` all of them stand for what is at the place, as
    the name of a hole does.
    """

    offset: int
    line: int
    column: int
    width: int = 1
    moves: bool = True


class Piece(NamedTuple):
    """A part of a string's text: what it adds, and the place of the node that it comes from.

    `part` counts the parts of one node: the literal text and the holes of an f-string. `is_hole` says that
    the text is a name for something that is put in at run time.
    """

    text: str
    place: Range
    part: int = 0
    is_hole: bool = False


class StringPlaces:
    """Turns offsets into the text of a string into spans of its file.

    `lines` are those of the file. What cannot be told is taken to stand as if the text followed the place of
    its node without quotes or escapes.
    """

    def __init__(self, pieces: Sequence[Piece], lines: Sequence[str]) -> None:
        self._runs = [run for group in _by_node(pieces) for run in _runs(group, lines)]
        self._offsets = [run.offset for run in self._runs]

    def span(self, start: int, end: int) -> Span:
        """The span from one offset to another, the end exclusive."""
        first = self._run(start)
        column = first.column + (start - first.offset if first.moves else 0)
        last = self._run(max(start, end - 1))
        behind = end - last.offset
        end_column = last.column + (behind - 1 + last.width if last.moves and behind > 0 else last.width)
        return pack(first.line, column, last.line, end_column)

    def _run(self, offset: int) -> Run:
        return self._runs[max(0, bisect_right(self._offsets, offset) - 1)]


class _Group(NamedTuple):
    offset: int
    pieces: list[Piece]


def _by_node(pieces: Sequence[Piece]) -> Iterator[_Group]:
    """Pieces of one node together, with the offset of the first in the text."""
    offset = 0
    group = _Group(0, [])
    for piece in pieces:
        if piece.part == 0 and group.pieces:
            yield group
            group = _Group(offset, [])
        group.pieces.append(piece)
        offset += len(piece.text)
    yield group


def _runs(group: _Group, lines: Sequence[str]) -> list[Run]:
    first = group.pieces[0]
    if len(group.pieces) == 1 and first.is_hole:
        line, column, end_line, end_column = first.place
        width = end_column - column if line == end_line else 1
        return [Run(group.offset, line, column, width, moves=False)]
    return _Literals(group, lines).read() or _without_source(group)


def _without_source(group: _Group) -> list[Run]:
    """Runs as if the source were the text, with nothing in place of a hole."""
    runs: list[Run] = []
    offset = group.offset
    line, column = group.pieces[0].place[:2]
    for piece in group.pieces:
        if piece.is_hole:
            runs.append(Run(offset, line, column, moves=False))
            offset += len(piece.text)
            continue
        for number, row in enumerate(piece.text.split("\n")):
            if number:
                offset, line, column = offset + 1, line + 1, 0
            runs.append(Run(offset, line, column))
            offset, column = offset + len(row), column + len(row)
    return runs


class _Unlike(Exception):
    """The source does not say what the tree says."""


class _Literals:
    """Reads the source of one node: string literals side by side, each of its pieces in turn."""

    def __init__(self, group: _Group, lines: Sequence[str]) -> None:
        self.pieces = group.pieces
        self.offset = group.offset
        self.runs: list[Run] = []
        self.current = 0
        self.taken = 0
        place = group.pieces[0].place
        rows = [*lines[place.line - 1 : place.end_line]]
        self.starts = [(0, place.line, place.column)]
        if rows:
            rows[-1] = rows[-1][: place.end_column]
            rows[0] = rows[0][place.column :]
        position = 0
        for number, row in enumerate(rows[:-1], start=1):
            position += len(row) + 1
            self.starts.append((position, place.line + number, 0))
        self.source = "\n".join(rows)

    def read(self) -> list[Run] | None:
        """The runs of all pieces; None if the source is not that of the pieces."""
        try:
            position = 0
            while position < len(self.source):
                if between := _BETWEEN.match(self.source, position):
                    position = between.end()
                else:
                    position = self._literal(position)
            self._next_piece()
        except (_Unlike, IndexError):
            return None
        return self.runs if self.current == len(self.pieces) and self.runs else None

    def _literal(self, position: int) -> int:
        """Step over one literal, prefix and quotes included."""
        opening = _PREFIX.match(self.source, position)
        if opening is None:
            raise _Unlike
        prefix, quote = opening[1].lower(), opening[2]
        position, begins = opening.end(), True
        while True:
            special = _SPECIAL.search(self.source, position)
            if special is None:
                raise _Unlike
            if special.start() > position:
                self._add(position, self.source[position : special.start()], begins=begins)
                begins = False
            position = special.start()
            if self.source.startswith(quote, position):
                return position + len(quote)
            width, text = self._special(position, prefix)
            if text is None:
                self._hole(position, width)
            elif text:
                self._add(position, text, width=width - len(text) + 1)
            position += width
            begins = True

    def _special(self, position: int, prefix: str) -> tuple[int, str | None]:
        """How wide the special character at a place is, and what it stands for; None for a hole."""
        source = self.source
        character = source[position]
        formatted = "f" in prefix or "t" in prefix
        if character == "\\" and "r" not in prefix:
            escape = _ESCAPE.match(source, position)
            return (len(escape[0]), _unescaped(escape[0])) if escape else (1, "\\")
        if character == "\\" and source[position + 1] in "'\"\\":
            return 2, source[position : position + 2]
        if formatted and character in "{}":
            if source.startswith(character * 2, position):
                return 2, character
            return _hole_width(source, position), None
        return 1, character

    def _add(self, position: int, text: str, *, width: int = 1, begins: bool = True) -> None:
        """Note where `text`, the next of the current piece, stands."""
        piece = self.pieces[self.current]
        if piece.is_hole or not piece.text.startswith(text, self.taken):
            raise _Unlike
        if begins:
            line, column = self._place(position)
            self.runs.append(Run(self.offset + self.taken, line, column, width))
        self.taken += len(text)

    def _hole(self, position: int, width: int) -> None:
        if not self.pieces[self.current].is_hole:
            self._next_piece()
        if not self.pieces[self.current].is_hole:
            raise _Unlike
        line, column = self._place(position)
        on_one_line = "\n" not in self.source[position : position + width]
        self.runs.append(Run(self.offset, line, column, width if on_one_line else 1, moves=False))
        self.taken = len(self.pieces[self.current].text)
        self._next_piece()

    def _next_piece(self) -> None:
        if self.current == len(self.pieces):
            return
        if self.taken != len(self.pieces[self.current].text):
            raise _Unlike
        self.offset += self.taken
        self.current += 1
        self.taken = 0

    def _place(self, position: int) -> tuple[int, int]:
        start, line, column = self.starts[bisect_right(self.starts, (position, 1 << 40, 0)) - 1]
        return line, column + position - start


_NAMED = dict(zip("\\'\"abfnrtv", "\\'\"\a\b\f\n\r\t\v", strict=True))


def _unescaped(escape: str) -> str:
    kind = escape[1]
    if kind == "\n":
        return ""
    if kind in _NAMED:
        return _NAMED[kind]
    if kind == "N":
        import unicodedata

        try:
            return unicodedata.lookup(escape[3:-1])
        except KeyError:
            raise _Unlike from None
    code = int(escape[1:], 8) if kind in "01234567" else int(escape[2:], 16)
    if code > 0x10FFFF:
        raise _Unlike
    return chr(code)


def _hole_width(source: str, position: int) -> int:
    """How wide `{…}` is: brackets are counted, and strings inside are stepped over."""
    start, depth = position, 0
    while position < len(source):
        character = source[position]
        if character in "'\"":
            quote = character * 3 if source.startswith(character * 3, position) else character
            closing = source.find(quote, position + len(quote))
            if closing < 0:
                raise _Unlike
            position = closing + len(quote)
            continue
        depth += (character in "{[(") - (character in "}])")
        position += 1
        if depth <= 0:
            return position - start
    raise _Unlike
