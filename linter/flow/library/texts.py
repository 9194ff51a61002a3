"""Texts made of other things: characters of numbers, templates of the library, dates, packed bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from linter.flow import folding
from linter.flow.arguments import Args
from linter.flow.heap import Items, Native
from linter.flow.kinds import BITS, NUMBER, WORD, lacking
from linter.flow.values import (
    A_NUMBER,
    STRING,
    UNKNOWN,
    Value,
    const_of,
    constant,
    gathered,
    marked,
    merge,
    unmarked,
)

if TYPE_CHECKING:
    from linter.flow.calls import Calls

PATTERN = "string.Template"
"""The name of records of the library's own templates."""
DATED = BITS["sql"] | BITS["command"] | BITS["path"] | BITS["url"] | BITS["redirect"]
"""What a date is fit for, however it is written."""
_PACKED = re.compile(r"(\d*)([a-zA-Z?])")
_TEXTS_PACKED = "sp"
_ITEMS, _DIGITS = 20, 4


def _code(act: Calls, args: Args, receiver: Value) -> Value:
    """`ord(char)`: a number, and no large one, of which `chr` makes the character again."""
    value = args.given(0)
    known = folding.function("ord", [const_of(value)]) if const_of(value) is not ... else ...
    if known is not ...:
        return constant(known)
    return Value(A_NUMBER.shape, marked(act.deep_taints(value), NUMBER | BITS["amount"]))


def _character(act: Calls, args: Args, receiver: Value) -> Value:
    """`chr(code)`: that the code is a number says nothing of the character."""
    value = args.given(0)
    known = folding.function("chr", [const_of(value)]) if const_of(value) is not ... else ...
    if known is not ...:
        return constant(known)
    return Value(STRING, unmarked(act.deep_taints(value), NUMBER))


def _escaped(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`html.escape(text, quote=False)`, which leaves quotes alone; None where it does not."""
    if const_of(args.given(1, "quote")) is not False:
        return None
    return Value(STRING, marked(act.deep_taints(args.given(0, "s")), lacking("<>")))


def _unescaped(act: Calls, args: Args, receiver: Value) -> Value:
    """`html.unescape(text)`: what was escaped is back; what has no ampersand stays as it is."""
    taints = act.deep_taints(args.given(0))
    mask = BITS["xss"] | lacking("<>\"'")
    found = [each if each.safe & WORD == WORD else unmarked((each,), mask)[0] for each in taints]
    return Value(STRING, tuple(found))


def written_date(act: Calls, args: Args, receiver: Value) -> Value:
    """`date.strftime(format)`: all that the format holds besides its codes is in the text."""
    given = gathered([Value(None, act.deep_taints(each)) for each in args.all()])
    return Value(STRING, merge(marked(receiver.taints, DATED), given))


def _template(act: Calls, args: Args, receiver: Value) -> Value:
    return act.allocate(Native(PATTERN, {"text": args.given(0, "template")}))


def method_of_pattern_text(act: Calls, record: Native, name: str, args: Args) -> Value:
    """`template.substitute(...)`: the text with what stands under the names in it."""
    if name not in ("substitute", "safe_substitute"):
        return UNKNOWN
    text = record.fields["text"]
    known = const_of(text)
    if isinstance(known, str):
        return act.concatenated(list(_filled(act, known, args)))
    given = gathered([Value(None, act.deep_taints(each)) for each in args.all()])
    return Value(STRING, merge(act.deep_taints(text), given))


def _filled(act: Calls, pattern: str, args: Args) -> Iterator[Value]:
    from string import Template

    end = 0
    for found in Template.pattern.finditer(pattern):
        yield constant(pattern[end : found.start()])
        end = found.end()
        name = found.group("named") or found.group("braced")
        yield constant(found.group()) if name is None else _under(act, name, args)
    yield constant(pattern[end:])


def _under(act: Calls, name: str, args: Args) -> Value:
    """What a template finds under a name: a keyword, or what the mapping before it has."""
    if name in args.keywords:
        return args.keywords[name]
    if args.positional:
        return act.item(args.positional[0], constant(name))
    return args.extra or UNKNOWN


def _unpacked(act: Calls, args: Args, receiver: Value) -> Value:
    """`struct.unpack(format, data)`: numbers, but for what the format says is text."""
    written = const_of(args.given(0))
    taints = act.deep_taints(args.given(1))
    number = Value(A_NUMBER.shape, marked(taints, NUMBER))
    content = Value(STRING, taints)
    if isinstance(written, bytes):
        written = written.decode("ascii", "replace")
    if not isinstance(written, str):
        return act.allocate(Items("tuple", (), content))
    items: list[Value] = []
    for count, letter in _PACKED.findall(written):
        if letter in _TEXTS_PACKED:
            items.append(content)
        elif letter != "x":
            # A count may have more digits than Python reads.
            items += [content if letter == "c" else number] * min(int(count[:_DIGITS] or 1), _ITEMS + 1)
    if len(items) > _ITEMS:
        return act.allocate(Items("tuple", (), content if content in items else number))
    return act.allocate(Items("tuple", tuple(items)))


def _unpacked_again(act: Calls, args: Args, receiver: Value) -> Value:
    """`struct.iter_unpack(format, data)`: the same for each piece of the data."""
    return act.allocate(Items("iterator", (), _unpacked(act, args, receiver)))


TEXTS: dict[str, Callable[[Calls, Args, Value], Value | None]] = {
    "ord": _code,
    "chr": _character,
    "html.escape": _escaped,
    "html.unescape": _unescaped,
    PATTERN: _template,
    **dict.fromkeys(("struct.unpack", "struct.unpack_from"), _unpacked),
    "struct.iter_unpack": _unpacked_again,
}
"""Models of what makes texts, by canonical name."""
