"""Operators and methods on constants. Whatever could grow without bound, or raise, is not known."""

from __future__ import annotations

import operator
from collections.abc import Callable

from linter.flow.values import Bounds

_LONG = 4_000
_BIG = 1 << 64

_ARITHMETIC: dict[str, Callable[[object, object], object]] = {
    "+": operator.add,
    "-": operator.sub,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "|": operator.or_,
    "&": operator.and_,
    "^": operator.xor,
    ">>": operator.rshift,
}
_COMPARISONS: dict[str, Callable[[object, object], object]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,  # type: ignore[dict-item]
    "<=": operator.le,  # type: ignore[dict-item]
    ">": operator.gt,  # type: ignore[dict-item]
    ">=": operator.ge,  # type: ignore[dict-item]
    "is": lambda left, right: left is right if left is None or right is None else left == right,
    "is not": lambda left, right: not (left is right if left is None or right is None else left == right),
    "in": lambda left, right: left in right,  # type: ignore[operator]
    "not in": lambda left, right: left not in right,  # type: ignore[operator]
}
COMPARISONS = frozenset(_COMPARISONS)

_METHODS = frozenset(
    {
        "capitalize",
        "casefold",
        "count",
        "decode",
        "encode",
        "endswith",
        "find",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isspace",
        "istitle",
        "isupper",
        "join",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
        "hex",
        "bit_length",
    }
)
_FUNCTIONS: dict[str, Callable[..., object]] = {
    "len": len,
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "abs": abs,
    "ord": ord,
    "chr": chr,
    "min": min,
    "max": max,
    "round": round,
    "repr": repr,
}


def binary(symbol: str, left: object, right: object) -> object:
    """The result of an operator on two constants; `...` when it is not known."""
    if symbol in _COMPARISONS:
        return _attempt(_COMPARISONS[symbol], left, right)
    if symbol == "*":
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            return _attempt(operator.mul, left, right)
        sized, times = (left, right) if isinstance(right, int) else (right, left)
        if isinstance(sized, (str, bytes)) and isinstance(times, int) and len(sized) * times <= _LONG:
            return sized * times
        return ...
    if symbol == "**":
        small = isinstance(left, int) and isinstance(right, int) and abs(left) < 1 << 16 and 0 <= right < 5
        return left**right if small else ...  # type: ignore[operator]
    if symbol == "<<":
        small = isinstance(left, int) and isinstance(right, int) and abs(left) < _BIG and 0 <= right < 64
        return left << right if small else ...  # type: ignore[operator]
    if symbol == "%" and isinstance(left, (str, bytes)) and any(char.isdigit() for char in str(left)):
        return ...
    function = _ARITHMETIC.get(symbol)
    return ... if function is None else _attempt(function, left, right)


def unary(symbol: str, value: object) -> object:
    """The result of an operator on one constant."""
    if symbol == "not":
        return not value
    if symbol == "-" and isinstance(value, (int, float)):
        return -value
    if symbol == "+" and isinstance(value, (int, float)):
        return value
    if symbol == "~" and isinstance(value, int):
        return ~value
    return ...


def method(value: object, name: str, args: list[object]) -> object:
    """The result of a method of a constant string, bytes or number."""
    if name not in _METHODS or not isinstance(value, (str, bytes, int)) or ... in args:
        return ...
    return _attempt(getattr(value, name, None), *args)


def function(name: str, args: list[object]) -> object:
    """The result of a builtin on constants."""
    found = _FUNCTIONS.get(name)
    if found is None or ... in args or any(isinstance(each, str) and len(each) > _LONG for each in args):
        return ...
    return _attempt(found, *args)


def item(value: object, key: object) -> object:
    """`value[key]` of a constant string or bytes."""
    if not isinstance(value, (str, bytes)):
        return ...
    return _attempt(operator.getitem, value, slice(*key) if isinstance(key, Bounds) else key)


def _attempt(function: Callable[..., object] | None, *args: object) -> object:
    if function is None:
        return ...
    try:
        found = function(*args)
    except Exception:
        return ...
    if isinstance(found, (str, bytes)) and len(found) > _LONG:
        return ...
    if isinstance(found, int) and abs(found) > _BIG:
        return ...
    return found


def truth(value: object) -> bool | None:
    """Whether a constant counts as true; None for `...`."""
    return None if value is ... else bool(value)
