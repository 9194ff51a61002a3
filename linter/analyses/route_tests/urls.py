"""The URLs that tests are written with, as text with holes where only running the code could tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.facts.expressions import Attr, Constant, Expr, Operation, Ref, Result, Sequence, Template
from linter.facts.scopes import Block
from linter.resolve.definitions import Function
from linter.resolve.project import Variable
from linter.resolve.values import Value, Values

HOLE = "\0"
"""Stands for text that is not known."""
_DEPTH = 12
_ROWS = 200
"""Turns of loops and parameter sets that are told apart in one test."""
_REVERSING = frozenset({"reverse", "reverse_lazy", "url_for", "url_path_for", "resolve_url"})


class Address(NamedTuple):
    """Where a test sends a request: a URL with holes, or the name of a route."""

    url: str = ""
    name: str = ""


class Urls:
    """Reads addresses off expressions."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._project = values.project

    def address(self, value: Value) -> Address | None:
        """The address that an expression is; None when nothing is known of it."""
        value = self._follow(value)
        made = self._values.made(value) if isinstance(value.expr, Result) else None
        if made is not None and made.args and made.name.rpartition(".")[2] in _REVERSING:
            name = self._text(made.args[0], 0)
            return None if HOLE in name else Address(name=name)
        url = self._text(value, 0)
        return Address(url) if url.strip(HOLE) else None

    def text(self, value: Value | None) -> str | None:
        """The string that an expression is, without holes."""
        found = HOLE if value is None else self._text(value, 0)
        return None if HOLE in found else found

    def _follow(self, value: Value) -> Value:
        """Behind names, also those of attributes of the test's own class."""
        for _ in range(_DEPTH):
            value = self._values.follow(value)
            if not isinstance(value.expr, Ref):
                return value
            target = self._project.reference(value.holder, value.expr.name).target
            if not isinstance(target, Variable) or target.assign.value is None or target.assign.operator:
                return value
            value = Value(target.holder, target.assign.value)
        return value

    def _text(self, value: Value, depth: int) -> str:
        value = self._follow(value)
        if depth > _DEPTH:
            return HOLE
        match value.expr:
            case Constant(value=str(text)):
                return text
            case Constant(value=int(number)) if not isinstance(number, bool):
                return str(number)
            case Template(parts=parts) | Operation(operator="+", operands=parts):
                return "".join(self._text(value.beside(part), depth + 1) for part in parts)
            case Operation(operator="%", operands=(left, _)):
                return _filled(self._text(value.beside(left), depth + 1))
            case Result(call=index):
                return self._of_call(value, index, depth)
            case _:
                return HOLE

    def _of_call(self, value: Value, index: int, depth: int) -> str:
        call = value.holder.scope.calls[index]
        base: Expr
        match call.callee:
            case Attr(base=found, name="format"):
                base = found
            case Ref(name=name) if name.endswith(".format"):
                base = Ref(name.removesuffix(".format"))
            case Ref(name="str") if len(call.args) == 1:
                return self._text(value.beside(call.args[0]), depth + 1)
            case _:
                return self._of_function(value, depth)
        return _emptied(self._text(value.beside(base), depth + 1))

    def _of_function(self, value: Value, depth: int) -> str:
        """What a function of the project that only makes a URL returns."""
        made = self._values.made(value)
        returned = None if made is None else self._values.returned(made)
        return HOLE if returned is None else self._text(returned, depth + 1)

    # What loops bind

    def rows(self, function: Function, block: int, bound: dict[str, Value]) -> list[dict[str, Value]]:
        """What variables stand for at a block: one row for each turn of the loops around it."""
        rows = [bound]
        for each in _loops(function, block):
            turned = [turn for row in rows for turn in self._turns(function, each, row)]
            rows = turned[:_ROWS] or rows
        return rows

    def _turns(self, function: Function, loop: Block, row: dict[str, Value]) -> Iterator[dict[str, Value]]:
        if loop.subject is None or len(loop.targets) != 1:
            return
        for item in self._values.items(Value(function, loop.subject, row)) or ():
            yield {**row, **dict(self.unpacked(loop.targets[0], item))}

    def unpacked(self, target: Expr, item: Value) -> Iterator[tuple[str, Value]]:
        """The names of an assignment's target with their values."""
        if isinstance(target, Ref):
            yield target.name.lstrip("$:"), item
        elif isinstance(target, Sequence):
            parts = self._values.items(item) or []
            for inner, part in zip(target.items, parts, strict=False):
                yield from self.unpacked(inner, part)


def _loops(function: Function, block: int) -> list[Block]:
    """The loops around a block, outermost first."""
    found: list[Block] = []
    blocks = function.scope.blocks
    while block:
        if blocks[block].kind in ("for", "comprehension"):
            found.append(blocks[block])
        block = blocks[block].parent
    return found[::-1]


def _filled(text: str) -> str:
    """A `%` format with holes for its arguments."""
    pieces = text.split("%")
    found = [pieces[0]]
    for piece in pieces[1:]:
        if piece.startswith("("):
            piece = piece.partition(")")[2]
        found.append(HOLE + piece.lstrip("0123456789.-+ #")[1:] if piece else "%")
    return "".join(found)


def _emptied(text: str) -> str:
    """A `str.format` text with holes for its fields."""
    pieces = text.split("{")
    return pieces[0] + "".join(HOLE + piece.partition("}")[2] for piece in pieces[1:])
