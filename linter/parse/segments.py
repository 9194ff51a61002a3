"""Top-level statements of Python text, found without a parser.

Any syntax of any Python version is cut alike: only brackets, strings, comments and line ends count.
So one statement can be handled by itself, and its nesting is known before a recursive parser sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

MAX_BRACKETS = 200
"""Open brackets that CPython's tokenizer admits. Deeper text is not Python for any version."""

MAX_CHAIN = 1000
"""Tokens that may lie between the root of a statement and a leaf of its syntax tree."""

MAX_PATTERN_WORK = 4**10
"""Bounds LibCST's work on all `case` lines of a text: four times more for each bracket around a bracket."""


class Segment(NamedTuple):
    """A top-level statement: `text[start:end]`, with the comments and blank lines that follow it.

    `shallow` says that no limit of this module is exceeded. `templates` are the offsets in `text` of
    the letter that makes a string a t-string.
    """

    start: int
    end: int
    shallow: bool
    templates: tuple[int, ...] = ()


def segments(text: str) -> list[Segment] | None:
    """Cut `text`, whose line ends are all `\\n`, into segments that join to `text` again.

    None when a string or bracket is not closed: no Python version reads such text.
    """
    try:
        return _Scanner(text).scan()
    except _Unclosed:
        return None


_CODE = re.compile(
    r"""[ \t\f]*(?:
        (?P<string>(?:[fFtT][rR]?|[rR][fFtTbB]?|[bB][rR]?|[uU])?(?P<quote>'''|\"""|'|"))
      | (?P<word>\w+)
      | (?P<comma>,)
      | (?P<open>[(\[{])
      | (?P<close>[)\]}])
      | (?P<newline>(?:\#[^\n]*)?\n)
      | (?P<skip>\\\n|\#[^\n]*\Z)
      | (?P<colon>:)
      | (?P<other>\S)
    )""",
    re.VERBOSE,
)

_PLAIN_BODY = {
    "'": re.compile(r"(?:[^\\\n']++|\\.)*+'", re.DOTALL),
    '"': re.compile(r'(?:[^\\\n"]++|\\.)*+"', re.DOTALL),
    "'''": re.compile(r"(?:[^\\']++|\\.|'(?!''))*+'''", re.DOTALL),
    '"""': re.compile(r'(?:[^\\"]++|\\.|"(?!""))*+"""', re.DOTALL),
}


def _template_text(quote: str, *, raw: bool, spec: bool) -> re.Pattern[str]:
    """The constant text of an f-string or t-string, up to a hole, the end of a spec, or the end quote."""
    mark = quote[0]
    choices = [rf"[^\\{{}}\n{mark}]++", r"\\(?=[{}])"]
    if len(quote) == 3:
        choices += [r"\n", rf"{mark}(?!{mark}{mark})"]
    if not raw:
        choices.append(r"\\N\{[^{}\n]*\}")
    if not spec:
        choices += [r"\{\{", r"\}\}"]
    choices.append(r"\\[^{}]")
    return re.compile(f"(?:{'|'.join(choices)})*+", re.DOTALL)


_TEMPLATE_TEXT = {
    (quote, raw, spec): _template_text(quote, raw=raw, spec=spec)
    for quote in _PLAIN_BODY
    for raw in (False, True)
    for spec in (False, True)
}

_CONTINUES = {"elif", "else", "except", "finally"}
_OPENER = {")": "(", "]": "[", "}": "{"}


class _Unclosed(Exception):
    """A string or bracket does not end, or a bracket ends that was not open."""


