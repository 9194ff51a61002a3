"""Operations on what is no column, key or index: comments, extensions and collations."""

from __future__ import annotations

from linter.facts.sql import Action
from linter.frameworks.django.alterations import Actions, Operation
from linter.frameworks.django.state import State


def comment(state: State, given: Operation) -> Actions:
    """`AlterModelTableComment(name, table_comment)`."""
    model = state.model(given.app, given.text(0, "name"))
    return [] if model is None else [(Action("other", model.table, flags=("comment-on-table",)),)]


def extension(state: State, given: Operation) -> Actions:
    """`CreateExtension(name)` and those for one extension each."""
    name = given.text(0, "name") or EXTENSIONS[given.name]
    return [(Action("other", "", name=name, flags=("create-extension", "if-not-exists")),)]


def create_collation(state: State, given: Operation) -> Actions:
    """`CreateCollation(name, locale)`."""
    return [(Action("other", "", name=given.text(0, "name"), flags=("create-collation",)),)]


def remove_collation(state: State, given: Operation) -> Actions:
    """`RemoveCollation(name, locale)`."""
    return [(Action("other", "", name=given.text(0, "name"), flags=("drop-collation",)),)]


EXTENSIONS = {
    "CreateExtension": "?",
    "BloomExtension": "bloom",
    "BtreeGinExtension": "btree_gin",
    "BtreeGistExtension": "btree_gist",
    "CITextExtension": "citext",
    "CryptoExtension": "pgcrypto",
    "HStoreExtension": "hstore",
    "TrigramExtension": "pg_trgm",
    "UnaccentExtension": "unaccent",
}
"""The operations that make an extension, each with its name."""
