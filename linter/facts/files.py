"""What one file says: its scopes, its SQL and its suppression comments."""

from __future__ import annotations

from typing import Literal

import msgspec

from linter.facts.openapi import ApiDocument
from linter.facts.scopes import Scope
from linter.facts.spans import Span
from linter.facts.sql import SqlStatement
from linter.facts.templates import Template


class Directive(msgspec.Struct, array_like=True, frozen=True):
    """A `backlint:` comment.

    `kind` is `ignore` (the statement it stands in, or the next statement when it stands alone)
    or `file-ignore`. `rules` is empty for a bare directive. `first` and `last` are the lines it
    covers, 1-based inclusive. `problem` says what is malformed about it, or is empty.
    """

    kind: Literal["ignore", "file-ignore"]
    rules: tuple[str, ...]
    reason: str
    expires: str
    span: Span
    first: int
    last: int
    problem: str = ""


class FileFacts(msgspec.Struct, array_like=True):
    """All facts of one file. Scope 0 is the module; other files than Python's have none.

    `error` says why the file could not be read as what it is; the other fields are then empty. `imports`
    are the modules that are imported by absolute name anywhere in it, sorted.
    """

    language: Literal["python", "sql", "openapi", "graphql", "template", "foreign"]
    scopes: tuple[Scope, ...] = ()
    sql: tuple[SqlStatement, ...] = ()
    directives: tuple[Directive, ...] = ()
    lines: int = 0
    lowered: bool = False
    error: str = ""
    imports: tuple[str, ...] = ()
    api: ApiDocument | None = None
    template: Template | None = None
