"""What changing a column's type costs the server, from the two types."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

Cost: TypeAlias = Literal["free", "rewrite", "unknown"]

_TYPE = re.compile(
    r"([a-z_][a-z0-9_ .]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?"
    r"\s*(with(?:out)? time zone)?\s*((?:\[\d*\])*)"
)
_NAMES = {
    "character varying": "varchar",
    "string": "varchar",
    "char varying": "varchar",
    "nvarchar": "varchar",
    "character": "char",
    "bpchar": "char",
    "decimal": "numeric",
    "dec": "numeric",
    "int": "integer",
    "int4": "integer",
    "int8": "bigint",
    "int2": "smallint",
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
    "smallserial": "smallint",
    "bool": "boolean",
    "float8": "double precision",
    "float": "double precision",
    "float4": "real",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
    "varbit": "bit varying",
}
_ORDER = ("smallint", "integer", "bigint")
_SIZED = ("varchar", "bit varying")
_PRECISION = 6
"""Digits of a second that a time keeps when it does not say how many."""


class Type(NamedTuple):
    """A type taken apart; `size` is its length or precision, None without one."""

    name: str
    size: int | None
    scale: int | None
    array: bool


def parse(text: str) -> Type | None:
    """A type as PostgreSQL spells it; None for anything else (an enum with its labels, an unknown `?`)."""
    match = _TYPE.fullmatch(text.lower().replace("pg_catalog.", "").strip())
    if match is None:
        return None
    name, size, scale, zone, array = match.groups()
    name = _NAMES.get(name.strip(), name.strip())
    if zone == "with time zone":
        name = f"{name} {zone}"
    return Type(name, int(size) if size else None, int(scale) if scale else None, bool(array))


def cost(before: str, after: str) -> Cost:
    """What PostgreSQL does to the rows when a column of type `before` becomes `after`.

    `free` for what it can do in the catalogue, `unknown` when either type can't be read.
    """
    old, new = parse(before), parse(after)
    if old is None or new is None or not old.name or not new.name:
        return "unknown"
    if old == new:
        return "free"
    if old.array != new.array:
        return "rewrite"
    if old.array:
        # The items are converted one by one, unless only their limit goes.
        return "free" if old.name == new.name and new.size is None else "rewrite"
    if old.name == new.name:
        return "free" if _is_wider(old, new) else "rewrite"
    if (old.name, new.name) in _COERCIBLE and new.size is None:
        return "free"
    if old.name == "text" and new.name == "varchar":
        return "rewrite"
    known = old.name in _KNOWN and new.name in _KNOWN
    return "rewrite" if known else "unknown"


def always_rewrites(after: str) -> bool:
    """Whether no other type becomes `after` without the rows being written anew."""
    new = parse(after)
    return new is not None and not new.array and new.name in _STORED_ALIKE_BY_NONE


_STORED_ALIKE_BY_NONE = frozenset(
    ["bigint", "boolean", "bytea", "date", "integer", "json", "jsonb", "money", "real", "smallint", "uuid"]
) | {"double precision"}


def _is_wider(old: Type, new: Type) -> bool:
    if new.size is None:
        return True
    if old.name == "numeric":
        return old.size is not None and new.size >= old.size and (new.scale or 0) == (old.scale or 0)
    if old.name == "char":
        return False
    if old.name.startswith(("time", "interval")):
        return new.size >= (_PRECISION if old.size is None else old.size)
    return old.name in _SIZED and old.size is not None and new.size >= old.size


_COERCIBLE = frozenset({("varchar", "text"), ("text", "varchar"), ("cidr", "inet")})
"""Pairs whose values are stored alike, when the new type has no length."""
_KNOWN = frozenset(
    [
        "bigint",
        "boolean",
        "bytea",
        "char",
        "cidr",
        "citext",
        "date",
        "inet",
        "integer",
        "interval",
        "json",
        "jsonb",
        "money",
        "numeric",
        "real",
        "smallint",
        "text",
        "time",
        "timestamp",
        "uuid",
        "varchar",
    ]
) | {"double precision", "timestamp with time zone", "time with time zone", "bit varying"}


def is_zone_change(before: str, after: str) -> bool:
    """Whether only the time zone comes or goes: free in a session whose time zone is UTC."""
    names = {each.name for each in (parse(before), parse(after)) if each is not None}
    return names in ({"timestamp", "timestamp with time zone"},)


def is_narrower(before: str, after: str) -> bool:
    """Whether values that fitted before may not fit any more, so that the change may fail."""
    old, new = parse(before), parse(after)
    if old is None or new is None:
        return False
    if old.name in _ORDER and new.name in _ORDER:
        return _ORDER.index(new.name) < _ORDER.index(old.name)
    texts = ("varchar", "char", "text")
    if old.name in texts and new.name in texts:
        return new.size is not None and (old.size is None or new.size < old.size)
    if old.name == new.name == "numeric" and new.size is not None:
        if old.size is None:
            return True
        return new.size - (new.scale or 0) < old.size - (old.scale or 0)
    return False
