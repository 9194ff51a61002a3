"""Where the comments and the strings of a text lie.

`tokenize` would say so too, but only for code that the running interpreter accepts, and its answer
differs between Python versions. This scanner knows strings and comments and nothing else, so it
copes with newer syntax, with broken files and with fragments, and gives the same answer everywhere.
It never raises.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["python", "sql", "braces"]
"""`braces` are the languages with `//` and `/* */`: Go, Java, JavaScript, TypeScript and their kin."""


def language_at(path: str) -> Language:
    """The language whose comments and strings a file of this name has."""
    name = path.rpartition("/")[2]
    if name.endswith(".sql"):
        return "sql"
    return "python" if "." not in name or name.endswith((".py", ".pyw")) else "braces"


class Piece(NamedTuple):
    """One comment or string: offsets into the text, in code points, the end exclusive.

    A formatted string is one piece from prefix to closing quote. Comments within its replacement
    fields are pieces of their own, inside it.
    """

    kind: Literal["comment", "string"]
    start: int
    end: int


def pieces(text: str, language: Language) -> list[Piece]:
    """The comments and strings of `text`, by where they begin."""
    found = _READERS[language](text)
    return sorted(found, key=lambda piece: piece.start)


_PYTHON = re.compile(r"""#[^\r\n]*|(?P<prefix>\b[bBfFrRtTuU]{1,2})?(?P<quote>'{3}|"{3}|'|")|[()\[\]{}:]""")
_ESCAPE = r"\\(?:\r\n|[^{}])?"
_INSIDE = {
    "'": re.compile(rf"{_ESCAPE}|[\r\n{{}}']", re.DOTALL),
    '"': re.compile(rf'{_ESCAPE}|[\r\n{{}}"]', re.DOTALL),
    "'''": re.compile(rf"{_ESCAPE}|[{{}}]|'''", re.DOTALL),
    '"""': re.compile(rf'{_ESCAPE}|[{{}}]|"""', re.DOTALL),
}


class _Frame:
    """What the scanner stands in: a formatted string, one of its fields, or a field's format."""

    __slots__ = ("depth", "kind", "quote", "start")

    def __init__(self, kind: Literal["string", "field", "format"], quote: str, start: int) -> None:
        self.kind = kind
        self.quote = quote
        self.start = start
        self.depth = 0


def _python(text: str) -> list[Piece]:
    found: list[Piece] = []
    stack: list[_Frame] = []
    position = 0
    while True:
        if stack and stack[-1].kind != "field":
            position = _formatted(text, position, stack, found)
            continue
        match = _PYTHON.search(text, position)
        if match is None:
            break
        position = match.end()
        quote = match["quote"]
        if quote is None and match[0].startswith("#"):
            found.append(Piece("comment", match.start(), position))
        elif quote is None:
            _bracket(match[0], position, stack)
        elif match["prefix"] and set(match["prefix"]) & set("fFtT"):
            stack.append(_Frame("string", quote, match.start()))
        else:
            position = _plain(text, position, quote)
            if not stack:
                found.append(Piece("string", match.start(), position))
    if stack:
        found.append(Piece("string", stack[0].start, len(text)))
    return found


def _plain(text: str, position: int, quote: str) -> int:
    """The end of a string without fields whose contents begin at `position`."""
    for match in _INSIDE[quote].finditer(text, position):
        if match[0] == quote:
            return match.end()
        if match[0] in "\r\n":
            return match.start()
    return len(text)


def _bracket(mark: str, position: int, stack: list[_Frame]) -> None:
    """Follow brackets in a replacement field, up to its end or its format."""
    if not stack:
        return
    field = stack[-1]
    if mark in "([{":
        field.depth += 1
    elif mark == ":":
        if not field.depth:
            stack.append(_Frame("format", field.quote, position))
    elif field.depth:
        field.depth -= 1
    elif mark == "}":
        stack.pop()


def _formatted(text: str, position: int, stack: list[_Frame], found: list[Piece]) -> int:
    """Read the constant part of a formatted string, up to a field or its end."""
    frame = stack[-1]
    for match in _INSIDE[frame.quote].finditer(text, position):
        mark, end = match[0], match.end()
        if mark == "{":
            if frame.kind == "string" and text.startswith("{", end):
                return end + 1
            stack.append(_Frame("field", frame.quote, end))
            return end
        if mark == "}":
            if frame.kind == "format":
                del stack[-2:]
                return end
        elif not mark.startswith("\\"):
            return _close(match.start() if mark in "\r\n" else end, stack, found)
    return _close(len(text), stack, found)


