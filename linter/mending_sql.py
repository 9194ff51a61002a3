"""Edits of migrations in SQL: insertions into a statement, and what the runner is told of transactions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from linter.backend import Change, Verdict
from linter.facts.sql import Action
from linter.parse.sql import Word


class Insertion(NamedTuple):
    """Text to be put in at an offset of a file."""

    offset: int
    text: str


class Place(NamedTuple):
    """The text of a file and the offset at which the statement to be mended begins."""

    text: str
    start: int


def sql_concurrently(change: Change, place: Place) -> Sequence[Insertion]:
    """CONCURRENTLY for CREATE INDEX or DROP INDEX, where no transaction is open or the runner can be told."""
    directive = _without_transaction(change, place)
    words = _words(change)
    keys = [word.key for word in words]
    if directive is None or "INDEX" not in keys or _is_split(keys):
        return ()
    if change.kind == "drop-index" and ("," in keys or "CASCADE" in keys):
        return ()
    at = words[keys.index("INDEX")].end
    clause = Insertion(at, _spelled(" CONCURRENTLY", change.statement.facts.text))
    if not _means(change, [clause], "concurrently"):
        return ()
    return [*directive, _moved(clause, place)]


def _is_split(keys: Sequence[str]) -> bool:
    """Whether the index is that of a partitioned table alone, which the server builds in no other way."""
    return any(pair == ("ON", "ONLY") for pair in pairwise(keys))


def sql_checked_later(change: Change, place: Place) -> Sequence[Insertion]:
    """NOT VALID for a constraint, and a second statement that validates it."""
    words = _words(change)
    keys = [word.key for word in words]
    if change.in_transaction is not Verdict.NO or len(change.statement.facts.actions) != 1:
        return ()
    if keys[:2] != ["ALTER", "TABLE"] or "CONSTRAINT" not in keys or "statementbegin" in place.text.lower():
        return ()
    constraint = keys.index("CONSTRAINT")
    if keys[constraint - 1] != "ADD" or constraint + 1 >= len(words):
        return ()
    text = change.statement.facts.text
    head = text[: words[constraint - 1].start].rstrip()
    name = words[constraint + 1]
    validate = f"{head}{_spelled(' VALIDATE CONSTRAINT ', text)}{text[name.start : name.end]}"
    clause = Insertion(len(text), _spelled(" NOT VALID", text))
    if "\n" in head or not _means(change, [clause], "not-valid"):
        return ()
    row = place.text[place.text.rfind("\n", 0, place.start) + 1 : place.start]
    indent = row if not row.strip() else ""
    return [_moved(Insertion(clause.offset, f"{clause.text};\n{indent}{validate}"), place)]


_BEHIND = {
    "create-table": ("TABLE", "IF NOT EXISTS"),
    "create-index": ("INDEX", "IF NOT EXISTS"),
    "add-column": ("ADD", "IF NOT EXISTS"),
    "drop-table": ("TABLE", "IF EXISTS"),
    "drop-index": ("INDEX", "IF EXISTS"),
    "drop-column": ("DROP", "IF EXISTS"),
}
"""The word that IF EXISTS stands behind, or behind the COLUMN or CONCURRENTLY that follows it."""


def sql_rerunnable(change: Change, place: Place) -> Sequence[Insertion]:
    """IF EXISTS or IF NOT EXISTS; an index that is built beside the traffic is dropped first.

    A build that fails leaves an invalid index behind, which IF NOT EXISTS would keep.
    """
    words = _words(change)
    keys = [word.key for word in words]
    key, clause = _BEHIND.get(change.kind, ("", ""))
    if change.engine != "postgres" or key not in keys or len(change.statement.facts.actions) != 1:
        return ()
    at = keys.index(key)
    if keys[at + 1 : at + 2] in (["COLUMN"], ["CONCURRENTLY"]):
        at += 1
    if change.kind == "create-index" and keys[at] == "CONCURRENTLY":
        return _dropped_first(change, words, at, place)
    insertion = Insertion(words[at].end, _spelled(f" {clause}", change.statement.facts.text))
    if not _means(change, [insertion], clause.lower().replace(" ", "-")):
        return ()
    return [_moved(insertion, place)]


def _dropped_first(change: Change, words: Sequence[Word], at: int, place: Place) -> Sequence[Insertion]:
    text = change.statement.facts.text
    if not change.action.name or at + 1 >= len(words) or words[at + 1].kind not in ("word", "name"):
        return ()
    # The index lies in the schema of its table, which DROP INDEX has to be told.
    schema = change.action.table.rpartition(".")[0]
    if schema and not schema.isidentifier():
        return ()
    name = text[words[at + 1].start : words[at + 1].end]
    dropped = _spelled("DROP INDEX CONCURRENTLY IF EXISTS ", text) + (f"{schema}.{name}" if schema else name)
    return [Insertion(place.start, f"{dropped};\n")]


_DIRECTIVES = (
    (re.compile(r"^(?=--[ \t]*\+goose[ \t]+up\b)", re.I | re.M), "-- +goose NO TRANSACTION\n"),
    (re.compile(r"(?<=^-- migrate:up)(?=[ \t]*$)", re.I | re.M), " transaction:false"),
    (re.compile(r"(?<=^-- \+migrate Up)(?=[ \t]*$)", re.I | re.M), " notransaction"),
    (re.compile(r"^(?=--[ \t]*depends:)", re.I | re.M), "-- transactional: false\n"),
)
"""Where goose, dbmate, sql-migrate and yoyo read that a file has no transaction, and how it is said."""


def _without_transaction(change: Change, place: Place) -> Sequence[Insertion] | None:
    """What has to be put in so that the statement runs in no transaction; None if nothing would do.

    A file of several statements keeps its transaction: the others may rely on it.
    """
    if change.in_transaction is Verdict.NO:
        return ()
    if change.in_transaction is not Verdict.YES or len(change.revision.statements) != 1:
        return None
    for pattern, directive in _DIRECTIVES:
        if found := pattern.search(place.text):
            return [Insertion(found.start(), directive)]
    return None


def _words(change: Change) -> list[Word]:
    from linter.parse.sql import SqlError, read, words_of

    try:
        script = read(change.statement.facts.text, change.engine)
    except SqlError:
        return []
    return words_of(script.pieces[0].tokens, script.clean) if len(script.pieces) == 1 else []


def _spelled(clause: str, text: str) -> str:
    """Key words in the case that the statement is written in."""
    return clause if text[:1].isupper() else clause.lower()


def _means(change: Change, insertions: Sequence[Insertion], flag: str) -> bool:
    """Whether the mended statement does what it did before, but for what the flag says."""
    from linter.extract.sql import statements_of

    text = change.statement.facts.text
    for each in sorted(insertions, reverse=True):
        text = text[: each.offset] + each.text + text[each.offset :]
    found = statements_of(text, change.engine)
    if len(found) != 1 or len(found[0].actions) != len(change.statement.facts.actions):
        return False
    pairs = list(zip(change.statement.facts.actions, found[0].actions, strict=True))
    return all(_is_like(before, after) for before, after in pairs) and any(
        flag in after.flags and flag not in before.flags for before, after in pairs
    )


def _is_like(before: Action, after: Action) -> bool:
    return (before.kind, before.table, before.name, before.columns, before.references) == (
        after.kind,
        after.table,
        after.name,
        after.columns,
        after.references,
    )


def _moved(insertion: Insertion, place: Place) -> Insertion:
    return Insertion(place.start + insertion.offset, insertion.text)