class _Level:
    """The statement itself, an open bracket, or an open f-string.

    `opener` is the bracket, the quote of the f-string, or empty. An f-string and its holes have its
    `quote`. `tokens` counts what may be nested in one another. A comma separates siblings and starts
    anew, except among a lambda's parameters.
    """

    __slots__ = ("lambdas", "opener", "quote", "raw", "spec", "tokens")

    def __init__(self, opener: str, *, quote: str = "", raw: bool = False) -> None:
        self.opener = opener
        self.quote = quote
        self.raw = raw
        self.spec = False
        self.tokens = 0
        self.lambdas = False

    @property
    def is_text(self) -> bool:
        """Whether constant text of an f-string follows rather than code."""
        return self.spec or bool(self.quote and self.opener == self.quote)


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._levels = [_Level("")]
        self._depth = 0
        self._found: list[Segment] = []
        self._start = 0
        self._shallow = True
        self._templates: list[int] = []
        self._elifs = 0
        self._line_is_new = True
        self._decorated = False
        self._in_pattern = False
        self._pattern_work = 0
        self._handlers: dict[str | None, Callable[[re.Match[str]], int]] = {
            "string": self._string,
            "word": self._word,
            "comma": self._comma,
            "open": self._open,
            "close": self._close,
            "newline": self._newline,
            "skip": re.Match.end,
            "colon": self._colon,
            "other": self._other,
        }

    def scan(self) -> list[Segment]:
        position = 0
        while position < len(self._text):
            level = self._levels[-1]
            if level.is_text:
                position = self._constant_text(level, position)
                continue
            match = _CODE.match(self._text, position)
            if match is None:  # only blanks are left
                break
            kind = match.lastgroup
            if self._line_is_new and kind not in ("newline", "skip"):
                self._begin_line(match.group(kind or 0), match.start(kind or 0))
            position = self._handlers[kind](match)
        if len(self._levels) > 1:
            raise _Unclosed
        self._end_segment(len(self._text))
        return self._found

    def _begin_line(self, token: str, position: int) -> None:
        self._line_is_new = False
        self._in_pattern = token == "case"
        self._elifs += token == "elif"
        if position and self._text[position - 1] == "\n" and token not in _CONTINUES:
            if not self._decorated:
                self._end_segment(position)
            self._decorated = token == "@"

    def _end_segment(self, position: int) -> None:
        if position > self._start:
            self._found.append(Segment(self._start, position, self._shallow, tuple(self._templates)))
        self._start, self._shallow, self._templates, self._elifs = position, True, [], 0

    def _count(self) -> None:
        self._levels[-1].tokens += 1
        self._depth += 1
        # Each `elif` lies inside the `else` of the one before.
        if self._depth + self._elifs > MAX_CHAIN:
            self._shallow = False

    def _word(self, match: re.Match[str]) -> int:
        self._count()
        if match.group("word") == "lambda":
            self._levels[-1].lambdas = True
        return match.end()

    def _other(self, match: re.Match[str]) -> int:
        self._count()
        return match.end()

    def _comma(self, match: re.Match[str]) -> int:
        level = self._levels[-1]
        if not level.lambdas:
            self._depth -= level.tokens
            level.tokens = 0
        return match.end()

    def _colon(self, match: re.Match[str]) -> int:
        level = self._levels[-1]
        level.spec = bool(level.quote)
        self._count()
        return match.end()

    def _newline(self, match: re.Match[str]) -> int:
        if len(self._levels) == 1:
            self._line_is_new = True
            self._depth = 0
            self._levels = [_Level("")]
        return match.end()

    def _open(self, match: re.Match[str]) -> int:
        self._push(_Level(match.group("open")))
        return match.end()

    def _close(self, match: re.Match[str]) -> int:
        if self._levels[-1].opener != _OPENER[match.group("close")]:
            raise _Unclosed
        self._pop()
        return match.end()

    def _push(self, level: _Level) -> None:
        self._levels.append(level)
        depth = len(self._levels) - 1
        if self._in_pattern:
            self._pattern_work += 4 ** min(depth, 20)
        if depth > MAX_BRACKETS or (self._in_pattern and self._pattern_work > MAX_PATTERN_WORK):
            self._shallow = False

    def _pop(self) -> None:
        self._depth -= self._levels.pop().tokens
        self._count()

    def _string(self, match: re.Match[str]) -> int:
        quote = match.group("quote")
        prefix = match.group("string")[: -len(quote)].lower()
        if "f" in prefix or "t" in prefix:
            if "t" in prefix:
                self._templates.append(match.start("string") + prefix.index("t"))
            self._push(_Level(quote, quote=quote, raw="r" in prefix))
            return match.end()
        body = _PLAIN_BODY[quote].match(self._text, match.end())
        if body is None:
            raise _Unclosed
        self._count()
        return body.end()

    def _constant_text(self, level: _Level, position: int) -> int:
        """Pass over constant text and the mark that ends it: a brace, or the end quote."""
        body = _TEMPLATE_TEXT[level.quote, level.raw, level.spec].match(self._text, position)
        position = body.end() if body else position
        if self._text.startswith("{", position):
            self._push(_Level("{", quote=level.quote, raw=level.raw))
            return position + 1
        end = "}" if level.spec else level.opener
        if not self._text.startswith(end, position):
            raise _Unclosed
        self._pop()
        return position + len(end)
