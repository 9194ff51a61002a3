"""Amounts: how often, how long, how much. A number that the caller picks freely stops the backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.facts.expressions import Operation, walk
from linter.flow.arguments import Args
from linter.flow.heap import Items
from linter.flow.sinks.table import Sink, rows
from linter.flow.values import A_NUMBER, Value, const_of, is_text

if TYPE_CHECKING:
    from linter.flow.access import Access
    from linter.resolve.definitions import Function

AMOUNT = [
    *rows("amount", "range", -1, "", "limit"),
    *rows("amount", "time.sleep", 0, "secs"),
    *rows("amount", "asyncio.sleep", 0, "delay", "", False),
    *rows("amount", "bytes bytearray", 0, "source", "is-number"),
    *rows(
        "amount",
        "os.urandom secrets.token_bytes secrets.token_hex secrets.token_urlsafe random.randbytes",
        0,
        "nbytes",
    ),
    *rows("amount", "numpy.zeros numpy.ones numpy.empty numpy.full", 0, "shape"),
    *rows("amount", "itertools.repeat", 1, "times"),
]
REPEATED = Sink("amount", "*")
"""`"x" * n` and `[0] * n`."""


_OF_NUMBERS = ("math.", "decimal.", "fractions.", "operator.", "statistics.", "json.", "request.", "urllib.")


def computes(name: str) -> bool:
    """Whether a library function may give a number that it was given, as opposed to a thing made with it."""
    return "." not in name or name.startswith(_OF_NUMBERS)


def limit(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """Where a range ends, unless its beginning is the caller's as well: then its length may be fixed."""
    if len(args.positional) < 2:
        return args.get(0)
    start, stop = args.positional[0], args.positional[1]
    return None if start.taints else stop


def is_number(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """A number: `bytes` of anything else is a copy."""
    return value if value is not None and value.shape == A_NUMBER.shape else None


def multiplies(function: Function) -> bool:
    """Whether a function multiplies anything by itself."""
    for statement in function.scope.statements:
        value = getattr(statement, "value", None)
        for each in () if value is None else walk(value):
            if isinstance(each, Operation) and each.operator == "*":
                return True
    return False


def repeated(act: Access, left: Value, right: Value) -> Value | None:
    """The number in `text * number` or `items * number`; None for arithmetic."""
    for one, other in ((left, right), (right, left)):
        known = const_of(one)
        # A text that is put together may be a path as well, or what is left of a division.
        is_sequence = isinstance(known, (str, bytes)) or type(act.record(one)) is Items
        if is_sequence and other.taints and not is_text(other.shape):
            return other
    return None
