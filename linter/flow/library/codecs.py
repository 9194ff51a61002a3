"""Codecs: what writes a value down, and reads the same value back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.kinds import (
    ALL_CHARACTERS,
    ALL_KINDS,
    AS_JSON,
    BITS,
    CHARACTER_BITS,
    NO_PARENT_STEP,
    RELATIVE,
    lacking,
    lacks,
)
from linter.flow.library.buffers import printed
from linter.flow.values import DECODED, STRING, UNKNOWN, Encoded, Named, Taints, Value, marked

if TYPE_CHECKING:
    from linter.flow.calls import Calls

Model = Callable[["Calls", Args, Value], "Value | None"]

_OF_BASE64 = ALL_CHARACTERS & ~sum(CHARACTER_BITS[char] for char in "+/=-")
"""What is known of a value in base64, with the characters of both alphabets."""


def _encoding(codec: str, mask: int) -> Model:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        value = args.given(0)
        return Value(Encoded(codec, value), marked(act.deep_taints(value), mask))

    return model


def turned_back(act: Calls, codec: str, value: Value) -> Value | None:
    """The value that a codec has written down; None when it was not this codec, or is not known."""
    shape = value.shape
    if type(shape) is not Encoded or shape.codec != codec:
        return None
    record = act.record(shape.value)
    return shape.value if record is None else act.allocate(record, shape.value.taints)


_LOST = ALL_KINDS & ~BITS["deserialize"] | ALL_CHARACTERS | NO_PARENT_STEP | RELATIVE


def decoded(act: Calls, value: Value, escape: str = "") -> Taints:
    """Taints of what was written in another form: any character may come out of it.

    A text without the character that begins an escape stays as it is, and so does one of a fixed few.
    """
    found = []
    for each in act.fresh_part(act.deep_taints(value), DECODED):
        stays = each.safe & ALL_KINDS == ALL_KINDS or (escape and lacks(each.safe, escape))
        found.append(each if stays else each._replace(safe=each.safe & ~_LOST))
    return tuple(found)


def _decoding(codec: str, otherwise: Value) -> Model:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        found = turned_back(act, codec, args.given(0))
        if found is not None:
            return found
        return Value(otherwise.shape, decoded(act, args.given(0)))

    return model


def _each(module: str, names: str) -> list[str]:
    return [f"{module}.{name}" for name in names.split()]


_A_STRING = Value(STRING)
CODECS: dict[str, Model] = {
    **dict.fromkeys(
        _each("base64", "b64encode urlsafe_b64encode standard_b64encode encodebytes"),
        _encoding("base64", _OF_BASE64),
    ),
    **dict.fromkeys(
        _each("base64", "b64decode urlsafe_b64decode standard_b64decode decodebytes"),
        _decoding("base64", _A_STRING),
    ),
    **dict.fromkeys(
        [*_each("base64", "b32decode b16decode"), "binascii.a2b_base64"], _decoding("other", _A_STRING)
    ),
    "json.dumps": _encoding("json", lacking("\r\n") | AS_JSON),
    **dict.fromkeys(
        [*_each("pickle", "dumps"), *_each("marshal", "dumps"), *_each("dill", "dumps")],
        _encoding("pickle", BITS["deserialize"]),
    ),
    **dict.fromkeys(
        [*_each("pickle", "loads"), *_each("marshal", "loads"), *_each("dill", "loads")],
        _decoding("pickle", UNKNOWN),
    ),
    "binascii.hexlify": _encoding("hex", ALL_CHARACTERS),
    "binascii.unhexlify": _decoding("hex", Value(Named("bytes"))),
    **dict.fromkeys(("bytes.fromhex", "bytearray.fromhex"), _decoding("hex", Value(Named("bytes")))),
    "print": printed,
}
"""Models of codecs, by canonical name."""
