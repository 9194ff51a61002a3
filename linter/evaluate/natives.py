"""Methods, operators and builtin functions of strings, lists and dicts."""

from __future__ import annotations

from collections.abc import Callable

from linter.evaluate.environment import default_text, piece
from linter.evaluate.values import (
    HOLE,
    UNKNOWN,
    Closure,
    Combined,
    DefaultDict,
    Either,
    External,
    Instance,
    Lambda,
    Made,
    Member,
    Own,
    Partial,
    Value,
)
from linter.resolve.definitions import Class, Module

_LONG = 20_000
"""Characters or items beyond which a value counts as unknown."""

_TEXT_METHODS = frozenset(
    {"capitalize", "count", "endswith", "find", "index", "isdigit", "isupper", "islower", "join", "lower"}
    | {"lstrip", "partition", "removeprefix", "removesuffix", "replace", "rpartition", "rsplit", "rstrip"}
    | {"split", "startswith", "strip", "title", "upper", "zfill"}
)


def truth(value: Value) -> bool | None:
    """Whether a value is true; None when that is not known."""
    if isinstance(value, Either):
        found = {truth(option) for option in value.options}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Partial) and not value:
        return None
    if isinstance(value, str) and HOLE in value:
        return True if value.strip(HOLE) else None
    if value is None or isinstance(value, (bool, int, float, str, bytes, list, tuple, dict)):
        return bool(value)
    if isinstance(value, (Class, Closure, Module, Lambda)):
        return True
    return value.truth if isinstance(value, Made) else None


def add(left: Value, right: Value) -> Value:
    """`left + right`. A list keeps what is known of it."""
    if isinstance(left, str) or isinstance(right, str):
        left = left if isinstance(left, str) else default_text(left) or HOLE
        right = right if isinstance(right, str) else default_text(right) or HOLE
        return left + right if len(left) + len(right) < _LONG else UNKNOWN
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        if len(left) + len(right) > _LONG:
            return UNKNOWN
        joined = [*left, *right]
        return tuple(joined) if isinstance(left, tuple) else joined
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left + right if abs(left) < 1 << 60 and abs(right) < 1 << 60 else UNKNOWN
    for known in (left, right):
        if isinstance(known, (list, tuple)):
            return known
    return UNKNOWN


def compare(operator: str, left: Value, right: Value) -> Value:
    """A comparison, identity or membership test; UNKNOWN unless both sides are known."""
    if operator in ("==", "is", "!=", "is not"):
        equal = _equal(left, right, identity=operator.startswith("is"))
        return UNKNOWN if equal is None else equal if operator in ("==", "is") else not equal
    if operator in ("in", "not in"):
        found = _contains(right, left)
        return UNKNOWN if found is None else found is (operator == "in")
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
    return UNKNOWN


def _equal(left: Value, right: Value, identity: bool) -> bool | None:
    plain = (str, int, float, bytes)
    if isinstance(left, Own) or isinstance(right, Own):
        return isinstance(left, Made) and isinstance(right, Made) and left.name == right.name
    if left is None or right is None:
        if left is None and right is None:
            return True
        other = right if left is None else left
        certain = (*plain, list, tuple, dict, Class, Closure, Module, Instance, Made)
        return False if isinstance(other, certain) else None
    if isinstance(left, plain) and isinstance(right, plain):
        if isinstance(left, str) and isinstance(right, str) and (HOLE in left or HOLE in right):
            return None if _may_equal(left, right) else False
        return left == right
    if isinstance(left, (Class, External, Closure)) and isinstance(right, (Class, External, Closure)):
        return bool(left == right)
    if left is right and left is not UNKNOWN:
        return True
    if isinstance(left, (list, tuple, dict)) and type(left) is type(right) and not identity:
        return left == right if _is_plain(left) and _is_plain(right) else None
    return None


def _may_equal(left: str, right: str) -> bool:
    """Whether two strings, one with holes at least, may be equal whatever is in the holes."""
    starts = [each.partition(HOLE)[0] for each in (left, right)]
    ends = [each.rpartition(HOLE)[2] for each in (left, right)]
    return (starts[0].startswith(starts[1]) or starts[1].startswith(starts[0])) and (
        ends[0].endswith(ends[1]) or ends[1].endswith(ends[0])
    )


def _is_plain(value: Value) -> bool:
    if isinstance(value, dict):
        return all(_is_plain(each) for each in value.values())
    if isinstance(value, (list, tuple)):
        return all(_is_plain(each) for each in value)
    return value is None or (isinstance(value, (str, int, float, bytes)) and value != HOLE)


