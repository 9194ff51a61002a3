"""Paths of Flask rules: `/orders/<int:order_id>` as `/orders/{order_id}` and its parameters."""

from __future__ import annotations

from typing import NamedTuple

from linter.frameworks.flask.names import CONVERTERS


class Parameter(NamedTuple):
    """A parameter of a path. `type` is None where a converter of the project's own reads it."""

    name: str
    type: str | None
    bounded: bool


class Path(NamedTuple):
    """A path with `{name}` for parameters."""

    text: str
    parameters: tuple[Parameter, ...]

    @classmethod
    def parse(cls, rule: str) -> Path:
        """Read a rule as Werkzeug writes it. A hole that is never closed is kept as text."""
        parameters: list[Parameter] = []
        text = ""
        while True:
            before, hole, rest = rule.partition("<")
            text += before
            inside, closed, after = rest.partition(">")
            if not hole or not closed:
                text += hole + rest
                break
            converter, _, name = inside.rpartition(":")
            kind, _, options = converter.partition("(")
            text += f"{{{name.strip()}}}"
            parameters.append(Parameter(name.strip(), _type(kind.strip()), _bounded(kind.strip(), options)))
            rule = after
        return cls(text if text.startswith("/") else "/" + text, tuple(parameters))


def _type(converter: str) -> str | None:
    return "str" if not converter else CONVERTERS.get(converter)


def _bounded(converter: str, options: str) -> bool:
    """Whether a converter limits what it takes."""
    if converter in ("uuid", "any"):
        return True
    return any(option in options for option in ("max", "maxlength", "length"))


def joined(prefix: str, path: str) -> str:
    """A prefix and a path below it, as Flask joins them."""
    if not prefix:
        return path
    return f"{prefix.rstrip('/')}/{path.lstrip('/')}" if path else prefix
