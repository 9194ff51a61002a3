"""What comparisons and tests prove of the values that they look at."""

from __future__ import annotations

from linter.flow.kinds import (
    ALL_CHARACTERS,
    ALL_KINDS,
    ASKED,
    ASKED_IN_VAIN,
    BITS,
    CHARACTER_BITS,
    CLOSES_QUOTE,
    FROM_ROOT,
    HARMLESS,
    INNER_QUOTE,
    NO_HOST,
    NO_PARENT_STEP,
    OPENS_QUOTE,
    RELATIVE,
    WEAK_GUARD,
    WORD,
    lacking,
)
from linter.flow.names import OWN_ADDRESS
from linter.flow.values import (
    CHAR,
    HOST,
    INNER,
    PARENTS,
    RESOLVED,
    SIGNED,
    Const,
    Marks,
    Named,
    Source,
    Taints,
    Value,
    is_text,
    part,
    unresolved,
)

KNOWN_VALUE = ALL_KINDS | ALL_CHARACTERS | NO_PARENT_STEP | RELATIVE
ADDRESS = BITS["url"] | BITS["redirect"]
CONTAINED = BITS["path"] | BITS["archive"] | NO_PARENT_STEP | RELATIVE


def marks(value: Value, mask: int) -> Marks:
    """Marks that say `mask` of everything that has a hand in a value."""
    return tuple([(each.root, each.way, mask) for each in value.taints])


def _base(taints: Taints, key: str, mask: int) -> Marks:
    """Marks for what a value was taken from, where `key` says how it was taken."""
    found = []
    for each in taints:
        if key in each.way:
            position = len(each.way) - 1 - each.way[::-1].index(key)
            way = each.way[:position]
            found.append((each.root, unresolved(way) if key == RESOLVED else way, mask))
    return tuple(found)


def asked(taints: Taints) -> tuple[Marks, Marks]:
    """Marks of what was held against something unseen, whole or in part: if that is true, and if false."""
    yes, no = [], []
    for each in taints:
        way = each.way
        while way and not isinstance(way[-1], str):
            way = way[:-1]
        yes.append((each.root, way, ASKED))
        no.append((each.root, way, ASKED_IN_VAIN))
    return tuple(yes), tuple(no)


def in_part(flag: Value, test: Value) -> Marks:
    """What a test proves if false, in doubt where a switch of the program may have been what was false."""
    if flag.taints or flag.yes or flag.no:
        return ()
    return tuple([(root, way, ASKED_IN_VAIN) for root, way, mask in test.no if mask & ALL_KINDS])


def known(value: Value) -> Marks:
    """Marks of a value that is one of a fixed few."""
    return marks(value, KNOWN_VALUE) + _base(value.taints, HOST, ADDRESS)


def if_empty(value: Value) -> Marks:
    """What a value that is not true proves: text that is empty holds nothing of the caller's.

    A thing made of it, such as a match, may be missing whatever the text is.
    """
    is_thing = type(value.shape) is Named and not is_text(value.shape)
    return value.no if is_thing or not value.taints else value.no + known(value)


def counted(value: Value, symbol: str, number: int) -> tuple[Marks, Marks]:
    """What it proves of a count that it is none, one or more: `rows.count() == 0`. `!=` asks as `==` does."""
    least = number + (symbol in (">", "<="))
    if symbol in ("==", "!="):
        return (value.no, value.yes) if number == 0 else (value.yes, ()) if number > 0 else ((), ())
    if symbol in (">", ">="):
        return (value.yes if least >= 1 else (), value.no if least == 1 else ())
    if symbol in ("<", "<="):
        return (value.no if least == 1 else (), value.yes if least >= 1 else ())
    return (), ()


def membership(value: Value, container: Value, choices: tuple[Value, ...] | None) -> tuple[Marks, Marks]:
    """What `value in container` proves if true, and if false.

    `choices` are the items of a container that is known, None for any other.
    """
    others = _other_characters(value, container, choices)
    if value.taints and type(container.shape) is Const and isinstance(container.shape.value, str):
        # A part of a constant holds none but its characters.
        return marks(value, KNOWN_VALUE & ~holding(container.shape.value)), others
    if value.taints and choices is not None and not any(each.taints for each in choices):
        if all(each.way[-1:] == (CHAR,) for each in value.taints):
            texts = [each.shape.value for each in choices if type(each.shape) is Const]
            held = holding("".join([each for each in texts if isinstance(each, str)]))
            return marks(value, KNOWN_VALUE & ~held), others
        return known(value), others
    shape = value.shape
    if (
        container.taints
        and not value.taints
        and all(each.way[-1:] == (PARENTS,) for each in container.taints)
    ):
        return _base(container.taints, RESOLVED, CONTAINED), ()
    if container.taints and type(shape) is Const and isinstance(shape.value, (str, bytes)):
        text = shape.value if isinstance(shape.value, str) else shape.value.decode("latin-1")
        return (), _without(container, text) + _without_key(container, text)
    if value.taints and not container.taints and choices is None and type(container.shape) is Named:
        return known(value), ()
    if value.taints and not container.taints:
        # Whatever it holds, the program has put it there: an allow-list of names.
        return marks(value, BITS["keys"] | ASKED), others
    return (), ()