def _close(end: int, stack: list[_Frame], found: list[Piece]) -> int:
    """Leave the innermost formatted string, which ends at `end`."""
    while (frame := stack.pop()).kind != "string":
        pass
    if not stack:
        found.append(Piece("string", frame.start, end))
    return end


_SQL = re.compile(r"""--[^\r\n]*|/\*|(?P<escapes>\b[eE])?'|["`]|\$(?:[^\W\d]\w*)?\$""")
_SQL_ESCAPED = re.compile(r"\\.?|'", re.DOTALL)
_SQL_COMMENT = re.compile(r"/\*|\*/")
_CODE_FOLLOWS = re.compile(r"\b(?:as|do|language\s+\w+)\s*\Z", re.IGNORECASE)


def _sql(text: str) -> list[Piece]:
    found: list[Piece] = []
    position = 0
    nesting = True
    body = ""
    while match := _SQL.search(text, position):
        mark, start, position = match[0], match.start(), match.end()
        if mark.startswith("--"):
            found.append(Piece("comment", start, position))
        elif mark == "/*":
            position, nesting = _block_comment(text, position, nesting)
            found.append(Piece("comment", start, position))
        elif mark.startswith("$") and mark == body:
            body = ""
        elif mark.startswith("$") and not body and _CODE_FOLLOWS.search(text, max(0, start - 80), start):
            # The body of a function or a DO block is code to its author: comments in it count.
            body = mark
        else:
            position = _sql_string(text, position, mark, bool(match["escapes"]))
            found.append(Piece("string", start, position))
    return found


def _sql_string(text: str, position: int, mark: str, escapes: bool) -> int:
    """The end of a quoted text. A doubled quote reads as two strings side by side."""
    if escapes:
        for match in _SQL_ESCAPED.finditer(text, position):
            if match[0] == "'":
                return match.end()
        return len(text)
    end = text.find(mark, position)
    return len(text) if end < 0 else end + len(mark)


def _block_comment(text: str, position: int, nesting: bool) -> tuple[int, bool]:
    """The end of a block comment, and whether comments nest here.

    They nest in PostgreSQL and SQL Server, not in MySQL or SQLite. A comment that would never end
    if they did shows that they do not.
    """
    depth = 1
    if nesting:
        for match in _SQL_COMMENT.finditer(text, position):
            depth += 1 if match[0] == "/*" else -1
            if not depth:
                return match.end(), True
    end = text.find("*/", position)
    return (len(text), False) if end < 0 else (end + 2, False)


_BRACES = re.compile(r"""//[^\r\n]*|/\*|["'`]""")
_BRACES_INSIDE = {
    '"': re.compile(r'(?:\\.|[^"\\\r\n])*+'),
    "'": re.compile(r"(?:\\.|[^'\\\r\n])*+"),
    "`": re.compile(r"(?:\\.|[^`\\])*+", re.DOTALL),
}


def _braces(text: str) -> list[Piece]:
    """A mark that nothing closes is no string and no comment, but a lifetime or in a regular expression."""
    found: list[Piece] = []
    alone = dict.fromkeys(("/*", *_BRACES_INSIDE), 0)
    position = 0
    while match := _BRACES.search(text, position):
        mark, start, position = match[0], match.start(), match.end()
        if mark.startswith("//"):
            found.append(Piece("comment", start, position))
        elif start >= alone[mark]:
            end = _end_in_braces(text, position, mark)
            if end > 0:
                found.append(Piece("comment" if mark == "/*" else "string", start, end))
                position = end
            else:
                alone[mark] = -end
    return found


def _end_in_braces(text: str, position: int, mark: str) -> int:
    """Where the comment or string ends that `mark` opens; without an end, minus where the search gave up."""
    if mark == "/*":
        end = text.find("*/", position)
        return end + 2 if end >= 0 else -len(text)
    inside = _BRACES_INSIDE[mark].match(text, position)
    end = inside.end() if inside else position
    return end + 1 if text.startswith(mark, end) else -max(end, position)


_READERS = {"python": _python, "sql": _sql, "braces": _braces}
