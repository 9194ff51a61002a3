"""Reading the head of a text word by word, to tell SQL from English."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linter.parse.keywords import keywords

_LEXEME = re.compile(
    r"""--[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/|(?P<quoted>"[^"]*"|`[^`]*`|\[\w[\w ]*\]|'[^']*')"""
    r"""|(?P<bound>%s|%\(\w+\)s|\{\{?[^{}]{0,80}\}?\}|:\w+|\$\d+|\?)|(?P<word>[^\W\d][\w$]*)|(?P<number>\d[\d.]*)"""
    r"""|(?P<space>\s+)|(?P<symbol>.)""",
    re.DOTALL,
)
_MOST = 2_000

_FARTHEST = 20_000

# Words of English that, before another word, stand where SQL has a name.
_PROSE = keywords(
    """
    a an the this that these those your my our his her its their all any each every some one no
    another which what it them us you me him of from to into in on with by for and or is are was be
    at as if when while than
    """
)
CLAUSES = keywords(
    """
    AS WHERE JOIN INNER LEFT RIGHT FULL CROSS NATURAL LATERAL ON USING ORDER GROUP HAVING LIMIT
    OFFSET FETCH FOR UNION INTERSECT EXCEPT WINDOW TABLESAMPLE SET VALUES SELECT RETURNING DEFAULT
    PARTITION STRAIGHT_JOIN FORCE USE OVERRIDING
    """
)
_AFTER_NAMES = frozenset({"AS", "FROM", "JOIN", "ON", "WHERE"})
OPERATOR_WORDS = keywords(
    """
    CASE WHEN THEN ELSE END AS AND OR NOT NULL IS IN LIKE ILIKE BETWEEN DISTINCT ALL OVER PARTITION
    BY ORDER ROWS RANGE PRECEDING FOLLOWING UNBOUNDED CURRENT ROW FILTER WHERE WITHIN GROUP ASC DESC
    NULLS FIRST LAST COLLATE AT TIME ZONE INTERVAL TRUE FALSE FROM FOR ARRAY ANY SOME EXISTS ON
    """
)


def is_word(lexeme: str) -> bool:
    """Whether a lexeme is a bare word."""
    return lexeme[:1].isalpha() or lexeme[:1] == "_"


class Scanner:
    """The words of a text behind its first, one at a time.

    A word is held as its spelling; one in quotes as `"`, a literal as `'`, a bound parameter or a
    hole as `?`, and a symbol as itself. The empty word is the end.
    """

    def __init__(self, text: str, position: int, head: str) -> None:
        self.head = head
        self._lexemes = self._scan(text, position)
        self.spellings = [head]
        self._next = next(self._lexemes, ("", False))
        self.advance()

    def _scan(self, text: str, position: int) -> Iterator[tuple[str, bool]]:
        glued = False
        for count, found in enumerate(_LEXEME.finditer(text, position, position + _FARTHEST)):
            kind = found.lastgroup
            if count > _MOST:
                return
            if kind is None or kind == "space":
                glued = False
                continue
            lexeme = found[0]
            if kind == "quoted":
                lexeme = "'" if lexeme[0] == "'" else '"'
            elif kind == "bound":
                lexeme = "?"
            elif kind == "number":
                lexeme = "0"
            yield lexeme, glued
            glued = True

    def advance(self) -> None:
        """Step over the next word."""
        self.word, self.glued = self._next
        self._next = next(self._lexemes, ("", False))

    @property
    def key(self) -> str:
        """The next word in upper case."""
        return self.word.upper()

    @property
    def is_prose(self) -> bool:
        """Whether the next word is one of English that leads to another word: `the list`."""
        word, following = self.word.lower(), self._next[0]
        if word not in _PROSE or not is_word(following):
            return False
        # `a` is a common alias: there any clause may follow.
        return following.upper() not in (CLAUSES | OPERATOR_WORDS if word == "a" else _AFTER_NAMES)

    @property
    def done(self) -> bool:
        """Whether the statement ends here."""
        return self.word in ("", ";")

    def accept(self, *keys: str) -> bool:
        """Step over the next word if it is one of `keys`, and note how it was spelled."""
        if self.key not in keys:
            return False
        self.spellings.append(self.word)
        self.advance()
        return True

    @property
    def is_sentence(self) -> bool:
        """Whether the keywords are in the mixed case of a sentence: `Delete from`."""
        return (
            self.head[1:].islower()
            and self.head[0].isupper()
            and any(each.islower() for each in self.spellings)
        )

    @property
    def shouts(self) -> bool:
        """Whether every keyword so far is in upper case."""
        return all(each.isupper() for each in self.spellings)

    def name(self) -> bool:
        """Step over a name with its schema; False if none stands here."""
        if not self._name_part():
            return False
        while self.word == "." and self.glued:
            self.advance()
            if not self.glued or not self._name_part():
                return False
        # Holes and words run together: `idx_{name}`, `{prefix}_users`.
        while self.glued and (self.word == "?" or is_word(self.word)):
            self.advance()
        return True

    def _name_part(self) -> bool:
        if self.word not in ('"', "?") and (not is_word(self.word) or self.is_prose):
            return False
        self.advance()
        return True

    def skip_group(self) -> bool:
        """Step over a pair of parentheses; False if they never close."""
        depth = 0
        while self.word:
            depth += (self.word == "(") - (self.word == ")")
            self.advance()
            if depth <= 0:
                return True
        return False

    def ends_with_clause(self, *more: str) -> bool:
        """Whether a clause, an end or a hole follows, where a sentence would go on."""
        return self.done or self.word in ("?", ")", *more) or self.key in CLAUSES

    def alias(self) -> None:
        """Step over an alias, if one stands here."""
        if self.accept("AS") or (self.word and self.key not in CLAUSES and not self.is_prose):
            self.name()
