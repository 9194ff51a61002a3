"""Which lines belong together: the statement, or the header, around each line of a file."""

from __future__ import annotations

from linter.facts.files import FileFacts
from linter.facts.scopes import Define
from linter.facts.spans import lines_of, unpack


def statement_ranges(facts: FileFacts) -> dict[int, tuple[int, int]]:
    """The first and last line of the innermost statement, or header, around each line."""
    ranges = sorted(_statement_lines(facts), key=lambda each: each[0] - each[1])
    return {line: each for each in ranges for line in range(each[0], each[1] + 1)}


def scope_at(facts: FileFacts, line: int) -> int:
    """The index of the innermost scope around a line: 0 for the module itself."""
    found = 0
    for index, scope in enumerate(facts.scopes[1:], 1):
        if unpack(scope.span)[0] <= line <= scope.end_line:
            found = index
    return found


def _statement_lines(facts: FileFacts) -> list[tuple[int, int]]:
    if facts.language == "sql":
        return [lines_of(statement.span) for statement in facts.sql]
    found = [
        lines_of(statement.span)
        for scope in facts.scopes
        for statement in scope.statements
        if not isinstance(statement, Define)
    ]
    found += [
        lines_of(block.span)
        for scope in facts.scopes
        for block in scope.blocks[1:]
        if block.kind not in ("comprehension", "lambda")
    ]
    for scope in facts.scopes[1:]:
        found.append(lines_of(scope.span))
        found.extend(lines_of(decorator.span) for decorator in scope.decorators)
    return found
