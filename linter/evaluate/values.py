"""The values of partial evaluation.

Strings, numbers, booleans, None, lists, tuples and dicts stand for themselves; a set is a list without
repeats. A class of the project is its `Class`, a module its `Module`. The rest is here.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from linter.facts.expressions import Expr
from linter.facts.files import FileFacts
from linter.facts.scopes import Block, Scope
from linter.facts.spans import Span, pack
from linter.resolve.definitions import Class, Definition, Function, Module

Value: TypeAlias = Any

HOLE = "\ufffc"
"""Stands for an unknown piece inside a string of which the rest is known."""


class Unknown:
    """A value that the code does not tell."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class External:
    """A name of a library: `django.urls.path`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"External({self.name})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, External) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


class Made:
    """What a library's callable returned. `fields` are attributes that the project set on it.

    `truth` is whether it counts as true, None when that is not known. `receiver` is what the method was
    called on, None for a function.
    """

    __slots__ = ("args", "fields", "keywords", "module", "name", "receiver", "span", "truth")

    def __init__(
        self, name: str, args: list[Value], keywords: dict[str, Value], module: Module, span: Span
    ) -> None:
        self.name = name
        self.args = args
        self.keywords = keywords
        self.module = module
        self.span = span
        self.fields: dict[str, Value] = {}
        self.truth: bool | None = None
        self.receiver: Value = None

    def __repr__(self) -> str:
        return f"Made({self.name})"

    def argument(self, position: int, name: str, default: Value = None) -> Value:
        """The value of a parameter given by position or by keyword."""
        return self.args[position] if position < len(self.args) else self.keywords.get(name, default)


class Own(Made):
    """Something that only the caller has, like an address: it equals nothing that the project knows."""

    __slots__ = ()


class Instance:
    """An object of a class of the project. `frame` is what its methods read beside their own names."""

    __slots__ = ("cls", "fields", "frame")

    def __init__(
        self, cls: Class, fields: dict[str, Value] | None = None, frame: Frame | None = None
    ) -> None:
        self.cls = cls
        self.frame = frame
        self.fields = {} if fields is None else fields

    def __repr__(self) -> str:
        return f"Instance({self.cls.id})"


class Closure:
    """A function of the project with the frame that it was defined in, and its `self` if bound."""

    __slots__ = ("frame", "function", "receiver")

    def __init__(self, function: Function, frame: Frame | None = None, receiver: Value = None) -> None:
        self.function = function
        self.frame = frame
        self.receiver = receiver

    def __repr__(self) -> str:
        return f"Closure({self.function.id})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Closure)
            and other.function is self.function
            and other.frame is self.frame
            and other.receiver is self.receiver
        )

    def __hash__(self) -> int:
        return id(self.function)


class Lambda:
    """A lambda with the frame that it reads. Its parameters have no known value."""

    __slots__ = ("body", "frame")

    def __init__(self, body: Expr, frame: Frame) -> None:
        self.body = body
        self.frame = frame


class Member:
    """An attribute of a value that the project does not define: `SomeView.as_view`."""

    __slots__ = ("name", "receiver")

    def __init__(self, receiver: Value, name: str) -> None:
        self.receiver = receiver
        self.name = name

    def __repr__(self) -> str:
        return f"Member({self.receiver!r}.{self.name})"


class Super:
    """`super()`: attributes of `receiver` after `cls` in its method resolution order."""

    __slots__ = ("cls", "receiver")

    def __init__(self, cls: Class, receiver: Value) -> None:
        self.cls = cls
        self.receiver = receiver


class Combined:
    """Two or more classes or objects joined by `&`, `|` or `~`."""

    __slots__ = ("operands", "operator")

    def __init__(self, operator: str, operands: list[Value]) -> None:
        self.operator = operator
        self.operands = operands


class Either:
    """One of several values; which one depends on something unknown."""

    __slots__ = ("options",)

    def __init__(self, options: list[Value]) -> None:
        self.options = options

    def __repr__(self) -> str:
        return f"Either({self.options!r})"


class Raised:
    """The call did not return: it raised `exception`."""

    __slots__ = ("exception",)

    def __init__(self, exception: Value) -> None:
        self.exception = exception

    def __repr__(self) -> str:
        return f"Raised({self.exception!r})"


class Partial(dict[Value, Value]):
    """A dict that may hold more than is known of it: a key that is missing here may be there."""


class DefaultDict(dict[Value, Value]):
    """A `collections.defaultdict` with its factory."""

    def __init__(self, factory: Value) -> None:
        super().__init__()
        self.factory = factory


def _nowhere() -> Module:
    span = pack(1, 0, 1, 0)
    scope = Scope("module", "", "", -1, span, 1, blocks=(Block("body", 0, 0, span),))
    return Module("", "", "", FileFacts("python", (scope,)), False)


NOWHERE = _nowhere()
"""Stands in for the module of a call that no source makes."""


class Frame:
    """The names of one execution of a function, module body, class body or comprehension."""

    __slots__ = ("holder", "names", "outer", "results", "yields")

    def __init__(
        self, holder: Definition, outer: Frame | None = None, names: dict[str, Value] | None = None
    ) -> None:
        self.holder = holder
        self.outer = outer
        self.names: dict[str, Value] = {} if names is None else names
        self.results: list[Value] = []
        self.yields: list[Value] = []


def options(value: Value) -> list[Value]:
    """The values that `value` may be."""
    return value.options if isinstance(value, Either) else [value]


def either(values: list[Value]) -> Value:
    """One of `values`: repeats dropped, nested alternatives flattened."""
    found: list[Value] = []
    for value in values:
        for option in options(value):
            if not any(same(option, other) for other in found):
                found.append(option)
    return found[0] if len(found) == 1 else Either(found[:16]) if found else UNKNOWN


def same(left: Value, right: Value) -> bool:
    """Whether two values are known to be the same object or equal simple values."""
    if left is right:
        return True
    simple = (str, int, float, bytes, External, Closure, type(None))
    return isinstance(left, simple) and type(left) is type(right) and bool(left == right)


def union(values: list[Value]) -> Value:
    """What a list built on several paths holds in all; for other values, the first known one."""
    known = [value for each in values for value in options(each) if value is not UNKNOWN]
    known.sort(key=lambda value: isinstance(value, str) and HOLE in value)
    lists = [value for value in known if isinstance(value, (list, tuple))]
    if not lists:
        return known[0] if known else UNKNOWN
    longest = max(lists, key=len)
    merged = list(longest)
    seen = {id(item) for item in merged}
    for value in lists:
        for item in value:
            if id(item) not in seen:
                seen.add(id(item))
                merged.append(item)
    return longest if len(merged) == len(longest) else merged
