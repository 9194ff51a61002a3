"""Paths with parameters, as the frameworks spell them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from linter.backend import Route
from linter.evaluate.values import HOLE, Value, options


class Path(NamedTuple):
    """A path with `{name}` for parameters. `complete` is False when a piece of it is not known."""

    text: str
    parameters: tuple[tuple[str, str | None], ...] = ()
    complete: bool = True


def texts(value: Value, default: str = "") -> list[str]:
    """Every string that a value may be, with holes for what is not known of it."""
    if value is None:
        return [default]
    return [option for option in options(value) if isinstance(option, str) and option.strip(HOLE)]


def without_holes(path: Path) -> Path:
    """A path with what is not known left out, and marked."""
    if HOLE not in path.text:
        return path
    text = path.text.replace(HOLE, "")
    while "//" in text:
        text = text.replace("//", "/")
    return Path(text, path.parameters, False)


def braced(text: str, opening: str = "{", closing: str = "}") -> Path:
    """`/x/{id:int}` or `/x/<id:int>` as `/x/{id}` with the parameters and their converters."""
    parameters: list[tuple[str, str | None]] = []
    pieces: list[str] = []
    position = 0
    while position < len(text):
        if text[position] != opening:
            pieces.append(text[position])
            position += 1
            continue
        end = _closing(text, position, opening, closing)
        name, _, kind = text[position + 1 : end].partition(":")
        parameters.append((name.strip(), kind.strip() or None))
        pieces.append("{" + name.strip() + "}")
        position = end + 1
    joined = "".join(pieces)
    return without_holes(Path(joined if joined.startswith("/") else "/" + joined, tuple(parameters)))


def _closing(text: str, start: int, opening: str, closing: str) -> int:
    """Where the parameter that opens at `start` ends; regular expressions have braces of their own."""
    depth = 0
    for position in range(start, len(text)):
        if text[position] == opening:
            depth += 1
        elif text[position] == closing:
            depth -= 1
            if depth == 0:
                return position
    return len(text)


def distinct(routes: Iterable[Route]) -> list[Route]:
    """Each route once; of two that are alike, the one of which everything is known."""
    found: dict[tuple[object, ...], Route] = {}
    for route in routes:
        key = (route.path, route.handler, route.methods)
        known = found.get(key)
        if known is None or (route.complete and not known.complete):
            found[key] = route
    return list(found.values())