def _other_characters(value: Value, container: Value, choices: tuple[Value, ...] | None) -> Marks:
    """What it proves of one character that it is none of a few."""
    single = [taint for taint in value.taints if taint.way[-1:] == (CHAR,)]
    text = getattr(container.shape, "value", "") if type(container.shape) is Const else ""
    held: list[object] = [*text] if isinstance(text, str) else []
    held += [each.shape.value for each in choices or () if type(each.shape) is Const]
    found = lacking("".join([each for each in held if isinstance(each, str) and len(each) == 1]))
    return tuple([(taint.root, taint.way, found) for taint in single]) if found else ()


def _without(container: Value, text: str) -> Marks:
    """Marks of a string that does not hold `text`."""
    if len(text) == 1:
        mask = lacking(text)
        found = marks(container, mask)
        if text in INNER_QUOTE:
            found += _base(container.taints, INNER, INNER_QUOTE[text])
        if text in ("/", "\\"):
            found += marks(container, RELATIVE)
        return found
    if text in ("..", "../"):
        return marks(container, NO_PARENT_STEP | WEAK_GUARD)
    if text == "://":
        return marks(container, WEAK_GUARD)
    return ()


def _without_key(container: Value, key: str) -> Marks:
    """Marks of what a mapping would hold under a key that it does not have."""
    if is_text(container.shape):
        return ()
    return tuple([(each.root, each.way, KNOWN_VALUE) for each in part(container.taints, key)])


def equality(left: Value, right: Value) -> tuple[Marks, Marks]:
    """What `left == right` proves if true, and if false."""
    if left.taints and right.taints:
        # `path.resolve().parent == folder`, where the folder is a caller's as well.
        sides = (left.taints, right.taints)
        same = marks(left, common(right.taints)) + marks(right, common(left.taints))
        same += sum((_base(each, SIGNED, BITS["deserialize"]) for each in sides), ())
        same += sum(
            (_base(one, HOST, ADDRESS) for one, other in (sides, sides[::-1]) if own_address(other)), ()
        )
        return same + sum((_base(each, RESOLVED, CONTAINED) for each in sides), ()), ()
    value, other = (left, right) if left.taints else (right, left)
    if not value.taints:
        return (), ()
    if type(other.shape) is not Const:
        contained = _base(value.taints, RESOLVED, CONTAINED)
        # Held against something of the program's own: as good as one fixed value.
        if other.shape is not None:
            return known(value) + contained, ()
        return _base(value.taints, HOST, ADDRESS) + contained, ()
    unequal: Marks = ()
    text = other.shape.value
    if isinstance(text, str) and len(text) == 1 and text in CHARACTER_BITS:
        mask = lacking(text)
        single = [taint for taint in value.taints if taint.way and taint.way[-1] == CHAR]
        unequal = tuple([(taint.root, taint.way, mask) for taint in single])
    # `common == base` is how `commonpath` is used.
    return _equal_to(value, text) + _base(value.taints, RESOLVED, CONTAINED), unequal


def own_address(taints: Taints) -> bool:
    """Whether a value is the address at which the backend itself was asked, or its host."""
    named = [isinstance(each.root, Source) and each.root.what in OWN_ADDRESS for each in taints]
    return bool(named) and all(named)


def common(taints: Taints) -> int:
    """What is known of a value of each of its taints: whatever equals it has that as well."""
    found = taints[0].safe
    for each in taints[1:]:
        found &= each.safe
    return found & KNOWN_VALUE


def _equal_to(value: Value, text: object) -> Marks:
    """Marks of a value that equals a constant; the characters of the constant are in it."""
    if not isinstance(text, str) or not text:
        return known(value)
    return marks(value, KNOWN_VALUE & ~holding(text)) + _base(value.taints, HOST, ADDRESS)


def holding(text: str) -> int:
    """The bits of the special characters of a text."""
    found = 0
    for char in text:
        found |= CHARACTER_BITS.get(char, 0)
    return found


SPLIT = "split"
"""Begins the key of a piece of a text, with the separator, or with the place when that is not known."""
_PLAIN_SEPARATORS = ".-_:,"
_NAMING = BITS["path"] | BITS["archive"] | BITS["url"] | BITS["redirect"]


def of_keys(proved: Marks) -> Marks:
    """What is proved of all that a mapping gives one by one, and so of its keys however they are read."""
    keys = [
        (root, (*way[:-1], "keys"), mask)
        for root, way, mask in proved
        if way and isinstance(way[-1], tuple) and way[-1][0] == "element"
    ]
    return union(proved, tuple(keys))


