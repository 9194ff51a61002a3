"""Text of the environment: what stands in the code for the case that nobody sets a variable.

A default decides no condition, for deployments change it. It is the best that is known of a text that is
put together, such as the prefix of a path.
"""

from __future__ import annotations

from linter.evaluate.values import HOLE, Either, Made, Value

READERS = frozenset({"os.environ.get", "os.getenv", "os.environ.setdefault", "decouple.config"})
"""Functions that read a variable, with its default as the second argument or under that name."""

_SHAPING = frozenset({"strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "lower", "upper", "title"})
_DEPTH = 6


def piece(value: Value) -> str:
    """What a value adds to a text; a hole where that is not known."""
    if isinstance(value, (str, int)):
        return str(value)
    found = default_text(value)
    return HOLE if found is None else found


def default_text(value: Value, depth: int = 0) -> str | None:
    """The text that a value is as long as no variable is set; None for any other value."""
    if depth > _DEPTH:
        return None
    if isinstance(value, Either):
        return _of_options(value, depth)
    if not isinstance(value, Made):
        return None
    if value.name in READERS:
        given = value.argument(1, "default")
        return given if isinstance(given, str) else default_text(given, depth + 1)
    method = value.name.removeprefix("?.")
    if method != value.name and method in _SHAPING and not value.keywords:
        inner = default_text(value.receiver, depth + 1)
        if inner is not None and all(isinstance(each, str) for each in value.args):
            shaped = getattr(inner, method)(*value.args[:2])
            return shaped if isinstance(shaped, str) else None
    return None


def _of_options(value: Either, depth: int) -> str | None:
    """`os.environ.get("PREFIX") or "/api"`: the one text among readings of the environment."""
    texts = [each for each in value.options if isinstance(each, str)]
    read = [each for each in value.options if isinstance(each, Made) and each.name in READERS]
    whole = len(texts) == 1 and len(texts) + len(read) == len(value.options)
    return texts[0] if whole else None
