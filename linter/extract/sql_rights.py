"""What statements say of rights: grants, roles, row security and functions that run as their owner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from linter.extract.sql_policies import after, name_at, policy_traits
from linter.facts.sql import Trait
from linter.parse.sql import Word
from linter.parse.sql_clean import is_hole

_HASHED = ("SCRAM-SHA-256$", "md5")


def rights_traits(words: Sequence[Word]) -> tuple[Trait, ...]:
    """The traits of a schema statement, which is given by its words.

    What a template names is not known: only a policy remains, without its table, as it may be any.
    """
    found: list[Trait] = []
    for trait in _traits(words):
        if not trait.table or not is_hole(trait.table):
            found.append(trait)
        elif trait.kind in ("policy", "policy-dropped"):
            found.append(Trait(trait.kind, ""))
    return tuple(found)


def _traits(words: Sequence[Word]) -> Iterator[Trait]:
    keys = [word.key for word in words]
    match keys[:2]:
        case ["GRANT", _]:
            yield from _grant(words, keys)
        case ["CREATE" | "ALTER", "ROLE" | "USER"]:
            yield from _role(words, keys)
        case ["CREATE" | "ALTER" | "DROP", "POLICY"]:
            yield from policy_traits(words, keys)
        case ["CREATE", "FUNCTION" | "PROCEDURE" | "OR"]:
            yield from _function(words, keys)
        case ["ALTER", "FUNCTION" | "PROCEDURE"] if after(keys, "SET", "SEARCH_PATH"):
            yield Trait("search-path-set", name_at(words, 2))
        case ["ALTER", "TABLE"] if (at := after(keys, "ENABLE", "ROW", "LEVEL", "SECURITY")) or (
            at := after(keys, "FORCE", "ROW", "LEVEL", "SECURITY")
        ):
            skipped = 3 if keys[2] == "ONLY" else 4 if keys[2] == "IF" else 2
            if at > skipped:
                yield Trait("row-security", name_at(words, skipped))


def _grant(words: Sequence[Word], keys: Sequence[str]) -> Iterator[Trait]:
    if "ON" not in keys or "TO" not in keys:
        return
    on, to = keys.index("ON"), len(keys) - 1 - keys[::-1].index("TO")
    what = " ".join(word.name for word in words[on + 1 : to]).replace(" . ", ".").replace(" , ", ", ")
    granted = ", ".join(key for key in keys[1:on] if key.isalpha())
    if "PUBLIC" in keys[to + 1 :]:
        yield Trait("grant-to-public", what, detail=granted)
    elif keys[1] == "ALL":
        yield Trait("grant-all", what, detail=" ".join(word.name for word in words[to + 1 :]))


def _role(words: Sequence[Word], keys: Sequence[str]) -> Iterator[Trait]:
    role = name_at(words, 5 if keys[2:5] == ["IF", "NOT", "EXISTS"] else 2)
    if "SUPERUSER" in keys[3:]:
        yield Trait("superuser", role)
    for index, word in enumerate(words[2:], start=2):
        said = keys[index - 1] == "PASSWORD" or keys[index - 2 : index] == ["IDENTIFIED", "BY"]
        if word.kind != "string" or not said or not word.name or word.name.startswith(_HASHED):
            continue
        # A shell or a template fills `${PW}`, `{{ pw }}` and `<password>` in.
        if "hole_" not in word.name and not is_hole(word.name) and word.name[0] not in "$<{%":
            yield Trait("password", role)


def _function(words: Sequence[Word], keys: Sequence[str]) -> Iterator[Trait]:
    head = next((at for at, key in enumerate(keys[:5]) if key in ("FUNCTION", "PROCEDURE")), 0)
    if head and after(keys, "SECURITY", "DEFINER") and not after(keys, "SET", "SEARCH_PATH"):
        yield Trait("search-path", name_at(words, head + 1))
