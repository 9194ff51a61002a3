"""Reads the types of a schema that is written in GraphQL's own language.

Only what says which fields there are is kept: object and input types with their extensions, and
`schema { … }`.
What is no valid document ends where it stops being one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r'"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*"|\.\.\.|[_A-Za-z]\w*|-?\d[\w.+-]*|[!$&()\[\]{}:=@|]', re.DOTALL
)
_COMMENT = re.compile(r'("""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*")|#[^\n]*', re.DOTALL)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_DEPTH = 24


class SdlArgument(NamedTuple):
    """An argument with its type, as written."""

    name: str
    type: str
    has_default: bool


class SdlField(NamedTuple):
    """A field of an object type. `directives` are the names of those that stand at it."""

    name: str
    type: str
    arguments: tuple[SdlArgument, ...]
    directives: tuple[str, ...] = ()


class Document(NamedTuple):
    """Object and input types by name with their fields, and the names of the root types by operation."""

    types: dict[str, dict[str, SdlField]]
    roots: dict[str, str]
    inputs: dict[str, dict[str, SdlArgument]]


def parse(texts: Iterable[str]) -> Document:
    """The types of several documents that make one schema."""
    found = Document({}, {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}, {})
    for text in texts:
        tokens = _TOKEN.findall(_COMMENT.sub(lambda match: match.group(1) or "", text))
        _Reader(tokens).into(found)
    return found


class _End(Exception):
    """There are no more tokens, or others than the language allows."""


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def into(self, document: Document) -> None:
        """Add the definitions to a document."""
        try:
            while self._at < len(self._tokens):
                self._definition(document)
        except _End:
            return

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        if not token:
            raise _End
        self._at += 1
        return token

    def _accept(self, token: str) -> bool:
        if self._peek() == token:
            self._at += 1
            return True
        return False

    def _definition(self, document: Document) -> None:
        keyword = self._next()
        if keyword == "extend":
            keyword = self._next()
        if keyword == "type":
            fields = document.types.setdefault(self._next(), {})
            self._up_to_body()
            if self._accept("{"):
                self._fields(fields)
        elif keyword == "input":
            held = document.inputs.setdefault(self._next(), {})
            self._up_to_body()
            if self._accept("{"):
                held.update((each.name, each) for each in self._arguments("}"))
        elif keyword == "schema":
            self._up_to_body()
            if self._accept("{"):
                self._roots(document.roots)
        elif keyword == "{":
            self._skip("{")

    def _up_to_body(self) -> None:
        """Pass over interfaces and directives, up to what is in braces or the next definition."""
        while self._peek() in ("implements", "&", "@") or self._peek() == "(":
            token = self._next()
            if token == "(":
                self._skip("(")
            elif token == "implements":
                self._accept("&")
                self._next()
            else:
                self._next()

    def _skip(self, opening: str) -> None:
        stack = [_CLOSING[opening]]
        while stack:
            token = self._next()
            if token in _CLOSING:
                stack.append(_CLOSING[token])
            elif token == stack[-1]:
                stack.pop()

    def _roots(self, roots: dict[str, str]) -> None:
        named: dict[str, str] = {}
        while not self._accept("}"):
            operation = self._next()
            if not self._accept(":"):
                raise _End
            named[operation] = self._next()
        roots.clear()
        roots.update(named)

    def _fields(self, fields: dict[str, SdlField]) -> None:
        while not self._accept("}"):
            name = self._name()
            arguments = tuple(self._arguments(")")) if self._accept("(") else ()
            if not self._accept(":"):
                raise _End
            kind = self._type(0)
            fields[name] = SdlField(name, kind, arguments, tuple(self._directives()))

    def _name(self) -> str:
        token = self._next()
        while token.startswith('"'):
            token = self._next()
        if not (token[0].isalpha() or token[0] == "_"):
            raise _End
        return token

    def _arguments(self, closing: str) -> Iterator[SdlArgument]:
        while not self._accept(closing):
            name = self._name()
            if not self._accept(":"):
                raise _End
            kind = self._type(0)
            has_default = self._accept("=")
            if has_default:
                token = self._next()
                if token in _CLOSING:
                    self._skip(token)
            list(self._directives())
            yield SdlArgument(name, kind, has_default)

    def _type(self, depth: int) -> str:
        if depth > _DEPTH:
            raise _End
        if self._accept("["):
            text = f"[{self._type(depth + 1)}]"
            if not self._accept("]"):
                raise _End
        else:
            text = self._name()
        return f"{text}!" if self._accept("!") else text

    def _directives(self) -> Iterable[str]:
        found: list[str] = []
        while self._accept("@"):
            found.append(self._next())
            if self._accept("("):
                self._skip("(")
        return found
