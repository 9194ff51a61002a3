"""Which texts are SQL: those that extraction has read as the beginning of a statement."""

from __future__ import annotations

from linter.facts.files import FileFacts


def is_head_of_statement(text: str, facts: FileFacts) -> bool:
    """Whether a SQL statement of the file begins with `text`, or `text` begins with a whole one."""
    head = text.strip()
    return bool(head) and any(
        each.text.startswith(head) or head.startswith(each.text.rstrip()) for each in facts.sql
    )