def of_others(proved: Marks, taints: Taints) -> Marks:
    """What a condition on an item proves of values that the item is no part of."""
    roots = {each.root for each in taints}
    return tuple([each for each in proved if each[0] not in roots])


def of_whole(proved: Marks) -> Marks:
    """What is proved of a text each character or piece of which has been looked at, and of these."""
    whole = [(root, way[:-1], mask & _of_parts(way)) for root, way, mask in proved]
    return union(proved, tuple([each for each in whole if each[2]]))


def _of_parts(way: tuple[object, ...]) -> int:
    """What holds of a text when it holds of each of its parts."""
    last = way[-1] if way else None
    if last == CHAR:
        return WORD
    if isinstance(last, tuple) and last[0] == SPLIT and isinstance(last[1], str) and len(last[1]) == 1:
        if last[1] in _PLAIN_SEPARATORS:
            return WORD & ~lacking(last[1]) & ~_NAMING
    return 0


def no_prefix(value: Value, start: Value) -> Marks:
    """What `value.startswith(start)` proves if false."""
    text = start.shape.value if type(start.shape) is Const else None
    return marks(value, NO_HOST) if text == "//" else ()


def prefix(value: Value, start: Value) -> Marks:
    """What `value.startswith(start)` proves if true."""
    text = start.shape.value if type(start.shape) is Const else None
    found: Marks = ()
    if isinstance(text, str):
        if text in OPENS_QUOTE:
            return marks(value, OPENS_QUOTE[text])
        _, mark, rest = text.partition("://")
        if mark and "/" in rest:
            return marks(value, ADDRESS)
        if text == "/":
            return marks(value, WEAK_GUARD | FROM_ROOT)
        if mark:
            return marks(value, WEAK_GUARD)
    if not start.taints:
        found = _base(value.taints, RESOLVED, CONTAINED)
        if not found:
            found = marks(value, WEAK_GUARD)
    return found


def suffix(value: Value, end: Value) -> Marks:
    """What `value.endswith(end)` proves if true."""
    text = end.shape.value if type(end.shape) is Const else None
    if isinstance(text, str) and text in CLOSES_QUOTE:
        return marks(value, CLOSES_QUOTE[text])
    if isinstance(text, str) and text.startswith("."):
        found = _base(value.taints, HOST, ADDRESS)
        return found or marks(value, WEAK_GUARD)
    return ()


def same_folder(value: Value) -> Marks:
    """What `path.parent.samefile(folder)` proves of the path."""
    return _base(value.taints, "parent", CONTAINED)


def contained(value: Value) -> Marks:
    """What `path.is_relative_to(base)` proves: it counts for a resolved path only."""
    return _base(value.taints, RESOLVED, CONTAINED) or marks(value, WEAK_GUARD)


CHARACTER_TESTS: dict[str, int] = {
    "isdigit": KNOWN_VALUE & ~BITS["amount"],
    "isdecimal": KNOWN_VALUE & ~BITS["amount"],
    "isnumeric": KNOWN_VALUE & ~BITS["amount"],
    "isalnum": WORD,
    "isalpha": WORD,
    "isidentifier": WORD,
}
"""Methods of strings that say which characters are in them."""

_HOST_NAME = WORD & ~lacking(".-") | RELATIVE
_ADDRESS_OF_HOST = _HOST_NAME & ~lacking(":/") | RELATIVE
VALIDATORS: dict[str, int] = {
    "validators.domain": _HOST_NAME,
    "validators.hostname": _HOST_NAME & ~lacking(":"),
    "validators.slug": WORD & ~lacking("-"),
    "validators.uuid": WORD & ~lacking("-"),
    "validators.mac_address": WORD & ~lacking(":-"),
    **dict.fromkeys(("validators.ipv4", "validators.ipv6", "validators.ip_address"), _ADDRESS_OF_HOST),
    **dict.fromkeys(("validators.md5", "validators.sha1", "validators.sha256", "validators.sha512"), WORD),
}
"""Functions of the library `validators` that say which characters are in a text."""

TYPES_TESTED: dict[str, int] = {
    "int": HARMLESS,
    "float": HARMLESS,
    "bool": ALL_KINDS,
    "str": BITS["nosql"],
    "uuid.UUID": ALL_KINDS,
}
"""What `isinstance` proves of a value."""


def union(*several: Marks) -> Marks:
    """All that several checks prove together."""
    found: Marks = ()
    for each in several:
        found += tuple(mark for mark in each if mark not in found)
    return found


def limits(left: Value, right: Value, symbol: str) -> tuple[Marks, Marks]:
    """What an order comparison proves: a number that is held against a limit."""
    if bool(left.taints) == bool(right.taints):
        return (), ()
    value, is_below = (left, symbol[0] == "<") if left.taints else (right, symbol[0] == ">")
    found = marks(value, BITS["amount"])
    return (found, ()) if is_below else ((), found)
