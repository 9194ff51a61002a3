"""Globs as git reads them in `.gitignore`: for ignore files and for the globs of the configuration.

This exists next to `pathspec` because a warm run cannot afford it: its import alone costs tens of
milliseconds, every pattern becomes a regular expression that is tried on every path, and a hostile
`*a*a*a*a*b` makes such an expression run for ever. Here names and extensions are looked up in
dictionaries, few patterns need an expression at all, and none can backtrack more than once over.
The tests compare verdicts with git's own. Two corners differ on purpose: a bracket never reaches
across a `/`, and `?` and brackets take one code point where git takes one byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from re import Pattern
from typing import TypeAlias

_WILD = frozenset("*?[\\")

Segment: TypeAlias = "str | _Affix | Pattern[str] | None"
"""One path component of a pattern. None stands for `**`: any number of components."""


class _Affix:
    """A component with one `*` and nothing else special."""

    __slots__ = ("prefix", "size", "suffix")

    def __init__(self, prefix: str, suffix: str) -> None:
        self.prefix = prefix
        self.suffix = suffix
        self.size = len(prefix) + len(suffix)


class _Rule:
    """One pattern that no dictionary can hold. `segments` is compiled at first use."""

    __slots__ = ("anchored", "folders_only", "index", "segments", "text")

    def __init__(self, text: str, index: int, anchored: bool, folders_only: bool) -> None:
        self.text = text
        self.index = index
        self.anchored = anchored
        self.folders_only = folders_only
        self.segments: tuple[Segment, ...] | None = None

    def matches(self, path: str, name: str) -> bool:
        if self.segments is None:
            parts = self.text.split("/") if self.anchored else [self.text]
            self.segments = tuple(_compile(part, self.anchored) for part in parts)
        if not self.anchored:
            return _match_segment(self.segments[0], name)
        return _match_path(self.segments, path.split("/"))


class Globs:
    """An ordered list of gitignore patterns; the last one that matches decides."""

    __slots__ = ("_extensions", "_keeps", "_names", "_paths", "_rules")

    def __init__(self, patterns: Iterable[str]) -> None:
        self._keeps: list[bool] = []
        # Each maps what must be equal to the index of the last pattern for (anything, folders).
        self._names: dict[str, tuple[int, int]] = {}
        self._extensions: dict[str, tuple[int, int]] = {}
        self._paths: dict[str, tuple[int, int]] = {}
        self._rules: list[_Rule] = []
        for pattern in patterns:
            self._add(pattern)
        self._rules.reverse()

    @classmethod
    def from_ignore_file(cls, data: bytes) -> Globs:
        """The patterns of a `.gitignore` file."""
        return cls(_ignore_lines(data))

    def __bool__(self) -> bool:
        return bool(self._keeps)

    def verdict(self, path: str, name: str, folder: bool) -> bool | None:
        """Whether the last matching pattern takes (True) or keeps (False) `path`; None if none match.

        `path` is relative to the folder that the patterns belong to; `name` is its last component.
        Parents are not looked at: the caller has already turned away what lies in a taken folder.
        """
        best = _later(self._names.get(name), -1, folder)
        if self._extensions:
            dot = name.rfind(".")
            if dot >= 0:
                best = _later(self._extensions.get(name[dot:]), best, folder)
        if self._paths:
            best = _later(self._paths.get(path), best, folder)
        for rule in self._rules:
            if rule.index <= best:
                break
            if (folder or not rule.folders_only) and rule.matches(path, name):
                best = rule.index
                break
        return None if best < 0 else not self._keeps[best]

    def covers(self, path: str) -> bool:
        """Whether the file at `path`, or a folder that it lies in, is taken."""
        end = path.find("/")
        while end >= 0:
            folder = path[:end]
            if self.verdict(folder, folder.rpartition("/")[2], True):
                return True
            end = path.find("/", end + 1)
        return bool(self.verdict(path, path.rpartition("/")[2], False))

    def _add(self, pattern: str) -> None:
        keep = pattern.startswith("!")
        pattern = pattern[keep:]
        folders_only = pattern.endswith("/")
        pattern = pattern[: len(pattern) - folders_only]
        anchored = "/" in pattern
        text = pattern.removeprefix("/") if anchored else pattern
        # Only a bracket or a backslash can be wrong; most patterns have neither.
        if not text or (("[" in text or "\\" in text) and problem_of(text)):
            return
        index = len(self._keeps)
        self._keeps.append(keep)
        if not _WILD.intersection(text):
            _put(self._paths if anchored else self._names, text, index, folders_only)
        elif not anchored and text.startswith("*.") and not _WILD.union(".").intersection(text[2:]):
            _put(self._extensions, text[1:], index, folders_only)
        else:
            self._rules.append(_Rule(text, index, anchored, folders_only))


def problem_of(pattern: str) -> str:
    """What is wrong with a glob, or an empty string. Git never matches such a pattern."""
    if not pattern.strip("!/"):
        return "it is empty"
    if "\0" in pattern:
        return "it holds a NUL"
    for part in pattern.split("/"):
        try:
            _translate(part)
        except _BadGlob as problem:
            return str(problem)
    return ""


def _put(table: dict[str, tuple[int, int]], key: str, index: int, folders_only: bool) -> None:
    anything, _ = table.get(key, (-1, -1))
    table[key] = (anything if folders_only else index, index)


def _later(found: tuple[int, int] | None, best: int, folder: bool) -> int:
    return best if found is None else max(best, found[folder])


def _ignore_lines(data: bytes) -> Iterator[str]:
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        text = line.removesuffix(b"\r").decode("utf-8", "surrogateescape")
        if not text.startswith("#"):
            text = _without_trailing_spaces(text)
            if text:
                yield text


def _without_trailing_spaces(text: str) -> str:
    bare = text.rstrip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return text[: len(bare) + 1] if backslashes % 2 else bare


def _match_path(pattern: tuple[Segment, ...], parts: list[str]) -> bool:
    """Match component by component. Only the last `**` may need another try: quadratic at worst."""
    at = part = 0
    retry_at, retry_part = -1, 0
    while part < len(parts):
        if at < len(pattern) and pattern[at] is None:
            at += 1
            if at == len(pattern):
                return True
            retry_at, retry_part = at, part
        elif at < len(pattern) and _match_segment(pattern[at], parts[part]):
            at += 1
            part += 1
        elif retry_at >= 0:
            retry_part += 1
            at, part = retry_at, retry_part
        else:
            return False
    return at == len(pattern)


def _match_segment(segment: Segment, name: str) -> bool:
    if isinstance(segment, str):
        return segment == name
    if isinstance(segment, _Affix):
        return len(name) >= segment.size and name.startswith(segment.prefix) and name.endswith(segment.suffix)
    return segment is not None and segment.match(name) is not None


def _compile(part: str, anchored: bool) -> Segment:
    if anchored and len(part) >= 2 and not part.strip("*"):
        return None
    special = _WILD.intersection(part)
    if not special:
        return part
    if special == {"*"} and part.count("*") == 1:
        prefix, _, suffix = part.partition("*")
        return _Affix(prefix, suffix)
    import re

    return re.compile(_translate(part), re.DOTALL)


class _BadGlob(ValueError):
    """A glob that git would never match."""


@lru_cache(maxsize=256)
def _translate(part: str) -> str:
    """A regular expression for one path component.

    Text between two stars is an atomic group that takes its first match: that is always enough, and
    it is what keeps the expression from backtracking. Raises `_BadGlob`.
    """
    if not _WILD.intersection(part):
        return part
    pieces, at = [""], 0
    while at < len(part):
        character = part[at]
        at += 1
        if character == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append("")
        elif character == "?":
            pieces[-1] += "."
        elif character == "[":
            expression, at = _translate_class(part, at)
            pieces[-1] += expression
        else:
            if character == "\\":
                if at == len(part):
                    raise _BadGlob("it ends in a backslash")
                character = part[at]
                at += 1
            pieces[-1] += _literal(character)
    head, *rest = pieces
    if not rest:
        return rf"{head}\Z"
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1])
    return rf"{head}{middle}.*{rest[-1]}\Z"


_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": " \\t-\\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def _translate_class(part: str, at: int) -> tuple[str, int]:
    """The expression for a bracket whose `[` ends before `at`, and where it ends."""
    negated = part[at : at + 1] in ("!", "^")
    at += negated
    members: list[str] = []
    previous = ""
    start = at
    while part[at : at + 1] != "]" or at == start:
        character = part[at : at + 1]
        closing = part.find("]", at + 2) if part.startswith("[:", at) else -1
        if closing > at + 2 and part[closing - 1] == ":":
            name = part[at + 2 : closing - 1]
            if name not in _POSIX:
                raise _BadGlob(f"there is no class `[:{name}:]`")
            members.append(_POSIX[name])
            previous, at = "", closing + 1
        elif character == "-" and previous and part[at + 1 : at + 2] not in ("", "]"):
            last, at = _class_character(part, at + 1)
            if previous <= last:
                members.append(f"{_literal(previous)}-{_literal(last)}")
            previous = ""
        else:
            previous, at = _class_character(part, at)
            members.append(_literal(previous))
    inside = "".join(members)
    if not inside:
        return ("." if negated else "(?!)"), at + 1
    return f"[{'^' if negated else ''}{inside}]", at + 1


def _class_character(part: str, at: int) -> tuple[str, int]:
    if part[at : at + 1] == "\\":
        at += 1
    if at >= len(part):
        raise _BadGlob("its `[` is never closed")
    return part[at], at + 1


def _literal(character: str) -> str:
    return character if character.isalnum() or ord(character) > 127 else f"\\x{ord(character):02x}"
