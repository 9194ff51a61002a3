"""Regular expressions: which characters a match can hold."""

from __future__ import annotations

import re
import string
import warnings
from collections.abc import Callable
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from linter.flow import checks
from linter.flow.arguments import Args
from linter.flow.heap import Entries, Items, Native
from linter.flow.kinds import BITS, CHARACTERS, NO_LETTER, WORD, lacking
from linter.flow.values import (
    STRING,
    Either,
    FunctionRef,
    Lambda,
    Marks,
    Named,
    Partial,
    Value,
    const_of,
    constant,
    join,
    marked,
    merge,
    part,
)

if TYPE_CHECKING:
    from linter.flow.access import Access
    from linter.flow.calls import Calls

_LONG = 500
_NAMING = f"{string.ascii_letters}_\N{LATIN SMALL LETTER E WITH ACUTE}\N{FULLWIDTH LATIN SMALL LETTER E}"
"""What names may be made of, as code that is run reads them."""
_LETTERS = "a"
"""Stands for all letters, and the underscore, among characters that are missing."""
_ANYWHERE = "search a line"
_BY_LINE = (Named("re.MULTILINE"), Named("re.M"))
COMPILED = "re.Pattern"
"""The name of records of compiled patterns."""


def _quietly(read: Callable[[str], Any], pattern: str) -> Any:
    """What comes of reading a pattern; None for one that is no pattern, or too long. Nothing is warned of."""
    if len(pattern) > _LONG:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read(pattern)
        except Exception:
            return None


@lru_cache(maxsize=512)
def _tree_of(pattern: str) -> Any:
    return _quietly(re._parser.parse, pattern)


@lru_cache(maxsize=512)
def compiled_pattern(pattern: str) -> re.Pattern[str] | None:
    """A pattern of the program, compiled; None for one that is no pattern, or too long."""
    found: re.Pattern[str] | None = _quietly(re.compile, pattern)
    return found


@lru_cache(maxsize=512)
def absent(pattern: str) -> str:
    """The special characters that no match of a whole pattern can hold; none when it is not understood.

    `_LETTERS` is among them where it can hold no letter.
    """
    tree = _tree_of(pattern)
    if tree is None:
        return ""
    single = "".join([char for char in CHARACTERS if not _may_hold(tree, char)])
    return single if any(_may_hold(tree, char) for char in _NAMING) else single + _LETTERS


def _may_hold(tree: Any, char: str) -> bool:
    return any(_item_may_hold(str(op), value, char) for op, value in tree)


def _item_may_hold(op: str, value: Any, char: str) -> bool:
    match op:
        case "LITERAL":
            return bool(value == ord(char))
        case "NOT_LITERAL":
            return bool(value != ord(char))
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return False
        case "IN":
            return _set_holds(value, char)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _may_hold(value[2], char)
        case "SUBPATTERN":
            return _may_hold(value[3], char)
        case "BRANCH":
            return any(_may_hold(each, char) for each in value[1])
        case _:
            return True


def _set_holds(items: Any, char: str) -> bool:
    negated = bool(items) and str(items[0][0]) == "NEGATE"
    found = False
    for op, value in items:
        name = str(op)
        if name == "LITERAL":
            found = found or value == ord(char)
        elif name == "RANGE":
            found = found or value[0] <= ord(char) <= value[1]
        elif name == "CATEGORY":
            found = found or _category_holds(str(value), char)
    return found != negated


def _category_holds(name: str, char: str) -> bool:
    inside = char.isdigit() if "DIGIT" in name else char.isspace() if "SPACE" in name else char.isalnum()
    return inside != ("NOT" in name)


def _is_whole(pattern: str, how: str) -> bool:
    ends = pattern.endswith(("$", "\\Z")) and not pattern.endswith("\\$")
    return how == "fullmatch" or (
        ends and how != _ANYWHERE and (how == "match" or pattern.startswith(("^", "\\A")))
    )


def _mask(missing: str) -> int:
    mask = lacking(missing)
    if _LETTERS in missing:
        mask |= NO_LETTER
    if set(CHARACTERS) <= set(missing):
        mask |= WORD
    return mask


