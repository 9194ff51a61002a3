"""SQL text as statements of tokens: cut at `;`, each with its place in the text."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from linter.facts.spans import Span, pack
from linter.parse.sql_clean import clean

if TYPE_CHECKING:
    from sqlglot import Token, Tokenizer

Kind: TypeAlias = Literal["word", "name", "string", "number", "symbol", "bound"]


class SqlError(ValueError):
    """The text cannot be cut into tokens."""


class Word(NamedTuple):
    """A token as the classifier of schema statements reads it.

    `key` is the spelling in upper case of a bare word, the symbol itself of a symbol, and empty for
    anything in quotes. `name` is the spelling that a catalogue would hold. `start` and `end` are
    offsets, the end exclusive.
    """

    key: str
    name: str
    kind: Kind
    start: int
    end: int


class Piece(NamedTuple):
    """One statement: its tokens without the final `;`, and how many parameters are bound to it."""

    tokens: Sequence[Token]
    placeholders: int

    @property
    def start(self) -> int:
        """Offset of the first character."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Offset behind the last character."""
        return self.tokens[-1].end + 1


class Script(NamedTuple):
    """A text and its statements. `clean` has the length of the text; see `sql_clean`."""

    clean: str
    pieces: tuple[Piece, ...]


def read(text: str, dialect: str) -> Script:
    """Cut `text` into statements.

    Raises `SqlError` for a text with a NUL, a lone surrogate, or an unterminated string or comment.
    """
    if "\0" in text or not _is_unicode(text):
        raise SqlError("not a text")
    cleaned = clean(text, dialect)
    try:
        tokens = _tokenizer(dialect).tokenize(cleaned)
    except Exception as error:
        raise SqlError("unterminated string, name or comment") from error
    return Script(cleaned, tuple(_with_placeholders(piece, cleaned) for piece in _split(tokens)))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@functools.cache
def _tokenizer(dialect: str) -> Tokenizer:
    """The tokenizer of a dialect, changed to cut every statement into tokens.

    As it comes, it hands over what follows VACUUM or REINDEX as one string, and copies all tokens
    so far to do so.
    """
    from sqlglot.dialects.dialect import Dialect

    base = Dialect.get_or_raise(dialect).tokenizer_class
    plain: type[Tokenizer] = type("PlainTokenizer", (base,), {"COMMANDS": set()})
    return plain(dialect=dialect)


_ROUTINES = frozenset({"FUNCTION", "PROCEDURE", "TRIGGER", "EVENT"})
_END_SUFFIXES = frozenset({"IF", "LOOP", "WHILE", "REPEAT", "FOR"})


