"""What statements say of the policies of row security."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from linter.facts.sql import Trait
from linter.parse.sql import Word

_OPENS = ("USING", "CHECK")
_OF_CALLER = frozenset({"auth.uid", "auth.jwt", "auth.role", "auth.email", "current_setting"})
"""Functions whose result is the same for all rows of a statement, and which the planner does not fold."""
_OF_USER = ("user_metadata", "raw_user_meta_data")


def policy_traits(words: Sequence[Word], keys: Sequence[str]) -> Iterator[Trait]:
    """The traits of CREATE, ALTER and DROP POLICY."""
    at = 4 if keys[2:4] == ["IF", "EXISTS"] else 2
    if "ON" not in keys[at + 1 : at + 2] or at >= len(words):
        return
    name, table = words[at].name, name_at(words, at + 2)
    match keys[0]:
        case "DROP":
            yield Trait("policy-dropped", table, name)
            return
        case "ALTER":
            renamed = after(keys, "RENAME", "TO")
            detail = f"RENAME {name_at(words, renamed + 2)}" if renamed else _roles(words, keys)
            yield Trait("policy-altered", table, name, detail)
            if not set(_OPENS).isdisjoint(keys):
                yield Trait("policy-condition", table, name)
        case _:
            restrictive = "RESTRICTIVE" in keys[at + 3 : at + 8]
            rest = "" if restrictive else f"{_command(keys)} TO {_roles(words, keys) or 'public'}"
            yield Trait("policy", table, name, rest)
            yield from _open(table, name, keys)
    # One row is checked at a time when rows are inserted, and that is what it costs.
    if _command(keys) != "INSERT":
        for call in dict.fromkeys(_calls_for_each_row(words, keys)):
            yield Trait("policy-call", table, name, call)
    for key in dict.fromkeys(_written_by_users(words)):
        yield Trait("policy-user-data", table, name, key)


def after(keys: Sequence[str], *wanted: str) -> int:
    """Where some words follow each other; 0 when they do not."""
    for index in range(1, len(keys) - len(wanted) + 1):
        if tuple(keys[index : index + len(wanted)]) == wanted:
            return index
    return 0


def name_at(words: Sequence[Word], index: int) -> str:
    """The name that begins at a word, with its schema; `public` is left out."""
    if index >= len(words):
        return ""
    parts = [words[index].name]
    while index + 2 < len(words) and words[index + 1].key == ".":
        index += 2
        parts.append(words[index].name)
    return ".".join(parts).removeprefix("public.")


def _command(keys: Sequence[str]) -> str:
    at = after(keys, "FOR")
    return keys[at + 1] if at and at + 1 < len(keys) else "ALL"


def _roles(words: Sequence[Word], keys: Sequence[str]) -> str:
    """The roles behind TO, in the order of their names; empty when nothing is said of them."""
    to = after(keys, "TO")
    found = []
    for word in words[to + 1 :] if to else ():
        if word.key in ("USING", "WITH"):
            break
        if word.key != ",":
            found.append(word.name)
    return ", ".join(sorted(found))


def _open(table: str, name: str, keys: Sequence[str]) -> Iterator[Trait]:
    """A policy whose condition is `true`, and one of those that lets everybody change every row."""
    command, to = _command(keys), after(keys, "TO")
    is_for_all = not to or keys[to + 1 : to + 2] == ["PUBLIC"]
    conditions = [keys[index + 1 : index + 4] for index, key in enumerate(keys) if key in _OPENS]
    is_open = bool(conditions) and all(each == ["(", "TRUE", ")"] for each in conditions)
    if is_open and command == "SELECT":
        yield Trait("policy-readable", table, name)
    elif is_open and is_for_all and "RESTRICTIVE" not in keys:
        yield Trait("policy-open", table, detail=command)


def _calls_for_each_row(words: Sequence[Word], keys: Sequence[str]) -> Iterator[str]:
    """Calls that tell who asks, outside of any `(SELECT …)`: one that uses nothing of the row runs once."""
    groups = [False]
    for index, word in enumerate(words):
        if word.key == "(":
            groups.append(groups[-1] or keys[index + 1 : index + 2] == ["SELECT"])
            called = _name_before(words, index)
            # What it is called with shall be the same for all rows as well.
            if called in _OF_CALLER and not groups[-2] and (end := _end_of_constants(words, index)):
                arguments = "".join(_spelled(each) for each in words[index : end + 1])
                yield called + arguments
        elif word.key == ")" and len(groups) > 1:
            groups.pop()


def _name_before(words: Sequence[Word], opening: int) -> str:
    if opening and words[opening - 1].kind in ("word", "name"):
        name = words[opening - 1].name
        if opening > 2 and words[opening - 2].key == ".":
            name = f"{words[opening - 3].name}.{name}"
        return name.removeprefix("pg_catalog.")
    return ""


def _end_of_constants(words: Sequence[Word], opening: int) -> int:
    """Where the parentheses of a call close; 0 when more than constants stand in them."""
    for index in range(opening + 1, min(opening + 8, len(words))):
        word = words[index]
        if word.key == ")":
            return index
        is_constant = word.kind == "string" or word.key in (",", "TRUE", "FALSE", "::", "TEXT")
        if not is_constant:
            return 0
    return 0


def _spelled(word: Word) -> str:
    if word.kind == "string":
        return f"'{word.name}'"
    return ", " if word.key == "," else word.name


def _written_by_users(words: Sequence[Word]) -> Iterator[str]:
    """What Supabase keeps of a user that the user may change, where a policy takes it for a right."""
    names = {word.name for word in words if word.kind in ("word", "name")}
    for index, word in enumerate(words):
        if word.kind in ("word", "name") and word.name == "raw_user_meta_data":
            yield word.name
        elif word.kind == "string" and "jwt" in names and _is_key(word.name):
            if words[index - 1].key in ("->", "->>", "#>", "#>>", "["):
                yield _OF_USER[0]


def _is_key(text: str) -> bool:
    """Whether a JSON key, or the first of a path, is that of the user's own data."""
    return text.strip("{}").partition(",")[0].strip(' "') in _OF_USER