@lru_cache(maxsize=512)
def leads_elsewhere(pattern: str, how: str) -> bool:
    """Whether what matches a pattern from its beginning on may be an address on another site."""
    parsed = _tree_of(pattern)
    if parsed is None:
        return True
    tree = list(parsed)
    if tree and str(tree[0][0]) == "AT":
        tree.pop(0)
    elif how not in ("match", "fullmatch"):
        return True
    start = ""
    while tree and str(tree[0][0]) == "LITERAL":
        start += chr(tree.pop(0)[1])
    if start != "/":
        _, mark, rest = start.partition("://")
        return "/" not in rest if mark else not start.startswith("/") or start[1] in "/\\"
    op: str
    value: Any
    op, value = (str(tree[0][0]), tree[0][1]) if tree else ("", None)
    if op.endswith("_REPEAT") and value[0] > 0:
        op, value = str(value[2][0][0]), value[2][0][1]
    return op != "IN" or any(_set_holds(value, char) for char in "/\\")


def held_to(pattern: str) -> int:
    """The bits of a value that matches a pattern as a whole."""
    return _mask(absent(pattern))


def _written(act: Access, pattern: Value) -> object:
    """The text of a pattern, compiled or not; `...` when it is not known."""
    record = act.record(pattern)
    if type(record) is Native and record.name == COMPILED:
        pattern = record.fields["pattern"]
    return const_of(pattern)


def _matched(act: Access, how: str, pattern: Value, value: Value) -> Value:
    known = _written(act, pattern)
    marks: Marks = ()
    if isinstance(known, str) and _is_whole(known, how):
        missing = absent(known)
        if missing:
            # A value that was held against a pattern as a whole is fit to be kept.
            marks = checks.marks(value, _mask(missing) | BITS["session"])
    if isinstance(known, str) and not leads_elsewhere(known, how):
        marks = checks.union(marks, checks.marks(value, checks.ADDRESS))
    taints = value.taints
    if isinstance(known, str):
        missing = absent(known)
        taints = marked(taints, _mask(missing)) if missing else taints
        taints = part(taints, _Held(known))
    removed = _removed(known) if isinstance(known, str) and how == "search" else ""
    # Where nothing is found, none of the characters that the pattern looks for is in the text.
    return Value(Named("re.Match"), taints, marks, checks.marks(value, _mask(removed)) if removed else ())


class _Held(NamedTuple):
    """The pattern that a match was held against, as a step of a way."""

    pattern: str


def group_of(act: Access, match: Value, key: Value) -> Value:
    """`match[key]`: one group of a match, which holds what its part of the pattern lets through."""
    name = const_of(key)
    found = []
    for each in act.state.fresh(match.taints):
        held = each.way[-1] if each.way and isinstance(each.way[-1], _Held) else None
        if held is not None and isinstance(name, (int, str)):
            each = each._replace(safe=each.safe | _mask(_absent_in_group(held.pattern, name)))
        found.append(each)
    return Value(STRING, act.fresh_part(tuple(found), ("group", name if name is not ... else act.span)))


@lru_cache(maxsize=512)
def _absent_in_group(pattern: str, name: int | str) -> str:
    """The special characters that one group of a pattern cannot hold."""
    if name == 0:
        return absent(pattern)
    tree = _tree_of(pattern)
    if tree is None:
        return ""
    number = tree.state.groupdict.get(name) if isinstance(name, str) else name
    inner = None if number is None else _group_in(tree, number)
    return "" if inner is None else "".join(char for char in CHARACTERS if not _may_hold(inner, char))


def _group_in(tree: Any, number: int) -> Any:
    for op, value in tree:
        parts: list[Any] = []
        match str(op):
            case "SUBPATTERN":
                if value[0] == number:
                    return value[3]
                parts = [value[3]]
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                parts = [value[2]]
            case "BRANCH":
                parts = value[1]
        for each in parts:
            found = _group_in(each, number)
            if found is not None:
                return found
    return None


def _group(act: Calls, args: Args, receiver: Value) -> Value:
    keys = args.positional or [constant(0)]
    found = [group_of(act, receiver, each) for each in keys]
    return found[0] if len(found) == 1 else act.allocate(Items("tuple", tuple(found)))


def _names_of(receiver: Value) -> dict[str, int] | None:
    """The groups of a match that have names; None when the pattern is not known."""
    for each in receiver.taints:
        if each.way and isinstance(each.way[-1], _Held):
            compiled = compiled_pattern(each.way[-1].pattern)
            return None if compiled is None else dict(compiled.groupindex)
    return None


def _groups(act: Calls, args: Args, receiver: Value) -> Value | None:
    for each in receiver.taints:
        if each.way and isinstance(each.way[-1], _Held):
            compiled = compiled_pattern(each.way[-1].pattern)
            if compiled is None:
                return None
            numbers = range(1, compiled.groups + 1)
            found = [group_of(act, receiver, constant(number)) for number in numbers]
            return act.allocate(Items("tuple", tuple(found)))
    return None


