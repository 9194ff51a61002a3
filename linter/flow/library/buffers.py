"""Buffers in memory: `io.StringIO` and `io.BytesIO`, and what is printed into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Items, Native
from linter.flow.values import (
    NONE,
    STRING,
    UNKNOWN,
    Text,
    Value,
    const_of,
    constant,
    gathered,
    merge,
    text,
)

if TYPE_CHECKING:
    from linter.flow.calls import Calls

BUFFER = "io.StringIO"
"""The name of their records."""
BYTES = "bytearray"
"""The name of records of bytes that grow in place."""


def method_of_buffer(act: Calls, receiver: Value, record: Native, name: str, args: Args) -> Value:
    """`buffer.name(...)`."""
    held = record.fields.get("text", constant(""))
    if name in ("write", "writelines"):
        value = args.given(0)
        if name == "writelines":
            value = Value(STRING, act.deep_taints(value))
        act.store(receiver, Native(record.name, {"text": act.concatenated([held, value])}))
        return UNKNOWN
    if name in ("read", "readline") and "left" in record.fields:
        held = record.fields["left"]
    if name == "readline":
        line, left = _first_line(held)
        act.store(receiver, Native(record.name, {**record.fields, "left": left}))
        return line
    if name in ("getvalue", "read", "getbuffer"):
        return held
    if name == "readlines":
        return act.allocate(Items("list", (), held))
    if name == "seek":
        act.store(receiver, Native(record.name, {"text": record.fields.get("text", held)}))
    if name == "truncate":
        act.store(receiver, Native(record.name, {"text": constant("")}))
    return UNKNOWN


def method_of_bytes(act: Calls, receiver: Value, record: Native, name: str, args: Args) -> Value:
    """`buffer.name(...)` of a `bytearray`."""
    held = record.fields["text"]
    if name in ("extend", "append", "insert", "__iadd__"):
        taints = merge(held.taints, gathered([Value(None, act.deep_taints(each)) for each in args.all()]))
        act.store(receiver, Native(BYTES, {"text": Value(STRING, taints)}))
        return NONE
    if name == "clear":
        act.store(receiver, Native(BYTES, {"text": constant("")}))
        return NONE
    return act.engine.strings.method(act, held, name, args)


def printed(act: Calls, args: Args, receiver: Value) -> Value:
    """`print(a, b, file=buffer)`."""
    from linter.flow.library.files import write_into

    target = args.keywords.get("file")
    record = None if target is None else act.record(target)
    if target is not None and not (type(record) is Native and record.name == BUFFER):
        write_into(act, target, gathered([Value(None, act.deep_taints(each)) for each in args.positional]))
    if target is not None and type(record) is Native and record.name == BUFFER:
        pieces: list[Value] = [record.fields.get("text", constant(""))]
        for position, each in enumerate(args.positional):
            pieces += [args.keywords.get("sep", constant(" ")), each] if position else [each]
        pieces.append(args.keywords.get("end", constant("\n")))
        act.store(target, Native(BUFFER, {"text": act.concatenated(pieces)}))
    return NONE


def _first_line(value: Value) -> tuple[Value, Value]:
    """The first line of what is left of a text, and what is left after it, as far as that is known."""
    shape = value.shape
    first = shape.parts[0] if type(shape) is Text else const_of(value)
    if not isinstance(first, str) or "\n" not in first:
        return value, value
    line, end, more = first.partition("\n")
    rest = [more, *shape.parts[1:]] if type(shape) is Text else [more]
    return constant(line + end), Value(text(rest), value.taints)
