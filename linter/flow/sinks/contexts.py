"""Whether a value does harm where it is used: what stands around it, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from linter.flow.kinds import (
    ALL_CHARACTERS,
    AS_JSON,
    CLOSES_QUOTE,
    FROM_ROOT,
    INNER_QUOTE,
    LEAKS,
    NO_END_TAG,
    NO_HOST,
    NO_LETTER,
    NO_PARENT_STEP,
    NO_SLASH_FIRST,
    OPENS_QUOTE,
    RELATIVE,
    lacks,
)
from linter.flow.values import Either, Taint, Text, Value

_NOT_BY_CHARACTERS = frozenset({"session", "amount", "url", "cookie", "record", "digest", "keys", *LEAKS})
"""Kinds for which a plain word does harm as well."""
_SHELL = ";|&$`<>\n()"


class Hole(NamedTuple):
    """A tainted value in a string: the text before it (`\\0` for any other value), and the value."""

    before: str
    taint: Taint


def holes(value: Value) -> Iterator[Hole]:
    """The tainted places of a value; the whole of it when it is no string of known pieces."""
    shape = value.shape
    if type(shape) is Text:
        before = ""
        for each in shape.parts:
            if isinstance(each, str):
                before += each
                continue
            yield from (Hole(before + hole.before, hole.taint) for hole in holes(each))
            before += "\0"
        return
    if type(shape) is Either and any(type(each) is Text for each in shape.shapes):
        inside = [hole for each in shape.shapes if type(each) is Text for hole in holes(Value(each))]
        seen = {(hole.taint.root, hole.taint.way) for hole in inside}
        yield from inside
        for taint in value.taints:
            if (taint.root, taint.way) not in seen:
                yield Hole("", taint)
        return
    for taint in value.taints:
        yield Hole("", taint)


def is_fit(kind: str, bit: int, hole: Hole) -> bool:
    """Whether a value does no harm at a sink of a kind, by what it lacks or by what checks have proved."""
    return bool(hole.taint.safe & bit or harmless(kind, hole)) and not is_bare(kind, hole)


def harmless(kind: str, hole: Hole) -> bool:
    """Whether a value does no harm at this place, judged by what it lacks and what stands before it."""
    plain = hole.taint.safe & ALL_CHARACTERS == ALL_CHARACTERS
    if plain and kind not in _NOT_BY_CHARACTERS:
        return True
    judge = _JUDGES.get(kind)
    return judge is not None and judge(hole)


def is_hindered(kind: str, hole: Hole) -> bool:
    """Whether a value goes on the name of a file: to step out of that takes a folder of the name.

    Where the program makes the folders on the way it is no hindrance.
    """
    return kind == "path" and hole.before[-1:] in ("_", "-")


def is_bare(kind: str, hole: Hole) -> bool:
    """Whether a value stands in a page as an attribute without quotes: a blank ends it, escaped or not."""
    tag = hole.before.rfind("<") if kind == "xss" and hole.before.endswith("=") else -1
    inside = tag >= 0 and hole.before[tag + 1 : tag + 2].isalpha() and tag > hole.before.rfind(">")
    return inside and not _open_quote(hole.before[tag:]) and not lacks(hole.taint.safe, " ")


def _open_quote(before: str, quotes: str = "'\"") -> str:
    """The quote that is open at the end of a text."""
    quote = ""
    for char in before:
        if quote:
            quote = "" if char == quote else quote
        elif char in quotes:
            quote = char
    return quote


def _quoted(hole: Hole) -> bool:
    quote = _open_quote(hole.before)
    return bool(quote) and lacks(hole.taint.safe, quote)


def _sql(hole: Hole) -> bool:
    """Whether a value cannot end the text or the quoted name that it stands in."""
    quote = _open_quote(hole.before, "'\"`")
    return bool(quote) and lacks(hole.taint.safe, quote)


def _command(hole: Hole) -> bool:
    quote = _open_quote(hole.before)
    return lacks(hole.taint.safe, "'" if quote == "'" else '"$`' if quote else _SHELL)


def _code(hole: Hole) -> bool:
    safe = hole.taint.safe
    if safe & NO_LETTER and lacks(safe, "'\""):
        return True
    literal = any(safe & OPENS_QUOTE[q] and safe & CLOSES_QUOTE[q] and safe & INNER_QUOTE[q] for q in "'\"")
    return literal or _quoted(hole)


def _path(hole: Hole) -> bool:
    safe = hole.taint.safe
    if not safe & NO_PARENT_STEP and not lacks(safe, "/"):
        return False
    return bool(hole.before) or bool(safe & RELATIVE)


def _url(hole: Hole) -> bool:
    before = hole.before
    if not before:
        return False
    _, mark, rest = before.partition("://")
    if mark:
        # A host that the program chose without writing it here is taken as whole.
        return any(char in rest for char in "/?#\0")
    return before[0] in "\0/" or "/" in before


def _redirect(hole: Hole) -> bool:
    before = hole.before
    if not before and hole.taint.safe & FROM_ROOT and hole.taint.safe & NO_HOST:
        return True
    if before == "/" and hole.taint.safe & NO_SLASH_FIRST:
        return True
    if before.startswith("/"):
        return len(before) > 1 and before[1] not in "/\\"
    return before.startswith(("\0", "?")) or _url(hole)


def _xss(hole: Hole) -> bool:
    before, safe = hole.before, hole.taint.safe
    script = before.rfind("<script")
    if script > before.rfind("</script"):
        quote = _open_quote(before[script:])
        in_text = bool(quote) and lacks(safe, quote) and lacks(safe, "<\\")
        return bool(safe & NO_END_TAG) if safe & AS_JSON else in_text
    tag = before.rfind("<")
    if tag > before.rfind(">"):
        quote = _open_quote(before[tag:])
        return bool(quote) and lacks(hole.taint.safe, quote)
    return lacks(hole.taint.safe, "<")


def _email(hole: Hole) -> bool:
    """Whether a value stands in the body of a message, or cannot begin another header."""
    before = hole.before
    return "\n\n" in before or "\r\n\r\n" in before or lacks(hole.taint.safe, "\n")


def _without(characters: str) -> Callable[[Hole], bool]:
    def judge(hole: Hole) -> bool:
        return lacks(hole.taint.safe, characters)

    return judge


_JUDGES: dict[str, Callable[[Hole], bool]] = {
    "sql": _sql,
    "xpath": _quoted,
    "ldap": _without("()*"),
    "command": _command,
    "code": _code,
    "template": _without("{"),
    "path": _path,
    "url": _url,
    "redirect": _redirect,
    "xss": _xss,
    "header": _without("\n"),
    "email": _email,
    "log": _without("\n"),
    "cookie": _without(";"),
    "regex": _without("*+{"),
    "format": _without("{"),
}
