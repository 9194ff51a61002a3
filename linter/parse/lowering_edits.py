"""The edits that lower one statement: found in its concrete syntax tree, made in its text.

Text is edited rather than rendered anew, so that what is not edited keeps its lines and columns.
Offsets are in UTF-8 bytes, which is what `ast` counts columns in. Imports LibCST: load it late.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from linter.parse.lowering import FORMATTED, REFUSALS, TEMPLATE

_LAZY = re.compile(rb"lazy[\s\\]+(import|from)")
_DEBUG = re.compile(rb"(?:[\s)]|#[^\n]*\n)*=(?:\s|#[^\n]*\n)*")
_COMMENT = re.compile(rb"#[^\n]*")
_ESCAPE_OR_QUOTE = re.compile(r'(\\.)|\\$|"', re.DOTALL)


class Edit(NamedTuple):
    """Replace `source[start:end]` with `content`."""

    start: int
    end: int
    content: bytes


def lower_statement(statement: str, templates: Iterable[int]) -> str | None:
    """The lowered statement, or None when LibCST cannot parse it either.

    `templates` are the offsets of the `f` of those f-strings that are t-strings.
    """
    try:
        source = statement.encode()
        marks = set(_byte_offsets(statement, templates))
        module = cst.parse_module(statement)
        lowering = _Lowering(source, marks, _offsets(module.code.encode(), source))
        MetadataWrapper(module, unsafe_skip_copy=True).visit(lowering)
    except (cst.ParserSyntaxError, SyntaxError, ValueError):
        # Also for an escape sequence that no Python accepts, and where LibCST asks for a blank that
        # Python does not, as in `return*rows`.
        return None
    return _apply(source, 0, len(source), lowering.edits).decode()


def _byte_offsets(text: str, offsets: Iterable[int]) -> Iterator[int]:
    """Ascending offsets in code points as offsets in UTF-8 bytes."""
    at = size = 0
    for offset in offsets:
        size += len(text[at:offset].encode())
        at = offset
        yield size


def _offsets(rendered: bytes, source: bytes) -> Sequence[int]:
    """Where each byte of what LibCST renders lies in the source.

    LibCST drops a few blanks, such as those before the colon of an `except` or of a format spec.
    """
    if rendered == source:
        return range(len(source) + 1)
    offsets = []
    at = -1
    for byte in rendered:
        at = source.index(byte, at + 1)
        offsets.append(at)
    return [*offsets, len(source)]


def _apply(source: bytes, start: int, end: int, edits: Iterable[Edit]) -> bytes:
    """`source[start:end]` with those of the edits made that lie in it."""
    pieces = []
    for edit in sorted(edits):
        if start <= edit.start and edit.end <= end:
            pieces += [source[start : edit.start], edit.content]
            start = edit.end
    return b"".join([*pieces, source[start:end]])


def _blank(source: bytes) -> bytes:
    """As many spaces, with every line continued on the next."""
    return re.sub(rb"[^\n]", b" ", source).replace(b"\n", b"\\\n")


class _Lowering(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (ByteSpanPositionProvider,)

    def __init__(self, source: bytes, templates: Container[int], offsets: Sequence[int]) -> None:
        super().__init__()
        self.edits: list[Edit] = []
        self.source = source
        self._templates = templates
        self._offsets = offsets
        self._joined: set[cst.CSTNode] = set()

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end of a node in the source, without parentheses around it."""
        span = self.get_metadata(ByteSpanPositionProvider, node)
        start, end = span.start, span.start + span.length
        return self._offsets[start], self._offsets[end - 1] + 1 if end > start else self._offsets[start]

    def leave_TypeParameters(self, original_node: cst.TypeParameters) -> None:  # noqa: N802
        start, end = self.span(original_node)
        self._take(start)
        self.edits.append(Edit(start, end, _blank(self.source[start:end])))

    def leave_TypeAlias(self, original_node: cst.TypeAlias) -> None:  # noqa: N802
        self._bring_forward(self.span(original_node)[0], *self.span(original_node.name))

    def leave_LazyImport(self, original_node: cst.LazyImport) -> None:  # noqa: N802
        self._drop_lazy(original_node)

    def leave_LazyImportFrom(self, original_node: cst.LazyImportFrom) -> None:  # noqa: N802
        self._drop_lazy(original_node)

    def leave_ExceptHandler(self, original_node: cst.ExceptHandler) -> None:  # noqa: N802
        self._parenthesize(original_node.type)

    def leave_ExceptStarHandler(self, original_node: cst.ExceptStarHandler) -> None:  # noqa: N802
        self._parenthesize(original_node.type)

    def leave_ListComp(self, original_node: cst.ListComp) -> None:  # noqa: N802
        self._enclose_star(original_node.elt)

    def leave_SetComp(self, original_node: cst.SetComp) -> None:  # noqa: N802
        self._enclose_star(original_node.elt)

    def leave_GeneratorExp(self, original_node: cst.GeneratorExp) -> None:  # noqa: N802
        self._enclose_star(original_node.elt)

    def leave_StarredDictComp(self, original_node: cst.StarredDictComp) -> None:  # noqa: N802
        value, _ = self.span(original_node.value)
        stars = self.source.rindex(b"**", 0, value)
        self.edits.append(Edit(stars, stars + 2, b"None:"))

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> None:  # noqa: N802
        self._joined.update((node.left, node.right))

    def leave_ConcatenatedString(self, original_node: cst.ConcatenatedString) -> None:  # noqa: N802
        if original_node not in self._joined:
            pieces = list(_pieces(original_node))
            if any(isinstance(piece, cst.FormattedString) for piece in pieces):
                self._lower_string(original_node, pieces)

    def leave_FormattedString(self, original_node: cst.FormattedString) -> None:  # noqa: N802
        if original_node not in self._joined:
            self._lower_string(original_node, [original_node])

    def _take(self, start: int) -> list[Edit]:
        """Remove and return the edits inside the node being left, which begins at `start`."""
        count = len(self.edits)
        while count and self.edits[count - 1].start >= start:
            count -= 1
        taken = self.edits[count:]
        del self.edits[count:]
        return taken

    def _bring_forward(self, start: int, word_start: int, word_end: int) -> None:
        """Let a statement begin with a later word, and what follows the word stay in its place."""
        content = self.source[word_start:word_end] + _blank(self.source[start:word_start])
        self.edits.append(Edit(start, word_end, content))

    def _drop_lazy(self, node: cst.CSTNode) -> None:
        start, _ = self.span(node)
        if match := _LAZY.match(self.source, start):
            self._bring_forward(start, *match.span(1))

    def _parenthesize(self, types: cst.BaseExpression | None) -> None:
        if isinstance(types, cst.Tuple) and not types.lpar:
            start, end = self.span(types)
            before = start - 1 if self.source[start - 1 : start] == b" " else start
            self.edits += [Edit(before, start, b"("), Edit(end, end, b")")]

    def _enclose_star(self, element: cst.CSTNode) -> None:
        if isinstance(element, cst.StarredElement):
            start, end = self.span(element)
            self.edits += [Edit(start, start, b"("), Edit(end, end, b",)")]

    def _lower_string(self, node: cst.CSTNode, pieces: list[_Piece]) -> None:
        start, end = self.span(node)
        edits = self._take(start)
        content = _apply(self.source, start, end, edits)
        if not _is_expression(content):
            content = _Call(self, edits, start).write(pieces, end)
        if any(self._is_template(piece) for piece in pieces):
            content = b"%s(%s)" % (TEMPLATE.encode(), content)
        if content != self.source[start:end]:
            self.edits.append(Edit(start, end, content))

    def _is_template(self, piece: _Piece) -> bool:
        start, _ = self.span(piece)
        return isinstance(piece, cst.FormattedString) and (
            start in self._templates or ("r" in piece.prefix and start + 1 in self._templates)
        )


