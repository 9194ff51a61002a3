"""On which line each key of a TOML document stands. `tomllib` reads values but forgets their places."""

from __future__ import annotations

import re
from typing import TypeAlias

Key: TypeAlias = tuple[str, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_SPACE = re.compile(r"[ \t]*+")
_BARE = re.compile(r"[A-Za-z0-9_-]++")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]*+")


class Places:
    """The lines of keys and of the strings in their values, both 1-based."""

    def __init__(self) -> None:
        self._keys: dict[Key, int] = {}
        self._strings: dict[tuple[Key, str], int] = {}

    def line(self, *key: str) -> int | None:
        """The line of the first mention of `key`, as a key or in a table header."""
        return self._keys.get(key)

    def line_of_string(self, key: Key, text: str) -> int | None:
        """The line of the string `text` in the value of `key`, or else the key's own."""
        return self._strings.get((key, text), self._keys.get(key))


def find_places(text: str) -> Places:
    """The places of all keys in a TOML document, which `tomllib` must have accepted before."""
    return _Scanner(text).document()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places = Places()
        self._counted_to = 0
        self._line = 1

    def document(self) -> Places:
        table: Key = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self._ahead("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self.places

    def _header(self) -> Key:
        line = self._here()
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        table = self._dotted_key((), line)
        self.at += brackets
        return table

    def _pair(self, table: Key) -> None:
        key = self._dotted_key(table, self._here())
        self.at += 1
        self._skip(_SPACE)
        self._value(key)

    def _dotted_key(self, table: Key, line: int) -> Key:
        """Read a dotted key, note each of its prefixes, and stop at what follows it."""
        key = table
        while True:
            self._skip(_SPACE)
            bare = _BARE.match(self.text, self.at)
            key = (*key, bare[0] if bare else self._string())
            if bare:
                self.at = bare.end()
            self.places._keys.setdefault(key, line)
            self._skip(_SPACE)
            if not self._ahead("."):
                return key
            self.at += 1

    def _value(self, key: Key) -> None:
        if self._ahead("["):
            self.at += 1
            self._skip(_BLANK)
            while not self._ahead("]"):
                self._value(key)
                self._comma()
            self.at += 1
        elif self._ahead("{"):
            self.at += 1
            self._skip(_BLANK)
            while not self._ahead("}"):
                self._pair(key)
                self._comma()
            self.at += 1
        elif self._ahead('"') or self._ahead("'"):
            line = self._here()
            self.places._strings.setdefault((key, self._string()), line)
        else:
            self._skip(_SCALAR)

    def _comma(self) -> None:
        self._skip(_BLANK)
        if self._ahead(","):
            self.at += 1
            self._skip(_BLANK)

    def _string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise ValueError("not TOML")
        self.at = match.end()
        raw = match[0]
        if "\\" in raw or raw.startswith(('"""', "'''")):
            import tomllib

            return str(tomllib.loads(f"x = {raw}")["x"])
        return raw[1:-1]

    def _ahead(self, token: str) -> bool:
        return self.text.startswith(token, self.at)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()

    def _here(self) -> int:
        """The line at the current place. Counting resumes at the last call, so a document costs one pass."""
        self._line += self.text.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        return self._line