def _group_dict(act: Calls, args: Args, receiver: Value) -> Value | None:
    names = _names_of(receiver)
    if names is None:
        return None
    return act.allocate(Entries({name: group_of(act, receiver, constant(name)) for name in names}))


def _test(how: str) -> Callable[[Calls, Args, Value], Value]:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        pattern, value = args.given(0, "pattern"), args.given(1, "string")
        # With `re.MULTILINE`, `^` and `$` stand at the ends of any line.
        lines = how != "fullmatch" and args.given(2, "flags").shape in _BY_LINE
        found = _ANYWHERE if lines else how
        if type(pattern.shape) is not Either:
            return _matched(act, found, pattern, value)
        several = [_matched(act, found, Value(each), value) for each in pattern.shape.shapes]
        return reduce(join, several)

    return model


def _substituted(act: Calls, args: Args, receiver: Value) -> Value:
    pattern, replacement, value = args.given(0), args.given(1), args.given(2, "string")
    known, by = _written(act, pattern), const_of(replacement)
    taints = merge(value.taints, act.deep_taints(replacement))
    if type(replacement.shape) in (FunctionRef, Lambda, Partial):
        made = act.apply(replacement, Args([_matched(act, "search", pattern, value)]))
        act.alive = True
        taints = merge(taints, act.deep_taints(made))
    if isinstance(known, str) and isinstance(by, str):
        removed = _removed(known)
        kept = "".join(char for char in removed if char not in by)
        if kept:
            taints = marked(taints, _mask(kept))
    return Value(STRING, taints)


@lru_cache(maxsize=512)
def _removed(pattern: str) -> str:
    """The special characters of which a pattern matches every single one."""
    parsed, compiled = _tree_of(pattern), compiled_pattern(pattern)
    if parsed is None or compiled is None:
        return ""
    tree = list(parsed)
    # A single set, maybe repeated, matches each of its characters wherever it stands.
    if len(tree) != 1 or str(tree[0][0]) not in ("IN", "MAX_REPEAT", "LITERAL", "NOT_LITERAL"):
        return ""
    return "".join(char for char in CHARACTERS if compiled.fullmatch(char))


def _compiled(act: Calls, args: Args, receiver: Value) -> Value:
    return act.allocate(Native(COMPILED, {"pattern": args.given(0, "pattern")}))


def _found(act: Calls, args: Args, receiver: Value) -> Value:
    """`re.findall(pattern, text)`: whole matches, or their groups where the pattern has some."""
    matched = _matched(act, "search", args.given(0), args.given(1, "string"))
    groups = _groups(act, args, matched)
    record = None if groups is None else act.record(groups)
    if groups is None or type(record) is not Items or not record.items:
        element = group_of(act, matched, constant(0))
    else:
        element = record.items[0] if len(record.items) == 1 else groups
    return act.allocate(Items("list", (), element))


def _matches(act: Calls, args: Args, receiver: Value) -> Value:
    return act.allocate(
        Items("iterator", (), _matched(act, "search", args.given(0), args.given(1, "string")))
    )


def _pieces(act: Calls, args: Args, receiver: Value) -> Value:
    """`re.split(pattern, text)`: the text without what separates its pieces."""
    pattern, value = _written(act, args.given(0)), args.given(1, "string")
    taints = act.fresh_part(value.taints, ("split", act.span))
    removed = _removed(pattern) if isinstance(pattern, str) else ""
    return act.allocate(
        Items("list", (), Value(STRING, marked(taints, _mask(removed)) if removed else taints))
    )


PATTERNS: dict[str, Callable[[Calls, Args, Value], Value | None]] = {
    "re.Match.group": _group,
    "re.Match.__getitem__": _group,
    "re.Match.groups": _groups,
    "re.Match.groupdict": _group_dict,
    "re.match": _test("match"),
    "re.search": _test("search"),
    "re.fullmatch": _test("fullmatch"),
    "re.findall": _found,
    "re.finditer": _matches,
    "re.split": _pieces,
    "re.sub": _substituted,
    "re.compile": _compiled,
}
"""Models of the functions of `re`."""


def method_of_pattern(act: Calls, pattern: Value, name: str, args: Args) -> Value | None:
    """A method of a compiled pattern: the function of that name with the pattern before its arguments."""
    model = PATTERNS.get(f"re.{name}")
    return None if model is None else model(act, args.after(pattern), pattern)