_Piece = cst.SimpleString | cst.FormattedString


def _pieces(string: cst.ConcatenatedString) -> Iterator[_Piece]:
    rest: cst.CSTNode = string
    while isinstance(rest, cst.ConcatenatedString):
        if isinstance(rest.left, _Piece):
            yield rest.left
        rest = rest.right
    if isinstance(rest, _Piece):
        yield rest


def _is_expression(content: bytes) -> bool:
    try:
        ast.parse(f"({content.decode()}\n)", mode="eval")
    except REFUSALS:
        return False
    return True


class _Call:
    """The call of `FORMATTED` that stands for a string, line by line where the string was."""

    def __init__(self, lowering: _Lowering, edits: Iterable[Edit], start: int) -> None:
        self._lowering = lowering
        self._source = lowering.source
        self._edits = edits
        self._at = start
        self._constant = ""
        self._out: list[bytes] = []

    def write(self, pieces: list[_Piece], end: int) -> bytes:
        """The call for the string that is the pieces joined, and ends at `end`."""
        self._out.append(b"%s(" % FORMATTED.encode())
        for piece in pieces:
            if isinstance(piece, cst.FormattedString):
                self._parts(piece.parts, raw="r" in piece.prefix)
            else:
                self._constant += str(ast.literal_eval(piece.value))
        self._flush()
        self._move_to(end)
        self._out.append(b")")
        return b"".join(self._out)

    def _parts(
        self, parts: Iterable[cst.BaseFormattedStringContent], *, raw: bool, spec: bool = False
    ) -> None:
        for part in parts:
            if isinstance(part, cst.FormattedStringExpression):
                self._hole(part, raw=raw)
            elif isinstance(part, cst.FormattedStringText):
                text = part.value if spec else part.value.replace("{{", "{").replace("}}", "}")
                self._constant += text if raw else _unescape(text)

    def _hole(self, hole: cst.FormattedStringExpression, *, raw: bool) -> None:
        hole_start, _ = self._lowering.span(hole)
        start, end = self._lowering.span(hole.expression)
        if hole.equal and (equal := _DEBUG.match(self._source, end)):
            debug = self._source[hole_start + 1 : end] + _COMMENT.sub(b"", equal[0])
            self._constant += debug.decode()
        self._flush()
        self._move_to(start)
        self._out += [b"[(", _apply(self._source, start, end, self._edits), b")"]
        self._at = end
        conversion = hole.conversion or ("r" if hole.equal and hole.format_spec is None else "")
        if conversion or hole.format_spec is not None:
            self._out.append(f", {conversion!r}".encode())
        if hole.format_spec is not None:
            self._spec(hole.format_spec, raw=raw)
        self._out.append(b"], ")

    def _spec(self, parts: Sequence[cst.BaseFormattedStringContent], *, raw: bool) -> None:
        spans = [self._lowering.span(part) for part in parts]
        if spans:
            self._move_to(spans[0][0])
        self._out.append(b", %s(" % FORMATTED.encode())
        self._parts(parts, raw=raw, spec=True)
        self._flush()
        if spans:
            self._move_to(spans[-1][1])
        self._out.append(b")")

    def _flush(self) -> None:
        if self._constant:
            self._out.append(f"{self._constant!a}, ".encode())
            self._constant = ""

    def _move_to(self, position: int) -> None:
        self._out.append(b"\n" * self._source.count(b"\n", self._at, position))
        self._at = position


def _unescape(text: str) -> str:
    """What the constant text of an f-string that is not raw means."""
    if "\\" not in text:
        return text
    body = _ESCAPE_OR_QUOTE.sub(lambda match: match[1] or "\\" + match[0], text)
    return str(ast.literal_eval(f'"""{body}"""'))
