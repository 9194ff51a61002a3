"""Plain SQL files: which are migrations, which of their statements lead up, and what runs them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from linter.backend import Verdict, is_test
from linter.facts.files import FileFacts
from linter.facts.spans import line_of, unpack
from linter.facts.sql import SqlStatement
from linter.finding import Location
from linter.schema.migration import Migration, Step

_FOLDERS = frozenset(
    {"migrations", "migration", "migrate", "versions", "changelog", "changesets", "revisions"}
)
_NUMBERED = re.compile(r"(?:[VR]?\d|R__)", re.IGNORECASE)
_DOWN_NAME = re.compile(
    r"(?:[._-](?:down|rollback|undo|revert)\.sql$)|(?:^(?:down|rollback|undo)\.sql$)|(?:^U\d)"
)
_UP = re.compile(r"--\s*(?:\+goose\s+up|\+migrate\s+up|migrate:\s*up|migration up|@up|up\s*$)", re.IGNORECASE)
_DOWN = re.compile(
    r"--\s*(?:\+goose\s+down|\+migrate\s+down|migrate:\s*down|migration down|@down|down\s*$|rollback\s*$)",
    re.IGNORECASE,
)
_TRANSACTION = re.compile(r"--\s*(?:\+goose\s+up|\+migrate\s+up|migrate:\s*up|depends:)", re.IGNORECASE)
_WHOLE = re.compile(r"(?:\.up\.sql|(?:^|/)migration\.sql)$")
"""Files that their runners send as one text: several statements of it are one transaction."""
_NO_TRANSACTION = re.compile(
    r"--.*(?:no[ -]transaction|notransaction|transaction(?:al)?:\s*false|txmode[ :]+none|non-transactional)",
    re.IGNORECASE,
)


def is_migration(path: str) -> bool:
    """Whether a SQL file looks like a migration: by its folder, or by a number in front of its name."""
    *folders, name = path.split("/")
    return not _FOLDERS.isdisjoint(folders) or _NUMBERED.match(name) is not None


def sql_migrations(
    files: Mapping[str, FileFacts], text_of: Callable[[str], str]
) -> tuple[list[list[Migration]], list[Migration]]:
    """SQL files with statements: migrations by the folder that they run in, and all others.

    Files that only lead down are left out, and so are those of tests.
    """
    folders: dict[str, list[Migration]] = {}
    others: list[Migration] = []
    for path in sorted(files):
        facts = files[path]
        if facts.language != "sql" or not facts.sql or is_test(path):
            continue
        if _DOWN_NAME.search(path.rpartition("/")[2]):
            continue
        migration = Migration(path, path, steps=_steps(path, facts, text_of))
        if is_migration(path):
            folders.setdefault(_home(path), []).append(migration)
        else:
            others.append(migration)
    groups = [sorted(group, key=lambda each: _natural(each.path)) for _, group in sorted(folders.items())]
    return groups, others


def _home(path: str) -> str:
    """The folder whose files run one after the other: the migrations folder, or the file's own."""
    folders = path.split("/")[:-1]
    for depth in range(len(folders), 0, -1):
        if folders[depth - 1] in _FOLDERS:
            return "/".join(folders[:depth])
    return "/".join(folders)


def _natural(path: str) -> tuple[tuple[bool, int, str], ...]:
    """A key that sorts `2_b` before `10_a`."""
    parts = re.findall(r"\d{1,40}|\D+", path)
    return tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts)


def _steps(path: str, facts: FileFacts, text_of: Callable[[str], str]) -> list[Step]:
    lines = _lines(path, text_of)
    down = _down_lines(lines)
    default = _runner(lines)
    if default is Verdict.UNKNOWN and len(facts.sql) > 1 and _WHOLE.search(path):
        default = Verdict.YES
    steps: list[Step] = []
    open_transaction = False
    for statement in facts.sql:
        if any(first <= line_of(statement.span) < last for first, last in down):
            continue
        # What begins or ends a transaction runs in that of the runner, if there is one.
        verdict = Verdict.YES if open_transaction and not statement.transaction else default
        if statement.transaction:
            open_transaction = statement.transaction == "begin"
        steps.append(Step(statement, _place(path, statement), path, None, verdict))
    return steps


def _lines(path: str, text_of: Callable[[str], str]) -> list[str]:
    try:
        return text_of(path).splitlines()
    except (OSError, KeyError):
        return []


def _down_lines(lines: list[str]) -> list[tuple[int, int]]:
    """Ranges of lines (1-based, end exclusive) that undo the migration."""
    found: list[tuple[int, int]] = []
    start = 0
    for number, line in enumerate(lines, start=1):
        if not line.lstrip().startswith("--"):
            continue
        if start and _UP.search(line):
            found.append((start, number))
            start = 0
        elif not start and _DOWN.search(line):
            start = number
    if start:
        found.append((start, len(lines) + 2))
    return found


def _runner(lines: list[str]) -> Verdict:
    """Whether the tool that the comments speak to wraps the file in a transaction."""
    comments = [line for line in lines if line.lstrip().startswith("--")]
    if any(_NO_TRANSACTION.search(line) for line in comments):
        return Verdict.NO
    return Verdict.YES if any(_TRANSACTION.search(line) for line in comments) else Verdict.UNKNOWN


def _place(path: str, statement: SqlStatement) -> Location:
    line, column, end_line, end_column = unpack(statement.span)
    return Location(path, line, column + 1, end_line, end_column + 1)