def _split(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Cut at each `;` that ends a statement, not at those in the body of a routine."""
    start, depth = 0, 0
    routine = False
    for index, token in enumerate(tokens):
        text = token.text
        if text == ";" and token.token_type.name == "SEMICOLON":
            if depth > 0:
                continue
            if index > start:
                yield tokens[start:index]
            start, routine = index + 1, False
            continue
        if len(text) > 9:
            continue
        word = text.upper()
        if word in _ROUTINES and index - start < 8 and tokens[start].text.upper() == "CREATE":
            routine = True
        elif routine:
            depth = max(0, depth + _nesting(word, tokens, index))
    if len(tokens) > start:
        yield tokens[start:]


def _nesting(word: str, tokens: Sequence[Token], index: int) -> int:
    """How much deeper in a routine's body the token at `index` leads."""
    if word == "BEGIN":
        return 1
    following = tokens[index + 1].text.upper() if index + 1 < len(tokens) else ""
    previous = tokens[index - 1].text.upper()
    if word == "CASE":
        return 0 if previous == "END" else 1
    if word == "END":
        return 0 if following in _END_SUFFIXES else -1
    return 0


_OPERANDS = frozenset({"VAR", "IDENTIFIER", "STRING", "NUMBER", "R_PAREN", "R_BRACKET", "PLACEHOLDER"})


def _with_placeholders(tokens: Sequence[Token], text: str) -> Piece:
    """Put one token in place of each bound parameter: `?`, `?1`, `%s`, `%(x)s`, `:x`, `$1`."""
    kept: list[Token] = []
    count, index = 0, 0
    while index < len(tokens):
        width = _placeholder_width(tokens, index, text)
        if width == 0:
            kept.append(tokens[index])
            index += 1
            continue
        kept.append(_placeholder(tokens[index], tokens[index + width - 1]))
        index += width
        count += 1
    return Piece(kept, count)


def _placeholder(first: Token, last: Token) -> Token:
    from sqlglot import Token, TokenType

    return Token(TokenType.PLACEHOLDER, "?", first.line, first.col, first.start, last.end)


def _placeholder_width(tokens: Sequence[Token], index: int, text: str) -> int:
    """How many tokens from `index` on spell one bound parameter."""
    token = tokens[index]
    mark = text[token.start]
    if mark not in "%:$?" or token.end > token.start:
        return 0
    after = tokens[index + 1 : index + 5]
    adjacent = bool(after) and after[0].start == token.end + 1
    before = tokens[index - 1] if index else None
    if mark == "?":
        if before is not None and before.token_type.name in _OPERANDS:
            return 0
        return 2 if adjacent and after[0].token_type.name == "NUMBER" else 1
    if not adjacent:
        return 0
    spelling = text[after[0].start : after[0].end + 1]
    if mark == "%":
        if spelling == "s":
            return 2
        return 5 if spelling == "(" and len(after) == 4 and _is_format(after, text) else 0
    if mark == "$":
        return 2 if spelling.isdigit() else 0
    glued = before is not None and before.end + 1 == token.start and _is_name_end(text[before.end])
    return 2 if not glued and (spelling[0].isalpha() or spelling[0] == "_" or spelling.isdigit()) else 0


def _is_format(after: Sequence[Token], text: str) -> bool:
    """Whether `after` spells `(name)s`."""
    return text[after[2].start] == ")" and text[after[3].start : after[3].end + 1] in ("s", "d")


def _is_name_end(character: str) -> bool:
    return character.isalnum() or character in "_])\"'`"


_QUOTED: dict[str, Kind] = {
    "IDENTIFIER": "name",
    "STRING": "string",
    "NATIONAL_STRING": "string",
    "RAW_STRING": "string",
    "BYTE_STRING": "string",
    "HEREDOC_STRING": "string",
    "UNICODE_STRING": "string",
    "BIT_STRING": "string",
    "HEX_STRING": "string",
    "NUMBER": "number",
    "PLACEHOLDER": "bound",
}


def words_of(tokens: Iterable[Token], text: str) -> list[Word]:
    """The tokens of a statement as words; `text` is the clean text that they were cut from.

    A token of several words (`PRIMARY KEY`) is taken apart.
    """
    words: list[Word] = []
    for token in tokens:
        start, end = token.start, token.end + 1
        source = text[start:end]
        kind = _QUOTED.get(token.token_type.name)
        if kind == "name" and source[0].isalnum():
            kind = None
        if kind is not None:
            words.append(Word("?" if kind == "bound" else "", token.text, kind, start, end))
        elif source[0].isalpha() or source[0] == "_":
            position = start
            for part in source.split():
                position = text.index(part, position)
                words.append(Word(part.upper(), part.lower(), "word", position, position + len(part)))
                position += len(part)
        else:
            words.append(Word(source, source, "symbol", start, end))
    return words


class Lines:
    """Turns offsets into a text into spans of the file that holds it."""

    def __init__(self, text: str, line: int, column: int) -> None:
        self._starts = [0]
        self._line = line
        self._column = column
        position = text.find("\n")
        while position >= 0:
            self._starts.append(position + 1)
            position = text.find("\n", position + 1)

    def span(self, start: int, end: int) -> Span:
        """The span from one offset to another, the end exclusive."""
        return pack(*self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        row = bisect_right(self._starts, offset) - 1
        column = offset - self._starts[row]
        return self._line + row, column + (self._column if row == 0 else 0)
