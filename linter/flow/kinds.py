"""What a value may be unfit for, and what is known of its characters, as bits of one integer.

A taint carries a mask of such bits. A kind's bit says that the value can do no harm at sinks of that
kind. A character's bit says that the value does not hold that character. The remaining bits are facts
that one kind or another asks for.
"""

from __future__ import annotations

KINDS = (
    "sql",
    "nosql",
    "command",
    "code",
    "template",
    "path",
    "archive",
    "url",
    "redirect",
    "deserialize",
    "xml",
    "xpath",
    "ldap",
    "header",
    "cookie",
    "xss",
    "regex",
    "format",
    "amount",
    "session",
    "email",
    "log",
    "record",
    "digest",
    "keys",
)
"""Every kind of sink. A new kind is one more name here, its table in `linter.flow.sinks`, and a rule."""

LEAKS = ("secret-log", "secret-answer", "secret-url")
"""Sinks of the program's own secrets. No check makes a secret fit for them, so no mask of checks has them."""

KEPT = "kept"
"""Places where the program keeps a value that it reads again: no harm is done there."""

BITS: dict[str, int] = {name: 1 << position for position, name in enumerate((*KINDS, *LEAKS, KEPT))}
ALL_KINDS = (1 << len(KINDS)) - 1
HARMLESS = ALL_KINDS & ~BITS["amount"]
"""All kinds that ask for text: a number is still an amount."""

_FIRST_CHARACTER = 32
CHARACTERS = "'\"`;|&$<>(){}[]\\/*.,:=%#@!?~^+- \n\r\t\0"
CHARACTER_BITS: dict[str, int] = {
    char: 1 << (_FIRST_CHARACTER + position) for position, char in enumerate(CHARACTERS)
}
ALL_CHARACTERS = ((1 << len(CHARACTERS)) - 1) << _FIRST_CHARACTER

_FIRST_FACT = _FIRST_CHARACTER + len(CHARACTERS)
NO_PARENT_STEP = 1 << _FIRST_FACT
"""The value holds no `../`."""
RELATIVE = 1 << (_FIRST_FACT + 1)
"""The value is not an absolute path."""
OPENS_QUOTE = {"'": 1 << (_FIRST_FACT + 2), '"': 1 << (_FIRST_FACT + 3)}
"""The value begins with this quote."""
CLOSES_QUOTE = {"'": 1 << (_FIRST_FACT + 4), '"': 1 << (_FIRST_FACT + 5)}
INNER_QUOTE = {"'": 1 << (_FIRST_FACT + 6), '"': 1 << (_FIRST_FACT + 7)}
"""The value without its first and last character lacks this quote."""
LOOSE = 1 << (_FIRST_FACT + 8)
"""The value may not be in there at all: it went through code that cannot be seen."""
WEAK_GUARD = 1 << (_FIRST_FACT + 9)
"""A check stands in the way that helps in part."""
ASKED = 1 << (_FIRST_FACT + 10)
"""The value was held against something that cannot be seen, wherever the program goes on from here."""
ASKED_IN_VAIN = 1 << (_FIRST_FACT + 16)
"""The same where the answer was no. Where both ways meet again, neither answer is left."""
FROM_ROOT = 1 << (_FIRST_FACT + 12)
"""The value begins with a slash."""
NO_HOST = 1 << (_FIRST_FACT + 13)
"""The value does not begin with two slashes, after which a host would follow."""
AS_JSON = 1 << (_FIRST_FACT + 11)
"""The value is written as JSON."""
NO_END_TAG = 1 << (_FIRST_FACT + 14)
"""The value holds no `</`."""
NO_SLASH_FIRST = 1 << (_FIRST_FACT + 15)
"""The value begins with neither a slash nor a backslash."""
NO_LETTER = 1 << (_FIRST_FACT + 17)
"""The value holds no letter and no underscore: as code it names nothing."""
_NOT_SAFETY = LOOSE | WEAK_GUARD


def lacking(characters: str) -> int:
    """The bits of a value that holds none of `characters`."""
    mask = 0
    for char in characters:
        mask |= CHARACTER_BITS.get(char, 0)
    if "/" in characters or "." in characters:
        mask |= NO_PARENT_STEP
    if "/" in characters:
        mask |= RELATIVE
    return mask


def lacks(mask: int, characters: str) -> bool:
    """Whether a mask says that none of `characters` is in the value."""
    return all(mask & CHARACTER_BITS[char] for char in characters)


def both(left: int, right: int) -> int:
    """What is known of a value that is one or the other."""
    return (left & right) | ((left | right) & _NOT_SAFETY)


_ANY_TEXT = BITS["amount"] | BITS["session"] | BITS["record"] | BITS["digest"] | BITS["keys"]
WORD = ALL_CHARACTERS | ALL_KINDS & ~_ANY_TEXT | NO_PARENT_STEP | RELATIVE
"""What is known of a value of letters, digits and underscores only."""
NUMBER = HARMLESS | ALL_CHARACTERS | NO_PARENT_STEP | RELATIVE
"""What is known of a number: it holds no text, yet may be any amount."""
