"""Paths: joining, and what resolving one means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.kinds import CHARACTER_BITS
from linter.flow.values import STRING, Const, Named, Shape, Text, Value, gathered, merge, text

if TYPE_CHECKING:
    from linter.flow.expressions import Expressions

_LEAST = 3
"""How many characters tell a name from others."""


class Paths:
    """Paths are strings here, `pathlib` ones as well."""

    def joined(self, act: Expressions, values: list[Value]) -> Value:
        """`os.path.join` and `/`: an absolute part makes what stands before it void."""
        taints = values[0].taints if values else ()
        parts: list[str | Value] = [values[0]] if values else []
        for each in values[1:]:
            inner = act.deep_taints(each)
            taints = merge(taints, inner)
            if inner and self._may_be_absolute(each):
                # A value that may be absolute stands by itself; what it lacks is judged where it is used.
                parts = [Value(None, inner)] if not self._is_relative(each) else [*parts, "/", each]
            else:
                parts += ["/", each]
        return Value(text(parts) if taints else _plain(parts), taints)

    def folder(self, act: Expressions, path: Value) -> Value:
        """`os.path.dirname`: what stands before the last slash, as far as that can be told."""
        shape = path.shape
        if type(shape) is not Text:
            return Value(STRING, act.deep_taints(path))
        parts = list(shape.parts)
        while len(parts) > 1 and not isinstance(parts[-1], str) and _is_segment(parts[-1]):
            parts.pop()
        if isinstance(parts[-1], str) and "/" in parts[-1]:
            parts[-1] = parts[-1].rpartition("/")[0]
            return Value(text(parts), gathered([each for each in parts if not isinstance(each, str)]))
        return path

    def renamed(self, path: Value, ending: Value) -> Value:
        """`path.with_suffix(...)`: the same path but for its end."""
        return Value(path.shape if type(path.shape) is Text else STRING, merge(path.taints, ending.taints))

    def _may_be_absolute(self, value: Value) -> bool:
        shape = value.shape
        if type(shape) is Text and isinstance(shape.parts[0], str):
            return shape.parts[0].startswith("/")
        return type(shape) is not Const

    def _is_relative(self, value: Value) -> bool:
        from linter.flow.kinds import RELATIVE

        shape = value.shape
        first = shape.parts[0] if type(shape) is Text else value
        return isinstance(first, str) or all(each.safe & RELATIVE for each in first.taints)


def _is_segment(value: Value) -> bool:
    """Whether a part of a path holds no slash, and so none of its folders."""
    return all(each.safe & CHARACTER_BITS["/"] for each in value.taints) and bool(value.taints)


def _is_temporary(value: Value) -> bool:
    return type(value.shape) is Named and value.shape.name.startswith("tempfile.")


def _plain(parts: list[str | Value]) -> Shape:
    # A file that the program names, or keeps in a folder of its own, is known again when it is read.
    if all(isinstance(each, str) or type(each.shape) is Const or _is_temporary(each) for each in parts):
        return text(parts)
    whole = text(parts)
    last = whole.parts[-1] if type(whole) is Text else ""
    return whole if isinstance(last, str) and len(last.strip("./")) >= _LEAST else STRING