def _contains(container: Value, item: Value) -> bool | None:
    if isinstance(item, Own):
        known = container if isinstance(container, (list, tuple)) else ()
        return any(_equal(item, each, identity=False) for each in known)
    if isinstance(container, str):
        if not isinstance(item, str) or HOLE in item or HOLE in container:
            return None
        return item in container
    if isinstance(container, dict):
        return item in container if is_key(item) else None
    if isinstance(container, (list, tuple)):
        answers = {_equal(item, each, identity=False) for each in container}
        return True if True in answers else None if None in answers else False
    return None


def is_key(value: Value) -> bool:
    """Whether a value is known and can be a dict's key."""
    if isinstance(value, tuple):
        return all(is_key(each) for each in value)
    return value is None or isinstance(value, (str, int, float, bytes, Class, External, Closure, Module))


def item(container: Value, key: Value, make: Callable[[Value], Value]) -> Value:
    """`container[key]`; `make` calls the factory of a default dict."""
    if isinstance(container, DefaultDict) and is_key(key):
        if key not in container:
            container[key] = make(container.factory)
        return container[key]
    if isinstance(container, dict) and is_key(key):
        return container.get(key, UNKNOWN)
    if isinstance(container, (list, tuple, str)) and isinstance(key, int):
        return container[key] if -len(container) <= key < len(container) else UNKNOWN
    if isinstance(container, (list, tuple, str)) and isinstance(key, slice):
        return container[key]
    return UNKNOWN


def method(receiver: Value, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
    """Call a method of a string, list, tuple or dict."""
    try:
        if isinstance(receiver, str):
            return _text_method(receiver, name, args, keywords)
        if isinstance(receiver, list):
            return _list_method(receiver, name, args, keywords)
        if isinstance(receiver, dict):
            return _dict_method(receiver, name, args, keywords)
        if isinstance(receiver, tuple) and name in ("index", "count"):
            return UNKNOWN
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, OverflowError):
        return UNKNOWN
    return UNKNOWN


