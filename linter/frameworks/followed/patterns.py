"""What a regular expression in a path matches, as the converter that it amounts to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from linter.frameworks.followed.paths import Path

_KNOWN = {
    **dict.fromkeys(("[^/]+", "[^{}/]+", "[^/]*"), ""),
    **dict.fromkeys((r"\d+", "[0-9]+"), "int"),
    **dict.fromkeys((r"\w+", r"[\w]+", "[a-zA-Z0-9_]+", "[A-Za-z0-9_]+"), "word"),
    **dict.fromkeys((r"[-\w]+", r"[\w-]+", r"[\w\-]+", "[-a-zA-Z0-9_]+", "[a-zA-Z0-9_-]+"), "slug"),
    **dict.fromkeys((".*", ".+"), "path"),
}
_OF_ONE_SEGMENT = re.compile(
    r"(?:(?:\\[dw]|\[-?(?:\\[dw.\-]|[^\W_]-[^\W_]|[\w.,:@+~])+-?\]|[\w-])(?:[+*?]|\{\d+(?:,\d*)?\})?)+"
)
_ESCAPED = re.compile(r"\\([^\w])")
_LITERAL = re.compile(r"(?:\\[^\w]|[^\\.*+?\[\](){}|^$])*")


def converter_of(expression: str) -> str | None:
    """A word for what an expression matches; equal words match the same, and all but `path` no slash.

    Empty for any text of one segment. None when it is not certain what it matches.
    """
    known = _KNOWN.get(expression)
    if known is not None:
        return known
    return f"re-{expression.encode().hex()}" if _OF_ONE_SEGMENT.fullmatch(expression) else None


def with_converters(path: Path) -> str:
    """A path with the converters of its parameters; empty when it is not certain what one matches."""
    text = path.text
    for name, expression in path.parameters:
        converter = "" if expression is None else converter_of(expression)
        if converter is None:
            return ""
        if converter:
            text = text.replace(f"{{{name}}}", f"{{{name}:{converter}}}", 1)
    return text if path.complete else ""


def written(expression: str, names: Iterable[str]) -> str | None:
    """A whole path as a regular expression with its groups as `{name:converter}`, named in their order.

    None when it takes more than one way of writing a path, or when it is not certain what a group matches.
    """
    pieces: list[str] = []
    given = iter(names)
    for literal, group in _pieces(expression.removeprefix("^").removesuffix("$")):
        if not _LITERAL.fullmatch(literal):
            return None
        pieces.append(_ESCAPED.sub(r"\1", literal))
        if group is not None:
            inner = group.partition(">")[2] if group.startswith("?P<") else group
            converter, name = converter_of(inner), next(given, None)
            if converter is None or name is None:
                return None
            pieces.append(f"{{{name}:{converter}}}" if converter else f"{{{name}}}")
    return "".join(pieces)


def _pieces(expression: str) -> Iterator[tuple[str, str | None]]:
    """Each literal with the group that follows it; groups within groups are left in the outer one."""
    start = position = depth = 0
    literal = ""
    while position < len(expression):
        character = expression[position]
        if character == "\\":
            position += 1
        elif character == "(":
            depth += 1
            if depth == 1:
                literal, start = expression[start:position], position + 1
        elif character == ")" and depth:
            depth -= 1
            if depth == 0:
                yield literal, expression[start:position]
                start = position + 1
        position += 1
    yield expression[start:], None
