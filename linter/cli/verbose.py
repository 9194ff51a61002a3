"""What a run could not read, for `--verbose`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from linter.outcome import Attempts
from linter.report.escape import visible

if TYPE_CHECKING:
    from linter.backend import Backend, Statement

_LONGEST = 60


def unread_sql(backend: Backend) -> Iterator[str]:
    """A line for each SQL statement that is not understood, and one that counts them."""
    statements = Attempts().all_of("statements", lambda: backend.statements)
    if not statements:
        return
    unread = [each for each in statements if not each.facts.understood]
    for each in unread:
        place = f"{each.location.path}:{each.location.line}:{each.location.column}"
        yield visible(f"{place}: not understood: {_shown(each)}")
    noun = "statement" if len(statements) == 1 else "statements"
    yield f"{len(statements)} SQL {noun}, {len(unread)} not understood"


def _shown(statement: Statement) -> str:
    text = " ".join(statement.facts.text[:1000].split())
    if not text:
        return "a step of a migration"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