def _text_method(receiver: str, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
    if name == "format":
        return _formatted(receiver, [*map(piece, args)], {key: piece(each) for key, each in keywords.items()})
    if name == "encode" and HOLE not in receiver:
        return receiver.encode("utf-8", "surrogatepass")
    if name == "join" and args and isinstance(args[0], (list, tuple)):
        joined = receiver.join(
            each if isinstance(each, str) else default_text(each) or HOLE for each in args[0]
        )
        return joined if len(joined) < _LONG else UNKNOWN
    if name not in _TEXT_METHODS or not all(_is_plain(each) for each in args):
        return UNKNOWN
    result = getattr(receiver, name)(*args)
    return UNKNOWN if isinstance(result, str) and len(result) > _LONG else result


def _formatted(pattern: str, args: list[Value], keywords: dict[str, Value]) -> Value:
    """`str.format` without widths: those could ask for gigabytes."""
    import string

    parts: list[str] = []
    position = 0
    for literal, field, _, _ in string.Formatter().parse(pattern):
        parts.append(literal)
        if field is None:
            continue
        if field == "":
            field, position = str(position), position + 1
        value = args[int(field)] if field.isdigit() and int(field) < len(args) else keywords.get(field, HOLE)
        parts.append(str(value))
    return "".join(parts)


def percent(pattern: str, value: Value) -> Value:
    """`pattern % value` for plain `%s` and `%d`; anything else leaves a hole."""
    values = list(value) if isinstance(value, tuple) else [value]
    pieces = pattern.split("%")
    text = pieces[0]
    for part in pieces[1:]:
        if part[:1] in ("s", "d", "r") and values:
            filled = values.pop(0)
            text += piece(filled) + part[1:]
        elif part[:1] == "(" and isinstance(value, dict) and ")s" in part:
            key, _, rest = part[1:].partition(")s")
            filled = value.get(key)
            text += (filled if isinstance(filled, str) else HOLE) + rest
        else:
            text += HOLE + part[1:]
    return text


def _list_method(receiver: list[Value], name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
    if len(receiver) > _LONG:
        return None
    if name in ("append", "add"):
        receiver.append(args[0])
    elif name in ("extend", "update"):
        if isinstance(args[0], (list, tuple)) and len(args[0]) < _LONG:
            receiver.extend(list(args[0]))
    elif name == "insert":
        receiver.insert(args[0] if isinstance(args[0], int) else 0, args[1])
    elif name == "copy":
        return list(receiver)
    elif name == "reverse":
        receiver.reverse()
    elif name == "index":
        return next((i for i, each in enumerate(receiver) if _equal(each, args[0], False)), UNKNOWN)
    elif name in ("remove", "discard"):
        receiver[:] = [each for each in receiver if not _equal(each, args[0], identity=False)]
    elif name == "pop":
        return receiver.pop(*args)
    elif name in ("union", "difference", "intersection"):
        return [*receiver, *(args[0] if args and name == "union" else ())]
    elif name not in ("sort", "clear"):
        return UNKNOWN
    return None


def _dict_method(
    receiver: dict[Value, Value], name: str, args: list[Value], keywords: dict[str, Value]
) -> Value:
    if name == "get":
        if not is_key(args[0]):
            return UNKNOWN
        return receiver.get(args[0], args[1] if len(args) > 1 else keywords.get("default"))
    if name == "setdefault":
        return (
            receiver.setdefault(args[0], args[1] if len(args) > 1 else None) if is_key(args[0]) else UNKNOWN
        )
    if name in ("keys", "values"):
        return list(receiver) if name == "keys" else list(receiver.values())
    if name == "items":
        return list(receiver.items())
    if name == "copy":
        return dict(receiver)
    if name == "pop":
        return receiver.pop(args[0], args[1] if len(args) > 1 else UNKNOWN) if is_key(args[0]) else UNKNOWN
    if name == "update":
        if args and isinstance(args[0], dict):
            receiver.update(args[0])
        receiver.update(keywords)
        return None
    return UNKNOWN


def builtin(name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
    """Call a builtin or standard library function; NotImplemented when it is none that is known here."""
    first = args[0] if args else None
    if name in ("list", "set", "frozenset", "sorted", "reversed", "tuple"):
        return _collected(name, first)
    if name in ("dict", "collections.OrderedDict"):
        made = dict(first) if isinstance(first, dict) else {}
        if isinstance(first, (list, tuple)):
            made = {
                each[0]: each[1]
                for each in first
                if isinstance(each, tuple) and len(each) == 2 and is_key(each[0])
            }
        made.update(keywords)
        return made
    if name == "collections.defaultdict":
        return DefaultDict(first)
    if name == "len":
        if isinstance(first, (list, tuple, dict)) or (isinstance(first, str) and HOLE not in first):
            return len(first)
        return UNKNOWN
    if name == "bool":
        known_truth = truth(first)
        return UNKNOWN if known_truth is None else known_truth
    if name in ("all", "any"):
        return _quantified(name, first)
    if name == "str":
        return str(first) if isinstance(first, (str, int)) else UNKNOWN
    if name == "int":
        return int(first) if isinstance(first, (int, float)) else UNKNOWN
    if name == "enumerate":
        return list(enumerate(first)) if isinstance(first, (list, tuple)) else UNKNOWN
    if name == "zip":
        return (
            list(zip(*args, strict=False))
            if all(isinstance(each, (list, tuple)) for each in args)
            else UNKNOWN
        )
    if name == "range":
        known = all(isinstance(each, int) and abs(each) < 1000 for each in args)
        return list(range(*args)) if known and 1 <= len(args) <= 3 and 0 not in args[2:] else UNKNOWN
    if name == "itertools.chain":
        return [item for each in args if isinstance(each, (list, tuple)) for item in each]
    if name == "type":
        return type_of(first)
    if name in ("operator.add", "operator.concat", "operator.iconcat") and len(args) == 2:
        return add(first, args[1])
    return NotImplemented


def _quantified(name: str, values: Value) -> Value:
    """`all(...)` or `any(...)` of a list whose items are known well enough."""
    if not isinstance(values, (list, tuple)):
        return UNKNOWN
    answers = {truth(each) for each in values}
    decisive = name == "any"
    if decisive in answers:
        return decisive
    return UNKNOWN if None in answers else not decisive


def _collected(name: str, first: Value) -> Value:
    if first is None:
        return () if name == "tuple" else []
    if isinstance(first, dict):
        first = list(first)
    if not isinstance(first, (list, tuple)):
        return UNKNOWN
    if name == "tuple":
        return tuple(first)
    if name == "reversed":
        return list(first)[::-1]
    if name == "sorted" and all(isinstance(each, str) for each in first):
        return sorted(first)
    if name in ("set", "frozenset"):
        return [each for position, each in enumerate(first) if not _contains(first[:position], each)]
    return list(first)


def type_of(value: Value) -> Value:
    """The class of a value."""
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Made):
        return External(value.name)
    if isinstance(value, (str, int, float, list, tuple, dict)):
        return External(type(value).__name__)
    if isinstance(value, Class):
        return External("type")
    return UNKNOWN


def combine(operator: str, operands: list[Value]) -> Value:
    """`&`, `|` or `~` over classes or objects, or over sets and dicts."""
    if all(isinstance(each, (list, tuple)) for each in operands):
        return [item for each in operands for item in each] if operator == "|" else UNKNOWN
    if all(isinstance(each, dict) for each in operands) and operator == "|":
        return {key: value for each in operands for key, value in each.items()}
    if all(isinstance(each, (Class, External, Combined, Made, Instance, Member)) for each in operands):
        return Combined(operator, operands)
    return UNKNOWN
