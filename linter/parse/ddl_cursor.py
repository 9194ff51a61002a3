"""Reading a statement word by word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from linter.parse.sql import Word

_END = Word("", "", "symbol", 0, 0)
_OPEN, _CLOSE = frozenset("(["), frozenset(")]")
_DEFAULT_SCHEMAS = frozenset({"public", "pg_catalog"})


class Cursor:
    """A position in the words of a statement. `text` is what their offsets point into."""

    def __init__(self, words: Sequence[Word], text: str) -> None:
        self.words = words
        self.text = text
        self.position = 0

    @property
    def word(self) -> Word:
        """The next word; one without a key behind the end."""
        position = self.position
        return self.words[position] if position < len(self.words) else _END

    def ahead(self, count: int) -> Word:
        """The word `count` words behind the next one."""
        index = self.position + count
        return self.words[index] if index < len(self.words) else _END

    @property
    def done(self) -> bool:
        """Whether no word is left."""
        return self.position >= len(self.words)

    def take(self) -> Word:
        """The next word, and step over it."""
        word = self.word
        self.position += 1
        return word

    def sees(self, phrase: str) -> bool:
        """Whether the next words are those of `phrase`, in upper case and separated by spaces."""
        first, _, rest = phrase.partition(" ")
        if self.word.key != first:
            return False
        return not rest or all(self.ahead(count).key == key for count, key in enumerate(rest.split(" "), 1))

    def accept(self, phrase: str) -> bool:
        """Step over `phrase` if it comes next."""
        if not self.sees(phrase):
            return False
        self.position += phrase.count(" ") + 1
        return True

    def accept_any(self, *phrases: str) -> str:
        """Step over the first of `phrases` that comes next and return it, or return ''."""
        return next((phrase for phrase in phrases if self.accept(phrase)), "")

    def flag(self, phrase: str) -> tuple[str, ...]:
        """Step over `phrase` if it comes next; the flag that says so: `IF EXISTS` is `if-exists`."""
        return (phrase.lower().replace(" ", "-"),) if self.accept(phrase) else ()

    def sees_name(self) -> bool:
        """Whether a name may come next."""
        return self.word.kind in ("word", "name") or (self.word.kind == "string" and bool(self.word.name))

    def name(self) -> str:
        """One name, or '' where none stands."""
        return self.take().name if self.sees_name() else ""

    def qualified(self) -> str:
        """A name with its schema; the default schema is dropped. '' where no name stands."""
        parts = [self.name()]
        while self.word.key == "." and parts[-1]:
            self.take()
            parts.append(self.name())
        if len(parts) > 1 and parts[0] in _DEFAULT_SCHEMAS:
            del parts[0]
        return ".".join(parts)

    def group(self) -> Cursor:
        """What stands in the parentheses that open next, and step over them. Empty if none do."""
        if self.word.key != "(":
            return Cursor((), self.text)
        start = self.position + 1
        self.skip()
        closed = self.words[self.position - 1].key == ")" and self.position > start
        return Cursor(self.words[start : self.position - closed], self.text)

    def skip(self) -> None:
        """Step over one word, or over all of a pair of brackets."""
        depth = 0
        for index in range(self.position, len(self.words)):
            key = self.words[index].key
            depth += (key in _OPEN) - (key in _CLOSE)
            if depth <= 0:
                self.position = index + 1
                return
        self.position = max(self.position, len(self.words))

    def parts(self) -> Iterator[Cursor]:
        """What is left, cut at its outermost commas. Empty parts are left out."""
        while not self.done:
            start = self.position
            while not self.done and self.word.key != ",":
                self.skip()
            if self.position > start:
                yield Cursor(self.words[start : self.position], self.text)
            self.take()

    def seek(self, *keys: str) -> bool:
        """Step forward to the next of `keys` outside brackets; to the end if there is none."""
        words = self.words
        while self.position < len(words):
            if words[self.position].key in keys:
                return True
            self.skip()
        return False

    def holds(self, phrase: str) -> bool:
        """Whether `phrase` stands anywhere outside brackets from here on. Does not move."""
        start = self.position
        first = phrase.partition(" ")[0]
        try:
            while self.seek(first):
                if self.sees(phrase):
                    return True
                self.take()
            return False
        finally:
            self.position = start

    def source(self, start: int, end: int | None = None) -> str:
        """The text of the words from index `start` to before index `end`, or to the position."""
        words = self.words[start : self.position if end is None else end]
        return self.text[words[0].start : words[-1].end] if words else ""

    def names(self) -> tuple[str, ...]:
        """The names of a comma-separated list, one for each part."""
        return tuple(name for name in (part.qualified() for part in self.parts()) if name)
