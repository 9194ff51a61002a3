"""Plain SQL files: which are migrations, which of their statements lead up, and what runs them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

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
_UP = re.compile(
    r"--\s*(?:\+goose\s+up|\+migrate\s+up|migrate:\s*up|migration up|@up|up\s*$|upgrade\s*--\s*$)",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"--\s*(?:\+goose\s+down|\+migrate\s+down|migrate:\s*down|migration down|@down|down\s*$|rollback\s*$"
    r"|downgrade\s*--\s*$)",
    re.IGNORECASE,
)
_VERSION = re.compile(r"[Vv](\d+(?:[._]\d+)*)__")
_DEPENDS = re.compile(r"--\s*depends:(.*)", re.IGNORECASE)
_TRANSACTION = re.compile(
    r"--\s*(?:\+goose\s+up|\+migrate\s+up|migrate:\s*up|depends:|upgrade\s*--\s*$)", re.IGNORECASE
)
_WHOLE = re.compile(r"(?:\.up\.sql|(?:^|/)migration\.sql)$")
"""Files that their runners send as one text: several statements of it are one transaction."""
_NO_TRANSACTION = re.compile(
    r"--.*(?:no[ -]transaction|notransaction|transaction(?:al)?:\s*false|executeInTransaction\s*=\s*false"
    r"|txmode[ :]+none|non-transactional)",
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
    groups = [sorted(group, key=lambda each: _order(each.path)) for _, group in sorted(folders.items())]
    return [_behind_their_needs(group, text_of) for group in groups], others


def _home(path: str) -> str:
    """The folder whose files run one after the other: the migrations folder, or the file's own."""
    folders = path.split("/")[:-1]
    for depth in range(len(folders), 0, -1):
        if folders[depth - 1] in _FOLDERS:
            return "/".join(folders[:depth])
    return "/".join(folders)


_Part: TypeAlias = tuple[bool, int, str]


def _order(path: str) -> tuple[bool, tuple[int, ...], tuple[_Part, ...]]:
    """A key in which Flyway's versions count as such, and what it repeats (`R__`) comes last."""
    name = path.rpartition("/")[2]
    version = _VERSION.match(name)
    numbers = tuple(int(each[:40]) for each in re.split(r"[._]", version[1])) if version else ()
    return name.startswith("R__"), numbers, _natural(path)


def _behind_their_needs(group: list[Migration], text_of: Callable[[str], str]) -> list[Migration]:
    """The migrations, each behind those that yoyo's comment `-- depends:` names."""
    known = {_stem(each.path): each for each in group}
    needs: dict[str, list[str]] = {}
    for name, each in known.items():
        named = [found[1].split() for line in _lines(each.path, text_of) if (found := _DEPENDS.match(line))]
        needs[name] = [before for names in named for before in names if before in known]
    if len(known) < len(group) or not any(needs.values()):
        return group
    ordered: dict[str, Migration] = {}
    for name in known:
        waiting, opened = [name], set[str]()
        while waiting:
            missing = [each for each in needs[waiting[-1]] if each not in ordered and each not in opened]
            opened.add(waiting[-1])
            if missing:
                waiting.append(missing[0])
            else:
                done = waiting.pop()
                ordered.setdefault(done, known[done])
    return list(ordered.values())


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _natural(path: str) -> tuple[_Part, ...]:
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
