"""Python source of any version, from bytes to a syntax tree.

What the running interpreter cannot parse because it is older than the code is lowered first.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import NamedTuple


class Unreadable(Exception):
    """The bytes are not Python source. `reason` is a phrase such as "invalid syntax at line 4"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Parsed(NamedTuple):
    """A module.

    `text` is the source as decoded, with every line end as `\\n`: split it at `\\n`, and at nothing else,
    for the lines that `tree` counts. `lowered` says that some syntax of `text` is replaced in `tree`, as
    `linter.parse.lowering` describes; the lines are true nevertheless.
    """

    tree: ast.Module
    text: str
    lowered: bool


def parse(source: bytes) -> Parsed:
    """The module that `source` is. Raises `Unreadable`, and nothing else, when it is none."""
    text = _decode(source)
    with warnings.catch_warnings(action="ignore"):
        try:
            return Parsed(ast.parse(text), text, lowered=False)
        except SyntaxError as error:
            refusal = error
        except (ValueError, RecursionError, MemoryError, OverflowError) as error:
            raise Unreadable(_reason(error, text)) from None
        return Parsed(_parse_lowered(text, refusal), text, lowered=True)


def _parse_lowered(text: str, refusal: SyntaxError) -> ast.Module:
    from linter.parse.lowering import FORMATTED, REFUSALS, RESERVED, lower, restore

    if RESERVED in text:
        raise Unreadable(f"too new for this Python, and uses names in `{RESERVED}`, which are reserved")
    lowered = lower(text)
    if lowered is None:
        raise Unreadable("nested too deeply")
    try:
        tree = ast.parse(lowered)
    except REFUSALS as error:
        raise Unreadable(_reason(error, text)) from None
    if FORMATTED in lowered:
        restore(tree)
    return tree


_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_COOKIE = re.compile(rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")
_BLANK_LINE = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n?|\n)")

# They encode domain names, and decode in quadratic time.
_NOT_FOR_TEXT = {"idna", "punycode"}


def _decode(source: bytes) -> str:
    if source.startswith(_UTF16_MARKS):
        raise Unreadable("encoded in UTF-16, which Python does not read")
    marked = source.startswith(_UTF8_MARK)
    start = len(_UTF8_MARK) if marked else 0
    encoding = _declared_encoding(source, start)
    if marked and encoding != "utf-8":
        raise Unreadable(f"marked as UTF-8 but declared as {encoding}")
    try:
        text = source[start:].decode(encoding)
    except UnicodeDecodeError as error:
        name = "UTF-8" if encoding == "utf-8" else encoding
        raise Unreadable(f"not valid {name} at byte {start + error.start}") from None
    except LookupError:
        raise Unreadable(f"encoded in {encoding}, which is not known") from None
    except Exception:  # a codec may raise what it likes
        raise Unreadable(f"not valid {encoding}") from None
    if "\0" in text:
        raise Unreadable("contains NUL bytes")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _declared_encoding(source: bytes, start: int) -> str:
    """The encoding that a comment in the first two lines declares, as Python normalises it."""
    cookie = _COOKIE.match(source, start)
    if cookie is None and (first := _BLANK_LINE.match(source, start)):
        cookie = _COOKIE.match(source, first.end())
    if cookie is None:
        return "utf-8"
    declared = cookie[1].decode()
    name = declared[:12].lower().replace("_", "-")
    if name in ("utf-8", "utf8") or name.startswith("utf-8-"):
        return "utf-8"
    if name in _LATIN or name.startswith(tuple(f"{latin}-" for latin in _LATIN)):
        return "iso-8859-1"
    if name in _NOT_FOR_TEXT:
        raise Unreadable(f"encoded in {name}, which is not for text")
    return declared


_LATIN = ("latin-1", "iso-8859-1", "iso-latin-1")


def _reason(error: Exception, text: str) -> str:
    if isinstance(error, RecursionError | MemoryError):
        return "nested too deeply"
    if isinstance(error, UnicodeError):
        return "contains code points that are not characters"
    if not isinstance(error, SyntaxError) or error.msg.startswith("Exceeds the limit"):
        return "contains a number that is too long"
    if not error.lineno:
        return error.msg
    line = "".join(text.split("\n")[error.lineno - 1 : error.lineno])[:_LONGEST_LINE]
    for relic, pattern in _PYTHON_2.items():
        if pattern.search(line):
            return f"Python 2 code: {relic} at line {error.lineno}"
    return f"{error.msg.partition(' (detected')[0]} at line {error.lineno}"


# The patterns are quick on what people write, and slow on what they do not.
_LONGEST_LINE = 500


_PYTHON_2 = {
    "`print` statement": re.compile(r"(?:^|[;:])\s*print\s+(?!=)(?:>>|[\w'\"{`(-])"),
    "`exec` statement": re.compile(r"(?:^|[;:])\s*exec\s+[\w'\"]"),
    "`except` with a comma": re.compile(r"^\s*except\s+[\w.]+\s*,\s*\w+\s*:"),
    "`raise` with a comma": re.compile(r"(?:^|[;:])\s*raise\s+[\w.]+\s*,"),
    "backticks": re.compile(r"`[^`]+`"),
    "`<>` operator": re.compile(r"[\w)\]'\"]\s*<>\s*[\w(\['\"-]"),
    "`ur` string": re.compile(r"\b[uU][rR]['\"]"),
    "long integer": re.compile(r"\b(?:\d+|0[xX][\da-fA-F]+)[lL]\b"),
    "octal integer without `0o`": re.compile(r"(?<![\w.])0[0-7]*[1-7][0-7]*\b(?!\.)"),
    "tuple parameter": re.compile(r"\b(?:def\s+\w+\s*\(|lambda\s)[^:]*\(\w+\s*,\s*\w+"),
}
